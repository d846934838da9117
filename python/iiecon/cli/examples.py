"""What one types: examples of every command, and the page shown when nothing was typed."""

from __future__ import annotations

from iiecon import catalogue
from iiecon.results import VERSION
from iiecon.shipped import SCENARIO, scenario_example

# What each does is said in the catalogue's `example`, in this order.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "recalculate": (
        "iiecon recalculate my.xlsm",
        "iiecon recalculate my.xlsm -o checked.xlsm --json results.json",
    ),
    "check": ("iiecon check my.xlsm", "iiecon check my.xlsm --quiet --json -"),
    "audit": (
        "iiecon audit my.xlsm",
        "iiecon audit my.xlsm --published figures.csv -o comparison.csv",
    ),
    "why": ('iiecon why my.xlsm "Summary!H9"', 'iiecon why my.xlsm "Summary!H9" --depth 0'),
    "import-io": (
        "iiecon import-io io_2020.xlsx my.xlsm",
        "iiecon import-io io_2020.xlsx my.xlsm -o new.xlsm --direct 39,40,41,65",
    ),
    "import-data": (
        "iiecon import-data gdp.csv my.xlsm",
        "iiecon import-data wages.xlsx my.xlsm --kind wages --year 2021",
    ),
    "build": ("iiecon build --check",),
    "new": (
        "iiecon new my.xlsm",
        "iiecon new mine.xlsm --sectors 42 --scored 5",
        "iiecon new robots.xlsm --from my.xlsm --ballots ballots.csv",
    ),
    "calibrate": (
        "iiecon calibrate my.xlsm",
        'iiecon calibrate my.xlsm --targets "industry.*.2020.value_added" --apply -o fitted.xlsm',
    ),
    "base-years": ("iiecon base-years my.xlsm --tables io_2018.csv io_2020.csv",),
    "country": (
        "iiecon country DEU2018ttl.csv --workbook my.xlsm",
        "iiecon country DEU2018ttl.csv --scores scores.csv --json germany.json",
    ),
    "report": (
        "iiecon report my.xlsm -o report.docx",
        "iiecon report my.xlsm -o report.html --lang en --date 2021-12-01",
    ),
    "province": (
        "iiecon province my.xlsm Sichuan",
        "iiecon province my.xlsm 510000 --csv sichuan.csv",
    ),
    "package": ("iiecon package my.xlsm -o package.zip",),
    "replicate": ("iiecon replicate package.zip",),
    "compare": ("iiecon compare old.xlsm new.xlsm",),
    "simulate": (
        "iiecon simulate my.xlsm",
        "iiecon simulate my.xlsm --draws 100000 --seed 1 --csv intervals.csv",
    ),
    "scenario": ("iiecon scenario my.xlsm templates/scenario_example.toml -o scenarios.xlsx",),
    "install-excel": ("iiecon install-excel",),
    "install-libreoffice": (
        "iiecon install-libreoffice",
        "iiecon install-libreoffice --output iiecon.oxt",
    ),
    "doctor": ("iiecon doctor my.xlsm",),
    "completion": (
        'eval "$(iiecon completion bash)"',
        "iiecon completion powershell | Out-String | Invoke-Expression",
    ),
}
START = ("iiecon new my.xlsm", "iiecon check my.xlsm", "iiecon recalculate my.xlsm")
HELP = ("iiecon --help", "iiecon recalculate --help", "iiecon doctor")


def epilog(command: str) -> str:
    """The examples of a command, each with what it does below it."""
    lines = [f"{catalogue.on_screen('usage.examples')}:"]
    for number, example in enumerate(EXAMPLES[command], 1):
        typed = example.replace(SCENARIO, scenario_example())
        lines += [f"  {typed}", f"      {catalogue.on_screen(f'example.{command}.{number}')}"]
    return "\n".join(lines)


def start_page() -> str:
    """How to begin: the three commands most used, and where to find the others."""
    lines = [f"iiecon {VERSION} · {catalogue.on_screen('cli.about')}", ""]
    for key, commands in (("start", START), ("help", HELP)):
        lines.append(f"{catalogue.on_screen(f'start.{key}')}:")
        for number, typed in enumerate(commands, 1):
            lines.append(f"  {typed:<28}{catalogue.on_screen(f'start.{key}_{number}')}")
        lines.append("")
    return "\n".join(lines)

"""The command `scenario`: what if; the base and named changes to it, side by side."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from iiecon import catalogue
from iiecon.cli.comparing import WIDTH, field_name, names_of, placed, side_of, table_of
from iiecon.cli.console import (
    DONE,
    WRONG_USAGE,
    AddCommand,
    help_text,
    json_apart,
    progress,
    refuse_locked,
    report_errors,
    report_findings,
    report_written,
)
from iiecon.cli.manners import deliver_csv, deliver_json, say, tell
from iiecon.cli.tables import show, texts_of
from iiecon.findings import InputError
from iiecon.shipped import scenario_example
from iiecon.spreadsheet.package import write_atomically

if TYPE_CHECKING:
    from rich.table import Table

    from iiecon.scenarios import ScenarioRuns
    from iiecon.scenarios.runs import Line

SHOWN = 8  # sections and provinces, those that move most
NATION = ("direct", "indirect", "total", "share_of_gdp", "employment", "employment_direct",
          "employment_indirect")  # fmt: skip
MOST = (("sections", "total"), ("provinces", "value_added"), ("provinces", "employment"))


def add_commands(command: AddCommand) -> None:
    """`scenario`."""
    supposed = command("scenario", _scenario)
    supposed.add_argument(
        "workbook", type=Path, metavar="WORKBOOK", help=help_text("scenario_base")
    )
    supposed.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar="FILE",
        help=help_text("scenario_files", example=scenario_example()),
    )
    supposed.add_argument("--json", type=Path, metavar="FILE", help=help_text("scenario_json"))
    supposed.add_argument("--csv", type=Path, metavar="FILE", help=help_text("scenario_csv"))
    supposed.add_argument("-o", "--out", type=Path, metavar="OUT", help=help_text("scenario_out"))


def _scenario(given: argparse.Namespace) -> int:
    from iiecon.scenarios import read_scenario, run

    if not _apart(given):
        return WRONG_USAGE
    seen = refuse_locked(given.out) if given.out else ""
    with progress() as step:
        step("read")
        try:
            base = side_of(given.workbook)
            scenarios = [read_scenario(path) for path in given.files]
            step("scenarios")
            runs = run(base.inputs, scenarios)
        except InputError as error:
            return report_errors(error.findings)
        if given.out:
            step("write")
            _write_book(runs, given.out, seen)
    if given.json:
        deliver_json(given.json, runs.records())
    if given.csv:
        deliver_csv(given.csv, list(runs.differences()))
    for results in runs.results:
        new = [f for f in results.findings if f not in runs.base.findings]
        report_findings(placed(new, base, given.workbook))
    for table in _tables(runs):
        show(table, WIDTH, least=texts_of(table))
    if not any(line.largest for line in runs.of("national", "total")):
        tell(catalogue.on_screen("scenario.unmoved"))
    if given.out:
        report_written(given.out, None)
    return DONE


def _apart(given: argparse.Namespace) -> bool:
    """Whether what is written goes elsewhere than over what is read, and has the right kind."""
    read = (given.workbook, *given.files)
    if given.out and given.out.suffix.lower() != ".xlsx":
        say(f"{given.out}: {catalogue.on_screen('cli.scenario_extension')}")
        return False
    if given.out and given.out.resolve() in {path.resolve() for path in read}:
        say(f"{given.out}: {catalogue.on_screen('cli.scenario_same')}")
        return False
    return json_apart(given.json, *read, given.csv) and json_apart(given.csv, *read)


def _write_book(runs: ScenarioRuns, target: Path, seen: str) -> None:
    from iiecon.scenarios.book import scenario_book

    write_atomically(target, scenario_book(runs), seen=seen)


# --- on the screen --------------------------------------------------------------------------------


def _tables(runs: ScenarioRuns) -> Iterator[Table]:
    yield _changes(runs)
    year, head = runs.last_year, catalogue.on_screen("compare.result")
    nation = [line for field in NATION for line in runs.of("national", field, year=year)]
    title = catalogue.on_screen("scenario.table.nation", year=year)
    if any(line.largest for line in nation):
        yield _side_by_side(runs, title, head, [(field_name(line.field), line) for line in nation])
    totals = runs.of("national", "total")
    total = [(str(line.year), line) for line in totals]
    if any(line.largest for line in totals):
        head = catalogue.on_screen("label.year")
        yield _side_by_side(runs, catalogue.on_screen("scenario.table.total"), head, total)
    for table, field in MOST:
        names = names_of(table, runs.base.inputs)
        moved = sorted(runs.of(table, field, year=year), key=lambda line: -line.largest)
        lines = [(names.get(m.code, m.code), m) for m in moved[:SHOWN] if m.largest]
        if lines:
            title = catalogue.on_screen(f"scenario.table.{table}_{field}", year=year)
            yield _side_by_side(runs, title, catalogue.on_screen(f"compare.of.{table}"), lines)


def _changes(runs: ScenarioRuns) -> Table:
    """What each scenario changes; its texts are shown as they are, not taken for markup."""
    from rich.markup import escape

    columns = [
        catalogue.on_screen(f"scenario.head.{key}") for key in ("scenario", "change", "amount")
    ]
    table = table_of(catalogue.on_screen("scenario.table.changes"), columns, 1)
    for scenario in runs.scenarios:
        about = catalogue.part_on_screen(scenario.title)
        title = scenario.name if about == scenario.name else f"{scenario.name}: {about}"
        changes = list(scenario.changes()) or [(catalogue.on_screen("scenario.unchanged"), "")]
        for i, (key, change) in enumerate(changes):
            table.add_row(*map(escape, (title if i == 0 else "", key, change)))
    return table


def _side_by_side(
    runs: ScenarioRuns, title: str, head: str, lines: Sequence[tuple[str, Line]]
) -> Table:
    """The base, and of every scenario its value, the difference and that in percent."""
    from rich.markup import escape

    columns = [head, catalogue.on_screen("scenario.head.base")]
    for scenario in runs.scenarios:
        columns += [escape(scenario.name), "±", "%"]
    table = table_of(title, columns, len(columns) - 1)
    for name, line in lines:
        cells = [_shown(line.base, line.unit)]
        for value, change, part in zip(line.values, line.changes, line.relative, strict=True):
            cells += [_shown(value, line.unit), *_change(change, part, line.unit)]
        table.add_row(name, *cells)
    return table


def _shown(value: float, unit: str) -> str:
    if math.isnan(value):
        return ""
    return f"{100 * value:.3f} %" if unit == "share" else f"{value:,.2f}"


def _change(change: float, relative: float, unit: str) -> tuple[str, str]:
    """The difference, of shares in percentage points, and relative to the base."""
    if math.isnan(change):
        return "", ""
    shown = f"{100 * change:+.3f}" if unit == "share" else f"{change:+,.2f}"
    return shown, "" if math.isnan(relative) else f"{100 * relative:+.2f}"

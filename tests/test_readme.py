"""The README's numbers are the program's, recomputed here."""

import re
from pathlib import Path

import numpy as np

from iiecon import ModelResults
from tests.oracles import published

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHINESE = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")


def row(label: str) -> list[str]:
    """The cells of the table row that begins with a label."""
    (line,) = [x for x in README.splitlines() if x.startswith(f"| {label} |")]
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_section_gaps_are_stated_as_measured(results: ModelResults) -> None:
    for year in (2020, 2021):
        printed = published.sections("value_added", year)
        t = results.years.index(year)
        gaps = [
            100 * abs(results.total[c, t] / printed[section.code] - 1)
            for c, section in enumerate(results.inputs.sections)
        ]
        stated = f"median {np.median(gaps):.2f} %, largest {max(gaps):.2f} %"
        assert row(f"gap of 19 section totals, {year}")[0] == stated


def test_shares_of_gdp_are_stated_as_measured(results: ModelResults) -> None:
    shares = 100 * results.national / results.gdp.values
    printed = [published.of("nation", "share_of_gdp", year)["total"] for year in results.years]
    model, theirs = row("share of GDP 2017 to 2021")
    assert model == ", ".join(f"{s:.2f}" for s in shares) + " %"
    assert theirs == ", ".join(f"{s:.2f}" for s in printed) + " %"


def test_employment_is_stated_as_measured(results: ModelResults) -> None:
    t = results.years.index(2020)
    model, theirs = row("direct and indirect employment 2020, 万人")
    assert model == f"{results.jobs_direct[t]:.2f}, {results.jobs_indirect[t]:.2f}"
    printed = published.of("nation", "employment", 2020)
    assert theirs == f"{printed['direct']:.2f}, {printed['indirect']:.2f}"


def test_the_first_screen_shows_what_the_command_prints(results: ModelResults) -> None:
    for values in (results.direct.sum(axis=0), results.indirect.sum(axis=0), results.national):
        shown = " │ ".join(f"{v:>8,.1f}" for v in values)
        assert shown in README


def test_the_chinese_readme_has_the_same_figures() -> None:
    """Every table row of it, and every number with a decimal or a thousands' separator."""
    theirs = set(re.findall(r"\d[\d,]*\.\d+|\d+,\d+", README))
    ours = set(re.findall(r"\d[\d,]*\.\d+|\d+,\d+", CHINESE))
    assert ours - theirs == set()
    assert len(ours) > 30


def test_both_readmes_run_the_same_commands() -> None:
    fence = re.compile(r"^ *```(?:sh|bat)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
    assert fence.findall(CHINESE) == fence.findall(README)

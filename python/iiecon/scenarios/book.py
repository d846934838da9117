"""A new workbook with the base and its scenarios side by side: tables and native charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from iiecon import catalogue
from iiecon.exports import marked
from iiecon.scenarios.runs import Line, ScenarioRuns
from iiecon.workbook.build import written
from iiecon.workbook.chart_data import absolute, label
from iiecon.workbook.charts import BLUE, GREEN, GREY, ORANGE, VERMILION, Chart, Place, Series
from iiecon.workbook.input_sheets import new_sheet
from iiecon.workbook.layout import LINE_HEIGHT, Sheet, Value, length

COLOURS = (BLUE, ORANGE, GREEN, VERMILION)
FORMS = {"money": "money", "people": "people", "share": "share"}
TOP = 5  # the row of a table's heads
CHART_ROWS, CHART_COLUMNS = 22, 8
LABELS = 3  # columns of codes and names


@dataclass(frozen=True)
class Listing:
    """A sheet of lines: their `labels` (three texts each), and what its chart shows."""

    name: str
    lines: Sequence[Line]
    labels: Sequence[tuple[str, str, str]]
    of_changes: bool


def scenario_book(runs: ScenarioRuns) -> bytes:
    """The bytes of an .xlsx file. Texts from scenario files are marked, none becomes a formula."""
    year = runs.last_year
    inputs = runs.base.inputs
    sections = {s.code: (s.code, s.name_zh, s.name_en) for s in inputs.sections}
    provinces = {p.code: (p.code, p.name_zh, p.name_en) for p in inputs.provinces}
    regions = {r.key: ("", r.name_zh, r.name_en) for r in inputs.regions}
    total = runs.of("national", "total")
    whole = [line for line in runs.of("national") if line.field != "total"]
    by_section = runs.of("sections", "total", year=year)
    jobs = runs.of("provinces", "employment", year=year)
    by_province = runs.of("provinces", "value_added", year=year)
    by_region = runs.of("regions", "value_added", year=year)
    return written(
        [
            _about(runs),
            _sheet(runs, Listing("Scenario_Total", total, _by_year(total), of_changes=False)),
            _sheet(
                runs,
                Listing("Scenario_Nation", whole, _by_year(whole), of_changes=False),
                drawn=False,
            ),
            _sheet(runs, _listing("Scenario_Sections", by_section, sections)),
            _sheet(runs, _listing("Scenario_Provinces", by_province, provinces)),
            _sheet(runs, _listing("Scenario_Regions", by_region, regions)),
            _sheet(runs, _listing("Scenario_Jobs", jobs, provinces)),
        ]
    )


def _listing(name: str, lines: Sequence[Line], names: dict[str, tuple[str, str, str]]) -> Listing:
    labels = [names.get(line.code, (line.code, "", "")) for line in lines]
    return Listing(name, lines, labels, of_changes=True)


def _by_year(lines: Sequence[Line]) -> list[tuple[str, str, str]]:
    from iiecon.replication.tables import RESULT_LABELS

    keys = [f"label.{RESULT_LABELS.get(line.field, line.field)}" for line in lines]
    return [
        (str(line.year), catalogue.text(key, "zh"), catalogue.text(key, "en"))
        for line, key in zip(lines, keys, strict=True)
    ]


def _about(runs: ScenarioRuns) -> Sheet:
    """The scenarios, and each change of theirs."""
    sheet = new_sheet("Scenarios", output=True)
    heads = ("scenario", "title", "change", "amount")
    sheet.text(TOP, 1, *(label(f"scenario.head.{key}") for key in heads), role="header")
    row = TOP + 1
    for scenario in runs.scenarios:
        for i, (key, change) in enumerate(list(scenario.changes()) or [("", "")]):
            names = (scenario.name, scenario.title) if i == 0 else ("", "")
            sheet.text(row, 1, *map(marked, (*names, key, change)))
            row += 1
    sheet.widths = {1: 26, 2: 60, 3: 42, 4: 20}
    sheet.wrapped = (2,)
    return sheet


def _sheet(runs: ScenarioRuns, listing: Listing, drawn: bool = True) -> Sheet:
    """Base, scenarios, differences and relative differences of each line, and a chart below."""
    sheet = new_sheet(listing.name, output=True)
    names = [marked(scenario.name) for scenario in runs.scenarios]
    change, percent = label("scenario.head.difference"), label("scenario.head.relative")
    base = label("scenario.head.base")
    if listing.of_changes:
        base = f"{base}\n{runs.last_year}"
    heads = [
        *("", "", ""), base, *names,
        *(f"{change}\n{name}" for name in names), *(f"{percent}\n{name}" for name in names),
    ]  # fmt: skip
    sheet.text(TOP, 1, *heads, role="header")
    sheet.heights[TOP] = 3 * LINE_HEIGHT
    count, runs_ = len(listing.lines), len(names)
    for i, (line, labels) in enumerate(zip(listing.lines, listing.labels, strict=True), TOP + 1):
        sheet.text(i, 1, *map(marked, labels))
        form = FORMS[line.unit]
        numbers = (line.base, *line.values, *line.changes)
        sheet.table(i, LABELS + 1, [_blank(numbers)], "computed", format=form)
        left = LABELS + 1 + len(numbers)
        sheet.table(i, left, [_blank(line.relative)], "computed", format="share")
    sheet.freeze = (TOP + 1, LABELS + 1)
    wide = max([12.0, *(length(name) + 2 for name in names)])
    sheet.widths = {
        1: 9, 2: 22, 3: 34, **dict.fromkeys(range(4, 5 + 3 * runs_), min(wide, 24)),
    }  # fmt: skip
    if drawn and listing.lines:
        sheet.charts.append(_chart(listing, TOP + 1, count, runs_, runs.last_year))
    return sheet


def _chart(listing: Listing, top: int, count: int, runs: int, year: int) -> Chart:
    """Base and scenarios by year, or the differences of the last year by name."""
    first = LABELS + 2 + runs if listing.of_changes else LABELS + 1
    columns = runs if listing.of_changes else runs + 1
    colours = [COLOURS[i % len(COLOURS)] for i in range(runs)]
    if not listing.of_changes:
        colours = [GREY, *colours]
    series = [
        Series(
            absolute(TOP, first + i),
            absolute(top, first + i, count),
            colours[i],
            labelled=not listing.of_changes and runs < 3,
        )
        for i in range(columns)
    ]
    titles = tuple(
        catalogue.text(f"scenario.chart.{listing.name}", language, year=year)
        for language in catalogue.LANGUAGES
    )
    coded = listing.name == "Scenario_Sections" or not listing.of_changes
    names = absolute(top, 1 if coded else 2, count)
    return Chart(
        titles, Place(top + count + 2, 1, CHART_ROWS, CHART_COLUMNS), names, series,
        "people" if listing.name == "Scenario_Jobs" else "money", overlap=0, upright=count > 10,
        below_zero=listing.of_changes,
    )  # fmt: skip


def _blank(numbers: Sequence[float]) -> list[Value]:
    return [None if math.isnan(number) else number for number in numbers]

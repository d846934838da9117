"""Crosscheck: the industry by other methods on the same table, and each gap explained."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from itertools import pairwise

from iiecon import catalogue
from iiecon.crosscheck import METHODS, STEPS
from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import a1
from iiecon.workbook.chart_data import absolute, label, titles
from iiecon.workbook.charts import BLUE, ORANGE, VERMILION, Chart, Place, Series
from iiecon.workbook.input_sheets import header
from iiecon.workbook.io_outputs import DIRECT, IMPORTS
from iiecon.workbook.layout import UNITS, Sheet
from iiecon.workbook.pages import ENGLISH, Page, new_page, section_rows

FIRST = 5  # the column of the first figure
CALL = f'IO_CROSSCHECK({DIRECT},"{{measure}}",{IMPORTS})/IO_DIVISOR'
BY_SECTION = f"IIE_REGION_SUM({CALL},SECTOR_SECTIONS,SECTION_CODES)"
GDP = "INDEX(GDP_USED,1,1)"
# The climb: steps, and after them the method that they lead to.
CLIMB = ("own_use", "forward", "direct", "backward", "union", "rest", "extraction", "repeated",
         "paper")  # fmt: skip
DRAWN = ("hidden", "total", "more", "less")
CHART_ROWS, CHART_COLUMNS = 22, 12


def crosscheck_sheet(inputs: ModelInputs) -> Sheet:
    """Methods side by side by section, the steps between them, a waterfall, and words."""
    page = new_page("Crosscheck", inputs, dict.fromkeys(range(FIRST, FIRST + 8), 12.5))
    page.row += 1
    page.sheet.freeze = (page.row, FIRST)
    _methods(page, inputs)
    _steps(page, inputs)
    _climb(page)
    _words(page)
    return page.sheet


def _heads(page: Page, column: int, names: tuple[str, ...]) -> None:
    heads = (header(f"crosscheck_{name}") for name in names)
    page.sheet.text(page.row, column, *heads, role="header")


def _by_section(page: Page, inputs: ModelInputs, measure: str, names: tuple[str, ...]) -> int:
    """A column for each method or step, sections below one another; the row of the sums."""
    page.heading(f"crosscheck_{measure}", UNITS["money"])
    _heads(page, FIRST, names)
    rows, top = section_rows(inputs), page.row + 1
    page.label_columns(rows, top)
    page.sheet.spill(
        top, FIRST, rows.count, len(names), BY_SECTION.format(measure=measure),
        f"CROSSCHECK_{measure.upper()}", "money",
    )  # fmt: skip
    page.row = top + rows.count
    page.sheet.text(page.row, 1, "", *header("total_row").split("\n"), "", role="total")
    page.sheet.formulas(
        page.row, FIRST, 1, len(names), lambda r, c: f"SUM({a1(top, c)}:{a1(r - 1, c)})",
        f"CROSSCHECK_{measure.upper()}_TOTAL", "money", "total",
    )  # fmt: skip
    page.row += 1
    return top


def _methods(page: Page, inputs: ModelInputs) -> None:
    """The methods, and at their right the same as shares of GDP."""
    heads = page.row
    top = _by_section(page, inputs, "methods", METHODS)
    left = FIRST + len(METHODS)
    share = header("crosscheck_shares").replace("\n", " ")
    names = (f"{header(f'crosscheck_{name}')}\n{share}" for name in METHODS)
    page.sheet.text(heads, left, *names, role="header")
    page.sheet.formulas(
        top, left, page.row - top, len(METHODS),
        lambda r, c: f'IFERROR({a1(r, c - len(METHODS))}/{GDP},"")', format="share",
    )  # fmt: skip
    page.sheet.text(page.row, 1, "", *header("crosscheck_order").split("\n"))
    totals = [a1(page.row - 1, FIRST + i) for i in range(len(METHODS))]
    ordered = ",".join(f"{more}-{less}>=-0.000001" for less, more in pairwise(totals))
    page.sheet.formulas(
        page.row, FIRST, 1, 1, lambda r, c: f'IF(AND({ordered}),"✔","✘")', format="word"
    )
    page.sheet.lights.append(a1(page.row, FIRST))
    page.row += 1
    page.source("crosscheck")
    page.row += 1


def _steps(page: Page, inputs: ModelInputs) -> None:
    _by_section(page, inputs, "steps", STEPS)
    page.source("crosscheck")
    page.row += 1


def _climb(page: Page) -> None:
    """Steps and methods in turn, and the columns of the waterfall that is drawn of them."""
    sheet, top = page.sheet, page.row + 1
    page.heading("crosscheck_climb", UNITS["money"])
    sheet.text(
        page.row, FIRST, header("crosscheck_amount"), header("crosscheck_shares"), role="header"
    )
    for i, name in enumerate(DRAWN, start=FIRST + 2):
        sheet.text(page.row, i, label(f"label.crosscheck_{name}"), role="data")
    for i, name in enumerate(CLIMB):
        chinese, english = header(f"crosscheck_{name}").split("\n")
        sheet.text(top + i, 2, chinese)
        sheet.text(top + i, ENGLISH, english, role="english")
    count = len(CLIMB)

    def amount(r: int, c: int) -> str:
        name = CLIMB[r - top]
        kind, names = ("METHODS", METHODS) if name in METHODS else ("STEPS", STEPS)
        return f"INDEX(CROSSCHECK_{kind}_TOTAL,1,{names.index(name) + 1})"

    sheet.formulas(top, FIRST, count, 1, amount, "CROSSCHECK_CLIMB", "money")
    sheet.formulas(
        top, FIRST + 1, count, 1, lambda r, c: f'IFERROR({a1(r, FIRST)}/{GDP},"")', format="share"
    )
    sheet.formulas(top, FIRST + 2, count, len(DRAWN), _drawn(top), format="whole", role="data")
    page.row = top + count
    page.source("crosscheck")
    page.row += 1
    _chart(page, top)


def _drawn(top: int) -> Callable[[int, int], str]:
    """What each column of the waterfall is made of: an unseen part that lifts a step to where the
    one before ended, and the step, by its sign.
    """

    def formula(r: int, c: int) -> str:
        name, part = CLIMB[r - top], DRAWN[c - FIRST - 2]
        own = a1(r, FIRST)
        if name in METHODS:
            return own if part == "total" else "0"
        before = _before(r, top)
        return {
            "hidden": f"MIN({before},{before}+{own})",
            "total": "0",
            "more": f"MAX({own},0)",
            "less": f"MAX(-{own},0)",
        }[part]

    return formula


def _before(r: int, top: int) -> str:
    """Where the line before ends: at a method's total, or at the top of the first step."""
    return "0" if r == top else a1(r - 1, FIRST)


def _chart(page: Page, top: int) -> None:
    count = len(CLIMB)
    colours = dict(zip(DRAWN, (BLUE, BLUE, ORANGE, VERMILION), strict=True))
    series = [
        Series(
            absolute(top - 1, FIRST + 2 + i), absolute(top, FIRST + 2 + i, count), colours[name],
            labelled=name != "hidden", listed=name != "hidden", unseen=name == "hidden",
        )
        for i, name in enumerate(DRAWN)
    ]  # fmt: skip
    place = Place(page.row, 1, CHART_ROWS, CHART_COLUMNS)
    page.sheet.charts.append(
        Chart(
            titles("crosscheck"), place, absolute(top, 2, count), series, "money", stacked=True,
            gap=30,
        )
    )  # fmt: skip
    page.row += CHART_ROWS + 1


def _words(page: Page) -> None:
    """What each line means; where the paper's number stands, with the numbers of the sheet."""
    sheet = page.sheet
    page.heading("crosscheck_words")
    page.row += 1
    for name in CLIMB:
        key = f"crosscheck.{'method' if name in METHODS else 'step'}.{name}"
        sheet.text(page.row, 1, catalogue.text(key, "zh"))
        sheet.text(page.row + 1, 1, catalogue.text(key, "en"), role="note")
        page.row += 2
    union, extraction, paper = (f"INDEX(CROSSCHECK_METHODS_TOTAL,1,{k})" for k in (2, 3, 4))
    numbers = {
        "paper": f"ROUND({paper},0)",
        "share": f'ROUND(100*{paper}/{GDP},2)&"%"',
        "repeated": f"ROUND({paper}-{extraction},0)",
        "excess": f'IFERROR(ROUND(100*({paper}/{extraction}-1),1),0)&"%"',
        "over_union": f"ROUND({paper}-{union},0)",
    }
    for language in catalogue.LANGUAGES:
        template = catalogue.template("crosscheck.place.paper", language)
        sentence = "&".join(_pieces(template, numbers))
        sheet.formulas(page.row, 1, 1, 1, lambda r, c, s=sentence: s, role="label")  # type: ignore[misc]
        page.row += 1
    for language in catalogue.LANGUAGES:
        sheet.text(page.row, 1, catalogue.text("crosscheck.place.left_out", language))
        page.row += 1


def _pieces(template: str, numbers: dict[str, str]) -> Iterator[str]:
    """A text with placeholders as the parts of a formula."""
    for text, name, _, _ in string.Formatter().parse(template):
        if text:
            yield '"' + text.replace('"', '""') + '"'
        if name is not None:
            yield numbers[name]

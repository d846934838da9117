"""Uncertainty: intervals of the nation and of sections in the last two years (section 12)."""

from __future__ import annotations

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import a1
from iiecon.workbook.input_sheets import header, padded
from iiecon.workbook.layout import UNITS, Sheet
from iiecon.workbook.output_sheets import EXTRAPOLATE, WITH_MULTIPLIER
from iiecon.workbook.pages import (
    ENGLISH,
    FIRST_YEAR,
    YEAR_WIDTH,
    Lines,
    Page,
    new_page,
    section_rows,
)

COLUMNS = ("interval_mean", "interval_deviation", "interval_q05", "interval_q50", "interval_q95")
PARTS = ("total", "direct", "indirect")
SHOWN = 2  # years
TABLE = "IO_FLOWS,IO_OUTPUT,IO_VALUE_ADDED,IO_CODES,SCORE_CODES"
PANEL = "BALLOTS,FACTOR_WEIGHTS,GRADE_SCORES,SCORE_VALUES"
PLACES = "SECTOR_SECTIONS,SECTION_CODES,RATE_BASE*IO_DIVISOR"
OPTIONS = "OPT_FUZZY_OPERATOR,OPT_IMPORTS,IO_IMPORTS,IO_EXPORTS"


def uncertainty_sheet(inputs: ModelInputs) -> Sheet:
    """Technology up to each year; then by year the intervals, and the errors they rest on."""
    page = new_page("Uncertainty", inputs)
    lines = Lines(page, "technology_product")
    row = page.row
    lines.plain(
        "technology_product", "TECHNOLOGY_PRODUCT", "multiplier",
        lambda k: "1" if k == 1
        else f"{a1(row, FIRST_YEAR + k - 2)}*INDEX(TAU,{k},1)",
    )  # fmt: skip
    page.row += 1
    years = range(max(1, page.years - SHOWN + 1), page.years + 1)
    for k in reversed(years):
        _interval(page, inputs, k)
    for k in reversed(years):
        _errors(page, inputs, k)
    return page.sheet


def _interval(page: Page, inputs: ModelInputs, k: int) -> None:
    """One year: total, direct, indirect and every section by mean, deviation and quantiles."""
    sheet, count = page.sheet, len(inputs.sections)
    page.heading("interval", UNITS["money"])
    sheet.text(page.row, FIRST_YEAR, *(header(key) for key in COLUMNS), role="header")
    sheet.widths.update({FIRST_YEAR + i: YEAR_WIDTH for i in range(len(COLUMNS))})
    year, top = page.row + 1, page.row + 2
    sheet.formulas(
        year, FIRST_YEAR, 1, 1, lambda r, c: f"INDEX(YEARS,1,{k})", format="year_head",
        role="header",
    )  # fmt: skip
    for i, part in enumerate(PARTS):
        chinese, english = header(part).split("\n")
        sheet.text(top + i, 2, chinese)
        sheet.text(top + i, ENGLISH, english, role="english")
    page.label_columns(section_rows(inputs), top + len(PARTS))
    given = (
        f"{TABLE},{PANEL},{PLACES},INDEX(SECTION_VA_USED,0,{k}),"
        f"INDEX(TECHNOLOGY_PRODUCT,1,{k}),FORECAST_ERROR_{k},,,{OPTIONS}"
    )
    rows = len(PARTS) + count
    sheet.spill(
        top, FIRST_YEAR, rows, len(COLUMNS), f"IIE_INTERVAL({given})", f"INTERVAL_{k}", "money"
    )
    for i in range(len(COLUMNS)):
        page.mark(
            top + len(PARTS), count, "money", WITH_MULTIPLIER, header_row=year,
            column=FIRST_YEAR + i,
        )  # fmt: skip
    page.row = top + rows
    page.source("interval")
    page.row += 1


def _errors(page: Page, inputs: ModelInputs, k: int) -> None:
    """By how much the extrapolation of a year was wrong when it started from each earlier year."""
    rows = section_rows(inputs)
    width = len(padded(inputs.section_va, inputs.options.last_year + 1).years)
    page.heading("forecast_error")
    page.sheet.spill(
        page.row, FIRST_YEAR, 1, width, "SECTION_VA_YEARS", format="year_head", role="header"
    )
    top = page.row + 1
    page.label_columns(rows, top)
    call = EXTRAPOLATE.format(
        values="SECTION_VA", years="SECTION_VA_YEARS", targets=f"INDEX(YEARS,1,{k})",
        method="OPT_EXTRAPOLATION",
    )  # fmt: skip
    page.sheet.spill(
        top, FIRST_YEAR, rows.count, width, f'{call},GROWTH_WEIGHTS,,,"error")',
        f"FORECAST_ERROR_{k}", "rate",
    )  # fmt: skip
    page.row = top + rows.count
    page.source("forecast_error")
    page.row += 1

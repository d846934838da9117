"""Uncertainty: intervals of the nation, sections, provinces and employment (section 12)."""

from __future__ import annotations

from collections.abc import Sequence

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import a1
from iiecon.workbook.chart_data import absolute, titles
from iiecon.workbook.charts import BLUE, ORANGE, Chart, Place, Series
from iiecon.workbook.input_sheets import header, padded
from iiecon.workbook.layout import UNITS, Sheet
from iiecon.workbook.output_sheets import EXTRAPOLATE, GDP_MARKED, WITH_MULTIPLIER
from iiecon.workbook.pages import (
    ENGLISH,
    FIRST_YEAR,
    YEAR_WIDTH,
    Labels,
    Lines,
    Page,
    new_page,
    province_rows,
    region_rows,
    section_rows,
)

COLUMNS = ("interval_mean", "interval_deviation", "interval_q05", "interval_q50", "interval_q95")
WIDTH = len(COLUMNS)
LOW, MIDDLE, HIGH = 2, 3, 4  # places of 5, 50 and 95 % among COLUMNS
PARTS = ("total", "direct", "indirect")
JOBS = ("jobs", "jobs_direct", "jobs_indirect")
SHOWN = 2  # years side by side
DATA = FIRST_YEAR + SHOWN * WIDTH + 1  # what the charts draw, off paper
CHART_ROWS = 14
TABLE = "IO_FLOWS,IO_OUTPUT,IO_VALUE_ADDED,IO_CODES,SCORE_CODES"
PANEL = "BALLOTS,FACTOR_WEIGHTS,GRADE_SCORES,SCORE_VALUES"
PLACES = "SECTOR_SECTIONS,SECTION_CODES,RATE_BASE*IO_DIVISOR"
OPTIONS = (
    "OPT_INTERVAL_DRAWS,OPT_INTERVAL_SEED,OPT_FUZZY_OPERATOR,OPT_IMPORTS,IO_IMPORTS,IO_EXPORTS"
)
TOTAL_MARKED = 'INDEX(SECTIONS_MARK,1,MATCH({year},YEARS,0))="e"'
PROVINCES_MARKED = 'INDEX(PROVINCES_MARK,1,MATCH({year},YEARS,0))="e"'
JOBS_MARKED = 'INDEX(EMPLOYMENT_MARK,1,MATCH({year},YEARS,0))="e"'


def uncertainty_sheet(inputs: ModelInputs) -> Sheet:
    """The nation and sections in the last two years; provinces and employment in the last; charts;
    and the errors that the forecasts rest on.
    """
    page = new_page("Uncertainty", inputs)
    page.sheet.widths.update({FIRST_YEAR + i: YEAR_WIDTH for i in range(SHOWN * WIDTH)})
    page.sheet.printing.printed = DATA - 2
    last = page.years
    _nation(page, inputs, [k for k in (last, last - 1) if k >= 1])
    _employment(page, last)
    _provinces(page, inputs, last)
    _technology(page)
    _errors(page, inputs, last)
    return page.sheet


def _heads(page: Page, key: str, unit: str, years: Sequence[int]) -> None:
    """A title, the years at its right, and below each year what its columns are."""
    page.heading(key, unit)
    page.sheet.text(page.row + 1, 1, *[""] * (FIRST_YEAR - 1), role="header")
    for i, k in enumerate(years):
        left = FIRST_YEAR + i * WIDTH
        page.sheet.formulas(
            page.row, left, 1, 1, lambda r, c, year=k: f"INDEX(YEARS,1,{year})",  # type: ignore[misc]
            format="year_head", role="header",
        )  # fmt: skip
        page.sheet.text(page.row, left + 1, *[""] * (WIDTH - 1), role="header")
        page.sheet.text(page.row + 1, left, *(header(c) for c in COLUMNS), role="header")
    page.row += 2


def _mark(page: Page, top: int, count: int, left: int, format: str, mark: str, year: int) -> None:
    """Mark columns by the year in the row `year` above the first of them."""
    for i in range(WIDTH):
        page.mark(top, count, format, mark, header_row=year, column=left + i, year=left)


def _nation(page: Page, inputs: ModelInputs, years: Sequence[int]) -> None:
    """Total, direct, indirect and every section, year beside year; charts of the first."""
    rows, sheet = section_rows(inputs), page.sheet
    heads = page.row
    _heads(page, "interval", UNITS["money"], years)
    top = page.row
    sections = top + len(PARTS)
    _names(page, top, PARTS)
    page.label_columns(rows, sections)
    count = len(PARTS) + rows.count
    for i, k in enumerate(years):
        left = FIRST_YEAR + i * WIDTH
        last = k == page.years
        name = "INTERVAL_SECTION" if last else "INTERVAL_SECTION_BEFORE"
        sheet.spill(top, left, count, WIDTH, _call(k, "section", last), name, "money")
        _mark(page, top, len(PARTS), left, "money", TOTAL_MARKED, heads)
        _mark(page, sections, rows.count, left, "money", WITH_MULTIPLIER, heads)
    page.row = top + count
    page.source("interval")
    page.row += 1
    _charts(page, heads, top, sections, rows.count)


def _charts(page: Page, heads: int, nation: int, sections: int, count: int) -> None:
    """The nation in money, on an unseen column up to 5 %; sections in percent of their median.

    What is drawn stands off paper: columns from 5 % to the median, and from there to 95 %.
    """
    sheet, year = page.sheet, a1(heads, FIRST_YEAR)
    marked = TOTAL_MARKED.format(year=year)
    series = []
    for i, (low, high, colour) in enumerate(((LOW, MIDDLE, BLUE), (MIDDLE, HIGH, ORANGE))):
        column, end = DATA + i, low if high == MIDDLE else high
        names = tuple(header(COLUMNS[j]).split("\n")[1] for j in (low, high))
        words = f'{year}&IF({marked}," e","")&" {names[0]} – {names[1]}"'
        sheet.formulas(heads + 1, column, 1, 1, lambda r, c, w=words: w, role="data")  # type: ignore[misc]
        sheet.formulas(
            nation, column, len(PARTS), 1,
            lambda r, c, a=low, b=high: f"{_cell(r, b)}-{_cell(r, a)}",  # type: ignore[misc]
            format="whole", role="data",
        )  # fmt: skip
        sheet.formulas(
            sections, column, count, 1,
            lambda r, c, e=end: f"IFERROR({_cell(r, e)}/{_cell(r, MIDDLE)}-1,0)",  # type: ignore[misc]
            format="share", role="data",
        )  # fmt: skip
        series.append((absolute(heads + 1, column), column, colour))
    unseen = Series(
        absolute(heads + 1, FIRST_YEAR + LOW), absolute(nation, FIRST_YEAR + LOW, len(PARTS)),
        BLUE, labelled=False, listed=False, unseen=True,
    )  # fmt: skip

    def parts(top: int, rows: int) -> list[Series]:
        return [
            Series(name, absolute(top, column, rows), colour, labelled=False)
            for name, column, colour in series
        ]

    left = ENGLISH + 1
    sheet.charts += [
        Chart(
            titles("interval_nation"), Place(page.row, 1, CHART_ROWS, left - 1),
            absolute(nation, 2, len(PARTS)), [unseen, *parts(nation, len(PARTS))], "money",
            stacked=True,
        ),
        Chart(
            titles("interval_section"), Place(page.row, left, CHART_ROWS, DATA - 1 - left),
            absolute(sections, 1, count), parts(sections, count), "share", stacked=True,
            below_zero=True,
        ),
    ]  # fmt: skip
    page.row += CHART_ROWS + 1


def _cell(row: int, place: int) -> str:
    """A figure of the first year, by its place among COLUMNS."""
    return a1(row, FIRST_YEAR + place)


def _employment(page: Page, k: int) -> None:
    """The nation's employment: total, direct, indirect."""
    heads = page.row
    _heads(page, "interval_employment", UNITS["people"], [k])
    _names(page, page.row, JOBS)
    page.sheet.spill(
        page.row, FIRST_YEAR, len(JOBS), WIDTH, _call(k, "employment", True), "INTERVAL_JOBS",
        "people",
    )  # fmt: skip
    _mark(page, page.row, len(JOBS), FIRST_YEAR, "people", JOBS_MARKED, heads)
    page.row += len(JOBS)
    page.source("interval")
    page.row += 1


def _provinces(page: Page, inputs: ModelInputs, k: int) -> None:
    """Provinces, beside them the GDP that they are allocated by, and regions."""
    rows, sheet = province_rows(inputs), page.sheet
    heads, left = page.row, FIRST_YEAR + WIDTH
    sectors = ("primary", "secondary", "tertiary")
    title = header("interval_gdp").replace("\n", " ")
    sheet.text(heads, left, f"{title}（{UNITS['money']}）", "", "", role="header")
    sheet.text(heads + 1, left, *(header(name) for name in sectors), role="header")
    top = heads + 2
    sheet.formulas(
        top, left, rows.count, len(sectors),
        lambda r, c: f"INDEX(GDP_{sectors[c - left].upper()},{r - top + 1},{k})",
        "PROVINCE_GDP_LAST", "money",
    )  # fmt: skip
    for i in range(len(sectors)):
        page.mark(
            top, rows.count, "money", GDP_MARKED, header_row=heads, column=left + i,
            year=FIRST_YEAR,
        )  # fmt: skip
    _by_place(page, "province", rows, k)
    _by_place(page, "region", region_rows(inputs), k)


def _by_place(page: Page, measure: str, rows: Labels, k: int) -> None:
    heads = page.row
    _heads(page, f"interval_{measure}", UNITS["money"], [k])
    page.label_columns(rows, page.row)
    page.sheet.spill(
        page.row, FIRST_YEAR, rows.count, WIDTH, _call(k, measure, True),
        f"INTERVAL_{measure.upper()}", "money",
    )  # fmt: skip
    _mark(page, page.row, rows.count, FIRST_YEAR, "money", PROVINCES_MARKED, heads)
    page.row += rows.count
    page.source("interval")
    page.row += 1


def _names(page: Page, top: int, keys: Sequence[str]) -> None:
    for i, key in enumerate(keys):
        chinese, english = header(key).split("\n")
        page.sheet.text(top + i, 2, chinese)
        page.sheet.text(top + i, ENGLISH, english, role="english")


def _call(k: int, measure: str, last: bool) -> str:
    """IIE_INTERVAL of the k-th year; in the last one with all that provinces and jobs take, so that
    its formulas differ in the measure alone and share their draws.
    """
    error = "FORECAST_ERROR" if last else _error("SECTION_VA", "SECTION_VA_YEARS", k, section=True)
    given = (
        f"{TABLE},{PANEL},{PLACES},INDEX(SECTION_VA_USED,0,{k}),"
        f"INDEX(TECHNOLOGY_PRODUCT,1,{k}),{error},{OPTIONS}"
    )
    if last:
        sectors = ("PRIMARY", "SECONDARY", "TERTIARY")
        series = "INDEX(MACRO_DATA,0,MATCH({key},MACRO_KEYS,0))"
        tail = [
            f'"{measure}",SECTION_SECTOR3,PROVINCE_GDP_LAST',
            *(_error(f"PROVINCE_{sector}", "PROVINCE_YEARS", k) for sector in sectors),
            f"PROVINCE_REGIONS,REGION_KEYS,INDEX(PROVINCE_LABOUR,0,{k})",
            f'IF(INDEX(GDP_ESTIMATED,1,{k})=1,INDEX(GDP_USED,1,{k}),"")',
            *(
                _error(series.format(key=key), "MACRO_YEARS", k)
                for key in ('"gdp"', "OPT_EMPLOYMENT_SERIES")
            ),
            f"OPT_SECTION_PRODUCTIVITY,INDEX(SECTION_WAGE_USED,0,{k})",
        ]
        given = ",".join([given, *tail])
    return f"IIE_INTERVAL({given})"


def _error(values: str, years: str, k: int, section: bool = False) -> str:
    """How wrong the extrapolation of a table was, from each earlier year on."""
    call = EXTRAPOLATE.format(
        values=values, years=years, targets=f"INDEX(YEARS,1,{k})",
        method="OPT_EXTRAPOLATION" if section else "OPT_MACRO_EXTRAPOLATION",
    )  # fmt: skip
    return call + (',GROWTH_WEIGHTS,,,"error")' if section else ',,,,"error")')


def _technology(page: Page) -> None:
    """The product of the multipliers up to each year."""
    lines, row = Lines(page, "technology_product"), page.row
    lines.plain(
        "technology_product", "TECHNOLOGY_PRODUCT", "multiplier",
        lambda k: "1" if k == 1
        else f"{a1(row, FIRST_YEAR + k - 2)}*INDEX(TAU,{k},1)",
    )  # fmt: skip
    page.row += 1


def _errors(page: Page, inputs: ModelInputs, k: int) -> None:
    """By how much the extrapolation of the year was wrong when it started from each earlier one."""
    rows = section_rows(inputs)
    width = len(padded(inputs.section_va, inputs.options.last_year + 1).years)
    page.heading("forecast_error")
    page.sheet.spill(
        page.row, FIRST_YEAR, 1, width, "SECTION_VA_YEARS", format="year_head", role="header"
    )
    top = page.row + 1
    page.label_columns(rows, top)
    page.sheet.spill(
        top, FIRST_YEAR, rows.count, width,
        _error("SECTION_VA", "SECTION_VA_YEARS", k, section=True), "FORECAST_ERROR", "typed",
    )  # fmt: skip
    page.row = top + rows.count
    page.source("forecast_error")
    page.row += 1

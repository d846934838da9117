"""The output sheets: every cell a visible formula on named ranges.

Arrays come from our functions as one spilling formula per block; totals, shares and growth are
plain Excel. Each block that the model also computes has a defined name, so that a recalculation
can hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import a1
from iiecon.workbook.input_sheets import header
from iiecon.workbook.layout import UNITS, Block, Mark, Sheet
from iiecon.workbook.pages import (
    FIRST_YEAR,
    TOP,
    YEAR_WIDTH,
    Labels,
    Lines,
    Page,
    new_page,
    province_rows,
    region_rows,
    section_rows,
)

# Conditions under which the cell of a section and a year is an estimate.
EXTRAPOLATED = "INDEX(SECTION_ESTIMATED,MATCH({code},SECTION_CODES,0),MATCH({year},YEARS,0))>0"
WITH_MULTIPLIER = f"OR({EXTRAPOLATED},INDEX(TAU_ESTIMATED,MATCH({{year}},YEARS,0),1)>0)"
GDP_MARKED = 'INDEX(PROVINCE_GDP_MARK,1,MATCH({year},YEARS,0))="e"'
LABOUR_MARKED = "INDEX(LABOUR_ESTIMATED,1,MATCH({year},YEARS,0))=1"
FITTED = ("alpha", "beta", "log_a", "r2", "se_log_a", "se_alpha", "se_beta", "condition")
EXTRAPOLATE = (
    "IIE_EXTRAPOLATE({values},{years},{targets},{method},OPT_EXTRAPOLATION_WINDOW,OPT_DATA_UNTIL"
)


def multiplier(inputs: ModelInputs) -> Sheet:
    """Production function, Solow's residual and the technology multipliers used."""
    page = new_page("Multiplier", inputs, {1: 34, **dict.fromkeys(range(2, 8), 16)})
    sheet, options = page.sheet, inputs.options
    count = options.last_year - options.fit_first + 1
    keys = ("year", "series_output", "series_capital", "series_labour", "gamma", "estimated")
    sheet.text(TOP, 1, *(header(k) for k in keys), role="header")
    top = TOP + 1
    sheet.formulas(
        top, 1, count, 1, lambda r, c: "OPT_FIT_FIRST" if r == top else f"{a1(r - 1, 1)}+1",
        "FIT_YEARS", "word",
    )  # fmt: skip
    for column, part in enumerate(("OUTPUT", "CAPITAL", "LABOUR"), start=2):
        series = f"INDEX(MACRO_DATA,0,MATCH(OPT_PRODUCTION_{part},MACRO_KEYS,0))"
        sheet.spill(top, column, count, 1, _macro_call(series, "FIT_YEARS"), f"FIT_{part}", "money")
    used = "FIT_OUTPUT,FIT_CAPITAL,FIT_LABOUR"
    sheet.spill(
        top, 5, count, 1, f'IIE_MULTIPLIER({used},PRODUCTION_FIT,"gamma")', "GAMMA", "multiplier"
    )
    marks = "+".join(
        _macro_call(
            f"INDEX(MACRO_DATA,0,MATCH(OPT_PRODUCTION_{p},MACRO_KEYS,0))", "FIT_YEARS", True
        )
        for p in ("OUTPUT", "CAPITAL", "LABOUR")
    )
    sheet.spill(top, 6, count, 1, f"IF({marks}>0,1,0)", "FIT_ESTIMATED", "flag")
    row = top + count + 2
    sheet.printing.tables += [TOP, row, row + len(FITTED) + 3]
    sheet.text(row, 1, header("production_fit"), header("value"), role="header")
    for i, key in enumerate(FITTED, start=1):
        sheet.text(row + i, 1, "  ".join(dict.fromkeys(header(key).split("\n"))))
    call = f"COBB_DOUGLAS_FIT({used},OPT_PRODUCTION_FIT,FIT_YEARS,OPT_FIT_FIRST,OPT_FIT_LAST)"
    sheet.spill(row + 1, 2, len(FITTED), 1, call, "PRODUCTION_FIT", "multiplier")
    _used_multipliers(sheet, row + len(FITTED) + 3, page.years)
    return sheet


def _used_multipliers(sheet: Sheet, row: int, years: int) -> None:
    keys = ("year", "gamma", "tau_computed", "tau_override", "tau", "overridden", "tau_estimated")
    sheet.text(row, 1, *(header(k) for k in keys), role="header")
    top = row + 1
    sheet.formulas(top, 1, years, 1, lambda r, c: f"INDEX(YEARS,1,{r - top + 1})", format="word")
    sheet.formulas(
        top, 2, years, 1, lambda r, c: f"INDEX(GAMMA,MATCH({a1(r, 1)},FIT_YEARS,0))",
        "GAMMA_USED", "multiplier",
    )  # fmt: skip
    sheet.formulas(
        top, 3, years, 1,
        lambda r, c: "1" if r == top else f"{a1(r, 2)}/{a1(r - 1, 2)}",
        "TAU_COMPUTED", "multiplier",
    )  # fmt: skip
    column = 'INDEX(MACRO_DATA,0,MATCH("multiplier_override",MACRO_KEYS,0))'
    sheet.formulas(
        top, 4, years, 1,
        lambda r, c: f"IFERROR(N(INDEX({column},MATCH({a1(r, 1)},MACRO_YEARS,0))),0)",
        format="typed",
    )  # fmt: skip
    sheet.formulas(
        top, 5, years, 1,
        lambda r, c: "1" if r == top else f"IF({a1(r, 6)}=1,{a1(r, 4)},{a1(r, 3)})",
        "TAU", "multiplier",
    )  # fmt: skip
    sheet.formulas(
        top, 6, years, 1,
        lambda r, c: "0" if r == top
        else f'IF(AND(OPT_MULTIPLIER_SOURCE="override",{a1(r, 4)}>0),1,0)',
        "OVERRIDDEN", "tick",
    )  # fmt: skip
    marks = "INDEX(FIT_ESTIMATED,MATCH({year},FIT_YEARS,0))"
    sheet.formulas(
        top, 7, years, 1,
        lambda r, c: "0" if r == top
        else f"IF({a1(r, 6)}=1,{a1(r - 1, 7)},IF({a1(r - 1, 7)}"
        f"+{marks.format(year=a1(r, 1))}"
        f"+{marks.format(year=a1(r - 1, 1))}>0,1,0))",
        "TAU_ESTIMATED", "flag",
    )  # fmt: skip


def _macro_call(series: str, targets: str, marks: bool = False) -> str:
    call = EXTRAPOLATE.format(
        values=series, years="MACRO_YEARS", targets=targets, method="OPT_MACRO_EXTRAPOLATION"
    )
    return call + (',,,,"estimated")' if marks else ")")


def sections(inputs: ModelInputs) -> Sheet:
    """Value added by section and year: total, direct, indirect, and what it rests on."""
    page = new_page("Sections", inputs)
    page.marks = "SECTIONS_MARK"
    rows = section_rows(inputs)
    lines = Lines(page, "marks")
    own = "SUM(INDEX(SECTION_ESTIMATED,0,{k}))+INDEX(TAU_ESTIMATED,{k},1)"
    lines.marks("SECTIONS_MARK", lambda k: f"{own.format(k=k)}>0")
    page.row += 1
    both = "SECTION_DIRECT+SECTION_INDIRECT"
    page.sheet.freeze = (page.row - 1, FIRST_YEAR)
    top = page.table(
        "total", rows, "SECTION_TOTAL", "money", spill=both, mark=WITH_MULTIPLIER,
        ranked="NATIONAL_VA",
    )  # fmt: skip
    page.table(
        "direct", rows, "SECTION_DIRECT", "money", mark=EXTRAPOLATED, ranked="NATIONAL_DIRECT",
        spill="IIE_SECTION_VA(BASE_DIRECT,RATE_BASE,SECTION_VA_USED)",
    )  # fmt: skip
    page.table(
        "indirect", rows, "SECTION_INDIRECT", "money", mark=WITH_MULTIPLIER,
        ranked="NATIONAL_INDIRECT",
        spill="IIE_SECTION_VA(BASE_INDIRECT,RATE_BASE,SECTION_VA_USED,TAU)",
    )  # fmt: skip
    _growth_table(page, rows, top, "NATIONAL_VA", WITH_MULTIPLIER)
    page.table(
        "share_of_section", rows, "", "share", total=False, mark=WITH_MULTIPLIER,
        spill="SECTION_TOTAL/SECTION_VA_USED",
    )  # fmt: skip
    call = EXTRAPOLATE.format(
        values="SECTION_VA", years="SECTION_VA_YEARS", targets="YEARS", method="OPT_EXTRAPOLATION"
    )
    call += ",GROWTH_WEIGHTS,GROWTH_ADDITION,GROWTH_ADDITION_YEAR"
    used = call + ")"
    page.table(
        "section_va_used", rows, "SECTION_VA_USED", "money", spill=used, mark=EXTRAPOLATED,
        source="yearbook",
    )  # fmt: skip
    page.table(
        "section_estimated", rows, "SECTION_ESTIMATED", "flag", spill=call + ',"estimated")',
        total=False, mark="", source="yearbook",
    )  # fmt: skip
    _rates(page, rows)
    _published(page, rows)
    return page.sheet


def _growth_table(
    page: Page, rows: Labels, source: int, whole: str = "", mark: str | None = None
) -> None:
    """Growth over the year before of the table whose first line is `source`; in a last line that
    of the whole, a range by year.
    """
    down = source - page.row - 1

    def growth(r: int, c: int) -> str:
        if c == FIRST_YEAR:
            return '""'
        return f'IFERROR({a1(r + down, c)}/{a1(r + down, c - 1)}-1,"")'

    def of_whole(r: int, c: int) -> str:
        k = c - FIRST_YEAR + 1
        return f'IFERROR(INDEX({whole},1,{k})/INDEX({whole},1,{k - 1})-1,"")' if k > 1 else '""'

    last = ("total_row", of_whole) if whole else None
    page.table("growth", rows, "", "share", formula=growth, total=False, mark=mark, last=last)


def _rates(page: Page, rows: Labels) -> None:
    """Base-year contribution of each section and the rates d_c, p_c taken of it."""
    sheet, top, count = page.sheet, page.row + 1, rows.count
    keys = ("base_direct", "base_indirect", "rate_base", "direct_rate", "indirect_rate")
    page.heading("rates")
    sheet.text(page.row, FIRST_YEAR, *(header(k) for k in keys), role="header")
    page.label_columns(rows, top)
    for i, name in enumerate(("DIRECT", "INDIRECT")):
        sheet.formulas(
            top, FIRST_YEAR + i, count, 1,
            lambda r, c, x=name: f"SUMIF(SECTOR_SECTIONS,{a1(r, 1)},IO_{x})",  # type: ignore[misc]
            f"BASE_{name}", "money",
        )  # fmt: skip
    sheet.formulas(
        top, FIRST_YEAR + 2, count, 1,
        lambda r, c: f'IF(OPT_RATE_BASE="yearbook",INDEX(SECTION_VA_USED,{r - top + 1},1),'
        + f"SUMIF(SECTOR_SECTIONS,{a1(r, 1)},SECTOR_VALUE_ADDED))",
        "RATE_BASE", "money",
    )  # fmt: skip
    for i in (0, 1):
        sheet.formulas(
            top, FIRST_YEAR + 3 + i, count, 1,
            lambda r, c, k=i: f"IF({a1(r, FIRST_YEAR + 2)}>0,{a1(r, FIRST_YEAR + k)}"  # type: ignore[misc]
            f"/{a1(r, FIRST_YEAR + 2)},0)", format="rate",
        )  # fmt: skip
    page.row = top + count
    page.source("model")
    page.row += 1


def _published(page: Page, rows: Labels) -> None:
    """The printed section totals beside the model's, for the years that were printed."""
    top = page.row + 1

    def printed(r: int, c: int) -> str:
        key = f'"industry."&{a1(r, 1)}&"."&{a1(top - 1, c)}&".value_added"'
        return f'IFERROR(INDEX(PUBLISHED_VALUE,MATCH({key},PUBLISHED_ID,0)),"")'

    def largest(r: int, c: int) -> str:
        column = f"INDEX(PUBLISHED_GAP,0,{c - FIRST_YEAR + 1})"
        return f'IF(COUNT({column})=0,"",MAX(MAX({column}),-MIN({column})))'

    page.table(
        "published", rows, "PUBLISHED_TOTAL", "money", formula=printed, mark="", source="published"
    )
    page.table(
        "published_gap", rows, "PUBLISHED_GAP", "share", total=False, mark=WITH_MULTIPLIER,
        spill='IFERROR(SECTION_TOTAL/PUBLISHED_TOTAL-1,"")', source="published",
        last=("gap_largest", largest),
    )  # fmt: skip


def provinces(inputs: ModelInputs) -> Sheet:
    """Value added by province and region, and the GDP it is allocated by."""
    page = new_page("Provinces", inputs)
    page.marks = "PROVINCES_MARK"
    rows = province_rows(inputs)
    lines = Lines(page, "marks")
    lines.marks("PROVINCE_GDP_MARK", _province_gdp_marks, "estimated_product")
    either = 'OR(INDEX(SECTIONS_MARK,1,{k})="e",INDEX(PROVINCE_GDP_MARK,1,{k})="e")'
    lines.marks("PROVINCES_MARK", lambda k: either.format(k=k))
    page.row += 1
    page.sheet.freeze = (page.row - 1, FIRST_YEAR)
    top = page.table(
        "province_value_added", rows, "PROVINCE_VA", "money", ranked="NATIONAL_VA",
        spill="IIE_PROVINCE_VA(PROVINCE_GDP_USED,SECTORS3_TOTAL)",
    )  # fmt: skip
    page.table("share_of_gdp", rows, "", "share", total=False, spill="PROVINCE_VA/PROVINCE_PRODUCT")
    _growth_table(page, rows, top, "NATIONAL_VA")
    _regions(page, region_rows(inputs))
    parts = "GDP_PRIMARY+GDP_SECONDARY+GDP_TERTIARY"
    page.table(
        "province_product", rows, "PROVINCE_PRODUCT", "money", spill=parts, mark=GDP_MARKED,
        source="yearbook",
    )  # fmt: skip
    return page.sheet


def _regions(page: Page, regions: Labels) -> None:
    """Value added of regions, which do not cover all provinces; growth and share of GDP."""
    top = page.table(
        "region_value_added", regions, "REGION_VA", "money", total=False, ranked="NATIONAL_VA",
        spill="IIE_REGION_SUM(PROVINCE_VA,PROVINCE_REGIONS,REGION_KEYS)",
    )  # fmt: skip
    _growth_table(page, regions, top)
    page.table(
        "region_product", regions, "REGION_PRODUCT", "money", total=False, mark=GDP_MARKED,
        spill="IIE_REGION_SUM(PROVINCE_PRODUCT,PROVINCE_REGIONS,REGION_KEYS)", source="yearbook",
    )  # fmt: skip
    page.table(
        "region_share", regions, "", "share", total=False,
        spill='IFERROR(REGION_VA/REGION_PRODUCT,"")',
    )  # fmt: skip


def _province_gdp_marks(k: int) -> str:
    """Whether the GDP of a province is extrapolated in the k-th year."""
    parts = [
        "SUM(INDEX("
        + EXTRAPOLATE.format(
            values=f"PROVINCE_{sector}", years="PROVINCE_YEARS", targets="YEARS",
            method="OPT_MACRO_EXTRAPOLATION",
        )
        + f',,,,"estimated"),0,{k}))'
        for sector in ("PRIMARY", "SECONDARY", "TERTIARY")
    ]  # fmt: skip
    return f"{'+'.join(parts)}>0"


def province_gdp(inputs: ModelInputs) -> Sheet:
    """GDP by three sectors, extrapolated where it is not given: three blocks side by side."""
    page, rows = new_page("Province_GDP", inputs), province_rows(inputs)
    page.row += 1
    sheet, top, years = page.sheet, page.row + 1, page.years
    page.heading("gdp_used", UNITS["money"])
    page.label_columns(rows, top)
    for j, sector in enumerate(("primary", "secondary", "tertiary")):
        left = FIRST_YEAR + j * years
        title = header(sector).replace("\n", "  ")
        sheet.text(page.row - 1, left, title, *[""] * (years - 1), role="header")
        page.year_headers(left)
        call = EXTRAPOLATE.format(
            values=f"PROVINCE_{sector.upper()}", years="PROVINCE_YEARS", targets="YEARS",
            method="OPT_MACRO_EXTRAPOLATION",
        )  # fmt: skip
        name = f"GDP_{sector.upper()}"
        sheet.spill(top, left, rows.count, years, call + ")", name, "money")
        last = a1(top + rows.count - 1, left + years - 1)
        marked = GDP_MARKED.format(year=a1(top - 1, left).rstrip("0123456789") + f"${top - 1}")
        sheet.marks.append(Mark(f"{a1(top, left)}:{last}", marked, "money"))
        sheet.widths.update({left + t: YEAR_WIDTH for t in range(years)})
    sheet.blocks.append(
        Block(top, FIRST_YEAR, rows.count, 3 * years, "computed", "PROVINCE_GDP_USED")
    )
    page.row = top + rows.count
    sheet.text(page.row, 1, "", *header("total_row").split("\n"), "", role="total")
    sheet.formulas(
        page.row, FIRST_YEAR, 1, 3 * years,
        lambda r, c: f"SUM({a1(top, c)}:{a1(r - 1, c)})", format="money", role="total",
    )  # fmt: skip
    page.row += 1
    page.source("yearbook")
    sheet.freeze = (top, FIRST_YEAR)
    return sheet


def employment(inputs: ModelInputs) -> Sheet:
    """Jobs of the nation, of provinces and of sections."""
    page = new_page("Employment", inputs)
    page.marks = "EMPLOYMENT_MARK"
    sections_, provinces_ = section_rows(inputs), province_rows(inputs)
    _national_employment(page)
    page.sheet.freeze = (TOP + 2, FIRST_YEAR)
    page.table(
        "section_jobs", sections_, "", "people", ranked="NATIONAL_JOBS",
        formula=_both_jobs(page.row + 1),
    )  # fmt: skip
    basis = "SECTION_WAGE_USED,NATIONAL_JOBS,OPT_SECTION_PRODUCTIVITY,GDP_USED,LABOUR_USED)"
    for part in ("DIRECT", "INDIRECT"):
        page.table(
            f"section_jobs_{part.lower()}", sections_, f"SECTION_JOBS_{part}", "people",
            spill=f"IIE_SECTION_EMPLOYMENT(SECTION_{part},SECTION_TOTAL,{basis}",
        )  # fmt: skip
    top = page.table(
        "province_jobs", provinces_, "PROVINCE_JOBS", "people", ranked="NATIONAL_JOBS",
        spill="PROVINCE_JOBS_RAW*JOBS_SCALE",
    )  # fmt: skip
    _growth_table(page, provinces_, top, "NATIONAL_JOBS")
    page.table(
        "expected_wage", sections_, "SECTION_WAGE_USED", "whole", total=False, mark="",
        spill="IIE_EXPECTED_WAGE(SECTION_WAGES,WAGE_YEARS,YEARS,OPT_DATA_UNTIL)", source="yearbook",
    )  # fmt: skip
    people = "INDEX(PROVINCE_EMPLOYED,0,1)+INDEX(PROVINCE_EMPLOYED,0,2)"
    page.table(
        "province_labour", provinces_, "PROVINCE_LABOUR", "people", mark=LABOUR_MARKED,
        spill=f"({people})/SUM(PROVINCE_EMPLOYED)*LABOUR_USED", source="yearbook",
    )  # fmt: skip
    page.table(
        "province_jobs_raw", provinces_, "PROVINCE_JOBS_RAW", "people",
        spill="IIE_EMPLOYMENT(PROVINCE_VA,PROVINCE_PRODUCT,PROVINCE_LABOUR)",
    )  # fmt: skip
    return page.sheet


def _both_jobs(top: int) -> Callable[[int, int], str]:
    """Direct and indirect jobs together in a table whose first line is `top`; blank stays blank."""

    def formula(r: int, c: int) -> str:
        place = f"{r - top + 1},{c - FIRST_YEAR + 1}"
        direct, indirect = (f"INDEX(SECTION_JOBS_{p},{place})" for p in ("DIRECT", "INDIRECT"))
        # To LibreOffice an empty text within an array does not equal "".
        return f'IF(ISTEXT({direct}),"",{direct}+{indirect})'

    return formula


def _national_employment(page: Page) -> None:
    """One line each: labour, GDP, their marks, jobs in all, direct and indirect."""
    series = "INDEX(MACRO_DATA,0,MATCH({key},MACRO_KEYS,0))"
    labour = series.format(key="OPT_EMPLOYMENT_SERIES")
    gdp = series.format(key='"gdp"')

    def jobs(k: int) -> str:
        nation = f"INDEX(NATIONAL_VA,1,{k})/(INDEX(GDP_USED,1,{k})/INDEX(LABOUR_USED,1,{k}))"
        return f"IF(INDEX(GDP_ESTIMATED,1,{k})=1,{nation},SUM(INDEX(PROVINCE_JOBS_RAW,0,{k})))"

    def scale(k: int) -> str:
        """In a forecast year the provinces are scaled to the nation; else the factor is one."""
        raw = f"SUM(INDEX(PROVINCE_JOBS_RAW,0,{k}))"
        return f"IF({raw}=0,1,INDEX(NATIONAL_JOBS,1,{k})/{raw})"

    def part(name: str) -> Callable[[int], str]:
        def formula(k: int) -> str:
            area = f"INDEX(SECTION_JOBS_{name},0,{k})"
            share = f"INDEX(NATIONAL_{name},1,{k})/INDEX(NATIONAL_VA,1,{k})"
            by_share = f"IF(INDEX(NATIONAL_VA,1,{k})=0,0,INDEX(NATIONAL_JOBS,1,{k})*{share})"
            by_sections = f'IF(COUNT({area})=0,"",SUM({area}))'
            return f'IF(OPT_SECTION_PRODUCTIVITY="national",{by_share},{by_sections})'

        return formula

    lines = Lines(page, "national")
    gdp_marked = "INDEX(GDP_ESTIMATED,1,MATCH({year},YEARS,0))=1"
    lines.spill("labour_used", "LABOUR_USED", "people", _macro_call(labour, "YEARS"), LABOUR_MARKED)
    lines.spill("gdp_used_nation", "GDP_USED", "money", _macro_call(gdp, "YEARS"), gdp_marked)
    lines.spill("labour_estimated", "LABOUR_ESTIMATED", "flag", _macro_call(labour, "YEARS", True))
    lines.spill("gdp_estimated", "GDP_ESTIMATED", "flag", _macro_call(gdp, "YEARS", True))
    series_marks = "INDEX(LABOUR_ESTIMATED,1,{k})+INDEX(GDP_ESTIMATED,1,{k})"
    lines.marks(
        "EMPLOYMENT_MARK",
        lambda k: f'OR(INDEX(PROVINCES_MARK,1,{k})="e",{series_marks.format(k=k)}>0)',
    )
    marked = 'INDEX(EMPLOYMENT_MARK,1,MATCH({year},YEARS,0))="e"'
    lines.plain("jobs", "NATIONAL_JOBS", "people", jobs, marked)
    lines.plain("jobs_scale", "JOBS_SCALE", "rate", scale)
    lines.plain("jobs_direct", "NATIONAL_JOBS_DIRECT", "people", part("DIRECT"), marked)
    lines.plain("jobs_indirect", "NATIONAL_JOBS_INDIRECT", "people", part("INDIRECT"), marked)
    page.source("model")
    page.row += 1

"""The first and the last sheet that people look at: Summary and Checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import a1
from iiecon.workbook import pages
from iiecon.workbook.input_sheets import header
from iiecon.workbook.layout import Block, Sheet
from iiecon.workbook.pages import FIRST_YEAR, TOP, Lines

TOLERANCE = "1E-9"
# Results of our functions, one for each step of the model: Checks says why when one fails.
EXPLAINED = {
    "SCORE_VALUES": "score",
    "IO_INDIRECT": "indirect",
    "PRODUCTION_FIT": "production_fit",
    "TAU": "tau",
    "SECTION_VA_USED": "section_va_used",
    "SECTION_TOTAL": "total",
    "PROVINCE_VA": "province_value_added",
    "REGION_VA": "region_value_added",
    "NATIONAL_JOBS": "jobs",
    "PROVINCE_JOBS": "province_jobs",
    "SECTION_JOBS_DIRECT": "section_jobs_direct",
    "SECTION_JOBS_INDIRECT": "section_jobs_indirect",
}


def summary(inputs: ModelInputs) -> Sheet:
    """The nation by year, three sectors and regions on one screen; the light of the checks."""
    page = pages.new_page("Summary", inputs)
    sheet = page.sheet
    sheet.text(TOP, 2, *header("light").split("\n"))
    sheet.formulas(TOP, FIRST_YEAR, 1, 1, lambda r, c: "CHECK_LIGHT", "SUMMARY_LIGHT", "word")
    sheet.lights.append(a1(TOP, FIRST_YEAR))
    page.row = TOP + 2
    sheet.formulas(
        page.row, FIRST_YEAR, 1, page.years,
        lambda r, c: "OPT_BASE_YEAR" if c == FIRST_YEAR else f"{a1(r, c - 1)}+1",
        "YEARS", "year_head", "header",
    )  # fmt: skip
    page.heading("national")
    page.row += 1
    sheet.freeze = (page.row, FIRST_YEAR)
    page.marks = "NATIONAL_ESTIMATED"
    _national(page)
    page.source("model")
    page.row += 1
    _three_sectors(page)
    page.source("model")
    page.row += 1
    _regions(page, inputs)
    page.source("model")
    return sheet


def _of(name: str) -> Callable[[int], str]:
    return lambda k: f"INDEX({name},1,{k})"


def _column_sum(name: str) -> Callable[[int], str]:
    return lambda k: f"SUM(INDEX({name},0,{k}))"


def _growth_of(name: str) -> Callable[[int], str]:
    now, before = f"INDEX({name},1,{{k}})", f"INDEX({name},1,{{before}})"

    def formula(k: int) -> str:
        ratio = f"{now}/{before}".format(k=k, before=k - 1)
        return f'IFERROR({ratio}-1,"")' if k > 1 else '""'

    return formula


def _share_of(part: str, whole: str) -> Callable[[int], str]:
    return lambda k: f'IFERROR(INDEX({part},1,{k})/INDEX({whole},1,{k}),"")'


def _national(page: pages.Page) -> None:
    value_added = 'INDEX(SECTIONS_MARK,1,MATCH({year},YEARS,0))="e"'
    gdp = "INDEX(GDP_ESTIMATED,1,MATCH({year},YEARS,0))>0"
    jobs = 'INDEX(EMPLOYMENT_MARK,1,MATCH({year},YEARS,0))="e"'
    tau = "INDEX(TAU_ESTIMATED,MATCH({year},YEARS,0),1)>0"
    lines = Lines(page, marks=value_added)
    lines.plain("direct", "NATIONAL_DIRECT", "money", _column_sum("SECTION_DIRECT"))
    lines.plain("indirect", "NATIONAL_INDIRECT", "money", _column_sum("SECTION_INDIRECT"))
    lines.plain("total", "NATIONAL_VA", "money", _column_sum("SECTION_TOTAL"))
    lines.plain("growth", "", "share", _growth_of("NATIONAL_VA"))
    lines.plain("gdp", "", "money", _of("GDP_USED"), gdp)
    lines.plain("growth_gdp", "", "share", _growth_of("GDP_USED"), gdp)
    lines.plain(
        "share_of_gdp", "NATIONAL_SHARE", "share",
        lambda k: f"INDEX(NATIONAL_VA,1,{k})/INDEX(GDP_USED,1,{k})",
        f"OR({value_added},{gdp})",
    )  # fmt: skip
    lines.plain("share_indirect", "", "share", _share_of("NATIONAL_INDIRECT", "NATIONAL_VA"))
    lines.plain(
        "indirect_to_direct", "", "index", _share_of("NATIONAL_INDIRECT", "NATIONAL_DIRECT")
    )
    lines.plain("jobs", "", "people", _of("NATIONAL_JOBS"), jobs)
    lines.plain("growth_jobs", "", "share", _growth_of("NATIONAL_JOBS"), jobs)
    lines.plain("jobs_direct", "", "people", _of("NATIONAL_JOBS_DIRECT"), jobs)
    lines.plain("jobs_indirect", "", "people", _of("NATIONAL_JOBS_INDIRECT"), jobs)
    lines.plain("tau", "", "multiplier", lambda k: f"INDEX(TAU,{k},1)", tau)
    series = "INDEX(GDP_ESTIMATED,1,{k})+INDEX(LABOUR_ESTIMATED,1,{k})"
    lines.plain(
        "estimated", "NATIONAL_ESTIMATED", "whole",
        lambda k: f'IF(OR(INDEX(SECTIONS_MARK,1,{k})="e",{series.format(k=k)}>0),"e","")', "",
    )  # fmt: skip


def _three_sectors(page: pages.Page) -> None:
    """Value added of the three sectors, and their shares below."""
    lines = Lines(page, "sectors3", marks='INDEX(SECTIONS_MARK,1,MATCH({year},YEARS,0))="e"')
    top, keys = page.row, ("primary", "secondary", "tertiary")
    for key in keys:
        lines.plain(
            key, "", "money",
            lambda k, s=key: f'SUMIF(SECTION_SECTOR3,"{s}",INDEX(SECTION_TOTAL,0,{k}))',  # type: ignore[misc]
        )  # fmt: skip
    name_block(page, top, len(keys), "SECTORS3_TOTAL")
    for i, key in enumerate(keys, start=1):
        part = f"INDEX(SECTORS3_TOTAL,{i},{{k}})"
        lines.plain(
            f"share_{key}", "", "share",
            lambda k, p=part: f'IFERROR({p.format(k=k)}/INDEX(NATIONAL_VA,1,{k}),"")',  # type: ignore[misc]
        )  # fmt: skip


def _regions(page: pages.Page, inputs: ModelInputs) -> None:
    """Value added of regions with share and rank."""
    page.marks = "PROVINCES_MARK"

    def value(r: int, c: int) -> str:
        return f"INDEX(REGION_VA,{r - top + 1},{c - FIRST_YEAR + 1})"

    top = page.row + 1
    rows = pages.region_rows(inputs)
    page.table("regions", rows, "", "money", formula=value, total=False, ranked="NATIONAL_VA")
    page.row -= 2


def name_block(page: pages.Page, top: int, rows: int, name: str) -> None:
    """Name the years of several lines."""
    page.sheet.blocks.append(Block(top, FIRST_YEAR, rows, page.years, "computed", name))


def checks(inputs: ModelInputs) -> Sheet:
    """The identities of every run and the balance of the table, with one light for all."""
    page = pages.new_page("Checks", inputs, {2: 34, 3: 42})
    sheet, years = page.sheet, page.years
    sheet.text(TOP, 2, *header("light").split("\n"))
    sheet.lights.append(a1(TOP, FIRST_YEAR))
    light = FIRST_YEAR
    page.row = TOP + 2
    page.heading("identities")
    page.year_headers()
    page.row += 1
    first = page.row
    _identities(page, inputs)
    last = page.row - 1
    page.row += 1
    page.heading("io_checks")
    sheet.text(
        page.row, FIRST_YEAR, header("largest"), header("tolerance"), header("holds"),
        role="header",
    )  # fmt: skip
    keys = ("column_balance", "row_balance", "productive")
    for i, key in enumerate(keys, start=1):
        _labelled(sheet, page.row + i, key)
    checked = page.row + 1
    sheet.formulas(
        checked, FIRST_YEAR, len(keys), 2,
        lambda r, c: f"INDEX(IO_CHECKS,{r - checked + 1},{c - FIRST_YEAR + 1})", format="rate",
    )  # fmt: skip
    _verdicts(
        sheet, checked, FIRST_YEAR + 2, len(keys), lambda r: f"INDEX(IO_CHECKS,{r - checked + 1},3)"
    )
    area = f"{a1(first, FIRST_YEAR)}:{a1(last, FIRST_YEAR + years - 1)}"
    good = f"AND(MAX({area})<={TOLERANCE},MIN({area})>=-{TOLERANCE},INDEX(IO_CHECKS,1,3),"
    good += "INDEX(IO_CHECKS,2,3),INDEX(IO_CHECKS,3,3),LEDGER_LARGEST_GAP<0.005,TESTS_FAILED=0)"
    sheet.formulas(
        TOP, light, 1, 1, lambda r, c: f'IF(IFERROR({good},FALSE),"✔ OK","✘ ERROR")',
        "CHECK_LIGHT", "word",
    )  # fmt: skip
    _explained(page, page.row + 5)
    # What the function answers; above stands what a reader is to see of it.
    below = page.row + len(EXPLAINED) + 2
    sheet.text(below, 2, *header("answers").split("\n"), role="data")
    call = "IIE_CHECK(IO_FLOWS,IO_OUTPUT,IO_VALUE_ADDED,IO_USES,IO_IMPORTS,"
    call += "IO_OTHER_INPUTS,IO_DISCREPANCY)"
    sheet.spill(below, FIRST_YEAR, len(keys), 3, call, "IO_CHECKS", role="data")
    return sheet


def _explained(page: pages.Page, row: int) -> None:
    """Each step of the model: whether its result is there and, if not, why."""
    sheet = page.sheet
    page.row = row
    page.heading("explained")
    why = header("why").replace("\n", "  ")
    blank = [""] * (page.years - 2)
    sheet.text(row, FIRST_YEAR, header("holds"), why, *blank, role="header")
    for i, (name, key) in enumerate(EXPLAINED.items(), start=row + 1):
        _labelled(sheet, i, key)
        sheet.formulas(i, FIRST_YEAR + 1, 1, 1, lambda r, c, x=name: f"IIE_WHY({x})")  # type: ignore[misc]
    names = list(EXPLAINED)
    _verdicts(
        sheet, row + 1, FIRST_YEAR, len(names),
        lambda r: f"NOT(ISERROR(SUM({names[r - row - 1]})))",
    )  # fmt: skip


def _labelled(sheet: Sheet, row: int, key: str) -> None:
    chinese, english = header(key).split("\n")
    sheet.text(row, 2, chinese)
    sheet.text(row, 3, english, role="english")


def _verdicts(sheet: Sheet, top: int, column: int, count: int, holds: Callable[[int], str]) -> None:
    """✔ or ✘ in each row, green or red."""
    sheet.formulas(top, column, count, 1, lambda r, c: f'IF({holds(r)},"✔","✘")', format="word")
    sheet.lights.append(f"{a1(top, column)}:{a1(top + count - 1, column)}")


def _identities(page: pages.Page, inputs: ModelInputs) -> None:
    """Each line: relative difference of two sums by year; zero up to rounding."""
    lines = Lines(page)
    for key, left, right in _pairs():
        lines.plain(
            f"identity_{key}", "", "tiny",
            lambda k, x=left, y=right: _relative(x.format(k=k), y.format(k=k)),  # type: ignore[misc]
        )  # fmt: skip


def _relative(left: str, right: str) -> str:
    """Rounded, for the last bits of float64 differ from machine to machine."""
    return f'IF(OR({left}="",{right}=""),"",ROUND(IF({right}=0,{left},{left}/{right}-1),12))'


def _pairs() -> Sequence[tuple[str, str, str]]:
    nation, jobs = "INDEX(NATIONAL_VA,1,{k})", "INDEX(NATIONAL_JOBS,1,{k})"
    outside = 'SUMPRODUCT((PROVINCE_REGIONS="")*INDEX(PROVINCE_VA,0,{k}))'
    direct, indirect = (f"INDEX(NATIONAL_JOBS_{p},1,{{k}})" for p in ("DIRECT", "INDIRECT"))
    parts = "(INDEX(NATIONAL_DIRECT,1,{k})+INDEX(NATIONAL_INDIRECT,1,{k}))"
    both = f'IF({direct}="","",N({direct})+N({indirect}))'
    return (
        ("parts", parts, nation),
        ("sectors3", "SUM(INDEX(SECTORS3_TOTAL,0,{k}))", nation),
        ("provinces", "SUM(INDEX(PROVINCE_VA,0,{k}))", nation),
        ("regions", f"(SUM(INDEX(REGION_VA,0,{{k}}))+{outside})", nation),
        ("province_jobs", "SUM(INDEX(PROVINCE_JOBS,0,{k}))", jobs),
        ("jobs", both, jobs),
        ("base_year", "SUM(INDEX(SECTION_TOTAL,0,1))", _base_year()),
    )


def _base_year() -> str:
    own = "IIE_DIRECT_VA(IO_VALUE_ADDED,IO_CODES,SCORE_CODES,SCORE_VALUES)/IO_DIVISOR"
    return f'IF(OPT_RATE_BASE="yearbook",{own}+SUM(IO_INDIRECT),SUM(INDEX(SECTION_TOTAL,0,1)))'

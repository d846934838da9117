"""Ledger: what goes into each step, what comes out, what is left over, by year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import a1
from iiecon.workbook.input_sheets import header
from iiecon.workbook.layout import Sheet
from iiecon.workbook.pages import ENGLISH, FIRST_YEAR, Lines, Page, new_page

ByYear = Callable[[int], str]


@dataclass(frozen=True)
class Line:
    """A step by year: formulas of what entered and arrived, and of what is left over by reason."""

    key: str
    format: str
    entered: ByYear
    arrived: ByYear
    left: tuple[tuple[str, ByYear], ...] = ()


def ledger_sheet(inputs: ModelInputs) -> Sheet:
    """The steps below one another, each with its gap; figures given and not used at the end."""
    page = new_page("Ledger", inputs)
    page.row += 1
    page.sheet.freeze = (page.row, FIRST_YEAR)
    gaps = [_step(page, step) for step in _steps()]
    _largest(page, gaps)
    page.source("model")
    page.row += 1
    _unused(page)
    return page.sheet


def _step(page: Page, step: Line) -> int:
    """Its lines; returns the row of the gap."""
    lines = Lines(page, f"ledger_{step.key}")
    name = f"LEDGER_{step.key.upper()}"
    lines.plain("ledger_entered", f"{name}_IN", step.format, step.entered)
    lines.plain("ledger_arrived", f"{name}_OUT", step.format, step.arrived)
    for key, amount in step.left:
        lines.plain(f"ledger_{key}", f"{name}_{key.upper()}", step.format, amount)
    gap = page.row
    first = gap - 2 - len(step.left)

    def difference(k: int) -> str:
        column = FIRST_YEAR + k - 1
        rest = "".join(f"-{a1(row, column)}" for row in range(first + 1, gap))
        entered = a1(first, column)
        # Rounded, for the last bits of float64 differ from machine to machine.
        return f'IF(ISTEXT({entered}),"",ROUND({entered}{rest},6))'

    lines.plain("ledger_gap", f"{name}_GAP", step.format, difference)
    page.row += 1
    return gap


def _largest(page: Page, gaps: list[int]) -> None:
    """The gap farthest from zero of all steps and years."""
    last = FIRST_YEAR + page.years - 1
    areas = ",".join(f"{a1(row, FIRST_YEAR)}:{a1(row, last)}" for row in gaps)
    page.heading("ledger_largest")
    page.row += 1
    sheet = page.sheet
    _label(sheet, page.row, "ledger_largest")
    sheet.formulas(
        page.row, FIRST_YEAR, 1, 1, lambda r, c: f"MAX(MAX({areas}),-MIN({areas}))",
        "LEDGER_LARGEST_GAP", "money",
    )  # fmt: skip
    page.row += 1


def _label(sheet: Sheet, row: int, key: str) -> None:
    chinese, english = header(key).split("\n")
    sheet.text(row, 2, chinese)
    sheet.text(row, ENGLISH, english, role="english")


def _of(name: str) -> ByYear:
    return lambda k: f"INDEX({name},1,{k})"


def _sum(name: str) -> ByYear:
    return lambda k: f"SUM(INDEX({name},0,{k}))"


def _base(formula: str) -> ByYear:
    """A number of the base year alone."""
    return lambda k: formula if k == 1 else '""'


def _steps() -> tuple[Line, ...]:
    """The steps of `iiecon.ledger`, from the named results of the other sheets."""
    outside = 'SUMPRODUCT((PROVINCE_REGIONS="")*INDEX(PROVINCE_VA,0,{k}))'
    sections = "(SUM(BASE_DIRECT)+SUM(BASE_INDIRECT))"
    rebased = (
        'IF(OPT_RATE_BASE="yearbook",0,SUMPRODUCT((BASE_DIRECT+BASE_INDIRECT)'
        "*(1-INDEX(SECTION_VA_USED,0,1)/RATE_BASE)))"
    )
    parts = "INDEX(NATIONAL_DIRECT,1,{k})+INDEX(NATIONAL_INDIRECT,1,{k})"
    return (
        Line("sectors", "money", _base("SUM(IO_DIRECT)+SUM(IO_INDIRECT)"), _base(sections)),
        Line(
            "base_year", "money", _base(sections), _base("INDEX(NATIONAL_VA,1,1)"),
            (("rebased", _base(rebased)),),
        ),
        Line("parts", "money", lambda k: parts.format(k=k), _sum("SECTION_TOTAL")),
        Line("sectors3", "money", _sum("SECTION_TOTAL"), _sum("SECTORS3_TOTAL")),
        Line("provinces", "money", _sum("SECTORS3_TOTAL"), _sum("PROVINCE_VA")),
        Line(
            "regions", "money", _sum("PROVINCE_VA"), _sum("REGION_VA"),
            (("no_region", lambda k: outside.format(k=k)),),
        ),
        Line("province_jobs", "people", _of("NATIONAL_JOBS"), _sum("PROVINCE_JOBS")),
        Line(
            "section_jobs", "people", _of("NATIONAL_JOBS"), _section_jobs,
            (("no_wages", _no_wages), ("national_productivity", _apart)),
        ),
    )  # fmt: skip


def _section_jobs(k: int) -> str:
    return f"SUM(INDEX(SECTION_JOBS_DIRECT,0,{k}))+SUM(INDEX(SECTION_JOBS_INDIRECT,0,{k}))"


def _no_wages(k: int) -> str:
    """All jobs of a year in which the wage of some section is missing."""
    missing = f"COUNT(INDEX(SECTION_WAGE_USED,0,{k}))<ROWS(SECTION_CODES)"
    return f'IF(AND(OPT_SECTION_PRODUCTIVITY="wage_scaled",{missing}),INDEX(NATIONAL_JOBS,1,{k}),0)'


def _apart(k: int) -> str:
    """The nation's jobs less those that its value added carries at the nation's productivity."""
    nation = f"INDEX(NATIONAL_VA,1,{k})/(INDEX(GDP_USED,1,{k})/INDEX(LABOUR_USED,1,{k}))"
    return f'IF(OPT_SECTION_PRODUCTIVITY="national",INDEX(NATIONAL_JOBS,1,{k})-{nation},0)'


# --- Figures given and not used

LATE = "SUMPRODUCT(({years}>OPT_DATA_UNTIL)*ISNUMBER({values}))"
UNUSED = (
    ("section_va", LATE.format(years="SECTION_VA_YEARS", values="SECTION_VA")),
    (
        "province_gdp",
        "+".join(
            LATE.format(years="PROVINCE_YEARS", values=f"PROVINCE_{s}")
            for s in ("PRIMARY", "SECONDARY", "TERTIARY")
        ),
    ),
    ("wages", LATE.format(years="WAGE_YEARS", values="SECTION_WAGES")),
    (
        "macro",
        'SUMPRODUCT((MACRO_YEARS>OPT_DATA_UNTIL)*(MACRO_KEYS<>"multiplier_override")'
        "*ISNUMBER(MACRO_DATA))",
    ),
    ("panel_scores", "COUNT(SCORE_OVERRIDE)"),
    ("unflagged_scores", "ROWS(SCORE_CODES)-COUNTIF(SECTOR_DIRECT,1)"),
)


def _unused(page: Page) -> None:
    """How many figures of each input no result rests on, and why."""
    page.heading("ledger_unused")
    page.sheet.text(page.row, FIRST_YEAR, header("ledger_count"), role="header")
    top = page.row + 1
    for i, (key, _) in enumerate(UNUSED):
        _label(page.sheet, top + i, f"ledger_{key}")
    page.sheet.formulas(
        top, FIRST_YEAR, len(UNUSED), 1, lambda r, c: UNUSED[r - top][1], "LEDGER_UNUSED", "whole"
    )
    page.row = top + len(UNUSED)
    page.source("ledger")

"""The hidden sheet Tests: cells named `test_*` that are TRUE wherever the workbook is computed.

Each is a visible formula: an identity, a shape, an order, or one of our functions on a textbook
case whose figures stand beside it. The light on Checks goes out when one is not TRUE, and a
recalculation names it.
"""

from __future__ import annotations

from iiecon import catalogue
from iiecon.findings import Finding
from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import ExcelError, a1
from iiecon.workbook.layout import Sheet, Value
from iiecon.workbook.read import Reader

NAME = "Tests"
PREFIX = "test_"
CLOSE = "1E-9"
RESULT, CASES_COLUMN = 3, 5  # the answer; where the figures of the textbook cases begin

CASES: dict[str, tuple[tuple[Value, ...], ...]] = {
    # Two sectors (Miller and Blair, Input-Output Analysis, chapter 2).
    "FLOWS": ((150, 500), (200, 100)),
    "OUTPUT": ((1000,), (2000,)),
    "VALUE_ADDED": ((650,), (1400,)),
    "CODES": (("one",), ("two",)),
    "DIRECT": (("two",),),
    "SCORE": ((0.5,),),
    # Consistent judgements: the first is twice as important as the second, four times as the third.
    "JUDGEMENTS": ((1, 2, 4), (0.5, 1, 2), (0.25, 0.5, 1)),
    # The textbook case of fuzzy evaluation: ten votes each, weights, scores of the grades.
    "VOTES": ((2, 5, 3, 0), (1, 3, 5, 1), (0, 1, 6, 3), (0, 4, 5, 1), (5, 3, 2, 0)),
    "WEIGHTS": ((0.1,), (0.1,), (0.15,), (0.3,), (0.35,)),
    "GRADES": ((1, 0.75, 0.5, 0.25),),
    # Of Y = 2 K^0.4 L^0.6.
    "CAPITAL": ((3,), (5,), (9,), (17,), (30,)),
    "LABOUR": ((7,), (8,), (8,), (9,), (11,)),
    # Three experts who agree.
    "RATINGS": ((1, 2, 3, 4), (1, 2, 3, 4), (1, 2, 3, 4)),
    # A line and the year to continue it to.
    "LINE": ((10, 20),),
    "YEARS": ((2001, 2002),),
    "NEXT_YEAR": ((2003,),),
    # Two provinces with GDP by sector, value added of the three sectors; value added, GDP, labour.
    "GDP": ((10, 30, 60), (10, 10, 20)),
    "SECTORS": ((1,), (2,), (4,)),
    "NATION": ((10, 100, 50),),
}

# Sums of two levels of the model, over all years.
IDENTITIES = (
    ("parts", "SUM(NATIONAL_DIRECT)+SUM(NATIONAL_INDIRECT)", "SUM(NATIONAL_VA)"),
    ("sections", "SUM(SECTION_TOTAL)", "SUM(NATIONAL_VA)"),
    ("three_sectors", "SUM(SECTORS3_TOTAL)", "SUM(NATIONAL_VA)"),
    ("provinces", "SUM(PROVINCE_VA)", "SUM(NATIONAL_VA)"),
    ("province_jobs", "SUM(PROVINCE_JOBS)", "SUM(NATIONAL_JOBS)"),
    (
        "jobs_parts",  # in the years that have them
        "SUM(NATIONAL_JOBS_DIRECT)+SUM(NATIONAL_JOBS_INDIRECT)",
        "SUMPRODUCT(ISNUMBER(NATIONAL_JOBS_DIRECT)*NATIONAL_JOBS)",
    ),
    ("io_sections", "SUM(BASE_DIRECT)+SUM(BASE_INDIRECT)", "SUM(IO_DIRECT)+SUM(IO_INDIRECT)"),
    ("province_product", "SUM(PROVINCE_GDP_USED)", "SUM(PROVINCE_PRODUCT)"),
)
# Ranges of one shape, or one as high or as wide as another is long.
SHAPES = (
    ("io_square", "ROWS(IO_FLOWS)=COLUMNS(IO_FLOWS)"),
    ("io_vectors", "AND(ROWS(IO_OUTPUT)=ROWS(IO_FLOWS),COLUMNS(IO_VALUE_ADDED)=ROWS(IO_FLOWS))"),
    (
        "section_rows",
        "AND(ROWS(SECTION_TOTAL)=ROWS(SECTION_CODES),ROWS(SECTION_VA)=ROWS(SECTION_CODES))",
    ),
    (
        "province_rows",
        "AND(ROWS(PROVINCE_VA)=ROWS(PROVINCE_CODES),ROWS(PROVINCE_GDP)=ROWS(PROVINCE_CODES))",
    ),
    ("region_rows", "ROWS(REGION_VA)=ROWS(REGION_KEYS)"),
    (
        "year_columns",
        "AND(COLUMNS(SECTION_TOTAL)=COLUMNS(YEARS),COLUMNS(PROVINCE_VA)=COLUMNS(YEARS),"
        "ROWS(TAU)=COLUMNS(YEARS))",
    ),
    ("ballot_rows", "ROWS(BALLOTS)=ROWS(SCORE_CODES)*ROWS(FACTOR_KEYS)"),
)
# Ranges of years and the function that says how long they are.
YEARS = {
    "result": ("YEARS", "COLUMNS"),
    "section": ("SECTION_VA_YEARS", "COLUMNS"),
    "macro": ("MACRO_YEARS", "ROWS"),
    "wage": ("WAGE_YEARS", "COLUMNS"),
    "province": ("PROVINCE_YEARS", "COLUMNS"),
}
ONE_BY_ONE = (
    "AND(COUNT({0})={1}({0}),MAX({0})-MIN({0})={1}({0})-1,SUMPRODUCT(({0}<>ROUND({0},0))*1)=0,"
    "MIN({0})>=1900,MAX({0})<=2200)"
)
# Labels that must stand in one order, years, and what else must hold.
ORDERS = (
    ("io_codes", "SUMPRODUCT((IO_CODES<>TRANSPOSE(IO_COLUMN_CODES))*1)=0"),
    ("growth_sections", "SUMPRODUCT((GROWTH_SECTIONS<>SECTION_CODES)*1)=0"),
    ("wage_sections", "SUMPRODUCT((WAGE_SECTIONS<>SECTION_CODES)*1)=0"),
    ("sector_codes", "SUMPRODUCT((SECTOR_CODES<>IO_CODES)*1)=0"),
    *((f"{key}_years", ONE_BY_ONE.format(*years)) for key, years in YEARS.items()),
    ("base_year", "INDEX(YEARS,1,1)=OPT_BASE_YEAR"),
    ("ledger", "LEDGER_LARGEST_GAP<0.005"),
    ("zero_scores", "SUM(IIE_SECTION_VA(0*BASE_DIRECT,RATE_BASE,SECTION_VA_USED))=0"),
)


def self_tests(inputs: ModelInputs) -> Sheet:
    """The sheet: what is tested in two languages, TRUE, and the figures of the textbook cases."""
    sheet = Sheet(NAME, output=False, hidden=True)
    _write_cases(sheet)
    tests = [(key, _near(left, right)) for key, left, right in IDENTITIES]
    tests += [*SHAPES, *ORDERS, *_textbook()]
    for row, (key, formula) in enumerate(tests, start=3):
        sheet.text(row, 1, catalogue.text(f"test.{key}", "zh"), catalogue.text(f"test.{key}", "en"))
        # As arrays: comparisons of whole ranges are then the same in every program.
        sheet.spill(row, RESULT, 1, 1, formula, f"{PREFIX}{key}")
    first, last = a1(3, RESULT), a1(2 + len(tests), RESULT)
    sheet.text(1, 1, *(catalogue.text("test.failed", language) for language in ("zh", "en")))
    sheet.spill(
        1, RESULT, 1, 1, f"SUMPRODUCT(IF({first}:{last}=TRUE,0,1))", "TESTS_FAILED", "whole"
    )
    sheet.widths = {1: 40, 2: 60, RESULT: 12}
    return sheet


def _write_cases(sheet: Sheet) -> None:
    """The figures of the textbook cases, each range with a name: LibreOffice looks for an add-in's
    functions only in formulas that use one.
    """
    row = 3
    for name, values in CASES.items():
        sheet.table(row, CASES_COLUMN, values, "label", f"CASE_{name}")
        row += len(values) + 1


def _textbook() -> list[tuple[str, str]]:
    """Key and formula of each textbook case. The right sides are worked out by hand."""
    table = "CASE_FLOWS,CASE_OUTPUT"
    inverse = f"INDEX(LEONTIEF_INVERSE({table}),{{0}})"
    direct = f"{table},CASE_VALUE_ADDED,CASE_CODES,CASE_DIRECT,"
    # I − A = (0.85, −0.25; −0.2, 0.95), its determinant 0.7575.
    spread = "0.25/0.7575*2000*0.5/(1+0.5*(0.85/0.7575-1))"
    fit = "COBB_DOUGLAS_FIT(2*CASE_CAPITAL^0.4*CASE_LABOUR^0.6,CASE_CAPITAL,CASE_LABOUR)"
    score = "FUZZY_SCORE(CASE_VOTES,CASE_WEIGHTS,CASE_GRADES{0})"
    min_max = "(0.35+0.3*0.75+0.3*0.5+0.15*0.25)/1.1"  # B = (.35, .30, .30, .15)
    contribution = f"LEONTIEF_CONTRIB({direct}{{0}})"
    made, induced = (contribution.format(f'CASE_SCORE,"{m}"') for m in ("direct", "output"))
    nation = "INDEX(CASE_NATION,1,{0})"
    employment = f"IIE_EMPLOYMENT({','.join(nation.format(k) for k in (1, 2, 3))})"
    cases = [
        ("leontief_one", inverse.format("1,1"), "0.95/0.7575"),
        ("leontief_two", inverse.format("2,1"), "0.2/0.7575"),
        ("contribution_direct", f"SUM({made})", "700"),
        ("contribution_output", f"INDEX({induced},1,1)", spread),
        (
            "contribution_indirect",
            f"INDEX({contribution.format('CASE_SCORE')},1,1)",
            f"{spread}/1000*650",
        ),
        ("fit_alpha", f"INDEX({fit},1)", "0.4"),
        ("fit_level", f"INDEX({fit},3)", "LN(2)"),
        ("ahp_weights", "INDEX(AHP_WEIGHTS(CASE_JUDGEMENTS),1)", "4/7"),
        ("fuzzy", score.format(""), "0.66125"),
        ("fuzzy_min_max", score.format(',"min_max"'), min_max),
        ("kendall", "KENDALL_W(CASE_RATINGS)", "1"),
        ("trend", "LINEAR_EXTRAPOLATE(CASE_LINE,CASE_YEARS,CASE_NEXT_YEAR)", "30"),
        ("employment", employment, "5"),
        (
            "province",
            "INDEX(IIE_PROVINCE_VA(CASE_GDP,CASE_SECTORS),1,1)",
            "(10*1+30*2+60*4)/(20*1+40*2+80*4)*7",
        ),
    ]
    return [
        *((key, _near(found, due)) for key, found, due in cases),
        ("contribution_zero", f"SUM({contribution.format('0*CASE_SCORE')})=0"),
        ("ahp_consistency", f"ABS(AHP_CONSISTENCY(CASE_JUDGEMENTS))<={CLOSE}"),
    ]


def _near(found: str, due: str) -> str:
    return f"ABS({found}-({due}))<={CLOSE}*ABS({due})"


def failed_tests(reader: Reader) -> list[Finding]:
    """An error for each cell named `test_*` that is FALSE or an error, an analyst's own too."""
    found = []
    for name in sorted(n for n in reader.book.names if n.lower().startswith(PREFIX)):
        place = reader.range(name)
        if place is None or place.area.size > 1:
            continue
        value, cell = place.cells[0][0], place.cell(0, 0)
        if value is False or isinstance(value, ExcelError):
            found.append(
                Finding("error", "self_test", {"name": name}, sheet=place.sheet, cell=cell)
            )
    return found

"""The input sheets, filled with given inputs. Row 5 holds headers, data starts at row 6."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from iiecon import catalogue, options
from iiecon.inputs import MACRO_COLUMNS, ModelInputs, Proposed, Series, read_csv
from iiecon.iotable import FloatArray, IOTable
from iiecon.proposals import SURE
from iiecon.spreadsheet.values import a1
from iiecon.validation import LONGEST_NAME
from iiecon.workbook.layout import STAMP_NAMES, Block, Printing, Sheet, Value
from iiecon.workbook.wording import both, part, say

TOP = 5
LONG_TEXT = 40  # a column of this width or more holds texts that wrap


def header(key: str) -> str:
    """A column or row label, Chinese above English."""
    return f"{catalogue.text(f'label.{key}', 'zh')}\n{catalogue.text(f'label.{key}', 'en')}"


def new_sheet(name: str, output: bool = False) -> Sheet:
    """A sheet with its title, its subtitle in English and a line on unit and source."""
    sheet = Sheet(name, output)
    for row, key in enumerate(("title", "note"), start=1):
        for line, language in enumerate(catalogue.LANGUAGES, start=2 * row - 1):
            say(sheet, line, 1, part(f"sheet.{name}.{key}", language))
    return sheet


def cells(values: FloatArray) -> list[list[Value]]:
    """Numbers as cell values: NaN blank, whole numbers as such, tails of conversion cut."""
    return [[_cell(float(x)) for x in row] for row in np.atleast_2d(values)]


def column_of(values: Sequence[Value]) -> list[list[Value]]:
    """A flat list as one column."""
    return [[v] for v in values]


def _cell(x: float) -> Value:
    if math.isnan(x):
        return None
    x = float(f"{x:.15g}")
    return int(x) if x.is_integer() and abs(x) < 1e15 else x


def about(sheets: Sequence[Sheet], inputs: ModelInputs) -> Sheet:
    """What the workbook is and how to start, when it was computed last (filled by recalculation),
    and links to the other sheets.
    """
    sheet = new_sheet("About")
    row = TOP + 1
    for key in catalogue.keys("about"):
        if key == "scores" and inputs.experts.source != catalogue.both("experts.illustrative"):
            continue
        say(sheet, row, 1, part(f"about.{key}", "zh"))
        say(sheet, row + 1, 1, part(f"about.{key}", "en"))
        row += 3
    for name in STAMP_NAMES:
        # As text: a hash of digits only would else become a number.
        sheet.text(row, 1, catalogue.both(f"label.{name.lower()}"))
        sheet.table(row + 1, 1, [[None]], "computed", name, "text")
        row += 2
    _contents(sheet, row + 1, sheets)
    sheet.widths = {1: 110}
    sheet.wrapped = (1,)
    return sheet


def _contents(sheet: Sheet, row: int, sheets: Sequence[Sheet]) -> None:
    """A line for each sheet, which leads there."""
    sheet.text(row, 1, header("contents").replace("\n", "  "), role="header")
    sheet.printing.tables.append(row)
    for i, other in enumerate(sheets, start=row + 1):
        title = both(f"sheet.{other.name}.title")
        say(sheet, i, 1, (f"{other.name}  ", "zh"), *title, role="link")
        sheet.links[a1(i, 1)] = other.name


def settings(inputs: ModelInputs) -> Sheet:
    """Options, and the growth rules of sections."""
    sheet = new_sheet("Settings")
    names = options.names()
    sheet.text(
        TOP, 1, header("option"), header("value"), header("allowed"), header("meaning"),
        role="header",
    )  # fmt: skip
    given = inputs.options.to_dict()
    sheet.table(TOP + 1, 1, column_of(names), "label")
    for i, name in enumerate(names):
        allowed = options.choices_of(name)
        sheet.blocks.append(
            Block(
                TOP + 1 + i, 2, 1, 1, "input", f"OPT_{name.upper()}", [[given[name]]],
                choices=allowed,
            )
        )  # fmt: skip
        sheet.text(TOP + 1 + i, 3, _allowed(name), catalogue.both(f"option.{name}"))
    last = TOP + len(names)
    sheet.blocks.append(Block(TOP + 1, 2, len(names), 1, "input", "OPTION_VALUES"))
    _industry(sheet, inputs, last + 2)
    last += 3
    sheet.text(last + 2, 1, header("io_divisor"))
    sheet.formulas(last + 2, 2, 1, 1, lambda r, c: 'IF(OPT_IO_UNIT="万元",10000,1)', "IO_DIVISOR")
    _growth_rules(sheet, inputs, last + 5)
    sheet.widths = {1: 26, 2: 24, 3: 48, 4: 70, 5: 12, 6: 12, 7: 14}
    return sheet


def _industry(sheet: Sheet, inputs: ModelInputs, row: int) -> None:
    """What is measured, in both languages, for titles and reports."""
    names = {"industry_zh": inputs.industry.name_zh, "industry_en": inputs.industry.name_en}
    for i, (key, name) in enumerate(names.items(), start=row):
        sheet.text(i, 1, header(key))
        sheet.blocks.append(Block(i, 2, 1, 1, "input", key.upper(), [[name]], longest=LONGEST_NAME))
        sheet.text(i, 3, f"1 … {LONGEST_NAME}", catalogue.both(f"industry.{key}"))


def _allowed(name: str) -> str:
    limits = options.range_of(name)
    return f"{limits[0]} … {limits[1]}" if limits else " | ".join(options.choices_of(name))


def _growth_rules(sheet: Sheet, inputs: ModelInputs, row: int) -> None:
    sheet.text(
        row, 1, header("section"), header("weight_1"), header("weight_2"), header("weight_3"),
        header("growth_addition"), header("addition_year"), role="header",
    )  # fmt: skip
    letters = column_of([s.code for s in inputs.sections])
    sheet.table(row + 1, 1, letters, "label", "GROWTH_SECTIONS")
    rules = inputs.growth
    sheet.table(row + 1, 2, cells(rules.weights), name="GROWTH_WEIGHTS")
    sheet.table(row + 1, 5, cells(rules.addition[:, None]), name="GROWTH_ADDITION")
    sheet.table(row + 1, 6, cells(rules.addition_year[:, None]), name="GROWTH_ADDITION_YEAR")


def english_names_of(table: IOTable) -> Sequence[str]:
    """English sector names, blank where the table is not the shipped one."""
    from iiecon.readers.csv_tables import english_names, read_bundled_table

    shipped, _ = read_bundled_table()
    return english_names() if shipped.codes == table.codes else [""] * table.size


def sectors(inputs: ModelInputs) -> Sheet:
    """Section and direct flag of each sector."""
    sheet = new_sheet("Sectors")
    table = inputs.table
    direct = {
        code for code, flag in zip(inputs.experts.codes, inputs.experts.direct, strict=True) if flag
    }
    sheet.text(
        TOP, 1, header("code"), header("name_zh"), header("name_en"), header("section"),
        header("direct_flag"), role="header",
    )  # fmt: skip
    sheet.table(TOP + 1, 1, column_of(inputs.sector_codes), "input", "SECTOR_CODES")
    sheet.table(TOP + 1, 2, column_of(table.names), "label")
    sheet.table(TOP + 1, 3, column_of(english_names_of(table)), "label")
    sheet.table(TOP + 1, 4, column_of(inputs.sector_sections), "input", "SECTOR_SECTIONS")
    flags = [1 if code in direct else None for code in table.codes]
    sheet.table(TOP + 1, 5, column_of(flags), "input", "SECTOR_DIRECT")
    _confidence(sheet, inputs)
    sheet.widths = {1: 9, 2: 34, 3: 48, 4: 10, 5: 10, 6: 12, 7: 12, 8: 70}
    return sheet


def _confidence(sheet: Sheet, inputs: ModelInputs) -> None:
    """How sure what an import proposed is, and why; doubtful cells and what they speak of stand
    out until the analyst clears them.
    """
    count = len(inputs.sector_codes)
    proposed = inputs.proposed or Proposed(np.full((count, 2), np.nan), ("",) * count)
    sheet.text(
        TOP, 6, header("section_confidence"), header("direct_confidence"), header("reason"),
        role="header",
    )  # fmt: skip
    confidence = cells(proposed.confidence)
    sheet.table(TOP + 1, 6, confidence, "input", "SECTOR_CONFIDENCE", "share")
    sheet.table(TOP + 1, 8, column_of(proposed.reasons), "input", "SECTOR_REASONS")
    last = TOP + count
    doubtful = f"AND(ISNUMBER(F{TOP + 1}),F{TOP + 1}<{SURE})"
    sheet.doubts = dict.fromkeys((f"{a}{TOP + 1}:{b}{last}" for a, b in ("DE", "FG")), doubtful)


def experts(inputs: ModelInputs) -> Sheet:
    """Factors, grades, ballots, and the scores they give."""
    sheet = new_sheet("Experts")
    panel = inputs.experts
    factors, grades, m = len(panel.factors), len(panel.grades), len(panel.codes)
    sheet.table(TOP, 1, [[panel.source]], "input", "SCORES_SOURCE")
    sheet.text(TOP + 2, 1, header("factor"), header("name_zh"), header("name_en"), header("weight"),
               role="header")  # fmt: skip
    known_factors = {r["factor"]: r for r in read_csv("score_factors.csv")}
    top = TOP + 3
    sheet.table(top, 1, column_of(panel.factors), "label", "FACTOR_KEYS")
    for i, key in enumerate(("name_zh", "name_en")):
        labels = [known_factors.get(f, {}).get(key, f) for f in panel.factors]
        sheet.table(top, 2 + i, column_of(labels), "label")
    sheet.table(top, 4, cells(panel.weights[:, None]), name="FACTOR_WEIGHTS")

    row = top + factors + 2
    names = _grade_names(panel.grades, " ")
    sheet.text(row, 4, header("grade"), role="header")
    sheet.table(row, 5, [names], "header", "GRADE_NAMES")
    sheet.text(row + 1, 4, header("key"))
    sheet.table(row + 1, 5, [list(panel.grades)], "label", "GRADE_KEYS")
    sheet.text(row + 2, 4, header("grade_score"))
    sheet.table(row + 2, 5, cells(panel.grade_scores), name="GRADE_SCORES")
    _scores(sheet, inputs, row + 5)
    _ballots(sheet, inputs, row + 5 + m + 4)
    sheet.widths = {1: 16, 2: 24, 3: 26, 4: 14, **dict.fromkeys(range(5, 5 + grades + 1), 13)}
    return sheet


def _grade_names(grades: Sequence[str], joint: str) -> list[str]:
    """What grades are called in both languages; one that did not come with the program, its key."""
    known = {
        r["grade"]: joint.join((r["name_zh"], r["name_en"])) for r in read_csv("score_grades.csv")
    }
    return [known.get(grade, grade) for grade in grades]


def _scores(sheet: Sheet, inputs: ModelInputs, row: int) -> None:
    panel = inputs.experts
    m = len(panel.codes)
    sheet.text(
        row, 1, header("code"), header("name_zh"), header("grade_won"), header("validity"),
        header("panel_score"), header("override"), header("score"), header("grade"),
        role="header",
    )  # fmt: skip
    top = row + 1
    sheet.table(top, 1, column_of(panel.codes), "input", "SCORE_CODES")
    sheet.formulas(top, 2, m, 1, lambda r, c: f"INDEX(IO_NAMES,MATCH({a1(r, 1)},IO_CODES,0))")
    call = "FUZZY_SCORE(BALLOTS,FACTOR_WEIGHTS,GRADE_SCORES,OPT_FUZZY_OPERATOR"
    sheet.spill(top, 3, m, 1, f'{call},"grade")', "SCORE_GRADE", "whole")
    sheet.spill(top, 4, m, 1, f'{call},"validity")', format="rate")
    sheet.spill(top, 5, m, 1, f"{call})", "SCORE_PANEL", "rate")
    sheet.table(top, 6, cells(panel.override[:, None]), name="SCORE_OVERRIDE", format="rate")
    sheet.formulas(
        top, 7, m, 1,
        lambda r, c: f"IF(N(INDEX(SECTOR_DIRECT,MATCH({a1(r, 1)},SECTOR_CODES,0)))=1,"
        f'IF({a1(r, 6)}="",{a1(r, 5)},{a1(r, 6)}),0)',
        "SCORE_VALUES", "rate",
    )  # fmt: skip
    grade = "INDEX(GRADE_NAMES,1,{place})"
    sheet.formulas(top, 8, m, 1, lambda r, c: grade.format(place=a1(r, 3)), format="word")


def _ballots(sheet: Sheet, inputs: ModelInputs, row: int) -> None:
    panel = inputs.experts
    factors, grades = len(panel.factors), len(panel.grades)
    codes = [code for code in panel.codes for _ in panel.factors]
    sheet.text(
        row, 1, header("code"), header("name_zh"), header("factor"), "",
        *_grade_names(panel.grades, "\n"), header("valid_votes"), role="header",
    )  # fmt: skip
    top = row + 1
    sheet.table(top, 1, column_of(codes), "input", "BALLOT_CODES")
    count = len(codes)
    sheet.formulas(top, 2, count, 1, lambda r, c: f"INDEX(IO_NAMES,MATCH({a1(r, 1)},IO_CODES,0))")
    sheet.table(top, 3, column_of([f for _ in panel.codes for f in panel.factors]), "label")
    votes = panel.ballots.reshape(len(panel.codes) * factors, grades)
    sheet.table(top, 5, cells(votes), name="BALLOTS")
    sheet.formulas(
        top, 5 + grades, count, 1, lambda r, c: f"SUM({a1(r, 5)}:{a1(r, 4 + grades)})", "", "whole"
    )


def section_va(inputs: ModelInputs) -> Sheet:
    """The sections and their value added by year."""
    sheet = new_sheet("Section_VA")
    series = padded(inputs.section_va, inputs.options.last_year + 1)
    sections = inputs.sections
    sheet.text(TOP, 1, header("section"), header("name_zh"), header("name_en"), header("sector3"),
               role="header")  # fmt: skip
    sheet.table(TOP, 5, [list(series.years)], "header", "SECTION_VA_YEARS", "year")
    sheet.table(TOP + 1, 1, column_of([s.code for s in sections]), "label", "SECTION_CODES")
    sheet.table(TOP + 1, 2, [[s.name_zh, s.name_en] for s in sections], "label", "SECTION_NAMES")
    sheet.table(TOP + 1, 4, column_of([s.sector3 for s in sections]), "input", "SECTION_SECTOR3")
    sheet.table(TOP + 1, 5, cells(series.values), "input", "SECTION_VA", "money")
    last = TOP + len(sections)
    sheet.text(last + 1, 1, "", *header("sum_given").split("\n"), "", role="total")
    sheet.formulas(
        last + 1, 5, 1, len(series.years),
        lambda r, c: _sum_given(f"{a1(TOP + 1, c)}:{a1(last, c)}"), format="money", role="total",
    )  # fmt: skip
    sheet.widths = {
        1: 10,
        2: 32,
        3: 44,
        4: 12,
        **dict.fromkeys(range(5, 5 + len(series.years)), 14),
    }
    sheet.freeze = (TOP + 1, 5)
    return sheet


def _sum_given(area: str) -> str:
    """A year without figures has no sum."""
    return f'IF(COUNT({area})=0,"",SUM({area}))'


def macro(inputs: ModelInputs) -> Sheet:
    """National series by year, multiplier overrides; wages by section beside them."""
    sheet = new_sheet("Macro")
    series = padded(inputs.macro, inputs.options.last_year + 1)
    width = len(MACRO_COLUMNS)
    sheet.text(TOP, 1, header("year"), *(header(k) for k in MACRO_COLUMNS), role="header")
    sheet.table(TOP + 1, 2, [list(MACRO_COLUMNS)], "label", "MACRO_KEYS")
    sheet.table(TOP + 2, 1, column_of(series.years), "header", "MACRO_YEARS", "year")
    sheet.table(TOP + 2, 2, cells(series.values.T), "input", "MACRO_DATA")
    left = width + 4
    wages = padded(inputs.wages, inputs.options.last_year)
    sheet.text(TOP, left, header("section"), header("name_zh"), role="header")
    sheet.table(TOP, left + 2, [list(wages.years)], "header", "WAGE_YEARS", "year")
    letters = column_of([s.code for s in inputs.sections])
    sheet.table(TOP + 2, left, letters, "label", "WAGE_SECTIONS")
    sheet.table(TOP + 2, left + 1, column_of([s.name_zh for s in inputs.sections]), "label")
    sheet.table(TOP + 2, left + 2, cells(wages.values), "input", "SECTION_WAGES", "whole")
    sheet.widths = {
        1: 9, **dict.fromkeys(range(2, width + 2), 16), left: 10, left + 1: 34,
        **{left + 2 + i: 11 for i in range(len(wages.years))},
    }  # fmt: skip
    sheet.freeze = (TOP + 2, 2)
    return sheet


def province(inputs: ModelInputs) -> Sheet:
    """Provinces: region, employment, GDP by three sectors; the list of regions below."""
    sheet = new_sheet("Province")
    series = inputs.province_gdp
    count, years = len(inputs.provinces), len(series.years)
    sheet.text(
        TOP + 1, 1, header("province_code"), header("name_zh"), header("name_en"),
        header("region"), header("employed_urban_units"), header("employed_private_and_self"),
        role="header",
    )  # fmt: skip
    rows = inputs.provinces
    top = TOP + 2
    sheet.table(top, 1, column_of([p.code for p in rows]), "input", "PROVINCE_CODES")
    sheet.table(top, 2, [[p.name_zh, p.name_en] for p in rows], "label", "PROVINCE_NAMES")
    regions = column_of([p.region or None for p in rows])
    sheet.table(top, 4, regions, "input", "PROVINCE_REGIONS")
    sheet.table(top, 5, cells(inputs.province_employed), "input", "PROVINCE_EMPLOYED", "people")
    by_sector = series.values.reshape(count, 3, years)
    for j, sector in enumerate(("primary", "secondary", "tertiary")):
        left = 7 + j * years
        sheet.text(TOP, left, header(sector), role="header")
        name = "PROVINCE_YEARS" if j == 0 else ""
        sheet.table(TOP + 1, left, [list(series.years)], "header", name, "year")
        values = cells(by_sector[:, j])
        sheet.table(top, left, values, "input", f"PROVINCE_{sector.upper()}", "money")
    sheet.blocks.append(Block(top, 7, count, 3 * years, "input", "PROVINCE_GDP"))
    below = top + count + 2
    sheet.text(below, 1, header("region"), header("name_zh"), header("name_en"), role="header")
    keys = [r.key for r in inputs.regions]
    sheet.table(below + 1, 1, column_of(keys), "label", "REGION_KEYS")
    names = [[r.name_zh, r.name_en] for r in inputs.regions]
    sheet.table(below + 1, 2, names, "label", "REGION_NAMES")
    sheet.widths = {
        1: 21, 2: 12, 3: 24, 4: 21, 5: 14, 6: 14, **{7 + i: 12 for i in range(3 * years)},
    }  # fmt: skip
    sheet.freeze = (top, 4)
    sheet.printing = Printing(rows="1:6", columns="A:C", pages_wide=3)
    return sheet


def reference(name: str, file: str, widths: Mapping[int, float]) -> Sheet:
    """A list that comes with the program, as printed."""
    sheet = new_sheet(name)
    rows = read_csv(file)
    keys = list(rows[0])
    sheet.text(TOP, 1, *(header(f"column_{key}") for key in keys), role="header")
    for i, key in enumerate(keys):
        values = [_plain(r[key]) for r in rows]
        label = f"{name.upper()}_{key.upper()}"
        sheet.table(TOP + 1, 1 + i, column_of(values), "label", label)
    sheet.widths = dict(widths)
    sheet.wrapped = tuple(column for column, width in widths.items() if width >= LONG_TEXT)
    sheet.filtered = f"{a1(TOP, 1)}:{a1(TOP + len(rows), len(keys))}"
    sheet.freeze = (TOP + 1, 1)
    sheet.printing = Printing(rows=f"1:{TOP}")
    return sheet


def _plain(text: str) -> Value:
    try:
        return _cell(float(text))
    except ValueError:
        return text or None


def padded(series: Series, until: int) -> Series:
    """The series with empty years up to `until`, to be filled when they are published."""
    more = tuple(range(series.years[-1] + 1, until + 1))
    empty = np.full((series.values.shape[0], len(more)), np.nan)
    return Series(series.years + more, np.hstack([series.values, empty]))


def references() -> list[Sheet]:
    """The lists that come with the program; World, which also computes, is in world_sheet."""
    policies = {1: 14, 2: 18, 3: 10, 4: 11, 5: 44, 6: 44, 7: 50, 8: 56, 9: 40}
    figures = {1: 44, 2: 10, 3: 14, 4: 24, 5: 8, 6: 20, 7: 20, 8: 12, 9: 60}
    regional = reference("Policies", "policies.csv", policies)
    regional.printing = Printing(rows=f"1:{TOP}", columns="A:D", pages_wide=2)
    return [
        regional,
        reference("Published", "published_figures.csv", figures),
    ]

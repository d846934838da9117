"""The shipped workbook explained: the shown arithmetic, evaluated, equals the cell."""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from statistics import median

import numpy as np
import pytest

from iiecon import ModelInputs, ModelResults
from iiecon.spreadsheet.calculator import Calculation, FileBook
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import parse_a1
from iiecon.why import ComputedBook, Explanation, Place, opened, why, why_record, why_text
from iiecon.why.opening import TOLD
from iiecon.why.telling import readable
from iiecon.workbook.read import Reader
from iiecon.workbook.sheets import sheets_of
from tests.conftest import ROOT
from udfs import FUNCTIONS

FORM = re.compile(r"(?:[0-9.]+(?:e[+-]?[0-9]+)?|\*\*|[-+*/(), ]|exp|ln|max|min|round|median|abs)*")
NAMES = {
    "__builtins__": {},
    "exp": math.exp,
    "ln": math.log,
    "max": max,
    "min": min,
    "abs": abs,
    "median": lambda *v: median(v),
    "round": lambda v, digits: round(v, int(digits)),
}
PER_SHEET = 14


def worth(arithmetic: str) -> float:
    """The arithmetic as Python reads it: numbers, + - * / ** ( ) and named functions alone."""
    assert FORM.fullmatch(arithmetic), arithmetic
    return float(eval(arithmetic, NAMES))


@pytest.fixture(scope="module")
def book() -> FileBook:
    return FileBook.from_package(Package.read(ROOT / "IIEconModel.xlsm"))


@pytest.fixture(scope="module")
def reader(book: FileBook) -> Reader:
    return Reader.of(book)


@pytest.fixture(scope="module")
def sheets(book: FileBook, reader: Reader) -> ComputedBook:
    return ComputedBook(book, reader.calculation)


@pytest.fixture(scope="module")
def calculation(reader: Reader) -> Calculation:
    return reader.calculation


def every(found: Explanation) -> Iterator[Explanation]:
    yield found
    for factor in found.factors:
        yield from every(factor)


def by_name(reader: Reader, name: str, row: int = 0, column: int = 0) -> Place:
    place = reader.range(name)
    assert place is not None
    return place.sheet, place.area.row1 + row, place.area.col1 + column


def sampled(calculation: Calculation) -> list[Place]:
    """Number cells of every sheet, drawn with a printed seed, whose formulas differ."""
    draw, by_sheet = random.Random(20210617), defaultdict(list)
    for place, value in calculation.values.items():
        if isinstance(value, float):
            by_sheet[place[0]].append(place)
    return [p for places in by_sheet.values() for p in draw.sample(places, min(60, len(places)))]


def test_shown_arithmetic_equals_the_stored_cell_on_every_sheet(
    book: FileBook, sheets: ComputedBook, calculation: Calculation, inputs: ModelInputs
) -> None:
    """At least 50 cells, and some of each sheet that has numbers computed."""
    checked: dict[str, int] = defaultdict(int)
    for place in sampled(calculation):
        found = opened(sheets, place)
        if found.arithmetic is None or checked[place[0]] == PER_SHEET:
            continue
        stored = book.sheets[place[0]].stored(place[1:])
        assert isinstance(stored, float)
        assert worth(found.arithmetic.text) == pytest.approx(stored, rel=1e-9, abs=1e-13), place
        checked[place[0]] += 1
    outputs = {s.name for s in sheets_of(inputs) if s.output and any(b.computed for b in s.blocks)}
    assert outputs - checked.keys() <= {"Functions"}
    assert sum(checked.values()) >= 150


KINDS = {
    "province": ("PROVINCE_VA", 18, 3),
    "province's jobs": ("PROVINCE_JOBS", 18, 4),
    "section": ("SECTION_TOTAL", 2, 3),
    "section, direct": ("SECTION_DIRECT", 8, 4),
    "section, indirect": ("SECTION_INDIRECT", 3, 2),
    "section's value added, estimated": ("SECTION_VA_USED", 1, 4),
    "section's value added, with an addition": ("SECTION_VA_USED", 8, 4),
    "contribution": ("IO_INDIRECT", 12, 0),
    "contribution of a direct sector": ("IO_INDIRECT", 60, 0),
    "induced output": ("IO_INDUCED", 5, 0),
    "ratio": ("IO_RATIO", 70, 0),
    "direct value added": ("IO_DIRECT", 60, 0),
    "flow": ("IO_SECTION_FLOW", 2, 4),
    "backward linkage": ("IO_BACKWARD", 9, 0),
    "forward linkage": ("IO_FORWARD", 9, 0),
    "output multiplier": ("IO_OUTPUT_MULTIPLIER", 9, 0),
    "value-added multiplier": ("IO_VALUE_ADDED_MULTIPLIER", 9, 0),
    "multiplier": ("TAU", 3, 0),
    "multiplier by the production function": ("TAU_COMPUTED", 3, 0),
    "technology level": ("GAMMA", 12, 0),
    "alpha": ("PRODUCTION_FIT", 0, 0),
    "beta": ("PRODUCTION_FIT", 1, 0),
    "ln A": ("PRODUCTION_FIT", 2, 0),
    "R²": ("PRODUCTION_FIT", 3, 0),
    "standard error of ln A": ("PRODUCTION_FIT", 4, 0),
    "standard error of alpha": ("PRODUCTION_FIT", 5, 0),
    "score": ("SCORE_VALUES", 4, 0),
    "employment": ("NATIONAL_JOBS", 0, 3),
    "employment, forecast": ("NATIONAL_JOBS", 0, 4),
    "direct employment": ("NATIONAL_JOBS_DIRECT", 0, 3),
    "section's jobs": ("SECTION_JOBS_INDIRECT", 5, 3),
    "expected wage": ("SECTION_WAGE_USED", 5, 3),
    "expected wage of an expected wage": ("SECTION_WAGE_USED", 5, 4),
    "labour, on its trend": ("LABOUR_USED", 0, 4),
    "share of GDP": ("NATIONAL_SHARE", 0, 3),
    "region": ("REGION_VA", 2, 3),
    "three sectors": ("SECTORS3_TOTAL", 1, 3),
    "nation": ("NATIONAL_VA", 0, 3),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_number_is_opened(
    kind: str, reader: Reader, sheets: ComputedBook, calculation: Calculation
) -> None:
    """Three levels deep; every level's arithmetic is worth its number."""
    name, row, column = KINDS[kind]
    place = by_name(reader, name, row, column)
    found = why(sheets, place, depth=3)
    assert found.arithmetic
    assert found.factors
    for part in every(found):
        if part.arithmetic:
            assert worth(part.arithmetic) == pytest.approx(part.value, rel=1e-9), part
        if part.place is not None:
            assert part.value == sheets.value(*part.place)


def test_every_function_of_the_sheets_is_told_of(book: FileBook) -> None:
    sheets = [sheet for name, sheet in book.sheets.items() if name != "Tests"]
    text = " ".join(c.formula or "" for s in sheets for c in s.cells.values())
    used = {name for name in FUNCTIONS if f"{name}(" in text}
    assert used - {"IIE_WHY", "IIE_CHECK", "IIE_INTERVAL"} <= TOLD.keys()


def test_a_province_is_told_by_the_method(
    inputs: ModelInputs, results: ModelResults, reader: Reader, sheets: ComputedBook
) -> None:
    """Z_i = ω_i Z by hand from the inputs; its six cells and three sums are named."""
    found = why(sheets, by_name(reader, "PROVINCE_VA", 18, 3), depth=1)
    gdp = inputs.province_gdp.values[:, inputs.province_gdp.years.index(2020)].reshape(-1, 3)
    sectors = results.sectors3[:, 3]
    weights = gdp @ sectors / (gdp @ sectors).sum()
    assert worth(found.arithmetic) == pytest.approx(weights[18] * sectors.sum(), rel=1e-9)
    cells = [f.place for f in found.factors if f.place]
    gdp_cells = [by_name(reader, f"GDP_{s}", 18, 3) for s in ("PRIMARY", "SECONDARY", "TERTIARY")]
    sector_cells = [by_name(reader, "SECTORS3_TOTAL", s, 3) for s in range(3)]
    assert set(cells) == {*gdp_cells, *sector_cells}
    steps = [f.value for f in found.factors if not f.place]
    assert steps == pytest.approx(list(gdp.sum(axis=0)))
    assert "广东" in found.label.zh
    assert "2020" in found.label.zh
    assert "Guangdong" in found.label.en
    assert not re.search("[一-鿿]", found.label.en.replace("亿元", ""))


def test_a_contribution_names_the_direct_sectors_largest_first(
    inputs: ModelInputs, reader: Reader, sheets: ComputedBook
) -> None:
    found = why(sheets, by_name(reader, "IO_INDUCED", 12), depth=1)
    by_source = [float(str(f.value)) for f in found.factors[:-1]]
    assert len(by_source) == len(inputs.experts.codes)
    assert by_source == sorted(by_source, reverse=True)
    assert "013" in found.factors[0].label.en  # the 13th sector is what is induced


def test_a_multiplier_says_whether_it_was_typed(reader: Reader, sheets: ComputedBook) -> None:
    """τ of 2020 is the typed 1.0839; the one beside it is γ_2020 / γ_2019."""
    typed = why(sheets, by_name(reader, "TAU", 3), depth=0)
    (input_cell,) = [p for p in every(typed) if p.kind == "input"]
    assert input_cell.value == 1.0839
    assert input_cell.place is not None
    assert input_cell.place[0] == "Macro"
    computed = why(sheets, by_name(reader, "TAU_COMPUTED", 3), depth=1)
    assert [f.place for f in computed.factors] == [
        by_name(reader, "GAMMA_USED", 3),
        by_name(reader, "GAMMA_USED", 2),
    ]


def test_a_score_goes_down_to_votes_weights_and_grades(
    inputs: ModelInputs, reader: Reader, sheets: ComputedBook
) -> None:
    found = why(sheets, by_name(reader, "SCORE_VALUES", 4), depth=0)
    leaves = {p.place for p in every(found) if p.kind == "input"}
    experts = inputs.experts
    factors, grades = len(experts.factors), len(experts.grades)
    ballots = {
        by_name(reader, "BALLOTS", 4 * factors + f, g)
        for f in range(factors)
        for g in range(grades)
        if experts.ballots[4, f, g]
    }
    weights = {by_name(reader, "FACTOR_WEIGHTS", f) for f in range(factors)}
    assert ballots | weights <= leaves
    assert {by_name(reader, "GRADE_SCORES", 0, g) for g in range(grades)} <= leaves
    assert {p[0] for p in leaves if p} == {"Experts"}


def test_depth_zero_ends_at_inputs(reader: Reader, sheets: ComputedBook) -> None:
    """A score of one region: nothing is left unopened but what stands elsewhere in the tree."""
    found = why(sheets, by_name(reader, "SECTION_VA_USED", 8, 4), depth=0)
    for part in every(found):
        assert part.kind == "input" or part.factors or part.again, part
    assert {"Section_VA", "Settings"} <= {p.place[0] for p in every(found) if p.place}


def test_depth_is_kept(reader: Reader, sheets: ComputedBook) -> None:
    place = by_name(reader, "SECTION_TOTAL", 2, 3)

    def levels(found: Explanation) -> int:
        return 1 + max((levels(f) for f in found.factors), default=0)

    assert [levels(why(sheets, place, depth)) for depth in (1, 2, 3)] == [2, 3, 4]


def test_what_is_no_arithmetic_is_not_dressed_up_as_one(
    reader: Reader, sheets: ComputedBook
) -> None:
    """A rank, a flag, and the condition number of a fit."""
    for name, row in (("IO_INDIRECT_RANK", 3), ("PRODUCTION_FIT", 7)):
        found = why(sheets, by_name(reader, name, row))
        assert found.arithmetic == ""
        assert "no arithmetic" in why_text(found, "en")
        assert "=" in why_text(found, "en")  # the formula is shown all the same


def test_text_in_one_language_or_both(reader: Reader, sheets: ComputedBook) -> None:
    found = why(sheets, by_name(reader, "REGION_VA", 2, 3), depth=1)
    chinese, english = why_text(found, "zh"), why_text(found, "en")
    assert "算式" in chinese
    assert "算式" not in english
    assert "arithmetic" in english
    assert all(
        part in why_text(found) for part in ("算式", "arithmetic", readable(found.arithmetic))
    )


def test_records_say_each_arithmetic(reader: Reader, sheets: ComputedBook) -> None:
    found = why(sheets, by_name(reader, "NATIONAL_SHARE", 0, 3), depth=2)
    record = why_record(found)
    sheet, cell = record["cell"].split("!")
    assert (sheet, *parse_a1(cell)) == found.place
    assert worth(record["arithmetic"]) == pytest.approx(record["value"], rel=1e-12)
    assert {f["kind"] for f in record["factors"]} == {"computed"}
    assert np.isfinite(record["factors"][0]["value"])

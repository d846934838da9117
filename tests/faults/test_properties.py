"""Any value in any input cell: the model's answer for it, or an error on that cell's sheet."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iiecon import ModelInputs, load_inputs, run_model
from iiecon.findings import errors_of
from iiecon.spreadsheet.calculator import FileBook
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import ExcelError, Scalar, parse_a1
from iiecon.workbook.recalculate import examine
from iiecon.workbook.typed import with_values
from tests.conftest import ROOT, Tally
from tests.faults.cells import macro, override, panel, votes
from tests.faults.test_faults import same
from tests.workbook.edit import Edited

PATH = ROOT / "IIEconModel.xlsm"
Change = Callable[[ModelInputs, int, int, float], ModelInputs]
# Sheets that a figure is held against: the error may stand there.
BESIDE = {
    "Macro": {"Section_VA", "Province", "Settings"},
    "Section_VA": {"Macro"},
    "Province": {"Macro"},
}


def changed(inputs: ModelInputs, name: str, row: int, column: int, value: float) -> ModelInputs:
    """One series of the inputs with one value in another."""
    series = getattr(inputs, name)
    values = series.values.copy()
    values[row, column] = value
    return replace(inputs, **{name: replace(series, values=values)})


def province(inputs: ModelInputs, row: int, column: int, value: float) -> ModelInputs:
    """The sheet has a block of years for each of the three sectors."""
    years = len(inputs.province_gdp.years)
    return changed(inputs, "province_gdp", 3 * row + column // years, column % years, value)


def employed(inputs: ModelInputs, row: int, column: int, value: float) -> ModelInputs:
    """Provincial employment of one kind."""
    values = inputs.province_employed.copy()
    values[row, column] = value
    return replace(inputs, province_employed=values)


def weights(inputs: ModelInputs, row: int, column: int, value: float) -> ModelInputs:
    """The weight of a factor."""
    values = inputs.experts.weights.copy()
    values[row] = value
    return panel(inputs, weights=values)


# The size of each range, and what a value in it means to the model.
RANGES: dict[str, tuple[int, int, Change]] = {
    "SCORE_OVERRIDE": (11, 1, lambda i, r, c, v: override(r, v)(i)),
    "BALLOTS": (44, 5, lambda i, r, c, v: votes(r, c, 0.0 if math.isnan(v) else v)(i)),
    "FACTOR_WEIGHTS": (4, 1, weights),
    "SECTION_VA": (19, 8, lambda i, r, c, v: changed(i, "section_va", r, c, v)),
    "MACRO_DATA": (16, 9, lambda i, r, c, v: macro(r, c, v)(i)),
    "SECTION_WAGES": (19, 5, lambda i, r, c, v: changed(i, "wages", r, c, v)),
    "PROVINCE_GDP": (31, 21, province),
    "PROVINCE_EMPLOYED": (31, 2, employed),
}
WORDS = st.sampled_from(["n.a.", "１２", "1,234", "12%", "=1+1", "-", " ", "\x00", "名" * 400])
NEAR = st.floats(0.97, 1.03).map(lambda factor: ("times", factor))
ANY = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(0, 9).map(float),
    st.floats(0, 1),
    st.booleans(),
    st.text(min_size=1, max_size=8),
    WORDS,
    st.none(),
    st.sampled_from([ExcelError("#N/A"), ExcelError("#REF!")]),
)


@cache
def book() -> FileBook:
    return FileBook.from_package(Package.read(PATH))


@cache
def shipped() -> tuple[ModelInputs, Edited]:
    return load_inputs(str(PATH)), Edited(PATH)


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, int, int, Any]:
    """A cell of one of the ranges, and what is put into it."""
    name = draw(st.sampled_from(sorted(RANGES)))
    height, width, _ = RANGES[name]
    row, column = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
    return name, row, column, draw(st.one_of(NEAR, NEAR, NEAR, ANY))


TOLD: dict[str, int] = {}


@settings(
    max_examples=45, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(edit=edits())
def check(edit: tuple[str, int, int, Any]) -> None:
    name, row, column, drawn = edit
    inputs, file = shipped()
    sheet, address = file.place(name, row, column)
    value: Scalar = drawn
    if isinstance(drawn, tuple):
        old = file.named_number(name, row, column)
        value = None if math.isnan(old) else old * drawn[1]
    done = examine(with_values(book(), {(sheet, *parse_a1(address)): value}))
    errors = errors_of(done.findings)
    if errors:
        assert {f.sheet for f in errors} & {sheet, *BESIDE.get(sheet, set())}, errors
        assert all(f.message and f.fix for f in errors)
    else:
        assert value is None or isinstance(value, float), "no number, and not refused"
        assert done.results is not None
        change = RANGES[name][2]
        due = run_model(change(inputs, row, column, math.nan if value is None else value))
        found, expected = (json.loads(r.to_json()) for r in (done.results, due))
        for key in expected.keys() - {"findings", "provenance"}:
            assert same(found[key], expected[key]), key
    verdict = "refused_with_a_place" if errors else "right"
    TOLD[verdict] = TOLD.get(verdict, 0) + 1


def test_any_value_in_any_cell(tally: Tally) -> None:
    TOLD.clear()
    with np.errstate(all="raise", under="ignore"):
        check()
    assert min(TOLD.get("right", 0), TOLD.get("refused_with_a_place", 0)) >= 5
    tally("random values in cells", tried=sum(TOLD.values()), **TOLD, wrong=0)

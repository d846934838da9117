"""A second engine computes every formula of the workbook to the same digits.

What it does by itself: reads the file, resolves names, orders the cells, spills arrays and computes
the plain functions (SUM, SUMIF, SUMPRODUCT, MATCH, IFERROR, ...). What it shares with the first:
the functions of the registry, whose values other tests hold against other oracles. INDEX is given
to it (see the engine), and IIE_WHY, which reads formulas and not values, is left out.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from iiecon import default_inputs
from iiecon.cli import main
from iiecon.workbook.build import build_workbook
from tests.engines.formulas_engine import Place, Workbook, areas_of_formulas
from tests.workbook.edit import Edited

OUTPUT_SHEETS = {
    *(
        "Summary",
        "Sections",
        "Provinces",
        "Employment",
        "IO_Analysis",
        "IO_Sectors",
        "Multiplier",
        "Checks",
    ),
    *("Settings", "IO_Table", "Experts", "Section_VA"),
}
DIGITS = 1e-10  # stored are 12 digits of what a formula refers to; a difference loses some


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("formulas") / "IIEconModel.xlsm"
    file.write_bytes(build_workbook(default_inputs()))
    return file


@pytest.fixture(scope="module")
def engine(path: Path) -> Workbook:
    return Workbook(path)


def stored_values(path: Path) -> dict[Place, Any]:
    """What a file holds for every cell with a formula, spilled ones too."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet, row, column): book[sheet].cell(row, column).value
        for sheet, _, (top, left, bottom, right), text in areas_of_formulas(path)
        for row in range(top, bottom + 1)
        for column in range(left, right + 1)
        if "IIE_WHY" not in text
    }


def differences(stored: dict[Place, Any], found: dict[Place, Any]) -> dict[Place, Any]:
    """The cells on which two engines do not agree, with both values."""
    return {p: (v, found[p]) for p, v in stored.items() if not same(v, found[p])}


def same(stored: Any, found: Any) -> bool:
    if isinstance(stored, bool) or isinstance(found, bool):
        return stored is found
    if isinstance(stored, int | float) and isinstance(found, int | float):
        return math.isclose(stored, found, rel_tol=DIGITS, abs_tol=1e-11)
    return (stored if stored != "" else None) == (found if found != "" else None)


def test_every_formula_computes_to_the_stored_value(path: Path, engine: Workbook) -> None:
    stored = stored_values(path)
    assert differences(stored, engine.values()) == {}
    assert {sheet for sheet, _, _ in stored} >= OUTPUT_SHEETS
    assert sum(isinstance(v, float | int) for v in stored.values()) > 3500


def test_changed_inputs_lead_both_engines_to_the_same_numbers(path: Path, engine: Workbook) -> None:
    before = stored_values(path)
    changed = path.with_name("changed.xlsm")
    book = Edited(path)
    changes = {
        book.set_named("BALLOTS", 9, 0, 25): 25,
        book.set_named("PROVINCE_GDP", 18, 11, 44000.0): 44000.0,
    }
    book.save(changed)
    assert main(["recalculate", str(changed)]) == 0
    after = stored_values(changed)
    assert differences(after, engine.values(changes)) == {}
    moved = differences(before, after)
    assert len(moved) > 1000
    assert {sheet for sheet, _, _ in moved} >= {"Summary", "Sections", "Provinces", "Employment"}


def test_the_comparison_sees_a_wrong_digit_an_error_and_a_missing_text() -> None:
    a, b, c, d = (("Summary", row, 1) for row in range(1, 5))
    stored = {a: 1.0, b: 2.0, c: "e", d: None}
    assert differences(stored, {a: 1.0, b: 2.0, c: "e", d: ""}) == {}
    found = differences(stored, {a: 1.0 + 1e-9, b: "#NUM!", c: None, d: 0})
    assert set(found) == {a, b, c, d}

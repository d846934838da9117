"""The shipped workbook in LibreOffice with the add-in gives the digits of the headless engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from iiecon.spreadsheet.calculator import Calculator, FileBook
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import NA, ExcelError, Scalar
from iiecon.workbook.recalculate import recalculate
from tests.libreoffice.office import Office
from tests.workbook.edit import MAIN, Edited
from udfs import FUNCTIONS

TOLERANCE = 1e-12
SPOILT = -987654321.0
NOT_AVAILABLE = 32767  # LibreOffice's number of #N/A

Cells = dict[tuple[str, int, int], Any]


def headless(path: Path) -> dict[tuple[str, int, int], Scalar]:
    """Every formula cell of a file, computed here to full precision."""
    done = Calculator(FileBook.from_package(Package.read(path)), FUNCTIONS).calculate()
    assert not done.unevaluated
    return dict(done.values)


def stored(path: Path) -> dict[tuple[str, int, int], Scalar]:
    """The values of a file as they stand in it."""
    book = FileBook.from_package(Package.read(path))
    return {(s, *p): cells.stored(p) for s, cells in book.sheets.items() for p in cells.cells}


def shown(calc: Office) -> Cells:
    """Every formula cell of the open document."""
    return {(sheet, row, column): value for sheet, row, column, _, value in calc.formula_cells()}


def largest_difference(found: Cells, expected: dict[tuple[str, int, int], Any]) -> float:
    """The largest relative difference of numbers; all else must be the same."""
    assert found.keys() == expected.keys()
    largest = 0.0
    for key, value in expected.items():
        if isinstance(value, float | int):
            assert isinstance(found[key], float), (key, value, found[key])
            largest = max(largest, abs(found[key] - value) / (abs(value) or 1.0))
        elif value == NA:  # a gap in a chart
            assert found[key] == {"error": NOT_AVAILABLE}, key
        else:
            assert not isinstance(value, ExcelError), key
            assert (found[key] or "") == (value or ""), key
    return largest


def spoil_stored_results(path: Path) -> int:
    """Put a wrong number in place of every stored result; returns how many."""
    book, count = Edited(path), 0
    results = {(sheet, row, column) for sheet, row, column in headless(path)}
    for sheet in {sheet for sheet, _, _ in results}:
        for cell in book.xml(sheet).iter(f"{MAIN}c"):
            value = cell.find(f"{MAIN}v")
            at = (sheet, *coordinate_to_tuple(str(cell.get("r"))))
            if at in results and value is not None and cell.get("t") in (None, "n"):
                value.text = repr(SPOILT)
                count += 1
    book.save()
    return count


def test_every_formula_cell_is_recomputed_to_the_headless_value(
    calc: Office, workbook: Path, record_property: Any
) -> None:
    expected, before = headless(workbook), stored(workbook)
    assert spoil_stored_results(workbook) > 3000
    calc.open(str(workbook))
    try:
        seconds = calc.recalculate()
        found = shown(calc)
    finally:
        calc.close()
    difference = largest_difference(found, expected)
    record_property("largest_relative_difference", difference)
    record_property("seconds_to_recalculate", seconds)
    print(f"{len(found)} formula cells, largest relative difference {difference:.1e}")
    assert difference <= TOLERANCE
    numbers = [k for k, v in found.items() if isinstance(v, float) and before[k] is not None]
    assert len(numbers) > 3000
    for key in numbers:
        assert found[key] == pytest.approx(float(before[key]), rel=TOLERANCE, abs=1e-9)  # type: ignore[arg-type]


def test_opening_changes_nothing_else(calc: Office, workbook: Path) -> None:
    calc.open(str(workbook))
    try:
        names, state = calc.names(), calc.state()
        formulas = {(s, r, c): f for s, r, c, f, _ in calc.formula_cells()}
    finally:
        calc.close()
    assert state["modified"] is False
    assert state["undo"] is False
    assert "IIECON_BINDING" not in {name.upper() for name in names}
    called = [f for f in formulas.values() if "ORG.IIECONMODEL.FUNCTIONS." in f]
    assert len(called) > 500


def test_changed_inputs_give_the_headless_numbers(
    calc: Office, workbook: Path, tmp_path: Path
) -> None:
    """More own use of sector 5 (less value added, less final use), two votes moved, one GDP."""
    changes = [
        *[("IO_FLOWS", 4, 4, 40000.0), ("IO_PRIMARY", 0, 4, -40000.0)],
        *[("IO_FINAL_USE", 4, 0, -40000.0), ("BALLOTS", 9, 3, -2.0), ("BALLOTS", 9, 0, 2.0)],
        ("PROVINCE_GDP", 4, 11, 150.0),
    ]
    edited, typed = Edited(workbook), []
    for name, row, column, change in changes:
        sheet, address = edited.place(name, row, column)
        value = edited.number(sheet, address) + change
        edited.set(sheet, address, value)
        typed.append((sheet, *coordinate_to_tuple(address), value))
    before = headless(workbook)
    changed = edited.save(tmp_path / "changed.xlsm")
    assert not recalculate(changed).errors
    expected = headless(changed)
    moved = {key[0] for key, value in expected.items() if value != before[key]}
    assert {"Experts", "IO_Analysis", "Sections", "Provinces", "Employment", "Summary"} <= moved

    calc.open(str(workbook))
    try:
        for sheet, row, column, value in typed:
            calc.write(sheet, row, column, [[value]])
        found = shown(calc)
    finally:
        calc.close()
    assert largest_difference(found, expected) <= TOLERANCE

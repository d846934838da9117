"""Every bad argument of every function, called from Python and from the cells of a sheet.

The same table is run through xlwings' own call (test_call_udf.py) and in LibreOffice.
"""

from __future__ import annotations

from typing import Any

import pytest

from iiecon import InputError, catalogue
from iiecon.spreadsheet.calculator import Book, Calculator
from iiecon.spreadsheet.evaluate import Reference
from iiecon.spreadsheet.values import MAX_ROW, Area, ExcelError, a1, parse_a1
from tests.bad_arguments import CASES, GOOD, WHOLE_COLUMN, Case, good_arguments
from tests.spreadsheet.test_calculator import sheet
from udfs import FUNCTIONS

RESULT = parse_a1("AZ1")
NO_ARITHMETIC = catalogue.both("why.not_opened")


def laid_out(function: str, arguments: tuple[Any, ...]) -> dict[str, object]:
    """Cells of a sheet with each argument below the other, and the call in AZ1."""
    cells: dict[str, object] = {}
    shown, row = [], 1
    for argument in arguments:
        if argument == WHOLE_COLUMN:
            shown.append(WHOLE_COLUMN)
            continue
        rows = argument if isinstance(argument, list) else [[argument]]
        for i, line in enumerate(rows):
            for j, cell in enumerate(line):
                if cell is not None:
                    cells[a1(row + i, 2 + j)] = cell
        shown.append(f"{a1(row, 2)}:{a1(row + len(rows) - 1, 1 + len(rows[0]))}")
        row += len(rows) + 1
    return {**cells, "AZ1": f"{{={function}({','.join(shown)})}}AZ1", "BZ9": "=IIE_WHY(AZ1)"}


def computed(function: str, arguments: tuple[Any, ...]) -> dict[tuple[str, int, int], Any]:
    book = Book({"S": sheet(**laid_out(function, arguments))})
    return dict(Calculator(book, FUNCTIONS).calculate().values)


def test_every_function_is_in_the_table() -> None:
    assert set(GOOD) == set(FUNCTIONS) - {"IIE_WHY"}
    assert {case.function for case in CASES} == set(GOOD)
    assert all(len(GOOD[name]) == len(FUNCTIONS[name].arguments) for name in GOOD)


@pytest.mark.parametrize("function", GOOD)
def test_good_arguments_give_the_same_from_python_and_from_cells(function: str) -> None:
    rows = FUNCTIONS[function](*good_arguments(function))
    values = computed(function, good_arguments(function))
    row, column = RESULT
    for i, line in enumerate(rows):
        for j, cell in enumerate(line):
            assert values["S", row + i, column + j] == cell
            assert not isinstance(cell, str) or cell == ""
    told = values["S", *parse_a1("BZ9")]
    assert told.startswith(("S!AZ1 = ", f"S!AZ1: {NO_ARITHMETIC}"))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_from_python(case: Case) -> None:
    whole = Reference(None, "S", Area(1, 1, MAX_ROW, 1))  # type: ignore[arg-type]
    arguments = [whole if a == WHOLE_COLUMN else a for a in case.arguments]
    with pytest.raises(InputError) as refused:
        FUNCTIONS[case.function](*arguments)
    assert refused.value.excel_error == case.expected


@pytest.mark.parametrize("case", CASES, ids=str)
def test_from_cells_with_a_reason(case: Case) -> None:
    values = computed(case.function, case.arguments)
    assert values["S", *RESULT] == ExcelError(case.expected)
    said = values["S", *parse_a1("BZ9")]
    assert isinstance(said, str)
    assert said.startswith("S!")

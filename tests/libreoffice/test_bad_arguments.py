"""Every bad argument of every function, typed into LibreOffice: an error value, never text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from iiecon.spreadsheet.values import a1
from tests.bad_arguments import CASES, GOOD, WHOLE_COLUMN, Case, good_arguments
from tests.libreoffice.office import Office
from udfs import FUNCTIONS

SHEET, RESULT = "Sheet1", "AZ1"
FORMULAS = {"#DIV/0!": "=1/0", "#N/A": "=NA()"}
CODES = {"#DIV/0!": 532, "#VALUE!": 519, "#NUM!": 503, "#N/A": 32767}
# Calc itself refuses a range that holds an error cell, with an error of its own.
ILLEGAL_ARGUMENT = 504
# To an add-in Calc hands TRUE over as the number 1, and nothing tells the two apart. A whole column
# takes Calc a second to hand over: once for each function.
HERE = [
    case
    for case in CASES
    if case.about != "truth value" and not (case.about == "whole column" and case.at > 0)
]


@pytest.fixture(scope="module")
def sheet(calc: Office) -> Iterator[Office]:
    calc.open()
    yield calc
    calc.close()


def typed(calc: Office, function: str, arguments: tuple[Any, ...], case: Case | None = None) -> Any:
    """The value of a call whose arguments stand below each other from B1 on."""
    calc.clear(SHEET, "A1:AZ200")
    shown, row = [], 1
    for at, argument in enumerate(arguments):
        if argument == WHOLE_COLUMN:
            shown.append("BC1:BC1048576")
            continue
        rows = argument if isinstance(argument, list) else [[argument]]
        calc.write(SHEET, row, 2, [[FORMULAS.get(cell, cell) for cell in line] for line in rows])
        last, right = row + len(rows) - 1, 1 + len(rows[0])
        if case and case.at == at and case.sheet == "merged":
            calc.merge(SHEET, f"B{last - 1}:B{last}")
        if case and case.at == at and case.sheet == "hidden":
            calc.hide_row(SHEET, last)
        shown.append(f"{a1(row, 2)}:{a1(last, right)}")
        row = last + 2
    calc.write(SHEET, 1, 52, [[f"={function}({';'.join(shown)})"]])
    return calc.read(SHEET, RESULT)[0][0]


@pytest.mark.parametrize("function", GOOD)
def test_good_arguments_give_a_value(sheet: Office, function: str) -> None:
    arguments = good_arguments(function)
    assert typed(sheet, function, arguments) == FUNCTIONS[function](*arguments)[0][0]


@pytest.mark.parametrize("case", HERE, ids=str)
def test_bad_arguments_give_the_right_error(sheet: Office, case: Case) -> None:
    found = typed(sheet, case.function, case.arguments, case)
    allowed = [{"error": CODES[case.expected]}]
    if case.about in ("error cell", "not available cell"):
        allowed.append({"error": ILLEGAL_ARGUMENT})
    assert found in allowed

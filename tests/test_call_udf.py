"""Every function through xlwings' own COM server, with arguments of the types that COM delivers.

What Excel gets back must be what the plain function gives for the same cells. xlwings' Windows
side runs as it is, from the method that VBA calls; what stands for Excel and pywin32 is in
`tests/excel_com`.
"""

from __future__ import annotations

import datetime as dt
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from iiecon.findings import InputError
from iiecon.spreadsheet.evaluate import Reference
from iiecon.spreadsheet.values import MAX_ROW, Area, ExcelError, Matrix, Scalar
from tests.bad_arguments import CASES, WHOLE_COLUMN, Case, good_arguments
from tests.excel_com.workbook import CellRange, Date, Money, Sheet, cells
from udfs import FUNCTIONS

ROOT = Path(__file__).resolve().parents[1]
MISSING = -2147352572  # how an argument that was left out arrives
WHY = "IIE_WHY"

# How one cell arrives, and which cell it is. The numbers of the errors are xlwings' own.
ARRIVING: dict[str, tuple[Any, Any]] = {
    "blank": (None, None),
    "empty text": ("", ""),
    "text": ("text", "text"),
    "true": (True, True),
    "integer": (3, 3.0),
    "money": (Decimal("12.3456"), 12.3456),
    "date": (dt.datetime(2020, 3, 1, 12, tzinfo=dt.UTC), 43891.5),
    "#NULL!": (-2146826288, "#NULL!"),
    "#DIV/0!": (-2146826281, "#DIV/0!"),
    "#VALUE!": (-2146826273, "#VALUE!"),
    "#REF!": (-2146826265, "#REF!"),
    "#NAME?": (-2146826259, "#NAME?"),
    "#NUM!": (-2146826252, "#NUM!"),
    "#N/A": (-2146826246, "#N/A"),
}
# Cells of a sheet as Excel stores them, which their number format must not change.
STORED: dict[str, tuple[Any, Any]] = {
    **{k: v for k, v in ARRIVING.items() if k not in ("integer", "money", "date")},
    "money": (Money(12.3456789), 12.3456789),
    "date": (Date(43891.123456789), 43891.123456789),
}


@dataclass(frozen=True)
class Call:
    """A call as it comes through COM, and the same for the plain function."""

    function: str
    about: str
    com: tuple[Any, ...]
    plain: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.function}-{self.about}"


def rows_of(argument: Any) -> list[list[Any]]:
    return argument if isinstance(argument, list) else [[argument]]


def as_values(argument: Any) -> Any:
    """An array, as from a nested call; a single value alone."""
    if isinstance(argument, list):
        return tuple(tuple(row) for row in argument)
    return argument


def as_range(argument: Any) -> CellRange:
    return cells(rows_of(argument))


def with_first_cell(argument: Any, cell: Any) -> Any:
    """The argument with another first cell."""
    if not isinstance(argument, list):
        return cell
    return [[cell, *argument[0][1:]], *argument[1:]]


def calls_of(function: str) -> Iterator[Call]:
    good = good_arguments(function)
    required = sum(not argument.optional for argument in FUNCTIONS[function].arguments)
    yield Call(function, "values", tuple(as_values(a) for a in good), good)
    yield Call(function, "ranges", tuple(as_range(a) for a in good), good)
    left_out = (MISSING,) * (len(good) - required)
    short = good[:required]
    yield Call(function, "left out", (*map(as_range, short), *left_out), short)
    for at in range(len(good)):
        for name, (com, plain) in ARRIVING.items():
            given, cell = list(good), list(good)
            given[at], cell[at] = with_first_cell(good[at], com), with_first_cell(good[at], plain)
            arguments = tuple(as_values(a) for a in given)
            yield Call(function, f"{at + 1} {name} in an array", arguments, tuple(cell))
        for name, (stored, plain) in STORED.items():
            given, cell = list(good), list(good)
            given[at] = with_first_cell(good[at], stored)
            cell[at] = with_first_cell(good[at], plain)
            arguments = tuple(as_range(a) for a in given)
            yield Call(function, f"{at + 1} {name} on a sheet", arguments, tuple(cell))


WHY_VALUES: dict[tuple[int, int], Scalar] = {
    (1, 1): 1.0, (1, 2): 0.0, (1, 3): ExcelError("#DIV/0!"), (2, 1): ExcelError("#N/A"),
}  # fmt: skip
WHY_FORMULAS = {(1, 3): "A1/B1"}


class OneSheet:
    """The cells of the calls of IIE_WHY, for the plain function."""

    def read(self, sheet: str, area: Area) -> Matrix:
        return [[WHY_VALUES.get((area.row1, area.col1))]]

    def formula(self, sheet: str, row: int, col: int) -> str | None:
        return WHY_FORMULAS.get((row, col))


def why_calls() -> Iterator[Call]:
    """A cell without an error, one with a formula that fails, one with an error typed in."""
    stored = {(1, 1): 1.0, (1, 2): 0.0, (1, 3): -2146826281, (2, 1): -2146826246}
    texts = {(1, 3): "=A1/B1", (2, 1): "#N/A"}
    for row, column in ((1, 1), (1, 3), (2, 1)):
        cell = Sheet(stored, texts).Cells(row, column)
        plain: Any = OneSheet()
        reference = Reference(plain, "Sheet1", Area(row, column, row, column))
        yield Call(WHY, f"R{row}C{column}", (cell,), (reference,))
    yield Call(WHY, "a value", (3.0,), (3.0,))


def whole_column_calls() -> Iterator[Call]:
    """A:A as the first argument. The plain function gets the reference, as headless it does."""
    for name in FUNCTIONS:
        if name == WHY:
            continue
        good = good_arguments(name)
        column = CellRange(Sheet({}, {}), 1, 1, MAX_ROW, 1)
        plain: Any = OneSheet()
        reference = Reference(plain, "Sheet1", Area(1, 1, MAX_ROW, 1))
        com = (column, *map(as_range, good[1:]))
        yield Call(name, "whole column", com, (reference, *good[1:]))


def as_stored(argument: Any) -> CellRange:
    """A range of a sheet whose error cells hold what COM makes of them."""
    if argument == WHOLE_COLUMN:
        return CellRange(Sheet({}, {}), 1, 1, MAX_ROW, 1)
    return cells([[ARRIVING.get(str(c), (c, c))[0] for c in row] for row in rows_of(argument)])


def refused_calls() -> Iterator[Call]:
    """Every case of the table of bad arguments."""
    for case in CASES:
        com = tuple(as_stored(a) for a in case.arguments)
        yield Call(case.function, f"refused: {case}", com, ())


CALLS = [
    *(call for name in FUNCTIONS if name != WHY for call in calls_of(name)),
    *why_calls(),
    *whole_column_calls(),
]
REFUSED = list(refused_calls())


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """What Excel gets for each call, all asked for in one process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.excel_com.server"],
        input=pickle.dumps([(call.function, call.com) for call in (*CALLS, *REFUSED)]),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "python"), str(ROOT)))},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return dict(zip(map(str, (*CALLS, *REFUSED)), pickle.loads(done.stdout), strict=True))


def as_excel_gets_it(call: Call) -> Any:
    """The plain function's answer in the form that xlwings hands to VBA."""
    try:
        rows = FUNCTIONS[call.function](*call.plain)
    except InputError as error:
        return error.excel_error
    if len(rows) > 1:
        return rows
    return rows[0] if len(rows[0]) > 1 else rows[0][0]


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_excel_gets_what_the_plain_function_gives(call: Call, answers: dict[str, Any]) -> None:
    assert as_vba_shows(answers[str(call)]) == as_excel_gets_it(call)


@pytest.mark.parametrize(("case", "call"), list(zip(CASES, REFUSED, strict=True)), ids=str)
def test_bad_arguments_give_the_right_error_value(
    case: Case, call: Call, answers: dict[str, Any]
) -> None:
    assert as_vba_shows(answers[str(call)]) == case.expected


def as_vba_shows(answer: Any) -> Any:
    """What is raised on the way becomes #VALUE! in the VBA around the call."""
    raised = isinstance(answer, str) and answer.startswith("raised InputError")
    return "#VALUE!" if raised else answer


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if name != WHY])
def test_good_arguments_give_numbers(name: str, answers: dict[str, Any]) -> None:
    """So that equality above is not that of two errors."""
    for about in ("values", "ranges"):
        answer = answers[f"{name}-{about}"]
        assert not (isinstance(answer, str) and answer.startswith(("#", "raised")))


def test_every_way_of_arriving_matters(answers: dict[str, Any]) -> None:
    """Each kind of cell gives somewhere another answer than the good cell."""
    for name in (*ARRIVING, *STORED):
        changed = [
            call for call in CALLS
            if f" {name} " in str(call) and answers[str(call)] != answers[f"{call.function}-values"]
        ]  # fmt: skip
        assert changed, name

"""From cells to what a function takes, and from its result to cells.

Blank cells are None or "", numbers float, truth values bool, errors ExcelError or their text; a
range is a list or tuple of rows. Every surface hands cells over in this form.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from iiecon.findings import InputError, NotAvailableError, NumericalError
from iiecon.iotable import FloatArray
from iiecon.spreadsheet.evaluate import Reference
from iiecon.spreadsheet.values import MAX_COL, MAX_ROW, ExcelError
from udfs.cache import PARTS

Kind = Literal["matrix", "vector", "number", "labels", "years", "choice", "reference", "text"]
Cell = float | str | bool | None
Rows = list[list[Cell]]
CLASSIC_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")
LATER_ERRORS = ("#GETTING_DATA", "#SPILL!", "#CONNECT!", "#BLOCKED!", "#UNKNOWN!", "#FIELD!")
ERROR_VALUES = frozenset((*CLASSIC_ERRORS, *LATER_ERRORS, "#CALC!"))


@dataclass(frozen=True)
class Cells:
    """What a range must hold.

    `kind`: matrix (2-D), vector (row or column), number, labels, years, choice (one of `choices`),
    reference (the cells themselves, not their values) or text (results only). `unit` names its
    text in the catalogue; `blank` is what a blank cell counts as, None when it is refused.
    """

    kind: Kind
    unit: str = ""
    blank: float | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Years:
    """A row or column of years; `down` tells which."""

    values: tuple[int, ...]
    down: bool


def converted(cells: Cells, name: str, value: Any, optional: bool, key: bytes | None) -> Any:
    """An argument as its function takes it; None when an optional one is left out or blank.

    `key` is its fingerprint: a range that was seen before is not converted again. Raises
    InputError naming argument, row and column (0-based) of the cell that will not do.
    """
    if cells.kind == "reference":
        if not isinstance(value, Reference):
            raise InputError.one("not_a_reference", name)
        return value
    if isinstance(value, Reference):  # the headless engine does not read whole columns
        raise InputError.one("range_whole", name)
    rows = _checked_size(rows_of(value), name)
    if optional and _is_blank(rows):
        return None
    make: Callable[[], Any] = lambda: _MAKERS[cells.kind](rows, name, cells)  # noqa: E731
    return make() if key is None or len(rows) * len(rows[0]) == 1 else PARTS.of((cells, key), make)


def given_arguments(name: str, given: Sequence[Any], expected: int) -> list[Any]:
    """The arguments with None for those left out at the end."""
    if len(given) > expected:
        raise InputError.one("argument_count", name, found=len(given), expected=expected)
    return [*given, *[None] * (expected - len(given))]


def result_rows(result: Any) -> Rows:
    """A function's result as rows of cells: numbers in one dimension stand in a column.

    NaN (not given) becomes an empty cell. Raises NumericalError when a number is not finite.
    """
    if isinstance(result, np.ndarray):
        rows = result.reshape(-1, 1) if result.ndim < 2 else result
        if np.isinf(rows).any():
            raise NumericalError.one("not_finite")
        listed: Rows = rows.tolist()
        return _without_nan(listed) if np.isnan(rows).any() else listed
    if isinstance(result, list):
        listed = [list(row) if isinstance(row, list | tuple) else [row] for row in result]
    else:
        listed = [[result]]
    if any(isinstance(cell, float) and math.isinf(cell) for row in listed for cell in row):
        raise NumericalError.one("not_finite")
    return _without_nan(listed)


def rows_of(value: Any) -> list[list[Any]]:
    """Any argument as a list of rows."""
    if isinstance(value, np.ndarray):
        rows: list[list[Any]] = np.atleast_2d(value).tolist()
        return rows
    if isinstance(value, list | tuple):
        return [list(row) if isinstance(row, list | tuple) else [row] for row in value]
    return [[value]]


def label(cell: Any) -> str:
    """One label: text trimmed, whole numbers without a decimal point, blank as ""."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _checked_size(rows: list[list[Any]], name: str) -> list[list[Any]]:
    """Refuses a range without cells, and whole columns or rows: nobody means a million cells."""
    if not rows or not rows[0]:
        raise InputError.one("range_empty", name)
    if len(rows) >= MAX_ROW or len(rows[0]) >= MAX_COL:
        raise InputError.one("range_whole", name)
    if len({len(row) for row in rows}) > 1:
        raise InputError.one("range_ragged", name)
    return rows


def _is_blank(rows: list[list[Any]]) -> bool:
    return all(cell is None or cell == "" for row in rows for cell in row)


def _without_nan(rows: Rows) -> Rows:
    return [["" if c is None or c != c else c for c in row] for row in rows]


# --- one maker for each kind ----------------------------------------------------------------------


def _matrix(rows: list[list[Any]], name: str, cells: Cells) -> FloatArray:
    if all(set(map(type, row)) == {float} for row in rows):
        numbers = np.array(rows, dtype=float)
    else:
        numbers = np.array(
            [[_number(c, name, i, j, cells.blank) for j, c in enumerate(r)]
             for i, r in enumerate(rows)]
        )  # fmt: skip
    numbers.flags.writeable = False
    return numbers


def _vector(rows: list[list[Any]], name: str, cells: Cells) -> FloatArray:
    if len(rows) > 1 and len(rows[0]) > 1:
        raise InputError.one("range_flat", name, shape=(len(rows), len(rows[0])))
    return _matrix(rows, name, cells).ravel()


def _single(rows: list[list[Any]], name: str, cells: Cells) -> float:
    if len(rows) * len(rows[0]) > 1:
        raise InputError.one("range_single", name, shape=(len(rows), len(rows[0])))
    return _number(rows[0][0], name, 0, 0, cells.blank)


def _labels(rows: list[list[Any]], name: str, cells: Cells) -> tuple[str, ...]:
    if len(rows) > 1 and len(rows[0]) > 1:
        raise InputError.one("range_flat", name, shape=(len(rows), len(rows[0])))
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            _refuse_error(cell, name, i, j)
    return tuple(label(cell) for row in rows for cell in row)


def _years(rows: list[list[Any]], name: str, cells: Cells) -> Years:
    found = _vector(rows, name, cells)
    rises = np.diff(found, prepend=-np.inf) > 0
    odd = np.flatnonzero(~((found == np.round(found)) & (found >= 1900) & (found <= 2200) & rises))
    if odd.size:
        first = int(odd[0])
        down = len(rows[0]) == 1
        place = (first, 0) if down else (0, first)
        raise InputError.one("year_header", name, *place, value=float(found[first]))
    return Years(tuple(int(y) for y in found), len(rows) > 1)


def _choice(rows: list[list[Any]], name: str, cells: Cells) -> str:
    if len(rows) * len(rows[0]) > 1:
        raise InputError.one("range_single", name, shape=(len(rows), len(rows[0])))
    _refuse_error(rows[0][0], name, 0, 0)
    wanted = label(rows[0][0])
    for choice in cells.choices:
        if choice.casefold() == wanted.casefold():
            return choice
    raise NotAvailableError.one(
        "option_choice", name, name=name, value=wanted, allowed=", ".join(cells.choices)
    )


_MAKERS: dict[str, Callable[[list[list[Any]], str, Cells], Any]] = {
    "matrix": _matrix,
    "vector": _vector,
    "number": _single,
    "labels": _labels,
    "years": _years,
    "choice": _choice,
}


def _number(cell: Any, name: str, row: int, column: int, blank: float | None) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if math.isinf(cell) or (cell != cell and blank is None):
            raise InputError.one("not_a_number", name, row, column)
        return float(cell)
    if cell is None or cell == "":
        if blank is not None:
            return blank
        raise InputError.one("cell_blank", name, row, column, value=cell)
    _refuse_error(cell, name, row, column)
    raise InputError.one("cell_text", name, row, column, value=cell)


def _refuse_error(cell: Any, name: str, row: int, column: int) -> None:
    """An error value among the arguments becomes the error of the result, as in Excel."""
    code = cell.code if isinstance(cell, ExcelError) else cell
    if isinstance(code, str) and code in ERROR_VALUES:
        error = InputError.one("cell_error", name, row, column, value=code)
        error.excel_error = code
        raise error

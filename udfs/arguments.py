"""Cell values to arrays: what Excel hands over, made into what the model takes.

A range arrives as a list of rows, a single cell as a scalar; blank is None, numbers are float.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from iiecon.findings import InputError
from iiecon.iotable import FloatArray

Cells = Any


def rows_of(value: Cells) -> list[list[Any]]:
    """Any argument as a list of rows."""
    if isinstance(value, np.ndarray):
        return [list(row) for row in np.atleast_2d(value)]
    if isinstance(value, list | tuple):
        return [list(row) if isinstance(row, list | tuple) else [row] for row in value]
    return [[value]]


def matrix(value: Cells, name: str, blank: float | None = None) -> FloatArray:
    """A 2-D array of numbers; blank cells become `blank`, or an error when that is None.

    Raises InputError naming argument, row and column (1-based) of a cell that is no number.
    """
    rows = rows_of(value)
    try:
        if all(type(cell) is float for row in rows for cell in row):
            return np.array(rows, dtype=float)
    except TypeError:
        pass
    return np.array(
        [[_number(c, name, i, j, blank) for j, c in enumerate(r)] for i, r in enumerate(rows)]
    )


def vector(value: Cells, name: str, blank: float | None = None) -> FloatArray:
    """A row or column of numbers, flat."""
    return matrix(value, name, blank).ravel()


def texts(value: Cells) -> list[str]:
    """A row or column of labels, flat; codes typed as numbers lose nothing but a decimal point."""
    return [label(cell) for row in rows_of(value) for cell in row]


def label(cell: Any) -> str:
    """One label: text trimmed, whole numbers without a decimal point, blank as ""."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def years(value: Cells, name: str) -> list[int]:
    """A row or column of years."""
    found = vector(value, name)
    odd = found[~((found == np.round(found)) & (found >= 1900) & (found <= 2200))]
    if odd.size:
        raise InputError.one("year_header", name, value=float(odd[0]))
    return [int(y) for y in found]


def choice(value: Cells, default: str) -> str:
    """A single option, the default when left out or blank."""
    found = texts(value)[0] if value is not None else ""
    return found or default


def optional(value: Cells) -> bool:
    """Whether an optional argument was given."""
    return value is not None and any(c is not None for row in rows_of(value) for c in row)


def is_column(value: Cells) -> bool:
    """Whether a range runs downwards."""
    rows = rows_of(value)
    return len(rows) > 1 and len(rows[0]) == 1


def blank_where_missing(values: FloatArray) -> list[list[Any]]:
    """Rows for a sheet: NaN shown as an empty text, never as a number."""
    return [["" if math.isnan(x) else float(x) for x in row] for row in np.atleast_2d(values)]


def _number(cell: Any, name: str, row: int, column: int, blank: float | None) -> float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if (cell is None or cell == "") and blank is not None:
        return blank
    key = "cell_blank" if cell is None or cell == "" else "cell_text"
    raise InputError.one(key, name, row + 1, column + 1, value=cell)


def column(values: Sequence[float] | FloatArray) -> list[list[float]]:
    """A flat array as a column of cells."""
    return [[float(v)] for v in values]

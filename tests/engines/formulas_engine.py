"""The package `formulas` as a second engine: it reads the file, orders and computes the cells.

It knows nothing of our evaluator. Ours are the functions of the registry, handed to it, and INDEX,
where its version 1.3.4 takes the first cell for "all rows" (its issue 127). Arguments left out
reach a function as a bare 0. It lacks OFFSET, INDIRECT, LET and LAMBDA; the workbook uses none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import formulas
import numpy as np
import openpyxl
import schedula
from formulas.functions import Array, Error, XlError, wrap_func
from openpyxl.worksheet.cell_range import CellRange

from iiecon.findings import InputError
from udfs import FUNCTIONS
from udfs.registry import Function

Place = tuple[str, int, int]
EMPTY = schedula.EMPTY


def areas_of_formulas(path: Path) -> Iterator[tuple[str, str, tuple[int, int, int, int], str]]:
    """Every formula of a file: sheet, range as stored, its first and last row and column, text."""
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    area = sheet.array_formulae.get(cell.coordinate, cell.coordinate)
                    left, top, right, bottom = CellRange(area).bounds
                    text = str(getattr(cell.value, "text", cell.value))
                    yield sheet.title, area, (top, left, bottom, right), text


class Workbook:
    """A workbook file, loaded once and computed as often as wanted."""

    def __init__(self, path: Path) -> None:
        known = formulas.get_functions()
        known["INDEX"] = wrap_func(_index)
        for name, function in FUNCTIONS.items():
            known[name] = wrap_func(_handed_over(function))
        self._path = path
        self._model = formulas.ExcelModel().loads(str(path)).finish()

    def values(self, changes: Mapping[str, float] | None = None) -> dict[Place, Any]:
        """What every cell with a formula shows, spilled ones too, after changes of `SHEET!CELL`."""
        inputs = {self._node(*place.split("!")): value for place, value in (changes or {}).items()}
        solution = self._model.calculate(inputs)
        found = {}
        for sheet, area, (top, left, bottom, right), _ in areas_of_formulas(self._path):
            cells = solution[self._node(sheet, area)].value
            assert cells.shape == (bottom - top + 1, right - left + 1), (sheet, area)
            for (i, j), value in np.ndenumerate(cells):
                found[sheet, top + i, left + j] = _plain(value)
        return found

    def _node(self, sheet: str, area: str) -> str:
        """The engine's name for a range."""
        return f"'[{self._path.name}]{sheet.upper()}'!{area}"


def _handed_over(function: Function) -> Callable[..., Any]:
    """One of our functions, taking and giving cells as this engine holds them."""

    def called(*given: Any) -> Any:
        try:
            if function.references:  # only asked whether one of the cells holds an error
                return "" if not _errors(given) else _errors(given)[0]
            return np.array(function(*map(_cells, given)), dtype=object).view(Array)
        except InputError as error:
            return Error.errors[error.excel_error]

    return called


def _cells(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return [[_plain(cell) for cell in row] for row in np.atleast_2d(value)]
    left_out = type(value) is int and value == 0
    return None if left_out else _plain(value)


def _plain(cell: Any) -> Any:
    """A cell as every engine gives it: blank is None, an error its text."""
    if cell is EMPTY:
        return None
    if isinstance(cell, XlError):
        return str(cell)
    return cell.item() if isinstance(cell, np.generic) else cell


def _errors(given: tuple[Any, ...]) -> list[Any]:
    return [cell for value in given for cell in np.ravel(value) if isinstance(cell, XlError)]


def _index(array: Any, row: Any, column: Any = None) -> Any:
    """INDEX as Excel documents it: 0 stands for all rows or columns."""
    errors = _errors((row, column)) or ([array] if isinstance(array, XlError) else [])
    if errors:
        return errors[0]
    cells = np.atleast_2d(array)
    height, width = cells.shape
    at_row = int(np.ravel(row)[0])
    at_column = 0 if column is None else int(np.ravel(column)[0])
    if column is None and height == 1:
        at_row, at_column = 0, at_row
    if not (0 <= at_row <= height and 0 <= at_column <= width):
        return Error.errors["#REF!"]
    rows = slice(at_row - 1, at_row) if at_row else slice(None)
    columns = slice(at_column - 1, at_column) if at_column else slice(None)
    return cells[rows, columns].view(Array)

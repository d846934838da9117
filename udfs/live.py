"""An open workbook as the headless engine sees a file: its cells, formulas, arrays and names.

Read through xlwings in a few large calls, so that the checks, the model and the comparison behind
`iiecon recalculate` run on what stands on the screen, saved or not.
"""

from __future__ import annotations

import re
from typing import Any

import xlwings as xw

from iiecon.spreadsheet import formula as tree
from iiecon.spreadsheet.calculator import Book, PlainSheet
from iiecon.spreadsheet.evaluate import Reference
from iiecon.spreadsheet.package import find_name
from iiecon.spreadsheet.sheet_reader import Cell, Position
from iiecon.spreadsheet.values import (
    BAD_REFERENCE,
    MAX_COL,
    MAX_ROW,
    Area,
    ErrorResult,
    ExcelError,
    Matrix,
    NotEvaluated,
    Scalar,
    Value,
    a1,
    as_value,
)
from udfs import FUNCTIONS
from udfs.excel import cell_of

OWN_FUNCTION = re.compile(r"\b(" + "|".join(FUNCTIONS) + r")\(", re.IGNORECASE)


def live_book(book: xw.Book) -> Book:
    """The present cells and names of an open workbook."""
    names, local_names = _names(book)
    sheets = {sheet.name: PlainSheet(_SheetReading(sheet).cells()) for sheet in book.sheets}
    return Book(sheets, names, local_names)


def reference_to(cells: xw.Range) -> Reference:
    """Cells of an open workbook as an argument that is wanted as a reference."""
    return Reference(LiveSheets(cells.sheet.book), cells.sheet.name, _area(cells))


class LiveSheets:
    """What a formula can see of an open workbook, read when asked for."""

    def __init__(self, book: xw.Book) -> None:
        self._book = book
        self._names: tuple[dict[str, str], dict[tuple[str, str], str]] | None = None

    def read(self, sheet: str, area: Area) -> Matrix:
        """The values of a range; whole columns and rows end where the sheet does."""
        page = self._page(sheet)
        if area.row2 >= MAX_ROW or area.col2 >= MAX_COL:
            used = _area(page.used_range)
            area = area._replace(
                row2=max(area.row1, min(area.row2, used.row2)),
                col2=max(area.col1, min(area.col2, used.col2)),
            )
        cells = _range(page, area)
        pairs = zip(_values(cells), _formulas(cells)[0], strict=True)
        return [[_scalar(v, t) for v, t in zip(*rows, strict=True)] for rows in pairs]

    def spilled(self, sheet: str, area: Area) -> Area:
        """The range that the anchor cell has spilled to."""
        found = _spill(self._page(sheet), (area.row1, area.col1))
        if found is None:
            raise ErrorResult(BAD_REFERENCE)
        return found

    def named(self, sheet: str, name: str) -> tree.Expression:
        """What a defined name stands for, as seen from a sheet."""
        if self._names is None:
            self._names = _names(self._book)
        text = find_name(*self._names, name, sheet)
        if text is None:
            raise NotEvaluated(f"there is no name {name!r}")
        return tree.parse(text)

    def formula(self, sheet: str, row: int, col: int) -> str | None:
        """The formula of a cell without "=", None where there is none."""
        cell = _range(self._page(sheet), Area(row, col, row, col))
        text = _formulas(cell)[0][0][0]
        return text[1:] if _is_formula(text, _values(cell)[0][0]) else None

    def call_own(self, node: tree.Call, arguments: list[Value | Reference]) -> Value:
        """Call one of our functions."""
        return as_value(FUNCTIONS[node.name](*arguments))

    def _page(self, sheet: str) -> xw.Sheet:
        known = {page.name.casefold(): page for page in self._book.sheets}
        if sheet.casefold() not in known:
            raise NotEvaluated(f"there is no sheet {sheet!r}")
        return known[sheet.casefold()]


class _SheetReading:
    """One worksheet being read.

    Where a program knows dynamic arrays every formula is one: what Excel would not spill it shows
    with an @. An array typed with Ctrl+Shift+Enter keeps its fixed range.
    """

    def __init__(self, sheet: xw.Sheet) -> None:
        used = sheet.used_range
        self._sheet = sheet
        self._top, self._left = used.row, used.column
        self._values = _values(used)
        self._formulas, self._dynamic = _formulas(used)
        self._arrays = used.has_array is not False

    def cells(self) -> dict[Position, Cell]:
        """The non-empty cells; those that an array covers hold values only."""
        found: dict[Position, Cell] = {}
        covered: set[Position] = set()
        for i, line in enumerate(self._formulas):
            for j, text in enumerate(line):
                position, raw = (self._top + i, self._left + j), self._values[i][j]
                value = _scalar(raw, text)
                if _is_formula(text, raw) and position not in covered:
                    area, dynamic = self._array(i, j)
                    found[position] = Cell(value, text[1:], area and str(area), dynamic)
                    covered.update(area.cells() if area else ())
                elif value is not None:
                    found[position] = Cell(value)
        return found

    def _array(self, i: int, j: int) -> tuple[Area | None, bool]:
        """The cells that a formula fills, None for an ordinary one, and whether it spills."""
        row, col = self._top + i, self._left + j
        text, neighbours = self._formulas[i][j], self._neighbours(i, j)
        if any(neighbours) or OWN_FUNCTION.search(text):
            spill = _spill(self._sheet, (row, col))
            if spill is not None:
                return spill, True
        if self._arrays and (text in neighbours or not self._dynamic):
            cell = self._sheet.range((row, col))
            if cell.has_array:
                return self._same_text(i, j), False
        return (Area(row, col, row, col), True) if self._dynamic else (None, False)

    def _neighbours(self, i: int, j: int) -> list[str]:
        """What the cells to the right and below say, unless that is another formula."""
        text = self._formulas[i][j]
        near = [self._formulas[i][j + 1 : j + 2], [r[j] for r in self._formulas[i + 1 : i + 2]]]
        return [t for part in near for t in part if not t.startswith("=") or t == text]

    def _same_text(self, i: int, j: int) -> Area:
        """The rectangle of cells that say the same, as those of a fixed array do."""
        text, right, down = self._formulas[i][j], j, i
        while self._formulas[i][right + 1 : right + 2] == [text]:
            right += 1
        while [r[j] for r in self._formulas[down + 1 : down + 2]] == [text]:
            down += 1
        return Area(self._top + i, self._left + j, self._top + down, self._left + right)


def _names(book: xw.Book) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """What the names of the workbook and those of single sheets refer to."""
    names: dict[str, str] = {}
    local_names: dict[tuple[str, str], str] = {}
    for name in book.names:
        refers = (name.refers_to or "").removeprefix("=")
        sheet, _, own = name.name.rpartition("!")
        if sheet:
            local_names[sheet.strip("'").replace("''", "'"), own] = refers
        else:
            names[own] = refers
    return names, local_names


def _values(cells: xw.Range) -> list[list[Any]]:
    """What the program hands over, row by row.

    Excel's Value makes dates of numbers and cuts money to four decimals; its Value2 does not.
    """
    api = cells.api
    return _rows(api.Value2 if hasattr(api, "Value2") else cells.raw_value, cells)


def _formulas(cells: xw.Range) -> tuple[list[list[str]], bool]:
    """Formulas and constants as text, in English; and whether the program has dynamic arrays."""
    try:
        found, dynamic = cells.formula2, True
    except Exception:  # each program has its own kind of exception for what it lacks
        found, dynamic = cells.formula, False
    return [[t if isinstance(t, str) else "" for t in row] for row in _rows(found, cells)], dynamic


def _rows(found: Any, cells: xw.Range) -> list[list[Any]]:
    """Rows of cells, however a program hands over a single cell, row or column."""
    if not isinstance(found, list | tuple):
        return [[found]]
    if found and isinstance(found[0], list | tuple):
        return [list(row) for row in found]
    return [list(found)] if cells.shape[0] == 1 else [[v] for v in found]


def _is_formula(text: str, raw: Any) -> bool:
    """A text that begins with = may also have been typed as text: then it is its own value."""
    return text.startswith("=") and raw != text


def _scalar(raw: Any, text: str) -> Scalar:
    """A value as a file would hold it; `text` is what the cell says."""
    if raw is None or (raw == "" and not text):
        return None
    if isinstance(raw, bool | float | str):
        return raw
    value = cell_of(raw)
    if isinstance(value, str):
        return ExcelError(text if text.startswith("#") else value) if text else None
    return value


def _spill(sheet: xw.Sheet, anchor: Position) -> Area | None:
    """The cells that a formula has spilled to, None where it does not spill."""
    try:
        return _area(sheet.range(f"{a1(*anchor)}#"))
    except Exception:  # each program has its own kind of exception for it
        return None


def _area(cells: xw.Range) -> Area:
    height, width = cells.shape
    return Area(cells.row, cells.column, cells.row + height - 1, cells.column + width - 1)


def _range(sheet: xw.Sheet, area: Area) -> xw.Range:
    return sheet.range((area.row1, area.col1), (area.row2, area.col2))

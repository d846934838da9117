"""The cells that an explanation reads: of a computed workbook file, or of an open one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from iiecon.spreadsheet import formula as tree
from iiecon.spreadsheet.calculator import Book, Calculation
from iiecon.spreadsheet.evaluate import Reference, Sheets
from iiecon.spreadsheet.package import find_name
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
    as_value,
)
from iiecon.why.terms import Place
from udfs.registry import FUNCTIONS

LABEL_COLUMNS = 4  # of the sheets' tables: code, Chinese and English name, unit or sector
CHINESE = re.compile("[一-鿿]")


class ComputedBook:
    """A book with the values of its formulas (`Sheets`)."""

    def __init__(self, book: Book, calculation: Calculation) -> None:
        self._book = book
        self._values = calculation.values
        self._spills = {**book.array_ranges(), **calculation.spills}
        self._known = {name.casefold(): name for name in book.sheets}
        self._last = {
            name: tuple(map(max, zip((1, 1), *sheet.cells, strict=True)))
            for name, sheet in book.sheets.items()
        }

    def sheet(self, name: str) -> str:
        """The sheet's name as the workbook writes it; NotEvaluated where there is none."""
        if name.casefold() not in self._known:
            raise NotEvaluated(f"there is no sheet {name!r}")
        return self._known[name.casefold()]

    def read(self, sheet: str, area: Area) -> Matrix:
        """The values of a range; whole columns and rows end where the sheet does."""
        sheet = self.sheet(sheet)
        last_row, last_column = self._last[sheet]
        row2 = max(area.row1, last_row) if area.row2 == MAX_ROW else area.row2
        col2 = max(area.col1, last_column) if area.col2 == MAX_COL else area.col2
        columns = range(area.col1, col2 + 1)
        return [
            [self.value(sheet, row, column) for column in columns]
            for row in range(area.row1, row2 + 1)
        ]

    def value(self, sheet: str, row: int, column: int) -> Scalar:
        """What a cell holds."""
        if (sheet, row, column) in self._values:
            return self._values[sheet, row, column]
        cell = self._book.sheets[sheet].cells.get((row, column))
        return None if cell is None else cell.value

    def spilled(self, sheet: str, area: Area) -> Area:
        """The range of the array that begins in a cell."""
        found = self._spills.get((self.sheet(sheet), area.row1, area.col1))
        if found is None:
            raise ErrorResult(BAD_REFERENCE)
        return found

    def array_over(self, place: Place) -> tuple[Place, Area] | None:
        """The first cell of the array that covers a cell, and its range."""
        sheet, row, column = place
        for anchor, area in self._spills.items():
            if anchor[0] == sheet and area.holds(row, column):
                return anchor, area
        return None

    def named(self, sheet: str, name: str) -> tree.Expression:
        """What a defined name stands for."""
        text = find_name(self._book.names, self._book.local_names, name, sheet)
        if text is None:
            raise NotEvaluated(f"there is no name {name!r}")
        return tree.parse(text)

    def formula(self, sheet: str, row: int, col: int) -> str | None:
        """The formula of a cell without "=", None where there is none."""
        cell = self._book.sheets[self.sheet(sheet)].cells.get((row, col))
        return None if cell is None else cell.formula

    def call_own(self, node: tree.Call, arguments: list[Value | Reference]) -> Value:
        """Not called: an explanation calls them through `CalledHere`."""
        raise NotEvaluated(node.name)


class CalledHere:
    """Any sheets, our functions called in this program: an open document does not call them."""

    def __init__(self, sheets: Sheets) -> None:
        self.read, self.spilled = sheets.read, sheets.spilled
        self.named, self.formula = sheets.named, sheets.formula

    def call_own(self, node: tree.Call, arguments: list[Value | Reference]) -> Value:
        """Call one of our functions."""
        return as_value(FUNCTIONS[node.name](*arguments))


def read_cell(sheets: Sheets, place: Place) -> Scalar:
    """The value of one cell."""
    sheet, row, column = place
    return sheets.read(sheet, Area(row, column, row, column))[0][0]


def array_of(sheets: Sheets, place: Place) -> tuple[Place, Area] | None:
    """The first cell of the array that a cell belongs to, and its range; None where it is no part
    of one. An open program is not asked which array covers a cell: the nearest formula above and to
    the left whose array does is looked for.
    """
    if isinstance(sheets, ComputedBook):
        return sheets.array_over(place)
    sheet, row, column = place
    if sheets.formula(*place) is not None:
        return _array_at(sheets, place, place)
    for top in range(row, 0, -1):
        for left in range(column, 0, -1):
            if sheets.formula(sheet, top, left) is not None:
                found = _array_at(sheets, (sheet, top, left), place)
                if found is not None:
                    return found
    return None


def _array_at(sheets: Sheets, anchor: Place, place: Place) -> tuple[Place, Area] | None:
    """The array of a formula where it covers a cell."""
    sheet, row, column = anchor
    try:
        area = sheets.spilled(sheet, Area(row, column, row, column))
    except (ErrorResult, NotEvaluated):
        return None
    return ((sheet, area.row1, area.col1), area) if area.holds(*place[1:]) else None


@dataclass(frozen=True)
class Label:
    """What the sheet says a cell is: texts at the left of its row, and above its column."""

    zh: str
    en: str


def label_of(sheets: Sheets, place: Place) -> Label:
    """The labels of a cell in Chinese and English; "" where the sheet has none."""
    sheet, row, column = place
    left = sheets.read(sheet, Area(row, 1, row, max(1, min(column - 1, LABEL_COLUMNS))))[0]
    names = [_shown(value) for value in left if isinstance(value, str) or _is_year(value)]
    first = max(1, column - 1)
    above = sheets.read(sheet, Area(1, first, row, column + 1))[:-1]
    head = _head(above, column - first)
    title = sheets.read(sheet, Area(head, 1, head, 1))[0][0] if head and column > 1 else None
    texts = [title if isinstance(title, str) else "", *(names if column > 1 else [])]
    texts.append(_shown(above[head - 1][column - first]) if head else "")
    parts = [p for text in dict.fromkeys(texts) for p in re.split(r"\n| {2,}", text) if p]
    # Texts without a word of either language, codes and years, are part of both.
    return Label(
        " · ".join(p for p in parts if _is_chinese(p) or not re.search("[a-z]{2}", p)),
        " · ".join(p for p in parts if not _is_chinese(p)),
    )


def _is_chinese(text: str) -> bool:
    return CHINESE.search(re.sub("（?(?:亿元|万人)）?", "", text)) is not None


def _is_year(value: Scalar) -> bool:
    return isinstance(value, float) and value.is_integer() and 1900 <= value <= 2200


def _head(above: Matrix, column: int) -> int:
    """The row of the nearest text or year above a cell, 0 where there is none.

    A year has the year before or after beside it: a sum of money may look like a year too.
    """
    for row in range(len(above), 0, -1):
        value, line = above[row - 1][column], above[row - 1]
        if isinstance(value, str) and value not in ("", "●", "e"):
            return row
        if _is_year(value) and any(_is_year(v) and abs(v - value) == 1 for v in line):  # type: ignore[operator]
            return row
    return 0


def _shown(value: Scalar) -> str:
    return f"{value:.12g}" if isinstance(value, float) else "" if value is None else str(value)


def as_text(value: Scalar) -> str:
    """A value as a reader sees it."""
    return value.code if isinstance(value, ExcelError) else _shown(value)

"""A workbook as Excel's COM interface hands it over: the part of it that reading cells needs.

This stands for Excel. A cell holds what Excel stores; `Value` and `Value2` give it in the types
that pywin32 makes of it (error values as numbers, money as Decimal, dates as datetime).
"""

# ruff: noqa: N802 (the names are Excel's)

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

IID_RANGE = "{00020846-0000-0000-C000-000000000046}"
FIRST_DAY = dt.datetime(1899, 12, 30, tzinfo=dt.UTC)


class Money(float):
    """A number shown as currency: `Value` cuts it to four decimals."""


class Date(float):
    """A number shown as a date: `Value` makes a time of it."""


@dataclass
class Count:
    """The rows or columns of a range: only how many there are."""

    Count: int


class Sheet:
    """A worksheet: values and formulas by row and column."""

    def __init__(
        self, values: Mapping[tuple[int, int], Any], formulas: Mapping[tuple[int, int], str]
    ) -> None:
        self.Name = "Sheet1"
        self.values, self.formulas = values, formulas
        self.Parent = Book(self)

    def Cells(self, row: int, column: int) -> CellRange:
        return CellRange(self, row, column, 1, 1)

    def Range(self, first: Any, last: Any = None) -> CellRange:
        if isinstance(first, str):
            raise AttributeError("a spilled range, where nothing is spilled")
        height, width = last.Row - first.Row + 1, last.Column - first.Column + 1
        return CellRange(self, first.Row, first.Column, height, width)


class Book:
    """A workbook of one sheet, without names."""

    Name = "IIEconModel.xlsm"

    def __init__(self, *sheets: Sheet) -> None:
        self.Worksheets = Sheets(sheets)
        self.Names = Count(0)
        self.Application = Excel()


class Excel:
    """The program itself: xlwings asks for its window and version."""

    Hwnd = 1
    Version = "16.0"


class Sheets(list[Sheet]):
    """The worksheets, counted as COM collections are."""

    @property
    def Count(self) -> int:
        return len(self)


class CellRange:
    """A range of a worksheet."""

    iid = IID_RANGE

    def __init__(self, sheet: Sheet, row: int, column: int, height: int, width: int) -> None:
        self.Worksheet = sheet
        self.Row, self.Column = row, column
        self.Rows, self.Columns = Count(height), Count(width)
        self.Count = height * width

    @property
    def _oleobj_(self) -> Any:
        """The COM object: xlwings asks it which kind it is."""
        return self

    def GetTypeInfo(self) -> Any:
        return self

    def GetTypeAttr(self) -> Any:
        return self

    @property
    def Value(self) -> Any:
        return self._shaped(_value)

    @property
    def Value2(self) -> Any:
        return self._shaped(_value2)

    @property
    def Formula2(self) -> Any:
        return self._each(self._text)

    Formula = Formula2

    def _text(self, place: tuple[int, int]) -> str:
        return self.Worksheet.formulas.get(place, str(self.Worksheet.values.get(place, "")))

    def _shaped(self, convert: Callable[[Any], Any]) -> Any:
        return self._each(lambda place: convert(self.Worksheet.values.get(place)))

    def _each(self, cell: Callable[[tuple[int, int]], Any]) -> Any:
        """One cell alone as it is, more of them as rows."""
        rows = tuple(
            tuple(cell((row, column)) for column in _span(self.Column, self.Columns))
            for row in _span(self.Row, self.Rows)
        )
        return rows[0][0] if self.Count == 1 else rows


def _span(first: int, of: Count) -> range:
    return range(first, first + of.Count)


def _value(stored: Any) -> Any:
    if isinstance(stored, Money):
        return Decimal(f"{stored:.4f}")
    if isinstance(stored, Date):
        return FIRST_DAY + dt.timedelta(days=stored)
    return stored


def _value2(stored: Any) -> Any:
    return float(stored) if isinstance(stored, Money | Date) else stored


def cells(rows: list[list[Any]]) -> CellRange:
    """A range with these cells, not in the corner of its sheet."""
    values = {(i + 3, j + 2): v for i, row in enumerate(rows) for j, v in enumerate(row)}
    return CellRange(Sheet(values, {}), 3, 2, len(rows), len(rows[0]))

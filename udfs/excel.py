"""The functions as Excel calls them through xlwings; made from the registry, one for one.

Excel's cells become the cells that the registry knows: error values keep their name, dates become
serial numbers as they do in every other program. A function that fails returns the name of its
error value ("#NUM!"); the VBA wrapper around it makes that a real error value of the cell.
"""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import xlwings as xw
from xlwings.conversion import (
    Accessor,
    ConversionContext,
    Ensure2DStage,
    Options,
    Pipeline,
)
from xlwings.utils import datetime_to_xlserial

from iiecon.findings import InputError
from iiecon.spreadsheet.values import MAX_COL, MAX_ROW
from udfs import FUNCTIONS
from udfs.registry import Function

# How COM hands over an error value: this base plus Excel's error number.
ERROR_BASE = -2146828288
ERROR_NUMBERS = {
    2000: "#NULL!", 2007: "#DIV/0!", 2015: "#VALUE!", 2023: "#REF!", 2029: "#NAME?", 2036: "#NUM!",
    2042: "#N/A", 2043: "#GETTING_DATA", 2045: "#SPILL!", 2046: "#CONNECT!", 2047: "#BLOCKED!",
    2048: "#UNKNOWN!", 2049: "#FIELD!", 2050: "#CALC!",
}  # fmt: skip
# Cells that COM hands over as they are.
PLAIN = frozenset((float, str, bool, type(None)))


class CellsAccessor(Accessor):
    """Reads an argument, a range or a value, as rows of cells."""

    @classmethod
    def reader(cls, options: Options) -> Pipeline:
        """The stages of reading."""
        return Pipeline([_read, Ensure2DStage(), _clean])


def _read(context: ConversionContext) -> None:
    """The cells of a range, unless it is a whole column: that holds a million of them.

    Excel's Value2, for its Value cuts cells formatted as money to four decimals.
    """
    if context.range is not None:
        rows, columns = context.range.shape
        if rows >= MAX_ROW or columns >= MAX_COL:
            raise InputError.one("range_whole")
        context.value = context.range.api.Value2


def _clean(context: ConversionContext) -> None:
    context.value = [
        row if PLAIN.issuperset(map(type, row)) else [cell_of(cell) for cell in row]
        for row in context.value
    ]


class ReferenceAccessor(Accessor):
    """Reads an argument as a reference to cells of the open workbook."""

    @classmethod
    def reader(cls, options: Options) -> Pipeline:
        """The stages of reading."""
        return Pipeline([_refer])


def _refer(context: ConversionContext) -> None:
    if context.range is not None:
        from udfs.live import reference_to

        context.value = reference_to(context.range)


def cell_of(value: Any) -> float | str | bool | None:
    """One cell as every program hands it over, from what COM gives.

    Numbers of a sheet come as float; an int is an error value where its number says so.
    """
    if value is None or isinstance(value, bool | float | str):
        return value
    if isinstance(value, int):
        number = value - ERROR_BASE
        return ERROR_NUMBERS.get(number, "#VALUE!") if 0 < number < 10_000 else float(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dt.datetime):
        serial: Any = datetime_to_xlserial
        return float(serial(value.replace(tzinfo=None)))
    return "#VALUE!"


def _excel_function(function: Function) -> Callable[..., Any]:
    """One function of the registry with the names, help and conversions that xlwings wants."""

    def called(*given: Any) -> Any:
        try:
            return function(*given)
        except InputError as error:
            return [[error.excel_error]]

    called.__name__ = called.__qualname__ = function.name
    called.__module__ = __name__
    called.__doc__ = function.about("en")
    called.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            parameter.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)
            for parameter in function.__signature__.parameters.values()
        ]
    )
    offered: Callable[..., Any] = xw.func(called)
    for position, argument in enumerate(function.arguments):
        reader = ReferenceAccessor if position in function.references else CellsAccessor
        offered = xw.arg(argument.name, reader, doc=function.help(argument, "en"))(offered)
    result: Callable[..., Any] = xw.ret("raw")(offered)
    return result


globals().update({name: _excel_function(function) for name, function in FUNCTIONS.items()})

"""Values put into cells of a workbook, and everything recalculated with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from iiecon.findings import Finding, InputError
from iiecon.spreadsheet.calculator import Book, FileBook, Key, PlainSheet, patched_parts
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.sheet_reader import Cell
from iiecon.spreadsheet.values import Scalar, a1, format_number
from iiecon.workbook.read import Range, Reader
from iiecon.workbook.recalculate import Examined, Progress, examine
from iiecon.workbook.stamp import stamp_cells


@dataclass(frozen=True)
class Typed:
    """The workbook with the values: its bytes, and what it now amounts to."""

    content: bytes
    examined: Examined


def typed_into(package: Package, typed: Mapping[Key, Scalar], progress: Progress) -> Typed:
    """A workbook with other values in some input cells, recalculated and stamped, in memory.

    Every other cell and part stays as it is. Raises InputError for a cell that holds a formula,
    which a value cannot replace here, and with the findings where the model refuses the result.
    """
    book = FileBook.from_package(package)
    held = formulas_among(book, typed)
    if held:
        raise InputError(
            Finding("error", "typed_formula", sheet=sheet, cell=a1(row, column))
            for sheet, row, column in held
        )
    typed = {key: _as_stored(value) for key, value in typed.items()}
    done = examine(with_values(book, typed), progress)
    if done.results is None or done.errors:
        raise InputError(done.findings)
    return Typed(patched(package, book, done, typed), done)


def values_of(ranges: Iterable[Range]) -> dict[Key, Scalar]:
    """The values of ranges by cell, with the digits that a file holds."""
    return {
        (place.sheet, *position): _as_stored(value)
        for place in ranges
        for position, value in zip(
            place.area.cells(), (v for row in place.cells for v in row), strict=True
        )
    }


def with_values(book: Book, typed: Mapping[Key, Scalar]) -> Book:
    """A workbook with other values in some cells, not yet computed."""
    sheets = {name: dict(sheet.cells) for name, sheet in book.sheets.items()}
    for (sheet, row, column), value in typed.items():
        sheets[sheet][row, column] = Cell(value)
    plain = {name: PlainSheet(cells) for name, cells in sheets.items()}
    return replace(book, sheets=plain)


def patched(
    package: Package, book: FileBook, examined: Examined, typed: Mapping[Key, Scalar]
) -> bytes:
    """The file with typed values and what its formulas then give; stamped when nothing is wrong."""
    calculation = examined.calculation
    values = {**calculation.values, **typed}
    if examined.results is not None and not examined.errors:
        reader = Reader(book, calculation)
        values |= stamp_cells(reader, examined.results.inputs, datetime.now())
    parts = patched_parts(package, book, replace(calculation, values=values))
    return package.replaced(parts).to_bytes()


def formulas_among(book: Book, keys: Iterable[Key]) -> list[Key]:
    """The cells that hold a formula."""
    return [
        (sheet, row, column)
        for sheet, row, column in keys
        for cell in [book.sheets[sheet].cells.get((row, column))]
        if cell is not None and cell.formula is not None
    ]


def is_computed(book: Book, place: Range) -> bool:
    """Whether formulas fill the range."""
    stored = book.sheets[place.sheet].cells
    return all(p in stored and stored[p].formula for p in place.area.cells())


def _as_stored(value: Scalar) -> Scalar:
    """A number with the digits that the file will hold: what is computed now must hold later."""
    return float(format_number(value)) if isinstance(value, float) else value

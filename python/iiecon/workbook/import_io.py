"""The input-output table of another workbook put in the place of a workbook's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from iiecon.findings import Finding, InputError
from iiecon.spreadsheet.calculator import Book, FileBook, PlainSheet
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.sheet_reader import Cell
from iiecon.spreadsheet.values import Scalar
from iiecon.workbook.read import Range, Reader
from udfs.arguments import label

# The labels on which both tables must agree, and what is then taken over.
LABELS = ("IO_CODES", "IO_COLUMN_CODES", "IO_FINAL_USE_CODES", "IO_PRIMARY_CODES")
FIGURES = (
    "OPT_IO_UNIT",
    "IO_YEAR",
    "IO_FLOWS",
    "IO_FINAL_USE",
    "IO_EXPORTS",
    "IO_IMPORTS",
    "IO_DISCREPANCY",
    "IO_OUTPUT",
    "IO_PRIMARY",
    "IO_OTHER_INPUTS",
    "IO_VALUE_ADDED",
)


@dataclass(frozen=True)
class Import:
    """The workbook as it would be, and the ranges that would change, with their new cells."""

    book: Book
    changes: list[Range]


def import_of(book: Book, source: Path) -> Import:
    """The table of `source` in a workbook with the same sectors.

    Ranges that the workbook fills with formulas of its own stay. Raises FileProblem when the source
    cannot be read, InputError when it lacks a range or lists other sectors.
    """
    here, there = Reader.of(book), Reader.of(FileBook.from_package(Package.read(source)))
    for name in LABELS:
        _same_labels(name, _range(here, name), _range(there, name))
    changes = [
        replace(place, cells=_cells(name, place, _range(there, name)))
        for name in FIGURES
        if not _computed(book, place := _range(here, name))
    ]
    return Import(_changed(book, changes), changes)


def _range(reader: Reader, name: str) -> Range:
    found = reader.range(name)
    if found is None:
        raise InputError.one("import_name", name=name)
    return found


def _same_labels(name: str, here: Range, there: Range) -> None:
    _same_size(name, here, there)
    mine, others = ([label(v) for row in r.cells for v in row] for r in (here, there))
    for i, (code, found) in enumerate(zip(mine, others, strict=True)):
        if code != found:
            cell = there.cell(i, 0) if there.area.width == 1 else there.cell(0, i)
            values = {"name": name, "found": found, "expected": code}
            raise InputError(
                [Finding("error", "import_code", values, sheet=there.sheet, cell=cell)]
            )


def _cells(name: str, here: Range, there: Range) -> list[list[Scalar]]:
    _same_size(name, here, there)
    return there.cells


def _same_size(name: str, here: Range, there: Range) -> None:
    found, expected = (f"{r.area.height} × {r.area.width}" for r in (there, here))
    if found != expected:
        values = {"name": name, "found": found, "expected": expected}
        area = str(there.area)
        raise InputError([Finding("error", "import_count", values, sheet=there.sheet, cell=area)])


def _computed(book: Book, place: Range) -> bool:
    """Whether formulas fill the range."""
    stored = book.sheets[place.sheet].cells
    return all(p in stored and stored[p].formula for p in place.area.cells())


def _changed(book: Book, changes: list[Range]) -> Book:
    sheets = {name: dict(sheet.cells) for name, sheet in book.sheets.items()}
    for place in changes:
        values = (value for row in place.cells for value in row)
        for position, value in zip(place.area.cells(), values, strict=True):
            sheets[place.sheet][position] = Cell(value)
    plain = {name: PlainSheet(cells) for name, cells in sheets.items()}
    return replace(book, sheets=plain)

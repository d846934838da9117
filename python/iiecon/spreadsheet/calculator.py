"""Recalculation of a whole workbook outside a spreadsheet program, and writing it back.

What cannot be evaluated faithfully is reported with a reason and left without a value.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field

from iiecon.spreadsheet.cells import SheetCells
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.recalculation import (
    Calculation,
    Key,
    Recalculation,
    SpillBlocked,
    StoredCells,
)
from iiecon.spreadsheet.safe_xml import Room
from iiecon.spreadsheet.sheet_reader import Cell, Position
from iiecon.spreadsheet.values import Area, Scalar, parse_area, same_value

__all__ = [
    "Book",
    "Calculation",
    "Calculator",
    "FileBook",
    "Key",
    "PlainSheet",
    "SpillBlocked",
    "patched_parts",
]

_MAX_PASSES = 8


@dataclass(frozen=True)
class PlainSheet:
    """The cells of a worksheet that did not come from a file."""

    cells: Mapping[Position, Cell]


@dataclass(frozen=True)
class Book:
    """The cells of every worksheet and the defined names, of a file or of an open workbook."""

    sheets: Mapping[str, StoredCells]
    names: Mapping[str, str] = field(default_factory=dict)
    local_names: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def array_ranges(self) -> dict[Key, Area]:
        """The stored range of every array formula and data table, by its first cell."""
        return {
            (sheet, *position): parse_area(cell.array_ref)
            for sheet, cells in self.sheets.items()
            for position, cell in cells.cells.items()
            if cell.array_ref
        }


@dataclass(frozen=True)
class FileBook(Book):
    """A book read from a file, whose cells remember the XML they came from."""

    sheets: Mapping[str, SheetCells]

    @classmethod
    def from_package(cls, package: Package) -> "FileBook":
        """Read every worksheet of a package."""
        strings, path, room = package.shared_strings, package.path, Room()
        sheets = {
            name: SheetCells.parse(package.parts[part], strings, path, name, room)
            for name, part in package.sheets.items()
        }
        return cls(sheets, package.names, package.local_names)


class Calculator:
    """Evaluates the formulas of a book with our own functions and plain Excel functions.

    Our own functions take precedence. They get ranges as lists of rows, which they must not
    change, and return a scalar, a list of rows or a numpy array (one dimension is a row).
    """

    def __init__(self, book: Book, functions: Mapping[str, Callable[..., object]]) -> None:
        self._book = book
        self._functions = {name.upper(): function for name, function in functions.items()}
        self._stored = self._ranges = book.array_ranges()
        self._run = self._new_run()

    def _new_run(self) -> Recalculation:
        return Recalculation(self._book, self._functions, self._stored, self._ranges)

    def calculate(self, sheets: Container[str] | None = None) -> Calculation:
        """Evaluate every formula cell, or those of some sheets and all that they need.

        A second call goes on where the first ended and adds to the same calculation. But when an
        array turns out to cover cells that some formula has already read as empty, all is evaluated
        again knowing the new ranges, and the calculation returned is another.
        """
        for _ in range(_MAX_PASSES):
            result = self._run.finish(sheets)
            if not self._run.outdated:
                return result
            self._ranges = {**self._ranges, **result.spills}
            self._run = self._new_run()
        for key in result.values:
            result.unevaluated[key] = "the arrays of the workbook do not settle"
        return Calculation(unevaluated=result.unevaluated, failures=result.failures)


def patched_parts(package: Package, book: FileBook, calculation: Calculation) -> dict[str, bytes]:
    """The worksheet parts that change when the outcome of a calculation is written back.

    Formula cells that could not be evaluated lose their cached value, so that nobody takes an
    old number for a new one.
    """
    values: dict[str, dict[Position, Scalar]] = defaultdict(dict)
    for sheet, row, col in _without_value(book, calculation):
        values[sheet][row, col] = None
    for (sheet, row, col), value in calculation.values.items():
        values[sheet][row, col] = value
    spills: dict[str, dict[Position, Area]] = defaultdict(dict)
    for (sheet, row, col), area in calculation.spills.items():
        spills[sheet][row, col] = area
    patched = {
        package.sheets[name]: cells.patched(_changed(cells, values[name]), spills[name])
        for name, cells in book.sheets.items()
    }
    return {part: xml for part, xml in patched.items() if xml != package.parts[part]}


def _without_value(book: Book, calculation: Calculation) -> list[Key]:
    """The unevaluated cells, with all cells that their arrays used to cover."""
    ranges = book.array_ranges()
    found: list[Key] = []
    for key in calculation.unevaluated:
        sheet, row, col = key
        area = ranges.get(key, Area(row, col, row, col))
        found += [(sheet, *position) for position in area.cells()]
    return found


def _changed(cells: SheetCells, values: Mapping[Position, Scalar]) -> dict[Position, Scalar]:
    """The values that differ from the stored ones in a way worth writing."""
    return {p: value for p, value in values.items() if not same_value(cells.stored(p), value)}

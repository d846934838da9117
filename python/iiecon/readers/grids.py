"""Any file of tables as grids of cells with addresses: .xlsx, .xlsm, .xls, .csv and .txt."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from iiecon.findings import Finding, InputError
from iiecon.spreadsheet.files import FileProblem, read_file
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.safe_xml import Room, TooMuch, xml_problems
from iiecon.spreadsheet.sheet_reader import SheetReader
from iiecon.spreadsheet.values import LARGEST_FIGURE, ExcelError, Scalar, a1, read_number

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Cell

WIDE = str.maketrans("０１２３４５６７８９，．－＋−\u00a0\u2009\u202f", "0123456789,.-+-   ")
THOUSANDS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?")
# A figure with a footnote after it: 1234①, 1234[1], 1234(a), 1234*
FOOTNOTE = re.compile(
    r"([-+]?[\d, ]*\d(?:\.\d+)?)\s*"
    r"(?:[①-⓿㈠-㉃⁰¹²³⁴-⁹*†‡#]+|[\[(（【]\s*\w{1,3}\s*[\])）】]|注\w*)"
)
NOTHING = re.compile(r"[-—–―…·.]+")
UNSTORED = ExcelError("=?")
"""What stands for a formula whose value is not in the file: neither a blank nor a number."""
MAX_PLANE = 4_000_000
"""Cells of all sheets filled up to rectangles; the largest official tables have some 100 000."""


@dataclass(frozen=True)
class Grid:
    """One sheet as rows of cells, padded to one width; `place` is how messages call it.

    `sheet` is empty for a text file, which has no sheets.
    """

    place: str
    sheet: str
    rows: list[list[Scalar]]

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.rows[0]) if self.rows else 0

    def finding(self, key: str, row: int, column: int, **values: object) -> Finding:
        """An error at a cell, counted from zero; shown with the address that Excel gives it."""
        return Finding("error", key, values, sheet=self.place, cell=a1(row + 1, column + 1))

    def number(self, row: int, column: int) -> float | Finding:
        """The figure in a cell, or what is wrong there.

        Separators of thousands are read over; a footnote, a dash or a blank is never guessed away.
        """
        value = self.rows[row][column]
        if value is None or isinstance(value, str):
            text, value = value or "", figure(value or "")
            if value is None:
                return self._not_a_number(row, column, text)
        if value == UNSTORED:
            return self.finding("reader_formula", row, column)
        if not isinstance(value, float):
            return self.finding("reader_number", row, column, value=str(value))
        if abs(value) >= LARGEST_FIGURE:
            return self.finding("cell_absurd", row, column, value=f"{value:g}")
        return value

    def _not_a_number(self, row: int, column: int, text: str) -> Finding:
        plain = text.strip().translate(WIDE)
        marked = FOOTNOTE.fullmatch(plain)
        if not plain:
            return self.finding("reader_blank", row, column)
        if NOTHING.fullmatch(plain):
            return self.finding("reader_nothing", row, column, value=plain)
        if marked and (read := figure(marked[1])) is not None:
            return self.finding("reader_footnote", row, column, value=plain, number=f"{read:.15g}")
        return self.finding("reader_number", row, column, value=plain)


def figure(text: str) -> float | None:
    """The number that a text shows, also with separators of thousands; None if it shows none."""
    plain = text.strip().translate(WIDE)
    if THOUSANDS.fullmatch(plain):
        plain = re.sub("[, ]", "", plain)
    return read_number(plain)


def open_grids(path: str | Path) -> list[Grid]:
    """The sheets of a file that hold anything.

    Raises FileProblem when the file cannot be read, InputError when it is no table at all.
    """
    file = Path(path)
    content = read_file(file, "file.not_table")
    reader = _reader_of(content)
    grids = [g for g in reader(file, content) if len(g.rows) > 1]
    if not grids:
        raise InputError.one("reader_empty", str(file))
    return grids


def sheets_named(file: Path, grids: list[Grid], sheet: str | None) -> list[Grid]:
    """The sheets of this name, or all where none is asked for; InputError where there is none."""
    found = [g for g in grids if not sheet or g.sheet == sheet]
    if not found:
        known = ", ".join(g.sheet for g in grids if g.sheet)
        key = "reader_no_sheet" if known else "reader_sheetless"
        raise InputError.one(key, str(file), found=sheet, known=known)
    return found


def _reader_of(content: bytes) -> Callable[[Path, bytes], list[Grid]]:
    """By what the file is, not by what it is called."""
    if content.startswith(b"PK\x03\x04"):
        return _xlsx
    return _xls if content.startswith(bytes.fromhex("D0CF11E0")) else _text


def _xlsx(file: Path, content: bytes) -> list[Grid]:
    package = Package.from_bytes(file, content)
    grids, room, plane = [], Room(), Room(MAX_PLANE)
    for name, part in package.sheets.items():
        reader = SheetReader(package.shared_strings, room)
        with xml_problems(file, name):
            reader.read(package.parts[part])
            height = max((row for row, _ in reader.cells), default=0)
            width = max((column for _, column in reader.cells), default=0)
            plane.take(height * width)
        rows: list[list[Scalar]] = [[None] * width for _ in range(height)]
        for (row, column), cell in reader.cells.items():
            empty = cell.value is None and cell.formula is not None
            rows[row - 1][column - 1] = UNSTORED if empty else cell.value
        grids.append(Grid(f"[{file.name}]{name}", name, rows))
    return grids


def _xls(file: Path, content: bytes) -> list[Grid]:
    """Old binary files. A damaged one makes the library raise anything: all of it means damage."""
    import xlrd

    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileProblem(file, "file.encrypted")
    plane = Room(MAX_PLANE)
    try:
        # Rows of their own length: a single far cell would fill a sheet of equal ones.
        book = xlrd.open_workbook(
            file_contents=content, logfile=io.StringIO(), on_demand=True, ragged_rows=True
        )
        return [_xls_grid(file, book, name, plane) for name in book.sheet_names()]
    except TooMuch as error:
        raise FileProblem(file, "file.too_big", str(error)) from error
    except Exception as error:
        raise FileProblem(file, "file.truncated", str(error)) from error


def _xls_grid(file: Path, book: Book, name: str, plane: Room) -> Grid:
    sheet = book.sheet_by_name(name)
    rows = [[_xls_value(cell) for cell in sheet.row(i)] for i in range(sheet.nrows)]
    book.unload_sheet(name)
    return Grid(f"[{file.name}]{name}", name, _padded(rows, plane))


def _padded(rows: list[list[Scalar]], plane: Room) -> list[list[Scalar]]:
    """The rows at the length of the longest, if there is room for them."""
    width = max((len(row) for row in rows), default=0)
    plane.take(len(rows) * width)
    return [row + [None] * (width - len(row)) for row in rows]


def _xls_value(cell: Cell) -> Scalar:
    import xlrd

    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return ExcelError(xlrd.error_text_from_code.get(int(cell.value), "#N/A"))
    return bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value


def _text(file: Path, content: bytes) -> list[Grid]:
    text = _decoded(file, content)
    start = text[:20_000]
    delimiter = max(",\t;", key=start.count)
    rows: list[list[Scalar]] = []
    room = Room(MAX_PLANE)
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            room.take(len(line) + 1)
            rows.append([cell.strip() or None for cell in line])
        while rows and not any(rows[-1]):
            rows.pop()
        padded = _padded(rows, Room(MAX_PLANE)) if sum(any(row) for row in rows) > 1 else []
    except csv.Error as error:
        raise FileProblem(file, "file.not_table", str(error)) from error
    except TooMuch as error:
        raise FileProblem(file, "file.too_big", str(error)) from error
    return [Grid(file.name, "", padded)]


def _decoded(file: Path, content: bytes) -> str:
    encodings = ["utf-8-sig", "gb18030"]
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):  # what Excel saves as “Unicode text”
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError.one("reader_encoding", str(file))

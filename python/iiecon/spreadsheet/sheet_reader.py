"""Reading worksheet XML into cells, with the byte offsets that patching needs."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias

from iiecon.spreadsheet.formula import shifted
from iiecon.spreadsheet.package import TextRuns, decode_escapes, local_name
from iiecon.spreadsheet.safe_xml import Room, TooMuch, parse, safe_parser
from iiecon.spreadsheet.values import (
    MAX_COL,
    MAX_ROW,
    ExcelError,
    Scalar,
    a1,
    parse_a1,
    parse_area,
    read_number,
)

Position: TypeAlias = tuple[int, int]
DATA_TABLE = "TABLE()"
"""The formula given to a what-if data table; no function of that name exists to evaluate it."""


class Cell(NamedTuple):
    """A cell as stored: cached value, formula without ``=``, range and kind of an array formula."""

    value: Scalar
    formula: str | None = None
    array_ref: str | None = None
    dynamic: bool = False


class Place(NamedTuple):
    """Byte offsets of a cell and its children; -1 for a child it does not have.

    An end is the offset of the closing tag, or of what follows an element closed in itself.
    """

    start: int
    formula: int
    value: int
    value_end: int
    formula_end: int


class SheetReader:
    """Handlers for the XML parser; the attributes are the state of the cell being read."""

    def __init__(self, shared_strings: Sequence[str], room: Room) -> None:
        self.cells: dict[Position, Cell] = {}
        self.places: dict[Position, Place] = {}
        self.rows: dict[int, tuple[int, int]] = {}
        self.data = (-1, -1)
        self.prefix = b""
        self._strings = shared_strings
        self._room = room
        self._masters: dict[str, tuple[Position, str]] = {}
        self._followers: list[tuple[Position, str]] = []
        self._row = self._col = self._row_start = 0
        self._texts: list[str] = []
        self._attributes: dict[str, str] = {}
        self._formula_attributes: dict[str, str] = {}
        self._parser = safe_parser()
        self._inline = TextRuns(self._parser)

    def read(self, xml: bytes) -> None:
        """Read the whole part; ValueError says what is wrong with it, TooMuch that it is big."""
        parser = self._parser
        if b"\0" in xml[:4]:
            raise ValueError("the encoding is not UTF-8")
        parser.XmlDeclHandler = _require_utf8
        parser.StartElementHandler = self._find_data
        try:
            parse(parser, xml)
            if self.data[0] < 0:
                raise ValueError("not a worksheet")
            for position, group in self._followers:
                self._row, self._col = position
                self._fill_down(position, group)
        except TooMuch as error:
            raise TooMuch(f"{a1(self._row, self._col)}: {error}" if self._col else error) from None

    def _find_data(self, name: str, _: dict[str, str]) -> None:
        if local_name(name) == "sheetData":
            if self.data[0] >= 0:
                raise ValueError("two sheetData elements")
            self.prefix = name.removesuffix("sheetData").encode()
            self.data = (self._parser.CurrentByteIndex, -1)
            self._parser.StartElementHandler = self._start
            self._parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = local_name(name)
        if kind == "c":
            self._start_cell(attributes)
        elif kind == "v" or kind == "is":
            self._value_start = self._parser.CurrentByteIndex
            self._expect_text(kind)
        elif kind == "f":
            self._formula_start = self._parser.CurrentByteIndex
            self._formula_attributes = attributes
            self._expect_text(kind)
        elif kind == "row":
            self._row = int(attributes.get("r") or self._row + 1)
            self._col, self._row_start = 0, self._parser.CurrentByteIndex
            self._room.take()
            if not 1 <= self._row <= MAX_ROW:
                raise ValueError(f"there is no row {self._row}")
            if self._row in self.rows:
                raise ValueError(f"row {self._row} occurs twice")
        else:
            self._inline.start(kind)

    def _expect_text(self, kind: str) -> None:
        self._texts = []
        if kind == "is":
            self._inline.runs = self._texts
        else:
            self._parser.CharacterDataHandler = self._texts.append

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._attributes = attributes
        self._cell_start = self._parser.CurrentByteIndex
        self._formula_start = self._formula_end = self._value_start = self._value_end = -1
        self._formula = self._value = ""
        self._col += 1
        reference = attributes.get("r")
        if reference and reference != a1(self._row, self._col):
            row, self._col = parse_a1(reference)
            if row != self._row:
                raise ValueError(f"cell {reference} in row {self._row}")
        if self._col > MAX_COL:
            raise ValueError(f"row {self._row} has too many cells")

    def _end(self, name: str) -> None:
        kind = local_name(name)
        if kind == "c":
            self._end_cell()
        elif kind == "v" or kind == "is":
            self._value_end = self._parser.CurrentByteIndex
            self._value = "".join(self._texts)
            self._parser.CharacterDataHandler = None
        elif kind == "f":
            self._formula_end = self._parser.CurrentByteIndex
            self._formula = "".join(self._texts)
            self._parser.CharacterDataHandler = None
        elif kind == "row":
            self.rows[self._row] = (self._row_start, self._parser.CurrentByteIndex)
        elif kind == "sheetData":
            self.data = (self.data[0], self._parser.CurrentByteIndex)
            self._parser.StartElementHandler = self._find_data
            self._parser.EndElementHandler = None
        else:
            self._inline.end(kind)

    def _end_cell(self) -> None:
        position = self._row, self._col
        if position in self.places:
            raise ValueError(f"cell {a1(*position)} occurs twice")
        self._room.take(1, self._value)
        self.places[position] = Place(
            self._cell_start,
            self._formula_start,
            self._value_start,
            self._value_end,
            self._formula_end,
        )
        try:
            value = self._converted()
        except (ValueError, IndexError):
            kind = self._attributes.get("t", "n")
            raise ValueError(
                f"cell {a1(*position)} of type {kind!r} holds {self._value[:40]!r}"
            ) from None
        if self._formula_start >= 0:
            self._add_formula(position, value)
        elif value is not None:
            self.cells[position] = Cell(value)

    def _converted(self) -> Scalar:
        """The stored value, by the type of the cell."""
        kind, text = self._attributes.get("t", "n"), self._value
        if kind == "str" or kind == "inlineStr":
            return decode_escapes(text) if self._value_start >= 0 else None
        if not text:
            return None
        if kind == "s":
            return self._strings[_index(text)]
        return _number(text) if kind == "n" else _other_value(kind, text)

    def _add_formula(self, position: Position, value: Scalar) -> None:
        attributes, formula = self._formula_attributes, self._formula
        self._room.take(1, formula, formula=True)
        kind, group = attributes.get("t", "normal"), attributes.get("si", "")
        if kind == "shared" and not formula:
            self._followers.append((position, group))
        elif kind == "shared":
            self._masters[group] = position, formula
        elif kind == "dataTable":
            formula = DATA_TABLE
        array_ref = None
        if kind in ("array", "dataTable"):
            array_ref = attributes.get("ref") or a1(*position)
            area = parse_area(array_ref)
            if (area.row1, area.col1) != position:
                raise ValueError(f"the array of cell {a1(*position)} begins elsewhere: {array_ref}")
            self._room.take(area.size)
        dynamic = kind == "array" and self._attributes.get("cm", "0") != "0"
        self.cells[position] = Cell(value, formula or None, array_ref, dynamic)

    def _fill_down(self, position: Position, group: str) -> None:
        """Give a cell of a shared formula its own text."""
        if group not in self._masters:
            raise ValueError(f"cell {a1(*position)} shares a formula that is not there")
        (row, col), formula = self._masters[group]
        own = shifted(formula, position[0] - row, position[1] - col)
        self._room.take(1, own, formula=True)
        self.cells[position] = self.cells[position]._replace(formula=own)


def _require_utf8(_: str, encoding: str | None, __: int) -> None:
    if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
        raise ValueError(f"the encoding is {encoding}, not UTF-8")


def _number(text: str) -> float:
    number = read_number(text)
    if number is None:
        raise ValueError
    return number


def _index(text: str) -> int:
    if not text.strip().isdecimal():
        raise ValueError
    return int(text)


def _other_value(kind: str, text: str) -> Scalar:
    if kind == "b" and text in ("0", "1", "true", "false"):
        return text in ("1", "true")
    if kind == "e" and text.startswith("#"):
        return ExcelError(text)
    if kind == "d":
        moment = datetime.fromisoformat(text).replace(tzinfo=None)
        return (moment - datetime(1899, 12, 30)).total_seconds() / 86_400
    raise ValueError

"""The cells of one worksheet: read from its XML, and patched into it.

Reading remembers where each cell lies in the XML. Patching then rewrites cached values only, so
that formulas, styles and everything this project does not know about keep their exact bytes.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from iiecon.spreadsheet.safe_xml import Room, xml_problems
from iiecon.spreadsheet.sheet_reader import Cell, Place, Position, SheetReader
from iiecon.spreadsheet.values import (
    BAD_VALUE,
    Area,
    ExcelError,
    Scalar,
    a1,
    format_number,
    parse_a1,
    parse_area,
    same_value,
)

__all__ = [
    "Area",
    "Cell",
    "ExcelError",
    "Scalar",
    "SheetCells",
    "a1",
    "format_number",
    "parse_a1",
    "parse_area",
    "same_value",
]

_TAG = re.compile(rb"""<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")
_ATTRIBUTE = re.compile(rb"""(\s+)([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")
_NEEDS_ESCAPE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_STORED_ERRORS = frozenset(
    ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
)


@dataclass(frozen=True)
class SheetCells:
    """A worksheet: its non-empty cells, and the XML they came from."""

    xml: bytes
    cells: dict[Position, Cell]
    _places: dict[Position, Place] = field(repr=False)
    _rows: dict[int, tuple[int, int]] = field(repr=False)
    _data: tuple[int, int] = field(repr=False)
    _prefix: bytes = b""

    @classmethod
    def parse(
        cls,
        xml: bytes,
        shared_strings: Sequence[str] = (),
        path: Path = Path(),
        sheet: str = "sheet",
        room: Room | None = None,
    ) -> "SheetCells":
        """Read a worksheet part; ``path`` and ``sheet`` only name it in problems.

        ``room`` is what all sheets of the workbook together may hold.
        """
        reader = SheetReader(shared_strings, room or Room())
        with xml_problems(path, sheet):
            reader.read(xml)
        return cls(xml, reader.cells, reader.places, reader.rows, reader.data, reader.prefix)

    def patched(
        self, values: Mapping[Position, Scalar], spills: Mapping[Position, Area] | None = None
    ) -> bytes:
        """The XML with these cached values, and these ranges of array formulas."""
        edits: list[tuple[int, int, bytes]] = []
        for position in sorted({**values, **(spills or {})}):
            if position in self._places:
                value = values.get(position, self.stored(position))
                edits += self._cell_edits(position, value, (spills or {}).get(position))
        edits += self._insertions(
            {p: v for p, v in values.items() if p not in self._places and v is not None}
        )
        return _edited(self.xml, edits)

    def stored(self, position: Position) -> Scalar:
        """The cached value of a cell, None for an empty one."""
        cell = self.cells.get(position)
        return cell.value if cell else None

    def _cell_edits(
        self, position: Position, value: Scalar, spill: Area | None
    ) -> list[tuple[int, int, bytes]]:
        place, cell = self._places[position], self.cells.get(position)
        edits = []
        if spill and cell and cell.array_ref and str(spill) != cell.array_ref:
            tag = self._tag(place.formula)
            changed = _with_attributes(tag, {b"ref": str(spill).encode()})
            edits.append((place.formula, place.formula + len(tag), changed))
        if _stored_form(self.stored(position)) != _stored_form(value):
            edits += self._value_edits(place, value)
        return edits

    def _value_edits(self, place: Place, value: Scalar) -> list[tuple[int, int, bytes]]:
        kind, _ = _stored_form(value)
        tag = self._tag(place.start)
        content = self._value_element(value)
        opening = _with_attributes(tag, {b"t": kind.encode() or None, b"vm": None})
        tag_end = place.start + len(tag)
        if tag.endswith(b"/>"):
            return [(place.start, tag_end, _filled(opening, content))]
        if place.value >= 0:
            begin, end = place.value, self._element_end(place.value, place.value_end)
        elif place.formula >= 0:
            begin = end = self._element_end(place.formula, place.formula_end)
        else:
            begin = end = tag_end
        return [(place.start, tag_end, opening), (begin, end, content)]

    def _value_element(self, value: Scalar) -> bytes:
        _, text = _stored_form(value)
        if value is None:
            return b""
        space = ' xml:space="preserve"' if text != text.strip() else ""
        name = f"{self._prefix.decode()}v"
        return f"<{name}{space}>{text}</{name}>".encode()

    def _tag(self, start: int) -> bytes:
        match = _TAG.match(self.xml, start)
        assert match is not None, "the offsets come from well-formed XML"
        return match[0]

    def _element_end(self, start: int, closing: int) -> int:
        """Where an element ends, given where its closing tag begins."""
        tag = self._tag(start)
        return start + len(tag) if tag.endswith(b"/>") else self.xml.index(b">", closing) + 1

    def _insertions(self, values: Mapping[Position, Scalar]) -> list[tuple[int, int, bytes]]:
        """Edits that add cells which the sheet does not have yet."""
        if not values:
            return []
        by_row: dict[int, dict[int, bytes]] = defaultdict(dict)
        for (row, col), value in sorted(values.items()):
            by_row[row][col] = self._new_cell(row, col, value)
        unknown = [row for row in by_row if row not in self._rows]
        new_rows = {row: self._new_row(row, by_row.pop(row)) for row in unknown}
        starts: dict[int, dict[int, int]] = {row: {} for row in by_row}
        for (row, col), place in self._places.items():
            if row in starts:
                starts[row][col] = place.start
        edits = _inserted(
            self._tag(self._data[0]),
            self._data,
            {row: start for row, (start, _) in self._rows.items()},
            new_rows,
        )
        for row, cells in by_row.items():
            tag = self._tag(self._rows[row][0])
            edits += _inserted(tag, self._rows[row], starts[row], cells)
        return edits

    def _new_cell(self, row: int, col: int, value: Scalar) -> bytes:
        kind, _ = _stored_form(value)
        name, typed = self._prefix + b"c", f' t="{kind}"' if kind else ""
        opening = b"<" + name + f' r="{a1(row, col)}"{typed}>'.encode()
        return opening + self._value_element(value) + b"</" + name + b">"

    def _new_row(self, row: int, cells: Mapping[int, bytes]) -> bytes:
        name = self._prefix + b"row"
        content = b"".join(cells.values())
        return b"<" + name + f' r="{row}">'.encode() + content + b"</" + name + b">"


def _inserted(
    tag: bytes, span: tuple[int, int], existing: Mapping[int, int], new: Mapping[int, bytes]
) -> list[tuple[int, int, bytes]]:
    """Edits that put numbered children into an element, each before the next higher number."""
    if not new:
        return []
    if tag.endswith(b"/>"):
        return [(span[0], span[0] + len(tag), _filled(tag, b"".join(new.values())))]
    numbers = sorted(existing)
    places: dict[int, bytes] = defaultdict(bytes)
    for number, content in new.items():
        index = bisect_right(numbers, number)
        places[existing[numbers[index]] if index < len(numbers) else span[1]] += content
    return [(place, place, content) for place, content in places.items()]


def _filled(tag: bytes, content: bytes) -> bytes:
    """A tag closed in itself, opened to hold some content."""
    if not content:
        return tag
    opening = tag.removesuffix(b"/>").rstrip() + b">"
    name = opening[1:].split(b">")[0].split()[0]
    return opening + content + b"</" + name + b">"


def _with_attributes(tag: bytes, changes: Mapping[bytes, bytes | None]) -> bytes:
    """A tag with attributes set, or removed where the new value is None."""
    missing = {name: value for name, value in changes.items() if value is not None}

    def change(match: re.Match[bytes]) -> bytes:
        if match[2] not in changes:
            return match[0]
        value = missing.pop(match[2], None)
        return b"" if value is None else match[1] + match[2] + b'="' + value + b'"'

    tag = _ATTRIBUTE.sub(change, tag)
    added = b"".join(b" " + name + b'="' + value + b'"' for name, value in missing.items())
    body = tag.removesuffix(b">").removesuffix(b"/").rstrip()
    return body + added + tag[len(body) :] if added else tag


def _edited(xml: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    pieces, done = [], 0
    for begin, end, content in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [xml[done:begin], content]
        done = end
    return b"".join([*pieces, xml[done:]]) if edits else xml


def _stored_form(value: Scalar) -> tuple[str, str]:
    """The type attribute, empty for none, and the escaped text a value is stored with."""
    if value is None:
        return "", ""
    if isinstance(value, bool):
        return "b", "1" if value else "0"
    if isinstance(value, ExcelError):
        # Newer errors such as #SPILL! have no stored form; Excel stores this one for them.
        return "e", value.code if value.code in _STORED_ERRORS else BAD_VALUE.code
    if isinstance(value, str):
        return "str", _escaped(value)
    return "", format_number(value)


def _escaped(text: str) -> str:
    text = _NEEDS_ESCAPE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

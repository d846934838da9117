"""XML from files nobody vouches for: no document types, no entities, no more than memory holds.

Document types are refused, and with them every entity that could expand, read a file or reach a
network. What is read is counted against limits, so that no file takes more than 1 GiB to read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from iiecon.spreadsheet.files import FileProblem

if TYPE_CHECKING:
    from lxml import etree

LONGEST_TAG = 1024 * 1024
"""Bytes of one tag or comment; a sheet's longest tags have some hundred."""
MAX_CELLS = 1_200_000
"""Cells of all sheets, of some 500 bytes each in memory: a table of 1000 sectors fits."""
MAX_STRINGS = 300_000
"""Shared strings, a long one counted as several."""
_FORMULA = 3  # cells that a formula takes the room of, once it is read and evaluated
_TEXT, _FORMULA_TEXT = 128, 16  # characters in the room of a cell
_PIECE = 64 * 1024


class TooMuch(ValueError):  # noqa: N818
    """There is more in a file than fits into memory."""


class Room:
    """What may still be read of one file, in cells."""

    def __init__(self, cells: int = MAX_CELLS) -> None:
        self._cells = self._left = cells

    def take(self, cells: int = 1, text: str = "", formula: bool = False) -> None:
        """Count cells, with their text and formula; raises TooMuch when the room is used up."""
        own = _FORMULA + len(text) // _FORMULA_TEXT if formula else len(text) // _TEXT
        self._left -= cells + own
        if self._left < 0:
            raise TooMuch(f"> {self._cells:,}")


def safe_parser() -> expat.XMLParserType:
    """An expat parser that refuses document types, and with them every kind of entity."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise ValueError("document type declarations are not accepted")


def parse(parser: expat.XMLParserType, xml: bytes) -> None:
    """Parse a whole document in pieces, so that an endless tag is noticed before it is taken in."""
    for start in range(0, len(xml), _PIECE):
        piece = xml[start : start + _PIECE]
        parser.Parse(piece, False)
        if start + len(piece) - parser.CurrentByteIndex > LONGEST_TAG:
            raise TooMuch(f"a tag of more than {LONGEST_TAG} bytes")
    parser.Parse(b"", True)


def element(xml: bytes) -> etree._Element:
    """The root element of a document that is to be changed, read as warily."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    root = etree.fromstring(xml, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        _refuse_doctype()
    return root


@contextlib.contextmanager
def xml_problems(path: Path, part: str) -> Iterator[None]:
    """Report malformed XML, or a ValueError about it, as a problem of the file."""
    try:
        yield
    except TooMuch as error:
        raise FileProblem(path, "file.too_big", f"{part}: {error}") from error
    except (expat.ExpatError, ValueError) as error:
        raise FileProblem(path, "file.bad_xml", f"{part}: {error}") from error

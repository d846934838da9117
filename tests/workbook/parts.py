"""A workbook file taken apart for tests: parts, relationships, sheets, cells and formulas.

On the zip and its XML alone, so that nothing of the program under test is used.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from lxml import etree
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.cell_range import CellRange

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION_ID = f"{{{OFFICE}}}id"
TYPES = "[Content_Types].xml"


class Cell(NamedTuple):
    """One <c> element; its formula element and the number of the row that it stands in."""

    address: str
    position: tuple[int, int]
    element: etree._Element
    formula: etree._Element | None
    row: str

    @property
    def text(self) -> str:
        """The formula; empty where there is none, or where it only repeats a shared one."""
        return "" if self.formula is None else self.formula.text or ""

    @property
    def is_array(self) -> bool:
        """Whether it holds an array formula, dynamic or not."""
        return self.formula is not None and self.formula.get("t") == "array"


class Sheet(NamedTuple):
    """A worksheet: its cells in the order of the file."""

    name: str
    number: str
    part: str
    root: etree._Element
    cells: list[Cell]

    def arrays(self) -> Iterator[tuple[Cell, CellRange]]:
        """Every array formula that has a readable range."""
        for cell in self.cells:
            if cell.is_array and cell.formula is not None and cell.formula.get("ref"):
                yield cell, CellRange(str(cell.formula.get("ref")))


class Relation(NamedTuple):
    """One relationship; `target` is a part unless it is external."""

    source: str
    id: str
    type: str
    target: str
    external: bool


class Formula(NamedTuple):
    """A formula anywhere in the file, the place it is reported at and the sheet it is read from."""

    place: str
    sheet: str
    text: str


class Book:
    """A workbook file taken apart; `functions` are the names of our own functions."""

    def __init__(self, content: bytes, functions: Iterable[str]) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.functions = {name.upper() for name in functions}
        self.relations = [r for name in self.parts for r in self._relations_in(name)]
        (self.part,) = (r.target for r in self.relations if r.type == f"{OFFICE}/officeDocument")
        self.root = self.xml(self.part)

    def xml(self, part: str) -> etree._Element:
        """A part, parsed."""
        return etree.fromstring(self.parts[part])

    def of_type(self, kind: str) -> str:
        """The part that the workbook relates to in this way; empty when there is none."""
        found = [r.target for r in self.relations if r.source == self.part and r.type == kind]
        return found[0] if found and found[0] in self.parts else ""

    def content_type(self, part: str) -> str:
        """How a part is declared, by its own name or by its extension; empty when it is not."""
        declared = self.xml(TYPES)
        for element in declared:
            if str(element.get("PartName")).casefold() == f"/{part}".casefold():
                return str(element.get("ContentType"))
        for element in declared:
            if str(element.get("Extension")).casefold() == part.rpartition(".")[2].casefold():
                return str(element.get("ContentType"))
        return ""

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The worksheets whose part exists, in tab order."""
        parts = {r.id: r.target for r in self.relations if r.source == self.part}
        found = []
        for entry in self.root.iter(f"{MAIN}sheet"):
            part = parts.get(str(entry.get(RELATION_ID)), "")
            if part in self.parts:
                name, number = str(entry.get("name")), str(entry.get("sheetId"))
                found.append(Sheet(name, number, part, *_read(self.parts[part])))
        return found

    @cached_property
    def names(self) -> set[tuple[str, str]]:
        """Every defined name in capitals, with the sheet it is local to (empty for none)."""
        tabs = [str(entry.get("name")) for entry in self.root.iter(f"{MAIN}sheet")]
        found = set()
        for element in self.root.iter(f"{MAIN}definedName"):
            local = element.get("localSheetId")
            sheet = tabs[int(local)] if local is not None and int(local) < len(tabs) else ""
            found.add((sheet, str(element.get("name")).upper()))
        return found

    @cached_property
    def formulas(self) -> list[Formula]:
        """Formulas of cells, names, conditional formats, validations and charts."""
        found = [
            Formula(f"{sheet.name}!{cell.address}", sheet.name, cell.text)
            for sheet in self.sheets
            for cell in sheet.cells
            if cell.text
        ]
        for name in self.root.iter(f"{MAIN}definedName"):
            text, title = name.text or "", str(name.get("name"))
            # Only the program's own names (print areas and titles) are lists of ranges.
            listed = text.split(",") if title.startswith("_xlnm.") else [text]
            found += [Formula(title, "", item) for item in listed]
        for sheet in self.sheets:
            found += [
                Formula(f"{sheet.name}!{range_of(element)}", sheet.name, element.text or "")
                for element in sheet.root.iter(
                    f"{MAIN}formula", f"{MAIN}formula1", f"{MAIN}formula2"
                )
            ]
        for part in self.parts:
            if re.fullmatch(r"xl/charts/chart\d+\.xml", part):
                texts = self.xml(part).iter("{*}f")
                found += [Formula(part, "", element.text or "") for element in texts]
        return found

    def _relations_in(self, name: str) -> Iterator[Relation]:
        folder, file = posixpath.split(name)
        if posixpath.basename(folder) != "_rels" or not file.endswith(".rels"):
            return
        source_folder = posixpath.dirname(folder)
        source = posixpath.join(source_folder, file.removesuffix(".rels"))
        for element in self.xml(name):
            external = element.get("TargetMode") == "External"
            target = str(element.get("Target"))
            if not external:
                joined = target if target.startswith("/") else f"/{source_folder}/{target}"
                target = posixpath.normpath(joined).lstrip("/")
            identity, kind = str(element.get("Id")), str(element.get("Type"))
            yield Relation(source, identity, kind, target, external)


def range_of(element: etree._Element) -> str:
    """The range that a conditional format or a validation applies to."""
    at: etree._Element | None = element
    while at is not None and not at.get("sqref"):
        at = at.getparent()
    return "" if at is None else str(at.get("sqref"))


@lru_cache(maxsize=64)  # test after test reads sheets that are the same
def _read(sheet: bytes) -> tuple[etree._Element, list[Cell]]:
    root = etree.fromstring(sheet)
    cells = [
        Cell(
            address := str(element.get("r")),
            coordinate_to_tuple(address),
            element,
            element.find(f"{MAIN}f"),
            str(row.get("r")),
        )
        for row in root.iter(f"{MAIN}row")
        for element in row.iter(f"{MAIN}c")
    ]
    return root, cells

"""Changing cells of a workbook file the way another program would: on the XML, with lxml.

Independent of the program under test: names, sheets and cells are found here.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from lxml import etree
from openpyxl.utils import get_column_letter, range_boundaries

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Edited:
    """A workbook file open for edits; `save` writes it back."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with zipfile.ZipFile(path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.workbook = etree.fromstring(self.parts["xl/workbook.xml"])
        relations = etree.fromstring(self.parts["xl/_rels/workbook.xml.rels"])
        self._targets = {r.get("Id"): r.get("Target") for r in relations}
        self._sheets: dict[str, etree._Element] = {}

    def sheet_element(self, sheet: str) -> etree._Element:
        """The <sheet> entry of the workbook part."""
        return next(e for e in self.workbook.iter(f"{MAIN}sheet") if e.get("name") == sheet)

    def part(self, sheet: str) -> str:
        """The part that holds a sheet."""
        target = str(self._targets[self.sheet_element(sheet).get(RELATION)])
        return target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    def xml(self, sheet: str) -> etree._Element:
        """The parsed sheet."""
        if sheet not in self._sheets:
            self._sheets[sheet] = etree.fromstring(self.parts[self.part(sheet)])
        return self._sheets[sheet]

    def place(self, name: str, row: int = 0, column: int = 0) -> tuple[str, str]:
        """Sheet and address of a 0-based position in a named range."""
        refers = next(
            e.text for e in self.workbook.iter(f"{MAIN}definedName") if e.get("name") == name
        )
        sheet, area = str(refers).rsplit("!", 1)
        left, top, _, _ = range_boundaries(area.replace("$", ""))
        assert left is not None
        assert top is not None
        return sheet.strip("'"), f"{get_column_letter(left + column)}{top + row}"

    def cell(self, sheet: str, address: str) -> etree._Element:
        """The <c> element of an address, made when missing."""
        root = self.xml(sheet)
        for element in root.iter(f"{MAIN}c"):
            if element.get("r") == address:
                return element
        number = re.sub(r"[A-Z]+", "", address)
        row = next(e for e in root.iter(f"{MAIN}row") if e.get("r") == number)
        made = etree.SubElement(row, f"{MAIN}c")
        made.set("r", address)
        return made

    def set(self, sheet: str, address: str, value: float | str | None) -> None:
        """Type a constant into a cell; None clears it."""
        element = self.cell(sheet, address)
        for child in list(element):
            element.remove(child)
        for attribute in ("t", "cm"):
            if attribute in element.attrib:
                del element.attrib[attribute]
        if isinstance(value, str):
            element.set("t", "inlineStr")
            text = etree.SubElement(etree.SubElement(element, f"{MAIN}is"), f"{MAIN}t")
            text.text = value
        elif value is not None:
            etree.SubElement(element, f"{MAIN}v").text = repr(value)

    def set_named(self, name: str, row: int, column: int, value: float | str | None) -> str:
        """Type into a named range; returns `SHEET!CELL`."""
        sheet, address = self.place(name, row, column)
        self.set(sheet, address, value)
        return f"{sheet}!{address}"

    def formula(self, sheet: str, address: str, formula: str) -> None:
        """Type a plain formula, with no cached value."""
        self.set(sheet, address, None)
        etree.SubElement(self.cell(sheet, address), f"{MAIN}f").text = formula

    def strings(self) -> list[str]:
        """The shared strings."""
        root = etree.fromstring(self.parts["xl/sharedStrings.xml"])
        return ["".join(t.text or "" for t in e.iter(f"{MAIN}t")) for e in root]

    def number(self, sheet: str, address: str) -> float:
        """The stored number of a cell."""
        return float(self.cell(sheet, address).findtext(f"{MAIN}v") or "nan")

    def named_number(self, name: str, row: int, column: int) -> float:
        """The stored number at a position of a named range."""
        return self.number(*self.place(name, row, column))

    def rename_sheet(self, old: str, new: str) -> None:
        """Rename a sheet without touching what refers to it."""
        self.sheet_element(old).set("name", new)

    def delete_sheet(self, sheet: str) -> None:
        """Remove a sheet from the workbook part."""
        element = self.sheet_element(sheet)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)

    def resize_name(self, name: str, rows: int) -> None:
        """Let a named range end `rows` rows earlier."""
        for element in self.workbook.iter(f"{MAIN}definedName"):
            if element.get("name") == name:
                head, last = str(element.text).rsplit("$", 1)
                element.text = f"{head}${int(last) - rows}"

    def save(self, path: Path | None = None) -> Path:
        """Write the file back (or elsewhere)."""
        self.parts["xl/workbook.xml"] = _serialised(self.workbook)
        for sheet, root in self._sheets.items():
            self.parts[self.part(sheet)] = _serialised(root)
        target = path or self.path
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.parts.items():
                archive.writestr(name, content)
        return target


def _serialised(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

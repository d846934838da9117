"""Gives a workbook what an analyst might add: formulas, a chart, a comment, a custom part."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from lxml import etree
from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
WORKSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
FOREIGN = "我的分析"


def donor() -> dict[str, bytes]:
    """Parts of a small workbook made by another program: one sheet, chart, comment."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row, value in enumerate((3, 1, 2), start=1):
        sheet.cell(row, 1, value)
    sheet["A5"] = "=Summary!E9*2"
    sheet["A6"] = "=VLOOKUP(1,A1:B3,1,FALSE)"
    sheet["A7"] = "=A6+1"
    sheet["A8"] = (
        '=SUM(LEONTIEF_CONTRIB(IO_FLOWS,IO_OUTPUT,IO_VALUE_ADDED,IO_CODES,"062",0.5,"direct"))'
    )
    sheet["A9"] = "=IIE_EMPLOYMENT(Summary!E9,100,2*(3+4))+AHP_CONSISTENCY({1,2;0.5,1})"
    sheet["B1"].comment = Comment("请核对", "analyst")
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=3))
    sheet.add_chart(chart, "D2")
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        return {_own(n.encode()).decode(): _own(archive.read(n)) for n in archive.namelist()}


def _own(text: bytes) -> bytes:
    """Parts numbered as no part of the workbook is."""
    return text.replace(b"drawing1.xml", b"drawing99.xml").replace(b"chart1.xml", b"chart99.xml")


def graft(path: Path) -> set[str]:
    """Add the donor's sheet and a custom part to a workbook file; returns the added part names."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    given = donor()
    added = {
        "xl/worksheets/sheet99.xml": given["xl/worksheets/sheet1.xml"],
        "xl/worksheets/_rels/sheet99.xml.rels": given["xl/worksheets/_rels/sheet1.xml.rels"],
        "customXml/item1.xml": "<mine>保留</mine>".encode(),
    }
    kinds = ("xl/drawings/", "xl/charts/", "xl/comments/")
    added |= {name: content for name, content in given.items() if name.startswith(kinds)}
    # Styles differ between the two workbooks: the sheet uses the default one.
    added["xl/worksheets/sheet99.xml"] = added["xl/worksheets/sheet99.xml"].replace(b' s="1"', b"")
    assert not set(added) & set(parts)
    parts |= added
    parts["xl/workbook.xml"] = _with_sheet(parts["xl/workbook.xml"])
    parts["xl/_rels/workbook.xml.rels"] = _with_relation(parts["xl/_rels/workbook.xml.rels"])
    parts["[Content_Types].xml"] = _with_types(
        parts["[Content_Types].xml"], given["[Content_Types].xml"], set(added)
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return set(added)


def _with_sheet(workbook: bytes) -> bytes:
    root = etree.fromstring(workbook)
    sheets = root.find(f"{{{MAIN}}}sheets")
    assert sheets is not None
    sheet = etree.SubElement(sheets, f"{{{MAIN}}}sheet")
    sheet.set("name", FOREIGN)
    sheet.set("sheetId", "99")
    sheet.set(f"{{{OFFICE}}}id", "rIdForeign")
    return etree.tostring(root)


def _with_relation(relations: bytes) -> bytes:
    root = etree.fromstring(relations)
    relation = etree.SubElement(root, f"{{{RELATIONS}}}Relationship")
    relation.set("Id", "rIdForeign")
    relation.set("Type", f"{OFFICE}/worksheet")
    relation.set("Target", "worksheets/sheet99.xml")
    return etree.tostring(root)


def _with_types(types: bytes, given: bytes, added: set[str]) -> bytes:
    root = etree.fromstring(types)
    for element in etree.fromstring(given):
        part = str(element.get("PartName", "")).lstrip("/")
        extension = element.get("Extension")
        known = {e.get("Extension") for e in root}
        if part in added or (extension and extension not in known):
            root.append(element)
    sheet = etree.SubElement(root, f"{{{TYPES}}}Override")
    sheet.set("PartName", "/xl/worksheets/sheet99.xml")
    sheet.set("ContentType", WORKSHEET)
    return etree.tostring(root)

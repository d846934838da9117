"""The last step of a build: what openpyxl cannot write.

Takes the .xlsx that openpyxl made and returns a macro-enabled container with dynamic-array
formulas, schema-conforming fonts and no trace of the clock: equal sheets give equal bytes.
"""

from __future__ import annotations

import io
import re
import zipfile

from lxml import etree

from iiecon.spreadsheet.safe_xml import element

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XLSX_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
XLSM_TYPE = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
INLINE_TEXT = re.compile(rb' t="inlineStr"([^>]*)><is>(<t(?: [^>]*)?>[^<]*</t>)</is></c>')
EPOCH = (1980, 1, 1, 0, 0, 0)
STAMP = b"2000-01-01T00:00:00Z"

# Cell metadata that marks an array formula as dynamic (it spills), as Excel 365 stores it.
METADATA = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<metadata xmlns="{MAIN}"'
    ' xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray">'
    '<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" copy="1"'
    ' pasteAll="1" pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1"'
    ' clearComments="1" assign="1" coerce="1" cellMeta="1"/></metadataTypes>'
    '<futureMetadata name="XLDAPR" count="1"><bk><extLst>'
    '<ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
    '<xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata>'
    '<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
).encode()

# The order in which the schema wants the parts of a font.
FONT_ORDER = (
    "b i strike condense extend outline shadow u vertAlign sz color name family charset scheme"
)


def assemble(xlsx: bytes) -> bytes:
    """The macro-enabled workbook, deterministic to the byte."""
    with zipfile.ZipFile(io.BytesIO(xlsx)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name in [n for n in parts if n.startswith("xl/worksheets/sheet")]:
        parts[name] = re.sub(rb'<c (r="[A-Z]+\d+")([^>]*)><f t="array"',
                             rb'<c \1\2 cm="1"><f t="array"', parts[name])  # fmt: skip
    parts["xl/styles.xml"] = _ordered_fonts(parts["xl/styles.xml"])
    parts["docProps/core.xml"] = re.sub(
        rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*",
        rb"\g<1>" + STAMP,
        parts["docProps/core.xml"],
    )
    added = {"metadata.xml": "sheetMetadata", "sharedStrings.xml": "sharedStrings"}
    parts["xl/metadata.xml"] = METADATA
    parts["xl/sharedStrings.xml"] = _share_texts(parts)
    types, relations = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
    parts[types] = _content_types(parts[types], added)
    parts[relations] = _relationships(parts[relations], added)
    return zipped(parts)


def _ordered_fonts(styles: bytes) -> bytes:
    root = element(styles)
    order = FONT_ORDER.split()
    for font in root.iter(f"{{{MAIN}}}font"):
        children = sorted(font, key=lambda e: order.index(etree.QName(e).localname))
        font[:] = children
    return serialised(root)


def _share_texts(parts: dict[str, bytes]) -> bytes:
    """Move the texts of all sheets into one table, as Excel keeps them; returns the table."""
    numbers: dict[bytes, int] = {}
    count = 0

    def shared(match: re.Match[bytes]) -> bytes:
        nonlocal count
        count += 1
        number = numbers.setdefault(match.group(2), len(numbers))
        return b' t="s"%s><v>%d</v></c>' % (match.group(1), number)

    for name in [n for n in parts if n.startswith("xl/worksheets/sheet")]:
        parts[name] = INLINE_TEXT.sub(shared, parts[name])
    items = b"".join(b"<si>%s</si>" % text for text in numbers)
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    head += f'<sst xmlns="{MAIN}" count="{count}" uniqueCount="{len(numbers)}">'
    return head.encode() + items + b"</sst>"


def _content_types(types: bytes, added: dict[str, str]) -> bytes:
    root = element(types.replace(XLSX_TYPE, XLSM_TYPE))
    known = {element.get("PartName") for element in root}
    for part, kind in added.items():
        if f"/xl/{part}" not in known:
            override = etree.SubElement(root, f"{{{CONTENT_TYPES}}}Override")
            override.set("PartName", f"/xl/{part}")
            override.set("ContentType", f"{SPREADSHEET}.{kind}+xml")
    return serialised(root)


def _relationships(relationships: bytes, added: dict[str, str]) -> bytes:
    root = element(relationships)
    known = {str(element.get("Type")) for element in root}
    for part, kind in added.items():
        if f"{OFFICE}/{kind}" not in known:
            relation = etree.SubElement(root, f"{{{RELATIONSHIPS}}}Relationship")
            relation.set("Id", f"rId_{kind}")
            relation.set("Type", f"{OFFICE}/{kind}")
            relation.set("Target", part)
    return serialised(root)


def serialised(root: etree._Element) -> bytes:
    """A part as XML text."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def zipped(parts: dict[str, bytes]) -> bytes:
    """The package of these parts, in one order and without the clock."""
    buffer = io.BytesIO()
    first = "[Content_Types].xml"
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in [first, *sorted(parts.keys() - {first})]:
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            member.create_system = 0
            archive.writestr(member, parts[name])
    return buffer.getvalue()

"""XML that is malformed, misleading, or meant to do harm."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.faults.case import (
    SAME,
    Right,
    Spoil,
    file_at,
    in_part,
    pack,
    parts_of,
    sheet_part,
    substitute,
    unchanged,
)

MACRO, TABLE = sheet_part("Macro"), sheet_part("IO_Table")
STRINGS, BOOK = "xl/sharedStrings.xml", "xl/workbook.xml"
RELATIONS, TYPES, ROOT = "xl/_rels/workbook.xml.rels", "[Content_Types].xml", "_rels/.rels"
DAMAGED = Right(refused="<file>: .*Macro")
LAUGHS = b'<!DOCTYPE a [<!ENTITY a "ha">%s]>' % b"".join(
    b'<!ENTITY a%d "%s">' % (i, b"&a%s;" % (str(i - 1).encode() if i > 1 else b"") * 10)
    for i in range(1, 10)
)
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/BAIT">]>'
DTD = b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/BAIT.dtd">'


def headed(part: str, head: bytes) -> Spoil:
    """A document type declared at the head of a part."""
    shown = {MACRO: "Macro", TABLE: "IO_Table"}.get(part, re.escape(part))

    def change(xml: bytes) -> bytes:
        declared = xml.find(b"?>") + 2 if xml.startswith(b"<?xml") else 0
        return xml[:declared] + head + xml[declared:]

    return in_part(part, change, file_at(shown))


def cut(part: str, says: str) -> Spoil:
    """The second half of a part lost."""
    return in_part(part, lambda xml: xml[: len(xml) // 2], file_at(says))


def without(part: str, right: Right) -> Spoil:
    """A part that is not there."""

    def spoil(path: Path) -> Right:
        parts = parts_of(path)
        del parts[part]
        pack(path, parts)
        return right

    return spoil


def in_macro(old: str, new: str, right: Right) -> Spoil:
    """One replacement in the sheet Macro."""
    return substitute(MACRO, old, new, right)


def in_data(added: bytes, right: Right, first: bool = False) -> Spoil:
    """Something added at the end of the cells of the sheet Macro, or before them."""
    mark = b"<sheetData>" if first else b"</sheetData>"
    new = mark + added if first else added + mark
    return in_part(MACRO, lambda xml: xml.replace(mark, new, 1), right)


def rows_reversed(xml: bytes) -> bytes:
    """Rows from the last to the first."""
    head, data, tail = re.fullmatch(rb"(.*<sheetData>)(.*)(</sheetData>.*)", xml, re.S).groups()  # type: ignore[union-attr]
    rows = re.findall(rb"<row .*?</row>|<row [^>]*/>", data, re.S)
    return bytes(head + b"".join(reversed(rows)) + tail)


def cells_reversed(xml: bytes) -> bytes:
    """Cells of every row from the last to the first."""

    def turn(match: re.Match[bytes]) -> bytes:
        cells = re.findall(rb"<c [^>]*?/>|<c .*?</c>", match[2], re.S)
        return match[1] + b"".join(reversed(cells)) + match[3]

    return re.sub(rb"(<row [^>]*>)(.*?)(</row>)", turn, xml, flags=re.S)


def prefixed(xml: bytes) -> bytes:
    """Every element with a prefix, as some programs write them."""
    xml = re.sub(rb"<(/?)([A-Za-z])", rb"<\1x:\2", xml)
    return xml.replace(b"<x:worksheet xmlns=", b"<x:worksheet xmlns:x=", 1)


def without_addresses(xml: bytes) -> bytes:
    """Cells without the attribute r follow one another: right only where none is left out."""
    return re.sub(rb'<c r="[A-Z]+\d+"', b"<c", xml)


def nested(depth: int) -> bytes:
    """Elements within elements."""
    return b"<a>" * depth + b"</a>" * depth


def everywhere(change: Callable[[bytes], bytes], right: Right) -> Spoil:
    """A change of the sheet Macro that every cell takes part in."""
    return in_part(MACRO, change, right)


ABSENT_CELL = b'<row r="60"><c r="A60"/></row>'
FAULTS: dict[str, Spoil] = {
    **{f"{part} cut in half": cut(part, says) for part, says in (
        (MACRO, "Macro"), (STRINGS, STRINGS), (BOOK, BOOK), (RELATIONS, "workbook.xml.rels"))},
    **{f"a bomb of entities in {part}": headed(part, LAUGHS)
       for part in (MACRO, STRINGS, BOOK, RELATIONS, ROOT)},
    **{f"an entity from a file in {part}": headed(part, OUTSIDE) for part in (TABLE, STRINGS)},
    **{f"a document type in {part}": headed(part, DTD) for part in (MACRO, BOOK)},
    **{f"no {part}": without(part, file_at(says)) for part, says in (
        (MACRO, MACRO), (BOOK, "workbook"), (RELATIONS, "workbook.xml.rels"), (ROOT, ROOT),
        (TYPES, "Content_Types"), (STRINGS, STRINGS))},
    "no parts that are not needed": without("docProps/core.xml", SAME),
    "a relation that leads out": substitute(
        RELATIONS, f'"/?{MACRO}"', '"../../../../etc/BAIT"', file_at("BAIT")),
    "a relation to another part": substitute(
        RELATIONS, f'"/?{MACRO}"', '"styles.xml"', DAMAGED),
    "another root": in_macro("<worksheet ", "<workbook ", DAMAGED),
    "no cells at all": in_macro("(?s)<sheetData>.*</sheetData>", "", DAMAGED),
    "the cells twice": in_data(b"</sheetData><sheetData>", DAMAGED),
    "no cells but the element": in_macro(
        "(?s)<sheetData>.*</sheetData>", "<sheetData/>", Right(refused="Macro[:!]")),
    "an entity unknown": in_data(b'<row r="60"><c r="A60"><v>&x;</v></c></row>', DAMAGED),
    "a null character": in_data(b'<row r="60"><c r="A60"><v>\x00</v></c></row>', DAMAGED),
    "a byte that is no UTF-8": in_data(b'<row r="60"><c r="A60"><v>\xff</v></c></row>', DAMAGED),
    "an encoding that is another's": in_macro(
        "^(<.xml[^>]*>)?", "<?xml version='1.0' encoding='UTF-16'?>", DAMAGED),
    "an encoding that is not": in_macro(
        "^(<.xml[^>]*>)?", "<?xml version='1.0' encoding='BAIT-8'?>", DAMAGED),
    "no declaration": in_macro("^(<.xml[^>]*>)?<worksheet", "\ufeff<worksheet", SAME),
    "ten thousand levels": in_data(nested(10_000), SAME),
    "a million levels": in_data(nested(1_000_000), Right(
        refused="<file>: .*Macro", computed=unchanged)),
    "a string that is not there": in_data(
        b'<row r="60"><c r="A60" t="s"><v>99999999999</v></c></row>', file_at("A60")),
    "a string before the first": in_data(
        b'<row r="60"><c r="A60" t="s"><v>-1</v></c></row>', file_at("A60")),
    "a string of no number": in_data(
        '<row r="60"><c r="A60" t="s"><v>①</v></c></row>'.encode(), file_at("A60")),
    "a kind of cell unknown": in_data(
        b'<row r="60"><c r="A60" t="q"><v>1</v></c></row>', file_at("A60")),
    "a number too large": in_data(
        b'<row r="60"><c r="A60"><v>1E400</v></c></row>', file_at("A60")),
    "a number of many digits": in_data(
        b'<row r="60"><c r="A60"><v>' + b"9" * 5000 + b"</v></c></row>", file_at("A60")),
    "a date of no day": in_data(
        b'<row r="60"><c r="A60" t="d"><v>2022-02-30</v></c></row>', file_at("A60")),
    "a cell twice": in_data(
        b'<row r="60"><c r="A60"><v>1</v></c><c r="A60"><v>2</v></c></row>', file_at("A60")),
    "a row twice": in_data(
        b'<row r="60"><c r="A60"/></row><row r="60"><c r="B60"/></row>', file_at("60")),
    "a cell in another row": in_data(
        b'<row r="60"><c r="A61"><v>1</v></c></row>', file_at("A61")),
    "row nought": in_data(b'<row r="0"/>', file_at("row 0")),
    "row minus one": in_data(b'<row r="-1"/>', file_at("row -1")),
    "a row beyond": in_data(b'<row r="1048577"/>', file_at("row 1048577")),
    "a row of words": in_data(b'<row r="x"/>', DAMAGED),
    "a row of many digits": in_data(b'<row r="' + b"1" * 5000 + b'"/>', DAMAGED),
    "a column beyond": in_data(
        b'<row r="60"><c r="XFE60"><v>1</v></c></row>', file_at("XFE")),
    "an address of words": in_data(b'<row r="60"><c r="60A"><v>1</v></c></row>', DAMAGED),
    "an address in Chinese": in_data(
        '<row r="60"><c r="甲60"><v>1</v></c></row>'.encode(), DAMAGED),
    "dimensions of everything": in_macro(
        '<dimension ref="[^"]*"', '<dimension ref="A1:XFD1048576"', SAME),
    "dimensions of nothing": in_macro('<dimension ref="[^"]*"', '<dimension ref="?"', SAME),
    "a cell in the last corner": in_data(
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', SAME),
    "rows in disorder": everywhere(rows_reversed, SAME),
    "cells in disorder": everywhere(cells_reversed, SAME),
    "elements with a prefix": everywhere(prefixed, SAME),
    "cells without addresses": everywhere(
        without_addresses, Right(refused="Macro[:!]|<file>: .*Macro", computed=unchanged)),
    "a formula shared with nobody": in_data(
        b'<row r="60"><c r="A60"><f t="shared" si="77"/></c></row>', file_at("A60")),
    "an array of everything": in_data(
        b'<row r="60"><c r="A60" cm="1"><f t="array" ref="A1:XFD1048576">1</f></c></row>',
        file_at("A60")),
    "an array of nowhere": in_data(
        b'<row r="60"><c r="A60"><f t="array" ref="?">1</f></c></row>', DAMAGED),
    "a formula of a thousand brackets": in_data(
        b'<row r="60"><c r="A60"><f>' + b"(" * 5000 + b"1" + b")" * 5000 + b"</f></c></row>",
        Right(computed=unchanged, says="Macro!A60")),
    "a formula that is cut off": in_data(
        b'<row r="60"><c r="A60"><f>SUM(A1,</f></c></row>',
        Right(computed=unchanged, says="Macro!A60")),
    "a formula that reads itself": in_data(
        b'<row r="60"><c r="A60"><f>A60+1</f></c></row>',
        Right(computed=unchanged, says="Macro!A60")),
    "a text of 40000 characters": in_data(
        b'<row r="60"><c r="A60" t="inlineStr"><is><t>' + b"x" * 40_000
        + b"</t></is></c></row>", SAME),
    "two million cells": in_data(
        b"".join(b"<row>" + b"<c><v>1</v></c>" * 1000 + b"</row>" for _ in range(2000)),
        file_at(MACRO)),
    "an endless tag": in_data(b"<a " + b"b" * 3_000_000, DAMAGED),
    "a comment of a megabyte and more": in_data(b"<!--" + b"b" * 3_000_000 + b"-->", DAMAGED),
    "instructions and comments": in_data(b"<!-- a --><?php echo 1 ?>", SAME),
    "an element of somebody's": in_data(
        b'<row r="60"><c r="A60"><v>1</v><extLst><ext><v>2</v></ext></extLst></c></row>',
        Right(refused="<file>: .*Macro", computed=unchanged)),
    "text where there is none": in_data(b"words", SAME),
    "a value in parts": in_data(
        b'<row r="60"><c r="A60"><v>1<![CDATA[2]]>3</v></c></row>', SAME),
}  # fmt: skip

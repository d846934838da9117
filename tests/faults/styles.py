"""How a cell looks is not what it holds: no style may change a number, text stays text."""

from __future__ import annotations

import re

from lxml import etree

from tests.faults.case import SAME, Right, Spoil, at, edited
from tests.workbook.edit import MAIN, Edited

STYLES = "xl/styles.xml"


def styled(code: str) -> Spoil:
    """All cells of a sheet in one built-in number format, such as 14, a date, and 49, text."""

    def edit(book: Edited) -> Right:
        root = etree.fromstring(book.parts[STYLES])
        formats = root.find(f"{MAIN}cellXfs")
        assert formats is not None
        made = etree.SubElement(formats, f"{MAIN}xf", {"numFmtId": code, "applyNumberFormat": "1"})
        formats.set("count", str(len(formats)))
        book.parts[STYLES] = etree.tostring(root)
        for cell in book.xml("Macro").iter(f"{MAIN}c"):
            cell.set("s", str(formats.index(made)))
        return SAME

    return edited(edit)


def number_as_text(book: Edited) -> Right:
    """A number stored as text, as a cell of the format text keeps what is typed."""
    value = book.named_number("MACRO_DATA", 12, 0)
    return at(book.set_named("MACRO_DATA", 12, 0, f"{value:g}"))


def beyond(book: Edited) -> Right:
    """A style that there is not."""
    for cell in book.xml("Macro").iter(f"{MAIN}c"):
        cell.set("s", "99999")
    return SAME


def without_styles(book: Edited) -> Right:
    """The part with the styles is gone."""
    del book.parts[STYLES]
    return SAME


def spoilt_styles(book: Edited) -> Right:
    """The part with the styles is no XML; nothing in it matters."""
    book.parts[STYLES] = b"<styleSheet"
    return SAME


def all_hidden(book: Edited) -> Right:
    """Rows and columns that are not shown are used all the same."""
    for row in book.xml("IO_Table").iter(f"{MAIN}row"):
        row.set("hidden", "1")
        row.set("ht", "0")
    return SAME


def merged(book: Edited) -> Right:
    """Cells shown as one keep their own values."""
    data = book.xml("Macro").find(f"{MAIN}sheetData")
    assert data is not None
    merge = etree.Element(f"{MAIN}mergeCells")
    etree.SubElement(merge, f"{MAIN}mergeCell").set("ref", "B7:J22")
    data.addnext(merge)
    return SAME


def with_phonetics(book: Edited) -> Right:
    """Hints of pronunciation are no text."""
    text = book.parts["xl/sharedStrings.xml"]
    hint = b'<rPh sb="0" eb="1"><t>HINT</t></rPh></si>'
    book.parts["xl/sharedStrings.xml"] = text.replace(b"</si>", hint)
    return SAME


def in_runs(book: Edited) -> Right:
    """Text in runs of several fonts is one text."""
    text = book.parts["xl/sharedStrings.xml"].decode()
    runs = re.sub(
        r"<si><t[^>]*>([^<&])([^<&]+)</t></si>",
        r'<si><r><t xml:space="preserve">\1</t></r><r><t xml:space="preserve">\2</t></r></si>',
        text,
    )
    assert runs != text
    book.parts["xl/sharedStrings.xml"] = runs.encode()
    return SAME


FAULTS: dict[str, Spoil] = {
    "dates": styled("14"),
    "texts": styled("49"),
    "percent": styled("9"),
    "no format": styled("0"),
    "a format that is not there": styled("4711"),
    "a number as text": edited(number_as_text),
    "a style that is not there": edited(beyond),
    "no styles": edited(without_styles),
    "spoilt styles": edited(spoilt_styles),
    "hidden rows": edited(all_hidden),
    "merged cells": edited(merged),
    "pronunciation": edited(with_phonetics),
    "texts in runs": edited(in_runs),
}

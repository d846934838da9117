"""Sheets deleted, renamed, hidden, doubled, put elsewhere; sheets that are none."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from tests.faults.case import SAME, Right, Spoil, at, edited, file_at
from tests.workbook.edit import MAIN, RELATION, Edited

INPUTS = ("Settings", "IO_Table", "Sectors", "Experts", "Section_VA", "Macro", "Province")
OUTPUTS = ("Summary", "Sections", "Provinces", "Employment", "IO_Analysis", "IO_Sectors",
           "Multiplier", "Province_GDP", "Checks", "Published")  # fmt: skip
CHARTSHEET = (
    b'<chartsheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<sheetViews><sheetView workbookViewId="0"/></sheetViews></chartsheet>'
)


def renamed(sheet: str, new: str) -> Spoil:
    """A sheet that has another name now, with nothing that refers to it changed."""

    def edit(book: Edited) -> Right:
        book.rename_sheet(sheet, new)
        return at(sheet)

    return edited(edit)


def deleted(sheet: str) -> Spoil:
    """A sheet taken out of the workbook."""

    def edit(book: Edited) -> Right:
        book.delete_sheet(sheet)
        return at(sheet)

    return edited(edit)


def with_state(sheet: str, state: str) -> Spoil:
    """A sheet that is not shown is used all the same."""

    def edit(book: Edited) -> Right:
        book.sheet_element(sheet).set("state", state)
        return SAME

    return edited(edit)


def with_entry(right: Right, change: Callable[[Edited, etree._Element], None]) -> Spoil:
    """The list of sheets changed."""

    def edit(book: Edited) -> Right:
        sheets = book.workbook.find(f"{MAIN}sheets")
        assert sheets is not None
        change(book, sheets)
        return right

    return edited(edit)


def two_of_a_name(book: Edited, _: etree._Element) -> None:
    """A second sheet called as the first."""
    book.rename_sheet("Policies", "Macro")


def two_of_a_name_by_case(book: Edited, _: etree._Element) -> None:
    """Names of sheets do not depend on case."""
    book.rename_sheet("Policies", "MACRO")


def first_again(book: Edited, sheets: etree._Element) -> None:
    """Two entries for one part."""
    first = book.sheet_element("Macro")
    copy = sheets.makeelement(first.tag, {str(k): str(v) for k, v in first.attrib.items()})
    copy.set("name", "Macro (2)")
    copy.set("sheetId", "77")
    sheets.append(copy)


def without_part(book: Edited, _: etree._Element) -> None:
    """An entry that leads nowhere."""
    book.sheet_element("Macro").set(RELATION, "rIdNone")


def without_name(book: Edited, _: etree._Element) -> None:
    """An entry without a name."""
    del book.sheet_element("Macro").attrib["name"]


def other_order(_: Edited, sheets: etree._Element) -> None:
    """Tabs in another order."""
    for element in reversed(list(sheets)):
        sheets.append(element)


def without_any(_: Edited, sheets: etree._Element) -> None:
    """No sheet at all."""
    for element in list(sheets):
        sheets.remove(element)


def parts_exchanged(book: Edited, _: etree._Element) -> None:
    """The names of two sheets exchanged."""
    one, two = book.sheet_element("Macro"), book.sheet_element("Province")
    one.set("name", "Province")
    two.set("name", "Macro")


def as_chart(book: Edited) -> Right:
    """A sheet turned into a sheet of one chart."""
    book.parts[book.part("Macro")] = CHARTSHEET
    return file_at("Macro")


def as_chart_by_relation(book: Edited) -> Right:
    """The same, and called so."""
    part = book.part("Macro").removeprefix("xl/").encode()
    book.parts[book.part("Macro")] = CHARTSHEET
    relations = book.parts["xl/_rels/workbook.xml.rels"]
    (entry,) = [e for e in relations.split(b"<") if b'"/xl/' + part in e or b'"' + part in e]
    changed = entry.replace(b"relationships/worksheet", b"relationships/chartsheet")
    assert changed != entry
    book.parts["xl/_rels/workbook.xml.rels"] = relations.replace(entry, changed)
    return at("Macro")


def extra_sheet(name: str) -> Spoil:
    """The analyst's own sheet, of any name."""

    def edit(book: Edited) -> Right:
        book.rename_sheet("Policies", name)
        return SAME

    return edited(edit)


FAULTS: dict[str, Spoil] = {
    **{f"{sheet} deleted": deleted(sheet) for sheet in (*INPUTS, *OUTPUTS)},
    **{f"{sheet} renamed": renamed(sheet, "别的") for sheet in (*INPUTS, *OUTPUTS[:4])},
    "a blank after the name": renamed("Macro", "Macro "),
    "a name that looks alike": renamed("Macro", "Маcro"),
    **{f"{sheet} hidden": with_state(sheet, "hidden") for sheet in ("IO_Table", "Summary")},
    "Settings very hidden": with_state("Settings", "veryHidden"),
    "two of one name": with_entry(
        Right(refused="<file>: .*Macro"), two_of_a_name),
    "two of one name but for case": with_entry(
        Right(refused="<file>: .*M(ACRO|acro)"), two_of_a_name_by_case),
    "two entries of one part": with_entry(SAME, first_again),
    "an entry without a part": with_entry(at("Macro"), without_part),
    "an entry without a name": with_entry(at("Macro"), without_name),
    "tabs in another order": with_entry(SAME, other_order),
    "no sheets": with_entry(at("Settings"), without_any),
    "two sheets exchanged": with_entry(at("Macro", "Province"), parts_exchanged),
    "a sheet of a chart": edited(as_chart),
    "a sheet of a chart, called so": edited(as_chart_by_relation),
    "a sheet of 31 odd characters": extra_sheet("'É😀 (a)!{x}&<>\"%#@,;=+~`^|_é-中文'"[:31]),
    "a sheet of quotes": extra_sheet("it''s 'quoted'"),
    "a sheet that looks like an address": extra_sheet("A1"),
    "a sheet of one blank": extra_sheet(" "),
    "a sheet of 300 characters": extra_sheet("长" * 300),
}  # fmt: skip

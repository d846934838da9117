"""What a workbook might make a program run or fetch: kept as it is, never run, never opened.

The bench hears of every process, connection and file called BAIT.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.faults.case import Right, Spoil, edited, unchanged
from tests.workbook.edit import Edited

FORMULAS = {
    "another workbook": "[1]Sheet1!$A$1",
    "another workbook by name": "'[BAIT.xlsx]Sheet1'!A1",
    "a web service": 'WEBSERVICE("http://127.0.0.1:9/BAIT")',
    "data exchange": "cmd|'/c BAIT'!A1",
    "a function of macros": 'EXEC("BAIT")',
    "a call into a library": 'CALL("BAIT","run","J")',
    "Python in a cell": '_xlfn._xlws.PY(0,1,"BAIT")',
    "a function of somebody's": "BAIT_FUNCTION(1)",
    "an indirect reference": "INDIRECT(\"'[BAIT.xlsx]Sheet1'!A1\")",
}
SHEET = "About"


def of_formula(formula: str) -> Spoil:
    """A formula in a free cell: no value, and it is said."""

    def edit(book: Edited) -> Right:
        last = next(reversed(list(book.xml(SHEET).iter("{*}row")))).get("r")
        book.formula(SHEET, f"Z{last}", formula)
        return Right(computed=unchanged, says=f"{SHEET}!Z{last}: ", kept=outside(book))

    return edited(edit)


def outside(book: Edited) -> dict[str, bytes]:
    """The parts that a spreadsheet program runs or follows."""
    return {
        name: content
        for name, content in book.parts.items()
        if "vba" in name or "external" in name or "connections" in name or "activeX" in name
    }


def of_parts(make: Callable[[Edited], None]) -> Spoil:
    """Parts of such a kind: the numbers are the same, the parts too."""

    def spoil(path: Path) -> Right:
        (path.parent.parent / "BAIT.xlsx").write_bytes(path.read_bytes())
        book = Edited(path)
        make(book)
        book.save()
        return Right(computed=unchanged, kept=outside(book))

    return spoil


def related(book: Edited, kind: str, target: str, external: bool = False) -> None:
    """One more relation of the workbook."""
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
    mode = ' TargetMode="External"' if external else ""
    made = f'<Relationship Id="rIdBait" Type="{base}{kind}" Target="{target}"{mode}/>'
    name = "xl/_rels/workbook.xml.rels"
    book.parts[name] = book.parts[name].replace(
        b"</Relationships>", made.encode() + b"</Relationships>"
    )


def linked(book: Edited) -> None:
    """A link to another workbook, with the values that it had."""
    book.parts["xl/externalLinks/externalLink1.xml"] = b'<externalLink id="x1"/>'
    book.parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        b'<Relationships><Relationship Id="x1" Target="../BAIT.xlsx" TargetMode="External"/>'
        b"</Relationships>"
    )
    related(book, "externalLink", "externalLinks/externalLink1.xml")


def connected(book: Edited) -> None:
    """A connection that asks to be refreshed when the workbook is opened."""
    book.parts["xl/connections.xml"] = (
        b'<connections><connection id="1" type="5" refreshOnLoad="1">'
        b'<dbPr connection="BAIT" command="BAIT"/></connection></connections>'
    )
    related(book, "connections", "connections.xml")


def macros_changed(book: Edited) -> None:
    """Somebody else's macros."""
    content = book.parts["xl/vbaProject.bin"]
    book.parts["xl/vbaProject.bin"] = content[:-100] + b"BAIT" * 25


def macros_garbled(book: Edited) -> None:
    """Macros that are none."""
    book.parts["xl/vbaProject.bin"] = b"BAIT"


def macros_of_excel_4(book: Edited) -> None:
    """A sheet of old macros."""
    book.parts["xl/macrosheets/sheet1.xml"] = b"<macrosheet><sheetData/></macrosheet>"
    related(book, "xlMacrosheet", "macrosheets/sheet1.xml")


def controls(book: Edited) -> None:
    """A control, and an object of another program."""
    book.parts["xl/activeX/activeX1.bin"] = b"BAIT" * 10
    book.parts["xl/embeddings/oleObject1.bin"] = b"BAIT" * 10


def sheet_outside(book: Edited) -> None:
    """A relation to a workbook part elsewhere."""
    related(book, "worksheet", "file:///BAIT.xlsx", external=True)


def run_at_once(book: Edited) -> None:
    """A name that old versions of Excel run when they open the workbook."""
    from tests.faults.names import added

    added(book, "_xlnm.Auto_Open", "'About'!$A$1", hidden="1")
    added(book, "Auto_Open", "'About'!$A$1", hidden="1", xlm="1")


FAULTS: dict[str, Spoil] = {
    **{name: of_formula(formula) for name, formula in FORMULAS.items()},
    "a link to another workbook": of_parts(linked),
    "a connection": of_parts(connected),
    "somebody's macros": of_parts(macros_changed),
    "garbled macros": of_parts(macros_garbled),
    "macros of Excel 4": of_parts(macros_of_excel_4),
    "controls and objects": of_parts(controls),
    "a sheet elsewhere": of_parts(sheet_outside),
    "a name that runs": of_parts(run_at_once),
}

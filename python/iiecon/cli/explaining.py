"""The command `why`: a number opened into its factors."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from iiecon import catalogue
from iiecon.cli.console import (
    DONE,
    INPUT_ERRORS,
    WRONG_USAGE,
    AddCommand,
    help_text,
    json_apart,
    progress,
    report_findings,
    workbook_argument,
)
from iiecon.cli.manners import deliver_json, note, say, tell
from iiecon.spreadsheet.package import Package

if TYPE_CHECKING:
    from iiecon.spreadsheet.calculator import Book
    from iiecon.why import ComputedBook, Place
    from udfs.why import Language


def add_commands(command: AddCommand) -> None:
    """`why`."""
    asked = command("why", _why)
    workbook_argument(asked)
    asked.add_argument("cell", metavar="SHEET!CELL", help=help_text("why_cell"))
    asked.add_argument("--depth", type=int, default=2, metavar="N", help=help_text("why_depth"))
    asked.add_argument("--json", type=Path, metavar="FILE", help=help_text("why_json"))


def _why(given: argparse.Namespace) -> int:
    from iiecon.spreadsheet.calculator import FileBook
    from iiecon.why import ComputedBook, why, why_record, why_text
    from iiecon.workbook.read import Reader

    if not json_apart(given.json, given.workbook):
        return WRONG_USAGE
    with progress() as step:
        step("read")
        book = FileBook.from_package(Package.read(given.workbook))
        place = _place(given.cell, book)
        if place is None or given.depth < 0:
            wrong = catalogue.on_screen("cli.why_no_cell", cell=given.cell)
            say(f"{wrong}: {', '.join(book.sheets)}")
            return WRONG_USAGE
        step("formulas")
        reader = Reader.of(book)
        sheets = ComputedBook(book, reader.calculation)
        found = why(sheets, place, given.depth)
        if given.json:
            deliver_json(given.json, why_record(found))
    language: Language = catalogue.screen_language()  # type: ignore[assignment]
    tell(_error(sheets, place, language) or why_text(found, language))
    _tell_old_value(book, sheets, place)
    if reader.inputs() is None:  # numbers that rest on these inputs mean nothing
        report_findings(reader.findings)
        return INPUT_ERRORS
    return DONE


def _place(text: str, book: Book) -> Place | None:
    """The cell of `SHEET!CELL`, None where it is none of the workbook's."""
    from iiecon.spreadsheet.values import parse_a1

    sheet, _, cell = text.rpartition("!")
    known = {name.casefold(): name for name in book.sheets}
    name = known.get(sheet.strip("'").replace("''", "'").casefold())
    try:
        return None if name is None else (name, *parse_a1(cell.replace("$", "").upper()))
    except ValueError:
        return None


def _error(sheets: ComputedBook, place: Place, language: Language) -> str:
    """Where an error value comes from and what to do; "" for a sound cell."""
    from iiecon.spreadsheet.evaluate import Reference
    from iiecon.spreadsheet.values import Area, ExcelError
    from udfs.why import explain

    sheet, row, column = place
    if not isinstance(sheets.value(*place), ExcelError):
        return ""
    return explain(Reference(sheets, sheet, Area(row, column, row, column)), language)


def _tell_old_value(book: Book, sheets: ComputedBook, place: Place) -> None:
    """Explained is the computed value; a file that was not recalculated still shows another."""
    from iiecon.spreadsheet.values import same_value
    from iiecon.why.cells import as_text

    sheet, row, column = place
    cell = book.sheets[sheet].cells.get((row, column))
    stored, value = cell.value if cell else None, sheets.value(*place)
    if not same_value(stored, value):
        note(catalogue.on_screen("cli.why_stored", stored=as_text(stored)))

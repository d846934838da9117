"""Rows and columns inserted, deleted or cut off under the names; names that cover other cells."""

from __future__ import annotations

import re

from lxml import etree
from openpyxl.utils import get_column_letter, range_boundaries

from tests.faults.case import Right, Spoil, edited, unchanged
from tests.workbook.edit import MAIN, Edited

# The ranges that results depend on.
RANGES = (
    "IO_YEAR", "IO_CODES", "IO_COLUMN_CODES", "IO_FLOWS", "IO_FINAL_USE", "IO_EXPORTS",
    "IO_IMPORTS", "IO_OUTPUT", "IO_PRIMARY", "IO_VALUE_ADDED", "SECTOR_CODES", "SECTOR_SECTIONS",
    "SECTOR_DIRECT", "FACTOR_KEYS", "FACTOR_WEIGHTS", "GRADE_SCORES", "SCORE_CODES",
    "SCORE_OVERRIDE", "BALLOT_CODES", "BALLOTS", "SECTION_CODES", "SECTION_SECTOR3",
    "SECTION_VA_YEARS", "SECTION_VA", "GROWTH_SECTIONS", "GROWTH_WEIGHTS", "GROWTH_ADDITION",
    "GROWTH_ADDITION_YEAR", "MACRO_YEARS", "MACRO_KEYS", "MACRO_DATA", "WAGE_YEARS",
    "WAGE_SECTIONS", "SECTION_WAGES", "PROVINCE_CODES", "PROVINCE_REGIONS", "PROVINCE_EMPLOYED",
    "PROVINCE_YEARS", "PROVINCE_GDP", "REGION_KEYS",
)  # fmt: skip
Area = tuple[int, int, int, int]


def on(sheet: str, *others: str) -> Right:
    """Refused on one of these sheets; or computed, with the numbers as they were."""
    names = "|".join(map(re.escape, (sheet, *others)))
    return Right(refused=f"({names})[!:]|<file>: .*({names}):", computed=unchanged)


def named(book: Edited, name: str) -> tuple[etree._Element, str, Area]:
    """The element of a defined name, its sheet and its range: left, top, right, bottom."""
    element = next(e for e in book.workbook.iter(f"{MAIN}definedName") if e.get("name") == name)
    sheet, area = str(element.text).rsplit("!", 1)
    left, top, right, bottom = range_boundaries(area.replace("$", ""))
    assert left is not None
    assert top is not None
    assert right is not None
    assert bottom is not None
    return element, sheet.strip("'"), (left, top, right, bottom)


def moved(name: str, by: Area) -> Spoil:
    """A name whose edges moved by so many columns and rows: left, top, right, bottom."""

    def edit(book: Edited) -> Right:
        element, sheet, area = named(book, name)
        left, top, right, bottom = (at + step for at, step in zip(area, by, strict=True))
        first = f"${get_column_letter(left)}${top}"
        element.text = f"'{sheet}'!{first}:${get_column_letter(right)}${bottom}"
        return on(sheet, *(["Settings"] if name == "SECTION_CODES" else []))

    return edited(edit)


def rows_of(book: Edited, sheet: str) -> list[etree._Element]:
    """The rows of a sheet."""
    return list(book.xml(sheet).iter(f"{MAIN}row"))


def renumbered(row: etree._Element, number: int) -> None:
    """Give a row and its cells another number."""
    row.set("r", str(number))
    for cell in row.iter(f"{MAIN}c"):
        cell.set("r", re.sub(r"\d+", str(number), str(cell.get("r"))))


def row_inserted(sheet: str, before: int) -> Spoil:
    """A blank row, as a program inserts it that does not know of names and formulas."""

    def edit(book: Edited) -> Right:
        for row in rows_of(book, sheet):
            if int(str(row.get("r"))) >= before:
                renumbered(row, int(str(row.get("r"))) + 1)
        return on(sheet)

    return edited(edit)


def row_deleted(sheet: str, number: int) -> Spoil:
    """A row taken out, the ones below moved up, names as they were."""

    def edit(book: Edited) -> Right:
        for row in rows_of(book, sheet):
            here = int(str(row.get("r")))
            if here == number:
                parent = row.getparent()
                assert parent is not None
                parent.remove(row)
            elif here > number:
                renumbered(row, here - 1)
        return on(sheet)

    return edited(edit)


def column_inserted(sheet: str, before: int) -> Spoil:
    """A blank column, names as they were."""

    def edit(book: Edited) -> Right:
        for cell in book.xml(sheet).iter(f"{MAIN}c"):
            left, top, _, _ = range_boundaries(str(cell.get("r")))
            assert left is not None
            if left >= before:
                cell.set("r", f"{get_column_letter(left + 1)}{top}")
        return on(sheet)

    return edited(edit)


def cut_off(sheet: str, after: int) -> Spoil:
    """Nothing below a row."""

    def edit(book: Edited) -> Right:
        for row in rows_of(book, sheet):
            if int(str(row.get("r"))) > after:
                parent = row.getparent()
                assert parent is not None
                parent.remove(row)
        return on(sheet)

    return edited(edit)


PLACES = (
    ("Settings", 35, 3), ("IO_Table", 40, 20), ("Sectors", 40, 4), ("Experts", 22, 5),
    ("Section_VA", 10, 8), ("Macro", 12, 4), ("Province", 20, 10),
)  # fmt: skip
FAULTS: dict[str, Spoil] = {
    **{f"{name} one row down": moved(name, (0, 1, 0, 1)) for name in RANGES},
    **{f"{name} one column on": moved(name, (1, 0, 1, 0)) for name in RANGES},
    **{
        f"{name} without its last row": moved(name, (0, 0, 0, -1))
        for name in ("IO_FLOWS", "SECTION_VA", "MACRO_DATA", "BALLOTS", "PROVINCE_GDP")
    },
    **{
        f"{name} with a row more": moved(name, (0, 0, 0, 1))
        for name in ("IO_FLOWS", "IO_CODES", "SCORE_CODES", "SECTION_CODES", "PROVINCE_CODES")
    },
    **{f"a row inserted in {sheet}": row_inserted(sheet, row) for sheet, row, _ in PLACES},
    **{f"a row deleted in {sheet}": row_deleted(sheet, row) for sheet, row, _ in PLACES},
    **{f"a column inserted in {sheet}": column_inserted(sheet, col) for sheet, _, col in PLACES},
    **{f"{sheet} cut off": cut_off(sheet, row) for sheet, row, _ in PLACES},
}

"""How a sheet is printed: A4 landscape, repeated titles, whole tables, title, unit and page below.

Pages are broken before a table that would else be cut. Where that is follows from the widths and
heights of the sheet, since paper is filled to its width.
"""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.worksheet import Worksheet

from iiecon import catalogue
from iiecon.spreadsheet.values import a1
from iiecon.workbook.layout import LINE_HEIGHT, Sheet
from iiecon.workbook.theme import FONT

A4 = 9
LONG_SIDE, SHORT_SIDE = 842.0, 595.0  # points
SIDE, TOP, BOTTOM, FOOTER = 0.45, 0.4, 0.55, 0.25  # margins in inches
INCH = 72.0
CHARACTER = 5.25  # the width of a column's unit in points


def print_setup(worksheet: Worksheet, sheet: Sheet) -> None:
    """Set the pages of a sheet."""
    printing = sheet.printing
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.paperSize = A4
    worksheet.page_setup.fitToWidth = printing.pages_wide
    worksheet.page_setup.fitToHeight = 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    worksheet.page_margins = PageMargins(SIDE, SIDE, TOP, BOTTOM, header=FOOTER, footer=FOOTER)
    if printing.rows and not sheet.print_areas:
        worksheet.print_title_rows = printing.rows
    if printing.columns:
        worksheet.print_title_cols = printing.columns
    if printing.printed:
        last = max(b.row + b.rows - 1 for b in sheet.blocks if b.column <= printing.printed)
        worksheet.print_area = f"A1:{a1(last, printing.printed)}"
    for row in _breaks(worksheet, sheet):
        worksheet.row_breaks.append(Break(id=row - 1))
    _footer(worksheet, sheet)


def footer_title(sheet: str) -> str:
    """The title at the foot of a sheet's pages. It cannot follow a cell and names no industry."""
    name = f"sheet.{sheet}"
    return catalogue.both(f"{name}.footer" if "footer" in catalogue.keys(name) else f"{name}.title")


def _footer(worksheet: Worksheet, sheet: Sheet) -> None:
    name = f"sheet.{sheet.name}"
    unit = catalogue.both(f"{name}.unit") if "unit" in catalogue.keys(name) else ""
    texts = (footer_title(sheet.name), unit, catalogue.both("print.page"))
    footer = worksheet.oddFooter
    assert footer is not None  # openpyxl's sheets have one
    for part, text in zip((footer.left, footer.center, footer.right), texts, strict=True):
        part.text, part.size, part.font = text, 8, f"{FONT},Regular"


def _breaks(worksheet: Worksheet, sheet: Sheet) -> Iterator[int]:
    """The rows that begin a page."""
    starts = sorted(sheet.printing.tables)
    if not starts or sheet.print_areas:
        return
    last = max(block.row + block.rows for block in sheet.blocks)
    room = _room(sheet)
    repeated = _repeated(worksheet, sheet.printing.rows)
    page = 1
    for start, end in zip(starts, [*starts[1:], last], strict=True):
        above = 0.0 if page == 1 else repeated
        if start > page and above + _height(worksheet, page, end - 1) > room:
            yield start
            page = start


def _room(sheet: Sheet) -> float:
    """The height of a page in the points of the sheet, which is scaled to the page's width."""
    used = sheet.printing.printed or max(b.column + b.columns - 1 for b in sheet.blocks)
    width = CHARACTER * sum(sheet.widths.get(column, 9) for column in range(1, used + 1))
    scale = min(1.0, (LONG_SIDE - 2 * SIDE * INCH) * sheet.printing.pages_wide / width)
    return (SHORT_SIDE - (TOP + BOTTOM) * INCH) / scale


def _repeated(worksheet: Worksheet, rows: str) -> float:
    """The height of the rows that are repeated on each page, such as "1:2"."""
    if not rows:
        return 0.0
    first, last = rows.split(":")
    return _height(worksheet, int(first), int(last))


def _height(worksheet: Worksheet, first: int, last: int) -> float:
    rows = worksheet.row_dimensions
    heights = (rows[r].height if r in rows else None for r in range(first, last + 1))
    return sum(h or LINE_HEIGHT for h in heights)

"""The workbook from inputs: sheets written with openpyxl, assembled, then computed headless."""

from __future__ import annotations

import io
import math
import re
from dataclasses import replace
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.calculator import FileBook, patched_parts
from iiecon.spreadsheet.package import Package
from iiecon.workbook.assemble import assemble
from iiecon.workbook.layout import FORMATS, Block, Mark, Sheet
from iiecon.workbook.macros import with_macros
from iiecon.workbook.read import Reader
from iiecon.workbook.sheets import sheets_of
from iiecon.workbook.stamp import stamp_cells
from udfs import FUNCTIONS

FONT = "Microsoft YaHei"
INK, INPUT_INK, WHITE = "FF222222", "FF1F4E9E", "FFFFFFFF"
ESTIMATED_INK = "FF7A4A00"
FILLS = {"header": "FF2F5D8A", "input": "FFE8F0FA", "computed": "FFEAF4EC"}
TAB_COLOURS = {True: "FF4C9A5F", False: "FF3B73B9"}
# Results are numbers or marks and stand to the right; labels taken from inputs to the left.
COMPUTED_ALIGNMENT = {
    False: Alignment(horizontal="right", vertical="center"),
    True: Alignment(vertical="center"),
}
LINE_HEIGHT = 13.0
OWN_FUNCTION = re.compile(r"\b(" + "|".join(FUNCTIONS) + r")\(")


def build_workbook(inputs: ModelInputs) -> bytes:
    """The whole workbook as .xlsm bytes, every computed cell with its formula and value.

    Equal inputs give equal bytes.
    """
    return computed(with_macros(assemble(_written(sheets_of(inputs)))))


def computed(workbook: bytes) -> bytes:
    """The same workbook with the values of all its formulas, stamped with version and inputs."""
    package = Package.from_bytes(Path("workbook"), workbook)
    book = FileBook.from_package(package)
    reader = Reader.of(book)
    calculation = reader.calculation
    if calculation.unevaluated or calculation.failures:
        problems = {**calculation.unevaluated, **calculation.failures}
        raise RuntimeError(f"formulas of the layout that do not compute: {problems}")
    inputs = reader.inputs()
    stamped = stamp_cells(reader, inputs, None) if inputs else {}
    done = replace(calculation, values={**calculation.values, **stamped})
    return package.replaced(patched_parts(package, book, done)).to_bytes()


def _written(sheets: list[Sheet]) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for style in _styles():
        workbook.add_named_style(style)
    for sheet in sheets:
        worksheet = workbook.create_sheet(sheet.name)
        _fill(worksheet, sheet)
        for block in sheet.blocks:
            if block.name:
                area = _absolute(block)
                workbook.defined_names[block.name] = DefinedName(
                    block.name,
                    attr_text=f"'{sheet.name}'!{area}",
                    hidden=block.name.startswith("_") or None,
                )
    workbook.active = 1
    workbook.code_name = "ThisWorkbook"
    workbook.properties.creator = "IIEconModel"
    # Recalculation on load would lose the stored values wherever our functions are not installed.
    workbook.calculation = CalcProperties(calcId=191029, fullCalcOnLoad=False)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _fill(worksheet: Worksheet, sheet: Sheet) -> None:
    for block in sheet.blocks:
        _write(worksheet, block)
    for column, width in sheet.widths.items():
        worksheet.column_dimensions[get_column_letter(column)].width = width
    _fit_rows(worksheet, sheet)
    for mark in sheet.marks:
        _mark(worksheet, mark)
    worksheet.sheet_properties.codeName = sheet.code_name
    if sheet.hidden:
        worksheet.sheet_state = "hidden"
        return
    worksheet["A1"].style = "title"
    worksheet.sheet_properties.tabColor = TAB_COLOURS[sheet.output]
    worksheet.sheet_view.showGridLines = False
    worksheet.freeze_panes = worksheet.cell(*sheet.freeze).coordinate
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.paperSize = 9
    worksheet.page_setup.fitToHeight = 0
    worksheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]
    worksheet.protection.sheet = sheet.output


def _mark(worksheet: Worksheet, mark: Mark) -> None:
    """Estimated cells in italics with an "e" behind the number."""
    number = 200 + list(FORMATS).index(mark.format)  # beyond the formats that cells use
    shown = NumberFormat(numFmtId=number, formatCode=f'{FORMATS[mark.format]}" e"')
    style = DifferentialStyle(font=Font(italic=True, color=ESTIMATED_INK), numFmt=shown)
    rule = Rule(type="expression", dxf=style, formula=[mark.condition])
    worksheet.conditional_formatting.add(mark.area, rule)


def _fit_rows(worksheet: Worksheet, sheet: Sheet) -> None:
    """Rows high enough for wrapped labels: programs do not all measure text when opening a file."""
    for block in sheet.blocks:
        if block.values is None or block.role == "input":
            continue
        for i, row in enumerate(block.values):
            lines = max(_lines(v, sheet.widths.get(block.column + j, 9)) for j, v in enumerate(row))
            height = worksheet.row_dimensions[block.row + i].height or LINE_HEIGHT
            if lines > 1:
                worksheet.row_dimensions[block.row + i].height = max(height, lines * LINE_HEIGHT)


def _lines(value: object, width: float) -> int:
    """Lines that a label with line breaks takes in a column; Chinese counts double."""
    if not isinstance(value, str) or "\n" not in value:
        return 1
    return sum(
        max(1, math.ceil(1.15 * sum(2 if ord(c) > 0x2E80 else 1 for c in line) / width))
        for line in value.split("\n")
    )


def _write(worksheet: Worksheet, block: Block) -> None:
    if block.values is None and block.formula is None and not block.spill:
        return  # a name over cells that other blocks fill
    for i in range(block.rows):
        for j in range(block.columns):
            cell = _cell(worksheet, block.row + i, block.column + j)
            if block.values is not None:
                cell.value = block.values[i][j] if block.values[i][j] != "" else None
            elif block.formula is not None:
                _put_formula(worksheet, cell, block.formula(block.row + i, block.column + j))
            _dress(cell, block)
    if block.spill:
        anchor = _cell(worksheet, block.row, block.column)
        _put_array(worksheet, anchor, block.area, block.spill)
    if block.choices:
        rule = DataValidation("list", formula1='"' + ",".join(block.choices) + '"')
        worksheet.add_data_validation(rule)
        rule.add(block.area)


def _cell(worksheet: Worksheet, row: int, column: int) -> Cell:
    cell = worksheet.cell(row, column)
    assert isinstance(cell, Cell)  # no sheet of ours has merged cells
    return cell


def _put_formula(worksheet: Worksheet, cell: Cell, formula: str) -> None:
    """Formulas with one of our functions are stored as Excel 365 stores them: as arrays."""
    if OWN_FUNCTION.search(formula):
        _put_array(worksheet, cell, cell.coordinate, formula)
    else:
        cell.value = f"={formula}"


def _put_array(worksheet: Worksheet, cell: Cell, area: str, formula: str) -> None:
    worksheet[cell.coordinate] = ArrayFormula(area, f"={formula}")


def _dress(cell: Cell, block: Block) -> None:
    cell.style = block.role
    if block.format != "general":
        cell.number_format = FORMATS[block.format]
    if isinstance(cell.value, str) and "\n" in cell.value:
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    elif block.role == "computed":
        cell.alignment = COMPUTED_ALIGNMENT[block.format in ("general", "text")]


def _styles() -> list[NamedStyle]:
    """One style per role, from one palette."""
    thin = Side(style="hair", color="FFB8C4D0")
    frame = Border(bottom=thin)
    styles = []
    for role in ("label", "header", "input", "computed", "title"):
        style = NamedStyle(role)
        style.font = Font(
            name=FONT,
            size=14 if role == "title" else 9,
            bold=role in ("header", "title"),
            color={"header": WHITE, "input": INPUT_INK}.get(role, INK),
        )
        if role in FILLS:
            style.fill = PatternFill("solid", fgColor=FILLS[role])
            style.border = frame
        style.alignment = Alignment(vertical="center")
        style.protection = Protection(locked=role != "input")
        styles.append(style)
    return styles


def _absolute(block: Block) -> str:
    return re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", block.area)

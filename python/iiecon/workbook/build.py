"""The workbook from inputs: sheets written with openpyxl, assembled, then computed headless."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter, rows_from_range
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.calculator import FileBook, patched_parts
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import a1
from iiecon.workbook import theme
from iiecon.workbook.assemble import assemble
from iiecon.workbook.draw import draw
from iiecon.workbook.layout import FORMATS, LINE_HEIGHT, MARK_ROOM, Block, Sheet, length
from iiecon.workbook.macros import with_macros
from iiecon.workbook.print_setup import print_setup
from iiecon.workbook.read import Reader
from iiecon.workbook.sheets import sheets_of
from iiecon.workbook.stamp import stamp_cells
from udfs import FUNCTIONS

CHART_ROW = 15.0  # points
HIGHEST_ROW = 409.0  # the limit of Excel
NAMES, NARROW = 4, 20  # beyond the columns of names, heads up to this width are centred
PLACED = {"general": theme.LEFT, "text": theme.LEFT, "word": theme.CENTRE, "tick": theme.CENTRE}
# What openpyxl calls the style of a cell, by role, number format and alignment.
Looks = dict[tuple[str, str, int], StyleArray]
OWN_FUNCTION = re.compile(r"\b(" + "|".join(FUNCTIONS) + r")\(")


def build_workbook(inputs: ModelInputs) -> bytes:
    """The whole workbook as .xlsm bytes, every computed cell with its formula and value.

    Equal inputs give equal bytes.
    """
    return computed(with_macros(assemble(written(sheets_of(inputs)))))


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


def written(sheets: list[Sheet]) -> bytes:
    """The sheets as openpyxl writes them, formulas without values."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for style in theme.styles():
        workbook.add_named_style(style)
    looks: Looks = {}
    for sheet in sheets:
        worksheet = workbook.create_sheet(sheet.name)
        _fill(worksheet, sheet, looks)
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


def _fill(worksheet: Worksheet, sheet: Sheet, looks: Looks) -> None:
    for block in sheet.blocks:
        _write(worksheet, block, sheet, looks)
    for column, width in sheet.widths.items():
        worksheet.column_dimensions[get_column_letter(column)].width = width
    worksheet.sheet_format.defaultRowHeight = LINE_HEIGHT
    worksheet.sheet_format.customHeight = True
    _fit_rows(worksheet, sheet)
    _formats(worksheet, sheet)
    for cell, target in sheet.links.items():
        worksheet[cell].hyperlink = Hyperlink(ref=cell, location=f"'{target}'!A1")
        worksheet[cell].style = "link"  # a link brings a style of its own
    worksheet.sheet_properties.codeName = sheet.code_name
    if sheet.hidden:
        worksheet.sheet_state = "hidden"
        return
    _dress_title(worksheet)
    worksheet.sheet_properties.tabColor = theme.TAB_COLOURS[sheet.output]
    worksheet.sheet_view.showGridLines = False
    worksheet.freeze_panes = worksheet.cell(*sheet.freeze).coordinate
    worksheet.protection.sheet = sheet.output
    if sheet.filtered:
        worksheet.auto_filter.ref = sheet.filtered
        worksheet.protection.autoFilter = False  # allowed on the locked sheet
    print_setup(worksheet, sheet)
    draw(worksheet, sheet.charts, theme.FONT)
    if sheet.charts:
        # Charts grow with their rows, whose usual height is not the same in all programs.
        worksheet.sheet_format.defaultRowHeight = CHART_ROW
    if sheet.print_areas:
        _print_only(worksheet, sheet.print_areas)


def _print_only(worksheet: Worksheet, areas: Sequence[str]) -> None:
    """Each area on a page of its own."""
    worksheet.print_area = list(areas)
    worksheet.page_setup.fitToHeight = len(areas)
    worksheet.print_options.horizontalCentered = True


def _dress_title(worksheet: Worksheet) -> None:
    """The title in two languages, and the line on unit and source in two."""
    for row, style in enumerate(("title", "subtitle", "note", "note"), start=1):
        if worksheet.cell(row, 1).style in ("Normal", "label"):
            worksheet.cell(row, 1).style = style


def _formats(worksheet: Worksheet, sheet: Sheet) -> None:
    """Whatever looks different by what the cells hold."""
    rules = [(mark.area, theme.estimated(mark.condition, mark.format)) for mark in sheet.marks]
    rules += [(mark.area, theme.shown_as(mark.condition, mark.format)) for mark in sheet.shown_as]
    rules += [(area, theme.doubtful(condition)) for area, condition in sheet.doubts.items()]
    rules += [(tint.area, theme.tinted(tint.condition, tint.tone)) for tint in sheet.tints]
    rules += [(scale.area, theme.scale(scale)) for scale in sheet.scales]
    rules += [(area, rule) for area in sheet.lights for rule in theme.light(area.split(":")[0])]
    for area, rule in rules:
        worksheet.conditional_formatting.add(area, rule)
    for mark in sheet.marks:
        for cell in _cells(worksheet, mark.area):
            cell.number_format = FORMATS[mark.format] + MARK_ROOM


def _cells(worksheet: Worksheet, areas: str) -> Iterator[Cell]:
    for area in areas.split():
        for places in rows_from_range(area):
            yield from (worksheet[place] for place in places)


def _fit_rows(worksheet: Worksheet, sheet: Sheet) -> None:
    """Rows high enough for wrapped labels: programs do not all measure text when opening a file."""
    heights = {1: 2 * LINE_HEIGHT} | dict(sheet.heights)
    for block in sheet.blocks:
        values = [[block.worded]] if block.worded else block.values
        if values is None or block.role == "input":
            continue
        for i, row in enumerate(values):
            lines = max(
                _lines(value, sheet.widths.get(column, 9), column in sheet.wrapped)
                for column, value in enumerate(row, start=block.column)
            )
            if lines > 1:
                high = lines * LINE_HEIGHT
                heights[block.row + i] = max(heights.get(block.row + i, 0), high)
    for number, height in heights.items():
        worksheet.row_dimensions[number].height = min(height, HIGHEST_ROW)


def _lines(value: object, width: float, wrapped: bool) -> int:
    """Lines that a label with line breaks, or any in a wrapped column, takes in a column."""
    if not isinstance(value, str) or ("\n" not in value and not wrapped):
        return 1
    return sum(max(1, math.ceil(length(line) / width)) for line in value.split("\n"))


def _write(worksheet: Worksheet, block: Block, sheet: Sheet, looks: Looks) -> None:
    if block.values is None and block.formula is None and not block.spill:
        return  # a name over cells that other blocks fill
    for i in range(block.rows):
        for j in range(block.columns):
            cell = _cell(worksheet, block.row + i, block.column + j)
            if block.values is not None:
                _put_value(cell, block.values[i][j])
            elif block.formula is not None:
                _put_formula(worksheet, cell, block.formula(block.row + i, block.column + j))
            _dress(cell, block, sheet, looks)
    if block.spill:
        anchor = _cell(worksheet, block.row, block.column)
        _put_array(worksheet, anchor, block.area, block.spill)
    if block.choices:
        _choose_from(worksheet, block, '"' + ",".join(block.choices) + '"')
    if block.choices_from:
        _choose_from(worksheet, block, block.choices_from)
    if block.longest:
        limits = DataValidation("textLength", formula1="1", formula2=str(block.longest))
        _validate(worksheet, block, limits)
    if block.gaps:
        rule = theme.unseen(f"ISNA({a1(block.row, block.column)})")
        worksheet.conditional_formatting.add(block.area, rule)


def _choose_from(worksheet: Worksheet, block: Block, choices: str) -> None:
    _validate(worksheet, block, DataValidation("list", formula1=choices))


def _validate(worksheet: Worksheet, block: Block, rule: DataValidation) -> None:
    worksheet.add_data_validation(rule)
    rule.add(block.area)


def _cell(worksheet: Worksheet, row: int, column: int) -> Cell:
    cell = worksheet.cell(row, column)
    assert isinstance(cell, Cell)  # no sheet of ours has merged cells
    return cell


def _put_value(cell: Cell, value: float | str | None) -> None:
    cell.value = None if value == "" else value
    if cell.data_type == "f":
        cell.data_type = "s"  # a label that begins with = is no formula for that


def _put_formula(worksheet: Worksheet, cell: Cell, formula: str) -> None:
    """Formulas with one of our functions are stored as Excel 365 stores them: as arrays."""
    if OWN_FUNCTION.search(formula):
        _put_array(worksheet, cell, cell.coordinate, formula)
    else:
        cell.value = f"={formula}"


def _put_array(worksheet: Worksheet, cell: Cell, area: str, formula: str) -> None:
    worksheet[cell.coordinate] = ArrayFormula(area, f"={formula}")


def _dress(cell: Cell, block: Block, sheet: Sheet, looks: Looks) -> None:
    """Looks are found once for all cells that share them: openpyxl takes long to find one."""
    alignment = _alignment(cell, block, sheet)
    look = (block.role, block.format, id(alignment))
    if look not in looks:
        cell.style = block.role
        if block.format != "general":
            cell.number_format = FORMATS[block.format]
        if alignment is not None:
            cell.alignment = alignment
        looks[look] = cell._style  # type: ignore[attr-defined]
    cell._style = copy(looks[look])  # type: ignore[attr-defined]


def _alignment(cell: Cell, block: Block, sheet: Sheet) -> Alignment | None:
    """How a cell is placed, where its role does not say it; one of the theme's."""
    if block.role.startswith("tile"):
        return None
    if isinstance(cell.value, str) and "\n" in cell.value:
        narrow = cell.column > NAMES and sheet.widths.get(cell.column, 9) <= NARROW
        return theme.CENTRE if narrow and block.role == "header" else theme.WRAPPED
    if cell.column in sheet.wrapped and block.role != "header":
        return theme.WRAPPED
    if block.computed and block.role not in ("label", "english", "note"):
        # Results are numbers or marks and stand to the right, texts to the left.
        return PLACED.get(block.format, theme.RIGHT)
    return None


def _absolute(block: Block) -> str:
    return re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", block.area)

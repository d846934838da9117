"""Are the workbook's own formulas still there, and did each of them give a value?"""

from __future__ import annotations

from collections.abc import Iterator

from iiecon.findings import Finding
from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.calculator import Book, Calculation
from iiecon.spreadsheet.values import ExcelError, Scalar
from iiecon.workbook.layout import Block
from iiecon.workbook.read import Range, Reader
from iiecon.workbook.sheets import sheets_with_formulas


def check_formulas(
    book: Book, reader: Reader, calculation: Calculation, inputs: ModelInputs
) -> list[Finding]:
    """Findings on computed blocks of the layout: a missing name, a constant pasted over a formula,
    a formula that cannot be computed or gives an error value.
    """
    return [
        finding
        for sheet in sheets_with_formulas(inputs)
        for block in sheet.blocks
        if block.computed
        for finding in _check_block(book, reader, calculation, sheet.name, block)
    ]


def _check_block(
    book: Book, reader: Reader, calculation: Calculation, sheet: str, block: Block
) -> Iterator[Finding]:
    place = reader.range(block.name)
    if place is None:
        yield Finding("error", "name_missing", {"name": block.name}, sheet=sheet)
        return
    stored = book.sheets[place.sheet].cells
    for i, row in enumerate(place.cells):
        for j, value in enumerate(row):
            position = (place.area.row1 + i, place.area.col1 + j)
            anchor = block.formula is not None or (i, j) == (0, 0)
            cell = stored.get(position)
            if anchor and (cell is None or cell.formula is None):
                yield _at("formula_missing", place, i, j, value=cell.value if cell else "")
                return
            reason = calculation.unevaluated.get((place.sheet, *position))
            if reason is not None:
                yield _at("output_unevaluated", place, i, j, reason=reason)
                return
            if isinstance(value, ExcelError):
                yield _at("output_unevaluated", place, i, j, reason=value.code)
                return


def _at(key: str, place: Range, i: int, j: int, **values: Scalar) -> Finding:
    return Finding("error", key, values, sheet=place.sheet, cell=place.cell(i, j))

"""Are the workbook's own formulas still there, and did each of them give a value?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from iiecon.findings import Finding, errors_of
from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.calculator import Book, Calculation
from iiecon.spreadsheet.values import NA, ExcelError, Scalar
from iiecon.workbook.layout import Block
from iiecon.workbook.read import Range, Reader
from iiecon.workbook.sheets import sheets_with_formulas

# Workbooks made before there were these sheets need not have them.
LATER_SHEETS = ("Ledger", "Tests", "Uncertainty", "Crosscheck")


def check_formulas(
    book: Book, reader: Reader, calculation: Calculation, inputs: ModelInputs
) -> list[Finding]:
    """Findings on computed blocks of the layout: a missing name, a constant pasted over a formula,
    a formula that cannot be computed or gives an error value.
    """
    found = [
        finding
        for sheet in sheets_with_formulas(inputs)
        if sheet.name in book.sheets or sheet.name not in LATER_SHEETS
        for block in sheet.blocks
        if block.computed and not block.worded
        for finding in _check_block(book, reader, calculation, sheet.name, block)
    ]
    # What merely follows from another failure is left out: the cause is what needs mending.
    errors = errors_of(found)
    causes = [f for f in errors if f.key != "output_unevaluated" or f.values["cause"]]
    return [*(causes or errors), *(f for f in found if f.severity != "error")]


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
                cause = not reason.startswith("depends on")
                yield _at("output_unevaluated", place, i, j, reason=reason, cause=cause)
                return
            if isinstance(value, ExcelError) and not (block.gaps and value == NA):
                cause = (place.sheet, *position) in calculation.failures
                yield _at("output_unevaluated", place, i, j, reason=value.code, cause=cause)
                return
            if anchor and cell is not None and cell.formula is not None:
                due = (
                    block.formula(block.row + i, block.column + j) if block.formula else block.spill
                )
                if cell.formula != due and _essence(cell.formula) != _essence(due):
                    yield replace(
                        _at("formula_changed", place, i, j, found=f"={cell.formula}"),
                        severity="warning",
                    )
                    return


def _essence(formula: str) -> str:
    """A formula without what programs rewrite when saving: spaces, case, addresses, numerals."""
    plain = re.sub(r"_XLFN\.|_XLWS\.|_XLUDF\.|\s", "", formula.upper())
    plain = re.sub(r"\$?[A-Z]{1,3}\$?\d+", "#", plain)
    return re.sub(r"\d+(\.\d+)?(E[-+]?\d+)?", lambda m: f"{float(m.group()):.9g}", plain)


def _at(key: str, place: Range, i: int, j: int, **values: Scalar) -> Finding:
    return Finding("error", key, values, sheet=place.sheet, cell=place.cell(i, j))

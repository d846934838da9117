"""What the xlwings engine of the tests asks of LibreOffice; run under a Python that has `uno`.

Cells are named by their sheet and [first row, first column, last row, last column], from 0.
"""

from __future__ import annotations

import sys
from typing import Any

import uno
from com.sun.star.util import CellProtection
from session import load, serve

ERROR_RESULTS = 4  # FormulaResult.ERROR


class Script:
    """What the engine may ask for; documents are numbered in the order of opening."""

    def __init__(self, context: Any, process: int) -> None:
        self._context = context
        self._documents: dict[int, Any] = {}

    # Documents

    def open(self, path: str) -> int:
        number = max(self._documents, default=0) + 1
        document = load(self._context, uno.systemPathToFileUrl(path))
        if document is None:
            raise OSError(f"{path} cannot be opened; is there a lock file?")
        # Arrays are left uncomputed, and without a size, until somebody looks at them.
        document.calculateAll()
        self._documents[number] = document
        return number

    def close(self, number: int) -> None:
        self._documents.pop(number).close(True)

    def calculate(self) -> None:
        for document in self._documents.values():
            document.calculateAll()

    def automatic(self, number: int) -> bool:
        return bool(self._documents[number].isAutomaticCalculationEnabled())

    def set_automatic(self, number: int, on: bool) -> None:
        document = self._documents[number]
        if document.isAutomaticCalculationEnabled():
            # Calc may have put off what Excel has done by now.
            document.calculate()
        document.enableAutomaticCalculation(on)

    def sheets(self, number: int) -> list[str]:
        return list(self._documents[number].Sheets.getElementNames())

    def names(self, number: int) -> list[list[str]]:
        """Names and what they refer to, those of single sheets as SHEET!NAME."""
        document = self._documents[number]
        owners = [("", document), *((f"{s.Name}!", s) for s in document.Sheets)]
        return [
            [prefix + name, owner.NamedRanges.getByName(name).getContent()]
            for prefix, owner in owners
            for name in owner.NamedRanges.getElementNames()
        ]

    def name(self, number: int, name: str) -> str | None:
        """What one name of the workbook refers to; None when there is none."""
        names = self._documents[number].NamedRanges
        return names.getByName(name).getContent() if names.hasByName(name) else None

    # The window

    def select(self, number: int, sheet: str, area: list[int] | None) -> None:
        document = self._documents[number]
        window = document.getCurrentController()
        window.setActiveSheet(document.Sheets.getByName(sheet))
        if area is not None:
            window.select(self._cells(number, sheet, area))

    def selection(self, number: int) -> list[Any]:
        document = self._documents[number]
        selected = document.getCurrentSelection().getRangeAddress()
        name = document.Sheets.getByIndex(selected.Sheet).Name
        return [name, _area(selected)]

    def active_sheet(self, number: int) -> str:
        return str(self._documents[number].getCurrentController().getActiveSheet().Name)

    # Cells

    def used(self, number: int, sheet: str) -> list[int]:
        cursor = self._documents[number].Sheets.getByName(sheet).createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return _area(cursor.getRangeAddress())

    def values(self, number: int, sheet: str, area: list[int]) -> list[list[Any]]:
        """Numbers and texts; an error as {"error": Calc's number}."""
        cells = self._cells(number, sheet, area)
        page = self._documents[number].Sheets.getByName(sheet)
        rows = [list(row) for row in cells.getDataArray()]
        for found in cells.queryFormulaCells(ERROR_RESULTS).getRangeAddresses():
            for i in range(found.StartRow, found.EndRow + 1):
                for j in range(found.StartColumn, found.EndColumn + 1):
                    error = page.getCellByPosition(j, i).getError()
                    rows[i - area[0]][j - area[1]] = {"error": error}
        return rows

    def formulas(self, number: int, sheet: str, area: list[int]) -> list[list[str]]:
        return [list(row) for row in self._cells(number, sheet, area).getFormulaArray()]

    def array(self, number: int, sheet: str, area: list[int]) -> list[int] | None:
        """The cells of the array formula that a cell belongs to."""
        cell = self._cells(number, sheet, area)
        if not cell.getArrayFormula():
            return None
        cursor = cell.getSpreadsheet().createCursorByRange(cell)
        cursor.collapseToCurrentArray()
        return _area(cursor.getRangeAddress())

    def set_values(self, number: int, sheet: str, area: list[int], rows: list[list[Any]]) -> None:
        self._cells(number, sheet, area).setDataArray(tuple(tuple(row) for row in rows))

    def set_formulas(self, number: int, sheet: str, area: list[int], rows: list[list[str]]) -> None:
        self._cells(number, sheet, area).setFormulaArray(tuple(tuple(row) for row in rows))

    def protect(self, number: int, sheet: str, area: list[int]) -> None:
        """Lock cells and protect their sheet, as an analyst may."""
        self._cells(number, sheet, area).CellProtection = CellProtection(True, False, False, False)
        self._documents[number].Sheets.getByName(sheet).protect("")

    def _cells(self, number: int, sheet: str, area: list[int]) -> Any:
        top, left, bottom, right = area
        page = self._documents[number].Sheets.getByName(sheet)
        return page.getCellRangeByPosition(left, top, right, bottom)


def _area(address: Any) -> list[int]:
    return [address.StartRow, address.StartColumn, address.EndRow, address.EndColumn]


if __name__ == "__main__":
    serve(*sys.argv[1:], make=Script)

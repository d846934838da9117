"""What the tests of the add-in ask of LibreOffice; run under a Python that has `uno`.

A cell is a number, a text, null when blank, or {"error": Calc's number}.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from session import load, serve, service

FORMULA_CELLS = 16
ERROR_RESULTS = 4
MENU = "org.iieconmodel.functions"


class Driver:
    """What the tests may ask for; `document` is the open one."""

    def __init__(self, context: Any, process: int) -> None:
        self.context, self.process = context, process
        self.document: Any = None

    def open(self, path: str = "", hide: bool = True) -> float:
        """Open a file, or a new spreadsheet; returns the seconds it took."""
        url = uno.systemPathToFileUrl(path) if path else "private:factory/scalc"
        start = time.perf_counter()
        self.document = load(self.context, url, Hidden=hide)
        return time.perf_counter() - start

    def close(self) -> None:
        self.document.close(True)

    def state(self) -> dict[str, bool]:
        return {
            "modified": self.document.isModified(),
            "undo": self.document.getUndoManager().isUndoPossible(),
            "protected": all(sheet.isProtected() for sheet in self.document.Sheets),
        }

    def names(self) -> list[str]:
        return list(self.document.NamedRanges.getElementNames())

    def recalculate(self) -> float:
        """Everything anew, as the menu does; returns the seconds it took."""
        start = time.perf_counter()
        self.document.calculateAll()
        return time.perf_counter() - start

    def menu(self, entry: str) -> None:
        """Choose an entry of the add-in's menu, as the menu does: by its URL."""
        path = f"/org.openoffice.Office.Addons/AddonUI/OfficeMenuBar/{MENU}/Submenu/{MENU}.{entry}"
        frame = self.document.getCurrentController().getFrame()
        dispatcher = service(self.context, "com.sun.star.frame.DispatchHelper")
        dispatcher.executeDispatch(frame, self.texts(f"{path}/URL", "en"), "_self", 0, ())

    def formula_cells(self) -> list[list[Any]]:
        """Every formula cell: sheet, row, column (from 1), formula, value."""
        found = []
        for sheet in self.document.Sheets:
            for place in sheet.queryContentCells(FORMULA_CELLS).getRangeAddresses():
                cells = sheet.getCellRangeByPosition(
                    place.StartColumn, place.StartRow, place.EndColumn, place.EndRow
                )
                values, formulas = self._values(sheet, cells), cells.getFormulaArray()
                for i, row in enumerate(values):
                    for j, value in enumerate(row):
                        at = [place.StartRow + i + 1, place.StartColumn + j + 1]
                        found.append([sheet.Name, *at, formulas[i][j], value])
        return found

    def read(self, sheet: str, area: str) -> list[list[Any]]:
        where = self.document.Sheets.getByName(sheet)
        return self._values(where, where.getCellRangeByName(area))

    def write(self, sheet: str, row: int, column: int, rows: list[list[Any]]) -> None:
        """Type cells; a text that begins with "=" is a formula."""
        where = self.document.Sheets.getByName(sheet)
        for i, line in enumerate(rows):
            for j, value in enumerate(line):
                cell = where.getCellByPosition(column + j - 1, row + i - 1)
                if isinstance(value, bool):
                    cell.setFormula(f"={str(value).upper()}()")
                elif isinstance(value, str) and value.startswith("="):
                    cell.setFormula(value)
                elif isinstance(value, str):
                    cell.setString(value)
                elif value is not None:
                    cell.setValue(value)

    def array(self, sheet: str, area: str, formula: str) -> None:
        """Type an array formula."""
        self.document.Sheets.getByName(sheet).getCellRangeByName(area).setArrayFormula(formula)

    def clear(self, sheet: str, area: str) -> None:
        where = self.document.Sheets.getByName(sheet).getCellRangeByName(area)
        where.merge(False)
        where.getRows().IsVisible = True
        where.clearContents(1023)

    def merge(self, sheet: str, area: str) -> None:
        self.document.Sheets.getByName(sheet).getCellRangeByName(area).merge(True)

    def hide_row(self, sheet: str, row: int) -> None:
        self.document.Sheets.getByName(sheet).getRows().getByIndex(row - 1).IsVisible = False

    def engines(self) -> list[int]:
        """The processes below this LibreOffice that serve our functions."""
        parents = {}
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                text = status.read_text(encoding="utf-8", errors="replace")
            except OSError:  # it has just ended
                continue
            parents[int(status.parent.name)] = int(text.rpartition(")")[2].split()[1])
        return [pid for pid in parents if self._serves(pid) and self._below(pid, parents)]

    def _serves(self, pid: int) -> bool:
        try:
            return b"udfs.server" in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False

    def _below(self, pid: int, parents: dict[int, int]) -> bool:
        while pid and pid != self.process:
            pid = parents.get(pid, 0)
        return pid == self.process

    def texts(self, path: str, language: str) -> str:
        """A text of the configuration in a language."""
        provider = service(self.context, "com.sun.star.configuration.ConfigurationProvider")
        node, name = path.rsplit("/", 1)
        given = []
        for key, value in (("nodepath", node), ("locale", language)):
            item = PropertyValue()
            item.Name, item.Value = key, value
            given.append(item)
        access = provider.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationAccess", tuple(given)
        )
        return str(access.getByName(name))

    def _values(self, sheet: Any, cells: Any) -> list[list[Any]]:
        place = cells.getRangeAddress()
        rows = [[None if v == "" else v for v in row] for row in cells.getDataArray()]
        for error in cells.queryFormulaCells(ERROR_RESULTS).getRangeAddresses():
            for i in range(error.StartRow, error.EndRow + 1):
                for j in range(error.StartColumn, error.EndColumn + 1):
                    number = sheet.getCellByPosition(j, i).getError()
                    rows[i - place.StartRow][j - place.StartColumn] = {"error": number}
        return rows


if __name__ == "__main__":
    serve(*sys.argv[1:], make=Driver)

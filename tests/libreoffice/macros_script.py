"""What LibreOffice makes of a workbook's VBA; run under a Python that has `uno`."""

from __future__ import annotations

import sys
from typing import Any

from session import load, serve

ALWAYS_RUN_MACROS = 4


class Macros:
    """A workbook opened with its macros on."""

    def __init__(self, context: Any, process: int) -> None:
        self.context = context
        self.document: Any = None

    def open(self, url: str) -> None:
        self.document = load(self.context, url, MacroExecutionMode=ALWAYS_RUN_MACROS)

    def modules(self) -> dict[str, str]:
        """The source of each module of the VBA project."""
        library = self.document.BasicLibraries.getByName("VBAProject")
        return {name: library.getByName(name) for name in library.ElementNames}

    def shown(self, formulas: list[str]) -> list[str]:
        """The text of a cell after typing each formula into it."""
        cell = self.document.Sheets.getByIndex(0).getCellByPosition(0, 0)
        found = []
        for formula in formulas:
            cell.Formula = formula
            found.append(cell.String)
        return found


if __name__ == "__main__":
    serve(*sys.argv[1:], make=Macros)

"""The add-in as LibreOffice loads it: each function call goes to the user's own Python and back.

This file runs inside LibreOffice, in LibreOffice's (older) Python, and imports nothing of the
project but the copy of `wire.py` packed with it. `settings.json` names the functions and what to
start for them.
"""

from __future__ import annotations

import contextlib
import json
import re
import struct
import subprocess
import threading
import time
from pathlib import Path
from typing import Any, Tuple

import uno
import unohelper
from com.sun.star.lang import XServiceInfo
from com.sun.star.table import CellAddress
from com.sun.star.task import XJob, XJobExecutor
from iiecon_wire import receive, send
from org.iieconmodel import XFunctions

SETTINGS = json.loads(Path(__file__).with_name("settings.json").read_text(encoding="utf-8"))
METHODS = {method.upper(): name for method, name in SETTINGS["functions"].items()}
OWN_CALL = re.compile(r"ORG\.IIECONMODEL\.FUNCTIONS\.(\w+)", re.IGNORECASE)
UNBOUND = re.compile(
    r"(?<![\w.])(?:" + "|".join(METHODS.values()) + r")\s*\(",
    re.IGNORECASE,
)
TEMPORARY_NAME = "IIECON_BINDING"
FORMULA_CELLS, ERROR_RESULTS = 16, 4  # CellFlags.FORMULA, FormulaResult.ERROR
EXCEL_CONVENTION = 3  # AddressConvention.XL_OOX
PAUSE_AFTER_FAILURE = 10.0
ALL_ROWS = 1048576

Area = Tuple[int, int, int, int]  # first row, first column, last row, last column, from 1

# Calc's numbers of the error values.
CALC_ERRORS = {
    "#NULL!": 521,
    "#DIV/0!": 532,
    "#VALUE!": 519,
    "#REF!": 524,
    "#NAME?": 525,
    "#NUM!": 503,
    "#N/A": 32767,
}
EXCEL_ERRORS = {number: code for code, number in CALC_ERRORS.items()}


class Engine:
    """The user's Python with the functions, started at the first call and again if it dies."""

    def __init__(self) -> None:
        self._process: Any = None
        self._failed = -PAUSE_AFTER_FAILURE
        self._lock = threading.RLock()

    def call(self, name: str, arguments: list[Any], look_up: Any) -> Any:
        """Rows, or the text of an error value; `look_up` answers questions about cells."""
        with self._lock:
            for _ in range(2):  # once more where the program turns out to have died
                if not self._running():
                    break
                try:
                    return self._asked(name, arguments, look_up)
                except Exception:  # whatever it was, the two no longer agree on whose turn it is
                    self.stop()
            return "#VALUE!"

    def _asked(self, name: str, arguments: list[Any], look_up: Any) -> Any:
        process = self._process
        send(process.stdin, ("call", name, arguments))
        while True:
            kind, *content = receive(process.stdout)
            if kind == "result":
                return content[0]
            send(process.stdin, ("answer", look_up(*content)))

    def stop(self) -> None:
        """End the program; the next call starts it anew."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                for pipe in (self._process.stdin, self._process.stdout):
                    _close(pipe)
                self._process = None

    def _running(self) -> bool:
        if self._process is None and time.monotonic() - self._failed >= PAUSE_AFTER_FAILURE:
            self._start()
        return self._process is not None

    def _start(self) -> None:
        """Start the program. When that fails the calls of the next seconds do not try again."""
        try:
            with _log() as log:
                self._process = subprocess.Popen(
                    SETTINGS["command"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
            receive(self._process.stdout)
        except (OSError, EOFError, ValueError):
            self.stop()
            self._failed = time.monotonic()


def _log() -> Any:
    """What the program says goes to iiecon.log in LibreOffice's user folder."""
    context = uno.getComponentContext()
    paths = context.ServiceManager.createInstance("com.sun.star.util.PathSubstitution")
    folder = uno.fileUrlToSystemPath(paths.substituteVariables("$(user)", True))
    return Path(folder, "iiecon.log").open("wb")


ENGINE = Engine()


class Functions(unohelper.Base, XFunctions, XServiceInfo):
    """The add-in service: one method for each function, made from the settings below."""

    def __init__(self, context: Any, *arguments: Any) -> None:
        self.context = context

    def getImplementationName(self) -> str:
        return "org.iieconmodel.Functions"

    def supportsService(self, name: str) -> bool:
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return ("org.iieconmodel.Functions", "com.sun.star.sheet.AddIn")


def _method(name: str) -> Any:
    """The UNO method of one function."""

    def method(self: Any, *given: Any) -> Any:
        document = Document()
        arguments = [document.argument(value) for value in given]
        while arguments and arguments[-1] is None:
            arguments.pop()
        return _cells(ENGINE.call(name, arguments, document.look_up))

    return method


for _name, _function in SETTINGS["functions"].items():
    setattr(Functions, _name, _method(_function))


def _cells(result: Any) -> tuple[tuple[Any, ...], ...]:
    """Rows for Calc, which takes an error value as a NaN with its number in the low bits."""
    if isinstance(result, str):
        number = CALC_ERRORS.get(result, CALC_ERRORS["#VALUE!"])
        return ((struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000 | number))[0],),)
    return tuple(tuple("" if cell is None else cell for cell in row) for row in result)


class Document:
    """The document that arguments refer to, and what a function may ask about it."""

    def __init__(self) -> None:
        self._document: Any = None

    def argument(self, value: Any) -> Any:
        """An argument as the program takes it: rows and scalars stay, references are named."""
        if isinstance(value, tuple):
            # A whole column is refused over there; a million cells need not travel for that.
            whole = len(value) >= ALL_ROWS
            return ("reference", "", (1, 1, len(value), len(value[0]))) if whole else value
        if not hasattr(value, "getRangeAddress"):
            return value
        sheet = value.getSpreadsheet()
        self._document = sheet.getDrawPage().getForms().getParent()
        return ("reference", sheet.getName(), _area(value.getRangeAddress()))

    def look_up(self, question: str, sheet: str, *content: Any) -> Any:
        """The answer to one question; None where there is no such sheet, name or formula."""
        sheets = self._document.getSheets()
        known = {name.casefold(): name for name in sheets.getElementNames()}
        if sheet.casefold() not in known:
            return None
        return getattr(self, "_" + question)(sheets.getByName(known[sheet.casefold()]), *content)

    def _read(self, sheet: Any, area: Area) -> list[list[Any]]:
        """The values of a range as far as the sheet is used, errors as ("error", code)."""
        cells = _range(sheet, _used(sheet, area))
        rows = [list(row) for row in cells.getDataArray()]
        for row in rows:
            row[:] = [None if value == "" else value for value in row]
        for found in cells.queryFormulaCells(ERROR_RESULTS).getRangeAddresses():
            for i in range(found.StartRow, found.EndRow + 1):
                for j in range(found.StartColumn, found.EndColumn + 1):
                    number = sheet.getCellByPosition(j, i).getError()
                    code = EXCEL_ERRORS.get(number, "#VALUE!")
                    rows[i - area[0] + 1][j - area[1] + 1] = ("error", code)
        return rows

    def _spilled(self, sheet: Any, area: Area) -> Any:
        """The range of the array formula in a cell."""
        cells = _array_range(_range(sheet, area))
        return None if cells is None else _area(cells.getRangeAddress())

    def _formula(self, sheet: Any, area: Area) -> Any:
        """The formula of a cell in Excel's writing, without "="."""
        cell = _range(sheet, area)
        array = _array_range(cell)
        tokens = cell.getTokens() if array is None else array.getArrayTokens()
        return self._written(tokens, cell) if tokens else None

    def _named(self, sheet: Any, name: str) -> Any:
        """What a defined name stands for, the sheet's own before the workbook's."""
        for names in (sheet.NamedRanges, self._document.NamedRanges):
            for known in names.getElementNames():
                if known.casefold() == name.casefold():
                    tokens = names.getByName(known).getTokens()
                    return self._written(tokens, sheet.getCellByPosition(0, 0))
        return None

    def _written(self, tokens: Any, cell: Any) -> str:
        parser = self._document.createInstance("com.sun.star.sheet.FormulaParser")
        parser.CompileEnglish = True
        parser.FormulaConvention = EXCEL_CONVENTION
        written = parser.printFormula(tokens, cell.getCellAddress())
        return OWN_CALL.sub(lambda call: METHODS.get(call.group(1).upper(), call.group()), written)


def _range(sheet: Any, area: Area) -> Any:
    """Cells by rows and columns from 1, both ends included."""
    row1, column1, row2, column2 = area
    if (row1, column1) == (row2, column2):
        return sheet.getCellByPosition(column1 - 1, row1 - 1)
    return sheet.getCellRangeByPosition(column1 - 1, row1 - 1, column2 - 1, row2 - 1)


def _used(sheet: Any, area: Area) -> Area:
    """An area without the rows and columns beyond the last cell in use."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    last = cursor.getRangeAddress()
    row1, column1, row2, column2 = area
    row2 = max(row1, min(row2, last.EndRow + 1))
    return (row1, column1, row2, max(column1, min(column2, last.EndColumn + 1)))


def _area(address: Any) -> Area:
    return (
        address.StartRow + 1,
        address.StartColumn + 1,
        address.EndRow + 1,
        address.EndColumn + 1,
    )


def _array_range(cell: Any) -> Any:
    """The cells of the array formula that a cell belongs to, None where it has none."""
    if not cell.getArrayFormula():
        return None
    cursor = cell.getSpreadsheet().createCursorByRange(cell)
    cursor.collapseToCurrentArray()
    return cursor


class Binding(unohelper.Base, XJob, XJobExecutor, XServiceInfo):
    """What happens when a document is opened, and behind the menu."""

    def __init__(self, context: Any, *arguments: Any) -> None:
        self.context = context

    def getImplementationName(self) -> str:
        return "org.iieconmodel.Binding"

    def supportsService(self, name: str) -> bool:
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return ("org.iieconmodel.Binding", "com.sun.star.task.Job")

    def execute(self, arguments: Any) -> None:
        """A document was loaded."""
        given = {argument.Name: argument.Value for argument in arguments}
        environment = {item.Name: item.Value for item in given.get("Environment", ())}
        if _is_spreadsheet(environment.get("Model")):
            bind(environment["Model"])

    def trigger(self, command: str) -> None:
        """A menu entry was chosen."""
        if command == "restart":
            ENGINE.stop()
        desktop = self.context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", self.context
        )
        document = desktop.getCurrentComponent()
        if _is_spreadsheet(document):
            bind(document)
            document.calculateAll()


def bind(document: Any) -> None:
    """Let functions that were not recognised when a file was read find this add-in.

    Up to version 24.2 the import of Excel files does not look for the names of add-in functions. A
    change of the defined names makes Calc read such formulas again, on protected sheets too; the
    name is taken away at once, and the document is neither changed nor marked as changed.
    """
    if not any(_has_unbound(sheet) for sheet in document.getSheets()):
        return
    modified, undo = document.isModified(), document.getUndoManager()
    undo.lock()
    try:
        document.NamedRanges.addNewByName(TEMPORARY_NAME, "0", CellAddress(0, 0, 0), 0)
        document.NamedRanges.removeByName(TEMPORARY_NAME)
    finally:
        undo.unlock()
        _set_modified(document, modified)


def _set_modified(document: Any, modified: bool) -> None:
    """A document counts as changed also while one of its charts does, which has drawn anew."""
    if not modified:
        for sheet in document.getSheets():
            for chart in sheet.getCharts():
                chart.getEmbeddedObject().setModified(False)
    document.setModified(modified)


def _has_unbound(sheet: Any) -> bool:
    """Whether a formula of the sheet calls one of our functions by its plain name."""
    for address in sheet.queryContentCells(FORMULA_CELLS).getRangeAddresses():
        cells = sheet.getCellRangeByPosition(
            address.StartColumn, address.StartRow, address.EndColumn, address.EndRow
        )
        for row in cells.getFormulaArray():
            if any(UNBOUND.search(formula) for formula in row):
                return True
    return False


def _is_spreadsheet(document: Any) -> bool:
    service = "com.sun.star.sheet.SpreadsheetDocument"
    return hasattr(document, "supportsService") and document.supportsService(service)


def _close(pipe: Any) -> None:
    with contextlib.suppress(OSError):
        pipe.close()


g_ImplementationHelper = unohelper.ImplementationHelper()
for _service in (Functions, Binding):
    _example = _service(None)
    g_ImplementationHelper.addImplementation(
        _service, _example.getImplementationName(), _example.getSupportedServiceNames()
    )

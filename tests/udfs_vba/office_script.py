"""Runs in a Python that has `uno`: opens a workbook with its macros on in LibreOffice.

Its one argument is JSON: soffice, profile, pipe, workbook, and formulas to type. Prints JSON: the
source of each module of the workbook's VBA project, and the text each formula shows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

ALWAYS_RUN_MACROS = 4
TIME_TO_START, TIME_TO_END = 60, 30


def main(ask: dict[str, Any]) -> None:
    """Start LibreOffice, ask, end it."""
    address = f"pipe,name={ask['pipe']};urp;"
    office = subprocess.Popen(
        [
            *(ask["soffice"], "--headless", "--norestore", "--nologo", "--nodefault"),
            f"-env:UserInstallation={ask['profile']}",
            f"--accept={address}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        desktop = connected(address)
        settings = (setting("Hidden", True), setting("MacroExecutionMode", ALWAYS_RUN_MACROS))
        document = desktop.loadComponentFromURL(ask["workbook"], "_blank", 0, settings)
        answer = {"modules": modules(document), "shown": shown(document, ask["formulas"])}
        document.close(True)
        desktop.terminate()
        office.wait(TIME_TO_END)
    finally:
        office.kill()
    json.dump(answer, sys.stdout)


def connected(address: str) -> Any:
    """The desktop of the LibreOffice that is starting."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    until = time.monotonic() + TIME_TO_START
    while True:
        try:
            context = resolver.resolve(f"uno:{address}StarOffice.ComponentContext")
            break
        except NoConnectException:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
    return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)


def setting(name: str, value: object) -> Any:
    """One named value."""
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def modules(document: Any) -> dict[str, str]:
    """What LibreOffice found in the VBA project."""
    library = document.BasicLibraries.getByName("VBAProject")
    return {name: library.getByName(name) for name in library.ElementNames}


def shown(document: Any, formulas: list[str]) -> list[str]:
    """The text of a cell after typing each formula into it."""
    cell = document.Sheets.getByIndex(0).getCellByPosition(0, 0)
    found = []
    for formula in formulas:
        cell.Formula = formula
        found.append(cell.String)
    return found


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))

"""Plays xlwings' COM server: reads calls from standard input, writes what Excel would get back.

The Windows side of xlwings itself runs here, from the method that VBA calls on; only the modules
of pywin32 below it are empty stand-ins, and ranges are those of `workbook`. It needs a process of
its own, for xlwings decides on import which side it is.
"""

from __future__ import annotations

# Imported before Windows is pretended: they choose their parts by the system as well.
import asyncio  # noqa: F401
import ctypes
import multiprocessing  # noqa: F401
import pickle
import subprocess  # noqa: F401
import sys
import threading  # noqa: F401
from types import ModuleType
from typing import Any

import numpy as np  # noqa: F401
import pandas as pd  # noqa: F401
from PIL import ImageGrab  # noqa: F401

from tests.excel_com.workbook import Book, Sheet

PYWIN32 = (
    "pythoncom", "pywintypes", "win32api", "win32con", "win32event", "win32gui", "win32process",
    "win32timezone", "win32com", "win32com.client", "win32com.server", "win32com.server.dispatcher",
    "win32com.server.policy", "win32com.server.util",
)  # fmt: skip


class Nothing:
    """A library of Windows of which nothing is really called."""

    restype: Any = None

    def __getattr__(self, name: str) -> Any:
        return Nothing()

    def __call__(self, *given: Any) -> int:
        return 0


class StandIn(ModuleType):
    """A module of pywin32 in which every name is an empty class."""

    __path__: list[str] = []  # noqa: RUF012

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        setattr(self, name, type(name, (Exception,), {}))
        return getattr(self, name)


def pretend_windows() -> Any:
    """xlwings' COM server object, made with xlwings as it is on Windows."""
    for name in PYWIN32:
        sys.modules[name] = StandIn(name)
        parent, _, own = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], own, sys.modules[name])
    modules: Any = sys.modules
    modules["pythoncom"].__file__ = "pythoncom.dll"
    modules["pythoncom"].CoInitialize = lambda: None
    modules["pythoncom"].TypeIIDs = {modules["pythoncom"].IID_IDispatch: StandIn}
    modules["pywintypes"].IID = str
    modules["win32com.client"].Dispatch = lambda component: component
    modules["win32process"].GetWindowThreadProcessId = lambda window: (1, 1)
    library: Any = ctypes
    library.windll = library.oledll = Nothing()
    system, loader = sys.platform, ctypes.PyDLL
    library.PyDLL = lambda file: Nothing()
    sys.platform = "win32"
    from xlwings import com_server

    sys.platform, library.PyDLL = system, loader
    return com_server.XLPython()


def main() -> None:
    """Answer every call with its value, or with the kind and words of what it raised."""
    server = pretend_windows()
    book = Book()
    answers = []
    for function, arguments in pickle.load(sys.stdin.buffer):
        caller = Sheet({}, {}).Cells(1, 1)
        try:
            answers.append(server.CallUDF("udfs.excel", function, arguments, book, caller))
        except Exception as error:
            answers.append(f"raised {type(error).__name__}: {error}")
    sys.stdout.buffer.write(pickle.dumps(answers))


if __name__ == "__main__":
    main()

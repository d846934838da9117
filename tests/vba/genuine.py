"""Prints the VBA that xlwings' own import makes of `udfs.excel`, on any system.

xlwings.udfs asks for three modules of Windows; nothing in them is needed to write VBA.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any


class ComponentError(Exception):
    """What Windows raises for a part of the workbook that is not there."""


def pretend_windows() -> None:
    """Let xlwings' decorators do what they do on Windows."""
    for name in ("pythoncom", "pywintypes", "win32com", "win32com.client"):
        sys.modules[name] = ModuleType(name)
    modules: Any = sys.modules
    modules["pythoncom"].CoInitialize = lambda: None
    modules["pywintypes"].com_error = ComponentError
    modules["win32com.client"].Dispatch = lambda component: component
    xlwings: Any = import_module("xlwings")
    made: Any = import_module("xlwings.udfs")
    xlwings.func, xlwings.arg, xlwings.ret = made.xlfunc, made.xlarg, made.xlret


class Workbook:
    """As much of a workbook as the import uses; false, so that no code is looked for in sheets."""

    Name = "IIEconModel.xlsm"
    Version = "16.0"
    source = ""

    def __bool__(self) -> bool:
        return False

    @property
    def VBProject(self) -> Workbook:  # noqa: N802
        return self

    VBComponents = Application = VBProject

    def __call__(self, name: str) -> None:
        raise ComponentError(name)

    def Remove(self, component: object) -> None:  # noqa: N802
        """Nothing was imported before."""

    def Import(self, path: str) -> None:  # noqa: N802
        self.source = Path(path).read_text(encoding="ascii")

    def MacroOptions(self, *given: object, **options: object) -> None:  # noqa: N802
        """What the wizard shows; ours stands in the source."""


def main() -> None:
    pretend_windows()
    made: Any = import_module("xlwings.udfs")
    book = Workbook()
    with redirect_stdout(io.StringIO()):
        made.import_udfs("udfs.excel", book)
    print(book.source, end="")


if __name__ == "__main__":
    main()

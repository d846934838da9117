"""As much of Excel as our VBA uses, for pyOpenVBA's interpreter to run it in.

Python behind it is real: a call of a formula ends in `udfs.excel`, as it does on Windows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from pyopenvba.interpreter import (
    EMPTY,
    MISSING,
    HostBridge,
    Interpreter,
    VBAErrorValue,
    VBAInt,
    VBAObject,
    VBARuntimeError,
    member,
    method,
    setter,
)
from pyopenvba.interpreter._runtime import UNRESOLVED

import udfs.excel
from udfs.vba.modules import sources

ENGLISH, CHINESE, CHINESE_TAIWAN, GERMAN = 1033, 2052, 1028, 1031
NOT_A_RANGE = VBAErrorValue(2023)


class Named(VBAObject):
    """An object with one property or method that takes an argument."""

    vba_type_name = "Object"

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def vba_get(self, name: str, args: Any = (), named: Any = None) -> Any:
        answer = {k.lower(): v for k, v in self.answers.items()}.get(name.lower())
        if answer is None:
            raise VBARuntimeError(438, f"no member {name}")
        return answer(*args) if callable(answer) else answer

    def vba_iterate(self) -> Iterator[object]:
        return iter(self.answers["items"])


class Application(VBAObject):
    """The program: what is shown, and how it is set."""

    vba_type_name = "Application"

    def __init__(self, language: int | None) -> None:
        self.shown: Any = False
        self.said: list[str] = []
        self.language = language

    @member
    def Caller(self) -> object:  # noqa: N802
        return NOT_A_RANGE

    @member
    def LanguageSettings(self) -> object:  # noqa: N802
        if self.language is None:
            raise VBARuntimeError(438, "not on this system")
        return Named(LanguageID=lambda which: self.language if int(which) == 2 else ENGLISH)

    @member
    def StatusBar(self) -> object:  # noqa: N802
        return self.shown

    @setter("StatusBar")
    def set_status_bar(self, value: object) -> None:
        self.shown = value
        self.said.append(str(value))

    @method
    def Goto(self, reference: object, scroll: object = MISSING) -> None:  # noqa: N802
        self.said.append(f"goes to {reference}")

    @method
    def Wait(self, moment: object) -> None:  # noqa: N802
        self.said.append("waits")


class Python(VBAObject):
    """The server that xlwings starts on Windows, or none."""

    vba_type_name = "Python"

    @method
    def CallUDF(  # noqa: N802
        self, module: str, name: str, arguments: Any, book: object, caller: object
    ) -> Any:
        assert module == udfs.excel.__name__
        return handed_over(getattr(udfs.excel, name)(*map(plain, arguments.items)))


class Excel(HostBridge):
    """The workbook open in Excel, its VBA loaded; `xlwings` is played, and what it ran noted."""

    def __init__(
        self,
        *,
        language: int | None = ENGLISH,
        mac: bool = False,
        python_starts: bool = True,
        import_works: bool = True,
        sheets: tuple[str, ...] = ("About", "Functions"),
    ) -> None:
        self.application = Application(language)
        self.python_starts, self.import_works = python_starts, import_works
        self.ran: list[str] = []
        self.messages: list[str] = []
        tabs = [Named(Name=n, Range=lambda area, n=n: f"{n}!{area}") for n in sheets]
        self.book = Named(Worksheets=Named(items=tabs))
        self.vba = Interpreter(self)
        for name, source in sources().items():
            self.vba.add_module(readable(source, mac), name=name)

    def call(self, name: str, *given: object) -> Any:
        """Call a procedure of the workbook."""
        return self.vba.run(name, list(given))

    def press(self, callback: str, button: str = "") -> None:
        """Press a button of the ribbon."""
        self.call(callback, Named(ID=button))

    def asked(self, callback: str, control: str) -> str:
        """What the ribbon gets for a control's text."""
        self.vba.add_module(
            f"Function Asked(control As IRibbonControl)\n{callback} control, Asked\nEnd Function\n",
            name="Asks",
        )
        return str(self.call("Asked", Named(ID=control)))

    # --- what pyOpenVBA asks of a host ---

    def global_object(self, name: str) -> object:
        known = {"application": self.application, "thisworkbook": self.book}
        return known.get(name, UNRESOLVED)

    def has_global_member(self, name: str) -> bool:
        return name.lower() in ("runpython", "killpy", "showerror", "xlpy")

    def call_global(self, name: str, args: list[object], named: dict[str, object]) -> object:
        action = name.lower()
        if action == "showerror":
            self.messages.append(str(args[1]))
            return None
        if not self.python_starts:
            raise VBARuntimeError(53, "File not found: xlwings64-0.37.8.dll")
        if action == "xlpy":
            return Python()
        if action == "killpy":
            self.ran.append("KillPy")
            return None
        self.ran.append(str(args[0]))
        return EMPTY if self.import_works else VBAInt(-1, "Integer")

    def constant(self, name: str) -> object:
        known = {"xlerrna": 2042, "xlerrvalue": 2015}
        return known.get(name.lower(), UNRESOLVED)


def handed_over(rows: list[list[Any]]) -> Any:
    """Rows as xlwings' server gives them to VBA (tests/test_call_udf.py runs the real one)."""
    if len(rows) > 1:
        return rows
    return rows[0] if len(rows[0]) > 1 else rows[0][0]


def plain(value: Any) -> Any:
    """A VBA value as COM hands it to Python."""
    return None if value is MISSING else value


def readable(source: str, mac: bool) -> str:
    """The source as the interpreter takes it: the system set, and without what is no code for it,
    the wizard's texts and the remark behind #Const."""
    source = re.sub(r"^Attribute \w+\.VB_.*$", "", source, flags=re.MULTILINE)
    source = re.sub(r"^(#Const .*?) '.*$", r"\1", source, flags=re.MULTILINE)
    return f"#Const Mac = {mac}\n{source}"

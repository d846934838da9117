"""What a check of `doctor` is: a question to a machine and a workbook, and its answer in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from iiecon import catalogue
from iiecon.excel_setup import FILE_NAME, Interpreter, interpreter
from iiecon.machine import ALL_SYSTEMS, MAC, SYSTEMS_WITH_EXCEL, WINDOWS, Machine
from iiecon.spreadsheet.cells import SheetCells
from iiecon.spreadsheet.package import FileProblem, Package

Status = Literal["ok", "problem", "look", "not_here"]

# Why a check has no meaning outside the systems that it is for.
ELSEWHERE = {(WINDOWS,): "windows", (MAC,): "mac", SYSTEMS_WITH_EXCEL: "excel"}


@dataclass(frozen=True)
class Outcome:
    """The answer of a check. `look` means that only a person can see it, and says how.

    `key` names the text: of the check itself, or with dots anywhere in the catalogue.
    """

    status: Status
    key: str
    values: Mapping[str, object] = field(default_factory=dict)


def good(key: str = "ok", **values: object) -> Outcome:
    """Nothing is wrong here."""
    return Outcome("ok", key, values)


def problem(key: str, **values: object) -> Outcome:
    """Something is wrong; the text of this key has a message and what to do."""
    return Outcome("problem", key, values)


def look(key: str, **values: object) -> Outcome:
    """This cannot be seen from here; the text says how to see it."""
    return Outcome("look", key, values)


def not_here(reason: str) -> Outcome:
    """The check has nothing to look at, for one of the common reasons."""
    return Outcome("not_here", f"doctor.not_here.{reason}")


@dataclass(frozen=True)
class Result:
    """The outcome of one check, in words."""

    check: str
    outcome: Outcome

    @property
    def title(self) -> str:
        """What was looked at."""
        return catalogue.both(self._keys["title"])

    @property
    def message(self) -> str:
        """What was found and what it means."""
        return catalogue.both(self._keys["message"], **self.outcome.values)

    @property
    def fix(self) -> str:
        """What to do, or nothing."""
        return (
            catalogue.both(self._keys["fix"], **self.outcome.values) if "fix" in self._keys else ""
        )

    def __str__(self) -> str:
        """The result as a terminal shows it, what to do on a line of its own."""
        status = catalogue.on_screen(f"doctor.status.{self.outcome.status}")
        title = catalogue.on_screen(self._keys["title"])
        message, *fix = (
            catalogue.on_screen(self._keys[part], **self.outcome.values)
            for part in ("message", "fix")
            if part in self._keys
        )
        return "\n    → ".join([f"[{status}] {title}: {message}", *fix])

    @property
    def _keys(self) -> dict[str, str]:
        """The texts of the catalogue; a check without a problem has nothing to do."""
        own, title = self.outcome.key, f"doctor.{self.check}.title"
        found = own if "." in own else f"doctor.{self.check}.{own}"
        if self.outcome.status not in ("problem", "look"):
            return {"title": title, "message": found}
        return {"title": title, "message": f"{found}.message", "fix": f"{found}.fix"}

    def record(self) -> dict[str, str]:
        """The result for a JSON file."""
        return {
            "check": self.check,
            "status": self.outcome.status,
            "title": self.title,
            "message": self.message,
            "fix": self.fix,
        }


@dataclass(frozen=True)
class Case:
    """A machine, and the workbook to look at on it; without one only the machine is examined."""

    machine: Machine
    workbook: str | None = None

    @cached_property
    def opened(self) -> Package | FileProblem | None:
        """The workbook, or what is wrong with it."""
        if self.workbook is None:
            return None
        path = Path(self.workbook)
        content = self.machine.read(self.workbook)
        if content is None:
            there = self.machine.exists(self.workbook)
            return FileProblem(path, "file.unreadable" if there else "file.missing")
        try:
            return Package.from_bytes(path, content)
        except FileProblem as found:
            return found

    @property
    def package(self) -> Package:
        """The workbook, for checks that run only when there is one."""
        assert isinstance(self.opened, Package)
        return self.opened

    @cached_property
    def macros(self) -> dict[str, str]:
        """The source of each VBA module of the workbook."""
        from pyopenvba.cfb import CFB
        from pyopenvba.exceptions import PyOpenVBAError
        from pyopenvba.vba import parse_vba_project

        part = self.package.parts.get("xl/vbaProject.bin")
        if part is None:
            return {}
        try:
            project = parse_vba_project(CFB.from_bytes(part))
            return {module.name: module.source for module in project.modules}
        except PyOpenVBAError as error:
            raise FileProblem(self.package.path, "file.vba", str(error)) from error

    @cached_property
    def sheet_settings(self) -> dict[str, str]:
        """The settings on the workbook's own sheet, which go before those of any file."""
        package = self.opened
        if not isinstance(package, Package) or FILE_NAME not in package.sheets:
            return {}
        part = package.parts[package.sheets[FILE_NAME]]
        cells = SheetCells.parse(part, package.shared_strings, package.path, FILE_NAME)
        rows = {row for row, _ in cells.cells}
        return {
            str(cells.stored((row, 1))).upper(): str(cells.stored((row, 2)) or "")
            for row in sorted(rows)
        }

    @cached_property
    def interpreter(self) -> Interpreter:
        """The Python that Excel starts for this workbook."""
        return interpreter(self.machine, self.sheet_settings, self.workbook)


Question = Callable[[Case], Outcome]


@dataclass(frozen=True)
class Check:
    """A question, the systems it has a meaning on, and whether it needs a readable workbook."""

    ask: Question
    systems: tuple[str, ...] = ALL_SYSTEMS
    reads_workbook: bool = False

    @property
    def name(self) -> str:
        """Its name in the catalogue and in JSON."""
        return self.ask.__name__

    def result(self, case: Case) -> Result:
        """What the check finds; damage that it stumbles on is a finding as well."""
        if case.machine.system not in self.systems:
            return Result(self.name, not_here(ELSEWHERE[self.systems]))
        if self.reads_workbook and not isinstance(case.opened, Package):
            return Result(self.name, not_here("workbook"))
        try:
            return Result(self.name, self.ask(case))
        except FileProblem as found:
            return Result(self.name, problem(found.key))

"""Which Python Excel starts: the `xlwings.conf` files, read and written as xlwings' VBA does.

VBA reads them with `Input #`: fields in pairs, in the machine's own code page, so an empty line
shifts every later pair and a path with Chinese characters is safest in a form without them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from iiecon.machine import MAC, WINDOWS, Machine
from iiecon.spreadsheet.package import write_atomically

FILE_NAME = "xlwings.conf"
KEYS = {WINDOWS: "INTERPRETER_WIN", MAC: "INTERPRETER_MAC"}
# Excel starts this one when nothing is set, and finds it on PATH.
DEFAULTS = {WINDOWS: "pythonw", MAC: "python"}
HOMES = ("LOCALAPPDATA", "APPDATA", "USERPROFILE")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Interpreter:
    """The Python that Excel starts: as it is set, as a path, and where it is set.

    `source` is a file, `xlwings.conf` for the workbook's sheet of this name, or "" when nothing
    is set.
    """

    setting: str
    path: str
    source: str


def user_file(machine: Machine) -> str:
    """The user's own `xlwings.conf`."""
    if machine.system == MAC:
        folder = machine.path(machine.home, "Library/Containers/com.microsoft.Excel/Data")
    else:
        home = machine.environment.get("USERPROFILE", machine.home)
        folder = machine.path(home, ".xlwings")
    return str(folder / FILE_NAME)


def file_beside(machine: Machine, workbook: str) -> str:
    """The `xlwings.conf` that goes before the user's own for workbooks in one folder."""
    return str(machine.path(workbook).parent / FILE_NAME)


def settings_of(machine: Machine, content: bytes) -> dict[str, str]:
    """The settings that VBA finds in a file, names in capitals; the first of a name counts."""
    lines = (line.decode(machine.code_page, errors="replace") for line in content.splitlines())
    fields = [field for line in lines for field in next(csv.reader([line])) or [""]]
    found: dict[str, str] = {}
    for name, value in zip(fields[::2], fields[1::2], strict=False):
        found.setdefault(name.upper(), value)
    return found


def interpreter(machine: Machine, sheet: Mapping[str, str], workbook: str | None) -> Interpreter:
    """The Python that Excel starts for a workbook with these settings on its sheet."""
    for name in (KEYS[machine.system], "INTERPRETER"):
        found, source = setting(machine, sheet, workbook, name)
        if found:
            return Interpreter(found, machine.expanded(found), source)
    default = DEFAULTS[machine.system]
    return Interpreter(default, default, "")


def setting(
    machine: Machine, sheet: Mapping[str, str], workbook: str | None, name: str
) -> tuple[str, str]:
    """A setting as Excel finds it, and where; both empty when it is nowhere."""
    sources = [(FILE_NAME, sheet)]
    sources += [(file, settings_of(machine, text)) for file, text in files_read(machine, workbook)]
    return next(((found[name], source) for source, found in sources if name in found), ("", ""))


def files_read(machine: Machine, workbook: str | None) -> Iterator[tuple[str, bytes]]:
    """The files that Excel reads, in the order in which they count."""
    names = [file_beside(machine, workbook)] if workbook else []
    for name in (*names, user_file(machine)):
        content = machine.read(name)
        if content is not None:
            yield name, content


def console_program(machine: Machine) -> str:
    """This environment's python: `pythonw` would not let RunPython wait for the end."""
    path = machine.path(machine.executable)
    if path.name.lower() == "pythonw.exe":
        return str(path.with_name("python.exe"))
    return str(path)


def written_form(machine: Machine, path: str) -> bytes | None:
    """A path as VBA can read it from a file, without Chinese characters where that is possible.

    None when there is no such form: the path has characters outside the machine's code page.
    """
    if path.isascii():
        return path.encode()
    short = machine.short_path(path)
    if short.isascii():
        return short.encode()
    if not machine.in_code_page(path) or machine.system == MAC:
        return None
    for variable in HOMES:
        home = machine.environment.get(variable, "").rstrip("\\")
        if home and path.startswith(f"{home}\\") and path[len(home) :].isascii():
            return f"%{variable}%{path[len(home) :]}".encode()
    return path.encode(machine.code_page)


def with_interpreter(machine: Machine, content: bytes, path: bytes) -> bytes:
    """A settings file with this interpreter; its other lines stay as they are, byte for byte.

    Empty lines and a byte order mark go: with them VBA finds none of the settings.
    """
    key = KEYS[machine.system].encode()
    lines = content.removeprefix(BYTE_ORDER_MARK).splitlines()
    kept = [line for line in lines if line.strip() and _name(line) != key]
    end = b"\r\n" if machine.system == WINDOWS else b"\n"
    return b"".join(line + end for line in (*kept, b'"%s","%s"' % (key, path)))


def _name(line: bytes) -> bytes:
    return line.partition(b",")[0].strip().strip(b'"').upper()


def install(machine: Machine, target: str) -> bool:
    """Make Excel start this environment's Python; False when its path cannot be written."""
    path = written_form(machine, console_program(machine))
    if path is None:
        return False
    content = machine.read(target) or b""
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    write_atomically(Path(target), with_interpreter(machine, content, path), backup=False)
    return True

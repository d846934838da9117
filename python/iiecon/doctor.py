"""`iiecon doctor`: what stands between this computer and a workbook that computes.

Each check is a function of the machine and the workbook that answers one question. What it found
is worded in the catalogue: what it means, and for a problem what to do.
"""

from __future__ import annotations

from collections.abc import Iterator

from iiecon.diagnosis import Case, Check, Outcome, Result, good, look, not_here, problem
from iiecon.excel_checks import EXCEL_CHECKS
from iiecon.machine import LINUX, WINDOWS, Machine
from iiecon.spreadsheet.package import FileProblem
from iiecon.workbook.layout import INPUT_RANGES

OLDEST_PYTHON = (3, 11)
REQUIRED = (
    "numpy", "scipy", "pandas", "openpyxl", "lxml", "rich", "threadpoolctl", "cachetools",
    "xlwings", "pyOpenVBA", "jinja2", "matplotlib", "python-docx",
    "xlrd",
)  # fmt: skip
LIBREOFFICE_ADD_IN = "org.iieconmodel.functions"
LIBREOFFICE_PLACES = (
    "C:\\Program Files\\LibreOffice\\program\\soffice.com",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)


def examine(case: Case) -> Iterator[Result]:
    """Every check in turn."""
    return (check.result(case) for check in CHECKS)


# --- Python


def python(case: Case) -> Outcome:
    """Whether this Python is new enough."""
    version = ".".join(map(str, case.machine.python))
    if case.machine.python < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        return problem("old", version=version, oldest=oldest)
    return good(version=version, bits=case.machine.bits)


def packages(case: Case) -> Outcome:
    """Whether every package that the program needs is there."""
    found = {name: case.machine.version(name) for name in REQUIRED}
    missing = [name for name, version in found.items() if version is None]
    if missing:
        return problem("missing", names=", ".join(missing))
    return good(versions=", ".join(f"{name} {version}" for name, version in found.items()))


def elsewhere(case: Case) -> Outcome:
    """Whether the Python that Excel starts finds the functions from another folder."""
    machine = case.machine
    modules = ["udfs.excel", "udfs.actions"]
    if machine.system == WINDOWS:
        modules.append("xlwings.com_server")
    program = case.interpreter.path if machine.has_excel else machine.executable
    done, said = machine.run(program, "-B", "-c", f"import {', '.join(modules)}")
    return good(program=program) if done else problem("failed", program=program, error=said)


def console(case: Case) -> Outcome:
    """Whether this console can show Chinese characters."""
    encoding = case.machine.output_encoding
    try:
        "投入产出表".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return problem("cannot", encoding=encoding)
    return good(encoding=encoding)


# --- the workbook


def workbook(case: Case) -> Outcome:
    """Whether the workbook can be read."""
    if isinstance(case.opened, FileProblem):
        return problem(case.opened.key)
    if case.opened is None:
        return not_here("workbook")
    return good(path=case.workbook)


def names(case: Case) -> Outcome:
    """Whether the named ranges of the inputs are there."""
    there = {name.upper() for name in case.package.names}
    missing = [name for name in INPUT_RANGES if name not in there]
    if missing:
        return problem("missing", names=", ".join(missing))
    return good(count=len(INPUT_RANGES))


def lock(case: Case) -> Outcome:
    """Whether a spreadsheet program holds the workbook open."""
    if case.workbook is None:
        return not_here("workbook")
    path = case.machine.path(case.workbook)
    locks = (path.with_name(f"~${path.name}"), path.with_name(f".~lock.{path.name}#"))
    held = next((str(name) for name in locks if case.machine.exists(str(name))), None)
    return problem("held", lock=held) if held else good()


def writable(case: Case) -> Outcome:
    """Whether results can be saved where the workbook is."""
    machine, path = case.machine, case.machine.path(case.workbook or "")
    if not machine.can_write(str(path)):
        return problem("file", path=str(path))
    if not machine.can_write(str(path.parent)):
        return problem("folder", folder=str(path.parent))
    return good()


# --- LibreOffice


def libreoffice(case: Case) -> Outcome:
    """Whether LibreOffice is here and knows our functions."""
    machine = case.machine
    program = machine.program("soffice", *LIBREOFFICE_PLACES)
    if program is None:
        return not_here("libreoffice")
    _, version = machine.run(program, "--version")
    profile = libreoffice_profile(machine)
    found = machine.matching(profile, "user/uno_packages/cache/uno_packages/*/*/description.xml")
    known = any(LIBREOFFICE_ADD_IN.encode() in (machine.read(name) or b"") for name in found)
    if not known:
        return look("no_add_in", version=version)
    if machine.system == LINUX and "VIRTUAL_ENV" in machine.environment:
        return look("environment", folder=machine.environment["VIRTUAL_ENV"])
    return good(version=version)


def libreoffice_profile(machine: Machine) -> str:
    """The folder in which LibreOffice keeps a user's settings."""
    below = {
        "Windows": (machine.environment.get("APPDATA", ""), "LibreOffice", "4"),
        "Darwin": (machine.home, "Library/Application Support/LibreOffice/4"),
        "Linux": (machine.home, ".config/libreoffice/4"),
    }
    return str(machine.path(*below[machine.system]))


CHECKS = (
    Check(python),
    Check(packages),
    Check(elsewhere),
    Check(console),
    Check(workbook),
    Check(names, reads_workbook=True),
    Check(lock),
    Check(writable, reads_workbook=True),
    Check(libreoffice),
    *EXCEL_CHECKS,
)

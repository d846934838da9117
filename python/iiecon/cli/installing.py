"""The commands that set a computer up: `install-excel`, `install-libreoffice`, `doctor`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from iiecon import catalogue
from iiecon.cli.console import (
    DEFAULT_WORKBOOK,
    DONE,
    FILE_ERROR,
    INPUT_ERRORS,
    WRONG_USAGE,
    AddCommand,
    help_text,
    json_apart,
)
from iiecon.cli.manners import deliver_json, is_quiet, say, tell
from iiecon.spreadsheet.package import write_atomically


def add_commands(command: AddCommand) -> None:
    """`install-excel`, `install-libreoffice` and `doctor`."""
    set_up = command("install-excel", _install_excel)
    set_up.add_argument("--beside", type=Path, metavar="WORKBOOK", help=help_text("beside"))
    office = command("install-libreoffice", _install_libreoffice)
    office.add_argument("--output", type=Path, metavar="FILE.oxt", help=help_text("oxt"))
    examined = command("doctor", _doctor)
    examined.add_argument("workbook", nargs="?", type=Path, help=help_text("workbook"))
    for parser, told in ((set_up, "build_json"), (office, "build_json"), (examined, "json")):
        parser.add_argument("--json", type=Path, metavar="FILE", help=help_text(told))


def _install_excel(given: argparse.Namespace) -> int:
    from iiecon import excel_setup
    from iiecon.machine import Machine

    if not json_apart(given.json, given.beside):
        return WRONG_USAGE
    machine = Machine.here()
    if not machine.has_excel:
        say(catalogue.on_screen("cli.no_excel"))
        return WRONG_USAGE
    target = excel_setup.user_file(machine)
    if given.beside:
        target = excel_setup.file_beside(machine, str(given.beside.absolute()))
    if not excel_setup.install(machine, target):
        refused = catalogue.on_screen("cli.interpreter_path", path=machine.executable)
        say(f"{refused}; {catalogue.on_screen('cli.interpreter_path_fix')}")
        return FILE_ERROR
    program = excel_setup.console_program(machine)
    deliver_json(given.json, {"written": [target], "program": program})
    tell(catalogue.on_screen("cli.excel_set", program=program, path=target))
    return DONE


def _install_libreoffice(given: argparse.Namespace) -> int:
    from udfs.libreoffice.extension import extension, server_command
    from udfs.libreoffice.install import NotInstalled, install, unopkg

    if not json_apart(given.json, given.output):
        return WRONG_USAGE
    if given.output:
        write_atomically(given.output, extension(server_command()), backup=False)
        deliver_json(given.json, {"written": [str(given.output)], "program": sys.executable})
        tell(catalogue.on_screen("cli.written", path=given.output))
        return DONE
    program = unopkg()
    if program is None:
        missing, fix = (catalogue.on_screen(f"libreoffice.{k}") for k in ("missing", "missing_fix"))
        say(f"{missing}; {fix}")
        return FILE_ERROR
    try:
        install(program)
    except NotInstalled as error:
        refused, fix = (catalogue.on_screen(f"libreoffice.{k}") for k in ("refused", "refused_fix"))
        say(f"{refused} ({error}); {fix}")
        return FILE_ERROR
    deliver_json(given.json, {"written": [], "program": sys.executable})
    tell(f"{catalogue.on_screen('libreoffice.installed')}: {sys.executable}")
    return DONE


def _doctor(given: argparse.Namespace) -> int:
    from iiecon.diagnosis import Case
    from iiecon.doctor import examine
    from iiecon.machine import Machine

    shipped = Path(DEFAULT_WORKBOOK)
    workbook = given.workbook or (shipped if shipped.exists() else None)
    if workbook and not json_apart(given.json, workbook):
        return WRONG_USAGE
    results = []
    tell(workbook.absolute() if workbook else catalogue.on_screen("doctor.not_here.workbook"))
    for result in examine(Case(Machine.here(), str(workbook.absolute()) if workbook else None)):
        problem = result.outcome.status == "problem"
        say(str(result)) if problem and is_quiet() else tell(str(result))
        results.append(result)
    found = {"workbook": str(workbook or ""), "checks": [r.record() for r in results]}
    deliver_json(given.json, found)
    count = sum(result.outcome.status == "problem" for result in results)
    remarks = sum(result.outcome.status == "look" for result in results)
    key = "problems" if count else "remarks" if remarks else "healthy"
    tell(catalogue.on_screen(f"cli.{key}", count=count or remarks))
    return INPUT_ERRORS if count else DONE

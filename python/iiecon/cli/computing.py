"""The commands `recalculate` and `check`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from iiecon import catalogue
from iiecon.cli.console import (
    DONE,
    WRONG_USAGE,
    AddCommand,
    findings_record,
    help_text,
    json_apart,
    no_collection,
    print_ledger,
    print_summary,
    progress,
    refuse_locked,
    report_errors,
    report_findings,
    report_written,
    workbook_argument,
)
from iiecon.cli.manners import STANDARD_OUTPUT, deliver, deliver_json, note, tell

if TYPE_CHECKING:
    from iiecon.workbook.recalculate import Recalculated


def add_commands(command: AddCommand) -> None:
    """`recalculate` and `check`."""
    recalculated = command("recalculate", _recalculate)
    workbook_argument(recalculated)
    recalculated.add_argument("-o", "--out", type=Path, metavar="OUT", help=help_text("out"))
    recalculated.add_argument("--json", type=Path, metavar="FILE", help=help_text("json"))
    checked = command("check", _check)
    workbook_argument(checked)
    checked.add_argument("--json", type=Path, metavar="FILE", help=help_text("json"))


def _recalculate(given: argparse.Namespace) -> int:
    from iiecon.workbook.recalculate import write

    target = given.out or given.workbook
    if not json_apart(given.json, given.workbook, target):
        return WRONG_USAGE
    refuse_locked(target)
    with progress() as step:
        done = _recalculated(given, step)
        if done.results is None or done.errors:
            return report_errors(done.findings)
        step("write")
        backup = write(done, target)
    print_summary(done.results)
    report_findings(done.findings)
    untouched = not done.parts and target.resolve() == given.workbook.resolve()
    report_written(target, backup, untouched)
    return DONE


def _check(given: argparse.Namespace) -> int:
    if not json_apart(given.json, given.workbook):
        return WRONG_USAGE
    with progress() as step:
        done = _recalculated(given, step)
    if done.results is None or done.errors:
        return report_errors(done.findings)
    for finding in done.findings:
        note(str(finding))
    print_ledger(done.results)
    tell(catalogue.on_screen("cli.good"))
    return DONE


def _recalculated(given: argparse.Namespace, step: Callable[[str], None]) -> Recalculated:
    """The workbook recalculated in memory, and the JSON written where it was asked for."""
    from iiecon.workbook.recalculate import recalculate

    with no_collection():
        done = recalculate(given.workbook, step)
    if given.json:
        _deliver(done, given.json)
    return done


def _deliver(done: Recalculated, target: Path) -> None:
    """The results as JSON, or in a file the findings for which there are none."""
    if done.results is not None and not done.errors:
        deliver(target, done.results.to_json())
    elif target != STANDARD_OUTPUT:  # where `report_errors` tells them, as for every command
        deliver_json(target, findings_record(done.findings))

"""The command `report`: results as a document."""

from __future__ import annotations

import argparse
from pathlib import Path

from iiecon import catalogue
from iiecon.cli.console import (
    DONE,
    WRONG_USAGE,
    AddCommand,
    day_of,
    findings_record,
    help_text,
    json_apart,
    progress,
    report_errors,
    report_findings,
    workbook_argument,
)
from iiecon.cli.manners import deliver_json, note, say, tell
from iiecon.spreadsheet.package import write_atomically


def add_commands(command: AddCommand) -> None:
    """`report`."""
    told = command("report", _write_report)
    workbook_argument(told)
    told.add_argument(
        "-o", "--out", type=Path, required=True, metavar="FILE", help=help_text("report_out")
    )
    told.add_argument("--date", type=day_of, metavar="DAY", help=help_text("report_date"))
    told.add_argument("--json", type=Path, metavar="FILE", help=help_text("findings_json"))


def _language() -> str:
    """The document's language: the screen's, and Chinese where the screen shows both."""
    shown = catalogue.screen_language()
    return "zh" if shown == catalogue.BOTH else shown


def _write_report(given: argparse.Namespace) -> int:
    from iiecon.findings import InputError
    from iiecon.report import EXTENSIONS, report
    from iiecon.workbook.read import Reader
    from iiecon.workbook.recalculate import examined_file
    from iiecon.workbook.world_list import countries_of

    kind = given.out.suffix.lower()
    if kind not in EXTENSIONS:
        say(f"{given.out}: {catalogue.on_screen('cli.report_extension')}")
        return WRONG_USAGE
    if given.lang == catalogue.BOTH:
        say(catalogue.on_screen("cli.report_one_language"))
        return WRONG_USAGE
    if not json_apart(given.json, given.workbook, given.out):
        return WRONG_USAGE
    with progress() as step:
        book, done = examined_file(given.workbook, step)
        if done.results is None or done.errors:
            return report_errors(done.findings)
        countries = countries_of(Reader(book, done.calculation))
        step("report")
        day = given.date.isoformat() if given.date else ""
        try:
            made = report(done.results, kind, _language(), day, countries)
        except InputError as error:
            return report_errors(error.findings)
        step("write")
        write_atomically(given.out, made.data, backup=False)
    for warning in made.warnings:
        note(warning)
    report_findings(done.findings)
    deliver_json(
        given.json,
        {
            "written": str(given.out),
            "remarks": list(made.warnings),
            **findings_record(done.findings),
        },
    )
    tell(catalogue.on_screen("cli.written", path=given.out))
    return DONE

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
    help_text,
    progress,
    report_errors,
    report_findings,
    say,
    workbook_argument,
)
from iiecon.spreadsheet.package import write_atomically


def add_commands(command: AddCommand) -> None:
    """`report`."""
    told = command("report", _write_report)
    workbook_argument(told)
    told.add_argument(
        "-o", "--out", type=Path, required=True, metavar="FILE", help=help_text("report_out")
    )
    told.add_argument("--lang", choices=("zh", "en"), default="zh", help=help_text("report_lang"))
    told.add_argument("--date", type=day_of, help=help_text("report_date"))


def _write_report(given: argparse.Namespace) -> int:
    from iiecon.findings import InputError
    from iiecon.report import EXTENSIONS, report
    from iiecon.workbook.read import Reader
    from iiecon.workbook.recalculate import examined_file
    from iiecon.workbook.world_list import countries_of

    kind = given.out.suffix.lower()
    if kind not in EXTENSIONS:
        say(f"{given.out}: {catalogue.both('cli.report_extension')}")
        return WRONG_USAGE
    with progress() as step:
        book, done = examined_file(given.workbook, step)
        if done.results is None or done.errors:
            return report_errors(done.findings)
        countries = countries_of(Reader(book, done.calculation))
        step("report")
        day = given.date.isoformat() if given.date else ""
        try:
            made = report(done.results, kind, given.lang, day, countries)
        except InputError as error:
            return report_errors(error.findings)
        step("write")
        write_atomically(given.out, made.data, backup=False)
    for warning in made.warnings:
        say(warning)
    report_findings(done.findings)
    print(catalogue.both("cli.written", path=given.out))
    return DONE

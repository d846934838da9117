"""The commands `package`, `replicate` and `compare`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iiecon import catalogue
from iiecon.cli.comparing import WIDTH, Side, check_side, run_compare
from iiecon.cli.console import (
    DONE,
    INPUT_ERRORS,
    WRONG_USAGE,
    AddCommand,
    day_of,
    findings_record,
    help_text,
    json_apart,
    print_summary,
    progress,
    report_errors,
    report_findings,
    workbook_argument,
)
from iiecon.cli.manners import deliver_json, note, say, tell
from iiecon.cli.tables import show
from iiecon.spreadsheet.package import FileProblem

if TYPE_CHECKING:
    from iiecon.replication.differences import Change
    from iiecon.replication.verify import Verified
    from iiecon.results import ModelResults
    from iiecon.workbook.read import Reader

SHOWN = 15


def add_commands(command: AddCommand) -> None:
    """`package`, `replicate` and `compare`."""
    packed = command("package", _package)
    workbook_argument(packed)
    packed.add_argument(
        "-o", "--out", type=Path, required=True, metavar="FOLDER|FILE.zip",
        help=help_text("package_out"),
    )  # fmt: skip
    packed.add_argument("--date", type=day_of, metavar="DAY", help=help_text("package_date"))
    packed.add_argument("--json", type=Path, metavar="FILE", help=help_text("findings_json"))
    repeated = command("replicate", _replicate)
    repeated.add_argument("package", type=Path, help=help_text("package_path"))
    repeated.add_argument("--json", type=Path, metavar="FILE", help=help_text("replicate_json"))
    compared = command("compare", run_compare)
    compared.add_argument("a", type=Path, metavar="A", help=help_text("compare_a"))
    compared.add_argument("b", type=Path, metavar="B", help=help_text("compare_b"))
    compared.add_argument("--json", type=Path, metavar="FILE", help=help_text("compare_json"))


def _package(given: argparse.Namespace) -> int:
    from iiecon.findings import InputError
    from iiecon.replication.package import Origin, package_files, write_package
    from iiecon.workbook.read import Reader
    from iiecon.workbook.recalculate import examined_file

    if not json_apart(given.json, given.workbook, given.out):
        return WRONG_USAGE
    if given.out.exists():
        raise FileProblem(given.out, "file.exists")
    with progress() as step:
        book, done = examined_file(given.workbook, step)
        if done.results is None or done.errors:
            return report_errors(done.findings)
        step("package")
        origin = Origin(given.workbook.name, given.workbook.read_bytes(), given.date)
        try:
            figures = _figures(done.results, Reader(book, done.calculation))
            files = package_files(done.results, origin, figures)
        except InputError as error:
            return report_errors(error.findings)
        step("write")
        write_package(given.out, files)
    report_findings(done.findings)
    deliver_json(given.json, {"written": str(given.out), **findings_record(done.findings)})
    tell(catalogue.on_screen("cli.written", path=given.out))
    return DONE


def _figures(results: ModelResults, reader: Reader) -> list[dict[str, Any]]:
    """The published figures that the workbook lists, with their cells and functions."""
    from iiecon.audit import audit
    from iiecon.cli.auditing import figure_records
    from iiecon.workbook.audit_paths import published_in
    from iiecon.workbook.world_list import countries_of

    found = audit(results, published_in(reader), countries_of(reader))
    return figure_records(found, reader, results.inputs)


def _replicate(given: argparse.Namespace) -> int:
    from iiecon.findings import InputError
    from iiecon.replication.read import read_package
    from iiecon.replication.verify import verify
    from iiecon.results import VERSION

    if not json_apart(given.json, given.package):
        return WRONG_USAGE
    with progress() as step:
        try:
            step("read")
            package = read_package(given.package)
            step("model")
            results = check_side(Side(package.inputs, None), given.package)
            done = verify(package, results)
        except InputError as error:
            return report_errors(error.findings)
    deliver_json(given.json, _verified(done))
    print_summary(results)
    there, here = package.about["iiecon"]["program"], f"iiecon {VERSION}"
    if there != here:
        note(catalogue.on_screen("replicate.version", there=there, here=here))
    if package.touched:
        note(catalogue.on_screen("replicate.touched", names=", ".join(package.touched)))
    if not done.same_inputs:
        note(catalogue.on_screen("replicate.inputs_differ"))
    if package.about["iiecon"].get("scores_illustrative"):
        tell(catalogue.on_screen("replicate.illustrative"))
    return _told(done)


def _told(done: Verified) -> int:
    """Whether the results are equal, and those that are not; returns the exit code."""
    from iiecon.replication.verify import AGREEMENT

    if done.equal:
        tell(catalogue.on_screen("replicate.equal", count=done.count, tolerance=f"{AGREEMENT:g}"))
        return DONE
    moved = {(c.table, c.key, c.field) for c in (*done.csv, *done.json)}
    count = len(moved) + sum(len(side.keys) for side in done.rows)
    say(catalogue.on_screen("replicate.differs", count=count, all=done.count))
    _print_changes(done)
    return INPUT_ERRORS


def _print_changes(done: Verified) -> None:
    from rich.table import Table

    lines = [("csv", c) for c in done.csv] + [("json", c) for c in done.json]
    table = Table(title=catalogue.on_screen("replicate.title"))
    for key in ("table", "key", "field"):
        table.add_column(catalogue.on_screen(f"replicate.{key}"))
    for key in ("stored", "computed"):
        table.add_column(catalogue.on_screen(f"replicate.{key}"), justify="right")
    for kind, change in lines[:SHOWN]:
        file = f"{change.table}.csv" if kind == "csv" else "results.json"
        table.add_row(file, change.label, change.field, _shown(change.old), _shown(change.new))
    if len(lines) > SHOWN:
        table.caption = catalogue.on_screen("replicate.more", count=len(lines) - SHOWN)
    show(table, WIDTH)


def _shown(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, float) else "" if value is None else str(value)


def _verified(done: Verified) -> dict[str, Any]:
    return {
        "equal": done.equal,
        "values": done.count,
        "same_inputs": done.same_inputs,
        "csv": [_change_record(c) for c in done.csv],
        "json": [_change_record(c) for c in done.json],
        "rows": [
            {"table": s.table, "only_computed": s.in_new, "keys": [list(k) for k in s.keys]}
            for s in done.rows
        ],
    }


def _change_record(change: Change) -> dict[str, Any]:
    return {
        "table": change.table,
        "key": list(change.key),
        "field": change.field,
        "stored": change.old,
        "computed": change.new,
    }

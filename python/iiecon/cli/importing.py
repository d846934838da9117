"""The command `import-io`: an input-output table from a file into a workbook."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iiecon import catalogue
from iiecon.cli.console import (
    DONE,
    INPUT_ERRORS,
    WRONG_USAGE,
    AddCommand,
    findings_record,
    help_text,
    import_target,
    no_collection,
    progress,
    refuse_locked,
    report_errors,
    report_findings,
    report_written,
    written_record,
)
from iiecon.cli.manners import deliver_json, say
from iiecon.cli.tables import show
from iiecon.findings import InputError
from iiecon.spreadsheet.package import write_atomically

if TYPE_CHECKING:
    from iiecon.workbook.import_io import Imported


def add_commands(command: AddCommand) -> None:
    """`import-io`."""
    added = command("import-io", _import)
    added.add_argument("file", type=Path, metavar="FILE", help=help_text("import_file"))
    added.add_argument("workbook", type=Path, metavar="WORKBOOK", help=help_text("import_workbook"))
    added.add_argument("-o", "--out", type=Path, metavar="OUT", help=help_text("out"))
    added.add_argument("--sheet", default="", metavar="NAME", help=help_text("import_sheet"))
    added.add_argument("--year", type=int, metavar="Y", help=help_text("import_year"))
    added.add_argument("--unit", default="", metavar="U", help=help_text("import_unit"))
    added.add_argument("--direct", metavar="CODES", help=help_text("import_direct"))
    added.add_argument("--json", type=Path, metavar="FILE", help=help_text("import_json"))


def _import(given: argparse.Namespace) -> int:
    from iiecon.workbook.import_io import import_table

    direct = None if given.direct is None else _codes(given.direct)
    if direct == []:
        say(catalogue.on_screen("cli.import_direct_unknown"))
        return WRONG_USAGE
    target = import_target(given)
    if target is None:
        return WRONG_USAGE
    seen = refuse_locked(target)
    with no_collection(), progress() as step:
        try:
            done = import_table(
                given.workbook,
                given.file,
                direct,
                step,
                sheet=given.sheet,
                year=given.year,
                unit=given.unit,
            )
        except InputError as error:
            return report_errors(error.findings)
        if done.lost and target.resolve() == given.workbook.resolve():
            return _refuse_loss(done, given.workbook)
        step("write")
        backup = write_atomically(target, done.content, seen=seen)
    deliver_json(given.json, {**written_record(target, backup), **_record(done)})
    _print_summary(done, given.file)
    _report_left(done)
    report_written(target, backup)
    return DONE


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.replace("，", ",").split(",") if code.strip()]


def _refuse_loss(done: Imported, workbook: Path) -> int:
    """Nothing that the analyst added goes lost without being asked for."""
    say(f"{workbook}: {catalogue.on_screen('cli.import_lost')}: {'、'.join(done.lost)}; "
        f"{catalogue.on_screen('cli.import_lost_fix')}")  # fmt: skip
    return INPUT_ERRORS


def _record(done: Imported) -> dict[str, Any]:
    """What was read, what was proposed, and what became of the ballots, as plain data."""
    table, carried = done.table, done.carried
    return {
        "sectors": table.size,
        "year": table.year,
        "unit": table.unit,
        "notes": list(table.notes),
        "rebuilt": done.rebuilt,
        "options": {k: {"old": old, "new": new} for k, (old, new) in carried.options.items()},
        "proposals": [
            {
                "code": code, "section": p.section, "direct": p.direct, "doubtful": p.doubtful,
                "reason": p.reason,
            }
            for code, p in zip(table.codes, carried.proposals, strict=True)
            if done.rebuilt  # otherwise what the workbook says of its sectors stays
        ],
        "kept": [{"code": code, "was": old} for old, code in carried.kept],
        "dropped": [{"code": code, "name": name} for code, name in carried.dropped],
        "unscored": list(carried.unscored),
        "made_values": list(done.made_values),
        "lost": list(done.lost),
        **findings_record(done.examined.findings),
    }  # fmt: skip


def _print_summary(done: Imported, file: Path) -> None:
    """What was read, what was proposed, and what became of the ballots."""
    from rich.table import Table

    table = Table(title=catalogue.on_screen("import.title"), show_header=False)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold")
    for key, text in _summary(done, file):
        table.add_row(
            catalogue.on_screen(f"import.{key}"), text or catalogue.on_screen("import.none")
        )
    show(table)


def _summary(done: Imported, file: Path) -> Iterator[tuple[str, str]]:
    table, carried = done.table, done.carried
    names = dict(zip(table.codes, table.names, strict=True))

    def listed(codes: tuple[str, ...]) -> str:
        return "、".join(f"{code} {names[code]}" for code in codes)

    yield "file", file.name
    yield "sectors", str(table.size)
    yield "balance", catalogue.on_screen("import.balanced")
    yield "year", str(table.year or "")
    yield "unit", table.printed_unit or table.unit
    yield "workbook", catalogue.on_screen(f"import.{'rebuilt' if done.rebuilt else 'patched'}")
    if carried.options:
        yield (
            "options",
            "\n".join(
                catalogue.on_screen("import.option", name=name, old=old, new=new)
                for name, (old, new) in carried.options.items()
            ),
        )
    if table.notes:
        yield "notes", "\n".join(table.notes)
    if not done.rebuilt:
        return
    count = sum(p.doubtful for p in carried.proposals)
    yield "sections", catalogue.on_screen("import.doubtful", count=table.size, doubtful=count)
    yield "direct", listed(tuple(
        code for code, p in zip(table.codes, carried.proposals, strict=True) if p.direct
    ))  # fmt: skip
    yield (
        "kept",
        "、".join(code if code == old else f"{old} → {code}" for old, code in carried.kept),
    )
    yield "dropped", "、".join(f"{code} {name}" for code, name in carried.dropped)
    yield "unscored", listed(carried.unscored)
    if done.made_values:
        yield "values", "、".join(done.made_values)
    if done.lost:
        yield "lost", "、".join(done.lost)


def _report_left(done: Imported) -> None:
    """What is doubtful or missing, each with its cell."""
    report_findings(done.examined.findings)
    if done.examined.errors:
        count = len(done.examined.errors)
        say(catalogue.on_screen("import.to_do", count=count))

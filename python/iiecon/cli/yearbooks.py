"""The command `import-data`: figures of a yearbook table into a workbook."""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
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
    from rich.table import Table

    from iiecon.workbook.import_data import Change, ImportedData

KINDS = ("section-value-added", "province-gdp", "province-employment", "macro", "wages")


def add_commands(command: AddCommand) -> None:
    """`import-data`."""
    added = command("import-data", _import)
    added.add_argument("file", type=Path, metavar="FILE", help=help_text("data_file"))
    added.add_argument("workbook", type=Path, metavar="WORKBOOK", help=help_text("import_workbook"))
    added.add_argument("--kind", choices=KINDS, help=help_text("data_kind"))
    added.add_argument("-o", "--out", type=Path, metavar="OUT", help=help_text("out"))
    added.add_argument("--sheet", metavar="NAME", help=help_text("data_sheet"))
    added.add_argument("--year", type=int, metavar="Y", help=help_text("data_year"))
    added.add_argument("--json", type=Path, metavar="FILE", help=help_text("import_json"))


def _import(given: argparse.Namespace) -> int:
    from iiecon.workbook.import_data import import_data

    target = import_target(given)
    if target is None:
        return WRONG_USAGE
    seen = refuse_locked(target)
    with progress() as step:
        try:
            done = import_data(
                given.workbook, given.file, given.kind, step, sheet=given.sheet, year=given.year
            )
        except InputError as error:
            return report_errors(error.findings)
        in_place = target.resolve() == given.workbook.resolve()
        if done.lost and in_place:
            return _refuse_loss(done, given.workbook)
        untouched = in_place and not done.changes
        step("write")
        backup = None if untouched else write_atomically(target, done.content, seen=seen)
    deliver_json(given.json, {**written_record(target, backup), **_record(done)})
    _print_summary(done, given.file)
    report_findings([*done.findings, *done.examined.findings])
    if done.examined.errors:
        say(catalogue.on_screen("import.to_do", count=len(done.examined.errors)))
    report_written(target, backup, untouched)
    return DONE


def _refuse_loss(done: ImportedData, workbook: Path) -> int:
    """Nothing that the analyst added goes lost without being asked for."""
    years = ", ".join(map(str, done.added))
    say(
        f"{workbook}: {catalogue.on_screen('cli.data_lost', years=years)}: {'、'.join(done.lost)}; "
        f"{catalogue.on_screen('cli.data_lost_fix')}"
    )
    return INPUT_ERRORS


def _record(done: ImportedData) -> dict[str, Any]:
    """What was read, what changed, and what was left aside, as plain data."""
    book = done.book
    return {
        "kind": book.kind,
        "figures": len(book.figures),
        "changes": [
            {"sheet": c.sheet, "cell": c.cell, "item": list(c.key), "old": c.old, "new": c.new}
            for c in done.changes
        ],
        "same": done.same,
        "not_given": book.not_given,
        "unused": {reason: list(cells) for reason, cells in book.unused.items()},
        "added_years": list(done.added),
        "earlier": list(done.earlier),
        "made_values": list(done.made_values),
        "lost": list(done.lost),
        **findings_record([*done.findings, *done.examined.findings]),
    }


def _print_summary(done: ImportedData, file: Path) -> None:
    """What was read, what changed, and what was left aside."""
    from rich.table import Table

    told = Table(title=catalogue.on_screen("import_data.title"), show_header=False)
    told.add_column(overflow="fold")
    told.add_column(overflow="fold")
    for key, text in _told(done, file):
        told.add_row(catalogue.on_screen(f"import_data.{key}"), text)
    show(told)
    if done.changes:
        show(_table_of_changes(done.changes))


def _told(done: ImportedData, file: Path) -> Iterator[tuple[str, str]]:
    book = done.book
    units = dict.fromkeys(f.unit or "–" for f in book.figures.values())
    yield "file", file.name
    yield "kind", catalogue.on_screen(f"import_data.kinds.{book.kind}")
    if book.year:
        yield "year", book.year
    yield "figures", str(len(book.figures))
    yield "unit", "、".join(units)
    yield "changed", str(len(done.changes))
    yield "same", str(done.same)
    yield "checked", str(book.checked)
    yield "not_given", str(book.not_given)
    for reason, cells in book.unused.items():
        if cells:
            shown = catalogue.on_screen(f"import_data.reason.{reason}")
            yield "unused", f"{shown}: {len(cells)} ({cells[0]}{' …' if len(cells) > 1 else ''})"
    if done.earlier:
        yield "earlier", ", ".join(done.earlier)
    if done.added:
        yield "added", ", ".join(map(str, done.added))
    if done.computed:
        yield "computed", "、".join(done.computed)
    if done.made_values:
        yield "values", "、".join(done.made_values)
    if done.lost:
        yield "lost", "、".join(done.lost)


def _table_of_changes(changes: Sequence[Change]) -> Table:
    """By item and year: how many cells, and the largest change among them."""
    from rich.table import Table

    table = Table(title=catalogue.on_screen("import_data.changes"))
    for column in ("item", "cells", "largest", "cell", "old", "new"):
        numeric = column in ("cells", "largest", "old", "new")
        justify = "right" if numeric else "left"
        table.add_column(catalogue.on_screen(f"import_data.{column}"), justify=justify)  # type: ignore[arg-type]
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        groups[" ".join(map(_part, change.key[1:]))].append(change)
    for item in sorted(groups):
        table.add_row(item, str(len(groups[item])), *_largest(groups[item]))
    return table


def _part(name: str) -> str:
    """A year, or a sector or group of employed people by its name."""
    known = name in catalogue.keys("import_data.parts")
    return catalogue.on_screen(f"import_data.parts.{name}") if known else name


def _largest(changes: Sequence[Change]) -> tuple[str, str, str, str]:
    """The largest change, where, from what and to what; of first figures their cells and range."""
    largest = max(changes, key=_size)
    if largest.old is not None:
        relative = "" if math.isnan(largest.relative) else f"{largest.relative:+.2%}"
        place = f"{largest.sheet}!{largest.cell}"
        return relative, place, f"{largest.old:,.12g}", f"{largest.new:,.12g}"
    in_order = sorted(changes, key=lambda c: (len(c.cell), c.cell))
    first, last = in_order[0], in_order[-1]
    place = f"{first.sheet}!{first.cell}" + (f" … {last.cell}" if first is not last else "")
    ends = dict.fromkeys(f"{end(c.new for c in changes):,.12g}" for end in (min, max))
    return catalogue.on_screen("import_data.first_given"), place, "", " … ".join(ends)


def _size(change: Change) -> float:
    """Changes of something come before first figures."""
    return -1.0 if math.isnan(change.relative) else abs(change.relative)

"""The command `audit`: published figures beside the model's, and beside each other."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iiecon import catalogue
from iiecon.cli.console import (
    DONE,
    WRONG_USAGE,
    AddCommand,
    help_text,
    json_apart,
    progress,
    report_errors,
    workbook_argument,
)
from iiecon.cli.manners import deliver_csv, deliver_json, note, tell
from iiecon.cli.tables import show

if TYPE_CHECKING:
    from iiecon.audit import Audit
    from iiecon.inputs import ModelInputs
    from iiecon.workbook.read import Reader


def add_commands(command: AddCommand) -> None:
    """`audit`."""
    audited = command("audit", _audit)
    workbook_argument(audited)
    audited.add_argument("--published", type=Path, metavar="CSV", help=help_text("audit_published"))
    audited.add_argument("--json", type=Path, metavar="FILE", help=help_text("audit_json"))
    audited.add_argument("-o", "--out", type=Path, metavar="FILE.csv", help=help_text("audit_out"))


def _audit(given: argparse.Namespace) -> int:
    from iiecon.audit import audit, read_publication
    from iiecon.audit.telling import audit_record
    from iiecon.findings import InputError
    from iiecon.workbook.audit_paths import published_in
    from iiecon.workbook.read import Reader
    from iiecon.workbook.recalculate import examined_file
    from iiecon.workbook.world_list import countries_of

    read = (given.workbook, given.published)
    if not (json_apart(given.json, *read, given.out) and json_apart(given.out, *read)):
        return WRONG_USAGE
    with progress() as step:
        book, done = examined_file(given.workbook, step)
        if done.results is None or done.errors:
            return report_errors(done.findings)
        step("audit")
        reader = Reader(book, done.calculation)
        try:
            own = given.published
            publication = read_publication(own) if own else published_in(reader)
            found = audit(done.results, publication, countries_of(reader))
        except InputError as error:
            return report_errors(error.findings)
        figures = figure_records(found, reader, done.results.inputs)
        deliver_json(given.json, audit_record(found, figures))
        deliver_csv(given.out, figures)
    _print(found)
    industry = done.results.inputs.industry
    if not industry.is_published and not given.published:
        note(catalogue.on_screen("audit.other_industry", name=industry))
    for path in (given.json, given.out):
        if path:
            tell(catalogue.on_screen("cli.written", path=path))
    return DONE


def figure_records(found: Audit, reader: Reader, inputs: ModelInputs) -> list[dict[str, Any]]:
    """Every comparison as plain data, with its cells and functions."""
    from iiecon.audit.compare import keys_of
    from iiecon.audit.telling import comparison_record
    from iiecon.workbook.audit_paths import cells_in, functions_of, named_blocks
    from iiecon.workbook.sheets import sheets_with_formulas
    from iiecon.workbook.world_list import countries_of

    blocks = named_blocks(sheets_with_formulas(inputs))
    known = keys_of(inputs, countries_of(reader))
    records = []
    for comparison in found.comparisons:
        recipe = comparison.recipe
        place = cells_in(reader, recipe.terms, known) if recipe else ""
        function = functions_of(blocks, recipe) if recipe else ""
        records.append(comparison_record(comparison, place, function))
    return records


def _print(found: Audit) -> None:
    """Counts by status, gaps of groups, and what the print says against itself."""
    from rich.table import Table

    from iiecon.audit.telling import told

    counts, internal = found.counts(), found.internal
    title = catalogue.on_screen("audit.compared", count=sum(counts.values()))
    table = Table(title=title, caption=catalogue.on_screen("audit.legend"))
    for status in counts:
        table.add_column(catalogue.on_screen(f"audit.status.{status}"), justify="right")
    table.add_row(*(str(count) for count in counts.values()))
    gaps = Table(title=catalogue.on_screen("audit.gaps"))
    for key in ("group", "year", "count", "median", "largest"):
        gaps.add_column(catalogue.on_screen(f"audit.column.{key}"), justify="right")
    for gap in found.gaps():
        form = "{:.3f} pp" if gap.points else "{:.2%}"
        name = catalogue.on_screen(f"audit.group.{gap.key}")
        sizes = form.format(gap.median), form.format(gap.largest)
        gaps.add_row(name, str(gap.year), str(gap.count), *sizes)
    show(table)
    show(gaps)
    broken, tested = len(internal.broken), len(internal.identities)
    tell(catalogue.on_screen("audit.identities", tested=tested, broken=broken))
    for finding in told(internal):
        tell("· " + catalogue.pair_on_screen(finding.chinese, finding.english, "\n  "))

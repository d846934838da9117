"""What the commands share: exit codes, arguments, and how they speak."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from iiecon import catalogue
from iiecon.cli.manners import (
    STANDARD_OUTPUT,
    deliver_json,
    is_quiet,
    json_awaited,
    say,
    tell,
)
from iiecon.findings import Finding
from iiecon.results import finding_record
from iiecon.spreadsheet.files import FileProblem, fingerprint_of, is_locked, tidy

if TYPE_CHECKING:
    from iiecon.iotable import FloatArray
    from iiecon.ledger import LeftOver
    from iiecon.results import ModelResults, Record


DEFAULT_WORKBOOK = "IIEconModel.xlsm"
SHOWN_FINDINGS = 20
DONE, INPUT_ERRORS, WRONG_USAGE, FILE_ERROR = 0, 1, 2, 3


class AddCommand(Protocol):
    """Adds a command by its name and the function that runs it; returns its parser."""

    def __call__(
        self, name: str, run: Callable[[argparse.Namespace], int]
    ) -> argparse.ArgumentParser:
        """Add the command."""
        ...


def workbook_argument(parser: argparse.ArgumentParser) -> None:
    """The workbook, by default the shipped one in this folder."""
    parser.add_argument(
        "workbook", nargs="?", type=Path, default=Path(DEFAULT_WORKBOOK), help=help_text("workbook")
    )


def json_apart(target: Path | None, *read: Path | None) -> bool:
    """Whether the JSON or CSV goes elsewhere than over a workbook, or a file or folder in use."""
    if target is None:
        return True
    if target == STANDARD_OUTPUT and target not in read:
        return True
    place = target.resolve()
    in_use = {path.resolve() for path in read if path is not None}
    if not in_use & {place, *place.parents} and target.suffix.lower() not in (".xlsm", ".xlsx"):
        return True
    wrong, fix = (catalogue.on_screen(f"cli.json_target{part}") for part in ("", "_fix"))
    say(f"{target}: {wrong}; {fix}")
    return False


def import_target(given: argparse.Namespace) -> Path | None:
    """Where an import writes; None, after saying why, for a name that cannot be taken, or one of
    the JSON.
    """
    target: Path = given.out or given.workbook
    swapped = given.file.suffix.lower() == ".xlsm" != given.workbook.suffix.lower()
    wrong = (
        "import_swapped" if swapped
        else "extension" if target.suffix.lower() != ".xlsm"
        else "import_same" if target.resolve() == given.file.resolve()
        else ""
    )  # fmt: skip
    if wrong:
        place = given.workbook if swapped else target
        say(f"{place}: {catalogue.on_screen(f'cli.{wrong}')}")
        return None
    return target if json_apart(given.json, given.file, given.workbook, target) else None


def refuse_locked(path: Path) -> str:
    """The fingerprint of a file that is to be written, for `write_atomically` to compare.

    Removes what a killed run has left. Raises FileProblem where another program has the file open.
    """
    if path.is_dir():
        raise FileProblem(path, "file.folder")
    lock = is_locked(path)
    if lock is not None:
        raise FileProblem(path, "file.locked", lock.name)
    tidy(path)
    return fingerprint_of(path)


def report_errors(findings: Sequence[Finding]) -> int:
    """Say the findings and that nothing was written; returns the exit code.

    A program that asked for JSON on standard output finds them there.
    """
    report_findings(findings)
    if json_awaited():
        deliver_json(STANDARD_OUTPUT, findings_record(findings))
    count = sum(f.severity == "error" for f in findings)
    say(catalogue.on_screen("cli.refused", count=count))
    return INPUT_ERRORS


def findings_record(findings: Sequence[Finding]) -> dict[str, Any]:
    """Findings as plain data, under the name they have in the results."""
    return {"findings": [finding_record(f) for f in findings]}


def report_findings(findings: Sequence[Finding]) -> None:
    """Errors and, unless only these are wanted, warnings; the first of them in full."""
    told = ("error",) if is_quiet() else ("error", "warning")
    shown = [f for f in findings if f.severity in told]
    for finding in shown[:SHOWN_FINDINGS]:
        say(str(finding))
    if len(shown) > SHOWN_FINDINGS:
        say(catalogue.on_screen("cli.more", count=len(shown) - SHOWN_FINDINGS))


def print_summary(results: ModelResults) -> None:
    """The nation by year."""
    lines = [
        ("direct", "direct", "{:,.1f}"),
        ("indirect", "indirect", "{:,.1f}"),
        ("total", "total", "{:,.1f}"),
        ("share_of_gdp", "share_of_gdp", "{:.2%}"),
        ("jobs", "employment", "{:,.1f}"),
        ("jobs_direct", "employment_direct", "{:,.1f}"),
        ("jobs_indirect", "employment_indirect", "{:,.1f}"),
    ]
    words = results.inputs.industry.words
    titles = (catalogue.text("app.results", x, **words(x)) for x in catalogue.LANGUAGES)
    print_by_year(
        catalogue.pair_on_screen(*titles),
        results.records()["national"],
        [(catalogue.on_screen(f"label.{key}"), field, form) for key, field, form in lines],
        catalogue.part_on_screen(results.inputs.experts.source),
    )


def print_by_year(
    title: str, records: Sequence[Record], lines: Sequence[tuple[str, str, str]], note: str
) -> None:
    """Records of years side by side, in a table that keeps Chinese columns aligned.

    `lines` are label, field of the records and form of each row.
    """
    from rich.table import Table
    from rich.text import Text

    from iiecon.cli.tables import show

    table = Table(title=Text(title))
    table.add_column(catalogue.on_screen("cli.units"))
    for record in records:
        table.add_column(f"{record['year']}{' e' if record['estimated'] else ''}", justify="right")
    for label, field, form in lines:
        table.add_row(label, *(_shown(record[field], form) for record in records))
    table.caption = f"{catalogue.on_screen('cli.marks')}\n{note}"
    show(table)


def print_ledger(results: ModelResults) -> None:
    """Each step, its last year: what entered, arrived and was left over; figures not used."""
    ledger = results.ledger
    rows = [
        [
            " ".join(catalogue.on_screen(f"label.ledger_{step.key}").split()),
            *(_last(values) for values in (step.entered, step.arrived, step.left_over)),
            f"{step.largest_gap:.2f}",
        ]
        for step in ledger.steps
    ]
    left = [s.left for s in ledger.steps if s.left and (s.left.amounts > 0).any()]
    notes = [
        f"{catalogue.on_screen(f'label.ledger_{item.key}')}: {item.names} ({_years(results, item)})"
        for item in left
    ]
    notes += [
        f"{catalogue.on_screen(f'label.ledger_{unused.key}')}: {unused.count} ({unused.names})"
        for unused in ledger.unused
    ]
    keys = ("step", "entered", "arrived", "left", "gap")
    print_table(
        catalogue.on_screen("cli.ledger", year=ledger.years[-1]),
        [f"ledger_{key}" for key in keys],
        rows,
        "\n".join(note.rstrip(": ") for note in notes),
    )


def _years(results: ModelResults, left: LeftOver) -> str:
    """The years in which something was left over."""
    years = zip(results.ledger.years, left.amounts, strict=True)
    return ", ".join(str(year) for year, amount in years if amount > 0)


def _last(values: FloatArray) -> str:
    """The amount of the last year that has one."""
    given = [float(value) for value in values if value == value]
    return f"{given[-1]:,.2f}" if given else ""


def print_table(
    title: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str = "",
    texts: Sequence[str] = (),
    spare: Sequence[str] = (),
) -> None:
    """A table: the first column and those of `texts` to the left, numbers to the right.

    `headings` are names in the catalogue's `heading`; those of `spare` are left out where the
    window is narrow.
    """
    from rich.table import Table

    from iiecon.cli.tables import show

    table = Table(title=title, caption=caption or None)
    for i, name in enumerate(headings):
        heading = catalogue.on_screen(f"heading.{name}").replace(" / ", "\n")
        table.add_column(heading, justify="right" if i and name not in texts else "left")
    for row in rows:
        table.add_row(*row)
    show(table, spare=[i for i, name in enumerate(headings) if name in spare])


def _shown(value: Any, form: str) -> str:
    return "" if value != value else form.format(value)


@contextmanager
def progress() -> Iterator[Callable[..., None]]:
    """Says each step, with the values in its text, on a terminal; silent when piped or quiet."""
    if is_quiet() or not sys.stderr.isatty():
        yield lambda step, **values: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda step, **values: status.update(catalogue.on_screen(f"step.{step}", **values))


@contextmanager
def no_collection() -> Iterator[None]:
    """A whole workbook is made of many small objects that all stay: looking for garbage among them
    takes a seventh of the time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def written_record(path: Path, backup: Path | None) -> dict[str, Any]:
    """Where a workbook stands now and where the one before it is kept, as plain data."""
    return {"written": str(path), "backup": str(backup) if backup else None}


def report_written(path: Path, backup: Path | None, untouched: bool = False) -> None:
    """Say where the workbook stands now, and where the one before it is kept."""
    tell(catalogue.on_screen(f"cli.{'up_to_date' if untouched else 'written'}", path=path))
    if backup:
        tell(catalogue.on_screen("cli.backup", path=backup))


def day_of(text: str) -> date:
    """A date given on the command line, such as 2021-12-01."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(catalogue.on_screen("cli.not_a_day", value=text)) from None


def help_text(key: str, **values: object) -> str:
    """A help text of the catalogue, fit for argparse."""
    return catalogue.on_screen(f"cli.{key}", **values).replace("%", "%%")

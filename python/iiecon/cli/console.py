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
from iiecon.findings import Finding
from iiecon.spreadsheet.files import FileProblem, fingerprint_of, is_locked, tidy

if TYPE_CHECKING:
    from rich.console import Console

    from iiecon.iotable import FloatArray
    from iiecon.results import ModelResults


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
    place = target.resolve()
    in_use = {path.resolve() for path in read if path is not None}
    if not in_use & {place, *place.parents} and target.suffix.lower() not in (".xlsm", ".xlsx"):
        return True
    say(f"{target}: {catalogue.both('cli.json_target')}; {catalogue.both('cli.json_target_fix')}")
    return False


def import_target(given: argparse.Namespace) -> Path | None:
    """Where an import writes; None, after saying why, for a name that cannot be taken."""
    target: Path = given.out or given.workbook
    wrong = (
        "extension" if target.suffix.lower() != ".xlsm"
        else "import_same" if target.resolve() == given.file.resolve()
        else ""
    )  # fmt: skip
    if wrong:
        say(f"{target}: {catalogue.both(f'cli.{wrong}')}")
        return None
    return target


def refuse_locked(path: Path) -> str:
    """The fingerprint of a file that is to be written, for `write_atomically` to compare.

    Removes what a killed run has left. Raises FileProblem where another program has the file open.
    """
    lock = is_locked(path)
    if lock is not None:
        raise FileProblem(path, "file.locked", lock.name)
    tidy(path)
    return fingerprint_of(path)


def report_errors(findings: Sequence[Finding]) -> int:
    """Say the findings and that nothing was written; returns the exit code."""
    report_findings(findings)
    count = sum(f.severity == "error" for f in findings)
    say(catalogue.both("cli.refused", count=count))
    return INPUT_ERRORS


def report_findings(findings: Sequence[Finding]) -> None:
    """Errors and warnings on standard error, the first of them in full."""
    shown = [f for f in findings if f.severity != "info"]
    for finding in shown[:SHOWN_FINDINGS]:
        say(str(finding))
    if len(shown) > SHOWN_FINDINGS:
        say(catalogue.both("cli.more", count=len(shown) - SHOWN_FINDINGS))


def print_summary(results: ModelResults) -> None:
    """The nation by year, as a table that keeps Chinese columns aligned."""
    from rich.table import Table

    lines: list[tuple[str, str, str]] = [
        ("direct", "direct", "{:,.1f}"),
        ("indirect", "indirect", "{:,.1f}"),
        ("total", "total", "{:,.1f}"),
        ("share_of_gdp", "share_of_gdp", "{:.2%}"),
        ("jobs", "employment", "{:,.1f}"),
        ("jobs_direct", "employment_direct", "{:,.1f}"),
        ("jobs_indirect", "employment_indirect", "{:,.1f}"),
    ]
    national = results.records()["national"]
    table = Table(title=catalogue.both("app.title"))
    table.add_column("亿元, 万人")
    for record in national:
        table.add_column(f"{record['year']}{' e' if record['estimated'] else ''}", justify="right")
    for key, field, form in lines:
        table.add_row(catalogue.both(f"label.{key}"), *(_shown(r[field], form) for r in national))
    table.caption = f"{catalogue.both('cli.marks')}\n{results.inputs.experts.source}"
    wide_console().print(table)


def wide_console(columns: int = 130) -> Console:
    """A console for tables; piped output has no width of its own and gets enough not to be cut."""
    from rich.console import Console

    return Console(width=None if sys.stdout.isatty() else columns, soft_wrap=False)


def print_ledger(results: ModelResults) -> None:
    """Each step, its last year: what entered, arrived and was left over; figures not used."""
    ledger = results.ledger
    rows = [
        [
            " ".join(catalogue.both(f"label.ledger_{step.key}").split()),
            *(_last(values) for values in (step.entered, step.arrived, step.left_over)),
            f"{step.largest_gap:.2f}",
        ]
        for step in ledger.steps
    ]
    left = [s.left for s in ledger.steps if s.left and (s.left.amounts > 0).any()]
    notes = [f"{catalogue.both(f'label.ledger_{item.key}')}: {item.names}" for item in left]
    notes += [
        f"{catalogue.both(f'label.ledger_{unused.key}')}: {unused.count} ({unused.names})"
        for unused in ledger.unused
    ]
    keys = ("step", "entered", "arrived", "left", "gap")
    print_table(
        catalogue.both("cli.ledger", year=ledger.years[-1]),
        [f"ledger_{key}" for key in keys],
        rows,
        "\n".join(note.rstrip(": ") for note in notes),
    )


def _last(values: FloatArray) -> str:
    """The amount of the last year that has one."""
    given = [float(value) for value in values if value == value]
    return f"{given[-1]:,.2f}" if given else ""


def print_table(
    title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], caption: str = ""
) -> None:
    """A table of texts: the first column to the left, numbers to the right.

    `headings` are names in the catalogue's `heading`.
    """
    from rich.table import Table

    table = Table(title=title, caption=caption or None)
    for i, name in enumerate(headings):
        heading = catalogue.both(f"heading.{name}").replace(" / ", "\n")
        table.add_column(heading, justify="right" if i else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    wide_console().print(table)


def _shown(value: Any, form: str) -> str:
    return "" if value != value else form.format(value)


@contextmanager
def progress() -> Iterator[Callable[..., None]]:
    """Says each step, with the values in its text, on a terminal; silent when piped."""
    if not sys.stderr.isatty():
        yield lambda step, **values: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda step, **values: status.update(catalogue.both(f"step.{step}", **values))


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


def report_written(path: Path, backup: Path | None, untouched: bool = False) -> None:
    """Say where the workbook stands now, and where the one before it is kept."""
    print(catalogue.both(f"cli.{'up_to_date' if untouched else 'written'}", path=path))
    if backup:
        print(catalogue.both("cli.backup", path=backup))


def day_of(text: str) -> date:
    """A date given on the command line, such as 2021-12-01."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(catalogue.both("cli.not_a_day", value=text)) from None


def help_text(key: str) -> str:
    """A help text of the catalogue, fit for argparse."""
    return catalogue.both(f"cli.{key}").replace("%", "%%")


def say(text: str) -> None:
    """A line on standard error."""
    print(text, file=sys.stderr)


def tolerant_output() -> None:
    """A console that cannot show a character shows a mark for it instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")

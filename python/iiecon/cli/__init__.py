"""The command `iiecon`: one module for each group of commands.

Exit codes: 0 done, 1 errors in the inputs (nothing written), 2 wrong usage, 3 a file that cannot be
read or written.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Callable, Sequence

from iiecon import catalogue
from iiecon.cli import (
    auditing,
    building,
    calibrating,
    computing,
    explaining,
    importing,
    installing,
    other_tables,
    publishing,
    replicating,
    simulating,
    supposing,
    yearbooks,
)
from iiecon.cli.console import DONE, FILE_ERROR, help_text, say, tolerant_output
from iiecon.results import VERSION
from iiecon.spreadsheet.package import FileProblem

GROUPS = (
    computing,
    auditing,
    explaining,
    importing,
    yearbooks,
    building,
    calibrating,
    other_tables,
    publishing,
    replicating,
    simulating,
    supposing,
    installing,
)

RARELY = 100_000, 50, 50
"""How often garbage is searched for: cells and formulas are many, live long and form no rings."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    gc.set_threshold(*RARELY)
    tolerant_output()
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except FileProblem as problem:
        message, fix = (catalogue.both(f"{problem.key}.{part}") for part in ("message", "fix"))
        detail = f" ({problem.detail})" if problem.detail else ""
        say(f"{problem.path}: {message}{detail}; {fix}")
        return FILE_ERROR
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            say(f"{error.filename or ''}: {catalogue.both('file.unwritable.message')}")
            return FILE_ERROR
        # The reader of our output went away, as `head` does: the work is done.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        return DONE
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="iiecon", description=help_text("about"))
    parser.add_argument("--version", action="version", version=f"iiecon {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=help_text(name), description=help_text(name))
        added.set_defaults(run=run)
        return added

    for group in GROUPS:
        group.add_commands(command)
    return parser

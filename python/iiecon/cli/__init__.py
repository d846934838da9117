"""The command `iiecon`: one module for each group of commands.

Exit codes: 0 done, 1 errors in the inputs (nothing written), 2 wrong usage, 3 a file that cannot be
read or written.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Mapping, Sequence

from iiecon import catalogue
from iiecon.cli import (
    auditing,
    building,
    calibrating,
    completing,
    computing,
    examples,
    explaining,
    importing,
    installing,
    other_tables,
    placing,
    publishing,
    replicating,
    simulating,
    supposing,
    yearbooks,
)
from iiecon.cli.console import FILE_ERROR, WRONG_USAGE, help_text
from iiecon.cli.manners import LANGUAGES, VARIABLE, manners_of, say, wanted_language
from iiecon.cli.output import tolerant_output
from iiecon.cli.parsing import Parser
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
    placing,
    publishing,
    replicating,
    simulating,
    supposing,
    installing,
    completing,
)

RARELY = 100_000, 50, 50
"""How often garbage is searched for: cells and formulas are many, live long and form no rings."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    gc.set_threshold(*RARELY)
    words = sys.argv[1:] if arguments is None else list(arguments)
    with tolerant_output():
        return _main(words)


def _main(words: Sequence[str]) -> int:
    try:
        language = wanted_language(words)
    except ValueError as error:
        say(f"{VARIABLE}: {catalogue.on_screen('usage.variable', value=str(error))}")
        return WRONG_USAGE
    with catalogue.screen_in(language):
        parser, commands = _parser(words)
        completing.answer_the_shell(parser)
        given = _given(parser, commands, words)
    with catalogue.screen_in(given.lang or language), manners_of(given):
        return _run(given)


def _run(given: argparse.Namespace) -> int:
    """Run the command; a file that is in the way is said, whatever the command."""
    try:
        code = int(given.run(given))
        if sys.stdout:
            sys.stdout.flush()  # a full disk is said, too
        return code
    except FileProblem as problem:
        message, fix = (catalogue.on_screen(f"{problem.key}.{part}") for part in ("message", "fix"))
        detail = f" ({problem.detail})" if problem.detail else ""
        say(f"{problem.path}: {message}{detail}; {fix}")
        return FILE_ERROR
    except OSError as error:
        message, fix = (
            catalogue.on_screen(f"file.unwritable.{part}") for part in ("message", "fix")
        )
        say(f"{error.filename or ''}: {message}; {fix}")
        return FILE_ERROR
    except KeyboardInterrupt:
        return 130


def _given(
    parser: Parser, commands: Mapping[str, Parser], words: Sequence[str]
) -> argparse.Namespace:
    """What the command line asks for; one that is wrong ends the program with code 2."""
    if not words:
        parser.exit(WRONG_USAGE, examples.start_page())
    given, unknown = parser.parse_known_args(words)
    if unknown:
        commands[given.command].error(f"unrecognized arguments: {' '.join(unknown)}")
    return given


def _parser(words: Sequence[str] = ()) -> tuple[Parser, dict[str, Parser]]:
    """The parser of the command line, and those of the commands by name."""
    parser = Parser(prog="iiecon", description=catalogue.on_screen("cli.about"))
    parser.words = words
    _common_options(parser, None, False)
    parser.add_argument(
        "--version", action="version", version=f"iiecon {VERSION}", help=help_text("version")
    )
    commands = parser.add_subparsers(
        required=True, dest="command", metavar="COMMAND", title=catalogue.on_screen("cli.commands")
    )

    def command(name: str, run: Callable[[argparse.Namespace], int]) -> Parser:
        added = commands.add_parser(
            name, help=help_text(name), description=catalogue.on_screen(f"cli.{name}"),
            epilog=examples.epilog(name),
        )  # fmt: skip
        added.words = words
        added.set_defaults(run=run)
        # Given before the command or after it; the second does not undo the first.
        _common_options(added, argparse.SUPPRESS, argparse.SUPPRESS)
        return added

    for group in GROUPS:
        group.add_commands(command)
    return parser, dict(commands.choices)


def _common_options(parser: Parser, language: str | None, quiet: bool | str) -> None:
    """What every command has, with its default."""
    common = parser.add_argument_group(catalogue.on_screen("cli.common"))
    common.add_argument("-h", "--help", action="help", help=help_text("help"))
    common.add_argument("--lang", choices=LANGUAGES, default=language, help=help_text("lang"))
    common.add_argument(
        "-q", "--quiet", action="store_true", default=quiet, help=help_text("quiet")
    )

"""How the commands speak in this run: in which language, how much, and where to.

Standard output has the answer and standard error what is wrong. `--quiet` leaves only errors; data
written to `-` have standard output for themselves.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iiecon import catalogue
from iiecon.exports import csv_of_records
from iiecon.results import json_text
from iiecon.spreadsheet.files import write_atomically

LANGUAGES = (*catalogue.LANGUAGES, catalogue.BOTH)
VARIABLE = "IIECON_LANG"
STANDARD_OUTPUT = Path("-")
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class _Manners:
    """What was asked for: errors only; data on standard output, where nothing else may be."""

    quiet: bool = False
    json_out: bool = False
    csv_out: bool = False


_manners = _Manners()


@contextmanager
def manners_of(given: argparse.Namespace) -> Iterator[None]:
    """As long as this lasts, speak as the options of a command ask for."""
    global _manners
    json_out, csv_out = (getattr(given, n, None) == STANDARD_OUTPUT for n in ("json", "csv"))
    before, _manners = _manners, _Manners(given.quiet, json_out, csv_out)
    try:
        yield
    finally:
        _manners = before


def is_quiet() -> bool:
    """Whether only errors are said."""
    return _manners.quiet


def answers() -> bool:
    """Whether people read standard output."""
    return not (_manners.quiet or _manners.json_out or _manners.csv_out)


def json_awaited() -> bool:
    """Whether a program reads JSON from standard output."""
    return _manners.json_out


def tell(text: object) -> None:
    """A line of the answer, on standard output."""
    if answers():
        print(text)


def note(text: str) -> None:
    """A remark on standard error."""
    if not is_quiet():
        say(text)


def say(text: str) -> None:
    """What is wrong, on standard error."""
    print(text, file=sys.stderr)


def deliver(target: Path | None, text: str) -> None:
    """Data for a program into a file, or for `-` to standard output, always in UTF-8.

    Nothing where no target was given. Raises FileProblem where the file cannot be written.
    """
    if target is None:
        return
    if target != STANDARD_OUTPUT:
        write_atomically(target, text.encode(), backup=False)
        return
    sys.stdout.flush()
    raw = getattr(sys.stdout, "buffer", None)
    if raw is None:  # a notebook's, say, which takes text of any language
        sys.stdout.write(text)
    else:
        raw.write(text.encode())
        raw.flush()


def deliver_json(target: Path | None, records: Any) -> None:
    """Plain data as JSON, where a target was given."""
    if target is not None:
        deliver(target, json_text(records))


def deliver_csv(target: Path | None, records: Sequence[Mapping[str, object]]) -> None:
    """Records as CSV; a file gets the mark by which Excel knows the encoding."""
    if target is not None:
        mark = "" if target == STANDARD_OUTPUT else BYTE_ORDER_MARK
        deliver(target, mark + csv_of_records(records))


# --- The language ---------------------------------------------------------------------------------


def wanted_language(words: Sequence[str]) -> str:
    """`zh`, `en` or `both`: by the option `--lang`, the variable IIECON_LANG, or the locale.

    Raises ValueError for another value of the variable. One of the option is left to the parser.
    """
    asked = _option(words)
    if asked in LANGUAGES:
        return asked
    variable = os.environ.get(VARIABLE, "").lower()
    if variable and variable not in LANGUAGES:
        raise ValueError(variable)
    return variable or language_of(_locale())


def language_of(name: str) -> str:
    """The language of a locale such as `zh_CN.UTF-8`; both for any but Chinese and English."""
    language = name.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return language if language in catalogue.LANGUAGES else catalogue.BOTH


def _option(words: Sequence[str]) -> str:
    """The value of `--lang`, needed before the parser is made, whose help is in that language."""
    for word, following in zip(words, [*words[1:], ""], strict=False):
        name, _, value = word.partition("=")
        if name == "--lang":
            return value or following
    return ""


def _locale() -> str:
    """The locale of messages; Windows tells its own where no variable does."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name]
    if sys.platform == "win32":
        import ctypes
        import locale

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage(), "")
    return ""

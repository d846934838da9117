"""The parser of the commands: help and complaints in the reader's language, with a next step."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, NoReturn

from iiecon import catalogue
from iiecon.catalogue import Phrase
from iiecon.cli.console import WRONG_USAGE

HEADINGS = {"positional arguments": "arguments", "options": "options"}

# What argparse says, and the text of the catalogue's `usage` in its place. Words that a later
# Python might put otherwise stay as they are.
COMPLAINTS = {
    "required": r"the following arguments are required: (?P<names>.+)",
    "one_of": r"one of the arguments (?P<names>.+) is required",
    "together": r"not allowed with argument (?P<other>.+)",
    "unknown": r"unrecognized arguments: (?P<words>.+)",
    "choice": r"invalid choice: (?P<value>.+?) \(choose from (?P<choices>.+)\)",
    "whole_number": r"invalid int value: (?P<value>.+)",
    "number": r"invalid float value: (?P<value>.+)",
    "one_value": r"expected one argument",
    "some_values": r"expected at least one argument",
    "values": r"expected (?P<count>\d+) arguments",
    "no_value": r"ignored explicit argument (?P<value>.+)",
    "ambiguous": r"ambiguous option: (?P<word>.+) could match (?P<names>.+)",
}
# Word processors turn two hyphens into one of these.
DASHES = "-–—－"
TYPED = re.compile(r"  \S")  # a line to be copied, which is never broken
LIKE = 0.65  # of 1; below it words that share some letters seem alike
WIDE = "⺀-\uffef"  # Chinese characters and punctuation
CLOSING = "，。；：、？！）】》”’"


class Parser(argparse.ArgumentParser):
    """The parser of one command, or of the command line as a whole.

    `words` is the whole command line: what in it looks like a slip of the pen is asked about.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(add_help=False, formatter_class=Help, **options)
        self.words: Sequence[str] = ()

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, what may have been meant and where help is; exit code 2."""
        said = complaint_of(message)
        lines = [
            f"{self.prog}: {said}",
            *self._meant(),
            *said.instead(),
            catalogue.on_screen("usage.see", command=f"{self.prog} --help"),
        ]
        self.print_usage(sys.stderr)
        self.exit(WRONG_USAGE, "\n".join(lines) + "\n")

    def _meant(self) -> Iterator[str]:
        """For each word that looks like an option and is none, the option most like it."""
        options = [option for action in self._actions for option in action.option_strings]
        long = [option for option in options if option.startswith("--")]
        for word in self.words:
            name = word.partition("=")[0]
            if name[:1] in DASHES and not any(option.startswith(name) for option in options):
                yield from _question(name, f"--{name.lstrip(DASHES)}", long)


def _question(word: str, spelt: str, known: Iterable[str]) -> Iterator[str]:
    names, wanted = list(known), spelt.lower()
    begins = [name for name in names if len(wanted) > 2 and name.startswith(wanted)]
    for near in (begins or difflib.get_close_matches(wanted, names, cutoff=LIKE))[:1]:
        yield catalogue.on_screen("usage.meant", word=word, near=near)


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a command line: where, what, and a value that is none of the choices."""

    place: str
    text: str
    value: str = ""
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text

    def instead(self) -> Iterator[str]:
        """The choice that may have been meant; where none is like it, all of them."""
        near = list(_question(self.value, self.value, self.choices))
        if self.choices and not near:
            yield f"{catalogue.on_screen('usage.choices')}: {', '.join(self.choices)}"
        yield from near


def complaint_of(message: str) -> Complaint:
    """What a message of argparse says, in the reader's language."""
    about = re.fullmatch(r"argument (?P<name>[^:]+): (?P<rest>.+)", message, re.DOTALL)
    place, rest = (about["name"], about["rest"]) if about else ("", message)
    for key, pattern in COMPLAINTS.items():
        found = re.fullmatch(pattern, rest, re.DOTALL)
        if found:
            values: dict[str, Any] = {n: _plain(v) for n, v in found.groupdict().items()}
            if key == "one_of":
                values["names"] = reduce(_either, values["names"].split())
            text = catalogue.on_screen(f"usage.{key}", **values)
            if key != "choice":
                return Complaint(place, text)
            return Complaint(place, text, values["value"], tuple(values["choices"].split(", ")))
    return Complaint(place, rest)


def _either(first: str | Phrase, second: str) -> Phrase:
    return Phrase("usage.either", {"first": first, "second": second})


def _plain(text: str) -> str:
    """A value as it was typed, without the quotation marks of Python."""
    return re.sub(r"""(["'])(.*?)\1(?=, |$)""", r"\2", text)


class Help(argparse.RawDescriptionHelpFormatter):
    """Help under our own headings; lines end where a terminal's end, Chinese counted double."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: Any = None) -> None:
        """The line with the command and its options; argparse asks for some without a prefix."""
        said = f"{catalogue.on_screen('usage.usage')}: " if prefix is None else prefix
        super().add_usage(usage, actions, groups, said)

    def start_section(self, heading: str | None) -> None:
        """A group of options; argparse's own headings are replaced."""
        key = HEADINGS.get(heading or "")
        super().start_section(catalogue.on_screen(f"usage.{key}") if key else heading)

    def _split_lines(self, text: str, width: int) -> list[str]:
        return wrapped(text, width)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        lines: list[str] = []
        for paragraph in text.split("\n"):
            lines += [paragraph] if TYPED.match(paragraph) else wrapped(paragraph, width)
        return "\n".join(f"{indent}{line}".rstrip() for line in lines)


def wrapped(text: str, width: int) -> list[str]:
    """A paragraph in lines of at most `width` columns, indented alike.

    Lines break at blanks and after any Chinese character that no closing mark follows.
    """
    words = text.lstrip()
    indent = text[: len(text) - len(words)]
    pieces = re.findall(rf"[{WIDE}][{CLOSING}]*|[^\s{WIDE}]+[{CLOSING}]*|\s+", words)
    lines, line = [], ""
    for piece in pieces:
        if line and columns(indent + line + piece.rstrip()) > width:
            lines.append(indent + line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, indent + line.rstrip()]


def columns(text: str) -> int:
    """How many columns a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)

"""Every label, message and help text in Chinese and English, from one file: `catalogue.toml`.

What goes into a file is in both languages (`both`); what a terminal shows (`on_screen`) is in the
languages that its reader asked for.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")
BOTH = "both"
LONGEST_VALUE = 60
_PAIR = re.compile(r"([^/]*[一-鿿][^/]*) / ([^/一-鿿]*[A-Za-z]{3}[^/一-鿿]*)")


@dataclass(frozen=True)
class Phrase:
    """A value that is itself a text of the catalogue: it follows the language around it."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return both(self.key, **self.values)


class _Shown(string.Formatter):
    """Values as a spreadsheet shows them: no Python forms, one line, not too long."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return format(value, format_spec) if format_spec else _shown(value)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.12g}"
    line = " ".join(str(value).split())
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"


_FORMATTER = _Shown()


@cache
def _tables() -> dict[str, Any]:
    text = files("iiecon").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def text(key: str, language: str, /, **values: object) -> str:
    """The text of a dotted key in one language, its placeholders filled.

    Raises KeyError for a key that the catalogue lacks.
    """
    said = {name: _said(value, language) for name, value in values.items()}
    return _FORMATTER.vformat(template(key, language), (), said)


def _said(value: object, language: str) -> object:
    return text(value.key, language, **value.values) if isinstance(value, Phrase) else value


def template(key: str, language: str) -> str:
    """The text of a dotted key as it stands in the file, placeholders and all."""
    node: Any = _tables()
    for part in key.split("."):
        node = node[part]
    return str(node[language])


def both(key: str, /, **values: object) -> str:
    """The text in Chinese and English, in this order, joined by a slash."""
    return _joined((text(key, language, **values) for language in LANGUAGES), " / ")


def _joined(texts: Iterable[str], joint: str) -> str:
    """The texts in their order; what is the same in two languages once."""
    return joint.join(dict.fromkeys(texts))


# --- On a terminal --------------------------------------------------------------------------------

_screen: tuple[str, ...] = LANGUAGES  # of the process, not of a thread: there is one terminal


@contextmanager
def screen_in(language: str) -> Iterator[None]:
    """As long as this lasts, a terminal shows `zh`, `en` or `both`; files keep both."""
    global _screen
    before, _screen = _screen, LANGUAGES if language == BOTH else (language,)
    try:
        yield
    finally:
        _screen = before


def screen_language() -> str:
    """What a terminal shows now: `zh`, `en` or `both`."""
    return BOTH if _screen == LANGUAGES else _screen[0]


def on_screen(key: str, /, **values: object) -> str:
    """The text of a dotted key as a terminal shows it."""
    return _joined((text(key, language, **values) for language in _screen), " / ")


def pair_on_screen(chinese: str, english: str, joint: str = " / ") -> str:
    """What is given in both languages, as names in the inputs are, as a terminal shows it."""
    given = dict(zip(LANGUAGES, (chinese, english), strict=True))
    return _joined((given[language] for language in _screen), joint)


def part_on_screen(joined: str) -> str:
    """What `both` has made, such as the source of the ballots, as a terminal shows it; other texts,
    which are not Chinese before the slash and English after it, as they are.
    """
    pair = _PAIR.fullmatch(joined)
    return pair_on_screen(*pair.groups()) if pair else joined


def keys(prefix: str) -> list[str]:
    """The names directly below a dotted prefix, in the order of the file."""
    node: Any = _tables()
    for part in prefix.split("."):
        node = node[part]
    return list(node)

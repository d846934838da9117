"""Every label, message and help text in Chinese and English, from one file: `catalogue.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")


@cache
def _tables() -> dict[str, Any]:
    text = files("iiecon").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def text(key: str, language: str, **values: object) -> str:
    """The text of a dotted key in one language, its placeholders filled.

    Raises KeyError for a key that the catalogue lacks.
    """
    node: Any = _tables()
    for part in key.split("."):
        node = node[part]
    return str(node[language]).format(**values)


def both(key: str, **values: object) -> str:
    """The text in Chinese and English, in this order, joined by a slash."""
    chinese, english = (text(key, language, **values) for language in LANGUAGES)
    return chinese if chinese == english else f"{chinese} / {english}"


def keys(prefix: str) -> list[str]:
    """The names directly below a dotted prefix, in the order of the file."""
    node: Any = _tables()
    for part in prefix.split("."):
        node = node[part]
    return list(node)

"""What the pages say in the program's own words: `python -m docs.fill` writes it into them.

Between `<!-- KEY -->` and `<!-- / -->` stands the catalogue's text of that key in the page's
language, the help of every command (KEY `commands`) or the function reference (`functions`), so
that a page is complete as it lies in the repository. A test compares.
"""

from __future__ import annotations

import argparse
import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout, suppress
from functools import cache
from pathlib import Path
from unittest.mock import patch

from iiecon import catalogue, cli
from udfs import FUNCTIONS
from udfs.registry import Argument, Function

DOCS = Path(__file__).resolve().parent
LANGUAGES = ("zh", "en")  # one folder each
FILLED = re.compile(r"<!-- ([a-z][a-z0-9_.]*) -->(.*?)<!-- / -->", re.S)
PLACEHOLDER = re.compile(r"\{[a-z_0-9]+(?::[^}]*)?\}")
# Help counts every letter as one column; a Chinese one is two columns wide.
HELP_WIDTH = {"zh": "72", "en": "96", "both": "96"}
HEADS = {"zh": ("参数", "含义", "单位或选项"), "en": ("argument", "meaning", "unit or choices")}


def filled(markdown: str, language: str) -> str:
    """A page with the program's texts in their places; KeyError for an unknown key."""
    return FILLED.sub(
        lambda found: f"<!-- {found[1]} -->{said(found[1], language)}<!-- / -->", markdown
    )


def said(key: str, language: str) -> str:
    """What the program says; what differs from case to case is shown as an ellipsis."""
    if key in LISTS:
        return f"\n\n{LISTS[key](language)}\n"
    return PLACEHOLDER.sub("…", catalogue.template(key, language)).replace("|", "\\|")


def functions(language: str) -> str:
    """What every function is for and takes, from the registry."""
    chosen = sorted(FUNCTIONS.values(), key=lambda function: function.name)
    return "\n".join(line for function in chosen for line in _function(function, language))


def commands(language: str) -> str:
    """What every command is for and takes, as its --help says it."""
    return "\n".join(line for name in names() for line in _command(name, language))


LISTS = {"functions": functions, "commands": commands}


def names() -> list[str]:
    """Every command of `iiecon`, in the order in which --help lists them."""
    found = []

    def named(name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        found.append(name)
        return argparse.ArgumentParser()

    for group in cli.GROUPS:
        group.add_commands(named)
    return found


@cache
def help_of(name: str, language: str) -> str:
    """The --help of a command, of one width wherever this runs."""
    printed = io.StringIO()
    reader = {"COLUMNS": HELP_WIDTH[language], "IIECON_LANG": language}
    with redirect_stdout(printed), patch.dict(os.environ, reader), suppress(SystemExit):
        cli.main([name, "--help"])
    return printed.getvalue().rstrip()


def _function(function: Function, language: str) -> Iterator[str]:
    yield from (f"## {function.name}", "", "```text", f"={function.usage}", "```", "")
    yield from (function.about(language), "")
    yield from (f"| {' | '.join(HEADS[language])} |", "|---|---|---|")
    for argument in function.arguments:
        yield _argument(function, argument, language)
    yield ""


def _argument(function: Function, argument: Argument, language: str) -> str:
    name = f"[{argument.name}]" if argument.optional else argument.name
    choices = ", ".join(f"`{choice}`" for choice in argument.choices)
    meaning = function.meaning(argument, language)
    return f"| `{name}` | {meaning} | {choices or argument.unit(language)} |"


def _command(name: str, language: str) -> Iterator[str]:
    yield from (f"## {name}", "", "```text", help_of(name, language), "```", "")


def main() -> None:
    """Write the program's texts into every page of the guide."""
    for language in LANGUAGES:
        for page in sorted((DOCS / language).rglob("*.md")):
            text = filled(page.read_text(encoding="utf-8"), language)
            page.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()

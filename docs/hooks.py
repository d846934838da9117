"""What the guide takes from the program when it is built, so that no text stands twice.

In a page `<!-- functions -->` stands for the function reference, `<!-- commands -->` for the help
of every command, `{{ KEY }}` for the catalogue's text of that key in the page's language. Pictures
are the rendered sheets that the tests keep.
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

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from iiecon import catalogue, cli
from udfs import FUNCTIONS
from udfs.registry import Argument, Function

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "tests/workbook/pictures"
KEY = re.compile(r"\{\{ ([a-z0-9_.]+) \}\}")
PLACEHOLDER = re.compile(r"\{[a-z_0-9]+(?::[^}]*)?\}")
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
HAN = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"  # Chinese characters and punctuation
BREAK = re.compile(rf"(?<=[{HAN})])\n *(?=\[?[{HAN}])")  # a link may end or begin a line
PICTURE = re.compile(r"\]\((?:\.\./)*pictures/([\w-]+\.png)\)")
# Help counts every letter as one column; a Chinese one is two columns wide.
HELP_WIDTH = {"zh": "72", "en": "96", "both": "96"}
HEADS = {"zh": ("参数", "含义", "单位或选项"), "en": ("argument", "meaning", "unit or choices")}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pictures that the pages show; they stay where the tests keep them."""
    pages = Path(config.docs_dir).rglob("*.md")
    shown = {name for page in pages for name in PICTURE.findall(page.read_text(encoding="utf-8"))}
    for source in sorted(path for path in PICTURES.iterdir() if path.name in shown):
        files.append(File.generated(config, f"pictures/{source.name}", abs_src_path=str(source)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with the program's own texts in it."""
    return filled(markdown, str(getattr(page.file, "locale", None) or "zh"))


def filled(markdown: str, language: str) -> str:
    """A page's source with every marker replaced; KeyError for an unknown key."""
    for marker, text in (("functions", functions), ("commands", commands)):
        if f"<!-- {marker} -->" in markdown:
            markdown = markdown.replace(f"<!-- {marker} -->", text(language))
    return KEY.sub(lambda found: said(found[1], language), unbroken(markdown))


def unbroken(markdown: str) -> str:
    """Chinese lines joined: in a paragraph a browser would show their end as a blank."""
    parts = FENCE.split(markdown)
    fences = [*FENCE.findall(markdown), ""]
    return "".join(BREAK.sub("", p) + fence for p, fence in zip(parts, fences, strict=True))


def said(key: str, language: str) -> str:
    """A text of the catalogue; what differs from case to case is shown as an ellipsis."""
    return PLACEHOLDER.sub("…", catalogue.template(key, language)).replace("|", "\\|")


def functions(language: str) -> str:
    """What every function is for and takes, from the registry."""
    chosen = sorted(FUNCTIONS.values(), key=lambda function: function.name)
    return "\n".join(line for function in chosen for line in _function(function, language))


def commands(language: str) -> str:
    """What every command is for and takes, as its --help says it."""
    return "\n".join(line for name in names() for line in _command(name, language))


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
    """The --help of a command, of one width wherever the site is built."""
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

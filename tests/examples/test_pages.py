"""The pages among the examples: their links lead somewhere, their commands are the program's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from iiecon.cli import main
from iiecon.results import VERSION
from tests.examples.commands import EXAMPLES, commands_in

PAGES = sorted(EXAMPLES.rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(EXAMPLES)))
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(EXAMPLES)))
def test_commands_and_their_options_are_the_programs(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in commands_in(page.read_text(encoding="utf-8")):
        program, *arguments = shlex.split(line)
        if Path(program).name != "iiecon":
            continue
        with pytest.raises(SystemExit) as ended:
            main([arguments[0], "--help"])
        assert ended.value.code == 0, line
        told = capsys.readouterr().out
        assert [a for a in arguments if a.startswith("--") and a not in told] == [], line


def test_every_example_stands_in_the_list() -> None:
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(([^)#]+)", listed))
    due = {p.relative_to(EXAMPLES).as_posix() for p in EXAMPLES.glob("notebooks/*.ipynb")}
    due |= {p.name for p in EXAMPLES.iterdir() if p.is_file()} - {"README.md"}
    assert due - links == set()


def test_the_offline_page_names_the_wheel_of_this_version() -> None:
    page = (EXAMPLES / "offline.md").read_text(encoding="utf-8")
    assert f"iieconmodel-{VERSION}-py3-none-any.whl" in page

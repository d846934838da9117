"""The sample workflow: its commands exist, run in their order, and publish what they compute."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from iiecon import ModelResults
from iiecon.cli import main
from tests.examples.commands import EXAMPLES, ROOT, run
from tests.workbook.edit import Edited

WORKFLOW: dict[Any, Any] = yaml.safe_load((EXAMPLES / "workflow.yml").read_text(encoding="utf-8"))
JOB = WORKFLOW["jobs"]["report"]
LINES = [line.strip() for step in JOB["steps"] for line in step.get("run", "").splitlines() if line]
COMMANDS = [line for line in LINES if line.startswith("iiecon ")]


def started(folder: Path) -> Path:
    """A repository with the workbook that the workflow names."""
    workbook = folder / str(WORKFLOW["env"]["WORKBOOK"])
    assert main(["new", str(workbook)]) == 0
    return workbook


def typed(command: str) -> str:
    """A command with its variable filled in, as the shell does."""
    return command.replace("$WORKBOOK", str(WORKFLOW["env"]["WORKBOOK"]))


def test_everything_else_only_installs() -> None:
    rest = [line for line in LINES if line not in COMMANDS]
    assert [line.split()[0] for line in rest] == ["sudo", "python"]
    (wheel,) = re.findall(r"pip install wheels/([a-z]+)-\*\.whl", " ".join(rest))
    assert f'name = "{wheel}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_actions_are_of_a_stated_version_and_may_publish() -> None:
    used = [step["uses"] for step in JOB["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", name) for name in used)
    (upload,) = [s for s in JOB["steps"] if "upload-pages-artifact" in s.get("uses", "")]
    assert upload["with"]["path"] == "site"
    assert WORKFLOW["permissions"] == {"contents": "read", "pages": "write", "id-token": "write"}


def test_the_commands_run_and_the_site_holds_the_results(
    tmp_path: Path, results: ModelResults
) -> None:
    before = started(tmp_path).read_bytes()
    for command in COMMANDS:
        done = run(typed(command), tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    site = tmp_path / "site"
    given = json.loads((site / "results.json").read_text(encoding="utf-8"))
    totals = [record["total"] for record in given["national"]]
    assert totals == pytest.approx(list(results.national), rel=1e-9)
    assert f"{totals[-1]:,.2f}" in (site / "index.html").read_text(encoding="utf-8")
    assert (site / "report.docx").stat().st_size > 50_000
    assert {p.name for p in (site / "templates").iterdir()} == {
        p.name for p in (ROOT / "templates").iterdir() if p.suffix != ".md"
    }
    assert len((site / "audit.csv").read_text(encoding="utf-8-sig").splitlines()) > 218
    assert (tmp_path / WORKFLOW["env"]["WORKBOOK"]).read_bytes() == before


def test_wrong_inputs_stop_it_at_the_first_command(tmp_path: Path) -> None:
    book = Edited(started(tmp_path))
    place = book.set_named("SCORE_OVERRIDE", 0, 0, 1.5)
    book.save()
    done = run(typed(COMMANDS[0]), tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{place}:")

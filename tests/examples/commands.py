"""Runs what the examples tell a reader to type."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
PROGRAMS = {"iiecon": ["-m", "iiecon"], "python": []}


def commands_in(markdown: str) -> list[str]:
    """The lines of the shell blocks of a page, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", markdown, flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line]


def run(
    command: str, folder: Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A command line of `iiecon` or `python`, run by this interpreter in a folder."""
    program, *arguments = shlex.split(command)
    return subprocess.run(
        [sys.executable, *PROGRAMS[program], *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": import_path(), "PYTHONUTF8": "1", **(variables or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def import_path() -> str:
    """Where the program under test is, for a process of its own."""
    return os.pathsep.join(map(str, (ROOT / "python", ROOT)))

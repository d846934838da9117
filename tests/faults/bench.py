"""The process that the faults run in, and how it is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from tests.conftest import ROOT

PATIENCE = 20.0
"""Seconds that `recalculate` may take, whatever the file."""
HUNG = 120.0
"""Seconds after which a command is ended, on a busy machine too."""


@dataclass(frozen=True)
class Answer:
    """What a command said and did; `crash` is the traceback of what it should have caught."""

    code: int
    out: str
    err: str
    crash: str
    seconds: float
    heard: tuple[str, ...]


class Bench:
    """A worker process, started again when one has died or hung."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, arguments: Sequence[str]) -> Answer:
        """Run one command of the program."""
        process = self._alive()
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Timer(HUNG, process.kill)
        late.start()
        try:
            process.stdin.write(json.dumps(list(arguments)).encode() + b"\n")
            process.stdin.flush()
            line = process.stdout.readline()
        finally:
            late.cancel()
        if not line:
            return Answer(-1, "", "", "the process hung or died", HUNG, ())
        told = json.loads(line)
        return Answer(**{**told, "heard": tuple(told["heard"])})

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def _alive(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.worker"], cwd=ROOT,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        return self._process

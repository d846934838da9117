"""Runs commands one after another, each on a file nobody vouches for, and says what came of it.

Run as `python -m tests.faults.worker` with 1 GiB of address space where the system can limit it:
a line of JSON in (the arguments), a line of JSON out. What the program opens, starts or connects to
is heard from Python itself; warnings are said where they can be seen.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
import traceback
import warnings
from collections.abc import Sequence

from iiecon.cli import main
from iiecon.workbook import recalculate as _recalculate  # noqa: F401 - loaded before the clock

BAIT = "BAIT"
"""What a file name or address has in it that must never be opened."""
MEMORY = 2**30
_STARTS = ("socket", "subprocess", "urllib", "ftplib", "http", "webbrowser")
_RUNS = ("os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "os.startfile")
_heard: list[str] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    started = event.split(".")[0] in _STARTS or event in _RUNS
    if started or (event == "open" and BAIT in repr(arguments)):
        _heard.append(event)


def answer(arguments: Sequence[str]) -> dict[str, object]:
    """What one command says and does: its code, its words, its time in seconds."""
    _heard.clear()
    out, err, crash, code = io.StringIO(), io.StringIO(), "", -1
    begun = time.monotonic()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        except BaseException:
            crash = traceback.format_exc()
    seconds = time.monotonic() - begun
    return {
        "code": code, "out": out.getvalue(), "err": err.getvalue(), "crash": crash,
        "seconds": seconds, "heard": list(_heard),
    }  # fmt: skip


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


if __name__ == "__main__":
    _limit_memory()
    warnings.simplefilter("always")
    sys.addaudithook(_hear)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for line in sys.stdin.buffer:
        answers.write(json.dumps(answer(json.loads(line))) + "\n")
        answers.flush()

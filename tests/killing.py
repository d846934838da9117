"""Kills writes of a workbook at every step and at random moments, and says what was left behind.

Run as `python -m tests.killing FOLDER`, apart from the tests: it forks, which a process with the
threads of a test run must not do. Prints counts as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from iiecon import default_inputs
from iiecon.cli import main
from iiecon.cli.console import refuse_locked
from iiecon.spreadsheet import files
from iiecon.spreadsheet.files import fingerprint, write_atomically
from iiecon.workbook.build import build_workbook
from iiecon.workbook.recalculate import recalculate
from tests.workbook.edit import Edited

MOMENTS, COMMANDS, PROCESSES = 150, 16, 5
SEED = 20260101
NAME = "测算 model.xlsm"


class Victim:
    """A workbook with a changed input, and how it is when its recalculation has been written."""

    def __init__(self, folder: Path) -> None:
        self.path, self.counts, self.problems = folder / NAME, Counter[str](), list[str]()
        self.path.write_bytes(build_workbook(default_inputs()))
        edited = Edited(self.path)
        edited.set_named("SCORE_OVERRIDE", 0, 0, 0.5)
        edited.save()
        self.old = self.path.read_bytes()
        done = recalculate(self.path)
        assert done.parts
        self.new = done.package.replaced(done.parts).to_bytes()

    def reset(self) -> None:
        """The workbook as it was, in a folder with nothing else."""
        for other in self.path.parent.iterdir():
            other.unlink()
        self.path.write_bytes(self.old)
        self.path.chmod(0o664)

    def write(self) -> None:
        """The last step of a recalculation."""
        write_atomically(self.path, self.new, seen=fingerprint(self.old))

    def command(self) -> None:
        """The whole command."""
        with Path(os.devnull).open("w") as nothing, contextlib.redirect_stdout(nothing):
            code = main(["recalculate", str(self.path)])
        if code:
            os._exit(code)

    # --- what is left ------------------------------------------------------------------------

    def judge(self, kind: str) -> None:
        """Count the state after a kill; then the next run must work and leave no litter."""
        state = self._state()
        self.counts.update((f"{kind} tried", "tried", state))
        if state == "lost":
            self.problems.append(f"{kind}: neither the old nor the new workbook")
        backup = self._backup()
        if (state == "new" and backup is None) or backup not in (None, self.old):
            self.problems.append(f"{kind}: {state} without its backup")
        for left in self.path.parent.glob("*.tmp"):
            whole = left.read_bytes() in (self.old, self.new) or self._is_new(left)
            if not whole and stat.S_IMODE(left.stat().st_mode) != 0o600:
                self.problems.append(f"{kind}: a temporary that others can read")
        self.counts["litter"] += len(list(self.path.parent.iterdir())) > 1 + (backup is not None)
        self._next_run(kind, state)

    def _next_run(self, kind: str, state: str) -> None:
        """The whole command every twelfth time, else its first step and, where due, its last."""
        whole = self.counts["tried"] % 12 == 0
        code = finished(fork(self.command if whole else lambda: self._rest(state)))
        if code or self._state() != "new" or self._backup() != self.old:
            self.problems.append(f"{kind}: the next run failed ({code}, {self._state()})")
        names = {p.name for p in self.path.parent.iterdir()}
        if names != {NAME, f"{NAME}.bak"}:
            self.problems.append(f"{kind}: left behind {sorted(names)}")

    def _rest(self, state: str) -> None:
        refuse_locked(self.path)
        if state == "old":
            self.write()

    def _backup(self) -> bytes | None:
        saved = self.path.with_name(f"{NAME}.bak")
        return saved.read_bytes() if saved.exists() else None

    def _state(self) -> str:
        content = self.path.read_bytes() if self.path.exists() else b""
        if content == self.old:
            return "old"
        return "new" if content == self.new or self._is_new(self.path) else "lost"

    def _is_new(self, path: Path) -> bool:
        """Whether a file is a workbook with nothing left to recalculate: only its stamp differs."""
        try:
            done = recalculate(path)
        except files.FileProblem:
            return False
        return not done.errors and not done.parts


# --- killing ------------------------------------------------------------------------------------


def fork(work: Callable[[], None]) -> int:
    """Start a copy of this process that does the work and ends; returns its id."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def finished(child: int) -> int:
    """Wait for a copy; its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(line: int, work: Callable[[], None]) -> Callable[[], None]:
    """The work, killed where it reaches so many lines of the module that writes files."""
    left = line

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != files.__file__:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    def run() -> None:
        sys.settrace(trace)
        work()

    return run


def kill_at_every_line(victim: Victim) -> None:
    """Until a write comes through."""
    line = 0
    while True:
        line += 1
        victim.reset()
        if finished(fork(killed_at(line, victim.write))) == 0:
            return
        victim.judge("line")


def kill_at_moments(victim: Victim, kind: str, work: Callable[[], None], times: int) -> None:
    """At random moments of the time that the work takes."""
    draw = random.Random(f"{SEED} {kind}")
    victim.reset()
    begin = time.monotonic()
    assert finished(fork(work)) == 0
    takes = time.monotonic() - begin
    for _ in range(times):
        victim.reset()
        child = fork(work)
        time.sleep(draw.uniform(0, takes))
        os.kill(child, signal.SIGKILL)
        finished(child)
        victim.judge(kind)


def kill_processes(victim: Victim, times: int) -> None:
    """The command as its user starts it."""
    draw = random.Random(f"{SEED} process")
    command = [sys.executable, "-m", "iiecon", "recalculate", str(victim.path)]
    takes = 0.0
    for trial in range(times + 1):
        victim.reset()
        begin = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            if trial:
                time.sleep(draw.uniform(0.3, 1.0) * takes)
                process.kill()
        takes = takes or time.monotonic() - begin
        assert trial or process.returncode == 0
        if trial:
            victim.judge("command as a process")


def run(folder: Path) -> dict[str, Any]:
    """All kills; the counts and what was wrong."""
    victim = Victim(folder)
    kill_at_every_line(victim)
    kill_at_moments(victim, "moment", victim.write, MOMENTS)
    kill_at_moments(victim, "command", victim.command, COMMANDS)
    kill_processes(victim, PROCESSES)
    times = os.times()
    seconds = sum((times.user, times.system, times.children_user, times.children_system))
    return {"counts": victim.counts, "problems": victim.problems, "cpu_seconds": round(seconds, 1)}


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1])), ensure_ascii=False))

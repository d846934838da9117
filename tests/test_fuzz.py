"""A short run of the fuzzer; `python -m tests.fuzz --seconds N --seed S` runs on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import fuzz
from tests.conftest import ROOT, Tally

CASES = 500


def test_damaged_files_are_read_or_refused(tmp_path: Path, tally: Tally) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "--cases", str(CASES), "--seed", "6",
         "--keep", str(tmp_path)],
        cwd=ROOT, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    counts = json.loads(done.stdout)
    tally("fuzzed files", **counts)
    assert counts["tried"] == CASES
    assert counts["read"] + counts["refused"] == CASES
    assert min(counts["read"], counts["refused"]) > CASES // 10, "damage of every degree"
    assert list(tmp_path.iterdir()) == []


def test_what_goes_wrong_is_seen_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def trip(path: Path) -> object:
        raise ZeroDivisionError(path.name)

    monkeypatch.setattr(fuzz, "seeds", lambda: [fuzz.Seed("x.csv", b"a,b\n1,2\n", trip)])
    fuzzer = fuzz.Fuzzer(1, tmp_path / "kept")
    fuzzer.run(cases=2, seconds=60)
    assert fuzzer.counts == {"tried": 2, "read": 0, "refused": 0, "wrong": 2}
    assert len(list((tmp_path / "kept").iterdir())) == 2
    assert "ZeroDivisionError" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="alarms of POSIX")
def test_what_takes_too_long_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(_: Path) -> object:
        while True:
            pass

    monkeypatch.setattr(fuzz, "SLOW", 0.05)
    assert "Slow" in fuzz.outcome(hang, tmp_path)

"""No failure loses a workbook: the old or the new one is there whole, and the next run works.

Kills are at every line of the writing module and at random moments; the disk is full by a limit on
the size of files, which the kernel enforces; rivals are real processes or real changes of the file.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from iiecon.cli import main
from iiecon.spreadsheet import files
from iiecon.spreadsheet.files import (
    ABSENT,
    FileProblem,
    fingerprint,
    fingerprint_of,
    tidy,
    write_atomically,
)
from tests.conftest import ROOT, Tally

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")
OLD, NEW, THEIRS = b"old" * 100_000, b"new" * 120_000, b"theirs"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """An old file in a folder with a space and Chinese characters."""
    folder = tmp_path / "测算 folder"
    folder.mkdir()
    file = folder / "m.xlsm"
    file.write_bytes(OLD)
    return file


def names(path: Path) -> list[str]:
    return sorted(p.name for p in path.parent.iterdir())


def problem(path: Path, work: Callable[[], object]) -> str:
    """The key of the problem that the work ends in; the file is as it was, nothing is left."""
    before, there = path.read_bytes(), names(path)
    with pytest.raises(FileProblem) as caught:
        work()
    assert path.read_bytes() == before
    assert names(path) == there
    return caught.value.key


@POSIX
def test_a_killed_recalculation_never_loses_the_workbook(tmp_path: Path, tally: Tally) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.killing", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    counts = {"lost": 0, **told["counts"]}
    tally("kills while writing", **counts)
    assert told["problems"] == []
    assert counts["lost"] == 0
    assert counts["tried"] >= 200
    assert counts["old"] + counts["new"] == counts["tried"]
    assert min(counts["old"], counts["new"], counts["litter"]) > 20, "the kills hit the writing"


@POSIX
@pytest.mark.parametrize("size", [0, 1, 4096, 250_000, len(OLD) - 1, len(OLD), len(NEW) - 1])
def test_a_full_disk(path: Path, size: int) -> None:
    """RLIMIT_FSIZE: the kernel refuses to write on, as it does without space."""
    code = (
        "import resource, sys; from pathlib import Path;"
        "from iiecon.spreadsheet.files import FileProblem, write_atomically\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))\n"
        "try: write_atomically(Path(sys.argv[1]), b'new' * 120_000)\n"
        "except FileProblem as problem: print(problem.key)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(size)], capture_output=True, check=True
    )
    assert done.stdout.split() == [b"file.no_space"]
    assert path.read_bytes() == OLD
    assert set(names(path)) <= {"m.xlsm", "m.xlsm.bak"}
    backup = path.with_name("m.xlsm.bak")
    assert not backup.exists() or backup.read_bytes() == OLD
    write_atomically(path, NEW)
    assert path.read_bytes() == NEW


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_each_step_refused_by_the_system(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, step, refuse)
        key = problem(path, lambda: write_atomically(path, NEW))
    assert key == ("file.no_space" if code == errno.ENOSPC else "file.unwritable")
    write_atomically(path, NEW)
    assert path.read_bytes() == NEW


@POSIX
def test_a_folder_that_is_read_only(path: Path) -> None:
    path.parent.chmod(0o555)
    try:
        with nobody(path):
            assert problem(path, lambda: write_atomically(path, NEW)) == "file.unwritable"
        path.parent.chmod(0o777)
        with nobody(path):
            write_atomically(path, NEW)
    finally:
        path.parent.chmod(0o755)
    assert path.read_bytes() == NEW


@contextmanager
def nobody(path: Path) -> Iterator[None]:
    """Without the rights of root, who may write anywhere."""
    if sys.platform == "win32" or os.geteuid() != 0:
        yield
        return
    closed = [folder for folder in path.parents if not folder.stat().st_mode & 0o001]
    for folder in closed:
        folder.chmod(0o711)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        for folder in closed:
            folder.chmod(0o700)


# --- rivals ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", ["~$m.xlsm", ".~lock.m.xlsm#"])
def test_a_workbook_opened_meanwhile(path: Path, lock: str) -> None:
    path.with_name(lock).touch()
    with pytest.raises(FileProblem, match=r"file\.locked"):
        write_atomically(path, NEW)
    assert path.read_bytes() == OLD


def test_a_workbook_changed_meanwhile_stays(path: Path) -> None:
    seen = fingerprint(OLD)
    path.write_bytes(THEIRS)
    assert problem(path, lambda: write_atomically(path, NEW, seen=seen)) == "file.changed"
    assert problem(path, lambda: write_atomically(path, NEW, False, seen=seen)) == "file.changed"
    path.unlink()
    with pytest.raises(FileProblem, match=r"file\.changed"):
        write_atomically(path, NEW, seen=seen)
    assert names(path) == []


def test_a_new_file_never_goes_over_one_that_appeared_meanwhile(path: Path) -> None:
    assert fingerprint_of(path.with_name("absent")) == ABSENT
    assert problem(path, lambda: write_atomically(path, NEW, False, seen=ABSENT)) == "file.changed"


@pytest.mark.parametrize("backup", [True, False])
def test_a_change_at_the_last_moment_is_seen(
    path: Path, monkeypatch: pytest.MonkeyPatch, backup: bool
) -> None:
    """The rival saves after the backup was made and the new file written."""
    flush, flushed = os.fsync, []

    def save_in_between(handle: int) -> None:
        flushed.append(handle)
        flush(handle)
        if len(flushed) == 1 + backup:
            path.write_bytes(THEIRS)

    monkeypatch.setattr(os, "fsync", save_in_between)
    seen = fingerprint(OLD)
    with pytest.raises(FileProblem, match=r"file\.changed"):
        write_atomically(path, NEW, backup, seen=seen)
    assert path.read_bytes() == THEIRS


@POSIX
def test_a_command_whose_workbook_is_changed_under_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3 with what to do, and the other's file untouched."""
    from iiecon.workbook import recalculate as module

    edited_workbook(path)
    write = module.write

    def later(done: module.Recalculated, target: Path) -> Path | None:
        assert done.parts
        path.write_bytes(THEIRS)
        return write(done, target)

    monkeypatch.setattr(module, "write", later)
    assert main(["recalculate", str(path)]) == 3
    assert path.read_bytes() == THEIRS
    assert names(path) == ["m.xlsm"]
    said = capsys.readouterr().err
    assert str(path) in said
    assert "run again" in said


def edited_workbook(path: Path) -> None:
    """The shipped model with a changed score, not yet recalculated."""
    from iiecon import default_inputs
    from iiecon.workbook.build import build_workbook
    from tests.workbook.edit import Edited

    path.write_bytes(build_workbook(default_inputs()))
    edited = Edited(path)
    edited.set_named("SCORE_OVERRIDE", 0, 0, 0.5)
    edited.save()


def test_two_writers_at_once_take_turns(path: Path) -> None:
    """Each of many writers finds the file that it expects, or leaves it alone."""
    wins, losses = [], []

    def write(number: int) -> None:
        try:
            write_atomically(path, b"%d" % number * 50_000, seen=fingerprint(OLD))
            wins.append(number)
        except FileProblem as found:
            losses.append(found.key)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wins) == 1
    assert losses == ["file.changed"] * 7
    assert path.read_bytes() == b"%d" % wins[0] * 50_000
    assert path.with_name("m.xlsm.bak").read_bytes() == OLD
    assert names(path) == ["m.xlsm", "m.xlsm.bak"]


def test_a_process_that_does_not_finish_is_not_waited_for_without_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PAUSE", 0.001)
    with files._sole_writer(path):
        monkeypatch.setattr(files._sole_writer.__wrapped__, "__defaults__", (0.05,))  # type: ignore[attr-defined]
        assert problem(path, lambda: write_atomically(path, NEW)) == "file.busy"
        tidy(path)
        assert files._lock_of(path).exists(), "it is the other's"
    write_atomically(path, NEW)


# --- what is left over ----------------------------------------------------------------------------


def test_litter_of_a_killed_run_is_removed_and_nothing_else(path: Path) -> None:
    ours = [".m.xlsm.abcd1234.tmp", ".m.xlsm.bak.abcd1234.tmp", ".m.xlsm.lock"]
    others = [".m.xlsm.mine.tmp", ".m2.xlsm.abcd1234.tmp", "m.xlsm.abcd1234.tmp", ".n.xlsm.lock"]
    for name in (*ours, *others):
        path.with_name(name).touch()
    tidy(path)
    assert names(path) == sorted(["m.xlsm", *others])
    for name in ours:
        path.with_name(name).touch()
    write_atomically(path, NEW)
    assert names(path) == sorted(["m.xlsm", "m.xlsm.bak", *others])


@POSIX
def test_temporaries_are_private_and_in_the_folder_of_the_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, int] = {}
    flush = os.fsync

    def look(handle: int) -> None:
        for left in path.parent.glob("*.tmp"):
            seen[left.name] = stat.S_IMODE(left.stat().st_mode)
        flush(handle)

    monkeypatch.setattr(os, "fsync", look)
    path.chmod(0o666)
    write_atomically(path, NEW)
    assert len(seen) == 2
    assert set(seen.values()) == {0o600}
    assert stat.S_IMODE(path.stat().st_mode) == 0o666

"""Files on disk: read within limits, written so that the old or the new one is always there whole.

A write goes to a private temporary neighbour, which is flushed to the disk and renamed over the
target; the old file is copied to a backup in the same way before. One process writes a file at a
time. A process that is killed leaves at most its temporaries, which the next one removes.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

MAX_FILE = 64 * 1024 * 1024
"""Bytes of a file that is read; the largest workbook that `iiecon new` makes has 3 MB."""
PATIENCE = 10.0
"""Seconds to wait for another process that is writing the same file, which takes milliseconds."""
PAUSE = 0.02
ABSENT = ""
"""The fingerprint of a file that is not there."""
_NO_SPACE = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


class FileProblem(Exception):  # noqa: N818
    """A file that cannot be used; ``key`` selects the message for the user."""

    def __init__(self, path: Path, key: str, detail: str = "") -> None:
        super().__init__(path, key, detail)
        self.path = path
        self.key = key
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.path}: {self.key} {self.detail}".rstrip()


# --- Reading --------------------------------------------------------------------------------------


def read_file(path: Path, unfit: str = "file.not_workbook") -> bytes:
    """The bytes of a file; FileProblem says what stands in the way.

    `unfit` is the key for what is neither a file nor a folder, such as a pipe.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # reading a pipe could wait for ever
            raise FileProblem(path, "file.folder" if stat.S_ISDIR(about.st_mode) else unfit)
        if about.st_size > MAX_FILE:
            raise FileProblem(path, "file.too_big", f"> {MAX_FILE >> 20} MiB")
        return path.read_bytes()
    except PermissionError as error:
        key = "file.locked" if os.name == "nt" else "file.unreadable"
        raise FileProblem(path, key) from error
    except OSError as error:
        key = "file.missing_workbook" if path.suffix.lower() == ".xlsm" else "file.missing"
        raise FileProblem(path, key, error.strerror or "") from error


def fingerprint(content: bytes) -> str:
    """What tells the content of a file from any other."""
    return hashlib.sha256(content).hexdigest()


def fingerprint_of(path: Path) -> str:
    """The fingerprint of a file as it is now; ABSENT where there is none."""
    try:
        return fingerprint(path.read_bytes())
    except FileNotFoundError:
        return ABSENT


def is_locked(path: Path) -> Path | None:
    """The lock file that a spreadsheet program keeps beside a workbook it has open, if any."""
    path = Path(path).resolve()
    locks = (path.parent / f"~${path.name}", path.parent / f".~lock.{path.name}#")
    return next((lock for lock in locks if lock.exists()), None)


# --- Writing --------------------------------------------------------------------------------------


def check_target(path: Path) -> None:
    """Raises FileProblem where no file can be put: said before the work, not after it."""
    folder = path.resolve().parent
    if path.is_dir():
        raise FileProblem(path, "file.folder")
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise FileProblem(path, "file.unwritable")


def write_atomically(
    path: Path, data: bytes, backup: bool = True, *, seen: str | None = None
) -> Path | None:
    """Write a file so that a failure leaves the old one; returns the backup, if one was made.

    `seen` is the fingerprint of the file that `data` was made from: when the file is another one
    by now, it stays and FileProblem is raised, as when it is open elsewhere or cannot be written.
    """
    path = Path(path).resolve()  # a link stays a link to what is written
    if path.is_dir():
        raise FileProblem(path, "file.folder")
    with _problems(path), _sole_writer(path):
        _remove_litter(path)
        return _replace(path, data, backup, seen)


def tidy(path: Path) -> None:
    """Remove what killed writes of this file have left, unless another process is writing it."""
    path = Path(path).resolve()
    with contextlib.suppress(OSError, FileProblem):
        if _lock_of(path).exists() or _litter(path):
            with _sole_writer(path, patience=0):
                _remove_litter(path)


def _replace(path: Path, data: bytes, backup: bool, seen: str | None) -> Path | None:
    """The backup, then the file itself, which is looked at once more right before it goes."""
    saved = path.with_name(f"{path.name}.bak") if backup and path.exists() else None
    if saved:
        old = path.read_bytes()
        if seen not in (None, fingerprint(old)):
            raise FileProblem(path, "file.changed")
        seen = fingerprint(old)
        with _temporary(saved, old, path) as copy:
            copy.replace(saved)
    with _temporary(path, data, path) as fresh:
        lock = is_locked(path)
        if lock is not None:
            raise FileProblem(path, "file.locked", lock.name)
        if seen not in (None, fingerprint_of(path)):
            raise FileProblem(path, "file.changed")
        fresh.replace(path)
    _flush_folder(path.parent)
    return saved


@contextlib.contextmanager
def _problems(path: Path) -> Iterator[None]:
    """Report what the system refuses as a problem of the file."""
    try:
        yield
    except OSError as error:
        # Windows refuses to replace a file that a program holds open.
        held = isinstance(error, PermissionError) and os.name == "nt" and path.exists()
        key = "file.locked" if held else "file.unwritable"
        key = "file.no_space" if error.errno in _NO_SPACE else key
        raise FileProblem(path, key, error.strerror or "") from error


@contextlib.contextmanager
def _temporary(path: Path, data: bytes, model: Path) -> Iterator[Path]:
    """A neighbour of a file that holds `data`: private until full, then as open as `model`."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if model.exists():
            shutil.copymode(model, name)
        else:
            Path(name).chmod(0o666 & ~_umask())
        yield Path(name)
    finally:
        with contextlib.suppress(OSError):
            Path(name).unlink()


def _umask() -> int:
    """The permissions that new files go without; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _flush_folder(folder: Path) -> None:
    """Make a renaming last through a loss of power, where the system can."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _litter(path: Path) -> list[Path]:
    """The temporaries of a file and its backup that no process has removed."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.(?:bak\.)?[a-z0-9_]{{8}}\.tmp")
    found: list[Path] = []
    with contextlib.suppress(OSError):  # a folder that may be written but not listed
        found += (other for other in path.parent.iterdir() if ours.fullmatch(other.name))
    return found


def _remove_litter(path: Path) -> None:
    for left in _litter(path):
        left.unlink(missing_ok=True)


# --- One writer at a time -------------------------------------------------------------------------


def _lock_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.lock")


@contextlib.contextmanager
def _sole_writer(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other processes from writing the file; the system frees the lock of a killed one."""
    lock, until = _lock_of(path), time.monotonic() + patience
    while (handle := _taken(lock)) is None:
        if time.monotonic() >= until:
            raise FileProblem(path, "file.busy", lock.name)
        time.sleep(PAUSE)
    try:
        yield
    finally:
        _let_go(lock, handle)


if sys.platform == "win32":
    import msvcrt

    def _taken(lock: Path) -> int | None:
        """The lock file, open and locked; None while another process has it."""
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            os.close(handle)
            return None
        return handle

    def _let_go(lock: Path, handle: int) -> None:
        os.close(handle)
        with contextlib.suppress(OSError):  # refused while the next process has it open
            lock.unlink()

else:
    import fcntl

    def _taken(lock: Path) -> int | None:
        """The lock file, open and locked; None while another process has it."""
        handle = os.open(lock, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return None
        except OSError:
            pass  # a file system without locks: the comparison before replacing has to do
        if _is_open_as(lock, handle):
            return handle
        os.close(handle)  # the process that had it has removed it
        return None

    def _is_open_as(lock: Path, handle: int) -> bool:
        try:
            return os.path.samestat(lock.stat(), os.fstat(handle))
        except FileNotFoundError:
            return False

    def _let_go(lock: Path, handle: int) -> None:
        with contextlib.suppress(OSError):
            lock.unlink()
        os.close(handle)

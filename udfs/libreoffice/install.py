"""Installing the add-in with the unopkg program of the LibreOffice on this computer."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from udfs.libreoffice.extension import extension, server_command

TIME_LIMIT = 180
FILE_NAME = "IIEconModel.oxt"


class NotInstalled(Exception):  # noqa: N818
    """LibreOffice did not take the add-in; the text says why, in its own words."""


def unopkg() -> Path | None:
    """LibreOffice's package program: on the path, or where it is usually installed."""
    return next((path for path in _candidates() if path.is_file()), None)


def install(program: Path) -> None:
    """Put the add-in for this interpreter in place of any earlier one.

    Raises NotInstalled.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / FILE_NAME
        file.write_bytes(extension(server_command()))
        command = [str(program), "add", "--force", str(file)]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                encoding="utf-8",
                errors="replace",
                timeout=TIME_LIMIT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotInstalled(str(error)) from error
    if done.returncode:
        raise NotInstalled(" ".join((done.stderr or done.stdout).split()))


def _candidates() -> Iterator[Path]:
    found = shutil.which("unopkg")
    if found:
        yield Path(found)
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office:
        yield Path(office).resolve().with_name("unopkg")
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)"):
        if os.environ.get(variable):
            yield Path(os.environ[variable], "LibreOffice", "program", "unopkg.com")
    yield Path("/Applications/LibreOffice.app/Contents/MacOS/unopkg")
    yield Path("/usr/lib/libreoffice/program/unopkg")
    yield from sorted(Path("/opt").glob("libreoffice*/program/unopkg"), reverse=True)

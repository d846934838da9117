"""LibreOffice with the add-in, in a private profile, driven over UNO by a program of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.workbook.libreoffice import missing, program

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent
TIME_LIMIT = 180
PROFILE = Path(".config", "libreoffice", "4")


class OfficeError(Exception):
    """LibreOffice refused a request."""


class Office:
    """A running LibreOffice; unknown attributes are requests to the script that drives it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __getattr__(self, name: str) -> Any:
        def request(*arguments: Any) -> Any:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps([name, arguments]) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            assert line, f"LibreOffice ended at {name}{arguments}"
            answer = json.loads(line)
            if "failed" in answer:
                raise OfficeError(answer["failed"])
            return answer["done"]

        return request


def python_with_uno() -> str:
    """A Python that can talk to LibreOffice."""
    office = Path(program()).resolve().parent
    for candidate in ("/usr/bin/python3", str(office / "python"), sys.executable):
        if not Path(candidate).exists():
            continue
        tried = subprocess.run([candidate, "-c", "import uno"], capture_output=True, check=False)
        if tried.returncode == 0:
            return candidate
    missing("Python with uno (python3-uno)")


def environment(home: Path) -> dict[str, str]:
    """An environment whose LibreOffice profile is in `home`, and whose unopkg works for root."""
    dropped = ("PYTHONPATH", "PYTHONHOME", "XDG_CONFIG_HOME")
    inherited = {name: value for name, value in os.environ.items() if name not in dropped}
    search = os.pathsep.join([str(ROOT / "python"), str(ROOT)])
    path = f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**inherited, "HOME": str(home), "PATH": path, "PYTHONPATH": search}


def new_home() -> Path:
    """A folder that any user may enter; its name has a space and Chinese characters."""
    home = Path(tempfile.mkdtemp(prefix="插件 home "))
    home.chmod(0o777)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        _let_root_install(home)
    return home


def _let_root_install(home: Path) -> None:
    """unopkg refuses to serve root, who runs containers: a stand-in that calls it as nobody."""
    unopkg = shutil.which("unopkg") or missing("unopkg")
    if shutil.which("setpriv") is None:
        missing("setpriv")
    script = home / "bin" / "unopkg"
    script.parent.mkdir()
    script.write_text(
        "#!/bin/sh\n"
        'folder=$(mktemp -d); for file; do :; done; cp "$file" "$folder"; chmod -R a+rX "$folder"\n'
        "setpriv --reuid=65534 --regid=65534 --clear-groups "
        f'{unopkg} add --force "$folder/${{file##*/}}"\n'
        'code=$?; rm -r "$folder"; exit $code\n',
        encoding="utf-8",
    )
    script.chmod(0o755)


def install(home: Path) -> subprocess.CompletedProcess[str]:
    """Run `iiecon install-libreoffice` for the LibreOffice of a home."""
    return _run(home, [sys.executable, "-m", "iiecon", "install-libreoffice"])


def add(home: Path, file: Path) -> None:
    """Install an add-in file as it is."""
    done = _run(home, ["unopkg", "add", str(file)])
    assert done.returncode == 0, done.stderr


def _run(home: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    program, *arguments = command
    found = shutil.which(program, path=environment(home)["PATH"]) or missing(program)
    return subprocess.run(
        [found, *arguments],
        env=environment(home),
        capture_output=True,
        encoding="utf-8",
        timeout=TIME_LIMIT,
        check=False,
    )


@contextmanager
def running(home: Path, script: str = "driver.py") -> Iterator[Office]:
    """A running LibreOffice with the profile of a home, driven by a script of this folder."""
    profile, pipe = (home / PROFILE).as_uri(), f"iiecon-{uuid.uuid4().hex}"
    process = subprocess.Popen(
        [python_with_uno(), str(FOLDER / script), program(), profile, pipe],
        env={k: v for k, v in environment(home).items() if k != "PYTHONPATH"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield Office(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(TIME_LIMIT)
        finally:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()

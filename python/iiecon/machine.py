"""The computer as the checks of `doctor` see it: its paths, settings, registry and files.

The checks ask only here. So a test can describe a Windows machine and hold the checks against it
on any other.
"""

from __future__ import annotations

import contextlib
import locale
import os
import platform
import re
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

WINDOWS, MAC, LINUX = "Windows", "Darwin", "Linux"
ALL_SYSTEMS = (WINDOWS, MAC, LINUX)
SYSTEMS_WITH_EXCEL = (WINDOWS, MAC)
SECONDS_TO_START = 120
_VARIABLE = re.compile("%([^%]+)%")

Registry = Mapping[str, "str | int | Registry"]


@dataclass(frozen=True)
class Machine:
    """What is known of a computer and of the Python on it.

    `code_page` is the encoding in which VBA reads files and passes paths on; `output_encoding`
    that of the console. Paths are text in the machine's own form.
    """

    system: str
    python: tuple[int, int]
    bits: int
    executable: str
    base_prefix: str
    home: str
    environment: Mapping[str, str]
    code_page: str
    output_encoding: str

    @classmethod
    def here(cls) -> Machine:
        """The computer that this runs on; a system of another kind counts as Linux."""
        system = platform.system()
        return cls(
            system=system if system in ALL_SYSTEMS else LINUX,
            python=(sys.version_info.major, sys.version_info.minor),
            bits=struct.calcsize("P") * 8,
            executable=sys.executable,
            base_prefix=sys.base_prefix,
            home=str(Path.home()),
            environment=os.environ,
            code_page="mbcs" if sys.platform == "win32" else locale.getencoding(),
            output_encoding=sys.stdout.encoding or "ascii",
        )

    @property
    def has_excel(self) -> bool:
        """Whether Excel exists for this system."""
        return self.system in SYSTEMS_WITH_EXCEL

    def path(self, *parts: str) -> PurePath:
        """A path in the form of this machine."""
        return PureWindowsPath(*parts) if self.system == WINDOWS else PurePosixPath(*parts)

    def expanded(self, text: str) -> str:
        """A setting as xlwings' VBA expands it: %NAME% on Windows, a leading $HOME on a Mac."""
        if self.system == WINDOWS:
            known = {name.upper(): value for name, value in self.environment.items()}
            return _VARIABLE.sub(lambda found: known.get(found[1].upper(), found[0]), text)
        if text.startswith("$HOME/"):
            return self.home + text.removeprefix("$HOME")
        return text

    def in_code_page(self, text: str) -> bool:
        """Whether VBA can pass this text on."""
        with contextlib.suppress(UnicodeEncodeError):
            text.encode(self.code_page)
            return True
        return False

    def version(self, package: str) -> str | None:
        """The version of an installed package."""
        with contextlib.suppress(metadata.PackageNotFoundError):
            return metadata.version(package)
        return None

    def read(self, path: str) -> bytes | None:
        """A file, or a stream of a file (`name:stream` on Windows); None when there is none."""
        with contextlib.suppress(OSError, ValueError):
            return Path(path).read_bytes()
        return None

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder of this name."""
        return Path(path).exists()

    def matching(self, folder: str, pattern: str) -> list[str]:
        """The files below a folder whose relative path matches a pattern."""
        with contextlib.suppress(OSError):
            return [str(path) for path in sorted(Path(folder).glob(pattern))]
        return []

    def can_write(self, path: str) -> bool:
        """Whether a file can be changed, or files be made in a folder: tried, not guessed."""
        target = Path(path)
        try:
            if target.is_dir():
                with tempfile.TemporaryFile(dir=target):
                    return True
            with target.open("r+b"):
                return True
        except OSError:
            return False

    def same_folder(self, one: str, other: str) -> bool:
        """Whether two programs lie in one folder, long and short names taken together.

        Links are followed on Windows only: elsewhere an environment's python is itself a link to
        the one it was made from, and the two are not the same.
        """
        full = os.path.realpath if self.system == WINDOWS else os.path.abspath
        a, b = (os.path.normcase(full(Path(path).parent)) for path in (one, other))
        return a == b

    def short_path(self, path: str) -> str:
        """The old 8.3 form of a Windows path where the disk keeps one, else the path itself."""
        if sys.platform == "win32":
            import ctypes

            buffer = ctypes.create_unicode_buffer(1024)
            length = ctypes.windll.kernel32.GetShortPathNameW(path, buffer, len(buffer))
            if 0 < length < len(buffer):
                return buffer.value
        return path

    def registry(self, key: str) -> Registry:
        r"""The values and keys below a registry key such as `HKCU\Software\…`; else nothing."""
        if sys.platform == "win32":
            import winreg

            hives = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}
            hive, _, path = key.partition("\\")
            with (
                contextlib.suppress(OSError),
                winreg.OpenKey(hives[hive], path, access=winreg.KEY_READ | winreg.KEY_WOW64_64KEY)
                as opened,
            ):  # fmt: skip
                keys, values, _ = winreg.QueryInfoKey(opened)
                found = [winreg.EnumValue(opened, i) for i in range(values)]
                names = [winreg.EnumKey(opened, i) for i in range(keys)]
                below = {name: self.registry(f"{key}\\{name}") for name in names}
                return {**{name: value for name, value, _ in found}, **below}
        return {}

    def program(self, name: str, *usual: str) -> str | None:
        """Where a program is: on PATH, or else in one of its usual places."""
        found = shutil.which(name)
        return found or next((path for path in usual if self.exists(path)), None)

    def run(self, *command: str) -> tuple[bool, str]:
        """Run a program from another folder, without this shell's settings for Python.

        Whether it succeeded, and the last line that it said.
        """
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        with tempfile.TemporaryDirectory() as folder:
            try:
                done = subprocess.run(
                    command,
                    cwd=folder,
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=SECONDS_TO_START,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                return False, str(error)
        lines = done.stdout.decode(errors="replace").strip().splitlines()
        return done.returncode == 0, lines[-1] if lines else ""

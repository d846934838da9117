"""LibreOffice as an independent spreadsheet program: converting, rendering, recomputing.

Our own functions are unknown to it, so a copy of the workbook is handed over in which their cells
hold values; every plain Excel formula stays and is computed by LibreOffice itself.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import NoReturn

import pytest

OWN_CELL = re.compile(rb'(<c r="[A-Z]+\d+"[^>]*?) cm="1"([^>]*)><f t="array"[^>]*>[^<]*</f>')
PLAIN_VALUE = re.compile(rb"(</f>)<v>[^<]*</v>")


def program() -> str:
    """The soffice command; without it a run skips here, and fails where CI is set."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or missing("LibreOffice")


def missing(what: str) -> NoReturn:
    """Skip for want of a program; in CI nothing is skipped."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing and CI must not skip")
    pytest.skip(f"{what} is not installed")


def plain_copy(workbook: Path, folder: Path, *, recompute: bool) -> Path:
    """A copy with our functions' cells as values; `recompute` drops the values of the rest."""
    target = folder / f"{workbook.stem}.xlsx"
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                content = OWN_CELL.sub(rb"\1\2>", content)
                if recompute:
                    content = PLAIN_VALUE.sub(rb"\1", content)
            if name == "[Content_Types].xml":
                content = content.replace(
                    b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
                    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                )
            copy.writestr(name, content, zipfile.ZIP_DEFLATED)
    return target


def convert(file: Path, kind: str, folder: Path) -> Path:
    """Convert with a private profile; returns the new file."""
    profile = folder / "profile"
    command = [
        program(), "--headless", "--norestore", f"-env:UserInstallation={profile.as_uri()}",
        "--convert-to", kind, "--outdir", str(folder), str(file),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{file.stem}.{kind.split(':')[0]}"


def only_sheets(workbook: bytes, keep: list[str]) -> bytes:
    """The workbook with all other sheets hidden, so that a PDF shows just these."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(buffer, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/workbook.xml":
                content = re.sub(
                    rb'<sheet ([^>]*?)name="([^"]+)"([^>]*?)state="visible"',
                    lambda m: (
                        m.group(0)
                        if m.group(2).decode() in keep
                        else m.group(0).replace(b'state="visible"', b'state="hidden"')
                    ),
                    content,
                )
                names = re.findall(rb'<sheet [^>]*?name="([^"]+)"', content)
                content = _without_areas(content, [n.decode() in keep for n in names])
                first = names.index(keep[0].encode())
                content = re.sub(rb'activeTab="\d+"', b'activeTab="%d"' % first, content)
            copy.writestr(name, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _without_areas(book: bytes, kept: list[bool]) -> bytes:
    """LibreOffice prints hidden sheets too if they have an area to print: drop those areas."""
    area = rb'<definedName name="_xlnm\.Print_Area" localSheetId="(\d+)"[^>]*>[^<]*</definedName>'
    return re.sub(area, lambda m: m.group(0) if kept[int(m.group(1))] else b"", book)

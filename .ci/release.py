"""Everything that a release consists of, in one folder, with checksums.

Usage: python .ci/release.py [FOLDER]        (dist/ by default; needs `pip install -e '.[dev]'`)

Wheel and source archive, the workbook, the templates, and SHA256SUMS over all of them. The add-ins
need no file of their own: Excel's is in the workbook, LibreOffice's in the wheel.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WORKBOOK, TEMPLATES, SUMS = "IIEconModel.xlsm", "templates", "SHA256SUMS"
EARLIEST = (1980, 1, 1, 0, 0, 0)  # of a file in a zip archive: equal files give equal bytes


def release(folder: Path) -> list[Path]:
    """The files of a release, made in a folder that holds nothing else."""
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder}: not empty; remove it or choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
    )
    shutil.copyfile(ROOT / WORKBOOK, folder / WORKBOOK)
    _zip(ROOT / TEMPLATES, folder / f"{TEMPLATES}.zip")
    files = sorted(folder.iterdir())
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    return [*files, folder / SUMS]


def _zip(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(f"{folder.name}/{file.name}", EARLIEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"
    for made in release(chosen):
        print(made)

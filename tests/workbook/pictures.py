"""Pictures of sheets as LibreOffice prints them, held against kept ones.

Compared are the mean brightnesses of tiles, not dots: other fonts shift letters within a tile, but
a chart, a column or a heading that is missing or has moved changes the brightness of several.
`python -m tests.workbook.pictures SHEET …` renders the kept pictures anew: look at them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from tests.workbook import libreoffice

KEPT = Path(__file__).with_name("pictures")
DOTS_PER_INCH = 50
TILE = 18  # dots
TOLERANCE = 30.0  # of 255; other fonts move a tile by up to 20, a missing chart by 60 or more
Picture = npt.NDArray[np.float64]


def rendered(workbook: bytes, sheet: str, folder: Path) -> list[Picture]:
    """One picture in grey for each printed page of a sheet."""
    if shutil.which("pdftoppm") is None:
        libreoffice.missing("pdftoppm")
    source = folder / f"{sheet}.xlsm"
    source.write_bytes(libreoffice.only_sheets(workbook, [sheet]))
    (folder / "values").mkdir(exist_ok=True)
    copy = libreoffice.plain_copy(source, folder / "values", recompute=False)
    pdf = libreoffice.convert(copy, "pdf", folder)
    command = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-gray", "-png", str(pdf), str(folder / sheet)]
    subprocess.run(command, check=True, capture_output=True)
    return [_read(path) for path in sorted(folder.glob(f"{sheet}-*.png"))]


def kept(sheet: str) -> list[Picture]:
    """The pictures that a sheet must look like."""
    return [_read(path) for path in sorted(KEPT.glob(f"{sheet}-*.png"))]


def furthest(found: Picture, expected: Picture) -> float:
    """The largest difference of a tile, from 0 to 255; infinite for pages of different sizes."""
    if found.shape != expected.shape:
        return float("inf")
    return float(np.abs(_tiles(found) - _tiles(expected)).max())


def _read(path: Path) -> Picture:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L"), dtype=np.float64)


def _tiles(picture: Picture) -> Picture:
    rows, columns = (size // TILE for size in picture.shape)
    cut = picture[: rows * TILE, : columns * TILE]
    means: Picture = cut.reshape(rows, TILE, columns, TILE).mean(axis=(1, 3))
    return means


def _keep(sheets: list[str]) -> None:
    from iiecon import default_inputs
    from iiecon.workbook.build import build_workbook

    workbook = build_workbook(default_inputs())
    for sheet in sheets:
        for old in KEPT.glob(f"{sheet}-*.png"):
            old.unlink()
        with tempfile.TemporaryDirectory() as folder:
            for i, page in enumerate(rendered(workbook, sheet, Path(folder)), start=1):
                # Sixteen greys are plenty and keep the files small.
                grey = Image.fromarray((np.round(page / 17) * 17).astype(np.uint8))
                grey.quantize(16).save(KEPT / f"{sheet}-{i}.png", optimize=True)


if __name__ == "__main__":
    _keep(sys.argv[1:])

"""Pictures of all sheets as LibreOffice prints them, held against kept ones.

Compared are the mean brightnesses of tiles, not dots: other fonts shift letters within a tile, but
a chart, a column or a heading that is missing or has moved changes several tiles much, and a table
that is missing changes many a little.
`python -m tests.workbook.pictures` renders those anew that no longer are alike: look at them.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from iiecon import catalogue
from tests.workbook import libreoffice

KEPT = Path(__file__).with_name("pictures")
DOTS_PER_INCH = 45
TILE = 16  # dots
FOOT = ("0", "567", "380", "28")  # left, top, width and height in points
Picture = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """How far two pages differ, from 0 to 255: in one tile at most, and in all (RMS)."""

    largest: float
    overall: float

    @property
    def tolerable(self) -> bool:
        """Whether other fonts alone can be the reason: they moved one tile by up to 33 and all by
        up to 6; a missing chart moves one by 60, a missing table all by 14 or more.
        """
        return self.largest < 40 and self.overall < 8


def rendered(workbook: bytes, folder: Path) -> dict[str, list[Picture]]:
    """The printed pages of each sheet, in grey."""
    if shutil.which("pdftoppm") is None:
        libreoffice.missing("pdftoppm")
    source = folder / "pages.xlsm"
    source.write_bytes(workbook)
    (folder / "values").mkdir(exist_ok=True)
    copy = libreoffice.plain_copy(source, folder / "values", recompute=False)
    pdf = libreoffice.convert(copy, "pdf", folder)
    command = ["pdftoppm", "-r", str(DOTS_PER_INCH), "-gray", "-png", str(pdf), str(folder / "p")]
    subprocess.run(command, check=True, capture_output=True)
    found: dict[str, list[Picture]] = defaultdict(list)
    for page, sheet in zip(sorted(folder.glob("p-*.png")), _sheets(pdf), strict=True):
        found[sheet].append(_read(page))
    return dict(found)


def kept() -> dict[str, list[Picture]]:
    """The pictures that the sheets must look like."""
    found: dict[str, list[Picture]] = defaultdict(list)
    for path in sorted(KEPT.glob("*-*.png")):
        found[path.stem.rsplit("-", 1)[0]].append(_read(path))
    return dict(found)


def difference(found: Picture, expected: Picture) -> Difference:
    """How far two pages differ; infinitely if they are of different sizes."""
    if found.shape != expected.shape:
        return Difference(float("inf"), float("inf"))
    tiles = _tiles(found) - _tiles(expected)
    return Difference(float(np.abs(tiles).max()), float(np.sqrt((tiles**2).mean())))


def _sheets(pdf: Path) -> list[str]:
    """The sheet that each page belongs to, by the title in the left corner at its foot."""
    corner = [f"-{side}" for side in ("x", "y", "W", "H")]
    area = [word for pair in zip(corner, FOOT, strict=True) for word in pair]
    command = ["pdftotext", "-r", "72", *area, str(pdf), "-"]
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
    titles = {_letters(catalogue.both(f"sheet.{n}.title")): n for n in catalogue.keys("sheet")}
    feet = [_letters(words) for words in done.stdout.split("\f")[:-1]]
    return [titles[max(titles, key=partial(_common, foot))] for foot in feet]


def _common(foot: str, title: str) -> int:
    """Letters in which both begin: a long title is cut by the area, a short one followed."""
    return next((i for i, (a, b) in enumerate(zip(foot, title, strict=False)) if a != b), 99)


def _letters(text: str) -> str:
    """Without spaces; some fonts call a character by the name of the radical that looks like it."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _read(path: Path) -> Picture:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L"), dtype=np.float64)


def _tiles(picture: Picture) -> Picture:
    rows, columns = (size // TILE for size in picture.shape)
    cut = picture[: rows * TILE, : columns * TILE]
    means: Picture = cut.reshape(rows, TILE, columns, TILE).mean(axis=(1, 3))
    return means


def _keep() -> None:
    from iiecon import default_inputs
    from iiecon.workbook.build import build_workbook

    with tempfile.TemporaryDirectory() as folder:
        found = rendered(build_workbook(default_inputs()), Path(folder))
    before = kept()
    for sheet in before.keys() | found.keys():
        pages, old = found.get(sheet, []), before.get(sheet, [])
        if len(pages) == len(old) and all(
            difference(*pair).tolerable for pair in zip(pages, old, strict=True)
        ):
            continue
        for path in KEPT.glob(f"{sheet}-*.png"):
            path.unlink()
        for i, page in enumerate(pages, start=1):
            # Sixteen greys are plenty and keep the files small.
            grey = Image.fromarray((np.round(page / 17) * 17).astype(np.uint8))
            grey.quantize(16).save(KEPT / f"{sheet}-{i:02}.png", optimize=True)


if __name__ == "__main__":
    _keep()

"""Pictures of all sheets as LibreOffice prints them, held against kept ones.

Compared are the mean brightnesses of tiles, not dots: other fonts shift letters within a tile, but
a chart, a column or a heading that is missing or has moved changes several tiles much, and a table
that is missing changes many a little.
`python -m tests.workbook.pictures` renders those anew that no longer are alike: look at them.

The READMEs and the guide show cut-outs of the same pages, in colour and large enough to be read.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageOps

from iiecon import catalogue
from iiecon.workbook.print_setup import footer_title
from tests.workbook import libreoffice
from tests.workbook.edit import Edited

KEPT = Path(__file__).with_name("pictures")
DOTS_PER_INCH = 45
TILE = 16  # dots
FOOT = ("0", "567", "380", "28")  # left, top, width and height in points
WIDTH, MARGIN = 900, 10  # dots of a cut-out
SOFTWARE = 9  # its row on the sheet Experts
Picture = npt.NDArray[np.float64]


def override(workbook: Edited) -> None:
    """What step 5 of the READMEs and the tutorial do."""
    workbook.set_named("SCORE_OVERRIDE", SOFTWARE, 0, 0.5)


def slip(workbook: Edited) -> None:
    """A flow that is 1000 too high."""
    sheet, address = workbook.place("IO_FLOWS", 2, 40)
    workbook.set(sheet, address, 1000 + workbook.number(sheet, address))


@dataclass(frozen=True)
class CutOut:
    """A part of a sheet's first page: left, top, right, bottom as shares of the page."""

    sheet: str
    box: tuple[float, float, float, float]
    edit: Callable[[Edited], None] | None = None


CUT_OUTS = {
    "about": CutOut("About", (0, 0, 1, 0.6)),
    "summary": CutOut("Summary", (0, 0, 0.775, 0.53)),
    "charts": CutOut("Charts", (0, 0, 1, 0.95)),
    "settings": CutOut("Settings", (0, 0, 0.86, 0.4)),
    "experts": CutOut("Experts", (0, 0.38, 0.82, 0.6), override),
    "ballots": CutOut("Experts", (0, 0.62, 1, 0.94)),
    "summary_changed": CutOut("Summary", (0, 0, 0.775, 0.37), override),
    "checks": CutOut("Checks", (0, 0, 0.97, 0.4), slip),
    "sections": CutOut("Sections", (0, 0, 0.757, 0.52)),
}
REPORT_PAGES = 2
ABOVE_FOOT = (0.0, 0.0, 1.0, 0.94)


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


def cut_outs(workbook: bytes, folder: Path) -> dict[str, Image.Image]:
    """The pictures that READMEs and guide show, by name, in colour."""
    found = {}
    for edit in dict.fromkeys(cut.edit for cut in CUT_OUTS.values()):
        chosen = {name: cut for name, cut in CUT_OUTS.items() if cut.edit is edit}
        place = folder / (edit.__name__ if edit else "as_built")
        place.mkdir()
        pdf = _pages(workbook, {cut.sheet for cut in chosen.values()}, edit, place)
        sheets = _sheets(pdf)
        for name, cut in chosen.items():
            found[name] = _framed(_cut(pdf, 1 + sheets.index(cut.sheet), cut.box))
    pdf = _report(folder)
    pages = [_cut(pdf, i, ABOVE_FOOT) for i in range(1, REPORT_PAGES + 1)]
    return {**found, "report": _framed(_beside(pages))}


def kept_cut_outs() -> dict[str, Image.Image]:
    """The cut-outs as kept."""
    chosen = [path for path in sorted(KEPT.glob("*.png")) if "-" not in path.stem]
    return {path.stem: Image.open(path).convert("RGB") for path in chosen}


def in_grey(picture: Image.Image) -> Picture:
    """As dense as the pages, so that the same difference is tolerable."""
    return np.asarray(picture.convert("L").reduce(2), dtype=np.float64)


def _pages(
    workbook: bytes, sheets: Iterable[str], edit: Callable[[Edited], None] | None, folder: Path
) -> Path:
    """Some sheets as PDF, computed anew after an edit."""
    source = folder / "pages.xlsm"
    source.write_bytes(libreoffice.only_sheets(workbook, sorted(sheets)))
    if edit:
        from iiecon.workbook.build import computed

        edited = Edited(source)
        edit(edited)
        edited.save()
        source.write_bytes(computed(source.read_bytes()))
    return libreoffice.convert(
        libreoffice.plain_copy(source, folder, recompute=False), "pdf", folder
    )


def _report(folder: Path) -> Path:
    """The report on the shipped inputs as PDF."""
    from iiecon import default_inputs, run_model
    from iiecon.report import report

    target = folder / "report.docx"
    target.write_bytes(report(run_model(default_inputs()), ".docx").data)
    return libreoffice.convert(target, "pdf", folder)


def _cut(pdf: Path, page: int, box: tuple[float, float, float, float]) -> Image.Image:
    """A part of a page without its white margins."""
    stem = pdf.with_name(f"page-{page}")
    command = ["pdftoppm", "-singlefile", "-r", "200", "-f", str(page), "-png", str(pdf), str(stem)]
    subprocess.run(command, check=True, capture_output=True)
    with Image.open(f"{stem}.png") as whole:
        left, top, right, bottom = box
        wide, high = whole.size
        part = whole.convert("RGB").crop((left * wide, top * high, right * wide, bottom * high))
    white = Image.new("RGB", part.size, "white")
    return part.crop(ImageChops.difference(part, white).getbbox())


def _beside(pages: list[Image.Image]) -> Image.Image:
    """Pages from left to right."""
    gap = 10 * MARGIN
    width = sum(page.width + gap for page in pages) - gap
    sheet = Image.new("RGB", (width, max(page.height for page in pages)), "white")
    left = 0
    for page in pages:
        sheet.paste(page, (left, 0))
        left += page.width + gap
    return sheet


def _framed(picture: Image.Image) -> Image.Image:
    """`WIDTH` dots wide, a narrow white margin included."""
    inner = WIDTH - 2 * MARGIN
    height = round(picture.height * inner / picture.width)
    small = picture.resize((inner, height), Image.Resampling.LANCZOS)
    return ImageOps.expand(small, MARGIN, "white")


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
    titles = {_letters(footer_title(n)): n for n in catalogue.keys("sheet")}
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

    workbook = build_workbook(default_inputs())
    with tempfile.TemporaryDirectory() as folder:
        _keep_pages(rendered(workbook, Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        _keep_cut_outs(cut_outs(workbook, Path(folder)))


def _keep_cut_outs(found: dict[str, Image.Image]) -> None:
    before = kept_cut_outs()
    for name, picture in found.items():
        old = before.get(name)
        if not old or not difference(in_grey(picture), in_grey(old)).tolerable:
            picture.quantize(64).save(KEPT / f"{name}.png", optimize=True)


def _keep_pages(found: dict[str, list[Picture]]) -> None:
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

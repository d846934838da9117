"""Every sheet as printed looks as kept: no chart, table or heading is missing or has moved."""

from __future__ import annotations

import posixpath
import zipfile
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from PIL import Image

from tests.workbook import pictures
from tests.workbook.edit import Edited

KEPT = pictures.kept()
CUT_OUTS = pictures.kept_cut_outs()
ROOMY = 2 * 1024 * 1024  # bytes of all kept pictures
ANCHOR = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}twoCellAnchor"
CHARTS = {"Charts": 2, "Section_Charts": 11, "Region_Charts": 0}  # one of each to be left out


@pytest.fixture(scope="module")
def printed(
    built: bytes, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[pictures.Picture]]:
    return pictures.rendered(built, tmp_path_factory.mktemp("printed"))


def test_every_visible_sheet_is_printed_and_kept(
    built: bytes, printed: dict[str, list[pictures.Picture]], tmp_path: Path
) -> None:
    path = tmp_path / "file.xlsm"
    path.write_bytes(built)
    sheets = {s.title for s in openpyxl.load_workbook(path) if s.sheet_state == "visible"}
    assert set(printed) == sheets == set(KEPT)


@pytest.mark.parametrize("sheet", KEPT)
def test_a_sheet_looks_as_kept(printed: dict[str, list[pictures.Picture]], sheet: str) -> None:
    assert len(printed[sheet]) == len(KEPT[sheet])
    for i, (found, kept) in enumerate(zip(printed[sheet], KEPT[sheet], strict=True), start=1):
        difference = pictures.difference(found, kept)
        assert difference.tolerable, (sheet, i, difference)


@pytest.mark.parametrize("sheet", ["Summary", "Sections", "Map", "World", "IO_Table"])
def test_a_missing_table_is_seen(sheet: str) -> None:
    page = KEPT[sheet][0]
    without = page.copy()
    rows = page.shape[0]
    without[rows // 6 : rows // 2] = 255
    assert not pictures.difference(without, page).tolerable


def test_a_missing_chart_is_seen(built: bytes, tmp_path: Path) -> None:
    """A large chart, one of the smallest, and one of a page's two."""
    workbook = tmp_path / "without.xlsm"
    workbook.write_bytes(built)
    for sheet, number in CHARTS.items():
        _leave_out(workbook, sheet, number)
    printed = pictures.rendered(workbook.read_bytes(), tmp_path)
    for sheet in CHARTS:
        pages = zip(printed[sheet], KEPT[sheet], strict=True)
        assert not all(pictures.difference(*pair).tolerable for pair in pages), sheet


@pytest.fixture(scope="module")
def cut_outs(built: bytes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Image.Image]:
    return pictures.cut_outs(built, tmp_path_factory.mktemp("cut_outs"))


def test_every_cut_out_is_kept(cut_outs: dict[str, Image.Image]) -> None:
    assert set(cut_outs) == set(CUT_OUTS)


@pytest.mark.parametrize("name", CUT_OUTS)
def test_a_cut_out_looks_as_kept(cut_outs: dict[str, Image.Image], name: str) -> None:
    found, kept = (pictures.in_grey(p[name]) for p in (cut_outs, CUT_OUTS))
    rows = min(len(found), len(kept))
    assert abs(len(found) - len(kept)) < pictures.TILE  # white margins end where letters do
    difference = pictures.difference(found[:rows], kept[:rows])
    assert difference.tolerable, difference


@pytest.mark.parametrize("name", CUT_OUTS)
def test_a_cut_out_without_what_is_below_its_head_is_seen(name: str) -> None:
    picture = pictures.in_grey(CUT_OUTS[name])
    without = picture.copy()
    without[len(picture) // 3 :] = 255
    assert not pictures.difference(without, picture).tolerable


def test_the_kept_pictures_are_small() -> None:
    assert sum(path.stat().st_size for path in pictures.KEPT.glob("*.png")) < ROOMY


def _leave_out(workbook: Path, sheet: str, number: int) -> None:
    """Take one chart off a sheet."""
    folder, name = posixpath.split(Edited(workbook).part(sheet))
    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    relations = etree.fromstring(parts[f"{folder}/_rels/{name}.rels"])
    (target,) = [r.get("Target", "") for r in relations if "/drawings/" in r.get("Target", "")]
    drawing = posixpath.normpath(posixpath.join(f"/{folder}", target)).lstrip("/")
    root = etree.fromstring(parts[drawing])
    root.remove(list(root.iter(ANCHOR))[number])
    parts[drawing] = etree.tostring(root)
    with zipfile.ZipFile(workbook, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

"""What a command writes never lies over a file that it reads; what it refuses changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from iiecon.cli import main
from tests.conftest import ROOT

DATA = ROOT / "python" / "iiecon" / "data"
PUBLISHED = (DATA / "published_figures.csv").read_bytes()


@pytest.fixture(scope="module")
def package(built: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    (folder / "a.xlsm").write_bytes(built)
    assert main(["package", str(folder / "a.xlsm"), "-o", str(folder / "out")]) == 0
    return folder / "out"


@pytest.mark.parametrize(
    "command",
    [
        lambda w, c, p: ["audit", w, "--published", c, "-o", c],
        lambda w, c, p: ["audit", w, "--published", c, "--json", c],
        lambda w, c, p: ["audit", w, "--json", c.with_name("new"), "-o", c.with_name("new")],
        lambda w, c, p: ["calibrate", w, "--targets", c, "--json", c],
        lambda w, c, p: ["calibrate", w, "--apply", "-o", c],
        lambda w, c, p: ["base-years", w, "--tables", "x.csv", "--places", c, "--csv", c],
        lambda w, c, p: ["replicate", p, "--json", p / "inputs" / "macro.csv"],
        lambda w, c, p: ["compare", w, p, "--json", p / "new.json"],
        lambda w, c, p: ["import-io", w, w],
        lambda w, c, p: ["import-io", w, c.with_name("other.xlsm"), "-o", w],
        lambda w, c, p: ["import-data", w, w],
    ],
)
def test_no_file_in_use_is_written_over(
    command: Callable[[Path, Path, Path], list[object]],
    workbook: Path,
    package: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = tmp_path / "公布 figures.csv"
    figures.write_bytes(PUBLISHED)
    line = command(workbook, figures, shutil.copytree(package, tmp_path / "复现 package"))
    shutil.copy(workbook, tmp_path / "other.xlsm")
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    capsys.readouterr()
    assert main([str(word) for word in line]) == 2
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert not told.out

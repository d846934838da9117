"""`iiecon why`: what it prints and writes, and what it refuses."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from iiecon.cli import main
from iiecon.why.telling import readable
from tests.conftest import ROOT
from tests.workbook.edit import Edited

WORKBOOK = ROOT / "IIEconModel.xlsm"
CELL = "Summary!H9"


def asked(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main(["why", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_number_is_told_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = asked(capsys, WORKBOOK, CELL)
    assert (code, err) == (0, "")
    assert out.startswith(f"{CELL} = 9,560.46  全国 · 直接产业增加值")
    assert "Nation · Direct value added · 亿元 · 2020" in out
    assert "算式 / arithmetic  = " in out


@pytest.mark.parametrize("cell", ["summary!$H$9", "'Summary'!h9"])
def test_cells_may_be_written_in_several_ways(
    capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    assert asked(capsys, WORKBOOK, cell)[1].startswith(f"{CELL} = 9,560.46 ")


def test_people_see_few_digits_and_no_addends_of_zero(capsys: pytest.CaptureFixture[str]) -> None:
    out = asked(capsys, WORKBOOK, CELL)[1]
    assert not re.search(r"\d\.\d{8}", out)
    assert "= 3,907.63 + 5,652.83\n" in out
    marks = [line.index("=") for line in out.splitlines()[1:3]]
    assert marks[0] == marks[1]


@pytest.mark.parametrize(
    ("arithmetic", "shown"),
    [
        ("0 + 0 + 3907.6123 + 0", "3,907.61"),
        ("2 * (0 + 1.5) - 0 * 3", "2 * (1.5) - 0 * 3"),
        ("0.1234567890123 * 10.5", "0.123457 * 10.5"),
        ("x10 + 0 * 7 + 20.0001", "x10 + 0 * 7 + 20.0001"),
        ("max(77734.00999999998, 2) ** 2", "max(77,734.01, 2) ** 2"),
        ("1.5e-12 + 0", "1.5e-12"),
    ],
)
def test_an_arithmetic_for_people(arithmetic: str, shown: str) -> None:
    assert readable(arithmetic) == shown


@pytest.mark.parametrize(("cell", "mark"), [("AZ99", "an empty cell"), ("A1", "a text, not")])
def test_a_cell_without_a_number_says_what_it_is(
    cell: str, mark: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = asked(capsys, WORKBOOK, f"Summary!{cell}", "--lang", "en")
    assert code == 0
    assert f"[{mark}" in out
    assert "input" not in out


def test_json_has_the_whole_tree(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "why.json"
    assert asked(capsys, WORKBOOK, CELL, "--depth", 1, "--json", target)[0] == 0
    record = json.loads(target.read_text(encoding="utf-8"))
    assert record["cell"] == CELL
    assert eval(record["arithmetic"]) == pytest.approx(record["value"], rel=1e-12)
    assert len(record["factors"]) == 19


@pytest.mark.parametrize("cell", ["H9", "Nowhere!H9", "Summary!9", "Summary!", "Summary!H9:H10"])
def test_what_is_no_cell_is_refused_with_the_sheets(
    capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    code, out, err = asked(capsys, WORKBOOK, cell)
    assert (code, out) == (2, "")
    assert cell in err
    assert "IO_Sectors" in err


def test_a_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, "nowhere.xlsm", CELL)[0] == 3


def test_an_error_is_followed_and_the_file_stays(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = Path(shutil.copy(WORKBOOK, tmp_path / "model.xlsm"))
    edited = Edited(path)
    edited.set("IO_Table", "M20", "n.a.")
    edited.save()
    before = path.read_bytes()
    code, out, err = asked(capsys, path, "Sections!E34", "--lang", "en")
    assert code == 1
    assert out.startswith("IO_Table!M20: text “n.a.” where a number is due")
    assert "IO_Table!M20" in err  # the input is at fault whatever cell is asked for
    assert "the file still shows" in err
    assert path.read_bytes() == before


def test_json_is_not_written_over_the_workbook(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = Path(shutil.copy(WORKBOOK, tmp_path / "model.xlsm"))
    assert asked(capsys, path, CELL, "--json", path)[0] == 2
    assert path.read_bytes() == WORKBOOK.read_bytes()

"""Ballots from a file: what is taken, and every fault named by its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from iiecon import InputError, ModelInputs
from iiecon.cli import main
from iiecon.inputs import Proposed
from iiecon.readers.ballots import with_ballots
from tests.conftest import ROOT

HEAD = "code,name,factor,very_high,high,medium,low,none"
FACTORS = ("technology", "revenue", "application", "growth")
ROWS = [
    *(f"090,房地产,{factor},1,2,3,4," for factor in FACTORS),
    *(f"024,,{factor},0,0,5,0,5" for factor in FACTORS),
]


def written(folder: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path = folder / "票.csv"
    path.write_bytes("\n".join([head, *rows]).encode(encoding))
    return path


def with_row(line: int, row: str) -> list[str]:
    """The rows with one of them, by its line in the file, replaced."""
    return [*ROWS[: line - 2], row, *ROWS[line - 1 :]]


def test_the_sectors_of_the_file_are_the_direct_ones(inputs: ModelInputs, tmp_path: Path) -> None:
    given = with_ballots(inputs, written(tmp_path, *ROWS, encoding="gbk"))
    experts = given.experts
    assert experts.codes == ("090", "024")
    assert experts.direct == (True, True)
    assert np.isnan(experts.override).all()
    assert experts.ballots[0].tolist() == [[1, 2, 3, 4, 0]] * 4  # a blank is no vote
    assert experts.ballots[1].tolist() == [[0, 0, 5, 0, 5]] * 4
    assert "票.csv" in experts.source
    assert replace(given, experts=inputs.experts).sha256() == inputs.sha256()


def test_rows_stand_in_any_order(inputs: ModelInputs, tmp_path: Path) -> None:
    mixed = ["090,,growth,9,,,,1", *ROWS[:3], *reversed(ROWS[4:])]
    ballots = with_ballots(inputs, written(tmp_path, *mixed)).experts.ballots
    assert ballots[0, FACTORS.index("growth")].tolist() == [9, 0, 0, 0, 1]
    assert ballots[0, FACTORS.index("revenue")].tolist() == [1, 2, 3, 4, 0]


GRADES_ZH = "高度相关,较高相关,中等相关,较低相关,不相关"
FACTORS_ZH = dict(
    zip(FACTORS, ("技术关联度", "产品与服务占比", "应用深度", "发展潜力"), strict=True)
)


@pytest.mark.parametrize(
    ("head", "factors"),
    [
        (f"代码,名称,指标,{GRADES_ZH}", FACTORS_ZH),
        (f"部门代码,部门,因素,{GRADES_ZH}", FACTORS_ZH),
        (HEAD, FACTORS_ZH),
        ("Code,Name,Factor,Very high,High,Medium,Low,None",
         dict(zip(FACTORS, ("Technological relevance", "Share of products and services",
                            "Depth of application", "Growth potential"), strict=True))),
    ],
)  # fmt: skip
def test_names_of_the_sheet_experts_are_taken(
    head: str, factors: dict[str, str], inputs: ModelInputs, tmp_path: Path
) -> None:
    rows = [",".join(factors.get(cell, cell) for cell in row.split(",")) for row in ROWS]
    plain = with_ballots(inputs, written(tmp_path, *ROWS))
    assert with_ballots(inputs, written(tmp_path, *rows, head=head)).sha256() == plain.sha256()


def test_heads_are_those_that_the_workbook_prints(inputs: ModelInputs, tmp_path: Path) -> None:
    """A block copied from the sheet Experts, in the order in which it stands there."""
    sheet = openpyxl.load_workbook(ROOT / "IIEconModel.xlsm", read_only=True)["Experts"]
    cells = [[str(v or "") for v in row] for row in sheet.iter_rows(max_col=9, values_only=True)]
    block = next(row for row in cells if "高度相关\nVery high" in row)
    assert block[0] == "代码\nCode"
    head = ",".join(" ".join(text.split()) for text in (*block[:3], *block[4:9]))
    given = with_ballots(inputs, written(tmp_path, *ROWS, head=head))
    assert given.experts.codes == ("090", "024")


def test_a_column_named_twice_in_two_languages_is_refused(
    inputs: ModelInputs, tmp_path: Path
) -> None:
    rows = [f"{row}0,7" for row in ROWS]
    with pytest.raises(InputError) as caught:
        with_ballots(inputs, written(tmp_path, *rows, head=f"{HEAD},高度相关"))
    assert "高度相关" in str(caught.value)


def test_what_was_proposed_about_directness_is_now_decided(
    inputs: ModelInputs, tmp_path: Path
) -> None:
    count = inputs.table.size
    unsure = replace(inputs, proposed=Proposed(np.full((count, 2), 0.5), ("?",) * count))
    proposed = with_ballots(unsure, written(tmp_path, *ROWS)).proposed
    assert proposed is not None
    assert (proposed.confidence[:, 0] == 0.5).all()
    assert np.isnan(proposed.confidence[:, 1]).all()


@pytest.mark.parametrize(
    ("line", "row", "told"),
    [
        (3, "999,,revenue,1,0,0,0,0", "999"),
        (3, "090,教育,revenue,1,0,0,0,0", "房地产"),
        (3, "090,,luck,1,0,0,0,0", "luck"),
        (3, "090,,revenue,1,0,0,0.5,0", "0.5"),
        (3, "090,,revenue,-1,0,0,0,0", "-1"),
        (3, "090,,revenue,many,0,0,0,0", "many"),
        (3, "090,,revenue,nan,0,0,0,0", "nan"),
        (3, "090,,revenue,inf,0,0,0,0", "inf"),
        (3, "090,,revenue,0,0,0,0,", "有效票"),
        (3, "090,,revenue,99,0,0,0,0", "99"),
        (4, "090,,revenue,1,2,3,4,0", "revenue"),
    ],
)
def test_a_wrong_row_is_named_by_its_line(
    line: int, row: str, told: str, inputs: ModelInputs, tmp_path: Path
) -> None:
    path = written(tmp_path, *with_row(line, row))
    with pytest.raises(InputError) as caught:
        with_ballots(inputs, path)
    first = str(caught.value.findings[0])
    assert first.startswith(f"{path}:{line}: ")
    assert told in first


@pytest.mark.parametrize(
    ("head", "rows", "told"),
    [
        ("code,factor,very_high,high,medium,none", ROWS, "low"),
        (f"{HEAD},very_low", ROWS, "very_low"),
        ("code,low,factor,very_high,high,medium,low,none", ROWS, "low"),
        (HEAD, [f"{ROWS[0]},7", *ROWS[1:]], "…"),
        (HEAD, ROWS[:-1], "growth"),
        (HEAD, [], "没有数据"),
    ],
)
def test_nothing_of_the_file_is_left_out(
    head: str, rows: list[str], told: str, inputs: ModelInputs, tmp_path: Path
) -> None:
    path = written(tmp_path, *rows, head=head)
    with pytest.raises(InputError) as caught:
        with_ballots(inputs, path)
    assert str(caught.value.findings[0]).startswith(f"{path}: ")
    assert told in str(caught.value)


def test_the_command_refuses_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target, path = tmp_path / "new.xlsm", written(tmp_path, *with_row(5, "090,,growth,x,,,,"))
    assert main(["new", str(target), "--ballots", str(path)]) == 1
    assert capsys.readouterr().err.startswith(f"{path}:5: ")
    assert main(["new", str(target), "--ballots", str(tmp_path / "absent.csv")]) == 3
    for extra in (["--sectors", "42"], ["--scored", "3"]):
        assert main(["new", str(target), "--ballots", str(path), *extra]) == 2
    assert main(["new", str(target), "--panel", "somebody"]) == 2
    assert not target.exists()

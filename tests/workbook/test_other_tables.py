"""The commands `base-years` and `country` on workbook files."""

import csv
import json
from pathlib import Path

import pytest

from iiecon.cli import main


def test_base_years(
    workbook: Path, shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = workbook.read_bytes()
    tables = [str(shared / "data" / "test-only" / f"china_{y}_153.csv") for y in (2018, 2020)]
    told, rows = tmp_path / "years.json", tmp_path / "years.csv"
    outputs = ["--json", str(told), "--csv", str(rows)]
    assert main(["base-years", str(workbook), "--tables", *tables, *outputs]) == 0
    assert workbook.read_bytes() == before
    found = json.loads(told.read_text(encoding="utf-8"))
    assert [r["year"] for r in found["runs"] if r["base_year"] == 2018] == [2018, 2019, 2020, 2021]
    with rows.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [float(r["difference"]) for r in lines] == [r["difference"] for r in found["drift"]]
    nation = next(r for r in found["drift"] if (r["year"], r["section"]) == (2020, "all"))
    assert f"{nation['extrapolated']:,.1f}" in capsys.readouterr().out


def test_base_years_refuses(
    workbook: Path, shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = str(shared / "data" / "test-only" / "OECD21ed_JPN_2017.csv")
    assert main(["base-years", str(workbook), "--tables", foreign]) == 1
    assert foreign in capsys.readouterr().err
    assert main(["base-years", str(workbook), "--tables", foreign, "--json", str(workbook)]) == 2


def test_country(
    workbook: Path, shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = str(shared / "data" / "test-only" / "OECD21ed_JPN_2017.csv")
    told = tmp_path / "japan.json"
    assert main(["country", table, "--workbook", str(workbook), "--json", str(told)]) == 0
    found = json.loads(told.read_text(encoding="utf-8"))
    shown = capsys.readouterr().out
    assert f"{found['national']['total']:,.1f}" in shown
    assert "C+D+N" in shown
    scores = {i["industry"]: i["score"] for i in found["industries"] if i["score"]}
    assert set(scores) == {"D26", "D27", "D61", "D62T63"}


def test_country_refuses(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = str(shared / "data" / "test-only" / "OECD21ed_JPN_2017.csv")
    scores = tmp_path / "scores.csv"
    scores.write_text("industry,score\nD99,0.1\n", encoding="utf-8")
    assert main(["country", table, "--scores", str(scores)]) == 1
    assert str(scores) in capsys.readouterr().err
    assert main(["country", table, "--scores", str(tmp_path / "none.csv")]) == 3

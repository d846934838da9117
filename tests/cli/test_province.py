"""The command `province`: the numbers of the sheets, for one province."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from iiecon import catalogue, default_inputs
from iiecon.cli import main
from tests.conftest import ROOT

BOOK = ROOT / "IIEconModel.xlsm"
CODES = [p.code for p in default_inputs().provinces]
SICHUAN = CODES.index("510000")


@pytest.fixture(scope="module")
def stored() -> Any:
    """The values that the shipped workbook shows, by name of the range, as rows."""
    book = openpyxl.load_workbook(BOOK, data_only=True)

    def rows(name: str) -> list[list[Any]]:
        ((sheet, area),) = book.defined_names[name].destinations
        return [[cell.value for cell in row] for row in book[sheet][area]]

    return rows


def years_of(capsys: pytest.CaptureFixture[str], name: str) -> list[dict[str, Any]]:
    assert main(["province", str(BOOK), name, "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["code"], told["name"]) == ("510000", "四川")
    return list(told["years"])


@pytest.mark.parametrize("name", ["四川", "四川省", "Sichuan", "sichuan province", "510000"])
def test_a_province_has_the_numbers_of_the_sheets(
    name: str, stored: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    years = years_of(capsys, name)
    values, jobs = stored("PROVINCE_VA"), stored("PROVINCE_JOBS")
    (nation,) = stored("NATIONAL_VA")
    assert [y["year"] for y in years] == [2017, 2018, 2019, 2020, 2021]
    for t, year in enumerate(years):
        own = values[SICHUAN][t]
        assert year["value_added"] == pytest.approx(own, rel=1e-11)
        assert year["employment"] == pytest.approx(jobs[SICHUAN][t], rel=1e-11)
        assert year["share_of_nation"] == pytest.approx(own / nation[t], rel=1e-11)
        column = sorted((row[t] for row in values), reverse=True)
        assert column[year["rank"] - 1] == own
        before = values[SICHUAN][t - 1] if t else None
        growth = pytest.approx(own / before - 1, rel=1e-9) if before else None
        assert year["growth"] == growth


def test_a_file_for_the_spreadsheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "四川.csv"
    assert main(["province", str(BOOK), "四川", "--csv", str(target)]) == 0
    assert "1,638.6" in capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert [row["year"] for row in rows] == ["2017", "2018", "2019", "2020", "2021"]
    assert rows[0]["growth"] == ""
    assert float(rows[3]["value_added"]) == pytest.approx(1638.63, abs=0.005)


def test_an_unknown_province_is_named_with_what_was_meant(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["province", str(BOOK), "Sichaun", "--lang", "en"]) == 2
    assert "“Sichaun”" in (err := capsys.readouterr().err)
    assert "Sichuan" in err
    assert main(["province", str(BOOK), "长三角"]) == 2
    assert catalogue.text("province.unknown", "zh", name="长三角", near="") in (
        capsys.readouterr().err
    )


def test_wrong_inputs_give_no_figures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = openpyxl.load_workbook(BOOK, keep_vba=True)
    ((sheet, area),) = book.defined_names["SCORE_OVERRIDE"].destinations
    book[sheet][area][0][0].value = 1.5
    wrong = tmp_path / "wrong.xlsm"
    book.save(wrong)
    assert main(["province", str(wrong), "四川"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("Experts!")

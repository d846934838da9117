"""What single faults are told as, where reading a whole workbook would show less."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from iiecon import ModelInputs, catalogue, run_model
from iiecon.audit.publication import Figure, read_publication, shipped_publication
from iiecon.calibration import calibrate, weighted
from iiecon.cli import main
from iiecon.findings import Finding, InputError
from iiecon.readers.grids import open_grids
from iiecon.readers.names import names_like
from iiecon.readers.rows import read_rows
from iiecon.readers.yearbooks import read_yearbook
from iiecon.slips import likely_slips
from iiecon.spreadsheet.files import FileProblem
from tests.faults.cells import macro
from tests.fuzz import wages
from tests.yearbook_files import Rows, save


def test_values_of_any_name_fill_a_text() -> None:
    found = Finding("error", "series_key", {"key": "gdp", "found": "gnp"})
    assert "gdp" in found.message
    assert "gnp" in found.fix + found.message


def test_a_formula_without_a_value_is_no_blank(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["A2"], sheet["B2"] = "code", "1", "=1+1"
    book.save(tmp_path / "f.xlsx")
    (grid,) = open_grids(tmp_path / "f.xlsx")
    told = grid.number(1, 1)
    assert isinstance(told, Finding)
    assert (told.key, told.cell) == ("reader_formula", "B2")
    assert "not stored" in told.message


def test_a_figure_larger_than_any_is_named(tmp_path: Path) -> None:
    (grid,) = open_grids(save([["a", "b"], ["1", 1e300]], tmp_path / "t.csv"))
    told = grid.number(1, 1)
    assert isinstance(told, Finding)
    assert (told.key, told.cell) == ("cell_absurd", "B2")


def test_an_unknown_name_with_nothing_like_it(tmp_path: Path) -> None:
    rows: Rows = [*wages(), ["Zzyzx", 1.0, 2.0]]
    book = read_yearbook(save(rows, tmp_path / "w.csv"))
    (said,) = [f.message for f in book.findings]
    assert "Zzyzx" in said
    assert "?" not in said
    assert "相近" not in said
    assert "采矿业" in str(names_like(["采矿业"]))


@pytest.mark.parametrize("read", [read_publication, lambda p: read_rows(p, ("id",))])
def test_a_cell_of_a_megabyte_is_refused(tmp_path: Path, read) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "p.csv"
    path.write_text("id,unit,value\n" + "x" * 1_000_000 + ",a,1\n", encoding="utf-8")
    with pytest.raises(FileProblem, match="2: field"):
        read(path)


def test_a_negative_target_is_refused(inputs: ModelInputs) -> None:
    figure = next(f for f in shipped_publication() if f.id == "industry.C.2020.value_added")
    wrong: Figure = replace(figure, value=-figure.value)
    with pytest.raises(InputError, match=r"industry\.C\.2020\.value_added"):
        calibrate(inputs, weighted([wrong]))


@pytest.mark.parametrize("command", ["report", "package"])
def test_a_day_that_is_none(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "-o", "x.html", "--date", "2021-13-01"])
    assert stopped.value.code == 2
    assert catalogue.both("cli.not_a_day", value="2021-13-01") in capsys.readouterr().err


@pytest.mark.parametrize("value", [1e308, -1e308, 5e-324])
def test_absurd_gdp_gives_findings_and_no_warning(inputs: ModelInputs, value: float) -> None:
    """Also where no workbook has looked at the cell before."""
    with pytest.raises(InputError) as caught:
        run_model(macro(10, 0, value)(inputs))
    assert caught.value.findings[0].table in ("macro", "options")


def test_no_slip_explains_what_is_not_finite() -> None:
    assert likely_slips(1e308, -1e308, 1.0) == []
    assert likely_slips(1.0, float(np.inf), 1.0) == []

"""The built workbook: complete, deterministic, equal to the shipped file."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from iiecon import default_inputs, load_inputs, run_model
from iiecon.cli import main
from iiecon.workbook.build import build_workbook
from iiecon.workbook.sheets import sheets_of
from tests.workbook.edit import Edited

ROOT = Path(__file__).resolve().parents[2]
CONTRACT_NAMES = {
    *("IO_CODES", "IO_FLOWS", "IO_OUTPUT", "IO_VALUE_ADDED", "SCORE_CODES", "SCORE_VALUES"),
    *("SCORE_OVERRIDE", "SECTION_VA", "PROVINCE_GDP", "PROVINCE_CODES", "MACRO_DATA"),
}
INPUT_SHEETS = {
    *("About", "Settings", "IO_Table", "Sectors", "Experts", "Section_VA", "Macro", "Province"),
    *("World", "Policies"),
}
OUTPUT_SHEETS = {"Summary", "Sections", "Provinces", "Employment", "Checks"}


def parts(workbook: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_equal_inputs_give_equal_bytes(built: bytes) -> None:
    assert build_workbook(default_inputs()) == built


def test_the_shipped_workbook_equals_a_fresh_build(built: bytes) -> None:
    """Up to the last stored digit, which processors may round differently."""
    del built
    assert main(["build", "--check", str(ROOT)]) == 0


def test_build_check_finds_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", str(tmp_path)]) == 0
    book = Edited(tmp_path / "IIEconModel.xlsm")
    book.set_named("OPT_LAST_YEAR", 0, 0, 2020)
    book.save()
    capsys.readouterr()
    assert main(["build", "--check", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()  # of twelve files one differs, in one part
    assert line.endswith(f"IIEconModel.xlsm ({book.part('Settings')})")


def test_all_sheets_and_names_of_the_contract_are_there(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    assert set(book.sheetnames) >= INPUT_SHEETS | OUTPUT_SHEETS
    assert set(book.defined_names) >= CONTRACT_NAMES


def test_it_is_a_macro_enabled_container(built: bytes) -> None:
    given = parts(built)
    assert b"sheet.macroEnabled.main+xml" in given["[Content_Types].xml"]
    assert "xl/vbaProject.bin" in given


def test_every_computed_cell_holds_a_formula_and_its_value(workbook: Path) -> None:
    """Spilled cells carry values only; every anchor and plain formula has both."""
    formulas = openpyxl.load_workbook(workbook)
    values = openpyxl.load_workbook(workbook, data_only=True)
    blank_by_design = computed = 0
    for sheet in sheets_of(default_inputs()):
        for block in sheet.blocks:
            if block.formula is None and not block.spill:
                continue
            for i in range(block.rows):
                for j in range(block.columns):
                    at = (block.row + i, block.column + j)
                    if block.formula is not None or (i, j) == (0, 0):
                        assert formulas[sheet.name].cell(*at).data_type == "f", (sheet.name, at)
                    value = values[sheet.name].cell(*at).value
                    computed += block.role != "data"
                    if value is None:
                        # An empty text reads as nothing; of what charts draw half is empty.
                        blank_by_design += block.role != "data"
                    else:
                        allowed = "#N/A" if block.gaps else None  # a gap in a chart
                        assert value == allowed or not str(value).startswith("#"), at
    assert computed > 9000
    assert blank_by_design < 0.1 * computed


def test_spills_are_stored_as_dynamic_arrays(built: bytes) -> None:
    given = parts(built)
    sheets = b"".join(v for k, v in given.items() if k.startswith("xl/worksheets/sheet"))
    cells = re.findall(rb'<c ([^>]*)><f t="array"', sheets)
    assert len(cells) > 50
    assert all(b' cm="1"' in attributes for attributes in cells)
    assert b"fDynamic" in given["xl/metadata.xml"]


def test_the_clock_leaves_no_trace(built: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(built)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert b"2000-01-01T00:00:00Z" in parts(built)["docProps/core.xml"]


def test_numbers_are_stored_with_twelve_significant_digits(workbook: Path) -> None:
    cells = openpyxl.load_workbook(workbook, data_only=True)["Sections"].iter_rows(values_only=True)
    numbers = [v for row in cells for v in row if isinstance(v, float)]
    assert len(numbers) > 500
    assert all(v == float(f"{v:.13g}") for v in numbers)


def test_new_makes_a_workbook_that_is_up_to_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "新 工作簿.xlsm"
    assert main(["new", str(target)]) == 0
    assert main(["recalculate", str(target)]) == 0
    assert "up to date" in capsys.readouterr().out


def test_new_never_overwrites(tmp_path: Path) -> None:
    target = tmp_path / "mine.xlsm"
    target.write_text("precious", encoding="utf-8")
    assert main(["new", str(target)]) == 3
    assert target.read_text(encoding="utf-8") == "precious"


def test_new_takes_the_inputs_and_years_of_another_workbook(workbook: Path, tmp_path: Path) -> None:
    """After a change of years the sheets no longer fit: `new --from` makes ones that do."""
    book = Edited(workbook)
    book.set_named("OPT_LAST_YEAR", 0, 0, 2022)
    book.set_named("SCORE_OVERRIDE", 1, 0, 0.25)
    book.save()
    assert main(["recalculate", str(workbook)]) == 1
    target = tmp_path / "longer.xlsm"
    assert main(["new", str(target), "--from", str(workbook)]) == 0
    assert main(["check", str(target)]) == 0
    inputs = load_inputs(str(target))
    assert inputs.options.years == [2017, 2018, 2019, 2020, 2021, 2022]
    assert inputs.experts.override[1] == 0.25


def test_a_workbook_of_149_sectors_computes_what_the_model_computes(
    shared: Path, tmp_path: Path
) -> None:
    from iiecon import read_io_table
    from tests.oracles.sectors149 import with_table_of_149

    table = read_io_table(shared / "data" / "test-only" / "china_2017_149.csv")
    inputs = with_table_of_149(default_inputs(), table)
    scores = np.linspace(0.05, 0.55, 11)
    inputs = replace(inputs, experts=replace(inputs.experts, override=scores))
    path = tmp_path / "149.xlsm"
    path.write_bytes(build_workbook(inputs))
    assert main(["recalculate", str(path)]) == 0
    again = run_model(load_inputs(str(path)))
    assert again.provinces.min() > 0
    np.testing.assert_allclose(again.provinces, run_model(inputs).provinces, rtol=1e-12)


def test_a_table_in_yi_yuan_is_written_in_yi_yuan(tmp_path: Path) -> None:
    inputs = default_inputs()
    inputs = replace(inputs, options=replace(inputs.options, io_unit="亿元"))
    path = tmp_path / "yi.xlsm"
    path.write_bytes(build_workbook(inputs))
    assert main(["recalculate", str(path)]) == 0
    flows = load_inputs(str(path)).table.flows
    np.testing.assert_allclose(flows, default_inputs().table.flows, rtol=1e-12)

"""Yearbook tables put into a workbook: the right cells, nothing else, and refused when they jar."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from iiecon import run_model
from iiecon.cli import main
from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.package import Package
from iiecon.workbook.blank import blank_workbook
from iiecon.workbook.read import load_inputs
from iiecon.workbook.recalculate import recalculate
from tests import yearbook_files as files
from tests.workbook.edit import Edited
from tests.yearbook_files import SECTORS, SECTORS_ZH, Rows, save

DATA = Path(files.__file__).parents[1] / "python" / "iiecon" / "data"


def import_data(source: Path, workbook: Path, *options: object) -> int:
    return main(["import-data", str(source), str(workbook), *map(str, options)])


def gdp_rows(inputs: ModelInputs, year: int, factor: float = 1.0, unit: str = "亿元") -> Rows:
    """A year's provinces in an order of their own, the sectors too."""
    i = inputs.province_gdp.years.index(min(year, inputs.province_gdp.years[-1]))
    values = inputs.province_gdp.values.reshape(-1, 3, len(inputs.province_gdp.years))[:, :, i]
    order = random.Random(7).sample(range(len(inputs.provinces)), len(inputs.provinces))
    rows: Rows = [[f"{year}年地区生产总值 {f'单位：{unit}' if unit else ''}"]]
    rows.append(["地区", *(SECTORS_ZH[SECTORS[j]] for j in (2, 0, 1))])
    formal = files.formal_names()
    for p in order:
        name = formal[inputs.provinces[p].code]
        rows.append([name, *(float(values[p, j] * factor) for j in (2, 0, 1))])
    return rows


# --- into the right cells


def test_figures_reach_their_cells_whatever_their_order(
    workbook: Path, inputs: ModelInputs, tmp_path: Path
) -> None:
    source = save(gdp_rows(inputs, 2020, 1.01), tmp_path / "gdp.xlsx")
    assert import_data(source, workbook) == 0
    expected = inputs.province_gdp.values.copy()
    column = inputs.province_gdp.years.index(2020)
    expected[:, column] *= 1.01
    edited = Edited(workbook)
    years = len(inputs.province_gdp.years)
    found = [
        [edited.named_number("PROVINCE_GDP", i, j * years + t) for t in range(years)]
        for i in range(len(inputs.provinces))
        for j in range(3)
    ]
    assert np.asarray(found) == pytest.approx(expected, rel=1e-12)


def test_workbook_is_then_computed_with_them(
    workbook: Path, inputs: ModelInputs, tmp_path: Path
) -> None:
    save(gdp_rows(inputs, 2020, 1.01), tmp_path / "gdp.csv", "gb18030")
    assert import_data(tmp_path / "gdp.csv", workbook) == 0
    series = inputs.province_gdp
    changed = series.values.copy()
    changed[:, series.years.index(2020)] *= 1.01
    results = run_model(replace(inputs, province_gdp=replace(series, values=changed)))
    shown = Edited(workbook).named_number("PROVINCE_VA", 0, results.years.index(2020))
    assert shown == pytest.approx(results.provinces[0, results.years.index(2020)], rel=1e-9)
    again = recalculate(workbook)
    assert (again.errors, again.parts) == ([], {})


def test_only_sheets_with_new_numbers_change(
    workbook: Path, inputs: ModelInputs, tmp_path: Path
) -> None:
    before = Package.read(workbook)
    source = save(gdp_rows(inputs, 2019, 1.001), tmp_path / "gdp.csv")
    assert import_data(source, workbook) == 0
    after = Package.read(workbook)
    sheets = {part: name for name, part in before.sheets.items()}
    changed = {sheets.get(n, n) for n in before.parts if before.parts[n] != after.parts[n]}
    assert {"Province", "Provinces", "About"} <= changed
    assert not changed & {"IO_Table", "Experts", "Section_VA", "Macro", "Settings", "Sectors"}
    assert before.parts.keys() == after.parts.keys()
    assert workbook.with_name("IIEconModel.xlsm.bak").read_bytes() == before.to_bytes()


@pytest.mark.parametrize("name", ["province_gdp", "section_value_added", "section_wage", "macro"])
def test_what_is_there_already_changes_nothing(workbook: Path, name: str) -> None:
    before = workbook.read_bytes()
    assert import_data(DATA / f"{name}.csv", workbook) == 0
    assert workbook.read_bytes() == before
    assert not workbook.with_name("IIEconModel.xlsm.bak").exists()


def test_every_kind_fills_a_cleared_workbook(
    workbook: Path, spoilt: Callable[[Callable[[Edited], object]], Path]
) -> None:
    """A year of each kind is wiped out, the shipped files bring it back to the last digit."""
    before = load_inputs(workbook).sha256()

    def wipe(edited: Edited) -> None:
        for row in range(19):
            edited.set_named("SECTION_VA", row, 2, None)
            edited.set_named("SECTION_WAGES", row, 1, None)
        for row in range(31):
            for column in (3, 10, 17):
                edited.set_named("PROVINCE_GDP", row, column, None)
            edited.set_named("PROVINCE_EMPLOYED", row, 1, 1000.0)
        edited.set_named("MACRO_DATA", 4, 0, None)

    path = spoilt(wipe)
    for name in ("section_value_added", "section_wage", "province_gdp", "macro"):
        assert import_data(DATA / f"{name}.csv", path) == 0
    assert import_data(DATA / "province_employment.csv", path, "--year", 2018) == 0
    assert load_inputs(path).sha256() == before


def test_summary_says_what_changed(
    workbook: Path, inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = gdp_rows(inputs, 2020)
    beijing = next(row for row in rows if row[0] == "北京市")
    assert isinstance(beijing[1], float)
    beijing[1] *= 1.25
    assert import_data(save(rows, tmp_path / "gdp.csv"), workbook) == 0
    out = capsys.readouterr().out
    line = next(line for line in out.splitlines() if "第三产业 / tertiary 2020" in line)
    assert "+25.00%" in line
    assert "Province!Y7" in line
    assert re.search(r"The same as before\s+│ 92 ", out)


# --- refused, with nothing written


@pytest.fixture
def refusal(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Imports a table that must be refused; returns what is said."""

    def run(rows: Rows, *options: object) -> str:
        before = workbook.read_bytes()
        capsys.readouterr()
        assert import_data(save(rows, tmp_path / "表.csv"), workbook, *options) == 1
        assert workbook.read_bytes() == before
        assert not list(workbook.parent.glob("*.bak"))
        return capsys.readouterr().err

    return run


def test_sizes_tell_a_unit_that_is_not_stated(
    refusal: Callable[..., str], inputs: ModelInputs
) -> None:
    said = refusal(gdp_rows(inputs, 2020, 1e4, unit=""))
    assert "表.csv!B3" in said
    assert "1e+04" in said


def test_sizes_tell_a_unit_that_is_wrong(refusal: Callable[..., str], inputs: ModelInputs) -> None:
    assert "0.0001" in refusal(gdp_rows(inputs, 2020, 1.0, unit="万元"))


def test_slip_of_digits_is_found_in_the_workbook(
    refusal: Callable[..., str], inputs: ModelInputs
) -> None:
    rows = gdp_rows(inputs, 2020)
    hubei = next(row for row in rows if row[0] == "湖北省")
    assert isinstance(hubei[3], float)
    hubei[3] *= 10
    said = refusal(rows)  # by its cell in the file: the workbook was not written
    assert f"表.csv!D{rows.index(hubei) + 1}: “湖北 Hubei 420000 第二产业 secondary 2020”" in said
    assert "Province!" not in said


def test_years_one_column_off_are_found(refusal: Callable[..., str], inputs: ModelInputs) -> None:
    """The table of 2018 under the head of 2019 and so on."""
    years = inputs.section_va.years
    given = files.section_va(inputs)
    rows: Rows = [["增加值，亿元"], ["门类", *(y + 1 for y in years[:-1])]]
    rows += [[s.code, *(given.get((s.code, str(y))) for y in years[:-1])] for s in inputs.sections]
    assert "Section_VA!" in refusal(rows)


def test_part_of_a_year_of_wages_is_refused(
    refusal: Callable[..., str], inputs: ModelInputs
) -> None:
    said = refusal([["平均工资（元）"], ["门类", 2020], ["A", 48540], ["C", 82783]])
    assert "Macro!" in said


# --- years beyond the columns


def with_2024(inputs: ModelInputs) -> Rows:
    given = files.wages(inputs)
    rows: Rows = [["平均工资", "单位：元"], ["门类", *range(2016, 2025)]]
    for s in inputs.sections:
        base = given[s.code, "2019"]
        rows.append([s.name_zh, 30000, None, None, *(base * 1.05**t for t in range(6))])
    return rows


def test_later_years_get_a_column_and_earlier_ones_are_left(
    workbook: Path, inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = save(with_2024(inputs), tmp_path / "工资.csv")
    assert import_data(source, workbook) == 0
    out = capsys.readouterr().out
    wages = load_inputs(workbook).wages
    assert wages.years == tuple(range(2017, 2025))
    base = inputs.wages.values[:, -1]
    assert wages.values[:, -1] == pytest.approx(base * 1.05**5, rel=1e-12)
    assert wages.values[:, :2] == pytest.approx(inputs.wages.values[:, :2])
    assert "2022, 2023, 2024" in out
    row = next(line for line in out.splitlines() if line.startswith("│ 2024 "))
    assert "首次填入 / first given" in row
    assert re.search(r"Macro!\w+7 … \w+25", row)
    assert f"{min(base) * 1.05**5:,.12g} … {max(base) * 1.05**5:,.12g}"[:6] in row
    assert "2016" in out
    assert recalculate(workbook).errors == []


def test_sheet_of_the_analyst_is_not_lost_for_a_new_year(
    spoilt: Callable[[Callable[[Edited], object]], Path], inputs: ModelInputs, tmp_path: Path
) -> None:
    def rewrite_list(edited: Edited) -> None:
        sheet, cell = edited.place("WORLD_NAME_ZH", 0, 0)
        edited.set(sheet, cell, "我的国家")

    path = spoilt(rewrite_list)
    before = path.read_bytes()
    source = save(with_2024(inputs), tmp_path / "工资.csv")
    assert import_data(source, path) == 1
    assert path.read_bytes() == before
    out = tmp_path / "new.xlsm"
    assert import_data(source, path, "-o", out) == 0
    assert path.read_bytes() == before
    assert load_inputs(out).wages.years[-1] == 2024


# --- workbooks in other states


def test_formula_of_the_analyst_stays(
    spoilt: Callable[[Callable[[Edited], object]], Path],
    inputs: ModelInputs,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def compute(edited: Edited) -> None:
        sheet, cell = edited.place("PROVINCE_GDP", 0, 4)
        edited.formula(sheet, cell, "100+8")

    path = spoilt(compute)
    sheet, cell = Edited(path).place("PROVINCE_GDP", 0, 4)
    assert import_data(save(gdp_rows(inputs, 2020, 1.01), tmp_path / "gdp.csv"), path) == 0
    assert Edited(path).named_number("PROVINCE_GDP", 0, 4) == 108
    assert f"{sheet}!{cell}" in capsys.readouterr().out


def test_blank_workbook_is_filled_step_by_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "blank.xlsm"
    path.write_bytes(blank_workbook(5, 2))
    rows: Rows = [
        ["年份", "国内生产总值（亿元）"],
        [2016, 746395.1],
        [2017, 832035.9],
        [2018, 919281.1],
    ]
    assert import_data(save(rows, tmp_path / "gdp.csv"), path) == 0
    said = capsys.readouterr()
    edited = Edited(path)
    years = [edited.named_number("MACRO_YEARS", i, 0) for i in range(12)]
    row = years.index(2017.0)
    assert edited.named_number("MACRO_DATA", row, 0) == 832035.9
    assert "IO_Table!" in said.err  # what is still to be filled in


def test_blank_workbook_has_no_sizes_to_tell_the_unit_by(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "blank.xlsm"
    path.write_bytes(blank_workbook(5, 2))
    before = path.read_bytes()
    rows: Rows = [["年份", "国内生产总值"], [2016, 746395.1], [2017, 832035.9]]
    assert import_data(save(rows, tmp_path / "gdp.csv"), path) == 1
    assert "gdp.csv!B2" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_employment_of_another_year_is_pointed_out(
    workbook: Path, inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: Rows = [["2019年 单位：万人"], ["地区", "城镇单位就业人员", "私营企业和个体就业人员"]]
    rows += [[p.name_zh, *(float(v) * 1.02 for v in inputs.province_employed[i])]
             for i, p in enumerate(inputs.provinces)]  # fmt: skip
    assert import_data(save(rows, tmp_path / "就业.csv"), workbook) == 0
    assert "2019" in capsys.readouterr().err
    found = load_inputs(workbook).province_employed
    assert found == pytest.approx(inputs.province_employed * 1.02, rel=1e-12)


# --- usage


def test_out_must_be_a_workbook(workbook: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert import_data(DATA / "province_gdp.csv", workbook, "-o", out) == 2
    assert not out.exists()


def test_out_leaves_the_original(workbook: Path, inputs: ModelInputs, tmp_path: Path) -> None:
    before = workbook.read_bytes()
    source = save(gdp_rows(inputs, 2020, 1.01), tmp_path / "gdp.csv")
    assert import_data(source, workbook, "-o", tmp_path / "out.xlsm") == 0
    assert workbook.read_bytes() == before
    assert load_inputs(tmp_path / "out.xlsm").sha256() != load_inputs(workbook).sha256()


@pytest.mark.parametrize("command", ["import-data", "import-io"])
def test_file_and_workbook_swapped_is_said(
    command: str, workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = Path(shutil.copy(DATA / "province_gdp.csv", tmp_path / "gdp.csv"))
    for out in ([], ["-o", str(tmp_path / "out.xlsm")]):
        assert main([command, str(workbook), str(source), *out, "--lang", "en"]) == 2
        assert "gdp.csv: file and workbook seem to be swapped" in capsys.readouterr().err
    assert not (tmp_path / "out.xlsm").exists()


@pytest.mark.parametrize("missing", ["source", "workbook"])
def test_missing_file_is_code_3(workbook: Path, tmp_path: Path, missing: str) -> None:
    source = tmp_path / "none.csv" if missing == "source" else DATA / "macro.csv"
    target = tmp_path / "none.xlsm" if missing == "workbook" else workbook
    assert import_data(source, target) == 3


def test_open_workbook_is_code_3(workbook: Path) -> None:
    (workbook.parent / f"~${workbook.name}").touch()
    assert import_data(DATA / "macro.csv", workbook) == 3


def test_unknown_kind_is_wrong_usage(workbook: Path) -> None:
    with pytest.raises(SystemExit) as error:
        import_data(DATA / "macro.csv", workbook, "--kind", "prices")
    assert error.value.code == 2


def test_a_year_long_after_the_last_is_a_slip(
    workbook: Path, inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = workbook.read_bytes()
    source = save(gdp_rows(inputs, 2020), tmp_path / "省.csv")
    text = source.read_text(encoding="utf-8-sig")
    assert "2020" in text
    source.write_text(text.replace("2020", "2099"), encoding="utf-8")
    assert import_data(source, workbook) == 1
    assert "2099 is long after the last year of the workbook (2022)" in capsys.readouterr().err
    assert workbook.read_bytes() == before


def test_a_file_of_other_years_says_so(
    workbook: Path, inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = save(gdp_rows(inputs, 2020), tmp_path / "省.csv")
    assert import_data(source, workbook, "--year", 2019) == 1
    assert "the file has no figures of the year of --year" in capsys.readouterr().err

"""The main job: formulas, JSON and Python API give the same digits; everything else stays."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from iiecon import default_inputs, load_inputs, run_model
from iiecon.cli import main
from iiecon.workbook.layout import INPUT_RANGES, PLACES, SHAPES
from iiecon.workbook.recalculate import OUTPUTS
from tests.workbook.edit import Edited
from tests.workbook.graft import FOREIGN, graft


def shown(path: Path, name: str) -> list[list[Any]]:
    """The cached values of a named range, read by another library."""
    book = openpyxl.load_workbook(path, data_only=True)
    ((sheet, area),) = book.defined_names[name].destinations
    return [[cell.value for cell in row] for row in np.atleast_2d(np.array(book[sheet][area]))]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def change_inputs(path: Path) -> None:
    """A ballot, an override, a section, a province, a multiplier and an option."""
    book = Edited(path)
    book.set_named("BALLOTS", 9, 0, 25)
    book.set_named("SCORE_OVERRIDE", 3, 0, 0.5)
    book.set_named("SECTION_VA", 5, 4, 96000.0)
    book.set_named("PROVINCE_GDP", 18, 11, 44000.0)
    book.set_named("MACRO_DATA", 12, 8, 1.07)
    book.set_named("OPT_RATE_BASE", 0, 0, "io_table")
    book.save()


def test_the_untouched_file_is_up_to_date_and_no_byte_changes(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = workbook.read_bytes()
    assert main(["recalculate", str(workbook)]) == 0
    assert "up to date" in capsys.readouterr().out
    assert workbook.read_bytes() == before
    assert [p.name for p in workbook.parent.iterdir()] == [workbook.name]


def test_json_python_and_file_agree_after_a_change(workbook: Path, tmp_path: Path) -> None:
    change_inputs(workbook)
    out = tmp_path / "out.json"
    assert main(["recalculate", str(workbook), "--json", str(out)]) == 0
    data = json.loads(out.read_text(encoding="utf-8"))
    results = run_model(load_inputs(str(workbook)))
    default = run_model(default_inputs())
    by_json = [row["total"] for row in data["national"]]
    np.testing.assert_allclose(by_json, results.national, rtol=1e-14)
    np.testing.assert_allclose(shown(workbook, "NATIONAL_VA")[0], results.national, rtol=1e-11)
    assert np.abs(results.national / default.national - 1).min() > 1e-3
    for name, of in OUTPUTS.items():
        cells = [[np.nan if v in (None, "") else v for v in row] for row in shown(workbook, name)]
        np.testing.assert_allclose(np.array(cells, float), of(results), rtol=1e-10, atol=1e-9,
                                   err_msg=name)  # fmt: skip


def test_a_second_recalculation_finds_nothing_to_do(workbook: Path) -> None:
    change_inputs(workbook)
    assert main(["recalculate", str(workbook)]) == 0
    after = workbook.read_bytes()
    assert main(["recalculate", str(workbook)]) == 0
    assert workbook.read_bytes() == after


def test_a_wrong_number_among_spilled_values_is_put_right(workbook: Path) -> None:
    """A file does not tell a spilled value from a typed one: the formula's value counts."""
    right = shown(workbook, "SECTION_DIRECT")
    book = Edited(workbook)
    book.set_named("SECTION_DIRECT", 2, 1, 12345.0)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    assert shown(workbook, "SECTION_DIRECT") == right


def test_the_old_file_is_kept_as_backup(workbook: Path) -> None:
    change_inputs(workbook)
    before = workbook.read_bytes()
    assert main(["recalculate", str(workbook)]) == 0
    assert workbook.with_name(workbook.name + ".bak").read_bytes() == before
    assert workbook.read_bytes() != before


def test_out_writes_elsewhere_and_leaves_the_original(workbook: Path, tmp_path: Path) -> None:
    change_inputs(workbook)
    before = workbook.read_bytes()
    out = tmp_path / "结果.xlsm"
    assert main(["recalculate", str(workbook), "-o", str(out)]) == 0
    assert workbook.read_bytes() == before
    assert shown(out, "NATIONAL_VA") != shown(workbook, "NATIONAL_VA")


def test_only_cached_values_change(workbook: Path) -> None:
    """Formulas, styles and inputs of every sheet are the same text before and after."""
    change_inputs(workbook)
    before = openpyxl.load_workbook(workbook)
    old = parts(workbook)
    assert main(["recalculate", str(workbook)]) == 0
    after = openpyxl.load_workbook(workbook)
    new = parts(workbook)
    assert old.keys() == new.keys()
    changed = {name for name in old if old[name] != new[name]}
    assert changed
    assert all(name.startswith("xl/worksheets/sheet") for name in changed)
    for sheet in before.sheetnames:
        for row_before, row_after in zip(
            before[sheet].iter_rows(), after[sheet].iter_rows(), strict=True
        ):
            for a, b in zip(row_before, row_after, strict=True):
                if a.data_type == "f" or hasattr(a.value, "text"):
                    assert getattr(a.value, "text", a.value) == getattr(b.value, "text", b.value)
                assert a.style_id == b.style_id


def test_what_the_analyst_added_is_unchanged(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    added = graft(workbook)
    change_inputs(workbook)
    before = parts(workbook)
    assert main(["recalculate", str(workbook)]) == 0
    after = parts(workbook)
    own_sheet = "xl/worksheets/sheet99.xml"
    assert {n for n in added if before[n] != after[n]} == {own_sheet}
    error = capsys.readouterr().err
    assert f"{FOREIGN}!A6: " in error
    assert f"{FOREIGN}!A7: " in error
    cells = openpyxl.load_workbook(workbook, data_only=True)[FOREIGN]
    nation = shown(workbook, "NATIONAL_DIRECT")[0][0]
    assert cells["A5"].value == pytest.approx(2 * float(shown_cell(workbook, "Summary", "E9")))
    assert cells["A6"].value is None
    assert cells["A7"].value is None
    table = load_inputs(str(workbook)).table
    expected = 0.5 * table.value_added[table.codes.index("062")] * 10_000
    assert cells["A8"].value == pytest.approx(expected, rel=1e-11)
    assert cells["A9"].value == pytest.approx(float(shown_cell(workbook, "Summary", "E9")) * 0.14)
    assert [c.value for c in cells["A"][:3]] == [3, 1, 2]
    assert nation > 0


def shown_cell(path: Path, sheet: str, address: str) -> Any:
    return openpyxl.load_workbook(path, data_only=True)[sheet][address].value


def test_zero_scores_give_zero_everywhere(workbook: Path) -> None:
    book = Edited(workbook)
    for k in range(11):
        book.set_named("SCORE_OVERRIDE", k, 0, 0)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    for name in ("NATIONAL_VA", "PROVINCE_VA", "SECTION_TOTAL", "PROVINCE_JOBS", "NATIONAL_JOBS"):
        assert {v for row in shown(workbook, name) for v in row} == {0}
    assert shown_cell(workbook, *place(workbook, "CHECK_LIGHT")) == "✔ OK"


def place(path: Path, name: str) -> tuple[str, str]:
    return Edited(path).place(name)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("section_productivity", "national"),
        ("multiplier_source", "production_function"),
        ("rate_base", "io_table"),
        ("imports", "domestic"),
        ("fuzzy_operator", "min_max"),
        ("fuzzy_operator", "min_sum"),
        ("fuzzy_operator", "product_max"),
        ("extrapolation", "linear_trend"),
        ("macro_extrapolation", "weighted_growth"),
        ("extrapolation_window", 3),
        ("production_fit", "ols"),
        ("production_fit", "bounded"),
        ("production_capital", "pwt_capital_stock"),
        ("data_until", 2021),
        ("employment_series", "employment_census2020"),
    ],
)
def test_every_option_works_alike_in_formulas_and_model(
    option: str, value: str | int, workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Writing is refused where a formula and the model differ, so success means they agree."""
    book = Edited(workbook)
    book.set_named(f"OPT_{option.upper()}", 0, 0, value)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0, capsys.readouterr().err
    assert shown_cell(workbook, *place(workbook, "CHECK_LIGHT")) == "✔ OK"


def test_an_extrapolation_below_zero_is_refused_and_named(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Continuing the line of 2018 and 2019, two vintages apart, takes a province below zero."""
    book = Edited(workbook)
    book.set_named("OPT_DATA_UNTIL", 0, 0, 2019)
    book.save()
    assert main(["recalculate", str(workbook)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("Province!")
    assert "2021" in error


def test_an_unflagged_sector_scores_zero(workbook: Path) -> None:
    book = Edited(workbook)
    inputs = load_inputs(str(workbook))
    code = inputs.experts.codes[4]
    book.set_named("SECTOR_DIRECT", inputs.sector_codes.index(code), 0, None)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    assert shown(workbook, "SCORE_VALUES")[4][0] == 0
    assert shown(workbook, "SCORE_VALUES")[3][0] > 0


def test_check_reports_and_writes_nothing(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change_inputs(workbook)
    before = workbook.read_bytes()
    assert main(["check", str(workbook)]) == 0
    assert "no errors" in capsys.readouterr().out
    assert workbook.read_bytes() == before


def test_the_json_has_every_list_of_the_contract(workbook: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert main(["recalculate", str(workbook), "--json", str(out)]) == 0
    data = json.loads(out.read_text(encoding="utf-8"))
    lists = "national sections sectors3 provinces regions scores multiplier contribution findings"
    more = {"production", "crosscheck", "ledger", "unused", "provenance"}
    assert set(lists.split()) | more == data.keys()
    located = [f for f in data["findings"] if f["sheet"]]
    assert located, "findings carry sheet and cell"


def test_inputs_survive_a_round_trip_through_the_workbook(workbook: Path) -> None:
    ours, theirs = default_inputs(), load_inputs(str(workbook))
    np.testing.assert_allclose(theirs.table.flows, ours.table.flows, rtol=1e-15)
    np.testing.assert_allclose(theirs.table.value_added, ours.table.value_added, rtol=1e-14)
    assert theirs.table.codes == ours.table.codes
    assert theirs.options == ours.options
    assert theirs.provinces == ours.provinces
    np.testing.assert_array_equal(theirs.experts.ballots, ours.experts.ballots)
    a, b = run_model(ours), run_model(theirs)
    np.testing.assert_allclose(b.provinces, a.provinces, rtol=1e-13)


def test_the_reader_knows_every_table_that_findings_name() -> None:
    assert {name for name, _ in PLACES.values()} <= INPUT_RANGES.keys()


def test_every_input_range_has_a_size_and_a_built_name(workbook: Path) -> None:
    assert INPUT_RANGES.keys() == SHAPES.keys()
    assert INPUT_RANGES.keys() <= set(openpyxl.load_workbook(workbook).defined_names)


def estimated_marks(path: Path, sheet: str) -> set[tuple[str, str]]:
    """(area, condition) of the conditional formats that show an estimate."""
    formats = openpyxl.load_workbook(path)[sheet].conditional_formatting
    return {
        (str(given.sqref), rule.formula[0])
        for given in formats
        for rule in given.rules
        if rule.dxf.numFmt.formatCode.endswith('" e"')
    }


@pytest.mark.parametrize("sheet", ["Sections", "Provinces", "Employment"])
def test_tables_that_use_an_extrapolation_are_marked(sheet: str, workbook: Path) -> None:
    assert len(estimated_marks(workbook, sheet)) >= 5


def test_years_are_marked_where_the_model_marks_them(workbook: Path) -> None:
    """And the marks follow the inputs: fewer data, more marks."""
    for until, first in ((2020, 2019), (2018, 2019)):
        book = Edited(workbook)
        book.set_named("OPT_DATA_UNTIL", 0, 0, until)
        book.set_named("OPT_MACRO_EXTRAPOLATION", 0, 0, "weighted_growth")
        book.save()
        assert main(["recalculate", str(workbook)]) == 0
        results = run_model(load_inputs(str(workbook)))
        marks = [v == "e" for v in shown(workbook, "SECTIONS_MARK")[0]]
        assert marks == results.section_estimated.tolist()
        assert marks == [year >= first for year in results.years]
        gdp = [v == "e" for v in shown(workbook, "PROVINCE_GDP_MARK")[0]]
        assert gdp == results.province_gdp.estimated.any(axis=0).tolist()

"""Scenarios: no change gives the base bit for bit, each change does what it says by arithmetic of
its own, and every bad file is refused with its key.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from iiecon import ModelInputs, ModelResults, checks, load_inputs, run_model
from iiecon.assumed import AssumedGrowth, with_assumed
from iiecon.cli import main
from iiecon.extrapolation import Extrapolated
from iiecon.findings import InputError
from iiecon.model import expert_scores
from iiecon.scenarios import Amount, CellChange, Scenario, ScenarioRuns, apply, read_scenario, run
from iiecon.spreadsheet.files import FileProblem
from tests.oracles.refusals import refused

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "templates" / "scenario_example.toml"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str, name: str = "what_if.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return written


def one(inputs: ModelInputs, **changes: Any) -> ModelInputs:
    return apply(inputs, Scenario("one", **changes))


def cell(inputs: ModelInputs, amount: Amount, balance: str = "final_use") -> ModelInputs:
    """What 061 (computers) uses of 057 (wires), which have both final use and imports."""
    return one(inputs, cells=(CellChange("057", "061", amount),), balance=balance)


# --- no change


def test_a_scenario_without_change_is_the_base_bit_for_bit(
    inputs: ModelInputs, results: ModelResults, write: Write
) -> None:
    empty = read_scenario(write('title_en = "nothing"\n'))
    assert apply(inputs, empty) is inputs
    runs = run(inputs, [empty])
    assert runs.results[0].to_json() == results.to_json()
    assert all(d["difference"] in (0.0, None) for d in runs.differences())


@pytest.mark.parametrize(
    "changes",
    [
        {"scores": {"C": Amount("factor", 1.0), "I": Amount("add", 0.0)}},
        {"cells": (CellChange("057", "061", Amount("add", 0.0)),), "balance": "imports"},
        {"options": {"imports": "competitive"}},
    ],
    ids=["scores", "cells", "options"],
)
def test_changes_of_nothing_give_the_base_bit_for_bit(
    inputs: ModelInputs, results: ModelResults, changes: dict[str, Any]
) -> None:
    changed = run_model(one(inputs, **changes))
    for name in ("direct", "indirect", "provinces", "province_jobs", "national_jobs"):
        assert_array_equal(getattr(changed, name), getattr(results, name))


def test_the_base_stays_as_it_is(inputs: ModelInputs) -> None:
    before = inputs.sha256()
    run(inputs, [read_scenario(EXAMPLE)])
    assert inputs.sha256() == before


def test_inputs_without_assumptions_keep_their_fingerprint(inputs: ModelInputs) -> None:
    """The stamp in the shipped workbook was made before there were assumptions."""
    assumed = replace(inputs, assumed=(AssumedGrowth("gdp", 2021, 0.05),))
    assert assumed.sha256() != inputs.sha256()
    path = ROOT / "IIEconModel.xlsm"
    book = openpyxl.load_workbook(path, read_only=True)
    name = book.defined_names["RUN_INPUTS"]
    ((sheet, place),) = name.destinations
    stamp = str(book[sheet][place.replace("$", "")].value)
    assert len(stamp) > 8
    assert load_inputs(str(path)).sha256().startswith(stamp)


# --- scores


def test_scores_are_replaced_added_to_and_multiplied(inputs: ModelInputs) -> None:
    before = expert_scores(inputs).by_code()
    amounts = {"057": Amount("value", 0.5), "061": Amount("add", 0.1), "I": Amount("factor", 1.5)}
    after = expert_scores(one(inputs, scores=amounts)).by_code()
    section_i = [
        code
        for code, letter in zip(inputs.sector_codes, inputs.sector_sections, strict=True)
        if letter == "I" and code in before
    ]
    expected = before | {"057": 0.5, "061": before["061"] + 0.1}
    expected |= {code: before[code] * 1.5 for code in section_i}
    assert len(section_i) == 4
    assert after == pytest.approx(expected)


def test_a_score_is_added_to_what_it_is_under_the_options(inputs: ModelInputs) -> None:
    options = {"fuzzy_operator": "min_max"}
    other = replace(inputs, options=replace(inputs.options, fuzzy_operator="min_max"))
    changed = one(inputs, options=options, scores={"057": Amount("add", 0.01)})
    expected = expert_scores(other).by_code()["057"] + 0.01
    assert expert_scores(changed).by_code()["057"] == pytest.approx(expected)
    assert expert_scores(inputs).by_code()["057"] + 0.01 != pytest.approx(expected)


def test_direct_value_added_follows_a_score(inputs: ModelInputs, results: ModelResults) -> None:
    """Base year, section C: 0.1 more of the value added of sector 057."""
    runs = run(inputs, [Scenario("more", scores={"057": Amount("add", 0.1)})])
    (line,) = [x for x in runs.of("sections", "direct", year=2017) if x.code == "C"]
    worth = inputs.table.value_added[inputs.table.codes.index("057")]
    assert line.changes[0] == pytest.approx(0.1 * worth)
    assert line.base == results.direct[[s.code for s in inputs.sections].index("C"), 0]


@pytest.mark.parametrize(
    ("key", "amount", "finding"),
    [
        ("057", Amount("value", 1.2), "scenario_score"),
        ("C", Amount("add", 0.9), "scenario_score"),
        ("001", Amount("value", 0.2), "scenario_not_direct"),
        ("A", Amount("factor", 1.1), "scenario_not_direct"),
        ("57", Amount("value", 0.2), "scenario_unknown"),
        ("", Amount("value", 0.2), "scenario_unknown"),
    ],
)
def test_scores_that_make_no_sense_are_refused(
    inputs: ModelInputs, key: str, amount: Amount, finding: str
) -> None:
    with refused(finding) as found:
        one(inputs, scores={key: amount})
    assert found[0].table == f"one: scores.{key}"


def test_a_near_code_is_proposed(inputs: ModelInputs) -> None:
    with refused("scenario_unknown") as found:
        one(inputs, scores={"57": Amount("value", 0.2)})
    assert "057" in found[0].fix


def test_a_code_like_none_gets_the_list(inputs: ModelInputs) -> None:
    with refused("scenario_unknown") as found:
        one(inputs, scores={"999": Amount("value", 0.2)})
    assert "是否为" not in found[0].fix
    assert all(code in found[0].fix for code in inputs.experts.codes)


def test_a_sector_changed_by_itself_and_by_its_section_is_refused(inputs: ModelInputs) -> None:
    with refused("scenario_twice"):
        one(inputs, scores={"057": Amount("value", 0.2), "C": Amount("factor", 1.1)})


# --- cells of the table


@pytest.mark.parametrize("balance", ["final_use", "imports"])
def test_a_changed_cell_leaves_the_table_in_balance(inputs: ModelInputs, balance: str) -> None:
    old, changed = inputs.table, cell(inputs, Amount("factor", 1.5), balance).table
    i, j = old.codes.index("057"), old.codes.index("061")
    more = 0.5 * old.flows[i, j]
    assert more > 0
    assert changed.flows[i, j] == pytest.approx(old.flows[i, j] + more)
    assert (changed.flows != old.flows).sum() == 1
    assert_array_equal(changed.output, old.output)
    assert changed.value_added[j] == pytest.approx(old.value_added[j] - more)
    assert changed.final_use is not None
    assert changed.imports is not None
    assert old.final_use is not None
    assert old.imports is not None
    wanted = {"final_use": (-more, 0.0), "imports": (0.0, more)}[balance]
    moved = (changed.final_use[i] - old.final_use[i], changed.imports[i] - old.imports[i])
    assert moved == pytest.approx(wanted)
    for residuals in (checks.row_residuals(changed), checks.column_residuals(changed)):
        assert residuals is not None
        assert (np.abs(residuals) <= checks.tolerance(changed)).all()
    parts = changed.parts
    assert parts is not None
    assert changed.exports is not None
    assert_allclose(parts.final_uses.sum(axis=1) + changed.exports, changed.final_use, atol=0.01)
    assert_allclose(parts.value_added.sum(axis=0), changed.value_added, atol=0.01)


def test_value_and_addition_are_in_yi(inputs: ModelInputs) -> None:
    i, j = inputs.table.codes.index("057"), inputs.table.codes.index("061")
    old = inputs.table.flows[i, j]
    assert cell(inputs, Amount("value", 12.5)).table.flows[i, j] == 12.5
    assert cell(inputs, Amount("add", 3.0)).table.flows[i, j] == old + 3.0


def test_the_model_takes_the_changed_table(inputs: ModelInputs, results: ModelResults) -> None:
    """More components in computers: the supplier's sector and its chain get more."""
    changed = run_model(cell(inputs, Amount("factor", 2.0)))
    i = inputs.table.codes.index("057")
    after, before = (r.contribution.indirect_value_added[i] for r in (changed, results))
    assert after > before


def test_changes_that_cancel_out_need_nobody_to_take_them(inputs: ModelInputs) -> None:
    codes = ("057", "061")
    square = tuple(
        CellChange(a, b, Amount("add", 1.0 if a == b else -1.0)) for a in codes for b in codes
    )
    found = one(inputs, cells=square, balance="exact").table
    assert_array_equal(found.value_added, inputs.table.value_added)
    assert np.abs(found.flows - inputs.table.flows).sum() == pytest.approx(4)
    with refused("scenario_left") as findings:
        one(inputs, cells=square[:3], balance="exact")
    assert findings[0].table == "one: io.balance"
    assert findings[0].values["code"] == "061"


@pytest.mark.parametrize(
    ("amount", "balance", "part"),
    [
        (Amount("add", -1e5), "final_use", "flow"),
        (Amount("add", 1e6), "final_use", "value_added"),
        (Amount("value", 0.0), "imports", "imports"),
    ],
)
def test_what_would_turn_negative_is_refused(
    inputs: ModelInputs, amount: Amount, balance: str, part: str
) -> None:
    if part == "imports":
        assert inputs.table.imports is not None
        inputs = replace(inputs, table=replace(inputs.table, imports=inputs.table.imports * 0))
    with refused("scenario_negative") as found:
        cell(inputs, amount, balance)
    assert found[0].values["name"].key.endswith(part)  # type: ignore[attr-defined]


def test_a_table_without_imports_cannot_give_way_there(inputs: ModelInputs) -> None:
    bare = replace(inputs, table=replace(inputs.table, imports=None))
    with refused("scenario_lacks"):
        cell(bare, Amount("add", 1.0), "imports")


def test_unknown_sectors_and_cells_given_twice_are_refused(inputs: ModelInputs) -> None:
    change = CellChange("057", "061", Amount("add", 1.0))
    with refused("scenario_twice"):
        one(inputs, cells=(change, change), balance="final_use")
    with refused("scenario_unknown") as found:
        one(inputs, cells=(replace(change, buyer="计算机"),), balance="final_use")
    assert "061 计算机" in found[0].fix


# --- growth


def test_assumed_growth_sets_the_year_and_keeps_the_growth_after_it() -> None:
    found = Extrapolated(np.array([[100.0, 110.0, 132.0, 145.2]]), np.zeros((1, 4), dtype=bool))
    years = [2017, 2018, 2019, 2020]
    changed = with_assumed(found, ["C"], years, [AssumedGrowth("C", 2019, 0.5)])
    assert_allclose(changed.values, [[100, 110, 165, 181.5]])
    assert changed.estimated is found.estimated
    both = [AssumedGrowth("C", 2020, 0.0), AssumedGrowth("C", 2018, 0.2)]
    assert_allclose(with_assumed(found, ["C"], years, both).values, [[100, 120, 144, 144]])
    assert with_assumed(found, ["C"], years, [AssumedGrowth("gdp", 2019, 0.5)]) is found


def test_growth_of_a_section_moves_its_value_added(
    inputs: ModelInputs, results: ModelResults
) -> None:
    changed = run_model(one(inputs, growth=(AssumedGrowth("C", 2020, 0.08),)))
    c, t = [s.code for s in inputs.sections].index("C"), results.years.index(2020)
    assert changed.section_va.values[c, t] == pytest.approx(
        results.section_va.values[c, t - 1] * 1.08
    )
    ratio = changed.section_va.values[c, t] / results.section_va.values[c, t]
    assert_allclose(changed.total[c, t:], results.total[c, t:] * ratio, rtol=1e-12)
    assert_array_equal(np.delete(changed.total, c, axis=0), np.delete(results.total, c, axis=0))
    assert_array_equal(changed.estimated, results.estimated)


def test_growth_that_is_the_base_s_own_changes_nothing(
    inputs: ModelInputs, results: ModelResults
) -> None:
    own = results.gdp.values[-2] / results.gdp.values[-3] - 1
    changed = run_model(one(inputs, growth=(AssumedGrowth("gdp", 2020, own),)))
    assert_allclose(changed.national_jobs, results.national_jobs, rtol=1e-12)
    assert_allclose(changed.province_jobs, results.province_jobs, rtol=1e-12)


def test_growth_of_gdp_moves_share_and_jobs_only(
    inputs: ModelInputs, results: ModelResults
) -> None:
    """A forecast year: jobs are Z / (GDP / L), so they fall as GDP rises."""
    changed = run_model(one(inputs, growth=(AssumedGrowth("gdp", 2021, 0.06),)))
    gdp = results.gdp.values[-2] * 1.06
    assert changed.gdp.values[-1] == pytest.approx(gdp)
    assert changed.gdp.estimated[-1]
    assert_array_equal(changed.national, results.national)
    expected = results.national[-1] / gdp * results.labour.values[-1]
    assert changed.national_jobs[-1] == pytest.approx(expected)
    assert_array_equal(changed.national_jobs[:-1], results.national_jobs[:-1])


@pytest.mark.parametrize(
    ("growth", "key"),
    [
        (AssumedGrowth("gdp", 2017, 0.1), "scenario_year"),
        (AssumedGrowth("gdp", 2022, 0.1), "scenario_year"),
        (AssumedGrowth("GDP2", 2020, 0.1), "scenario_unknown"),
        (AssumedGrowth("T", 2020, 0.1), "scenario_unknown"),
    ],
)
def test_growth_that_cannot_be_assumed_is_refused(
    inputs: ModelInputs, growth: AssumedGrowth, key: str
) -> None:
    with refused(key) as found:
        one(inputs, growth=(growth,))
    assert found[0].table == f"one: growth.{growth.year}.{growth.series}"


# --- files


def test_the_example_holds_every_kind_of_change_and_runs(inputs: ModelInputs) -> None:
    scenario = read_scenario(EXAMPLE)
    assert scenario.options
    assert scenario.scores
    assert scenario.cells
    assert scenario.growth
    assert {a.how for a in scenario.scores.values()} == {"value", "add"}
    runs = run(inputs, [scenario])
    changed = {(line.table, line.field) for line in runs.lines if line.largest > 0}
    assert {("national", "total"), ("national", "employment"), ("provinces", "value_added")} <= (
        changed
    )


BAD_FILES = [
    ("scores", "scenario_toml", ""),
    ("[score]\n", "scenario_unknown", "score"),
    ("title = 'x'", "scenario_unknown", "title"),
    ("scores = 3", "scenario_kind", "scores"),
    ("title_en = 3", "scenario_kind", "title_en"),
    ("[options]\nimport = 'domestic'", "scenario_unknown", "options.import"),
    ("[options]\nimports = 'foreign'", "option_choice", "options.imports"),
    ("[options]\nlast_year = 2021.5", "option_range", "options.last_year"),
    ("[options]\nimports = ['domestic']", "option_choice", "options.imports"),
    ("[options]\nio_unit = '亿元'", "scenario_unit", "options.io_unit"),
    ("[scores]\n'057' = '0.3'", "scenario_kind", "scores.057"),
    ("[scores]\n'057' = true", "scenario_kind", "scores.057"),
    ("[scores]\n'057' = nan", "scenario_kind", "scores.057"),
    ("[scores]\n'057' = {plus = 1}", "scenario_unknown", "scores.057.plus"),
    ("[scores]\n'057' = {add = 0.1, factor = 2}", "scenario_amount", "scores.057"),
    ("[scores]\n'057' = {}", "scenario_amount", "scores.057"),
    ("[io]\ncells = 3", "scenario_kind", "io.cells"),
    ("[io]\ncells = [3]", "scenario_kind", "io.cells[1]"),
    ("[io]\ncell = []", "scenario_unknown", "io.cell"),
    ("[[io.cells]]\nsupplier='057'\nbuyer='061'\nadd=1", "scenario_balance", "io.balance"),
    ("[[io.cells]]\nsupplier='057'\nadd=1", "scenario_absent", "io.cells[1]"),
    ("[[io.cells]]\nsupplier=57\nbuyer='061'\nadd=1", "scenario_kind", "io.cells[1].supplier"),
    ("[[io.cells]]\nsupplier='057'\nbuyer='061'", "scenario_amount", "io.cells[1]"),
    ("[io]\nbalance='output'\n[[io.cells]]\nsupplier='057'\nbuyer='061'\nadd=1",
     "scenario_unknown", "io.balance"),
    ("[growth]\ngdp = 0.05", "scenario_growth_year", "growth.gdp"),
    ("[growth]\n2021 = 0.05", "scenario_kind", "growth.2021"),
    ("[growth.02021]\ngdp = 0.05", "scenario_growth_year", "growth.02021"),
    (f"[growth.{'9' * 5000}]\ngdp = 0.05", "scenario_growth_year",
     f"growth.{'9' * 5000}"),
    (f"[scores]\n'057' = {'9' * 400}", "scenario_kind", "scores.057"),
    (f"[scores]\n'057' = {'9' * 5000}", "scenario_toml", ""),
    ("[io]\nbalance = 'nonsense'", "scenario_unknown", "io.balance"),
    ("[growth.2021]\ngdp = 6", "scenario_growth", "growth.2021.gdp"),
    ("[growth.2021]\ngdp = -1.0", "scenario_growth", "growth.2021.gdp"),
    ("[growth.2021]\ngdp = '6%'", "scenario_kind", "growth.2021.gdp"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "place"), BAD_FILES)
def test_a_bad_file_is_refused_with_its_key(write: Write, text: str, key: str, place: str) -> None:
    path = write(text)
    with refused(key) as found:
        read_scenario(path)
    assert found[0].table == (f"{path}: {place}" if place else str(path))
    assert str(found[0]).startswith(str(path))


def test_a_misspelt_key_is_corrected(write: Write) -> None:
    with refused("scenario_unknown") as found:
        read_scenario(write("[options]\nproduction_fitt = 'ols'"))
    assert "production_fit" in found[0].fix


def test_other_encodings_and_absent_files_are_told(write: Write, tmp_path: Path) -> None:
    (tmp_path / "gbk.toml").write_bytes("title_zh = '情景'".encode("gbk"))
    with refused("scenario_encoding"):
        read_scenario(tmp_path / "gbk.toml")
    with pytest.raises(FileProblem):
        read_scenario(tmp_path / "none.toml")
    with pytest.raises(FileProblem):
        read_scenario(tmp_path)
    deep = write("a = " + "[" * 5000)
    with refused("scenario_toml"):
        read_scenario(deep)


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "bom.toml").write_bytes("\ufefftitle_en = 'x'".encode())
    assert read_scenario(tmp_path / "bom.toml").title == "x"


def test_what_the_model_refuses_names_the_file(inputs: ModelInputs) -> None:
    late = Scenario("late", source="late.toml", options={"fit_last": 2007})
    with pytest.raises(InputError) as caught:
        run(inputs, [late])
    assert str(caught.value).startswith("late.toml: options[")


def test_two_scenarios_of_one_name_are_refused(inputs: ModelInputs) -> None:
    with refused("scenario_same"):
        run(inputs, [Scenario("a"), Scenario("b"), Scenario("a")])


# --- side by side


@pytest.fixture(scope="module")
def runs(inputs: ModelInputs) -> ScenarioRuns:
    shorter = Scenario("shorter", options={"last_year": 2020, "multiplier_source": "override"})
    return run(inputs, [read_scenario(EXAMPLE), shorter])


def test_lines_hold_the_results_of_every_run(runs: ScenarioRuns) -> None:
    (line,) = runs.of("national", "total", year=2020)
    assert line.base == runs.base.national[3]
    assert line.values == tuple(r.national[3] for r in runs.results)
    assert line.changes == pytest.approx([v - line.base for v in line.values])


def test_a_year_that_a_scenario_lacks_is_blank(runs: ScenarioRuns) -> None:
    (line,) = runs.of("national", "total", year=2021)
    assert np.isnan(line.values[1])
    blank = [d for d in runs.differences() if d["scenario"] == "shorter" and d["year"] == 2021]
    assert blank
    assert {(d["value"], d["difference"], d["relative"]) for d in blank} == {(None, None, None)}


def test_differences_of_provinces_add_up_to_the_nations(runs: ScenarioRuns) -> None:
    lines = runs.of("provinces", "value_added", year=2020)
    (nation,) = runs.of("national", "total", year=2020)
    assert len(lines) == 31
    sums = np.sum([line.changes for line in lines], axis=0)
    assert_allclose(sums, nation.changes, rtol=1e-9, atol=1e-8)


# --- the command


def test_the_command_prints_and_writes_everything(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write('title_en = "=1+1 [bold]"\n[scores]\nI = {factor = 0.5}\n', "=less [red].toml")
    out, data, table = tmp_path / "out.xlsx", tmp_path / "o.json", tmp_path / "o.csv"
    arguments = ["scenario", str(ROOT / "IIEconModel.xlsm"), str(EXAMPLE), str(other)]
    options = ["-o", str(out), "--json", str(data), "--csv", str(table)]
    assert main([*arguments, *options]) == 0
    shown = capsys.readouterr().out
    assert "scenario_example" in shown
    assert "=less [red]" in shown
    assert "[bold]" in shown
    records = json.loads(data.read_text(encoding="utf-8"))
    rows = list(csv.DictReader(io.StringIO(table.read_text(encoding="utf-8-sig"))))
    assert len(rows) == len(records["differences"])
    assert rows[-1]["scenario"] == "'=less [red]"
    assert records["scenarios"][1]["changes"] == [{"key": "scores.I", "change": "× 0.5"}]
    _assert_book(out, records)


def _assert_book(path: Path, records: dict[str, Any]) -> None:
    """Numbers as in the JSON, charts that point at them, and no text that is a formula."""
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == 7
    for sheet in book.worksheets:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    sheet = book["Scenario_Provinces"]
    wanted = {
        (d["code"], d["scenario"]): d
        for d in records["differences"]
        if (d["table"], d["field"], d["year"]) == ("provinces", "value_added", 2021)
    }
    names = [s["name"] for s in records["scenarios"]]
    assert [sheet.cell(5, 5).value, sheet.cell(5, 6).value] == ["scenario_example", "'=less [red]"]
    for row in range(6, 6 + 31):
        for i, name in enumerate(names):
            found = wanted[str(sheet.cell(row, 1).value), name]
            assert sheet.cell(row, 4).value == pytest.approx(found["base"], rel=1e-14)
            assert sheet.cell(row, 5 + i).value == pytest.approx(found["value"], rel=1e-14)
            assert sheet.cell(row, 7 + i).value == pytest.approx(found["difference"], rel=1e-9)
            assert sheet.cell(row, 9 + i).value == pytest.approx(found["relative"], rel=1e-9)
    (chart,) = sheet._charts  # type: ignore[attr-defined]
    assert [s.val.numRef.f for s in chart.series] == [
        f"'Scenario_Provinces'!${column}$6:${column}$36" for column in "GH"
    ]
    assert len(book["Scenario_Total"]._charts[0].series) == 3  # type: ignore[attr-defined]


def test_a_refused_scenario_writes_nothing(
    tmp_path: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = write("[scores]\n'057' = 7")
    out = tmp_path / "out.xlsx"
    arguments = ["scenario", str(ROOT / "IIEconModel.xlsm"), str(bad), "-o", str(out)]
    assert main(arguments) == 1
    assert f"{bad}: scores.057: " in capsys.readouterr().err
    assert not out.exists()


def test_what_is_read_is_never_written_over(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = write("[scores]\nI = {factor = 0.5}\n")
    book = str(ROOT / "IIEconModel.xlsm")
    for options in (["-o", str(tmp_path / "a.xlsm")], ["--json", str(kept)], ["--csv", str(kept)]):
        assert main(["scenario", book, str(kept), *options]) == 2
    assert kept.read_text(encoding="utf-8").startswith("[scores]")
    assert main(["scenario", str(tmp_path / "none.xlsm"), str(kept)]) == 3
    assert capsys.readouterr().err.count("\n") == 4


def test_tables_in_which_nothing_moves_are_not_shown(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    book = str(ROOT / "IIEconModel.xlsm")
    assert main(["scenario", book, str(write("title_en = 'nothing'")), "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert "+0.00" not in shown
    assert "total value added moved in no year" in shown


def test_a_remark_of_a_scenario_names_the_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Provinces of 2021 are used in it, the nation's GDP of 2021 is extrapolated."""
    book, file = ROOT / "IIEconModel.xlsm", tmp_path / "until_2021.toml"
    titles = 'title_zh = "至 2021"\ntitle_en = "until 2021"\n'
    file.write_text(f"{titles}[options]\ndata_until = 2021\n", encoding="utf-8")
    assert main(["scenario", str(book), str(file)]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    place, _, told = line.partition(": ")
    sheet, _, cell = place.partition("!")
    page = openpyxl.load_workbook(book, data_only=True)[sheet]
    assert page.cell(page[cell].row, 1).value == 2021
    assert page[cell].value is None
    assert told.startswith("2021 年全国 GDP")

"""Other base years: the same run on another table, and the drift of the extrapolation."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from iiecon import IOTable, ModelInputs, ModelResults, run_model
from iiecon.base_years import BaseYears, Place, compare_base_years, read_places, rebased
from tests.conftest import ReadTable
from tests.oracles.augmented import augmented
from tests.oracles.refusals import refused
from tests.oracles.sectors149 import DIRECT, section_of_source_code


def of_year(table: IOTable, year: int, factor: float = 1.0) -> IOTable:
    """The same table in another year, all its money grown by a factor."""
    return replace(table.scaled(factor, "亿元"), year=year)


# --- tables made from the shipped one


def test_own_table_gives_the_same_run(inputs: ModelInputs, results: ModelResults) -> None:
    again = run_model(rebased(inputs, inputs.table))
    assert_allclose(again.total, results.total, rtol=1e-14)
    assert_allclose(again.provinces, results.provinces, rtol=1e-14)


def test_grown_table_gives_the_grown_base_year(inputs: ModelInputs, results: ModelResults) -> None:
    """An economy grown evenly has its value added grown by the same factor and rates as before:
    what the extrapolation adds beyond is its own doing.
    """
    found = compare_base_years(inputs, [of_year(inputs.table, 2018, 1.09)])
    (drift,) = found.drifts
    assert_allclose(drift.own_direct, 1.09 * results.direct[:, 0], rtol=1e-12)
    assert_allclose(drift.own_indirect, 1.09 * results.indirect[:, 0], rtol=1e-12)
    assert_allclose(drift.direct, results.direct[:, 1])
    assert_allclose(drift.indirect, results.indirect[:, 1])
    growth = results.section_va.values[:, 1].sum() / results.section_va.values[:, 0].sum()
    assert drift.tau == pytest.approx(1.0839)
    assert drift.implied_tau == pytest.approx(1.09 / growth)


def test_years_after_the_new_base_follow_the_same_rules(
    inputs: ModelInputs, results: ModelResults
) -> None:
    run = run_model(rebased(inputs, of_year(inputs.table, 2018, 1.09)))
    va, tau = results.section_va.values, results.technology.tau
    assert run.years == (2018, 2019, 2020, 2021)
    assert_allclose(run.section_va.values, va[:, 1:])
    for t in (2, 3, 4):
        growth = va[:, t] / va[:, 1]
        assert_allclose(run.direct[:, t - 1], run.direct[:, 0] * growth)
        grown = run.indirect[:, 0] * growth * np.prod(tau[2 : t + 1])
        assert_allclose(run.indirect[:, t - 1], grown)


def test_yearbook_gaps_up_to_the_base_are_those_of_the_first_run(
    inputs: ModelInputs, results: ModelResults
) -> None:
    """Nine sections have no published value added after 2018."""
    assert np.isnan(inputs.section_va.values[:, inputs.section_va.years.index(2020)]).sum() == 9
    run = run_model(rebased(inputs, of_year(inputs.table, 2020, 1.2)))
    assert_allclose(run.section_va.values, results.section_va.values[:, 3:])
    assert_allclose(run.labour.values[0], results.labour.values[3])


def test_scores_follow_names_not_codes(inputs: ModelInputs) -> None:
    table = of_year(inputs.table, 2018)
    shifted = replace(table, codes=tuple(f"{int(c) + 500}" for c in table.codes))
    run = run_model(rebased(inputs, shifted))
    assert run.scores.codes == tuple(f"{int(c) + 500}" for c in inputs.experts.codes)
    assert run.inputs.sector_sections == inputs.sector_sections


def test_records_are_the_differences(inputs: ModelInputs) -> None:
    records = compare_base_years(inputs, [of_year(inputs.table, 2018, 1.09)]).records()
    assert len(records["drift"]) == 3 * 20
    for r in records["drift"]:
        assert r["difference"] == pytest.approx(r["extrapolated"] - r["on_own_table"])
        if r["on_own_table"]:
            assert r["relative"] == pytest.approx(r["extrapolated"] / r["on_own_table"] - 1)
    parts = {(r["section"], r["part"]): r["on_own_table"] for r in records["drift"]}
    sections = sum(v for (s, part), v in parts.items() if s != "all" and part == "total")
    assert sections == pytest.approx(parts["all", "total"])
    assert parts["all", "total"] == pytest.approx(parts["all", "direct"] + parts["all", "indirect"])


# --- what is refused


def renamed(table: IOTable, code: str, name: str) -> IOTable:
    names = dict(zip(table.codes, table.names, strict=True)) | {code: name}
    return replace(table, names=tuple(names.values()))


def test_scored_sector_without_its_name_is_refused_until_placed(inputs: ModelInputs) -> None:
    strange = renamed(of_year(inputs.table, 2018), "062", "通信装备及其附属设备")
    places = {"062": Place("C", "062")}
    with refused("base_score_lost") as found:
        rebased(inputs, strange, {"062": Place("C")})
    assert found[0].values["code"] == "062"
    placed = rebased(inputs, strange, places)
    assert run_model(placed).scores.by_code() == run_model(inputs).scores.by_code()


def test_doubtful_section_is_refused_until_placed(inputs: ModelInputs) -> None:
    strange = renamed(of_year(inputs.table, 2018), "001", "杂项")
    with refused("base_sector_doubtful") as found:
        rebased(inputs, strange)
    assert found[0].values["code"] == "001"
    assert rebased(inputs, strange, {"001": Place("A")}).sector_sections == inputs.sector_sections


def test_one_score_may_serve_two_sectors(inputs: ModelInputs) -> None:
    places = {"063": Place("C", "062")}
    table = of_year(inputs.table, 2018)
    scores = run_model(rebased(inputs, table, places)).scores.by_code()
    assert scores["063"] == scores["062"] > 0


def test_tables_that_do_not_fit_are_refused(inputs: ModelInputs) -> None:
    table = inputs.table
    with refused("base_table_year"):
        rebased(inputs, replace(table, year=None))
    with refused("base_table_outside"):
        rebased(inputs, of_year(table, 2012))
    with refused("base_table_unit"):
        rebased(inputs, replace(of_year(table, 2018), unit="million US dollars"))
    with refused("base_table_twice"):
        compare_base_years(inputs, [of_year(table, 2018), of_year(table, 2018)])
    broken = of_year(table, 2018)
    broken.flows[3, 5] += 1e6
    with refused("cell_balance") as found:
        compare_base_years(inputs, [broken])
    assert found[0].table.startswith("2018 ")


def test_places_file(inputs: ModelInputs, tmp_path: Path) -> None:
    tables = [of_year(inputs.table, 2018)]
    path = tmp_path / "places.csv"
    path.write_text("year,code,section,scored\n2018,001,A,\n2018,063,C,062\n", encoding="utf-8")
    assert read_places(path, inputs, tables) == {
        2018: {"001": Place("A"), "063": Place("C", "062")}
    }
    path.write_text("year,code,section,scored\n2018,999,A,\n2018,001,Z,\n2018,001,A,9\n", "utf-8")
    with refused("places_row") as found:
        read_places(path, inputs, tables)
    assert [(f.values["line"], f.values["value"]) for f in found] == [
        (2, "999"), (3, "Z"), (4, "9"),
    ]  # fmt: skip
    path.write_text("year,code\n2018,001\n", encoding="utf-8")
    with refused("rows_columns"):
        read_places(path, inputs, tables)


# --- the official tables of 2017, 2018 and 2020


@pytest.fixture(scope="module")
def official_years(inputs: ModelInputs, official: ReadTable) -> BaseYears:
    names = ("china_2017_149", "china_2018_153", "china_2020_153")
    return compare_base_years(inputs, [official(name) for name in names])


def test_149_sectors_lie_in_their_sections(official_years: BaseYears) -> None:
    run = official_years.runs[0]
    sections = section_of_source_code()
    assert run.inputs.sector_sections == tuple(sections[c] for c in run.inputs.table.codes)
    assert run.scores.codes == DIRECT


@pytest.mark.parametrize(("place", "year"), [(1, 2018), (2, 2020)])
def test_direct_calculation_is_that_of_the_augmented_table(
    official_years: BaseYears, place: int, year: int
) -> None:
    run = official_years.runs[place]
    table = run.inputs.table
    assert (run.years[0], table.size) == (year, 153)
    scores = run.scores.by_code()
    assert sorted(scores.values()) == sorted(official_years.first.scores.used.tolist())
    # The explicit table needs shares below one; the score of 1 is taken a little lower.
    shares = {table.codes.index(c): min(s, 1 - 1e-9) for c, s in scores.items()}
    due = augmented(table.flows, table.output, table.value_added, shares)
    drift = official_years.drifts[place]
    direct = sum(s * table.value_added[k] for k, s in shares.items())
    assert drift.own_direct.sum() == pytest.approx(direct, rel=1e-7)
    assert drift.own_indirect.sum() == pytest.approx(due.indirect_value_added.sum(), rel=1e-7)


def test_how_far_the_shortcut_drifts(official_years: BaseYears) -> None:
    """One year after the base it is near, three years after it is a tenth too high: the tables show
    an indirect rate that has hardly risen since 2018, where the multiplier compounds.
    """
    records = official_years.records()
    relative = {
        (r["year"], r["part"]): r["relative"] for r in records["drift"] if r["section"] == "all"
    }
    assert abs(relative[2017, "total"]) < 0.001  # 149 sectors instead of 103
    assert relative[2018, "indirect"] == pytest.approx(-0.001, abs=0.001)
    assert relative[2018, "total"] == pytest.approx(-0.013, abs=0.001)
    assert relative[2020, "direct"] == pytest.approx(-0.016, abs=0.001)
    assert relative[2020, "indirect"] == pytest.approx(0.156, abs=0.001)
    assert relative[2020, "total"] == pytest.approx(0.104, abs=0.001)
    multiplier = {m["year"]: (m["tau"], m["implied_tau"]) for m in records["multiplier"]}
    assert multiplier[2018] == pytest.approx((1.0839, 1.0833), abs=1e-4)
    assert multiplier[2020] == pytest.approx((1.2734, 1.0726), abs=1e-4)

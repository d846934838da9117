"""The whole measurement: identities, published figures, options, JSON and fingerprints."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from iiecon import InputError, IOTable, ModelInputs, ModelResults, identities, run_model
from iiecon.inputs import MACRO_COLUMNS, Experts, Series, default_inputs
from iiecon.options import names as option_names
from tests.oracles import published
from tests.oracles.augmented import augmented
from tests.oracles.refusals import refused

NAN = float("nan")
YEARS = [2017, 2018, 2019, 2020, 2021]


Thing = TypeVar("Thing", ModelInputs, IOTable, Experts)


def replaced(thing: Thing, name: str, value: Any) -> Thing:
    """A copy with one field changed."""
    changes: dict[str, Any] = {name: value}
    return replace(thing, **changes)


def with_options(inputs: ModelInputs, **choices: Any) -> ModelInputs:
    return replace(inputs, options=replace(inputs.options, **choices))


def with_scores(inputs: ModelInputs, scores: npt.ArrayLike) -> ModelInputs:
    return replace(inputs, experts=replace(inputs.experts, override=np.array(scores, dtype=float)))


def with_cell(inputs: ModelInputs, name: str, row: int, year: int, value: float) -> ModelInputs:
    old: Series = getattr(inputs, name)
    values = old.values.copy()
    values[row, old.years.index(year)] = value
    return replaced(inputs, name, Series(old.years, values))


def at(results: ModelResults, year: int) -> int:
    return results.years.index(year)


# --- identities


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"section_productivity": "national"},
        {"imports": "domestic"},
        {"rate_base": "io_table"},
        {"multiplier_source": "production_function", "extrapolation": "linear_trend"},
        {"last_year": 2024},
    ],
    ids=str,
)
def test_every_identity_holds(inputs: ModelInputs, choices: dict[str, Any]) -> None:
    results = run_model(with_options(inputs, **choices))
    assert {i.name: i.difference for i in identities.of(results) if i.difference >= 1e-12} == {}
    assert identities.failed(identities.of(results)) == []


def test_the_sums_agree_in_every_year(results: ModelResults) -> None:
    """The identities once more, added up here."""
    sections = results.direct.sum(axis=0) + results.indirect.sum(axis=0)
    for other in (results.sectors3.sum(axis=0), results.provinces.sum(axis=0), results.national):
        assert_allclose(other, sections, rtol=1e-12)
    assert_allclose(results.province_jobs.sum(axis=0), results.national_jobs, rtol=1e-12)


def test_a_wrong_sum_is_reported() -> None:
    sums = identities.Identity("parts", np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-9]))
    (finding,) = identities.failed([sums])
    assert (finding.severity, finding.key) == ("error", "identity")
    assert sums.difference == pytest.approx(5e-10, rel=1e-3)


def test_a_changed_result_breaks_an_identity(results: ModelResults) -> None:
    provinces = results.provinces.copy()
    provinces[3, 2] *= 1.001
    broken = identities.failed(identities.of(replace(results, provinces=provinces)))
    assert "provinces" in {f.values["name"] for f in broken}


def test_unchanged_inputs_give_the_same_bits(inputs: ModelInputs, results: ModelResults) -> None:
    assert run_model(replace(inputs)).to_json() == results.to_json()


# --- the chain from contribution to sections, computed here


def test_base_year_sections_are_sums_of_the_augmented_inverse(
    inputs: ModelInputs, results: ModelResults
) -> None:
    table = inputs.table
    assert table.value_added is not None
    used = dict(zip(results.scores.codes, np.clip(results.scores.used, 0, 1 - 1e-9), strict=True))
    shares = {table.codes.index(code): float(score) for code, score in used.items()}
    oracle = augmented(table.flows, table.output, table.value_added, shares)
    for row, section in enumerate(inputs.sections):
        inside = [letter == section.code for letter in inputs.sector_sections]
        assert results.indirect[row, 0] == pytest.approx(
            oracle.indirect_value_added[inside].sum(), rel=1e-6
        )


def test_scores_are_weighted_averages_of_the_votes(
    inputs: ModelInputs, results: ModelResults
) -> None:
    experts = inputs.experts
    for k, votes in enumerate(experts.ballots):
        shares = votes / votes.sum(axis=1, keepdims=True)
        assert results.scores.used[k] == pytest.approx(
            float(experts.weights @ shares @ experts.grade_scores)
        )


def test_later_years_follow_value_added_and_the_multiplier(
    inputs: ModelInputs, results: ModelResults
) -> None:
    """Direct as VA_c; indirect as VA_c · 1.0839 a year."""
    growth = results.section_va.values / results.section_va.values[:, :1]
    assert_allclose(results.direct, results.direct[:, :1] * growth, rtol=1e-12)
    steps = 1.0839 ** np.arange(5)
    assert_allclose(results.indirect, results.indirect[:, :1] * growth * steps, rtol=1e-12)


def test_rates_of_the_table_use_its_value_added(inputs: ModelInputs) -> None:
    """Section C: the base year is scaled by yearbook over table value added."""
    assert inputs.table.value_added is not None
    results = run_model(with_options(inputs, rate_base="io_table"))
    row = [s.code for s in inputs.sections].index("C")
    inside = np.array([letter == "C" for letter in inputs.sector_sections])
    direct = results.contribution.direct_value_added[inside].sum()
    va = inputs.section_va
    yearbook = va.values[row, va.years.index(2017)]
    expected = direct * yearbook / inputs.table.value_added[inside].sum()
    assert results.direct[row, 0] == pytest.approx(expected)


def test_mining_and_manufacturing_are_extrapolated_by_their_own_rules(
    inputs: ModelInputs, results: ModelResults
) -> None:
    """B by 0.7, 0.2, 0.1 from 2018 on; C by 0.7, 0.3 plus 0.05 for 2021."""
    va = inputs.section_va
    b = va.values[1, [va.years.index(y) for y in (2015, 2016, 2017, 2018)]]
    g = b[1:] / b[:-1] - 1
    expected = b[-1] * (1 + 0.7 * g[2] + 0.2 * g[1] + 0.1 * g[0])
    assert results.section_va.values[1, at(results, 2019)] == pytest.approx(expected)
    c = va.values[2, [va.years.index(y) for y in (2018, 2019, 2020)]]
    g = c[1:] / c[:-1] - 1
    expected = c[-1] * (1 + 0.7 * g[1] + 0.3 * g[0] + 0.05)
    assert results.section_va.values[2, at(results, 2021)] == pytest.approx(expected)


def test_national_labour_and_gdp_are_continued_by_a_line(results: ModelResults) -> None:
    """77 586 and 77 471 lead to the published 77 356 for 2020 (method, section 8)."""
    assert results.labour.values[at(results, 2020)] == pytest.approx(77356)
    assert results.gdp.values[at(results, 2021)] == pytest.approx(2 * 1015986.2 - 986515.2)


def test_province_employment_by_hand(inputs: ModelInputs, results: ModelResults) -> None:
    """E_i = Z_i / (GDP_i / (π_i L)), Guangdong in 2019."""
    t, place = at(results, 2019), [p.name_zh for p in inputs.provinces].index("广东")
    people = inputs.province_employed
    share = people[place].sum() / people.sum()
    gdp = inputs.province_gdp
    product = gdp.values[3 * place : 3 * place + 3, gdp.years.index(2019)].sum()
    expected = results.provinces[place, t] / (product / (share * 77471))
    assert results.province_jobs[place, t] == pytest.approx(expected, rel=1e-12)


def test_the_forecast_year_uses_the_productivity_of_the_nation(results: ModelResults) -> None:
    t = at(results, 2021)
    expected = results.national[t] / (results.gdp.values[t] / results.labour.values[t])
    assert results.national_jobs[t] == pytest.approx(expected, rel=1e-12)


# --- published figures on the shipped table


@pytest.mark.parametrize("year", [2020, 2021])
def test_sections_replicate_the_publication(
    inputs: ModelInputs, results: ModelResults, year: int
) -> None:
    printed = published.sections("value_added", year)
    gaps = [
        100 * abs(results.total[row, at(results, year)] / printed[section.code] - 1)
        for row, section in enumerate(inputs.sections)
    ]
    assert len(gaps) == 19
    assert np.median(gaps) <= 1.1
    assert max(gaps) <= 4.0


@pytest.mark.parametrize("year", [2017, 2018, 2019, 2020])
def test_share_of_gdp_replicates_the_publication(results: ModelResults, year: int) -> None:
    share = 100 * results.national[at(results, year)] / results.gdp.values[at(results, year)]
    assert share == pytest.approx(published.of("nation", "share_of_gdp", year)["total"], abs=0.10)


@pytest.mark.parametrize("part", ["direct", "indirect"])
def test_employment_of_2020_replicates_the_publication(results: ModelResults, part: str) -> None:
    found = {"direct": results.jobs_direct, "indirect": results.jobs_indirect}[part]
    printed = published.of("nation", "employment", 2020)[part]
    assert found[at(results, 2020)] == pytest.approx(printed, rel=0.01)


@pytest.mark.parametrize(("year", "tolerance"), [(2020, 0.01), (2021, 0.015)])
def test_total_replicates_the_publication(
    results: ModelResults, year: int, tolerance: float
) -> None:
    printed = 1e4 * published.of("nation", "value_added", year)["total"]
    assert results.national[at(results, year)] == pytest.approx(printed, rel=tolerance)


# --- scores


MONEY_AND_PEOPLE = (
    "direct",
    "indirect",
    "total",
    "national",
    "sectors3",
    "provinces",
    "regions",
    "province_jobs",
    "national_jobs",
    "section_jobs_direct",
    "section_jobs_indirect",
    "jobs_direct",
    "jobs_indirect",
)


def assert_zero_where_given(values: npt.NDArray[np.float64]) -> None:
    assert_array_equal(values[~np.isnan(values)], 0)


@pytest.mark.parametrize("choices", [{}, {"section_productivity": "national"}], ids=str)
def test_zero_scores_give_zero_everywhere(inputs: ModelInputs, choices: dict[str, Any]) -> None:
    results = run_model(with_options(with_scores(inputs, np.zeros(11)), **choices))
    for name in MONEY_AND_PEOPLE:
        assert_zero_where_given(getattr(results, name))
    assert [f for f in results.findings if f.severity == "error"] == []
    assert json.loads(results.to_json())["national"][3]["total"] == 0


def test_typed_score_replaces_the_panel_and_is_marked(inputs: ModelInputs) -> None:
    typed = np.full(11, NAN)
    typed[3] = 0.9
    records = run_model(with_scores(inputs, typed)).records()["scores"]
    assert (records[3]["score"], records[3]["overridden"]) == (0.9, True)
    assert records[2]["score"] == records[2]["panel_score"]
    assert [r["overridden"] for r in records].count(True) == 1


def test_a_sector_without_its_flag_scores_zero(inputs: ModelInputs) -> None:
    flags = (True,) * 4 + (False,) + (True,) * 6
    unflagged = replace(inputs, experts=replace(inputs.experts, direct=flags))
    typed = np.full(11, NAN)
    typed[4] = 0.0
    expected = run_model(with_scores(inputs, typed))
    assert_array_equal(run_model(unflagged).total, expected.total)


def test_panel_order_does_not_matter(inputs: ModelInputs, results: ModelResults) -> None:
    experts = inputs.experts
    backwards = replace(
        experts,
        codes=experts.codes[::-1],
        ballots=experts.ballots[::-1],
        override=experts.override[::-1],
        direct=experts.direct[::-1],
    )
    found = run_model(replace(inputs, experts=backwards))
    assert_allclose(found.total, results.total, rtol=1e-12)


# --- multiplier


def test_typed_multiplier_of_one_year_acts_from_that_year_on(
    inputs: ModelInputs, results: ModelResults
) -> None:
    row = MACRO_COLUMNS.index("multiplier_override")
    changed = run_model(with_cell(inputs, "macro", row, 2019, 1.1 * 1.0839))
    assert_allclose(changed.direct, results.direct)
    assert_allclose(changed.indirect / results.indirect, np.tile([1, 1, 1.1, 1.1, 1.1], (19, 1)))


def test_typed_multiplier_of_the_base_year_neither_acts_nor_is_marked(
    inputs: ModelInputs, results: ModelResults
) -> None:
    row = MACRO_COLUMNS.index("multiplier_override")
    changed = run_model(with_cell(inputs, "macro", row, 2017, 1.2))
    assert numbers(changed) == numbers(results)


def test_blank_override_uses_the_production_function(inputs: ModelInputs) -> None:
    row = MACRO_COLUMNS.index("multiplier_override")
    technology = run_model(with_cell(inputs, "macro", row, 2019, NAN)).technology
    assert technology.overridden.tolist() == [False, True, False, True, True]
    assert technology.tau[2] == technology.computed[2]
    assert technology.tau[3] == 1.0839


def test_production_function_replaces_every_override(inputs: ModelInputs) -> None:
    technology = run_model(with_options(inputs, multiplier_source="production_function")).technology
    assert not technology.overridden.any()
    assert_array_equal(technology.tau, technology.computed)


def test_multiplier_of_the_production_function_by_hand(inputs: ModelInputs) -> None:
    """ln(Y/L) on ln(K/L) of 2007–2016, then γ_2018 / γ_2017."""
    macro = inputs.macro
    rows = ("gdp", "fixed_asset_investment", "employment")
    y, k, ell = (np.log(macro.values[MACRO_COLUMNS.index(name)]) for name in rows)
    slope, intercept = np.polyfit((k - ell)[:10], (y - ell)[:10], 1)
    gamma = np.exp(y - ell - intercept - slope * (k - ell))
    technology = run_model(with_options(inputs, multiplier_source="production_function")).technology
    years = macro.years.index(2017), macro.years.index(2018)
    assert technology.gamma[0] == pytest.approx(float(gamma[years[0]]))
    assert technology.tau[1] == pytest.approx(float(gamma[years[1]] / gamma[years[0]]))
    assert technology.fit.alpha == pytest.approx(float(slope))


# --- employment by section


def test_years_without_wages_have_no_section_employment_and_say_so(results: ModelResults) -> None:
    blank = np.isnan(results.section_jobs_direct).all(axis=0)
    assert blank.tolist() == [True, True, True, False, False]
    (note,) = (f for f in results.findings if f.key == "no_wages")
    assert note.values["years"] == "2017, 2018, 2019"


def test_section_employment_adds_up_to_the_nation(results: ModelResults) -> None:
    both = results.section_jobs_direct + results.section_jobs_indirect
    assert_allclose(both[:, 3:].sum(axis=0), results.national_jobs[3:], rtol=1e-12)


def test_national_productivity_is_the_same_in_every_section(inputs: ModelInputs) -> None:
    results = run_model(with_options(inputs, section_productivity="national"))
    productivity = results.gdp.values / results.labour.values
    assert_allclose(results.section_jobs_direct, results.direct / productivity)
    assert_allclose(results.section_jobs_indirect, results.indirect / productivity)


def test_national_productivity_splits_jobs_as_value_added(inputs: ModelInputs) -> None:
    results = run_model(with_options(inputs, section_productivity="national"))
    share = results.direct.sum(axis=0) / results.national
    assert_allclose(results.jobs_direct, results.national_jobs * share)
    assert not np.isnan(results.jobs_indirect).any()


# --- options

CHANGES: list[dict[str, Any]] = [
    {"last_year": 2022},
    {"data_until": 2018},
    {"imports": "domestic"},
    {"fuzzy_operator": "min_max"},
    {"fuzzy_operator": "product_max"},
    {"fuzzy_operator": "min_sum"},
    {"rate_base": "io_table"},
    {"extrapolation": "linear_trend"},
    {"macro_extrapolation": "weighted_growth"},
    {"extrapolation_window": 3},
    {"production_fit": "bounded"},
    {"production_fit": "ols"},
    {"production_output": "pwt_real_gdp"},
    {"production_capital": "pwt_capital_stock"},
    {"production_labour": "employment_census2020"},
    {"production_labour": "pwt_employment"},
    {"fit_first": 2008},
    {"fit_last": 2015},
    {"multiplier_source": "production_function"},
    {"employment_series": "employment_census2020"},
    {"section_productivity": "national"},
]


def numbers(results: ModelResults) -> dict[str, Any]:
    """The contract without findings and provenance."""
    found: dict[str, Any] = json.loads(results.to_json())
    return {k: v for k, v in found.items() if k not in ("findings", "provenance")}


@pytest.mark.parametrize("choices", CHANGES, ids=str)
def test_every_option_changes_a_number(
    inputs: ModelInputs, results: ModelResults, choices: dict[str, Any]
) -> None:
    changed = run_model(with_options(inputs, **choices))
    assert numbers(changed) != numbers(results)
    assert changed.records()["provenance"]["options"] == {
        **results.records()["provenance"]["options"],
        **choices,
    }


def test_every_option_was_tried() -> None:
    """The base year needs a table of that year; the unit counts when a table is read, not here;
    intervals are no part of the model's results.
    """
    tried = {name for choices in CHANGES for name in choices}
    elsewhere = {
        "base_year", "io_unit", "production_capital", "interval_draws", "interval_seed",
    }  # fmt: skip
    assert set(option_names()) - tried == elsewhere - tried


def test_unit_of_the_sheet_does_not_change_a_table_already_read(
    inputs: ModelInputs, results: ModelResults
) -> None:
    assert numbers(run_model(with_options(inputs, io_unit="亿元"))) == numbers(results)


def test_capital_series_with_a_gap_is_refused_with_its_year(inputs: ModelInputs) -> None:
    """Gross fixed capital formation of 2019 is not given: nothing is guessed."""
    with refused("year_missing") as found:
        run_model(with_options(inputs, production_capital="gross_fixed_capital_formation"))
    row = MACRO_COLUMNS.index("gross_fixed_capital_formation")
    assert (found[0].table, found[0].row, found[0].values["year"]) == ("macro", row, 2019)


def test_operators_that_do_not_add_up_say_that_they_were_normalised(inputs: ModelInputs) -> None:
    plain, other = (
        {f.key for f in run_model(with_options(inputs, fuzzy_operator=o)).findings}
        for o in ("weighted_average", "min_max")
    )
    assert "normalised" not in plain
    assert "normalised" in other


def test_breach_of_the_elasticities_is_a_warning(inputs: ModelInputs) -> None:
    found = run_model(with_options(inputs, production_fit="ols")).findings
    assert [f.values["name"] for f in found if f.key == "elasticity"] == ["β"]


def test_unused_figures_are_listed(results: ModelResults) -> None:
    late = {f.table: f.values["years"] for f in results.findings if f.key == "unused_years"}
    assert late == {"macro": "2021", "province_gdp": "2021, 2022"}


def test_a_year_given_for_provinces_and_extrapolated_for_the_nation_is_noticed(
    inputs: ModelInputs, results: ModelResults
) -> None:
    """All provinces would have a smaller share than the nation, which cannot be."""

    def noticed(given: ModelResults) -> list[tuple[str | None, object]]:
        return [(f.table, f.values["year"]) for f in given.findings if f.key == "half_given"]

    assert noticed(results) == []
    later = with_options(inputs, data_until=2021)
    found = run_model(later)
    assert noticed(found) == [("macro", 2021)]
    shares = found.provinces[:, -1] / found.province_gdp.values.reshape(-1, 3, 5).sum(axis=1)[:, -1]
    assert shares.max() < found.national[-1] / found.gdp.values[-1]
    total = float(inputs.province_gdp.values[:, inputs.province_gdp.years.index(2021)].sum())
    row = MACRO_COLUMNS.index("gdp")
    assert noticed(run_model(with_cell(later, "macro", row, 2021, total))) == []


def test_provinces_of_no_region_are_listed(inputs: ModelInputs, results: ModelResults) -> None:
    (note,) = (f for f in results.findings if f.key == "no_region")
    outside = [p.name_zh for p in inputs.provinces if not p.region]
    assert str(note.values["names"]).split("、") == outside


def test_figures_after_data_until_change_nothing(
    inputs: ModelInputs, results: ModelResults
) -> None:
    row, column = 4, inputs.province_gdp.years.index(2021)
    revised = 1.05 * inputs.province_gdp.values[row, column]
    changed = with_cell(inputs, "province_gdp", row, 2021, revised)
    assert numbers(run_model(changed)) == numbers(results)


# --- JSON and tables

CONTRACT = {
    "national": "year direct indirect total share_of_gdp employment employment_direct "
    "employment_indirect estimated",
    "sections": "year section direct indirect total employment_direct employment_indirect "
    "estimated",
    "sectors3": "year sector total estimated",
    "provinces": "year code name value_added share_of_gdp employment estimated",
    "regions": "year region value_added share_of_gdp estimated",
    "scores": "code score grade",
    "multiplier": "year gamma tau overridden",
    "contribution": "code section direct indirect",
    "ledger": "year step unit entered arrived left_over reason names gap",
    "unused": "key count names",
    "findings": "severity sheet cell message fix",
}
ROWS = {
    "national": 5,
    "sections": 95,
    "sectors3": 15,
    "provinces": 155,
    "regions": 35,
    "scores": 11,
    "multiplier": 5,
    "contribution": 103,
}


@pytest.fixture(scope="module")
def document(results: ModelResults) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(results.to_json(), parse_constant=_not_json)
    return loaded


def _not_json(name: str) -> float:
    raise AssertionError(f"{name} is not JSON")


@pytest.mark.parametrize("name", CONTRACT)
def test_json_has_the_names_of_the_contract(document: dict[str, Any], name: str) -> None:
    assert document[name]
    for record in document[name]:
        assert set(CONTRACT[name].split()) <= set(record)


@pytest.mark.parametrize("name", ROWS)
def test_json_has_every_row(document: dict[str, Any], name: str) -> None:
    assert len(document[name]) == ROWS[name]


def test_json_has_production_and_provenance(document: dict[str, Any]) -> None:
    assert {"alpha", "beta", "log_a", "r2", "method"} <= set(document["production"])
    assert {"version", "inputs_sha256", "options", "industry"} <= set(document["provenance"])
    assert document["provenance"]["industry"] == {
        "name_zh": "工业互联网", "name_en": "industrial internet",
    }  # fmt: skip


def test_json_keeps_every_digit(document: dict[str, Any], results: ModelResults) -> None:
    found = [record["total"] for record in document["national"]]
    assert found == results.national.tolist()


def test_what_cannot_be_given_is_null(document: dict[str, Any]) -> None:
    assert [r["employment_direct"] is None for r in document["national"]] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_lists_of_the_json_agree_with_each_other(document: dict[str, Any]) -> None:
    for record in document["national"]:
        year, total = record["year"], record["total"]
        sections = sum(r["total"] for r in document["sections"] if r["year"] == year)
        sectors3 = sum(r["total"] for r in document["sectors3"] if r["year"] == year)
        provinces = sum(r["value_added"] for r in document["provinces"] if r["year"] == year)
        assert (sections, sectors3, provinces) == pytest.approx((total,) * 3, rel=1e-12)
        assert record["direct"] + record["indirect"] == pytest.approx(total, rel=1e-12)


def test_national_share_is_total_over_gdp(document: dict[str, Any]) -> None:
    """GDP of 2017: 832 035.9."""
    record = document["national"][0]
    assert record["share_of_gdp"] == pytest.approx(record["total"] / 832035.9)


def test_share_of_gdp_is_a_fraction(document: dict[str, Any], inputs: ModelInputs) -> None:
    record = document["provinces"][4]
    gdp = inputs.province_gdp.values[12:15, inputs.province_gdp.years.index(2017)].sum()
    assert record["code"] == inputs.provinces[4].code
    assert record["share_of_gdp"] == pytest.approx(record["value_added"] / gdp)


def test_regions_of_the_json_are_sums_of_provinces(
    document: dict[str, Any], inputs: ModelInputs
) -> None:
    members = {p.code for p in inputs.provinces if p.region == "northeast"}
    rows = [r for r in document["provinces"] if r["year"] == 2019]
    total = sum(r["value_added"] for r in rows if r["code"] in members)
    (record,) = (r for r in document["regions"] if r["year"] == 2019 and r["region"] == "northeast")
    assert record["value_added"] == pytest.approx(total)


def test_frames_hold_the_lists(results: ModelResults, document: dict[str, Any]) -> None:
    frames = results.to_frames()
    assert set(frames) == set(CONTRACT)
    for name, rows in ROWS.items():
        assert isinstance(frames[name], pd.DataFrame)
        assert len(frames[name]) == rows
        assert set(frames[name].columns) == set(document[name][0])
    assert frames["national"]["total"].tolist() == results.national.tolist()


# --- estimated marks


def is_missing(series: Series, row: int, year: int, until: int = 2020) -> bool:
    """Whether the inputs have no usable figure of a year."""
    if year > until or year not in series.years:
        return True
    return bool(np.isnan(series.values[row, series.years.index(year)]))


def test_sections_are_marked_exactly_where_extrapolated(
    document: dict[str, Any], inputs: ModelInputs
) -> None:
    rows = {s.code: i for i, s in enumerate(inputs.sections)}
    for record in document["sections"]:
        expected = is_missing(inputs.section_va, rows[record["section"]], record["year"])
        assert record["estimated"] is expected


@pytest.mark.parametrize("name", ["national", "sectors3", "provinces", "regions"])
def test_sums_are_marked_when_a_part_is_estimated(document: dict[str, Any], name: str) -> None:
    """From 2019 on some sections are not given."""
    for record in document[name]:
        assert record["estimated"] is (record["year"] >= 2019)


def test_technology_is_marked_where_its_series_end(document: dict[str, Any]) -> None:
    """Employment before the census revision ends in 2019."""
    marks = {r["year"]: r["gamma_estimated"] for r in document["multiplier"]}
    assert marks == {2017: False, 2018: False, 2019: False, 2020: True, 2021: True}


@pytest.fixture(scope="module")
def all_sections_given(inputs: ModelInputs, results: ModelResults) -> ModelInputs:
    """The inputs with every section's value added of 2017 to 2020 filled in."""
    values = inputs.section_va.values.copy()
    for year in (2017, 2018, 2019, 2020):
        values[:, inputs.section_va.years.index(year)] = results.section_va.values[
            :, at(results, year)
        ]
    return replace(inputs, section_va=Series(inputs.section_va.years, values))


def marks_of(results: ModelResults, name: str, year: int) -> set[bool]:
    return {bool(r["estimated"]) for r in results.records()[name] if r["year"] == year}


@pytest.mark.parametrize("name", ["sections", "sectors3", "regions"])
def test_given_sections_are_not_marked(all_sections_given: ModelInputs, name: str) -> None:
    results = run_model(all_sections_given)
    assert [marks_of(results, name, year) for year in YEARS] == [{False}] * 4 + [{True}]


@pytest.mark.parametrize("name", ["national", "provinces"])
def test_employment_on_extrapolated_labour_is_marked(
    all_sections_given: ModelInputs, name: str
) -> None:
    """National employment of 2020 is not given, and these rows rest on it."""
    results = run_model(all_sections_given)
    assert [marks_of(results, name, year) for year in YEARS] == [{False}] * 3 + [{True}] * 2


@pytest.mark.parametrize("name", ["national", "sections", "sectors3", "provinces", "regions"])
def test_value_added_on_an_estimated_multiplier_is_marked(
    all_sections_given: ModelInputs, name: str
) -> None:
    """By the production function the multiplier of 2020 rests on extrapolated employment."""
    results = run_model(with_options(all_sections_given, multiplier_source="production_function"))
    assert results.technology.estimated.tolist() == [False, False, False, True, True]
    assert marks_of(results, name, 2019) == {False}
    assert marks_of(results, name, 2020) == {True}


# --- fingerprint


def test_fingerprint_is_stable(inputs: ModelInputs) -> None:
    assert default_inputs().sha256() == inputs.sha256()
    assert replace(inputs).sha256() == inputs.sha256()


def test_fingerprint_is_that_of_the_results(inputs: ModelInputs, document: dict[str, Any]) -> None:
    assert document["provenance"]["inputs_sha256"] == inputs.sha256()


def nudged(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    copy = values.copy()
    place = np.unravel_index(int(np.flatnonzero(~np.isnan(copy))[-1]), copy.shape)
    copy[place] = np.nextafter(copy[place], np.inf)
    return copy


def table_with(m: ModelInputs, name: str) -> ModelInputs:
    return replace(m, table=replaced(m.table, name, nudged(getattr(m.table, name))))


def experts_with(m: ModelInputs, name: str) -> ModelInputs:
    return replace(m, experts=replaced(m.experts, name, nudged(getattr(m.experts, name))))


def series_with(m: ModelInputs, name: str) -> ModelInputs:
    old: Series = getattr(m, name)
    return replaced(m, name, Series(old.years, nudged(old.values)))


NUDGES: dict[str, Callable[[ModelInputs], ModelInputs]] = {
    **{
        name: lambda m, name=name: table_with(m, name)  # type: ignore[misc]
        for name in ("flows", "output", "value_added", "final_use", "imports", "exports")
    },
    **{
        name: lambda m, name=name: experts_with(m, name)  # type: ignore[misc]
        for name in ("weights", "grade_scores", "ballots")
    },
    **{
        name: lambda m, name=name: series_with(m, name)  # type: ignore[misc]
        for name in ("section_va", "wages", "macro", "province_gdp")
    },
    "override": lambda m: with_scores(m, [NAN] * 10 + [0.0]),
    "direct": lambda m: replace(m, experts=replace(m.experts, direct=(False,) + (True,) * 10)),
    "growth": lambda m: replace(m, growth=replace(m.growth, weights=nudged(m.growth.weights))),
    "addition": lambda m: replace(m, growth=replace(m.growth, addition=nudged(m.growth.addition))),
    "employed": lambda m: replace(m, province_employed=nudged(m.province_employed)),
    "section": lambda m: replace(m, sector_sections=("B", *m.sector_sections[1:])),
    "region": lambda m: replace(
        m, provinces=(replace(m.provinces[0], region="northeast"), *m.provinces[1:])
    ),
    "years": lambda m: replace(m, wages=Series((2016, 2017, 2018), m.wages.values)),
    "option": lambda m: with_options(m, extrapolation_window=3),
}


@pytest.mark.parametrize("name", NUDGES)
def test_fingerprint_changes_with_any_one_number(inputs: ModelInputs, name: str) -> None:
    assert NUDGES[name](inputs).sha256() != inputs.sha256()


# --- other years and refusals


@pytest.mark.parametrize("last", [2017, 2018, 2025])
def test_any_last_year_keeps_the_years_before(
    inputs: ModelInputs, results: ModelResults, last: int
) -> None:
    found = run_model(with_options(inputs, last_year=last))
    assert found.years == tuple(range(2017, last + 1))
    shared_years = min(len(found.years), 5)
    assert_allclose(found.national[:shared_years], results.national[:shared_years], rtol=1e-12)


def test_errors_come_with_every_finding(inputs: ModelInputs) -> None:
    broken = replace(
        inputs, experts=replace(inputs.experts, override=np.array([2.0] + [NAN] * 9 + [3.0]))
    )
    with pytest.raises(InputError) as caught:
        run_model(broken)
    assert [f.row for f in caught.value.findings] == [0, 10]
    assert isinstance(caught.value, ValueError)


def test_running_leaves_the_inputs_as_they_were(inputs: ModelInputs) -> None:
    before = inputs.sha256()
    run_model(inputs)
    assert inputs.sha256() == before

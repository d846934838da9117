"""The mass ledger: what went in, what came out, what was left over, to the last 0.01."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from iiecon import ModelInputs, ModelResults, run_model
from iiecon.findings import InputError
from iiecon.ledger import Step, ledger

STEPS = (
    "sectors", "base_year", "parts", "sectors3", "provinces", "regions", "province_jobs",
    "section_jobs",
)  # fmt: skip


def step_of(results: ModelResults, key: str) -> Step:
    return next(s for s in ledger(results).steps if s.key == key)


def test_every_step_of_the_shipped_model_is_closed(results: ModelResults) -> None:
    found = ledger(results)
    assert tuple(s.key for s in found.steps) == STEPS
    for step in found.steps:
        assert step.largest_gap < 0.005
    assert found.findings() == []


def test_what_leaves_a_step_enters_the_next(results: ModelResults) -> None:
    """Sections, three sectors and provinces pass on one and the same amount by year."""
    steps = [step_of(results, key) for key in ("parts", "sectors3", "provinces")]
    for before, after in pairwise(steps):
        assert before.arrived == pytest.approx(after.entered, rel=1e-12)
    assert step_of(results, "sectors").arrived[0] == pytest.approx(
        step_of(results, "base_year").entered[0], rel=1e-12
    )


def test_provinces_in_no_region_are_left_over_by_name(
    inputs: ModelInputs, results: ModelResults
) -> None:
    """By hand: the value added of the provinces whose region is blank."""
    step = step_of(results, "regions")
    outside = [i for i, p in enumerate(inputs.provinces) if not p.region]
    assert len(outside) == 7
    assert step.left is not None
    assert step.left_over == pytest.approx(results.provinces[outside].sum(axis=0))
    assert step.left.names == "、".join(inputs.provinces[i].name_zh for i in outside)
    assert step.entered - step.arrived == pytest.approx(step.left_over, abs=1e-6)


def test_one_more_province_without_a_region_moves_its_amount(
    inputs: ModelInputs, results: ModelResults
) -> None:
    guangdong = next(i for i, p in enumerate(inputs.provinces) if p.code == "440000")
    provinces = list(inputs.provinces)
    provinces[guangdong] = replace(provinces[guangdong], region="")
    changed = step_of(run_model(replace(inputs, provinces=tuple(provinces))), "regions")
    moved = changed.left_over - step_of(results, "regions").left_over
    assert moved == pytest.approx(results.provinces[guangdong])
    assert changed.balanced


def test_jobs_without_wages_are_left_over_in_their_years(results: ModelResults) -> None:
    """Wages of 2017 to 2019's three years before are not given: no section has their jobs."""
    step = step_of(results, "section_jobs")
    assert step.left_over[:3] == pytest.approx(results.national_jobs[:3])
    assert step.left_over[3:].tolist() == [0.0, 0.0]
    assert step.arrived[3:] == pytest.approx(results.national_jobs[3:], abs=0.005)


def test_one_section_with_jobs_but_no_wage_is_named(
    inputs: ModelInputs, results: ModelResults
) -> None:
    """Its year has no section employment, so all of it is left over."""
    wages, direct, indirect = (
        array.copy()
        for array in (results.wages, results.section_jobs_direct, results.section_jobs_indirect)
    )
    wages[:, :3] = results.wages[:, 3:4]  # given everywhere else
    wages[4, 3] = direct[:, 3] = indirect[:, 3] = np.nan
    step = step_of(
        replace(results, wages=wages, section_jobs_direct=direct, section_jobs_indirect=indirect),
        "section_jobs",
    )
    assert step.left is not None
    assert step.left.names == inputs.sections[4].code
    assert step.left_over[3] == pytest.approx(results.national_jobs[3])


def test_with_the_nations_productivity_the_difference_is_left_over(inputs: ModelInputs) -> None:
    """Sections add up to Z / (GDP / L), provinces to another number."""
    options = replace(inputs.options, section_productivity="national")
    found = run_model(replace(inputs, options=options))
    step = step_of(found, "section_jobs")
    carried = found.national / (found.gdp.values / found.labour.values)
    assert step.left_over == pytest.approx(found.national_jobs - carried)
    assert abs(step.left_over[3]) > 1
    assert step.balanced


def test_rates_of_the_table_are_carried_over_to_the_yearbook(inputs: ModelInputs) -> None:
    options = replace(inputs.options, rate_base="io_table")
    found = run_model(replace(inputs, options=options))
    step = step_of(found, "base_year")
    made = found.contribution.direct_value_added + found.contribution.indirect_value_added
    assert step.left_over[0] == pytest.approx(made.sum() - found.national[0], abs=1e-6)
    assert abs(step.left_over[0]) > 1
    assert step.balanced
    assert np.isnan(step.entered[1:]).all()


@pytest.mark.parametrize(
    ("field", "place", "broken"),
    [
        ("sectors3", (1, 2), {"sectors3", "provinces"}),
        ("provinces", (18, 3), {"provinces"}),
        ("province_jobs", (18, 3), {"province_jobs"}),
        ("section_jobs_direct", (2, 3), {"section_jobs"}),
        ("direct", (2, 0), {"base_year", "sectors3"}),
    ],
)
def test_a_cent_that_goes_astray_is_found_in_its_step(
    results: ModelResults, field: str, place: tuple[int, int], broken: set[str]
) -> None:
    """0.01 more in one number of one level."""
    values = getattr(results, field).copy()
    values[place] += 0.01
    found = ledger(replace(results, **{field: values}))
    assert {f.values["name"] for f in found.findings()} == broken
    values[place] -= 0.0099
    assert ledger(replace(results, **{field: values})).findings() == []


def test_a_run_that_does_not_close_is_refused(
    inputs: ModelInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("iiecon.ledger.SMALLEST", 0.0)
    with pytest.raises(InputError, match="账目"):
        run_model(inputs)


def test_figures_that_are_not_used_are_counted(inputs: ModelInputs, results: ModelResults) -> None:
    """Provincial GDP of 2021 and 2022 (31 × 3 × 2) and GDP of 2021 come after the data."""
    unused = {u.key: (u.count, u.names) for u in ledger(results).unused}
    assert unused["province_gdp"] == (186, "2021, 2022")
    assert unused["macro"] == (1, "2021")  # the years that the one figure can be of
    override = inputs.experts.override.copy()
    override[2] = 0.5
    experts = replace(inputs.experts, override=override, direct=(False, *inputs.experts.direct[1:]))
    more = {u.key: u for u in ledger(run_model(replace(inputs, experts=experts))).unused}
    assert (more["panel_scores"].count, more["panel_scores"].names) == (1, inputs.experts.codes[2])
    assert more["unflagged_scores"].names == inputs.experts.codes[0]


def test_json_has_the_ledger(results: ModelResults) -> None:
    record = json.loads(results.to_json())
    lines = [r for r in record["ledger"] if r["step"] == "regions"]
    assert [r["year"] for r in lines] == [2017, 2018, 2019, 2020, 2021]
    for line in lines:
        assert line["entered"] == pytest.approx(line["arrived"] + line["left_over"], abs=1e-6)
        assert line["reason"] == "no_region"
        assert line["gap"] == pytest.approx(0.0, abs=0.005)
    assert [r["year"] for r in record["ledger"] if r["step"] == "sectors"] == [2017]
    assert {u["key"] for u in record["unused"]} == {"province_gdp", "macro"}


def test_tables_have_the_ledger(results: ModelResults) -> None:
    frame = results.to_frames()["ledger"]
    assert set(frame["step"]) == set(STEPS)

"""Scores fitted to published figures: how near the model comes, and what the figures do not say."""

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from numpy.testing import assert_allclose

from iiecon import ModelInputs, ModelResults, run_model
from iiecon.audit.publication import Figure, shipped_publication
from iiecon.calibration import LEAST_NOISE, SLACK, Calibration, Target, calibrate
from iiecon.cli.calibrating import DEFAULT_TARGETS, chosen
from iiecon.iotable import IOTable
from iiecon.trial import Trial
from tests.conftest import ReadTable
from tests.oracles import published
from tests.oracles.refusals import refused
from tests.oracles.sectors149 import with_scores, with_table_of_149

Array = npt.NDArray[np.float64]
# Scores that no fit knows of.
PLANTED = np.array([0.3, 0.2, 0.25, 0.4, 0.15, 0.8, 0.2, 0.25, 0.3, 0.1, 0.35])
YEAR = 2020


def section_figures(results: ModelResults, year: int = YEAR) -> list[Figure]:
    """The section totals of a run, as if they had been published with every digit."""
    at = results.years.index(year)
    return [
        Figure(f"industry.{s.code}.{year}.value_added", "industry", s.code, year, "value_added",
               "100m yuan", float(value), 12)
        for s, value in zip(results.inputs.sections, results.total[:, at], strict=True)
    ]  # fmt: skip


def gaps_of(results: ModelResults, figures: Sequence[Figure]) -> Array:
    """Relative gaps in percent of section totals, straight from the result arrays."""
    rows = {s.code: row for row, s in enumerate(results.inputs.sections)}
    found = [results.total[rows[f.key], results.years.index(f.year)] for f in figures]
    return 100 * (np.array(found) / [f.value for f in figures] - 1)


def rms(values: Array) -> float:
    return float(np.sqrt((values**2).mean()))


def only(inputs: ModelInputs, *codes: str) -> ModelInputs:
    """The same inputs with these sectors alone flagged as direct."""
    flags = tuple(code in codes for code in inputs.experts.codes)
    return replace(inputs, experts=replace(inputs.experts, direct=flags))


# --- the fast form of the model


@pytest.mark.parametrize(
    "options",
    [{}, {"imports": "domestic"}, {"section_productivity": "national"}, {"rate_base": "io_table"}],
)
def test_trial_equals_the_model(inputs: ModelInputs, options: dict[str, str]) -> None:
    changed = replace(inputs, options=replace(inputs.options, **options))  # type: ignore[arg-type]
    trial = Trial(changed)(PLANTED, run_model(changed).technology.tau)
    found, due = (
        json.loads(results.to_json())
        for results in (trial, run_model(with_scores(changed, PLANTED)))
    )
    for name in due.keys() - {"scores", "unused", "provenance"}:  # which say that scores were typed
        assert found[name] == due[name]


# --- figures that the model itself made from known scores


@pytest.fixture(scope="module")
def recovered(inputs: ModelInputs) -> Calibration:
    figures = section_figures(run_model(with_scores(inputs, PLANTED)))
    return calibrate(inputs, [Target(f) for f in figures], near=0, power=2)


def test_planted_scores_come_back(recovered: Calibration) -> None:
    assert_allclose([p.fitted for p in recovered.parameters], PLANTED, atol=1e-4)


def test_planted_totals_come_back_exactly(recovered: Calibration) -> None:
    made = run_model(recovered.inputs)
    assert np.abs(gaps_of(made, [g.figure for g in recovered.gaps])).max() < 1e-4


def test_exact_figures_leave_nothing_weak(recovered: Calibration) -> None:
    assert recovered.noise == LEAST_NOISE
    assert not any(d.weak for d in recovered.directions)


def test_planted_multiplier_comes_back(inputs: ModelInputs) -> None:
    """One year's totals give the product of the multipliers up to that year and no more."""
    planted = inputs.macro.values.copy()
    columns = [inputs.macro.years.index(y) for y in (2018, 2019, 2020)]
    planted[-1, columns] = (1.05, 1.10, 1.07)
    changed = replace(inputs, macro=replace(inputs.macro, values=planted))
    targets = [Target(f) for f in section_figures(run_model(changed))]
    found = calibrate(inputs, targets, near=1e-6, power=2, multipliers=True)
    tau = found.of("multiplier")
    assert list(tau) == ["2018", "2019", "2020"]
    assert np.prod(list(tau.values())) == pytest.approx(1.05 * 1.10 * 1.07, rel=1e-4)
    assert [d.unknown for d in found.directions].count(True) == 2
    assert all(
        p.standard_error == np.inf for p in found.parameters if p.kind == "multiplier"
    )  # one by one, nothing is known
    assert max(p.standard_error for p in found.parameters if p.kind == "score") < 0.05


# --- sectors that no figure can tell apart


def with_twins(inputs: ModelInputs, a: str, b: str) -> ModelInputs:
    """Two sectors with the same inputs per unit, whose products nobody uses as inputs: the section
    totals then depend on X_a S_a + X_b S_b alone.
    """
    table = inputs.table
    i, j = table.positions([a, b])
    flows = table.flows.copy()
    flows[[i, j]] = 0
    flows[:, j] = flows[:, i] * table.output[j] / table.output[i]
    assert table.final_use is not None
    final_use = table.final_use + (table.flows - flows).sum(axis=1)
    value_added = table.output - flows.sum(axis=0)
    twins = IOTable.from_arrays(
        flows, table.output, value_added, table.codes, table.names, final_use=final_use,
        exports=table.exports, imports=table.imports, discrepancy=table.discrepancy,
        year=table.year, precision=table.precision,
    )  # fmt: skip
    return replace(inputs, table=twins)


def test_twins_cannot_be_told_apart(inputs: ModelInputs) -> None:
    twins = with_twins(inputs, "061", "062")
    figures = section_figures(run_model(with_scores(twins, PLANTED)))
    found = calibrate(twins, [Target(f) for f in figures], near=0, power=2)
    (unknown,) = [d for d in found.directions if d.unknown]
    output = dict(zip(twins.table.codes, twins.table.output, strict=True))
    assert set(found.members(unknown)) == {"061", "062"}
    by_name = dict(zip([p.name for p in found.parameters], unknown.loadings, strict=True))
    assert by_name["061"] / by_name["062"] == pytest.approx(-output["062"] / output["061"], 1e-4)
    # Their common weight is known all the same, and every other score.
    fitted, planted = found.of("score"), dict(zip(inputs.experts.codes, PLANTED, strict=True))
    sums = [sum(output[c] * s[c] for c in ("061", "062")) for s in (fitted, planted)]
    assert sums[0] == pytest.approx(sums[1], rel=1e-4)
    for p in found.parameters:
        if p.name in ("061", "062"):
            assert p.weak
            assert p.standard_error == np.inf
        else:
            assert p.standard_error < 0.01
            assert p.fitted == pytest.approx(planted[p.name], abs=1e-3)


def test_twins_range_over_all_that_the_other_can_make_up_for(inputs: ModelInputs) -> None:
    twins = only(with_twins(inputs, "061", "062"), "061", "062")
    figures = section_figures(run_model(with_scores(twins, PLANTED)))
    found = calibrate(twins, [Target(f) for f in figures], near=0, power=2)
    output = dict(zip(twins.table.codes, twins.table.output, strict=True))
    common = 0.2 * output["061"] + 0.25 * output["062"]
    high = {p.name: p.high for p in found.parameters}
    assert high["061"] == pytest.approx(min(1, common / output["061"]), abs=0.01)
    assert high["062"] == pytest.approx(min(1, common / output["062"]), abs=0.01)
    assert max(p.low for p in found.parameters) == pytest.approx(0, abs=0.01)


# --- what is reported, recomputed


def test_range_of_a_single_score_is_that_of_a_grid_search(inputs: ModelInputs) -> None:
    alone = only(inputs, "062")

    def run(score: float) -> ModelResults:
        return run_model(with_scores(alone, np.full(11, score)))

    figures = section_figures(run(0.25))
    found = calibrate(alone, [Target(f) for f in figures], near=0, power=2)
    (p,) = found.parameters
    grid = np.linspace(0.2495, 0.2505, 101)
    near = [s for s in grid if rms(gaps_of(run(s), figures)) <= SLACK]
    assert near[0] > grid[0]
    assert (p.low, p.high) == pytest.approx((near[0], near[-1]), abs=3e-5)


@pytest.fixture(scope="module")
def shipped_fit(inputs: ModelInputs) -> Calibration:
    targets, others = chosen(DEFAULT_TARGETS, shipped_publication())
    return calibrate(inputs, targets, power=2, others=others)


def test_standard_errors_are_those_of_least_squares(
    inputs: ModelInputs, shipped_fit: Calibration
) -> None:
    """noise² (JᵀJ)⁻¹ with slopes of the full model."""
    fitted = np.array([p.fitted for p in shipped_fit.parameters])
    figures = [g.figure for g in shipped_fit.gaps]

    def gaps(scores: Array) -> Array:
        # Slopes are wanted at the edge of [0, 1] too, where a typed score may not go beyond.
        return _all_gaps(run_model(with_scores(inputs, np.clip(scores, 0, 1))), figures)

    slopes = []
    for k in range(fitted.size):
        ends = np.clip(np.array([fitted, fitted]) + [[-1e-4], [1e-4]] * np.eye(11)[k], 0, 1)
        slopes.append((gaps(ends[1]) - gaps(ends[0])) / (ends[1, k] - ends[0, k]))
    J = np.column_stack(slopes)
    freedom = len(figures) - fitted.size
    noise = np.sqrt((gaps(fitted) ** 2).sum() / freedom)
    errors = noise * np.sqrt(np.diag(np.linalg.inv(J.T @ J)))
    assert shipped_fit.noise == pytest.approx(noise, rel=1e-6)
    assert_allclose([p.standard_error for p in shipped_fit.parameters], errors, rtol=0.01)
    assert_allclose(
        [d.singular_value for d in shipped_fit.directions],
        np.linalg.svd(J, compute_uv=False),
        rtol=0.01,
    )


def _all_gaps(results: ModelResults, figures: Sequence[Figure]) -> Array:
    """Gaps in percent of section totals, and three times those of their sum (万亿元) and the ratio
    of indirect to direct.
    """
    sections, total, ratio = figures[:19], figures[19], figures[20]
    assert (total.unit, ratio.measure) == ("trillion yuan", "ratio")
    at = results.years.index(YEAR)
    parts = results.direct[:, at].sum(), results.indirect[:, at].sum()
    headlines = [sum(parts) / 1e4 / total.value, parts[1] / parts[0] / ratio.value]
    return np.append(gaps_of(results, sections), 3 * 100 * (np.array(headlines) - 1))


def test_gaps_are_those_of_the_model(inputs: ModelInputs, shipped_fit: Calibration) -> None:
    """Before and after, and the figures of 2021 that were not fitted to."""
    after = run_model(shipped_fit.inputs)
    for results, place in ((run_model(inputs), 0), (after, 1)):
        sections = [g for g in shipped_fit.gaps if g.figure.scope == "industry"]
        late = [g for g in shipped_fit.others if g.figure.id.endswith("2021.value_added")]
        for group in (sections, [g for g in late if g.figure.scope == "industry"]):
            assert len(group) == 19
            found = [100 * g.relative[place] for g in group]
            assert_allclose(found, gaps_of(results, [g.figure for g in group]), atol=1e-9)


def test_no_figure_is_both_used_and_out_of_sample(shipped_fit: Calibration) -> None:
    used, others = ({g.figure.id for g in part} for part in (shipped_fit.gaps, shipped_fit.others))
    assert len(used) == 21
    assert not used & others
    home = ("nation", "sector", "industry", "region", "province")
    assert used | others == {name for name in published.figures() if name.startswith(home)}


@pytest.mark.parametrize("power", [1.3, 2.0, 3.0])
def test_no_single_score_moved_alone_comes_nearer(inputs: ModelInputs, power: float) -> None:
    """The fit is a minimum of what it says it minimises, the pull of the experts included."""
    near = 0.05
    targets, _ = chosen(DEFAULT_TARGETS, shipped_publication())
    found = calibrate(inputs, targets, near=near, power=power)
    tau = run_model(inputs).technology.tau
    trial, figures = Trial(inputs), [t.figure for t in targets]
    experts = np.array([p.expert for p in found.parameters])

    def cost(scores: Array) -> float:
        gaps = _all_gaps(trial(scores, tau), figures)
        moves = near * 100 * (scores - experts)
        return float((np.abs(gaps) ** power).sum() + (np.abs(moves) ** power).sum())

    best = np.array([p.fitted for p in found.parameters])
    for k in range(best.size):
        for step in (-0.01, 0.01):
            moved = best.copy()
            moved[k] = np.clip(moved[k] + step, 0, 1)
            assert cost(moved) >= cost(best) * (1 - 1e-6)


def test_great_weight_keeps_the_experts_scores(inputs: ModelInputs) -> None:
    targets, _ = chosen(DEFAULT_TARGETS, shipped_publication())
    found = calibrate(inputs, targets, near=1000, power=2)
    assert_allclose([p.fitted for p in found.parameters], run_model(inputs).scores.used, atol=2e-4)


def test_scores_stay_within_the_bounds(inputs: ModelInputs) -> None:
    targets, _ = chosen(DEFAULT_TARGETS, shipped_publication())
    found = calibrate(inputs, targets, bounds=(0.05, 0.4))
    numbers = [n for p in found.parameters for n in (p.low, p.fitted, p.high)]
    assert min(numbers) >= 0.05
    assert max(numbers) <= 0.4
    assert found.of("score")["066"] == pytest.approx(0.4, abs=0.01)  # the experts say 1


def test_unflagged_sectors_are_left_alone(inputs: ModelInputs) -> None:
    targets, _ = chosen(DEFAULT_TARGETS, shipped_publication())
    found = calibrate(only(inputs, "057", "082"), targets)
    assert list(found.of("score")) == ["057", "082"]
    assert np.isnan(found.inputs.experts.override).sum() == 9


def test_fit_is_the_same_every_time(inputs: ModelInputs, shipped_fit: Calibration) -> None:
    targets, others = chosen(DEFAULT_TARGETS, shipped_publication())
    again = calibrate(inputs, targets, power=2, others=others)
    assert again.parameters == shipped_fit.parameters
    assert again.gaps == shipped_fit.gaps


# --- what cannot be fitted


def test_refusals(inputs: ModelInputs) -> None:
    targets, _ = chosen(["industry.C.2020.value_added"], shipped_publication())
    with refused("calibrate_no_target"):
        calibrate(inputs, [])
    with refused("calibrate_bounds"):
        calibrate(inputs, targets, bounds=(0.5, 0.5))
    with refused("calibrate_numbers"):
        calibrate(inputs, targets, near=-1)
    with refused("calibrate_numbers"):
        calibrate(inputs, targets, near=np.inf)
    with refused("calibrate_numbers"):
        calibrate(inputs, targets, power=0.5)
    with refused("calibrate_zero"):
        calibrate(inputs, [Target(replace(targets[0].figure, value=0.0))])
    with refused("calibrate_no_number") as found:  # no wages, no employment of sections in 2019
        employed = replace(targets[0].figure, year=2019, measure="employment", id="x")
        calibrate(inputs, [Target(employed)])
    assert found[0].values["id"] == "x"
    with refused("calibrate_unknown"):
        chosen(["industry.C.2020.valueadded"], shipped_publication())


def test_multipliers_of_the_production_function_are_not_fitted(inputs: ModelInputs) -> None:
    other = replace(
        inputs, options=replace(inputs.options, multiplier_source="production_function")
    )
    targets, _ = chosen(DEFAULT_TARGETS, shipped_publication())
    with refused("calibrate_multipliers"):
        calibrate(other, targets, multipliers=True)


# --- the full table of 2017 (method, section 14)


@pytest.fixture(scope="module")
def full(inputs: ModelInputs, official: ReadTable) -> ModelResults:
    """The model on 149 sectors with the shipped ballots, calibrated as the command does."""
    base = with_scores(with_table_of_149(inputs, official("china_2017_149")), np.full(11, np.nan))
    targets, _ = chosen(DEFAULT_TARGETS, shipped_publication())
    return run_model(calibrate(base, targets).inputs)


@pytest.mark.parametrize("year", [2020, 2021])
def test_149_sectors_replicate_the_sections(full: ModelResults, year: int) -> None:
    """Only 2020 was fitted; 2021 follows from it."""
    printed = published.sections("value_added", year)
    at = full.years.index(year)
    gaps = [
        100 * abs(total / printed[section.code] - 1)
        for section, total in zip(full.inputs.sections, full.total[:, at], strict=True)
    ]
    assert np.median(gaps) <= 0.4
    assert max(gaps) <= 2.5


@pytest.mark.parametrize("year", [2017, 2018, 2019, 2020])
def test_149_sectors_replicate_the_share_of_gdp(full: ModelResults, year: int) -> None:
    at = full.years.index(year)
    share = 100 * full.national[at] / full.gdp.values[at]
    assert share == pytest.approx(published.of("nation", "share_of_gdp", year)["total"], abs=0.05)


def test_149_sectors_replicate_employment(full: ModelResults) -> None:
    """No employment was fitted."""
    printed = published.of("nation", "employment", 2020)
    at = full.years.index(2020)
    assert full.national_jobs[at] == pytest.approx(sum(printed.values()), rel=0.005)
    assert full.jobs_direct[at] == pytest.approx(printed["direct"], rel=0.005)
    assert full.jobs_indirect[at] == pytest.approx(printed["indirect"], rel=0.005)


def test_149_sectors_replicate_guangdong(full: ModelResults) -> None:
    place = [p.name_zh for p in full.inputs.provinces].index("广东")
    printed = published.of("province", "value_added", 2020)["广东"]
    assert full.provinces[place, full.years.index(2020)] == pytest.approx(printed, rel=0.005)

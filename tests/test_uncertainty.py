"""Draws against the model itself, against the explicit inverse, and against scipy and formulas."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

import iiecon
from iiecon import InputError, ModelInputs, ModelResults, model, run_model, simulate
from iiecon.assumed import AssumedGrowth
from iiecon.cli import main
from iiecon.extrapolation import Extrapolated
from iiecon.inputs import Series
from iiecon.iotable import FloatArray
from iiecon.production import ProductionFit, cobb_douglas_fit
from iiecon.scoring import OPERATORS
from iiecon.uncertainty.closed_form import BaseYear, Draws, Measurement
from iiecon.uncertainty.drivers import shares_of_variance
from iiecon.uncertainty.sampling import Ballots, Elasticities, Rule, Sampler, forecasts
from iiecon.uncertainty.summary import BINS, EXACT, REACH, Part, Summary
from tests.conftest import ROOT
from tests.oracles.augmented import Array, augmented
from udfs import FUNCTIONS

Change = Callable[[ModelInputs], ModelInputs]


def with_options(inputs: ModelInputs, **options: Any) -> ModelInputs:
    return replace(inputs, options=replace(inputs.options, **options))


def with_experts(inputs: ModelInputs, **parts: Any) -> ModelInputs:
    return replace(inputs, experts=replace(inputs.experts, **parts))


def typed(inputs: ModelInputs, **scores: float) -> ModelInputs:
    override = inputs.experts.override.copy()
    for code, score in scores.items():
        override[inputs.experts.codes.index(code.removeprefix("s"))] = score
    return with_experts(inputs, override=override)


def ballots_of(results: ModelResults, concentration: float | None = None) -> Ballots:
    inputs = results.inputs
    operator = inputs.options.fuzzy_operator
    return Ballots.of(inputs.experts, results.scores.used, operator, concentration)


LINE, YEARS = Rule("linear_trend", 2), range(2017, 2022)


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


# --- each draw is what the model gives for these inputs


CASES: dict[str, Change] = {
    "as shipped": lambda i: i,
    "production function": lambda i: with_options(
        i, multiplier_source="production_function", production_fit="ols"
    ),
    "nation's productivity, rates of the table": lambda i: with_options(
        i, section_productivity="national", rate_base="io_table"
    ),
    "straight lines": lambda i: with_options(
        i, extrapolation="linear_trend", macro_extrapolation="weighted_growth", last_year=2022
    ),
    "typed scores, a sector not direct": lambda i: with_experts(
        typed(i, s057=0.4, s062=0.7), direct=(*i.experts.direct[:-1], False)
    ),
    "another operator": lambda i: with_options(i, fuzzy_operator="min_max"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_draw_is_the_model_on_the_drawn_inputs(
    name: str, inputs: ModelInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = CASES[name](inputs)
    results = run_model(inputs)
    measurement = Measurement.of(results, results.years)
    draws = Sampler.of(measurement, concentration=30).draw(generator(), 4)
    values = [measurement.evaluate(draws, year) for year in results.years]
    for i in range(4):
        drawn = of_drawn(inputs, results, measurement, draws, i, monkeypatch)
        for t in range(len(results.years)):
            np.testing.assert_allclose(values[t][:, i], row_of(drawn, t), rtol=1e-10, atol=1e-12)


def of_drawn(
    inputs: ModelInputs,
    results: ModelResults,
    measurement: Measurement,
    draws: Draws,
    i: int,
    monkeypatch: pytest.MonkeyPatch,
) -> ModelResults:
    """The model with the i-th draw in the place of what it estimates itself."""

    def column(values: Array) -> Array:
        return values[:, min(i, values.shape[1] - 1)]

    original: Any = model._extended
    whole = {
        "section_va": np.column_stack([column(v) for v in draws.section_va]),
        "province_gdp": np.column_stack([column(v) for v in draws.province_gdp]),
    }
    macro = np.column_stack([column(v) for v in draws.macro])

    def extended(
        given: ModelInputs, series: Series, years: list[int], *rest: Any, **named: Any
    ) -> Any:
        found = original(given, series, years, *rest, **named)
        values = found.values.copy()
        for name, drawn in whole.items():
            if series is getattr(given, name):
                values = drawn
        for row, name in enumerate(measurement.series):
            if np.array_equal(series.values[0], given.macro_row(name), equal_nan=True):
                values[0, [years.index(y) for y in results.years]] = macro[row]
        return Extrapolated(values, found.estimated)

    fit = cobb_douglas_fit

    def fitted(*given: Any) -> ProductionFit:
        alpha, beta = column(draws.elasticities)
        return replace(fit(*given), alpha=float(alpha), beta=float(beta))

    with monkeypatch.context() as patch:
        patch.setattr(model, "_extended", extended)
        patch.setattr("iiecon.production.cobb_douglas_fit", fitted)
        return run_model(with_experts(inputs, override=draws.scores[:, i]))


def row_of(results: ModelResults, t: int) -> Array:
    """The quantities in their order, from the model's own records."""
    records = results.records()
    year = results.years[t]
    nation = records["national"][t]
    mine = {k: [r for r in records[k] if r["year"] == year] for k in ("sections", "provinces")}
    jobs = [r["employment_direct"] + r["employment_indirect"] for r in mine["sections"]]
    return np.array(
        [nation[k] for k in ("total", "direct", "indirect", "share_of_gdp")]
        + [nation[k] for k in ("employment", "employment_direct", "employment_indirect")]
        + [r["total"] for r in mine["sections"]]
        + jobs
        + [r["value_added"] for r in mine["provinces"]]
        + [r["employment"] for r in mine["provinces"]]
        + [r["value_added"] for r in records["regions"] if r["year"] == year]
    )


def test_base_year_is_that_of_the_explicit_augmented_inverse(inputs: ModelInputs) -> None:
    results = run_model(inputs)
    measurement = Measurement.of(results, (2017,))
    scores = generator().uniform(0.05, 0.95, (len(inputs.experts.codes), 3))
    direct, indirect = measurement.base.rates(scores)
    table = inputs.table
    letters = np.array(inputs.sector_sections)
    for i in range(3):
        shares = {table.codes.index(c): scores[k, i] for k, c in enumerate(inputs.experts.codes)}
        found = augmented(table.flows, table.output, table.value_added, shares)
        for c, section in enumerate(inputs.sections):
            own = letters == section.code
            base = results.section_va.values[c, 0]
            assert indirect[c, i] * base == pytest.approx(
                found.indirect_value_added[own].sum(), rel=1e-10, abs=1e-9
            )
        by_hand = sum(s * table.value_added[k] for k, s in shares.items())
        assert direct[:, i] @ results.section_va.values[:, 0] == pytest.approx(by_hand)


# --- what is drawn


def test_bootstrap_has_the_standard_error_of_scipys(results: ModelResults) -> None:
    ballots = ballots_of(results)
    k, s, w = 3, ballots.experts.grade_scores, ballots.experts.weights
    drawn = ballots.draw(generator(), 40_000)[k]
    panel = [np.repeat(s, votes.astype(int)) for votes in ballots.experts.ballots[k]]
    assert np.unique(np.concatenate(panel)).size > 1

    def score(*factors: Array, axis: int) -> Array:
        return sum((w[j] * f.mean(axis=axis) for j, f in enumerate(factors)), np.zeros(()))

    theirs = stats.bootstrap(
        panel, score, n_resamples=20_000, vectorized=True, method="percentile", rng=1
    )
    assert drawn.std() == pytest.approx(float(theirs.standard_error), rel=0.02)
    exact = np.sqrt(sum(w[j] ** 2 * f.var() / f.size for j, f in enumerate(panel)))
    assert drawn.std() == pytest.approx(exact, rel=0.015)
    assert drawn.mean() == pytest.approx(results.scores.used[k], abs=4 * exact / 200)


@pytest.mark.parametrize("operator", OPERATORS)
def test_votes_are_drawn_by_factor_and_scored_by_the_operator(
    operator: str, inputs: ModelInputs
) -> None:
    results = run_model(with_options(inputs, fuzzy_operator=operator))
    ballots = ballots_of(results)
    shares = ballots.experts.ballots.swapaxes(0, 1)[..., None] / 60
    np.testing.assert_allclose(ballots.scored(shares, operator)[:, 0], results.scores.used)


def test_typed_score_varies_only_with_the_stated_number_of_votes(inputs: ModelInputs) -> None:
    results = run_model(typed(inputs, s061=0.3))
    k = inputs.experts.codes.index("061")
    assert np.ptp(ballots_of(results).draw(generator(), 1000)[k]) == 0
    drawn = ballots_of(results, 25).draw(generator(), 50_000)[k]
    assert drawn.mean() == pytest.approx(0.3, abs=0.002)
    assert drawn.std() == pytest.approx(np.sqrt(0.3 * 0.7 / 26), rel=0.02)


def test_extrapolated_value_errs_as_the_rule_erred_before() -> None:
    years = tuple(range(2013, 2021))
    values = np.array([[10.0, 12.0, 13.0, 15.5, 16.0, 18.0, 21.0, 22.0]])
    found = Extrapolated(np.array([[16.0, 18.0, 21.0, 22.0, 23.0]]), np.arange(5)[None] == 4)
    part = forecasts(Series(years, values), found, YEARS, LINE)
    v = values[0]
    missed = [np.log(v[t + 1] / (2 * v[t] - v[t - 1])) for t in range(1, 7)]
    rms = np.sqrt(np.mean(np.square(missed)))
    drawn = part.draw(generator(), 200_000)
    assert [d.shape[1] for d in drawn] == [1, 1, 1, 1, 200_000]
    low, high = np.quantile(drawn[4], (0.05, 0.95))
    wide = stats.t.ppf(0.95, 6) * rms
    assert np.log(high / 23) == pytest.approx(wide, rel=0.01)
    assert np.log(low / 23) == pytest.approx(-wide, rel=0.01)
    assert (part.count, part.unknown) == (1, 0)


def test_assumed_growth_is_in_the_simulation_too(inputs: ModelInputs) -> None:
    supposed = tuple(AssumedGrowth(series, 2021, 0.2) for series in ("gdp", "C"))
    changed = replace(inputs, assumed=supposed)
    found, expected = simulate(changed, 10, years=(2021,)), run_model(changed)
    share = found.central[0, found.row("nation", "share_of_gdp")]
    assert share == pytest.approx(expected.national[-1] / expected.gdp.values[-1], rel=1e-12)
    jobs = found.central[0, found.row("nation", "employment")]
    assert jobs == pytest.approx(expected.national_jobs[-1], rel=1e-12)


def test_a_farther_horizon_leaves_the_nearer_ones_alone() -> None:
    """Of six years four can be forecast one year ahead, three two, and two three years ahead."""
    years = tuple(range(2015, 2021))
    series = Series(years, np.array([[10.0, 12.0, 13.0, 15.5, 16.0, 18.0]]))
    v = series.values[0]

    def errors(last_year: int) -> FloatArray:
        ahead = tuple(range(2020, last_year + 1))
        estimated = np.array([[year > 2020 for year in ahead]])
        found = Extrapolated(np.full(estimated.shape, 20.0), estimated)
        return forecasts(series, found, ahead, LINE).errors[:, 0]

    near, far = errors(2021), errors(2023)
    missed = [np.log(v[t + 1] / (2 * v[t] - v[t - 1])) for t in range(1, 5)]
    scale = stats.t.ppf(0.95, 4) / stats.norm.ppf(0.95) / np.sqrt(4)
    np.testing.assert_allclose(near[1:5, 1], scale * np.array(missed))
    np.testing.assert_array_equal(far[:, :2], near)
    assert np.count_nonzero(far[:, 2]) == 3
    assert np.count_nonzero(far[:, 3]) == 2


def test_a_year_is_no_surer_than_the_one_before_it_for_want_of_past_errors() -> None:
    """Of six years two can be forecast three years ahead and only one four years ahead."""
    series = Series(tuple(range(2015, 2021)), np.array([[10.0, 12.0, 13.0, 15.5, 16.0, 18.0]]))
    years = tuple(range(2020, 2026))
    estimated = np.array([[year > 2020 for year in years]])
    part = forecasts(series, Extrapolated(np.full((1, 6), 20.0), estimated), years, LINE)
    third, fourth, fifth = part.errors[:, 0, 3:].T
    assert np.count_nonzero(third) == 2
    np.testing.assert_array_equal(fourth, third)
    np.testing.assert_array_equal(fifth, third)
    assert (part.count, part.unknown) == (5, 0)
    alone = Extrapolated(np.array([[20.0]]), np.array([[True]]))
    np.testing.assert_array_equal(forecasts(series, alone, (2025,), LINE).errors[:, 0, 0], third)


def test_rows_of_a_table_err_together() -> None:
    values = np.array([[10.0, 12.0, 13.0, 15.5, 16.0, 18.0, 21.0, 22.0]])
    both = np.concatenate([values, 7 * values])
    found = Extrapolated(np.full((2, 5), 23.0), np.tile(np.arange(5) == 4, (2, 1)))
    part = forecasts(Series(tuple(range(2013, 2021)), both), found, YEARS, LINE)
    first, second = part.draw(generator(), 100)[4]
    np.testing.assert_allclose(first, second, rtol=1e-12)
    assert np.ptp(first) > 0


def test_too_short_a_series_has_no_known_error() -> None:
    found = Extrapolated(np.array([[16.0, 18.0, 21.0, 22.0, 23.0]]), np.arange(5)[None] == 4)
    series = Series((2018, 2019, 2020), np.array([[18.0, 21.0, 22.0]]))
    part = forecasts(series, found, YEARS, LINE)
    assert (part.count, part.unknown) == (0, 1)
    assert part.draw(generator(), 9)[4].shape == (1, 1)


def test_elasticity_has_the_error_of_an_ordinary_regression(results: ModelResults) -> None:
    rng = generator(4)
    K, L = np.exp(np.cumsum(rng.uniform(0, 0.2, 10))), np.exp(np.cumsum(rng.uniform(0, 0.1, 10)))
    Y = 2 * K**0.4 * L**0.6 * np.exp(rng.normal(0, 0.02, 10))
    line = stats.linregress(np.log(K / L), np.log(Y / L))
    part = Elasticities.of(cobb_douglas_fit(Y, K, L), K, L)
    alpha, beta = part.draw(rng, 200_000)
    np.testing.assert_allclose(alpha + beta, 1)
    wide = stats.t.ppf(0.95, 8) * line.stderr
    np.testing.assert_allclose(
        np.quantile(alpha, (0.05, 0.95)), line.slope + wide * np.array([-1, 1]), atol=0.02 * wide
    )
    X = np.column_stack([np.ones(10), np.log(K), np.log(L)])
    free = cobb_douglas_fit(Y, K, L, "ols")
    covariance = np.linalg.inv(X.T @ X)[1:, 1:] * (free.residuals @ free.residuals) / 7
    widened = covariance * (stats.t.ppf(0.95, 7) / stats.norm.ppf(0.95)) ** 2
    drawn = Elasticities.of(free, K, L).draw(rng, 200_000)
    np.testing.assert_allclose(np.cov(drawn), widened, rtol=0.02)


# --- summaries


def test_quantiles_of_many_draws_are_within_a_bin() -> None:
    rng = generator()
    blocks = [
        np.stack([rng.gamma(2, 3, 4096), rng.normal(5, 0.1, 4096), np.full(4096, 7.0)])
        for _ in range(2 * EXACT // 4096)
    ]
    summary = Summary(2 * EXACT)
    for block in blocks:
        summary.add(block)
    whole = np.concatenate(blocks, axis=1)
    exact = np.quantile(whole, (0.05, 0.5, 0.95), axis=1)
    bins = 2 * REACH * whole.std(axis=1) / BINS
    assert (np.abs(summary.quantiles() - exact) <= 0.5 * bins + 1e-12).all()
    np.testing.assert_allclose(summary.mean, whole.mean(axis=1), rtol=1e-12)
    np.testing.assert_allclose(summary.deviation, whole.std(axis=1, ddof=1), rtol=1e-9, atol=1e-12)
    few = Summary(EXACT)
    few.add(blocks[0])
    np.testing.assert_array_equal(
        few.quantiles(), np.quantile(blocks[0], (0.05, 0.5, 0.95), axis=1)
    )


def test_same_seed_same_digits(inputs: ModelInputs) -> None:
    first, again, other = (simulate(inputs, 6000, seed) for seed in (5, 5, 6))
    assert first.to_json() == again.to_json()
    assert (first.q95 != other.q95).any()


# --- drivers


def test_sobol_indices_of_ishigamis_function() -> None:
    rng, n = generator(), 2**16
    A, B = rng.uniform(-np.pi, np.pi, (2, 3, n))

    def ishigami(x: Array) -> Array:
        f = np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])
        return np.stack([f, np.full(n, 3.0), 100 + 2 * x[0]])

    mixed = []
    for d in range(3):
        one = A.copy()
        one[d] = B[d]
        mixed.append(ishigami(one))
    keys = (("x", "1"), ("x", "2"), ("x", "3"))
    found = shares_of_variance(keys, ishigami(A), ishigami(B), mixed)
    np.testing.assert_allclose(found.first[:, 0], (0.3139, 0.4424, 0), atol=0.03)
    np.testing.assert_allclose(found.total[:, 0], (0.5576, 0.4424, 0.2437), atol=0.03)
    assert np.isnan(found.total[:, 1]).all()
    np.testing.assert_allclose(found.total[:, 2], (1, 0, 0), atol=0.03)


def test_direct_value_added_is_driven_by_scores_as_their_variances_say(
    inputs: ModelInputs, results: ModelResults
) -> None:
    found = simulate(inputs, 4096, years=(2020,))
    ballots, s, w = inputs.experts.ballots, inputs.experts.grade_scores, inputs.experts.weights
    share = ballots / 60
    variance = ((share @ s**2 - (share @ s) ** 2) / 60) @ w**2
    letters = [sec.code for sec in inputs.sections]
    section = np.array([
        letters.index(inputs.sector_sections[inputs.table.codes.index(c)])
        for c in inputs.experts.codes
    ])  # fmt: skip
    grown = results.section_va.values[:, 3] / results.section_va.values[:, 0]
    worth = inputs.table.value_added[inputs.table.positions(inputs.experts.codes)] * grown[section]
    parts = worth**2 * variance
    row = found.row("nation", "direct")
    assert found.deviation[0, row] == pytest.approx(np.sqrt(parts.sum()), rel=0.04)
    shares = dict(zip(found.sobol.keys, found.sobol.total[:, row], strict=True))
    assert shares[("scores", "")] == pytest.approx(1, abs=0.05)
    for k, code in enumerate(inputs.experts.codes):
        assert shares[("scores", code)] == pytest.approx(parts[k] / parts.sum(), abs=0.03)
    driver = found.main_driver(row)
    assert driver is not None
    largest = parts[inputs.experts.codes.index(driver[1])]
    assert largest / parts.sum() > parts.max() / parts.sum() - 0.03  # two are nearly equal
    assert found.left_out is not None
    # For a sum of means the jackknife's error is the exact one, n − 1 in the place of n.
    error = found.left_out.standard_error[row]
    assert error == pytest.approx(np.sqrt(parts.sum() * 60 / 59), rel=1e-6)


def test_ballot_left_out_and_operator_are_the_models_own(inputs: ModelInputs) -> None:
    found = simulate(inputs, 64, years=(2020,))
    assert found.left_out is not None
    row = found.row("province", inputs.provinces[3].code)
    code, factor, grade = found.left_out.lowest_ballot[row]
    experts = inputs.experts
    ballots = experts.ballots.copy()
    place = experts.codes.index(code), experts.factors.index(factor), experts.grades.index(grade)
    ballots[place] -= 1
    fewer = run_model(with_experts(inputs, ballots=ballots))
    assert found.left_out.lowest[row] == pytest.approx(fewer.provinces[3, 3], rel=1e-12)
    assert fewer.provinces[3, 3] < run_model(inputs).provinces[3, 3]
    for operator, values in found.operators.items():
        other = run_model(with_options(inputs, fuzzy_operator=operator))
        assert values[row] == pytest.approx(other.provinces[3, 3], rel=1e-12)


def test_tornado_moves_one_input_at_a_time(inputs: ModelInputs) -> None:
    found = simulate(inputs, 64, years=(2020,))
    swing = next(s for s in found.tornado if s.key == ("scores", "065"))
    results = run_model(inputs)
    drawn = ballots_of(results).draw(generator(9), 100_000)[4]
    low, high = (
        run_model(typed(inputs, s065=float(v))).national[3]
        for v in np.quantile(drawn, (0.05, 0.95))
    )
    assert swing.low == pytest.approx(low, rel=1e-3)
    assert swing.high == pytest.approx(high, rel=1e-3)
    sizes = [s.size for s in found.tornado]
    assert sizes == sorted(sizes, reverse=True)


# --- the whole


def test_one_sector_by_hand() -> None:
    """One sector, two grades, one factor: Z = S N + (1 − S) S G X/(1 + S G) N/X."""
    inputs = iiecon.default_inputs()
    results = run_model(inputs)
    base = Measurement.of(results, (2017,)).base
    scores = np.zeros((len(inputs.experts.codes), 2))
    scores[4] = 0.3, 0.5
    _, indirect = base.rates(scores)
    table = inputs.table
    k = table.codes.index(inputs.experts.codes[4])
    G = np.linalg.inv(np.eye(table.size) - table.flows / table.output) - np.eye(table.size)
    for i, S in enumerate((0.3, 0.5)):
        pushed = table.output[k] * S / (1 + S * G[k, k])
        induced = G[:, k] * pushed
        induced[k] *= 1 - S
        whole = (induced * table.value_added / table.output).sum()
        assert indirect[:, i] @ results.section_va.values[:, 0] == pytest.approx(whole, rel=1e-10)


def test_interval_without_anything_uncertain_has_no_width(inputs: ModelInputs) -> None:
    fixed = with_experts(inputs, override=run_model(inputs).scores.used)
    found = simulate(fixed, 5000, years=(2018, 2019))
    assert not any(found.varied[group] for group in ("scores", "elasticities"))
    for part in (found.q05, found.q50, found.q95, found.mean):
        np.testing.assert_allclose(part, found.central, rtol=1e-12)
    assert np.nanmax(found.deviation / np.abs(found.central)) < 1e-12
    assert np.isnan(found.sobol.total).all()
    assert found.tornado == ()
    assert found.left_out is None


def test_years_before_the_forecast_vary_by_the_scores_alone(inputs: ModelInputs) -> None:
    found = simulate(inputs, 5000)
    assert found.years == (2020, 2021)
    wide = (found.q95 - found.q05) / found.central
    row = found.row("nation", "total")
    assert 0 < wide[0, row] < wide[1, row]
    np.testing.assert_allclose(found.central[0, row], run_model(inputs).national[3], rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"draws": 1}, "simulation_draws"),
        ({"seed": -1}, "simulation_seed"),
        ({"years": (2016,)}, "simulation_year"),
        ({"concentration": 0.0}, "simulation_concentration"),
        ({"concentration": float("nan")}, "simulation_concentration"),
    ],
)
def test_wrong_arguments_are_refused(
    inputs: ModelInputs, arguments: dict[str, Any], key: str
) -> None:
    with pytest.raises(InputError) as refusal:
        simulate(inputs, **arguments)
    assert [f.key for f in refusal.value.findings] == [key]


# --- the command


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return Path(shutil.copy(ROOT / "IIEconModel.xlsm", tmp_path / "模型.xlsm"))


def test_command_prints_and_writes_what_python_gives(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = workbook.read_bytes()
    json_file, csv_file = tmp_path / "u.json", tmp_path / "u.csv"
    given = ["simulate", str(workbook), "--draws", "500", "--seed", "7"]
    assert main([*given, "--json", str(json_file), "--csv", str(csv_file)]) == 0
    assert workbook.read_bytes() == before
    shown = capsys.readouterr().out
    expected = simulate(iiecon.load_inputs(str(workbook)), 500, 7)
    assert json_file.read_text(encoding="utf-8") == expected.to_json()
    low, _, high = expected.interval("nation", "total", 2021)
    for text in ("seed 7", f"{low:,.1f}", f"{high:,.1f}"):
        assert text in shown
    records = json.loads(expected.to_json())["intervals"]
    lines = csv_file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + len(records) == 1 + 2 * len(expected.quantities)


def test_cancelled_run_leaves_nothing(
    workbook: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = tmp_path / "u.json"
    target.write_text("before", encoding="utf-8")
    join = Summary.join
    parts = []

    def pressed(summary: Summary, part: Part) -> None:
        parts.append(part)
        if len(parts) > 3:
            raise KeyboardInterrupt
        join(summary, part)

    monkeypatch.setattr(Summary, "join", pressed)
    assert main(["simulate", str(workbook), "--draws", "50000", "--json", str(target)]) == 130
    assert target.read_text(encoding="utf-8") == "before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["u.json", "模型.xlsm"]
    assert "已中断" in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--draws", "1"], ["--seed", "-2"], ["--years", "1999"]])
def test_wrong_usage_is_said(
    workbook: Path, more: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", str(workbook), *more]) == 2
    assert capsys.readouterr().err.strip()


def test_a_target_that_cannot_be_written_is_said_before_anything_is_drawn(
    workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Summary, "join", lambda *_: pytest.fail("drawn"))
    assert main(["simulate", str(workbook), "--csv", str(tmp_path / "no" / "u.csv")]) == 3


def test_years_and_workbooks_count_once(workbook: Path, tmp_path: Path) -> None:
    target = tmp_path / "u.json"
    twice = ["simulate", *2 * [str(workbook)], "--draws", "10", "--years", "2020", "2020"]
    assert main([*twice, "--json", str(target)]) == 0
    found = json.loads(target.read_text(encoding="utf-8"))
    rows = [(r["year"], r["kind"], r["code"]) for r in found["intervals"]]
    assert len(set(rows)) == len(rows)


def test_output_never_replaces_the_workbook(workbook: Path) -> None:
    before = workbook.read_bytes()
    assert main(["simulate", str(workbook), "--json", str(workbook)]) == 2
    assert workbook.read_bytes() == before


# --- the function of spreadsheets


def interval_arguments(results: ModelResults, t: int) -> list[Any]:
    """The ranges that a sheet gives for the t-th result year, money of the table in 亿元."""
    inputs = results.inputs
    table, experts = inputs.table, inputs.experts
    column: Callable[[Any], list[list[Any]]] = lambda values: [[v] for v in values]  # noqa: E731
    return [
        table.flows.tolist(), column(table.output.tolist()), column(table.value_added.tolist()),
        column(table.codes), column(experts.codes),
        experts.ballots.reshape(-1, experts.ballots.shape[2]).tolist(),
        column(experts.weights.tolist()), [experts.grade_scores.tolist()],
        column(results.scores.used.tolist()), column(inputs.sector_sections),
        column([s.code for s in inputs.sections]), column(results.rate_base.tolist()),
        column(results.section_va.values[:, t].tolist()),
        float(np.prod(results.technology.tau[: t + 1])),
    ]  # fmt: skip


def test_function_gives_the_digits_of_the_simulation(inputs: ModelInputs) -> None:
    results = run_model(typed(inputs, s061=0.31))
    found = simulate(results.inputs, 5000, 3)
    options, growth = inputs.options, inputs.growth
    series = np.where(np.isnan(inputs.section_va.values), None, inputs.section_va.values)  # type: ignore[call-overload]
    error = FUNCTIONS["IIE_EXTRAPOLATE"](
        series.tolist(), [list(map(float, inputs.section_va.years))],
        [list(map(float, results.years))], options.extrapolation, 2.0, float(options.data_until),
        growth.weights.tolist(), None, None, "error",
    )  # fmt: skip
    for year, given in ((2020, None), (2021, error)):
        t = results.years.index(year)
        rows = FUNCTIONS["IIE_INTERVAL"](*interval_arguments(results, t), given, 5000.0, 3.0)
        mine = [found.row("nation", n) for n in ("total", "direct", "indirect")]
        mine += [found.row("section", s.code) for s in inputs.sections]
        place = found.years.index(year)
        expected = [found.mean, found.deviation, found.q05, found.q50, found.q95]
        due = np.array(expected)[:, place, mine].T
        np.testing.assert_allclose(np.array(rows, dtype=float), due, rtol=1e-9, atol=1e-9)


def series_error(series: Series, rows: Array, results: ModelResults, year: int) -> Any:
    """How wrong the line through national or provincial figures was."""
    options = results.inputs.options
    values = np.where(np.isnan(rows), None, rows)  # type: ignore[call-overload]
    return FUNCTIONS["IIE_EXTRAPOLATE"](
        values.tolist(), [list(map(float, series.years))], [[float(year)]],
        options.macro_extrapolation, float(options.extrapolation_window),
        float(options.data_until), None, None, None, "error",
    )  # fmt: skip


def place_arguments(results: ModelResults, t: int) -> list[Any]:
    """What provinces, regions and employment take, after the measure."""
    inputs, options, year = results.inputs, results.inputs.options, results.years[t]
    gdp = inputs.province_gdp
    labour = float(results.labour.values[t])
    people = inputs.province_employed.sum(axis=1)
    wages = [[None if np.isnan(w) else w] for w in results.wages[:, t].tolist()]
    return [
        [[s.sector3] for s in inputs.sections],
        results.province_gdp.values[:, t].reshape(-1, 3).tolist(),
        *(series_error(gdp, gdp.values[i::3], results, year) for i in range(3)),
        [[p.region] for p in inputs.provinces], [[r.key] for r in inputs.regions],
        [[share * labour] for share in (people / people.sum()).tolist()],
        float(results.gdp.values[t]) if results.gdp.estimated[t] else None,
        *(series_error(inputs.macro, inputs.macro_row(name)[None], results, year)
          for name in ("gdp", options.employment_series)),
        options.section_productivity, wages,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("year", "choices"),
    [(2021, {}), (2020, {"last_year": 2020}), (2021, {"section_productivity": "national"})],
    ids=str,
)
def test_places_and_jobs_have_the_digits_of_the_simulation(
    inputs: ModelInputs, year: int, choices: dict[str, Any]
) -> None:
    results = run_model(with_options(inputs, **choices))
    found = simulate(results.inputs, 5000, 3, years=(year,))
    t = results.years.index(year)
    options, series = results.inputs.options, results.inputs.section_va
    values = np.where(np.isnan(series.values), None, series.values)  # type: ignore[call-overload]
    error = FUNCTIONS["IIE_EXTRAPOLATE"](
        values.tolist(), [list(map(float, series.years))], [[float(year)]],
        options.extrapolation, 2.0, float(options.data_until),
        inputs.growth.weights.tolist(), None, None, "error",
    )  # fmt: skip
    start = [*interval_arguments(results, t), error, 5000.0, 3.0, options.fuzzy_operator]
    start += [options.imports, None, None]
    places = place_arguments(results, t)
    jobs = ("employment", "employment_direct", "employment_indirect")
    for measure, kind, codes in (
        ("province", "province", [p.code for p in inputs.provinces]),
        ("region", "region", [r.key for r in inputs.regions]),
        ("employment", "nation", jobs),
    ):
        rows = FUNCTIONS["IIE_INTERVAL"](*start, measure, *places)
        mine = [found.row(kind, code) for code in codes]
        expected = [found.mean, found.deviation, found.q05, found.q50, found.q95]
        due = np.array(expected)[:, 0, mine].T
        np.testing.assert_allclose(np.array(rows, dtype=float), due, rtol=1e-9, atol=1e-9)


def test_measures_share_their_draws(inputs: ModelInputs, monkeypatch: pytest.MonkeyPatch) -> None:
    results = run_model(inputs)
    drawn: list[int] = []
    rates = BaseYear.rates

    def counted(base: BaseYear, scores: Array) -> tuple[Array, Array]:
        drawn.append(scores.shape[1])
        return rates(base, scores)

    monkeypatch.setattr(BaseYear, "rates", counted)
    start = [*interval_arguments(results, 4), None, 200.0, 77.0]
    start += ["weighted_average", "competitive", None, None]
    places = place_arguments(results, 4)
    for measure in ("section", "province", "region", "employment"):
        FUNCTIONS["IIE_INTERVAL"](*start, measure, *places)
    assert drawn == [200]


@pytest.mark.parametrize("measure", ["province", "region", "employment"])
def test_measure_without_what_it_takes_is_refused(inputs: ModelInputs, measure: str) -> None:
    arguments = [*interval_arguments(run_model(inputs), 4), None, 200.0, 0.0]
    arguments += ["weighted_average", "competitive", None, None]
    with pytest.raises(InputError) as refusal:
        FUNCTIONS["IIE_INTERVAL"](*arguments, measure)
    assert [f.key for f in refusal.value.findings] == ["cell_blank"]


def test_function_of_typed_scores_has_no_width(inputs: ModelInputs) -> None:
    results = run_model(with_experts(inputs, override=np.full(11, 0.5)))
    rows = np.array(FUNCTIONS["IIE_INTERVAL"](*interval_arguments(results, 2)))
    np.testing.assert_allclose(rows[0, [0, 2, 3, 4]], results.national[2], rtol=1e-12)
    np.testing.assert_allclose(rows[3:, 0], results.total[:, 2], rtol=1e-12)
    assert rows[:, 1].max() < 1e-9

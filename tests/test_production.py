"""The production function against numpy, scipy and planted parameters."""

from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import LinearConstraint, minimize

from iiecon import production
from iiecon.findings import NumericalError
from iiecon.production import METHODS, Method, ProductionFit, cobb_douglas_fit
from tests.oracles.refusals import refused

Array = npt.NDArray[np.float64]
Economy = tuple[Array, Array, Array]


def economy(seed: int, alpha: float = 0.4, beta: float = 0.5, noise: float = 0.03) -> Economy:
    """Y, K and L of 12 years with known elasticities and ln A = 0.7."""
    random = np.random.default_rng(seed)
    capital = np.exp(random.normal(8, 0.5, 12))
    labour = np.exp(random.normal(6, 0.4, 12))
    output = np.exp(0.7 + random.normal(0, noise, 12)) * capital**alpha * labour**beta
    return output, capital, labour


def design(series: Economy) -> tuple[Array, Array]:
    y, k, ell = np.log(series)
    return y, np.column_stack([np.ones_like(y), k, ell])


def parameters(fit: ProductionFit) -> list[float]:
    return [fit.log_a, fit.alpha, fit.beta]


def nearest(series: Economy, **rules: Any) -> Array:
    """(α, β) of least squares under some rules; centring drops the intercept."""
    y, X = design(series)
    y, X = y - y.mean(), X[:, 1:] - X[:, 1:].mean(axis=0)

    def squares(elasticities: Array) -> float:
        return 100 * float(((y - X @ elasticities) ** 2).sum())

    found: Array = minimize(squares, [0.5, 0.5], options={"ftol": 1e-15}, **rules).x
    return found


@pytest.mark.parametrize("seed", range(4))
def test_ols_equals_numpy(seed: int) -> None:
    series = economy(seed)
    y, X = design(series)
    expected = np.linalg.lstsq(X, y, rcond=None)[0]
    assert_allclose(parameters(cobb_douglas_fit(*series, "ols")), expected, rtol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_constant_returns_equal_constrained_least_squares(seed: int) -> None:
    series = economy(seed, alpha=0.8, beta=0.6)
    expected = nearest(series, constraints=LinearConstraint([[1, 1]], 1, 1), method="SLSQP")
    fit = cobb_douglas_fit(*series, "constant_returns")
    assert_allclose([fit.alpha, fit.beta], expected, atol=1e-5)
    assert fit.alpha + fit.beta == pytest.approx(1, abs=1e-14)


@pytest.mark.parametrize(("alpha", "beta"), [(0.4, 0.5), (0.5, 1.6), (1.4, 0.3), (-0.3, 0.6)])
@pytest.mark.parametrize("seed", range(3))
def test_bounded_equals_scipy_with_bounds(seed: int, alpha: float, beta: float) -> None:
    series = economy(seed, alpha, beta)
    expected = nearest(series, bounds=[(0, 1), (0, 1)], method="L-BFGS-B")
    fit = cobb_douglas_fit(*series, "bounded")
    assert_allclose([fit.alpha, fit.beta], expected, atol=1e-5)
    logs = np.log(series)
    intercept = logs[0].mean() - fit.alpha * logs[1].mean() - fit.beta * logs[2].mean()
    assert fit.log_a == pytest.approx(float(intercept))


@pytest.mark.parametrize("method", METHODS)
def test_planted_parameters_come_back(method: Method) -> None:
    fit = cobb_douglas_fit(*economy(1, 0.35, 0.65, noise=0), method)
    assert_allclose(parameters(fit), [0.7, 0.35, 0.65], atol=1e-9)
    assert fit.r2 == pytest.approx(1)
    assert_allclose(fit.residuals, 0, atol=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_capital_and_labour_change_places_with_their_elasticities(method: Method) -> None:
    output, capital, labour = economy(2, 0.35, 0.65, noise=0)
    fit = cobb_douglas_fit(output, labour, capital, method)
    assert_allclose(parameters(fit), [0.7, 0.65, 0.35], atol=1e-9)
    assert fit.condition == pytest.approx(
        cobb_douglas_fit(output, capital, labour, method).condition, rel=1e-4
    )


def test_ols_standard_errors_by_formula() -> None:
    """σ² (X'X)⁻¹ with n − 3 degrees of freedom."""
    series = economy(2)
    y, X = design(series)
    fit = cobb_douglas_fit(*series, "ols")
    residuals = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    covariance = np.linalg.inv(X.T @ X) * float(residuals @ residuals) / (12 - 3)
    assert_allclose(fit.standard_errors, np.sqrt(np.diag(covariance)), rtol=1e-8)
    assert_allclose(fit.residuals, residuals, atol=1e-10)


def test_constant_returns_standard_errors_by_formula() -> None:
    """A regression of ln(Y/L) on ln(K/L), n − 2 degrees of freedom; β = 1 − α has α's error."""
    series = economy(3)
    y, k, ell = np.log(series)
    x, z = k - ell, y - ell
    slope = float(np.polyfit(x, z, 1)[0])
    left = z - z.mean() - slope * (x - x.mean())
    variance = float(left @ left) / (12 - 2)
    spread = float(((x - x.mean()) ** 2).sum())
    of_slope = np.sqrt(variance / spread)
    of_intercept = np.sqrt(variance * (1 / 12 + float(x.mean()) ** 2 / spread))
    found = cobb_douglas_fit(*series, "constant_returns").standard_errors
    assert_allclose(found, [of_intercept, of_slope, of_slope], rtol=1e-8)


def test_parameter_held_at_a_bound_has_no_standard_error() -> None:
    fit = cobb_douglas_fit(*economy(0, alpha=0.5, beta=1.8), "bounded")
    assert fit.beta == 1
    assert np.isnan(fit.standard_errors[2])
    assert np.isfinite(fit.standard_errors[:2]).all()


def test_standard_errors_beside_a_bound_are_those_of_the_smaller_regression() -> None:
    """α held at 0 leaves ln Y on 1 and ln L: two parameters, n − 2 degrees of freedom."""
    series = economy(0, alpha=-0.5, beta=0.5)
    y, X = design(series)
    fit = cobb_douglas_fit(*series, "bounded")
    assert fit.alpha == 0
    X = X[:, [0, 2]]
    residuals = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    covariance = np.linalg.inv(X.T @ X) * float(residuals @ residuals) / (12 - 2)
    log_a, of_beta = np.sqrt(np.diag(covariance))
    assert_allclose(fit.standard_errors, [log_a, np.nan, of_beta], rtol=1e-8)


def test_bounded_standard_errors_are_those_of_ols_when_nothing_binds() -> None:
    series = economy(2)
    free, bounded = cobb_douglas_fit(*series, "ols"), cobb_douglas_fit(*series, "bounded")
    assert 0 < bounded.alpha < 1
    assert 0 < bounded.beta < 1
    assert_allclose(bounded.standard_errors, free.standard_errors, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_r2_and_condition_by_formula(method: Method) -> None:
    series = economy(4)
    y, X = design(series)
    fit = cobb_douglas_fit(*series, method)
    residuals = y - X @ np.array(parameters(fit))
    assert_allclose(fit.residuals, residuals, atol=1e-12)
    total = float(((y - y.mean()) ** 2).sum())
    assert fit.r2 == pytest.approx(1 - float(residuals @ residuals) / total)
    if method == "constant_returns":  # regresses on ln K − ln L
        X = np.column_stack([X[:, 0], X[:, 1] - X[:, 2]])
    singular = np.sqrt(np.linalg.eigvalsh(X.T @ X))
    assert fit.condition == pytest.approx(float(singular[-1] / singular[0]), rel=1e-4)


def test_breach_and_bound_are_warned_of() -> None:
    breach = cobb_douglas_fit(*economy(0, 0.5, 1.8), "ols").warnings()
    bound = cobb_douglas_fit(*economy(0, 0.5, 1.8), "bounded").warnings()
    fine = cobb_douglas_fit(*economy(1, 0.4, 0.5, noise=0), "ols").warnings()
    assert [(f.key, f.severity) for f in breach] == [("elasticity", "warning")]
    assert [f.values["name"] for f in (*breach, *bound)] == ["β", "β"]
    assert fine == []


@pytest.mark.parametrize("value", [-0.5, 0.0, 1e-9, 1 - 1e-9, 1.0, 1.5])
@pytest.mark.parametrize("place", [0, 1])
def test_elasticity_at_or_beyond_a_bound_is_named(place: int, value: float) -> None:
    """A billionth away counts as at the bound."""
    pair = [0.5, 0.5]
    pair[place] = value
    (found,) = fit_of(0.0, *pair).warnings()
    assert found.values == {"name": "αβ"[place], "value": f"{value:.4g}"}


@pytest.mark.parametrize("value", [2e-9, 1 - 2e-9])
def test_elasticity_just_inside_the_bounds_is_fine(value: float) -> None:
    assert fit_of(0.0, value, value).warnings() == []


def test_output_that_never_changes_leaves_nothing_to_explain() -> None:
    """ln Y = 0 every year: R² would be 0 / 0."""
    _, capital, labour = economy(0)
    fit = cobb_douglas_fit(np.ones(12), capital, labour, "ols")
    assert np.isnan(fit.r2)
    assert_allclose(parameters(fit), 0, atol=1e-12)


def test_a_fit_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        fit_of(0.0, 0.5, 0.5).alpha = 0.9  # type: ignore[misc]


# --- Solow's residual and the multiplier


def fit_of(log_a: float, alpha: float, beta: float) -> ProductionFit:
    nan = float("nan")
    return ProductionFit(alpha, beta, log_a, (nan, nan, nan), nan, np.array([]), nan, "ols")


def test_residual_technology_by_hand() -> None:
    """Y = γ · 2 · K^.5 · L^.5 with K = 4, L = 9: 2 · 2 · 3 = 12."""
    output, capital, labour = [24, 6, 0.6], [4, 4, 0.25], [9, 9, 0.36]
    found = production.residual_technology(output, capital, labour, fit_of(np.log(2), 0.5, 0.5))
    assert_allclose(found, [2.0, 0.5, 1.0])


def test_residual_technology_of_the_fit_is_its_exponential_residual() -> None:
    series = economy(5)
    fit = cobb_douglas_fit(*series, "ols")
    assert_allclose(production.residual_technology(*series, fit), np.exp(fit.residuals))


def test_multipliers_by_hand() -> None:
    assert_allclose(production.multipliers([2.0, 3.0, 1.5]), [1.0, 1.5, 0.5])


def test_override_replaces_single_years() -> None:
    nan = float("nan")
    found = production.multipliers([2.0, 3.0, 1.5], [nan, nan, 1.0839])
    assert_allclose(found, [1.0, 1.5, 1.0839])


def test_override_of_the_first_year_has_no_effect() -> None:
    nan = float("nan")
    assert_allclose(production.multipliers([2.0, 3.0], [9.0, nan]), [1.0, 1.5])


def test_overrides_are_left_as_they_were() -> None:
    typed = np.array([9.0, 1.1])
    production.multipliers([2.0, 3.0], typed)
    assert typed.tolist() == [9.0, 1.1]


# --- what is refused


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
@pytest.mark.parametrize(("place", "name"), [(0, "Y"), (1, "K"), (2, "L")])
def test_value_that_is_not_positive_is_named(place: int, name: str, value: float) -> None:
    series = economy(0)
    series[place][3] = series[place][7] = value
    with refused("production_positive") as found:
        cobb_douglas_fit(*series)
    assert (found[0].values["name"], found[0].row) == (name, 3)


@pytest.mark.parametrize("years", [1, 3])
def test_too_few_years_are_refused(years: int) -> None:
    output, capital, labour = (values[:years] for values in economy(0))
    with refused("production_length"):
        cobb_douglas_fit(output, capital, labour)


def test_four_years_are_enough() -> None:
    output, capital, labour = (values[:4] for values in economy(0, noise=0))
    assert cobb_douglas_fit(output, capital, labour, "ols").alpha == pytest.approx(0.4)


@pytest.mark.parametrize("lengths", [(11, 12, 12), (12, 11, 11), (12, 12, 11), (11, 11, 12)])
def test_unequal_lengths_are_refused(lengths: tuple[int, int, int]) -> None:
    output, capital, labour = (v[:n] for v, n in zip(economy(0), lengths, strict=True))
    with refused("production_length") as found:
        cobb_douglas_fit(output, capital, labour)
    assert tuple(found[0].values[name] for name in "ykl") == lengths


def test_unknown_method_is_refused() -> None:
    with refused("method_unknown") as found:
        cobb_douglas_fit(*economy(0), "ridge")  # type: ignore[arg-type]
    assert found[0].values["value"] == "ridge"


@pytest.mark.parametrize("level", [0.0, -1.0, float("nan"), float("inf")])
def test_an_absurd_level_of_technology_is_refused(level: float) -> None:
    """γ may underflow to zero: a ratio of such levels means nothing."""
    with refused("technology_level", NumericalError) as found:
        production.multipliers([1.0, level, 0.0])
    assert found[0].values["value"] == pytest.approx(level, nan_ok=True)


def test_technology_below_one_is_nothing_absurd() -> None:
    assert_allclose(production.multipliers([0.5, 0.25]), [1.0, 0.5])

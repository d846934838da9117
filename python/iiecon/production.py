"""Cobb-Douglas production function and the technology multiplier (method, section 6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from iiecon.findings import Finding, InputError, NumericalError
from iiecon.iotable import FloatArray

Method = Literal["constant_returns", "bounded", "ols"]
METHODS: tuple[Method, ...] = ("constant_returns", "bounded", "ols")


@dataclass(frozen=True)
class ProductionFit:
    """ln Y = ln A + α ln K + β ln L + ε, fitted over the given years.

    `standard_errors` of (ln A, α, β), NaN for a parameter held at a bound; `residuals` ε one per
    year; `condition` the condition number of the regressors. Elasticities have no unit.
    """

    alpha: float
    beta: float
    log_a: float
    standard_errors: tuple[float, float, float]
    r2: float
    residuals: FloatArray
    condition: float
    method: Method

    def warnings(self) -> list[Finding]:
        """The paper asks for 0 < α, β < 1: a breach, or a bound that binds."""
        pairs = (("α", self.alpha), ("β", self.beta))
        return [
            Finding("warning", "elasticity", {"name": n, "value": f"{v:.4g}"}, "production")
            for n, v in pairs
            if not 1e-9 < v < 1 - 1e-9
        ]


def cobb_douglas_fit(
    output: npt.ArrayLike,
    capital: npt.ArrayLike,
    labour: npt.ArrayLike,
    method: Method = "constant_returns",
) -> ProductionFit:
    """Least-squares fit of the production function; t years of Y, K and L, all positive.

    `constant_returns` holds β = 1 − α, `bounded` keeps 0 ≤ α, β ≤ 1, `ols` is free. Raises
    InputError for fewer than 4 years, unequal lengths or values that are not positive.
    """
    y, k, ell = (_logs(n, v) for n, v in zip("YKL", (output, capital, labour), strict=True))
    if not y.size == k.size == ell.size or y.size < 4:
        raise InputError.one("production_length", "production", y=y.size, k=k.size, l=ell.size)
    if method not in METHODS:
        raise InputError.one("method_unknown", "production", value=method)
    regressors = np.column_stack([np.ones_like(y), k, ell])
    estimate = {"constant_returns": _constant_returns, "bounded": _bounded, "ols": _ols}[method]
    parameters, errors = estimate(y, regressors)
    residuals = y - regressors @ parameters
    total = ((y - y.mean()) ** 2).sum()
    log_a, alpha, beta = (float(p) for p in parameters)
    return ProductionFit(
        alpha=alpha,
        beta=beta,
        log_a=log_a,
        standard_errors=(float(errors[0]), float(errors[1]), float(errors[2])),
        r2=float(1 - (residuals**2).sum() / total) if total else float("nan"),
        residuals=residuals,
        condition=float(f"{np.linalg.cond(_design(regressors, method)):.6g}"),
        method=method,
    )


def residual_technology(
    output: npt.ArrayLike, capital: npt.ArrayLike, labour: npt.ArrayLike, fit: ProductionFit
) -> FloatArray:
    """γ_n = Y_n / (A K_n^α L_n^β), Solow's residual; one value per year, no unit."""
    y, k, ell = (_logs(n, v) for n, v in zip("YKL", (output, capital, labour), strict=True))
    gamma: FloatArray = np.exp(y - fit.log_a - fit.alpha * k - fit.beta * ell)
    return gamma


def multipliers(gamma: npt.ArrayLike, overrides: npt.ArrayLike | None = None) -> FloatArray:
    """Annual technology multipliers τ_n = γ_n / γ_{n−1}, the first year's being 1.

    `overrides` (same length, NaN = none) replace single years but the first. Raises NumericalError
    where γ is zero or not finite, as absurd elasticities make it.
    """
    levels = np.asarray(gamma, dtype=float)
    absurd = np.flatnonzero(~(np.isfinite(levels) & (levels > 0)))
    if absurd.size:
        raise NumericalError.one("technology_level", "production", value=float(levels[absurd[0]]))
    tau = np.ones_like(levels)
    tau[1:] = levels[1:] / levels[:-1]
    if overrides is not None:
        given = np.asarray(overrides, dtype=float).copy()
        given[0] = np.nan
        tau = np.where(np.isnan(given), tau, given)
    return tau


def _logs(name: str, values: npt.ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=float).ravel()
    bad = np.flatnonzero(~(np.isfinite(array) & (array > 0)))
    if bad.size:
        raise InputError.one("production_positive", "production", int(bad[0]), name=name)
    logs: FloatArray = np.log(array)
    return logs


def _ols(y: FloatArray, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    parameters, _, _, _ = np.linalg.lstsq(X, y, rcond=None)
    found: FloatArray = np.asarray(parameters, dtype=np.float64)
    return found, _standard_errors(y - X @ found, X)


def _design(X: FloatArray, method: Method) -> FloatArray:
    """What the method regresses on: (1, ln K, ln L), or (1, ln K/L) for constant returns."""
    return X if method != "constant_returns" else np.column_stack([X[:, 0], X[:, 1] - X[:, 2]])


def _constant_returns(y: FloatArray, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Regress ln(Y/L) on ln(K/L): β = 1 − α holds exactly."""
    intensive = _design(X, "constant_returns")
    (log_a, alpha), errors = _ols(y - X[:, 2], intensive)
    return np.array([log_a, alpha, 1 - alpha]), np.append(errors, errors[1])


def _bounded(y: FloatArray, X: FloatArray) -> tuple[FloatArray, FloatArray]:
    from scipy.optimize import lsq_linear

    # Centring takes the free intercept out, so that the bounded problem is well scaled.
    centre = X[:, 1:].mean(axis=0)
    solved = lsq_linear(X[:, 1:] - centre, y - y.mean(), bounds=(0, 1), method="bvls")
    elasticities = solved.x
    parameters = np.concatenate([[y.mean() - centre @ elasticities], elasticities])
    free = np.concatenate([[True], (elasticities > 0) & (elasticities < 1)])
    errors = np.full(3, np.nan)
    errors[free] = _standard_errors(y - X @ parameters, X[:, free])
    return parameters, errors


def _standard_errors(residuals: FloatArray, X: FloatArray) -> FloatArray:
    freedom = residuals.size - X.shape[1]
    covariance = np.linalg.pinv(X.T @ X) * (residuals @ residuals) / freedom
    errors: FloatArray = np.sqrt(np.clip(np.diag(covariance), 0, None))
    return errors

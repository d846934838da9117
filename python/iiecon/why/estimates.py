"""Told of scores, extrapolations and the production function (method, sections 2, 5 and 6)."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np

from iiecon.extrapolation import GROWTH_WEIGHTS
from iiecon.why.opening import Call, Grid, NotOpened, Told, told
from iiecon.why.terms import Term, applied, number, step, total

# --- Scores

COMPOSED = {
    "weighted_average": "Σ_f w_f r_fg",
    "min_max": "max_f min(w_f, r_fg)",
    "product_max": "max_f w_f r_fg",
    "min_sum": "min(1, Σ_f min(w_f, r_fg))",
}


@told
def fuzzy_score(call: Call, i: int, j: int) -> Told:
    """The score of the i-th sector; its winning grade is no arithmetic."""
    measure, operator = call.values["measure"], call.values["operator"]
    memberships = [
        step("membership", _composed(call, i, grade, operator), f"g = {grade + 1}")
        for grade in range(call.values["ballots"].shape[1])
    ]
    how = f"b_g = {COMPOSED[operator]}, r_fg = v_fg / Σ_g v_fg"
    if measure == "score":
        scores = call.grid("grade_scores")
        worth = total(b * scores.of(g) for g, b in enumerate(memberships))
        return Told(f"S = Σ_g b_g s_g / Σ_g b_g, {how}", worth / total(memberships))
    if measure == "grade":
        raise NotOpened(measure)
    whole = step("memberships", total(memberships))
    second, largest = sorted(memberships, key=lambda b: b.value)[-2:]
    m, one = number(float(len(memberships))), number(1.0)
    clear = (m * (largest / whole) - one) / (number(2.0) * (second / whole) * (m - one))
    return Told(f"α = (m β − 1) / (2 γ (m − 1)), {how}", clear)


def _composed(call: Call, sector: int, grade: int, operator: str) -> Term:
    """b_g of a sector before normalising."""
    weights, ballots = call.grid("weights"), call.grid("ballots")
    count = call.values["weights"].size
    shares = []
    for factor in range(count):
        votes = [_vote(ballots, sector * count + factor, g) for g in range(ballots.shape[1])]
        shares.append((weights.of(factor), votes[grade] / total(votes)))
    if operator == "weighted_average":
        return total(w * r for w, r in shares)
    if operator == "product_max":
        return applied("max", *(w * r for w, r in shares))
    least = [applied("min", w, r) for w, r in shares]
    return (
        applied("max", *least)
        if operator == "min_max"
        else applied("min", number(1.0), total(least))
    )


def _vote(ballots: Grid, row: int, grade: int) -> Term:
    """Votes for a grade; a blank cell counts as none."""
    blank = ballots.rows[row][grade] in (None, "")
    return number(0.0) if blank else ballots.at(row, grade)


# --- Extrapolation


@told
def linear_extrapolate(call: Call, i: int, j: int) -> Told:
    """A series on its least-squares line."""
    return _extrapolated(call, i, j, "linear_trend", None)


@told
def iie_extrapolate(call: Call, i: int, j: int) -> Told:
    """A series at a target year: as given, or estimated."""
    if call.values["measure"] != "value":
        raise NotOpened(call.values["measure"])
    return _extrapolated(call, i, j, call.values["method"], call.values["data_until"])


def _extrapolated(call: Call, i: int, j: int, method: str, until: float | None) -> Told:
    years, targets = call.values["all_years"], call.values["targets"]
    series = i if not targets.down else j
    line = _Series(call, series, years.values, years.down, until)
    year = targets.values[j if not targets.down else i]
    if line.is_given(year):
        return Told("", line.given(year))
    if method == "linear_trend":
        return Told("Z̄ + b (t − t̄), b = Σ (t − t̄) Z_t / Σ (t − t̄)²", line.on_trend(year))
    return Told("Z_t = Z_t−1 (1 + Σ_k w_k (Z_t−k / Z_t−k−1 − 1) + Δ_t)", line.grown(year))


class _Series:
    """One series of a call: given years as its cells, later ones as steps."""

    def __init__(
        self, call: Call, row: int, years: Sequence[int], down: bool, until: float | None
    ) -> None:
        self._call, self._row, self._years, self._down = call, row, list(years), down
        self._until = until
        table = call.values["values"]
        self._values = table[:, row] if down else table[row]

    def is_given(self, year: int) -> bool:
        """Whether the year's number is there and to be used."""
        used = year in self._years and (self._until is None or year <= self._until)
        return used and not np.isnan(self._values[self._years.index(year)])

    def given(self, year: int) -> Term:
        """The cell of a given year."""
        column, grid = self._years.index(year), self._call.grid("values")
        return grid.at(column, self._row) if self._down else grid.at(self._row, column)

    def value(self, year: int) -> Term:
        """The cell of a given year, or the estimate of a later one as a step."""
        if self.is_given(year):
            return self.given(year)
        return step("estimate", self.grown(year), str(year))

    def grown(self, year: int) -> Term:
        """The year before, grown by the weighted growth of the years before it."""
        rate = total(
            [
                weight * (self.value(year - lag) / self.value(year - lag - 1) - number(1.0))
                for lag, weight in self._weights()
            ]
            + self._addition(year)
        )
        return self.value(year - 1) * (number(1.0) + rate)

    def _weights(self) -> list[tuple[int, Term]]:
        if not self._call.given("weights"):
            return [(lag, number(w)) for lag, w in enumerate(GROWTH_WEIGHTS, start=1)]
        weights = self._call.values["weights"]
        row = self._row if weights.shape[0] > 1 else 0
        cells = self._call.grid("weights")
        return [
            (lag, cells.at(row, lag - 1))
            for lag in range(1, weights.shape[1] + 1)
            if weights[row, lag - 1]
        ]

    def _addition(self, year: int) -> list[Term]:
        """What is added to the growth of this one year."""
        if not self._call.given("addition"):
            return []
        when = self._call.values["addition_year"]
        if when is None or when[self._row] != year:
            return []
        return [self._call.grid("addition").of(self._row)]

    def on_trend(self, year: int) -> Term:
        """The line through the last `window` given years, continued."""
        window = int(self._call.values["window"])
        last = max(y for y in self._years if self.is_given(y))
        known = list(range(last - window + 1, last + 1))
        middle = sum(known) / window
        around = [(number(y - middle), self.given(y)) for y in known]
        slope = total(t * z for t, z in around) / total(t * t for t, _ in around)
        mean = total(z for _, z in around) / number(float(window))
        return mean + step("slope", slope) * number(year - middle)


# --- Production function and technology multipliers


def _gamma(call: Call, t: int) -> Term:
    """γ of the t-th year."""
    alpha, beta, log_a = (call.grid("fit").of(k) for k in range(3))
    y, k, ell = (applied("ln", call.grid(name).of(t)) for name in ("output", "capital", "labour"))
    return applied("exp", y - log_a - alpha * k - beta * ell)


@told
def iie_multiplier(call: Call, i: int, j: int) -> Told:
    """γ or τ of a year."""
    t, how = max(i, j), "γ = exp(ln Y − ln A − α ln K − β ln L)"
    if call.values["measure"] == "gamma":
        return Told(how, _gamma(call, t))
    if t == 0:
        raise NotOpened("the first year's is one")
    now, before = (step("gamma", _gamma(call, k), str(k + 1)) for k in (t, t - 1))
    return Told(f"τ_n = γ_n / γ_n−1, {how}", now / before)


@told
def cobb_douglas_fit(call: Call, i: int, j: int) -> Told:
    """Parameters of the fit with constant returns; the other methods search for them."""
    if call.values["method"] != "constant_returns":
        raise NotOpened(str(call.values["method"]))
    fit = _Intensive(call)
    tell = (fit.alpha, fit.beta, fit.log_a, fit.r2, fit.log_a_error, fit.error, fit.error)
    if i >= len(tell):
        raise NotOpened("condition")
    return tell[i]()


class _Intensive:
    """The least-squares line y = ln A + α x with y = ln(Y / L) and x = ln(K / L)."""

    def __init__(self, call: Call) -> None:
        self._call = call
        values = call.values
        years, first, last = values["all_years"], values["first"], values["last"]
        self._used = [
            k
            for k in range(values["output"].size)
            if years is None or (first or -inf) <= years.values[k] <= (last or inf)
        ]
        self.x = [self._log("capital", k) for k in self._used]
        self.y = [self._log("output", k) for k in self._used]
        self.n = number(float(len(self._used)))
        self.mean_x = step("mean_x", total(self.x) / self.n)
        self.mean_y = step("mean_y", total(self.y) / self.n)
        self.spread = step("spread_x", total(self._off(x, self.mean_x) for x in self.x))

    def _log(self, name: str, k: int) -> Term:
        grids = self._call.grid(name).of(k) / self._call.grid("labour").of(k)
        return step(f"log_{name}", applied("ln", grids), f"{k + 1}")

    @staticmethod
    def _off(value: Term, mean: Term) -> Term:
        return (value - mean) ** number(2.0)

    def alpha(self) -> Told:
        """α."""
        pairs = zip(self.x, self.y, strict=True)
        common = total((x - self.mean_x) * (y - self.mean_y) for x, y in pairs)
        how = "α = Σ (x − x̄)(y − ȳ) / Σ (x − x̄)², x = ln(K / L), y = ln(Y / L)"
        return Told(how, common / self.spread)

    def beta(self) -> Told:
        """β."""
        return Told("β = 1 − α", number(1.0) - self._alpha)

    def log_a(self) -> Told:
        """ln A."""
        return Told("ln A = ȳ − α x̄", self.mean_y - self._alpha * self.mean_x)

    def r2(self) -> Told:
        """R², of the output itself as the function gives it."""
        logs = [
            step("log_y", applied("ln", self._call.grid("output").of(k)), f"{k + 1}")
            for k in self._used
        ]
        mean = step("mean_y", total(logs) / self.n)
        around = total(self._off(y, mean) for y in logs)
        how = "R² = 1 − Σ ε² / Σ (ln Y − mean)², ε = y − ln A − α x"
        return Told(how, number(1.0) - self._unexplained / step("spread_y", around))

    def error(self) -> Told:
        """The standard error of α, and of β = 1 − α."""
        squared = self._variance / self.spread
        return Told("s = (Σ ε² / (n − 2) / Σ (x − x̄)²) ** 0.5", squared ** number(0.5))

    def log_a_error(self) -> Told:
        """The standard error of ln A."""
        squared = self._variance * (number(1.0) / self.n + self.mean_x ** number(2.0) / self.spread)
        how = "s = (Σ ε² / (n − 2) (1 / n + x̄² / Σ (x − x̄)²)) ** 0.5"
        return Told(how, squared ** number(0.5))

    @property
    def _alpha(self) -> Term:
        return step("alpha", self.alpha().arithmetic)

    @property
    def _unexplained(self) -> Term:
        log_a = step("log_a", self.log_a().arithmetic)
        pairs = zip(self.x, self.y, strict=True)
        return step(
            "unexplained",
            total((y - log_a - self._alpha * x) ** number(2.0) for x, y in pairs),
        )

    @property
    def _variance(self) -> Term:
        return self._unexplained / (self.n - number(2.0))

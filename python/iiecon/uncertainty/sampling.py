"""What is uncertain in the inputs, and how it is drawn (method, section 12).

Votes are drawn again from each factor's own ballots (the bootstrap: with replacement, as many as
there were). A score that is typed has no ballots; it varies only where the analyst states how many
votes it is worth: Beta around it. Extrapolated values err as the same rule errs when it is applied
to earlier years; the elasticities of the production function as their covariance says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt

from iiecon import extrapolation, scoring
from iiecon.assumed import with_assumed
from iiecon.distributions import student_quantile
from iiecon.findings import InputError
from iiecon.inputs import Experts, Series
from iiecon.iotable import FloatArray
from iiecon.options import Options
from iiecon.production import ProductionFit
from iiecon.results import ModelResults
from iiecon.uncertainty.closed_form import Draws, Measurement, computed_years

FEWEST_ERRORS = 2
TAIL = 0.95
NORMAL_TAIL = 1.6448536269514722  # the 95 % point of the normal distribution
GROUPS = ("scores", "section_va", "macro", "elasticities", "province_gdp")


@dataclass(frozen=True)
class Ballots:
    """The panel's scores, drawn: `fixed` scores of m sectors, of which `voted` come from ballots
    and `typed` vary as Beta with `concentration` votes.
    """

    experts: Experts
    operator: str
    fixed: FloatArray
    voted: npt.NDArray[np.intp]
    typed: npt.NDArray[np.intp]
    concentration: float

    @classmethod
    def of(
        cls, experts: Experts, used: FloatArray, operator: str, concentration: float | None = None
    ) -> Ballots:
        """From a panel and the scores that the model uses."""
        flagged, typed = np.array(experts.direct), ~np.isnan(experts.override)
        inner = (used > 0) & (used < 1)
        return cls(
            experts,
            operator,
            used,
            np.flatnonzero(flagged & ~typed),
            np.flatnonzero(flagged & typed & inner & (concentration is not None)),
            concentration or 0.0,
        )

    @property
    def count(self) -> int:
        """How many scores vary: not those on which every ballot agrees."""
        split = (self.experts.ballots[self.voted] > 0).sum(axis=2).max(axis=1, initial=0) > 1
        return int(split.sum()) + self.typed.size

    def draw(self, rng: np.random.Generator, draws: int) -> FloatArray:
        """Scores, m × draws."""
        scores = np.repeat(self.fixed[:, None], draws, axis=1)
        if self.voted.size:
            votes = self.experts.ballots[self.voted].swapaxes(0, 1)
            shares = np.zeros((*votes.shape, draws))
            for place in np.ndindex(votes.shape[:2]):
                shares[place] = _votes_again(votes[place], rng, draws) / votes[place].sum()
            scores[self.voted] = self.scored(shares, self.operator)
        for k in self.typed:
            S, votes_worth = self.fixed[k], self.concentration
            scores[k] = rng.beta(S * votes_worth, (1 - S) * votes_worth, draws)
        return scores

    def scored(self, shares: FloatArray, operator: str) -> FloatArray:
        """S = B·s, sectors × draws, for memberships factors × sectors × grades × draws."""
        weights = scoring.factor_weights(self.experts.weights)
        raw = scoring.OPERATORS[operator](weights[:, None], shares.reshape(weights.size, -1))
        raw = raw.reshape(shares.shape[1:])
        found: FloatArray = np.tensordot(raw, self.experts.grade_scores, (1, 0)) / raw.sum(axis=1)
        return found


def _votes_again(votes: FloatArray, rng: np.random.Generator, draws: int) -> npt.NDArray[np.int64]:
    """As many votes drawn with replacement, grades × draws: multinomial, grade after grade."""
    drawn = np.zeros((votes.size, draws), dtype=np.int64)
    left: int | npt.NDArray[np.int64] = int(votes.sum())
    given = np.flatnonzero(votes)
    for i, grade in enumerate(given[:-1]):
        chance = float(votes[grade] / votes[given[i:]].sum())
        drawn[grade] = rng.binomial(left, chance, draws)
        left = left - drawn[grade]
    drawn[given[-1]] = left
    return drawn


@dataclass(frozen=True)
class Forecasts:
    """A table whose later years are extrapolated: rows × result years, and how far they may be off.

    `errors`: origins × rows × years, the logarithms of actual ÷ forecast when the same rule starts
    from an earlier year, scaled so that normal multiples of them, added up, have a 5–95 % range as
    wide as Student's t with as many degrees of freedom as there are errors. Errors of one origin
    move together: rows of the table keep the correlation they had.
    """

    central: FloatArray
    errors: FloatArray
    estimated: npt.NDArray[np.bool_]

    @property
    def count(self) -> int:
        """How many numbers vary."""
        return int((self.errors != 0).any(axis=0).sum())

    @property
    def unknown(self) -> int:
        """How many numbers are extrapolated and do not vary, as their error is not known."""
        return int(self.estimated.sum()) - self.count

    def draw(self, rng: np.random.Generator, draws: int) -> tuple[FloatArray, ...]:
        """One array rows × draws (or × 1 where nothing varies) for each year."""
        if not self.count:
            return self.by_year()
        shocks = rng.standard_normal((self.errors.shape[0], draws))
        return tuple(
            central * np.exp(self.errors[:, :, t].T @ shocks)
            if self.errors[:, :, t].any()
            else central
            for t, central in enumerate(self.by_year())
        )

    def by_year(self) -> tuple[FloatArray, ...]:
        """The values as extrapolated: rows × 1 for each year."""
        return tuple(self.central[:, t, None] for t in range(self.central.shape[1]))


@dataclass(frozen=True)
class Rule:
    """How a table is extrapolated: the arguments of `extrapolation.extrapolate`."""

    method: extrapolation.Method
    window: int
    data_until: int | None = None
    weights: FloatArray | None = None

    def of_rows(self, rows: npt.NDArray[np.intp]) -> Rule:
        """The rule of some rows."""
        return self if self.weights is None else replace(self, weights=self.weights[rows])


def forecasts(
    series: Series, found: extrapolation.Extrapolated, years: Sequence[int], rule: Rule
) -> Forecasts:
    """A table as the model extrapolated it (`found`, rows × `years`), with the errors of its rule
    in earlier years.

    Errors are gathered for each horizon by itself. Where fewer than two are known of one, the
    number errs as at the farthest nearer horizon of which two are; without any it is not varied.
    """
    years = list(years)
    errors = np.zeros((len(series.years), *found.values.shape))
    usable = series.values.copy()
    if rule.data_until is not None:
        usable[:, np.array(series.years) > rule.data_until] = np.nan
    patterns, pattern_of = np.unique(np.isnan(usable), axis=0, return_inverse=True)
    for i, blank in enumerate(patterns):
        rows = np.flatnonzero(pattern_of.ravel() == i)
        ahead = [t for t in range(len(years)) if found.estimated[rows[0], t]]
        if blank.all() or not ahead:
            continue
        last = max(y for y, none in zip(series.years, blank, strict=True) if not none)
        reach = [years[t] - last for t in ahead]
        past = _past_errors(usable[rows], series.years, last, max(reach), rule.of_rows(rows))
        counts = (~np.isnan(past[:, 0])).sum(axis=0)
        for t, years_ahead in zip(ahead, reach, strict=True):
            known = np.flatnonzero(counts[: max(years_ahead, 0)] >= FEWEST_ERRORS)
            if known.size:
                count, missed = int(counts[known[-1]]), past[:, :, known[-1]]
                errors[:, rows, t] = student_scale(count) / np.sqrt(count) * np.nan_to_num(missed)
    return Forecasts(found.values, errors, found.estimated)


def _past_errors(
    table: FloatArray, years: Sequence[int], last: int, farthest: int, rule: Rule
) -> FloatArray:
    """log(actual ÷ forecast) of forecasts 1 to `farthest` years ahead, years of origin × rows ×
    horizons; NaN where there is none.
    """
    found = np.full((len(years), table.shape[0], max(farthest, 0)), np.nan)
    for origin in range(last - 1, min(years), -1):
        targets = list(range(origin + 1, min(origin + farthest, last) + 1))
        try:
            forecast = extrapolation.extrapolate(
                table, years, [origin, *targets], rule.method,
                window=rule.window, weights=rule.weights, data_until=origin,
            ).values[:, 1:]  # fmt: skip
        except InputError:
            break  # no earlier origin has the years that the rule needs
        actual = table[:, [years.index(year) for year in targets]]
        sound = ((forecast > 0) & (actual > 0)).all(axis=0)
        missed = np.log(actual[:, sound] / forecast[:, sound])
        found[years.index(origin)][:, np.flatnonzero(sound)] = missed
    return found


def student_scale(freedom: int) -> float:
    """How much wider Student's 5–95 % range is than the normal one."""
    return student_quantile(TAIL, freedom) / NORMAL_TAIL


@dataclass(frozen=True)
class Elasticities:
    """α and β of the production function and a root of their covariance (2 × r); bounded ones are
    kept in [0, 1].
    """

    central: FloatArray
    root: FloatArray
    bounded: bool

    @classmethod
    def of(cls, fit: ProductionFit, capital: FloatArray, labour: FloatArray) -> Elasticities:
        """From a fit and the K and L that it was fitted to."""
        central = np.array([fit.alpha, fit.beta])
        logs = np.log(np.column_stack([capital, labour]))
        logs -= logs.mean(axis=0)
        if fit.method == "constant_returns":
            directions = np.array([[1.0], [-1.0]])
        else:
            held = np.isnan(fit.standard_errors[1:]) & (fit.method == "bounded")
            directions = np.eye(2)[:, ~held]
        regressors = logs @ directions
        freedom = fit.residuals.size - 1 - directions.shape[1]
        if not directions.size or freedom < 1:
            return cls(central, np.zeros((2, 0)), False)
        variance = float(fit.residuals @ fit.residuals) / freedom
        values, vectors = np.linalg.eigh(np.linalg.pinv(regressors.T @ regressors) * variance)
        root = directions @ (vectors * np.sqrt(np.clip(values, 0, None)))
        return cls(central, student_scale(freedom) * root, fit.method == "bounded")

    @property
    def count(self) -> int:
        """How many vary."""
        return int((self.root != 0).any(axis=1).sum())

    def draw(self, rng: np.random.Generator, draws: int) -> FloatArray:
        """α and β, 2 × draws (2 × 1 where nothing varies)."""
        if not self.count:
            return self.central[:, None]
        drawn = self.central[:, None] + self.root @ rng.standard_normal((self.root.shape[1], draws))
        return np.clip(drawn, 0, 1) if self.bounded else drawn


@dataclass(frozen=True)
class Sampler:
    """Everything that is drawn, one part for each group of GROUPS."""

    scores: Ballots
    section_va: Forecasts
    macro: Forecasts
    elasticities: Elasticities
    province_gdp: Forecasts

    @classmethod
    def of(cls, measurement: Measurement, concentration: float | None = None) -> Sampler:
        """What is uncertain in the inputs of a measurement."""
        results = measurement.results
        inputs, options = results.inputs, results.inputs.options
        method = cast(extrapolation.Method, options.extrapolation)
        sections = replace(_rule(options), method=method, weights=inputs.growth.weights)
        return cls(
            Ballots.of(inputs.experts, results.scores.used, options.fuzzy_operator, concentration),
            forecasts(inputs.section_va, results.section_va, options.years, sections),
            _macro(measurement),
            _elasticities(results),
            forecasts(inputs.province_gdp, results.province_gdp, options.years, _rule(options)),
        )

    @property
    def varied(self) -> dict[str, int]:
        """How many numbers of each group vary."""
        return {group: getattr(self, group).count for group in GROUPS}

    @property
    def unknown(self) -> int:
        """How many extrapolated numbers do not vary."""
        return sum(part.unknown for part in (self.section_va, self.macro, self.province_gdp))

    def draw(self, rng: np.random.Generator, draws: int) -> Draws:
        """All groups, each from a stream of its own: what one draws does not change the others."""
        scores, section_va, macro, elasticities, province_gdp = rng.spawn(len(GROUPS))
        return Draws(
            scores=self.scores.draw(scores, draws),
            section_va=self.section_va.draw(section_va, draws),
            macro=self.macro.draw(macro, draws),
            elasticities=self.elasticities.draw(elasticities, draws),
            province_gdp=self.province_gdp.draw(province_gdp, draws),
        )

    def central(self) -> Draws:
        """The inputs as they are: one draw in which nothing differs."""
        return Draws(
            scores=self.scores.fixed[:, None],
            section_va=self.section_va.by_year(),
            macro=self.macro.by_year(),
            elasticities=self.elasticities.central[:, None],
            province_gdp=self.province_gdp.by_year(),
        )


def repeated(draws: Draws, count: int) -> Draws:
    """A single draw as `count` equal ones; scores as a fresh array that may be changed."""
    return replace(draws, scores=np.repeat(draws.scores, count, axis=1))


def _macro(measurement: Measurement) -> Forecasts:
    """The national series that the measurement uses, rows in the order of `series`."""
    inputs = measurement.results.inputs
    rows = np.array([inputs.macro_row(name) for name in measurement.series])
    options = inputs.options
    found = extrapolation.extrapolate(
        rows, inputs.macro.years, options.years,
        cast(extrapolation.Method, options.macro_extrapolation),
        window=options.extrapolation_window, data_until=options.data_until,
    )  # fmt: skip
    found = with_assumed(found, measurement.series, options.years, inputs.assumed)
    return forecasts(Series(inputs.macro.years, rows), found, options.years, _rule(options))


def _rule(options: Options) -> Rule:
    """How macro data and provinces are extrapolated."""
    method = cast(extrapolation.Method, options.macro_extrapolation)
    return Rule(method, options.extrapolation_window, options.data_until)


def _elasticities(results: ModelResults) -> Elasticities:
    """Those of the fit; without error where every multiplier is typed."""
    fit, inputs, options = results.technology.fit, results.inputs, results.inputs.options
    central = np.array([fit.alpha, fit.beta])
    fitted = [
        i for i, year in enumerate(inputs.macro.years)
        if options.fit_first <= year <= options.fit_last
    ]  # fmt: skip
    capital, labour = (
        inputs.macro_row(name)[fitted]
        for name in (options.production_capital, options.production_labour)
    )
    known = len(fitted) == fit.residuals.size and not np.isnan([*capital, *labour]).any()
    if not computed_years(results).any() or not known:
        return Elasticities(central, np.zeros((2, 0)), False)
    return Elasticities.of(fit, capital, labour)

"""Scores, and on request technology multipliers, fitted to published figures.

With g_i = 100 (model / printed − 1) the gap of figure i in percent, w_i its weight, x the scores
S_k (and multipliers τ_n) and x° what the experts say, the fit minimises

    Σ_i |w_i g_i|^p + Σ_k |W · 100 (x_k − x°_k)|^p        low ≤ S_k ≤ high,

so that moving a score by one point (0.01) counts like a gap of W percent. Figures determine
combinations of scores rather than single ones (method, section 14); the singular value
decomposition of the Jacobian ∂(w g)/∂x says which, and for every score the range is found over
which fits are nearly as good. Nothing here changes any input: a fit is a proposal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from iiecon.audit.compare import Readings, compared, series_of
from iiecon.audit.publication import Figure
from iiecon.findings import Finding, InputError
from iiecon.inputs import MACRO_COLUMNS, ModelInputs
from iiecon.iotable import FloatArray
from iiecon.options import names as option_names
from iiecon.results import ModelResults
from iiecon.trial import Trial
from iiecon.validation import MULTIPLIERS

NEAR = 0.01  # percent of gap that moving a score by one point counts for
POWER = 1.3  # the exponent p: below least squares (2), so that most figures come near
LARGEST_NEAR = 1e6  # percent: scores then stay where they are
SLACK = 0.1  # percent: a root-mean-square gap larger by no more than this is nearly as good
LEAST_NOISE = 0.01  # percent: no published figure is taken to be known more closely
WEAK = 0.05  # a score or combination known no better than ± 5 points is called weak
MATTERS = 0.2  # the loading from which on a parameter counts as part of a combination
HEADLINE = 3.0  # a figure of the nation counts for several of its parts
STARTS = 4  # random starting points beside the experts' own scores
SIGNED = ("nominal_growth", "employment_growth", "employment_added")  # may be < 0
STEP = 1e-5  # of the central differences


@dataclass(frozen=True)
class Target:
    """A published figure and how much it counts."""

    figure: Figure
    weight: float = 1.0


def weighted(figures: Sequence[Figure]) -> list[Target]:
    """Figures as targets: those of the nation count HEADLINE times."""
    return [Target(f, HEADLINE if f.scope == "nation" else 1.0) for f in figures]


@dataclass(frozen=True)
class Parameter:
    """A score ("score", by sector code) or multiplier ("multiplier", by year).

    `standard_error` by the figures alone, infinite where they say nothing; `low` to `high` the
    range over fits that are nearly as good.
    """

    kind: str
    name: str
    expert: float
    fitted: float
    standard_error: float
    low: float
    high: float

    @property
    def weak(self) -> bool:
        """Whether the figures leave it more or less open."""
        return max(self.standard_error, (self.high - self.low) / 2) > WEAK


@dataclass(frozen=True)
class Direction:
    """A combination Σ v_k x_k, |v| = 1, of the parameters, and how closely the figures know it.

    `singular_value`: percent of gap for a move by one along it; `standard_error` infinite where
    that is zero. `loadings` v are in the order of the parameters.
    """

    singular_value: float
    standard_error: float
    loadings: FloatArray

    @property
    def weak(self) -> bool:
        """Whether the figures leave it more or less open."""
        return self.standard_error > WEAK

    @property
    def unknown(self) -> bool:
        """Whether the figures say nothing about it at all."""
        return bool(np.isinf(self.standard_error))


@dataclass(frozen=True)
class Gap:
    """A figure beside the model before and after the fit, in the figure's unit."""

    figure: Figure
    before: float
    after: float

    @property
    def relative(self) -> tuple[float, float]:
        """The gaps before and after, as fractions of the figure; NaN for a figure of zero."""
        if self.figure.value == 0:
            return float("nan"), float("nan")
        return self.before / self.figure.value - 1, self.after / self.figure.value - 1


@dataclass(frozen=True)
class Calibration:
    """A fit: its parameters, the combinations from the best known on, the figures fitted to
    (`gaps`) and those that were not (`others`), and `noise`, the root-mean-square gap in percent
    that the standard errors rest on. `inputs` are the inputs with the fit typed in.
    """

    parameters: tuple[Parameter, ...]
    directions: tuple[Direction, ...]
    gaps: tuple[Gap, ...]
    others: tuple[Gap, ...]
    noise: float
    inputs: ModelInputs

    def of(self, kind: str) -> dict[str, float]:
        """The fitted values of the scores or of the multipliers, by name."""
        return {p.name: p.fitted for p in self.parameters if p.kind == kind}

    def members(self, direction: Direction) -> tuple[str, ...]:
        """The names of the parameters that matter in a combination."""
        pairs = zip(self.parameters, direction.loadings, strict=True)
        return tuple(p.name for p, loading in pairs if abs(loading) >= MATTERS)


def calibrate(
    inputs: ModelInputs,
    targets: Sequence[Target],
    *,
    bounds: tuple[float, float] = (0.0, 1.0),
    near: float = NEAR,
    multipliers: bool = False,
    power: float = POWER,
    others: Sequence[Figure] = (),
) -> Calibration:
    """Scores of the direct sectors, within `bounds`, that bring the model near to the targets.

    `near` is W and `power` p of the module's text. With `multipliers` the technology multipliers of
    the years after the base are fitted too; years on which no target depends stay as they are.
    `others` are figures only looked at afterwards. The same arguments give the same digits.
    Raises InputError for targets, bounds or options that cannot be used.
    """
    problem = _Problem(inputs, targets, bounds, near, multipliers, power)
    best = problem.solved()
    J = problem.jacobian(best)
    noise, directions = _directions(problem, best, J)
    errors = _standard_errors(directions)
    ranges = [problem.range_of(k, best) for k in range(best.size)]
    before, after = (problem.results(x) for x in (problem.start, best))
    return Calibration(
        parameters=tuple(
            Parameter(kind, name, float(x0), float(x), float(error), *limits)
            for (kind, name), x0, x, error, limits in zip(
                problem.names, problem.start, best, errors, ranges, strict=True
            )
        ),
        directions=directions,
        gaps=_gaps([t.figure for t in targets], before, after),
        others=_gaps(others, before, after),
        noise=noise,
        inputs=problem.typed(best),
    )


def model_values(results: ModelResults, figures: Sequence[Figure]) -> FloatArray:
    """The model's number for each figure, in the figure's unit; NaN where it has none."""
    series, readings = series_of(results, ()), Readings()
    return np.array([compared(figure, series, readings).model for figure in figures])


def _gaps(figures: Sequence[Figure], before: ModelResults, after: ModelResults) -> tuple[Gap, ...]:
    pairs = zip(figures, *(model_values(r, figures) for r in (before, after)), strict=True)
    return tuple(Gap(f, float(a), float(b)) for f, a, b in pairs)


class _Problem:
    """What is varied, what is aimed at, and the functions that an optimiser asks for.

    The vector x holds the scores of the direct sectors, then the multipliers.
    """

    def __init__(
        self,
        inputs: ModelInputs,
        targets: Sequence[Target],
        bounds: tuple[float, float],
        near: float,
        multipliers: bool,
        power: float,
    ) -> None:
        _require(inputs, targets, bounds, near, multipliers, power)
        self._trial = Trial(inputs)
        self._near, self._power = near, power
        self._figures = [t.figure for t in targets]
        self._printed = np.array([f.value for f in self._figures])
        self._weights = np.array([t.weight for t in targets])
        base = self._trial.base
        self._scored = np.flatnonzero(inputs.experts.direct)
        self._years = np.zeros(0, dtype=np.intp)
        if multipliers:
            self._years = np.arange(1, len(base.years))
            self._years = self._years[self._moves_targets()]
        self._known: tuple[FloatArray, FloatArray, FloatArray] | None = None
        self.start = self._vector()
        self._low = np.where(self._is_score, bounds[0], MULTIPLIERS[0])
        self._high = np.where(self._is_score, bounds[1], MULTIPLIERS[1])
        self._require_numbers()

    @property
    def names(self) -> list[tuple[str, str]]:
        """Kind and name of each parameter."""
        base = self._trial.base
        return [
            *(("score", base.scores.codes[k]) for k in self._scored),
            *(("multiplier", str(base.years[t])) for t in self._years),
        ]

    @property
    def _is_score(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.arange(self._scored.size + self._years.size) < self._scored.size

    def _require_numbers(self) -> None:
        """Raise InputError for a target of which the model has no number."""
        middle = (self._low + self._high) / 2
        lost = np.flatnonzero(np.isnan(self.gaps(middle)))
        if lost.size:
            raise InputError.one("calibrate_no_number", "targets", id=self._figures[lost[0]].id)

    def _vector(self) -> FloatArray:
        base = self._trial.base
        return np.concatenate([base.scores.used[self._scored], base.technology.tau[self._years]])

    def _moves_targets(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """By multiplier: whether any target depends on it."""
        return np.asarray(
            np.abs(self.jacobian(self._vector())).max(axis=0)[self._scored.size :] > 0
        )

    def results(self, x: FloatArray) -> ModelResults:
        """The model's results for these parameters."""
        base = self._trial.base
        scores, tau = base.scores.used.copy(), base.technology.tau.copy()
        scores[self._scored] = x[: self._scored.size]
        tau[self._years] = x[self._scored.size :]
        return self._trial(scores, tau)

    def gaps(self, x: FloatArray) -> FloatArray:
        """w g: the weighted gaps in percent, one for each target."""
        found = model_values(self.results(x), self._figures)
        gaps: FloatArray = 100 * self._weights * (found / self._printed - 1)
        return gaps

    def jacobian(self, x: FloatArray) -> FloatArray:
        """∂(w g)/∂x by central differences; targets × parameters."""
        moves = STEP * np.eye(x.size)
        columns = [(self.gaps(x + h) - self.gaps(x - h)) / (2 * STEP) for h in moves]
        return np.column_stack(columns)

    def _slopes(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Gaps and Jacobian, kept for the last x asked for."""
        if self._known is None or not np.array_equal(self._known[0], x):
            self._known = x, self.gaps(x), self.jacobian(x)
        return self._known[1:]

    def rounding(self) -> FloatArray:
        """Half a unit of the last printed digit, weighted and in percent; one for each target."""
        half = np.array([f.half for f in self._figures])
        in_percent: FloatArray = 100 * self._weights * half / np.abs(self._printed)
        return in_percent

    def solved(self) -> FloatArray:
        """The best fit from the experts' scores and from random starting points."""
        from scipy.optimize import least_squares

        def residuals(x: FloatArray) -> FloatArray:
            parts = np.append(self.gaps(x), 100 * self._near * (x - self.start))
            powered: FloatArray = np.sign(parts) * np.abs(parts) ** (self._power / 2)
            return powered

        random = np.random.default_rng(2021)
        width = self._high - self._low
        drawn = self._low + width * random.uniform(0.05, 0.6, (STARTS, width.size))
        drawn[:, self._scored.size :] = self.start[self._scored.size :]
        tries = []
        for start in [self.start, *drawn]:
            inside = np.clip(start, self._low + 1e-6 * width, self._high - 1e-6 * width)
            plain = least_squares(self.gaps, inside, bounds=(self._low, self._high))
            inside = np.clip(plain.x, self._low + 1e-6 * width, self._high - 1e-6 * width)
            tries.append(least_squares(residuals, inside, bounds=(self._low, self._high)))
        found: FloatArray = np.asarray(min(tries, key=lambda t: t.cost).x, dtype=np.float64)
        return np.clip(found, self._low, self._high)

    def range_of(self, k: int, best: FloatArray) -> tuple[float, float]:
        """How far parameter k can move while the others follow and the fit stays nearly as good.

        Each end belongs to a set of parameters that was really tried.
        """
        limit = _root_mean_square(self.gaps(best)) + SLACK
        low, high = (self._end(k, best, float(e[k]), limit) for e in (self._low, self._high))
        return low, high

    def _end(self, k: int, best: FloatArray, goal: float, limit: float) -> float:
        """Parameter k moved towards the goal, as far as the root-mean-square gap allows."""
        from scipy.optimize import brentq

        def excess(value: float) -> float:
            return _root_mean_square(self._following(x, k, value)[1]) - limit

        x = best
        for _ in range(2):  # once with the slopes at the fit, once with those at the end found
            if excess(best[k]) >= 0:
                break
            value = goal if excess(goal) <= 0 else brentq(excess, best[k], goal, xtol=1e-5)
            x = self._following(x, k, value)[0]
        share = 1.0
        while _root_mean_square(self.gaps(best + share * (x - best))) > limit and share > 1e-3:
            share *= 0.98
        end = best[k] + share * (x[k] - best[k])
        return float(np.clip(end, self._low[k], self._high[k]))

    def _following(self, x: FloatArray, k: int, value: float) -> tuple[FloatArray, FloatArray]:
        """The parameters nearest to the targets with parameter k given, and their gaps, by the
        slopes at x.
        """
        from scipy.optimize import lsq_linear

        gaps, J = self._slopes(x)
        rest = np.arange(x.size) != k
        start = gaps + J[:, k] * (value - x[k])
        moved = np.full(x.size, value - x[k])
        if rest.any():
            bounds = (self._low[rest] - x[rest], self._high[rest] - x[rest])
            # Where several moves do, the smallest: the slopes hold near x only.
            ridge = np.vstack([J[:, rest], np.eye(rest.sum())])
            goal = np.append(-start, np.zeros(rest.sum()))
            moved[rest] = lsq_linear(ridge, goal, bounds=bounds).x
        return x + moved, gaps + J @ moved

    def typed(self, x: FloatArray) -> ModelInputs:
        """The inputs with the parameters typed as overrides."""
        inputs = self._trial.base.inputs
        override, macro = inputs.experts.override.copy(), inputs.macro.values.copy()
        override[self._scored] = x[: self._scored.size]
        row = MACRO_COLUMNS.index("multiplier_override")
        for t, tau in zip(self._years, x[self._scored.size :], strict=True):
            macro[row, inputs.macro.years.index(self._trial.base.years[t])] = tau
        return replace(
            inputs,
            experts=replace(inputs.experts, override=override),
            macro=replace(inputs.macro, values=macro),
        )


def _require(
    inputs: ModelInputs,
    targets: Sequence[Target],
    bounds: tuple[float, float],
    near: float,
    multipliers: bool,
    power: float,
) -> None:
    """Raise InputError for what cannot be fitted."""
    if not targets:
        raise InputError.one("calibrate_no_target", "targets")
    zero = [t.figure.id for t in targets if t.figure.value == 0]
    if zero:
        raise InputError.one("calibrate_zero", "targets", id=zero[0])
    for figure in (t.figure for t in targets):
        if figure.value < 0 and figure.measure not in SIGNED:
            wrong = figure.value
            raise InputError.one("calibrate_negative", "targets", id=figure.id, value=wrong)
    low, high = bounds
    if not 0 <= low < high <= 1:
        raise InputError.one("calibrate_bounds", "bounds", low=low, high=high)
    if not 0 <= near <= LARGEST_NEAR or not 1 <= power <= 10:
        raise InputError.one("calibrate_numbers", "near", near=near, power=power)
    if multipliers and inputs.options.multiplier_source != "override":
        row = option_names().index("multiplier_source")
        raise InputError([Finding("error", "calibrate_multipliers", {}, "options", row)])


def _directions(
    problem: _Problem, best: FloatArray, J: FloatArray
) -> tuple[float, tuple[Direction, ...]]:
    """The combinations of parameters by the singular value decomposition, the best known first."""
    _, found, V = np.linalg.svd(J, full_matrices=True)
    singular = np.zeros(best.size)
    singular[: found.size] = found
    known = singular > 1e-7 * singular.max(initial=0.0)
    freedom = max(len(J) - int(known.sum()), 1)
    gaps = float(np.sqrt((problem.gaps(best) ** 2).sum() / freedom))
    noise = max(gaps, _root_mean_square(problem.rounding()), LEAST_NOISE)
    return noise, tuple(
        Direction(float(s) if k else 0.0, float(noise / s) if k else float("inf"), _signed(v))
        for s, k, v in zip(singular, known, V, strict=True)
    )


def _signed(loadings: FloatArray) -> FloatArray:
    """A direction has no sign of its own: make its largest loading positive."""
    largest = loadings[np.abs(loadings).argmax()]
    return -loadings if largest < 0 else loadings


def _standard_errors(directions: Sequence[Direction]) -> FloatArray:
    """The error of each parameter; infinite where a direction that no figure knows contains it."""
    V = np.array([d.loadings for d in directions])
    errors = np.array([d.standard_error for d in directions])
    open_ = np.isinf(errors)
    squares = (V[~open_] * errors[~open_, None]) ** 2
    found: FloatArray = np.sqrt(squares.sum(axis=0))
    found[(np.abs(V[open_]) > 1e-6).any(axis=0)] = np.inf
    return found


def _root_mean_square(values: FloatArray) -> float:
    return float(np.sqrt((values**2).mean()))

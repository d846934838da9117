"""Expert scores: fuzzy comprehensive evaluation and the analytic hierarchy process (section 2).

Symbols of the method: w factor weights, R membership matrix (factors × grades), B = w∘R, s grade
scores. Nothing here has a unit; scores are fractions in [0, 1].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from iiecon.distributions import chi_square_tail
from iiecon.findings import InputError
from iiecon.iotable import FloatArray

Operator = Literal["weighted_average", "min_max", "product_max", "min_sum"]

# The four operators M(·,⊕), M(∧,∨), M(·,∨) and M(∧,⊕); each takes w (f × 1) and R (f × g).
OPERATORS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "weighted_average": lambda w, R: (w * R).sum(axis=0),
    "min_max": lambda w, R: np.minimum(w, R).max(axis=0),
    "product_max": lambda w, R: (w * R).max(axis=0),
    "min_sum": lambda w, R: np.minimum(1.0, np.minimum(w, R).sum(axis=0)),
}

# Saaty's random consistency index for 1 to 15 judged items.
RANDOM_INDEX = (
    0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59,
)  # fmt: skip
CONSISTENCY_LIMIT = 0.10
# What rounding to two decimals takes from a reciprocal: 0.33 stands for 1/3.
RECIPROCAL_ROUNDING = 5e-3
# What rounding to three decimals takes from a weight, and the fewest weights it is allowed for.
WEIGHT_ROUNDING, FEWEST_ROUNDED = 5e-4, 4


@dataclass(frozen=True)
class Evaluation:
    """One sector: B before and after normalising, score S, winning grade (0-based), validity α."""

    raw: FloatArray
    grades: FloatArray
    score: float
    winning_grade: int
    validity: float

    @property
    def normalised(self) -> bool:
        """Whether normalising changed B."""
        return bool(np.abs(self.raw - self.grades).max() > 1e-12)


def membership(ballots: npt.ArrayLike) -> FloatArray:
    """R from vote counts, factors × grades: votes for a grade ÷ valid ballots of the factor.

    Raises InputError for a negative count or a factor without any vote.
    """
    votes: FloatArray = np.asarray(ballots, dtype=float)
    bad = np.argwhere(~(votes >= 0))
    if bad.size:
        raise InputError.one("ballot_negative", "ballots", int(bad[0, 0]), int(bad[0, 1]))
    valid = votes.sum(axis=-1)
    empty = np.flatnonzero(valid == 0)
    if empty.size:
        raise InputError.one("ballot_empty", "ballots", int(empty[0]))
    shares: FloatArray = votes / valid[..., None]
    return shares


def compose(
    weights: npt.ArrayLike, R: npt.ArrayLike, operator: Operator = "weighted_average"
) -> FloatArray:
    """B = w∘R, one value per grade, not yet normalised.

    `weights`: f values summing to 1; `R`: f × g, each row summing to 1. For an evaluation of
    several levels the normalised B of the inner factors are the rows of the outer R.
    """
    w = factor_weights(weights)
    rows: FloatArray = np.asarray(R, dtype=float)
    if rows.ndim != 2 or rows.shape[0] != w.size:
        raise InputError.one("membership_shape", "membership", shape=rows.shape, factors=w.size)
    off = np.flatnonzero(~(np.abs(rows.sum(axis=1) - 1) <= 1e-9) | (rows < 0).any(axis=1))
    if off.size:
        raise InputError.one("membership_row", "membership", int(off[0]))
    if operator not in OPERATORS:
        raise InputError.one("operator_unknown", "operator", value=operator)
    raw: FloatArray = OPERATORS[operator](w[:, None], rows)
    return raw


def evaluate(
    weights: npt.ArrayLike,
    R: npt.ArrayLike,
    grade_scores: npt.ArrayLike,
    operator: Operator = "weighted_average",
) -> Evaluation:
    """Score S = B·s of one sector with B normalised; `grade_scores`: g values in [0, 1]."""
    s = np.asarray(grade_scores, dtype=float).ravel()
    outside = np.flatnonzero(~((s >= 0) & (s <= 1)))
    if outside.size:
        first = int(outside[0])
        raise InputError.one("grade_score_range", "grade_scores", first, value=s[first])
    raw = compose(weights, R, operator)
    if raw.size != s.size or s.size < 2:
        raise InputError.one("grade_count", "grade_scores", found=s.size, expected=max(raw.size, 2))
    grades = raw / raw.sum()
    return Evaluation(raw, grades, float(grades @ s), int(grades.argmax()), validity(grades))


def validity(grades: FloatArray) -> float:
    """α = (mβ − 1) / (2γ(m − 1)): how clearly the largest membership β beats the second, γ.

    Infinite when every vote went to one grade.
    """
    m = grades.size
    second, largest = np.sort(grades)[-2:]
    return float("inf") if second == 0 else float((m * largest - 1) / (2 * second * (m - 1)))


def sum_to_one(weights: FloatArray) -> npt.NDArray[np.bool_]:
    """Whether weights (… × n) add up to one along the last axis, up to their rounding."""
    room = WEIGHT_ROUNDING * max(weights.shape[-1], FEWEST_ROUNDED)
    return np.asarray(np.abs(weights.sum(axis=-1) - 1) <= room * (1 + 1e-9))


def factor_weights(weights: npt.ArrayLike) -> FloatArray:
    """The weights as an array; raises InputError unless ≥ 0 and, up to rounding, 1 in sum."""
    w = np.asarray(weights, dtype=float).ravel()
    if not (w >= 0).all():
        raise InputError.one("weight_negative", "weights", int(np.flatnonzero(~(w >= 0))[0]))
    if not sum_to_one(w):
        raise InputError.one("weights_sum", "weights", total=f"{w.sum():.6g}")
    return w


@dataclass(frozen=True)
class Judgement:
    """AHP: weights (n), λ_max, CI, CR and, 0-based, the judgement that most needs changing."""

    weights: FloatArray
    largest_eigenvalue: float
    consistency_index: float
    consistency_ratio: float
    worst: tuple[int, int]

    @property
    def consistent(self) -> bool:
        """Whether CR ≤ 0.10."""
        return self.consistency_ratio <= CONSISTENCY_LIMIT


def ahp(comparisons: npt.ArrayLike) -> Judgement:
    """Weights from an n × n reciprocal comparison matrix: its principal eigenvector, sum 1.

    CR = CI / RI with CI = (λ_max − n) / (n − 1). Raises InputError for a matrix that is not square,
    positive and reciprocal, or larger than the random index knows (15).
    """
    matrix = _reciprocal(np.asarray(comparisons, dtype=float))
    n = matrix.shape[0]
    values, vectors = np.linalg.eig(matrix)
    principal = int(values.real.argmax())
    weights = np.abs(vectors[:, principal].real)
    weights = weights / weights.sum()
    largest = float(values[principal].real)
    index = max(0.0, (largest - n) / (n - 1)) if n > 1 else 0.0
    random_index = RANDOM_INDEX[n - 1]
    # How far each judgement lies from the ratio of the weights that it should express.
    strain = np.abs(np.log(matrix * weights[None, :] / weights[:, None]))
    row, column = np.unravel_index(int(strain.argmax()), strain.shape)
    ratio = index / random_index if random_index else 0.0
    return Judgement(weights, largest, index, ratio, (int(row), int(column)))


def ahp_weights(comparisons: npt.ArrayLike) -> FloatArray:
    """Weights of a consistent comparison matrix; raises InputError when CR > 0.10."""
    judgement = ahp(comparisons)
    if not judgement.consistent:
        row, column = judgement.worst
        raise InputError.one(
            "ahp_inconsistent", "comparisons", row, column, ratio=judgement.consistency_ratio
        )
    return judgement.weights


def _reciprocal(matrix: FloatArray) -> FloatArray:
    square = matrix.ndim == 2 and matrix.shape[0] == matrix.shape[1]
    if not square or not 1 <= len(matrix) <= len(RANDOM_INDEX):
        raise InputError.one("ahp_shape", "comparisons", shape=matrix.shape, most=len(RANDOM_INDEX))
    positive = np.isfinite(matrix) & (matrix > 0)
    room = RECIPROCAL_ROUNDING * np.maximum(matrix, matrix.T)
    fine = positive & (np.abs(matrix * matrix.T - 1) <= room * (1 + 1e-9))
    if not fine.all():
        row, column = np.argwhere(~fine)[0]
        raise InputError.one("ahp_reciprocal", "comparisons", int(row), int(column))
    return matrix


@dataclass(frozen=True)
class Agreement:
    """How far a panel agrees: Kendall's W, its χ² and p-value, and each item's variation."""

    w: float
    chi_square: float
    p_value: float
    variation: FloatArray


def kendall_w(ratings: npt.ArrayLike) -> Agreement:
    """Kendall's coefficient of concordance with ties; `ratings`: experts × items, two of each.

    χ² = m(n − 1)W with n − 1 degrees of freedom. `variation` is each item's coefficient of
    variation over the experts.
    """
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2 or min(table.shape) < 2 or not np.isfinite(table).all():
        raise InputError.one("ratings_shape", "ratings", shape=table.shape)
    experts, items = table.shape
    ranks, ties = zip(*(_ranks(row) for row in table), strict=True)
    deviation = np.sum(ranks, axis=0) - experts * (items + 1) / 2
    largest = experts**2 * (items**3 - items) - experts * sum(ties)
    if largest == 0:
        raise InputError.one("ratings_constant", "ratings")
    w = float(12 * (deviation**2).sum() / largest)
    statistic = experts * (items - 1) * w
    mean = table.mean(axis=0)
    spread = table.std(axis=0, ddof=1)
    variation = np.divide(spread, mean, out=np.full(items, np.nan), where=mean != 0)
    return Agreement(w, statistic, chi_square_tail(statistic, items - 1), variation)


def _ranks(row: FloatArray) -> tuple[FloatArray, float]:
    """Ranks, equal ones sharing their mean, and the sum of t³ − t over the ties of t."""
    _, place, counts = np.unique(row, return_inverse=True, return_counts=True)
    return (counts.cumsum() - (counts - 1) / 2)[place], float((counts**3 - counts).sum())

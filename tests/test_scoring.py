"""Expert scores against textbook cases, hand computation and other programs."""

import math
from dataclasses import FrozenInstanceError, fields

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import friedmanchisquare

from iiecon import scoring
from tests.oracles.refusals import refused

# The textbook case of fuzzy evaluation (method, section 2).
WEIGHTS = [0.1, 0.1, 0.15, 0.3, 0.35]
MEMBERSHIP = [
    [0.2, 0.5, 0.3, 0.0],
    [0.1, 0.3, 0.5, 0.1],
    [0.0, 0.1, 0.6, 0.3],
    [0.0, 0.4, 0.5, 0.1],
    [0.5, 0.3, 0.2, 0.0],
]
PRINTED: dict[scoring.Operator, list[float]] = {
    "weighted_average": [0.205, 0.320, 0.390, 0.085],
    "min_max": [0.35, 0.30, 0.30, 0.15],
    "product_max": [0.175, 0.12, 0.15, 0.045],
    "min_sum": [0.55, 0.90, 0.85, 0.35],
}
GRADE_SCORES = [1.0, 0.75, 0.5, 0.25]


# --- fuzzy evaluation


@pytest.mark.parametrize("operator", PRINTED)
def test_textbook_composition(operator: scoring.Operator) -> None:
    assert_allclose(scoring.compose(WEIGHTS, MEMBERSHIP, operator), PRINTED[operator], atol=1e-12)


@pytest.mark.parametrize("operator", PRINTED)
def test_evaluation_is_normalised_before_it_is_scored(operator: scoring.Operator) -> None:
    printed = np.array(PRINTED[operator])
    found = scoring.evaluate(WEIGHTS, MEMBERSHIP, GRADE_SCORES, operator)
    assert_allclose(found.grades, printed / printed.sum(), atol=1e-12)
    assert found.score == pytest.approx(float(printed @ GRADE_SCORES / printed.sum()))
    assert found.winning_grade == int(printed.argmax())


def test_only_a_changed_evaluation_is_called_normalised() -> None:
    changed = {
        operator: scoring.evaluate(WEIGHTS, MEMBERSHIP, GRADE_SCORES, operator).normalised
        for operator in PRINTED
    }
    assert changed == {
        "weighted_average": False,
        "min_max": True,
        "product_max": True,
        "min_sum": True,
    }


def test_an_evaluation_of_twice_its_size_is_called_normalised() -> None:
    found = scoring.evaluate([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [1.0, 0.0], "min_sum")
    assert (found.raw.tolist(), found.grades.tolist()) == ([1.0, 1.0], [0.5, 0.5])
    assert found.normalised


def test_bounded_sum_by_hand() -> None:
    """w = (.4, .4, .2): min with .7 leaves .4 + .4 + .2, min with .3 leaves .3 + .3 + .2."""
    found = scoring.compose([0.4, 0.4, 0.2], [[0.7, 0.3]] * 3, "min_sum")
    assert_allclose(found, [1.0, 0.8])


def test_bounded_sum_stops_at_one() -> None:
    """Weights printed with three decimals may add up to 1.001; ⊕ leaves 1."""
    found = scoring.compose([0.334, 0.334, 0.333], [[1.0, 0.0]] * 3, "min_sum")
    assert found.tolist() == [1.0, 0.0]


def test_a_factor_may_weigh_nothing() -> None:
    assert_allclose(scoring.compose([0.0, 1.0], [[1.0, 0.0], [0.4, 0.6]]), [0.4, 0.6])


def test_two_levels_by_hand() -> None:
    """Inner vectors (.6, .4) and (.3, .7), weighed .25 and .75, give (.375, .625)."""
    first = scoring.evaluate([0.5, 0.5], [[0.8, 0.2], [0.4, 0.6]], [1, 0]).grades
    second = scoring.evaluate([0.2, 0.8], [[0.7, 0.3], [0.2, 0.8]], [1, 0]).grades
    outer = scoring.evaluate([0.25, 0.75], [first, second], [1.0, 0.2])
    assert_allclose(outer.grades, [0.375, 0.625])
    assert outer.score == pytest.approx(0.375 + 0.2 * 0.625)


def test_two_levels_take_the_normalised_inner_vectors() -> None:
    """With M(∧,∨) the inner vectors sum to .9 and 1; unnormalised rows would be refused."""
    inner = scoring.evaluate([0.5, 0.5], [[0.5, 0.5], [0.6, 0.4]], [1, 0], "product_max")
    assert_allclose(inner.raw, [0.30, 0.25])
    outer = scoring.compose([1.0], [inner.grades])
    assert_allclose(outer, [0.30 / 0.55, 0.25 / 0.55])


@pytest.mark.parametrize(
    ("grades", "alpha"),
    [
        # (mβ − 1) / (2γ(m − 1)): (4 · .39 − 1) / (2 · .32 · 3), and so on
        ([0.205, 0.320, 0.390, 0.085], 0.56 / 1.92),
        ([0.25, 0.25, 0.25, 0.25], 0.0),
        ([0.5, 0.3, 0.2], 0.5 / 1.2),
        ([0.7, 0.2, 0.1], 1.1 / 0.8),
        ([1.0, 0.0, 0.0], float("inf")),
    ],
)
def test_validity_index_by_hand(grades: list[float], alpha: float) -> None:
    assert scoring.validity(np.array(grades)) == pytest.approx(alpha)


def test_membership_counts_only_the_valid_ballots_of_each_factor() -> None:
    found = scoring.membership([[3, 1, 0], [1, 1, 2]])
    assert_allclose(found, [[0.75, 0.25, 0.0], [0.25, 0.25, 0.5]])


def test_blank_ballots_shorten_the_panel_of_their_factor_only() -> None:
    found = scoring.membership([[6, 4], [3, 2]])
    assert_allclose(found, [[0.6, 0.4], [0.6, 0.4]])


def test_a_single_ballot_is_enough() -> None:
    assert_allclose(scoring.membership([[0, 1]]), [[0.0, 1.0]])


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 6), st.integers(2, 6), st.integers(0, 10_000))
def test_weighted_average_equals_the_matrix_product(f: int, g: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = random.dirichlet(np.ones(f))
    rows = random.dirichlet(np.ones(g), f)
    scores = random.random(g)
    found = scoring.evaluate(weights, rows, scores)
    assert found.score == pytest.approx(float(weights @ rows @ scores))
    assert scores.min() - 1e-12 <= found.score <= scores.max() + 1e-12


@pytest.mark.parametrize(
    ("weights", "key"),
    [
        ([0.5, 0.6], "weights_sum"),
        ([0.5, 0.4], "weights_sum"),
        ([1.5, -0.5], "weight_negative"),
        ([0.5, float("nan")], "weight_negative"),
    ],
)
def test_wrong_weights_are_refused(weights: list[float], key: str) -> None:
    with refused(key) as found:
        scoring.compose(weights, [[0.5, 0.5], [0.5, 0.5]])
    assert found[0].table == "weights"


@pytest.mark.parametrize(
    ("count", "weight"),
    [(3, 0.333), (6, 0.167), (7, 0.143), (12, 0.083), (4, 0.2505), (4, 0.2495), (2, 0.501)],
)
def test_weights_rounded_to_three_decimals_are_accepted(count: int, weight: float) -> None:
    assert_allclose(scoring.factor_weights([weight] * count), weight)


@pytest.mark.parametrize(("count", "weight"), [(3, 0.3341), (6, 0.1673), (12, 0.0828), (2, 0.4989)])
def test_weights_off_by_more_than_rounding_are_refused(count: int, weight: float) -> None:
    with refused("weights_sum"):
        scoring.factor_weights([weight] * count)


def test_each_row_of_weights_is_held_to_one() -> None:
    """Six of 0.167 are off by 0.002, six of 0.1672 by 0.0032: room is for six, not for two."""
    rows = np.array([[0.167] * 6, [0.1672] * 6])
    assert scoring.sum_to_one(rows).tolist() == [True, False]
    assert (
        scoring.sum_to_one(np.array([[0.5026, 0.5], [0.5, 0.5]] * 6)).tolist()
        == [
            False,
            True,
        ]
        * 6
    )


def test_the_first_negative_weight_is_named() -> None:
    with refused("weight_negative") as found:
        scoring.factor_weights([0.0, 1.8, -0.5, -0.3])
    assert found[0].row == 2


@pytest.mark.parametrize("row", [[0.5, 0.4], [1.5, -0.5], [0.5, -0.5], [float("nan"), 1.0]])
def test_wrong_membership_row_is_named(row: list[float]) -> None:
    with refused("membership_row") as found:
        scoring.compose([0.25, 0.5, 0.25], [[0.5, 0.5], row, row])
    assert found[0].row == 1


@pytest.mark.parametrize("shape", [(1, 1), (3, 1), (2,), (2, 1, 1)])
def test_membership_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with refused("membership_shape"):
        scoring.compose([0.5, 0.5], np.ones(shape))


def test_unknown_operator_is_refused() -> None:
    with refused("operator_unknown") as found:
        scoring.compose([1.0], [[1.0]], "median")  # type: ignore[arg-type]
    assert found[0].values["value"] == "median"


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_grade_score_outside_zero_to_one_is_named(score: float) -> None:
    with refused("grade_score_range") as found:
        scoring.evaluate([1.0], [[0.5, 0.25, 0.25]], [1.0, score, 7.0])
    assert found[0].row == 1
    assert found[0].values["value"] == pytest.approx(score, nan_ok=True)


@pytest.mark.parametrize(
    ("row", "grade_scores", "expected"),
    [
        ([0.5, 0.5], [1.0, 0.5, 0.0], 2),
        ([0.5, 0.25, 0.25], [1.0, 0.5], 3),
        ([1.0], [1.0], 2),  # one grade alone tells nothing apart
    ],
)
def test_wrong_number_of_grade_scores_is_refused(
    row: list[float], grade_scores: list[float], expected: int
) -> None:
    with refused("grade_count") as found:
        scoring.evaluate([1.0], [row], grade_scores)
    counts = (found[0].values["found"], found[0].values["expected"])
    assert counts == (len(grade_scores), expected)


@pytest.mark.parametrize("count", [-1.0, float("nan")])
def test_ballot_that_is_no_count_is_named(count: float) -> None:
    with refused("ballot_negative") as found:
        scoring.membership([[3.0, 1.0, 0.0], [2.0, 1.0, count], [count, 1.0, 1.0]])
    assert (found[0].row, found[0].column) == (1, 2)


def test_factor_without_any_vote_is_named() -> None:
    with refused("ballot_empty") as found:
        scoring.membership([[3, 1], [0, 0], [0, 0]])
    assert found[0].row == 1


# --- analytic hierarchy process

# T. L. Saaty, A scaling method for priorities in hierarchical structures, Journal of Mathematical
# Psychology 15 (1977): relative distances from Philadelphia of Cairo, Tokyo, Chicago, San
# Francisco, London and Montreal.
DISTANCES = [
    [1.0, 1 / 3, 8.0, 3.0, 3.0, 7.0],
    [3.0, 1.0, 9.0, 3.0, 3.0, 9.0],
    [1 / 8, 1 / 9, 1.0, 1 / 6, 1 / 5, 2.0],
    [1 / 3, 1 / 3, 6.0, 1.0, 1 / 3, 6.0],
    [1 / 3, 1 / 3, 5.0, 3.0, 1.0, 6.0],
    [1 / 7, 1 / 9, 1 / 2, 1 / 6, 1 / 6, 1.0],
]
# His random consistency index of 3 to 15 items, from The Analytic Hierarchy Process (1980).
PRINTED_INDEX = dict(
    zip(
        range(3, 16),
        [0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59],
        strict=True,
    )
)
# The same author's choice of a school: learning, friends, school life, vocational training, college
# preparation, music classes; printed as inconsistent.
SCHOOL = [
    [1.0, 4.0, 3.0, 1.0, 3.0, 4.0],
    [1 / 4, 1.0, 7.0, 3.0, 1 / 5, 1.0],
    [1 / 3, 1 / 7, 1.0, 1 / 5, 1 / 5, 1 / 6],
    [1.0, 1 / 3, 5.0, 1.0, 1.0, 1 / 3],
    [1 / 3, 5.0, 5.0, 1.0, 1.0, 3.0],
    [1 / 4, 1.0, 6.0, 3.0, 1 / 3, 1.0],
]


def test_saaty_distances() -> None:
    found = scoring.ahp(DISTANCES)
    assert_allclose(found.weights, [0.262, 0.397, 0.033, 0.116, 0.164, 0.027], atol=0.001)
    assert found.largest_eigenvalue == pytest.approx(6.45, abs=0.005)
    assert found.consistency_index == pytest.approx(0.09, abs=0.005)
    assert found.consistency_ratio == pytest.approx(0.07, abs=0.005)
    assert found.consistent
    assert_allclose(scoring.ahp_weights(DISTANCES), found.weights)


def test_saaty_school_weights() -> None:
    printed = [0.32, 0.14, 0.03, 0.13, 0.24, 0.14]
    assert_allclose(scoring.ahp(SCHOOL).weights, printed, atol=0.006)


def test_inconsistent_school_is_refused_with_its_ratio() -> None:
    with refused("ahp_inconsistent") as found:
        scoring.ahp_weights(SCHOOL)
    largest = power_iteration(np.array(SCHOOL))[1]
    assert found[0].values["ratio"] == pytest.approx((largest - 6) / 5 / 1.24)


def power_iteration(matrix: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float]:
    weights = np.ones(len(matrix))
    for _ in range(2000):
        weights = matrix @ weights
        weights /= weights.sum()
    return weights, float((matrix @ weights / weights).mean())


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 9), st.integers(0, 10_000))
def test_weights_equal_power_iteration(n: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    upper = np.triu(np.exp(random.normal(0, 1, (n, n))), 1)
    matrix = np.eye(n) + upper + np.divide(1, upper.T, out=np.zeros((n, n)), where=upper.T > 0)
    weights, largest = power_iteration(matrix)
    found = scoring.ahp(matrix)
    assert_allclose(found.weights, weights, rtol=1e-7)
    assert found.largest_eigenvalue == pytest.approx(largest, rel=1e-8)


def consistent(weights: list[float]) -> npt.NDArray[np.float64]:
    w = np.array(weights)
    ratios: npt.NDArray[np.float64] = w[:, None] / w[None, :]
    return ratios


def test_consistent_matrix_gives_its_own_weights() -> None:
    found = scoring.ahp(consistent([0.5, 0.3, 0.15, 0.05]))
    assert_allclose(found.weights, [0.5, 0.3, 0.15, 0.05])
    assert found.largest_eigenvalue == pytest.approx(4)
    assert found.consistency_ratio == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("n", PRINTED_INDEX)
def test_consistency_ratio_takes_the_printed_index(n: int) -> None:
    """One judgement spoilt eightfold: (λ_max − n) / (n − 1) over the index of n items."""
    matrix = consistent(list(range(1, n + 1)))
    matrix[0, 1], matrix[1, 0] = matrix[0, 1] * 8, matrix[1, 0] / 8
    largest = power_iteration(matrix)[1]
    expected = (largest - n) / (n - 1) / PRINTED_INDEX[n]
    assert scoring.ahp(matrix).consistency_ratio == pytest.approx(expected, rel=1e-6)


def test_rounding_never_makes_the_consistency_index_negative() -> None:
    """λ_max ≥ n for every reciprocal matrix, but float64 may find a little less."""
    random = np.random.default_rng(0)
    found = [scoring.ahp(consistent(random.dirichlet(np.ones(n)).tolist())) for n in range(2, 16)]
    assert min(judgement.consistency_index for judgement in found) == 0
    assert max(judgement.consistency_index for judgement in found) < 1e-12


@pytest.mark.parametrize(("ratio", "consistent"), [(0.10, True), (0.1001, False)])
def test_a_ratio_of_a_tenth_is_still_consistent(ratio: float, consistent: bool) -> None:
    judgement = scoring.Judgement(np.ones(1), 1.0, 0.0, ratio, (0, 0))
    assert judgement.consistent is consistent


def test_a_reciprocal_may_be_typed_with_three_decimals() -> None:
    assert_allclose(scoring.ahp([[1.0, 3.0], [0.333, 1.0]]).weights, [0.75, 0.25], atol=0.001)
    for value in range(2, 10):
        rounded = [[1.0, round(1 / value, 2)], [value, 1.0]]
        expected = [1 / (value + 1), value / (value + 1)]
        assert_allclose(scoring.ahp(rounded).weights, expected, atol=0.006)
    with refused("ahp_reciprocal"):
        scoring.ahp([[1.0, 3.0], [0.34, 1.0]])


def test_negative_judgements_are_refused_though_their_product_is_one() -> None:
    with refused("ahp_reciprocal"):
        scoring.ahp([[1.0, -2.0], [-0.5, 1.0]])
    with refused("ahp_reciprocal"):
        scoring.ahp([[-1.0, 2.0], [0.5, 1.0]])


@pytest.mark.parametrize("factor", [9.0, 1 / 9, 30.0])
@pytest.mark.parametrize("cell", [(0, 1), (0, 4), (1, 3), (2, 4), (3, 4)])
def test_spoilt_judgement_is_the_one_to_change(cell: tuple[int, int], factor: float) -> None:
    row, column = cell
    matrix = consistent([0.4, 0.25, 0.15, 0.12, 0.08])
    matrix[row, column] *= factor
    matrix[column, row] /= factor
    with refused("ahp_inconsistent") as found:
        scoring.ahp_weights(matrix)
    assert {found[0].row, found[0].column} == {row, column}


@pytest.mark.parametrize("n", [1, 2])
def test_one_or_two_items_are_always_consistent(n: int) -> None:
    found = scoring.ahp(consistent([0.7, 0.3][:n]))
    assert (found.consistency_index, found.consistency_ratio) == (0, 0)


def test_two_judgements_that_nearly_mirror_each_other() -> None:
    """λ_max = 1 + √(3 · .335), and two items have no random index."""
    found = scoring.ahp([[1.0, 3.0], [0.335, 1.0]])
    assert found.consistency_index == pytest.approx(1.005**0.5 - 1)
    assert found.consistency_ratio == 0


@pytest.mark.parametrize(
    ("matrix", "place"),
    [
        ([[1, 2], [2, 1]], (0, 1)),
        ([[1, -2], [-0.5, 1]], (0, 1)),
        ([[1, -0.5], [-2, 1]], (0, 1)),
        ([[1, 0], [0, 1]], (0, 1)),
        ([[2, 1], [1, 1]], (0, 0)),
        ([[1, 3, 1], [1 / 3, 1, 5], [1, float("nan"), 1]], (1, 2)),
        ([[1, 3, 1], [1 / 3, 1, float("inf")], [1, 1 / 5, 1]], (1, 2)),
    ],
)
def test_matrix_that_is_not_reciprocal_is_refused(
    matrix: list[list[float]], place: tuple[int, int]
) -> None:
    with refused("ahp_reciprocal") as found:
        scoring.ahp(matrix)
    assert (found[0].row, found[0].column) == place


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (), (3,), (2, 2, 2), (16, 16), (0, 0)])
def test_matrix_of_the_wrong_shape_is_refused(shape: tuple[int, ...]) -> None:
    with refused("ahp_shape"):
        scoring.ahp(np.ones(shape))


# --- agreement

# S. Siegel, Nonparametric Statistics for the Behavioral Sciences (1956), chapter 9: three
# executives rank six applicants (W = .16), and three rankings of ten with ties (W = .828).
APPLICANTS = [[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]]
TIED = [
    [1.0, 4.5, 2.0, 4.5, 3.0, 7.5, 6.0, 9.0, 7.5, 10.0],
    [2.5, 1.0, 2.5, 4.5, 4.5, 8.0, 9.0, 6.5, 10.0, 6.5],
    [2.0, 1.0, 4.5, 4.5, 4.5, 4.5, 8.0, 8.0, 8.0, 10.0],
]


def test_siegel_without_ties() -> None:
    assert scoring.kendall_w(APPLICANTS).w == pytest.approx(0.16, abs=0.005)


def test_siegel_with_ties() -> None:
    assert scoring.kendall_w(TIED).w == pytest.approx(0.828, abs=0.0005)


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 8), st.integers(3, 9), st.integers(0, 10_000))
def test_w_and_its_test_follow_from_friedman(experts: int, items: int, seed: int) -> None:
    """W = χ² / (m(n − 1)), with ties counted the same way."""
    ratings = np.random.default_rng(seed).integers(1, 6, (experts, items)).astype(float)
    if all(len(set(row)) == 1 for row in ratings):
        return
    friedman = friedmanchisquare(*ratings.T)
    found = scoring.kendall_w(ratings)
    assert found.w == pytest.approx(friedman.statistic / (experts * (items - 1)), abs=1e-12)
    assert found.chi_square == pytest.approx(friedman.statistic, abs=1e-9)
    assert found.p_value == pytest.approx(friedman.pvalue, abs=1e-9)


def test_full_agreement_is_one() -> None:
    ratings = np.array([[1, 2, 3], [10, 20, 30], [0.1, 0.2, 0.3]])
    assert scoring.kendall_w(ratings).w == pytest.approx(1)


def test_opposite_rankings_of_two_experts_are_zero() -> None:
    assert scoring.kendall_w([[1, 2, 3], [3, 2, 1]]).w == pytest.approx(0)


def test_variation_by_hand() -> None:
    """Ratings 2, 4, 6: mean 4, standard deviation 2 (n − 1)."""
    found = scoring.kendall_w([[2, 1], [4, 1], [6, 2]])
    assert found.variation[0] == pytest.approx(0.5)


def test_variation_about_a_mean_of_zero_is_blank() -> None:
    """Means 0, −4 and 1; √2, 2√2 and 0 are the standard deviations."""
    found = scoring.kendall_w([[1, -6, 1], [-1, -2, 1]]).variation
    assert_allclose(found, [np.nan, -(2**0.5) / 2, 0])


def test_two_experts_and_two_items_are_enough() -> None:
    """m(n − 1)W = 2, and χ² with one degree of freedom exceeds z² as often as |z| does."""
    found = scoring.kendall_w([[1, 2], [1, 2]])
    assert (found.w, found.chi_square) == pytest.approx((1, 2))
    assert found.p_value == pytest.approx(math.erfc(1))


def test_constant_ratings_are_refused() -> None:
    with refused("ratings_constant"):
        scoring.kendall_w([[3, 3, 3], [2, 2, 2]])


@pytest.mark.parametrize(
    "ratings",
    [
        [[1.0, 2.0]],
        [[1.0], [2.0]],
        [[1.0, 2.0], [1.0, float("nan")]],
        [1.0, 2.0],
        [[[1.0, 2.0], [2.0, 1.0]], [[1.0, 2.0], [2.0, 1.0]]],
    ],
)
def test_too_few_or_missing_ratings_are_refused(ratings: npt.ArrayLike) -> None:
    with refused("ratings_shape"):
        scoring.kendall_w(ratings)


# --- results


def test_results_cannot_be_changed() -> None:
    results = (
        scoring.evaluate([1.0], [[0.5, 0.5]], [1.0, 0.0]),
        scoring.ahp(DISTANCES),
        scoring.kendall_w(APPLICANTS),
    )
    for result in results:
        with pytest.raises(FrozenInstanceError):
            setattr(result, fields(result)[0].name, None)

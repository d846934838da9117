"""Contribution: the closed form against the explicit augmented inverse, and its properties."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from iiecon import IOTable, leontief_contribution
from iiecon.findings import NotAvailableError, NumericalError
from tests.conftest import ReadTable
from tests.oracles.augmented import augmented
from tests.oracles.refusals import refused

OFFICIAL = ["china_2017_149", "china_2018_153", "china_2020_153", "OECD21ed_JPN_2017"]


def random_scores(table: IOTable, seed: int, count: int = 11) -> dict[str, float]:
    """`count` scores strictly between 0 and 1 for random sectors."""
    random = np.random.default_rng(seed)
    codes = random.choice(table.codes, count, replace=False)
    return dict(zip(codes.tolist(), random.uniform(0.02, 0.98, count).tolist(), strict=True))


def by_position(table: IOTable, scores: dict[str, float]) -> dict[int, float]:
    return {table.codes.index(code): score for code, score in scores.items()}


def assert_equals_augmented(table: IOTable, scores: dict[str, float]) -> None:
    assert table.value_added is not None
    oracle = augmented(table.flows, table.output, table.value_added, by_position(table, scores))
    found = leontief_contribution(table, scores)
    assert_allclose(found.induced_output, oracle.induced_output, rtol=1e-10, atol=1e-10)
    assert_allclose(found.indirect_value_added, oracle.indirect_value_added, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("seed", range(5))
def test_shipped_table_equals_the_augmented_inverse(table: IOTable, seed: int) -> None:
    assert_equals_augmented(table, random_scores(table, seed))


@pytest.mark.parametrize("name", OFFICIAL)
def test_official_table_equals_the_augmented_inverse(official: ReadTable, name: str) -> None:
    table = official(name)
    assert_equals_augmented(table, random_scores(table, seed=7))


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12), st.integers(0, 10_000), st.floats(0.05, 0.9))
def test_random_tables_equal_the_augmented_inverse(n: int, seed: int, intensity: float) -> None:
    random = np.random.default_rng(seed)
    output = random.uniform(1, 1000, n)
    shares = random.random((n, n))
    table = IOTable.from_arrays(intensity * shares / shares.sum(axis=0) * output, output)
    assert_equals_augmented(table, random_scores(table, seed, count=int(random.integers(1, n + 1))))


def two_sectors() -> IOTable:
    """A = [[.2, .3], [.4, .1]], hence L = [[.9, .3], [.4, .8]] / .6, N = (40, 60)."""
    return IOTable.from_arrays([[20, 30], [40, 10]], [100, 100], codes=["a", "b"])


def test_two_sectors_by_hand() -> None:
    found = leontief_contribution(two_sectors(), {"a": 0.5})
    # G = L − I has G_aa = .5 and G_ba = 2/3; the virtual sector produces 50.
    per_unit = 50 / (1 + 0.5 * 0.5)
    assert_allclose(found.induced_output, [0.5 * 0.5 * per_unit, 2 / 3 * per_unit])
    assert_allclose(found.ratio, [0.10, 4 / 15])
    assert_allclose(found.indirect_value_added, [4, 16])
    assert_allclose(found.direct_value_added, [20, 0])


def test_a_fully_scored_sector_leaves_no_other_part_of_itself() -> None:
    found = leontief_contribution(two_sectors(), {"a": 1.0})
    assert_allclose(found.induced_output, [0, 2 / 3 * 100 / 1.5])


def test_augmented_inverse_times_its_matrix_is_the_identity(table: IOTable) -> None:
    assert table.value_added is not None
    shares = by_position(table, random_scores(table, seed=3))
    oracle = augmented(table.flows, table.output, table.value_added, shares)
    size = table.size + len(shares)
    product = oracle.inverse @ (np.eye(size) - oracle.coefficients)
    assert_allclose(product, np.eye(size), atol=1e-12)


def test_split_table_keeps_the_original_when_added_up_again(table: IOTable) -> None:
    """R P = I: adding the virtual sectors to their owners gives L back."""
    assert table.value_added is not None
    shares = by_position(table, random_scores(table, seed=4))
    oracle = augmented(table.flows, table.output, table.value_added, shares)
    n = table.size
    rows = oracle.inverse[:n].copy()
    for a, k in enumerate(shares):
        rows[k] += oracle.inverse[n + a]
    plain = np.linalg.inv(np.eye(n) - table.flows / table.output)
    assert_allclose(rows[:, :n], plain, atol=1e-12)


@pytest.mark.parametrize("scores", [{}, {"057": 0.0}, {"057": 0.0, "082": 0.0}])
def test_no_score_gives_zeros(table: IOTable, scores: dict[str, float]) -> None:
    found = leontief_contribution(table, scores)
    for values in (found.direct_value_added, found.indirect_value_added, found.induced_output):
        assert_array_equal(values, np.zeros(table.size))


def test_direct_value_added_is_score_times_value_added(table: IOTable) -> None:
    scores = random_scores(table, seed=5)
    found = leontief_contribution(table, scores)
    for i, code in enumerate(table.codes):
        surplus = table.output[i] - table.flows[:, i].sum()
        assert found.direct_value_added[i] == pytest.approx(scores.get(code, 0.0) * surplus)


@pytest.mark.parametrize("seed", range(3))
def test_adding_scores_never_lowers_the_direct_total(table: IOTable, seed: int) -> None:
    scores = random_scores(table, seed)
    totals = [
        leontief_contribution(table, dict(list(scores.items())[:count])).direct_value_added.sum()
        for count in range(len(scores) + 1)
    ]
    assert (np.diff(totals) > 0).all()


def test_raising_one_score_never_lowers_the_direct_total(table: IOTable) -> None:
    totals = [
        leontief_contribution(table, {"057": score, "082": 0.3}).direct_value_added.sum()
        for score in np.linspace(0, 1, 11)
    ]
    assert (np.diff(totals) > 0).all()


def permuted(table: IOTable, order: list[int]) -> IOTable:
    assert table.value_added is not None
    return IOTable.from_arrays(
        table.flows[np.ix_(order, order)],
        table.output[order],
        table.value_added[order],
        [table.codes[i] for i in order],
    )


def test_the_order_of_sectors_does_not_matter(table: IOTable) -> None:
    order = np.random.default_rng(1).permutation(table.size).tolist()
    scores = random_scores(table, seed=1)
    straight = leontief_contribution(table, scores).indirect_value_added
    shuffled = leontief_contribution(permuted(table, order), scores)
    assert_allclose(shuffled.indirect_value_added, straight[order], rtol=1e-10)
    assert shuffled.codes == tuple(table.codes[i] for i in order)


def test_the_order_of_scores_does_not_matter(table: IOTable) -> None:
    scores = random_scores(table, seed=2)
    backwards = dict(reversed(scores.items()))
    straight = leontief_contribution(table, scores)
    found = leontief_contribution(table, backwards)
    assert_allclose(found.indirect_value_added, straight.indirect_value_added, rtol=1e-12)
    assert_array_equal(found.scores, straight.scores)


def test_scores_stand_in_table_order(table: IOTable) -> None:
    found = leontief_contribution(table, {"082": 0.25, "057": 0.75}).scores
    expected = {"057": 0.75, "082": 0.25}
    assert found.tolist() == [expected.get(code, 0.0) for code in table.codes]


def test_the_unit_of_money_does_not_matter(table: IOTable) -> None:
    scores = random_scores(table, seed=6)
    small = leontief_contribution(table, scores)
    large = leontief_contribution(table.scaled(1e4, "万元"), scores)
    assert_allclose(large.indirect_value_added, small.indirect_value_added * 1e4, rtol=1e-12)
    assert_allclose(large.ratio, small.ratio, rtol=1e-12)


def test_domestic_inputs_equal_the_explicit_domestic_table(table: IOTable) -> None:
    """A_d = (I − m̂)A with m = IM / (X + IM − EX): the same as scaling each row of flows."""
    assert table.imports is not None
    assert table.exports is not None
    assert table.value_added is not None
    m = table.imports / (table.output + table.imports - table.exports)
    scores = random_scores(table, seed=8)
    domestic = np.array([row * (1 - share) for row, share in zip(table.flows, m, strict=True)])
    oracle = augmented(domestic, table.output, table.value_added, by_position(table, scores))
    found = leontief_contribution(table, scores, "domestic")
    assert_allclose(found.indirect_value_added, oracle.indirect_value_added, rtol=1e-10)


def test_domestic_inputs_without_imports_are_refused(table: IOTable) -> None:
    with refused("imports_missing") as found:
        leontief_contribution(replace(table, imports=None), {"057": 0.5}, "domestic")
    assert found[0].table == "imports"


def test_unknown_code_is_named_as_not_available(table: IOTable) -> None:
    with refused("unknown_code", NotAvailableError) as found:
        leontief_contribution(table, {"057": 0.5, "999": 0.5})
    assert found[0].values["codes"] == "999"


def test_a_result_cannot_be_changed() -> None:
    found = leontief_contribution(two_sectors(), {"a": 0.5})
    with pytest.raises(FrozenInstanceError):
        found.ratio = np.zeros(2)  # type: ignore[misc]


@pytest.mark.parametrize("score", [-0.01, 1.01, 50.0, float("nan"), float("inf")])
def test_score_outside_zero_to_one_is_refused(table: IOTable, score: float) -> None:
    with refused("score_range") as found:
        leontief_contribution(table, {"057": 0.5, "082": score})
    assert (found[0].row, found[0].values["code"]) == (1, "082")


def test_table_that_is_not_productive_is_refused() -> None:
    table = IOTable.from_arrays([[60, 60], [60, 60]], [100, 100], codes=["a", "b"])
    with refused("not_productive", NumericalError):
        leontief_contribution(table, {"a": 0.5})


def test_zero_output_is_refused_and_named(table: IOTable) -> None:
    output = table.output.copy()
    output[4] = 0
    with refused("output_not_positive") as found:
        leontief_contribution(replace(table, output=output), {"057": 0.5})
    assert (found[0].table, found[0].row, found[0].values["code"]) == ("output", 4, "005")

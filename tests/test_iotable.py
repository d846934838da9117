"""The input-output table: coefficients, the Leontief inverse and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from iiecon import IOTable
from iiecon.findings import NotAvailableError, NumericalError
from iiecon.iotable import (
    THREADS_PAY_FROM,
    FloatArray,
    coefficients,
    import_shares,
    leontief_columns,
    leontief_inverse,
)
from tests.oracles.refusals import refused

LARGE = THREADS_PAY_FROM

FLOWS = [[150.0, 500.0], [200.0, 100.0]]
OUTPUT = [1000.0, 2000.0]


def textbook() -> IOTable:
    """Miller and Blair, Input-Output Analysis, second edition, section 2.3: two sectors."""
    return IOTable.from_arrays(FLOWS, OUTPUT, codes=["1", "2"])


def test_textbook_coefficients() -> None:
    assert_allclose(coefficients(textbook()), [[0.15, 0.25], [0.20, 0.05]])


def test_textbook_inverse() -> None:
    printed = [[1.2541, 0.3300], [0.2640, 1.1221]]
    assert_allclose(leontief_inverse(coefficients(textbook())), printed, atol=5e-5)


def test_textbook_output_follows_from_final_demand() -> None:
    """The book's new final demand (600, 1500) needs output (1247.52, 1841.58)."""
    needed = leontief_inverse(coefficients(textbook())) @ [600, 1500]
    assert_allclose(needed, [1247.52, 1841.58], atol=0.01)


def test_value_added_is_output_less_inputs_when_not_given() -> None:
    assert_allclose(textbook().value_added, [650, 1400])


def test_inverse_equals_the_power_series(table: IOTable) -> None:
    A = coefficients(table)
    power, total = np.eye(table.size), np.eye(table.size)
    for _ in range(300):
        power = power @ A
        total += power
    assert_allclose(leontief_inverse(A), total, rtol=1e-9, atol=1e-12)


def test_inverse_times_i_minus_a_is_the_identity(table: IOTable) -> None:
    A = coefficients(table)
    assert_allclose(leontief_inverse(A) @ (np.eye(table.size) - A), np.eye(table.size), atol=1e-12)


def test_inverse_times_final_demand_is_output(table: IOTable) -> None:
    final = table.output - table.flows.sum(axis=1)
    assert_allclose(leontief_inverse(coefficients(table)) @ final, table.output, rtol=1e-10)


def test_columns_are_those_of_the_inverse(table: IOTable) -> None:
    A = coefficients(table)
    wanted = np.array([100, 3, 57])
    expected = np.linalg.inv(np.eye(table.size) - A)[:, wanted]
    assert_allclose(leontief_columns(A, wanted), expected, rtol=1e-10, atol=1e-14)


def test_scaling_changes_money_and_not_coefficients(table: IOTable) -> None:
    scaled = table.scaled(1e4, "万元")
    assert scaled.unit == "万元"
    assert_allclose(scaled.output, table.output * 1e4)
    assert_allclose(scaled.precision, table.precision * 1e4)
    assert_allclose(coefficients(scaled), coefficients(table), rtol=1e-14)


def test_scaling_reaches_every_part_given(table: IOTable) -> None:
    scaled = table.scaled(10.0, "x")
    for name in ("flows", "value_added", "final_use", "exports", "imports"):
        assert_allclose(getattr(scaled, name), getattr(table, name) * 10, rtol=1e-14)
    assert table.parts is not None
    assert scaled.parts is not None
    assert_allclose(scaled.parts.final_uses, table.parts.final_uses * 10, rtol=1e-14)
    assert_allclose(scaled.parts.value_added, table.parts.value_added * 10, rtol=1e-14)


def test_parts_add_up_to_the_vectors(table: IOTable) -> None:
    assert table.parts is not None
    assert table.exports is not None
    assert table.final_use is not None
    assert_allclose(table.parts.value_added.sum(axis=0), table.value_added, rtol=1e-12)
    uses = table.parts.final_uses.sum(axis=1) + table.exports
    assert_allclose(uses, table.final_use, rtol=1e-9, atol=1e-8)


# --- imports


def with_trade(imports: list[float], exports: list[float]) -> IOTable:
    return replace(textbook(), imports=np.array(imports), exports=np.array(exports))


def test_import_shares_by_hand() -> None:
    # 250 / (1000 + 250 − 0) and 500 / (2000 + 500 − 1500)
    assert_allclose(import_shares(with_trade([250, 500], [0, 1500])), [0.2, 0.5])


def test_domestic_coefficients_by_hand() -> None:
    domestic = coefficients(with_trade([250, 500], [0, 1500]), "domestic")
    assert_allclose(domestic, [[0.12, 0.20], [0.10, 0.025]])


def test_no_imports_leave_the_coefficients_alone() -> None:
    table = with_trade([0, 0], [10, 20])
    assert_array_equal(coefficients(table, "domestic"), coefficients(table))


@pytest.mark.parametrize("gone", ["imports", "exports"])
def test_domestic_needs_imports_and_exports(gone: str) -> None:
    table = with_trade([1, 1], [1, 1])
    table = replace(table, imports=None) if gone == "imports" else replace(table, exports=None)
    with refused("imports_missing"):
        coefficients(table, "domestic")


@pytest.mark.parametrize(("imports", "exports"), [([1, -5], [0, 0]), ([1, 50], [0, 2010])])
def test_import_share_outside_zero_to_one_is_refused(
    imports: list[float], exports: list[float]
) -> None:
    with refused("import_share") as found:
        coefficients(with_trade(imports, exports), "domestic")
    assert (found[0].table, found[0].row) == ("imports", 1)


# --- what is refused


@pytest.mark.parametrize("shape", [(2, 3), (3, 3), (4,), (0, 0)])
def test_flows_that_do_not_fit_the_output_are_refused(shape: tuple[int, ...]) -> None:
    with refused("io_shape") as found:
        IOTable.from_arrays(np.ones(shape), [10.0, 10.0] if shape != (0, 0) else [])
    assert found[0].table == "flows"


@pytest.mark.parametrize("name", ["value_added", "final_use", "exports", "imports"])
def test_vector_of_another_length_is_refused(name: str) -> None:
    with refused("vector_length") as found:
        IOTable.from_arrays(FLOWS, OUTPUT, **{name: [1.0, 2.0, 3.0]})  # type: ignore[arg-type]
    assert (found[0].table, found[0].values["found"]) == (name, 3)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_output_that_is_not_positive_never_becomes_a_zero_column(value: float) -> None:
    with refused("output_not_positive") as found:
        coefficients(replace(textbook(), output=np.array([1000.0, value])))
    assert (found[0].table, found[0].row, found[0].values["code"]) == ("output", 1, "2")


def test_unknown_codes_are_all_named() -> None:
    with refused("unknown_code", NotAvailableError) as found:
        textbook().positions(["1", "7", "8"])
    assert found[0].values["codes"] == "7, 8"


@pytest.mark.parametrize(
    "A",
    [
        [[1.0, 0.0], [0.0, 0.5]],
        [[0.9, 0.9], [0.9, 0.9]],
        [[0.0, 2.0], [2.0, 0.0]],
        [[1.2, 0.0], [0.0, 1.2]],
        [[0.5, float("nan")], [0.1, 0.1]],
        [[-1.5, 0.0], [0.0, 0.1]],
    ],
    ids=["singular", "above one", "cycle", "negative inverse", "not a number", "negative"],
)
def test_spectral_radius_of_one_or_more_is_refused(A: list[list[float]]) -> None:
    with refused("not_productive", NumericalError) as found:
        leontief_inverse(np.array(A))
    assert found[0].table == "flows"


def test_a_large_table_is_solved_and_inverted_in_place() -> None:
    shares = np.random.default_rng(1).random((LARGE, LARGE))
    A = shares / shares.sum(axis=0) * 0.7
    before, columns = A.copy(), np.array([3, 0, LARGE - 1])
    expected = np.linalg.inv(np.eye(LARGE) - A)
    assert_allclose(leontief_columns(A, columns), expected[:, columns], rtol=1e-11, atol=1e-14)
    assert_allclose(leontief_inverse(A), expected, rtol=1e-11, atol=1e-14)
    assert_array_equal(A, before)


@pytest.mark.parametrize("A", [np.eye(LARGE), np.full((LARGE, LARGE), 2 / LARGE)])
@pytest.mark.filterwarnings("error")
def test_a_large_table_that_is_not_productive_is_refused(A: FloatArray) -> None:
    with refused("not_productive", NumericalError):
        leontief_columns(A, np.array([0]))
    with refused("not_productive", NumericalError):
        leontief_inverse(A)


@pytest.mark.parametrize("n", [3, 5, 20])
def test_table_without_any_value_added_is_refused(n: int) -> None:
    """Columns that add up to one have a spectral radius of one, whatever rounding makes of it."""
    accepted = []
    for seed in range(30):
        shares = np.random.default_rng(seed).random((n, n))
        try:
            leontief_inverse(shares / shares.sum(axis=0))
        except NumericalError:
            continue
        accepted.append(seed)
    assert not accepted


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 8), st.integers(0, 10_000), st.floats(0.1, 3.0))
def test_productive_exactly_when_the_spectral_radius_is_below_one(
    n: int, seed: int, radius: float
) -> None:
    if abs(radius - 1) < 1e-3:
        return
    A = np.random.default_rng(seed).random((n, n))
    A *= radius / np.abs(np.linalg.eigvals(A)).max()
    if radius < 1:
        assert_allclose(leontief_inverse(A), np.linalg.inv(np.eye(n) - A), rtol=1e-8)
    else:
        with refused("not_productive", NumericalError):
            leontief_inverse(A)


def test_negative_coefficients_with_a_small_radius_are_accepted() -> None:
    A = np.array([[0.2, -0.1], [0.3, 0.4]])
    assert_allclose(leontief_inverse(A), np.linalg.inv(np.eye(2) - A))

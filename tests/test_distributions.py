"""Closed forms of two distributions, against scipy and printed tables."""

import pytest
from scipy import stats

from iiecon.distributions import chi_square_tail, student_quantile

FREEDOM = (1, 2, 3, 4, 5, 6, 7, 10, 19, 30, 61, 120)


@pytest.mark.parametrize("freedom", FREEDOM)
@pytest.mark.parametrize("x", [0.0, 1e-3, 0.7, 3.0, 12.5, 60.0, 400.0])
def test_tail_of_chi_square(x: float, freedom: int) -> None:
    expected = stats.chi2.sf(x, freedom)
    assert chi_square_tail(x, freedom) == pytest.approx(expected, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize("freedom", FREEDOM)
@pytest.mark.parametrize("probability", [0.5, 0.6, 0.9, 0.95, 0.975, 0.999])
def test_quantile_of_student(probability: float, freedom: int) -> None:
    expected = stats.t.ppf(probability, freedom)
    assert student_quantile(probability, freedom) == pytest.approx(expected, rel=1e-11, abs=1e-12)


def test_printed_tables() -> None:
    """The 95 % points of any statistics textbook."""
    assert [round(student_quantile(0.95, k), 3) for k in (1, 2, 5, 9)] == [
        6.314, 2.920, 2.015, 1.833,
    ]  # fmt: skip
    assert [round(chi_square_tail(x, k), 2) for k, x in ((1, 3.841), (2, 5.991), (10, 18.307))] == [
        0.05, 0.05, 0.05,
    ]  # fmt: skip

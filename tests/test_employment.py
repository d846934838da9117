"""Jobs carried by value added: by hand, and against 17 printed section employments."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from iiecon import ModelInputs
from iiecon.employment import employment, expected_wages, labour_shares, wage_scaled
from tests.oracles import published
from tests.oracles.refusals import refused

NAN = float("nan")
INDIRECT_ONLY = "ABDEFGHJKLMNOPQRS"


def test_employment_by_hand() -> None:
    """Productivity 100 / 20 = 5, so 30 carry 6."""
    assert employment(30, 100, 20) == pytest.approx(6)
    assert employment(10, 70, 20) == pytest.approx(20 / 7)


def test_employment_keeps_the_shape_and_broadcasts() -> None:
    found = employment([[10, 20], [30, 40]], [100, 200], [50, 50])
    assert_allclose(found, [[5, 5], [15, 10]])


@pytest.mark.parametrize("value", [0.0, -1.0, NAN])
@pytest.mark.parametrize("name", ["gdp", "labour"])
def test_gdp_or_labour_that_is_not_positive_is_named(name: str, value: float) -> None:
    """The first of two, reading row by row."""
    arguments = {"gdp": np.ones((3, 3)), "labour": np.ones((3, 3))}
    arguments[name][1, 2] = arguments[name][2, 0] = value
    with refused("employment_positive") as found:
        employment(np.ones((3, 3)), **arguments)
    assert (found[0].table, found[0].row, found[0].column) == (name, 1, 2)


def test_labour_shares_add_the_groups() -> None:
    assert_allclose(labour_shares([[1, 2], [3, 4]]), [0.3, 0.7])
    assert_allclose(labour_shares([3, 7]), [0.3, 0.7])
    assert_allclose(labour_shares([0.03, 0.07]), [0.3, 0.7])


@pytest.mark.parametrize("value", [0.0, NAN])
def test_province_without_employment_is_named(value: float) -> None:
    with refused("labour_positive") as found:
        labour_shares([[1.0, 2.0], [value, 0.0], [0.0, value]])
    assert found[0].row == 1


# --- wages


def test_expected_wage_by_hand() -> None:
    found = expected_wages([[100, 200, 300]], [2017, 2018, 2019], [2020])
    assert found[0, 0] == pytest.approx(0.7 * 300 + 0.2 * 200 + 0.1 * 100)


def test_expected_wage_stands_in_for_a_year_without_wages() -> None:
    """ŵ_2020 = 260, so ŵ_2021 = .7 · 260 + .2 · 300 + .1 · 200 = 262."""
    found = expected_wages([[100, 200, 300]], [2017, 2018, 2019], [2020, 2021])
    assert_allclose(found, [[260, 262]])


def test_a_published_wage_is_preferred_to_an_expected_one() -> None:
    found = expected_wages([[100, 200, 300, 400]], [2017, 2018, 2019, 2020], [2021])
    assert found[0, 0] == pytest.approx(0.7 * 400 + 0.2 * 300 + 0.1 * 200)


def test_wages_after_data_until_are_not_used() -> None:
    found = expected_wages([[100, 200, 300, 400]], [2017, 2018, 2019, 2020], [2021], 2019)
    assert found[0, 0] == pytest.approx(262)


def test_years_without_three_years_of_wages_are_blank() -> None:
    found = expected_wages([[100, 200, 300]], [2017, 2018, 2019], [2017, 2018, 2019, 2020])
    assert np.isnan(found[0]).tolist() == [True, True, True, False]


# --- section employment scaled by wages


def test_wage_scaled_by_hand() -> None:
    """Z / ŵ = 1, 2, 3: six parts carry 12 jobs."""
    total = np.array([[10.0], [40.0], [90.0]])
    wages = np.array([[10.0], [20.0], [30.0]])
    assert_allclose(wage_scaled(total, total, wages, [12]), [[2], [4], [6]])


def test_direct_and_indirect_jobs_add_up_to_the_nation() -> None:
    random = np.random.default_rng(0)
    direct, indirect = random.random((19, 5)), random.random((19, 5))
    wages, jobs = random.uniform(3e4, 2e5, (19, 5)), random.uniform(1e3, 3e3, 5)
    found = [wage_scaled(part, direct + indirect, wages, jobs) for part in (direct, indirect)]
    assert_allclose(found[0].sum(axis=0) + found[1].sum(axis=0), jobs, rtol=1e-14)


def test_twice_the_wage_carries_half_the_jobs() -> None:
    found = wage_scaled([[1.0], [1.0]], [[1.0], [1.0]], [[100.0], [200.0]], [30])
    assert_allclose(found, [[20], [10]])


def test_a_year_without_wages_stays_blank() -> None:
    found = wage_scaled([[1, 1]], [[1, 1]], [[NAN, 5]], [3, 4])
    assert np.isnan(found[0, 0])
    assert found[0, 1] == pytest.approx(4)


def test_a_loss_in_sum_carries_the_nations_loss_of_jobs() -> None:
    """Z / ŵ = −4 and 1: three parts lost carry 6 jobs lost, hence 2 a part."""
    total = [[-40.0], [10.0]]
    assert_allclose(wage_scaled(total, total, [[10.0], [10.0]], [-6]), [[-8], [2]])


def test_no_value_added_carries_no_jobs() -> None:
    zero = np.zeros((2, 1))
    assert_allclose(wage_scaled(zero, zero, [[1.0], [2.0]], [0]), zero)


@pytest.mark.parametrize("year", [2020, 2021])
def test_printed_employment_follows_from_printed_value_added(
    inputs: ModelInputs, year: int
) -> None:
    """E_c = Z_c / (κ ŵ_c) in the 17 sections that have no direct part, to the printed digits.

    Both Z and E are printed with two decimals, hence half a last digit of each.
    """
    rows = [[s.code for s in inputs.sections].index(letter) for letter in INDIRECT_ONLY]
    wages = expected_wages(inputs.wages.values, inputs.wages.years, [year], 2019)[rows]
    value_added = np.array([published.sections("value_added", year)[c] for c in INDIRECT_ONLY])
    printed = np.array([published.sections("employment", year)[c] for c in INDIRECT_ONLY])
    money = value_added[:, None]
    found = wage_scaled(money, money, wages, [printed.sum()])[:, 0]
    rounding = 0.005 + 0.005 / value_added * printed
    assert (np.abs(found - printed) <= 2 * rounding).all(), found - printed

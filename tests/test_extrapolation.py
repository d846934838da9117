"""Years after the last yearbook, by hand and against numpy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from iiecon.extrapolation import extrapolate
from tests.oracles.refusals import refused

NAN = float("nan")
YEARS = [2016, 2017, 2018, 2019]


# --- weighted growth


def test_growth_is_weighed_seven_to_three() -> None:
    """Growth 10 % then 20 %: 0.7 · 0.2 + 0.3 · 0.1 = 17 %."""
    found = extrapolate([100, 110, 132], [2016, 2017, 2018], [2018, 2019])
    assert found.values[0, 1] == pytest.approx(132 * 1.17)


def test_growth_is_applied_recursively() -> None:
    """Then 0.7 · 0.17 + 0.3 · 0.2 = 17.9 %."""
    found = extrapolate([100, 110, 132], [2016, 2017, 2018], [2018, 2019, 2020])
    assert_allclose(found.values, [[132, 132 * 1.17, 132 * 1.17 * 1.179]])


def test_three_lags_by_hand() -> None:
    """Growth 10, 20, 50 %: 0.7 · 0.5 + 0.2 · 0.2 + 0.1 · 0.1 = 40 %."""
    found = extrapolate([100, 110, 132, 198], YEARS, [2019, 2020], weights=[0.7, 0.2, 0.1])
    assert found.values[0, 1] == pytest.approx(198 * 1.40)


def test_additions_go_to_the_growth_of_their_year_and_carry_on() -> None:
    """2019: 17 + 5 = 22 %; 2020: 0.7 · 22 + 0.3 · 20 = 21.4 %."""
    found = extrapolate(
        [100, 110, 132], [2016, 2017, 2018], [2018, 2019, 2020], additions=[[0, 0.05, 0]]
    )
    assert_allclose(found.values, [[132, 132 * 1.22, 132 * 1.22 * 1.214]])


def test_an_addition_leaves_given_years_alone() -> None:
    found = extrapolate([100, 110], [2016, 2017], [2016, 2017], additions=[[0.05, 0.05]])
    assert_array_equal(found.values, [[100, 110]])


def test_each_series_has_its_own_weights() -> None:
    series = [[100, 110, 132], [100, 110, 132]]
    found = extrapolate(series, [2016, 2017, 2018], [2018, 2019], weights=[[1, 0], [0, 1]])
    assert_allclose(found.values[:, 1], [132 * 1.2, 132 * 1.1])


def test_a_weight_of_zero_needs_no_year() -> None:
    found = extrapolate([100, 110, 132], [2016, 2017, 2018], [2018, 2019], weights=[0.7, 0.3, 0])
    assert found.values[0, 1] == pytest.approx(132 * 1.17)


# --- linear trend


@pytest.mark.parametrize("window", [2, 3, 4, 5])
def test_linear_trend_equals_polyfit(window: int) -> None:
    years = list(range(2012, 2019))
    values = np.random.default_rng(window).uniform(50, 150, len(years))
    line = np.polyfit(np.array(years[-window:]) - 2018, values[-window:], 1)
    found = extrapolate(values, years, [2018, 2019, 2020, 2021], "linear_trend", window=window)
    assert_allclose(found.values[0, 1:], np.polyval(line, [1, 2, 3]), rtol=1e-10)


def test_linear_trend_through_two_years_by_hand() -> None:
    found = extrapolate([70, 100, 104], [2016, 2017, 2018], [2018, 2019, 2020], "linear_trend")
    assert_allclose(found.values, [[104, 108, 112]])


def test_series_that_end_apart_are_continued_each_from_its_end() -> None:
    series = [[10.0, 20.0, 30.0], [10.0, 20.0, NAN]]
    found = extrapolate(series, [2016, 2017, 2018], [2017, 2018, 2019], "linear_trend")
    assert_allclose(found.values, [[20, 30, 40], [20, 30, 40]])
    assert_array_equal(found.estimated, [[False, False, True], [False, True, True]])


# --- marks and data_until


def test_only_continued_years_are_marked_as_estimated() -> None:
    found = extrapolate([1, 2, 3, NAN], YEARS, [2017, 2018, 2019, 2020])
    assert_array_equal(found.estimated, [[False, False, True, True]])


def test_given_values_are_kept_to_the_bit() -> None:
    found = extrapolate([0.1, 0.2, 0.3], [2016, 2017, 2018], [2017, 2018, 2019])
    assert found.values[0, :2].tolist() == [0.2, 0.3]


def test_values_after_data_until_are_not_used() -> None:
    kept = extrapolate([100, 110, 132], [2016, 2017, 2018], [2018, 2019])
    cut = extrapolate([100, 110, 132, 999], YEARS, [2018, 2019], data_until=2018)
    assert_array_equal(cut.values, kept.values)
    assert_array_equal(cut.estimated, [[False, True]])


def test_the_input_is_left_as_it_was() -> None:
    series = np.array([[100, 110, 132, NAN]])
    extrapolate(series, YEARS, [2017, 2018], "linear_trend", data_until=2017)
    assert_array_equal(series, [[100, 110, 132, NAN]])


# --- what is refused


@pytest.mark.parametrize("method", ["weighted_growth", "linear_trend"])
def test_year_missing_between_two_given_ones_is_named(method: str) -> None:
    with refused("year_missing") as found:
        extrapolate([[1, 2, 3, 4], [1, 2, NAN, 4]], YEARS, [2019, 2020], method)  # type: ignore[arg-type]
    assert (found[0].row, found[0].values["year"]) == (1, 2018)


def test_targets_may_all_lie_after_the_last_given_year() -> None:
    found = extrapolate([1, 2, NAN, NAN], YEARS, [2020, 2021], "linear_trend")
    assert_array_equal(found.values, [[5, 6]])
    assert found.estimated.all()


def test_base_year_missing_before_given_years_is_named() -> None:
    with refused("year_missing") as found:
        extrapolate([NAN, NAN, 3, 4], YEARS, [2017, 2018, 2019])
    assert found[0].values["year"] == 2017


def test_targets_before_the_first_year_are_refused() -> None:
    with refused("year_missing") as found:
        extrapolate([1, 2], [2016, 2017], [2015, 2016])
    assert found[0].values["year"] == 2015


def test_blank_years_before_the_first_given_one_do_not_matter() -> None:
    found = extrapolate([NAN, 100, 110, 121], YEARS, [2018, 2019, 2020])
    assert found.values[0, 2] == pytest.approx(121 * 1.1)


@pytest.mark.parametrize(
    ("weights", "needed"), [([0.7, 0.3], 3), ([0.7, 0.2, 0.1], 4)], ids=["two lags", "three lags"]
)
def test_too_few_years_for_the_lags_are_refused(weights: list[float], needed: int) -> None:
    values = np.linspace(100, 120, needed - 1)
    years = YEARS[: needed - 1]
    with refused("series_short") as found:
        extrapolate(values, years, [years[-1], years[-1] + 1], weights=weights)
    assert found[0].values["needed"] == needed


def test_too_few_years_for_the_window_are_refused() -> None:
    with refused("series_short") as found:
        extrapolate([1, 2], [2016, 2017], [2017, 2018], "linear_trend", window=3)
    assert (found[0].row, found[0].values["needed"]) == (0, 3)


def test_series_without_a_number_is_named() -> None:
    with refused("series_empty") as found:
        extrapolate([[1.0, 2.0], [NAN, NAN]], [2016, 2017], [2016, 2017])
    assert found[0].row == 1


def test_unknown_method_is_refused() -> None:
    with refused("method_unknown"):
        extrapolate([1, 2, 3], [2016, 2017, 2018], [2018, 2019], "spline")  # type: ignore[arg-type]

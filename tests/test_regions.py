"""Provinces and regions: exact against the published figures, weights and what is refused."""

import numpy as np
import numpy.typing as npt
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from iiecon import ModelInputs, province_value_added
from iiecon.regions import province_weights, region_sums, three_sectors
from tests.oracles import published
from tests.oracles.refusals import refused

# The sector totals of 2020 that the printed section totals add up to (method, section 7).
SECTORS_2020 = [561.47, 18166.34, 16971.11]


def gdp_of(inputs: ModelInputs, year: int) -> npt.NDArray[np.float64]:
    series = inputs.province_gdp
    return series.values[:, series.years.index(year)].reshape(31, 3)


@pytest.mark.parametrize("name", ["广东", "江苏", "山东", "浙江", "河南"])
def test_printed_provinces_of_2020_come_out(inputs: ModelInputs, name: str) -> None:
    values = province_value_added(gdp_of(inputs, 2020), SECTORS_2020)
    place = [p.name_zh for p in inputs.provinces].index(name)
    printed = published.of("province", "value_added", 2020)[name]
    assert values[place] == pytest.approx(printed, abs=0.05)


def test_printed_regions_of_2020_come_out(inputs: ModelInputs) -> None:
    values = province_value_added(gdp_of(inputs, 2020), SECTORS_2020)
    listed = [r.key for r in inputs.regions]
    found = region_sums(values, [p.region for p in inputs.provinces], listed)
    printed = published.of("region", "value_added", 2020)
    assert len(printed) == 7
    assert_allclose(found, [printed[key] for key in listed], rtol=0, atol=0.05)


def test_three_sectors_add_up_the_printed_sections(inputs: ModelInputs) -> None:
    printed = published.sections("value_added", 2020)
    column = [[printed[s.code]] for s in inputs.sections]
    found = three_sectors(column, [s.sector3 for s in inputs.sections])
    assert_allclose(found[:, 0], SECTORS_2020, atol=1e-9)


def test_two_provinces_by_hand() -> None:
    """η = (.1, .3, .6); .1·10 + .3·20 + .6·30 = 25 and .1·30 + .3·20 + .6·10 = 15."""
    weights = province_weights([[10, 20, 30], [30, 20, 10]], [5, 15, 30])
    assert_allclose(weights, [25 / 40, 15 / 40])
    assert_allclose(province_value_added([[10, 20, 30], [30, 20, 10]], [5, 15, 30]), [31.25, 18.75])


@pytest.mark.parametrize("year", range(2016, 2023))
def test_weights_add_up_to_one(inputs: ModelInputs, year: int) -> None:
    weights = province_weights(gdp_of(inputs, year), SECTORS_2020)
    assert weights.sum() == pytest.approx(1, abs=1e-14)
    assert (weights > 0).all()


def test_provinces_add_up_to_the_total(inputs: ModelInputs) -> None:
    values = province_value_added(gdp_of(inputs, 2020), SECTORS_2020)
    assert values.sum() == pytest.approx(sum(SECTORS_2020), rel=1e-14)


def test_nothing_to_allocate_gives_zeros() -> None:
    assert_array_equal(province_value_added([[1, 2, 3], [4, 5, 6]], [0, 0, 0]), [0, 0])
    assert_array_equal(province_weights([[1, 2, 3], [4, 5, 6]], [0, 0, 0]), [0.5, 0.5])


def test_a_fall_is_allocated_like_a_rise() -> None:
    """The shares η of (−5, −15, −30) are those of (5, 15, 30)."""
    found = province_value_added([[10, 20, 30], [30, 20, 10]], [-5, -15, -30])
    assert_allclose(found, [-31.25, -18.75])


def test_the_unit_of_gdp_does_not_matter() -> None:
    found = province_weights([[0.001, 0.002, 0.003], [0.003, 0.002, 0.001]], [5, 15, 30])
    assert_allclose(found, [25 / 40, 15 / 40])


def test_a_single_sector_is_shared_as_its_gdp() -> None:
    assert_allclose(province_value_added([[1, 9, 9], [3, 9, 9]], [8, 0, 0]), [2, 6])


@pytest.mark.parametrize("value", [-1.0, float("nan")])
def test_missing_or_negative_gdp_is_named(value: float) -> None:
    with refused("province_gdp") as found:
        province_value_added([[1.0, 2.0, 3.0], [4.0, 5.0, value], [value, 8.0, 9.0]], [1, 1, 1])
    assert (found[0].row, found[0].column) == (1, 2)


def test_zero_gdp_everywhere_is_refused() -> None:
    with refused("province_gdp_zero"):
        province_value_added(np.zeros((2, 3)), [1, 1, 1])


def test_weights_that_are_negative_in_sum_are_refused() -> None:
    """η = (3, −2, 0), so that all GDP weighs 3 · 1 − 2 · 5 = −7."""
    with refused("province_gdp_zero"):
        province_weights([[1, 5, 0], [0, 0, 4]], [3, -2, 0])


@pytest.mark.parametrize("gdp", [[[1, 2], [3, 4]], [[1, 2, 3, 4]], [1, 2, 3], np.ones((2, 3, 3))])
def test_gdp_without_three_sectors_is_refused(gdp: npt.ArrayLike) -> None:
    with refused("province_shape"):
        province_value_added(gdp, [1, 1, 1])


def test_regions_are_sums_and_leave_the_rest_out() -> None:
    found = region_sums([[1, 10], [2, 20], [4, 40]], ["n", "", "n"], ["s", "n"])
    assert_array_equal(found, [[0, 0], [5, 50]])


@pytest.mark.parametrize("count", [2, 4])
def test_membership_of_another_length_is_refused(count: int) -> None:
    with refused("region_shape") as found:
        region_sums([[1], [2], [3]], ["n"] * count, ["n"])
    assert (found[0].values["found"], found[0].values["expected"]) == (count, 3)


def test_three_sectors_by_hand() -> None:
    found = three_sectors([[1], [2], [4]], ["tertiary", "primary", "tertiary"])
    assert_array_equal(found, [[2], [0], [5]])

"""World comparison, held against sums made independently and against what was printed."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from iiecon import InputError, world
from iiecon.world import Country
from tests.oracles import published

VALUE = "value_added_2020_musd"


@pytest.fixture(scope="module")
def listed() -> pd.DataFrame:
    """The list as pandas reads it."""
    with (files("iiecon.data") / "countries_2020.csv").open("rb") as file:
        return pd.read_csv(file)


@pytest.fixture(scope="module")
def compared() -> world.Comparison:
    return world.compare(world.countries())


def country(name: str, value: float) -> Country:
    return Country(name, name, "high", "north_america", value)


def test_there_are_59_countries() -> None:
    assert len(world.countries()) == 59


def test_total_and_shares(listed: pd.DataFrame, compared: world.Comparison) -> None:
    assert compared.total == pytest.approx(listed[VALUE].sum(), rel=1e-14)
    ordered = listed.sort_values(VALUE, ascending=False)
    assert [c.name_en for c in compared.countries] == list(ordered["name_en"])
    np.testing.assert_allclose(compared.shares, ordered[VALUE] / listed[VALUE].sum(), rtol=1e-14)
    assert compared.ranks == tuple(range(1, 60))


@pytest.mark.parametrize("scope", ["income_group", "world_region"])
def test_groups(listed: pd.DataFrame, compared: world.Comparison, scope: str) -> None:
    groups = compared.income_groups if scope == "income_group" else compared.world_regions
    sums = listed.groupby(scope)[VALUE].agg(["sum", "count"])
    assert {g.key for g in groups} == set(sums.index)
    ordered = list(sums["sum"].sort_values(ascending=False).index)
    for group in groups:
        assert group.members == sums.loc[group.key, "count"]
        assert group.value_added == pytest.approx(sums.loc[group.key, "sum"], rel=1e-14)
        assert group.share == pytest.approx(group.value_added / listed[VALUE].sum(), rel=1e-14)
        assert ordered[group.rank - 1] == group.key
    assert sum(g.share for g in groups) == pytest.approx(1, rel=1e-14)


def test_every_printed_country_agrees_to_the_last_digit(compared: world.Comparison) -> None:
    printed = published.of("country", "value_added", 2020)
    shares = published.of("country", "share_of_59", 2020)
    assert set(printed) == set(shares) == {"US", "China", "Japan", "Germany"}
    for i, found in enumerate(compared.countries):
        if found.name_en in printed:
            assert round(found.value_added / 100, 2) == printed[found.name_en]
            assert round(100 * compared.shares[i], 2) == shares[found.name_en]


@pytest.mark.parametrize("scope", ["income_group", "world_region"])
def test_every_printed_group_agrees_to_the_last_digit(
    compared: world.Comparison, scope: str
) -> None:
    groups = compared.income_groups if scope == "income_group" else compared.world_regions
    printed = published.of(scope, "value_added", 2020)
    shares = published.of(scope, "share_of_59", 2020)
    assert len(printed) == len(shares) == 3
    by_key = {g.key: g for g in groups}
    for key, value in printed.items():
        assert round(by_key[key].value_added / 1e6, 2) == value
        assert round(100 * by_key[key].share, 2) == shares[key]


def test_the_printed_total_agrees(compared: world.Comparison) -> None:
    assert round(compared.total / 1e6, 2) == published.of("world", "value_added", 2020)["total"]


def test_what_the_text_says_of_the_largest_countries(compared: world.Comparison) -> None:
    """China above Japan and Germany together; four countries hold half; regions hold 90 %."""
    first = compared.countries[:4]
    assert [c.name_en for c in first] == ["US", "China", "Japan", "Germany"]
    assert first[1].value_added > first[2].value_added + first[3].value_added
    assert compared.shares[:4].sum() > 0.5
    assert sum(g.share for g in compared.world_regions[:3]) > 0.9


def test_equal_values_share_a_rank_and_keep_their_order() -> None:
    found = world.compare([country(n, v) for n, v in zip("abcd", (5, 7, 7, 1), strict=True)])
    assert [c.name_zh for c in found.countries] == ["b", "c", "a", "d"]
    assert found.ranks == (1, 1, 3, 4)


def test_many_equal_values_keep_the_order_of_the_list() -> None:
    listed = [country(f"country {i}", 1.0 + i % 2) for i in range(100)]
    found = [c.name_zh for c in world.compare(listed).countries]
    assert found == [c.name_zh for c in (*listed[1::2], *listed[::2])]


def test_the_order_of_the_list_does_not_matter(compared: world.Comparison) -> None:
    again = world.compare(world.countries()[::-1])
    assert again.countries == compared.countries
    assert again.total == pytest.approx(compared.total, rel=1e-14)


def test_a_group_without_countries_is_there_with_nothing() -> None:
    found = world.compare([country("a", 1.0), country("b", 3.0)])
    lower = found.income_groups[2]
    assert (lower.members, lower.value_added, lower.share) == (0, 0, 0)


@pytest.mark.parametrize(
    ("spoilt", "key"),
    [
        (lambda c: replace(c, value_added=-1.0), "country_value"),
        (lambda c: replace(c, value_added=float("nan")), "country_value"),
        (lambda c: replace(c, value_added=float("inf")), "country_value"),
        (lambda c: replace(c, income_group="rich"), "country_group"),
        (lambda c: replace(c, world_region=""), "country_group"),
        (lambda c: replace(c, name_zh="澳大利亚"), "country_twice"),
    ],
)
def test_a_country_that_cannot_be_compared_is_named(spoilt: object, key: str) -> None:
    listed = list(world.countries())
    listed[3] = spoilt(listed[3])  # type: ignore[operator]
    with pytest.raises(InputError) as caught:
        world.compare(listed)
    ((found),) = caught.value.findings
    assert (found.key, found.row) == (key, 3)


def test_no_countries_is_an_error() -> None:
    with pytest.raises(InputError) as caught:
        world.compare([])
    assert [f.key for f in caught.value.findings] == ["country_none"]

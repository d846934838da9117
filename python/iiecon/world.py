"""World comparison (method, section 9): totals, shares and ranks of countries and their groups.

Values are the industrial-internet value added of one year in million US dollars. The sections 1 to
4 of the method run on any country's table: `leontief_contribution(read_io_table(…), scores)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from iiecon.findings import Finding, InputError
from iiecon.inputs import read_csv
from iiecon.iotable import FloatArray

YEAR = 2020  # of the list that comes with the program
INCOME_GROUPS = ("high", "upper_middle", "lower_middle")
WORLD_REGIONS = (
    "east_asia_pacific",
    "europe_central_asia",
    "north_america",
    "south_asia",
    "latin_america_caribbean",
    "middle_east_north_africa",
    "sub_saharan_africa",
)


@dataclass(frozen=True)
class Country:
    """A country of the list; `value_added` in million US dollars."""

    name_zh: str
    name_en: str
    income_group: str
    world_region: str
    value_added: float


@dataclass(frozen=True)
class Group:
    """An income group or world region: how many countries, their sum, its share and rank."""

    key: str
    members: int
    value_added: float
    share: float
    rank: int


@dataclass(frozen=True)
class Comparison:
    """The countries from the largest on, with rank and share each, and the sums of groups.

    Equal values share a rank and stand in the order of the list.
    """

    countries: tuple[Country, ...]
    ranks: tuple[int, ...]
    shares: FloatArray
    total: float
    income_groups: tuple[Group, ...]
    world_regions: tuple[Group, ...]


def countries() -> tuple[Country, ...]:
    """The 59 countries of appendix 3 of the 2021 white paper."""
    return tuple(
        Country(
            row["name_zh"],
            row["name_en"],
            row["income_group"],
            row["world_region"],
            float(row[f"value_added_{YEAR}_musd"]),
        )
        for row in read_csv(f"countries_{YEAR}.csv")
    )


def compare(given: Sequence[Country]) -> Comparison:
    """Ranks, shares and sums; InputError names the countries that cannot be compared."""
    findings = list(_findings(given))
    if findings:
        raise InputError(findings)
    values = np.array([c.value_added for c in given])
    order = np.argsort(-values, kind="stable")
    total = float(values.sum())
    return Comparison(
        countries=tuple(given[i] for i in order),
        ranks=tuple(int(r) for r in ranks(values)[order]),
        shares=values[order] / total,
        total=total,
        income_groups=_groups(given, INCOME_GROUPS, lambda c: c.income_group),
        world_regions=_groups(given, WORLD_REGIONS, lambda c: c.world_region),
    )


def ranks(values: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """One more than the number of larger values: equal values share a rank."""
    larger: np.ndarray[tuple[int], np.dtype[np.int64]] = (values[None] > values[:, None]).sum(
        axis=1
    )
    return larger + 1


def _groups(
    given: Sequence[Country], keys: Sequence[str], key_of: Callable[[Country], str]
) -> tuple[Group, ...]:
    members = [[c.value_added for c in given if key_of(c) == key] for key in keys]
    sums = np.array([sum(values) for values in members])
    return tuple(
        Group(key, len(values), float(value), float(value / sums.sum()), int(rank))
        for key, values, value, rank in zip(keys, members, sums, ranks(sums), strict=True)
    )


def _findings(given: Sequence[Country]) -> Iterable[Finding]:
    if not given:
        yield Finding("error", "country_none", table="countries")
    seen: set[str] = set()
    for i, country in enumerate(given):
        name = country.name_zh
        if not 0 < country.value_added < np.inf:
            shown = {"name": name, "value": country.value_added}
            yield Finding("error", "country_value", shown, "countries", i)
        for key, known in (
            (country.income_group, INCOME_GROUPS),
            (country.world_region, WORLD_REGIONS),
        ):
            if key not in known:
                told = {"name": name, "group": key, "known": ", ".join(known)}
                yield Finding("error", "country_group", told, "countries", i)
        if name in seen:
            yield Finding("error", "country_twice", {"name": name}, "countries", i)
        seen.add(name)

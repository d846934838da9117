"""The choices that the method leaves open, each with its default (method, all sections).

The field's metadata is the schema: what may be typed in the Settings sheet. Explanations in both
languages stand in the catalogue under `option.<name>`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cache
from typing import Any

from iiecon.findings import Finding

CAPITAL = ("fixed_asset_investment", "gross_fixed_capital_formation", "pwt_capital_stock")
LABOUR = ("employment", "employment_census2020", "pwt_employment")
# Workbooks made before there were these options need not have them.
LATER_OPTIONS = ("interval_draws", "interval_seed")


def _choice(default: str, *others: str) -> Any:
    return field(default=default, metadata={"choices": (default, *others)})


def _whole(default: int, low: int, high: int) -> Any:
    return field(default=default, metadata={"range": (low, high)})


@dataclass(frozen=True)
class Options:
    """Named choices; the defaults replicate the 2021 edition."""

    base_year: int = _whole(2017, 1990, 2100)
    last_year: int = _whole(2021, 1990, 2100)
    data_until: int = _whole(2020, 1990, 2100)
    io_unit: str = _choice("万元", "亿元")
    imports: str = _choice("competitive", "domestic")
    fuzzy_operator: str = _choice("weighted_average", "min_max", "product_max", "min_sum")
    rate_base: str = _choice("yearbook", "io_table")
    extrapolation: str = _choice("weighted_growth", "linear_trend")
    macro_extrapolation: str = _choice("linear_trend", "weighted_growth")
    extrapolation_window: int = _whole(2, 2, 50)
    production_fit: str = _choice("constant_returns", "bounded", "ols")
    production_output: str = _choice("gdp", "pwt_real_gdp")
    production_capital: str = _choice(*CAPITAL)
    production_labour: str = _choice(*LABOUR)
    fit_first: int = _whole(2007, 1950, 2100)
    fit_last: int = _whole(2016, 1950, 2100)
    multiplier_source: str = _choice("override", "production_function")
    employment_series: str = _choice(*LABOUR[:2])
    section_productivity: str = _choice("wage_scaled", "national")
    interval_draws: int = _whole(2000, 100, 100_000)
    interval_seed: int = _whole(0, 0, 2**31 - 1)

    @property
    def years(self) -> list[int]:
        """The years of every result, base year first."""
        return list(range(self.base_year, self.last_year + 1))

    def to_dict(self) -> dict[str, str | int]:
        """Names and values, for provenance."""
        return asdict(self)


def choices_of(name: str) -> tuple[str, ...]:
    """What an option may be; empty for a whole number."""
    return tuple(_metadata(name).get("choices", ()))


def range_of(name: str) -> tuple[int, int] | None:
    """The smallest and largest value of a whole-number option."""
    limits = _metadata(name).get("range")
    return None if limits is None else (int(limits[0]), int(limits[1]))


def names() -> list[str]:
    """The options in the order in which they are shown."""
    return [f.name for f in fields(Options)]


def parse(name: str, value: object) -> tuple[str | int | None, Finding | None]:
    """A typed value made valid, or the finding that says why it is not."""
    choices, limits = choices_of(name), range_of(name)
    if choices:
        if value in choices:
            return str(value), None
        allowed = ", ".join(choices)
        return None, Finding(
            "error", "option_choice", {"name": name, "value": value, "allowed": allowed}
        )
    assert limits is not None
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    if limits[0] <= number <= limits[1] and number == int(number):
        return int(number), None
    return None, Finding(
        "error", "option_range", {"name": name, "value": value, "low": limits[0], "high": limits[1]}
    )


def check_options(options: Options) -> list[Finding]:
    """Values that are not allowed, and years that contradict each other."""
    found = [
        replace(problem, table="options", row=row)
        for row, name in enumerate(names())
        for problem in [parse(name, getattr(options, name))[1]]
        if problem is not None
    ]
    return found or _contradictions(options)


def _contradictions(options: Options) -> list[Finding]:
    rules = [
        ("last_year", options.last_year >= options.base_year, "base_year"),
        ("data_until", options.data_until >= options.base_year, "base_year"),
        ("fit_last", options.fit_last - options.fit_first >= 3, "fit_first"),
        ("fit_last", options.fit_last <= options.last_year, "last_year"),
        ("base_year", options.base_year >= options.fit_first, "fit_first"),
    ]
    return [
        Finding("error", "option_order", {"name": name, "other": other}, "options", row)
        for name, fine, other in rules
        if not fine
        for row in [names().index(name)]
    ]


@cache
def _metadata(name: str) -> Mapping[str, Any]:
    return next(f.metadata for f in fields(Options) if f.name == name)

"""Inputs that put a report to the test: other years, other names, falling values, no regions."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from iiecon import ModelInputs
from iiecon.inputs import Region, Series

NASTY = '<script>alert(1)</script> & $x_1$ "2" \''


def with_options(inputs: ModelInputs, **values: str | int) -> ModelInputs:
    return replace(inputs, options=replace(inputs.options, **values))  # type: ignore[arg-type]


def other_years(inputs: ModelInputs) -> ModelInputs:
    return with_options(inputs, last_year=2019, data_until=2018)


def many_years(inputs: ModelInputs) -> ModelInputs:
    return with_options(inputs, last_year=2027)


def late_figures(inputs: ModelInputs) -> ModelInputs:
    """Figures are asked for up to a year that none reach, and a table lacks room for one year."""
    return with_options(inputs, last_year=2023, data_until=2023)


def one_year(inputs: ModelInputs) -> ModelInputs:
    return with_options(inputs, last_year=2017)


def no_forecast(inputs: ModelInputs) -> ModelInputs:
    return with_options(inputs, last_year=2020)


def national_productivity(inputs: ModelInputs) -> ModelInputs:
    return with_options(inputs, section_productivity="national", multiplier_source="override")


def other_provinces(inputs: ModelInputs) -> ModelInputs:
    """In another order, with other names, GDP and regions."""
    provinces = tuple(
        replace(
            p,
            name_zh=f"{p.name_zh}{NASTY}",
            name_en=f"New {p.name_en}{NASTY}",
            region="coast" if i % 2 else "",
        )
        for i, p in enumerate(reversed(inputs.provinces))
    )
    gdp = inputs.province_gdp.values.reshape(len(provinces), 3, -1)[::-1]
    grown = gdp * np.linspace(0.9, 1.1, len(provinces))[:, None, None]
    return replace(
        inputs,
        provinces=provinces,
        regions=(Region("coast", f"沿海{NASTY}", f"Coast{NASTY}"), *inputs.regions),
        province_gdp=Series(inputs.province_gdp.years, grown.reshape(len(provinces) * 3, -1)),
        province_employed=inputs.province_employed[::-1],
        experts=replace(inputs.experts, source=f"三位专家 {NASTY}"),
    )


def no_regions(inputs: ModelInputs) -> ModelInputs:
    return replace(inputs, provinces=tuple(replace(p, region="") for p in inputs.provinces))


def falling(inputs: ModelInputs) -> ModelInputs:
    """Multipliers so small that value added falls."""
    values = inputs.macro.values.copy()
    values[-1] = np.where(np.isnan(values[-1]), np.nan, 0.81)
    return replace(inputs, macro=Series(inputs.macro.years, values))


def nothing(inputs: ModelInputs) -> ModelInputs:
    """All scores zero."""
    none = np.zeros_like(inputs.experts.override)
    return replace(inputs, experts=replace(inputs.experts, override=none))


def other_choices(inputs: ModelInputs) -> ModelInputs:
    """Every choice that the text on the method speaks of, the other way."""
    growth = replace(inputs.growth, addition=inputs.growth.addition / 2)
    return with_options(
        replace(inputs, growth=growth),
        imports="domestic",
        rate_base="io_table",
        extrapolation="linear_trend",
        macro_extrapolation="weighted_growth",
        multiplier_source="production_function",
    )


def shipped(inputs: ModelInputs) -> ModelInputs:
    return inputs


CASES: tuple[Callable[[ModelInputs], ModelInputs], ...] = (
    shipped,
    other_years,
    many_years,
    late_figures,
    one_year,
    no_forecast,
    national_productivity,
    other_choices,
    other_provinces,
    no_regions,
    falling,
    nothing,
)

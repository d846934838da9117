"""The model's number for each printed figure, and how near the two are (method, section 10)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from iiecon import world
from iiecon.audit.identities import LEVELS
from iiecon.audit.publication import Figure
from iiecon.inputs import ModelInputs
from iiecon.iotable import FloatArray
from iiecon.regions import SECTORS3
from iiecon.results import ModelResults

Status = Literal["exact", "rounded", "near", "differs", "not_computed"]
STATUSES: tuple[Status, ...] = ("exact", "rounded", "near", "differs", "not_computed")
EXACT = 1e-9  # relative: the same number
NEAR = 0.01  # relative
NEAR_POINTS = 0.05  # of figures in percent, in points
PERCENT = ("percent", "%")
# Groups of figures whose gaps are told together: scope, measure, and whether in points.
GAP_GROUPS = (
    ("sections", "industry", "value_added", False),
    ("share_of_gdp", "nation", "share_of_gdp", True),
    ("employment", "nation", "employment", False),
    ("regions", "region", "value_added", False),
    ("provinces", "province", "value_added", False),
)


@dataclass(frozen=True)
class Series:
    """Model results, keys × years; money 亿元 or 100 million dollars, people 万人."""

    values: FloatArray
    keys: tuple[str, ...]
    years: tuple[int, ...]


@dataclass(frozen=True)
class Term:
    """One result: a series, the key of its row ("" = the only one) and a year. The workbook has a
    range of the same name, in capitals.
    """

    series: str
    key: str
    year: int


Terms = tuple[Term, ...]
Keys = Mapping[str, tuple[tuple[str, ...], tuple[int, ...]]]  # of a series, and its years


@dataclass(frozen=True)
class Recipe:
    """A figure made of results, sums of `over` and `under`: the level of one, or the ratio, growth
    (ratio − 1) or increase (difference) of the two.
    """

    kind: Literal["level", "ratio", "growth", "increase"]
    over: Terms
    under: Terms = ()

    @property
    def terms(self) -> Terms:
        """All results in it."""
        return self.over + self.under


@dataclass(frozen=True)
class Comparison:
    """A printed figure beside the model's number in the printed unit, NaN where it cannot be
    computed: then `reason` names the text that says why.
    """

    figure: Figure
    recipe: Recipe | None
    model: float
    status: Status
    reason: str = ""

    @property
    def difference(self) -> float:
        """Model less print, in the printed unit."""
        return self.model - self.figure.value

    @property
    def relative(self) -> float:
        """The difference as a fraction of the print."""
        return self.difference / abs(self.figure.value) if self.figure.value else math.nan


def status_of(figure: Figure, model: float) -> Status:
    """How near a number is to the printed one, both in the printed unit."""
    gap = abs(model - figure.value)
    size = abs(figure.value)
    if math.isnan(gap):
        return "not_computed"
    if gap <= EXACT * size:
        return "exact"
    if gap <= figure.half * (1 + EXACT):
        return "rounded"
    near = NEAR_POINTS if figure.unit in PERCENT else NEAR * size
    return "near" if gap <= near else "differs"


# --- What the model has


def keys_of(inputs: ModelInputs, countries: Sequence[world.Country]) -> Keys:
    """Keys and years of every series that a figure may be made of."""
    lists = {
        "national": ("",),
        "gdp": ("",),
        "section": tuple(s.code for s in inputs.sections),
        "sectors3": SECTORS3,
        "province": tuple(p.name_zh for p in inputs.provinces),
        "region": tuple(region.key for region in inputs.regions),
    }
    years = tuple(inputs.options.years)
    yearly = {name: (lists[name.partition("_")[0]], years) for name in YEARLY}
    if not countries:
        return yearly
    compared = world.compare(countries)
    listed = {
        "world_ranking_value": tuple(c.name_en for c in compared.countries),
        "world_income_group_value": world.INCOME_GROUPS,
        "world_world_region_value": world.WORLD_REGIONS,
        "world_income_group_value_total": ("",),
    }
    return {**yearly, **{name: (keys, (world.YEAR,)) for name, keys in listed.items()}}


def series_of(results: ModelResults, countries: Sequence[world.Country]) -> dict[str, Series]:
    """Every series that a figure may be made of; those of the world only with countries."""
    values = {name: np.atleast_2d(of(results)) for name, of in YEARLY.items()}
    if countries:
        values |= _world_values(countries)
    keys = keys_of(results.inputs, countries)
    return {name: Series(array, *keys[name]) for name, array in values.items()}


YEARLY: Mapping[str, Callable[[ModelResults], FloatArray]] = {
    "national_va": lambda r: r.national,
    "national_direct": lambda r: r.direct.sum(axis=0),
    "national_indirect": lambda r: r.indirect.sum(axis=0),
    "national_jobs": lambda r: r.national_jobs,
    "national_jobs_direct": lambda r: r.jobs_direct,
    "national_jobs_indirect": lambda r: r.jobs_indirect,
    "gdp_used": lambda r: r.gdp.values,
    "section_total": lambda r: r.total,
    "section_jobs_direct": lambda r: r.section_jobs_direct,
    "section_jobs_indirect": lambda r: r.section_jobs_indirect,
    "sectors3_total": lambda r: r.sectors3,
    "province_va": lambda r: r.provinces,
    "province_product": lambda r: r.province_product,
    "province_jobs": lambda r: r.province_jobs,
    "region_va": lambda r: r.regions,
    "region_product": lambda r: r.region_product,
}


def _world_values(countries: Sequence[world.Country]) -> dict[str, FloatArray]:
    """In 100 million dollars, one column."""
    compared = world.compare(countries)
    listed = {
        "world_ranking_value": [c.value_added for c in compared.countries],
        "world_income_group_value": [g.value_added for g in compared.income_groups],
        "world_world_region_value": [g.value_added for g in compared.world_regions],
        "world_income_group_value_total": [compared.total],
    }
    return {name: np.array(values)[:, None] / 100 for name, values in listed.items()}


# --- What a figure is made of

# The level of a scope by measure; of the nation and the world by key.
LEVEL_SERIES: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("nation", "total"): {"value_added": ("national_va",), "employment": ("national_jobs",)},
    ("nation", "direct"): {
        "value_added": ("national_direct",), "employment": ("national_jobs_direct",),
    },
    ("nation", "indirect"): {
        "value_added": ("national_indirect",), "employment": ("national_jobs_indirect",),
    },
    ("world", "total"): {"value_added": ("world_income_group_value_total",)},
    ("industry", ""): {"value_added": ("section_total",)},
    ("sector", ""): {"value_added": ("sectors3_total",)},
    ("province", ""): {"value_added": ("province_va",), "employment": ("province_jobs",)},
    ("region", ""): {"value_added": ("region_va",)},
    ("country", ""): {"value_added": ("world_ranking_value",)},
    ("income_group", ""): {"value_added": ("world_income_group_value",)},
    ("world_region", ""): {"value_added": ("world_world_region_value",)},
}  # fmt: skip
GDP_SERIES = {
    "nation": "gdp_used",
    "industry": "gdp_used",
    "sector": "gdp_used",
    "province": "province_product",
    "region": "region_product",
}
JOBS_OF_SECTIONS = {
    "total": ("section_jobs_direct", "section_jobs_indirect"),
    "direct": ("section_jobs_direct",),
    "indirect": ("section_jobs_indirect",),
}


@dataclass(frozen=True)
class Readings:
    """How the publication means its figures: which jobs its sections have, and whether the increase
    of a scope and year looks `forward`, to the year after.
    """

    section_jobs: str = "indirect"
    forward: frozenset[tuple[str, int]] = frozenset()


def recipe_of(figure: Figure, readings: Readings) -> Recipe | None:
    """What a figure is made of; None for what the model does not have."""
    place, year, measure = (figure.scope, figure.key), figure.year, figure.measure
    for level, (growth, added, share) in LEVELS.items():
        now = _level(place, year, level, readings)
        if not now:
            continue
        if measure == level:
            return Recipe("level", now)
        if measure == growth:
            return Recipe("growth", now, _level(place, year - 1, level, readings))
        if measure == added:
            last = year + ((figure.scope, year) in readings.forward)
            return Recipe(
                "increase",
                _level(place, last, level, readings),
                _level(place, last - 1, level, readings),
            )
        if measure == share:
            return Recipe("ratio", now, _level(("nation", "total"), year, level, readings))
    return _ratio(place, year, measure, readings)


def _ratio(place: tuple[str, str], year: int, measure: str, readings: Readings) -> Recipe | None:
    scope, key = place
    now = _level(place, year, "value_added", readings)
    if measure == "share_of_gdp" and now and scope in GDP_SERIES:
        series = GDP_SERIES[scope]
        own = now if scope in ("province", "region") else (Term(series, "", year),)
        return Recipe("ratio", now, tuple(Term(series, t.key, year) for t in own))
    if measure == "share_of_59" and now:
        return Recipe("ratio", now, _level(("world", "total"), year, "value_added", readings))
    if measure == "ratio" and key == "indirect_to_direct":
        parts = [_level((scope, k), year, "value_added", readings) for k in ("indirect", "direct")]
        return Recipe("ratio", *parts) if all(parts) else None
    return None


def _level(place: tuple[str, str], year: int, measure: str, readings: Readings) -> Terms:
    """The terms that add up to a level: several for keys joined by "+"."""
    scope, key = place
    if (scope, measure) == ("industry", "employment"):
        names = JOBS_OF_SECTIONS[readings.section_jobs]
    else:
        of_whole, of_key = LEVEL_SERIES.get(place), LEVEL_SERIES.get((scope, ""))
        names = (of_whole or of_key or {}).get(measure, ())
        if of_whole:
            key = ""
    return tuple(Term(name, part, year) for name in names for part in key.split("+"))


def compared(figure: Figure, series: Mapping[str, Series], readings: Readings) -> Comparison:
    """A figure beside the model."""
    recipe = recipe_of(figure, readings)
    if recipe is None:
        return Comparison(figure, None, math.nan, "not_computed", "not_modelled")
    reasons = [reason for t in recipe.terms if (reason := _missing(t, series))]
    if reasons:
        return Comparison(figure, recipe, math.nan, "not_computed", reasons[0])
    over, under = (sum(_value(t, series) for t in terms) for terms in (recipe.over, recipe.under))
    model = MADE[recipe.kind](over, under) / figure.factor
    return Comparison(figure, recipe, model, status_of(figure, model))


MADE: Mapping[str, Callable[[float, float], float]] = {
    "level": lambda over, under: over,
    "ratio": lambda over, under: over / under if under else math.nan,
    "growth": lambda over, under: over / under - 1 if under else math.nan,
    "increase": lambda over, under: over - under,
}


def _missing(term: Term, series: Mapping[str, Series]) -> str:
    """Why a term has no value; "" when it has one."""
    known = series.get(term.series)
    if known is None:
        return "no_countries"
    if term.key not in known.keys:
        return "unknown_key"
    if term.year not in known.years:
        return "year_outside"
    return "not_given" if math.isnan(_value(term, series)) else ""


def _value(term: Term, series: Mapping[str, Series]) -> float:
    known = series[term.series]
    return float(known.values[known.keys.index(term.key), known.years.index(term.year)])

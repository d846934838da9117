"""A publication held against the model and against itself (method, section 10).

`audit` compares every printed figure with the model's number and finds, by arithmetic among the
printed figures, what cannot be right. It works on any publication given as a CSV file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from iiecon import world
from iiecon.audit.compare import (
    GAP_GROUPS,
    STATUSES,
    Comparison,
    Readings,
    compared,
    series_of,
)
from iiecon.audit.expressions import Interval, range_of
from iiecon.audit.identities import Found, Identity, Reading
from iiecon.audit.publication import (
    Figure,
    Publication,
    read_publication,
    shipped_publication,
)
from iiecon.audit.slips import Explanation, explained
from iiecon.audit.structure import NATION, Structure
from iiecon.results import ModelResults

__all__ = [
    "Audit",
    "Figure",
    "Publication",
    "Structure",
    "audit",
    "examined",
    "read_publication",
    "shipped_publication",
]


@dataclass(frozen=True)
class Implied:
    """The GDP (亿元) that a printed share and value imply in a year without an official one, its
    growth on the year before, and the GDP that the model expects.
    """

    share: Figure
    gdp: Interval
    growth: Interval | None
    expected: float


@dataclass(frozen=True)
class Internal:
    """A publication held against itself; `box`: each figure's interval in the model's units."""

    identities: tuple[Identity, ...]
    box: dict[str, Interval]
    readings: tuple[Reading, ...]
    explanations: tuple[Explanation, ...]
    implied: tuple[Implied, ...]

    @property
    def broken(self) -> tuple[Identity, ...]:
        """The identities that do not hold."""
        return tuple(i for i in self.identities if not i.holds(self.box))


@dataclass(frozen=True)
class Gap:
    """How far a group of figures is from the model, in absolute terms: fractions of the print, or
    points where `points`.
    """

    key: str
    year: int
    count: int
    median: float
    largest: float
    points: bool


@dataclass(frozen=True)
class Audit:
    """Every printed figure compared, in the order of the print; the print against itself."""

    comparisons: tuple[Comparison, ...]
    internal: Internal

    def counts(self) -> dict[str, int]:
        """Figures by status; they add up to all figures."""
        return {s: sum(c.status == s for c in self.comparisons) for s in STATUSES}

    def gaps(self) -> tuple[Gap, ...]:
        """Sections' totals, shares of GDP and the nation's employment, by year."""
        return tuple(
            gap
            for key, scope, measure, points in GAP_GROUPS
            for year in sorted({c.figure.year for c in self.comparisons})
            if (gap := self._gap(key, scope, measure, year, points))
        )

    def _gap(self, key: str, scope: str, measure: str, year: int, points: bool) -> Gap | None:
        sizes = [
            abs(c.difference if points else c.relative)
            for c in self.comparisons
            if (c.figure.scope, c.figure.measure, c.figure.year) == (scope, measure, year)
            and c.status != "not_computed"
        ]
        if not sizes:
            return None
        return Gap(key, year, len(sizes), median(sizes), max(sizes), points)


def audit(
    results: ModelResults,
    publication: Publication,
    countries: Sequence[world.Country] | None = None,
) -> Audit:
    """The publication beside the model's results, and beside itself.

    `countries`: the list that figures of the world are compared with, by default the shipped one.
    """
    internal = examined(publication, structure_of(results))
    listed = world.countries() if countries is None else countries
    series, readings = series_of(results, listed), readings_of(internal.readings)
    comparisons = tuple(compared(f, series, readings) for f in publication)
    return Audit(comparisons, internal)


def examined(publication: Publication, structure: Structure) -> Internal:
    """A publication's own identities, without the model."""
    found = Found(publication, structure)
    return Internal(
        tuple(found.identities),
        found.box,
        tuple(found.readings),
        explained(found.identities, found.figures),
        tuple(_implied(found)),
    )


def structure_of(results: ModelResults) -> Structure:
    """What adds up to what in the model's inputs, their GDP, and the GDP that was extrapolated."""
    expected = {
        (*NATION, year): float(results.gdp.values[t])
        for t, year in enumerate(results.years)
        if results.gdp.estimated[t]
    }
    return replace(Structure.of(results.inputs), expected_gdp=expected)


def readings_of(found: Sequence[Reading]) -> Readings:
    """The readings that matter to what the model is asked for."""
    forward = {(r.scope, r.year) for r in found if r.kind == "added" and r.chosen == "forward"}
    for reading in found:
        if reading.kind == "section_jobs":
            return Readings(reading.chosen, frozenset(forward))
    return Readings(forward=frozenset(forward))


def _implied(found: Found) -> Iterator[Implied]:
    """GDP = value added / share, where the inputs only expect a GDP."""
    for (scope, key, year), expected in found.structure.expected_gdp.items():
        share = found.cell((scope, key), year, "share_of_gdp")
        values = found.wholes((scope, key), year, "value_added")
        if share is None or not values:
            continue
        ranges = [range_of(value, found.box) for value in values]
        part = min(ranges, key=lambda r: r.high - r.low)  # of the finest table
        rate = found.box[share.id]
        gdp = Interval(part.low / rate.high, part.high / rate.low)
        before = found.structure.gdp.get((scope, key, year - 1))
        growth = Interval(gdp.low / before - 1, gdp.high / before - 1) if before else None
        yield Implied(found.figures[share.id], gdp, growth, expected)

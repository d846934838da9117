"""Growth that a scenario assumes in place of what a yearbook gives or the method extrapolates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from iiecon.extrapolation import Extrapolated

GDP = "gdp"


@dataclass(frozen=True)
class AssumedGrowth:
    """`growth` over the year before, as a fraction, of "gdp" or of a section by its letter."""

    series: str
    year: int
    growth: float


def with_assumed(
    found: Extrapolated,
    series: Sequence[str],
    years: Sequence[int],
    assumed: Iterable[AssumedGrowth],
) -> Extrapolated:
    """Series at `years` (series × years) with some years' growth assumed.

    Years after an assumed one keep their own growth, from its level. A year that is given remains
    one, and a forecast remains a forecast: an assumption changes numbers, not the way in which the
    rest is computed. Assumptions about other series, and about the first year, change nothing.
    """
    chosen = [a for a in assumed if a.series in series and a.year in years[1:]]
    if not chosen:
        return found
    values = found.values.copy()
    for a in chosen:
        row, t = series.index(a.series), years.index(a.year)
        values[row, t:] *= values[row, t - 1] * (1 + a.growth) / values[row, t]
    return Extrapolated(values, found.estimated)

"""Years that no yearbook gives yet (method, section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from iiecon.findings import InputError
from iiecon.iotable import FloatArray

Method = Literal["weighted_growth", "linear_trend"]
GROWTH_WEIGHTS = (0.7, 0.3)
LONGEST_SPAN = 400  # years; a date typed as a year must not fill the memory


@dataclass(frozen=True)
class Extrapolated:
    """Series × target years: `values` in the unit of the series, `estimated` marks."""

    values: FloatArray
    estimated: npt.NDArray[np.bool_]


def extrapolate(
    series: npt.ArrayLike,
    years: Sequence[int],
    targets: Sequence[int],
    method: Method = "weighted_growth",
    *,
    window: int = 2,
    weights: npt.ArrayLike | None = None,
    additions: npt.ArrayLike | None = None,
    data_until: int | None = None,
) -> Extrapolated:
    """Each series at the target years, given values kept and later ones estimated.

    `series`: r × t, NaN where not given; `years`: t ascending years; `targets`: consecutive years.
    `weighted_growth` applies g_t = Σ w_k g_{t−k} recursively, with `weights` r × k (default
    0.7, 0.3; a weight of zero needs no year) and `additions` r × targets added to the growth.
    `linear_trend` continues the least-squares line through the last `window` given years. Values
    after `data_until` are not used.

    Raises InputError naming the series and the year when one is missing between two given ones or
    before all given ones, or when too few years are given.
    """
    table = np.atleast_2d(np.asarray(series, dtype=float)).copy()
    last_target = max(targets)
    if max(last_target, max(years)) - min(years) > LONGEST_SPAN:
        raise InputError.one("year_header", "series", 0, value=max(last_target, max(years)))
    calendar = list(range(min(years), max(last_target, max(years)) + 1))
    full = np.full((table.shape[0], len(calendar)), np.nan)
    full[:, [calendar.index(y) for y in years]] = table
    if data_until is not None:
        full[:, [i for i, y in enumerate(calendar) if y > data_until]] = np.nan
    if min(targets) not in calendar:
        raise InputError.one("year_missing", "series", 0, year=min(targets))
    positions = [calendar.index(y) for y in targets]
    estimated = np.isnan(full)
    if method not in ("weighted_growth", "linear_trend"):
        raise InputError.one("method_unknown", "extrapolation", value=method)
    if window < 2:
        raise InputError.one("window", "extrapolation", value=window)
    factor_weights = _weights(weights, table.shape[0])
    growth_additions = np.zeros_like(full)
    if additions is not None:
        growth_additions[:, positions] = np.asarray(additions, dtype=float)
    stop = positions[-1] + 1
    ends = _last_given(full, calendar, positions)
    for last in np.unique(ends):  # series that end in the same year are continued together
        rows = np.flatnonzero(ends == last)
        if method == "linear_trend":
            full[rows] = _continued_line(full[rows], int(last), stop, window, rows)
        else:
            full[rows] = _continued_growth(
                full[rows], int(last), stop, factor_weights[rows], growth_additions[rows], rows
            )
    return Extrapolated(full[:, positions], estimated[:, positions])


def _last_given(
    series: FloatArray, calendar: list[int], positions: list[int]
) -> npt.NDArray[np.intp]:
    """Where each series ends; no year before that may be missing."""
    given = ~np.isnan(series)
    empty = np.flatnonzero(~given.any(axis=1))
    if empty.size:
        raise InputError.one("series_empty", "series", int(empty[0]))
    last: npt.NDArray[np.intp] = series.shape[1] - 1 - given[:, ::-1].argmax(axis=1)
    start = np.minimum(given.argmax(axis=1), positions[0])
    place = np.arange(series.shape[1])
    needed = (place >= start[:, None]) & (place <= last[:, None])
    gaps = np.argwhere(needed & ~given)
    if gaps.size:
        row, position = (int(i) for i in gaps[0])
        raise InputError.one("year_missing", "series", row, position, year=calendar[position])
    return last


def _continued_line(
    series: FloatArray, last: int, stop: int, window: int, rows: npt.NDArray[np.intp]
) -> FloatArray:
    """Series that end at `last`, continued on the line through their last `window` years."""
    if stop <= last + 1:
        return series
    first = last + 1 - window
    known = series[:, max(first, 0) : last + 1]
    short = np.flatnonzero(np.isnan(known).any(axis=1) | (first < 0))
    if short.size:
        raise InputError.one("series_short", "series", int(rows[short[0]]), needed=window)
    centred = np.arange(window) - (window - 1) / 2
    middle = known.mean(axis=1)[:, None]
    slope = (known @ centred / (centred @ centred))[:, None]
    ahead = np.arange(last + 1, stop) - first - (window - 1) / 2
    series[:, last + 1 : stop] = middle + slope * ahead
    return series


def _continued_growth(
    series: FloatArray,
    last: int,
    stop: int,
    weights: FloatArray,
    additions: FloatArray,
    rows: npt.NDArray[np.intp],
) -> FloatArray:
    """Series that end at `last`, continued by their weighted growth, year after year."""
    for t in range(last + 1, stop):
        growth = additions[:, t].copy()
        for lag in range(1, weights.shape[1] + 1):
            weight = weights[:, lag - 1]
            if not weight.any():
                continue
            before = series[:, t - lag - 1] if t - lag - 1 >= 0 else np.full(rows.size, np.nan)
            short = np.flatnonzero((weight != 0) & np.isnan(before))
            if short.size:
                raise InputError.one("series_short", "series", int(rows[short[0]]), needed=lag + 1)
            used = weight != 0
            nothing = np.flatnonzero(used & (before == 0))
            if nothing.size:
                raise InputError.one("not_positive", "series", int(rows[nothing[0]]), value=0)
            growth[used] += weight[used] * (series[used, t - lag] / before[used] - 1)
        series[:, t] = series[:, t - 1] * (1 + growth)
    return series


def _weights(weights: npt.ArrayLike | None, rows: int) -> FloatArray:
    table = np.atleast_2d(np.asarray(GROWTH_WEIGHTS if weights is None else weights, dtype=float))
    return np.broadcast_to(np.nan_to_num(table), (rows, table.shape[1]))

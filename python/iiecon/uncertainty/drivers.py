"""What moves the results: Sobol indices, a tornado, one ballot left out, another fuzzy operator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from iiecon.iotable import FloatArray
from iiecon.scoring import OPERATORS
from iiecon.uncertainty.closed_form import Draws, Measurement
from iiecon.uncertainty.sampling import GROUPS, Sampler, repeated

Key = tuple[str, str]  # the group of inputs, and the one input in it ("" for the whole group)


@dataclass(frozen=True)
class Sobol:
    """Shares of the variance of each quantity: `first` order and `total`, drivers × quantities.

    NaN where the quantity does not vary.
    """

    keys: tuple[Key, ...]
    first: FloatArray
    total: FloatArray


@dataclass(frozen=True)
class Swing:
    """A result when one input alone is moved to its 5 % and its 95 % point."""

    key: Key
    low: float
    high: float

    @property
    def size(self) -> float:
        """How far apart the two are."""
        return abs(self.high - self.low)


@dataclass(frozen=True)
class LeftOut:
    """Every quantity with one ballot left out: the smallest and largest result, whose ballot
    (sector, factor, grade) each is, and the jackknife's standard error; quantities each.
    """

    lowest: FloatArray
    highest: FloatArray
    lowest_ballot: tuple[tuple[str, str, str], ...]
    highest_ballot: tuple[tuple[str, str, str], ...]
    standard_error: FloatArray


def sobol(
    measurement: Measurement, sampler: Sampler, year: int, draws: int, rng: np.random.Generator
) -> Sobol:
    """First and total order by group of inputs, and by the score of each sector.

    Two independent sets of draws, and one for each driver in which it alone is taken from the
    second set (Saltelli 2010). `draws` is a power of two.
    """
    a, b = sampler.draw(rng, draws), sampler.draw(rng, draws)
    keys: list[Key] = [(group, "") for group in GROUPS if sampler.varied[group]]
    split = sorted({*sampler.scores.voted.tolist(), *sampler.scores.typed.tolist()})
    keys += [("scores", sampler.scores.experts.codes[k]) for k in split]
    mixed = [_taken(a, b, key, sampler) for key in keys]
    values = [measurement.evaluate(draw, year) for draw in (a, b, *mixed)]
    return shares_of_variance(tuple(keys), values[0], values[1], values[2:])


def shares_of_variance(
    keys: tuple[Key, ...], a: FloatArray, b: FloatArray, mixed: list[FloatArray]
) -> Sobol:
    """The indices by scipy; `a`, `b` and one of `mixed` for each key are quantities × draws."""
    from scipy.stats import sobol_indices

    shape = (a.shape[0], max(values.shape[1] for values in (a, b, *mixed)))
    a, b, *mixed = (np.broadcast_to(values, shape) for values in (a, b, *mixed))
    first, total = (np.full((len(keys), a.shape[0]), np.nan) for _ in range(2))
    spread = a.std(axis=1)
    moving = np.flatnonzero(np.isfinite(spread) & (spread > 1e-12 * np.abs(a).max(axis=1)))
    if moving.size and keys:
        swapped = np.stack([values[moving] for values in mixed])
        found = sobol_indices(
            func={"f_A": a[moving], "f_B": b[moving], "f_AB": swapped}, n=a.shape[1]
        )
        first[:, moving] = found.first_order.reshape(moving.size, -1).T
        total[:, moving] = found.total_order.reshape(moving.size, -1).T
    return Sobol(keys, first, total)


def _taken(a: Draws, b: Draws, key: Key, sampler: Sampler) -> Draws:
    """The first set with one driver of the second."""
    group, code = key
    if not code:
        return replace(a, **{group: getattr(b, group)})
    k = sampler.scores.experts.codes.index(code)
    scores = a.scores.copy()
    scores[k] = b.scores[k]
    return replace(a, scores=scores)


def tornado(
    measurement: Measurement, sampler: Sampler, year: int, draws: int, rng: np.random.Generator
) -> list[Swing]:
    """The nation's total when each input alone is low and high, the widest swing first.

    Rows of a table that is extrapolated are moved one by one.
    """
    centre, drawn = sampler.central(), sampler.draw(rng, draws)
    t = measurement.results.years.index(year)
    found = [
        Swing(key, *(float(measurement.evaluate(end, year)[0, 0]) for end in ends))
        for key, ends in _ends(measurement, centre, drawn, t)
    ]
    return sorted((swing for swing in found if swing.size > 0), key=lambda s: -s.size)


def _ends(
    measurement: Measurement, centre: Draws, drawn: Draws, t: int
) -> list[tuple[Key, tuple[Draws, Draws]]]:
    """Each input that varies, with the two sets of inputs in which it alone is moved."""
    inputs = measurement.results.inputs
    names = {
        "scores": inputs.experts.codes,
        "section_va": tuple(s.code for s in inputs.sections),
        "macro": measurement.series,
        "elasticities": ("alpha",),  # of constant returns; else the first of the two
    }
    found: list[tuple[Key, tuple[Draws, Draws]]] = []
    for group, codes in names.items():
        whole = getattr(drawn, group)
        sample = whole[t] if isinstance(whole, tuple) else whole
        for row, code in enumerate(codes):
            if sample.shape[1] == 1 or np.ptp(sample[row]) == 0:
                continue
            if group == "elasticities":
                order = np.argsort(sample[0])
                picked = [sample[:, [order[int(p * (order.size - 1))]]] for p in (0.05, 0.95)]
                ends = [replace(centre, elasticities=value) for value in picked]
            else:
                ends = [
                    _moved(centre, group, t, row, float(value))
                    for value in np.quantile(sample[row], (0.05, 0.95))
                ]
            found.append(((group, code), (ends[0], ends[1])))
    return found


def _moved(centre: Draws, group: str, t: int, row: int, value: float) -> Draws:
    whole: FloatArray | tuple[FloatArray, ...] = getattr(centre, group)
    changed = (whole[t] if isinstance(whole, tuple) else whole).copy()
    changed[row] = value
    values = (*whole[:t], changed, *whole[t + 1 :]) if isinstance(whole, tuple) else changed
    part: dict[str, Any] = {group: values}
    return replace(centre, **part)


def leave_one_out(measurement: Measurement, sampler: Sampler, year: int) -> LeftOut | None:
    """Every result with one ballot of each grade left out, in turn; None without ballots.

    Ballots are counts, so leaving out any ballot for a grade gives the same result: it is computed
    once and counts as often as there are such ballots.
    """
    experts, scores = sampler.scores.experts, sampler.scores
    cases, weights, order = [], [], []
    rows = []
    for k in scores.voted:
        for j, g in np.argwhere(experts.ballots[k] > 0):
            votes = experts.ballots[k].copy()
            n = votes[j].sum()
            if n < 2:
                continue
            votes[j, g] -= 1
            share = (votes / votes.sum(axis=1, keepdims=True))[:, None, :, None]
            cases.append((int(k), float(scores.scored(share, scores.operator)[0, 0])))
            weights.append((n - 1) / n * experts.ballots[k, j, g])
            order.append((int(k), int(j), experts.ballots[k, j, g] / n))
            rows.append((experts.codes[k], experts.factors[j], experts.grades[g]))
    if not cases:
        return None
    draws = repeated(sampler.central(), len(cases))
    for i, (k, score) in enumerate(cases):
        draws.scores[k, i] = score
    values = measurement.evaluate(draws, year)
    variance = _jackknife(values, np.array(weights), order)
    low, high = values.argmin(axis=1), values.argmax(axis=1)
    return LeftOut(
        values.min(axis=1),
        values.max(axis=1),
        tuple(rows[i] for i in low),
        tuple(rows[i] for i in high),
        np.sqrt(variance),
    )


def _jackknife(
    values: FloatArray, weights: FloatArray, order: list[tuple[int, int, float]]
) -> FloatArray:
    """Σ over factors of (n − 1)/n Σ_g votes_g (θ_g − θ̄)², θ̄ the mean over that factor's ballots."""
    variance = np.zeros(values.shape[0])
    places = np.array([(k, j) for k, j, _ in order])
    parts = np.array([part for _, _, part in order])
    for place in np.unique(places, axis=0):
        own = (places == place).all(axis=1)
        apart = values[:, own] - (values[:, own] @ parts[own])[:, None]
        variance += apart**2 @ weights[own]
    return variance


def operator_switch(measurement: Measurement, sampler: Sampler, year: int) -> dict[str, FloatArray]:
    """Every result with the panel's scores by each fuzzy operator; operator → quantities."""
    experts, scores = sampler.scores.experts, sampler.scores
    votes = experts.ballots[scores.voted].swapaxes(0, 1)
    found = {}
    for operator in OPERATORS:
        draws = repeated(sampler.central(), 1)
        if scores.voted.size:
            shares = (votes / votes.sum(axis=2, keepdims=True))[..., None]
            draws.scores[scores.voted] = scores.scored(shares, operator)
        found[operator] = measurement.evaluate(draws, year)[:, 0]
    return found

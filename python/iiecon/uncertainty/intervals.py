"""Intervals of one year's value added from ranges alone, with the digits of `simulate`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from iiecon.findings import NumericalError
from iiecon.inputs import Experts
from iiecon.iotable import FloatArray, Imports, IOTable, blas_threads
from iiecon.uncertainty.closed_form import BaseYear
from iiecon.uncertainty.sampling import GROUPS, Ballots
from iiecon.uncertainty.simulation import check_draws, streams
from iiecon.uncertainty.summary import Summary

LARGEST_ERROR = 20.0  # on the scale of logarithms; the exponential of some such draws overflows


@dataclass(frozen=True)
class SectionYear:
    """One year by section: `rate_base` in the unit of the table, `section_va`, the product of the
    multipliers up to the year, and the scaled `errors` of an extrapolation (sections × origins).
    """

    rate_base: FloatArray
    section_va: FloatArray
    technology: float
    errors: FloatArray | None

    def drawn(self, rng: np.random.Generator, draws: int) -> FloatArray:
        """The year's value added, sections × draws (× 1 where it does not vary)."""
        central = self.section_va[:, None]
        if self.errors is None or not self.errors.any():
            return central
        found: FloatArray = central * np.exp(
            self.errors @ rng.standard_normal((self.errors.shape[1], draws))
        )
        return found


def section_intervals(
    table: IOTable,
    experts: Experts,
    scores: FloatArray,
    operator: str,
    imports: Imports,
    membership: Sequence[str],
    sections: Sequence[str],
    year: SectionYear,
    draws: int,
    seed: int,
) -> FloatArray:
    """Total, direct, indirect, then each section, by mean, deviation, 5, 50 and 95 %.

    `scores`: those in use, which a sector keeps whose override is given.
    """
    check_draws(draws, seed)
    if year.errors is not None and not np.abs(year.errors).sum(axis=1).max() < LARGEST_ERROR:
        raise NumericalError.one("not_finite", "error")
    base = BaseYear.of(table, experts.codes, membership, sections, year.rate_base, imports)
    ballots = Ballots.of(experts, scores, operator)
    summary = Summary(draws)
    with blas_threads(table.size):
        for rng, size in streams(seed, draws):
            own = dict(zip(GROUPS, rng.spawn(len(GROUPS)), strict=True))
            rates = base.rates(ballots.draw(own["scores"], size))
            section_va = year.drawn(own["section_va"], size)
            direct, indirect = rates[0] * section_va, rates[1] * (section_va * year.technology)
            parts = [direct.sum(axis=0), indirect.sum(axis=0)]
            total = direct + indirect
            summary.add(np.stack([total.sum(axis=0), *parts, *total]))
    columns: FloatArray = np.stack([summary.mean, summary.deviation, *summary.quantiles()], axis=1)
    return columns

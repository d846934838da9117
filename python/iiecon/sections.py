"""Contribution rates of sections and the years after the base (method, section 5); 亿元."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from iiecon.findings import InputError
from iiecon.iotable import FloatArray


def section_totals(
    values: npt.ArrayLike, membership: Sequence[str], sections: Sequence[str]
) -> FloatArray:
    """IO-sector values (n) summed by section, in the order of `sections`."""
    index = {letter: i for i, letter in enumerate(sections)}
    unknown = [(i, m) for i, m in enumerate(membership) if m not in index]
    if unknown:
        row, letter = unknown[0]
        raise InputError.one(
            "section_unknown", "sector_sections", row, section=letter, known=" ".join(sections)
        )
    positions = [index[m] for m in membership]
    totals = np.zeros(len(sections))
    np.add.at(totals, positions, np.asarray(values, dtype=float))
    return totals


def section_value_added(
    base: npt.ArrayLike,
    rate_base: npt.ArrayLike,
    section_va: npt.ArrayLike,
    multipliers: npt.ArrayLike | None = None,
) -> FloatArray:
    """Value added by section and year; sections × years.

    `base`: the base year's direct or indirect value added by section, `rate_base`: what the rate is
    taken of (sections each), `section_va`: sections × years, base year first. Direct:
    Z_c,n = d_c VA_c,n with d_c = base / rate_base. Indirect: the rate p_c,n = p_c,n−1 τ_n follows
    the annual technology `multipliers` τ (years; the base year's is 1).
    """
    numerator, denominator = (np.asarray(v, dtype=float).ravel() for v in (base, rate_base))
    series = np.asarray(section_va, dtype=float)
    bad = np.flatnonzero(~(denominator > 0) & (numerator != 0))
    if bad.size:
        raise InputError.one("rate_base_zero", "rate_base", int(bad[0]))
    rates = np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)
    technology = (
        np.ones(series.shape[1])
        if multipliers is None
        else np.cumprod(np.asarray(multipliers, dtype=float))
    )
    values: FloatArray = rates[:, None] * series * technology
    return values

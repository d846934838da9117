"""Jobs carried by value added (method, section 8). People in 万人, money in 亿元, wages in 元."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from iiecon.findings import InputError
from iiecon.iotable import FloatArray

WAGE_WEIGHTS = (0.7, 0.2, 0.1)


def employment(value_added: npt.ArrayLike, gdp: npt.ArrayLike, labour: npt.ArrayLike) -> FloatArray:
    """E = Z / (GDP / L), elementwise; the arguments have one shape (or broadcast to one).

    Raises InputError where GDP or labour is not positive.
    """
    money, product, people = (np.asarray(v, dtype=float) for v in (value_added, gdp, labour))
    for name, values in (("gdp", product), ("labour", people)):
        bad = np.argwhere(~(np.atleast_2d(values) > 0))
        if bad.size:
            raise InputError.one(
                "employment_positive", name, int(bad[0, 0]), int(bad[0, 1]), name=name
            )
    jobs: FloatArray = money / (product / people)
    return jobs


def labour_shares(employed: npt.ArrayLike) -> FloatArray:
    """π_i, each province's share of employment; provinces × 1 or more counted groups."""
    groups = np.asarray(employed, dtype=float)
    people = groups.sum(axis=1) if groups.ndim == 2 else groups
    bad = np.flatnonzero(~(people > 0))
    if bad.size:
        raise InputError.one("labour_positive", "province_employed", int(bad[0]))
    shares: FloatArray = people / people.sum()
    return shares


def expected_wages(
    wages: npt.ArrayLike,
    years: Sequence[int],
    targets: Sequence[int],
    data_until: int | None = None,
) -> FloatArray:
    """ŵ: 0.7, 0.2 and 0.1 times the average wages of the three years before; sections × targets.

    `wages`: sections × years, NaN where not given. A year without a wage is represented by its own
    ŵ in later years. NaN where the three years are not there: nothing is guessed.
    """
    table = np.asarray(wages, dtype=float)
    known = {
        year: table[:, i]
        for i, year in enumerate(years)
        if (data_until is None or year <= data_until) and not np.isnan(table[:, i]).all()
    }
    missing = np.full(table.shape[0], np.nan)
    expected: dict[int, FloatArray] = {}
    for year in range(min(years), max(targets) + 1):
        previous = [known.get(year - lag, expected.get(year - lag, missing)) for lag in (1, 2, 3)]
        expected[year] = sum(
            (w * p for w, p in zip(WAGE_WEIGHTS, previous, strict=True)), np.zeros_like(missing)
        )
    return np.column_stack([expected.get(year, missing) for year in targets])


def wage_scaled(
    value_added: npt.ArrayLike, total: npt.ArrayLike, wages: npt.ArrayLike, jobs: npt.ArrayLike
) -> FloatArray:
    """Employment by section with productivity Pro_c = κ ŵ_c; sections × years.

    One κ a year makes the employment of `total` (direct plus indirect) add up to the nation's
    `jobs`. NaN in years whose wages are not there.
    """
    expected = np.asarray(wages, dtype=float)
    kappa = (np.asarray(total, dtype=float) / expected).sum(axis=0)
    national = np.asarray(jobs, dtype=float).ravel()
    scale = np.divide(national, kappa, out=np.zeros_like(kappa), where=kappa != 0)
    people: FloatArray = np.asarray(value_added, dtype=float) / expected * scale
    return people

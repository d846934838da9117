"""Three sectors, provinces and regions (method, section 7). Money in 亿元."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from iiecon.findings import InputError
from iiecon.iotable import FloatArray

SECTORS3 = ("primary", "secondary", "tertiary")


def three_sectors(section_values: npt.ArrayLike, membership: Sequence[str]) -> FloatArray:
    """Sections × years summed to primary, secondary, tertiary × years."""
    values = np.asarray(section_values, dtype=float)
    return np.stack([values[[m == s for m in membership]].sum(axis=0) for s in SECTORS3])


def province_weights(gdp: npt.ArrayLike, sector_value_added: npt.ArrayLike) -> FloatArray:
    """ω_i = Σ_j GDP_ij η_j / Σ_i Σ_j GDP_ij η_j, summing to 1; `gdp` provinces × 3.

    η_j is sector j's share of the total. Raises InputError for a negative or missing GDP, or when
    nothing can be weighed.
    """
    table = np.asarray(gdp, dtype=float)
    sectors = np.asarray(sector_value_added, dtype=float).ravel()
    if table.ndim != 2 or table.shape[1] != sectors.size:
        raise InputError.one("province_shape", "gdp", shape=table.shape, sectors=sectors.size)
    bad = np.argwhere(~(table >= 0))
    if bad.size:
        raise InputError.one("province_gdp", "gdp", int(bad[0, 0]), int(bad[0, 1]))
    total = sectors.sum()
    if total == 0:  # nothing to allocate: any weights do
        return np.full(table.shape[0], 1 / table.shape[0])
    weighted = table @ (sectors / total)
    if not weighted.sum() > 0:
        raise InputError.one("province_gdp_zero", "gdp")
    weights: FloatArray = weighted / weighted.sum()
    return weights


def province_value_added(gdp: npt.ArrayLike, sector_value_added: npt.ArrayLike) -> FloatArray:
    """Z_i = ω_i Z, the year's total allocated to provinces.

    `gdp`: provinces × 3, `sector_value_added`: 3 values, both 亿元 of one year. Returns one value
    per province, summing to the total.
    """
    total = float(np.asarray(sector_value_added, dtype=float).sum())
    return province_weights(gdp, sector_value_added) * total


def region_sums(
    values: npt.ArrayLike, membership: Sequence[str | None], regions: Sequence[str]
) -> FloatArray:
    """Province values (provinces × years, or provinces) summed by region, in the order given.

    Provinces of no listed region are left out.
    """
    table = np.asarray(values, dtype=float)
    if table.shape[0] != len(membership):
        raise InputError.one(
            "region_shape", "regions", found=len(membership), expected=table.shape[0]
        )
    return np.stack([table[[m == region for m in membership]].sum(axis=0) for region in regions])

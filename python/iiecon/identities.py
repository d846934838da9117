"""Identities that every run asserts (method, section 13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from iiecon.findings import Finding
from iiecon.iotable import FloatArray

if TYPE_CHECKING:
    from iiecon.results import ModelResults


@dataclass(frozen=True)
class Identity:
    """Two sums that must agree, by year and in one unit."""

    name: str
    left: FloatArray
    right: FloatArray

    @property
    def difference(self) -> float:
        """Largest difference relative to the larger side; 0 where both are 0 or both not given."""
        if (np.isnan(self.left) != np.isnan(self.right)).any():
            return float("inf")
        scale = np.maximum(np.abs(self.left), np.abs(self.right))
        gap = np.abs(self.left - self.right)
        ratio = np.divide(gap, scale, out=np.zeros_like(gap), where=scale > 0)
        return float(np.nanmax(ratio, initial=0.0))

    @property
    def holds(self) -> bool:
        """Whether both sides agree to the rounding of float64 sums."""
        return self.difference <= 1e-12


def of(results: ModelResults) -> list[Identity]:
    """The identities of one run."""
    total = results.national
    provinces = results.inputs.provinces
    listed = {r.key for r in results.inputs.regions}
    outside = results.provinces[[p.region not in listed for p in provinces]].sum(axis=0)
    parts = results.jobs_direct + results.jobs_indirect
    split = np.where(np.isnan(parts), np.nan, results.national_jobs)  # blank where not given
    found = [
        Identity("parts", results.direct.sum(axis=0) + results.indirect.sum(axis=0), total),
        Identity("sectors3", results.sectors3.sum(axis=0), total),
        Identity("provinces", results.provinces.sum(axis=0), total),
        Identity("regions", results.regions.sum(axis=0) + outside, total),
        Identity("province_jobs", results.province_jobs.sum(axis=0), results.national_jobs),
        Identity("jobs", parts, split),
    ]
    if results.inputs.options.rate_base == "yearbook":
        c = results.contribution
        base = np.array([c.direct_value_added.sum(), c.indirect_value_added.sum()])
        sections = np.array([results.direct[:, 0].sum(), results.indirect[:, 0].sum()])
        found.append(Identity("base_year", base, sections))
    return found


def failed(identities: Sequence[Identity]) -> list[Finding]:
    """A finding for each identity that does not hold: then the program, not the input, is wrong."""
    return [
        Finding("error", "identity", {"name": i.name, "value": f"{i.difference:.3g}"}, "identities")
        for i in identities
        if not i.holds
    ]

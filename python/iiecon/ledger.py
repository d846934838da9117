"""The mass ledger: what goes into each step of the model, what comes out, what is left over.

From sectors to sections, three sectors, provinces, regions and jobs (method, sections 5, 7, 8, 13).
What is left over is counted by its reason, apart from what went in and came out: the three must
add up, to the last 0.01 亿元 or 万人.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from iiecon.findings import Finding
from iiecon.iotable import FloatArray

if TYPE_CHECKING:
    from iiecon.inputs import Series
    from iiecon.results import ModelResults

SMALLEST = 0.005  # half of the last digit shown


@dataclass(frozen=True)
class LeftOver:
    """What a step does not pass on, by year, and why; `names` say whose it is."""

    key: str
    amounts: FloatArray
    names: str = ""


@dataclass(frozen=True)
class Step:
    """One step by year: `entered`, `arrived` and what was left over, in `unit`. NaN in years that
    the step does not have.
    """

    key: str
    unit: Literal["亿元", "万人"]
    entered: FloatArray
    arrived: FloatArray
    left: LeftOver | None = None

    @property
    def left_over(self) -> FloatArray:
        """The amount left over, by year."""
        return np.zeros_like(self.entered) if self.left is None else self.left.amounts

    @property
    def gap(self) -> FloatArray:
        """What was lost or came from nowhere, by year."""
        return self.entered - self.arrived - self.left_over

    @property
    def largest_gap(self) -> float:
        """The gap farthest from zero."""
        return float(np.nanmax(np.abs(self.gap), initial=0.0))

    @property
    def balanced(self) -> bool:
        """Whether nothing is missing to the last 0.01."""
        given = ~np.isnan(self.entered)
        return bool(self.largest_gap < SMALLEST and not np.isnan(self.gap[given]).any())


@dataclass(frozen=True)
class Unused:
    """Given figures that no result rests on: how many, of which input, and which ones."""

    key: str
    count: int
    names: str = ""


@dataclass(frozen=True)
class Ledger:
    """All steps of one run, and the given figures that it did not use."""

    years: tuple[int, ...]
    steps: tuple[Step, ...]
    unused: tuple[Unused, ...]

    def findings(self) -> list[Finding]:
        """An error for each step that does not add up: then the program is wrong."""
        return [
            Finding("error", "ledger", {"name": s.key, "value": f"{s.largest_gap:.4g}"}, "ledger")
            for s in self.steps
            if not s.balanced
        ]

    def records(self) -> list[dict[str, Any]]:
        """One line for each step and year that it has."""
        return [
            {
                "year": year,
                "step": step.key,
                "unit": step.unit,
                "entered": step.entered[t],
                "arrived": step.arrived[t],
                "left_over": step.left_over[t],
                "reason": step.left.key if step.left and step.left_over[t] else "",
                "names": step.left.names if step.left and step.left_over[t] else "",
                "gap": step.gap[t],
            }
            for step in self.steps
            for t, year in enumerate(self.years)
            if not np.isnan(step.entered[t])
        ]


def ledger(results: ModelResults) -> Ledger:
    """The steps of a run as the method takes them."""
    steps = (
        _sectors(results),
        _base_year(results),
        _parts(results),
        _sectors3(results),
        _provinces(results),
        _regions(results),
        _province_jobs(results),
        _section_jobs(results),
    )
    return Ledger(results.years, steps, tuple(u for u in _unused(results) if u.count))


def _first_year(value: float, years: int) -> FloatArray:
    """A number of the base year alone."""
    by_year = np.full(years, np.nan)
    by_year[0] = value
    return by_year


def _base_of(r: ModelResults) -> FloatArray:
    """Direct and indirect value added of the base year by section, from the sectors' own."""
    c = r.contribution
    made = c.direct_value_added + c.indirect_value_added
    members = np.array(r.inputs.sector_sections)
    return np.array([made[members == s.code].sum() for s in r.inputs.sections])


def _sectors(r: ModelResults) -> Step:
    """Sectors of the table to sections."""
    c, years = r.contribution, len(r.years)
    made = float(c.direct_value_added.sum() + c.indirect_value_added.sum())
    return Step("sectors", "亿元", _first_year(made, years), _first_year(_base_of(r).sum(), years))


def _base_year(r: ModelResults) -> Step:
    """Sections of the table to the base year: other shares of value added change the amount."""
    base, years = _base_of(r), len(r.years)
    scale = np.divide(
        r.section_va.values[:, 0], r.rate_base, out=np.ones_like(base), where=r.rate_base > 0
    )
    rebased = LeftOver("rebased", _first_year(float((base * (1 - scale)).sum()), years))
    arrived = float(r.national[0])
    return Step(
        "base_year", "亿元", _first_year(base.sum(), years), _first_year(arrived, years), rebased
    )


def _parts(r: ModelResults) -> Step:
    """Direct and indirect to sections."""
    made = r.direct.sum(axis=0) + r.indirect.sum(axis=0)
    return Step("parts", "亿元", made, r.total.sum(axis=0))


def _sectors3(r: ModelResults) -> Step:
    """Sections to three sectors."""
    return Step("sectors3", "亿元", r.national, r.sectors3.sum(axis=0))


def _provinces(r: ModelResults) -> Step:
    """Three sectors to provinces."""
    return Step("provinces", "亿元", r.sectors3.sum(axis=0), r.provinces.sum(axis=0))


def _regions(r: ModelResults) -> Step:
    """Provinces to regions; some belong to none."""
    listed = {region.key for region in r.inputs.regions}
    outside = [i for i, p in enumerate(r.inputs.provinces) if p.region not in listed]
    names = "、".join(r.inputs.provinces[i].name_zh for i in outside)
    left = LeftOver("no_region", r.provinces[outside].sum(axis=0), names)
    return Step("regions", "亿元", r.provinces.sum(axis=0), r.regions.sum(axis=0), left)


def _province_jobs(r: ModelResults) -> Step:
    """Jobs of the nation to provinces."""
    return Step("province_jobs", "万人", r.national_jobs, r.province_jobs.sum(axis=0))


def _section_jobs(r: ModelResults) -> Step:
    """Jobs of the nation to sections: none where wages are missing; with the nation's productivity
    everywhere they add up to Z / (GDP / L), which is not the sum over provinces.
    """
    people = np.nan_to_num(r.section_jobs_direct + r.section_jobs_indirect).sum(axis=0)
    if r.inputs.options.section_productivity == "national":
        apart = r.national_jobs - r.national * r.labour.values / r.gdp.values
        left = LeftOver("national_productivity", apart)
    else:
        missing = np.isnan(r.wages)
        names = ", ".join(
            s.code for s, m in zip(r.inputs.sections, missing, strict=True) if m.any()
        )
        left = LeftOver("no_wages", np.where(missing.any(axis=0), r.national_jobs, 0.0), names)
    return Step("section_jobs", "万人", r.national_jobs, people, left)


def _unused(r: ModelResults) -> list[Unused]:
    """Given figures that nothing rests on."""
    inputs, until = r.inputs, r.inputs.options.data_until
    found = [
        _late(name, getattr(inputs, name), until)
        for name in ("section_va", "province_gdp", "wages")
    ]
    found.append(_late("macro", inputs.macro, until, inputs.macro.values[:-1]))
    experts = inputs.experts
    typed = [c for c, v in zip(experts.codes, experts.override, strict=True) if not np.isnan(v)]
    found.append(Unused("panel_scores", len(typed), ", ".join(typed)))
    unflagged = [c for c, d in zip(experts.codes, experts.direct, strict=True) if not d]
    found.append(Unused("unflagged_scores", len(unflagged), ", ".join(unflagged)))
    return found


def _late(name: str, series: Series, until: int, values: FloatArray | None = None) -> Unused:
    """Figures of years after the last year of data."""
    table = series.values if values is None else values
    counts = {
        year: int((~np.isnan(table[:, i])).sum())
        for i, year in enumerate(series.years)
        if year > until
    }
    given = [str(year) for year, count in counts.items() if count]
    return Unused(name, sum(counts.values()), ", ".join(given))

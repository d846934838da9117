"""Intervals of one year's results from ranges alone, with the digits of `simulate`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from iiecon import employment
from iiecon.findings import NumericalError
from iiecon.iotable import FloatArray, blas_threads
from iiecon.uncertainty.closed_form import BaseYear, allocated, shared_jobs
from iiecon.uncertainty.experiment import streams
from iiecon.uncertainty.sampling import GROUPS, Ballots
from iiecon.uncertainty.simulation import check_draws
from iiecon.uncertainty.summary import Summary

LARGEST_ERROR = 20.0  # on the scale of logarithms; the exponential of some such draws overflows
Blocks = dict[str, FloatArray]


@dataclass(frozen=True)
class Uncertain:
    """Numbers of one year and their scaled `errors` of extrapolation, numbers × origins (None:
    they are certain).

    Raises NumericalError for errors whose draws would overflow.
    """

    central: FloatArray
    errors: FloatArray | None = None

    def __post_init__(self) -> None:
        if self.errors is not None and not np.abs(self.errors).sum(axis=1).max() < LARGEST_ERROR:
            raise NumericalError.one("not_finite", "error")

    def draw(self, rng: np.random.Generator, draws: int) -> FloatArray:
        """Numbers × draws (× 1 where they do not vary)."""
        central = self.central[:, None]
        if self.errors is None or not self.errors.any():
            return central
        shocks = rng.standard_normal((self.errors.shape[1], draws))
        found: FloatArray = central * np.exp(self.errors @ shocks)
        return found


@dataclass(frozen=True)
class SectionYear:
    """One year by section, and the product of the multipliers up to it."""

    value_added: Uncertain
    technology: float

    def draw(
        self, base: BaseYear, scores: FloatArray, rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Direct and indirect value added, sections × draws."""
        direct, indirect = base.rates(scores)
        series = self.value_added.draw(rng, scores.shape[1])
        return direct * series, indirect * (series * self.technology)


@dataclass(frozen=True)
class Jobs:
    """What carries the nation's employment: `national`, its GDP and its labour; `shares` of labour
    by province; expected `wages` by section (None: productivity is the nation's everywhere). In a
    year whose GDP is a `forecast`, employment follows the nation's total, else the provinces'.
    """

    national: Uncertain
    shares: FloatArray
    wages: FloatArray | None
    forecast: bool

    def draw(
        self,
        rng: np.random.Generator,
        direct: FloatArray,
        indirect: FloatArray,
        provinces: FloatArray,
        product: FloatArray,
    ) -> FloatArray:
        """Total, direct and indirect employment × draws; `product` is the GDP of provinces."""
        gdp, labour = self.national.draw(rng, direct.shape[1])
        total = direct + indirect
        nation = total.sum(axis=0)
        if self.forecast:
            people = nation * labour / gdp
        else:
            people = (provinces * (self.shares[:, None] * labour / product)).sum(axis=0)
        if self.wages is None:
            parts = shared_jobs(people, direct.sum(axis=0), nation)
        else:
            wages = self.wages[:, None]
            parts = [
                employment.wage_scaled(part, total, wages, people).sum(axis=0)
                for part in (direct, indirect)
            ]
        return np.stack([people, *parts])


@dataclass(frozen=True)
class Places:
    """Where value added goes: `sectors3` 3 × sections and `regions` regions × provinces (1 where
    one belongs to the other), `gdp` (provinces · 3); regions and `jobs` where they are wanted.
    """

    sectors3: FloatArray
    gdp: Uncertain
    regions: FloatArray | None
    jobs: Jobs | None

    def draw(
        self,
        own: dict[str, np.random.Generator],
        direct: FloatArray,
        indirect: FloatArray,
    ) -> Blocks:
        """Provinces, regions and employment, each × draws."""
        gdp = self.gdp.draw(own["province_gdp"], direct.shape[1])
        provinces = allocated(gdp, self.sectors3 @ (direct + indirect))
        found = {"province": provinces}
        if self.regions is not None:
            found["region"] = self.regions @ provinces
        if self.jobs is not None:
            product = gdp.reshape(-1, 3, gdp.shape[-1]).sum(axis=1)
            found["employment"] = self.jobs.draw(own["macro"], direct, indirect, provinces, product)
        return found


def intervals(
    base: BaseYear,
    ballots: Ballots,
    year: SectionYear,
    places: Places | None,
    draws: int,
    seed: int,
) -> Blocks:
    """By measure: rows × mean, deviation, 5, 50 and 95 %.

    "section": total, direct, indirect, then each section; with `places` also "province", "region"
    and, with jobs, "employment": total, direct, indirect.
    """
    check_draws(draws, seed)
    summary = Summary(draws)
    blocks: Blocks = {}
    with blas_threads(base.spread.shape[1]):
        for rng, size in streams(seed, draws):
            own = dict(zip(GROUPS, rng.spawn(len(GROUPS)), strict=True))
            scores = ballots.draw(own["scores"], size)
            direct, indirect = year.draw(base, scores, own["section_va"])
            total = direct + indirect
            nation = [part.sum(axis=0) for part in (total, direct, indirect)]
            blocks = {"section": np.stack([*nation, *total])}
            if places is not None:
                blocks |= places.draw(own, direct, indirect)
            summary.add(np.concatenate(list(blocks.values())))
    columns = np.stack([summary.mean, summary.deviation, *summary.quantiles()], axis=1)
    ends = np.cumsum([len(block) for block in blocks.values()])[:-1]
    return dict(zip(blocks, np.split(columns, ends), strict=True))

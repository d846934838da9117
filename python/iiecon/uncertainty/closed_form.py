"""All draws at once through the model: every step of sections 3 to 8 with draws as the last axis.

What does not depend on a draw is computed once: a draw costs O(m²) for m direct sectors, and no
augmented inverse. Money in 亿元, people in 万人.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt

from iiecon import employment as jobs
from iiecon.contribution import spread_of
from iiecon.iotable import FloatArray, Imports, IOTable
from iiecon.regions import SECTORS3
from iiecon.results import ModelResults

NATION = (
    "total", "direct", "indirect", "share_of_gdp",
    "employment", "employment_direct", "employment_indirect",
)  # fmt: skip
Kind = str  # "nation", "section", "section_jobs", "province", "province_jobs" or "region"


@dataclass(frozen=True)
class Draws:
    """Drawn inputs; the last axis is the draw, of length one where nothing was drawn.

    `scores`: direct sectors × draws. `section_va` (sections), `province_gdp` (provinces · 3) and
    `macro` (series): one array × draws for each result year. `elasticities`: α and β × draws.
    """

    scores: FloatArray
    section_va: tuple[FloatArray, ...]
    province_gdp: tuple[FloatArray, ...]
    macro: tuple[FloatArray, ...]
    elasticities: FloatArray


@dataclass(frozen=True)
class Quantity:
    """One result: its kind, and which of that kind (a measure of NATION, or a code)."""

    kind: Kind
    code: str


@dataclass(frozen=True)
class BaseYear:
    """The base year in closed form: contribution rates of sections (C) from m scores.

    `output` X_k, `own` G_kk; `spread` C × m: Σ_{i∈c} v_i G_ik / VA_c; `back` m × m: v_k G_kj;
    `direct` C × m: N_k / VA_c in k's section; `members` C × m: 1 / VA_c in k's section.
    """

    output: FloatArray
    own: FloatArray
    spread: FloatArray
    back: FloatArray
    direct: FloatArray
    members: FloatArray

    @classmethod
    def of(
        cls,
        table: IOTable,
        direct_codes: Sequence[str],
        membership: Sequence[str],
        sections: Sequence[str],
        rate_base: FloatArray,
        imports: Imports = "competitive",
    ) -> BaseYear:
        """From the table: one factorisation and m solves.

        `membership`: the section of each IO sector, `rate_base`: VA_c in the order of `sections`.
        """
        spread, k, _ = spread_of(table, dict.fromkeys(direct_codes, 0.0), imports)
        ratio = table.value_added / table.output
        inverse = np.divide(1.0, rate_base, out=np.zeros_like(rate_base), where=rate_base > 0)
        belongs = (np.array(sections)[:, None] == np.array(membership)) * inverse[:, None]
        members = belongs[:, k]
        return cls(
            output=table.output[k],
            own=spread[k, np.arange(k.size)],
            spread=belongs @ (ratio[:, None] * spread),
            back=ratio[k, None] * spread[k],
            direct=members * table.value_added[k],
            members=members,
        )

    def rates(self, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Direct and indirect rates d_c, p_c of the base year; sections × draws.

        ΔY_i of section 4 summed by section: the factor 1 − S_i, which only the direct sectors have,
        is taken off by itself.
        """
        S = scores
        pushed = self.output[:, None] * S / (1 + S * self.own[:, None])
        kept = S * (self.back @ pushed)
        return self.direct @ S, self.spread @ pushed - self.members @ kept


@dataclass(frozen=True)
class Measurement:
    """One set of inputs, ready to be evaluated for many draws.

    `results`: the model on the inputs as they are. `years`: the years evaluated. `series`: names of
    the macro series that are drawn, in the order of `Draws.macro`.
    """

    results: ModelResults
    years: tuple[int, ...]
    series: tuple[str, ...]
    base: BaseYear

    @classmethod
    def of(cls, results: ModelResults, years: tuple[int, ...]) -> Measurement:
        """From the results of `run_model`."""
        options = results.inputs.options
        names = ["gdp", options.employment_series]
        if computed_years(results).any():
            names += [
                options.production_output, options.production_capital, options.production_labour
            ]  # fmt: skip
        inputs = results.inputs
        base = BaseYear.of(
            inputs.table, inputs.experts.codes, inputs.sector_sections,
            [s.code for s in inputs.sections], results.rate_base, cast(Imports, options.imports),
        )  # fmt: skip
        return cls(results, years, tuple(dict.fromkeys(names)), base)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """What the rows of `evaluate` are."""
        inputs = self.results.inputs
        sections = [s.code for s in inputs.sections]
        provinces = [p.code for p in inputs.provinces]
        lists = {
            "nation": NATION,
            "section": sections,
            "section_jobs": sections,
            "province": provinces,
            "province_jobs": provinces,
            "region": [r.key for r in inputs.regions],
        }
        return tuple(Quantity(kind, code) for kind, codes in lists.items() for code in codes)

    def evaluate(self, draws: Draws, year: int) -> FloatArray:
        """Every quantity of one year; quantities × draws."""
        t = self.results.years.index(year)
        direct, indirect = self.sections(draws, t)
        total = direct + indirect
        nation = total.sum(axis=0)
        provinces = self.provinces(draws.province_gdp[t], total)
        gdp, labour = draws.macro[t][0], draws.macro[t][self._labour]
        national_jobs, province_jobs = self._province_jobs(draws, t, provinces, nation)
        parts = [self._section_jobs(v, total, national_jobs, gdp, labour, t)
                 for v in (direct, indirect)]  # fmt: skip
        nationwide = [nation, direct.sum(axis=0), indirect.sum(axis=0), nation / gdp, national_jobs]
        nationwide += self._national_parts(nationwide, parts)
        regions = self._regions @ provinces
        rows = [np.stack(nationwide), total, sum(parts), provinces, province_jobs, regions]
        return np.concatenate([np.asarray(r, dtype=float) for r in rows])

    def sections(self, draws: Draws, t: int) -> tuple[FloatArray, FloatArray]:
        """Direct and indirect value added of the t-th result year; sections × draws (section 5)."""
        direct, indirect = self.base.rates(draws.scores)
        series = draws.section_va[t]
        return direct * series, indirect * (series * self._technology(draws, t))

    def provinces(self, gdp: FloatArray, sections: FloatArray) -> FloatArray:
        """The nation's total allocated by the GDP of three sectors; provinces × draws (section 7).

        `gdp`: (provinces · 3) × draws or × 1; `sections`: total value added, sections × draws.
        """
        return allocated(gdp, self._sectors3 @ sections)

    def _technology(self, draws: Draws, t: int) -> FloatArray | float:
        """The product of the multipliers up to the t-th year (section 6); draws, or one number."""
        tau = self.results.technology.tau
        computed = computed_years(self.results)
        typed = float(np.prod(np.where(computed, 1.0, tau)[: t + 1]))
        grown: FloatArray | float = typed
        for year in np.flatnonzero(computed[: t + 1]):
            grown = grown * self._gamma_ratio(draws, int(year))
        return grown

    def _gamma_ratio(self, draws: Draws, t: int) -> FloatArray:
        """τ_t = γ_t / γ_{t−1} from the production function, whose A cancels; one per draw."""
        options = self.results.inputs.options
        names = (options.production_output, options.production_capital, options.production_labour)
        y, k, ell = (
            np.log(draws.macro[t][i] / draws.macro[t - 1][i])
            for i in (self.series.index(name) for name in names)
        )
        alpha, beta = draws.elasticities
        ratio: FloatArray = np.exp(y - alpha * k - beta * ell)
        return ratio

    def _province_jobs(
        self, draws: Draws, t: int, provinces: FloatArray, nation: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Employment of the nation and of the provinces (section 8)."""
        gdp, labour = draws.macro[t][0], draws.macro[t][self._labour]
        product = draws.province_gdp[t].reshape(-1, 3, draws.province_gdp[t].shape[-1]).sum(axis=1)
        people = provinces * (self._labour_shares[:, None] * labour / product)
        if not self.results.gdp.estimated[t]:
            return people.sum(axis=0), people
        raw, national = people.sum(axis=0), nation * labour / gdp
        people *= np.divide(national, raw, out=np.ones_like(raw), where=raw != 0)
        return national, people

    def _section_jobs(
        self,
        value_added: FloatArray,
        total: FloatArray,
        national: FloatArray,
        gdp: FloatArray,
        labour: FloatArray,
        t: int,
    ) -> FloatArray:
        if self.results.inputs.options.section_productivity == "national":
            return value_added * (labour / gdp)
        wages = self.results.wages[:, t, None]
        return jobs.wage_scaled(value_added, total, wages, national)

    def _national_parts(
        self, nationwide: list[FloatArray], parts: list[FloatArray]
    ) -> list[FloatArray]:
        """Direct and indirect employment of the nation."""
        if self.results.inputs.options.section_productivity == "wage_scaled":
            return [part.sum(axis=0) for part in parts]
        total, direct, _, _, people = nationwide
        return shared_jobs(people, direct, total)

    @cached_property
    def _labour(self) -> int:
        return self.series.index(self.results.inputs.options.employment_series)

    @cached_property
    def _labour_shares(self) -> FloatArray:
        return jobs.labour_shares(self.results.inputs.province_employed)

    @cached_property
    def _sectors3(self) -> FloatArray:
        own = np.array([s.sector3 for s in self.results.inputs.sections])
        return np.asarray(np.array(SECTORS3)[:, None] == own, dtype=float)

    @cached_property
    def _regions(self) -> FloatArray:
        inputs = self.results.inputs
        own = np.array([p.region for p in inputs.provinces])
        keys = np.array([r.key for r in inputs.regions])
        return np.asarray(keys[:, None] == own, dtype=float)


def allocated(gdp: FloatArray, sectors3: FloatArray) -> FloatArray:
    """Value added of three sectors × draws allocated to provinces × draws (section 7).

    `gdp`: (provinces · 3) × draws or × 1.
    """
    product = gdp.reshape(-1, 3, gdp.shape[-1])
    if gdp.shape[-1] == 1:
        weighted, whole = product[:, :, 0] @ sectors3, product.sum(axis=0)[:, 0] @ sectors3
    else:
        weighted = np.einsum("pjd,jd->pd", product, sectors3)
        whole = weighted.sum(axis=0)
    scale = np.divide(sectors3.sum(axis=0), whole, out=np.zeros_like(whole), where=whole > 0)
    weighted *= scale
    return weighted


def shared_jobs(people: FloatArray, direct: FloatArray, total: FloatArray) -> list[FloatArray]:
    """Employment of the nation, direct and indirect, by their shares of value added (section 8)."""
    share = np.divide(direct, total, out=np.zeros_like(total), where=total != 0)
    return [people * share, people - people * share]


def computed_years(results: ModelResults) -> npt.NDArray[np.bool_]:
    """The result years whose multiplier comes from the production function, not typed."""
    computed = ~results.technology.overridden
    computed[0] = False
    return computed

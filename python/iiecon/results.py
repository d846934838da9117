"""What the model finds, and its forms: arrays, tables (`to_frames`) and JSON (`to_json`)."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from iiecon import regions
from iiecon.contribution import Contribution
from iiecon.extrapolation import Extrapolated
from iiecon.findings import Finding
from iiecon.inputs import ModelInputs
from iiecon.iotable import FloatArray
from iiecon.production import ProductionFit
from iiecon.scoring import Evaluation

if TYPE_CHECKING:
    import pandas as pd

    from iiecon.crosscheck import CrossCheck
    from iiecon.ledger import Ledger

VERSION = "0.1.0"
Record = dict[str, Any]


@dataclass(frozen=True)
class Scores:
    """Scores S_k of the panel and those used: an override replaces, an unflagged sector is zero."""

    codes: tuple[str, ...]
    evaluations: tuple[Evaluation, ...]
    used: FloatArray

    def by_code(self) -> dict[str, float]:
        """Code → S_k."""
        return {code: float(s) for code, s in zip(self.codes, self.used, strict=True)}


@dataclass(frozen=True)
class Technology:
    """γ, τ by the production function and τ used, one per result year; no unit."""

    fit: ProductionFit
    gamma: FloatArray
    computed: FloatArray
    tau: FloatArray
    overridden: npt.NDArray[np.bool_]
    estimated: npt.NDArray[np.bool_]
    findings: tuple[Finding, ...] = ()

    @property
    def rests(self) -> npt.NDArray[np.bool_]:
        """By year: whether a multiplier used so far rests on an extrapolated γ."""
        own = self.estimated.copy()
        own[1:] |= self.estimated[:-1]
        own[0] = False
        return np.logical_or.accumulate(own & ~self.overridden)


@dataclass(frozen=True)
class ModelResults:
    """Arrays by result year (last axis): money 亿元, people 万人, shares as fractions.

    `direct`, `indirect`: sections × years; `sectors3`: 3 × years; `provinces`, `province_jobs`:
    provinces × years; `province_gdp`: (provinces · 3) × years; the employment of sections is NaN in
    years whose wages are not given.
    """

    inputs: ModelInputs
    years: tuple[int, ...]
    scores: Scores
    contribution: Contribution
    section_va: Extrapolated
    technology: Technology
    rate_base: FloatArray
    direct: FloatArray
    indirect: FloatArray
    sectors3: FloatArray
    gdp: Extrapolated
    labour: Extrapolated
    province_gdp: Extrapolated
    provinces: FloatArray
    province_jobs: FloatArray
    national_jobs: FloatArray
    wages: FloatArray
    section_jobs_direct: FloatArray
    section_jobs_indirect: FloatArray
    findings: tuple[Finding, ...]

    @property
    def total(self) -> FloatArray:
        """Direct plus indirect value added; sections × years."""
        return self.direct + self.indirect

    @property
    def national(self) -> FloatArray:
        """The nation's total by year."""
        whole: FloatArray = self.total.sum(axis=0)
        return whole

    @property
    def jobs_direct(self) -> FloatArray:
        """The nation's direct employment by year; NaN where sections have none."""
        if self.inputs.options.section_productivity == "wage_scaled":
            people: FloatArray = self.section_jobs_direct.sum(axis=0)
            return people
        share = np.divide(
            self.direct.sum(axis=0),
            self.national,
            out=np.zeros_like(self.national),
            where=self.national != 0,
        )
        split: FloatArray = self.national_jobs * share
        return split

    @property
    def jobs_indirect(self) -> FloatArray:
        """The nation's indirect employment by year."""
        if self.inputs.options.section_productivity == "wage_scaled":
            people: FloatArray = self.section_jobs_indirect.sum(axis=0)
            return people
        people_left: FloatArray = self.national_jobs - self.jobs_direct
        return people_left

    @property
    def province_product(self) -> FloatArray:
        """Provincial GDP, provinces × years."""
        product: FloatArray = self.province_gdp.values.reshape(-1, 3, len(self.years)).sum(axis=1)
        return product

    @property
    def regions(self) -> FloatArray:
        """Value added by region, in the order of the inputs; regions × years."""
        return self._by_region(self.provinces)

    @property
    def region_product(self) -> FloatArray:
        """GDP by region; regions × years."""
        return self._by_region(self.province_product)

    def _by_region(self, values: FloatArray) -> FloatArray:
        return regions.region_sums(
            values, [p.region for p in self.inputs.provinces], [r.key for r in self.inputs.regions]
        )

    @property
    def estimated(self) -> npt.NDArray[np.bool_]:
        """Sections × years: value added extrapolated, or a multiplier up to then."""
        return np.asarray(self.section_va.estimated | self.technology.rests, dtype=np.bool_)

    @property
    def section_estimated(self) -> npt.NDArray[np.bool_]:
        """By year: whether any section's value added or multiplier rests on an extrapolation."""
        return np.asarray(self.estimated.any(axis=0), dtype=np.bool_)

    @property
    def region_estimated(self) -> npt.NDArray[np.bool_]:
        """By year: whether the value added of provinces rests on an extrapolated number."""
        rests = self.section_estimated | self.province_gdp.estimated.any(axis=0)
        return np.asarray(rests, dtype=np.bool_)

    @property
    def province_estimated(self) -> npt.NDArray[np.bool_]:
        """By year: whether the value added or employment of provinces does."""
        return np.asarray(self.region_estimated | self.labour.estimated, dtype=np.bool_)

    @property
    def ledger(self) -> Ledger:
        """What went into each step, came out and was left over."""
        from iiecon.ledger import ledger

        return ledger(self)

    @property
    def crosscheck(self) -> CrossCheck:
        """Other methods on the table of the base year, beside the paper's; 亿元."""
        from iiecon.crosscheck import crosscheck_of

        return crosscheck_of(self)

    def records(self) -> dict[str, Any]:
        """Plain Python data under the names of the JSON contract."""
        from iiecon.crosscheck import records as crosscheck_records

        return {
            "national": self._national(),
            "sections": self._sections(),
            "sectors3": self._sectors3(),
            "provinces": self._provinces(),
            "regions": self._regions(),
            "scores": self._scores(),
            "multiplier": self._multiplier(),
            "production": self._production(),
            "contribution": self._contribution(),
            "crosscheck": crosscheck_records(self),
            "ledger": self.ledger.records(),
            "unused": [asdict(unused) for unused in self.ledger.unused],
            "findings": [finding_record(f) for f in self.findings],
            "provenance": {
                "version": VERSION,
                "inputs_sha256": self.inputs.sha256(),
                "options": self.inputs.options.to_dict(),
                "scores_source": self.inputs.experts.source,
                "industry": asdict(self.inputs.industry),
            },
        }

    def to_json(self) -> str:
        """The results as JSON text; what could not be given is null."""
        return json_text(self.records())

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """One pandas table per list of the JSON contract."""
        import pandas as pd

        lists = {k: v for k, v in self.records().items() if isinstance(v, list)}
        return {name: pd.DataFrame(rows) for name, rows in lists.items()}

    def _national(self) -> list[Record]:
        estimated = self.section_estimated | self.gdp.estimated | self.labour.estimated
        return [
            {
                "year": year,
                "direct": self.direct[:, t].sum(),
                "indirect": self.indirect[:, t].sum(),
                "total": self.national[t],
                "share_of_gdp": self.national[t] / self.gdp.values[t],
                "employment": self.national_jobs[t],
                "employment_direct": self.jobs_direct[t],
                "employment_indirect": self.jobs_indirect[t],
                "estimated": estimated[t],
            }
            for t, year in enumerate(self.years)
        ]

    def _sections(self) -> list[Record]:
        return [
            {
                "year": year,
                "section": section.code,
                "direct": self.direct[c, t],
                "indirect": self.indirect[c, t],
                "total": self.total[c, t],
                "employment_direct": self.section_jobs_direct[c, t],
                "employment_indirect": self.section_jobs_indirect[c, t],
                "estimated": self.estimated[c, t],
            }
            for t, year in enumerate(self.years)
            for c, section in enumerate(self.inputs.sections)
        ]

    def _sectors3(self) -> list[Record]:
        return [
            {
                "year": year,
                "sector": sector,
                "total": self.sectors3[j, t],
                "estimated": self.section_estimated[t],
            }
            for t, year in enumerate(self.years)
            for j, sector in enumerate(regions.SECTORS3)
        ]

    def _provinces(self) -> list[Record]:
        product = self.province_product
        return [
            {
                "year": year,
                "code": province.code,
                "name": province.name_zh,
                "value_added": self.provinces[i, t],
                "share_of_gdp": self.provinces[i, t] / product[i, t],
                "employment": self.province_jobs[i, t],
                "estimated": self.province_estimated[t],
            }
            for t, year in enumerate(self.years)
            for i, province in enumerate(self.inputs.provinces)
        ]

    def _regions(self) -> list[Record]:
        values, product = self.regions, self.region_product
        return [
            {
                "year": year,
                "region": region.key,
                "value_added": values[r, t],
                "share_of_gdp": values[r, t] / product[r, t] if product[r, t] else math.nan,
                "estimated": self.region_estimated[t],
            }
            for t, year in enumerate(self.years)
            for r, region in enumerate(self.inputs.regions)
        ]

    def _scores(self) -> list[Record]:
        experts = self.inputs.experts
        return [
            {
                "code": code,
                "score": self.scores.used[k],
                "grade": experts.grades[evaluation.winning_grade],
                "validity": evaluation.validity,
                "panel_score": evaluation.score,
                "overridden": not math.isnan(experts.override[k]),
            }
            for k, (code, evaluation) in enumerate(
                zip(self.scores.codes, self.scores.evaluations, strict=True)
            )
        ]

    def _multiplier(self) -> list[Record]:
        tech = self.technology
        return [
            {
                "year": year,
                "gamma": tech.gamma[t],
                "tau": tech.tau[t],
                "tau_computed": tech.computed[t],
                "overridden": tech.overridden[t],
                "estimated": tech.rests[t],
                "gamma_estimated": tech.estimated[t],
            }
            for t, year in enumerate(self.years)
        ]

    def _production(self) -> Record:
        fit = self.technology.fit
        return {
            "alpha": fit.alpha,
            "beta": fit.beta,
            "log_a": fit.log_a,
            "r2": fit.r2,
            "method": fit.method,
            "standard_errors": dict(
                zip(("log_a", "alpha", "beta"), fit.standard_errors, strict=True)
            ),
            "condition": fit.condition,
            "residuals": list(fit.residuals),
        }

    def _contribution(self) -> list[Record]:
        c = self.contribution
        return [
            {
                "code": code,
                "section": self.inputs.sector_sections[i],
                "direct": c.direct_value_added[i],
                "indirect": c.indirect_value_added[i],
            }
            for i, code in enumerate(c.codes)
        ]


def finding_record(finding: Finding) -> Record:
    """A finding under the names of the JSON contract."""
    place = finding.place.removeprefix(f"{finding.sheet}!") if finding.sheet else finding.place
    return {
        "severity": finding.severity,
        "sheet": finding.sheet,
        "cell": finding.cell if finding.sheet else place,
        "message": finding.message,
        "fix": finding.fix,
    }


def json_text(records: Any) -> str:
    """Plain data as JSON text; what could not be given is null."""
    return json.dumps(_plain(records), ensure_ascii=False, indent=1) + "\n"


def _plain(value: Any) -> Any:
    """numpy scalars to Python, NaN and infinity to null."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value

"""The model run again and again with other scores and multipliers (method, sections 3 to 8)."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from iiecon import employment as jobs
from iiecon import regions
from iiecon.contribution import Contribution, induced_output, spread_of
from iiecon.inputs import ModelInputs
from iiecon.iotable import FloatArray, Imports
from iiecon.model import allocate, by_section, province_employment, run_model
from iiecon.results import ModelResults, Scores
from iiecon.sections import section_value_added


class Trial:
    """The whole model as a fast function of scores and multipliers; everything else stays.

    One factorisation serves every trial.
    """

    def __init__(self, inputs: ModelInputs) -> None:
        self.base = run_model(inputs)
        self._spread, self._direct, _ = spread_of(
            inputs.table, self.base.scores.by_code(), cast(Imports, inputs.options.imports)
        )

    def __call__(self, scores: FloatArray, tau: FloatArray) -> ModelResults:
        """The results for the scores of all scored sectors (m) and the multipliers (years)."""
        base = self.base
        inputs, contribution = base.inputs, self._contribution(scores)
        own, spread = (
            section_value_added(
                by_section(inputs, values), base.rate_base, base.section_va.values, t
            )
            for values, t in (
                (contribution.direct_value_added, None),
                (contribution.indirect_value_added, tau),
            )
        )
        total = own + spread
        sectors3 = regions.three_sectors(total, [s.sector3 for s in inputs.sections])
        provinces = allocate(base.province_gdp.values, sectors3)
        nation, places = province_employment(
            inputs, base.gdp, base.labour, base.province_gdp, provinces
        )
        changed = replace(
            base,
            scores=Scores(base.scores.codes, base.scores.evaluations, scores),
            contribution=contribution,
            technology=replace(base.technology, tau=tau),
            direct=own,
            indirect=spread,
            sectors3=sectors3,
            provinces=provinces,
            national_jobs=nation,
            province_jobs=places,
        )
        people = [_section_jobs(changed, values) for values in (own, spread)]
        return replace(changed, section_jobs_direct=people[0], section_jobs_indirect=people[1])

    def _contribution(self, scores: FloatArray) -> Contribution:
        table = self.base.inputs.table
        induced = induced_output(self._spread, self._direct, scores, table.output)
        everywhere = np.zeros(table.size)
        everywhere[self._direct] = scores
        ratio = induced / table.output
        return Contribution(
            table.codes,
            everywhere,
            everywhere * table.value_added,
            ratio * table.value_added,
            induced,
            ratio,
        )


def _section_jobs(results: ModelResults, values: FloatArray) -> FloatArray:
    if results.inputs.options.section_productivity == "national":
        return jobs.employment(values, results.gdp.values, results.labour.values)
    return jobs.wage_scaled(values, results.total, results.wages, results.national_jobs)

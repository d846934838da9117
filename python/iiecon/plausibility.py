"""Checks that hold inputs against each other: a slip of unit, column or year breaks an agreement.

Official figures agree within a few percent, or a small factor where definitions differ; the bounds
here are several times wider than any difference found in them. Each rule returns findings; they run
only on inputs that passed `validation`, so labels and sizes agree.
"""

from __future__ import annotations

import numpy as np

from iiecon.findings import Finding
from iiecon.inputs import MACRO_COLUMNS, ModelInputs
from iiecon.iotable import FloatArray
from iiecon.sections import section_totals

SECTIONS_OF_GDP = 0.05  # sections add up to GDP, up to revisions
PROVINCES_OF_GDP = 0.15  # provinces add up to GDP; they used to exceed it by up to 11 %
SECTION_OF_TABLE = 3.0  # a section in the table and in the yearbook
WAGE_OF_MEDIAN = 5.0  # a section's wage and the median section's
LABOUR_OF_NATION = 4.0  # counted provincial employment and the nation's
GROUPS_OF_MEDIAN = 6.0  # private to urban-unit employment, against the median province


def check_plausibility(inputs: ModelInputs) -> list[Finding]:
    """All rules of this module."""
    return [
        *check_for_section_sums(inputs),
        *check_for_sections_of_the_table(inputs),
        *check_for_province_sums(inputs),
        *check_for_shifted_years(inputs),
        *check_for_employment_sums(inputs),
        *check_for_employment_groups(inputs),
        *check_for_wage_levels(inputs),
    ]


def check_for_section_sums(inputs: ModelInputs) -> list[Finding]:
    """In a year with all sections given they add up to GDP."""
    series = inputs.section_va
    totals = dict(zip(series.years, series.values.sum(axis=0).tolist(), strict=True))
    return _sums_of_gdp(inputs, "section_va", totals, SECTIONS_OF_GDP)


def check_for_province_sums(inputs: ModelInputs) -> list[Finding]:
    """Provincial GDP adds up to national GDP."""
    series = inputs.province_gdp
    totals = dict(zip(series.years, series.values.sum(axis=0).tolist(), strict=True))
    return _sums_of_gdp(inputs, "province_gdp", totals, PROVINCES_OF_GDP)


def check_for_shifted_years(inputs: ModelInputs) -> list[Finding]:
    """Sums over provinces or sections follow the GDP of their own year, not of a neighbour's."""
    gdp = dict(zip(inputs.macro.years, inputs.macro_row("gdp").tolist(), strict=True))
    findings = []
    for name, series in (("section_va", inputs.section_va), ("province_gdp", inputs.province_gdp)):
        totals = dict(zip(series.years, series.values.sum(axis=0).tolist(), strict=True))
        gaps = {s: _gap(totals, gdp, s) for s in (0, -1, 1)}
        best = min(gaps, key=lambda s: gaps[s])
        if best and 0.03 < gaps[0] < float("inf") and gaps[best] < gaps[0] / 2:
            values = {"shift": f"{best:+d}"}
            findings.append(Finding("error", "shifted_years", values, f"{name}_years", 0, 0))
    return findings


def _gap(totals: dict[int, float], gdp: dict[int, float], shift: int) -> float:
    """Mean relative distance of sums to the GDP of `shift` years later; infinite for few years."""
    ratios = [total / gdp.get(year + shift, np.nan) for year, total in totals.items()]
    known = [abs(r - 1) for r in ratios if not np.isnan(r)]
    return float(np.mean(known)) if len(known) >= 3 else float("inf")


def _sums_of_gdp(
    inputs: ModelInputs, name: str, totals: dict[int, float], bound: float
) -> list[Finding]:
    gdp = dict(zip(inputs.macro.years, inputs.macro_row("gdp").tolist(), strict=True))
    findings = []
    for column, (year, total) in enumerate(totals.items()):
        nation = gdp.get(year, np.nan)
        if abs(total / nation - 1) > bound:
            values = {"year": year, "total": f"{total:.6g}", "gdp": f"{nation:.6g}"}
            findings.append(Finding("error", "sum_of_gdp", values, name, 0, column))
    return findings


def check_for_sections_of_the_table(inputs: ModelInputs) -> list[Finding]:
    """A section's value added is of one size in the table and in the yearbook of the base year."""
    base, letters = inputs.options.base_year, [s.code for s in inputs.sections]
    if base not in inputs.section_va.years:
        return []
    column = inputs.section_va.years.index(base)
    own = section_totals(inputs.table.value_added, inputs.sector_sections, letters)
    ratio = np.divide(
        own, inputs.section_va.values[:, column], where=own > 0, out=np.ones_like(own)
    )
    return [
        Finding(
            "error",
            "section_of_table",
            {"section": letters[c], "factor": f"{ratio[c]:.3g}"},
            "section_va",
            int(c),
            column,
        )
        for c in far(ratio, SECTION_OF_TABLE)
    ]


def check_for_employment_sums(inputs: ModelInputs) -> list[Finding]:
    """Counted provincial employment and national employment are of one size."""
    series = inputs.macro_row(inputs.options.employment_series)
    counted = float(inputs.province_employed.sum())
    ratio = series / counted
    row = MACRO_COLUMNS.index(inputs.options.employment_series)
    return [
        Finding(
            "error",
            "employment_sum",
            {"nation": f"{series[t]:.6g}", "provinces": f"{counted:.6g}"},
            "macro",
            row,
            int(t),
        )
        for t in far(ratio, LABOUR_OF_NATION)[:1]
    ]


def check_for_employment_groups(inputs: ModelInputs) -> list[Finding]:
    """The two counted groups stand in a similar proportion in every province."""
    units, private = inputs.province_employed.T
    both = (units > 0) & (private > 0)
    if not both.any():
        return []
    ratio = np.divide(private, units, out=np.full_like(units, np.nan), where=both)
    relative = np.nan_to_num(ratio / np.nanmedian(ratio), nan=1.0)
    return [
        Finding(
            "error",
            "employment_groups",
            {"name": inputs.provinces[i].name_zh, "factor": f"{relative[i]:.3g}"},
            "province_employed",
            int(i),
            int(relative[i] > 1),
        )
        for i in far(relative, GROUPS_OF_MEDIAN)
    ]


def check_for_wage_levels(inputs: ModelInputs) -> list[Finding]:
    """No section earns several times what the median section earns."""
    wages = inputs.wages.values
    given = [t for t in range(wages.shape[1]) if not np.isnan(wages[:, t]).all()]
    return [
        Finding(
            "error",
            "wage_level",
            {"section": inputs.sections[c].code, "factor": f"{relative[c]:.3g}"},
            "wages",
            int(c),
            t,
        )
        for t in given
        for relative in [wages[:, t] / np.nanmedian(wages[:, t])]
        for c in far(relative, WAGE_OF_MEDIAN)
    ]


def far(ratio: FloatArray, factor: float) -> list[int]:
    """Where a ratio lies beyond a factor of one, either way."""
    with np.errstate(invalid="ignore"):
        return [int(i) for i in np.flatnonzero((ratio > factor) | (ratio < 1 / factor))]

"""From inputs to results: the measurement, step by step as in the method."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

import numpy as np

from iiecon import employment as jobs
from iiecon import extrapolation, identities, production, regions, scoring
from iiecon.assumed import with_assumed
from iiecon.contribution import leontief_contribution
from iiecon.findings import Finding, InputError, NumericalError, errors_of
from iiecon.inputs import MACRO_COLUMNS, ModelInputs, Series
from iiecon.iotable import FloatArray, Imports, blas_threads
from iiecon.ledger import ledger
from iiecon.results import ModelResults, Scores, Technology
from iiecon.sections import section_totals, section_value_added
from iiecon.validation import check_inputs

GDP_APART = 0.05  # provinces add up to the nation's GDP within 2 % in every year at hand since 2017


def run_model(inputs: ModelInputs) -> ModelResults:
    """The whole measurement (method, sections 1 to 8).

    Raises InputError with every error found in the inputs, or when an identity of section 13 fails;
    warnings and notes come back in `.findings`.
    """
    findings = check_inputs(inputs)
    if errors_of(findings):
        raise InputError(findings)
    with blas_threads(inputs.table.size):
        results = _measure(inputs)
    if not np.isfinite([*results.national, *results.national_jobs]).all():
        raise NumericalError.one("not_finite", "options")
    compared = results.crosscheck.findings()
    broken = [
        *identities.failed(identities.of(results)),
        *ledger(results).findings(),
        *errors_of(compared),
    ]
    if broken:
        raise InputError(broken)
    notes = [*results.technology.findings, *_notes(results), *compared]
    return replace(results, findings=(*findings, *notes))


def _measure(inputs: ModelInputs) -> ModelResults:
    """Step by step as the method's sections follow one another."""
    options = inputs.options
    scores = expert_scores(inputs)
    contribution = leontief_contribution(
        inputs.table, scores.by_code(), cast(Imports, options.imports)
    )
    section_va = _section_va(inputs)
    technology = technology_multiplier(inputs)
    base_direct, base_indirect = (
        by_section(inputs, values)
        for values in (contribution.direct_value_added, contribution.indirect_value_added)
    )
    rate_base = _rate_base(inputs, section_va.values)
    direct = section_value_added(base_direct, rate_base, section_va.values)
    indirect = section_value_added(base_indirect, rate_base, section_va.values, technology.tau)
    sectors3 = regions.three_sectors(direct + indirect, [s.sector3 for s in inputs.sections])

    gdp = _macro_series(inputs, "gdp")
    labour = _macro_series(inputs, options.employment_series)
    province_gdp = _province_gdp(inputs)
    provinces = allocate(province_gdp.values, sectors3)
    national_jobs, province_jobs = province_employment(inputs, gdp, labour, province_gdp, provinces)
    wages = _wages(inputs)
    section_jobs = _section_employment(inputs, direct, indirect, wages, national_jobs, gdp, labour)

    return ModelResults(
        inputs=inputs,
        years=tuple(options.years),
        scores=scores,
        contribution=contribution,
        section_va=section_va,
        technology=technology,
        rate_base=rate_base,
        direct=direct,
        indirect=indirect,
        sectors3=sectors3,
        gdp=gdp,
        labour=labour,
        province_gdp=province_gdp,
        provinces=provinces,
        province_jobs=province_jobs,
        national_jobs=national_jobs,
        wages=wages,
        section_jobs_direct=section_jobs[0],
        section_jobs_indirect=section_jobs[1],
        findings=(),
    )


def expert_scores(inputs: ModelInputs) -> Scores:
    """Fuzzy comprehensive evaluation of each direct sector (section 2)."""
    experts = inputs.experts
    operator = cast(scoring.Operator, inputs.options.fuzzy_operator)
    evaluations = tuple(
        scoring.evaluate(experts.weights, scoring.membership(votes), experts.grade_scores, operator)
        for votes in experts.ballots
    )
    panel = np.array([e.score for e in evaluations])
    chosen = np.where(np.isnan(experts.override), panel, experts.override)
    return Scores(experts.codes, evaluations, np.where(experts.direct, chosen, 0.0))


def technology_multiplier(inputs: ModelInputs) -> Technology:
    """Production function, γ and τ for the result years (section 6)."""
    options = inputs.options
    years = list(range(options.fit_first, options.last_year + 1))
    names = (options.production_output, options.production_capital, options.production_labour)
    output, capital, labour = (_macro_series(inputs, name, years) for name in names)
    fitted = slice(0, options.fit_last - options.fit_first + 1)
    fit = production.cobb_douglas_fit(
        output.values[fitted],
        capital.values[fitted],
        labour.values[fitted],
        cast(production.Method, options.production_fit),
    )
    gamma = production.residual_technology(output.values, capital.values, labour.values, fit)
    result = slice(years.index(options.base_year), None)
    overrides = _overrides(inputs)
    tau = production.multipliers(gamma[result])
    used = production.multipliers(gamma[result], overrides)
    estimated = output.estimated | capital.estimated | labour.estimated
    return Technology(
        fit,
        gamma[result],
        tau,
        used,
        ~np.isnan(overrides),
        estimated[result],
        tuple(fit.warnings()),
    )


def allocate(gdp: FloatArray, sectors3: FloatArray) -> FloatArray:
    """Each year's total allocated to provinces; gdp (provinces · 3) × years (section 7)."""
    by_sector = gdp.reshape(-1, 3, gdp.shape[1])
    return np.column_stack(
        [
            regions.province_value_added(by_sector[:, :, year], sectors3[:, year])
            for year in range(gdp.shape[1])
        ]
    )


def province_employment(
    inputs: ModelInputs,
    gdp: extrapolation.Extrapolated,
    labour: extrapolation.Extrapolated,
    province_gdp: extrapolation.Extrapolated,
    provinces: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Employment of the nation (years) and of provinces × years (section 8).

    In a year whose national GDP is a forecast the nation is Z / (GDP / L) and the provinces'
    employment is scaled to it; otherwise the nation is the sum of the provinces.
    """
    shares = jobs.labour_shares(inputs.province_employed)
    product = province_gdp.values.reshape(-1, 3, provinces.shape[1]).sum(axis=1)
    raw = jobs.employment(provinces, product, shares[:, None] * labour.values)
    total = raw.sum(axis=0)
    forecast = jobs.employment(provinces.sum(axis=0), gdp.values, labour.values)
    national = np.where(gdp.estimated, forecast, total)
    scale = np.divide(national, total, out=np.ones_like(total), where=total != 0)
    return national, raw * scale


def _section_va(inputs: ModelInputs) -> extrapolation.Extrapolated:
    years = inputs.options.years
    with naming("section_va", inputs.section_va):
        found = _extended(
            inputs,
            inputs.section_va,
            years,
            inputs.options.extrapolation,
            weights=inputs.growth.weights,
            additions=inputs.growth.additions(years),
        )
    return with_assumed(found, [s.code for s in inputs.sections], years, inputs.assumed)


def _macro_series(
    inputs: ModelInputs, name: str, years: list[int] | None = None
) -> extrapolation.Extrapolated:
    """One national series, flat over the years."""
    series, wanted = Series(inputs.macro.years, inputs.macro_row(name)[None]), inputs.options.years
    with naming("macro", inputs.macro, name):
        found = _extended(inputs, series, years or wanted, inputs.options.macro_extrapolation)
    found = with_assumed(found, [name], years or wanted, inputs.assumed)
    return extrapolation.Extrapolated(found.values[0], found.estimated[0])


def _wages(inputs: ModelInputs) -> FloatArray:
    options, given = inputs.options, inputs.wages
    return jobs.expected_wages(given.values, given.years, options.years, options.data_until)


def _province_gdp(inputs: ModelInputs) -> extrapolation.Extrapolated:
    options = inputs.options
    with naming("province_gdp", inputs.province_gdp):
        return _extended(inputs, inputs.province_gdp, options.years, options.macro_extrapolation)


def _extended(
    inputs: ModelInputs,
    series: Series,
    years: list[int],
    method: str,
    weights: FloatArray | None = None,
    additions: FloatArray | None = None,
) -> extrapolation.Extrapolated:
    """A series at the given years, the first of which must be given; all must be positive."""
    found = extrapolation.extrapolate(
        series.values,
        series.years,
        years,
        cast(extrapolation.Method, method),
        window=inputs.options.extrapolation_window,
        weights=weights,
        additions=additions,
        data_until=inputs.options.data_until,
    )
    late = np.flatnonzero(found.estimated[:, 0])
    if late.size:
        raise InputError.one("year_missing", "series", int(late[0]), year=years[0])
    bad = np.argwhere(~(found.values > 0))
    if bad.size:
        row, column = (int(i) for i in bad[0])
        value = f"{found.values[row, column]:.6g}"
        raise InputError.one(
            "extrapolated_negative", "series", row, year=years[column], value=value
        )
    return found


def by_section(inputs: ModelInputs, values: FloatArray) -> FloatArray:
    """IO-sector values summed by section."""
    return section_totals(values, inputs.sector_sections, [s.code for s in inputs.sections])


def _rate_base(inputs: ModelInputs, section_va: FloatArray) -> FloatArray:
    """What the contribution rates are taken of: the yearbook's base year, or the table's N."""
    if inputs.options.rate_base == "yearbook":
        return section_va[:, 0]
    return by_section(inputs, inputs.table.value_added)


def _overrides(inputs: ModelInputs) -> FloatArray:
    """The typed multipliers of the result years, NaN where the production function counts."""
    years = inputs.options.years
    given = dict(zip(inputs.macro.years, inputs.macro_row("multiplier_override"), strict=True))
    typed = np.array([given.get(year, np.nan) for year in years])
    typed[0] = np.nan
    if inputs.options.multiplier_source == "production_function":
        typed[:] = np.nan
    return typed


def _section_employment(
    inputs: ModelInputs,
    direct: FloatArray,
    indirect: FloatArray,
    wages: FloatArray,
    national_jobs: FloatArray,
    gdp: extrapolation.Extrapolated,
    labour: extrapolation.Extrapolated,
) -> tuple[FloatArray, FloatArray]:
    if inputs.options.section_productivity == "national":
        return (
            jobs.employment(direct, gdp.values, labour.values),
            jobs.employment(indirect, gdp.values, labour.values),
        )
    total = direct + indirect
    return (
        jobs.wage_scaled(direct, total, wages, national_jobs),
        jobs.wage_scaled(indirect, total, wages, national_jobs),
    )


@contextmanager
def naming(table: str, series: Series, macro_column: str = "") -> Iterator[None]:
    """Give findings about a bare series the input table's name and the column of the year."""
    try:
        yield
    except InputError as error:
        row = MACRO_COLUMNS.index(macro_column) if macro_column else None
        raise type(error)(
            replace(
                finding,
                table=table,
                row=finding.row if row is None else row,
                column=_year_column(finding, series),
            )
            for finding in error.findings
        ) from None


def _year_column(finding: Finding, series: Series) -> int | None:
    year = finding.values.get("year")
    return series.years.index(year) if year in series.years else None


def _half_given(results: ModelResults) -> Iterator[Finding]:
    """Years in which GDP is given for the nation or for the provinces and extrapolated for the
    other, so far apart that shares of the one cannot be held against shares of the other.
    """
    sums = results.province_gdp.values.sum(axis=0)
    provinces = np.asarray(results.province_gdp.estimated.any(axis=0))
    for t, year in enumerate(results.years):
        nation = float(results.gdp.values[t])
        apart = sums[t] / nation - 1
        if provinces[t] == results.gdp.estimated[t] or abs(apart) <= GDP_APART:
            continue
        name = "province_gdp" if provinces[t] else "macro"
        values = {
            "year": year,
            "total": f"{sums[t]:,.0f}",
            "gdp": f"{nation:,.0f}",
            "apart": f"{apart:+.1%}",
        }
        years = getattr(results.inputs, name).years
        column = years.index(year) if year in years else None
        yield Finding("warning", "half_given", values, name, 0, column)


def _notes(results: ModelResults) -> list[Finding]:
    """What was not used or could not be given: nothing is dropped silently."""
    inputs, options = results.inputs, results.inputs.options
    notes = []
    for name in ("section_va", "macro", "province_gdp", "wages"):
        series: Series = getattr(inputs, name)
        values = series.values[:-1] if name == "macro" else series.values  # overrides are no data
        late = [
            str(year)
            for i, year in enumerate(series.years)
            if year > options.data_until and not np.isnan(values[:, i]).all()
        ]
        if late:
            notes.append(Finding("info", "unused_years", {"years": ", ".join(late)}, name))
    base = dict(zip(inputs.macro.years, inputs.macro_row("multiplier_override"), strict=True))
    if not np.isnan(base.get(options.base_year, np.nan)):
        column = inputs.macro.years.index(options.base_year)
        row = MACRO_COLUMNS.index("multiplier_override")
        year = {"year": options.base_year}
        notes.append(Finding("warning", "base_multiplier", year, "macro", row, column))
    notes += _half_given(results)
    outside = [p.name_zh for p in inputs.provinces if not p.region]
    if outside:
        notes.append(
            Finding("info", "no_region", {"names": "、".join(outside)}, "province_regions")
        )
    blank = [str(y) for y, v in zip(results.years, results.jobs_direct, strict=True) if np.isnan(v)]
    if blank:
        notes.append(Finding("info", "no_wages", {"years": ", ".join(blank)}, "wages"))
    changed = [
        code
        for code, e in zip(results.scores.codes, results.scores.evaluations, strict=True)
        if e.normalised
    ]
    if changed:
        notes.append(Finding("info", "normalised", {"codes": ", ".join(changed)}, "ballots"))
    return notes

"""Every spreadsheet function, on plain ranges; the method's sections stand in the docstrings.

Arguments in brackets may be left out. A function that cannot answer raises InputError (#VALUE!),
NumericalError (#NUM!) or NotAvailableError (#N/A); it never returns a message.
"""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import replace
from typing import Any, cast

import numpy as np

from iiecon import checks, employment, extrapolation, production, regions, scoring, sections
from iiecon.contribution import Contribution, leontief_contribution
from iiecon.findings import InputError, NotAvailableError
from iiecon.iotable import FloatArray, Imports, IOTable, coefficients, printed_precision
from iiecon.iotable import leontief_inverse as inverse_of
from udfs.arguments import (
    Cells,
    blank_where_missing,
    choice,
    column,
    is_column,
    matrix,
    optional,
    texts,
    vector,
    years,
)
from udfs.registry import spreadsheet_function


@spreadsheet_function
def io_coefficients(flows: Cells, output: Cells) -> FloatArray:
    """Technical coefficients A, n × n (section 1)."""
    return coefficients(_table(flows, output))


@spreadsheet_function
def leontief_inverse(flows: Cells, output: Cells) -> FloatArray:
    """Leontief inverse L = (I − A)⁻¹, n × n (section 1)."""
    return inverse_of(coefficients(_table(flows, output)))


@spreadsheet_function
def leontief_contrib(
    flows: Cells,
    output: Cells,
    value_added: Cells,
    codes: Cells,
    direct_codes: Cells,
    scores: Cells,
    measure: Cells = None,
    import_treatment: Cells = None,
    imports: Cells = None,
    exports: Cells = None,
) -> list[list[float]]:
    """Contribution of each sector in the base year, n × 1, in the unit of the table (section 4).

    `measure`: "indirect" (default), "direct", "output" (ΔY) or "ratio" (λ, no unit).
    """
    found = _contribution(
        flows, output, value_added, codes, direct_codes, scores, import_treatment, imports, exports
    )
    measures = {
        "indirect": found.indirect_value_added,
        "direct": found.direct_value_added,
        "output": found.induced_output,
        "ratio": found.ratio,
    }
    return column(_pick(measures, choice(measure, "indirect"), "measure"))


@spreadsheet_function
def iie_direct_va(value_added: Cells, codes: Cells, direct_codes: Cells, scores: Cells) -> float:
    """Direct value added of the base year, Σ S_k N_k, in the unit of the table (section 3)."""
    known, amounts = texts(codes), vector(value_added, "value_added")
    _same_length(codes=known, value_added=amounts)
    by_code = dict(zip(known, amounts, strict=True))
    given = _scores(direct_codes, scores)
    missing = [code for code in given if code not in by_code]
    if missing:
        raise NotAvailableError.one("unknown_code", "direct_codes", codes=", ".join(missing))
    return float(sum(score * by_code[code] for code, score in given.items()))


@spreadsheet_function
def iie_indirect_va(
    flows: Cells,
    output: Cells,
    value_added: Cells,
    codes: Cells,
    direct_codes: Cells,
    scores: Cells,
) -> float:
    """Indirect value added of the base year, Σ dz_i, in the unit of the table (section 4)."""
    found = _contribution(flows, output, value_added, codes, direct_codes, scores)
    return float(found.indirect_value_added.sum())


@spreadsheet_function
def iie_section_va(
    base: Cells, rate_base: Cells, section_va: Cells, multipliers: Cells = None
) -> FloatArray:
    """Value added by section and year, sections × years (section 5).

    `base`: direct or indirect value added of the base year by section; `rate_base`: what the rate
    is taken of; `section_va`: sections × years, base year first; `multipliers`: τ by year (left out
    for direct value added).
    """
    tau = vector(multipliers, "multipliers") if optional(multipliers) else None
    numerator, denominator = vector(base, "base"), vector(rate_base, "rate_base")
    series = matrix(section_va, "section_va")
    _same_length(base=numerator, rate_base=denominator, section_va=series)
    if tau is not None:
        _same_length(multipliers=tau, years=series[0])
    return sections.section_value_added(numerator, denominator, series, tau)


@spreadsheet_function
def fuzzy_score(
    ballots: Cells,
    weights: Cells,
    grade_scores: Cells,
    operator: Cells = None,
    measure: Cells = None,
) -> list[list[Any]]:
    """Fuzzy evaluation of one or more sectors, m × 1 (section 2).

    `ballots`: votes, m·f rows (the f factors of a sector in turn) × g grades. `measure`: "score"
    (default), "grade" (number of the winning grade, 1 = first) or "validity" (α; empty when every
    vote went to one grade).
    """
    votes = matrix(ballots, "ballots", blank=0.0)
    w = vector(weights, "weights")
    if votes.shape[0] % w.size:
        raise InputError.one("membership_shape", "ballots", shape=votes.shape, factors=w.size)
    s = vector(grade_scores, "grade_scores")
    how = cast(scoring.Operator, choice(operator, "weighted_average"))
    found = [
        scoring.evaluate(w, scoring.membership(block), s, how)
        for block in votes.reshape(-1, w.size, votes.shape[1])
    ]
    wanted = choice(measure, "score")
    measures = {
        "score": [e.score for e in found],
        "grade": [float(e.winning_grade + 1) for e in found],
        "validity": [e.validity if np.isfinite(e.validity) else np.nan for e in found],
    }
    return blank_where_missing(np.array(_pick(measures, wanted, "measure"))[:, None])


@spreadsheet_function
def ahp_weights(comparisons: Cells) -> list[list[float]]:
    """Weights from a reciprocal comparison matrix, n × 1; an error when CR > 0.10 (section 2)."""
    return column(scoring.ahp_weights(matrix(comparisons, "comparisons")))


@spreadsheet_function
def ahp_consistency(comparisons: Cells) -> float:
    """Consistency ratio CR of a comparison matrix (section 2)."""
    return scoring.ahp(matrix(comparisons, "comparisons")).consistency_ratio


@spreadsheet_function
def kendall_w(ratings: Cells) -> float:
    """Kendall's W of experts × items, 0 (none) to 1 (full agreement) (section 2)."""
    return scoring.kendall_w(matrix(ratings, "ratings")).w


@spreadsheet_function
def cobb_douglas_fit(
    output: Cells,
    capital: Cells,
    labour: Cells,
    method: Cells = None,
    all_years: Cells = None,
    first: Cells = None,
    last: Cells = None,
) -> list[list[Any]]:
    """Production function, 8 × 1: α, β, ln A, R², the standard errors of ln A, α and β, condition.

    `method`: "constant_returns" (default), "bounded" or "ols". With `all_years`, `first` and `last`
    only those years are fitted (section 6).
    """
    series = np.array([vector(v, n) for v, n in ((output, "Y"), (capital, "K"), (labour, "L"))])
    if optional(all_years):
        calendar = np.array(years(all_years, "years"))
        low, high = years(first, "first")[0], years(last, "last")[0]
        series = series[:, (calendar >= low) & (calendar <= high)]
    how = cast(production.Method, choice(method, "constant_returns"))
    fit = production.cobb_douglas_fit(series[0], series[1], series[2], how)
    values = [fit.alpha, fit.beta, fit.log_a, fit.r2, *fit.standard_errors, fit.condition]
    return blank_where_missing(np.array(values)[:, None])


@spreadsheet_function
def iie_multiplier(
    output: Cells, capital: Cells, labour: Cells, fit: Cells, measure: Cells = None
) -> FloatArray:
    """Technology multiplier by year, in the orientation of `output` (section 6).

    `fit`: cells that begin with α, β and ln A. `measure`: "tau" (default; 1 in the first year) or
    "gamma" (Solow's residual).
    """
    alpha, beta, log_a = vector(rows_head(fit, 3), "fit")
    nan = float("nan")
    parameters = production.ProductionFit(
        alpha, beta, log_a, (nan, nan, nan), nan, np.array([]), nan, "ols"
    )
    gamma = production.residual_technology(
        vector(output, "Y"), vector(capital, "K"), vector(labour, "L"), parameters
    )
    measures = {"gamma": gamma, "tau": production.multipliers(gamma)}
    found: FloatArray = _pick(measures, choice(measure, "tau"), "measure")
    return found[:, None] if is_column(output) else found[None, :]


@spreadsheet_function
def linear_extrapolate(
    values: Cells, all_years: Cells, targets: Cells, window: Cells = None
) -> FloatArray:
    """Series at the target years: given values kept, later ones on the least-squares line of the
    last `window` given years (default 2). Series run along `all_years`; the result along `targets`.
    """
    return iie_extrapolate(values, all_years, targets, "linear_trend", window)


@spreadsheet_function
def iie_extrapolate(
    values: Cells,
    all_years: Cells,
    targets: Cells,
    method: Cells = None,
    window: Cells = None,
    data_until: Cells = None,
    weights: Cells = None,
    addition: Cells = None,
    addition_year: Cells = None,
    measure: Cells = None,
) -> FloatArray:
    """Series at the target years, later ones estimated (section 5).

    `method`: "weighted_growth" (default; `weights` series × lags, `addition` to the growth of
    `addition_year`) or "linear_trend" over `window` years. `measure`: "value" (default) or
    "estimated" (1 where extrapolated). Series run along `all_years`, the result along `targets`.
    """
    series = matrix(values, "values", blank=np.nan)
    calendar, wanted = years(all_years, "years"), years(targets, "targets")
    series = series.T if is_column(all_years) else series
    _same_length(years=calendar, values=series[0])
    extra = None
    if optional(addition):
        growth = vector(addition, "addition", blank=0.0)[:, None]
        when = vector(addition_year, "addition_year", blank=0.0)[:, None]
        extra = np.where(when == np.array(wanted), growth, 0.0)
    found = extrapolation.extrapolate(
        series,
        calendar,
        wanted,
        cast(extrapolation.Method, choice(method, "weighted_growth")),
        window=int(vector(window, "window")[0]) if optional(window) else 2,
        weights=matrix(weights, "weights", blank=0.0) if optional(weights) else None,
        additions=extra,
        data_until=years(data_until, "data_until")[0] if optional(data_until) else None,
    )
    measures = {"value": found.values, "estimated": found.estimated.astype(float)}
    result: FloatArray = _pick(measures, choice(measure, "value"), "measure")
    return result.T if is_column(targets) else result


@spreadsheet_function
def iie_province_va(gdp: Cells, sector_value_added: Cells) -> FloatArray:
    """Each year's total allocated to provinces, provinces × years, 亿元 (section 7).

    `gdp`: provinces × (3 · years), all years of the primary sector first, then secondary, tertiary;
    `sector_value_added`: 3 × years.
    """
    product, totals = matrix(gdp, "gdp"), matrix(sector_value_added, "sector_value_added")
    if totals.shape[0] != 3 and totals.size == 3:
        totals = totals.reshape(3, 1)
    if totals.shape[0] != 3 or product.shape[1] != 3 * totals.shape[1]:
        raise InputError.one("province_shape", "gdp", shape=product.shape, sectors=3)
    count = totals.shape[1]
    return np.column_stack(
        [regions.province_value_added(product[:, t::count], totals[:, t]) for t in range(count)]
    )


@spreadsheet_function
def iie_region_sum(values: Cells, membership: Cells, region_list: Cells) -> FloatArray:
    """Province values (provinces × years) summed by region, regions × years (section 7)."""
    return regions.region_sums(matrix(values, "values"), texts(membership), texts(region_list))


@spreadsheet_function
def iie_employment(value_added: Cells, gdp: Cells, labour: Cells) -> FloatArray:
    """Employment carried by value added, Z / (GDP / L), 万人; the shape of the arguments."""
    return employment.employment(
        matrix(value_added, "value_added"), matrix(gdp, "gdp"), matrix(labour, "labour")
    )


@spreadsheet_function
def iie_expected_wage(
    wages: Cells, all_years: Cells, targets: Cells, data_until: Cells = None
) -> list[list[Any]]:
    """Expected wage ŵ by section and year, 元; empty where wages are not given (section 8)."""
    until = years(data_until, "data_until")[0] if optional(data_until) else None
    return blank_where_missing(
        employment.expected_wages(
            matrix(wages, "wages", blank=np.nan),
            years(all_years, "years"),
            years(targets, "targets"),
            until,
        )
    )


@spreadsheet_function
def iie_section_employment(
    value_added: Cells, total: Cells, wages: Cells, jobs: Cells, basis: Cells = None,
    gdp: Cells = None, labour: Cells = None,
) -> list[list[Any]]:  # fmt: skip
    """Employment by section and year, 万人 (section 8); empty where wages are not given.

    `basis`: "wage_scaled" (default) scales productivity by `wages` so that `total` carries the
    nation's `jobs`; "national" uses the nation's `gdp` / `labour` everywhere.
    """
    money = matrix(value_added, "value_added")
    how = choice(basis, "wage_scaled")
    if how == "national":
        product, people = vector(gdp, "gdp"), vector(labour, "labour")
        return blank_where_missing(employment.employment(money, product, people))
    if how != "wage_scaled":
        raise NotAvailableError.one("method_unknown", "basis", value=how)
    return blank_where_missing(
        employment.wage_scaled(
            money, matrix(total, "total"), matrix(wages, "wages", np.nan), vector(jobs, "jobs")
        )
    )


@spreadsheet_function
def iie_check(
    flows: Cells,
    output: Cells,
    value_added: Cells,
    final_use: Cells = None,
    imports: Cells = None,
    other_inputs: Cells = None,
    discrepancy: Cells = None,
) -> list[list[Any]]:
    """Checks of an IO table, 3 × 3: largest difference, tolerance, TRUE if it holds (section 1).

    Rows: columns balance, rows balance, productive (largest column sum of A; TRUE when the spectral
    radius is below one). Final use includes exports.
    """
    table = _table(flows, output, value_added, final_use, imports)
    if optional(other_inputs):
        table = replace(table, other_inputs=vector(other_inputs, "other_inputs", 0.0))
    if optional(discrepancy):
        table = replace(table, discrepancy=vector(discrepancy, "discrepancy", 0.0))
    limit = checks.tolerance(table)
    rows = checks.row_residuals(table)
    A = coefficients(table)
    return [
        _worst(checks.column_residuals(table), limit),
        _worst(np.zeros(table.size) if rows is None else rows, limit),
        [float(A.sum(axis=0).max()), 1.0, not checks.check_for_productivity(table)],
    ]


def rows_head(value: Cells, count: int) -> list[list[Any]]:
    """The first cells of a row or column of numbers."""
    return [[x] for x in [cell for row in value for cell in row][:count]]


def _worst(residuals: FloatArray, limit: FloatArray) -> list[Any]:
    worst = int((np.abs(residuals) - limit).argmax())
    return [
        float(residuals[worst]),
        float(limit[worst]),
        bool(abs(residuals[worst]) <= limit[worst]),
    ]


def _table(
    flows: Cells,
    output: Cells,
    value_added: Cells = None,
    final_use: Cells = None,
    imports: Cells = None,
    codes: Cells = None,
    exports: Cells = None,
) -> IOTable:
    numbers = matrix(flows, "flows")
    uses = matrix(final_use, "final_use", 0.0).sum(axis=1) if optional(final_use) else None
    return IOTable.from_arrays(
        numbers,
        vector(output, "output"),
        vector(value_added, "value_added") if optional(value_added) else None,
        texts(codes) if optional(codes) else None,
        final_use=uses,
        imports=vector(imports, "imports", 0.0) if optional(imports) else None,
        exports=vector(exports, "exports", 0.0) if optional(exports) else None,
        precision=printed_precision(numbers),
    )


def _contribution(
    flows: Cells,
    output: Cells,
    value_added: Cells,
    codes: Cells,
    direct_codes: Cells,
    scores: Cells,
    import_treatment: Cells = None,
    imports: Cells = None,
    exports: Cells = None,
) -> Contribution:
    table = _table(flows, output, value_added, None, imports, codes, exports)
    treatment = cast(Imports, choice(import_treatment, "competitive"))
    return leontief_contribution(table, _scores(direct_codes, scores), treatment)


def _scores(direct_codes: Cells, scores: Cells) -> dict[str, float]:
    codes, values = texts(direct_codes), vector(scores, "scores")
    _same_length(direct_codes=codes, scores=values)
    repeated = checks.duplicates("direct_codes", codes)
    if repeated:
        raise InputError(repeated)
    outside = np.flatnonzero(~((values >= 0) & (values <= 1)))
    if outside.size:
        first = int(outside[0])
        raise InputError.one("score_range", "scores", first, code=codes[first], value=values[first])
    return dict(zip(codes, values.tolist(), strict=True))


def _same_length(**ranges: Sized) -> None:
    sizes = [len(r) for r in ranges.values()]
    if len(set(sizes)) > 1:
        found = ", ".join(str(s) for s in sizes)
        raise InputError.one("lengths", next(iter(ranges)), names=", ".join(ranges), found=found)


def _pick(measures: dict[str, Any], wanted: str, name: str) -> Any:
    if wanted not in measures:
        raise NotAvailableError.one("option_choice", name, name=name, value=wanted,
                                    allowed=", ".join(measures))  # fmt: skip
    return measures[wanted]

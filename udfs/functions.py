"""Every spreadsheet function, on plain arrays; the method's sections stand in the docstrings.

The signature of a function is its definition on every surface: what each range must hold, its unit
and the choices of an option. Called from a sheet, ranges are checked and turned into these types.
A function that cannot answer raises InputError (#VALUE!), NumericalError (#NUM!) or
NotAvailableError (#N/A); it never returns a message. Results in one dimension stand in a column.
"""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import numpy as np

from iiecon import checks, employment, extrapolation, production, regions, scoring, sections
from iiecon.contribution import Contribution, leontief_contribution
from iiecon.crosscheck import crosscheck
from iiecon.findings import InputError, NotAvailableError
from iiecon.inputs import Experts
from iiecon.inputs import Series as SeriesOfYears
from iiecon.iotable import FloatArray, Imports, IOTable, coefficients, printed_precision
from iiecon.iotable import leontief_inverse as inverse_of
from iiecon.linkages import indirect_by_source, linkages
from iiecon.spreadsheet.evaluate import Reference
from udfs.arguments import Cells, Years
from udfs.cache import PARTS, digest
from udfs.registry import spreadsheet_function
from udfs.why import Language, explain

if TYPE_CHECKING:
    from iiecon.uncertainty.intervals import Jobs, Places

Kept = TypeVar("Kept")

# Money of an IO table is in the table's own unit; everything else as the unit says.
Flows = Annotated[FloatArray, Cells("matrix", "table_money")]
TableMoney = Annotated[FloatArray, Cells("vector", "table_money")]
TableMatrix = Annotated[FloatArray, Cells("matrix", "table_money")]
TableMoneyOrBlank = Annotated[FloatArray, Cells("vector", "table_money", blank=0.0)]
FinalUse = Annotated[FloatArray, Cells("matrix", "table_money", blank=0.0)]
TableTotal = Annotated[float, Cells("number", "table_money")]
Codes = Annotated[Sequence[str], Cells("labels")]
Scores = Annotated[FloatArray, Cells("vector", "score")]
Matrix = Annotated[FloatArray, Cells("matrix", "ratio")]
Column = Annotated[FloatArray, Cells("vector", "ratio")]
Number = Annotated[float, Cells("number", "ratio")]
Ballots = Annotated[FloatArray, Cells("matrix", "votes", blank=0.0)]
Weights = Annotated[FloatArray, Cells("vector", "weight")]
Money = Annotated[FloatArray, Cells("matrix", "money")]
MoneyColumn = Annotated[FloatArray, Cells("vector", "money")]
NationMoney = Annotated[float, Cells("number", "money")]
People = Annotated[FloatArray, Cells("matrix", "people")]
PeopleColumn = Annotated[FloatArray, Cells("vector", "people")]
Wages = Annotated[FloatArray, Cells("matrix", "wage", blank=np.nan)]
Series = Annotated[FloatArray, Cells("matrix", "any")]
SeriesOrBlank = Annotated[FloatArray, Cells("matrix", "any", blank=np.nan)]
Multipliers = Annotated[FloatArray, Cells("vector", "ratio")]
Growth = Annotated[FloatArray, Cells("vector", "share", blank=0.0)]
GrowthWeights = Annotated[FloatArray, Cells("matrix", "weight", blank=0.0)]
YearList = Annotated[Years, Cells("years")]
Year = Annotated[float, Cells("number", "year")]
YearColumn = Annotated[FloatArray, Cells("vector", "year", blank=0.0)]
Count = Annotated[float, Cells("number", "count")]
Fit = Annotated[FloatArray, Cells("matrix", "ratio", blank=np.nan)]
Errors = Annotated[FloatArray, Cells("matrix", "ratio", blank=0.0)]
Cell = Annotated[Reference, Cells("reference")]
Text = Annotated[str, Cells("text")]
Mixed = Annotated[list[list[Any]], Cells("matrix", "any")]

SAME_SCORE = 1e-9  # scores that a workbook has stored differ from computed ones by less

Measure = Literal["indirect", "direct", "output", "ratio"]
LinkageMeasure = Literal["backward", "forward", "output_multiplier", "value_added_multiplier"]


@spreadsheet_function
def io_coefficients(flows: Flows, output: TableMoney) -> Matrix:
    """Technical coefficients A, n × n (section 1)."""
    return coefficients(_table(flows, output))


@spreadsheet_function
def leontief_inverse(flows: Flows, output: TableMoney) -> Matrix:
    """Leontief inverse L = (I − A)⁻¹, n × n (section 1)."""
    return _inverse(_table(flows, output))


@spreadsheet_function
def leontief_contrib(
    flows: Flows,
    output: TableMoney,
    value_added: TableMoney,
    codes: Codes,
    direct_codes: Codes,
    scores: Scores,
    measure: Measure = "indirect",
    import_treatment: Imports = "competitive",
    imports: TableMoneyOrBlank | None = None,
    exports: TableMoneyOrBlank | None = None,
) -> TableMoney:
    """Contribution of each sector in the base year, n × 1, in the unit of the table (section 4).

    `measure`: "indirect", "direct", "output" (ΔY) or "ratio" (λ, no unit).
    """
    table = _table(flows, output, value_added, codes, imports=imports, exports=exports)
    found = _contribution(table, direct_codes, scores, import_treatment)
    return {
        "indirect": found.indirect_value_added,
        "direct": found.direct_value_added,
        "output": found.induced_output,
        "ratio": found.ratio,
    }[measure]


@spreadsheet_function
def iie_direct_va(
    value_added: TableMoney, codes: Codes, direct_codes: Codes, scores: Scores
) -> TableTotal:
    """Direct value added of the base year, Σ S_k N_k, in the unit of the table (section 3)."""
    _same_length(codes=codes, value_added=value_added)
    by_code = dict(zip(codes, value_added.tolist(), strict=True))
    given = _scores(direct_codes, scores)
    missing = [code for code in given if code not in by_code]
    if missing:
        raise NotAvailableError.one("unknown_code", "direct_codes", codes=", ".join(missing))
    return float(sum(score * by_code[code] for code, score in given.items()))


@spreadsheet_function
def iie_indirect_va(
    flows: Flows,
    output: TableMoney,
    value_added: TableMoney,
    codes: Codes,
    direct_codes: Codes,
    scores: Scores,
    import_treatment: Imports = "competitive",
    imports: TableMoneyOrBlank | None = None,
    exports: TableMoneyOrBlank | None = None,
) -> TableTotal:
    """Indirect value added of the base year, Σ dz_i, in the unit of the table (section 4)."""
    table = _table(flows, output, value_added, codes, imports=imports, exports=exports)
    found = _contribution(table, direct_codes, scores, import_treatment)
    return float(found.indirect_value_added.sum())


@spreadsheet_function
def iie_indirect_flow(
    flows: Flows,
    output: TableMoney,
    value_added: TableMoney,
    codes: Codes,
    direct_codes: Codes,
    scores: Scores,
    import_treatment: Imports = "competitive",
    imports: TableMoneyOrBlank | None = None,
    exports: TableMoneyOrBlank | None = None,
) -> TableMatrix:
    """Indirect value added of each sector by the direct sector that brings it about (section 4).

    n × m in the unit of the table; rows add up to LEONTIEF_CONTRIB.
    """
    table = _table(flows, output, value_added, codes, imports=imports, exports=exports)
    given = _scores(direct_codes, scores)
    return indirect_by_source(table, given, import_treatment, _inverse(table, import_treatment))


@spreadsheet_function
def io_linkages(
    flows: Flows,
    output: TableMoney,
    value_added: TableMoney,
    measure: LinkageMeasure = "backward",
    import_treatment: Imports = "competitive",
    imports: TableMoneyOrBlank | None = None,
    exports: TableMoneyOrBlank | None = None,
) -> Column:
    """Linkages and multipliers of each sector, n × 1 (section 1).

    `measure`: "backward" (column sums of L over their mean), "forward" (row sums of Ghosh's inverse
    over their mean), "output_multiplier" or "value_added_multiplier" (per unit of final demand).
    """
    _same_length(value_added=value_added, output=output)
    table = _table(flows, output, value_added, imports=imports, exports=exports)
    found = linkages(table, import_treatment, _inverse(table, import_treatment))
    return {
        "backward": found.backward,
        "forward": found.forward,
        "output_multiplier": found.output_multiplier,
        "value_added_multiplier": found.value_added_multiplier,
    }[measure]


@spreadsheet_function
def io_crosscheck(
    flows: Flows,
    output: TableMoney,
    value_added: TableMoney,
    codes: Codes,
    direct_codes: Codes,
    scores: Scores,
    measure: Literal["methods", "steps"] = "methods",
    import_treatment: Imports = "competitive",
    imports: TableMoneyOrBlank | None = None,
    exports: TableMoneyOrBlank | None = None,
) -> TableMatrix:
    """Value added of the industry by other methods, sector by sector, in the unit of the table
    (section 11).

    `measure`: "methods", n × 4 (direct, union, extraction, paper), or "steps" between them, n × 5
    (own use, forward, backward, rest, counted twice).
    """
    table = _table(flows, output, value_added, codes, imports=imports, exports=exports)
    given = _scores(direct_codes, scores)
    found = crosscheck(table, given, import_treatment, _inverse(table, import_treatment))
    return found.methods if measure == "methods" else found.steps


@spreadsheet_function
def iie_section_va(
    base: MoneyColumn,
    rate_base: MoneyColumn,
    section_va: Money,
    multipliers: Multipliers | None = None,
) -> Money:
    """Value added by section and year, sections × years (section 5).

    `base`: direct or indirect value added of the base year by section; `rate_base`: what the rate
    is taken of; `section_va`: sections × years, base year first; `multipliers`: τ by year (left out
    for direct value added).
    """
    _same_length(base=base, rate_base=rate_base, section_va=section_va)
    if multipliers is not None:
        _same_length(multipliers=multipliers, years=section_va[0])
    return sections.section_value_added(base, rate_base, section_va, multipliers)


@spreadsheet_function
def fuzzy_score(
    ballots: Ballots,
    weights: Weights,
    grade_scores: Scores,
    operator: scoring.Operator = "weighted_average",
    measure: Literal["score", "grade", "validity"] = "score",
) -> Scores:
    """Fuzzy evaluation of one or more sectors, m × 1 (section 2).

    `ballots`: votes, m·f rows (the f factors of a sector in turn) × g grades. `measure`: "score",
    "grade" (number of the winning grade, 1 = first) or "validity" (α; empty when every vote went to
    one grade).
    """
    if ballots.shape[0] % weights.size:
        raise InputError.one(
            "membership_shape", "ballots", shape=ballots.shape, factors=weights.size
        )
    found = [
        scoring.evaluate(weights, scoring.membership(block), grade_scores, operator)
        for block in ballots.reshape(-1, weights.size, ballots.shape[1])
    ]
    measures = {
        "score": [e.score for e in found],
        "grade": [float(e.winning_grade + 1) for e in found],
        "validity": [e.validity if np.isfinite(e.validity) else np.nan for e in found],
    }
    return np.array(measures[measure])


@spreadsheet_function
def ahp_weights(comparisons: Matrix) -> Weights:
    """Weights from a reciprocal comparison matrix, n × 1; an error when CR > 0.10 (section 2)."""
    return scoring.ahp_weights(comparisons)


@spreadsheet_function
def ahp_consistency(comparisons: Matrix) -> Number:
    """Consistency ratio CR of a comparison matrix (section 2)."""
    return scoring.ahp(comparisons).consistency_ratio


@spreadsheet_function
def kendall_w(ratings: Matrix) -> Number:
    """Kendall's W of experts × items, 0 (none) to 1 (full agreement) (section 2)."""
    return scoring.kendall_w(ratings).w


@spreadsheet_function
def cobb_douglas_fit(
    output: MoneyColumn,
    capital: MoneyColumn,
    labour: PeopleColumn,
    method: production.Method = "constant_returns",
    all_years: YearList | None = None,
    first: Year | None = None,
    last: Year | None = None,
) -> Column:
    """Production function, 8 × 1: α, β, ln A, R², the standard errors of ln A, α and β, condition.

    With `all_years` only the years from `first` to `last` are fitted (section 6).
    """
    _same_length(output=output, capital=capital, labour=labour)
    if all_years is not None:
        calendar = np.array(all_years.values)
        _same_length(all_years=calendar, output=output)
        low = calendar[0] if first is None else first
        high = calendar[-1] if last is None else last
        chosen = (calendar >= low) & (calendar <= high)
        output, capital, labour = output[chosen], capital[chosen], labour[chosen]
    fit = production.cobb_douglas_fit(output, capital, labour, method)
    return np.array([fit.alpha, fit.beta, fit.log_a, fit.r2, *fit.standard_errors, fit.condition])


@spreadsheet_function
def iie_multiplier(
    output: Money,
    capital: MoneyColumn,
    labour: PeopleColumn,
    fit: Fit,
    measure: Literal["tau", "gamma"] = "tau",
) -> Matrix:
    """Technology multiplier by year, in the orientation of `output` (section 6).

    `fit`: cells that begin with α, β and ln A. `measure`: "tau" (1 in the first year) or "gamma"
    (Solow's residual).
    """
    series = output.ravel()
    _same_length(output=series, capital=capital, labour=labour)
    if fit.size < 3:
        raise InputError.one("fit_cells", "fit", found=fit.size)
    alpha, beta, log_a = fit.ravel()[:3]
    if np.isnan([alpha, beta, log_a]).any():  # later cells, standard errors, may be blank
        raise InputError.one("cell_blank", "fit")
    nan = float("nan")
    parameters = production.ProductionFit(
        alpha, beta, log_a, (nan, nan, nan), nan, np.array([]), nan, "ols"
    )
    gamma = production.residual_technology(series, capital, labour, parameters)
    found = gamma if measure == "gamma" else production.multipliers(gamma)
    return found.reshape(output.shape)


@spreadsheet_function
def linear_extrapolate(
    values: SeriesOrBlank, all_years: YearList, targets: YearList, window: Count = 2
) -> Series:
    """Series at the target years: given values kept, later ones on the least-squares line of the
    last `window` given years. Series run along `all_years`; the result along `targets`.
    """
    return iie_extrapolate(values, all_years, targets, "linear_trend", window)


@spreadsheet_function
def iie_extrapolate(
    values: SeriesOrBlank,
    all_years: YearList,
    targets: YearList,
    method: extrapolation.Method = "weighted_growth",
    window: Count = 2,
    data_until: Year | None = None,
    weights: GrowthWeights | None = None,
    addition: Growth | None = None,
    addition_year: YearColumn | None = None,
    measure: Literal["value", "estimated", "error"] = "value",
) -> Series:
    """Series at the target years, later ones estimated (section 5).

    `method`: "weighted_growth" (`weights` series × lags, `addition` to the growth of
    `addition_year`) or "linear_trend" over `window` years. `measure`: "value" or "estimated" (1
    where extrapolated). Series run along `all_years`, the result along `targets`. "error" is what
    IIE_INTERVAL takes for the last target year: series × all years, by how much the same rule was
    wrong when it started from each year, as logarithms and scaled (section 12); 0 where not known.
    """
    series = values.T if all_years.down else values
    _require_every_year(all_years)
    _same_length(all_years=all_years.values, values=series[0])
    if weights is not None and method == "weighted_growth":
        _require_whole_weights(weights)
    extra = None
    if addition is not None:
        when = np.zeros(addition.size) if addition_year is None else addition_year
        _same_length(addition=addition, values=series, addition_year=when)
        extra = np.where(when[:, None] == np.array(targets.values), addition[:, None], 0.0)
    found = extrapolation.extrapolate(
        series,
        all_years.values,
        targets.values,
        method,
        window=_whole(window, "window"),
        weights=weights,
        additions=extra,
        data_until=None if data_until is None else _whole(data_until, "data_until"),
    )
    if measure == "error":
        return _forecast_errors(
            series, all_years, targets, found, method, window, weights, data_until
        )
    result = found.values if measure == "value" else found.estimated.astype(float)
    return result.T if targets.down else result


@spreadsheet_function
def iie_interval(
    flows: Flows,
    output: TableMoney,
    value_added: TableMoney,
    codes: Codes,
    direct_codes: Codes,
    ballots: Ballots,
    weights: Weights,
    grade_scores: Scores,
    scores: Scores,
    sector_sections: Codes,
    section_list: Codes,
    rate_base: TableMoney,
    section_va: MoneyColumn,
    technology: Number = 1.0,
    error: Errors | None = None,
    draws: Count = 2000,
    seed: Count = 0,
    operator: scoring.Operator = "weighted_average",
    import_treatment: Imports = "competitive",
    imports: TableMoneyOrBlank | None = None,
    exports: TableMoneyOrBlank | None = None,
    measure: Literal["section", "province", "region", "employment"] = "section",
    sector3: Codes | None = None,
    province_gdp: Money | None = None,
    primary_error: Errors | None = None,
    secondary_error: Errors | None = None,
    tertiary_error: Errors | None = None,
    membership: Codes | None = None,
    region_list: Codes | None = None,
    labour: PeopleColumn | None = None,
    forecast_gdp: NationMoney | None = None,
    gdp_error: Errors | None = None,
    labour_error: Errors | None = None,
    basis: Literal["wage_scaled", "national"] = "wage_scaled",
    wages: Wages | None = None,
) -> Money:
    """Interval of one year's results, rows × mean, standard deviation, 5, 50, 95 % (section 12).

    `measure`: "section" (total, direct, indirect, then the total of each section), "province",
    "region" or "employment" (total, direct, indirect). Formulas that differ in it alone share their
    draws. Ballots are drawn again with replacement; a score that is not that of its ballots (a
    typed one) does not vary. `section_va`: the year's value added; `technology`: the product of the
    multipliers up to it; errors, by IIE_EXTRAPOLATE: how what is extrapolated may be wrong.
    `rate_base` in the unit of the table, the result in that of `section_va`.

    Provinces take `sector3` of the sections and `province_gdp`, provinces × 3; regions the
    `membership` of provinces as well; employment `labour` by province, the nation's `forecast_gdp`
    where it is a forecast, and the expected `wages` of sections unless the `basis` is "national".
    """
    given = {name: value for name, value in locals().items() if name != "measure"}

    def draw_all() -> dict[str, FloatArray]:
        from iiecon.uncertainty.closed_form import BaseYear
        from iiecon.uncertainty.intervals import SectionYear, Uncertain, intervals
        from iiecon.uncertainty.sampling import Ballots as PanelBallots

        table = _table(flows, output, value_added, codes, imports=imports, exports=exports)
        _same_length(sector_sections=sector_sections, codes=codes)
        _same_length(section_list=section_list, rate_base=rate_base, section_va=section_va)
        totals = sections.section_totals(value_added, sector_sections, section_list)
        sections.section_value_added(totals, rate_base, section_va[:, None])  # no rate base of 0
        panel = _panel(direct_codes, ballots, weights, grade_scores, scores, operator)
        if error is not None:
            _same_length(error=error, section_va=section_va)
        base = BaseYear.of(
            table, direct_codes, sector_sections, section_list, rate_base, import_treatment
        )
        places = None
        if province_gdp is not None:
            people = _jobs(
                labour, forecast_gdp, gdp_error, labour_error, basis, wages, province_gdp,
                section_va,
            )  # fmt: skip
            places = _places(
                _required("sector3", sector3), section_va, province_gdp,
                (primary_error, secondary_error, tertiary_error), membership or (),
                region_list or (), people,
            )  # fmt: skip
        return intervals(
            base, PanelBallots.of(panel, scores, operator),
            SectionYear(Uncertain(section_va, error), technology), places,
            _whole(draws, "draws"), _whole(seed, "seed"),
        )  # fmt: skip

    found = PARTS.of(("interval", *(digest(value) for value in given.values())), draw_all)
    needed = {"province": "province_gdp", "region": "region_list", "employment": "labour"}
    if measure not in found:
        raise InputError.one("cell_blank", needed[measure])
    return found[measure]


@spreadsheet_function
def iie_province_va(gdp: Money, sector_value_added: Money) -> Money:
    """Each year's total allocated to provinces, provinces × years, 亿元 (section 7).

    `gdp`: provinces × (3 · years), all years of the primary sector first, then secondary, tertiary;
    `sector_value_added`: 3 × years (a row of three stands for one year).
    """
    totals = sector_value_added
    if totals.shape == (1, 3):
        totals = totals.T
    if totals.shape[0] != 3 or gdp.shape[1] != 3 * totals.shape[1]:
        raise InputError.one("province_shape", "gdp", shape=gdp.shape, sectors=3)
    count = totals.shape[1]
    return np.column_stack(
        [regions.province_value_added(gdp[:, t::count], totals[:, t]) for t in range(count)]
    )


@spreadsheet_function
def iie_region_sum(values: Series, membership: Codes, region_list: Codes) -> Series:
    """Province values (provinces × years) summed by region, regions × years (section 7)."""
    _same_length(membership=membership, values=values)
    return regions.region_sums(values, membership, region_list)


@spreadsheet_function
def iie_employment(value_added: Money, gdp: Money, labour: People) -> People:
    """Employment carried by value added, Z / (GDP / L), 万人 (section 8).

    The shape of `value_added`; `gdp` and `labour` have that shape, or one row, column or cell that
    serves for all.
    """
    for name, values in (("gdp", gdp), ("labour", labour)):
        sizes = zip(values.shape, value_added.shape, strict=True)
        if any(size not in (1, whole) for size, whole in sizes):
            raise InputError.one(
                "range_shape", name, shape=values.shape, expected=value_added.shape
            )
    return employment.employment(value_added, gdp, labour)


@spreadsheet_function
def iie_expected_wage(
    wages: Wages, all_years: YearList, targets: YearList, data_until: Year | None = None
) -> Wages:
    """Expected wage ŵ by section and year, 元; empty where wages are not given (section 8).

    Sections × years in and out, whichever way the years themselves are written.
    """
    _require_every_year(all_years)
    _same_length(all_years=all_years.values, wages=wages[0])
    until = None if data_until is None else _whole(data_until, "data_until")
    return employment.expected_wages(wages, all_years.values, targets.values, until)


@spreadsheet_function
def iie_section_employment(
    value_added: Money,
    total: Money,
    wages: Wages,
    jobs: PeopleColumn,
    basis: Literal["wage_scaled", "national"] = "wage_scaled",
    gdp: MoneyColumn | None = None,
    labour: PeopleColumn | None = None,
) -> People:
    """Employment by section and year, 万人 (section 8); empty where wages are not given.

    `basis`: "wage_scaled" scales productivity by `wages` so that `total` carries the nation's
    `jobs`; "national" uses the nation's `gdp` / `labour` everywhere.
    """
    for name, values in (("total", total), ("wages", wages)):
        if values.shape != value_added.shape:
            raise InputError.one(
                "range_shape", name, shape=values.shape, expected=value_added.shape
            )
    _same_length(jobs=jobs, years=value_added[0])
    if basis == "wage_scaled":
        return employment.wage_scaled(value_added, total, wages, jobs)
    if gdp is None or labour is None:
        raise InputError.one("cell_blank", "gdp" if gdp is None else "labour")
    _same_length(gdp=gdp, labour=labour, years=value_added[0])
    return employment.employment(value_added, gdp, labour)


@spreadsheet_function
def iie_check(
    flows: Flows,
    output: TableMoney,
    value_added: TableMoney,
    final_use: FinalUse | None = None,
    imports: TableMoneyOrBlank | None = None,
    other_inputs: TableMoneyOrBlank | None = None,
    discrepancy: TableMoneyOrBlank | None = None,
) -> Mixed:
    """Checks of an IO table, 3 × 3: largest difference, tolerance, TRUE if it holds (section 1).

    Rows: columns balance, rows balance, productive (largest column sum of A; TRUE when the spectral
    radius is below one). Final use includes exports.
    """
    uses = None if final_use is None else final_use.sum(axis=1)
    table = _table(flows, output, value_added, final_use=uses, imports=imports)
    if other_inputs is not None:
        _same_length(other_inputs=other_inputs, output=output)
        table = replace(table, other_inputs=other_inputs)
    if discrepancy is not None:
        _same_length(discrepancy=discrepancy, output=output)
        table = replace(table, discrepancy=discrepancy)
    limit = checks.tolerance(table)
    rows = checks.row_residuals(table)
    A = coefficients(table)
    return [
        _worst(checks.column_residuals(table), limit),
        _worst(np.zeros(table.size) if rows is None else rows, limit),
        [float(A.sum(axis=0).max()), 1.0, not checks.check_for_productivity(table)],
    ]


@spreadsheet_function
def iie_why(cell: Cell, language: Language = "both") -> Text:
    """Why a cell shows what it shows.

    Of a number the arithmetic with the cells in it; of an error the argument at fault, followed
    from cell to cell to where it begins, and what to do. Empty for a range without an error.
    """
    return explain(cell, language)


def _worst(residuals: FloatArray, limit: FloatArray) -> list[Any]:
    worst = int((np.abs(residuals) - limit).argmax())
    return [
        float(residuals[worst]),
        float(limit[worst]),
        bool(abs(residuals[worst]) <= limit[worst]),
    ]


def _table(
    flows: FloatArray,
    output: FloatArray,
    value_added: FloatArray | None = None,
    codes: Sequence[str] | None = None,
    *,
    final_use: FloatArray | None = None,
    imports: FloatArray | None = None,
    exports: FloatArray | None = None,
) -> IOTable:
    if codes is not None:
        _same_length(codes=codes, output=output)
    precision = PARTS.of(("precision", digest(flows)), lambda: np.array(printed_precision(flows)))
    return IOTable.from_arrays(
        flows,
        output,
        value_added,
        codes,
        final_use=final_use,
        imports=imports,
        exports=exports,
        precision=float(precision),
    )


def _inverse(table: IOTable, imports: Imports = "competitive") -> FloatArray:
    """L of a table, from one factorisation for all formulas on it."""
    A = coefficients(table, imports)
    found = PARTS.of(("inverse", digest(A)), lambda: inverse_of(A))
    found.flags.writeable = False
    return found


def _contribution(
    table: IOTable, direct_codes: Sequence[str], scores: FloatArray, imports: Imports
) -> Contribution:
    given = _scores(direct_codes, scores)
    return leontief_contribution(table, given, imports, _inverse(table, imports))


def _scores(direct_codes: Sequence[str], scores: FloatArray) -> dict[str, float]:
    _same_length(direct_codes=direct_codes, scores=scores)
    repeated = checks.duplicates("direct_codes", direct_codes)
    if repeated:
        raise InputError(repeated)
    outside = np.flatnonzero(~((scores >= 0) & (scores <= 1)))
    if outside.size:
        first = int(outside[0])
        code, value = direct_codes[first], float(scores[first])
        raise InputError.one("score_range", "scores", first, code=code, value=value)
    return dict(zip(direct_codes, scores.tolist(), strict=True))


def _required(name: str, value: Kept | None) -> Kept:
    if value is None:
        raise InputError.one("cell_blank", name)
    return value


def _panel(
    direct_codes: Sequence[str],
    ballots: FloatArray,
    weights: FloatArray,
    grade_scores: FloatArray,
    scores: FloatArray,
    operator: scoring.Operator,
) -> Experts:
    """The experts, with an override for each score that is not that of its ballots."""
    _scores(direct_codes, scores)
    size = len(direct_codes), weights.size
    if ballots.shape[0] != size[0] * size[1]:
        raise InputError.one(
            "membership_shape", "ballots", shape=ballots.shape, factors=weights.size
        )
    own = fuzzy_score(ballots, weights, grade_scores, operator)
    return Experts(
        codes=tuple(direct_codes),
        factors=(),
        weights=weights,
        grades=(),
        grade_scores=grade_scores,
        ballots=ballots.reshape(*size, -1),
        override=np.where(np.abs(own - scores) < SAME_SCORE, np.nan, scores),
        direct=(True,) * size[0],
    )


def _places(
    sector3: Sequence[str],
    section_va: FloatArray,
    gdp: FloatArray,
    errors: tuple[FloatArray | None, FloatArray | None, FloatArray | None],
    membership: Sequence[str],
    region_list: Sequence[str],
    people: Jobs | None,
) -> Places:
    """Where value added goes; what is left out of `errors` does not vary."""
    from iiecon.uncertainty.intervals import Places, Uncertain

    _same_length(sector3=sector3, section_va=section_va)
    for i, own in enumerate(sector3):
        if own not in regions.SECTORS3:
            raise InputError.one("sector3_unknown", "sector3", i, value=own)
    regions.province_weights(gdp, regions.three_sectors(section_va, sector3))  # refuses a bad GDP
    given = {f"{name}_error": e for name, e in zip(regions.SECTORS3, errors, strict=True)}
    known = {name: e for name, e in given.items() if e is not None}
    _same_length(province_gdp=gdp, **known)
    _same_length(**{name: e[0] for name, e in known.items()})
    drawn = None
    if known:
        none = np.zeros_like(next(iter(known.values())))
        by_sector = [none if e is None else e for e in errors]
        drawn = np.stack(by_sector, axis=1).reshape(gdp.size, -1)
    if region_list:
        _same_length(membership=membership, province_gdp=gdp)
    return Places(
        sectors3=regions.three_sectors(np.eye(len(sector3)), sector3),
        gdp=Uncertain(gdp.ravel(), drawn),
        regions=regions.region_sums(np.eye(len(gdp)), membership, region_list)
        if region_list
        else None,
        jobs=people,
    )


def _jobs(
    labour: FloatArray | None,
    forecast_gdp: float | None,
    gdp_error: FloatArray | None,
    labour_error: FloatArray | None,
    basis: str,
    wages: FloatArray | None,
    province_gdp: FloatArray,
    section_va: FloatArray,
) -> Jobs | None:
    """What carries employment, where labour is given."""
    from iiecon.uncertainty.intervals import Jobs, Uncertain

    if labour is None:
        return None
    _same_length(labour=labour, province_gdp=province_gdp)
    employment.employment(labour, province_gdp.sum(axis=1), labour)  # refuses what is not positive
    gdp = 1.0 if forecast_gdp is None else forecast_gdp
    employment.employment(1.0, gdp, 1.0)
    expected = None
    if basis == "wage_scaled":
        expected = np.full(section_va.size, np.nan) if wages is None else wages.ravel()
        _same_length(wages=expected, section_va=section_va)
        employment.employment(1.0, 1.0, expected[~np.isnan(expected)])
    rows = [e for e in (gdp_error, labour_error) if e is not None]
    drawn = None
    if rows:
        none = np.zeros_like(rows[0])
        pair = [none if e is None else e for e in (gdp_error, labour_error)]
        _same_length(gdp_error=pair[0].ravel(), labour_error=pair[1].ravel())
        drawn = np.concatenate([e.reshape(1, -1) for e in pair])
    return Jobs(
        national=Uncertain(np.array([gdp, labour.sum()]), drawn),
        shares=employment.labour_shares(labour),
        wages=expected,
        forecast=forecast_gdp is not None,
    )


def _forecast_errors(
    series: FloatArray,
    all_years: Years,
    targets: Years,
    found: extrapolation.Extrapolated,
    method: extrapolation.Method,
    window: float,
    weights: FloatArray | None,
    data_until: float | None,
) -> FloatArray:
    """Errors of the last target year, series × all years."""
    from iiecon.uncertainty.sampling import Rule, forecasts

    rule = Rule(method, int(window), None if data_until is None else int(data_until), weights)
    given = SeriesOfYears(all_years.values, series)
    errors: FloatArray = forecasts(given, found, targets.values, rule).errors[:, :, -1].T
    return errors


def _same_length(**ranges: Sized) -> None:
    sizes = [len(r) for r in ranges.values()]
    if len(set(sizes)) > 1:
        found = ", ".join(str(s) for s in sizes)
        raise InputError.one("lengths", next(iter(ranges)), names=", ".join(ranges), found=found)


def _require_whole_weights(weights: FloatArray) -> None:
    bad = np.flatnonzero(~scoring.sum_to_one(weights) | (weights < 0).any(axis=1))
    if bad.size:
        row = int(bad[0])
        total = f"{weights[row].sum():.6g}"
        raise InputError.one("growth_weights", "weights", row, 0, total=total)


def _require_every_year(years: Years) -> None:
    for i, year in enumerate(years.values):
        if year != years.values[0] + i:
            raise InputError.one("year_header", "all_years", i, value=year)


def _whole(value: float, name: str) -> int:
    if value != round(value):
        raise InputError.one("not_whole", name, value=value)
    return int(value)

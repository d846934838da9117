"""Told of sections, provinces, regions and jobs (method, sections 5, 7 and 8)."""

from __future__ import annotations

from iiecon.employment import WAGE_WEIGHTS
from iiecon.why.opening import Call, Grid, NotOpened, Told, told
from iiecon.why.terms import Term, number, step, total


@told
def iie_section_va(call: Call, i: int, j: int) -> Told:
    """Direct or indirect value added of section i in the j-th year."""
    rate = call.grid("base").of(i) / call.grid("rate_base").of(i)
    term = step("rate", rate) * call.grid("section_va").at(i, j)
    if not call.given("multipliers"):
        return Told("Z_cn = d_c VA_cn, d_c = base / rate_base", term)
    for year in range(1, j + 1):
        term = term * call.grid("multipliers").of(year)
    return Told("Z_cn = p_c VA_cn Π τ, p_c = base / rate_base", term)


@told
def iie_province_va(call: Call, i: int, j: int) -> Told:
    """Value added of province i in the j-th year."""
    gdp, totals = call.grid("gdp"), call.grid("sector_value_added")
    if totals.shape == (1, 3):  # one year, written as a row
        sectors = [totals.at(0, s) for s in range(3)]
    else:
        sectors = [totals.at(s, j) for s in range(3)]
    columns = [s * (gdp.shape[1] // 3) + j for s in range(3)]
    own = total(gdp.at(i, c) * z for c, z in zip(columns, sectors, strict=True))
    whole = total(
        step("all_provinces", total(gdp.line("column", c)), str(s)) * z
        for s, (c, z) in enumerate(zip(columns, sectors, strict=True), start=1)
    )
    return Told("Z_i = ω_i Σ_s Z_s, ω_i = Σ_s GDP_is Z_s / Σ_s (Σ_i GDP_is) Z_s",
                own / whole * total(sectors))  # fmt: skip


@told
def iie_region_sum(call: Call, i: int, j: int) -> Told:
    """The sum over the members of region i."""
    region, values = call.values["region_list"][i], call.grid("values")
    members = [k for k, m in enumerate(call.values["membership"]) if m == region]
    return Told("Σ_i∈r Z_i", total(values.at(k, j) for k in members))


@told
def iie_employment(call: Call, i: int, j: int) -> Told:
    """Z / (GDP / L)."""
    return Told("E = Z / (GDP / L)", _carried(call.grid("value_added").at(i, j), call, i, j))


def _carried(value_added: Term, call: Call, i: int, j: int) -> Term:
    return value_added / (call.grid("gdp").at(i, j) / call.grid("labour").at(i, j))


@told
def iie_expected_wage(call: Call, i: int, j: int) -> Told:
    """ŵ of section i: of the wages of three years before, or of their own ŵ."""
    given, targets = call.values["all_years"].values, call.values["targets"].values
    until, wages = call.values["data_until"], call.values["wages"]

    def known(year: int) -> bool:
        used = year in given and (until is None or year <= until)
        return bool(used and (wages[:, given.index(year)] == wages[:, given.index(year)]).any())

    def before(year: int) -> Term:
        if known(year):
            return call.grid("wages").at(i, given.index(year))
        if year < min(given):
            raise NotOpened("no wages")
        return step("wage", expected(year), str(year))

    def expected(year: int) -> Term:
        lags = enumerate(WAGE_WEIGHTS, start=1)
        return total(number(weight) * before(year - lag) for lag, weight in lags)

    return Told("ŵ_n = 0.7 w_n−1 + 0.2 w_n−2 + 0.1 w_n−3", expected(targets[j]))


@told
def iie_section_employment(call: Call, i: int, j: int) -> Told:
    """Jobs of section i in the j-th year."""
    value_added = call.grid("value_added").at(i, j)
    if call.values["basis"] == "national":
        product = call.grid("gdp").of(j) / call.grid("labour").of(j)
        return Told("E = Z / (GDP / L)", value_added / product)
    whole, wages = call.grid("total"), call.grid("wages")
    people = call.grid("jobs").of(j) / step("wage_weighted", _weighted(whole, wages, j))
    how = "E_c = Z_c / ŵ_c κ, κ = E / Σ_c (Z_c / ŵ_c)"
    return Told(how, value_added / wages.at(i, j) * people)


def _weighted(whole: Grid, wages: Grid, year: int) -> Term:
    """Σ_c Z_c / ŵ_c."""
    return total(whole.at(c, year) / wages.at(c, year) for c in range(whole.shape[0]))

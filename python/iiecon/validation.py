"""Checks of everything an analyst provides, before anything is computed.

Each rule is one small function that returns findings; nothing here raises.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache

import numpy as np

from iiecon import options as option_rules
from iiecon.checks import check_io_table, duplicates
from iiecon.findings import Finding, errors_of
from iiecon.inputs import MACRO_COLUMNS, Industry, ModelInputs, Series, read_csv
from iiecon.iotable import FloatArray
from iiecon.plausibility import check_plausibility, far
from iiecon.proposals import check_for_doubt
from iiecon.regions import SECTORS3
from iiecon.scoring import sum_to_one

# No series in use doubles or halves in a year, vintage breaks included; slips of digits do.
JUMP = 2.0
# Provincial GDP per employed person lies within 0.6 and 1.7 times the median.
PRODUCTIVITY = 4.0
# A factor has no more votes than the sector's panel.
PANELS = 3.0
# Annual technology multipliers by any published data lie within.
MULTIPLIERS = (0.8, 1.3)
# Characters of the name of the industry.
LONGEST_NAME = 40
# Control and formatting characters, halves of characters, ends of lines and paragraphs.
UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
# An addition to a yearly growth rate.
LARGEST_ADDITION = 0.5


def check_inputs(inputs: ModelInputs) -> list[Finding]:
    """All findings on the inputs, in the order of the sheets."""
    found = [
        *check_for_industry(inputs.industry),
        *option_rules.check_options(inputs.options),
        *check_for_base_year(inputs),
        *check_for_first_years(inputs),
        *check_io_table(inputs.table),
        *check_for_sectors(inputs),
        *check_for_sections(inputs),
        *check_for_doubt(inputs),
        *check_for_scale(inputs),
        *check_for_panel(inputs),
        *check_for_ballots(inputs),
        *check_for_overrides(inputs),
        *check_for_growth_rules(inputs),
        *check_for_whole_wage_years(inputs),
        *check_for_series(inputs),
        *check_for_provinces(inputs),
        *check_for_labour(inputs),
    ]
    return found if errors_of(found) else [*found, *check_plausibility(inputs)]


def check_for_industry(industry: Industry) -> list[Finding]:
    """Names that can stand in a title: some letters on one line, and not too many."""
    names = {"industry_zh": industry.name_zh, "industry_en": industry.name_en}
    return [
        Finding("error", "industry_name", {"value": _seen(name), "longest": LONGEST_NAME}, table)
        for table, name in names.items()
        if not 1 <= len(name) <= LONGEST_NAME
        or name != name.strip()
        or any(unicodedata.category(c) in UNSEEN for c in name)
    ]


def _seen(text: str) -> str:
    """The text with a mark for what a terminal must not be sent."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def check_for_base_year(inputs: ModelInputs) -> list[Finding]:
    """The base year is the year of the table, where that is known."""
    year, base = inputs.table.year, inputs.options.base_year
    if year is None or year == base:
        return []
    return [Finding("error", "base_year_table", {"year": year, "base": base}, "io_year", 0)]


def check_for_first_years(inputs: ModelInputs) -> list[Finding]:
    """The years of the options begin where the series do, or later."""
    rules = (
        ("fit_first", inputs.macro.years),
        ("base_year", inputs.macro.years),
        ("base_year", inputs.section_va.years),
        ("base_year", inputs.province_gdp.years),
    )
    return [
        Finding(
            "error",
            "first_year",
            {"name": name, "first": years[0], "last": years[-1]},
            "options",
            option_rules.names().index(name),
        )
        for name, years in rules
        if not years[0] <= getattr(inputs.options, name) <= years[-1]
    ][:1]


def check_for_sectors(inputs: ModelInputs) -> list[Finding]:
    """The sector list and the table name the same sectors, in the same order."""
    table, listed = inputs.table.codes, inputs.sector_codes
    found = list(duplicates("sector_codes", listed))
    for i, code in enumerate(table):
        if i >= len(listed) or listed[i] != code:
            values = {"code": code, "found": listed[i] if i < len(listed) else ""}
            return [*found, Finding("error", "sector_order", values, "sector_codes", i)]
    if len(listed) > len(table):
        extra = Finding(
            "error", "sector_extra", {"code": listed[len(table)]}, "sector_codes", len(table)
        )
        found.append(extra)
    if not found and len(inputs.sector_sections) != len(listed):
        sizes = f"{len(listed)}, {len(inputs.sector_sections)}"
        lengths = {"names": "sector_codes, sector_sections", "found": sizes}
        found.append(Finding("error", "lengths", lengths, "sector_sections"))
    return found


def check_for_sections(inputs: ModelInputs) -> list[Finding]:
    """Every sector lies in a section of the list, and every section once in the list."""
    letters = [s.code for s in inputs.sections]
    known = set(letters)
    return [
        *duplicates("section_codes", letters),
        *(
            Finding(
                "error",
                "section_unknown",
                {"section": section, "known": " ".join(letters)},
                "sector_sections",
                i,
            )
            for i, section in enumerate(inputs.sector_sections)
            if section not in known
        ),
        *(
            Finding("error", "sector3_unknown", {"value": s.sector3}, "section_sector3", i)
            for i, s in enumerate(inputs.sections)
            if s.sector3 not in SECTORS3
        ),
        *(
            Finding(
                "error",
                "sector3_of_section",
                {"section": s.code, "due": due, "found": s.sector3},
                "section_sector3",
                i,
            )
            for i, s in enumerate(inputs.sections)
            for due in [standard_sectors3().get(s.code, s.sector3)]
            if s.sector3 != due and s.sector3 in SECTORS3
        ),
        *_misnamed_sections(inputs),
    ]


def _misnamed_sections(inputs: ModelInputs) -> Iterator[Finding]:
    """Rows pasted in another order: the letter of one section beside the name of another."""
    from iiecon.readers.names import look_up, section_titles, sections

    spellings, titles = sections(), section_titles()
    for i, s in enumerate(inputs.sections):
        for j, name in enumerate((s.name_zh, s.name_en)):
            named = look_up(name, spellings)
            if named in titles and named != s.code and s.code in titles:
                values = {"section": s.code, "found": name, "due": titles[s.code]}
                yield Finding("error", "section_name", values, "section_names", i, j)


def check_for_scale(inputs: ModelInputs) -> list[Finding]:
    """The table's value added is GDP, up to revisions; a slip of unit is a factor of 10 000."""
    gdp = dict(zip(inputs.macro.years, inputs.macro_row("gdp"), strict=True))
    nation = gdp.get(inputs.options.base_year, np.nan)
    total = float(inputs.table.value_added.sum())
    if not nation > 0 or not total > 0 or 0.85 * nation < total < 1.18 * nation:
        return []
    values = {"table": f"{total:.6g}", "gdp": f"{nation:.6g}", "unit": inputs.options.io_unit}
    return [Finding("error", "unit_slip", values, "options", option_rules.names().index("io_unit"))]


def check_for_panel(inputs: ModelInputs) -> list[Finding]:
    """Factor weights ≥ 0 summing to one; grade scores in [0, 1]."""
    experts = inputs.experts
    found = [
        Finding("error", "weight_negative", {"value": experts.weights[i]}, "weights", int(i))
        for i in np.flatnonzero(~(experts.weights >= 0))
    ]
    if not found and not sum_to_one(experts.weights):
        row = int(experts.weights.argmax()) if (experts.weights > 1).any() else 0
        values = {"total": f"{experts.weights.sum():.6g}"}
        found.append(Finding("error", "weights_sum", values, "weights", row))
    scores = experts.grade_scores
    outside = np.flatnonzero(~((scores >= 0) & (scores <= 1)))
    found += [
        Finding("error", "grade_score_range", {"value": scores[i]}, "grade_scores", int(i))
        for i in outside
    ]
    rising = np.flatnonzero(np.diff(scores) >= 0)
    if not outside.size and rising.size:
        where = int(rising[0]) + 1
        found.append(
            Finding("error", "grade_order", {"value": scores[where]}, "grade_scores", where)
        )
    return found


def check_for_ballots(inputs: ModelInputs) -> list[Finding]:
    """Direct sectors are in the table and have ballots; counts ≥ 0; a vote for every factor."""
    experts = inputs.experts
    known = set(inputs.table.codes)
    found = [
        Finding("error", "unknown_code", {"codes": code}, "score_codes", k)
        for k, code in enumerate(experts.codes)
        if code not in known
    ]
    found += duplicates("score_codes", experts.codes)
    factors = len(experts.factors)
    whole = (experts.ballots >= 0) & (experts.ballots == np.floor(experts.ballots))
    for k, f, g in np.argwhere(~whole):
        row = int(k) * factors + int(f)
        found.append(Finding("error", "ballot_negative", {}, "ballots", row, int(g)))
    if not any(experts.direct):
        found.append(Finding("error", "no_direct", {}, "sector_direct", 0))
    if found:
        return found
    valid = experts.ballots.sum(axis=2)
    return [
        *(
            Finding("error", "ballot_empty", {}, "ballots", int(k * factors + f), 0)
            for k, f in np.argwhere(valid == 0)
        ),
        *(
            Finding(
                "error",
                "ballot_count",
                {"votes": valid[k, f], "panel": np.median(valid[k])},
                "ballots",
                int(k * factors + f),
                int(experts.ballots[k, f].argmax()),
            )
            for k, f in np.argwhere(valid > PANELS * np.median(valid, axis=1, keepdims=True))
        ),
    ]


def check_for_overrides(inputs: ModelInputs) -> list[Finding]:
    """Typed scores lie in [0, 1], typed multipliers are positive and near one."""
    scores = inputs.experts.override
    found = [
        Finding(
            "error",
            "score_range",
            {"code": inputs.experts.codes[k], "value": scores[k]},
            "score_override",
            int(k),
        )
        for k in np.flatnonzero(~np.isnan(scores) & ~((scores >= 0) & (scores <= 1)))
    ]
    tau = inputs.macro_row("multiplier_override")
    column = MACRO_COLUMNS.index("multiplier_override")
    return found + [
        Finding("error", "multiplier_range", {"value": tau[t]}, "macro", column, int(t))
        for t in np.flatnonzero(
            ~np.isnan(tau) & ~((tau >= MULTIPLIERS[0]) & (tau <= MULTIPLIERS[1]))
        )
    ]


def check_for_growth_rules(inputs: ModelInputs) -> list[Finding]:
    """Growth weights ≥ 0 summing to one; an addition falls on a result year."""
    rules, years = inputs.growth, inputs.options.years
    wrong = ~sum_to_one(rules.weights) | (rules.weights < 0).any(axis=1)
    totals = [f"{total:.6g}" for total in rules.weights.sum(axis=1)]
    found = [
        Finding("error", "growth_weights", {"total": totals[i]}, "growth_weights", int(i), 0)
        for i in np.flatnonzero(wrong)
    ]
    found += [
        Finding("error", "growth_size", {"value": rules.addition[i]}, "growth_addition", int(i))
        for i in np.flatnonzero(~(np.abs(rules.addition) <= LARGEST_ADDITION))
    ]
    return found + [
        Finding(
            "warning",
            "growth_addition",
            {"year": f"{rules.addition_year[i]:g}"},
            "growth_addition_year",
            int(i),
        )
        for i in np.flatnonzero((rules.addition != 0) & ~np.isin(rules.addition_year, years))
    ]


def check_for_whole_wage_years(inputs: ModelInputs) -> list[Finding]:
    """A year of wages is given for all sections or for none."""
    missing = np.isnan(inputs.wages.values)
    partial = missing.any(axis=0) & ~missing.all(axis=0)
    return [
        Finding("error", "cell_blank", {}, "wages", c, t)
        for c, t in np.argwhere(missing & partial).tolist()
    ]


def check_for_series(inputs: ModelInputs) -> list[Finding]:
    """Yearbook series are positive and do not jump tenfold from one year to the next."""
    macro = Series(inputs.macro.years, inputs.macro.values[:-1])
    named = {
        "section_va": inputs.section_va,
        "wages": inputs.wages,
        "macro": macro,
        "province_gdp": inputs.province_gdp,
    }
    return [
        finding
        for name, series in named.items()
        for finding in (*_not_positive(name, series.values), *_jumps(name, series.values))
    ]


def check_for_provinces(inputs: ModelInputs) -> list[Finding]:
    """The 31 provinces, each once, in regions of the list."""
    codes = [p.code for p in inputs.provinces]
    missing = [code for code in province_codes() if code not in codes]
    found = list(duplicates("province_codes", codes))
    if missing:
        names = "、".join(f"{province_codes()[code]} {code}" for code in missing)
        values = {"names": names, "found": len(codes), "expected": len(province_codes())}
        found.append(Finding("error", "province_missing", values, "province_codes"))
    found += [
        Finding("error", "province_unknown", {"code": code}, "province_codes", i)
        for i, code in enumerate(codes)
        if code not in province_codes()
    ]
    found += [
        Finding(
            "error", "province_name", {"code": p.code, "found": p.name_zh, "name": official},
            "province_names", i, 0,
        )
        for i, p in enumerate(inputs.provinces)
        for official in [province_codes().get(p.code, "")]
        if p.name_zh and not p.name_zh.startswith(official)
    ]  # fmt: skip
    found += [*_misnamed_provinces(inputs), *_moved_regions(inputs)]
    known = {r.key for r in inputs.regions}
    return found + [
        Finding("error", "region_unknown", {"region": p.region}, "province_regions", i)
        for i, p in enumerate(inputs.provinces)
        if p.region and p.region not in known
    ]


def _misnamed_provinces(inputs: ModelInputs) -> Iterator[Finding]:
    """English names of other provinces, as when rows were pasted in another order."""
    from iiecon.readers.names import look_up, province_titles, provinces

    titles = province_titles()
    for i, p in enumerate(inputs.provinces):
        named = look_up(p.name_en, provinces())
        if named in titles and named != p.code and p.code in titles:
            values = {"code": p.code, "found": p.name_en, "name": titles[p.code]}
            yield Finding("error", "province_name", values, "province_names", i, 1)


def _moved_regions(inputs: ModelInputs) -> Iterator[Finding]:
    """Provinces in other regions than the white paper's: wanted, or left behind by a paste."""
    moved = [
        i
        for i, p in enumerate(inputs.provinces)
        if p.region != standard_regions().get(p.code, p.region)
    ]
    if moved:
        listed = "、".join(inputs.provinces[i].name_zh for i in moved)
        values = {"count": len(moved), "names": listed}
        yield Finding("warning", "province_region", values, "province_regions", moved[0])


def check_for_labour(inputs: ModelInputs) -> list[Finding]:
    """Provincial employment is positive and its productivity within tenfold of the median."""
    employed = inputs.province_employed
    found = [
        Finding("error", "not_positive", {"value": employed[i, j]}, "province_employed", i, j)
        for i, j in np.argwhere(~(employed >= 0)).tolist()
    ]
    found += [
        Finding("error", "labour_positive", {}, "province_employed", int(i), 0)
        for i in np.flatnonzero(employed.sum(axis=1) == 0)
    ]
    if found:
        return found
    product = _last_product(inputs)
    if np.isnan(product).all():
        return []
    ratio = product / employed.sum(axis=1)
    relative = ratio / np.nanmedian(ratio)
    return [
        Finding(
            "error",
            "labour_odd",
            {"name": inputs.provinces[i].name_zh, "factor": f"{relative[i]:.3g}"},
            "province_employed",
            i,
            int(employed[i].argmax()),
        )
        for i in far(relative, PRODUCTIVITY)
    ]


@cache
def standard_sectors3() -> dict[str, str]:
    """Section letter → sector of three, by the national classification."""
    return {r["section"]: r["sector3"] for r in read_csv("sections.csv")}


@cache
def province_codes() -> dict[str, str]:
    """Code → Chinese name of the 31 provinces with national accounts."""
    return {r["code"]: r["name_zh"] for r in read_csv("province_gdp.csv")}


@cache
def standard_regions() -> dict[str, str]:
    """Province code → region of the white paper, blank for none."""
    return {r["code"]: r["region"] for r in read_csv("province_gdp.csv")}


def _last_product(inputs: ModelInputs) -> FloatArray:
    """GDP of the last year given, by province."""
    by_year = inputs.province_gdp.values.reshape(-1, 3, len(inputs.province_gdp.years)).sum(axis=1)
    given = np.flatnonzero(~np.isnan(by_year).any(axis=0))
    product: FloatArray = by_year[:, given[-1]] if given.size else np.full(len(by_year), np.nan)
    return product


def _not_positive(name: str, values: FloatArray) -> list[Finding]:
    return [
        Finding("error", "not_positive", {"value": values[i, j]}, name, int(i), int(j))
        for i, j in np.argwhere(values <= 0)
    ]


def _jumps(name: str, values: FloatArray) -> Iterator[Finding]:
    """A year that stands tenfold off the year given before it."""
    filled = np.where(values > 0, values, np.nan)
    for t in range(1, filled.shape[1]):
        filled[:, t] = np.where(np.isnan(filled[:, t]), filled[:, t - 1], filled[:, t])
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        steps = np.abs(np.log(filled[:, 1:] / filled[:, :-1]))
    for i in np.flatnonzero((steps >= np.log(JUMP)).any(axis=1)):
        yield _jump(name, int(i), values[i])


def _jump(name: str, i: int, row: FloatArray) -> Finding:
    """Names the year farthest from the middle of its series."""
    middle = float(np.nanmedian(row))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        odd = int(np.nanargmax(np.abs(np.log(row / middle))))
    values = {"value": f"{row[odd]:.6g}", "middle": f"{middle:.6g}"}
    return Finding("error", "jump", values, name, i, odd)

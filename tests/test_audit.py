"""The audit: printed figures beside the model, and beside each other.

Planted slips are made here, in publications that are the model's own results as a publisher would
round them; the audit never sees what was planted.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from iiecon import ModelInputs, ModelResults, run_model
from iiecon.audit import (
    Audit,
    Figure,
    Internal,
    Publication,
    Structure,
    audit,
    examined,
    read_publication,
    shipped_publication,
    structure_of,
)
from iiecon.audit.compare import Readings, compared, series_of, status_of
from iiecon.audit.expressions import (
    Cell,
    Interval,
    Number,
    Product,
    Quotient,
    Sum,
    isolated,
    odds,
    range_of,
)
from iiecon.audit.slips import BrokenRule, CommonFactor, Conflict, Slip, typed_variants
from iiecon.audit.telling import audit_record, comparison_record, told
from iiecon.calibration import calibrate
from iiecon.findings import InputError
from iiecon.illustrative import targets
from iiecon.model import allocate
from iiecon.spreadsheet.package import FileProblem
from iiecon.world import countries
from tests.conftest import ReadTable
from tests.oracles import published
from tests.oracles.sectors149 import with_table_of_149


@pytest.fixture(scope="module")
def structure(results: ModelResults) -> Structure:
    return structure_of(results)


@pytest.fixture(scope="module")
def internal(structure: Structure) -> Internal:
    """The 2021 white paper held against itself."""
    return examined(shipped_publication(), structure)


@pytest.fixture(scope="module")
def audited(results: ModelResults) -> Audit:
    return audit(results, shipped_publication())


def figure(name: str, value: float, unit: str = "100m yuan", decimals: int = 2) -> Figure:
    scope, key, year, measure = name.split(".")
    return Figure(name, scope, key, int(year), measure, unit, value, decimals)


# --- the known slips of the white paper (method, section 10)


def slips_of(internal: Internal) -> dict[str, Slip]:
    return {e.figure.id: e for e in internal.explanations if isinstance(e, Slip)}


def test_the_misprints_are_named_with_what_they_should_be(internal: Internal) -> None:
    """103.82: the 19 sections must add up to 2372.14; 78.47: 2372.14 / (650.75 + 2372.14)."""
    found = {name: slip.needed for name, slip in slips_of(internal).items()}
    assert found == {
        "industry.I.2021.employment": 103.82,
        "industry.I.2020.employment_added": 20.74,
        "nation.indirect.2021.employment_share": 78.47,
    }


def test_the_misprint_of_section_i_by_plain_sums(internal: Internal) -> None:
    others = [v for k, v in published.sections("employment", 2021).items() if k != "I"]
    due = 2372.14 - sum(others)
    low, high = slips_of(internal)["industry.I.2021.employment"].interval
    assert len(others) == 18
    assert (low, high) == pytest.approx((due - 19 * 0.005, due + 19 * 0.005))


def test_regional_shares_are_off_by_one_factor(internal: Internal, results: ModelResults) -> None:
    (common,) = (e for e in internal.explanations if isinstance(e, CommonFactor))
    assert (common.kind, common.scope, common.year) == ("share_of_gdp", "region", 2020)
    assert 1.026 <= common.factor.low <= common.factor.high <= 1.027
    at = results.years.index(2020)
    printed, values = (published.of("region", m, 2020) for m in ("share_of_gdp", "value_added"))
    factors = {
        region.key: printed[region.key] / 100 * results.region_product[i, at] / values[region.key]
        for i, region in enumerate(results.inputs.regions)
    }
    near = {key for key, factor in factors.items() if abs(factor - common.factor.middle) < 0.002}
    assert len(near) == 6
    assert {i.key for i in common.identities} == near
    assert {i.key for i in common.apart} == {"jing_jin_ji"}


def test_employment_does_not_follow_the_stated_split(internal: Internal) -> None:
    (rule,) = (e for e in internal.explanations if isinstance(e, BrokenRule))
    assert rule.kind == "jobs_by_ratio"
    assert [i.year for i in rule.identities] == [2020, 2021]
    assert rule.holding == 0


def test_growth_of_2021_conflicts_with_share_and_ratio(internal: Internal) -> None:
    """2.74 · 1.1603 / 1.1474 is 2.771; 2.79 and 0.7365 / 0.2635 = 2.795 are printed."""
    (conflict,) = (e for e in internal.explanations if isinstance(e, Conflict))
    cells = {c for i in conflict.identities for c in i.cells}
    assert {
        "nation.direct.2021.nominal_growth",
        "nation.indirect.2021.nominal_growth",
        "nation.indirect.2021.share_of_total",
        "nation.indirect_to_direct.2021.ratio",
    } <= cells
    assert conflict.slips == ()


def test_the_share_of_2021_implies_its_gdp(internal: Internal) -> None:
    """The 19 sections add up to 41 268: over 3.67 % this is 112.4 trillion."""
    (implied,) = internal.implied
    total = sum(published.sections("value_added", 2021).values())
    assert implied.gdp.middle == pytest.approx(total / 0.0367, rel=1e-3)
    assert 1.122e6 < implied.gdp.low < 1.125e6 < implied.gdp.high < 1.127e6
    assert implied.growth is not None
    assert implied.growth.low > 0.10  # the text assumes 6 %
    assert implied.expected == pytest.approx(1.0455e6, rel=1e-3)


def test_new_jobs_of_sections_look_ahead(internal: Internal) -> None:
    read = {(r.kind, r.scope, r.year): r for r in internal.readings}
    ahead = read["added", "industry", 2020]
    assert (ahead.chosen, ahead.holding, ahead.tested) == ("forward", 9, 10)
    assert read["added", "industry", 2021].chosen == "backward"
    assert read["section_jobs", "industry", 0].chosen == "indirect"


def test_what_was_found_is_told_in_both_languages(internal: Internal) -> None:
    texts = list(told(internal))
    assert [t.kind for t in texts].count("slip") == 3
    slip = next(t for t in texts if t.figures == ("industry.I.2021.employment",))
    assert "is printed as 10.38; 103.82" in slip.english
    assert "刊为 10.38，应为 103.82" in slip.chinese
    assert "，万人）" in slip.chinese
    assert "persons" not in slip.chinese
    assert any("1.0263–1.0266" in t.english for t in texts)
    assert any("2126.60 ≠ 1654.58" in t.english for t in texts)
    assert any("112.3–112.6" in t.english for t in texts)
    assert not [t for t in texts if "…" in t.english.replace(", … (+", "")]


# --- other slips at random, in publications without any


def printed(results: ModelResults, names: Iterator[tuple[str, str, int]]) -> Publication:
    """The model's figures as a publisher rounds them; those it cannot give are left out."""
    series = series_of(results, countries())
    made = []
    for name, unit, decimals in names:
        model = compared(figure(name, 0.0, unit, decimals), series, Readings()).model
        if model == model:
            made.append(figure(name, round(model, decimals), unit, decimals))
    return tuple(made)


def rich_names(results: ModelResults) -> Iterator[tuple[str, str, int]]:
    """Every section, province and region in every year: levels, growth, increases and shares."""
    money, people, percent = ("100m yuan", 2), ("10k persons", 2), ("percent", 2)
    levels = {"value_added": money, "nominal_growth": percent, "share_of_total": percent}
    jobs = {"employment": people, "employment_growth": percent, "employment_added": people}
    inputs = results.inputs
    scopes = (
        ("nation", ("direct", "indirect"), {**levels, **jobs, "employment_share": percent}),
        ("nation", ("total",), {"value_added": money, "nominal_growth": percent, **jobs}),
        ("nation", ("indirect_to_direct",), {"ratio": ("1", 2)}),
        ("industry", [s.code for s in inputs.sections], {**levels, **jobs}),
        ("sector", ("primary", "secondary", "tertiary"), levels),
        ("region", [r.key for r in inputs.regions], levels),
        ("province", [p.name_zh for p in inputs.provinces], levels),
    )
    for year in results.years:
        for scope, keys, measures in scopes:
            for key in keys:
                for measure, (unit, decimals) in measures.items():
                    yield f"{scope}.{key}.{year}.{measure}", unit, decimals


def mistyped(given: Figure, chance: random.Random) -> float:
    """The point moved, two digits changed about, one wrong or one lost."""
    digits = f"{abs(given.value):.{given.decimals}f}".replace(".", "")
    at, kind = chance.randrange(len(digits) - 1), chance.randrange(4)
    if kind == 0:
        power: float = chance.choice((0.1, 10.0))
        return round(given.value * power, given.decimals)
    if kind == 1:
        digits = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    elif kind == 2:
        digits = digits[:at] + str((int(digits[at]) + chance.randint(1, 9)) % 10) + digits[at + 1 :]
    else:
        digits = digits[:at] + digits[at + 1 :]
    return int(digits) / 10.0**given.decimals * (-1 if given.value < 0 else 1)


def planted(
    publication: Publication, structure: Structure, draws: int
) -> Iterator[tuple[Figure, Internal]]:
    """Slips in cells that some identity tests, which break an identity: cell and audit."""
    clean = examined(publication, structure)
    tested = {c for i in clean.identities if not i.rule for c in i.cells}
    cells = [f for f in publication if f.id in tested]
    chance = random.Random(20210101)
    while draws:
        cell = chance.choice(cells)
        slip = replace(cell, value=mistyped(cell, chance))
        if slip.value == cell.value:
            continue
        found = examined(tuple(slip if f is cell else f for f in publication), structure)
        if any(not i.rule for i in found.broken):
            draws -= 1
            yield cell, found


def test_a_consistent_publication_has_no_slips(results: ModelResults, structure: Structure) -> None:
    clean = examined(printed(results, rich_names(results)), structure)
    assert len(clean.identities) > 1000
    assert [i for i in clean.broken if not i.rule] == []
    assert [e for e in clean.explanations if not isinstance(e, BrokenRule)] == []


def test_planted_slips_are_named(results: ModelResults, structure: Structure) -> None:
    """In a rich publication 95 % of planted slips and more are named, and no other cell is."""
    publication = printed(results, rich_names(results))
    draws = 60
    named = 0
    for cell, found in planted(publication, structure, draws):
        names = set(slips_of(found))
        assert names <= {cell.id}
        named += cell.id in names
    assert named >= 0.95 * draws


def test_planted_slips_with_the_figures_of_the_white_paper(
    results: ModelResults, structure: Structure
) -> None:
    """Its figures test each other less: two of three slips are named, the others are among the
    candidates of a conflict, and no other cell is named.
    """
    names = ((f.id, f.unit, f.decimals) for f in shipped_publication())
    publication = printed(results, iter(names))
    draws = 150
    named = open_ = 0
    for cell, found in planted(publication, structure, draws):
        names_ = set(slips_of(found))
        assert names_ <= {cell.id}
        conflicts = [e for e in found.explanations if isinstance(e, Conflict)]
        named += cell.id in names_
        open_ += cell.id in {s.figure.id for e in conflicts for s in e.slips}
    assert named >= 0.6 * draws
    assert named + open_ >= 0.97 * draws


def test_no_slip_is_taken_for_a_rule_of_the_house(
    results: ModelResults, structure: Structure
) -> None:
    """One regional share of seven off is a slip or a conflict, no common factor."""
    names = ((f.id, f.unit, f.decimals) for f in shipped_publication())
    publication = printed(results, iter(names))
    bad = tuple(
        replace(f, value=f.value + 1) if f.id == "region.northeast.2020.share_of_gdp" else f
        for f in publication
    )
    found = examined(bad, structure)
    assert not [e for e in found.explanations if isinstance(e, CommonFactor)]
    assert any(isinstance(e, Slip | Conflict) for e in found.explanations)


# --- identities in small publications, by hand

NO_STRUCTURE = Structure({"A": "primary", "B": "secondary"}, {})


def broken_kinds(*figures: Figure) -> set[str]:
    return {i.kind for i in examined(figures, NO_STRUCTURE).broken}


@pytest.mark.parametrize(
    ("total", "broken"), [(3.00, False), (3.01, False), (3.02, True), (2.98, True)]
)
def test_a_sum_holds_within_the_rounding_of_all_its_parts(total: float, broken: bool) -> None:
    """1.00 + 2.00 may be 2.99 to 3.01; a printed 3.01 begins at 3.005."""
    found = broken_kinds(
        figure("nation.direct.2020.value_added", 1.0),
        figure("nation.indirect.2020.value_added", 2.0),
        figure("nation.total.2020.value_added", total),
    )
    assert found == ({"sum_parts"} if broken else set())


@pytest.mark.parametrize(
    ("growth", "broken"), [(9.8, True), (9.9, False), (10.1, False), (10.2, True)]
)
def test_growth_holds_within_the_rounding_of_both_years(growth: float, broken: bool) -> None:
    """109.95 / 100.05 to 110.05 / 99.95 are 9.895 to 10.105 %: a printed 9.9 may be 9.85."""
    found = broken_kinds(
        figure("industry.A.2020.value_added", 100.0, decimals=1),
        figure("industry.A.2021.value_added", 110.0, decimals=1),
        figure("industry.A.2021.nominal_growth", growth, "percent", 1),
    )
    assert found == ({"growth"} if broken else set())


def test_units_are_brought_together() -> None:
    ok = figure("nation.total.2020.value_added", 0.03, "trillion yuan")
    parts = [
        figure("nation.direct.2020.value_added", 100.0),
        figure("nation.indirect.2020.value_added", 200.0),
    ]
    assert broken_kinds(ok, *parts) == set()
    assert broken_kinds(replace(ok, value=0.05), *parts) == {"sum_parts"}


def test_incomplete_parts_are_not_added_up() -> None:
    """Of the provinces some are printed: nothing follows for the total."""
    some = Structure({}, {"甲": "x", "乙": "x"})
    figures = (
        figure("province.甲.2020.value_added", 1.0),
        figure("region.x.2020.value_added", 5.0),
        figure("nation.total.2020.value_added", 9.0),
    )
    assert examined(figures, some).identities == ()


def test_expressions_are_turned_round() -> None:
    """s · (100 + x) = 30 for s: 30 / (100 + x); odds of a share: 0.75 has odds of 3."""
    box = {"s": Interval(0.2, 0.3), "x": Interval(20, 20), "p": Interval(0.75, 0.75)}
    product = Product(Cell("s"), Sum((Number(100), Cell("x"))))
    assert range_of(isolated(product, Number(30), "s"), box).middle == pytest.approx(0.25)
    for_x = range_of(isolated(product, Number(30), "x"), box)
    assert (for_x.low, for_x.high) == pytest.approx((0.0, 50.0))
    assert range_of(odds(Cell("p")), box).middle == pytest.approx(3)
    back = isolated(odds(Cell("p")), Number(3), "p")
    assert range_of(back, {}).middle == pytest.approx(0.75)
    over = range_of(isolated(Quotient(Number(6), Cell("s")), Number(30), "s"), box)
    assert over.middle == pytest.approx(0.2)


def test_typing_slips_are_undone() -> None:
    variants = {round(v, 2) for v in typed_variants(figure("a.b.2020.c", 10.38))}
    assert {103.82, 1.38, 10.83, 10.39, -10.38, 1.03} <= variants
    assert {10.38, 11.48, 103.99 + 1} & variants == set()


# --- figures beside the model


def test_no_figure_is_dropped(audited: Audit) -> None:
    assert [c.figure.id for c in audited.comparisons] == [f.id for f in shipped_publication()]
    assert sum(audited.counts().values()) == 218
    assert all(c.reason for c in audited.comparisons if c.status == "not_computed")
    assert not any(c.reason for c in audited.comparisons if c.status != "not_computed")


def model_of(audited: Audit, name: str) -> float:
    return next(c.model for c in audited.comparisons if c.figure.id == name)


def test_the_models_numbers_by_plain_arithmetic(audited: Audit, results: ModelResults) -> None:
    """Each pattern of ids, from the tables of the JSON contract, in the printed unit."""
    records = results.records()
    nation = {r["year"]: r for r in records["national"]}
    sections = {(r["section"], r["year"]): r for r in records["sections"]}
    sectors = {(r["sector"], r["year"]): r["total"] for r in records["sectors3"]}
    regions = {(r["region"], r["year"]): r for r in records["regions"]}
    provinces = {(r["name"], r["year"]): r for r in records["provinces"]}
    three = sum(provinces[p, 2020]["employment"] for p in ("广东", "江苏", "山东"))
    by_country = {c.name_en: c.value_added for c in countries()}
    of_high = sum(c.value_added for c in countries() if c.income_group == "high")
    world = sum(by_country.values())

    def growth(now: float, before: float) -> float:
        return 100 * (now / before - 1)

    n20, n21 = nation[2020], nation[2021]
    c20, c21 = (sections["C", y] for y in (2020, 2021))
    due = {
        "nation.total.2018.share_of_gdp": 100 * nation[2018]["share_of_gdp"],
        "nation.total.2020.value_added": n20["total"] / 1e4,
        "nation.direct.2021.nominal_growth": growth(n21["direct"], n20["direct"]),
        "nation.indirect_to_direct.2018.ratio": nation[2018]["indirect"] / nation[2018]["direct"],
        "nation.indirect.2021.share_of_total": 100 * n21["indirect"] / n21["total"],
        "nation.indirect.2020.employment": n20["employment_indirect"],
        "nation.direct.2021.employment_added": n21["employment_direct"] - n20["employment_direct"],
        "nation.indirect.2021.employment_share":
            100 * n21["employment_indirect"] / n21["employment"],
        "sector.secondary.2021.value_added": sectors["secondary", 2021] / 1e4,
        "industry.C.2021.value_added": c21["total"],
        "industry.C.2020.nominal_growth": growth(c20["total"], sections["C", 2019]["total"]),
        "industry.C.2020.employment": c20["employment_indirect"],
        "industry.C.2020.employment_added":
            c21["employment_indirect"] - c20["employment_indirect"],
        "industry.K.2021.employment_added": sections["K", 2021]["employment_indirect"]
        - sections["K", 2020]["employment_indirect"],
        "region.southwest.2020.share_of_gdp": 100 * regions["southwest", 2020]["share_of_gdp"],
        "region.northeast.2021.nominal_growth": growth(
            regions["northeast", 2021]["value_added"], regions["northeast", 2020]["value_added"]
        ),
        "province.广东.2020.value_added": provinces["广东", 2020]["value_added"],
        "province.上海.2020.share_of_gdp": 100 * provinces["上海", 2020]["share_of_gdp"],
        "province.福建.2020.employment_growth": growth(
            provinces["福建", 2020]["employment"], provinces["福建", 2019]["employment"]
        ),
        "province.广东+江苏+山东.2020.employment_share": 100 * three / n20["employment"],
        "country.Japan.2020.value_added": by_country["Japan"] / 100,
        "country.Japan.2020.share_of_59": 100 * by_country["Japan"] / world,
        "income_group.high.2020.value_added": of_high / 1e6,
        "world.total.2020.value_added": world / 1e6,
    }  # fmt: skip
    found = {name: model_of(audited, name) for name in due}
    assert found == pytest.approx(due, rel=1e-12)


def test_provinces_and_regions_are_exact_from_the_printed_sectors(inputs: ModelInputs) -> None:
    """Twelve printed regional values follow to 0.05 from the three printed sector totals."""
    base = run_model(inputs)
    letters = {s.code: s.sector3 for s in inputs.sections}
    printed_totals = published.sections("value_added", 2020)
    exact = replace(
        base,
        sectors3=base.sectors3 * 0
        + [[sum(v for c, v in printed_totals.items() if letters[c] == s)]
           for s in ("primary", "secondary", "tertiary")],
    )  # fmt: skip
    exact = replace(exact, provinces=allocate(exact.province_gdp.values, exact.sectors3))
    gaps = [
        abs(c.difference)
        for c in audit(exact, shipped_publication()).comparisons
        if c.figure.scope in ("province", "region") and c.figure.measure == "value_added"
    ]
    assert len(gaps) == 12
    assert max(gaps) <= 0.05


@pytest.mark.parametrize(
    ("model", "unit", "status"),
    [
        (50.00, "100m yuan", "exact"),
        (50.005, "100m yuan", "rounded"),
        (49.995, "100m yuan", "rounded"),
        (50.006, "100m yuan", "near"),
        (50.50, "100m yuan", "near"),
        (50.51, "100m yuan", "differs"),
        (50.05, "percent", "near"),
        (50.06, "percent", "differs"),
        (float("nan"), "100m yuan", "not_computed"),
    ],
)
def test_status(model: float, unit: str, status: str) -> None:
    assert status_of(figure("industry.A.2020.value_added", 50.0, unit), model) == status


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("industry.Z.2020.value_added", "unknown_key"),
        ("industry.A.2035.value_added", "year_outside"),
        ("world.total.2019.value_added", "year_outside"),
        ("industry.A.2020.beauty", "not_modelled"),
        ("galaxy.total.2020.value_added", "not_modelled"),
        ("nation.direct.2019.employment", "not_given"),
        ("industry.C.2019.employment", "not_given"),
    ],
)
def test_what_cannot_be_computed_says_why(results: ModelResults, name: str, reason: str) -> None:
    (found,) = audit(results, (figure(name, 1.0),)).comparisons
    assert (found.status, found.reason) == ("not_computed", reason)


def test_without_a_list_of_countries_the_world_cannot_be_computed(results: ModelResults) -> None:
    found = audit(results, shipped_publication(), countries=()).comparisons
    reasons = {c.reason for c in found if c.figure.scope == "country"}
    assert reasons == {"no_countries"}


def test_the_record_can_be_written_as_json(audited: Audit) -> None:
    figures = [comparison_record(c) for c in audited.comparisons]
    record = json.loads(json.dumps(audit_record(audited, figures), allow_nan=False))
    assert len(record["figures"]) == 218
    assert {i["holds"] for i in record["identities"]} == {True, False}
    assert len(record["findings"]) == len(list(told(audited.internal)))


# --- the full table (method, section 14): stated as measured


@pytest.fixture(scope="module")
def full(inputs: ModelInputs, official: ReadTable) -> Audit:
    """The audit on 149 sectors with scores fitted to the printed totals of 2020."""
    base = with_table_of_149(inputs, official("china_2017_149"))
    fitted = calibrate(base, targets(), near=0.0, power=1.3)
    return audit(run_model(fitted.inputs), shipped_publication())


def test_149_sectors_reach_what_the_method_states(full: Audit) -> None:
    gaps = {(g.key, g.year): g for g in full.gaps()}
    for year in (2020, 2021):
        assert gaps["sections", year].count == 19
        assert gaps["sections", year].median <= 0.004
        assert gaps["sections", year].largest <= 0.025
    for year in (2017, 2018, 2019, 2020):
        assert gaps["share_of_gdp", year].largest <= 0.05
    assert gaps["employment", 2020].largest <= 0.005
    assert gaps["provinces", 2020].largest <= 0.001
    assert gaps["regions", 2020].largest <= 0.0015


def test_149_sectors_and_what_stays_apart(full: Audit) -> None:
    """2021: the share differs by its GDP, 0.28 points; employment by 0.6 and 0.9 %."""
    gaps = {(g.key, g.year): g for g in full.gaps()}
    assert gaps["share_of_gdp", 2021].largest == pytest.approx(0.278, abs=0.01)
    assert gaps["employment", 2021].largest == pytest.approx(0.0094, abs=0.001)


# --- a publication as a CSV file


def written(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "figures.csv"
    path.write_text("\n".join(("id,unit,value", *lines)) + "\n", encoding=encoding)
    return path


def test_decimals_are_those_of_the_print(shared: Path) -> None:
    """Every figure of the file stands in the white paper's text with just its decimals."""
    text = (shared / "published" / "white_paper_2021.txt").read_text(encoding="utf-8")
    packed = "".join(text.split())
    for printed_figure in shipped_publication():
        assert printed_figure.shown(abs(printed_figure.value)) in packed, printed_figure.id


def test_decimals_lost_by_a_spreadsheet_come_from_like_figures(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "industry.A.2020.value_added,亿元,561.47",
        "industry.B.2020.value_added,亿元,2601.1",
        "nation.total.2020.value_added,万亿元,3.6",
    )
    assert [f.decimals for f in read_publication(path)] == [2, 2, 1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "province.广东.2020.value_added,亿元,1.5", encoding=encoding)
    assert read_publication(path)[0].key == "广东"


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("industry.A.value_added,亿元,1", "published_id"),
        ("industry..2020.value_added,亿元,1", "published_id"),
        ("industry.A.2020.value_added,bushels,1", "published_unit"),
        ('industry.A.2020.value_added,亿元,"1,234"', "published_number"),
        ("industry.A.2020.value_added,亿元,", "published_number"),
        ("industry.A.2020.value_added,亿元,nan", "published_number"),
        ("industry.A.2020.value_added,亿元,1%", "published_number"),
        ("industry.B.2020.value_added,亿元,1", "published_twice"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, key: str) -> None:
    path = written(tmp_path, "industry.B.2020.value_added,亿元,1", line)
    with pytest.raises(InputError) as caught:
        read_publication(path)
    (finding,) = caught.value.findings
    assert (finding.key, finding.values["line"]) == (key, 3)
    assert str(path) in str(finding)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text("id,number\na.b.2020.c,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="unit, value"):
        read_publication(path)


def test_an_empty_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no published figures"):
        read_publication(written(tmp_path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileProblem):
        read_publication(tmp_path / "none.csv")

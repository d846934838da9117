"""Comparisons: what differs is found with its cell, and contributions add up to the change."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiecon import ModelInputs, catalogue, default_inputs, run_model
from iiecon.cli import main
from iiecon.cli.comparing import Side, check_side
from iiecon.compare import Comparison, Moved, compare, group_of
from iiecon.inputs import MACRO_COLUMNS, GrowthRules, Section, Series
from iiecon.iotable import IOTable
from iiecon.replication.package import Origin, package_files, write_package
from iiecon.workbook.build import build_workbook

Change = Callable[[ModelInputs], ModelInputs]


# --- one change to each group


def series(values: Series, row: int, year: int, factor: float) -> Series:
    changed = values.values.copy()
    changed[row, values.years.index(year)] *= factor
    return Series(values.years, changed)


def flows(inputs: ModelInputs) -> ModelInputs:
    """A sale moved from final use to an industry that buys it, its value added less by as much."""
    t = inputs.table
    cells, value_added = t.flows.copy(), t.value_added.copy()
    assert t.final_use is not None
    assert t.parts is not None
    final, uses, primary = t.final_use.copy(), t.parts.final_uses.copy(), t.parts.value_added.copy()
    amount = 100.0
    cells[30, 60] += amount
    value_added[60] -= amount
    primary[0, 60] -= amount
    final[30] -= amount
    uses[30, 1] -= amount
    parts = replace(t.parts, final_uses=uses, value_added=primary)
    table = replace(t, flows=cells, value_added=value_added, final_use=final, parts=parts)
    return replace(inputs, table=table)


def override(inputs: ModelInputs, sector: int = 1, score: float = 0.5) -> ModelInputs:
    scores = inputs.experts.override.copy()
    scores[sector] = score
    return replace(inputs, experts=replace(inputs.experts, override=scores))


def section_va(inputs: ModelInputs, factor: float = 1.1, section: str = "J") -> ModelInputs:
    row = [s.code for s in inputs.sections].index(section)
    return replace(inputs, section_va=series(inputs.section_va, row, 2020, factor))


def multiplier(inputs: ModelInputs, factor: float = 1.05) -> ModelInputs:
    row = MACRO_COLUMNS.index("multiplier_override")
    return replace(inputs, macro=series(inputs.macro, row, 2020, factor))


def gdp(inputs: ModelInputs) -> ModelInputs:
    return replace(inputs, macro=series(inputs.macro, MACRO_COLUMNS.index("gdp"), 2020, 1.01))


def wages(inputs: ModelInputs) -> ModelInputs:
    return replace(inputs, wages=series(inputs.wages, 3, 2019, 1.1))


def growth(inputs: ModelInputs) -> ModelInputs:
    weights = inputs.growth.weights.copy()
    weights[0] = 0.6, 0.4, 0
    return replace(inputs, growth=replace(inputs.growth, weights=weights))


def province_gdp(inputs: ModelInputs) -> ModelInputs:
    return replace(inputs, province_gdp=series(inputs.province_gdp, 3 * 18 + 1, 2020, 1.02))


def employed(inputs: ModelInputs) -> ModelInputs:
    people = inputs.province_employed.copy()
    people[4, 1] *= 1.2
    return replace(inputs, province_employed=people)


def region(inputs: ModelInputs) -> ModelInputs:
    first = replace(inputs.provinces[0], region="northeast")
    return replace(inputs, provinces=(first, *inputs.provinces[1:]))


def imports(inputs: ModelInputs) -> ModelInputs:
    return replace(inputs, options=replace(inputs.options, imports="domestic"))


def sector3(inputs: ModelInputs) -> ModelInputs:
    sections = tuple(
        replace(s, name_en="Services of all kinds") if s.code == "S" else s for s in inputs.sections
    )
    return replace(inputs, sections=sections)


CHANGES: dict[str, tuple[Change, str, str]] = {
    # the group, and the cell's named range
    "flows": (flows, "io_table", "IO_FLOWS"),
    "override": (override, "scores", "SCORE_OVERRIDE"),
    "section_va": (section_va, "section_va", "SECTION_VA"),
    "multiplier": (multiplier, "multiplier", "MACRO_DATA"),
    "gdp": (gdp, "macro", "MACRO_DATA"),
    "wages": (wages, "wages", "SECTION_WAGES"),
    "growth": (growth, "growth", "GROWTH_WEIGHTS"),
    "province_gdp": (province_gdp, "province_gdp", "PROVINCE_GDP"),
    "employed": (employed, "province_employed", "PROVINCE_EMPLOYED"),
    "region": (region, "regions", "PROVINCE_REGIONS"),
    "imports": (imports, "option:imports", "OPT_IMPORTS"),
    "name": (sector3, "sections", "SECTION_NAMES"),
}
MOVING = [name for name in CHANGES if name != "name"]


def moved(found: Comparison, table: str, key: tuple[Any, ...], field: str) -> Moved:
    (only,) = [m for m in found.moved if (m.table, m.key, m.field) == (table, key, field)]
    return only


def test_equal_inputs(inputs: ModelInputs) -> None:
    found = compare(inputs, default_inputs())
    assert found.equal
    assert found.groups == ()


@pytest.mark.parametrize("name", MOVING)
def test_a_single_change_is_all_of_its_group(inputs: ModelInputs, name: str) -> None:
    change, group, _ = CHANGES[name]
    found = compare(inputs, change(inputs))
    assert found.groups == ((group,),)
    assert {group_of(c) for c in found.inputs} == {group}
    assert found.moved
    for m in found.moved:
        assert m.contributions == (m.change,)
        assert m.interaction == 0.0


def test_a_name_moves_nothing(inputs: ModelInputs) -> None:
    found = compare(inputs, sector3(inputs))
    (only,) = found.inputs
    assert (only.table, only.key, only.new) == ("sections", ("S",), "Services of all kinds")
    assert found.moved == ()


def test_a_region_moves_only_regions(inputs: ModelInputs) -> None:
    """Beijing leaves one region and joins another: the sum stays, and it is listed once."""
    found = compare(inputs, region(inputs))
    assert [(c.key[-1], c.old, c.new) for c in found.inputs] == [
        ("110000", "jing_jin_ji", "northeast")
    ]
    assert {m.table for m in found.moved} == {"regions"}
    values = [m for m in found.moved if m.field == "value_added" and m.key[0] == 2020]
    assert len(values) == 2
    assert sum(m.change for m in values) == pytest.approx(0, abs=1e-9)


# --- attribution


def test_interaction_by_hand(inputs: ModelInputs) -> None:
    """Z = p·VA in finance, which has no direct part: VA up by a tenth and τ by a twentieth give
    0.1·Z, 0.05·Z and together 0.155·Z, hence an interaction of 0.005·Z.
    """
    found = compare(inputs, multiplier(section_va(inputs)))
    assert found.groups == (("section_va",), ("multiplier",))
    finance = moved(found, "sections", (2020, "J"), "indirect")
    parts = [*finance.contributions, finance.change, finance.interaction]
    assert [part / finance.old for part in parts] == pytest.approx([0.1, 0.05, 0.155, 0.005])


def test_score_by_hand(inputs: ModelInputs) -> None:
    """Direct value added of the base year moves by (S′ − S)·N."""
    sector = 4
    code = inputs.experts.codes[sector]
    n = inputs.table.value_added[inputs.table.codes.index(code)]
    before = run_model(inputs).scores.used[sector]
    found = compare(inputs, section_va(override(inputs, sector, 0.25)))
    direct = moved(found, "national", (2017,), "direct")
    assert direct.contributions == pytest.approx(((0.25 - before) * n, 0.0))
    assert direct.interaction == pytest.approx(0, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(MOVING), min_size=1, max_size=5, unique=True),
    st.floats(0.9, 1.1),
    st.floats(0.05, 0.6),
)
def test_contributions_add_up(names: list[str], factor: float, score: float) -> None:
    """Against the results of either side, taken straight from the model's arrays."""
    a = default_inputs()
    b = override(section_va(a, factor, "C"), 3, score)
    for name in names:
        b = CHANGES[name][0](b)
    found = compare(a, b)
    before, after = run_model(a), run_model(b)
    letters = [s.code for s in a.sections]
    for m in found.moved:
        parts = [*m.contributions, m.interaction]
        assert math.fsum(parts) == pytest.approx(m.change, abs=1e-12 * abs(m.old) + 1e-15)
        t = before.years.index(int(str(m.key[0])))
        if m.table == "national" and m.field == "total":
            due = after.national[t] - before.national[t]
        elif m.table == "sections" and m.field == "total":
            row = letters.index(str(m.key[1]))
            due = after.total[row, t] - before.total[row, t]
        else:
            continue
        assert m.change == due
    totals = [m.key[0] for m in found.moved if (m.table, m.field) == ("national", "total")]
    still = [y for y in before.years if y not in totals]
    for year in still:
        t = before.years.index(year)
        assert after.national[t] == pytest.approx(before.national[t], rel=1e-12)


def test_groups_come_apart(inputs: ModelInputs) -> None:
    """Provincial GDP moves no section; wages move no value added."""
    found = compare(inputs, wages(province_gdp(inputs)))
    assert found.groups == (("wages",), ("province_gdp",))
    assert {m.field for m in found.moved if m.table == "sections"} == {
        "employment_direct", "employment_indirect",
    }  # fmt: skip
    for m in found.moved:
        if m.table in ("provinces", "regions"):
            assert m.contributions[0] == 0.0


def test_typed_multipliers_are_not_national_series(inputs: ModelInputs) -> None:
    """Both stand in one range; GDP moves shares and no value added, multipliers both."""
    found = compare(inputs, gdp(multiplier(inputs)))
    assert found.groups == (("macro",), ("multiplier",))
    assert moved(found, "national", (2020,), "total").contributions[0] == 0.0
    share = moved(found, "national", (2020,), "share_of_gdp")
    assert share.contributions[0] == pytest.approx(share.old * (1 / 1.01 - 1))
    assert share.contributions[1] > 0


# --- inputs of different shape


def merged(inputs: ModelInputs) -> ModelInputs:
    """The third and fourth sector of the table, both of agriculture, as one."""
    t = inputs.table
    to = np.delete(np.eye(t.size), 3, axis=1)
    to[3, 2] = 1.0
    keep = [i for i in range(t.size) if i != 3]
    letters = inputs.sector_sections
    assert letters[2] == letters[3] == "A"
    assert t.final_use is not None
    assert t.exports is not None
    assert t.imports is not None
    table = IOTable.from_arrays(
        to.T @ t.flows @ to, to.T @ t.output, to.T @ t.value_added,
        [t.codes[i] for i in keep], [t.names[i] for i in keep],
        final_use=to.T @ t.final_use, exports=to.T @ t.exports, imports=to.T @ t.imports,
        year=2017, precision=t.precision,
    )  # fmt: skip
    return replace(
        inputs,
        table=table,
        sector_codes=table.codes,
        sector_sections=tuple(letters[i] for i in keep),
    )


def test_another_list_of_sectors(inputs: ModelInputs) -> None:
    found = compare(inputs, override(merged(inputs)))
    assert found.groups == (("io_table", "scores"),)
    alone = {(s.table, s.in_new): s.keys for s in found.inputs_of_one}
    assert alone["io_sectors", False] == ((inputs.table.codes[3],),)
    assert ("io_sectors", True) not in alone
    assert {len(m.contributions) for m in found.moved} == {1}
    assert all(m.interaction == 0 for m in found.moved)


def turned_round(inputs: ModelInputs) -> ModelInputs:
    """Sections and provinces in the opposite order, which means the same."""
    gdp = inputs.province_gdp
    by_sector = gdp.values.reshape(31, 3, -1)[::-1].reshape(gdp.values.shape)
    return replace(
        inputs,
        sections=inputs.sections[::-1],
        section_va=Series(inputs.section_va.years, inputs.section_va.values[::-1]),
        wages=Series(inputs.wages.years, inputs.wages.values[::-1]),
        growth=GrowthRules(
            inputs.growth.weights[::-1],
            inputs.growth.addition[::-1],
            inputs.growth.addition_year[::-1],
        ),
        provinces=inputs.provinces[::-1],
        province_gdp=Series(gdp.years, by_sector),
        province_employed=inputs.province_employed[::-1],
    )


def test_order_does_not_matter(inputs: ModelInputs) -> None:
    assert compare(inputs, turned_round(inputs)).equal


@pytest.mark.parametrize("name", ["section_va", "wages", "growth", "province_gdp", "employed"])
def test_a_single_change_in_another_order(inputs: ModelInputs, name: str) -> None:
    change, group, _ = CHANGES[name]
    found = compare(inputs, turned_round(change(inputs)))
    assert found.groups == ((group,),)
    for m in found.moved:
        assert m.contributions[0] == pytest.approx(m.change, abs=1e-11 * abs(m.old))


def test_a_section_more(inputs: ModelInputs) -> None:
    """A section without sectors: what belongs to sections goes together, nothing else moves."""
    more = Section("T", "国际组织", "International organisations", "tertiary")

    def longer(values: Series) -> Series:
        return Series(values.years, np.vstack([values.values, values.values[-1]]))

    rules = inputs.growth
    other = replace(
        inputs,
        sections=(*inputs.sections, more),
        section_va=longer(inputs.section_va),
        wages=longer(inputs.wages),
        growth=GrowthRules(
            np.vstack([rules.weights, rules.weights[-1]]),
            np.append(rules.addition, 0.0),
            np.append(rules.addition_year, 0.0),
        ),
    )
    found = compare(inputs, gdp(other))
    assert [set(g) for g in found.groups] == [
        {"macro"}, {"sections", "section_va", "wages", "growth"},
    ]  # fmt: skip
    (alone,) = [s for s in found.results_of_one if s.table == "sections"]
    assert (alone.in_new, {key[1] for key in alone.keys}) == (True, {"T"})
    share = moved(found, "national", (2020,), "share_of_gdp")
    assert share.contributions == (share.change, 0.0)


def test_other_years(inputs: ModelInputs) -> None:
    shorter = replace(inputs, options=replace(inputs.options, last_year=2020))
    found = compare(inputs, section_va(shorter))
    assert set(found.groups) == {("section_va",), ("option:last_year",)}
    assert {s.table for s in found.results_of_one} >= {"national", "sections", "provinces"}
    assert all(key[0] == 2021 for s in found.results_of_one for key in s.keys)
    assert {m.key[0] for m in found.moved} == {2020}


def test_table_and_base_year_go_together(inputs: ModelInputs) -> None:
    """A table of 2018 is refused with the base year 2017, and the other way round."""
    later = replace(
        flows(inputs),
        table=replace(flows(inputs).table, year=2018),
        options=replace(inputs.options, base_year=2018),
    )
    found = compare(inputs, wages(later))
    assert set(found.groups) == {("wages",), ("io_table", "option:base_year")}
    assert {m.key[0] for m in found.moved} <= {2018, 2019, 2020, 2021}
    for m in found.moved:
        assert math.fsum([*m.contributions, m.interaction]) == pytest.approx(m.change)


def test_options_that_only_stand_together(inputs: ModelInputs) -> None:
    """fit_last must lie three years after fit_first: fit_first alone is refused, with it not."""
    early = replace(inputs.options, fit_first=2007, fit_last=2011)
    late = replace(inputs.options, fit_first=2012, fit_last=2016)
    early, late = (replace(o, multiplier_source="production_function") for o in (early, late))
    a = replace(inputs, options=early)
    b = wages(replace(inputs, options=late))
    found = compare(a, b)
    assert [set(g) for g in found.groups] == [{"wages"}, {"option:fit_first", "option:fit_last"}]
    assert found.moved
    for m in found.moved:
        assert len(m.contributions) == 2
        assert math.fsum([*m.contributions, m.interaction]) == pytest.approx(m.change)


def test_numbers_that_only_one_side_can_give(inputs: ModelInputs) -> None:
    """Without the wages of 2018 there is no employment by section in 2020."""
    years = inputs.wages.years
    blank = inputs.wages.values.copy()
    blank[:, years.index(2018)] = np.nan
    found = compare(inputs, replace(inputs, wages=Series(years, blank)))
    given_up = {(c.table, c.key, c.field) for c in found.results if c.new is None}
    assert ("sections", (2020, "A"), "employment_indirect") in given_up
    assert not [m for m in found.moved if m.field == "employment_direct" and m.key[0] == 2020]


# --- the command


def packaged(folder: Path, inputs: ModelInputs) -> str:
    write_package(folder, package_files(run_model(inputs), Origin(), []))
    return str(folder)


def test_packages_by_the_command(
    inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a = packaged(tmp_path / "a", inputs)
    b = packaged(tmp_path / "b", imports(section_va(inputs)))
    target = tmp_path / "c.json"
    assert main(["compare", a, b, "--json", str(target)]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"甲 / A = {a}\n乙 / B = {b}\n")
    rows = [line.split("│")[2:-1] for line in out.splitlines() if re.match(r"│ 20\d\d .*\d", line)]
    money = [cell.strip() for row in rows for cell in row if "%" not in row[0]]
    assert len(money) > 10
    assert all(re.fullmatch(r"[-+]?\d{1,3}(,\d{3})*\.\d\d", number) for number in money)
    assert catalogue.both("compare.groups.section_va") in out
    assert catalogue.both("compare.interaction") in out
    told = json.loads(target.read_bytes())
    assert told["groups"] == [["section_va"], ["option:imports"]]
    (value,) = [c for c in told["inputs"] if c["group"] == "section_va"]
    assert (value["key"], value["range"], value["file"]) == (
        [2020, "J"], "SECTION_VA", "inputs/section_value_added.csv",
    )  # fmt: skip
    for m in told["moved"]:
        parts = [*m["contributions"].values(), m["interaction"]]
        assert math.fsum(parts) == pytest.approx(m["b"] - m["a"])
    assert list(told["moved"][0]["contributions"]) == ["section_va", "option:imports"]


def test_equal_by_the_command(
    inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a = packaged(tmp_path / "a", inputs)
    assert main(["compare", a, a]) == 0
    assert catalogue.both("compare.equal") in capsys.readouterr().out


def test_a_side_that_is_not_there(
    inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a = packaged(tmp_path / "a.zip", inputs)
    assert main(["compare", a, str(tmp_path / "b.xlsm")]) == 3
    assert "b.xlsm" in capsys.readouterr().err


def test_a_side_with_errors_is_named(
    inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = (packaged(tmp_path / name, inputs) for name in "ab")
    path = Path(b) / "inputs/growth_rules.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\nA,0.7,0.3,", "\nA,0.7,0.9,"), encoding="utf-8")
    target = tmp_path / "c.json"
    assert main(["compare", a, b, "--json", str(target)]) == 1
    err = capsys.readouterr().err
    assert f"{b}: inputs/growth_rules.csv[A, weight_1]" in err
    assert not target.exists()


def test_json_goes_over_no_workbook(tmp_path: Path) -> None:
    assert main(["compare", "a.xlsm", "b.xlsm", "--json", str(tmp_path / "b.xlsm")]) == 2


# --- cells


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The shipped inputs, and the same with one change to each group."""
    folder = tmp_path_factory.mktemp("workbooks")
    a = b = default_inputs()
    for change, _, _ in CHANGES.values():
        b = change(b)
    paths = folder / "a.xlsm", folder / "b.xlsm"
    for path, inputs in zip(paths, (a, b), strict=True):
        check_side(Side(inputs, None), path)
        path.write_bytes(build_workbook(inputs))
    return paths


def test_cells_hold_what_is_told(workbooks: tuple[Path, Path], tmp_path: Path) -> None:
    """Each cell named holds the old value in A and the new one in B, read by another library."""
    a, b = workbooks
    target = tmp_path / "c.json"
    assert main(["compare", str(a), str(b), "--json", str(target)]) == 0
    told = json.loads(target.read_bytes())
    books = [openpyxl.load_workbook(path, data_only=True) for path in workbooks]
    assert {c["group"] for c in told["inputs"]} == {group for _, group, _ in CHANGES.values()}
    assert {c["range"] for c in told["inputs"]} >= {name for *_, name in CHANGES.values()}
    for c in told["inputs"]:
        if c["table"] == "io_sectors" and c["field"] == "final_use":
            continue  # final use in all has no cell of its own
        for book, cell, value in zip(
            books, (c["cell_a"], c["cell_b"]), (c["a"], c["b"]), strict=True
        ):
            sheet, address = cell.split("!")
            assert book[sheet][address].value == expected(value), (c, cell)


def expected(value: object) -> object:
    return pytest.approx(value, rel=1e-12) if isinstance(value, float) else value

"""The cell doctor: random slips are named right, rounding and pairs of slips name no wrong cell.

The figures are printed; `pytest -s` shows them. How slips are drawn stands in `slip_draws`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from iiecon import IOTable
from iiecon.checks import check_io_table, column_residuals, row_residuals, tolerance
from iiecon.findings import Finding
from tests.conftest import ReadTable, Tally
from tests.slip_draws import ALL_KINDS, BLOCKS, CELL_KINDS, Draw, Drawn, Sheet, digits_of

# Findings that name no single slip.
OPEN = {
    *("column_balance", "row_balance", "several_cells"),
    *("negative_flow", "output_not_positive", "duplicate_code"),
}
BY_COLUMN = ("flows", "final_use", "primary")  # blocks whose cells have a row and a column
OFFICIAL = [
    *("china_2012_139", "china_2017_149", "china_2018_153", "china_2020_153"),
    *("china_2017_42", "china_2018_42", "china_2020_42"),
]
TABLES = ["shipped", "china_2017_149"]
Named = Callable[[str], IOTable]


@pytest.fixture
def named(table: IOTable, request: pytest.FixtureRequest) -> Named:
    """A table by its name: the shipped one or an official one."""

    def read(name: str) -> IOTable:
        if name == "shipped":
            return table
        official: ReadTable = request.getfixturevalue("official")
        return official(name)

    return read


def is_off(table: IOTable) -> bool:
    """Whether any sum is off by more than the printing allows."""
    rows = row_residuals(table)
    assert rows is not None
    limit = tolerance(table)
    return bool((np.abs(column_residuals(table)) > limit).any() or (np.abs(rows) > limit).any())


def draws(kinds: Sequence[Draw], sheet: Sheet, random: np.random.Generator) -> Drawn:
    """The next slip that changes anything, each kind as likely."""
    while True:
        drawn = kinds[int(random.integers(len(kinds)))](sheet, random)
        if drawn is not None:
            return drawn


def is_cell(finding: Finding, drawn: Drawn) -> bool:
    column = drawn.column if drawn.block in BY_COLUMN else None
    return (finding.table, finding.row, finding.column) == (drawn.block, drawn.row, column)


def is_line(finding: Finding, drawn: Drawn) -> bool:
    """The kind, the sectors and the factor, as a reader sees them."""
    said = finding.message.split(" / ")[1]
    factor = [f"{drawn.factor:g} times"] if drawn.factor else []
    return finding.key == drawn.key and all(text in said for text in [*drawn.words, *factor])


def is_value(finding: Finding, drawn: Drawn) -> bool:
    return float(str(finding.values["expected"])) == pytest.approx(drawn.value, rel=1e-9, abs=1e-6)


def is_right(finding: Finding, drawn: Drawn) -> bool:
    if not drawn.block:
        return is_line(finding, drawn)
    return is_cell(finding, drawn) and is_value(finding, drawn)


def balances(finding: Finding, drawn: Drawn) -> bool:
    """Whether the value offered, put into the cell named, leaves nothing off."""
    block, column = finding.table, finding.column or 0
    value = float(str(finding.values["expected"]))
    return not is_off(drawn.sheet.with_cell(block, finding.row or 0, column, value).read())


def is_typing(finding: Finding) -> bool:
    """One digit differs, or two neighbours are swapped, in the two numbers as they are written."""
    pair = [digits_of(float(str(finding.values[k]))) for k in ("found", "expected")]
    places = max((t + ".").index(".") for t in pair)
    ends = max(len(t) - (t + ".").index(".") for t in pair)
    found, due = (
        t.rjust(len(t) + places - (t + ".").index("."), "0").ljust(places + ends, "0") for t in pair
    )
    off = [k for k in range(len(found)) if found[k] != due[k]]
    swapped = len(off) == 2 and found[off[0]] == due[off[1]] and found[off[1]] == due[off[0]]
    return len(off) == 1 or (swapped and off[1] - off[0] <= 2)


def told(drawn: Drawn, found: list[Finding]) -> str:
    """What the doctor made of a single slip."""
    if not found or any(f.key in OPEN for f in found):
        return "left open"
    if len(found) == 1:
        return "right" if is_right(found[0], drawn) else "WRONG"
    equal = all(balances(f, drawn) and is_typing(f) for f in found)
    return "one of equals" if equal and any(is_right(f, drawn) for f in found) else "WRONG"


def measured(table: IOTable, kinds: Sequence[Draw], count: int, seed: int) -> Counter[str]:
    """So many slips that can be seen, each told; prints what came out by kind."""
    sheet, random = Sheet.of(table), np.random.default_rng(seed)
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    unseen, total = 0, Counter[str]()
    while total.total() < count:
        drawn = draws(kinds, sheet, random)
        spoilt = drawn.sheet.read()
        if not is_off(spoilt):
            unseen += 1
            continue
        verdict = told(drawn, check_io_table(spoilt))
        by_kind[drawn.kind][verdict] += 1
        total[verdict] += 1
    print(f"\n{table.size} sectors: {dict(total)}; {unseen} more within the printing tolerance")
    for kind in sorted(by_kind):
        print(f"  {kind:<24} {dict(by_kind[kind])}")
    return total


def counts_of(total: Counter[str]) -> dict[str, int]:
    """The counts as they are printed: tried, named alone, and so on."""
    kinds = {"right": "named alone", "one of equals": "one of equals", "left open": "left open",
             "WRONG": "wrong"}  # fmt: skip
    return {"tried": total.total(), **{shown: total[kind] for kind, shown in kinds.items()}}


@pytest.mark.parametrize("name", TABLES)
def test_slip_of_any_kind_is_named_with_its_factor(named: Named, name: str, tally: Tally) -> None:
    total = measured(named(name), ALL_KINDS, 1000, seed=6)
    tally(f"slips of any kind, {name}", **counts_of(total))
    assert total["right"] >= 990
    assert total["WRONG"] == total["left open"] == 0


@pytest.mark.parametrize("name", TABLES)
def test_slip_in_a_cell_is_named_or_stands_among_equals(
    named: Named, name: str, tally: Tally
) -> None:
    """Slips in cells alone: a wrong digit beside or below the flows fits several cells alike, and
    on the diagonal two. All of those are offered, each of which does balance and is one slip away.
    """
    total = measured(named(name), CELL_KINDS, 1000, seed=7)
    tally(f"slips in cells, {name}", **counts_of(total))
    assert total["right"] + total["one of equals"] >= 999
    assert total["right"] >= 980
    assert total["WRONG"] == 0


@pytest.mark.parametrize("name", TABLES)
def test_two_slips_name_no_wrong_cell(named: Named, name: str) -> None:
    """Both right cells would be a surprise; one of the two is named where the other hides in it."""
    sheet, random, total = Sheet.of(named(name)), np.random.default_rng(8), Counter[str]()
    for kinds in (CELL_KINDS, ALL_KINDS):
        for _ in range(500):
            first = draws(kinds, sheet, random)
            second = draws(kinds, first.sheet, random)
            found = check_io_table(second.sheet.read())
            total[of_two(found, first, second)] += 1
    print(f"\n{sheet.size} sectors, 1000 pairs of slips: {dict(total)}")
    assert total["WRONG"] == 0
    assert total["left open"] >= 900


def of_two(found: list[Finding], first: Drawn, second: Drawn) -> str:
    if not found or any(f.key in OPEN for f in found):
        return "left open" if found else "not seen"
    hit = any(
        is_cell(f, drawn) if drawn.block else is_line(f, drawn)
        for f in found
        for drawn in (first, second)
    )
    return "one of the two" if hit else "WRONG"


# --- rounded tables


@pytest.mark.parametrize("unit", [1.0, 10.0, 100.0, 1000.0])
@pytest.mark.parametrize("name", ["shipped", *OFFICIAL])
def test_rounded_table_has_no_finding(named: Named, name: str, unit: float) -> None:
    """To 1, 10, 100, 1000 万元; 100 万元 are 0.01 亿元."""
    rounded = Sheet.of(named(name)).rounded(unit).read()
    rows = row_residuals(rounded)
    assert rows is not None
    if unit > 1:  # there is something to find: the sums are off
        assert np.abs(rows).max() >= unit / rounded.per_unit
    assert check_io_table(rounded) == []


@pytest.mark.parametrize("name", ["shipped", *OFFICIAL])
def test_table_printed_in_hundredths_of_yi_has_no_finding(named: Named, name: str) -> None:
    sheet = Sheet.of(named(name))
    hundredths = sheet.changed(**{k: np.round(v / 1e4, 2) for k, v in sheet.blocks.items()})
    assert check_io_table(hundredths.read("亿元")) == []


@pytest.mark.parametrize("name", TABLES)
def test_slip_in_a_rounded_table_names_no_wrong_cell(named: Named, name: str) -> None:
    """Noise may hide which slip it was, or that it was one; it never points elsewhere."""
    total, random = Counter[str](), np.random.default_rng(9)
    sheet = Sheet.of(named(name)).rounded(10.0)
    for _ in range(300):
        drawn = draws(CELL_KINDS, sheet, random)
        found = check_io_table(drawn.sheet.read())
        total[of_two(found, drawn, drawn)] += 1
    print(f"\n{sheet.size} sectors rounded to 10 万元, 300 slips in cells: {dict(total)}")
    assert total["WRONG"] == 0
    assert total["one of the two"] >= 200


# --- the table as it was


def test_balanced_table_is_not_diagnosed(table: IOTable, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor costs nothing while nothing is wrong."""

    def never(_: IOTable) -> list[Finding]:
        raise AssertionError

    monkeypatch.setattr("iiecon.checks.one_slip", never)
    assert check_io_table(table) == []
    with pytest.raises(AssertionError):
        check_io_table(replace(table, output=table.output * 1.01))


def test_nothing_is_applied(table: IOTable) -> None:
    drawn = draws(CELL_KINDS, Sheet.of(table), np.random.default_rng(1))
    spoilt = drawn.sheet.read()
    before = spoilt.flows.copy(), spoilt.output.copy(), spoilt.value_added.copy()
    assert check_io_table(spoilt) != []
    for old, new in zip(before, (spoilt.flows, spoilt.output, spoilt.value_added), strict=True):
        assert np.array_equal(old, new)


# --- single cases, by hand


def spoilt_by(table: IOTable, name: str, row: int, column: int, factor: float) -> list[Finding]:
    sheet = Sheet.of(table)
    value = float(sheet.blocks[name][row, column]) * factor
    return check_io_table(sheet.with_cell(name, row, column, value).read())


@pytest.mark.parametrize("name", [b for b in BLOCKS if b not in ("flows", "discrepancy")])
def test_cell_around_the_flows_is_named(table: IOTable, name: str) -> None:
    row, column = (1, 56) if name == "primary" else (85, int(name == "final_use"))
    (finding,) = spoilt_by(table, name, row, column, 10.0)
    assert (finding.key, finding.table) == ("cell_slip", name)
    assert "小数点错 1 位" in finding.message
    assert "(×10)" in finding.message


@pytest.mark.parametrize(
    ("factor", "zh", "en"),
    [
        (0.01, "小数点错 2 位", "the decimal point"),
        (1e4, "万元与亿元混淆", "the unit"),
        (-1.0, "正负号颠倒", "the wrong sign"),
        (1.237, "看不出是哪种笔误", "cannot be told"),
    ],
)
def test_likely_slip_is_told_in_both_languages(
    table: IOTable, factor: float, zh: str, en: str
) -> None:
    (finding,) = spoilt_by(table, "flows", 56, 57, factor)
    chinese, english = finding.message.split(" / ")
    assert zh in chinese
    assert en in english
    assert en not in chinese


def test_imports_typed_with_the_wrong_sign_are_named_as_a_whole(table: IOTable) -> None:
    assert table.imports is not None
    (finding,) = check_io_table(replace(table, imports=-table.imports))
    assert (finding.key, finding.table) == ("line_scaled", "imports")
    assert "IM" in finding.message
    assert "正负号颠倒" in finding.message


def test_row_that_is_off_by_no_slip_is_left_open(table: IOTable) -> None:
    flows = table.flows.copy()
    flows[3, :50] *= 1.1
    found = check_io_table(replace(table, flows=flows))
    assert found[-1].key == "several_cells"
    assert {f.key for f in found} <= OPEN


def test_flow_that_would_have_to_be_negative_is_no_explanation(table: IOTable) -> None:
    """A final use too large in the row of one sector, value added in the column of another."""
    sheet = Sheet.of(table)
    primary, uses = sheet.blocks["primary"].copy(), sheet.blocks["final_use"].copy()
    primary[0, 5] += 1e9
    uses[3, 0] += 1e9
    found = check_io_table(sheet.changed(primary=primary, final_use=uses).read())
    assert {f.key for f in found} == {"column_balance", "row_balance", "several_cells"}


def test_exports_without_imports_and_parts_are_looked_at(table: IOTable) -> None:
    """A table of which only the total of final use is known."""
    assert table.final_use is not None
    bare = replace(table, parts=None, exports=None)
    uses = table.final_use.copy()
    uses[56] *= 100
    (finding,) = check_io_table(replace(bare, final_use=uses))
    assert (finding.key, finding.table, finding.row) == ("cell_slip", "final_use", 56)


def test_one_final_use_that_is_wrong_and_fits_two_cells_names_both(table: IOTable) -> None:
    """5 000 000 less in a row: a digit of either of two of its cells."""
    sheet = Sheet.of(table)
    cells = {"final_use": (13_543_155.0, 0), "exports": (27_482_579.0, 0)}
    for name, (value, column) in cells.items():
        sheet = sheet.with_cell(name, 85, column, value)
    balanced = sheet.read()
    rows = row_residuals(balanced)
    assert rows is not None
    output = sheet.blocks["output"].copy()
    output[85] += rows[85] * 1e4
    primary = sheet.blocks["primary"].copy()
    primary[0, 85] += rows[85] * 1e4
    sheet = sheet.changed(output=output, primary=primary)
    assert check_io_table(sheet.read()) == []
    found = check_io_table(sheet.with_cell("exports", 85, 0, 22_482_579.0).read())
    offered = {(f.table, f.values["found"], f.values["expected"]) for f in found}
    assert ("exports", "22482579", "27482579") in offered
    assert all(f.key == "one_of_cells" and f.values["count"] == len(found) for f in found)


@pytest.mark.parametrize("value", [1e120, 1e300])
def test_absurd_numbers_are_left_open(table: IOTable, value: float) -> None:
    """No overflow, and no slip made up for them."""
    flows, output = table.flows.copy(), table.output.copy()
    flows[3, 5], output[5] = value, value
    for spoilt in (replace(table, flows=flows), replace(table, flows=flows, output=output)):
        assert {f.key for f in check_io_table(spoilt)} <= OPEN

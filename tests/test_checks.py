"""Checks of an input-output table: each slip is found and named, balanced tables pass."""

from dataclasses import replace

import numpy as np
import pytest

from iiecon import IOTable
from iiecon.checks import (
    check_for_balance,
    check_for_input_shares,
    check_for_productivity,
    check_io_table,
    column_residuals,
    row_residuals,
    tolerance,
)
from tests.conftest import ReadTable
from tests.oracles.refusals import places

BALANCED = [
    "china_2012_139",
    "china_2017_149",
    "china_2018_153",
    "china_2020_153",
    "china_2017_42",
    "china_2018_42",
    "china_2020_42",
    "OECD21ed_CHN_2017",
    "OECD21ed_JPN_2017",
]


def printed(digits: int = 0) -> IOTable:
    """Three balanced sectors with final use, exports and imports, printed to whole numbers."""
    flows = np.array([[120.0, 45, 310], [60, 520, 75], [15, 230, 900]])
    final_use = np.array([700.0, 480, 2400])
    imports = np.array([75.0, 35, 45])
    output = flows.sum(axis=1) + final_use - imports
    return IOTable.from_arrays(
        flows,
        output,
        output - flows.sum(axis=0),
        ["a", "b", "c"],
        final_use=final_use,
        exports=[100, 50, 500],
        imports=imports,
        precision=10.0**-digits,
    )


def with_flow(table: IOTable, row: int, column: int, value: float) -> IOTable:
    flows = table.flows.copy()
    flows[row, column] = value
    return replace(table, flows=flows)


def with_vector(table: IOTable, name: str, index: int, value: float) -> IOTable:
    vector = getattr(table, name).copy()
    vector[index] = value
    return replace(table, **{name: vector})


# --- balanced tables


def test_balanced_table_has_no_finding() -> None:
    assert check_io_table(printed()) == []


def test_shipped_table_has_no_finding(table: IOTable) -> None:
    assert check_io_table(table) == []


@pytest.mark.parametrize("name", BALANCED)
def test_official_table_has_no_error(official: ReadTable, name: str) -> None:
    assert places(check_io_table(official(name))) == []


def test_the_table_of_2007_is_off_in_one_column_only(official: ReadTable) -> None:
    """The re-published table of 2007 is off by 0.44 万元 in one sector."""
    table = official("china_2007_135")
    residuals = column_residuals(table)
    (finding,) = check_io_table(table)
    assert finding.key == "column_balance"
    assert finding.row == int(np.abs(residuals).argmax())
    assert abs(residuals[finding.row]) * 1e4 == pytest.approx(0.44, abs=0.005)


def test_residuals_by_hand() -> None:
    table = with_flow(printed(), 0, 1, 50.0)
    assert column_residuals(table).tolist() == [0, 5, 0]
    rows = row_residuals(table)
    assert rows is not None
    assert rows.tolist() == [5, 0, 0]


def test_discrepancy_and_other_inputs_count() -> None:
    table = printed()
    assert table.value_added is not None
    taxed = replace(
        table,
        value_added=table.value_added - 7,
        other_inputs=np.full(3, 7.0),
        final_use=None if table.final_use is None else table.final_use + 4,
        discrepancy=np.full(3, -4.0),
    )
    assert check_io_table(taxed) == []


def test_without_final_use_only_columns_are_checked() -> None:
    table = replace(with_flow(printed(), 0, 1, 4500.0), final_use=None)
    assert row_residuals(table) is None
    assert places(check_for_balance(table)) == [("column_balance", "value_added", 1, None)]


# --- tolerance


@pytest.mark.parametrize(("digits", "unit"), [(0, 1.0), (1, 0.1), (3, 0.001)])
def test_tolerance_follows_the_printed_digits(digits: int, unit: float) -> None:
    assert tolerance(printed(digits)) == pytest.approx([0.5 * unit * 3] * 3, rel=1e-6)


@pytest.mark.parametrize(("slip", "found"), [(1.4, 0), (1.6, 1)])
def test_rounding_of_printed_numbers_passes_and_more_does_not(slip: float, found: int) -> None:
    table = printed()
    changed = with_flow(table, 0, 1, table.flows[0, 1] + slip)
    assert len(check_io_table(changed)) == found


def test_tolerance_scales_with_the_unit(table: IOTable) -> None:
    assert tolerance(table.scaled(1e4, "万元")) == pytest.approx(tolerance(table) * 1e4)


# --- a slip in one cell is named with the value that would balance it


@pytest.mark.parametrize("factor", [100.0, 0.01, 10.0])
@pytest.mark.parametrize(("row", "column"), [(0, 5), (56, 57), (81, 2), (56, 56)])
def test_slip_of_a_flow_names_its_cell(
    table: IOTable, row: int, column: int, factor: float
) -> None:
    """The table is printed in whole 万元 and so is the value it should have."""
    right = table.flows[row, column]
    wrong = right * factor if right else 77.0
    (finding,) = check_io_table(with_flow(table, row, column, wrong))
    assert (finding.table, finding.row, finding.column) == ("flows", row, column)
    assert finding.values["expected"] == f"{right * 1e4:.0f}"
    assert finding.values["found"] == f"{wrong * 1e4:.12g}"
    assert finding.values["unit"] == "万元"
    if row == column:  # output stands in both balances as well, but no slip explains it
        assert (finding.key, finding.values["code"]) == ("cell_slip", table.codes[row])
        return
    assert finding.key == "cell_balance"
    assert finding.values["row"] == table.codes[row]
    assert finding.values["column"] == table.codes[column]


def test_lost_flow_on_the_diagonal_leaves_two_possible_cells(table: IOTable) -> None:
    """Nothing tells a flow that became 0 from an output that is too small by as much."""
    right, output = table.flows[56, 56], table.output[56]
    found = check_io_table(with_flow(table, 56, 56, 0.0))
    assert places(found) == [
        ("one_of_cells", "output", 56, None),
        ("one_of_cells", "flows", 56, 56),
    ]
    expected = [f"{(output - right) * 1e4:.0f}", f"{right * 1e4:.0f}"]
    assert [f.values["expected"] for f in found] == expected


def test_swapped_digits_of_a_flow_name_its_cell() -> None:
    (finding,) = check_io_table(with_flow(printed(), 2, 1, 320.0))
    assert (finding.table, finding.row, finding.column) == ("flows", 2, 1)
    assert (finding.values["found"], finding.values["expected"]) == ("320", "230")


@pytest.mark.parametrize("name", ["china_2012_139", "china_2017_149", "OECD21ed_JPN_2017"])
def test_every_slip_of_a_large_flow_of_an_official_table_is_named(
    official: ReadTable, name: str
) -> None:
    table = official(name)
    random = np.random.default_rng(5)
    cells = np.argwhere(table.flows > 10 * tolerance(table).max() + 1e-3)
    missed = []
    for row, column in random.choice(cells, 150):
        found = check_io_table(with_flow(table, row, column, table.flows[row, column] * 100))
        key = "cell_balance" if row != column else "cell_slip"
        if places(found) != [(key, "flows", row, column)]:
            missed.append((int(row), int(column)))
    assert missed == []


def test_two_slips_name_every_row_and_column_hit() -> None:
    table = with_flow(with_flow(printed(), 0, 1, 4500), 2, 0, 150)
    found = check_io_table(table)
    assert {(f.key, f.row) for f in found[:-1]} == {
        ("column_balance", 0),
        ("column_balance", 1),
        ("row_balance", 0),
        ("row_balance", 2),
    }
    assert (found[-1].key, found[-1].values) == ("several_cells", {"columns": 2, "rows": 2})


# --- a slip outside the flows


def test_slip_of_value_added_names_its_cell(table: IOTable) -> None:
    """The total, where it was typed over and no longer is the sum of its parts."""
    changed = with_vector(table, "value_added", 7, table.value_added[7] * 100)
    assert places(check_io_table(changed)) == [("cell_slip", "value_added", 7, None)]


def test_value_added_off_by_any_amount_names_its_column(table: IOTable) -> None:
    changed = with_vector(table, "value_added", 7, table.value_added[7] * 1.237)
    assert places(check_io_table(changed)) == [("column_balance", "value_added", 7, None)]


def test_slip_of_imports_names_its_cell(table: IOTable) -> None:
    assert table.imports is not None
    changed = with_vector(table, "imports", 56, table.imports[56] * 100)
    assert places(check_io_table(changed)) == [("cell_slip", "imports", 56, None)]


@pytest.mark.parametrize("name", ["final_use", "imports"])
def test_final_use_or_imports_off_by_any_amount_names_its_row(table: IOTable, name: str) -> None:
    changed = with_vector(table, name, 56, getattr(table, name)[56] * 1.237)
    assert places(check_io_table(changed)) == [("row_balance", "output", 56, None)]


@pytest.mark.parametrize("factor", [100.0, 1.1, 0.5])
def test_slip_of_output_points_at_the_output(table: IOTable, factor: float) -> None:
    """Row and column of one sector are off alike: its output is named, not only x_ii."""
    changed = with_vector(table, "output", 7, table.output[7] * factor)
    found = check_io_table(changed)
    assert ("output", 7) in {(f.table, f.row) for f in found}


# --- missing, negative, not positive, duplicate


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_blank_flow_is_named(value: float) -> None:
    found = check_io_table(with_flow(printed(), 1, 2, value))
    assert places(found) == [("not_a_number", "flows", 1, 2)]


@pytest.mark.parametrize(
    "name",
    ["output", "value_added", "final_use", "imports", "exports", "other_inputs", "discrepancy"],
)
def test_blank_in_a_vector_is_named(name: str) -> None:
    table = replace(printed(), other_inputs=np.zeros(3), discrepancy=np.zeros(3))
    found = check_io_table(with_vector(table, name, 2, float("nan")))
    assert places(found) == [("not_a_number", name, 2, None)]


def test_negative_flow_is_named() -> None:
    """With the value that is due, where the balances tell it."""
    table = printed()
    (finding,) = check_io_table(with_flow(table, 2, 0, -15.0))
    assert (finding.key, finding.row, finding.column) == ("cell_balance", 2, 0)
    assert finding.values["expected"] == "15"
    twice = with_flow(with_flow(table, 2, 0, -15.0), 1, 1, -7.0)
    assert {p[0] for p in places(check_io_table(twice))} == {"negative_flow"}


@pytest.mark.parametrize("value", [0.0, -5.0])
def test_output_that_is_not_positive_is_named(value: float) -> None:
    table = printed()
    (finding,) = check_io_table(with_vector(table, "output", 1, value))
    assert (finding.key, finding.table, finding.row) == ("cell_slip", "output", 1)
    assert finding.values["expected"] == f"{table.output[1]:.0f}"
    twice = replace(table, output=np.array([value, value, table.output[2]]))
    assert places(check_io_table(twice)) == [
        ("output_not_positive", "output", 0, None),
        ("output_not_positive", "output", 1, None),
    ]


def test_every_bad_cell_is_named_at_once() -> None:
    table = with_flow(with_flow(printed(), 0, 0, float("nan")), 1, 1, -1.0)
    assert places(check_io_table(table)) == [
        ("not_a_number", "flows", 0, 0),
        ("negative_flow", "flows", 1, 1),
    ]


def test_duplicate_code_is_named_with_both_places() -> None:
    (finding,) = check_io_table(replace(printed(), codes=("a", "b", "a")))
    assert (finding.key, finding.table, finding.row) == ("duplicate_code", "codes", 2)
    assert (finding.values["first"], finding.values["again"]) == (1, 3)


# --- productivity


def test_negative_value_added_is_a_warning() -> None:
    table = IOTable.from_arrays([[10, 90], [10, 30]], [100, 100], codes=["a", "b"])
    (finding,) = check_io_table(table)
    assert (finding.severity, finding.key, finding.row) == ("warning", "input_share", 1)
    assert finding.values["value"] == "1.2000"


def test_column_sum_of_exactly_one_is_a_warning() -> None:
    table = IOTable.from_arrays([[10, 70], [10, 30]], [100, 100], codes=["a", "b"])
    assert [f.row for f in check_for_input_shares(table)] == [1]


def test_table_that_is_not_productive_is_an_error() -> None:
    table = IOTable.from_arrays([[60, 60], [60, 60]], [100, 100], codes=["a", "b"])
    assert places(check_for_productivity(table)) == [("not_productive", "flows", None, None)]
    assert ("not_productive", "flows", None, None) in places(check_io_table(table))

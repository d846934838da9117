"""Inputs carried over to a table with other sectors."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from iiecon import InputError, IOTable, ModelInputs, run_model
from iiecon.inputs import Proposed
from iiecon.transfer import Sectors, carry, completed


def sectors_of(inputs: ModelInputs) -> Sectors:
    panel = inputs.experts
    flagged = {c for c, flag in zip(panel.codes, panel.direct, strict=True) if flag}
    direct = tuple(code in flagged for code in inputs.table.codes)
    return Sectors(inputs.table.codes, inputs.table.names, inputs.sector_sections, direct)


def reordered(table: IOTable, order: list[int]) -> IOTable:
    """The sectors in another order, numbered anew."""
    at = np.array(order)
    return IOTable.from_arrays(
        table.flows[np.ix_(at, at)],
        table.output[at],
        table.value_added[at],
        [f"{i:03d}" for i in range(1, len(order) + 1)],
        [table.names[i] for i in order],
        year=table.year,
        unit=table.unit,
    )


@pytest.fixture
def turned(table: IOTable) -> IOTable:
    """The shipped table with all sectors in the opposite order: no code keeps its meaning."""
    return replace(reordered(table, list(range(table.size))[::-1]), printed_unit="万元")


def test_a_table_in_another_order_gives_the_same_sections(
    inputs: ModelInputs, turned: IOTable
) -> None:
    carried = carry(inputs, sectors_of(inputs), turned)
    assert carried.dropped == ()
    assert carried.unscored == ()
    assert dict(carried.kept)["057"] == "047"
    assert carried.inputs.sector_sections == inputs.sector_sections[::-1]
    expected, found = run_model(inputs), run_model(carried.inputs)
    np.testing.assert_allclose(found.total, expected.total, rtol=1e-12)


def test_ballots_and_overrides_follow_their_sector(inputs: ModelInputs, turned: IOTable) -> None:
    panel = inputs.experts
    override = panel.override.copy()
    override[panel.codes.index("067")] = 0.4
    changed = replace(inputs, experts=replace(panel, override=override))
    new = carry(changed, sectors_of(inputs), turned).inputs.experts
    k, old = new.codes.index("037"), panel.codes.index("067")
    assert new.override[k] == 0.4
    assert np.isnan(np.delete(new.override, k)).all()
    assert_array_equal(new.ballots[k], panel.ballots[old])


def test_sectors_that_are_gone_are_listed_and_new_ones_wait_for_scores(
    inputs: ModelInputs, turned: IOTable
) -> None:
    names = list(turned.names)
    names[names.index("计算机")] = "电子计算机整机"
    names[names.index("电信")] = "某某"
    carried = carry(inputs, sectors_of(inputs), replace(turned, names=tuple(names)))
    assert carried.dropped == (("061", "计算机"), ("082", "电信"))
    assert carried.unscored == ("043",)
    experts = carried.inputs.experts
    assert experts.ballots[experts.codes.index("043")].sum() == 0
    assert "022" not in experts.codes


def test_an_analysts_decision_outranks_the_rules(inputs: ModelInputs, turned: IOTable) -> None:
    old = sectors_of(inputs)
    mine = list(old.sections)
    mine[0] = "M"
    flags = list(old.direct)
    flags[old.codes.index("085")] = False
    carried = carry(inputs, replace(old, sections=tuple(mine), direct=tuple(flags)), turned)
    assert carried.proposals[-1].section == "M"
    software = carried.inputs.table.names.index("软件服务")
    assert not carried.proposals[software].direct
    assert carried.inputs.experts.direct[carried.inputs.experts.codes.index("019")] is False


def test_doubt_that_nobody_cleared_stays(inputs: ModelInputs, turned: IOTable) -> None:
    confidence = np.full((103, 2), np.nan)
    confidence[0] = [0.3, 0.9]
    old = replace(sectors_of(inputs), proposed=Proposed(confidence, ("why",) * 103))
    last = carry(inputs, old, turned).proposals[-1]
    assert (last.section_confidence, last.direct_confidence, last.reason) == (0.3, 0.9, "why")


def test_the_analyst_may_name_the_direct_sectors(inputs: ModelInputs, turned: IOTable) -> None:
    carried = carry(inputs, sectors_of(inputs), turned, direct=["037", "001"])
    direct = [c for c, p in zip(turned.codes, carried.proposals, strict=True) if p.direct]
    assert direct == ["001", "037"]
    assert carried.unscored == ("001",)
    with pytest.raises(InputError, match="X1"):
        carry(inputs, sectors_of(inputs), turned, direct=["X1"])


def test_options_follow_the_table(inputs: ModelInputs, turned: IOTable) -> None:
    table = replace(turned, year=2018, printed_unit="亿元")
    carried = carry(inputs, sectors_of(inputs), table)
    assert carried.options == {"io_unit": ("万元", "亿元"), "base_year": (2017, 2018)}
    assert carried.inputs.options.base_year == 2018
    with pytest.raises(InputError, match="US dollars"):
        carry(inputs, sectors_of(inputs), replace(turned, unit="million US dollars"))


def test_a_table_without_any_known_direct_sector_is_refused(
    inputs: ModelInputs, turned: IOTable
) -> None:
    table = replace(turned, names=tuple(f"部门{i}" for i in range(turned.size)))
    with pytest.raises(InputError, match="--direct"):
        carry(inputs, sectors_of(inputs), table)


def test_a_table_without_final_use_gets_what_its_rows_leave() -> None:
    table = IOTable.from_arrays([[1.0, 2.0], [3.0, 4.0]], [10.0, 20.0], imports=[1.0, 0.0])
    full = completed(table)
    assert full.final_use is not None
    assert full.exports is not None
    assert_array_equal(full.final_use, [10 - 3 + 1, 20 - 7])
    assert_array_equal(full.exports, [0, 0])

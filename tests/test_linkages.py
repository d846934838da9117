"""Linkages and multipliers against textbook formulas with explicit inverses; flows by source
against the augmented table; sums that must hold.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from iiecon import IOTable, ModelInputs, ModelResults, leontief_contribution
from iiecon.findings import NotAvailableError, NumericalError
from iiecon.iotable import Imports
from iiecon.linkages import indirect_by_source, linkages
from tests.conftest import ReadTable
from tests.oracles.augmented import split_flows
from tests.oracles.refusals import refused
from udfs import FUNCTIONS

OFFICIAL = ["china_2017_149", "china_2020_153", "OECD21ed_JPN_2017"]


def two_sectors() -> IOTable:
    """A = [[.2, .3], [.4, .1]], hence L = [[.9, .3], [.4, .8]] / .6; other prices than one."""
    return IOTable.from_arrays([[20, 60], [40, 20]], [100, 200], codes=["a", "b"])


def assert_textbook(table: IOTable, imports: Imports = "competitive") -> None:
    """Miller and Blair: L = (I − A)⁻¹ backward, G = (I − B)⁻¹ with b_ij = z_ij / x_i forward."""
    n, x, flows = table.size, table.output, table.flows
    if imports == "domestic":
        assert table.imports is not None
        assert table.exports is not None
        flows = np.diag(1 - table.imports / (x + table.imports - table.exports)) @ flows
    L = np.linalg.inv(np.eye(n) - flows @ np.diag(1 / x))
    G = np.linalg.inv(np.eye(n) - np.diag(1 / x) @ flows)
    found = linkages(table, imports)
    assert_allclose(found.output_multiplier, np.ones(n) @ L, rtol=1e-10)
    assert_allclose(found.backward, n * (np.ones(n) @ L) / L.sum(), rtol=1e-10)
    assert_allclose(found.forward, n * (G @ np.ones(n)) / G.sum(), rtol=1e-10)
    assert_allclose(found.value_added_multiplier, (table.value_added / x) @ L, rtol=1e-10)


def test_two_sectors_by_hand() -> None:
    found = linkages(two_sectors())
    # L = [[1.5, .5], [2/3, 4/3]]; columns add up to 13/6 and 11/6, their mean is 2.
    assert_allclose(found.output_multiplier, [13 / 6, 11 / 6])
    assert_allclose(found.backward, [13 / 12, 11 / 12])
    # G = X̂⁻¹ L X̂ = [[1.5, 1], [1/3, 4/3]]; rows add up to 5/2 and 5/3.
    assert_allclose(found.forward, [6 / 5, 4 / 5])


def test_value_added_by_hand() -> None:
    """v = (.2, .6) where taxes are kept apart; v'L is one wherever X = M + N."""
    taxed = IOTable.from_arrays([[20, 60], [40, 20]], [100, 200], [20, 120])
    assert_allclose(linkages(taxed).value_added_multiplier, [0.7, 0.9])
    assert_allclose(linkages(two_sectors()).value_added_multiplier, [1, 1])


@pytest.mark.parametrize("imports", ["competitive", "domestic"])
def test_the_shipped_table_follows_the_textbook(table: IOTable, imports: Imports) -> None:
    assert_textbook(table, imports)


@pytest.mark.parametrize("name", OFFICIAL)
def test_official_tables_follow_the_textbook(official: ReadTable, name: str) -> None:
    assert_textbook(official(name))


def test_a_table_without_flows_has_no_linkages() -> None:
    found = linkages(IOTable.from_arrays(np.zeros((3, 3)), [10, 20, 30]))
    for values in (found.backward, found.forward, found.output_multiplier):
        assert_allclose(values, 1)
    assert_allclose(found.value_added_multiplier, 1)


def test_all_value_added_comes_back_from_final_demand(table: IOTable) -> None:
    """v'L y = Σ N, whatever the table: y = (I − A) X."""
    demand = table.output - table.flows.sum(axis=1)
    made = linkages(table).value_added_multiplier @ demand
    assert_allclose(made, table.value_added.sum(), rtol=1e-10)


def test_domestic_inputs_give_smaller_multipliers(table: IOTable) -> None:
    whole, domestic = linkages(table), linkages(table, "domestic")
    assert (domestic.output_multiplier <= whole.output_multiplier + 1e-12).all()
    assert (domestic.value_added_multiplier < whole.value_added_multiplier).any()


def test_a_table_that_consumes_itself_is_refused() -> None:
    with pytest.raises(NumericalError):
        linkages(IOTable.from_arrays([[90, 20], [20, 90]], [100, 100]))


# --- Indirect value added by its source


def assert_by_source_follows_the_augmented_table(table: IOTable, scores: dict[str, float]) -> None:
    """Term by term: L'[i, n + a] / L'[n + a, n + a] · ΔX[n + a] · N_i / X_i."""
    shares = {table.codes.index(code): score for code, score in scores.items()}
    split, parts = split_flows(table.flows, table.output, shares)
    inverse = np.linalg.inv(np.eye(parts.size) - split / parts)
    n, found = table.size, indirect_by_source(table, scores)
    for a in range(len(shares)):
        induced = inverse[:n, n + a] / inverse[n + a, n + a] * parts[n + a]
        expected = induced * table.value_added / table.output
        assert_allclose(found[:, a], expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("seed", range(3))
def test_each_source_equals_its_part_of_the_augmented_inverse(table: IOTable, seed: int) -> None:
    random = np.random.default_rng(seed)
    codes = random.choice(table.codes, 6, replace=False).tolist()
    scores = dict(zip(codes, random.uniform(0.05, 0.95, 6).tolist(), strict=True))
    assert_by_source_follows_the_augmented_table(table, scores)


@pytest.mark.parametrize("imports", ["competitive", "domestic"])
def test_sources_add_up_to_the_whole(
    inputs: ModelInputs, results: ModelResults, imports: Imports
) -> None:
    scores = results.scores.by_code()
    whole = leontief_contribution(inputs.table, scores, imports)
    parts = indirect_by_source(inputs.table, scores, imports)
    assert parts.shape == (inputs.table.size, len(scores))
    assert (parts >= 0).all()
    assert_allclose(parts.sum(axis=1), whole.indirect_value_added, rtol=1e-13, atol=1e-12)


def test_two_sources_by_hand() -> None:
    """G = [[.5, .5], [2/3, 1/3]]; scores 1/2 and 1/4 of outputs 100 and 200."""
    found = indirect_by_source(two_sectors(), {"a": 0.5, "b": 0.25})
    from_a, from_b = 50 / (1 + 0.25), 50 / (1 + 0.25 / 3)
    induced = [[0.5 * 0.5 * from_a, 0.5 * 0.5 * from_b], [0.75 * 2 / 3 * from_a, 0.25 * from_b]]
    assert_allclose(found, np.array(induced) * [[0.4], [0.6]])


def test_a_source_without_a_score_carries_nothing(table: IOTable) -> None:
    codes = table.codes[3], table.codes[40]
    found = indirect_by_source(table, {codes[0]: 0.0, codes[1]: 0.5})
    assert (found[:, 0] == 0).all()
    assert found[:, 1].sum() > 0


def test_an_unknown_source_is_refused(table: IOTable) -> None:
    with refused("unknown_code", NotAvailableError):
        indirect_by_source(table, {"nowhere": 0.5})


# --- The spreadsheet functions


def test_functions_give_what_the_model_gives(inputs: ModelInputs, results: ModelResults) -> None:
    table, scores = inputs.table, results.scores
    ranges = (
        *(table.flows.tolist(), [[x] for x in table.output], [[x] for x in table.value_added]),
    )
    for measure in ("backward", "forward", "output_multiplier", "value_added_multiplier"):
        column = np.array(FUNCTIONS["IO_LINKAGES"](*ranges, measure))
        assert_allclose(column[:, 0], getattr(linkages(table), measure), rtol=1e-12)
    labels = [[code] for code in table.codes], [[code] for code in scores.codes]
    rows = FUNCTIONS["IIE_INDIRECT_FLOW"](*ranges, *labels, [[s] for s in scores.used])
    expected = indirect_by_source(table, scores.by_code())
    assert_allclose(np.array(rows), expected, rtol=1e-12, atol=1e-12)

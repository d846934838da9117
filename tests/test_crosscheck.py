"""Other methods: by hand on a textbook table, against the explicit augmented table with sectors
struck out of it, and the order of the methods on real and on thousands of random tables.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from iiecon import IOTable, ModelInputs, ModelResults, run_model
from iiecon import crosscheck as checked
from iiecon.crosscheck import METHODS, STEPS, CrossCheck, crosscheck
from iiecon.findings import InputError, NotAvailableError, NumericalError
from iiecon.iotable import Imports, coefficients
from tests.conftest import ReadTable
from tests.oracles import extraction as oracle
from tests.oracles.augmented import split_flows
from tests.oracles.refusals import refused

OFFICIAL = [
    *("china_2007_135", "china_2012_139", "china_2017_149", "china_2017_42", "china_2018_153"),
    *("china_2018_42", "china_2020_153", "china_2020_42", "OECD21ed_CHN_2017"),
    "OECD21ed_JPN_2017",
]
# Wires, computers, communication and audio-visual equipment, components, other electronics,
# instruments, telecommunications, internet, software and IT services, as far as a table has them.
DIRECT_NAMES = (
    *("电线", "计算机", "通信设备", "电子元器件", "仪器仪表", "电信", "互联网", "软件"),
    *("信息技术服务", "信息传输", "Computer, elec", "Telecommunications", "IT and other"),
)
TREATMENTS: tuple[Imports, ...] = ("competitive", "domestic")


def two_sectors() -> IOTable:
    """A = [[.2, .3], [.4, .1]], L = [[1.5, .5], [2/3, 4/3]], v = (.4, .6), y = (20, 140)."""
    return IOTable.from_arrays([[20, 60], [40, 20]], [100, 200], codes=["a", "b"])


def three_sectors() -> IOTable:
    """c buys from a and b, which buy from each other: chains through two direct sectors."""
    return IOTable.from_arrays(
        [[10, 30, 20], [20, 10, 40], [5, 10, 15]], [100, 150, 200], codes=["a", "b", "c"]
    )


def totals(found: CrossCheck) -> dict[str, float]:
    return dict(zip(METHODS, found.methods.sum(axis=0).tolist(), strict=True))


def assert_follows_the_explicit_table(
    table: IOTable, scores: dict[str, float], imports: Imports = "competitive"
) -> None:
    """Every method and sector, from the augmented table inverted and solved anew."""
    shares = {table.codes.index(code): score for code, score in scores.items()}
    A = coefficients(table, imports)
    split, parts = split_flows(A * table.output, table.output, shares)
    owner = [*range(table.size), *shares]
    made = np.array([table.value_added[i] for i in owner]) * parts / table.output[owner]
    group = list(range(table.size, parts.size))
    explicit = split / parts

    def by_sector(values: np.ndarray) -> np.ndarray:
        whole = values[: table.size].copy()
        np.add.at(whole, list(shares), values[table.size :])
        return whole

    M = oracle.decomposition(explicit, parts, made)
    own = np.zeros(parts.size)
    own[group] = M[np.ix_(group, group)].sum(axis=1)
    found = crosscheck(table, scores, imports)
    scale = {"rtol": 1e-9, "atol": 1e-9 * table.value_added.max()}
    assert_allclose(found.own_use, by_sector(own), **scale)
    assert_allclose(found.direct.sum(), M[group].sum(), **scale)
    assert_allclose(found.union, by_sector(oracle.union(explicit, parts, made, group)), **scale)
    lost = oracle.extraction(explicit, parts, made, group)
    assert_allclose(found.extraction, by_sector(lost), **scale)
    # The paper: one virtual sector struck out at a time, losses outside the virtual ones added up.
    alone = sum(
        by_sector(np.where(np.arange(parts.size) < table.size, values, 0.0))
        for values in (oracle.extraction(explicit, parts, made, [a]) for a in group)
    )
    assert_allclose(found.paper - found.direct, alone, **scale)


# --- by hand


def test_a_whole_sector_by_hand() -> None:
    """Sector a, score one: direct .4 · 100; b for its final use .6 · 2/3 · 20; b without a makes
    140 / .9, so the loss of a and b together is 40 + .6 · (200 − 140 / .9).
    """
    found = crosscheck(two_sectors(), {"a": 1.0})
    lost = 40 + 0.6 * (200 - 140 / 0.9)
    expected = {"direct": 40, "union": 40 + 0.6 * 2 / 3 * 20, "extraction": lost, "paper": lost}
    assert totals(found) == pytest.approx(expected)
    assert_allclose(found.steps.sum(axis=0), [12, 28, 8, lost - 48, 0], atol=1e-12)
    assert_allclose(found.extraction, [40, lost - 40])


def test_half_a_sector_by_hand() -> None:
    """Half of a: virtual sector with x = 50, y = 10; the other half loses value added as well.
    L' = I + P (L − I) R, so its own entry is 1.25 and those above it .25 and 2/3.
    """
    found = crosscheck(two_sectors(), {"a": 0.5})
    elsewhere = np.array([0.4 * 0.25, 0.6 * 2 / 3])
    assert_allclose(found.union - found.direct, elsewhere * 10)
    assert_allclose(found.extraction - found.direct, elsewhere * 50 / 1.25)
    assert_allclose(found.direct, [20, 0])
    assert_allclose(found.own_use, [0.4 * 1.25 * 10, 0])


def test_a_chain_through_two_direct_sectors_is_counted_twice_by_the_paper() -> None:
    """c supplies a, a supplies b, nothing else: extraction of a and b together loses c's 2 once,
    the paper counts it for a and again for b.
    """
    table = IOTable.from_arrays(
        [[0, 5, 0], [0, 0, 0], [2, 0, 0]], [5, 10, 2], codes=["a", "b", "c"]
    )
    both = crosscheck(table, {"a": 1.0, "b": 1.0})
    assert_allclose(both.of("extraction"), [3, 5, 2])
    assert_allclose(both.of("repeated"), [0, 0, 2])
    assert_allclose(crosscheck(table, {"a": 1.0}).of("repeated"), 0, atol=1e-12)


# --- against the explicit augmented table


@pytest.mark.parametrize("imports", TREATMENTS)
@pytest.mark.parametrize("seed", range(3))
def test_the_shipped_table_follows_the_explicit_one(
    table: IOTable, seed: int, imports: Imports
) -> None:
    random = np.random.default_rng(seed)
    codes = random.choice(table.codes, 6, replace=False).tolist()
    scores = dict(zip(codes, random.uniform(0.05, 0.95, 6).tolist(), strict=True))
    assert_follows_the_explicit_table(table, scores, imports)


def test_three_sectors_follow_the_explicit_table() -> None:
    assert_follows_the_explicit_table(three_sectors(), {"c": 0.3, "a": 0.9})


def test_value_added_apart_from_other_inputs_follows_the_explicit_table() -> None:
    """Taxes kept apart: value added is less than output less inputs."""
    table = three_sectors()
    taxed = replace(table, value_added=table.value_added * [0.9, 0.5, 0.7])
    assert_follows_the_explicit_table(taxed, {"a": 0.4, "b": 0.2})


@pytest.mark.parametrize("name", ["china_2017_149", "OECD21ed_JPN_2017"])
def test_official_tables_follow_the_explicit_one(official: ReadTable, name: str) -> None:
    table = official(name)
    assert_follows_the_explicit_table(table, _scores_by_name(table))


def test_the_papers_method_is_that_of_the_model(results: ModelResults) -> None:
    found, contribution = results.crosscheck, results.contribution
    expected = contribution.direct_value_added + contribution.indirect_value_added
    assert_allclose(found.paper, expected, rtol=1e-13)
    assert_allclose(found.direct, contribution.direct_value_added)


def test_an_inverse_at_hand_changes_nothing(table: IOTable) -> None:
    scores = {table.codes[60]: 0.4, table.codes[84]: 0.7}
    L = np.linalg.inv(np.eye(table.size) - coefficients(table)).astype(np.float64)
    ready = crosscheck(table, scores, inverse=L).steps
    assert_allclose(ready, crosscheck(table, scores).steps, rtol=1e-9, atol=1e-9)


# --- the order of the methods


def _scores_by_name(table: IOTable) -> dict[str, float]:
    chosen = [
        code
        for code, name in zip(table.codes, table.names, strict=True)
        if any(part in name for part in DIRECT_NAMES)
    ]
    assert len(chosen) >= 2
    return dict(zip(chosen, np.linspace(0.1, 0.9, len(chosen)).tolist(), strict=True))


@pytest.mark.parametrize("name", OFFICIAL)
@pytest.mark.parametrize("imports", TREATMENTS)
def test_the_order_holds_on_official_tables(
    official: ReadTable, name: str, imports: Imports
) -> None:
    """The industry of the method, whatever the tables' negative final use."""
    table = official(name)
    found = crosscheck(table, _scores_by_name(table), imports)
    values = totals(found)
    assert 0 < values["direct"] < values["union"] < values["extraction"] < values["paper"]
    assert [f.key for f in found.findings()] == ["crosscheck_use"] * bool(found.negative_use)
    use = table.output - coefficients(table, imports) @ table.output
    assert found.must_be_ordered == (use.min() > -1e-9 * use.max())


def test_the_order_holds_on_3000_random_tables() -> None:
    random = np.random.default_rng(11)
    strict = 0
    for _ in range(3000):
        table, scores = _random_table(random)
        found = crosscheck(table, scores)
        assert found.must_be_ordered
        assert not found.findings()
        direct, union, extraction, paper = found.methods.sum(axis=0)
        slack = 1e-10 * table.output.sum()
        assert -slack <= direct <= union + slack
        assert union <= extraction + slack
        assert extraction <= paper + slack
        assert extraction <= table.value_added.sum() + slack
        strict += direct < union < extraction < paper
    assert strict > 1500  # the rest has one direct sector, or a table without links


def _random_table(random: np.random.Generator) -> tuple[IOTable, dict[str, float]]:
    """Sparse or dense, A ≥ 0 with column sums below one, y ≥ 0 with zeros in it."""
    n = int(random.integers(2, 12))
    A = random.uniform(size=(n, n)) * (random.uniform(size=(n, n)) < random.uniform(0.1, 1))
    A *= random.uniform(0, 0.99, n) / np.maximum(A.sum(axis=0), 1e-12)
    use = random.lognormal(sigma=2, size=n) * (random.uniform(size=n) < 0.8) + 1e-6
    output = np.linalg.solve(np.eye(n) - A, use)
    table = IOTable.from_arrays(A * output, output)
    count = int(random.integers(1, n + 1))
    codes = random.choice(table.codes, count, replace=False).tolist()
    scores = random.choice([0.0, 1.0, *random.uniform(size=6)], count)
    return table, dict(zip(codes, scores.tolist(), strict=True))


def test_negative_final_use_can_break_the_order_and_is_told() -> None:
    """a sells b more than it makes, the rest is imported: y_a = −20, v_b = 1/15, so the union has
    .2 / (1 · 13/15 − .8 · .2) / 15 · 20 less than direct value added, 80.
    """
    table = IOTable.from_arrays([[0, 120], [20, 20]], [100, 150], codes=["a", "b"])
    found = crosscheck(table, {"a": 1.0})
    assert found.negative_use == ("a",)
    assert not found.ordered
    (finding,) = found.findings()
    assert (finding.severity, finding.key) == ("warning", "crosscheck_disordered")
    assert totals(found)["union"] == pytest.approx(80 - 0.2 / (13 / 15 - 0.16) / 15 * 20)
    assert "80.0, 79.6, " in finding.message


def test_a_wrong_program_is_refused(inputs: ModelInputs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were extraction computed with the wrong sign, the run would end in an error."""
    domestic = replace(inputs, options=replace(inputs.options, imports="domestic"))
    assert run_model(domestic).crosscheck.must_be_ordered
    monkeypatch.setattr(checked, "_solved", lambda L, output: -output)
    with refused("crosscheck_order"):
        run_model(domestic)


# --- edges


def test_zero_scores_give_zeros(table: IOTable) -> None:
    found = crosscheck(table, dict.fromkeys(table.codes[:4], 0.0))
    assert (found.methods == 0).all()
    assert (found.steps == 0).all()
    assert found.ordered


def test_everything_direct_is_the_whole_of_value_added(table: IOTable) -> None:
    found = crosscheck(table, dict.fromkeys(table.codes, 1.0))
    for values in totals(found).values():
        assert values == pytest.approx(table.value_added.sum())


def test_steps_add_up_to_methods(results: ModelResults) -> None:
    found = results.crosscheck
    climbed = found.steps.cumsum(axis=1)[:, 1:]
    assert_allclose(climbed, found.methods, rtol=1e-12, atol=1e-9)


def test_the_order_of_sectors_does_not_matter(table: IOTable) -> None:
    scores = {table.codes[60]: 0.4, table.codes[84]: 0.7, table.codes[3]: 1.0}
    turned = dict(reversed(scores.items()))
    assert_allclose(crosscheck(table, scores).steps, crosscheck(table, turned).steps, atol=1e-9)


def test_unknown_codes_and_odd_scores_are_refused(table: IOTable) -> None:
    with refused("unknown_code", NotAvailableError):
        crosscheck(table, {"nowhere": 0.5})
    with refused("score_range", InputError):
        crosscheck(table, {table.codes[0]: 1.5})
    with refused("not_productive", NumericalError):
        crosscheck(IOTable.from_arrays([[90, 20], [20, 90]], [100, 100]), {"001": 0.5})


# --- as records


def test_the_json_holds_every_method_by_section(results: ModelResults) -> None:
    part = json.loads(results.to_json())["crosscheck"]
    assert [line["method"] for line in part["methods"]] == list(METHODS)
    assert [line["step"] for line in part["steps"]] == list(STEPS)
    assert part["year"] == 2017
    for line in [*part["methods"], *part["steps"]]:
        name = line.get("method") or line["step"]
        by_section = sum(row[name] for row in part["sections"])
        assert by_section == pytest.approx(line["value_added"], abs=1e-6)
        assert line["share_of_gdp"] == pytest.approx(line["value_added"] / results.gdp.values[0])
        assert " / " in line["about"]
    national = results.national[0]  # the rates of the yearbook's base year keep the sum
    assert part["methods"][-1]["value_added"] == pytest.approx(national)
    assert f"{national:,.1f}" in part["place"]
    assert part["ordered"]
    assert len(part["negative_use"]) == len(results.crosscheck.negative_use) > 0

"""Any country's table through sections 1 to 4 of the method."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from iiecon import IOTable, ModelInputs, ModelResults, leontief_contribution
from iiecon.cli import main
from iiecon.countries import (
    OECD_2021,
    industries_of,
    industry_of_name,
    measure_country,
    read_scores,
    scores_of,
    sections_of,
)
from tests.conftest import ROOT, ReadTable
from tests.oracles.augmented import augmented
from tests.oracles.refusals import refused

SCORES = {"D26": 0.3, "D27": 0.05, "D61": 0.2, "D62T63": 0.4}
CODES = ("D10T12", "D26", "D36T39", "D45T47", "D61", "D69T75")


@pytest.fixture
def small() -> IOTable:
    """Six industries that balance, drawn with a fixed seed."""
    random = np.random.default_rng(9)
    flows = random.uniform(1, 20, (6, 6))
    output = flows.sum(axis=0) + random.uniform(50, 200, 6)
    return IOTable.from_arrays(
        flows, output, codes=CODES, final_use=output - flows.sum(axis=1), year=2017,
        unit="million US dollars",
    )  # fmt: skip


# --- industries and sections


@pytest.mark.parametrize(
    ("industry", "sections"),
    [
        ("D01T02", "A"), ("D05T06", "B"), ("D26", "C"), ("D35", "D"), ("D36T39", "C+D+N"),
        ("D41T43", "E"), ("D45T47", "F+O"), ("D49", "G"), ("D55T56", "H"), ("D58T60", "I+R"),
        ("D61", "I"), ("D62T63", "I"), ("D64T66", "J"), ("D68", "K"), ("D69T75", "L+M"),
        ("D84", "S"), ("D85", "P"), ("D86T88", "Q"), ("D90T93", "R"), ("D94T96", "O+S"),
        ("TTL_26", "C"), ("99", ""), ("X", ""),
    ],
)  # fmt: skip
def test_sections_of_industries(industry: str, sections: str) -> None:
    assert sections_of(industry) == sections


def test_every_industry_of_the_oecd_has_a_section(inputs: ModelInputs) -> None:
    letters = {s.code for s in inputs.sections}
    found = {letter for i in OECD_2021 for letter in sections_of(i).split("+")}
    assert found == letters
    assert len(OECD_2021) == 45


def test_serial_numbers_are_the_industries_of_the_2021_edition(official: ReadTable) -> None:
    """By the descriptions that stand in the file."""
    table = official("OECD21ed_CHN_2017")
    named = dict(zip(table.names, industries_of(table), strict=True))
    due = {
        "Fishing and aquaculture": "D03",
        "Basic metals": "D24",
        "Electrical equipment": "D27",
        "Construction": "D41T43",
        "Air transport": "D51",
        "Telecommunications": "D61",
        "IT and other information services": "D62T63",
        "Real estate activities": "D68",
        "Education": "D85",
        "Other service activities": "D94T96",
    }
    assert {name: named[name] for name in due} == due
    assert next(named[n] for n in named if n.startswith("Computer")) == "D26"


# --- the measurement


def test_small_country_by_the_augmented_table(small: IOTable) -> None:
    found = measure_country(small, {"D26": 0.3, "D61": 0.2})
    due = augmented(small.flows, small.output, small.value_added, {1: 0.3, 4: 0.2})
    direct = 0.3 * small.value_added[1] + 0.2 * small.value_added[4]
    assert found.direct == pytest.approx(direct, rel=1e-14)
    assert found.indirect == pytest.approx(due.indirect_value_added.sum(), rel=1e-12)
    national = found.records()["national"]
    share = (direct + due.indirect_value_added.sum()) / small.value_added.sum()
    assert national["share_of_value_added"] == pytest.approx(share, rel=1e-12)
    assert national["unit"] == "million US dollars"
    parts = {s.sections: s for s in found.sections}
    assert list(parts) == ["C", "I", "C+D+N", "F+O", "L+M"]
    assert parts["C"].indirect == pytest.approx(due.indirect_value_added[:2].sum(), rel=1e-12)
    assert parts["C+D+N"].total == pytest.approx(due.indirect_value_added[2], rel=1e-12)


def test_sections_add_up_and_have_bounds(small: IOTable) -> None:
    found = measure_country(small, {"D26": 0.3})
    assert sum(s.total for s in found.sections) == pytest.approx(found.direct + found.indirect)
    parts = {s.sections: s.total for s in found.sections}
    bounds = found.least_and_most()
    assert bounds["C"] == pytest.approx((parts["C"], parts["C"] + parts["C+D+N"]))
    assert bounds["D"] == pytest.approx((0, parts["C+D+N"]))
    assert bounds["I"] == pytest.approx((parts["I"], parts["I"]))


def test_codes_of_the_table_name_industries_too(official: ReadTable) -> None:
    table = official("OECD21ed_JPN_2017")
    by_name = measure_country(table, {"D26": 0.3, "D61": 0.2})
    by_code = measure_country(table, {"17": 0.3, "34": 0.2})
    assert by_name.records() == by_code.records()


@pytest.mark.parametrize("country", ["CHN", "JPN"])
def test_oecd_country_by_the_augmented_table(official: ReadTable, country: str) -> None:
    table = official(f"OECD21ed_{country}_2017")
    found = measure_country(table, SCORES)
    industries = industries_of(table)
    shares = {industries.index(name): score for name, score in SCORES.items()}
    due = augmented(table.flows, table.output, table.value_added, shares)
    assert found.indirect == pytest.approx(due.indirect_value_added.sum(), rel=1e-11)
    assert found.value_added == pytest.approx(table.value_added.sum())


# --- the scores of a workbook


def test_scores_of_a_workbook_keep_its_direct_value_added(
    inputs: ModelInputs, results: ModelResults
) -> None:
    table = inputs.table
    industries = [industry_of_name(name) for name in table.names]
    scores = scores_of(inputs)
    assert set(scores) == {"D26", "D27", "D61", "D62T63"}
    direct = sum(
        scores[i] * n for i, n in zip(industries, table.value_added, strict=True) if i in scores
    )
    assert direct == pytest.approx(results.contribution.direct_value_added.sum())


def test_industries_of_the_149_sectors(official: ReadTable) -> None:
    """Divisions 38 and 39, 40, 63 to 65 of GB/T 4754 are 082 to 094 and 121 to 125."""
    table = official("china_2017_149")
    found = {c: industry_of_name(n) for c, n in zip(table.codes, table.names, strict=True)}
    due = {
        **{f"{n:03d}": "D27" for n in range(82, 88)},
        **{f"{n:03d}": "D26" for n in range(88, 95)},
        "121": "D61", "122": "D61", "123": "D62T63", "124": "D62T63", "125": "D62T63",
    }  # fmt: skip
    assert {code: industry for code, industry in found.items() if industry} == due


def test_china_by_the_oecd_is_near_china_by_its_bureau(
    official: ReadTable, inputs: ModelInputs
) -> None:
    """Equal scores for equal industries. The OECD values output at basic prices, in which trade
    margins and taxes are apart, and takes a smaller value added for these industries.
    """
    scores = scores_of(inputs)
    abroad = measure_country(official("OECD21ed_CHN_2017"), scores)
    table = official("china_2017_149")
    by_sector = {
        code: scores[industry]
        for code, name in zip(table.codes, table.names, strict=True)
        for industry in [industry_of_name(name)]
        if industry
    }
    home = leontief_contribution(table, by_sector)
    total = table.value_added.sum()
    shares = {
        "direct": (abroad.direct / abroad.value_added, home.direct_value_added.sum() / total),
        "indirect": (abroad.indirect / abroad.value_added, home.indirect_value_added.sum() / total),
    }
    ratios = {part: a / b for part, (a, b) in shares.items()}
    assert ratios == pytest.approx({"direct": 0.868, "indirect": 0.818}, abs=0.002)


def test_scored_sector_of_unknown_industry_is_refused(inputs: ModelInputs) -> None:
    experts = replace(inputs.experts, codes=("001", *inputs.experts.codes[1:]))
    with refused("country_score_sector") as found:
        scores_of(replace(inputs, experts=experts))
    assert found[0].values["code"] == "001"


# --- what is refused


def test_scores_that_do_not_fit_are_refused(small: IOTable) -> None:
    with refused("country_score"):
        measure_country(small, {"D30": 0.1})
    with refused("country_no_score"):
        measure_country(small, {})
    with refused("score_range"):
        measure_country(small, {"D26": 1.1})


def test_one_industry_scored_twice_is_refused(official: ReadTable) -> None:
    with refused("country_score_twice"):
        measure_country(official("OECD21ed_JPN_2017"), {"D26": 0.3, "17": 0.3})


def test_tables_that_do_not_fit_are_refused(small: IOTable, inputs: ModelInputs) -> None:
    with refused("country_industry"):
        measure_country(inputs.table, {"001": 0.1})
    broken = replace(small, output=small.output * 1.1)
    with refused("column_balance"):
        measure_country(broken, {"D26": 0.1})


def test_scores_file(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("industry,score,note\nD26,0.3,x\nD61 , 0.2,\n", encoding="utf-8")
    assert read_scores(path) == {"D26": 0.3, "D61": 0.2}
    path.write_text("industry,score\nD26,0.3\nD61,high\nD27,1.2\n", encoding="gb18030")
    with refused("country_score_row") as found:
        read_scores(path)
    assert [(f.values["line"], f.values["value"]) for f in found] == [(3, "high"), (4, "1.2")]


def test_scores_file_that_scores_an_industry_twice(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("industry,score\nD26,0.5\nD26,0.4\n", encoding="utf-8")
    with refused("country_score_twice") as found:
        read_scores(path)
    assert str(path) in str(found[0])


def test_command_says_that_the_workbook_scores_what_the_table_does_not_have(
    small: IOTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("iiecon.readers.read_io_table", lambda path: small)
    scores = tmp_path / "scores.csv"
    scores.write_text("industry,score\nD30,0.1\n", encoding="utf-8")
    workbook = ROOT / "IIEconModel.xlsm"
    asked = ["country", "two.csv", "--lang", "en"]
    assert main([*asked, "--workbook", str(workbook)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{workbook}: direct sectors of the workbook belong to the industry ")
    assert "instead of --workbook give --scores" in said
    assert main([*asked, "--scores", str(scores)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{scores}: the table has no industry “D30”")
    assert "correct the industry in the file of scores" in said

"""Another industry end to end, by the commands of its page; the oracle is the explicit inverse."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from iiecon import ModelInputs, run_model
from tests.examples.commands import EXAMPLES, commands_in, run
from tests.oracles.augmented import augmented

FOLDER = EXAMPLES / "other_industry"
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
GRADES = {"very_high": 1.0, "high": 0.75, "medium": 0.5, "low": 0.25, "none": 0.0}
WEIGHTS = {"technology": 0.35, "revenue": 0.30, "application": 0.20, "growth": 0.15}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the folder in which the commands of the page have run."""
    folder = tmp_path_factory.mktemp("低空 example") / "other"
    shutil.copytree(FOLDER, folder)
    for command in commands_in(PAGE):
        done = run(command, folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def given(made: Path) -> dict[str, Any]:
    """The results as JSON."""
    return dict(json.loads((made / "low_altitude.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def votes() -> dict[str, dict[str, list[float]]]:
    """Code → factor → votes by grade, as they stand in the file."""
    found: dict[str, dict[str, list[float]]] = defaultdict(dict)
    with (FOLDER / "low_altitude_ballots.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["code"]][row["factor"]] = [float(row[grade]) for grade in GRADES]
    return dict(found)


@pytest.fixture(scope="module")
def shares(votes: dict[str, dict[str, list[float]]]) -> dict[str, float]:
    """Scores by plain arithmetic: the average grade of each factor, by its weight."""
    s = list(GRADES.values())
    return {
        code: sum(
            WEIGHTS[factor] * sum(n * x for n, x in zip(row, s, strict=True)) / sum(row)
            for factor, row in factors.items()
        )
        for code, factors in votes.items()
    }


def test_the_example_is_another_industry(inputs: ModelInputs, shares: dict[str, float]) -> None:
    """Other sectors than the shipped ones, in sections that these do not touch."""
    sections = dict(zip(inputs.sector_codes, inputs.sector_sections, strict=True))
    assert set(shares) != set(inputs.experts.codes)
    assert {"A", "G", "L", "M"} <= {sections[code] for code in shares}


def test_scores_direct_and_indirect_are_those_of_the_explicit_augmented_table(
    inputs: ModelInputs, given: dict[str, Any], shares: dict[str, float]
) -> None:
    table = inputs.table
    place = {code: i for i, code in enumerate(table.codes)}
    oracle = augmented(
        table.flows, table.output, table.value_added, {place[c]: s for c, s in shares.items()}
    )
    direct = np.zeros(table.size)
    for code, share in shares.items():
        i = place[code]
        direct[i] = share * (table.output[i] - table.flows[:, i].sum())
    found = {r["code"]: r for r in given["contribution"]}
    scored = {r["code"]: r["score"] for r in given["scores"]}
    assert scored == pytest.approx(shares, rel=1e-12)
    assert [found[c]["indirect"] for c in table.codes] == pytest.approx(
        list(oracle.indirect_value_added), rel=1e-10
    )
    # X − M is the value added, up to the precision in which the table is printed.
    assert [found[c]["direct"] for c in table.codes] == pytest.approx(list(direct), rel=1e-7)
    base = given["national"][0]
    assert base["indirect"] == pytest.approx(oracle.indirect_value_added.sum(), rel=1e-10)
    assert base["direct"] == pytest.approx(direct.sum(), rel=1e-7)


def test_the_workbook_is_the_model_on_the_same_inputs(
    inputs: ModelInputs,
    made: Path,
    given: dict[str, Any],
    votes: dict[str, dict[str, list[float]]],
) -> None:
    ballots = np.array([[factors[f] for f in WEIGHTS] for factors in votes.values()])
    experts = replace(
        inputs.experts,
        codes=tuple(votes),
        ballots=ballots,
        direct=(True,) * len(votes),
        override=np.full(len(votes), np.nan),
    )
    results = run_model(replace(inputs, experts=experts))
    expected = json.loads(results.to_json())
    for table in ("national", "sections", "provinces", "regions", "multiplier"):
        for record, due in zip(given[table], expected[table], strict=True):
            numbers = {key for key, value in due.items() if isinstance(value, float)}
            assert {k: v for k, v in record.items() if k not in numbers} == {
                k: v for k, v in due.items() if k not in numbers
            }
            for key in numbers:
                assert record[key] == pytest.approx(due[key], rel=1e-9), (table, key)
    book = openpyxl.load_workbook(made / "low_altitude.xlsm", data_only=True)
    sheet, area = next(iter(book.defined_names["NATIONAL_VA"].destinations))
    stored = [cell.value for cell in book[sheet][area.replace("$", "")][0]]
    assert stored == pytest.approx(list(results.national), rel=1e-10)


def test_the_results_say_whose_ballots_they_are(made: Path) -> None:
    from iiecon import load_inputs

    assert "示例" in load_inputs(str(made / "low_altitude.xlsm")).experts.source


def test_workbook_results_and_report_name_the_industry(made: Path, given: dict[str, Any]) -> None:
    names = {"name_zh": "低空经济", "name_en": "low-altitude economy"}
    assert given["provenance"]["industry"] == names
    book = openpyxl.load_workbook(made / "low_altitude.xlsm", data_only=True)
    assert book["Sections"]["A1"].value == "分行业门类的低空经济增加值"
    about = " ".join(str(cell.value) for cell in book["About"]["A"])
    assert "低空经济" in about
    assert "评分为示例" not in about  # that is said of the shipped scores
    page = (made / "low_altitude.html").read_text(encoding="utf-8")
    assert "<h1>低空经济产业经济测算报告</h1>" in page
    assert "工业互联网" not in re.sub("中国工业互联网研究院|《中国工业互联网产业[^》]*》", "", page)


def test_the_page_shows_the_table_that_its_commands_write(made: Path) -> None:
    with (made / "low_altitude.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    shown = PAGE.split("<!-- results -->")[1].split("\n## ")[0].strip().splitlines()
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in shown]
    assert [cells[0], *cells[2:]] == rows

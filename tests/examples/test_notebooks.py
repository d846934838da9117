"""Every notebook runs from a fresh kernel, and its answer is that of plain arithmetic."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient

from iiecon import ModelInputs, ModelResults
from tests.examples.commands import EXAMPLES, import_path
from tests.oracles.augmented import augmented

NOTEBOOKS = sorted((EXAMPLES / "notebooks").glob("*.ipynb"))
ASKED = "answer.rename(columns=str).to_json(orient='split', double_precision=15)"


@pytest.fixture(autouse=True)
def _same_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel imports the program under test."""
    monkeypatch.setenv("PYTHONPATH", import_path())


def answer_of(name: str, folder: Path) -> pd.DataFrame:
    """The table `answer` after all cells of a notebook have run."""
    notebook = nbformat.read(EXAMPLES / "notebooks" / f"{name}.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(f"print({ASKED})"))
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, resources=resources).execute()
    assert all(c.outputs for c in notebook.cells[-2:] if c.cell_type == "code")
    return pd.read_json(StringIO(notebook.cells[-1].outputs[0].text), orient="split")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_small_and_without_outputs(path: Path) -> None:
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(stored)
    code = [cell for cell in stored["cells"] if cell["cell_type"] == "code"]
    assert code
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    assert len(code) <= 5
    assert stored["cells"][0]["source"][0].count("？") == 1, "one question"


def test_every_notebook_is_run() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [p.stem for p in NOTEBOOKS if f'answer_of("{p.stem}"' not in source] == []


def test_provinces_that_gain_most(results: ModelResults, tmp_path: Path) -> None:
    answer = answer_of("provinces_that_gain_most", tmp_path)
    first, last = results.provinces[:, 0], results.provinces[:, -1]
    names = [p.name_zh for p in results.inputs.provinces]
    order = sorted(range(len(names)), key=lambda i: first[i] - last[i])
    assert list(answer.index) == [names[i] for i in order]
    assert list(answer["gain"]) == pytest.approx(list((last - first)[order]))
    assert list(answer["growth"]) == pytest.approx(list((last / first - 1)[order]))
    assert answer["gain"].sum() == pytest.approx(results.national[-1] - results.national[0])
    product = results.province_gdp.values.reshape(len(names), 3, -1).sum(axis=1)
    points = 100 * (last / product[:, -1] - first / product[:, 0])
    assert list(answer["share_points"]) == pytest.approx(list(points[order]))


def test_how_much_the_multiplier_matters(results: ModelResults, tmp_path: Path) -> None:
    """The indirect part is a product of yearly multipliers: taken out and put in by hand."""
    answer = answer_of("how_much_the_multiplier_matters", tmp_path)
    direct, indirect = results.direct.sum(axis=0), results.indirect.sum(axis=0)
    still = indirect / 1.0839 ** np.arange(len(results.years))
    computed = np.cumprod(results.technology.computed)
    assert list(answer["no progress"]) == pytest.approx(list(direct + still), rel=1e-9)
    assert list(answer["production function"]) == pytest.approx(list(direct + still * computed))
    assert list(answer["as shipped"]) == pytest.approx(list(results.national))
    assert answer["of_total"].iloc[-1] == pytest.approx(1 / 5, abs=0.01), "a fifth, as it says"


def test_scores_ten_percent_lower(
    inputs: ModelInputs, results: ModelResults, tmp_path: Path
) -> None:
    """The base year by the explicit augmented inverse; direct value added is proportional."""
    answer = answer_of("scores_ten_percent_lower", tmp_path)
    table, used = inputs.table, results.scores.used
    place = [table.codes.index(code) for code in inputs.experts.codes]

    def indirect(factor: float) -> float:
        # The oracle divides by both parts of a sector: neither may be nothing.
        shares = {i: min(factor * s, 1 - 1e-12) for i, s in zip(place, used, strict=True) if s}
        oracle = augmented(table.flows, table.output, table.value_added, shares)
        return float(oracle.indirect_value_added.sum())

    assert list(answer["direct"]) == pytest.approx([-0.1] * len(results.years), rel=1e-10)
    assert answer["indirect"].iloc[0] == pytest.approx(indirect(0.9) / indirect(1.0) - 1, rel=1e-8)

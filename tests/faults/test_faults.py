"""Every spoilt workbook of the corpus, given to `recalculate`.

It must end in the right numbers, or in a refusal whose first line names the right place; never in
a traceback or a warning, another file opened, a process started, more than 1 GiB of memory, more
than 20 seconds, a changed file where it was refused, or anything left beside it.
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from iiecon import ModelInputs, load_inputs, run_model
from tests.conftest import ROOT, Tally
from tests.faults.bench import PATIENCE, Answer, Bench
from tests.faults.case import Change, Right
from tests.faults.corpus import CORPUS

# Names moved to a neighbouring column without labels, which only a heading could tell.
OPEN = {
    "shape: SCORE_OVERRIDE one column on": "scores used are taken for scores typed",
    "shape: GROWTH_ADDITION_YEAR one column on": "an addition is not used, which is said",
}
COUNTS = {"tried": 0, "right": 0, "refused with a place": 0, "open": 0, "wrong": 0}


@pytest.fixture(scope="module")
def unspoilt() -> ModelInputs:
    """The inputs of the shipped workbook."""
    return load_inputs(str(ROOT / "IIEconModel.xlsm"))


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 300


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.xfail(reason=OPEN[name], strict=True))
        if name in OPEN
        else name
        for name in CORPUS
    ],
)
def test_a_spoilt_workbook(
    name: str, shipped: Path, tmp_path: Path, bench: Bench, unspoilt: ModelInputs, tally: Tally
) -> None:
    right = CORPUS[name](shipped)
    before, numbers = shipped.read_bytes(), tmp_path / "numbers.json"
    answer = bench.run(["recalculate", str(shipped), "--json", str(numbers)])
    refused = answer.code != 0
    problem = _conduct(answer)
    if not problem and refused:
        problem = _refusal(right, answer, shipped, before)
    elif not problem:
        problem = _numbers(right, answer, shipped, numbers, unspoilt)
    verdict = "wrong" if problem else "refused with a place" if refused else "right"
    verdict = "open" if problem and name in OPEN else verdict
    tally("spoilt workbooks", **{**COUNTS, "tried": 1, verdict: 1})
    assert not problem, f"{problem}\n{answer.err}{answer.crash}"


def _conduct(answer: Answer) -> str:
    """What no command may do, whatever it is given."""
    if answer.crash or "Traceback" in answer.err or "Warning: " in answer.err:
        return "a crash or a warning of Python"
    if answer.heard:
        return f"it reached out: {answer.heard}"
    return f"{answer.seconds:.0f} s" if answer.seconds > PATIENCE else ""


def _refusal(right: Right, answer: Answer, path: Path, before: bytes) -> str:
    """What is wrong with a refusal: code, place, or anything written."""
    first, _, _ = answer.err.partition("\n")
    pattern = right.refused.replace("<file>", re.escape(str(path)))
    if not right.refused:
        return "refused"
    code = 3 if first.startswith(f"{path}: ") else 1
    if answer.code != code or not re.match(pattern, first):
        return f"code {answer.code}, and the first line is not {pattern!r}"
    if answer.out:
        return "a refusal that prints results"
    if path.read_bytes() != before or [p.name for p in path.parent.iterdir()] != [path.name]:
        return "a changed file"
    return ""


def _numbers(right: Right, answer: Answer, path: Path, numbers: Path, inputs: ModelInputs) -> str:
    """What is wrong with a computation: its numbers, its words, or the file it leaves."""
    if right.computed is None:
        return "not refused"
    found = json.loads(numbers.read_text(encoding="utf-8"))
    expected = _expected(right.computed, inputs)
    for key in sorted({*found, *expected} - {"findings", "provenance"}):
        if not same(found.get(key), expected.get(key)):
            return f"other {key}"
    if right.says and not re.search(right.says, answer.err):
        return f"it does not say {right.says!r}"
    if {p.name for p in path.parent.iterdir()} - {path.name, f"{path.name}.bak"}:
        return "something left behind"
    with zipfile.ZipFile(path) as archive:
        changed = [n for n, content in (right.kept or {}).items() if archive.read(n) != content]
    return f"changed: {changed}" if changed else ""


_BASE: dict[Change, dict[str, object]] = {}


def _expected(change: Change, inputs: ModelInputs) -> dict[str, object]:
    """The model on inputs changed in memory, which no workbook has seen."""
    if change not in _BASE:
        _BASE[change] = json.loads(run_model(change(inputs)).to_json())
    return _BASE[change]


def same(found: object, expected: object) -> bool:
    """Equal records; numbers within the digits that a cell stores."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[k], expected[k]) for k in found)
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, float | int) and isinstance(expected, float | int):
        return bool(np.isclose(found, expected, rtol=1e-9, atol=1e-9))
    return found == expected

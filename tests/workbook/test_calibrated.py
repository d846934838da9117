"""The command `calibrate` on workbook files."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from iiecon import load_inputs, run_model
from iiecon.cli import main
from tests.workbook.edit import Edited


def test_reports_and_changes_nothing(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = workbook.read_bytes()
    report = tmp_path / "fit.json"
    assert main(["calibrate", str(workbook), "--json", str(report)]) == 0
    assert workbook.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fit.json", "测算 folder"]
    told = json.loads(report.read_text(encoding="utf-8"))
    assert len(told["parameters"]) == len(told["combinations"]) == 11
    assert len(told["targets"]) == 21
    shown = capsys.readouterr().out
    assert "--apply" in shown
    assert "weak" in shown


def test_writes_overrides_and_says_so(workbook: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "out.xlsm", tmp_path / "fit.json"
    command = ["calibrate", str(workbook), "--multipliers", "--apply", "-o", str(out)]
    before = workbook.read_bytes()
    assert main([*command, "--json", str(report)]) == 0
    assert workbook.read_bytes() == before
    told = json.loads(report.read_text(encoding="utf-8"))
    fitted = {p["name"]: p["fitted"] for p in told["parameters"]}
    old, new = load_inputs(str(workbook)), load_inputs(str(out))
    assert_allclose(new.experts.override, [fitted[c] for c in new.experts.codes], atol=1e-12)
    for year in ("2018", "2019", "2020"):
        column = new.macro.years.index(int(year))
        assert new.macro.values[-1, column] == pytest.approx(fitted[year], rel=1e-12)
    assert (
        "calibrated to industry.*.2020.value_added (19), nation.total.2020.value_added"
        in new.experts.source
    )
    # Nothing else was touched.
    assert replace(new, experts=old.experts, macro=old.macro).sha256() == old.sha256()
    assert np.array_equal(new.macro.values[:-1], old.macro.values[:-1], equal_nan=True)
    # The outputs follow, and they are what was reported.
    results, at = run_model(new), 3
    for row in told["targets"][:19]:
        letter = row["id"].split(".")[1]
        place = [s.code for s in new.sections].index(letter)
        assert results.total[place, at] == pytest.approx(row["after"], rel=1e-10)
    content = out.read_bytes()
    assert main(["recalculate", str(out)]) == 0
    assert out.read_bytes() == content


def test_in_place_keeps_a_backup(workbook: Path) -> None:
    edited = Edited(workbook)
    edited.set_named("SCORES_SOURCE", 0, 0, "typed by an analyst")  # stored as Excel never does
    edited.save()
    before = workbook.read_bytes()
    target = "nation.total.2020.value_added"
    assert main(["calibrate", str(workbook), "--targets", target, "--apply"]) == 0
    assert workbook.with_name("IIEconModel.xlsm.bak").read_bytes() == before
    assert target in load_inputs(str(workbook)).experts.source


def test_takes_figures_from_a_file(workbook: Path, tmp_path: Path) -> None:
    figures, report = tmp_path / "mine.csv", tmp_path / "fit.json"
    figures.write_text(
        "id,unit,value\nindustry.C.2020.value_added,亿元,15000.00\n", encoding="utf-8"
    )
    arguments = ["--targets", str(figures), "--near", "0", "--json", str(report)]
    assert main(["calibrate", str(workbook), *arguments]) == 0
    told = json.loads(report.read_text(encoding="utf-8"))
    assert [t["printed"] for t in told["targets"]] == [15000.0]
    assert told["targets"][0]["after"] == pytest.approx(15000, abs=0.1)
    assert sum(c["weak"] for c in told["combinations"]) >= 10  # one figure, eleven scores


def test_refuses(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = workbook.read_bytes()
    out = str(workbook.with_name("out.xlsm"))
    assert main(["calibrate", str(workbook), "-o", out]) == 2
    assert main(["calibrate", str(workbook), "--json", str(workbook)]) == 2
    assert main(["calibrate", str(workbook), "--targets", "nothing", "--apply"]) == 1
    assert "nothing" in capsys.readouterr().err
    assert main(["calibrate", str(workbook), "--targets", "no.csv"]) == 3
    assert main(["calibrate", str(workbook), "--bounds", "0.5", "0.2", "--apply"]) == 1
    assert workbook.read_bytes() == before
    assert list(workbook.parent.iterdir()) == [workbook]


def test_does_not_write_over_a_formula(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited = Edited(workbook)
    sheet, cell = edited.place("SCORE_OVERRIDE", 2)
    edited.formula(sheet, cell, "0.1+0.1")
    edited.save()
    before = workbook.read_bytes()
    target = "nation.total.2020.value_added"
    assert main(["calibrate", str(workbook), "--targets", target, "--apply"]) == 1
    assert f"{sheet}!{cell}" in capsys.readouterr().err
    assert workbook.read_bytes() == before


def test_figures_come_from_the_workbook(workbook: Path, tmp_path: Path) -> None:
    """The sheet Published is the analyst's: a figure changed there is the one fitted to."""
    edited, report = Edited(workbook), tmp_path / "fit.json"
    names = [edited.set_named("PUBLISHED_VALUE", row, 0, 40000.0) for row in range(3)]
    assert len(set(names)) == 3
    edited.save()
    target = "nation.total.2017.share_of_gdp"
    assert main(["calibrate", str(workbook), "--targets", target, "--json", str(report)]) == 0
    told = json.loads(report.read_text(encoding="utf-8"))
    assert [row["printed"] for row in told["targets"]] == [40000.0]

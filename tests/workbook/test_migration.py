"""A workbook of an earlier version: its inputs move into one of this version, nothing else does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from iiecon import Options, load_inputs, run_model
from iiecon.cli import main
from iiecon.options import LATER_OPTIONS
from iiecon.workbook.layout import REQUIRED_SHEETS
from tests.workbook.edit import MAIN, Edited
from tests.workbook.graft import FOREIGN, graft
from tests.workbook.libreoffice import convert

LATER_SHEETS = ("Ledger", "Uncertainty", "Crosscheck", "Tests")
LATER_NAMES = (
    "SECTOR_CONFIDENCE", "SECTOR_REASONS", "INDUSTRY_ZH", "INDUSTRY_EN",
    *(f"OPT_{name.upper()}" for name in LATER_OPTIONS),
)  # fmt: skip


def edited(path: Path) -> Path:
    """What an analyst has typed: a score, a province's GDP, an option, the names of the panel."""
    book = Edited(path)
    book.set_named("SCORE_OVERRIDE", 2, 0, 0.375)
    book.set_named("PROVINCE_GDP", 4, 3, book.named_number("PROVINCE_GDP", 4, 3) + 12.5)
    book.set_named("OPT_MULTIPLIER_SOURCE", 0, 0, "production_function")
    book.set_named("SCORES_SOURCE", 0, 0, "我们的专家组 Our panel")
    return book.save()


def aged(path: Path, sheets: Collection[str], names: Collection[str]) -> None:
    """Take out what an earlier version did not have: sheets with all their names, and names."""
    book = Edited(path)
    for sheet in sheets:
        book.delete_sheet(sheet)
    for element in list(book.workbook.iter(f"{MAIN}definedName")):
        place = str(element.text).rsplit("!", 1)[0].strip("'")
        # Names of a single sheet, such as print areas, count the sheets that were there.
        if place in sheets or element.get("name") in names or element.get("localSheetId"):
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
    book.resize_name("OPTION_VALUES", sum(f"OPT_{n.upper()}" in names for n in LATER_OPTIONS))
    book.save()


def later(path: Path) -> list[str]:
    """The sheets that a workbook can do without."""
    return [n for n in openpyxl.load_workbook(path).sheetnames if n not in REQUIRED_SHEETS]


@pytest.mark.parametrize("which", ["later sheets", "later names", "both", "all but required"])
def test_the_inputs_of_an_older_workbook_move_into_a_new_one(
    which: str, workbook: Path, tmp_path: Path
) -> None:
    expected = load_inputs(str(edited(workbook)))
    sheets: Collection[str] = () if which == "later names" else LATER_SHEETS
    names = () if which == "later sheets" else LATER_NAMES
    aged(workbook, later(workbook) if which == "all but required" else sheets, names)
    old = workbook.read_bytes()

    target = tmp_path / "新版.xlsm"
    assert main(["new", str(target), "--from", str(workbook)]) == 0
    moved = load_inputs(str(target))
    assert moved.sha256() == expected.sha256()
    assert moved.experts.override[2] == 0.375
    assert moved.options.interval_draws == Options().interval_draws
    assert set(LATER_SHEETS) <= set(openpyxl.load_workbook(target).sheetnames)
    assert workbook.read_bytes() == old

    json = tmp_path / "results.json"
    assert main(["recalculate", str(target), "--json", str(json)]) == 0
    results = run_model(expected)
    book = openpyxl.load_workbook(target, data_only=True)
    sheet, area = next(iter(book.defined_names["NATIONAL_VA"].destinations))
    stored = [cell.value for cell in book[sheet][area.replace("$", "")][0]]
    assert stored == pytest.approx(list(results.national), rel=1e-10)


def test_an_input_that_is_missing_is_never_made_up(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only what came later has a default; a range that every version has is asked for."""
    aged(workbook, (), ("FACTOR_WEIGHTS",))
    target = tmp_path / "new.xlsm"
    assert main(["new", str(target), "--from", str(workbook)]) == 1
    assert "FACTOR_WEIGHTS" in capsys.readouterr().err
    assert not target.exists()


def test_what_stays_behind_is_said(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graft(workbook)
    book = Edited(workbook)
    book.set("Published", book.place("PUBLISHED_VALUE")[1], 12345.0)
    sheet, cell = book.place("SCORE_OVERRIDE", 1)
    book.formula(sheet, cell, "1/4")
    book.save()
    target = tmp_path / "new.xlsm"
    assert main(["new", str(target), "--from", str(workbook)]) == 0
    lost, values = capsys.readouterr().err.strip().splitlines()
    assert lost.startswith(f"{workbook}: ")
    assert FOREIGN in lost
    assert "Published" in lost
    assert values.endswith(f": {sheet}!{cell}")
    assert load_inputs(str(target)).experts.override[1] == 0.25


def test_nothing_is_said_where_nothing_stays_behind(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(workbook)
    assert main(["new", str(tmp_path / "new.xlsm"), "--from", str(workbook)]) == 0
    assert capsys.readouterr().err == ""


def test_ballots_of_another_industry_go_on_another_workbooks_figures(
    workbook: Path, tmp_path: Path
) -> None:
    before = load_inputs(str(edited(workbook)))
    ballots, target = tmp_path / "票.csv", tmp_path / "new.xlsm"
    rows = [f"090,{factor},1,2,3,4,0" for factor in before.experts.factors]
    ballots.write_text(
        "\n".join(["code,factor,very_high,high,medium,low,none", *rows]), encoding="utf-8"
    )
    given = ["--from", str(workbook), "--ballots", str(ballots), "--panel", "他们 They"]
    assert main(["new", str(target), *given]) == 0
    after = load_inputs(str(target))
    assert (after.experts.codes, after.experts.source) == (("090",), "他们 They")
    assert replace(after, experts=before.experts).sha256() == before.sha256()


def test_inputs_come_back_from_a_workbook_that_libreoffice_saved(
    workbook: Path, tmp_path: Path
) -> None:
    """It rewrites formulas it does not know; the inputs are all there."""
    expected = load_inputs(str(edited(workbook)))
    folder = tmp_path / "saved"
    folder.mkdir()
    saved = convert(workbook, "xlsm:Calc MS Excel 2007 VBA XML", folder)
    assert saved.read_bytes() != workbook.read_bytes()
    assert load_inputs(str(saved)).sha256() == expected.sha256()
    target = tmp_path / "new.xlsm"
    assert main(["new", str(target), "--from", str(saved)]) == 0
    assert main(["recalculate", str(target)]) == 0
    assert load_inputs(str(target)).sha256() == expected.sha256()

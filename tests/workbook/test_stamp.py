"""The stamp on About: written when results or inputs are no longer those it tells of."""

from __future__ import annotations

import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl

import iiecon
from iiecon import load_inputs
from iiecon.cli import main
from tests.workbook.edit import Edited

NAMES = ("RUN_TIME", "RUN_VERSION", "RUN_INPUTS")


def stamp(path: Path) -> list[str | None]:
    book = openpyxl.load_workbook(path, data_only=True)
    places = [next(iter(book.defined_names[name].destinations)) for name in NAMES]
    return [book[sheet][cell].value for sheet, cell in places]


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def set_cell(path: Path, name: str, value: float | str) -> None:
    book = Edited(path)
    book.set_named(name, 0, 0, value)
    book.save()


def test_a_built_workbook_tells_version_and_inputs_but_no_time(workbook: Path) -> None:
    digest = load_inputs(str(workbook)).sha256()
    assert stamp(workbook) == [None, iiecon.__version__, digest[:16]]


def test_the_stamp_stands_on_about_as_text(workbook: Path) -> None:
    """A hash that happens to have digits only must not become a number in Excel."""
    book = openpyxl.load_workbook(workbook)
    for name in NAMES:
        ((sheet, cell),) = book.defined_names[name].destinations
        assert sheet == "About"
        assert book[sheet][cell].number_format == "@"
        label = book[sheet].cell(book[sheet][cell].row - 1, 1).value
        assert isinstance(label, str)
        assert " / " in label


def test_a_recalculation_is_stamped(workbook: Path, tmp_path: Path) -> None:
    before = stamp(workbook)
    set_cell(workbook, "SCORE_OVERRIDE", 0.5)
    report = tmp_path / "report.json"
    earliest = datetime.now() - timedelta(seconds=1)
    assert main(["recalculate", str(workbook), "--json", str(report)]) == 0
    time, version, inputs = stamp(workbook)
    assert time is not None
    assert earliest <= datetime.fromisoformat(time) <= datetime.now()
    assert len(time) == len("2000-01-01T00:00:00")
    provenance = json.loads(report.read_text(encoding="utf-8"))["provenance"]
    assert (version, inputs) == (provenance["version"], provenance["inputs_sha256"][:16])
    assert inputs != before[2]


def test_another_version_is_stamped_though_no_result_changes(workbook: Path) -> None:
    set_cell(workbook, "RUN_VERSION", "0.0.1")
    before, about = parts(workbook), Edited(workbook).part("About")
    assert main(["recalculate", str(workbook)]) == 0
    assert stamp(workbook)[1] == iiecon.__version__
    assert stamp(workbook)[0]
    after = parts(workbook)
    assert {part for part in after if after[part] != before[part]} == {about}


def test_an_input_that_changes_no_number_is_stamped(workbook: Path) -> None:
    before = stamp(workbook)
    set_cell(workbook, "REGION_NAMES", "华北地区")
    assert main(["recalculate", str(workbook)]) == 0
    assert stamp(workbook)[0]
    assert stamp(workbook)[2] == load_inputs(str(workbook)).sha256()[:16] != before[2]


def test_an_up_to_date_file_keeps_its_bytes_and_its_time(workbook: Path) -> None:
    set_cell(workbook, "SCORE_OVERRIDE", 0.5)
    assert main(["recalculate", str(workbook)]) == 0
    set_cell(workbook, "RUN_TIME", "2001-02-03T04:05:06")
    before = workbook.read_bytes()
    assert main(["recalculate", str(workbook)]) == 0
    assert workbook.read_bytes() == before
    assert stamp(workbook)[0] == "2001-02-03T04:05:06"


def test_refused_inputs_are_not_stamped(workbook: Path) -> None:
    set_cell(workbook, "SCORE_OVERRIDE", 7.0)
    before = workbook.read_bytes()
    assert main(["recalculate", str(workbook)]) == 1
    assert workbook.read_bytes() == before


def test_a_workbook_from_before_there_was_a_stamp_is_recalculated(workbook: Path) -> None:
    book = Edited(workbook)
    for element in [e for e in book.workbook.iter() if e.get("name") in NAMES]:
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
    book.save()
    before = workbook.read_bytes()
    assert main(["recalculate", str(workbook)]) == 0
    assert workbook.read_bytes() == before
    set_cell(workbook, "SCORE_OVERRIDE", 0.5)
    about = Edited(workbook).part("About")
    before_parts = parts(workbook)
    assert main(["recalculate", str(workbook)]) == 0
    after = parts(workbook)
    assert after[about] == before_parts[about]
    assert after != before_parts

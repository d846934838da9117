"""The sheet Crosscheck: visible formulas that give the model's methods, steps and waterfall."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from iiecon import default_inputs
from iiecon.crosscheck import METHODS, STEPS, by_section
from iiecon.spreadsheet.calculator import FileBook
from iiecon.spreadsheet.package import Package
from iiecon.workbook.crosscheck_sheet import CLIMB, crosscheck_sheet
from iiecon.workbook.read import Reader
from iiecon.workbook.recalculate import differences, recalculate
from tests.workbook.edit import Edited

Spoil = Callable[[Callable[[Edited], object]], Path]


def read(path: Path) -> Reader:
    return Reader.of(FileBook.from_package(Package.read(path)))


def numbers(reader: Reader, name: str) -> np.ndarray[Any, Any]:
    place = reader.range(name)
    assert place is not None, name
    return np.array([[float(v) for v in row] for row in place.cells])  # type: ignore[arg-type]


def held_against_the_model(path: Path) -> None:
    done = recalculate(path)
    assert done.results is not None
    assert done.errors == []
    reader, found = read(path), done.results.crosscheck
    for name, values in (("METHODS", found.methods), ("STEPS", found.steps)):
        shown = numbers(reader, f"CROSSCHECK_{name}")
        assert shown == pytest.approx(by_section(done.results, values), rel=1e-9, abs=1e-6)
        totals = numbers(reader, f"CROSSCHECK_{name}_TOTAL")[0]
        assert totals == pytest.approx(values.sum(axis=0), rel=1e-9)
    climb = dict(zip(CLIMB, numbers(reader, "CROSSCHECK_CLIMB")[:, 0].tolist(), strict=True))
    expected = {name: found.of(name).sum() for name in (*METHODS, *STEPS)}
    assert climb == pytest.approx(expected, rel=1e-9)


def test_the_sheet_gives_the_models_methods(workbook: Path) -> None:
    held_against_the_model(workbook)


def test_it_follows_the_treatment_of_imports_and_the_scores(spoilt: Spoil) -> None:
    def edit(book: Edited) -> None:
        book.set_named("OPT_IMPORTS", 0, 0, "domestic")
        book.set_named("SCORE_OVERRIDE", 2, 0, 0.9)

    held_against_the_model(spoilt(edit))


def test_no_number_is_typed_into_it() -> None:
    sheet = crosscheck_sheet(default_inputs())
    for block in sheet.blocks:
        for row in block.values or ():
            assert all(isinstance(cell, str) for cell in row)


def test_a_result_that_differs_from_the_model_is_found(workbook: Path) -> None:
    """Each range is held against the model on its own."""
    done = recalculate(workbook)
    assert done.results is not None
    reader = read(workbook)
    assert differences(reader, done.results) == []
    place = reader.range("CROSSCHECK_STEPS")
    assert place is not None
    key = (place.sheet, place.area.row1 + 2, place.area.col1 + 4)
    reader.calculation.values[key] += 1.0  # type: ignore[operator]
    (finding,) = differences(Reader(reader.book, reader.calculation), done.results)
    assert (finding.key, finding.sheet) == ("output_differs", "Crosscheck")


def test_the_waterfall_stands_on_what_came_before(workbook: Path) -> None:
    """Unseen base plus step, from the chart's cells: where columns begin and end."""
    (chart,) = crosscheck_sheet(default_inputs()).charts
    book = FileBook.from_package(Package.read(workbook))
    cells = Reader.of(book).calculation.values

    def drawn(area: str) -> list[float]:
        column, first, last = re.findall(r"\$([A-Z]+)\$(\d+):\$[A-Z]+\$(\d+)", area)[0]
        number = ord(column) - ord("A") + 1
        rows = range(int(first), int(last) + 1)
        return [float(cells["Crosscheck", row, number]) for row in rows]  # type: ignore[arg-type]

    base, total, more, less = (np.array(drawn(s.values)) for s in chart.series)
    assert [s.unseen for s in chart.series] == [True, False, False, False]
    begins = dict(zip(CLIMB, base.tolist(), strict=True))
    ends = dict(zip(CLIMB, (base + total + more).tolist(), strict=True))
    assert (less == 0).all()
    assert begins["own_use"] == 0
    for step, before, after in (
        ("forward", "own_use", "direct"),
        ("backward", "direct", "union"),
        ("rest", "union", "extraction"),
        ("repeated", "extraction", "paper"),
    ):
        assert begins[step] == pytest.approx(ends[before])
        assert ends[step] == pytest.approx(ends[after])


def test_the_paper_is_placed_in_words_with_the_numbers_of_the_sheet(workbook: Path) -> None:
    done = recalculate(workbook)
    assert done.results is not None
    _, union, extraction, paper = done.results.crosscheck.methods.sum(axis=0)
    cells = read(workbook).calculation.values
    texts = [v for (sheet, *_), v in cells.items() if sheet == "Crosscheck" and isinstance(v, str)]
    (told,) = [text for text in texts if text.startswith("The paper's method gives")]
    shown = [round(x) for x in (paper, paper - extraction, paper - union)]
    for number in shown:
        assert str(number) in told


def test_a_workbook_without_the_sheet_still_recalculates(workbook: Path) -> None:
    """One that was made before there was a Crosscheck."""
    reader = read(workbook)
    done = recalculate(workbook)
    assert done.results is not None
    del reader.book.sheets["Crosscheck"]  # type: ignore[attr-defined]
    for name in [n for n in reader.book.names if n.startswith("CROSSCHECK")]:
        del reader.book.names[name]  # type: ignore[attr-defined]
    assert differences(Reader(reader.book, reader.calculation), done.results) == []

"""The sheet Ledger: visible formulas that give the model's ledger."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from iiecon import default_inputs
from iiecon.ledger import ledger
from iiecon.spreadsheet.calculator import FileBook
from iiecon.spreadsheet.package import Package
from iiecon.workbook.ledger_sheet import UNUSED, ledger_sheet
from iiecon.workbook.read import Reader
from iiecon.workbook.recalculate import recalculate
from tests.workbook.edit import Edited

Spoil = Callable[[Callable[[Edited], object]], Path]


def numbers(reader: Reader, name: str) -> np.ndarray[Any, Any]:
    place = reader.range(name)
    assert place is not None, name
    return np.array([[v if isinstance(v, float) else np.nan for v in row] for row in place.cells])


def held_against_the_model(path: Path) -> None:
    done = recalculate(path)
    assert done.results is not None
    assert done.errors == []
    reader = Reader.of(FileBook.from_package(Package.read(path)))
    found = ledger(done.results)
    for step in found.steps:
        name = f"LEDGER_{step.key.upper()}"
        for suffix, due in (("IN", step.entered), ("OUT", step.arrived)):
            assert numbers(reader, f"{name}_{suffix}")[0] == pytest.approx(due, nan_ok=True)
        if step.left is not None:
            shown = numbers(reader, f"{name}_{step.left.key.upper()}")[0]
            assert shown == pytest.approx(step.left_over, nan_ok=True, abs=1e-6)
        gap = numbers(reader, f"{name}_GAP")[0]
        assert np.nanmax(np.abs(gap)) < 1e-6
        assert (np.isnan(gap) == np.isnan(step.entered)).all()
    counts = dict(
        zip((key for key, _ in UNUSED), numbers(reader, "LEDGER_UNUSED")[:, 0], strict=True)
    )
    unused = {u.key: u.count for u in found.unused}
    assert counts == {key: unused.get(key, 0) for key in counts}


def test_the_sheet_gives_the_models_ledger(workbook: Path) -> None:
    held_against_the_model(workbook)


def test_every_line_of_a_step_has_its_unit(workbook: Path) -> None:
    """Money in 亿元, and every line about jobs in 万人, its gap too."""
    book = FileBook.from_package(Package.read(workbook))
    reader = Reader.of(book)
    done = recalculate(workbook)
    assert done.results is not None
    for step in ledger(done.results).steps:
        for suffix in ("IN", "OUT", "GAP"):
            place = reader.range(f"LEDGER_{step.key.upper()}_{suffix}")
            assert place is not None
            unit = book.sheets["Ledger"].cells[place.area.row1, place.area.col1 - 1].value
            assert unit == ("万人" if step.key.endswith("jobs") else "亿元"), step.key


@pytest.mark.parametrize(
    ("option", "value"),
    [("OPT_SECTION_PRODUCTIVITY", "national"), ("OPT_RATE_BASE", "io_table")],
)
def test_it_does_so_with_other_options(spoilt: Spoil, option: str, value: str) -> None:
    held_against_the_model(spoilt(lambda book: book.set_named(option, 0, 0, value)))


def test_it_counts_overrides_and_flags(spoilt: Spoil) -> None:
    def change(book: Edited) -> None:
        book.set_named("SCORE_OVERRIDE", 2, 0, 0.5)

    path = spoilt(change)
    held_against_the_model(path)
    reader = Reader.of(FileBook.from_package(Package.read(path)))
    keys = [key for key, _ in UNUSED]
    assert numbers(reader, "LEDGER_UNUSED")[keys.index("panel_scores"), 0] == 1


def test_a_broken_level_puts_the_light_out(spoilt: Spoil) -> None:
    """A number typed over the secondary sector of 2020: the ledger no longer closes."""

    def change(book: Edited) -> None:
        sheet, cell = book.place("SECTORS3_TOTAL", 1, 3)
        book.formula(sheet, cell, "17908.30")

    path = spoilt(change)
    reader = Reader.of(FileBook.from_package(Package.read(path)))
    assert numbers(reader, "LEDGER_LARGEST_GAP")[0, 0] >= 0.005
    light = reader.range("CHECK_LIGHT")
    assert light is not None
    assert light.cells == [["✘ ERROR"]]


def test_no_amount_is_written_into_a_formula() -> None:
    """Every line rests on named results; the only figures are places, 0, 1 and the rounding."""
    for block in ledger_sheet(default_inputs()).blocks:
        if block.formula is not None and block.name.startswith("LEDGER_"):
            for column in range(block.columns):
                text = block.formula(block.row, block.column + column)
                bare = re.sub(r'"[^"]*"|[A-Z]+[A-Z0-9_]*', "", text)
                assert set(re.findall(r"\d+", bare)) <= set("0123456")

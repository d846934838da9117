"""The hidden sheet Tests: every `test_*` cell is TRUE, and one that is not is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from iiecon import default_inputs
from iiecon.cli import main
from iiecon.spreadsheet.calculator import FileBook
from iiecon.spreadsheet.package import Package
from iiecon.workbook.read import Reader
from iiecon.workbook.recalculate import recalculate
from iiecon.workbook.self_tests import CASES, NAME, PREFIX, RESULT, self_tests
from tests.workbook.edit import Edited

Spoil = Callable[[Callable[[Edited], object]], Path]
KEYS = [
    block.name for block in self_tests(default_inputs()).blocks if block.name.startswith(PREFIX)
]


def answers(path: Path) -> dict[str, object]:
    reader = Reader.of(FileBook.from_package(Package.read(path)))
    return {
        name: place.cells[0][0]
        for name in reader.book.names
        if name.startswith(PREFIX) and (place := reader.range(name)) is not None
    }


def test_all_are_true_headless(workbook: Path) -> None:
    found = answers(workbook)
    assert sorted(found) == sorted(KEYS)
    assert len(found) >= 40
    assert [name for name, value in found.items() if value is not True] == []


def test_the_sheet_is_hidden_and_the_names_are_no_addresses(workbook: Path) -> None:
    book = load_workbook(workbook, read_only=False, keep_vba=False)
    assert book[NAME].sheet_state == "hidden"
    for name in KEYS:
        assert not re.fullmatch(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*", name)


# A formula typed over: range, column from 0, what is typed; and the test that sees it.
BREAKS = {
    "test_parts": ("NATIONAL_VA", 0, "1"),
    "test_sections": ("NATIONAL_VA", 3, "1"),
    "test_three_sectors": ("SECTORS3_TOTAL", 0, "1"),
    "test_province_jobs": ("JOBS_SCALE", 2, "2"),
    "test_jobs_parts": ("NATIONAL_JOBS_DIRECT", 3, "1"),
    "test_base_year": ("YEARS", 0, "2016"),
    "test_result_years": ("YEARS", 2, "2031"),
    "test_io_sections": ("BASE_DIRECT", 0, "1"),
    "test_ledger": ("LEDGER_LARGEST_GAP", 0, "1"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_changed_formula_fails_its_test(spoilt: Spoil, name: str) -> None:
    range_name, column, typed = BREAKS[name]

    def change(book: Edited) -> None:
        book.formula(*book.place(range_name, 0, column), typed)

    assert answers(spoilt(change))[name] is not True


@pytest.mark.parametrize("name", KEYS)
def test_each_is_an_expression_that_can_fail(name: str) -> None:
    """No test is the constant TRUE: each compares, and reads a range or calls a function."""
    block = next(b for b in self_tests(default_inputs()).blocks if b.name == name)
    assert re.search(r"<=|=|<", block.spill)
    assert re.search(r"[A-Z][A-Z0-9_]{3,}|\$?[A-Z]+\d+", block.spill)


@pytest.mark.parametrize(
    ("key", "offset", "fails"),
    [
        ("FLOWS", (0, 0), {"test_leontief_one", "test_leontief_two"}),
        ("JUDGEMENTS", (0, 1), {"test_ahp_weights"}),
        ("VOTES", (0, 0), {"test_fuzzy"}),
        ("CAPITAL", (0, 0), set()),
    ],
)
def test_textbook_figures_are_what_is_tested(
    spoilt: Spoil, key: str, offset: tuple[int, int], fails: set[str]
) -> None:
    """Another figure gives another answer; the Cobb-Douglas case holds for any capital."""
    row, column = offset
    due = float(str(CASES[key][row][column])) + 1.5
    found = answers(spoilt(lambda book: book.set_named(f"CASE_{key}", row, column, due)))
    failed = {name for name, value in found.items() if value is not True}
    assert fails <= failed
    assert (failed == set()) == (fails == set())


def test_recalculation_names_the_one_that_is_false(
    spoilt: Spoil, capsys: pytest.CaptureFixture[str]
) -> None:
    """An analyst's own test counts too; nothing is written."""

    def change(book: Edited) -> None:
        book.formula(NAME, f"{chr(64 + RESULT)}3", "1=2")

    path = spoilt(change)
    before = path.read_bytes()
    found = [f for f in recalculate(path).errors if f.key == "self_test"]
    assert [f.values["name"] for f in found] == [KEYS[0]]
    assert str(found[0]).startswith(f"{NAME}!C3: 自检 {KEYS[0]} 不为 TRUE")
    assert main(["recalculate", str(path)]) == 1
    assert KEYS[0] in capsys.readouterr().err
    assert path.read_bytes() == before


def test_the_light_goes_out(spoilt: Spoil) -> None:
    def change(book: Edited) -> None:
        book.formula(NAME, f"{chr(64 + RESULT)}3", "1=2")

    reader = Reader.of(FileBook.from_package(Package.read(spoilt(change))))
    count, light = reader.range("TESTS_FAILED"), reader.range("CHECK_LIGHT")
    assert count is not None
    assert light is not None
    assert (count.cells, light.cells) == ([[1.0]], [["✘ ERROR"]])

"""The functions behind the ribbon, run through the real xlwings API on a real spreadsheet program:
inputs are changed in the open document, the button's code is called, and what the document then
shows is held against the command line on a file with the same change.

LibreOffice stands in for Excel. Being headless it has no window for messages, so the alerts and the
status bar are recorded by the engine; sheets, cells, formulas and selections are LibreOffice's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwings as xw

from iiecon.cli import main
from iiecon.workbook.recalculate import OUTPUTS
from tests.engines.conftest import Open
from tests.libreoffice.office import OfficeError
from tests.workbook.edit import Edited
from udfs import actions

STAMP = ("RUN_TIME", "RUN_VERSION", "RUN_INPUTS")
Change = tuple[str, int, int, float | str | None]

# A flow of the table raised by 1000 with its row and column still in balance, a ballot, and the
# product of a province.
IO_CELL: tuple[Change, ...] = (
    ("IO_FLOWS", 3, 5, +1000.0),
    ("IO_FINAL_USE", 3, 0, -1000.0),
    ("IO_PRIMARY", 0, 5, -1000.0),
)
BALLOT: tuple[Change, ...] = (("BALLOTS", 9, 0, +12.0),)
PROVINCE: tuple[Change, ...] = (("PROVINCE_GDP", 18, 11, +2500.0),)


def cell(book: xw.Book, name: str, row: int = 0, column: int = 0) -> xw.Range:
    return book.names[name].refers_to_range[row, column]


def raise_in_file(path: Path, changes: tuple[Change, ...]) -> Path:
    """Add to cells of a file, without the program under test."""
    file = Edited(path)
    for name, row, column, amount in changes:
        assert isinstance(amount, float)
        file.set_named(name, row, column, file.named_number(name, row, column) + amount)
    return file.save()


def recalculated(workbook: Path, changes: tuple[Change, ...], *options: str) -> Path:
    """A copy with these changes, recalculated on the command line."""
    copy = workbook.with_name("copy.xlsm")
    copy.write_bytes(workbook.read_bytes())
    assert main(["recalculate", str(raise_in_file(copy, changes)), *options]) == 0
    return copy


def raise_in_program(book: xw.Book, changes: tuple[Change, ...]) -> None:
    for name, row, column, amount in changes:
        place = cell(book, name, row, column)
        place.value = place.value + amount


def stored(path: Path, *names: str) -> dict[str, list[Any]]:
    """The cached values of named ranges, read by another library."""
    file = openpyxl.load_workbook(path, data_only=True)
    values = {}
    for name in names:
        ((sheet, area),) = file.defined_names[name].destinations
        found = file[sheet][area]
        rows = found if isinstance(found, tuple) else ((found,),)
        values[name] = [c.value for row in rows for c in row]
    return values


def shown(book: xw.Book, name: str) -> list[Any]:
    raw = book.names[name].refers_to_range.raw_value
    return [v for row in raw for v in row] if isinstance(raw, tuple) else [raw]


def told(book: xw.Book) -> str:
    """The one message that the action ended in."""
    ((text, _),) = book.app.impl.alerts
    return str(text)


def assert_same(book: xw.Book, path: Path) -> None:
    """Every named output shows what the file holds; a file keeps 12 digits."""
    for name, there in stored(path, *OUTPUTS).items():
        here = shown(book, name)
        assert len(here) == len(there) > 0
        for a, b in zip(here, there, strict=True):
            if isinstance(b, int | float):
                assert a == pytest.approx(b, rel=2e-11, abs=1e-12), name
            else:
                assert (a or None) == (b or None), name


def assert_restored(app: xw.App) -> None:
    assert (app.status_bar, app.screen_updating, app.calculation) == (False, True, "automatic")


# --- Recalculate all


@pytest.mark.parametrize("change", [IO_CELL, BALLOT, PROVINCE], ids=["io", "ballot", "province"])
def test_recalculating_in_the_program_and_on_the_command_line_agree(
    change: tuple[Change, ...], opened: Open, workbook: Path, tmp_path: Path
) -> None:
    before = stored(workbook, "PROVINCE_VA", *STAMP)
    book = opened(workbook)
    raise_in_program(book, change)
    started = datetime.now()
    actions.recalculate_all(book)
    report = tmp_path / "report.json"
    file = recalculated(workbook, change, "--json", str(report))
    assert told(book).startswith("全部重新计算完毕")
    assert_same(book, file)
    after = stored(file, "PROVINCE_VA", *STAMP)
    assert after["PROVINCE_VA"] != before["PROVINCE_VA"]
    provenance = json.loads(report.read_text(encoding="utf-8"))["provenance"]
    time, version, inputs = (cell(book, name).value for name in STAMP)
    assert started - timedelta(seconds=1) <= datetime.fromisoformat(time) <= datetime.now()
    assert [version] == after["RUN_VERSION"] == [provenance["version"]]
    assert [inputs] == after["RUN_INPUTS"] == [provenance["inputs_sha256"][:16]]


def test_each_step_is_shown_and_everything_is_put_back(book: xw.Book) -> None:
    book.set_mock_caller()
    try:
        actions.recalculate_all()  # as VBA calls it
    finally:
        del xw.Book._mock_caller  # type: ignore[attr-defined]
    app = book.app
    steps = [s.partition(" / ")[2] for s in app.impl.statuses if s]
    assert steps == [
        "reading the workbook",
        "checking the inputs, running the model",
        "computing the formulas beside the model",
        "the program recalculates",
        "comparing with the model",
    ]
    assert_restored(app)


BAD_INPUTS: list[Change] = [
    ("IO_FLOWS", 4, 7, "n.a."),
    ("IO_FLOWS", 4, 7, -5.0),
    ("BALLOTS", 3, 1, -1.0),
    ("PROVINCE_REGIONS", 2, 0, "nowhere"),
    ("MACRO_DATA", 3, 0, "1,5"),
    ("OPT_IMPORTS", 0, 0, "foreign"),
]


@pytest.mark.parametrize("change", BAD_INPUTS, ids=lambda c: f"{c[0]}={c[3]}")
def test_a_bad_input_is_selected_and_explained_and_nothing_is_stamped(
    change: Change, book: xw.Book, workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, row, column, value = change
    stamp = [cell(book, n).value for n in STAMP]
    cell(book, name, row, column).value = value
    actions.recalculate_all(book)
    file = Edited(workbook)
    place = file.set_named(name, row, column, value)
    assert main(["check", str(file.save())]) == 1
    # The first line on the cell is of the error unless a warning came before it: take the last.
    lines = [li for li in capsys.readouterr().err.splitlines() if li.startswith(place)]
    line = lines[-1]
    found, message, fix = re.fullmatch(r"(\S+): (.*; )(.*)", line).groups()  # type: ignore[union-attr]
    assert found == place
    text = told(book)
    assert text.startswith("有 ")
    assert place in text
    assert message.removesuffix("; ") in text
    assert fix in text
    selected = book.selection
    assert selected is not None
    assert f"{selected.sheet.name}!{selected.get_address(False, False)}" == place
    assert [cell(book, n).value for n in STAMP] == stamp
    assert_restored(book.app)


def test_numbers_that_the_program_did_not_renew_are_found(
    book: xw.Book, workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that stops computing still shows numbers: the old ones."""
    book.app.calculation = "manual"
    monkeypatch.setattr(book.app.impl, "calculate", lambda: None)
    raise_in_program(book, PROVINCE)
    stamp = [cell(book, n).value for n in STAMP]
    actions.recalculate_all(book)
    assert "differ from the model" in told(book)
    selected = book.selection
    assert selected is not None
    sheet, address = selected.sheet.name, selected.get_address(False, False)
    assert f"{sheet}!{address}\n" in told(book)
    file = recalculated(workbook, PROVINCE)
    due = openpyxl.load_workbook(file, data_only=True)[sheet][address].value
    assert selected.value != pytest.approx(due, rel=1e-9)
    assert f"the model gives {due:.6g}"[:22] in told(book)
    assert [cell(book, n).value for n in STAMP] == stamp
    assert book.app.calculation == "manual"


def test_an_older_workbook_without_a_stamp_is_recalculated(opened: Open, workbook: Path) -> None:
    file = Edited(workbook)
    for element in list(file.workbook.iter()):
        if element.get("name") in STAMP:
            element.getparent().remove(element)  # type: ignore[union-attr]
    book = opened(file.save())
    actions.recalculate_all(book)
    assert told(book).startswith("全部重新计算完毕")


def test_what_nobody_foresaw_ends_in_a_message(
    book: xw.Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks() -> None:
        raise RuntimeError("the printer is on fire")

    monkeypatch.setattr(book.app.impl, "calculate", breaks)
    actions.recalculate_all(book)
    text, mode = book.app.impl.alerts[-1]
    assert mode == "critical"
    assert "出现意外错误" in text
    assert "RuntimeError: the printer is on fire" in text
    monkeypatch.undo()
    assert_restored(book.app)


# --- Check inputs


def test_sound_inputs_are_called_sound(book: xw.Book) -> None:
    actions.check_inputs(book)
    assert told(book) == "输入没有错误。 / No errors in the inputs."


def test_the_first_of_many_errors_is_selected(book: xw.Book) -> None:
    for i in range(5):
        cell(book, "BALLOTS", 2 * i, 2).value = "x"
    actions.check_inputs(book)
    assert "有 5 处错误" in told(book)
    assert "另有 2 处" in told(book)
    assert book.selection == cell(book, "BALLOTS", 0, 2)


# --- Explain cell


def test_an_error_is_traced_to_the_input_it_comes_from(book: xw.Book) -> None:
    bad = cell(book, "BALLOTS", 9, 0)
    bad.value = "many"
    cell(book, "NATIONAL_VA").sheet.activate()
    cell(book, "NATIONAL_VA").select()
    actions.explain_cell(book)
    assert told(book).startswith(f"Experts!{bad.get_address(False, False)}: ")
    assert "text “many” where a number is due" in told(book)


def test_a_cell_without_an_error_shows_its_arithmetic(book: xw.Book) -> None:
    cell(book, "NATIONAL_VA").sheet.activate()
    cell(book, "NATIONAL_VA").select()
    actions.explain_cell(book)
    place = cell(book, "NATIONAL_VA").get_address(False, False)
    assert told(book).startswith(f"Summary!{place} = ")


# --- Import IO table


@pytest.fixture
def other(workbook: Path, tmp_path: Path) -> Callable[[Callable[[Edited], object]], Path]:
    """Another workbook, changed as told."""

    def make(edit: Callable[[Edited], object]) -> Path:
        path = tmp_path / "其他 表.xlsm"
        path.write_bytes(workbook.read_bytes())
        file = Edited(path)
        edit(file)
        return file.save()

    return make


def no_change(file: Edited) -> None:
    """The same table."""


def test_a_table_is_taken_over_and_nothing_else(
    opened: Open, workbook: Path, other: Callable[[Callable[[Edited], object]], Path]
) -> None:
    source = raise_in_file(raise_in_file(other(no_change), IO_CELL), PROVINCE)
    book = opened(workbook)
    province = shown(book, "PROVINCE_GDP")
    actions.import_io_table(book, source)
    assert "已导入 其他 表.xlsm" in told(book)
    taken = ("IO_FLOWS", "IO_FINAL_USE", "IO_PRIMARY", "IO_OUTPUT", "IO_YEAR")
    assert {name: shown(book, name) for name in taken} == stored(source, *taken)
    assert shown(book, "PROVINCE_GDP") == province
    assert all(
        t.startswith("=SUM(") for t in book.names["IO_VALUE_ADDED"].refers_to_range.formula[0]
    )
    book.app.impl.alerts.clear()
    actions.recalculate_all(book)
    assert told(book).startswith("全部重新计算完毕")
    assert_same(book, recalculated(workbook, IO_CELL))


def unbalance(file: Edited) -> None:
    file.set_named("IO_FLOWS", 3, 5, 9e9)


def change_code(file: Edited) -> None:
    file.set_named("IO_CODES", 2, 0, "999")


def drop_name(file: Edited) -> None:
    for element in list(file.workbook.iter()):
        if element.get("name") == "IO_IMPORTS":
            element.getparent().remove(element)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (unbalance, "off by one amount"),
        (change_code, "iiecon import-io FILE WORKBOOK"),
        (drop_name, "there is no range named “IO_IMPORTS”"),
        (lambda file: file.resize_name("IO_CODES", 3), "“IO_CODES” has 100 × 1"),
    ],
    ids=["unbalanced", "other code", "no name", "fewer sectors"],
)
def test_a_table_that_does_not_fit_is_refused_whole(
    edit: Callable[[Edited], object],
    expected: str,
    book: xw.Book,
    other: Callable[[Callable[[Edited], object]], Path],
) -> None:
    before = {name: shown(book, name) for name in ("IO_FLOWS", "IO_OUTPUT", "IO_CODES")}
    actions.import_io_table(book, other(edit))
    assert "其他 表.xlsm 未" in told(book) or "未导入 其他 表.xlsm" in told(book)
    assert expected in told(book)
    assert {name: shown(book, name) for name in before} == before
    assert_restored(book.app)


def test_a_file_that_is_no_workbook_is_refused(book: xw.Book, tmp_path: Path) -> None:
    path = tmp_path / "notes.xlsx"
    path.write_text("not a workbook", encoding="utf-8")
    actions.import_io_table(book, path)
    assert str(path) in told(book)


def test_when_one_range_cannot_be_written_none_is(
    opened: Open, workbook: Path, other: Callable[[Callable[[Edited], object]], Path]
) -> None:
    source = raise_in_file(other(no_change), IO_CELL)
    book = opened(workbook)
    flows, primary = shown(book, "IO_FLOWS"), book.names["IO_PRIMARY"].refers_to_range
    primary.impl.sheet.ask("protect", primary.impl._area)
    with pytest.raises(OfficeError) as refusal:
        primary.value = 0.0
    actions.import_io_table(book, source)
    assert "出现意外错误" in told(book)
    assert str(refusal.value)[:30] in told(book)
    assert shown(book, "IO_FLOWS") == flows
    assert shown(book, "OPT_IO_UNIT") == ["万元"]


def test_without_a_dialog_for_files_the_button_says_so(book: xw.Book) -> None:
    actions.import_io_table(book)
    assert "no dialog to choose a file" in told(book)

"""Each spoilt input ends in a message naming sheet and cell, the contract's exit code, and the file
byte for byte as it was.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from iiecon.cli import main
from tests.workbook.edit import Edited

Spoil = Callable[[Edited], str]


def typed(name: str, row: int, column: int, value: float | str | None) -> Spoil:
    """Type a value into a named range; the message must name that cell."""
    return lambda book: book.set_named(name, row, column, value)


def times(name: str, row: int, column: int, factor: float) -> Spoil:
    """Multiply one number; the message must name its cell."""

    def spoil(book: Edited) -> str:
        return book.set_named(name, row, column, book.named_number(name, row, column) * factor)

    return spoil


def elsewhere(spoil: Spoil, place: str) -> Spoil:
    """A slip that shows at another place than where it was made."""

    def spoilt(book: Edited) -> str:
        spoil(book)
        return place

    return spoilt


def named_place(spoil: Spoil, name: str, row: int, column: int) -> Spoil:
    """A slip that shows at a position of another named range."""

    def spoilt(book: Edited) -> str:
        spoil(book)
        return "!".join(book.place(name, row, column))

    return spoilt


def swap_codes(book: Edited) -> str:
    """Two column labels of the table change places: rows and columns disagree from the first on."""
    book.set_named("IO_COLUMN_CODES", 0, 3, "005")
    book.set_named("IO_COLUMN_CODES", 0, 4, "004")
    return "!".join(book.place("IO_COLUMN_CODES", 0, 3))


def thirty_provinces(book: Edited) -> str:
    """The last province's row is cut off every range of the sheet."""
    for name in (
        "CODES",
        "NAMES",
        "REGIONS",
        "EMPLOYED",
        "GDP",
        "PRIMARY",
        "SECONDARY",
        "TERTIARY",
    ):
        book.resize_name(f"PROVINCE_{name}", 1)
    return "Province!A7:A36"


def no_votes(book: Edited) -> str:
    """All votes of one factor blanked."""
    for column in range(5):
        book.set_named("BALLOTS", 6, column, None)
    return "!".join(book.place("BALLOTS", 6, 0))


CELL_SLIPS: dict[str, Spoil] = {
    "blank flow": typed("IO_FLOWS", 4, 7, None),
    "text flow": typed("IO_FLOWS", 4, 7, "n.a."),
    "thousands separator": typed("IO_FLOWS", 4, 7, "1,234"),
    "nan as text": typed("IO_FLOWS", 4, 7, "NaN"),
    "negative flow": typed("IO_FLOWS", 60, 61, -5),
    "x100 flow": times("IO_FLOWS", 0, 9, 100),
    "x0.01 flow": times("IO_FLOWS", 0, 9, 0.01),
    "x100 final use": times("IO_FINAL_USE", 5, 1, 100),
    "x100 value added": times("IO_PRIMARY", 0, 5, 100),
    "zero output": typed("IO_OUTPUT", 11, 0, 0),
    "text value added": typed("IO_PRIMARY", 1, 8, "-"),
    "unequal labels": swap_codes,
    "duplicate code": named_place(typed("IO_CODES", 8, 0, "003"), "IO_COLUMN_CODES", 0, 8),
    "duplicate sector": typed("SECTOR_CODES", 8, 0, "003"),
    "missing sector": typed("SECTOR_CODES", 20, 0, None),
    "unknown section": typed("SECTOR_SECTIONS", 30, 0, "Z"),
    "blank section": typed("SECTOR_SECTIONS", 30, 0, None),
    "odd direct flag": typed("SECTOR_DIRECT", 60, 0, "yes"),
    "direct without ballots": typed("SECTOR_DIRECT", 0, 0, 1),
    "score above one": typed("SCORE_OVERRIDE", 2, 0, 1.2),
    "score below zero": typed("SCORE_OVERRIDE", 2, 0, -0.1),
    "text score": typed("SCORE_OVERRIDE", 2, 0, "high"),
    "grade score above one": typed("GRADE_SCORES", 0, 1, 75),
    "weights not one": named_place(typed("FACTOR_WEIGHTS", 1, 0, 0.4), "FACTOR_WEIGHTS", 0, 0),
    "negative weight": typed("FACTOR_WEIGHTS", 2, 0, -0.2),
    "negative ballot": typed("BALLOTS", 3, 2, -1),
    "no vote": no_votes,
    "unknown scored code": named_place(typed("SCORE_CODES", 3, 0, "999"), "BALLOT_CODES", 12, 0),
    "year missing in the middle": typed("SECTION_VA", 2, 3, None),
    "base year missing": typed("SECTION_VA", 2, 2, None),
    "negative section": typed("SECTION_VA", 5, 3, -88903.8),
    "x100 section": times("SECTION_VA", 5, 3, 100),
    "year header": typed("SECTION_VA_YEARS", 0, 3, 2019),
    "zero gdp": typed("MACRO_DATA", 12, 0, 0),
    "x100 gdp": times("MACRO_DATA", 12, 0, 100),
    "gdp missing in the middle": typed("MACRO_DATA", 11, 0, None),
    "multiplier in percent": typed("MACRO_DATA", 12, 8, 108.39),
    "x100 wage": times("SECTION_WAGES", 8, 1, 100),
    "zero province": typed("PROVINCE_GDP", 4, 11, 0),
    "x100 province": times("PROVINCE_GDP", 4, 11, 100),
    "province year missing": typed("PROVINCE_GDP", 4, 10, None),
    "blank employment": typed("PROVINCE_EMPLOYED", 10, 1, None),
    "x100 employment": times("PROVINCE_EMPLOYED", 10, 1, 100),
    "unknown province": typed("PROVINCE_CODES", 12, 0, 999999),
    "duplicate province": typed("PROVINCE_CODES", 12, 0, 110000),
    "30 provinces": thirty_provinces,
    "unknown region": typed("PROVINCE_REGIONS", 12, 0, "atlantis"),
    "unknown option": typed("OPT_FUZZY_OPERATOR", 0, 0, "magic"),
    "year as text": typed("OPT_BASE_YEAR", 0, 0, "two thousand"),
    "years in disorder": named_place(typed("OPT_LAST_YEAR", 0, 0, 2016), "OPT_LAST_YEAR", 0, 0),
    "unit slip": typed("OPT_IO_UNIT", 0, 0, "亿元"),
}


@pytest.mark.parametrize("spoil", CELL_SLIPS.values(), ids=CELL_SLIPS.keys())
def test_a_spoilt_cell_is_named_and_nothing_is_written(
    spoil: Spoil, workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    place = spoil(book)
    before = book.save().read_bytes()
    assert main(["recalculate", str(workbook)]) == 1
    captured = capsys.readouterr()
    assert any(line.startswith(f"{place}:") for line in captured.err.splitlines()), captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""
    assert workbook.read_bytes() == before
    assert sorted(p.name for p in workbook.parent.iterdir()) == [workbook.name]


@pytest.mark.parametrize("sheet", ["IO_Table", "Province", "Experts", "Summary", "Published"])
def test_a_renamed_sheet_is_named(
    sheet: str, workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    book.rename_sheet(sheet, "别的")
    before = book.save().read_bytes()
    assert main(["recalculate", str(workbook)]) == 1
    assert f"{sheet}:" in capsys.readouterr().err
    assert workbook.read_bytes() == before


def test_a_deleted_sheet_is_named(workbook: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = Edited(workbook)
    book.delete_sheet("Macro")
    before = book.save().read_bytes()
    assert main(["recalculate", str(workbook)]) == 1
    assert "Macro:" in capsys.readouterr().err
    assert workbook.read_bytes() == before


def test_a_number_pasted_over_a_result_is_named(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    place = book.set_named("NATIONAL_VA", 0, 2, 12345.0)
    before = book.save().read_bytes()
    assert main(["recalculate", str(workbook)]) == 1
    assert place in capsys.readouterr().err
    assert workbook.read_bytes() == before


def missing(path: Path) -> None:
    path.unlink()


def not_a_workbook(path: Path) -> None:
    path.write_text("just text\n", encoding="utf-8")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-5000])


def password_protected(path: Path) -> None:
    ole = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 504
    path.write_bytes(ole + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1000)


def open_in_excel(path: Path) -> None:
    (path.parent / f"~${path.name}").write_bytes(b"\x05user")


def open_in_libreoffice(path: Path) -> None:
    (path.parent / f".~lock.{path.name}#").write_text(",user,,;", encoding="utf-8")


FILE_SLIPS = [
    (missing, "not there"),
    (not_a_workbook, "not an Excel workbook"),
    (truncated, "incomplete or damaged"),
    (password_protected, "password"),
    (open_in_excel, "open in another program"),
    (open_in_libreoffice, "open in another program"),
]


@pytest.mark.parametrize(("spoil", "phrase"), FILE_SLIPS, ids=lambda v: getattr(v, "__name__", ""))
def test_a_file_that_cannot_be_used_is_named(
    spoil: Callable[[Path], None],
    phrase: str,
    workbook: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoil(workbook)
    before = workbook.read_bytes() if workbook.exists() else None
    assert main(["recalculate", str(workbook)]) == 3
    error = capsys.readouterr().err
    assert error.startswith(f"{workbook}: ")
    assert phrase in error
    assert (workbook.read_bytes() if workbook.exists() else None) == before


def test_errors_are_written_as_json_too(workbook: Path, tmp_path: Path) -> None:
    book = Edited(workbook)
    place = book.set_named("IO_FLOWS", 4, 7, "n.a.")
    book.save()
    out = tmp_path / "out.json"
    assert main(["recalculate", str(workbook), "--json", str(out)]) == 1
    (finding,) = json.loads(out.read_text(encoding="utf-8"))["findings"]
    assert f"{finding['sheet']}!{finding['cell']}" == place
    assert finding["severity"] == "error"


def test_the_message_speaks_chinese_and_english(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    book.set_named("IO_FLOWS", 4, 7, None)
    book.save()
    main(["check", str(workbook)])
    error = capsys.readouterr().err
    assert "单元格为空" in error
    assert "the cell is blank" in error


def test_a_x100_slip_is_answered_with_the_value_that_balances(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    right = book.named_number("IO_FLOWS", 0, 9)
    book.set_named("IO_FLOWS", 0, 9, right * 100)
    book.save()
    assert main(["check", str(workbook)]) == 1
    assert f"{right:.12g}" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["recalculate", "--nonsense"]])
def test_wrong_usage_is_exit_code_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_the_command_as_a_process_gives_the_same_code_and_no_traceback(workbook: Path) -> None:
    book = Edited(workbook)
    place = book.set_named("PROVINCE_GDP", 4, 11, "无")
    book.save()
    ran = subprocess.run(
        [sys.executable, "-m", "iiecon", "recalculate", str(workbook)],
        capture_output=True, encoding="utf-8", check=False,
        env={"PYTHONIOENCODING": "utf-8", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"{place}:")
    assert "Traceback" not in ran.stderr

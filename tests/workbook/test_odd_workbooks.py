"""Slips that no single cell betrays: whole columns in another unit, shifted years, formulas and
names that went missing. Each must be refused with a place; none may end in a wrong number.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from iiecon.cli import main
from tests.workbook.edit import MAIN, Edited

Spoil = Callable[[Edited], str]


def block(name: str, rows: range, columns: range, factor: float, at: tuple[int, int]) -> Spoil:
    """Every number of a block times a factor; the message must name the cell `at`."""

    def spoil(book: Edited) -> str:
        for i in rows:
            for j in columns:
                number = book.named_number(name, i, j)
                if number == number:
                    book.set_named(name, i, j, number * factor)
        return "!".join(book.place(name, *at))

    return spoil


def one(name: str, row: int, column: int, value: float | str | None) -> Spoil:
    return lambda book: book.set_named(name, row, column, value)


def reversed_grades(book: Edited) -> str:
    for j, score in enumerate((0.0, 0.25, 0.5, 0.75, 1.0)):
        book.set_named("GRADE_SCORES", 0, j, score)
    return "!".join(book.place("GRADE_SCORES", 0, 1))


def shifted_years(book: Edited) -> str:
    for j in range(8):
        book.set_named("SECTION_VA_YEARS", 0, j, 2016 + j)
    return "!".join(book.place("SECTION_VA_YEARS", 0, 0))


def shifted_province_years(book: Edited) -> str:
    for j in range(7):
        book.set_named("PROVINCE_YEARS", 0, j, 2015 + j)
    return "!".join(book.place("PROVINCE_YEARS", 0, 0))


def larger_gdp(book: Edited) -> str:
    book.set_named("MACRO_DATA", 10, 0, 1.3 * 832035.9)
    return "!".join(book.place("OPT_IO_UNIT"))


def swapped_sections(book: Edited) -> str:
    book.set_named("SECTION_CODES", 9, 0, "K")
    book.set_named("SECTION_CODES", 10, 0, "J")
    return "!".join(book.place("GROWTH_SECTIONS", 9, 0))


def ballots_off_their_grades(book: Edited) -> str:
    for element in book.workbook.iter(f"{MAIN}definedName"):
        if element.get("name") == "BALLOTS":
            element.text = str(element.text).replace("$E$", "$F$").replace("$I$", "$J$")
            return str(element.text).replace("$", "").replace("'", "")
    raise AssertionError("there is no name BALLOTS")


def swapped_codes(book: Edited) -> str:
    book.set_named("PROVINCE_CODES", 0, 0, 120000)
    book.set_named("PROVINCE_CODES", 1, 0, 110000)
    return "!".join(book.place("PROVINCE_NAMES", 0, 0))


SLIPS: dict[str, Spoil] = {
    "employment in thousands": block("MACRO_DATA", range(16), range(3, 4), 10, (0, 3)),
    "provinces in million yuan": block("PROVINCE_GDP", range(31), range(21), 100, (0, 0)),
    "all wages of a section x10": block("SECTION_WAGES", range(2, 3), range(3), 10, (2, 0)),
    "one kind of employment x10": block("PROVINCE_EMPLOYED", range(9, 10), range(1), 10, (9, 0)),
    "section years shifted": shifted_years,
    "province years shifted": shifted_province_years,
    "sections in another order": swapped_sections,
    "ballots off their grades": ballots_off_their_grades,
    "a province threefold": block("PROVINCE_GDP", range(18, 19), range(18, 19), 3, (18, 18)),
    "a table of another size": larger_gdp,
    "section in another sector": one("SECTION_SECTOR3", 2, 0, "primary"),
    "one wage missing": one("SECTION_WAGES", 7, 1, None),
    "grades reversed": reversed_grades,
    "grades equal": one("GRADE_SCORES", 0, 1, 1.0),
    "a thousand votes": one("BALLOTS", 5, 2, 1000),
    "half a vote": one("BALLOTS", 5, 2, 1.5),
    "multiplier as growth in percent": one("MACRO_DATA", 12, 8, 8.39),
    "addition in percent": one("GROWTH_ADDITION", 2, 0, 5),
    "growth weight of seven": one("GROWTH_WEIGHTS", 2, 0, 7),
    "province codes swapped": swapped_codes,
    "a date typed as a year": one("MACRO_YEARS", 3, 0, 20221231),
    "a space instead of nothing": one("SCORE_OVERRIDE", 3, 0, " "),
    "a table of another year": one("IO_YEAR", 0, 0, 2018),
    "a number over a total": one("NATIONAL_SHARE", 0, 1, 0.5),
    "a number over the light": one("SUMMARY_LIGHT", 0, 0, "✔ OK"),
    "a number over a spilling formula": one("PROVINCE_VA", 0, 0, 1.0),
}


def refused(workbook: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command says when it refuses; the file must stay as it is."""
    before = workbook.read_bytes()
    assert main(["recalculate", str(workbook)]) == 1
    assert workbook.read_bytes() == before
    return capsys.readouterr().err


@pytest.mark.parametrize("spoil", SLIPS.values(), ids=SLIPS.keys())
def test_the_slip_is_refused_with_its_place(
    spoil: Spoil, workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    place = spoil(book)
    book.save()
    error = refused(workbook, capsys)
    assert any(line.startswith(f"{place}:") for line in error.splitlines()), error


def test_a_formula_that_was_changed_is_pointed_out(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not refused: the analyst may mean it, but it is said."""
    book = Edited(workbook)
    sheet, address = book.place("SUMMARY_LIGHT")
    book.formula(sheet, address, '"✔ OK"')
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    assert f"{sheet}!{address}: " in capsys.readouterr().err


def test_a_formula_whose_result_the_model_contradicts_is_refused(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    sheet, address = book.place("NATIONAL_VA", 0, 2)
    book.formula(sheet, address, "1+1")
    book.save()
    error = refused(workbook, capsys)
    assert any(
        line.startswith(f"{sheet}!{address}: ") and "the model gives" in line
        for line in error.splitlines()
    )


def test_a_changed_formula_does_not_hide_that_another_fails(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    book.formula(*book.place("SUMMARY_LIGHT"), '"✔ OK"')
    failing = "!".join(book.place("CHECK_LIGHT"))
    book.formula(*book.place("CHECK_LIGHT"), "1/0")
    book.save()
    assert f"{failing}: " in refused(workbook, capsys)


def test_an_untouched_workbook_has_no_changed_formula(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recalculate", str(workbook)]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", ["IO_DIVISOR", "BASE_DIRECT", "PRODUCTION_FIT", "GDP_PRIMARY"])
def test_a_missing_inner_name_is_refused_and_no_value_is_lost(
    name: str, workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    for element in list(book.workbook.iter(f"{MAIN}definedName")):
        if element.get("name") == name:
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
    book.save()
    assert "Traceback" not in refused(workbook, capsys)


def test_a_number_of_years_that_the_sheets_lack_points_to_the_option(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    place = book.set_named("OPT_LAST_YEAR", 0, 0, 2022)
    book.save()
    error = refused(workbook, capsys)
    assert error.startswith(f"{place}:")
    assert "--from" in error


def test_a_sheets_own_name_that_hides_an_input_is_named(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    names = book.workbook.find(f"{MAIN}definedNames")
    assert names is not None
    hiding = next(e for e in names if e.get("name") == "SECTION_VA")
    copy = names.makeelement(hiding.tag, {"name": "SECTION_VA", "localSheetId": "2"})
    copy.text = "Sections!$E$9:$I$27"
    names.append(copy)
    book.save()
    assert "SECTION_VA" in refused(workbook, capsys)


def test_json_never_goes_over_a_workbook(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = workbook.read_bytes()
    for command in ("recalculate", "check"):
        assert main([command, str(workbook), "--json", str(workbook)]) == 2
    assert main(["check", str(workbook), "--json", str(tmp_path / "other.xlsm")]) == 2
    assert workbook.read_bytes() == before
    assert "--json" in capsys.readouterr().err


@pytest.mark.parametrize("path", ["", "x" * 300, "/dev/null"])
def test_paths_that_are_no_files_are_refused(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recalculate", path]) == 3
    assert "Traceback" not in capsys.readouterr().err


def test_a_link_stays_a_link(workbook: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.xlsm"
    try:
        link.symlink_to(workbook)
    except OSError:
        pytest.skip("links cannot be made here")
    book = Edited(workbook)
    book.set_named("SCORE_OVERRIDE", 3, 0, 0.5)
    before = book.save().read_bytes()
    assert main(["recalculate", str(link)]) == 0
    assert link.is_symlink()
    assert workbook.read_bytes() != before


def test_new_from_a_workbook_with_errors_names_them(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    place = book.set_named("SCORE_OVERRIDE", 3, 0, 1.5)
    book.save()
    target = tmp_path / "new.xlsm"
    assert main(["new", str(target), "--from", str(workbook)]) == 1
    assert capsys.readouterr().err.startswith(f"{place}:")
    assert not target.exists()


def test_new_wants_the_right_ending(tmp_path: Path) -> None:
    assert main(["new", str(tmp_path / "x.txt")]) == 2


def test_messages_show_values_as_a_spreadsheet_does(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    book.set_named("OPT_BASE_YEAR", 0, 0, 2017.5)
    book.set_named("OPT_IMPORTS", 0, 0, "two\nlines")
    book.save()
    error = refused(workbook, capsys)
    assert "2017.5" in error
    assert "two lines" in error
    for python_form in ("np.float64", "None", "array(", "Error("):
        assert python_form not in error

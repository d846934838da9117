"""The add-in in LibreOffice: installing, typing formulas, opening files, the Python behind it."""

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.formula import ArrayFormula

from iiecon import catalogue
from iiecon.cli import main
from tests.libreoffice import office
from tests.libreoffice.office import Office
from tests.libreoffice.test_workbook import headless
from tests.workbook.edit import Edited
from udfs import FUNCTIONS
from udfs.libreoffice.extension import extension, method, server_command

SHEET = "Sheet1"
CALL = "=IIE_EMPLOYMENT(A1:B1;100;50)"
OOR = "{http://openoffice.org/2001/registry}"
NOT_A_VALUE = {"error": 519}


@pytest.fixture
def sheet(calc: Office) -> Iterator[Office]:
    calc.open("", False)
    calc.write(SHEET, 1, 1, [[10.0, 20.0]])
    yield calc
    calc.close()


# --- the file


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_file_has_the_same_bytes_every_time() -> None:
    content = extension(["python"])
    assert content == extension(["python"])
    assert content != extension(["another"])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_every_function_has_a_method_and_texts() -> None:
    found = parts(extension(["python"]))
    names = [method(function) for function in FUNCTIONS.values()]
    assert len(set(names)) == len(FUNCTIONS)
    assert all(f" {name}(" in found["types.idl"] for name in names)
    root = etree.fromstring(found["CalcAddIns.xcu"].encode())
    for function in FUNCTIONS.values():
        node = root.find(f".//node[@{OOR}name='{method(function)}']")
        assert node is not None
        arguments = node.findall("node/node")
        assert len(arguments) == len(function.arguments)
        texts = [value.text for value in node.iter("value")]
        assert all(function.about(language) in texts for language in ("zh", "en"))


def test_output_only_writes_the_file(tmp_path: Path) -> None:
    file = tmp_path / "插件 file.oxt"
    assert main(["install-libreoffice", "--output", str(file)]) == 0
    assert file.read_bytes() == extension(server_command())


def test_without_libreoffice_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("udfs.libreoffice.install._candidates", lambda: iter([Path("/nowhere")]))
    assert main(["install-libreoffice"]) == 3
    assert catalogue.both("libreoffice.missing") in capsys.readouterr().err


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_what_libreoffice_refuses_is_passed_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    refusing = tmp_path / "unopkg"
    refusing.write_text("#!/bin/sh\necho it is locked >&2\nexit 1\n", encoding="utf-8")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["install-libreoffice"]) == 3
    assert "it is locked" in capsys.readouterr().err


# --- in a sheet


def test_a_formula_typed_by_hand(sheet: Office) -> None:
    sheet.write(SHEET, 2, 1, [[CALL]])
    sheet.array(SHEET, "B2", "=SUM(IIE_EMPLOYMENT(A1:B1*2;100;50))")
    assert sheet.read(SHEET, "A2:B2") == [[5.0, 30.0]]


def test_an_array_formula_fills_its_range(sheet: Office) -> None:
    sheet.array(SHEET, "A2:B2", CALL)
    assert sheet.read(SHEET, "A2:B2") == [[5.0, 10.0]]
    sheet.write(SHEET, 1, 1, [[30.0]])
    assert sheet.read(SHEET, "A2:B2") == [[15.0, 10.0]]


def test_left_out_arguments_have_their_defaults(sheet: Office) -> None:
    sheet.write(SHEET, 3, 1, [[1.0, 2.0, None], [2018.0, 2019.0, 2020.0]])
    sheet.write(SHEET, 5, 1, [["=LINEAR_EXTRAPOLATE(A3:C3;A4:C4;C4)"]])
    sheet.write(SHEET, 6, 1, [["=LINEAR_EXTRAPOLATE(A3:C3;A4:C4;C4;)"]])
    assert sheet.read(SHEET, "A5:A6") == [[3.0], [3.0]]


def test_truth_values_come_out_as_such(sheet: Office) -> None:
    sheet.write(SHEET, 3, 1, [[20.0, 60.0, 100.0, 40.0], [40.0, 20.0, 200.0, 120.0]])
    sheet.array(SHEET, "A6:C8", "=IIE_CHECK(A3:B4;C3:C4;D3:D4)")
    assert [row[2] for row in sheet.read(SHEET, "A6:C8")] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-CN"), ("en", "en-US")])
def test_the_wizard_speaks_both_languages(calc: Office, language: str, tag: str) -> None:
    function = FUNCTIONS["LEONTIEF_CONTRIB"]
    node = "/org.openoffice.Office.CalcAddIns/AddInInfo/org.iieconmodel.Functions/AddInFunctions"
    about = calc.texts(f"{node}/{method(function)}/Description", tag)
    assert about == function.about(language)
    argument = function.arguments[2]
    help_text = calc.texts(f"{node}/{method(function)}/Parameters/valueAdded/Description", tag)
    assert help_text == function.help(argument, language)
    menu = "/org.openoffice.Office.Addons/AddonUI/OfficeMenuBar/org.iieconmodel.functions/Title"
    assert calc.texts(menu, tag) == catalogue.text("libreoffice.menu", language)


# --- why a cell shows an error


def test_why_says_the_same_as_headless(calc: Office, workbook: Path) -> None:
    """A text among the flows: every answer of the sheet Checks names that cell."""
    book = Edited(workbook)
    place, address = book.place("IO_FLOWS", 4, 7)
    book.set(place, address, "n.a.")
    spoilt = book.save(workbook.with_name("spoilt.xlsm"))
    expected = {
        key: value
        for key, value in headless(spoilt).items()
        if key[0] == "Checks" and isinstance(value, str) and f"{place}!{address}" in value
    }
    assert len(expected) > 3
    calc.open(str(workbook))
    try:
        calc.write(place, *coordinate_to_tuple(address), [["n.a."]])
        found = {(s, r, c): value for s, r, c, _, value in calc.formula_cells()}
    finally:
        calc.close()
    assert {key: found[key] for key in expected} == expected


def test_why_follows_formulas_and_names_the_cell(sheet: Office) -> None:
    sheet.write(SHEET, 1, 1, [["x", "=IO_COEFFICIENTS(A1;A1)", '=IF(A1="x";B1*2;3)']])
    sheet.write(SHEET, 2, 1, [['=IIE_WHY(C1;"en")', '=IIE_WHY(A1;"en")', "=IIE_WHY(1)"]])
    sheet.write(SHEET, 3, 1, [['=IIE_WHY(D1:D1048576;"en")', None, None, "=1/0"]])
    said, nothing, refused = sheet.read(SHEET, "A2:C2")[0]
    assert said.startswith(f"{SHEET}!A1: text “x” where a number is due")
    assert nothing is None
    assert refused == {"error": 504}
    assert sheet.read(SHEET, "A3")[0][0].startswith(f"{SHEET}!D3: this formula gives #DIV/0!")


def test_why_computes_what_it_needs_on_the_way(sheet: Office) -> None:
    """The cell asked about calls one of our functions while IIE_WHY itself is being computed."""
    sheet.write(SHEET, 2, 1, [["=IIE_WHY(B2:D2)", "=IIE_EMPLOYMENT(A1;100;50)", "=B2*2", "=C2/0"]])
    sheet.write(SHEET, 1, 1, [[40.0]])
    sheet.recalculate()
    said, *rest = sheet.read(SHEET, "A2:D2")[0]
    assert f"{SHEET}!D2: " in said
    assert rest == [20.0, 40.0, {"error": 532}]


def test_why_takes_blank_cells_as_such(sheet: Office) -> None:
    sheet.write(SHEET, 2, 1, [["=IIE_EMPLOYMENT(D9+5;0;1)", '=IIE_WHY(A2;"en")']])
    assert "gdp is not positive" in sheet.read(SHEET, "B2")[0][0]


# --- opening files


def test_functions_on_a_protected_sheet_are_found(calc: Office, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET
    page.append([10.0, 20.0, "=iie_employment(A1:B1,100,50)", "=SUM(C1,1)"])
    page["E1"] = ArrayFormula("E1:F1", "=IIE_EMPLOYMENT(A1:B1,100,50)")
    page["G1"] = '="IIE_EMPLOYMENT(" & "A1"'
    page.protection.sheet = True
    file = tmp_path / "保护 protected.xlsx"
    book.save(file)
    calc.open(str(file))
    try:
        found, state, names = calc.read(SHEET, "C1:G1"), calc.state(), calc.names()
    finally:
        calc.close()
    assert found == [[5.0, 6.0, 5.0, 10.0, "IIE_EMPLOYMENT(A1"]]
    assert state == {"modified": False, "undo": False, "protected": True}
    assert names == []


# --- the Python behind it


def test_another_python_takes_over_when_one_dies(sheet: Office) -> None:
    sheet.write(SHEET, 2, 1, [[CALL]])
    (first,) = sheet.engines()
    os.kill(first, signal.SIGKILL)
    sheet.write(SHEET, 1, 1, [[30.0]])
    assert sheet.read(SHEET, "A2") == [[15.0]]
    (second,) = sheet.engines()
    assert second != first
    assert not Path(f"/proc/{first}").exists()


def test_the_menu_recalculates_and_restarts(sheet: Office) -> None:
    sheet.write(SHEET, 2, 1, [[CALL]])
    (first,) = sheet.engines()
    sheet.menu("recalculate")
    assert sheet.engines() == [first]
    sheet.menu("restart")
    (second,) = sheet.engines()
    assert second != first
    assert sheet.read(SHEET, "A2") == [[5.0]]


def test_a_python_that_fails_at_its_start_is_not_tried_for_every_cell() -> None:
    office.python_with_uno()
    home = office.new_home()
    try:
        file = home / "IIEconModel.oxt"
        file.write_bytes(extension([sys.executable, "-c", "import time; time.sleep(1)"]))
        office.add(home, file)
        with office.running(home) as calc:
            calc.open()
            calc.write(SHEET, 1, 1, [[10.0, 20.0]])
            start = time.monotonic()
            calc.write(SHEET, 2, 1, [[CALL]] * 20)
            assert calc.read(SHEET, "A2:A21") == [[NOT_A_VALUE]] * 20
            assert time.monotonic() - start < 10
            calc.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def test_no_python_stays_when_libreoffice_ends() -> None:
    office.python_with_uno()
    home = office.new_home()
    try:
        assert office.install(home).returncode == 0
        with office.running(home) as calc:
            calc.open()
            calc.write(SHEET, 1, 1, [[10.0, 20.0], [CALL]])
            assert calc.read(SHEET, "A2") == [[5.0]]
            (engine,) = calc.engines()
            calc.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    until = time.monotonic() + 10
    while Path(f"/proc/{engine}").exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not Path(f"/proc/{engine}").exists()

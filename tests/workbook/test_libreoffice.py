"""LibreOffice as an independent program: it opens the file, computes its plain formulas to the same
digits, and prints it without a broken cell.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.workbook import libreoffice


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


def test_every_plain_formula_computes_to_the_stored_value(built: bytes, folder: Path) -> None:
    stored = folder / "IIEconModel.xlsm"
    stored.write_bytes(built)
    (folder / "plain").mkdir()
    plain = libreoffice.plain_copy(stored, folder / "plain", recompute=True)
    theirs = openpyxl.load_workbook(libreoffice.convert(plain, "xlsx", folder), data_only=True)
    ours = openpyxl.load_workbook(stored, data_only=True)
    formulas = openpyxl.load_workbook(plain)
    compared = 0
    for sheet in formulas.sheetnames:
        for row in formulas[sheet].iter_rows():
            for cell in row:
                if cell.data_type != "f":
                    continue
                expected = ours[sheet][cell.coordinate].value
                found = theirs[sheet][cell.coordinate].value
                if isinstance(expected, float | int) and not isinstance(expected, bool):
                    # What a formula refers to is stored with 12 digits; a difference loses some.
                    assert found == pytest.approx(expected, rel=1e-10, abs=1e-11), cell.coordinate
                else:
                    assert (found or None) == (expected or None), (sheet, cell.coordinate)
                compared += 1
    assert compared > 500


def test_the_outputs_print_without_a_broken_cell(built: bytes, folder: Path) -> None:
    if shutil.which("pdftotext") is None:
        libreoffice.missing("pdftotext")
    shown = ["Summary", "Sections", "Provinces", "Employment", "Checks", "Multiplier"]
    source = folder / "print.xlsm"
    source.write_bytes(libreoffice.only_sheets(built, shown))
    (folder / "values").mkdir()
    copy = libreoffice.plain_copy(source, folder / "values", recompute=False)
    pdf = libreoffice.convert(copy, "pdf", folder)
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    for label in ("测算结果总览", "Direct value added", "35,536.43", "广东", "✔ OK"):
        assert label in text
    for broken in ("#N/A", "#NAME", "#VALUE", "#REF", "Err:", "###"):
        assert broken not in text

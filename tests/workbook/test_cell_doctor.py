"""The cell doctor in a workbook: sheet and cell, what is there, what is due, the likely slip."""

from pathlib import Path

import pytest

from iiecon.cli import main
from tests.workbook.edit import Edited

# named range, row, column, what the cell's number is multiplied by, what is said of it
SLIPS = [
    ("IO_FLOWS", 56, 57, 10.0, ("小数点错 1 位（×10）", "decimal point, 1 places off (×10)")),
    ("IO_EXPORTS", 56, 0, -1.0, ("正负号颠倒", "the wrong sign")),
    ("IO_OUTPUT", 56, 0, 1e-4, ("万元与亿元混淆", "万元 and 亿元 confused")),
]


@pytest.mark.parametrize(("name", "row", "column", "factor", "said"), SLIPS)
def test_check_names_the_cell_and_changes_nothing(
    workbook: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    row: int,
    column: int,
    factor: float,
    said: tuple[str, str],
) -> None:
    book = Edited(workbook)
    right = book.named_number(name, row, column)
    place = book.set_named(name, row, column, right * factor)
    before = book.save().read_bytes()
    assert main(["check", str(workbook)]) == 1
    (line,) = [t for t in capsys.readouterr().err.splitlines() if t.startswith("IO_Table!")]
    assert line.startswith(f"{place}: ")
    assert f"{right * factor:.12g}" in line
    assert f"应为 {right:.0f}" in line
    assert f"would have to be {right:.0f}" in line
    assert all(words in line for words in said)
    assert workbook.read_bytes() == before


def test_slips_in_two_cells_are_told_to_be_several(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    for row, column in ((56, 57), (10, 20)):
        book.set_named("IO_FLOWS", row, column, book.named_number("IO_FLOWS", row, column) + 1e7)
    book.save()
    assert main(["check", str(workbook)]) == 1
    said = capsys.readouterr().err
    assert "出错的不止一个单元格" in said
    assert "2 columns and 2 rows are out of balance" in said

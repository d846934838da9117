"""The workbook's own tests and its ledger in LibreOffice: every `test_*` cell is TRUE there too."""

from __future__ import annotations

from pathlib import Path

from iiecon.spreadsheet.calculator import FileBook
from iiecon.spreadsheet.package import Package
from iiecon.workbook.read import Reader
from iiecon.workbook.self_tests import PREFIX
from tests.libreoffice.office import Office
from tests.libreoffice.test_workbook import shown, spoil_stored_results


def test_every_self_test_is_true(calc: Office, workbook: Path) -> None:
    """Computed anew: the stored results are spoilt before the file is opened."""
    reader = Reader.of(FileBook.from_package(Package.read(workbook)))
    spoil_stored_results(workbook)
    calc.open(str(workbook))
    try:
        calc.recalculate()
        found = shown(calc)
    finally:
        calc.close()
    names = [n for n in reader.book.names if n.startswith(PREFIX)]
    assert len(names) >= 40
    for name in [*names, "TESTS_FAILED", "LEDGER_LARGEST_GAP"]:
        place = reader.range(name)
        assert place is not None
        due = 1 if name in names else 0  # TRUE is 1 in LibreOffice
        assert found[place.sheet, place.area.row1, place.area.col1] == due, name

"""An open workbook is read as its file is, whatever a program makes of cells and arrays."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from iiecon.spreadsheet.calculator import FileBook
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.sheet_reader import Cell
from iiecon.spreadsheet.values import Area, ExcelError, parse_a1, parse_area, same_value
from tests.engines.conftest import Open
from udfs import FUNCTIONS
from udfs.live import live_book, reference_to


def test_the_open_workbook_reads_as_its_file(opened: Open, workbook: Path) -> None:
    """Every cell, formula, array and name; LibreOffice alone has no truth values, but 1 and 0."""
    file, live = FileBook.from_package(Package.read(workbook)), live_book(opened(workbook))
    assert list(live.sheets) == list(file.sheets)
    for sheet, page in file.sheets.items():
        here, there = page.cells, live.sheets[sheet].cells
        assert here.keys() == there.keys(), sheet
        for position, cell in here.items():
            other = there[position]
            value = float(cell.value) if isinstance(cell.value, bool) else cell.value
            assert same_value(value, other.value), (sheet, position, cell, other)
            assert _plain(cell.formula) == _plain(other.formula), (sheet, position)
            if cell.array_ref:
                assert (cell.array_ref, cell.dynamic) == (other.array_ref, other.dynamic)
    ours = {n: t.replace("'", "") for n, t in file.names.items() if n not in FUNCTIONS}
    assert {n: t.replace("'", "") for n, t in live.names.items()} == ours


def _plain(formula: str | None) -> str | None:
    return None if formula is None else formula.replace("1E-9", "0.000000001")


# --- What Excel hands over and LibreOffice does not, as Microsoft and xlwings document it


class MissingError(Exception):
    """What a program raises for what it lacks."""


@dataclass
class Program:
    """A sheet as a program describes it: rows of values and of texts, spills, fixed arrays."""

    values: list[list[Any]]
    texts: list[list[str]]
    spills: dict[str, str] = field(default_factory=dict)
    fixed: str = ""
    dynamic: bool = True
    value2: bool = True
    name: str = "S"
    names: dict[str, str] = field(default_factory=dict)

    def book(self) -> Any:
        names = [SimpleNamespace(name=n, refers_to=t) for n, t in self.names.items()]
        return SimpleNamespace(sheets=[self], names=names)

    @property
    def used_range(self) -> Any:
        return Cells(self, Area(1, 1, len(self.values), len(self.values[0])))

    def range(self, first: Any, last: Any = None) -> Any:
        if isinstance(first, str):
            if first.rstrip("#") not in self.spills:
                raise MissingError(first)
            return Cells(self, parse_area(self.spills[first.rstrip("#")]))
        return Cells(self, Area(*first, *(last or first)))


class Cells:
    def __init__(self, program: Program, area: Area) -> None:
        self._program, self._area = program, area
        self.row, self.column = area.row1, area.col1
        self.shape = (area.height, area.width)
        self.sheet = SimpleNamespace(name=program.name, book=program.book())
        if program.value2:
            self.api = SimpleNamespace(Value2=self._cut(program.values))
        else:
            self.api = SimpleNamespace()
            self.raw_value = self._cut(program.values)
        self.formula = self._cut(program.texts)

    @property
    def formula2(self) -> Any:
        if not self._program.dynamic:
            raise MissingError("Formula2")
        return self.formula

    @property
    def has_array(self) -> bool | None:
        if not self._program.fixed:
            return False
        fixed = parse_area(self._program.fixed)
        return True if fixed.covers(self._area) else None

    def _cut(self, rows: list[list[Any]]) -> Any:
        """A single cell as such, anything else as rows, which is what COM does."""
        a = self._area
        cut = tuple(tuple(r[a.col1 - 1 : a.col2]) for r in rows[a.row1 - 1 : a.row2])
        return cut[0][0] if a.size == 1 else cut


def cells_of(program: Program) -> dict[str, Cell]:
    found = live_book(program.book()).sheets["S"].cells
    return {str(Area(*p, *p)): cell for p, cell in found.items()}


ERROR_NA, ERROR_SPILL = -2146826246, -2146826243


@pytest.mark.parametrize(
    ("raw", "text", "expected"),
    [
        (1.5, "1.5", 1.5),
        (True, "TRUE", True),
        ("001", "001", "001"),
        (None, "", None),
        (ERROR_NA, "#N/A", ExcelError("#N/A")),
        (ERROR_SPILL, "=F(1)", ExcelError("#SPILL!")),
        (dt.datetime(2021, 1, 1, 12), "44197.5", 44197.5),
        (Decimal("2.5"), "2.5", 2.5),
        ("", "", None),  # a blank cell on a Mac
        (object(), "", None),  # a missing value on a Mac
        (object(), "#N/A", ExcelError("#N/A")),
        ("", '=""', ""),
    ],
)
def test_values_are_those_of_a_file(raw: Any, text: str, expected: Any) -> None:
    found = cells_of(Program([[raw, 1.0]], [[text, "1"]]))
    assert (found["A1"].value if "A1" in found else None) == expected


def test_a_program_without_value2_is_read_by_its_value() -> None:
    program = Program([[dt.datetime(2021, 1, 1), 2.0]], [["44197", "2"]], value2=False)
    assert cells_of(program)["A1"].value == 44197.0


def test_text_that_begins_like_a_formula_is_text() -> None:
    assert cells_of(Program([["=A2", 1.0]], [["=A2", "1"]]))["A1"] == Cell("=A2")


@pytest.mark.parametrize("inner", ["=F(1)", "2", ""], ids=["same text", "value", "nothing"])
def test_a_formula_that_spills_covers_its_results(inner: str) -> None:
    """Covered cells may repeat the formula or tell their value: both are read alike."""
    formula = "=LEONTIEF_INVERSE(1)"
    inner = formula if inner.startswith("=") else inner
    program = Program([[1.0], [2.0], [3.0]], [[formula], [inner], [inner]], spills={"A1": "A1:A3"})
    assert cells_of(program) == {
        "A1": Cell(1.0, formula[1:], "A1:A3", True),
        "A2": Cell(2.0),
        "A3": Cell(3.0),
    }


def test_equal_formulas_side_by_side_stay_apart() -> None:
    program = Program([[6.0, 6.0]], [["=SUM($C$1)", "=SUM($C$1)"]])
    assert [cells_of(program)[a].formula for a in ("A1", "B1")] == ["SUM($C$1)"] * 2


@pytest.mark.parametrize("dynamic", [True, False])
def test_an_array_of_fixed_size_is_one_formula(dynamic: bool) -> None:
    text = "=TRANSPOSE(A2:A3)"
    program = Program([[1.0, 2.0]], [[text, text]], fixed="A1:B1", dynamic=dynamic)
    assert cells_of(program) == {"A1": Cell(1.0, text[1:], "A1:B1", False), "B1": Cell(2.0)}


def test_before_dynamic_arrays_a_formula_is_an_ordinary_one() -> None:
    program = Program([[1.0, 2.0]], [["=A2", "=A3"]], dynamic=False)
    assert cells_of(program)["A1"] == Cell(1.0, "A2")


def test_names_of_sheets_are_kept_apart() -> None:
    names = {"RATE": "=S!$A$1", "'My sheet'!RATE": "=S!$B$1"}
    book = live_book(Program([[1.0, 2.0]], [["1", "2"]], names=names).book())
    assert book.names == {"RATE": "S!$A$1"}
    assert book.local_names == {("My sheet", "RATE"): "S!$B$1"}


# --- References into the open workbook


def test_a_reference_reads_the_open_workbook(opened: Open, workbook: Path) -> None:
    book = opened(workbook)
    spill = book.names["IO_INDIRECT"].refers_to_range
    reference = reference_to(spill)
    assert reference.sheet == "IO_Sectors"
    first = parse_a1(spill.get_address(False, False).partition(":")[0])
    assert reference.sheets.spilled("io_sectors", Area(*first, *first)) == reference.area
    shown = [list(row) for row in spill.raw_value]
    assert reference.sheets.read("IO_Sectors", reference.area) == shown
    formula = reference.sheets.formula("IO_Sectors", *first)
    assert formula is not None
    assert formula.startswith("LEONTIEF_CONTRIB(IO_FLOWS,")
    assert reference.sheets.formula("IO_Table", 8, 5) is None
    column = reference.sheets.read("IO_Table", parse_area("A:A"))
    assert len(column) < 1000
    assert [v for (v,) in column if v == "003"] == ["003"]

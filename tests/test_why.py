"""IIE_WHY: from a cell with an error to where it begins, on the engine that runs everywhere."""

from __future__ import annotations

from typing import Any

import pytest

from iiecon.spreadsheet.calculator import Book, Calculator
from iiecon.spreadsheet.values import ExcelError, parse_a1
from tests.spreadsheet.test_calculator import sheet
from udfs import FUNCTIONS

TABLE: dict[str, Any] = {
    **{"A1": 20, "B1": 60, "C1": 100, "D1": "01"},
    **{"A2": 40, "B2": 20, "C2": 200, "D2": "02"},
}
INVERSE = "{=LEONTIEF_INVERSE(A1:B2,C1:C2)}F1:G2"


def why(names: dict[str, str] | None = None, /, **cells: Any) -> str:
    """What a sheet S says in Z9, where =IIE_WHY(…) stands."""
    book = Book({"S": sheet(**{**TABLE, **cells})}, names or {})
    value = Calculator(book, FUNCTIONS).calculate().values["S", *parse_a1("Z9")]
    assert isinstance(value, str), value
    return value


def test_no_error_no_text() -> None:
    assert why(F1=INVERSE, Z9="=IIE_WHY(F1)") == ""


def test_the_cell_at_fault_is_named_with_what_to_do() -> None:
    said = why(B2="n.a.", F1=INVERSE, Z9="=IIE_WHY(F1)")
    assert said.startswith(
        "S!B2: 此处应为数值，现为文本“n.a.” / text “n.a.” where a number is due; "
    )
    assert said.endswith("without spaces, commas or footnotes")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "S!B2: 单元格为空；请填入数值（没有则填 0）"),
        ("en", "S!B2: the cell is blank; enter a number (0 if there is none)"),
    ],
)
def test_one_language_alone(language: str, said: str) -> None:
    assert why(B2="", F1=INVERSE, Z9=f'=IIE_WHY(F1,"{language}")') == said


def test_an_error_is_followed_from_cell_to_cell() -> None:
    """F1 takes the error of B2, which takes it of H1, which divides by zero."""
    chain = {"H1": "=1/H2", "H2": 0, "B2": "=H1+1", "F1": INVERSE, "J1": "=F1*2"}
    assert why(**chain, Z9="=IIE_WHY(J1)").startswith("S!H1: 此公式得出 #DIV/0!")


def test_a_vector_across_is_located_across() -> None:
    cells = {"C4": 100, "D4": -1, "F1": "{=LEONTIEF_INVERSE(A1:B2,C4:D4)}F1:G2"}
    assert why(**cells, Z9="=IIE_WHY(F1)").startswith("S!D4: 部门 002 的总产出不大于零")


def test_a_fault_of_no_single_cell_is_told_at_the_formula() -> None:
    said = why(C1=30, C2=30, F1=INVERSE, Z9="=IIE_WHY(F1)")
    assert "谱半径" in said
    assert said.startswith("S!A1: ")


def test_named_ranges_are_followed() -> None:
    names = {"FLOWS": "S!$A$1:$B$2"}
    cells = {"A2": "x", "F1": "{=LEONTIEF_INVERSE(FLOWS,C1:C2)}F1:G2"}
    assert why(names, **cells, Z9="=IIE_WHY(F1)").startswith("S!A2: ")


def test_a_typed_error_value_is_its_own_cause() -> None:
    assert why(B2="#N/A", F1=INVERSE, Z9="=IIE_WHY(F1)").startswith("S!B2: 单元格为错误值 #N/A")


def test_whole_columns_are_refused_and_explained() -> None:
    cells = {"F1": "{=IIE_EMPLOYMENT(A:A,B:B,C:C)}F1:F2"}
    book = Book({"S": sheet(**{**TABLE, **cells, "Z9": "=IIE_WHY(F1)"})})
    values = Calculator(book, FUNCTIONS).calculate().values
    assert values["S", 1, 6] == ExcelError("#VALUE!")
    assert "整列" in str(values["S", *parse_a1("Z9")])


def test_a_constant_is_no_reference() -> None:
    book = Book({"S": sheet(Z9="=IIE_WHY(5)")})
    assert Calculator(book, FUNCTIONS).calculate().values["S", 9, 26] == ExcelError("#VALUE!")


def test_what_it_explains_is_computed_first() -> None:
    """The explanation stands above and left of the cells it explains."""
    cells = {"A9": "=IIE_WHY(F10)", "F10": "{=LEONTIEF_INVERSE(A1:B2,C1:C2)}F10:G11", "B2": "x"}
    book = Book({"S": sheet(**{**TABLE, **cells})})
    said = Calculator(book, FUNCTIONS).calculate().values["S", 9, 1]
    assert str(said).startswith("S!B2: ")

"""IIE_WHY: a number's arithmetic, and from an error to where it begins, on the headless engine."""

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


def test_a_sound_number_is_told_by_its_arithmetic() -> None:
    """L of a 2 × 2 table: L_11 = 1 + a_11 L_11 + a_12 L_21 with a_11 = 20/100, a_12 = 60/200."""
    said = why(F1=INVERSE, Z9='=IIE_WHY(F1,"en")').split("\n")
    place, _, arithmetic = said[0].partition(" = ")
    assert place == "S!F1"
    assert eval(arithmetic) == pytest.approx((1 - 0.1) / (0.8 * 0.9 - 0.3 * 0.4), rel=1e-12)
    assert arithmetic.startswith("1 + 20 / 100 * ")
    assert {"S!A1 = 20.0", "S!B1 = 60.0", "S!C1 = 100.0", "S!C2 = 200.0"} <= set(said)


def test_a_cell_inside_an_array_is_told_of() -> None:
    """G2 belongs to the array of F1: L_22 = 1 + a_21 L_12 + a_22 L_22."""
    said = why(F1=INVERSE, Z9="=IIE_WHY(G2)")
    assert said.startswith("S!G2 = 1 + 40 / 100 * ")


def test_plain_formulas_are_opened_by_themselves() -> None:
    said = why(H1="=SUM(A1:B2)/C1-1", Z9="=IIE_WHY(H1)")
    assert said.startswith("S!H1 = (20 + 60 + 40 + 20) / 100 - 1\n")


def test_an_input_is_said_to_be_one() -> None:
    assert why(Z9="=IIE_WHY(B2)") == "S!B2: 输入 / input"


@pytest.mark.parametrize("cells", ["D1", "E9", "A1:B2"])
def test_nothing_is_said_of_a_text_a_blank_or_a_sound_range(cells: str) -> None:
    assert why(Z9=f"=IIE_WHY({cells})") == ""


def test_a_cell_may_be_asked_from_its_own_row() -> None:
    """The text rests on what the cell rests on and nothing else: no circle with its labels."""
    assert why(E1="=A1*2", Z9='=IIE_WHY(E1,"en")').startswith("S!E1 = 20 * 2\n")
    cells = {**TABLE, "A5": "=IIE_WHY(C5)", "C5": "=A1*2", "C3": "=IIE_WHY(C5)"}
    values = Calculator(Book({"S": sheet(**cells)}), FUNCTIONS).calculate().values
    assert values["S", 5, 1] == values["S", 3, 3] == "S!C5 = 20 * 2\nS!A1 = 20.0"


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

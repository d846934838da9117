"""Parsing formulas: precedence, references, and what is refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from iiecon.spreadsheet.formula import (
    OMITTED,
    ArrayLiteral,
    Binary,
    Call,
    Literal,
    Name,
    Reference,
    Spill,
    Unary,
    Unsupported,
    has_relative_references,
    parse,
    shifted,
)
from iiecon.spreadsheet.values import Area, ExcelError


def ref(row: int, col: int, sheet: str = "") -> Reference:
    return Reference(sheet, Area(row, col, row, col))


def outline(formula: str) -> str:
    """The tree with a parenthesis around every operation."""

    def show(node: object) -> str:
        match node:
            case Literal(float(value)):
                return f"{value:g}"
            case Binary(operator, left, right):
                return f"({show(left)}{operator}{show(right)})"
            case Unary("%", operand):
                return f"({show(operand)}%)"
            case Unary(operator, operand):
                return f"({operator}{show(operand)})"
        raise AssertionError(node)

    return show(parse(formula))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1+2*3", "(1+(2*3))"),
        ("1-2-3", "((1-2)-3)"),
        ("2^3^2", "((2^3)^2)"),
        ("-2^2", "((-2)^2)"),
        ("2^-1", "(2^(-1))"),
        ("2*-3%", "(2*(-(3%)))"),
        ("1+2&3*4", "((1+2)&(3*4))"),
        ("1=2&3", "(1=(2&3))"),
        ("1<2=3>=4", "(((1<2)=3)>=4)"),
        ("(1+2)*3", "((1+2)*3)"),
        ("--5", "(-(-5))"),
        ("12E+3 + .5e-1\n-1.", "((12000+0.05)-1)"),
    ],
)
def test_precedence(formula: str, expected: str) -> None:
    assert outline(formula) == expected


def test_references() -> None:
    assert parse("$b$3") == ref(3, 2)
    assert parse("A1:C2") == Reference("", Area(1, 1, 2, 3))
    assert parse("A:B") == Reference("", Area(1, 1, 1048576, 2))
    assert parse("$2:3") == Reference("", Area(2, 1, 3, 16384))
    assert parse("Sheet1!A1") == ref(1, 1, "Sheet1")
    assert parse("'it''s 1'!A1:B1") == Reference("it's 1", Area(1, 1, 1, 2))
    assert parse("Лист1!A1") == ref(1, 1, "Лист1")
    assert parse("A1#") == Spill(ref(1, 1)) == parse("_xlfn.ANCHORARRAY(A1)")
    assert parse("Sheet1!rate") == Name("Sheet1", "rate")
    assert parse("ABCD1") == Name("", "ABCD1")
    assert parse("A1.b") == Name("", "A1.b")


def test_literals() -> None:
    assert parse('"say ""hi"""') == Literal('say "hi"')
    assert parse("TRUE") == Literal(True) == parse("true")
    assert parse("#N/A") == Literal(ExcelError("#N/A"))
    assert parse("Sheet1!#REF!") == Literal(ExcelError("#REF!"))
    rows = ((1.0, -2.0), ("a", ExcelError("#N/A")), (True, 0.5))
    assert parse('{1,-2;"a",#N/A;TRUE,0.5}') == ArrayLiteral(rows)


def test_calls() -> None:
    assert parse("sum(A1, 2)") == Call("SUM", (ref(1, 1), Literal(2.0)))
    assert parse("TRUE()") == Call("TRUE", ())
    assert parse("LOG10(1)") == Call("LOG10", (Literal(1.0),))
    assert parse("_xlfn._xlws.FILTER(1)") == Call("FILTER", (Literal(1.0),))
    assert (
        parse("_xll.own.name(1)") == parse("[1]!own.name(1)") == Call("OWN.NAME", (Literal(1.0),))
    )
    node = parse("F(,1,)")
    assert isinstance(node, Call)
    assert [argument is OMITTED for argument in node.arguments] == [True, False, True]


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("Table1[Col]", "structured"),
        ("[1]Sheet!A1", "external"),
        ("'[b.xlsx]S'!A1", "external"),
        ("S1:S3!A1", "3-D"),
        ("'S1:S3'!A1", "3-D"),
        ("A1:INDEX(B:B,2)", "range"),
        ("A1 B1", "intersection"),
        ("SUM((A1,B1))", "union"),
        ("A1,B1", "union"),
        ("@A1", "'@'"),
        ("1+", "breaks off"),
        ("SUM(1", "in place of"),
        ("1)", "misplaced"),
        ("{1,2;3}", "uneven"),
        ("{A1}", "misplaced"),
        ("A1048577", "not a cell"),
        ("(" * 20_000, "deeply"),
        ("", "breaks off"),
    ],
)
def test_what_is_refused(formula: str, reason: str) -> None:
    node = parse(formula)
    assert isinstance(node, Unsupported)
    assert reason in node.reason


@pytest.mark.parametrize(
    "formula",
    [
        "A1+$A1+A$1+$A$1",
        "SUM('x y'!B2:$C3)*LOG10(D4)&\"A1\"",
        "SUM(B:B)+SUM($B:C)",
        "SUM(3:$4)",
        "IF(A1>=1E+3,rate,#N/A)",
    ],
)
@pytest.mark.parametrize(("rows", "cols"), [(0, 0), (3, 0), (0, 2), (2, 30)])
def test_filling_agrees_with_another_implementation(formula: str, rows: int, cols: int) -> None:
    target = Translator(f"={formula}", "J50").translate_formula(row_delta=rows, col_delta=cols)
    assert shifted(formula, rows, cols) == target[1:]


def test_filling_off_the_sheet() -> None:
    assert shifted("A1+Z!B2", -1, 0) == "#REF!+Z!B1"
    assert shifted("T[x]+A1", 1, 0) == "T[x]+A1"


def test_relative_references_are_noticed() -> None:
    assert not has_relative_references("Z!$A$1:$B$2+$C:$C+$4:$4+1")
    assert all(map(has_relative_references, ["A1", "$A1", "A$1", "$A$1:B$2", "A:$A", "1:$1"]))


@given(st.text("A1$:!'(){},;#\"+-*/^&=<>% .E", max_size=30))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    parse(text)

"""Recalculation: Excel's semantics, order, arrays, and what is written back."""

import math
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from iiecon.spreadsheet.calculator import (
    Book,
    Calculation,
    Calculator,
    FileBook,
    SpillBlocked,
    patched_parts,
)
from iiecon.spreadsheet.cells import Area, ExcelError, Scalar, SheetCells, a1, parse_a1
from iiecon.spreadsheet.package import Package

Own = dict[str, Callable[..., object]]


class RefusalError(Exception):
    """An exception of the kind our own functions raise."""

    excel_error = "#VALUE!"


def cell_xml(address: str, content: object) -> str:
    """A cell from ``=formula``, ``{=dynamic array}ref``, ``[=legacy array]ref`` or a value."""
    text = escape(str(content))
    if isinstance(content, bool):
        return f'<c r="{address}" t="b"><v>{int(content)}</v></c>'
    if not isinstance(content, str):
        return f'<c r="{address}"><v>{content}</v></c>'
    if text.startswith("="):
        return f'<c r="{address}"><f>{text[1:]}</f></c>'
    if text.startswith(("{=", "[=")):
        formula, ref = text[2:].rsplit("}" if text[0] == "{" else "]", 1)
        marker = ' cm="1"' if text[0] == "{" else ""
        return f'<c r="{address}"{marker}><f t="array" ref="{ref}">{formula}</f></c>'
    return f'<c r="{address}" t="{"e" if text[:1] == "#" else "str"}"><v>{text}</v></c>'


def sheet(**contents: object) -> SheetCells:
    rows: dict[int, list[str]] = {}
    for address in sorted(contents, key=parse_a1):
        rows.setdefault(parse_a1(address)[0], []).append(cell_xml(address, contents[address]))
    body = "".join(f'<row r="{row}">{"".join(cells)}</row>' for row, cells in rows.items())
    return SheetCells.parse(f"<worksheet><sheetData>{body}</sheetData></worksheet>".encode())


def run(own: Own | None = None, /, **contents: object) -> Calculation:
    return Calculator(Book({"S": sheet(**contents)}), own or {}).calculate()


def results(calculation: Calculation) -> dict[str, Scalar]:
    return {a1(row, col): value for (_, row, col), value in calculation.values.items()}


DATA: dict[str, object] = {
    "A1": 1, "A2": 2, "A3": 3, "A4": "4", "A5": True, "A7": "",
    "B1": "apple", "B2": "Pear", "B3": "plum", "B4": "app*", "B5": 10, "B6": -2.5,
    "C1": 30, "C2": 20, "C3": 10, "D1": "#N/A", "D2": 5,
    "E1": 1, "E2": 2, "F1": 3, "F2": 4,
}  # fmt: skip


def value_of(formula: str, array: bool = False) -> Scalar:
    text = f"[={formula}]Z99" if array else f"={formula}"
    calculation = run(None, **DATA, Z99=text)
    assert not calculation.unevaluated, calculation.unevaluated
    return calculation.values["S", 99, 26]


NA, VALUE, NUM = ExcelError("#N/A"), ExcelError("#VALUE!"), ExcelError("#NUM!")
DIV, REF = ExcelError("#DIV/0!"), ExcelError("#REF!")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        # operators
        ("-2^2", 4.0), ("2^3^2", 64.0), ("50%*4", 2.0), ('"5"+1', 6.0), ("TRUE+1", 2.0),
        ("A6+1", 1.0), ("1/0", DIV), ("0^0", NUM), ("0^-1", DIV), ("(-8)^(1/3)", NUM),
        ('"x"+1', VALUE), ("D1+1/0", NA), ("1/0+D1", DIV), ("10^400", NUM), ("A6", 0.0),
        ("1&2", "12"), ('1/3&""', "0.333333333333333"), ('TRUE&A6&"x"', "TRUEx"),
        ('"a"="A"', True), ('"a"<"b"', True), ('1<"a"', True), ('"z"<FALSE', True),
        ('A6=""', True), ("A6=0", True), ("A6=FALSE", True), ("0.1+0.2=0.3", True),
        ("1=1.0000001", False), ("D1=1", NA), ('+"x"', "x"), ("1<>2", True),
        # aggregates: ranges pass over text and logicals, direct values are converted
        ("SUM(A1:A7)", 6.0), ('SUM("4",TRUE,A1)', 6.0), ("SUM(A4)", 0.0), ("SUM(D1:D2)", NA),
        ('SUM("x")', VALUE), ("SUM(1,,2)", 3.0), ('SUM({1,"2",TRUE})', 1.0), ("SUM(A:A)", 6.0),
        ("AVERAGE(A1:A7)", 2.0), ("AVERAGE(A6:A7)", DIV), ("MIN(A6)", 0.0), ("MIN(C1:C3)", 10.0),
        ("MAX(A1:A7,7)", 7.0), ("MEDIAN(1,2,3,10)", 2.5), ("MEDIAN(A6)", NUM),
        ("COUNT(A1:A7)", 3.0), ('COUNT("4","x",TRUE,D1)', 2.0), ("COUNTA(A1:A7)", 6.0),
        ("COUNTBLANK(A1:A7)", 2.0), ("LARGE(C1:C3,2)", 20.0), ("SMALL(C1:C3,1)", 10.0),
        ("LARGE(C1:C3,4)", NUM), ("RANK(20,C1:C3)", 2.0), ("RANK(10,C1:C3,1)", 1.0),
        ("RANK(11,C1:C3)", NA),
        ("SUMPRODUCT(A1:A3,C1:C3)", 100.0), ("SUMPRODUCT((A1:A3>1)*C1:C3)", 30.0),
        ('SUMPRODUCT(--(B1:B3="PEAR"),C1:C3)', 20.0), ("SUMPRODUCT(A1:A3,C1:C2)", VALUE),
        ("SUMPRODUCT(A1:A5)", 6.0), ("SUMPRODUCT(A1:A3*D1:D3)", NA),
        # conditional totals
        ('SUMIF(A1:A3,">1",C1:C3)', 30.0), ('SUMIF(B1:B3,"p*",C1:C3)', 30.0),
        ('SUMIF(B1:B3,"P?um",C1:C3)', 10.0), ("SUMIF(A1:A3,2)", 2.0),
        ('SUMIF(B1:B4,"app~*",C1:C4)', 0.0), ('COUNTIF(B1:B4,"app~*")', 1.0),
        ('COUNTIF(B1:B4,"app*")', 2.0), ("COUNTIF(A1:A5,4)", 1.0), ('COUNTIF(A1:A5,"4")', 1.0),
        ("COUNTIF(A1:A5,TRUE)", 1.0), ('COUNTIF(A1:A5,"<>2")', 4.0), ('COUNTIF(A1:A7,"=")', 1.0),
        ('COUNTIF(A1:A7,"")', 2.0), ('COUNTIF(A1:A7,"<>")', 6.0), ('COUNTIF(D1:D2,"#N/A")', 1.0),
        ('COUNTIF(B1:B3,">b")', 2.0), ('COUNTIF(A1:A5,">=2")', 2.0), ('COUNTIF(A:A,">1")', 2.0),
        ('SUMIFS(C1:C3,A1:A3,">=2",B1:B3,"p*")', 30.0), ("SUMIFS(C1:C3,A1:A2,1)", VALUE),
        # rounding and mathematics
        ("ROUND(2.5,0)", 3.0), ("ROUND(-2.5,0)", -3.0), ("ROUND(1.005,2)", 1.01),
        ("ROUND(1234,-2)", 1200.0), ("ROUND(1234,-4)", 0.0), ("ROUND(6,-1)", 10.0),
        ("ROUND(0.1,300)", 0.1), ("ABS(-3)", 3.0), ("SQRT(-1)", NUM), ("SQRT(9)", 3.0),
        ("LN(0)", NUM), ("LN(EXP(2))", 2.0), ("EXP(1000)", NUM), ("POWER(2,10)", 1024.0),
        # logic
        ("IF(1,2,1/0)", 2.0), ("IF(0,1/0)", False), ("IF(D1,1,2)", NA), ('IF("x",1,2)', VALUE),
        ("IF(TRUE,,5)", 0.0), ("IFERROR(1/0,7)", 7.0), ("IFERROR(1,1/0)", 1.0),
        ("IFNA(D1,8)", 8.0), ("IFNA(1/0,8)", DIV), ("AND(TRUE,1)", True), ("AND(A1:A5,0)", False),
        ("AND(B1:B2)", VALUE), ('OR("true",FALSE)', True), ("OR(A6,0)", False), ("NOT(0)", True),
        ("TRUE()", True), ("FALSE()", False), ("NA()", NA),
        # lookup
        ("INDEX(A1:C3,2,3)", 20.0), ("INDEX(A1:A3,3)", 3.0), ("INDEX(A1:C1,3)", 30.0),
        ("INDEX(A1:C3,4,1)", REF), ("INDEX(A1:C3,-1,1)", VALUE), ("SUM(INDEX(A1:C3,0,3))", 60.0),
        ("INDEX({1,2;3,4},2,1)", 3.0), ("INDEX(A:A,90)", 0.0), ("SUM(INDEX(E1:F2,2,0))", 6.0),
        ("MATCH(20,C1:C3,0)", 2.0), ('MATCH("PEAR",B1:B3,0)', 2.0), ('MATCH("pl*",B1:B3,0)', 3.0),
        ("MATCH(9,C1:C3,0)", NA), ("MATCH(2.5,A1:A3)", 2.0), ("MATCH(0.5,A1:A3,1)", NA),
        ("MATCH(15,C1:C3,-1)", 2.0), ("MATCH(99,A1:A5)", 3.0), ("MATCH(2,E1:F2,0)", NA),
        ("MATCH(3,{1,2,3},0)", 3.0), ("CHOOSE(2,1/0,5)", 5.0), ("CHOOSE(3,1,2)", VALUE),
        ("ROWS(A:A)", 1048576.0), ("COLUMNS(A1:C9)", 3.0), ("ROWS({1;2})", 2.0),
        # information and text
        ("ISNUMBER(A1)", True), ("ISNUMBER(A4)", False), ("ISBLANK(A6)", True),
        ("ISBLANK(A7)", False), ("ISTEXT(B1)", True), ("ISERROR(D1)", True), ("ISNA(1/0)", False),
        ("ISNA(D1)", True), ('LEFT("abc",2)', "ab"), ('LEFT("abc")', "a"), ('LEFT("a",-1)', VALUE),
        ('RIGHT("abc",2)', "bc"), ('RIGHT("abc",0)', ""), ("LEN(12.5)", 4.0),
        ('CONCATENATE("a",1,TRUE)', "a1TRUE"), ('VALUE(" 1.5 ")', 1.5), ('VALUE("5%")', 0.05),
        ('VALUE("")', VALUE), ("N(A5)", 1.0), ("N(B1)", 0.0), ("N(D1)", NA), ("T(B1)", "apple"),
        ("T(A1)", ""), ("CHAR(10)", "\n"), ("CHAR(65.9)", "A"), ("CHAR(0)", VALUE),
        ("CHAR(256)", VALUE),
    ],
)  # fmt: skip
def test_plain_formulas(formula: str, expected: Scalar) -> None:
    value = value_of(formula)
    assert type(value) is type(expected)
    if isinstance(expected, float) and isinstance(value, float):
        assert math.isclose(value, expected, rel_tol=1e-14)
    else:
        assert value == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("SUM(A1:A3*C1:C3)", 100.0),
        ("SUM(IF(A1:A3>1,C1:C3,0))", 30.0),
        ("SUM(IFERROR(D1:D2,1))", 6.0),
        ("SUM(TRANSPOSE(A1:A3)*A1:A3)", 36.0),
        ("SUM(ABS(A1:A3-2))", 2.0),
        ("INDEX(A1:A3*10,2)", 20.0),
    ],
)
def test_array_formulas_work_on_whole_arrays(formula: str, expected: float) -> None:
    assert value_of(formula, array=True) == expected


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("A1:A3", "implicit intersection"),
        ("SUM(A1:A3*2)", "implicit intersection"),
        ("SUMPRODUCT(IF(A1:A3>1,1,0))", "implicit intersection"),
        ("VLOOKUP(1,A1:C3,2)", "function VLOOKUP is not supported"),
        ("IFERROR(NOSUCH(),1)", "function NOSUCH is not supported"),
        ("rate*2", "no name 'rate'"),
        ("Other!A1", "no sheet 'Other'"),
        ("ABS(1,2)", "ABS does not take 2 arguments"),
        ("IF(1)", "IF does not take"),
        ('"1/2/2024"+1', "used as a number"),
        ("T[x]", "structured"),
        ("CHAR(200)", "CHAR beyond 127"),
        ("LEN(" * 300 + "1" + ")" * 300, ""),
    ],
)
def test_what_is_not_evaluated(formula: str, reason: str) -> None:
    calculation = run(None, **DATA, Z1=f"={formula}", Z2="=Z1+1", Z3="=Z2+1")
    if reason:
        assert reason in calculation.unevaluated["S", 1, 26]
        for row in (2, 3):
            assert calculation.unevaluated["S", row, 26].startswith("depends on S!Z1: ")
        assert not calculation.values


NUMBERS = st.integers(-9, 9).map(lambda n: f"({n})" if n < 0 else str(n))
ARITHMETIC = st.recursive(
    NUMBERS,
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(
            lambda parts: f"({parts[0]}{parts[1]}{parts[2]})"
        )
        | st.tuples(inner, st.sampled_from("+-*/"), NUMBERS).map("".join)
    ),
    max_leaves=20,
)


@given(ARITHMETIC)
def test_arithmetic_agrees_with_python(formula: str) -> None:
    value = run(A1=f"={formula}").values["S", 1, 1]
    try:
        assert value == eval(formula)
    except ZeroDivisionError:
        assert value == DIV


def test_a_long_sum_in_one_formula() -> None:
    assert value_of("+".join(["1"] * 4000)) == 4000.0


def test_a_chain_of_thousands_of_cells() -> None:
    chain: dict[str, object] = {f"A{row}": f"=A{row + 1}+1" for row in range(1, 6001)}
    calculation = run(None, **chain, A6001=1)
    assert calculation.values["S", 1, 1] == 6001.0
    assert not calculation.unevaluated


def test_circles_are_found_and_leave_the_rest_alone() -> None:
    calculation = run(A1="=B1", B1="=C1+1", C1="=A1", D1="=C1", E1="=E1", F1="=SUM(F1:F2)", G1="=2")
    reasons = {a1(row, col): reason for (_, row, col), reason in calculation.unevaluated.items()}
    circular = dict.fromkeys(("A1", "B1", "C1", "E1", "F1"), "circular")
    assert reasons == circular | {"D1": "depends on S!C1: circular"}
    assert results(calculation) == {"G1": 2.0}


def test_a_branch_not_taken_makes_no_circle() -> None:
    calculation = run(A1=0, B1="=IF(A1,C1,5)", C1="=B1+1")
    assert results(calculation) == {"B1": 5.0, "C1": 6.0}


def test_names_and_other_sheets() -> None:
    sheets = {
        "Data set": sheet(A1=2, A2=3),
        "S": sheet(A1="=rate*SUM('data SET'!A:A)", B1="=Local"),
    }
    names = {"Rate": "'Data set'!$A$1", "area": "$A$1"}
    book = Book(sheets, names, {("S", "local"): "Rate+1", ("Data set", "local"): "9"})
    values = Calculator(book, {}).calculate().values
    assert values == {("S", 1, 1): 10.0, ("S", 1, 2): 3.0}


def test_some_sheets_alone_with_all_that_they_need() -> None:
    sheets = {
        "In": sheet(A1="=Out!B1+1"),
        "Out": sheet(A1="=1+1", B1="=In!A2+3"),
        "X": sheet(A1="=1/0"),
    }
    found = Calculator(Book(sheets), {}).calculate({"In"}).values
    assert found == {("In", 1, 1): 4.0, ("Out", 1, 2): 3.0}


def test_the_rest_goes_on_where_some_sheets_ended() -> None:
    calls: list[float] = []

    def own(value: float) -> float:
        calls.append(value)
        return value + 1

    sheets = {"In": sheet(A1="=OWN(1)"), "Out": sheet(A1="=OWN(In!A1)")}
    calculator = Calculator(Book(sheets), {"own": own})
    first = calculator.calculate({"In"})
    assert first.values == {("In", 1, 1): 2.0}
    assert calculator.calculate() is first
    assert first.values == {("In", 1, 1): 2.0, ("Out", 1, 1): 3.0}
    assert calls == [1.0, 2.0]


def test_an_array_that_grows_later_makes_another_calculation() -> None:
    """What the first sheet read as empty holds numbers once the array has its size."""
    sheets = {"In": sheet(A1="=SUM(Out!A2:A3)"), "Out": sheet(A1="{=OWN(0)}A1")}
    calculator = Calculator(Book(sheets), {"own": lambda _: [[1.0], [2.0], [4.0]]})
    first = calculator.calculate({"In"})
    assert first.values["In", 1, 1] == 0.0
    second = calculator.calculate()
    assert second is not first
    assert second.values["In", 1, 1] == 6.0


def test_a_relative_name_is_refused() -> None:
    book = Book({"S": sheet(A1="=x", B1="=loop")}, {"x": "S!A1", "loop": "loop"})
    calculation = Calculator(book, {}).calculate()
    assert "relative" in calculation.unevaluated["S", 1, 1]
    assert "refers to itself" in calculation.unevaluated["S", 1, 2]


# Our own functions


def test_what_our_own_functions_receive() -> None:
    seen: list[tuple[object, ...]] = []

    def own(*arguments: object) -> float:
        seen.append(arguments)
        return 1.0

    run({"own": own}, A1=1, A2="t", C1="=OWN(A1:B2,A1,C9,,TRUE,A1:A2&1,{1,2},)", B2=5)
    assert len(seen) == 1
    assert seen[0] == (
        [[1.0, None], ["t", 5.0]],
        1.0,
        None,
        None,
        True,
        [["11"], ["t1"]],
        [[1.0, 2.0]],
    )


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        (2, {"C3": 2.0}),
        (np.float64(2.5), {"C3": 2.5}),
        (np.bool_(True), {"C3": True}),
        (float("nan"), {"C3": NUM}),
        (None, {"C3": ""}),
        ([], {"C3": ExcelError("#CALC!")}),
        (np.array([1, 2]), {"C3": 1.0, "D3": 2.0}),
        (np.array([[1.0], [np.nan]]), {"C3": 1.0, "C4": NUM}),
        ([["a", None], [True, np.int64(3)]], {"C3": "a", "D3": "", "C4": True, "D4": 3.0}),
    ],
)
def test_what_our_own_functions_may_return(returned: object, expected: dict[str, Scalar]) -> None:
    assert results(run({"F": lambda: returned}, C3="{=F()}C3")) == expected


def test_failures_of_our_own_functions() -> None:
    def fail() -> float:
        raise RefusalError("no such sector")

    calculation = run({"F": fail}, A1="=F()", A2="=A1+1", A3="=IFERROR(F(),3)")
    assert results(calculation) == {"A1": VALUE, "A2": VALUE, "A3": 3.0}
    assert [key[1] for key in calculation.failures] == [1, 3]
    assert str(calculation.failures["S", 1, 1]) == "no such sector"


def test_a_function_that_trips_fails_in_its_own_cell() -> None:
    calculation = run({"F": lambda: 1 / 0}, A1="=F()", A2="=1+1")
    assert results(calculation) == {"A1": ExcelError("#VALUE!"), "A2": 2.0}
    (failure,) = calculation.failures.values()
    assert isinstance(failure, ZeroDivisionError)


def test_a_function_is_called_once_though_its_formula_is_interrupted() -> None:
    calls: list[int] = []

    def own() -> float:
        calls.append(1)
        return 1.0

    assert results(run({"F": own}, A1="=F()+B1+C1", B1="=C1", C1="=2"))["A1"] == 5.0
    assert len(calls) == 1


# Arrays


def test_spills_grow_shrink_and_are_read() -> None:
    own: Own = {"F": lambda: [[1], [2], [3]]}
    grown = run(own, B1="=SUM(A1:A9)", A1="{=F()}A1", C1="=A3", D1="=SUM(A1#)", E1="=ROWS(A1#)")
    assert results(grown) == {
        "A1": 1.0, "A2": 2.0, "A3": 3.0, "B1": 6.0, "C1": 3.0, "D1": 6.0, "E1": 3.0,
    }  # fmt: skip
    assert grown.spills == {("S", 1, 1): Area(1, 1, 3, 1)}
    shrunk = run(own, A1="{=F()}A1:B4", A4=9, B1=8, B2=7, C1="=SUM(A:B)", D1='=A4=""')
    expected = {"A1": 1.0, "A2": 2.0, "A3": 3.0, "C1": 6.0, "D1": True}
    assert results(shrunk) == expected | dict.fromkeys(("A4", "B1", "B2", "B3", "B4"))


def test_an_array_that_reads_another_growing_array() -> None:
    """The reader comes first and takes the cells for empty: it has to be evaluated again."""
    own: Own = {"GROW": lambda: [[1], [2], [3]], "TWICE": lambda m: [[2 * (x or 0) for x in m[0]]]}
    calculation = run(own, A1="{=SUM(C1:C9)*{1,1}}A1", C1="{=GROW()}C1", E1="=SUM(C:C)")
    assert results(calculation) == {
        "A1": 6.0, "B1": 6.0, "C1": 1.0, "C2": 2.0, "C3": 3.0, "E1": 6.0,
    }  # fmt: skip


def test_an_array_growing_over_its_own_input_is_circular() -> None:
    calculation = run({"F": lambda x: [[1], [2], [x or 3]]}, A1="{=F(A3)}A1", B1="=1")
    assert calculation.unevaluated == {("S", 1, 1): "circular"}
    assert results(calculation) == {"B1": 1.0}


@pytest.mark.parametrize("obstacle", [5, "x", "=1", ""])
def test_a_blocked_spill(obstacle: object) -> None:
    calculation = run({"F": lambda: [[1], [2], [3]]}, A1="{=F()}A1:A2", A2=2, A3=obstacle, B1="=A1")
    assert calculation.values["S", 1, 1] == ExcelError("#SPILL!") == calculation.values["S", 1, 2]
    assert calculation.values["S", 2, 1] is None
    failure = calculation.failures["S", 1, 1]
    assert isinstance(failure, SpillBlocked)
    assert failure.obstacle == "S!A3"
    assert calculation.spills == {("S", 1, 1): Area(1, 1, 1, 1)}


def test_a_spill_takes_room_that_another_one_leaves() -> None:
    own: Own = {"ONE": lambda: 1.0, "THREE": lambda: [[1], [2], [3]]}
    calculation = run(own, B1="{=THREE()}B1", A3="{=ONE()}A3:B3")
    assert results(calculation) == {"B1": 1.0, "B2": 2.0, "B3": 3.0, "A3": 1.0}
    assert calculation.failures == {}


def test_a_spill_at_the_edge_of_the_sheet() -> None:
    calculation = run({"F": lambda: [[1, 2]]}, XFD1="{=F()}XFD1")
    assert calculation.values["S", 1, 16384] == ExcelError("#SPILL!")


def test_legacy_arrays_fill_exactly_their_range() -> None:
    own: Own = {"F": lambda: [[1, 2], [3, 4]]}
    assert results(run(own, A1="[=F()]A1:C1")) == {"A1": 1.0, "B1": 2.0, "C1": NA}
    assert results(run(own, A1="[=F()]A1:A3")) == {"A1": 1.0, "A2": 3.0, "A3": NA}
    assert results(run(own, A1="[=7]A1:B1")) == {"A1": 7.0, "B1": 7.0}
    assert results(run(own, A1="[={1,2}]A1:B2")) == {"A1": 1.0, "B1": 2.0, "A2": 1.0, "B2": 2.0}
    assert results(run(own, A1="[=F()]A1")) == {"A1": 1.0}


def test_blank_cells_in_a_spilled_range_are_zero() -> None:
    assert results(run(A1=1, C1="{=A1:A2}C1")) == {"C1": 1.0, "C2": 0.0}


def test_the_array_of_an_unevaluated_formula_is_not_read() -> None:
    calculation = run(A1="{=NOSUCH()}A1:A2", A2=5, B1="=A2", C1="=SUM(A:A)")
    reason = "depends on S!A1: function NOSUCH is not supported"
    assert calculation.unevaluated["S", 1, 2] == calculation.unevaluated["S", 1, 3] == reason


# Writing back


def saved(tmp_path: Path, build: Callable[[openpyxl.Workbook], None]) -> Package:
    workbook = openpyxl.Workbook()
    build(workbook)
    workbook.save(tmp_path / "m.xlsx")
    return Package.read(tmp_path / "m.xlsx")


def recalculated(package: Package, own: Own | None = None) -> tuple[Package, dict[str, bytes]]:
    book = FileBook.from_package(package)
    parts = patched_parts(package, book, Calculator(book, own or {}).calculate())
    return package.replaced(parts), parts


def build_model(workbook: openpyxl.Workbook) -> None:
    first = workbook.worksheets[0]
    first.title = "In"
    for row in ([1, "x"], [2, "y"], [3, "x"]):
        first.append(row)
    second = workbook.create_sheet("Out")
    second["A1"] = '=SUMIF(In!B:B,"x",In!A:A)'
    second["A2"] = "=total/2"
    second["B1"] = ArrayFormula("B1:B3", "=In!A1:A3*2")
    second["C1"] = "=NOSUCH(A1)"
    workbook.defined_names["total"] = DefinedName("total", attr_text="Out!$A$1")


def test_a_workbook_is_recalculated_and_stays_put(tmp_path: Path) -> None:
    package = saved(tmp_path, build_model)
    once, parts = recalculated(package)
    assert list(parts) == [package.sheets["Out"]]
    (tmp_path / "n.xlsx").write_bytes(once.to_bytes())
    shown = openpyxl.load_workbook(tmp_path / "n.xlsx", data_only=True)["Out"]
    values = [[shown.cell(row, col).value for col in (1, 2, 3)] for row in (1, 2, 3)]
    assert values == [[4, 2, None], [2, 4, None], [None, 6, None]]
    again = Package.read(tmp_path / "n.xlsx")
    assert recalculated(again)[1] == {}
    formulas = openpyxl.load_workbook(tmp_path / "n.xlsx")["Out"]
    assert formulas["A2"].value == "=total/2"


def test_values_within_the_stored_precision_are_not_rewritten(tmp_path: Path) -> None:
    package, _ = recalculated(saved(tmp_path, build_model))
    part = package.sheets["Out"]
    nudged = package.replaced(
        {part: package.parts[part].replace(b"<v>4</v>", b"<v>4.00000000001</v>", 1)}
    )
    assert recalculated(nudged)[1] == {}
    off = package.replaced(
        {part: package.parts[part].replace(b"<v>4</v>", b"<v>4.0000000001</v>", 1)}
    )
    assert recalculated(off)[0].parts == package.parts


def test_unevaluated_cells_lose_their_old_value(tmp_path: Path) -> None:
    package, _ = recalculated(saved(tmp_path, build_model), {"NOSUCH": lambda x: x + 1})
    part = package.sheets["Out"]
    assert b"NOSUCH(A1)</f><v>5</v>" in package.parts[part]
    without, _ = recalculated(package)
    assert b"NOSUCH(A1)</f></c>" in without.parts[part]


def test_a_changed_spill_is_written_with_its_range() -> None:
    cells = sheet(A1="{=F()}A1:B1", B1=7, D1=1)
    package = Package(Path("m.xlsx"), {"s.xml": cells.xml}, (), {"S": "s.xml"})
    book = FileBook.from_package(package)
    calculation = Calculator(book, {"F": lambda: [["a"], [2]]}).calculate()
    body = patched_parts(package, book, calculation)["s.xml"].decode()
    assert '<c r="A1" cm="1" t="str"><f t="array" ref="A1:A2">F()</f><v>a</v></c>' in body
    assert (
        '<c r="B1"></c><c r="D1"><v>1</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>' in body
    )

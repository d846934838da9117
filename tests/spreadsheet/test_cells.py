"""Reading worksheet XML, and patching it without touching anything but cached values."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iiecon.spreadsheet.cells import (
    Area,
    Cell,
    ExcelError,
    Scalar,
    SheetCells,
    a1,
    format_number,
    parse_a1,
    parse_area,
    same_value,
)
from iiecon.spreadsheet.package import FileProblem

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet(rows: str, tail: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<worksheet xmlns="{NAMESPACE}"><!-- é > -->'
        f"<sheetData>{rows}</sheetData>{tail}</worksheet>"
    ).encode()


def parse(rows: str, strings: list[str] | None = None) -> SheetCells:
    return SheetCells.parse(sheet(rows), strings or [])


def values(cells: SheetCells) -> dict[str, Scalar]:
    return {a1(*position): cell.value for position, cell in cells.cells.items()}


def problem(xml: bytes) -> str:
    with pytest.raises(FileProblem) as caught:
        SheetCells.parse(xml, ["only"], Path("m.xlsm"), "Data")
    assert caught.value.key == "file.bad_xml"
    assert caught.value.detail.startswith("Data: ")
    return caught.value.detail


def test_addresses() -> None:
    assert [a1(1, 1), a1(3, 26), a1(9, 27), a1(1048576, 16384)] == ["A1", "Z3", "AA9", "XFD1048576"]
    assert parse_a1("$B$3") == (3, 2)
    assert parse_area("$D$9:B2") == Area(2, 2, 9, 4)
    assert parse_area("C:A") == Area(1, 1, 1048576, 3)
    assert parse_area("$2:4") == Area(2, 1, 4, 16384)
    assert str(Area(2, 2, 9, 4)) == "B2:D9"
    for bad in ("A", "1", "A0", "XFE1", "A1048577", "É1", "A-1", ""):
        with pytest.raises(ValueError, match=r"not a|invalid literal"):
            parse_a1(bad)


@given(st.integers(1, 1_048_576), st.integers(1, 16_384))
def test_addresses_round_trip(row: int, col: int) -> None:
    assert parse_a1(a1(row, col)) == (row, col)


def test_every_type_of_cell() -> None:
    cells = parse(
        '<row r="2"><c r="A2"><v>1.5</v></c><c r="B2" t="s"><v>1</v></c>'
        '<c r="C2" t="b"><v>1</v></c><c r="D2" t="e"><v>#N/A</v></c>'
        '<c r="E2" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r><rPh><t>x</t></rPh></is></c>'
        '<c r="F2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c r="G2" s="3"/>'
        '<c r="H2" t="d"><v>1900-03-01T12:00:00</v></c><c r="I2" t="str"><v>_x0041__x000D_</v></c>'
        "</row>",
        ["zero", "one"],
    )
    assert values(cells) == {
        "A2": 1.5, "B2": "one", "C2": True, "D2": ExcelError("#N/A"), "E2": "inline",
        "F2": "ab", "H2": 61.5, "I2": "A\r",
    }  # fmt: skip
    assert cells.cells[2, 6] == Cell("ab", '"a"&"b"')


def test_positions_may_be_implied() -> None:
    cells = parse(
        '<row><c><v>1</v></c><c r="D1"><v>2</v></c><c><v>3</v></c></row>'
        "<row><c><v>4</v></c></row><row r='7'><c><v>5</v></c></row>"
    )
    assert values(cells) == {"A1": 1.0, "D1": 2.0, "E1": 3.0, "A2": 4.0, "A7": 5.0}


def test_shared_formulas_are_filled_in() -> None:
    cells = parse(
        '<row r="1"><c r="B1"><f t="shared" ref="B1:B3" si="0">A1+$A$1+SUM(Z!A$1:A1)</f></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/></c></row>'
        '<row r="3"><c r="C3"><f t="shared" si="0"/></c></row>'
    )
    assert cells.cells[2, 2].formula == "A2+$A$1+SUM(Z!A$1:A2)"
    assert cells.cells[3, 3].formula == "B3+$A$1+SUM(Z!B$1:B3)"


def test_array_formulas() -> None:
    cells = parse(
        '<row r="1"><c r="A1" cm="1"><f t="array" ref="A1:B2">F()</f><v>1</v></c>'
        '<c r="C1"><f t="array" ref="C1:C2">G()</f></c>'
        '<c r="D1"><f t="dataTable" ref="D1:D2" r1="A1"/><v>3</v></c></row>'
    )
    assert cells.cells[1, 1] == Cell(1.0, "F()", "A1:B2", True)
    assert cells.cells[1, 3] == Cell(None, "G()", "C1:C2", False)
    assert cells.cells[1, 4] == Cell(3.0, "TABLE()", "D1:D2", False)


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ('<row r="1"><c r="B1"><v>nan</v></c></row>', "B1"),
        ('<row r="1"><c r="B1"><v>1e999</v></c></row>', "B1"),
        ('<row r="1"><c r="B1"><v>1_0</v></c></row>', "B1"),
        ('<row r="1"><c r="B1" t="s"><v>1</v></c></row>', "B1"),
        ('<row r="1"><c r="B1" t="s"><v>-1</v></c></row>', "B1"),
        ('<row r="1"><c r="B1" t="b"><v>2</v></c></row>', "B1"),
        ('<row r="1"><c r="B1" t="zz"><v>2</v></c></row>', "B1"),
        ('<row r="1"><c r="B1" t="d"><v>soon</v></c></row>', "B1"),
        ('<row r="1"><c r="B1"/><c r="B1"/></row>', "B1"),
        ('<row r="1"><c r="B2"/></row>', "B2"),
        ('<row r="1"/><row r="1"/>', "row 1"),
        ('<row r="1"><c r="B1"><f t="shared" si="4"/></c></row>', "B1"),
    ],
)
def test_damaged_cells_are_named(rows: str, where: str) -> None:
    assert where in problem(sheet(rows))


@pytest.mark.parametrize(
    "xml",
    [
        b"<worksheet>",
        b"",
        b"<chartsheet/>",
        b"<!DOCTYPE a><worksheet><sheetData/></worksheet>",
        b'<?xml version="1.0" encoding="windows-1252"?><worksheet><sheetData/></worksheet>',
        '<?xml version="1.0"?><worksheet><sheetData/></worksheet>'.encode("utf-16"),
    ],
)
def test_xml_that_is_not_a_safe_worksheet(xml: bytes) -> None:
    problem(xml)


MIXED = (
    '<row r=\'1\' spans="1:4"><c r="A1" s=\'2\' t="s" ><v>0</v></c><c r="B1"><f ca=\'1\'>A1&gt;1'
    '</f><v>0.10000000000000001</v></c><c r="D1" s="5"/></row>\n<row r="3" ht="9"/>'
    '<row r="6"><c r="B6" t="inlineStr"><is><t>x</t></is></c></row>'
)


def test_unchanged_values_leave_identical_bytes() -> None:
    xml = sheet(MIXED, "<extLst>é</extLst>")
    cells = SheetCells.parse(xml, ["text"])
    assert cells.patched({}) == xml
    same = {position: cell.value for position, cell in cells.cells.items()}
    assert cells.patched(same | {(1, 4): None, (9, 9): None}) == xml


def test_only_the_value_is_rewritten() -> None:
    xml = sheet(MIXED)
    changed = SheetCells.parse(xml, ["text"]).patched({(1, 2): 2.5})
    assert changed == xml.replace(b"0.10000000000000001", b"2.5")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.0, b"<c r=\"B1\"><f ca='1'>A1&gt;1</f><v>1</v></c>"),
        (True, b'<c r="B1" t="b"><f ca=\'1\'>A1&gt;1</f><v>1</v></c>'),
        ("a<&b", b'<c r="B1" t="str"><f ca=\'1\'>A1&gt;1</f><v>a&lt;&amp;b</v></c>'),
        (" a", b'<c r="B1" t="str"><f ca=\'1\'>A1&gt;1</f><v xml:space="preserve"> a</v></c>'),
        ("", b'<c r="B1" t="str"><f ca=\'1\'>A1&gt;1</f><v></v></c>'),
        (None, b"<c r=\"B1\"><f ca='1'>A1&gt;1</f></c>"),
        (ExcelError("#NUM!"), b'<c r="B1" t="e"><f ca=\'1\'>A1&gt;1</f><v>#NUM!</v></c>'),
        (ExcelError("#SPILL!"), b'<c r="B1" t="e"><f ca=\'1\'>A1&gt;1</f><v>#VALUE!</v></c>'),
    ],
)
def test_values_are_stored_by_type(value: Scalar, expected: bytes) -> None:
    assert expected in SheetCells.parse(sheet(MIXED), ["text"]).patched({(1, 2): value})


def test_types_are_replaced_and_removed() -> None:
    cells = SheetCells.parse(sheet(MIXED), ["text"])
    changed = cells.patched({(1, 1): 7.0, (6, 2): "y", (1, 4): "new"})
    assert b"<c r=\"A1\" s='2' ><v>7</v></c>" in changed
    assert b'<c r="B6" t="str"><v>y</v></c>' in changed
    assert b'<c r="D1" s="5" t="str"><v>new</v></c>' in changed


def test_the_marker_of_a_rich_value_goes_with_the_value() -> None:
    xml = sheet('<row r="1"><c r="A1" t="e" cm="1" vm="2"><f>F()</f><v>#VALUE!</v></c></row>')
    changed = SheetCells.parse(xml).patched({(1, 1): 1.0})
    assert b'<c r="A1" cm="1"><f>F()</f><v>1</v></c>' in changed


def test_new_cells_go_where_they_belong() -> None:
    cells = SheetCells.parse(sheet(MIXED), ["text"])
    new = {(1, 3): 1.0, (1, 9): 2.0, (1, 8): 3.0, (3, 2): 4.0, (2, 1): 5.0, (7, 1): 6.0}
    changed = cells.patched(new)
    again = SheetCells.parse(changed, ["text"])
    assert {p: again.cells[p].value for p in new} == new
    names = ("A1", "B1", "C1", "D1", "H1", "I1", "2", "A2", "3", "B3", "6", "B6", "7", "A7")
    order = [changed.index(f'r="{name}"'.encode()) for name in names]
    assert order == sorted(order)
    assert b'<row r="3" ht="9"><c r="B3"><v>4</v></c></row>' in changed


def test_an_empty_sheet_and_prefixed_names() -> None:
    xml = b'<x:worksheet xmlns:x="u"><x:sheetData/></x:worksheet>'
    once = SheetCells.parse(xml).patched({(2, 2): 1.0, (2, 3): 2.0})
    row = b'<x:c r="B2"><x:v>1</x:v></x:c><x:c r="C2"><x:v>2</x:v></x:c>'
    body = b'<x:sheetData><x:row r="2">' + row + b"</x:row></x:sheetData>"
    assert once == b'<x:worksheet xmlns:x="u">' + body + b"</x:worksheet>"
    twice = SheetCells.parse(once).patched({(2, 2): "t", (1, 1): True})
    assert values(SheetCells.parse(twice)) == {"A1": True, "B2": "t", "C2": 2.0}


def test_the_range_of_an_array_formula_follows_its_spill() -> None:
    xml = sheet(
        '<row r="1"><c r="A1" cm="1"><f t="array" aca="1" ref="A1:A2">F(ref)</f><v>1</v></c></row>'
    )
    cells = SheetCells.parse(xml)
    assert cells.patched({}, {(1, 1): Area(1, 1, 2, 1)}) == xml
    changed = cells.patched({(2, 2): 4.0}, {(1, 1): Area(1, 1, 2, 2)})
    assert b'<f t="array" aca="1" ref="A1:B2">F(ref)</f><v>1</v>' in changed


@given(
    st.dictionaries(
        st.tuples(st.integers(1, 8), st.integers(1, 6)),
        st.one_of(
            st.floats(allow_nan=False, allow_infinity=False).map(lambda x: float(f"{x:.13g}")),
            st.booleans(),
            st.text("aé&<>_x041\r\n\t \x01\uffff]'\"\U0001f600", max_size=12),
            st.sampled_from([None, ExcelError("#N/A")]),
        ),
        max_size=12,
    )
)
def test_whatever_is_patched_in_is_read_back(new: dict[tuple[int, int], Scalar]) -> None:
    new = {p: 0.0 if v == 0 and isinstance(v, float) else v for p, v in new.items()}
    new = {p: v for p, v in new.items() if not (isinstance(v, float) and abs(v) > 1e308)}
    cells = SheetCells.parse(sheet(MIXED), ["text"])
    expected = {p: cell.value for p, cell in cells.cells.items()} | new
    again = SheetCells.parse(cells.patched(new), ["text"])
    got = {p: cell.value for p, cell in again.cells.items()}
    assert {p: v for p, v in got.items() if v is not None} == {
        p: v for p, v in expected.items() if v is not None
    }
    assert again.cells[1, 2].formula == "A1>1"


def test_numbers_are_written_with_thirteen_digits() -> None:
    cases = {0.1 + 0.2: "0.3", -0.0: "0", 1e6: "1000000", 2 / 3: "0.6666666666667", 1e20: "1e+20"}
    assert {number: format_number(number) for number in cases} == cases
    for bad in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="cannot be stored"):
            format_number(bad)


@pytest.mark.parametrize(
    ("stored", "new", "same"),
    [
        (1.0, 1.0 + 0.99e-11, True), (1.0, 1.0 + 2.1e-11, False),
        (9.87654321987e5, 9.87654321988e5, True), (9.87654321987e5, 9.8765432199e5, False),
        (0.0, -0.0, True), (0.0, 1e-300, False), (5e-324, 5e-324, True), (-2.0, 2.0, False),
        ("a", "a", True), ("a", "A", False), (True, 1.0, False), (None, "", False),
        (None, None, True), (ExcelError("#N/A"), ExcelError("#N/A"), True),
    ],
)  # fmt: skip
def test_same_value(stored: Scalar, new: Scalar, same: bool) -> None:
    assert same_value(stored, new) is same


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_a_written_number_is_the_same_value(number: float) -> None:
    assert same_value(float(format_number(number)), number)

"""Files in the bureau's form, as published and damaged: what is read, and what is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from pathlib import Path
from string import ascii_uppercase

import numpy as np
import pytest
from numpy.testing import assert_allclose

from iiecon import IOTable, read_io_table
from iiecon.iotable import FloatArray
from iiecon.spreadsheet.package import FileProblem
from iiecon.spreadsheet.values import a1
from tests.conftest import ROOT, ReadTable
from tests.oracles.refusals import refused
from tests.readers.bureau import Cell, Page, Printed, page, random_table, republished, written

FIVE_DIGITS = [f"{i // 3 + 1:02d}{i + 1:03d}" for i in range(122)]
SHEET = "[2012.xlsx]表1"


@pytest.fixture(scope="module")
def printed() -> Printed:
    return random_table(42, 2012)


@pytest.fixture
def sheet(printed: Printed) -> Page:
    """A sheet to be damaged."""
    return page(printed)


def same(found: IOTable, printed: Printed) -> None:
    """All figures, in 亿元."""
    per_yi = {"万元": 1e4, "亿元": 1.0}[printed.unit]
    assert (found.size, found.unit) == (len(printed.codes), "亿元")
    assert_allclose(found.flows * per_yi, printed.flows, rtol=1e-13)
    assert_allclose(found.output * per_yi, printed.output, rtol=1e-13)
    assert_allclose(found.value_added * per_yi, printed.value_added, rtol=1e-13)
    assert found.final_use is not None
    assert found.imports is not None
    assert found.exports is not None
    assert_allclose(found.final_use * per_yi, printed.final_use, rtol=1e-13)
    assert_allclose(found.imports * per_yi, printed.imports, rtol=1e-13)
    assert_allclose(found.exports * per_yi, printed.uses["EX"], rtol=1e-13)
    assert_allclose(_or_zero(found.discrepancy, found) * per_yi, printed.error, rtol=1e-13)


def _or_zero(values: FloatArray | None, table: IOTable) -> FloatArray:
    return np.zeros(table.size) if values is None else values


# --- every size, kind of file, language, way to write codes


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "csv", "txt"])
@pytest.mark.parametrize(
    ("size", "year", "codes"),
    [(122, 2002, FIVE_DIGITS), (42, 2002, None), (42, 2005, None), (42, 2015, None)],
)
def test_sizes_that_are_only_documented(
    tmp_path: Path, size: int, year: int, codes: list[str] | None, suffix: str
) -> None:
    printed = random_table(size, year, codes)
    found = read_io_table(written(tmp_path / f"t.{suffix}", page(printed)))
    same(found, printed)
    assert (found.year, list(found.codes)) == (year, printed.codes)
    assert found.names == tuple(name for name, _ in printed.names)
    assert found.parts is not None
    assert found.parts.final_use_labels == ("FU101", "FU102", "FU103", "FU201", "FU202")
    assert found.parts.value_added_labels == ("VA001", "VA002", "VA003", "VA004")
    assert_allclose(found.parts.final_uses[:, 4] * 1e4, printed.uses["FU202"], rtol=1e-13)
    assert_allclose(found.parts.value_added[2] * 1e4, printed.added["VA003"], rtol=1e-13)


@pytest.mark.parametrize("suffix", ["xlsx", "xls"])
@pytest.mark.parametrize(
    ("name", "year"),
    [("china_2007_135", 2007), ("china_2012_139", 2012), ("china_2017_149", 2017),
     ("china_2018_153", 2018), ("china_2020_153", 2020)],
)  # fmt: skip
def test_full_table_in_the_bureaus_form_reads_as_its_republished_file(
    shared: Path, official: ReadTable, tmp_path: Path, name: str, year: int, suffix: str
) -> None:
    printed = republished(shared / "data" / "test-only" / f"{name}.csv", year)
    found = read_io_table(written(tmp_path / f"table.{suffix}", page(printed)))
    same(found, printed)
    csv = official(name)
    assert (found.codes, found.names, found.year) == (csv.codes, csv.names, csv.year)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("suffix", ["csv", "txt"])
def test_encodings(tmp_path: Path, printed: Printed, suffix: str, encoding: str) -> None:
    path = written(tmp_path / f"t.{suffix}", page(printed), encoding=encoding)
    same(read_io_table(path), printed)


@pytest.mark.parametrize(
    "code", [int, float, lambda c: f"{int(c):03d}", lambda c: f" {c} ", lambda c: f"{c}①"],
    ids=["whole number", "number", "other width", "blanks", "footnote"],
)  # fmt: skip
@pytest.mark.parametrize("axis", ["rows", "columns", "both"])
def test_codes_as_number_or_text_on_either_axis(
    tmp_path: Path, printed: Printed, code: Callable[[str], Cell], axis: str
) -> None:
    plain, other = page(printed), page(printed, code=code)
    rows = [
        *(other if axis != "rows" else plain).rows[:7],
        *(other if axis != "columns" else plain).rows[7:],
    ]
    found = read_io_table(written(tmp_path / "t.xlsx", Page(rows, [], 7, 3)))
    same(found, printed)
    assert [int(c) for c in found.codes] == list(range(1, 43))


@pytest.mark.parametrize("codes", [True, False])
def test_english_labels_give_english_names(tmp_path: Path, printed: Printed, codes: bool) -> None:
    found = read_io_table(written(tmp_path / "t.xlsx", page(printed, language="en", codes=codes)))
    same(found, printed)
    assert found.names == tuple(name for _, name in printed.names)


def test_lines_are_found_by_their_names_where_there_are_no_codes(
    tmp_path: Path, printed: Printed
) -> None:
    """“合计” and “小计” are told apart by the merged headings over them."""
    found = read_io_table(written(tmp_path / "t.xlsx", page(printed, codes=False)))
    same(found, printed)
    assert found.codes == tuple(printed.codes)
    assert found.notes == (
        "表中没有代码，按次序编号 / the table has no codes; sectors are numbered in their order",
    )


@pytest.mark.parametrize("wrong", ["TIU", "THC", "TC", "GCF", "TFU"])
def test_totals_found_by_headings_are_the_right_ones(
    tmp_path: Path, printed: Printed, wrong: str
) -> None:
    with_codes, without = page(printed), page(printed, codes=False)
    column = with_codes.column_of(wrong) - 1
    without.rows[10][column] += 1e8  # type: ignore[operator]
    with refused("reader_total") as found:
        read_io_table(written(tmp_path / "t.xlsx", without))
    assert (found[0].values["label"], found[0].cell) == (wrong, a1(11, column + 1))


@pytest.mark.parametrize(
    "without",
    [{"totals": False}, {"value_added": False}, {"final_uses": False},
     {"totals": False, "final_uses": False, "value_added": False, "codes": False}],
    ids=["totals", "value added", "final uses", "all"],
)  # fmt: skip
def test_blocks_may_be_absent(
    tmp_path: Path, printed: Printed, without: Mapping[str, bool]
) -> None:
    found = read_io_table(written(tmp_path / "t.xlsx", page(printed, **without)))  # type: ignore[arg-type]
    assert_allclose(found.flows * 1e4, printed.flows, rtol=1e-13)
    assert_allclose(found.value_added * 1e4, printed.value_added, rtol=1e-9)
    assert (found.final_use is None) == (not without.get("final_uses", True))


def test_a_table_may_start_anywhere_on_its_sheet(
    tmp_path: Path, sheet: Page, printed: Printed
) -> None:
    blank: list[Cell] = [None, None]
    rows = [blank + row for row in sheet.rows]
    above: list[list[Cell]] = [[None] * len(rows[0]) for _ in range(9)]
    below: list[list[Cell]] = [[None], [None], ["注：数据来自国家统计局。"]]
    moved = Page([*above, *rows, *below], [], 16, 5)
    same(read_io_table(written(tmp_path / "t.xlsx", moved)), printed)


def test_domestic_and_imported_blocks_may_alternate(
    shared: Path, official: ReadTable, tmp_path: Path
) -> None:
    """The order of the rows says nothing; the origin beside each row does."""
    path = shared / "data" / "test-only" / "china_2017_42.csv"
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    mixed = [line for pair in zip(lines[:42], lines[42:84], strict=True) for line in pair]
    other = tmp_path / "2017.csv"
    other.write_text("\n".join([header, *mixed, *lines[84:]]), encoding="utf-8")
    found, expected = read_io_table(other), official("china_2017_42")
    assert np.array_equal(found.flows, expected.flows)
    assert found.imports is not None
    assert expected.imports is not None
    assert np.array_equal(found.imports, expected.imports)


def test_plain_matrix_with_codes(tmp_path: Path) -> None:
    """Own arithmetic: N = X − M, nothing else is given."""
    rows: list[list[Cell]] = [
        ["单位：亿元", None, None, None, None],
        [None, "a1", "b2", "c3", "总产出"],
        ["a1", 10.5, 20.0, 0.0, 100.0],
        ["b2", 30.0, 5.0, 7.0, 90.0],
        ["c3", 0.0, 1.0, 2.0, 80.0],
    ]
    found = read_io_table(written(tmp_path / "t.xlsx", Page(rows, [], 2, 1)), layout="plain")
    assert found.codes == ("a1", "b2", "c3")
    assert found.value_added.tolist() == [59.5, 64.0, 71.0]
    assert (found.unit, found.year, found.final_use) == ("亿元", None, None)


@pytest.mark.parametrize(
    ("layout", "name"),
    [("national", "china_2017_149"), ("own", "china_2017_149"), ("origin", "china_2017_42"),
     ("oecd", "OECD21ed_JPN_2017")],
)  # fmt: skip
def test_layout_insists_on_a_form(shared: Path, layout: str, name: str) -> None:
    path = shared / "data" / "test-only" / f"{name}.csv"
    read_io_table(path, layout)
    with refused("reader_layout") as found:
        read_io_table(path, "plain")
    assert found[0].values["known"] == "plain"


def test_imports_printed_as_negative_amounts_are_imports(
    tmp_path: Path, sheet: Page, printed: Printed
) -> None:
    column = sheet.column_of("IM")
    for row in sheet.rows[7 : 7 + 42]:
        row[column] = -row[column]  # type: ignore[operator]
    same(read_io_table(written(tmp_path / "t.xlsx", sheet)), printed)


def test_table_of_a_workbook_of_the_program(table: IOTable) -> None:
    """The sheet IO_Table is found among the others; figures are stored in 万元."""
    found = read_io_table(ROOT / "IIEconModel.xlsm")
    assert (found.codes, found.names) == (table.codes, table.names)
    assert np.array_equal(found.flows, table.flows)
    assert np.array_equal(found.output, table.output)


# --- subtotals between the sectors


def with_subtotals(sheet: Page, off: float = 0.0) -> Page:
    """A row for sectors 01 to 05 without a code, and a column for 06 to 10 after them."""
    place = sheet.row_of("06")
    first = sheet.rows[sheet.top : place]
    total: list[Cell] = [None, "农业合计", None]
    total += [sum(row[j] for row in first) for j in range(3, len(first[0]))]  # type: ignore[misc]
    total[8] += off  # type: ignore[operator]
    sheet.rows.insert(place, total)
    column = sheet.column_of("11")
    for i, row in enumerate(sheet.rows):
        figure = sum(row[column - 5 : column]) if i >= sheet.top else None  # type: ignore[arg-type]
        row.insert(column, "小计" if i == 5 else figure)
    return Page(sheet.rows, [], sheet.top, sheet.left)


def test_subtotals_between_sectors_are_proved_and_left_out(
    tmp_path: Path, sheet: Page, printed: Printed
) -> None:
    found = read_io_table(written(tmp_path / "t.xlsx", with_subtotals(sheet)))
    same(found, printed)
    assert [note.rpartition(" ")[2] for note in found.notes] == ["C13", "N7"]


def test_wrong_subtotal_is_named(tmp_path: Path, sheet: Page) -> None:
    with refused("reader_sum_row") as found:
        read_io_table(written(tmp_path / "2012.xlsx", with_subtotals(sheet, off=1e6)))
    assert found[0].place == f"{SHEET}!C13"


# --- unit and year


@pytest.mark.parametrize(
    ("stated", "factor"),
    [("单位：万元", 1e4), ("（单位:亿元）", 1.0), ("计量单位：百万元", 100.0), ("单位: 千元", 1e5),
     ("Unit: 10 000 yuan", 1e4), ("Unit: 100 million yuan", 1.0), ("(unit: 1 million RMB)", 100.0)],
)  # fmt: skip
def test_unit_is_found_in_the_title(
    tmp_path: Path, printed: Printed, stated: str, factor: float
) -> None:
    scaled = deepcopy(printed)
    money = [scaled.uses, scaled.added, vars(scaled)]
    for name in ("flows", "imports", "error", "output"):
        money[2][name] = money[2][name] * factor / 1e4
    for part in money[:2]:
        part.update({k: v * factor / 1e4 for k, v in part.items()})
    found = read_io_table(written(tmp_path / "t.xlsx", page(scaled, unit=stated)))
    assert found.unit == "亿元"
    assert_allclose(found.output, printed.output / 1e4, rtol=1e-13)


@pytest.mark.parametrize(
    ("title", "name", "year"),
    [("2012年全国投入产出表", "t", 2012), ("China, input-output table 2012", "2017", 2012),
     ("全国投入产出表", "io2012_42", 2012), ("全国投入产出表", "table", None)],
)  # fmt: skip
def test_year_comes_from_the_title_or_the_file_name(
    tmp_path: Path, printed: Printed, title: str, name: str, year: int | None
) -> None:
    found = read_io_table(written(tmp_path / f"{name}.xlsx", page(printed, title=title)))
    assert found.year == year


def test_unit_that_is_not_stated_is_known_by_gdp(tmp_path: Path, printed: Printed) -> None:
    found = read_io_table(written(tmp_path / "t.xlsx", page(printed, unit="")))
    same(found, printed)
    assert "by the size of total value added it is 万元" in found.notes[0]


def test_unit_that_cannot_be_known_is_asked_for(tmp_path: Path, printed: Printed) -> None:
    """A table of a province has no GDP to be held against."""
    small = Page([*page(printed, unit="", title="2012年").rows], [], 7, 3)
    for row in small.rows[7:]:
        row[3:] = [None if v is None else v / 50 for v in row[3:]]  # type: ignore[operator]
    path = written(tmp_path / "t.xlsx", small)
    with refused("reader_unit"):
        read_io_table(path)
    found = read_io_table(path, unit="万元")
    assert_allclose(found.output * 50 * 1e4, printed.output, rtol=1e-12)


@pytest.mark.parametrize("year", [2012, 2002])
def test_wrong_unit_is_named(tmp_path: Path, printed: Printed, year: int) -> None:
    """Also in a year whose GDP is not among the inputs: the units are powers of ten apart."""
    path = written(tmp_path / "2012.xlsx", page(printed, unit="单位：亿元", title=f"{year}年"))
    with refused("reader_unit_slip") as found:
        read_io_table(path)
    assert (found[0].values["unit"], found[0].values["other"]) == ("亿元", "万元")
    assert found[0].place == f"{SHEET}!{a1(2, len(page(printed).rows[1]))}"


def test_unit_of_another_country_is_kept(tmp_path: Path, printed: Printed) -> None:
    found = read_io_table(written(tmp_path / "t.xlsx", page(printed, unit="Unit: million euro")))
    assert found.unit == "million euro"
    assert_allclose(found.output, printed.output, rtol=0)


# --- sheets


def test_the_sheet_with_flows_is_chosen_among_others(
    tmp_path: Path, sheet: Page, printed: Printed
) -> None:
    """Beside a page of text and the coefficients, which have the same sectors on both axes."""
    coefficients = [row[: sheet.left + 42] for row in deepcopy(sheet.rows[:49])]
    for row in coefficients[7:]:
        row[3:] = [v / x for v, x in zip(row[3:], printed.output, strict=True)]
    text = Page([["说明"], ["本表按当年价格计算"], [2012]], [], 0, 0)
    shares = Page([*coefficients, [None, "总投入", "TI", *[1.0] * 42]], [], 7, 3)
    pages = [("说明", text), ("直接消耗系数", shares), ("基本流量表", sheet)]
    same(read_io_table(written(tmp_path / "t.xlsx", *pages)), printed)


def test_two_tables_are_refused_unless_one_is_named(
    tmp_path: Path, sheet: Page, printed: Printed
) -> None:
    other = random_table(20, 2012)
    path = written(tmp_path / "2012.xlsx", ("表1", sheet), ("20部门", page(other)))
    with refused("reader_two_tables") as found:
        read_io_table(path)
    assert (found[0].values["first"], found[0].values["second"]) == (SHEET, "[2012.xlsx]20部门")
    same(read_io_table(path, sheet="20部门"), other)
    with refused("reader_no_sheet") as found:
        read_io_table(path, sheet="表9")
    assert found[0].values["known"] == "表1, 20部门"


# --- damaged files: each is named with file, sheet and cell


Damage = Callable[[Page], tuple[int, int]]
"""Damages a page and returns the place to be named, counted from zero."""

HEADER, STUB = 6, 2  # the row and the column with the codes


def row_missing(sheet: Page) -> tuple[int, int]:
    del sheet.rows[sheet.row_of("08")]
    return HEADER, sheet.column_of("08")


def column_missing(sheet: Page) -> tuple[int, int]:
    column = sheet.column_of("08")
    for row in sheet.rows:
        del row[column]
    return sheet.row_of("08"), STUB


def header_shifted_right(sheet: Page) -> tuple[int, int]:
    for i in (5, 6):
        sheet.rows[i] = [*sheet.rows[i][:3], None, *sheet.rows[i][3:-1]]
    return HEADER, 3


def header_shifted_left(sheet: Page) -> tuple[int, int]:
    for i in (5, 6):
        sheet.rows[i] = [*sheet.rows[i][:2], *sheet.rows[i][3:], None]
    return 7, STUB


def names_shifted(sheet: Page) -> tuple[int, int]:
    sheet.rows[5] = [*sheet.rows[5][:3], None, *sheet.rows[5][3:-1]]
    return HEADER, 4


def row_codes_shifted(sheet: Page) -> tuple[int, int]:
    codes = [row[STUB] for row in sheet.rows[7:]]
    for row, code in zip(sheet.rows[7:], [None, *codes], strict=False):
        row[STUB] = code
    return 7, STUB


def code_twice_in_rows(sheet: Page) -> tuple[int, int]:
    place = sheet.row_of("09")
    sheet.rows[place][STUB] = "08"
    return place, STUB


def code_twice_in_columns(sheet: Page) -> tuple[int, int]:
    place = sheet.column_of("09")
    sheet.rows[HEADER][place] = 8
    return HEADER, place


def final_use_twice(sheet: Page) -> tuple[int, int]:
    place = sheet.column_of("FU202")
    sheet.rows[HEADER][place] = "FU201"
    return HEADER, place


def codes_disagree(sheet: Page) -> tuple[int, int]:
    sheet.rows[sheet.row_of("09")][STUB] = "90"
    return HEADER, sheet.column_of("09")


def order_disagrees(sheet: Page) -> tuple[int, int]:
    first = sheet.row_of("09")
    sheet.rows[first], sheet.rows[first + 1] = sheet.rows[first + 1], sheet.rows[first]
    return first, STUB


def label_lost(sheet: Page) -> tuple[int, int]:
    column = sheet.column_of("IM")
    sheet.rows[HEADER][column] = sheet.rows[5][column] = sheet.rows[3][column] = None
    return HEADER, column


def label_unknown(sheet: Page) -> tuple[int, int]:
    column = sheet.column_of("IM")
    sheet.rows[HEADER][column] = sheet.rows[5][column] = "M9"
    return HEADER, column


def transposed(sheet: Page) -> tuple[int, int]:
    sheet.rows[:] = [list(row) for row in zip(*sheet.rows, strict=True)]
    sheet.merged.clear()
    return 2, 6


def merged_figures(sheet: Page) -> tuple[int, int]:
    row, column = sheet.row_of("09"), sheet.column_of("07")
    sheet.merged.append((row, column, row, column + 1))
    return row, column + 1


def in_cell(row: str, column: str, change: Callable[[float], Cell]) -> Damage:
    def damage(sheet: Page) -> tuple[int, int]:
        place = sheet.row_of(row), sheet.column_of(column)
        found = sheet.rows[place[0]][place[1]]
        assert isinstance(found, float)
        sheet.rows[place[0]][place[1]] = change(found)
        return place

    return damage


MERGED = "merged figures"
DAMAGES: dict[str, tuple[str, Damage]] = {
    "row missing": ("reader_no_row", row_missing),
    "column missing": ("reader_no_column", column_missing),
    "header shifted right": ("reader_shifted", header_shifted_right),
    "header shifted left": ("reader_shifted", header_shifted_left),
    "names shifted": ("reader_names", names_shifted),
    "row codes shifted": ("reader_shifted", row_codes_shifted),
    "code twice in rows": ("reader_duplicate", code_twice_in_rows),
    "code twice in columns": ("reader_duplicate", code_twice_in_columns),
    "final use twice": ("reader_duplicate", final_use_twice),
    "codes disagree": ("reader_no_row", codes_disagree),
    "order disagrees": ("reader_order", order_disagrees),
    "label lost": ("reader_unlabelled", label_lost),
    "label unknown": ("reader_unknown", label_unknown),
    "transposed": ("reader_transposed", transposed),
    MERGED: ("reader_blank", merged_figures),
    "footnote ①": ("reader_footnote", in_cell("09", "07", lambda v: f"{v:.0f}①")),
    "footnote [1]": ("reader_footnote", in_cell("VA001", "07", lambda v: f"{v:,.0f}[1]")),
    "footnote 注1": ("reader_footnote", in_cell("09", "GO", lambda v: f"{v:.0f}注1")),
    "ellipsis": ("reader_nothing", in_cell("09", "07", lambda v: "…")),
    "dash": ("reader_nothing", in_cell("09", "FU101", lambda v: "-")),
    "long dash": ("reader_nothing", in_cell("09", "FU101", lambda v: "——")),
    "blank": ("reader_blank", in_cell("09", "07", lambda v: None)),
    "separators in wrong places": ("reader_number", in_cell("09", "07", lambda v: "12,34,567")),
    "decimal comma": ("reader_number", in_cell("09", "07", lambda v: "1234,5")),
    "error of a formula": ("reader_number", in_cell("09", "07", lambda v: "#REF!")),
    "intermediate use wrong": ("reader_total", in_cell("05", "TIU", lambda v: v + 1e4)),
    "final use wrong": ("reader_total", in_cell("05", "TFU", lambda v: v * 10)),
    "consumption wrong": ("reader_total", in_cell("05", "TC", lambda v: v - 1e3)),
    "intermediate input wrong": ("reader_total", in_cell("TII", "07", lambda v: v + 1e4)),
    "value added wrong": ("reader_total", in_cell("TVA", "07", lambda v: v / 10)),
    "total input wrong": ("reader_input_output", in_cell("TI", "07", lambda v: v * 10)),
    "flow wrong": ("cell_balance", in_cell("09", "07", lambda v: v * 10)),
    "output wrong": ("cell_slip", in_cell("09", "GO", lambda v: v * 10)),
    "imports wrong": ("cell_slip", in_cell("09", "IM", lambda v: v * 10)),
}


@pytest.mark.parametrize(
    ("name", "suffix"),
    # Merged figures can be written to one kind of file only.
    [(n, s) for n in DAMAGES for s in ("xlsx", "xls", "csv") if n != MERGED or s == "xlsx"],
)
def test_damage_is_named_with_its_cell(tmp_path: Path, sheet: Page, name: str, suffix: str) -> None:
    key, damage = DAMAGES[name]
    sheet.merged.clear()
    row, column = damage(sheet)
    with refused(key) as found:
        read_io_table(written(tmp_path / f"2012.{suffix}", sheet))
    place = "2012.csv" if suffix == "csv" else f"[2012.{suffix}]表1"
    assert found[0].place == f"{place}!{a1(row + 1, column + 1)}"
    assert str(found[0])


def test_number_before_a_footnote_is_proposed(tmp_path: Path, sheet: Page) -> None:
    in_cell("09", "07", lambda v: "12,345.5[2]")(sheet)
    with refused("reader_footnote") as found:
        read_io_table(written(tmp_path / "2012.xlsx", sheet))
    assert found[0].values["number"] == "12345.5"


def test_wrong_total_comes_with_the_right_one(
    tmp_path: Path, sheet: Page, printed: Printed
) -> None:
    in_cell("05", "TIU", lambda v: v + 1e4)(sheet)
    with refused("reader_total") as found:
        read_io_table(written(tmp_path / "2012.xlsx", sheet))
    expected = printed.flows[4].sum()
    assert found[0].values["expected"] == f"{expected:.0f}"
    assert found[0].values["found"] == f"{expected + 1e4:.0f}"


def test_every_bad_cell_is_listed_at_once(tmp_path: Path, sheet: Page) -> None:
    for row in ("03", "09", "VA002"):
        in_cell(row, "07", lambda v: f"{v:.0f}*")(sheet)
    with refused("reader_footnote") as found:
        read_io_table(written(tmp_path / "2012.xlsx", sheet))
    assert {f.cell for f in found} == {a1(sheet.row_of(r) + 1, sheet.column_of("07") + 1)
                                       for r in ("03", "09", "VA002")}  # fmt: skip


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "csv"])
@pytest.mark.parametrize("write", ["{:,.0f}", "{:,.2f}", "{:_.0f}"])
def test_separators_of_thousands_are_read_over(
    tmp_path: Path, sheet: Page, printed: Printed, write: str, suffix: str
) -> None:
    """Commas, and blanks that do not break."""
    for row in sheet.rows[7:]:
        row[3:] = [v if v is None else write.format(v).replace("_", "\u00a0") for v in row[3:]]
    same(read_io_table(written(tmp_path / f"t.{suffix}", sheet)), printed)


@pytest.mark.parametrize("lost", ["FU103", "EX", "GO"])
def test_missing_column_of_final_use_or_output_is_named(
    tmp_path: Path, printed: Printed, lost: str
) -> None:
    sheet = page(printed, totals=False)
    column = sheet.column_of(lost)
    for row in sheet.rows:
        del row[column]
    with refused("reader_column") as found:
        read_io_table(written(tmp_path / "t.xlsx", Page(sheet.rows, [], 7, 3)))
    assert found[0].values["label"] == lost


def test_missing_row_of_value_added_is_named(tmp_path: Path, sheet: Page) -> None:
    del sheet.rows[sheet.row_of("VA003")]
    with refused("reader_row") as found:
        read_io_table(written(tmp_path / "t.xlsx", Page(sheet.rows, [], 7, 3)))
    assert found[0].values["label"] == "VA003"


def test_wrong_imported_flow_is_named(shared: Path, tmp_path: Path) -> None:
    path = shared / "data" / "test-only" / "china_2018_42.csv"
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
    quoted = next(i for i, row in enumerate(rows) if row[0] == "20" and "Imports" in row)
    rows[quoted][-10] = f"{float(rows[quoted][-10]) + 1e6:.4f}"
    damaged = tmp_path / "2018.csv"
    damaged.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    with refused("column_balance") as found:
        read_io_table(damaged)
    row = {(f.key, f.cell.lstrip(ascii_uppercase)) for f in found}
    assert ("reader_total", str(quoted + 1)) in row


# --- files that are none


@pytest.mark.parametrize("keep", [600, 3000, 20000])
@pytest.mark.parametrize("suffix", ["xls", "xlsx"])
def test_torn_file_is_a_problem_of_the_file(
    tmp_path: Path, sheet: Page, suffix: str, keep: int
) -> None:
    whole = written(tmp_path / f"whole.{suffix}", sheet).read_bytes()
    torn = tmp_path / f"torn.{suffix}"
    torn.write_bytes(whole[: min(keep, len(whole) - 1000)])
    with pytest.raises(FileProblem) as caught:
        read_io_table(torn)
    assert caught.value.path == torn


def test_kind_of_file_is_seen_from_its_content(
    tmp_path: Path, sheet: Page, printed: Printed
) -> None:
    """Bureaus give .xls names to files of the new kind."""
    path = written(tmp_path / "t.xlsx", sheet)
    same(read_io_table(path.rename(tmp_path / "t.xls")), printed)

"""Reading official tables: sizes, units, years, totals, and what is refused with its place."""

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from iiecon import IOTable, read_io_table
from iiecon.spreadsheet.package import FileProblem
from iiecon.spreadsheet.values import a1
from tests.conftest import ReadTable
from tests.oracles.refusals import refused

USD = "million US dollars"
# name: sectors, unit, year
TABLES = {
    "china_2007_135": (135, "亿元", 2007),
    "china_2012_139": (139, "亿元", 2012),
    "china_2017_149": (149, "亿元", 2017),
    "china_2018_153": (153, "亿元", 2018),
    "china_2020_153": (153, "亿元", 2020),
    "china_2017_42": (42, "亿元", 2017),
    "china_2018_42": (42, "亿元", 2018),
    "china_2020_42": (42, "亿元", 2020),
    "OECD21ed_CHN_2017": (44, USD, 2017),
    "OECD21ed_JPN_2017": (44, USD, 2017),
}
LAYOUTS = ["china_2017_149", "china_2017_42", "OECD21ed_JPN_2017"]


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def written(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def own(shared: Path) -> list[list[str]]:
    return cells(shared / "data" / "own" / "china_2017_103.csv")


def original(shared: Path, name: str) -> list[list[str]]:
    return cells(shared / "data" / "test-only" / f"{name}.csv")


# --- what is read


@pytest.mark.parametrize("name", TABLES)
def test_size_unit_and_year(official: ReadTable, name: str) -> None:
    table = official(name)
    assert (table.size, table.unit, table.year) == TABLES[name]


def test_own_layout_reads_as_the_table_that_comes_with_the_program(
    shared: Path, table: IOTable
) -> None:
    found = read_io_table(shared / "data" / "own" / "china_2017_103.csv")
    assert (found.codes, found.names, found.year) == (table.codes, table.names, 2017)
    assert_array_equal(found.flows, table.flows)


@pytest.mark.parametrize("name", ["china_2012_139", "china_2017_149", "china_2020_153"])
def test_cells_of_a_national_table_are_those_of_the_file(
    shared: Path, official: ReadTable, name: str
) -> None:
    """Each number is looked up in the file by its labels, in 万元."""
    header, *rows = original(shared, name)
    by_code = {row[0]: row for row in rows}
    table = official(name)
    for i, j in ((0, 0), (5, 80), (120, 17)):
        cell = by_code[table.codes[i]][header.index(table.codes[j])]
        assert table.flows[i, j] == pytest.approx(float(cell) / 1e4, rel=1e-14)
    last = by_code[table.codes[-1]]
    for name_, column in (("output", "GO"), ("imports", "IM"), ("exports", "EX")):
        expected = float(last[header.index(column)]) / 1e4
        assert getattr(table, name_)[-1] == pytest.approx(expected, rel=1e-14)
    assert table.names[0] == "农产品"


def test_value_added_is_the_total_the_file_prints(shared: Path, official: ReadTable) -> None:
    header, *rows = original(shared, "china_2017_149")
    (printed,) = (row for row in rows if row[0] == "TVA")
    table = official("china_2017_149")
    expected = [float(printed[header.index(code)]) / 1e4 for code in table.codes]
    assert_allclose(table.value_added, expected, rtol=1e-12)


def test_origin_layout_adds_domestic_and_imported_rows(shared: Path, official: ReadTable) -> None:
    header, *rows = original(shared, "china_2017_42")
    origin, column = header.index("Origin"), header.index("11")
    expected = {
        part: float(next(r for r in rows if r[0] == "03" and r[origin] == part)[column])
        for part in ("Domestic", "Imports")
    }
    assert min(expected.values()) > 0
    assert official("china_2017_42").flows[2, 10] == pytest.approx(sum(expected.values()) / 1e4)


def test_oecd_imports_are_positive(shared: Path, official: ReadTable) -> None:
    header, *rows = original(shared, "OECD21ed_JPN_2017")
    table = official("OECD21ed_JPN_2017")
    assert table.imports is not None
    assert table.imports[0] == -float(rows[0][header.index("IMPO")])
    assert (table.imports > 0).all()


def test_empty_sector_is_left_out_and_listed(official: ReadTable) -> None:
    table = official("OECD21ed_JPN_2017")
    assert "45" not in table.codes
    assert table.notes == ("没有数值的部门未列入：45 / empty sector left out: 45",)


@pytest.mark.parametrize(("year", "size"), [(2017, 149), (2018, 153), (2020, 153)])
def test_detailed_table_adds_up_to_the_separately_published_42_sectors(
    official: ReadTable, year: int, size: int
) -> None:
    """Every cell. The bureau groups sectors in order, so 42 outputs say where each group ends."""
    detailed, published = official(f"china_{year}_{size}"), official(f"china_{year}_42")
    ends = np.searchsorted(detailed.output.cumsum(), published.output.cumsum() * (1 - 1e-12)) + 1
    groups = np.split(np.arange(size), ends[:-1])
    assert (len(groups), min(map(len, groups))) == (42, 1)
    G = np.array([np.isin(np.arange(size), group) for group in groups], dtype=float)
    yuan = 1e-8
    assert_allclose(G @ detailed.flows @ G.T, published.flows, rtol=0, atol=yuan)
    for name in ("output", "value_added", "final_use", "exports", "imports"):
        assert_allclose(G @ getattr(detailed, name), getattr(published, name), rtol=0, atol=yuan)
    assert detailed.parts is not None
    assert published.parts is not None
    assert_allclose(
        detailed.parts.value_added @ G.T, published.parts.value_added, rtol=0, atol=yuan
    )


@pytest.mark.parametrize("total", ["output", "value_added", "exports", "imports"])
def test_103_sectors_have_the_totals_of_the_149(
    official: ReadTable, table: IOTable, total: str
) -> None:
    """Up to half a 万元 in each of 103 whole numbers, four of them for value added."""
    full = getattr(official("china_2017_149"), total).sum()
    assert getattr(table, total).sum() == pytest.approx(full, abs=4 * 103 * 0.5e-4)


def test_103_sectors_are_sums_of_the_149(
    own: list[list[str]], official: ReadTable, table: IOTable
) -> None:
    """Source codes such as 143-147 say which of the 149 were added up, to whole 万元."""
    full = official("china_2017_149")
    groups = [source_positions(row[4]) for row in own[1:104]]
    for i, j in ((0, 0), (56, 57), (81, 85), (102, 101)):
        total = full.flows[np.ix_(groups[i], groups[j])].sum()
        assert table.flows[i, j] == pytest.approx(total, abs=1.5e-4)


def source_positions(codes: str) -> list[int]:
    found: list[int] = []
    for part in codes.split():
        first, _, last = part.partition("-")
        found.extend(range(int(first) - 1, int(last or first)))
    return found


# --- encodings and labels


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8-sig"])
def test_chinese_encodings_read_alike(
    tmp_path: Path, own: list[list[str]], table: IOTable, encoding: str
) -> None:
    found = read_io_table(written(tmp_path / "t_2017.csv", own, encoding))
    assert found.names == table.names
    assert_array_equal(found.flows, table.flows)
    assert_array_equal(found.output, table.output)


def test_the_year_is_none_when_the_name_has_none(tmp_path: Path, own: list[list[str]]) -> None:
    assert read_io_table(written(tmp_path / "table.csv", own)).year is None


def test_blanks_around_labels_and_numbers_do_not_matter(
    tmp_path: Path, own: list[list[str]], table: IOTable
) -> None:
    padded = [[f" {cell} " for cell in row] for row in own]
    found = read_io_table(written(tmp_path / "t.csv", padded))
    assert_array_equal(found.flows, table.flows)


# --- what is refused


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "reader_blank"),
        ("…", "reader_nothing"),
        ("12a", "reader_number"),
        ("#N/A", "reader_number"),
    ],
)
def test_cell_that_is_no_number_is_named(
    tmp_path: Path, own: list[list[str]], text: str, key: str
) -> None:
    own[17][own[0].index("030")] = text
    with refused(key) as found:
        read_io_table(written(tmp_path / "t.csv", own))
    assert found[0].place == "t.csv!AI18"
    assert found[0].values.get("value", "") == text


def test_address_is_that_of_the_file_after_blank_lines(
    tmp_path: Path, own: list[list[str]]
) -> None:
    own[17][own[0].index("030")] = "x"
    path = written(tmp_path / "t.csv", [*own[:5], [], [], *own[5:]])
    line = path.read_text(encoding="utf-8").splitlines().index(",".join(own[17])) + 1
    with refused("reader_number") as found:
        read_io_table(path)
    assert found[0].place == f"t.csv!AI{line}"


@pytest.mark.parametrize(
    ("name", "column"),
    [("china_2017_149", "088"), ("china_2017_42", "07"), ("OECD21ed_JPN_2017", "10")],
)
def test_text_in_any_layout_is_named(shared: Path, tmp_path: Path, name: str, column: str) -> None:
    rows = original(shared, name)
    rows[5][rows[0].index(column)] = "n.a."
    with refused("reader_number") as found:
        read_io_table(written(tmp_path / "t.csv", rows))
    assert found[0].cell == a1(6, rows[0].index(column) + 1)


def test_short_line_is_named(tmp_path: Path, own: list[list[str]]) -> None:
    own[9] = own[9][:-1]
    with refused("reader_blank") as found:
        read_io_table(written(tmp_path / "t.csv", own))
    assert found[0].cell == a1(10, len(own[0]))


@pytest.mark.parametrize("label", ["VA001", "VA004"])
def test_missing_value_added_row_is_named(tmp_path: Path, own: list[list[str]], label: str) -> None:
    rows = [row for row in own if row[0] != label]
    with refused("reader_row") as found:
        read_io_table(written(tmp_path / "t.csv", rows))
    assert found[0].values["label"] == label


@pytest.mark.parametrize("column", ["GO", "IM", "EX", "FU201"])
def test_missing_column_is_named(tmp_path: Path, own: list[list[str]], column: str) -> None:
    place = own[0].index(column)
    rows = [row[:place] + row[place + 1 :] for row in own]
    with refused("reader_column") as found:
        read_io_table(written(tmp_path / "t.csv", rows))
    assert found[0].values["label"] == column


def sector_line(rows: list[list[str]], code: str) -> int:
    return next(i for i, row in enumerate(rows) if row[0] == code)


@pytest.mark.parametrize("name", LAYOUTS)
def test_missing_sector_row_is_named(shared: Path, tmp_path: Path, name: str) -> None:
    rows = original(shared, name)
    code = rows[7][0]
    del rows[7]
    with refused("reader_no_row") as found:
        read_io_table(written(tmp_path / "t.csv", rows))
    assert found[0].values["code"] == code


@pytest.mark.parametrize("name", LAYOUTS)
def test_rows_in_another_order_than_the_columns_are_refused(
    shared: Path, tmp_path: Path, name: str
) -> None:
    rows = original(shared, name)
    rows[3], rows[9] = rows[9], rows[3]
    with refused("reader_order"):
        read_io_table(written(tmp_path / "t.csv", rows))


def test_imported_rows_in_another_order_are_refused(shared: Path, tmp_path: Path) -> None:
    rows = original(shared, "china_2017_42")
    origin = rows[0].index("Origin")
    imported = [i for i, row in enumerate(rows) if row[origin] == "Imports" and row[0].isdigit()]
    first, second = imported[1], imported[6]
    rows[first], rows[second] = rows[second], rows[first]
    with refused("reader_order"):
        read_io_table(written(tmp_path / "t.csv", rows))


def test_missing_imported_row_is_named(shared: Path, tmp_path: Path) -> None:
    rows = original(shared, "china_2017_42")
    origin = rows[0].index("Origin")
    place = next(i for i, r in enumerate(rows) if r[0] == "05" and r[origin] == "Imports")
    del rows[place]
    with refused("reader_no_row") as found:
        read_io_table(written(tmp_path / "t.csv", rows))
    assert found[0].values["code"] == "05"


def test_file_without_a_table_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", [["region", "x"], ["north", "1"]])
    with refused("reader_no_table") as found:
        read_io_table(path)
    assert found[0].table == str(path)


def test_unknown_layout_is_refused(tmp_path: Path, own: list[list[str]]) -> None:
    with refused("reader_layout") as found:
        read_io_table(written(tmp_path / "t.csv", own), layout="eurostat")
    assert found[0].values["found"] == "eurostat"


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        read_io_table(tmp_path / "none.csv")
    assert (caught.value.key, caught.value.path) == ("file.missing", tmp_path / "none.csv")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"code,GO\n"])
def test_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with refused("reader_empty"):
        read_io_table(path)


def test_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"\x81\xff\xfe\xff" * 50)
    with refused("reader_encoding"):
        read_io_table(path)

"""The output sheets: what their tables say, how they look and how they go on paper."""

from __future__ import annotations

import re
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from numpy.testing import assert_allclose
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.workbook import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet

from iiecon import ModelResults
from iiecon.cli import main
from iiecon.workbook import theme
from tests.workbook import libreoffice
from tests.workbook.edit import Edited

OUTPUTS = (
    *("Summary", "Sections", "Provinces", "Map", "Employment", "IO_Analysis", "IO_Sectors"),
    *("Multiplier", "Province_GDP", "Checks"),
)
BY_YEAR = ("Summary", "Sections", "Provinces", "Employment")
YEARS = slice(4, 9)


@pytest.fixture(scope="module")
def shown(built: bytes, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The workbook with its stored values."""
    path = tmp_path_factory.mktemp("shown") / "shown.xlsm"
    path.write_bytes(built)
    return openpyxl.load_workbook(path, data_only=True)


@pytest.fixture(scope="module")
def dressed(built: bytes, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The workbook with its formulas and formats."""
    path = tmp_path_factory.mktemp("dressed") / "dressed.xlsm"
    path.write_bytes(built)
    return openpyxl.load_workbook(path)


def rows(sheet: Worksheet) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


def table(sheet: Worksheet, title: str) -> tuple[int, list[tuple[Any, ...]]]:
    """The row of the heading that begins with `title` (0-based), and the rows below it up to the
    line that says where the figures come from.
    """
    lines = rows(sheet)
    start = next(i for i, line in enumerate(lines) if str(line[0] or "").startswith(title))
    end = next(i for i in range(start, len(lines)) if str(lines[i][0] or "").startswith("来源"))
    return start, lines[start:end]


def named(book: Book, name: str) -> np.ndarray[Any, Any]:
    ((sheet, area),) = book.defined_names[name].destinations
    cells = book[sheet][area]
    return np.array([[c.value for c in row] for row in np.atleast_2d(np.array(cells))])


# --- Shares, ranks, growth and totals


def assert_shares_and_ranks(lines: list[tuple[Any, ...]], whole: dict[int, float]) -> None:
    """Beside a table: shares of the last two years and ranks, by plain arithmetic."""
    years = [int(y) for y in lines[0][YEARS]]
    body = [line for line in lines[1:] if line[1] != "合计"]
    for i, year in enumerate(years[-2:]):
        values = np.array([line[4 + years.index(year)] for line in body], dtype=float)
        assert str(lines[0][9 + i]) == f"{year} 占比 Share"
        assert str(lines[0][11 + i]) == f"{year} 位次 Rank"
        assert_allclose([line[9 + i] for line in body], values / whole[year], rtol=1e-11)
        ranks = [line[11 + i] for line in body]
        assert ranks == [1 + int((values > v).sum()) for v in values]


@pytest.mark.parametrize(
    ("sheet", "title", "whole"),
    [
        ("Sections", "增加值合计", "NATIONAL_VA"),
        ("Provinces", "分省增加值", "NATIONAL_VA"),
        ("Provinces", "分区域增加值", "NATIONAL_VA"),
        ("Employment", "分省带动就业", "NATIONAL_JOBS"),
        ("Employment", "分行业带动就业", "NATIONAL_JOBS"),
    ],
)
def test_tables_show_shares_and_ranks(shown: Book, sheet: str, title: str, whole: str) -> None:
    _, lines = table(shown[sheet], title)
    years = [int(y) for y in lines[0][YEARS]]
    totals = dict(zip(years, named(shown, whole)[0].astype(float).tolist(), strict=True))
    assert_shares_and_ranks(lines, totals)


def test_ranks_are_given_once_where_figures_are_equal(shown: Book) -> None:
    """All but two sections have no direct value added: seventeen zeros, seventeen ranks."""
    _, lines = table(shown["Sections"], "直接产业增加值")
    body = [line for line in lines[1:] if line[1] != "合计"]
    values = [float(line[8]) for line in body]
    assert values.count(0) == 17
    ranks = [line[12] for line in body]
    assert sorted(ranks) == list(range(1, 20))
    assert sorted(ranks) == [r for _, r in sorted(zip([-v for v in values], ranks, strict=True))]


@pytest.mark.parametrize(
    ("sheet", "names"),
    [("Sections", "SECTION_TOTAL"), ("Provinces", "PROVINCE_VA"), ("Employment", "PROVINCE_JOBS")],
)
def test_growth_is_of_the_year_before(shown: Book, sheet: str, names: str) -> None:
    _, lines = table(shown[sheet], "名义增速")
    values = named(shown, names).astype(float)
    body = [line[YEARS] for line in lines[1:]]
    assert all(line[0] is None for line in body)
    growth = np.array([line[1:] for line in body], dtype=float)
    assert_allclose(growth[:-1], values[:, 1:] / values[:, :-1] - 1, rtol=1e-9, atol=1e-12)
    whole = values.sum(axis=0)
    assert_allclose(growth[-1], whole[1:] / whole[:-1] - 1, rtol=1e-9, atol=1e-12)


def test_totals_are_sums(shown: Book, results: ModelResults) -> None:
    for sheet, title, expected in (
        ("Sections", "增加值合计", results.national),
        ("Provinces", "分省增加值", results.national),
        ("Employment", "分省带动就业", results.national_jobs),
    ):
        _, lines = table(shown[sheet], title)
        assert lines[-1][1:3] == ("合计", "Total")
        assert_allclose(np.array(lines[-1][YEARS], dtype=float), expected, rtol=1e-10)


def test_a_year_without_figures_has_no_sum(shown: Book) -> None:
    sheet = shown["Section_VA"]
    last = next(line for line in rows(sheet) if line[1] == "已填合计")
    years = [c.value for c in sheet[5][4:] if c.value]
    sums = dict(zip(years, last[4:], strict=False))
    assert sums[2020] == pytest.approx(801451.3, abs=0.5)
    assert sums[2021] is None


# --- The light


def test_the_check_light_is_green_and_turns_red(workbook: Path) -> None:
    """An inconsistent table is refused by the program; LibreOffice shows what a reader sees."""
    book = openpyxl.load_workbook(workbook, data_only=True)
    assert book["Summary"]["E6"].value == "✔ OK"
    rules = conditional(openpyxl.load_workbook(workbook)["Summary"], "E6")
    fills = {rule.formula[0]: rule.dxf.fill.bgColor.rgb for rule in rules}
    assert fills == {'LEFT(E6)="✔"': theme.GOOD[0], 'LEFT(E6)="✘"': theme.BAD[0]}


def conditional(sheet: Worksheet, address: str) -> list[Any]:
    """The rules of conditional formats on a cell."""
    row, column = coordinate_to_tuple(address)
    found = []
    for given in sheet.conditional_formatting:
        for area in str(given.sqref).split():
            left, top, right, bottom = (n or 0 for n in range_boundaries(area))
            if left <= column <= right and top <= row <= bottom:
                found += given.rules
    return found


def test_verdicts_are_signs_and_no_truth_values(shown: Book) -> None:
    lines = [line for line in rows(shown["Checks"]) if line[1] and line[1] != "IIE_CHECK 的返回值"]
    values = [value for line in lines for value in line]
    assert values.count("✔") == 15
    assert True not in [v for v in values if isinstance(v, bool)]


def test_the_light_is_red_when_an_identity_fails(workbook: Path) -> None:
    """One identity of the sheet made to fail: the formulas of the light, computed headless."""
    from iiecon.spreadsheet.calculator import Calculator, FileBook
    from iiecon.spreadsheet.package import Package
    from udfs import FUNCTIONS

    book = Edited(workbook)
    book.set("Checks", "E9", 0.001)
    package = Package.read(book.save())
    values = Calculator(FileBook.from_package(package), FUNCTIONS).calculate().values
    assert values["Checks", 6, 5] == "✘ ERROR"
    assert values["Summary", 6, 5] == "✘ ERROR"


# --- The looks


def test_every_style_is_of_one_font(dressed: Book) -> None:
    fonts = {
        cell.font.name
        for sheet in dressed.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and sheet.sheet_state == "visible"
    }
    assert fonts == {theme.FONT}


def test_inputs_are_blue_and_open_results_green_and_locked(dressed: Book) -> None:
    """On output sheets nothing can be typed but into the blue cells of choices."""
    seen = {"input": 0, "computed": 0, "total": 0}
    for name in (*OUTPUTS, "Settings", "Section_VA"):
        for row in dressed[name].iter_rows():
            for cell in row:
                if cell.style in seen:
                    seen[cell.style] += 1
                    fill = cell.fill.fgColor.rgb
                    assert fill == theme.FILLS[cell.style], (name, cell.coordinate)
                    assert cell.protection.locked == (cell.style != "input")
    assert min(seen.values()) > 100
    for name in OUTPUTS:
        assert dressed[name].protection.sheet
        assert not dressed[name].protection.password


def test_sheets_of_years_have_the_same_columns(dressed: Book) -> None:
    widths = [
        tuple(dressed[name].column_dimensions[c].width for c in "ABCDEFGHI") for name in BY_YEAR
    ]
    assert len(set(widths)) == 1


def test_estimates_are_marked_on_every_table_that_has_some(dressed: Book) -> None:
    """The rules that put an "e" behind the last, extrapolated year."""
    for name, row in (("Summary", 11), ("Sections", 11), ("Provinces", 13), ("Employment", 20)):
        rules = conditional(dressed[name], f"I{row}")
        shown_as = [r.dxf.numFmt.formatCode for r in rules if r.dxf and r.dxf.numFmt]
        assert any(code.endswith('" e"') for code in shown_as), name


def test_frozen_panes_keep_the_years_in_view(shown: Book) -> None:
    for name in BY_YEAR:
        sheet = shown[name]
        row, column = coordinate_to_tuple(str(sheet.freeze_panes))
        assert column == 5
        assert 2020 in [c.value for line in sheet[1 : row - 1] for c in line], name


def test_every_table_says_its_unit_and_source(shown: Book) -> None:
    for name in ("Sections", "Provinces", "IO_Analysis", "Province_GDP"):
        sheet = shown[name]
        heads = [
            (c.row or 0, str(c.value)) for (c,) in sheet.iter_rows(max_col=1)
            if c.style == "header" and c.value and not str(c.value).startswith(("外推", "列为"))
        ]  # fmt: skip
        sources = [
            c.row or 0 for (c,) in sheet.iter_rows(min_row=7, max_col=1)
            if str(c.value or "").startswith("来源")
            and "Source" in f"{c.value}{sheet.cell((c.row or 0) + 1, 1).value}"
        ]  # fmt: skip
        assert heads
        for (row, text), following in zip(
            heads, [*heads[1:], (sheet.max_row + 1, "")], strict=True
        ):
            assert any(row < source < following[0] for source in sources), (name, text)
            assert re.search("[一-鿿]", text)
            assert re.search("[A-Za-z]{3}", text)


# --- On paper


def test_every_visible_sheet_is_set_up_for_a4(dressed: Book, shown: Book) -> None:
    """The foot has the title; it cannot follow a cell and so leaves out what is measured."""
    for sheet in dressed.worksheets:
        if sheet.sheet_state != "visible":
            continue
        assert sheet.page_setup.paperSize == 9
        setup, footer = sheet.sheet_properties.pageSetUpPr, sheet.oddFooter
        assert setup is not None
        assert setup.fitToPage
        assert footer is not None
        assert "&P" in str(footer.right.text)
        title, foot = str(shown[sheet.title]["A1"].value), str(footer.left.text)
        assert title in foot or title.replace("工业互联网", "") in foot
        assert sheet.print_title_rows or sheet.print_area


def test_wide_inputs_print_on_several_pages_with_their_labels(dressed: Book) -> None:
    for name, pages in (("IO_Table", 9), ("Province", 3), ("Policies", 2)):
        assert dressed[name].page_setup.fitToWidth == pages
        assert dressed[name].print_title_cols


def test_no_table_is_cut_by_a_page(built: bytes, tmp_path: Path) -> None:
    """Breaks stand before headings only, and no page holds more than its paper, as Excel draws
    columns (5.25 points for a unit of width) and as LibreOffice does (7 for want of the font).
    """
    book = load(built, tmp_path)
    for name in BY_YEAR:
        sheet = book[name]
        breaks = sorted(b.id for b in sheet.row_breaks.brk)
        heads = {c.row for (c,) in sheet.iter_rows(max_col=1) if c.style == "header"}
        assert {b + 1 for b in breaks} <= heads
        used = range(1, sheet.max_column + 1)
        width = sum(sheet.column_dimensions[letter(c)].width for c in used)
        for unit in (5.25, 7.0):
            scale = min(1.0, (842 - 0.9 * 72) / (width * unit))
            starts = [1, *(b + 1 for b in breaks), sheet.max_row + 1]
            for first, after in pairwise(starts):
                title = 0.0 if first == 1 else height(sheet, range(1, 3))
                high = title + height(sheet, range(first, after))
                assert high * scale <= 595 - 0.95 * 72 + 1, (name, first)


def load(built: bytes, folder: Path) -> Book:
    path = folder / "file.xlsm"
    path.write_bytes(built)
    return openpyxl.load_workbook(path)


def letter(column: int) -> str:
    return openpyxl.utils.get_column_letter(column)


def height(sheet: Worksheet, lines: range) -> float:
    return sum(sheet.row_dimensions[r].height or 13.0 for r in lines)


@pytest.fixture(scope="module")
def pages(built: bytes, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The printed text of the output sheets, by LibreOffice."""
    folder = tmp_path_factory.mktemp("print")
    source = folder / "print.xlsm"
    source.write_bytes(libreoffice.only_sheets(built, [*OUTPUTS, "Policies", "Section_VA"]))
    (folder / "values").mkdir()
    copy = libreoffice.plain_copy(source, folder / "values", recompute=False)
    pdf = libreoffice.convert(copy, "pdf", folder)
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    return {str(i): page for i, page in enumerate(text.split("\f"))}


def test_printed_pages_have_title_unit_and_number(pages: dict[str, str]) -> None:
    whole = [page for page in pages.values() if page.strip()]
    assert len(whole) > 20
    for page in whole:
        assert re.search(r"第 \d+ 页，共 \d+ 页", page)
    assert any("单位：亿元" in page.splitlines()[-1] + page[-300:] for page in whole)


def test_nothing_printed_is_broken_or_cut(pages: dict[str, str]) -> None:
    whole = "\n".join(pages.values())
    for broken in ("#N/A", "#NAME", "#VALUE", "#REF", "Err:", "###"):
        assert broken not in whole
    # The end of a long text of Policies, and the longest name of a section.
    assert "20 smart factories" in whole
    assert "social security and organisations" in whole


# --- Analysis of the input-output table


def test_ten_receivers_are_the_largest(shown: Book, results: ModelResults) -> None:
    _, lines = table(shown["IO_Analysis"], "接受渗透增加值最多")
    received = results.contribution.indirect_value_added
    order = np.argsort(-received)[:10]
    codes = results.inputs.table.codes
    body = lines[1:11]
    assert [line[0] for line in body] == [codes[i] for i in order]
    assert_allclose([line[4] for line in body], received[order], rtol=1e-11)
    share = received[order] / received.sum()
    assert_allclose([line[5] for line in body], share, rtol=1e-11)
    assert_allclose([line[6] for line in body], share.cumsum(), rtol=1e-11)


def test_the_flow_adds_up_both_ways(shown: Book, results: ModelResults) -> None:
    """Rows are the sections' indirect value added, the whole is the nation's of the base year."""
    flow = named(shown, "IO_SECTION_FLOW").astype(float)
    assert flow.shape == (19, 11)
    received = named(shown, "IO_SECTION_RECEIVED")[:, 0].astype(float)
    contribution = results.contribution.indirect_value_added
    sections = np.array(results.inputs.sector_sections)
    expected = [contribution[sections == s.code].sum() for s in results.inputs.sections]
    assert_allclose(flow.sum(axis=1), received, rtol=1e-11)
    assert_allclose(received, expected, rtol=1e-10)
    brought = named(shown, "IO_BROUGHT_ABOUT")[:, 0].astype(float)
    assert_allclose(flow.sum(axis=0), brought, rtol=1e-11)
    assert brought.sum() == pytest.approx(contribution.sum(), rel=1e-11)


def test_the_flow_is_shaded(dressed: Book) -> None:
    ((sheet, area),) = dressed.defined_names["IO_SECTION_FLOW"].destinations
    rules = conditional(dressed[sheet], area.replace("$", "").split(":")[0])
    assert [rule.type for rule in rules] == ["colorScale"]


def test_all_sectors_can_be_filtered_though_locked(dressed: Book) -> None:
    """A table of Excel cannot hold arrays that spill, so the list has a filter of its own."""
    sheet = dressed["IO_Sectors"]
    _, top, _, bottom = range_boundaries(sheet.auto_filter.ref)
    assert sheet.cell(top or 0, 1).value == "代码\nCode"
    assert bottom == sheet.max_row
    assert sheet.protection.sheet
    assert sheet.protection.autoFilter is False  # not forbidden


def test_kinds_of_sectors_follow_their_linkages(shown: Book) -> None:
    backward, forward, kind = (
        named(shown, name)[:, 0] for name in ("IO_BACKWARD", "IO_FORWARD", "IO_KIND")
    )
    expected = [
        {(True, True): "关键 key", (True, False): "后向 backward",
         (False, True): "前向 forward"}.get((b > 1, f > 1), "弱关联 weak")
        for b, f in zip(backward, forward, strict=True)
    ]  # fmt: skip
    assert kind.tolist() == expected
    assert len(set(expected)) == 4


def test_the_analysis_follows_a_changed_score(workbook: Path) -> None:
    before = named(openpyxl.load_workbook(workbook, data_only=True), "IO_SECTION_FLOW")
    book = Edited(workbook)
    book.set_named("SCORE_OVERRIDE", 2, 0, 0.9)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    after = named(openpyxl.load_workbook(workbook, data_only=True), "IO_SECTION_FLOW")
    assert (after[:, 2] > before[:, 2].astype(float)).all()


def test_a_table_whose_import_shares_are_odd_still_computes(workbook: Path) -> None:
    """Value-added multipliers need import shares: without them they are blank, all else stands."""
    book = Edited(workbook)
    sheet, imports = book.place("IO_IMPORTS", 0, 0)
    _, exports = book.place("IO_EXPORTS", 0, 0)
    output = book.number(*book.place("IO_OUTPUT", 0, 0))
    # Goods that only pass through: as much more of both, so that rows balance.
    for address in (imports, exports):
        book.set(sheet, address, book.number(sheet, address) + 3 * output)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    shown = openpyxl.load_workbook(workbook, data_only=True)
    assert set(named(shown, "IO_VALUE_ADDED_MULTIPLIER").ravel()) <= {None, ""}
    assert (named(shown, "IO_OUTPUT_MULTIPLIER").astype(float) > 1).all()


def test_no_cells_are_merged(built: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.xlsm"
    path.write_bytes(built)
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist() if "worksheets/sheet" in n}
    assert not any(b"<mergeCell" in content for content in parts.values())

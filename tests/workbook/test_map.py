"""The map: every province on its tile, figures looked up by code, shades by size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from numpy.testing import assert_allclose
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from iiecon import ModelResults, load_inputs
from iiecon.cli import main
from iiecon.workbook.map_sheet import grid
from tests.workbook.edit import Edited

TILE_ROWS = range(10, 37)
Tile = tuple[int, int]

# Pairs of neighbours on the ground: the second lies in this direction of the first.
NORTH, SOUTH, EAST, WEST = (-1, 0), (1, 0), (0, 1), (0, -1)
NEIGHBOURS = [
    ("220000", "230000", NORTH),  # Jilin, Heilongjiang
    ("220000", "210000", SOUTH),  # Jilin, Liaoning
    ("110000", "120000", EAST),  # Beijing, Tianjin
    ("130000", "110000", NORTH),  # Hebei, Beijing
    ("130000", "140000", WEST),  # Hebei, Shanxi
    ("320000", "310000", EAST),  # Jiangsu, Shanghai
    ("320000", "330000", SOUTH),  # Jiangsu, Zhejiang
    ("420000", "430000", SOUTH),  # Hubei, Hunan
    ("430000", "440000", SOUTH),  # Hunan, Guangdong
    ("440000", "450000", WEST),  # Guangdong, Guangxi
    ("510000", "500000", EAST),  # Sichuan, Chongqing
    ("530000", "520000", EAST),  # Yunnan, Guizhou
    ("650000", "620000", EAST),  # Xinjiang, Gansu
]


def places() -> dict[str, Tile]:
    return {code: (i, j) for i, row in enumerate(grid()) for j, code in enumerate(row) if code}


def shown(path: Path) -> Worksheet:
    sheet = openpyxl.load_workbook(path, data_only=True)["Map"]
    assert isinstance(sheet, Worksheet)
    return sheet


def tile(sheet: Worksheet, code: str) -> tuple[Any, Any, Any]:
    """Chinese name, figure and English name on the tile of a province."""
    i, j = places()[code]
    top = TILE_ROWS.start + 3 * i
    first, second, third = (sheet.cell(top + k, j + 1).value for k in range(3))
    return first, second, third


def chosen(workbook: Path, year: int, measure: str) -> Worksheet:
    """The map after a reader's choice and a recalculation."""
    book = Edited(workbook)
    book.set_named("MAP_YEAR", 0, 0, year)
    book.set_named("MAP_MEASURE", 0, 0, measure)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    return shown(workbook)


# --- Places


def test_every_province_has_one_tile_and_three_more_are_there(results: ModelResults) -> None:
    codes = [code for row in grid() for code in row if code]
    assert len(codes) == len(set(codes)) == 34
    assert set(codes) - {p.code for p in results.inputs.provinces} == {"710000", "810000", "820000"}
    assert len({len(row) for row in grid()}) == 1


@pytest.mark.parametrize(("one", "other", "direction"), NEIGHBOURS)
def test_neighbours_are_neighbours(one: str, other: str, direction: Tile) -> None:
    at = places()
    assert at[other] == (at[one][0] + direction[0], at[one][1] + direction[1])


def test_the_corners_of_the_country_are_the_corners_of_the_map() -> None:
    at = places()
    rows, columns = zip(*at.values(), strict=True)
    assert at["230000"] == (min(rows), max(columns))  # Heilongjiang
    assert at["650000"][1] == at["540000"][1] == min(columns)  # Xinjiang, Tibet
    assert at["650000"][0] < at["540000"][0]
    assert at["460000"][0] == max(rows)  # Hainan
    assert at["710000"][1] == max(columns)  # Taiwan


# --- Figures


def test_tiles_show_name_and_figure_by_code(workbook: Path, results: ModelResults) -> None:
    sheet = shown(workbook)
    year = results.years.index(2020)
    for i, province in enumerate(results.inputs.provinces):
        chinese, figure, english = tile(sheet, province.code)
        assert (chinese, english) == (province.name_zh, province.name_en)
        assert figure == pytest.approx(results.provinces[i, year], rel=1e-11)


def test_regions_without_data_are_named_and_have_no_figure(workbook: Path) -> None:
    sheet = shown(workbook)
    assert tile(sheet, "710000") == ("台湾", "—", "Taiwan")
    assert tile(sheet, "810000") == ("香港", "—", "Hong Kong")
    assert tile(sheet, "820000") == ("澳门", "—", "Macao")


@pytest.mark.parametrize(
    ("measure", "year"),
    [("增加值占 GDP 比重 Share of GDP", 2019), ("增加值占全国比重 Share of the nation", 2020),
     ("增加值名义增速 Nominal growth", 2021), ("带动就业 Employment carried", 2021),
     ("增加值 Value added", 2017)],
)  # fmt: skip
def test_year_and_figure_are_chosen(
    workbook: Path, results: ModelResults, measure: str, year: int
) -> None:
    k = results.years.index(year)
    own = results.provinces
    figures = {
        "增加值占 GDP": own[:, k] / results.province_product[:, k],
        "增加值占全国": own[:, k] / results.national[k],
        "增加值名义": own[:, k] / own[:, max(k, 1) - 1] - 1,
        "带动就业": results.province_jobs[:, k],
        "增加值 ": own[:, k],
    }
    expected = next(v for name, v in figures.items() if measure.startswith(name))
    sheet = chosen(workbook, year, measure)
    found = [tile(sheet, p.code)[1] for p in results.inputs.provinces]
    assert_allclose(np.array(found, dtype=float), expected, rtol=1e-9)
    heading = str(sheet["A9"].value)
    assert heading.startswith(str(year))
    assert measure in heading
    # In order beside the map.
    ranked = [sheet.cell(10 + i, 12).value for i in range(31)]
    assert_allclose(np.array(ranked, dtype=float), np.sort(expected)[::-1], rtol=1e-9)
    first = results.inputs.provinces[int(expected.argmax())]
    assert sheet["J10"].value == first.name_zh


def test_growth_of_the_first_year_is_left_blank(workbook: Path) -> None:
    sheet = chosen(workbook, 2017, "增加值名义增速 Nominal growth")
    assert tile(sheet, "440000")[1] == "—"
    assert sheet["I10"].value in (None, "")


def test_provinces_in_another_order_stay_on_their_tiles(workbook: Path) -> None:
    """Two provinces change rows with all their figures; their tiles do not."""
    before, typed = shown(workbook), openpyxl.load_workbook(workbook, data_only=True)
    years = len(load_inputs(str(workbook)).province_gdp.years)
    book = Edited(workbook)
    for name, columns in (
        ("PROVINCE_CODES", 1), ("PROVINCE_NAMES", 2), ("PROVINCE_REGIONS", 1),
        ("PROVINCE_EMPLOYED", 2), ("PROVINCE_GDP", 3 * years),
    ):  # fmt: skip
        for column in range(columns):
            first, second = (book.place(name, row, column) for row in (0, 18))
            values = [typed[place[0]][place[1]].value for place in (first, second)]
            book.set(*first, values[1])
            book.set(*second, values[0])
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    assert load_inputs(str(workbook)).provinces[0].code == "440000"
    after = shown(workbook)
    for code in ("110000", "440000", "310000"):
        was, now = tile(before, code), tile(after, code)
        assert (now[0], now[2]) == (was[0], was[2])
        assert now[1] == pytest.approx(was[1], rel=1e-9)


def test_estimated_figures_are_marked_and_shares_are_percentages(workbook: Path) -> None:
    sheet = openpyxl.load_workbook(workbook)["Map"]
    conditions = {
        rule.formula[0]: rule.dxf.numFmt.formatCode
        for given in sheet.conditional_formatting
        for rule in given.rules
        if rule.type == "expression"
    }
    assert conditions == {
        'AND(MAP_IS_SHARE=1,MAP_MARK="e")': '0.00%" e"',
        'AND(MAP_IS_SHARE=0,MAP_MARK="e")': '#,##0.0" e"',
        'AND(MAP_IS_SHARE=1,MAP_MARK<>"e")': "0.00%",
    }


# --- Shades


def test_one_scale_shades_all_tiles_and_the_legend(workbook: Path) -> None:
    book = openpyxl.load_workbook(workbook)
    sheet, values = book["Map"], shown(workbook)
    ((areas, rule),) = [
        (str(given.sqref).split(), rule)
        for given in sheet.conditional_formatting
        for rule in given.rules
        if rule.type == "colorScale"
    ]
    covered = {
        (row, column)
        for area in areas
        for left, top, right, bottom in [range_boundaries(area)]
        for row in range(int(top or 0), int(bottom or 0) + 1)
        for column in range(int(left or 0), int(right or 0) + 1)
    }
    tiles = {(TILE_ROWS.start + 3 * i + 1, j + 1) for i, j in places().values()}
    assert tiles <= covered
    ((_, legend),) = book.defined_names["MAP_LEGEND"].destinations
    steps = [c.value for c in values[legend][0]]
    stops = [values[stop.val.replace("$", "")].value for stop in rule.colorScale.cfvo]
    figures = [tile(values, code)[1] for code in places() if tile(values, code)[1] != "—"]
    assert_allclose(stops, [min(figures), np.median(figures), max(figures)], rtol=1e-11)
    assert_allclose([steps[0], steps[3], steps[6]], stops, rtol=1e-11)
    assert steps == sorted(steps)
    assert all(v is None or isinstance(v, str) for v in outside(values, covered))


def outside(sheet: Worksheet, covered: set[Tile]) -> list[Any]:
    """What stands in the map beyond tiles' figures: names."""
    return [
        sheet.cell(row, column).value
        for row in TILE_ROWS
        for column in range(1, 8)
        if (row, column) not in covered
    ]


def test_what_the_reader_chooses_is_open_and_listed(workbook: Path) -> None:
    sheet = openpyxl.load_workbook(workbook)["Map"]
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert lists == {"K6": "YEARS", "K7": "MAP_MEASURES"}
    assert sheet.protection.sheet
    assert not sheet["K6"].protection.locked
    assert not sheet["K7"].protection.locked
    assert sheet["A10"].value is None
    locked = [c.protection.locked for row in sheet["A12:G36"] for c in row if c.value]
    assert locked
    assert all(locked)

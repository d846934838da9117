"""Map: a tile for each province, laid out like China, shaded by the figure that the reader chooses.

Every tile is three cells: Chinese name, figure, English name. A figure is looked up by the code of
the province, so that the provinces may stand in any order on the sheet Province; a tile without a
figure stays grey. Beside the map all provinces stand in order of size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iiecon import catalogue
from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import a1
from iiecon.workbook.chart_data import absolute, label
from iiecon.workbook.input_sheets import header, new_sheet
from iiecon.workbook.layout import LINE_HEIGHT, Block, Mark, Role, Scale, Sheet
from iiecon.workbook.pages import rank

# First two digits of the codes of provinces (GB/T 2260), from north to south and west to east.
TILES = """
..  ..  ..  ..  ..  ..  23
..  ..  ..  ..  ..  ..  22
..  ..  ..  15  11  12  21
65  62  64  14  13  37  ..
..  63  61  41  34  32  31
54  51  50  42  36  33  ..
..  53  52  43  35  ..  71
..  ..  45  44  ..  ..  ..
..  ..  46  82  81  ..  ..
"""
# Without figures in the statistics that the model rests on.
WITHOUT_DATA = {"71": "taiwan", "81": "hong_kong", "82": "macao"}
# What may be shown of the province in row {i}: the formula, and whether it is a share.
OWN = "INDEX(PROVINCE_VA,{i},MAP_YEAR_NO)"
MEASURES = {
    "value_added": (OWN, False),
    "share_of_gdp": (f"{OWN}/INDEX(PROVINCE_PRODUCT,{{i}},MAP_YEAR_NO)", True),
    "share_of_nation": (f"{OWN}/INDEX(NATIONAL_VA,1,MAP_YEAR_NO)", True),
    "growth": (f'IF(MAP_YEAR_NO=1,"",{OWN}/INDEX(PROVINCE_VA,{{i}},MAP_YEAR_NO-1)-1)', True),
    "jobs": ("INDEX(PROVINCE_JOBS,{i},MAP_YEAR_NO)", False),
}
CHOICE, TITLE = 6, 9  # rows: what is chosen, and the heading of map and ranking
CELLS = 3  # rows of a tile
WIDTH = 12.5  # of a tile
RANKING = 9  # the first column of the ranking
DATA = 15  # the first column of what map and ranking rest on


def grid() -> list[list[str]]:
    """The codes of the provinces by row and column, "" between them."""
    rows = [line.split() for line in TILES.strip().splitlines()]
    return [["" if digits == ".." else f"{digits}0000" for digits in row] for row in rows]


def map_sheet(inputs: ModelInputs) -> Sheet:
    """The map with its legend, the ranking beside it, and the cells that both rest on."""
    sheet = new_sheet("Map", output=True)
    sheet.formulas(5, 1, 1, 1, lambda r, c: "SCORES_SOURCE", role="note")
    tiles = grid()
    across, down = len(tiles[0]), len(tiles)
    _choices(sheet, inputs)
    _data(sheet, len(inputs.provinces))
    title = 'INDEX(YEARS,1,MAP_YEAR_NO)&IF(MAP_MARK="e"," e","")&"  "&INDEX(MAP_MEASURES,MAP_NO)'
    sheet.formulas(
        TITLE, 1, 1, 1, lambda r, c: f'{title}&"（"&INDEX(MAP_UNITS,MAP_NO)&"）"', role="header"
    )
    sheet.text(TITLE, 2, *[""] * (across - 1), role="header")
    figures = list(_draw(sheet, tiles))
    legend = _legend(sheet, TITLE + 1 + CELLS * down + 1, across)
    figures += [legend, _ranking(sheet, len(inputs.provinces))]
    _shade(sheet, " ".join(figures))
    last = TITLE + max(CELLS * down + 4, len(inputs.provinces) + 2)
    sheet.print_areas = (absolute(1, 1, last, RANKING + 3),)
    sheet.widths = {
        **dict.fromkeys(range(1, across + 1), WIDTH), across + 1: 3,
        RANKING: 7, RANKING + 1: 12, RANKING + 2: 26, RANKING + 3: 13,
        **dict.fromkeys(range(RANKING + 4, DATA), 4), DATA: 10, DATA + 1: 12, DATA + 2: 10,
        DATA + 4: 34, DATA + 5: 12,
    }  # fmt: skip
    sheet.heights = dict.fromkeys(range(TITLE + 1, last + 1), 1.2 * LINE_HEIGHT)
    sheet.freeze = (TITLE + 1, 1)
    return sheet


def _choices(sheet: Sheet, inputs: ModelInputs) -> None:
    """What a reader chooses: the year and the figure."""
    year = inputs.options.years[-2:][0]
    first = label("map.measure." + next(iter(MEASURES)))
    chosen: tuple[tuple[str, str | int, str], ...] = (
        ("MAP_YEAR", year, "YEARS"),
        ("MAP_MEASURE", first, "MAP_MEASURES"),
    )
    for i, (name, value, choices) in enumerate(chosen):
        sheet.text(CHOICE + i, RANKING, label(f"map.{name.lower()}"))
        sheet.blocks.append(
            Block(CHOICE + i, RANKING + 2, 1, 1, "input", name, [[value]], choices_from=choices)
        )


def _data(sheet: Sheet, count: int) -> None:
    """Figure and rank of each province in the order of the input; lists and numbers behind them."""
    row, column = TITLE + 1, DATA
    sheet.text(TITLE, column, *(label(f"map.{k}") for k in ("code", "figure", "rank")), role="data")
    sheet.spill(row, column, count, 1, 'PROVINCE_CODES&""', "MAP_CODES", role="data")

    def figure(r: int, c: int) -> str:
        formulas = ",".join(f.format(i=r - row + 1) for f, _ in MEASURES.values())
        return f'IFERROR(CHOOSE(MAP_NO,{formulas}),"")'

    sheet.formulas(row, column + 1, count, 1, figure, "MAP_VALUES", "rate", "data")
    area = absolute(row, column + 1, count)
    sheet.formulas(
        row, column + 2, count, 1, lambda r, c: rank(a1(r, c - 1), area), "MAP_RANK", "whole",
        "data",
    )  # fmt: skip
    names = [[label(f"map.measure.{key}")] for key in MEASURES]
    sheet.table(row, column + 4, names, "data", "MAP_MEASURES")
    units = [[catalogue.text(f"map.unit.{key}", "zh")] for key in MEASURES]
    sheet.table(row, column + 5, units, "data", "MAP_UNITS")
    percent = ",".join(str(i) for i, (_, p) in enumerate(MEASURES.values(), start=1) if p)
    jobs = list(MEASURES).index("jobs") + 1
    numbers = {
        "MAP_NO": "IFERROR(MATCH(MAP_MEASURE,MAP_MEASURES,0),1)",
        "MAP_YEAR_NO": "IFERROR(MATCH(MAP_YEAR,YEARS,0),COLUMNS(YEARS))",
        "MAP_IS_SHARE": f"IF(ISNUMBER(MATCH(MAP_NO,{{{percent}}},0)),1,0)",
        "MAP_MARK": f"IF(MAP_NO={jobs},INDEX(EMPLOYMENT_MARK,1,MAP_YEAR_NO),"
        "INDEX(PROVINCES_MARK,1,MAP_YEAR_NO))",
        "MAP_LOW": "MIN(MAP_VALUES)",
        "MAP_MIDDLE": "IF(COUNT(MAP_VALUES)=0,0,MEDIAN(MAP_VALUES))",
        "MAP_HIGH": "MAX(MAP_VALUES)",
    }
    for i, (name, formula) in enumerate(numbers.items(), start=row + len(MEASURES) + 1):
        sheet.text(i, column + 4, label(f"map.{name.lower()}"), role="data")
        sheet.formulas(i, column + 5, 1, 1, lambda r, c, x=formula: x, name, "rate", "data")  # type: ignore[misc]


def _draw(sheet: Sheet, tiles: list[list[str]]) -> Iterator[str]:
    """The tiles; gives the area of the figures of each run of neighbours in a row."""
    parts: tuple[tuple[Role, Callable[[str], str]], ...] = (
        ("tile_name", lambda code: _name(code, "zh")),
        ("tile", _figure),
        ("tile_foot", lambda code: _name(code, "en")),
    )
    for i, row in enumerate(tiles):
        for first, codes in _runs(row):
            for part, (role, formula) in enumerate(parts):
                block = sheet.formulas(
                    TITLE + 1 + CELLS * i + part, first + 1, 1, len(codes),
                    lambda r, c, f=formula, x=codes, k=first: f(x[c - k - 1]),  # type: ignore[misc]
                    format="brief", role=role,
                )  # fmt: skip
                if role == "tile":
                    yield block.area


def _runs(row: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The first column, from 0, and the codes of tiles that stand side by side."""
    start = 0
    while start < len(row):
        end = start
        while end < len(row) and row[end]:
            end += 1
        if end > start:
            yield start, row[start:end]
        start = end + 1


def _place(code: str) -> str:
    return f'MATCH("{code}",MAP_CODES,0)'


def _figure(code: str) -> str:
    """The number of a province; a dash where there is none."""
    return f'IFERROR(1*INDEX(MAP_VALUES,{_place(code)}),"—")'


def _name(code: str, language: str) -> str:
    """The name of a province as the analyst gives it; of the three without figures as it is."""
    column = 1 if language == "zh" else 2
    own = WITHOUT_DATA.get(code[:2])
    otherwise = catalogue.text(f"map.{own}", language) if own else ""
    return f'IFERROR(INDEX(PROVINCE_NAMES,{_place(code)},{column})&"","{otherwise}")'


def _legend(sheet: Sheet, row: int, across: int) -> str:
    """The shades from the smallest figure over the middle one to the largest; grey: no figure."""
    half = (across - 1) // 2

    def shade(r: int, c: int) -> str:
        step = c - 1
        low, high, part = ("MAP_LOW", "MAP_MIDDLE", step) if step <= half else (
            "MAP_MIDDLE", "MAP_HIGH", step - half)  # fmt: skip
        return f"{low}+({high}-{low})*{part}/{half if step <= half else across - 1 - half}"

    block = sheet.formulas(row, 1, 1, across, shade, "MAP_LEGEND", "brief", "tile")
    for column, key in ((1, "smallest"), (half + 1, "middle"), (across, "largest")):
        sheet.text(row + 1, column, label(f"map.{key}"), role="tile_foot")
    for i, language in enumerate(("zh", "en"), start=2):
        sheet.text(row + i, 1, catalogue.text("map.notes", language), role="note")
    return block.area


def _ranking(sheet: Sheet, count: int) -> str:
    """All provinces in order; gives the area of their figures."""
    top, left = TITLE + 1, RANKING
    heads = ("rank_short", "name_zh", "name_en", "figure")
    sheet.text(TITLE, left, *(header(key) for key in heads), role="header")

    def of(array: str, empty: str = '""') -> Callable[[int, int], str]:
        place = "MATCH({rank},MAP_RANK,0)"
        return lambda r, c: (
            f"IFERROR(INDEX({array.format(place=place.format(rank=r - top + 1))}),{empty})"
        )

    sheet.formulas(
        top, left, count, 1, lambda r, c: f'IF(COUNT(MAP_RANK)<{r - top + 1},"",{r - top + 1})',
        format="word",
    )  # fmt: skip
    sheet.formulas(top, left + 1, count, 1, of("PROVINCE_NAMES,{place},1"), role="label")
    sheet.formulas(top, left + 2, count, 1, of("PROVINCE_NAMES,{place},2"), role="english")
    block = sheet.formulas(top, left + 3, count, 1, of("MAP_VALUES,{place}"), "MAP_RANKED", "brief")
    return block.area


def _shade(sheet: Sheet, figures: str) -> None:
    """Colours and number formats of all figures, by what is chosen."""
    stops = tuple(_address(sheet, name) for name in ("MAP_LOW", "MAP_MIDDLE", "MAP_HIGH"))
    sheet.scales.append(Scale(figures, stops))
    sheet.shown_as.append(Mark(figures, 'AND(MAP_IS_SHARE=1,MAP_MARK<>"e")', "share"))
    sheet.marks.append(Mark(figures, 'AND(MAP_IS_SHARE=1,MAP_MARK="e")', "share"))
    sheet.marks.append(Mark(figures, 'AND(MAP_IS_SHARE=0,MAP_MARK="e")', "brief"))


def _address(sheet: Sheet, name: str) -> str:
    block = next(b for b in sheet.blocks if b.name == name)
    return absolute(block.row, block.column)

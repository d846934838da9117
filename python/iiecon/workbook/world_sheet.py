"""World_Out: countries ranked, income groups and world regions, each beside what was printed.

Everything is a formula on the list of the sheet World. All tables have the same columns, so that a
value, its share, the printed figure and the gap between the two always stand at the same place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from iiecon import catalogue, world
from iiecon.spreadsheet.values import a1
from iiecon.workbook.chart_data import absolute, label
from iiecon.workbook.charts import BLUE, ORANGE, VERMILION, Chart, Place, Series
from iiecon.workbook.input_sheets import header, new_sheet, reference
from iiecon.workbook.layout import Role, Sheet

TOP = 6
RANK, NAME, ENGLISH, KEY, PLACE, VALUE, SHARE, PRINTED, GAP, PRINTED_SHARE, POINTS, LAST = range(
    1, 13
)
WIDTHS = (7, 22, 32, 24, 26, 15, 12, 15, 12, 13, 13, 15)
CHART_TOP, CHART_ROWS = TOP + 28, 21
CHARTS = ((RANK, 3), (KEY, 2), (VALUE, 7))  # the first column and the columns that each covers
DRAWN = LAST + 2  # the first column of the cells that charts draw
CHARTED, LEADING = 10, 20  # countries in the chart; countries whose common share is shown
VALUES = f"WORLD_VALUE_ADDED_{world.YEAR}_MUSD"
MILLION, TRILLION = 100, 10_000  # millions in 100 million, 100 millions in a trillion
TRILLION_UNIT = "trillion US dollars"
FOCUS = "China"

OfRow = Callable[[int], str]  # the formula of a cell by its row


def countries() -> Sheet:
    """World: the list as printed, and the place of each country in order of value."""
    widths = dict(enumerate((6, 18, 24, 16, 26, 18, 10), start=1))
    sheet = reference("World", f"countries_{world.YEAR}.csv", widths)
    block = next(b for b in sheet.blocks if b.name == VALUES)
    after = block.column + 1
    sheet.text(block.row - 1, after, header("world_place"), role="header")
    first = absolute(block.row, block.column)

    def place(r: int) -> str:
        """Equal values keep the order of the list: no place is given twice."""
        value = a1(r, block.column)
        return f'IF(ISNUMBER({value}),RANK({value},{VALUES})+COUNTIF({first}:{value},{value})-1,"")'

    _column(sheet, block.row, after, block.rows, place, "WORLD_PLACE", "whole")
    return sheet


def world_out() -> Sheet:
    """The comparison of countries: groups and charts on the first page, the ranking below."""
    sheet = new_sheet("World_Out", output=True)
    sheet.widths = dict(enumerate(WIDTHS, start=RANK))
    row = _focus(sheet, TOP)
    _coverage(sheet, TOP)
    row = _groups(sheet, row + 1, "income_group", world.INCOME_GROUPS, 1)
    _implied_growth(sheet, row)
    _groups(sheet, row + 2, "world_region", world.WORLD_REGIONS, 2)
    ranking = CHART_TOP + CHART_ROWS + 1
    row = _ranking(sheet, ranking, len(world.countries()))
    sheet.print_areas = (
        absolute(1, 1, ranking - 1, LAST),
        absolute(ranking, 1, row - ranking, LAST),
    )
    sheet.freeze = (TOP, NAME)
    return sheet


def _column(
    sheet: Sheet,
    top: int,
    column: int,
    count: int,
    of_row: OfRow,
    name: str = "",
    form: str = "general",
    role: Role = "computed",
) -> None:
    sheet.formulas(top, column, count, 1, lambda r, c: of_row(r), name, form, role)


def _cell(
    sheet: Sheet, row: int, column: int, formula: str, name: str, form: str,
    role: Role = "computed",
) -> None:  # fmt: skip
    _column(sheet, row, column, 1, lambda r: formula, name, form, role)


def _headers(sheet: Sheet, row: int, title: str, key: str, place: str, last: str) -> None:
    """The title of a table and the heads of its columns."""
    heads = (
        "world_value", "world_share", "world_printed", "world_gap", "world_printed_share",
        "world_points", last,
    )  # fmt: skip
    sheet.text(
        row, RANK, header("world_rank"), header(title), "", header(key), header(place),
        *(header(h) for h in heads), role="header",
    )  # fmt: skip


# --- China's place


def _focus(sheet: Sheet, row: int) -> int:
    """China's place, and how much of the whole the largest countries hold."""
    sheet.text(row, NAME, header("world_focus"), FOCUS, header("value"), role="header")
    place = f"MATCH({absolute(row, ENGLISH)},WORLD_NAME_EN,0)"
    own, group, region = (
        f"INDEX({name},{place})" for name in (VALUES, "WORLD_INCOME_GROUP", "WORLD_WORLD_REGION")
    )
    next_two = "+".join(
        f"INDEX({VALUES},MATCH(INDEX(WORLD_PLACE,{place})+{i},WORLD_PLACE,0))" for i in (1, 2)
    )
    lines = (
        ("rank", "whole", f"RANK({own},{VALUES})"),
        ("value", "money", f"{own}/WORLD_MILLION"),
        ("share", "share", f"{own}/SUM({VALUES})"),
        ("of_group", "share", f"{own}/SUMIF(WORLD_INCOME_GROUP,{group},{VALUES})"),
        ("of_region", "share", f"{own}/SUMIF(WORLD_WORLD_REGION,{region},{VALUES})"),
        ("of_first", "share", f"{own}/MAX({VALUES})"),
        ("of_next", "share", f'IFERROR({own}/({next_two}),"")'),
        ("top_4", "share", "INDEX(WORLD_RANKING_CUMULATIVE,4)"),
        ("top_20", "share", f"INDEX(WORLD_RANKING_CUMULATIVE,{LEADING})"),
    )
    for i, (key, form, formula) in enumerate(lines, start=row + 1):
        _labels(sheet, i, NAME, ENGLISH, f"world_{key}")
        _cell(sheet, i, KEY, formula, f"WORLD_FOCUS_{key.upper()}", form)
    return row + 1 + len(lines)


# --- Groups


def _groups(sheet: Sheet, row: int, scope: str, keys: Sequence[str], chart: int) -> int:
    """Sums, shares and ranks of the groups, with the printed figures; returns the next row."""
    _headers(sheet, row, f"world_{scope}", "key", "world_members", "world_growth")
    name, top, count = f"WORLD_{scope.upper()}", row + 1, len(keys)
    total = top + count
    roles: tuple[tuple[int, str, Role], ...] = ((NAME, "zh", "label"), (ENGLISH, "en", "english"))
    for column, language, role in roles:
        names = [[catalogue.text(f"world.{scope}.{key}", language)] for key in keys]
        sheet.table(top, column, names, role, f"{name}_{language.upper()}")
    sheet.table(top, KEY, [[k] for k in keys], "label", f"{name}_KEYS")
    sheet.text(total, RANK, "", *header("total_row").split("\n"), "total", role="total")
    values = absolute(top, VALUE, count)
    _column(
        sheet, top, RANK, count, lambda r: f"RANK({a1(r, VALUE)},{values})", f"{name}_RANK", "whole"
    )
    columns: tuple[tuple[int, str, str, OfRow], ...] = (
        (PLACE, "MEMBERS", "whole", lambda r: f"COUNTIF({name},{a1(r, KEY)})"),
        (VALUE, "VALUE", "money", lambda r: f"SUMIF({name},{a1(r, KEY)},{VALUES})/WORLD_MILLION"),
        (SHARE, "SHARE", "share", lambda r: f"{a1(r, VALUE)}/(SUM({VALUES})/WORLD_MILLION)"),
    )
    for column, suffix, form, of_row in columns:
        _column(sheet, top, column, count, of_row, f"{name}_{suffix}", form)
        whole = f"SUM({a1(top, column)}:{a1(total - 1, column)})"
        _cell(sheet, total, column, whole, f"{name}_{suffix}_TOTAL", form, "total")
    _printed_group(sheet, top, count, scope, name, "computed")
    _printed_group(sheet, total, 1, "world", f"{name}_TOTAL", "total")
    _draw_groups(sheet, top, count, scope, chart)
    return total + 1


def _printed_group(sheet: Sheet, top: int, count: int, scope: str, name: str, role: Role) -> None:
    _print_columns(sheet, top, count, scope, KEY, name, role)
    _column(
        sheet, top, LAST, count, lambda r: _printed(scope, KEY, r, "nominal_growth", "/100"),
        f"{name}_GROWTH", "share", role,
    )  # fmt: skip


def _implied_growth(sheet: Sheet, row: int) -> None:
    """What the printed growth of the groups makes of the total, to be held against its own."""
    now, growth = "WORLD_INCOME_GROUP_VALUE", "WORLD_INCOME_GROUP_GROWTH"
    _labels(sheet, row, NAME, ENGLISH, "world_implied")
    implied = f'IFERROR(SUM({now})/SUMPRODUCT({now}/(1+{growth}))-1,"")'
    _cell(sheet, row, LAST, implied, "WORLD_GROWTH_IMPLIED", "share")


# --- What was printed


def _printed(scope: str, key: int, row: int, measure: str, factor: str) -> str:
    """A printed figure by its id, blank where nothing was printed; `{m}` is its row."""
    figure = f'"{scope}."&{a1(row, key)}&"."&WORLD_YEAR&".{measure}"'
    match = f"MATCH({figure},PUBLISHED_ID,0)"
    return f'IFERROR(INDEX(PUBLISHED_VALUE,{match}){factor.format(m=match)},"")'


def _print_columns(
    sheet: Sheet, top: int, count: int, scope: str, key: int, name: str, role: Role = "computed"
) -> None:
    """Printed value and share, and by how much ours differ: relative, and in points."""
    unit = f'*IF(INDEX(PUBLISHED_UNIT,{{m}})="{TRILLION_UNIT}",WORLD_TRILLION,1)'

    def gap(r: int) -> str:
        return f'IFERROR({a1(r, VALUE)}/{a1(r, PRINTED)}-1,"")'

    def points(r: int) -> str:
        return f'IFERROR(({a1(r, SHARE)}-{a1(r, PRINTED_SHARE)})*100,"")'

    columns: tuple[tuple[int, str, str, OfRow], ...] = (
        (PRINTED, "PRINTED", "money", lambda r: _printed(scope, key, r, "value_added", unit)),
        (GAP, "GAP", "share", gap),
        (PRINTED_SHARE, "PRINTED_SHARE", "share",
         lambda r: _printed(scope, key, r, "share_of_59", "/100")),
        (POINTS, "POINTS", "rate", points),
    )  # fmt: skip
    for column, suffix, form, of_row in columns:
        _column(sheet, top, column, count, of_row, f"{name}_{suffix}", form, role)


# --- Ranking


def _ranking(sheet: Sheet, row: int, count: int) -> int:
    """All countries from the largest on."""
    _headers(
        sheet, row, "world_ranking", "world_income_group", "world_world_region", "world_cumulative"
    )
    top = row + 1

    def of(r: int, source: str) -> str:
        return f"INDEX({source},MATCH({r - row},WORLD_PLACE,0))"

    def group(r: int, name: str) -> str:
        key = of(r, name)
        return f"IFERROR(INDEX({name}_ZH,MATCH({key},{name}_KEYS,0)),{key})"

    columns: tuple[tuple[int, str, str, OfRow], ...] = (
        (RANK, "RANK", "whole", lambda r: f"RANK({a1(r, VALUE)},WORLD_RANKING_VALUE)"),
        (NAME, "NAME", "general", lambda r: of(r, "WORLD_NAME_ZH")),
        (ENGLISH, "ENGLISH", "general", lambda r: of(r, "WORLD_NAME_EN")),
        (KEY, "GROUP", "general", lambda r: group(r, "WORLD_INCOME_GROUP")),
        (PLACE, "REGION", "general", lambda r: group(r, "WORLD_WORLD_REGION")),
        (VALUE, "VALUE", "money", lambda r: f"{of(r, VALUES)}/WORLD_MILLION"),
        (SHARE, "SHARE", "share", lambda r: f"{of(r, VALUES)}/SUM({VALUES})"),
        (LAST, "CUMULATIVE", "share", lambda r: f"SUM({absolute(top, SHARE)}:{a1(r, SHARE)})"),
    )
    for column, suffix, form, of_row in columns:
        _column(
            sheet, top, column, count, lambda r, f=of_row: f'IFERROR({f(r)},"")',  # type: ignore[misc]
            f"WORLD_RANKING_{suffix}", form,
        )  # fmt: skip
    _print_columns(sheet, top, count, "country", ENGLISH, "WORLD_RANKING")
    _draw_countries(sheet, top)
    return top + count


# --- Charts


def _draw_countries(sheet: Sheet, top: int) -> None:
    """Shares of the largest countries, the focus in a colour of its own."""
    focus = absolute(TOP, ENGLISH)
    series = []
    for i, (key, sign, colour) in enumerate(
        (("share", "<>", BLUE), ("focus_share", "=", VERMILION)), start=1
    ):

        def share(r: int, sign: str = sign) -> str:
            return f'IF({a1(r, ENGLISH)}{sign}{focus},{a1(r, SHARE)},"")'

        series.append(_series(sheet, top, i, CHARTED, key, share, colour))
    _chart(sheet, 0, "countries", top, CHARTED, series, "share")


def _draw_groups(sheet: Sheet, top: int, count: int, scope: str, chart: int) -> None:
    """Value added of the groups; over it growth as printed, where that is known of all."""
    series = [_series(sheet, top, 1, count, "value", lambda r: a1(r, VALUE), ORANGE)]
    if scope == "income_group":

        def growth(r: int) -> str:
            return f'IF({a1(r, LAST)}="",NA(),{a1(r, LAST)})'

        series.append(_series(sheet, top, 2, count, "growth", growth, VERMILION, points=True))
    _chart(sheet, chart, scope, top, count, series, "money", "share")


def _series(
    sheet: Sheet,
    top: int,
    number: int,
    count: int,
    key: str,
    of_row: OfRow,
    colour: str,
    points: bool = False,
) -> Series:
    """Cells beside the table, named above; points have gaps where there is no figure."""
    column = DRAWN + number
    sheet.text(top - 1, column, label(f"label.world_{key}"), role="data")
    sheet.formulas(
        top, column, count, 1, lambda r, c: of_row(r), format="rate", role="data", gaps=points
    )
    return Series(
        absolute(top - 1, column),
        absolute(top, column, count),
        colour,
        "points" if points else "column",
    )


def _chart(
    sheet: Sheet,
    number: int,
    key: str,
    top: int,
    count: int,
    series: Sequence[Series],
    form: str,
    line_form: str = "",
) -> None:
    """A chart over its cells, its categories with both names on one line."""
    _column(
        sheet, top, DRAWN, count, lambda r: f"{a1(r, NAME)}&CHAR(10)&{a1(r, ENGLISH)}", role="data"
    )
    chinese, english = (catalogue.text(f"chart.world_{key}", x) for x in ("zh", "en"))
    first, columns = CHARTS[number]
    sheet.charts.append(
        Chart(
            (chinese, english),
            Place(CHART_TOP, first, CHART_ROWS, columns),
            absolute(top, DRAWN, count),
            series,
            form,
            label("chart.world_source"),
            line_form,
        )
    )


# --- Completeness


def _coverage(sheet: Sheet, row: int) -> None:
    """Whether every country of the list is in every table; what the formulas convert with."""
    zh, en, value = VALUE, PRINTED, POINTS
    heads = (header("world_coverage"), *[""] * (value - zh - 1), header("value"))
    sheet.text(row, zh, *heads, role="header")
    counts = (
        ("listed", "COUNTA(WORLD_NAME_EN)"),
        ("valued", f"COUNT({VALUES})"),
        ("grouped", "WORLD_INCOME_GROUP_MEMBERS_TOTAL"),
        ("located", "WORLD_WORLD_REGION_MEMBERS_TOTAL"),
        ("ranked", "COUNT(WORLD_RANKING_VALUE)"),
    )
    last = row + len(counts) + 1
    area = f"{a1(row + 1, value)}:{a1(last - 1, value)}"
    agree = f'IF(MIN({area})=MAX({area}),"✔ OK","✘ ERROR")'
    for i, (key, formula) in enumerate((*counts, ("complete", agree)), start=row + 1):
        _labels(sheet, i, zh, en, f"world_{key}", "note")
        _cell(sheet, i, value, formula, f"WORLD_{key.upper()}", "whole")
    sheet.lights.append(a1(last, value))
    constants = (("year", world.YEAR), ("million", MILLION), ("trillion", TRILLION))
    for i, (key, number) in enumerate(constants, start=last + 1):
        _labels(sheet, i, zh, en, f"world_{key}", "note")
        form = "year" if key == "year" else "whole"
        sheet.table(i, value, [[number]], "label", f"WORLD_{key.upper()}", form)


def _labels(
    sheet: Sheet, row: int, chinese: int, english: int, key: str, small: Role = "english"
) -> None:
    """A line's label: Chinese, and English in small letters."""
    texts = header(key).split("\n")
    sheet.text(row, chinese, texts[0])
    sheet.text(row, english, texts[1], role=small)

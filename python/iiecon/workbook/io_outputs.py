"""IO_Analysis: who receives indirect value added, from whom, and how strongly sectors are linked.

IO_Sectors has the same figures for every sector, to be filtered; all of it is of the base year.
"""

from __future__ import annotations

from collections.abc import Callable

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import a1
from iiecon.workbook import pages
from iiecon.workbook.chart_data import absolute
from iiecon.workbook.input_sheets import header, new_sheet
from iiecon.workbook.layout import LINE_HEIGHT, UNITS, Printing, Scale, Sheet
from iiecon.workbook.pages import ENGLISH, TOP, Page, rank

LARGEST = 10
TABLE = "IO_FLOWS,IO_OUTPUT,IO_VALUE_ADDED"
DIRECT = f"{TABLE},IO_CODES,SCORE_CODES,SCORE_VALUES"
IMPORTS = "OPT_IMPORTS,IO_IMPORTS,IO_EXPORTS"
CONTRIBUTION = f'LEONTIEF_CONTRIB({DIRECT},"{{measure}}",{IMPORTS})'
FLOW = f"IIE_INDIRECT_FLOW({DIRECT},{IMPORTS})/IO_DIVISOR"
LINKAGE = f'IO_LINKAGES({TABLE},"{{measure}}",{{imports}},IO_IMPORTS,IO_EXPORTS)'
# Each column of IO_Sectors from the first figure on: label, name of its cells, number format.
FIRST = 6
COLUMNS = (
    ("direct", "IO_DIRECT", "money"),
    ("indirect", "IO_INDIRECT", "money"),
    ("rank_indirect", "IO_INDIRECT_RANK", "whole"),
    ("induced_output", "IO_INDUCED", "money"),
    ("ratio", "IO_RATIO", "rate"),
    ("value_added", "SECTOR_VALUE_ADDED", "money"),
    ("backward", "IO_BACKWARD", "index"),
    ("forward", "IO_FORWARD", "index"),
    ("output_multiplier", "IO_OUTPUT_MULTIPLIER", "index"),
    ("value_added_multiplier", "IO_VALUE_ADDED_MULTIPLIER", "index"),
)
SUMMED = ("IO_DIRECT", "IO_INDIRECT", "IO_INDUCED", "SECTOR_VALUE_ADDED")
KINDS = ("key_sector", "backward_oriented", "forward_oriented", "weak_links")


def io_sectors(inputs: ModelInputs) -> Sheet:
    """Every sector of the table with its contribution, linkages and multipliers."""
    sheet = new_sheet("IO_Sectors", output=True)
    n, top = inputs.table.size, TOP + 2
    sheet.formulas(TOP - 1, 1, 1, 1, lambda r, c: "SCORES_SOURCE", role="note")
    heads = ("code", "name_zh", "name_en", "section", "direct_flag", *(c[0] for c in COLUMNS))
    sheet.text(TOP, 1, "", *header("total_row").split("\n"), "", "", role="total")
    sheet.text(TOP + 1, 1, *(header(key) for key in heads), header("kind_of_sector"), role="header")
    sources = (
        ("IO_CODES", "label"), ("IO_NAMES", "label"), ('IO_NAMES_EN&""', "english"),
        ("SECTOR_SECTIONS", "label"),
    )  # fmt: skip
    for column, (source, role) in enumerate(sources, start=1):
        sheet.spill(top, column, n, 1, source, role=role)  # type: ignore[arg-type]
    flag = "N(INDEX(SECTOR_DIRECT,{i}))"
    sheet.formulas(top, FIRST - 1, n, 1, lambda r, c: f'IF({flag.format(i=r - top + 1)}=1,"●","")')
    _figures(sheet, top, n)
    kind = FIRST + len(COLUMNS)
    sheet.formulas(
        top, kind, n, 1, lambda r, c: _kind(a1(r, FIRST + 6), a1(r, FIRST + 7)), "IO_KIND", "word"
    )
    sheet.widths = {
        1: 8, 2: 26, 3: 36, 4: 9, 5: 9, **{FIRST + i: 12 for i in range(len(COLUMNS))}, kind: 16,
    }  # fmt: skip
    sheet.freeze = (top, FIRST)
    sheet.filtered = f"{a1(TOP + 1, 1)}:{a1(top + n - 1, kind)}"
    sheet.printing = Printing(rows=f"1:{TOP + 1}")
    return sheet


def _figures(sheet: Sheet, top: int, n: int) -> None:
    """The columns of figures with their sums above."""
    measures = {"direct": "direct", "indirect": "indirect", "induced_output": "output"}
    for column, (key, name, form) in enumerate(COLUMNS, start=FIRST):
        if key in measures:
            formula = CONTRIBUTION.format(measure=measures[key]) + "/IO_DIVISOR"
        elif key == "ratio":
            formula = CONTRIBUTION.format(measure="ratio")
        elif key == "value_added":
            formula = "TRANSPOSE(IO_VALUE_ADDED)/IO_DIVISOR"
        elif key == "value_added_multiplier":
            # Where imports count as home-made, a unit of demand always gives a unit of value added.
            call = LINKAGE.format(measure=key, imports='"domestic"')
            formula = f'IFERROR({call},"")'
        else:
            formula = LINKAGE.format(measure=key, imports="OPT_IMPORTS")
        if key == "rank_indirect":
            _ranks(sheet, top, column, n, name)
        else:
            sheet.spill(top, column, n, 1, formula, name, form)
        total = f"SUM({name})" if name in SUMMED else '""'
        sheet.formulas(TOP, column, 1, 1, lambda r, c, t=total: t, format=form, role="total")  # type: ignore[misc]


def _ranks(sheet: Sheet, top: int, column: int, n: int, name: str) -> None:
    """The rank of each figure of the column before."""
    area = absolute(top, column - 1, n)
    sheet.formulas(top, column, n, 1, lambda r, c: rank(a1(r, c - 1), area), name, "whole")


def _kind(backward: str, forward: str) -> str:
    """Which of the four kinds a sector is, by whether its linkages exceed the average."""
    names = [header(key).replace("\n", " ") for key in KINDS]
    return (
        f'IF({backward}>1,IF({forward}>1,"{names[0]}","{names[1]}"),'
        f'IF({forward}>1,"{names[2]}","{names[3]}"))'
    )


# --- The analysis


def io_analysis(inputs: ModelInputs) -> Sheet:
    """The ten largest receivers, the flow from direct sectors to sections, linkages."""
    sources = len(inputs.experts.codes)
    figures = {5 + i: 11.5 for i in range(max(sources + 2, 9))}
    page = pages.new_page("IO_Analysis", inputs)
    page.sheet.widths = {**pages.WIDTHS, **figures}
    page.row = TOP + 1
    _receivers(page)
    _flows(page, len(inputs.sections), sources)
    _direct_sectors(page, sources)
    _kinds(page)
    page.sheet.freeze = (TOP, 5)
    return page.sheet


def _heads(page: Page, *keys: str) -> None:
    page.sheet.text(page.row, 5, *(header(key) for key in keys), role="header")


def _receivers(page: Page) -> None:
    """The sectors that receive most indirect value added, in order."""
    sheet = page.sheet
    page.heading("receivers", UNITS["money"])
    _heads(
        page, "indirect", "share_short", "cumulative", "ratio", "value_added", "backward",
        "forward", "kind_of_sector",
    )  # fmt: skip
    top, whole = page.row + 1, "SUM(IO_INDIRECT)"

    def of(name: str) -> Callable[[int, int], str]:
        place = "MATCH({place},IO_INDIRECT_RANK,0)"
        return lambda r, c: f'IFERROR(INDEX({name},{place.format(place=r - top + 1)}),"")'

    sheet.formulas(top, 1, LARGEST, 1, of("IO_CODES"), role="label")
    sheet.formulas(
        top, 2, LARGEST, 1, lambda r, c: f'"{r - top + 1}. "&{of("IO_NAMES")(r, c)}', role="label"
    )
    sheet.formulas(top, ENGLISH, LARGEST, 1, of("IO_NAMES_EN"), role="english")
    sheet.formulas(top, 4, LARGEST, 1, of("SECTOR_SECTIONS"), role="label")
    sheet.formulas(top, 5, LARGEST, 1, of("IO_INDIRECT"), "IO_RECEIVED", "money")
    sheet.formulas(
        top, 6, LARGEST, 1, lambda r, c: f'IFERROR({a1(r, 5)}/{whole},"")', format="share"
    )
    first = absolute(top, 5)
    sheet.formulas(
        top, 7, LARGEST, 1, lambda r, c: f'IFERROR(SUM({first}:{a1(r, 5)})/{whole},"")',
        format="share",
    )  # fmt: skip
    rest = (("IO_RATIO", "rate"), ("SECTOR_VALUE_ADDED", "money"), ("IO_BACKWARD", "index"),
            ("IO_FORWARD", "index"), ("IO_KIND", "word"))  # fmt: skip
    for column, (name, form) in enumerate(rest, start=8):
        sheet.formulas(top, column, LARGEST, 1, of(name), format=form)
    page.row = top + LARGEST
    sheet.text(page.row, 1, "", *header("all_io_sectors").split("\n"), "", role="total")
    sheet.formulas(page.row, 5, 1, 1, lambda r, c: whole, format="money", role="total")
    sheet.text(page.row, 6, *[""] * 7, role="total")
    page.row += 1
    page.source("io")
    page.row += 1


def _flows(page: Page, sections: int, sources: int) -> None:
    """Indirect value added by section and by the direct sector that brings it about."""
    sheet = page.sheet
    page.heading("flows", UNITS["money"])
    left, right = 5, 5 + sources
    code = "INDEX(SCORE_CODES,{k})"
    for offset, source in enumerate(("IO_NAMES", "IO_NAMES_EN")):
        sheet.formulas(
            page.row + offset, left, 1, sources,
            lambda r, c, s=source: f'IFERROR(INDEX({s},MATCH({code.format(k=c - left + 1)},IO_CODES,0))&"","")',  # type: ignore[misc]  # noqa: E501
            format="word", role="header",
        )  # fmt: skip
    sheet.text(page.row, right, header("total_row"), header("share_short"), role="header")
    sheet.text(page.row + 1, 1, header("flows_of").replace("\n", "  "), "", "", "", role="header")
    sheet.text(page.row + 1, right, "", "", role="header")
    sheet.heights[page.row], sheet.heights[page.row + 1] = 3 * LINE_HEIGHT, 5 * LINE_HEIGHT
    top = page.row + 2
    names = "INDEX(SECTION_NAMES,0,1)", "INDEX(SECTION_NAMES,0,2)"
    page.label_columns(pages.Labels(sections, ("SECTION_CODES", *names)), top)
    flows = f"IIE_REGION_SUM({FLOW},SECTOR_SECTIONS,SECTION_CODES)"
    block = sheet.spill(top, left, sections, sources, flows, "IO_SECTION_FLOW", "brief")
    sheet.scales.append(Scale(block.area))
    sheet.formulas(
        top, right, sections, 1, lambda r, c: f"SUM({a1(r, left)}:{a1(r, right - 1)})",
        "IO_SECTION_RECEIVED", "money",
    )  # fmt: skip
    page.row = top + sections
    share = f"/SUM({absolute(top, right, sections)})"
    sheet.formulas(
        top, right + 1, sections, 1, lambda r, c: f'IFERROR({a1(r, right)}{share},"")',
        format="share",
    )  # fmt: skip
    sheet.text(page.row, 1, "", *header("total_row").split("\n"), "", role="total")
    sheet.formulas(
        page.row, left, 1, sources + 1,
        lambda r, c: f"SUM({a1(top, c)}:{a1(top + sections - 1, c)})", format="money", role="total",
    )  # fmt: skip
    page.row += 1
    sheet.text(page.row, 1, "", *header("share_short").split("\n"), "", role="total")
    sheet.formulas(
        page.row, left, 1, sources + 1,
        lambda r, c: f'IFERROR({a1(r - 1, c)}/{absolute(r - 1, right)},"")', format="share",
        role="total",
    )  # fmt: skip
    page.row += 1
    page.source("flows")
    page.row += 1


def _direct_sectors(page: Page, count: int) -> None:
    """What the direct sectors make and bring about, and their linkages."""
    sheet = page.sheet
    page.heading("direct_sectors", UNITS["money"])
    _heads(
        page, "score", "direct", "brought_about", "brought_per_direct", "backward", "forward",
        "output_multiplier", "value_added_multiplier", "kind_of_sector",
    )  # fmt: skip
    top = page.row + 1

    def of(name: str, extra: str = "") -> Callable[[int, int], str]:
        return lambda r, c: f'IFERROR(INDEX({name},MATCH({a1(r, 1)},IO_CODES,0)){extra},"")'

    sheet.formulas(top, 1, count, 1, lambda r, c: f"INDEX(SCORE_CODES,{r - top + 1})", role="label")
    sheet.formulas(top, 2, count, 1, of("IO_NAMES"), role="label")
    sheet.formulas(top, ENGLISH, count, 1, of("IO_NAMES_EN", '&""'), role="english")
    sheet.formulas(top, 4, count, 1, of("SECTOR_SECTIONS"), role="label")
    sheet.formulas(
        top, 5, count, 1, lambda r, c: f"INDEX(SCORE_VALUES,{r - top + 1})", format="rate"
    )
    sheet.formulas(top, 6, count, 1, of("IO_DIRECT"), format="money")
    sheet.formulas(
        top, 7, count, 1, lambda r, c: f"SUM(INDEX(IO_SECTION_FLOW,0,{r - top + 1}))",
        "IO_BROUGHT_ABOUT", "money",
    )  # fmt: skip
    sheet.formulas(
        top, 8, count, 1, lambda r, c: f'IFERROR({a1(r, 7)}/{a1(r, 6)},"")', format="index"
    )
    rest = ("IO_BACKWARD", "IO_FORWARD", "IO_OUTPUT_MULTIPLIER", "IO_VALUE_ADDED_MULTIPLIER",
            "IO_KIND")  # fmt: skip
    for column, name in enumerate(rest, start=9):
        form = "word" if name == "IO_KIND" else "index"
        sheet.formulas(top, column, count, 1, of(name), format=form)
    page.row = top + count
    sheet.text(page.row, 1, "", *header("total_row").split("\n"), "", "", role="total")
    sheet.formulas(
        page.row, 6, 1, 2, lambda r, c: f"SUM({a1(top, c)}:{a1(r - 1, c)})", format="money",
        role="total",
    )  # fmt: skip
    page.row += 1
    page.source("linkages")
    page.row += 1


def _kinds(page: Page) -> None:
    """How many sectors there are of each kind and what they receive."""
    sheet = page.sheet
    page.heading("kinds")
    _heads(page, "sectors", "indirect", "share_short")
    top = page.row + 1
    for i, key in enumerate(KINDS):
        chinese, english = header(key).split("\n")
        sheet.text(top + i, 2, chinese)
        sheet.text(top + i, ENGLISH, english, role="english")

    def kind(r: int) -> str:
        return f'"{header(KINDS[r - top]).replace(chr(10), " ")}"'

    sheet.formulas(
        top, 5, len(KINDS), 1, lambda r, c: f"COUNTIF(IO_KIND,{kind(r)})", format="whole"
    )
    sheet.formulas(
        top, 6, len(KINDS), 1, lambda r, c: f"SUMIF(IO_KIND,{kind(r)},IO_INDIRECT)", format="money"
    )
    sheet.formulas(
        top, 7, len(KINDS), 1, lambda r, c: f'IFERROR({a1(r, 6)}/SUM(IO_INDIRECT),"")',
        format="share",
    )  # fmt: skip
    page.row = top + len(KINDS)
    page.source("linkages")

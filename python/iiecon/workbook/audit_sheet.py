"""Audit: every printed figure beside the model's cell, and the print held against itself.

The figures come from the sheet Published; the model's numbers are formulas on the named outputs.
Below stand the gaps by group and the identities of the publication, each side as the interval of
all numbers that round to what is printed. Both lists have the same columns, whose heads are
repeated on every page: a number, how far rounding may move it, and the number that it is held
against. What only formulas need stands to the right of the printed columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from iiecon import catalogue, world
from iiecon.audit import (
    Publication,
    Structure,
    examined,
    readings_of,
    shipped_publication,
)
from iiecon.audit.compare import (
    EXACT,
    GAP_GROUPS,
    GDP_SERIES,
    NEAR,
    NEAR_POINTS,
    PERCENT,
    STATUSES,
    Readings,
    Recipe,
    Term,
    keys_of,
    recipe_of,
)
from iiecon.audit.expressions import Cell, Node, Number, Quotient, Sum, cells
from iiecon.audit.identities import Identity
from iiecon.audit.publication import UNITS, Figure
from iiecon.inputs import ModelInputs, default_inputs
from iiecon.regions import SECTORS3
from iiecon.spreadsheet.values import a1
from iiecon.workbook.audit_names import (
    Places,
    name_of_measure,
    name_of_place,
    name_of_unit,
    places_of,
)
from iiecon.workbook.audit_paths import cells_of, functions_of, named_blocks
from iiecon.workbook.chart_data import absolute, label
from iiecon.workbook.input_sheets import header, new_sheet
from iiecon.workbook.layout import Block, Mark, Printing, Role, Sheet, Tint, Tone, Value, length

TOP = 6
(
    NAME, ENGLISH, SOURCE, UNIT, YEAR, PRINTED, HALF, MODEL, DIFFERENCE, RELATIVE, STATUS, PLACE,
    FUNCTION,
) = range(1, 14)  # fmt: skip
PAPER = (35, 39, 9, 16, 6.5, 10.5, 9, 10.5, 10, 8.5, 24, 21, 17)
# For the formulas: what a figure is, its interval in the unit of the model, and the lists of names.
ID, SCOPE, KEY, MEASURE, GIVEN_UNIT, FACTOR, LOW, HIGH, SIZE, GROUP = range(15, 25)
NAMES = 26
ASIDE = (20, 10, 14, 15, 15, 9, 11, 11, 9, 24)
NAMES_ASIDE = (24, 24, 30)
LISTED = TOP + 3  # the row of the heads of the list of figures
FIRST = LISTED + 1
LISTS = (("ID", ID), ("SOURCE", SOURCE), ("SCOPE", SCOPE), ("KEY", KEY), ("YEAR", YEAR),
         ("MEASURE", MEASURE), ("UNIT", GIVEN_UNIT), ("VALUE", PRINTED))  # fmt: skip
# The number format that shows as many decimals as were printed, by the least half of a last digit.
DECIMALS = (("0.4", "whole"), ("0.04", "brief"), ("0.004", "money"))
LARGE = 1000  # sides of identities from here on need no four decimals
# The length of what still fits on a line of its column.
ONE_LINE = {NAME: 36, ENGLISH: 56, PLACE: 32, FUNCTION: 24}
# The colours of the statuses.
TONES: tuple[Tone, ...] = ("good", "good", "near", "doubt", "none")
# The units of identities: those of the model, in which their sides are computed.
MODEL_UNITS = {
    "percent": "1",
    "trillion yuan": "100m yuan",
    "trillion US dollars": "100m US dollars",
}
NAMED: tuple[tuple[int, str, Role], ...] = ((NAME, "：", "label"), (ENGLISH, ": ", "english"))
# The labels of the rows of a series with several keys.
ROW_LABELS = {
    "section": "SECTION_CODES",
    "province": "INDEX(PROVINCE_NAMES,0,1)",
    "region": "REGION_KEYS",
    "world_ranking_value": "WORLD_RANKING_ENGLISH",
    "world_income_group_value": "WORLD_INCOME_GROUP_KEYS",
    "world_world_region_value": "WORLD_WORLD_REGION_KEYS",
}


def audit_sheet(inputs: ModelInputs, others: Iterable[Sheet]) -> Sheet:
    """The sheet for the figures that come with the program; `others` hold the outputs."""
    figures, identities, readings = _shipped()
    sheet = new_sheet("Audit", output=True)
    for first, widths in ((NAME, PAPER), (ID, ASIDE), (NAMES, NAMES_ASIDE)):
        sheet.widths |= dict(enumerate(widths, start=first))
    known = places_of(inputs)
    below = FIRST + len(figures) + 1
    _counts(sheet, len(figures))
    _names(sheet, figures, known)
    _figures(sheet, figures)
    _model(sheet, figures, readings)
    _paths(sheet, figures, readings, inputs, others)
    row = _gaps(sheet, below, figures)
    _identities(sheet, row + 1, figures, identities, known)
    sheet.freeze = (FIRST, ENGLISH)
    sheet.filtered = f"{a1(LISTED, NAME)}:{a1(FIRST + len(figures) - 1, FUNCTION)}"
    sheet.printing = Printing(rows=f"{LISTED}:{LISTED}", printed=FUNCTION)
    sheet.printing.tables.append(below)
    return sheet


@cache
def _shipped() -> tuple[Publication, tuple[Identity, ...], Readings]:
    """The layout follows the shipped publication and inputs, whatever an analyst's say."""
    figures = shipped_publication()
    internal = examined(figures, Structure.of(default_inputs()))
    return figures, internal.identities, readings_of(internal.readings)


# --- Counts


def _counts(sheet: Sheet, count: int) -> None:
    """Figures by status above the columns of numbers, and whether none is left out."""
    heads = ["\n".join(_both(f"audit.status.{status}")) for status in STATUSES]
    sheet.text(TOP, NAME, header("audit_status"), "", header("light"), "", "", *heads,
               header("audit_all"), role="header")  # fmt: skip
    names = [_short(f"audit.status.{status}") for status in STATUSES]
    sheet.table(TOP, ID, [names], "data", "AUDIT_STATUS_NAMES")
    sheet.text(TOP + 1, NAME, label("label.audit_figures"))
    sheet.formulas(
        TOP + 1, PRINTED, 1, len(STATUSES),
        lambda r, c: f"COUNTIF(AUDIT_STATUS,{a1(TOP, c - PRINTED + ID)})", "AUDIT_COUNTS", "whole",
    )  # fmt: skip
    sheet.formulas(
        TOP + 1, STATUS, 1, 1, lambda r, c: "SUM(AUDIT_COUNTS)", "AUDIT_COUNT", "whole", "total"
    )
    complete = 'IF(AND(AUDIT_COUNT=COUNTA(PUBLISHED_ID),AUDIT_COUNT=COUNTA(AUDIT_ID)),"✔","✘")'
    sheet.formulas(TOP + 1, SOURCE, 1, 1, lambda r, c: complete, "AUDIT_LIGHT", "word")
    sheet.lights.append(a1(TOP + 1, SOURCE))
    verdicts = f"{a1(FIRST, STATUS)}:{a1(FIRST + count - 1, STATUS)}"
    for i, tone in enumerate(TONES):
        said = f"{a1(FIRST, STATUS)}={absolute(TOP, ID + i)}"
        sheet.tints.append(Tint(verdicts, said, tone))
        sheet.tints.append(Tint(a1(TOP + 1, PRINTED + i), "TRUE", tone))


# --- The names of places, measures and units, off paper


def _names(sheet: Sheet, figures: Publication, known: Places) -> None:
    """What the keys of the figures are called, and the units in those of the model."""
    places = dict.fromkeys((f.scope, f.key) for f in figures)
    measures = dict.fromkeys(f.measure for f in figures)
    units = _units(figures)
    tables: list[tuple[str, list[list[Value]]]] = [
        (
            "places",
            [[f"{scope}.{key}", *name_of_place(scope, key, known)] for scope, key in places],
        ),
        ("measures", [[name, *name_of_measure(name)] for name in measures]),
    ]
    row = LISTED
    for key, lines in tables:
        sheet.text(row, NAMES, label(f"label.audit_{key}"), role="data")
        name = f"AUDIT_{key.upper()}"
        sheet.table(row + 1, NAMES, [line[:1] for line in lines], "data", f"{name}_KEYS")
        sheet.table(row + 1, NAMES + 1, [line[1:] for line in lines], "data", name)
        row += len(lines) + 2
    sheet.text(row, NAMES, label("label.audit_units"), role="data")
    keys: list[list[Value]] = [[1 if u == "1" else u] for u in units]  # a plain ratio is a number
    sheet.table(row + 1, NAMES, keys, "data", "AUDIT_UNITS")
    sheet.table(row + 1, NAMES + 1, [[UNITS[u]] for u in units], "data", "AUDIT_UNIT_FACTORS")
    sheet.table(row + 1, NAMES + 2, [[name_of_unit(u)] for u in units], "data")
    _derived(sheet, "FACTOR", FACTOR, _by_unit(row + 1, units, NAMES + 1, '""'), "general", "data")
    shown = _by_unit(row + 1, units, NAMES + 2, "AUDIT_UNIT")
    sheet.spill(FIRST, UNIT, len(figures), 1, shown, role="label")


def _units(figures: Publication) -> list[str]:
    return list(dict.fromkeys(f.unit for f in figures))


def _by_unit(row: int, units: Sequence[str], column: int, formula: str) -> str:
    """For each figure what stands in a column of the table of units, which begins in `row`."""
    for i in reversed(range(len(units))):
        found = absolute(row + i, NAMES), absolute(row + i, column)
        formula = f"IF(AUDIT_UNIT={found[0]},{found[1]},{formula})"
    return formula


# --- The list of figures


def _figures(sheet: Sheet, figures: Publication) -> None:
    """What was printed, in the order of the sheet Published."""
    keys = (
        "audit_name", "audit_name_en", "column_source", "column_unit", "column_year",
        "audit_printed", "audit_half", "audit_model", "audit_difference", "audit_relative",
        "audit_status", "audit_place", "audit_function",
    )  # fmt: skip
    sheet.text(LISTED, NAME, *(header(key) for key in keys), role="header")
    hidden = ("column_id", "column_scope", "column_key", "column_measure", "column_unit",
              "audit_factor", "audit_low", "audit_high", "audit_size", "audit_group")  # fmt: skip
    sheet.text(LISTED, ID, *(label(f"label.{key}") for key in hidden), role="data")
    count = len(figures)
    for column, mark, style in NAMED:
        sheet.formulas(FIRST, column, count, 1, _name_formula(column, mark), role=style)
    for name, column in LISTS:
        form = {"YEAR": "year_head", "VALUE": "index"}.get(name, "general")
        role: Role = "data" if column >= ID else "computed" if name == "VALUE" else "label"
        sheet.spill(FIRST, column, count, 1, f"PUBLISHED_{name}", f"AUDIT_{name}", form, role)
    sheet.spill(
        FIRST, HALF, count, 1, 'IFERROR(POWER(10,-PUBLISHED_DECIMALS)/2,"")', "AUDIT_HALF", "rate"
    )
    for name, column, sign in (("LOW", LOW, "-"), ("HIGH", HIGH, "+")):
        end = f'IFERROR((AUDIT_VALUE{sign}AUDIT_HALF)*AUDIT_FACTOR,"")'
        _derived(sheet, name, column, end, "rate", "data")
    for column in (PRINTED, MODEL):
        area = f"{a1(FIRST, column)}:{a1(FIRST + count - 1, column)}"
        half = f"${a1(FIRST, HALF)}"
        for least, form in DECIMALS:
            sheet.shown_as.append(Mark(area, f"{half}>{least}", form))


def _name_formula(column: int, mark: str) -> Callable[[int, int], str]:
    """Place and measure of a figure by name; its id where one of them has none."""

    def formula(r: int, c: int) -> str:
        of_place = f'{a1(r, SCOPE)}&"."&{a1(r, KEY)}'
        names = [
            f"INDEX(AUDIT_{table},MATCH({key},AUDIT_{table}_KEYS,0),{column - NAME + 1})"
            for table, key in (("PLACES", of_place), ("MEASURES", a1(r, MEASURE)))
        ]
        return f'IFERROR({names[0]}&"{mark}"&{names[1]},{a1(r, ID)})'

    return formula


def _derived(
    sheet: Sheet, name: str, column: int, formula: str, form: str, role: Role = "computed"
) -> None:
    """A column of the list that one formula fills."""
    sheet.spill(FIRST, column, len(_shipped()[0]), 1, formula, f"AUDIT_{name}", form, role)


def _model(sheet: Sheet, figures: Publication, readings: Readings) -> None:
    """The model's number in the printed unit, how far it is off, and the verdict."""

    def model(r: int, c: int) -> str:
        figure = figures[r - FIRST]
        recipe = recipe_of(figure, readings)
        made = _made(recipe, figure, r) if recipe else "NA()"
        return f'IFERROR(({made})/{a1(r, FACTOR)},"")'

    sheet.formulas(FIRST, MODEL, len(figures), 1, model, "AUDIT_MODEL", "index")
    difference = 'IFERROR(AUDIT_MODEL-AUDIT_VALUE,"")'
    _derived(sheet, "DIFFERENCE", DIFFERENCE, difference, "index")
    relative = 'IFERROR(AUDIT_DIFFERENCE/ABS(AUDIT_VALUE),"")'
    _derived(sheet, "RELATIVE", RELATIVE, relative, "share")
    points = "+".join(f'(AUDIT_UNIT="{unit}")' for unit in PERCENT)
    size = f'IFERROR(ABS(IF({points}>0,AUDIT_DIFFERENCE,AUDIT_RELATIVE)),"")'
    _derived(sheet, "SIZE", SIZE, size, "general", "data")
    group = 'IF(ISNUMBER(AUDIT_MODEL),AUDIT_SCOPE&"."&AUDIT_YEAR&"."&AUDIT_MEASURE,"")'
    _derived(sheet, "GROUP", GROUP, group, "general", "data")
    exact, rounded, near, differs, none = (absolute(TOP, ID + i) for i in range(len(STATUSES)))
    limit = f"IF({points}>0,AUDIT_NEAR_POINTS,AUDIT_NEAR)"
    verdict = (
        f"IF(ABS(AUDIT_RELATIVE)<=AUDIT_EXACT,{exact},"
        f"IF(ABS(AUDIT_DIFFERENCE)<=AUDIT_HALF*(1+AUDIT_EXACT),{rounded},"
        f"IF(AUDIT_SIZE<={limit},{near},{differs})))"
    )
    _derived(sheet, "STATUS", STATUS, f"IF(ISNUMBER(AUDIT_SIZE),{verdict},{none})", "word")


def _made(recipe: Recipe, figure: Figure, row: int) -> str:
    over, under = (
        "+".join(_result(term, figure, row) for term in terms)
        for terms in (recipe.over, recipe.under)
    )
    if recipe.kind == "level":
        return over
    if recipe.kind == "increase":
        return f"{over}-({under})"
    return f"({over})/({under})" + ("-1" if recipe.kind == "growth" else "")


def _result(term: Term, figure: Figure, row: int) -> str:
    """A cell of a named output, by the key and the year in the figure's row."""
    name, of_world = term.series.upper(), term.series.startswith("world_")
    later = term.year - figure.year
    year = a1(row, YEAR) + (f"{later:+d}" if later else "")
    column = f"MATCH({year},{'WORLD_YEAR' if of_world else 'YEARS'},0)"
    key = a1(row, KEY) if term.key == figure.key else f'"{term.key}"'
    labels = ROW_LABELS.get(term.series) or ROW_LABELS.get(term.series.partition("_")[0])
    if term.series == "sectors3_total":
        place = str(SECTORS3.index(term.key) + 1)
    else:
        place = f"MATCH({key},{labels},0)" if term.key and labels else "1"
    return f"INDEX({name},{place},{column})"


def _paths(
    sheet: Sheet,
    figures: Publication,
    readings: Readings,
    inputs: ModelInputs,
    others: Iterable[Sheet],
) -> None:
    """The cells that each figure is compared with, and the functions behind them."""
    blocks: Mapping[str, tuple[Sheet, Block]] = named_blocks(others)
    known = keys_of(inputs, world.countries())
    rows: list[list[Value]] = []
    for figure in figures:
        recipe = recipe_of(figure, readings)
        if recipe is None:
            rows.append([None, None])
            continue
        place, function = cells_of(blocks, recipe.terms, known), functions_of(blocks, recipe)
        rows.append([_lines(place, PLACE) or None, _lines(function, FUNCTION) or None])
    sheet.table(FIRST, PLACE, rows, "english", "AUDIT_PATHS")


def _lines(listed: str, column: int) -> str:
    """A list with commas, each on a line of its own where it is long."""
    return listed if len(listed) <= ONE_LINE[column] else listed.replace(", ", ",\n")


# --- Gaps and tolerances


def _gaps(sheet: Sheet, row: int, figures: Publication) -> int:
    """Median and largest gap of each group and year; limits beside. Returns the next free row."""
    heads = ["audit_gaps", "audit_name_en", "", "", "column_year", "audit_figures", "audit_median",
             "audit_largest"]  # fmt: skip
    sheet.text(row, NAME, *(header(key) if key else "" for key in heads), role="header")
    lines = [
        (key, scope, year, measure, points)
        for key, scope, measure, points in GAP_GROUPS
        for year in sorted({f.year for f in figures if (f.scope, f.measure) == (scope, measure)})
    ]
    for i, (key, scope, year, measure, points) in enumerate(lines, start=row + 1):
        name, english = _both(f"audit.group.{key}")
        sheet.text(i, NAME, name)
        sheet.text(i, ENGLISH, english, role="english")
        sheet.table(i, YEAR, [[year]], "label", format="year_head")
        sheet.text(i, SCOPE, scope, "", measure, role="data")
        of = f'AUDIT_GROUP={a1(i, SCOPE)}&"."&{a1(i, YEAR)}&"."&{a1(i, MEASURE)}'
        sizes, form = f"IF({of},AUDIT_SIZE)", "index" if points else "share"
        sheet.spill(i, PRINTED, 1, 1, f"SUM(IF({of},1,0))", format="whole")
        sheet.spill(i, HALF, 1, 1, f'IFERROR(MEDIAN({sizes}),"")', format=form)
        sheet.spill(i, MODEL, 1, 1, f'IF({a1(i, PRINTED)}=0,"",MAX({sizes}))', format=form)
    last = _limits(sheet, row)
    return max(row + len(lines) + 1, last + 1)


def _limits(sheet: Sheet, row: int) -> int:
    """What the verdicts go by; returns the last row."""
    sheet.text(row, STATUS, header("audit_tolerance"), header("value"), role="header")
    limits = (("exact", EXACT), ("near", NEAR), ("near_points", NEAR_POINTS))
    for i, (key, value) in enumerate(limits, start=row + 1):
        sheet.text(i, STATUS, label(f"label.audit_{key}"))
        sheet.table(i, PLACE, [[value]], "label", f"AUDIT_{key.upper()}")
    return row + len(limits)


# --- Identities


def _identities(
    sheet: Sheet,
    row: int,
    figures: Publication,
    identities: Sequence[Identity],
    known: Places,
) -> None:
    """Each identity: its two sides, how far rounding may move them, and whether they meet; the
    interval of either side is off paper.
    """
    heads = ["audit_identity", "audit_name_en", "column_source", "column_unit", "column_year",
             "audit_one_side", "audit_both_roundings", "audit_other_side", "audit_difference",
             "audit_relative", "holds", "audit_rests_on", ""]  # fmt: skip
    sheet.text(row, NAME, *(header(key) if key else "" for key in heads), role="header")
    aside = ["column_scope", "column_key", *[""] * 3, "audit_left_low", "audit_left_high",
             "audit_right_low", "audit_right_high"]  # fmt: skip
    sheet.text(row, SCOPE, *(label(f"label.{k}") if k else "" for k in aside), role="data")
    rows = {figure.id: FIRST + i for i, figure in enumerate(figures)}
    by_id = {figure.id: figure for figure in figures}
    for i, identity in enumerate(identities, start=row + 1):
        _said(sheet, i, identity, by_id, known)
        sheet.text(i, PLACE, _list([a1(rows[cell], PRINTED) for cell in identity.cells]),
                   role="english")  # fmt: skip
        sheet.text(i, SCOPE, identity.scope, identity.key, role="data")
    _sides(sheet, row + 1, identities, rows)
    _verdicts(sheet, row + 1, len(identities))


def _said(
    sheet: Sheet, row: int, identity: Identity, figures: Mapping[str, Figure], known: Places
) -> None:
    """What an identity says, of whom and when, where its figures stand, and in which unit."""
    where = name_of_place(identity.scope, identity.key, known)
    says = _both(f"audit.identity.{identity.kind}")
    for i, (column, mark, role) in enumerate(NAMED):
        name = f"{where[i]}{mark}{says[i]}"
        if length(name) > ONE_LINE[column]:
            name = f"{where[i]}{mark.strip()}\n{says[i]}"
        sheet.text(row, column, name, role=role)
    sheet.table(row, YEAR, [[identity.year]], "label", format="year_head")
    of = [figures[cell] for cell in identity.cells]
    sheet.text(row, SOURCE, _list(list(dict.fromkeys(f.source for f in of)), 1), role="english")
    right = next(cells(identity.right))
    base = figures[right].unit
    sheet.text(row, UNIT, name_of_unit(MODEL_UNITS.get(base, base)))


def _sides(sheet: Sheet, top: int, identities: Sequence[Identity], rows: Mapping[str, int]) -> None:
    """The interval of either side, from those of the figures."""
    for column, (name, side, at) in enumerate(
        (("LEFT_LOW", "left", LOW), ("LEFT_HIGH", "left", HIGH),
         ("RIGHT_LOW", "right", LOW), ("RIGHT_HIGH", "right", HIGH)), start=LOW,
    ):  # fmt: skip

        def end(r: int, c: int, side: str = side, at: int = at) -> str:
            identity = identities[r - top]
            node = identity.left if side == "left" else identity.right
            return f'IFERROR({_Side(identity, rows).end(node, at)},"")'

        sheet.formulas(top, column, len(identities), 1, end, f"AUDIT_{name}", "rate", "data")


def _verdicts(sheet: Sheet, top: int, count: int) -> None:
    """The middles of both sides, their rounding added up, and whether the two meet. Rounded, for
    programs differ in whether the last bits of float64 make a difference of equal sides.
    """
    apart = "AUDIT_LEFT_LOW+AUDIT_LEFT_HIGH-AUDIT_RIGHT_LOW-AUDIT_RIGHT_HIGH"
    shown = (
        (PRINTED, "(AUDIT_RIGHT_LOW+AUDIT_RIGHT_HIGH)/2"),
        (HALF, "(AUDIT_LEFT_HIGH-AUDIT_LEFT_LOW+AUDIT_RIGHT_HIGH-AUDIT_RIGHT_LOW)/2"),
        (MODEL, "(AUDIT_LEFT_LOW+AUDIT_LEFT_HIGH)/2"),
        (DIFFERENCE, f"ROUND(({apart})/2,9)"),
    )
    for column, formula in shown:
        sheet.spill(top, column, count, 1, f'IFERROR({formula},"")', format="rate")
        area = f"{a1(top, column)}:{a1(top + count - 1, column)}"
        large = f"AND(ISNUMBER(${a1(top, PRINTED)}),${a1(top, PRINTED)}>={LARGE})"
        sheet.shown_as.append(Mark(area, large, "money"))
    gap = "(AUDIT_LEFT_LOW+AUDIT_LEFT_HIGH)/(AUDIT_RIGHT_LOW+AUDIT_RIGHT_HIGH)-1"
    gap = f'IFERROR(ROUND({gap},12),"")'
    sheet.spill(top, RELATIVE, count, 1, gap, "AUDIT_IDENTITY_GAP", "share")
    meet = "*".join(
        f"(AUDIT_{a}_LOW-AUDIT_{b}_HIGH<=AUDIT_EXACT*ABS(AUDIT_{b}_HIGH))"
        for a, b in (("LEFT", "RIGHT"), ("RIGHT", "LEFT"))
    )
    holds = f'IF(ISNUMBER(AUDIT_IDENTITY_GAP),IF({meet}>0,"✔","✘"),"")'
    sheet.spill(top, STATUS, count, 1, holds, "AUDIT_IDENTITY_HOLDS", "word")
    sheet.lights.append(f"{a1(top, STATUS)}:{a1(top + count - 1, STATUS)}")


class _Side:
    """A side of an identity as a formula of its lowest or highest value. All figures that are
    multiplied or divided are positive.
    """

    def __init__(self, identity: Identity, rows: Mapping[str, int]) -> None:
        self._identity, self._rows = identity, rows

    def end(self, node: Node, column: int) -> str:
        """The end that the column LOW or HIGH stands for."""
        other = HIGH if column == LOW else LOW
        if isinstance(node, Cell):
            return absolute(self._rows[node.id], column)
        if isinstance(node, Number):
            return self._number(node.value)
        if isinstance(node, Sum):
            return "(" + "+".join(self.end(part, column) for part in node.parts) + ")"
        if isinstance(node, Quotient):
            return f"({self.end(node.over, column)}/{self.end(node.under, other)})"
        if node.first == Number(-1.0):
            return f"(-{self.end(node.second, other)})"
        return f"({self.end(node.first, column)}*{self.end(node.second, column)})"

    def _number(self, value: float) -> str:
        """One, minus one, or official GDP, which the workbook has."""
        if abs(value) == 1:
            return f"({value:.0f})"
        identity = self._identity
        series, year = GDP_SERIES[identity.scope], identity.year
        own = identity.scope in ("province", "region")
        place = Figure("", identity.scope, identity.key, year, "", "1", 0.0, 0)
        key = identity.key if own else ""
        result = _result(Term(series, key, year), place, 0)
        return result.replace(a1(0, KEY), f'"{key}"').replace(a1(0, YEAR), str(year))


def _list(names: Sequence[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return shown + (f" … ({len(names)})" if len(names) > most else "")


def _short(key: str) -> str:
    """Chinese and English on one line."""
    return "  ".join(_both(key))


def _both(key: str) -> tuple[str, str]:
    return catalogue.text(key, "zh"), catalogue.text(key, "en")

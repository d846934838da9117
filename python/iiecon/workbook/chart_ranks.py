"""Chart data of provinces and regions: ordered by size in the year that an analyst chooses."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from iiecon.spreadsheet.values import a1
from iiecon.workbook.chart_data import absolute, label, note, titles
from iiecon.workbook.charts import BLUE, ORANGE, VERMILION, Chart, Place, Series
from iiecon.workbook.layout import Sheet

# Names of cells: the number of the year drawn, and of the two whose growth is compared.
CHOSEN, FIRST, SECOND = "CHART_YEAR_NO", "CHART_GROWTH_NO", "CHART_GROWTH_NEXT"
MANY = 10  # more names than this stand upright
Formula = Callable[[str], str]  # of the number of an item, as a cell or a numeral


class Ranked:
    """Columns of cells from (row, column) on, below their heads: value and rank of each item in
    the order of the input, then number and name of the first, second, … by size, then the series.

    Equal values have different ranks, in the order of the input. `marks` says "e" for each year
    in which `table` is an estimate.
    """

    def __init__(
        self, sheet: Sheet, row: int, column: int, count: int, table: str, names: str, marks: str
    ) -> None:
        self._sheet, self._row, self._column, self._count = sheet, row, column, count
        self._table, self._marks = table, marks
        values = self._labelled("drawn_value", self._by_input(self._at(CHOSEN)))
        ranks = self._labelled("rank", self._rank(values))
        self._number = self._column
        self._labelled("by_rank", lambda r, c: f"MATCH({r - row},{ranks},0)")
        chinese, english = (f"INDEX({names},{{i}},{language})" for language in (1, 2))
        name = self._by_rank(lambda i: f'{chinese}&" "&{english}'.format(i=i))
        self._names = self._labelled("name_zh", name, "general")
        self._column += 1  # names take two columns

    def columns(self, key: str, colour: str) -> list[Series]:
        """Columns of the chosen year, lighter if it is an estimate."""
        return self._pair(key, CHOSEN, self._at(CHOSEN), "whole", colour)

    def growth_columns(self, key: str) -> list[Series]:
        """Growth in the two years, side by side."""
        return [
            *self._pair(key, FIRST, self._growth(FIRST, '""'), "share", BLUE),
            *self._pair(key, SECOND, self._growth(SECOND, '""'), "share", ORANGE),
        ]

    def growth_points(self, key: str) -> Series:
        """Growth in the chosen year; the first year has none."""
        return self._points(key, self._growth(CHOSEN, "NA()"))

    def share_points(self, key: str, whole: str) -> Series:
        """Share of another table in the chosen year."""
        part, of = self._at(CHOSEN), f"INDEX({whole},{{i}},{CHOSEN})"
        return self._points(key, lambda i: f"IFERROR({part(i)}/{of.format(i=i)},NA())")

    def draw(
        self, key: str, place: Place, series: Sequence[Series], form: str, line_form: str = ""
    ) -> None:
        """A chart of some of the columns."""
        many, side_by_side = self._count > MANY, len(series) > 3
        self._sheet.charts.append(
            Chart(
                titles(key), place, self._names, series, form, note(), line_form,
                overlap=50 if side_by_side else 100, upright=many, tall_labels=many,
                below_zero=side_by_side,
            )
        )  # fmt: skip

    def _at(self, year: str) -> Formula:
        return lambda i: f"INDEX({self._table},{i},{year})"

    def _growth(self, year: str, none: str) -> Formula:
        now, before = self._at(year), self._at(f"{year}-1")
        return lambda i: f"IF({year}=1,{none},IFERROR({now(i)}/{before(i)}-1,{none}))"

    def _by_input(self, formula: Formula) -> Callable[[int, int], str]:
        return lambda r, c: formula(str(r - self._row))

    def _by_rank(self, formula: Formula) -> Callable[[int, int], str]:
        return lambda r, c: formula(a1(r, self._number))

    def _rank(self, values: str) -> Callable[[int, int], str]:
        column, top = self._column - 1, self._row + 1

        def formula(r: int, c: int) -> str:
            own, so_far = a1(r, column), absolute(top, column, r - top + 1)
            return f"SUMPRODUCT(({values}>{own})*1)+SUMPRODUCT(({so_far}={own})*1)"

        return formula

    def _pair(self, key: str, year: str, value: Formula, form: str, colour: str) -> list[Series]:
        """Two columns, one of which is empty: by whether the year is an estimate."""
        estimated, named = self._estimated(year), self._named(key, year)
        given, light = label("label.given"), label("label.extrapolated")
        return [
            self._series(
                f'IF({estimated},"{given}",{named})',
                lambda i: f'IF({estimated},"",{value(i)})', form, colour,
            ),
            self._series(
                f'IF({estimated},{named},"{light}")',
                lambda i: f'IF({estimated},{value(i)},"")', form, colour, light=True,
            ),
        ]  # fmt: skip

    def _estimated(self, year: str) -> str:
        return f'INDEX({self._marks},1,{year})="e"'

    def _named(self, key: str, year: str) -> str:
        """The year, with an "e" if it is an estimate, and what the numbers are."""
        mark = f'IF({self._estimated(year)}," e","")'
        return f'INDEX(YEARS,1,{year})&{mark}&" {label(f"label.{key}")}"'

    def _series(
        self, name: str, value: Formula, form: str, colour: str, light: bool = False
    ) -> Series:
        head = self._head(name)
        cells = self._cells(self._by_rank(value), form)
        self._column += 1  # heads take two columns
        return Series(head, cells, colour, light=light)

    def _points(self, key: str, value: Formula) -> Series:
        """Points of the chosen year, at the right axis."""
        head = self._head(self._named(key, CHOSEN))
        cells = self._cells(self._by_rank(value), "share", gaps=True)
        self._column += 1
        return Series(head, cells, VERMILION, "points", labelled=self._count <= MANY)

    def _labelled(self, key: str, formula: Callable[[int, int], str], form: str = "whole") -> str:
        self._sheet.text(self._row, self._column, label(f"label.{key}"), role="data")
        return self._cells(formula, form)

    def _head(self, formula: str) -> str:
        self._sheet.formulas(self._row, self._column, 1, 1, lambda r, c: formula, role="data")
        return absolute(self._row, self._column)

    def _cells(self, formula: Callable[[int, int], str], form: str, gaps: bool = False) -> str:
        """The next column, below its head."""
        top, column = self._row + 1, self._column
        self._sheet.formulas(
            top, column, self._count, 1, formula, format=form, role="data", gaps=gaps
        )
        self._column += 1
        return absolute(top, column, self._count)

"""Where a chart sheet has its charts and the cells that they draw.

Extrapolated years stand in cells of their own, so that charts can draw them lighter: which years
those are is read from the marks of the output sheets by formulas, not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from iiecon import catalogue
from iiecon.spreadsheet.values import a1
from iiecon.workbook.charts import VERMILION, Chart, Place, Series
from iiecon.workbook.layout import Sheet

FIRST_YEAR = 6  # the column of the first year among the data
Formula = Callable[[int], str]  # of the number of a year, 1 = first


def label(key: str) -> str:
    """A text of the catalogue in both languages on one line."""
    return f"{catalogue.text(key, 'zh')} {catalogue.text(key, 'en')}"


def titles(key: str) -> tuple[str, ...]:
    """The lines above a chart: what it shows, in both languages."""
    return catalogue.text(f"chart.{key}", "zh"), catalogue.text(f"chart.{key}", "en")


def note() -> str:
    """How charts draw estimates."""
    return label("chart.estimates")


def absolute(row: int, column: int, rows: int = 1, columns: int = 1) -> str:
    """The address of cells, as charts refer to them."""
    ends = (a1(row, column), a1(row + rows - 1, column + columns - 1))
    area = ends[0] if rows == columns == 1 else ":".join(ends)
    return re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", area)


@dataclass(frozen=True)
class Grid:
    """Places for charts of one size, `across` in a line, from the row `top` on."""

    top: int
    rows: int
    columns: int
    across: int

    def place(self, number: int) -> Place:
        """The place of this number, 0 = first."""
        line, column = divmod(number, self.across)
        top, left = self.top + line * self.rows, 1 + column * self.columns
        return Place(top, left, self.rows, self.columns)

    def below(self, count: int) -> int:
        """The first row below this many charts."""
        return self.top + -(-count // self.across) * self.rows


class YearData:
    """Chart data by year: for each chart a heading, the years, and a line for each series."""

    def __init__(self, sheet: Sheet, row: int, years: int, grid: Grid) -> None:
        self.row = row
        self._sheet, self._years, self._grid = sheet, years, grid
        self._key, self._labels, self._owner = "", row, ""

    def begin(self, key: str, mark: Formula, owner: str = "") -> None:
        """Start the data of another chart. `mark` is a condition: the year is estimated. The text
        in the cell `owner` goes before the name of every series.
        """
        self._key, self._labels, self._owner = key, self.row + 2, owner
        self._sheet.text(self.row + 1, 1, label(f"chart.{key}"), role="data")
        self._sheet.formulas(
            self._labels, FIRST_YEAR, 1, self._years,
            lambda r, c: f'INDEX(YEARS,1,{_year(c)})&IF({mark(_year(c))}," e","")', role="data",
        )  # fmt: skip
        self.row += 3

    def draw(
        self,
        series: Sequence[Series],
        form: str,
        line_form: str = "",
        stacked: bool = False,
        overlap: int = 100,
        tall_labels: bool = False,
    ) -> None:
        """The chart of the data begun last, in the next place."""
        years = absolute(self._labels, FIRST_YEAR, 1, self._years)
        place = self._grid.place(len(self._sheet.charts))
        self._sheet.charts.append(
            Chart(
                titles(self._key), place, years, series, form, note(), line_form,
                stacked=stacked, overlap=overlap, tall_labels=tall_labels,
            )
        )  # fmt: skip

    def columns(self, key: str, value: Formula, colour: str, form: str = "whole") -> list[Series]:
        """Columns by year, those of estimated years lighter."""
        name, given = self._line(key, lambda k: self._split(k, value(k), '""'), form)
        _, light = self._line(key, lambda k: self._split(k, '""', value(k)), form)
        return [Series(name, given, colour), Series(name, light, colour, light=True, listed=False)]

    def line(self, key: str, value: Formula, form: str = "share") -> list[Series]:
        """A dashed line by year, and a solid one over it as far as years are given."""
        name, every = self._line(key, lambda k: f"IFERROR({value(k)},NA())", form, gaps=True)
        there = self.row - 1
        _, given = self._line(
            key,
            lambda k: self._split(k, a1(there, FIRST_YEAR + k - 1), "NA()"),
            form,
            gaps=True,
        )
        return [
            Series(name, every, VERMILION, "line", light=True, listed=False),
            Series(name, given, VERMILION, "line", labelled=False),
        ]

    def growth(self, value: Formula) -> list[Series]:
        """The line of growth over the year before; the first year has none."""
        return self.line("growth", lambda k: "NA()" if k == 1 else f"{value(k)}/{value(k - 1)}-1")

    def _split(self, k: int, given: str, estimated: str) -> str:
        label_of_year = a1(self._labels, FIRST_YEAR + k - 1)
        return f'IF(RIGHT({label_of_year})="e",{estimated},{given})'

    def _line(self, key: str, value: Formula, form: str, gaps: bool = False) -> tuple[str, str]:
        """One line of cells; returns where its name and its values stand."""
        row, text = self.row, label(f"label.{key}")
        if self._owner:
            self._sheet.formulas(row, 1, 1, 1, lambda r, c: f'{self._owner}&" {text}"', role="data")
        else:
            self._sheet.text(row, 1, text, role="data")
        self._sheet.formulas(
            row, FIRST_YEAR, 1, self._years, lambda r, c: value(_year(c)), format=form,
            role="data", gaps=gaps,
        )  # fmt: skip
        self.row += 1
        return absolute(row, 1), absolute(row, FIRST_YEAR, 1, self._years)


def _year(column: int) -> int:
    return column - FIRST_YEAR + 1

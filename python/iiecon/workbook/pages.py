"""How output sheets are written: tables of years below one another, and single lines by year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import a1
from iiecon.workbook.chart_data import absolute
from iiecon.workbook.input_sheets import header, new_sheet
from iiecon.workbook.layout import LINE_HEIGHT, UNITS, Mark, Role, Sheet
from iiecon.workbook.wording import both, by_default, say

TOP = 6
ENGLISH = 3  # the column of English names
FIRST_YEAR = 5  # the column of the first result year on every sheet
# Widths that all sheets of years share: code, Chinese and English name, unit or sector; years;
# shares and ranks.
WIDTHS = {1: 7.5, 2: 27, 3: 31, 4: 7.5}
YEAR_WIDTH, EXTRA_WIDTH = 12, 9
ONE_LINE = 110  # letters of a note that stay on one line
COMPARED = 2  # years whose shares and ranks stand beside a table: the last ones


@dataclass(frozen=True)
class Labels:
    """The rows of a table: how many, and the range behind each label column ("" = none)."""

    count: int
    columns: tuple[str, ...]


def rank(value: str, among: str) -> str:
    """The place of a cell's number among those of a column, 1 = largest. `among` is absolute.

    Equal numbers have different ranks, in the order of the table, so that each rank is given once.
    """
    first = among.split(":")[0]
    return f'IF(ISNUMBER({value}),RANK({value},{among})+COUNTIF({first}:{value},{value})-1,"")'


# The label of a table's last line and the formula of its cells.
LastLine = tuple[str, Callable[[int, int], str]]


@dataclass
class Page:
    """Writes tables below one another on a sheet; `years` result years from FIRST_YEAR on."""

    sheet: Sheet
    years: int
    row: int = TOP
    marks: str = ""  # the range that says "e" for each year that rests on an extrapolation

    def table(
        self,
        key: str,
        labels: Labels,
        name: str,
        format: str,
        spill: str = "",
        formula: Callable[[int, int], str] | None = None,
        total: bool = True,
        mark: str | None = None,
        ranked: str = "",
        source: str = "model",
        last: LastLine | None = None,
    ) -> int:
        """A titled table of years with its source below; returns the row of its first line.

        Estimated cells are marked: by the page's years, or by `mark`, a condition with {year} and
        {code} for a cell's year and code ("" = no marks). A `ranked` table has the share of each
        line in the whole (of this range by year) and its rank beside the last years. `last` is the
        last line where it is not the sum.
        """
        self.heading(key, UNITS.get(format, ""))
        self.year_headers()
        top = self.row + 1
        self.label_columns(labels, top)
        if spill:
            self.sheet.spill(top, FIRST_YEAR, labels.count, self.years, spill, name, format)
        elif formula:
            self.sheet.formulas(top, FIRST_YEAR, labels.count, self.years, formula, name, format)
        if mark != "":
            self.mark(top, labels.count, format, mark)
        if ranked:
            self._shares_and_ranks(top, labels.count, ranked, mark)
        self.row = top + labels.count
        if total or last:
            by_year = mark if mark is None or "{code}" not in mark else None
            self._last_line(last or _sums(top, labels.count), format, top - 1, by_year)
        self.source(source)
        self.row += 1
        return top

    def _shares_and_ranks(self, top: int, count: int, whole: str, mark: str | None) -> None:
        """Share and rank in each of the last years, to the right of the years."""
        shown = range(max(1, self.years - COMPARED + 1), self.years + 1)
        left = FIRST_YEAR + self.years
        for i, year in enumerate(shown):
            values = FIRST_YEAR + year - 1
            area = absolute(top, values, count)
            columns = (
                (left + i, "share_short", "share",
                 lambda r, c, v=values, k=year: f'IFERROR({a1(r, v)}/INDEX({whole},1,{k}),"")'),
                (left + len(shown) + i, "rank_short", "whole",
                 lambda r, c, v=values, a=area: rank(a1(r, v), a)),
            )  # fmt: skip
            for column, key, form, formula in columns:
                text = " ".join(header(key).split("\n"))
                self.sheet.formulas(
                    top - 1, column, 1, 1,
                    lambda r, c, t=text, k=year: f'INDEX(YEARS,1,{k})&" {t}"',  # type: ignore[misc]
                    format="word", role="header",
                )  # fmt: skip
                self.sheet.formulas(top, column, count, 1, formula, format=form)
                self.sheet.widths[column] = EXTRA_WIDTH
                self.sheet.heights[top - 1] = 2 * LINE_HEIGHT
                if mark != "":
                    self.mark(top, count, form, mark, column=column, year=values)

    def mark(
        self,
        top: int,
        count: int,
        format: str,
        mark: str | None,
        header_row: int = 0,
        column: int = 0,
        year: int = FIRST_YEAR,
    ) -> None:
        """Mark the years of some lines, or one column that belongs to the year of another."""
        if not (mark or self.marks):
            return
        by_year = f'INDEX({self.marks},1,MATCH({{year}},YEARS,0))="e"'
        above = absolute(header_row or top - 1, year)
        if not column:
            above = above.replace("$", "", 1)  # the year moves with the column
        condition = (mark or by_year).format(year=above, code=f"$A{top}")
        first = column or FIRST_YEAR
        last = a1(top + count - 1, column or FIRST_YEAR + self.years - 1)
        self.sheet.marks.append(Mark(f"{a1(top, first)}:{last}", condition, format))

    def label_columns(self, labels: Labels, top: int) -> None:
        """Codes and names at the left of a table, taken from the inputs."""
        for i, source in enumerate(labels.columns, start=1):
            if not source:
                continue
            role: Role = "english" if i == ENGLISH else "label"
            self.sheet.spill(top, i, labels.count, 1, source, role=role)

    def heading(self, key: str, unit: str = "") -> None:
        """A title across the label columns of this row, with a unit at its right end."""
        title = header(key).replace("\n", "  ")
        title += f"（{unit}）" if unit else ""
        self.sheet.text(self.row, 1, title, *[""] * (FIRST_YEAR - 2), role="header")
        self.sheet.printing.tables.append(self.row)

    def year_headers(self, first: int = FIRST_YEAR) -> None:
        """The result years above the columns from `first` on."""
        self.sheet.spill(self.row, first, 1, self.years, "YEARS", format="year_head", role="header")

    def source(self, key: str) -> None:
        """Where the figures above come from, from this row on."""
        text = both(f"source_line.{key}")
        for line in [text] if len(by_default(*text)) <= ONE_LINE else (text[:1], text[-1:]):
            say(self.sheet, self.row, 1, *line, role="note")
            self.row += 1

    def _last_line(self, line: LastLine, format: str, years: int, mark: str | None) -> None:
        """The line about the whole table, marked as the years in the row `years` are."""
        key, formula = line
        self.sheet.text(self.row, 1, "", *header(key).split("\n"), "", role="total")
        self.sheet.formulas(
            self.row, FIRST_YEAR, 1, self.years, formula, format=format, role="total"
        )
        if mark != "":
            self.mark(self.row, 1, format, mark, header_row=years)
        self.row += 1


def _sums(top: int, count: int) -> LastLine:
    def whole(r: int, c: int) -> str:
        area = f"{a1(top, c)}:{a1(top + count - 1, c)}"
        return f'IF(COUNT({area})=0,"",SUM({area}))'

    return "total_row", whole


def section_rows(inputs: ModelInputs) -> Labels:
    """The sections: code, names, sector of three."""
    names = "INDEX(SECTION_NAMES,0,1)", "INDEX(SECTION_NAMES,0,2)"
    sectors = [header(key).split("\n")[0] for key in ("primary", "secondary", "tertiary")]
    shown = (
        f'IF(SECTION_SECTOR3="primary","{sectors[0]}",'
        f'IF(SECTION_SECTOR3="secondary","{sectors[1]}","{sectors[2]}"))'
    )
    return Labels(len(inputs.sections), ("SECTION_CODES", *names, shown))


def province_rows(inputs: ModelInputs) -> Labels:
    """The provinces: code and names."""
    names = "INDEX(PROVINCE_NAMES,0,1)", "INDEX(PROVINCE_NAMES,0,2)"
    return Labels(len(inputs.provinces), ("PROVINCE_CODES", *names))


def region_rows(inputs: ModelInputs) -> Labels:
    """The regions: names, as their keys are for programs."""
    names = "INDEX(REGION_NAMES,0,1)", "INDEX(REGION_NAMES,0,2)"
    return Labels(len(inputs.regions), ("", *names))


def new_page(name: str, inputs: ModelInputs, widths: dict[int, float] | None = None) -> Page:
    """An output sheet with the standard columns."""
    sheet = new_sheet(name, output=True)
    years = len(inputs.options.years)
    by_year = {FIRST_YEAR + t: YEAR_WIDTH for t in range(years)}
    sheet.widths = {**WIDTHS, **by_year, **(widths or {})}
    sheet.formulas(TOP - 1, 1, 1, 1, lambda r, c: "SCORES_SOURCE", role="note")
    sheet.freeze = (TOP + 1, FIRST_YEAR)
    return Page(sheet, years, TOP + 1)


class Lines:
    """Single lines by year, below a header of years unless one is there already (no title).

    `marks` is a condition with {year} for estimated cells, which a line may replace.
    """

    def __init__(self, page: Page, title: str = "", marks: str = "") -> None:
        self._page, self._marks = page, marks
        if not title:
            self._years = page.row - 1
            return
        page.heading(title)
        page.year_headers()
        self._years = page.row
        page.row += 1

    def spill(
        self, key: str, name: str, format: str, formula: str, mark: str | None = None
    ) -> None:
        """A line filled by one of our functions."""
        self._label(key, format)
        page = self._page
        page.sheet.spill(page.row, FIRST_YEAR, 1, page.years, formula, name, format)
        self._end(format, mark)

    def plain(
        self,
        key: str,
        name: str,
        format: str,
        formula: Callable[[int], str],
        mark: str | None = None,
    ) -> None:
        """A line of plain formulas of the year's number, 1 = first."""
        self._label(key, format)
        page = self._page
        page.sheet.formulas(
            page.row, FIRST_YEAR, 1, page.years, lambda r, c: formula(c - FIRST_YEAR + 1),
            name, format,
        )  # fmt: skip
        self._end(format, mark)

    def _end(self, format: str, mark: str | None) -> None:
        condition = self._marks if mark is None else mark
        if condition:
            self._page.mark(self._page.row, 1, format, condition, header_row=self._years)
        self._page.row += 1

    def marks(self, name: str, condition: Callable[[int], str], key: str = "estimated") -> None:
        """The line that says "e" for each year in which the condition holds."""
        self.plain(key, name, "whole", lambda k: f'IF({condition(k)},"e","")', "")

    def _label(self, key: str, format: str) -> None:
        chinese, english = header(key).split("\n")
        sheet, row = self._page.sheet, self._page.row
        sheet.text(row, 1, "", chinese)
        sheet.text(row, ENGLISH, english, role="english")
        sheet.text(row, ENGLISH + 1, UNITS.get(format, ""))

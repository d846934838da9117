"""How output sheets are written: tables of years below one another, and single lines by year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.values import a1
from iiecon.workbook.input_sheets import header, new_sheet
from iiecon.workbook.layout import UNITS, Mark, Sheet

TOP = 6
FIRST_YEAR = 5  # the column of the first result year on every sheet


@dataclass(frozen=True)
class Labels:
    """The rows of a table: how many, and the range behind each label column."""

    count: int
    columns: tuple[str, ...]


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
    ) -> int:
        """A titled table of years; returns the row of its first line.

        Estimated cells are marked: by the page's years, or by `mark`, a condition with {year} and
        {code} for a cell's year and code ("" = no marks).
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
            self._mark(top, labels.count, format, mark)
        self.row = top + labels.count
        if total:
            self._total(top, labels.count, format)
            if mark != "":
                by_year = mark if mark and "{code}" not in mark else None
                self._mark(self.row - 1, 1, format, by_year, header_row=top - 1)
        self.row += 2
        return top

    def _mark(
        self, top: int, count: int, format: str, mark: str | None, header_row: int = 0
    ) -> None:
        if not self.marks:
            return
        by_year = f'INDEX({self.marks},1,MATCH({{year}},YEARS,0))="e"'
        year = a1(header_row or top - 1, FIRST_YEAR)
        letters = year.rstrip("0123456789")
        condition = (mark or by_year).format(
            year=f"{letters}${year.removeprefix(letters)}", code=f"$A{top}"
        )
        last = a1(top + count - 1, FIRST_YEAR + self.years - 1)
        self.sheet.marks.append(Mark(f"{a1(top, FIRST_YEAR)}:{last}", condition, format))

    def label_columns(self, labels: Labels, top: int) -> None:
        """Codes and names at the left of a table, taken from the inputs."""
        for i, source in enumerate(labels.columns, start=1):
            self.sheet.spill(top, i, labels.count, 1, source, role="label")

    def heading(self, key: str, unit: str = "") -> None:
        """A title across the label columns of this row, with a unit at its right end."""
        title = header(key).replace("\n", "  ")
        title += f"（{unit}）" if unit else ""
        self.sheet.text(self.row, 1, title, *[""] * (FIRST_YEAR - 2), role="header")

    def year_headers(self, first: int = FIRST_YEAR) -> None:
        """The result years above the columns from `first` on."""
        self.sheet.spill(self.row, first, 1, self.years, "YEARS", format="year", role="header")

    def _total(self, top: int, count: int, format: str) -> None:
        self.sheet.text(self.row, 1, header("total_row"))
        last = top + count - 1

        def whole(r: int, c: int) -> str:
            area = f"{a1(top, c)}:{a1(last, c)}"
            return f'IF(COUNT({area})=0,"",SUM({area}))'

        self.sheet.formulas(self.row, FIRST_YEAR, 1, self.years, whole, format=format)
        self.row += 1


def section_rows(inputs: ModelInputs) -> Labels:
    """The 19 sections: code, names, sector of three."""
    names = "INDEX(SECTION_NAMES,0,1)", "INDEX(SECTION_NAMES,0,2)"
    return Labels(len(inputs.sections), ("SECTION_CODES", *names, "SECTION_SECTOR3"))


def province_rows(inputs: ModelInputs) -> Labels:
    """The provinces: code and names."""
    names = "INDEX(PROVINCE_NAMES,0,1)", "INDEX(PROVINCE_NAMES,0,2)"
    return Labels(len(inputs.provinces), ("PROVINCE_CODES", *names))


def region_rows(inputs: ModelInputs) -> Labels:
    """The regions: key and names."""
    names = "INDEX(REGION_NAMES,0,1)", "INDEX(REGION_NAMES,0,2)"
    return Labels(len(inputs.regions), ("REGION_KEYS", *names))


def new_page(name: str, inputs: ModelInputs, widths: dict[int, float] | None = None) -> Page:
    """An output sheet with the standard columns."""
    sheet = new_sheet(name, output=True)
    years = len(inputs.options.years)
    standard = {1: 12, 2: 32, 3: 44, 4: 12}
    sheet.widths = {**standard, **{FIRST_YEAR + t: 14 for t in range(years)}, **(widths or {})}
    sheet.formulas(TOP - 1, 1, 1, 1, lambda r, c: "SCORES_SOURCE", role="label")
    sheet.freeze = (TOP + 1, FIRST_YEAR)
    return Page(sheet, years, TOP + 1)


class Lines:
    """Single lines by year, below a header of years unless one is there already (no title)."""

    def __init__(self, page: Page, title: str = "") -> None:
        self._page = page
        if not title:
            return
        page.heading(title)
        page.year_headers()
        page.row += 1

    def spill(self, key: str, name: str, format: str, formula: str) -> None:
        """A line filled by one of our functions."""
        self._label(key, format)
        page = self._page
        page.sheet.spill(page.row, FIRST_YEAR, 1, page.years, formula, name, format)
        page.row += 1

    def plain(self, key: str, name: str, format: str, formula: Callable[[int], str]) -> None:
        """A line of plain formulas of the year's number, 1 = first."""
        self._label(key, format)
        page = self._page
        page.sheet.formulas(
            page.row, FIRST_YEAR, 1, page.years, lambda r, c: formula(c - FIRST_YEAR + 1),
            name, format,
        )  # fmt: skip
        page.row += 1

    def marks(self, name: str, condition: Callable[[int], str]) -> None:
        """The line that says "e" for each year in which the condition holds."""
        self.plain("estimated", name, "whole", lambda k: f'IF({condition(k)},"e","")')

    def _label(self, key: str, format: str) -> None:
        chinese, english = header(key).split("\n")
        self._page.sheet.text(self._page.row, 1, "", chinese, english, UNITS.get(format, ""))

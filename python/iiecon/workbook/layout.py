"""What a workbook is made of: sheets, blocks of cells, and the input ranges with their rules.

A `Block` is a rectangle of one kind: text, input, plain formulas or one spilling formula. The
builder writes blocks, the reader finds inputs through their defined names. Ranges are read by name,
never by position, so an analyst may insert rows and columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from iiecon.inputs import MACRO_COLUMNS
from iiecon.options import names as option_names
from iiecon.spreadsheet.values import a1
from iiecon.workbook.charts import Chart

Kind = Literal["number", "code", "text", "name"]
# "data": what charts draw, in small grey figures; "english" and "note": small and grey too; a tile
# of the map has three parts.
Role = Literal[
    "label",
    "header",
    "input",
    "computed",
    "data",
    "total",
    "english",
    "note",
    "link",
    "tile",
    "tile_name",
    "tile_foot",
]
Tone = Literal["good", "near", "doubt", "none"]
Value = str | float | int | bool | None

MARK_ROOM = "_ _e"  # as wide as the mark " e", so that digits stand below one another
FORMATS = {
    "general": "General",
    "money": "#,##0.00",
    "share": "0.00%",
    "people": "#,##0.00",
    "rate": "0.0000",
    "multiplier": "0.0000",
    "whole": "#,##0",
    "year": "0",
    "year_head": f"0{MARK_ROOM}",
    "index": "0.000",
    "brief": "#,##0.0",
    "flag": '[=1]"e";[=0]"";0',  # 1 where a figure is estimated
    "tick": '[=1]"●";[=0]"";0',
    "typed": '0.0000;-0.0000;""',  # zero where nothing is typed
    "word": "General",  # a short text, in the middle of its cell
    "tiny": "0.0E+00",
    "text": "@",
}
LINE_HEIGHT = 13.0  # of a row, in points
WIDE = 1.75  # the width of a Chinese character in letters
# The unit that a number format stands for on the output sheets.
UNITS = {"money": "亿元", "people": "万人"}


def length(line: str) -> float:
    """The length of a line in the unit of column widths; Chinese characters are wide."""
    return sum(WIDE if ord(c) > 0x2E80 else 1.0 for c in line)


@dataclass(frozen=True)
class InputRange:
    """A named range that an analyst fills: where it must be and what may stand in it.

    Formulas look a "code" up, so that blanks around it would make it another one; a "name" stands
    within sentences and is no number.
    Workbooks made before there was an `optional` range need not have it.
    """

    name: str
    sheet: str
    kind: Kind
    blank: bool = False
    optional: bool = False


INPUT_SHEETS = (
    "Settings",
    "IO_Table",
    "Sectors",
    "Experts",
    "Section_VA",
    "Macro",
    "Province",
)

# Every range that the model reads. `blank`: cells may be empty (not given).
INPUT_RANGES = {
    r.name: r
    for r in (
        InputRange("OPTION_VALUES", "Settings", "code"),
        InputRange("GROWTH_WEIGHTS", "Settings", "number", blank=True),
        InputRange("GROWTH_ADDITION", "Settings", "number", blank=True),
        InputRange("GROWTH_ADDITION_YEAR", "Settings", "number", blank=True),
        InputRange("INDUSTRY_ZH", "Settings", "name", optional=True),
        InputRange("INDUSTRY_EN", "Settings", "name", optional=True),
        InputRange("IO_YEAR", "IO_Table", "number"),
        InputRange("IO_CODES", "IO_Table", "code"),
        InputRange("IO_COLUMN_CODES", "IO_Table", "code"),
        InputRange("IO_NAMES", "IO_Table", "text", blank=True),
        InputRange("IO_FLOWS", "IO_Table", "number"),
        InputRange("IO_FINAL_USE_CODES", "IO_Table", "code"),
        InputRange("IO_FINAL_USE", "IO_Table", "number"),
        InputRange("IO_EXPORTS", "IO_Table", "number"),
        InputRange("IO_IMPORTS", "IO_Table", "number"),
        InputRange("IO_DISCREPANCY", "IO_Table", "number"),
        InputRange("IO_OUTPUT", "IO_Table", "number"),
        InputRange("IO_PRIMARY_CODES", "IO_Table", "code"),
        InputRange("IO_PRIMARY", "IO_Table", "number"),
        InputRange("IO_OTHER_INPUTS", "IO_Table", "number"),
        InputRange("IO_VALUE_ADDED", "IO_Table", "number"),
        InputRange("SECTOR_CODES", "Sectors", "code"),
        InputRange("SECTOR_SECTIONS", "Sectors", "code"),
        InputRange("SECTOR_DIRECT", "Sectors", "text", blank=True),
        InputRange("SECTOR_CONFIDENCE", "Sectors", "number", blank=True, optional=True),
        InputRange("SECTOR_REASONS", "Sectors", "text", blank=True, optional=True),
        InputRange("SCORES_SOURCE", "Experts", "text"),
        InputRange("FACTOR_KEYS", "Experts", "code"),
        InputRange("FACTOR_WEIGHTS", "Experts", "number"),
        InputRange("GRADE_KEYS", "Experts", "code"),
        InputRange("GRADE_SCORES", "Experts", "number"),
        InputRange("SCORE_CODES", "Experts", "code"),
        InputRange("SCORE_OVERRIDE", "Experts", "number", blank=True),
        InputRange("BALLOT_CODES", "Experts", "code"),
        InputRange("BALLOTS", "Experts", "number", blank=True),
        InputRange("SECTION_CODES", "Section_VA", "code"),
        InputRange("SECTION_NAMES", "Section_VA", "text", blank=True),
        InputRange("SECTION_SECTOR3", "Section_VA", "code"),
        InputRange("SECTION_VA_YEARS", "Section_VA", "number"),
        InputRange("SECTION_VA", "Section_VA", "number", blank=True),
        InputRange("GROWTH_SECTIONS", "Settings", "code"),
        InputRange("WAGE_SECTIONS", "Macro", "code"),
        InputRange("MACRO_YEARS", "Macro", "number"),
        InputRange("MACRO_KEYS", "Macro", "code"),
        InputRange("MACRO_DATA", "Macro", "number", blank=True),
        InputRange("WAGE_YEARS", "Macro", "number"),
        InputRange("SECTION_WAGES", "Macro", "number", blank=True),
        InputRange("PROVINCE_CODES", "Province", "code"),
        InputRange("PROVINCE_NAMES", "Province", "text", blank=True),
        InputRange("PROVINCE_REGIONS", "Province", "code", blank=True),
        InputRange("PROVINCE_EMPLOYED", "Province", "number"),
        InputRange("PROVINCE_YEARS", "Province", "number"),
        InputRange("PROVINCE_GDP", "Province", "number", blank=True),
        InputRange("REGION_KEYS", "Province", "code"),
        InputRange("REGION_NAMES", "Province", "text", blank=True),
    )
}

# Rows and columns of each range: numbers and names of lists whose length counts, multiplied.
SHAPES = {
    **{
        name: (name, "1")
        for name in (
            "IO_CODES", "IO_PRIMARY_CODES", "SECTOR_CODES", "FACTOR_KEYS", "SCORE_CODES",
            "SECTION_CODES", "MACRO_YEARS", "PROVINCE_CODES", "REGION_KEYS",
        )
    },
    **{
        name: ("1", name)
        for name in (
            "IO_FINAL_USE_CODES", "GRADE_KEYS", "SECTION_VA_YEARS", "WAGE_YEARS", "PROVINCE_YEARS",
        )
    },
    "OPTION_VALUES": (str(len(option_names())), "1"),
    "MACRO_KEYS": ("1", str(len(MACRO_COLUMNS))),
    "INDUSTRY_ZH": ("1", "1"),
    "INDUSTRY_EN": ("1", "1"),
    "IO_YEAR": ("1", "1"),
    "IO_COLUMN_CODES": ("1", "IO_CODES"),
    "IO_NAMES": ("IO_CODES", "1"),
    "IO_FLOWS": ("IO_CODES", "IO_CODES"),
    "IO_FINAL_USE": ("IO_CODES", "IO_FINAL_USE_CODES"),
    "IO_EXPORTS": ("IO_CODES", "1"),
    "IO_IMPORTS": ("IO_CODES", "1"),
    "IO_DISCREPANCY": ("IO_CODES", "1"),
    "IO_OUTPUT": ("IO_CODES", "1"),
    "IO_PRIMARY": ("IO_PRIMARY_CODES", "IO_CODES"),
    "IO_OTHER_INPUTS": ("1", "IO_CODES"),
    "IO_VALUE_ADDED": ("1", "IO_CODES"),
    "SECTOR_SECTIONS": ("SECTOR_CODES", "1"),
    "SECTOR_DIRECT": ("SECTOR_CODES", "1"),
    "SECTOR_CONFIDENCE": ("SECTOR_CODES", "2"),
    "SECTOR_REASONS": ("SECTOR_CODES", "1"),
    "SCORES_SOURCE": ("1", "1"),
    "FACTOR_WEIGHTS": ("FACTOR_KEYS", "1"),
    "GRADE_SCORES": ("1", "GRADE_KEYS"),
    "SCORE_OVERRIDE": ("SCORE_CODES", "1"),
    "BALLOT_CODES": ("SCORE_CODES FACTOR_KEYS", "1"),
    "BALLOTS": ("SCORE_CODES FACTOR_KEYS", "GRADE_KEYS"),
    "SECTION_NAMES": ("SECTION_CODES", "2"),
    "SECTION_SECTOR3": ("SECTION_CODES", "1"),
    "SECTION_VA": ("SECTION_CODES", "SECTION_VA_YEARS"),
    "GROWTH_SECTIONS": ("SECTION_CODES", "1"),
    "WAGE_SECTIONS": ("SECTION_CODES", "1"),
    "GROWTH_WEIGHTS": ("SECTION_CODES", "3"),
    "GROWTH_ADDITION": ("SECTION_CODES", "1"),
    "GROWTH_ADDITION_YEAR": ("SECTION_CODES", "1"),
    "SECTION_WAGES": ("SECTION_CODES", "WAGE_YEARS"),
    "MACRO_DATA": ("MACRO_YEARS", "MACRO_KEYS"),
    "PROVINCE_NAMES": ("PROVINCE_CODES", "2"),
    "PROVINCE_REGIONS": ("PROVINCE_CODES", "1"),
    "PROVINCE_EMPLOYED": ("PROVINCE_CODES", "2"),
    "PROVINCE_GDP": ("PROVINCE_CODES", "3 PROVINCE_YEARS"),
    "REGION_NAMES": ("REGION_KEYS", "2"),
}  # fmt: skip

# Ranges that must begin in the same row or column as their labels.
ALIGNED = (
    ("IO_FLOWS", "IO_CODES", "row"),
    ("IO_FLOWS", "IO_COLUMN_CODES", "column"),
    ("BALLOTS", "BALLOT_CODES", "row"),
    ("BALLOTS", "GRADE_KEYS", "column"),
    ("SCORE_OVERRIDE", "SCORE_CODES", "row"),
    ("SECTION_VA", "SECTION_CODES", "row"),
    ("SECTION_VA", "SECTION_VA_YEARS", "column"),
    ("GROWTH_WEIGHTS", "GROWTH_SECTIONS", "row"),
    ("GROWTH_ADDITION", "GROWTH_SECTIONS", "row"),
    ("GROWTH_ADDITION_YEAR", "GROWTH_SECTIONS", "row"),
    ("FACTOR_WEIGHTS", "FACTOR_KEYS", "row"),
    ("SECTOR_SECTIONS", "SECTOR_CODES", "row"),
    ("SECTOR_DIRECT", "SECTOR_CODES", "row"),
    ("SECTION_SECTOR3", "SECTION_CODES", "row"),
    ("SECTION_WAGES", "WAGE_SECTIONS", "row"),
    ("SECTION_WAGES", "WAGE_YEARS", "column"),
    ("MACRO_DATA", "MACRO_YEARS", "row"),
    ("MACRO_DATA", "MACRO_KEYS", "column"),
    ("PROVINCE_GDP", "PROVINCE_CODES", "row"),
    ("PROVINCE_GDP", "PROVINCE_YEARS", "column"),
    ("PROVINCE_EMPLOYED", "PROVINCE_CODES", "row"),
    ("PROVINCE_REGIONS", "PROVINCE_CODES", "row"),
)

# How an index of the model's array becomes a position in the range that an analyst sees:
# "same", "across" (row and column swapped) or "by_sector" (three rows a province become three
# blocks of columns).
PLACES = {
    "flows": ("IO_FLOWS", "same"),
    "output": ("IO_OUTPUT", "same"),
    "value_added": ("IO_VALUE_ADDED", "across"),
    "final_use": ("IO_FINAL_USE", "same"),
    "imports": ("IO_IMPORTS", "same"),
    "exports": ("IO_EXPORTS", "same"),
    "discrepancy": ("IO_DISCREPANCY", "same"),
    "other_inputs": ("IO_OTHER_INPUTS", "across"),
    "primary": ("IO_PRIMARY", "same"),
    "io_year": ("IO_YEAR", "same"),
    "codes": ("IO_CODES", "same"),
    "sector_codes": ("SECTOR_CODES", "same"),
    "sector_sections": ("SECTOR_SECTIONS", "same"),
    "sector_direct": ("SECTOR_DIRECT", "same"),
    "sector_confidence": ("SECTOR_CONFIDENCE", "same"),
    "weights": ("FACTOR_WEIGHTS", "same"),
    "grade_scores": ("GRADE_SCORES", "across"),
    "ballots": ("BALLOTS", "same"),
    "score_codes": ("SCORE_CODES", "same"),
    "scores": ("SCORE_OVERRIDE", "same"),
    "score_override": ("SCORE_OVERRIDE", "same"),
    "section_codes": ("SECTION_CODES", "same"),
    "section_sector3": ("SECTION_SECTOR3", "same"),
    "section_names": ("SECTION_NAMES", "same"),
    "growth_weights": ("GROWTH_WEIGHTS", "same"),
    "growth_addition": ("GROWTH_ADDITION", "same"),
    "province_names": ("PROVINCE_NAMES", "same"),
    "growth_addition_year": ("GROWTH_ADDITION_YEAR", "same"),
    "section_va": ("SECTION_VA", "same"),
    "section_va_years": ("SECTION_VA_YEARS", "same"),
    "province_gdp_years": ("PROVINCE_YEARS", "same"),
    "rate_base": ("SECTION_VA", "same"),
    "macro": ("MACRO_DATA", "across"),
    "production": ("MACRO_DATA", "across"),
    "wages": ("SECTION_WAGES", "same"),
    "province_codes": ("PROVINCE_CODES", "same"),
    "province_regions": ("PROVINCE_REGIONS", "same"),
    "province_gdp": ("PROVINCE_GDP", "by_sector"),
    "province_employed": ("PROVINCE_EMPLOYED", "same"),
    "options": ("OPTION_VALUES", "same"),
    "industry_zh": ("INDUSTRY_ZH", "same"),
    "industry_en": ("INDUSTRY_EN", "same"),
}

# The cells on About that say when, by which version and from which inputs it was computed.
STAMP_NAMES = ("RUN_TIME", "RUN_VERSION", "RUN_INPUTS")

# The sheets whose names and formulas the others need.
REQUIRED_SHEETS = (
    *INPUT_SHEETS,
    "Summary",
    "Sections",
    "Provinces",
    "Employment",
    "IO_Analysis",
    "IO_Sectors",
    "Multiplier",
    "Province_GDP",
    "Checks",
    "Published",
)


@dataclass(frozen=True)
class Block:
    """A rectangle of cells, 1-based. Exactly one of `values`, `formula`, `spill` fills it.

    `formula(row, column)` gives the text of each cell without "="; `spill` is one dynamic-array
    formula for the whole block, which must have its size. Cells are chosen from `choices` or from
    the named range `choices_from`, or hold texts of up to `longest` characters. A formula with
    `gaps` may say #N/A: a chart draws nothing there. `worded` is what a formula says that only puts
    the industry's name into a text: no result rests on it, a user may write something else.
    """

    row: int
    column: int
    rows: int
    columns: int
    role: Role
    name: str = ""
    values: Sequence[Sequence[Value]] | None = None
    formula: Callable[[int, int], str] | None = None
    spill: str = ""
    format: str = "general"
    choices: tuple[str, ...] = ()
    choices_from: str = ""
    gaps: bool = False
    longest: int = 0
    worded: str = ""

    @property
    def computed(self) -> bool:
        """Whether formulas fill it."""
        return self.formula is not None or bool(self.spill)

    @property
    def area(self) -> str:
        """The block as an absolute A1 range."""
        first = a1(self.row, self.column)
        last = a1(self.row + self.rows - 1, self.column + self.columns - 1)
        return f"{first}:{last}" if first != last else first


@dataclass(frozen=True)
class Mark:
    """Cells of `area` are shown as estimated where `condition` holds; it is written for the first
    cell of the area and moves with the others, as Excel's conditional formats do. `area` may be
    several, by spaces.
    """

    area: str
    condition: str
    format: str


@dataclass(frozen=True)
class Scale:
    """Cells shaded from light to dark by their numbers: between the smallest and the largest, or by
    three cells (`stops`) that hold the ends and the middle. `area` may be several, by spaces.
    """

    area: str
    stops: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tint:
    """Cells of `area` coloured softly where `condition` holds, written for its first cell."""

    area: str
    condition: str
    tone: Tone


@dataclass
class Printing:
    """How a sheet goes on paper, A4: rows and columns repeated on each page ("1:2", "A:B"), how
    many pages wide, and the rows where a table begins, none of which is cut where it fits on a
    page. Columns beyond the number `printed` stay off paper (0: none do).
    """

    rows: str = "1:2"
    columns: str = ""
    pages_wide: int = 1
    printed: int = 0
    tables: list[int] = field(default_factory=list)


@dataclass
class Sheet:
    """One sheet: titles, blocks and how it looks.

    `output` sheets are locked; a `hidden` one holds settings for programs and has no title. Of a
    sheet with `print_areas` each is printed on a page of its own, and nothing else. `lights` are
    cells with ✔ or ✘, `filtered` is the area that a reader may filter, `wrapped` are columns of
    long texts, `heights` those of single rows in points. `shown_as`: number formats by condition.
    `doubts`: areas whose cells stand out where a condition says that they are to be confirmed;
    `tints`: those that are coloured by what they say.
    `links` lead from a cell to the sheet of that name.
    """

    name: str
    output: bool
    blocks: list[Block] = field(default_factory=list)
    widths: dict[int, float] = field(default_factory=dict)
    freeze: tuple[int, int] = (5, 1)
    marks: list[Mark] = field(default_factory=list)
    doubts: dict[str, str] = field(default_factory=dict)
    tints: list[Tint] = field(default_factory=list)
    hidden: bool = False
    charts: list[Chart] = field(default_factory=list)
    print_areas: tuple[str, ...] = ()
    printing: Printing = field(default_factory=Printing)
    scales: list[Scale] = field(default_factory=list)
    shown_as: list[Mark] = field(default_factory=list)
    lights: list[str] = field(default_factory=list)
    filtered: str = ""
    wrapped: tuple[int, ...] = ()
    heights: dict[int, float] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    @property
    def code_name(self) -> str:
        """What VBA calls it: an identifier, and none that Excel gives to a sheet of its own."""
        return "Sheet_" + re.sub(r"\W", "_", self.name)

    def text(self, row: int, column: int, *cells: Value, role: Role = "label") -> None:
        """A row of labels."""
        self.blocks.append(Block(row, column, 1, len(cells), role, values=[cells]))

    def table(
        self,
        row: int,
        column: int,
        values: Sequence[Sequence[Value]],
        role: Role = "input",
        name: str = "",
        format: str = "general",
    ) -> Block:
        """A rectangle of given values."""
        block = Block(row, column, len(values), len(values[0]), role, name, values, format=format)
        self.blocks.append(block)
        return block

    def formulas(
        self,
        row: int,
        column: int,
        rows: int,
        columns: int,
        formula: Callable[[int, int], str],
        name: str = "",
        format: str = "general",
        role: Role = "computed",
        gaps: bool = False,
    ) -> Block:
        """A rectangle of plain formulas."""
        block = Block(
            row, column, rows, columns, role, name, formula=formula, format=format, gaps=gaps
        )
        self.blocks.append(block)
        return block

    def spill(
        self,
        row: int,
        column: int,
        rows: int,
        columns: int,
        formula: str,
        name: str = "",
        format: str = "general",
        role: Role = "computed",
    ) -> Block:
        """A rectangle filled by one dynamic-array formula."""
        block = Block(row, column, rows, columns, role, name, spill=formula, format=format)
        self.blocks.append(block)
        return block

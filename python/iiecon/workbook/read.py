"""Inputs out of a workbook: every range found by its name, every cell checked, findings located."""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from iiecon import options as option_rules
from iiecon.findings import Finding, InputError, errors_of
from iiecon.inputs import (
    MACRO_COLUMNS,
    Experts,
    GrowthRules,
    Industry,
    ModelInputs,
    Proposed,
    Province,
    Region,
    Section,
    Series,
)
from iiecon.iotable import WAN_PER_YI, FloatArray, IOTable, TableParts, printed_precision
from iiecon.options import Options
from iiecon.spreadsheet.calculator import Book, Calculation, Calculator, FileBook
from iiecon.spreadsheet.formula import has_relative_references
from iiecon.spreadsheet.package import Package, find_name
from iiecon.spreadsheet.values import LARGEST_FIGURE, Area, ExcelError, Scalar, a1, parse_area
from iiecon.workbook.layout import (
    ALIGNED,
    INPUT_RANGES,
    PLACES,
    REQUIRED_SHEETS,
    SHAPES,
    InputRange,
)
from udfs import FUNCTIONS
from udfs.arguments import label

YEAR_RANGES = ("IO_YEAR", "SECTION_VA_YEARS", "MACRO_YEARS", "WAGE_YEARS", "PROVINCE_YEARS")
# Findings that only say that a workbook is still to be filled in.
LEFT_TO_FILL = ("range_blank", "cell_blank", "cell_blank_text", "direct_without_ballots")
LARGEST_RANGE = 1_000_000  # cells; a name over whole columns is no input range


@dataclass(frozen=True)
class Range:
    """A named range found in the workbook: where it is and what its cells hold."""

    sheet: str
    area: Area
    cells: list[list[Scalar]]

    def cell(self, row: int, column: int) -> str:
        """The address of a 0-based position in the range."""
        return a1(self.area.row1 + row, self.area.col1 + column)


def load_inputs(path: str | Path) -> ModelInputs:
    """The inputs of a workbook file; InputError names sheet and cell of what is wrong."""
    reader = Reader.of(FileBook.from_package(Package.read(Path(path))))
    inputs = reader.inputs()
    if inputs is None:
        raise InputError(reader.findings)
    return inputs


class Reader:
    """Reads one workbook; `findings` collects what is wrong, already located.

    Where `calculation` has a value it counts, elsewhere the stored one.
    """

    def __init__(self, book: Book, calculation: Calculation) -> None:
        self.book = book
        self.calculation = calculation
        self._ranges: dict[str, Range] = {}
        self.findings: list[Finding] = []

    @classmethod
    def of(cls, book: Book, sheets: Container[str] | None = None) -> Reader:
        """The reader of a book, with its formulas evaluated here: all, or those of some sheets."""
        return cls(book, Calculator(book, FUNCTIONS).calculate(sheets))

    def inputs(self) -> ModelInputs | None:
        """The inputs, or None when something stands in the way (see `findings`)."""
        for step in (self._sheets, self._names, self._cells, self._shapes):
            step()
            if errors_of(self.findings):
                return None
        inputs = self._assembled()
        return None if errors_of(self.findings) else inputs

    def inputs_around(self, table: IOTable) -> ModelInputs | None:
        """The inputs with this table in place of the workbook's, for a workbook that may still be
        filled in: what is blank is NaN or "". Sectors and ballots are those of the workbook's own
        table. None when something stands in the way (see `findings`).
        """
        for step in (self._sheets, self._names, self._cells, self._shapes):
            step()
            self.findings = [f for f in self.findings if not _of_another_table(f)]
            if errors_of(self.findings):
                return None
        inputs = self._assembled(table)
        self.findings = [f for f in self.findings if not _of_another_table(f)]
        return None if errors_of(self.findings) else inputs

    def range(self, name: str) -> Range | None:
        """A named range with its present values; None when the name is missing or broken."""
        refers = find_name(self.book.names, {}, name, "")
        sheet, _, area_text = (refers or "").rpartition("!")
        sheet = sheet.strip("'").replace("''", "'")
        if sheet not in self.book.sheets:
            return None
        try:
            area = parse_area(area_text)
        except ValueError:
            return None
        if area.size > LARGEST_RANGE or has_relative_references(area_text):
            return None
        return Range(sheet, area, self._values(sheet, area))

    def labels(self, name: str) -> tuple[str, ...]:
        """The labels in a named range; none when it is missing."""
        place = self.range(name)
        return () if place is None else tuple(label(v) for row in place.cells for v in row)

    def located(self, finding: Finding) -> Finding:
        """The finding with the sheet and cell that its table and index stand for."""
        if finding.sheet or finding.table not in PLACES:
            return finding
        name, turn = PLACES[finding.table]
        place = self._ranges.get(name) or self.range(name)
        if place is None:
            return finding
        if finding.row is None and finding.column is None:
            return replace(finding, sheet=place.sheet, cell=str(place.area))
        row, column = turned(turn, finding.row or 0, finding.column or 0, place.area.width)
        return replace(finding, sheet=place.sheet, cell=place.cell(row, column))

    def _values(self, sheet: str, area: Area) -> list[list[Scalar]]:
        stored, computed = self.book.sheets[sheet].cells, self.calculation.values
        rows: list[list[Scalar]] = []
        for row in range(area.row1, area.row2 + 1):
            line: list[Scalar] = []
            for column in range(area.col1, area.col2 + 1):
                key = (sheet, row, column)
                if key in computed:
                    line.append(computed[key])
                else:
                    cell = stored.get((row, column))
                    line.append(cell.value if cell is not None else None)
            rows.append(line)
        return rows

    # --- steps ----------------------------------------------------------------------------------

    def _sheets(self) -> None:
        there = ", ".join(self.book.sheets)
        missing = [sheet for sheet in REQUIRED_SHEETS if sheet not in self.book.sheets]
        if there and len(missing) > len(REQUIRED_SHEETS) / 2:
            self._error("foreign_workbook", "", "", found=there)
            return
        for sheet in missing:
            self._error("sheet_missing", sheet, "", sheet=sheet, found=there)

    def _names(self) -> None:
        for name, rule in INPUT_RANGES.items():
            found = self.range(name)
            own = [s for s, n in self.book.local_names if n.casefold() == name.casefold()]
            if own:
                self._error("name_shadowed", rule.sheet, "", name=name, sheet=own[0])
            elif found is None and rule.optional:
                continue
            elif found is None or found.sheet != rule.sheet:
                self._error("name_missing", rule.sheet, "", name=name)
            else:
                self._ranges[name] = found

    def _cells(self) -> None:
        for name, found in self._ranges.items():
            rule = INPUT_RANGES[name]
            if not rule.blank and found.area.size > 1 and _is_blank(found):
                area, count = str(found.area), found.area.size
                self._error("range_blank", found.sheet, area, name=name, count=count)
                continue
            for i, row in enumerate(found.cells):
                for j, value in enumerate(row):
                    number = type(value) is float and -LARGEST_FIGURE < value < LARGEST_FIGURE
                    if number and rule.kind != "name":
                        continue
                    self._check_cell(rule, found, i, j, value)

    def _check_cell(self, rule: InputRange, found: Range, i: int, j: int, value: Scalar) -> None:
        cell = found.cell(i, j)
        reason = self.calculation.unevaluated.get(
            (found.sheet, found.area.row1 + i, found.area.col1 + j)
        )
        if reason is not None:
            self._error("cell_formula", found.sheet, cell, reason=reason)
        elif isinstance(value, ExcelError):
            self._error("cell_error", found.sheet, cell, value=value.code)
        elif isinstance(value, str) and value and not value.strip():
            self._error("cell_spaces", found.sheet, cell)
        elif rule.kind == "name" and isinstance(value, bool | float):
            self._error("cell_number", found.sheet, cell, value=value)
        elif type(value) is float:
            self._error("cell_absurd", found.sheet, cell, value=f"{value:g}")
        elif value is None or value == "":
            if not rule.blank:
                key = "cell_blank" if rule.kind == "number" else "cell_blank_text"
                self._error(key, found.sheet, cell)
        elif rule.kind == "number":
            self._error("cell_text", found.sheet, cell, value=value)
        elif rule.kind != "text" and isinstance(value, str) and value != value.strip():
            self._error("cell_padded", found.sheet, cell, value=value)

    def _shapes(self) -> None:
        """Ranges that belong together have one size; years rise one by one; labels agree."""
        for name, (rows, columns) in SHAPES.items():
            if name not in self._ranges:
                continue  # an optional one
            area = self._ranges[name].area
            height, width = self._size(rows), self._size(columns)
            if name == "OPTION_VALUES":
                height -= sum(
                    self.range(f"OPT_{later.upper()}") is None
                    for later in option_rules.LATER_OPTIONS
                )
            if (area.height, area.width) != (height, width):
                self._error(
                    "name_shape", self._ranges[name].sheet, str(area), name=name,
                    found=f"{area.height} × {area.width}", expected=f"{height} × {width}",
                )  # fmt: skip
        if not errors_of(self.findings):
            for name in YEAR_RANGES:
                self._check_years(name)
            self._check_alignment()
            self._check_labels()

    def _check_years(self, name: str) -> None:
        years = self._numbers(name).ravel()
        for i, year in enumerate(years):
            if year % 1 or not 1900 <= year <= 2200 or (i and year != years[i - 1] + 1):
                self._error_at("year_header", name, i, value=f"{year:g}")
                return

    def _check_alignment(self) -> None:
        """A name that was moved off its labels would read the wrong figures."""
        for name, labels, axis in ALIGNED:
            place, beside = self._ranges[name], self._ranges[labels]
            corner = (place.area.row1, beside.area.row1)
            if axis == "column":
                corner = (place.area.col1, beside.area.col1)
            if corner[0] != corner[1]:
                self._error(
                    "name_aligned", place.sheet, str(place.area), name=name, labels=labels
                )  # fmt: skip

    def _check_labels(self) -> None:
        """Row codes equal column codes; ballots stand in the order of the scores."""
        rows, columns = self._labels("IO_CODES"), self._labels("IO_COLUMN_CODES")
        for i, (row, column) in enumerate(zip(rows, columns, strict=True)):
            if row != column:
                self._error_at("code_mismatch", "IO_COLUMN_CODES", i, row=row, column=column)
                return
        letters = self._labels("SECTION_CODES")
        for name in ("GROWTH_SECTIONS", "WAGE_SECTIONS"):
            for i, (letter, found) in enumerate(zip(letters, self._labels(name), strict=True)):
                if letter != found:
                    self._error_at("section_order", name, i, section=letter, found=found)
                    return
        factors = self._height("FACTOR_KEYS")
        due = [code for code in self._labels("SCORE_CODES") for _ in range(factors)]
        for i, (code, found) in enumerate(zip(due, self._labels("BALLOT_CODES"), strict=True)):
            if code != found:
                self._error_at("ballot_block", "BALLOT_CODES", i, code=code, found=found)
                return
        keys = self._labels("MACRO_KEYS")
        for i, (key, found) in enumerate(zip(MACRO_COLUMNS, keys, strict=True)):
            if key != found:
                self._error_at("series_key", "MACRO_KEYS", i, key=key, found=found)

    # --- assembling -----------------------------------------------------------------------------

    def _assembled(self, table: IOTable | None = None) -> ModelInputs | None:
        options = self._options()
        if options is None:
            return None
        provinces = zip(
            self._labels("PROVINCE_CODES"), *self._columns("PROVINCE_NAMES"),
            self._labels("PROVINCE_REGIONS"), strict=True,
        )  # fmt: skip
        sections = zip(
            self._labels("SECTION_CODES"), *self._columns("SECTION_NAMES"),
            self._labels("SECTION_SECTOR3"), strict=True,
        )  # fmt: skip
        regions = zip(self._labels("REGION_KEYS"), *self._columns("REGION_NAMES"), strict=True)
        return ModelInputs(
            table=table or self._table(options),
            sector_codes=self._labels("SECTOR_CODES"),
            sector_sections=self._labels("SECTOR_SECTIONS"),
            experts=self._experts(),
            sections=tuple(Section(*row) for row in sections),
            section_va=self._series("SECTION_VA_YEARS", "SECTION_VA"),
            growth=GrowthRules(
                np.nan_to_num(self._numbers("GROWTH_WEIGHTS")),
                np.nan_to_num(self._numbers("GROWTH_ADDITION").ravel()),
                np.nan_to_num(self._numbers("GROWTH_ADDITION_YEAR").ravel()),
            ),
            wages=self._series("WAGE_YEARS", "SECTION_WAGES"),
            macro=Series(self._years("MACRO_YEARS"), self._numbers("MACRO_DATA").T),
            provinces=tuple(Province(*row) for row in provinces),
            province_gdp=self._province_gdp(),
            province_employed=self._numbers("PROVINCE_EMPLOYED"),
            regions=tuple(Region(*row) for row in regions),
            options=options,
            proposed=self._proposed(),
            industry=self._industry(),
        )

    def _industry(self) -> Industry:
        """The industry's name; a workbook made before it could be given has the default."""
        names = [name for name in ("INDUSTRY_ZH", "INDUSTRY_EN") if name not in self._ranges]
        if len(names) == 1:
            self._error("name_missing", "Settings", "", name=names[0])
        if names:
            return Industry()
        return Industry(self._labels("INDUSTRY_ZH")[0], self._labels("INDUSTRY_EN")[0])

    def _proposed(self) -> Proposed | None:
        """What an import proposed and nobody has decided yet; None when nothing is left."""
        if not {"SECTOR_CONFIDENCE", "SECTOR_REASONS"} <= self._ranges.keys():
            return None
        confidence = self._numbers("SECTOR_CONFIDENCE")
        if np.isnan(confidence).all():
            return None
        return Proposed(confidence, self._labels("SECTOR_REASONS"))

    def _options(self) -> Options | None:
        given: dict[str, str | int | None] = {}
        for i, name in enumerate(option_rules.names()):
            found = self.range(f"OPT_{name.upper()}")
            if found is None:
                if name not in option_rules.LATER_OPTIONS:
                    self._error("name_missing", "Settings", "", name=f"OPT_{name.upper()}")
                continue
            given[name], problem = option_rules.parse(name, found.cells[0][0])
            if problem is not None:
                cell = a1(found.area.row1, found.area.col1)
                self.findings.append(replace(problem, sheet=found.sheet, cell=cell, row=i))
        return None if errors_of(self.findings) else Options(**given)  # type: ignore[arg-type]

    def _table(self, options: Options) -> IOTable:
        flows, uses = self._numbers("IO_FLOWS"), self._numbers("IO_FINAL_USE")
        exports, primary = self._numbers("IO_EXPORTS"), self._numbers("IO_PRIMARY")
        table = IOTable.from_arrays(
            flows,
            self._numbers("IO_OUTPUT"),
            self._numbers("IO_VALUE_ADDED"),
            self._labels("IO_CODES"),
            self._labels("IO_NAMES"),
            final_use=uses.sum(axis=1) + exports.ravel(),
            exports=exports,
            imports=self._numbers("IO_IMPORTS"),
            discrepancy=_unless_zero(self._numbers("IO_DISCREPANCY")),
            other_inputs=_unless_zero(self._numbers("IO_OTHER_INPUTS")),
            unit=options.io_unit,
            year=int(self._numbers("IO_YEAR")[0, 0]),
            precision=printed_precision(flows),
            parts=TableParts(
                self._labels("IO_FINAL_USE_CODES"), uses, self._labels("IO_PRIMARY_CODES"), primary
            ),
        )
        return table.scaled(1 / WAN_PER_YI, "亿元") if options.io_unit == "万元" else table

    def _experts(self) -> Experts:
        codes, weights = self._labels("SCORE_CODES"), self._numbers("FACTOR_WEIGHTS").ravel()
        grades = self._labels("GRADE_KEYS")
        votes = np.nan_to_num(self._numbers("BALLOTS"))
        return Experts(
            codes=codes,
            factors=self._labels("FACTOR_KEYS"),
            weights=weights,
            grades=grades,
            grade_scores=self._numbers("GRADE_SCORES").ravel(),
            ballots=votes.reshape(len(codes), weights.size, len(grades)),
            override=self._numbers("SCORE_OVERRIDE").ravel(),
            direct=self._flags(codes),
            source=self._labels("SCORES_SOURCE")[0],
        )

    def _flags(self, codes: Sequence[str]) -> tuple[bool, ...]:
        """Which scored sectors are flagged as direct; a flagged sector must be scored."""
        flagged = set()
        listed = self._labels("SECTOR_CODES")
        for i, (flag,) in enumerate(self._ranges["SECTOR_DIRECT"].cells):
            if flag not in (None, "", 0.0, 1.0) or isinstance(flag, bool):
                self._error_at("flag", "SECTOR_DIRECT", i, value=flag)
            elif flag == 1.0:
                flagged.add(listed[i])
                if listed[i] not in codes:
                    self._error_at("direct_without_ballots", "SECTOR_DIRECT", i, code=listed[i])
        return tuple(code in flagged for code in codes)

    def _province_gdp(self) -> Series:
        years = self._years("PROVINCE_YEARS")
        values = self._numbers("PROVINCE_GDP")
        return Series(years, values.reshape(values.shape[0] * 3, len(years)))

    def _series(self, years: str, values: str) -> Series:
        return Series(self._years(years), self._numbers(values))

    # --- small steps ------------------------------------------------------------------------------

    def _height(self, name: str) -> int:
        return self._ranges[name].area.height

    def _size(self, factors: str) -> int:
        """A product of numbers and lengths of lists, such as "3 PROVINCE_YEARS"."""
        areas = {f: self._ranges[f].area for f in factors.split() if not f.isdigit()}
        lengths = {f: max(area.height, area.width) for f, area in areas.items()}
        return math.prod(lengths.get(f) or int(f) for f in factors.split())

    def _years(self, name: str) -> tuple[int, ...]:
        return tuple(int(y) for y in self._numbers(name).ravel())

    def _numbers(self, name: str) -> FloatArray:
        """A range of numbers, NaN where blank."""
        rows = self._ranges[name].cells
        return np.array([[v if type(v) is float else math.nan for v in row] for row in rows])

    def _labels(self, name: str) -> tuple[str, ...]:
        return tuple(label(v) for row in self._ranges[name].cells for v in row)

    def _columns(self, name: str) -> list[tuple[str, ...]]:
        columns = zip(*self._ranges[name].cells, strict=True)
        return [tuple(label(v) for v in column) for column in columns]

    def _error_at(self, key: str, name: str, index: int, /, **values: object) -> None:
        """An error at the index-th cell of a row or column."""
        place = self._ranges[name]
        down = place.area.width == 1
        cell = place.cell(index, 0) if down else place.cell(0, index)
        self._error(key, place.sheet, cell, **values)

    def _error(self, key: str, at_sheet: str, at_cell: str, /, **values: object) -> None:
        self.findings.append(Finding("error", key, values, sheet=at_sheet, cell=at_cell))


def _of_another_table(finding: Finding) -> bool:
    """Whether a finding does not matter once the table is replaced and blanks may be filled."""
    return finding.sheet == "IO_Table" or finding.key in LEFT_TO_FILL


def _is_blank(place: Range) -> bool:
    """Whether nothing at all has been filled in."""
    return all(value is None or value == "" for row in place.cells for value in row)


def _unless_zero(values: FloatArray) -> FloatArray | None:
    """A block that the table does not have is written as zeros."""
    return values if values.any() else None


def turned(turn: str, row: int, column: int, width: int) -> tuple[int, int]:
    """The cell of a range `width` wide that holds a model's array element (see `PLACES`)."""
    turns: Mapping[str, Callable[[], tuple[int, int]]] = {
        "same": lambda: (row, column),
        "across": lambda: (column, row),
        "by_sector": lambda: (row // 3, row % 3 * (width // 3) + column),
    }
    return turns[turn]()

"""A yearbook table put into the input cells of a workbook.

Figures go where the workbook's own labels say: to the row with that section or province and the
column with that year, in whatever order both stand. Years after the last column need more columns:
then the workbook is built anew from its inputs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np

from iiecon.catalogue import Phrase
from iiecon.findings import Finding, InputError, errors_of
from iiecon.inputs import ModelInputs, Series
from iiecon.readers.printed import Unit
from iiecon.readers.yearbooks import (
    OWN,
    Figure,
    Key,
    Yearbook,
    read_yearbook,
    target_of,
    title_of,
)
from iiecon.regions import SECTORS3
from iiecon.spreadsheet.calculator import FileBook
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import Area, Scalar, a1, same_value
from iiecon.workbook.layout import INPUT_SHEETS
from iiecon.workbook.read import Range, Reader
from iiecon.workbook.rebuilt import built_anew, formulas_made_values, lost_from
from iiecon.workbook.recalculate import Examined, Progress, examine
from iiecon.workbook.typed import patched, values_of, with_values

GROUPS = ("urban_units", "private_and_self")
# Each kind's range, the lists that label its rows and columns, and the years among them.
TARGETS = {
    "section-value-added": ("SECTION_VA", "SECTION_CODES", "SECTION_VA_YEARS"),
    "wages": ("SECTION_WAGES", "WAGE_SECTIONS", "WAGE_YEARS"),
    "province-gdp": ("PROVINCE_GDP", "PROVINCE_CODES", "PROVINCE_YEARS"),
    "province-employment": ("PROVINCE_EMPLOYED", "PROVINCE_CODES", ""),
    "macro": ("MACRO_DATA", "MACRO_KEYS", "MACRO_YEARS"),
}
EMPLOYMENT_YEAR = "2018"
# Without a unit, figures must be of the size of those in the workbook; with one, not far from it.
SIZE_UNSTATED, SIZE_STATED = 5.0, 50.0
# Years further than this after the last column are a slip, not a later yearbook.
FURTHEST = 10
# Errors here may come from yearbook figures; a new one forbids the import.
CONCERNED = ("Section_VA", "Macro", "Province", "Settings")


@dataclass(frozen=True)
class Change:
    """An input cell with its old and its new value."""

    key: Key
    sheet: str
    cell: str
    old: float | None
    new: float

    @property
    def relative(self) -> float:
        """The change in terms of the old value; NaN where there was none."""
        return self.new / self.old - 1 if self.old else float("nan")


@dataclass(frozen=True)
class ImportedData:
    """A workbook with the figures of a yearbook: its bytes, and what is to be said about it.

    `same`: figures that the workbook had already. `computed`: cells left to the analyst's formulas.
    `earlier`: years before the first column, not used. `added`: years that got a column. `lost` and
    `made_values`: what a rebuilt workbook does not keep, as in `import_io`.
    """

    content: bytes
    book: Yearbook
    changes: list[Change]
    examined: Examined
    findings: list[Finding]
    same: int = 0
    computed: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    added: tuple[int, ...] = ()
    lost: tuple[str, ...] = ()
    made_values: tuple[str, ...] = ()


@dataclass
class _Plan:
    """What is to be done with each figure."""

    changes: list[Change] = field(default_factory=list)
    cells: list[Range] = field(default_factory=list)
    same: int = 0
    computed: list[str] = field(default_factory=list)
    earlier: set[str] = field(default_factory=set)
    later: set[int] = field(default_factory=set)


@dataclass(frozen=True)
class _Cells:
    """The input cells of a kind of table by key, with their present values, and their years."""

    places: Mapping[Key, tuple[str, int, int]]
    values: Mapping[Key, Scalar]
    years: tuple[int, ...]


def import_data(
    workbook: Path,
    source: Path,
    kind: str | None = None,
    progress: Progress = lambda step: None,
    *,
    sheet: str | None = None,
    year: int | None = None,
) -> ImportedData:
    """The figures of a yearbook file in a workbook, in memory; nothing is written.

    `kind`, `sheet`, `year`: as in `read_yearbook`. Raises FileProblem when a file cannot be read,
    InputError when the table has errors, its sizes contradict the workbook's, or the workbook
    would have errors that it does not have now.
    """
    progress("read")
    package = Package.read(workbook)
    old = book = FileBook.from_package(package)
    progress("import_data")
    given = read_yearbook(source, kind, sheet, year)
    if errors_of(given.findings):
        raise InputError(given.findings)
    reader = Reader.of(book, INPUT_SHEETS)
    cells = _cells(reader, given.kind)
    findings = [*given.findings, *_sizes(given, cells), *_employment_year(given)]
    if errors_of(findings):
        raise InputError(findings)
    plan = _plan(given, book, cells)
    added = tuple(sorted(plan.later))
    if added:
        progress("build")
        package = _with_years(package, reader, given.kind, added[-1])
        book = FileBook.from_package(package)
        plan = _plan(given, book, _cells(Reader.of(book, INPUT_SHEETS), given.kind))
    typed = values_of(plan.cells)
    examined = examine(with_values(book, typed), progress)
    _refuse_new_errors(examined, old, given, plan)
    return ImportedData(
        content=patched(package, book, examined, typed),
        book=given,
        changes=plan.changes,
        examined=examined,
        findings=findings,
        same=plan.same,
        computed=tuple(plan.computed),
        earlier=tuple(sorted(plan.earlier)),
        added=added,
        lost=tuple(lost_from(old, book)) if added else (),
        made_values=tuple(formulas_made_values(old, book)) if added else (),
    )


# --- Where figures go -----------------------------------------------------------------------------


def _cells(reader: Reader, kind: str) -> _Cells:
    """Every cell that a table of this kind may fill, by the labels of the workbook."""
    name, rows, heads = TARGETS[kind]
    place = reader.range(name)
    labels = reader.labels(rows)
    years = tuple(int(y) for y in reader.labels(heads) if y.isdigit()) if heads else ()
    if place is None or not labels or (heads and not years):
        raise InputError.one("import_name", name=name if place is None else rows)
    keys = _keys(kind, labels, [str(y) for y in years])
    if (len(keys), len(keys[0])) != (place.area.height, place.area.width):
        due = f"{len(keys)} × {len(keys[0])}"
        found = f"{place.area.height} × {place.area.width}"
        values = {"name": name, "found": found, "expected": due}
        area = str(place.area)
        raise InputError([Finding("error", "name_shape", values, sheet=place.sheet, cell=area)])
    places, present = {}, {}
    for i, row in enumerate(keys):
        for j, key in enumerate(row):
            places[key] = (place.sheet, place.area.row1 + i, place.area.col1 + j)
            present[key] = place.cells[i][j]
    return _Cells(places, present, years)


def _keys(kind: str, labels: tuple[str, ...], years: list[str]) -> list[list[Key]]:
    """The keys of a range, row by row."""
    if kind == "macro":
        return [[(series, year) for series in labels] for year in years]
    if kind == "province-gdp":
        return [[(code, *rest) for rest in product(SECTORS3, years)] for code in labels]
    heads = GROUPS if kind == "province-employment" else years
    return [[(label, head) for head in heads] for label in labels]


def _plan(given: Yearbook, book: FileBook, cells: _Cells) -> _Plan:
    plan, wrong = _Plan(), []
    for key, figure in given.figures.items():
        place = cells.places.get(key)
        if place is not None:
            _change(plan, book, key, place, cells.values[key], figure.value)
        elif cells.years and int(key[-1]) < cells.years[0]:
            plan.earlier.add(key[-1])
        elif cells.years and int(key[-1]) > cells.years[-1]:
            plan.later.add(int(key[-1]))
        else:
            wrong.append(_finding("yearbook_no_row", figure, name=" ".join(key)))
    wrong += [
        _finding("yearbook_far_year", figure, year=key[-1], last=cells.years[-1])
        for key, figure in given.figures.items()
        if plan.later and int(key[-1]) == max(plan.later) > cells.years[-1] + FURTHEST
    ][:1]
    if wrong:
        raise InputError(wrong)
    return plan


def _change(
    plan: _Plan,
    book: FileBook,
    key: Key,
    place: tuple[str, int, int],
    old: Scalar,
    new: float,
) -> None:
    sheet, row, column = place
    stored = book.sheets[sheet].cells.get((row, column))
    if stored is not None and stored.formula:
        plan.computed.append(f"{sheet}!{a1(row, column)}")
    elif same_value(old, new):
        plan.same += 1
    else:
        before = old if isinstance(old, float) else None
        plan.changes.append(Change(key, sheet, a1(row, column), before, new))
        plan.cells.append(Range(sheet, Area(row, column, row, column), [[new]]))


# --- Units by size --------------------------------------------------------------------------------


def _sizes(given: Yearbook, cells: _Cells) -> list[Finding]:
    """Figures against those of the workbook: a wrong unit shows as a factor common to all."""
    groups: dict[str, list[tuple[Key, Figure]]] = defaultdict(list)
    for key, figure in given.figures.items():
        groups[key[0] if given.kind == "macro" else ""].append((key, figure))
    found = []
    for members in groups.values():
        found += _size(target_of(given.kind, members[0][0]), members, cells)
    return found


def _size(target: Unit, members: list[tuple[Key, Figure]], cells: _Cells) -> list[Finding]:
    ratios = [
        figure.value / reference
        for key, figure in members
        for reference in [_reference(key, cells)]
        if reference and figure.value > 0
    ]
    stated = all(figure.unit for _, figure in members)
    first = next((f for _, f in members if not f.unit), members[0][1])
    if not ratios:
        known = stated or target is OWN
        return [] if known else [_finding("yearbook_unit", first, unit=target.text)]
    factor = float(np.median(ratios))
    limit = SIZE_STATED if stated else SIZE_UNSTATED
    if not 1 / limit <= factor <= limit:
        values = {"factor": f"{factor:.3g}", "unit": first.unit or "?", "due": target.text}
        return [_finding("yearbook_size", first, **values)]
    if stated or target is OWN:
        return []
    return [replace(_finding("yearbook_unit_assumed", first, unit=target.text), severity="warning")]


def _reference(key: Key, cells: _Cells) -> float | None:
    """What the workbook has there or, where that is blank, in the nearest year."""
    own = cells.values.get(key)
    if isinstance(own, float) or not cells.years:
        return own if isinstance(own, float) else None
    for year in sorted(cells.years, key=lambda y: abs(y - int(key[-1]))):
        near = cells.values.get((*key[:-1], str(year)))
        if isinstance(near, float):
            return near
    return None


def _employment_year(given: Yearbook) -> list[Finding]:
    """The method takes the provinces' shares of one year, which the sheet names."""
    if given.kind != "province-employment" or given.year in ("", EMPLOYMENT_YEAR):
        return []
    first = next(iter(given.figures.values()))
    values = {"year": given.year, "due": EMPLOYMENT_YEAR}
    return [replace(_finding("yearbook_employment_year", first, **values), severity="warning")]


def _finding(key: str, figure: Figure, /, **values: object) -> Finding:
    return Finding("error", key, values, sheet=figure.place, cell=figure.cell)


# --- The workbook ---------------------------------------------------------------------------------


def _with_years(package: Package, reader: Reader, kind: str, last: int) -> Package:
    """The workbook built anew from its inputs, with columns up to a later year."""
    inputs = reader.inputs()
    if inputs is None:
        raise InputError(reader.findings)
    return built_anew(package.path, _longer(inputs, kind, last))


def _longer(inputs: ModelInputs, kind: str, last: int) -> ModelInputs:
    if kind == "section-value-added":
        return replace(inputs, section_va=_until(inputs.section_va, last))
    if kind == "wages":
        return replace(inputs, wages=_until(inputs.wages, last))
    if kind == "macro":
        return replace(inputs, macro=_until(inputs.macro, last))
    return replace(inputs, province_gdp=_until(inputs.province_gdp, last))


def _until(series: Series, last: int) -> Series:
    years = tuple(range(series.years[0], last + 1))
    blank = np.full((series.values.shape[0], len(years) - len(series.years)), np.nan)
    return Series(years, np.hstack([series.values, blank]))


def _refuse_new_errors(examined: Examined, before: FileBook, given: Yearbook, plan: _Plan) -> None:
    """Raise where the new figures bring errors; what was wrong or blank before may stay so."""
    concerned = [f for f in examined.errors if f.sheet in CONCERNED]
    if not concerned:
        return
    known = {(f.key, f.sheet, f.cell) for f in examine(before).errors}
    new = [f for f in concerned if (f.key, f.sheet, f.cell) not in known]
    sources = {(c.sheet, c.cell): c.key for c in plan.changes}
    if new:
        raise InputError([_in_the_file(f, given, sources.get((f.sheet, f.cell))) for f in new])


def _in_the_file(finding: Finding, given: Yearbook, key: Key | None) -> Finding:
    """An error at the cell of the file that brings it; the workbook is not written."""
    if key is None:
        return finding
    said = {
        part: Phrase(f"finding.{finding.key}.{part}", finding.values) for part in ("message", "fix")
    }
    name = title_of(given.kind, key)
    return _finding("yearbook_refused", given.figures[key], name=name, **said)

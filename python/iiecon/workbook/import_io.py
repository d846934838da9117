"""An input-output table from a file put in the place of a workbook's own.

The same sectors and base year: the new figures are patched into the cells and everything else stays
byte for byte. Other sectors: every formula and name changes its size, so the workbook is built anew
around the table from all its other inputs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from iiecon.checks import check_io_table
from iiecon.findings import Finding, InputError, errors_of
from iiecon.inputs import ModelInputs
from iiecon.iotable import IOTable
from iiecon.options import check_options, names
from iiecon.proposals import same_name
from iiecon.spreadsheet.calculator import Book, FileBook
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import Scalar
from iiecon.transfer import Carried, Sectors, carry
from iiecon.validation import check_for_first_years, check_for_scale, check_for_sectors
from iiecon.workbook.io_source import (
    FIGURES,
    LABELS,
    named_ranges,
    sectors_of,
    table_of,
    workbook_of,
)
from iiecon.workbook.layout import INPUT_SHEETS
from iiecon.workbook.read import Range, Reader
from iiecon.workbook.rebuilt import built_anew, formulas_made_values, lost_from
from iiecon.workbook.recalculate import Examined, Progress, examine
from iiecon.workbook.typed import formulas_among, is_computed, patched, values_of, with_values
from udfs.arguments import label

# Sheets with figures by year, some of which the base year needs.
SERIES_SHEETS = ("Section_VA", "Macro", "Province")


@dataclass(frozen=True)
class Import:
    """The workbook as it would be, and the ranges that would change, with their new cells."""

    book: Book
    changes: list[Range]


@dataclass(frozen=True)
class Imported:
    """A workbook with another table: its bytes, and what is to be said about it.

    `lost`: what a rebuilt workbook does not keep (sheets and names of the analyst's own, edited
    lists), `made_values`: inputs whose formulas became values.
    """

    content: bytes
    table: IOTable
    carried: Carried
    rebuilt: bool
    examined: Examined
    lost: tuple[str, ...] = ()
    made_values: tuple[str, ...] = ()


def import_table(
    workbook: Path,
    source: Path,
    direct: Collection[str] | None = None,
    progress: Progress = lambda step: None,
    *,
    sheet: str = "",
    year: int | None = None,
    unit: str = "",
) -> Imported:
    """The table of `source` in a workbook, in memory; nothing is written.

    `direct`: codes of the direct sectors, proposed by name otherwise. `sheet`, `year` and `unit`
    say what the file leaves open. Raises FileProblem when a file cannot be read, InputError when
    the table is unfit or the workbook lacks what the table's year needs.
    """
    progress("read")
    package = Package.read(workbook)
    book = FileBook.from_package(package)
    progress("import")
    table, theirs = table_of(source, sheet, unit)
    table = _of_year(table, year, source)
    reader = Reader.of(book, INPUT_SHEETS)
    before = reader.inputs_around(table)
    if before is None:
        raise InputError(reader.findings)
    old = sectors_of(reader, before)
    carried = carry(before, old, table, direct, theirs)
    _refuse_unfit(carried, reader, source)
    if direct is None and _same_sectors(old, carried) and "base_year" not in carried.options:
        changes = _changes(book, reader, named_ranges(carried.inputs, source))
        # Patching cannot replace a formula by a figure.
        if _same_shape(reader, carried.inputs) and not formulas_among(book, values_of(changes)):
            return _patched(package, book, changes, carried, progress)
    return _rebuilt(package, book, carried, progress)


def _of_year(table: IOTable, year: int | None, source: Path) -> IOTable:
    """The table with its year: the file's own, or the one given where the file has none."""
    if year is None:
        return table
    if table.year not in (None, year):
        raise InputError.one("import_year", source.name, year=year, stated=table.year)
    return replace(table, year=year)


# --- The same sectors -----------------------------------------------------------------------------


def import_of(book: Book, source: Path) -> Import:
    """The table of `source`, another workbook or any file that `read_io_table` knows, in a workbook
    with the same sectors.

    Ranges that the workbook fills with formulas of its own stay. Raises FileProblem when the source
    cannot be read, InputError when it lacks a range or lists other sectors.
    """
    here = Reader.of(book)
    there = _source_ranges(here, source)
    for name in LABELS:
        _same_labels(name, _range(here, name), _needed(there, name))
    changes = _changes(book, here, there)
    return Import(with_values(book, values_of(changes)), changes)


def _source_ranges(here: Reader, source: Path) -> Mapping[str, Range]:
    """The ranges of a table by name, of a workbook or as this workbook would hold them."""
    book = workbook_of(source)
    if book is not None:
        there = Reader.of(book)
        found = {name: there.range(name) for name in (*LABELS, *FIGURES)}
        return {name: place for name, place in found.items() if place is not None}
    from iiecon.readers import read_io_table

    table = read_io_table(source)
    inputs = here.inputs_around(table)
    if inputs is None:
        raise InputError(here.findings)
    carried = carry(inputs, sectors_of(here, inputs), table)
    return named_ranges(carried.inputs, source)


def _changes(book: Book, here: Reader, there: Mapping[str, Range]) -> list[Range]:
    places = {name: _range(here, name) for name in FIGURES}
    return [
        replace(place, cells=_cells(name, place, _needed(there, name)))
        for name, place in places.items()
        if not is_computed(book, place)
    ]


def _patched(
    package: Package, book: FileBook, changes: list[Range], carried: Carried, progress: Progress
) -> Imported:
    """The new figures and the results they give, written into the cells."""
    typed = values_of(changes)
    examined = examine(with_values(book, typed), progress)
    content = patched(package, book, examined, typed)
    return Imported(content, carried.inputs.table, carried, False, examined)


def _same_sectors(old: Sectors, carried: Carried) -> bool:
    """Whether the workbook's sectors, all with a section, are those of the table.

    Names in another language cannot be compared: there the section must be the one proposed.
    """
    table = carried.inputs.table
    if old.codes != table.codes or not all(old.sections):
        return False
    return all(
        same_name(mine) == same_name(theirs)
        or (mine.isascii() != theirs.isascii() and section == proposal.section)
        for mine, theirs, section, proposal in zip(
            old.names, table.names, old.sections, carried.proposals, strict=True
        )
    )


def _same_shape(reader: Reader, inputs: ModelInputs) -> bool:
    """Whether the blocks around the flows are those of the workbook."""
    there = named_ranges(inputs, Path())
    return all(reader.labels(n) == _labels_of(there[n]) for n in LABELS)


# --- Other sectors --------------------------------------------------------------------------------


def _rebuilt(package: Package, book: FileBook, carried: Carried, progress: Progress) -> Imported:
    """The workbook built anew around the table, computed as far as its inputs allow."""
    progress("build")
    fresh = built_anew(package.path, carried.inputs)
    fresh_book = FileBook.from_package(fresh)
    examined = examine(fresh_book, progress)
    _refuse_missing(examined, carried, Reader(fresh_book, examined.calculation))
    content = patched(fresh, fresh_book, examined, {})
    lost = tuple(lost_from(book, fresh_book))
    values = tuple(formulas_made_values(book, fresh_book))
    return Imported(content, carried.inputs.table, carried, True, examined, lost, values)


# --- Both -----------------------------------------------------------------------------------------


def _refuse_unfit(carried: Carried, reader: Reader, source: Path) -> None:
    """Raise where the table is wrong, or what its year needs is missing. Whatever else is wrong in
    the workbook was so before, or is left to do.
    """
    inputs = carried.inputs
    wrong = errors_of(
        [
            *check_options(inputs.options),
            *check_for_first_years(inputs),
            *check_io_table(inputs.table),
            *check_for_sectors(inputs),
            *check_for_scale(inputs),
        ]
    )
    if wrong:
        found = [_placed(f, inputs, reader, source) for f in wrong]
        raise InputError([*_new_base_year(carried, reader), *found])


def _refuse_missing(examined: Examined, carried: Carried, reader: Reader) -> None:
    """Raise where the new base year asks for figures that are not given."""
    moved = _new_base_year(carried, reader)
    missing = [f for f in examined.errors if f.sheet in SERIES_SHEETS]
    if moved and missing:
        raise InputError([*moved, *missing])


def _new_base_year(carried: Carried, reader: Reader) -> list[Finding]:
    """Says that the base year would change, where it would."""
    if "base_year" not in carried.options:
        return []
    old, new = carried.options["base_year"]
    row = names().index("base_year")
    finding = Finding("error", "import_base_year", {"old": old, "year": new}, "options", row)
    return [reader.located(finding)]


# Tables of findings that speak of the file and not of the workbook.
OF_THE_FILE = (
    "flows", "output", "value_added", "final_use", "imports", "exports", "discrepancy",
    "other_inputs", "codes", "io_year",
)  # fmt: skip


def _placed(finding: Finding, inputs: ModelInputs, reader: Reader, source: Path) -> Finding:
    """The finding with its place: a sector of the file, or a cell of the workbook."""
    if finding.table not in OF_THE_FILE:
        return reader.located(finding)
    codes = [inputs.table.codes[i] for i in (finding.row, finding.column) if i is not None]
    return replace(finding, sheet=source.name, cell=", ".join(codes))


def _range(reader: Reader, name: str) -> Range:
    found = reader.range(name)
    if found is None:
        raise InputError.one("import_name", name=name)
    return found


def _needed(ranges: Mapping[str, Range], name: str) -> Range:
    if name not in ranges:
        raise InputError.one("import_name", name=name)
    return ranges[name]


def _labels_of(place: Range) -> tuple[str, ...]:
    return tuple(label(v) for row in place.cells for v in row)


def _same_labels(name: str, here: Range, there: Range) -> None:
    _same_size(name, here, there)
    for i, (code, found) in enumerate(zip(_labels_of(here), _labels_of(there), strict=True)):
        if code != found:
            cell = there.cell(i, 0) if there.area.width == 1 else there.cell(0, i)
            values = {"name": name, "found": found, "expected": code}
            raise InputError(
                [Finding("error", "import_code", values, sheet=there.sheet, cell=cell)]
            )


def _cells(name: str, here: Range, there: Range) -> list[list[Scalar]]:
    _same_size(name, here, there)
    return there.cells


def _same_size(name: str, here: Range, there: Range) -> None:
    found, expected = (f"{r.area.height} × {r.area.width}" for r in (there, here))
    if found != expected:
        values = {"name": name, "found": found, "expected": expected}
        area = str(there.area)
        raise InputError([Finding("error", "import_count", values, sheet=there.sheet, cell=area)])

"""Where an input-output table to be imported comes from: an official file or another workbook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from iiecon.findings import InputError
from iiecon.inputs import ModelInputs
from iiecon.iotable import IOTable
from iiecon.spreadsheet.calculator import FileBook
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import Area, Scalar
from iiecon.transfer import Sectors
from iiecon.workbook.io_sheet import io_table
from iiecon.workbook.layout import INPUT_SHEETS
from iiecon.workbook.read import Range, Reader

# The labels on which both tables must agree, and what is then taken over.
LABELS = ("IO_CODES", "IO_COLUMN_CODES", "IO_FINAL_USE_CODES", "IO_PRIMARY_CODES")
FIGURES = (
    "OPT_IO_UNIT",
    "IO_YEAR",
    "IO_FLOWS",
    "IO_FINAL_USE",
    "IO_EXPORTS",
    "IO_IMPORTS",
    "IO_DISCREPANCY",
    "IO_OUTPUT",
    "IO_PRIMARY",
    "IO_OTHER_INPUTS",
    "IO_VALUE_ADDED",
)
WORKBOOKS = (".xlsm", ".xlsx")


def table_of(source: Path, sheet: str, unit: str) -> tuple[IOTable, Sectors | None]:
    """The table of a file; of a workbook also what is decided about its sectors.

    Raises InputError where a sheet or unit is given for a workbook, which knows its own.
    """
    book = workbook_of(source)
    if book is None:
        from iiecon.readers import read_io_table

        return read_io_table(source, sheet=sheet, unit=unit), None
    if sheet or unit:
        raise InputError.one("import_from_workbook", source.name)
    reader = Reader.of(book, INPUT_SHEETS)
    inputs = reader.inputs()
    if inputs is None:
        raise InputError(replace(f, sheet=f"{source.name} {f.sheet}") for f in reader.findings)
    return inputs.table, sectors_of(reader, inputs)


def workbook_of(source: Path) -> FileBook | None:
    """The book of a workbook of this program; None for files of any other kind."""
    if source.suffix.lower() not in WORKBOOKS:
        return None
    package = Package.read(source)
    here = {name.upper() for name in package.names}
    return FileBook.from_package(package) if here & set(LABELS) else None


def sectors_of(reader: Reader, inputs: ModelInputs) -> Sectors:
    """The sectors of a workbook with what is decided about them."""
    direct = reader.range("SECTOR_DIRECT")
    flags = [] if direct is None else [row[0] == 1.0 for row in direct.cells]
    return Sectors(
        inputs.sector_codes,
        reader.labels("IO_NAMES"),
        inputs.sector_sections,
        tuple(flags),
        inputs.proposed,
    )


def named_ranges(inputs: ModelInputs, source: Path) -> dict[str, Range]:
    """The table as the sheet IO_Table holds it, by the names of its ranges."""
    blocks = [b for b in io_table(inputs).blocks if b.name and b.values is not None]
    found = {
        b.name: Range(
            source.name,
            Area(b.row, b.column, b.row + b.rows - 1, b.column + b.columns - 1),
            [[_scalar(v) for v in row] for row in b.values or ()],
        )
        for b in blocks
    }
    unit: list[list[Scalar]] = [[inputs.options.io_unit]]
    return {**found, "OPT_IO_UNIT": Range(source.name, Area(1, 1, 1, 1), unit)}


def _scalar(value: object) -> Scalar:
    return float(value) if isinstance(value, int | float) else str(value) if value else None

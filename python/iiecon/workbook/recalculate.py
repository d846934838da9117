"""Recalculation: read, check, compute, hold against the model; a file is then patched in place.

The workbook's own formulas are evaluated; the model runs beside them on the same inputs; where a
named output differs from the model nothing is written. `examine` does this for the cells of any
workbook: those of a file, or those of one that is open in a spreadsheet program.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import cast

import numpy as np

from iiecon.crosscheck import by_section as crosscheck_by_section
from iiecon.findings import Finding, InputError, errors_of
from iiecon.inputs import ModelInputs
from iiecon.iotable import FloatArray, Imports
from iiecon.linkages import Linkages, indirect_by_source, linkages
from iiecon.model import run_model
from iiecon.options import names as option_names
from iiecon.regions import region_sums
from iiecon.results import ModelResults
from iiecon.spreadsheet.calculator import (
    Book,
    Calculation,
    Calculator,
    FileBook,
    patched_parts,
)
from iiecon.spreadsheet.files import FileProblem, fingerprint, read_file, write_atomically
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import ExcelError, a1
from iiecon.workbook.formulas import check_formulas
from iiecon.workbook.layout import INPUT_SHEETS
from iiecon.workbook.read import Range, Reader
from iiecon.workbook.self_tests import failed_tests
from iiecon.workbook.stamp import is_stamped, stamp_cells
from udfs import FUNCTIONS

AGREEMENT = 1e-10


def _section_flow(results: ModelResults) -> FloatArray:
    """Indirect value added of each section by direct sector."""
    inputs = results.inputs
    imports = cast(Imports, inputs.options.imports)
    flow = indirect_by_source(inputs.table, results.scores.by_code(), imports)
    return region_sums(flow, inputs.sector_sections, [s.code for s in inputs.sections])


def _linkages(results: ModelResults) -> Linkages:
    return linkages(results.inputs.table, cast(Imports, results.inputs.options.imports))


# Named outputs and the model's array of the same shape.
OUTPUTS: dict[str, Callable[[ModelResults], FloatArray]] = {
    "YEARS": lambda r: np.array([r.years], dtype=float),
    "SCORE_VALUES": lambda r: r.scores.used[:, None],
    "IO_DIRECT": lambda r: r.contribution.direct_value_added[:, None],
    "IO_INDIRECT": lambda r: r.contribution.indirect_value_added[:, None],
    "IO_INDUCED": lambda r: r.contribution.induced_output[:, None],
    "IO_RATIO": lambda r: r.contribution.ratio[:, None],
    "IO_SECTION_FLOW": lambda r: _section_flow(r),
    "IO_BACKWARD": lambda r: _linkages(r).backward[:, None],
    "IO_FORWARD": lambda r: _linkages(r).forward[:, None],
    "IO_OUTPUT_MULTIPLIER": lambda r: _linkages(r).output_multiplier[:, None],
    "CROSSCHECK_METHODS": lambda r: crosscheck_by_section(r, r.crosscheck.methods),
    "CROSSCHECK_STEPS": lambda r: crosscheck_by_section(r, r.crosscheck.steps),
    "GAMMA_USED": lambda r: r.technology.gamma[:, None],
    "TAU_COMPUTED": lambda r: r.technology.computed[:, None],
    "TAU": lambda r: r.technology.tau[:, None],
    "SECTION_VA_USED": lambda r: r.section_va.values,
    "SECTION_ESTIMATED": lambda r: r.section_va.estimated.astype(float),
    "SECTION_DIRECT": lambda r: r.direct,
    "SECTION_INDIRECT": lambda r: r.indirect,
    "SECTION_TOTAL": lambda r: r.total,
    "SECTORS3_TOTAL": lambda r: r.sectors3,
    "NATIONAL_DIRECT": lambda r: r.direct.sum(axis=0)[None],
    "NATIONAL_INDIRECT": lambda r: r.indirect.sum(axis=0)[None],
    "NATIONAL_VA": lambda r: r.national[None],
    "NATIONAL_SHARE": lambda r: (r.national / r.gdp.values)[None],
    "GDP_USED": lambda r: r.gdp.values[None],
    "LABOUR_USED": lambda r: r.labour.values[None],
    "PROVINCE_PRODUCT": lambda r: r.province_product,
    "PROVINCE_VA": lambda r: r.provinces,
    "REGION_VA": lambda r: r.regions,
    "NATIONAL_JOBS": lambda r: r.national_jobs[None],
    "NATIONAL_JOBS_DIRECT": lambda r: r.jobs_direct[None],
    "NATIONAL_JOBS_INDIRECT": lambda r: r.jobs_indirect[None],
    "PROVINCE_JOBS": lambda r: r.province_jobs,
    "SECTION_JOBS_DIRECT": lambda r: r.section_jobs_direct,
    "SECTION_JOBS_INDIRECT": lambda r: r.section_jobs_indirect,
}
# Outputs that workbooks made before their sheet need not have.
LATER_OUTPUTS = {"CROSSCHECK_METHODS": "Crosscheck", "CROSSCHECK_STEPS": "Crosscheck"}


@dataclass(frozen=True)
class Examined:
    """What the cells of a workbook amount to: findings located in it, the values of its formulas,
    and the model's results unless something stands in the way.
    """

    findings: tuple[Finding, ...]
    calculation: Calculation
    results: ModelResults | None = None

    @property
    def errors(self) -> list[Finding]:
        """What forbids writing."""
        return errors_of(self.findings)


@dataclass(frozen=True)
class Recalculated:
    """What came of a file: as `Examined`, and the parts that change (none: up to date)."""

    package: Package
    findings: tuple[Finding, ...]
    results: ModelResults | None
    parts: dict[str, bytes]

    @property
    def errors(self) -> list[Finding]:
        """What forbids writing."""
        return errors_of(self.findings)


Progress = Callable[[str], None]


def _silent(step: str) -> None:
    """Tells nobody."""


def recalculate(path: Path, progress: Progress = _silent) -> Recalculated:
    """Recalculate a workbook in memory; nothing is written.

    `progress` is told each step by its catalogue key. Raises FileProblem when the file cannot be
    read.
    """
    progress("read")
    package = Package.read(path)
    book = FileBook.from_package(package)
    done = examine(book, progress)
    fit = done.results is not None and not done.errors
    parts = _changed_parts(package, book, done) if fit else {}
    return Recalculated(package, done.findings, done.results, parts)


def examined_file(path: Path, progress: Progress = _silent) -> tuple[FileBook, Examined]:
    """A workbook read from its file, and what it amounts to.

    Raises FileProblem when the file cannot be read.
    """
    progress("read")
    book = FileBook.from_package(Package.read(path))
    return book, examine(book, progress)


def examine(book: Book, progress: Progress = _silent) -> Examined:
    """Check the inputs of a workbook, run the model, compute its formulas, compare the two."""
    progress("check")
    calculator = Calculator(book, FUNCTIONS)
    reader = Reader(book, calculator.calculate(INPUT_SHEETS))
    results, findings = _results(reader)
    if results is None:  # nothing else needs to be evaluated to refuse the inputs
        return Examined(tuple(findings), reader.calculation)
    progress("formulas")
    calculation = calculator.calculate()
    if calculation is not reader.calculation:  # the inputs may read what is only known now
        reader = Reader(book, calculation)
        results, findings = _results(reader)
        if results is None:
            return Examined(tuple(findings), calculation)
    findings += [*_output_findings(reader, results), *_formula_findings(calculation)]
    results = replace(results, findings=tuple(findings))
    return Examined(tuple(findings), calculation, results)


def _results(reader: Reader) -> tuple[ModelResults | None, list[Finding]]:
    """The model's results, None when the inputs forbid them, and the findings with their cells."""
    inputs = reader.inputs()
    if inputs is None:
        return None, reader.findings
    changed = _changed_years(reader, inputs)
    return (None, changed) if changed else _modelled(reader, inputs)


def checked_inputs(path: Path) -> tuple[ModelInputs | None, list[Finding]]:
    """The inputs of a workbook when they are fit to compute with, and the findings on them."""
    return fit_inputs(Reader.of(FileBook.from_package(Package.read(path)), INPUT_SHEETS))


def fit_inputs(reader: Reader) -> tuple[ModelInputs | None, list[Finding]]:
    """The same of a workbook that is being read."""
    inputs = reader.inputs()
    if inputs is None:
        return None, reader.findings
    results, findings = _modelled(reader, inputs)
    return (None if results is None else inputs), findings


def _modelled(reader: Reader, inputs: ModelInputs) -> tuple[ModelResults | None, list[Finding]]:
    """The model's results, None when it refuses the inputs, and its findings with their cells."""
    try:
        results = run_model(inputs)
    except InputError as error:
        return None, [reader.located(f) for f in error.findings]
    return results, [reader.located(f) for f in results.findings]


def _changed_parts(package: Package, book: FileBook, done: Examined) -> dict[str, bytes]:
    """The parts that change, stamped; none where values and stamp are those of these inputs."""
    parts = patched_parts(package, book, done.calculation)
    reader = Reader(book, done.calculation)
    assert done.results is not None
    inputs = done.results.inputs
    if not parts and is_stamped(reader, inputs):
        return {}
    stamped = {**done.calculation.values, **stamp_cells(reader, inputs, datetime.now())}
    return patched_parts(package, book, replace(done.calculation, values=stamped))


def write(done: Recalculated, target: Path) -> Path | None:
    """Write a recalculation: nothing when up to date in place; returns the backup, if one was made.

    Raises FileProblem when the target is open elsewhere or cannot be written, and when the
    workbook is no longer the one that was read.
    """
    package = done.package
    in_place = target.resolve() == package.path.resolve()
    if in_place and not done.parts:
        return None
    seen = package.fingerprint if in_place else None
    if done.parts:
        return write_atomically(target, package.replaced(done.parts).to_bytes(), seen=seen)
    content = read_file(package.path)
    if fingerprint(content) != package.fingerprint:
        raise FileProblem(package.path, "file.changed")
    return write_atomically(target, content)


def _output_findings(reader: Reader, results: ModelResults) -> list[Finding]:
    """Formulas that are gone come first; only sound ones are tested and held against the model."""
    found = check_formulas(reader.book, reader, reader.calculation, results.inputs)
    if errors_of(found):
        return found
    return [*found, *failed_tests(reader), *differences(reader, results)]


def _changed_years(reader: Reader, inputs: ModelInputs) -> list[Finding]:
    """The sheets have one column per result year; another number of years needs other sheets."""
    options = inputs.options
    columns, fitted, years = reader.range("YEARS"), reader.range("FIT_YEARS"), options.years
    if columns is None or fitted is None or not years:
        return []
    rows = options.last_year - options.fit_first + 1
    if columns.area.width == len(years) and fitted.area.height == rows:
        return []
    row = option_names().index("last_year")
    shown = f"{years[0]}–{years[-1]}"
    return [reader.located(Finding("error", "years_changed", {"years": shown}, "options", row))]


def differences(
    reader: Reader, results: ModelResults, key: str = "output_differs", agreement: float = AGREEMENT
) -> list[Finding]:
    """Named outputs held against the model: the two must give the same digits."""
    found = []
    for name, of in OUTPUTS.items():
        place, expected = reader.range(name), of(results)
        if place is None and LATER_OUTPUTS.get(name) not in (None, *reader.book.sheets):
            continue
        if place is None or (place.area.height, place.area.width) != expected.shape:
            sheet, cell = (place.sheet, str(place.area)) if place else ("", "")
            found.append(Finding("error", "output_missing", {"name": name}, sheet=sheet, cell=cell))
        else:
            found += _cell_differences(place, expected, key, agreement)
    return found


def _cell_differences(
    place: Range, expected: FloatArray, key: str, agreement: float
) -> list[Finding]:
    """The first cell of a range that differs from the model."""
    scale = float(np.nanmax(np.abs(expected), initial=0.0))
    for i, row in enumerate(place.cells):
        for j, cell in enumerate(row):
            if not _agrees(cell, float(expected[i, j]), scale, agreement):
                values = {"found": _shown(cell), "expected": f"{expected[i, j]:.12g}"}
                at = place.cell(i, j)
                return [Finding("error", key, values, sheet=place.sheet, cell=at)]
    return []


def _agrees(cell: object, expected: float, scale: float, agreement: float) -> bool:
    if math.isnan(expected):
        return cell == "" or cell is None
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return False
    return abs(cell - expected) <= agreement * max(abs(expected), scale * 1e-4)


def _formula_findings(calculation: Calculation) -> list[Finding]:
    """Formulas that gave an error value or could not be computed outside Excel."""
    failed = [
        Finding(
            "warning",
            "formula_failed",
            {"value": _shown(calculation.values.get(key)), "reason": _reason(error)},
            sheet=key[0],
            cell=a1(key[1], key[2]),
        )
        for key, error in calculation.failures.items()
    ]
    lost = [
        Finding("warning", "not_evaluated", {"reason": reason}, sheet=key[0], cell=a1(*key[1:]))
        for key, reason in calculation.unevaluated.items()
    ]
    return failed + lost


def _shown(value: object) -> object:
    return value.code if isinstance(value, ExcelError) else value


def _reason(error: BaseException) -> str:
    if isinstance(error, InputError):
        return "; ".join(f.message for f in error.findings)
    return str(error)

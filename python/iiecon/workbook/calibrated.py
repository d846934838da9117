"""A calibration written into a workbook: overrides of scores and multipliers, and their source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from iiecon import catalogue
from iiecon.audit.publication import Figure
from iiecon.calibration import Calibration
from iiecon.inputs import MACRO_COLUMNS
from iiecon.spreadsheet.calculator import FileBook, Key
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import Scalar
from iiecon.workbook.read import Range, Reader
from iiecon.workbook.recalculate import Progress
from iiecon.workbook.typed import Typed, typed_into


def apply(package: Package, found: Calibration, progress: Progress) -> Typed:
    """The workbook with the fitted scores as overrides, in memory; their source says so.

    Raises InputError where a cell to be filled holds a formula.
    """
    return typed_into(package, _values(Reader.of(FileBook.from_package(package)), found), progress)


def _values(reader: Reader, found: Calibration) -> dict[Key, Scalar]:
    override, multipliers = _range(reader, "SCORE_OVERRIDE"), _range(reader, "MACRO_DATA")
    codes = reader.labels("SCORE_CODES")
    years = [str(int(v)) for v in _flat(_range(reader, "MACRO_YEARS")) if isinstance(v, float)]
    column = MACRO_COLUMNS.index("multiplier_override")
    values = {_key(override, codes.index(k), 0): x for k, x in found.of("score").items()}
    values |= {
        _key(multipliers, years.index(year), column): x
        for year, x in found.of("multiplier").items()
    }
    return {**values, _key(_range(reader, "SCORES_SOURCE"), 0, 0): source_of(found)}


def source_of(found: Calibration) -> str:
    """What the scores are: calibrated, and to which figures."""
    shown = listed([gap.figure for gap in found.gaps])
    return catalogue.both("experts.calibrated", targets=shown)


def listed(figures: Sequence[Figure]) -> str:
    """Figures in short: those that differ in their key only are counted."""
    kinds = Counter((f.scope, f.year, f.measure) for f in figures)
    alone = {(f.scope, f.year, f.measure): f.id for f in figures}
    return ", ".join(
        alone[kind] if count == 1 else f"{kind[0]}.*.{kind[1]}.{kind[2]} ({count})"
        for kind, count in kinds.items()
    )


def _range(reader: Reader, name: str) -> Range:
    found = reader.range(name)
    assert found is not None, "the inputs that were fitted come from these ranges"
    return found


def _flat(place: Range) -> list[Scalar]:
    return [value for row in place.cells for value in row]


def _key(place: Range, row: int, column: int) -> Key:
    return place.sheet, place.area.row1 + row, place.area.col1 + column

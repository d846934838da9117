"""A workbook built anew from its inputs, where other sectors or years need ranges of another size;
and what of the old one it does not keep.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from iiecon.inputs import ModelInputs
from iiecon.spreadsheet.calculator import Book, Calculation
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import Area, Scalar, a1
from iiecon.workbook.layout import INPUT_RANGES
from iiecon.workbook.read import Reader
from iiecon.workbook.typed import is_computed

# Lists that come with the program; an analyst's edits of them are no inputs of the model.
LISTS = ("World", "Policies", "Published")


def built_anew(path: Path, inputs: ModelInputs) -> Package:
    """The workbook of these inputs, to stand at `path`; its formulas are not yet computed."""
    from iiecon.workbook.assemble import assemble
    from iiecon.workbook.build import written
    from iiecon.workbook.macros import with_macros
    from iiecon.workbook.sheets import sheets_of

    sheets = sheets_of(_unscored_blank(inputs))
    return Package.from_bytes(path, with_macros(assemble(written(sheets))))


def lost_from(old: Book, new: Book) -> Iterator[str]:
    """Sheets and names that only the old workbook has, and lists that were edited in it."""
    yield from (name for name in old.sheets if name not in new.sheets)
    for name in LISTS:
        if name in old.sheets and _constants(old, name) != _constants(new, name):
            yield name
    known = {name.casefold() for name in new.names}
    yield from (n for n in old.names if n.casefold() not in known and not n.startswith("_"))


def _constants(book: Book, sheet: str) -> dict[tuple[int, int], Scalar]:
    cells = book.sheets[sheet].cells
    arrays = [area for (name, *_), area in book.array_ranges().items() if name == sheet]
    return {
        position: cell.value
        for position, cell in cells.items()
        if cell.formula is None
        and cell.value is not None
        and not any(Area(*position, *position).common(area) for area in arrays)
    }


def formulas_made_values(old: Book, new: Book) -> Iterator[str]:
    """Cells of input ranges that an analyst computes, apart from the table's own."""
    before = Reader(old, Calculation())
    after = Reader(new, Calculation())
    for name, rule in INPUT_RANGES.items():
        place, fresh = before.range(name), after.range(name)
        if rule.sheet == "IO_Table" or place is None or fresh is None:
            continue
        if is_computed(new, fresh):
            continue
        for position in place.area.cells():
            cell = old.sheets[place.sheet].cells.get(position)
            if cell is not None and cell.formula:
                yield f"{place.sheet}!{a1(*position)}"


def _unscored_blank(inputs: ModelInputs) -> ModelInputs:
    """Ballots yet to be given are blank cells, not zeros."""
    ballots = inputs.experts.ballots
    given = ballots.sum(axis=(1, 2), keepdims=True) > 0
    return replace(
        inputs, experts=replace(inputs.experts, ballots=np.where(given, ballots, np.nan))
    )

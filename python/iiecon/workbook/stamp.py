"""When, by which version and from which inputs a workbook was computed: three cells on About."""

from __future__ import annotations

from datetime import datetime

from iiecon.inputs import ModelInputs
from iiecon.results import VERSION
from iiecon.spreadsheet.recalculation import Key
from iiecon.spreadsheet.values import Scalar
from iiecon.workbook.layout import STAMP_NAMES
from iiecon.workbook.read import Range, Reader

TIME = "RUN_TIME"
HASH_DIGITS = 16


def stamp(inputs: ModelInputs, moment: datetime | None) -> dict[str, str]:
    """The text of each stamp cell; no moment for a workbook that nobody has run yet."""
    time = "" if moment is None else moment.isoformat(timespec="seconds")
    return {TIME: time, "RUN_VERSION": VERSION, "RUN_INPUTS": inputs.sha256()[:HASH_DIGITS]}


def stamp_cells(reader: Reader, inputs: ModelInputs, moment: datetime | None) -> dict[Key, Scalar]:
    """The stamp by cell; older workbooks lack the names and get none."""
    texts = stamp(inputs, moment)
    return {_key(place): texts[name] or None for name, place in _places(reader).items()}


def is_stamped(reader: Reader, inputs: ModelInputs) -> bool:
    """Whether the stamp tells this version and these inputs; the time may be any."""
    texts = stamp(inputs, None)
    return all(
        name == TIME or place.cells[0][0] == texts[name] for name, place in _places(reader).items()
    )


def _places(reader: Reader) -> dict[str, Range]:
    found = {name: reader.range(name) for name in STAMP_NAMES}
    return {name: place for name, place in found.items() if place is not None}


def _key(place: Range) -> Key:
    return place.sheet, place.area.row1, place.area.col1

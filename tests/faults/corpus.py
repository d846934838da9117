"""All faults by name, each kind in a module of its own."""

from __future__ import annotations

from tests.faults import archives, cells, labels, markup, names, outside, shapes, sheets, styles
from tests.faults.case import Spoil

KINDS = {
    "cell": cells.FAULTS,
    "label": labels.FAULTS,
    "shape": shapes.FAULTS,
    "sheet": sheets.FAULTS,
    "name": names.FAULTS,
    "style": styles.FAULTS,
    "xml": markup.FAULTS,
    "zip": archives.FAULTS,
    "outside": outside.FAULTS,
}
CORPUS: dict[str, Spoil] = {
    f"{kind}: {name}": spoil for kind, faults in KINDS.items() for name, spoil in faults.items()
}

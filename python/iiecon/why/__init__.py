"""A number opened into its factors, with the arithmetic shown, down to the input cells.

`why(sheets, place)` explains one cell; `why_text` and `why_record` tell it to people and programs.
Every shown arithmetic is an expression of plain numbers: `evaluated` gives the cell's value again.
"""

from __future__ import annotations

from iiecon.why import allocation, contributions, estimates  # noqa: F401  they register with `told`
from iiecon.why.cells import ComputedBook
from iiecon.why.opening import Opened, opened
from iiecon.why.telling import short_text, why_record, why_text
from iiecon.why.terms import Place, evaluated
from iiecon.why.tree import Explanation, why

__all__ = [
    "ComputedBook",
    "Explanation",
    "Opened",
    "Place",
    "evaluated",
    "opened",
    "short_text",
    "why",
    "why_record",
    "why_text",
]

"""A cell and what it was made of, level below level."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from iiecon import catalogue
from iiecon.spreadsheet.evaluate import Sheets
from iiecon.spreadsheet.values import Scalar
from iiecon.why.cells import Label, array_of, label_of, read_cell
from iiecon.why.opening import opened
from iiecon.why.terms import Place, Quantity, Term

Kind = Literal["input", "computed", "step"]


@dataclass(frozen=True)
class Explanation:
    """One number: a cell (`place`) or a step between cells, and the factors it was opened into.

    `arithmetic` is "" for an input, for what is no arithmetic (a text, a rank, a fit by search) and
    below the depth asked for. `again`: opened elsewhere in the same tree.
    """

    value: Scalar
    kind: Kind
    label: Label
    place: Place | None = None
    formula: str = ""
    notation: str = ""
    arithmetic: str = ""
    factors: tuple[Explanation, ...] = ()
    again: bool = False


def why(sheets: Sheets, place: Place, depth: int = 2) -> Explanation:
    """The cell's value opened `depth` levels deep; 0 goes on to the input cells."""
    return _Opener(sheets).cell(place, depth or -1)


def step_label(part: Quantity) -> Label:
    """The name of a step, with what it is about."""
    texts = (catalogue.text(f"why.step.{part.key}", language) for language in ("zh", "en"))
    return Label(*(f"{text}（{part.about}）" if part.about else text for text in texts))


class _Opener:
    """Opens each cell and each step once."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets
        self._seen: set[object] = set()

    def cell(self, place: Place, depth: int) -> Explanation:
        """A cell; its factors where there is depth left."""
        value, label = read_cell(self._sheets, place), label_of(self._sheets, place)
        array = array_of(self._sheets, place)
        anchor = place if array is None else array[0]
        kind: Kind = "input" if self._sheets.formula(*anchor) is None else "computed"
        again = place in self._seen
        if again or depth == 0 or kind == "input":
            if kind == "input":
                self._seen.add(place)
            return Explanation(value, kind, label, place, again=again)
        self._seen.add(place)
        found = opened(self._sheets, place)
        return Explanation(
            value,
            "computed",
            label,
            place,
            found.formula if array is None else f"{{{found.formula}}}",
            found.notation,
            found.arithmetic.text if found.arithmetic else "",
            self._factors(found.arithmetic, depth),
        )

    def _factors(self, term: Term | None, depth: int) -> tuple[Explanation, ...]:
        """What the numbers of an arithmetic are, each once."""
        if term is None:
            return ()
        distinct = {(part.place, part.key, part.about, part.value): part for part in term.parts}
        return tuple(self._part(part, depth - 1) for part in distinct.values())

    def _part(self, part: Quantity, depth: int) -> Explanation:
        if part.place is not None:
            return self.cell(part.place, depth)
        label = step_label(part)
        name = (part.key, part.about, part.value)
        if part.made is None or depth == 0 or name in self._seen:
            return Explanation(part.value, "step", label, again=name in self._seen)
        self._seen.add(name)
        term = part.made()
        return Explanation(
            part.value, "step", label, arithmetic=term.text, factors=self._factors(term, depth)
        )

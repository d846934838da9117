"""Sentences: texts of the catalogue whose placeholders are filled with numbers and names."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

from iiecon import catalogue
from iiecon.report.document import Cell, Paragraph, Role
from iiecon.report.quantities import Piece, Quantity, Quoted, Words, difference, growth, magnitude

_TEMPLATES = string.Formatter()


class Voice:
    """Speaks one language. What is not known is left out, never guessed.

    `words` are placeholders that stand for the same in every text.
    """

    def __init__(self, language: str, words: Mapping[str, str] | None = None) -> None:
        self.language = language
        self._words = {name: Quoted(text) for name, text in (words or {}).items()}

    def say(self, key: str, **values: Piece | Words) -> Words:
        """The text `report.<key>`; nothing when one of its numbers is unknown."""
        words: list[Piece] = []
        template = catalogue.template(f"report.{key}", self.language)
        for literal, name, _, _ in _TEMPLATES.parse(template):
            words += [literal] if literal else []
            if name is not None:
                value = values[name] if name in values else self._words[name]
                words += value if isinstance(value, tuple) else (value,)
        unknown = any(isinstance(p, Quantity) and not p.known for p in words)
        return () if unknown else tuple(words)

    def label(self, key: str) -> Words:
        """A label that the workbook's sheets use too."""
        return (catalogue.text(f"label.{key}", self.language),)

    def paragraph(self, *sentences: Words, role: Role = "text") -> list[Paragraph]:
        """Sentences as one paragraph; none when all were left out."""
        space: Words = (" ",) if self.language == "en" else ()
        words: Words = ()
        for sentence in filter(None, sentences):
            words += (space if words else ()) + sentence
        return [Paragraph(words, role)] if words else []

    def listed(self, items: Sequence[Words]) -> Words:
        """Items joined as in a sentence."""
        words: Words = ()
        for i, item in enumerate(items):
            if i:
                words += self.say("list.last" if i == len(items) - 1 else "list.between")
            words += item
        return words

    def change(self, now: Quantity, before: Quantity) -> Words:
        """How much an amount rose or fell on the year before, as a clause."""
        return self.rate(growth(now, before))

    def rate(self, rate: Quantity) -> Words:
        """A growth rate as a clause; nothing when it is unknown."""
        return self._clause("change", rate, 4, rate=magnitude(rate))

    def moved(self, now: Quantity, before: Quantity) -> Words:
        """By how many percentage points a share rose or fell, as a clause."""
        points = difference(now, before, "points")
        return self._clause("moved", points, 4, points=magnitude(points))

    def added(self, now: Quantity, before: Quantity) -> Words:
        """How many people came or went, and the rate, as a clause."""
        people, rate = difference(now, before), growth(now, before)
        return self._clause("added", rate, 4, people=magnitude(people), rate=magnitude(rate))

    def _clause(self, key: str, sign: Quantity, decimals: int, **values: Quantity) -> Words:
        if not sign.known:
            return ()
        rounded = round(sign.value, decimals)
        way = "rise" if rounded > 0 else "fall" if rounded < 0 else "same"
        return self.say(f"{key}.{way}", **(values if way != "same" else {}))


def cell(words: Words | Piece, estimated: bool = False) -> Cell:
    """A cell: numbers stand right, unknown ones are blank."""
    given = words if isinstance(words, tuple) else (words,)
    numbers = [p for p in given if isinstance(p, Quantity)]
    if any(not n.known for n in numbers):
        return Cell((), number=True)
    return Cell(given, estimated and bool(numbers), bool(numbers))


def quoted(text: object) -> Quoted:
    """Text from the workbook or about a source."""
    return Quoted(str(text))

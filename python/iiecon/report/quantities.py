"""Numbers on their way into the text: each knows where in the results it comes from.

A report prints a number only through `shown`. Its `origin` names the record and the arithmetic
behind it, so that anybody can compute the number again without this package.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Origin = tuple[Any, ...]
NAN = math.nan
# An amount is told in the largest unit of which it makes one or more, zero in the usual one, the
# first of each line. Sizes are in 亿元, 万人 and million dollars.
SCALES = {
    ("money", "zh"): ("亿元", {"万亿元": 1e4, "亿元": 1.0, "万元": 1e-4}),
    ("money", "en"): (
        " billion yuan",
        {" trillion yuan": 1e4, " billion yuan": 10.0, " million yuan": 0.01},
    ),
    ("people", "zh"): ("万人", {"万人": 1.0}),
    ("people", "en"): (" thousand people", {" million people": 100.0, " thousand people": 0.1}),
    ("dollars", "zh"): ("亿美元", {"万亿美元": 1e6, "亿美元": 100.0, "万美元": 0.01}),
    ("dollars", "en"): (
        " billion US dollars",
        {" trillion US dollars": 1e6, " billion US dollars": 1e3, " million US dollars": 1.0},
    ),
}
FORMS = {
    "percent": "{:.2%}",
    "points": "{:.2f}",
    "cell": "{:,.2f}",
    "whole": "{:,.0f}",
    "ratio": "{:.2f}",
    "factor": "{:.4f}",
    "count": "{:.0f}",
    "year": "{:.0f}",
}


@dataclass(frozen=True)
class Quantity:
    """A number, how it is to be read, and where it comes from.

    `kind` is money (亿元; round_money without decimals), people (万人), dollars (million US$),
    place (2nd) or a key of FORMS; NaN where there is nothing to say.
    """

    value: float
    kind: str
    origin: Origin

    @property
    def known(self) -> bool:
        """Whether there is a number at all."""
        return math.isfinite(self.value)

    def as_kind(self, kind: str) -> Quantity:
        """The same number, read another way (as the cell of a table, say)."""
        return Quantity(self.value, kind, self.origin)


@dataclass(frozen=True)
class Quoted:
    """Text that is not the report's own: a name, a message, the title of a source."""

    text: str


Piece = str | Quantity | Quoted
Words = tuple[Piece, ...]


def shown(quantity: Quantity, language: str) -> str:
    """The one way in which a number becomes text; two decimals, no negative zero."""
    value = quantity.value
    if quantity.kind == "place":
        return f"{value:.0f}" if language == "zh" else _ordinal(int(value))
    kind = "money" if quantity.kind == "round_money" else quantity.kind
    scales = SCALES.get((kind, language))
    if scales is None:
        form, times = FORMS[kind], 100 if kind == "points" else 1
        return _without_negative_zero(form.format(value * times))
    usual, sizes = scales
    unit = _unit(value, sizes) if value else usual
    decimals = 0 if quantity.kind == "round_money" else 2
    return _without_negative_zero(f"{value / sizes[unit]:.{decimals}f}") + unit


def _ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    teen = number // 10 % 10 == 1
    ending = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _unit(value: float, sizes: dict[str, float]) -> str:
    """The largest unit that the amount reaches when it is rounded in the unit below."""
    for (unit, size), (_, smaller) in pairwise(sizes.items()):
        if round(abs(value) / smaller, 2) * smaller >= size:
            return unit
    return next(reversed(sizes))


def _without_negative_zero(text: str) -> str:
    return text.removeprefix("-") if not text.strip("-0.,%") else text


def plain(words: Words, language: str) -> str:
    """Words as text."""
    return "".join(
        shown(p, language) if isinstance(p, Quantity) else p.text if isinstance(p, Quoted) else p
        for p in words
    )


def growth(now: Quantity, before: Quantity) -> Quantity:
    """Relative change; unknown where there was nothing before."""
    rate = now.value / before.value - 1 if before.value > 0 else NAN
    return Quantity(rate, "percent", ("growth", now.origin, before.origin))


def share(part: Quantity, whole: Quantity) -> Quantity:
    """A part of a whole."""
    ratio = part.value / whole.value if whole.value > 0 else NAN
    return Quantity(ratio, "percent", ("quotient", part.origin, whole.origin))


def quotient(above: Quantity, below: Quantity) -> Quantity:
    """How many times one is the other."""
    return Quantity(share(above, below).value, "ratio", ("quotient", above.origin, below.origin))


def difference(now: Quantity, before: Quantity, kind: str = "") -> Quantity:
    """What came in addition; `kind` points for shares."""
    origin = ("difference", now.origin, before.origin)
    return Quantity(now.value - before.value, kind or now.kind, origin)


def magnitude(quantity: Quantity) -> Quantity:
    """Without its sign, for sentences that say the direction in words."""
    return Quantity(abs(quantity.value), quantity.kind, ("magnitude", quantity.origin))


def total(parts: Sequence[Quantity]) -> Quantity:
    """The sum of one or more."""
    values = sum(p.value for p in parts)
    return Quantity(values, parts[0].kind, ("sum", *(p.origin for p in parts)))


def rank(of: Quantity, among: Sequence[Quantity]) -> Quantity:
    """One more than the number of larger ones: equals share a rank."""
    larger = sum(other.value > of.value for other in among)
    value = larger + 1 if of.known else NAN
    return Quantity(value, "count", ("rank", of.origin, tuple(q.origin for q in among)))


def count_above(among: Sequence[Quantity], threshold: Quantity) -> Quantity:
    """How many are larger than the threshold."""
    number = sum(q.value > threshold.value for q in among)
    return Quantity(number, "count", ("above", threshold.origin, tuple(q.origin for q in among)))


def count_below(among: Sequence[Quantity], threshold: Quantity) -> Quantity:
    """How many are smaller than the threshold."""
    number = sum(q.value < threshold.value for q in among)
    return Quantity(number, "count", ("below", threshold.origin, tuple(q.origin for q in among)))


def constant(value: float, kind: str) -> Quantity:
    """A number that the report itself chose, such as a threshold."""
    return Quantity(value, kind, ("constant", value))

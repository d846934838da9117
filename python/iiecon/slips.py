"""Typing slips: what a typist did to turn the number that is due into the one that stands there."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["point", "unit", "sign", "swapped", "digit"]

POWERS = (1, -1, 2, -2, 3, -3, 4, -4)
UNIT_POWER = 4  # 亿元 is 10⁴ 万元: so far a point does not stray, a unit does
# Which match says more: hardly any number is by chance a power of ten or a sign away from the one
# that is due; two digits that explain it are found in many.
RANK: dict[Kind, int] = {"point": 0, "unit": 0, "sign": 0, "swapped": 1, "digit": 1}


@dataclass(frozen=True)
class Slip:
    """`value` became what stands there by `kind`; `factor` is what stands there over `value`."""

    kind: Kind
    value: float
    factor: float

    @property
    def rank(self) -> int:
        """How much the match says: the less, the more."""
        return RANK[self.kind]


def likely_slips(found: float, wanted: float, slack: float) -> list[Slip]:
    """The slips that turn a number within `slack` of `wanted` into `found`, of those that say most.

    `found` counts with twelve digits, in the unit in which it was printed.
    """
    if not math.isfinite(wanted - found):
        return []
    near = [s for s in _slips(found, wanted, slack) if found and abs(s.value - wanted) <= slack]
    best = min((s.rank for s in near), default=0)
    return list({s.value: s for s in near if s.rank == best}.values())


def kind_of(factor: float) -> Kind:
    """The slip that multiplies by a power of ten or by minus one."""
    if factor < 0:
        return "sign"
    return "unit" if abs(round(math.log10(factor))) == UNIT_POWER else "point"


def _slips(found: float, wanted: float, slack: float) -> Iterator[Slip]:
    for power in POWERS:
        value = found / 10.0**power
        if abs(value) > 2 * slack:  # smaller ones are all alike
            yield Slip(kind_of(10.0**power), value, 10.0**power)
    if abs(found) > slack:
        yield Slip("sign", -found, -1.0)
    for kind, change in _changes(found, wanted - found):
        value = found + change
        yield Slip(kind, value, found / value if value else float("inf"))


def _changes(found: float, due: float) -> Iterator[tuple[Kind, float]]:
    """Changes of one digit, or by swapping two neighbours, of about the size that is due."""
    _, shown, exponent = Decimal(f"{found:.12g}").as_tuple()
    # A leading zero, swapped with the first digit, is not seen.
    digits, sign = (0, *shown), 1 if found > 0 else -1
    for place, digit in enumerate(reversed(digits)):
        unit = 10.0 ** (place + int(exponent))
        step = round(sign * due / unit)
        if step and place < len(shown) and 0 <= digit + step <= 9:
            yield "digit", sign * step * unit
        if place + 1 < len(digits):
            swap = 9 * (digit - digits[-2 - place])
            if swap:
                yield "swapped", sign * swap * unit

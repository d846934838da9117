"""Which printed cell explains broken identities, and what it should have been.

A cell explains them when changing it alone makes every identity hold that it takes part in. Where
several could, the cheapest explanation counts: one typing slip before any other number, one cell
before two. Cells that stand in every cheapest explanation are named; what these leave open is
reported as a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from iiecon.audit.expressions import ANY, Box, Interval, range_of
from iiecon.audit.identities import Identity
from iiecon.audit.publication import Figure

SHARED_FACTOR = 3  # identities off by one factor, from which on it is a common one


@dataclass(frozen=True)
class Slip:
    """A cell and the value that would fix it, in its printed unit; `typed`: one slip of the typist
    leads from the one to the other. `identities` are those that it breaks.
    """

    figure: Figure
    needed: float
    interval: Interval
    typed: bool
    identities: tuple[Identity, ...]


@dataclass(frozen=True)
class Conflict:
    """Identities that cannot all hold, the cells of which any may be wrong; `slips` are those that
    could explain it alone.
    """

    identities: tuple[Identity, ...]
    slips: tuple[Slip, ...]


@dataclass(frozen=True)
class CommonFactor:
    """Figures that are all off by one factor: not slips but another definition. `apart` are those
    of the same kind that are off by something else.
    """

    kind: str
    scope: str
    year: int
    factor: Interval
    identities: tuple[Identity, ...]
    apart: tuple[Identity, ...]


@dataclass(frozen=True)
class BrokenRule:
    """A rule that the publication states and does not follow anywhere."""

    kind: str
    identities: tuple[Identity, ...]
    holding: int


Explanation = Slip | Conflict | CommonFactor | BrokenRule


def explained(
    identities: Sequence[Identity], figures: Mapping[str, Figure]
) -> tuple[Explanation, ...]:
    """What is behind the identities that do not hold."""
    box = {name: figure.interval for name, figure in figures.items()}
    rules = list(_broken_rules([i for i in identities if i.rule], box))
    plain = [i for i in identities if not i.rule]
    factors = list(_common_factors([i for i in plain if not i.holds(box)], box))
    shared = {id(i) for factor in factors for i in (*factor.identities, *factor.apart)}
    search = _Search([i for i in plain if id(i) not in shared], box, figures)
    return (*search.explanations(), *factors, *rules)


def _broken_rules(rules: Sequence[Identity], box: Box) -> Iterator[BrokenRule]:
    for kind in dict.fromkeys(i.kind for i in rules):
        of_kind = [i for i in rules if i.kind == kind]
        broken = tuple(i for i in of_kind if not i.holds(box))
        if broken:
            yield BrokenRule(kind, broken, len(of_kind) - len(broken))


def _common_factors(broken: Sequence[Identity], box: Box) -> Iterator[CommonFactor]:
    """Identities of one kind, scope and year whose sides differ by one factor."""
    groups: dict[tuple[str, str, int], list[tuple[Interval, Identity]]] = {}
    for identity in broken:
        factor = _factor(identity, box)
        if factor is not None:
            key = (identity.kind, identity.scope, identity.year)
            groups.setdefault(key, []).append((factor, identity))
    for (kind, scope, year), members in groups.items():
        common = _most_common([factor for factor, _ in members])
        found = tuple(i for factor, i in members if factor.meets(common))
        if len({i.key for i in found}) >= SHARED_FACTOR and 2 * len(found) > len(members):
            apart = tuple(i for factor, i in members if not factor.meets(common))
            yield CommonFactor(kind, scope, year, common, found, apart)


def _factor(identity: Identity, box: Box) -> Interval | None:
    left, right = identity.ranges(box)
    if left.low <= 0 or right.low <= 0:
        return None
    return Interval(left.low / right.high, left.high / right.low)


def _most_common(intervals: Sequence[Interval]) -> Interval:
    """What the largest number of intervals have in common."""
    start = max(intervals, key=lambda a: sum(b.low <= a.low <= b.high for b in intervals)).low
    return Interval(start, min(i.high for i in intervals if i.low <= start <= i.high))


# What a change costs: one slip of the typist, any other number, two slips that meet in an identity.
TYPED, OTHER, TYPED_PAIR = 1.0, 2.0, 2.5


@dataclass(frozen=True)
class _Move:
    """A way to make identities hold: new values for one cell or two."""

    slips: tuple[Slip, ...]
    covers: frozenset[int]  # places in the list of broken identities
    cost: float

    @property
    def cells(self) -> frozenset[str]:
        return frozenset(s.figure.id for s in self.slips)


class _Search:
    """Looks for the cells behind the broken identities."""

    def __init__(
        self, identities: Sequence[Identity], box: Box, figures: Mapping[str, Figure]
    ) -> None:
        self.box, self.figures = box, figures
        self.broken = [i for i in identities if not i.holds(box)]
        self.touching: dict[str, list[Identity]] = {}
        for identity in identities:
            for cell in identity.cells:
                self.touching.setdefault(cell, []).append(identity)

    def explanations(self) -> Iterator[Slip | Conflict]:
        """For each group of broken identities that share cells: the slips that stand in each of the
        cheapest explanations, and a conflict of what they leave open.
        """
        for group in _groups(self.broken):
            moves = list(self._singles(group))
            best = _cheapest(group, moves)
            if not best or any(m.cost > TYPED for m in best[0]):
                moves += self._pairs(group)
                best = _cheapest(group, moves)
            certain = [m for m in (best[0] if best else ()) if all(m in other for other in best)]
            for move in certain:
                yield from move.slips
            covered = {place for move in certain for place in move.covers}
            left = [i for place, i in enumerate(group) if place not in covered]
            if left:
                alone = [m for m in moves if m.covers - covered and len(m.slips) == 1]
                typed = [m for m in alone if m.cost == TYPED]
                yield Conflict(tuple(left), tuple(m.slips[0] for m in typed or alone))

    def _singles(self, group: Sequence[Identity]) -> Iterator[_Move]:
        """Cells that, changed alone, make all their identities hold."""
        for cell in dict.fromkeys(c for i in group for c in i.cells):
            wanted = self._wanted(cell, self.box)
            if wanted is not None:
                slip = self._slip(cell, wanted, group)
                yield _Move((slip,), _covered(group, [cell]), TYPED if slip.typed else OTHER)

    def _pairs(self, group: Sequence[Identity]) -> Iterator[_Move]:
        """Two cells of one broken identity, each mistyped once, that explain all theirs."""
        seen = set()
        for identity in group:
            for pair in combinations(identity.cells, 2):
                covers = _covered(group, pair)
                if pair in seen or len(covers) < 2:
                    continue
                seen.add(pair)
                slips = self._two(*pair, group)
                if slips and all(s.typed for s in slips):
                    yield _Move(tuple(slips), covers, TYPED_PAIR)

    def _wanted(self, cell: str, box: Box, without: str = "") -> Interval | None:
        """The values of a cell with which all its identities hold (all but those with another cell,
        where one is named); None when there is none.
        """
        wanted = ANY
        for identity in self.touching[cell]:
            if without and without in identity.cells:
                continue
            solved = identity.solved(cell)
            values = None if solved is None else range_of(solved, box)
            if values is None or not values.meets(wanted):
                return None
            wanted = values.within(wanted)
        return wanted

    def _two(self, first: str, second: str, group: Sequence[Identity]) -> list[Slip]:
        """One cell from the identities without the other, then the other, then the one again."""
        start = self._wanted(first, self.box, without=second)
        if start is None or not start.bounded:
            first, second = second, first
            start = self._wanted(first, self.box, without=second)
        if start is None or not start.bounded:
            return []
        then = self._wanted(second, {**self.box, first: start})
        if then is None or not then.bounded:
            return []
        again = self._wanted(first, {**self.box, second: then})
        if again is None:
            return []
        return [self._slip(first, again, group), self._slip(second, then, group)]

    def _slip(self, cell: str, wanted: Interval, group: Sequence[Identity]) -> Slip:
        figure = self.figures[cell]
        wanted = wanted.scaled(1 / figure.factor)
        typed = nearest_typed(figure, wanted)
        middle = round(wanted.middle, figure.decimals) if wanted.bounded else figure.value
        broken = tuple(i for i in group if cell in i.cells)
        return Slip(figure, middle if typed is None else typed, wanted, typed is not None, broken)


def _covered(group: Sequence[Identity], cells: Sequence[str]) -> frozenset[int]:
    return frozenset(n for n, i in enumerate(group) if any(c in i.cells for c in cells))


def _cheapest(group: Sequence[Identity], moves: Sequence[_Move]) -> list[tuple[_Move, ...]]:
    """The explanations of all broken identities at the least cost, none explained twice."""
    best: list[tuple[_Move, ...]] = []
    least = float("inf")

    def extend(chosen: tuple[_Move, ...], covered: frozenset[int], cost: float) -> None:
        nonlocal best, least
        if cost > least:
            return
        if len(covered) == len(group):
            best = [*best, chosen] if cost == least else [chosen]
            least = cost
            return
        due = min(set(range(len(group))) - covered)
        for move in moves:
            if due in move.covers and not move.covers & covered:
                extend((*chosen, move), covered | move.covers, cost + move.cost)

    extend((), frozenset(), 0.0)
    return best


def _groups(broken: Iterable[Identity]) -> list[list[Identity]]:
    """Broken identities that share cells, directly or through others."""
    groups: list[tuple[set[str], list[Identity]]] = []
    for identity in broken:
        joined, members = set(identity.cells), [identity]
        apart = []
        for cells, group in groups:
            if cells & joined:
                joined |= cells
                members = [*group, *members]
            else:
                apart.append((cells, group))
        groups = [*apart, (joined, members)]
    return [members for _, members in groups]


# --- Typing slips


def nearest_typed(figure: Figure, wanted: Interval) -> float | None:
    """Of the numbers one typing slip away from the print, the one nearest to the middle of an
    interval, None where none lies in it.
    """
    half = figure.half
    found = [
        value
        for value in typed_variants(figure)
        if Interval(value - half, value + half).meets(wanted)
    ]
    for power in (0.01, 0.1, 10.0, 100.0):  # the point moved: digits behind the print are unknown
        shifted = Interval(figure.value - half, figure.value + half).scaled(power)
        if shifted.meets(wanted):
            found.append(round(shifted.within(wanted).middle, figure.decimals))
    return min(found, key=lambda value: abs(value - wanted.middle), default=None)


def typed_variants(figure: Figure) -> Iterator[float]:
    """Numbers that one slip turns into the printed one: a digit wrong, lost or doubled, two in the
    wrong order, the sign lost.
    """
    digits = f"{abs(figure.value):.{figure.decimals}f}".replace(".", "")
    sign = -1.0 if figure.value < 0 else 1.0
    places, any_digit = range(len(digits)), "0123456789"
    texts = {digits[:i] + d + digits[i + 1 :] for i in places for d in any_digit}
    texts |= {digits[:i] + d + digits[i:] for i in (*places, len(digits)) for d in any_digit}
    texts |= {digits[:i] + digits[i + 1 :] for i in places if len(digits) > 1}
    texts |= {digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in places[:-1]}
    for number in sorted({int(text) for text in texts} - {int(digits)}):
        yield sign * round(number * 10.0**-figure.decimals, figure.decimals)
    yield -figure.value

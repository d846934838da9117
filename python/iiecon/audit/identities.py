"""What must hold among the figures of one publication, found from their ids.

Sums, shares, growth rates, ratios and differences, each as left = right over printed numbers taken
as intervals. Where a publication may mean one thing or another (new jobs of which year?), its own
numbers decide: the reading that holds most often counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from iiecon.audit.expressions import (
    Box,
    Cell,
    Interval,
    Node,
    Number,
    Product,
    Quotient,
    Sum,
    added_share,
    cells,
    isolated,
    minus,
    odds,
    one_plus,
    range_of,
)
from iiecon.audit.publication import Publication
from iiecon.audit.structure import NATION, PARTS, WORLD, Place, Structure

# A level, and the names of its growth, its increase and its share of the whole.
LEVELS = {
    "value_added": ("nominal_growth", "value_added_added", "share_of_total"),
    "employment": ("employment_growth", "employment_added", "employment_share"),
}


@dataclass(frozen=True)
class Identity:
    """left = right. `forms` say the same in other words: a cell that occurs twice in the first form
    is solved for in one where it occurs once.

    `rule`: not arithmetic but what the publication says of its method; it holds or not as a whole.
    """

    kind: str
    scope: str
    key: str
    year: int
    left: Node
    right: Node
    forms: tuple[tuple[Node, Node], ...] = ()
    rule: bool = False

    @cached_property
    def cells(self) -> tuple[str, ...]:
        """The figures in it, each once."""
        return tuple(dict.fromkeys((*cells(self.left), *cells(self.right))))

    def holds(self, box: Box) -> bool:
        """Whether some numbers that round to the printed ones satisfy it, form by form."""
        return all(
            range_of(left, box).meets(range_of(right, box))
            for left, right in ((self.left, self.right), *self.forms)
        )

    def solved(self, cell: str) -> Node | None:
        """The expression of one cell that satisfies it; None where no form has it just once."""
        for left, right in ((self.left, self.right), *self.forms):
            if [*cells(left), *cells(right)].count(cell) == 1:
                side, other = (left, right) if cell in cells(left) else (right, left)
                return isolated(side, other, cell)
        return None

    def ranges(self, box: Box) -> tuple[Interval, Interval]:
        """The values of either side."""
        return range_of(self.left, box), range_of(self.right, box)

    def gap(self, box: Box) -> float:
        """By how much the sides differ, relative to the right one."""
        left, right = (side.middle for side in self.ranges(box))
        return abs(left - right) / abs(right) if right else abs(left - right)


@dataclass(frozen=True)
class Reading:
    """How a publication means its figures: the choice among `choices` that its numbers bear out."""

    kind: str
    scope: str
    year: int
    chosen: str
    usual: str
    holding: int
    tested: int


class Found:
    """The identities of a publication, and how it is read."""

    def __init__(self, publication: Publication, structure: Structure) -> None:
        self.figures = {f.id: f for f in publication}
        self.box = {f.id: f.interval for f in publication}
        self.structure = structure
        self.years = sorted({f.year for f in publication})
        self.places = dict.fromkeys((f.scope, f.key) for f in publication)
        self.readings: list[Reading] = []
        self.identities: list[Identity] = []
        for family in (
            self._sums, self._growth, self._backcast, self._added, self._shares, self._ratios,
            self._ratio_growth, self._share_of_gdp, self._section_jobs,
        ):  # fmt: skip
            self.identities += family()

    # --- cells

    def cell(self, place: Place, year: int, measure: str) -> Cell | None:
        """A figure, if it was printed."""
        name = f"{place[0]}.{place[1]}.{year}.{measure}"
        return Cell(name) if name in self.figures else None

    def _sum(self, parts: Sequence[Place], year: int, measure: str) -> Node | None:
        """All parts added up; None where one was not printed."""
        found = [self.cell(part, year, measure) for part in parts]
        known = [cell for cell in found if cell is not None]
        if not known or len(known) < len(found):
            return None
        return known[0] if len(known) == 1 else Sum(tuple(known))

    def wholes(self, whole: Place, year: int, measure: str) -> list[Node]:
        """The whole as printed, and as the sum of a finer table (which has more digits)."""
        found: list[Node | None] = [self.cell(whole, year, measure)]
        for kind, of, parts in self.structure.partitions():
            split = kind == "sum_sections" and measure == "employment"
            if of == whole and kind != "sum_parts" and not split:
                found.append(self._sum(parts, year, measure))
        if measure == "employment" and whole == NATION:
            found.append(self._sum(PARTS, year, measure))
        return [node for node in found if node is not None]

    # --- families of identities

    def _sums(self) -> Iterator[Identity]:
        for kind, whole, parts in self.structure.partitions():
            for measure in LEVELS:
                if kind == "sum_sections" and measure == "employment":
                    continue  # what they add up to is read off the numbers: _section_jobs
                for year in self.years:
                    total = self._sum(parts, year, measure)
                    printed = self.cell(whole, year, measure)
                    if total and printed:
                        yield Identity(kind, *whole, year, printed, total)

    def _section_jobs(self) -> Iterator[Identity]:
        """Jobs of sections add up to all jobs, or to the direct or the indirect ones."""
        sections = [("industry", code) for code in self.structure.sections]
        choices: dict[str, list[Identity]] = {"total": [], "indirect": [], "direct": []}
        for year in self.years:
            jobs = self._sum(sections, year, "employment")
            if jobs is None:
                continue
            for key, found in choices.items():
                whole = self.cell(("nation", key), year, "employment")
                if whole is None and key == "total":
                    whole = self._sum(PARTS, year, "employment")  # type: ignore[assignment]
                if whole is not None:
                    found.append(Identity("sum_jobs", "nation", key, year, whole, jobs))
        yield from self._read("section_jobs", "industry", 0, choices, "total")

    def _growth(self) -> Iterator[Identity]:
        """(1 + g) · last year = this year; for a whole also by the sums of finer tables."""
        for measure, (growth, _, _) in LEVELS.items():
            for place in self.places:
                for year in self.years:
                    rate = self.cell(place, year, growth)
                    if rate is None:
                        continue
                    before, now = (
                        self.wholes(place, y, measure) if place in (NATION, WORLD)
                        else [c for c in [self.cell(place, y, measure)] if c]
                        for y in (year - 1, year)
                    )  # fmt: skip
                    for old, new in zip(before, now, strict=False):
                        if type(old) is type(new):
                            left = Product(one_plus(rate), old)
                            yield Identity("growth", *place, year, left, new)

    def _backcast(self) -> Iterator[Identity]:
        """Parts taken back by their growth add up to the whole taken back by its own."""
        for kind, whole, parts in self.structure.partitions():
            for measure, (growth, _, _) in LEVELS.items():
                if kind == "sum_sections" and measure == "employment":
                    continue
                for year in self.years:
                    back = [self._before(p, year, measure, growth) for p in parts]
                    total = self._before(whole, year, measure, growth)
                    known = tuple(b for b in back if b is not None)
                    if total is not None and known and len(known) == len(back):
                        yield Identity("backcast", *whole, year, total, Sum(known))

    def _before(self, place: Place, year: int, measure: str, growth: str) -> Node | None:
        level, rate = self.cell(place, year, measure), self.cell(place, year, growth)
        return Quotient(level, one_plus(rate)) if level and rate else None

    def _added(self) -> Iterator[Identity]:
        """An increase is this year less the year before; some print next year less this year."""
        for measure, (growth, added, _) in LEVELS.items():
            for scope in dict.fromkeys(scope for scope, _ in self.places):
                for year in self.years:
                    yield from self._increases(scope, year, measure, added)
            for place in self.places:
                for year in self.years:
                    level, rate, more = (
                        self.cell(place, year, m) for m in (measure, growth, added)
                    )
                    if level and rate and more:
                        left = Product(added_share(rate), level)
                        yield Identity("added_growth", *place, year, left, more)

    def _increases(self, scope: str, year: int, measure: str, added: str) -> Iterator[Identity]:
        choices: dict[str, list[Identity]] = {"backward": [], "forward": []}
        for place in self.places:
            more = self.cell(place, year, added)
            if place[0] != scope or more is None:
                continue
            for choice, first in (("backward", year - 1), ("forward", year)):
                old, new = (self.cell(place, y, measure) for y in (first, first + 1))
                if old and new:
                    found = Identity("added", *place, year, more, minus(new, old))
                    choices[choice].append(found)
        yield from self._read("added", scope, year, choices, "backward")

    def _shares(self) -> Iterator[Identity]:
        """share · whole = part; shares of all parts add up to one."""
        for measure, (_, _, share_name) in LEVELS.items():
            for place in self.places:
                for year in self.years:
                    yield from self._share(place, year, measure, share_name, NATION)
                    if measure == "value_added":
                        yield from self._share(place, year, measure, "share_of_59", WORLD)
        for _, whole, parts in self.structure.partitions():
            name = "share_of_59" if whole == WORLD else "share_of_total"
            for year in self.years if whole in (NATION, WORLD) else ():
                shares = self._sum(parts, year, name)
                if shares is not None:
                    yield Identity("shares_sum", *whole, year, Number(1.0), shares)

    def _share(
        self, place: Place, year: int, measure: str, share_name: str, whole: Place
    ) -> Iterator[Identity]:
        share = self.cell(place, year, share_name)
        part = self._sum([(place[0], key) for key in place[1].split("+")], year, measure)
        if share is None or part is None:
            return
        named = set(cells(part))
        for total in self.wholes(whole, year, measure):
            others = [c for c in cells(total) if c not in named]
            if len(others) == len(list(cells(total))):
                yield Identity("share", *place, year, Product(share, total), part)
            elif others:
                rest = Sum(tuple(Cell(c) for c in others))
                yield Identity("share", *place, year, Product(odds(share), rest), part)

    def _ratios(self) -> Iterator[Identity]:
        """Indirect over direct, by itself, by the total, and by the share of the indirect."""
        direct, indirect = PARTS
        for year in self.years:
            ratio = self.cell(("nation", "indirect_to_direct"), year, "ratio")
            if ratio is None:
                continue
            own, spread = (self.cell(p, year, "value_added") for p in PARTS)
            if own and spread:
                yield Identity("ratio", *indirect, year, Product(ratio, own), spread)
            for total in self.wholes(NATION, year, "value_added"):
                if own:
                    left = Product(one_plus(ratio), own)
                    yield Identity("ratio_total", *direct, year, left, total)
            share = self.cell(indirect, year, "share_of_total")
            if share:
                yield Identity("ratio_share", *indirect, year, odds(share), ratio)
            jobs = [self.cell(p, year, "employment") for p in PARTS]
            if jobs[0] and jobs[1]:
                left = Product(ratio, jobs[0])
                yield Identity("jobs_by_ratio", *indirect, year, left, jobs[1], rule=True)

    def _ratio_growth(self) -> Iterator[Identity]:
        """The ratio grows as the growth of its parts says; growth of the whole lies between."""
        for year in self.years:
            own, spread = (self.cell(p, year, "nominal_growth") for p in PARTS)
            old = self.cell(("nation", "indirect_to_direct"), year - 1, "ratio")
            if old is None or own is None or spread is None:
                continue
            share = self.cell(PARTS[1], year, "share_of_total")
            ratio = self.cell(("nation", "indirect_to_direct"), year, "ratio")
            for new in (ratio, odds(share) if share else None):
                if new:
                    left, right = Product(new, one_plus(own)), Product(old, one_plus(spread))
                    yield Identity("ratio_growth", "nation", "total", year, left, right)
            whole = self.cell(NATION, year, "nominal_growth")
            if whole:
                yield Identity(
                    "growth_mixed", "nation", "total", year,
                    Product(one_plus(old), whole), Sum((own, Product(old, spread))),
                    ((Product(old, minus(spread, whole)), minus(whole, own)),),
                )  # fmt: skip

    def _share_of_gdp(self) -> Iterator[Identity]:
        """share · official GDP = value added."""
        for (scope, key, year), product in self.structure.gdp.items():
            place = (scope, key)
            share = self.cell(place, year, "share_of_gdp")
            if share is None:
                continue
            for value in self.wholes(place, year, "value_added"):
                left = Product(share, Number(product))
                yield Identity("share_of_gdp", scope, key, year, left, value)

    def _read(
        self, kind: str, scope: str, year: int, choices: Mapping[str, list[Identity]], usual: str
    ) -> list[Identity]:
        """The choice whose identities hold most often; among equals the nearest."""

        def worth(choice: str) -> tuple[int, float]:
            found = choices[choice]
            gaps = sorted(i.gap(self.box) for i in found)
            nearest = gaps[len(gaps) // 2] if gaps else float("inf")
            return sum(i.holds(self.box) for i in found), -nearest

        chosen = max(choices, key=worth)
        holding, tested = worth(chosen)[0], len(choices[chosen])
        if not tested or (not choices[usual] and 2 * holding <= tested):
            return []  # what is usual cannot be tested, and nothing speaks for the other
        self.readings.append(Reading(kind, scope, year, chosen, usual, holding, tested))
        return choices[chosen]

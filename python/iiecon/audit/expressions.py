"""Arithmetic on printed numbers: each stands for all numbers that round to it.

An expression is a tree over cells (figures, by their ids). `range_of` gives the interval of its
values over a box (cell → interval), exact where each cell occurs once; `isolated` turns an equation
round, to the expression of one cell.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

SLACK = 1e-9  # relative; a number printed as 2.5 may be the end of an interval


class Interval(NamedTuple):
    """The numbers from `low` to `high`."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """Halfway."""
        return (self.low + self.high) / 2

    @property
    def bounded(self) -> bool:
        """Whether both ends are finite."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    def meets(self, other: Interval) -> bool:
        """Whether the two have a number in common, to the rounding of float64."""
        slack = SLACK * max(map(abs, (*self, *other)))
        if not math.isfinite(slack):
            slack = 0.0
        return self.low <= other.high + slack and other.low <= self.high + slack

    def within(self, other: Interval) -> Interval:
        """What the two have in common; where they only touch, the point between them."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Interval(low, high) if low <= high else Interval((low + high) / 2, (low + high) / 2)

    def scaled(self, factor: float) -> Interval:
        """Multiplied by a positive number."""
        return Interval(self.low * factor, self.high * factor)


ANY = Interval(-math.inf, math.inf)
Box = Mapping[str, Interval]


@dataclass(frozen=True)
class Cell:
    """A figure."""

    id: str


@dataclass(frozen=True)
class Number:
    """A number that is not in question."""

    value: float


@dataclass(frozen=True)
class Sum:
    """Parts added up."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Product:
    """Two factors."""

    first: Node
    second: Node


@dataclass(frozen=True)
class Quotient:
    """One part over the other."""

    over: Node
    under: Node


Node = Cell | Number | Sum | Product | Quotient


def minus(a: Node, b: Node) -> Node:
    """a − b."""
    return Sum((a, Product(Number(-1.0), b)))


def one_plus(rate: Node) -> Node:
    """1 + g, the factor of a growth rate."""
    return Sum((Number(1.0), rate))


def odds(share: Node) -> Node:
    """s / (1 − s), the share once only: 1 / (1/s − 1)."""
    return Quotient(Number(1.0), Sum((Quotient(Number(1.0), share), Number(-1.0))))


def added_share(rate: Node) -> Node:
    """g / (1 + g), the part of a number that its growth added: 1 / (1/g + 1)."""
    return Quotient(Number(1.0), Sum((Quotient(Number(1.0), rate), Number(1.0))))


def cells(node: Node) -> Iterator[str]:
    """The cells of an expression, each as often as it occurs."""
    if isinstance(node, Cell):
        yield node.id
    for child in _children(node):
        yield from cells(child)


def _children(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Sum):
        return node.parts
    if isinstance(node, Product):
        return node.first, node.second
    return (node.over, node.under) if isinstance(node, Quotient) else ()


def range_of(node: Node, box: Box) -> Interval:
    """The values of an expression over a box."""
    if isinstance(node, Cell):
        return box[node.id]
    if isinstance(node, Number):
        return Interval(node.value, node.value)
    parts = [range_of(child, box) for child in _children(node)]
    if isinstance(node, Sum):
        return Interval(sum(p.low for p in parts), sum(p.high for p in parts))
    return _times(*parts) if isinstance(node, Product) else _over(*parts)


def isolated(node: Node, target: Node, cell: str) -> Node:
    """What the cell must be for the expression to equal the target; the cell occurs once in it."""
    if isinstance(node, Cell):
        return target
    inner = next(child for child in _children(node) if cell in cells(child))
    others = tuple(child for child in _children(node) if child is not inner)
    if isinstance(node, Sum):
        return isolated(inner, minus(target, Sum(others)), cell)
    (other,) = others
    if isinstance(node, Product):
        return isolated(inner, Quotient(target, other), cell)
    over = isinstance(node, Quotient) and inner is node.over
    return isolated(inner, Product(target, other) if over else Quotient(other, target), cell)


def _times(a: Interval, b: Interval) -> Interval:
    if not (a.bounded and b.bounded):
        return ANY
    ends = [x * y for x in a for y in b]
    return Interval(min(ends), max(ends))


def _over(a: Interval, b: Interval) -> Interval:
    if b.low <= 0 <= b.high or not (a.bounded and b.bounded):
        return ANY
    ends = [x / y for x in a for y in b]
    return Interval(min(ends), max(ends))

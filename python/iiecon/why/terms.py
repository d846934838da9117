"""Arithmetic that shows its numbers: a value together with the expression that gives it.

Terms are written like the formulas of the method, `a * (b + c) / d`; each keeps its value, its
text with the numbers filled in, and the quantities that the numbers stand for.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

SUM, PRODUCT, POWER, ATOM = range(4)  # how tightly a text holds together
Place = tuple[str, int, int]
"""A cell: sheet, row, column."""


@dataclass(frozen=True)
class Quantity:
    """What a number in an arithmetic is: a cell (`place`), or a step with a name of its own.

    `key` names its text in the catalogue's `why.step`, `about` says which one it is (a code, a
    year). `made` gives the arithmetic of a step; None where there is nothing to open.
    """

    value: float
    place: Place | None = None
    key: str = ""
    about: str = ""
    made: Callable[[], Term] | None = None


@dataclass(frozen=True)
class Term:
    """A value, its arithmetic as text, and the quantities in it in the order of the text."""

    value: float
    text: str
    holds: int = ATOM
    parts: tuple[Quantity, ...] = ()

    def __add__(self, other: Term) -> Term:
        return self._joined(" + ", other, SUM, operator.add, SUM, SUM)

    def __sub__(self, other: Term) -> Term:
        return self._joined(" - ", other, SUM, operator.sub, SUM, PRODUCT)

    def __mul__(self, other: Term) -> Term:
        return self._joined(" * ", other, PRODUCT, operator.mul, PRODUCT, PRODUCT)

    def __truediv__(self, other: Term) -> Term:
        return self._joined(" / ", other, PRODUCT, operator.truediv, PRODUCT, POWER)

    def __pow__(self, other: Term) -> Term:
        return self._joined(" ** ", other, POWER, operator.pow, ATOM, ATOM)

    def __neg__(self) -> Term:
        return number(-1.0) * self

    def _joined(
        self,
        sign: str,
        other: Term,
        holds: int,
        compute: Callable[[float, float], float],
        left: int,
        right: int,
    ) -> Term:
        """Both joined by a sign; a side that holds together less than required is bracketed."""
        text = f"{self._within(left)}{sign}{other._within(right)}"
        value = compute(self.value, other.value)
        return Term(value, text, holds, self.parts + other.parts)

    def _within(self, least: int) -> str:
        return self.text if self.holds >= least else f"({self.text})"


def number(value: float) -> Term:
    """A constant of a formula: the method's, or one written in a cell's formula."""
    text = repr(float(value)).removesuffix(".0")
    return Term(float(value), f"({text})" if text.startswith("-") else text)


def quantity(found: Quantity) -> Term:
    """A number that stands for a quantity."""
    term = number(found.value)
    return Term(term.value, term.text, ATOM, (found,))


def step(key: str, term: Term, about: str = "") -> Term:
    """A number for a whole arithmetic, which is shown one level below under a name."""
    return quantity(Quantity(term.value, key=key, about=about, made=lambda: term))


def total(terms: Iterable[Term]) -> Term:
    """The sum of the terms, 0 where there is none.

    In one pass: a long sum added up one by one would be copied again and again.
    """
    added = list(terms)
    if len(added) < 2:
        return added[0] if added else number(0.0)
    text = " + ".join(term._within(SUM) for term in added)
    parts = tuple(part for term in added for part in term.parts)
    return Term(sum(term.value for term in added), text, SUM, parts)


def applied(name: str, *terms: Term) -> Term:
    """One of FUNCTIONS of the terms."""
    value = FUNCTIONS[name](*(term.value for term in terms))
    text = ", ".join(term.text for term in terms)
    return Term(float(value), f"{name}({text})", ATOM, tuple(p for t in terms for p in t.parts))


FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": math.exp,
    "ln": math.log,
    "abs": abs,
    "max": lambda *values: max(values),
    "min": lambda *values: min(values),
    "median": lambda *values: median(values),
    "round": lambda value, digits: round(value, int(digits)),
}
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def evaluated(arithmetic: str) -> float:
    """The value of a shown arithmetic: numbers, + - * / ** ( ) and FUNCTIONS, nothing else.

    Raises ValueError for any other text.
    """
    try:
        return _evaluated(ast.parse(arithmetic, mode="eval").body)
    except SyntaxError as error:
        raise ValueError(f"not an arithmetic: {arithmetic!r}") from error


def _evaluated(node: ast.expr) -> float:
    left: list[ast.BinOp] = []
    while isinstance(node, ast.BinOp):  # long sums lean to the left
        left.append(node)
        node = node.left
    value = _operand(node)
    for joined in reversed(left):
        compute = _OPERATORS.get(type(joined.op))
        if compute is None:
            raise ValueError(f"not an arithmetic: {ast.unparse(joined)!r}")
        value = compute(value, _evaluated(joined.right))
    return value


def _operand(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_evaluated(operand)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            return float(FUNCTIONS[name](*(_evaluated(a) for a in arguments)))
    raise ValueError(f"not an arithmetic: {ast.unparse(node)!r}")

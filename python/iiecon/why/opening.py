"""A cell's formula opened: the same arithmetic with the numbers that its cells hold.

Plain Excel formulas are opened by their own expression; a call of one of our functions by what is
told of it beside the model (`told`), one element at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from iiecon.findings import InputError
from iiecon.spreadsheet import formula as tree
from iiecon.spreadsheet.criteria import criterion
from iiecon.spreadsheet.evaluate import Evaluation, Sheets, part_of
from iiecon.spreadsheet.values import (
    Area,
    ErrorResult,
    ExcelError,
    Matrix,
    NotEvaluated,
    Scalar,
    number_of,
    truth_of,
)
from iiecon.why.cells import CalledHere, array_of, read_cell
from iiecon.why.terms import Place, Quantity, Term, applied, number, quantity, total
from udfs.arguments import converted
from udfs.registry import FUNCTIONS, Argument

ARITHMETIC: dict[str, Callable[[Term, Term], Term]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
}
APPLIED = {"EXP": "exp", "LN": "ln", "ABS": "abs", "ROUND": "round"}
CHOSEN = {"MAX": "max", "MIN": "min", "MEDIAN": "median"}


@dataclass(frozen=True)
class Opened:
    """How a cell came about. `arithmetic` is None for an input and for what is no arithmetic (a
    text, a rank, a fit by search); `notation` is the method's formula where one of our functions
    gave the cell.
    """

    formula: str = ""
    arithmetic: Term | None = None
    notation: str = ""


@dataclass(frozen=True)
class Told:
    """What is told of one element of a function's result."""

    notation: str
    arithmetic: Term


class NotOpened(Exception):  # noqa: N818
    """There is no arithmetic to show for this."""


class Grid:
    """A function's argument, each of whose cells is a term; indices count from 0."""

    def __init__(self, opening: Opening, node: tree.Expression) -> None:
        self._opening, self._node = opening, node
        self.rows = opening.matrix(node)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.rows[0])

    def at(self, row: int, column: int) -> Term:
        """One cell; a single row or column serves for all."""
        height, width = self.shape
        return self._opening.term(self._node, row if height > 1 else 0, column if width > 1 else 0)

    def of(self, index: int) -> Term:
        """One cell of a row or column."""
        return self.at(0, index) if self.shape[0] == 1 else self.at(index, 0)

    def line(self, along: str, index: int = 0) -> list[Term]:
        """All cells of a "row" or a "column"."""
        height, width = self.shape
        if along == "row":
            return [self.at(index, column) for column in range(width)]
        return [self.at(row, index) for row in range(height)]

    def all(self) -> list[Term]:
        """Every cell, row by row."""
        height, width = self.shape
        return [self.at(row, column) for row in range(height) for column in range(width)]


class Call:
    """A call of one of our functions: its arguments as it takes them (`values`) and their cells."""

    def __init__(self, opening: Opening, node: tree.Call) -> None:
        self._nodes = dict(zip(FUNCTIONS[node.name].arguments, node.arguments, strict=False))
        self._grids = {
            argument.name: Grid(opening, given)
            for argument, given in self._nodes.items()
            if given is not tree.OMITTED and argument.cells.kind != "reference"
        }
        arguments = FUNCTIONS[node.name].arguments
        self.values = {a.name: self._value(a) for a in arguments}

    def _value(self, argument: Argument) -> Any:
        grid = self._grids.get(argument.name)
        given = None if grid is None else grid.rows
        found = None
        if given is not None or not argument.optional:
            found = converted(argument.cells, argument.name, given, argument.optional, None)
        return argument.default if found is None else found

    def grid(self, name: str) -> Grid:
        """The cells of an argument; NotOpened where it was left out."""
        if name not in self._grids:
            raise NotOpened(name)
        return self._grids[name]

    def given(self, name: str) -> bool:
        """Whether an argument was given and is not blank."""
        return name in self._grids and self.values[name] is not None


TOLD: dict[str, Callable[[Call, int, int], Told]] = {}


def told(function: Callable[[Call, int, int], Told]) -> Callable[[Call, int, int], Told]:
    """Tells of one element (row, column) of the result of the function of that name."""
    TOLD[function.__name__.upper()] = function
    return function


class Opening:
    """Opens the expressions of one sheet's formulas."""

    def __init__(self, sheets: Sheets, sheet: str) -> None:
        self._sheets, self._sheet = CalledHere(sheets), sheet
        self._evaluation = Evaluation(self._sheets, FUNCTIONS, sheet, array=True)
        self._calls: dict[int, Call] = {}
        self._matrices: dict[int, tuple[tree.Expression, Matrix]] = {}
        self.notations: list[str] = []

    def matrix(self, node: tree.Expression) -> Matrix:
        """The values of an expression as rows."""
        if id(node) not in self._matrices:
            value = self._evaluation.value(node)
            # The node is kept with it, for its number may be given again once it is gone.
            self._matrices[id(node)] = node, value if isinstance(value, list) else [[value]]
        return self._matrices[id(node)][1]

    def scalar(self, node: tree.Expression, i: int = 0, j: int = 0) -> Scalar:
        """One element of its value; a single row or column serves for all."""
        rows = self.matrix(node)
        i, j = (0 if len(rows) == 1 else i), (0 if len(rows[0]) == 1 else j)
        if i >= len(rows) or j >= len(rows[0]):
            raise NotOpened("beyond the array")
        return rows[i][j]

    def term(self, node: tree.Expression, i: int = 0, j: int = 0) -> Term:
        """One element of an expression as a term; NotOpened where it is no number."""
        place = self._evaluation.place_of(node)
        if place is not None:
            return self._cell(*place, i, j)
        match node:
            case tree.Name():
                return self.term(self._evaluation.resolved(node), i, j)
            case tree.Binary(sign) if sign in ARITHMETIC:
                return self._joined(node, i, j)
            case tree.Unary("-", operand):
                return -self.term(operand, i, j)
            case tree.Unary("%", operand):
                return self.term(operand, i, j) / number(100.0)
            case tree.Unary(_, operand):
                return self.term(operand, i, j)
            case tree.Call():
                return self._call(node, i, j)
        return number(_number(self.scalar(node, i, j)))

    def _joined(self, node: tree.Binary, i: int, j: int) -> Term:
        pending = [node]
        while isinstance(pending[-1].left, tree.Binary) and pending[-1].left.operator in ARITHMETIC:
            pending.append(pending[-1].left)
        term = self.term(pending[-1].left, i, j)
        for binary in reversed(pending):
            term = ARITHMETIC[binary.operator](term, self.term(binary.right, i, j))
        return term

    def _cell(self, sheet: str, area: Area, i: int, j: int) -> Term:
        i, j = (0 if area.height == 1 else i), (0 if area.width == 1 else j)
        return self._at((sheet, area.row1 + i, area.col1 + j))

    def _at(self, place: Place) -> Term:
        return quantity(Quantity(_number(read_cell(self._sheets, place)), place))

    def _call(self, node: tree.Call, i: int, j: int) -> Term:
        if node.name in FUNCTIONS:
            return self._own(node, i, j)
        arguments = node.arguments
        match node.name:
            case "IF":
                branch = 1 if truth_of(self.scalar(arguments[0], i, j)) else 2
                return self.term(arguments[branch], i, j)
            case "IFERROR" | "IFNA":
                failed = isinstance(self.scalar(arguments[0], i, j), ExcelError)
                return self.term(arguments[failed], i, j)
            case "CHOOSE":
                return self.term(arguments[int(_number(self.scalar(arguments[0])))], i, j)
            case "INDEX":
                return self._index(node, i, j)
            case "TRANSPOSE":
                return self.term(arguments[0], j, i)
            case "N":
                return self.term(arguments[0], i, j)
            case "POWER":
                return self.term(arguments[0], i, j) ** self.term(arguments[1], i, j)
            case "SUM":
                return total(term for argument in arguments for term in self._numbers(argument))
            case "SUMIF":
                return total(self._matching(*arguments))
            case "SUMPRODUCT":
                return total(self._products(arguments))
            case name if name in CHOSEN:
                among = [term for argument in arguments for term in self._numbers(argument)]
                return applied(CHOSEN[name], *among)
            case name if name in APPLIED:
                return applied(APPLIED[name], *(self.term(a, i, j) for a in arguments))
        # A count, a rank, a place: the number is the answer, there is no arithmetic behind it.
        return number(_number(self.scalar(node, i, j)))

    def _index(self, node: tree.Call, i: int, j: int) -> Term:
        of, *numbers = node.arguments
        row, *column = (self.scalar(n) for n in numbers)
        place = self._evaluation.place_of(of)
        if place is not None:
            return self._cell(place[0], part_of(place[1], row, *column), i, j)
        height, width = len(self.matrix(of)), len(self.matrix(of)[0])
        part = part_of(Area(1, 1, height, width), row, *column)
        i, j = (0 if part.height == 1 else i), (0 if part.width == 1 else j)
        return self.term(of, part.row1 - 1 + i, part.col1 - 1 + j)

    def _numbers(self, node: tree.Expression) -> Iterator[Term]:
        """The numbers among the elements of an argument, as SUM adds them."""
        for i, row in enumerate(self.matrix(node)):
            for j, value in enumerate(row):
                if isinstance(value, float):
                    yield self.term(node, i, j)

    def _matching(
        self, tested: tree.Expression, condition: tree.Expression, summed: tree.Expression
    ) -> Iterator[Term]:
        fits = criterion(self.scalar(condition))
        values = self.matrix(summed)
        for i, row in enumerate(self.matrix(tested)):
            for j, value in enumerate(row):
                if fits(value) and isinstance(values[i][j], float):
                    yield self.term(summed, i, j)

    def _products(self, factors: tuple[tree.Expression, ...]) -> Iterator[Term]:
        rows = self.matrix(factors[0])
        for i, row in enumerate(rows):
            for j in range(len(row)):
                product, *others = (self.term(factor, i, j) for factor in factors)
                for other in others:
                    product = product * other
                yield product

    def _own(self, node: tree.Call, i: int, j: int) -> Term:
        if node.name not in TOLD:
            raise NotOpened(node.name)
        if id(node) not in self._calls:
            self._calls[id(node)] = Call(self, node)
        found = TOLD[node.name](self._calls[id(node)], i, j)
        if found.notation and found.notation not in self.notations:
            self.notations.append(found.notation)
        return found.arithmetic


def _number(value: Scalar) -> float:
    if isinstance(value, str):
        raise NotOpened(value)
    return number_of(value)


def opened(sheets: Sheets, place: Place) -> Opened:
    """How the value of a cell came about.

    Reads nothing but what the cell's formula reads, so that a formula may ask it.
    """
    sheet, row, column = place
    array = array_of(sheets, place)
    anchor = place if array is None else array[0]
    formula = sheets.formula(*anchor)
    if formula is None:
        return Opened()
    opening = Opening(sheets, sheet)
    try:
        term = opening.term(tree.parse(formula), row - anchor[1], column - anchor[2])
    except (NotOpened, NotEvaluated, ErrorResult, InputError, ArithmeticError, LookupError):
        return Opened(formula)
    if not term.parts:
        return Opened(formula)
    return Opened(formula, term, "; ".join(opening.notations))

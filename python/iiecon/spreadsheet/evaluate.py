"""Evaluation of one formula's expression tree, given a way to read cells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from inspect import signature
from typing import Protocol, TypeVar

from iiecon.spreadsheet import formula as tree
from iiecon.spreadsheet.plain_functions import AGGREGATES, ELEMENTWISE
from iiecon.spreadsheet.values import (
    BAD_REFERENCE,
    BAD_VALUE,
    MAX_COL,
    MAX_ROW,
    NA,
    Area,
    ErrorResult,
    ExcelError,
    Matrix,
    NotEvaluated,
    Scalar,
    Value,
    compare,
    elementwise,
    guarded,
    joined,
    number_of,
    power,
    text_of,
    truth_of,
)

_MAX_NAMES = 64
_T = TypeVar("_T")
OwnFunctions = Mapping[str, Callable[..., object]]
_OPERATORS: dict[str, Callable[[Scalar, Scalar], Scalar]] = {
    "+": lambda a, b: number_of(a) + number_of(b),
    "-": lambda a, b: number_of(a) - number_of(b),
    "*": lambda a, b: number_of(a) * number_of(b),
    "/": lambda a, b: number_of(a) / number_of(b),
    "^": lambda a, b: power(number_of(a), number_of(b)),
    "&": lambda a, b: joined(text_of(a), text_of(b)),
    "=": lambda a, b: compare(a, b) == 0,
    "<>": lambda a, b: compare(a, b) != 0,
    "<": lambda a, b: compare(a, b) < 0,
    ">": lambda a, b: compare(a, b) > 0,
    "<=": lambda a, b: compare(a, b) <= 0,
    ">=": lambda a, b: compare(a, b) >= 0,
}
_FALSE = tree.Literal(False)
_PREFIXES: dict[str, Callable[[Scalar], Scalar]] = {
    "-": lambda a: -number_of(a),
    "%": lambda a: number_of(a) / 100,
}


class Sheets(Protocol):
    """What a formula can see of the workbook; reading may interrupt the evaluation."""

    def read(self, sheet: str, area: Area) -> Matrix:
        """The values of a range."""

    def spilled(self, sheet: str, area: Area) -> Area:
        """The range that the anchor cell has spilled to."""

    def named(self, sheet: str, name: str) -> tree.Expression:
        """The expression a defined name stands for, as seen from a sheet."""

    def formula(self, sheet: str, row: int, col: int) -> str | None:
        """The formula of a cell without "=", None where there is none."""

    def call_own(self, node: tree.Call, arguments: list["Value | Reference"]) -> Value:
        """Call one of the project's own functions."""


@dataclass(frozen=True)
class Reference:
    """Cells handed to a function as such, not their values.

    A function gets one where it asks for it (its `references` hold the positions of those
    arguments), and for whole columns or rows, whose values nobody means.
    """

    sheets: Sheets
    sheet: str
    area: Area


class Evaluation:
    """The evaluation of one cell's formula.

    In an array formula every operation works on whole arrays. In an ordinary one Excel picks a
    single cell of a range instead; that rule is not reproduced, so such formulas are refused
    unless the place is one where Excel works on arrays anyway.
    """

    def __init__(self, sheets: Sheets, own: OwnFunctions, sheet: str, array: bool) -> None:
        self._sheets = sheets
        self._own = own
        self._sheet = sheet
        self._array = array
        self._formula_is_array = array

    def value(self, node: tree.Expression) -> Value:
        """The value of an expression."""
        match node:
            case tree.Literal(value):
                return value
            case tree.Reference() | tree.Spill():
                return _single(self._read(node))
            case tree.Binary():
                return self._binary(node)
            case tree.Call():
                return self._call(node)
            case tree.Unary(operator, operand):
                return self._unary(operator, self.value(operand))
            case tree.Name():
                return self.value(self.resolved(node))
            case tree.ArrayLiteral(rows):
                return _single([list(row) for row in rows])
            case tree.Unsupported(reason):
                raise NotEvaluated(reason)

    def _binary(self, node: tree.Binary) -> Value:
        """Long sums lean to the left, so that side is walked without recursion."""
        pending = [node]
        while isinstance(pending[-1].left, tree.Binary):
            pending.append(pending[-1].left)
        left = self.value(pending[-1].left)
        for binary in reversed(pending):
            right = self.value(binary.right)
            left = self._each(_OPERATORS[binary.operator], left, right)
        return left

    def _unary(self, operator: str, operand: Value) -> Value:
        return operand if operator == "+" else self._each(_PREFIXES[operator], operand)

    def _each(self, function: Callable[..., Scalar], *operands: Value) -> Value:
        """Apply a function of scalars, element by element where arrays are allowed."""
        operands = tuple(_single(operand) for operand in operands)
        if not self._array and any(isinstance(operand, list) for operand in operands):
            raise NotEvaluated("implicit intersection")
        return elementwise(function, operands)

    def resolved(self, node: tree.Expression) -> tree.Expression:
        """A defined name replaced by what it stands for."""
        for _ in range(_MAX_NAMES):
            if not isinstance(node, tree.Name):
                return node
            node = self._sheets.named(node.sheet or self._sheet, node.text)
        raise NotEvaluated("a defined name that refers to itself")

    def place_of(self, node: tree.Expression) -> tuple[str, Area] | None:
        """Sheet and range of an expression that is a reference."""
        node = self.resolved(node)
        if isinstance(node, tree.Reference):
            return node.sheet or self._sheet, node.area
        if isinstance(node, tree.Spill):
            anchor = self.place_of(node.anchor)
            if anchor and anchor[1].size == 1:
                return anchor[0], self._sheets.spilled(*anchor)
            raise NotEvaluated("spill operator on something other than a cell")
        return None

    def _read(self, node: tree.Expression) -> Matrix:
        place = self.place_of(node)
        assert place is not None
        return self._sheets.read(*place)

    def _call(self, node: tree.Call) -> Value:
        if node.name in self._own:
            return self._call_own(node)
        count = len(node.arguments)
        if lazy := _LAZY.get(node.name):
            _check_count(lazy, count + 1, node.name)
            return lazy(self, *node.arguments)
        if function := ELEMENTWISE.get(node.name):
            _check_count(function, count, node.name)
            return self._each(function, *map(self.value, node.arguments))
        if aggregate := AGGREGATES.get(node.name):
            _check_count(aggregate, count, node.name)
            return self._aggregate(node)
        raise NotEvaluated(f"function {node.name} is not supported")

    def _call_own(self, node: tree.Call) -> Value:
        arguments = list(node.arguments)
        while arguments and arguments[-1] is tree.OMITTED:
            arguments.pop()
        function = self._own[node.name]
        _check_count(function, len(arguments), node.name)
        wanted = getattr(function, "references", ())

        def values() -> list[Value | Reference]:
            return [self._own_argument(a, i in wanted) for i, a in enumerate(arguments)]

        return self._sheets.call_own(node, self._in_arrays(values))

    def _own_argument(self, node: tree.Expression, as_reference: bool) -> Value | Reference:
        place = self.place_of(node)
        if place is None:
            return self.value(node)
        sheet, area = place
        if as_reference:
            self._sheets.read(sheet, area)  # what it refers to is computed first
            return Reference(self._sheets, sheet, area)
        whole = area.height >= MAX_ROW or area.width >= MAX_COL
        return Reference(self._sheets, sheet, area) if whole else self.value(node)

    def _aggregate(self, node: tree.Call) -> Value:
        function = AGGREGATES[node.name]

        def arguments() -> list[Value]:
            return [self._argument(argument) for argument in node.arguments]

        values = self._in_arrays(arguments) if node.name == "SUMPRODUCT" else arguments()
        return guarded(function, *values)

    def _argument(self, node: tree.Expression) -> Value:
        """An argument that keeps even a single referenced cell apart from a direct value."""
        return self._read(self.resolved(node)) if self.place_of(node) else self.value(node)

    def _in_arrays(self, compute: Callable[[], list[_T]]) -> list[_T]:
        before, self._array = self._array, True
        try:
            return compute()
        finally:
            self._array = before

    def _if(
        self,
        test: tree.Expression,
        then: tree.Expression,
        otherwise: tree.Expression = _FALSE,
    ) -> Value:
        condition = self._condition(test)
        if isinstance(condition, list):
            branches = self.value(then), self.value(otherwise)
            return self._each(lambda c, a, b: a if truth_of(c) else b, condition, *branches)
        return self._chosen(lambda: self.value(then if truth_of(condition) else otherwise))

    def _iferror(self, tried: tree.Expression, instead: tree.Expression) -> Value:
        return self._instead_of_error(tried, instead, lambda v: isinstance(v, ExcelError))

    def _ifna(self, tried: tree.Expression, instead: tree.Expression) -> Value:
        return self._instead_of_error(tried, instead, lambda v: v == NA)

    def _instead_of_error(
        self,
        tried: tree.Expression,
        instead: tree.Expression,
        caught: Callable[[Scalar], bool],
    ) -> Value:
        value = self._condition(tried)
        if isinstance(value, list):
            return self._each(
                lambda v, other: other if caught(v) else v, value, self.value(instead)
            )
        return self.value(instead) if caught(value) else value

    def _choose(self, index: tree.Expression, *choices: tree.Expression) -> Value:
        number = self._condition(index)
        if isinstance(number, list):
            raise NotEvaluated("CHOOSE by an array")

        def chosen() -> Value:
            position = int(number_of(number))
            if not 1 <= position <= len(choices):
                raise ErrorResult(BAD_VALUE)
            return self.value(choices[position - 1])

        return self._chosen(chosen)

    def _condition(self, node: tree.Expression) -> Value:
        """The value deciding between branches; an array of them needs an array formula."""
        value = _single(self.value(node))
        if isinstance(value, list) and not self._formula_is_array:
            raise NotEvaluated("implicit intersection")
        return value

    def _chosen(self, compute: Callable[[], Value]) -> Value:
        try:
            return compute()
        except ErrorResult as raised:
            return raised.error

    def _rows(self, of: tree.Expression) -> Value:
        place = self.place_of(of)
        return float(place[1].height if place else len(_as_matrix(self.value(of))))

    def _columns(self, of: tree.Expression) -> Value:
        place = self.place_of(of)
        return float(place[1].width if place else len(_as_matrix(self.value(of))[0]))

    def _index(
        self, of: tree.Expression, row: tree.Expression, col: tree.Expression | None = None
    ) -> Value:
        """A cell, row or column of a range, read without reading the rest of it."""
        numbers = [self._scalar(node) for node in (row, col) if node is not None]
        place = self.place_of(of)
        if place is None:
            return guarded(AGGREGATES["INDEX"], self.value(of), *numbers)
        area = guarded(part_of, place[1], *numbers)
        return area if isinstance(area, ExcelError) else _single(self._sheets.read(place[0], area))

    def _scalar(self, node: tree.Expression) -> Scalar:
        value = _single(self.value(node))
        if isinstance(value, list):
            raise NotEvaluated("an array in place of one value")
        return value


_LAZY: dict[str, Callable[..., Value]] = {
    "IF": Evaluation._if,
    "IFERROR": Evaluation._iferror,
    "IFNA": Evaluation._ifna,
    "CHOOSE": Evaluation._choose,
    "ROWS": Evaluation._rows,
    "COLUMNS": Evaluation._columns,
    "INDEX": Evaluation._index,
}


def part_of(area: Area, first: Scalar, second: Scalar = None) -> Area:
    """What INDEX selects; 0 stands for all, and one number runs along a single row."""
    row, col = int(number_of(first)), int(number_of(second))
    if second is None and area.height == 1:
        row, col = 0, row
    if row < 0 or col < 0:
        raise ErrorResult(BAD_VALUE)
    if row > area.height or col > area.width:
        raise ErrorResult(BAD_REFERENCE)
    top, left = area.row1 + row - 1, area.col1 + col - 1
    rows = (top, top) if row else (area.row1, area.row2)
    cols = (left, left) if col else (area.col1, area.col2)
    return Area(rows[0], cols[0], rows[1], cols[1])


def _single(value: Value) -> Value:
    """An array of one element as that element."""
    if isinstance(value, list) and len(value) == 1 and len(value[0]) == 1:
        return value[0][0]
    return value


def _as_matrix(value: Value) -> Matrix:
    return value if isinstance(value, list) else [[value]]


@lru_cache(maxsize=256)
def _arity(function: Callable[..., object]) -> tuple[int, float]:
    """The least and the greatest number of positional arguments."""
    parameters = [p for p in signature(function).parameters.values() if p.kind != p.KEYWORD_ONLY]
    required = [p for p in parameters if p.default is p.empty and p.kind != p.VAR_POSITIONAL]
    endless = any(p.kind == p.VAR_POSITIONAL for p in parameters)
    return len(required), float("inf") if endless else len(parameters)


def _check_count(function: Callable[..., object], count: int, name: str) -> None:
    """Refuse a call with more or fewer arguments than the function takes."""
    least, most = _arity(function)
    if not least <= count <= most:
        raise NotEvaluated(f"{name} does not take {count} arguments")

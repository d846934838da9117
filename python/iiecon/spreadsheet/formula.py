"""Formulas as expression trees.

A formula that uses something outside the supported grammar becomes one ``Unsupported`` node
with a reason: its cell is then reported instead of being computed wrongly.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from iiecon.spreadsheet.values import MAX_COL, MAX_ROW, Area, ExcelError, Scalar, a1, parse_area


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant written in the formula."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class ArrayLiteral:
    """An array constant such as ``{1,2;3,4}``."""

    rows: tuple[tuple[Scalar, ...], ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell or a range; ``sheet`` is empty for the sheet of the formula."""

    sheet: str
    area: Area


@dataclass(frozen=True, slots=True)
class Name:
    """A defined name, possibly qualified by a sheet."""

    sheet: str
    text: str


@dataclass(frozen=True, slots=True)
class Spill:
    """The whole array spilled from an anchor cell: ``A1#``."""

    anchor: "Expression"


@dataclass(frozen=True, slots=True)
class Unary:
    """A prefix ``+`` or ``-``, or a postfix ``%``."""

    operator: str
    operand: "Expression"


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, concatenation or comparison of two operands."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; the name is in upper case without storage prefixes."""

    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Unsupported:
    """A formula that cannot be evaluated, and why."""

    reason: str


Expression: TypeAlias = (
    Literal | ArrayLiteral | Reference | Name | Spill | Unary | Binary | Call | Unsupported
)
OMITTED = Literal(None)
"""The argument left empty between two commas; compared by identity."""

_SHEET = r"(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!"
_ERROR = r"(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|SPILL!|CALC!)"
_CELL = r"\$?[A-Za-z]{1,3}\$?[1-9][0-9]{0,6}"
_RANGE = rf"(?:{_CELL}(?::{_CELL})?|\$?[A-Za-z]{{1,3}}:\$?[A-Za-z]{{1,3}}|\$?[1-9]\d*:\$?[1-9]\d*)"
_TOKEN = re.compile(
    rf"""
    (?P<operator><=|>=|<>|[-+*/^&=<>%(),;{{}}]|\#(?!{_ERROR}))
  | (?P<space>\s+)
  | (?P<text>"(?:[^"]|"")*")
  | (?:{_SHEET})?(?P<error>\#{_ERROR})
  | (?:\[\d+\]!)?(?P<call>[^\W\d][\w.]*)\(
  | (?P<sheet>{_SHEET})?(?:(?P<range>{_RANGE})(?![\w.(!:?\\])|(?P<name>[^\W\d][\w.?\\]*)(?!!))
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    """,
    re.VERBOSE,
)
_STORAGE_PREFIX = re.compile(r"(?:_xlfn\.|_xlws\.|_xludf\.|_xll\.)+", re.IGNORECASE)
_RANK = {"^": 5, "*": 4, "/": 4, "+": 3, "-": 3, "&": 2} | dict.fromkeys(
    ("=", "<>", "<", ">", "<=", ">="), 1
)
_Token: TypeAlias = re.Match[str]


class _Refused(Exception):  # noqa: N818
    """The formula is outside the supported grammar."""


@lru_cache(maxsize=65_536)
def parse(formula: str) -> Expression:
    """The expression of a formula given without its leading ``=``."""
    try:
        return _Parser(formula).whole()
    except _Refused as refused:
        return Unsupported(str(refused))
    except RecursionError:
        return Unsupported("nested too deeply")


@lru_cache(maxsize=65_536)
def has_relative_references(formula: str) -> bool:
    """Whether some reference moves with the cell that uses it."""
    corners = (
        corner
        for token in _tokens(formula)
        if token["range"]
        for corner in token["range"].split(":")
    )
    return any(not re.fullmatch(r"(?:\$[A-Za-z]+)?(?:\$\d+)?", corner) for corner in corners)


def shifted(formula: str, rows: int, cols: int) -> str:
    """The formula as it reads after being filled down and right by so many cells.

    A formula outside the grammar is returned unchanged: it will not be evaluated anyway.
    """
    try:
        return "".join(
            _shifted_reference(token, rows, cols) if token["range"] else token[0]
            for token in _tokens(formula)
        )
    except _Refused:
        return formula


def _shifted_reference(token: _Token, rows: int, cols: int) -> str:
    corners = [_shifted_corner(corner, rows, cols) for corner in token["range"].split(":")]
    if "" in corners:
        return "#REF!"
    return (token["sheet"] or "") + ":".join(corners)


def _shifted_corner(corner: str, rows: int, cols: int) -> str:
    """One end of a range moved; empty when it leaves the sheet."""
    match = re.fullmatch(r"(?:(\$?)([A-Za-z]+))?(?:(\$?)(\d+))?", corner)
    assert match is not None
    lock_col, letters, lock_row, digits = match.groups(default="")
    area = (
        parse_area(letters + digits)
        if letters and digits
        else parse_area(f"{letters or digits}:{letters or digits}")
    )
    row = area.row1 if lock_row or not digits else area.row1 + rows
    col = area.col1 if lock_col or not letters else area.col1 + cols
    if not (1 <= row <= MAX_ROW and 1 <= col <= MAX_COL):
        return ""
    moved = a1(1, col)[:-1]
    return (lock_col + moved if letters else "") + (f"{lock_row}{row}" if digits else "")


def _tokens(formula: str) -> list[_Token]:
    """The tokens, which follow each other without a gap."""
    tokens, end = list(_TOKEN.finditer(formula)), 0
    for token in tokens:
        if token.start() != end:
            break
        end = token.end()
    if end < len(formula):
        raise _Refused(_why_refused(formula[end]))
    return tokens


def _why_refused(char: str) -> str:
    if char in "[]":
        return "external link or structured reference"
    return "3-D or computed range" if char == ":" else f"character {char!r} in the formula"


class _Parser:
    """Precedence climbing over the tokens of one formula."""

    def __init__(self, formula: str) -> None:
        self._tokens = [token for token in _tokens(formula) if token.lastgroup != "space"]
        # The operators at their positions, "" for what is none and at the end.
        self._ahead = [t[0] if t.lastgroup == "operator" else "" for t in self._tokens] + [""]
        self._position = 0

    def whole(self) -> Expression:
        result = self._expression()
        if self._position < len(self._tokens):
            kind = "union" if self._peek() == "," else "intersection of ranges"
            raise _Refused(kind if self._peek() in (",", "") else f"misplaced {self._peek()!r}")
        return result

    def _peek(self) -> str:
        return self._ahead[self._position]

    def _accept(self, operator: str) -> bool:
        found = self._ahead[self._position] == operator
        self._position += found
        return found

    def _expect(self, operator: str) -> None:
        if not self._accept(operator):
            raise _Refused(f"{self._peek() or 'an operand'!r} in place of {operator!r}")

    def _next(self) -> _Token:
        if self._position == len(self._tokens):
            raise _Refused("the formula breaks off")
        self._position += 1
        return self._tokens[self._position - 1]

    def _expression(self, lowest: int = 1) -> Expression:
        left = self._operand()
        while (rank := _RANK.get(self._ahead[self._position], 0)) >= lowest:
            operator = self._next()[0]
            left = Binary(operator, left, self._expression(rank + 1))
        return left

    def _operand(self) -> Expression:
        token = self._next()
        if token[0] in ("+", "-"):
            return Unary(token[0], self._operand())
        result = self._primary(token)
        while self._ahead[self._position] in ("%", "#"):
            operator = self._next()[0]
            result = Unary("%", result) if operator == "%" else _spill(result)
        return result

    def _primary(self, token: _Token) -> Expression:
        kind = token.lastgroup or ""
        if kind == "call":
            return self._call(_function_name(token["call"]))
        if kind != "operator":
            return _leaf(kind, token["sheet"] or "", token[kind])
        if token[0] == "(":
            return self._parenthesis()
        if token[0] == "{":
            return self._array()
        raise _Refused(f"misplaced {token[0]!r}")

    def _parenthesis(self) -> Expression:
        inner = self._expression()
        if self._peek() == ",":
            raise _Refused("union of ranges")
        self._expect(")")
        return inner

    def _call(self, name: str) -> Expression:
        arguments: list[Expression] = []
        if not self._accept(")"):
            arguments.append(self._argument())
            while self._accept(","):
                arguments.append(self._argument())
            self._expect(")")
        if name == "ANCHORARRAY" and len(arguments) == 1:
            return _spill(arguments[0])
        return Call(name, tuple(arguments))

    def _argument(self) -> Expression:
        return OMITTED if self._peek() in (",", ")") else self._expression()

    def _array(self) -> ArrayLiteral:
        rows: list[list[Scalar]] = [[self._array_item()]]
        while not self._accept("}"):
            if self._accept(";"):
                rows.append([])
            else:
                self._expect(",")
            rows[-1].append(self._array_item())
        if len({len(row) for row in rows}) > 1:
            raise _Refused("array constant with uneven rows")
        return ArrayLiteral(tuple(tuple(row) for row in rows))

    def _array_item(self) -> Scalar:
        negative = self._accept("-") or (self._accept("+") and False)
        token = self._next()
        kind = token.lastgroup or ""
        if kind in ("operator", "call", "range"):
            raise _Refused(f"misplaced {token[0]!r}")
        value = _leaf(kind, token["sheet"] or "", token[kind])
        if not isinstance(value, Literal):
            raise _Refused("array constant holding a name")
        return -value.value if negative and isinstance(value.value, float) else value.value


@lru_cache(maxsize=1024)
def _function_name(text: str) -> str:
    return _STORAGE_PREFIX.sub("", text).upper()


@lru_cache(maxsize=65_536)
def _leaf(kind: str, sheet: str, text: str) -> Literal | Reference | Name:
    """A constant, a reference or a name; `sheet` as written in front of it."""
    if kind == "range":
        return Reference(_sheet(sheet), _area(text))
    if kind == "name":
        if not sheet and text.upper() in ("TRUE", "FALSE"):
            return Literal(text.upper() == "TRUE")
        return Name(_sheet(sheet), text)
    if kind == "number":
        return Literal(float(text))
    if kind == "text":
        return Literal(text[1:-1].replace('""', '"'))
    return Literal(ExcelError(text))


def _sheet(written: str) -> str:
    sheet = written[:-1]
    if sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    if "[" in sheet:
        raise _Refused("external link")
    if ":" in sheet:
        raise _Refused("3-D reference")
    return sheet


def _area(text: str) -> Area:
    try:
        return parse_area(text)
    except ValueError as error:
        raise _Refused(str(error)) from None


def _spill(anchor: Expression) -> Spill:
    if not isinstance(anchor, Reference | Name):
        raise _Refused("spill operator on a value")
    return Spill(anchor)

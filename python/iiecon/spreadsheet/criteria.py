"""Criteria of the conditional functions: what ``">=2"`` or ``"ab*"`` accepts."""

import re
from collections.abc import Callable
from typing import TypeAlias

from iiecon.spreadsheet.values import ExcelError, Scalar, compare, read_number

Test: TypeAlias = Callable[[Scalar], bool]
_COMPARISON = re.compile(r"(<=|>=|<>|<|>|=)?(.*)", re.DOTALL)
_WILD = re.compile("[*?~]")
_PIECE = re.compile("~[*?~]|.", re.DOTALL)


def criterion(condition: Scalar) -> Test:
    """The test described by a criterion such as ``5``, ``">=2"`` or ``"ab*"``."""
    if not isinstance(condition, str):
        return _equal_to(0.0 if condition is None else condition)
    match = _COMPARISON.fullmatch(condition)
    assert match is not None
    operator, text = match[1] or "", match[2]
    if not text:
        return _blank_test(operator)
    operand = _operand(text)
    if operator in ("", "="):
        return _equal_to(operand)
    if operator == "<>":
        equal = _equal_to(operand)
        return lambda cell: not equal(cell)
    return _ordered(operator, operand)


def _operand(text: str) -> Scalar:
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    number = read_number(text)
    if number is not None:
        return number
    percent = read_number(text.removesuffix("%")) if text.endswith("%") else None
    if percent is not None:
        return percent / 100
    return ExcelError(text.upper()) if text.startswith("#") else text


def _blank_test(operator: str) -> Test:
    if operator == "=":
        return lambda cell: cell is None
    if operator == "<>":
        return lambda cell: cell is not None
    return (lambda cell: cell is None or cell == "") if not operator else (lambda cell: False)


def _equal_to(operand: Scalar) -> Test:
    if isinstance(operand, str):
        return like(operand)
    if not isinstance(operand, float):
        return lambda cell: type(cell) is type(operand) and cell == operand

    def equals_number(cell: Scalar) -> bool:
        number = read_number(cell) if isinstance(cell, str) else cell
        return isinstance(number, float) and number == operand

    return equals_number


def _ordered(operator: str, operand: Scalar) -> Test:
    signs = {"<": (-1,), ">": (1,), "<=": (-1, 0), ">=": (0, 1)}[operator]
    return lambda cell: type(cell) is type(operand) and compare(cell, operand) in signs


def like(text: str) -> Test:
    """Is a cell text like this one, where case does not count, ``*`` and ``?`` stand for others
    and ``~`` makes either of them literal?
    """
    if not _WILD.search(text):
        folded = text.casefold()
        return lambda cell: isinstance(cell, str) and cell.casefold() == folded
    pieces = [{"*": ".*", "?": "."}.get(p) or re.escape(p[-1]) for p in _PIECE.findall(text)]
    pattern = re.compile("".join(pieces), re.IGNORECASE | re.DOTALL)
    return lambda cell: isinstance(cell, str) and pattern.fullmatch(cell) is not None

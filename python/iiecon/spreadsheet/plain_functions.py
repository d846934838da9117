"""The plain Excel functions a workbook may use around the project's own functions.

``ELEMENTWISE`` functions work on single values and are stretched over arrays by the caller.
``AGGREGATES`` receive whole arguments: a list of rows for a range or an array, a scalar for a
value written directly. The difference matters, because Excel converts a direct text or logical
value but passes over it inside a range.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from math import exp, floor, fsum, log, sqrt
from statistics import median

from iiecon.spreadsheet.criteria import criterion, like
from iiecon.spreadsheet.values import (
    BAD_NUMBER,
    BAD_REFERENCE,
    BAD_VALUE,
    DIVISION_BY_ZERO,
    NA,
    ErrorResult,
    ExcelError,
    Matrix,
    NotEvaluated,
    Scalar,
    Value,
    compare,
    joined,
    number_of,
    power,
    read_number,
    text_of,
    truth_of,
)

# Arguments


def _matrix(value: Value) -> Matrix:
    return value if isinstance(value, list) else [[value]]


def _cells(value: Value) -> Iterator[Scalar]:
    return (cell for row in _matrix(value) for cell in row)


def _scalar(value: Value) -> Scalar:
    if not isinstance(value, list):
        return value
    if len(value) == 1 and len(value[0]) == 1:
        return value[0][0]
    raise NotEvaluated("an array in place of one value")


def _number(value: Value) -> float:
    return number_of(_scalar(value))


def _numbers(arguments: tuple[Value, ...]) -> list[float]:
    """All numbers: direct values converted, other kinds of cells passed over, errors raised."""
    found = []
    for argument in arguments:
        if isinstance(argument, list):
            found += _numbers_in(argument)
        else:
            found.append(number_of(argument))
    return found


def _numbers_in(matrix: Matrix) -> list[float]:
    found = []
    for row in matrix:
        for cell in row:
            if isinstance(cell, float):
                found.append(cell)
            elif isinstance(cell, ExcelError):
                raise ErrorResult(cell)
    return found


def _fail_unless(condition: object, error: ExcelError) -> None:
    if not condition:
        raise ErrorResult(error)


# Totals and statistics


def _sum(*arguments: Value) -> Scalar:
    return fsum(_numbers(arguments))


def _average(*arguments: Value) -> Scalar:
    numbers = _numbers(arguments)
    return fsum(numbers) / len(numbers)


def _min(*arguments: Value) -> Scalar:
    return min(_numbers(arguments), default=0.0)


def _max(*arguments: Value) -> Scalar:
    return max(_numbers(arguments), default=0.0)


def _median(*arguments: Value) -> Scalar:
    numbers = _numbers(arguments)
    _fail_unless(numbers, BAD_NUMBER)
    return float(median(numbers))


def _sumproduct(*arguments: Value) -> Scalar:
    matrices = [_matrix(argument) for argument in arguments]
    shapes = {(len(matrix), len(matrix[0])) for matrix in matrices}
    _fail_unless(len(shapes) == 1, BAD_VALUE)
    products = []
    for factors in zip(*map(_cells, matrices), strict=True):
        product = 1.0
        for factor in factors:
            if isinstance(factor, ExcelError):
                raise ErrorResult(factor)
            product *= factor if isinstance(factor, float) else 0.0
        products.append(product)
    return fsum(products)


def _count(*arguments: Value) -> Scalar:
    return float(sum(map(_count_one, arguments)))


def _count_one(argument: Value) -> int:
    if isinstance(argument, list):
        return sum(isinstance(cell, float) for cell in _cells(argument))
    if isinstance(argument, str):
        return read_number(argument) is not None
    return not isinstance(argument, ExcelError)


def _counta(*arguments: Value) -> Scalar:
    blanks = sum(cell is None for a in arguments if isinstance(a, list) for cell in _cells(a))
    return float(sum(len(list(_cells(argument))) for argument in arguments) - blanks)


def _countblank(area: Value) -> Scalar:
    return float(sum(cell is None or cell == "" for cell in _cells(area)))


def _kth(area: Value, k: Value, descending: bool) -> Scalar:
    numbers = sorted(_numbers((area,)), reverse=descending)
    position = _number(k)
    rank = int(position) + (position % 1 > 0)
    _fail_unless(1 <= rank <= len(numbers), BAD_NUMBER)
    return numbers[rank - 1]


def _large(area: Value, k: Value) -> Scalar:
    return _kth(area, k, True)


def _small(area: Value, k: Value) -> Scalar:
    return _kth(area, k, False)


def _rank(number: Value, area: Value, order: Value = None) -> Scalar:
    wanted, numbers = _number(number), _numbers_in(_matrix(area))
    _fail_unless(wanted in numbers, NA)
    ascending = _number(order) != 0
    ahead = sum(other < wanted if ascending else other > wanted for other in numbers)
    return float(ahead + 1)


# Conditional totals


def _matching(pairs: tuple[Value, ...]) -> list[bool]:
    """Which cells of equally shaped ranges meet every criterion; ranges and criteria alternate."""
    if len(pairs) % 2:
        raise NotEvaluated("a range without a criterion")
    shapes = {_shape(area) for area in pairs[::2]}
    _fail_unless(len(shapes) == 1, BAD_VALUE)
    tests = [criterion(_scalar(condition)) for condition in pairs[1::2]]
    columns = zip(*map(_cells, pairs[::2]), strict=True)
    return [all(test(cell) for test, cell in zip(tests, row, strict=True)) for row in columns]


def _shape(area: Value) -> tuple[int, int]:
    matrix = _matrix(area)
    return len(matrix), len(matrix[0])


def _sumifs(total: Value, *pairs: Value) -> Scalar:
    chosen = _matching(pairs)
    _fail_unless(_shape(total) == _shape(pairs[0]), BAD_VALUE)
    kept = [cell for cell, keep in zip(_cells(total), chosen, strict=True) if keep]
    return fsum(_numbers_in([kept]))


def _sumif(area: Value, condition: Value, total: Value = None) -> Scalar:
    total = area if total is None else total
    if _shape(total) != _shape(area):
        raise NotEvaluated("SUMIF over ranges of different shapes")
    return _sumifs(total, area, condition)


def _countif(area: Value, condition: Value) -> Scalar:
    return float(sum(_matching((area, condition))))


# Logic over whole arguments


def _truths(arguments: tuple[Value, ...]) -> list[bool]:
    found = []
    for argument in arguments:
        if not isinstance(argument, list):
            found.append(truth_of(argument))
            continue
        cells = [cell for cell in _cells(argument) if cell is not None]
        found += [truth_of(cell) for cell in cells if not isinstance(cell, str)]
    _fail_unless(found, BAD_VALUE)
    return found


def _and(*arguments: Value) -> Scalar:
    return all(_truths(arguments))


def _or(*arguments: Value) -> Scalar:
    return any(_truths(arguments))


# Lookup


def _index(area: Value, row: Value, col: Value = None) -> Value:
    """INDEX into an array; a range is handled without reading all of it, before this."""
    matrix, single = _matrix(area), col is None
    at, across = int(_number(row)), int(_number(col))
    if single and len(matrix) == 1:
        at, across = 0, at
    _fail_unless(at >= 0 and across >= 0, BAD_VALUE)
    _fail_unless(at <= len(matrix) and across <= len(matrix[0]), BAD_REFERENCE)
    rows = [matrix[at - 1]] if at else matrix
    return [[line[across - 1]] if across else line for line in rows]


def _match(wanted: Value, area: Value, kind: Value = 1.0) -> Scalar:
    cells, sign = list(_cells(area)), _number(kind)
    _fail_unless(1 in _shape(area), NA)
    key = _scalar(wanted)
    key = 0.0 if key is None else key
    if isinstance(key, ExcelError):
        raise ErrorResult(key)
    if sign == 0:
        return _match_exactly(key, cells)
    # Excel compares only cells of the same kind, and halves the range to find its place.
    same = [i for i, cell in enumerate(cells) if type(cell) is type(key)]
    order = 1 if sign > 0 else -1
    found = bisect_right(same, 0, key=lambda i: order * compare(cells[i], key))
    _fail_unless(found, NA)
    return float(same[found - 1] + 1)


def _match_exactly(key: Scalar, cells: list[Scalar]) -> Scalar:
    fits = like(key) if isinstance(key, str) else _equal_to(key)
    for position, cell in enumerate(cells, 1):
        if fits(cell):
            return float(position)
    raise ErrorResult(NA)


def _equal_to(key: Scalar) -> Callable[[Scalar], bool]:
    return lambda cell: type(cell) is type(key) and compare(cell, key) == 0


def _transpose(area: Value) -> Value:
    return [list(column) for column in zip(*_matrix(area), strict=True)]


# Functions of single values


def _round(value: Scalar, digits: Scalar, how: str = ROUND_HALF_UP) -> Scalar:
    """Halves go away from zero, judged on the 15 digits that Excel shows."""
    number, places = number_of(value), int(number_of(digits))
    shown = Decimal(f"{number:.15g}")
    if places >= 15 - shown.adjusted():
        return number
    if -places > shown.adjusted() + 1:
        return 0.0
    return float(shown.quantize(Decimal(1).scaleb(-places), how))


def _mod(number: Scalar, divisor: Scalar) -> Scalar:
    """The remainder, with the sign of the divisor."""
    x, y = number_of(number), number_of(divisor)
    return x - y * floor(x / y) if y else DIVISION_BY_ZERO


def _left(text: Scalar, count: Scalar = 1.0) -> Scalar:
    return text_of(text)[: _length(count)]


def _right(text: Scalar, count: Scalar = 1.0) -> Scalar:
    kept = _length(count)
    return text_of(text)[-kept:] if kept else ""


def _length(count: Scalar) -> int:
    kept = int(number_of(count))
    _fail_unless(kept >= 0, BAD_VALUE)
    return kept


def _char(code: Scalar) -> Scalar:
    """The character of an ASCII code; the others depend on the computer's code page."""
    number = int(number_of(code))
    _fail_unless(1 <= number <= 255, BAD_VALUE)
    if number > 127:
        raise NotEvaluated("CHAR beyond 127")
    return chr(number)


def _concatenate(*texts: Scalar) -> Scalar:
    return joined(*map(text_of, texts))


def _value(text: Scalar) -> Scalar:
    _fail_unless(not isinstance(text, bool), BAD_VALUE)
    return number_of(text)


def _n(value: Scalar) -> Scalar:
    if isinstance(value, ExcelError):
        return value
    return float(value) if isinstance(value, bool | float) else 0.0


AGGREGATES: dict[str, Callable[..., Value]] = {
    "AND": _and,
    "AVERAGE": _average,
    "COUNT": _count,
    "COUNTA": _counta,
    "COUNTBLANK": _countblank,
    "COUNTIF": _countif,
    "INDEX": _index,
    "LARGE": _large,
    "MATCH": _match,
    "MAX": _max,
    "MEDIAN": _median,
    "MIN": _min,
    "OR": _or,
    "RANK": _rank,
    "SMALL": _small,
    "SUM": _sum,
    "SUMIF": _sumif,
    "SUMIFS": _sumifs,
    "SUMPRODUCT": _sumproduct,
    "TRANSPOSE": _transpose,
}

ELEMENTWISE: dict[str, Callable[..., Scalar]] = {
    "ABS": lambda x: abs(number_of(x)),
    "CHAR": _char,
    "CONCATENATE": _concatenate,
    "EXP": lambda x: exp(number_of(x)),
    "FALSE": lambda: False,
    "ISBLANK": lambda x: x is None,
    "ISERROR": lambda x: isinstance(x, ExcelError),
    "ISNA": lambda x: x == NA,
    "ISNUMBER": lambda x: isinstance(x, float),
    "ISTEXT": lambda x: isinstance(x, str),
    "LEFT": _left,
    "LEN": lambda x: float(len(text_of(x))),
    "LN": lambda x: log(number_of(x)),
    "N": _n,
    "INT": lambda x: float(floor(number_of(x))),
    "MOD": _mod,
    "NA": lambda: NA,
    "NOT": lambda x: not truth_of(x),
    "POWER": lambda x, y: power(number_of(x), number_of(y)),
    "RIGHT": _right,
    "ROUND": _round,
    "ROUNDDOWN": lambda x, digits: _round(x, digits, ROUND_DOWN),
    "ROUNDUP": lambda x, digits: _round(x, digits, ROUND_UP),
    "SQRT": lambda x: sqrt(number_of(x)),
    "T": lambda x: x if isinstance(x, str | ExcelError) else "",
    "TRUE": lambda: True,
    "TRUNC": lambda x, digits=0.0: _round(x, digits, ROUND_DOWN),
    "VALUE": _value,
}

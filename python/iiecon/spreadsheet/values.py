"""Cell values and cell addresses: the vocabulary shared by the workbook modules."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from math import floor, isclose, isfinite, log10, pow, ulp
from typing import NamedTuple, TypeAlias, TypeVar

MAX_ROW = 1_048_576
MAX_COL = 16_384
LONGEST_TEXT = 32_767
LARGEST_FIGURE = 1e20
"""The world's product in any currency is smaller; sums and products of these are finite."""
MAX_ARRAY = 1_200_000
"""Cells of an array that is evaluated: the flows of 1000 sectors fit."""
STORED_DIGITS = 13
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ExcelError:
    """An error value of a cell, such as ``#N/A``."""

    code: str

    def __str__(self) -> str:
        return self.code


Scalar: TypeAlias = float | str | bool | ExcelError | None
Matrix: TypeAlias = list[list[Scalar]]
Value: TypeAlias = Scalar | Matrix
Result = TypeVar("Result")

NA = ExcelError("#N/A")
BAD_VALUE = ExcelError("#VALUE!")
BAD_NUMBER = ExcelError("#NUM!")
BAD_REFERENCE = ExcelError("#REF!")
DIVISION_BY_ZERO = ExcelError("#DIV/0!")
EMPTY_ARRAY = ExcelError("#CALC!")


class ErrorResult(Exception):  # noqa: N818
    """Raised inside a function to make an Excel error its result."""

    def __init__(self, error: ExcelError) -> None:
        super().__init__(error.code)
        self.error = error


class NotEvaluated(Exception):  # noqa: N818
    """The value cannot be computed here, and guessing would be worse than leaving it blank."""


class Area(NamedTuple):
    """A rectangle of cells; rows and columns count from 1, both ends included."""

    row1: int
    col1: int
    row2: int
    col2: int

    @property
    def height(self) -> int:
        """The number of rows."""
        return self.row2 - self.row1 + 1

    @property
    def width(self) -> int:
        """The number of columns."""
        return self.col2 - self.col1 + 1

    @property
    def size(self) -> int:
        """The number of cells."""
        return self.height * self.width

    def holds(self, row: int, col: int) -> bool:
        """Whether the cell lies in the rectangle."""
        return self.row1 <= row <= self.row2 and self.col1 <= col <= self.col2

    def covers(self, other: "Area") -> bool:
        """Whether the other rectangle lies entirely in this one."""
        return self.holds(other.row1, other.col1) and self.holds(other.row2, other.col2)

    def common(self, other: "Area") -> "Area | None":
        """The cells the two rectangles share."""
        top, left = max(self.row1, other.row1), max(self.col1, other.col1)
        bottom, right = min(self.row2, other.row2), min(self.col2, other.col2)
        return Area(top, left, bottom, right) if top <= bottom and left <= right else None

    def cells(self) -> Iterator[tuple[int, int]]:
        """Every cell, row by row."""
        columns = range(self.col1, self.col2 + 1)
        return ((row, col) for row in range(self.row1, self.row2 + 1) for col in columns)

    def __str__(self) -> str:
        first = a1(self.row1, self.col1)
        return first if self.size == 1 else f"{first}:{a1(self.row2, self.col2)}"


@cache
def _column_letters(col: int) -> str:
    letters = ""
    while col:
        col, digit = divmod(col - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


@lru_cache(maxsize=4096)
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.replace("$", "").upper():
        if not "A" <= letter <= "Z":
            raise ValueError(f"{letters!r} is not a column")
        number = number * 26 + ord(letter) - 64
    if not 1 <= number <= MAX_COL:
        raise ValueError(f"{letters!r} is not a column")
    return number


def a1(row: int, col: int) -> str:
    """The address of a cell, as in ``B3``."""
    return f"{_column_letters(col)}{row}"


def parse_a1(text: str) -> tuple[int, int]:
    """Row and column of an address such as ``B3`` or ``$B$3``; ValueError when it is not one."""
    letters = text.rstrip("0123456789")
    row = int(text[len(letters) :])
    if not 1 <= row <= MAX_ROW:
        raise ValueError(f"{text!r} is not a cell")
    return row, _column_number(letters)


def parse_area(text: str) -> Area:
    """The rectangle named by ``B2``, ``$B$2:$D$9``, ``A:C`` or ``1:3``."""
    first, _, last = text.replace("$", "").partition(":")
    last = last or first
    if first.isdigit():
        top, bottom = sorted((int(first), int(last)))
        return Area(top, 1, bottom, MAX_COL)
    if first.isalpha():
        left, right = sorted((_column_number(first), _column_number(last)))
        return Area(1, left, MAX_ROW, right)
    (row1, col1), (row2, col2) = parse_a1(first), parse_a1(last)
    return Area(min(row1, row2), min(col1, col2), max(row1, row2), max(col1, col2))


def read_number(text: str) -> float | None:
    """The finite number written in ``text``, or None; stricter than ``float``."""
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        return None
    number = float(stripped)
    return number if isfinite(number) else None


def format_number(number: float) -> str:
    """The shortest text of a number kept to STORED_DIGITS significant digits."""
    if not isfinite(number):
        raise ValueError(f"{number} cannot be stored in a cell")
    rounded = float(f"{number:.{STORED_DIGITS}g}")
    if rounded.is_integer() and abs(rounded) < 1e15:
        return str(int(rounded))
    return repr(rounded)


def same_value(stored: Scalar, new: Scalar) -> bool:
    """Equality for comparing a stored value with a recalculated one.

    Numbers may differ by one unit of the twelfth significant digit: processors do not round alike
    in the last ones, so a smaller difference is not a change.
    """
    if type(stored) is not type(new):
        return False
    if not (isinstance(stored, float) and isinstance(new, float)) or stored == new:
        return stored == new
    size = max(abs(stored), abs(new))
    unit = 10.0 ** (floor(log10(size)) - 11)
    return abs(stored - new) <= unit + 2 * ulp(size)


def number_of(value: Scalar) -> float:
    """The value as an operand of arithmetic; text must read as a plain number."""
    if isinstance(value, float):
        return value
    if isinstance(value, ExcelError):
        raise ErrorResult(value)
    if isinstance(value, str):
        return _number_in_text(value)
    return float(value or 0)


def _number_in_text(text: str) -> float:
    """Dates and currency depend on the user's locale, so they are left to Excel."""
    percent = text.strip().endswith("%")
    number = read_number(text.strip().removesuffix("%"))
    if number is not None:
        return number / 100 if percent else number
    if any(char.isdigit() for char in text):
        raise NotEvaluated(f"text {text!r} used as a number")
    raise ErrorResult(BAD_VALUE)


def text_of(value: Scalar) -> str:
    """The value as text, numbers in the General format."""
    if isinstance(value, ExcelError):
        raise ErrorResult(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return general(value) if isinstance(value, float) else value or ""


def joined(*texts: str) -> str:
    """Texts joined, within the length that a cell can hold."""
    if sum(map(len, texts)) > LONGEST_TEXT:
        raise ErrorResult(BAD_VALUE)
    return "".join(texts)


def general(number: float) -> str:
    """A number in the General format: 15 digits, exponent only for extreme magnitudes."""
    mantissa, _, exponent = f"{number:.14e}".partition("e")
    power = int(exponent)
    if -10 < power < 21:
        text = f"{float(f'{number:.15g}'):.{max(0, 14 - power)}f}"
        return (text.rstrip("0").rstrip(".") if "." in text else text) if number else "0"
    return f"{mantissa.rstrip('0').rstrip('.')}E{'-' if power < 0 else '+'}{abs(power):02d}"


def truth_of(value: Scalar) -> bool:
    """The value as a condition; text must be TRUE or FALSE."""
    if isinstance(value, str):
        if value.upper() in ("TRUE", "FALSE"):
            return value.upper() == "TRUE"
        raise ErrorResult(BAD_VALUE)
    return bool(number_of(value))


def compare(left: Scalar, right: Scalar) -> int:
    """Excel's order: numbers, then text without case, then FALSE and TRUE; -1, 0 or 1."""
    if left == right and type(left) is type(right) is str:
        return 0
    for value in (left, right):
        if isinstance(value, ExcelError):
            raise ErrorResult(value)
    first = _sort_key(_blank_like(right) if left is None else left)
    second = _sort_key(_blank_like(left) if right is None else right)
    if first[0] == second[0] == 0 and isclose(first[1], second[1], rel_tol=1e-14):
        first, second = (0, float(f"{first[1]:.15g}"), ""), (0, float(f"{second[1]:.15g}"), "")
    return (first > second) - (first < second)


def _blank_like(other: Scalar) -> Scalar:
    if isinstance(other, str):
        return ""
    return False if isinstance(other, bool) else 0.0


def _sort_key(value: Scalar) -> tuple[int, float, str]:
    if isinstance(value, bool):
        return 2, float(value), ""
    if isinstance(value, str):
        return 1, 0.0, value.casefold()
    return 0, value if isinstance(value, float) else 0.0, ""


def power(base: float, exponent: float) -> float:
    """``base ^ exponent`` with Excel's errors for what has no real value."""
    if base == 0 and exponent == 0:
        raise ErrorResult(BAD_NUMBER)
    return pow(base, exponent) if base or exponent > 0 else 1 / base


def elementwise(function: Callable[..., Scalar], arguments: Sequence[Value]) -> Value:
    """Apply a function of scalars, stretching single rows and columns to the common shape."""
    matrices = [argument for argument in arguments if isinstance(argument, list)]
    if not matrices:
        return guarded(function, *arguments)
    height = max(len(matrix) for matrix in matrices)
    width = max(len(matrix[0]) for matrix in matrices)
    if height * width > MAX_ARRAY:
        raise NotEvaluated(f"an array of {height} × {width} cells")
    if all((len(matrix), len(matrix[0])) == (height, width) for matrix in matrices):
        # Nothing to stretch but single values, which is by far the usual case.
        whole = [a if isinstance(a, list) else [[a] * width] * height for a in arguments]
        return [
            [guarded(function, *cells) for cells in zip(*rows, strict=True)]
            for rows in zip(*whole, strict=True)
        ]
    return [
        [guarded(function, *(_element(a, row, col) for a in arguments)) for col in range(width)]
        for row in range(height)
    ]


def _element(value: Value, row: int, col: int) -> Scalar:
    if not isinstance(value, list):
        return value
    row = 0 if len(value) == 1 else row
    col = 0 if len(value[0]) == 1 else col
    return value[row][col] if row < len(value) and col < len(value[0]) else NA


def guarded(function: Callable[..., Result], *arguments: object) -> Result | ExcelError:
    """Call a plain function, turning Python's arithmetic failures into Excel's errors."""
    try:
        result = function(*arguments)
    except ErrorResult as raised:
        return raised.error
    except ZeroDivisionError:
        return DIVISION_BY_ZERO
    except (OverflowError, ValueError):
        return BAD_NUMBER
    return BAD_NUMBER if isinstance(result, float) and not isfinite(result) else result


def as_value(result: object) -> Value:
    """What one of our own functions returned, as cell values.

    Empty elements become empty text, and what is not a finite number becomes ``#NUM!``.
    """
    if hasattr(result, "tolist"):
        result = result.tolist()
    if not isinstance(result, list | tuple):
        return _as_scalar(result)
    rows = result if result and isinstance(result[0], list | tuple) else [result]
    if not rows[0]:
        return EMPTY_ARRAY
    if len({len(row) for row in rows}) > 1:
        raise TypeError("a result with rows of different lengths")
    return [[_as_scalar(element) for element in row] for row in rows]


def _as_scalar(element: object) -> Scalar:
    if hasattr(element, "tolist"):
        element = element.tolist()
    if isinstance(element, bool | str | ExcelError):
        return element
    if element is None:
        return ""
    if not isinstance(element, int | float):
        raise TypeError(f"a cell cannot hold {type(element).__name__}")
    return float(element) if isfinite(element) else BAD_NUMBER

"""Bad arguments of every spreadsheet function and the error value each must give, as plain data.

The table knows no engine: a range is a list of rows, a single cell a scalar, a blank cell None, an
error cell its text. `WHOLE_COLUMN` stands for a reference such as A:A. Each engine's test turns a
case into its own call and looks for the error value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

VALUE, NUM, NA, DIV0 = "#VALUE!", "#NUM!", "#N/A", "#DIV/0!"
WHOLE_COLUMN = "A:A"

# What an argument is, told here once more and apart from the registry.
Role = Literal[
    "matrix",  # rows and columns of numbers, no blanks
    "column",  # a row or column of numbers, no blanks
    "number",  # one number
    "blanks",  # numbers where a blank cell is allowed
    "blank column",  # the same in one row or column
    "years",  # a row or column of years
    "labels",  # a row or column of codes or names
    "option",  # one of some words
]
Argument = tuple[Role, Any]


@dataclass(frozen=True)
class Case:
    """A call that must give an error value.

    `at` is the argument that is spoilt. `sheet` says what else is odd about its cells on a sheet:
    the last two rows are "merged" or the last row is "hidden".
    """

    function: str
    about: str
    arguments: tuple[Any, ...]
    at: int
    expected: str
    sheet: Literal["", "merged", "hidden"] = ""

    def __str__(self) -> str:
        return f"{self.function}-{self.at + 1}-{self.about}"


# Two sectors; A = [[.2, .3], [.4, .1]].
FLOWS: Argument = ("matrix", [[20.0, 60.0], [40.0, 20.0]])
OUTPUT: Argument = ("column", [[100.0], [200.0]])
VALUE_ADDED: Argument = ("column", [[40.0], [120.0]])
CODES: Argument = ("labels", [["01"], ["02"]])
DIRECT_CODES: Argument = ("labels", [["02"], ["01"]])
SCORES: Argument = ("column", [[0.5], [0.25]])
TRADE: Argument = ("blank column", [[5.0], [10.0]])
COMPETITIVE: Argument = ("option", "competitive")
SERIES = [[100.0], [104.0], [109.0], [115.0], [122.0]]
CAPITAL = [[300.0], [320.0], [345.0], [370.0], [400.0]]
LABOUR = [[50.0], [50.5], [51.5], [52.0], [53.5]]
YEARS: Argument = ("years", [[2016.0], [2017.0], [2018.0], [2019.0], [2020.0]])
TARGETS: Argument = ("years", [[2020.0], [2021.0]])

GOOD: dict[str, tuple[Argument, ...]] = {
    "IO_COEFFICIENTS": (FLOWS, OUTPUT),
    "LEONTIEF_INVERSE": (FLOWS, OUTPUT),
    "LEONTIEF_CONTRIB": (
        *(FLOWS, OUTPUT, VALUE_ADDED, CODES, DIRECT_CODES, SCORES),
        *(("option", "indirect"), COMPETITIVE, TRADE, TRADE),
    ),
    "IIE_DIRECT_VA": (VALUE_ADDED, CODES, DIRECT_CODES, SCORES),
    "IIE_INDIRECT_VA": (
        *(FLOWS, OUTPUT, VALUE_ADDED, CODES, DIRECT_CODES, SCORES),
        *(COMPETITIVE, TRADE, TRADE),
    ),
    "IIE_INDIRECT_FLOW": (
        *(FLOWS, OUTPUT, VALUE_ADDED, CODES, DIRECT_CODES, SCORES),
        *(COMPETITIVE, TRADE, TRADE),
    ),
    "IO_LINKAGES": (
        *(FLOWS, OUTPUT, VALUE_ADDED, ("option", "backward")),
        *(COMPETITIVE, TRADE, TRADE),
    ),
    "IO_CROSSCHECK": (
        *(FLOWS, OUTPUT, VALUE_ADDED, CODES, DIRECT_CODES, SCORES),
        *(("option", "steps"), COMPETITIVE, TRADE, TRADE),
    ),
    "IIE_SECTION_VA": (
        ("column", [[4.0], [6.0]]),
        ("column", [[40.0], [120.0]]),
        ("matrix", [[40.0, 44.0, 48.0], [120.0, 126.0, 130.0]]),
        ("column", [[1.0], [1.05], [1.08]]),
    ),
    "FUZZY_SCORE": (
        ("blanks", [[4.0, 0.0], [0.0, 4.0], [2.0, 2.0], [1.0, 3.0]]),
        ("column", [[0.5], [0.5]]),
        ("column", [[1.0], [0.0]]),
        ("option", "weighted_average"),
        ("option", "score"),
    ),
    "AHP_WEIGHTS": (("matrix", [[1.0, 2.0, 4.0], [0.5, 1.0, 2.0], [0.25, 0.5, 1.0]]),),
    "AHP_CONSISTENCY": (("matrix", [[1.0, 2.0, 4.0], [0.5, 1.0, 2.0], [0.25, 0.5, 1.0]]),),
    "KENDALL_W": (("matrix", [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]]),),
    "COBB_DOUGLAS_FIT": (
        *(("column", SERIES), ("column", CAPITAL), ("column", LABOUR)),
        *(("option", "constant_returns"), YEARS, ("number", 2016.0), ("number", 2020.0)),
    ),
    "IIE_MULTIPLIER": (
        *(("matrix", SERIES), ("column", CAPITAL), ("column", LABOUR)),
        *(("matrix", [[0.4], [0.6], [0.1]]), ("option", "tau")),
    ),
    "LINEAR_EXTRAPOLATE": (("blanks", SERIES), YEARS, TARGETS, ("number", 2.0)),
    "IIE_EXTRAPOLATE": (
        *(("blanks", SERIES), YEARS, TARGETS, ("option", "weighted_growth")),
        *(("number", 2.0), ("number", 2020.0), ("blanks", [[0.5, 0.3, 0.2]])),
        *(("blank column", [[0.01]]), ("blank column", [[2021.0]]), ("option", "value")),
    ),
    "IIE_INTERVAL": (
        *(FLOWS, OUTPUT, VALUE_ADDED, CODES, DIRECT_CODES),
        ("blanks", [[4.0, 0.0], [0.0, 4.0], [2.0, 2.0], [1.0, 3.0]]),
        *(("column", [[0.5], [0.5]]), ("column", [[1.0], [0.0]])),
        *(SCORES, ("labels", [["A"], ["B"]]), ("labels", [["A"], ["B"]])),
        *(("column", [[40.0], [120.0]]), ("column", [[44.0], [126.0]]), ("number", 1.05)),
        *(("blanks", [[0.01, 0.02], [0.03, 0.01]]), ("number", 50.0), ("number", 3.0)),
        *(("option", "weighted_average"), COMPETITIVE, TRADE, TRADE, ("option", "employment")),
        ("labels", [["primary"], ["tertiary"]]),
        ("matrix", [[10.0, 20.0, 30.0], [30.0, 20.0, 10.0]]),
        *(("blanks", [[0.01, 0.02], [0.03, 0.01]]),) * 3,
        *(("labels", [["east"], ["west"]]), ("labels", [["east"], ["west"]])),
        *(("column", [[40.0], [30.0]]), ("number", 120.0)),
        *(("blanks", [[0.01, 0.02]]), ("blanks", [[0.01, 0.0]])),
        *(("option", "wage_scaled"), ("blanks", [[5.0], [7.0]])),
    ),
    "IIE_PROVINCE_VA": (
        ("matrix", [[10.0, 20.0, 30.0], [30.0, 20.0, 10.0]]),
        ("matrix", [[4.0], [5.0], [6.0]]),
    ),
    "IIE_REGION_SUM": (
        ("matrix", [[1.0, 2.0], [3.0, 4.0]]),
        ("labels", [["east"], ["west"]]),
        ("labels", [["east"], ["west"]]),
    ),
    "IIE_EMPLOYMENT": (
        ("matrix", [[10.0, 20.0], [30.0, 40.0]]),
        ("matrix", [[100.0, 100.0], [100.0, 100.0]]),
        ("matrix", [[50.0, 10.0], [50.0, 10.0]]),
    ),
    "IIE_EXPECTED_WAGE": (
        ("blanks", [[100.0, 104.0, 109.0, 115.0, 122.0], [90.0, 94.0, 99.0, 105.0, 112.0]]),
        *(YEARS, TARGETS, ("number", 2020.0)),
    ),
    "IIE_SECTION_EMPLOYMENT": (
        ("matrix", [[10.0, 20.0], [30.0, 40.0]]),
        ("matrix", [[100.0, 110.0], [200.0, 210.0]]),
        ("blanks", [[50.0, 51.0], [60.0, 61.0]]),
        ("column", [[90.0], [91.0]]),
        ("option", "national"),
        ("column", [[300.0], [320.0]]),
        ("column", [[90.0], [91.0]]),
    ),
    "IIE_CHECK": (
        *(FLOWS, OUTPUT, VALUE_ADDED, ("blanks", [[20.0, 5.0], [140.0, 10.0]])),
        *(TRADE, ("blank column", [[0.0], [0.0]]), ("blank column", [[0.0], [0.0]])),
    ),
}
"""Arguments that are all right, optional ones too. IIE_WHY is apart: errors are its subject."""

NUMERIC = ("matrix", "column", "number", "blanks", "blank column", "years")
FLAT = ("column", "blank column", "years", "labels")
FREE_LENGTH = {
    ("LINEAR_EXTRAPOLATE", 2),  # any number of years may be asked for
    ("IIE_EXTRAPOLATE", 2),
    ("IIE_EXPECTED_WAGE", 2),
    ("IIE_REGION_SUM", 2),  # and any number of regions
    ("IIE_INTERVAL", 28),
    ("IIE_MULTIPLIER", 3),  # cells that begin with the three parameters
    ("FUZZY_SCORE", 0),  # any number of sectors
    ("KENDALL_W", 0),  # and of experts
    ("IIE_PROVINCE_VA", 0),  # and of provinces
}
"""Arguments whose length is free."""


def cases() -> Iterator[Case]:
    """Every case."""
    for function, good in GOOD.items():
        for at in range(len(good)):
            yield from _spoilt(function, good, at)
    yield from PARTICULAR


def good_arguments(function: str) -> tuple[Any, ...]:
    """The values of the good arguments."""
    return tuple(value for _, value in GOOD[function])


def _spoilt(function: str, good: tuple[Argument, ...], at: int) -> Iterator[Case]:
    """One argument spoilt in every way that its role forbids."""
    role, value = good[at]

    def case(about: str, spoilt: Any, expected: str = VALUE) -> Case:
        return replace_argument(function, about, at, spoilt, expected)

    yield case("error cell", _last(value, DIV0), DIV0)
    yield case("not available cell", _last(value, NA), NA)
    yield case("whole column", WHOLE_COLUMN)
    if role in NUMERIC:
        yield case("text", _last(value, "n.a."))
        yield case("number as text", _last(value, "12"))
        yield case("truth value", _last(value, True))
    if role in ("matrix", "column", "years"):
        yield case("blank cell", _last(value, None))
    if role in FLAT:
        yield case("rows and columns", [[*row, *row] for row in _two_rows(value)])
    if role in ("number", "option"):
        yield case("two cells", [[value], [value]])
    if role == "option":
        yield case("unknown option", "magic", NA)
    if role in ("matrix", *FLAT) and (function, at) not in FREE_LENGTH:
        yield case("one row more", [*value, value[-1]])
    if role in ("matrix", "column") and len(value) > 1:
        blank = [*value[:-1], [None] * len(value[-1])]
        yield replace(case("merged cells", blank), sheet="merged")
        yield replace(case("text in a hidden row", _last(value, "n.a.")), sheet="hidden")


def replace_argument(function: str, about: str, at: int, value: Any, expected: str) -> Case:
    """The good call with one argument replaced."""
    arguments = list(good_arguments(function))
    arguments[at] = value
    return Case(function, about, tuple(arguments), at, expected)


def _last(value: Any, cell: Any) -> Any:
    """A range with its last cell replaced; a scalar replaced."""
    if not isinstance(value, list):
        return cell
    return [*value[:-1], [*value[-1][:-1], cell]]


def _two_rows(value: list[list[Any]]) -> list[list[Any]]:
    return value if len(value) > 1 else [*value, *value]


def _blank(value: list[list[Any]]) -> list[list[Any]]:
    return [[None] * len(row) for row in value]


EMPTY_RANGES: tuple[Case, ...] = tuple(
    replace_argument(function, "empty range", at, _blank(value), VALUE)
    for function, good in GOOD.items()
    for at, (role, value) in enumerate(good)
    if role in ("matrix", "column", "years") and (function, at) not in (
        # optional ones that are blank count as left out
        ("IIE_SECTION_VA", 3), ("COBB_DOUGLAS_FIT", 4),
    )
)  # fmt: skip

_CONTRIBUTIONS = ("LEONTIEF_CONTRIB", "IIE_INDIRECT_VA", "IIE_INDIRECT_FLOW")

PARTICULAR: tuple[Case, ...] = (
    *EMPTY_RANGES,
    *(
        replace_argument(name, "unknown code", at, [["02"], ["99"]], NA)
        for name, at in [*((c, 4) for c in _CONTRIBUTIONS), ("IIE_DIRECT_VA", 2)]
    ),
    *(
        replace_argument(name, "code twice", at, [["02"], ["02"]], VALUE)
        for name, at in [*((c, 4) for c in _CONTRIBUTIONS), ("IIE_DIRECT_VA", 2)]
    ),
    *(
        replace_argument(name, "score above one", at, [[0.5], [25.0]], VALUE)
        for name, at in [*((c, 5) for c in _CONTRIBUTIONS), ("IIE_DIRECT_VA", 3)]
    ),
    *(
        replace_argument(name, "zero output", 1, [[0.0], [200.0]], VALUE)
        for name in (
            *("IO_COEFFICIENTS", "LEONTIEF_INVERSE", "IO_LINKAGES", *_CONTRIBUTIONS, "IIE_CHECK"),
        )
    ),
    *(
        replace_argument(name, "not productive", 1, [[30.0], [30.0]], NUM)
        for name in ("LEONTIEF_INVERSE", "IO_LINKAGES", *_CONTRIBUTIONS)
    ),
    replace_argument("FUZZY_SCORE", "no votes", 0, [[0.0, 0.0], [0.0, 4.0]], VALUE),
    replace_argument("FUZZY_SCORE", "weights off", 1, [[0.5], [0.6]], VALUE),
    replace_argument("AHP_WEIGHTS", "not reciprocal", 0, [[1.0, 2.0], [2.0, 1.0]], VALUE),
    replace_argument(
        "AHP_WEIGHTS", "inconsistent", 0, [[1.0, 9.0, 1 / 9], [1 / 9, 1.0, 9.0], [9.0, 1 / 9, 1.0]],
        VALUE,
    ),
    replace_argument("KENDALL_W", "all alike", 0, [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0]], VALUE),
    replace_argument("COBB_DOUGLAS_FIT", "negative", 1, [*CAPITAL[:-1], [-1.0]], VALUE),
    replace_argument("LINEAR_EXTRAPOLATE", "years fall", 1, [[2016.0], [2017.0], [2018.0], [2020.0],
                                                           [2019.0]], VALUE),
    replace_argument("LINEAR_EXTRAPOLATE", "half a year", 3, 2.5, VALUE),
    replace_argument("IIE_EXTRAPOLATE", "weights off", 6, [[0.5, 0.3, 0.3]], VALUE),
    replace_argument("LINEAR_EXTRAPOLATE", "no number at all", 0, _blank(SERIES), VALUE),
    replace_argument("IIE_PROVINCE_VA", "all zero", 0, [[0.0] * 3, [0.0] * 3], VALUE),
    replace_argument("IIE_INTERVAL", "unknown section", 9, [["A"], ["Z"]], VALUE),
    replace_argument("IIE_INTERVAL", "no rate base", 11, [[40.0], [0.0]], VALUE),
    replace_argument("IIE_INTERVAL", "one draw", 15, 1.0, VALUE),
    replace_argument("IIE_INTERVAL", "half a draw", 15, 10.5, VALUE),
    replace_argument("IIE_INTERVAL", "negative seed", 16, -1.0, VALUE),
    replace_argument("IIE_INTERVAL", "no such sector", 22, [["primary"], ["fourth"]], VALUE),
    replace_argument("IIE_INTERVAL", "province without GDP", 23, [[1.0] * 3, [0.0] * 3], VALUE),
    replace_argument("IIE_INTERVAL", "error of a province", 24, [[0.01, 0.02]], VALUE),
    replace_argument("IIE_INTERVAL", "large error", 26, [[0.01, 30.0], [0.0, 0.0]], NUM),
    replace_argument("IIE_INTERVAL", "no labour", 29, [[40.0], [0.0]], VALUE),
    replace_argument("IIE_INTERVAL", "no GDP", 30, 0.0, VALUE),
    replace_argument("IIE_INTERVAL", "wage of zero", 34, [[5.0], [0.0]], VALUE),
    replace_argument("IIE_EMPLOYMENT", "no GDP", 1, [[100.0, 0.0], [100.0, 100.0]], VALUE),
)  # fmt: skip

CASES = tuple(cases())

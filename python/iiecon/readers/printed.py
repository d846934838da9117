"""Numbers, years and units as yearbooks print them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from iiecon.readers.grids import figure
from iiecon.readers.names import plain
from iiecon.spreadsheet.values import Scalar

Dimension = Literal["money", "people", "other"]

NOT_GIVEN = frozenset(
    ("", "-", "--", "—", "——", "–", "―", "…", "……", "...", "......", "..", ".", "na", "n/a", "nan",
     "null", "none", "未公布", "无数据", "暂无", "空")
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1949, 2100

_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)\s*(?:年(?:度|末|底|份)?)?")
# A title may name the yearbook it comes from, or a part of a year: neither dates the figures.
_EDITION = re.compile(
    r"年鉴\W{0,3}\d{4}|\d{4}\s*年?\s*(?:版|(?:中国)?统计年鉴)|yearbook\W{0,3}\d{4}", re.IGNORECASE
)
_PART_OF_YEAR = re.compile(r"季度|月|半年|quarter|half|month", re.IGNORECASE)
_DEFLATED = re.compile(r"不变价|可比价|constant\s+price", re.IGNORECASE)
_GROWTH = re.compile(r"指数|增长|比重|构成|人均|index|indices|growth|per\s*capita", re.IGNORECASE)

_SCALES = {
    "": 1.0, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "十亿": 1e9,
    "百亿": 1e10, "千亿": 1e11, "万亿": 1e12, "thousand": 1e3, "1000": 1e3, "10000": 1e4,
    "tenthousand": 1e4, "million": 1e6, "100million": 1e8, "billion": 1e9, "trillion": 1e12,
}  # fmt: skip
_UNIT = re.compile(
    r"(?P<scale>"
    + "|".join(sorted((s for s in _SCALES if s), key=len, reverse=True))
    + r")?(?:(?P<money>人民币元|元人民币|元|yuan|rmb)|(?P<people>人|persons?|people)|"
    r"(?P<other>%|‰|百分点|percent|美元|us\$|usd|usdollars))(?:/年|/?a?year|peryear)?"
)
_BRACKETS = re.compile(r"[\[(（【]([^\[\]()（）【】]*)[\])）】]")
_STATED = re.compile(
    r"(?:计量)?(?:单位|units?)\s*[:：]\s*"
    r"([^\s（(]+(?:\s+(?:yuan|persons?|million|billion|thousand|\d+)\b)*)",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"[\s_,，]*((?:千|百万|千万|十亿|万亿|亿|万)(?:元|人))\s*$")
_PRICES = frozenset(
    ("现价", "当年价", "当年价格", "按当年价格计算", "currentprices", "单位", "unit")
)


@dataclass(frozen=True)
class Unit:
    """A unit: how many yuan or persons it is; `other` is neither."""

    dimension: Dimension
    size: float
    text: str


@dataclass(frozen=True)
class Number:
    """A number and the decimals it was printed with."""

    value: float
    decimals: int


def number_of(cell: Scalar) -> Number | str | None:
    """The number in a cell, None where it is not given, the text where it is something else."""
    if isinstance(cell, float):
        return Number(cell, _decimals(repr(cell)))
    text = "" if cell is None else plain(str(cell))
    if text.casefold() in NOT_GIVEN:
        return None
    value = None if isinstance(cell, bool) else figure(text)
    return text if value is None else Number(value, _decimals(text))


def _decimals(digits: str) -> int:
    _, _, fraction = digits.casefold().partition("e")[0].partition(".")
    return len(fraction.rstrip("0"))


def year_of(text: str) -> int | None:
    """The year that a cell consists of: 2019, "2019", "2019年", "2019年末"."""
    found, rest = year_in(text)
    return found if not rest else None


def year_in(text: str) -> tuple[int | None, str]:
    """The one year in a label and the rest of it; None for no year or several."""
    bare = re.sub(r"\.0+$", "", plain(text))
    found = list(_YEAR.finditer(bare))
    if len(found) != 1 or not FIRST_YEAR <= int(found[0][1]) <= LAST_YEAR:
        return None, bare
    start, end = found[0].span()
    rest = re.sub(r"\byear\b", " ", f"{bare[:start]} {bare[end:]}", flags=re.IGNORECASE)
    return int(found[0][1]), re.sub(r"^[\W_]+|[\W_]+$", "", rest)


def year_in_title(title: str) -> int | None:
    """The year that a title gives to all figures below it."""
    bare = _EDITION.sub(" ", plain(title))
    return None if _PART_OF_YEAR.search(bare) else year_in(bare)[0]


def units_in(text: str) -> tuple[tuple[Unit, ...], str]:
    """The units that a label or title states, and the label without them."""
    found: list[Unit] = []

    def take(match: re.Match[str]) -> str:
        pieces = [
            p for p in re.split("[、,，;；]|(?<=[元人])/(?=[亿万])", _squeezed(match[1])) if p
        ]
        units = [_unit(p) for p in pieces]
        rest = [p for p, u in zip(pieces, units, strict=True) if u is None and p not in _PRICES]
        known = [u for u in units if u is not None]
        if not known or rest:
            return match[0]
        found.extend(known)
        return " "

    left = plain(text)
    for pattern in (_BRACKETS, _STATED, _TRAILING):
        left = pattern.sub(take, left)
    whole = _unit(_squeezed(left))
    if whole is not None and not found:
        return (whole,), ""
    return tuple(found), left.strip(" _,，:：")


def is_growth(text: str) -> bool:
    """Whether a label speaks of an index, a growth rate, a share or constant prices."""
    return _GROWTH.search(text) is not None or is_deflated(text)


def is_deflated(text: str) -> bool:
    """Whether a label speaks of constant prices."""
    return _DEFLATED.search(text) is not None


def _squeezed(text: str) -> str:
    """Without blanks and the commas of thousands, and without the word unit."""
    bare = re.sub(r"(?<=\d)[ ,](?=\d{3})|\s", "", text.casefold())
    return re.sub(r"^(?:计量)?(?:单位|units?)[:：]", "", bare)


def _unit(text: str) -> Unit | None:
    match = _UNIT.fullmatch(text)
    if match is None:
        return None
    dimension: Dimension = "money" if match["money"] else "people" if match["people"] else "other"
    return Unit(dimension, _SCALES[match["scale"] or ""], text)

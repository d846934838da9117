"""The unit and the year of a table, as its title states them, and whether the unit can be true.

A table without a stated unit, or with a wrong one, is known by its size: the value added of China
is its GDP, and the units differ by powers of ten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from iiecon.inputs import read_csv

PER_YI = {"万元": 1e4, "亿元": 1.0, "百万元": 100.0, "千元": 1e5, "元": 1e8}
"""How many of a unit make 1 亿元; the likelier units first."""
NEAR_GDP = (0.85, 1.18)  # total value added of a national table over GDP, through revisions
ANY_YEAR = 10.0  # beyond the years whose GDP is known, a nation may be this much smaller or larger
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_STATED = re.compile(r"(?:单\s*位|\bunits?)\s*[:：]\s*(.+?)\s*[)）]?", re.IGNORECASE)
_YUAN = (
    (r"亿元|100\s*million\s*(?:yuan|rmb|cny)", "亿元"),
    (r"百万元|million\s*(?:yuan|rmb|cny)", "百万元"),
    (r"万元|10[,\s]?000\s*(?:yuan|rmb|cny)", "万元"),
    (r"千元|1[,\s]?000\s*(?:yuan|rmb|cny)", "千元"),
)


def stated_year(texts: Iterable[str]) -> int | None:
    """The first year named: titles go before the names of sheet and file."""
    for text in texts:
        found = _YEAR.search(text)
        if found:
            return int(found[1])
    return None


def stated_unit(text: str) -> str | None:
    """The unit that a text states, a Chinese one by its Chinese name."""
    for pattern, unit in _YUAN:
        if re.search(pattern, text, re.IGNORECASE):
            return unit
    stated = _STATED.fullmatch(text.strip())
    return stated[1].strip() if stated else None


def fits(total_value_added: float, unit: str, year: int | None) -> bool:
    """Whether a national total in this unit is about China's GDP of the year."""
    known = _gdp()
    total = total_value_added / PER_YI[unit]
    if year in known:
        return NEAR_GDP[0] <= total / known[year] <= NEAR_GDP[1]
    return min(known.values()) / ANY_YEAR <= total <= max(known.values()) * ANY_YEAR


def better_unit(total_value_added: float, unit: str, year: int | None) -> str | None:
    """Another unit in which the total is about China's GDP, if it is not in this one."""
    if fits(total_value_added, unit, year):
        return None
    return next((other for other in PER_YI if fits(total_value_added, other, year)), None)


def unit_by_size(total_value_added: float, year: int | None) -> str | None:
    """The one of 万元 and 亿元 in which the total is about China's GDP; None if neither."""
    return next((u for u in ("万元", "亿元") if fits(total_value_added, u, year)), None)


@cache
def _gdp() -> dict[int, float]:
    """China's GDP by year, 亿元."""
    return {int(row["year"]): float(row["gdp"]) for row in read_csv("macro.csv") if row["gdp"]}

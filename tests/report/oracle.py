"""Computes and prints every number of a report again, from the JSON of the results alone.

Nothing of the report's own arithmetic or formatting is used: only the origin that each of its
numbers states.
"""

import csv
import json
import math
from pathlib import Path
from typing import Any

from iiecon import ModelResults

COUNTRIES = Path(__file__).parents[2] / "python" / "iiecon" / "data" / "countries_2020.csv"
KEYS = {
    "national": ("year",),
    "sections": ("year", "section"),
    "sectors3": ("year", "sector"),
    "provinces": ("year", "code"),
    "regions": ("year", "region"),
    "multiplier": ("year",),
    "scores": ("code",),
    "contribution": ("code",),
}
CONSTANTS = (0.0, 1000.0)  # that the text compares with: falling or not, 千亿


class Oracle:
    """Answers from the JSON of one run."""

    def __init__(self, results: ModelResults) -> None:
        self.json: dict[str, Any] = json.loads(results.to_json())
        self._defaults = type(results.inputs.options)().to_dict()
        self._in_use = {p.region for p in results.inputs.provinces} - {""}
        with COUNTRIES.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self._countries = {r["name_en"]: float(r["value_added_2020_musd"]) for r in rows}
        self._records: dict[str, dict[tuple[Any, ...], Any]] = {}
        for table, keys in KEYS.items():
            self._records[table] = {tuple(r[k] for k in keys): r for r in self.json[table]}

    def value(self, origin: tuple[Any, ...]) -> float:
        """The number that an origin describes; NaN where there is none."""
        kind, *rest = origin
        answer: float = getattr(self, f"_{kind}")(*rest)
        return answer

    def _record(self, table: str, field: str, *key: object) -> float:
        found = self._records[table].get(key, {}).get(field)
        return math.nan if found is None else found

    def _single(self, group: str, field: str) -> float:
        return float(self.json[group][field])

    def _option(self, name: str) -> float:
        return float(self.json["provenance"]["options"][name])

    def _year(self, year: int) -> float:
        known = {r["year"] for r in self.json["national"]}
        assert year in known, f"{year} is no result year"
        return year

    def _constant(self, value: float) -> float:
        assert value in CONSTANTS or value in self._defaults.values()
        return float(value)

    def _length(self, table: str) -> float:
        return len({r[KEYS[table][-1]] for r in self.json[table]})

    def _regions(self) -> float:
        return len(self._in_use & {r["region"] for r in self.json["regions"]})

    def _world(self, what: str, *rest: Any) -> float:
        if what == "country":
            return self._countries[rest[0]]
        if what == "count":
            assert set(rest[0]) <= self._countries.keys()
            return len(rest[0])
        return {"total": math.fsum(self._countries.values()), "year": 2020.0}[what]

    def _hundredth(self, origin: tuple[Any, ...]) -> float:
        return self.value(origin) / 100

    def _growth(self, now: tuple[Any, ...], before: tuple[Any, ...]) -> float:
        earlier = self.value(before)
        return (self.value(now) - earlier) / earlier if earlier > 0 else math.nan

    def _quotient(self, above: tuple[Any, ...], below: tuple[Any, ...]) -> float:
        divisor = self.value(below)
        return self.value(above) / divisor if divisor else math.nan

    def _difference(self, now: tuple[Any, ...], before: tuple[Any, ...]) -> float:
        return self.value(now) - self.value(before)

    def _magnitude(self, origin: tuple[Any, ...]) -> float:
        return abs(self.value(origin))

    def _sum(self, *origins: tuple[Any, ...]) -> float:
        return math.fsum(self.value(o) for o in origins)

    def _rank(self, one: tuple[Any, ...], among: tuple[tuple[Any, ...], ...]) -> float:
        assert one in among
        ordered = sorted((self.value(o) for o in among), reverse=True)
        return ordered.index(self.value(one)) + 1

    def _above(self, threshold: tuple[Any, ...], among: tuple[tuple[Any, ...], ...]) -> float:
        return len([o for o in among if self.value(o) > self.value(threshold)])

    def _below(self, threshold: tuple[Any, ...], among: tuple[tuple[Any, ...], ...]) -> float:
        return len([o for o in among if self.value(o) < self.value(threshold)])


def printed(value: float, kind: str, language: str) -> str:
    """A number as a reader of the language expects it."""
    chinese = language == "zh"
    if kind in ("money", "round_money"):
        text, unit = _money(value, chinese)
        return (text.removesuffix(".00") if kind == "round_money" else text) + unit
    if kind == "people":
        if chinese:
            return f"{_two(value)}万人"
        if abs(value) >= 99.999_5:
            return f"{_two(value / 100)} million people"
        return f"{_two(value * 10)} thousand people"
    if kind == "dollars":
        text, unit = _money(value / 100, chinese)
        return text + unit.replace("元", "美元").replace("yuan", "US dollars")
    if kind == "percent":
        return f"{_two(value * 100)}%"
    if kind in ("count", "year"):
        return str(int(value))
    if kind == "place":
        return str(int(value)) if chinese else _place(int(value))
    digits = {"points": 2, "cell": 2, "ratio": 2, "whole": 0, "factor": 4}[kind]
    shown = f"{value * 100 if kind == 'points' else value:,.{digits}f}"
    return _signless(shown if kind in ("cell", "whole") else shown.replace(",", ""))


def _money(value: float, chinese: bool) -> tuple[str, str]:
    """100 million yuan in the largest unit that makes one or more."""
    size = abs(value)
    if size >= (9_999.995 if chinese else 9_999.95):
        return _two(value / 10_000), "万亿元" if chinese else " trillion yuan"
    if chinese:
        return (_two(value * 10_000), "万元") if 0 < size < 0.999_999_5 else (_two(value), "亿元")
    if 0 < size < 9.999_95:
        return _two(value * 100), " million yuan"
    return _two(value / 10), " billion yuan"


def _place(number: int) -> str:
    """1st, 2nd, 3rd, 4th; 11th to 13th."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def _two(value: float) -> str:
    return _signless(f"{value:.2f}")


def _signless(text: str) -> str:
    """No minus before a zero."""
    return text[1:] if text.startswith("-") and not set(text) & set("123456789") else text

"""The list of countries as it stands in a workbook."""

from __future__ import annotations

import math

from iiecon import world
from iiecon.workbook.read import Reader

NAMES = (
    "WORLD_NAME_ZH",
    "WORLD_NAME_EN",
    "WORLD_INCOME_GROUP",
    "WORLD_WORLD_REGION",
    f"WORLD_VALUE_ADDED_{world.YEAR}_MUSD",
)


def countries_of(reader: Reader) -> tuple[world.Country, ...]:
    """The countries with a value in the sheet World; none when the workbook has no such list."""
    ranges = [reader.range(name) for name in NAMES]
    columns = [[row[0] for row in place.cells] for place in ranges if place is not None]
    if len(columns) < len(NAMES) or len({len(column) for column in columns}) > 1:
        return ()
    return tuple(
        world.Country(_text(zh), _text(en), _text(income), _text(region), _number(value))
        for zh, en, income, region, value in zip(*columns, strict=True)
        if value not in (None, "")
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _number(value: object) -> float:
    fit = isinstance(value, int | float) and not isinstance(value, bool)
    return float(str(value)) if fit else math.nan

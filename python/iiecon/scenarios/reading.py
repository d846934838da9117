"""A scenario from its file: TOML with the tables `options`, `scores`, `io` and `growth`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast, get_args

from iiecon.assumed import AssumedGrowth
from iiecon.findings import InputError
from iiecon.options import names as option_names
from iiecon.options import parse
from iiecon.scenarios.scenario import (
    Amount,
    Balance,
    CellChange,
    How,
    Scenario,
    phrase,
    unknown,
    wrong,
)
from iiecon.shipped import scenario_example
from iiecon.spreadsheet.files import read_file
from iiecon.spreadsheet.values import LARGEST_FIGURE

TITLES = {"title_zh": "zh", "title_en": "en"}
KEYS = (*TITLES, "options", "scores", "io", "growth")
CELL = ("supplier", "buyer")
HOW = get_args(How)
YEAR = re.compile("[12][0-9]{3}")
READ_WITH_TABLE = "io_unit"  # the table is in 亿元 by the time a scenario changes anything


def read_scenario(path: str | Path) -> Scenario:
    """The scenario of a file, whose name it takes.

    Raises InputError naming file and key for what is no scenario, FileProblem where the file
    cannot be read. Codes, letters and years are looked up when it is applied.
    """
    path = Path(path)
    given = _toml(path)
    _only(f"{path}: ", given, KEYS)
    io = _table(path, given, "io")
    _only(f"{path}: io.", io, ("balance", "cells"))
    cells = tuple(_cells(path, io))
    return Scenario(
        name=path.stem,
        source=str(path),
        titles={lang: _text(f"{path}: {k}", given[k]) for k, lang in TITLES.items() if k in given},
        options=dict(_options(path, _table(path, given, "options"))),
        scores={
            code: _amount(f"{path}: scores.{code}", value)
            for code, value in _table(path, given, "scores").items()
        },
        cells=cells,
        balance=_balance(path, io) if cells or "balance" in io else None,
        growth=tuple(_growth(path, _table(path, given, "growth"))),
    )


def _toml(path: Path) -> dict[str, Any]:
    content = read_file(path, "file.no_file")
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise wrong(str(path), "scenario_encoding") from None
    except ValueError as error:  # wrong TOML, or a number of more digits than Python takes in
        raise _no_toml(path, str(error)) from None
    except RecursionError:
        raise _no_toml(path, "nested too deeply") from None


def _no_toml(path: Path, detail: str) -> InputError:
    return wrong(str(path), "scenario_toml", detail=detail, example=scenario_example())


def _options(path: Path, given: Mapping[str, Any]) -> Iterator[tuple[str, str | int]]:
    for name, value in given.items():
        place = f"{path}: options.{name}"
        if name not in option_names():
            raise unknown(place, name, option_names())
        if name == READ_WITH_TABLE:
            raise wrong(place, "scenario_unit", name=name)
        parsed, problem = parse(name, value)
        if problem is not None:
            raise InputError([replace(problem, table=place)])
        assert parsed is not None
        yield name, parsed


def _cells(path: Path, io: Mapping[str, Any]) -> Iterator[CellChange]:
    given = io.get("cells", [])
    if not isinstance(given, list):
        raise _unfit(f"{path}: io.cells", "tables", given)
    for i, cell in enumerate(given, start=1):
        place = f"{path}: io.cells[{i}]"
        if not isinstance(cell, dict):
            raise _unfit(place, "table", cell)
        _only(f"{place}.", cell, (*CELL, *HOW))
        for key in CELL:
            if key not in cell:
                raise wrong(place, "scenario_absent", name=key)
        supplier, buyer = (_text(f"{place}.{key}", cell[key]) for key in CELL)
        rest = {key: value for key, value in cell.items() if key not in CELL}
        yield CellChange(supplier, buyer, _amount(place, rest))


def _balance(path: Path, io: Mapping[str, Any]) -> Balance:
    place, known = f"{path}: io.balance", get_args(Balance)
    if "balance" not in io:
        raise wrong(place, "scenario_balance", known=", ".join(known))
    if io["balance"] not in known:
        raise unknown(place, _text(place, io["balance"]), known)
    return cast(Balance, io["balance"])


def _growth(path: Path, given: Mapping[str, Any]) -> Iterator[AssumedGrowth]:
    for year in given:
        place = f"{path}: growth.{year}"
        if not YEAR.fullmatch(year):
            raise wrong(place, "scenario_growth_year", name=year)
        for series, value in _table(path, given, year, "growth.").items():
            growth = _number(f"{place}.{series}", value)
            if not -1 < growth <= 1:
                raise wrong(f"{place}.{series}", "scenario_growth", value=growth)
            yield AssumedGrowth(series, int(year), growth)


def _amount(place: str, given: Any) -> Amount:
    """A bare number takes the place of the old one; else one of value, add, factor."""
    if not isinstance(given, dict):
        return Amount("value", _number(place, given))
    _only(f"{place}.", given, HOW)
    if len(given) != 1:
        raise wrong(place, "scenario_amount", known=", ".join(HOW))
    ((how, number),) = given.items()
    return Amount(cast(How, how), _number(f"{place}.{how}", number))


# --- Kinds of values ------------------------------------------------------------------------------


def _only(place: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise unknown(f"{place}{name}", name, known)


def _table(path: Path, given: Mapping[str, Any], key: str, above: str = "") -> dict[str, Any]:
    found = given.get(key, {})
    if not isinstance(found, dict):
        raise _unfit(f"{path}: {above}{key}", "table", found)
    return found


def _text(place: str, given: Any) -> str:
    if not isinstance(given, str):
        raise _unfit(place, "text", given)
    return given


def _number(place: str, given: Any) -> float:
    plain = isinstance(given, int | float) and not isinstance(given, bool)
    if not (plain and abs(given) < LARGEST_FIGURE):  # NaN is below nothing
        raise _unfit(place, "number", given)
    return float(given)


def _unfit(place: str, kind: str, given: Any) -> InputError:
    said, example = phrase(f"kind.{kind}"), scenario_example()
    return wrong(place, "scenario_kind", value=given, kind=said, example=example)

"""What the command `compare` shows and writes."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iiecon import catalogue
from iiecon.catalogue import Phrase
from iiecon.cli.console import (
    DONE,
    WRONG_USAGE,
    json_apart,
    progress,
    report_errors,
)
from iiecon.cli.manners import deliver_json, say, tell
from iiecon.cli.tables import show, texts_of
from iiecon.findings import Finding, InputError
from iiecon.spreadsheet.package import Package

if TYPE_CHECKING:
    from rich.table import Table

    from iiecon.compare import Comparison, Moved
    from iiecon.inputs import ModelInputs, Province, Region, Section
    from iiecon.replication.differences import Change, OneSided
    from iiecon.results import ModelResults
    from iiecon.workbook.read import Reader

SHOWN = 8  # differences of one group, or results of one kind
WIDTH = 150  # columns of piped output
NAMED = 6  # rows that only one side has


@dataclass(frozen=True)
class Side:
    """One of the two: its inputs, and the reader that finds their cells where it is a workbook."""

    inputs: ModelInputs
    reader: Reader | None


def run_compare(given: argparse.Namespace) -> int:
    """Compare two workbooks or packages; the exit code does not depend on what differs."""
    from iiecon.compare import compare

    if not json_apart(given.json, given.a, given.b):
        return WRONG_USAGE
    sides: list[Side] = []
    with progress() as step:
        for path in (given.a, given.b):
            step("read")
            try:
                sides.append(side_of(path))
            except InputError as error:
                say(f"{path}:")
                return report_errors(error.findings)
        step("attribute")
        found = compare(sides[0].inputs, sides[1].inputs)
    if given.json:
        deliver_json(given.json, _records(found, sides))
    _tell(found, sides, (given.a, given.b))
    return DONE


def side_of(path: Path) -> Side:
    """A workbook or a package, its inputs fit to compute with."""
    from iiecon.replication.read import is_package

    side = _package(path) if is_package(path) else _workbook(path)
    check_side(side, path)
    return side


def _package(path: Path) -> Side:
    from iiecon.replication.read import read_package

    return Side(read_package(path).inputs, None)


def _workbook(path: Path) -> Side:
    from iiecon.spreadsheet.calculator import FileBook
    from iiecon.workbook.read import Reader

    reader = Reader.of(FileBook.from_package(Package.read(path)))
    inputs = reader.inputs()
    if inputs is None:
        raise InputError(reader.findings)
    return Side(inputs, reader)


def check_side(side: Side, path: Path) -> ModelResults:
    """The results of one side; InputError names the cells or files of what the model refuses."""
    from iiecon.model import run_model

    try:
        return run_model(side.inputs)
    except InputError as error:
        raise InputError(placed(error.findings, side, path)) from None


def placed(findings: Iterable[Finding], side: Side, path: Path) -> list[Finding]:
    """Findings with the cells of the workbook, or the files of the package, that they are about."""
    from iiecon.workbook.input_cells import in_package

    reader = side.reader
    return [reader.located(f) if reader else in_package(f, side.inputs, path) for f in findings]


# --- on the screen --------------------------------------------------------------------------------


def _tell(found: Comparison, sides: Sequence[Side], paths: Sequence[Path]) -> None:
    for key, path in zip(("a", "b"), paths, strict=True):
        tell(f"{catalogue.on_screen(f'compare.{key}')} = {path}")
    if found.equal:
        tell(catalogue.on_screen("compare.equal"))
        return
    if found.inputs:
        show(_inputs_table(found, sides), WIDTH)
    for side in (*found.inputs_of_one, *found.results_of_one):
        tell(_one_sided(side))
    if not found.moved:
        tell(catalogue.on_screen("compare.unmoved"))
    for table in _result_tables(found, sides[1].inputs):
        show(table, WIDTH, least=texts_of(table))
    if found.results:
        tell(catalogue.on_screen("compare.texts", count=len(found.results)))


def table_of(title: str, columns: Sequence[str], right: int) -> Table:
    """A table whose last `right` columns hold numbers."""
    from rich.table import Table

    table = Table(title=title)
    for i, column in enumerate(columns):
        table.add_column(column, justify="right" if i >= len(columns) - right else "left")
    return table


def _words(*keys: str) -> list[str]:
    return [catalogue.on_screen(f"compare.{key}") for key in keys]


def _inputs_table(found: Comparison, sides: Sequence[Side]) -> Table:
    """The values that differ, the first of each group; where there are more their number."""
    columns = _words("group", "range", "place", "row", "a", "b")
    table = table_of(catalogue.on_screen("compare.inputs"), columns, 2)
    for group, changes in _by_group(found.inputs).items():
        for i, change in enumerate(changes[:SHOWN]):
            place = _places(change, sides)
            label = f"{change.label} {change.field}"
            name = _group_name(group) if i == 0 else ""
            cells = dict.fromkeys(c for c in (place["cell_a"], place["cell_b"]) if c)
            where = " → ".join(cells) or place["file"]
            table.add_row(
                name, place["range"], where, label, *map(_shown, (change.old, change.new))
            )
        if len(changes) > SHOWN:
            more = catalogue.on_screen("compare.more", count=len(changes) - SHOWN)
            table.add_row("", "", more, "", "", "")
    return table


def _by_group(changes: Sequence[Change]) -> dict[str, list[Change]]:
    from iiecon.compare import group_of

    groups: dict[str, list[Change]] = {}
    for change in changes:
        groups.setdefault(group_of(change), []).append(change)
    return groups


def _places(change: Change, sides: Sequence[Side]) -> dict[str, str]:
    """Where a difference stands: the named range, the cell in either workbook, the file."""
    from iiecon.workbook.input_cells import address, spot

    spots = [spot(s.inputs, change.table, change.key, change.field) for s in sides]
    cells = [address(side.reader, place) for side, place in zip(sides, spots, strict=True)]
    name = next((place[0] for place in spots if place[0]), "")
    file = f"inputs/{change.table}.csv"
    return {"range": name, "cell_a": cells[0], "cell_b": cells[1], "file": file}


def _one_sided(side: OneSided) -> str:
    names = [" ".join(str(k) for k in key) for key in side.keys[:NAMED]]
    if len(side.keys) > NAMED:
        names.append(catalogue.on_screen("compare.and_more", count=len(side.keys)))
    key = "only_b" if side.in_new else "only_a"
    return catalogue.on_screen(f"compare.{key}", table=side.table, keys=", ".join(names))


def _result_tables(found: Comparison, inputs: ModelInputs) -> Iterator[Table]:
    nation = [m for m in found.moved if m.table == "national"]
    if nation:
        yield _nation_table(nation)
        yield from _attributions(nation, found.groups)
    for name in ("sections", "provinces", "regions"):
        moved = [m for m in found.moved if m.table == name and m.field in ("total", "value_added")]
        if moved:
            yield _most_table(moved, found.groups, names_of(name, inputs))


def _nation_table(moved: Sequence[Moved]) -> Table:
    columns = _words("result", "a", "b", "change")
    table = table_of(catalogue.on_screen("compare.national"), [*columns, "%"], 4)
    for m in moved:
        label = f"{m.key[0]} {field_name(m.field)}"
        if m.field == "share_of_gdp":
            shares = [f"{100 * v:.3f} %" for v in (m.old, m.new)]
            table.add_row(label, *shares, f"{100 * m.change:+.3f}", _by(m)[1])
        else:
            table.add_row(label, *map(_result, (m.old, m.new)), *_by(m))
    return table


def _by(moved: Moved) -> tuple[str, str]:
    share = f"{100 * moved.change / abs(moved.old):+.2f}" if moved.old else ""
    return _signed(moved.change), share


def _attributions(nation: Sequence[Moved], groups: Sequence[tuple[str, ...]]) -> Iterator[Table]:
    """By group and year: the total, and employment."""
    for field, unit in (("total", "money"), ("employment", "people")):
        moved = [m for m in nation if m.field == field]
        if not moved:
            continue
        columns = [*_words("alone"), *(str(m.key[0]) for m in moved)]
        title = catalogue.on_screen(
            "compare.attribution",
            field=Phrase(_label_key(field)),
            unit=Phrase(f"compare.unit.{unit}"),
        )
        table = table_of(title, columns, len(moved))
        for i, group in enumerate(groups):
            table.add_row(_joint_name(group), *(_signed(m.contributions[i]) for m in moved))
        table.add_row(*_words("interaction"), *(_signed(m.interaction) for m in moved))
        table.add_row(*_words("total"), *(_signed(m.change) for m in moved))
        yield table


def _most_table(
    moved: Sequence[Moved], groups: Sequence[tuple[str, ...]], names: dict[str, str]
) -> Table:
    """The largest changes of the last year that both have, and what they mainly come from."""
    year = max(int(str(m.key[0])) for m in moved)
    last = sorted((m for m in moved if m.key[0] == year), key=lambda m: -abs(m.change))
    columns = _words("result", "cause", "a", "b", "change")
    title = catalogue.on_screen(
        "compare.most", year=year, what=Phrase(f"compare.of.{moved[0].table}")
    )
    table = table_of(title, [*columns, "%"], 4)
    for m in last[:SHOWN]:
        table.add_row(
            names.get(str(m.key[1]), ""), _cause(m, groups), *map(_result, (m.old, m.new)), *_by(m)
        )
    return table


def names_of(table: str, inputs: ModelInputs) -> dict[str, str]:
    """The names of sections, provinces or regions by their code."""
    if table == "regions":
        return {r.key: _name(r) for r in inputs.regions}
    members = inputs.sections if table == "sections" else inputs.provinces
    return {m.code: f"{m.code} {_name(m)}" for m in members}


def _name(place: Section | Province | Region) -> str:
    return catalogue.pair_on_screen(place.name_zh, place.name_en, " ")


def _cause(moved: Moved, groups: Sequence[tuple[str, ...]]) -> str:
    """The part of the change that is largest."""
    names = [*map(_joint_name, groups), *_words("interaction")]
    sizes = [0.0 if math.isnan(c) else abs(c) for c in (*moved.contributions, moved.interaction)]
    return names[sizes.index(max(sizes))]


def _joint_name(groups: tuple[str, ...]) -> str:
    return " + ".join(map(_group_name, groups))


def _group_name(group: str) -> str:
    from iiecon.compare import OPTION

    if group.startswith(OPTION):
        return catalogue.on_screen("compare.groups.option", name=group.removeprefix(OPTION))
    return catalogue.on_screen(f"compare.groups.{group}")


def field_name(field: str) -> str:
    """What a column of the results holds, as a terminal shows it."""
    return catalogue.on_screen(_label_key(field))


def _label_key(field: str) -> str:
    from iiecon.replication.tables import RESULT_LABELS

    return f"label.{RESULT_LABELS.get(field, field)}"


def _signed(value: float) -> str:
    return "" if math.isnan(value) else f"{value:+,.2f}"


def _result(value: float) -> str:
    return "" if math.isnan(value) else f"{value:,.2f}"


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:,.8g}" if isinstance(value, float) else str(value)


# --- as JSON --------------------------------------------------------------------------------------


def _records(found: Comparison, sides: Sequence[Side]) -> dict[str, Any]:
    from iiecon.compare import group_of

    return {
        "equal": found.equal,
        "groups": [list(group) for group in found.groups],
        "inputs": [{"group": group_of(c), **_change(c), **_places(c, sides)} for c in found.inputs],
        "inputs_of_one": [_side_record(side) for side in found.inputs_of_one],
        "moved": [_moved(m, found.groups) for m in found.moved],
        "results": [_change(c) for c in found.results],
        "results_of_one": [_side_record(side) for side in found.results_of_one],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "table": change.table, "key": list(change.key), "field": change.field,
        "a": change.old, "b": change.new,
    }  # fmt: skip


def _side_record(side: OneSided) -> dict[str, Any]:
    which = "b" if side.in_new else "a"
    return {"table": side.table, "only_in": which, "keys": [list(key) for key in side.keys]}


def _moved(moved: Moved, groups: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    parts = zip(groups, moved.contributions, strict=True)
    return {
        "table": moved.table, "key": list(moved.key), "field": moved.field,
        "a": moved.old, "b": moved.new, "change": moved.change,
        "contributions": {
            "+".join(group): None if math.isnan(c) else c for group, c in parts
        },
        "interaction": moved.interaction,
    }  # fmt: skip

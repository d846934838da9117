"""What differs between two tables of the same kind, row by row under their keys."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from iiecon.replication.tables import Row, Table, Value


@dataclass(frozen=True)
class Change:
    """One number or text that differs; None where it is not given."""

    table: str
    key: Row
    field: str
    old: Value
    new: Value

    @property
    def size(self) -> float:
        """new − old, NaN where one of them is no number."""
        old, new = _number(self.old), _number(self.new)
        return math.nan if old is None or new is None else new - old

    @property
    def relative(self) -> float:
        """The change as a fraction of the old number, NaN where there is none."""
        old = _number(self.old)
        return self.size / abs(old) if old else math.nan

    @property
    def label(self) -> str:
        """The row's key as one text."""
        return " ".join(str(k) for k in self.key)


@dataclass(frozen=True)
class OneSided:
    """Rows that only one of two tables has."""

    table: str
    keys: tuple[Row, ...]
    in_new: bool


def changes(old: Table, new: Table, tolerance: float = 0.0) -> list[Change]:
    """The values that differ in rows and columns that both tables have.

    `tolerance` is relative; at 0 only equal numbers are equal.
    """
    before, after = old.keyed(), new.keyed()
    return [
        Change(old.name, key, field, value, after[key][field])
        for key, row in before.items()
        if key in after
        for field, value in row.items()
        if field in after[key] and not _same(value, after[key][field], tolerance)
    ]


def all_changes(
    old: Mapping[str, Table], new: Mapping[str, Table], tolerance: float = 0.0
) -> list[Change]:
    """The changes of every table that both have."""
    return [c for name in old if name in new for c in changes(old[name], new[name], tolerance)]


def one_sided(old: Table, new: Table) -> list[OneSided]:
    """The rows that only one of the tables has; rows in which nothing is given do not count."""
    return _sides(old.name, _filled(old), _filled(new))


def columns_of_one(old: Table, new: Table) -> list[OneSided]:
    """The columns that only one of the tables has."""
    return _sides(old.name, _columns(old), _columns(new))


def _columns(table: Table) -> dict[Row, bool]:
    return {(field.name,): True for field in table.fields}


def _sides(table: str, old: Mapping[Row, bool], new: Mapping[Row, bool]) -> list[OneSided]:
    only_old = OneSided(table, tuple(key for key in old if key not in new), in_new=False)
    only_new = OneSided(table, tuple(key for key in new if key not in old), in_new=True)
    return [side for side in (only_old, only_new) if side.keys]


def _filled(table: Table) -> dict[Row, bool]:
    """The keys of the rows in which something is given, in their order."""
    return {key: True for key, row in table.keyed().items() if not row or _any_given(row)}


def _any_given(row: Mapping[str, Value]) -> bool:
    return any(value is not None and value != "" for value in row.values())


def _same(a: Value, b: Value, tolerance: float) -> bool:
    first, second = _number(a), _number(b)
    if first is not None and second is not None:
        return math.isclose(first, second, rel_tol=tolerance, abs_tol=1e-12 * bool(tolerance))
    return a == b or (a in (None, "") and b in (None, ""))


def _number(value: Value) -> float | None:
    """A number as such; a mark or a text is none."""
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if plain else None  # type: ignore[arg-type]

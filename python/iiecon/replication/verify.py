"""A replication package computed again and held against the results that it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from iiecon.replication.differences import Change, OneSided, all_changes, one_sided
from iiecon.replication.read import Replication
from iiecon.replication.tables import Table, result_tables
from iiecon.results import ModelResults

# Processors round alike only up to the last bits of float64.
AGREEMENT = 1e-10


@dataclass(frozen=True)
class Verified:
    """How many values the results have, and what differs between those computed and those stored.

    `csv` and `json`: values that differ from the CSV files and from the JSON file; `rows` that only
    one side has; `same_inputs`: whether the inputs are those that the package was made from.
    """

    count: int
    csv: tuple[Change, ...]
    json: tuple[Change, ...]
    rows: tuple[OneSided, ...]
    same_inputs: bool

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.csv or self.json or self.rows)


def verify(package: Replication, results: ModelResults) -> Verified:
    """What `results`, computed from the inputs of a package, have other than the stored ones."""
    fresh = result_tables(results)
    stored = (package.results, package.json_results)
    csv, json = (all_changes(tables, fresh, AGREEMENT) for tables in stored)
    rows = [
        side for tables in stored for name in fresh for side in one_sided(tables[name], fresh[name])
    ]
    same = package.inputs.sha256() == package.about["iiecon"]["inputs_sha256"]
    return Verified(_count(fresh.values()), tuple(csv), tuple(json), tuple(rows), same)


def _count(tables: Iterable[Table]) -> int:
    """The values outside the keys."""
    return sum(len(t.rows) * (len(t.fields) - len(t.key)) for t in tables)

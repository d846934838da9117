"""The table that comes with the program, whose form is known: read fast, nothing searched for."""

from __future__ import annotations

from functools import cache

import numpy as np

from iiecon.inputs import Rows, read_csv
from iiecon.iotable import WAN_PER_YI, IOTable, TableParts, printed_precision

FILE, YEAR = "io_table_2017_103.csv", 2017
FINAL_USES = ("FU101", "FU102", "FU103", "FU201", "FU202")
VALUE_ADDED = ("VA001", "VA002", "VA003", "VA004")


def read_bundled_table() -> tuple[IOTable, tuple[str, ...]]:
    """The 103-sector table of 2017 that comes with the program (亿元), and its sections."""
    rows = _sector_rows()
    codes = [row["code"] for row in rows]
    added = [row for row in _rows() if row["code"] in VALUE_ADDED]
    columns = [*codes, *FINAL_USES, "EX", "IM", "GO"]
    numbers = np.array([[float(row[c]) for c in columns] for row in rows])
    value_added = np.array([[float(row[c]) for c in codes] for row in added])
    exports, imports, output = numbers[:, -3:].T
    final_uses = numbers[:, len(codes) : -3]
    table = IOTable.from_arrays(
        numbers[:, : len(codes)],
        output,
        value_added.sum(axis=0),
        codes,
        [row["name_zh"] for row in rows],
        final_use=final_uses.sum(axis=1) + exports,
        exports=exports,
        imports=imports,
        unit="万元",
        year=YEAR,
        precision=printed_precision(numbers),
        parts=TableParts(FINAL_USES, final_uses, VALUE_ADDED, value_added),
    )
    return table.scaled(1 / WAN_PER_YI, "亿元"), tuple(row["section"] for row in rows)


def english_names() -> tuple[str, ...]:
    """The English sector names of the table that comes with the program."""
    return tuple(row["name_en"] for row in _sector_rows())


def _sector_rows() -> Rows:
    return [row for row in _rows() if row["code"].isdigit()]


@cache
def _rows() -> Rows:
    return read_csv(FILE)

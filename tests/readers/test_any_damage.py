"""A table damaged at random is refused, or reads with the very same figures: never with others."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from iiecon import InputError, IOTable, read_io_table
from tests.readers.bureau import Cell, Rows, page, random_table, written

TEXTS: list[Cell] = [
    "①",
    "-",
    "0",
    "1",
    "01",
    "合计",
    "小计",
    "TIU",
    "GO",
    "进口",
    5.0,
    -3.0,
    "nan",
]
PRINTED = random_table(9, 2012)


def delete_row(rows: Rows, draw: random.Random) -> None:
    del rows[draw.randrange(len(rows))]


def delete_column(rows: Rows, draw: random.Random) -> None:
    place = draw.randrange(len(rows[0]))
    for row in rows:
        del row[place]


def repeat_row(rows: Rows, draw: random.Random) -> None:
    rows.insert(draw.randrange(len(rows)), list(draw.choice(rows)))


def repeat_column(rows: Rows, draw: random.Random) -> None:
    here, there = (draw.randrange(len(rows[0])) for _ in range(2))
    for row in rows:
        row.insert(there, row[here])


def exchange_rows(rows: Rows, draw: random.Random) -> None:
    i, j = (draw.randrange(len(rows)) for _ in range(2))
    rows[i], rows[j] = rows[j], rows[i]


def exchange_columns(rows: Rows, draw: random.Random) -> None:
    i, j = (draw.randrange(len(rows[0])) for _ in range(2))
    for row in rows:
        row[i], row[j] = row[j], row[i]


def shift_row(rows: Rows, draw: random.Random) -> None:
    row = draw.choice(rows)
    row[:] = [None, *row[:-1]]


def shift_column(rows: Rows, draw: random.Random) -> None:
    place = draw.randrange(len(rows[0]))
    column = [None, *(row[place] for row in rows)]
    for row, value in zip(rows, column, strict=False):
        row[place] = value


def copy_cell(rows: Rows, draw: random.Random) -> None:
    draw.choice(rows)[draw.randrange(len(rows[0]))] = draw.choice(draw.choice(rows))


def overwrite_cell(rows: Rows, draw: random.Random) -> None:
    draw.choice(rows)[draw.randrange(len(rows[0]))] = draw.choice(TEXTS)


DAMAGES: list[Callable[[Rows, random.Random], None]] = [
    delete_row, delete_column, repeat_row, repeat_column, exchange_rows, exchange_columns,
    shift_row, shift_column, copy_cell, overwrite_cell,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("codes", [True, False])
@pytest.mark.parametrize("totals", [True, False])
def test_never_other_figures(
    tmp_path: Path, damage: Callable[[Rows, random.Random], None], codes: bool, totals: bool
) -> None:
    for seed in range(8):
        draw = random.Random(f"{damage.__name__} {codes} {totals} {seed}")
        sheet = page(PRINTED, codes=codes, totals=totals)
        damage(sheet.rows, draw)
        try:
            found = read_io_table(written(tmp_path / "t.csv", sheet))
        except InputError:
            continue
        assert_same_figures(found)


def assert_same_figures(found: IOTable) -> None:
    """Up to the order of the sectors, which both axes may have changed together."""
    mine, theirs = np.argsort(found.output), np.argsort(PRINTED.output)
    assert found.final_use is not None
    for name, expected in (
        ("output", PRINTED.output),
        ("value_added", PRINTED.value_added),
        ("final_use", PRINTED.final_use),
        ("imports", PRINTED.imports),
        ("exports", PRINTED.uses["EX"]),
    ):
        values = getattr(found, name)
        assert np.allclose(values[mine] * 1e4, expected[theirs], rtol=1e-12), name
    flows = found.flows[np.ix_(mine, mine)] * 1e4
    assert np.allclose(flows, PRINTED.flows[np.ix_(theirs, theirs)], rtol=1e-12)

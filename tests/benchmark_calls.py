"""Times of formulas as Excel calls them: xlwings' COM server on a table of 149 sectors.

Run by `python tests/benchmark.py`, in a process of its own. What stands for Excel has the tuples
of a range ready; the time that Excel takes to hand them over is not in these figures.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]
SECTORS, DIRECT, FORMULAS = 149, 11, 40


def main() -> None:
    """One call, the same again, forty formulas on one table, and a block cell by cell."""
    from tests.excel_com.server import pretend_windows
    from tests.excel_com.workbook import Book, CellRange, Sheet, cells
    from udfs import cache

    class Ready(CellRange):
        """A range whose tuples are there already: making them is not what is timed."""

        Value2: Any = None

    def ready(rows: list[list[Any]]) -> Ready:
        made = cells(rows)
        found = Ready(made.Worksheet, made.Row, made.Column, len(rows), len(rows[0]))
        found.Value2 = made.Value2
        return found

    server, book, caller = pretend_windows(), Book(), Sheet({}, {}).Cells(1, 1)
    table = _table(ready)
    scores = [ready([[s]] * DIRECT) for s in np.linspace(0.05, 0.9, FORMULAS).tolist()]

    def call(k: int = 0, function: str = "LEONTIEF_CONTRIB") -> Any:
        return server.CallUDF("udfs.excel", function, (*table, scores[k]), book, caller)

    def forget() -> None:
        cache.RESULTS.clear()
        cache.PARTS.clear()

    def alone(k: int) -> None:
        forget()
        call(k)

    def each(run: Callable[[int], object]) -> None:
        for k in range(FORMULAS):
            run(k)

    first = _median(call, forget)
    again = _median(call)
    shared = _median(lambda: each(call), forget, 3)
    apart = _median(lambda: each(alone), times=3)
    by_cell = _median(lambda: [call() for _ in range(SECTORS)], times=3)
    figures = {
        "first call": f"{1e3 * first:.1f} ms",
        "the same call again": f"{1e3 * again:.1f} ms",
        f"{FORMULAS} formulas on one table": f"{1e3 * shared:.0f} ms",
        "the same without memory ÷ with": f"{apart / shared:.1f}",
        f"{SECTORS} calls of one cell ÷ one array call": f"{by_cell / first:.0f}",
    }
    for what, measured in figures.items():
        print(f"{what}\t{measured}")


def _table(cells: Callable[[list[list[Any]]], Any]) -> tuple[Any, ...]:
    """Flows, output, value added and codes of an invented table, and its direct sectors."""
    random = np.random.default_rng(1)
    flows = random.random((SECTORS, SECTORS))
    output = flows.sum(axis=0) * 2
    codes = [[f"{k:03d}"] for k in range(SECTORS)]
    ranges = (flows, output[:, None], (output - flows.sum(axis=0))[:, None])
    return (*(cells(r.tolist()) for r in ranges), cells(codes), cells(codes[:DIRECT]))


def _median(
    run: Callable[[], object], before: Callable[[], object] = lambda: None, times: int = 9
) -> float:
    taken = []
    for _ in range(times + 1):
        before()
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


if __name__ == "__main__":
    main()

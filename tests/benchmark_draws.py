"""Times of many draws: `python -m tests.benchmark_draws`; all ratios from one run.

The bounding product is what carrying n sectors through a draw must cost: (sections × sectors) by
(sectors × draws), then (provinces × sections) by (sections × draws), in blocks that fit the cache.
"""

import os
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from iiecon import ModelInputs, default_inputs, read_io_table, run_model, simulate
from iiecon.iotable import blas_threads
from iiecon.uncertainty.closed_form import Draws, Measurement
from iiecon.uncertainty.experiment import CHUNK
from iiecon.uncertainty.sampling import Sampler
from iiecon.uncertainty.summary import Summary
from tests.benchmark import SHARED
from tests.oracles.augmented import Array, split_flows
from tests.oracles.sectors149 import with_table_of_149

COUNTS = (10**3, 10**4, 10**5, 10**6)
YEAR = 2020


def inputs_of_149() -> ModelInputs:
    """The 149-sector table with the shipped ballots; the shipped table where it is not at hand."""
    inputs = default_inputs()
    full = SHARED / "data" / "test-only" / "china_2017_149.csv"
    if not full.exists():
        return inputs
    larger = with_table_of_149(inputs, read_io_table(full))
    none = np.full(len(larger.experts.codes), np.nan)
    return replace(larger, experts=replace(larger.experts, override=none))


def seconds(run: Callable[[], object], times: int = 3) -> float:
    """The best of some runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


def blocks(draws: int) -> list[int]:
    """Sizes of the blocks that many draws come in."""
    return [min(CHUNK, draws - first) for first in range(0, draws, CHUNK)]


def exponent(times: list[float]) -> float:
    """Slope of log time on log draws."""
    return float(np.polyfit(np.log(COUNTS), np.log(times), 1)[0])


class Runs:
    """What is timed, each for a number of draws whose scores are there already."""

    def __init__(self, inputs: ModelInputs) -> None:
        self.results = run_model(inputs)
        self.measurement = Measurement.of(self.results, (YEAR,))
        self.sampler = Sampler.of(self.measurement)
        self.rng = np.random.default_rng(0)
        self.scores = self.sampler.scores.draw(self.rng, CHUNK)
        self.t = self.results.years.index(YEAR)
        sections, provinces = len(inputs.sections), len(inputs.provinces)
        self.by_sector = self.rng.random((sections, inputs.table.size))
        self.shares = self.rng.random((provinces, sections))
        self.effects = self.rng.random((inputs.table.size, CHUNK))

    def product(self, draws: int) -> None:
        """The bounding product."""
        for size in blocks(draws):
            self.shares @ (self.by_sector @ self.effects[:, :size])

    def places(self, draws: int) -> None:
        """Nation, sections and provinces."""
        for size in blocks(draws):
            part = self.given(size)
            direct, indirect = self.measurement.sections(part, self.t)
            total = direct + indirect
            total.sum(axis=0)
            self.measurement.provinces(part.province_gdp[self.t], total)

    def everything(self, draws: int) -> None:
        """Jobs, regions and shares as well."""
        for size in blocks(draws):
            self.measurement.evaluate(self.given(size), YEAR)

    def quantiles(self, draws: int) -> None:
        """Mean and quantiles of all of them, of results already there."""
        summary = Summary(draws)
        block = self.measurement.evaluate(self.given(CHUNK), YEAR)
        for size in blocks(draws):
            summary.add(block[:, :size])
        summary.quantiles()

    def votes(self, draws: int) -> None:
        """Ballots drawn and scored."""
        for size in blocks(draws):
            self.sampler.scores.draw(self.rng, size)

    def given(self, size: int) -> Draws:
        """A block of scores, everything else as it is."""
        return replace(self.sampler.central(), scores=self.scores[:, :size])


def main() -> None:
    """Print times, ratios to the bounding product and to the explicit inverse, and memory."""
    inputs = inputs_of_149()
    runs = Runs(inputs)
    timed = (runs.product, runs.places, runs.everything, runs.quantiles, runs.votes)
    print(f"{inputs.table.size} sectors, one year; seconds (best of 3) and ratio to the product")
    print(f"{'draws':>10}" + "".join(f"{run.__name__:>20}" for run in timed))
    columns: list[list[float]] = [[] for _ in timed]
    with blas_threads(inputs.table.size):
        for draws in COUNTS:
            row = [seconds(partial(run, draws)) for run in timed]
            for column, found in zip(columns, row, strict=True):
                column.append(found)
            cells = [f"{v:.4f} ({v / row[0]:.2f} ×)" for v in row]
            print(f"{draws:>10}" + "".join(f"{text:>20}" for text in cells))
    print(f"{'exponent':>10}" + "".join(f"{exponent(c):>20.2f}" for c in columns))
    ratio = columns[1][-1] / columns[0][-1]
    print(f"10^6 draws through nation, sections, provinces ÷ product: {ratio:.2f} (limit 2)")
    per_draw = columns[1][-1] / COUNTS[-1]
    inverse = seconds(lambda: explicit_inverse(inputs, runs.scores[:, 0]), 20)
    print(
        f"explicit augmented inverse {1e3 * inverse:.2f} ms, a draw {1e6 * per_draw:.3f} µs: "
        f"{inverse / per_draw:,.0f} × (limit 10 000)"
    )
    whole(inputs)


def explicit_inverse(inputs: ModelInputs, scores: Array) -> None:
    """One draw the long way: the split table inverted, the splitting itself not counted."""
    table = inputs.table
    if not SPLIT:
        positions = [table.codes.index(code) for code in inputs.experts.codes]
        inner = np.clip(scores, 0.01, 0.99)  # a whole sector split off leaves nothing to divide by
        shares = dict(zip(positions, inner.tolist(), strict=True))
        flows, parts = split_flows(table.flows, table.output, shares)
        SPLIT.append(np.eye(parts.size) - flows / parts)
    np.linalg.inv(SPLIT[0])


SPLIT: list[Array] = []


def whole(inputs: ModelInputs) -> None:
    """`simulate` from inputs to intervals and drivers, two years; its peak memory."""
    for draws in COUNTS:
        taken = seconds(partial(simulate, inputs, draws), 1)
        print(f"simulate, {draws:>8} draws: {taken:6.2f} s")
    tracemalloc.start()
    simulate(inputs, 10**5)
    small = tracemalloc.get_traced_memory()[1]
    tracemalloc.reset_peak()
    simulate(inputs, 3 * 10**5)
    large = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"peak of arrays: {small / 2**20:.0f} MiB at 10^5 draws, {large / 2**20:.0f} at 3·10^5")
    status = Path("/proc/self/status")
    if os.name == "posix" and status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        mebibytes = int(peak.split()[1]) / 1024
        print(f"peak of the process after 10^6 draws: {mebibytes:.0f} MiB (limit 1024)")


if __name__ == "__main__":
    main()

"""Ours and the alternatives on this machine, in one run: `python -m tests.benchmark_alternatives`.

Times, growth and peak memory; from them what 10⁹ draws and 10⁴ sectors would take. Each figure is
measured in a process of its own, and its memory is what the process took beyond starting up.
`--draws 10000000` goes further, `--patience` ends a slow competitor. pymrio comes with
`pip install iieconmodel[benchmark]`; what is not installed is left out and said.
"""

import argparse
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from iiecon import IOTable, ModelInputs, leontief_contribution, run_model
from iiecon.iotable import coefficients, leontief_inverse
from iiecon.uncertainty.closed_form import Measurement
from iiecon.uncertainty.experiment import CHUNK, Experiment
from iiecon.uncertainty.summary import EXACT, Summary
from tests.benchmark import ROOT, change
from tests.benchmark_draws import YEAR, inputs_of_149, seconds

SIZES = (42, 149, 500, 1000, 2000, 3000)
DIRECT = 11
DRAWS = (10**3, 10**4, 10**5, 10**6)
PLAN_DRAWS, PLAN_SECTORS, PLAN_HOURS = 10**9, 10**4, 1.0
MEBI = 2**20


@dataclass(frozen=True)
class Cost:
    """Seconds and peak MiB; NaN where it was not to be had."""

    seconds: float = np.nan
    mebibytes: float = np.nan
    note: str = ""


# --- what a process of its own measures -----------------------------------------------------------


def table_of(size: int) -> IOTable:
    """The official table at its size; random flows of the same value added at others, half of each
    output bought from the sectors.
    """
    own = inputs_of_149().table
    if size == own.size:
        return own
    flows = np.random.default_rng(size).random((size, size))
    flows *= own.value_added.sum() / flows.sum()
    return IOTable.from_arrays(flows, flows.sum(axis=0) * 2)


def contribution(table: IOTable) -> Callable[[], object]:
    """Ours: what the emerging parts bring about."""
    scores = {table.codes[k]: 0.3 for k in range(0, DIRECT * 2, 2)}
    return lambda: leontief_contribution(table, scores)


def augmented_inverse(table: IOTable) -> Callable[[], object]:
    """The same the long way: A' of n + m sectors inverted; splitting the flows is not counted."""
    split = np.arange(0, DIRECT * 2, 2)
    owner = np.concatenate([np.arange(table.size), split])
    part = np.ones(owner.size)
    part[split], part[table.size :] = 0.7, 0.3
    flows = table.flows[np.ix_(owner, owner)] * np.outer(part, part)
    output = table.output[owner] * part
    return lambda: np.linalg.inv(np.eye(owner.size) - flows / output)


def multipliers(table: IOTable) -> Callable[[], object]:
    """Ours: A, L and the value-added multipliers of all sectors."""
    ratio = table.value_added / table.output
    return lambda: ratio @ leontief_inverse(coefficients(table))


def pymrio_multipliers(table: IOTable) -> Callable[[], object]:
    """The same by pymrio, from data frames that are there already."""
    import pandas as pd
    import pymrio

    flows = pd.DataFrame(table.flows, table.codes, table.codes)
    output = pd.DataFrame(table.output, table.codes, ["indout"])
    ratio = pd.DataFrame([table.value_added / table.output], ["va"], table.codes)

    def run() -> object:
        return pymrio.calc_M(ratio, pymrio.calc_L(pymrio.calc_A(flows, output)))

    return run


METHODS: dict[str, Callable[[IOTable], Callable[[], object]]] = {
    "contribution": contribution,
    "augmented_inverse": augmented_inverse,
    "multipliers": multipliers,
    "pymrio_multipliers": pymrio_multipliers,
}


def measure_method(name: str, size: int) -> float:
    """Best seconds of some runs."""
    run = METHODS[name](table_of(size))
    run()
    return seconds(run, 10 if size < 300 else 2)


def inputs_of(parts: int) -> ModelInputs:
    """The 149-sector inputs, each sector cut into so many equal ones, the first of them direct."""
    inputs = inputs_of_149()
    own = inputs.table
    rows = np.repeat(np.arange(own.size), parts)
    table = IOTable.from_arrays(
        own.flows[np.ix_(rows, rows)] / parts**2,
        own.output[rows] / parts,
        own.value_added[rows] / parts,
    )
    direct = own.positions(inputs.experts.codes) * parts
    return replace(
        inputs,
        table=table,
        sector_codes=table.codes,
        sector_sections=tuple(inputs.sector_sections[i] for i in rows),
        experts=replace(inputs.experts, codes=tuple(table.codes[k] for k in direct)),
    )


def measure_draws(draws: int, parts: int) -> float:
    """Seconds of drawing, evaluating and summing up one year, as `simulate` does."""
    experiment = experiment_of(draws, parts)
    summary = Summary(draws, *experiment.bins)
    start = time.perf_counter()
    for piece in experiment.pieces:
        summary.join(*experiment.part(piece))
    summary.quantiles()
    return time.perf_counter() - start


def experiment_of(draws: int, parts: int = 1) -> Experiment:
    """One year of so many draws, each sector in so many parts."""
    measurement = Measurement.of(run_model(inputs_of(parts)), (YEAR,))
    return Experiment.of(measurement, None, draws, 0)


def measure_formulas(path: str) -> float:
    """Seconds of the package `formulas` from file to all values."""
    from tests.engines.formulas_engine import Workbook

    start = time.perf_counter()
    Workbook(Path(path)).values()
    return time.perf_counter() - start


MEASURED: dict[str, Callable[..., float]] = {
    "method": lambda name, size: measure_method(name, int(size)),
    "draws": lambda draws, parts: measure_draws(int(draws), int(parts)),
    "formulas": measure_formulas,
    "nothing": lambda size: len(table_of(int(size)).codes),
}

# --- processes ------------------------------------------------------------------------------------


def peak_of(command: Sequence[str], patience: float) -> tuple[Cost, str]:
    """Wall seconds and peak memory of a process and those it started, and what it printed."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, cwd=ROOT)
        timer = threading.Timer(patience, process.kill)
        timer.start()
        peak = np.nan
        if os.name == "posix":
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            peak = used.ru_maxrss / (MEBI if sys.platform == "darwin" else 1024)
        taken, late = time.perf_counter() - start, not timer.is_alive()
        timer.cancel()
        code = process.wait()
        out.seek(0)
        if code:
            return Cost(note=f"stopped after {patience:.0f} s" if late else f"exit {code}"), ""
        return Cost(taken, peak), out.read().decode()


def own_process(what: str, *given: object, patience: float = 900) -> Cost:
    """A measurement of MEASURED; memory is still that of the whole process."""
    command = (sys.executable, "-m", "tests.benchmark_alternatives", "--one", what)
    cost, told = peak_of([*command, *map(str, given)], patience)
    return replace(cost, seconds=json.loads(told)) if told else cost


def beyond(cost: Cost, base: Cost) -> Cost:
    """Memory beyond that of a process which only had the table."""
    return replace(cost, mebibytes=max(cost.mebibytes - base.mebibytes, 0.0))


# --- the page -------------------------------------------------------------------------------------


def shown(cost: Cost) -> str:
    """Time and memory in a column."""
    if cost.note:
        return f"{cost.note:>26}"
    return f"{1e3 * cost.seconds:>13,.2f} ms {cost.mebibytes:>6,.0f} MiB"


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Slope of log value on log size."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def tables() -> dict[str, list[Cost]]:
    """Each method at each size."""
    names = [name for name in METHODS if name != "pymrio_multipliers" or find_spec("pymrio")]
    print("time, memory beyond the table; 149 sectors: the official table, others: random")
    print(f"{'sectors':>8}" + "".join(f"{name:>26}" for name in names))
    found: dict[str, list[Cost]] = {name: [] for name in names}
    for size in SIZES:
        base = own_process("nothing", size)
        for name in names:
            found[name].append(beyond(own_process("method", name, size), base))
        print(f"{size:>8}" + "".join(shown(found[name][-1]) for name in names), flush=True)
    large = [i for i, size in enumerate(SIZES) if size >= 500]  # below, calls cost more than sums
    for title, chosen in (("all", list(range(len(SIZES)))), (">= 500", large)):
        slopes = (
            exponent([SIZES[i] for i in chosen], [costs[i].seconds for i in chosen])
            for costs in found.values()
        )
        print(f"{'exponent':>8}" + "".join(f"{f'{s:.2f} ({title})':>26}" for s in slopes))
    for name in names:
        if name != "contribution":
            at = SIZES.index(149)
            ratio = found[name][at].seconds / found["contribution"][at].seconds
            print(f"149 sectors: {name} ÷ contribution = {ratio:.2f}")
    if "pymrio_multipliers" not in names:
        print("pymrio is not installed: left out")
    return found


def workbook(patience: float) -> None:
    """The shipped workbook with a changed input, recalculated from file to file."""
    print("\nthe shipped workbook, a whole process from file to values")
    with tempfile.TemporaryDirectory() as folder:
        changed, out = Path(folder) / "changed.xlsm", Path(folder) / "out.xlsm"
        shutil.copy(ROOT / "IIEconModel.xlsm", changed)
        change(changed)
        ours = (sys.executable, "-m", "iiecon", "recalculate", str(changed), "-o", str(out))
        runs: dict[str, Callable[[], Cost]] = {"iiecon recalculate": lambda: peak_of(ours, 300)[0]}
        office = shutil.which("soffice")
        if office:
            profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
            convert = ("--convert-to", "xlsx", "--outdir", folder, str(changed))
            command = (office, "--headless", profile, *convert)
            peak_of(command, 300)  # makes the profile
            runs["LibreOffice converting"] = lambda: peak_of(command, 300)[0]
        if find_spec("formulas"):
            runs[f"formulas (stopped at {patience:.0f} s)"] = partial(
                own_process, "formulas", changed, patience=patience
            )
        for name, run in runs.items():
            print(f"{name:>32}{shown(run())}")
    if not office:
        print("LibreOffice is not here: left out")


def growth(most: int) -> list[Cost]:
    """Draws on the 149-sector table, then the same draws on larger ones."""
    size = inputs_of_149().table.size
    counts = [*DRAWS, *([most] if most > DRAWS[-1] else [])]
    base = own_process("nothing", size)
    found = [beyond(own_process("draws", draws, 1, patience=3600), base) for draws in counts]
    print(f"\ndraws of one year on {size} sectors: drawn, evaluated, summed up")
    for draws, cost in zip(counts, found, strict=True):
        print(f"{draws:>10}{shown(cost)}{1e6 * cost.seconds / draws:>10.2f} µs a draw")
    print(f"{'exponent':>10} {exponent(counts, [cost.seconds for cost in found]):.2f}")
    for parts in (1, 7, 20):
        cost = own_process("draws", 10**5, parts)
        print(f"{size * parts:>10} sectors, 10^5 draws: {10 * cost.seconds:.2f} µs a draw")
    return found


def plan(tables: dict[str, list[Cost]], drawn: Sequence[Cost]) -> None:
    """What the measured unit costs come to for many more draws and sectors."""
    size = inputs_of_149().table.size
    per_draw = (drawn[3].seconds - drawn[2].seconds) / (DRAWS[3] - DRAWS[2])
    per_pair = per_draw / size
    experiment = experiment_of(DRAWS[-1])
    piece = experiment.pieces[0]
    sent = len(pickle.dumps(experiment.part(piece))) / experiment.size(piece)
    peak = max(cost.mebibytes for cost in drawn[:4]) * MEBI
    ours = tables["contribution"]
    # Solving is O(n³); a fit of what was measured would promise less where calls still count.
    prepare = ours[-1].seconds * (PLAN_SECTORS / SIZES[-1]) ** 3
    per_cell = ours[-1].mebibytes * MEBI / SIZES[-1] ** 2
    matrix = (8 + per_cell) * PLAN_SECTORS**2
    flat, linear = PLAN_DRAWS * per_draw, PLAN_DRAWS * PLAN_SECTORS * per_pair
    print(f"\nunit costs: {1e6 * per_draw:.2f} µs a draw, {1e9 * per_pair:.2f} ns a draw × sector")
    print(f"  sent to the scheduler: {sent:.0f} bytes a draw, {sent / size:.2f} a draw × sector")
    print(f"  kept: {peak / MEBI:.0f} MiB at most up to 10^6 draws, whatever their number")
    print(f"  preparing: n³ from {SIZES[-1]} on, {8 + per_cell:.0f} bytes a cell of the table")
    print(f"plan for {PLAN_DRAWS:.0e} draws of one year and {PLAN_SECTORS:,} sectors")
    print(f"  preparing once, on one machine: {prepare:,.0f} s and {matrix / 2**30:.1f} GiB")
    for what, total in (
        (f"a draw costs O(m²), m = {DIRECT} direct sectors as measured", flat),
        ("if the direct sectors grew with n and cost as much each (linear in n)", linear),
    ):
        print(
            f"  {what}: {total / 3600:,.1f} core hours, "
            f"{total / 3600 / PLAN_HOURS:,.0f} cores for {PLAN_HOURS:.0f} h"
        )
    pieces = PLAN_DRAWS / experiment_piece_draws()
    print(
        f"  {peak / MEBI:,.0f} MiB a worker beyond starting up; {pieces:,.0f} pieces, "
        f"{sent * PLAN_DRAWS / 2**30:,.0f} GiB sent in all, a few pieces waiting at a time"
    )


def experiment_piece_draws() -> int:
    """Draws in a piece of a large run."""
    from iiecon.uncertainty.experiment import CHUNKS_TOGETHER

    assert PLAN_DRAWS > EXACT
    return CHUNK * CHUNKS_TOGETHER


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--draws", type=int, default=DRAWS[-1])
    parser.add_argument("--patience", type=float, default=300)
    given = parser.parse_args()
    if given.one:
        what, *rest = given.one
        print(json.dumps(MEASURED[what](*rest)))
        return
    print(f"{os.cpu_count()} cores, numpy {np.__version__}, Python {sys.version.split()[0]}")
    found = tables()
    drawn = growth(given.draws)
    workbook(given.patience)
    plan(found, drawn)


if __name__ == "__main__":
    main()

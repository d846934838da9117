"""Times beside the limits that the design sets; run `python tests/benchmark.py`.

Prints medians, and ratios where the limit is one. Nothing fails here: machines differ.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("IIECON_SHARED", ROOT.parent / "shared"))
sys.path.insert(0, str(ROOT))


def median(run: Callable[[], object], times: int = 9) -> float:
    """Median seconds of several runs after one that does not count."""
    run()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def process(*command: str, times: int = 5) -> float:
    """Median seconds of a whole process."""
    return median(lambda: subprocess.run(command, check=True, capture_output=True, cwd=ROOT), times)


def line(what: str, measured: str, limit: str) -> None:
    """One row of the report."""
    print(f"{what:<58} {measured:>22}   limit {limit}")


def model_time() -> None:
    """From arrays to all tables; on the official 149 sectors where they are at hand."""
    from iiecon import default_inputs, read_io_table, run_model
    from tests.oracles.sectors149 import with_table_of_149

    inputs = default_inputs()
    full = SHARED / "data" / "test-only" / "china_2017_149.csv"
    if full.exists():
        inputs = with_table_of_149(inputs, read_io_table(full))
    seconds = median(lambda: run_model(inputs), 50)
    line(f"model, {inputs.table.size} sectors", f"{1e3 * seconds:.1f} ms", "5 ms (149 sectors)")


def import_time() -> None:
    """`import iiecon` beside `import numpy`, both net of starting Python."""
    bare = process(sys.executable, "-c", "pass")
    numpy = process(sys.executable, "-c", "import numpy") - bare
    own = process(sys.executable, "-c", "import iiecon") - bare
    line("import iiecon ÷ import numpy", f"{own / numpy:.2f} ({1e3 * own:.0f} ms)", "2")


def recalculation_time() -> None:
    """Process start to file written, with a changed input; LibreOffice converting the same file."""
    with tempfile.TemporaryDirectory() as folder:
        changed, out = Path(folder) / "changed.xlsm", Path(folder) / "out.xlsm"
        shutil.copy(ROOT / "IIEconModel.xlsm", changed)
        change(changed)
        command = (sys.executable, "-m", "iiecon", "recalculate", str(changed), "-o", str(out))
        own = process(*command)
        line("recalculate the shipped workbook", f"{own:.2f} s", "1.5 s")
        office = shutil.which("soffice")
        if office:
            profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
            theirs = process(
                office, "--headless", profile, "--convert-to", "xlsx", "--outdir", folder,
                str(changed), times=3,
            )  # fmt: skip
            line("LibreOffice converting it ÷ recalculate", f"{theirs / own:.1f}", "≥ 3")


def change(path: Path) -> None:
    """A different ballot, so that there is something to write."""
    from tests.workbook.edit import Edited

    book = Edited(path)
    book.set_named("BALLOTS", 9, 0, 25)
    book.save()


def calls_from_excel() -> None:
    """Formulas on 149 × 149 ranges through xlwings' COM server."""
    script = str(Path(__file__).with_name("benchmark_calls.py"))
    done = subprocess.run(
        (sys.executable, script), check=True, capture_output=True, encoding="utf-8", cwd=ROOT
    )
    for row in done.stdout.splitlines():
        what, measured = row.split("\t")
        line(f"formula, 149 sectors: {what}", measured, "-")


def large_table() -> None:
    """n = 3000: the closed form beside a full inverse of the same matrix."""
    from iiecon import IOTable, leontief_contribution

    n = 3000
    random = np.random.default_rng(1)
    flows = random.random((n, n))
    table = IOTable.from_arrays(flows, flows.sum(axis=0) * 2)
    scores = {table.codes[k]: 0.3 for k in range(11)}
    A = flows / table.output
    ours = median(lambda: leontief_contribution(table, scores), 3)
    inverse = median(lambda: np.linalg.inv(np.eye(n) - A), 3)
    line("n = 3000: full inverse ÷ contribution", f"{inverse / ours:.1f}", "≥ 3")


if __name__ == "__main__":
    model_time()
    import_time()
    recalculation_time()
    calls_from_excel()
    large_table()

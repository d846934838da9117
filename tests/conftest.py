"""Fixtures: the shipped model, and the official tables where they are at hand."""

import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import pytest

# What the commands say must not depend on whose computer this is.
os.environ["IIECON_LANG"] = "both"
# Each of the processes that run the tests side by side has a core of its own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from iiecon import (  # noqa: E402
    IOTable,
    ModelInputs,
    ModelResults,
    default_inputs,
    read_io_table,
    run_model,
)

ReadTable = Callable[[str], IOTable]


class Tally(Protocol):
    """Adds to counts that are printed when all tests are done."""

    def __call__(self, title: str, **counts: float) -> None:
        """Add to the counts of a title; a name's underscores are printed as blanks."""
        ...


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """Counts of what tests tried, printed at the end of the run, whatever process they ran in."""

    def add(title: str, **counts: float) -> None:
        record_property("tally", [title, counts])

    return add


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the counts, added up by title."""
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for report in chain.from_iterable(terminalreporter.stats.values()):
        told = report.user_properties if getattr(report, "when", "") == "call" else ()
        for title, counts in (value for name, value in told if name == "tally"):
            totals[title].update(counts)
    if totals:
        terminalreporter.section("counts")
    for title, counts in totals.items():
        shown = ", ".join(f"{name.replace('_', ' ')} {n:g}" for name, n in counts.items())
        terminalreporter.write_line(f"{title}: {shown}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the full official tables, which cannot come with the program."""
    folder = Path(os.environ.get("IIECON_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("the official tables are not here; set IIECON_SHARED to their folder")
    return folder


@pytest.fixture(scope="session")
def official(shared: Path) -> ReadTable:
    """Reads a table of the shared folder by its name, once."""

    @cache
    def read(name: str) -> IOTable:
        return read_io_table(shared / "data" / "test-only" / f"{name}.csv")

    return read


@pytest.fixture(scope="session")
def inputs() -> ModelInputs:
    """The consistent model that comes with the program; tests break one thing of it each."""
    return default_inputs()


@pytest.fixture(scope="session")
def table(inputs: ModelInputs) -> IOTable:
    return inputs.table


@pytest.fixture(scope="session")
def results(inputs: ModelInputs) -> ModelResults:
    return run_model(inputs)

"""Fixtures: the shipped model, and the official tables where they are at hand."""

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

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

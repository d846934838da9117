"""The process that spoilt workbooks are given to, and what comes of the workbook as it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.faults.bench import Bench


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """A process with 1 GiB of memory."""
    made = Bench()
    yield made
    made.close()


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of the shipped workbook, alone in a folder."""
    folder = tmp_path / "workbook"
    folder.mkdir()
    path = folder / "m.xlsm"
    path.write_bytes(_shipped())
    return path


@cache
def _shipped() -> bytes:
    return (ROOT / "IIEconModel.xlsm").read_bytes()

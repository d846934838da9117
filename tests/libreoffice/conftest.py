"""One LibreOffice with the add-in for all tests here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.libreoffice import office
from tests.workbook.conftest import built, workbook

__all__ = ["built", "workbook"]


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A home whose LibreOffice has the add-in, installed by the command."""
    office.python_with_uno()
    made = office.new_home()
    done = office.install(made)
    assert done.returncode == 0, done.stderr
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def calc(home: Path) -> Iterator[office.Office]:
    """LibreOffice, running."""
    with office.running(home) as started:
        yield started

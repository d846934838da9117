"""LibreOffice with the add-in as an xlwings app, and documents to open in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import xlwings as xw

from tests.engines import uno_engine
from tests.libreoffice.conftest import home
from tests.workbook.conftest import built, spoilt, workbook

__all__ = ["built", "home", "spoilt", "workbook"]

Open = Callable[[Path], xw.Book]


@pytest.fixture(scope="session")
def app(home: Path) -> Iterator[xw.App]:
    """LibreOffice, running."""
    with uno_engine.running(home) as started:
        yield started


@pytest.fixture
def opened(app: xw.App) -> Iterator[Open]:
    """Opens files; they are closed again, and what was recorded is forgotten."""
    books: list[xw.Book] = []

    def open_file(path: Path) -> xw.Book:
        books.append(app.books.open(path))
        return books[-1]

    yield open_file
    for book in books:
        book.close()
    app.impl.alerts.clear()
    app.impl.statuses[:] = [False]


@pytest.fixture
def book(opened: Open, workbook: Path) -> xw.Book:
    """The shipped workbook, open."""
    return opened(workbook)

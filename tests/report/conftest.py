"""Reports composed once for all tests of this folder."""

import io
from collections.abc import Callable
from functools import cache

import pytest
from PIL import Image

from iiecon import ModelInputs, ModelResults, run_model, world
from iiecon.report.compose import Edition, compose
from iiecon.report.document import Document
from iiecon.report.fonts import find_font
from iiecon.report.html import html
from iiecon.report.word import word
from tests.report import cases
from tests.workbook.libreoffice import missing

Run = Callable[[str], ModelResults]
Composed = Callable[[str, str], Document]


@pytest.fixture(scope="session")
def run(inputs: ModelInputs) -> Run:
    """The results of a case, by its name."""

    @cache
    def of(case: str) -> ModelResults:
        return run_model(getattr(cases, case)(inputs))

    return of


@pytest.fixture(scope="session")
def composed(run: Run) -> Composed:
    """The report of a case in a language."""

    @cache
    def of(case: str, language: str) -> Document:
        font = find_font()
        if not font.chinese:
            missing("a font with Chinese characters")
        return compose(run(case), Edition(language, font), world.countries())

    return of


@pytest.fixture
def blank_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dot in place of every chart: for tests of texts, which would else draw for minutes."""
    dot = io.BytesIO()
    Image.new("RGB", (1, 1)).save(dot, "png")
    for module in ("html", "word"):
        monkeypatch.setattr(f"iiecon.report.{module}.drawn", lambda *given: dot.getvalue())


@pytest.fixture(scope="session")
def page(composed: Composed) -> bytes:
    """The shipped results as an HTML page."""
    return html(composed("shipped", "zh"), find_font())


@pytest.fixture(scope="session")
def word_file(composed: Composed) -> bytes:
    """The shipped results as a Word document."""
    return word(composed("shipped", "zh"), find_font())

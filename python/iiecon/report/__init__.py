"""The report on a run: a Word document or an HTML page whose text is made from the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iiecon.results import ModelResults
    from iiecon.world import Country

EXTENSIONS = (".docx", ".html")


@dataclass(frozen=True)
class Report:
    """The file's bytes, and what its reader should know before relying on its charts."""

    data: bytes
    warnings: tuple[str, ...]


def report(
    results: ModelResults,
    extension: str,
    language: str = "zh",
    date: str = "",
    world: Sequence[Country] = (),
) -> Report:
    """The report on the results, as a file of one of EXTENSIONS.

    Equal results give equal bytes; a date stands in it only if one is given.
    """
    from iiecon.report.compose import Edition, compose
    from iiecon.report.fonts import find_font
    from iiecon.report.quantities import plain

    font = find_font()
    document = compose(results, Edition(language, font, date), world)
    warnings = tuple(plain(p.words, language) for p in document.warnings)
    if extension == ".docx":
        from iiecon.report.word import word

        return Report(word(document, font), warnings)
    from iiecon.report.html import html

    return Report(html(document, font), warnings)

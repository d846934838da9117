"""What a report consists of, whatever file it ends in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from iiecon.report.charts import Chart
from iiecon.report.quantities import Words

Role = Literal["text", "item", "note", "warning", "subtitle"]


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is a chapter."""

    level: int
    words: Words


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, an item of a list, a note in small print, a warning, or the subtitle."""

    words: Words
    role: Role = "text"


@dataclass(frozen=True)
class Cell:
    """A cell of a table; estimated ones are set in italics with an e."""

    words: Words
    estimated: bool = False
    number: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a caption that carries the unit; the last row may be a total."""

    caption: Words
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: bool = False


@dataclass(frozen=True)
class Figure:
    """A chart with a caption and, for those who cannot see it, what it shows."""

    caption: Words
    chart: Chart
    alternative: Words


Block = Heading | Paragraph | Table | Figure


@dataclass(frozen=True)
class Document:
    """A whole report in one language."""

    language: str
    title: Words
    blocks: tuple[Block, ...]

    def numbered(self) -> Iterator[tuple[Block, int]]:
        """The blocks with their number: figures and tables count apart, headings too."""
        counts: dict[type[Block], int] = {}
        for block in self.blocks:
            counts[type(block)] = counts.get(type(block), 0) + 1
            yield block, counts[type(block)]

    @property
    def warnings(self) -> tuple[Paragraph, ...]:
        """What the reader must know first."""
        return tuple(b for b in self.blocks if isinstance(b, Paragraph) and b.role == "warning")

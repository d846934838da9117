"""The report as one HTML file: nothing is loaded from elsewhere, charts are part of the page."""

from __future__ import annotations

import base64
from importlib.resources import files
from typing import Any

from iiecon.exports import marked
from iiecon.report.charts import drawn
from iiecon.report.document import Block, Cell, Document, Figure, Heading, Paragraph, Table
from iiecon.report.fonts import Font
from iiecon.report.quantities import Words, plain
from iiecon.report.wording import Voice

LANGUAGES = {"zh": "zh-CN", "en": "en"}
Part = dict[str, Any]


def html(document: Document, font: Font) -> bytes:
    """The page; every text is escaped by the template."""
    from jinja2 import Environment, StrictUndefined

    text = files("iiecon.report").joinpath("page.html").read_text(encoding="utf-8")
    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(text)
    writer = _Writer(document, font)
    page = template.render(
        lang=LANGUAGES[document.language],
        title=plain(document.title, document.language),
        parts=writer.parts(),
    )
    return f"{page}\n".encode()


class _Writer:
    """Turns blocks into what the template needs."""

    def __init__(self, document: Document, font: Font) -> None:
        self._document, self._font = document, font
        self._voice = Voice(document.language)

    def parts(self) -> list[Part]:
        """The parts in order; the contents stand before the first chapter, items make lists."""
        parts: list[Part] = []
        for block, number in self._document.numbered():
            if isinstance(block, Heading) and number == 1:
                parts.append(self._contents())
            if isinstance(block, Paragraph) and block.role == "item":
                if not parts or parts[-1]["kind"] != "items":
                    parts.append({"kind": "items", "texts": []})
                parts[-1]["texts"].append(self._text(block.words))
            else:
                parts.append(self._part(block, number))
        return parts

    def _part(self, block: Block, number: int) -> Part:
        if isinstance(block, Heading):
            return self._heading(block, number)
        if isinstance(block, Paragraph):
            return {"kind": "paragraph", "role": block.role, "text": self._text(block.words)}
        if isinstance(block, Figure):
            picture = drawn(block.chart, self._font, "svg")
            return {
                "kind": "figure",
                "data": base64.b64encode(picture).decode(),
                "alternative": self._text(block.alternative),
                "label": label(self._document.language, "figure", number),
                "text": self._text(block.caption),
            }
        return self._table(block, number)

    def _heading(self, block: Heading, number: int) -> Part:
        text = self._text(block.words)
        return {"kind": "heading", "level": block.level, "number": number, "text": text}

    def _contents(self) -> Part:
        entries = [
            self._heading(block, number)
            for block, number in self._document.numbered()
            if isinstance(block, Heading) and block.level <= 2
        ]
        text = self._text(self._voice.say("contents"))
        return {"kind": "contents", "text": text, "entries": entries}

    def _table(self, block: Table, number: int) -> Part:
        numeric = [any(row[i].number for row in block.rows) for i in range(len(block.header))]
        return {
            "kind": "table",
            "label": label(self._document.language, "table", number),
            "text": self._text(block.caption),
            "header": [
                {"text": self._text(cell.words), "number": right}
                for cell, right in zip(block.header, numeric, strict=True)
            ],
            "rows": [[self._cell(cell) for cell in row] for row in block.rows],
            "total": block.total,
        }

    def _cell(self, cell: Cell) -> Part:
        classes = [
            name for name, wanted in (("number", cell.number), ("estimated", cell.estimated))
            if wanted
        ]  # fmt: skip
        return {"text": cell_text(cell, self._document.language), "classes": " ".join(classes)}

    def _text(self, words: Words) -> str:
        return plain(words, self._document.language)


def label(language: str, kind: str, number: int) -> str:
    """图 1, Table 2: the number of a figure or table."""
    return plain(Voice(language).say(kind, number=(str(number),)), language)


def cell_text(cell: Cell, language: str) -> str:
    """The text of a cell, with its mark when it is estimated; no formula when copied to a sheet."""
    words = Voice(language).say("estimated", number=cell.words) if cell.estimated else cell.words
    text = plain(words, language)
    return text if cell.number else marked(text)

"""What a reader finds in the files: their texts in order, as plain data."""

import io
import zipfile
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
TEXTS = ("h1", "h2", "h3", "h4", "p", "li", "figcaption", "caption", "th", "td")
VOID = ("meta", "img", "br", "link", "input", "hr")


@dataclass
class Page(HTMLParser):
    """The texts of a page, and all its tags with their attributes."""

    texts: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    style: str = ""
    _open: list[str] = field(default_factory=list)
    _in_nav: bool = False

    @classmethod
    def of(cls, data: bytes) -> "Page":
        page = cls()
        super(cls, page).__init__(convert_charrefs=True)
        page.feed(data.decode("utf-8"))
        page.close()
        assert page._open == [], "unclosed tags"
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag == "img":
            self.texts.append(attributes["alt"] or "")
        if tag in VOID:
            return
        self._open.append(tag)
        self._in_nav |= tag == "nav"
        if tag in TEXTS and not self._in_nav:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, "wrongly nested tags"
        if tag == "nav":
            self._in_nav = False

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.style += data
        elif not self._in_nav and any(tag in TEXTS for tag in self._open):
            self.texts[-1] += data


class WordFile:
    """A Word document as its XML says."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            self.infos = package.infolist()
            self.parts = {name: package.read(name) for name in package.namelist()}
        self.body = ElementTree.fromstring(self.parts["word/document.xml"])

    @property
    def texts(self) -> list[str]:
        """Paragraphs, cells and the descriptions of pictures, in order."""
        found = []
        for paragraph in self.body.iter(f"{W}p"):
            pictures = [e.get("descr", "") for e in paragraph.iter(f"{DRAWING}docPr")]
            found += pictures or ["".join(t.text or "" for t in paragraph.iter(f"{W}t"))]
        return found

    def styled(self, style: str) -> list[str]:
        """The texts of all paragraphs of a style."""
        return [
            "".join(t.text or "" for t in p.iter(f"{W}t"))
            for p in self.body.iter(f"{W}p")
            for used in p.iter(f"{W}pStyle")
            if used.get(f"{W}val") == style
        ]

    def attributes(self, tag: str, name: str) -> list[Any]:
        """One attribute of every element of a kind."""
        return [e.get(f"{W}{name}") for e in self.body.iter(f"{W}{tag}")]

"""The page: one file, no request, nothing of a workbook taken for markup, read by a browser."""

import base64
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from iiecon.report.fonts import find_font
from iiecon.report.html import html
from tests import browser
from tests.report.cases import NASTY
from tests.report.conftest import Composed
from tests.report.reading import Page

SVG = "data:image/svg+xml;base64,"
BROWSERS_OWN = ("accounts.google.com", "clients2.google.com", "update.googleapis.com")
LOADING = ("src", "href", "srcset", "action", "poster", "data", "formaction", "background")


def browse(page: bytes, folder: Path, *options: str) -> str:
    """Open a page from a file; returns what the browser prints."""
    file = folder / "报告 page.html"
    file.write_bytes(page)
    return browser.browse(file.as_uri(), folder, *options)


def test_nothing_is_loaded_from_elsewhere(page: bytes) -> None:
    read = Page.of(page)
    loaded = [v or "" for _, a in read.tags for k, v in a.items() if k in LOADING]
    assert loaded
    assert [v for v in loaded if not v.startswith((SVG, "#s"))] == []
    assert not re.search(r"url\(|@import", read.style)
    assert {t for t, _ in read.tags} & {"script", "link", "iframe", "object", "embed"} == set()
    assert not any("style" in a or any(k.startswith("on") for k in a) for _, a in read.tags)


def test_the_pictures_load_nothing_either(page: bytes) -> None:
    pictures = [a["src"] or "" for tag, a in Page.of(page).tags if tag == "img"]
    for picture in pictures:
        drawing = base64.b64decode(picture.removeprefix(SVG)).decode("utf-8")
        links = re.findall(r"(?:href|url)\s*[=(]\s*[\"']?([^\"')\s]+)", drawing)
        assert [x for x in links if not x.startswith(("#", "data:image/png;base64,"))] == []
        assert not re.search(r"<(script|text|style[^>]*>[^<]*@)", drawing)


def test_a_policy_forbids_every_request(page: bytes) -> None:
    policy = [
        a["content"] for tag, a in Page.of(page).tags
        if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    ]  # fmt: skip
    assert policy == [
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'"
    ]


@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-CN"), ("en", "en")])
@pytest.mark.usefixtures("blank_charts")
def test_the_language_is_named(language: str, tag: str, composed: Composed) -> None:
    read = Page.of(html(composed("shipped", language), find_font()))
    assert dict(read.tags)["html"]["lang"] == tag


def test_every_picture_is_described(page: bytes) -> None:
    described = [a.get("alt") or "" for tag, a in Page.of(page).tags if tag == "img"]
    assert len(described) > 25
    assert all(len(text) > 15 for text in described)
    assert len(set(described)) == len(described)


def test_headings_descend_step_by_step_and_the_contents_lead_to_them(page: bytes) -> None:
    read = Page.of(page)
    levels = [int(tag[1]) for tag, a in read.tags if re.fullmatch("h[1-4]", tag) and "id" in a]
    assert levels[0] == 2
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = {a.get("id") for tag, a in read.tags}
    links = [(a["href"] or "").removeprefix("#") for tag, a in read.tags if tag == "a"]
    assert links
    assert set(links) <= ids


def test_tables_have_heads_and_numbers_stand_right(page: bytes) -> None:
    tags = Page.of(page).tags
    assert sum(tag == "table" for tag, _ in tags) == sum(tag == "thead" for tag, _ in tags)
    assert {a.get("scope") for tag, a in tags if tag == "th"} == {"col"}
    numeric = [a for tag, a in tags if tag == "td" and "number" in (a.get("class") or "")]
    assert len(numeric) > 500
    assert ".number { text-align: right" in Page.of(page).style


@pytest.mark.usefixtures("blank_charts")
def test_names_of_the_workbook_are_no_markup(composed: Composed) -> None:
    page = html(composed("other_provinces", "en"), find_font())
    read = Page.of(page)
    assert b"<script" not in page
    assert not any(tag == "script" for tag, _ in read.tags)
    assert any(NASTY in text for text in read.texts)


def test_equal_results_give_equal_bytes(page: bytes, composed: Composed) -> None:
    assert html(composed("shipped", "zh"), find_font()) == page


def test_pictures_are_drawings_with_outlined_text(page: bytes) -> None:
    for tag, attributes in Page.of(page).tags:
        if tag == "img":
            drawing = base64.b64decode((attributes["src"] or "").removeprefix(SVG))
            ElementTree.fromstring(drawing)
            assert drawing.count(b"<use ") > 10


def test_a_browser_shows_it(page: bytes, tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    browse(page, tmp_path, f"--screenshot={picture}", "--window-size=1000,4000")
    with Image.open(picture) as shot:
        red, _, blue = np.moveaxis(np.asarray(shot.convert("RGB"), dtype=int), 2, 0)
    assert ((blue > 140) & (red < 60)).sum() > 20_000, "the charts are drawn"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.usefixtures("blank_charts")
def test_a_narrow_window_scrolls_tables_only(
    language: str, composed: Composed, tmp_path: Path
) -> None:
    """A script added here measures the page, which itself allows none."""
    measure = (
        b"<script>onload = () => { const page = document.documentElement;"
        b" document.title = [innerWidth, page.scrollWidth].join() }</script></body>"
    )
    page = html(composed("shipped", language), find_font())
    page = page.replace(b"default-src 'none'", b"default-src 'none'; script-src 'unsafe-inline'")
    told = browse(page.replace(b"</body>", measure), tmp_path, "--window-size=500,900",
                  "--dump-dom")  # fmt: skip
    window, needed = (int(n) for n in re.findall(r"<title>(\d+),(\d+)</title>", told)[0])
    assert needed <= window == 500


def asked(page: bytes, folder: Path) -> set[str]:
    """What the browser wanted to fetch for a page, by its own account; it reaches no host."""
    log = folder / "net.json"
    browse(page, folder, f"--log-net-log={log}", "--dump-dom")
    urls = set(re.findall(r'"url":"(https?://[^"]+)"', log.read_text("utf-8")))
    return {url for url in urls if urlsplit(url).netloc not in BROWSERS_OWN}


def test_the_browser_asks_for_nothing(page: bytes, tmp_path: Path) -> None:
    assert asked(page, tmp_path) == set()


def test_a_request_would_be_noticed(tmp_path: Path) -> None:
    loud = b"<!DOCTYPE html><title>x</title><img src='http://page.invalid/x.png' alt='x'>"
    assert asked(loud, tmp_path) == {"http://page.invalid/x.png"}


def test_the_browser_reads_it_as_it_was_written(page: bytes, tmp_path: Path) -> None:
    told = browse(page, tmp_path, "--dump-dom").encode()
    assert Page.of(told).texts == Page.of(page).texts


def test_it_prints(page: bytes, tmp_path: Path) -> None:
    paper = tmp_path / "page.pdf"
    browse(page, tmp_path, f"--print-to-pdf={paper}", "--no-pdf-header-footer")
    text = subprocess.run(
        ["pdftotext", "-layout", str(paper), "-"], capture_output=True, check=True
    ).stdout.decode("utf-8")
    for chapter in ("摘要", "全国", "行业", "区域与省份", "投入产出部门", "说明"):
        assert chapter in text

"""The Word document: its structure, and LibreOffice opening it."""

import re
import subprocess
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from matplotlib import get_data_path
from PIL import ImageFont

from iiecon import default_inputs
from iiecon.report.document import Figure, Heading, Table
from iiecon.report.fonts import find_font
from iiecon.report.word import word
from tests.report.cases import NASTY
from tests.report.conftest import Composed
from tests.report.reading import DRAWING, W, WordFile
from tests.workbook.libreoffice import convert

EARLIEST = (1980, 1, 1, 0, 0, 0)
NUMBER = re.compile(r"-?[\d,]+(\.\d+)?%?(\u00a0e)?")
MARGINS = 5.7  # points: one millimetre at either side of a cell


@pytest.fixture(scope="module")
def file(word_file: bytes) -> WordFile:
    return WordFile(word_file)


def test_headings_are_headings(file: WordFile, composed: Composed) -> None:
    for level in (1, 2, 3):
        wanted = [
            b for b in composed("shipped", "zh").blocks
            if isinstance(b, Heading) and b.level == level
        ]  # fmt: skip
        assert len(file.styled(f"Heading{level}")) == len(wanted) > 0


def test_captions_count_figures_and_tables_apart(file: WordFile, composed: Composed) -> None:
    blocks = composed("shipped", "zh").blocks
    captions = file.styled("Caption")
    figures = sum(isinstance(b, Figure) for b in blocks)
    tables = sum(isinstance(b, Table) for b in blocks)
    for name, count in (("图", figures), ("表", tables)):
        numbered = [c.split()[0] for c in captions if c.startswith(name)]
        assert numbered == [f"{name}{i}" for i in range(1, count + 1)]
    fields = file.attributes("fldSimple", "instr")
    assert fields.count(" SEQ 图 \\* ARABIC ") == figures
    assert fields.count(" SEQ 表 \\* ARABIC ") == tables


def test_pages_are_numbered(file: WordFile) -> None:
    footer = file.parts["word/footer1.xml"].decode("utf-8")
    assert 'w:instr=" PAGE "' in footer
    assert "第" in footer


def test_tables_repeat_their_head_and_keep_rows_whole(file: WordFile) -> None:
    tables = list(file.body.iter(f"{W}tbl"))
    for table in tables:
        rows = list(table.iter(f"{W}tr"))
        assert [bool(list(r.iter(f"{W}tblHeader"))) for r in rows] == [True] + [False] * (
            len(rows) - 1
        )
        assert all(list(r.iter(f"{W}cantSplit")) for r in rows)
    assert len(tables) > 10


@pytest.mark.parametrize("case", ["shipped", "many_years"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.usefixtures("blank_charts")
def test_no_head_and_no_number_is_broken(case: str, language: str, composed: Composed) -> None:
    """Measured in a wide font, wider than the document's: every one has room in its column."""
    file = WordFile(word(composed(case, language), find_font()))
    narrow = []
    for table in file.body.iter(f"{W}tbl"):
        rows = [list(row.iter(f"{W}tc")) for row in table.iter(f"{W}tr")]
        for y, cells in enumerate(rows):
            for cell in cells:
                (width,) = (int(w.get(f"{W}w", "0")) / 20 for w in cell.iter(f"{W}tcW"))
                text = "".join(t.text or "" for t in cell.iter(f"{W}t"))
                parts = text.split(" ") if y == 0 else [text] if NUMBER.fullmatch(text) else []
                size = next((int(x.get(f"{W}val", "0")) / 2 for x in cell.iter(f"{W}sz")), 0.0)
                bold = next(cell.iter(f"{W}b"), None) is not None
                narrow += [p for p in parts if measured(p, size, bold) > width - MARGINS]
    assert narrow == []


def measured(text: str, size: float, bold: bool) -> float:
    """The width in points; a Chinese character is as wide as high."""
    folder = Path(get_data_path()) / "fonts" / "ttf"
    font = ImageFont.truetype(str(folder / f"DejaVuSans{'-Bold' if bold else ''}.ttf"), 100)
    chinese = sum(ord(c) > 0x2E7F for c in text)
    latin = "".join(c for c in text if ord(c) <= 0x2E7F)
    return size * (chinese + font.getlength(latin) / 100)


def test_a_figure_stands_below_its_text(file: WordFile) -> None:
    """On one page with it, and with the heading; the caption is kept with its figure or table."""
    blocks = [e for e in file.body.find(f"{W}body") or [] if e.tag in (f"{W}p", f"{W}tbl")]
    before = [
        text for text, figure in pairwise(blocks)
        if text.tag == f"{W}p" and next(figure.iter(f"{DRAWING}inline"), None) is not None
        and figure.tag == f"{W}p" and style_of(text) == "BodyText"
    ]  # fmt: skip
    assert len(before) > 20
    assert all(next(p.iter(f"{W}keepNext"), None) is not None for p in before)


def style_of(paragraph: Element) -> str | None:
    return next((s.get(f"{W}val") for s in paragraph.iter(f"{W}pStyle")), None)


def test_estimates_are_italic(file: WordFile) -> None:
    marked = [
        run for run in file.body.iter(f"{W}r")
        if "".join(t.text or "" for t in run.iter(f"{W}t")).endswith("\u00a0e")
    ]  # fmt: skip
    assert len(marked) > 100
    assert all(list(run.iter(f"{W}i")) for run in marked)


def test_chinese_has_a_chinese_font(file: WordFile) -> None:
    styles = file.parts["word/styles.xml"].decode("utf-8")
    for style in ("Normal", "Heading1", "Caption", "TableText"):
        part = styles.partition(f'w:styleId="{style}"')[2].partition("</w:style>")[0]
        assert 'w:eastAsia="微软雅黑"' in part
        assert "Theme" not in part.partition("<w:rFonts")[2].partition("/>")[0]


def test_no_trace_of_the_hour(word_file: bytes, composed: Composed) -> None:
    assert word(composed("shipped", "zh"), find_font()) == word_file
    assert {i.date_time for i in WordFile(word_file).infos} == {EARLIEST}
    assert not any("thumbnail" in name for name in WordFile(word_file).parts)
    core = WordFile(word_file).parts["docProps/core.xml"].decode("utf-8")
    assert core.count("2000-01-01T00:00:00Z") == 2
    assert "python-docx" not in core


@pytest.mark.usefixtures("blank_charts")
def test_names_of_the_workbook_are_text(composed: Composed) -> None:
    read = WordFile(word(composed("other_provinces", "zh"), find_font()))
    assert any(NASTY in text for text in read.texts)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_libreoffice_opens_it(
    language: str, composed: Composed, tmp_path: Path, word_file: bytes
) -> None:
    content = word_file
    if language == "en":
        content = word(composed("shipped", "en"), find_font())
    file = tmp_path / "report.docx"
    file.write_bytes(content)
    paper = convert(file, "pdf", tmp_path)
    text = subprocess.run(["pdftotext", str(paper), "-"], capture_output=True, check=True)
    told = text.stdout.decode("utf-8")
    assert 15 < told.count("\f") < 25
    last = {"zh": ("出处", "第 ?20 ?页"), "en": ("Provenance", "Page 20")}[language]
    # A table that fits a page stands on one: all provinces below its caption.
    name = {"zh": "按 ?2020 ?年排序（亿元", "en": "ranked by 2020 .100 million yuan"}[language]
    (whole,) = (page for page in told.split("\f") if re.search(name, page))
    provinces = [p.name_zh if language == "zh" else p.name_en for p in default_inputs().provinces]
    assert [p for p in provinces if p not in whole] == []
    assert all(re.search(part, told) for part in last)
    # A number that a cell has no room for would be broken, its last figures on a line of their own.
    figures = [f"{v:,.2f}" for v in (35536.43, 41083.70, 32001.94)]
    lines = told.splitlines()
    assert all(any(figure in line for line in lines) for figure in figures)

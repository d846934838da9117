"""The Word document: its structure, and LibreOffice opening it."""

import re
import subprocess
from pathlib import Path

import pytest

from iiecon.report.document import Figure, Heading, Table
from iiecon.report.fonts import find_font
from iiecon.report.word import word
from tests.report.cases import NASTY
from tests.report.conftest import Composed
from tests.report.reading import W, WordFile
from tests.workbook.libreoffice import convert

EARLIEST = (1980, 1, 1, 0, 0, 0)


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
    assert 15 < told.count("\f") < 40
    last = {"zh": ("出处", "第 ?20 ?页"), "en": ("Provenance", "Page 20")}[language]
    assert all(re.search(part, told) for part in last)
    # A number that a cell has no room for would be broken, its last figures on a line of their own.
    figures = [f"{v:,.2f}" for v in (35536.43, 41083.70, 32001.94)]
    lines = told.splitlines()
    assert all(any(figure in line for line in lines) for figure in figures)

"""The report as a Word document: headings, numbered captions, table styles, page numbers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from iiecon.report.charts import drawn
from iiecon.report.document import Block, Document, Figure, Heading, Paragraph, Table
from iiecon.report.fonts import Font
from iiecon.report.html import cell_text
from iiecon.report.quantities import Words, plain
from iiecon.report.wording import Voice

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph as WordParagraph

LATIN, CHINESE = "Calibri", "微软雅黑"
LOCALES = {"zh": "zh-CN", "en": "en-US"}
LONG_AGO = datetime(2000, 1, 1)  # in place of the clock: equal inputs give equal bytes
FIRST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
STYLES = {"text": "Body Text", "item": "List Bullet", "note": "Note", "warning": "Warning"}
WIDTH_CM, WIDTH = 16.6, 470.0  # of the text: the same in centimetres and points
MARGINS_CM = 1.8  # above and below the text
TABLE_SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0)  # points
READABLE = 6.5  # points: letters are not made smaller than that to keep a name on two lines
LETTER = 0.61  # the width of a letter, in a wide font
BOLD, BOLD_FIGURE = 1.18, 1.07  # how much wider letters and figures are when they are bold
PADDING = 6.5  # points, for the margins of a cell
LONGEST = 44  # letters of a cell that are given two lines
CHINESE_WORD = 4
FIRST_WIDE = 0x2E7F
MARGIN = "57"  # of a cell at either side: one millimetre
ONE_PAGE = 38  # rows of a table that fit a page: they are kept together


def word(document: Document, font: Font) -> bytes:
    """The file; equal documents give equal bytes."""
    writer = _Writer(document, font)
    stream = io.BytesIO()
    writer.written().save(stream)
    return _without_times(stream.getvalue())


class _Writer:
    """Writes blocks with python-docx."""

    def __init__(self, document: Document, font: Font) -> None:
        import docx

        self._document, self._font = document, font
        self._voice = Voice(document.language)
        self._file: WordDocument = docx.Document()

    def written(self) -> WordDocument:
        """The whole document."""
        self._set_up()
        title = self._text(self._document.title)
        self._file.add_paragraph(title, style="Title")
        blocks = self._document.blocks
        for (block, number), following in zip_longest(self._document.numbered(), blocks[1:]):
            self._block(block, number, _is_one(block, following))
        return self._file

    def _block(self, block: Block, number: int, keep: bool) -> None:
        if isinstance(block, Heading):
            self._file.add_heading(self._text(block.words), level=block.level)
        elif isinstance(block, Paragraph):
            style = STYLES.get(block.role, "Subtitle")
            paragraph = self._file.add_paragraph(self._text(block.words), style=style)
            paragraph.paragraph_format.keep_with_next = keep or None
        elif isinstance(block, Figure):
            self._figure(block, number)
        else:
            self._table(block, number)

    def _figure(self, block: Figure, number: int) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Cm

        paragraph = self._file.add_paragraph(style="Body Text")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        picture = io.BytesIO(drawn(block.chart, self._font, "png"))
        shape = paragraph.add_run().add_picture(picture, width=Cm(WIDTH_CM - 0.6))
        properties = shape._inline.docPr
        properties.set("descr", self._text(block.alternative))
        properties.set("name", self._text(self._voice.say("figure", number=(str(number),))))
        self._caption("figure", number, block.caption, keep=False)

    def _caption(self, kind: str, number: int, words: Words, keep: bool) -> None:
        """A caption whose number is a field, so that a list of figures can be made from it.

        That of a table stands above it and is kept with it.
        """
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        paragraph = self._file.add_paragraph(style="Caption")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = keep
        paragraph.paragraph_format.space_before = Pt(12 if keep else 2)
        paragraph.paragraph_format.space_after = Pt(3 if keep else 6)
        before, after = self._text(self._voice.say(kind, number=("\0",))).split("\0")
        paragraph.add_run(before)
        _field(paragraph, f"SEQ {before.strip()} \\* ARABIC", str(number))
        paragraph.add_run(f"{after} {self._text(words)}")

    def _table(self, block: Table, number: int) -> None:
        from docx.enum.table import WD_TABLE_ALIGNMENT

        self._caption("table", number, block.caption, keep=True)
        widths, size = _layout(self._texts(block), block.total)
        table = self._file.add_table(rows=0, cols=len(block.header), style="Report Table")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        numeric = [any(row[i].number for row in block.rows) for i in range(len(block.header))]
        texts = [self._text(cell.words) for cell in block.header]
        self._row(table, texts, numeric, bold=True)
        _repeat(table.rows[0])
        for i, row in enumerate(block.rows):
            last = block.total and i == len(block.rows) - 1
            texts = [cell_text(cell, self._document.language) for cell in row]
            right = [cell.number for cell in row]
            self._row(table, texts, right, bold=last, italic=[c.estimated for c in row])
        if any(numeric) and len(block.rows) <= ONE_PAGE:
            _keep_with_next(table.rows[:-1])
        _ruled(table)
        _set_widths(table, widths, size)

    def _texts(self, block: Table) -> list[list[str]]:
        """The texts of a table by column."""
        rows = [[self._text(cell.words) for cell in block.header]]
        rows += [[cell_text(cell, self._document.language) for cell in row] for row in block.rows]
        return [list(column) for column in zip(*rows, strict=True)]

    def _row(
        self,
        table: Any,
        texts: list[str],
        right: list[bool],
        bold: bool = False,
        italic: list[bool] | None = None,
    ) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        row = table.add_row()
        _keep_together(row)
        for i, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            paragraph = cell.paragraphs[0]
            paragraph.style = self._file.styles["Table Text"]
            run = paragraph.add_run(text)
            run.bold = bold or None
            run.italic = (italic is not None and italic[i]) or None
            if right[i]:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    # --- page, styles and properties

    def _set_up(self) -> None:
        from docx.shared import Cm

        section = self._file.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(MARGINS_CM)
        self._styles()
        self._footer(section.footer.paragraphs[0])
        properties = self._file.core_properties
        properties.title = self._text(self._document.title)
        properties.author = properties.last_modified_by = "IIEconModel"
        properties.language = LOCALES[self._document.language]
        properties.comments = ""
        properties.created = properties.modified = LONG_AGO
        properties.revision = 1
        _drop_thumbnail(self._file)

    def _styles(self) -> None:
        from docx.enum.style import WD_STYLE_TYPE
        from docx.shared import Pt, RGBColor

        styles = self._file.styles
        for name in ("Note", "Warning", "Table Text"):
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = styles["Normal"]
        styles.add_style("Report Table", WD_STYLE_TYPE.TABLE).base_style = styles["Normal Table"]
        sizes = {
            "Normal": 10, "Body Text": 10, "List Bullet": 10, "Note": 8.5, "Warning": 10,
            "Table Text": 8, "Title": 22, "Subtitle": 12, "Caption": 9, "Heading 1": 16,
            "Heading 2": 13, "Heading 3": 11.5,
        }  # fmt: skip
        for name, size in sizes.items():
            style = styles[name]
            style.font.size = Pt(size)
            style.font.color.rgb = RGBColor(0x22, 0x22, 0x22)
            _fonts(style)
            after = 0 if name == "Table Text" else 5
            style.paragraph_format.space_after = Pt(after)
            style.paragraph_format.line_spacing = 1.0
        styles["Body Text"].paragraph_format.keep_together = True
        styles["Heading 3"].paragraph_format.space_before = Pt(6)
        styles["Note"].font.color.rgb = RGBColor(0x55, 0x55, 0x55)
        styles["Warning"].font.color.rgb = RGBColor(0xB0, 0x40, 0x00)
        styles["Warning"].font.bold = True
        styles["Subtitle"].font.italic = False

    def _footer(self, paragraph: WordParagraph) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        before, after = self._text(self._voice.say("page", number=("\0",))).split("\0")
        paragraph.add_run(before)
        _field(paragraph, "PAGE", "1")
        paragraph.add_run(after)

    def _text(self, words: Words) -> str:
        return plain(words, self._document.language)


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _fonts(style: Any) -> None:
    """The Latin and the Chinese font of a style, and the language of each.

    Digits are Latin text: marked as Chinese, a number would be broken at the end of a line.
    """
    from docx.oxml.ns import qn

    style.font.name = LATIN
    properties = style.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    for key in [k for k in fonts.attrib if k.endswith("Theme")]:
        del fonts.attrib[key]
    fonts.set(qn("w:hAnsi"), LATIN)
    fonts.set(qn("w:eastAsia"), CHINESE)
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(_element("w:lang", val="en-US", eastAsia="zh-CN"))


def _field(paragraph: WordParagraph, code: str, shown: str) -> None:
    """A field with the result that it has now; Word brings it up to date."""
    from docx.oxml.ns import qn

    field = _element("w:fldSimple", instr=f" {code} ")
    run = _element("w:r")
    text = _element("w:t")
    text.text = shown
    text.set(qn("xml:space"), "preserve")
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _repeat(row: Any) -> None:
    """The first row stands again on every page."""
    row._tr.get_or_add_trPr().append(_element("w:tblHeader", val="true"))


def _keep_together(row: Any) -> None:
    row._tr.get_or_add_trPr().append(_element("w:cantSplit", val="true"))


def _is_one(block: Block, following: Block | None) -> bool:
    """Whether a text is kept with what follows: its figure, or the text that it is a note on."""
    if not isinstance(block, Paragraph):
        return False
    noted = isinstance(following, Paragraph) and following.role == "text"
    return isinstance(following, Figure) or (block.role == "note" and noted)


def _keep_with_next(rows: Any) -> None:
    """On the page of the row that follows."""
    for row in rows:
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True


def _drop_thumbnail(file: WordDocument) -> None:
    """The picture of an empty page that comes with the library's template."""
    relations = file.part.package.rels
    for key in [k for k, r in relations.items() if r.reltype.endswith("/thumbnail")]:
        del relations[key]


def _ruled(table: Any) -> None:
    """Lines above, below and thinly between rows; none upright."""
    borders = _element("w:tblBorders")
    lines = {"top": ("single", "12", "222222"), "bottom": ("single", "12", "222222"),
             "insideH": ("single", "4", "CCCCCC")}  # fmt: skip
    for side, (kind, size, colour) in lines.items():
        borders.append(_element(f"w:{side}", val=kind, sz=size, space="0", color=colour))
    margins = _element("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w=MARGIN, type="dxa"))
    for part in (borders, margins):
        table._tbl.tblPr.append(part)


def _layout(columns: list[list[str]], total: bool) -> tuple[list[float], float]:
    """Widths in points for columns of texts, and the size of letters at which they fit the page.

    No word and no head is broken: the size shrinks until every column has room for its longest
    word, and as far as it stays readable, for its longest text on two lines. What is left goes to
    the columns whose texts are longer than that.
    """
    words = [_longest_word(column, total) for column in columns]
    texts = [max(map(_width, column[1:]), default=0) for column in columns]
    halves = [max(m, _half(n)) for m, n in zip(words, texts, strict=True)]
    readable = (x for x in TABLE_SIZES if x >= READABLE and _fit(halves, x))
    fitting = (x for x in TABLE_SIZES if _fit(words, x))
    size = next(readable, 0.0) or next(fitting, TABLE_SIZES[-1])
    least = _in_points(halves if _fit(halves, size) else words, size)
    wished = _in_points([max(map(_width, column)) for column in columns], size)
    more = [max(n - m, 0.0) for n, m in zip(wished, least, strict=True)]
    given = min(1.0, max(WIDTH - sum(least), 0.0) / sum(more)) if sum(more) else 0.0
    return [n + m * given for n, m in zip(least, more, strict=True)], size


def _half(text: float) -> float:
    """Letters in a line where a text of so many takes two, as words allow it."""
    return min(text, min(text, LONGEST) / 2 + CHINESE_WORD)


def _fit(letters: list[float], size: float) -> bool:
    return sum(_in_points(letters, size)) <= WIDTH


def _in_points(letters: Sequence[float], size: float) -> list[float]:
    """The widths of columns for so many letters of a size."""
    return [n * LETTER * size + PADDING for n in letters]


def _longest_word(column: list[str], total: bool) -> float:
    """In letters: the longest part of a column that must stand in one line; bold is wider."""
    head, *texts = column
    widths = [BOLD * _width(word) for word in head.split(" ")]
    for i, text in enumerate(texts):
        wider = BOLD_FIGURE if total and i == len(texts) - 1 else 1.0
        widths += [wider * _width(word) for word in _words_of(text)]
    return max(widths)


def _words_of(text: str) -> list[str]:
    """The parts of a text that stand in one line: Chinese may be broken after a few characters."""
    return [part[:CHINESE_WORD] if _is_chinese(part) else part for part in text.split(" ")]


def _is_chinese(text: str) -> bool:
    return any(ord(c) > FIRST_WIDE for c in text)


def _set_widths(table: Any, widths: list[float], size: float) -> None:
    from docx.shared import Cm, Pt

    for width, column in zip(widths, table.columns, strict=True):
        column.width = Cm(WIDTH_CM * width / sum(widths))
        for cell in column.cells:
            cell.width = column.width
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(size)


def _width(text: str) -> float:
    """In letters; a Chinese character is as wide as two, a sign of percent half as wide again."""
    return sum(2 if ord(c) > FIRST_WIDE else 1.5 if c == "%" else 1 for c in text)


def _without_times(data: bytes) -> bytes:
    """The same package with the times of its parts fixed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as fixed:
        for name in source.namelist():
            info = zipfile.ZipInfo(name, FIRST_ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(info, source.read(name))
    return stream.getvalue()

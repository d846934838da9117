"""Every number of a report is found in the results, computed and printed a second time."""

import json
import re
from collections.abc import Iterator
from importlib.resources import files

import pytest

from iiecon import ModelResults, catalogue, options
from iiecon.inputs import read_csv
from iiecon.report.compose import Edition, compose
from iiecon.report.document import Block, Document, Figure, Heading, Paragraph, Table
from iiecon.report.fonts import find_font
from iiecon.report.html import html
from iiecon.report.quantities import Quantity, Quoted, Words
from iiecon.report.word import word
from tests.report import cases
from tests.report.conftest import Composed, Run
from tests.report.oracle import Oracle, printed
from tests.report.reading import Page, WordFile

UNITS = re.compile("100 million (yuan|US dollars)|10 thousand people")  # of tables and charts
NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?%?")
LANGUAGES = ("zh", "en")
NAMES = [case.__name__ for case in cases.CASES]
LABELS = {"zh": ("图{}", "表{}"), "en": ("Figure {}", "Table {}")}


def words_of(block: Block) -> Iterator[Words]:
    """All words of a block, in the order in which a reader meets them in HTML."""
    if isinstance(block, Heading | Paragraph):
        yield block.words
    elif isinstance(block, Figure):
        yield block.alternative
        yield block.caption
    else:
        yield block.caption
        for row in (block.header, *block.rows):
            yield from (cell.words for cell in row)


def again(words: Words, oracle: Oracle, language: str) -> str:
    """The text of words with every number computed and printed anew."""
    return "".join(
        printed(oracle.value(p.origin), p.kind, language)
        if isinstance(p, Quantity)
        else p.text
        if isinstance(p, Quoted)
        else p
        for p in words
    )


def expected(document: Document, oracle: Oracle) -> list[str]:
    """All texts of a report, figures and tables numbered from 1 on."""
    language = document.language
    texts = [again(document.title, oracle, language)]
    counts = {Figure: 0, Table: 0}
    for block in document.blocks:
        told = [again(w, oracle, language) for w in words_of(block)]
        if isinstance(block, Figure | Table):
            counts[type(block)] += 1
            form = LABELS[language][isinstance(block, Table)]
            label = form.format(counts[type(block)])
            at = 1 if isinstance(block, Figure) else 0
            told[at] = f"{label} {told[at]}"
        if isinstance(block, Table):
            cells = [cell for row in (block.header, *block.rows) for cell in row]
            told[1:] = [
                f"{text}\u00a0e" if cell.estimated else text
                for text, cell in zip(told[1:], cells, strict=True)
            ]
        texts += told
    return texts


def quantities(document: Document) -> Iterator[Quantity]:
    for block in document.blocks:
        for words in words_of(block):
            yield from (p for p in words if isinstance(p, Quantity))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", NAMES)
def test_every_number_is_found_in_the_results(
    case: str, language: str, composed: Composed, run: Run
) -> None:
    oracle, found = Oracle(run(case)), list(quantities(composed(case, language)))
    wrong = [
        (q.origin, q.value, oracle.value(q.origin))
        for q in found
        if q.value != pytest.approx(oracle.value(q.origin), rel=1e-9, abs=1e-9)
    ]
    assert wrong == []
    assert len(found) > 50


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", NAMES)
def test_no_words_of_the_report_hold_a_digit(case: str, language: str, composed: Composed) -> None:
    """A number can only come as a quantity, or within text quoted from elsewhere."""
    loose = [
        piece
        for block in composed(case, language).blocks
        for words in words_of(block)
        for piece in words
        if isinstance(piece, str) and NUMBER.search(UNITS.sub("", piece))
    ]
    assert loose == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", NAMES)
def test_quoted_digits_stand_in_what_is_quoted(
    case: str, language: str, composed: Composed, run: Run
) -> None:
    known = quotable(run(case), language)
    strange = [
        piece.text
        for block in composed(case, language).blocks
        for words in words_of(block)
        for piece in words
        if isinstance(piece, Quoted) and NUMBER.search(piece.text) and piece.text not in known
    ]
    assert strange == []


def quotable(results: ModelResults, language: str) -> str:
    """The names, codes, messages and descriptions that a report may quote, as one text."""
    inputs = results.inputs
    package = json.loads(files("iiecon.data").joinpath("datapackage.json").read_text("utf-8"))
    findings = []
    for finding in results.findings:
        both = [
            catalogue.text(f"finding.{finding.key}.{part}", language, **finding.values)
            for part in ("message", "fix")
        ]
        findings += [finding.place, ("；" if language == "zh" else "; ").join(both)]
    names = [
        *((p.name_zh, p.name_en) for p in inputs.provinces),
        *((r.name_zh, r.name_en) for r in inputs.regions),
        *((x.name_zh, x.name_en) for x in inputs.sections),
    ]
    titles = [
        ("；" if language == "zh" else "; ").join(str(x.get(key)) for x in r["sources"])
        for r in package["resources"]
        for key in ("title", "title_zh")
    ]
    pieces = [
        json.dumps(package, ensure_ascii=False),
        results.to_json(),
        *titles,
        *findings,
        *inputs.table.codes,
        *inputs.table.names,
        *(r["name_en"] for r in read_csv("io_table_2017_103.csv")),
        *(name for pair in names for name in pair),
        *(catalogue.text(f"option.{name}", language) for name in options.names()),
        catalogue.text("experts.illustrative", language),
        catalogue.text("experts.illustrative", language).capitalize(),
        catalogue.text("sheet.Provinces.note", language),
        inputs.experts.source,
        *(str(v) for v in options.Options().to_dict().values()),
        *(catalogue.text(f"option_value.{v}", language) for v in catalogue.keys("option_value")),
    ]
    text = "\n".join(pieces)
    return text if language == "zh" else f"{text}\n{in_english(text, results)}"


def in_english(text: str, results: ModelResults) -> str:
    """The text with the Chinese names and units in it put into English, one after the other."""
    inputs = results.inputs
    pairs = [(p.name_zh, p.name_en) for p in inputs.provinces]
    pairs += [(r.name_zh, r.name_en) for r in inputs.regions]
    pairs += [(x.name_zh, x.name_en) for x in inputs.sections]
    pairs += [("亿元", "100 million yuan"), ("万元", "10 thousand yuan"), ("、", ", ")]
    for chinese, english in pairs:
        text = text.replace(chinese, english)
    return text


@pytest.mark.usefixtures("blank_charts")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", ["shipped", "other_provinces", "other_years"])
def test_the_page_says_what_the_results_say(
    case: str, language: str, composed: Composed, run: Run
) -> None:
    document = composed(case, language)
    page = Page.of(html(document, find_font()))
    assert page.texts == expected(document, Oracle(run(case)))


@pytest.mark.usefixtures("blank_charts")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", ["shipped", "other_provinces", "other_years"])
def test_the_word_document_says_what_the_results_say(
    case: str, language: str, composed: Composed, run: Run
) -> None:
    document = composed(case, language)
    found = WordFile(word(document, find_font())).texts
    assert found == expected(document, Oracle(run(case)))


def test_every_number_of_the_pages_text_is_a_number_of_the_results(
    page: bytes, composed: Composed, run: Run
) -> None:
    """The plain reading: cut the numbers out of the text and look each of them up."""
    oracle = Oracle(run("shipped"))
    document = composed("shipped", "zh")
    known = {
        number
        for q in quantities(document)
        for number in NUMBER.findall(printed(oracle.value(q.origin), q.kind, "zh"))
    }
    known |= set(NUMBER.findall(quotable(run("shipped"), "zh")))
    known |= {str(i) for i in range(1, len(document.blocks))}  # numbers of figures and tables
    told = [n for text in Page.of(page).texts for n in NUMBER.findall(text)]
    assert len(told) > 1500
    assert [n for n in told if n not in known] == []


def test_a_wrong_number_would_be_noticed(composed: Composed, run: Run) -> None:
    """The oracle answers from the results, not from what was printed."""
    oracle = Oracle(run("falling"))
    found = list(quantities(composed("shipped", "zh")))
    assert any(q.value != pytest.approx(oracle.value(q.origin), rel=1e-6) for q in found)


def test_every_chapter_tells_numbers(composed: Composed) -> None:
    """No chapter of the shipped report is empty."""
    chapters: dict[Words, int] = {}
    for block in composed("shipped", "zh").blocks:
        if isinstance(block, Heading) and block.level == 1:
            chapters[block.words] = 0
        elif chapters:
            count = sum(isinstance(p, Quantity) for words in words_of(block) for p in words)
            chapters[next(reversed(chapters))] += count
    assert len(chapters) == 6
    assert min(chapters.values()) > 20


def test_one_year_compares_with_no_year_before(composed: Composed, run: Run) -> None:
    document = composed("one_year", "zh")
    text = "".join(expected(document, Oracle(run("one_year"))))
    assert not re.search("比上年|增长|下降|预计|nan", text.partition("说明")[0])


def test_the_comparison_needs_a_list_of_countries(run: Run) -> None:
    without = compose(run("shipped"), Edition("zh", find_font()))
    headings = [b.words for b in without.blocks if isinstance(b, Heading)]
    assert ("国际比较",) not in headings

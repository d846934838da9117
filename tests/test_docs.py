"""The guide: snippets run, names exist, both languages say the same, the site builds."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

import autocorrect_py
import openpyxl
import pytest

from docs import fill, hooks
from iiecon import catalogue, options
from tests.browser import browse
from udfs import FUNCTIONS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PICTURES = ROOT / hooks.PICTURES
PAGES = sorted(p.relative_to(DOCS / "zh").as_posix() for p in (DOCS / "zh").rglob("*.md"))
BOTH = [f"{language}/{page}" for language in ("zh", "en") for page in PAGES]
FENCE = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.M | re.S)
INLINE = re.compile(r"`([^`\n]+)`")
EXIT = re.compile(r"# exit (\d)$")
SETTINGS = {
    "PYTHONUTF8": "1",
    "IIECON_LANG": "both",  # whatever language this computer speaks
    "NO_MKDOCS_2_WARNING": "1",  # a notice of Material's makers about their plans
}
READMES = sorted({*ROOT.glob("*.md"), *ROOT.glob("examples/**/*.md"), ROOT / "udfs/REFERENCE.md"})
TEXTS = [*READMES, *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
SPELT = ("docs", "examples", "python", "templates", "tests", "udfs")
PAGE_WIDTH = 130  # columns of a code block
KEY = re.compile(r"<!-- ([a-z][a-z0-9_.]*) -->")  # a text of the program stands behind it
NOT_RUN = {"bat", "console", "yaml"}  # Windows, a network or another machine


class Snippet(NamedTuple):
    """A fenced block: its language tag, the file it is (if any), its text."""

    tag: str
    file: str
    text: str


def text_of(page: str) -> str:
    return (DOCS / page).read_text(encoding="utf-8")


def source(page: str) -> str:
    """The page without what the program says in it."""
    return fill.FILLED.sub(r"<!-- \1 --><!-- / -->", text_of(page))


def snippets(page: str) -> list[Snippet]:
    return [Snippet(*found) for found in FENCE.findall(source(page))]


def prose(page: str) -> str:
    return FENCE.sub("", source(page))


def with_commands(page: str) -> bool:
    return any(snippet.tag in ("sh", "python") for snippet in snippets(f"zh/{page}"))


def in_one_line(text: str) -> str:
    return " ".join(text.split())


# --- snippets


def run(arguments: list[str], folder: Path, due: int = 0) -> str:
    """What a program prints, with this checkout's `iiecon`."""
    path = os.pathsep.join([str(ROOT / "python"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, **SETTINGS},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == due, said
    assert "Traceback" not in said
    return said


def commands_of(text: str) -> Iterator[tuple[list[str], int]]:
    """The commands of a `sh` block, one a line, and the exit codes that they state."""
    for line in text.splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program == "iiecon", line
        stated = EXIT.search(line)
        yield arguments, int(stated[1]) if stated else 0


def performed(snippet: Snippet, folder: Path) -> str:
    """What a snippet prints; one with a title is written as that file."""
    if snippet.file:
        target = folder / snippet.file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(snippet.text, encoding="utf-8")
    elif snippet.tag == "python":
        return run(["-c", snippet.text], folder)
    elif snippet.tag == "sh":
        found = [run(["-m", "iiecon", *a], folder, due) for a, due in commands_of(snippet.text)]
        return "".join(found)
    return ""


@pytest.mark.parametrize("page", [page for page in PAGES if with_commands(page)])
def test_snippets_do_what_the_page_says(page: str, tmp_path: Path) -> None:
    """In order, in one folder; a `text` block shows lines that were printed before it."""
    printed = ""
    for snippet in snippets(f"zh/{page}"):
        printed += performed(snippet, tmp_path)
        if snippet.tag == "text" and not snippet.file:
            for line in snippet.text.splitlines():
                assert in_one_line(line) in in_one_line(printed), line


def test_a_year_of_the_provinces_comes_to_the_stated_numbers(tmp_path: Path) -> None:
    """The step that is done by hand, after those that are snippets."""
    page = "zh/howto/add-province-year.md"
    remark = "一为外推、一为数据"
    printed = [performed(snippet, tmp_path) for snippet in snippets(page)]
    assert [remark in said for said in printed if "until_2021" in said] == [True, False]
    book = openpyxl.load_workbook(tmp_path / "my.xlsm", keep_vba=True)
    (cell,) = (r[1] for r in book["Settings"].iter_rows() if r[0].value == "data_until")
    cell.value = 2021
    book.save(tmp_path / "my.xlsm")
    summary = run(["-m", "iiecon", "recalculate", "my.xlsm"], tmp_path)
    (stated,) = re.findall(r"上面的 ([\d,.]+)", source(page))
    assert f"{float(stated.replace(',', '')):,.1f}" in summary
    assert remark not in summary


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_same_snippets(page: str) -> None:
    chinese, english = ([s for s in snippets(f"{language}/{page}") if s.tag != "formula"]
                        for language in ("zh", "en"))  # fmt: skip
    assert chinese == english


@pytest.mark.parametrize("page", BOTH)
def test_every_snippet_is_run_or_marked(page: str) -> None:
    tags = {snippet.tag for snippet in snippets(page)}
    assert tags <= {"sh", "python", "text", "toml", "formula"} | NOT_RUN
    assert source(page).count("```") == 2 * len(snippets(page))


def columns(line: str) -> int:
    """How wide a line is: a Chinese character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


@pytest.mark.parametrize("page", BOTH)
def test_snippets_fit_the_page(page: str) -> None:
    lines = [line for snippet in snippets(page) for line in snippet.text.splitlines()]
    assert [line for line in lines if columns(line) > PAGE_WIDTH] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_fits_the_page(language: str) -> None:
    for name in fill.names():
        for line in fill.help_of(name, language).splitlines():
            assert columns(line) <= PAGE_WIDTH, line


def test_the_sample_workflow_runs_what_the_page_runs() -> None:
    page = snippets("zh/howto/headless-ci.md")
    (workflow,) = (snippet.text for snippet in page if snippet.tag == "yaml")
    steps = re.findall(r"- run: (iiecon .*)", workflow)
    tried = {line for snippet in page if snippet.tag == "sh" for line in snippet.text.splitlines()}
    assert steps
    assert set(steps) <= tried


# --- both languages


def test_both_languages_have_the_same_pages() -> None:
    english = sorted(p.relative_to(DOCS / "en").as_posix() for p in (DOCS / "en").rglob("*.md"))
    assert english == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_both_languages_have_the_same_parts(page: str) -> None:
    """Headings by level, links, pictures, rows of tables and texts of the program."""

    def parts(language: str) -> list[list[str]]:
        text = prose(f"{language}/{page}")
        links = re.findall(r"\]\(([^)]+)\)", text)
        rows = re.findall(r"^\|", text, re.M)
        return [
            re.findall(r"^(#+) ", text, re.M),
            sorted(links),
            rows,
            sorted(KEY.findall(text)),
        ]

    assert parts("zh") == parts("en")


def test_english_is_spelt_right() -> None:
    """In every text that a user or a developer reads; data and built files apart."""
    texts = [*SPELT, "mkdocs.yml", ".ci", *(path.name for path in ROOT.glob("*.md"))]
    run(["-m", "codespell_lib", "--skip", "*.csv,*.json,*.xls*", *texts], ROOT)


def chinese_texts() -> dict[str, str]:
    """Chinese prose by where it stands."""
    found = {page: prose(page) for page in BOTH if page.startswith("zh/")}
    found["README.zh-CN.md"] = FENCE.sub("", (ROOT / "README.zh-CN.md").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("place", "text"), chinese_texts().items(), ids=chinese_texts())
def test_chinese_has_its_own_punctuation_and_spaces(place: str, text: str) -> None:
    """Full-width marks, and a space between Chinese and Latin letters or digits."""
    slips = autocorrect_py.lint_for(text, "markdown").lines
    assert [(slip.line, slip.old, slip.new) for slip in slips] == []


def test_chinese_is_simplified() -> None:
    """GB 2312 has every character of modern simplified Chinese and no traditional form."""
    texts = [*chinese_texts().values(), (ROOT / "python/iiecon/catalogue.toml").read_text("utf-8")]
    letters = {letter for text in texts for letter in text if "\u4e00" <= letter <= "\u9fff"}
    assert sorted(letter for letter in letters if not letter.encode("gb2312", "ignore")) == []


# --- links and pictures, of the pages on GitHub too


def headings(page: Path) -> set[str]:
    """The anchors that GitHub gives to a page's headings."""
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """To files and headings that are there; addresses elsewhere are well formed."""
    for _, words, target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        assert words.strip(), target  # the text that stands for a picture, too
        address = urlsplit(target)
        if address.scheme:
            assert address.scheme == "https", target
            assert re.fullmatch(r"[\w-]+(\.[\w-]+)+", address.netloc), target
            continue
        file = page.parent / unquote(address.path) if address.path else page
        assert file.exists(), target
        assert not address.fragment or unquote(address.fragment) in headings(file), target


def test_every_cut_out_is_shown_somewhere() -> None:
    texts = "".join(page.read_text(encoding="utf-8") for page in TEXTS)
    shown = {Path(target).name for picture, _, target in LINK.findall(texts) if picture}
    cut_outs = {p.name for p in PICTURES.glob("*.png") if "-" not in p.stem}
    assert cut_outs == shown & cut_outs


# --- numbers that stand in several places


def measured(text: str) -> list[tuple[str, ...]]:
    """The numbers of the first column of figures in the table of speeds."""
    table = re.search(r"^\| \| (?:measured|实测).*?(?=^$)", text, re.M | re.S)
    assert table
    rows = [line.split("|")[2] for line in table[0].splitlines()[2:]]
    return [tuple(re.findall(r"\d+(?:[ .]\d+)*", row)) for row in rows]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_speeds_are_those_of_the_readme(language: str) -> None:
    said = measured((ROOT / "README.md").read_text(encoding="utf-8"))
    page = measured(source(f"{language}/performance.md"))
    assert len(page) >= 6
    assert [row for row in page if row not in said] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_comparison_states_numbers_of_the_readme(language: str) -> None:
    number = re.compile(r"\d+(?:[.,]\d+)+")
    said = set(number.findall((ROOT / "README.md").read_text(encoding="utf-8")))
    stated = set(number.findall(source(f"{language}/comparison.md")))
    assert len(stated) >= 6
    assert stated <= said


# --- what pages name exists


@cache
def found(name: str) -> object:
    """What a dotted name stands for."""
    module, rest = name, list[str]()
    while True:
        try:
            thing: object = import_module(module)
            break
        except ModuleNotFoundError:
            module, _, last = module.rpartition(".")
            rest.insert(0, last)
    for attribute in rest:
        thing = getattr(thing, attribute)
    return thing


@pytest.mark.parametrize("page", BOTH)
def test_names_of_the_code_exist(page: str) -> None:
    for name in INLINE.findall(prose(page)):
        if re.fullmatch(r"iiecon(\.\w+)+", name):
            assert callable(found(name)), name


@pytest.mark.parametrize("page", BOTH)
def test_files_that_are_named_exist(page: str) -> None:
    text = source(page)
    for path in re.findall(r"\b(?:tests|templates|python|udfs|examples)/[\w/.-]*\w", text):
        assert (ROOT / path).exists(), path
    for module in re.findall(r"python -m (tests\.\w+)", text):
        assert found(module)


@pytest.mark.parametrize("page", BOTH)
def test_sheets_functions_and_options_that_are_named_exist(page: str) -> None:
    """`Sheet`, `FUNCTION`, `some_option` or one of its choices."""
    choices = {choice for name in options.names() for choice in options.choices_of(name)}
    known = {*FUNCTIONS, *catalogue.keys("sheet"), *options.names(), *choices}
    for name in INLINE.findall(prose(page)):
        if re.fullmatch(r"[A-Z]\w+|[a-z]+(?:_[a-z]+)+", name):
            assert name in known, name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_method_page_states_options_and_their_defaults(language: str) -> None:
    stated = re.findall(r"`(\w+)` = (\w+)", prose(f"{language}/method.md"))
    defaults = {name: str(value) for name, value in options.Options().to_dict().items()}
    assert len(stated) >= 10
    assert dict(stated).items() <= defaults.items()


@pytest.mark.parametrize("page", BOTH)
def test_commands_and_their_options_exist(page: str) -> None:
    """In every code, run or not: `iiecon NAME --option`."""
    known = fill.names()
    codes = INLINE.findall(prose(page))
    codes += [s.text for s in snippets(page) if s.tag in ("sh", "bat", "console")]
    for line in "\n".join(codes).splitlines():
        for name, rest in re.findall(r"\biiecon ([a-z][a-z-]*)([^#]*)", line):
            assert name in known, line
            for option in re.findall(r"(?<!\S)--[a-z-]+", rest):
                assert re.search(rf"{option}\b(?!-)", fill.help_of(name, "both")), line


@pytest.mark.parametrize("page", BOTH)
def test_pages_hold_what_the_program_says(page: str) -> None:
    """As `python -m docs.fill` writes it."""
    if page.endswith("commands.md") and sys.version_info >= (3, 13):
        pytest.skip("Python 3.13 lays help out differently")
    assert text_of(page) == fill.filled(text_of(page), page[:2])


@pytest.mark.parametrize("page", BOTH)
def test_every_text_of_the_program_has_an_end(page: str) -> None:
    assert "<!--" not in fill.FILLED.sub("", text_of(page))


def test_a_text_of_the_program_is_written_between_its_marks() -> None:
    mine = "| <!-- finding.cell_blank.message -->old<!-- / --> | mine |"
    blank = catalogue.text("finding.cell_blank.message", "en")
    assert fill.filled(mine, "en") == mine.replace("old", blank)
    assert fill.filled(fill.filled(mine, "zh"), "en") == mine.replace("old", blank)


# --- the site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built guide; building it checks every link and picture inside it."""
    folder = tmp_path_factory.mktemp("site")
    said = run(["-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)], ROOT)
    assert "WARNING" not in said
    return folder


def test_site_has_every_page_in_both_languages(site: Path) -> None:
    for page in PAGES:
        name = page.removesuffix("md") + "html"
        assert 'lang="zh"' in (site / name).read_text(encoding="utf-8")
        assert 'lang="en"' in (site / "en" / name).read_text(encoding="utf-8")


def test_site_lists_every_function_and_command(site: Path) -> None:
    functions = (site / "functions.html").read_text(encoding="utf-8")
    assert all(f">{name}<" in functions for name in FUNCTIONS)
    commands = (site / "commands.html").read_text(encoding="utf-8")
    for name in fill.names():
        assert f'id="{name}"' in commands
        assert f"iiecon {name} [" in commands


def test_site_fetches_nothing(site: Path) -> None:
    """It can be read where there is no internet."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|link)[^>]+(?:src|href)="(https?:[^"]+)"', text)
        assert not loaded, page


def test_site_holds_no_code(site: Path) -> None:
    assert not [path for path in site.rglob("*") if path.suffix in (".py", ".pyc", ".txt")]


def test_search_knows_the_words_of_chinese_text(site: Path) -> None:
    """Chinese is written without spaces: what is not divided cannot be found."""
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    between = re.compile(index["config"]["separator"])
    chinese = [e for e in index["docs"] if not e["location"].startswith("en/")]
    text = " ".join(re.sub(r"<[^>]+>", " ", e["title"] + " " + e["text"]) for e in chinese)
    assert {"投入产出", "增加值", "工作簿", "渗透", "乘子", "就业"} <= set(between.split(text))


@pytest.mark.parametrize(
    ("words", "page"),
    [("低空经济", "howto/other-industry.html"), ("apportioned", "en/comparison.html")],
)
def test_search_finds_a_page_in_a_folder(site: Path, words: str, page: str, tmp_path: Path) -> None:
    """In a browser, from files and without a network."""
    address = f"{(site / 'index.html').as_uri()}?q={quote(words)}"
    shown = browse(address, tmp_path, "--virtual-time-budget=20000", "--dump-dom")
    found = re.findall(r'href="([^"?#]*)[^"]*" class="md-search-result__link"', shown)
    assert any(link.endswith(f"/{page}") for link in found), found


def test_site_shows_the_pictures_that_tests_keep(site: Path) -> None:
    shown = {p.name for p in (site / "pictures").iterdir()}
    assert "summary.png" in shown
    for name in shown:
        assert (site / "pictures" / name).read_bytes() == (PICTURES / name).read_bytes()


def test_chinese_lines_are_joined_outside_code(site: Path) -> None:
    text = (site / "howto/add-province-year.html").read_text(encoding="utf-8")
    assert "第三产业\n广东省" in text  # the lines of a file
    between = re.compile(rf"[{hooks.HAN}]\n[{hooks.HAN}]")
    outside = re.sub(r"<pre>.*?</pre>", "", text, flags=re.S)
    assert not between.search(outside)
    assert not re.search(rf"[{hooks.HAN}]\n<a ", outside)
    assert between.search(prose("zh/howto/add-province-year.md"))

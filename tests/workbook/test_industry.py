"""The industry's name is a setting: sheets follow it, and what cannot be a name is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from iiecon import ModelInputs, load_inputs, run_model
from iiecon.cli import main
from iiecon.inputs import Industry
from iiecon.spreadsheet.calculator import Calculator, FileBook
from iiecon.spreadsheet.package import Package
from iiecon.workbook.build import build_workbook
from iiecon.workbook.templates import output_template
from iiecon.workbook.wording import worded
from tests.workbook.edit import MAIN, Edited
from udfs import FUNCTIONS

LOW = Industry("低空经济", "low-altitude economy")
NAMES = ("INDUSTRY_ZH", "INDUSTRY_EN")
# What the shipped workbook shows, letter by letter.
TITLES = {
    "About": ("工业互联网经济测算模型", "IIEconModel: the economy of the industrial internet"),
    "Sections": ("分行业门类的工业互联网增加值", "Value added by section"),
    "Provinces": ("分省与分区域的工业互联网增加值", "Value added by province and region"),
    "Map": ("各省市工业互联网发展地图", "Map of the provinces"),
    "Employment": ("工业互联网带动就业", "Employment carried"),
    "World_Out": (
        "主要工业国家工业互联网比较", "Industrial internet of the main industrial countries",
    ),
    "Charts": ("图表：全国", "Charts: the nation"),
}  # fmt: skip
# Where another industry's workbook may name that of the white paper: the institute and, said to be
# so, what was printed.
ALLOWED = (
    "中国工业互联网研究院",
    "China Academy of Industrial Internet",
    *TITLES["World_Out"],
    "刊载数字说的是工业互联网",
    "The print is about the industrial internet",
)
OLD = re.compile("工业互联网|industrial internet", re.IGNORECASE)
LISTS = ("Policies",)  # of measures for the industrial internet, from the white paper


def named(path: Path, industry: Industry) -> Path:
    """The workbook with other names typed in."""
    book = Edited(path)
    for name, text in zip(NAMES, (industry.name_zh, industry.name_en), strict=True):
        book.set_named(name, 0, 0, text)
    return book.save()


def values(path: Path) -> Workbook:
    return openpyxl.load_workbook(path, data_only=True)


def titles(book: Workbook) -> dict[str, tuple[object, object]]:
    return {name: (book[name]["A1"].value, book[name]["A2"].value) for name in TITLES}


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Every text of a workbook file with the part or cell that it stands in."""
    for sheet in values(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and sheet.title not in LISTS:
                    yield f"{sheet.title}!{cell.coordinate}", cell.value
        assert sheet.oddFooter is not None
        yield f"{sheet.title} foot", str(sheet.oddFooter.left.text)
    for part, content in Edited(path).parts.items():
        if part.startswith(("xl/charts/", "docProps/")):
            yield part, content.decode()


def left(text: str) -> str:
    for allowed in ALLOWED:
        text = text.replace(allowed, "")
    return text


def test_the_shipped_workbook_shows_the_titles_that_it_always_showed(workbook: Path) -> None:
    assert titles(values(workbook)) == TITLES
    assert load_inputs(str(workbook)).industry == Industry()


def test_titles_follow_the_cells(workbook: Path) -> None:
    """Typed into a workbook that was built for another name, and recalculated."""
    assert main(["recalculate", str(named(workbook, LOW))]) == 0
    book = values(workbook)
    assert titles(book) == {
        **TITLES,
        "About": ("低空经济测算模型", "IIEconModel: the low-altitude economy"),
        "Sections": ("分行业门类的低空经济增加值", "Value added by section"),
        "Provinces": ("分省与分区域的低空经济增加值", "Value added by province and region"),
        "Map": ("各省市低空经济发展地图", "Map of the provinces"),
        "Employment": ("低空经济带动就业", "Employment carried"),
    }
    contents = [cell.value for cell in book["About"]["A"]]
    assert "Employment  低空经济带动就业 / Employment carried" in contents
    for sheet in ("Charts", "Section_Charts", "Region_Charts"):
        assert str(book[sheet]["A5"].value).startswith("低空经济 / low-altitude economy  ")


def test_nothing_else_names_the_industry_of_the_paper(workbook: Path) -> None:
    before = [place for place, text in texts(workbook) if OLD.search(left(text))]
    assert len(before) > 10, "the search finds what is there to find"
    assert main(["recalculate", str(named(workbook, LOW))]) == 0
    assert [(p, text) for p, text in texts(workbook) if OLD.search(left(text))] == []


def test_a_typed_name_gives_the_workbook_that_is_built_with_it(
    inputs: ModelInputs, workbook: Path, tmp_path: Path
) -> None:
    assert main(["recalculate", str(named(workbook, LOW))]) == 0
    built = tmp_path / "built.xlsm"
    built.write_bytes(build_workbook(replace(inputs, industry=LOW)))
    typed, due = dict(texts(workbook)), dict(texts(built))
    stamped = {place for place in due if due[place] != typed[place]}
    assert {place.split("!")[0] for place in stamped} <= {"About"}  # the time of the run


@pytest.mark.parametrize("sheet", ["World_Out", "Audit"])
def test_printed_figures_are_said_to_be_about_another_industry(sheet: str, workbook: Path) -> None:
    mind = ("刊载数字说的是工业互联网，不是低空经济", "not about the low-altitude economy")
    before = [str(values(workbook)[sheet][cell].value) for cell in ("A3", "A4")]
    main(["recalculate", str(named(workbook, LOW))])
    after = [str(values(workbook)[sheet][cell].value) for cell in ("A3", "A4")]
    for old, new, words in zip(before, after, mind, strict=True):
        assert words not in old
        assert new.startswith(old)
        assert words in new


def test_below_the_printed_sections_too(workbook: Path) -> None:
    main(["recalculate", str(named(workbook, LOW))])
    lines = [str(cell.value) for cell in values(workbook)["Sections"]["A"]]
    assert sum("不是低空经济" in line for line in lines) == 2


@pytest.mark.parametrize(
    ("language", "name", "title"),
    [
        ("zh", "数据", "数据经济测算"),
        ("zh", "数字经济", "数字经济测算"),
        ("en", "data industry", "the economy of the data industry"),
        ("en", "Low-Altitude Economy", "the Low-Altitude Economy"),
    ],
)
def test_the_word_economy_does_not_stand_twice(language: str, name: str, title: str) -> None:
    said = "{industry}{economy}测算" if language == "zh" else "the {economy}{industry}"
    industry = Industry(**{f"name_{language}": name})
    assert said.format(**industry.words(language)) == title


def test_a_text_becomes_a_formula_with_its_quotes_doubled() -> None:
    formula = worded(('say "{industry}"', "en"), ("完", "zh"))
    assert formula == '"say """&INDUSTRY_EN&""""&"完"'


def test_no_literal_is_longer_than_excel_takes() -> None:
    literals = re.findall('"([^"]*)"', worded(("x" * 700 + "{industry}", "zh")))
    assert "".join(literals) == "x" * 700
    assert max(map(len, literals)) <= 255


NASTY = Industry('=1+1 & <b>"甲"</b>', "=A1 & \"B\" <i>'c'</i>")


def test_signs_of_formulas_and_markup_are_letters(workbook: Path) -> None:
    assert main(["recalculate", str(named(workbook, NASTY))]) == 0
    book = values(workbook)
    assert book["Employment"]["A1"].value == f"{NASTY.name_zh}带动就业"
    assert book["About"]["A2"].value == f"IIEconModel: the economy of the {NASTY.name_en}"
    assert load_inputs(str(workbook)).industry == NASTY


def test_they_are_so_in_a_workbook_built_with_them(inputs: ModelInputs, tmp_path: Path) -> None:
    path = tmp_path / "file.xlsm"
    path.write_bytes(build_workbook(replace(inputs, industry=NASTY)))
    assert values(path)["Employment"]["A1"].value == f"{NASTY.name_zh}带动就业"
    assert openpyxl.load_workbook(path)["Settings"]["B28"].data_type == "s"
    assert load_inputs(str(path)).industry == NASTY


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "单元格为空"),
        ("  ", "单元格只有空格"),
        (2021.0, "2021 where a text is due"),
        ("低" * 41, "cannot be the name of an industry"),
        (" 低空经济", "there are blanks around"),
        ("低空\n经济", "cannot be the name of an industry"),
        ("低空\u202e经济", "cannot be the name of an industry"),
    ],
)
def test_what_cannot_be_a_name_is_refused(
    name: str, value: float | str | None, told: str, workbook: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    book = Edited(workbook)
    place = book.set_named(name, 0, 0, value)
    before = book.save().read_bytes()
    assert main(["recalculate", str(workbook)]) == 1
    said = capsys.readouterr().err
    assert f"{place}: " in said
    assert told in said
    assert "\u202e" not in said
    assert workbook.read_bytes() == before


@pytest.mark.parametrize("formula", ["1/0", "TRUE", "NO_SUCH_FUNCTION(1)"])
def test_a_formula_that_gives_no_text_is_refused(
    formula: str, workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    sheet, cell = book.place("INDUSTRY_ZH")
    book.formula(sheet, cell, formula)
    book.save()
    assert main(["check", str(workbook)]) == 1
    assert f"{sheet}!{cell}: " in capsys.readouterr().err


def test_forty_letters_are_a_name(workbook: Path) -> None:
    longest = Industry("低" * 40, "l" * 40)
    assert main(["check", str(named(workbook, longest))]) == 0


def test_excel_says_how_long_a_name_may_be(workbook: Path) -> None:
    rules = openpyxl.load_workbook(workbook)["Settings"].data_validations.dataValidation
    (rule,) = {
        (str(r.sqref), r.type, r.formula1, r.formula2) for r in rules if "B28" in str(r.sqref)
    }
    assert rule == ("B28", "textLength", "1", "40")


def without_names(path: Path, *names: str) -> None:
    book = Edited(path)
    for element in list(book.workbook.iter(f"{MAIN}definedName")):
        if element.get("name") in names:
            parent = element.getparent()
            assert parent is not None
            parent.remove(element)
    book.save()


def test_a_workbook_made_before_there_was_a_name_is_of_the_papers_industry(
    workbook: Path,
) -> None:
    without_names(named(workbook, LOW), *NAMES)
    assert load_inputs(str(workbook)).industry == Industry()


@pytest.mark.parametrize("name", NAMES)
def test_one_name_alone_is_never_made_up(
    name: str, workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without_names(workbook, name)
    assert main(["check", str(workbook)]) == 1
    assert name in capsys.readouterr().err


def test_titles_of_an_output_template_follow_cells_of_its_own(built: bytes, tmp_path: Path) -> None:
    shipped = FileBook.from_package(Package.from_bytes(Path("workbook"), built))
    path = tmp_path / "outputs.xlsx"
    path.write_bytes(output_template(shipped, ("Employment",)))
    package = Package.read(named(path, LOW))
    shown = Calculator(FileBook.from_package(package), FUNCTIONS).calculate().values
    assert shown["Employment", 1, 1] == "低空经济带动就业"
    assert shown["About", 2, 1] == "IIEconModel: the low-altitude economy"


def test_a_title_of_the_users_own_stands_in_no_ones_way(workbook: Path) -> None:
    book = Edited(workbook)
    book.set("Sections", "A1", "我们的标题")
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    assert values(workbook)["Sections"]["A1"].value == "我们的标题"


def test_no_number_depends_on_the_name(inputs: ModelInputs) -> None:
    other = json.loads(run_model(replace(inputs, industry=LOW)).to_json())
    due = json.loads(run_model(inputs).to_json())
    told = other.pop("provenance"), due.pop("provenance")
    assert other == due
    assert told[0]["industry"] == {"name_zh": "低空经济", "name_en": "low-altitude economy"}
    assert told[0]["inputs_sha256"] != told[1]["inputs_sha256"]

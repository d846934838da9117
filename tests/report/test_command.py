"""`iiecon report`: files, exit codes, refusals; the workbook stays as it is."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from iiecon import ModelInputs
from iiecon.cli import main
from iiecon.workbook.build import build_workbook
from tests.report import cases
from tests.report.reading import Page, WordFile
from tests.workbook.edit import Edited

ROOT = Path(__file__).parents[2]
Build = Callable[[str], Path]


@pytest.fixture(scope="module")
def build(inputs: ModelInputs, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """A workbook with the inputs of a case."""
    folder = tmp_path_factory.mktemp("books")

    def built(case: str) -> Path:
        path = folder / f"{case}.xlsm"
        if not path.exists():
            path.write_bytes(build_workbook(getattr(cases, case)(inputs)))
        return path

    return built


@pytest.fixture(autouse=True)
def quick(blank_charts: None) -> None:
    """What charts look like is tested elsewhere."""


@pytest.mark.parametrize("case", ["shipped", "other_years", "other_provinces"])
def test_builds_from_a_workbook(
    case: str, build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workbook = build(case)
    before = workbook.read_bytes()
    page, file = tmp_path / "报告.html", tmp_path / "报告.docx"
    assert main(["report", str(workbook), "-o", str(page)]) == 0
    assert main(["report", str(workbook), "-o", str(file)]) == 0
    assert capsys.readouterr().out.count("written: ") == 2
    assert Page.of(page.read_bytes()).texts == WordFile(file.read_bytes()).texts
    assert workbook.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["报告.docx", "报告.html"]


def test_the_years_are_those_of_the_workbook(build: Build, tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    assert main(["report", str(build("other_years")), "-o", str(page)]) == 0
    texts = Page.of(page.read_bytes()).texts
    assert texts[1] == "2017—2019年"
    assert any("预计2019年" in text for text in texts)
    assert not any("2021年，" in text for text in texts)


def test_languages(build: Build, tmp_path: Path) -> None:
    titles = {}
    for language in ("zh", "en"):
        page = tmp_path / f"{language}.html"
        arguments = ["report", str(build("shipped")), "-o", str(page), "--lang", language]
        assert main(arguments) == 0
        titles[language] = Page.of(page.read_bytes()).texts[0]
    assert titles == {
        "zh": "工业互联网产业经济测算报告",
        "en": "The economy of the industrial internet: a measurement",
    }


@pytest.mark.parametrize(("screen", "title"), [
    ("zh", "工业互联网产业经济测算报告"),
    ("en", "The economy of the industrial internet: a measurement"),
    ("both", "工业互联网产业经济测算报告"),
])  # fmt: skip
def test_the_document_speaks_the_language_of_the_screen(
    screen: str, title: str, build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IIECON_LANG", screen)
    page = tmp_path / "r.html"
    assert main(["report", str(build("shipped")), "-o", str(page)]) == 0
    assert Page.of(page.read_bytes()).texts[0] == title


INPUTS = (
    "投入产出表", "门类增加值", "门类平均工资", "宏观序列", "分省生产总值", "分省就业", "专家评分",
    "外推规则",
)  # fmt: skip


def origins(page: Path) -> dict[str, str]:
    """What the table of sources says of each input: whether its figures are the shipped ones."""
    texts = Page.of(page.read_bytes()).texts
    rows = texts[texts.index("是否随附数据") :]
    return {name: rows[rows.index(name) + 1] for name in INPUTS}


def test_a_fresh_workbook_holds_the_shipped_figures(build: Build, tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    assert main(["report", str(build("shipped")), "-o", str(page)]) == 0
    assert origins(page) == dict.fromkeys(INPUTS, "是")


@pytest.mark.parametrize(("name", "column", "value", "changed"), [
    ("SECTION_VA", 2, 65_000.0, "门类增加值"),
    ("SECTION_WAGES", 2, 65_000.0, "门类平均工资"),
    ("MACRO_DATA", 0, 270_000.0, "宏观序列"),
])  # fmt: skip
def test_a_changed_figure_is_the_users(
    name: str, column: int, value: float, changed: str, copied: Edited, tmp_path: Path
) -> None:
    copied.set_named(name, 0, column, value)
    page = tmp_path / "r.html"
    assert main(["report", str(copied.save()), "-o", str(page)]) == 0
    assert origins(page) == {**dict.fromkeys(INPUTS, "是"), changed: "否"}


def test_a_date_stands_in_it_only_when_asked_for(build: Build, tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    asked = ["report", str(build("shipped")), "-o", str(page)]
    assert main(asked) == 0
    undated = Page.of(page.read_bytes()).texts
    assert main([*asked, "--date", "2021-12-01"]) == 0
    dated = Page.of(page.read_bytes()).texts
    assert [t for t in dated if t not in undated] == ["日期：2021-12-01"]
    assert main(asked) == 0
    assert Page.of(page.read_bytes()).texts == undated


@pytest.mark.parametrize("arguments", [["-o", "r.pdf"], ["-o", "r"], ["-o", "r.xlsm"]])
def test_other_kinds_of_file_are_wrong_usage(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["report", *arguments]) == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["-o", "r.html", "--lang", "fr"], ["-o", "r.html",
                                       "--date", "yesterday"]])  # fmt: skip
def test_wrong_arguments(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["report", *arguments])
    assert caught.value.code == 2


def test_a_missing_workbook_and_a_missing_folder(build: Build, tmp_path: Path) -> None:
    assert main(["report", str(tmp_path / "no.xlsm"), "-o", str(tmp_path / "r.html")]) == 3
    assert main(["report", str(build("shipped")), "-o", str(tmp_path / "no" / "r.html")]) == 3
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def copied(build: Build, tmp_path: Path) -> Edited:
    """A copy of the shipped workbook, open for edits."""
    path = tmp_path / "own.xlsm"
    shutil.copy(build("shipped"), path)
    return Edited(path)


def test_the_list_of_countries_is_the_workbooks(copied: Edited, tmp_path: Path) -> None:
    copied.set_named("WORLD_VALUE_ADDED_2020_MUSD", 39, 0, 999_999.0)  # the United States
    page = tmp_path / "r.html"
    assert main(["report", str(copied.save()), "-o", str(page)]) == 0
    assert any("美国（9999.99亿美元）" in text for text in Page.of(page.read_bytes()).texts)


def test_a_spoilt_list_of_countries_is_refused(
    copied: Edited, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copied.set_named("WORLD_INCOME_GROUP", 0, 0, "rich")
    page = tmp_path / "r.html"
    assert main(["report", str(copied.save()), "-o", str(page)]) == 1
    assert "rich" in capsys.readouterr().err
    assert not page.exists()


def test_spoilt_inputs_are_refused_as_by_recalculate(
    copied: Edited, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copied.set_named("SECTION_VA", 2, 1, "text")
    workbook = copied.save()
    assert main(["recalculate", str(workbook)]) == 1
    expected = capsys.readouterr().err
    kept = tmp_path / "r.html"
    kept.write_text("an earlier report")
    assert main(["report", str(workbook), "-o", str(kept)]) == 1
    assert capsys.readouterr().err == expected
    assert kept.read_text() == "an earlier report"


def test_the_program_starts_without_the_reports_libraries(tmp_path: Path) -> None:
    """Recalculation must not wait for matplotlib, nor fail where it cannot be loaded."""
    code = (
        "import sys, iiecon, iiecon.cli, iiecon.workbook.recalculate\n"
        "print(sorted({'matplotlib', 'docx', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'python'}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"

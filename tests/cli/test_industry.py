"""The industry's name on the command line: given, refused, kept, compared, packed."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from iiecon import catalogue, load_inputs
from iiecon.cli import main
from iiecon.inputs import Industry
from iiecon.replication.read import read_package
from tests.conftest import ROOT
from tests.workbook.edit import Edited

BALLOTS = ROOT / "examples" / "other_industry" / "low_altitude_ballots.csv"
GIVEN = "低空经济 / low-altitude economy"
LOW = Industry("低空经济", "low-altitude economy")


@pytest.fixture(scope="module")
def low(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("named") / "低空.xlsm"
    assert main(["new", str(target), "--industry", GIVEN]) == 0
    return target


@pytest.fixture
def shipped(low: Path, tmp_path: Path) -> Path:
    """The same workbook with the white paper's industry."""
    book = Edited(Path(shutil.copy(low, tmp_path / "shipped.xlsm")))
    book.set_named("INDUSTRY_ZH", 0, 0, Industry().name_zh)
    book.set_named("INDUSTRY_EN", 0, 0, Industry().name_en)
    return book.save()


def test_both_names_stand_in_the_new_workbook(low: Path) -> None:
    assert load_inputs(str(low)).industry == LOW


def test_a_new_workbook_from_another_keeps_its_name(low: Path, tmp_path: Path) -> None:
    target = tmp_path / "new.xlsm"
    assert main(["new", str(target), "--from", str(low)]) == 0
    assert load_inputs(str(target)).industry == LOW


@pytest.mark.parametrize("text", ["A/B", "A /B", " A / B "])
def test_blanks_around_the_slash_do_not_matter(text: str) -> None:
    from iiecon.cli.building import industry_of

    assert industry_of(text) == Industry("A", "B")


def test_a_slash_within_a_name_needs_blanks_around_the_other() -> None:
    from iiecon.cli.building import industry_of

    assert industry_of("研发/设计 / R&D/design") == Industry("研发/设计", "R&D/design")


@pytest.mark.parametrize("text", ["低空经济", "", "/", "低空经济 /", "/ low", "a / b / c", "a/b/c"])
def test_one_language_alone_is_refused(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "new.xlsm"
    with pytest.raises(SystemExit) as stopped:
        main(["new", str(target), "--industry", text])
    assert stopped.value.code == 2
    assert "is not a name in two languages; write “中文 / English”" in capsys.readouterr().err
    assert not target.exists()


@pytest.mark.parametrize("name", ["低" * 41, "低\x1b[31m空"])
def test_what_cannot_be_a_name_is_refused(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "new.xlsm"
    with pytest.raises(SystemExit) as stopped:
        main(["new", str(target), "--industry", f"{name} / low"])
    said = capsys.readouterr().err
    assert stopped.value.code == 2
    assert "cannot be the name of an industry; 请填写 1 至 40 个字符" in said
    assert "\x1b[31m" not in said
    assert not target.exists()


@pytest.mark.parametrize(
    ("more", "warned"), [([], True), (["--industry", GIVEN], False)], ids=["unnamed", "named"]
)
def test_ballots_without_a_name_are_asked_for_one(
    more: list[str], warned: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "new.xlsm"
    assert main(["new", str(target), "--ballots", str(BALLOTS), *more]) == 0
    said = capsys.readouterr().err
    assert ("still “工业互联网 / industrial internet”; name yours by --industry" in said) is warned
    assert catalogue.text("industry.still_its", "en") in said
    assert load_inputs(str(target)).industry == (Industry() if warned else LOW)


def test_an_empty_workbook_takes_the_name_too(tmp_path: Path) -> None:
    target = tmp_path / "empty.xlsm"
    assert main(["new", str(target), "--sectors", "5", "--industry", GIVEN]) == 0
    book = Edited(target)
    places = [book.place(name) for name in ("INDUSTRY_ZH", "INDUSTRY_EN")]
    cells = [book.cell(*place) for place in places]
    strings = book.strings()
    assert [strings[int(cell[0].text or -1)] for cell in cells] == GIVEN.split(" / ")


def test_compare_names_the_group_and_moves_nothing(
    low: Path, shipped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = tmp_path / "compared.json"
    assert main(["compare", str(shipped), str(low), "--json", str(found)]) == 0
    compared = json.loads(found.read_text(encoding="utf-8"))
    assert compared["groups"] == [["industry"]]
    assert {(c["group"], c["a"], c["b"]) for c in compared["inputs"]} == {
        ("industry", "工业互联网", "低空经济"),
        ("industry", "industrial internet", "low-altitude economy"),
    }
    assert compared["moved"] == []
    said = capsys.readouterr().out
    assert "the industry's name" in said
    assert "Settings!B28" in said
    assert "no result moved" in said


def test_a_package_keeps_the_name(low: Path, tmp_path: Path) -> None:
    target = tmp_path / "package"
    assert main(["package", str(low), "-o", str(target)]) == 0
    assert read_package(target).inputs.industry == LOW
    first = (target / "README.md").read_text(encoding="utf-8").splitlines()[0]
    assert first == "# 低空经济测算：复现包 The low-altitude economy: replication package"
    about = json.loads((target / "datapackage.json").read_text(encoding="utf-8"))
    assert about["title_zh"] == "低空经济测算：复现包"
    assert main(["replicate", str(target)]) == 0


def test_a_package_made_before_there_was_a_name_is_of_the_papers_industry(
    shipped: Path, tmp_path: Path
) -> None:
    target = tmp_path / "package"
    assert main(["package", str(shipped), "-o", str(target)]) == 0
    file = target / "inputs" / "particulars.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        rows = [row for row in csv.reader(opened) if not row[0].startswith("industry_")]
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, lineterminator="\n").writerows(rows)
    description = target / "datapackage.json"
    about = json.loads(description.read_text(encoding="utf-8"))
    for resource in about["resources"]:
        if resource["path"].endswith("particulars.csv"):
            resource["rows"] -= 2
            del resource["hash"]
    description.write_text(json.dumps(about), encoding="utf-8")
    package = read_package(target)
    assert package.inputs.industry == Industry()
    assert package.inputs.sha256() == about["iiecon"]["inputs_sha256"]


def test_audit_says_that_the_print_is_about_another_industry(
    low: Path, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = "the printed figures are about the industrial internet, not about “低空经济"
    for workbook, warned in ((low, True), (shipped, False)):
        assert main(["audit", str(workbook)]) == 0
        assert (told in capsys.readouterr().err) is warned


def test_the_name_stands_in_the_titles_of_the_summary_and_of_a_package(
    shipped: Path, low: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for book, chinese, english in (
        (shipped, "工业互联网经济测算", "The economy of the industrial internet"),
        (low, "低空经济测算", "The low-altitude economy"),
    ):
        capsys.readouterr()
        assert main(["recalculate", str(book), "-o", str(tmp_path / "again.xlsm")]) == 0
        assert capsys.readouterr().out.split("\n", 1)[0].strip() == f"{chinese} / {english}"
        target = tmp_path / book.stem
        assert main(["package", str(book), "-o", str(target)]) == 0
        described = json.loads((target / "datapackage.json").read_text(encoding="utf-8"))
        assert described["title"] == f"{english}: replication package"

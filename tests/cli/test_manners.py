"""How the commands speak: the language, `--quiet`, data on standard output, colours, completion."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

from iiecon import catalogue, default_inputs
from iiecon.cli import main
from iiecon.cli.completing import SHELLS
from iiecon.cli.manners import is_quiet, language_of, wanted_language
from iiecon.findings import Finding
from tests.conftest import ROOT
from tests.workbook.edit import Edited

SHIPPED = ROOT / "IIEconModel.xlsm"
CHINESE = re.compile("[一-鿿]")
UNITS = re.compile("亿元|万人|[^ ]*、.*")  # and the names of provinces, which are data
GOOD = "cli.good"

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    return Path(shutil.copy(SHIPPED, tmp_path / "my.xlsm"))


@pytest.fixture
def broken(workbook: Path) -> Path:
    edited = Edited(workbook)
    edited.set("IO_Table", "M20", "n.a.")
    return Path(edited.save())


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Say:
    def ran(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        return code, *capsys.readouterr()

    return ran


# --- the language


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("zh_CN.UTF-8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("zh", "zh"),
        ("en_GB.ISO8859-1", "en"),
        ("en", "en"),
        ("C", "both"),
        ("C.UTF-8", "both"),
        ("POSIX", "both"),
        ("", "both"),
        ("de_DE.UTF-8", "both"),
        ("eng", "both"),
    ],
)
def test_language_of_a_locale(name: str, language: str) -> None:
    assert language_of(name) == language


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells its language without variables")
@pytest.mark.parametrize(
    ("environment", "words", "language"),
    [
        ({}, [], "both"),
        ({"LANG": "en_US.UTF-8"}, [], "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, [], "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, [], "both"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, [], "zh"),
        ({"LANG": "zh_CN.UTF-8", "IIECON_LANG": "en"}, [], "en"),
        ({"LANG": "zh_CN.UTF-8", "IIECON_LANG": "BOTH"}, [], "both"),
        ({"IIECON_LANG": "en"}, ["check", "--lang", "zh"], "zh"),
        ({"IIECON_LANG": "en"}, ["--lang=both", "check"], "both"),
        ({"IIECON_LANG": "en"}, ["check", "--lang"], "en"),
    ],
)
def test_option_before_variable_before_locale(
    environment: dict[str, str], words: list[str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("IIECON_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert wanted_language(words) == language


@pytest.mark.parametrize(
    ("place", "language"),
    [("before", "en"), ("after", "zh"), ("after", "both"), ("variable", "en")],
)
def test_the_answer_is_in_the_language_asked_for(
    place: str, language: str, workbook: Path, run: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ["--lang", language]
    if place == "variable":
        monkeypatch.setenv("IIECON_LANG", language)
    before, after = (options if place == where else [] for where in ("before", "after"))
    code, out, err = run(*before, "check", workbook, *after)
    out = UNITS.sub("", out)
    assert code == 0
    texts = {x: catalogue.text(GOOD, x) for x in ("zh", "en")}
    assert out.splitlines()[-1] == texts.get(language, " / ".join(texts.values()))
    shown = {"zh": CHINESE.search(out), "en": re.search("largest gap", out)}
    assert [x for x in shown if shown[x]] == (["zh", "en"] if language == "both" else [language])
    assert err
    assert catalogue.screen_language() == "both"  # as before the command


def test_the_option_may_be_cut_short(run: Say) -> None:
    code, _, err = run("check", "none.xlsm", "--la", "en")
    assert code == 3
    assert not CHINESE.search(err)


def test_findings_are_in_one_language_on_the_terminal_and_in_both_in_files(
    broken: Path, run: Say, tmp_path: Path
) -> None:
    target = tmp_path / "found.json"
    code, _, err = run("check", broken, "--lang", "en", "--json", target)
    assert code == 1
    assert err.startswith("IO_Table!M20: text “n.a.” where a number is due; ")
    assert not CHINESE.search(err)
    code, _, err = run("check", broken, "--lang", "zh")
    assert err.startswith("IO_Table!M20: ")
    assert CHINESE.search(err)
    assert "a number is due" not in err
    (finding,) = json.loads(target.read_text(encoding="utf-8"))["findings"]
    assert CHINESE.search(finding["message"])
    assert "a number is due" in finding["message"]


def test_what_is_written_does_not_depend_on_the_language(
    workbook: Path, run: Say, tmp_path: Path
) -> None:
    written: dict[str, list[bytes]] = {}
    for language in ("zh", "en"):
        folder = tmp_path / language
        folder.mkdir()
        files = [folder / name for name in ("new.xlsm", "out.xlsm", "out.json", "package.zip")]
        speaking = ["--lang", language]
        assert run("new", files[0], *speaking)[0] == 0
        assert run("recalculate", workbook, "-o", files[1], "--json", files[2], *speaking)[0] == 0
        assert run("package", workbook, "-o", files[3], *speaking)[0] == 0
        written[language] = [file.read_bytes() for file in files]
    assert written["zh"] == written["en"]


def test_texts_of_files_stay_in_both_languages() -> None:
    finding = Finding("error", "year_missing", {"year": 2018}, sheet="Macro", cell="C5")
    with catalogue.screen_in("en"):
        assert str(finding).startswith("Macro!C5: the value of 2018 is missing; ")
        assert finding.message == "缺少 2018 年的数值 / the value of 2018 is missing"
        assert catalogue.both("label.year") == "年份 / Year"
        assert catalogue.on_screen("label.year") == "Year"
        assert catalogue.pair_on_screen("北京", "Beijing") == "Beijing"
    assert catalogue.on_screen("label.year") == "年份 / Year"


def test_an_unknown_language_in_the_variable_is_refused(
    monkeypatch: pytest.MonkeyPatch, workbook: Path, run: Say
) -> None:
    monkeypatch.setenv("IIECON_LANG", "fr")
    code, out, err = run("check", workbook)
    assert (code, out) == (2, "")
    assert "IIECON_LANG" in err
    assert "fr" in err


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_report_is_in_the_language_asked_for_else_in_that_of_the_screen(
    language: str, workbook: Path, run: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IIECON_LANG", {"zh": "en", "en": "zh"}[language])
    asked, unasked = tmp_path / "asked.html", tmp_path / "unasked.html"
    assert run("report", workbook, "-o", asked, "--lang", language)[0] == 0
    assert f'lang="{language}' in asked.read_text(encoding="utf-8")
    assert run("report", workbook, "-o", unasked)[0] == 0
    assert f'lang="{language}' not in unasked.read_text(encoding="utf-8")


def test_a_report_in_both_languages_is_refused(workbook: Path, run: Say, tmp_path: Path) -> None:
    code, out, err = run("report", workbook, "-o", tmp_path / "r.html", "--lang", "both")
    assert (code, out) == (2, "")
    assert "--lang zh" in err
    assert not (tmp_path / "r.html").exists()


def test_the_source_of_the_scores_is_in_the_language_of_the_table(
    workbook: Path, run: Say, tmp_path: Path
) -> None:
    chinese, english = (catalogue.text("experts.illustrative", x) for x in ("zh", "en"))
    out = tmp_path / "out.xlsm"
    for language, told, other in (("en", english, chinese), ("zh", chinese, english)):
        shown = run("recalculate", workbook, "-o", out, "--lang", language)[1].replace("\n", " ")
        assert told in shown
        assert other not in shown
        assert ("亿元" in shown) == (language == "zh")
    with catalogue.screen_in("zh"):
        for own in ("Panel A / Panel B", "专家组 / 第二轮", "a / b / c"):
            assert catalogue.part_on_screen(own) == own


# --- quiet


def test_quiet_says_nothing_of_what_is_well(workbook: Path, run: Say) -> None:
    assert run("check", workbook)[2]  # there are warnings
    for command in (["check", workbook, "-q"], ["--quiet", "recalculate", workbook]):
        assert run(*command) == (0, "", "")


def test_quiet_still_says_errors(broken: Path, run: Say) -> None:
    code, out, err = run("recalculate", broken, "--quiet")
    assert (code, out) == (1, "")
    assert err.startswith("IO_Table!M20: ")
    code, out, err = run("check", broken.with_name("none.xlsm"), "--quiet")
    assert (code, out) == (3, "")
    assert "none.xlsm" in err


def test_quiet_lasts_for_one_command(workbook: Path, run: Say) -> None:
    run("check", workbook, "--quiet")
    assert not is_quiet()
    assert catalogue.text(GOOD, "en") in run("check", workbook)[1]


# --- data on standard output


def answers(workbook: Path, folder: Path) -> dict[str, list[object]]:
    """A command line of every command that gives JSON, on a small job."""
    book = str(workbook)
    gdp = ROOT / "python/iiecon/data/province_gdp.csv"
    return {
        "recalculate": [book, "-o", folder / "a.xlsm"],
        "check": [book],
        "why": [book, "Summary!H9", "--depth", 1],
        "compare": [book, book],
        "simulate": [book, "--draws", 200],
        "scenario": [book, ROOT / "templates/scenario_example.toml"],
        "import-io": [book, folder / "my.xlsm", "-o", folder / "b.xlsm"],
        "import-data": [gdp, book, "-o", folder / "c.xlsm"],
        "province": [book, "Sichuan"],
        "report": [book, "-o", folder / "r.html"],
        "package": [book, "-o", folder / "p.zip"],
        "new": [folder / "n.xlsm"],
        "install-libreoffice": ["--output", folder / "functions.oxt"],
        "audit": [book],
    }


@pytest.mark.parametrize("command", answers(SHIPPED, Path()))
def test_json_has_standard_output_for_itself(
    command: str, workbook: Path, tmp_path: Path, run: Say
) -> None:
    code, out, _ = run(command, *answers(workbook, tmp_path)[command], "--json", "-")
    assert code == 0
    assert json.loads(out)


@pytest.mark.parametrize("command", ["check", "why"])
def test_json_is_the_same_in_a_file_and_people_are_told_too(
    command: str, workbook: Path, tmp_path: Path, run: Say
) -> None:
    arguments, target = answers(workbook, tmp_path)[command], tmp_path / "told.json"
    piped = run(command, *arguments, "--json", "-", "--lang", "en")[1]
    told = run(command, *arguments, "--json", target)[1]
    assert json.loads(piped) == json.loads(target.read_text(encoding="utf-8"))
    assert CHINESE.search(told)


def test_imports_tell_programs_what_they_did(workbook: Path, tmp_path: Path, run: Say) -> None:
    edited = Edited(Path(shutil.copy(workbook, tmp_path / "other.xlsm")))
    place = edited.set_named("PROVINCE_GDP", 0, 0, 1.0)
    other, out = edited.save(), tmp_path / "out.xlsm"
    gdp = ROOT / "python/iiecon/data/province_gdp.csv"
    told = json.loads(run("import-data", gdp, other, "-o", out, "--json", "-")[1])
    assert (told["written"], told["backup"]) == (str(out), None)
    (change,) = told["changes"]
    assert f"{change['sheet']}!{change['cell']}" == place
    assert change["old"] == 1.0
    told = json.loads(run("import-io", workbook, other, "--json", "-")[1])
    assert (told["written"], told["backup"]) == (str(other), f"{other}.bak")
    assert (told["sectors"], told["rebuilt"]) == (default_inputs().table.size, False)


def test_csv_may_go_to_standard_output_too_but_not_both(
    workbook: Path, run: Say, tmp_path: Path
) -> None:
    small = ["simulate", workbook, "--draws", 200]
    code, out, _ = run(*small, "--csv", "-")
    target = tmp_path / "u.csv"
    assert run(*small, "--csv", target)[0] == code == 0
    assert out == target.read_text(encoding="utf-8")
    code, out, err = run(*small, "--csv", "-", "--json", "-")
    assert (code, out) == (2, "")
    assert err


@pytest.mark.parametrize("command", ["check", "recalculate", "audit", "report", "package"])
def test_a_program_is_told_why_it_gets_no_results(
    command: str, broken: Path, run: Say, tmp_path: Path
) -> None:
    targets = {"report": ["-o", tmp_path / "r.html"], "package": ["-o", tmp_path / "p.zip"]}
    before = sorted(tmp_path.iterdir())
    code, out, err = run(command, broken, *targets.get(command, []), "--json", "-")
    assert code == 1
    (finding, *_) = json.loads(out)["findings"]
    assert f"{finding['sheet']}!{finding['cell']}" == "IO_Table!M20"
    assert "IO_Table!M20" in err
    assert sorted(tmp_path.iterdir()) == before


def test_json_is_utf8_whatever_the_console(workbook: Path) -> None:
    """A Chinese Windows console has another encoding, which cannot write every character."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii:replace"}
    command = [sys.executable, "-m", "iiecon", "check", str(workbook), "--json", "-", "-q"]
    ran = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert any(CHINESE.search(s["name"]) for s in json.loads(ran.stdout)["provinces"])


def test_build_check_tells_programs_what_differs(run: Say, tmp_path: Path) -> None:
    code, out, err = run("build", tmp_path, "--check", "--json", "-")
    assert code == 1
    told = json.loads(out)
    assert told["equal"] is False
    assert "IIEconModel.xlsm" in told["differs"]
    assert list(tmp_path.iterdir()) == []
    assert err


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["check", "my.xlsm"], 1),
        (["check", "my.xlsm", "--json", "-"], 1),
        (["check", "none.xlsm"], 3),
        (["check", SHIPPED, "--json", "-"], 0),
        (["chekc"], 2),
        (["--help"], 0),
    ],
)
def test_the_exit_code_stays_when_nobody_reads(
    given: list[str | Path], code: int, broken: Path
) -> None:
    words = [broken.parent / word if str(word).endswith(".xlsm") else word for word in given]
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run([sys.executable, "-m", "iiecon", *words], stdout=writing, stderr=writing)
    os.close(writing)
    assert ran.returncode == code


# --- what stands in the way of a command


@pytest.mark.parametrize("command", ["recalculate", "check", "why"])
def test_a_folder_is_said_to_be_one(command: str, tmp_path: Path, run: Say) -> None:
    cell = ["Summary!H9"] if command == "why" else []
    code, out, err = run(command, tmp_path, *cell, "--lang", "en")
    assert (code, out) == (3, "")
    assert err == f"{tmp_path}: this is a folder, not a file; give a file in it\n"


def test_advice_on_a_missing_file_is_of_its_kind(workbook: Path, tmp_path: Path, run: Say) -> None:
    none = tmp_path / "none.csv"
    for command in (["import-data", none, workbook], ["import-io", none, workbook]):
        code, _, err = run(*command, "--lang", "en")
        assert code == 3
        assert "check the path" in err
        assert "iiecon new" not in err
    assert "iiecon new" in run("check", tmp_path / "none.xlsm")[2]


def test_a_workbook_of_somebody_else_is_told_in_one_line(tmp_path: Path, run: Say) -> None:
    path = tmp_path / "theirs.xlsx"
    book = openpyxl.Workbook()
    book.create_sheet("Macro")
    book.save(path)
    code, _, err = run("check", path, "--lang", "en")
    assert code == 1
    told, count = err.splitlines()
    assert told.startswith("this is no workbook of this tool (it has the sheets Sheet, Macro); ")
    assert count.startswith("1 error(s)")


def test_years_to_simulate_are_listed_plainly(workbook: Path, run: Say) -> None:
    code, _, err = run("simulate", workbook, "--years", 2050, "--draws", 10, "--lang", "en")
    assert code == 2
    assert "2050 is no result year (2017, 2018, " in err


# --- a workbook is no file of a table


@pytest.mark.parametrize("option", [["--sheet", "IO_Table"], ["--unit", "万元"]])
def test_options_that_would_be_passed_over_are_refused(
    option: list[str], workbook: Path, run: Say, tmp_path: Path
) -> None:
    out = tmp_path / "out.xlsm"
    code, _, err = run("import-io", SHIPPED, workbook, "-o", out, *option)
    assert code == 1
    assert SHIPPED.name in err
    assert "--sheet" in err
    assert not out.exists()


# --- colours


def on_a_terminal(command: Sequence[str], **environment: str) -> str:
    """What a program shows on a terminal of 100 columns."""
    import pty

    main_end, its_end = pty.openpty()
    plain = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
    surroundings = {**plain, "TERM": "xterm-256color", "COLUMNS": "100", **environment}
    with subprocess.Popen(
        command, stdin=its_end, stdout=its_end, stderr=its_end, env=surroundings, close_fds=True
    ):
        os.close(its_end)
        shown = b""
        while True:
            try:
                piece = os.read(main_end, 65536)
            except OSError:  # Linux says so where the other end is closed
                break
            if not piece:
                break
            shown += piece
    os.close(main_end)
    return shown.decode("utf-8", "replace")


# Escape sequences that set a colour: 30 to 49 and 90 to 107.
COLOUR = re.compile(r"\x1b\[(?:[\d;]*;)?(?:3\d|4\d|9\d|10[0-7])(?:;[\d;]*)?m")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_colours_are_for_terminals_and_for_who_wants_them(workbook: Path) -> None:
    command = [sys.executable, "-m", "iiecon", "check", str(workbook)]
    shown = on_a_terminal(command)
    assert COLOUR.search(shown)  # the progress, at least
    assert catalogue.text(GOOD, "en") in shown
    plain = on_a_terminal(command, NO_COLOR="1")
    assert catalogue.text(GOOD, "en") in plain
    assert not COLOUR.search(plain)
    piped = subprocess.run(command, capture_output=True, check=True)
    assert b"\x1b" not in piped.stdout + piped.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_quiet_shows_no_progress_on_a_terminal(workbook: Path) -> None:
    assert on_a_terminal([sys.executable, "-m", "iiecon", "check", str(workbook), "-q"]) == ""


# --- completion


def completions(line: str, tmp_path: Path) -> list[str]:
    """What the shell is offered after this line, as argcomplete's own protocol asks for it."""
    answer = tmp_path / "answer"
    asked = {
        "_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, "-m", "iiecon"], env={**os.environ, **asked}, capture_output=True
    )
    assert ran.stdout == b""
    return [word.strip() for word in answer.read_text(encoding="utf-8").splitlines()]


def test_commands_options_and_choices_are_completed(tmp_path: Path) -> None:
    pytest.importorskip("argcomplete")
    assert completions("iiecon recal", tmp_path) == ["recalculate"]
    assert set(completions("iiecon import-", tmp_path)) == {"import-io", "import-data"}
    assert "--json" in completions("iiecon check --", tmp_path)
    assert completions("iiecon import-data a.csv b.xlsm --kind prov", tmp_path) == [
        "province-gdp", "province-employment",
    ]  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_gets_its_code(shell: str, run: Say) -> None:
    pytest.importorskip("argcomplete")
    code, out, err = run("completion", shell)
    assert (code, err) == (0, "")
    marks = {"bash": "complete -o", "zsh": "compdef", "fish": "complete --command iiecon",
             "powershell": "Register-ArgumentCompleter"}  # fmt: skip
    assert marks[shell] in out
    assert "iiecon" in out


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_takes_the_code(run: Say) -> None:
    pytest.importorskip("argcomplete")
    code = run("completion", "bash")[1]
    ran = subprocess.run(["bash", "-c", f"{code}\ncomplete -p iiecon"], capture_output=True)
    assert ran.returncode == 0
    assert b"iiecon" in ran.stdout


def test_without_argcomplete_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, run: Say
) -> None:
    for name in ("argcomplete", "argcomplete.shell_integration"):
        monkeypatch.setitem(sys.modules, name, None)
    code, out, err = run("completion", "bash")
    assert (code, out) == (2, "false\n")  # for `eval`, which then fails as well
    assert "pip install argcomplete" in err
    assert run("completion", "powershell")[:2] == (2, "")


def test_no_command_runs_while_a_shell_asks(
    monkeypatch: pytest.MonkeyPatch, workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    monkeypatch.setitem(sys.modules, "argcomplete", None)
    before = workbook.stat().st_mtime_ns
    with pytest.raises(SystemExit):
        main(["recalculate", str(workbook)])
    assert capsys.readouterr() == ("", "")
    assert workbook.stat().st_mtime_ns == before

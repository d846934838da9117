"""Help and complaints: in both languages, with examples that work and a next step."""

from __future__ import annotations

import argparse
import re
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

from iiecon import catalogue
from iiecon.cli import _parser, main
from iiecon.cli.examples import EXAMPLES, HELP, START
from iiecon.cli.parsing import COMPLAINTS, columns, complaint_of, wrapped
from iiecon.findings import InputError
from iiecon.scenarios.reading import read_scenario
from iiecon.shipped import SCENARIO, scenario_example
from tests.conftest import ROOT

COMMANDS = sorted(_parser()[1])
CHINESE = re.compile("[一-鿿]")
UNITS = re.compile("亿元|万元|万人")  # units, which have no other name in the tables


def stopped(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    return int(stop.value.code or 0)


def helped(command: str, language: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert stopped([command, "--help", "--lang", language]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


# --- help


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_in_the_language_asked_for(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = {language: catalogue.text(f"cli.{command}", language) for language in ("zh", "en")}
    english = helped(command, "en", capsys)
    assert not CHINESE.search(UNITS.sub("", english))
    assert squeezed(told["en"]) in squeezed(english)
    chinese = helped(command, "zh", capsys)
    assert squeezed(told["zh"]) in squeezed(chinese)
    assert squeezed(told["en"]) not in squeezed(chinese)
    assert chinese.startswith(f"用法: iiecon {command} [-h]")
    both = squeezed(helped(command, "both", capsys))
    assert squeezed(f"{told['zh']} / {told['en']}") in both


@pytest.mark.parametrize("command", COMMANDS)
def test_every_argument_is_explained(command: str) -> None:
    with catalogue.screen_in("both"):
        actions = _parser()[1][command]._actions
    mute = [a.dest for a in actions if not CHINESE.search(a.help or "") or " / " not in a.help]  # type: ignore[operator]
    assert mute == []


def test_the_list_of_commands_says_what_each_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert stopped(["--help", "--lang", "en"]) == 0
    listed = squeezed(capsys.readouterr().out)
    for command in COMMANDS:
        assert squeezed(command + catalogue.text(f"cli.{command}", "en")) in listed


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_the_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    shown = helped(command, "en", capsys).split("examples:\n")[1].splitlines()
    for number, typed in enumerate(EXAMPLES[command], 1):
        at = shown.index(f"  {typed}")
        assert shown[at + 1].strip()
        assert catalogue.text(f"example.{command}.{number}", "en").startswith(shown[at + 1].strip())


def test_examples_are_those_of_the_commands_and_explained() -> None:
    assert sorted(EXAMPLES) == COMMANDS == sorted(catalogue.keys("example"))
    for command, typed in EXAMPLES.items():
        assert 1 <= len(typed) <= 3
        assert catalogue.keys(f"example.{command}") == [str(n + 1) for n in range(len(typed))]


@pytest.mark.parametrize("typed", [*START, *HELP, *(t for e in EXAMPLES.values() for t in e)])
def test_every_example_is_a_command_line_that_is_understood(typed: str) -> None:
    found = re.search(r"iiecon ([^|)]+)", typed)
    assert found
    words = shlex.split(found[1])
    if "--help" in words:
        assert stopped(words) == 0
    else:
        assert callable(_parser(words)[0].parse_args(words).run)


def test_what_a_command_needs_is_said_to_have_no_default(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for command in ("new", "import-io", "import-data"):
        shown = helped(command, "en", capsys).split("options:")[0]
        assert "default" not in shown
    assert "--check" not in helped("new", "en", capsys)
    assert "IIEconModel.xlsm" in helped("check", "en", capsys)


def test_the_example_is_looked_for_where_it_was_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed = tmp_path / "share/iieconmodel" / SCENARIO
    installed.parent.mkdir(parents=True)
    installed.touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.chdir(ROOT)
    assert scenario_example() == SCENARIO  # in this folder
    monkeypatch.chdir(tmp_path)
    assert scenario_example() == str(installed)
    shown = squeezed(helped("scenario", "en", capsys))
    assert shown.count(squeezed(str(installed))) == 2
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("scores", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_scenario(wrong)
    assert str(installed) in caught.value.findings[0].fix


def test_the_scenario_of_the_examples_is_there() -> None:
    (typed,) = EXAMPLES["scenario"]
    assert (ROOT / shlex.split(typed)[3]).is_file()


def test_without_arguments_it_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert stopped([]) == 2
    page = capsys.readouterr().err
    assert all(typed in page for typed in (*START, "iiecon --help"))
    assert "从这里开始 / begin with" in page


# --- wrong usage

WRONG = {
    "required": ["report"],
    "one_of": ["country", "f.csv"],
    "together": ["country", "f.csv", "--scores", "s.csv", "--workbook", "b.xlsm"],
    "unknown": ["check", "a.xlsm", "b.xlsm"],
    "choice": ["check", "--lang", "fr"],
    "whole_number": ["why", "S!A1", "--depth", "two"],
    "number": ["calibrate", "--near", "much"],
    "one_value": ["report", "-o"],
    "some_values": ["base-years", "--tables"],
    "values": ["calibrate", "--bounds", "1"],
    "no_value": ["calibrate", "--apply=yes"],
    "ambiguous": ["new", "x.xlsm", "--s", "3"],
}


def test_every_complaint_is_tried() -> None:
    assert sorted(WRONG) == sorted(COMPLAINTS)


@pytest.mark.parametrize("key", WRONG)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_wrong_usage_is_said_in_the_language_asked_for(
    key: str, language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("IIECON_LANG", language)
    assert stopped(WRONG[key]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    if key == "one_of":
        assert {"zh": "须给出 --scores 或 --workbook", "en": "--scores or --workbook"}[
            language
        ] in err
    fixed = catalogue.template(f"usage.{key}", language)
    assert all(part in err for part in re.split(r"{[^}]*}", fixed))
    assert bool(CHINESE.search(err)) == (language == "zh")
    assert f"iiecon {WRONG[key][0]} --help" in err
    for pattern in COMPLAINTS.values():  # nothing is left of what argparse says
        assert not re.search(pattern.partition("(")[0] or pattern, err)


def test_a_complaint_that_is_not_known_stays_as_it_is() -> None:
    assert str(complaint_of("argument --near: quite another matter")) == (
        "--near: quite another matter"
    )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["chekc"], "check"),
        (["Recalculate"], "recalculate"),
        (["sim"], "simulate"),
        (["import_io", "a.csv", "b.xlsm"], "import-io"),
        (["check", "--jsn", "x"], "--json"),
        (["check", "–json", "x"], "--json"),
        (["check", "——json", "x"], "--json"),
        (["report", "--ot=r.docx"], "--out"),
        (["simulate", "--scheduller", "tcp://a:1"], "--scheduler"),
        (["import-data", "a.csv", "b.xlsm", "--kind", "macor"], "macro"),
        (["--quite", "check"], "--quiet"),
    ],
)
def test_what_was_probably_meant_is_asked(
    typed: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stopped(typed) == 2
    assert f"did you mean {meant}?" in capsys.readouterr().err


@pytest.mark.parametrize("typed", [["frobnicate"], ["check", "--xyzzy"]])
def test_nothing_is_guessed_where_nothing_is_alike(
    typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert stopped(typed) == 2
    assert "did you mean" not in capsys.readouterr().err


def test_all_commands_are_named_where_nothing_is_alike(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert stopped(["frobnicate"]) == 2
    told = capsys.readouterr().err
    assert all(command in told for command in COMMANDS)


# --- lines


def test_lines_of_help_fit_a_terminal_in_chinese_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for language in ("zh", "en", "both"):
        lines = helped("calibrate", language, capsys).splitlines()
        told = [line for line in lines if "iiecon calibrate" not in line]
        assert max(map(columns, told)) <= 80


def test_a_line_breaks_between_chinese_characters_and_before_no_full_stop() -> None:
    assert wrapped("检查输入，不写文件。 then stop", 9) == [
        "检查输",
        "入，不写",
        "文件。",
        "then stop",
    ]
    assert wrapped("    one two three", 11) == ["    one two", "    three"]


def test_descriptions_are_no_format_strings() -> None:
    """Per cent signs in help are doubled for argparse, and only there."""
    formatted = [a.format_help() for a in _parser()[1].values()]
    assert not any("%%" in text for text in formatted)


def test_a_namespace_has_what_every_command_needs() -> None:
    for command in COMMANDS:
        parser = _parser()[1][command]
        assert isinstance(parser, argparse.ArgumentParser)
        dests = {action.dest for action in parser._actions}
        assert {"help", "lang", "quiet"} <= dests


def test_the_catalogue_has_no_complaint_left_over() -> None:
    text = (ROOT / "python/iiecon/catalogue.toml").read_text(encoding="utf-8")
    own = set(tomllib.loads(text)["usage"]) - set(COMPLAINTS)
    sources = "".join(
        p.read_text(encoding="utf-8") for p in Path(ROOT / "python/iiecon/cli").glob("*.py")
    )
    assert [key for key in own if f'"{key}"' not in sources and f"usage.{key}" not in sources] == []

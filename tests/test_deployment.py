"""Excel is told which Python to start: files as xlwings' VBA reads them, and in its order."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path, PureWindowsPath

import pytest
import xlwings
from hypothesis import given
from hypothesis import strategies as st
from xlwings.utils import read_user_config

from iiecon import catalogue, cli, excel_setup
from iiecon.excel_setup import (
    file_beside,
    interpreter,
    settings_of,
    user_file,
    with_interpreter,
    written_form,
)
from iiecon.machine import Machine

HOME = r"C:\Users\张伟"
ENVIRONMENT = {"USERPROFILE": HOME, "LOCALAPPDATA": rf"{HOME}\AppData\Local"}
PYTHON = rf"{HOME}\env\Scripts\python.exe"
BOOK = r"D:\测算 folder\IIEconModel.xlsm"
BESIDE, USER = r"D:\测算 folder\xlwings.conf", rf"{HOME}\.xlwings\xlwings.conf"


class Described(Machine):
    """A Chinese Windows with these files; short names where a test gives them."""

    files: dict[str, bytes]
    short: dict[str, str]

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def short_path(self, path: str) -> str:
        return self.short.get(path, path)


def windows(code_page: str = "cp936", executable: str = PYTHON) -> Described:
    machine = Described(
        "Windows", (3, 11), 64, executable, "", HOME, ENVIRONMENT, code_page, "utf-8"
    )  # fmt: skip
    object.__setattr__(machine, "files", {})
    object.__setattr__(machine, "short", {})
    return machine


def mac() -> Machine:
    return replace(Machine.here(), system="Darwin", home="/Users/zw")


# --- where the settings are


def test_files_are_where_xlwings_looks() -> None:
    """`xlwings.bas` puts them together from parts; the Mac's stands there in full."""
    source = Path(xlwings.__file__).with_name("xlwings.bas").read_text(encoding="ascii")
    assert r'Environ("USERPROFILE") & "\." & PROJECT_NAME & "\" & PROJECT_NAME & ".conf"' in source
    assert user_file(windows()) == USER
    assert "~/Library/Containers/com.microsoft.Excel/Data/xlwings.conf" in source
    assert user_file(mac()) == "/Users/zw/Library/Containers/com.microsoft.Excel/Data/xlwings.conf"
    assert file_beside(windows(), BOOK) == BESIDE


@pytest.mark.parametrize(
    ("sheet", "beside", "user", "expected"),
    [
        ({}, None, None, ("pythonw", "")),
        ({}, None, b'"INTERPRETER_WIN","U"\r\n', ("U", USER)),
        ({}, b'"INTERPRETER_WIN","B"\r\n', b'"INTERPRETER_WIN","U"\r\n', ("B", BESIDE)),
        ({"INTERPRETER_WIN": "S"}, b'"INTERPRETER_WIN","B"', None, ("S", "xlwings.conf")),
        ({}, b'"OTHER","x"\r\n', b'"interpreter_win","U"\r\n', ("U", USER)),
        ({}, b'"INTERPRETER","old"\r\n', b'"INTERPRETER_WIN","U"\r\n', ("U", USER)),
        ({}, b'"INTERPRETER","old"\r\n', None, ("old", BESIDE)),
        ({}, b'"INTERPRETER_WIN",""\r\n', b'"INTERPRETER_WIN","U"\r\n', ("pythonw", "")),
        ({}, b'"INTERPRETER_MAC","m"\r\n', None, ("pythonw", "")),
        ({}, b'"INTERPRETER_WIN","B"\r\n"INTERPRETER_WIN","C"\r\n', None, ("B", BESIDE)),
    ],
)
def test_order_of_places(
    sheet: dict[str, str], beside: bytes | None, user: bytes | None, expected: tuple[str, str]
) -> None:
    """Sheet, folder, user, as `GetConfig` goes; an empty value there ends the search as well."""
    machine = windows()
    for name, content in ((BESIDE, beside), (USER, user)):
        if content is not None:
            machine.files[name] = content
    found = interpreter(machine, sheet, BOOK)
    assert (found.path, found.source) == expected


def test_two_installations_live_side_by_side() -> None:
    machine = windows()
    machine.files[BESIDE] = b'"INTERPRETER_WIN","D:\\two\\python.exe"\r\n'
    machine.files[USER] = b'"INTERPRETER_WIN","C:\\one\\python.exe"\r\n'
    assert interpreter(machine, {}, BOOK).path == r"D:\two\python.exe"
    assert interpreter(machine, {}, r"E:\elsewhere\book.xlsm").path == r"C:\one\python.exe"


def test_variables_in_a_path_are_expanded() -> None:
    machine = windows()
    machine.files[USER] = b'"INTERPRETER_WIN","%userprofile%\\env\\Scripts\\python.exe"\r\n'
    assert interpreter(machine, {}, None).path == PYTHON


# --- how VBA reads them


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'"A","1"\r\n"B","2"\r\n', {"A": "1", "B": "2"}),
        (b'"A","1, 2"\n', {"A": "1, 2"}),
        (b'"A",1\r\n', {"A": "1"}),
        (b'\r\n"A","1"\r\n', {"": "A"}),  # an empty line is an empty field: the pairs shift
        (b'"A"\r\n"B","2"\r\n', {"A": "B"}),
        ('"A","测算"\r\n'.encode("cp936"), {"A": "测算"}),
        (b"", {}),
    ],
)
def test_fields_are_read_in_pairs(content: bytes, expected: dict[str, str]) -> None:
    assert settings_of(windows(), content) == expected


# --- what is written


@pytest.mark.parametrize(
    ("path", "short", "code_page", "expected"),
    [
        (r"C:\env\python.exe", None, "cp1252", rb"C:\env\python.exe"),
        (PYTHON, r"C:\Users\ZHANG~1\env\python.exe", "cp1252", rb"C:\Users\ZHANG~1\env\python.exe"),
        (PYTHON, None, "cp936", rb"%USERPROFILE%\env\Scripts\python.exe"),
        (rf"{HOME}\AppData\Local\e\p.exe", None, "cp936", rb"%LOCALAPPDATA%\e\p.exe"),
        (r"D:\环境\python.exe", None, "cp936", r"D:\环境\python.exe".encode("cp936")),
        (rf"{HOME}\环境\python.exe", None, "cp936", rf"{HOME}\环境\python.exe".encode("cp936")),
        (PYTHON, None, "cp1252", None),
        (rf"{HOME}2\env\python.exe", None, "cp936", rf"{HOME}2\env\python.exe".encode("cp936")),
    ],
)
def test_path_is_written_in_the_safest_form(
    path: str, short: str | None, code_page: str, expected: bytes | None
) -> None:
    machine = windows(code_page)
    if short:
        machine.short[path] = short
    assert written_form(machine, path) == expected


def test_chinese_path_on_a_mac_is_refused() -> None:
    assert written_form(mac(), "/Users/张伟/env/bin/python") is None
    assert written_form(mac(), "/Users/zw/env/bin/python") == b"/Users/zw/env/bin/python"


@pytest.mark.parametrize("name", ["pythonw.exe", "PythonW.exe", "python.exe"])
def test_console_program_is_taken(name: str) -> None:
    """RunPython waits for `python`; it would not wait for `pythonw`, which has no console."""
    program = excel_setup.console_program(windows(executable=rf"C:\env\Scripts\{name}"))
    assert PureWindowsPath(program) == PureWindowsPath(r"C:\env\Scripts\python.exe")


def test_other_lines_stay_byte_for_byte() -> None:
    lines = ['"SHOW CONSOLE","True"', '"PYTHONPATH","D:\\测算"', '"INTERPRETER_MAC","/usr/x"']
    others = [line.encode("cp936") for line in lines]
    mine = b'"interpreter_win","C:\\old\\python.exe"'
    before = b"\r\n".join([others[0], mine, others[1], mine, others[2]])
    after = with_interpreter(windows(), before, rb"C:\new\python.exe")
    assert after == b"\r\n".join([*others, b'"INTERPRETER_WIN","C:\\new\\python.exe"', b""])


def test_writing_twice_changes_nothing_more() -> None:
    machine = windows()
    once = with_interpreter(machine, b'"A","1"\r\n', rb"C:\p.exe")
    assert with_interpreter(machine, once, rb"C:\p.exe") == once


def test_what_vba_stumbles_on_is_removed() -> None:
    machine = windows()
    after = with_interpreter(machine, b'\xef\xbb\xbf"A","1"\r\n\r\n\r\n"B","2"', rb"C:\p.exe")
    expected = {"A": "1", "B": "2", "INTERPRETER_WIN": r"C:\p.exe"}
    assert settings_of(machine, after) == expected


names = st.text("ABCDEFGH _", min_size=1).map(str.strip).filter(bool)
values = st.text(st.characters(codec="cp936", exclude_characters='"\r\n', exclude_categories=["C"]))


@given(pairs=st.dictionaries(names, values), blank=st.integers(0, 3))
def test_xlwings_itself_reads_what_is_written(
    pairs: dict[str, str], blank: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """xlwings' Python side reads the user's file with a reader of its own."""
    text = "\r\n".join(f'"{name}","{value}"' for name, value in pairs.items()) + "\r\n" * blank
    after = with_interpreter(windows(), text.encode("cp936"), rb"C:\new env\python.exe")
    file = tmp_path_factory.mktemp("conf") / "xlwings.conf"
    # It opens the file in the code page of the machine; here that is UTF-8.
    file.write_bytes(after.decode("cp936").encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xlwings, "USER_CONFIG_FILE", str(file))
        patch.setattr("os.path.expandvars", lambda value: value)
        found = read_user_config()  # type: ignore[no-untyped-call]
    expected = {name.lower(): value for name, value in pairs.items()}
    assert found == {**expected, "interpreter_win": r"C:\new env\python.exe"}
    assert settings_of(windows(), after) == {name.upper(): value for name, value in found.items()}


# --- the command


def on_a_mac(monkeypatch: pytest.MonkeyPatch, folder: Path, executable: str) -> None:
    """Let the command believe in a Mac, whose paths have the form of those here."""
    here = replace(Machine.here(), system="Darwin", executable=executable, home=str(folder))
    monkeypatch.setattr(Machine, "here", lambda: here)


def test_command_writes_the_users_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_a_mac(monkeypatch, tmp_path, "/opt/env/bin/python")
    assert cli.main(["install-excel"]) == 0
    file = tmp_path / "Library/Containers/com.microsoft.Excel/Data/xlwings.conf"
    assert file.read_bytes() == b'"INTERPRETER_MAC","/opt/env/bin/python"\n'
    shown = capsys.readouterr().out
    assert str(file) in shown
    assert "/opt/env/bin/python" in shown
    assert cli.main(["install-excel", "--json", "-"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"written": [str(file)], "program": "/opt/env/bin/python"}


def test_command_writes_beside_a_workbook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    on_a_mac(monkeypatch, tmp_path, "/opt/env/bin/python")
    folder = tmp_path / "测算 folder"
    folder.mkdir()
    (folder / "xlwings.conf").write_bytes(b'"SHOW CONSOLE","True"\n')
    assert cli.main(["install-excel", "--beside", str(folder / "book.xlsm")]) == 0
    written = (folder / "xlwings.conf").read_bytes()
    assert written == b'"SHOW CONSOLE","True"\n"INTERPRETER_MAC","/opt/env/bin/python"\n'
    assert [file.name for file in folder.iterdir()] == ["xlwings.conf"]
    assert not (tmp_path / "Library").exists()


def test_command_refuses_a_path_that_excel_cannot_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_a_mac(monkeypatch, tmp_path, "/opt/环境/bin/python")
    assert cli.main(["install-excel"]) == 3
    assert "/opt/环境/bin/python" in capsys.readouterr().err
    assert not (tmp_path / "Library").exists()


def test_command_says_that_there_is_no_excel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = replace(Machine.here(), system="Linux", home=str(tmp_path))
    monkeypatch.setattr(Machine, "here", lambda: here)
    assert cli.main(["install-excel", "--beside", str(tmp_path / "book.xlsm")]) == 2
    assert catalogue.both("cli.no_excel") in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

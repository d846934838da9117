"""The checks of `doctor` on described machines: one thing wrong with each, and it is found."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path, PureWindowsPath

import pytest
import xlwings

from iiecon import catalogue, cli, default_inputs
from iiecon.diagnosis import Case, Check, Result
from iiecon.doctor import CHECKS, REQUIRED, examine
from iiecon.excel_checks import APP_PATHS, CHOICES, OFFICE, POLICIES, STORE_PACKAGES
from iiecon.machine import Machine, Registry
from iiecon.spreadsheet.package import FileProblem
from iiecon.workbook.build import build_workbook
from udfs import FUNCTIONS

ROOT = Path(__file__).resolve().parents[1]
HOME = r"C:\Users\张伟"
ENVIRONMENT = rf"{HOME}\iiecon env"
PYTHON = rf"{ENVIRONMENT}\Scripts\python.exe"
USER_CONF = rf"{HOME}\.xlwings\xlwings.conf"
WORKBOOK = rf"{HOME}\测算 folder\IIEconModel.xlsm"
BESIDE_CONF = rf"{HOME}\测算 folder\xlwings.conf"
LIBRARIES = [rf"{ENVIRONMENT}\xlwings{kind}-0.37.8.dll" for kind in ("32", "64")]
SOFFICE = r"C:\Program Files\LibreOffice\program\soffice.com"
ADD_IN = (
    rf"{HOME}\AppData\Roaming\LibreOffice\4\user\uno_packages\cache\uno_packages"
    r"\lu1.tmp_\iiecon.oxt\description.xml"
)


@dataclass(frozen=True)
class Described(Machine):
    """A machine made of what a test says of it."""

    files: dict[str, bytes] = field(default_factory=dict)
    read_only: set[str] = field(default_factory=set)
    packages: dict[str, str] = field(default_factory=dict)
    keys: dict[str, Registry] = field(default_factory=dict)
    refused: str = ""

    def version(self, package: str) -> str | None:
        return self.packages.get(package)

    def read(self, path: str) -> bytes | None:
        return self.files.get(path)

    def exists(self, path: str) -> bool:
        return path in self.files or path in self.read_only

    def matching(self, folder: str, pattern: str) -> list[str]:
        wanted = f"{folder}/{pattern}".replace("\\", "/")
        return [path for path in self.files if fnmatch(path.replace("\\", "/"), wanted)]

    def can_write(self, path: str) -> bool:
        return path not in self.read_only

    def same_folder(self, one: str, other: str) -> bool:
        return PureWindowsPath(one).parent == PureWindowsPath(other).parent

    def short_path(self, path: str) -> str:
        return path

    def registry(self, key: str) -> Registry:
        return self.keys.get(key, {})

    def program(self, name: str, *usual: str) -> str | None:
        return next((path for path in usual if path in self.files), None)

    def run(self, *command: str) -> tuple[bool, str]:
        return not self.refused, self.refused or "LibreOffice 24.8.1"


def settings(**pairs: str) -> bytes:
    """A settings file as Excel's VBA writes it on a Chinese Windows."""
    lines = (f'"{name.replace("_", " ")}","{value}"\r\n' for name, value in pairs.items())
    return "".join(lines).replace("INTERPRETER ", "INTERPRETER_").encode("cp936")


@pytest.fixture(scope="module")
def built() -> bytes:
    return build_workbook(default_inputs())


@pytest.fixture
def healthy(built: bytes) -> Case:
    """A Chinese Windows with Excel 365 on which everything is in order."""
    machine = Described(
        system="Windows",
        python=(3, 11),
        bits=64,
        executable=PYTHON,
        base_prefix=r"C:\Program Files\Python311",
        home=HOME,
        environment={"USERPROFILE": HOME, "APPDATA": rf"{HOME}\AppData\Roaming"},
        code_page="cp936",
        output_encoding="cp936",
        files={
            WORKBOOK: built,
            PYTHON: b"",
            USER_CONF: settings(INTERPRETER_WIN=PYTHON),
            SOFFICE: b"",
            ADD_IN: b'<identifier value="org.iieconmodel.functions"/>',
            **dict.fromkeys(LIBRARIES, b""),
        },
        packages={**dict.fromkeys(REQUIRED, "1.0"), "xlwings": "0.37.8", "pywin32": "308"},
        keys={
            APP_PATHS: {"": r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE"},
            OFFICE: {"Platform": "x64", "ProductReleaseIds": "O365ProPlusRetail"},
        },
    )
    return Case(machine, WORKBOOK)


def described(case: Case) -> Described:
    assert isinstance(case.machine, Described)
    return case.machine


def changed(case: Case, **facts: object) -> Case:
    return replace(case, machine=replace(described(case), **facts))  # type: ignore[arg-type]


def without_file(case: Case, path: str) -> Case:
    del described(case).files[path]
    return case


def with_file(case: Case, path: str, content: bytes) -> Case:
    described(case).files[path] = content
    return case


def with_key(case: Case, key: str, values: Registry) -> Case:
    described(case).keys[key] = values
    return case


def without_package(case: Case, name: str) -> Case:
    del described(case).packages[name]
    return case


def read_only(case: Case, path: str) -> Case:
    described(case).read_only.add(path)
    return case


def moved(case: Case, path: str) -> Case:
    """The workbook in another place."""
    described(case).files[path] = described(case).files[WORKBOOK]
    return replace(case, workbook=path)


def edited(case: Case, edit: Callable[[dict[str, bytes]], None]) -> Case:
    """The workbook with other parts."""
    with zipfile.ZipFile(io.BytesIO(described(case).files[WORKBOOK])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    edit(parts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return with_file(case, WORKBOOK, buffer.getvalue())


def without_name(parts: dict[str, bytes]) -> None:
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'"IO_FLOWS"', b'"IO_FLOW"')


def without_macros(parts: dict[str, bytes]) -> None:
    parts.pop("xl/vbaProject.bin", None)


def macros_saved_by_excel(parts: dict[str, bytes]) -> None:
    """The project of a workbook that Excel itself saved: xlwings, and none of our functions."""
    file = Path(xlwings.__file__).with_name("quickstart_standalone.xlsm")
    with zipfile.ZipFile(file) as archive:
        parts["xl/vbaProject.bin"] = archive.read("xl/vbaProject.bin")


def damaged_macros(parts: dict[str, bytes]) -> None:
    parts["xl/vbaProject.bin"] = b"no compound file"


def downloaded(case: Case) -> Case:
    return with_file(case, f"{WORKBOOK}:Zone.Identifier", b"[ZoneTransfer]\r\nZoneId=3\r\n")


def two_conda_lines(case: Case) -> Case:
    conda = settings(CONDA_PATH=r"C:\conda", CONDA_ENV="base")
    return with_file(case, BESIDE_CONF, conda)


def elsewhere_in_mac(case: Case) -> Case:
    """A Mac where nothing is set up for the buttons."""
    return changed(case, system="Darwin", executable="/Users/zw/env/bin/python", home="/Users/zw")


def activated_on_linux(case: Case) -> Case:
    """A terminal in which a virtual environment is active, beside LibreOffice with the add-in."""
    home = "/home/zw"
    below = PureWindowsPath(ADD_IN.partition("LibreOffice")[2]).as_posix()
    profile = f"{home}/.config/libreoffice{below}"
    environment = {"VIRTUAL_ENV": f"{home}/.venv"}
    linux = changed(case, system="Linux", home=home, environment=environment)
    return with_file(linux, profile, described(case).files[ADD_IN])


OTHER_PYTHON = r"D:\other\Scripts\python.exe"
BLOCKED = f"{WORKBOOK}:Zone.Identifier"

# What is wrong with a machine that is otherwise in order, by the text that doctor has for it.
WRONG: Mapping[str, Callable[[Case], Case]] = {
    "doctor.python.old": lambda c: changed(c, python=(3, 10)),
    "doctor.packages.missing": lambda c: without_package(c, "scipy"),
    "doctor.elsewhere.failed": lambda c: changed(c, refused="ModuleNotFoundError: udfs"),
    "doctor.console.cannot": lambda c: changed(c, output_encoding="cp1252"),
    "file.missing": lambda c: without_file(c, WORKBOOK),
    "file.unreadable": lambda c: read_only(without_file(c, WORKBOOK), WORKBOOK),
    "file.not_workbook": lambda c: with_file(c, WORKBOOK, b"a text"),
    "file.vba": lambda c: edited(c, damaged_macros),
    "doctor.names.missing": lambda c: edited(c, without_name),
    "doctor.lock.held": lambda c: with_file(c, WORKBOOK.replace("IIE", "~$IIE"), b""),
    "doctor.writable.file": lambda c: read_only(c, WORKBOOK),
    "doctor.writable.folder": lambda c: read_only(c, rf"{HOME}\测算 folder"),
    "doctor.libreoffice.no_add_in": lambda c: without_file(c, ADD_IN),
    "doctor.libreoffice.environment": activated_on_linux,
    "doctor.excel.missing": lambda c: with_key(c, APP_PATHS, {}),
    "doctor.excel.store": lambda c: with_key(
        with_key(c, APP_PATHS, {}), STORE_PACKAGES, {"Microsoft.Office.Desktop.Excel_16051": {}}
    ),
    "doctor.spills.old": lambda c: with_key(c, OFFICE, {"ProductReleaseIds": "Standard2019Volume"}),
    "doctor.spills.unknown": lambda c: with_key(c, OFFICE, {}),
    "doctor.place.network": lambda c: moved(c, r"\\server\share\IIEconModel.xlsm"),
    "doctor.place.cloud": lambda c: changed(
        c, environment={**c.machine.environment, "OneDrive": rf"{HOME}\测算 folder"}
    ),
    "doctor.place.long": lambda c: moved(c, rf"C:\{'深' * 210}\IIEconModel.xlsm"),
    "doctor.blocked.marked": downloaded,
    "doctor.macros.off": lambda c: with_key(c, CHOICES, {"VBAWarnings": 4}),
    "doctor.macros.forbidden": lambda c: with_key(c, POLICIES, {"VBAWarnings": 3}),
    "doctor.macro_version.no_macros": lambda c: edited(c, without_macros),
    "doctor.macro_version.differs": lambda c: changed(
        c, packages={**described(c).packages, "xlwings": "0.38.0"}
    ),
    "doctor.functions.none": lambda c: edited(c, macros_saved_by_excel),
    "doctor.config_file.mark": lambda c: with_file(c, BESIDE_CONF, b'\xef\xbb\xbf"A","b"\r\n'),
    "doctor.config_file.blank": lambda c: with_file(c, BESIDE_CONF, b'\r\n"A","b"\r\n'),
    "doctor.config_file.encoding": lambda c: with_file(c, BESIDE_CONF, '"A","测"'.encode()),
    "doctor.starts.unset": lambda c: without_file(c, USER_CONF),
    "doctor.starts.missing": lambda c: without_file(c, PYTHON),
    "doctor.starts.conda": two_conda_lines,
    "doctor.starts.other": lambda c: with_file(
        with_file(c, BESIDE_CONF, settings(INTERPRETER_WIN=OTHER_PYTHON)), OTHER_PYTHON, b""
    ),
    "doctor.code_page.outside": lambda c: changed(c, code_page="cp1252"),
    "doctor.store_python.store": lambda c: changed(
        c, base_prefix=r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.11"
    ),
    "doctor.pywin32.missing": lambda c: without_package(c, "pywin32"),
    "doctor.library.missing": lambda c: without_file(c, LIBRARIES[1]),
    "doctor.run_script.missing": elsewhere_in_mac,
    "doctor.not_here.libreoffice": lambda c: without_file(c, SOFFICE),
    "doctor.not_here.interpreter": lambda c: without_file(c, USER_CONF),
    "doctor.not_here.workbook": lambda c: replace(c, workbook=None),
    "doctor.not_here.windows": elsewhere_in_mac,
    "doctor.not_here.mac": lambda c: c,
    "doctor.not_here.excel": lambda c: changed(c, system="Linux"),
}
# Two that need a function of a newer version, or a Mac that is in order: tested on their own.
ELSEWHERE_TESTED = {"doctor.functions.unknown", "doctor.run_script.ok"}


def full_key(result: Result) -> str:
    key = result.outcome.key
    return key if "." in key else f"doctor.{result.check}.{key}"


def keys(case: Case) -> set[str]:
    """The texts that a case brings up; making them fails when one cannot be filled."""
    results = list(examine(case))
    assert all(result.title and result.message for result in results)
    assert all(bool(r.fix) == (r.outcome.status in ("problem", "look")) for r in results)
    return {full_key(result) for result in results}


def status_of(case: Case, check: str) -> str:
    return next(r.outcome.status for r in examine(case) if r.check == check)


# --- what is found


def test_machine_in_order_has_no_findings(healthy: Case) -> None:
    results = list(examine(healthy))
    assert {r.check: r.message for r in results if r.outcome.status in ("problem", "look")} == {}
    assert {r.check for r in results if r.outcome.status == "not_here"} == {"run_script"}


@pytest.mark.parametrize("key", WRONG)
def test_what_is_wrong_is_found(healthy: Case, key: str) -> None:
    machine = described(healthy)
    before = replace(healthy, machine=replace(machine, files=dict(machine.files)))
    if key != "doctor.not_here.mac":
        assert key not in keys(before)
    assert key in keys(WRONG[key](healthy))


def test_every_text_of_doctor_is_brought_up(healthy: Case) -> None:
    texts = {
        f"doctor.{check}.{name}"
        for check in catalogue.keys("doctor")
        for name in catalogue.keys(f"doctor.{check}")
        if check != "status" and name != "title"
    }
    found = keys(healthy) | WRONG.keys() | ELSEWHERE_TESTED
    assert {key for key in found if key.startswith("doctor.")} == texts


def test_function_of_a_newer_version_is_named(
    healthy: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = FUNCTIONS.keys() - {"LEONTIEF_CONTRIB"}
    monkeypatch.setattr("iiecon.excel_checks.FUNCTIONS", dict.fromkeys(known))
    (found,) = [r for r in examine(healthy) if r.check == "functions"]
    assert full_key(found) == "doctor.functions.unknown"
    assert "LEONTIEF_CONTRIB" in found.message


def test_mac_in_order(healthy: Case) -> None:
    case = elsewhere_in_mac(healthy)
    folder = "/Users/zw/Library/Application Scripts/com.microsoft.Excel"
    with_file(case, f"{folder}/xlwings-0.37.8.applescript", b"")
    assert "doctor.run_script.ok" in keys(case)


def test_xlwings_saved_by_excel_itself_is_read(healthy: Case) -> None:
    case = edited(healthy, macros_saved_by_excel)
    assert status_of(case, "macro_version") == "ok"
    source = Path(xlwings.__file__).with_name("xlwings.bas").read_bytes().decode()
    assert case.macros["xlwings"].splitlines() == source.splitlines()


@pytest.mark.parametrize("missing", LIBRARIES)
@pytest.mark.parametrize(("platform", "needed"), [("x86", "32"), ("x64", "64"), ("", "3264")])
def test_library_is_that_of_office_not_of_python(
    healthy: Case, missing: str, platform: str, needed: str
) -> None:
    case = with_key(without_file(healthy, missing), OFFICE, {"Platform": platform})
    kind = re.findall(r"xlwings(\d\d)", missing)[0]
    assert status_of(case, "library") == ("problem" if kind in needed else "ok")


@pytest.mark.parametrize(
    ("location", "trusted"),
    [
        ({"Path": rf"{HOME}\测算 folder"}, True),
        ({"Path": r"%USERPROFILE%\测算 folder"}, True),
        ({"Path": HOME}, False),
        ({"Path": HOME, "AllowSubfolders": 1}, True),
        ({"Path": r"C:\elsewhere", "AllowSubfolders": 1}, False),
        ({}, False),
    ],
)
def test_trusted_location_allows_macros_and_downloads(
    healthy: Case, location: Registry, trusted: bool
) -> None:
    case = with_key(downloaded(healthy), CHOICES, {"VBAWarnings": 4})
    with_key(case, rf"{CHOICES}\Trusted Locations", {"Location7": location})
    assert (status_of(case, "macros") == "ok") is trusted
    assert (status_of(case, "blocked") == "ok") is trusted


def test_policy_against_trusted_locations_counts(healthy: Case) -> None:
    case = with_key(healthy, CHOICES, {"VBAWarnings": 4})
    with_key(case, rf"{CHOICES}\Trusted Locations", {"Location0": {"Path": rf"{HOME}\测算 folder"}})
    with_key(case, rf"{POLICIES}\Trusted Locations", {"AllLocationsDisabled": 1})
    assert status_of(case, "macros") == "problem"


def test_policy_goes_before_the_users_choice(healthy: Case) -> None:
    with_key(healthy, POLICIES, {"VBAWarnings": 2})
    assert status_of(with_key(healthy, CHOICES, {"VBAWarnings": 4}), "macros") == "ok"


def test_file_from_the_local_zone_is_not_blocked(healthy: Case) -> None:
    assert status_of(with_file(healthy, BLOCKED, b"[ZoneTransfer]\r\nZoneId=0"), "blocked") == "ok"


def test_required_packages_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[^\w-]", text)[0] for text in project["dependencies"]}
    assert names == set(REQUIRED)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_no_check_stops_on_an_unknown_machine(check: Check, built: bytes) -> None:
    """On an empty Windows each check has an answer; a damaged workbook is a finding."""
    machine = Described("Windows", (3, 11), 64, PYTHON, "C:\\", HOME, {}, "cp936", "utf-8")
    for content in (built, built[:5000], b"", None):
        if content is not None:
            machine.files[WORKBOOK] = content
        else:
            machine.files.clear()
        assert check.result(Case(machine, WORKBOOK)).message


# --- this machine


def test_this_machine_runs_what_it_is_told(tmp_path: Path) -> None:
    here = Machine.here()
    assert here.run(sys.executable, "-c", "print(1)\nprint('end')") == (True, "end")
    done, said = here.run(sys.executable, "-c", "raise ValueError('no good')")
    assert (done, said) == (False, "ValueError: no good")
    assert here.run(str(tmp_path / "nothing"))[0] is False


def test_settings_of_this_shell_are_not_those_of_excel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "only_here.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert Machine.here().run(sys.executable, "-c", "import only_here")[0] is False


def test_this_machine_tries_whether_it_may_write(tmp_path: Path) -> None:
    here = Machine.here()
    file = tmp_path / "book.xlsm"
    assert not here.can_write(str(file))
    file.write_bytes(b"as it was")
    assert here.can_write(str(file))
    assert here.can_write(str(tmp_path))
    assert list(tmp_path.iterdir()) == [file]
    assert file.read_bytes() == b"as it was"


def test_this_machine_reads_nothing_where_there_is_nothing(tmp_path: Path) -> None:
    here = Machine.here()
    assert here.read(str(tmp_path / "none:Zone.Identifier")) is None
    assert here.read(str(tmp_path)) is None
    assert here.matching(str(tmp_path / "none"), "*") == []


def test_problem_of_the_macros_is_no_traceback(healthy: Case) -> None:
    case = edited(healthy, damaged_macros)
    with pytest.raises(FileProblem):
        _ = case.macros
    assert status_of(case, "functions") == "problem"


# --- the command


@pytest.fixture
def finds(healthy: Case, monkeypatch: pytest.MonkeyPatch) -> Callable[[Case], None]:
    """Let the command find a described machine."""
    return lambda case: monkeypatch.setattr(Machine, "here", lambda: case.machine)


def test_command_says_problems_and_writes_json(
    healthy: Case,
    finds: Callable[[Case], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    finds(without_package(healthy, "pywin32"))
    assert cli.main(["doctor", "--json", "found.json"]) == 1
    shown = capsys.readouterr().out
    assert "pip install pywin32" in shown
    found = json.loads(Path("found.json").read_text(encoding="utf-8"))
    problems = [check["check"] for check in found["checks"] if check["status"] == "problem"]
    assert problems == ["pywin32"]


def test_command_on_a_machine_in_order(
    healthy: Case,
    finds: Callable[[Case], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    finds(healthy)
    assert cli.main(["doctor", "--lang", "en"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "no problems found"
    finds(without_file(healthy, ADD_IN))
    assert cli.main(["doctor", "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("\n[look] ") == 1
    assert shown.splitlines()[-1] == "no problems found, 1 thing(s) to look at"


def test_missing_workbook_is_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor", str(tmp_path / "none.xlsm")]) == 1
    assert "the file is not there" in capsys.readouterr().out


def test_json_is_not_written_over_the_workbook(tmp_path: Path, built: bytes) -> None:
    path = tmp_path / "book.xlsm"
    path.write_bytes(built)
    assert cli.main(["doctor", str(path), "--json", str(path)]) == 2
    assert path.read_bytes() == built


def test_without_a_workbook_the_machine_is_examined(tmp_path: Path) -> None:
    """The whole command in a process of its own, in a folder without a workbook."""
    command = [sys.executable, "-m", "iiecon", "doctor", "--json", "found.json"]
    paths = os.pathsep.join((str(ROOT / "python"), str(ROOT)))
    environment = {**os.environ, "PYTHONPATH": paths}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode in (0, 1)
    assert done.stderr == b""
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert {check["check"] for check in found["checks"]} == {check.name for check in CHECKS}
    status = {check["check"]: check["status"] for check in found["checks"]}
    assert status["python"] == "ok"
    assert status["workbook"] == "not_here"
    if sys.platform == "linux":
        assert status["excel"] == status["library"] == "not_here"

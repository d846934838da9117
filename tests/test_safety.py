"""Files nobody vouches for: nothing in them runs, opens another file or fills the memory."""

from __future__ import annotations

import bz2
import csv
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from iiecon import default_inputs
from iiecon.cli import main
from iiecon.exports import FORMULA_MARKS, csv_text, marked, unmarked
from iiecon.readers.grids import open_grids
from iiecon.spreadsheet.calculator import Calculator, FileBook
from iiecon.spreadsheet.files import FileProblem
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.safe_xml import element
from iiecon.workbook.build import build_workbook
from tests.conftest import ROOT
from tests.spreadsheet.test_package import minimal_parts, relationships, write_zip
from tests.workbook.edit import Edited

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
GIB = 2**30
RELATIONS = "xl/_rels/workbook.xml.rels"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def built() -> bytes:
    """The shipped workbook."""
    return build_workbook(default_inputs())


def sheet(rows: str, before: str = "") -> str:
    return f"<worksheet>{before}<sheetData>{rows}</sheetData></worksheet>"


# --- nothing runs, nothing else is opened ---------------------------------------------------------

WATCH = """
import json, os, sys
from pathlib import Path
heard, ours = [], Path(sys.argv[1]).parent.resolve()
def hear(event, arguments):
    if event.split(".")[0] in ("socket", "subprocess", "urllib", "ftplib", "http", "webbrowser"):
        heard.append(event)
    elif event in ("os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "os.startfile"):
        heard.append(event)
    elif "BAIT" in repr(arguments):
        heard.append(event)
sys.addaudithook(hear)
from iiecon.cli import main
code = main(["recalculate", sys.argv[1]])
if os.environ.get("OPEN_THE_BAIT"):
    open(ours / "BAIT.xlsx").close()
sys.stdout.flush()
print(json.dumps({"code": code, "heard": heard}), file=sys.stderr)
"""


BAITED = ("Z6", "AA6", "AB6", "AC6", "AD6", "AE6")


def baited(path: Path, built: bytes) -> dict[str, bytes]:
    """A workbook with external links, connections, web queries and a macro; the added parts."""
    path.write_bytes(built)
    (path.parent / "BAIT.xlsx").write_bytes(built)
    edited = Edited(path)
    edited.set_named("SCORE_OVERRIDE", 0, 0, 0.5)
    for i, formula in enumerate(
        (
            "[1]Sheet1!$A$1",
            "cmd|'/c echo BAIT'!A1",
            'WEBSERVICE("http://127.0.0.1:9/BAIT")',
            'HYPERLINK("file:///BAIT.xlsx")',
            'CALL("BAIT","run","J")',
            'EXEC("BAIT")',
        )
    ):
        edited.formula("Summary", BAITED[i], formula)
    link = relationships(("x1", "externalLinkPath", "BAIT.xlsx")).replace(
        "/>", ' TargetMode="External"/>', 1
    )
    added = {
        "xl/externalLinks/externalLink1.xml": b'<externalLink id="x1"/>',
        "xl/externalLinks/_rels/externalLink1.xml.rels": link.encode(),
        "xl/connections.xml": b'<connections><connection id="1" type="5" refreshOnLoad="1">'
        b'<dbPr connection="BAIT" command="BAIT"/></connection></connections>',
        "xl/queryTables/queryTable1.xml": b'<queryTable name="BAIT" refreshOnLoad="1"/>',
        "xl/embeddings/oleObject1.bin": b"BAIT" * 100,
    }
    more = relationships(
        ("e1", "externalLink", "externalLinks/externalLink1.xml"),
        ("e2", "connections", "connections.xml"),
    )
    extra = more[more.index("<Relationship ") : more.index("</Relationships>")].encode()
    relations = edited.parts[RELATIONS]
    edited.parts[RELATIONS] = relations.replace(b"</Relationships>", extra + b"</Relationships>")
    edited.parts |= added
    edited.save()
    return added | {"xl/vbaProject.bin": edited.parts["xl/vbaProject.bin"]}


@pytest.mark.parametrize("caught", [False, True])
def test_macros_and_links_are_kept_and_never_followed(
    tmp_path: Path, built: bytes, monkeypatch: pytest.MonkeyPatch, caught: bool
) -> None:
    """Python itself reports each file, process and connection; the second case shows it would."""
    path = tmp_path / "m.xlsm"
    added = baited(path, built)
    if caught:
        monkeypatch.setenv("OPEN_THE_BAIT", "1")
    done = subprocess.run(
        [sys.executable, "-c", WATCH, str(path)], cwd=ROOT, capture_output=True, check=True
    )
    told = json.loads(done.stderr.splitlines()[-1])
    assert told["code"] == 0, done.stderr.decode()
    assert bool(told["heard"]) == caught, told["heard"]
    with zipfile.ZipFile(path) as archive:
        assert {name: archive.read(name) for name in added} == added
    assert path.with_name("m.xlsm.bak").exists(), "it was recalculated and written"
    shown = openpyxl.load_workbook(path, data_only=True)["Summary"]
    assert [shown[cell].value for cell in BAITED] == [None] * 6, "no stale or guessed value"


# --- XML ------------------------------------------------------------------------------------------

ENTITIES = "".join(f'<!ENTITY e{i} "{"".join([f"&e{i - 1};"] * 10)}">' for i in range(1, 10))
DOCUMENT_TYPES = {
    "billion laughs": f'<!DOCTYPE a [<!ENTITY e0 "lol">{ENTITIES}]>',
    "a file": '<!DOCTYPE a [<!ENTITY e9 SYSTEM "file:///etc/hostname">]>',
    "a network": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">',
    "a parameter": '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x">%p;]>',
}


@pytest.mark.parametrize("kind", DOCUMENT_TYPES)
@pytest.mark.parametrize(
    "part", ["_rels/.rels", "xl/workbook.xml", RELATIONS, "xl/sharedStrings.xml", SHEET]
)
def test_a_document_type_is_refused_in_every_part(tmp_path: Path, kind: str, part: str) -> None:
    parts = minimal_parts()
    parts[part] = DOCUMENT_TYPES[kind] + parts[part]
    path = write_zip(tmp_path / "x.xlsx", parts)
    with pytest.raises(FileProblem) as caught:
        FileBook.from_package(Package.read(path))
    assert caught.value.key == "file.bad_xml"


@pytest.mark.parametrize("kind", DOCUMENT_TYPES)
def test_a_document_type_is_refused_where_xml_is_changed(kind: str) -> None:
    assert element(b"<a>1</a>").text == "1"
    with pytest.raises(ValueError, match="document type"):
        element((DOCUMENT_TYPES[kind] + "<a>1</a>").encode())


def test_xml_is_parsed_in_one_place_only() -> None:
    """What reads XML or workbooks in another way has not been made safe."""
    unsafe = ("etree.fromstring", "etree.parse", "ElementTree", "load_workbook", "minidom",
              "make_parser", "expat.ParserCreate", "read_excel", "read_html", "pickle",
              "yaml.load", "eval(", "os.system", "shell=True")  # fmt: skip
    found = {
        (path.name, word)
        for folder in ("python", "udfs")
        for path in (ROOT / folder).rglob("*.py")
        for word in unsafe
        if word in path.read_text(encoding="utf-8")
    }
    assert found == {
        ("safe_xml.py", "etree.fromstring"),
        ("safe_xml.py", "expat.ParserCreate"),
        ("wire.py", "pickle"),  # between LibreOffice and the process it starts, through its pipes
    }


# --- bombs ----------------------------------------------------------------------------------------


def zipped(path: Path, parts: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, content in ({n: t.encode() for n, t in minimal_parts().items()} | parts).items():
            archive.writestr(name, content)
    return path


def cells(count: int, width: int = 1000, one: str = "<c><v>1</v></c>") -> bytes:
    return sheet(f"<row>{one * width}</row>" * (count // width)).encode()


def formula(text: str, ref: str = "A1") -> bytes:
    cell = f'<c r="A1" cm="1"><f t="array" ref="{ref}">{text}</f></c>'
    return sheet(f'<row r="1">{cell}</row>').encode()


ATTRIBUTES = b" ".join(b'a%x=""' % i for i in range(4_000_000))
LAST = '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
FAR = sheet(
    f'<row r="1"><c r="A1"><v>1</v></c></row>{LAST}', '<dimension ref="A1:XFD1048576"/>'
).encode()
BOMBS: dict[str, Callable[[Path], Path]] = {
    "a part of zeros": lambda p: zipped(p, {"xl/big": bytes(100 * 2**20)}),
    "many small parts": lambda p: zipped(p, {f"xl/{i}": b"0" for i in range(10_001)}),
    "parts that add up": lambda p: zipped(p, {f"xl/{i}": bytes(7 * 2**20) for i in range(20)}),
    "another compression": lambda p: zipped(p, {"xl/b": bytes(99 * 2**20)}, zipfile.ZIP_BZIP2),
    "two million cells": lambda p: zipped(p, {SHEET: cells(2_000_000)}),
    "two million rows": lambda p: zipped(p, {SHEET: sheet("<row/>" * 2_000_000).encode()}),
    "many formulas": lambda p: zipped(p, {SHEET: cells(900_000, one="<c><f>1+1</f></c>")}),
    "a shared formula of great length": lambda p: zipped(p, {SHEET: sheet(
        '<row r="1"><c r="A1"><f t="shared" si="0">' + "1+" * 16_000 + "1</f></c></row>"
        + '<row r="2">' + '<c><f t="shared" si="0"/></c>' * 16_000 + "</row>").encode()}),
    "an array over the sheet": lambda p: zipped(p, {SHEET: formula("1", "A1:XFD1048576")}),
    "arrays that add up": lambda p: zipped(p, {SHEET: sheet("".join(
        f'<row r="{r}"><c r="A{r}"><f t="array" ref="A{r}:A{r + 900_000}">1</f></c></row>'
        for r in (1, 2))).encode()}),
    "empty strings": lambda p: zipped(p, {"xl/sharedStrings.xml": b"<sst>" + b"<si/>" * 5_000_000}),
    "an endless tag": lambda p: zipped(p, {SHEET: b"<worksheet><sheetData " + ATTRIBUTES}),
    "endless relations": lambda p: zipped(p, {RELATIONS: b"<a>" + b"<b/>" * 5_000_000 + b"</a>"}),
    "a huge file": lambda p: _sparse(p, 5 * GIB),
}  # fmt: skip


def _sparse(path: Path, size: int) -> Path:
    with path.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        stream.truncate(size)
    return path


LIMITED = """
import json, resource, sys
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
from iiecon.cli import main
for path in map(Path, sys.argv[1:]):
    before = path.stat()
    code = main(["check", str(path)])
    after = path.stat()
    same = (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size)
    print("told", json.dumps([path.stem, code, same]))
"""


def limited(*paths: Path) -> tuple[list[list[object]], str]:
    """`check` on each file in a process with 1 GiB of address space, libraries included."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *map(str, paths)],
        cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert done.returncode == 0, done.stderr
    lines = [line[5:] for line in done.stdout.splitlines() if line.startswith("told ")]
    return [json.loads(line) for line in lines], done.stderr


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}


@POSIX
def test_no_bomb_takes_a_gibibyte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [bomb(tmp_path / f"{name}.xlsx") for name, bomb in BOMBS.items()]
    told, said = limited(*paths)
    with capsys.disabled():
        print(f"\nbombs: {len(told)}, refused: {sum(code == 3 for _, code, _ in told)}")
    for name, code, same in told:
        assert code == 3, f"{name}: {code}"
        assert same, name
    lines = said.splitlines()
    assert len(lines) == len(BOMBS)
    for name, line in zip(BOMBS, lines, strict=True):
        assert f"{name}.xlsx: " in line
        assert ("remove sheets" in line) != (name == "another compression"), line


# What evaluation alone could blow up: each is left without a value, with the reason.
EXPLOSIONS = {
    "a plane": "A1:A1000000*A1:XFD1",
    "a far range": "SUM(B2:XFD1048576)",
    "a spill": "B1:D400000",
    "text": "&".join(["REPT(1,32767)"] * 3),
}


@pytest.mark.parametrize("name", EXPLOSIONS)
def test_formulas_that_would_fill_the_memory_are_left_alone(tmp_path: Path, name: str) -> None:
    rows = formula(EXPLOSIONS[name].replace("&", "&amp;")).decode()
    content = rows.replace("</sheetData>", f"{LAST}</sheetData>").encode()
    path = zipped(tmp_path / "x.xlsx", {SHEET: content})
    done = Calculator(FileBook.from_package(Package.read(path)), {}).calculate()
    assert set(done.unevaluated) == {("Data", 1, 1)}


def test_a_far_cell_in_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem) as caught:
        open_grids(zipped(tmp_path / "far.xlsx", {SHEET: FAR}))
    assert caught.value.key == "file.too_big"
    assert caught.value.detail.startswith("Data")


def test_a_far_cell_in_a_workbook_is_only_a_cell(tmp_path: Path, built: bytes) -> None:
    """Nothing is laid out by the dimensions that a file claims."""
    path = zipped(tmp_path / "far.xlsx", {SHEET: FAR})
    book = FileBook.from_package(Package.read(path))
    assert sorted(book.sheets["Data"].cells) == [(1, 1), (1_048_576, 16_384)]


def test_a_wide_text_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text("," * 100_000 + "\n" + "a,1\n" * 50_000, encoding="utf-8")
    with pytest.raises(FileProblem, match=r"file\.too_big"):
        open_grids(path)


def test_an_old_file_with_far_cells(tmp_path: Path) -> None:
    """Two hundred sheets with one cell in the last corner each would fill a rectangle apiece."""
    import xlwt

    book = xlwt.Workbook()
    for number in range(40):
        far = book.add_sheet(f"s{number}")
        far.write(0, 0, 1.0)
        far.write(65_535, 255, 2.0)
    book.save(str(tmp_path / "far.xls"))
    with pytest.raises(FileProblem, match=r"file\.too_big"):
        open_grids(tmp_path / "far.xls")


def test_a_bomb_in_a_replication_package(tmp_path: Path) -> None:
    path = zipped(tmp_path / "p.zip", {"big": bytes(200 * 2**20)})
    assert main(["replicate", str(path)]) == 3
    assert len(bz2.compress(bytes(300 * 2**20))) < 1000, "why other compressions are refused"


# --- exports --------------------------------------------------------------------------------------

EVIL = [f"{mark}HYPERLINK(1)" for mark in FORMULA_MARKS]


def test_no_exported_text_begins_a_formula() -> None:
    assert {"=", "+", "-", "@", "\t", "\r"} <= set(FORMULA_MARKS)
    written = csv_text([["a", "b"], *([text, -1.5] for text in EVIL)])
    rows = list(csv.reader(io.StringIO(written, newline="")))
    assert [row[0] for row in rows[1:]] == [f"'{text}" for text in EVIL]
    assert {row[1] for row in rows[1:]} == {"-1.5"}, "numbers stay numbers"
    for text in [*EVIL, "'quoted", "plain", ""]:
        assert unmarked(marked(text)) == text


def test_a_label_is_no_formula_in_a_built_workbook(built: bytes) -> None:
    from dataclasses import replace

    inputs = default_inputs()
    names = ("=1+1", *inputs.table.names[1:])
    made = build_workbook(replace(inputs, table=replace(inputs.table, names=names)))
    cells = [
        cell
        for sheet in openpyxl.load_workbook(io.BytesIO(made))
        for row in sheet.iter_rows()
        for cell in row
        if cell.value == "=1+1"
    ]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}

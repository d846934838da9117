"""The zip container: what is refused, what is kept, and writing without losing the old file."""

import io
import os
import stat
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from iiecon.spreadsheet import package as package_module
from iiecon.spreadsheet.package import FileProblem, Package, is_locked, write_atomically

RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"


def relationships(*entries: tuple[str, str, str], base: str = RELS) -> str:
    items = "".join(
        f'<Relationship Id="{key}" Type="{base}/{kind}" Target="{target}"/>'
        for key, kind, target in entries
    )
    return f'<Relationships xmlns="{PACKAGE_RELS}">{items}</Relationships>'


def minimal_parts(base: str = RELS) -> dict[str, str]:
    return {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": relationships(("r1", "officeDocument", "/xl/workbook.xml"), base=base),
        "xl/workbook.xml": (
            f'<workbook xmlns:r="{base}"><sheets>'
            '<sheet name="Data" sheetId="1" r:id="r1"/><sheet name="Chart" sheetId="2" r:id="r2"/>'
            '<sheet name="Last" sheetId="3" r:id="r3"/></sheets><definedNames>'
            '<definedName name="rate">Data!$A$1</definedName>'
            '<definedName name="rate" localSheetId="2">Last!$B$2</definedName>'
            "</definedNames></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": relationships(
            ("r1", "worksheet", "worksheets/sheet1.xml"),
            ("r2", "chartsheet", "chartsheets/sheet1.xml"),
            ("r3", "worksheet", "/xl/worksheets/sheet%202.xml"),
            ("r4", "sharedStrings", "sharedStrings.xml"),
            base=base,
        ),
        "xl/sharedStrings.xml": (
            "<sst><si><t>plain</t></si><si><r><t>rich </t></r><r><t>text</t></r>"
            "<rPh><t>no</t></rPh></si><si><t>a_x000D_b</t></si><si/></sst>"
        ),
        "xl/worksheets/sheet1.xml": "<worksheet><sheetData/></worksheet>",
        "xl/worksheets/sheet 2.xml": "<worksheet><sheetData/></worksheet>",
        "xl/chartsheets/sheet1.xml": "<chartsheet/>",
    }


def write_zip(path: Path, parts: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def problem_of(path: Path) -> str:
    with pytest.raises(FileProblem) as caught:
        Package.read(path)
    assert caught.value.path == path
    assert str(caught.value).startswith(f"{path}: {caught.value.key}")
    return caught.value.key


@pytest.mark.parametrize("base", [RELS, STRICT])
def test_sheets_names_and_strings_are_found(tmp_path: Path, base: str) -> None:
    package = Package.read(write_zip(tmp_path / "a.xlsx", minimal_parts(base)))
    assert package.sheets == {
        "Data": "xl/worksheets/sheet1.xml",
        "Last": "xl/worksheets/sheet 2.xml",
    }
    assert package.shared_strings == ["plain", "rich text", "a\rb", ""]
    assert package.names == {"rate": "Data!$A$1"}
    assert package.local_names == {("Last", "rate"): "Last!$B$2"}
    assert package_module.find_name(package.names, package.local_names, "RATE", "") == "Data!$A$1"
    assert (
        package_module.find_name(package.names, package.local_names, "Rate", "last") == "Last!$B$2"
    )
    assert package_module.find_name(package.names, package.local_names, "other", "") is None


def test_a_workbook_made_elsewhere_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Лист 1", 0)
    book.defined_names["k"] = DefinedName("k", attr_text="'Лист 1'!$A$1")
    book.save(tmp_path / "b.xlsx")
    package = Package.read(tmp_path / "b.xlsx")
    assert list(package.sheets) == ["Лист 1", "Sheet"]
    assert package.names == {"k": "'Лист 1'!$A$1"}


def test_replacing_a_part_keeps_everything_else(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, text) in enumerate(minimal_parts().items()):
            info = zipfile.ZipInfo(name, (2001, 2, 3, 4, 5, 2 * number))
            info.compress_type = zipfile.ZIP_STORED if number % 2 else zipfile.ZIP_DEFLATED
            info.external_attr, info.comment = 0o640 << 16, b"note"
            info.extra = b"\xfe\xca\x02\x00ab"
            archive.writestr(info, text)
    package = Package.read(path)
    changed = package.replaced({"xl/worksheets/sheet1.xml": b"<worksheet/>"})
    with zipfile.ZipFile(io.BytesIO(changed.to_bytes())) as after, zipfile.ZipFile(path) as before:
        kept = ("filename", "date_time", "compress_type", "comment", "external_attr", "extra")
        for old, new in zip(before.infolist(), after.infolist(), strict=True):
            assert [getattr(old, a) for a in kept] == [getattr(new, a) for a in kept]
            same = before.read(old) == after.read(new)
            assert same == (old.filename != "xl/worksheets/sheet1.xml")
    assert package.parts["xl/worksheets/sheet1.xml"] != b"<worksheet/>"
    with pytest.raises(KeyError):
        package.replaced({"xl/vbaProject.bin": b""})


def test_files_that_are_not_workbooks(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    assert problem_of(path) == "file.missing"
    assert problem_of(tmp_path / "x.xlsm") == "file.missing_workbook"
    assert problem_of(tmp_path) == "file.folder"
    path.write_bytes(b"")
    assert problem_of(path) == "file.not_workbook"
    path.write_bytes(b"region;sector\n")
    assert problem_of(path) == "file.not_workbook"
    ole = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)
    path.write_bytes(ole)
    assert problem_of(path) == "file.legacy_xls"
    path.write_bytes(ole + "EncryptedPackage".encode("utf-16-le"))
    assert problem_of(path) == "file.encrypted"


@pytest.mark.parametrize(
    "missing", ["[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml"]
)
def test_a_zip_without_its_required_parts(tmp_path: Path, missing: str) -> None:
    parts = minimal_parts()
    del parts[missing]
    assert problem_of(write_zip(tmp_path / "x.xlsx", parts)) == "file.not_workbook"


def test_a_text_document_is_not_a_workbook(tmp_path: Path) -> None:
    parts = minimal_parts() | {"xl/workbook.xml": "<document/>"}
    assert problem_of(write_zip(tmp_path / "x.xlsx", parts)) == "file.not_workbook"


@pytest.mark.parametrize("keep", [0.3, 0.7, 0.99])
def test_a_truncated_file(tmp_path: Path, keep: float) -> None:
    path = write_zip(tmp_path / "x.xlsx", minimal_parts())
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    assert problem_of(path) == "file.truncated"


def test_a_damaged_member(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in minimal_parts().items():
            archive.writestr(name, text)
    path.write_bytes(path.read_bytes().replace(b"rich ", b"lich "))
    assert problem_of(path) == "file.truncated"


def test_a_member_that_needs_a_password(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.xlsx", minimal_parts())
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert problem_of(path) == "file.encrypted"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.xlsx", minimal_parts())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("XL/workbook.xml", "<workbook/>")
    assert problem_of(path) == "file.not_workbook"


def test_zip_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "x.xlsx", minimal_parts() | {"xl/big": "0" * 20_000_000})
    assert problem_of(path) == "file.too_big"
    write_zip(path, minimal_parts())
    monkeypatch.setattr(package_module, "MAX_MEMBERS", 5)
    assert problem_of(path) == "file.too_big"
    monkeypatch.undo()
    monkeypatch.setattr(package_module, "MAX_BYTES", 1_000)
    assert problem_of(path) == "file.too_big"


def test_a_member_that_understates_its_size(tmp_path: Path) -> None:
    """The size in the directory is what was checked, so inflating must not exceed it."""
    path = write_zip(tmp_path / "x.xlsx", minimal_parts() | {"xl/big": "0" * 5_000_000})
    data = bytearray(path.read_bytes())
    entry = data.rindex(b"xl/big") - 46
    data[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
    path.write_bytes(data)
    assert problem_of(path) == "file.truncated"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE sst [<!ENTITY a "b">]><sst><si><t>&a;</t></si></sst>',
        "<sst><si>",
        "",
    ],
)
def test_unsafe_or_malformed_xml(tmp_path: Path, text: str) -> None:
    parts = minimal_parts() | {"xl/sharedStrings.xml": text}
    assert problem_of(write_zip(tmp_path / "x.xlsx", parts)) == "file.bad_xml"


def test_lock_files(tmp_path: Path) -> None:
    book = tmp_path / "model.xlsm"
    assert is_locked(book) is None
    office = tmp_path / ".~lock.model.xlsm#"
    office.touch()
    assert is_locked(book) == office
    excel = tmp_path / "~$model.xlsm"
    excel.touch()
    assert is_locked(book) == excel


def test_writing_makes_a_backup_and_keeps_permissions(tmp_path: Path) -> None:
    path = tmp_path / "m.xlsm"
    assert write_atomically(path, b"one") is None
    path.chmod(0o664)
    assert write_atomically(path, b"two") == tmp_path / "m.xlsm.bak"
    assert path.read_bytes() == b"two"
    assert (tmp_path / "m.xlsm.bak").read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o664
    assert write_atomically(path, b"three", backup=False) is None
    assert (tmp_path / "m.xlsm.bak").read_bytes() == b"one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["m.xlsm", "m.xlsm.bak"]


@pytest.mark.parametrize("broken", ["fsync", "replace"])
def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    path = tmp_path / "m.xlsm"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, broken, fail)
    with pytest.raises(FileProblem) as caught:
        write_atomically(path, b"new")
    assert caught.value.key == "file.unwritable"
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["m.xlsm"]


def test_an_interrupted_write_cleans_up_and_stays_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "m.xlsm"
    path.write_bytes(b"old")

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new", backup=False)
    assert [p.name for p in tmp_path.iterdir()] == ["m.xlsm"]
    assert path.read_bytes() == b"old"


def test_writing_into_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"file\.unwritable"):
        write_atomically(tmp_path / "no" / "m.xlsm", b"x")

"""The zip container of a workbook: read whole, with some parts replaced.

Every part is kept as the bytes it had, so that a part nobody replaces comes out unchanged.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote
from xml.parsers import expat

from iiecon.spreadsheet.files import (
    FileProblem,
    fingerprint,
    is_locked,
    read_file,
    write_atomically,
)
from iiecon.spreadsheet.safe_xml import MAX_STRINGS, Room, parse, safe_parser, xml_problems

__all__ = [
    "FileProblem",
    "Package",
    "is_locked",
    "safe_parser",
    "write_atomically",
    "xml_problems",
]

MAX_MEMBERS = 10_000
MAX_BYTES = 128 * 1024 * 1024
MAX_STRUCTURE = 4 * 1024 * 1024
"""Bytes of a part that says what the workbook consists of; the shipped one's has 90 KB."""
MAX_RATIO = 400
_RATIO_MATTERS_FROM = 8 * 1024 * 1024
# What spreadsheet programs use. Python inflates the others without regard to the size asked for.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_OLE_HEADER = bytes.fromhex("D0CF11E0")
_RELATIONSHIPS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
)
BUILT_IN = "_xlnm."  # names of print areas and filters, which formulas do not use
_ESCAPED_CHARACTER = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Package:
    """A workbook file in memory.

    ``sheets`` maps the worksheets, in tab order, to their parts. ``names`` and ``local_names``
    hold the text that each defined name refers to. ``fingerprint`` is that of the file as read.
    """

    path: Path
    parts: dict[str, bytes]
    members: tuple[zipfile.ZipInfo, ...]
    sheets: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    local_names: dict[tuple[str, str], str] = field(default_factory=dict)
    shared_strings: list[str] = field(default_factory=list)
    fingerprint: str = ""

    @classmethod
    def read(cls, path: Path) -> "Package":
        """Read and check the file; FileProblem says what is wrong with it."""
        path = Path(path)
        return cls.from_bytes(path, read_file(path))

    @classmethod
    def from_bytes(cls, path: Path, content: bytes) -> "Package":
        """The package in these bytes; ``path`` is the file that problems are reported for."""
        _require_zip(path, content)
        members, parts = unpacked(path, content)
        return _with_contents(cls(path, parts, members, fingerprint=fingerprint(content)))

    def replaced(self, parts: Mapping[str, bytes]) -> "Package":
        """The same package with other bytes in some existing parts."""
        unknown = sorted(set(parts) - set(self.parts))
        if unknown:
            raise KeyError(f"no such part: {', '.join(unknown)}")
        return replace(self, parts={**self.parts, **parts})

    def to_bytes(self) -> bytes:
        """The zip file, with the members in their order and with their dates and attributes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for member in self.members:
                archive.writestr(copy(member), self.parts[member.filename])
        return buffer.getvalue()


def find_name(
    names: Mapping[str, str],
    local_names: Mapping[tuple[str, str], str],
    name: str,
    sheet: str,
) -> str | None:
    """Look a defined name up without regard to case; a name of the sheet hides a global one."""
    wanted = name.casefold()
    for (owner, local), text in local_names.items():
        if owner.casefold() == sheet.casefold() and local.casefold() == wanted:
            return text
    if name in names:  # most formulas spell a name as it was defined
        return names[name]
    return next((text for key, text in names.items() if key.casefold() == wanted), None)


def _require_zip(path: Path, content: bytes) -> None:
    if content.startswith(_OLE_HEADER):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise FileProblem(path, "file.encrypted" if encrypted else "file.legacy_xls")
    if not content.startswith(b"PK\x03\x04"):
        raise FileProblem(path, "file.not_workbook", "not a zip archive")


def unpacked(path: Path, content: bytes) -> tuple[tuple[zipfile.ZipInfo, ...], dict[str, bytes]]:
    """The directory of a zip archive and its members by name.

    Raises FileProblem when it is damaged, or when inflating it would not be safe.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = _checked_members(path, archive)
            return members, {m.filename: _inflate(path, archive, m) for m in members}
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, struct.error) as error:
        # A damaged directory may send the library to a place before the file.
        raise FileProblem(path, "file.truncated", str(error)) from error
    except (NotImplementedError, RuntimeError) as error:
        raise FileProblem(path, "file.not_workbook", str(error)) from error


def _checked_members(path: Path, archive: zipfile.ZipFile) -> tuple[zipfile.ZipInfo, ...]:
    """The directory of the archive, refused when inflating it would not be safe."""
    members = tuple(archive.infolist())
    names = {member.filename.casefold() for member in members}
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_BYTES:
        raise FileProblem(path, "file.too_big")
    if len(names) < len(members):
        raise FileProblem(path, "file.not_workbook", f"two parts {_doubled(members)}")
    for member in members:
        part = member.filename
        if member.flag_bits & 1:
            raise FileProblem(path, "file.encrypted", part)
        if member.compress_type not in _COMPRESSIONS:
            raise FileProblem(path, "file.not_workbook", f"{part}: unusual compression")
        if _is_bomb(member):
            raise FileProblem(path, "file.too_big", f"{part}: suspicious compression ratio")
    return members


def _doubled(members: Sequence[zipfile.ZipInfo]) -> str:
    """A name that occurs twice, apart from case."""
    counts = Counter(member.filename.casefold() for member in members)
    return next(m.filename for m in members if counts[m.filename.casefold()] > 1)


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    large = member.file_size > _RATIO_MATTERS_FROM
    return large and member.file_size > MAX_RATIO * max(member.compress_size, 1)


def _inflate(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Inflate one member, never beyond the size its header was checked for."""
    with archive.open(member) as stream:
        data = stream.read(member.file_size + 1)
    if len(data) > member.file_size:
        raise FileProblem(path, "file.too_big", member.filename)
    if len(data) < member.file_size:
        raise FileProblem(path, "file.truncated", member.filename)
    return data


@lru_cache(maxsize=1024)
def local_name(name: str) -> str:
    """An element name without its namespace prefix."""
    return name.rpartition(":")[2]


def decode_escapes(text: str) -> str:
    """Resolve the ``_x000D_`` notation workbooks use for characters XML cannot hold."""
    if "_x" not in text:
        return text
    return _ESCAPED_CHARACTER.sub(lambda match: chr(int(match[1], 16)), text)


_Attributes = dict[str, str]


def _elements(package: Package, part: str) -> list[tuple[str, _Attributes, str]]:
    """Every element of a small part as its local name, its attributes and its own text."""
    found: list[tuple[str, _Attributes, list[str]]] = []
    open_texts: list[list[str]] = []
    parser = safe_parser()

    def start(name: str, attributes: _Attributes) -> None:
        texts: list[str] = []
        open_texts.append(texts)
        found.append((local_name(name), attributes, texts))

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_texts.pop()
    parser.CharacterDataHandler = lambda text: open_texts[-1].append(text)
    content = _part(package, part)
    if len(content) > MAX_STRUCTURE:
        raise FileProblem(package.path, "file.too_big", part)
    with xml_problems(package.path, part):
        parse(parser, content)
    return [(name, attributes, "".join(texts)) for name, attributes, texts in found]


def _part(package: Package, name: str) -> bytes:
    """A part by its name; package part names do not depend on case."""
    return package.parts[_actual_part(package, name)]


def _actual_part(package: Package, name: str) -> str:
    if name in package.parts:
        return name
    for part in package.parts:
        if part.casefold() == name.casefold():
            return part
    raise FileProblem(package.path, "file.not_workbook", f"no part {name}")


def _relationships(package: Package, source: str) -> dict[str, tuple[str, str]]:
    """Kind and target part of every internal relationship of a part, by its identifier."""
    folder, base = posixpath.split(source)
    part = posixpath.join(folder, "_rels", f"{base}.rels")
    found = {}
    for name, attributes, _ in _elements(package, part):
        if name != "Relationship" or attributes.get("TargetMode") == "External":
            continue
        target = posixpath.join("/", folder, unquote(attributes.get("Target", "")))
        kind = attributes.get("Type", "")
        for prefix in _RELATIONSHIPS:
            kind = kind.removeprefix(prefix)
        found[attributes.get("Id", "")] = (kind, posixpath.normpath(target).lstrip("/"))
    return found


def _with_contents(package: Package) -> Package:
    """The package with its sheets, names and shared strings looked up."""
    _part(package, "[Content_Types].xml")
    kinds = dict(_relationships(package, "").values())
    workbook = kinds.get("officeDocument", "")
    if not workbook.endswith(".xml"):
        raise FileProblem(package.path, "file.not_workbook", "no workbook part")
    elements = _elements(package, workbook)
    if elements[0][0] != "workbook":
        raise FileProblem(package.path, "file.not_workbook", f"{workbook} is not a workbook")
    relationships = _relationships(package, workbook)
    tabs = [attributes for name, attributes, _ in elements if name == "sheet"]
    names, local_names = _defined_names(elements, [tab.get("name", "") for tab in tabs])
    strings = [target for kind, target in relationships.values() if kind == "sharedStrings"]
    return replace(
        package,
        sheets=_worksheets(package, tabs, relationships),
        names=names,
        local_names=local_names,
        shared_strings=_shared_strings(package, strings[0]) if strings else [],
    )


def _worksheets(
    package: Package, tabs: list[_Attributes], relationships: dict[str, tuple[str, str]]
) -> dict[str, str]:
    sheets: dict[str, str] = {}
    for tab in tabs:
        identifier = next((tab[key] for key in tab if local_name(key) == "id"), "")
        name = tab.get("name", "")
        if name.casefold() in (other.casefold() for other in sheets):
            raise FileProblem(package.path, "file.bad_xml", f"two sheets {name}")
        kind, target = relationships.get(identifier, ("", ""))
        if kind == "worksheet":
            sheets[name] = _actual_part(package, target)
    return sheets


def _defined_names(
    elements: list[tuple[str, _Attributes, str]], tabs: list[str]
) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    names: dict[str, str] = {}
    local_names: dict[tuple[str, str], str] = {}
    for element, attributes, text in elements:
        name, scope = attributes.get("name", ""), attributes.get("localSheetId")
        if element != "definedName" or name.startswith(BUILT_IN):
            continue
        if scope is None:
            names[name] = text
        elif scope.isascii() and scope.isdigit() and len(scope) < 6 and int(scope) < len(tabs):
            local_names[tabs[int(scope)], name] = text
    return names, local_names


def _shared_strings(package: Package, part: str) -> list[str]:
    """The text of each shared string: its runs joined, without phonetic hints."""
    strings: list[str] = []
    room = Room(MAX_STRINGS)
    parser = safe_parser()
    handlers = TextRuns(parser)

    def start(name: str, _: _Attributes) -> None:
        kind = local_name(name)
        if kind == "si":
            handlers.runs = []
        handlers.start(kind)

    def end(name: str) -> None:
        kind = local_name(name)
        if kind == "si":
            text = decode_escapes("".join(handlers.runs))
            room.take(text=text)
            strings.append(text)
        handlers.end(kind)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    with xml_problems(package.path, part):
        parse(parser, _part(package, part))
    return strings


class TextRuns:
    """Collects the text of ``t`` elements into ``runs``, passing over phonetic hints."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self.runs: list[str] = []
        self._parser = parser
        self._phonetic = False

    def start(self, kind: str) -> None:
        """An element of this local name begins."""
        if kind == "rPh":
            self._phonetic = True
        elif kind == "t" and not self._phonetic:
            self._parser.CharacterDataHandler = self.runs.append

    def end(self, kind: str) -> None:
        """An element of this local name ends."""
        if kind == "rPh":
            self._phonetic = False
        elif kind == "t":
            self._parser.CharacterDataHandler = None

"""The zip container of a workbook: read whole, replace some parts, write atomically.

Every part is kept as the bytes it had, so that a part nobody replaces comes out unchanged.
"""

import contextlib
import io
import os
import posixpath
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote
from xml.parsers import expat

MAX_MEMBERS = 10_000
MAX_BYTES = 512 * 1024 * 1024
MAX_RATIO = 400
_RATIO_MATTERS_FROM = 8 * 1024 * 1024
_OLE_HEADER = bytes.fromhex("D0CF11E0")
_RELATIONSHIPS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
)
BUILT_IN = "_xlnm."  # names of print areas and filters, which formulas do not use
_ESCAPED_CHARACTER = re.compile("_x([0-9A-Fa-f]{4})_")


class FileProblem(Exception):  # noqa: N818
    """A workbook file that cannot be used; ``key`` selects the message for the user."""

    def __init__(self, path: Path, key: str, detail: str = "") -> None:
        super().__init__(path, key, detail)
        self.path = path
        self.key = key
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.path}: {self.key} {self.detail}".rstrip()


@dataclass(frozen=True)
class Package:
    """A workbook file in memory.

    ``sheets`` maps the worksheets, in tab order, to their parts. ``names`` and ``local_names``
    hold the text that each defined name refers to.
    """

    path: Path
    parts: dict[str, bytes]
    members: tuple[zipfile.ZipInfo, ...]
    sheets: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    local_names: dict[tuple[str, str], str] = field(default_factory=dict)
    shared_strings: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "Package":
        """Read and check the file; FileProblem says what is wrong with it."""
        path = Path(path)
        return cls.from_bytes(path, _file_content(path))

    @classmethod
    def from_bytes(cls, path: Path, content: bytes) -> "Package":
        """The package in these bytes; ``path`` is the file that problems are reported for."""
        _require_zip(path, content)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = _checked_members(path, archive)
                parts = {member.filename: _inflate(path, archive, member) for member in members}
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise FileProblem(path, "file.truncated", str(error)) from error
        except (NotImplementedError, RuntimeError) as error:
            raise FileProblem(path, "file.not_workbook", str(error)) from error
        return _with_contents(cls(path, parts, members))

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


def _file_content(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise FileProblem(path, "file.not_workbook")
        if path.stat().st_size > MAX_BYTES:
            raise FileProblem(path, "file.too_big")
        return path.read_bytes()
    except PermissionError as error:
        key = "file.locked" if os.name == "nt" else "file.unreadable"
        raise FileProblem(path, key) from error
    except OSError as error:
        raise FileProblem(path, "file.missing", error.strerror or "") from error


def _require_zip(path: Path, content: bytes) -> None:
    if content.startswith(_OLE_HEADER):
        encrypted = "EncryptedPackage".encode("utf-16-le") in content
        raise FileProblem(path, "file.encrypted" if encrypted else "file.legacy_xls")
    if not content.startswith(b"PK\x03\x04"):
        raise FileProblem(path, "file.not_workbook", "not a zip archive")


def _checked_members(path: Path, archive: zipfile.ZipFile) -> tuple[zipfile.ZipInfo, ...]:
    """The directory of the archive, refused when inflating it would not be safe."""
    members = tuple(archive.infolist())
    names = {member.filename.casefold() for member in members}
    if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_BYTES:
        raise FileProblem(path, "file.too_big")
    if len(names) < len(members):
        raise FileProblem(path, "file.not_workbook", "two parts of the same name")
    if any(member.flag_bits & 1 for member in members):
        raise FileProblem(path, "file.encrypted")
    if any(_is_bomb(member) for member in members):
        raise FileProblem(path, "file.too_big", "suspicious compression ratio")
    return members


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


def safe_parser() -> expat.XMLParserType:
    """An expat parser that refuses document types, and with them every kind of entity."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> None:
    raise ValueError("document type declarations are not accepted")


@contextlib.contextmanager
def xml_problems(path: Path, part: str) -> Iterator[None]:
    """Report malformed XML, or a ValueError about it, as a problem of the file."""
    try:
        yield
    except (expat.ExpatError, ValueError) as error:
        raise FileProblem(path, "file.bad_xml", f"{part}: {error}") from error


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
    with xml_problems(package.path, part):
        parser.Parse(_part(package, part), True)
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
    sheets = {}
    for tab in tabs:
        identifier = next((tab[key] for key in tab if local_name(key) == "id"), "")
        kind, target = relationships.get(identifier, ("", ""))
        if kind == "worksheet":
            sheets[tab.get("name", "")] = _actual_part(package, target)
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
    strings: list[list[str]] = []
    parser = safe_parser()
    handlers = TextRuns(parser)

    def start(name: str, _: _Attributes) -> None:
        kind = local_name(name)
        if kind == "si":
            strings.append([])
            handlers.runs = strings[-1]
        handlers.start(kind)

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: handlers.end(local_name(name))
    with xml_problems(package.path, part):
        parser.Parse(_part(package, part), True)
    return [decode_escapes("".join(runs)) for runs in strings]


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


def is_locked(path: Path) -> Path | None:
    """The lock file that a spreadsheet program keeps beside a workbook it has open, if any."""
    path = Path(path).resolve()
    locks = (path.parent / f"~${path.name}", path.parent / f".~lock.{path.name}#")
    return next((lock for lock in locks if lock.exists()), None)


def write_atomically(path: Path, data: bytes, backup: bool = True) -> Path | None:
    """Write a file so that a failure leaves the old one; returns the backup, if one was made."""
    path = Path(path).resolve()  # a link stays a link to what is written
    if path.is_dir():
        raise FileProblem(path, "file.unwritable")
    saved = path.with_name(f"{path.name}.bak") if backup and path.exists() else None
    try:
        if saved:
            _through_temporary(saved, path, lambda stream: _copy(path, stream))
        _through_temporary(path, path, lambda stream: stream.write(data))
    except OSError as error:
        # Windows refuses to replace a file that a program holds open.
        held = isinstance(error, PermissionError) and os.name == "nt" and path.exists()
        key = "file.locked" if held else "file.unwritable"
        raise FileProblem(path, key, error.strerror or "") from error
    return saved


def _copy(source: Path, stream: io.BufferedIOBase) -> None:
    with source.open("rb") as original:
        shutil.copyfileobj(original, stream)


def _through_temporary(
    path: Path, model: Path, write: Callable[[io.BufferedIOBase], object]
) -> None:
    """Write a private temporary neighbour, then rename it with the permissions of ``model``."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            write(stream)
            stream.flush()
            os.fsync(stream.fileno())
        if model.exists():
            shutil.copymode(model, name)
        else:
            Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _umask() -> int:
    """The permissions that new files go without; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

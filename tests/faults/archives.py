"""Zip files cut short, damaged, forged, or made to fill the memory."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.faults.case import SAME, Right, Spoil, file_at, pack, parts_of, sheet_part, unchanged

MACRO = sheet_part("Macro")
ANY = Right(refused="<file>: ")
ANY_OR_SAME = Right(refused="<file>: ", computed=unchanged)


def as_bytes(change: Callable[[bytes], bytes], right: Right) -> Spoil:
    """The bytes of the file changed."""

    def spoil(path: Path) -> Right:
        path.write_bytes(change(path.read_bytes()))
        return right

    return spoil


def kept(share: float) -> Spoil:
    """Only the first part of the file."""
    return as_bytes(lambda b: b[: int(len(b) * share)], ANY)


def with_parts(added: dict[str, bytes], right: Right, kind: int = zipfile.ZIP_DEFLATED) -> Spoil:
    """Members added."""

    def spoil(path: Path) -> Right:
        parts = parts_of(path)
        with zipfile.ZipFile(path, "w", kind) as archive:
            for name, content in {**parts, **added}.items():
                archive.writestr(name, content)
        return right

    return spoil


def directory(content: bytes, member: str) -> int:
    """Where the entry of a member begins in the directory at the end."""
    return content.rindex(member.encode()) - 46


def with_directory(offset: int, form: str, value: int, right: Right) -> Spoil:
    """A field of the directory's entry of one sheet forged."""

    def change(content: bytes) -> bytes:
        spoilt = bytearray(content)
        struct.pack_into(form, spoilt, directory(content, MACRO) + offset, value)
        return bytes(spoilt)

    return as_bytes(change, right)


def twice(path: Path) -> Right:
    """Two members of one name: which one counts would depend on the program."""
    parts = parts_of(path)
    pack(path, parts)
    import warnings

    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(MACRO, parts[MACRO])
    return file_at(MACRO)


def stored(path: Path) -> Right:
    """Not compressed at all, which is as good."""
    parts = parts_of(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return SAME


def other_order(path: Path) -> Right:
    """Members in another order."""
    parts = parts_of(path)
    pack(path, dict(reversed(parts.items())))
    return SAME


def inside(path: Path) -> Right:
    """The workbook in a folder of the archive."""
    pack(path, {f"folder/{name}": content for name, content in parts_of(path).items()})
    return file_at("Content_Types")


def within(path: Path) -> Right:
    """An archive that holds the workbook."""
    content = path.read_bytes()
    pack(path, {"m.xlsm": content})
    return file_at("Content_Types")


def commented(path: Path) -> Right:
    """A comment at the end, as some programs leave it."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"PK\x05\x06" * 100
    return ANY_OR_SAME


def damaged_member(content: bytes) -> bytes:
    """A byte of the packed sheet changed."""
    spoilt = bytearray(content)
    start = content.index(MACRO.encode()) + len(MACRO) + 500
    spoilt[start] ^= 0xFF
    return bytes(spoilt)


def encrypted(_: bytes) -> bytes:
    """What Excel writes with a password: an old container with the workbook in it."""
    ole = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 504
    return ole + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1000


def document(_: bytes) -> bytes:
    """A text document, which is such an archive too."""
    buffer = io.BytesIO()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
        archive.writestr(
            "_rels/.rels",
            f'<Relationships><Relationship Id="r" Type="{kind}" Target="word/document.xml"/>'
            "</Relationships>",
        )
    return buffer.getvalue()


FAULTS: dict[str, Spoil] = {
    **{f"cut off at {share:.0%}": kept(share) for share in (0.0, 0.001, 0.1, 0.5, 0.9, 0.999)},
    "one byte short": as_bytes(lambda b: b[:-1], ANY),
    "not a zip": as_bytes(lambda _: b"just text\n", file_at("zip")),
    "a page of a server": as_bytes(lambda _: b"<html>404</html>", file_at("zip")),
    "a file of zeros": as_bytes(lambda b: bytes(len(b)), file_at("zip")),
    "a zip of nothing": as_bytes(lambda _: b"PK\x05\x06" + bytes(18), ANY),
    "bytes before it": as_bytes(lambda b: b"junk" * 10 + b, ANY),
    "bytes after it": as_bytes(lambda b: b + b"junk" * 10, ANY_OR_SAME),
    "a comment of signatures": commented,
    "a password": as_bytes(encrypted, file_at("password")),
    "an old workbook": as_bytes(
        lambda _: bytes.fromhex("D0CF11E0A1B11AE1") + bytes(2000), file_at("xls")),
    "a text document": as_bytes(document, ANY),
    "an archive around it": within,
    "a folder around it": inside,
    "a damaged member": as_bytes(damaged_member, ANY),
    "another checksum": with_directory(16, "<I", 0x12345678, ANY),
    "a size too small": with_directory(24, "<I", 10, ANY),
    "a size too large": with_directory(24, "<I", 10_000_000, ANY),
    "a size of four gigabytes": with_directory(24, "<I", 0xFFFFFFF0, ANY),
    "a packed size too large": with_directory(20, "<I", 0x7FFFFFFF, ANY_OR_SAME),
    "an offset beyond": with_directory(42, "<I", 0x7FFFFFFF, ANY),
    "an encrypted member": with_directory(8, "<H", 1, file_at("password")),
    "an unknown compression": with_directory(10, "<H", 99, file_at("compression")),
    "a name too long": with_directory(28, "<H", 0xFFFF, ANY),
    "a version of the future": with_directory(6, "<H", 0x00FF, ANY),
    "two members of one name": twice,
    "two members but for case": with_parts({MACRO.upper(): b""}, ANY),
    "not compressed": stored,
    "members in another order": other_order,
    "a path that leads out": with_parts({"../../BAIT.txt": b"1"}, SAME),
    "an absolute path": with_parts({"/tmp/BAIT.txt": b"1"}, SAME),
    "a path of Windows": with_parts({"C:\\BAIT.txt": b"1"}, SAME),
    "a name of nothing": with_parts({" ": b"1"}, SAME),
    "a name in Chinese": with_parts({"客户/数据.bin": b"1"}, SAME),
    "nine thousand members": with_parts({f"x/{i}": b"" for i in range(9000)}, SAME),
    "twenty thousand members": with_parts({f"x/{i}": b"" for i in range(20_000)}, ANY),
    "a bomb of zeros": with_parts({"xl/big": bytes(100 * 2**20)}, file_at("xl/big")),
    "a bomb in pieces": with_parts({f"xl/{i}": bytes(7 * 2**20) for i in range(25)}, ANY),
    "a bomb of another compression": with_parts(
        {"xl/big": bytes(64 * 2**20)}, ANY, zipfile.ZIP_BZIP2),
    "a bomb of strings": with_parts(
        {"xl/sharedStrings.xml": b"<sst>" + b"<si/>" * 3_000_000 + b"</sst>"},
        file_at("sharedStrings")),
}  # fmt: skip

"""What a fault is: a way to spoil a workbook file, and what it must end in."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from iiecon import ModelInputs
from iiecon.spreadsheet.package import Package
from tests.conftest import ROOT
from tests.workbook.edit import Edited

Change = Callable[[ModelInputs], ModelInputs]


@dataclass(frozen=True)
class Right:
    """The outcomes that are right.

    `refused`: the program may refuse, and then with a first line that matches this pattern: the
    place, and for a file what in it. `computed`: it may compute, and then what the model gives for
    the unspoilt inputs so changed. `says`: what it must say while computing. `kept`: parts that
    stay as they are.
    """

    refused: str = ""
    computed: Change | None = None
    says: str = ""
    kept: Mapping[str, bytes] | None = None


Spoil = Callable[[Path], Right]


def unchanged(inputs: ModelInputs) -> ModelInputs:
    """The unspoilt inputs."""
    return inputs


SAME = Right(computed=unchanged)


def at(*places: str) -> Right:
    """Refused, with one of these places named first: `SHEET!CELL`, or a sheet for all of it."""
    ends = [re.escape(p) + ("[:!]" if "!" not in p else ":") for p in places]
    return Right(refused="|".join(ends))


def file_at(says: str) -> Right:
    """Refused as a file: the message names it, and the part of it or what is wrong in it."""
    return Right(refused=rf"<file>: .*{says}")


def edited(edit: Callable[[Edited], Right]) -> Spoil:
    """A fault made on the parsed XML of the workbook."""

    def spoil(path: Path) -> Right:
        book = Edited(path)
        right = edit(book)
        book.save()
        return right

    return spoil


def parts_of(path: Path) -> dict[str, bytes]:
    """The members of a zip file."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sheet_part(sheet: str) -> str:
    """The part of a sheet in the shipped workbook."""
    return Package.read(ROOT / "IIEconModel.xlsm").sheets[sheet]


def pack(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write a zip file of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def in_part(part: str, change: Callable[[bytes], bytes], right: Right) -> Spoil:
    """A fault made on the bytes of one part; it must change something."""

    def spoil(path: Path) -> Right:
        parts = parts_of(path)
        spoilt = change(parts[part])
        assert spoilt != parts[part], f"{part} is as it was"
        pack(path, {**parts, part: spoilt})
        return right

    return spoil


def substitute(part: str, old: str, new: str, right: Right) -> Spoil:
    """The first match of a pattern replaced in one part."""
    return in_part(part, lambda xml: re.sub(old.encode(), new.encode(), xml, count=1), right)

"""Short CSV files that say something about sectors: one row each, columns by name."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from iiecon.findings import InputError
from iiecon.spreadsheet.files import read_file


def read_rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV file (UTF-8 or GBK) with their lines; cells without blanks around them.

    Raises FileProblem when it cannot be read, InputError when it lacks one of the columns.
    """
    reader = csv.DictReader(text_of(path).splitlines())
    missing = [c for c in columns if c not in (reader.fieldnames or ())]
    if missing:
        raise InputError.one("rows_columns", str(path), columns=", ".join(missing))
    return [(reader.line_num, {c: (row[c] or "").strip() for c in columns}) for row in reader]


def text_of(path: Path) -> str:
    """The text of a file in UTF-8 or GBK.

    Raises FileProblem when it cannot be read, InputError when it is in neither.
    """
    content = read_file(path, "file.not_table")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError.one("reader_encoding", str(path))

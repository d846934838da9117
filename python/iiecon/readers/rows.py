"""Short CSV files that say something about sectors: one row each, columns by name."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from iiecon.findings import InputError
from iiecon.spreadsheet.files import FileProblem, read_file


def read_rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV file (UTF-8 or GBK) with their lines; cells without blanks around them.

    Raises FileProblem when it cannot be read, InputError when it lacks one of the columns.
    """
    names, rows = records(text_of(path), path)
    missing = [c for c in columns if c not in names]
    if missing:
        raise InputError.one("rows_columns", str(path), columns=", ".join(missing))
    return [(line, {c: (row[c] or "").strip() for c in columns}) for line, row in rows]


def records(text: str, path: Path) -> tuple[Sequence[str], list[tuple[int, dict[str, str]]]]:
    """The names of the columns of a CSV text, and its rows with their lines.

    Raises FileProblem, naming the line, for a cell longer than any that is written.
    """
    reader = csv.DictReader(text.splitlines())
    try:
        return reader.fieldnames or (), [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise FileProblem(path, "file.not_table", f"{reader.line_num + 1}: {error}") from error


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

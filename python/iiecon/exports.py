"""Texts on their way into files that spreadsheet programs open: none of them becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

# What a spreadsheet takes for a formula when a cell begins with it, also as typed in East Asia.
FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXT_MARK = "'"


def marked(text: str) -> str:
    """A text that no spreadsheet takes for a formula: led by an apostrophe where it would."""
    return TEXT_MARK + text if text.startswith((*FORMULA_MARKS, TEXT_MARK)) else text


def unmarked(text: str) -> str:
    """The text as it was before `marked`."""
    return text.removeprefix(TEXT_MARK)


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV: texts marked where they look like formulas, numbers as they are."""
    buffer = io.StringIO(newline="")
    plain = csv.writer(buffer, lineterminator="\n")
    quoted = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for row in rows:
        cells = [marked(value) if isinstance(value, str) else value for value in row]
        # The writer of Python 3.11 leaves a lone carriage return unquoted.
        returns = any(isinstance(value, str) and "\r" in value for value in cells)
        (quoted if returns else plain).writerow(cells)
    return buffer.getvalue()


def csv_of_records(records: Sequence[Mapping[str, object]]) -> str:
    """Records of one kind as CSV, their keys above."""
    header = [records[0]] if records else []
    return csv_text([*header, *(record.values() for record in records)])

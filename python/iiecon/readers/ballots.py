"""Expert ballots from a CSV file: one row for each sector and factor, votes by grade.

The sectors of the file are the direct sectors: another file measures another industry.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from iiecon import catalogue
from iiecon.findings import Finding, InputError, errors_of
from iiecon.inputs import Experts, ModelInputs, read_csv
from iiecon.iotable import IOTable
from iiecon.proposals import same_name
from iiecon.readers.names import compact
from iiecon.readers.rows import records, text_of
from iiecon.validation import check_for_ballots

KEYS, NAME = ("code", "factor"), "name"
LABELS = {NAME: "name_zh"}  # of columns in the catalogue's `label`, where not their own name
ALSO = {"code": ("部门代码",), "factor": ("因素",), NAME: ("部门", "部门名称")}


@dataclass(frozen=True)
class _Line:
    """A row of the file with its place, `FILE:LINE`, and what it names."""

    place: str
    row: dict[str, str]

    @property
    def key(self) -> tuple[str, str]:
        """Sector and factor."""
        return self.row["code"], self.row["factor"]

    def error(self, key: str, **values: object) -> Finding:
        """Something wrong with this row."""
        return Finding("error", key, values, self.place)


def with_ballots(inputs: ModelInputs, path: Path, source: str = "") -> ModelInputs:
    """The inputs with the ballots of a file, whose sectors become the direct ones (section 2).

    Columns: `code`, `factor`, every grade of the panel, and `name` if wanted, which is held against
    the table's since codes change meaning between tables. Columns, grades and factors may also have
    the Chinese and English names of the sheet Experts. A blank is no vote. Factors, weights and
    grades stay; nothing is overridden. `source` says whose ballots they are (the file by default).
    Raises FileProblem when the file cannot be read, InputError naming the lines that are wrong.
    """
    lines = _lines(path, inputs.experts)
    findings = [f for line in lines for f in _wrong(line, inputs)] or [*_gaps(lines, inputs, path)]
    if findings:
        raise InputError(findings)
    by_key = {line.key: line for line in lines}
    codes = tuple(dict.fromkeys(code for code, _ in by_key))
    order = [by_key[key] for key in product(codes, inputs.experts.factors)]
    source = source or catalogue.both("experts.from_file", file=path.name)
    new = replace(
        inputs,
        experts=_panel(inputs.experts, codes, order, source),
        proposed=inputs.proposed and replace(
            inputs.proposed, confidence=inputs.proposed.confidence * [1, math.nan]
        ),
    )  # fmt: skip
    refused = errors_of(check_for_ballots(new))
    if refused:
        raise InputError(replace(f, table=order[f.row or 0].place, row=None, column=None)
                         for f in refused)  # fmt: skip
    return new


def _panel(panel: Experts, codes: tuple[str, ...], order: list[_Line], source: str) -> Experts:
    votes = np.array([[_votes(line.row[grade]) for grade in panel.grades] for line in order])
    return replace(
        panel,
        codes=codes,
        ballots=votes.reshape(len(codes), len(panel.factors), len(panel.grades)),
        override=np.full(len(codes), math.nan),
        direct=(True,) * len(codes),
        source=source,
    )


def _lines(path: Path, panel: Experts) -> list[_Line]:
    """The rows of the file; no column is left out or left over."""
    given, rows = records(text_of(path), path)
    due = (*KEYS, *panel.grades)
    heads = _spellings(panel.grades, "score_grades.csv", "grade") | {
        compact(text): column for column in (*KEYS, NAME) for text in _titles(column)
    }
    names = [heads.get(compact(name), name) for name in given]
    factors = _spellings(panel.factors, "score_factors.csv", "factor")
    missing = [name for name in due if name not in names]
    if missing:
        raise InputError.one("rows_columns", str(path), columns=", ".join(missing))
    extra = [given[i] for i, n in enumerate(names) if n not in (*due, NAME) or n in names[:i]]
    if extra or any(None in row for _, row in rows):
        known = ", ".join((NAME, *due))
        columns = ", ".join(extra) or "…"
        raise InputError.one("ballots_column", str(path), columns=columns, known=known)
    if not rows:
        raise InputError.one("reader_empty", str(path))
    lines = []
    for number, row in rows:
        cells = {n: (row[g] or "").strip() for n, g in zip(names, given, strict=True)}
        cells["factor"] = factors.get(compact(cells["factor"]), cells["factor"])
        lines.append(_Line(f"{path}:{number}", cells))
    return lines


def _titles(column: str) -> Iterator[str]:
    """The column's own name, what the sheet Experts prints over it, and other words for it."""
    printed = [
        catalogue.text(f"label.{LABELS.get(column, column)}", x) for x in catalogue.LANGUAGES
    ]
    yield from (column, *printed, "".join(printed), *ALSO[column])


def _spellings(keys: tuple[str, ...], file: str, column: str) -> dict[str, str]:
    """Names of grades or factors, as the sheet Experts prints them, with the key of each."""
    known = {row[column]: row for row in read_csv(file)}
    return {
        compact(text): key
        for key in keys
        for row in [known.get(key, {})]
        for zh, en in [(row.get("name_zh", key), row.get("name_en", key))]
        for text in (key, zh, en, f"{zh}{en}")
    }


def _wrong(line: _Line, inputs: ModelInputs) -> Iterator[Finding]:
    """What is wrong with a row by itself."""
    code, factor = line.key
    name, panel = line.row.get(NAME, ""), inputs.experts
    if code not in inputs.table.codes:
        yield line.error("unknown_code", codes=code)
    elif name and same_name(name) != same_name(_name(inputs.table, code)):
        yield line.error("ballots_name", code=code, name=_name(inputs.table, code), found=name)
    if factor not in panel.factors:
        yield line.error("ballots_factor", found=factor, known=", ".join(panel.factors))
    for grade in panel.grades:
        votes = _votes(line.row[grade])
        if not (votes >= 0 and votes == math.floor(votes)):
            yield line.error("ballots_votes", column=grade, found=line.row[grade])


def _name(table: IOTable, code: str) -> str:
    return table.names[table.codes.index(code)]


def _votes(text: str) -> float:
    """A count of votes: 0 where blank, NaN where it is no number."""
    try:
        votes = float(text or 0)
    except ValueError:
        return math.nan
    return votes if math.isfinite(votes) else math.nan


def _gaps(lines: list[_Line], inputs: ModelInputs, path: Path) -> Iterator[Finding]:
    """Rows that stand twice, and factors that a sector lacks."""
    seen: set[tuple[str, str]] = set()
    for line in lines:
        if line.key in seen:
            yield line.error("ballots_twice", code=line.key[0], factor=line.key[1])
        seen.add(line.key)
    for code in dict.fromkeys(code for code, _ in (line.key for line in lines)):
        lacking = [f for f in inputs.experts.factors if (code, f) not in seen]
        if lacking:
            values = {"code": code, "factors": ", ".join(lacking)}
            yield Finding("error", "ballots_missing", values, str(path))

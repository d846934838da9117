"""A replication package read back: every file checked against its description, then the inputs."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from iiecon import options as option_rules
from iiecon.exports import unmarked
from iiecon.findings import Finding, InputError
from iiecon.inputs import Industry, ModelInputs, Proposed, Rows, inputs_from
from iiecon.iotable import IOTable, TableParts
from iiecon.options import Options
from iiecon.replication.tables import (
    IO_VECTORS,
    PROPOSED,
    RESULT_KEYS,
    Field,
    Row,
    Table,
    Value,
    json_tables,
)
from iiecon.spreadsheet.files import FileProblem, read_file
from iiecon.spreadsheet.package import MAX_BYTES, unpacked

DESCRIPTION = "datapackage.json"
RESULTS = "results/results.json"
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
WHOLE = re.compile(r"[+-]?\d+")
TRUE, FALSE = ("true", "1"), ("false", "0")
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Replication:
    """What a package holds: its inputs, its results as stored in CSV and in JSON, what it says
    about itself, and the files whose bytes are not those that were described.
    """

    inputs: ModelInputs
    results: Mapping[str, Table]
    json_results: Mapping[str, Table]
    about: Mapping[str, Any]
    touched: tuple[str, ...]


def is_package(path: Path) -> bool:
    """Whether a path is a folder or zip file rather than a workbook."""
    return path.is_dir() or path.suffix.lower() == ".zip"


def read_package(path: Path) -> Replication:
    """A package from a folder or a zip file.

    Raises FileProblem when it cannot be opened, InputError naming file, line and column of what
    does not fit its description.
    """
    return read_files(path, _files(path))


def read_files(path: Path, files: Files) -> Replication:
    """A package from the bytes of its files; `path` only names it in findings."""
    about = _description(path, files)
    resources = {r["path"]: r for r in about["resources"]}
    checked = {
        name: _Csv(f"{path}: {name}", resource, files[name])
        for name, resource in resources.items()
        if name.endswith(".csv")
    }
    findings = [f for table in checked.values() for f in table.findings()]
    findings = findings or list(_references(checked))
    if findings:
        raise InputError(findings)
    try:
        inputs = _inputs({PurePosixPath(n).name: c for n, c in checked.items() if "inputs/" in n})
        stored = {n: checked[f"results/{n}.csv"].table(n) for n in RESULT_KEYS}
        json_stored = json_tables(json.loads(files[RESULTS]))
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError.one("package_unfit", str(path), reason=repr(error)) from None
    touched = [n for n, r in resources.items() if r.get("hash") != digest(files[n])]
    return Replication(inputs, stored, json_stored, about, tuple(touched))


def digest(content: bytes) -> str:
    """The fingerprint of a file as a data package writes it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


# --- files ----------------------------------------------------------------------------------------


def _files(path: Path) -> dict[str, bytes]:
    if not path.is_dir():
        return {n: c for n, c in unpacked(path, read_file(path))[1].items() if n[-1:] != "/"}
    files = [f for f in path.rglob("*") if f.is_file()]
    if sum(f.stat().st_size for f in files) > MAX_BYTES:
        raise FileProblem(path, "file.too_big")
    return {f.relative_to(path).as_posix(): read_file(f) for f in files}


def _description(path: Path, files: Files) -> dict[str, Any]:
    """The description of the package, in which every file listed is there."""
    place = f"{path}: {DESCRIPTION}"
    if DESCRIPTION not in files:
        raise InputError.one("package_file", str(path), name=DESCRIPTION)
    try:
        about = json.loads(files[DESCRIPTION])
        listed = [r["path"] for r in about["resources"]]
        tables = [r["schema"]["fields"] for r in about["resources"] if r["path"].endswith(".csv")]
        about["iiecon"]["inputs_sha256"], [f["name"] for t in tables for f in t]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError.one("package_description", place, reason=repr(error)) from None
    missing = [name for name in [*listed, RESULTS] if name not in files]
    if missing:
        raise InputError.one("package_file", str(path), name=", ".join(missing))
    return dict(about)


# --- one table ------------------------------------------------------------------------------------


class _Csv:
    """A CSV file beside its description."""

    def __init__(self, place: str, resource: Mapping[str, Any], content: bytes) -> None:
        self.place, self.schema, self.due = place, resource["schema"], resource.get("rows")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InputError.one("reader_encoding", place) from None
        reader = csv.reader(io.StringIO(text, newline=""))
        try:
            numbered = [(reader.line_num, row) for row in reader if row]
        except csv.Error as error:  # a cell longer than any that was written
            raise InputError.one("package_unfit", place, reason=str(error)) from None
        if not numbered:
            raise InputError.one("reader_empty", place)
        self.header = [unmarked(name) for name in numbered[0][1]]
        self.lines = [line for line, _ in numbered[1:]]
        self.rows = [row for _, row in numbered[1:]]
        self.fields = {f["name"]: f for f in self.schema["fields"]}

    def findings(self) -> Iterator[Finding]:
        """Missing columns, then cells of the wrong kind, then rows missing or there twice."""
        missing = [name for name in self.fields if name not in self.header]
        if missing:
            yield self._finding("reader_column", label=", ".join(missing))
            return
        wrong = list(self._wrong_cells())
        yield from wrong
        if self.due not in (None, len(self.rows)):
            yield self._finding("package_rows", found=len(self.rows), expected=self.due)
        elif not wrong:
            yield from self._repeated()

    def _wrong_cells(self) -> Iterator[Finding]:
        for line, row in zip(self.lines, self.rows, strict=True):
            if len(row) != len(self.header):
                yield self._finding(
                    "package_width", line=line, found=len(row), expected=len(self.header)
                )
                continue
            for name, text in zip(self.header, row, strict=True):
                field = self.fields.get(name)
                if field is not None and not _fits(text, field):
                    kind = field["type"]
                    yield self._finding(
                        "package_value", line=line, column=name, value=text, kind=kind
                    )

    def _repeated(self) -> Iterator[Finding]:
        seen: set[tuple[str, ...]] = set()
        for line, key in zip(
            self.lines, self.keys(_listed(self.schema["primaryKey"])), strict=True
        ):
            if key in seen:
                yield self._finding("package_twice", line=line, label=" ".join(key))
            seen.add(key)

    def keys(self, columns: list[str]) -> list[tuple[str, ...]]:
        """The texts of some columns, row by row."""
        places = [self.header.index(name) for name in columns]
        return [tuple(unmarked(row[p]) for p in places) for row in self.rows]

    def texts(self) -> Rows:
        """The rows as texts by column."""
        kinds = [self.fields.get(name, {}).get("type") for name in self.header]
        return [
            {
                name: unmarked(text) if kind == "string" else text
                for name, kind, text in zip(self.header, kinds, row, strict=True)
            }
            for row in self.rows
        ]

    def table(self, name: str) -> Table:
        """The rows with their values."""
        fields = tuple(Field(f["name"], f["type"]) for f in self.schema["fields"])
        rows: list[Row] = [tuple(_value(r[f.name], f.kind) for f in fields) for r in self.texts()]
        return Table(name, fields, tuple(_listed(self.schema["primaryKey"])), rows)

    def _finding(self, key: str, **values: object) -> Finding:
        return Finding("error", key, values, self.place)


def _fits(text: str, field: Mapping[str, Any]) -> bool:
    if not text:
        return not field.get("constraints", {}).get("required", False)
    kind = field["type"]
    if kind in ("year", "integer"):
        return WHOLE.fullmatch(text) is not None
    if kind == "number":
        return NUMBER.fullmatch(text) is not None
    return kind != "boolean" or text.lower() in (*TRUE, *FALSE)


def _value(text: str, kind: str) -> Value:
    if kind == "string":
        return text
    if not text:
        return None
    if kind == "boolean":
        return text.lower() in TRUE
    return int(text) if kind in ("year", "integer") else float(text)


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def _references(tables: Mapping[str, _Csv]) -> Iterator[Finding]:
    """Labels that ought to stand in another table and do not."""
    for name, table in tables.items():
        for link in table.schema.get("foreignKeys", []):
            there = link["reference"]
            path = str(PurePosixPath(name).with_name(f"{_file(there['resource'])}.csv"))
            known = set(tables[path].keys(_listed(there["fields"])))
            found = table.keys(_listed(link["fields"]))
            for line, key in zip(table.lines, found, strict=True):
                if any(key) and key not in known:
                    values = {"line": line, "value": " ".join(key), "file": path}
                    yield Finding("error", "package_reference", values, table.place)


def _file(resource: str) -> str:
    """The file of a resource of the inputs: its name without the folder's."""
    return resource.removeprefix("inputs-").replace("-", "_")


# --- inputs ---------------------------------------------------------------------------------------


def _inputs(files: Mapping[str, _Csv]) -> ModelInputs:
    rows = {name: file.texts() for name, file in files.items()}
    about = {r["property"]: r["value"] for r in rows["particulars.csv"]}
    sectors = rows["io_sectors.csv"]
    letters = tuple(r["section"] for r in sectors)
    inputs = inputs_from(rows.__getitem__, _io_table(sectors, rows["io_cells.csv"], about), letters)
    scores = {r["code"]: r for r in rows["scores.csv"]}
    order = inputs.experts.codes
    experts = replace(
        inputs.experts,
        override=np.array([float(scores[c]["override"] or "nan") for c in order]),
        direct=tuple(scores[c]["direct"].lower() in TRUE for c in order),
        source=about["scores_source"],
    )
    return replace(
        inputs,
        experts=experts,
        options=_options(rows["options.csv"], files["options.csv"].place),
        proposed=_proposed(rows["proposals.csv"]),
        industry=_industry(about),
    )


def _industry(about: Mapping[str, str]) -> Industry:
    """The industry's name; a package made before it could be given has the default."""
    if "industry_zh" not in about:
        return Industry()
    return Industry(about["industry_zh"], about["industry_en"])


def _proposed(rows: Rows) -> Proposed | None:
    if not rows:
        return None
    names = [f"{name}_confidence" for name in PROPOSED]
    confidence = [[float(r[name] or "nan") for name in names] for r in rows]
    return Proposed(np.array(confidence), tuple(r["reason"] for r in rows))


def _options(rows: Rows, place: str) -> Options:
    given = {r["option"]: r["value"] for r in rows}
    found: dict[str, Any] = {}
    problems = []
    for name in option_rules.names():
        text = given[name]
        value = text if option_rules.choices_of(name) else float(text)
        found[name], problem = option_rules.parse(name, value)
        if problem is not None:
            problems.append(replace(problem, table=place))
    if problems:
        raise InputError(problems)
    return Options(**found)


def _io_table(sectors: Rows, cells: Rows, about: Mapping[str, str]) -> IOTable:
    codes = [r["code"] for r in sectors]
    blocks: dict[str, dict[tuple[str, str], float]] = {}
    for r in cells:
        blocks.setdefault(r["block"], {})[r["row"], r["column"]] = float(r["value"])
    vectors = {
        name: np.array([float(r[name]) for r in sectors])
        for name in IO_VECTORS
        if all(r[name] for r in sectors)
    }
    per_unit = float(about["io_per_unit"])
    uses = list(dict.fromkeys(column for _, column in blocks.get("final_use", {})))
    primary = list(dict.fromkeys(row for row, _ in blocks.get("primary", {})))
    table = IOTable.from_arrays(
        _matrix(blocks["flow"], codes, codes),
        vectors.pop("output"),
        vectors.pop("value_added"),
        codes,
        [r["name"] for r in sectors],
        **vectors,
        unit=about["io_printed_unit"] or about["io_unit"],
        year=int(about["io_year"]) if about["io_year"] else None,
        precision=float(about["io_precision"]),
        notes=[about[k] for k in sorted(about, key=len) if k.startswith("io_note_")],
        parts=TableParts(
            tuple(uses),
            _matrix(blocks.get("final_use", {}), codes, uses),
            tuple(primary),
            _matrix(blocks.get("primary", {}), primary, codes),
        )
        if about["io_has_parts"] == "true"
        else None,
    )
    return table.scaled(1 / per_unit, about["io_unit"]) if about["io_printed_unit"] else table


def _matrix(
    cells: Mapping[tuple[str, str], float], rows: list[str], columns: list[str]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    values = [cells[row, column] for row in rows for column in columns]
    return np.array(values, dtype=float).reshape(len(rows), len(columns))

"""CSV layouts: the program's own, the full national tables, the 42-sector tables with domestic and
import rows apart, and OECD country tables.

A layout is recognised by its header: where the codes stand, which labels mark value added, output
and the columns of final use. Chinese tables come in 万元 and are converted to 亿元.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from iiecon.findings import Finding, InputError
from iiecon.iotable import WAN_PER_YI, FloatArray, IOTable, TableParts, printed_precision

OWN_FIRST_COLUMNS = ("code", "name_zh", "name_en", "section", "source_codes")
FINAL_USES = ("FU101", "FU102", "FU103", "FU201", "FU202", "EX")
OECD_FINAL_USES = (
    "HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "CONS_ABR", "CONS_NONRES", "EXPO",
)  # fmt: skip
VALUE_ADDED_ROWS = ("VA001", "VA002", "VA003", "VA004")


@dataclass(frozen=True)
class _Sheet:
    """A CSV file as text, addressed by row label and column label."""

    path: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]

    @property
    def codes(self) -> list[str]:
        return [h for h in self.header if h.isdigit()]

    def row(self, label: str) -> list[str]:
        found = [r for r in self.rows if r[0] == label]
        if not found:
            raise InputError([self._finding("reader_row", label=label)])
        return found[0]

    def numbers(self, rows: Sequence[Sequence[str]], columns: Sequence[str]) -> FloatArray:
        places = [self.header.index(c) for c in columns if c in self.header]
        if len(places) < len(columns):
            missing = ", ".join(c for c in columns if c not in self.header)
            raise InputError([self._finding("reader_column", label=missing)])
        try:
            return np.array([[float(r[p]) for p in places] for r in rows])
        except (ValueError, IndexError):
            raise InputError([self._bad_number(rows, places)]) from None

    def _bad_number(self, rows: Sequence[Sequence[str]], places: list[int]) -> Finding:
        for r in rows:
            for p in places:
                try:
                    float(r[p])
                except (ValueError, IndexError):
                    found = r[p] if p < len(r) else ""
                    line = self.lines[self.rows.index(list(r))]
                    return self._finding(
                        "reader_number", line=line, column=self.header[p], value=found
                    )
        raise AssertionError("called without a bad number")

    def _finding(self, key: str, **values: object) -> Finding:
        return Finding("error", key, values, self.path)


def read_io_table(path: str | Path, layout: str = "auto") -> IOTable:
    """An IO table from a CSV file (UTF-8 or GBK).

    `layout`: "own", "national", "origin" (domestic and import rows apart), "oecd" or "auto", which
    decides by the header. Chinese tables are returned in 亿元, OECD tables in million US dollars;
    the year is taken from the file's name. Sectors without any number (OECD's 45) are left out and
    listed in `.notes`. Raises InputError naming line and column when the file does not fit; the
    balance is left to `checks.check_io_table`.
    """
    file = Path(path)
    sheet = _load(file)
    name = _layout_of(sheet) if layout == "auto" else layout
    if name not in LAYOUTS:
        raise InputError.one("reader_layout", str(file), found=name, known=", ".join(LAYOUTS))
    year = re.search(r"(?:19|20)\d\d(?!\d)", file.stem)
    return _without_empty(LAYOUTS[name](sheet, int(year.group()) if year else None))


def read_bundled_table() -> tuple[IOTable, tuple[str, ...]]:
    """The 103-sector table of 2017 that comes with the program (亿元), and its sections."""
    source = files("iiecon.data").joinpath("io_table_2017_103.csv")
    sheet = _sheet("io_table_2017_103.csv", source.read_text(encoding="utf-8"))
    return _own(sheet, 2017), tuple(r[3] for r in sheet.rows if r[0].isdigit())


def english_names() -> tuple[str, ...]:
    """The English sector names of the table that comes with the program."""
    source = files("iiecon.data").joinpath("io_table_2017_103.csv")
    sheet = _sheet("io_table_2017_103.csv", source.read_text(encoding="utf-8"))
    return tuple(r[2] for r in sheet.rows if r[0].isdigit())


def _load(file: Path) -> _Sheet:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError.one("reader_file", str(file), reason=error.strerror) from None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return _sheet(str(file), content.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise InputError.one("reader_encoding", str(file))


def _sheet(path: str, text: str) -> _Sheet:
    reader = csv.reader(text.splitlines())
    numbered = [(reader.line_num, [cell.strip() for cell in r]) for r in reader]
    filled = [(line, r) for line, r in numbered if any(r)]
    if len(filled) < 2:
        raise InputError.one("reader_empty", path)
    lines, rows = zip(*filled, strict=True)
    return _Sheet(path, rows[0], list(rows[1:]), list(lines[1:]))


def _layout_of(sheet: _Sheet) -> str:
    header = set(sheet.header)
    if set(OWN_FIRST_COLUMNS) <= header:
        return "own"
    if {"HFCE", "IMPO"} <= header:
        return "oecd"
    if "Origin" in header:
        return "origin"
    return "national" if {"TIU", "GO"} <= header else "unknown"


def _chinese(sheet: _Sheet, rows: list[list[str]], year: int | None, name: int) -> IOTable:
    codes = sheet.codes
    _require_labels(sheet, rows)
    value_added = sheet.numbers([sheet.row(label) for label in VALUE_ADDED_ROWS], codes)
    columns = [*codes, *FINAL_USES, "IM", "GO"]
    error = ["ERR"] if "ERR" in sheet.header else []
    numbers = sheet.numbers(rows, columns + error)
    n = len(codes)
    table = IOTable.from_arrays(
        numbers[:, :n],
        numbers[:, columns.index("GO")],
        value_added.sum(axis=0),
        codes,
        [r[name] for r in rows],
        final_use=numbers[:, n : n + len(FINAL_USES)].sum(axis=1),
        exports=numbers[:, columns.index("EX")],
        imports=numbers[:, columns.index("IM")],
        discrepancy=numbers[:, -1] if error else None,
        unit="万元",
        year=year,
        precision=printed_precision(numbers),
        parts=TableParts(
            FINAL_USES[:-1], numbers[:, n : n + len(FINAL_USES) - 1], VALUE_ADDED_ROWS, value_added
        ),
    )
    return table.scaled(1 / WAN_PER_YI, "亿元")


def _require_labels(sheet: _Sheet, rows: list[list[str]]) -> None:
    """The rows carry the codes of the columns, in the same order."""
    codes, found = sheet.codes, [r[0] for r in rows]
    if found == codes:
        return
    alone = [c for c in found + codes if c not in codes or c not in found]
    swapped = [a for a, b in zip(found, codes, strict=False) if a != b]
    raise InputError.one("reader_labels", sheet.path, code=(alone or swapped or ["?"])[0])


def _own(sheet: _Sheet, year: int | None) -> IOTable:
    return _chinese(sheet, [r for r in sheet.rows if r[0].isdigit()], year, name=1)


def _national(sheet: _Sheet, year: int | None) -> IOTable:
    return _chinese(sheet, [r for r in sheet.rows if r[0].isdigit()], year, name=2)


def _origin(sheet: _Sheet, year: int | None) -> IOTable:
    """Domestic plus imported rows give the competitive table; imported rows sum to imports."""
    origin = sheet.header.index("Origin")
    codes = sheet.codes
    uses = [*codes, "TC", "FU201", "FU202", "EX"]
    rows = {part: [r for r in sheet.rows if r[origin] == part] for part in ("Domestic", "Imports")}
    for part in rows.values():
        _require_labels(sheet, part)
    parts = {part: sheet.numbers(given, uses) for part, given in rows.items()}
    domestic_rows = rows["Domestic"]
    both = parts["Domestic"] + parts["Imports"]
    value_added = sheet.numbers([sheet.row(label) for label in VALUE_ADDED_ROWS], codes)
    n = len(codes)
    table = IOTable.from_arrays(
        both[:, :n],
        sheet.numbers([sheet.row("TI")], codes)[0],
        value_added.sum(axis=0),
        codes,
        [r[2] for r in domestic_rows],
        final_use=both[:, n:].sum(axis=1),
        exports=both[:, -1],
        imports=parts["Imports"].sum(axis=1),
        unit="万元",
        year=year,
        precision=printed_precision(both),
    )
    return table.scaled(1 / WAN_PER_YI, "亿元")


def _oecd(sheet: _Sheet, year: int | None) -> IOTable:
    """Value added at basic prices; the taxes of the table are kept apart as other inputs."""
    codes = sheet.codes
    rows = [r for r in sheet.rows if r[0].isdigit()]
    _require_labels(sheet, rows)
    columns = [*codes, *OECD_FINAL_USES, "IMPO"]
    numbers = sheet.numbers(rows, columns)
    taxes = [r for r in sheet.rows if r[0].startswith("TXS_")]
    n = len(codes)
    return IOTable.from_arrays(
        numbers[:, :n],
        sheet.numbers([sheet.row("OUTPUT")], codes)[0],
        sheet.numbers([sheet.row("VALU")], codes)[0],
        codes,
        [r[1] for r in rows],
        other_inputs=sheet.numbers(taxes, codes).sum(axis=0),
        final_use=numbers[:, n:-1].sum(axis=1),
        exports=numbers[:, columns.index("EXPO")],
        imports=-numbers[:, -1],
        unit="million US dollars",
        year=year,
        precision=printed_precision(numbers),
    )


LAYOUTS: dict[str, Callable[[_Sheet, int | None], IOTable]] = {
    "own": _own,
    "national": _national,
    "origin": _origin,
    "oecd": _oecd,
}


def _without_empty(table: IOTable) -> IOTable:
    used = table.flows.any(axis=0) | table.flows.any(axis=1) | (table.output != 0)
    if used.all():
        return table
    keep = np.flatnonzero(used)
    vectors = {
        name: None if value is None else value[keep]
        for name in ("other_inputs", "final_use", "exports", "imports", "discrepancy")
        for value in [getattr(table, name)]
    }
    return IOTable.from_arrays(
        table.flows[np.ix_(keep, keep)],
        table.output[keep],
        table.value_added[keep],
        [table.codes[i] for i in keep],
        [table.names[i] for i in keep],
        **vectors,
        unit=table.unit,
        year=table.year,
        precision=table.precision,
        notes=[f"empty sector left out: {table.codes[i]}" for i in np.flatnonzero(~used)],
    )

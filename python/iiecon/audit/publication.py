"""A publication's printed figures, one a row: what, of whom, when, and to how many decimals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from iiecon.audit.expressions import Interval
from iiecon.findings import Finding, InputError

SHIPPED = "published_figures.csv"
REQUIRED = ("id", "unit", "value")
# A printed unit in the units of the model: 亿元, 万人, fractions; 100 million dollars.
UNITS = {
    "percent": 0.01,
    "%": 0.01,
    "1": 1.0,
    "trillion yuan": 1e4,
    "万亿元": 1e4,
    "100m yuan": 1.0,
    "亿元": 1.0,
    "万元": 1e-4,
    "10k persons": 1.0,
    "万人": 1.0,
    "trillion US dollars": 1e4,
    "万亿美元": 1e4,
    "100m US dollars": 1.0,
    "亿美元": 1.0,
    "million US dollars": 0.01,
}


@dataclass(frozen=True)
class Figure:
    """One printed number: `value` in its printed `unit`, with `decimals` behind the point.

    `id` is scope.key.year.measure, as in industry.C.2021.value_added.
    """

    id: str
    scope: str
    key: str
    year: int
    measure: str
    unit: str
    value: float
    decimals: int
    source: str = ""
    note: str = ""

    @property
    def factor(self) -> float:
        """The printed unit in the unit of the model."""
        return UNITS[self.unit]

    @property
    def half(self) -> float:
        """Half a unit of the last printed digit, in the printed unit."""
        return 0.5 * 10.0**-self.decimals

    @property
    def interval(self) -> Interval:
        """All numbers that would have been printed like this, in the unit of the model."""
        return Interval(
            (self.value - self.half) * self.factor, (self.value + self.half) * self.factor
        )

    def shown(self, value: float) -> str:
        """A number of the printed unit, with the printed decimals."""
        return f"{value:.{self.decimals}f}"


Publication = tuple[Figure, ...]


def shipped_publication() -> Publication:
    """The 218 figures of the 2021 white paper that come with the program."""
    text = files("iiecon.data").joinpath(SHIPPED).read_text(encoding="utf-8")
    return _of_text(text, SHIPPED)


def read_publication(path: str | Path) -> Publication:
    """The figures of a CSV file (UTF-8 or GBK) with the columns id, unit, value, and at will
    decimals, source and note.

    Raises FileProblem when it cannot be read, InputError naming the lines that are wrong.
    """
    from iiecon.readers.rows import text_of

    file = Path(path)
    return _of_text(text_of(file), str(file))


def _of_text(text: str, name: str) -> Publication:
    from iiecon.readers.rows import records

    names, rows = records(text, Path(name))
    missing = [c for c in REQUIRED if c not in names]
    if missing:
        raise InputError.one("published_columns", name, columns=", ".join(missing))
    return publication_of(rows, name)


def publication_of(rows: Iterable[tuple[int, Mapping[str, str]]], name: str) -> Publication:
    """Figures of numbered rows of text; `name` is the file or sheet that errors speak of.

    Where no column `decimals` says otherwise, a figure has as many decimals as the longest of the
    same scope, measure and unit: spreadsheets drop trailing zeros (2601.10 becomes 2601.1).
    """
    findings: list[Finding] = []
    figures: dict[str, Figure] = {}
    told: set[str] = set()
    for line, row in rows:
        clean = {k: (v or "").strip() for k, v in row.items() if k}
        figure = _figure(clean, line, name, findings)
        if clean.get("decimals"):
            told.add(clean["id"])
        if figure is not None and figure.id in figures:
            values = {"line": line, "id": figure.id}
            findings.append(Finding("error", "published_twice", values, name))
        elif figure is not None:
            figures[figure.id] = figure
    if not figures and not findings:
        findings.append(Finding("error", "published_empty", {}, name))
    if findings:
        raise InputError(findings)
    return _with_decimals(tuple(figures.values()), told)


def _figure(row: Mapping[str, str], line: int, name: str, findings: list[Finding]) -> Figure | None:
    parts = row["id"].split(".")
    if len(parts) < 4 or not parts[-2].isdigit() or not all(parts):
        findings.append(Finding("error", "published_id", {"line": line, "id": row["id"]}, name))
        return None
    if row["unit"] not in UNITS:
        values = {"line": line, "unit": row["unit"], "known": ", ".join(UNITS)}
        findings.append(Finding("error", "published_unit", values, name))
        return None
    value, decimals = _number(row["value"], row.get("decimals", ""))
    if decimals < 0:
        told = {"line": line, "value": row["value"]}
        findings.append(Finding("error", "published_number", told, name))
        return None
    scope, key, year, measure = parts[0], ".".join(parts[1:-2]), int(parts[-2]), parts[-1]
    return Figure(
        row["id"], scope, key, year, measure, row["unit"], value, decimals,
        row.get("source", ""), row.get("note", ""),
    )  # fmt: skip


def _number(text: str, decimals: str) -> tuple[float, int]:
    """A plain decimal number and its decimals, which may be told; −1 where it is none."""
    whole, _, behind = text.removeprefix("-").partition(".")
    if not all(part.isdecimal() for part in (whole, behind or "0", decimals or "0")):
        return 0.0, -1
    return float(text), int(decimals) if decimals else len(behind)


def _with_decimals(figures: Sequence[Figure], told: set[str]) -> Publication:
    most: dict[tuple[str, str, str], int] = {}
    for f in figures:
        kind = (f.scope, f.measure, f.unit)
        most[kind] = max(most.get(kind, 0), f.decimals)
    return tuple(
        f if f.id in told else replace(f, decimals=most[f.scope, f.measure, f.unit])
        for f in figures
    )

"""Yearbook tables in: value added and wages of sections, provincial GDP and employment, national
series.

A figure is known by what is written around it. Together its labels must say, for instance,
province, sector and year, whichever of them stand on which side; so any orientation and any order
reads alike. A figure that is not fully labelled is not used, and reported.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

from iiecon.findings import Finding, InputError, Severity
from iiecon.readers import names
from iiecon.readers.grids import Grid, open_grids, sheets_named
from iiecon.readers.labelled import YEAR, Labelled, Names, Vocabulary, labelled
from iiecon.readers.names import NATION, OTHER, TOTALS, WHICH
from iiecon.readers.printed import Unit
from udfs.arguments import label as text_of

# What the workbook keeps figures in.
MONEY = Unit("money", 1e8, "亿元")
WAGE = Unit("money", 1.0, "元")
PEOPLE = Unit("people", 1e4, "万人")
OWN = Unit("other", 1.0, "")  # of a series with a unit of its own, never converted

Key = tuple[str, ...]


@dataclass(frozen=True)
class Kind:
    """A kind of table: what must be known of each figure, in the order of its key; its unit.

    `words`: what the texts of such a file say, where others carry the same labels. Of kinds with
    figures in one file the first `rank` counts: provincial tables also name sections and GDP.
    """

    facets: tuple[str, ...]
    unit: Unit
    rank: int
    words: str = ""


KINDS = {
    "section-value-added": Kind(("section", YEAR), MONEY, 1, r"增加值|value[\s_]*added|生产总值"),
    "province-gdp": Kind(("province", "sector", YEAR), MONEY, 0),
    "province-employment": Kind(("province", "group"), PEOPLE, 0),
    "macro": Kind(("series", YEAR), MONEY, 2),
    "wages": Kind(("section", YEAR), WAGE, 1, r"工资|wage|earnings"),
}
SERIES_UNITS = {
    "gdp": MONEY,
    "fixed_asset_investment": MONEY,
    "gross_fixed_capital_formation": MONEY,
    "employment": PEOPLE,
    "employment_census2020": PEOPLE,
}
SHOWN_NAMES = 10
MISTAKEN = 0.8  # names so much alike, as Shanxi and Shaanxi, are taken for each other
# Reasons for which a figure is left aside; the catalogue explains them.
NOT_KNOWN, PART, INCOMPLETE, OTHER_YEAR, OTHER_UNIT, OPEN_TOTAL, OTHER_SHEET = (
    "label", "part", "incomplete", "year", "unit", "total", "sheet",
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A figure in the unit of the workbook.

    `unit` is what its labels state, blank for nothing; `rounding` half a unit of its last digit.
    """

    value: float
    unit: str
    rounding: float
    place: str
    cell: str


@dataclass
class Yearbook:
    """What a file gives: figures by key, in the order of the kind's facets.

    `year`: of figures whose key has none. `unused`: cells by the reason why they were left aside.
    `checked` counts totals that agree with the figures below them, `not_given` cells that say so.
    """

    kind: str
    figures: dict[Key, Figure] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    unused: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    year: str = ""
    checked: int = 0
    not_given: int = 0


def read_yearbook(
    path: str | Path, kind: str | None = None, sheet: str | None = None, year: int | None = None
) -> Yearbook:
    """The figures of a yearbook table in a .csv, .xlsx or .xls file, and what is wrong with it.

    `kind`: one of KINDS, found from the content when not given. `sheet`: the only one to read.
    `year`: of figures that the file does not date; of those it dates, the only ones to take.
    Raises FileProblem when the file cannot be read, InputError when it holds no such table.
    """
    file = Path(path)
    grids = sheets_named(file, open_grids(file), sheet)
    books = [_Collector(name, year).read(grids) for name in ([kind] if kind else KINDS)]
    return _only(file, [b for b in books if kind or _speaks_of(grids, b.kind)] or books)


def _only(file: Path, books: Sequence[Yearbook]) -> Yearbook:
    """The one kind of table that the file holds."""
    filled = [b for b in books if b.figures]
    first = min((KINDS[b.kind].rank for b in filled), default=0)
    fits = [b for b in filled if KINDS[b.kind].rank == first]
    if len(fits) == 1:
        return fits[0]
    wrong = max((b.findings for b in books), key=len)
    if not fits and wrong:
        raise InputError(wrong)
    if not fits and any(b.unused.get(OTHER_YEAR) for b in books):
        raise InputError([Finding("error", "yearbook_other_year", sheet=file.name)])
    key = "yearbook_kinds" if fits else "yearbook_nothing"
    values = {"kinds": ", ".join(b.kind for b in fits or books)}
    raise InputError([Finding("error", key, values, sheet=file.name)])


def _speaks_of(grids: Sequence[Grid], kind: str) -> bool:
    """Whether the texts of the file speak of this kind, where labels alone do not tell."""
    words = KINDS[kind].words
    texts = (text_of(cell) for g in grids for row in g.rows for cell in (g.sheet, *row))
    return not words or any(re.search(words, text, re.IGNORECASE) for text in texts)


def vocabulary_of(kind: str) -> Vocabulary:
    """What the labels of a kind of table may name."""
    known = {
        "province": lambda: Names(names.provinces(), names.province_titles(), entities=True),
        "section": lambda: Names(names.sections(), names.section_titles(), entities=True),
        "sector": lambda: Names(
            names.sectors(), names.sector_titles(), in_titles=names.sectors_in_titles()
        ),
        "group": lambda: Names(names.groups(), names.group_titles(), in_titles=names.groups()),
        "series": lambda: Names(names.series(), names.series_titles()),
    }
    return {facet: known[facet]() for facet in KINDS[kind].facets if facet != YEAR}


def title_of(kind: str, key: Key) -> str:
    """A key as messages show it."""
    known = vocabulary_of(kind)
    return " ".join(
        known[facet].titles.get(part, part) if facet in known else part
        for facet, part in zip(KINDS[kind].facets, key, strict=True)
    )


def target_of(kind: str, key: Key) -> Unit:
    """The unit in which the workbook keeps a figure."""
    return SERIES_UNITS.get(key[0], OWN) if kind == "macro" else KINDS[kind].unit


class _Collector:
    """Labelled figures on their way to a table of one kind."""

    def __init__(self, kind: str, year: int | None) -> None:
        self.kind = KINDS[kind]
        self.vocabulary = vocabulary_of(kind)
        self.year = "" if year is None else str(year)
        self.book = Yearbook(kind)
        self.totals: list[tuple[Key, Figure]] = []
        self.years: dict[str, Labelled] = {}  # of figures whose key has no year
        self.named: dict[Key, set[str]] = defaultdict(set)  # entities by the rest of their keys

    def read(self, grids: Sequence[Grid]) -> Yearbook:
        """Everything that the sheets give."""
        for grid in grids:
            self._read(grid)
        self._check_years()
        self._add_up_private()
        for key, total in self.totals:
            self._check_total(key, total)
        self._check_names()
        self._check_sectors()
        return self.book

    def _read(self, grid: Grid) -> None:
        reading = labelled(grid, self.vocabulary)
        keys = [self._key(figure) for figure in reading.figures]
        if not any(isinstance(key, tuple) for key in keys):
            reason = OTHER_YEAR if OTHER_YEAR in keys else OTHER_SHEET
            self.book.unused[reason].append(grid.place)
            return
        self.book.findings += reading.findings
        self.book.unused[NOT_KNOWN] += reading.unused
        for figure, key in zip(reading.figures, keys, strict=True):
            if isinstance(key, str):
                self._leave(key, figure)
            else:
                self._take(figure, key)

    def _key(self, figure: Labelled) -> Key | str:
        """The key of a figure, or why it is not used."""
        said = {YEAR: self.year, **figure.label.facets}
        if OTHER in said.values():
            return PART
        if self.year and said[YEAR] != self.year:
            return OTHER_YEAR
        known = all(facet in said for facet in self.kind.facets)
        return tuple(said[facet] for facet in self.kind.facets) if known else INCOMPLETE

    def _leave(self, reason: str, figure: Labelled) -> None:
        self.book.unused[reason].append(f"{figure.place}!{figure.cell}")

    def _take(self, figure: Labelled, key: Key) -> None:
        """A figure to its key, converted; blank ones count as named and not given."""
        unit, target = self._unit(figure, key), target_of(self.book.kind, key)
        if WHICH in key:
            self._once("yearbook_which", figure)
        elif YEAR in self.kind.facets and not key[-1]:
            self._once("yearbook_year", figure)
        elif figure.label.units and unit is None and target is not OWN:
            self._leave(OTHER_UNIT, figure)
        else:
            self.named[key[1:]].add(key[0])
            self._store(figure, key, unit, target)

    def _store(self, figure: Labelled, key: Key, unit: Unit | None, target: Unit) -> None:
        if figure.number is None:
            self.book.not_given += 1
            return
        size = unit.size if unit else target.size
        value, decimals = figure.number.value, figure.number.decimals
        made = Figure(
            float(f"{value * size / target.size:.15g}") if size != target.size else value,
            unit.text if unit else "",
            0.5 * 10.0**-decimals * size / target.size,
            figure.place,
            figure.cell,
        )
        self.years.setdefault(figure.label.facets.get(YEAR, self.year), figure)
        if len(self.years) > 1 and YEAR not in self.kind.facets:
            return  # one year is to be chosen first
        if set(key) & set(TOTALS):
            self.totals.append((key, made))
        elif key in self.book.figures:
            self._doubled(key, made)
        else:
            self.book.figures[key] = made

    def _unit(self, figure: Labelled, key: Key) -> Unit | None:
        """The unit that the labels of a figure state, of the dimension due."""
        dimension = target_of(self.book.kind, key).dimension
        due = [u for u in figure.label.units if u.dimension == dimension]
        if len({u.size for u in due}) > 1:
            self._once("yearbook_units", figure)
        return due[0] if due else None

    # --- what is wrong ----------------------------------------------------------------------------

    def _once(self, key: str, figure: Labelled) -> None:
        """A finding at the first of many figures that share it."""
        if not any(f.key == key and f.sheet == figure.place for f in self.book.findings):
            self._error(key, figure.place, figure.cell)

    def _error(self, key: str, place: str, cell: str, /, **values: object) -> None:
        self.book.findings.append(Finding("error", key, values, sheet=place, cell=cell))

    def _doubled(self, key: Key, made: Figure) -> None:
        first = self.book.figures[key]
        values = {"name": title_of(self.book.kind, key), "first": f"{first.place}!{first.cell}"}
        known = next(iter(self.vocabulary.values()))
        own = known.titles[key[0]]
        near = names.nearest(own.split()[1], known.spellings, known.titles, MISTAKEN)
        others = names.names_like([title for title in near if title != own])
        self._error("yearbook_doubled", made.place, made.cell, **values, near=others)

    def _check_years(self) -> None:
        """Figures whose key has no year are of one year."""
        if YEAR in self.kind.facets or not self.years:
            return
        if len(self.years) > 1:
            figure = list(self.years.values())[-1]
            years = ", ".join(sorted(self.years))
            self._error("yearbook_years", figure.place, figure.cell, years=years)
        self.book.year = next(iter(self.years))

    def _check_names(self) -> None:
        """Provinces or sections that the file names nowhere, by what they are missing from."""
        known = next(iter(self.vocabulary.values()))
        if not known.entities or not self.book.figures:
            return
        missing: dict[tuple[str, ...], list[Key]] = defaultdict(list)
        for rest, there in self.named.items():
            if not set(rest) & set(TOTALS):
                missing[tuple(k for k in known.titles if k not in there)].append(rest)
        place = next(iter(self.book.figures.values())).place
        for absent, slices in missing.items():
            if absent:
                listed = "、".join(known.titles[k] for k in absent[:SHOWN_NAMES])
                listed += "…" if len(absent) > SHOWN_NAMES else ""
                of = ", ".join(" ".join(rest) for rest in slices)
                values = {"names": listed, "count": len(absent), "of": of}
                self.book.findings.append(
                    Finding("warning", "yearbook_missing", values, sheet=place)
                )

    def _check_sectors(self) -> None:
        """A sector without any figure in years that have the two others: an unknown head, say."""
        if "sector" not in self.kind.facets or not self.book.figures:
            return
        titles = self.vocabulary["sector"].titles
        place = next(iter(self.book.figures.values())).place
        given: dict[str, set[str]] = {sector: set() for sector in titles}
        for _, sector, year in self.book.figures:
            if sector in given:
                given[sector].add(year)
        for sector, own in given.items():
            years = set.intersection(*(given[s] for s in given if s != sector)) - own
            if years:
                values = {"name": titles[sector], "years": ", ".join(sorted(years))}
                self.book.findings.append(
                    Finding("warning", "yearbook_no_sector", values, sheet=place)
                )

    # --- sums -------------------------------------------------------------------------------------

    def _add_up_private(self) -> None:
        """Private enterprises plus self-employed, where a file gives the two apart."""
        if "group" not in self.kind.facets:
            return
        parts: dict[str, dict[str, Figure]] = defaultdict(dict)
        for code, group in list(self.book.figures):
            if group in ("private", "self"):
                parts[code][group] = self.book.figures.pop((code, group))
        for code, given in parts.items():
            private, own = given.get("private"), given.get("self")
            if private and own and (code, "private_and_self") not in self.book.figures:
                both = float(f"{private.value + own.value:.15g}")
                self.book.figures[code, "private_and_self"] = replace(private, value=both)
            else:
                self.book.unused[INCOMPLETE] += [f"{f.place}!{f.cell}" for f in given.values()]

    def _check_total(self, key: Key, total: Figure) -> None:
        """A total against the sum of its figures, within what rounding explains."""
        parts = [self.book.figures.get(k) for k in self._parts(key)]
        given = [p for p in parts if p is not None]
        if self.kind.unit is WAGE or "group" in self.kind.facets or len(given) < len(parts):
            self.book.unused[OPEN_TOTAL].append(f"{total.place}!{total.cell}")
            return
        due = sum(p.value for p in given)
        rounding = sum(p.rounding for p in given) + total.rounding + 1e-9 * abs(due)
        if abs(total.value - due) <= rounding:
            self.book.checked += 1
            return
        values = {
            "total": f"{total.value:.12g}",
            "sum": f"{due:.12g}",
            "gap": f"{total.value - due:.6g}",
            "of": " ".join(part for part in key if part not in TOTALS),
        }
        severity: Severity = "warning" if NATION in key else "error"
        finding = Finding(severity, "yearbook_total", values, sheet=total.place, cell=total.cell)
        self.book.findings.append(finding)

    def _parts(self, key: Key) -> Iterable[Key]:
        """The keys of the figures that a total is of."""
        ranges = [
            list(self.vocabulary[facet].titles) if part in TOTALS else [part]
            for facet, part in zip(self.kind.facets, key, strict=True)
        ]
        return product(*ranges)

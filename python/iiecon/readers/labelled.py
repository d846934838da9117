"""A sheet of a yearbook as labelled figures: what row labels, column heads and titles say of each.

A `Vocabulary` tells what labels may mean. Labels are understood as a whole or not at all, so that a
column of growth rates is never taken for one of levels. Nothing here knows what figures are for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from iiecon.findings import Finding
from iiecon.readers.grids import Grid
from iiecon.readers.names import (
    OTHER,
    SPECIAL,
    TOTALS,
    Spellings,
    compact,
    look_up,
    names_like,
    nearest,
)
from iiecon.readers.printed import (
    Number,
    Unit,
    is_deflated,
    is_growth,
    number_of,
    units_in,
    year_in,
    year_in_title,
    year_of,
)
from iiecon.spreadsheet.values import Scalar, a1
from udfs.arguments import label as text_of

YEAR, UNIT = "year", "unit"
HEADS = re.compile(r"\W*(?:年|年份|年度|years?|\w*代码|\w*code|\s)+\W*", re.IGNORECASE)
NEUTRAL = re.compile(
    r"增加值|数值|金额|绝对[数额]|总量|小计|指标|(?:年)?平均工资|人数|"
    r"城镇非私营单位就业人员|城镇单位就业人员|value[\s_]*added|average|wages?|value|amount",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Names:
    """One kind of thing that labels name.

    Every row (or column) that stands under names of `entities` must name a known one. `in_titles`:
    spellings by which a title may name one for all figures below it.
    """

    spellings: Spellings
    titles: Mapping[str, str]
    entities: bool = False
    in_titles: Spellings = field(default_factory=dict)


Vocabulary = Mapping[str, Names]
Facets = dict[str, str]


@dataclass(frozen=True)
class Label:
    """What a label says: a value for each facet that it speaks of, and units."""

    facets: Facets = field(default_factory=dict)
    units: tuple[Unit, ...] = ()

    def or_else(self, other: Label) -> Label:
        """This label completed by a weaker one; a total gives way to a thing of its list."""
        facets = {**other.facets, **self.facets}
        for facet, value in other.facets.items():
            if facets[facet] in TOTALS and value not in SPECIAL:
                facets[facet] = value
        return Label(facets, self.units or other.units)

    def contradicts(self, other: Label) -> bool:
        """Whether both name a thing, and not the same."""
        both = self.facets.keys() & other.facets.keys()
        pairs = [(self.facets[f], other.facets[f]) for f in both]
        return any(a != b and not {a, b} & set(SPECIAL) for a, b in pairs)


@dataclass(frozen=True)
class Labelled:
    """A figure, None where its cell says that it is not given, with all that its labels say."""

    number: Number | None
    label: Label
    place: str
    cell: str


@dataclass
class Reading:
    """The figures of a sheet, what is wrong with it, and the labels of what was not used."""

    figures: list[Labelled] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def understood(cell: Scalar, vocabulary: Vocabulary) -> Label | None:
    """What a label says when every part of it is understood, else None; blank says nothing."""
    units, rest = units_in(text_of(cell))
    facets = _named(rest, vocabulary)
    if facets or not rest:
        return Label(facets, units)
    year, rest = year_in(rest)
    dated = {} if year is None else {YEAR: str(year)}
    for part in (rest, NEUTRAL.sub(" ", rest)):
        facets = _named(part, vocabulary)
        if facets or not compact(part):
            return Label({**facets, **dated}, units)
    return None


def _named(text: str, vocabulary: Vocabulary) -> Facets:
    found = {facet: look_up(text, known.spellings) for facet, known in vocabulary.items()}
    return {facet: value for facet, value in found.items() if value is not None}


def said_by_title(text: str, vocabulary: Vocabulary) -> Label:
    """What a title says of all figures below it, whatever else it says."""
    units, rest = units_in(text)
    year = year_in_title(rest)
    facets = {} if year is None else {YEAR: str(year)}
    for facet, known in vocabulary.items():
        mentioned = _mentioned(compact(rest), known.in_titles)
        if len(mentioned) == 1:
            facets[facet] = mentioned.pop()
    return Label(facets, units)


def _mentioned(text: str, spellings: Spellings) -> set[str]:
    """The things whose names occur in a text, the longest names first."""
    found = set()
    for name in sorted(spellings, key=len, reverse=True):
        if len(name) > 1 and name in text and spellings[name] not in SPECIAL:
            found.add(spellings[name])
            text = text.replace(name, " ")
    return found


def labelled(grid: Grid, vocabulary: Vocabulary) -> Reading:
    """The figures of a sheet with what their labels say."""
    return _Table(grid, vocabulary).read()


class _Table:
    """One sheet on its way to labelled figures; rows and columns count from zero."""

    def __init__(self, grid: Grid, vocabulary: Vocabulary) -> None:
        self.grid = grid
        self.rows = grid.rows
        self.vocabulary = vocabulary
        self.numbers = [[number_of(cell) for cell in row] for row in grid.rows]
        self.reading = Reading()
        self.title = said_by_title(grid.sheet, vocabulary)
        self.labels: dict[int, frozenset[str]] = {}  # label columns and the facets they speak of
        self.values: list[int] = []  # columns of figures
        self.heads: dict[int, Label] = {}  # those of them that are used, with what their heads say

    def read(self) -> Reading:
        """The figures of all rows; a title between them holds for those below it."""
        self._find_labels()
        first = self._first_row()
        if first is None or not self.labels:
            return self.reading
        self._read_heads(first)
        above: dict[int, Scalar] = {}
        figures = [r for r in range(first, len(self.rows)) if self._has_figures(r)]
        for r in range(first, max(figures, default=first) + 1):
            if self._has_figures(r):
                self._read_row(r, above)
            else:
                self._read_between(r)
        return self.reading

    # --- where labels and figures stand -----------------------------------------------------------

    def _find_labels(self) -> None:
        counted = [r for r, row in enumerate(self.numbers) if any(map(_is_number, row))]
        for c in range(self.grid.width):
            filled = [r for r in counted if self.numbers[r][c] is not None]
            numbers = [r for r in filled if _is_number(self.numbers[r][c])]
            if len(numbers) < len(filled):
                facets = self._facets_of_texts(filled, len(numbers), c)
            else:
                facets = self._facets_of_numbers(numbers, c)
            if facets:
                self.labels[c] = facets
            elif numbers:
                self.values.append(c)

    def _facets_of_texts(self, rows: list[int], numbers: int, column: int) -> frozenset[str]:
        """What a column with texts speaks of: the same in half of its cells, in more than half
        where there are figures too, which may look like years. Among items of all sorts, as in
        tables of the nation, one is enough: rows of others are left aside.
        """
        said = self._counted(self.rows[r][column] for r in rows)
        enough = len(rows) + (1 if numbers else 0)
        items = {f for f, known in self.vocabulary.items() if not known.entities}
        return frozenset(
            facet
            for facet, count in said.items()
            if 2 * count >= enough or (facet in items and not numbers)
        )

    def _counted(self, cells: Iterable[Scalar]) -> Counter[str]:
        """How many of the labels name a thing of each facet."""
        labels = [understood(cell, self.vocabulary) for cell in cells]
        return Counter(facet for label in labels if label for facet in _things(label))

    def _facets_of_numbers(self, rows: list[int], column: int) -> frozenset[str]:
        """Years or codes down a column, where its head says so or no figures stand before it."""
        headed = any(HEADS.fullmatch(text_of(row[column])) for row in self.rows)
        if not rows or (self.values and not headed):
            return frozenset()
        cells = [text_of(self.rows[r][column]) for r in rows]
        if all(year_of(text) for text in cells):
            return frozenset((YEAR,))
        return frozenset(
            facet
            for facet, known in self.vocabulary.items()
            if known.entities and all(compact(text) in known.spellings for text in cells)
        )

    def _first_row(self) -> int | None:
        """The first row with figures: a row of nothing but years or codes is a head."""
        for r, row in enumerate(self.rows):
            cells = [text_of(row[c]) for c in self.values if _is_number(self.numbers[r][c])]
            if cells and (self._row_is_labelled(r) or not all(map(self._is_label, cells))):
                return r
        return None

    def _is_label(self, text: str) -> bool:
        return year_of(text) is not None or any(
            known.entities and compact(text) in known.spellings
            for known in self.vocabulary.values()
        )

    def _row_is_labelled(self, r: int) -> bool:
        labels = [understood(self.rows[r][c], self.vocabulary) for c in self.labels]
        return any(label is not None and label.facets for label in labels)

    def _has_figures(self, r: int) -> bool:
        return any(_is_number(self.numbers[r][c]) for c in self.values)

    # --- heads and titles -------------------------------------------------------------------------

    def _read_heads(self, first: int) -> None:
        heads = [r for r in range(first) if not self._read_title(r)]
        facets = frozenset().union(*(self._facets_of_heads(r) for r in heads))
        for c in self.values:
            label = self._head_of(c, heads, facets)
            if label is not None:
                self.heads[c] = label

    def _read_title(self, r: int) -> bool:
        """Whether a row above the figures is a title or blank; what it says is then kept."""
        filled = [c for c in range(self.grid.width) if text_of(self.rows[r][c])]
        heads = [c for c in filled if c in self.values]
        labels = [understood(self.rows[r][c], self.vocabulary) for c in heads]
        alone = len(self.values) == 1 and len(filled) > 1
        if heads and (alone or len(heads) > 1 or any(label and label.facets for label in labels)):
            return False
        for c in filled:
            text = text_of(self.rows[r][c])
            if is_deflated(text):
                finding = self.grid.finding("yearbook_constant", r, c, text=text)
                self.reading.findings.append(finding)
            self.title = said_by_title(text, self.vocabulary).or_else(self.title)
        return True

    def _facets_of_heads(self, r: int) -> frozenset[str]:
        filled = [self.rows[r][c] for c in self.values if text_of(self.rows[r][c])]
        said = self._counted(filled)
        return frozenset(facet for facet, count in said.items() if 2 * count >= len(filled))

    def _head_of(self, c: int, heads: list[int], facets: frozenset[str]) -> Label | None:
        """What the heads of a column say, the lowest first; None where one is not understood."""
        said = Label()
        own = [r for r in heads if text_of(self.rows[r][c])]
        for r in reversed(heads):
            text = self._spread(r, c) if own and r < own[-1] else text_of(self.rows[r][c])
            label = understood(text, self.vocabulary)
            if label is None or said.contradicts(label):
                self._report_label(r, c, text, facets)
                return None
            said = said.or_else(label)
        if heads and not own and len(self.values) > 1:
            self.reading.unused.append(f"{self.grid.place}!{a1(heads[-1] + 1, c + 1)}")
            return None
        return said

    def _spread(self, r: int, c: int) -> str:
        """The head over a column, which may stand over several and in the first of them only."""
        for column in reversed([v for v in self.values if v <= c]):
            if text_of(self.rows[r][column]):
                return text_of(self.rows[r][column])
        return ""

    def _report_label(self, r: int, c: int, text: str, facets: frozenset[str]) -> None:
        """A label that is not understood: wrong among names of entities, else of no use here."""
        for facet in sorted(facets & self.vocabulary.keys()):
            known = self.vocabulary[facet]
            if known.entities and not is_growth(text):
                near = nearest(text, known.spellings, known.titles)
                values = {"name": text, "near": names_like(near)}
                self.reading.findings.append(self.grid.finding("yearbook_name", r, c, **values))
                return
        self.reading.unused.append(f"{self.grid.place}!{a1(r + 1, c + 1)} {text}".strip())

    # --- rows -------------------------------------------------------------------------------------

    def _read_row(self, r: int, above: dict[int, Scalar]) -> None:
        label = self._row_label(r, above)
        if label is None:
            return
        for c, head in self.heads.items():
            number = self.numbers[r][c]
            if isinstance(number, str):
                finding = self.grid.finding("yearbook_number", r, c, value=number)
                self.reading.findings.append(finding)
            elif label.contradicts(head):
                self.reading.unused.append(f"{self.grid.place}!{a1(r + 1, c + 1)}")
            else:
                said = Label(head.facets, head.units).or_else(label).or_else(self.title)
                cell = a1(r + 1, c + 1)
                self.reading.figures.append(Labelled(number, said, self.grid.place, cell))

    def _row_label(self, r: int, above: dict[int, Scalar]) -> Label | None:
        """What the labels of a row say; a blank one repeats the one above it beside others."""
        filled = [c for c in self.labels if text_of(self.rows[r][c])]
        said = Label()
        for c, facets in self.labels.items():
            repeated = above.get(c) if filled and facets != {UNIT} else None
            text = text_of(self.rows[r][c] if c in filled else repeated)
            label = understood(text, self.vocabulary)
            if label is None or not filled:
                self._report_label(r, c, text, facets)
                return None
            if said.contradicts(label):
                values = {"name": text, "other": text_of(self.rows[r][filled[0]])}
                self.reading.findings.append(self.grid.finding("yearbook_names", r, c, **values))
                return None
            said = said.or_else(label)
        above.update({c: self.rows[r][c] for c in filled})
        return said

    def _read_between(self, r: int) -> None:
        """A row without figures: a title for the rows below, a second head, or a note."""
        filled = [c for c in range(self.grid.width) if text_of(self.rows[r][c])]
        for c in filled:
            text = text_of(self.rows[r][c])
            label = understood(text, self.vocabulary)
            if len(filled) == 1 and label is not None and c not in self.values:
                self.title = label.or_else(self.title)
            elif (label or said_by_title(text, self.vocabulary)).contradicts(
                self.heads.get(c, self.title)
            ):
                finding = self.grid.finding("yearbook_second_head", r, c, name=text)
                self.reading.findings.append(finding)


def _things(label: Label) -> frozenset[str]:
    """The facets for which a label names a thing, or that it is a unit."""
    unnamed = (*TOTALS, OTHER)
    things = frozenset(f for f, value in label.facets.items() if value not in unnamed)
    return things or frozenset((UNIT,) if label.units and not label.facets else ())


def _is_number(number: object) -> bool:
    return isinstance(number, Number)

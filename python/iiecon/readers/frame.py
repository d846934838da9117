"""Where the parts of an input-output table stand in a grid, found by its labels.

The table is where the labels of one row stand again in one column: there are the sectors. All other
lines are known by their role, and a line of figures that is neither is never left out in silence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from iiecon.findings import Finding
from iiecon.readers.grids import Grid
from iiecon.readers.labels import (
    CALLED_TOTAL,
    COLUMN_ROLES,
    ROW_ROLES,
    TOTAL_WORDS,
    key,
    origin,
    role,
)
from iiecon.spreadsheet.values import Scalar, text_of

AXES_TRIED = 8
GROUPS = {**COLUMN_ROLES, **ROW_ROLES}
_CODE = re.compile(r"(?=.*\d)[a-z0-9]{1,9}|[a-z]{1,3}")


@dataclass(frozen=True)
class Line:
    """A row or column of figures: its index, and the label in its compared form."""

    index: int
    label: str


@dataclass
class Lines:
    """The rows or the columns of a table, in the order of the file."""

    sectors: list[Line] = field(default_factory=list)
    roles: dict[str, list[Line]] = field(default_factory=dict)
    totals: list[Line] = field(default_factory=list)
    unknown: list[Line] = field(default_factory=list)

    @property
    def present(self) -> set[str]:
        """The roles found."""
        return set(self.roles)

    def add_role(self, name: str, line: Line) -> None:
        """One more line of a role; only OTH and imported blocks have several."""
        self.roles.setdefault(name, []).append(line)


@dataclass(frozen=True)
class Frame:
    """The axes of a table: the row with the labels of columns and the column with those of rows."""

    grid: Grid
    header: int
    stub: int
    columns: Lines = field(default_factory=Lines)
    rows: Lines = field(default_factory=Lines)
    origins: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def left(self) -> int:
        """The first column of figures; labels stand before it."""
        return min(line.index for line in self.columns.sectors)

    @cached_property
    def top(self) -> int:
        """The first row of figures; headings stand above it."""
        return min(line.index for line in self.rows.sectors)

    @property
    def codes(self) -> list[str]:
        """The sectors of the columns in their compared form, each once."""
        return list(dict.fromkeys(line.label for line in self.columns.sectors))

    def labels(self, index: int, across: bool) -> Iterator[str]:
        """The labels of a column (`across`) or of a row."""
        return self.column_labels(index) if across else self.row_labels(index)

    def lost_column(self, label: str) -> Finding:
        """A known column that the table needs and does not have."""
        return self.grid.finding("reader_column", self.header, self.left, label=label)

    def lost_row(self, label: str) -> Finding:
        """A known row that the table needs and does not have."""
        return self.grid.finding("reader_row", self.top, self.stub, label=label)

    def row_labels(self, row: int) -> Iterator[str]:
        """The labels of a row, those beside the figures first."""
        return _keys(self.grid.rows[row][j] for j in range(self.left - 1, -1, -1))

    def column_labels(self, column: int) -> Iterator[str]:
        """The label of a column on the axis, then the heading nearest to the figures."""
        rows = self.grid.rows
        above = (rows[i][column] for i in range(self.top - 1, -1, -1) if i != self.header)
        axis = key(rows[self.header][column])
        if axis:
            yield axis
        nearest = next(_keys(above), None)
        if nearest:
            yield nearest


def find_frame(grid: Grid) -> Frame | None:
    """The table of a grid with all its lines, or None where no two axes agree."""
    best = _best_axes(grid)
    if best is None:
        return None
    header, stub, common = best
    rows, columns = Lines(), Lines()
    for j in range(stub + 1, grid.width):
        label = key(grid.rows[header][j])
        if label in common:
            columns.sectors.append(Line(j, label))
    for i in range(header + 1, len(grid.rows)):
        label = key(grid.rows[i][stub])
        if label in common:
            rows.sectors.append(Line(i, label))
    frame = Frame(grid, header, stub, columns, rows)
    _classify_columns(frame)
    _classify_rows(frame)
    _set_totals_apart(frame)
    return replace(frame, origins=_origins(frame))


# --- the axes


def _best_axes(grid: Grid) -> tuple[int, int, set[str]] | None:
    """The pair of a row and a column that share most labels; codes go before names."""
    width, height = grid.width, len(grid.rows)
    across = _label_lines([[(j, v) for j, v in enumerate(row)] for row in grid.rows])
    down = _label_lines([[(i, grid.rows[i][j]) for i in range(height)] for j in range(width)])
    pairs = []
    for header, row in across:
        for stub, column in down:
            right = {label for j, label in row if j > stub}
            below = {label for i, label in column if i > header}
            common = {label for label in right & below if not _is_role(label)}
            if len(common) >= 2:
                coded = sum(bool(_CODE.fullmatch(label)) for label in common)
                pairs.append((coded, len(common), -header, -stub, common))
    if not pairs:
        return None
    most = max(size for _, size, *_ in pairs)
    with_codes = [p for p in pairs if 2 * p[0] >= most]
    best = max(with_codes or pairs, key=lambda p: p[1:4])
    return -best[2], -best[3], best[4]


def _is_role(label: str) -> bool:
    return bool(role(label, COLUMN_ROLES) or role(label, ROW_ROLES))


def _label_lines(
    lines: Sequence[Sequence[tuple[int, Scalar]]],
) -> list[tuple[int, list[tuple[int, str]]]]:
    """The lines with most labels. Whole numbers are labels only where they rise along the line."""
    found = []
    for index, cells in enumerate(lines):
        labels = [(place, label) for place, value in cells if (label := key(value))]
        numbers = [int(label) for _, label in labels if label.isdigit()]
        rises = sum(b >= a for a, b in pairwise(numbers))
        if rises < 0.8 * (len(numbers) - 1):
            labels = [(place, label) for place, label in labels if not label.isdigit()]
        distinct = len({label for _, label in labels})
        if distinct >= 2:
            found.append((distinct, index, labels))
    found.sort(key=lambda entry: (-entry[0], entry[1]))
    return [(index, labels) for _, index, labels in found[:AXES_TRIED]]


# --- the lines


def _classify_columns(frame: Frame) -> None:
    lines, taken = frame.columns, {line.index for line in frame.columns.sectors}
    for j in range(frame.left, frame.grid.width):
        labels = list(frame.column_labels(j))
        if j in taken or not (labels or _has_figures(frame.grid, _column(frame, j))):
            continue
        name = _first_role(labels, COLUMN_ROLES)
        if name is None and j > lines.sectors[-1].index and _called_only_total(labels):
            name = _total_of_group(_groups_above(frame, j), lines)
        if name:
            lines.add_role(name, Line(j, labels[0]))
        elif _has_figures(frame.grid, _column(frame, j)):
            lines.unknown.append(Line(j, labels[0] if labels else ""))


def _classify_rows(frame: Frame) -> None:
    lines, taken = frame.rows, {line.index for line in frame.rows.sectors}
    for i in range(frame.top, len(frame.grid.rows)):
        figures = [(i, line.index) for line in frame.columns.sectors]
        if i in taken or not _has_figures(frame.grid, figures):
            continue
        labels = list(frame.row_labels(i))
        name = _first_role(labels, ROW_ROLES)
        if name is None and i > lines.sectors[-1].index and _called_only_total(labels):
            name = _total_of_group(_groups_beside(frame, i), lines)
        if name:
            lines.add_role(name, Line(i, labels[0]))
        else:
            own = key(frame.grid.rows[i][frame.stub])
            lines.unknown.append(Line(i, own or (labels[0] if labels else "")))


def _set_totals_apart(frame: Frame) -> None:
    """Lines that are called totals, or that carry a name and no code, may be sums of sectors."""
    for lines, across in ((frame.columns, True), (frame.rows, False)):
        totals = [
            *(line for line in lines.sectors if _called_total(frame, line, across)),
            *(
                line
                for line in lines.unknown
                if _called_total(frame, line, across)
                or (line.label and not _on_axis(frame, line.index, across))
            ),
        ]
        lines.totals = totals
        lines.sectors = [line for line in lines.sectors if line not in totals]
        lines.unknown = [line for line in lines.unknown if line not in totals]


def _called_total(frame: Frame, line: Line, across: bool) -> bool:
    return any(CALLED_TOTAL.search(label) for label in frame.labels(line.index, across))


def _on_axis(frame: Frame, index: int, across: bool) -> str:
    """What the axis has for a line, as the file writes it."""
    row, column = (frame.header, index) if across else (index, frame.stub)
    return text_of(frame.grid.rows[row][column]).strip()


def _first_role(labels: Iterable[str], roles: Mapping[str, re.Pattern[str]]) -> str | None:
    return next((name for label in labels if (name := role(label, roles))), None)


def _called_only_total(labels: Iterable[str]) -> bool:
    return any(TOTAL_WORDS.fullmatch(label) for label in labels)


def _total_of_group(groups: Iterator[str], lines: Lines) -> str | None:
    """“合计” under a heading is the total of that heading; the nearest one not yet taken."""
    named = (role(group, GROUPS) for group in groups)
    return next((name for name in named if name and name not in lines.roles), None)


def _groups_above(frame: Frame, column: int) -> Iterator[str]:
    """The headings over a column, the nearest first; a heading reaches right to the next one."""
    rows, reach = frame.grid.rows, range(column, frame.left - 1, -1)
    return _headings([rows[i][j] for j in reach] for i in range(frame.top - 1, -1, -1))


def _groups_beside(frame: Frame, row: int) -> Iterator[str]:
    """The headings beside a row, the nearest first; a heading reaches down to the next one."""
    rows, reach = frame.grid.rows, range(row, frame.top - 1, -1)
    return _headings([rows[i][j] for i in reach] for j in range(frame.left - 1, -1, -1))


def _headings(lines: Iterable[Sequence[Scalar]]) -> Iterator[str]:
    """The first label of each line of cells, the nearest line first."""
    for cells in lines:
        label = next(_keys(cells), None)
        if label and not TOTAL_WORDS.fullmatch(label):
            yield label


def _origins(frame: Frame) -> dict[int, str]:
    """Row → "domestic" or "imported", where every sector stands once for each."""
    counts = Counter(line.label for line in frame.rows.sectors)
    if sum(n == 2 for n in counts.values()) * 2 < len(counts):
        return {}
    found: dict[int, str] = {}
    for line in frame.rows.sectors:
        named = (n for label in _groups_beside(frame, line.index) if (n := origin(label)))
        found[line.index] = next(named, "")
    return found


def _keys(values: Iterable[Scalar]) -> Iterator[str]:
    return (label for value in values if (label := key(value)))


def _column(frame: Frame, column: int) -> list[tuple[int, int]]:
    return [(line.index, column) for line in frame.rows.sectors]


def _has_figures(grid: Grid, cells: Iterable[tuple[int, int]]) -> bool:
    return any(isinstance(grid.number(i, j), float) for i, j in cells)


# --- what is wrong with the axes


def check_axes(frame: Frame) -> list[Finding]:
    """Labels that do not fit together; a later rule runs only if the earlier ones found nothing."""
    rules = (_transposed, _shifted, _duplicates, _unmatched, _order, _names)
    return next((found for rule in rules if (found := list(rule(frame)))), [])


def _transposed(frame: Frame) -> Iterator[Finding]:
    """Final uses in rows and value added in columns."""
    across = [key(v) for v in frame.grid.rows[frame.header][frame.left :]]
    lines = [*frame.rows.unknown, *frame.rows.totals]
    down = [label for line in lines for label in frame.row_labels(line.index)]
    turned = {name for label in across if label and (name := role(label, ROW_ROLES))}
    others = {name for label in down if (name := role(label, COLUMN_ROLES))}
    if turned - {"TI"} and others - {"GO"}:
        yield frame.grid.finding("reader_transposed", frame.header, frame.stub)


def _shifted(frame: Frame) -> Iterator[Finding]:
    """Figures between the labels and the first labelled column or row."""
    for j in range(frame.stub + 1, frame.left):
        if any(_is_figure(frame.grid, line.index, j) for line in frame.rows.sectors):
            yield frame.grid.finding("reader_shifted", frame.header, j)
    for i in range(frame.top):
        if any(_is_figure(frame.grid, i, line.index) for line in frame.columns.sectors):
            yield frame.grid.finding("reader_shifted", i, frame.stub)


def _is_figure(grid: Grid, row: int, column: int) -> bool:
    """Whether a cell holds a figure that cannot be a code."""
    return key(grid.rows[row][column]) is None and isinstance(grid.number(row, column), float)


def _duplicates(frame: Frame) -> Iterator[Finding]:
    allowed = 2 if frame.origins else 1
    for lines, across in ((frame.columns, True), (frame.rows, False)):
        places: dict[str, list[int]] = {}
        for line in lines.sectors:
            places.setdefault(line.label, []).append(line.index)
        for found in places.values():
            for index in found[1 if across else allowed :]:
                text = _on_axis(frame, index, across)
                yield _at_label(frame, index, across, "reader_duplicate", code=text)
        for name, known in lines.roles.items():
            for line in known[1:] if name != "OTH" else []:
                yield _at_label(frame, line.index, across, "reader_duplicate", code=name)
    for index, name in frame.origins.items():
        if not name:
            yield _at_label(frame, index, False, "reader_origin")


def _unmatched(frame: Frame) -> Iterator[Finding]:
    """Sectors on one axis only, and figures in a line that is neither sector nor known."""
    across = {line.label for line in frame.columns.sectors}
    down = {line.label for line in frame.rows.sectors}
    numbered = 2 * sum(label.isdigit() for label in across) > len(across)
    for lines, is_column in ((frame.columns, True), (frame.rows, False)):
        alone = "reader_no_row" if is_column else "reader_no_column"
        for line in lines.unknown:
            text = _on_axis(frame, line.index, is_column)
            if line.label.isdigit() or (line.label and not numbered):
                yield _at_label(frame, line.index, is_column, alone, code=text)
            elif line.label:
                yield _at_label(frame, line.index, is_column, "reader_unknown", label=text)
            else:
                yield _at_label(frame, line.index, is_column, "reader_unlabelled")
        for line in lines.sectors:
            if line.label not in (down if is_column else across):
                text = _on_axis(frame, line.index, is_column)
                yield _at_label(frame, line.index, is_column, alone, code=text)
    for part in sorted(set(frame.origins.values())):
        have = {line.label for line in frame.rows.sectors if frame.origins[line.index] == part}
        for line in frame.columns.sectors:
            if line.label in down - have:
                text = _on_axis(frame, line.index, True)
                yield _at_label(frame, line.index, True, "reader_no_row", code=text)


def _order(frame: Frame) -> Iterator[Finding]:
    """The rows carry the codes of the columns in the same order."""
    codes = frame.codes
    written = {r.label: _on_axis(frame, r.index, True) for r in frame.columns.sectors}
    for part in sorted(set(frame.origins.values())) or [""]:
        rows = [r for r in frame.rows.sectors if frame.origins.get(r.index, "") == part]
        for line, expected in zip(rows, codes, strict=True):
            if line.label != expected:
                values = {"code": _on_axis(frame, line.index, False), "expected": written[expected]}
                yield frame.grid.finding("reader_order", line.index, frame.stub, **values)
                return


def _names(frame: Frame) -> Iterator[Finding]:
    """A column under the code of one sector and the name of another: a heading is shifted."""
    rows = {name: line for line in frame.rows.sectors for name in frame.row_labels(line.index)}
    for line in frame.columns.sectors:
        names = [n for n in frame.column_labels(line.index) if n != line.label]
        owners = {rows[n].label for n in names if n in rows}
        if owners and line.label not in owners:
            other = next(_on_axis(frame, rows[n].index, False) for n in names if n in rows)
            text = _on_axis(frame, line.index, True)
            yield _at_label(frame, line.index, True, "reader_names", code=text, other=other)


def _at_label(frame: Frame, index: int, across: bool, name: str, **values: object) -> Finding:
    row, column = (frame.header, index) if across else (index, frame.stub)
    return frame.grid.finding(name, row, column, **values)

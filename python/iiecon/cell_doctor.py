"""What one slip explains a table that does not balance (method, section 1).

A slip leaves a trace in the residuals of columns and rows: a flow in one column and one row, alike;
a final use in one row; a row in another unit in all columns in proportion to that row. Whatever
is named here restores every balance of the table when it alone is put right. Nothing is named
where no single slip does that, and nothing is changed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from iiecon.catalogue import Phrase
from iiecon.findings import Finding
from iiecon.iotable import FloatArray, IOTable
from iiecon.slips import POWERS, Slip, kind_of, likely_slips

# Sums of rounded figures are about normal: none of some hundred lies five standard deviations off,
# which is seven times their median size.
DEVIATIONS, NOISE = 5.0, 7.0
FAR = 10.0  # times the slack that a change must be to look for a slip behind it
LARGEST = 1e100  # no money: arithmetic with such numbers overflows
ENOUGH = 2  # figures that must have moved, or lines added up, for this to be no accident
FACTORS = np.array([*(10.0**p for p in POWERS), -1.0])


@dataclass(frozen=True)
class Trace:
    """The residuals of a table: `columns` and `rows`, n each, and what is `tolerated` of them."""

    table: IOTable
    columns: FloatArray
    rows: FloatArray
    tolerated: FloatArray

    @cached_property
    def both(self) -> FloatArray:
        """The residuals of columns, then of rows; 2n."""
        return np.concatenate([self.columns, self.rows])

    @cached_property
    def slack(self) -> float:
        """How far residuals are from zero in the sound lines of this table: not at all in one whose
        sums are exact, more in a rounded one.
        """
        quiet = np.abs(self.both)[np.abs(self.both) <= np.tile(self.tolerated, 2)]
        if not quiet.size:
            return float(self.tolerated.max()) + self._rounding
        middle = float(np.median(quiet))
        if middle <= self._rounding:
            return self._rounding
        printed = DEVIATIONS * self.table.precision * math.sqrt(self.table.size / 12)
        return max(NOISE * middle, printed)

    @property
    def _rounding(self) -> float:
        """What sums of so many and so large numbers lose in float64."""
        largest = max(np.abs(self.both).max(), np.abs(self.table.output).max())
        return float(4 * np.finfo(float).eps * self.table.size * largest)

    @cached_property
    def off_columns(self) -> list[int]:
        """The columns that stand out."""
        return [int(j) for j in np.flatnonzero(np.abs(self.columns) > self.slack)]

    @cached_property
    def off_rows(self) -> list[int]:
        """The rows that stand out."""
        return [int(i) for i in np.flatnonzero(np.abs(self.rows) > self.slack)]

    @property
    def unit(self) -> str:
        """The unit of the figures in messages."""
        return self.table.printed_unit or self.table.unit


def diagnosis(trace: Trace) -> list[Finding]:
    """The one slip that explains all residuals; several findings where one of several cells does,
    none where no single slip does.
    """
    largest = np.abs(trace.both).max()
    if not largest < LARGEST:
        return []
    # A trace that noise could leave is none of a whole line.
    looks = (_cell, _exchanged, _scaled, _moved) if largest > FAR * trace.slack else (_cell,)
    for look in looks:
        found = look(trace)
        if found:
            return found
    return []


# --- one cell


@dataclass(frozen=True)
class Suspect:
    """A cell that balances the table when it alone is changed by `change`."""

    table: str
    row: int
    column: int | None
    label: str
    found: float
    change: float
    signed: bool = False  # whether it may be negative

    def slips(self, trace: Trace) -> list[Slip]:
        """The likely slips that led from the value that is due to the one found, in printed units;
        none where noise could pass for them.
        """
        per = trace.table.per_unit
        if abs(self.change) < FAR * trace.slack:
            return []
        wanted = self.found + self.change
        return likely_slips(self.found * per, wanted * per, 2 * trace.slack * per)

    def possible(self, slack: float) -> bool:
        """Whether the value that is due can stand in such a cell."""
        return self.signed or self.found + self.change >= -slack

    def values(self, trace: Trace, slips: Sequence[Slip]) -> dict[str, object]:
        """What a message says of it; the slip where it is clear which."""
        table = trace.table
        slip = slips[0] if len(slips) == 1 else None
        due = table.to_last_digit(self.found + self.change)
        return {
            "label": self.label,
            "found": table.as_printed(self.found),
            "expected": f"{slip.value:.12g}" if slip else table.as_printed(due),
            "unit": trace.unit,
            "slip": _phrase(slip),
        }


def _cell(trace: Trace) -> list[Finding]:
    columns, rows = trace.off_columns, trace.off_rows
    if len(columns) > 1 or len(rows) > 1 or not (columns or rows):
        return []
    if not rows:
        return _likeliest(trace, columns[0], list(_inputs(trace, columns[0])))
    if not columns:
        return _likeliest(trace, rows[0], list(_uses(trace, rows[0])))
    (j,), (i,) = columns, rows
    if abs(trace.columns[j] - trace.rows[i]) > 2 * trace.slack:
        return []
    flow, table = _flow(trace, i, j), trace.table
    if i == j:  # output stands in both balances of its sector as well
        output = Suspect("output", i, None, "GO", float(table.output[i]), -flow.change)
        return _likeliest(trace, i, [output, flow], sure=True)
    if not flow.possible(trace.slack):
        return []
    codes = {"row": table.codes[i], "column": table.codes[j]}
    values = flow.values(trace, flow.slips(trace))
    return [Finding("error", "cell_balance", codes | values, "flows", i, j)]


def _flow(trace: Trace, i: int, j: int) -> Suspect:
    change, codes = -float(trace.columns[j] + trace.rows[i]) / 2, trace.table.codes
    return Suspect("flows", i, j, codes[j], float(trace.table.flows[i, j]), change)


def _likeliest(
    trace: Trace, sector: int, cells: Sequence[Suspect], sure: bool = False
) -> list[Finding]:
    """The cells whose slip says most. Where no slip fits, all of them if it is `sure` that one of
    them is wrong, else none.
    """
    suspects = [(s, s.slips(trace)) for s in cells if s.possible(trace.slack)]
    best = min((slips[0].rank for _, slips in suspects if slips), default=None)
    if best is None and not sure:
        return []
    likely = [
        (suspect, slips)
        for suspect, slips in suspects
        if best is None or (slips and slips[0].rank == best)
    ]
    key = "cell_slip" if len(likely) == 1 else "one_of_cells"
    common = {"code": trace.table.codes[sector], "count": len(likely)}
    return [
        Finding("error", key, common | s.values(trace, slips), s.table, s.row, s.column)
        for s, slips in likely
    ]


def _uses(trace: Trace, i: int) -> Iterator[Suspect]:
    """The cells of row i right of the flows that stand in no column balance."""
    for block in _vectors(trace.table):
        if block.rows and not block.columns:
            change = -float(trace.rows[i]) * block.rows
            yield block.cell(i, i, change)


def _inputs(trace: Trace, j: int) -> Iterator[Suspect]:
    """The cells of column j below the flows."""
    for block in _vectors(trace.table):
        if block.columns and not block.rows:
            yield block.cell(j, j, -float(trace.columns[j]))


# --- vectors and other lines of the table


Place = tuple[str, int, int | None]


@dataclass(frozen=True)
class Line:
    """A part of the table that may be wrong as a whole: what it adds to the residuals, 2n; what it
    is called, by a phrase `slip.line.…` for a code or label; and its first cell.
    """

    name: str
    effect: FloatArray
    code: str = ""
    place: Place = ("flows", 0, 0)

    @property
    def phrase(self) -> Phrase:
        """What it is called in a message."""
        return Phrase(f"slip.line.{self.name}", {"code": self.code})


@dataclass(frozen=True)
class Vector:
    """A column beside the flows or a row below them: `values`, n, counted in the balance of columns
    and rows with the signs `columns` and `rows`.

    `line` is its place among the printed lines of `table`; `signed`: it may be negative.
    """

    table: str
    line: int | None
    label: str
    values: FloatArray
    columns: int
    rows: int
    signed: bool = False

    def cell(self, sector: int, index: int, change: float) -> Suspect:
        """Its cell of a sector."""
        row, column = (self.line, sector) if self.table == "primary" else (sector, self.line)
        found = float(self.values[index])
        return Suspect(self.table, row or 0, column, self.label, found, change, self.signed)

    @property
    def line_of(self) -> Line:
        """All of it."""
        effect = np.concatenate([self.columns * self.values, self.rows * self.values])
        first = self.cell(0, 0, 0.0)
        return Line("vector", effect, self.label, (first.table, first.row, first.column))


def _vectors(table: IOTable) -> Iterator[Vector]:
    """Everything around the flows, line by line as printed where that is known."""
    yield from _final_uses(table)
    given = (
        ("exports", "EX", table.exports if table.final_use is not None else None, 1, False),
        ("imports", "IM", table.imports, -1, False),
        ("discrepancy", "ERR", table.discrepancy, 1, True),
    )
    for name, label, values, sign, signed in given:
        if values is not None:
            yield Vector(name, None, label, values, 0, sign, signed)
    yield Vector("output", None, "GO", table.output, -1, -1)
    parts = table.parts
    if parts is not None and np.allclose(parts.value_added.sum(axis=0), table.value_added):
        for k, label in enumerate(parts.value_added_labels):
            yield Vector("primary", k, label, parts.value_added[k], 1, 0, signed=True)
    else:
        yield Vector("value_added", None, "TVA", table.value_added, 1, 0, signed=True)
    if table.other_inputs is not None:
        yield Vector("other_inputs", None, "OTH", table.other_inputs, 1, 0, signed=True)


def _final_uses(table: IOTable) -> Iterator[Vector]:
    if table.final_use is None:
        return
    exports = 0 if table.exports is None else table.exports
    inner = table.final_use - exports
    parts = table.parts
    if parts is not None and np.allclose(parts.final_uses.sum(axis=1), inner):
        for k, label in enumerate(parts.final_use_labels):
            yield Vector("final_use", k, label, parts.final_uses[:, k], 0, 1, signed=True)
    else:
        yield Vector("final_use", 0, "TFU", inner, 0, 1, signed=True)


def _sums(trace: Trace) -> dict[str, FloatArray]:
    """What the entries of a sector add up to, by the lines that people copy; 2n each."""
    table, none = trace.table, np.zeros(trace.table.size)
    inside = table.flows.sum(axis=1), table.flows.sum(axis=0)
    return {
        "row_flows": np.concatenate([none, inside[0]]),
        "row_uses": np.concatenate([none, trace.rows + table.output]),
        "column_flows": np.concatenate([inside[1], none]),
        "sector_flows": np.concatenate([inside[1], inside[0]]),
        "row_or_column": np.concatenate([-table.output, none]),
    }


# --- two lines in each other's place


def _exchanged(trace: Trace) -> list[Finding]:
    pairs = {tuple(off) for off in (trace.off_columns, trace.off_rows) if off}
    if len(pairs) != 1 or len(pair := pairs.pop()) != 2:
        return []
    i, k = pair
    lines = [Line(name, effect) for name, effect in _sums(trace).items()]
    lines += [v.line_of for v in _vectors(trace.table)]
    n, codes = trace.table.size, trace.table.codes
    for line in lines:
        change = np.zeros(2 * n)
        for start in (0, n):
            difference = line.effect[start + i] - line.effect[start + k]
            change[start + i], change[start + k] = difference, -difference
        if _explains(trace, change):
            what = Phrase(f"slip.pair.{line.name}", {"code": line.code})
            values = {"what": what, "first": codes[i], "second": codes[k]}
            return [Finding("error", "lines_exchanged", values, "flows", i, 0)]
    return []


def _explains(trace: Trace, change: FloatArray) -> bool:
    return bool((np.abs(trace.both - change) <= 2 * trace.slack).all())


# --- a row or column with other figures in it


def _moved(trace: Trace) -> list[Finding]:
    """One row of the flows holds figures of other columns or rows, or one column does."""
    return _moved_in(trace, "row") or _moved_in(trace, "column")


def _moved_in(trace: Trace, axis: str) -> list[Finding]:
    """All columns are off by what stands wrongly in one row (or the other way round)."""
    flows, off, across = trace.table.flows, trace.off_rows, trace.columns
    if axis == "column":
        flows, off, across = flows.T, trace.off_columns, trace.rows
    if len(off) > 1 or np.count_nonzero(np.abs(across) > trace.slack) < ENOUGH:
        return []
    for i in off or range(len(flows)):
        right = flows[i] - across
        if (right >= -trace.slack).all():
            found = _shifted(trace, axis, i, flows[i], right)
            found = found or (_overwritten(trace, axis, i, flows) if off else [])
            if found:
                return found
    return []


def _shifted(
    trace: Trace, axis: str, i: int, found: FloatArray, right: FloatArray
) -> list[Finding]:
    """From somewhere on, all figures stand one place too far; what fell off or came in is open."""
    moved = np.flatnonzero(np.abs(found - right) > trace.slack)
    first, last = int(moved[0]), int(moved[-1])
    near, far = slice(first, last), slice(first + 1, last + 1)
    for stand, belong, way in ((far, near, "later"), (near, far, "earlier")):
        same = (np.abs(found[stand] - right[belong]) <= 2 * trace.slack).all()
        if same and np.count_nonzero(right[belong] > 10 * trace.slack) >= ENOUGH:
            named = _named(trace, axis, i, first, last)
            step = {"way": Phrase(f"slip.way.{way}_{axis}")}
            at = (i, first) if axis == "row" else (first, i)
            return [Finding("error", "line_shifted", named | step, "flows", *at)]
    return []


def _overwritten(trace: Trace, axis: str, i: int, flows: FloatArray) -> list[Finding]:
    """A sum of neighbouring lines stands where a line of its own is due."""
    run = _run(flows, i, trace.slack)
    if run is None:
        return []
    at = (i, 0) if axis == "row" else (0, i)
    return [Finding("error", "subtotal_line", _named(trace, axis, i, *run), "flows", *at)]


def _named(trace: Trace, axis: str, i: int, first: int, last: int) -> dict[str, object]:
    """The names of a line and of the first and last of some others."""
    codes = trace.table.codes
    line = Phrase(f"slip.line.{axis}_flows", {"code": codes[i]})
    return {"line": line, "first": codes[first], "last": codes[last]}


def _run(flows: FloatArray, i: int, slack: float) -> tuple[int, int] | None:
    """The lines just before or after line i, or all others, that it is the sum of."""
    n = len(flows)
    others = np.delete(np.arange(n), i)
    for order in (np.arange(i - 1, -1, -1), np.arange(i + 1, n), others):
        sums = np.cumsum(flows[order], axis=0)
        same = (np.abs(sums - flows[i]) <= 2 * slack).all(axis=1)
        same &= np.cumsum((flows[order] > 10 * slack).any(axis=1)) >= ENOUGH
        if same.any():
            used = order[: int(same.argmax()) + 1]
            return int(used.min()), int(used.max())
    return None


# --- a line or a block in another unit, a sum among the sectors, a table on its side


def _scaled(trace: Trace) -> list[Finding]:
    """The lines whose effect is proportional to the residuals, by the factor of the proportion."""
    if _explains(trace, _turned(trace.table)):
        return [Finding("error", "table_transposed", {}, "flows")]
    lines = [*_lines(trace), *_blocks(trace)]
    effects = np.array([line.effect for line in lines])
    largest = np.abs(effects).max()
    scaled, trail = effects / largest, trace.both / largest  # their squares do not overflow
    sizes = np.maximum((scaled**2).sum(axis=1), np.finfo(float).tiny)
    # Not as a matrix product: that would first wake a pool of threads.
    shares = (scaled * trail).sum(axis=1) / sizes
    misfits = (trail**2).sum() - shares**2 * sizes
    for best in np.argsort(misfits, kind="stable")[:3]:
        found = _proportional(trace, lines[best], float(shares[best]))
        if found:
            return found
    return []


def _turned(table: IOTable) -> FloatArray:
    """The residuals of a table whose flows alone were transposed."""
    change = table.flows.sum(axis=0) - table.flows.sum(axis=1)
    return np.concatenate([change, -change])


def _lines(trace: Trace) -> Iterator[Line]:
    """Each row and column: of the flows alone, with what stands beside, as a whole."""
    flows, none = trace.table.flows, np.zeros_like(trace.table.flows)
    sums, n = _sums(trace), trace.table.size
    output = np.diag(trace.table.output)
    by_name = {
        "extra": np.hstack([flows, flows.T]),
        "row_flows": np.hstack([flows, np.diag(sums["row_flows"][n:])]),
        "row_uses": np.hstack([flows, np.diag(sums["row_uses"][n:])]),
        "row_whole": np.hstack([flows - output, none]),
        "column_flows": np.hstack([np.diag(sums["column_flows"][:n]), flows.T]),
        "column_whole": np.hstack([np.diag(trace.columns + trace.table.output), flows.T]),
    }
    for name, effects in by_name.items():
        for i, effect in enumerate(effects):
            place = ("flows", 0, i) if name.startswith("column") else ("flows", i, 0)
            yield Line(name, effect, trace.table.codes[i], place)


def _blocks(trace: Trace) -> Iterator[Line]:
    """The flows, the lines around them one by one, and those beside and below together."""
    yield Line("all_flows", _sums(trace)["sector_flows"])
    vectors = list(_vectors(trace.table))
    yield from (v.line_of for v in vectors)
    beside = [v.line_of for v in vectors if v.rows and not v.columns]
    below = [v.line_of for v in vectors if v.columns and not v.rows]
    for name, members in (("all_uses", beside), ("all_inputs", below)):
        if len(members) > 1:
            effect: FloatArray = np.sum([line.effect for line in members], axis=0)
            yield Line(name, effect, place=members[0].place)


def _proportional(trace: Trace, line: Line, share: float) -> list[Finding]:
    """A line f times too large leaves 1 − 1/f of it in the residuals, one too many all of it."""
    if line.name == "extra":
        if not _explains(trace, line.effect):
            return []
        return [Finding("error", "subtotal_sector", {"code": line.code}, *line.place)]
    factor = float(FACTORS[np.abs(1 - 1 / FACTORS - share).argmin()])
    if not _explains(trace, (1 - 1 / factor) * line.effect):
        return []
    slip = _phrase(Slip(kind_of(factor), 1.0, factor))
    values = {"line": line.phrase, "slip": slip, "factor": f"{factor:g}"}
    return [Finding("error", "line_scaled", values, *line.place)]


def _phrase(slip: Slip | None) -> Phrase:
    """What the typist did, in words."""
    if slip is None:
        return Phrase("slip.kind.none")
    places = abs(round(math.log10(abs(slip.factor)))) if slip.kind == "point" else 0
    return Phrase(f"slip.kind.{slip.kind}", {"factor": f"{slip.factor:g}", "places": places})

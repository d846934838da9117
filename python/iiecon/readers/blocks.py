"""The figures of a table that was found: taken from their cells, held against printed totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from iiecon.findings import Finding, InputError
from iiecon.iotable import FloatArray, printed_precision
from iiecon.readers.frame import Frame, Line
from iiecon.readers.labels import CHINESE_SUMS, OECD_SUMS, Sums, leaves

HALF_A_UNIT = 0.5  # of the printed money: a smaller gap between two totals is no damage
EXACT = 1e-9  # figures printed with all their digits agree to this part of the largest term


@dataclass(frozen=True)
class Figures:
    """Numbers by role, in the order of the sectors: `flows` n × n, the others n each.

    `by_row` holds the columns beside the flows (FU101, GO …), `by_column` the rows below them
    (VA001, TI …). In a table with domestic and imported rows these are `imported`, the n × n flows
    and the columns of imported products; None elsewhere.
    """

    frame: Frame
    rows: list[Line]
    flows: FloatArray
    by_row: dict[str, FloatArray]
    by_column: dict[str, FloatArray]
    imported: Figures | None = None

    @property
    def sums(self) -> Sums:
        """Which lines are sums of which, in this family of tables."""
        return OECD_SUMS if "HFCE" in self.frame.columns.present else CHINESE_SUMS

    @property
    def all_flows(self) -> FloatArray:
        """What each sector uses of each product, wherever made; n × n."""
        return self.flows if self.imported is None else self.flows + self.imported.flows

    @property
    def precision(self) -> float:
        """The unit of the last printed digit; 0 for figures with all the digits of float64."""
        return printed_precision(self.flows)


def read_figures(frame: Frame) -> Figures:
    """All figures of a table; raises InputError naming every cell that is not a plain number."""
    problems: list[Finding] = []
    by_column = {
        name: np.sum([_row(frame, line.index, problems) for line in lines], axis=0)
        for name, lines in frame.rows.roles.items()
    }
    parts = [
        _block(
            frame, [r for r in frame.rows.sectors if frame.origins.get(r.index) == part], problems
        )
        for part in (("imported", "domestic") if frame.origins else (None,))
    ]
    if problems:
        raise InputError(problems)
    imported = Figures(frame, *parts[0], {}) if frame.origins else None
    return Figures(frame, *parts[-1], by_column, imported)


def _block(
    frame: Frame, rows: list[Line], problems: list[Finding]
) -> tuple[list[Line], FloatArray, dict[str, FloatArray]]:
    flows = np.array([_row(frame, line.index, problems) for line in rows])
    places = {
        name: [(r.index, lines[0].index) for r in rows]
        for name, lines in frame.columns.roles.items()
    }
    filled = {
        name: cells
        for name, cells in places.items()
        if any(frame.grid.rows[i][j] not in (None, "") for i, j in cells)
    }
    by_row = {name: _cells(frame, cells, problems) for name, cells in filled.items()}
    return rows, flows, by_row


def _row(frame: Frame, row: int, problems: list[Finding]) -> FloatArray:
    return _cells(frame, [(row, line.index) for line in frame.columns.sectors], problems)


def _cells(frame: Frame, places: Sequence[tuple[int, int]], problems: list[Finding]) -> FloatArray:
    numbers = []
    for row, column in places:
        number = frame.grid.number(row, column)
        if isinstance(number, Finding):
            problems.append(number)
            number = np.nan
        numbers.append(number)
    return np.array(numbers)


# --- printed totals


def check_totals(figures: Figures) -> list[Finding]:
    """Every printed total is the sum of what it covers; each one that is not is named."""
    parts = [figures, figures.imported] if figures.imported else [figures]
    return [
        *(found for part in parts for found in _totals_of_rows(part)),
        *_totals_of_columns(figures),
        *_input_is_output(figures),
        *_sums_of_sectors(figures),
    ]


def _totals_of_rows(figures: Figures) -> Iterator[Finding]:
    """Intermediate use, the totals of final use: one figure in each row of a sector."""
    given, frame = figures.by_row, figures.frame
    expected = {"TIU": (figures.flows.sum(axis=1), figures.flows.shape[1])}
    for name in figures.sums:
        terms = [leaf for leaf in leaves(name, given, figures.sums) if leaf in given]
        if name in given and terms != [name]:
            expected[name] = (np.sum([given[t] for t in terms], axis=0), len(terms))
    for name in expected.keys() & given.keys():
        for i, value, total in _off(given[name], *expected[name], figures):
            place = figures.rows[i].index, frame.columns.roles[name][0].index
            yield _wrong_total(frame, place, name, value, total)


def _totals_of_columns(figures: Figures) -> Iterator[Finding]:
    """Intermediate input and value added: one figure in each column of a sector."""
    given, frame, n = figures.by_column, figures.frame, len(figures.frame.columns.sectors)
    used = figures.all_flows.sum(axis=0)
    taxes = given.get("OTH", np.zeros(n))
    expected = {"TII": (used, n), "TTL": (used + taxes, n + 2)}
    parts = [p for p in figures.sums.get("TVA", ()) if p in given]
    if parts:
        expected["TVA"] = (np.sum([given[p] for p in parts], axis=0), len(parts))
    for name in expected.keys() & given.keys():
        for j, value, total in _off(given[name], *expected[name], figures):
            place = frame.rows.roles[name][0].index, frame.columns.sectors[j].index
            yield _wrong_total(frame, place, name, value, total)


def _input_is_output(figures: Figures) -> Iterator[Finding]:
    """Total input of a sector is its output, where both are printed."""
    output, given = figures.by_row.get("GO"), figures.by_column.get("TI")
    if output is None or given is None:
        return
    frame = figures.frame
    for j in np.flatnonzero(np.abs(given - output) > HALF_A_UNIT):
        place = frame.rows.roles["TI"][0].index, frame.columns.sectors[j].index
        found, expected = f"{given[j]:.12g}", f"{output[j]:.12g}"
        yield frame.grid.finding("reader_input_output", *place, found=found, output=expected)


def _off(
    found: FloatArray, expected: FloatArray, terms: int, figures: Figures
) -> Iterator[tuple[int, float, float]]:
    """Where a printed line differs from a sum by more than printing allows."""
    scale = np.abs(found).max(initial=0.0)
    bound = 0.5 * figures.precision * (terms + 1) + EXACT * scale
    for i in np.flatnonzero(np.abs(found - expected) > bound):
        yield int(i), float(found[i]), float(expected[i])


def _wrong_total(
    frame: Frame, place: tuple[int, int], name: str, found: float, expected: float
) -> Finding:
    return frame.grid.finding(
        "reader_total", *place, label=name, found=f"{found:.12g}", expected=f"{expected:.12g}"
    )


def _sums_of_sectors(figures: Figures) -> Iterator[Finding]:
    """Lines between the sectors that are sums of the sectors beside them."""
    frame = figures.frame
    sectors = [line.index for line in frame.rows.sectors]
    for line in frame.rows.totals:
        values = [frame.grid.number(line.index, c.index) for c in frame.columns.sectors]
        block = _stacked(figures)
        if not _is_run(values, line.index, sectors, block, figures.precision):
            yield frame.grid.finding("reader_sum_row", line.index, frame.stub, label=line.label)
    sectors = [line.index for line in frame.columns.sectors]
    for line in frame.columns.totals:
        values = [frame.grid.number(r.index, line.index) for r in frame.rows.sectors]
        block = _stacked(figures).T
        if not _is_run(values, line.index, sectors, block, figures.precision):
            place = frame.header, line.index
            yield frame.grid.finding("reader_sum_column", *place, label=line.label)


def _stacked(figures: Figures) -> FloatArray:
    """The flows in the order of the file's rows."""
    if figures.imported is None:
        return figures.flows
    rows = [*figures.rows, *figures.imported.rows]
    order = np.argsort([line.index for line in rows])
    stacked: FloatArray = np.vstack([figures.flows, figures.imported.flows])[order]
    return stacked


def _is_run(
    values: Sequence[float | Finding],
    index: int,
    sectors: Sequence[int],
    block: FloatArray,
    precision: float,
) -> bool:
    """Whether the line is the sum of a run of sectors that ends just before it or starts after."""
    if any(isinstance(v, Finding) for v in values):
        return False
    line = np.array(values, dtype=float)
    before = sum(s < index for s in sectors)
    for run in (block[:before][::-1], block[before:]):
        sums = np.cumsum(run, axis=0)
        bound = 0.5 * precision * (1 + np.arange(1, len(run) + 1))
        scale = EXACT * np.abs(line).max(initial=0.0)
        if (np.abs(sums - line) <= bound[:, None] + scale).all(axis=1).any():
            return True
    return False

"""Official input-output tables in: the national bureau's, OECD's, and plain matrices.

Nothing is taken from a fixed position. The labels on both axes say where the sectors are; roles say
what the other lines are; printed totals, the balances and the size of GDP prove the reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from iiecon import catalogue
from iiecon.checks import check_for_balance, column_residuals, one_slip, row_residuals
from iiecon.findings import Finding, InputError
from iiecon.iotable import VECTORS, FloatArray, IOTable, TableParts
from iiecon.readers.blocks import HALF_A_UNIT, Figures, check_totals, read_figures
from iiecon.readers.frame import Frame, check_axes, find_frame
from iiecon.readers.grids import Grid, open_grids, sheets_named
from iiecon.readers.labels import any_of, leaves, missing, unmarked
from iiecon.readers.units import PER_YI, better_unit, stated_unit, stated_year, unit_by_size
from iiecon.spreadsheet.values import a1, text_of

LAYOUTS = ("auto", "own", "national", "origin", "oecd", "plain")
OECD_UNIT = "million US dollars"
TITLE_LINES = 3  # lines below the table that may state its unit or year
_CHINESE = re.compile("[一-鿿]")


def read_io_table(
    path: str | Path, layout: str = "auto", *, sheet: str = "", unit: str = ""
) -> IOTable:
    """An IO table from an Excel, CSV or text file (UTF-8, GBK), wherever its parts stand.

    `layout`: "national" (also "own", the program's form of it), "origin" (domestic and imported
    rows apart), "oecd" or "plain" insists on that form; "auto" takes any. `sheet` chooses where
    several sheets hold a table, `unit` states what the file does not. Chinese tables are returned
    in 亿元, others in their own unit. Codes found only as numbers are padded with zeros. Sectors
    without any number are left out; this and all that was decided is listed in `.notes`.

    Raises FileProblem when the file cannot be read, InputError naming file, sheet and cell when it
    is damaged: labels that disagree, cells that are no plain numbers, totals and balances that do
    not hold, a unit that cannot be true.
    """
    if layout not in LAYOUTS:
        raise InputError.one("reader_layout", str(path), found=layout, known=", ".join(LAYOUTS))
    frame = _the_table(Path(path), open_grids(path), sheet)
    _refuse(check_axes(frame))
    figures = read_figures(frame)
    kind = _kind(figures)
    if layout not in ("auto", kind) and (layout, kind) != ("own", "national"):
        raise InputError.one("reader_layout", frame.grid.place, found=kind, known=layout)
    table = _assembled(figures)
    _refuse(_unbalanced(figures, table) or check_totals(figures))
    named = _with_unit(replace(table, year=_year(frame, Path(path))), figures, unit)
    return _without_empty(named)


def _refuse(findings: list[Finding]) -> None:
    if findings:
        raise InputError(findings)


# --- which sheet


def _the_table(file: Path, grids: list[Grid], sheet: str) -> Frame:
    """The one sheet with a table of flows, or the one that was asked for."""
    chosen = sheets_named(file, grids, sheet)
    frames = [frame for grid in chosen if (frame := find_frame(grid))]
    with_output = [frame for frame in frames if _has_output(frame)]
    candidates = with_output or frames
    if not candidates:
        raise InputError.one(
            "reader_no_table", str(file), sheets=", ".join(g.place for g in chosen)
        )
    if len(candidates) > 1:
        first, second = (f.grid.place for f in candidates[:2])
        raise InputError.one("reader_two_tables", str(file), first=first, second=second)
    return candidates[0]


def _has_output(frame: Frame) -> bool:
    """Output or total input is printed, and is not the 1 of a table of coefficients."""
    cells = [
        (row.index, line.index)
        for line in frame.columns.roles.get("GO", [])
        for row in frame.rows.sectors
    ] + [
        (line.index, column.index)
        for line in frame.rows.roles.get("TI", [])
        for column in frame.columns.sectors
    ]
    return any(frame.grid.number(i, j) != 1.0 for i, j in cells)


def _kind(figures: Figures) -> str:
    if "HFCE" in figures.by_row:
        return "oecd"
    if figures.imported:
        return "origin"
    known = set(figures.by_row) | set(figures.by_column)
    return "national" if known - {"GO", "TI"} else "plain"


# --- the table


def _assembled(figures: Figures) -> IOTable:
    """The table as printed, without unit and year."""
    uses, uses_of = _final_uses(figures)
    value_added, added_of = _value_added(figures)
    exports = None if "EX" not in uses else uses_of[:, uses.index("EX")]
    inner = [i for i, name in enumerate(uses) if name != "EX"]
    parts = None
    if exports is not None and added_of is not None:
        labels = tuple(uses[i] for i in inner)
        parts = TableParts(labels, uses_of[:, inner], tuple(value_added), added_of)
    codes, notes = _codes(figures)
    return IOTable.from_arrays(
        figures.all_flows,
        _output(figures),
        None if added_of is None else added_of.sum(axis=0),
        codes,
        _names(figures, codes),
        other_inputs=figures.by_column.get("OTH"),
        final_use=uses_of.sum(axis=1) if uses else None,
        exports=exports,
        imports=_imports(figures),
        discrepancy=figures.by_row.get("ERR"),
        precision=figures.precision,
        notes=[*notes, *_subtotals(figures.frame)],
        parts=parts,
    )


def _subtotals(frame: Frame) -> list[str]:
    """The lines that were proved to be sums of sectors, and are not sectors."""
    places = [a1(line.index + 1, frame.stub + 1) for line in frame.rows.totals]
    places += [a1(frame.header + 1, line.index + 1) for line in frame.columns.totals]
    return [catalogue.both("reader.subtotal", place=place) for place in places]


def _final_uses(figures: Figures) -> tuple[list[str], FloatArray]:
    """The finest columns of final use, imported products included; none where none is printed."""
    given, sums = figures.by_row, figures.sums
    size = len(figures.rows)
    if not any_of("TFU", given, sums):
        return [], np.zeros((size, 0))
    lost = missing("TFU", given, sums)
    if lost:
        raise InputError([figures.frame.lost_column(name) for name in lost])
    names = leaves("TFU", given, sums)
    columns = [given[name] for name in names]
    if figures.imported:
        columns = [c + figures.imported.by_row[n] for n, c in zip(names, columns, strict=True)]
    return names, np.column_stack(columns)


def _value_added(figures: Figures) -> tuple[list[str], FloatArray | None]:
    """The finest rows of value added; None where none is printed."""
    given, sums = figures.by_column, figures.sums
    if not any_of("TVA", given, sums):
        return [], None
    lost = missing("TVA", given, sums)
    if lost:
        raise InputError([figures.frame.lost_row(name) for name in lost])
    names = leaves("TVA", given, sums)
    labels = ["VA"] if names == ["TVA"] else names
    return labels, np.vstack([given[name] for name in names])


def _output(figures: Figures) -> FloatArray:
    """Output as the table prints it, in its own column or as total input."""
    if "GO" in figures.by_row:
        return figures.by_row["GO"]
    if "TI" in figures.by_column:
        return figures.by_column["TI"]
    raise InputError([figures.frame.lost_column("GO")])


def _imports(figures: Figures) -> FloatArray | None:
    """Imports as positive amounts, whichever sign the table prints."""
    if figures.imported:
        names = leaves("TFU", figures.imported.by_row, figures.sums)
        uses = [figures.imported.by_row[name] for name in names if name in figures.imported.by_row]
        total: FloatArray = figures.imported.flows.sum(axis=1) + np.sum(uses, axis=0)
        return total
    given = figures.by_row.get("IM")
    if given is None:
        return None
    return -given if given.sum() < 0 else given


def _codes(figures: Figures) -> tuple[list[str], list[str]]:
    """The codes as the file writes them, numbers without zeros in front padded to one width.

    Where there are no codes at all the sectors are numbered, which is noted.
    """
    frame = figures.frame
    below = [frame.grid.rows[line.index][frame.stub] for line in figures.rows]
    across = [frame.grid.rows[frame.header][c.index] for c in frame.columns.sectors]
    stubs = [[unmarked(text_of(value)) for value in axis] for axis in (below, across)]
    longest = [max(pair, key=len) for pair in zip(*stubs, strict=True)]
    if all(code.isdecimal() for code in longest):
        padded = any(code.startswith("0") for code in longest)
        width = 0 if padded else max(len(code) for code in longest)
        return [code.zfill(width) for code in longest], []
    if all(" " not in code and code.isascii() for code in longest):
        return longest, []
    numbers = _numbered_stub(figures)
    width = max(len(code) for code in numbers)
    note = [] if numbers != _counted(figures) else [catalogue.both("reader.numbered")]
    return [code.zfill(width) for code in numbers], note


def _numbered_stub(figures: Figures) -> list[str]:
    """A column of codes beside the names, where only the rows have codes; else 1 to n."""
    frame = figures.frame
    for j in range(frame.left):
        codes = [text_of(frame.grid.rows[line.index][j]).strip() for line in figures.rows]
        if all(code.isdecimal() for code in codes) and len(set(codes)) == len(codes):
            return codes
    return _counted(figures)


def _counted(figures: Figures) -> list[str]:
    width = len(str(len(figures.rows)))
    return [str(i + 1).zfill(width) for i in range(len(figures.rows))]


def _names(figures: Figures, codes: list[str]) -> list[str]:
    """The names beside the figures: Chinese where there are any, else the longest texts."""
    frame = figures.frame
    columns = [
        [text_of(frame.grid.rows[line.index][j]).strip() for line in figures.rows]
        for j in range(frame.left)
    ]
    above = (
        [text_of(frame.grid.rows[i][c.index]).strip() for c in frame.columns.sectors]
        for i in range(frame.top)
    )
    distinct = [c for c in [*columns, *above] if len(set(c)) > 0.8 * len(c) and all(c)]
    chinese = [c for c in distinct if sum(bool(_CHINESE.search(n)) for n in c) > len(c) / 2]
    return max(chinese or distinct or [codes], key=lambda c: sum(map(len, c)))


# --- balances


def _unbalanced(figures: Figures, table: IOTable) -> list[Finding]:
    """Balances that do not hold, each at its cell, and the totals that are off with them."""
    rows = row_residuals(table)
    residuals = np.abs(column_residuals(table) if rows is None else [column_residuals(table), rows])
    found = check_for_balance(table) if residuals.max() > HALF_A_UNIT else []
    if found and table.final_use is not None and table.imports is None:
        return [figures.frame.lost_column("IM")]
    # An imported flow stands in a column and in the imports: no single cell of the sum of both.
    slip = one_slip(table) if found and not figures.imported else []
    located = [_located(figures, table, f) for f in slip or found]
    explained = len(slip) == 1
    return located if explained or not found else [*located, *check_totals(figures)]


def _located(figures: Figures, table: IOTable, finding: Finding) -> Finding:
    """The finding at the cell of the file that its index in the table stands for."""
    located = figures.frame.grid.finding(finding.key, *_cell_of(figures, table, finding))
    return replace(located, values={**finding.values, "unit": _printed_unit(figures.frame)})


def _cell_of(figures: Figures, table: IOTable, finding: Finding) -> tuple[int, int]:
    frame, row, column = figures.frame, finding.row or 0, finding.column or 0
    if finding.table == "flows":
        return figures.rows[row].index, frame.columns.sectors[column].index
    if finding.table in ("value_added", "primary", "other_inputs"):
        names = [*_labels_of(table, finding), "TVA", "TI"]
        below = next((frame.rows.roles[n][0].index for n in names if n in frame.rows.roles), None)
        sector = column if finding.table == "primary" else row
        return (
            frame.header if below is None else below,
            frame.columns.sectors[sector].index,
        )
    names = [*_labels_of(table, finding), "GO"]
    beside = (frame.columns.roles[n][0].index for n in names if n in frame.columns.roles)
    return figures.rows[row].index, next(beside, frame.stub)


def _labels_of(table: IOTable, finding: Finding) -> list[str]:
    """The label of the line beside or below the flows that a finding stands in."""
    parts = table.parts
    if parts is not None and finding.table == "primary":
        return [parts.value_added_labels[finding.row or 0]]
    if parts is not None and finding.table == "final_use":
        return [parts.final_use_labels[finding.column or 0]]
    plain = {"exports": "EX", "imports": "IM", "discrepancy": "ERR", "other_inputs": "OTH"}
    return [plain[finding.table]] if finding.table in plain else []


# --- unit and year


def _titles(frame: Frame) -> Iterator[tuple[int, int, str]]:
    """Texts above the figures and just below the table, with their places."""
    rows = frame.grid.rows
    last = max(line.index for line in frame.rows.sectors)
    for lines in frame.rows.roles.values():
        last = max(last, *(line.index for line in lines))
    for i in [*range(frame.top), *range(last + 1, min(len(rows), last + 1 + TITLE_LINES))]:
        for j, value in enumerate(rows[i]):
            if isinstance(value, str) and value:
                yield i, j, value


def _year(frame: Frame, file: Path) -> int | None:
    return stated_year([*(t for _, _, t in _titles(frame)), frame.grid.sheet, file.stem])


def _unit_stated(frame: Frame) -> tuple[int, int, str] | None:
    """The unit and the cell that states it."""
    found = ((i, j, unit) for i, j, text in _titles(frame) if (unit := stated_unit(text)))
    return next(found, None)


def _printed_unit(frame: Frame) -> str:
    """The unit for a message."""
    stated = _unit_stated(frame)
    return stated[2] if stated else catalogue.both("reader.printed_unit")


def _with_unit(table: IOTable, figures: Figures, asked: str) -> IOTable:
    """The table in 亿元 if its money is yuan, else in the unit that it states."""
    frame, total = figures.frame, float(table.value_added.sum())
    stated = _unit_stated(frame)
    oecd = OECD_UNIT if "HFCE" in figures.by_row else ""
    unit = asked or (stated[2] if stated else oecd)
    if not unit:
        unit = unit_by_size(total, table.year) or ""
        note = catalogue.both("reader.unit_by_size", unit=unit)
        table = replace(table, notes=(*table.notes, note))
    if not unit:
        raise InputError([frame.grid.finding("reader_unit", 0, 0)])
    if unit not in PER_YI:
        return replace(table, unit=unit)
    row, column = stated[:2] if stated else (0, 0)
    other = better_unit(total, unit, table.year)
    if other:
        size = f"{total / PER_YI[unit]:.6g}"
        values = {"unit": unit, "other": other, "total": size}
        raise InputError([frame.grid.finding("reader_unit_slip", row, column, **values)])
    return replace(table, unit=unit).scaled(1 / PER_YI[unit], "亿元")


def _without_empty(table: IOTable) -> IOTable:
    """The table without sectors that have no number at all, such as OECD's households."""
    used = table.flows.any(axis=0) | table.flows.any(axis=1) | (table.output != 0)
    if used.all():
        return table
    keep = np.flatnonzero(used)
    vectors = {
        name: None if (value := getattr(table, name)) is None else value[keep] for name in VECTORS
    }
    parts = table.parts and replace(
        table.parts,
        final_uses=table.parts.final_uses[keep],
        value_added=table.parts.value_added[:, keep],
    )
    left_out = [
        catalogue.both("reader.left_out", code=table.codes[i]) for i in np.flatnonzero(~used)
    ]
    return replace(
        table,
        codes=tuple(table.codes[i] for i in keep),
        names=tuple(table.names[i] for i in keep),
        flows=table.flows[np.ix_(keep, keep)],
        parts=parts,
        notes=(*table.notes, *left_out),
        **vectors,  # type: ignore[arg-type]
    )

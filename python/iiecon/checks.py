"""Checks of an input-output table (method, section 1).

Each rule is one small function that returns findings; nothing here raises.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from iiecon.findings import Finding, NumericalError
from iiecon.iotable import VECTORS, FloatArray, IOTable, coefficients, leontief_columns


def check_io_table(table: IOTable) -> list[Finding]:
    """All checks of section 1; a later one runs only if the earlier ones found no error."""
    first = [
        *check_for_duplicate_codes(table),
        *check_for_missing_numbers(table),
        *check_for_negative_flows(table),
        *check_for_output(table),
    ]
    if first:
        return _with_due_values(table, first)
    balance = check_for_balance(table)
    if balance:
        return one_slip(table) or balance
    return [*check_for_input_shares(table), *check_for_productivity(table)]


def _with_due_values(table: IOTable, found: list[Finding]) -> list[Finding]:
    """A figure of the wrong sign unbalances the table: often it is known what is due instead."""
    if not all(f.key in ("negative_flow", "output_not_positive") for f in found):
        return found
    slip = one_slip(table)
    named = {(f.table, f.row, f.column) for f in slip}
    return [*slip, *(f for f in found if (f.table, f.row, f.column) not in named)]


def check_for_duplicate_codes(table: IOTable) -> list[Finding]:
    """Every sector code once."""
    return duplicates("codes", table.codes)


def duplicates(name: str, labels: Sequence[str]) -> list[Finding]:
    """A finding for each label that stands a second time."""
    seen: dict[str, int] = {}
    findings = []
    for i, label in enumerate(labels):
        if label in seen:
            values = {"code": label, "first": seen[label] + 1, "again": i + 1}
            findings.append(Finding("error", "duplicate_code", values, name, i))
        seen.setdefault(label, i)
    return findings


def check_for_missing_numbers(table: IOTable) -> list[Finding]:
    """No cell is NaN or infinite."""
    given = ((name, getattr(table, name)) for name in ("flows", *VECTORS))
    return [
        Finding("error", "not_a_number", {}, name, *index.tolist())
        for name, values in given
        if values is not None
        for index in np.argwhere(~np.isfinite(values))
    ]


def check_for_negative_flows(table: IOTable) -> list[Finding]:
    """a_ij ≥ 0."""
    return [
        Finding(
            "error",
            "negative_flow",
            {"value": table.as_printed(table.flows[i, j])},
            "flows",
            int(i),
            int(j),
        )
        for i, j in np.argwhere(table.flows < 0)
    ]


def check_for_output(table: IOTable) -> list[Finding]:
    """X > 0."""
    return [
        Finding("error", "output_not_positive", {"code": table.codes[i]}, "output", int(i))
        for i in np.flatnonzero(table.output <= 0)
    ]


def check_for_balance(table: IOTable) -> list[Finding]:
    """Columns: Σ x_ij + N_j = X_j. Rows: Σ x_ij + final use − imports + error = X_i.

    Every column and row that is off; `one_slip` may say why.
    """
    columns, rows = column_residuals(table), row_residuals(table)
    off_columns = _beyond(table, columns)
    off_rows = [] if rows is None else _beyond(table, rows)
    return [
        *(
            Finding("error", "column_balance", _off(table, j, columns), "value_added", j)
            for j in off_columns
        ),
        *(
            Finding("error", "row_balance", _off(table, i, rows), "output", i)
            for i in off_rows
            if rows is not None
        ),
        *_several(off_columns, off_rows),
    ]


def one_slip(table: IOTable) -> list[Finding]:
    """The cell or line that explains alone why a table does not balance, with what would balance;
    several findings where any one of several cells does. Nothing where no single slip explains it,
    and where final use is not given.
    """
    rows = row_residuals(table)
    if rows is None:
        return []
    from iiecon.cell_doctor import Trace, diagnosis

    return diagnosis(Trace(table, column_residuals(table), rows, tolerance(table)))


def column_residuals(table: IOTable) -> FloatArray:
    """Σ_i x_ij + N_j + other inputs − X_j, one per sector, in the table's unit."""
    other = 0 if table.other_inputs is None else table.other_inputs
    residuals: FloatArray = table.flows.sum(axis=0) + table.value_added + other - table.output
    return residuals


def row_residuals(table: IOTable) -> FloatArray | None:
    """Σ_j x_ij + final use − imports + error − X_i; None where final use is not given."""
    if table.final_use is None:
        return None
    imports = 0 if table.imports is None else table.imports
    discrepancy = 0 if table.discrepancy is None else table.discrepancy
    residuals: FloatArray = (
        table.flows.sum(axis=1) + table.final_use - imports + discrepancy - table.output
    )
    return residuals


def tolerance(table: IOTable) -> FloatArray:
    """0.5 units of the last printed digit for each of n terms, plus the rounding of float64.

    A table printed with all the digits of float64 was computed: its sums agree to 1e-9 of output.
    """
    if not table.precision:
        return 1e-9 * np.abs(table.output)
    rounding = 4 * np.finfo(float).eps * table.size * np.abs(table.output)
    return 0.5 * table.precision * table.size + rounding


def check_for_input_shares(table: IOTable) -> list[Finding]:
    """Column sums of A below one (a warning: value added is negative there)."""
    sums = coefficients(table).sum(axis=0)
    return [
        Finding(
            "warning", "input_share", {"code": table.codes[j], "value": f"{sums[j]:.4f}"},
            "value_added", int(j),
        )
        for j in np.flatnonzero(sums >= 1)
    ]  # fmt: skip


def check_for_productivity(table: IOTable) -> list[Finding]:
    """Spectral radius of A below one."""
    try:
        leontief_columns(coefficients(table), np.array([0]))
    except NumericalError as error:
        return error.findings
    return []


def _beyond(table: IOTable, residuals: FloatArray) -> list[int]:
    return [int(i) for i in np.flatnonzero(np.abs(residuals) > tolerance(table))]


def _off(table: IOTable, index: int, residuals: FloatArray) -> dict[str, object]:
    """Which sector is off, and by how much."""
    residual, unit = table.as_printed(residuals[index]), table.printed_unit or table.unit
    return {"code": table.codes[index], "residual": residual, "unit": unit}


def _several(columns: list[int], rows: list[int]) -> list[Finding]:
    """More than one column or row is off, and no single slip explains it."""
    if len(columns) < 2 and len(rows) < 2 and (not columns or not rows):
        return []
    values = {"columns": len(columns), "rows": len(rows)}
    return [Finding("error", "several_cells", values, "flows")]

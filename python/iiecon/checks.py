"""Checks of an input-output table (method, section 1).

Each rule is one small function that returns findings; nothing here raises.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from iiecon.findings import Finding, NumericalError
from iiecon.iotable import FloatArray, IOTable, coefficients, leontief_columns


def check_io_table(table: IOTable) -> list[Finding]:
    """All checks of section 1; a later one runs only if the earlier ones found no error."""
    first = [
        *check_for_duplicate_codes(table),
        *check_for_missing_numbers(table),
        *check_for_negative_flows(table),
        *check_for_output(table),
    ]
    if first:
        return first
    balance = check_for_balance(table)
    if balance:
        return balance
    return [*check_for_input_shares(table), *check_for_productivity(table)]


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
    fields = (
        "flows",
        "output",
        "value_added",
        "other_inputs",
        "final_use",
        "imports",
        "exports",
        "discrepancy",
    )
    given = ((name, getattr(table, name)) for name in fields)
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

    When one column and one row are off by the same amount, the cell where they cross explains both
    and is named with the value that would balance it.
    """
    columns, rows = column_residuals(table), row_residuals(table)
    off_columns = _beyond(table, columns)
    off_rows = [] if rows is None else _beyond(table, rows)
    if rows is not None and len(off_columns) == 1 and len(off_rows) == 1:
        i, j = off_rows[0], off_columns[0]
        if abs(columns[j] - rows[i]) <= 2 * tolerance(table)[j]:
            return [_unbalanced_cell(table, i, j, float(columns[j]))]
    return [
        *(_unbalanced("column", table, "value_added", j, columns) for j in off_columns),
        *(_unbalanced("row", table, "output", i, rows) for i in off_rows if rows is not None),
    ]


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


def _unbalanced(axis: str, table: IOTable, name: str, index: int, residuals: FloatArray) -> Finding:
    values = {"code": table.codes[index], "residual": table.as_printed(residuals[index])}
    values["unit"] = table.printed_unit or table.unit
    return Finding("error", f"{axis}_balance", values, name, index)


def _unbalanced_cell(table: IOTable, i: int, j: int, residual: float) -> Finding:
    if i == j:
        return _unbalanced_diagonal(table, i, residual)
    found = float(table.flows[i, j])
    values = {
        "row": table.codes[i],
        "column": table.codes[j],
        "found": table.as_printed(found),
        "expected": table.as_printed(table.to_last_digit(found - residual)),
        "unit": table.printed_unit or table.unit,
    }
    return Finding("error", "cell_balance", values, "flows", i, j)


def _unbalanced_diagonal(table: IOTable, i: int, residual: float) -> Finding:
    """Output and a sector's own use stand in both of its balances: either may be wrong."""
    output, flow = float(table.output[i]), float(table.flows[i, i])
    values = {
        "code": table.codes[i],
        "output": table.as_printed(output),
        "expected": table.as_printed(table.to_last_digit(output + residual)),
        "flow": table.as_printed(flow),
        "expected_flow": table.as_printed(table.to_last_digit(flow - residual)),
        "unit": table.printed_unit or table.unit,
    }
    return Finding("error", "output_balance", values, "output", i)

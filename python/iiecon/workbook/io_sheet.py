"""The input-output table as a sheet, in its official form."""

from __future__ import annotations

import math

import numpy as np

from iiecon import catalogue
from iiecon.findings import InputError
from iiecon.inputs import ModelInputs
from iiecon.iotable import WAN_PER_YI, FloatArray, IOTable, TableParts
from iiecon.spreadsheet.values import a1
from iiecon.workbook.input_sheets import (
    TOP,
    cells,
    column_of,
    english_names_of,
    header,
    new_sheet,
)
from iiecon.workbook.layout import Block, Printing, Sheet

COLUMNS_OF_A_PAGE = 12


def io_table(inputs: ModelInputs) -> Sheet:
    """The official form: flows, final uses, exports, imports, output; value added below."""
    sheet = new_sheet("IO_Table")
    factor = WAN_PER_YI if inputs.options.io_unit == "万元" else 1.0
    table = inputs.table
    if table.final_use is None or table.imports is None or table.exports is None:
        raise InputError.one("final_use_missing", "final_use")
    printed = table.scaled(factor, inputs.options.io_unit)
    parts = printed.parts or _whole_parts(printed)
    n, top, left = table.size, TOP + 2, 4
    fu, va = len(parts.final_use_labels), len(parts.value_added_labels)
    after = left + n
    sheet.text(TOP, 1, header("code"), header("name_zh"), header("name_en"), role="header")
    sheet.table(TOP, left, [list(table.codes)], "header", "IO_COLUMN_CODES")
    sheet.table(TOP + 1, left, [list(table.names)], "header")
    sheet.table(TOP, after, [list(parts.final_use_labels)], "header", "IO_FINAL_USE_CODES")
    sheet.text(TOP, after + fu, "EX", "IM", "ERR", "GO", role="header")
    sheet.text(TOP + 1, 1, header("year"))
    year = table.year or inputs.options.base_year
    sheet.table(TOP + 1, 2, [[year]], "input", "IO_YEAR", "year")
    uses = [*parts.final_use_labels, "EX", "IM", "ERR", "GO"]
    sheet.text(TOP + 1, after, *(_io_label(u) for u in uses), role="header")
    sheet.table(top, 1, column_of(table.codes), "header", "IO_CODES")
    sheet.table(top, 2, column_of(table.names), "label", "IO_NAMES")
    sheet.table(top, 3, column_of(english_names_of(table)), "english", "IO_NAMES_EN")
    whole = "whole" if factor > 1 else "money"
    sheet.table(top, left, cells(_printed(printed.flows, printed)), "input", "IO_FLOWS", whole)
    blocks = {
        "IO_FINAL_USE": parts.final_uses,
        "IO_EXPORTS": _column(printed.exports, n),
        "IO_IMPORTS": _column(printed.imports, n),
        "IO_DISCREPANCY": _column(printed.discrepancy, n),
        "IO_OUTPUT": _column(printed.output, n),
    }
    column = after
    sheet.blocks.append(Block(top, after, n, fu + 1, "input", "IO_USES"))
    for name, values in blocks.items():
        sheet.table(top, column, cells(_printed(values, printed)), "input", name, whole)
        column += values.shape[1]
    below = top + n
    sheet.table(below, 1, column_of(parts.value_added_labels), "header", "IO_PRIMARY_CODES")
    sheet.table(below, 2, column_of([_io_label(v) for v in parts.value_added_labels]), "label")
    primary = cells(_printed(parts.value_added, printed))
    sheet.table(below, left, primary, "input", "IO_PRIMARY", whole)
    sheet.text(below + va, 1, "OTH", _io_label("OTH"))
    other = _column(printed.other_inputs, n).T
    sheet.table(
        below + va, left, cells(_printed(other, printed)), "input", "IO_OTHER_INPUTS", whole
    )
    sheet.text(below + va + 1, 1, "TVA", _io_label("TVA"))
    sheet.formulas(
        below + va + 1, left, 1, n,
        lambda r, c: f"SUM({a1(below, c)}:{a1(below + va - 1, c)})", "IO_VALUE_ADDED", whole,
    )  # fmt: skip
    sheet.widths = {1: 9, 2: 26, 3: 30, **dict.fromkeys(range(left, after + fu + 4), 13)}
    sheet.freeze = (top, left)
    wide = max(1, round((n + fu + 4) / COLUMNS_OF_A_PAGE))
    sheet.printing = Printing(rows=f"1:{TOP + 1}", columns="A:B", pages_wide=wide)
    return sheet


def _printed(values: FloatArray, table: IOTable) -> FloatArray:
    """Figures at their printed precision: unit conversion leaves tails in float64."""
    if not table.precision:
        return values
    decimals = max(0, round(-math.log10(table.precision)))
    rounded: FloatArray = np.round(values, decimals)
    return rounded if np.allclose(rounded, values, rtol=1e-12, atol=1e-9) else values


def _io_label(code: str) -> str:
    known = catalogue.keys("io")
    return catalogue.both(f"io.{code}") if code in known else code


def _whole_parts(table: IOTable) -> TableParts:
    """One final use and one value-added row, where the printed parts are not known."""
    exports = 0.0 if table.exports is None else table.exports
    uses = np.zeros(table.size) if table.final_use is None else table.final_use - exports
    return TableParts(("TFU",), uses[:, None], ("VA",), table.value_added[None, :])


def _column(values: FloatArray | None, size: int) -> FloatArray:
    return np.zeros((size, 1)) if values is None else values[:, None]

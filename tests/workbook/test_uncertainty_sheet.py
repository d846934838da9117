"""The sheet Uncertainty: the intervals of `simulate`, by formulas on named ranges."""

import io

import numpy as np
import openpyxl

from iiecon import default_inputs, simulate
from iiecon.workbook.uncertainty_sheet import PARTS


def test_sheet_holds_the_intervals_of_the_simulation(built: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(built), data_only=True)
    inputs = default_inputs()
    found = simulate(inputs, inputs.options.interval_draws, inputs.options.interval_seed)
    codes = [("nation", part) for part in PARTS]
    codes += [("section", s.code) for s in inputs.sections]
    rows = [found.row(*code) for code in codes]
    columns = (found.mean, found.deviation, found.q05, found.q50, found.q95)
    jobs = ("employment", "employment_direct", "employment_indirect")
    for name, t, due_rows in (
        ("INTERVAL_SECTION_BEFORE", 0, rows),
        ("INTERVAL_SECTION", 1, rows),
        ("INTERVAL_JOBS", 1, [found.row("nation", name) for name in jobs]),
        ("INTERVAL_PROVINCE", 1, [found.row("province", p.code) for p in inputs.provinces]),
        ("INTERVAL_REGION", 1, [found.row("region", r.key) for r in inputs.regions]),
    ):
        sheet, area = next(book.defined_names[name].destinations)
        values = [[cell.value for cell in row] for row in book[sheet][area.replace("$", "")]]
        due = np.array(columns)[:, t, due_rows].T
        np.testing.assert_allclose(np.array(values, dtype=float), due, rtol=1e-9, atol=1e-9)


def test_results_on_extrapolated_figures_are_marked(built: bytes) -> None:
    """Each number of 2021 rests on a forecast: the nation's and the provinces' too."""
    book = openpyxl.load_workbook(io.BytesIO(built))
    sheet = book["Uncertainty"]
    conditional = sheet.conditional_formatting
    marked = {cell for area in conditional for part in area.sqref.ranges for cell in part.cells}
    for name, mark in (
        ("INTERVAL_SECTION", "SECTIONS_MARK"),
        ("INTERVAL_JOBS", "EMPLOYMENT_MARK"),
        ("INTERVAL_PROVINCE", "PROVINCES_MARK"),
        ("INTERVAL_REGION", "PROVINCES_MARK"),
    ):
        area = book.defined_names[name].attr_text.split("!")[1].replace("$", "")
        assert {(c.row, c.column) for row in sheet[area] for c in row} <= marked
        first = sheet[area][0][0].coordinate
        rules = [r for c in conditional if first in c.sqref for r in c.rules]
        assert any(mark in formula for rule in rules for formula in rule.formula)

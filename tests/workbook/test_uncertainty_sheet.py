"""The sheet Uncertainty: the intervals of `simulate`, by formulas on named ranges."""

import io

import numpy as np
import openpyxl

from iiecon import default_inputs, simulate
from iiecon.workbook.uncertainty_sheet import PARTS


def test_sheet_holds_the_intervals_of_the_simulation(built: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(built), data_only=True)
    found = simulate(default_inputs(), 2000, 0)
    codes = [("nation", part) for part in PARTS]
    codes += [("section", s.code) for s in default_inputs().sections]
    rows = [found.row(*code) for code in codes]
    columns = (found.mean, found.deviation, found.q05, found.q50, found.q95)
    for t, k in ((0, 4), (1, 5)):
        sheet, area = next(book.defined_names[f"INTERVAL_{k}"].destinations)
        values = [[cell.value for cell in row] for row in book[sheet][area.replace("$", "")]]
        due = np.array(columns)[:, t, rows].T
        np.testing.assert_allclose(np.array(values, dtype=float), due, rtol=1e-9, atol=1e-9)

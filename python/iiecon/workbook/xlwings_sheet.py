"""The hidden sheet with the settings that xlwings' VBA reads before all other places."""

from __future__ import annotations

from iiecon.workbook.layout import Sheet

NAME = "xlwings.conf"
# Texts, not truth values: VBA turns those into words of its own language. There is no interpreter
# here: it differs by computer and comes from the user's or the folder's settings.
SETTINGS = {
    "UDF MODULES": "udfs.excel",
    "USE UDF SERVER": "True",
    "DEBUG UDFS": "False",
    "SHOW CONSOLE": "False",
    # A file beside the workbook must not stand in for a package.
    "ADD_WORKBOOK_TO_PYTHONPATH": "False",
}


def settings() -> Sheet:
    """Names in the first column from the first row on, without a gap, as xlwings reads them."""
    sheet = Sheet(NAME, output=False, hidden=True)
    sheet.table(1, 1, list(SETTINGS.items()), role="label")
    return sheet

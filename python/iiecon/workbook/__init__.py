"""The analyst's workbook: its layout, building it, reading inputs from it, recalculating it."""

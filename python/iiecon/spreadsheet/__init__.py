"""A small spreadsheet engine: reads a workbook file, evaluates its formulas, patches the values.

It knows Excel's file format and formula language, nothing of this project's sheets or functions.
"""

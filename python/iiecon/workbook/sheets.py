"""All sheets of a workbook, with every computed block named."""

from __future__ import annotations

from dataclasses import replace

from iiecon.inputs import ModelInputs
from iiecon.workbook import front_sheets, input_sheets, output_sheets
from iiecon.workbook.functions_sheet import functions
from iiecon.workbook.io_sheet import io_table
from iiecon.workbook.layout import Sheet
from iiecon.workbook.xlwings_sheet import settings


def sheets_of(inputs: ModelInputs) -> list[Sheet]:
    """Every sheet in the order of the tabs: about, outputs, inputs, lists for reference."""
    by_name = {sheet.name: sheet for sheet in sheets_with_formulas(inputs)}
    outputs = [sheet for sheet in by_name.values() if sheet.output]
    return [
        input_sheets.about(inputs),
        *outputs,
        by_name["Settings"],
        io_table(inputs),
        input_sheets.sectors(inputs),
        by_name["Experts"],
        by_name["Section_VA"],
        input_sheets.macro(inputs),
        input_sheets.province(inputs),
        *input_sheets.references(),
        functions(by_name.values()),
        settings(),
    ]


def sheets_with_formulas(inputs: ModelInputs) -> list[Sheet]:
    """The sheets that compute something; IO_Table, whose one line of sums may be typed, apart."""
    sheets = [
        front_sheets.summary(inputs),
        output_sheets.sections(inputs),
        output_sheets.provinces(inputs),
        output_sheets.employment(inputs),
        output_sheets.io_analysis(inputs),
        output_sheets.multiplier(inputs),
        front_sheets.checks(inputs),
        input_sheets.settings(inputs),
        input_sheets.experts(inputs),
        input_sheets.section_va(inputs),
    ]
    for sheet in sheets:
        _name_computed_blocks(sheet)
    return sheets


def _name_computed_blocks(sheet: Sheet) -> None:
    """A hidden name for each computed block without one: wherever an analyst's edits move it, a
    recalculation finds it and can tell a formula from a number pasted over it.
    """
    for i, block in enumerate(sheet.blocks):
        if block.computed and not block.name:
            sheet.blocks[i] = replace(block, name=f"_{sheet.name}_{i}")

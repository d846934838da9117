"""All sheets of a workbook, with every computed block named."""

from __future__ import annotations

from dataclasses import replace

from iiecon.inputs import ModelInputs
from iiecon.workbook import (
    chart_sheets,
    front_sheets,
    input_sheets,
    io_outputs,
    output_sheets,
    world_sheet,
)
from iiecon.workbook.audit_sheet import audit_sheet
from iiecon.workbook.crosscheck_sheet import crosscheck_sheet
from iiecon.workbook.functions_sheet import functions
from iiecon.workbook.io_sheet import io_table
from iiecon.workbook.layout import Sheet
from iiecon.workbook.ledger_sheet import ledger_sheet
from iiecon.workbook.map_sheet import map_sheet
from iiecon.workbook.self_tests import self_tests
from iiecon.workbook.uncertainty_sheet import uncertainty_sheet
from iiecon.workbook.xlwings_sheet import settings


def sheets_of(inputs: ModelInputs) -> list[Sheet]:
    """Every sheet in the order of the tabs: about, outputs, inputs, lists for reference."""
    by_name = {sheet.name: sheet for sheet in sheets_with_formulas(inputs)}
    outputs = [sheet for sheet in by_name.values() if sheet.output]
    sheets = [
        *outputs,
        by_name["Settings"],
        io_table(inputs),
        input_sheets.sectors(inputs),
        by_name["Experts"],
        by_name["Section_VA"],
        input_sheets.macro(inputs),
        input_sheets.province(inputs),
        by_name["World"],
        *input_sheets.references(),
        functions(by_name.values()),
    ]
    return [input_sheets.about(sheets, inputs), *sheets, by_name["Tests"], settings()]


def sheets_with_formulas(inputs: ModelInputs) -> list[Sheet]:
    """The sheets that compute something; IO_Table, whose one line of sums may be typed, apart."""
    sheets = [
        front_sheets.summary(inputs),
        output_sheets.sections(inputs),
        output_sheets.provinces(inputs),
        map_sheet(inputs),
        output_sheets.employment(inputs),
        chart_sheets.national_charts(inputs),
        chart_sheets.section_charts(inputs),
        chart_sheets.region_charts(inputs),
        io_outputs.io_analysis(inputs),
        io_outputs.io_sectors(inputs),
        crosscheck_sheet(inputs),
        output_sheets.multiplier(inputs),
        output_sheets.province_gdp(inputs),
        world_sheet.world_out(),
        uncertainty_sheet(inputs),
        ledger_sheet(inputs),
        front_sheets.checks(inputs),
        input_sheets.settings(inputs),
        input_sheets.experts(inputs),
        input_sheets.section_va(inputs),
        world_sheet.countries(),
        self_tests(inputs),
    ]
    last_output = max(i for i, sheet in enumerate(sheets) if sheet.output)
    sheets.insert(last_output + 1, audit_sheet(inputs, sheets))
    for sheet in sheets:
        _name_computed_blocks(sheet)
    return sheets


def _name_computed_blocks(sheet: Sheet) -> None:
    """A hidden name for each computed block without one: wherever an analyst's edits move it, a
    recalculation finds it and can tell a formula from a number pasted over it.
    """
    for i, block in enumerate(sheet.blocks):
        if block.computed and not block.name and not block.worded:
            sheet.blocks[i] = replace(block, name=f"_{sheet.name}_{i}")

"""Where a value of a tidy input table stands in a workbook: the named range and the cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from iiecon.findings import Finding
from iiecon.inputs import MACRO_COLUMNS, ModelInputs
from iiecon.replication.tables import SECTORS3, Row, input_tables
from iiecon.workbook.layout import PLACES
from iiecon.workbook.read import Reader, turned

Spot = tuple[str, int, int]  # a named range, and the row and column in it, from 0
NOWHERE: Spot = ("", 0, 0)
Find = Callable[[ModelInputs, Row, str], Spot]


def spot(inputs: ModelInputs, table: str, key: Row, field: str) -> Spot:
    """The place of one value, NOWHERE where the workbook has no cell for it.

    `table`, `key` and `field` are those of `replication.tables.input_tables`.
    """
    find = FINDERS.get(table)
    try:
        return NOWHERE if find is None else find(inputs, key, field)
    except (ValueError, KeyError):  # a row or column that these inputs do not have
        return NOWHERE


def address(reader: Reader | None, place: Spot) -> str:
    """SHEET!CELL of a place, blank outside workbooks."""
    found = reader.range(place[0]) if reader is not None and place[0] else None
    return f"{found.sheet}!{found.cell(*place[1:])}" if found else ""


def _io_sectors(inputs: ModelInputs, key: Row, field: str) -> Spot:
    i = inputs.table.codes.index(str(key[0]))
    down = {
        "name": "IO_NAMES", "section": "SECTOR_SECTIONS", "output": "IO_OUTPUT",
        "final_use": "IO_FINAL_USE", "exports": "IO_EXPORTS", "imports": "IO_IMPORTS",
        "discrepancy": "IO_DISCREPANCY",
    }  # fmt: skip
    across = {"value_added": "IO_VALUE_ADDED", "other_inputs": "IO_OTHER_INPUTS"}
    return (across[field], 0, i) if field in across else (down[field], i, 0)


def _io_cells(inputs: ModelInputs, key: Row, field: str) -> Spot:
    table, parts = inputs.table, inputs.table.parts
    block, row, column = (str(k) for k in key)
    rows: Sequence[str] = table.codes
    columns: Sequence[str] = table.codes
    if parts is not None and block == "final_use":
        columns = parts.final_use_labels
    elif parts is not None and block == "primary":
        rows = parts.value_added_labels
    name = {"flow": "IO_FLOWS", "final_use": "IO_FINAL_USE", "primary": "IO_PRIMARY"}[block]
    return name, rows.index(row), columns.index(column)


def _ballots(inputs: ModelInputs, key: Row, field: str) -> Spot:
    panel = inputs.experts
    sector, factor = panel.codes.index(str(key[0])), panel.factors.index(str(key[1]))
    return "BALLOTS", sector * len(panel.factors) + factor, panel.grades.index(field)


def _scores(inputs: ModelInputs, key: Row, field: str) -> Spot:
    if field == "direct":
        return "SECTOR_DIRECT", inputs.sector_codes.index(str(key[0])), 0
    return "SCORE_OVERRIDE", inputs.experts.codes.index(str(key[0])), 0


def _section(inputs: ModelInputs, letter: object) -> int:
    return [s.code for s in inputs.sections].index(str(letter))


def _sections(inputs: ModelInputs, key: Row, field: str) -> Spot:
    columns = {
        "sector3": ("SECTION_SECTOR3", 0),
        "name_zh": ("SECTION_NAMES", 0),
        "name_en": ("SECTION_NAMES", 1),
    }
    name, column = columns[field]
    return name, _section(inputs, key[0]), column


def _growth(inputs: ModelInputs, key: Row, field: str) -> Spot:
    row = _section(inputs, key[0])
    if field.startswith("weight_"):
        return "GROWTH_WEIGHTS", row, int(field[-1]) - 1
    return f"GROWTH_{field.upper()}", row, 0


def _province_gdp(inputs: ModelInputs, key: Row, field: str) -> Spot:
    years = inputs.province_gdp.years
    row = [p.code for p in inputs.provinces].index(str(key[1]))
    if field == "region":
        return "PROVINCE_REGIONS", row, 0
    if field in SECTORS3:
        return (
            "PROVINCE_GDP",
            row,
            SECTORS3.index(field) * len(years) + years.index(int(str(key[0]))),
        )
    return "PROVINCE_NAMES", row, ("name_zh", "name_en").index(field)


def _province_employment(inputs: ModelInputs, key: Row, field: str) -> Spot:
    row = [p.code for p in inputs.provinces].index(str(key[0]))
    if field == "name_zh":
        return "PROVINCE_NAMES", row, 0
    columns = ("employed_urban_units", "employed_private_and_self")
    return "PROVINCE_EMPLOYED", row, columns.index(field)


PARTICULARS = {
    "io_year": "IO_YEAR", "scores_source": "SCORES_SOURCE", "industry_zh": "INDUSTRY_ZH",
    "industry_en": "INDUSTRY_EN",
}  # fmt: skip
FINDERS: dict[str, Find] = {
    "io_sectors": _io_sectors,
    "io_cells": _io_cells,
    "score_factors": lambda i, k, f: ("FACTOR_WEIGHTS", i.experts.factors.index(str(k[0])), 0),
    "score_grades": lambda i, k, f: ("GRADE_SCORES", 0, i.experts.grades.index(str(k[0]))),
    "ballots": _ballots,
    "scores": _scores,
    "sections": _sections,
    "section_value_added": lambda i, k, f: (
        "SECTION_VA", _section(i, k[1]), i.section_va.years.index(int(str(k[0]))),
    ),
    "section_wage": lambda i, k, f: (
        "SECTION_WAGES", _section(i, k[1]), i.wages.years.index(int(str(k[0]))),
    ),
    "growth_rules": _growth,
    "macro": lambda i, k, f: (
        "MACRO_DATA", i.macro.years.index(int(str(k[0]))), MACRO_COLUMNS.index(f),
    ),
    "multiplier_override": lambda i, k, f: (
        "MACRO_DATA", i.macro.years.index(int(str(k[0]))), len(MACRO_COLUMNS) - 1,
    ),
    "regions": lambda i, k, f: (
        "REGION_NAMES", [r.key for r in i.regions].index(str(k[0])),
        ("name_zh", "name_en").index(f),
    ),
    "province_gdp": _province_gdp,
    "province_employment": _province_employment,
    "particulars": lambda i, k, f: (
        PARTICULARS[str(k[0])], 0, 0,
    ),
    "options": lambda i, k, f: (f"OPT_{str(k[0]).upper()}", 0, 0),
}  # fmt: skip


def in_package(finding: Finding, inputs: ModelInputs, path: Path) -> Finding:
    """A finding on inputs read from a package, with the file, row and column it is about."""
    if finding.table not in PLACES:
        return finding
    name, turn = PLACES[finding.table]
    width = 3 * len(inputs.province_gdp.years)
    place = (name, *turned(turn, finding.row or 0, finding.column or 0, width))
    for table in input_tables(inputs).values():
        for key, row in table.keyed().items():
            for field in row:
                if spot(inputs, table.name, key, field) == place:
                    label = " ".join(str(k) for k in key)
                    where = f"{path}: inputs/{table.name}.csv[{label}, {field}]"
                    return replace(finding, table=where, row=None, column=None)
    return replace(finding, table=f"{path}: {finding.table}")

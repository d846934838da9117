"""An input workbook with nothing in it yet: sized for its sectors, every formula in place.

What is typed once is followed everywhere (codes, names). Cells to fill are blank and blue, with a
list to choose from where there is one; nothing is computed yet, so results are blank too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from iiecon import catalogue
from iiecon.inputs import Experts, Industry, ModelInputs, Series, default_inputs
from iiecon.iotable import FloatArray, IOTable, TableParts
from iiecon.regions import SECTORS3
from iiecon.spreadsheet.calculator import Calculation, FileBook, Key, patched_parts
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import ExcelError, Scalar
from iiecon.workbook.assemble import assemble
from iiecon.workbook.build import written
from iiecon.workbook.input_sheets import TOP
from iiecon.workbook.layout import INPUT_SHEETS, Block, Sheet
from iiecon.workbook.macros import with_macros
from iiecon.workbook.read import Reader
from iiecon.workbook.sheets import sheets_of

SCORED = 11  # sectors with ballots, as many as the method names
LABEL_ROLES = ("label", "header", "english", "note", "tile_name")
LARGEST = 1000  # sectors; a named range holds at most a million cells
# Labels that come numbered and are to be overwritten with official codes.
TO_OVERWRITE = ("IO_CODES",)
# Labels that the layout needs and that only the analyst can give.
TO_FILL = ("IO_YEAR", "SECTOR_SECTIONS", "SCORE_CODES")


def blank_workbook(sectors: int, scored: int = SCORED, industry: Industry | None = None) -> bytes:
    """The empty workbook for a table of so many sectors, `scored` of them with ballots."""
    inputs = replace(blank_inputs(sectors, scored), industry=industry or Industry())
    sheets = [_to_fill(sheet, inputs) for sheet in sheets_of(inputs)]
    return _with_labels(with_macros(assemble(written(sheets))), sheets)


def blank_inputs(sectors: int, scored: int = SCORED) -> ModelInputs:
    """The shipped lists and rules without any figure: NaN where a number is to be filled in.

    Labels that only the analyst can give stand for themselves: the workbook leaves them blank.
    """
    shipped = default_inputs()
    table = _blank_table(sectors, shipped.table)
    panel = shipped.experts
    experts = Experts(
        codes=table.codes[:scored],
        factors=panel.factors,
        weights=panel.weights,
        grades=panel.grades,
        grade_scores=panel.grade_scores,
        ballots=_blanks(scored, len(panel.factors), len(panel.grades)),
        override=_blanks(scored),
        direct=(False,) * scored,
    )
    return replace(
        shipped,
        table=table,
        sector_codes=table.codes,
        sector_sections=(shipped.sections[0].code,) * sectors,
        experts=experts,
        section_va=_blank_series(shipped.section_va),
        wages=_blank_series(shipped.wages),
        macro=_blank_series(shipped.macro),
        province_gdp=_blank_series(shipped.province_gdp),
        province_employed=_blanks(*shipped.province_employed.shape),
    )


def _blank_table(size: int, shipped: IOTable) -> IOTable:
    """Numbered sectors, named only where the numbers are those of the shipped table."""
    codes = tuple(f"{i:0{len(str(size))}d}" for i in range(1, size + 1))
    vector, known = _blanks(size), shipped.parts
    assert known is not None
    uses, primary = known.final_use_labels, known.value_added_labels
    return IOTable.from_arrays(
        _blanks(size, size),
        vector,
        vector,
        codes,
        shipped.names if codes == shipped.codes else ("",) * size,
        final_use=vector,
        exports=vector,
        imports=vector,
        discrepancy=vector,
        other_inputs=vector,
        parts=TableParts(uses, _blanks(size, len(uses)), primary, _blanks(len(primary), size)),
    )


def _blanks(*shape: int) -> FloatArray:
    return np.full(shape, np.nan)


def _blank_series(series: Series) -> Series:
    return Series(series.years, _blanks(*series.values.shape))


# --- Sheets ---------------------------------------------------------------------------------------


def _to_fill(sheet: Sheet, inputs: ModelInputs) -> Sheet:
    """The sheet with its blank labels as inputs, lists to choose from, and how to fill it in."""
    if sheet.name == "About":
        return _about(sheet, inputs)
    if sheet.name not in INPUT_SHEETS:
        return sheet
    followed = _following(inputs)
    sheet.blocks = [_block_to_fill(sheet.name, block, followed, inputs) for block in sheet.blocks]
    return sheet


def _block_to_fill(
    sheet: str, block: Block, followed: dict[object, Callable[[int], str]], inputs: ModelInputs
) -> Block:
    source = followed.get(block.name) or followed.get((sheet, block.row, block.column))
    if source is not None:

        def following(row: int, column: int) -> str:
            cell = source(row - block.row + column - block.column)
            return f'IF({cell}="","",{cell})'

        typed = block.role == "input"
        return replace(
            block, values=None, formula=following, role="computed" if typed else block.role
        )
    if block.name in TO_FILL:
        block = replace(block, values=[[None] * block.columns] * block.rows)
    blank = block.values is not None and all(v in ("", None) for row in block.values for v in row)
    role = "input" if blank or block.name in TO_OVERWRITE else block.role
    return replace(block, role=role, choices=_choices(inputs).get(block.name, block.choices))


def _following(inputs: ModelInputs) -> dict[object, Callable[[int], str]]:
    """Blocks that repeat what was typed elsewhere, by name or place: the source of each cell."""
    factors = len(inputs.experts.factors)

    def names(i: int) -> str:
        return f"INDEX(IO_NAMES,{i + 1},1)"

    def codes(i: int) -> str:
        return f"INDEX(IO_CODES,{i + 1},1)"

    return {
        "IO_COLUMN_CODES": codes,
        "SECTOR_CODES": codes,
        "BALLOT_CODES": lambda i: f"INDEX(SCORE_CODES,{i // factors + 1},1)",
        ("IO_Table", TOP + 1, 4): names,
        ("Sectors", TOP + 1, 2): names,
    }


def _choices(inputs: ModelInputs) -> dict[str, tuple[str, ...]]:
    """What may be chosen in a range, by its name."""
    return {
        "SECTOR_SECTIONS": tuple(s.code for s in inputs.sections),
        "SECTOR_DIRECT": ("1",),
        "SECTION_SECTOR3": SECTORS3,
        "PROVINCE_REGIONS": tuple(r.key for r in inputs.regions),
    }


def _about(sheet: Sheet, inputs: ModelInputs) -> Sheet:
    """Steps to fill the workbook in, below what it is."""
    row = max(block.row + block.rows for block in sheet.blocks) + 1
    size = inputs.table.size
    title = catalogue.text("template.title", "zh", sectors=size)
    sheet.text(row, 1, f"{title}  {catalogue.text('template.title', 'en', sectors=size)}",
               role="header")  # fmt: skip
    for i, key in enumerate(catalogue.keys("template.step"), start=1):
        for j, language in enumerate(("zh", "en")):
            step = catalogue.text(f"template.step.{key}", language, sectors=size)
            sheet.text(row + 3 * i - 2 + j, 1, f"{i}. {step}")
    return sheet


# --- Values ---------------------------------------------------------------------------------------


def _with_labels(workbook: bytes, sheets: list[Sheet]) -> bytes:
    """The workbook with the values of its labels; results show nothing until it is filled in."""
    package = Package.from_bytes(Path("template"), workbook)
    book = FileBook.from_package(package)
    calculation = Reader.of(book).calculation
    shown: dict[Key, Scalar] = {}
    for sheet in sheets:
        for block in sheet.blocks:
            label = block.role in LABEL_ROLES or not sheet.output
            for i, key in enumerate(_keys(sheet, block)):
                if block.computed and label and _is_label(calculation, key):
                    shown[key] = calculation.values[key]
                elif block.formula or (block.spill and i == 0):
                    shown[key] = ""
    spills = {key: area for key, area in calculation.spills.items() if shown.get(key)}
    values = Calculation(values=shown, spills=spills)
    return package.replaced(patched_parts(package, book, values)).to_bytes()


def _is_label(calculation: Calculation, key: Key) -> bool:
    """Whether a cell says something: no error, and not the 0 that a blank cell reads as."""
    value = calculation.values.get(key)
    return value not in (None, 0.0, "") and not isinstance(value, ExcelError)


def _keys(sheet: Sheet, block: Block) -> Iterator[Key]:
    for i in range(block.rows):
        for j in range(block.columns):
            yield sheet.name, block.row + i, block.column + j

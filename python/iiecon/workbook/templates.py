"""The files of `templates/`: empty input workbooks, empty output sheets, an example of a scenario.

All are made from the layout of the shipped workbook, so that a template can never lag behind it.
"""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from iiecon import catalogue
from iiecon.inputs import ModelInputs, default_inputs
from iiecon.model import expert_scores
from iiecon.spreadsheet.calculator import FileBook
from iiecon.spreadsheet.package import Package
from iiecon.spreadsheet.values import Scalar
from iiecon.workbook.assemble import XLSM_TYPE, XLSX_TYPE, assemble, zipped
from iiecon.workbook.blank import LABEL_ROLES, blank_workbook
from iiecon.workbook.build import written
from iiecon.workbook.input_sheets import new_sheet
from iiecon.workbook.layout import Block, Sheet, Value
from iiecon.workbook.sheets import sheets_of
from iiecon.workbook.wording import CELLS
from udfs import FUNCTIONS

# Sectors, and sectors with ballots: the official tables, and a list of one's own.
INPUTS = {"149": (149, 11), "153": (153, 11), "42": (42, 4), "free": (30, 3)}
OUTPUTS = {
    "national": ("Summary", "Charts", "Multiplier"),
    "sections": ("Sections", "Section_Charts"),
    "provinces": ("Provinces", "Map", "Province_GDP", "Region_Charts"),
    "employment": ("Employment",),
    "io_analysis": ("IO_Analysis", "IO_Sectors", "Crosscheck"),
    "world": ("World_Out",),
}
YEARS = ("YEARS", "OPT_BASE_YEAR")
FOLLOWING = ("data", "tile")  # roles of cells that follow results: behind charts, on the map
SCENARIO = "scenario_example.toml"
EXAMPLE_OPTIONS = {"imports": "domestic"}
EXAMPLE_CELL = ("065", "061")  # components used by computers
EXAMPLE_GROWTH = 0.06
RAISED = 0.10  # by how much the example raises its scores
WORD = re.compile(r"[A-Z][A-Z0-9_]+")


def templates(shipped: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file, given the shipped workbook; equal layouts, equal bytes."""
    for name, (sectors, scored) in INPUTS.items():
        yield f"input_{name}.xlsm", blank_workbook(sectors, scored)
    book = FileBook.from_package(Package.from_bytes(Path("workbook"), shipped))
    for name, chosen in OUTPUTS.items():
        yield f"outputs_{name}.xlsx", output_template(book, chosen)
    yield SCENARIO, scenario(default_inputs()).encode()


# --- Output sheets --------------------------------------------------------------------------------


def output_template(book: FileBook, chosen: tuple[str, ...]) -> bytes:
    """The chosen sheets with labels as values and results left blank, and a page on their use.

    Totals, growth and what charts draw stay formulas, as far as all they name is in the file.
    """
    layout = sheets_of(default_inputs())
    ranges = {block.name for sheet in layout for block in sheet.blocks if block.name}
    sheets = [sheet for name in chosen for sheet in layout if sheet.name == name]
    here = {block.name for sheet in sheets for block in sheet.blocks if block.name}
    needed = (_needed(sheets) | set(CELLS.values())) & ranges
    lists = {b.name for sheet in layout for b in sheet.blocks if _is_list(b)} | set(YEARS)
    emptied = Emptied(book, ranges, here | needed, lists - {"SCORES_SOURCE"})
    elsewhere = [
        emptied.block(sheet.name, block)
        for sheet in layout
        for block in sheet.blocks
        if block.name in needed - here
    ]
    return _plain(assemble(written([_guide(elsewhere), *(emptied.sheet(s) for s in sheets)])))


def _needed(sheets: Sequence[Sheet]) -> set[str]:
    """The words in the conditions of marks, lists of choices and formulas of charts and map."""
    texts = [mark.condition for sheet in sheets for mark in sheet.marks]
    for block in (block for sheet in sheets for block in sheet.blocks):
        texts += [block.choices_from, *(_formulas(block) if block.role in FOLLOWING else ())]
    return {word for text in texts for word in WORD.findall(text)}


def _formulas(block: Block) -> Iterator[str]:
    """The formula of every cell, or the one that fills all of them."""
    if block.formula is None:
        yield block.spill
        return
    for i in range(block.rows):
        for j in range(block.columns):
            yield block.formula(block.row + i, block.column + j)


def _guide(ranges: Sequence[Block]) -> Sheet:
    """How to fill the sheets in; below it the industry's name, what their marks rest on and other
    sheets hold.
    """
    sheet = new_sheet("About")
    keys = ["outputs", "paste", "industry"]
    if len(ranges) > len(CELLS):
        keys.append("marks")
    row = 6
    for key in keys:
        for language in ("zh", "en"):
            sheet.text(row, 1, catalogue.text(f"template.{key}", language))
            row += 1
        row += 1
    for block in ranges:
        sheet.text(row, 1, block.name, role="header")
        sheet.blocks.append(replace(block, row=row + 1, column=1))
        row += block.rows + 2
    sheet.widths = {1: 24, **dict.fromkeys(range(2, 8), 14)}
    return sheet


@dataclass(frozen=True)
class Emptied:
    """Empties sheets. Of all `ranges` of the workbook `known` are in the file, and `lists` hold
    codes and names, which labels repeat.
    """

    book: FileBook
    ranges: set[str]
    known: set[str]
    lists: set[str]

    def sheet(self, sheet: Sheet) -> Sheet:
        """Without results; unlocked, for they are to be pasted in."""
        blocks = [self.block(sheet.name, block) for block in sheet.blocks]
        return replace(sheet, output=False, blocks=blocks)

    def block(self, sheet: str, block: Block) -> Block:
        """Labels keep their values; of formulas only those stay that this file can compute."""
        block = replace(block, name="" if block.name.startswith("_") else block.name)
        if not block.values and not block.computed:
            return block  # a name over cells that other blocks fill
        if block.values and (block.role != "input" or _is_chosen(block)):
            return block
        named = self._named(block)
        if block.formula is not None and named <= self.known:
            return block
        label = block.role in (*LABEL_ROLES, "data") and named <= self.lists
        cells = self.book.sheets[sheet].cells

        def value(row: int, column: int) -> Value:
            cell = cells.get((row, column))
            return _plain_value(cell.value) if cell and label else None

        rows = [
            [value(block.row + i, block.column + j) for j in range(block.columns)]
            for i in range(block.rows)
        ]
        return replace(block, values=rows, formula=None, spill="", gaps=False)

    def _named(self, block: Block) -> set[str]:
        """The ranges and functions of ours that its formulas name."""
        words = {word for text in _formulas(block) for word in WORD.findall(text)}
        return words & (self.ranges | FUNCTIONS.keys())


def _is_list(block: Block) -> bool:
    """Whether it holds codes or names: no figure that could go stale."""
    return bool(block.values) and all(isinstance(v, str) for r in block.values or () for v in r)


def _is_chosen(block: Block) -> bool:
    """Whether an input is a choice or a list."""
    return bool(block.choices or block.choices_from) or _is_list(block)


def _plain_value(value: Scalar) -> Value:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | float) else None


def _plain(workbook: bytes) -> bytes:
    """As an ordinary .xlsx: no macros in it, and programs compute it when they open it."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    types = "[Content_Types].xml"
    parts[types] = parts[types].replace(XLSM_TYPE, XLSX_TYPE)
    book = "xl/workbook.xml"
    parts[book] = parts[book].replace(b'fullCalcOnLoad="0"', b'fullCalcOnLoad="1"')
    return zipped(parts)


# --- Scenario -------------------------------------------------------------------------------------


def scenario(inputs: ModelInputs) -> str:
    """An example of every kind of change to the shipped inputs."""
    names = dict(zip(inputs.table.codes, inputs.table.names, strict=True))
    scores = expert_scores(inputs)
    (first, score), (second, other) = list(zip(scores.codes, scores.used, strict=True))[:2]
    supplier, buyer = EXAMPLE_CELL
    parts = (
        ("options", ["[options]", *(f'{k} = "{v}"' for k, v in EXAMPLE_OPTIONS.items())]),
        ("scores", [
            "[scores]",
            f'"{first}" = {score + RAISED:.2f}  # {names[first]}: {score:.2f}',
            f'"{second}" = {{ add = {RAISED:.2f} }}  # {names[second]}: {other:.2f}',
        ]),
        ("io", [
            "[io]", 'balance = "imports"', "[[io.cells]]",
            f'supplier = "{supplier}"  # {names[supplier]}',
            f'buyer = "{buyer}"  # {names[buyer]}',
            "factor = 1.05",
        ]),
        ("growth", [f"[growth.{inputs.options.last_year}]", f"gdp = {EXAMPLE_GROWTH}"]),
    )  # fmt: skip
    lines = [*_comment("scenario.about"), ""]
    for language in catalogue.LANGUAGES:
        lines.append(f'title_{language} = "{catalogue.text("scenario.title", language)}"')
    for key, block in parts:
        lines += ["", *_comment(f"scenario.{key}"), *block]
    text = "\n".join(lines) + "\n"
    assert tomllib.loads(text)
    return text


def _comment(key: str) -> list[str]:
    return [f"# {catalogue.text(key, language)}" for language in ("zh", "en")]

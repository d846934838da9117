"""Where in a workbook a printed figure is computed: the cells, and the functions behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from iiecon.audit.compare import Keys, Recipe, Term
from iiecon.audit.publication import REQUIRED, Publication, publication_of, shipped_publication
from iiecon.spreadsheet.values import a1
from iiecon.workbook.layout import Block, Sheet
from iiecon.workbook.read import Reader
from udfs import FUNCTIONS

WORD = re.compile(r"[A-Z][A-Z0-9_]+")
OPTIONAL = ("source", "note", "decimals")


def published_in(reader: Reader) -> Publication:
    """The figures of the sheet Published or, where there is no such list, those of the program.

    Raises InputError naming the rows that are wrong.
    """
    columns: dict[str, list[str]] = {}
    sheet, first = "", 0
    for key in (*REQUIRED, *OPTIONAL):
        place = reader.range(f"PUBLISHED_{key.upper()}")
        if place is not None:
            columns[key] = [_text(row[0]) for row in place.cells]
            sheet, first = place.sheet, place.area.row1
    if not set(REQUIRED) <= columns.keys() or len({len(c) for c in columns.values()}) > 1:
        return shipped_publication()
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return publication_of(
        [(first + i, row) for i, row in enumerate(rows) if any(row.values())], sheet
    )


def _text(value: object) -> str:
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return "" if value is None else str(value)


def cells_in(reader: Reader, terms: Sequence[Term], known: Keys) -> str:
    """The cells of some results in a workbook, as Sections!H9."""
    found = []
    for term, (row, column) in _positions(terms, known):
        place = reader.range(term.series.upper())
        if place is not None:
            found.append(f"{place.sheet}!{place.cell(row, column)}")
    return ", ".join(dict.fromkeys(found))


def cells_of(blocks: Mapping[str, tuple[Sheet, Block]], terms: Sequence[Term], known: Keys) -> str:
    """The same in the workbook as it is built."""
    found = []
    for term, (row, column) in _positions(terms, known):
        sheet, block = blocks[term.series.upper()]
        found.append(f"{sheet.name}!{a1(block.row + row, block.column + column)}")
    return ", ".join(dict.fromkeys(found))


def _positions(terms: Sequence[Term], known: Keys) -> Iterable[tuple[Term, tuple[int, int]]]:
    """Row and column of each term that its series has."""
    for term in terms:
        keys, years = known.get(term.series, ((), ()))
        if term.key in keys and term.year in years:
            yield term, (keys.index(term.key), years.index(term.year))


def named_blocks(sheets: Iterable[Sheet]) -> dict[str, tuple[Sheet, Block]]:
    """Every named block and its sheet."""
    return {block.name: (sheet, block) for sheet in sheets for block in sheet.blocks if block.name}


def functions_of(blocks: Mapping[str, tuple[Sheet, Block]], recipe: Recipe) -> str:
    """Our functions behind the results that a figure is made of."""
    names = dict.fromkeys(t.series.upper() for t in recipe.terms)
    return ", ".join(dict.fromkeys(f for name in names for f in _behind(blocks, name)))


def _behind(blocks: Mapping[str, tuple[Sheet, Block]], name: str) -> list[str]:
    """Our functions in the formula of a block, or in the nearest formulas it rests on."""
    names, seen = {name}, set[str]()
    while names:
        seen |= names
        words = {w for n in names for w in WORD.findall(_formulas(*blocks[n]))}
        found = sorted(words & FUNCTIONS.keys())
        if found:
            return found
        names = (words & blocks.keys()) - seen
    return []


def _formulas(sheet: Sheet, block: Block) -> str:
    """The first formula of a block; of a name over other blocks, those of the first rows there."""
    if block.formula is not None:
        return block.formula(block.row, block.column)
    if block.spill:
        return block.spill
    rows = range(block.row, block.row + block.rows)
    inner = [b for b in sheet.blocks if b.computed and b.row in rows and b.column == block.column]
    return " ".join(_formulas(sheet, b) for b in inner)

"""Slips of the typist, drawn at random into a printed table; the oracle of the cell doctor.

A table is taken as the sheet shows it: flows, every final use, exports, imports and output by row,
every part of value added by column, in the printed unit. A slip changes that sheet; the table is
then read from it as from a workbook. A cell is drawn among all figures that are not zero, alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from iiecon.iotable import WAN_PER_YI, FloatArray, IOTable, TableParts, printed_precision

Random = np.random.Generator
BLOCKS = ("flows", "final_use", "exports", "imports", "discrepancy", "output", "primary")


@dataclass(frozen=True)
class Sheet:
    """The printed figures by block: `primary` parts × n, all others n × …, in 万元."""

    codes: tuple[str, ...]
    use_labels: tuple[str, ...]
    primary_labels: tuple[str, ...]
    blocks: dict[str, FloatArray]

    @classmethod
    def of(cls, table: IOTable) -> Sheet:
        parts, per = table.parts, table.per_unit
        assert parts is not None
        assert table.exports is not None
        assert table.imports is not None
        error = np.zeros(table.size) if table.discrepancy is None else table.discrepancy
        blocks = {
            "flows": table.flows,
            "final_use": parts.final_uses,
            "exports": table.exports[:, None],
            "imports": table.imports[:, None],
            "discrepancy": error[:, None],
            "output": table.output[:, None],
            "primary": parts.value_added,
        }
        printed = {k: tidy(v * per, table.precision * per) for k, v in blocks.items()}
        return cls(table.codes, parts.final_use_labels, parts.value_added_labels, printed)

    @property
    def size(self) -> int:
        return len(self.codes)

    def changed(self, **blocks: FloatArray) -> Sheet:
        return replace(self, blocks={**self.blocks, **blocks})

    def with_cell(self, name: str, row: int, column: int, value: float) -> Sheet:
        block = self.blocks[name].copy()
        block[row, column] = value
        return self.changed(**{name: block})

    def rounded(self, unit: float) -> Sheet:
        """Every figure rounded by itself to a multiple of `unit`."""
        return self.changed(**{k: np.round(v / unit) * unit for k, v in self.blocks.items()})

    def read(self, unit: str = "万元") -> IOTable:
        """The table as read from a workbook."""
        b = self.blocks
        table = IOTable.from_arrays(
            b["flows"],
            b["output"],
            b["primary"].sum(axis=0),
            self.codes,
            final_use=b["final_use"].sum(axis=1) + b["exports"].ravel(),
            exports=b["exports"],
            imports=b["imports"],
            discrepancy=b["discrepancy"] if b["discrepancy"].any() else None,
            unit=unit,
            precision=printed_precision(b["flows"]),
            parts=TableParts(self.use_labels, b["final_use"], self.primary_labels, b["primary"]),
        )
        return table.scaled(1 / WAN_PER_YI, "亿元") if unit == "万元" else table


def tidy(values: FloatArray, precision: float) -> FloatArray:
    """Without the tails that a change of unit leaves in float64."""
    return np.round(values / precision) * precision if precision else values


@dataclass(frozen=True)
class Drawn:
    """A spoilt sheet and what is to be said of it.

    Of a cell: `block`, `row`, `column` and the `value` that is due. Of anything larger: the `key`
    of the finding and the `words` it has to say.
    """

    kind: str
    sheet: Sheet
    block: str = ""
    row: int = 0
    column: int = 0
    value: float = 0.0
    key: str = ""
    words: tuple[str, ...] = ()
    factor: float = 0.0


Draw = Callable[[Sheet, Random], Drawn | None]


def a_cell(sheet: Sheet, random: Random, blocks: tuple[str, ...] = BLOCKS) -> tuple[str, int, int]:
    """A figure that is not zero, each as likely as any other."""
    places = [np.argwhere(sheet.blocks[name] != 0) for name in blocks]
    pick = int(random.integers(sum(map(len, places))))
    for name, found in zip(blocks, places, strict=True):
        if pick < len(found):
            return name, int(found[pick][0]), int(found[pick][1])
        pick -= len(found)
    raise AssertionError


def in_a_cell(kind: str, change: Callable[[float, Random], float | None]) -> Draw:
    def draw(sheet: Sheet, random: Random, blocks: tuple[str, ...] = BLOCKS) -> Drawn | None:
        name, i, j = a_cell(sheet, random, blocks)
        right = float(sheet.blocks[name][i, j])
        wrong = change(right, random)
        if wrong is None:
            return None
        return Drawn(kind, sheet.with_cell(name, i, j, wrong), name, i, j, right)

    return draw


def times(factor: float) -> Draw:
    return in_a_cell(f"×{factor:g}", lambda value, random: value * factor)


def digits_of(value: float) -> str:
    """What the typist sees: up to twelve digits."""
    return f"{abs(value):.12g}"


def swapped_digits(value: float, random: Random) -> float | None:
    text = digits_of(value)
    places = [
        k for k in range(len(text) - 1)
        if text[k].isdigit() and text[k + 1].isdigit() and text[k] != text[k + 1]
    ]  # fmt: skip
    if not places or "e" in text:
        return None
    k = int(random.choice(places))
    return math.copysign(1.0, value) * float(text[:k] + text[k + 1] + text[k] + text[k + 2 :])


def wrong_digit(value: float, random: Random) -> float | None:
    text = digits_of(value)
    if "e" in text:
        return None
    k = int(random.choice([k for k, c in enumerate(text) if c.isdigit()]))
    digits = "123456789" if k == 0 else "0123456789"  # nobody types a leading zero
    digit = str(random.choice([d for d in digits if d != text[k]]))
    return math.copysign(1.0, value) * float(text[:k] + digit + text[k + 1 :])


def a_sector(sheet: Sheet, random: Random) -> int:
    return int(random.integers(sheet.size))


def two_sectors(sheet: Sheet, random: Random) -> tuple[int, int]:
    i, k = random.choice(sheet.size, 2, replace=False)
    return int(i), int(k)


def shifted(axis: str) -> Draw:
    """From a place on, the figures of a row stand one column too far; the gap is filled with 0."""

    def draw(sheet: Sheet, random: Random) -> Drawn:
        i = a_sector(sheet, random)
        flows = sheet.blocks["flows"].copy()
        line = flows[i] if axis == "row" else flows[:, i]
        start = int(random.integers(sheet.size // 2))
        if random.integers(2):
            line[start + 1 :] = line[start:-1].copy()
            line[start] = 0.0
        else:
            line[start:-1] = line[start + 1 :].copy()
            line[-1] = 0.0
        return Drawn(
            f"shifted {axis}", sheet.changed(flows=flows), key="line_shifted",
            words=(f"{axis} {sheet.codes[i]}",),
        )  # fmt: skip

    return draw


def exchanged(axis: str, whole: bool) -> Draw:
    """Two rows or columns in each other's place: the flows, or all that is printed with them."""

    def draw(sheet: Sheet, random: Random) -> Drawn:
        i, k = two_sectors(sheet, random)
        blocks = ["flows"]
        if whole:
            blocks += BLOCKS[1:-1] if axis == "row" else ["primary"]
        done = {}
        for name in blocks:
            block = sheet.blocks[name].copy()
            lines = block if axis == "row" else block.T
            lines[[i, k]] = lines[[k, i]]
            done[name] = block
        kind = f"{'whole ' if whole else ''}{axis}s exchanged"
        what = "the whole rows or the whole columns" if whole else f"the flows in the {axis}s"
        both = " and ".join(sorted((sheet.codes[i], sheet.codes[k])))
        words = (f"{what} of sectors {both}",)
        return Drawn(kind, sheet.changed(**done), key="lines_exchanged", words=words)

    return draw


def transposed(sheet: Sheet, random: Random) -> Drawn:
    flows = sheet.blocks["flows"].T.copy()
    return Drawn("transposed", sheet.changed(flows=flows), key="table_transposed")


def other_unit(axis: str) -> Draw:
    """A row or a column of flows in 亿元 where 万元 are due, or ten times too large, and so on."""

    def draw(sheet: Sheet, random: Random) -> Drawn | None:
        i = a_sector(sheet, random)
        factor = float(random.choice([1e4, 1e-4, 10.0, 0.1]))
        flows = sheet.blocks["flows"].copy()
        line = flows[i] if axis == "row" else flows[:, i]
        if np.count_nonzero(line) < 2:
            return None  # a single figure, not a line
        line *= factor
        return Drawn(
            f"unit of a {axis}", sheet.changed(flows=flows), key="line_scaled",
            words=(f"the flows of {axis} {sheet.codes[i]}",), factor=factor,
        )  # fmt: skip

    return draw


def block_unit(sheet: Sheet, random: Random) -> Drawn:
    """A whole block in the other unit."""
    said = {
        "flows": "all flows",
        "exports": "the figures EX",
        "imports": "the figures IM",
        "output": "the figures GO",
        "primary": "all rows of value added",
    }
    name = str(random.choice(list(said)))
    factor = float(random.choice([1e4, 1e-4]))
    spoilt = sheet.changed(**{name: sheet.blocks[name] * factor})
    return Drawn("unit of a block", spoilt, key="line_scaled", words=(said[name],), factor=factor)


def a_run(sheet: Sheet, random: Random) -> slice:
    length = int(random.integers(3, 9))
    start = int(random.integers(sheet.size - length))
    return slice(start, start + length)


def subtotal_sector(sheet: Sheet, random: Random) -> Drawn:
    """A sum of neighbouring sectors stands among the sectors, behind them."""
    run = a_run(sheet, random)
    at = run.stop
    blocks = {}
    for name, block in sheet.blocks.items():
        grown = block
        if name != "primary":
            grown = np.insert(grown, at, block[run].sum(axis=0), axis=0)
        if name in ("flows", "primary"):
            grown = np.insert(grown, at, grown[:, run].sum(axis=1), axis=1)
        blocks[name] = grown
    codes = (*sheet.codes[:at], "SUM", *sheet.codes[at:])
    spoilt = replace(sheet, codes=codes, blocks=blocks)
    return Drawn("subtotal among sectors", spoilt, key="subtotal_sector", words=("SUM",))


def subtotal_line(sheet: Sheet, random: Random) -> Drawn:
    """The sum of the rows before it is typed over a row."""
    run = a_run(sheet, random)
    flows = sheet.blocks["flows"].copy()
    flows[run.stop] = flows[run].sum(axis=0)
    return Drawn(
        "subtotal over a row", sheet.changed(flows=flows), key="subtotal_line",
        words=(f"the flows of row {sheet.codes[run.stop]}",),
    )  # fmt: skip


CELL_KINDS: tuple[Draw, ...] = (
    times(10.0),
    times(100.0),
    times(0.1),
    times(0.01),
    times(1e4),
    in_a_cell("sign", lambda value, random: -value),
    in_a_cell("digits swapped", swapped_digits),
    in_a_cell("digit wrong", wrong_digit),
)
LINE_KINDS: tuple[Draw, ...] = (
    shifted("row"),
    shifted("column"),
    exchanged("row", whole=False),
    exchanged("row", whole=True),
    exchanged("column", whole=False),
    exchanged("column", whole=True),
    transposed,
    other_unit("row"),
    other_unit("column"),
    block_unit,
    subtotal_sector,
    subtotal_line,
)
ALL_KINDS = (*CELL_KINDS, *LINE_KINDS)

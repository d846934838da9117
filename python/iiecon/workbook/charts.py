"""What a chart shows, as data: its place on the sheet, and the cells behind each of its series.

Colours are those of Okabe and Ito, told apart by colour-blind readers too. Extrapolated years are
series of their own, lighter or dashed, so that the cells decide which years are drawn so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

BLUE, ORANGE, GREEN = "0072B2", "E69F00", "009E73"
VERMILION, GREY, PALE_GREY = "D55E00", "6B6B6B", "D9D9D9"
CHART_FORMATS = {
    "money": "#,##0",
    "people": "#,##0",
    "share": "0.0%",
    "fine_share": "0.00%",
    "rate": "0.00",
}


@dataclass(frozen=True)
class Series:
    """Cells of the chart's own sheet: one with the name, a row or column with the values.

    Lines and points go by the axis at the right. A `light` series holds extrapolated years. Columns
    that are `unseen` only lift those stacked on them.
    """

    name: str
    values: str
    colour: str
    shape: Literal["column", "line", "points"] = "column"
    light: bool = False
    labelled: bool = True
    listed: bool = True
    unseen: bool = False


@dataclass(frozen=True)
class Place:
    """The cells that a chart covers: `rows` x `columns` from (row, column) on."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True)
class Chart:
    """A native chart of Excel.

    `titles` are its lines, Chinese and English; `note` stands below the categories. `overlap` says
    how far the columns of one category stand over each other, in percent. Names of categories may
    stand `upright`, and so may the `tall_labels` of columns. A `small` chart has neither legend nor
    value axis, only labels. The axis of columns starts at zero unless `below_zero`.
    """

    titles: tuple[str, ...]
    place: Place
    categories: str
    series: Sequence[Series]
    format: str
    note: str = ""
    line_format: str = ""
    stacked: bool = False
    overlap: int = 100
    gap: int = 60
    small: bool = False
    upright: bool = False
    tall_labels: bool = False
    below_zero: bool = False


def lighter(colour: str) -> str:
    """The colour of extrapolated years: mixed with white."""
    parts = (int(colour[i : i + 2], 16) for i in (0, 2, 4))
    return "".join(f"{round(0.4 * part + 0.6 * 255):02X}" for part in parts)


def is_dark(colour: str) -> bool:
    """Whether writing on a colour must be white, by its perceived brightness."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128

"""Tables on the screen: no number is ever cut in two, however narrow the window.

Texts fold at blanks and between Chinese characters. Where that is not enough, columns that can be
spared are left out; where it still is not, the table is printed in parts, one below the other.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from iiecon.cli.manners import answers
from iiecon.cli.parsing import columns, wrapped

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Column, Table

WIDTH = 130  # columns of piped output, which has no width of its own
LONGEST_WORD = 30  # columns; a longer word in a text is broken
FRAME = 3  # columns between two cells, and one more before the first


def wide_console(width: int = WIDTH) -> Console:
    """A console for tables; piped output gets enough columns for a table not to be cut."""
    from rich.console import Console

    return Console(
        width=None if sys.stdout.isatty() else width, soft_wrap=False, quiet=not answers()
    )


def show(table: Table, width: int = WIDTH, spare: Iterable[int] = (), least: int = 1) -> None:
    """Print a table and below it its caption.

    `spare`: columns, by number, to leave out where the window is narrow. The first `least` columns
    say what a row is: they stand in every part of a table that is divided.
    """
    console = wide_console(width)
    caption, table.caption = str(table.caption or ""), None
    for part in _parts(table, console.width, set(spare), least):
        console.print(part)
    for line in caption.splitlines():
        for piece in wrapped(line, console.width):
            console.print(piece, markup=False, highlight=False, no_wrap=True, crop=False)


def texts_of(table: Table) -> int:
    """How many columns of texts, which say what a row is, stand before those of numbers."""
    kinds = [column.justify == "right" for column in table.columns]
    return kinds.index(True) if True in kinds else len(kinds) - 1


def _parts(table: Table, width: int, spare: set[int], least: int) -> Iterator[Table]:
    every = range(len(table.columns))
    chosen = [i for i in every if i not in spare or _fit(table, every, width)]
    names, rest = chosen[:least], chosen[least:]
    while rest:
        count = len(rest)
        while count > 1 and not _fit(table, [*names, *rest[:count]], width):
            count -= 1
        yield _part(table, [*names, *rest[:count]], width)
        rest = rest[count:]


def _fit(table: Table, chosen: Sequence[int], width: int) -> bool:
    return sum(_least(table.columns[i]) + FRAME for i in chosen) + 1 <= width


def _part(table: Table, chosen: Sequence[int], width: int) -> Table:
    """Some columns of a table at widths that are enough for them."""
    from rich.table import Table

    part = Table(title=table.title, show_header=table.show_header)
    columns_of_part = [table.columns[i] for i in chosen]
    for column, given in zip(columns_of_part, _widths(columns_of_part, width), strict=True):
        lines = [wrapped(line, given) for line in str(column.header).splitlines()]
        header = "\n".join(line for pieces in lines for line in pieces)
        part.add_column(header, justify=column.justify, width=given, overflow="fold")
    for row in zip(*(column.cells for column in columns_of_part), strict=True):
        part.add_row(*row)
    return part


def _widths(chosen: Sequence[Column], width: int) -> list[int]:
    """What each column needs, and of what is left what it would like: texts alike, then heads."""
    needed = [_least(column) for column in chosen]
    wanted = [max(map(columns, _lines(column)), default=1) for column in chosen]
    left = width - 1 - sum(needed) - FRAME * len(chosen)
    for right in (False, True):
        wishes = [i for i, column in enumerate(chosen) if (column.justify == "right") == right]
        wishes.sort(key=lambda i: wanted[i] - needed[i])
        for done, i in enumerate(wishes):
            more = max(0, min(wanted[i] - needed[i], left // (len(wishes) - done)))
            needed[i] += more
            left -= more
    return needed


def _least(column: Column) -> int:
    """How many columns of the screen it takes so that no number, and no word, is cut in two."""
    words = [word for line in _lines(column) for word in wrapped(line, 1)]
    if column.justify == "right":
        words += [line for cell in column.cells for line in str(cell).splitlines()]
        return max(map(columns, words), default=1)
    return min(max(map(columns, words), default=1), LONGEST_WORD)


def _lines(column: Column) -> list[str]:
    return [line for cell in (column.header, *column.cells) for line in str(cell).splitlines()]

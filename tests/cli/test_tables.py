"""Tables on the screen: whole numbers and words, however narrow the window."""

from __future__ import annotations

import io
import re
import sys

import pytest
from rich.table import Table

from iiecon.cli.parsing import columns
from iiecon.cli.tables import show

NUMBERS = ("35,536.4", "34,830.1", "1,234.5", "99.00%")


class Window(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(
    width: int, monkeypatch: pytest.MonkeyPatch, caption: str = "", **options: object
) -> list[str]:
    window = Window()
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", window)
    table = Table(title="t", caption=caption)
    table.add_column("quantity")
    for head in ("model", "standard deviation", "median", "largest gap of all"):
        table.add_column(head, justify="right")
    table.add_row("Indirect value added of the nation", *NUMBERS)
    table.add_row("industry.A.2020.value_added", *NUMBERS)
    show(table, **options)  # type: ignore[arg-type]
    return re.sub(r"\x1b\[[\d;]*m", "", window.getvalue()).splitlines()


@pytest.mark.parametrize("width", [200, 100, 80, 66, 52, 46])
def test_no_number_and_no_word_is_cut(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = shown(width, monkeypatch)
    assert max(map(columns, lines)) <= width
    text = "\n".join(lines)
    assert all(text.count(number) == 2 for number in NUMBERS)
    for word in ("standard", "deviation", "median", "largest", "industry.A.2020.value_added"):
        assert re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", text)


def test_spare_columns_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    wide, narrow = (shown(width, monkeypatch, spare=[2]) for width in (100, 70))
    assert any("deviation" in line for line in wide)
    assert not any("deviation" in line for line in narrow)
    assert sum("industry.A" in line for line in narrow) == 1  # one table, not parts of it


def test_a_caption_is_as_wide_as_the_window_and_begins_on_the_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caption = "C+D+N and the like: industries [that] reach into several sections\nsecond"
    lines = shown(120, monkeypatch, caption)
    assert lines[-2:] == caption.split("\n")

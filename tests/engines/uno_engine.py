"""An xlwings engine over LibreOffice, as much of it as the buttons of the workbook use.

The code behind the ribbon runs through the real xlwings API on a real spreadsheet program. It sees
what Excel would show: Excel's formulas, and values as COM hands them over. A headless program has
no window for messages, so three things are only recorded: alerts, the status bar, and whether the
screen is still.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xlwings as xw

from iiecon.spreadsheet.values import a1, parse_area
from tests.libreoffice import office
from tests.libreoffice.office import OfficeError
from udfs import FUNCTIONS
from udfs.libreoffice.extension import SERVICE, method

NAME = "libreoffice"

# Calc's error numbers, and how COM hands over the same errors.
COM_ERRORS = {521: 2000, 532: 2007, 519: 2015, 524: 2023, 525: 2029, 503: 2036, 32767: 2042}
COM_BASE = -2146828288
FORMULA_PARTS = re.compile(
    r"""(?P<text>"[^"]*")|(?P<separator>;)|(?P<truth>TRUE|FALSE)\(\)|(?P<function>[\w.]+)(?=\()"""
    r"""|\$?(?P<sheet>'(?:[^']|'')+'|[^\W\d]\w*)\.(?=\$?[A-Z]{1,3}\$?\d)"""
)
# Our functions as LibreOffice writes them, by their names in Excel.
OWN_NAMES = {f"{SERVICE}.{method(f)}".upper(): f.name for f in FUNCTIONS.values()}


@contextmanager
def running(home: Path) -> Iterator[xw.App]:
    """A LibreOffice with the profile of a home, as an xlwings app."""
    with office.running(home, "engine_script.py") as started:
        engine, before = Engine(started), xw.engines.active
        xw.engines.add(xw.Engine(impl=engine))
        xw.engines[NAME].activate()
        try:
            yield xw.App(impl=engine.app)
        finally:
            xw.engines.active = before


class Engine:
    """One LibreOffice."""

    name = NAME
    type = "desktop"

    def __init__(self, running_office: office.Office) -> None:
        self.app = App(self, running_office)

    @property
    def apps(self) -> Any:
        return [self.app]

    @staticmethod
    def prepare_xl_data_element(value: Any, options: Any) -> Any:
        """As for Excel: blank is empty text."""
        return "" if value is None else value

    @staticmethod
    def clean_value_data(data: Any, *how: Any) -> Any:
        """Values as they are: the buttons read raw ones."""
        return data


class App:
    """The program. `alerts` and `statuses` tell what a user would have seen."""

    def __init__(self, engine: Engine, running_office: office.Office) -> None:
        self.engine = engine
        self.office = running_office
        self.books = Books(self)
        self.alerts: list[tuple[str, str | None]] = []
        self.statuses: list[str | bool] = [False]
        self.screen_updating = True

    api = None
    pid = 1

    def activate(self, steal_focus: bool = False) -> None:
        """There is only one."""

    @property
    def selection(self) -> Range:
        book = self.books.active
        sheet, area = self.office.selection(book.number)
        return Range(Sheet(book, sheet), area)

    @property
    def calculation(self) -> str:
        automatic = self.office.automatic(self.books.active.number)
        return "automatic" if automatic else "manual"

    @calculation.setter
    def calculation(self, mode: str) -> None:
        for book in self.books:
            self.office.set_automatic(book.number, mode == "automatic")

    def calculate(self) -> None:
        self.office.calculate()

    @property
    def status_bar(self) -> str | bool:
        return self.statuses[-1]

    @status_bar.setter
    def status_bar(self, text: str | bool) -> None:
        self.statuses.append(text)

    def alert(self, prompt: str, title: str, buttons: str, mode: str | None, callback: None) -> str:
        self.alerts.append((prompt, mode))
        return "ok"


class Books:
    """The open documents; the one opened last is active."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._open: list[Book] = []

    @property
    def active(self) -> Book:
        return self._open[-1]

    def __call__(self, name: str) -> Book:
        found = [book for book in self._open if book.name == name]
        if not found:
            raise KeyError(name)
        return found[0]

    def open(self, fullname: str, *options: Any) -> Book:
        book = Book(self.app, Path(fullname), self.app.office.open(fullname))
        self._open.append(book)
        return book

    def closed(self, book: Book) -> None:
        self._open.remove(book)

    def __iter__(self) -> Iterator[Book]:
        return iter(self._open)

    def __len__(self) -> int:
        return len(self._open)


class Book:
    """One document."""

    def __init__(self, app: App, path: Path, number: int) -> None:
        self.app, self.number = app, number
        self.name, self.fullname = path.name, str(path)
        self.sheets = Sheets(self)
        self.names = Names(self)

    api = None

    def activate(self) -> None:
        """There is no window to bring to the front."""

    def close(self) -> None:
        self.app.office.close(self.number)
        self.app.books.closed(self)


class Sheets:
    """The sheets of a document."""

    def __init__(self, book: Book) -> None:
        self._book = book

    api = None

    @property
    def active(self) -> Sheet:
        return Sheet(self._book, self._book.app.office.active_sheet(self._book.number))

    def _names(self) -> list[str]:
        return list(self._book.app.office.sheets(self._book.number))

    def __call__(self, key: int | str) -> Sheet:
        names = self._names()
        name = names[key - 1] if isinstance(key, int) else key
        if name not in names:
            raise OfficeError(f"no sheet {name}")
        return Sheet(self._book, name)

    def __contains__(self, key: str) -> bool:
        return key in self._names()

    def __iter__(self) -> Iterator[Sheet]:
        return (Sheet(self._book, name) for name in self._names())

    def __len__(self) -> int:
        return len(self._names())


class Sheet:
    """One sheet."""

    def __init__(self, book: Book, name: str) -> None:
        self.book, self.name = book, name

    api = None
    visible = True

    def ask(self, question: str, *arguments: Any) -> Any:
        """Ask the program something about this sheet."""
        return getattr(self.book.app.office, question)(self.book.number, self.name, *arguments)

    @property
    def used_range(self) -> Range:
        return Range(self, self.ask("used"))

    def activate(self) -> None:
        self.ask("select", None)

    def range(self, first: Any, last: Any = None) -> Range:
        """By corners, by (row, column, height, width) or by address; A1# as Excel has it."""
        if isinstance(first, str):
            anchor = parse_area(first.rstrip("#"))
            area = [anchor.row1 - 1, anchor.col1 - 1, anchor.row2 - 1, anchor.col2 - 1]
            if first.endswith("#"):
                area = self.ask("array", area)
                if area is None:
                    raise OfficeError(f"{first}: nothing has spilled from there")
            return Range(self, area)
        first, last = (
            (c.row, c.column) if isinstance(c, Range) and len(c) == 1 else c for c in (first, last)
        )
        row1, col1, *size = first
        height, width = size or (1, 1)
        row2, col2 = last or (row1 + height - 1, col1 + width - 1)
        return Range(self, [row1 - 1, col1 - 1, row2 - 1, col2 - 1])


class Range:
    """Cells of a sheet."""

    def __init__(self, sheet: Sheet, area: list[int]) -> None:
        self.sheet, self._area = sheet, area

    @property
    def api(self) -> Sheet:
        """Something true that has none of Excel's own attributes, so that xlwings writes."""
        return self.sheet

    @property
    def row(self) -> int:
        return self._area[0] + 1

    @property
    def column(self) -> int:
        return self._area[1] + 1

    @property
    def shape(self) -> tuple[int, int]:
        top, left, bottom, right = self._area
        return bottom - top + 1, right - left + 1

    max_cells_per_read = max_cells_per_write = None

    def __len__(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def address(self) -> str:
        return self.get_address(True, True, False)

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:
        top, left, bottom, right = self._area
        corners = dict.fromkeys((a1(top + 1, left + 1), a1(bottom + 1, right + 1)))
        dollars = ("$" if col_absolute else "", "$" if row_absolute else "")
        return ":".join(re.sub("([A-Z]+)", r"{}\1{}".format(*dollars), c) for c in corners)

    def __call__(self, row: int, column: int) -> Range:
        """A cell by its place in the range, from 1."""
        top, left = self._area[0] + row - 1, self._area[1] + column - 1
        return Range(self.sheet, [top, left, top, left])

    @property
    def raw_value(self) -> Any:
        values, texts = self.sheet.ask("values", self._area), self._texts()
        rows = tuple(
            tuple(_as_com(v, t) for v, t in zip(*line, strict=True))
            for line in zip(values, texts, strict=True)
        )
        return rows[0][0] if len(self) == 1 else rows

    @raw_value.setter
    def raw_value(self, given: Any) -> None:
        rows = given if isinstance(given, list | tuple) else [[given]]
        # Excel empties a cell that is given an empty text.
        cells = [[None if v == "" else v for v in row] for row in rows]
        self.sheet.ask("set_values", self._area, cells)

    def _texts(self) -> list[list[str]]:
        return list(self.sheet.ask("formulas", self._area))

    @property
    def formula2(self) -> Any:
        rows = tuple(tuple(map(excel_formula, row)) for row in self._texts())
        return rows[0][0] if len(self) == 1 else rows

    @property
    def formula(self) -> Any:
        return self.formula2

    @formula.setter
    def formula(self, given: Any) -> None:
        rows = given if isinstance(given, list | tuple) else [[given]]
        assert not any(str(v).startswith("=") for row in rows for v in row), "constants only"
        self.sheet.ask("set_formulas", self._area, [[str(v) for v in row] for row in rows])

    @property
    def has_array(self) -> bool:
        """Excel's spilling formulas are the only arrays of our workbook: none is a fixed one."""
        return False

    def select(self) -> None:
        self.sheet.ask("select", self._area)


class Names:
    """The defined names of a document and of its sheets."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def _ask(self, question: str, *arguments: Any) -> Any:
        return getattr(self._book.app.office, question)(self._book.number, *arguments)

    def __call__(self, key: int | str) -> Name:
        if isinstance(key, int):
            return self.snapshot()[key - 1][1]
        content = self._ask("name", key)
        if content is None:
            raise OfficeError(f"no name {key}")
        return Name(self._book, key, content)

    def snapshot(self) -> list[tuple[str, Name]]:
        pairs = self._ask("names")
        return [(name, Name(self._book, name, content)) for name, content in pairs]

    def contains(self, key: str) -> bool:
        return self._ask("name", key) is not None

    def __len__(self) -> int:
        return len(self.snapshot())


class Name:
    """One defined name."""

    def __init__(self, book: Book, name: str, content: str) -> None:
        self._book, self.name = book, name
        self.refers_to = excel_formula(f"={content}")

    @property
    def refers_to_range(self) -> Range:
        sheet, _, area = self.refers_to.removeprefix("=").rpartition("!")
        return Sheet(self._book, sheet.strip("'").replace("''", "'")).range(area)


def excel_formula(text: str) -> str:
    """A cell's text in Excel's writing, from LibreOffice's."""
    if text.startswith("'"):
        return text[1:]
    text = text[1:-1] if text.startswith("{=") else text
    return FORMULA_PARTS.sub(_excel_part, text) if text.startswith("=") else text


def _excel_part(found: re.Match[str]) -> str:
    if found["separator"]:
        return ","
    if found["truth"]:
        return found["truth"]
    if found["function"]:
        return OWN_NAMES.get(found[0].upper(), found[0])
    return f"{found['sheet']}!" if found["sheet"] else found[0]


def _as_com(value: Any, text: str) -> Any:
    """A value as COM hands it over: an error as its number, a blank cell as None."""
    if isinstance(value, dict):
        return COM_BASE + COM_ERRORS.get(value["error"], 2015)
    return None if value == "" and not text else value

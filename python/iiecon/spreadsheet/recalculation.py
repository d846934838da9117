"""One pass over all formula cells of a book, each evaluated after everything it reads."""

from collections import defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias, TypeVar

from iiecon.spreadsheet import formula as tree
from iiecon.spreadsheet.evaluate import Evaluation, OwnFunctions, Reference
from iiecon.spreadsheet.package import find_name
from iiecon.spreadsheet.sheet_reader import Cell, Position
from iiecon.spreadsheet.values import (
    BAD_REFERENCE,
    BAD_VALUE,
    MAX_ARRAY,
    MAX_COL,
    MAX_ROW,
    Area,
    ErrorResult,
    ExcelError,
    Matrix,
    NotEvaluated,
    Scalar,
    Value,
    a1,
    as_value,
    elementwise,
)

Key: TypeAlias = tuple[str, int, int]
"""A cell of the workbook: sheet, row, column."""

_MAX_CACHED = 2_000_000
_MAX_RESULTS = 500_000
"""Cells that all formulas together may fill; those of the shipped workbook fill some 20 000."""
_T = TypeVar("_T")


@dataclass
class Calculation:
    """The outcome for each formula cell and each cell its array covers.

    ``values`` has a value for every cell computed, None where an array shrank away; ``spills``
    the range of each dynamic array. ``unevaluated`` gives reasons, ``failures`` the exceptions
    behind the error values of our own functions and of blocked arrays.
    """

    values: dict[Key, Scalar] = field(default_factory=dict)
    spills: dict[Key, Area] = field(default_factory=dict)
    unevaluated: dict[Key, str] = field(default_factory=dict)
    failures: dict[Key, Exception] = field(default_factory=dict)


class SpillBlocked(Exception):  # noqa: N818
    """A dynamic array has no room; ``obstacle`` says what is in the way."""

    excel_error = "#SPILL!"

    def __init__(self, obstacle: str) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


class StoredCells(Protocol):
    """The cells of one sheet."""

    @property
    def cells(self) -> Mapping[Position, Cell]:
        """The non-empty cells by row and column."""


class StoredBook(Protocol):
    """The sheets and names that are recalculated."""

    @property
    def sheets(self) -> Mapping[str, StoredCells]:
        """The worksheets by name."""

    @property
    def names(self) -> Mapping[str, str]:
        """What the names of the workbook refer to."""

    @property
    def local_names(self) -> Mapping[tuple[str, str], str]:
        """What the names of single sheets refer to, by sheet and name."""


class _Needs(Exception):  # noqa: N818
    """An evaluation has to wait for these cells."""

    def __init__(self, keys: list[Key]) -> None:
        super().__init__(keys)
        self.keys = keys


class _Depends(NotEvaluated):
    """A value cannot be computed because another cell could not."""

    def __init__(self, culprit: Key, reason: str) -> None:
        super().__init__(f"depends on {_address(culprit)}: {reason}")
        self.origin = culprit, reason


class Recalculation:
    """One pass; ``expected`` says which cells each array is assumed to cover.

    A formula that reads a cell still waiting is interrupted by ``_Needs`` and evaluated again
    later, so chains of any length need no recursion. ``outdated`` holds the arrays that have
    grown over cells which had been read as empty before.
    """

    def __init__(
        self,
        book: StoredBook,
        own: OwnFunctions,
        stored: Mapping[Key, Area],
        expected: Mapping[Key, Area],
    ) -> None:
        self.outdated: set[Key] = set()
        self._result = Calculation()
        self._book, self._own = book, own
        self._stored, self._expected = stored, expected
        self._sheet_names = {name.casefold(): name for name in book.sheets}
        self._formulas: dict[Key, Cell] = {}
        self._values: dict[str, dict[Position, Scalar]] = {}
        self._waiting: dict[str, dict[Position, Position]] = {}
        self._broken: dict[str, dict[Position, tuple[Key, str]]] = defaultdict(dict)
        self._own_results: dict[tuple[Key, int], Value] = {}
        self._cache: dict[tuple[str, Area], Matrix] = {}
        self._cached_cells = 0
        self._named: dict[tuple[str, str], tree.Expression] = {}
        self._areas_read: set[tuple[str, Area]] = set()
        self._current: Key = ("", 0, 0)
        for sheet in book.sheets:
            self._load(sheet)
        self._take_array_cells()
        self._last_row, self._last_col = self._extent()

    def _load(self, sheet: str) -> None:
        values: dict[Position, Scalar] = {}
        waiting: dict[Position, Position] = {}
        for position, cell in self._book.sheets[sheet].cells.items():
            if cell.formula is None:
                values[position] = cell.value
            else:
                self._formulas[(sheet, *position)] = cell
                waiting[position] = position
        self._values[sheet], self._waiting[sheet] = values, waiting

    def _take_array_cells(self) -> None:
        """Cells that arrays cover are results: forget stored ones, wait for expected ones."""
        for key, area in self._stored.items():
            for position in area.cells():
                self._values[key[0]].pop(position, None)
        for (sheet, row, col), area in self._expected.items():
            for position in area.cells():
                self._waiting[sheet].setdefault(position, (row, col))

    def _extent(self) -> tuple[int, int]:
        """The last row and the last column in use on any sheet."""
        groups: list[Mapping[Position, object]] = [*self._values.values(), *self._waiting.values()]
        rows = (row for group in groups for row, _ in group)
        cols = (col for group in groups for _, col in group)
        return max(rows, default=1), max(cols, default=1)

    # Order of evaluation

    def finish(self, sheets: Container[str] | None = None) -> Calculation:
        """Evaluate everything, growing arrays first so that the rest sees their new extent; or
        only the formulas of some sheets, with all that they need.
        """
        for key in sorted(self._formulas, key=lambda key: not self._formulas[key].dynamic):
            if sheets is None or key[0] in sheets:
                self._settle(key)
        return self._result

    def _settle(self, key: Key) -> None:
        """Evaluate a cell after all that it needs; ``path`` holds the interrupted cells."""
        stack, path = [key], dict[Key, None]()
        while stack:
            key = stack[-1]
            if self._waiting[key[0]].get(key[1:]) != key[1:]:
                path.pop(stack.pop(), None)
                continue
            path[key] = None
            try:
                self._evaluate(key)
            except _Needs as needs:
                if any(needed in path for needed in needs.keys):
                    self._break_circle(list(path), needs.keys)
                else:
                    stack += needs.keys

    def _break_circle(self, path: list[Key], needed: list[Key]) -> None:
        first = min(path.index(key) for key in needed if key in path)
        for key in path[first:]:
            self._give_up(key, key, "circular")

    def _evaluate(self, key: Key) -> None:
        cell, self._current = self._formulas[key], key
        evaluation = Evaluation(self, self._own, key[0], cell.array_ref is not None)
        try:
            self._place(key, cell, evaluation.value(tree.parse(cell.formula or "")))
        except _Depends as problem:
            self._give_up(key, *problem.origin)
        except NotEvaluated as problem:
            self._give_up(key, key, str(problem))
        except RecursionError:
            self._give_up(key, key, "nested too deeply")

    def _give_up(self, key: Key, culprit: Key, reason: str) -> None:
        own = culprit == key
        self._result.unevaluated[key] = reason if own else str(_Depends(culprit, reason))
        for position in self._release(key):
            self._broken[key[0]][position] = culprit, reason

    def _release(self, key: Key) -> list[Position]:
        """Stop waiting for a formula; returns the cells that waited for it."""
        waiting = self._waiting[key[0]]
        area = self._expected.get(key, _area_at(key, [[None]]))
        released = [p for p in area.cells() if waiting.get(p) == key[1:]]
        for position in released:
            del waiting[position]
        return released

    # Placing results

    def _place(self, key: Key, cell: Cell, value: Value) -> None:
        matrix = value if isinstance(value, list) else [[value]]
        if cell.dynamic:
            matrix = self._spill(key, matrix)
        elif cell.array_ref:
            matrix = _filling(self._stored[key], value)
        elif _shape(matrix) != (1, 1):
            raise NotEvaluated("implicit intersection")
        self._store(key, matrix)

    def _spill(self, key: Key, matrix: Matrix) -> Matrix:
        """Take the room for a dynamic array, or make its value the error of a blocked one."""
        area = _area_at(key, matrix)
        obstacle = self._obstacle(key, area)
        if obstacle:
            self._result.failures[key] = SpillBlocked(obstacle)
            matrix = [[ExcelError(SpillBlocked.excel_error)]]
            area = _area_at(key, matrix)
        self._note_growth(key, area)
        self._result.spills[key] = area
        self._last_row = max(self._last_row, area.row2)
        self._last_col = max(self._last_col, area.col2)
        return matrix

    def _obstacle(self, key: Key, area: Area) -> str:
        """The first cell in the way of an array; empty when there is none."""
        sheet, anchor = key[0], key[1:]
        if area.row2 > MAX_ROW or area.col2 > MAX_COL:
            return f"the edge of {sheet}"
        if area.size == 1:
            return ""
        waiting = {p: o for p, o in _within(self._waiting[sheet], area) if o != anchor}
        taken = [position for position, owner in waiting.items() if position == owner]
        taken += [p for p, value in _within(self._values[sheet], area) if value is not None]
        taken += [p for p, _ in _within(self._broken[sheet], area)]
        if waiting and not taken:
            raise _Needs([(sheet, *owner) for owner in set(waiting.values())])
        return _address((sheet, *min(taken))) if taken else ""

    def _note_growth(self, key: Key, area: Area) -> None:
        expected = self._expected[key]
        if expected.covers(area):
            return
        for sheet, read in self._areas_read:
            common = read.common(area) if sheet == key[0] else None
            if common and not expected.covers(common):
                self.outdated.add(key)

    def _store(self, key: Key, matrix: Matrix) -> None:
        """Keep the values of a formula, and clear the cells its array no longer covers."""
        sheet, row, col = key
        values, results = self._values[sheet], self._result.values
        height, width = _shape(matrix)
        if len(results) + height * width > _MAX_RESULTS:
            raise NotEvaluated(f"an array of {height} × {width} cells")
        self._release(key)
        for i, line in enumerate(matrix, row):
            for j, value in enumerate(line, col):
                values[i, j] = results[sheet, i, j] = 0.0 if value is None else value
        if key in self._stored:
            for position in self._stored[key].cells():
                if (sheet, *position) not in self._formulas:
                    results.setdefault((sheet, *position), None)

    # What formulas see

    def read(self, sheet: str, area: Area) -> Matrix:
        """The values of a range; whole columns and rows end where the book does."""
        if known := self._cache.get((sheet, area)):
            return known
        sheet = self._known_sheet(sheet)
        self._areas_read.add((sheet, area))
        row2 = max(area.row1, self._last_row) if area.row2 == MAX_ROW else area.row2
        col2 = max(area.col1, self._last_col) if area.col2 == MAX_COL else area.col2
        area = Area(area.row1, area.col1, row2, col2)
        if area.size > MAX_ARRAY:
            raise NotEvaluated(f"the range {area} is too large")
        self._require(sheet, area)
        return self._cache.get((sheet, area)) or self._fresh_read(sheet, area)

    def _fresh_read(self, sheet: str, area: Area) -> Matrix:
        get, columns = self._values[sheet].get, range(area.col1, area.col2 + 1)
        matrix = [[get((r, c)) for c in columns] for r in range(area.row1, area.row2 + 1)]
        if 1 < area.size <= _MAX_CACHED - self._cached_cells:
            self._cached_cells += area.size
            self._cache[sheet, area] = matrix
        return matrix

    def _known_sheet(self, sheet: str) -> str:
        known = self._sheet_names.get(sheet.casefold())
        if known is None:
            raise NotEvaluated(f"there is no sheet {sheet!r}")
        return known

    def _require(self, sheet: str, area: Area) -> None:
        """Make sure that everything in the range has been evaluated."""
        waiting = _within(self._waiting[sheet], area)
        if waiting:
            raise _Needs([(sheet, *owner) for owner in {owner for _, owner in waiting}])
        broken = _within(self._broken[sheet], area)
        if broken:
            raise _Depends(*min(broken)[1])

    def spilled(self, sheet: str, area: Area) -> Area:
        """The range a dynamic array has taken."""
        sheet = self._known_sheet(sheet)
        self._require(sheet, area)
        spill = self._result.spills.get((sheet, area.row1, area.col1))
        if spill is None:
            raise ErrorResult(BAD_REFERENCE)
        return spill

    def named(self, sheet: str, name: str) -> tree.Expression:
        """What a defined name stands for."""
        if (sheet, name) not in self._named:
            self._named[sheet, name] = self._look_up(sheet, name)
        return self._named[sheet, name]

    def _look_up(self, sheet: str, name: str) -> tree.Expression:
        text = find_name(self._book.names, self._book.local_names, name, sheet)
        if text is None:
            raise NotEvaluated(f"there is no name {name!r}")
        expression = tree.parse(text)
        if isinstance(expression, tree.Unsupported):
            raise NotEvaluated(f"the name {name!r}: {expression.reason}")
        if tree.has_relative_references(text):
            raise NotEvaluated(f"the name {name!r} is relative to the cell that uses it")
        return expression

    def formula(self, sheet: str, row: int, col: int) -> str | None:
        """The formula of a cell without "=", None where there is none."""
        cell = self._formulas.get((self._known_sheet(sheet), row, col))
        return cell.formula if cell else None

    def call_own(self, node: tree.Call, arguments: list[Value | Reference]) -> Value:
        """Call one of our own functions, once even if the formula is evaluated again."""
        memory = self._current, id(node)
        if memory not in self._own_results:
            self._own_results[memory] = self._fresh_call(node.name, arguments)
        return self._own_results[memory]

    def _fresh_call(self, name: str, arguments: list[Value | Reference]) -> Value:
        try:
            return as_value(self._own[name](*arguments))
        except Exception as failure:
            # A function that trips over odd arguments fails in its own cell, not the whole run.
            self._result.failures[self._current] = failure
            return ExcelError(getattr(failure, "excel_error", BAD_VALUE.code))


def _address(key: Key) -> str:
    sheet, row, col = key
    return f"{sheet}!{a1(row, col)}"


def _shape(matrix: Matrix) -> tuple[int, int]:
    return len(matrix), len(matrix[0])


def _area_at(key: Key, matrix: Matrix) -> Area:
    height, width = _shape(matrix)
    return Area(key[1], key[2], key[1] + height - 1, key[2] + width - 1)


def _filling(area: Area, value: Value) -> Matrix:
    """A value stretched over the fixed range of a legacy array formula; #N/A beyond its end."""
    blank: Matrix = [[None] * area.width for _ in range(area.height)]
    stretched = elementwise(lambda _, element: element, [blank, value])
    rows = stretched if isinstance(stretched, list) else [[stretched]]
    return [row[: area.width] for row in rows[: area.height]]


def _within(cells: Mapping[Position, _T], area: Area) -> list[tuple[Position, _T]]:
    """The entries whose cells lie in the range, by whichever walk is shorter."""
    if not cells:
        return []
    if area.size == 1:
        return [(area[:2], cells[area[:2]])] if area[:2] in cells else []
    if area.size <= len(cells):
        return [(p, cells[p]) for p in area.cells() if p in cells]
    return [(p, entry) for p, entry in cells.items() if area.holds(*p)]

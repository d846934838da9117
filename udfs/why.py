"""Why a cell shows what it shows: a number's arithmetic; an error from cell to cell to where it
begins, then what is wrong there.

Works on any program that can show a cell's value and formula (`Sheets`): the headless engine, an
open workbook in Excel, LibreOffice.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from iiecon import catalogue
from iiecon.findings import Finding, InputError
from iiecon.spreadsheet import formula as tree
from iiecon.spreadsheet.evaluate import Evaluation, Reference, Sheets
from iiecon.spreadsheet.values import (
    Area,
    ErrorResult,
    ExcelError,
    Matrix,
    NotEvaluated,
    Value,
    a1,
    as_value,
)
from udfs import registry

Language = Literal["both", "zh", "en"]
Place = tuple[str, int, int]
LONGEST_CHAIN = 100


def explain(reference: Reference, language: Language = "both") -> str:
    """Where the first error among the cells comes from, and what to do. Without any: the
    arithmetic behind the number of a single cell, "" for a range.
    """
    from iiecon.why import short_text  # it reads the functions, which are not there yet above

    sheets, sheet, area = reference.sheets, reference.sheet, reference.area
    start = _first_error(sheets, sheet, area)
    if start is None:
        place = (sheet, area.row1, area.col1)
        return short_text(sheets, place, language) if area.size == 1 else ""
    place, visited = start, {start}
    while len(visited) < LONGEST_CHAIN:
        following = _cause(sheets, place)
        if isinstance(following, Finding):
            return _text(following, place, language)
        if following in visited:
            break
        place = following
        visited.add(place)
    return _text(Finding("error", "circle"), place, language)


def _cause(sheets: Sheets, place: Place) -> Finding | Place:
    """The cell that an error was taken from, or what went wrong in this one."""
    sheet, row, col = place
    value = sheets.read(sheet, Area(row, col, row, col))[0][0]
    shown = value.code if isinstance(value, ExcelError) else value
    formula = sheets.formula(sheet, row, col)
    if formula is None:
        return Finding("error", "cell_error", {"value": shown})
    tracer = _Tracer(sheets, sheet)
    expression = tree.parse(formula)
    try:
        tracer.evaluation.value(expression)
    except _Failed as failed:
        return failed.passed_on or failed.finding
    except NotEvaluated as problem:
        return Finding("error", "formula_error", {"value": shown, "reason": str(problem)})
    except ErrorResult:
        pass
    for used_sheet, used_area in tracer.places_in(expression):
        found = _first_error(sheets, used_sheet, used_area)
        if found is not None and found != place:
            return found
    return Finding("error", "formula_error", {"value": shown, "reason": f"={formula}"})


class _Failed(Exception):  # noqa: N818
    """One of our functions refused its arguments."""

    def __init__(self, finding: Finding, passed_on: Place | None) -> None:
        super().__init__(finding.key)
        self.finding, self.passed_on = finding, passed_on


class _Tracer:
    """Sheets as they are, but a refusal of one of our functions ends the evaluation."""

    def __init__(self, sheets: Sheets, sheet: str) -> None:
        self._sheets, self._sheet = sheets, sheet
        self.evaluation = Evaluation(self, registry.FUNCTIONS, sheet, array=True)

    def read(self, sheet: str, area: Area) -> Matrix:
        """The values of a range."""
        return self._sheets.read(sheet, area)

    def spilled(self, sheet: str, area: Area) -> Area:
        """The range that the anchor cell has spilled to."""
        return self._sheets.spilled(sheet, area)

    def named(self, sheet: str, name: str) -> tree.Expression:
        """What a defined name stands for."""
        return self._sheets.named(sheet, name)

    def formula(self, sheet: str, row: int, col: int) -> str | None:
        """The formula of a cell."""
        return self._sheets.formula(sheet, row, col)

    def call_own(self, node: tree.Call, arguments: list[Value | Reference]) -> Value:
        """The result of a function; its refusal as _Failed."""
        try:
            return as_value(registry.FUNCTIONS[node.name](*arguments))
        except InputError as error:
            finding = error.findings[0]
            cell = self._cell_at_fault(node, finding)
            passed = cell if finding.key == "cell_error" and cell is not None else None
            sheet, address = (cell[0], a1(*cell[1:])) if cell is not None else ("", "")
            told = Finding("error", finding.key, finding.values, sheet=sheet, cell=address)
            raise _Failed(told, passed) from error

    def places_in(self, node: tree.Expression) -> Iterator[tuple[str, Area]]:
        """Every range that an expression refers to, names resolved."""
        place = None
        try:
            place = self.evaluation.place_of(node)
        except (NotEvaluated, ErrorResult):
            return
        if place is not None:
            yield place
        match node:
            case tree.Call(_, arguments):
                for argument in arguments:
                    yield from self.places_in(argument)
            case tree.Binary(_, left, right):
                yield from self.places_in(left)
                yield from self.places_in(right)
            case tree.Unary(_, operand):
                yield from self.places_in(operand)

    def _cell_at_fault(self, node: tree.Call, finding: Finding) -> Place | None:
        """The cell that a finding on an argument means; None when the argument is no range."""
        names = [a.name for a in registry.FUNCTIONS[node.name].arguments]
        if finding.table not in names or names.index(finding.table) >= len(node.arguments):
            return None
        place = self.evaluation.place_of(node.arguments[names.index(finding.table)])
        if place is None:
            return None
        sheet, area = place
        row, col = finding.row or 0, finding.column or 0
        if finding.column is None and area.height == 1:
            row, col = 0, row
        return sheet, area.row1 + row, area.col1 + col


def _first_error(sheets: Sheets, sheet: str, area: Area) -> Place | None:
    for i, line in enumerate(sheets.read(sheet, area)):
        for j, value in enumerate(line):
            if isinstance(value, ExcelError):
                return sheet, area.row1 + i, area.col1 + j
    return None


def _text(finding: Finding, place: Place, language: Language) -> str:
    """`SHEET!CELL: what is wrong; what to do`, in the language asked for."""
    where = finding.place or f"{place[0]}!{a1(place[1], place[2])}"
    if language == "both":
        return f"{where}: {finding.message}; {finding.fix}"
    message, fix = (
        catalogue.text(f"finding.{finding.key}.{part}", language, **finding.values)
        for part in ("message", "fix")
    )
    return f"{where}: {message}{'；' if language == 'zh' else '; '}{fix}"

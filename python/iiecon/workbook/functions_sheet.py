"""The sheet Functions: every function of the registry with its arguments, in both languages."""

from __future__ import annotations

from collections.abc import Iterable

from iiecon.spreadsheet.values import a1
from iiecon.workbook.input_sheets import header, new_sheet
from iiecon.workbook.layout import Sheet, Value
from udfs import FUNCTIONS
from udfs.registry import Argument, Function

TOP = 5
WIDTHS = {1: 24, 2: 56, 3: 72, 4: 48, 5: 40}


def functions(others: Iterable[Sheet]) -> Sheet:
    """The reference, with the simplest use of each function on the other sheets as its example."""
    sheet = new_sheet("Functions", output=True)
    keys = ("function_and_arguments", "meaning", "meaning", "unit", "choices")
    sheet.text(TOP, 1, *(header(k) for k in keys), role="header")
    examples = _examples(others)
    row = TOP + 1
    for function in sorted(FUNCTIONS.values(), key=lambda f: f.name):
        about = (function.about("zh"), function.about("en"))
        sheet.text(row, 1, *_fitted(function.name, *about, "", ""), role="computed")
        for argument in function.arguments:
            row += 1
            sheet.text(row, 1, *_described(function, argument))
        if function.name in examples:
            row += 1
            example = header("example").replace("\n", "  ")
            sheet.text(row, 1, example, *_fitted("", *examples[function.name])[1:])
        row += 2
    sheet.widths = dict(WIDTHS)
    sheet.freeze = (TOP + 1, 1)
    return sheet


def _described(function: Function, argument: Argument) -> list[Value]:
    """Name, meaning in both languages, unit, choices."""
    name = f"  [{argument.name}]" if argument.optional else f"  {argument.name}"
    meanings = (function.meaning(argument, language) for language in ("zh", "en"))
    units = dict.fromkeys(argument.unit(language) for language in ("zh", "en"))
    return _fitted(name, *meanings, " / ".join(units), " | ".join(argument.choices))


def _examples(sheets: Iterable[Sheet]) -> dict[str, tuple[str, str]]:
    """The place and the text of the shortest formula that calls each function."""
    found: dict[str, tuple[str, str]] = {}
    for sheet in sheets:
        for block in sheet.blocks:
            formula = block.formula(block.row, block.column) if block.formula else block.spill
            example = (f"{sheet.name}!{a1(block.row, block.column)}", f" ={formula}")
            for name in FUNCTIONS:
                if f"{name}(" in formula:
                    known = found.get(name, example)
                    found[name] = min(known, example, key=lambda e: len(e[1]))
    return found


def _fitted(*texts: str) -> list[Value]:
    """The texts of a row, broken into lines that fit their columns."""
    return ["\n".join(_lines(text, WIDTHS[i] - 2)) for i, text in enumerate(texts, start=1)]


def _lines(text: str, width: float) -> list[str]:
    """Lines of at most `width`, broken after spaces, commas and Chinese characters, which count
    double.
    """
    lines, used, last_break = [""], 0.0, 0
    for character in text:
        wide = ord(character) > 0x2E80
        lines[-1] += character
        used += 2 if wide else 1
        if wide or character in " ,|":
            last_break = len(lines[-1])
        if used > width and last_break:
            lines[-1:] = [lines[-1][:last_break], lines[-1][last_break:]]
            used, last_break = sum(2 if ord(c) > 0x2E80 else 1 for c in lines[-1]), 0
    return lines

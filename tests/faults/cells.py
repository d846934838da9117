"""One input cell spoilt: what stands in it is no number, or a number nobody can mean."""

from __future__ import annotations

from dataclasses import replace
from itertools import cycle, product

from lxml import etree

from iiecon import ModelInputs
from tests.faults.case import Change, Right, Spoil, at, edited, unchanged
from tests.workbook.edit import MAIN, Edited

# A cell of each kind of number: its named range, row and column from 0.
NUMBERS: dict[str, tuple[str, int, int]] = {
    "flow": ("IO_FLOWS", 4, 7),
    "final use": ("IO_FINAL_USE", 5, 1),
    "exports": ("IO_EXPORTS", 6, 0),
    "imports": ("IO_IMPORTS", 6, 0),
    "value added": ("IO_PRIMARY", 1, 8),
    "output": ("IO_OUTPUT", 11, 0),
    "weight of a factor": ("FACTOR_WEIGHTS", 1, 0),
    "score of a grade": ("GRADE_SCORES", 0, 1),
    "ballots": ("BALLOTS", 5, 2),
    "override": ("SCORE_OVERRIDE", 2, 0),
    "section": ("SECTION_VA", 5, 3),
    "gdp": ("MACRO_DATA", 12, 0),
    "capital": ("MACRO_DATA", 5, 2),
    "multiplier": ("MACRO_DATA", 12, 8),
    "wage": ("SECTION_WAGES", 8, 1),
    "province": ("PROVINCE_GDP", 4, 11),
    "employment": ("PROVINCE_EMPLOYED", 10, 1),
    "weight of growth": ("GROWTH_WEIGHTS", 2, 0),
}
TEXTS = {
    "words": "n.a.",
    "full-width digits": "１２３４",
    "separators of thousands": "1,234",
    "percent": "12%",
    "not a number": "NaN",
    "a unit": "12万元",
    "blanks": "  ",
    "a footnote": "1234①",
}
ERRORS = ("#N/A", "#REF!")
FORMULAS = {"a division by zero": "1/0", "a function of Excel": "CUBEVALUE(1,2)"}
ABSURD = (1e308, -1e308)


def text(spot: tuple[str, int, int], value: str) -> Spoil:
    """A text where a number is due."""
    return edited(lambda book: at(book.set_named(*spot, value)))


def error(spot: tuple[str, int, int], code: str) -> Spoil:
    """An error value where a number is due."""
    return edited(lambda book: at(set_kind(book, spot, "e", code)))


def truth(spot: tuple[str, int, int]) -> Spoil:
    """TRUE where a number is due."""
    return edited(lambda book: at(set_kind(book, spot, "b", "1")))


def set_kind(book: Edited, spot: tuple[str, int, int], kind: str, stored: str) -> str:
    """A cell of another kind: e (error), b (truth value), d (date); returns its place."""
    place = book.set_named(*spot, None)
    element = book.cell(*place.split("!"))
    element.set("t", kind)
    etree.SubElement(element, f"{MAIN}v").text = stored
    return place


def formula(spot: tuple[str, int, int], text_: str) -> Spoil:
    """A formula in an input that has no value, or none that can be had here."""

    def edit(book: Edited) -> Right:
        place = book.place(*spot)
        book.formula(*place, text_)
        return at("!".join(place))

    return edited(edit)


def absurd(spot: tuple[str, int, int], value: float) -> Spoil:
    """A number that no figure can have: its own cell is named."""
    return edited(lambda book: at(book.set_named(*spot, value)))


def date(label: str) -> Spoil:
    """A date, which is stored as a number of five digits: too large, too small, or out of balance.

    In a table it shows in the sums of its row or column, or is taken for a slip of its own cell.
    """
    spot = NUMBERS[label]
    _, row, column = spot
    beside = {
        **dict.fromkeys(("final use", "exports", "imports"), ("IO_OUTPUT", row, 0)),
        "value added": ("IO_VALUE_ADDED", 0, column),
    }

    def edit(book: Edited) -> Right:
        place = set_kind(book, spot, "d", "2022-01-01")
        shown = beside.get(label)
        return at(place, *(["!".join(book.place(*shown))] if shown else []))

    return edited(edit)


def panel(inputs: ModelInputs, **values: object) -> ModelInputs:
    """The inputs with another panel of experts."""
    return replace(inputs, experts=replace(inputs.experts, **values))  # type: ignore[arg-type]


def override(row: int, value: float) -> Change:
    """A score typed in."""

    def change(inputs: ModelInputs) -> ModelInputs:
        scores = inputs.experts.override.copy()
        scores[row] = value
        return panel(inputs, override=scores)

    return change


def votes(row: int, grade: int, value: float) -> Change:
    """The votes of one line of ballots for one grade."""

    def change(inputs: ModelInputs) -> ModelInputs:
        ballots = inputs.experts.ballots.copy()
        factors = len(inputs.experts.factors)
        ballots[row // factors, row % factors, grade] = value
        return panel(inputs, ballots=ballots)

    return change


def macro(year: int, column: int, value: float) -> Change:
    """One figure of the national series."""

    def change(inputs: ModelInputs) -> ModelInputs:
        values = inputs.macro.values.copy()
        values[column, year] = value
        return replace(inputs, macro=replace(inputs.macro, values=values))

    return change


def section(row: int, year: int, factor: float) -> Change:
    """Value added of one section in one year, times a factor."""

    def change(inputs: ModelInputs) -> ModelInputs:
        values = inputs.section_va.values.copy()
        values[row, year] *= factor
        return replace(inputs, section_va=replace(inputs.section_va, values=values))

    return change


def legal(spot: tuple[str, int, int], value: float | None, change: Change) -> Spoil:
    """A change that an analyst may make: it must give the model's answer for it."""

    def edit(book: Edited) -> Right:
        book.set_named(*spot, value)
        return Right(computed=change)

    return edited(edit)


def scaled_section(row: int, year: int, factor: float) -> Spoil:
    """A section revised by some percent."""

    def edit(book: Edited) -> Right:
        old = book.named_number("SECTION_VA", row, year)
        book.set_named("SECTION_VA", row, year, old * factor)
        return Right(computed=section(row, year, factor))

    return edited(edit)


def tiny_flow(book: Edited) -> Right:
    """The smallest number there is, in place of a flow of nothing."""
    for column in range(103):
        if book.named_number("IO_FLOWS", 0, column) == 0:
            book.set_named("IO_FLOWS", 0, column, 5e-324)
            return Right(computed=unchanged)
    raise AssertionError("no flow is zero")


def wrong(name: str, row: int, column: int, value: float | str | None) -> Spoil:
    """What must not stand in this cell."""
    return edited(lambda book: at(book.set_named(name, row, column, value)))


def _own_texts() -> dict[str, Spoil]:
    """Two of the texts in each cell, turn by turn."""
    names = list(TEXTS)
    return {
        f"{label}: {name}": text(NUMBERS[label], TEXTS[name])
        for turn, label in enumerate(NUMBERS)
        for name in (names[turn % len(names)], names[(turn + 3) % len(names)])
    }


FAULTS: dict[str, Spoil] = {
    **_own_texts(),
    **{
        f"{label}: {code}": error(NUMBERS[label], code)
        for label, code in zip(NUMBERS, cycle(ERRORS), strict=False)
    },
    **{f"{label}: TRUE": truth(NUMBERS[label]) for label in list(NUMBERS)[::2]},
    **{f"{label}: a date": date(label) for label in NUMBERS},
    **{
        f"{label}: {name}": formula(NUMBERS[label], of)
        for label, (name, of) in product(NUMBERS, FORMULAS.items())
        if label in ("flow", "override", "gdp", "province")
    },
    **{
        f"{label}: {value:g}": absurd(NUMBERS[label], value)
        for label, value in zip(NUMBERS, cycle(ABSURD), strict=False)
    },
    "a blank flow": wrong("IO_FLOWS", 50, 3, None),
    "a blank output": wrong("IO_OUTPUT", 50, 0, None),
    "a blank weight": wrong("FACTOR_WEIGHTS", 3, 0, None),
    "a blank province": wrong("PROVINCE_EMPLOYED", 30, 0, None),
    "a blank year": wrong("SECTION_VA", 2, 3, None),
    "a score above one": wrong("SCORE_OVERRIDE", 10, 0, 1.0000001),
    "a score below zero": wrong("SCORE_OVERRIDE", 0, 0, -1e-9),
    "a weight above one": wrong("FACTOR_WEIGHTS", 2, 0, 25.0),
    "half a vote": wrong("BALLOTS", 43, 4, 0.5),
    "a year of the table": wrong("IO_YEAR", 0, 0, 2071.0),
    "an exponent as an option": wrong("OPT_BASE_YEAR", 0, 0, 2e17),
    "a section revised": scaled_section(2, 3, 1.01),
    "the last year not given": legal(("SECTION_VA", 18, 3), None, section(18, 3, float("nan"))),
    "a score typed": legal(("SCORE_OVERRIDE", 3, 0), 0.5, override(3, 0.5)),
    "a score of nothing": legal(("SCORE_OVERRIDE", 3, 0), 0.0, override(3, 0.0)),
    "a score of minus nothing": legal(("SCORE_OVERRIDE", 3, 0), -0.0, override(3, 0.0)),
    "a score of all": legal(("SCORE_OVERRIDE", 4, 0), 1.0, override(4, 1.0)),
    "a smallest score": legal(("SCORE_OVERRIDE", 4, 0), 5e-324, override(4, 5e-324)),
    "a vote more": legal(("BALLOTS", 0, 0), 3.0, votes(0, 0, 3.0)),
    "a multiplier": legal(("MACRO_DATA", 12, 8), 1.05, macro(12, 8, 1.05)),
    "capital not given": legal(("MACRO_DATA", 15, 2), None, macro(15, 2, float("nan"))),
    "the smallest number": edited(tiny_flow),
}

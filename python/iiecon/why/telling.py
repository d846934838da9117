"""An explanation as text for people and as plain data for programs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from iiecon import catalogue
from iiecon.spreadsheet.evaluate import Sheets
from iiecon.spreadsheet.values import LONGEST_TEXT, Scalar, a1
from iiecon.why.cells import Label, as_text, read_cell
from iiecon.why.opening import opened
from iiecon.why.terms import Place, Quantity
from iiecon.why.tree import Explanation, step_label
from udfs.why import Language

SHOWN = 12  # factors listed one by one; of more the largest
INDENT = "    "
NUMBER = re.compile(r"(?<![\w.])\d+\.\d+(?:e[-+]?\d+)?|(?<![\w.])\d+e[-+]?\d+")
NOTHING = re.compile(r"(?:(?<=\A)|(?<=\()|(?<= \+ ))0 \+ | \+ 0(?=\Z|\)| \+)")  # addends of a sum


def address(place: Place) -> str:
    """`SHEET!CELL`."""
    return f"{place[0]}!{a1(*place[1:])}"


def said(key: str, language: Language, **values: object) -> str:
    """A text of the catalogue's `why`, in one language or both."""
    if language == "both":
        return catalogue.both(f"why.{key}", **values)
    return catalogue.text(f"why.{key}", language, **values)


def why_text(found: Explanation, language: Language = "both") -> str:
    """The whole explanation, one number a line, its factors indented below it."""
    return "\n".join(_lines(found, language, ""))


def _lines(found: Explanation, language: Language, indent: str) -> Iterator[str]:
    yield f"{indent}{_head(found, language)}"
    inner = indent + INDENT
    names = {key: said(key, language) for key in ("formula", "method", "arithmetic")}
    width = max(map(len, names.values()))
    if found.formula:
        shown = found.formula.strip("{}")
        yield f"{inner}{names['formula']:<{width}}  = {shown}"
    if found.notation:
        yield f"{inner}{names['method']:<{width}}  {found.notation}"
    if found.arithmetic:
        yield f"{inner}{names['arithmetic']:<{width}}  = {readable(found.arithmetic)}"
    elif found.formula and isinstance(found.value, float):
        yield f"{inner}{said('not_opened', language)}"
    listed = _listed(found.factors)
    for factor in listed:
        yield from _lines(factor, language, inner)
    if len(listed) < len(found.factors):
        yield f"{inner}{said('more', language, count=len(found.factors) - len(listed))}"


def readable(arithmetic: str) -> str:
    """An arithmetic for people: no more digits than are read, addends of zero left out."""
    whole = NOTHING.sub("", arithmetic)
    return NUMBER.sub(lambda found: shown_number(float(found[0])), whole)


def shown_number(value: float) -> str:
    """A number for people: two decimals, of a small one six digits; all of them are in the JSON."""
    if not math.isfinite(value) or value == int(value):
        return as_text(value)
    return f"{value:,.2f}" if abs(value) >= 1000 else f"{value:.6g}"


def _listed(factors: tuple[Explanation, ...]) -> tuple[Explanation, ...]:
    """All factors, or of many the largest."""
    if len(factors) <= SHOWN:
        return factors
    numbers = [f for f in factors if isinstance(f.value, float) and f.value]
    numbers.sort(key=lambda f: -abs(float(str(f.value))))
    return tuple(numbers[:SHOWN])


def _head(found: Explanation, language: Language) -> str:
    """Where it stands, its value and what it is."""
    label = _label(found.label, language)
    place = address(found.place) if found.place else said("a_step", language)
    marks = [said(key, language) for key, holds in _marks(found) if holds]
    note = f"[{', '.join(marks)}]" if marks else ""
    value = found.value
    shown = shown_number(value) if isinstance(value, float) else as_text(value)
    return "  ".join(filter(None, (f"{place} = {shown}" if shown else place, label, note)))


def _marks(found: Explanation) -> tuple[tuple[str, bool], ...]:
    typed, text = found.kind == "input", isinstance(found.value, str)
    return (
        ("empty", typed and found.value is None),
        ("text", typed and text),
        ("input", typed and not text and found.value is not None),
        ("again", found.again and not typed),
    )


def _label(label: Label, language: Language) -> str:
    if language == "zh":
        return label.zh or label.en
    if language == "en":
        return label.en or label.zh
    return label.zh if label.zh == label.en else f"{label.zh} / {label.en}".strip(" /")


def short_text(sheets: Sheets, place: Place, language: Language = "both") -> str:
    """One level as the text of a cell: the method's formula, the arithmetic, the cells in it.

    Reads only what the cell's formula reads. "" where the cell holds no number.
    """
    value = read_cell(sheets, place)
    if not isinstance(value, float):
        return ""
    found = opened(sheets, place)
    if not found.formula:
        return f"{address(place)}: {said('input', language)}"
    if found.arithmetic is None:
        return f"{address(place)}: {said('not_opened', language)}"
    parts = dict.fromkeys(f"{_called(p, language)} = {p.value!r}" for p in found.arithmetic.parts)
    pieces = (f"{address(place)} = {found.arithmetic.text}", found.notation, "\n".join(parts))
    text = "\n".join(piece for piece in pieces if piece)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def _called(part: Quantity, language: Language) -> str:
    """A cell by its address, a step by its name."""
    return address(part.place) if part.place else _label(step_label(part), language)


def why_record(found: Explanation) -> dict[str, Any]:
    """The explanation as plain data; `arithmetic` evaluates to `value`. A cell that stands in it
    several times is told of once.
    """
    record: dict[str, Any] = {"cell": address(found.place)} if found.place else {}
    record |= {"kind": found.kind, "value": _plain(found.value)}
    if found.again and found.place:
        return record
    record |= {"label_zh": found.label.zh, "label_en": found.label.en}
    for name in ("formula", "notation", "arithmetic"):
        if getattr(found, name):
            record[name] = getattr(found, name)
    if found.factors:
        record["factors"] = [why_record(factor) for factor in found.factors]
    return record


def _plain(value: Scalar) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | bool) or value is None else as_text(value)

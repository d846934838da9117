"""Arithmetic that shows its numbers: brackets where they are needed, values that agree."""

from __future__ import annotations

import math
import random

import pytest

from iiecon.why.terms import Quantity, Term, applied, evaluated, number, quantity, step, total

A, B, C, D = (number(v) for v in (7.0, 2.0, 5.0, 0.5))


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (A + B - C, "7 + 2 - 5"),
        (A - (B - C), "7 - (2 - 5)"),
        (A - (B + C), "7 - (2 + 5)"),
        (A * (B + C), "7 * (2 + 5)"),
        (A / (B * C), "7 / (2 * 5)"),
        (A / B / C, "7 / 2 / 5"),
        (A / (B / C), "7 / (2 / 5)"),
        ((A + B) ** D, "(7 + 2) ** 0.5"),
        (A ** (B - C), "7 ** (2 - 5)"),
        (-A * B, "(-1) * 7 * 2"),
        (number(-3.0) - number(-4.0), "(-3) - (-4)"),
        (total([A * B, C, D]), "7 * 2 + 5 + 0.5"),
        (total([]), "0"),
        (applied("exp", A - B), "exp(7 - 2)"),
        (applied("max", A, B + C), "max(7, 2 + 5)"),
        (number(1e-9), "1e-09"),
    ],
)
def test_text_is_bracketed_and_worth_the_value(term: Term, text: str) -> None:
    assert term.text == text
    plain = eval(text, {"exp": math.exp, "max": max})
    assert term.value == pytest.approx(plain, rel=1e-15)
    assert evaluated(text) == term.value


def test_any_nesting_is_worth_its_value() -> None:
    """The text read by Python, whose brackets are not ours."""
    draw = random.Random(6)
    terms = [number(draw.uniform(-9, 9)) for _ in range(20)]
    signs = (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b)
    for _ in range(400):
        joined = draw.choice(signs)(draw.choice(terms), draw.choice(terms))
        if len(joined.text) < 400:
            terms.append(joined)
    for term in terms:
        assert evaluated(term.text) == eval(term.text)
        assert term.value == pytest.approx(eval(term.text), rel=1e-9, abs=1e-12)


def test_every_number_keeps_all_its_digits() -> None:
    assert evaluated(number(0.1 + 0.2).text) == 0.1 + 0.2


def test_a_step_hides_its_arithmetic_one_level_below() -> None:
    cell = quantity(Quantity(4.0, ("S", 1, 1)))
    rate = step("rate", cell / B, "C")
    assert (rate * A).text == "2 * 7"
    (part,) = (rate * A).parts
    assert (part.key, part.about, part.value) == ("rate", "C", 2.0)
    assert part.made is not None
    assert part.made().text == "4 / 2"


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "(1).__class__",
        "open('x')",
        "1 if 1 else 2",
        "[1][0]",
        "'a' * 3",
        "1 // 2",
        "x + 1",
        "1 +",
        "True + 1",
        "exp(x=1)",
        "lambda: 1",
    ],
)
def test_nothing_but_arithmetic_is_evaluated(text: str) -> None:
    with pytest.raises(ValueError, match="not an arithmetic"):
        evaluated(text)

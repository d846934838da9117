"""χ² and Student's t for whole degrees of freedom, by their finite series.

Abramowitz and Stegun, Handbook of Mathematical Functions, 26.4.4–5 and 26.7.3–4. Importing a
library of distributions would take a tenth of the time in which a workbook is recalculated.
"""

from __future__ import annotations

from math import atan, cos, erfc, exp, gamma, pi, sin, sqrt


def chi_square_tail(x: float, freedom: int) -> float:
    """P(χ² > x), x ≥ 0."""
    half, power = x / 2, 0.5 * (freedom % 2)
    total = erfc(sqrt(half)) if power else 0.0
    term = exp(-half) * half**power / gamma(power + 1)
    for _ in range(freedom // 2):
        total += term
        power += 1
        term *= half / power
    return total


def student_quantile(probability: float, freedom: int) -> float:
    """The t that T does not exceed with this probability, from ½ up to below 1."""
    within = 2 * probability - 1
    low, high = 0.0, 1.0
    while _student_within(high, freedom) < within:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        if _student_within(middle, freedom) < within:
            low = middle
        else:
            high = middle
    return middle


def _student_within(t: float, freedom: int) -> float:
    """P(|T| ≤ t)."""
    angle, odd = atan(t / sqrt(freedom)), freedom % 2
    term, total = (cos(angle) if odd else 1.0), 0.0
    for k in range(2 + odd, freedom + 1, 2):
        total += term
        term *= (k - 1) / k * cos(angle) ** 2
    total *= sin(angle)
    return 2 / pi * (angle + total) if odd else total

"""Scores fitted to published totals, and ballots that express them.

The institute's scores were never printed. The 11 scores that come with the program are therefore
*illustrative*: fitted, within [0, 1], so that the model's 2020 section totals come as near as
possible to the 19 printed ones in relative terms, together with their sum and the direct total.
One by one they are only weakly determined; several sets fit about as well.

    python -m iiecon.calibration            fit; print scores, their spread, remaining gaps
    python -m iiecon.calibration --write    also rewrite the ballots that come with the program
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np

from iiecon.contribution import induced_output
from iiecon.inputs import Experts, ModelInputs, default_inputs, read_csv
from iiecon.iotable import FloatArray, Imports, coefficients, leontief_columns
from iiecon.model import run_model
from iiecon.sections import section_totals

# The exponent of the fit: a little above least squares (2), so that no section is left far off.
POWER = 2.5
# The two sums are the headline figures and count for several sections each.
HEADLINE_WEIGHT = 3.0
STARTS = 8
PANEL_SIZE = 60


@dataclass(frozen=True)
class Calibration:
    """Fitted scores (m), relative gaps per target, and each score's standard error (weakness)."""

    codes: tuple[str, ...]
    scores: FloatArray
    gaps: dict[str, float]
    spread: FloatArray


class Linearised:
    """The model's target-year section totals as a fast function of the scores.

    Everything but the scores is fixed, so one factorisation serves every trial.
    """

    def __init__(self, inputs: ModelInputs, year: int) -> None:
        results = run_model(inputs)
        self._table = inputs.table
        self._sections = inputs.sector_sections
        self._letters = [s.code for s in inputs.sections]
        self._direct = self._table.positions(inputs.experts.codes)
        self._spread = leontief_columns(
            coefficients(self._table, cast(Imports, inputs.options.imports)), self._direct
        )
        self._spread[self._direct, np.arange(self._direct.size)] -= 1
        t = results.years.index(year)
        self._direct_factor = results.section_va.values[:, t] / results.rate_base
        self._indirect_factor = self._direct_factor * np.prod(results.technology.tau[: t + 1])

    def __call__(self, scores: FloatArray) -> tuple[FloatArray, float]:
        """Section totals and the direct total of the target year, 亿元."""
        table = self._table
        direct = np.zeros(table.size)
        direct[self._direct] = scores * table.value_added[self._direct]
        induced = induced_output(self._spread, self._direct, scores, table.output)
        indirect = induced / table.output * table.value_added
        by_section = [section_totals(v, self._sections, self._letters) for v in (direct, indirect)]
        own = by_section[0] * self._direct_factor
        return own + by_section[1] * self._indirect_factor, float(own.sum())


def fit_scores(
    inputs: ModelInputs,
    section_totals: Mapping[str, float],
    direct_total: float,
    year: int = 2020,
    power: float = POWER,
    headline_weight: float = HEADLINE_WEIGHT,
) -> Calibration:
    """Scores in [0, 1] that bring the model nearest to the printed totals of one year (亿元).

    Minimises Σ |relative gap|^power over the sections, their sum and the direct total, from several
    starting points drawn with a fixed seed.
    """
    from scipy.optimize import least_squares

    model = Linearised(inputs, year)
    letters = [s.code for s in inputs.sections]
    printed = np.array([section_totals[letter] for letter in letters])

    def gaps(scores: FloatArray) -> FloatArray:
        totals, direct = model(scores)
        sums = totals.sum() / printed.sum() - 1, direct / direct_total - 1
        return np.append(totals / printed - 1, sums)

    def residuals(scores: FloatArray) -> FloatArray:
        gap = gaps(scores) * weights
        powered: FloatArray = np.sign(gap) * np.abs(gap) ** (power / 2)
        return powered

    weights = np.append(np.ones(printed.size), [headline_weight] * 2)
    random = np.random.default_rng(2021)
    size = len(inputs.experts.codes)
    starts = [random.uniform(0.05, 0.6, size) for _ in range(STARTS)]
    near = [least_squares(gaps, start, bounds=(0, 1)).x for start in starts]
    tries = [
        least_squares(residuals, np.clip(x, 1e-6, 1 - 1e-6), bounds=(0, 1), max_nfev=2000)
        for x in near
    ]
    best = min(tries, key=lambda t: t.cost).x
    linear = least_squares(gaps, np.clip(best, 1e-9, 1 - 1e-9), bounds=(0, 1), max_nfev=1)
    noise = float(np.sqrt((gaps(best) ** 2).mean()))
    jacobian = np.asarray(linear.jac, dtype=float)
    spread = noise * np.sqrt(np.diag(np.linalg.pinv(jacobian.T @ jacobian)))
    named = dict(zip([*letters, "all", "direct"], gaps(best).tolist(), strict=True))
    return Calibration(inputs.experts.codes, best, named, spread)


def ballots_for(score: float, weights: FloatArray, grades: FloatArray, panel: int) -> FloatArray:
    """Vote counts (factors × grades) of a panel whose weighted average is nearest to a score.

    Every factor starts with the votes on the two grades around the score; then single votes move
    between neighbouring grades as long as that brings the result nearer.
    """
    order = np.argsort(grades)
    votes = np.zeros((weights.size, grades.size))
    upper = int(np.clip(np.searchsorted(grades[order], score), 1, grades.size - 1))
    low, high = order[upper - 1], order[upper]
    share = (score - grades[low]) / (grades[high] - grades[low])
    votes[:, high] = np.round(share * panel)
    votes[:, low] = panel - votes[:, high]

    def gap(counts: FloatArray) -> float:
        return abs(float(weights @ (counts @ grades)) / panel - score)

    while True:
        moved = [_moved(votes, f, a, b) for f in range(weights.size)
                 for a, b in zip([*order[:-1], *order[1:]], [*order[1:], *order[:-1]], strict=True)
                 if votes[f, a] > 0]  # fmt: skip
        pairs = moved + [
            _moved(m, f, a, b)
            for m in moved
            for f in range(weights.size)
            for a, b in ((low, high), (high, low))
            if m[f, a] > 0
        ]
        best = min(pairs, key=gap)
        if gap(best) >= gap(votes) - 1e-15:
            return votes
        votes = best


def _moved(votes: FloatArray, factor: int, source: int, target: int) -> FloatArray:
    changed = votes.copy()
    changed[factor, source] -= 1
    changed[factor, target] += 1
    return changed


def published_totals(year: int = 2020) -> dict[str, float]:
    """The printed section totals of a year, 亿元, by section letter."""
    return {
        row["key"]: float(row["value"])
        for row in read_csv("published_figures.csv")
        if row["scope"] == "industry" and row["measure"] == "value_added"
        if int(row["year"]) == year
    }


def published_direct(year: int = 2020) -> float:
    """The direct total of a year that the printed figures imply, 亿元.

    The print says 0.95 万亿 (two digits); with the printed ratio of indirect to direct and the sum
    of the section totals it is known better.
    """
    ratio = next(
        float(row["value"])
        for row in read_csv("published_figures.csv")
        if row["id"] == f"nation.indirect_to_direct.{year}.ratio"
    )
    return sum(published_totals(year).values()) / (1 + ratio)


def write_ballots(calibration: Calibration, experts: Experts, path: Path) -> FloatArray:
    """Write the vote counts as CSV; returns the scores that the votes give."""
    grades = [row["grade"] for row in read_csv("score_grades.csv")]
    lines = [",".join(["code", "factor", *grades])]
    reached = []
    for code, score in zip(calibration.codes, calibration.scores, strict=True):
        votes = ballots_for(float(score), experts.weights, experts.grade_scores, PANEL_SIZE)
        reached.append(float(experts.weights @ (votes @ experts.grade_scores)) / PANEL_SIZE)
        for factor, counts in zip(experts.factors, votes, strict=True):
            lines.append(",".join([code, factor, *(f"{c:.0f}" for c in counts)]))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return np.array(reached)


def main(arguments: list[str] | None = None) -> int:
    """Fit, report and, on request, write the ballots."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--write", action="store_true", help="rewrite the shipped ballots")
    given = parser.parse_args(arguments)
    inputs = default_inputs()
    found = fit_scores(inputs, published_totals(), published_direct())
    print("code   score   ± (weakly determined where large)")
    for code, score, spread in zip(found.codes, found.scores, found.spread, strict=True):
        print(f"{code}   {score:.4f}  {spread:.4f}")
    print("gap to the printed 2020 totals, percent:")
    print("  ".join(f"{name} {100 * gap:+.2f}" for name, gap in found.gaps.items()))
    print(f"19 sections: {_spread(found.gaps)}")
    if given.write:
        path = Path(__file__).parent / "data" / "ballots.csv"
        reached = write_ballots(found, inputs.experts, path)
        print(f"ballots written; largest gap to a score {np.abs(reached - found.scores).max():.5f}")
        changed = replace(
            inputs, experts=replace(inputs.experts, override=np.asarray(reached, dtype=float))
        )
        results = run_model(changed)
        printed, t = published_totals(), results.years.index(2020)
        gaps = {
            section.code: results.total[c, t] / printed[section.code] - 1
            for c, section in enumerate(inputs.sections)
        }
        print(f"19 sections by the ballots: {_spread(gaps)}")
    return 0


def _spread(gaps: Mapping[str, float]) -> str:
    """Median and largest gap of the sections; the sums are not sections."""
    sizes = 100 * np.abs([gap for name, gap in gaps.items() if name not in ("all", "direct")])
    return f"median {np.median(sizes):.2f} %, largest {sizes.max():.2f} %"


if __name__ == "__main__":
    sys.exit(main())

"""The scores that come with the program, and the ballots that express them; for maintainers.

The institute's scores were never printed. The 11 scores that come with the program are therefore
*illustrative*: fitted, within [0, 1], so that the model's 2020 section totals come as near as
possible to the 19 printed ones in relative terms, together with their sum and the direct total.

    python -m iiecon.illustrative            fit; print scores, their spread, remaining gaps
    python -m iiecon.illustrative --write    also rewrite the ballots that come with the program
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from iiecon.audit.publication import shipped_publication
from iiecon.calibration import Calibration, Gap, Target, calibrate, weighted
from iiecon.inputs import Experts, ModelInputs, default_inputs, read_csv
from iiecon.iotable import FloatArray

YEAR = 2020
END = f".{YEAR}.value_added"
# The exponent of the fit: a little above least squares (2), so that no section is left far off.
POWER = 2.5
PANEL_SIZE = 60


def fit(inputs: ModelInputs) -> Calibration:
    """The scores that bring the model nearest to the printed totals of 2020."""
    return calibrate(inputs, targets(), near=0.0, power=POWER)


def targets() -> list[Target]:
    """The printed section totals, their sum and the direct total that they imply, 亿元.

    For the direct total the print says 0.95 万亿, two digits; with the printed ratio of indirect to
    direct and the sum of the section totals it is known better.
    """
    printed = {f.id: f for f in shipped_publication()}
    sections = [f for f in printed.values() if f.id.startswith("industry.") and f.id.endswith(END)]
    total = sum(f.value for f in sections)
    direct = total / (1 + printed[f"nation.indirect_to_direct.{YEAR}.ratio"].value)
    headlines = [
        replace(sections[0], id=f"nation.{key}{END}", scope="nation", key=key, value=value)
        for key, value in (("total", total), ("direct", direct))
    ]
    return weighted([*sections, *headlines])


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


def write_ballots(scores: dict[str, float], experts: Experts, path: Path) -> FloatArray:
    """Write the vote counts as CSV; returns the scores that the votes give."""
    grades = [row["grade"] for row in read_csv("score_grades.csv")]
    lines = [",".join(["code", "factor", *grades])]
    reached = []
    for code, score in scores.items():
        votes = ballots_for(score, experts.weights, experts.grade_scores, PANEL_SIZE)
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
    found = fit(inputs)
    print("code   score   range of fits that are nearly as good")
    for p in found.parameters:
        print(f"{p.name}   {p.fitted:.4f}  {p.low:.3f} to {p.high:.3f}")
    print("gap to the printed 2020 totals, percent:")
    print(
        "  ".join(f"{g.figure.id.removesuffix(END)} {100 * g.relative[1]:+.2f}" for g in found.gaps)
    )
    print(f"19 sections: {_spread(found.gaps)}")
    if given.write:
        scores = found.of("score")
        path = Path(__file__).parent / "data" / "ballots.csv"
        reached = write_ballots(scores, inputs.experts, path)
        off = np.abs(reached - list(scores.values())).max()
        print(f"ballots written; largest gap to a score {off:.5f}")
    return 0


def _spread(gaps: Sequence[Gap]) -> str:
    """Median and largest gap of the sections; the sums are not sections."""
    sizes = 100 * np.abs([g.relative[1] for g in gaps if g.figure.scope == "industry"])
    return f"median {np.median(sizes):.2f} %, largest {sizes.max():.2f} %"


if __name__ == "__main__":
    sys.exit(main())

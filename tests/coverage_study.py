"""Do 90 % intervals hold the truth nine times in ten? `python -m tests.coverage_study`

Truths are planted: each sector and factor has true shares of opinion, 60 experts vote, and the
interval is made from their votes alone. Forecasts: series grow at random around their own rate, the
interval is made from the years given, the truth is the next year.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from iiecon import ModelInputs, default_inputs, run_model
from iiecon.extrapolation import Method, extrapolate
from iiecon.inputs import Series
from iiecon.uncertainty.closed_form import Measurement, Quantity
from iiecon.uncertainty.sampling import Rule, Sampler, forecasts
from tests.oracles.augmented import Array

TRIALS, DRAWS = 1000, 1000
YEAR = 2020


def of_ballots(voters: int, rng: np.random.Generator) -> None:
    """Share of trials in which the interval of each kind of result holds the truth."""
    inputs = default_inputs()
    factors, grades = inputs.experts.ballots.shape[1:]
    held: list[npt.NDArray[np.bool_]] = []
    for _ in range(TRIALS):
        centre = rng.uniform(0, grades - 1, (len(inputs.experts.codes), factors, 1))
        near = np.exp(-0.5 * ((np.arange(grades) - centre) / 0.8) ** 2)
        chances = near / near.sum(axis=2, keepdims=True)
        true_score = (chances @ inputs.experts.grade_scores) @ inputs.experts.weights
        voted = voters_of(inputs, rng.multinomial(voters, chances).astype(float))
        measurement = Measurement.of(run_model(voted), (YEAR,))
        sampler = Sampler.of(measurement)
        central = sampler.central()
        truth = measurement.evaluate(replace(central, scores=true_score[:, None]), YEAR)[:, 0]
        # The scores alone: what is extrapolated has no planted truth here.
        drawn = replace(central, scores=sampler.scores.draw(rng, DRAWS))
        low, high = np.quantile(measurement.evaluate(drawn, YEAR), (0.05, 0.95), axis=1)
        held.append((low <= truth) & (truth <= high))
    print(f"{voters} ballots, {TRIALS} trials: share of 90 % intervals that hold the truth")
    share = np.mean(held, axis=0)
    for kind in ("nation", "section", "province", "province_jobs"):
        rows = [i for i, q in enumerate(measurement.quantities) if q.kind == kind]
        values = share[rows]
        print(f"  {kind:<14} {values.mean():.3f} ({values.min():.3f} to {values.max():.3f})")
    total = share[measurement.quantities.index(Quantity("nation", "total"))]
    print(f"  national total {total:.3f} ± {1.96 * np.sqrt(0.09 / TRIALS):.3f}")


def voters_of(inputs: ModelInputs, ballots: Array) -> ModelInputs:
    """The shipped inputs with other ballots."""
    return replace(inputs, experts=replace(inputs.experts, ballots=ballots))


def of_forecasts(method: Method, given: int, rng: np.random.Generator) -> None:
    """Share of forecasts whose interval holds the value that came."""
    years = tuple(range(2021 - given, 2021))
    growth = rng.normal(0.07, 0.025, (TRIALS, given + 1))
    series = 100 * np.exp(np.cumsum(growth, axis=1))
    known = series[:, :-1]
    held = 0
    for row in range(TRIALS):
        found = extrapolate(known[row], years, range(2017, 2022), method)
        part = forecasts(
            Series(years, known[row : row + 1]), found, range(2017, 2022), Rule(method, 2)
        )
        low, high = np.quantile(part.draw(rng, DRAWS)[4], (0.05, 0.95))
        held += low <= series[row, -1] <= high
    print(f"  {method:<16} {given:>3} years given: {held / TRIALS:.3f}")


def main() -> None:
    """Print the coverage of ballots and of forecasts."""
    rng = np.random.default_rng(12)
    for voters in (15, 60):
        of_ballots(voters, rng)
    print(f"forecasts one year ahead, {TRIALS} series each: share of 90 % intervals that hold it")
    methods: tuple[Method, ...] = ("weighted_growth", "linear_trend")
    for method in methods:
        for given in (6, 8, 14):
            of_forecasts(method, given, rng)


if __name__ == "__main__":
    main()

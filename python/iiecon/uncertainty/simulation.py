"""`simulate`: the model's results over many draws of its uncertain inputs (method, section 12)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from iiecon.findings import InputError
from iiecon.inputs import ModelInputs
from iiecon.iotable import FloatArray
from iiecon.model import run_model
from iiecon.results import Record, json_text
from iiecon.uncertainty import drivers
from iiecon.uncertainty.closed_form import Measurement, Quantity
from iiecon.uncertainty.experiment import Drivers, Experiment, Run, run_here
from iiecon.uncertainty.summary import Summary

if TYPE_CHECKING:
    from distributed import Client

FEWEST_VOTES = 1e-3  # that a typed score may be worth
MOST_DRAWS = 10**9
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Simulation:
    """Results over all draws: years × quantities, money 亿元, people 万人, shares as fractions.

    `central` is the model on the inputs as they are; `varied` tells how many numbers of each group
    of inputs were drawn, `unknown` how many extrapolated ones were not, as their error is not
    known. Drivers belong to the last of the `years`. NaN where the model gives nothing.
    """

    seed: int
    draws: int
    years: tuple[int, ...]
    quantities: tuple[Quantity, ...]
    central: FloatArray
    mean: FloatArray
    deviation: FloatArray
    q05: FloatArray
    q50: FloatArray
    q95: FloatArray
    varied: dict[str, int]
    unknown: int
    sobol: drivers.Sobol
    tornado: tuple[drivers.Swing, ...]
    left_out: drivers.LeftOut | None
    operators: dict[str, FloatArray]

    def row(self, kind: str, code: str) -> int:
        """Where a quantity stands among `quantities`; KeyError where it is none."""
        try:
            return self.quantities.index(Quantity(kind, code))
        except ValueError:
            raise KeyError((kind, code)) from None

    def interval(self, kind: str, code: str, year: int) -> tuple[float, float, float]:
        """The 5, 50 and 95 % points of a quantity in a year."""
        place = self.years.index(year), self.row(kind, code)
        return float(self.q05[place]), float(self.q50[place]), float(self.q95[place])

    def main_driver(self, row: int) -> drivers.Key | None:
        """What accounts for most of a quantity's variance: a sector's score or another group."""
        total = self.sobol.total
        found = [
            (total[i, row], key)
            for i, key in enumerate(self.sobol.keys)
            if total[i, row] > 0 and (key[1] or key[0] != "scores")
        ]
        return max(found)[1] if found else None

    def records(self) -> dict[str, Any]:
        """Plain Python data, as written by `--json`."""
        return {
            "seed": self.seed,
            "draws": self.draws,
            "varied": self.varied,
            "unknown": self.unknown,
            "intervals": self.interval_records(),
            "sobol": self._sobol(),
            "tornado": [
                {"year": self.years[-1], "group": s.key[0], "input": s.key[1],
                 "low": s.low, "high": s.high}
                for s in self.tornado
            ],
            "leave_one_out": self._left_out(),
            "operators": [
                {"year": self.years[-1], "operator": operator, "kind": q.kind, "code": q.code,
                 "value": values[i]}
                for operator, values in self.operators.items()
                for i, q in enumerate(self.quantities)
            ],
        }  # fmt: skip

    def interval_records(self) -> list[Record]:
        """One line for each year and quantity: central value, mean, deviation and quantiles."""
        fields = ("central", "mean", "deviation", "q05", "q50", "q95")
        return [
            {"year": year, "kind": q.kind, "code": q.code}
            | {name: getattr(self, name)[t, i] for name in fields}
            for t, year in enumerate(self.years)
            for i, q in enumerate(self.quantities)
        ]

    def to_json(self) -> str:
        """The simulation as JSON text; what could not be given is null."""
        return json_text(self.records())

    def _sobol(self) -> list[Record]:
        return [
            {"year": self.years[-1], "kind": q.kind, "code": q.code, "group": key[0],
             "input": key[1], "first": self.sobol.first[d, i], "total": self.sobol.total[d, i]}
            for i, q in enumerate(self.quantities)
            for d, key in enumerate(self.sobol.keys)
            if not math.isnan(self.sobol.total[d, i])
        ]  # fmt: skip

    def _left_out(self) -> list[Record]:
        found = self.left_out
        if found is None:
            return []
        return [
            {"year": self.years[-1], "kind": q.kind, "code": q.code,
             "lowest": found.lowest[i], "lowest_ballot": found.lowest_ballot[i],
             "highest": found.highest[i], "highest_ballot": found.highest_ballot[i],
             "standard_error": found.standard_error[i]}
            for i, q in enumerate(self.quantities)
        ]  # fmt: skip


def simulate(
    inputs: ModelInputs,
    draws: int = 10_000,
    seed: int = 0,
    *,
    years: Sequence[int] = (),
    concentration: float | None = None,
    progress: Progress = lambda done, draws: None,
    client: Client | None = None,
) -> Simulation:
    """Draw the uncertain inputs `draws` times and give every result's distribution.

    `years`: result years, by default the last two. `concentration`: how many votes a typed score is
    worth; left out, typed scores do not vary. `progress(done, draws)` is told now and then.
    `client`: a client of Dask distributed, whose cluster then computes. The same seed and number of
    draws give the same digits, here and there.

    Raises InputError for errors in the inputs (as `run_model`), fewer than two draws, a negative
    seed, a year that is no result year, or a concentration that is not positive; ClusterProblem
    where the cluster fails.
    """
    return simulate_many(
        [inputs], draws, seed, years=years, concentration=concentration, progress=progress,
        client=client,
    )[0]  # fmt: skip


def simulate_many(
    inputs: Sequence[ModelInputs],
    draws: int = 10_000,
    seed: int = 0,
    *,
    years: Sequence[int] = (),
    concentration: float | None = None,
    progress: Progress = lambda done, draws: None,
    client: Client | None = None,
) -> list[Simulation]:
    """`simulate` for several inputs (of countries, say), the pieces of all shared out together.

    Each has the digits it has alone. `progress` counts the draws of all. Nothing is drawn before
    all inputs are found to be sound.
    """
    check_draws(draws, seed)
    if concentration is not None and not (FEWEST_VOTES <= concentration < math.inf):
        raise InputError.one("simulation_concentration", "simulation", value=concentration)
    experiments = [
        Experiment.of(_measurement(each, years), concentration, draws, seed) for each in inputs
    ]
    run: Run = run_here
    if client is not None:
        from iiecon.uncertainty.cluster import run_on

        run = run_on(client)
    whole, done, found = draws * len(experiments), 0, []
    with closing(run(call for each in experiments for call in each.calls)) as computed:
        for each in experiments:
            summaries = [Summary(draws, bins) for bins in each.bins]
            for piece in each.pieces:
                for summary, part in zip(summaries, next(computed), strict=True):
                    summary.join(part)
                done += each.size(piece)
                progress(done, whole)
            found.append(_simulation(each, summaries, next(computed)))
    return found


def _measurement(inputs: ModelInputs, years: Sequence[int]) -> Measurement:
    results = run_model(inputs)
    wanted = tuple(dict.fromkeys(years)) or results.years[-2:]
    for year in wanted:
        if year not in results.years:
            known = ", ".join(map(str, results.years))
            raise InputError.one("simulation_year", "--years", year=year, years=known)
    return Measurement.of(results, wanted)


def _simulation(drawn: Experiment, summaries: Sequence[Summary], found: Drivers) -> Simulation:
    measurement, sampler = drawn.measurement, drawn.sampler
    years, centre = measurement.years, sampler.central()
    q05, q50, q95 = np.stack([summary.quantiles() for summary in summaries], axis=1)
    return Simulation(
        seed=drawn.seed,
        draws=drawn.draws,
        years=years,
        quantities=measurement.quantities,
        central=np.stack([measurement.evaluate(centre, year)[:, 0] for year in years]),
        mean=np.stack([summary.mean for summary in summaries]),
        deviation=np.stack([summary.deviation for summary in summaries]),
        q05=q05,
        q50=q50,
        q95=q95,
        varied=sampler.varied,
        unknown=sampler.unknown,
        sobol=found.sobol,
        tornado=found.tornado,
        left_out=found.left_out,
        operators=found.operators,
    )


def check_draws(draws: int, seed: int) -> None:
    """Raises InputError for a number of draws or a seed that cannot be taken."""
    if not 2 <= draws <= MOST_DRAWS:
        raise InputError.one("simulation_draws", "draws", value=draws, most=MOST_DRAWS)
    if seed < 0:
        raise InputError.one("simulation_seed", "seed", value=seed)

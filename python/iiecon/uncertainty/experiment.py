"""A simulation cut into pieces that any process can compute, in any order, with the same digits.

Each chunk of draws has random numbers of its own, so that a piece depends on its number alone.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from typing import Any

import numpy as np

from iiecon.iotable import FloatArray, blas_threads
from iiecon.uncertainty import drivers as driving
from iiecon.uncertainty.closed_form import Measurement
from iiecon.uncertainty.sampling import Sampler
from iiecon.uncertainty.summary import EXACT, Bins, Part

CHUNK = 4096  # draws computed together; the digits depend on it, so it is no option
CHUNKS_TOGETHER = 8  # in a piece: some tenths of a second, and a few MB to be sent
PIECES = 32  # fewer chunks together rather than fewer pieces to share out
SOBOL_DRAWS = 4096
DRIVERS = 1  # sets the random numbers of the drivers apart from those of the draws

Call = tuple[Any, ...]  # a method of Experiment, the experiment, its other arguments
Run = Callable[[Iterable[Call]], Generator[Any, None, None]]


@dataclass(frozen=True)
class Drivers:
    """What the results of the last year owe to each input."""

    sobol: driving.Sobol
    tornado: tuple[driving.Swing, ...]
    left_out: driving.LeftOut | None
    operators: dict[str, FloatArray]


@dataclass(frozen=True, eq=False)
class Experiment:
    """One set of inputs, ready to be drawn `draws` times; `bins` for each year, if any."""

    measurement: Measurement
    sampler: Sampler
    draws: int
    seed: int
    bins: tuple[Bins | None, ...]

    @classmethod
    def of(
        cls, measurement: Measurement, concentration: float | None, draws: int, seed: int
    ) -> Experiment:
        """Lays the bins by the first chunk, where there are too many draws to keep."""
        sampler = Sampler.of(measurement, concentration)
        none = (None,) * len(measurement.years)
        found = cls(measurement, sampler, draws, seed, none)
        if draws <= EXACT:
            return found
        return replace(found, bins=tuple(Bins.of(block) for block in found._blocks(0)))

    @property
    def pieces(self) -> list[range]:
        """The numbers of the chunks of each piece."""
        chunks = chunk_count(self.draws)
        together = max(1, min(CHUNKS_TOGETHER, chunks // PIECES))
        return [range(i, min(i + together, chunks)) for i in range(0, chunks, together)]

    @property
    def calls(self) -> list[Call]:
        """What is to be computed: each piece, then the drivers."""
        pieces = [(Experiment.part, self, piece) for piece in self.pieces]
        return [*pieces, (Experiment.drivers, self)]

    def size(self, piece: range) -> int:
        """How many draws a piece has."""
        return min(piece.stop * CHUNK, self.draws) - piece.start * CHUNK

    def part(self, piece: range) -> tuple[Part, ...]:
        """The chunks of a piece, summed up for each year."""
        each = (
            [Part.of(block, bins) for block, bins in zip(self._blocks(i), self.bins, strict=True)]
            for i in piece
        )
        return tuple(reduce(lambda a, b: list(map(add, a, b)), each))

    def drivers(self) -> Drivers:
        """Sobol indices, tornado, ballots left out and operators, for the last year."""
        rng = np.random.default_rng([self.seed, DRIVERS])
        given = self.measurement, self.sampler, self.measurement.years[-1]
        with blas_threads(1):
            return Drivers(
                driving.sobol(*given, SOBOL_DRAWS, rng),
                tuple(driving.tornado(*given, SOBOL_DRAWS, rng)),
                driving.leave_one_out(*given),
                driving.operator_switch(*given),
            )

    def _blocks(self, chunk: int) -> list[FloatArray]:
        """One chunk of draws for each year; on one thread everywhere, which fixes the digits."""
        rng, size = stream(self.seed, self.draws, chunk)
        with blas_threads(1):
            drawn = self.sampler.draw(rng, size)
            return [self.measurement.evaluate(drawn, year) for year in self.measurement.years]


def run_here(calls: Iterable[Call]) -> Generator[Any, None, None]:
    """Compute the calls one after the other in this process."""
    for method, *given in calls:
        yield method(*given)


def chunk_count(draws: int) -> int:
    """How many chunks so many draws come in."""
    return -(-draws // CHUNK)


def stream(seed: int, draws: int, chunk: int) -> tuple[np.random.Generator, int]:
    """The random numbers of one chunk of draws, whoever computes it, and its size."""
    sequence = np.random.SeedSequence(seed, spawn_key=(chunk,))
    return np.random.Generator(np.random.PCG64(sequence)), min(CHUNK, draws - chunk * CHUNK)


def streams(seed: int, draws: int) -> Iterator[tuple[np.random.Generator, int]]:
    """The random numbers of each chunk of draws, and its size."""
    return (stream(seed, draws, chunk) for chunk in range(chunk_count(draws)))

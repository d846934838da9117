"""Mean, spread and quantiles of many draws in bounded memory.

Up to EXACT draws all samples are kept and the quantiles are exact. Beyond, each quantity has a
histogram of BINS bins laid by the first block; a quantile is interpolated within its bin, whose
width, 20 standard deviations ÷ BINS, is small beside the sampling error of a quantile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from iiecon.iotable import FloatArray

LEVELS = (0.05, 0.5, 0.95)
EXACT = 32_768
BINS = 8192
REACH = 10.0  # standard deviations to either side that the histogram covers
Counts = npt.NDArray[np.int32]  # of a part; a summary counts further


@dataclass(frozen=True)
class Moments:
    """Of one block: its number of draws; mean and sum of squares about it, one per quantity."""

    size: int
    mean: FloatArray
    squares: FloatArray

    @classmethod
    def of(cls, block: FloatArray) -> Moments:
        """From quantities × draws."""
        mean = block.mean(axis=1)
        return cls(block.shape[1], mean, ((block - mean[:, None]) ** 2).sum(axis=1))

    def __add__(self, other: Moments) -> Moments:
        """Chan's update. The last digits depend on the order."""
        whole, apart = self.size + other.size, other.mean - self.mean
        return Moments(
            whole,
            self.mean + apart * (other.size / whole),
            self.squares + other.squares + apart**2 * (self.size * other.size / whole),
        )


class Bins(NamedTuple):
    """Where the histograms start and how wide their bins are, one per quantity; a width of zero is
    that of a quantity that does not vary.
    """

    low: FloatArray
    width: FloatArray

    @classmethod
    def of(cls, block: FloatArray) -> Bins:
        """Laid around the values of a first block."""
        first = Moments.of(block)
        spread = np.sqrt(first.squares / first.size)
        return cls(first.mean - REACH * spread, 2 * REACH * spread / BINS)

    def counts(self, block: FloatArray) -> Counts:
        """How many values of a block fall in each bin, quantities × BINS."""
        counts = np.zeros((block.shape[0], BINS), dtype=np.int32)
        for row, values in enumerate(block):
            if self.width[row] > 0:
                place = ((values - self.low[row]) * (1 / self.width[row])).astype(np.int32)
                np.clip(place, 0, BINS - 1, out=place)
                counts[row] = np.bincount(place, minlength=BINS)
        return counts


@dataclass(frozen=True)
class Part:
    """What a summary needs of some blocks that follow each other, wherever they were computed.

    `moments` of each block stand apart, to be added up in the order of the blocks and in no other;
    `samples`, quantities × draws, are kept where there are no bins, else their `counts`.
    """

    moments: tuple[Moments, ...]
    samples: FloatArray | None
    counts: Counts | None

    @classmethod
    def of(cls, block: FloatArray, bins: Bins | None) -> Part:
        """From one block."""
        moments = (Moments.of(block),)
        return cls(moments, block, None) if bins is None else cls(moments, None, bins.counts(block))

    def __add__(self, other: Part) -> Part:
        """This part and the one that follows it: the same digits whatever is joined first."""
        moments = self.moments + other.moments
        if self.samples is not None and other.samples is not None:
            return Part(moments, np.concatenate([self.samples, other.samples], axis=1), None)
        assert self.counts is not None
        assert other.counts is not None
        return Part(moments, None, self.counts + other.counts)


class Summary:
    """Gathers parts, or blocks of quantities × draws, all in the same order.

    `bins`: those of the parts; left out, they are laid by the first block.
    """

    def __init__(self, draws: int, bins: Bins | None = None) -> None:
        self._exact = draws <= EXACT
        self._bins = bins
        self._moments: Moments | None = None
        self._kept: list[FloatArray] = []
        self._counts: npt.NDArray[np.int64] = np.zeros((1, 1), dtype=np.int64)

    def add(self, block: FloatArray) -> None:
        """Take in one block."""
        if not self._exact and self._bins is None:
            self._bins = Bins.of(block)
        self.join(Part.of(block, self._bins))

    def join(self, part: Part) -> None:
        """Take in the part that follows."""
        for moments in part.moments:
            self._moments = moments if self._moments is None else self._moments + moments
        if part.samples is not None:
            self._kept.append(part.samples)
        if part.counts is not None:
            self._counts = self._counts + part.counts

    @property
    def mean(self) -> FloatArray:
        """One per quantity."""
        return self._gathered.mean

    @property
    def deviation(self) -> FloatArray:
        """Standard deviation, one per quantity."""
        deviation: FloatArray = np.sqrt(self._gathered.squares / max(self._gathered.size - 1, 1))
        return deviation

    @property
    def _gathered(self) -> Moments:
        assert self._moments is not None
        return self._moments

    def quantiles(self) -> FloatArray:
        """The quantiles LEVELS, levels × quantities."""
        if self._exact:
            found: FloatArray = np.quantile(np.concatenate(self._kept, axis=1), LEVELS, axis=1)
            return found
        below = self._counts.cumsum(axis=1)
        return np.array([self._quantile(below, level) for level in LEVELS])

    def _quantile(self, below: FloatArray, level: float) -> FloatArray:
        assert self._bins is not None
        low, width = self._bins
        wanted = level * self._gathered.size
        bins = (below < wanted).sum(axis=1).clip(max=BINS - 1)
        rows = np.arange(bins.size)
        inside = self._counts[rows, bins]
        before = below[rows, bins] - inside
        part = np.divide(wanted - before, inside, out=np.zeros(bins.size), where=inside > 0)
        return np.where(width > 0, low + (bins + part) * width, self.mean)

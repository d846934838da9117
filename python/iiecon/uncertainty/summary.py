"""Mean, spread and quantiles of many draws in bounded memory.

Up to EXACT draws all samples are kept and the quantiles are exact. Beyond, each quantity has a
histogram of BINS bins laid by the first block; a quantile is interpolated within its bin, whose
width, 20 standard deviations ÷ BINS, is small beside the sampling error of a quantile.
"""

from __future__ import annotations

import numpy as np

from iiecon.iotable import FloatArray

LEVELS = (0.05, 0.5, 0.95)
EXACT = 32_768
BINS = 8192
REACH = 10.0  # standard deviations to either side that the histogram covers


class Summary:
    """Gathers blocks of quantities × draws, all in the same order."""

    def __init__(self, draws: int) -> None:
        self._kept: list[FloatArray] | None = [] if draws <= EXACT else None
        self._count = 0
        self._mean = self._squares = np.zeros(0)
        self._low = self._width = np.zeros(0)
        self._counts = np.zeros((0, 0), dtype=np.int64)

    def add(self, block: FloatArray) -> None:
        """Take in one block."""
        first = self._count == 0
        self._add_moments(block)
        if self._kept is not None:
            self._kept.append(block)
            return
        if first:
            spread = np.sqrt(self._squares / block.shape[1])
            self._low, self._width = self._mean - REACH * spread, 2 * REACH * spread / BINS
            self._counts = np.zeros((block.shape[0], BINS), dtype=np.int64)
        for row, values in enumerate(block):
            if self._width[row] > 0:
                place = ((values - self._low[row]) * (1 / self._width[row])).astype(np.int32)
                np.clip(place, 0, BINS - 1, out=place)
                self._counts[row] += np.bincount(place, minlength=BINS)

    def _add_moments(self, block: FloatArray) -> None:
        """Chan's update: mean and sum of squares of all blocks so far."""
        size, mean = block.shape[1], block.mean(axis=1)
        squares = ((block - mean[:, None]) ** 2).sum(axis=1)
        if self._count == 0:
            self._count, self._mean, self._squares = size, mean, squares
            return
        whole, apart = self._count + size, mean - self._mean
        self._mean = self._mean + apart * (size / whole)
        self._squares = self._squares + squares + apart**2 * (self._count * size / whole)
        self._count = whole

    @property
    def mean(self) -> FloatArray:
        """One per quantity."""
        return self._mean

    @property
    def deviation(self) -> FloatArray:
        """Standard deviation, one per quantity."""
        deviation: FloatArray = np.sqrt(self._squares / max(self._count - 1, 1))
        return deviation

    def quantiles(self) -> FloatArray:
        """The quantiles LEVELS, levels × quantities."""
        if self._kept is not None:
            found: FloatArray = np.quantile(np.concatenate(self._kept, axis=1), LEVELS, axis=1)
            return found
        below = self._counts.cumsum(axis=1)
        return np.array([self._quantile(below, level) for level in LEVELS])

    def _quantile(self, below: FloatArray, level: float) -> FloatArray:
        wanted = level * self._count
        bins = (below < wanted).sum(axis=1).clip(max=BINS - 1)
        rows = np.arange(bins.size)
        inside = self._counts[rows, bins]
        before = below[rows, bins] - inside
        part = np.divide(wanted - before, inside, out=np.zeros(bins.size), where=inside > 0)
        known = self._width > 0
        return np.where(known, self._low + (bins + part) * self._width, self._mean)

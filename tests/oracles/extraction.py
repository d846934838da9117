"""Explicit forms of the methods of section 11, on any table with virtual sectors behind it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def decomposition(A: Array, output: Array, value_added: Array) -> Array:
    """M = v̂ L ŷ with y = (I − A) x: who makes value added, for whose products in final use."""
    unit = np.eye(output.size)
    L = np.linalg.inv(unit - A)
    M: Array = np.diag(value_added / output) @ L @ np.diag((unit - A) @ output)
    return M


def union(A: Array, output: Array, value_added: Array, group: list[int]) -> Array:
    """Cells of M in rows or columns of the group, added up by row."""
    M = decomposition(A, output, value_added)
    counted = np.zeros(M.shape, dtype=bool)
    counted[group, :] = True
    counted[:, group] = True
    rows: Array = np.where(counted, M, 0.0).sum(axis=1)
    return rows


def extraction(A: Array, output: Array, value_added: Array, group: list[int]) -> Array:
    """What each sector loses when rows, columns and final use of the group are struck out and the
    economy is solved anew.
    """
    left, final_use = A.copy(), output - A @ output
    left[group, :] = 0.0
    left[:, group] = 0.0
    final_use[group] = 0.0
    without = np.linalg.solve(np.eye(output.size) - left, final_use)
    lost: Array = value_added / output * (output - without)
    return lost

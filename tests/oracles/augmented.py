"""The explicit augmented table of method section 4: split flows, divide, invert, add up."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass
class Augmented:
    """A' and L' of n + m sectors, and what the m virtual sectors bring about in the n."""

    coefficients: Array
    inverse: Array
    induced_output: Array
    indirect_value_added: Array


def split_flows(flows: Array, output: Array, shares: dict[int, float]) -> tuple[Array, Array]:
    """Flows and output with a virtual sector behind the table for each split one.

    Part S of the row and of the column of sector k, and of its output, goes to its virtual sector,
    part 1 − S stays.
    """
    n = output.size
    owner = [*range(n), *shares]
    part = [1 - shares.get(i, 0.0) for i in range(n)] + list(shares.values())
    split = np.empty((len(owner), len(owner)))
    for r, (i, row_part) in enumerate(zip(owner, part, strict=True)):
        for c, (j, column_part) in enumerate(zip(owner, part, strict=True)):
            split[r, c] = flows[i, j] * row_part * column_part
    return split, np.array([output[i] * p for i, p in zip(owner, part, strict=True)])


def augmented(
    flows: Array, output: Array, value_added: Array, shares: dict[int, float]
) -> Augmented:
    """Method section 4, word by word; every share must lie strictly between 0 and 1."""
    n = output.size
    split, parts = split_flows(flows, output, shares)
    A = split / parts
    L = np.asarray(np.linalg.inv(np.eye(parts.size) - A), dtype=np.float64)
    induced = np.zeros(n)
    for a in range(len(shares)):
        for i in range(n):
            induced[i] += L[i, n + a] / L[n + a, n + a] * parts[n + a]
    return Augmented(A, L, induced, induced / output * value_added)

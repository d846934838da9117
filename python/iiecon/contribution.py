"""Direct and indirect value added in the base year (method, sections 3 and 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from iiecon.findings import InputError
from iiecon.iotable import FloatArray, Imports, IOTable, coefficients, leontief_columns


@dataclass(frozen=True)
class Contribution:
    """What the scored sectors add, sector by sector in table order; money in the table's unit.

    `direct_value_added` S_k (X_k − M_k), `indirect_value_added` dz_i = λ_i (X_i − M_i),
    `induced_output` ΔY_i, `ratio` λ_i = ΔY_i / X_i (no unit); n values each.
    """

    codes: tuple[str, ...]
    scores: FloatArray
    direct_value_added: FloatArray
    indirect_value_added: FloatArray
    induced_output: FloatArray
    ratio: FloatArray


def leontief_contribution(
    table: IOTable,
    scores: Mapping[str, float],
    imports: Imports = "competitive",
    inverse: FloatArray | None = None,
) -> Contribution:
    """Direct and indirect value added of the scored sectors.

    `scores` maps the codes of the direct sectors to S_k in [0, 1]; every other sector has none.
    `inverse`: L of this table and treatment of imports, n × n, where it is at hand; without it only
    the columns of the scored sectors are solved for.
    Raises InputError for an unknown code or a score outside [0, 1], NumericalError when the table
    is not productive.
    """
    spread, direct, values = spread_of(table, scores, imports, inverse)
    induced = induced_output(spread, direct, values, table.output)
    everywhere = np.zeros(table.size)
    everywhere[direct] = values
    ratio = induced / table.output
    return Contribution(
        codes=table.codes,
        scores=everywhere,
        direct_value_added=everywhere * table.value_added,
        indirect_value_added=ratio * table.value_added,
        induced_output=induced,
        ratio=ratio,
    )


def spread_of(
    table: IOTable,
    scores: Mapping[str, float],
    imports: Imports = "competitive",
    inverse: FloatArray | None = None,
) -> tuple[FloatArray, npt.NDArray[np.intp], FloatArray]:
    """The columns of G = L − I of the scored sectors (n × m), their m positions, their scores.

    Arguments and errors are those of `leontief_contribution`.
    """
    for position, (code, score) in enumerate(scores.items()):
        if not 0 <= score <= 1:
            raise InputError.one("score_range", "scores", position, code=code, value=score)
    direct = table.positions(list(scores))
    values = np.array(list(scores.values()), dtype=float)
    if inverse is None:
        spread = leontief_columns(coefficients(table, imports), direct)
    else:
        spread = inverse[:, direct]
    spread[direct, np.arange(direct.size)] -= 1.0
    return spread, direct, values


def induced_output(
    spread: FloatArray, direct: npt.NDArray[np.intp], scores: FloatArray, output: FloatArray
) -> FloatArray:
    """ΔY (n) in closed form, without the augmented inverse.

    `spread` holds the columns k of G = L − I (n × m), `direct` their m positions, `scores` S (m),
    `output` X (n). Splitting the direct sectors augments A to A' = P A R with R P = I, hence
    L' = I + P (L − I) R and

        ΔY_i = (1 − S_i) Σ_a G[i, k_a] X[k_a] S_a / (1 + S_a G[k_a, k_a]).
    """
    own = spread[direct, np.arange(direct.size)]
    induced: FloatArray = spread @ (output[direct] * scores / (1 + scores * own))
    induced[direct] *= 1 - scores
    return induced

"""How sectors hang together: where indirect value added comes from, linkages and multipliers.

Textbook measures of an input-output table (Rasmussen; Ghosh; Miller and Blair, chapters 6 and 12),
and the terms of the closed form of method section 4, kept apart by direct sector.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from iiecon.contribution import spread_of
from iiecon.iotable import FloatArray, Imports, IOTable, coefficients, leontief_inverse


@dataclass(frozen=True)
class Linkages:
    """n values each, no unit, in table order.

    `output_multiplier`: output of all sectors for one unit of a sector's final demand, Σ_i l_ij.
    `value_added_multiplier`: value added for it, Σ_i (N_i / X_i) l_ij. `backward`: the output
    multiplier over its mean. `forward`: row sums of Ghosh's inverse (output of all sectors for one
    unit of a sector's primary inputs) over their mean. Above one means more than the average.
    """

    backward: FloatArray
    forward: FloatArray
    output_multiplier: FloatArray
    value_added_multiplier: FloatArray


def linkages(
    table: IOTable, imports: Imports = "competitive", inverse: FloatArray | None = None
) -> Linkages:
    """Linkages and multipliers of every sector; `inverse` as in `leontief_contribution`.

    Raises InputError when output is not positive, NumericalError when the table is not productive.
    """
    L = leontief_inverse(coefficients(table, imports)) if inverse is None else inverse
    multiplier: FloatArray = L.sum(axis=0)
    # Ghosh's inverse is X̂⁻¹ L X̂: its row sums need no second inverse.
    allocated: FloatArray = L @ table.output / table.output
    return Linkages(
        backward=multiplier / multiplier.mean(),
        forward=allocated / allocated.mean(),
        output_multiplier=multiplier,
        value_added_multiplier=table.value_added / table.output @ L,
    )


def indirect_by_source(
    table: IOTable,
    scores: Mapping[str, float],
    imports: Imports = "competitive",
    inverse: FloatArray | None = None,
) -> FloatArray:
    """Indirect value added of each sector by the direct sector that brings it about, n × m.

    The terms a of ΔY_i = (1 − S_i) Σ_a G[i, k_a] X[k_a] S_a / (1 + S_a G[k_a, k_a]), each times
    N_i / X_i: rows add up to `indirect_value_added`. Arguments, unit and errors are those of
    `leontief_contribution`.
    """
    spread, direct, values = spread_of(table, scores, imports, inverse)
    own = spread[direct, np.arange(direct.size)]
    terms: FloatArray = spread * (table.output[direct] * values / (1 + values * own))
    terms[direct] *= (1 - values)[:, None]
    return terms * (table.value_added / table.output)[:, None]

"""Other ways to measure the same industry, on the same table and scores (method, section 11).

All of them count the direct value added itself and differ in what they add from elsewhere. With the
virtual sectors T of the augmented table (method, section 4) a method is one vector w, the output of
T that it takes as needed: with G = L − I,

    value added elsewhere in sector i = v_i (1 − S_i) Σ_a G[i, k_a] w_a.

- union of forward and backward value added (cells of v̂L'ŷ in rows or columns T): w = y_T, what T
  sells to final use. The rows T are what T makes itself, so they add nothing elsewhere.
- hypothetical extraction of T together, loss v'·L'[:,T]·L'_TT⁻¹·x_T: w = L'_TT⁻¹ x_T.
- the paper: every a of T extracted alone, the losses added up: w_a = x_a / L'_aa.

Hence with A ≥ 0, y ≥ 0 and v ≥ 0: direct ≤ union ≤ extraction ≤ paper. What the paper has beyond
extraction are chains of suppliers that lead through two direct sectors: it counts them for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from iiecon import catalogue
from iiecon.contribution import spread_of
from iiecon.findings import Finding, NumericalError
from iiecon.iotable import FloatArray, Imports, IOTable, coefficients
from iiecon.sections import section_totals

if TYPE_CHECKING:
    from iiecon.results import ModelResults

METHODS = ("direct", "union", "extraction", "paper")
# What is added from one method to the next; the first two make up direct value added.
STEPS = ("own_use", "forward", "backward", "rest", "repeated")
ROUNDING = 1e-9  # relative; sums of float64 agree to less


@dataclass(frozen=True)
class CrossCheck:
    """Value added by four methods, sector by sector in table order, in the table's unit.

    n values each. `own_use`: the part of `direct` that the final use of the direct sectors' own
    products carries. `negative_use`: the codes of the sectors whose final use less imports is below
    zero. `must_be_ordered`: whether A, v and y are such that the order of the methods must hold.
    """

    codes: tuple[str, ...]
    direct: FloatArray
    union: FloatArray
    extraction: FloatArray
    paper: FloatArray
    own_use: FloatArray
    negative_use: tuple[str, ...]
    must_be_ordered: bool

    def of(self, measure: str) -> FloatArray:
        """A method or a step by its name, n values."""
        differences = {
            "forward": (self.direct, self.own_use),
            "backward": (self.union, self.direct),
            "rest": (self.extraction, self.union),
            "repeated": (self.paper, self.extraction),
        }
        if measure not in differences:
            return cast(FloatArray, getattr(self, measure))
        more, less = differences[measure]
        return more - less

    @property
    def methods(self) -> FloatArray:
        """n × 4 in the order of METHODS."""
        return np.column_stack([self.of(name) for name in METHODS])

    @property
    def steps(self) -> FloatArray:
        """n × 5 in the order of STEPS; the rows add up to the paper's method."""
        return np.column_stack([self.of(name) for name in STEPS])

    @property
    def ordered(self) -> bool:
        """Whether the totals follow direct ≤ union ≤ extraction ≤ paper, up to rounding."""
        totals = self.methods.sum(axis=0)
        return bool((np.diff(totals) >= -ROUNDING * np.abs(totals).max()).all())

    def findings(self) -> list[Finding]:
        """An error when the order is broken though it must hold: then the program is wrong. Where
        final use is negative it need not hold: a note, or a warning when it does not.
        """
        values = {
            "totals": ", ".join(f"{value:,.1f}" for value in self.methods.sum(axis=0)),
            "count": len(self.negative_use),
            "codes": ", ".join(self.negative_use),
        }
        if self.ordered:
            return [Finding("info", "crosscheck_use", values, "final_use")] * bool(
                self.negative_use
            )
        if self.must_be_ordered:
            return [Finding("error", "crosscheck_order", values, "identities")]
        return [Finding("warning", "crosscheck_disordered", values, "final_use")]


def crosscheck(
    table: IOTable,
    scores: Mapping[str, float],
    imports: Imports = "competitive",
    inverse: FloatArray | None = None,
) -> CrossCheck:
    """All methods on one table. Arguments and errors are those of `leontief_contribution`.

    Final use y = X − A X is what is left of output after intermediate use: imports are deducted
    with `imports="competitive"`, domestic goods alone count with "domestic".
    """
    spread, direct, S = spread_of(table, scores, imports, inverse)
    A = coefficients(table, imports)
    final_use = table.output - A @ table.output
    use = S * final_use[direct]
    L_TT = np.eye(S.size) + S[:, None] * spread[direct]
    rates = table.value_added / table.output
    needed = needed_output(L_TT, S * table.output[direct], use)
    own = np.zeros(table.size)
    own[direct] = S * table.value_added[direct]
    own_use = np.zeros(table.size)
    own_use[direct] = rates[direct] * (L_TT @ use)
    stays = np.ones(table.size)
    stays[direct] -= S
    totals = {name: own + rates * stays * (spread @ w) for name, w in needed.items()}
    negative = _below_zero(final_use)
    return CrossCheck(
        codes=table.codes,
        direct=own,
        own_use=own_use,
        negative_use=tuple(
            code for code, below in zip(table.codes, negative, strict=True) if below
        ),
        must_be_ordered=bool(
            (A >= 0).all() and (table.value_added >= 0).all() and not negative.any()
        ),
        **totals,
    )


def needed_output(L_TT: FloatArray, output: FloatArray, use: FloatArray) -> dict[str, FloatArray]:
    """w by method, m values each: what of the virtual sectors' output a method takes as needed.

    `L_TT` m × m is their block of L', `output` x_T, `use` their final use y_T.
    """
    return {
        "union": use,
        "extraction": _solved(L_TT, output),
        "paper": output / L_TT.diagonal(),
    }


def _solved(L_TT: FloatArray, output: FloatArray) -> FloatArray:
    try:
        return cast(FloatArray, np.linalg.solve(L_TT, output))
    except np.linalg.LinAlgError:
        raise NumericalError.one("not_productive", "flows") from None


def _below_zero(final_use: FloatArray) -> npt.NDArray[np.bool_]:
    """Where final use is negative, by more than the rounding of X − A X."""
    return np.asarray(final_use < -ROUNDING * np.abs(final_use).max(initial=0.0))


# --- Of a run -------------------------------------------------------------------------------------


def crosscheck_of(results: ModelResults) -> CrossCheck:
    """The methods in the base year of a run, with its scores and treatment of imports; 亿元."""
    inputs = results.inputs
    imports = cast(Imports, inputs.options.imports)
    return crosscheck(inputs.table, results.scores.by_code(), imports)


def by_section(results: ModelResults, values: FloatArray) -> FloatArray:
    """Columns of values by sector (n × k) added up by section; sections × k."""
    inputs = results.inputs
    letters = [section.code for section in inputs.sections]
    return np.column_stack(
        [section_totals(column, inputs.sector_sections, letters) for column in values.T]
    )


def records(results: ModelResults) -> dict[str, Any]:
    """The part `crosscheck` of the JSON: methods and steps of the nation, and by section.

    Money in 亿元 of the base year, shares of its GDP; every line says what it counts.
    """
    found = crosscheck_of(results)
    gdp = float(results.gdp.values[0])
    return {
        "year": results.years[0],
        "methods": list(_lines("method", METHODS, found.methods, gdp)),
        "steps": list(_lines("step", STEPS, found.steps, gdp)),
        "sections": _sections(results, found),
        "place": _place(found, gdp),
        "ordered": found.ordered,
        "must_be_ordered": found.must_be_ordered,
        "negative_use": list(found.negative_use),
    }


def _lines(
    kind: str, names: tuple[str, ...], values: FloatArray, gdp: float
) -> Iterator[dict[str, Any]]:
    for name, total in zip(names, values.sum(axis=0), strict=True):
        about = catalogue.both(f"crosscheck.{kind}.{name}")
        yield {kind: name, "value_added": total, "share_of_gdp": total / gdp, "about": about}


def _place(found: CrossCheck, gdp: float) -> str:
    """Where the paper's number stands among the others, and what no method counts."""
    _, union, extraction, paper = found.methods.sum(axis=0)
    excess = paper / extraction - 1 if extraction else 0.0
    told = catalogue.both(
        "crosscheck.place.paper",
        paper=f"{paper:,.1f}",
        share=f"{paper / gdp:.2%}",
        repeated=f"{paper - extraction:,.1f}",
        excess=f"{excess:.1%}",
        over_union=f"{paper - union:,.1f}",
    )
    return f"{told}; {catalogue.both('crosscheck.place.left_out')}"


def _sections(results: ModelResults, found: CrossCheck) -> list[dict[str, Any]]:
    names = (*METHODS, *STEPS)
    values = by_section(results, np.column_stack([found.methods, found.steps]))
    return [
        {"section": section.code, **dict(zip(names, row, strict=True))}
        for section, row in zip(results.inputs.sections, values, strict=True)
    ]

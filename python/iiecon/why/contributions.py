"""Told of the functions on the input-output table (method, sections 1, 3 and 4)."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from iiecon.contribution import spread_of
from iiecon.crosscheck import METHODS, STEPS, needed_output
from iiecon.iotable import FloatArray, IOTable, coefficients
from iiecon.iotable import leontief_inverse as inverse_of
from iiecon.why.opening import Call, Told, told
from iiecon.why.terms import Quantity, Term, number, quantity, step, total

RATIO = "λ_i = ΔY_i / X_i"
INDUCED = "ΔY_i = (1 − S_i) Σ_k G_ik X_k S_k / (1 + S_k G_kk)"


class Spread:
    """Where value added spreads from: the table of a call, its scores, and G of the scored."""

    def __init__(self, call: Call) -> None:
        values = call.values
        self.call, self.table = call, _table(values)
        self.codes = tuple(values["direct_codes"])
        scores = dict(zip(self.codes, values["scores"].tolist(), strict=True))
        self.G, self.positions, _ = spread_of(self.table, scores, values["import_treatment"])
        self.place_of = {int(p): a for a, p in enumerate(self.positions)}

    def score(self, a: int) -> Term:
        """S_k of the a-th scored sector."""
        return self.call.grid("scores").of(a)

    def ripple(self, i: int, a: int) -> Term:
        """G_ik: output of sector i for one unit of final demand for the scored sector k."""
        about = f"{self.table.codes[i]} ← {self.codes[a]}"
        made = partial(self._made, i, a)
        return quantity(Quantity(float(self.G[i, a]), key="ripple", about=about, made=made))

    def _made(self, i: int, a: int) -> Term:
        """G = A L, with the cells that row i of A is made of."""
        inverse = self.G[:, a].copy()
        inverse[self.positions[a]] += 1.0
        use = partial(_used, self.call, i)
        return total(
            use(k)
            * quantity(Quantity(float(value), key="inverse", about=f"{code} ← {self.codes[a]}"))
            for k, (code, value) in enumerate(zip(self.table.codes, inverse, strict=True))
        )

    def induced_by(self, i: int, a: int) -> Term:
        """The part of ΔY_i that the a-th scored sector brings about."""
        k, output = int(self.positions[a]), self.call.grid("output")
        score, one = self.score(a), number(1.0)
        term = self.ripple(i, a) * output.of(k) * score / (one + score * self.ripple(k, a))
        if i in self.place_of:
            term = (one - self.score(self.place_of[i])) * term
        return term

    def induced(self, i: int) -> Term:
        """ΔY_i, what each scored sector brings about as a step, the largest first."""
        parts = [(self.induced_by(i, a), a) for a in range(len(self.codes))]
        parts.sort(key=lambda part: -part[0].value)
        return total(
            step("induced_by", term, f"{self.table.codes[i]} ← {self.codes[a]}")
            for term, a in parts
        )

    def ratio(self, i: int) -> Term:
        """λ_i."""
        code = self.table.codes[i]
        return step("induced", self.induced(i), code) / self.call.grid("output").of(i)


def _table(values: dict[str, Any]) -> IOTable:
    size = len(values["output"])
    return IOTable.from_arrays(
        values["flows"],
        values["output"],
        values["value_added"],
        values.get("codes") or [str(i) for i in range(1, size + 1)],
        imports=values.get("imports"),
        exports=values.get("exports"),
    )


def _used(call: Call, i: int, k: int) -> Term:
    """a_ik, with imports taken out where the option says so."""
    output = call.grid("output")
    share = call.grid("flows").at(i, k) / output.of(k)
    if call.values.get("import_treatment", "competitive") == "competitive":
        return share
    imports, exports = (call.grid(name).of(i) for name in ("imports", "exports"))
    return (number(1.0) - imports / (output.of(i) + imports - exports)) * share


@told
def io_coefficients(call: Call, i: int, j: int) -> Told:
    """a_ij."""
    return Told("a_ij = x_ij / X_j", _used(call, i, j))


@told
def leontief_inverse(call: Call, i: int, j: int) -> Told:
    """L_ij, by L = I + A L."""
    L = inverse_of(call.values["flows"] / call.values["output"])
    own = [number(1.0)] if i == j else []
    uses = [_used(call, i, k) * _entry(L, k, j) for k in range(L.shape[0])]
    return Told("L = I + A L, a_ij = x_ij / X_j", total(own + uses))


@told
def leontief_contrib(call: Call, i: int, j: int) -> Told:
    """Direct or indirect value added, induced output or λ of sector i."""
    spread, measure = Spread(call), call.values["measure"]
    worth = call.grid("value_added").of(i)
    if measure == "direct":
        a = spread.place_of.get(i)
        return Told("S_i N_i", (number(0.0) if a is None else spread.score(a)) * worth)
    if measure == "output":
        return Told(INDUCED, spread.induced(i))
    if measure == "ratio":
        return Told(f"{RATIO}, {INDUCED}", spread.ratio(i))
    ratio = step("ratio", spread.ratio(i), spread.table.codes[i])
    return Told(f"dz_i = λ_i N_i, {RATIO}, {INDUCED}", ratio * worth)


@told
def iie_direct_va(call: Call, i: int, j: int) -> Told:
    """Direct value added of all scored sectors."""
    codes = list(call.values["codes"])
    worth, scores = call.grid("value_added"), call.grid("scores")
    terms = [
        scores.of(a) * worth.of(codes.index(code))
        for a, code in enumerate(call.values["direct_codes"])
    ]
    return Told("Z = Σ_k S_k N_k", total(terms))


@told
def iie_indirect_va(call: Call, i: int, j: int) -> Told:
    """Indirect value added of all sectors."""
    spread, worth = Spread(call), call.grid("value_added")
    terms = (
        step("ratio", spread.ratio(s), spread.table.codes[s]) * worth.of(s)
        for s in range(spread.table.size)
    )
    return Told(f"Z = Σ_i λ_i N_i, {RATIO}, {INDUCED}", total(terms))


@told
def iie_indirect_flow(call: Call, i: int, j: int) -> Told:
    """Indirect value added of sector i that the j-th scored sector brings about."""
    spread = Spread(call)
    share = call.grid("value_added").of(i) / call.grid("output").of(i)
    notation = "(1 − S_i) G_ik X_k S_k / (1 + S_k G_kk) N_i / X_i"
    return Told(notation, spread.induced_by(i, j) * share)


@told
def io_crosscheck(call: Call, i: int, j: int) -> Told:
    """What sector i makes by one of the methods, or from one method to the next."""
    spread, needs = Spread(call), Needs(call)
    name = (METHODS if call.values["measure"] == "methods" else STEPS)[j]
    rate = call.grid("value_added").of(i) / call.grid("output").of(i)
    a = spread.place_of.get(i)
    none = number(0.0)
    own = none if a is None else spread.score(a) * call.grid("value_added").of(i)
    if name == "direct":
        return Told("S_i N_i", own)
    if name in ("own_use", "forward"):
        use = none if a is None else rate * needs.own_use(spread, i, a)
        notation = "N_i / X_i (y_i + S_i Σ_k G_ik y_k), y_k = S_k (X_k − Σ_j A_kj X_j)"
        if name == "own_use":
            return Told(notation, use)
        return Told(f"S_i N_i − {notation}", own - use)
    stays = number(1.0) if a is None else number(1.0) - spread.score(a)
    elsewhere = total(spread.ripple(i, k) * needs.of(name, k) for k in range(len(spread.codes)))
    notation = "N_i / X_i (1 − S_i) Σ_k G_ik w_k"
    if name in METHODS:
        return Told(f"S_i N_i + {notation}", own + rate * stays * elsewhere)
    return Told(notation, rate * stays * elsewhere)


class Needs:
    """The output of the direct sectors that each method takes as needed, w, and its steps."""

    def __init__(self, call: Call) -> None:
        spread = Spread(call)
        table, k = spread.table, spread.positions
        S = np.array(call.values["scores"], dtype=float)
        A = coefficients(table, call.values["import_treatment"])
        self.use = S * (table.output - A @ table.output)[k]
        L_TT = np.eye(S.size) + S[:, None] * spread.G[k]
        w = needed_output(L_TT, S * table.output[k], self.use)
        self.codes = spread.codes
        self.w = {
            **w,
            "backward": w["union"],
            "rest": w["extraction"] - w["union"],
            "repeated": w["paper"] - w["extraction"],
        }

    def of(self, name: str, a: int) -> Term:
        """w of a method or a step, for the a-th direct sector."""
        return quantity(Quantity(float(self.w[name][a]), key="needed", about=self.codes[a]))

    def own_use(self, spread: Spread, i: int, a: int) -> Term:
        """What the a-th direct sector, sector i, makes for the final use of all of them."""
        through = total(spread.ripple(i, k) * self._use(k) for k in range(len(self.codes)))
        return self._use(a) + spread.score(a) * through

    def _use(self, a: int) -> Term:
        return quantity(Quantity(float(self.use[a]), key="final_use", about=self.codes[a]))


@told
def io_linkages(call: Call, i: int, j: int) -> Told:
    """A linkage or multiplier of sector i."""
    table = _table(call.values)
    L = inverse_of(coefficients(table, call.values["import_treatment"]))
    n, measure = range(table.size), call.values["measure"]
    if measure == "output_multiplier":
        return Told("Σ_r L_ri", _column(L, i))
    if measure == "value_added_multiplier":
        worth, output = call.grid("value_added"), call.grid("output")
        terms = (worth.of(r) / output.of(r) * _entry(L, r, i) for r in n)
        return Told("Σ_r N_r / X_r L_ri", total(terms))
    if measure == "backward":
        mean = step("mean_multiplier", total(_sum(L, c) for c in n) / number(float(table.size)))
        return Told("Σ_r L_ri / (Σ_c Σ_r L_rc / n)", step("multiplier", _column(L, i)) / mean)
    own = step("allocated", _allocated(call, L, i))
    rows = total(step("allocated", _allocated(call, L, r)) for r in n)
    mean = step("mean_allocated", rows / number(float(table.size)))
    return Told("B_i / (Σ_r B_r / n), B_i = Σ_c L_ic X_c / X_i", own / mean)


def _entry(L: FloatArray, row: int, column: int) -> Term:
    return quantity(
        Quantity(float(L[row, column]), key="inverse", about=f"{row + 1}, {column + 1}")
    )


def _column(L: FloatArray, column: int) -> Term:
    return total(_entry(L, row, column) for row in range(L.shape[0]))


def _sum(L: FloatArray, column: int) -> Term:
    return step("multiplier", _column(L, column), str(column + 1))


def _allocated(call: Call, L: FloatArray, i: int) -> Term:
    output = call.grid("output")
    return total(_entry(L, i, c) * output.of(c) for c in range(L.shape[0])) / output.of(i)

"""The input-output table (method, section 1).

Money in `unit` (亿元 inside the model). n sectors; flows[i, j] is what sector j uses of sector i.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from iiecon.findings import InputError, NotAvailableError, NumericalError

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

FloatArray = npt.NDArray[np.float64]
Imports = Literal["competitive", "domestic"]
WAN_PER_YI = 10_000.0  # official tables come in 万元, the model works in 亿元
THREADS_PAY_FROM = 500
# Above this, (I − A) is singular up to rounding: a sector that spends its whole output on inputs.
SINGULAR = 1e10


# The fields of a table with one figure for each sector; some may be absent.
VECTORS = (
    "output", "value_added", "other_inputs", "final_use", "exports", "imports", "discrepancy",
)  # fmt: skip


@dataclass(frozen=True)
class TableParts:
    """The blocks around the flows as printed: `final_uses` n × k (exports not included) and
    `value_added` r × n, with their labels.
    """

    final_use_labels: tuple[str, ...]
    final_uses: FloatArray
    value_added_labels: tuple[str, ...]
    value_added: FloatArray


@dataclass(frozen=True)
class IOTable:
    """A square input-output table.

    `codes`, `names`: n labels. `flows`: n × n. `output` X, `value_added` N and the optional
    `other_inputs` (taxes kept apart from value added), `final_use` (exports included), `exports`,
    `imports` (positive) and `discrepancy`: n each. `precision`: the unit of the last printed digit.
    A converted table remembers the unit it was printed in: one `unit` is `per_unit` printed units.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    flows: FloatArray
    output: FloatArray
    value_added: FloatArray
    other_inputs: FloatArray | None = None
    final_use: FloatArray | None = None
    exports: FloatArray | None = None
    imports: FloatArray | None = None
    discrepancy: FloatArray | None = None
    unit: str = "亿元"
    year: int | None = None
    precision: float = 0.0
    notes: tuple[str, ...] = ()
    parts: TableParts | None = None
    printed_unit: str = ""
    per_unit: float = 1.0

    @classmethod
    def from_arrays(
        cls,
        flows: npt.ArrayLike,
        output: npt.ArrayLike,
        value_added: npt.ArrayLike | None = None,
        codes: Sequence[str] | None = None,
        names: Sequence[str] | None = None,
        *,
        final_use: npt.ArrayLike | None = None,
        exports: npt.ArrayLike | None = None,
        imports: npt.ArrayLike | None = None,
        other_inputs: npt.ArrayLike | None = None,
        discrepancy: npt.ArrayLike | None = None,
        unit: str = "亿元",
        year: int | None = None,
        precision: float = 0.0,
        notes: Sequence[str] = (),
        parts: TableParts | None = None,
    ) -> IOTable:
        """A table from plain arrays, all in `unit`.

        Without `value_added` it is output less intermediate input (N = X − M). Raises InputError
        when the shapes do not fit.
        """
        matrix = np.asarray(flows, dtype=float)
        total = np.asarray(output, dtype=float).ravel()
        if matrix.ndim != 2 or matrix.shape != (total.size, total.size) or total.size == 0:
            raise InputError.one("io_shape", "flows", shape=matrix.shape, size=total.size)
        labels = tuple(codes) if codes is not None else _numbered(total.size)
        vectors = {
            "value_added": total - matrix.sum(axis=0) if value_added is None else value_added,
            "other_inputs": other_inputs,
            "final_use": final_use,
            "exports": exports,
            "imports": imports,
            "discrepancy": discrepancy,
        }
        return cls(
            codes=labels,
            names=tuple(names) if names is not None else labels,
            flows=matrix,
            output=total,
            unit=unit,
            year=year,
            precision=precision,
            notes=tuple(notes),
            parts=parts,
            **{key: _vector(key, value, total.size) for key, value in vectors.items()},  # type: ignore[arg-type]
        )

    @property
    def size(self) -> int:
        """The number of sectors n."""
        return len(self.codes)

    def scaled(self, factor: float, unit: str) -> IOTable:
        """The same table in another unit of money."""
        changed = {k: _times(getattr(self, k), factor) for k in ("flows", *VECTORS)}
        parts = self.parts and replace(
            self.parts,
            final_uses=self.parts.final_uses * factor,
            value_added=self.parts.value_added * factor,
        )
        return replace(
            self,
            unit=unit,
            precision=self.precision * factor,
            parts=parts,
            printed_unit=self.printed_unit or self.unit,
            per_unit=self.per_unit / factor,
            **changed,  # type: ignore[arg-type]
        )

    def as_printed(self, value: float) -> str:
        """An amount of the table in the unit in which the table was printed."""
        return f"{value * self.per_unit:.12g}"

    def to_last_digit(self, value: float) -> float:
        """An amount rounded to the last printed digit, for a figure that ought to be printed."""
        return round(value / self.precision) * self.precision if self.precision else value

    def positions(self, codes: Sequence[str]) -> npt.NDArray[np.intp]:
        """Where the given codes stand; raises NotAvailableError naming those that do not."""
        index = {code: i for i, code in enumerate(self.codes)}
        unknown = [code for code in codes if code not in index]
        if unknown:
            raise NotAvailableError.one("unknown_code", "codes", codes=", ".join(unknown))
        return np.array([index[code] for code in codes], dtype=np.intp)


def coefficients(table: IOTable, imports: Imports = "competitive") -> FloatArray:
    """Technical coefficients A, a_ij = x_ij / X_j; n × n, no unit (method, section 1).

    `imports="domestic"` keeps the domestic part of each input, A_d = (I − m̂)A with
    m_i = IM_i / (X_i + IM_i − EX_i). Raises InputError where X is not positive or imports and
    exports are not given.
    """
    idle = np.flatnonzero(~(table.output > 0))
    if idle.size:
        first = int(idle[0])
        raise InputError.one("output_not_positive", "output", first, code=table.codes[first])
    A = table.flows / table.output
    return A if imports == "competitive" else A * (1 - import_shares(table))[:, None]


def import_shares(table: IOTable) -> FloatArray:
    """m_i = IM_i / (X_i + IM_i − EX_i), the imported part of domestic use; n shares."""
    if table.imports is None or table.exports is None:
        raise InputError.one("imports_missing", "imports")
    supply = table.output + table.imports - table.exports
    shares = table.imports / np.where(supply == 0, 1.0, supply)
    bad = np.flatnonzero((supply == 0) & (table.imports != 0) | (shares < 0) | (shares > 1))
    if bad.size:
        first = int(bad[0])
        raise InputError.one("import_share", "imports", first, code=table.codes[first])
    return shares


def leontief_inverse(A: FloatArray) -> FloatArray:
    """L = (I − A)⁻¹, n × n. Raises NumericalError when the table is not productive."""
    n = A.shape[0]
    if n < THREADS_PAY_FROM:
        return leontief_columns(A, np.arange(n))
    from scipy.linalg import LinAlgError, LinAlgWarning, inv

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", LinAlgWarning)  # nearly singular: see is_productive
            L = inv(_system(A).T, overwrite_a=True, check_finite=False, assume_a="general").T
    except LinAlgError:
        raise NumericalError.one("not_productive", "flows") from None
    if not is_productive(A, L.sum(axis=1)):
        raise NumericalError.one("not_productive", "flows")
    return np.asarray(L, dtype=np.float64)


def leontief_columns(A: FloatArray, columns: npt.NDArray[np.intp]) -> FloatArray:
    """Selected columns of L = (I − A)⁻¹, n × m, from one factorisation.

    A extra right-hand side of ones proves productivity on the way: for A ≥ 0 the spectral radius
    is below one exactly when (I − A)x = 1 has a solution x ≥ 1.
    """
    n = A.shape[0]
    right = np.zeros((n, columns.size + 1))
    right[columns, np.arange(columns.size)] = 1.0
    right[:, -1] = 1.0
    try:
        with blas_threads(n):
            solved = _solved(_system(A), right)
    except np.linalg.LinAlgError:
        raise NumericalError.one("not_productive", "flows") from None
    if not is_productive(A, solved[:, -1]):
        raise NumericalError.one("not_productive", "flows")
    return solved[:, :-1]


def _system(A: FloatArray) -> FloatArray:
    """I − A, a new array."""
    system = np.negative(A)
    system.flat[:: A.shape[0] + 1] += 1.0
    return system


def _solved(system: FloatArray, right: FloatArray) -> FloatArray:
    """The solution of a linear system; a large one is factorised in place of its matrix, which
    saves a third of the time.
    """
    if system.shape[0] < THREADS_PAY_FROM:
        return np.asarray(np.linalg.solve(system, right), dtype=np.float64)
    from scipy.linalg import LinAlgWarning, lu_factor, lu_solve

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LinAlgWarning)  # a singular matrix: see is_productive
        factors = lu_factor(system.T, overwrite_a=True, check_finite=False)
    return np.asarray(
        lu_solve(factors, right, trans=1, overwrite_b=True, check_finite=False), dtype=np.float64
    )


@contextmanager
def blas_threads(size: int) -> Iterator[None]:
    """One thread for small systems: waking a pool costs more than it saves, up to 100 ms."""
    if size >= THREADS_PAY_FROM:
        yield
        return
    with _thread_pools().limit(limits=1):
        yield


@cache
def _thread_pools() -> ThreadpoolController:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def is_productive(A: FloatArray, required: FloatArray) -> bool:
    """Whether the spectral radius of A is below one; `required` solves (I − A)x = 1."""
    if not np.isfinite(required).all() or np.abs(required).max() > SINGULAR:
        return False
    if (A >= 0).all():
        return bool((required >= 1 - 1e-9).all())
    return bool(np.abs(np.linalg.eigvals(A)).max() < 1)


def printed_precision(numbers: FloatArray) -> float:
    """The unit of the last printed digit: 10⁻ᵈ, d the fewest decimals that write 99 % of them."""
    values = numbers[numbers != 0]
    for decimals in range(-4, 7):
        if values.size == 0 or np.mean(values == np.round(values, decimals)) >= 0.99:
            return float(10.0**-decimals)
    return 0.0


def _numbered(size: int) -> tuple[str, ...]:
    return tuple(f"{i:03d}" for i in range(1, size + 1))


def _vector(key: str, value: npt.ArrayLike | None, size: int) -> FloatArray | None:
    if value is None:
        return None
    vector = np.asarray(value, dtype=float).ravel()
    if vector.size != size:
        raise InputError.one("vector_length", key, name=key, found=vector.size, expected=size)
    return vector


def _times(values: FloatArray | None, factor: float) -> FloatArray | None:
    return None if values is None else values * factor

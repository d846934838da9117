"""IIEconModel: measure an emerging industry from an input-output table, ballots and yearbooks.

Money in 亿元, people in 万人, shares as fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from iiecon.contribution import Contribution, leontief_contribution
from iiecon.findings import Finding, InputError
from iiecon.inputs import ModelInputs, default_inputs
from iiecon.iotable import IOTable
from iiecon.model import run_model
from iiecon.options import Options
from iiecon.regions import province_value_added
from iiecon.results import VERSION, ModelResults

if TYPE_CHECKING:
    from distributed import Client

    from iiecon.uncertainty import Simulation

__version__ = VERSION
__all__ = [
    "Contribution",
    "Finding",
    "IOTable",
    "InputError",
    "ModelInputs",
    "ModelResults",
    "Options",
    "default_inputs",
    "leontief_contribution",
    "load_inputs",
    "province_value_added",
    "read_io_table",
    "run_model",
    "simulate",
]


def read_io_table(
    path: str | Path, layout: str = "auto", *, sheet: str = "", unit: str = ""
) -> IOTable:
    """An official table, an OECD table or a plain matrix from .xls, .xlsx or .csv. Chinese tables
    come in 亿元, others in their own unit.

    `sheet` and `unit` ("万元", "亿元") settle what the file leaves open. Raises InputError naming
    sheet and cell, and `iiecon.spreadsheet.package.FileProblem` when the file cannot be read.
    """
    from iiecon.readers import read_io_table as read

    return read(path, layout, sheet=sheet, unit=unit)


def load_inputs(path: str) -> ModelInputs:
    """The inputs of a workbook; raises InputError naming sheet and cell.

    Raises `iiecon.spreadsheet.package.FileProblem` when the file cannot be read.
    """
    from iiecon.workbook.read import load_inputs as load

    return load(path)


def simulate(
    inputs: ModelInputs,
    draws: int = 10_000,
    seed: int = 0,
    *,
    years: Sequence[int] = (),
    concentration: float | None = None,
    progress: Callable[[int, int], None] = lambda done, draws: None,
    client: Client | None = None,
) -> Simulation:
    """How sure the results are; arguments and errors are those of `iiecon.uncertainty.simulate`."""
    from iiecon.uncertainty import simulate as run

    return run(
        inputs, draws, seed, years=years, concentration=concentration, progress=progress,
        client=client,
    )  # fmt: skip

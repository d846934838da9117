"""What is wrong with an input, where, and what to do about it.

The model speaks of tables and indices (`flows`, row 3, column 5); only the workbook knows cells.
A finding therefore carries the table and the index, and the workbook turns them into a sheet and a
cell before anybody sees them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from iiecon import catalogue

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Finding:
    """One thing to know about the inputs.

    `key` names the text in the catalogue, `values` fill its placeholders. `table`, `row` and
    `column` say where in the model's arrays; `sheet` and `cell` where in the workbook.
    """

    severity: Severity
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    table: str = ""
    row: int | None = None
    column: int | None = None
    sheet: str = ""
    cell: str = ""

    @property
    def message(self) -> str:
        """What is wrong, Chinese first."""
        return catalogue.both(f"finding.{self.key}.message", **self.values)

    @property
    def fix(self) -> str:
        """What to do, Chinese first."""
        return catalogue.both(f"finding.{self.key}.fix", **self.values)

    @property
    def place(self) -> str:
        """`SHEET!CELL` in a workbook, `table[row, column]` in arrays."""
        if self.sheet:
            return f"{self.sheet}!{self.cell}" if self.cell else self.sheet
        index = ", ".join(str(i) for i in (self.row, self.column) if i is not None)
        return f"{self.table}[{index}]" if index else self.table

    def __str__(self) -> str:
        """The finding as a terminal shows it."""
        place = f"{self.place}: " if self.place else ""
        message, fix = (
            catalogue.on_screen(f"finding.{self.key}.{part}", **self.values)
            for part in ("message", "fix")
        )
        return f"{place}{message}; {fix}"


class InputError(ValueError):
    """The inputs cannot be used; `findings` say where and why. In a cell it shows as #VALUE!."""

    excel_error = "#VALUE!"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = list(findings)
        super().__init__("\n".join(str(f) for f in self.findings))

    @classmethod
    def one(
        cls,
        key: str,
        table: str = "",
        row: int | None = None,
        column: int | None = None,
        **values: object,
    ) -> InputError:
        """An error with a single finding."""
        return cls([Finding("error", key, values, table, row, column)])


class NumericalError(InputError):
    """The arithmetic has no answer (a table that is not productive, say). In a cell: #NUM!."""

    excel_error = "#NUM!"


class NotAvailableError(InputError):
    """Something named by the caller is not there (an unknown code, say). In a cell: #N/A."""

    excel_error = "#N/A"


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that forbid a result."""
    return [f for f in findings if f.severity == "error"]

"""The base and its scenarios side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from iiecon.compare import MEASURED
from iiecon.findings import Finding, InputError
from iiecon.inputs import ModelInputs
from iiecon.model import run_model
from iiecon.replication.tables import RESULT_UNITS, Row, Table, Value, result_tables
from iiecon.results import ModelResults, finding_record
from iiecon.scenarios.applying import apply
from iiecon.scenarios.scenario import Scenario, wrong

Record = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """One result in the base and in every scenario; NaN where a run does not give it."""

    table: str
    key: Row
    field: str
    base: float
    values: tuple[float, ...]

    @property
    def year(self) -> int:
        """The year of the result."""
        return int(str(self.key[0]))

    @property
    def code(self) -> str:
        """The section, province or region; blank for the nation."""
        return str(self.key[1]) if len(self.key) > 1 else ""

    @property
    def unit(self) -> str:
        """The catalogue's key of its unit."""
        return RESULT_UNITS[self.field]

    @property
    def changes(self) -> tuple[float, ...]:
        """Scenario − base."""
        return tuple(value - self.base for value in self.values)

    @property
    def relative(self) -> tuple[float, ...]:
        """The changes by the size of the base, NaN where it is zero."""
        return tuple(c / abs(self.base) if self.base else math.nan for c in self.changes)

    @property
    def largest(self) -> float:
        """The largest change of all scenarios, without its sign; 0 where none is known."""
        return max((abs(c) for c in self.changes if not math.isnan(c)), default=0.0)


@dataclass(frozen=True)
class ScenarioRuns:
    """Results of the base and of each scenario, in the order in which they were given."""

    base: ModelResults
    scenarios: tuple[Scenario, ...]
    results: tuple[ModelResults, ...]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every number of the results, unchanged ones too: national, sections, three sectors,
        provinces and regions by year.
        """
        sides = [result_tables(r) for r in (self.base, *self.results)]
        return tuple(line for name in MEASURED for line in _lines([s[name] for s in sides]))

    def of(self, table: str, *fields: str, year: int | None = None) -> list[Line]:
        """The lines of one table: of these columns (none given: of all), of one year or of all."""
        return [
            line
            for line in self.lines
            if line.table == table
            and (not fields or line.field in fields)
            and (year is None or line.year == year)
        ]

    @property
    def last_year(self) -> int:
        """The last year that the base has."""
        return self.base.years[-1]

    def records(self) -> Record:
        """Plain data: what each scenario changes, and every result beside the base."""
        return {
            "base": _provenance(self.base),
            "scenarios": [
                {
                    "name": scenario.name,
                    "title": scenario.title,
                    "changes": [{"key": k, "change": c} for k, c in scenario.changes()],
                    **_provenance(results),
                    "findings": [finding_record(f) for f in results.findings],
                }
                for scenario, results in zip(self.scenarios, self.results, strict=True)
            ],
            "differences": self.differences(),
        }

    def differences(self) -> list[Record]:
        """One record for each result and scenario; what a run does not give is None."""
        names = [scenario.name for scenario in self.scenarios]
        return [
            {
                "scenario": name, "table": line.table, "year": line.year, "code": line.code,
                "field": line.field, "unit": line.unit, "base": _given(line.base),
                "value": _given(value), "difference": _given(value - line.base),
                "relative": _given(line.relative[i]),
            }
            for i, name in enumerate(names)
            for line in self.lines
            for value in [line.values[i]]
        ]  # fmt: skip


def run(inputs: ModelInputs, scenarios: Sequence[Scenario]) -> ScenarioRuns:
    """The base and every scenario on its own inputs.

    Raises InputError where the model refuses the base; what it refuses in a scenario names the
    scenario's file first. Two scenarios of one name are refused.
    """
    _check_names(scenarios)
    base = run_model(inputs)
    return ScenarioRuns(base, tuple(scenarios), tuple(_result(inputs, s) for s in scenarios))


def _check_names(scenarios: Sequence[Scenario]) -> None:
    names = [scenario.name for scenario in scenarios]
    for i, scenario in enumerate(scenarios):
        if scenario.name in names[:i]:
            raise wrong(scenario.source or scenario.name, "scenario_same", name=scenario.name)


def _result(inputs: ModelInputs, scenario: Scenario) -> ModelResults:
    changed = apply(inputs, scenario)
    try:
        return run_model(changed)
    except InputError as error:
        raise type(error)(_of(scenario, f) for f in error.findings) from None


def _of(scenario: Scenario, finding: Finding) -> Finding:
    """A finding on changed inputs, with the scenario's file before its place."""
    return replace(finding, table=scenario.place(finding.place), row=None, column=None)


def _lines(tables: Sequence[Table]) -> Iterator[Line]:
    """The numbers of one table in all runs, in the order of the base, rows of scenarios last."""
    sides = [table.keyed() for table in tables]
    fields = [f.name for f in tables[0].fields if f.name in RESULT_UNITS]
    for key in dict.fromkeys(key for side in sides for key in side):
        for field in fields:
            values = [_number(side.get(key, {}).get(field)) for side in sides]
            yield Line(tables[0].name, key, field, values[0], tuple(values[1:]))


def _number(value: Value) -> float:
    return math.nan if value is None else float(value)


def _given(value: float) -> float | None:
    return None if math.isnan(value) else value


def _provenance(results: ModelResults) -> Record:
    inputs = results.inputs
    return {"inputs_sha256": inputs.sha256(), "options": inputs.options.to_dict()}

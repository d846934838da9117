"""A scenario put into a model's inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from iiecon import checks
from iiecon.assumed import GDP
from iiecon.inputs import ModelInputs
from iiecon.iotable import FloatArray, IOTable, TableParts
from iiecon.model import expert_scores
from iiecon.scenarios.scenario import Amount, Scenario, phrase, unknown, wrong


def apply(inputs: ModelInputs, scenario: Scenario) -> ModelInputs:
    """The inputs with the changes of a scenario; the same inputs where it changes nothing.

    Options come first, so that a score is added to what it is under them. Raises InputError naming
    the scenario's file and key for what the inputs do not have and for changes that make no sense;
    what the model itself refuses it refuses when it runs.
    """
    changed = inputs
    if scenario.options:
        chosen: dict[str, Any] = dict(scenario.options)
        changed = replace(inputs, options=replace(inputs.options, **chosen))
    if scenario.scores:
        changed = _with_scores(changed, scenario)
    if scenario.cells:
        changed = replace(changed, table=_with_cells(changed.table, scenario))
    if scenario.growth:
        _check_growth(changed, scenario)
        changed = replace(changed, assumed=scenario.growth)
    return changed


# --- Scores ---------------------------------------------------------------------------------------


def _with_scores(inputs: ModelInputs, scenario: Scenario) -> ModelInputs:
    """The panel's override holds the scores that the scenario gives."""
    experts, used = inputs.experts, expert_scores(inputs).used
    override = experts.override.copy()
    seen: set[str] = set()
    for key, amount in scenario.scores.items():
        place = scenario.place(f"scores.{key}")
        for code in _scored(inputs, key, place):
            if code in seen:
                raise wrong(place, "scenario_twice", code=code)
            seen.add(code)
            k = experts.codes.index(code)
            override[k] = _score(amount, float(used[k]), code, place)
    return replace(inputs, experts=replace(experts, override=override))


def _scored(inputs: ModelInputs, key: str, place: str) -> list[str]:
    """The scored sectors that a code or the letter of a section stands for."""
    experts = inputs.experts
    direct = [code for code, flag in zip(experts.codes, experts.direct, strict=True) if flag]
    if key in direct:
        return [key]
    sections = dict(zip(inputs.sector_codes, inputs.sector_sections, strict=True))
    names = dict(zip(inputs.table.codes, inputs.table.names, strict=True))
    inside = [code for code in direct if sections.get(code) == key]
    if inside:
        return inside
    if key in names or key in sections.values():
        raise wrong(place, "scenario_not_direct", name=key, known=", ".join(direct))
    letters = {
        s.code: f"{s.code} {s.name_en}" for s in inputs.sections if s.code in sections.values()
    }
    raise unknown(place, key, {code: f"{code} {names.get(code, '')}" for code in direct} | letters)


def _score(amount: Amount, old: float, code: str, place: str) -> float:
    new = amount.of(old)
    if not 0 <= new <= 1:
        raise wrong(place, "scenario_score", code=code, old=f"{old:.4g}", value=f"{new:.4g}")
    return new


# --- Cells of the input-output table --------------------------------------------------------------


def _with_cells(table: IOTable, scenario: Scenario) -> IOTable:
    """The table with other flows, balanced as the scenario says; output stays."""
    flows = table.flows.copy()
    seen: set[tuple[int, int]] = set()
    for i, cell in enumerate(scenario.cells, start=1):
        place = scenario.place(f"io.cells[{i}]")
        row, column = (_position(table, code, place) for code in (cell.supplier, cell.buyer))
        if (row, column) in seen:
            raise wrong(place, "scenario_twice", code=f"{cell.supplier} → {cell.buyer}")
        seen.add((row, column))
        flows[row, column] = cell.amount.of(float(flows[row, column]))
        if flows[row, column] < 0:
            _refuse_negative(place, "flow", f"{cell.supplier} → {cell.buyer}", flows[row, column])
    change = flows - table.flows
    if not change.any():
        return table
    return _balanced(replace(table, flows=flows), change, scenario)


def _position(table: IOTable, code: str, place: str) -> int:
    if code not in table.codes:
        names = zip(table.codes, table.names, strict=True)
        raise unknown(place, code, {code: f"{code} {name}" for code, name in names})
    return table.codes.index(code)


def _balanced(table: IOTable, change: FloatArray, scenario: Scenario) -> IOTable:
    """Rows and columns made to balance again."""
    rows, columns = change.sum(axis=1), change.sum(axis=0)
    place = scenario.place("io.balance")
    if scenario.balance == "exact":
        _check_exact(table, rows, columns, place)
        return table
    value_added = table.value_added - columns
    _check_sign(table, table.value_added, value_added, "value_added", place)
    parts = table.parts and _primary_less(table.parts, columns)
    if scenario.balance == "imports":
        imports = _given(table.imports, "imports", place) + rows
        _check_sign(table, table.imports, imports, "imports", place)
        return replace(table, value_added=value_added, imports=imports, parts=parts)
    final_use = _given(table.final_use, "final_use", place) - rows
    _check_sign(table, table.final_use, final_use, "final_use", place)
    parts = parts and _uses_less(parts, rows)
    return replace(table, value_added=value_added, final_use=final_use, parts=parts)


def _given(values: FloatArray | None, part: str, place: str) -> FloatArray:
    if values is None:
        raise wrong(place, "scenario_lacks", name=phrase(f"part.{part}"))
    return values


def _check_exact(table: IOTable, rows: FloatArray, columns: FloatArray, place: str) -> None:
    limit = checks.tolerance(table)
    for sums, line in ((rows, "row"), (columns, "column")):
        off = np.flatnonzero(np.abs(sums) > limit)
        if off.size:
            i = int(off[0])
            line_name = phrase(f"part.{line}")
            raise wrong(
                place, "scenario_left", line=line_name, code=table.codes[i], value=f"{sums[i]:.6g}"
            )


def _check_sign(
    table: IOTable, old: FloatArray | None, new: FloatArray, part: str, place: str
) -> None:
    """What takes the difference must not turn negative by it."""
    bad = np.flatnonzero((new < 0) & (np.asarray(old) >= 0))
    if bad.size:
        i = int(bad[0])
        _refuse_negative(place, part, table.codes[i], new[i])


def _refuse_negative(place: str, part: str, code: str, value: float) -> None:
    name = phrase(f"part.{part}")
    raise wrong(place, "scenario_negative", name=name, code=code, value=f"{value:.6g}")


def _uses_less(parts: TableParts, change: FloatArray) -> TableParts:
    """The kinds of final use share the difference in each row."""
    return replace(parts, final_uses=_shared(parts.final_uses, change))


def _primary_less(parts: TableParts, change: FloatArray) -> TableParts:
    """The parts of value added share the difference in each column."""
    return replace(parts, value_added=_shared(parts.value_added.T, change).T)


def _shared(parts: FloatArray, change: FloatArray) -> FloatArray:
    """n × k parts, less a change in each row by the parts' size; the first takes it where the row
    adds up to nothing.
    """
    whole = parts.sum(axis=1)
    first = np.zeros_like(parts)
    first[:, 0] = 1.0
    there = (whole != 0)[:, None]
    shares = np.where(there, parts / np.where(there, whole[:, None], 1.0), first)
    shared: FloatArray = parts - shares * change[:, None]
    return shared


# --- Growth ---------------------------------------------------------------------------------------


def _check_growth(inputs: ModelInputs, scenario: Scenario) -> None:
    known = {GDP: GDP, **{s.code: f"{s.code} {s.name_en}" for s in inputs.sections}}
    years = inputs.options.years
    for assumed in scenario.growth:
        place = scenario.place(f"growth.{assumed.year}.{assumed.series}")
        if assumed.series not in known:
            raise unknown(place, assumed.series, known)
        if assumed.year not in years[1:]:
            shown = f"{years[1]}–{years[-1]}" if len(years) > 1 else "–"
            raise wrong(place, "scenario_year", year=assumed.year, years=shown)

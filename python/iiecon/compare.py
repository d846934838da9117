"""Two sets of inputs side by side: what differs, and which difference moved which result.

Each group of inputs that differs is put into A alone and the model runs again; what that moves is
the group's contribution. What all contributions leave of the total change is the interaction of the
groups, so that contributions and interaction add up to the change.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from iiecon.findings import InputError
from iiecon.inputs import GrowthRules, ModelInputs, Series
from iiecon.model import run_model
from iiecon.replication.differences import (
    Change,
    OneSided,
    all_changes,
    columns_of_one,
    one_sided,
)
from iiecon.replication.tables import Row, Table, input_tables, result_tables

MEASURED = ("national", "sections", "sectors3", "provinces", "regions")
ROUNDING = 1e-12  # relative; a change below this is the rounding of float64
OPTION = "option:"
Key = tuple[str, Row, str]  # table, row and column of a result
Values = Mapping[Key, float]
Group = tuple[str, ...]  # groups of inputs that change places together
PROVINCE_TEXTS = ("name_zh", "name_en", "region")  # these stand in the tables every year
# The group of inputs that a table belongs to; an option is a group of its own.
GROUP_OF = {
    "io_sectors": "io_table", "io_cells": "io_table", "score_factors": "scores",
    "score_grades": "scores", "ballots": "scores", "scores": "scores", "sections": "sections",
    "section_value_added": "section_va", "section_wage": "wages", "growth_rules": "growth",
    "macro": "macro", "multiplier_override": "multiplier", "regions": "regions",
    "province_gdp": "province_gdp", "province_employment": "province_employed",
}  # fmt: skip
PARTICULAR_OF = {
    "scores_source": "scores", "industry_zh": "industry", "industry_en": "industry",
}  # fmt: skip
# What moves no number: how sure proposals are, and what `particulars` says of the table in other
# words than its cells do.
DERIVED = ("proposals", "io_unit", "io_printed_unit", "io_per_unit", "io_precision", "io_has_parts")


@dataclass(frozen=True)
class Moved:
    """A result that A and B both have and that differs: by how much each group alone moves it, and
    what is left. A contribution is NaN where the result is blank with that group alone.
    """

    table: str
    key: Row
    field: str
    old: float
    new: float
    contributions: tuple[float, ...]

    @property
    def change(self) -> float:
        """B − A."""
        return self.new - self.old

    @property
    def interaction(self) -> float:
        """The part of the change that no group makes alone."""
        return self.change - math.fsum(c for c in self.contributions if not math.isnan(c))


@dataclass(frozen=True)
class Comparison:
    """What differs between A and B.

    `groups`: the groups of inputs that differ, those that only make sense together in one; the
    contributions of `moved` are in their order. `results` are the other differences of results:
    texts and marks, and numbers that only one side can give.
    """

    inputs: tuple[Change, ...]
    inputs_of_one: tuple[OneSided, ...]
    groups: tuple[tuple[str, ...], ...]
    moved: tuple[Moved, ...]
    results: tuple[Change, ...]
    results_of_one: tuple[OneSided, ...]

    @property
    def equal(self) -> bool:
        """Whether neither inputs nor results differ."""
        return not (self.inputs or self.inputs_of_one or self.moved or self.results)


def compare(a: ModelInputs, b: ModelInputs) -> Comparison:
    """Inputs and results of B against A. Raises InputError where the model refuses one of them."""
    tables = input_tables(a), input_tables(b)
    found = _input_changes(*tables)
    alone = [side for name, table in tables[0].items() for side in _alone(table, tables[1][name])]
    results = _measured(a), _measured(b)
    before, after = _values(results[0]), _values(results[1])
    groups, runs = _runs(_changed_groups(found, alone), a, _in_order_of(a, b), after)
    moved = [
        Moved(*key, before[key], after[key], tuple(_step(run, key, before[key]) for run in runs))
        for key in before
        if key in after and not math.isclose(before[key], after[key], rel_tol=ROUNDING)
    ]
    numbers = before.keys() & after.keys()
    others = all_changes(*results, tolerance=ROUNDING)
    return Comparison(
        tuple(found),
        tuple(alone),
        groups,
        tuple(moved),
        tuple(c for c in others if (c.table, c.key, c.field) not in numbers),
        tuple(s for name in MEASURED for s in one_sided(results[0][name], results[1][name])),
    )


# --- inputs ---------------------------------------------------------------------------------------


def _input_changes(a: Mapping[str, Table], b: Mapping[str, Table]) -> list[Change]:
    """Every value that differs, each once."""
    seen: dict[tuple[object, ...], Change] = {}
    for change in all_changes(a, b):
        if change.table not in DERIVED and change.key[0] not in DERIVED:
            seen.setdefault(_identity(change), change)
    return list(seen.values())


def _identity(change: Change) -> tuple[object, ...]:
    """What two changes have in common that are one in the workbook."""
    if change.table.startswith("province_") and change.field in PROVINCE_TEXTS:
        return "province", change.key[-1], change.field
    return change.table, change.key, change.field


def _alone(old: Table, new: Table) -> list[OneSided]:
    """Rows and columns that only one side has; what follows from the table's cells is left out."""
    if old.name in ("particulars", *DERIVED):
        return []
    return [*columns_of_one(old, new), *one_sided(old, new)]


def group_of(change: Change | OneSided) -> str:
    """The group of inputs that a difference belongs to."""
    if isinstance(change, Change):
        if change.table == "options":
            return f"{OPTION}{change.key[0]}"
        if change.table == "particulars":
            return PARTICULAR_OF.get(str(change.key[0]), "io_table")
        if change.field == "region":
            return "regions"
    return GROUP_OF[change.table]


def _changed_groups(found: Iterable[Change], alone: Iterable[OneSided]) -> list[str]:
    return list(dict.fromkeys([*map(group_of, found), *map(group_of, alone)]))


def _together(groups: Sequence[str], a: ModelInputs, b: ModelInputs) -> list[tuple[str, ...]]:
    """The groups, those joined that only make sense together because shapes differ."""
    sets = []
    if a.table.codes != b.table.codes:
        sets.append({"io_table", "scores"})
    if a.table.year != b.table.year:
        sets.append({"io_table", f"{OPTION}base_year"})
    if {s.code for s in a.sections} != {s.code for s in b.sections}:
        sets.append({"sections", "section_va", "growth", "wages", "io_table"})
    joined = [{group} for group in groups]
    for together in sets:
        met = [group for group in joined if group & together]
        if len(met) > 1:
            joined = [g for g in joined if g not in met] + [set().union(*met)]
    return [tuple(g for g in groups if g in members) for members in joined]


# --- attribution ----------------------------------------------------------------------------------


def _runs(
    changed: Sequence[str], a: ModelInputs, b: ModelInputs, after: Values
) -> tuple[tuple[Group, ...], list[Values]]:
    """The groups and the results with each of them alone put into A.

    Groups that the model refuses alone are tried together, then together with the options that
    changed; failing that, all are one group, which is B.
    """
    tried = {group: _run_with(group, a, b) for group in _together(changed, a, b)}
    runs = {group: run for group, run in tried.items() if run is not None}
    refused = [group for group in tried if group not in runs]
    if refused:
        runs = _joined(runs, refused, a, b) or {tuple(changed): after}
    return tuple(runs), list(runs.values())


def _joined(
    runs: Mapping[Group, Values], refused: list[Group], a: ModelInputs, b: ModelInputs
) -> dict[Group, Values]:
    """The runs with the refused groups in one that the model takes; none where it takes none."""
    options = [group for group in runs if any(name.startswith(OPTION) for name in group)]
    for sets in (refused, [*refused, *options]):
        together = tuple(name for group in sets for name in group)
        run = _run_with(together, a, b)
        if run is not None:
            kept = {group: values for group, values in runs.items() if group not in sets}
            return {**kept, together: run}
    return {}


def _run_with(groups: Iterable[str], a: ModelInputs, b: ModelInputs) -> Values | None:
    """The results of A with some groups from B; None where the model refuses the mixture."""
    mixed = a
    for group in groups:
        mixed = _exchanged(mixed, b, group)
    try:
        return _values(_measured(mixed))
    except InputError:
        return None


def _exchanged(a: ModelInputs, b: ModelInputs, group: str) -> ModelInputs:
    """A with one group of inputs from B."""
    if group.startswith(OPTION):
        name = group.removeprefix(OPTION)
        return replace(a, options=replace(a.options, **{name: getattr(b.options, name)}))
    return EXCHANGES[group](a, b)


EXCHANGES: dict[str, Callable[[ModelInputs, ModelInputs], ModelInputs]] = {
    "io_table": lambda a, b: replace(
        a, table=b.table, sector_codes=b.sector_codes, sector_sections=b.sector_sections
    ),
    "scores": lambda a, b: replace(a, experts=b.experts),
    "sections": lambda a, b: replace(a, sections=b.sections),
    "section_va": lambda a, b: replace(a, section_va=b.section_va),
    "growth": lambda a, b: replace(a, growth=b.growth),
    "wages": lambda a, b: replace(a, wages=b.wages),
    "macro": lambda a, b: replace(a, macro=_macro(b.macro, a.macro)),
    "multiplier": lambda a, b: replace(a, macro=_macro(a.macro, b.macro)),
    "province_gdp": lambda a, b: replace(
        _regions_of(replace(a, provinces=b.provinces), a), province_gdp=b.province_gdp
    ),
    "province_employed": lambda a, b: replace(a, province_employed=b.province_employed),
    "regions": lambda a, b: replace(_regions_of(a, b), regions=b.regions),
    "industry": lambda a, b: replace(a, industry=b.industry),
}


def _regions_of(inputs: ModelInputs, source: ModelInputs) -> ModelInputs:
    """The provinces in the regions of another set of inputs; a new province keeps its own."""
    regions = {p.code: p.region for p in source.provinces}
    provinces = (replace(p, region=regions.get(p.code, p.region)) for p in inputs.provinces)
    return replace(inputs, provinces=tuple(provinces))


def _macro(series: Series, overrides: Series) -> Series:
    """National series with the typed multipliers, the last row, of another set of inputs."""
    typed = dict(zip(overrides.years, overrides.values[-1], strict=True))
    years = tuple(sorted({*series.years, *(y for y, v in typed.items() if not np.isnan(v))}))
    values = np.full((series.values.shape[0], len(years)), np.nan)
    values[:, [years.index(y) for y in series.years]] = series.values
    values[-1] = [typed.get(year, np.nan) for year in years]
    return Series(years, values)


def _in_order_of(a: ModelInputs, b: ModelInputs) -> ModelInputs:
    """B with its sections and provinces in the order of A, those that A lacks last: groups of
    inputs can change places only where rows mean the same.
    """
    sections = _order([s.code for s in a.sections], [s.code for s in b.sections])
    provinces = _order([p.code for p in a.provinces], [p.code for p in b.provinces])
    product = b.province_gdp.values.reshape(len(provinces), 3, -1)[provinces]
    return replace(
        b,
        sections=tuple(b.sections[i] for i in sections),
        section_va=replace(b.section_va, values=b.section_va.values[sections]),
        wages=replace(b.wages, values=b.wages.values[sections]),
        growth=GrowthRules(
            b.growth.weights[sections],
            b.growth.addition[sections],
            b.growth.addition_year[sections],
        ),
        provinces=tuple(b.provinces[i] for i in provinces),
        province_gdp=replace(b.province_gdp, values=product.reshape(b.province_gdp.values.shape)),
        province_employed=b.province_employed[provinces],
    )


def _order(wanted: Sequence[str], found: Sequence[str]) -> list[int]:
    """Where the wanted codes stand, then the rest."""
    known = [found.index(code) for code in wanted if code in found]
    return known + [i for i, code in enumerate(found) if code not in wanted]


def _measured(inputs: ModelInputs) -> dict[str, Table]:
    tables = result_tables(run_model(inputs))
    return {name: tables[name] for name in MEASURED}


def _values(tables: Mapping[str, Table]) -> dict[Key, float]:
    """Every number of the results that is given."""
    return {
        (name, key, field): float(value)
        for name, table in tables.items()
        for key, row in table.keyed().items()
        for field, value in row.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _step(run: Values, key: Key, before: float) -> float:
    """What a group alone moves; NaN where the result is blank with it."""
    return run[key] - before if key in run else math.nan

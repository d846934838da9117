"""Other base years: the same run on another table, and how far the multiplier shortcut drifts.

The method measures a base year on its input-output table and carries the years after it forward by
section value added and technology multipliers (sections 5 and 6). Where a table of such a year
exists, sections 3 and 4 can be applied to it directly; the difference is the drift. Scores,
yearbook figures and options stay as they are. Money in 亿元.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from iiecon.findings import Finding, InputError
from iiecon.inputs import MACRO_COLUMNS, Experts, ModelInputs, Series
from iiecon.iotable import FloatArray, IOTable
from iiecon.model import by_section, run_model
from iiecon.proposals import CERTAIN, SURE, Proposal, matched, propose, same_name
from iiecon.readers.rows import read_rows
from iiecon.results import ModelResults


@dataclass(frozen=True)
class Place:
    """Where a sector of a table belongs: its section, and the scored sector of the workbook whose
    score it takes ("" for none).
    """

    section: str
    scored: str = ""


@dataclass(frozen=True)
class Drift:
    """One year: the extrapolation from the first base beside the direct calculation on the year's
    own table; sections each, 亿元.

    `tau`: the multiplier used, from the base year to this one. `implied_tau`: the ratio of the
    nation's indirect rate (over the value added that the model uses) on this year's table to that
    on the base table, which the multiplier stands for.
    """

    year: int
    direct: FloatArray
    indirect: FloatArray
    own_direct: FloatArray
    own_indirect: FloatArray
    tau: float
    implied_tau: float

    def parts(self) -> dict[str, tuple[FloatArray, FloatArray]]:
        """Extrapolated and directly calculated values of each part."""
        return {
            "direct": (self.direct, self.own_direct),
            "indirect": (self.indirect, self.own_indirect),
            "total": (self.direct + self.indirect, self.own_direct + self.own_indirect),
        }


@dataclass(frozen=True)
class BaseYears:
    """The run on the workbook's own table, the runs on the tables given, and the drift of the
    first in each of their years that it covers.
    """

    first: ModelResults
    runs: tuple[ModelResults, ...]
    drifts: tuple[Drift, ...]

    def records(self) -> dict[str, list[dict[str, Any]]]:
        """Plain data: the nation by base year and year, and the drift by year and section."""
        return {
            "runs": [
                {"base_year": run.years[0], "sectors": run.inputs.table.size, **record}
                for run in (self.first, *self.runs)
                for record in run.records()["national"]
            ],
            "drift": [record for drift in self.drifts for record in _drift_records(drift, self)],
            "multiplier": [
                {"year": d.year, "tau": d.tau, "implied_tau": d.implied_tau} for d in self.drifts
            ],
        }


def _drift_records(drift: Drift, years: BaseYears) -> list[dict[str, Any]]:
    """One record per section and part, the nation's (section "all") first."""
    letters = [s.code for s in years.first.inputs.sections]
    found = []
    for part, (shortcut, own) in drift.parts().items():
        pairs = [("all", shortcut.sum(), own.sum()), *zip(letters, shortcut, own, strict=True)]
        found += [
            {
                "year": drift.year,
                "section": letter,
                "part": part,
                "extrapolated": float(a),
                "on_own_table": float(b),
                "difference": float(a - b),
                "relative": float(a / b - 1) if b else float("nan"),
            }
            for letter, a, b in pairs
        ]
    return found


def compare_base_years(
    inputs: ModelInputs,
    tables: Sequence[IOTable],
    places: Mapping[int, Mapping[str, Place]] | None = None,
) -> BaseYears:
    """The run on each table, and the drift of the run on the workbook's own table.

    `places`: where sectors belong, by the year of the table and code, where the analyst says so.
    Raises InputError as `rebased` does, and for two tables of one year.
    """
    first = run_model(inputs)
    years = [t.year for t in tables]
    twice = [y for y in years if years.count(y) > 1]
    if twice:
        raise InputError.one("base_table_twice", "tables", year=twice[0])
    runs = tuple(
        _run(inputs, table, (places or {}).get(table.year or 0))
        for table in sorted(tables, key=lambda t: t.year or 0)
    )
    drifts = tuple(drift_of(first, run) for run in runs if run.years[0] in first.years)
    return BaseYears(first, runs, drifts)


def _run(inputs: ModelInputs, table: IOTable, places: Mapping[str, Place] | None) -> ModelResults:
    """The run on a table; what is wrong with it is said of its year."""
    try:
        return run_model(rebased(inputs, table, places))
    except InputError as error:
        raise type(error)(
            replace(f, table=f"{table.year} {f.table}".removesuffix(f" {table.year}"))
            for f in error.findings
        ) from None


def drift_of(first: ModelResults, run: ModelResults) -> Drift:
    """The extrapolation of `first` beside the base year of `run`."""
    year = run.years[0]
    t = first.years.index(year)
    own_direct, own_indirect = (
        by_section(run.inputs, values)
        for values in (
            run.contribution.direct_value_added,
            run.contribution.indirect_value_added,
        )
    )
    before = first.contribution.indirect_value_added.sum() / first.rate_base.sum()
    now = own_indirect.sum() / run.rate_base.sum()
    return Drift(
        year=year,
        direct=first.direct[:, t],
        indirect=first.indirect[:, t],
        own_direct=own_direct,
        own_indirect=own_indirect,
        tau=float(np.prod(first.technology.tau[: t + 1])),
        implied_tau=float(now / before) if before else float("nan"),
    )


def rebased(
    inputs: ModelInputs, table: IOTable, places: Mapping[str, Place] | None = None
) -> ModelInputs:
    """The same inputs on another national table (亿元), whose year becomes the base year.

    Sectors find their section and score by name among the inputs' own; then by `places`, which
    comes first where it says anything; then by `proposals`. Section value added, GDP and employment
    that are not given up to the new base year are what the run on the inputs' own table
    extrapolates for it.
    Raises InputError for a table without a year, in another unit, or of a year before or after
    those of the run; for sectors of doubtful section; and for a scored sector that the table lacks.
    """
    if table.year is None:
        raise InputError.one("base_table_year", "tables")
    if table.unit != "亿元":
        raise InputError.one("base_table_unit", str(table.year), unit=table.unit)
    first = run_model(inputs)
    if table.year not in first.years:
        shown = f"{first.years[0]}–{first.years[-1]}"
        raise InputError.one("base_table_outside", str(table.year), year=table.year, years=shown)
    sections, scored = _placed(inputs, table, places or {})
    return replace(
        inputs,
        table=table,
        sector_codes=table.codes,
        sector_sections=sections,
        experts=_experts_of(inputs, table, scored),
        section_va=_filled(inputs.section_va, first.years, first.section_va.values, table.year),
        macro=_macro(inputs, first, table.year),
        options=replace(inputs.options, base_year=table.year),
        proposed=None,  # what was proposed for the sectors of the other table
    )


def read_places(
    path: Path, inputs: ModelInputs, tables: Sequence[IOTable]
) -> dict[int, dict[str, Place]]:
    """Places by year and code from a CSV file with the columns year, code, section and scored.

    Raises FileProblem when it cannot be read, InputError naming the lines that are wrong.
    """
    codes = {str(t.year): t.codes for t in tables}
    letters = [s.code for s in inputs.sections]
    scored = ("", *inputs.experts.codes)
    found: dict[int, dict[str, Place]] = {}
    findings = []
    for line, row in read_rows(path, ("year", "code", "section", "scored")):
        wrong = [
            value
            for value, known in (
                (row["year"], tuple(codes)),
                (row["code"], codes.get(row["year"], ())),
                (row["section"], letters),
                (row["scored"], scored),
            )
            if value not in known
        ]
        if wrong:
            values = {"line": line, "value": wrong[0]}
            findings.append(Finding("error", "places_row", values, str(path)))
        else:
            place = Place(row["section"], row["scored"])
            found.setdefault(int(row["year"]), {})[row["code"]] = place
    if findings:
        raise InputError(findings)
    return found


def _placed(
    inputs: ModelInputs, table: IOTable, places: Mapping[str, Place]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The section of each sector, and by code the scored sector whose score it takes."""
    own = inputs.table
    decided = {
        same_name(name): Proposal(section, CERTAIN, False, CERTAIN, "")
        for name, section in zip(own.names, inputs.sector_sections, strict=True)
    }
    proposals = propose(table.names, table.codes, table.year, decided)
    doubtful = [
        (code, name)
        for code, name, p in zip(table.codes, table.names, proposals, strict=True)
        if code not in places and p.section_confidence < SURE
    ]
    if doubtful:
        raise InputError(
            Finding("error", "base_sector_doubtful", {"code": c, "name": n}, str(table.year))
            for c, n in doubtful
        )
    same = matched(table.names, table.codes, list(zip(own.codes, own.names, strict=True)))
    scored = {table.codes[i]: own.codes[k] for i, k in same.items()}
    scored |= {code: place.scored for code, place in places.items()}
    sections = tuple(
        places[code].section if code in places else p.section
        for code, p in zip(table.codes, proposals, strict=True)
    )
    return sections, scored


def _experts_of(inputs: ModelInputs, table: IOTable, scored: Mapping[str, str]) -> Experts:
    """The panel, its ballots given to the sectors that continue each scored one."""
    experts = inputs.experts
    pairs = [
        (code, k)
        for k, source in enumerate(experts.codes)
        for code in table.codes
        if scored.get(code) == source
    ]
    lost = {*range(len(experts.codes))} - {k for _, k in pairs}
    if lost:
        raise InputError(
            Finding("error", "base_score_lost", {"code": experts.codes[k], "name": name}, place)
            for k in sorted(lost)
            for name in [inputs.table.names[inputs.table.positions([experts.codes[k]])[0]]]
            for place in [str(table.year)]
        )
    kept = [k for _, k in pairs]
    return replace(
        experts,
        codes=tuple(code for code, _ in pairs),
        ballots=experts.ballots[kept],
        override=experts.override[kept],
        direct=tuple(experts.direct[k] for k in kept),
    )


def _filled(given: Series, years: Sequence[int], values: FloatArray, until: int) -> Series:
    """A series with its gaps up to a year filled from `values` (rows × years)."""
    filled = given.values.copy()
    for t, year in enumerate(given.years):
        if year in years and year <= until:
            gap = np.isnan(filled[:, t])
            filled[gap, t] = values[gap, years.index(year)]
    return Series(given.years, filled)


def _macro(inputs: ModelInputs, first: ModelResults, year: int) -> Series:
    """The national series with GDP and employment up to the base year, which has no multiplier."""
    macro = inputs.macro
    estimates = np.full((len(MACRO_COLUMNS), len(first.years)), np.nan)
    estimates[MACRO_COLUMNS.index("gdp")] = first.gdp.values
    estimates[MACRO_COLUMNS.index(inputs.options.employment_series)] = first.labour.values
    filled = _filled(macro, first.years, estimates, year)
    filled.values[MACRO_COLUMNS.index("multiplier_override"), macro.years.index(year)] = np.nan
    return filled

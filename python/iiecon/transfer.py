"""Inputs carried over to another input-output table: sections, direct flags and ballots by sector.

Sectors are matched by name, for codes change meaning between tables. What an analyst decided about
a sector that still exists stays; the rest is proposed and marked by its confidence. A direct sector
without ballots gets none: it is listed, and cannot be computed with before it is scored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from iiecon import catalogue, options
from iiecon.findings import InputError
from iiecon.inputs import Experts, ModelInputs, Proposed
from iiecon.iotable import FloatArray, IOTable
from iiecon.proposals import CERTAIN, Proposal, matched, propose, same_name


@dataclass(frozen=True)
class Sectors:
    """The sectors of a table as an analyst keeps them, n each; `section` "" where not decided."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    sections: tuple[str, ...]
    direct: tuple[bool, ...]
    proposed: Proposed | None = None

    def decisions(self, text: str) -> dict[str, Proposal]:
        """What was decided about each sector, by its name; `text` of the catalogue is the reason.

        What had been proposed before stays as sure as it was.
        """
        times = Counter(same_name(name) for name in self.names)
        found = {}
        for i, (code, name, section) in enumerate(
            zip(self.codes, self.names, self.sections, strict=True)
        ):
            if not section or not name or times[same_name(name)] > 1:
                continue
            reason = catalogue.both(text, code=code)
            sure = (CERTAIN, CERTAIN)
            if self.proposed is not None and not np.isnan(self.proposed.confidence[i]).all():
                sure = tuple(np.nan_to_num(self.proposed.confidence[i], nan=CERTAIN).tolist())
                reason = self.proposed.reasons[i]
            found[same_name(name)] = Proposal(section, sure[0], self.direct[i], sure[1], reason)
        return found


@dataclass(frozen=True)
class Carried:
    """Inputs around a new table, and what became of the old ones.

    `kept`: old and new code of each sector whose ballots stay, `dropped`: old code and name of the
    others, `unscored`: codes of direct sectors that have no ballots yet. `options`: those that
    follow the table, old and new value.
    """

    inputs: ModelInputs
    proposals: tuple[Proposal, ...]
    kept: tuple[tuple[str, str], ...]
    dropped: tuple[tuple[str, str], ...]
    unscored: tuple[str, ...]
    options: Mapping[str, tuple[object, object]]


def carry(
    inputs: ModelInputs,
    old: Sectors,
    table: IOTable,
    direct: Collection[str] | None = None,
    source: Sectors | None = None,
) -> Carried:
    """The inputs of a workbook around another table.

    `inputs`: of the workbook, with the ballots of its `old` sectors; `table` in 亿元; `direct`: the
    codes of the direct sectors where the analyst says so; `source`: what is decided about the
    sectors in the workbook that the table comes from. Raises InputError when a code of `direct` is
    not in the table, when no sector is direct and none has ballots, or when the unit is not one of
    yuan.
    """
    decided = old.decisions("proposal.kept")
    decided |= source.decisions("proposal.source") if source else {}
    proposals = propose(table.names, table.codes, table.year, decided)
    if direct is not None:
        proposals = _chosen(table, proposals, direct)
    experts, kept, dropped = _experts(inputs.experts, old, table, proposals)
    changed = _changed_options(inputs, table)
    new = replace(
        inputs,
        table=completed(table),
        sector_codes=table.codes,
        sector_sections=tuple(p.section for p in proposals),
        experts=experts,
        options=replace(inputs.options, **{k: new for k, (_, new) in changed.items()}),  # type: ignore[arg-type]
        proposed=Proposed(
            np.array([[p.section_confidence, p.direct_confidence] for p in proposals]),
            tuple(p.reason for p in proposals),
        ),
    )
    votes = experts.ballots.sum(axis=(1, 2))
    unscored = tuple(
        code
        for code, flag, count in zip(experts.codes, experts.direct, votes, strict=True)
        if flag and not count > 0
    )
    return Carried(new, tuple(proposals), kept, dropped, unscored, changed)


def completed(table: IOTable) -> IOTable:
    """The table with the final use that its rows leave, where the file has no such block.

    Without exports or imports these are zero and the final use is net of imports.
    """
    zero = np.zeros(table.size)
    exports = zero if table.exports is None else table.exports
    imports = zero if table.imports is None else table.imports
    error = zero if table.discrepancy is None else table.discrepancy
    uses = table.final_use
    if uses is None:
        uses = table.output - table.flows.sum(axis=1) + imports - error
    return replace(table, final_use=uses, exports=exports, imports=imports)


def _chosen(
    table: IOTable, proposals: Sequence[Proposal], direct: Collection[str]
) -> list[Proposal]:
    unknown = [code for code in direct if code not in table.codes]
    if unknown:
        raise InputError.one("unknown_code", "codes", codes=", ".join(unknown))
    return [
        replace(p, direct=code in direct, direct_confidence=CERTAIN)
        for code, p in zip(table.codes, proposals, strict=True)
    ]


def _experts(
    panel: Experts, old: Sectors, table: IOTable, proposals: Sequence[Proposal]
) -> tuple[Experts, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """The panel for the new sectors; pairs of codes whose ballots stay; the other old sectors."""
    continued = matched(table.names, table.codes, list(zip(old.codes, old.names, strict=True)))
    scored = {code: k for k, code in enumerate(panel.codes) if code}
    origin = {i: scored[old.codes[j]] for i, j in continued.items() if old.codes[j] in scored}
    places = sorted({*origin, *(i for i, p in enumerate(proposals) if p.direct)})
    if not places:
        raise InputError.one("import_no_direct", "sector_direct", 0)
    kept = tuple((panel.codes[k], table.codes[i]) for i, k in sorted(origin.items()))
    taken = {code for code, _ in kept}

    def carried(values: FloatArray) -> FloatArray:
        blank = np.full(values.shape[1:], np.nan)
        return np.array([values[origin[i]] if i in origin else blank for i in places])

    experts = replace(
        panel,
        codes=tuple(table.codes[i] for i in places),
        ballots=np.nan_to_num(carried(panel.ballots)),
        override=carried(panel.override),
        direct=tuple(proposals[i].direct for i in places),
    )
    named = dict(zip(old.codes, old.names, strict=True))
    dropped = tuple((code, named.get(code, "")) for code in scored if code not in taken)
    return experts, kept, dropped


def _changed_options(inputs: ModelInputs, table: IOTable) -> dict[str, tuple[object, object]]:
    """The base year is the table's, the unit that in which it is printed."""
    unit = table.printed_unit or table.unit
    if table.unit != "亿元" or unit not in options.choices_of("io_unit"):
        allowed = ", ".join(options.choices_of("io_unit"))
        stated = unit if table.unit == "亿元" else table.unit
        raise InputError.one("import_unit", "flows", unit=stated, allowed=allowed)
    due: dict[str, object] = {"io_unit": unit}
    if table.year is not None:
        due["base_year"] = table.year
    now = inputs.options.to_dict()
    return {name: (now[name], value) for name, value in due.items() if now[name] != value}

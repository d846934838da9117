"""What an audit found, in words and as plain data; Chinese first, English second."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from iiecon import catalogue
from iiecon.audit import Audit, Implied, Internal
from iiecon.audit.compare import Comparison
from iiecon.audit.identities import Identity, Reading
from iiecon.audit.slips import BrokenRule, CommonFactor, Conflict, Explanation, Slip

SHOWN = 8  # names in a list, the rest are counted
Record = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """Something that a publication says against itself: of which figures, in both languages."""

    kind: str
    figures: tuple[str, ...]
    chinese: str
    english: str

    @property
    def text(self) -> str:
        """Chinese first."""
        return f"{self.chinese} / {self.english}"


def told(internal: Internal) -> Iterator[Told]:
    """Everything that a publication says against itself."""
    for explanation in internal.explanations:
        yield _told(explanation, internal)
    for reading in internal.readings:
        if reading.chosen != reading.usual:
            yield _in_words("reading", (), lambda _, r=reading: _reading(r))  # type: ignore[misc]
    for implied in internal.implied:
        figures = (implied.share.id,)
        yield _in_words("implied_gdp", figures, lambda _, i=implied: _implied(i))  # type: ignore[misc]


def _in_words(
    kind: str, figures: Iterable[str], words: Callable[[str], tuple[str, Record]]
) -> Told:
    """The text in both languages; `words` gives its key and values for a language."""
    texts = [
        catalogue.text(f"audit.{key}", language, **values)
        for language in catalogue.LANGUAGES
        for key, values in [words(language)]
    ]
    return Told(kind, tuple(figures), *texts)


def _told(found: Explanation, internal: Internal) -> Told:
    if isinstance(found, Slip):
        return _in_words("slip", (found.figure.id,), lambda language: _slip(found, language))
    if isinstance(found, Conflict):
        cells = tuple(s.figure.id for s in found.slips) or _cells(found.identities)
        return _in_words("conflict", cells, lambda language: _conflict(found, language))
    cells = tuple(dict.fromkeys(i.cells[0] for i in found.identities))
    if isinstance(found, CommonFactor):
        return _in_words("common_factor", cells, lambda language: _factor(found, language))
    return _in_words("rule", cells, lambda language: _rule(found, internal, language))


def _slip(slip: Slip, language: str) -> tuple[str, Record]:
    figure = slip.figure
    return "slip", {
        "id": figure.id,
        "source": figure.source,
        "printed": figure.shown(figure.value),
        "needed": figure.shown(slip.needed),
        "low": figure.shown(slip.interval.low),
        "high": figure.shown(slip.interval.high),
        "unit": catalogue.text(f"audit.unit.{figure.unit.replace(' ', '_')}", language),
        "identities": _names(slip.identities, language),
    }


def _conflict(conflict: Conflict, language: str) -> tuple[str, Record]:
    names = _names(conflict.identities, language)
    if not conflict.slips:
        return "conflict", {"identities": names, "cells": _list(_cells(conflict.identities))}
    mended = [f"{s.figure.id} = {s.figure.shown(s.needed)}" for s in conflict.slips]
    return "candidates", {"identities": names, "candidates": _list(mended)}


def _factor(found: CommonFactor, language: str) -> tuple[str, Record]:
    keys = dict.fromkeys(i.key for i in found.identities)
    return "common_factor", {
        "identity": _kind(found.identities[0], language),
        "year": found.year,
        "count": len(keys),
        "factor": f"{found.factor.low:.4f}–{found.factor.high:.4f}",
        "keys": _list(list(keys)),
        "apart": _list(list(dict.fromkeys(i.key for i in found.apart)) or ["–"]),
    }


def _rule(rule: BrokenRule, internal: Internal, language: str) -> tuple[str, Record]:
    shown = []
    for identity in rule.identities:
        due, printed = (side.middle for side in identity.ranges(internal.box))
        shown.append(f"{identity.year}: {printed:.2f} ≠ {due:.2f}")
    return "rule", {
        "identity": _kind(rule.identities[0], language),
        "holding": rule.holding,
        "tested": rule.holding + len(rule.identities),
        "years": _list(shown),
    }


def _reading(reading: Reading) -> tuple[str, Record]:
    return f"reading_{reading.kind}_{reading.chosen}", {
        "scope": reading.scope,
        "year": reading.year,
        "next": reading.year + 1,
        "holding": reading.holding,
        "tested": reading.tested,
    }


def _implied(implied: Implied) -> tuple[str, Record]:
    share, growth = implied.share, implied.growth
    return "implied_gdp" if growth else "implied_gdp_alone", {
        "id": share.id,
        "printed": share.shown(share.value),
        "gdp": f"{implied.gdp.low / 1e4:.1f}–{implied.gdp.high / 1e4:.1f}",
        "growth": f"{growth.low:.1%}–{growth.high:.1%}" if growth else "",
        "expected": f"{implied.expected / 1e4:.1f}",
    }


def _cells(identities: Iterable[Identity]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c for i in identities for c in i.cells))


def _names(identities: Iterable[Identity], language: str) -> str:
    named = (f"{_kind(i, language)} ({i.scope}.{i.key}.{i.year})" for i in identities)
    return _list(list(dict.fromkeys(named)))


def _kind(identity: Identity, language: str) -> str:
    return catalogue.text(f"audit.identity.{identity.kind}", language)


def _list(names: Sequence[str]) -> str:
    more = f", … (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


# --- Plain data


def comparison_record(comparison: Comparison, place: str = "", function: str = "") -> Record:
    """A printed figure beside the model's number, in the printed unit."""
    figure = comparison.figure
    reason = comparison.reason and catalogue.both(f"audit.reason.{comparison.reason}")
    return {
        "id": figure.id,
        "source": figure.source,
        "unit": figure.unit,
        "printed": figure.value,
        "decimals": figure.decimals,
        "model": _given(comparison.model),
        "difference": _given(comparison.difference),
        "relative": _given(comparison.relative),
        "status": comparison.status,
        "reason": reason,
        "place": place,
        "function": function,
    }


def audit_record(audit: Audit, figures: list[Record]) -> Record:
    """The whole audit as plain data; `figures` as `comparison_record` gives them."""
    internal = audit.internal
    return {
        "counts": audit.counts(),
        "gaps": [vars(gap) for gap in audit.gaps()],
        "figures": figures,
        "identities": [_identity_record(i, internal) for i in internal.identities],
        "findings": [
            {"kind": t.kind, "figures": list(t.figures), "zh": t.chinese, "en": t.english}
            for t in told(internal)
        ],
    }


def _identity_record(identity: Identity, internal: Internal) -> Record:
    left, right = identity.ranges(internal.box)
    return {
        "kind": identity.kind,
        "scope": identity.scope,
        "key": identity.key,
        "year": identity.year,
        "left": list(left),
        "right": list(right),
        "holds": identity.holds(internal.box),
        "figures": list(identity.cells),
    }


def _given(value: float) -> float | None:
    return None if math.isnan(value) else value

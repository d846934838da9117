"""The section of each sector of an input-output table, and whether it is a direct one, proposed.

By the sector's name, in either language, and by its code where it carries a division of GB/T 4754.
Names and divisions are facts kept as tables (`data/sector_rules.csv`, the first rule that fits
decides, and `data/classification_divisions.csv`); the sectors of the shipped table are known by
name. Every proposal has a confidence in [0, 1] and a reason; below SURE it is doubtful and left to
the analyst.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from iiecon import catalogue
from iiecon.findings import Finding
from iiecon.inputs import ModelInputs, read_csv

SURE = 0.8
CERTAIN = 1.0  # decided by the analyst
KNOWN = 0.98  # a sector of the shipped table
CONTRADICTED = 0.4  # name and code point to different sections
BY_CODE = 0.7  # the code alone
# A division of GB/T 4754 in two digits before the serial number of the sector.
DIVISION_CODE = re.compile(r"(\d\d)\d{3}")
# The first table year that follows each edition of the classification.
EDITIONS = {2017: "2017", 2012: "2011", 0: "2002"}
# Names of sectors differ by these between editions and translations.
FILLERS = re.compile(r"[\W_和与及的]|manufacture of|\band\b")
ENDINGS = re.compile(r"(制造业|业|产品|制品|服务)$")


@dataclass(frozen=True)
class Proposal:
    """A section ("" where nothing is known) and a direct flag, each with its confidence; why."""

    section: str
    section_confidence: float
    direct: bool
    direct_confidence: float
    reason: str

    @property
    def doubtful(self) -> bool:
        """Whether an analyst has to confirm it."""
        return min(self.section_confidence, self.direct_confidence) < SURE


@dataclass(frozen=True)
class _Rule:
    zh: re.Pattern[str] | None
    en: re.Pattern[str] | None
    proposal: Proposal

    def fits(self, name: str) -> bool:
        """Whether it speaks of this name, given as `plain` text."""
        return any(p is not None and p.search(name) for p in (self.zh, self.en))


def propose(
    names: Sequence[str],
    codes: Sequence[str],
    year: int | None = None,
    decided: Mapping[str, Proposal] | None = None,
) -> list[Proposal]:
    """A proposal for each sector by its name and code; `year` is that of the table.

    `decided`: what an analyst decided before, by `same_name`; it comes first.
    """
    known = {**_shipped(), **(decided or {})}
    return [_proposal(name, code, year, known) for name, code in zip(names, codes, strict=True)]


def _proposal(name: str, code: str, year: int | None, known: Mapping[str, Proposal]) -> Proposal:
    found = known.get(same_name(name)) or _by_rule(name)
    letter = section_of_code(code, year)
    if found is None:
        return _by_code(letter)
    if not letter or letter == found.section or found.section_confidence == CERTAIN:
        return found
    reason = catalogue.both("proposal.contradicted", reason=found.reason, section=letter)
    return replace(found, section_confidence=CONTRADICTED, reason=reason)


def _by_rule(name: str) -> Proposal | None:
    text = plain(name)
    return next((rule.proposal for rule in _rules() if rule.fits(text)), None)


def _by_code(letter: str) -> Proposal:
    if not letter:
        return Proposal("", 0.0, False, 0.0, catalogue.both("proposal.unknown"))
    reason = catalogue.both("proposal.code", section=letter)
    return Proposal(letter, BY_CODE, False, BY_CODE, reason)


def section_of_code(code: str, year: int | None) -> str:
    """The section of a code such as 39088, whose first digits are a division of GB/T 4754.

    Without a year only where all editions agree. "" for codes of another kind.
    """
    match = DIVISION_CODE.fullmatch(code.strip())
    if match is None:
        return ""
    editions = set(EDITIONS.values())
    if year is not None:
        editions = {next(edition for first, edition in EDITIONS.items() if year >= first)}
    letters = {_division(edition, match[1]) for edition in editions}
    return letters.pop() if len(letters) == 1 else ""


def _division(edition: str, division: str) -> str:
    rows = (r for r in _divisions() if r["edition"] == edition)
    return next((r["section"] for r in rows if r["first"] <= division <= r["last"]), "")


def plain(name: str) -> str:
    """A name as rules see it: one width, small letters, no line breaks or spaces in Chinese."""
    text = unicodedata.normalize("NFKC", name).lower().strip()
    if text.isascii():
        return re.sub(r"\s+", " ", text)
    return re.sub(r"\s+", "", text)


def same_name(name: str) -> str:
    """What two writings of one sector's name have in common: 农业 and 农产品, 和 and 及."""
    bare = FILLERS.sub("", plain(name))
    return ENDINGS.sub("", bare) or bare


def matched(
    names: Sequence[str], codes: Sequence[str], old: Sequence[tuple[str, str]]
) -> dict[int, int]:
    """Which sector of an old list each new one continues: position in the new list → in the old.

    By name; codes, which change meaning between tables, only tell apart equal names and stand for
    old sectors without a name. `old`: code and name of each.
    """
    by_name: dict[str, list[int]] = {}
    for i, (_, name) in enumerate(old):
        by_name.setdefault(same_name(name), []).append(i)
    times = Counter(same_name(name) for name in names)
    found: dict[int, int] = {}
    for i, (name, code) in enumerate(zip(names, codes, strict=True)):
        key = same_name(name)
        candidates = by_name.get(key, []) if key else []
        same_code = [k for k in candidates or by_name.get("", []) if old[k][0] == code]
        if len(candidates) == 1 and times[key] == 1:
            found[i] = candidates[0]
        elif same_code:
            found[i] = same_code[0]
    return found


def check_for_doubt(inputs: ModelInputs) -> list[Finding]:
    """Sectors whose proposed section or direct flag nobody has confirmed."""
    if inputs.proposed is None:
        return []
    found = []
    for i, pair in enumerate(inputs.proposed.confidence):
        for j, what in enumerate(("section", "direct")):
            if pair[j] < SURE:
                values = {
                    "code": inputs.table.codes[i],
                    "name": inputs.table.names[i],
                    "confidence": f"{pair[j]:.0%}",
                }
                found.append(
                    Finding("warning", f"doubtful_{what}", values, "sector_confidence", i, j)
                )
    return found


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            _pattern(row["name_zh"]),
            _pattern(row["name_en"]),
            Proposal(
                row["section"],
                float(row["section_confidence"]),
                row["direct"] == "1",
                float(row["direct_confidence"]),
                f"{row['reason_zh']} / {row['reason_en']}",
            ),
        )
        for row in read_csv("sector_rules.csv")
    )


def _pattern(text: str) -> re.Pattern[str] | None:
    return re.compile(text) if text else None


@cache
def _divisions() -> tuple[dict[str, str], ...]:
    return tuple(read_csv("classification_divisions.csv"))


@cache
def _shipped() -> dict[str, Proposal]:
    """The sectors of the shipped table by name, in both languages; direct those with ballots."""
    direct = {row["code"] for row in read_csv("ballots.csv")}
    known: dict[str, Proposal] = {}
    for row in read_csv("io_table_2017_103.csv"):
        if row["section"]:
            reason = catalogue.both("proposal.known", code=row["code"])
            proposal = Proposal(row["section"], KNOWN, row["code"] in direct, KNOWN, reason)
            known |= {same_name(row[key]): proposal for key in ("name_zh", "name_en")}
    return known

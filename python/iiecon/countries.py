"""Any country's input-output table through sections 1 to 4 of the method, in its own currency.

Tables by ISIC Rev. 4, as the OECD publishes them: an industry is named by its divisions (`D26`,
`D58T60`) or, in the 2021 edition, by a serial number from 01 to 45. The sections of GB/T 4754
follow from the divisions. An industry whose divisions lie in several sections cannot be divided:
it is given apart, so a section is known from `least` to `most`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from iiecon.checks import check_io_table
from iiecon.contribution import Contribution, leontief_contribution
from iiecon.findings import Finding, InputError, errors_of
from iiecon.inputs import ModelInputs
from iiecon.iotable import Imports, IOTable
from iiecon.model import expert_scores
from iiecon.proposals import plain
from iiecon.readers.rows import read_rows

# The industries of the OECD's 2021 edition in the order of its tables.
OECD_2021 = (
    "D01T02", "D03", "D05T06", "D07T08", "D09", "D10T12", "D13T15", "D16", "D17T18", "D19", "D20",
    "D21", "D22", "D23", "D24", "D25", "D26", "D27", "D28", "D29", "D30", "D31T33", "D35", "D36T39",
    "D41T43", "D45T47", "D49", "D50", "D51", "D52", "D53", "D55T56", "D58T60", "D61", "D62T63",
    "D64T66", "D68", "D69T75", "D77T82", "D84", "D85", "D86T88", "D90T93", "D94T96", "D97T98",
)  # fmt: skip
INDUSTRY = re.compile(r"(?:D|TTL_)?(\d\d)(?:T(\d\d))?")
# First and last division of ISIC Rev. 4, and the sections of GB/T 4754-2017 its groups belong to.
DIVISIONS = (
    (1, 3, "A"), (5, 9, "B"), (10, 33, "C"), (35, 37, "D"), (38, 38, "CN"), (39, 39, "N"),
    (41, 43, "E"), (45, 45, "FO"), (46, 47, "F"), (49, 53, "G"), (55, 56, "H"), (58, 58, "IR"),
    (59, 60, "R"), (61, 63, "I"), (64, 66, "J"), (68, 68, "K"), (69, 70, "L"), (71, 72, "M"),
    (73, 73, "L"), (74, 75, "M"), (77, 80, "L"), (81, 81, "KNO"), (82, 82, "L"), (84, 84, "S"),
    (85, 85, "P"), (86, 88, "Q"), (90, 93, "R"), (94, 94, "S"), (95, 98, "O"),
)  # fmt: skip
# Which sectors of a Chinese table make up the industries that the method's direct sectors lie in;
# the first that fits counts.
CHINESE_NAMES = (
    ("", "医疗仪器|办公"),
    ("D62T63", "互联网|软件|信息技术服务|计算机服务"),
    ("D61", "电信|卫星传输"),
    ("D26", "计算机|通信设备|广播电视设备|雷达|视听设备|电子元|电子器件|电子设备|仪器仪表"),
    ("D27", "电机|输配电|电线|电缆|电池|家用器具|家用电|电气机械"),
)


@dataclass(frozen=True)
class SectionValue:
    """A section, or several that the table does not tell apart ("D+N"); money as in the table."""

    sections: str
    direct: float
    indirect: float

    @property
    def total(self) -> float:
        """Direct plus indirect."""
        return self.direct + self.indirect


@dataclass(frozen=True)
class CountryResult:
    """What the scored industries of a country add; money in the table's unit.

    `value_added`: the nation's, at the prices of the table. `industries`: one label per industry of
    the table (`D26`). `sections`: the parts that add up to the nation.
    """

    table: IOTable
    industries: tuple[str, ...]
    scores: Mapping[str, float]
    contribution: Contribution
    sections: tuple[SectionValue, ...]
    findings: tuple[Finding, ...]

    @property
    def direct(self) -> float:
        """The nation's direct value added."""
        return float(self.contribution.direct_value_added.sum())

    @property
    def indirect(self) -> float:
        """The nation's indirect value added."""
        return float(self.contribution.indirect_value_added.sum())

    @property
    def value_added(self) -> float:
        """The value added of all industries."""
        return float(self.table.value_added.sum())

    def least_and_most(self) -> dict[str, tuple[float, float]]:
        """By section letter: direct plus indirect of the industries wholly in it, and of all that
        reach into it.
        """
        letters = sorted({letter for s in self.sections for letter in s.sections.split("+")})
        return {
            letter: (
                sum(s.total for s in self.sections if s.sections == letter),
                sum(s.total for s in self.sections if letter in s.sections.split("+")),
            )
            for letter in letters
        }

    def records(self) -> dict[str, Any]:
        """Plain data, named as in the JSON of the other results."""
        c, total = self.contribution, self.direct + self.indirect
        return {
            "national": {
                "year": self.table.year,
                "unit": self.table.unit,
                "direct": self.direct,
                "indirect": self.indirect,
                "total": total,
                "value_added": self.value_added,
                "share_of_value_added": total / self.value_added,
            },
            "sections": [
                {"section": s.sections, "direct": s.direct, "indirect": s.indirect,
                 "total": s.total}
                for s in self.sections
            ],
            "section_ranges": [
                {"section": letter, "least": least, "most": most}
                for letter, (least, most) in self.least_and_most().items()
            ],
            "industries": [
                {"code": code, "industry": industry, "score": float(c.scores[i]),
                 "direct": float(c.direct_value_added[i]),
                 "indirect": float(c.indirect_value_added[i])}
                for i, (code, industry) in enumerate(zip(c.codes, self.industries, strict=True))
            ],
        }  # fmt: skip


def measure_country(
    table: IOTable, scores: Mapping[str, float], imports: Imports = "competitive"
) -> CountryResult:
    """Direct and indirect value added of a country, by its own table.

    `scores` by industry (`D26`) or by code of the table (`17`). Raises InputError for a table that
    does not balance or whose industries are not those of ISIC Rev. 4, for scores that name no
    industry of it, name one twice or lie outside [0, 1].
    """
    findings = check_io_table(table)
    if errors_of(findings):
        raise InputError(findings)
    industries = industries_of(table)
    known = _by_code(table, industries, scores)
    contribution = leontief_contribution(table, known, imports)
    return CountryResult(
        table=table,
        industries=industries,
        scores=known,
        contribution=contribution,
        sections=_sections(industries, contribution),
        findings=tuple(findings),
    )


def industries_of(table: IOTable) -> tuple[str, ...]:
    """The industry (`D26`, `D58T60`) that each code of a table stands for."""
    if all(len(code) == 2 and code.isdigit() for code in table.codes):
        numbers = [int(code) for code in table.codes]
        if max(numbers) <= len(OECD_2021):
            return tuple(OECD_2021[number - 1] for number in numbers)
    found = [INDUSTRY.fullmatch(code.strip().upper()) for code in table.codes]
    for i, (code, match) in enumerate(zip(table.codes, found, strict=True)):
        if match is None or not sections_of(code):
            raise InputError.one("country_industry", "codes", i, code=code)
    return tuple(f"D{m[1]}T{m[2]}" if m[2] else f"D{m[1]}" for m in found if m is not None)


def sections_of(industry: str) -> str:
    """The sections of an industry, joined by +: `C` of D26, `C+D+N` of D36T39; "" for none."""
    match = INDUSTRY.fullmatch(industry.strip().upper())
    if match is None:
        return ""
    first, last = int(match[1]), int(match[2] or match[1])
    letters = {
        letter
        for low, high, sections in DIVISIONS
        if low <= last and first <= high
        for letter in sections
    }
    return "+".join(sorted(letters))


def _by_code(
    table: IOTable, industries: Sequence[str], scores: Mapping[str, float]
) -> dict[str, float]:
    """Scores by code of the table."""
    places = {code: code for code in table.codes} | dict(zip(industries, table.codes, strict=True))
    found: dict[str, float] = {}
    for row, (name, score) in enumerate(scores.items()):
        code = places.get(name.strip().upper())
        if code is None:
            known = ", ".join(industries)
            raise InputError.one("country_score", "scores", row, code=name, known=known)
        if code in found:
            raise InputError.one("country_score_twice", "scores", row, code=name)
        found[code] = score
    if not found:
        raise InputError.one("country_no_score", "scores")
    return found


def _sections(industries: Sequence[str], contribution: Contribution) -> tuple[SectionValue, ...]:
    labels = np.array([sections_of(industry) for industry in industries])
    return tuple(
        SectionValue(
            str(label),
            float(contribution.direct_value_added[labels == label].sum()),
            float(contribution.indirect_value_added[labels == label].sum()),
        )
        for label in sorted(set(labels), key=lambda text: (text.count("+") > 0, text))
    )


def read_scores(path: Path) -> dict[str, float]:
    """Scores by industry from a CSV file with the columns industry and score.

    Raises FileProblem when it cannot be read, InputError naming the lines that are wrong.
    """
    found: dict[str, float] = {}
    findings = []
    for line, row in read_rows(path, ("industry", "score")):
        if row["industry"] in found:
            values = {"code": row["industry"]}
            findings.append(Finding("error", "country_score_twice", values, str(path)))
        try:
            found[row["industry"]] = float(row["score"])
            fine = 0 <= found[row["industry"]] <= 1
        except ValueError:
            fine = False
        if not fine:
            wrong = {"line": line, "value": row["score"]}
            findings.append(Finding("error", "country_score_row", wrong, str(path)))
    if findings:
        raise InputError(findings)
    return found


def scores_of(inputs: ModelInputs) -> dict[str, float]:
    """The scores of a workbook by industry: direct value added over value added of the sectors of
    the workbook's table that make up the industry.

    Raises InputError for a scored sector whose industry its name does not tell.
    """
    table, used = inputs.table, expert_scores(inputs).by_code()
    industry = dict(zip(table.codes, map(industry_of_name, table.names), strict=True))
    value_added = dict(zip(table.codes, table.value_added, strict=True))
    lost = [code for code, score in used.items() if score and not industry[code]]
    if lost:
        name = table.names[table.codes.index(lost[0])]
        raise InputError.one("country_score_sector", "score_codes", code=lost[0], name=name)
    names = dict.fromkeys(industry[code] for code, score in used.items() if score)
    return {
        name: float(sum(used.get(c, 0.0) * value_added[c] for c in members))
        / float(sum(value_added[c] for c in members))
        for name in names
        for members in [[c for c in table.codes if industry[c] == name]]
    }


def industry_of_name(name: str) -> str:
    """The industry of a Chinese sector, of those that hold direct sectors; "" for others."""
    text = plain(name)
    return next((industry for industry, words in CHINESE_NAMES if re.search(words, text)), "")

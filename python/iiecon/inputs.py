"""Everything an analyst provides, as arrays; and the figures that come with the program."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from importlib.resources import files

import numpy as np

from iiecon import catalogue
from iiecon.assumed import AssumedGrowth
from iiecon.iotable import FloatArray, IOTable
from iiecon.options import Options


@dataclass(frozen=True)
class Industry:
    """What is measured, as it is called after "the"; by default what the white paper measures."""

    name_zh: str = "工业互联网"
    name_en: str = "industrial internet"

    def __str__(self) -> str:
        return f"{self.name_zh} / {self.name_en}"

    @property
    def is_published(self) -> bool:
        """Whether it is the industry that the printed figures are about."""
        return self.name_zh == Industry().name_zh

    def words(self, language: str) -> dict[str, str]:
        """What the placeholders of texts that name the industry stand for: its name, the word
        "economy" unless the name ends with it, and what is said where printed figures are not its.
        """
        name = self.name_zh if language == "zh" else self.name_en
        ending = catalogue.text("industry.economy_ending", language)
        named = name.casefold().endswith(ending)
        other = catalogue.text("industry.not_published", language, industry=name)
        return {
            "industry": name,
            "economy": "" if named else catalogue.text("industry.economy", language),
            "not_published": "" if self.is_published else other,
        }


@dataclass(frozen=True)
class Section:
    """One of the 19 sections of GB/T 4754 and the sector of three it belongs to."""

    code: str
    name_zh: str
    name_en: str
    sector3: str


@dataclass(frozen=True)
class Province:
    """A province; `region` is a key of the region table or blank."""

    code: str
    name_zh: str
    name_en: str
    region: str


@dataclass(frozen=True)
class Region:
    """A region that provinces add up to."""

    key: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Experts:
    """The panel: m direct sectors, f factors, g grades.

    `weights`: f, `grade_scores`: g, `ballots`: m × f × g vote counts, `override`: m scores that
    replace the panel's (NaN = none). Sectors not flagged as direct score zero: `direct`, m.
    `source` says whose ballots they are and is shown with every result.
    """

    codes: tuple[str, ...]
    factors: tuple[str, ...]
    weights: FloatArray
    grades: tuple[str, ...]
    grade_scores: FloatArray
    ballots: FloatArray
    override: FloatArray
    direct: tuple[bool, ...]
    source: str = ""


@dataclass(frozen=True)
class Series:
    """Rows × years, NaN where not given; years ascend."""

    years: tuple[int, ...]
    values: FloatArray


@dataclass(frozen=True)
class Proposed:
    """How sure the section (first column) and the direct flag (second) of each sector are, where
    they were proposed: `confidence` n × 2 in [0, 1], NaN where the analyst decided; n `reasons`.
    """

    confidence: FloatArray
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class GrowthRules:
    """How a section is extrapolated: `weights` sections × 3 (last year's growth first), and an
    `addition` to the growth of one `addition_year` (0 = none); sections each.
    """

    weights: FloatArray
    addition: FloatArray
    addition_year: FloatArray

    def additions(self, years: list[int]) -> FloatArray:
        """Sections × years: what is added to each year's growth."""
        return np.where(self.addition_year[:, None] == np.array(years), self.addition[:, None], 0.0)


MACRO_COLUMNS = (
    "gdp",
    "fixed_asset_investment",
    "gross_fixed_capital_formation",
    "employment",
    "employment_census2020",
    "pwt_real_gdp",
    "pwt_capital_stock",
    "pwt_employment",
    "multiplier_override",
)


@dataclass(frozen=True)
class ModelInputs:
    """What the model needs.

    `table`: in 亿元. `sector_sections`: a section letter per IO sector. `section_va` 亿元 and
    `wages` 元 a year: sections × years. `macro`: the columns of MACRO_COLUMNS × years.
    `province_gdp`: (provinces · 3) × years in 亿元, the three sectors of a province in turn.
    `province_employed`: provinces × 2 in 万人 (urban units; private and self-employed).
    `proposed`: what an import proposed and how sure it is; it changes no number. `assumed`: growth
    that a scenario assumes; neither workbooks nor packages hold any. `industry` is only a name.
    """

    table: IOTable
    sector_codes: tuple[str, ...]
    sector_sections: tuple[str, ...]
    experts: Experts
    sections: tuple[Section, ...]
    section_va: Series
    growth: GrowthRules
    wages: Series
    macro: Series
    provinces: tuple[Province, ...]
    province_gdp: Series
    province_employed: FloatArray
    regions: tuple[Region, ...]
    options: Options = field(default_factory=Options)
    proposed: Proposed | None = None
    assumed: tuple[AssumedGrowth, ...] = ()
    industry: Industry = field(default_factory=Industry)

    def macro_row(self, name: str) -> FloatArray:
        """One macro series over the macro years."""
        row: FloatArray = self.macro.values[MACRO_COLUMNS.index(name)]
        return row

    def sha256(self) -> str:
        """A fingerprint of every number and label: equal inputs, equal hash.

        What came later counts only where it is not the default: older files keep their hash.
        """
        digest = hashlib.sha256()
        later: dict[str, object] = {"assumed": (), "industry": asdict(Industry())}
        held = {k: v for k, v in asdict(self).items() if k not in later or v != later[k]}
        for piece in _pieces(held):
            digest.update(piece)
        return digest.hexdigest()


def _pieces(value: object) -> Iterator[bytes]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield f"{key}:".encode()
            yield from _pieces(item)
    elif isinstance(value, list | tuple):
        yield f"[{len(value)}]".encode()
        for item in value:
            yield from _pieces(item)
    elif isinstance(value, np.ndarray):
        yield str(value.shape).encode()
        yield (value.astype("<f8") + 0.0).tobytes()
    else:
        yield f"{type(value).__name__}={value};".encode()


Rows = list[dict[str, str]]
ReadRows = Callable[[str], Rows]


def read_csv(name: str) -> Rows:
    """The rows of a CSV file that comes with the program."""
    return rows_of(files("iiecon.data").joinpath(name).read_text(encoding="utf-8"))


def rows_of(text: str) -> Rows:
    """The rows of a CSV text by column name; a cell may hold several lines."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def default_inputs() -> ModelInputs:
    """The shipped inputs: the replication of the 2021 edition on the 103-sector table of 2017.

    The scores are illustrative: calibrated to the published totals, not the institute's.
    """
    from iiecon.readers import read_bundled_table

    inputs = inputs_from(read_csv, *read_bundled_table())
    source = catalogue.both("experts.illustrative")
    return replace(inputs, experts=replace(inputs.experts, source=source))


def inputs_from(read: ReadRows, table: IOTable, sector_sections: tuple[str, ...]) -> ModelInputs:
    """Inputs from an IO table with the section of each sector, and from CSV files beside it.

    `read` gives the rows of a file by its name, as `read_csv` does for the shipped ones. All scored
    sectors count as direct, nothing is overridden and the options are the defaults.
    """
    sections = tuple(
        Section(r["section"], r["name_zh"], r["name_en"], r["sector3"])
        for r in read("sections.csv")
    )
    letters = [s.code for s in sections]
    provinces = _provinces(read)
    return ModelInputs(
        table=table,
        sector_codes=table.codes,
        sector_sections=sector_sections,
        experts=_experts(read),
        sections=sections,
        section_va=_section_series(read("section_value_added.csv"), "value_added", letters),
        growth=_growth(read, letters),
        wages=_section_series(read("section_wage.csv"), "average_wage", letters),
        macro=_macro(read),
        provinces=provinces,
        province_gdp=_province_gdp(read, provinces),
        province_employed=_province_employed(read, provinces),
        regions=tuple(Region(**row) for row in read("regions.csv")),
    )


def _number(text: str) -> float:
    return float(text) if text else float("nan")


def _section_series(rows: Rows, column: str, letters: list[str]) -> Series:
    years = tuple(sorted({int(r["year"]) for r in rows}))
    values = np.full((len(letters), len(years)), np.nan)
    for r in rows:
        values[letters.index(r["section"]), years.index(int(r["year"]))] = _number(r[column])
    return Series(years, values)


def _growth(read: ReadRows, letters: list[str]) -> GrowthRules:
    rows = {r["section"]: r for r in read("growth_rules.csv")}
    columns = ("weight_1", "weight_2", "weight_3", "addition", "addition_year")
    table = np.array([[float(rows[letter][c]) for c in columns] for letter in letters])
    return GrowthRules(table[:, :3], table[:, 3], table[:, 4])


def _macro(read: ReadRows) -> Series:
    rows = read("macro.csv")
    overrides = {int(r["year"]): float(r["tau"]) for r in read("multiplier_override.csv")}
    years = tuple(int(r["year"]) for r in rows)
    columns = [[_number(r[name]) for r in rows] for name in MACRO_COLUMNS[:-1]]
    columns.append([overrides.get(year, float("nan")) for year in years])
    return Series(years, np.array(columns))


def _provinces(read: ReadRows) -> tuple[Province, ...]:
    seen: dict[str, Province] = {}
    for r in read("province_gdp.csv"):
        seen.setdefault(r["code"], Province(r["code"], r["name_zh"], r["name_en"], r["region"]))
    return tuple(seen.values())


def _province_gdp(read: ReadRows, provinces: tuple[Province, ...]) -> Series:
    rows = read("province_gdp.csv")
    years = tuple(sorted({int(r["year"]) for r in rows}))
    order = [p.code for p in provinces]
    values = np.full((3 * len(order), len(years)), np.nan)
    for r in rows:
        first = 3 * order.index(r["code"])
        values[first : first + 3, years.index(int(r["year"]))] = [
            _number(r[s]) for s in ("primary", "secondary", "tertiary")
        ]
    return Series(years, values)


def _province_employed(
    read: ReadRows, provinces: tuple[Province, ...], year: str = "2018"
) -> FloatArray:
    rows = {r["code"]: r for r in read("province_employment.csv") if r.get("year", year) == year}
    columns = ("employed_urban_units", "employed_private_and_self")
    return np.array([[float(rows[p.code][c]) for c in columns] for p in provinces])


def _experts(read: ReadRows) -> Experts:
    factors = [r["factor"] for r in read("score_factors.csv")]
    grades = [r["grade"] for r in read("score_grades.csv")]
    rows = read("ballots.csv")
    codes = list(dict.fromkeys(r["code"] for r in rows))
    ballots = np.zeros((len(codes), len(factors), len(grades)))
    for r in rows:
        place = codes.index(r["code"]), factors.index(r["factor"])
        ballots[place] = [float(r[grade]) for grade in grades]
    return Experts(
        codes=tuple(codes),
        factors=tuple(factors),
        weights=np.array([float(r["weight"]) for r in read("score_factors.csv")]),
        grades=tuple(grades),
        grade_scores=np.array([float(r["score"]) for r in read("score_grades.csv")]),
        ballots=ballots,
        override=np.full(len(codes), np.nan),
        direct=(True,) * len(codes),
    )

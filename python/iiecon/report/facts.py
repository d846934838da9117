"""The results as quantities, and the names of what they are about."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from iiecon import catalogue
from iiecon.inputs import ModelInputs, Province, Region, Section, default_inputs, read_csv
from iiecon.iotable import FloatArray
from iiecon.report.quantities import NAN, Quantity, Quoted, growth
from iiecon.results import ModelResults
from iiecon.workbook.map_sheet import WITHOUT_DATA

KEYS = {
    "national": ("year",),
    "sections": ("year", "section"),
    "sectors3": ("year", "sector"),
    "provinces": ("year", "code"),
    "regions": ("year", "region"),
    "multiplier": ("year",),
    "scores": ("code",),
    "contribution": ("code",),
}
INPUTS = {
    "table": ("io-table-2017-103", "IO_Table"),
    "section_va": ("section-value-added", "Section_VA"),
    "wages": ("section-wage", "Macro"),
    "macro": ("macro", "Macro"),
    "province_gdp": ("province-gdp", "Province"),
    "province_employed": ("province-employment", "Province"),
    "experts": ("ballots", "Experts"),
    "growth": ("growth-rules", "Settings"),
}  # a table of inputs: where datapackage.json describes the shipped one, and its sheet
MOST_YEARS = 6  # that a table has room for


class Facts:
    """Looks numbers up in the records of the results, by table, field and key."""

    def __init__(self, results: ModelResults) -> None:
        self.results = results
        self.inputs = results.inputs
        self.records = results.records()
        self._rows = {
            table: {tuple(row[k] for k in keys): row for row in self.records[table]}
            for table, keys in KEYS.items()
        }

    # --- years

    @property
    def years(self) -> tuple[int, ...]:
        """All result years."""
        return self.results.years

    @property
    def present(self) -> int:
        """The last year that is not a forecast: the one that the text dwells on."""
        return max(y for y in self.years if y <= max(self.inputs.options.data_until, self.years[0]))

    @property
    def ahead(self) -> int | None:
        """The last forecast year, if there is one."""
        return self.years[-1] if self.years[-1] > self.present else None

    @property
    def told(self) -> tuple[int, ...]:
        """The present year and the forecast."""
        return (self.present,) if self.ahead is None else (self.present, self.ahead)

    @property
    def columns(self) -> tuple[int, ...]:
        """The years that a table shows: all, or the first and the latest."""
        if len(self.years) <= MOST_YEARS:
            return self.years
        return (self.years[0], *self.years[-MOST_YEARS + 1 :])

    def forecast(self, year: int) -> bool:
        """Whether a year lies after the last one with figures."""
        return year > self.present

    def year(self, year: int) -> Quantity:
        """A result year, to be printed."""
        return Quantity(year, "year", ("year", year))

    # --- numbers

    def of(self, table: str, field: str, kind: str, *key: object) -> Quantity:
        """One field of one record; unknown when the record is not there."""
        row = self._rows[table].get(key)
        value = NAN if row is None or row[field] is None else float(row[field])
        return Quantity(value, kind, ("record", table, field, *key))

    def estimated(self, table: str, *key: object) -> bool:
        """Whether a record rests on an extrapolated number."""
        row = self._rows[table].get(key)
        return bool(row and row["estimated"])

    def nation(self, field: str, kind: str, year: int) -> Quantity:
        """A field of the nation."""
        return self.of("national", field, kind, year)

    def growth(self, table: str, field: str, kind: str, year: int, *key: object) -> Quantity:
        """Growth over the year before; unknown for the first year."""
        now = self.of(table, field, kind, year, *key)
        return growth(now, self.of(table, field, kind, year - 1, *key))

    def single(self, group: str, field: str, kind: str) -> Quantity:
        """A number of a record without key: `production`."""
        return Quantity(float(self.records[group][field]), kind, ("single", group, field))

    def option(self, name: str, kind: str = "count") -> Quantity:
        """An option that is a whole number."""
        options: dict[str, Any] = self.records["provenance"]["options"]
        return Quantity(float(options[name]), kind, ("option", name))

    def length(self, table: str) -> Quantity:
        """How many things a table is about: its records of one year."""
        rows = self._rows[table]
        many = len({key[1:] for key in rows}) if KEYS[table][0] == "year" else len(rows)
        return Quantity(many, "count", ("length", table))


class Names:
    """Names in one language; where it has none, the other language's or the code.

    `missing` gives the characters of a name that cannot be written: such a name is passed over.
    """

    def __init__(
        self, facts: Facts, language: str, missing: Callable[[str], str] = lambda name: ""
    ) -> None:
        self.language = language
        self._facts = facts
        self._missing = missing

    def section(self, section: Section) -> Quoted:
        """The name of a section."""
        return self._of(section.name_zh, section.name_en, section.code)

    def province(self, province: Province) -> Quoted:
        """The name of a province."""
        return self._of(province.name_zh, province.name_en, province.code)

    def region(self, region: Region) -> Quoted:
        """The name of a region."""
        return self._of(region.name_zh, region.name_en, region.key)

    def place(self, code: str) -> Quoted:
        """The name of a place of the map that is no province of the inputs."""
        key = f"map.{WITHOUT_DATA[code[:2]]}"
        chinese, english = (catalogue.text(key, language) for language in ("zh", "en"))
        return self._of(chinese, english, code)

    def sector(self, code: str) -> Quoted:
        """The name of a sector, in English where the shipped input-output table has it."""
        table = self._facts.inputs.table
        name = table.names[table.codes.index(code)]
        return self._of(name, self._english.get((code, name), ""), code)

    def grade(self, key: str) -> Quoted:
        """The name of a grade of the evaluation."""
        rows = {r["grade"]: r for r in read_csv("score_grades.csv")}
        row = rows.get(key, {})
        return self._of(row.get("name_zh", ""), row.get("name_en", ""), key)

    @cached_property
    def scores_source(self) -> Quoted:
        """Whose scores they are; the shipped remark in the report's own language."""
        source = self._facts.inputs.experts.source
        if source == catalogue.both("experts.illustrative"):
            return Quoted(catalogue.text("experts.illustrative", self.language))
        return Quoted(source)

    def _of(self, chinese: str, english: str, code: str) -> Quoted:
        wanted = (chinese, english) if self.language == "zh" else (english, chinese)
        fit = (name for name in wanted if name.strip() and not self._missing(name))
        return Quoted(next(fit, code))

    @cached_property
    def _english(self) -> dict[tuple[str, str], str]:
        rows = read_csv("io_table_2017_103.csv")
        return {(r["code"], r["name_zh"]): r["name_en"] for r in rows}


def changed_inputs(inputs: ModelInputs) -> set[str]:
    """Which of the tables of inputs are not those that come with the program."""
    shipped = {name: _numbers(default_inputs(), name) for name in INPUTS}
    return {name for name in INPUTS if not _same(shipped[name], _numbers(inputs, name))}


def _numbers(inputs: ModelInputs, name: str) -> tuple[FloatArray, ...]:
    """The figures of one table of inputs."""
    table, experts, growth = inputs.table, inputs.experts, inputs.growth
    series = {
        "section_va": inputs.section_va,
        "wages": inputs.wages,
        "macro": inputs.macro,
        "province_gdp": inputs.province_gdp,
    }
    if name in series:
        return np.array(series[name].years, dtype=float), series[name].values
    arrays = {
        "table": (table.flows, table.output, table.value_added),
        "province_employed": (inputs.province_employed,),
        "experts": (experts.weights, experts.grade_scores, experts.ballots, experts.override),
        "growth": (growth.weights, growth.addition, growth.addition_year),
    }
    return arrays[name]


def _same(a: tuple[FloatArray, ...], b: tuple[FloatArray, ...]) -> bool:
    """Equal figures; those that went through a workbook keep 15 digits."""
    return all(
        x.shape == y.shape and np.allclose(x, y, rtol=1e-12, atol=0, equal_nan=True)
        for x, y in zip(a, b, strict=True)
    )

"""The results as quantities, and the names of what they are about."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from iiecon import catalogue
from iiecon.inputs import Province, Region, Section, read_csv
from iiecon.replication.package import shipped_differences
from iiecon.replication.tables import input_tables
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
EXPERTS = ("score_factors", "score_grades", "ballots", "scores")
INPUTS = {
    "table": ("io-table-2017-103", "IO_Table", ("io_sectors", "io_cells")),
    "section_va": ("section-value-added", "Section_VA", ("section_value_added",)),
    "wages": ("section-wage", "Macro", ("section_wage",)),
    "macro": ("macro", "Macro", ("macro", "multiplier_override")),
    "province_gdp": ("province-gdp", "Province", ("province_gdp",)),
    "province_employed": ("province-employment", "Province", ("province_employment",)),
    "experts": ("ballots", "Experts", EXPERTS),
    "growth": ("growth-rules", "Settings", ("growth_rules",)),
}
"""Where datapackage.json describes the shipped input, its sheet, and its tables as a replication
package has them."""
UNITS = ("亿元", "万元")
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

    @cached_property
    def present(self) -> int:
        """The last year that is not a forecast: the one that the text dwells on.

        Forecasts are the years after the last with figures: with GDP, and value added of at least
        one section. The option `data_until` may reach farther than the figures do.
        """
        r = self.results
        given = ~(r.gdp.estimated | r.section_va.estimated.all(axis=0))
        return max((y for y, g in zip(self.years, given, strict=True) if g), default=self.years[0])

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
        """The years that have a column in a table: all, or the first and the latest."""
        if len(self.years) <= MOST_YEARS:
            return self.years
        return (self.years[0], *self.years[-MOST_YEARS + 1 :])

    @property
    def left_out(self) -> tuple[int, ...]:
        """The first and the last of the years that a table has no room for; none, or one."""
        missing = [y for y in self.years if y not in self.columns]
        return tuple(sorted({*missing[:1], *missing[-1:]}))

    def forecast(self, year: int) -> bool:
        """Whether a year lies after the last one with national figures."""
        return year > self.present

    def year(self, year: int) -> Quantity:
        """A result year, to be printed."""
        return Quantity(year, "year", ("year", year))

    # --- inputs

    @cached_property
    def changed(self) -> frozenset[str]:
        """Which of INPUTS are not those that come with the program."""
        tables = input_tables(self.inputs)
        return frozenset(
            name
            for name, (_, _, parts) in INPUTS.items()
            if any(shipped_differences(tables[part]) != 0 for part in parts)
        )

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

    @property
    def illustrative(self) -> bool:
        """Whether the scores are said to be illustrative, in the words of the shipped remark."""
        return self._facts.inputs.experts.source == catalogue.both("experts.illustrative")

    @property
    def scores_source(self) -> Quoted:
        """Whose scores they are; the shipped remark in the report's own language."""
        if self.illustrative:
            return Quoted(catalogue.text("experts.illustrative", self.language))
        return Quoted(self._facts.inputs.experts.source)

    def quoted(self, text: str) -> Quoted:
        """A text made elsewhere; an English one has its Chinese units and names in English."""
        if self.language == "en":
            for chinese, english in self._translated.items():
                text = text.replace(chinese, english)
        return Quoted(text)

    @cached_property
    def _translated(self) -> dict[str, str]:
        units = {unit: catalogue.text(f"option_value.{unit}", "en") for unit in UNITS}
        inputs = self._facts.inputs
        pairs = [
            *((p.name_zh, p.name_en) for p in inputs.provinces),
            *((r.name_zh, r.name_en) for r in inputs.regions),
            *((x.name_zh, x.name_en) for x in inputs.sections),
        ]
        names = {chinese: english for chinese, english in pairs if chinese and english}
        longest_first = sorted(names, key=len, reverse=True)
        return {**units, **{name: names[name] for name in longest_first}, "、": ", "}

    def _of(self, chinese: str, english: str, code: str) -> Quoted:
        wanted = (chinese, english) if self.language == "zh" else (english, chinese)
        fit = (name for name in wanted if name.strip() and not self._missing(name))
        return Quoted(next(fit, code))

    @cached_property
    def _english(self) -> dict[tuple[str, str], str]:
        rows = read_csv("io_table_2017_103.csv")
        return {(r["code"], r["name_zh"]): r["name_en"] for r in rows}

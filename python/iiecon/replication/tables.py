"""Inputs and results as tidy tables: one row for each thing measured, columns with type and unit.

The tables are what a replication package holds as CSV and what `compare` holds side by side.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np

from iiecon import catalogue
from iiecon.exports import csv_text
from iiecon.inputs import MACRO_COLUMNS, ModelInputs, Series
from iiecon.iotable import FloatArray, IOTable
from iiecon.results import ModelResults

Kind = Literal["string", "number", "integer", "year", "boolean"]
Value = str | float | int | bool | None
Row = tuple[Value, ...]


@dataclass(frozen=True)
class Field:
    """A column: `unit` is a key of the catalogue or the unit itself, `label` a key of its labels
    or a text to show as it is.
    """

    name: str
    kind: Kind = "number"
    unit: str = ""
    label: str = ""
    required: bool = True

    def title(self, language: str) -> str:
        """What the column holds, in one language."""
        key = self.label or self.name
        known = key in catalogue.keys("label")
        return catalogue.text(f"label.{key}", language) if known else key

    def unit_text(self, language: str) -> str:
        """The unit in one language, blank where there is none."""
        known = self.unit in catalogue.keys("unit")
        return catalogue.text(f"unit.{self.unit}", language) if known else self.unit


@dataclass(frozen=True)
class Table:
    """Tidy rows; `key` are the columns that name a row, `references` columns that must stand in
    another table: column, table, column there.
    """

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    rows: Sequence[Row]
    references: tuple[tuple[str, str, str], ...] = ()

    def keyed(self) -> dict[Row, dict[str, Value]]:
        """Rows by their key, each as column → value without the key's columns."""
        names = [f.name for f in self.fields]
        at = [names.index(k) for k in self.key]
        rest = [i for i in range(len(names)) if i not in at]
        return {tuple(r[i] for i in at): {names[i]: r[i] for i in rest} for r in self.rows}

    def csv(self) -> bytes:
        """The table as CSV in UTF-8; a text that a spreadsheet would take for a formula is marked.

        Numbers are written with every digit that float64 needs; blank is what is not given.
        """
        header = [f.name for f in self.fields]
        return csv_text([header, *(map(_written, row) for row in self.rows)]).encode()


def _written(value: Value) -> str | float:
    """A value as it goes into a file: a text, or a number that shows every digit."""
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    whole = isinstance(value, int) or (value.is_integer() and abs(value) < 1e15)
    return int(value) if whole else value


# --- inputs ---------------------------------------------------------------------------------------

TEXT: Kind = "string"
YEAR = Field("year", "year", "year")
SECTION = Field("section", TEXT)
CODE = Field("code", TEXT)
NAMES = (Field("name_zh", TEXT, required=False), Field("name_en", TEXT, required=False))
OF_SECTIONS = (("section", "sections", "section"),)
MACRO_UNITS = ("money", "money", "money", "people", "people", "pwt", "pwt", "people")
SECTORS3 = ("primary", "secondary", "tertiary")
PROPOSED = ("section", "direct")
IO_VECTORS = (
    "output", "value_added", "other_inputs", "final_use", "exports", "imports", "discrepancy",
)  # fmt: skip


def input_tables(inputs: ModelInputs) -> dict[str, Table]:
    """Every input by the name of its table; equal inputs give equal tables."""
    made = [
        *_io_tables(inputs), _proposals(inputs), *_panel(inputs), *_section_tables(inputs),
        *_national(inputs), *_province_tables(inputs), _particulars(inputs), _options(inputs),
    ]  # fmt: skip
    return {table.name: table for table in made}


def _io_tables(inputs: ModelInputs) -> Iterator[Table]:
    table = inputs.table
    unit = printed_unit(table)
    vectors = [_printed_vector(table, name) for name in IO_VECTORS]
    fields = [
        CODE, Field("name", TEXT, label="name_zh", required=False), SECTION,
        *(
            Field(name, unit=unit, label=f"io_{name}", required=values[0] is not None)
            for name, values in zip(IO_VECTORS, vectors, strict=True)
        ),
    ]  # fmt: skip
    labels = zip(table.codes, table.names, inputs.sector_sections, strict=True)
    rows = [(*a, *b) for a, b in zip(labels, zip(*vectors, strict=True), strict=True)]
    yield Table("io_sectors", tuple(fields), ("code",), rows, OF_SECTIONS)
    cell_fields = (
        Field("block", TEXT), Field("row", TEXT, label="io_row"),
        Field("column", TEXT, label="io_column"), Field("value", unit=unit),
    )  # fmt: skip
    yield Table("io_cells", cell_fields, ("block", "row", "column"), list(_io_cells(table)))


def _io_cells(table: IOTable) -> Iterator[Row]:
    """Flows, final uses and primary inputs, one row a cell."""
    codes, parts = table.codes, table.parts
    blocks = [("flow", codes, codes, table.flows)]
    if parts is not None:
        blocks += [
            ("final_use", codes, parts.final_use_labels, parts.final_uses),
            ("primary", parts.value_added_labels, codes, parts.value_added),
        ]
    for block, rows, columns, values in blocks:
        cells = product(rows, columns)
        for (row, column), value in zip(cells, printed(table, values.ravel()), strict=True):
            yield block, row, column, value


def _proposals(inputs: ModelInputs) -> Table:
    """How sure the section and direct flag of each sector are, where an import proposed them."""
    fields = (
        CODE,
        *(Field(f"{name}_confidence", unit="share", required=False) for name in PROPOSED),
        Field("reason", TEXT, required=False),
    )
    sure = inputs.proposed
    rows: list[Row] = []
    if sure is not None:
        given = zip(inputs.table.codes, sure.confidence, sure.reasons, strict=True)
        rows = [(code, *_given(pair), reason) for code, pair, reason in given]
    return Table("proposals", fields, ("code",), rows, (("code", "io_sectors", "code"),))


def printed_unit(table: IOTable) -> str:
    """The unit in which the table was printed."""
    return table.printed_unit or table.unit


def printed(table: IOTable, values: FloatArray) -> list[float]:
    """Amounts in the unit in which the table was printed, such that converting them back gives
    the same bits.
    """
    factor = 1 / table.per_unit
    short = np.array([float(f"{v:.15g}") for v in values * table.per_unit])
    for i in np.flatnonzero(short * factor != values):
        short[i] = _exact(float(values[i]), table.per_unit, factor)
    return [float(v) for v in short]


def _exact(value: float, per_unit: float, factor: float) -> float:
    """The number that times `factor` is `value`: the quotient or one of its neighbours."""
    nearest = value * per_unit
    tries = [nearest]
    for direction in (math.inf, -math.inf):
        step = nearest
        for _ in range(4):
            step = math.nextafter(step, direction)
            tries.append(step)
    return next((t for t in tries if t * factor == value), nearest)


def _printed_vector(table: IOTable, name: str) -> list[float] | list[None]:
    values: FloatArray | None = getattr(table, name)
    return [None] * table.size if values is None else printed(table, values)


def _panel(inputs: ModelInputs) -> Iterator[Table]:
    panel = inputs.experts
    yield _pairs("score_factors", "factor", panel.factors, "weight", panel.weights)
    yield _pairs("score_grades", "grade", panel.grades, "score", panel.grade_scores, "grade_score")
    counts = panel.ballots.reshape(-1, len(panel.grades)).tolist()
    yield Table(
        "ballots",
        (CODE, Field("factor", TEXT), *(Field(g, unit="votes") for g in panel.grades)),
        ("code", "factor"),
        [(*k, *v) for k, v in zip(product(panel.codes, panel.factors), counts, strict=True)],
        (("code", "scores", "code"), ("factor", "score_factors", "factor")),
    )
    yield Table(
        "scores",
        (
            CODE,
            Field("direct", "boolean", label="direct_flag"),
            Field("override", unit="score", required=False),
        ),
        ("code",),
        list(zip(panel.codes, panel.direct, _given(panel.override), strict=True)),
        (("code", "io_sectors", "code"),),
    )


def _pairs(
    name: str, key: str, keys: Iterable[str], value: str, values: FloatArray, label: str = ""
) -> Table:
    """A list of things with one number each."""
    unit = "score" if value == "score" else "weight"
    fields = Field(key, TEXT), Field(value, unit=unit, label=label)
    return Table(name, fields, (key,), list(zip(keys, values.tolist(), strict=True)))


def _section_tables(inputs: ModelInputs) -> Iterator[Table]:
    letters = [s.code for s in inputs.sections]
    yield Table(
        "sections",
        (SECTION, *NAMES, Field("sector3", TEXT)),
        ("section",),
        [(s.code, s.name_zh, s.name_en, s.sector3) for s in inputs.sections],
    )
    for name, column, unit, series in (
        ("section_value_added", "value_added", "money", inputs.section_va),
        ("section_wage", "average_wage", "wage", inputs.wages),
    ):
        fields = YEAR, SECTION, Field(column, unit=unit, required=False)
        rows = [(y, c, v) for y, (c, v) in _by_year(series, letters)]
        yield Table(name, fields, ("year", "section"), rows, OF_SECTIONS)
    rules = inputs.growth
    numbers = np.column_stack([rules.weights, rules.addition, rules.addition_year]).tolist()
    yield Table(
        "growth_rules",
        (
            SECTION,
            *(Field(f"weight_{i}", unit="weight") for i in (1, 2, 3)),
            Field("addition", unit="share", label="growth_addition"),
            Field("addition_year"),
        ),
        ("section",),
        [(letter, *row) for letter, row in zip(letters, numbers, strict=True)],
        OF_SECTIONS,
    )


def _by_year(series: Series, labels: Iterable[str]) -> Iterator[tuple[int, tuple[str, Value]]]:
    names = list(labels)
    for t, year in enumerate(series.years):
        for pair in zip(names, _given(series.values[:, t]), strict=True):
            yield year, pair


def _national(inputs: ModelInputs) -> Iterator[Table]:
    macro = inputs.macro
    columns = [_given(row) for row in macro.values]
    units = zip(MACRO_COLUMNS, MACRO_UNITS, strict=False)  # the last column is a table of its own
    fields = YEAR, *(Field(name, unit=unit, required=False) for name, unit in units)
    yield Table("macro", fields, ("year",), list(zip(macro.years, *columns[:-1], strict=True)))
    typed = [(y, v) for y, v in zip(macro.years, columns[-1], strict=True) if v is not None]
    yield Table(
        "multiplier_override", (YEAR, Field("tau", unit="ratio", label="tau_override")), ("year",),
        list(typed), (("year", "macro", "year"),),
    )  # fmt: skip


def _province_tables(inputs: ModelInputs) -> Iterator[Table]:
    yield Table(
        "regions", (Field("key", TEXT), *NAMES), ("key",),
        [(r.key, r.name_zh, r.name_en) for r in inputs.regions],
    )  # fmt: skip
    code = Field("code", TEXT, label="province_code")
    series = inputs.province_gdp
    product_ = series.values.reshape(-1, 3, len(series.years))
    yield Table(
        "province_gdp",
        (
            YEAR, code, *NAMES, Field("region", TEXT, required=False),
            *(Field(s, unit="money", required=False) for s in SECTORS3),
        ),
        ("year", "code"),
        [
            (year, p.code, p.name_zh, p.name_en, p.region, *_given(product_[i, :, t]))
            for t, year in enumerate(series.years)
            for i, p in enumerate(inputs.provinces)
        ],
        (("region", "regions", "key"),),
    )  # fmt: skip
    columns = ("employed_urban_units", "employed_private_and_self")
    employed = zip(inputs.provinces, inputs.province_employed.tolist(), strict=True)
    yield Table(
        "province_employment",
        (code, NAMES[0], *(Field(c, unit="people") for c in columns)),
        ("code",),
        [(p.code, p.name_zh, *row) for p, row in employed],
        (("code", "province_gdp", "code"),),
    )


def _particulars(inputs: ModelInputs) -> Table:
    """What has no table of its own: about the IO table, whose scores they are, what is measured."""
    table = inputs.table
    given: dict[str, Value] = {
        "io_year": str(table.year or ""),
        "io_unit": table.unit,
        "io_printed_unit": table.printed_unit,
        "io_per_unit": repr(table.per_unit),
        "io_precision": repr(printed(table, np.array([table.precision]))[0]),
        "io_has_parts": str(table.parts is not None).lower(),
        **{f"io_note_{i}": note for i, note in enumerate(table.notes, 1)},
        "scores_source": inputs.experts.source,
        "industry_zh": inputs.industry.name_zh,
        "industry_en": inputs.industry.name_en,
    }
    fields = Field("property", TEXT), Field("value", TEXT, required=False)
    return Table("particulars", fields, ("property",), list(given.items()))


def _options(inputs: ModelInputs) -> Table:
    fields = Field("option", TEXT), Field("value", TEXT)
    rows: list[Row] = [(name, str(value)) for name, value in inputs.options.to_dict().items()]
    return Table("options", fields, ("option",), rows)


def _given(values: FloatArray) -> list[Value]:
    """Numbers, None where blank."""
    return [None if math.isnan(v) else float(v) for v in values]


# --- results --------------------------------------------------------------------------------------

RESULT_KEYS = {
    "national": ("year",),
    "sections": ("year", "section"),
    "sectors3": ("year", "sector"),
    "provinces": ("year", "code"),
    "regions": ("year", "region"),
    "scores": ("code",),
    "multiplier": ("year",),
    "production": ("method",),
    "contribution": ("code",),
}
RESULT_UNITS = {
    **dict.fromkeys(("direct", "indirect", "total", "value_added"), "money"),
    **dict.fromkeys(("employment", "employment_direct", "employment_indirect"), "people"),
    "share_of_gdp": "share",
    **dict.fromkeys(("score", "panel_score"), "score"),
    **dict.fromkeys(("gamma", "tau", "tau_computed", "validity", "alpha", "beta", "r2"), "ratio"),
}
RESULT_LABELS = {
    "employment": "jobs",
    "employment_direct": "jobs_direct",
    "employment_indirect": "jobs_indirect",
    "sector": "sector3",
    "name": "name_zh",
    "value_added": "value_added_of",
    "gamma_estimated": "gamma_rests",
}
RESULT_TEXTS = ("section", "sector", "code", "name", "region", "grade", "method")
RESULT_FLAGS = ("estimated", "overridden", "gamma_estimated")


def result_tables(results: ModelResults) -> dict[str, Table]:
    """Every result by the name of its list in the JSON contract."""
    return json_tables(results.records())


def json_tables(records: Mapping[str, Any]) -> dict[str, Table]:
    """The tables of results in the form of the JSON contract."""
    given = {**records, "production": [_flat(records["production"])]}
    return {name: _result_table(name, given[name], key) for name, key in RESULT_KEYS.items()}


def _flat(production: dict[str, Any]) -> dict[str, Any]:
    """The fit in one row: its standard errors become columns, the residuals stay in the JSON."""
    errors = {f"se_{k}": v for k, v in production["standard_errors"].items()}
    plain = {k: v for k, v in production.items() if not isinstance(v, dict | list)}
    return {**plain, **errors}


def _result_table(name: str, records: list[dict[str, Any]], key: tuple[str, ...]) -> Table:
    rows = [tuple(_plain(v) for v in record.values()) for record in records]
    names = list(records[0]) if records else list(key)
    return Table(name, tuple(_result_field(n, n in key) for n in names), key, rows)


def _result_field(name: str, in_key: bool) -> Field:
    kind: Kind = "number"
    if name == "year":
        kind = "year"
    elif name in RESULT_TEXTS:
        kind = "string"
    elif name in RESULT_FLAGS:
        kind = "boolean"
    unit = "year" if name == "year" else RESULT_UNITS.get(name, "")
    return Field(name, kind, unit, RESULT_LABELS.get(name, ""), in_key)


def _plain(value: Any) -> Value:
    """numpy scalars to Python, what is not finite to None."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and not math.isfinite(plain):
        return None
    return plain  # type: ignore[no-any-return]

"""Files in the form that the bureau publishes: title rows, merged headings, names and codes on both
axes, final uses to the right and value added below.

`random_table` makes a balanced table of whole numbers of any size; `pages` lays a table out;
`written` saves it as .xlsx, .xls, .csv or .txt. Nothing here uses the program.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import xlwt

Cell = str | float | int | None
Rows = list[list[Cell]]
Vector = np.ndarray[Any, np.dtype[np.float64]]

# The bureau's names of its lines, Chinese and English, with the codes of later editions.
USES = {
    "FU101": ("农村居民消费支出", "Rural household consumption expenditure"),
    "FU102": ("城镇居民消费支出", "Urban household consumption expenditure"),
    "THC": ("小计", "Subtotal"),
    "FU103": ("政府消费支出", "Government consumption expenditure"),
    "TC": ("合计", "Total"),
    "FU201": ("固定资本形成总额", "Gross fixed capital formation"),
    "FU202": ("存货变动", "Changes in inventories"),
    "GCF": ("合计", "Total"),
    "EX": ("出口", "Exports"),
    "TFU": ("最终使用合计", "Total final use"),
}
GROUPS = {  # heading: the columns that it is merged over, Chinese and English
    ("最终使用", "Final use"): ("FU101", "TFU"),
    ("最终消费支出", "Final consumption expenditure"): ("FU101", "TC"),
    ("居民消费支出", "Household consumption expenditure"): ("FU101", "THC"),
    ("资本形成总额", "Gross capital formation"): ("FU201", "GCF"),
}
LEVELS = (("最终使用",), ("最终消费支出", "资本形成总额"), ("居民消费支出",))
AFTER = {"IM": ("进口", "Imports"), "ERR": ("其他", "Others"), "GO": ("总产出", "Gross output")}
ADDED = {
    "VA001": ("劳动者报酬", "Compensation of employees"),
    "VA002": ("生产税净额", "Net taxes on production"),
    "VA003": ("固定资产折旧", "Depreciation of fixed assets"),
    "VA004": ("营业盈余", "Operating surplus"),
}
GDP_2012 = 5_385_800_000.0  # 万元
PARTS = ("FU101", "FU102", "FU103", "FU201", "FU202", "EX")


@dataclass
class Printed:
    """A table as printed: whole numbers of `unit`, names in two languages."""

    codes: list[str]
    names: list[tuple[str, str]]
    flows: Vector
    uses: dict[str, Vector]
    added: dict[str, Vector]
    imports: Vector
    error: Vector
    output: Vector
    year: int
    unit: str = "万元"
    imported_flows: Vector | None = None
    imported_uses: dict[str, Vector] = field(default_factory=dict)

    @property
    def value_added(self) -> Vector:
        return np.sum(list(self.added.values()), axis=0)  # type: ignore[no-any-return]

    @property
    def final_use(self) -> Vector:
        return np.sum([self.uses[p] for p in PARTS], axis=0)  # type: ignore[no-any-return]


def random_table(
    size: int, year: int, codes: Sequence[str] | None = None, unit: str = "万元", seed: int = 1
) -> Printed:
    """A balanced table of whole numbers that adds up to China's GDP of 2012."""
    draw = np.random.default_rng(seed)
    shares = {p: draw.gamma(1.0, 1.0, size) for p in PARTS}
    shares["FU202"] -= shares["FU202"].mean()
    bought = draw.gamma(1.0, 1.0, size) * 0.7
    flows = draw.gamma(0.4, 2.5, (size, size)) / size
    # Enough investment that every sector's output exceeds its inputs.
    shares["FU201"] += np.maximum(flows.sum(axis=0) - flows.sum(axis=1), 0) + bought + 1
    made = sum(shares.values()) - bought
    scale = GDP_2012 / float(made.sum())
    flows = np.floor(flows * scale)
    uses = {p: np.floor(share * scale) for p, share in shares.items()}
    imports = np.floor(bought * scale)
    error = np.floor(draw.normal(0, 1e-4, size) * scale)
    output = flows.sum(axis=1) + sum(uses.values()) - imports + error
    rest = output - flows.sum(axis=0)
    added = {p: np.floor(rest * share) for p, share in zip(ADDED, (0.5, 0.1, 0.15), strict=False)}
    added["VA004"] = rest - sum(added.values())
    width = len(str(size))
    return Printed(
        codes=list(codes or (str(i + 1).zfill(max(width, 2)) for i in range(size))),
        names=[(f"产品{i + 1}号", f"Goods no. {i + 1}") for i in range(size)],
        flows=flows,
        uses=uses,
        added=added,
        imports=imports,
        error=error,
        output=output,
        year=year,
        unit=unit,
    )


def republished(path: Path, year: int) -> Printed:
    """A full national table from its re-published CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    of = {row[0]: row for row in rows}
    codes = [label for label in header if label.isdigit()]

    def line(label: str) -> Vector:
        return np.array([float(of[label][header.index(c)]) for c in codes])

    def column(label: str) -> Vector:
        if label not in header:
            return np.zeros(len(codes))
        return np.array([float(of[c][header.index(label)]) for c in codes])

    return Printed(
        codes=codes,
        names=[(of[c][2], of[c][1]) for c in codes],
        flows=np.array([[float(of[i][header.index(j)]) for j in codes] for i in codes]),
        uses={p: column(p) for p in PARTS},
        added={p: line(p) for p in ADDED},
        imports=column("IM"),
        error=column("ERR"),
        output=column("GO"),
        year=year,
    )


@dataclass
class Page:
    """A sheet: its cells, the ranges merged in it (first row, first column, last row, last column),
    and where the figures start.
    """

    rows: Rows
    merged: list[tuple[int, int, int, int]]
    top: int
    left: int

    def row_of(self, label: str) -> int:
        """The row with this label beside the figures."""
        found = (
            i for i, row in enumerate(self.rows) if i >= self.top and label in row[: self.left]
        )
        return next(found)

    def column_of(self, label: str) -> int:
        """The column with this label above the figures."""
        above = self.rows[: self.top]
        width = len(self.rows[self.top])
        return next(j for j in range(self.left, width) if any(row[j] == label for row in above))


def page(
    table: Printed,
    *,
    language: str = "zh",
    title: str | None = None,
    unit: str | None = None,
    code: Callable[[str], Cell] = str,
    codes: bool = True,
    totals: bool = True,
    final_uses: bool = True,
    value_added: bool = True,
) -> Page:
    """The table in the bureau's form.

    `code` writes a sector's code in a cell; without `codes` the lines have names only. Totals,
    final uses and value added can be left out.
    """
    lang = ("zh", "en").index(language)
    n = len(table.codes)
    uses = [u for u in USES if totals or u in PARTS] if final_uses else []
    after = [a for a in AFTER if final_uses or a == "GO"]
    columns = [*(["TIU"] if totals else []), *uses, *after]
    heads = {"TIU": ("中间使用合计", "Total intermediate use"), **USES, **AFTER}
    left = 3 if codes else 2
    width = left + n + len(columns)

    def blank() -> list[Cell]:
        return [None] * width

    def at(label: str) -> int:
        return left + n + columns.index(label)

    rows: Rows = [blank() for _ in range(7 if codes else 6)]
    merged: list[tuple[int, int, int, int]] = []
    rows[0][0] = title if title is not None else f"{table.year}年全国投入产出表（{n}部门）"
    merged.append((0, 0, 0, min(10, width - 1)))
    units = {"zh": f"单位：{table.unit}", "en": UNITS_EN[table.unit]}
    rows[1][0] = "按当年生产者价格计算"
    rows[1][width - 1] = units[language] if unit is None else unit
    rows[2][0] = ("产出\n投入", "Output\nInput")[lang]
    rows[2][left] = ("中间使用", "Intermediate use")[lang]
    merged.append((2, left, 2, left + n - 1))
    if totals and final_uses:
        for level, names in enumerate(LEVELS):
            for both, (first, last) in GROUPS.items():
                if both[0] in names:
                    rows[2 + level][at(first)] = both[lang]
                    merged.append((2 + level, at(first), 2 + level, at(last)))
    for j, names_ in enumerate(table.names):
        rows[5][left + j] = names_[lang]
    for label in columns:
        rows[5][at(label)] = heads[label][lang]
    if codes:
        rows[6][2] = ("代码", "Code")[lang]
        for j, text in enumerate(table.codes):
            rows[6][left + j] = code(text)
        for label in columns:
            rows[6][at(label)] = label
    top = len(rows)

    def line(group: str | None, name: str, mark: Cell, figures: Iterable[float]) -> None:
        row = blank()
        row[0], row[1] = group, name
        if codes:
            row[2] = mark
        printed = [float(v) for v in figures]
        row[left : left + len(printed)] = printed
        rows.append(row)

    beside = _beside(table, columns)
    merged.append((top, 0, top + n - 1, 0))
    for i in range(n):
        group = ("中间投入", "Intermediate input")[lang] if i == 0 else None
        figures = [*table.flows[i], *(beside[label][i] for label in columns)]
        line(group, table.names[i][lang], code(table.codes[i]), figures)
    if totals:
        line(
            None, ("中间投入合计", "Total intermediate input")[lang], "TII", table.flows.sum(axis=0)
        )
    if value_added:
        merged.append((len(rows), 0, len(rows) + len(ADDED) - (0 if totals else 1), 0))
        for k, (label, names_) in enumerate(ADDED.items()):
            group = ("增加值", "Value added")[lang] if k == 0 else None
            line(group, names_[lang], label, table.added[label])
        if totals:
            line(None, ("增加值合计", "Total value added")[lang], "TVA", table.value_added)
    if totals:
        line(None, ("总投入", "Total input")[lang], "TI", table.output)
    return Page(rows, merged, top, left)


UNITS_EN = {"万元": "Unit: 10,000 yuan", "亿元": "Unit: 100 million yuan"}


def _beside(table: Printed, columns: Sequence[str]) -> dict[str, Vector]:
    """The columns beside the flows, totals added up."""
    u = table.uses
    household = u["FU101"] + u["FU102"]
    consumption = household + u["FU103"]
    capital = u["FU201"] + u["FU202"]
    every = {
        **u,
        "TIU": table.flows.sum(axis=1),
        "THC": household,
        "TC": consumption,
        "GCF": capital,
        "TFU": consumption + capital + u["EX"],
        "IM": table.imports,
        "ERR": table.error,
        "GO": table.output,
    }
    return {label: every[label] for label in columns}


def written(path: Path, *pages: Page | tuple[str, Page], encoding: str = "utf-8") -> Path:
    """The pages as a file of the kind that its name says; a text file takes one."""
    named = [p if isinstance(p, tuple) else (f"表{i + 1}", p) for i, p in enumerate(pages)]
    if path.suffix == ".xls":
        _xls(path, named)
    elif path.suffix in (".csv", ".txt"):
        delimiter = "," if path.suffix == ".csv" else "\t"
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(
                [["" if v is None else _plain(v) for v in row] for row in named[0][1].rows]
            )
    else:
        _xlsx(path, named)
    return path


def _plain(value: Cell) -> Cell:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _xlsx(path: Path, pages: Sequence[tuple[str, Page]]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, content in pages:
        sheet = book.create_sheet(name)
        for row in content.rows:
            sheet.append(row)
        for first_row, first, last_row, last in content.merged:
            if (first_row, first) != (last_row, last):
                sheet.merge_cells(
                    start_row=first_row + 1, start_column=first + 1,
                    end_row=last_row + 1, end_column=last + 1,
                )  # fmt: skip
    book.save(path)


def _xls(path: Path, pages: Sequence[tuple[str, Page]]) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    for name, content in pages:
        sheet = book.add_sheet(name)
        corners = {(first_row, first) for first_row, first, _, _ in content.merged}
        for i, row in enumerate(content.rows):
            for j, value in enumerate(row):
                if value is not None and (i, j) not in corners:
                    sheet.write(i, j, value)
        for first_row, first, last_row, last in content.merged:
            label = content.rows[first_row][first]
            sheet.write_merge(first_row, last_row, first, last, label)
    book.save(str(path))

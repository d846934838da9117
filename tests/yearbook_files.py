"""Yearbook tables written as files, from the figures that come with the program."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from openpyxl import Workbook

from iiecon.inputs import MACRO_COLUMNS, ModelInputs, read_csv

Cell = str | float | int | None
Rows = list[list[Cell]]
Figures = dict[tuple[str, ...], float]
SECTORS = ("primary", "secondary", "tertiary")
SECTORS_ZH = dict(zip(SECTORS, ("第一产业", "第二产业", "第三产业"), strict=True))
GROUPS = ("urban_units", "private_and_self")


def save(rows: Rows, path: Path, encoding: str = "utf-8", sheet: str = "Sheet1") -> Path:
    """Write a table in the format that the name of the file asks for."""
    if path.suffix == ".csv":
        text = io.StringIO()
        csv.writer(text).writerows(["" if c is None else c for c in row] for row in rows)
        path.write_bytes(text.getvalue().encode(encoding))
    elif path.suffix == ".xls":
        _save_xls(rows, path, sheet)
    else:
        save_sheets({sheet: rows}, path)
    return path


def save_sheets(sheets: dict[str, Rows], path: Path) -> Path:
    """Write several tables as the sheets of an .xlsx file."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        worksheet = workbook.create_sheet(name)
        for row in rows:
            worksheet.append(row)
    workbook.save(path)
    return path


def _save_xls(rows: Rows, path: Path, sheet: str) -> None:
    import xlwt

    workbook = xlwt.Workbook()
    worksheet = workbook.add_sheet(sheet)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if cell is not None:
                worksheet.write(i, j, cell)
    workbook.save(str(path))


# --- the figures by key


def section_va(inputs: ModelInputs) -> Figures:
    return _by_section(inputs, inputs.section_va.years, inputs.section_va.values)


def wages(inputs: ModelInputs) -> Figures:
    return _by_section(inputs, inputs.wages.years, inputs.wages.values)


def _by_section(inputs: ModelInputs, years: Sequence[int], values: object) -> Figures:
    table = np.asarray(values, dtype=float)
    return {
        (section.code, str(year)): float(table[i, t])
        for i, section in enumerate(inputs.sections)
        for t, year in enumerate(years)
        if not np.isnan(table[i, t])
    }


def province_gdp(inputs: ModelInputs) -> Figures:
    values = inputs.province_gdp.values
    return {
        (p.code, sector, str(year)): float(values[3 * i + j, t])
        for i, p in enumerate(inputs.provinces)
        for j, sector in enumerate(SECTORS)
        for t, year in enumerate(inputs.province_gdp.years)
    }


def province_employed(inputs: ModelInputs) -> Figures:
    return {
        (p.code, group): float(inputs.province_employed[i, j])
        for i, p in enumerate(inputs.provinces)
        for j, group in enumerate(GROUPS)
    }


def macro(inputs: ModelInputs) -> Figures:
    return {
        (key, str(year)): float(inputs.macro.values[i, t])
        for i, key in enumerate(MACRO_COLUMNS)
        for t, year in enumerate(inputs.macro.years)
        if not np.isnan(inputs.macro.values[i, t])
    }


# --- names in any usual form


def formal_names() -> dict[str, str]:
    """Official long names, from the law and not from the program."""
    long = {
        "110000": "北京市", "120000": "天津市", "310000": "上海市", "500000": "重庆市",
        "150000": "内蒙古自治区", "450000": "广西壮族自治区", "540000": "西藏自治区",
        "640000": "宁夏回族自治区", "650000": "新疆维吾尔自治区",
    }  # fmt: skip
    for row in read_csv("province_gdp.csv"):
        long.setdefault(row["code"], f"{row['name_zh']}省")
    return long


def province_forms(inputs: ModelInputs) -> dict[str, list[Cell]]:
    """How each province may be written."""
    formal = formal_names()
    forms: dict[str, list[Cell]] = {}
    for p in inputs.provinces:
        spaced = " ".join(p.name_zh) if len(p.name_zh) == 2 else p.name_zh
        english = p.name_en
        forms[p.code] = [
            p.name_zh, formal[p.code], english, english.upper(), p.code, p.code[:2], int(p.code),
            f"{p.name_zh}①", spaced, f"{p.code} {p.name_zh}", f"  {p.name_zh}　",
        ]  # fmt: skip
    forms["540000"].append("Xizang")
    forms["150000"].append("Nei Mongol")
    return forms


def section_forms(inputs: ModelInputs) -> dict[str, list[Cell]]:
    """How each section may be written."""
    return {
        s.code: [
            s.code, s.code.lower(), s.name_zh, s.name_en, s.name_en.upper(),
            f"{s.code} {s.name_zh}", f"{s.code}.{s.name_zh}", s.name_zh.replace("、", ""),
            f"{s.name_zh}*", f"# {s.name_zh}",
        ]
        for s in inputs.sections
    }  # fmt: skip


YEAR_FORMS = ("{}", "{}年", " {} ", "{}年末", "{}①", "{} 年", "{}.0")

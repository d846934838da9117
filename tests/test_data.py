"""The shipped data agree with datapackage.json, with their own sums and with each other."""

import csv
import hashlib
import io
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pytest

Row = dict[str, str]


def _data_dir() -> Traversable:
    try:
        folder = files("iiecon") / "data"
        if folder.is_dir():
            return folder
    except ModuleNotFoundError:
        pass
    return Path(__file__).parents[1] / "python" / "iiecon" / "data"


DATA = _data_dir()
PACKAGE: dict[str, Any] = json.loads((DATA / "datapackage.json").read_bytes())
RESOURCES: dict[str, dict[str, Any]] = {r["path"]: r for r in PACKAGE["resources"]}
SECTIONS = set("ABCDEFGHIJKLMNOPQRS")
FINAL_USES = ["FU101", "FU102", "FU103", "FU201", "FU202"]


def _table(path: str) -> list[list[str]]:
    text = (DATA / path).read_bytes().decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def _rows(path: str) -> list[Row]:
    header, *body = _table(path)
    return [dict(zip(header, row, strict=True)) for row in body]


def _stub(path: str, content: bytes) -> str:
    name = path.rsplit(".", 1)[0].replace("_", "-")
    digest = hashlib.sha256(content).hexdigest()
    return f'"name": "{name}", "path": "{path}", "bytes": {len(content)}, "hash": "sha256:{digest}"'


every_resource = pytest.mark.parametrize("path", sorted(RESOURCES))


# --- the package describes exactly what is there


def test_every_file_is_listed_and_every_listed_file_exists() -> None:
    present = {
        entry.name
        for entry in DATA.iterdir()
        if entry.is_file() and not entry.name.endswith((".py", ".pyc"))
    } - {"datapackage.json"}
    unlisted = sorted(present - set(RESOURCES))
    stubs = "\n".join(_stub(path, (DATA / path).read_bytes()) for path in unlisted)
    assert not unlisted, f"add an entry to resources in datapackage.json for:\n{stubs}"
    assert not sorted(set(RESOURCES) - present), "listed in datapackage.json but not there"
    assert len(RESOURCES) == len(PACKAGE["resources"]), "a path is listed twice"


@every_resource
def test_hash_and_size_match(path: str) -> None:
    content = (DATA / path).read_bytes()
    listed = (RESOURCES[path]["bytes"], RESOURCES[path]["hash"])
    found = (len(content), "sha256:" + hashlib.sha256(content).hexdigest())
    assert found == listed, f"{path} changed; its entry should read {_stub(path, content)}"


@pytest.mark.parametrize("path", [*sorted(RESOURCES), "datapackage.json"])
def test_text_is_utf8_without_mark_and_with_lf(path: str) -> None:
    content = (DATA / path).read_bytes()
    content.decode("utf-8")
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert not content.endswith(b"\n\n")


@every_resource
def test_entry_is_complete(path: str) -> None:
    entry = RESOURCES[path]
    for key in ("name", "title", "title_zh", "description", "table", "vintage", "status"):
        assert entry.get(key), f"{path}: {key} is missing"
    assert "year" in entry or "years" in entry
    assert entry["profile"] == "tabular-data-resource"
    assert re.fullmatch(r"[-a-z0-9._/]+", entry["name"])
    assert entry["sources"]
    assert all(source["title"] for source in entry["sources"])
    for field in entry["schema"]["fields"]:
        assert field["title"], f"{path}, {field['name']}"
        assert field["title_zh"], f"{path}, {field['name']}"
        if field["type"] == "number":
            assert field["unit"], f"{path}, {field['name']} has no unit"


def test_package_is_tabular_and_names_are_unique() -> None:
    assert PACKAGE["profile"] == "tabular-data-package"
    assert PACKAGE["title"]
    assert PACKAGE["title_zh"]
    names = [entry["name"] for entry in PACKAGE["resources"]]
    assert len(names) == len(set(names))


@every_resource
def test_header_equals_schema(path: str) -> None:
    header, *body = _table(path)
    assert header == [field["name"] for field in RESOURCES[path]["schema"]["fields"]]
    for number, row in enumerate(body, start=2):
        assert len(row) == len(header), f"{path} line {number}"


# --- every cell obeys its field


def _is_finite(text: str) -> bool:
    return math.isfinite(float(text))


def _is_pattern(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


TYPES: dict[str, Callable[[str], bool]] = {
    "string": lambda text: text == text.strip(),
    "integer": _is_pattern(r"-?(0|[1-9][0-9]*)"),
    "number": _is_finite,
    "year": _is_pattern(r"[12][0-9]{3}"),
    "yearmonth": _is_pattern(r"20[0-9]{2}-(0[1-9]|1[0-2])"),
}


@every_resource
def test_cells_match_type_and_constraints(path: str) -> None:
    rows = _rows(path)
    for field in RESOURCES[path]["schema"]["fields"]:
        name, rules = field["name"], field.get("constraints", {})
        cells = [row[name] for row in rows]
        for number, cell in enumerate(cells, start=2):
            where = f"{path} line {number}, {name}: {cell!r}"
            if cell == "":
                assert not rules.get("required"), where
                continue
            assert TYPES[field["type"]](cell), where
            assert cell in rules.get("enum", [cell]), where
            assert re.fullmatch(rules.get("pattern", ".*"), cell, re.DOTALL), where
            if "minimum" in rules:
                assert float(cell) >= rules["minimum"], where
            if "maximum" in rules:
                assert float(cell) <= rules["maximum"], where
        if rules.get("unique"):
            assert len(cells) == len(set(cells)), f"{path}: {name} repeats"


def _as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


@every_resource
def test_keys(path: str) -> None:
    schema, rows = RESOURCES[path]["schema"], _rows(path)
    if "primaryKey" in schema:
        key = _as_list(schema["primaryKey"])
        counts = Counter(tuple(row[name] for name in key) for row in rows)
        assert max(counts.values()) == 1, f"{path}: {counts.most_common(1)} repeats"
    paths = {entry["name"]: entry["path"] for entry in PACKAGE["resources"]}
    for foreign in schema.get("foreignKeys", []):
        own, reference = _as_list(foreign["fields"]), foreign["reference"]
        names = _as_list(reference["fields"])
        known = {tuple(row[name] for name in names) for row in _rows(paths[reference["resource"]])}
        used = {tuple(row[name] for name in own) for row in rows if any(row[n] for n in own)}
        assert used <= known, f"{path}: {used - known}"


# --- input-output table


def _io_table() -> tuple[list[Row], list[Row]]:
    rows = _rows("io_table_2017_103.csv")
    return rows[:103], rows[103:]


def test_io_table_shape() -> None:
    sectors, value_added = _io_table()
    codes = [f"{number:03d}" for number in range(1, 104)]
    assert [row["code"] for row in sectors] == codes
    assert [row["code"] for row in value_added] == ["VA001", "VA002", "VA003", "VA004"]
    header = _table("io_table_2017_103.csv")[0]
    assert header[5:] == [*codes, *FINAL_USES, "EX", "IM", "GO"]
    assert {row["section"] for row in sectors} == SECTIONS
    assert all(row["section"] == "" for row in value_added)
    assert all(row[name] == "" for row in value_added for name in header[108:])


def test_io_source_codes_cover_the_149_sectors_once() -> None:
    sectors, _ = _io_table()
    codes: list[int] = []
    for row in sectors:
        for part in re.split(r"[ ,;+]+", row["source_codes"]):
            first, _, last = part.partition("-")
            codes.extend(range(int(first), int(last or first) + 1))
    assert sorted(codes) == list(range(1, 150))


def test_io_table_balances_exactly() -> None:
    sectors, value_added = _io_table()
    codes = [row["code"] for row in sectors]
    for row in sectors:
        code, output = row["code"], int(row["GO"])
        assert output > 0
        inputs = sum(int(line[code]) for line in [*sectors, *value_added])
        assert inputs == output, f"column {code}: {inputs} against {output}"
        uses = sum(int(row[name]) for name in [*codes, *FINAL_USES, "EX"]) - int(row["IM"])
        assert uses == output, f"row {code}: {uses} against {output}"
        assert all(int(row[name]) >= 0 for name in codes), f"row {code} has a negative flow"


# --- sections, provinces, macro


def test_sections() -> None:
    rows = _rows("sections.csv")
    assert len(rows) == 19
    sector3 = {row["section"]: row["sector3"] for row in rows}
    assert set(sector3) == SECTIONS
    expected = {"A": "primary"} | dict.fromkeys("BCDE", "secondary")
    assert sector3 == expected | dict.fromkeys("FGHIJKLMNOPQRS", "tertiary")


def test_section_tables_cover_what_they_say() -> None:
    counts = Counter(row["year"] for row in _rows("section_value_added.csv"))
    assert counts == {"2015": 17, "2016": 19, "2017": 19, "2018": 19, "2019": 10, "2020": 10}
    wages = _rows("section_wage.csv")
    assert {(row["year"], row["section"]) for row in wages} == {
        (year, section) for year in ("2017", "2018", "2019") for section in SECTIONS
    }


@pytest.mark.parametrize("year", ["2016", "2017", "2018"])
def test_section_value_added_sums_to_gdp(year: str) -> None:
    sections = [row for row in _rows("section_value_added.csv") if row["year"] == year]
    (gdp,) = (float(row["gdp"]) for row in _rows("macro.csv") if row["year"] == year)
    assert sum(float(row["value_added"]) for row in sections) == pytest.approx(gdp, abs=1.0)


def test_provinces_are_the_same_31_in_every_year() -> None:
    names = {row["code"]: row["name_zh"] for row in _rows("province_gdp.csv")}
    assert len(names) == 31
    for path, years in (
        ("province_gdp.csv", range(2016, 2023)),
        ("province_employment.csv", (2018, 2020, 2021)),
    ):
        rows = _rows(path)
        assert {row["year"] for row in rows} == {str(year) for year in years}
        for year in years:
            own = {row["code"]: row["name_zh"] for row in rows if row["year"] == str(year)}
            assert own == names, f"{path} {year}"
        assert len(rows) == 31 * len(years)


def test_province_region_does_not_change_over_time() -> None:
    pairs = {(row["code"], row["region"]) for row in _rows("province_gdp.csv")}
    assert len(pairs) == 31
    assert len({region for _, region in pairs if region}) == 7


@pytest.mark.parametrize(("year", "nation"), [("2020", 75064.0), ("2021", 74652.0)])
def test_province_employment_sums_to_the_nation(year: str, nation: float) -> None:
    rows = [row for row in _rows("province_employment.csv") if row["year"] == year]
    assert math.fsum(float(row["employed_total"]) for row in rows) == pytest.approx(nation)
    (macro,) = (row for row in _rows("macro.csv") if row["year"] == year)
    assert float(macro["employment_census2020"]) == nation


def test_employment_of_2018_has_both_parts() -> None:
    rows = [row for row in _rows("province_employment.csv") if row["year"] == "2018"]
    for row in rows:
        assert row["employed_total"] == ""
        assert float(row["employed_urban_units"]) > 0
        assert float(row["employed_private_and_self"]) > 0


def test_macro_years() -> None:
    rows = _rows("macro.csv")
    assert [row["year"] for row in rows] == [str(year) for year in range(2007, 2022)]
    assert all(row["gdp"] for row in rows[:-1])


# --- published figures


def _published() -> dict[str, Row]:
    return {row["id"]: row for row in _rows("published_figures.csv")}


def test_published_figures_are_218_with_unique_ids() -> None:
    rows = _rows("published_figures.csv")
    assert len(rows) == 218
    assert len(_published()) == 218
    for row in rows:
        parts = (row["scope"], row["key"], row["year"], row["measure"])
        assert row["id"] == ".".join(parts)


@pytest.mark.parametrize("scope", ["industry", "province"])
def test_published_keys_are_known(scope: str) -> None:
    provinces = {row["name_zh"] for row in _rows("province_gdp.csv")}
    keys = {row["key"] for row in _published().values() if row["scope"] == scope}
    known = SECTIONS if scope == "industry" else provinces
    assert {part for key in keys for part in key.split("+")} <= known


def test_published_regions_are_those_of_the_provinces() -> None:
    regions = {row["region"] for row in _rows("province_gdp.csv")} - {""}
    assert {row["key"] for row in _published().values() if row["scope"] == "region"} == regions


@pytest.mark.parametrize(
    ("sector", "printed", "total"),
    [
        ("primary", 0.056, 561.47),
        ("secondary", 1.817, 18166.34),
        ("tertiary", 1.697, 16971.11),
    ],
)
def test_sectors_of_three_2020(sector: str, printed: float, total: float) -> None:
    published = _published()
    row = published[f"sector.{sector}.2020.value_added"]
    assert (float(row["value"]), row["unit"]) == (printed, "trillion yuan")
    members = [r["section"] for r in _rows("sections.csv") if r["sector3"] == sector]
    values = [published[f"industry.{section}.2020.value_added"] for section in members]
    assert {value["unit"] for value in values} == {"100m yuan"}
    summed = math.fsum(float(value["value"]) for value in values)
    assert summed == pytest.approx(total, abs=0.001)
    assert summed / 10_000 == pytest.approx(printed, abs=0.0005)


def test_countries() -> None:
    rows = _rows("countries_2020.csv")
    assert [row["no"] for row in rows] == [str(number) for number in range(1, 60)]
    assert len({row["name_en"] for row in rows}) == 59
    published = _published()
    for scope in ("income_group", "world_region"):
        totals: defaultdict[str, float] = defaultdict(float)
        for row in rows:
            totals[row[scope]] += float(row["value_added_2020_musd"])
        for row in published.values():
            if row["scope"] == scope and row["measure"] == "value_added":
                assert totals[row["key"]] / 1e6 == pytest.approx(float(row["value"]), abs=0.0051)


# --- policies


def test_policies_name_known_provinces_and_months() -> None:
    provinces = {row["code"]: (row["name_zh"], row["name_en"]) for row in _rows("province_gdp.csv")}
    rows = _rows("policies.csv")
    assert len(rows) == 24
    for row in rows:
        assert provinces[row["code"]] == (row["region_zh"], row["region_en"])
        assert TYPES["yearmonth"](row["date"])
        assert "2019-01" <= row["date"] <= "2021-12"
        assert not set("《》") & set(row["policy_zh"])


def test_policies_per_province() -> None:
    counts = Counter(row["region_en"] for row in _rows("policies.csv"))
    assert len(counts) == 20
    several = {name: number for name, number in counts.items() if number > 1}
    assert several == {"Beijing": 2, "Hebei": 2, "Guangdong": 2, "Zhejiang": 2}


def test_odd_prints_of_policies_are_noted() -> None:
    (anhui,) = (row for row in _rows("policies.csv") if row["region_en"] == "Anhui")
    assert anhui["date"] == "2021-09"
    assert "as printed" in anhui["note"]

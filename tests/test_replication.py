"""Replication packages: inputs come back bit for bit, and what was touched is found."""

import ast
import csv
import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiecon import (
    InputError,
    ModelInputs,
    ModelResults,
    catalogue,
    default_inputs,
    load_inputs,
    run_model,
)
from iiecon.cli import main
from iiecon.exports import FORMULA_MARKS
from iiecon.inputs import Proposed, Series
from iiecon.iotable import WAN_PER_YI, IOTable
from iiecon.replication.figures import COMPARED, KINDS, REPEATED
from iiecon.replication.figures import test_of as named_test
from iiecon.replication.package import Origin, package_files, write_package, zipped
from iiecon.replication.read import read_files, read_package
from iiecon.replication.tables import input_tables, printed
from tests.conftest import ROOT
from tests.oracles import published

WORKBOOK = ROOT / "IIEconModel.xlsm"
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def files(results: ModelResults) -> Files:
    return package_files(results, Origin(), [])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, files: Files) -> Path:
    """A package of the shipped inputs; tests work on copies."""
    folder = tmp_path_factory.mktemp("package") / "made"
    write_package(folder, files)
    return folder


@pytest.fixture(scope="module")
def from_workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of the shipped workbook, written by the command."""
    folder = tmp_path_factory.mktemp("package") / "made"
    assert main(["package", str(WORKBOOK), "-o", str(folder)]) == 0
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "copy")


def changed(folder: Path, name: str, old: str, new: str) -> None:
    """One text of a file exchanged; it must stand there once."""
    path = folder / name
    text = path.read_bytes().decode()
    assert text.count(old) == 1, (old, text.count(old))
    path.write_bytes(text.replace(old, new).encode())


def replicated(folder: Path, tmp_path: Path) -> tuple[int, dict[str, Any]]:
    target = tmp_path / "found.json"
    code = main(["replicate", str(folder), "--json", str(target)])
    return code, json.loads(target.read_bytes())


# --- the same inputs, the same results


def test_shipped_inputs_come_back(inputs: ModelInputs, files: Files) -> None:
    assert read_files(Path("p"), files).inputs.sha256() == inputs.sha256()


def test_inputs_of_a_workbook_come_back(from_workbook: Path) -> None:
    assert read_package(from_workbook).inputs.sha256() == load_inputs(str(WORKBOOK)).sha256()


def test_package_replicates(
    from_workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = replicated(from_workbook, tmp_path)
    assert code == 0
    assert (found["equal"], found["same_inputs"]) == (True, True)
    assert (found["csv"], found["json"], found["rows"]) == ([], [], [])
    out = capsys.readouterr().out
    assert "35,536.4" in out
    assert "illustrative" in out


def test_zip_replicates(tmp_path: Path) -> None:
    target = tmp_path / "p.zip"
    assert main(["package", str(WORKBOOK), "-o", str(target), "--date", "2021-12-01"]) == 0
    assert main(["replicate", str(target)]) == 0
    with zipfile.ZipFile(target) as archive:
        about = json.loads(archive.read("datapackage.json"))
        assert about["created"] == "2021-12-01T00:00:00Z"
        assert "2021-12-01" in archive.read("README.md").decode()
        assert {m.date_time[0] for m in archive.infolist()} == {1980}


def test_stored_results_are_those_of_the_model(files: Files, results: ModelResults) -> None:
    rows = list(csv.DictReader(files["results/national.csv"].decode().splitlines()))
    assert [float(r["total"]) for r in rows] == list(results.national)
    assert [r["employment_direct"] == "" for r in rows] == [True, True, True, False, False]
    assert files["results/results.json"].decode() == results.to_json()


def test_bytes_are_the_same_again(files: Files, results: ModelResults, from_workbook: Path) -> None:
    again = package_files(results, Origin(), [])
    assert again == files
    assert zipped(again) == zipped(dict(reversed(files.items())))
    texts = b"".join(p.read_bytes() for p in from_workbook.rglob("*") if p.is_file())
    assert str(ROOT).encode() not in texts
    assert str(from_workbook.parent).encode() not in texts
    assert b'"created"' not in texts


def test_hash_of_the_workbook(from_workbook: Path) -> None:
    about = json.loads((from_workbook / "datapackage.json").read_bytes())["iiecon"]
    digest = hashlib.sha256(WORKBOOK.read_bytes()).hexdigest()
    assert about["workbook"] == {"name": "IIEconModel.xlsm", "hash": f"sha256:{digest}"}
    assert about["libraries"]["numpy"] == np.__version__


def _other_table(inputs: ModelInputs) -> ModelInputs:
    """A table in its own unit, with taxes and without the blocks around the flows."""
    t = inputs.table
    taxes = 0.01 * t.value_added
    table = IOTable.from_arrays(
        t.flows, t.output, t.value_added - taxes, t.codes, t.names, other_inputs=taxes,
        final_use=t.final_use, exports=t.exports, imports=t.imports, year=2017,
        precision=t.precision, notes=("first", "=second"),
    )  # fmt: skip
    return replace(inputs, table=table)


def _override(inputs: ModelInputs) -> ModelInputs:
    panel = inputs.experts
    override = panel.override.copy()
    override[[1, 3]] = 0.1, 1 / 3
    direct = (*panel.direct[:-1], False)
    return replace(inputs, experts=replace(panel, override=override, direct=direct, source="ours"))


def _options(inputs: ModelInputs) -> ModelInputs:
    given = replace(inputs.options, imports="domestic", last_year=2022, fit_last=2015)
    return replace(inputs, options=given)


def _no_overrides(inputs: ModelInputs) -> ModelInputs:
    values = inputs.macro.values.copy()
    values[-1] = np.nan
    return replace(inputs, macro=Series(inputs.macro.years, values))


def _proposals(inputs: ModelInputs) -> ModelInputs:
    confidence = np.full((inputs.table.size, 2), np.nan)
    confidence[3] = 0.55, 1 / 3
    reasons = ("", "=why", *[""] * (inputs.table.size - 2))
    return replace(inputs, proposed=Proposed(confidence, reasons))


@pytest.mark.parametrize("change", [_other_table, _override, _options, _no_overrides, _proposals])
def test_other_inputs_come_back(
    inputs: ModelInputs, change: Callable[[ModelInputs], ModelInputs]
) -> None:
    other = change(inputs)
    assert other.sha256() != inputs.sha256()
    again = read_files(Path("p"), package_files(run_model(other), Origin(), []))
    assert again.inputs.sha256() == other.sha256()


@given(st.floats(1e-3, 1e12))
def test_amounts_in_the_printed_unit_convert_back(amount: float) -> None:
    table = IOTable.from_arrays([[0.0]], [amount], unit="万元").scaled(1 / WAN_PER_YI, "亿元")
    (found,) = printed(table, table.output)
    assert found * (1 / WAN_PER_YI) == table.output[0]
    assert found == pytest.approx(amount, rel=1e-15)


@given(st.integers(1, 10**12))
def test_printed_digits_come_out_as_printed(cents: int) -> None:
    """Two decimals in the file of origin are two decimals in the package."""
    table = IOTable.from_arrays([[0.0]], [cents / 100], unit="万元").scaled(1 / WAN_PER_YI, "亿元")
    assert printed(table, table.output) == [cents / 100]


def test_sorted_ballots_give_the_same_scores(folder: Path, tmp_path: Path) -> None:
    path = folder / "inputs" / "ballots.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *sorted(rows, key=lambda r: r.split(",")[1])]) + "\n")
    assert path.read_text(encoding="utf-8").splitlines()[1:] != rows
    code, found = replicated(folder, tmp_path)
    assert (code, found["csv"]) == (0, [])


# --- what was touched


def test_a_changed_digit_of_an_input_is_traced(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Value added of finance in 2020 up by 1 %: its indirect part too, and nothing before 2020."""
    path = "inputs/section_value_added.csv"
    (old,) = [
        line
        for line in (folder / path).read_text(encoding="utf-8").splitlines()
        if line.startswith("2020,J,")
    ]
    value = float(old.split(",")[2])
    changed(folder, path, f"\n{old}\n", f"\n2020,J,{value * 1.01!r}\n")
    code, found = replicated(folder, tmp_path)
    assert code == 1
    assert not found["same_inputs"]
    assert path in capsys.readouterr().err
    moved = {(c["table"], *c["key"], c["field"]): c for c in found["csv"]}
    finance = moved["sections", 2020, "J", "indirect"]
    assert finance["computed"] / finance["stored"] == pytest.approx(1.01, rel=1e-12)
    assert ("sections", 2020, "D", "indirect") not in moved
    assert {c["key"][0] for c in found["csv"]} == {2020, 2021}
    assert [{**c, "table": c["table"]} for c in found["json"]] == found["csv"]


def test_a_changed_digit_of_a_result_is_named(folder: Path, tmp_path: Path) -> None:
    lines = (folder / "results/provinces.csv").read_text(encoding="utf-8").splitlines()
    (old,) = [line for line in lines if line.startswith("2020,440000,")]
    digits = old.split(",")[3]
    changed(folder, "results/provinces.csv", digits, f"{float(digits) + 0.01!r}")
    code, found = replicated(folder, tmp_path)
    assert (code, found["same_inputs"], found["json"]) == (1, True, [])
    (only,) = found["csv"]
    assert (only["table"], only["key"], only["field"]) == (
        "provinces", [2020, "440000"], "value_added",
    )  # fmt: skip
    assert only["stored"] - only["computed"] == pytest.approx(0.01)


def test_a_changed_digit_of_the_json_is_named(folder: Path, tmp_path: Path) -> None:
    path = folder / "results/results.json"
    told = json.loads(path.read_bytes())
    told["regions"][0]["value_added"] *= 1.001
    path.write_text(json.dumps(told), encoding="utf-8")
    code, found = replicated(folder, tmp_path)
    assert (code, found["csv"]) == (1, [])
    assert [(c["table"], c["field"]) for c in found["json"]] == [("regions", "value_added")]


def test_rounding_of_another_processor_is_equal(folder: Path, tmp_path: Path) -> None:
    path = folder / "results/national.csv"
    text = path.read_text(encoding="utf-8")
    (digits,) = re.findall(r"^2020,([\d.]+),", text, re.M)
    path.write_text(text.replace(digits, f"{float(digits) * (1 + 1e-13)!r}"), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != text
    assert replicated(folder, tmp_path)[0] == 0


def test_a_refused_input_names_file_and_row(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed(folder, "inputs/province_gdp.csv", "4769.99", "14769.99")
    assert main(["replicate", str(folder)]) == 1
    assert "inputs/province_gdp.csv[2020 440000, primary]" in capsys.readouterr().err


DAMAGES: dict[str, tuple[str, str, str, str]] = {
    "a word": ("inputs/section_value_added.csv", "2020,B,", "2020,B,n", "line 98"),
    "a thousands separator": ("inputs/province_gdp.csv", "4769.99", '"4,769.99"', "line 144"),
    "a blank": ("inputs/io_cells.csv", "flow,001,001,59652964\n", "flow,001,001,\n", "line 2"),
    "a lost zero": ("inputs/scores.csv", "\n057,", "\n57,", "“57” in line 2"),
    "a row gone": ("inputs/growth_rules.csv", "\nA,0.7,0.3,0,0,0\n", "\n", "18 rows instead of 19"),
    "a row twice": ("inputs/growth_rules.csv", "\nB,0.7,0.2,0.1,", "\nA,0.7,0.2,0.1,", "line 3"),
    "a column gone": ("inputs/regions.csv", "key,name_zh", "key,名称", "name_zh"),
    "a cell too many": ("inputs/macro.csv", "2007,270092.3,", "2007,270092.3,,", "line 2"),
    "an unknown section": ("inputs/section_wage.csv", "2017,S,", "2017,T,", "“T” in line"),
    "an unknown option": ("inputs/options.csv", "imports,competitive", "imports,free", "free"),
    "an infinite number": ("inputs/score_factors.csv", "technology,0.35", "technology,inf", "inf"),
    "a year": ("inputs/multiplier_override.csv", "2018,1.0839", "2018.5,1.0839", "2018.5"),
    "a broken description": ("datapackage.json", '"resources": [', '"resources": {', "datapackage"),
    "a table not described": ("datapackage.json", "inputs/macro.csv", "inputs/m.csv", "m.csv"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named(
    folder: Path, damage: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name, old, new, told = DAMAGES[damage]
    changed(folder, name, old, new)
    target = tmp_path / "out.json"
    assert main(["replicate", str(folder), "--json", str(target)]) == 1
    told_of = capsys.readouterr().err
    assert told in told_of
    assert (name in told_of) or damage == "a table not described"
    assert not target.exists()


def test_a_file_saved_as_gbk_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "inputs/sections.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    assert main(["replicate", str(folder)]) == 1
    assert "inputs/sections.csv" in capsys.readouterr().err


def test_a_byte_order_mark_is_no_damage(folder: Path) -> None:
    """A spreadsheet program that saves as UTF-8 puts one first."""
    path = folder / "inputs/sections.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["replicate", str(folder)]) == 0


def test_a_missing_file_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "inputs/ballots.csv").unlink()
    assert main(["replicate", str(folder)]) == 1
    assert "inputs/ballots.csv" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["gone", "gone.zip"])
def test_a_package_that_is_not_there(tmp_path: Path, name: str) -> None:
    assert main(["replicate", str(tmp_path / name)]) == 3


def test_a_broken_zip(tmp_path: Path, files: Files) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(zipped(files)[:-40])
    assert main(["replicate", str(path)]) == 3


@pytest.mark.parametrize("name", ["there", "there.zip"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("mine", encoding="utf-8")
    assert main(["package", str(WORKBOOK), "-o", str(path)]) == 3
    assert path.read_text(encoding="utf-8") == "mine"
    assert [p.name for p in tmp_path.iterdir()] == [name]


# --- formulas


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
RISKY = st.builds(lambda mark, text: mark + text, st.sampled_from([*FORMULA_MARKS, "'"]), TEXTS)


@settings(max_examples=40, deadline=None)
@given(st.lists(TEXTS | RISKY, min_size=3, max_size=3))
def test_no_text_becomes_a_formula(texts: list[str]) -> None:
    """Names of a sector, a section and a province, and whose scores they are."""
    inputs = default_inputs()
    names = (texts[0], *inputs.table.names[1:])
    other = replace(
        inputs,
        table=replace(inputs.table, names=names),
        sections=(replace(inputs.sections[0], name_zh=texts[1]), *inputs.sections[1:]),
        provinces=(replace(inputs.provinces[0], name_en=texts[2]), *inputs.provinces[1:]),
        experts=replace(inputs.experts, source=texts[0]),
    )
    for table in input_tables(other).values():
        kinds = [f.kind for f in table.fields]
        _, *rows = csv.reader(io.StringIO(table.csv().decode(), newline=""))
        for values, cells in zip(table.rows, rows, strict=True):
            for value, cell, kind in zip(values, cells, kinds, strict=True):
                if kind == "string":
                    assert not cell.startswith(FORMULA_MARKS)
                    assert cell.removeprefix("'") == value


def test_marked_texts_come_back(inputs: ModelInputs) -> None:
    names = ("=cmd|'/c calc'!A0", "'quoted", "+1", "-1", "@x", *inputs.table.names[5:])
    other = replace(inputs, table=replace(inputs.table, names=names))
    files = package_files(run_model(other), Origin(), [])
    assert b"\n001,'=cmd|'/c calc'!A0," in files["inputs/io_sectors.csv"]
    assert read_files(Path("p"), files).inputs.table.names == names


def test_negative_numbers_are_not_marked(inputs: ModelInputs) -> None:
    table = input_tables(inputs)["io_cells"]
    values = [float(str(row[3])) for row in table.rows]
    assert min(values) < 0
    assert f",{min(values):.0f}\n".encode() in table.csv()


# --- the description: rules of the published profile (Frictionless data package 1), written out


TYPES = {
    "string": r"[\s\S]*",
    "number": r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?",
    "integer": r"[+-]?\d+",
    "year": r"\d{4}",
    "boolean": r"true|false",
}


@pytest.fixture(scope="module")
def about(files: Files) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(files["datapackage.json"])
    return described


def test_description_has_what_the_standard_requires(about: dict[str, Any], files: Files) -> None:
    assert re.fullmatch(r"[-a-z0-9._/]+", about["name"])
    resources = about["resources"]
    names = [r["name"] for r in resources]
    assert len(set(names)) == len(names) > 20
    assert all(re.fullmatch(r"[-a-z0-9._/]+", name) for name in names)
    paths = [r["path"] for r in resources]
    assert all(not p.startswith(("/", ".")) and ".." not in p and "\\" not in p for p in paths)
    assert sorted([*paths, "datapackage.json", "README.md"]) == sorted(files)
    for r in resources:
        assert r["bytes"] == len(files[r["path"]])
        assert r["hash"] == "sha256:" + hashlib.sha256(files[r["path"]]).hexdigest()
        assert all(source["title"] for source in r.get("sources", []))
        assert all(licence.get("name") or licence["path"] for licence in r.get("licenses", []))
        assert r["title"]
        assert r["title_zh"]


def test_every_table_fits_its_schema(about: dict[str, Any], files: Files) -> None:
    tables = {r["name"]: r for r in about["resources"] if r["path"].endswith(".csv")}
    rows = {
        name: list(csv.DictReader(io.StringIO(files[r["path"]].decode(), newline="")))
        for name, r in tables.items()
    }
    for name, r in tables.items():
        schema = r["schema"]
        fields = {f["name"]: f for f in schema["fields"]}
        header = next(csv.reader([files[r["path"]].decode().split("\n")[0]]))
        assert header == list(fields)
        assert len(rows[name]) == r["rows"]
        assert set(schema["primaryKey"]) <= set(fields)
        keys = [tuple(row[k] for k in schema["primaryKey"]) for row in rows[name]]
        assert len(set(keys)) == len(keys)
        for field in fields.values():
            assert field["title"]
            assert field["title_zh"]
            required = field.get("constraints", {}).get("required", False)
            cells = [row[field["name"]] for row in rows[name]]
            assert all(c or not required for c in cells), (name, field["name"])
            assert all(re.fullmatch(TYPES[field["type"]], c) for c in cells if c), field
        for link in schema.get("foreignKeys", []):
            there = link["reference"]
            known = {row[there["fields"]] for row in rows[there["resource"]]}
            assert {row[link["fields"]] for row in rows[name]} - {""} <= known


def test_units_are_given(about: dict[str, Any]) -> None:
    """Every number of money, people and wages has its unit in both languages."""
    units = {
        (r["path"], f["name"]): (f.get("unit_zh"), f.get("unit"))
        for r in about["resources"]
        if "schema" in r
        for f in r["schema"]["fields"]
    }
    assert units["inputs/io_cells.csv", "value"] == ("万元", "万元")
    assert units["inputs/section_wage.csv", "average_wage"] == ("元/年", "yuan a year")
    assert units["results/national.csv", "employment"][0] == "万人"
    assert units["results/provinces.csv", "value_added"][0] == "亿元"


# --- provenance


def sources_of(files: Files, name: str) -> list[dict[str, str]]:
    resources = json.loads(files["datapackage.json"])["resources"]
    found: list[dict[str, str]] = next(r for r in resources if r["path"] == name)["sources"]
    return found


def test_a_changed_table_is_the_users(inputs: ModelInputs) -> None:
    values = inputs.wages.values.copy()
    values[[0, 3], 1] += 100
    other = replace(inputs, wages=Series(inputs.wages.years, values))
    files = package_files(run_model(other), Origin("mine.xlsm", b"x"), [])
    (source,) = sources_of(files, "inputs/section_wage.csv")
    assert source["title"] == "mine.xlsm"
    assert "2 values differ" in source["role"]
    (first, *_) = sources_of(files, "inputs/section_value_added.csv")
    assert first["title_zh"] == "国家统计局"


def test_penn_world_table_keeps_its_licence(about: dict[str, Any], files: Files) -> None:
    macro = next(r for r in about["resources"] if r["path"] == "inputs/macro.csv")
    assert [licence["name"] for licence in macro["licenses"]] == ["CC-BY-4.0"]
    assert "CC-BY-4.0" in files["README.md"].decode()


@pytest.mark.parametrize("own", [False, True])
def test_illustrative_scores_are_said_to_be(inputs: ModelInputs, own: bool) -> None:
    """The shipped ballots stay illustrative under another name; other ballots are the user's."""
    panel = replace(inputs.experts, source="panel of 2024")
    if own:
        panel = replace(panel, ballots=np.roll(panel.ballots, 1, axis=2))
    files = package_files(run_model(replace(inputs, experts=panel)), Origin(), [])
    readme = files["README.md"].decode()
    assert json.loads(files["datapackage.json"])["iiecon"]["scores_illustrative"] is not own
    assert ("The scores are illustrative" in readme) is not own
    assert ("panel of 2024" in readme) is own


def test_readme_has_the_sections_that_data_editors_ask_for(files: Files) -> None:
    text = files["README.md"].decode()
    headings = re.findall(r"^## (.*)$", text, re.M)
    asked = [
        "Overview", "Data availability and provenance statements", "Computational requirements",
        "Programs", "Instructions", "Options", "List of tables",
        "Published figure → sheet!cell → function → test", "References",
    ]  # fmt: skip
    assert [h for h in headings if any(h.endswith(a) for a in asked)] == headings
    assert len(headings) == len(asked)
    assert all(re.search("[一-鿿]", h) for h in headings)
    for name in files:
        assert name in text or name in ("README.md", "datapackage.json")


def test_package_refuses_what_would_not_come_back(inputs: ModelInputs) -> None:
    """Two columns of the same name cannot be told apart in a file."""
    parts = inputs.table.parts
    assert parts is not None
    twice = replace(parts, final_use_labels=("FU101", "FU101", *parts.final_use_labels[2:]))
    other = replace(inputs, table=replace(inputs.table, parts=twice))
    with pytest.raises(InputError):
        package_files(run_model(other), Origin(), [])


# --- published figure → sheet!cell → function → test


@pytest.fixture(scope="module")
def traces(from_workbook: Path) -> dict[str, list[str]]:
    """Figure id → source, printed, cells, functions and test, as the README lists them."""
    text = (from_workbook / "README.md").read_text(encoding="utf-8").split("\n## ")
    (part,) = [p for p in text if p.startswith("公布数字")]
    rows = [line.strip("| ").split(" |") for line in part.splitlines() if line.startswith("| ")]
    return {row[0].strip(): [c.strip() for c in row[1:]] for row in rows[2:]}


def test_every_figure_is_listed(traces: dict[str, list[str]]) -> None:
    assert len(published.figures()) == 218
    assert list(traces) == list(published.figures())
    for name, value in published.figures().items():
        assert float(traces[name][1].split()[0]) == value


def test_cells_of_figures_hold_the_models_numbers(
    traces: dict[str, list[str]], results: ModelResults
) -> None:
    """The stored values of the cells named, read by another library."""
    sheets = openpyxl.load_workbook(WORKBOOK, data_only=True)
    at = results.years.index(2020)

    def stored(name: str) -> float:
        sheet, cell = traces[name][2].split("!")
        return float(sheets[sheet][cell].value)

    letters = [s.code for s in results.inputs.sections]
    for letter in letters:
        row = letters.index(letter)
        value = stored(f"industry.{letter}.2020.value_added")
        assert value == pytest.approx(results.total[row, at], rel=1e-12)
    names = [p.name_zh for p in results.inputs.provinces]
    guangdong = stored("province.广东.2020.value_added")
    assert guangdong == pytest.approx(results.provinces[names.index("广东"), at], rel=1e-12)
    assert traces["province.广东.2020.value_added"][3] == "IIE_PROVINCE_VA"


def function_of(test: str) -> ast.FunctionDef:
    file, name = test.split("::")
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    (found,) = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    return found


@pytest.mark.parametrize("pattern", COMPARED)
def test_tests_named_for_figures_exist(pattern: str) -> None:
    """The test is there, and reads printed figures of that measure."""
    figures = [f for f in published.figures() if fnmatchcase(f, pattern)]
    assert figures
    source = ast.unparse(function_of(COMPARED[pattern]))
    assert {f.rsplit(".", 1)[1] for f in figures} == {pattern.rsplit(".", 1)[1]}
    assert pattern.rsplit(".", 1)[1] in source
    assert "published" in source


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_figure_is_repeated_by_arithmetic(kind: str) -> None:
    texts = {
        node.value
        for node in ast.walk(function_of(REPEATED))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [t for t in texts if t in published.figures() and fnmatchcase(t, kind)]


def test_figures_without_a_test_are_few_and_known() -> None:
    """Growth of sectors, of groups of countries and of the world, shares of groups, the world
    of 2019, and growth of the nation's employment are held by no test.
    """
    alone = {f for f in published.figures() if not named_test(f)}
    measures = {".".join([f.split(".")[0], f.rsplit(".", 1)[1]]) for f in alone}
    assert measures == {
        "income_group.nominal_growth", "income_group.share_of_59", "nation.employment_growth",
        "sector.nominal_growth", "world.nominal_growth", "world.value_added",
        "world_region.nominal_growth", "world_region.share_of_59",
    }  # fmt: skip


def test_date_is_printed_only_when_given(results: ModelResults, files: Files) -> None:
    dated = package_files(results, Origin(day=date(2021, 12, 1)), [])
    assert (
        catalogue.text("package.readme.created", "en", day="2021-12-01")
        in dated["README.md"].decode()
    )
    assert {n for n in files if files[n] != dated[n]} == {"README.md", "datapackage.json"}


def test_a_cell_without_end_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "inputs" / "macro.csv").write_bytes(b"0" * 1_000_000)
    assert main(["replicate", str(folder)]) == 1
    assert "macro.csv" in capsys.readouterr().err


def test_a_damaged_zip_is_refused(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = bytearray(zipped(files))
    middle = len(content) // 2
    content[middle : middle + 400] = b"\xff" * 400
    path = tmp_path / "damaged.zip"
    path.write_bytes(content)
    assert main(["replicate", str(path)]) in (1, 3)
    assert str(path) in capsys.readouterr().err

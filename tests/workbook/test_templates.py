"""The templates: empty, honest about it, and complete once they are filled in by hand."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from lxml import etree
from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from iiecon import IOTable, ModelInputs, default_inputs, load_inputs, run_model
from iiecon.cli import main
from iiecon.iotable import FloatArray
from iiecon.scenarios import apply, read_scenario
from iiecon.spreadsheet.calculator import Calculator, FileBook
from iiecon.spreadsheet.package import Package
from iiecon.workbook.blank import blank_workbook
from iiecon.workbook.templates import INPUTS, OUTPUTS, SCENARIO, templates
from tests.conftest import ReadTable
from tests.oracles.sectors149 import DIRECT, section_of_source_code
from tests.workbook.edit import MAIN, Edited

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ("computed", "total", "tile")  # styles of cells that hold results
SECTIONS_42 = "A" + "B" * 4 + "C" * 18 + "D" * 3 + "EFGHIJKLMMNOPQRS"


@pytest.fixture(scope="module")
def made(built: bytes) -> dict[str, bytes]:
    """Every template by its file name."""
    return dict(templates(built))


@pytest.fixture
def blank(made: dict[str, bytes], tmp_path: Path) -> Path:
    path = tmp_path / "空白 42.xlsm"
    path.write_bytes(made["input_42.xlsm"])
    return path


# --- the files


def test_the_folder_holds_what_a_build_makes_and_is_small(made: dict[str, bytes]) -> None:
    assert set(made) == {
        *(f"input_{n}.xlsm" for n in ("149", "153", "42", "free")),
        *(f"outputs_{n}.xlsx" for n in OUTPUTS),
        "scenario_example.toml",
    }
    assert sum(map(len, made.values())) < 3_000_000


def test_equal_layouts_give_equal_bytes(made: dict[str, bytes], built: bytes) -> None:
    assert dict(templates(built)) == made


def test_check_names_the_template_that_drifted(
    made: dict[str, bytes], built: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "IIEconModel.xlsm").write_bytes(built)
    (tmp_path / "templates").mkdir()
    for name, content in made.items():
        (tmp_path / "templates" / name).write_bytes(content)
    book = Edited(tmp_path / "templates" / "input_42.xlsm")
    book.set_named("SECTION_CODES", 0, 0, "Z")
    book.save()
    scenario = tmp_path / "templates" / SCENARIO
    scenario.write_text(scenario.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    (tmp_path / "templates" / "outputs_sections.xlsx").unlink()
    assert main(["build", "--check", str(tmp_path)]) == 1
    differing = capsys.readouterr().err
    assert "input_42.xlsm" in differing
    assert book.part("Section_VA") in differing
    assert SCENARIO in differing
    assert re.search("outputs_sections.xlsx.*the file is not there", differing)
    assert "IIEconModel.xlsm" not in differing
    assert "input_149" not in differing


# --- empty input workbooks


def sheet_xml(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [n for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        return {name: archive.read(name) for name in names}


@pytest.mark.parametrize("name", INPUTS)
def test_ranges_and_formulas_are_sized_for_the_sectors(made: dict[str, bytes], name: str) -> None:
    sectors, scored = INPUTS[name]
    book = openpyxl.load_workbook(io.BytesIO(made[f"input_{name}.xlsm"]))
    sizes = {}
    for label in ("IO_FLOWS", "IO_DIRECT", "SECTOR_SECTIONS", "SCORE_VALUES"):
        ((_, area),) = book.defined_names[label].destinations
        left, top, right, bottom = range_boundaries(area)
        assert None not in (left, top, right, bottom)
        sizes[label] = (bottom - top + 1, right - left + 1)  # type: ignore[operator]
    assert sizes["IO_FLOWS"] == (sectors, sectors)
    assert sizes["IO_DIRECT"] == sizes["SECTOR_SECTIONS"] == (sectors, 1)
    assert sizes["SCORE_VALUES"] == (scored, 1)
    ((sheet, area),) = book.defined_names["IO_DIRECT"].destinations
    first = book[sheet][area.replace("$", "").split(":")[0]]
    assert first.value.ref == area.replace("$", "")


@pytest.mark.parametrize("name", INPUTS)
def test_nothing_stale_and_no_error_is_shown(made: dict[str, bytes], name: str) -> None:
    """Results hold formulas without values; cells to fill are blank and unlocked."""
    content = io.BytesIO(made[f"input_{name}.xlsm"])
    formulas, values = (openpyxl.load_workbook(content, data_only=x) for x in (False, True))
    for label in ("NATIONAL_VA", "SECTION_TOTAL", "PROVINCE_VA", "IO_INDIRECT", "CHECK_LIGHT"):
        ((sheet, area),) = formulas.defined_names[label].destinations
        corner = area.replace("$", "").split(":")[0]
        assert formulas[sheet][corner].data_type == "f"
        assert values[sheet][corner].value is None
    for label in ("IO_NAMES", "IO_FLOWS", "SECTION_VA", "BALLOTS", "PROVINCE_GDP", "SCORE_CODES"):
        ((sheet, area),) = formulas.defined_names[label].destinations
        cells = [c for row in np.atleast_2d(formulas[sheet][area.replace("$", "")]) for c in row]
        assert {c.value for c in cells} == {None}, label
        assert not any(c.protection.locked for c in cells), label
    for sheet in values:
        shown = [v for row in sheet.iter_rows(values_only=True) for v in row]
        assert not [v for v in shown if isinstance(v, str) and re.match(r"#[A-Z/0!?]+", v)]


def test_lists_to_choose_from_are_there(made: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(made["input_149.xlsm"]))
    rules = book["Sectors"].data_validations.dataValidation
    lists = {str(rule.sqref): rule.formula1 for rule in rules}
    assert lists["D6:D154"] == '"A,B,C,D,E,F,G,H,I,J,K,L,M,N,O,P,Q,R,S"'
    assert lists["E6:E154"] == '"1"'


def test_the_about_sheet_says_how_to_fill_it_in(made: dict[str, bytes]) -> None:
    about = openpyxl.load_workbook(io.BytesIO(made["input_153.xlsm"]))["About"]
    text = "\n".join(str(c.value) for row in about.iter_rows() for c in row if c.value)
    assert "（153 个部门）" in text
    assert "1. IO_Table：" in text
    assert "7. Run iiecon check FILE" in text
    assert "--sectors 153" in text


def test_an_unfilled_template_is_refused_range_by_range(
    blank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = blank.read_bytes()
    assert main(["recalculate", str(blank)]) == 1
    said = capsys.readouterr().err
    assert re.search(r"IO_Table!D7:AS48: .*1764", said)
    assert len(said.splitlines()) < 20
    assert "Traceback" not in said
    assert blank.read_bytes() == before


def test_a_single_blank_cell_is_named_by_itself(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    place = book.set_named("IO_FLOWS", 2, 3, None)
    book.save()
    assert main(["check", str(workbook)]) == 1
    assert place in capsys.readouterr().err


@pytest.mark.parametrize(
    "given",
    [("--sectors", "0"), ("--sectors", "5", "--scored", "6"), ("--scored", "3"),
     ("--sectors", "1001")],
)  # fmt: skip
def test_impossible_sizes_are_wrong_usage(
    given: Sequence[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "mine.xlsm"
    assert main(["new", str(target), *given]) == 2
    assert "--sectors" in capsys.readouterr().err
    assert not target.exists()


def test_new_makes_an_empty_workbook_of_any_size(tmp_path: Path) -> None:
    target = tmp_path / "自己的 7.xlsm"
    assert main(["new", str(target), "--sectors", "7", "--scored", "2"]) == 0
    assert target.read_bytes() == blank_workbook(7, 2)


# --- filled in by hand


class Filled:
    """Types into the blank cells of a template; cells with a formula are left alone."""

    def __init__(self, content: bytes, path: Path) -> None:
        path.write_bytes(content)
        self.book = Edited(path)
        self._cells: dict[str, dict[str, etree._Element]] = {}

    def put(self, name: str, rows: Sequence[Sequence[object]] | FloatArray) -> None:
        sheet, corner = self.book.place(name)
        if sheet not in self._cells:
            found = self.book.xml(sheet).iter(f"{MAIN}c")
            self._cells[sheet] = {str(c.get("r")): c for c in found}
        left, top, _, _ = range_boundaries(corner)
        assert left is not None
        assert top is not None
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                self._type(self._cells[sheet][f"{get_column_letter(left + j)}{top + i}"], value)

    @staticmethod
    def _type(cell: etree._Element, value: object) -> None:
        if cell.find(f"{MAIN}f") is not None or value is None or value != value:
            return
        for child in list(cell):
            cell.remove(child)
        if isinstance(value, str):
            cell.set("t", "inlineStr")
            text = etree.SubElement(etree.SubElement(cell, f"{MAIN}is"), f"{MAIN}t")
            text.text = value
        else:
            if "t" in cell.attrib:
                del cell.attrib["t"]
            etree.SubElement(cell, f"{MAIN}v").text = repr(float(value))  # type: ignore[arg-type]


def fill(filled: Filled, inputs: ModelInputs) -> Path:
    """Everything that the steps on the About sheet ask for, in the units they ask for."""
    for name, rows in (figures_of_table(inputs.table) | figures_around(inputs)).items():
        filled.put(name, rows)
    return filled.book.save()


def figures_of_table(table: IOTable) -> dict[str, Sequence[Sequence[object]] | FloatArray]:
    """The table in 万元; where only totals are known they stand in the first row or column."""
    assert table.final_use is not None
    assert table.exports is not None
    assert table.imports is not None
    uses, primary = np.zeros((table.size, 5)), np.zeros((4, table.size))
    if table.parts:
        # Tables with fewer columns of final use leave the last ones at zero.
        uses[:, : len(table.parts.final_use_labels)] = table.parts.final_uses
        primary[: len(table.parts.value_added_labels)] = table.parts.value_added
    else:
        uses[:, 0], primary[0] = table.final_use - table.exports, table.value_added
    discrepancy = np.zeros(table.size) if table.discrepancy is None else table.discrepancy
    money = {
        "IO_FLOWS": table.flows,
        "IO_FINAL_USE": uses,
        "IO_EXPORTS": table.exports[:, None],
        "IO_IMPORTS": table.imports[:, None],
        "IO_DISCREPANCY": discrepancy[:, None],
        "IO_OUTPUT": table.output[:, None],
        "IO_PRIMARY": primary,
        "IO_OTHER_INPUTS": np.zeros((1, table.size)),
    }
    return {
        "IO_YEAR": [[table.year]],
        "IO_CODES": [[code] for code in table.codes],
        "IO_NAMES": [[name] for name in table.names],
        **{name: np.round(1e4 * values, 4) for name, values in money.items()},
    }


def figures_around(inputs: ModelInputs) -> dict[str, Sequence[Sequence[object]] | FloatArray]:
    """Sections, scores and series."""
    panel, count = inputs.experts, len(inputs.provinces)
    gdp = inputs.province_gdp.values
    return {
        "SECTOR_SECTIONS": [[letter] for letter in inputs.sector_sections],
        "SECTOR_DIRECT": [[1 if c in panel.codes else None] for c in inputs.table.codes],
        "SCORES_SOURCE": [["试填 test"]],
        "SCORE_CODES": [[code] for code in panel.codes],
        "SCORE_OVERRIDE": panel.override[:, None],
        "BALLOTS": panel.ballots.reshape(-1, len(panel.grades)),
        "SECTION_VA": inputs.section_va.values,
        "MACRO_DATA": inputs.macro.values.T,
        "SECTION_WAGES": inputs.wages.values,
        "PROVINCE_EMPLOYED": inputs.province_employed,
        "PROVINCE_GDP": gdp.reshape(count, 3 * gdp.shape[1]),
    }


def with_table(
    table: IOTable, sections: Sequence[str], codes: Sequence[str], scores: FloatArray
) -> ModelInputs:
    """The shipped series around another table, with the first of the shipped ballots."""
    inputs = default_inputs()
    panel = replace(
        inputs.experts,
        codes=tuple(codes),
        ballots=inputs.experts.ballots[: len(codes)],
        override=scores,
        direct=(True,) * len(codes),
    )
    return replace(
        inputs,
        table=table,
        sector_codes=table.codes,
        sector_sections=tuple(sections),
        experts=panel,
    )


def same_results(workbook: Path, expected: ModelInputs, folder: Path) -> None:
    """Recalculated, the workbook gives what the model gives for the figures typed into it."""
    target = folder / "results.json"
    assert main(["recalculate", str(workbook), "--json", str(target)]) == 0
    found = json.loads(target.read_text(encoding="utf-8"))
    due = json.loads(run_model(expected).to_json())
    for name in ("national", "sections", "sectors3", "provinces", "regions", "contribution"):
        assert len(found[name]) == len(due[name]) > 0
        for a, b in zip(found[name], due[name], strict=True):
            assert a.keys() == b.keys()
            for key, value in b.items():
                if isinstance(value, float) and not isinstance(value, bool):
                    assert a[key] == pytest.approx(value, rel=1e-8, abs=1e-8), (name, key)
                else:
                    assert a[key] == value, (name, key)
    stored = Edited(workbook)
    for c, section in enumerate(due["sections"][: len(expected.sections)]):
        assert stored.named_number("SECTION_TOTAL", c, 0) == pytest.approx(section["total"])


def test_filled_with_the_shipped_table_it_gives_the_shipped_results(tmp_path: Path) -> None:
    inputs = default_inputs()
    filled = Filled(blank_workbook(inputs.table.size), tmp_path / "103.xlsm")
    same_results(fill(filled, inputs), inputs, tmp_path)


def test_codes_and_names_are_typed_once(tmp_path: Path) -> None:
    inputs = default_inputs()
    codes = tuple(f"X{i}" for i in range(inputs.table.size))
    renamed = dict(zip(inputs.table.codes, codes, strict=True))
    panel = replace(inputs.experts, codes=tuple(renamed[c] for c in inputs.experts.codes))
    names = tuple(f"部门{i}" for i in range(inputs.table.size))
    table = replace(inputs.table, codes=codes, names=names)
    inputs = replace(inputs, table=table, sector_codes=codes, experts=panel)
    path = fill(Filled(blank_workbook(len(codes)), tmp_path / "own.xlsm"), inputs)
    assert main(["recalculate", str(path)]) == 0
    found = load_inputs(str(path))
    assert found.table.codes == found.sector_codes == codes
    assert found.experts.codes == panel.codes
    shown = openpyxl.load_workbook(path, data_only=True)
    assert [shown["Sectors"].cell(6 + i, 2).value for i in (0, 102)] == ["部门0", "部门102"]
    assert [shown["IO_Table"].cell(6, 4 + i).value for i in (0, 102)] == ["部门0", "部门102"]


def test_149_sectors(made: dict[str, bytes], official: ReadTable, tmp_path: Path) -> None:
    table, section = official("china_2017_149"), section_of_source_code()
    inputs = with_table(
        table, [section[c] for c in table.codes], DIRECT, np.linspace(0.05, 0.55, 11)
    )
    filled = Filled(made["input_149.xlsm"], tmp_path / "149.xlsm")
    same_results(fill(filled, inputs), inputs, tmp_path)


def test_42_sectors(made: dict[str, bytes], official: ReadTable, tmp_path: Path) -> None:
    codes = ("19", "20", "21", "31")
    inputs = with_table(official("china_2017_42"), SECTIONS_42, codes, np.full(4, np.nan))
    filled = Filled(made["input_42.xlsm"], tmp_path / "42.xlsm")
    same_results(fill(filled, inputs), inputs, tmp_path)


def test_153_sectors_of_another_year(
    made: dict[str, bytes], official: ReadTable, tmp_path: Path
) -> None:
    """Filled in for 2018, the sheets no longer have the right years: `new --from` mends that."""
    table, known = official("china_2018_153"), official("china_2017_149")
    letters = section_of_source_code()
    by_name = {n: letters[c] for c, n in zip(known.codes, known.names, strict=True)}
    sections: list[str] = []
    for name in table.names:
        sections.append(by_name.get(name, "E" if "建筑" in name or "工程" in name else "C"))
    codes = [c for c, n in zip(table.codes, table.names, strict=True) if by_name.get(n) == "I"]
    inputs = with_table(table, sections, codes[:11], np.linspace(0.1, 0.6, len(codes[:11])))
    inputs = replace(inputs, options=replace(inputs.options, base_year=2018))
    filled = Filled(blank_workbook(153, len(inputs.experts.codes)), tmp_path / "153.xlsm")
    filled.put("OPT_BASE_YEAR", [[2018]])
    path = fill(filled, inputs)
    assert main(["check", str(path)]) == 1
    target = tmp_path / "153 from 2018.xlsm"
    assert main(["new", str(target), "--from", str(path)]) == 0
    same_results(target, inputs, tmp_path)


# --- output sheets


def test_every_output_sheet_has_a_template(made: dict[str, bytes], built: bytes) -> None:
    """Those an institute prints: not what belongs to one calculation, as checks and audit do."""
    book = openpyxl.load_workbook(io.BytesIO(built))
    outputs = {s.title for s in book if s.protection.sheet and s.sheet_state == "visible"}
    assert {name for group in OUTPUTS.values() for name in group} == outputs - {
        *("Audit", "Checks", "Functions", "Ledger", "Uncertainty"),
    }


def pasted(template: bytes, sheets: Sequence[str], workbook: bytes) -> Workbook:
    """The template with a workbook's results pasted as values: at the same cells of the sheets of
    the same name, and by name into the ranges on About.
    """
    target = openpyxl.load_workbook(io.BytesIO(template))
    source = openpyxl.load_workbook(io.BytesIO(workbook), data_only=True)
    for name in sheets:
        for cell in (c for row in target[name].iter_rows() for c in row):
            if cell.value is None and cell.style in RESULTS:
                theirs = source[name][cell.coordinate]
                assert cell.number_format == theirs.number_format
                cell.value = theirs.value
    for label, defined in target.defined_names.items():
        ((sheet, area),) = defined.destinations
        if sheet == "About":
            ((theirs, of),) = source.defined_names[label].destinations
            pairs = zip(cells(source[theirs], of), cells(target[sheet], area), strict=True)
            for a, b in pairs:
                b.value = a.value
    return target


def cells(sheet: Worksheet, area: str) -> list[Cell]:
    """The cells of a range, one after the other."""
    return list(np.atleast_2d(np.array(sheet[area.replace("$", "")], dtype=object)).flat)


@pytest.mark.parametrize("group", OUTPUTS)
def test_an_output_template_takes_the_results_of_a_workbook(
    made: dict[str, bytes], built: bytes, group: str, tmp_path: Path
) -> None:
    """With the results pasted in, what its own formulas give equals the workbook."""
    path = tmp_path / "filled.xlsx"
    pasted(made[f"outputs_{group}.xlsx"], OUTPUTS[group], built).save(path)
    outcome = Calculator(FileBook.from_package(Package.read(path)), {}).calculate()
    assert not outcome.unevaluated
    assert not outcome.failures
    results = openpyxl.load_workbook(io.BytesIO(built), data_only=True)
    compared = 0
    for (sheet, row, column), found in outcome.values.items():
        due = results[sheet].cell(row, column).value
        if isinstance(due, float | int):
            assert found == pytest.approx(due, rel=1e-9, abs=1e-9), (sheet, row, column)
            compared += 1
    assert compared > {"employment": 0, "io_analysis": 0}.get(group, 20)


@pytest.mark.parametrize("group", OUTPUTS)
def test_an_output_template_has_no_result_and_no_macro(made: dict[str, bytes], group: str) -> None:
    content = made[f"outputs_{group}.xlsx"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "xl/vbaProject.bin" not in archive.namelist()
        assert b"macroEnabled" not in archive.read("[Content_Types].xml")
        assert b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")
    for name, xml in sheet_xml(content).items():
        assert not re.search(rb"</f><v>[^<]", xml), name
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = []
    for name in OUTPUTS[group]:
        assert not book[name].protection.sheet
        found += [c for row in book[name].iter_rows() for c in row if c.style in RESULTS]
    assert len(found) > 50
    assert not [c.coordinate for c in found if isinstance(c.value, int | float)]


# --- the scenario


def test_the_scenario_changes_the_shipped_inputs(made: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / SCENARIO
    path.write_bytes(made[SCENARIO])
    inputs, scenario = default_inputs(), read_scenario(path)
    for name, value in scenario.options.items():
        assert inputs.options.to_dict()[name] != value
    changed = run_model(apply(inputs, scenario))
    assert changed.national[0] != run_model(inputs).national[0]


def test_the_shipped_templates_equal_a_fresh_build(made: dict[str, bytes]) -> None:
    """The files of this checkout."""
    kept = {p.name for p in (ROOT / "templates").iterdir()} - {"README.md"}
    assert kept == set(made)


def test_the_readme_explains_every_template_in_both_languages(made: dict[str, bytes]) -> None:
    text = (ROOT / "templates" / "README.md").read_text(encoding="utf-8")
    assert [name for name in made if name not in text] == []
    assert re.search("[一-鿿]", text)

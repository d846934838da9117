"""`iiecon import-io`: the table, its sectors and all other inputs of a workbook, on real files.

What a workbook shows after an import is held against `run_model` on the arrays of the same table.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from iiecon import (
    InputError,
    IOTable,
    ModelInputs,
    ModelResults,
    default_inputs,
    load_inputs,
    run_model,
)
from iiecon.cli import main
from iiecon.inputs import Experts
from iiecon.spreadsheet.calculator import FileBook
from iiecon.spreadsheet.package import Package
from iiecon.workbook.blank import blank_workbook
from iiecon.workbook.import_io import import_of
from iiecon.workbook.recalculate import examine
from tests.conftest import ReadTable
from tests.workbook.edit import Edited
from tests.workbook.graft import FOREIGN, graft

DIRECT_149 = ("084", "088", "089", "091", "092", "093", "094", "121", "123", "124", "125")
DIRECT_153 = ("086", "090", "091", "093", "094", "095", "096", "125", "127", "128", "129")
# A small table: three direct sectors of the shipped one stand alone, each section is one sector.
SMALL = (
    ("仪器仪表制造业", "067"),
    ("计算机", "061"),
    ("电信业", "082"),
    ("农林牧渔业", "A"),
    ("采矿产品开采", "B"),
    ("食品和其他制造业", "C"),
    ("电力、热力生产和供应业", "D"),
    ("建筑业", "E"),
    ("批发和零售业", "F"),
    ("交通运输业", "G"),
    ("住宿和餐饮业", "H"),
    ("广播电视及卫星传输服务", "I"),
    ("金融业", "J"),
    ("房地产业", "K"),
    ("租赁和商务服务业", "L"),
    ("研究和试验发展", "M"),
    ("水利、环境和公共设施管理业", "N"),
    ("居民服务业", "O"),
    ("教育", "P"),
    ("卫生", "Q"),
    ("文化艺术业", "R"),
    ("公共管理和社会组织", "S"),
)
SMALL_SECTIONS = "CCI" + "ABCDEFGHIJKLMNOPQRS"


def small_table(inputs: ModelInputs) -> IOTable:
    """The shipped table summed to SMALL."""
    table, letters = inputs.table, inputs.sector_sections
    alone = {key for _, key in SMALL if key.isdigit()}
    keys = [c if c in alone else s for c, s in zip(table.codes, letters, strict=True)]
    rows = np.array([[float(k == key) for k in keys] for _, key in SMALL])
    assert table.final_use is not None
    assert table.exports is not None
    assert table.imports is not None
    return IOTable.from_arrays(
        rows @ table.flows @ rows.T,
        rows @ table.output,
        rows @ table.value_added,
        [f"{i:02d}" for i in range(1, len(SMALL) + 1)],
        [name for name, _ in SMALL],
        final_use=rows @ table.final_use,
        exports=rows @ table.exports,
        imports=rows @ table.imports,
        year=2017,
    )


USES = {
    "FU101": "农村居民消费",
    "FU102": "城镇居民消费",
    "FU103": "政府消费",
    "FU201": "固定资本形成总额",
    "FU202": "存货变动",
}
ADDED = {
    "VA001": "劳动者报酬",
    "VA002": "生产税净额",
    "VA003": "固定资产折旧",
    "VA004": "营业盈余",
}


def official_file(path: Path, table: IOTable) -> Path:
    """A table in 万元 in the bureau's layout: names, totals and blocks, codes on both axes.

    Without printed parts all final use is in the first column, all value added in the first row.
    """
    wan = table.scaled(1e4, "万元")
    assert wan.final_use is not None
    assert wan.exports is not None
    assert wan.imports is not None
    uses, added = np.zeros((wan.size, len(USES))), np.zeros((len(ADDED), wan.size))
    uses[:, 0], added[0] = wan.final_use - wan.exports, wan.value_added
    if wan.parts is not None:
        uses, added = wan.parts.final_uses, wan.parts.value_added
    head = ["代码", "部门", *wan.codes, "TIU", *USES, "EX", "TFU", "IM", "GO"]
    names = [
        "", "", *wan.names, "中间使用合计",
        *USES.values(), "出口", "最终使用合计", "进口", "总产出",
    ]  # fmt: skip
    lines: list[list[object]] = [[f"{table.year}年投入产出表"], ["单位：万元"], [*head], [*names]]
    right = np.column_stack(
        [wan.flows, wan.flows.sum(axis=1), uses, wan.exports, wan.final_use, wan.imports,
         wan.output]
    )  # fmt: skip
    for code, name, values in zip(wan.codes, wan.names, right, strict=True):
        lines.append([code, name, *values.round(6)])
    below = [
        ("TII", "中间投入合计", wan.flows.sum(axis=0)),
        *((code, name, row) for (code, name), row in zip(ADDED.items(), added, strict=True)),
        ("TVA", "增加值合计", wan.value_added),
        ("TI", "总投入", wan.output),
    ]
    for code, name, values in below:
        lines.append([code, name, *values.round(6)])
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


@pytest.fixture
def small_file(inputs: ModelInputs, tmp_path: Path) -> Path:
    return official_file(tmp_path / "小表 2017.csv", small_table(inputs))


def expected(
    table: IOTable, sections: Sequence[str], scored: dict[str, str], **options: object
) -> ModelResults:
    """The model on these arrays; `scored`: code in the table → code in the shipped one."""
    shipped = default_inputs()
    panel = shipped.experts
    at = [panel.codes.index(old) for old in scored.values()]
    experts = Experts(
        codes=tuple(scored),
        factors=panel.factors,
        weights=panel.weights,
        grades=panel.grades,
        grade_scores=panel.grade_scores,
        ballots=panel.ballots[at],
        override=np.full(len(at), np.nan),
        direct=(True,) * len(at),
    )
    inputs = replace(
        shipped,
        table=table,
        sector_codes=table.codes,
        sector_sections=tuple(sections),
        experts=experts,
        options=replace(shipped.options, **options),  # type: ignore[arg-type]
    )
    return run_model(inputs)


def shown(path: Path, name: str) -> list[list[Any]]:
    """The stored values of a named range, read by another library."""
    book = openpyxl.load_workbook(path, data_only=True)
    ((sheet, area),) = book.defined_names[name].destinations
    return [[cell.value for cell in row] for row in np.atleast_2d(np.array(book[sheet][area]))]


def flat(printed: str) -> str:
    """A printed table without its lines, so that no text is broken."""
    return re.sub(
        r"[\s│]", "", "".join(line.split("│")[-2] for line in printed.splitlines() if "│" in line)
    )


def assert_shows(path: Path, results: ModelResults) -> None:
    for name, due in (
        ("SECTION_DIRECT", results.direct),
        ("SECTION_INDIRECT", results.indirect),
        ("PROVINCE_VA", results.provinces),
        ("IO_INDIRECT", results.contribution.indirect_value_added[:, None]),
    ):
        np.testing.assert_allclose(np.array(shown(path, name), dtype=float), due, rtol=1e-9)


# --- another number of sectors


def test_a_smaller_table_resizes_the_workbook(
    workbook: Path, small_file: Path, inputs: ModelInputs, capsys: pytest.CaptureFixture[str]
) -> None:
    before = workbook.read_bytes()
    assert main(["import-io", str(small_file), str(workbook)]) == 0
    out, err = capsys.readouterr()
    table = small_table(inputs)
    due = expected(table, SMALL_SECTIONS, {"01": "067", "02": "061", "03": "082"})
    assert_shows(workbook, due)
    assert len(shown(workbook, "IO_FLOWS")) == len(shown(workbook, "IO_RATIO")) == 22
    assert [row[0] for row in shown(workbook, "SECTOR_SECTIONS")] == list(SMALL_SECTIONS)
    assert workbook.with_name("IIEconModel.xlsm.bak").read_bytes() == before
    assert "067→01、061→02、082→03" in flat(out)
    assert "057电线、电缆、光缆及电工器材、062通信设备" in flat(out)
    assert "0 of 22 sectors" in out
    assert err == ""
    assert main(["recalculate", str(workbook)]) == 0
    assert "up to date" in capsys.readouterr().out


def test_all_other_inputs_are_kept(workbook: Path, small_file: Path) -> None:
    book = Edited(workbook)
    book.set_named("FACTOR_WEIGHTS", 0, 0, book.named_number("FACTOR_WEIGHTS", 0, 0) + 0.05)
    book.set_named("FACTOR_WEIGHTS", 1, 0, book.named_number("FACTOR_WEIGHTS", 1, 0) - 0.05)
    book.set_named("BALLOTS", 24, 1, 17)  # of sector 067
    book.set_named("SCORE_OVERRIDE", 1, 0, 0.5)  # of sector 061
    book.set_named("SECTION_VA", 5, 4, 96000.0)
    book.set_named("PROVINCE_GDP", 18, 11, 44000.0)
    book.set_named("MACRO_DATA", 12, 8, 1.07)
    book.set_named("OPT_RATE_BASE", 0, 0, "io_table")
    book.set_named("SCORES_SOURCE", 0, 0, "本所专家")
    book.save()
    old = load_inputs(str(workbook))
    assert main(["import-io", str(small_file), str(workbook)]) == 0
    new = load_inputs(str(workbook))
    for name in ("section_va", "wages", "macro", "province_gdp", "growth"):
        np.testing.assert_equal(vars(getattr(new, name)), vars(getattr(old, name)))
    assert (new.provinces, new.sections, new.options) == (old.provinces, old.sections, old.options)
    np.testing.assert_array_equal(new.province_employed, old.province_employed)
    np.testing.assert_allclose(new.experts.weights, old.experts.weights, rtol=1e-14)
    assert new.experts.source == "本所专家"
    pairs = {"01": "067", "02": "061", "03": "082"}
    assert new.experts.codes == tuple(pairs)
    for k, code in enumerate(pairs.values()):
        j = old.experts.codes.index(code)
        np.testing.assert_array_equal(new.experts.ballots[k], old.experts.ballots[j])
        np.testing.assert_array_equal(new.experts.override[k], old.experts.override[j])


def test_direct_sectors_without_ballots_are_not_scored(
    workbook: Path, small_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import-io", str(small_file), str(workbook), "--direct", "01, 09"]) == 0
    out, err = capsys.readouterr()
    assert "09 批发和零售业" in out
    assert "left to fill in" in err
    codes = [row[0] for row in shown(workbook, "SCORE_CODES")]
    assert codes == ["01", "02", "03", "09"]  # what was scored before keeps its ballots
    factors = len(shown(workbook, "FACTOR_KEYS"))
    ballots = shown(workbook, "BALLOTS")
    assert all(v is None for row in ballots[3 * factors :] for v in row)
    assert all(v is not None for row in ballots[: 3 * factors] for v in row)
    assert main(["recalculate", str(workbook)]) == 1
    assert "there is no valid vote" in capsys.readouterr().err
    book = Edited(workbook)
    for row in range(3 * factors, 4 * factors):
        for grade in range(len(shown(workbook, "GRADE_KEYS")[0])):
            book.set_named("BALLOTS", row, grade, 5)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    assert float(shown(workbook, "SCORE_VALUES")[3][0]) > 0


def doubtful_file(tmp_path: Path, inputs: ModelInputs) -> Path:
    table = small_table(inputs)
    names = list(table.names)
    names[5], names[14], names[21] = "电气机械及器材制造业", "旅游业", "某某"
    return official_file(tmp_path / "疑 2017.csv", replace(table, names=tuple(names)))


def test_doubt_is_marked_until_the_analyst_clears_it(
    workbook: Path, inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = doubtful_file(tmp_path, inputs)
    assert main(["import-io", str(file), str(workbook)]) == 0
    out, err = capsys.readouterr()
    assert "3 of 22" in out
    assert "Sectors!D27" in err  # no section is known and none is guessed
    assert shown(workbook, "SECTOR_SECTIONS")[21] == [None]
    assert main(["check", str(workbook)]) == 1
    book = Edited(workbook)
    book.set("Sectors", "D27", "S")
    book.save()
    capsys.readouterr()
    assert main(["check", str(workbook)]) == 0
    told = capsys.readouterr().err
    for cell in ("Sectors!G11", "Sectors!F20", "Sectors!F27", "Sectors!G27"):
        assert cell in told
    book = Edited(workbook)
    for cell, value in (("G11", 1.0), ("F20", None), ("F27", 1.0), ("G27", None)):
        book.set("Sectors", cell, value)
    book.save()
    assert main(["check", str(workbook)]) == 0
    assert "Sectors!" not in capsys.readouterr().err


def test_doubtful_cells_stand_out(workbook: Path, inputs: ModelInputs, tmp_path: Path) -> None:
    assert main(["import-io", str(doubtful_file(tmp_path, inputs)), str(workbook)]) == 0
    sheet = openpyxl.load_workbook(workbook)["Sectors"]
    rules = {
        str(area.sqref): rule.formula
        for area in sheet.conditional_formatting
        for rule in area.rules
        if rule.dxf is not None and rule.dxf.fill is not None
    }
    assert rules["D6:E27"] == rules["F6:G27"] == ["AND(ISNUMBER(F6),F6<0.8)"]


# --- the same sectors


def changed_103(inputs: ModelInputs) -> IOTable:
    """The shipped table with one flow, its use and its value added moved, still in balance."""
    table, parts = inputs.table, inputs.table.parts
    assert table.final_use is not None
    assert parts is not None
    flows, added, use = table.flows.copy(), table.value_added.copy(), table.final_use.copy()
    uses, primary = parts.final_uses.copy(), parts.value_added.copy()
    flows[60, 64] += 500.0
    for change in (use, uses[:, 3]):
        change[60] -= 500.0
    for change in (added, primary[0]):
        change[64] -= 500.0
    parts = replace(parts, final_uses=uses, value_added=primary)
    return replace(table, flows=flows, final_use=use, value_added=added, parts=parts)


def test_the_same_sectors_are_patched_in_place(
    workbook: Path, inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = changed_103(inputs)
    file = official_file(tmp_path / "同 2017.csv", table)
    graft(workbook)  # an analyst's own sheet does not matter to a patch
    before = Edited(workbook)
    assert main(["import-io", str(file), str(workbook)]) == 0
    assert "only IO_Table was rewritten" in capsys.readouterr().out
    after = Edited(workbook)
    assert before.parts.keys() == after.parts.keys()
    kept = ("Settings", "Sectors", "Section_VA", "Macro", "Province", "Policies")
    for part in ("xl/styles.xml", "xl/vbaProject.bin", *(before.part(name) for name in kept)):
        assert before.parts[part] == after.parts[part]
    assert FOREIGN in openpyxl.load_workbook(workbook).sheetnames
    assert len(shown(workbook, "IO_PRIMARY")) == 4
    due = expected(table, inputs.sector_sections, {c: c for c in inputs.experts.codes})
    assert_shows(workbook, due)


def test_more_digits_than_a_file_holds_stay_up_to_date(
    workbook: Path, inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file holds 13 digits of a number: the stamp must be that of the rounded figures."""
    third, table = 500 / 3, changed_103(inputs)
    assert table.final_use is not None
    assert table.parts is not None
    flows, use, added = table.flows.copy(), table.final_use.copy(), table.value_added.copy()
    uses, primary = table.parts.final_uses.copy(), table.parts.value_added.copy()
    flows[60, 64] += third
    for change in (use, uses[:, 3]):
        change[60] -= third
    for change in (added, primary[0]):
        change[64] -= third
    parts = replace(table.parts, final_uses=uses, value_added=primary)
    moved = replace(table, flows=flows, final_use=use, value_added=added, parts=parts)
    file = official_file(tmp_path / "同 2017.csv", moved)
    assert main(["import-io", str(file), str(workbook)]) == 0
    assert "only IO_Table was rewritten" in capsys.readouterr().out
    imported = workbook.read_bytes()
    assert main(["recalculate", str(workbook)]) == 0
    assert "up to date" in capsys.readouterr().out
    assert workbook.read_bytes() == imported


def test_a_year_that_contradicts_the_file_is_refused(
    workbook: Path, small_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = workbook.read_bytes()
    assert main(["import-io", str(small_file), str(workbook), "--year", "2018"]) == 1
    told = capsys.readouterr().err
    assert "the file says that its table is of 2017, --year says 2018" in told
    assert workbook.read_bytes() == before
    assert main(["import-io", str(small_file), str(workbook), "--year", "2017"]) == 0


def test_a_formula_in_the_way_is_not_patched_over(
    workbook: Path, inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    sheet, cell = book.place("IO_FLOWS", 60, 64)
    book.formula(sheet, cell, "1+1")
    book.save()
    table = changed_103(inputs)
    file = official_file(tmp_path / "同 2017.csv", table)
    assert main(["import-io", str(file), str(workbook)]) == 0
    assert "built anew" in capsys.readouterr().out
    due = expected(table, inputs.sector_sections, {c: c for c in inputs.experts.codes})
    assert_shows(workbook, due)


def test_the_same_codes_for_other_sectors_are_not_the_same_sectors(
    workbook: Path, inputs: ModelInputs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = list(inputs.table.names)
    a, b = names.index("计算机"), names.index("通信设备")
    names[a], names[b] = names[b], names[a]
    table = replace(inputs.table, names=tuple(names))
    file = official_file(tmp_path / "换 2017.csv", table)
    assert main(["import-io", str(file), str(workbook)]) == 0
    assert "062→061、061→062" in flat(capsys.readouterr().out)
    pairs = {c: c for c in inputs.experts.codes} | {"061": "062", "062": "061"}
    assert_shows(workbook, expected(table, inputs.sector_sections, pairs))


def test_the_shipped_table_as_an_official_file_gives_the_shipped_results(
    workbook: Path, inputs: ModelInputs, results: ModelResults, tmp_path: Path
) -> None:
    file = official_file(tmp_path / "表 2017.csv", replace(inputs.table, parts=None))
    assert main(["import-io", str(file), str(workbook)]) == 0
    assert_shows(workbook, results)
    assert [r[0] for r in shown(workbook, "SECTOR_SECTIONS")] == list(inputs.sector_sections)


def test_a_table_of_another_workbook(
    workbook: Path, small_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "其他.xlsm"
    assert main(["import-io", str(small_file), str(workbook), "-o", str(other)]) == 0
    book = Edited(other)
    book.set("Sectors", "D6", "M")
    book.save()
    capsys.readouterr()
    assert main(["import-io", str(other), str(workbook)]) == 0
    assert shown(workbook, "SECTOR_SECTIONS")[0] == ["M"]  # as decided there
    assert main(["recalculate", str(other)]) == 0
    assert shown(workbook, "SECTION_TOTAL") == shown(other, "SECTION_TOTAL")


def test_a_blank_workbook_takes_a_table(
    small_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blank = tmp_path / "blank.xlsm"
    blank.write_bytes(blank_workbook(22, 2))
    assert main(["import-io", str(small_file), str(blank)]) == 0
    out, err = capsys.readouterr()
    assert "01仪器仪表制造业、02计算机、03电信业" in flat(out)
    assert "left to fill in" in err
    assert shown(blank, "IO_NAMES")[0] == ["仪器仪表制造业"]
    assert [row[0] for row in shown(blank, "SECTOR_SECTIONS")] == list(SMALL_SECTIONS)
    assert shown(blank, "SECTION_VA")[0][0] is None


# --- the button: into an open workbook


def test_the_button_takes_an_official_file_with_the_same_sectors(
    workbook: Path, inputs: ModelInputs, tmp_path: Path
) -> None:
    table = changed_103(inputs)
    file = official_file(tmp_path / "同 2017.csv", table)
    fresh = import_of(FileBook.from_package(Package.read(workbook)), file)
    assert {place.sheet for place in fresh.changes} == {"IO_Table", "Settings"}
    done = examine(fresh.book)
    assert done.errors == []
    assert done.results is not None
    due = expected(table, inputs.sector_sections, {c: c for c in inputs.experts.codes})
    np.testing.assert_allclose(done.results.total, due.total, rtol=1e-9)


def test_the_button_names_the_command_for_other_sectors(workbook: Path, small_file: Path) -> None:
    book = FileBook.from_package(Package.read(workbook))
    with pytest.raises(InputError, match="iiecon import-io FILE WORKBOOK"):
        import_of(book, small_file)


# --- nothing goes lost unasked


def test_own_sheets_stay_in_the_original(
    workbook: Path, small_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    graft(workbook)
    before = workbook.read_bytes()
    assert main(["import-io", str(small_file), str(workbook)]) == 1
    assert FOREIGN in capsys.readouterr().err
    assert workbook.read_bytes() == before
    assert [p.name for p in workbook.parent.iterdir()] == [workbook.name]
    out = tmp_path / "新.xlsm"
    assert main(["import-io", str(small_file), str(workbook), "-o", str(out)]) == 0
    assert FOREIGN in capsys.readouterr().out
    assert workbook.read_bytes() == before
    assert FOREIGN not in openpyxl.load_workbook(out).sheetnames


def test_an_edited_list_and_formulas_in_inputs_are_told(
    workbook: Path, small_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    book.set("Policies", "A8", "改过")
    sheet, cell = book.place("SECTION_VA", 2, 3)
    book.formula(sheet, cell, "240000+500")
    book.save()
    assert main(["import-io", str(small_file), str(workbook)]) == 1
    assert "Policies" in capsys.readouterr().err
    out = tmp_path / "新.xlsm"
    assert main(["import-io", str(small_file), str(workbook), "-o", str(out)]) == 0
    assert f"{sheet}!{cell}" in capsys.readouterr().out
    assert shown(out, "SECTION_VA")[2][3] == 240500


# --- refused


def unbalanced(table: IOTable) -> IOTable:
    flows = table.flows.copy()
    flows[3, 4] *= 3
    return replace(table, flows=flows)


@pytest.mark.parametrize(
    ("change", "options", "told"),
    [
        (unbalanced, [], "balance"),
        (lambda t: replace(t, year=2012), [], "Settings!B6"),
        (lambda t: replace(t.scaled(1.2, "亿元"), year=2020), [], "Section_VA!"),
        (lambda t: replace(t, year=None), ["--year", "2012"], "Settings!B6"),
        (lambda t: t, ["--direct", "01,77"], "77"),
        (lambda t: t.scaled(1000, "亿元"), [], "亿元"),
    ],
    ids=["unbalanced", "year before the data", "year with gaps", "given year", "code", "unit"],
)
def test_unfit_tables_are_refused_and_nothing_is_written(
    change: Any,
    options: list[str],
    told: str,
    workbook: Path,
    inputs: ModelInputs,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = change(small_table(inputs))
    file = official_file(tmp_path / "表.csv", table)
    before = workbook.read_bytes()
    assert main(["import-io", str(file), str(workbook), *options]) == 1
    assert told in capsys.readouterr().err
    assert workbook.read_bytes() == before
    assert [p.name for p in workbook.parent.iterdir()] == [workbook.name]


def test_wrong_usage_and_missing_files(
    workbook: Path, small_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import-io", str(small_file), str(workbook), "--direct", " , "]) == 2
    assert main(["import-io", str(small_file), str(workbook), "-o", "x.xlsx"]) == 2
    assert main(["import-io", str(tmp_path / "none.csv"), str(workbook)]) in (1, 3)
    assert main(["import-io", str(small_file), str(tmp_path / "none.xlsm")]) == 3
    assert "Traceback" not in capsys.readouterr().err


# --- the official tables


@pytest.mark.parametrize(
    ("name", "scored", "options"),
    [
        ("china_2017_149", DIRECT_149, {}),
        ("china_2018_153", DIRECT_153, {"base_year": 2018}),
    ],
)
def test_detailed_official_tables(
    name: str,
    scored: Sequence[str],
    options: dict[str, object],
    workbook: Path,
    shared: Path,
    official: ReadTable,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = shared / "data" / "test-only" / f"{name}.csv"
    assert main(["import-io", str(file), str(workbook)]) == 0
    assert f"0 of {official(name).size}" in capsys.readouterr().out
    codes = default_inputs().experts.codes
    pairs = dict(zip(scored, codes, strict=True))
    sections = [row[0] for row in shown(workbook, "SECTOR_SECTIONS")]
    assert_shows(workbook, expected(official(name), sections, pairs, **options))
    assert main(["check", str(workbook)]) == 0


def test_42_sectors_once_they_are_scored(
    workbook: Path, shared: Path, official: ReadTable, capsys: pytest.CaptureFixture[str]
) -> None:
    file = shared / "data" / "test-only" / "china_2017_42.csv"
    assert main(["import-io", str(file), str(workbook)]) == 0
    out = capsys.readouterr().out
    assert "067 → 21" in out
    assert "3 of 42" in out
    panel = default_inputs().experts
    book = Edited(workbook)
    factors = len(panel.factors)
    for k, code in ((0, "061"), (2, "082")):  # as computers and as telecommunications
        votes = panel.ballots[panel.codes.index(code)]
        for f in range(factors):
            for g, count in enumerate(votes[f]):
                book.set_named("BALLOTS", k * factors + f, g, float(count))
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    sections = [row[0] for row in shown(workbook, "SECTOR_SECTIONS")]
    pairs = {"20": "061", "21": "067", "31": "082"}
    assert_shows(workbook, expected(official("china_2017_42"), sections, pairs))

"""The sheet Audit: what its formulas show, held against the audit in Python; and the command."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from iiecon import ModelResults, load_inputs, run_model
from iiecon.audit import Audit, Structure, audit, shipped_publication
from iiecon.audit.compare import STATUSES
from iiecon.cli import main
from iiecon.inputs import default_inputs
from tests.workbook.edit import Edited

Cell = str | float | None


class Shown:
    """The stored values of a workbook, by the names of its ranges."""

    def __init__(self, workbook: Path | bytes) -> None:
        source = workbook if isinstance(workbook, Path) else io.BytesIO(workbook)
        self._book = openpyxl.load_workbook(source, data_only=True)

    def rows(self, name: str) -> list[list[Cell]]:
        ((sheet, area),) = self._book.defined_names[name].destinations
        found = self._book[sheet][area.replace("$", "")]
        return (
            [[c.value for c in row] for row in found]
            if isinstance(found, tuple)
            else [[found.value]]
        )

    def row(self, name: str) -> list[Cell]:
        return self.rows(name)[0]

    def column(self, name: str) -> list[Cell]:
        return [row[0] for row in self.rows(name)]


@pytest.fixture(scope="module")
def audited(results: ModelResults) -> Audit:
    return audit(results, shipped_publication())


@pytest.fixture(scope="module")
def shown(built: bytes) -> Shown:
    return Shown(built)


def assert_shows(shown: Shown, audited: Audit) -> None:
    """Number by number: the model's values, differences and verdicts of all figures."""
    names = shown.row("AUDIT_STATUS_NAMES")
    verdicts = dict(zip(STATUSES, names, strict=True))
    columns = zip(
        audited.comparisons,
        *(shown.column(f"AUDIT_{n}") for n in ("ID", "VALUE", "MODEL", "DIFFERENCE", "STATUS")),
        strict=True,
    )
    for comparison, name, value, model, difference, status in columns:
        assert name == comparison.figure.id
        assert value == comparison.figure.value
        assert status == verdicts[comparison.status], name
        if math.isnan(comparison.model):
            assert (model, difference) == (None, None), name
        else:
            assert model == pytest.approx(comparison.model, rel=1e-10, abs=1e-12), name
            assert difference == pytest.approx(comparison.difference, abs=1e-9), name
    assert shown.row("AUDIT_COUNTS") == list(audited.counts().values())
    assert shown.column("AUDIT_LIGHT") == ["✔"]


def test_it_shows_what_the_audit_finds(shown: Shown, audited: Audit) -> None:
    assert len(shown.column("AUDIT_ID")) == 218
    assert_shows(shown, audited)


def test_the_gaps_are_those_of_the_audit(built: bytes, audited: Audit) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(built), data_only=True)["Audit"]
    rows = {(r[15].value, r[17].value, r[4].value): [c.value for c in r[5:8]] for r in sheet.rows}
    scopes = {"sections": ("industry", "value_added"), "share_of_gdp": ("nation", "share_of_gdp")}
    for gap in audited.gaps():
        scope, measure = scopes.get(gap.key, (gap.key.removesuffix("s"), "value_added"))
        if gap.key == "employment":
            scope, measure = "nation", "employment"
        found = rows[scope, measure, gap.year]
        assert found == pytest.approx([gap.count, gap.median, gap.largest], rel=1e-9), gap


def test_the_identities_are_those_of_the_audit(shown: Shown, audited: Audit) -> None:
    """Both ends of either side; and every verdict."""
    internal = audited.internal
    ends = zip(
        *(shown.column(f"AUDIT_{side}_{end}") for side in ("LEFT", "RIGHT")
          for end in ("LOW", "HIGH")),
        strict=True,
    )  # fmt: skip
    holds = shown.column("AUDIT_IDENTITY_HOLDS")
    for identity, numbers, verdict in zip(internal.identities, ends, holds, strict=True):
        left, right = identity.ranges(internal.box)
        due = [*left, *right]
        assert list(numbers) == pytest.approx(due, rel=1e-9, abs=1e-12), (
            identity.kind,
            identity.key,
        )
        assert verdict == ("✔" if identity.holds(internal.box) else "✘")
    assert {"✔", "✘"} == set(holds)


def test_the_sides_shown_meet_where_rounding_reaches(built: bytes) -> None:
    """Two sides are no further apart than both roundings just where the identity holds."""
    area = openpyxl.load_workbook(io.BytesIO(built)).defined_names["AUDIT_IDENTITY_HOLDS"]
    ((name, cells),) = area.destinations
    sheet = openpyxl.load_workbook(io.BytesIO(built), data_only=True)[name]
    for (holds,) in sheet[cells.replace("$", "")]:
        sides: list[Any] = [sheet.cell(holds.row, c).value for c in range(6, 10)]
        one, rounding, other, difference = sides
        assert difference == pytest.approx(other - one, abs=1e-6)
        assert (abs(difference) <= rounding * (1 + 1e-6)) == (holds.value == "✔")


NAMED = {
    "nation.indirect.2020.value_added": ("全国渗透：增加值", "Nation, indirect: value added"),
    "industry.C.2020.employment_added": ("制造业：新增就业", "Manufacturing: jobs added"),
    "sector.primary.2020.value_added": ("第一产业：增加值", "Primary: value added"),
    "region.jing_jin_ji.2020.share_of_gdp": (
        "京津冀：占 GDP 比重", "Beijing-Tianjin-Hebei: share of GDP",
    ),
    "province.广东+江苏+山东.2020.employment_share": (
        "广东、江苏、山东：占就业合计比重", "Guangdong, Jiangsu, Shandong: share of employment",
    ),
    "country.US.2020.share_of_59": ("美国：占 59 国比重", "US: share of 59 countries"),
    "world_region.north_america.2020.value_added": ("北美：增加值", "North America: value added"),
}  # fmt: skip


def test_every_figure_has_a_name_and_a_unit_to_read(built: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(built), data_only=True)["Audit"]
    read: dict[Any, list[Any]] = {
        row[14].value: [c.value for c in row] for row in sheet.iter_rows(10, 227)
    }
    assert {key: tuple(read[key][:2]) for key in NAMED} == NAMED
    for figure in shipped_publication():
        name, english, source, unit, year = read[figure.id][:5]
        assert figure.id not in (name, english)
        assert "_" not in f"{name}{english}"
        assert (source, year) == (figure.source, figure.year)
        assert unit.split(" ")[0] in ("%", "比率", "亿元", "万亿元", "万人", "亿美元", "万亿美元")


def test_it_is_printed_one_page_wide_without_the_keys(built: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(built))["Audit"]
    assert sheet.print_area == f"'Audit'!$A$1:$M${sheet.max_row}"
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$9:$9"
    printed = {c.style for row in sheet["A1:M340"] for c in row}
    assert "data" not in printed


def test_a_verdict_has_its_colour(built: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(built))["Audit"]
    fills = {
        rule.formula[0]: rule.dxf.fill.bgColor.rgb
        for area in sheet.conditional_formatting
        if str(area.sqref) == "K10:K227"
        for rule in area.rules
    }
    names = ("O", "P", "Q", "R", "S")  # of the statuses, in their order
    exact, rounded, near, differs, none = (fills[f"K10=${name}$6"] for name in names)
    assert exact == rounded
    assert len({rounded, near, differs, none}) == 4


def test_a_figure_without_a_name_is_called_by_its_id(workbook: Path) -> None:
    book = Edited(workbook)
    book.set_named("PUBLISHED_MEASURE", 0, 0, "own_measure")
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    sheet = openpyxl.load_workbook(workbook, data_only=True)["Audit"]
    assert sheet["A10"].value == sheet["B10"].value == shipped_publication()[0].id
    assert sheet["A11"].value == "全国：占 GDP 比重"


def test_the_cells_named_hold_the_models_numbers(built: bytes) -> None:
    """Where one cell is named it holds the value; where two are, their ratio or difference."""
    book = openpyxl.load_workbook(io.BytesIO(built), data_only=True)
    tested = 0
    for row in book["Audit"].iter_rows(min_row=10, max_row=227):
        values: list[Any] = [cell.value for cell in row]
        key, measure, model, paths, factor = (values[i] for i in (16, 17, 7, 11, 19))
        if model is None or "+" in key:
            continue
        cells = [
            book[name][cell].value for name, cell in (p.split("!") for p in re.split(r",\s", paths))
        ]
        if len(cells) == 1:
            made = cells[0]
        elif measure.endswith("growth"):
            made = cells[0] / cells[1] - 1
        elif measure.endswith("added"):
            made = cells[0] - cells[1]
        else:
            made = cells[0] / cells[1]
        assert made / factor == pytest.approx(model, rel=1e-9), values[0]
        tested += 1
    assert tested > 190


def test_functions_are_named(shown: Shown) -> None:
    paths = shown.rows("AUDIT_PATHS")
    by_id = dict(zip(shown.column("AUDIT_ID"), paths, strict=True))
    assert by_id["industry.C.2021.value_added"][1] == "IIE_SECTION_VA"
    assert by_id["province.广东.2020.value_added"][1] == "IIE_PROVINCE_VA"
    assert by_id["sector.primary.2020.value_added"][1] == "IIE_SECTION_VA"
    assert by_id["region.northeast.2020.value_added"][1] == "IIE_REGION_SUM"


def test_it_follows_the_inputs_and_the_print(workbook: Path) -> None:
    """A changed score and a changed print change the verdicts, and all agree again."""
    book = Edited(workbook)
    book.set_named("SCORE_OVERRIDE", 2, 0, 0.6)
    book.set_named("PUBLISHED_VALUE", 45, 0, 4321.0)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    figures = list(shipped_publication())
    figures[45] = type(figures[45])(**{**vars(figures[45]), "value": 4321.0})
    assert_shows(Shown(workbook), audit(run_model(load_inputs(str(workbook))), tuple(figures)))


def test_a_figure_left_out_puts_the_light_out(workbook: Path) -> None:
    book = Edited(workbook)
    book.set_named("PUBLISHED_ID", 7, 0, None)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    assert Shown(workbook).column("AUDIT_LIGHT") == ["✘"]


def test_no_constant_stands_where_a_formula_belongs(built: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(built))["Audit"]
    results = [c for row in sheet.iter_rows() for c in row if c.style in ("computed", "data")]
    texts = [c for c in results if c.value is not None and c.data_type != "f"]
    spilled = {c.column for c in texts if isinstance(c.value, int | float)}
    assert len(results) > 2000
    # Filled by the one formula above them; 27: the factors of the units, which are given.
    assert spilled <= {6, 7, 8, 9, 10, 19, 20, 21, 22, 23, 26, 27}
    assert sheet.auto_filter.ref == "A9:M227"
    assert sheet.protection.sheet


def test_the_layout_is_that_of_the_shipped_structure(audited: Audit) -> None:
    """GDP that was given is the same whether from the inputs or from a run."""
    given = Structure.of(default_inputs())
    assert ("nation", "total", 2020) in given.gdp
    assert ("nation", "total", 2021) not in given.gdp
    assert given.gdp["region", "northeast", 2020] == pytest.approx(51124.8, rel=1e-3)


# --- the command


def test_the_command(workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Figures, cells, functions; the workbook itself is not touched."""
    before = workbook.read_bytes()
    sheet, record = tmp_path / "audit.csv", tmp_path / "audit.json"
    assert main(["audit", str(workbook), "-o", str(sheet), "--json", str(record)]) == 0
    assert workbook.read_bytes() == before
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["id"] for r in rows] == [f.id for f in shipped_publication()]
    share = next(r for r in rows if r["id"] == "nation.total.2020.share_of_gdp")
    assert share["place"] == "Summary!H11, Employment!H9"
    assert share["function"].split(", ")[0] == "IIE_SECTION_VA"
    assert all(r["place"] for r in rows if r["model"])
    content = json.loads(record.read_text(encoding="utf-8"))
    assert sum(content["counts"].values()) == 218
    shown = capsys.readouterr().out
    for word in ("103.82", "20.74", "78.47", "1.0263", "112.3"):
        assert word in shown
    assert f"{content['counts']['near']} │" in shown


def test_the_command_with_other_figures(workbook: Path, tmp_path: Path) -> None:
    other, record = tmp_path / "other.csv", tmp_path / "audit.json"
    other.write_text("id,unit,value\nindustry.C.2020.value_added,亿元,15000.0\n", "utf-8")
    arguments = ["audit", str(workbook), "--published", str(other), "--json", str(record)]
    assert main(arguments) == 0
    (found,) = json.loads(record.read_text(encoding="utf-8"))["figures"]
    assert (found["printed"], found["decimals"]) == (15000.0, 1)
    sheet, cell = found["place"].split("!")
    stored = openpyxl.load_workbook(workbook, data_only=True)[sheet][cell].value
    assert stored == pytest.approx(found["model"], rel=1e-9)


def test_the_command_refuses(
    workbook: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, out = tmp_path / "bad.csv", tmp_path / "out.csv"
    bad.write_text("id,unit,value\nindustry.A.2020.value_added,bushels,1\n", "utf-8")
    assert main(["audit", str(workbook), "--published", str(bad), "-o", str(out)]) == 1
    error = capsys.readouterr().err
    assert str(bad) in error
    assert "line 2: the unit “bushels” is not known" in error
    assert not out.exists()
    assert main(["audit", str(workbook), "--published", str(tmp_path / "none.csv")]) == 3
    assert main(["audit", str(tmp_path / "none.xlsm")]) == 3
    assert main(["audit", str(workbook), "--json", str(workbook)]) == 2
    text = shutil.copy(bad, tmp_path / "text.xlsm")
    assert main(["audit", str(text)]) == 3


def test_a_bad_row_of_the_sheet_published_is_named(
    workbook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Edited(workbook)
    book.set_named("PUBLISHED_UNIT", 3, 0, "bushels")
    book.save()
    assert main(["audit", str(workbook)]) == 1
    assert "Published" in capsys.readouterr().err

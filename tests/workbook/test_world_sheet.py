"""World_Out: what its formulas show, held against the model of the same list and the print."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

from iiecon import world
from iiecon.cli import main
from tests.oracles import published
from tests.workbook.edit import Edited
from tests.workbook.libreoffice import convert, plain_copy

VALUES = "WORLD_VALUE_ADDED_2020_MUSD"
Cell = str | float | None


class Shown:
    """The stored values of a workbook, by the names of its ranges."""

    def __init__(self, workbook: Path | bytes) -> None:
        source = workbook if isinstance(workbook, Path) else io.BytesIO(workbook)
        self._book = openpyxl.load_workbook(source, data_only=True)

    def column(self, name: str) -> list[Cell]:
        ((sheet, area),) = self._book.defined_names[name].destinations
        found = self._book[sheet][area.replace("$", "")]
        return [row[0].value for row in found] if isinstance(found, tuple) else [found.value]

    def numbers(self, name: str) -> list[float]:
        return [float(v) for v in self.column(name) if isinstance(v, int | float)]


def of_model(given: tuple[world.Country, ...]) -> dict[str, list[Cell]]:
    """What the named ranges must show, from the model."""
    compared = world.compare(given)
    due: dict[str, list[Cell]] = {
        "WORLD_RANKING_NAME": [c.name_zh for c in compared.countries],
        "WORLD_RANKING_ENGLISH": [c.name_en for c in compared.countries],
        "WORLD_RANKING_RANK": list(compared.ranks),
        "WORLD_RANKING_VALUE": [c.value_added / 100 for c in compared.countries],
        "WORLD_RANKING_SHARE": list(compared.shares),
        "WORLD_INCOME_GROUP_VALUE_TOTAL": [compared.total / 100],
        "WORLD_WORLD_REGION_VALUE_TOTAL": [compared.total / 100],
    }
    for name, groups in (
        ("WORLD_INCOME_GROUP", compared.income_groups),
        ("WORLD_WORLD_REGION", compared.world_regions),
    ):
        due |= {
            f"{name}_KEYS": [g.key for g in groups],
            f"{name}_MEMBERS": [g.members for g in groups],
            f"{name}_VALUE": [g.value_added / 100 for g in groups],
            f"{name}_SHARE": [g.share for g in groups],
            f"{name}_RANK": [g.rank for g in groups],
        }
    return due


def assert_shows(shown: Shown, due: dict[str, list[Cell]]) -> None:
    for name, values in due.items():
        found = shown.column(name)
        assert len(found) == len(values), name
        for i, (a, b) in enumerate(zip(found, values, strict=True)):
            if isinstance(b, str):
                assert a == b, (name, i)
            else:
                assert a == pytest.approx(b, rel=1e-11), (name, i)


def test_it_shows_what_the_model_gives(built: bytes) -> None:
    assert_shows(Shown(built), of_model(world.countries()))


def test_chinas_place(built: bytes) -> None:
    """The print: second, 15.14 %, above Japan and Germany together; four hold half."""
    shown = Shown(built)
    assert shown.column("WORLD_FOCUS_RANK") == [2]
    assert shown.column("WORLD_FOCUS_VALUE")[0] == pytest.approx(5664.5594)
    assert round(100 * shown.numbers("WORLD_FOCUS_SHARE")[0], 2) == 15.14
    assert shown.numbers("WORLD_FOCUS_OF_GROUP")[0] == pytest.approx(566455.94 / 942837.47)
    assert shown.numbers("WORLD_FOCUS_OF_REGION")[0] == pytest.approx(566455.94 / 1319869.64)
    assert shown.numbers("WORLD_FOCUS_OF_FIRST")[0] == pytest.approx(566455.94 / 885840.35)
    next_two = 305565.67 + 247593.88
    assert shown.numbers("WORLD_FOCUS_OF_NEXT")[0] == pytest.approx(566455.94 / next_two)
    first_four = sum(sorted(c.value_added for c in world.countries())[-4:])
    assert shown.numbers("WORLD_FOCUS_TOP_4")[0] == pytest.approx(first_four / 3740354.53)


@pytest.mark.parametrize("scope", ["income_group", "world_region"])
def test_the_print_stands_beside_each_group(built: bytes, scope: str) -> None:
    shown, name = Shown(built), f"WORLD_{scope.upper()}"
    keys = shown.column(f"{name}_KEYS")
    printed = published.of(scope, "value_added", 2020)
    shares, growth = (published.of(scope, m, 2020) for m in ("share_of_59", "nominal_growth"))
    values, own_shares = shown.column(f"{name}_VALUE"), shown.column(f"{name}_SHARE")
    for i, key in enumerate(keys):
        found = [
            shown.column(f"{name}_{part}")[i]
            for part in ("PRINTED", "GAP", "PRINTED_SHARE", "POINTS", "GROWTH")
        ]
        if key not in printed:
            assert found == [None] * 5
            continue
        due = printed[str(key)] * 1e4
        assert found[0] == pytest.approx(due)
        assert found[1] == pytest.approx(float(values[i] or 0) / due - 1)
        assert found[2] == pytest.approx(shares[str(key)] / 100)
        assert found[3] == pytest.approx(100 * float(own_shares[i] or 0) - shares[str(key)])
        assert found[4] == pytest.approx(growth[str(key)] / 100)


def test_gaps_to_the_print_are_its_rounding(built: bytes) -> None:
    """Printed to 0.01 of a trillion, of a hundred million, of a percent: half of that at most."""
    shown = Shown(built)
    for name, half in (
        ("WORLD_INCOME_GROUP", 50),
        ("WORLD_WORLD_REGION", 50),
        ("WORLD_RANKING", 0.005),
    ):
        pairs = zip(shown.column(f"{name}_VALUE"), shown.column(f"{name}_PRINTED"), strict=True)
        gaps = [abs(float(a or 0) - float(b)) for a, b in pairs if b is not None]
        assert len(gaps) in (3, 4)
        assert max(gaps) <= half
        points = shown.numbers(f"{name}_POINTS")
        assert len(points) == len(gaps)
        assert max(map(abs, points)) <= 0.005


def test_printed_growth_of_the_groups_does_not_make_that_of_the_total(built: bytes) -> None:
    """2.97 % is printed; the groups' own growth makes 2.85 %: both are shown."""
    shown = Shown(built)
    growth = published.of("income_group", "nominal_growth", 2020)
    groups = world.compare(world.countries()).income_groups
    before = sum(g.value_added / (1 + growth[g.key] / 100) for g in groups)
    due = sum(g.value_added for g in groups) / before - 1
    assert shown.numbers("WORLD_GROWTH_IMPLIED")[0] == pytest.approx(due)
    assert shown.numbers("WORLD_INCOME_GROUP_TOTAL_GROWTH")[0] == pytest.approx(0.0297)
    assert abs(due - 0.0297) > 0.001


def test_a_changed_value_changes_ranks_shares_and_groups(workbook: Path) -> None:
    """Two countries made equal: they share a rank, and both are listed."""
    book = Edited(workbook)
    listed = list(world.countries())
    numbers = {c.name_en: i for i, c in enumerate(listed)}
    for name in ("Cyprus", "Norway"):
        i = numbers[name]
        listed[i] = world.Country(
            listed[i].name_zh, name, listed[i].income_group, listed[i].world_region, 600_000.0
        )
        book.set_named(VALUES, i, 0, 600_000.0)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    shown = Shown(workbook)
    assert_shows(shown, of_model(tuple(listed)))
    assert shown.column("WORLD_RANKING_RANK")[:4] == [1, 2, 2, 4]
    assert shown.column("WORLD_RANKING_ENGLISH")[1:3] == ["Cyprus", "Norway"]
    assert shown.column("WORLD_COMPLETE") == ["✔ OK"]


@pytest.mark.parametrize(
    ("name", "value", "missing"),
    [
        (VALUES, "n/a", "WORLD_VALUED"),
        (VALUES, None, "WORLD_RANKED"),
        ("WORLD_INCOME_GROUP", "rich", "WORLD_GROUPED"),
        ("WORLD_WORLD_REGION", "moon", "WORLD_LOCATED"),
    ],
)
def test_a_country_left_out_of_a_table_is_counted(
    workbook: Path, name: str, value: str | None, missing: str
) -> None:
    book = Edited(workbook)
    book.set_named(name, 4, 0, value)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    shown = Shown(workbook)
    assert shown.column("WORLD_LISTED") == [59]
    assert shown.column(missing) == [58]
    assert shown.column("WORLD_COMPLETE") == ["✘ ERROR"]


def test_no_constant_stands_where_a_formula_belongs(built: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(built))["World_Out"]
    results = [c for row in sheet.iter_rows() for c in row if c.style in ("computed", "data")]
    numbers = [c.coordinate for c in results if isinstance(c.value, int | float)]
    assert len(results) > 700
    assert numbers == []


def test_the_charts_draw_cells_of_the_sheet(built: bytes) -> None:
    """Each of the three figures: names, values, and the printed growth of the groups."""
    sheet = openpyxl.load_workbook(io.BytesIO(built), data_only=True)["World_Out"]
    with zipfile.ZipFile(io.BytesIO(built)) as archive:
        drawn = [n for n in archive.namelist() if re.match(r"xl/charts/chart\d+\.xml", n)]
        texts = [archive.read(n).decode() for n in drawn]
    charts = [re.findall(r"<(?:c:)?f>'World_Out'!([^<]+)<", t) for t in texts]
    charts = [areas for areas in charts if areas]
    assert len(charts) == 3
    first = [
        [sheet[area.replace("$", "").split(":")[0]].value for area in areas] for areas in charts
    ]
    assert any("美国\nUS" in values and 0.2368332581564 in values for values in first)
    assert any("高收入\nHigh income" in values and 0.0141 in values for values in first)
    assert any("东亚及太平洋\nEast Asia, Pacific" in values for values in first)
    for areas in charts:
        for area in areas:
            found = sheet[area.replace("$", "")]
            rows = found if isinstance(found, tuple) else ((found,),)
            assert any(c.value is not None for row in rows for c in row)


def test_libreoffice_computes_the_same(workbook: Path, tmp_path: Path) -> None:
    """Every number of World and World_Out, the stored values dropped before."""
    stored = openpyxl.load_workbook(workbook, data_only=True)
    copy = plain_copy(workbook, tmp_path, recompute=True)
    (tmp_path / "out").mkdir()
    again = openpyxl.load_workbook(
        convert(copy, "xlsx:Calc MS Excel 2007 XML", tmp_path / "out"), data_only=True
    )
    compared = 0
    for name in ("World", "World_Out"):
        for row in stored[name].iter_rows():
            for cell in row:
                theirs = again[name][cell.coordinate].value
                if isinstance(cell.value, int | float):
                    assert theirs == pytest.approx(cell.value, rel=1e-9), cell.coordinate
                    compared += 1
                elif isinstance(cell.value, str) and not cell.value.startswith("#"):
                    assert theirs == cell.value, cell.coordinate
    assert compared > 500

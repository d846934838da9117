"""Native charts: one for each figure that the model computes, on cells that follow the inputs.

The charts are read from the parts of the file, not from the code that writes them; the numbers they
draw are held against the model, the pictures against kept ones.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from lxml import etree
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import range_boundaries

from iiecon import default_inputs, load_inputs, run_model
from iiecon.cli import main
from iiecon.results import ModelResults
from iiecon.workbook.build import build_workbook
from tests.workbook.edit import Edited

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
SHEETS = ("Charts", "Section_Charts", "Region_Charts")

# The figures of the white paper that the model computes: a word of the chart's title, and the
# results that its cells must be computed from.
FIGURES = {
    "图3(a)": ("Charts", "增加值及名义增速", {"NATIONAL_VA", "SECTIONS_MARK"}),
    "图3(b)": ("Charts", "占 GDP 比重", {"NATIONAL_SHARE"}),
    "图4": ("Charts", "直接产业与渗透产业增加值", {"NATIONAL_DIRECT", "NATIONAL_INDIRECT"}),
    "图4 比值": ("Charts", "渗透产业占比", {"NATIONAL_INDIRECT", "NATIONAL_DIRECT"}),
    "图5": (
        "Charts", "带动就业及增速",
        {"NATIONAL_JOBS", "NATIONAL_JOBS_DIRECT", "NATIONAL_JOBS_INDIRECT"},
    ),
    "图9": ("Charts", "三次产业", {"SECTORS3_TOTAL"}),
    "图10–19 增加值": (
        "Section_Charts", "所选行业增加值", {"SECTION_DIRECT", "SECTION_INDIRECT", "SECTION_TOTAL"}
    ),
    "图10–19 就业": (
        "Section_Charts", "所选行业带动就业", {"SECTION_JOBS_DIRECT", "SECTION_JOBS_INDIRECT"}
    ),
    "图21": ("Region_Charts", "区域增加值及占 GDP 比重", {"REGION_VA", "REGION_PRODUCT"}),
    "图22": ("Region_Charts", "区域增加值名义增速", {"REGION_VA"}),
    "图23": ("Region_Charts", "各省份增加值", {"PROVINCE_VA"}),
    "图25": ("Region_Charts", "各省份带动就业及增速", {"PROVINCE_JOBS"}),
}  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A series as it stands in the file: the cells of its name, categories and values."""

    name: str
    categories: str
    values: str
    line: bool


@dataclass(frozen=True)
class Found:
    """A chart of a sheet, the cells it covers (0-based, end beyond) and its raw parts."""

    sheet: str
    title: str
    series: tuple[Drawn, ...]
    place: tuple[int, int, int, int]
    xml: etree._Element


class Charts:
    """The charts of a workbook file and the cells that they draw."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def all(self) -> list[Found]:
        with zipfile.ZipFile(self.path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        book = Edited(self.path)
        return [found for sheet in SHEETS for found in _charts(parts, sheet, book.part(sheet))]

    def of(self, sheet: str) -> list[Found]:
        return [chart for chart in self.all if chart.sheet == sheet]

    def titled(self, sheet: str, words: str) -> Found:
        (chart,) = [chart for chart in self.of(sheet) if words in chart.title]
        return chart

    @cached_property
    def values(self) -> openpyxl.Workbook:
        return openpyxl.load_workbook(self.path, data_only=True)

    @cached_property
    def formulas(self) -> openpyxl.Workbook:
        return openpyxl.load_workbook(self.path)

    def shown(self, area: str) -> list[object]:
        """What the cells behind a reference show."""
        return [cell.value for cell in _cells(self.values, area)]

    def numbers(self, area: str) -> np.ndarray:
        """The same as numbers; NaN where nothing is drawn."""
        shown = self.shown(area)
        return np.array([v if isinstance(v, int | float) else np.nan for v in shown], dtype=float)

    def columns(self, chart: Found) -> list[np.ndarray]:
        """Columns of given and of estimated values put together again, two series each."""
        drawn = [self.numbers(s.values) for s in chart.series if not s.line]
        assert len(drawn) % 2 == 0
        pairs = zip(drawn[::2], drawn[1::2], strict=True)
        return [np.where(np.isnan(given), light, given) for given, light in pairs]


def _relations(parts: dict[str, bytes], part: str) -> dict[str, str]:
    folder, name = posixpath.split(part)
    root = etree.fromstring(parts[f"{folder}/_rels/{name}.rels"])
    return {
        str(r.get("Id")): posixpath.normpath(posixpath.join(folder, str(r.get("Target")))).lstrip(
            "/"
        )
        for r in root
    }


def _charts(parts: dict[str, bytes], sheet: str, part: str) -> Iterator[Found]:
    targets = _relations(parts, part).values()
    (drawing,) = [target for target in targets if "/drawings/" in f"/{target}"]
    relations = _relations(parts, drawing)
    for anchor in etree.fromstring(parts[drawing]).iter(f"{DRAWING}twoCellAnchor"):
        place = tuple(
            int(str(anchor.findtext(f"{DRAWING}{end}/{DRAWING}{axis}")))
            for end in ("from", "to")
            for axis in ("row", "col")
        )
        chart = next(anchor.iter(f"{C}chart"))
        xml = etree.fromstring(parts[relations[str(chart.get(RELATION))]])
        title = xml.find(f"{C}chart/{C}title")
        words = " ".join(str(t) for t in title.itertext()) if title is not None else ""
        yield Found(sheet, words, tuple(_series(xml)), place, xml)  # type: ignore[arg-type]


def _series(xml: etree._Element) -> Iterator[Drawn]:
    for series in xml.iter(f"{C}ser"):
        name, categories, values = (
            str(series.findtext(f"{C}{kind}//{C}f")) for kind in ("tx", "cat", "val")
        )
        parent = series.getparent()
        assert parent is not None
        yield Drawn(name, categories, values, parent.tag == f"{C}lineChart")


def _cells(book: openpyxl.Workbook, area: str) -> list[Cell | MergedCell]:
    sheet, cells = area.replace("'", "").replace("$", "").split("!")
    left, top, right, bottom = range_boundaries(cells)
    rows = book[sheet].iter_rows(top, bottom, left, right)
    return [cell for row in rows for cell in row]


@pytest.fixture(scope="module")
def charts(built: bytes, tmp_path_factory: pytest.TempPathFactory) -> Charts:
    path = tmp_path_factory.mktemp("charts") / "IIEconModel.xlsm"
    path.write_bytes(built)
    return Charts(path)


@pytest.fixture(scope="module")
def model() -> ModelResults:
    return run_model(default_inputs())


@pytest.fixture
def changed(workbook: Path) -> Callable[..., Charts]:
    """The charts after cells of named ranges were changed and the workbook recalculated."""

    def change(*changes: tuple[str, int, int, float | str | None]) -> Charts:
        book = Edited(workbook)
        for change in changes:
            book.set_named(*change)
        book.save()
        assert main(["recalculate", str(workbook)]) == 0
        return Charts(workbook)

    return change


# --- every figure is there, on live cells


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_that_the_model_computes_has_its_chart(charts: Charts, figure: str) -> None:
    sheet, words, sources = FIGURES[figure]
    chart = charts.titled(sheet, words)
    read = " ".join(
        formula for series in chart.series for formula in _behind(charts, series.values)
    )
    assert {name for name in sources if re.search(rf"\b{name}\b", read)} == sources


def _behind(charts: Charts, area: str) -> Iterator[str]:
    """The formulas of cells, and of the cells of the same sheet that these name."""
    sheet = charts.formulas[area.split("!")[0].strip("'")]
    for cell in _cells(charts.formulas, area):
        text = str(cell.value)
        yield text
        for address in re.findall(r"(?<![A-Z_$!])([A-Z]{1,2}\d+)(?![\d(])", text):
            yield str(sheet[address].value)


def test_every_section_has_a_small_chart_titled_by_its_code_and_name(charts: Charts) -> None:
    small = [c for c in charts.of("Section_Charts") if len(c.series) == 2 and "所选" not in c.title]
    sections = default_inputs().sections
    assert [c.title for c in small] == [f"{s.code} {s.name_zh} {s.name_en}" for s in sections]


def test_titles_say_what_and_in_which_unit_in_both_languages(charts: Charts) -> None:
    for chart in charts.all:
        chinese, english = chart.title.split(" ", 1) if "（" not in chart.title else (
            re.split(r"(?<=）) ", chart.title, maxsplit=1)
        )  # fmt: skip
        assert re.search("[一-鿿]|^[A-S]$", chinese)
        assert re.search("[A-Za-z]{4}", english)
    large = [c.title for c in charts.all if not re.match("[A-S] ", c.title)]
    assert len(large) == len(FIGURES)
    assert all(re.search("（(亿元|万人|%|，|倍)+）", title) for title in large)


def test_every_series_draws_formulas_of_its_own_sheet(charts: Charts) -> None:
    for chart in charts.all:
        assert chart.series
        for series in chart.series:
            assert {r.split("!")[0].strip("'") for r in (series.values, series.categories)} == {
                chart.sheet
            }
            cells = _cells(charts.formulas, series.values)
            assert all(cell.data_type == "f" for cell in cells), (chart.title, series.values)
            labels = _cells(charts.formulas, series.categories)
            assert len(labels) == len(cells) > 1
            assert all(cell.data_type == "f" for cell in labels)
            (name,) = charts.shown(series.name)
            assert str(name).strip()


def test_no_chart_holds_numbers_or_texts_of_its_own(charts: Charts) -> None:
    """A cache would be a number that nobody recomputes."""
    for chart in charts.all:
        for kind in ("numCache", "strCache", "numLit", "strLit"):
            assert next(chart.xml.iter(f"{C}{kind}"), None) is None


def test_every_cell_drawn_lies_in_a_named_range(charts: Charts) -> None:
    """By its name a recalculation finds a block and can tell a number pasted over it."""
    named = {
        (cell.parent.title, cell.coordinate)
        for name in charts.formulas.defined_names.values()
        if name.attr_text.split("!")[0].strip("'") in SHEETS
        for cell in _cells(charts.formulas, name.attr_text)
    }
    for chart in charts.all:
        for series in chart.series:
            for cell in _cells(charts.formulas, series.values):
                assert (chart.sheet, cell.coordinate) in named


def test_charts_lie_on_a_grid_above_the_cells_they_draw(charts: Charts) -> None:
    for sheet in SHEETS:
        places = [chart.place for chart in charts.of(sheet)]
        covered = [
            (row, column)
            for top, left, bottom, right in places
            for row in range(top, bottom)
            for column in range(left, right)
        ]
        assert len(covered) == len(set(covered)), "charts overlap"
        cells = {
            (cell.row - 1, cell.column - 1)
            for row in charts.formulas[sheet].iter_rows()
            for cell in row
            if cell.value is not None
        }
        assert not cells & set(covered), "a chart hides cells"
        sizes = {(bottom - top, right - left) for top, left, bottom, right in places}
        assert len(sizes) == (2 if sheet == "Section_Charts" else 1)


# --- what they draw is what the model finds


def test_the_nation(charts: Charts, model: ModelResults) -> None:
    direct, indirect = model.direct.sum(axis=0), model.indirect.sum(axis=0)
    total = direct + indirect

    def columns(words: str) -> list[np.ndarray]:
        return charts.columns(charts.titled("Charts", words))

    def line(words: str) -> np.ndarray:
        chart = charts.titled("Charts", words)
        return charts.numbers(next(s.values for s in chart.series if s.line))

    np.testing.assert_allclose(columns("名义增速"), [total], rtol=1e-9)
    np.testing.assert_allclose(line("名义增速")[1:], total[1:] / total[:-1] - 1, rtol=1e-9)
    assert np.isnan(line("名义增速")[0])
    shares = [record["share_of_gdp"] for record in model.records()["national"]]
    np.testing.assert_allclose(columns("占 GDP 比重"), [shares], rtol=1e-9)
    np.testing.assert_allclose(columns("直接产业与"), [direct, indirect], rtol=1e-9)
    np.testing.assert_allclose(columns("渗透产业占比"), [indirect / total], rtol=1e-9)
    np.testing.assert_allclose(line("渗透产业占比"), indirect / direct, rtol=1e-9)
    np.testing.assert_allclose(columns("三次产业"), model.sectors3, rtol=1e-9)


def test_national_employment_is_divided_where_wages_allow_it(
    charts: Charts, model: ModelResults
) -> None:
    parts = charts.columns(charts.titled("Charts", "带动就业及增速"))
    jobs = [record["employment"] for record in model.records()["national"]]
    np.testing.assert_allclose(parts[0], model.jobs_direct, rtol=1e-9)
    np.testing.assert_allclose(parts[1], model.jobs_indirect, rtol=1e-9)
    np.testing.assert_allclose(np.nansum(parts, axis=0), jobs, rtol=1e-9)
    assert (np.isnan(parts[2]) != np.isnan(parts[0])).all()


def test_every_section(charts: Charts, model: ModelResults) -> None:
    small = [c for c in charts.of("Section_Charts") if re.match("[A-S] ", c.title)]
    drawn = [charts.columns(chart)[0] for chart in small]
    np.testing.assert_allclose(drawn, model.direct + model.indirect, rtol=1e-9)


def test_provinces_and_regions_from_the_largest_down(charts: Charts, model: ModelResults) -> None:
    year = model.years.index(2020)
    inputs = default_inputs()
    names = np.array([f"{p.name_zh} {p.name_en}" for p in inputs.provinces])
    for words, values in (("增加值（", model.provinces), ("带动就业", model.province_jobs)):
        chart = charts.titled("Region_Charts", f"各省份{words}")
        order = np.argsort(-values[:, year], kind="stable")
        np.testing.assert_allclose(charts.columns(chart)[0], values[order, year], rtol=1e-9)
        assert charts.shown(chart.series[0].categories) == list(names[order])
    growth = charts.numbers(charts.titled("Region_Charts", "各省份带动就业").series[-1].values)
    jobs = model.province_jobs[order]
    np.testing.assert_allclose(growth, jobs[:, year] / jobs[:, year - 1] - 1, rtol=1e-9)
    regions = {
        year: {r["region"]: r for r in model.records()["regions"] if r["year"] == year}
        for year in (2019, 2020, 2021)
    }
    ranked = sorted(regions[2020], key=lambda key: -regions[2020][key]["value_added"])
    chart = charts.titled("Region_Charts", "占 GDP")
    due = [regions[2020][key]["value_added"] for key in ranked]
    np.testing.assert_allclose(charts.columns(chart)[0], due, rtol=1e-9)
    due = [regions[2020][key]["share_of_gdp"] for key in ranked]
    np.testing.assert_allclose(charts.numbers(chart.series[-1].values), due, rtol=1e-9)
    first, second = charts.columns(charts.titled("Region_Charts", "区域增加值名义增速"))
    for year, found in ((2020, first), (2021, second)):
        due = [
            regions[year][key]["value_added"] / regions[year - 1][key]["value_added"] - 1
            for key in ranked
        ]
        np.testing.assert_allclose(found, due, rtol=1e-9)


# --- estimates are drawn apart, and the data decide


def test_a_year_is_drawn_light_exactly_if_it_is_an_estimate(
    charts: Charts, model: ModelResults
) -> None:
    estimated = {(r["section"], r["year"]): r["estimated"] for r in model.records()["sections"]}
    small = [c for c in charts.of("Section_Charts") if re.match("[A-S] ", c.title)]
    seen = set()
    for chart in small:
        given, light = (charts.numbers(s.values) for s in chart.series)
        for year, label, dark, pale in zip(
            model.years, charts.shown(chart.series[0].categories), given, light, strict=True
        ):
            due = estimated[chart.title[0], year]
            assert label == (f"{year} e" if due else f"{year}")
            assert (np.isnan(dark), np.isnan(pale)) == (due, not due)
            seen.add(due)
    assert seen == {True, False}


def test_estimates_have_a_colour_of_their_own(charts: Charts) -> None:
    for chart in charts.all:
        fills = [
            str(colour.get("val"))
            for series in chart.xml.iter(f"{C}ser")
            if (parent := series.getparent()) is not None and parent.tag == f"{C}barChart"
            for colour in list(series.iterfind(f"{C}spPr//"))
            if colour.tag.endswith("srgbClr")
        ]
        assert len(fills) % 2 == 0
        for dark, pale in zip(fills[::2], fills[1::2], strict=True):
            assert _brightness(pale) > _brightness(dark) + 40


def _brightness(colour: str) -> float:
    return sum(int(colour[i : i + 2], 16) for i in (0, 2, 4)) / 3


def test_a_figure_given_later_makes_its_year_solid(
    charts: Charts, changed: Callable[..., Charts]
) -> None:
    words = "增加值及名义增速"
    before = charts.titled("Charts", words)
    label = charts.shown(before.series[0].categories)[2]
    assert label == "2019 e"
    series = default_inputs().section_va
    year = list(series.years).index(2019)
    blank = np.flatnonzero(np.isnan(series.values[:, year]))
    assert len(blank) > 0
    after = changed(
        *(("SECTION_VA", int(i), year, 1.05 * float(series.values[i, year - 1])) for i in blank)
    )
    chart = after.titled("Charts", words)
    given, light = (after.numbers(s.values) for s in chart.series[:2])
    assert after.shown(chart.series[0].categories)[2] == "2019"
    assert given[2] > 0
    assert np.isnan(light[2])
    solid = [s for s in chart.series if s.line][1]
    assert after.numbers(solid.values)[2] == pytest.approx(given[2] / given[1] - 1)


# --- they follow the inputs and the choices


def test_changed_inputs_change_what_every_chart_draws(
    charts: Charts, changed: Callable[..., Charts]
) -> None:
    before = {c.title: [charts.shown(s.values) for s in c.series] for c in charts.all}
    after = changed(("SCORE_OVERRIDE", 0, 0, 0.9))
    same = [
        c.title for c in after.all if [after.shown(s.values) for s in c.series] == before[c.title]
    ]
    assert len(before) == len(FIGURES) + 19
    assert same == []


def test_the_chosen_section_is_drawn(changed: Callable[..., Charts], model: ModelResults) -> None:
    after = changed(("CHART_SECTION", 0, 0, "J"))
    chart = after.titled("Section_Charts", "所选行业增加值")
    row = [s.code for s in default_inputs().sections].index("J")
    np.testing.assert_allclose(
        after.columns(chart), [model.direct[row], model.indirect[row]], rtol=1e-9
    )
    assert all("金融业" in str(after.shown(s.name)[0]) for s in chart.series)
    jobs = after.columns(after.titled("Section_Charts", "所选行业带动就业"))
    np.testing.assert_allclose(
        jobs, [model.section_jobs_direct[row], model.section_jobs_indirect[row]], rtol=1e-9
    )


def test_the_chosen_year_is_drawn_and_named(
    changed: Callable[..., Charts], model: ModelResults
) -> None:
    after = changed(("CHART_YEAR", 0, 0, 2018))
    chart = after.titled("Region_Charts", "各省份增加值")
    year = model.years.index(2018)
    np.testing.assert_allclose(
        after.columns(chart)[0], np.sort(model.provinces[:, year])[::-1], rtol=1e-9
    )
    assert any(str(after.shown(s.name)[0]).startswith("2018") for s in chart.series)


def test_the_first_year_has_no_growth(changed: Callable[..., Charts]) -> None:
    after = changed(("CHART_YEAR", 0, 0, 2017))
    points = after.titled("Region_Charts", "各省份带动就业").series[-1]
    assert set(after.shown(points.values)) == {"#N/A"}
    first, second = after.columns(after.titled("Region_Charts", "区域增加值名义增速"))
    assert np.isnan(first).all()
    assert (second > 0).all()


@pytest.mark.parametrize(
    ("choice", "value", "drawn"),
    [("CHART_YEAR", 1999, "2021 e"), ("CHART_SECTION", "Z", "农林牧渔业")],
)
def test_a_choice_that_is_not_there_draws_one_that_is_and_says_which(
    changed: Callable[..., Charts], choice: str, value: float | str, drawn: str
) -> None:
    after = changed((choice, 0, 0, value))
    sheet = "Region_Charts" if choice == "CHART_YEAR" else "Section_Charts"
    series = [s for c in after.of(sheet)[:2] for s in c.series]
    names = [str(after.shown(s.name)[0]) for s in series]
    assert any(name.startswith(drawn) for name in names)
    assert not any(str(value) in name for name in names)


def test_equal_provinces_are_both_shown(changed: Callable[..., Charts]) -> None:
    """Ranks with ties would name one of them twice and lose the other."""
    inputs = default_inputs()
    codes = [province.code for province in inputs.provinces]
    shanxi, *alike = (codes.index(code) for code in ("140000", "150000", "450000"))
    years = len(inputs.province_gdp.years)
    given = inputs.province_gdp.values[3 * shanxi : 3 * shanxi + 3].reshape(-1)
    assert given.shape == (3 * years,)
    after = changed(
        *(
            ("PROVINCE_GDP", row, column, None if np.isnan(value) else float(value))
            for row in alike
            for column, value in enumerate(given)
        )
    )
    chart = after.titled("Region_Charts", "各省份增加值")
    names = after.shown(chart.series[0].categories)
    assert len(set(names)) == len(names) == 31
    drawn = after.columns(chart)[0]
    assert (np.diff(drawn) <= 0).all()
    _, counts = np.unique(drawn.round(6), return_counts=True)
    assert counts.max() == 3


def test_other_years_and_sections_get_charts_too(tmp_path: Path) -> None:
    from dataclasses import replace

    inputs = default_inputs()
    inputs = replace(inputs, options=replace(inputs.options, last_year=2023))
    path = tmp_path / "longer.xlsm"
    path.write_bytes(build_workbook(inputs))
    longer = Charts(path)
    chart = longer.titled("Charts", "增加值及名义增速")
    total = run_model(load_inputs(str(path)))
    np.testing.assert_allclose(
        longer.columns(chart)[0], (total.direct + total.indirect).sum(axis=0), rtol=1e-9
    )
    assert len(longer.shown(chart.series[0].categories)) == 7

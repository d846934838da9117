"""Charts: they show the results, tell forecasts apart, and never draw an empty box for a letter."""

import io
import math
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from iiecon import ModelResults
from iiecon.report import fonts
from iiecon.report.charts import Bars, Chart, Panels, Ranked, TileMap, YearChart, drawn
from iiecon.report.compose import Edition, compose
from iiecon.report.document import Document, Figure, Paragraph
from iiecon.report.fonts import LATIN, Font, find_font
from iiecon.report.quantities import plain
from tests.report import cases
from tests.report.conftest import Composed, Run

SIMPLE = YearChart("Title", ("2019", "2020 e"), (False, True), (Bars("a", (1.0, 2.0), ("1", "2")),))


def charts(document: Document) -> list[Chart]:
    return [b.chart for b in document.blocks if isinstance(b, Figure)]


def texts(chart: Chart) -> Iterator[str]:
    """Everything that a chart writes, its axis ticks apart."""
    if isinstance(chart, Panels):
        for panel in chart.charts:
            yield from texts(panel)
        return
    yield chart.title
    if isinstance(chart, TileMap):
        yield from (t for tile in chart.tiles for t in (tile.name, tile.label))
        yield chart.without
        return
    yield from chart.ticks if isinstance(chart, YearChart) else chart.names
    series = chart.bars if isinstance(chart, YearChart) else chart.series
    extra = [chart.line] if isinstance(chart, YearChart) and chart.line else []
    for bars in (*series, *extra):
        yield bars.name
        yield from bars.labels


def test_charts_show_the_results(composed: Composed, run: Run) -> None:
    results: ModelResults = run("shipped")
    value, part, split, jobs, _, sectors, *rest = charts(composed("shipped", "zh"))
    assert isinstance(value, YearChart)
    assert value.bars[0].values == pytest.approx(results.national)
    rates = results.national[1:] / results.national[:-1] - 1
    assert value.line
    assert value.line.values[1:] == pytest.approx(rates)
    assert isinstance(part, YearChart)
    assert part.bars[0].values == pytest.approx(results.national / results.gdp.values)
    assert isinstance(split, YearChart)
    assert split.bars[1].values == pytest.approx(results.indirect.sum(axis=0))
    assert isinstance(jobs, Panels)
    assert jobs.charts[0].bars[0].values == pytest.approx(results.jobs_direct[3:])
    assert isinstance(sectors, YearChart)
    assert [b.values for b in sectors.bars] == [pytest.approx(row) for row in results.sectors3]
    first = rest[0]
    assert isinstance(first, Panels)
    assert first.charts[0].bars[0].values == pytest.approx(results.total[0])
    (places,) = (c for c in rest if isinstance(c, TileMap))
    assert sorted(t.value for t in places.tiles if t.value == t.value) == pytest.approx(
        sorted(results.provinces[:, 3])
    )


def test_every_figure_of_the_white_paper_is_there(composed: Composed) -> None:
    """3 to 5, 6 to 8, 9, the 19 sections (10 to 19), 21 to 25; and the receivers."""
    found = charts(composed("shipped", "zh"))
    assert sum(isinstance(c, Panels) for c in found) == 1 + 19
    assert sum(isinstance(c, TileMap) for c in found) == 1
    assert len(found) == 31


@pytest.mark.parametrize("case", [case.__name__ for case in cases.CASES])
def test_no_chart_is_empty(case: str, composed: Composed) -> None:
    for chart in charts(composed(case, "zh")):
        panels = chart.charts if isinstance(chart, Panels) else (chart,)
        for panel in panels:
            series = panel.series if isinstance(panel, Ranked) else ()
            series = panel.bars if isinstance(panel, YearChart) else series
            tiles = panel.tiles if isinstance(panel, TileMap) else ()
            values = [*(v for b in series for v in b.values), *(t.value for t in tiles)]
            assert any(v == v and v != 0 for v in values)


def test_forecasts_and_estimates_are_told_apart(composed: Composed) -> None:
    value = charts(composed("shipped", "zh"))[0]
    assert isinstance(value, YearChart)
    assert value.forecast == (False, False, False, False, True)
    assert value.ticks == ("2017", "2018", "2019 e", "2020 e", "2021 e")


def pixels(picture: bytes) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    with Image.open(io.BytesIO(picture)) as image:
        return np.asarray(image.convert("RGB"), dtype=np.uint8)


def test_a_forecast_is_lighter() -> None:
    font = find_font()
    plainly = pixels(drawn(SIMPLE, font, "png"))
    both = YearChart(SIMPLE.title, SIMPLE.ticks, (False, False), SIMPLE.bars)
    dark = np.array([0x00, 0x72, 0xB2])

    def dark_pixels(picture: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]") -> int:
        return int((np.abs(picture.astype(int) - dark).sum(axis=2) < 20).sum())

    assert dark_pixels(plainly) < 0.5 * dark_pixels(pixels(drawn(both, font, "png")))


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_equal_charts_give_equal_bytes(kind: str) -> None:
    assert drawn(SIMPLE, find_font(), kind) == drawn(SIMPLE, find_font(), kind)


@pytest.mark.parametrize(
    "values", [(math.nan, math.nan), (0.0, 0.0), (-5.0, 3.0), (1e-9, 1e9), (7.0, math.nan)]
)
def test_odd_values_are_drawn(values: tuple[float, float]) -> None:
    line = Bars("g", values, ("", ""))
    odd = YearChart("t", ("a", "b"), (False, True), (Bars("x", values, ("", "")),), line)
    ranked = Ranked("t", ("a", "b"), (Bars("x", values, ("", "")),), (False,))
    for chart in (odd, ranked):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert drawn(chart, find_font(), "svg").startswith(b"<?xml")


def test_a_dollar_in_a_name_is_no_formula() -> None:
    chart = Ranked("t", ("$x_1$ & $\\frac{1$", "b"), (Bars("", (1.0, 2.0), ("", "")),), (False,))
    assert drawn(chart, find_font(), "svg")


@pytest.mark.parametrize("case", ["shipped", "other_provinces"])
def test_the_font_has_every_character(case: str, composed: Composed) -> None:
    font = find_font()
    written = "".join(text for c in charts(composed(case, "zh")) for text in texts(c))
    assert "工业" in written or "亿元" in written
    assert font.missing(written) == ""


def latin() -> Font:
    return find_font(candidates=("No Such Font", LATIN))


@pytest.mark.parametrize("case", ["shipped", "other_provinces"])
def test_without_a_chinese_font_charts_are_english_and_the_report_says_so(
    case: str, run: Run
) -> None:
    document = compose(run(case), Edition("zh", latin()))
    (warning,) = document.warnings
    assert isinstance(document.blocks[0], Paragraph)
    assert document.blocks[0] == warning
    assert "没有可以书写中文的字体" in plain(warning.words, "zh")
    written = "".join(text for c in charts(document) for text in texts(c))
    assert "Value added" in written
    assert latin().missing(written) == ""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of every character that it lacks
        for chart in charts(document)[:3]:
            drawn(chart, latin(), "svg")


def test_with_a_chinese_font_there_is_no_warning(composed: Composed) -> None:
    assert composed("shipped", "zh").warnings == ()


def test_characters_that_the_font_lacks_are_reported(run: Run) -> None:
    known = find_font()
    poorer = Font(known.families, known.characters - {ord("疆")})
    document = compose(run("shipped"), Edition("zh", poorer))
    (warning,) = document.warnings
    assert "：疆；" in plain(warning.words, "zh")
    written = "".join(text for c in charts(document) for text in texts(c))
    assert "Xinjiang" in written
    assert "疆" not in written


def test_the_first_font_of_the_list_that_can_write_chinese_is_taken() -> None:
    own = find_font().families[0]
    assert find_font(("No Such Font", LATIN, own)).families == (own, LATIN)
    assert not fonts.find_font(()).chinese


def test_every_province_is_on_the_map(composed: Composed, run: Run) -> None:
    (shown,) = (c for c in charts(composed("shipped", "zh")) if isinstance(c, TileMap))
    known = {t.name: t.value for t in shown.tiles if t.value == t.value}
    blank = {t.name for t in shown.tiles if t.value != t.value}
    results = run("shipped")
    assert known == {
        p.name_zh: pytest.approx(v)
        for p, v in zip(results.inputs.provinces, results.provinces[:, 3], strict=True)
    }
    assert blank == {"台湾", "香港", "澳门"}
    assert len({(t.row, t.column) for t in shown.tiles}) == len(shown.tiles)

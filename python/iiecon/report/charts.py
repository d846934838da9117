"""Charts as data, and how they are drawn: matplotlib, colours for the colour-blind.

Labels arrive as text; a chart formats no number of its own but the ticks of its axis.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from iiecon.report.fonts import Font
from iiecon.workbook.charts import BLUE, GREEN, GREY, ORANGE, PALE_GREY, VERMILION, lighter

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.3  # inches, the text width of an A4 page
DOTS = 150  # per inch, in pictures
MOST_LABELS = 8
FEWEST_PLACES = 4  # that columns share a chart's width with, so that one is not a wall
LONGEST_NAME, LONGEST_TILE = 44, 14  # letters
COLOURS = (BLUE, ORANGE, GREEN, VERMILION)


@dataclass(frozen=True)
class Bars:
    """One series: its name, values (NaN = none) and the labels at its bars."""

    name: str
    values: tuple[float, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class YearChart:
    """Columns by year, stacked or side by side, with a line above; forecasts lighter, dashed."""

    title: str
    ticks: tuple[str, ...]
    forecast: tuple[bool, ...]
    bars: tuple[Bars, ...]
    line: Bars | None = None
    totals: tuple[str, ...] = ()
    stacked: bool = False
    percent: bool = False


@dataclass(frozen=True)
class Panels:
    """Charts beside one another."""

    charts: tuple[YearChart, ...]


@dataclass(frozen=True)
class Ranked:
    """Horizontal bars below one another, the first on top; lighter series are forecasts."""

    title: str
    names: tuple[str, ...]
    series: tuple[Bars, ...]
    forecast: tuple[bool, ...]
    percent: bool = False


@dataclass(frozen=True)
class Tile:
    """A square of the map; NaN is a place without data."""

    row: int
    column: int
    name: str
    value: float
    label: str


@dataclass(frozen=True)
class TileMap:
    """A map of squares, darker for more."""

    title: str
    tiles: tuple[Tile, ...]
    without: str


Chart = YearChart | Panels | Ranked | TileMap
# Inches. Three sections of industries fit a page, a map the page of the table of provinces.
HEIGHTS: dict[type[Chart], float] = {YearChart: 2.6, Panels: 1.6, TileMap: 3.5}


def drawn(chart: Chart, font: Font, kind: str) -> bytes:
    """The chart as an SVG (text as outlines) or PNG; equal charts give equal bytes."""
    import matplotlib as mpl

    settings: dict[Any, Any] = {
        "font.family": list(font.families),
        "font.size": 8,
        "svg.fonttype": "path",
        "svg.hashsalt": "iiecon",
        "axes.unicode_minus": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": f"#{GREY}",
        "axes.titlesize": 9,
        "axes.titlelocation": "left",
        "hatch.linewidth": 0.5,
        "text.parse_math": False,  # a $ in a name is a dollar
    }
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    stream = io.BytesIO()
    with mpl.rc_context(settings):
        figure = _figure(chart)
        figure.savefig(stream, format=kind, dpi=DOTS, metadata=metadata)
    return stream.getvalue()


def _figure(chart: Chart) -> Figure:
    from matplotlib.figure import Figure

    if isinstance(chart, Panels):
        figure = Figure(figsize=(WIDTH, HEIGHTS[Panels]), layout="constrained")
        many = len(chart.charts)
        for i, panel in enumerate(chart.charts, start=1):
            _years(figure.add_subplot(1, many, i), panel)
        return figure
    height = HEIGHTS.get(type(chart), 0.0)
    if isinstance(chart, Ranked):
        height = 0.75 + len(chart.names) * max(0.2, 0.17 * len(chart.series))
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axes = figure.add_subplot()
    if isinstance(chart, YearChart):
        _years(axes, chart)
    elif isinstance(chart, Ranked):
        _ranked(axes, chart)
    else:
        _map(axes, chart)
    return figure


def _years(axes: Axes, chart: YearChart) -> None:
    places = range(len(chart.ticks))
    side = 1 if chart.stacked else len(chart.bars)
    width = (0.62 if side == 1 else 0.84) / side
    size = 6.5 if side == 1 else 5.3
    below = [0.0] * len(chart.ticks)
    for s, bars in enumerate(chart.bars):
        offset = 0.0 if chart.stacked else (s - (side - 1) / 2) * width
        values = [0.0 if v != v else v for v in bars.values]
        drawn_bars = axes.bar(
            [p + offset for p in places], values, width * 0.94, bottom=below,
            color=_colours(COLOURS[s], chart.forecast),
        )  # fmt: skip
        for bar, light in zip(drawn_bars, chart.forecast, strict=True):
            _mark_forecast(bar, light, COLOURS[s])
        if bars.labels and len(chart.ticks) <= MOST_LABELS:
            inside = chart.stacked
            axes.bar_label(
                drawn_bars, bars.labels, label_type="center" if inside else "edge",
                fontsize=size, padding=0 if inside else 2,
            )  # fmt: skip
            if inside:
                _readable(axes, drawn_bars)
        if chart.stacked:
            below = [b + v for b, v in zip(below, values, strict=True)]
    if chart.totals and len(chart.ticks) <= MOST_LABELS:
        for place, top, label in zip(places, below, chart.totals, strict=True):
            axes.annotate(
                label, (place, top), xytext=(0, 2), textcoords="offset points",
                ha="center", va="bottom", fontsize=6.5,
            )  # fmt: skip
    _finish_years(axes, chart, max(below) if chart.stacked else None)


def _readable(axes: Axes, bars: Any) -> None:
    """Labels inside dark bars are white."""
    for label, bar in zip(axes.texts[-len(bars) :], bars, strict=True):
        label.set_color("black" if _bright(bar.get_facecolor()) else "white")


def _finish_years(axes: Axes, chart: YearChart, top: float | None) -> None:
    from matplotlib.patches import Patch

    axes.set_title(chart.title)
    axes.set_xticks(range(len(chart.ticks)), list(chart.ticks))
    room = max(0.6, (FEWEST_PLACES + 0.2 - len(chart.ticks)) / 2)
    axes.set_xlim(-room, len(chart.ticks) - 1 + room)
    if len(chart.ticks) > MOST_LABELS:
        axes.tick_params(axis="x", labelrotation=90)
    low, high = axes.get_ylim()
    known = chart.line is not None and any(v == v for v in chart.line.values)
    room = 2.05 if known else 1.18 if len(chart.bars) == 1 else 1.32
    axes.set_ylim(low, max(high, top or 0.0, 1e-9) * room)
    _quiet(axes, "y", chart.percent)
    handles: list[Any] = []
    if len(chart.bars) > 1:
        handles += [Patch(color=f"#{COLOURS[s]}", label=b.name) for s, b in enumerate(chart.bars)]
    if chart.line and known:
        if not handles:
            handles.append(Patch(color=f"#{BLUE}", label=chart.bars[0].name))
        handles.append(_line(axes, chart.line, chart.forecast))
    if handles:
        axes.legend(
            handles=handles, loc="upper left", ncols=len(handles), frameon=False, fontsize=7,
            borderaxespad=0.1, handlelength=1.4, columnspacing=1.2,
        )  # fmt: skip


def _line(axes: Axes, line: Bars, forecast: tuple[bool, ...]) -> Any:
    """A line of at least one point in the upper part, on a scale of its own, labelled."""
    known = [(i, v) for i, v in enumerate(line.values) if v == v]
    values = [v for _, v in known]
    span = max(max(values) - min(values), 0.01) / 0.12
    upper = axes.twinx()
    upper.set_ylim(min(values) - 0.60 * span, min(values) + 0.40 * span)
    upper.axis("off")
    colour = f"#{VERMILION}"
    for (i, a), (j, b) in pairwise(known):
        style = (0, (3, 2)) if forecast[j] else "solid"
        upper.plot([i, j], [a, b], color=colour, linewidth=1.4, linestyle=style)
    for i, value in known:
        face = "white" if forecast[i] else colour
        upper.plot(
            [i], [value], marker="o", markersize=4, color=colour, markerfacecolor=face,
            linestyle="none",
        )  # fmt: skip
        if line.labels and len(line.values) <= MOST_LABELS:
            upper.annotate(
                line.labels[i], (i, value), xytext=(0, 4), textcoords="offset points",
                ha="center", va="bottom", fontsize=6.5, color=colour,
            )  # fmt: skip
    (sample,) = upper.plot(
        [], [], color=colour, marker="o", markersize=4, linewidth=1.4, label=line.name
    )
    return sample


def _ranked(axes: Axes, chart: Ranked) -> None:
    from matplotlib.patches import Patch

    many = len(chart.series)
    width = 0.76 / many
    for s, bars in enumerate(chart.series):
        light = chart.forecast[s]
        base = COLOURS[0]
        colour = lighter(base) if light else base
        values = [0.0 if v != v else v for v in bars.values]
        places = [i + (s - (many - 1) / 2) * width for i in range(len(values))]
        drawn_bars = axes.barh(places, values, width * 0.9, color=f"#{colour}")
        for bar in drawn_bars:
            _mark_forecast(bar, light, base)
        axes.bar_label(drawn_bars, bars.labels, padding=2, fontsize=6.5)
    axes.set_title(chart.title)
    axes.set_yticks(range(len(chart.names)), [_short(n, LONGEST_NAME) for n in chart.names])
    axes.invert_yaxis()
    axes.set_ylim(len(chart.names) - 0.45, -0.55)
    axes.margins(x=0.0)
    low, high = axes.get_xlim()
    room = 0.28 * (high - low)
    axes.set_xlim(low - (room if low < 0 else 0), high + room)
    _quiet(axes, "x", chart.percent)
    if many > 1:
        handles = [
            Patch(
                facecolor=f"#{lighter(BLUE) if light else BLUE}", edgecolor=f"#{BLUE}",
                linestyle="--" if light else "-", label=bars.name,
            )
            for bars, light in zip(chart.series, chart.forecast, strict=True)
        ]  # fmt: skip
        axes.legend(handles=handles, loc="lower right", frameon=False, fontsize=7)


def _map(axes: Axes, chart: TileMap) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize
    from matplotlib.patches import Patch, Rectangle

    from iiecon.workbook.theme import SCALE

    known = [t.value for t in chart.tiles if t.value == t.value]
    top = max([*known, 1e-9])
    shades = LinearSegmentedColormap.from_list("map", [f"#{colour[2:]}" for colour in SCALE])
    scale = ScalarMappable(Normalize(0.0, top), shades)
    for tile in chart.tiles:
        blank = tile.value != tile.value
        colour = f"#{PALE_GREY}" if blank else shades(tile.value / top)
        axes.add_patch(
            Rectangle(
                (tile.column + 0.03, tile.row + 0.03), 0.94, 0.94, facecolor=colour,
                edgecolor="white", hatch="///" if blank else None,
            )
        )  # fmt: skip
        ink = "black" if blank or _bright(shades(tile.value / top)) else "white"
        name = _short(tile.name, LONGEST_TILE)
        axes.text(
            tile.column + 0.5, tile.row + (0.5 if blank else 0.4), name, ha="center",
            va="center", fontsize=_fitting(name), color=ink,
        )  # fmt: skip
        if not blank:
            axes.text(
                tile.column + 0.5, tile.row + 0.72, tile.label, ha="center", va="center",
                fontsize=6.5, color=ink,
            )  # fmt: skip
    rows = max((t.row for t in chart.tiles), default=0) + 1
    columns = max((t.column for t in chart.tiles), default=0) + 1
    axes.set_xlim(0, columns)
    axes.set_ylim(rows, 0)
    axes.set_aspect(0.72)
    axes.axis("off")
    axes.set_title(chart.title)
    if any(t.value != t.value for t in chart.tiles):
        blank_sample = Patch(facecolor=f"#{PALE_GREY}", hatch="///", label=chart.without)
        axes.legend(handles=[blank_sample], loc="upper left", frameon=False, fontsize=7)
    axes.figure.colorbar(scale, ax=axes, shrink=0.6, aspect=28, format="{x:,.0f}")


def _fitting(name: str) -> float:
    """A smaller size for a longer name."""
    return min(8.0, 8 * 7.2 / max(_width(name), 1))


def _short(name: str, most: int) -> str:
    """A name cut to so many letters, the cut marked."""
    if _width(name) <= most:
        return name
    kept = next(i for i in range(len(name), -1, -1) if _width(name[:i]) < most)
    return f"{name[:kept]}…"


def _width(name: str) -> int:
    """In letters; a Chinese character is as wide as two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in name)


def _bright(colour: Any) -> bool:
    red, green, blue = colour[:3]
    return bool(0.299 * red + 0.587 * green + 0.114 * blue > 0.55)


def _colours(colour: str, forecast: tuple[bool, ...]) -> list[str]:
    return [f"#{lighter(colour) if light else colour}" for light in forecast]


def _mark_forecast(bar: Any, light: bool, colour: str) -> None:
    if light:
        bar.set_edgecolor(f"#{colour}")
        bar.set_linestyle((0, (3, 2)))
        bar.set_linewidth(0.8)


def _quiet(axes: Axes, which: str, percent: bool) -> None:
    """Few ticks, thin lines: the labels tell the numbers."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter, StrMethodFormatter

    axis = axes.yaxis if which == "y" else axes.xaxis
    axis.set_major_locator(MaxNLocator(4))
    form = PercentFormatter(1.0) if percent else StrMethodFormatter("{x:,.10g}")
    axis.set_major_formatter(form)
    axes.tick_params(labelsize=7, length=0)
    axis.grid(True, color=f"#{PALE_GREY}", linewidth=0.5)
    axes.set_axisbelow(True)

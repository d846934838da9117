"""Charts as openpyxl writes them: native Excel charts whose series refer to cells.

No values are stored with a chart: a program that opens the workbook takes them from the cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.axis import NumericAxis
from openpyxl.chart.data_source import AxDataSource, NumDataSource, NumFmt, NumRef, StrRef
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.legend import Legend, LegendEntry
from openpyxl.chart.marker import Marker
from openpyxl.chart.series import Series as DrawnSeries
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.descriptors import Typed
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import (
    CharacterProperties,
    Font,
    Paragraph,
    ParagraphProperties,
    RegularTextRun,
    RichTextProperties,
)
from openpyxl.worksheet.worksheet import Worksheet

from iiecon.workbook.charts import (
    CHART_FORMATS,
    GREY,
    PALE_GREY,
    Chart,
    Place,
    Series,
    is_dark,
    lighter,
)

INK, WHITE = "222222", "FFFFFF"
UPRIGHT = -5400000  # turned by 90 degrees, in the format's sixtieths of a thousandth
LINE_AXIS, LINE_CATEGORIES = 200, 210
INSET = 30000  # between charts, in EMU


def draw(worksheet: Worksheet, charts: Sequence[Chart], font: str) -> None:
    """Put charts on a sheet, each over its cells."""
    pen = Pen(worksheet.title, font)
    for chart in charts:
        drawn = pen.chart(chart)
        worksheet.add_chart(drawn)


class Labels(DataLabelList):
    """Labels with a number format of their own; openpyxl's leave open whether it is the cells'."""

    tagname = "dLbls"
    numFmt = Typed(expected_type=NumFmt, allow_none=True)  # type: ignore[assignment]  # noqa: N815
    __elements__ = DataLabelList.__elements__
    __nested__ = tuple(part for part in DataLabelList.__nested__ if part != "numFmt")


class Pen:
    """Draws in one font for one sheet."""

    def __init__(self, sheet: str, font: str) -> None:
        self._sheet, self._font = sheet, font

    def chart(self, chart: Chart) -> BarChart:
        """The chart with its columns and, over them, its lines."""
        columns = [s for s in chart.series if s.shape == "column"]
        lines = [s for s in chart.series if s.shape != "column"]
        drawn = self._columns(chart, columns, under_lines=bool(lines))
        if lines:
            drawn += self._lines(chart, lines)
        drawn.title = self._title(chart)
        drawn.legend = self._legend([*columns, *lines]) if not chart.small else None
        drawn.roundedCorners = False
        drawn.graphical_properties = GraphicalProperties(
            solidFill=WHITE, ln=LineProperties(noFill=True)
        )
        drawn.anchor = _over(chart.place)  # type: ignore[assignment]
        return drawn

    def _columns(self, chart: Chart, columns: Sequence[Series], under_lines: bool) -> BarChart:
        drawn = BarChart()
        drawn.type = "col"
        drawn.grouping = "stacked" if chart.stacked else "clustered"
        drawn.overlap, drawn.gapWidth = chart.overlap, chart.gap
        place = "inBase" if under_lines else "ctr" if chart.stacked else "outEnd"
        for series in columns:
            made, colour = self._series(chart, series), _colour(series)
            made.graphicalProperties = (
                GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
                if series.unseen
                else GraphicalProperties(solidFill=colour)
            )
            made.invertIfNegative = False
            if series.labelled:
                ink = WHITE if place != "outEnd" and is_dark(colour) else INK
                made.dLbls = self._labels(chart.format, place, ink, chart)
            drawn.series.append(made)
        self._axes(drawn, chart)
        return drawn

    def _axes(self, drawn: BarChart, chart: Chart) -> None:
        across, up = drawn.x_axis, drawn.y_axis
        across.delete, up.delete = False, chart.small
        across.number_format, across.majorTickMark, across.tickLblPos = "@", "none", "low"
        turned = UPRIGHT if chart.upright else None
        across.txPr = self._text(6.5 if chart.small else 8, turn=turned)
        across.graphicalProperties = _stroke(GREY)
        if chart.note:
            across.title = self._heading([(chart.note, 7, GREY, False)])
        self._value_axis(up, chart.format)
        if not chart.below_zero:
            up.scaling.min = 0
        if chart.small:
            up.majorGridlines = None
        else:
            up.majorGridlines.spPr = _stroke(PALE_GREY)  # type: ignore[union-attr]

    def _value_axis(self, axis: NumericAxis, form: str) -> None:
        axis.number_format, axis.majorTickMark = CHART_FORMATS[form], "none"
        axis.txPr = self._text(8)
        axis.graphicalProperties = _stroke(None)

    def _lines(self, chart: Chart, lines: Sequence[Series]) -> LineChart:
        """Lines by an axis of their own at the right, over categories that are not shown again."""
        drawn = LineChart()
        for series in lines:
            made = self._series(chart, series)
            made.graphicalProperties = GraphicalProperties(ln=_line(series))
            made.marker = _marker(series)
            made.smooth = False
            if series.labelled:
                made.dLbls = self._labels(chart.line_format, "t", series.colour, chart)
                made.dLbls.spPr = GraphicalProperties(solidFill=WHITE)
            drawn.series.append(made)
        across, up = drawn.x_axis, drawn.y_axis
        across.axId, across.crossAx, across.delete = LINE_CATEGORIES, LINE_AXIS, True
        up.axId, up.crossAx, up.crosses, up.delete = LINE_AXIS, LINE_CATEGORIES, "max", False
        up.majorGridlines = None
        self._value_axis(up, chart.line_format)
        return drawn

    def _series(self, chart: Chart, series: Series) -> DrawnSeries:
        made = DrawnSeries(val=NumDataSource(numRef=NumRef(f=self._place(series.values))))
        made.tx = SeriesLabel(strRef=StrRef(f=self._place(series.name)))
        made.cat = AxDataSource(strRef=StrRef(f=self._place(chart.categories)))
        return made

    def _place(self, area: str) -> str:
        return f"'{self._sheet}'!{area}"

    def _labels(self, form: str, place: str, ink: str, chart: Chart) -> Labels:
        turned = UPRIGHT if chart.tall_labels and place != "t" else None
        size = 6.5 if chart.small or chart.tall_labels else 8
        labels = Labels(dLblPos=place, txPr=self._text(size, ink, turn=turned))
        shown = CHART_FORMATS[form]
        # A blank cell stands for no column, which some programs take for zero: it gets no label.
        labels.numFmt = NumFmt(f"{shown};-{shown};;", sourceLinked=False)
        labels.showVal = True
        for part in ("LegendKey", "CatName", "SerName", "Percent", "BubbleSize", "LeaderLines"):
            setattr(labels, f"show{part}", False)
        return labels

    def _title(self, chart: Chart) -> Title:
        sizes = (8, 6.5) if chart.small else (10, 9)
        lines = zip(chart.titles, sizes, (INK, INK), (True, False), strict=True)
        return self._heading(list(lines))

    def _heading(self, lines: Sequence[tuple[str, float, str, bool]]) -> Title:
        """Lines of text, each with its size, colour and weight."""
        paragraphs = [
            Paragraph(
                pPr=ParagraphProperties(defRPr=self._letters(size, ink, bold)),
                r=[RegularTextRun(rPr=self._letters(size, ink, bold), t=text)],
            )
            for text, size, ink, bold in lines
        ]
        rich = RichText(bodyPr=RichTextProperties(), p=paragraphs)
        return Title(tx=Text(rich=rich), overlay=False)

    def _legend(self, series: Sequence[Series]) -> Legend:
        unlisted = [LegendEntry(idx=i, delete=True) for i, s in enumerate(series) if not s.listed]
        return Legend(legendPos="b", legendEntry=unlisted, overlay=False, txPr=self._text(8))

    def _text(self, size: float, ink: str = INK, turn: int | None = None) -> RichText:
        body = RichTextProperties(rot=turn, vert="horz") if turn else RichTextProperties()
        letters = ParagraphProperties(defRPr=self._letters(size, ink))
        last = CharacterProperties(lang="zh-CN")
        return RichText(bodyPr=body, p=[Paragraph(pPr=letters, endParaRPr=last)])

    def _letters(self, size: float, ink: str = INK, bold: bool = False) -> CharacterProperties:
        font = Font(typeface=self._font)
        return CharacterProperties(
            lang="zh-CN", sz=round(size * 100), b=bold, solidFill=ink, latin=font, ea=font
        )


def _over(place: Place) -> TwoCellAnchor:
    """The chart grows with the cells under it, whatever their size in a program."""
    left, top = place.column - 1, place.row - 1
    first = AnchorMarker(col=left, row=top, colOff=INSET, rowOff=INSET)
    beyond = AnchorMarker(col=left + place.columns, row=top + place.rows)
    return TwoCellAnchor(editAs="twoCell", _from=first, to=beyond)


def _colour(series: Series) -> str:
    return lighter(series.colour) if series.light else series.colour


def _stroke(colour: str | None) -> GraphicalProperties:
    line = LineProperties(solidFill=colour, w=6350) if colour else LineProperties(noFill=True)
    return GraphicalProperties(ln=line)


def _line(series: Series) -> LineProperties:
    if series.shape == "points":
        return LineProperties(noFill=True)
    dash: Literal["sysDash", "solid"] = "sysDash" if series.light else "solid"
    return LineProperties(solidFill=series.colour, w=22225, prstDash=dash, cap="rnd")


def _marker(series: Series) -> Marker:
    fill = WHITE if series.light else series.colour
    return Marker(
        symbol="circle" if series.shape == "line" else "diamond",
        size=6,
        spPr=GraphicalProperties(solidFill=fill, ln=LineProperties(solidFill=series.colour)),
    )

"""What every chapter needs: the facts, a voice, names, and charts in a language their font can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from iiecon.report.charts import Bars, Panels, YearChart
from iiecon.report.document import Block, Cell, Figure, Heading, Table
from iiecon.report.facts import Facts, Names
from iiecon.report.quantities import Piece, Quantity, Quoted, Words, growth, plain, shown
from iiecon.report.wording import Voice, cell

LARGE = 100.0  # from here on a chart's labels leave decimals away
TOP = 5  # how many of a ranking the text names
Ask = Callable[[int], Quantity]


@dataclass(frozen=True)
class Scribe:
    """Writes blocks; `chart_voice` and `chart_names` are English where the font lacks Chinese."""

    facts: Facts
    voice: Voice
    names: Names
    chart_voice: Voice
    chart_names: Names

    # --- text

    def heading(self, level: int, key: str, **values: Piece) -> Heading:
        """A heading from the catalogue."""
        return Heading(level, self.voice.say(f"heading.{key}", **values))

    def year(self, year: int) -> Quantity:
        """A year, to be printed."""
        return self.facts.year(year)

    def mark(self, estimated: bool) -> Words:
        """Says that a number rests on an extrapolation."""
        return self.voice.say("mark.rests") if estimated else ()

    def scores_mark(self) -> Words:
        """Whose scores they are; the shipped remark is a sentence by itself."""
        source = self.names.scores_source
        if self.names.illustrative:
            text = source.text[:1].upper() + source.text[1:]
            return self.voice.say("mark.illustrative", remark=Quoted(text))
        return self.voice.say("mark.scores", source=source)

    def ranking(self, pairs: Sequence[tuple[Quoted, Quantity]]) -> Words:
        """Names with their numbers, as a list in a sentence."""
        say = self.voice.say
        return self.voice.listed([say("list.with", name=n, value=q) for n, q in pairs])

    def extremes(
        self, key: str, pairs: Sequence[tuple[Quoted, Quantity]], number: str, **values: Piece
    ) -> Words:
        """A sentence on the first and the last of at least two, by their numbers."""
        known = sorted((p for p in pairs if p[1].known), key=lambda p: -p[1].value)
        if len(known) < 2:
            return ()
        (name, most), (last, least) = known[0], known[-1]
        told: dict[str, Piece] = {
            "name": name, number: most, "last": last, f"last_{number}": least,
        }  # fmt: skip
        return self.voice.say(key, **told, **values)

    # --- tables

    def header(self, *keys: str | Words) -> tuple[Cell, ...]:
        """Column heads: keys of `report.column`, or words."""
        heads = (self.voice.say(f"column.{k}") if isinstance(k, str) else k for k in keys)
        return tuple(Cell(words) for words in heads)

    def year_heads(self) -> tuple[Words, ...]:
        """The years of a table as column heads."""
        return tuple(self.voice.say("column.value_of", year=self.year(y)) for y in self.columns)

    def growth_heads(self) -> tuple[Words, ...]:
        """The growth columns of the years that the text dwells on."""
        return tuple(self.voice.say("column.growth_of", year=self.year(y)) for y in self.told)

    @property
    def columns(self) -> tuple[int, ...]:
        """The years that tables show."""
        return self.facts.columns

    @property
    def told(self) -> tuple[int, ...]:
        """The years that the text dwells on."""
        return self.facts.told

    def cells(self, ask: Ask, years: Sequence[int], estimated: Callable[[int], bool]) -> list[Cell]:
        """One number for each year."""
        return [cell(ask(y), estimated(y)) for y in years]

    def row(self, ask: Ask, estimated: Callable[[int], bool]) -> list[Cell]:
        """The amounts of a table's years, then the growth of the years that the text dwells on."""
        rates = [cell(growth(ask(y), ask(y - 1)), estimated(y)) for y in self.told]
        return [*self.cells(ask, self.columns, estimated), *rates]

    def nation_row(self, field: str) -> list[Cell]:
        """The nation as the last line of a table."""

        def ask(year: int) -> Quantity:
            return self.facts.nation(field, "cell", year)

        name = Cell(self.voice.say("column.nation"))
        return [name, *self.row(ask, lambda y: self.facts.estimated("national", y))]

    def table(
        self,
        caption: str,
        header: tuple[Cell, ...],
        rows: Sequence[Sequence[Cell]],
        total: bool = False,
        **values: Piece,
    ) -> Table:
        """A table with its caption from the catalogue."""
        words = self.voice.say(f"caption.{caption}", **values)
        return Table(words, header, tuple(tuple(row) for row in rows), total)

    def yearly(self, table: Table) -> Table:
        """A table with a column for every year that there is room for: it names the others."""
        return replace(table, caption=table.caption + self._left_out())

    def _left_out(self) -> Words:
        years = [self.year(y) for y in self.facts.left_out]
        if not years:
            return ()
        if len(years) == 1:
            return self.voice.say("caption.without_year", year=years[0])
        return self.voice.say("caption.without_years", first=years[0], last=years[1])

    # --- charts

    def chart_text(self, key: str, **values: Piece) -> str:
        """A text for a chart, in the language that its font can write."""
        return plain(self.chart_voice.say(f"chart.{key}", **values), self.chart_voice.language)

    def ticks(self, estimated: Callable[[int], bool]) -> tuple[str, ...]:
        """All result years as axis labels, estimated ones marked."""
        return tuple(
            self.chart_text("tick_estimated" if estimated(y) else "tick", year=self.year(y))
            for y in self.facts.years
        )

    @property
    def forecast(self) -> tuple[bool, ...]:
        """Which result years are forecasts."""
        return tuple(self.facts.forecast(y) for y in self.facts.years)

    def known(self, chart: YearChart) -> YearChart:
        """The chart without the years at either end of which its first series has no number."""
        values = chart.bars[0].values
        kept = [i for i, v in enumerate(values) if v == v] or [0]
        part = slice(kept[0], kept[-1] + 1)

        def cut(bars: Bars) -> Bars:
            return Bars(bars.name, bars.values[part], bars.labels[part])

        return replace(
            chart,
            ticks=chart.ticks[part],
            forecast=chart.forecast[part],
            bars=tuple(cut(b) for b in chart.bars),
            line=cut(chart.line) if chart.line else None,
        )

    def bars(self, key: str, ask: Ask) -> Bars:
        """A series of amounts over all years."""
        return self.series(self.chart_text(key), [ask(y) for y in self.facts.years])

    def rates(self, key: str, ask: Ask) -> Bars:
        """A series of rates or shares over all years."""
        asked = [ask(y) for y in self.facts.years]
        return Bars(self.chart_text(key), values_of(asked), self.labels(asked))

    def series(self, name: str, amounts: Sequence[Quantity]) -> Bars:
        """Amounts with their labels."""
        return Bars(name, values_of(amounts), self.labels(whole(amounts)))

    def labels(self, quantities: Sequence[Quantity]) -> tuple[str, ...]:
        """Printed numbers, blank where unknown."""
        return tuple(shown(q, self.chart_voice.language) if q.known else "" for q in quantities)

    def bracketed(self, amounts: Sequence[Quantity], rates: Sequence[Quantity]) -> tuple[str, ...]:
        """Amounts with a rate in brackets, as far as both are known."""
        return tuple(
            self.chart_text("bracket", value=a, rate=r) if a.known and r.known else label
            for a, r, label in zip(amounts, rates, self.labels(amounts), strict=True)
        )

    def figure(self, caption: str, chart: YearChart | Panels, ask: Ask, **values: Piece) -> Figure:
        """A chart over years; its alternative text tells the first and the last number."""
        words = self.voice.say(f"caption.{caption}", **values)
        first, last = self.facts.years[0], self.facts.years[-1]
        told: Words = ()
        if first != last:
            told = self.voice.say(
                "alternative.from_to", first=self.year(first), to=ask(last), last=self.year(last),
                **{"from": ask(first)},
            )  # fmt: skip
        return Figure(words, chart, self.voice.say("alternative.years", caption=words, told=told))

    def told_largest(self, name: Quoted, value: Quantity) -> Words:
        """For an alternative text: what the largest bar says."""
        return self.voice.say("alternative.largest", name=name, value=value)


def whole(amounts: Sequence[Quantity]) -> list[Quantity]:
    """Amounts as labels of a chart: without decimals where they are large."""
    large = max((abs(q.value) for q in amounts if q.known), default=0.0) >= LARGE
    return [q.as_kind("whole" if large else "cell") for q in amounts]


def values_of(quantities: Sequence[Quantity]) -> tuple[float, ...]:
    """Bare numbers, for drawing."""
    return tuple(q.value for q in quantities)


def flat(*parts: Block | Sequence[Block]) -> list[Block]:
    """Blocks and lists of blocks as one list."""
    blocks: list[Block] = []
    for part in parts:
        blocks += part if isinstance(part, Sequence) else [part]
    return blocks

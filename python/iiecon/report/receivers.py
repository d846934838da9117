"""Sectors of the input-output table: which of them receive most of the base year's value added."""

from __future__ import annotations

from iiecon.report.charts import Bars, Ranked
from iiecon.report.document import Block, Cell, Figure
from iiecon.report.quantities import Quantity, Quoted, rank, share, total
from iiecon.report.scribe import TOP, Scribe, flat, values_of, whole
from iiecon.report.wording import cell

LISTED = 10


def chapter(s: Scribe) -> list[Block]:
    """The largest receivers of indirect value added, and the direct sectors."""
    codes = s.facts.inputs.table.codes
    indirect = {code: _of(s, code, "indirect") for code in codes}
    whole_indirect = total(list(indirect.values()))
    rows = sorted(indirect.items(), key=lambda p: -p[1].value)[:LISTED]
    top = rows[:TOP]
    direct = sorted(((c, _of(s, c, "direct")) for c in codes), key=lambda p: -p[1].value)
    base = s.year(s.facts.years[0])
    return flat(
        s.heading(1, "io"),
        s.voice.paragraph(
            s.voice.say(
                "io.largest",
                year=base,
                count=Quantity(len(codes), "count", ("length", "contribution")),
                list=s.ranking([(s.names.sector(c), v) for c, v in top]),
                share=share(total([v for _, v in top]), whole_indirect),
            ),
            s.voice.say(
                "io.direct",
                list=s.ranking([(s.names.sector(c), v) for c, v in direct[:3] if v.value > 0]),
            ),
        ),
        _figure(s, rows, whole_indirect),
        s.table(
            "receivers_table",
            s.header("rank", "code", "sector", "section", "direct", "indirect", "share"),
            [
                [
                    cell(rank(v, list(indirect.values()))),
                    *_labels(s, code),
                    cell(_of(s, code, "direct", "cell")),
                    cell(v.as_kind("cell")),
                    cell(share(v, whole_indirect)),
                ]
                for code, v in rows
            ],
            year=base,
        ),
    )


def _of(s: Scribe, code: str, field: str, kind: str = "money") -> Quantity:
    return s.facts.of("contribution", field, kind, code)


def _labels(s: Scribe, code: str) -> list[Cell]:
    section = s.facts.inputs.sector_sections[s.facts.inputs.table.codes.index(code)]
    return [Cell((word,)) for word in (Quoted(code), s.names.sector(code), Quoted(section))]


def _figure(s: Scribe, rows: list[tuple[str, Quantity]], whole_indirect: Quantity) -> Figure:
    amounts = whole([v for _, v in rows])
    rates = [share(v, whole_indirect) for _, v in rows]
    chart = Ranked(
        title=s.chart_text("indirect"),
        names=tuple(s.chart_names.sector(code).text for code, _ in rows),
        series=(Bars("", values_of(amounts), s.bracketed(amounts, rates)),),
        forecast=(False,),
    )
    caption = s.voice.say("caption.receivers", year=s.year(s.facts.years[0]))
    told = s.told_largest(s.names.sector(rows[0][0]), rows[0][1])
    return Figure(caption, chart, s.voice.say("alternative.ranked", caption=caption, told=told))

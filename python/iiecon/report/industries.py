"""Industries: the three sectors, and each section with its place, growth and employment."""

from __future__ import annotations

from iiecon.inputs import Section
from iiecon.regions import SECTORS3
from iiecon.report.charts import Panels, YearChart
from iiecon.report.document import Block, Cell
from iiecon.report.quantities import (
    Quantity,
    Words,
    constant,
    count_above,
    count_below,
    growth,
    plain,
    rank,
    share,
    total,
)
from iiecon.report.scribe import TOP, Scribe, flat
from iiecon.report.wording import cell

LARGE_SECTION = 1000.0  # 亿元: the text counts the sections above it


def chapter(s: Scribe) -> list[Block]:
    """Figures 9 to 19 of the white paper, for every section."""
    blocks = flat(s.heading(1, "industries"), _three(s), _overview(s))
    for sector in SECTORS3:
        members = [x for x in s.facts.inputs.sections if x.sector3 == sector]
        if members:
            blocks.append(s.heading(2, sector))
        for section in members:
            blocks += _section(s, section)
    return blocks


def value(s: Scribe, section: Section, year: int, kind: str = "money") -> Quantity:
    """Value added of a section."""
    return s.facts.of("sections", "total", kind, year, section.code)


def jobs(s: Scribe, section: Section, year: int, kind: str = "people") -> Quantity:
    """Employment of a section, direct plus indirect."""
    fields = ("employment_direct", "employment_indirect")
    return total([s.facts.of("sections", field, kind, year, section.code) for field in fields])


def ranked(s: Scribe, year: int) -> list[tuple[Section, Quantity]]:
    """The sections with their value added, the largest first."""
    pairs = [(section, value(s, section, year)) for section in s.facts.inputs.sections]
    return sorted(pairs, key=lambda p: -p[1].value)


def three_sentence(s: Scribe, year: int) -> Words:
    """Value added and shares of the three sectors."""
    values = [s.facts.of("sectors3", "total", "money", year, x) for x in SECTORS3]
    nation = s.facts.nation("total", "money", year)
    listed = s.voice.listed
    return s.voice.say(
        "sectors3.value",
        year=s.year(year),
        sectors=listed([s.voice.say(f"sector.{x}") for x in SECTORS3]),
        values=listed([(v,) for v in values]),
        shares=listed([(share(v, nation),) for v in values]),
        mark=s.mark(s.facts.estimated("sectors3", year, SECTORS3[0])),
    )


def largest_sentence(s: Scribe) -> list[Words]:
    """The largest sections of the present year."""
    rows = ranked(s, s.facts.present)
    (first, most), rest = rows[0], rows[1:TOP]
    nation = s.facts.nation("total", "money", s.facts.present)
    named = [(s.names.section(x), v) for x, v in rest]
    return [
        s.voice.say(
            "sections.largest", year=s.year(s.facts.present), name=s.names.section(first),
            value=most, share=share(most, nation), count=s.facts.length("sections"),
            mark=s.mark(s.facts.estimated("sections", s.facts.present, first.code)),
        ),
        s.voice.say("sections.next", list=s.ranking(named)) if named else (),
    ]  # fmt: skip


def _three(s: Scribe) -> list[Block]:
    f, year, ahead = s.facts, s.facts.present, s.facts.ahead

    def rates(year: int) -> Words:
        rates = [f.growth("sectors3", "total", "cell", year, x) for x in SECTORS3]
        return s.voice.listed([(r,) for r in rates])

    coming: Words = ()
    if ahead:
        values = s.voice.listed([(_of_three(s, x, ahead, "money"),) for x in SECTORS3])
        coming = s.voice.say(
            "sectors3.ahead", year=s.year(ahead), values=values, rates=rates(ahead)
        )
    chart = YearChart(
        title=s.chart_text("sectors3"),
        ticks=s.ticks(lambda y: f.estimated("sectors3", y, SECTORS3[0])),
        forecast=s.forecast,
        bars=tuple(
            s.series(
                plain(s.chart_voice.label(x), s.chart_voice.language),
                [_of_three(s, x, y) for y in f.years],
            )
            for x in SECTORS3
        ),
    )
    heads = s.header("sector3", *s.year_heads(), *s.growth_heads())
    rows = [_three_row(s, x) for x in SECTORS3]
    return flat(
        s.heading(2, "sectors3"),
        s.voice.paragraph(
            three_sentence(s, year),
            s.voice.say("sectors3.growth", year=s.year(year), rates=rates(year)),
            coming,
        ),
        s.figure("sectors3", chart, lambda y: f.nation("total", "money", y)),
        s.yearly(s.table("sectors3_table", heads, [*rows, s.nation_row("total")], total=True)),
    )


def _of_three(s: Scribe, sector: str, year: int, kind: str = "cell") -> Quantity:
    return s.facts.of("sectors3", "total", kind, year, sector)


def _three_row(s: Scribe, sector: str) -> list[Cell]:
    numbers = s.row(
        lambda y: _of_three(s, sector, y), lambda y: s.facts.estimated("sectors3", y, sector)
    )
    return [Cell(s.voice.label(sector)), *numbers]


def _overview(s: Scribe) -> list[Block]:
    year, ahead = s.facts.present, s.facts.ahead
    rows = ranked(s, year)
    threshold = constant(LARGE_SECTION, "round_money")
    above = count_above([v for _, v in rows], threshold)
    heads = s.header("rank", "section", *s.year_heads(), *s.growth_heads())
    lines = [
        [cell(rank(v, [x for _, x in rows])), *_section_row(s, section)] for section, v in rows
    ]
    lines.append([Cell(()), *s.nation_row("total")])
    return flat(
        s.heading(2, "sections"),
        s.voice.paragraph(
            *largest_sentence(s),
            s.voice.say("sections.above", threshold=threshold, count=above),
            *(_growth_sentences(s, year)),
            *(_growth_sentences(s, ahead) if ahead else ()),
        ),
        s.yearly(s.table("sections", heads, lines, total=True)),
        _jobs_table(s),
    )


def _growth_sentences(s: Scribe, year: int) -> list[Words]:
    sections = s.facts.inputs.sections
    rates = [s.facts.growth("sections", "total", "money", year, x.code) for x in sections]
    pairs = [(s.names.section(x), r) for x, r in zip(sections, rates, strict=True)]
    falling = count_below([r for r in rates if r.known], constant(0.0, "percent"))
    fell = s.voice.say("sections.falling", count=falling) if falling.value else ()
    return [s.extremes("sections.fastest", pairs, "rate", year=s.year(year)), fell]


def _section_row(s: Scribe, section: Section) -> list[Cell]:
    def estimated(year: int) -> bool:
        return s.facts.estimated("sections", year, section.code)

    name = Cell((s.names.section(section),))
    return [name, *s.row(lambda y: value(s, section, y, "cell"), estimated)]


def _jobs_table(s: Scribe) -> list[Block]:
    """Employment by section in the years that the text dwells on; none where none is known."""
    sections, f = s.facts.inputs.sections, s.facts
    years = [y for y in s.told if any(jobs(s, section, y).known for section in sections)]
    heads: list[str | Words] = ["section"]
    for year in years:
        for part in ("direct", "indirect", "total"):
            heads.append(s.voice.say(f"column.{part}_of", year=s.year(year)))
    growing = years if len(years) > 1 else []
    heads += [s.voice.say("column.growth_of", year=s.year(y)) for y in growing[-1:]]
    rows = []
    for section in sections:
        line = [Cell((s.names.section(section),))]
        for year in years:
            marked = f.estimated("national", year)
            line += [cell(q, marked) for q in _jobs_of(s, section, year)]
        for year in growing[-1:]:
            rate = growth(jobs(s, section, year), jobs(s, section, year - 1))
            line.append(cell(rate, f.estimated("national", year)))
        rows.append(line)
    return [s.table("section_jobs", s.header(*heads), rows)] if years else []


def _jobs_of(s: Scribe, section: Section, year: int) -> list[Quantity]:
    fields = ("employment_direct", "employment_indirect")
    parts = [s.facts.of("sections", field, "cell", year, section.code) for field in fields]
    return [*parts, jobs(s, section, year, "cell")]


def _section(s: Scribe, section: Section) -> list[Block]:
    f, year, ahead = s.facts, s.facts.present, s.facts.ahead
    name = s.names.section(section)
    others = [v for _, v in ranked(s, year)]
    now, nation = value(s, section, year), f.nation("total", "money", year)
    direct, indirect = (
        f.of("sections", field, "money", year, section.code) for field in ("direct", "indirect")
    )
    sentences = [
        s.voice.say(
            "sections.value", year=s.year(year), name=name, value=now,
            change=s.voice.change(now, value(s, section, year - 1)), share=share(now, nation),
            count=f.length("sections"), rank=rank(now, others),
            mark=s.mark(f.estimated("sections", year, section.code)),
        ),
        s.voice.say("sections.direct", direct=direct, indirect=indirect) if direct.value else (),
    ]  # fmt: skip
    if ahead:
        coming = value(s, section, ahead)
        change = s.voice.change(coming, value(s, section, ahead - 1))
        sentences.append(
            s.voice.say("sections.ahead", year=s.year(ahead), value=coming, change=change)
        )
    for key, told in (("jobs", year), ("jobs_ahead", ahead)):
        if told:
            people, before = jobs(s, section, told), jobs(s, section, told - 1)
            added = s.voice.added(people, before)
            sentences.append(
                s.voice.say(
                    f"sections.{key}", year=s.year(told), people=people, added=added,
                    mark=s.mark(f.estimated("national", told)),
                )
            )  # fmt: skip
    return flat(
        s.heading(3, "section", name=name),
        s.voice.paragraph(*sentences),
        s.figure("section", _section_chart(s, section), lambda y: value(s, section, y), name=name),
    )


def _section_chart(s: Scribe, section: Section) -> Panels:
    f = s.facts

    def estimated(year: int) -> bool:
        return f.estimated("sections", year, section.code)

    money = YearChart(
        title=s.chart_text("value"),
        ticks=s.ticks(estimated),
        forecast=s.forecast,
        bars=(s.bars("series_value", lambda y: value(s, section, y, "cell")),),
        line=s.rates(
            "series_growth", lambda y: growth(value(s, section, y), value(s, section, y - 1))
        ),
    )
    people = YearChart(
        title=s.chart_text("jobs"),
        ticks=s.ticks(lambda y: f.estimated("national", y)),
        forecast=s.forecast,
        bars=(s.bars("series_jobs", lambda y: jobs(s, section, y, "cell")),),
    )
    has_jobs = any(jobs(s, section, y).known for y in f.years)
    return Panels((money, s.known(people)) if has_jobs else (money,))

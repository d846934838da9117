"""The nation: value added and growth, its two parts, employment."""

from __future__ import annotations

from iiecon.report.charts import Panels, YearChart
from iiecon.report.document import Block, Cell
from iiecon.report.quantities import Quantity, Words, quotient, share
from iiecon.report.scribe import Scribe, flat, whole
from iiecon.report.wording import cell

FIELDS = ("direct", "indirect", "total")
JOBS = ("employment", "employment_direct", "employment_indirect")


def chapter(s: Scribe) -> list[Block]:
    """Figures 3 to 5 of the white paper."""
    return flat(s.heading(1, "nation"), _value(s), _structure(s), _jobs(s), _table(s))


def value_sentences(s: Scribe, year: int) -> Words:
    """The sentence with the key numbers of a year."""
    told: dict[str, Quantity | Words] = {"year": s.year(year)}
    for field in FIELDS:
        now, before = (s.facts.nation(field, "money", y) for y in (year, year - 1))
        told[field] = now
        told["change" if field == "total" else f"{field}_change"] = s.voice.change(now, before)
    if year > s.facts.present:
        return s.voice.say("nation.ahead", **told)
    return s.voice.say("nation.value", **told, mark=_mark(s, year))


def share_sentence(s: Scribe, key: str, year: int) -> Words:
    """The share of GDP and how it moved."""
    now, before = (s.facts.nation("share_of_gdp", "percent", y) for y in (year, year - 1))
    moved = s.voice.moved(now, before)
    return s.voice.say(key, year=s.year(year), share=now, moved=moved, mark=_mark(s, year))


def jobs_sentence(s: Scribe, key: str, year: int, field: str = "employment") -> Words:
    """Employment of a year and how it changed."""
    now, before = (s.facts.nation(field, "people", y) for y in (year, year - 1))
    added = s.voice.added(now, before)
    return s.voice.say(key, year=s.year(year), people=now, added=added, mark=_mark(s, year))


def _mark(s: Scribe, year: int) -> Words:
    return s.mark(s.facts.estimated("national", year))


def _value(s: Scribe) -> list[Block]:
    f, ahead = s.facts, s.facts.ahead

    def estimated(year: int) -> bool:
        return f.estimated("national", year)

    total, rates = (
        YearChart(
            title=s.chart_text("value"),
            ticks=s.ticks(estimated),
            forecast=s.forecast,
            bars=(s.bars("series_value", lambda y: f.nation("total", "cell", y)),),
            line=s.rates("series_growth", lambda y: f.growth("national", "total", "cell", y)),
        ),
        YearChart(
            title=s.chart_text("share"),
            ticks=s.ticks(estimated),
            forecast=s.forecast,
            bars=(s.rates("series_share", lambda y: f.nation("share_of_gdp", "percent", y)),),
            percent=True,
        ),
    )
    path = s.voice.listed([(f.nation("share_of_gdp", "percent", y),) for y in s.columns])
    several = len(s.columns) > 1 and s.columns == f.years
    return flat(
        s.heading(2, "value"),
        s.voice.paragraph(
            value_sentences(s, f.present), value_sentences(s, ahead) if ahead else ()
        ),
        s.figure("value", total, lambda y: f.nation("total", "money", y)),
        s.voice.paragraph(
            share_sentence(s, "nation.share", f.present),
            share_sentence(s, "nation.share_ahead", ahead) if ahead else (),
            s.voice.say(
                "nation.path", first=s.year(f.years[0]), last=s.year(f.years[-1]), shares=path
            )
            if several
            else (),
        ),
        s.figure("share", rates, lambda y: f.nation("share_of_gdp", "percent", y)),
    )


def _structure(s: Scribe) -> list[Block]:
    f, ahead = s.facts, s.facts.ahead

    def ratio(year: int) -> Quantity:
        return quotient(f.nation("indirect", "cell", year), f.nation("direct", "cell", year))

    def sentence(key: str, year: int) -> Words:
        part = share(f.nation("indirect", "money", year), f.nation("total", "money", year))
        return s.voice.say(key, year=s.year(year), share=part, ratio=ratio(year))

    first, compared = f.years[0], ()  # type: tuple[int, Words]
    if f.present > first:
        moved = round(ratio(f.present).value, 2) - round(ratio(first).value, 2)
        key = "nation.ratio_rise" if moved > 0 else "nation.ratio_fall"
        compared = s.voice.say(key, first=s.year(first), ratio=ratio(first)) if moved else ()
    chart = YearChart(
        title=s.chart_text("structure"),
        ticks=s.ticks(lambda y: f.estimated("national", y)),
        forecast=s.forecast,
        bars=tuple(
            s.bars(f"series_{field}", lambda y, field=field: f.nation(field, "cell", y))  # type: ignore[misc]
            for field in FIELDS[:2]
        ),
        totals=s.labels(whole([f.nation("total", "cell", y) for y in f.years])),
        stacked=True,
    )
    return flat(
        s.heading(2, "structure"),
        s.voice.paragraph(
            sentence("nation.indirect_share", f.present),
            compared,
            sentence("nation.indirect_ahead", ahead) if ahead else (),
        ),
        s.figure("structure", chart, lambda y: f.nation("total", "money", y)),
    )


def _jobs(s: Scribe) -> list[Block]:
    f, year, ahead = s.facts, s.facts.present, s.facts.ahead

    def panel(field: str, title: str) -> YearChart:
        chart = YearChart(
            title=s.chart_text(title),
            ticks=s.ticks(lambda y: f.estimated("national", y)),
            forecast=s.forecast,
            bars=(s.bars("series_jobs", lambda y: f.nation(field, "cell", y)),),
            line=s.rates("series_growth", lambda y: f.growth("national", field, "cell", y)),
        )
        return s.known(chart)

    told = any(f.nation(JOBS[1], "people", y).known for y in f.years)
    charts = Panels((panel(JOBS[1], "jobs_direct"), panel(JOBS[2], "jobs_indirect")))
    both, before = (f.nation("employment_indirect", "people", y) for y in (year, year - 1))
    part = share(both, f.nation("employment", "people", year))
    split = s.voice.say(
        "nation.jobs_indirect", people=both, added=s.voice.added(both, before), share=part
    )
    direct = jobs_sentence(s, "nation.jobs_direct", year, JOBS[1])
    ahead_split: Words = ()
    if ahead:
        parts = [f.nation(field, "people", ahead) for field in JOBS[1:]]
        ahead_split = s.voice.say("nation.jobs_split_ahead", direct=parts[0], indirect=parts[1])
    return flat(
        s.heading(2, "jobs"),
        s.voice.paragraph(
            jobs_sentence(s, "nation.jobs", year),
            *((direct, split) if direct and split else ()),
            *((jobs_sentence(s, "nation.jobs_ahead", ahead), ahead_split) if ahead else ()),
        ),
        s.figure("jobs", charts, lambda y: f.nation("employment", "people", y)) if told else [],
    )


def _table(s: Scribe) -> list[Block]:
    f = s.facts
    columns = ("year", *FIELDS, "growth", "share_of_gdp", "jobs", "jobs_direct", "jobs_indirect")
    rows = []
    for year in f.years:
        numbers = [
            *(f.nation(field, "cell", year) for field in FIELDS),
            f.growth("national", "total", "cell", year),
            f.nation("share_of_gdp", "percent", year),
            *(f.nation(field, "cell", year) for field in JOBS),
        ]
        marked = f.estimated("national", year)
        rows.append([Cell((s.year(year),)), *(cell(q, marked) for q in numbers)])
    return [s.table("summary", s.header(*columns), rows)]

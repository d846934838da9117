"""Regions and provinces: rankings, the map, employment."""

from __future__ import annotations

from collections.abc import Sequence

from iiecon import catalogue
from iiecon.inputs import Province, Region
from iiecon.report.charts import Bars, Chart, Ranked, Tile, TileMap
from iiecon.report.document import Block, Cell, Figure
from iiecon.report.quantities import (
    NAN,
    Quantity,
    Quoted,
    Words,
    constant,
    count_above,
    rank,
    share,
    total,
)
from iiecon.report.scribe import TOP, Scribe, flat, values_of, whole
from iiecon.report.wording import cell
from iiecon.workbook.map_sheet import grid

LARGE_PROVINCE = 1000.0  # 亿元: the text counts the provinces above it


def chapter(s: Scribe) -> list[Block]:
    """Figures 21 to 25 of the white paper."""
    return flat(s.heading(1, "places"), _regions(s), _provinces(s), _province_jobs(s))


def region_sentences(s: Scribe) -> list[Words]:
    """The largest regions of the present year; nothing when no province is in one."""
    rows = _ranked_regions(s)
    if not rows:
        return []
    (first, most), rest = rows[0], rows[1:TOP]
    year = s.facts.present
    named = [(s.names.region(r), v) for r, v in rest]
    return [
        s.voice.say(
            "regions.largest", year=s.year(year), name=s.names.region(first), value=most,
            change=s.voice.change(most, _region(s, first, year - 1)),
            count=Quantity(len(rows), "count", ("regions",)),
            share=s.facts.of("regions", "share_of_gdp", "percent", year, first.key),
            mark=s.mark(s.facts.estimated("regions", year, first.key)),
        ),
        s.voice.say("regions.next", list=s.ranking(named)) if named else (),
    ]  # fmt: skip


def province_sentence(s: Scribe) -> Words:
    """The largest provinces of the present year."""
    return _top(s, "provinces.largest", _ranked_provinces(s, "value_added"), "total")


def jobs_sentence(s: Scribe) -> Words:
    """The provinces with the most employment."""
    return _top(s, "provinces.jobs", _ranked_provinces(s, "employment"), "employment")


def _top(s: Scribe, key: str, rows: Sequence[tuple[Province, Quantity]], field: str) -> Words:
    top = rows[:TOP]
    nation = s.facts.nation(field, rows[0][1].kind, s.facts.present)
    return s.voice.say(
        key,
        year=s.year(s.facts.present),
        list=s.ranking([(s.names.province(p), v) for p, v in top]),
        share=share(total([v for _, v in top]), nation),
        count=s.facts.length("provinces"),
        mark=_mark(s, top[0][0]),
    )


def _mark(s: Scribe, province: Province) -> Words:
    return s.mark(s.facts.estimated("provinces", s.facts.present, province.code))


# --- Regions


def _region(s: Scribe, region: Region, year: int, kind: str = "money") -> Quantity:
    return s.facts.of("regions", "value_added", kind, year, region.key)


def _ranked_regions(s: Scribe) -> list[tuple[Region, Quantity]]:
    """The regions that have provinces, the largest first."""
    used = {p.region for p in s.facts.inputs.provinces}
    pairs = [(r, _region(s, r, s.facts.present)) for r in s.facts.inputs.regions if r.key in used]
    return sorted(pairs, key=lambda p: -p[1].value)


def _regions(s: Scribe) -> list[Block]:
    rows = _ranked_regions(s)
    head = [s.heading(2, "regions")]
    if not rows:
        return flat(head, s.voice.paragraph(s.voice.say("regions.none")))
    f, year = s.facts, s.facts.present
    densest = [
        (s.names.region(r), f.of("regions", "share_of_gdp", "percent", year, r.key))
        for r, _ in rows
    ]
    fastest = [
        s.extremes(
            "regions.fastest",
            [(s.names.region(r), f.growth("regions", "value_added", "money", y, r.key))
             for r, _ in rows],
            "rate",
            year=s.year(y),
        )
        for y in s.told
    ]  # fmt: skip
    return flat(
        head,
        s.voice.paragraph(
            *region_sentences(s), s.extremes("regions.densest", densest, "share"), *fastest
        ),
        _bars(
            s, "regions", "with_share",
            [(s.names.region(r), s.chart_names.region(r), v) for r, v in rows],
            [q for _, q in densest],
        ),
        _region_growth(s, [r for r, _ in rows]),
        _region_table(s, rows),
    )  # fmt: skip


def _region_growth(s: Scribe, regions: Sequence[Region]) -> list[Block]:
    """Growth of the present year and of the forecast, beside one another."""
    f = s.facts
    by_year = {
        y: [f.growth("regions", "value_added", "cell", y, r.key) for r in regions] for y in s.told
    }
    known = {y: rates for y, rates in by_year.items() if any(r.known for r in rates)}
    if not known:
        return []
    chart = Ranked(
        title=s.chart_text("growth"),
        names=tuple(s.chart_names.region(r).text for r in regions),
        series=tuple(
            Bars(s.chart_text("tick", year=s.year(y)), values_of(rates), s.labels(rates))
            for y, rates in known.items()
        ),
        forecast=tuple(f.forecast(y) for y in known),
        percent=True,
    )
    caption = s.voice.say("caption.region_growth")
    return [Figure(caption, chart, s.voice.say("alternative.ranked", caption=caption, told=()))]


def _region_table(s: Scribe, rows: Sequence[tuple[Region, Quantity]]) -> Block:
    heads = s.header("rank", "region", *s.year_heads(), *s.growth_heads(), "share_of_gdp")
    lines = []
    for region, amount in rows:
        numbers = _place_row(s, "regions", region.key, s.names.region(region))
        lines.append([cell(rank(amount, [v for _, v in rows])), *numbers])
    return s.yearly(s.table("regions_table", heads, lines))


def _place_row(s: Scribe, table: str, key: str, name: Quoted) -> list[Cell]:
    """The name of a region or province, its value added by year, and its present share of GDP."""
    f = s.facts

    def estimated(year: int) -> bool:
        return f.estimated(table, year, key)

    part = f.of(table, "share_of_gdp", "percent", f.present, key)
    numbers = s.row(lambda y: f.of(table, "value_added", "cell", y, key), estimated)
    return [Cell((name,)), *numbers, cell(part, estimated(f.present))]


# --- Provinces


def _province(s: Scribe, province: Province, year: int, kind: str = "money") -> Quantity:
    return s.facts.of("provinces", "value_added", kind, year, province.code)


def _people(s: Scribe, province: Province, year: int, kind: str = "people") -> Quantity:
    return s.facts.of("provinces", "employment", kind, year, province.code)


def _ranked_provinces(s: Scribe, field: str) -> list[tuple[Province, Quantity]]:
    ask = _province if field == "value_added" else _people
    pairs = [(p, ask(s, p, s.facts.present)) for p in s.facts.inputs.provinces]
    return sorted(pairs, key=lambda p: -p[1].value)


def _provinces(s: Scribe) -> list[Block]:
    f, year = s.facts, s.facts.present
    rows = _ranked_provinces(s, "value_added")
    threshold = constant(LARGE_PROVINCE, "round_money")
    parts = [f.of("provinces", "share_of_gdp", "percent", year, p.code) for p, _ in rows]
    densest = [(s.names.province(p), q) for (p, _), q in zip(rows, parts, strict=True)]
    above = count_above([v for _, v in rows], threshold)
    return flat(
        s.heading(2, "provinces"),
        s.voice.paragraph(_comparability(s), role="note"),
        s.voice.paragraph(
            province_sentence(s),
            s.voice.say("provinces.above", threshold=threshold, count=above),
            s.extremes("provinces.densest", densest, "share"),
            *(_fastest(s, "provinces.fastest", "value_added", y) for y in s.told),
        ),
        _bars(
            s, "provinces", "with_share",
            [(s.names.province(p), s.chart_names.province(p), v) for p, v in rows], parts,
        ),
        _map(s, rows),
        _province_table(s, rows),
    )  # fmt: skip


def _comparability(s: Scribe) -> Words:
    """What the sheet Provinces says of the shipped figures, as long as they are used."""
    if "province_gdp" in s.facts.changed:
        return ()
    return (s.names.quoted(catalogue.text("sheet.Provinces.note", s.voice.language)),)


def _fastest(s: Scribe, key: str, field: str, year: int) -> Words:
    pairs = [
        (s.names.province(p), s.facts.growth("provinces", field, "cell", year, p.code))
        for p in s.facts.inputs.provinces
    ]
    return s.extremes(key, pairs, "rate", year=s.year(year))


def _map(s: Scribe, rows: Sequence[tuple[Province, Quantity]]) -> Figure:
    labels = s.labels(whole([v for _, v in rows]))
    found = {
        p.code: (s.chart_names.province(p).text, v.value, label)
        for (p, v), label in zip(rows, labels, strict=True)
    }
    drawn = []
    for row, line in enumerate(grid()):
        for column, code in enumerate(line):
            if code in found:
                drawn.append(Tile(row, column, *found[code]))
            elif code:
                drawn.append(Tile(row, column, s.chart_names.place(code).text, NAN, ""))
    chart = TileMap(s.chart_text("map"), tuple(drawn), s.chart_text("without"))
    caption = s.voice.say("caption.map", year=s.year(s.facts.present))
    told = s.told_largest(s.names.province(rows[0][0]), rows[0][1])
    return Figure(caption, chart, s.voice.say("alternative.map", caption=caption, told=told))


def _province_table(s: Scribe, rows: Sequence[tuple[Province, Quantity]]) -> Block:
    f, year = s.facts, s.facts.present
    heads = s.header("rank", "province", *s.year_heads(), *s.growth_heads(), "share_of_gdp")
    lines = []
    for province, amount in rows:
        numbers = _place_row(s, "provinces", province.code, s.names.province(province))
        lines.append([cell(rank(amount, [v for _, v in rows])), *numbers])
    part = cell(f.nation("share_of_gdp", "percent", year), f.estimated("national", year))
    lines.append([Cell(()), *s.nation_row("total"), part])
    return s.yearly(s.table("provinces_table", heads, lines, total=True, year=s.year(year)))


# --- Employment of provinces


def _province_jobs(s: Scribe) -> list[Block]:
    f, year = s.facts, s.facts.present
    rows = _ranked_provinces(s, "employment")
    rates = [f.growth("provinces", "employment", "cell", year, p.code) for p, _ in rows]
    return flat(
        s.heading(2, "province_jobs"),
        s.voice.paragraph(
            jobs_sentence(s),
            *(_fastest(s, "provinces.jobs_fastest", "employment", y) for y in s.told),
        ),
        _bars(
            s, "province_jobs", "with_growth",
            [(s.names.province(p), s.chart_names.province(p), v) for p, v in rows], rates,
        ),
        _jobs_table(s, rows),
    )  # fmt: skip


def _jobs_table(s: Scribe, rows: Sequence[tuple[Province, Quantity]]) -> Block:
    year = s.facts.present
    nation = s.facts.nation("employment", "people", year)
    heads = s.header("rank", "province", *s.year_heads(), *s.growth_heads(), "share")
    lines = []
    for province, people in rows:
        marked = s.facts.estimated("provinces", year, province.code)
        part = cell(share(people, nation), marked)
        among = [v for _, v in rows]
        lines.append([cell(rank(people, among)), *_jobs_row(s, province), part])
    lines.append([Cell(()), *s.nation_row("employment"), Cell(())])
    return s.yearly(s.table("province_jobs_table", heads, lines, total=True, year=s.year(year)))


def _jobs_row(s: Scribe, province: Province) -> list[Cell]:
    numbers = s.row(
        lambda y: _people(s, province, y, "cell"),
        lambda y: s.facts.estimated("provinces", y, province.code),
    )
    return [Cell((s.names.province(province),)), *numbers]


def _bars(
    s: Scribe,
    caption: str,
    title: str,
    rows: Sequence[tuple[Quoted, Quoted, Quantity]],
    rates: Sequence[Quantity],
) -> Figure:
    """A ranking of the present year as bars, each with a rate in brackets."""
    amounts = whole([v for _, _, v in rows])
    light = s.facts.forecast(s.facts.present)
    chart: Chart = Ranked(
        title=s.chart_text(title),
        names=tuple(drawn.text for _, drawn, _ in rows),
        series=(Bars("", values_of(amounts), s.bracketed(amounts, rates)),),
        forecast=(light,),
    )
    words = s.voice.say(f"caption.{caption}", year=s.year(s.facts.present))
    told = s.told_largest(rows[0][0], rows[0][2])
    return Figure(words, chart, s.voice.say("alternative.ranked", caption=words, told=told))

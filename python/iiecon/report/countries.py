"""The world: the list of countries quoted from the white paper, not computed here."""

from __future__ import annotations

from collections.abc import Sequence

from iiecon import catalogue, world
from iiecon.report.charts import Bars, Ranked
from iiecon.report.document import Block, Cell, Figure
from iiecon.report.quantities import Quantity, Quoted, Words, rank, share, total
from iiecon.report.scribe import TOP, Scribe, flat
from iiecon.report.wording import Voice, cell

LISTED = 10
OWN = "China"
GROUPS = {"income_group": "income", "world_region": "regions"}


def chapter(s: Scribe, given: Sequence[world.Country]) -> list[Block]:
    """Figures 6 to 8 of the white paper."""
    countries = world.compare(given).countries
    values = [_value(("country", c.name_en), c.value_added) for c in countries]
    whole = _value(("total",), sum(c.value_added for c in countries))
    rows = list(zip(countries, values, strict=True))
    top = [(_name(c, s.voice), v) for c, v in rows[:TOP]]
    own = [
        s.voice.say(
            "world.one",
            name=_name(c, s.voice),
            rank=rank(v, values).as_kind("place"),
            share=share(v, whole),
        )
        for c, v in rows
        if c.name_en == OWN
    ]
    return flat(
        s.heading(2, "world"),
        s.voice.paragraph(
            s.voice.say(
                "world.all",
                year=Quantity(world.YEAR, "year", ("world", "year")),
                count=_count(countries),
                total=whole,
                top=s.ranking(top),
                share=share(total([v for _, v in top]), whole),
            ),
            *own,
            *(_group_sentence(s, countries, field, whole) for field in GROUPS),
        ),
        s.voice.paragraph(s.voice.say("world.note"), role="note"),
        _figure(s, rows[:LISTED], whole),
        s.table(
            "world",
            s.header("rank", "country", "value", "share"),
            [
                [
                    cell(rank(v, values)),
                    Cell((_name(c, s.voice),)),
                    _amount(v),
                    cell(share(v, whole)),
                ]
                for c, v in rows[:LISTED]
            ],
        ),
        *(_group_table(s, countries, field, whole) for field in GROUPS),
    )


def _value(key: tuple[str, ...], amount: float) -> Quantity:
    return Quantity(amount, "dollars", ("world", *key))


def _name(country: world.Country, voice: Voice) -> Quoted:
    return Quoted(country.name_zh if voice.language == "zh" else country.name_en)


def _amount(value: Quantity) -> Cell:
    """A cell in 100 million dollars."""
    return cell(Quantity(value.value / 100, "cell", ("hundredth", value.origin)))


def _count(members: Sequence[world.Country]) -> Quantity:
    names = tuple(c.name_en for c in members)
    return Quantity(len(members), "count", ("world", "count", names))


def _members(
    countries: Sequence[world.Country], field: str
) -> list[tuple[str, list[world.Country], Quantity]]:
    """The groups with their countries and sums, the largest first."""
    keys = dict.fromkeys(getattr(c, field) for c in countries)
    groups = [(key, [c for c in countries if getattr(c, field) == key]) for key in keys]
    found = [
        (key, members, total([_value(("country", c.name_en), c.value_added) for c in members]))
        for key, members in groups
    ]
    return sorted(found, key=lambda g: -g[2].value)


def _group_name(s: Scribe, field: str, key: str) -> Words:
    return (catalogue.text(f"world.{field}.{key}", s.voice.language),)


def _group_sentence(
    s: Scribe, countries: Sequence[world.Country], field: str, whole: Quantity
) -> Words:
    key, members, amount = _members(countries, field)[0]
    told: dict[str, Words | Quantity] = {
        "name": _group_name(s, field, key), "share": share(amount, whole),
    }  # fmt: skip
    if field == "income_group":
        told["count"] = _count(members)
    return s.voice.say(f"world.{GROUPS[field]}", **told)


def _group_table(
    s: Scribe, countries: Sequence[world.Country], field: str, whole: Quantity
) -> Block:
    caption = "income" if field == "income_group" else "world_regions"
    return s.table(
        caption,
        s.header("group", "countries", "value", "share"),
        [
            [
                Cell(_group_name(s, field, key)), cell(_count(members)), _amount(amount),
                cell(share(amount, whole)),
            ]
            for key, members, amount in _members(countries, field)
        ],
    )  # fmt: skip


def _figure(s: Scribe, rows: Sequence[tuple[world.Country, Quantity]], whole: Quantity) -> Figure:
    amounts = [Quantity(v.value / 100, "whole", ("hundredth", v.origin)) for _, v in rows]
    rates = [share(v, whole) for _, v in rows]
    chart = Ranked(
        title=s.chart_text("dollars"),
        names=tuple(_name(c, s.chart_voice).text for c, _ in rows),
        series=(Bars("", tuple(a.value for a in amounts), s.bracketed(amounts, rates)),),
        forecast=(False,),
    )
    caption = s.voice.say("caption.world_top")
    told = s.told_largest(_name(rows[0][0], s.voice), rows[0][1])
    return Figure(caption, chart, s.voice.say("alternative.ranked", caption=caption, told=told))

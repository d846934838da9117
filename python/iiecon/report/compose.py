"""The report as a document: all chapters in the white paper's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from iiecon.report import basis, countries, industries, nation, places, receivers
from iiecon.report.document import Block, Document, Paragraph
from iiecon.report.facts import Facts, Names
from iiecon.report.fonts import Font
from iiecon.report.quantities import Quoted, Words
from iiecon.report.scribe import Scribe, flat
from iiecon.report.wording import Voice
from iiecon.results import ModelResults
from iiecon.world import Country


@dataclass(frozen=True)
class Edition:
    """How a report is to be made: its language, the font of its charts, a date if one is wanted."""

    language: str
    font: Font
    date: str = ""


def compose(results: ModelResults, edition: Edition, world: Sequence[Country] = ()) -> Document:
    """The report on the results; without countries, and for another industry than theirs, it has no
    comparison with the world.
    """
    s = _scribe(results, edition)
    nothing = s.voice.paragraph(s.voice.say("nothing"))
    blocks = flat(
        *(Paragraph(words, "warning") for words in font_warnings(s, edition.font)),
        _front(s, edition.date),
        _results(s, world) if s.facts.nation("total", "money", s.facts.present).value else nothing,
        basis.chapter(s),
    )
    return Document(edition.language, s.voice.say("title"), tuple(blocks))


def _results(s: Scribe, world: Sequence[Country]) -> list[Block]:
    return flat(
        s.heading(1, "summary"),
        _summary(s),
        nation.chapter(s),
        # The list of countries is about the industry of the white paper.
        countries.chapter(s, world) if world and s.facts.inputs.industry.is_published else [],
        industries.chapter(s),
        places.chapter(s),
        receivers.chapter(s),
    )


def _scribe(results: ModelResults, edition: Edition) -> Scribe:
    facts = Facts(results)
    drawn = edition.language if edition.font.chinese else "en"
    voice, chart_voice = (
        Voice(language, results.inputs.industry.words(language))
        for language in (edition.language, drawn)
    )
    names = Names(facts, edition.language)
    return Scribe(facts, voice, names, chart_voice, Names(facts, drawn, edition.font.missing))


def font_warnings(s: Scribe, font: Font) -> list[Words]:
    """What the charts cannot write, if anything."""
    if not font.chinese and s.voice.language == "zh":
        return [s.voice.say("no_font")]
    inputs = s.facts.inputs
    named = [
        *(s.names.section(x) for x in inputs.sections),
        *(s.names.province(x) for x in inputs.provinces),
        *(s.names.region(x) for x in inputs.regions),
    ]
    missing = font.missing("".join(n.text for n in named))
    return [s.voice.say("no_glyph", characters=Quoted(missing))] if missing else []


def _front(s: Scribe, date: str) -> list[Block]:
    first, last = s.year(s.facts.years[0]), s.year(s.facts.years[-1])
    say = s.voice.say
    years = say("subtitle", first=first, last=last)
    if len(s.facts.years) == 1:
        years = say("subtitle_one", first=first)
    return flat(
        s.voice.paragraph(years, role="subtitle"),
        s.voice.paragraph(say("dated", date=Quoted(date)), role="subtitle") if date else [],
        s.voice.paragraph(
            s.scores_mark(),
            say("mark.estimated"),
            _light(s),
            say("mark.prices"),
            role="note",
        ),
    )


def _light(s: Scribe) -> Words:
    """Which years are drawn light, if any."""
    coming = [y for y in s.facts.years if s.facts.forecast(y)]
    if not coming:
        return ()
    if len(coming) == 1:
        return s.voice.say("mark.forecast", year=s.year(coming[0]))
    return s.voice.say("mark.forecasts", first=s.year(coming[0]), last=s.year(coming[-1]))


def _summary(s: Scribe) -> list[Block]:
    year, ahead = s.facts.present, s.facts.ahead
    items: list[list[Words]] = [
        [nation.value_sentences(s, year)],
        [nation.share_sentence(s, "nation.share", year)],
        [nation.value_sentences(s, ahead)] if ahead else [],
        [nation.jobs_sentence(s, "nation.jobs", year)],
        [industries.three_sentence(s, year)],
        industries.largest_sentence(s),
        places.region_sentences(s),
        [places.province_sentence(s)],
        [places.jobs_sentence(s)],
    ]
    return flat(*(s.voice.paragraph(*sentences, role="item") for sentences in items))

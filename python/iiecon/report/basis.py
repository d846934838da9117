"""What the numbers rest on: method and options, scores, multipliers, sources, findings."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from iiecon import catalogue
from iiecon.findings import Finding
from iiecon.options import Options
from iiecon.report.document import Block, Cell
from iiecon.report.facts import INPUTS
from iiecon.report.quantities import Piece, Quantity, Quoted, Words
from iiecon.report.scribe import Scribe, flat
from iiecon.report.wording import cell

YEARS = ("base_year", "last_year", "data_until", "fit_first", "fit_last")


def chapter(s: Scribe) -> list[Block]:
    """Method, sources, findings and provenance."""
    return flat(
        s.heading(1, "basis"),
        _method(s),
        _scores(s),
        _multiplier(s),
        _sources(s),
        _findings(s),
        _provenance(s),
    )


def _method(s: Scribe) -> list[Block]:
    say, options = s.voice.say, s.facts.inputs.options
    window = s.facts.option("extrapolation_window")

    def chosen(key: str, value: str, **values: Piece) -> Words:
        return say(f"method.{key}_{value}", **values)

    return flat(
        s.heading(2, "method"),
        s.voice.paragraph(
            say("method.steps"),
            say(
                "method.base",
                base=s.facts.option("base_year", "year"),
                last=s.facts.option("last_year", "year"),
                until=s.facts.option("data_until", "year"),
            ),
        ),
        s.voice.paragraph(
            chosen("imports", options.imports),
            chosen("rate_base", options.rate_base),
            chosen("extrapolation", options.extrapolation, window=window),
            chosen("macro", options.macro_extrapolation, window=window),
            chosen("multiplier", options.multiplier_source),
            chosen("jobs", options.section_productivity),
        ),
        s.table(
            "options", s.header("option", "chosen", "default"), [_option(s, n) for n in _names(s)]
        ),
    )


def _names(s: Scribe) -> list[str]:
    return list(s.facts.records["provenance"]["options"])


def _option(s: Scribe, name: str) -> list[Cell]:
    given = s.facts.records["provenance"]["options"][name]
    default = Options().to_dict()[name]
    kind = "year" if name in YEARS else "count"
    meaning = catalogue.text(f"option.{name}", s.voice.language)
    if isinstance(given, int):
        preset = Quantity(float(default), kind, ("constant", default))
        return [Cell((piece,)) for piece in (Quoted(meaning), s.facts.option(name, kind), preset)]
    return [Cell((piece,)) for piece in (Quoted(meaning), _choice(s, given), _choice(s, default))]


def _choice(s: Scribe, value: object) -> Quoted:
    """The value of an option in words."""
    return Quoted(catalogue.text(f"option_value.{value}", s.voice.language))


def _scores(s: Scribe) -> list[Block]:
    f = s.facts
    rows = []
    for record in f.records["scores"]:
        code = record["code"]
        rows.append(
            [
                Cell((Quoted(code),)),
                Cell((s.names.sector(code),)),
                cell(f.of("scores", "panel_score", "factor", code)),
                cell(f.of("scores", "score", "factor", code)),
                Cell((s.names.grade(record["grade"]),)),
            ]
        )
    heads = s.header("code", "sector", "panel", "score", "grade")
    return flat(
        s.heading(2, "scores"),
        s.voice.paragraph(s.scores_mark(), s.voice.say("method.weak")),
        s.table("scores", heads, rows),
    )


def _multiplier(s: Scribe) -> list[Block]:
    f = s.facts
    taus = [f.of("multiplier", "tau", "factor", y) for y in f.years[1:]]
    path: Words = ()
    if taus and f.columns == f.years:
        path = s.voice.say(
            "method.taus", first=s.year(f.years[1]), last=s.year(f.years[-1]),
            taus=s.voice.listed([(t,) for t in taus]),
        )  # fmt: skip
    heads = s.header("year", "gamma", "computed", "used", "typed")
    return flat(
        s.heading(2, "multiplier"),
        s.voice.paragraph(
            s.voice.say(
                "method.production",
                first=f.option("fit_first", "year"),
                last=f.option("fit_last", "year"),
                alpha=f.single("production", "alpha", "factor"),
                beta=f.single("production", "beta", "factor"),
                r=f.single("production", "r2", "factor"),
            ),
            path,
        ),
        s.table("multiplier", heads, [_tau_row(s, y) for y in f.years]),
    )


def _tau_row(s: Scribe, year: int) -> list[Cell]:
    f = s.facts
    (record,) = (r for r in f.records["multiplier"] if r["year"] == year)
    computed = bool(record["gamma_estimated"])
    return [
        Cell((s.year(year),)),
        cell(f.of("multiplier", "gamma", "factor", year), computed),
        cell(f.of("multiplier", "tau_computed", "factor", year), computed),
        cell(f.of("multiplier", "tau", "factor", year), bool(record["estimated"])),
        Cell(s.voice.say("column.yes" if record["overridden"] else "column.no")),
    ]


def _sources(s: Scribe) -> list[Block]:
    described = _descriptions()
    rows = [_source(s, name, described, name in s.facts.changed) for name in INPUTS]
    notes = described["package"]["notes_zh" if s.voice.language == "zh" else "notes"]
    return flat(
        s.heading(2, "sources"),
        s.voice.paragraph(s.voice.say("source.intro")),
        s.table("sources", s.header("input", "origin", "source", "description"), rows),
        *(s.voice.paragraph((Quoted(note),), role="note") for note in notes),
    )


def _source(s: Scribe, name: str, described: dict[str, Any], changed: bool) -> list[Cell]:
    resource, sheet, _ = INPUTS[name]
    label = Cell(s.voice.say(f"input.{name}"))
    shipped = Cell(s.voice.say("column.no" if changed else "column.yes"))
    if changed:
        told = s.voice.say("source.changed", sheet=Quoted(sheet))
        return [label, shipped, Cell(told), Cell(())]
    if name == "experts":
        return [label, shipped, Cell((s.names.scores_source,)), Cell(())]
    if name == "growth":
        return [label, shipped, Cell(s.voice.say("source.growth")), Cell(())]
    entry, ending = described[resource], "_zh" if s.voice.language == "zh" else ""
    between = "；" if ending else "; "
    titles = between.join(source[f"title{ending}"] for source in entry["sources"])
    description = entry[f"description{ending}"]
    return [label, shipped, *(Cell((Quoted(text),)) for text in (titles, description))]


def _descriptions() -> dict[str, Any]:
    text = files("iiecon.data").joinpath("datapackage.json").read_text(encoding="utf-8")
    package = json.loads(text)
    return {r["name"]: r for r in package["resources"]} | {"package": package}


def _findings(s: Scribe) -> list[Block]:
    found = s.facts.results.findings
    head = s.heading(2, "findings")
    if not found:
        return flat(head, s.voice.paragraph(s.voice.say("finding.none")))
    rows = [_finding(s, finding) for finding in found]
    return flat(head, s.table("findings", s.header("place", "message"), rows))


def _finding(s: Scribe, finding: Finding) -> list[Cell]:
    def part(name: str) -> str:
        key = f"finding.{finding.key}.{name}"
        return catalogue.text(key, s.voice.language, **finding.values)

    between = "；" if s.voice.language == "zh" else "; "
    severity = s.voice.say(f"severity.{finding.severity}")
    message: Words = (s.names.quoted(f"{part('message')}{between}{part('fix')}"),)
    colon: Words = ("：",) if s.voice.language == "zh" else (": ",)
    return [Cell((Quoted(finding.place),)), Cell((*severity, *colon, *message))]


def _provenance(s: Scribe) -> list[Block]:
    provenance = s.facts.records["provenance"]
    say = s.voice.say
    return flat(
        s.heading(2, "provenance"),
        s.voice.paragraph(
            say("provenance.version", version=Quoted(provenance["version"])),
            say("provenance.inputs", hash=Quoted(provenance["inputs_sha256"])),
            say("provenance.same"),
        ),
    )

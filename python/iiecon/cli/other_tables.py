"""The commands `base-years` and `country`: the model on tables other than the workbook's own."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from iiecon import catalogue
from iiecon.cli.console import (
    DONE,
    WRONG_USAGE,
    AddCommand,
    help_text,
    json_apart,
    print_table,
    progress,
    report_errors,
    report_findings,
    workbook_argument,
)
from iiecon.cli.manners import deliver_csv, deliver_json, note
from iiecon.findings import Finding, InputError

if TYPE_CHECKING:
    from iiecon.base_years import BaseYears
    from iiecon.countries import CountryResult


def add_commands(command: AddCommand) -> None:
    """`base-years` and `country`."""
    based = command("base-years", _base_years)
    workbook_argument(based)
    based.add_argument(
        "--tables", nargs="+", type=Path, required=True, metavar="FILE",
        help=help_text("base_tables"),
    )  # fmt: skip
    based.add_argument("--places", type=Path, metavar="CSV", help=help_text("base_places"))
    based.add_argument("--json", type=Path, metavar="FILE", help=help_text("base_json"))
    based.add_argument("--csv", type=Path, metavar="FILE", help=help_text("base_csv"))
    abroad = command("country", _country)
    abroad.add_argument("file", type=Path, metavar="FILE", help=help_text("country_file"))
    scores = abroad.add_mutually_exclusive_group(required=True)
    scores.add_argument("--scores", type=Path, metavar="CSV", help=help_text("country_scores"))
    scores.add_argument(
        "--workbook", type=Path, metavar="WORKBOOK", help=help_text("country_workbook")
    )
    abroad.add_argument("--json", type=Path, metavar="FILE", help=help_text("base_json"))


# --- Base years -----------------------------------------------------------------------------------


def _base_years(given: argparse.Namespace) -> int:
    from iiecon.base_years import compare_base_years, read_places
    from iiecon.readers import read_io_table
    from iiecon.workbook.recalculate import checked_inputs

    read = (given.workbook, *given.tables, given.places)
    if not (json_apart(given.json, *read, given.csv) and json_apart(given.csv, *read)):
        return WRONG_USAGE
    with progress() as step:
        step("check")
        inputs, findings = checked_inputs(given.workbook)
        if inputs is None:
            return report_errors(findings)
        step("base_years")
        paths: dict[str, Path] = {}
        try:
            tables = [read_io_table(path) for path in given.tables]
            paths = {str(t.year): path for t, path in zip(tables, given.tables, strict=True)}
            places = read_places(given.places, inputs, tables) if given.places else None
            found = compare_base_years(inputs, tables, places)
        except InputError as error:
            return report_errors([_of_file(f, paths) for f in error.findings])
    deliver_json(given.json, found.records())
    deliver_csv(given.csv, found.records()["drift"])
    for year in sorted({t.year for t in tables if t.year} & {inputs.table.year}):
        note(catalogue.on_screen("base_years.own_year", year=year))
    _print_base_years(found)
    return DONE


def _of_file(finding: Finding, paths: dict[str, Path]) -> Finding:
    """A finding on the table of a year names its file."""
    year, _, part = finding.table.partition(" ")
    return (
        finding if year not in paths else replace(finding, table=f"{paths[year]} {part}".rstrip())
    )


def _print_base_years(found: BaseYears) -> None:
    records = found.records()
    print_table(
        catalogue.on_screen("base_years.runs"),
        ("base_year", "sectors", "year", "direct", "indirect", "total", "share_of_gdp"),
        [
            (
                str(r["base_year"]), str(r["sectors"]),
                f"{r['year']}{' e' if r['estimated'] else ''}",
                *(f"{r[k]:,.1f}" for k in ("direct", "indirect", "total")),
                f"{r['share_of_gdp']:.2%}",
            )
            for r in records["runs"]
        ],
        f"{catalogue.on_screen('base_years.same')}\n{catalogue.on_screen('cli.marks')}",
    )  # fmt: skip
    headings = ("extrapolated", "on_own_table", "difference", "relative")
    print_table(
        catalogue.on_screen("base_years.national"),
        ("year", "part", *headings),
        [
            (str(r["year"]), catalogue.on_screen(f"heading.{r['part']}"), *_four(r))
            for r in records["drift"]
            if r["section"] == "all"
        ],
    )
    print_table(
        catalogue.on_screen("base_years.multiplier"),
        ("year", "tau", "implied_tau"),
        [(str(r["year"]), f"{r['tau']:.4f}", f"{r['implied_tau']:.4f}")
         for r in records["multiplier"]],
    )  # fmt: skip
    for drift in found.drifts:
        print_table(
            catalogue.on_screen("base_years.by_section", year=drift.year),
            ("section", *headings),
            [
                (r["section"], *_four(r))
                for r in records["drift"]
                if (r["year"], r["part"]) == (drift.year, "total") and r["section"] != "all"
            ],
        )


def _four(record: dict[str, float]) -> tuple[str, ...]:
    numbers = (f"{record[k]:,.1f}" for k in ("extrapolated", "on_own_table", "difference"))
    relative = record["relative"]
    return *numbers, f"{relative:+.1%}" if relative == relative else ""


# --- Countries ------------------------------------------------------------------------------------


def _country(given: argparse.Namespace) -> int:
    from iiecon.countries import measure_country, read_scores, scores_of
    from iiecon.readers import read_io_table
    from iiecon.workbook.recalculate import checked_inputs

    if not json_apart(given.json, given.file, given.scores or given.workbook):
        return WRONG_USAGE
    with progress() as step:
        step("check")
        try:
            if given.scores:
                scores = read_scores(given.scores)
            else:
                inputs, findings = checked_inputs(given.workbook)
                if inputs is None:
                    return report_errors(findings)
                scores = scores_of(inputs)
            found = measure_country(read_io_table(given.file), scores)
        except InputError as error:
            return report_errors([
                _of_scores(f, given) if f.table == "scores"
                else f if f.sheet or f.table.startswith((str(given.file), str(given.scores)))
                else replace(f, table=f"{given.file} {f.table}")
                for f in error.findings
            ])  # fmt: skip
    deliver_json(given.json, found.records())
    _print_country(found, given.file.stem)
    report_findings(found.findings)
    return DONE


def _of_scores(finding: Finding, given: argparse.Namespace) -> Finding:
    """A finding on the scores names where they come from, and what can be done there."""
    key = finding.key
    if key == "country_score" and given.workbook:
        key = "country_score_of_workbook"
    return replace(finding, key=key, table=str(given.scores or given.workbook), row=None)


def _print_country(found: CountryResult, name: str) -> None:
    unit = found.table.unit
    nation = found.direct + found.indirect
    rows = [(s.sections, s.direct, s.indirect, s.total) for s in found.sections]
    rows.append((catalogue.on_screen("country.nation"), found.direct, found.indirect, nation))
    share = catalogue.on_screen(
        "country.share",
        share=f"{nation / found.value_added:.2%}",
        value_added=f"{found.value_added:,.1f}",
        unit=unit,
    )
    print_table(
        catalogue.on_screen("country.title", name=name, year=found.table.year, unit=unit),
        ("sections", "direct", "indirect", "total"),
        [(label, *(f"{n:,.1f}" for n in numbers)) for label, *numbers in rows],
        f"{share}\n{catalogue.on_screen('country.spanning')}",
    )

"""The command `province`: what one province has, year by year."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from iiecon import catalogue
from iiecon.cli.console import (
    DONE,
    WRONG_USAGE,
    AddCommand,
    help_text,
    json_apart,
    print_by_year,
    progress,
    report_errors,
    report_findings,
    workbook_argument,
)
from iiecon.cli.manners import deliver_csv, deliver_json, say

if TYPE_CHECKING:
    from iiecon.inputs import Province
    from iiecon.results import ModelResults, Record

# What is shown, with how it is written; the names are those of the records and of the catalogue.
MEASURES = {
    "value_added": "{:,.1f}",
    "growth": "{:.1%}",
    "share_of_gdp": "{:.2%}",
    "share_of_nation": "{:.2%}",
    "rank": "{:.0f}",
    "employment": "{:,.1f}",
}


def add_commands(command: AddCommand) -> None:
    """`province`."""
    asked = command("province", _province)
    workbook_argument(asked)
    asked.add_argument("name", metavar="NAME", help=help_text("province_name"))
    asked.add_argument("--csv", type=Path, metavar="FILE", help=help_text("province_csv"))
    asked.add_argument("--json", type=Path, metavar="FILE", help=help_text("province_json"))


def _province(given: argparse.Namespace) -> int:
    from iiecon.model import run_model
    from iiecon.workbook.recalculate import checked_inputs

    if not (
        json_apart(given.json, given.workbook, given.csv) and json_apart(given.csv, given.workbook)
    ):
        return WRONG_USAGE
    with progress() as step:
        step("check")
        inputs, findings = checked_inputs(given.workbook)
        if inputs is None:
            return report_errors(findings)
        place = _place(given.name, inputs.provinces)
        if place is None:
            return WRONG_USAGE
        results = run_model(inputs)
    report_findings(findings)
    province, records = inputs.provinces[place], records_of(results, place)
    deliver_json(given.json, {"code": province.code, "name": province.name_zh, "years": records})
    blank = [{k: "" if v != v else v for k, v in record.items()} for record in records]
    deliver_csv(given.csv, [{"code": province.code, "name": province.name_zh} | r for r in blank])
    print_by_year(
        catalogue.pair_on_screen(province.name_zh, province.name_en),
        records,
        [(catalogue.on_screen(f"province.{key}"), key, form) for key, form in MEASURES.items()],
        catalogue.part_on_screen(inputs.experts.source),
    )
    return DONE


def records_of(results: ModelResults, place: int) -> list[Record]:
    """One record for each year of the province in this place (section 7 and 8 of the method).

    Value added in 亿元, growth over the year before (NaN in the first year), shares of its own GDP
    and of the nation's value added, its rank among the provinces, employment in 万人.
    """
    values, nation = results.provinces, results.national
    own, product = values[place], results.province_product[place]
    return [
        {
            "year": year,
            "value_added": own[t],
            "growth": own[t] / own[t - 1] - 1 if t and own[t - 1] else float("nan"),
            "share_of_gdp": own[t] / product[t] if product[t] else float("nan"),
            "share_of_nation": own[t] / nation[t] if nation[t] else float("nan"),
            "rank": 1 + int((values[:, t] > own[t]).sum()),
            "employment": results.province_jobs[place, t],
            "estimated": bool(results.province_estimated[t]),
        }
        for t, year in enumerate(results.years)
    ]


def _place(name: str, provinces: tuple[Province, ...]) -> int | None:
    """Where the province of this name or code stands; None, after saying why, where it is none."""
    from iiecon.readers import names

    own = {names.compact(text): p.code for p in provinces for text in (p.name_zh, p.name_en)}
    code = own.get(names.compact(name)) or names.look_up(name, names.provinces()) or name
    codes = [province.code for province in provinces]
    if code in codes:
        return codes.index(code)
    titles = {p.code: catalogue.pair_on_screen(p.name_zh, p.name_en) for p in provinces}
    near = names.names_like(names.nearest(name, names.provinces(), titles))
    say(catalogue.on_screen("province.unknown", name=name, near=near))
    return None

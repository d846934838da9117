"""The command `simulate`: how sure the results are, and what drives them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from iiecon import catalogue
from iiecon.cli.console import (
    DEFAULT_WORKBOOK,
    DONE,
    FILE_ERROR,
    WRONG_USAGE,
    AddCommand,
    help_text,
    json_apart,
    print_table,
    progress,
    report_errors,
    report_findings,
)
from iiecon.cli.manners import STANDARD_OUTPUT, deliver, say, tell
from iiecon.exports import csv_of_records
from iiecon.findings import InputError
from iiecon.results import json_text
from iiecon.spreadsheet.files import check_target

if TYPE_CHECKING:
    from iiecon.inputs import ModelInputs
    from iiecon.uncertainty import Simulation
    from iiecon.uncertainty.drivers import Key

CANCELLED = 130
SHOWN_SWINGS = 12
SPARE = ("mean", "deviation")  # what a narrow window can do without
FIELDS = ("central", "mean", "deviation", "q05", "q50", "q95")


def add_commands(command: AddCommand) -> None:
    """`simulate`."""
    drawn = command("simulate", _simulate)
    drawn.add_argument(
        "workbooks", nargs="*", type=Path, default=[Path(DEFAULT_WORKBOOK)],
        metavar="WORKBOOK", help=help_text("simulate_workbooks"),
    )  # fmt: skip
    drawn.add_argument(
        "--draws", type=int, default=10_000, metavar="N", help=help_text("simulate_draws")
    )
    drawn.add_argument("--seed", type=int, default=0, metavar="S", help=help_text("simulate_seed"))
    drawn.add_argument(
        "--years", type=int, nargs="+", default=(), metavar="YEAR", help=help_text("simulate_years")
    )
    drawn.add_argument(
        "--concentration", type=float, metavar="C", help=help_text("simulate_concentration")
    )
    drawn.add_argument("--scheduler", metavar="ADDRESS", help=help_text("simulate_scheduler"))
    drawn.add_argument("--json", type=Path, metavar="FILE", help=help_text("simulate_json"))
    drawn.add_argument("--csv", type=Path, metavar="FILE", help=help_text("simulate_csv"))


def _simulate(given: argparse.Namespace) -> int:
    if not (
        json_apart(given.json, *given.workbooks, given.csv)
        and json_apart(given.csv, *given.workbooks)
    ):
        return WRONG_USAGE
    try:
        return _run(given)
    except KeyboardInterrupt:
        say(catalogue.on_screen("uncertainty.cancelled"))
        return CANCELLED


def _run(given: argparse.Namespace) -> int:
    from iiecon.uncertainty.cluster import ClusterProblem
    from iiecon.workbook.recalculate import checked_inputs

    for target in (given.json, given.csv):
        if target and target != STANDARD_OUTPUT:
            check_target(target)
    inputs, findings = [], []
    workbooks = list(dict.fromkeys(given.workbooks))
    with progress() as step:
        for path in workbooks:
            step("check")
            read, about = checked_inputs(path)
            if read is None:
                return report_errors(about)
            inputs.append(read)
            findings += about
        try:
            found = _drawn(given, inputs, step)
        except InputError as error:
            report_findings(error.findings)
            return WRONG_USAGE
        except ClusterProblem as problem:
            say(str(problem))
            return WRONG_USAGE if problem.key == "missing" else FILE_ERROR
    report_findings(findings)
    for target, text in ((given.json, _json), (given.csv, _csv)):
        if target:
            deliver(target, text(workbooks, found))
    for path, each, read in zip(workbooks, found, inputs, strict=True):
        if len(found) > 1:
            tell(path)
        _tell(each, read)
    return DONE


def _drawn(
    given: argparse.Namespace, inputs: list[ModelInputs], step: Callable[..., None]
) -> list[Simulation]:
    from iiecon.uncertainty import simulate_many
    from iiecon.uncertainty.cluster import connected

    with connected(given.scheduler) if given.scheduler else nullcontext() as client:
        return simulate_many(
            inputs, given.draws, given.seed, years=given.years, concentration=given.concentration,
            progress=lambda done, draws: step("simulate", done=done, draws=draws), client=client,
        )  # fmt: skip


def _json(workbooks: Sequence[Path], found: Sequence[Simulation]) -> str:
    """One simulation as it is; several by the names of their workbooks."""
    if len(found) == 1:
        return found[0].to_json()
    named = zip(workbooks, found, strict=True)
    return json_text({str(path): each.records() for path, each in named})


def _csv(workbooks: Sequence[Path], found: Sequence[Simulation]) -> str:
    return csv_of_records(
        [
            ({"workbook": str(path)} if len(found) > 1 else {})
            | {k: "" if v != v else v for k, v in record.items()}
            for path, each in zip(workbooks, found, strict=True)
            for record in each.interval_records()
        ]
    )


# --- on the screen --------------------------------------------------------------------------------


def _tell(found: Simulation, inputs: ModelInputs) -> None:
    notes = [
        f"{catalogue.on_screen(f'uncertainty.group_{group}')}: {count}"
        for group, count in found.varied.items()
        if count
    ]
    notes.insert(0, catalogue.on_screen(f"uncertainty.{'caption' if notes else 'nothing'}"))
    if found.unknown:
        notes.append(catalogue.on_screen("uncertainty.unknown", count=found.unknown))
    print_table(
        catalogue.on_screen("uncertainty.title", draws=f"{found.draws:,}", seed=found.seed),
        ("quantity", "year", *FIELDS),
        [_nation_row(found, i, t) for i in range(7) for t in range(len(found.years))],
        "\n".join([*notes, catalogue.part_on_screen(inputs.experts.source)]),
        spare=SPARE,
    )
    _sections(found, inputs)
    _provinces(found, inputs)
    _drivers(found, inputs)


def _nation_row(found: Simulation, row: int, t: int) -> tuple[str, ...]:
    code = found.quantities[row].code
    label = {"employment": "jobs"}.get(code, code.replace("employment_", "jobs_"))
    form = "{:.2%}" if code == "share_of_gdp" else "{:,.1f}"
    values = (_shown(float(getattr(found, name)[t, row]), form) for name in FIELDS)
    return catalogue.on_screen(f"label.{label}"), str(found.years[t]), *values


def _sections(found: Simulation, inputs: ModelInputs) -> None:
    print_table(
        catalogue.on_screen("uncertainty.sections", year=found.years[-1]),
        ("section", *FIELDS, "driver"),
        [
            (
                f"{s.code} {catalogue.pair_on_screen(s.name_zh, s.name_en)}",
                *_values(found, "section", s.code),
                _driver(found, inputs, "section", s.code),
            )
            for s in inputs.sections
        ],
        texts=("driver",),
        spare=SPARE,
    )


def _provinces(found: Simulation, inputs: ModelInputs) -> None:
    print_table(
        catalogue.on_screen("uncertainty.provinces", year=found.years[-1]),
        ("province", "central", "deviation", "q05", "q95", "jobs_q05", "jobs_q95", "driver"),
        [
            (
                catalogue.pair_on_screen(p.name_zh, p.name_en),
                *_values(found, "province", p.code, ("central", "deviation", "q05", "q95")),
                *_values(found, "province_jobs", p.code, ("q05", "q95")),
                _driver(found, inputs, "province", p.code),
            )
            for p in inputs.provinces
        ],
        texts=("driver",),
        spare=SPARE,
    )


def _values(
    found: Simulation, kind: str, code: str, fields: tuple[str, ...] = FIELDS
) -> tuple[str, ...]:
    row = found.row(kind, code)
    return tuple(_shown(float(getattr(found, name)[-1, row]), "{:,.1f}") for name in fields)


def _driver(found: Simulation, inputs: ModelInputs, kind: str, code: str) -> str:
    key = found.main_driver(found.row(kind, code))
    return "" if key is None else _named(key, inputs)


def _drivers(found: Simulation, inputs: ModelInputs) -> None:
    year, total = found.years[-1], found.row("nation", "total")
    shares = found.sobol
    print_table(
        catalogue.on_screen("uncertainty.drivers", year=year),
        ("driver", "sobol_first", "sobol_total"),
        [
            (_named(key, inputs), _shown(float(first), "{:.3f}"), _shown(float(both), "{:.3f}"))
            for key, first, both in zip(
                shares.keys, shares.first[:, total], shares.total[:, total], strict=True
            )
        ],
    )
    print_table(
        catalogue.on_screen("uncertainty.tornado", year=year),
        ("driver", "low", "high"),
        [
            (_named(s.key, inputs), f"{s.low:,.1f}", f"{s.high:,.1f}")
            for s in found.tornado[:SHOWN_SWINGS]
        ],
    )
    _switches(found, total)


def _switches(found: Simulation, total: int) -> None:
    rows = [(operator, f"{values[total]:,.1f}", "") for operator, values in found.operators.items()]
    if found.left_out is not None:
        low, high = found.left_out.lowest[total], found.left_out.highest[total]
        rows.append((catalogue.on_screen("uncertainty.left_out"), f"{low:,.1f}", f"{high:,.1f}"))
    print_table(
        catalogue.on_screen("uncertainty.switches", year=found.years[-1]),
        ("quantity", "low", "high"),
        rows,
    )


def _named(key: Key, inputs: ModelInputs) -> str:
    """A driver in words: its group, and the sector or section in it."""
    group, code = key
    text = catalogue.on_screen(f"uncertainty.group_{group}")
    if group == "scores" and code:
        name = inputs.table.names[inputs.table.codes.index(code)]
        return f"{text}: {code} {name}"
    return f"{text}: {code}" if code else text


def _shown(value: float, form: str) -> str:
    return "" if value != value else form.format(value)

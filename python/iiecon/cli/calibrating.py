"""The command `calibrate`: scores fitted to published figures."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from iiecon import catalogue
from iiecon.cli.console import (
    DONE,
    WRONG_USAGE,
    AddCommand,
    help_text,
    json_apart,
    print_summary,
    print_table,
    progress,
    refuse_locked,
    report_errors,
    report_findings,
    report_written,
    workbook_argument,
)
from iiecon.cli.manners import deliver_json, say, tell
from iiecon.spreadsheet.package import Package, write_atomically

if TYPE_CHECKING:
    from iiecon.audit.publication import Figure, Publication
    from iiecon.calibration import Calibration, Gap, Parameter, Target

# The section totals of 2020 and their sum, and the ratio that with it fixes direct value added more
# closely than its own two printed digits.
DEFAULT_TARGETS = (
    "industry.*.2020.value_added",
    "nation.total.2020.value_added",
    "nation.indirect_to_direct.2020.ratio",
)
HOME_SCOPES = ("nation", "sector", "industry", "province", "region")


def add_commands(command: AddCommand) -> None:
    """`calibrate`."""
    fitted = command("calibrate", _calibrate)
    workbook_argument(fitted)
    fitted.add_argument(
        "--targets", nargs="+", default=list(DEFAULT_TARGETS), metavar="ID|CSV",
        help=help_text("calibrate_targets"),
    )  # fmt: skip
    fitted.add_argument(
        "--bounds", nargs=2, type=float, default=(0.0, 1.0), metavar=("LO", "HI"),
        help=help_text("calibrate_bounds"),
    )  # fmt: skip
    fitted.add_argument("--near", type=float, metavar="W", help=help_text("calibrate_near"))
    fitted.add_argument("--power", type=float, metavar="P", help=help_text("calibrate_power"))
    fitted.add_argument("--multipliers", action="store_true", help=help_text("calibrate_tau"))
    fitted.add_argument("--json", type=Path, metavar="FILE", help=help_text("calibrate_json"))
    fitted.add_argument("--apply", action="store_true", help=help_text("calibrate_apply"))
    fitted.add_argument("-o", "--out", type=Path, metavar="OUT", help=help_text("out"))


def _calibrate(given: argparse.Namespace) -> int:
    from iiecon.calibration import NEAR, POWER, calibrate
    from iiecon.findings import InputError
    from iiecon.spreadsheet.calculator import FileBook
    from iiecon.workbook.audit_paths import published_in
    from iiecon.workbook.read import Reader
    from iiecon.workbook.recalculate import fit_inputs

    target = given.out or given.workbook
    if given.out and not given.apply:
        say(catalogue.on_screen("cli.calibrate_out"))
        return WRONG_USAGE
    figures = [Path(name) for name in given.targets if _is_file(name)]
    if not json_apart(given.json, given.workbook, target, *figures):
        return WRONG_USAGE
    if given.apply and target.suffix.lower() != ".xlsm":
        say(f"{target}: {catalogue.on_screen('cli.extension')}")
        return WRONG_USAGE
    seen = refuse_locked(target) if given.apply else ""
    with progress() as step:
        step("check")
        package = Package.read(given.workbook)
        reader = Reader.of(FileBook.from_package(package))
        inputs, findings = fit_inputs(reader)
        if inputs is None:
            return report_errors(findings)
        step("calibrate")
        try:
            targets, others = chosen(given.targets, published_in(reader))
            found = calibrate(
                inputs,
                targets,
                bounds=tuple(given.bounds),
                near=NEAR if given.near is None else given.near,
                power=POWER if given.power is None else given.power,
                multipliers=given.multipliers,
                others=others,
            )
        except InputError as error:
            return report_errors(error.findings)
    deliver_json(given.json, records(found))
    if given.apply:
        return _apply(found, package, target, seen)
    _print(found)
    tell(catalogue.on_screen("calibration.not_applied"))
    return DONE


def _apply(found: Calibration, package: Package, target: Path, seen: str) -> int:
    from iiecon.findings import InputError
    from iiecon.workbook.calibrated import apply

    with progress() as step:
        try:
            typed = apply(package, found, step)
        except InputError as error:
            return report_errors(error.findings)
        step("write")
        backup = write_atomically(target, typed.content, seen=seen)
    assert typed.examined.results is not None
    _print(found)
    print_summary(typed.examined.results)
    report_findings(typed.examined.findings)
    report_written(target, backup)
    return DONE


def _is_file(wanted: str) -> bool:
    return wanted.lower().endswith(".csv")


def chosen(wanted: Sequence[str], publication: Publication) -> tuple[list[Target], list[Figure]]:
    """The figures to fit to, and the other figures of this country in the same publications.

    Each of `wanted` is an id or pattern (`industry.*.2020.value_added`) of the publication, or a
    CSV file of figures. Raises InputError for one that names nothing.
    """
    from iiecon.audit.publication import read_publication
    from iiecon.calibration import weighted
    from iiecon.findings import InputError

    known = {f.id: f for f in publication}
    used: dict[str, Figure] = {}
    for name in wanted:
        if _is_file(name):
            found = list(read_publication(name))
        else:
            found = [f for f in known.values() if fnmatchcase(f.id, name)]
        if not found:
            raise InputError.one("calibrate_unknown", "--targets", id=name)
        used |= {f.id: f for f in found}
    others = [f for f in known.values() if f.id not in used and f.scope in HOME_SCOPES]
    return weighted(list(used.values())), others


def records(found: Calibration) -> dict[str, Any]:
    """The fit as plain data."""
    return {
        "parameters": [{**vars(p), "weak": p.weak} for p in found.parameters],
        "combinations": [
            {
                "singular_value": d.singular_value,
                "standard_error": d.standard_error,
                "weak": d.weak,
                "loadings": {
                    p.name: float(v) for p, v in zip(found.parameters, d.loadings, strict=True)
                },
            }
            for d in found.directions
        ],
        "noise_percent": found.noise,
        "targets": [_gap_record(g) for g in found.gaps],
        "not_targets": [_gap_record(g) for g in found.others],
    }


def _gap_record(gap: Gap) -> dict[str, Any]:
    f = gap.figure
    return {
        "id": f.id, "unit": f.unit, "printed": f.value, "rounding": f.half, "before": gap.before,
        "after": gap.after, "gap_before": gap.relative[0], "gap_after": gap.relative[1],
    }  # fmt: skip


# --- On the console -------------------------------------------------------------------------------


def _print(found: Calibration) -> None:
    print_table(
        catalogue.on_screen("calibration.title"),
        ("parameter", "experts", "fitted", "standard_error", "range", "verdict"),
        [_parameter_row(found, p) for p in found.parameters],
        catalogue.on_screen("calibration.caption", noise=f"{found.noise:.2f}"),
        texts=("verdict",),
    )
    weak = sum(d.weak for d in found.directions)
    count = len(found.directions)
    tell(catalogue.on_screen("calibration.determined", sure=count - weak, count=count))
    for direction in found.directions:
        if direction.weak:
            key = "calibration.unknown_mix" if direction.unknown else "calibration.weak_mix"
            names = ", ".join(found.members(direction))
            tell(
                "  "
                + catalogue.on_screen(key, names=names, error=f"{direction.standard_error:.2f}")
            )
    print_table(
        catalogue.on_screen("calibration.gaps"),
        ("figure", "unit", "printed", "model_before", "model_after", "gap_before", "gap_after"),
        [_gap_row(g) for g in found.gaps],
        _spread(found.gaps),
        texts=("unit",),
        spare=("model_before", "gap_before"),
    )
    print_table(
        catalogue.on_screen("calibration.others"),
        ("figures", "count", "median_before", "median_after", "largest_after"),
        list(_groups(found.others)),
        catalogue.on_screen("calibration.others_caption"),
    )


def _parameter_row(found: Calibration, p: Parameter) -> tuple[str, ...]:
    table = found.inputs.table
    name = table.names[table.codes.index(p.name)] if p.kind == "score" else "τ"
    verdict = catalogue.on_screen("calibration.weak" if p.weak else "calibration.sure")
    error = f"{p.standard_error:.3f}" if p.standard_error < 10 else "∞"
    span = f"{p.low:.3f}–{p.high:.3f}"
    return f"{p.name} {name}", f"{p.expert:.4f}", f"{p.fitted:.4f}", error, span, verdict


def _gap_row(gap: Gap) -> tuple[str, ...]:
    f = gap.figure
    numbers = (f"{value:,.{f.decimals}f}" for value in (f.value, gap.before, gap.after))
    return f.id, _unit(f.unit), *numbers, *(f"{g:+.2%}" for g in gap.relative)


def _unit(name: str) -> str:
    """A unit of the publication, in words where the catalogue has them."""
    key = name.replace(" ", "_")
    return catalogue.on_screen(f"audit.unit.{key}") if key in catalogue.keys("audit.unit") else name


def _spread(gaps: Sequence[Gap]) -> str:
    before, after = ([abs(g.relative[i]) for g in gaps] for i in (0, 1))
    return catalogue.on_screen(
        "calibration.spread",
        before=f"{median(before):.2%}",
        after=f"{median(after):.2%}",
        worst_before=f"{max(before):.2%}",
        worst=f"{max(after):.2%}",
    )


def _groups(gaps: Sequence[Gap]) -> list[tuple[str, ...]]:
    """Figures of one kind and year in a line: how many the model has, and their gaps."""
    kinds: dict[str, list[Gap]] = {}
    for g in gaps:
        kinds.setdefault(f"{g.figure.scope}.*.{g.figure.year}.{g.figure.measure}", []).append(g)
    rows: list[tuple[str, ...]] = []
    for kind, members in kinds.items():
        given = [g for g in members if g.relative[1] == g.relative[1]]
        if given:
            before, after = ([abs(g.relative[i]) for g in given] for i in (0, 1))
            spread = (f"{median(before):.2%}", f"{median(after):.2%}", f"{max(after):.2%}")
        else:
            spread = ("–", "–", "–")
        rows.append((kind, f"{len(given)}/{len(members)}", *spread))
    return rows

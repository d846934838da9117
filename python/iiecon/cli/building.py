"""The commands `build` and `new`: workbooks made from the layout."""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from iiecon import catalogue
from iiecon.cli.console import (
    DEFAULT_WORKBOOK,
    DONE,
    FILE_ERROR,
    INPUT_ERRORS,
    WRONG_USAGE,
    AddCommand,
    help_text,
    json_apart,
    progress,
    refuse_locked,
    report_errors,
)
from iiecon.cli.manners import deliver_json, note, say, tell
from iiecon.findings import InputError
from iiecon.spreadsheet.files import ABSENT, write_atomically
from iiecon.spreadsheet.package import Package

if TYPE_CHECKING:
    from iiecon.inputs import Industry, ModelInputs

TEMPLATES = "templates"
STORED_NUMBER = re.compile(rb"<v>(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)</v>")


def add_commands(command: AddCommand) -> None:
    """`build` and `new`."""
    built = command("build", _build)
    built.add_argument("--check", action="store_true", help=help_text("build_check"))
    built.add_argument("--json", type=Path, metavar="FILE", help=help_text("build_json"))
    built.add_argument("folder", nargs="?", type=Path, default=Path(), help=help_text("folder"))
    fresh = command("new", _new)
    fresh.add_argument("out", type=Path, metavar="OUT.xlsm", help=help_text("new_out"))
    start = fresh.add_mutually_exclusive_group()
    start.add_argument(
        "--from", dest="source", type=Path, metavar="WORKBOOK", help=help_text("new_from")
    )
    start.add_argument("--sectors", type=int, metavar="N", help=help_text("new_sectors"))
    fresh.add_argument("--scored", type=int, metavar="M", help=help_text("new_scored"))
    fresh.add_argument("--ballots", type=Path, metavar="CSV", help=help_text("new_ballots"))
    fresh.add_argument("--panel", default="", metavar="TEXT", help=help_text("new_panel"))
    fresh.add_argument(
        "--industry", type=industry_of, metavar="NAMES", help=help_text("new_industry")
    )
    fresh.add_argument("--json", type=Path, metavar="FILE", help=help_text("new_json"))


def industry_of(text: str) -> Industry:
    """An industry by its names on the command line: Chinese, a slash, English."""
    from iiecon.inputs import Industry
    from iiecon.validation import check_for_industry

    names = [name.strip() for name in text.split(" / " if " / " in text else "/")]
    if len(names) != len(catalogue.LANGUAGES) or not all(names):
        told = catalogue.on_screen("industry.not_two", value=text)
        raise argparse.ArgumentTypeError(told)
    industry = Industry(*names)
    for finding in check_for_industry(industry):
        raise argparse.ArgumentTypeError(str(finding))
    return industry


def _build(given: argparse.Namespace) -> int:
    folder = given.folder
    if not json_apart(given.json):
        return WRONG_USAGE
    with progress() as step:
        fresh = dict(_built(step))
    if given.check:
        return _report_drift(folder, fresh, given.json)
    for name, content in fresh.items():
        path = folder / name
        refuse_locked(path)
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content, backup=False)
    deliver_json(given.json, {"written": [str(folder / name) for name in fresh]})
    tell(catalogue.on_screen("cli.written", path=folder / DEFAULT_WORKBOOK))
    tell(catalogue.on_screen("cli.templates", count=len(fresh) - 1, path=folder / TEMPLATES))
    return DONE


def _built(step: Callable[[str], None]) -> Iterator[tuple[str, bytes]]:
    """Every file that a build makes, by its path below the folder."""
    from iiecon.inputs import default_inputs
    from iiecon.workbook.build import build_workbook
    from iiecon.workbook.templates import templates

    step("build")
    workbook = build_workbook(default_inputs())
    yield DEFAULT_WORKBOOK, workbook
    step("templates")
    for name, content in templates(workbook):
        yield f"{TEMPLATES}/{name}", content


def _report_drift(folder: Path, fresh: dict[str, bytes], target: Path | None) -> int:
    """Which files differ from a fresh build, and in what."""
    drifts = {name: _drift(folder / name, content) for name, content in fresh.items()}
    changed = {name: parts for name, parts in drifts.items() if parts}
    deliver_json(target, {"equal": not changed, "differs": changed})
    for name, parts in changed.items():
        say(catalogue.on_screen("cli.differs", path=name, parts=", ".join(parts)))
    if changed:
        return INPUT_ERRORS
    tell(catalogue.on_screen("cli.same", path=folder / DEFAULT_WORKBOOK))
    tell(catalogue.on_screen("cli.templates_same", count=len(fresh) - 1, path=folder / TEMPLATES))
    return DONE


def _drift(path: Path, fresh: bytes) -> list[str]:
    """The parts in which a kept file differs from a fresh build.

    Stored numbers may differ by one unit of the 11th digit: processors round alike only up to the
    last bits of float64, and those can tip the last stored digit.
    """
    if not path.exists():
        return [catalogue.both("file.missing.message")]
    if path.suffix not in (".xlsm", ".xlsx"):
        same = path.read_bytes().replace(b"\r\n", b"\n") == fresh
        return [] if same else [path.name]
    kept, built = Package.read(path), Package.from_bytes(path, fresh)
    names = sorted(kept.parts.keys() | built.parts.keys())
    return [n for n in names if not _alike(kept.parts.get(n, b""), built.parts.get(n, b""))]


def _alike(a: bytes, b: bytes) -> bool:
    if a == b:
        return True
    if STORED_NUMBER.sub(b"<v/>", a) != STORED_NUMBER.sub(b"<v/>", b):
        return False
    pairs = zip(STORED_NUMBER.findall(a), STORED_NUMBER.findall(b), strict=True)
    return all(math.isclose(float(x), float(y), rel_tol=1e-10) for x, y in pairs)


def _new(given: argparse.Namespace) -> int:
    blank = given.sectors is not None or given.scored is not None
    if given.out.suffix.lower() != ".xlsm":
        say(f"{given.out}: {catalogue.on_screen('cli.extension')}")
        return WRONG_USAGE
    if given.out.exists():
        wrong, fix = (catalogue.on_screen(f"cli.exists{part}") for part in ("", "_fix"))
        say(f"{given.out}: {wrong}; {fix}")
        return FILE_ERROR
    if (blank or not given.ballots) and (given.ballots or given.panel):
        say(catalogue.on_screen("cli.ballots_alone"))
        return WRONG_USAGE
    if not json_apart(given.json, given.source, given.ballots, given.out):
        return WRONG_USAGE
    return _new_blank(given) if blank else _new_filled(given)


def _new_filled(given: argparse.Namespace) -> int:
    """A workbook with inputs: shipped or another workbook's, and other ballots if given."""
    from iiecon.workbook.build import build_workbook

    with progress() as step:
        try:
            inputs = _chosen_inputs(given)
        except InputError as error:
            return report_errors(error.findings)
        step("build")
        content = build_workbook(inputs)
        write_atomically(given.out, content, backup=False, seen=ABSENT)
    deliver_json(given.json, {"written": [str(given.out)]})
    tell(catalogue.on_screen("cli.written", path=given.out))
    if given.source:
        _say_what_stays_behind(given.source, content)
    if given.ballots:
        names = dict(zip(inputs.table.codes, inputs.table.names, strict=True))
        direct = [f"{code} {names[code]}" for code in inputs.experts.codes]
        tell(catalogue.on_screen("cli.ballots_read", count=len(direct), sectors="、".join(direct)))
        if inputs.industry.is_published and not given.industry:
            note(catalogue.on_screen("industry.kept", name=inputs.industry))
        if not given.source:  # whose inputs are the shipped ones
            note(catalogue.on_screen("industry.still_its"))
    return DONE


def _say_what_stays_behind(source: Path, content: bytes) -> None:
    """What of the other workbook is no input of the model, so that the new one does not have it."""
    from iiecon.spreadsheet.calculator import FileBook
    from iiecon.workbook.rebuilt import formulas_made_values, lost_from

    old = FileBook.from_package(Package.read(source))
    new = FileBook.from_package(Package.from_bytes(source, content))
    for key, found in (("lost", lost_from(old, new)), ("values", formulas_made_values(old, new))):
        names = "、".join(found)
        if names:
            note(f"{source}: {catalogue.on_screen(f'import.{key}')}: {names}")


def _chosen_inputs(given: argparse.Namespace) -> ModelInputs:
    """What the new workbook starts with; raises InputError where that cannot be computed with."""
    from iiecon.inputs import default_inputs
    from iiecon.model import run_model
    from iiecon.readers.ballots import with_ballots
    from iiecon.workbook.recalculate import checked_inputs

    inputs, findings = checked_inputs(given.source) if given.source else (default_inputs(), [])
    if inputs is None:
        raise InputError(findings)
    if given.ballots:
        inputs = with_ballots(inputs, given.ballots, given.panel)
        run_model(inputs)
    return replace(inputs, industry=given.industry) if given.industry else inputs


def _new_blank(given: argparse.Namespace) -> int:
    """An empty workbook for a table of the user's own size."""
    from iiecon.workbook.blank import LARGEST, SCORED, blank_workbook

    sectors = given.sectors or 0
    scored = min(SCORED, sectors) if given.scored is None else given.scored
    if not 1 <= scored <= sectors <= LARGEST:
        say(catalogue.on_screen("cli.sectors_range", largest=LARGEST))
        return WRONG_USAGE
    with progress() as step:
        step("build")
        content = blank_workbook(sectors, scored, given.industry)
        write_atomically(given.out, content, backup=False, seen=ABSENT)
    deliver_json(given.json, {"written": [str(given.out)]})
    tell(catalogue.on_screen("cli.written", path=given.out))
    tell(catalogue.on_screen("cli.fill_in"))
    return DONE

"""The command `iiecon`.

Exit codes: 0 done, 1 errors in the inputs (nothing written), 2 wrong usage, 3 a file that cannot be
read or written.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from iiecon import catalogue
from iiecon.findings import Finding
from iiecon.results import VERSION
from iiecon.spreadsheet.package import FileProblem, Package, is_locked, write_atomically

if TYPE_CHECKING:
    from iiecon.results import ModelResults
    from iiecon.workbook.recalculate import Recalculated

DEFAULT_WORKBOOK = "IIEconModel.xlsm"
TEMPLATES = "templates"
SHOWN_FINDINGS = 20
STORED_NUMBER = re.compile(rb"<v>(-?[0-9.]+(?:[eE][-+]?[0-9]+)?)</v>")
DONE, INPUT_ERRORS, WRONG_USAGE, FILE_ERROR = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    _tolerant_output()
    given = _parser().parse_args(arguments)
    try:
        return int(given.run(given))
    except FileProblem as problem:
        message, fix = (catalogue.both(f"{problem.key}.{part}") for part in ("message", "fix"))
        detail = f" ({problem.detail})" if problem.detail else ""
        _say(f"{problem.path}: {message}{detail}; {fix}")
        return FILE_ERROR
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            _say(f"{error.filename or ''}: {catalogue.both('file.unwritable.message')}")
            return FILE_ERROR
        # The reader of our output went away, as `head` does: the work is done.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123
        return DONE
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="iiecon", description=_help("about"))
    parser.add_argument("--version", action="version", version=f"iiecon {VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=_help(name), description=_help(name))
        added.set_defaults(run=run)
        return added

    recalculated = command("recalculate", _recalculate)
    _workbook_argument(recalculated)
    recalculated.add_argument("-o", "--out", type=Path, metavar="OUT", help=_help("out"))
    recalculated.add_argument("--json", type=Path, metavar="FILE", help=_help("json"))
    checked = command("check", _check)
    _workbook_argument(checked)
    checked.add_argument("--json", type=Path, metavar="FILE", help=_help("json"))
    built = command("build", _build)
    built.add_argument("--check", action="store_true", help=_help("build_check"))
    built.add_argument("folder", nargs="?", type=Path, default=Path(), help=_help("folder"))
    fresh = command("new", _new)
    fresh.add_argument("out", type=Path, metavar="OUT.xlsm", help=_help("workbook"))
    start = fresh.add_mutually_exclusive_group()
    start.add_argument(
        "--from", dest="source", type=Path, metavar="WORKBOOK", help=_help("new_from")
    )
    start.add_argument("--sectors", type=int, metavar="N", help=_help("new_sectors"))
    fresh.add_argument("--scored", type=int, metavar="M", help=_help("new_scored"))
    office = command("install-libreoffice", _install_libreoffice)
    office.add_argument("--output", type=Path, metavar="FILE.oxt", help=_help("oxt"))
    examined = command("doctor", _doctor)
    examined.add_argument("workbook", nargs="?", type=Path, help=_help("workbook"))
    examined.add_argument("--json", type=Path, metavar="FILE", help=_help("json"))
    told = command("report", _write_report)
    _workbook_argument(told)
    told.add_argument(
        "-o", "--out", type=Path, required=True, metavar="FILE", help=_help("report_out")
    )
    told.add_argument("--lang", choices=("zh", "en"), default="zh", help=_help("report_lang"))
    told.add_argument("--date", type=date.fromisoformat, help=_help("report_date"))
    set_up = command("install-excel", _install_excel)
    set_up.add_argument("--beside", type=Path, metavar="WORKBOOK", help=_help("beside"))
    return parser


def _workbook_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "workbook", nargs="?", type=Path, default=Path(DEFAULT_WORKBOOK), help=_help("workbook")
    )


def _recalculate(given: argparse.Namespace) -> int:
    from iiecon.workbook.recalculate import write

    target = given.out or given.workbook
    if not _json_apart(given.json, given.workbook, target):
        return WRONG_USAGE
    _refuse_locked(target)
    with _progress() as step:
        done = _recalculated(given, step)
        if done.results is None or done.errors:
            return _report_errors(done.findings)
        step("write")
        backup = write(done, target)
    _print_summary(done.results)
    _report(done.findings)
    untouched = not done.parts and target.resolve() == given.workbook.resolve()
    key = "up_to_date" if untouched else "written"
    print(catalogue.both(f"cli.{key}", path=target))
    if backup:
        print(catalogue.both("cli.backup", path=backup))
    return DONE


def _json_apart(target: Path | None, *workbooks: Path) -> bool:
    """Whether the JSON goes elsewhere than over a workbook."""
    if target is None:
        return True
    same = target.resolve() in {w.resolve() for w in workbooks}
    if not same and target.suffix.lower() not in (".xlsm", ".xlsx"):
        return True
    _say(f"{target}: {catalogue.both('cli.json_target')}; {catalogue.both('cli.json_target_fix')}")
    return False


def _recalculated(given: argparse.Namespace, step: Callable[[str], None]) -> Recalculated:
    """The workbook recalculated in memory, and the JSON written where it was asked for."""
    from iiecon.workbook.recalculate import recalculate

    done = recalculate(given.workbook, step)
    if given.json:
        write_atomically(given.json, _json(done).encode(), backup=False)
    return done


def _check(given: argparse.Namespace) -> int:
    if not _json_apart(given.json, given.workbook):
        return WRONG_USAGE
    with _progress() as step:
        done = _recalculated(given, step)
    if done.results is None or done.errors:
        return _report_errors(done.findings)
    for finding in done.findings:
        _say(str(finding))
    print(catalogue.both("cli.good"))
    return DONE


def _build(given: argparse.Namespace) -> int:
    folder = given.folder
    with _progress() as step:
        fresh = dict(_built(step))
    if given.check:
        return _report_drift(folder, fresh)
    for name, content in fresh.items():
        path = folder / name
        _refuse_locked(path)
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, content, backup=False)
    print(catalogue.both("cli.written", path=folder / DEFAULT_WORKBOOK))
    print(catalogue.both("cli.templates", count=len(fresh) - 1, path=folder / TEMPLATES))
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


def _report_drift(folder: Path, fresh: dict[str, bytes]) -> int:
    """Which files differ from a fresh build, and in what."""
    changed = False
    for name, content in fresh.items():
        parts = _drift(folder / name, content)
        if parts:
            changed = True
            _say(catalogue.both("cli.differs", path=name, parts=", ".join(parts)))
    if changed:
        return INPUT_ERRORS
    print(catalogue.both("cli.same", path=folder / DEFAULT_WORKBOOK))
    print(catalogue.both("cli.templates_same", count=len(fresh) - 1, path=folder / TEMPLATES))
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
    from iiecon.inputs import default_inputs
    from iiecon.workbook.build import build_workbook
    from iiecon.workbook.recalculate import checked_inputs

    if given.out.suffix.lower() != ".xlsm":
        _say(f"{given.out}: {catalogue.both('cli.extension')}")
        return WRONG_USAGE
    if given.out.exists():
        _say(f"{given.out}: {catalogue.both('cli.exists')}; {catalogue.both('cli.exists_fix')}")
        return FILE_ERROR
    if given.sectors is not None or given.scored is not None:
        return _new_blank(given)
    with _progress() as step:
        inputs = default_inputs()
        if given.source:
            found, findings = checked_inputs(given.source)
            if found is None:
                return _report_errors(findings)
            inputs = found
        step("build")
        write_atomically(given.out, build_workbook(inputs), backup=False)
    print(catalogue.both("cli.written", path=given.out))
    return DONE


def _new_blank(given: argparse.Namespace) -> int:
    """An empty workbook for a table of the user's own size."""
    from iiecon.workbook.blank import LARGEST, SCORED, blank_workbook

    sectors = given.sectors or 0
    scored = min(SCORED, sectors) if given.scored is None else given.scored
    if not 1 <= scored <= sectors <= LARGEST:
        _say(catalogue.both("cli.sectors_range", largest=LARGEST))
        return WRONG_USAGE
    with _progress() as step:
        step("build")
        write_atomically(given.out, blank_workbook(sectors, scored), backup=False)
    print(catalogue.both("cli.written", path=given.out))
    print(catalogue.both("cli.fill_in"))
    return DONE


def _write_report(given: argparse.Namespace) -> int:
    from iiecon.findings import InputError
    from iiecon.report import EXTENSIONS, report
    from iiecon.spreadsheet.calculator import FileBook
    from iiecon.workbook.read import Reader
    from iiecon.workbook.recalculate import examine
    from iiecon.workbook.world_list import countries_of

    kind = given.out.suffix.lower()
    if kind not in EXTENSIONS:
        _say(f"{given.out}: {catalogue.both('cli.report_extension')}")
        return WRONG_USAGE
    with _progress() as step:
        step("read")
        book = FileBook.from_package(Package.read(given.workbook))
        done = examine(book, step)
        if done.results is None or done.errors:
            return _report_errors(done.findings)
        countries = countries_of(Reader(book, done.calculation))
        step("report")
        day = given.date.isoformat() if given.date else ""
        try:
            made = report(done.results, kind, given.lang, day, countries)
        except InputError as error:
            return _report_errors(error.findings)
        step("write")
        write_atomically(given.out, made.data, backup=False)
    for warning in made.warnings:
        _say(warning)
    _report(done.findings)
    print(catalogue.both("cli.written", path=given.out))
    return DONE


def _install_libreoffice(given: argparse.Namespace) -> int:
    from udfs.libreoffice.extension import extension, server_command
    from udfs.libreoffice.install import NotInstalled, install, unopkg

    if given.output:
        write_atomically(given.output, extension(server_command()), backup=False)
        print(catalogue.both("cli.written", path=given.output))
        return DONE
    program = unopkg()
    if program is None:
        missing, fix = (catalogue.both(f"libreoffice.{k}") for k in ("missing", "missing_fix"))
        _say(f"{missing}; {fix}")
        return FILE_ERROR
    try:
        install(program)
    except NotInstalled as error:
        refused, fix = (catalogue.both(f"libreoffice.{k}") for k in ("refused", "refused_fix"))
        _say(f"{refused} ({error}); {fix}")
        return FILE_ERROR
    print(f"{catalogue.both('libreoffice.installed')}: {sys.executable}")
    return DONE


def _doctor(given: argparse.Namespace) -> int:
    from iiecon.diagnosis import Case
    from iiecon.doctor import examine
    from iiecon.machine import Machine

    shipped = Path(DEFAULT_WORKBOOK)
    workbook = given.workbook or (shipped if shipped.exists() else None)
    if workbook and not _json_apart(given.json, workbook):
        return WRONG_USAGE
    results = []
    print(workbook.absolute() if workbook else catalogue.both("doctor.not_here.workbook"))
    for result in examine(Case(Machine.here(), str(workbook.absolute()) if workbook else None)):
        status = catalogue.both(f"doctor.status.{result.outcome.status}")
        print(f"[{status}] {result.title}: {result.message}")
        if result.fix:
            print(f"    → {result.fix}")
        results.append(result)
    if given.json:
        found = {"workbook": str(workbook or ""), "checks": [r.record() for r in results]}
        text = json.dumps(found, ensure_ascii=False, indent=1)
        write_atomically(given.json, f"{text}\n".encode(), backup=False)
    count = sum(result.outcome.status == "problem" for result in results)
    print(catalogue.both("cli.problems", count=count) if count else catalogue.both("cli.healthy"))
    return INPUT_ERRORS if count else DONE


def _install_excel(given: argparse.Namespace) -> int:
    from iiecon import excel_setup
    from iiecon.machine import Machine

    machine = Machine.here()
    if not machine.has_excel:
        _say(catalogue.both("cli.no_excel"))
        return WRONG_USAGE
    target = excel_setup.user_file(machine)
    if given.beside:
        target = excel_setup.file_beside(machine, str(given.beside.absolute()))
    if not excel_setup.install(machine, target):
        refused = catalogue.both("cli.interpreter_path", path=machine.executable)
        _say(f"{refused}; {catalogue.both('cli.interpreter_path_fix')}")
        return FILE_ERROR
    program = excel_setup.console_program(machine)
    print(catalogue.both("cli.excel_set", program=program, path=target))
    return DONE


def _refuse_locked(path: Path) -> None:
    lock = is_locked(path)
    if lock is not None:
        raise FileProblem(path, "file.locked", lock.name)


def _json(done: Recalculated) -> str:
    from iiecon.results import finding_record

    if done.results is not None and not done.errors:
        return done.results.to_json()
    records = [finding_record(f) for f in done.findings]
    return json.dumps({"findings": records}, ensure_ascii=False, indent=1) + "\n"


def _report_errors(findings: Sequence[Finding]) -> int:
    _report(findings)
    count = sum(f.severity == "error" for f in findings)
    _say(catalogue.both("cli.refused", count=count))
    return INPUT_ERRORS


def _report(findings: Sequence[Finding]) -> None:
    """Errors and warnings on standard error, the first of them in full."""
    shown = [f for f in findings if f.severity != "info"]
    for finding in shown[:SHOWN_FINDINGS]:
        _say(str(finding))
    if len(shown) > SHOWN_FINDINGS:
        _say(catalogue.both("cli.more", count=len(shown) - SHOWN_FINDINGS))


def _print_summary(results: ModelResults) -> None:
    """The nation by year, as a table that keeps Chinese columns aligned."""
    from rich.console import Console
    from rich.table import Table

    lines: list[tuple[str, str, str]] = [
        ("direct", "direct", "{:,.1f}"),
        ("indirect", "indirect", "{:,.1f}"),
        ("total", "total", "{:,.1f}"),
        ("share_of_gdp", "share_of_gdp", "{:.2%}"),
        ("jobs", "employment", "{:,.1f}"),
        ("jobs_direct", "employment_direct", "{:,.1f}"),
        ("jobs_indirect", "employment_indirect", "{:,.1f}"),
    ]
    national = results.records()["national"]
    table = Table(title=catalogue.both("app.title"))
    table.add_column("亿元, 万人")
    for record in national:
        table.add_column(f"{record['year']}{' e' if record['estimated'] else ''}", justify="right")
    for key, field, form in lines:
        table.add_row(catalogue.both(f"label.{key}"), *(_shown(r[field], form) for r in national))
    table.caption = f"{catalogue.both('cli.marks')}\n{results.inputs.experts.source}"
    # Piped output has no width of its own: give it enough that nothing is cut.
    Console(width=None if sys.stdout.isatty() else 130, soft_wrap=False).print(table)


def _shown(value: Any, form: str) -> str:
    return "" if value != value else form.format(value)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Says each step on a terminal; silent when piped."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield lambda step: status.update(catalogue.both(f"step.{step}"))


def _help(key: str) -> str:
    return catalogue.both(f"cli.{key}").replace("%", "%%")


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _tolerant_output() -> None:
    """A console that cannot show a character shows a mark for it instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


if __name__ == "__main__":
    sys.exit(main())

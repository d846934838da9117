"""What the buttons of the ribbon do: each ends in one message, and in the state it began with.

Everything goes through xlwings; checks, model and comparison are those of `iiecon recalculate`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import xlwings as xw

from iiecon import catalogue
from iiecon.findings import Finding, InputError
from iiecon.results import ModelResults
from iiecon.spreadsheet.calculator import Calculation
from iiecon.spreadsheet.package import FileProblem
from iiecon.workbook.import_io import import_of
from iiecon.workbook.read import Range, Reader
from iiecon.workbook.recalculate import Examined, differences, examine
from iiecon.workbook.stamp import stamp
from udfs.live import live_book, reference_to
from udfs.why import explain

AGREEMENT = 1e-9  # relative, between the program's numbers and the model's
SHOWN_FINDINGS = 3
QUIET = {"screen_updating": False, "calculation": "manual"}
BAD: Literal["critical"] = "critical"
FILE_FILTER = "Excel, CSV (*.xlsm;*.xlsx;*.xls;*.csv),*.xlsm;*.xlsx;*.xls;*.csv"


@dataclass(frozen=True)
class Answer:
    """What to tell at the end, and the finding whose cell to show."""

    text: str
    finding: Finding | None = None
    mode: Literal["info", "critical"] = "info"


def recalculate_all(book: xw.Book | None = None) -> None:
    """Check the inputs, let the program recalculate, hold it against the model, stamp the run."""
    _act(book, _recalculated)


def check_inputs(book: xw.Book | None = None) -> None:
    """Say what is wrong with the inputs, and go to the first error."""
    _act(book, _checked)


def explain_cell(book: xw.Book | None = None) -> None:
    """Say where an error in the selected cells comes from."""
    _act(book, _explained)


def import_io_table(book: xw.Book | None = None, path: str | Path | None = None) -> None:
    """Take over an input-output table with the same sectors, of a file or another workbook."""
    _act(book, lambda there: _imported(there, path))


def _act(book: xw.Book | None, work: Callable[[xw.Book], Answer]) -> None:
    """Do the work quietly, put everything back, then show the answer."""
    book = xw.Book.caller() if book is None else book
    try:
        with _quiet(book.app):
            answer = work(book)
    except Exception as error:  # whatever it is, the user gets a message and no traceback
        answer = Answer(_failure(error), None, BAD)
    with suppress(Exception):  # the message names the cell in any case
        _go_to(book, answer.finding)
    book.app.alert(answer.text, catalogue.both("app.title"), mode=answer.mode)


@contextmanager
def _quiet(app: xw.App) -> Iterator[None]:
    """A still screen and no recalculation in between; afterwards all as before."""
    before = {name: getattr(app, name) for name in ("status_bar", *QUIET)}
    try:
        for name, value in QUIET.items():
            setattr(app, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(app, name, value)


def _teller(app: xw.App) -> Callable[[str], None]:
    """Shows each step in the status bar."""

    def tell(step: str) -> None:
        app.status_bar = catalogue.both(f"step.{step}")

    return tell


def _examined(book: xw.Book) -> Examined:
    tell = _teller(book.app)
    tell("read")
    return examine(live_book(book), tell)


def _recalculated(book: xw.Book) -> Answer:
    done, tell = _examined(book), _teller(book.app)
    if done.errors or done.results is None:
        return _refusal("action.refused", done.errors)
    tell("program")
    _recalculate(book.app)
    tell("compare")
    shown = Reader(live_book(book), Calculation())
    found = differences(shown, done.results, "program_differs", AGREEMENT)
    if found:
        return _refusal("action.differs", found)
    _stamp(book, done.results)
    return Answer(_with_warnings("action.recalculated", done.findings))


def _recalculate(app: xw.App) -> None:
    """Every formula anew: Excel can be made to forget what it believes to be up to date."""
    rebuild = getattr(app.api, "CalculateFullRebuild", None)
    if rebuild is None:
        app.calculate()
    else:
        rebuild()


def _stamp(book: xw.Book, results: ModelResults) -> None:
    for name, text in stamp(results.inputs, datetime.now()).items():
        if name in book.names:
            book.names[name].refers_to_range.value = text


def _checked(book: xw.Book) -> Answer:
    done = _examined(book)
    if done.errors:
        return _refusal("action.wrong", done.errors)
    return Answer(_with_warnings("action.good", done.findings))


def _explained(book: xw.Book) -> Answer:
    cells = book.selection
    if cells is None:
        return Answer(catalogue.both("action.no_cell"))
    place = f"{cells.sheet.name}!{cells.get_address(False, False)}"
    found = explain(reference_to(cells))
    return Answer(found or catalogue.both("action.no_error", place=place))


def _imported(book: xw.Book, path: str | Path | None) -> Answer:
    if path is None and not hasattr(book.app.api, "GetOpenFilename"):
        return Answer(catalogue.both("action.no_dialog"))
    # xlwings has no dialog for files; this one is Excel's own, and gives False when cancelled.
    chosen = path or book.app.api.GetOpenFilename(FILE_FILTER)
    if not chosen:
        return Answer(catalogue.both("action.no_file"))
    file, tell = Path(chosen), _teller(book.app)
    tell("import")
    try:
        fresh = import_of(live_book(book), file)
    except InputError as error:
        return Answer(_listed("action.not_imported", error.findings, file=file.name), None, BAD)
    errors = examine(fresh.book, tell).errors
    if errors:
        return Answer(_listed("action.not_imported", errors, file=file.name), None, BAD)
    _write(book, fresh.changes)
    return Answer(catalogue.both("action.imported", file=file.name))


def _write(book: xw.Book, changes: Sequence[Range]) -> None:
    """Fill the ranges; when one cannot be written (protected, say) none is."""
    before: list[tuple[xw.Range, object]] = []
    try:
        for change in changes:
            sheet, area = book.sheets[change.sheet], change.area
            cells = sheet.range((area.row1, area.col1), (area.row2, area.col2))
            before.append((cells, cells.formula))
            cells.value = change.cells
    except Exception:
        for cells, formulas in before[:-1]:
            cells.formula = formulas
        raise


def _refusal(key: str, errors: Sequence[Finding]) -> Answer:
    """The first errors, and the cell of the first."""
    return Answer(_listed(key, errors, count=len(errors)), errors[0], BAD)


def _with_warnings(key: str, findings: Sequence[Finding]) -> str:
    """Good news, and what else there is to know."""
    told = [f for f in findings if f.severity == "warning"]
    parts = [catalogue.both(key)]
    if told:
        parts.append(_listed("action.warnings", told, count=len(told)))
    return "\n\n".join(parts)


def _listed(key: str, findings: Sequence[Finding], **values: object) -> str:
    """A heading and the first findings, each with what to do."""
    parts = [catalogue.both(key, **values)]
    parts += [
        "\n".join(line for line in (f.place, f.message, f"→ {f.fix}") if line)
        for f in findings[:SHOWN_FINDINGS]
    ]
    if len(findings) > SHOWN_FINDINGS:
        parts.append(catalogue.both("action.more", count=len(findings) - SHOWN_FINDINGS))
    return "\n\n".join(parts)


def _failure(error: Exception) -> str:
    if isinstance(error, FileProblem):
        message, fix = (catalogue.both(f"{error.key}.{part}") for part in ("message", "fix"))
        return f"{error.path}\n{message}\n→ {fix}"
    kind = type(error).__name__
    return catalogue.both("action.unexpected", kind=kind, reason=str(error))


def _go_to(book: xw.Book, finding: Finding | None) -> None:
    """Show the sheet and select the cell that a finding speaks of."""
    if finding is None or finding.sheet not in book.sheet_names:
        return
    sheet = book.sheets[finding.sheet]
    if sheet.visible:
        sheet.activate()
        if finding.cell:
            sheet.range(finding.cell).select()

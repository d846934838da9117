"""The functions behind a pipe: LibreOffice's add-in starts this program and talks to it.

LibreOffice brings a Python of its own without numpy, so the functions run here, in the Python that
the user installed. Messages in: ("call", name, arguments). Messages out: ("result", rows or error),
and in between ("ask", question, ...) for cells of the open document, answered by ("answer", ...).
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from typing import IO, Any

from iiecon.findings import InputError
from iiecon.spreadsheet import formula as tree
from iiecon.spreadsheet.evaluate import OwnFunctions, Reference
from iiecon.spreadsheet.values import Area, ErrorResult, ExcelError, Matrix, NotEvaluated, Value
from udfs.libreoffice.wire import receive, send

REFERENCE = "reference"


def main() -> None:
    """Serve until the other end closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What a function prints must not get between the messages.
    os.dup2(2, 1)
    from udfs import FUNCTIONS

    server = Server(FUNCTIONS, source, target)
    send(target, ("ready",))
    try:
        while True:
            server.serve(receive(source))
    except (EOFError, BrokenPipeError):
        return


class Server:
    """Answers calls; while one is being computed it may ask the caller back."""

    def __init__(self, functions: OwnFunctions, source: IO[bytes], target: IO[bytes]) -> None:
        self._functions, self._source, self._target = functions, source, target

    def serve(self, message: Any) -> None:
        """Compute one call and send its result."""
        _, name, arguments = message
        send(self._target, ("result", self._result(name, arguments)))

    def ask(self, *question: Any) -> Any:
        """What the open document holds; recomputing it may call our functions in turn."""
        send(self._target, ("ask", *question))
        while True:
            message = receive(self._source)
            if message[0] == "answer":
                return message[1]
            self.serve(message)

    def _result(self, name: str, arguments: list[Any]) -> Matrix | str:
        """Rows of plain cells, or the code of an error value."""
        try:
            given = [self._argument(a) for a in arguments]
            return [[_plain(c) for c in row] for row in self._functions[name](*given)]  # type: ignore[attr-defined]
        except (EOFError, BrokenPipeError):
            raise
        except InputError as error:
            return error.excel_error
        except Exception:
            traceback.print_exc()
            return InputError.excel_error

    def _argument(self, value: Any) -> Any:
        if isinstance(value, tuple) and value and value[0] == REFERENCE:
            _, sheet, area = value
            return Reference(Document(self), sheet, Area(*area))
        return value


class Document:
    """The open document as the functions that follow references see it (`Sheets`)."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def read(self, sheet: str, area: Area) -> Matrix:
        """The values of a range."""
        rows = self._server.ask("read", sheet, tuple(area))
        if rows is None:
            raise NotEvaluated(f"there is no sheet {sheet!r}")
        return [[_cell(value) for value in row] for row in rows]

    def spilled(self, sheet: str, area: Area) -> Area:
        """The range of the array formula that begins in a cell."""
        found = self._server.ask("spilled", sheet, tuple(area))
        if found is None:
            raise ErrorResult(ExcelError("#REF!"))
        return Area(*found)

    def named(self, sheet: str, name: str) -> tree.Expression:
        """What a defined name stands for."""
        text = self._server.ask("named", sheet, name)
        if text is None:
            raise NotEvaluated(f"there is no name {name!r}")
        return tree.parse(text)

    def formula(self, sheet: str, row: int, col: int) -> str | None:
        """The formula of a cell without "=", None where there is none."""
        found: str | None = self._server.ask("formula", sheet, (row, col, row, col))
        return found

    def call_own(self, node: tree.Call, arguments: list[Value | Reference]) -> Value:
        """Not called: what follows references evaluates our functions itself."""
        raise NotEvaluated(node.name)


def _plain(cell: Any) -> Any:
    """A cell without numpy's types, which the other end does not know."""
    return float(cell) if isinstance(cell, float) else cell


def _cell(value: Any) -> Any:
    """A cell of the document; errors come as ("error", code)."""
    return ExcelError(value[1]) if isinstance(value, tuple) else value


if __name__ == "__main__":
    main()

"""The program that computes for LibreOffice, driven over its pipes without LibreOffice."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from iiecon.findings import NumericalError
from iiecon.spreadsheet.values import Area, ExcelError
from udfs.libreoffice.extension import server_command
from udfs.libreoffice.wire import receive, send
from udfs.server import Server


@pytest.fixture
def program() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        server_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    with process:
        yield process


def answer(program: subprocess.Popen[bytes], *message: Any) -> Any:
    assert program.stdin is not None
    assert program.stdout is not None
    send(program.stdin, message)
    return receive(program.stdout)


def test_it_says_when_it_is_ready_computes_and_ends_with_the_pipe(
    program: subprocess.Popen[bytes],
) -> None:
    assert program.stdin is not None
    assert program.stdout is not None
    assert receive(program.stdout) == ("ready",)
    good = answer(program, "call", "IIE_EMPLOYMENT", [((10.0, 20.0),), 100.0, 50.0])
    assert good == ("result", [[5.0, 10.0]])
    assert answer(program, "call", "IIE_EMPLOYMENT", [10.0, 0.0, 5.0]) == ("result", "#VALUE!")
    assert answer(program, "call", "NO_SUCH_FUNCTION", []) == ("result", "#VALUE!")
    again = answer(program, "call", "IIE_EMPLOYMENT", [((10.0, 20.0),), 100.0, 50.0])
    assert again == good
    program.stdin.close()
    assert program.wait(20) == 0
    assert program.stderr is not None
    assert b"NO_SUCH_FUNCTION" in program.stderr.read()


def test_what_a_function_prints_does_not_get_between_the_messages() -> None:
    code = (
        "import udfs, udfs.server\n"
        "udfs.FUNCTIONS['LOUD'] = lambda: (print('hello'), [[1.0]])[1]\n"
        "udfs.server.main()\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert receive(process.stdout) == ("ready",)
        assert answer(process, "call", "LOUD", []) == ("result", [[1.0]])
        _, said = process.communicate()
        assert said == b"hello\n"


def served(functions: dict[str, Callable[..., Any]], name: str, *given: Any, said: Any = ()) -> Any:
    """All messages of one call; `said` is what the other end says meanwhile."""
    source, target = io.BytesIO(), io.BytesIO()
    for message in said:
        send(source, message)
    source.seek(0)
    Server(functions, source, target).serve(("call", name, list(given)))
    target.seek(0)
    messages = []
    while target.tell() < len(target.getvalue()):
        messages.append(receive(target))
    return messages


def refuse() -> None:
    raise NumericalError.one("not_productive")


def test_an_error_keeps_its_kind() -> None:
    assert served({"F": refuse}, "F") == [("result", "#NUM!")]


def test_a_reference_is_looked_up_at_the_other_end() -> None:
    def look(reference: Any) -> list[list[Any]]:
        sheets, name = reference.sheets, reference.sheet
        (row,) = sheets.read(name, reference.area)
        assert row == [1.0, ExcelError("#DIV/0!")]
        return [[sheets.formula(name, 2, 3), str(sheets.spilled(name, Area(2, 3, 2, 3)))]]

    said = [("answer", [[1.0, ("error", "#DIV/0!")]]), ("answer", "1/0"), ("answer", (2, 3, 2, 4))]
    messages = served({"F": look}, "F", ("reference", "S", (2, 3, 2, 4)), said=said)
    assert messages == [
        ("ask", "read", "S", (2, 3, 2, 4)),
        ("ask", "formula", "S", (2, 3, 2, 3)),
        ("ask", "spilled", "S", (2, 3, 2, 3)),
        ("result", [["1/0", "C2:D2"]]),
    ]


def test_a_call_may_come_while_an_answer_is_awaited() -> None:
    functions = {"F": lambda cell: cell.sheets.read("S", cell.area), "G": lambda x: [[x * 2]]}
    said = [("call", "G", [4.0]), ("answer", [[8.0]])]
    messages = served(functions, "F", ("reference", "S", (1, 1, 1, 1)), said=said)
    assert messages[1:] == [("result", [[8.0]]), ("result", [[8.0]])]

"""Our VBA in LibreOffice's Basic, with a stand-in for Python behind it.

LibreOffice cannot load xlwings' own modules, so they are left out here, and it takes the names
`output` and `base` of arguments for words of its language, so they are renamed. Everything else is
the source that the workbook carries. (Its cells show an error value of Basic as the text
"Error 2036", so what a formula gives is told by a function in Basic.)
"""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from iiecon import catalogue
from iiecon.workbook.assemble import XLSM_TYPE, XLSX_TYPE
from iiecon.workbook.macros import with_project
from tests.libreoffice import office
from udfs import FUNCTIONS
from udfs.excel import ERROR_NUMBERS
from udfs.vba.modules import sources

WORDS_OF_BASIC = re.compile(r"\b(output|base)\b")

STAND_IN = """\
Attribute VB_Name = "StandIn"
Public Function XLPy() As Object
    Set XLPy = New StandInPython
End Function

Public Function KIND_OF(Answer)
    If IsArray(Answer) Then
        KIND_OF = "array " & UBound(Answer, 1) & " " & Answer(1, 0)
    ElseIf IsError(Answer) Then
        KIND_OF = CStr(Answer)
    Else
        KIND_OF = TypeName(Answer) & " " & CStr(Answer)
    End If
End Function

Public Function TEXT_FOR(Key)
    TEXT_FOR = TextOf(Key)
End Function
"""
STAND_IN_PYTHON = """\
VERSION 1.0 CLASS
BEGIN
  MultiUse = -1  'True
END
Attribute VB_Name = "StandInPython"
Attribute VB_GlobalNameSpace = False
Attribute VB_Creatable = False
Attribute VB_PredeclaredId = False
Attribute VB_Exposed = False

Public Function CallUDF(ModuleName, FunctionName, Arguments, Optional Book, Optional Caller)
    Dim Block(0 To 1, 0 To 1)
    Select Case CStr(Arguments(0))
        Case "nothing starts": Err.Raise 1000, , "no Python"
        Case "array": Block(1, 0) = 2.5: CallUDF = Block
        Case Else: CallUDF = Arguments(0)
    End Select
End Function
"""
# What Python answers, and what the formula gives.
ANSWERS = {
    **{f'"{text}"': f"Error {number}" for number, text in ERROR_NUMBERS.items()},
    '"nothing starts"': "Error 2015",
    '"array"': "array 1 2.5",
    '"indirect"': "String indirect",
    "41.5": "Double 41.5",
}


def telling(name: str) -> str:
    """A function in Basic that tells what one of ours gives for an answer of Python."""
    given = ", ".join(["Answer"] * len(FUNCTIONS[name].arguments))
    body = f"    TELL_{name} = KIND_OF({name}({given}))"
    return f"Public Function TELL_{name}(Answer)\n{body}\nEnd Function\n"


def blank_workbook() -> bytes:
    """A macro-enabled workbook without macros."""
    given, made = io.BytesIO(), io.BytesIO()
    Workbook().save(given)
    with zipfile.ZipFile(given) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(XLSX_TYPE, XLSM_TYPE))
    return made.getvalue()


def in_libreoffice(workbook: bytes, formulas: list[str], folder: Path) -> dict[str, dict[str, str]]:
    """The VBA modules that LibreOffice finds, and what each formula shows."""
    path = folder / "宏 macros.xlsm"
    path.write_bytes(workbook)
    with office.running(folder, "macros_script.py") as started:
        started.open(path.as_uri())
        shown = dict(zip(formulas, started.shown(formulas), strict=True))
        return {"modules": started.modules(), "shown": shown}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the formulas of all tests show, from one run."""
    modules = {
        **sources(),
        "xlwings_udfs": WORDS_OF_BASIC.sub(r"\1_", sources()["xlwings_udfs"]),
        "StandIn": STAND_IN + "".join(map(telling, FUNCTIONS)),
        "StandInPython": STAND_IN_PYTHON,
    }
    formulas = [f"=TELL_{name}({answer})" for name in FUNCTIONS for answer in ANSWERS]
    formulas += [f'=TEXT_FOR("{key}")' for key in ribbon_keys()]
    workbook = with_project(blank_workbook(), modules)
    return in_libreoffice(workbook, formulas, tmp_path_factory.mktemp("basic"))["shown"]


def ribbon_keys() -> list[str]:
    return [f"{p}.{k}" for p in catalogue.keys("ribbon") for k in catalogue.keys(f"ribbon.{p}")]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_error_values_are_real_and_answers_stay(shown: dict[str, str], name: str) -> None:
    found = {answer: shown[f"=TELL_{name}({answer})"] for answer in ANSWERS}
    assert found == ANSWERS


def test_texts_of_the_ribbon(shown: dict[str, str]) -> None:
    """LibreOffice does not tell Basic its language, so they are English."""
    for key in ribbon_keys():
        assert shown[f'=TEXT_FOR("{key}")'] == catalogue.text(f"ribbon.{key}", "en")

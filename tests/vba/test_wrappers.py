"""Our VBA around the functions against what xlwings itself would make of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from udfs import FUNCTIONS
from udfs.excel import ERROR_NUMBERS
from udfs.vba import wrappers
from udfs.vba.modules import generated, sources
from udfs.vba.wrappers import DIFFERENCES, Difference, description, with_differences

ROOT = Path(__file__).resolve().parents[2]
DESCRIPTION_LINE = re.compile(r"^Attribute \w+\.VB_.*\n", re.MULTILINE)
LONGEST_LINE = 1023

# The words of VBA that cannot be a name, from Microsoft's [MS-VBAL] 3.3.5.2.
RESERVED = set(
    """Call Case Close Const Declare DefBool DefByte DefCur DefDate DefDbl DefInt DefLng DefObj
    DefSng DefStr DefVar Dim Do Else ElseIf End EndIf Enum Erase Event Exit For Friend Function Get
    Global GoSub GoTo If Implements Input Let Lock Loop LSet Next On Open Option Print Private
    Public Put RaiseEvent ReDim Resume Return RSet Seek Select Set Static Stop Sub Type Unlock Wend
    While With Write Rem Any As ByRef ByVal Each In New Shared Until WithEvents Optional ParamArray
    Preserve Spc Tab Then To AddressOf And Eqv Imp Is Like Mod Not Or TypeOf Xor Abs CBool CByte
    CCur CDate CDbl CDec CInt CLng CLngLng CLngPtr CSng CStr CVar CVErr Date Debug DoEvents Fix Int
    Len LenB Me PSet Scale Sgn String Array Circle InputB LBound UBound Boolean Byte Currency Double
    Integer Long LongLong LongPtr Single Variant True False Nothing Empty Null Attribute LINEINPUT
    VB_Base VB_Control VB_Creatable VB_Customizable VB_Description VB_Exposed VB_Ext_KEY
    VB_GlobalNameSpace VB_HelpID VB_Invoke_Func VB_Invoke_Property VB_Name VB_PredeclaredId
    VB_TemplateDerived VB_UserMemId VB_VarDescription CDecl Decimal DefDec""".lower().split()
)


@pytest.fixture(scope="module")
def genuine() -> str:
    """What xlwings writes for the module `udfs.excel`, in a process that plays Windows."""
    program = Path(__file__).with_name("genuine.py")
    search = os.pathsep.join([str(ROOT / "python"), str(ROOT)])
    done = subprocess.run(
        [sys.executable, str(program)],
        env={**os.environ, "PYTHONPATH": search, "XLWINGS_LICENSE_KEY": ""},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_kept_text_is_what_the_registry_makes() -> None:
    """After a change of functions or labels: python -m udfs.vba.modules."""
    kept = sources()
    for name, source in generated().items():
        assert kept[name] == source


def test_only_the_listed_differences_to_xlwings(genuine: str) -> None:
    ours = DESCRIPTION_LINE.sub("", sources()["xlwings_udfs"])
    assert with_differences(genuine) == ours


@pytest.mark.parametrize("left_out", DIFFERENCES, ids=lambda d: d.ours[:20])
def test_each_listed_difference_is_one(
    left_out: Difference, genuine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = tuple(d for d in DIFFERENCES if d is not left_out)
    monkeypatch.setattr(wrappers, "DIFFERENCES", rest)
    assert with_differences(genuine) != DESCRIPTION_LINE.sub("", sources()["xlwings_udfs"])
    found = len(re.findall(left_out.pattern, genuine, re.MULTILINE))
    assert found in (1, len(FUNCTIONS), 2 * len(FUNCTIONS))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_names_are_none_of_the_words_of_vba(name: str) -> None:
    names = [name, *(argument.name for argument in FUNCTIONS[name].arguments)]
    assert not RESERVED & {n.lower() for n in names}
    assert all(re.fullmatch("[A-Za-z][A-Za-z0-9_]{0,254}", n) for n in names)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_function_wizard_says_what_it_does(name: str) -> None:
    source = sources()["xlwings_udfs"]
    found = re.search(
        rf'^Function {name}\(.*\)\nAttribute {name}\.VB_Description = "(.*)"\n'
        rf'Attribute {name}\.VB_ProcData\.VB_Invoke_Func = " \\n14"$',
        source,
        re.MULTILINE,
    )
    assert found is not None
    assert found.group(1).replace('""', '"') == description(FUNCTIONS[name])
    assert 0 < len(description(FUNCTIONS[name])) <= 255


def test_every_error_value_that_python_names_is_known_to_vba() -> None:
    cases = re.findall(r'Case "(#.*)": ErrorNumber = (\d+)$', sources()["Answers"], re.MULTILINE)
    assert {int(number): text for text, number in cases} == ERROR_NUMBERS


@pytest.mark.parametrize("name", sources())
def test_source_is_as_vba_wants_it(name: str) -> None:
    source = sources()[name]
    assert source.isascii()
    assert source.startswith(f'Attribute VB_Name = "{name}"\n')
    assert source.endswith("\n")
    assert "\r" not in source
    assert "\t" not in source
    assert max(map(len, source.splitlines())) <= LONGEST_LINE
    assert re.search("^Option Explicit$", source, re.MULTILINE)

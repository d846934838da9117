"""Our VBA really run, in pyOpenVBA's interpreter: formulas, their errors, and the ribbon."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml import etree
from pyopenvba.interpreter import VBAErrorValue

from iiecon import catalogue
from tests.bad_arguments import GOOD, good_arguments
from tests.vba.excel_stand_in import (
    CHINESE,
    CHINESE_TAIWAN,
    ENGLISH,
    GERMAN,
    Excel,
    handed_over,
)
from udfs import FUNCTIONS
from udfs.excel import ERROR_NUMBERS
from udfs.vba.modules import RIBBON, sources

UI = "{http://schemas.microsoft.com/office/2009/07/customui}"
BUTTONS = list(etree.parse(RIBBON).iter(f"{UI}button"))
VALUE, NOT_AVAILABLE = VBAErrorValue(2015), VBAErrorValue(2042)


@pytest.fixture(scope="module")
def excel() -> Excel:
    return Excel()


# --- formulas


@pytest.mark.parametrize("name", GOOD)
def test_a_formula_gives_what_the_function_gives(excel: Excel, name: str) -> None:
    found = excel.call(name, *good_arguments(name))
    assert found == handed_over(FUNCTIONS[name](*good_arguments(name)))


@pytest.mark.parametrize("name", GOOD)
def test_a_bad_argument_gives_an_error_value(excel: Excel, name: str) -> None:
    _, *rest = good_arguments(name)
    assert excel.call(name, "#DIV/0!", *rest) == VBAErrorValue(2007)


@pytest.mark.parametrize(("number", "text"), ERROR_NUMBERS.items())
def test_the_name_of_an_error_value_becomes_it(excel: Excel, number: int, text: str) -> None:
    assert excel.call("CellValue", text) == VBAErrorValue(number)


@pytest.mark.parametrize("answer", ["", "indirect", "#num!", " #NUM!", 0.0, 2036.0, True])
def test_other_answers_stay(excel: Excel, answer: object) -> None:
    found: Any = excel.call("CellValue", answer)
    assert found == answer
    assert type(found) is type(answer)


def test_no_python_is_an_error_value() -> None:
    assert Excel(python_starts=False).call("AHP_WEIGHTS", [[1.0]]) == VALUE


def test_on_a_mac_nothing_is_asked() -> None:
    excel = Excel(mac=True, python_starts=False)
    assert excel.call("AHP_WEIGHTS", [[1.0]]) == NOT_AVAILABLE


# --- the ribbon


def test_every_button_has_its_callbacks() -> None:
    source = sources()["Ribbon"]
    getters = {"getLabel", "getScreentip", "getSupertip"}
    assert len(BUTTONS) == 6
    for button in BUTTONS:
        assert f"Public Sub {button.get('onAction')}(control As IRibbonControl)" in source
        assert getters <= set(button.keys())
    for callback in {e.get(g) for e in etree.parse(RIBBON).iter() for g in getters} - {None}:
        signature = f"Public Sub {callback}(control As IRibbonControl, ByRef returnedVal"
        assert signature in source


def test_the_tab_is_named() -> None:
    assert [tab.get("label") for tab in etree.parse(RIBBON).iter(f"{UI}tab")] == ["IIE 经济测算"]


@pytest.mark.parametrize(
    ("number", "language"),
    [(CHINESE, "zh"), (CHINESE_TAIWAN, "zh"), (ENGLISH, "en"), (GERMAN, "en"), (None, "en")],
)
def test_texts_are_in_the_language_of_excel(number: int | None, language: str) -> None:
    excel = Excel(language=number)
    asked = 0
    for element in etree.parse(RIBBON).iter():
        for getter in ("getLabel", "getScreentip", "getSupertip"):
            callback = element.get(getter)
            if callback is not None:
                kind = getter.removeprefix("get").lower()
                wanted = catalogue.text(f"ribbon.{element.get('id')}.{kind}", language)
                assert excel.asked(callback, str(element.get("id"))) == wanted
                asked += 1
    assert asked == 20


@pytest.mark.parametrize(
    ("callback", "action"),
    [
        ("OnRecalculateAll", "recalculate_all"),
        ("OnCheckInputs", "check_inputs"),
        ("OnImportIoTable", "import_io_table"),
        ("OnExplainCell", "explain_cell"),
    ],
)
def test_a_button_runs_its_action(callback: str, action: str) -> None:
    excel = Excel(language=CHINESE)
    excel.press(callback)
    assert excel.ran == [f"import udfs.actions; udfs.actions.{action}()"]
    assert excel.application.said == [catalogue.text("ribbon.message.working", "zh"), "False"]
    assert excel.messages == []


def test_the_actions_are_there() -> None:
    import udfs.actions

    named = re.findall('RunAction "(.*)"', sources()["Ribbon"])
    assert len(named) == 4
    assert all(callable(getattr(udfs.actions, name)) for name in named)


def test_restart_python() -> None:
    excel = Excel()
    excel.press("OnRestartPython")
    assert excel.ran == ["KillPy", "import udfs.excel"]
    restarting, restarted = (
        catalogue.text(f"ribbon.message.{key}", "en") for key in ("restarting", "restarted")
    )
    assert excel.application.said == [restarting, restarted, "waits", "False"]


def test_restart_on_a_mac_has_nothing_to_end() -> None:
    excel = Excel(mac=True)
    excel.press("OnRestartPython")
    assert excel.ran == ["import udfs.excel"]


def test_a_python_without_the_program_is_not_called_restarted() -> None:
    excel = Excel(import_works=False)
    excel.press("OnRestartPython")
    assert catalogue.text("ribbon.message.restarted", "en") not in excel.application.said
    assert excel.application.shown is False


@pytest.mark.parametrize("callback", ["OnRecalculateAll", "OnCheckInputs", "OnRestartPython"])
@pytest.mark.parametrize(("number", "language"), [(CHINESE, "zh"), (ENGLISH, "en")])
def test_without_python_it_says_what_to_do(callback: str, number: int, language: str) -> None:
    excel = Excel(language=number, python_starts=False)
    excel.press(callback)
    assert len(excel.messages) == 1
    assert excel.messages[0].startswith(catalogue.text("ribbon.message.no_python", language))
    assert "xlwings64-0.37.8.dll" in excel.messages[0]
    assert "iiecon doctor" in excel.messages[0]
    assert excel.application.shown is False


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        (("About", "Functions"), ["goes to Functions!A1"]),
        (("Summary", "About"), ["goes to About!A1"]),
        (("Sheet1",), []),
    ],
)
def test_help_needs_no_python(sheets: tuple[str, ...], said: list[str]) -> None:
    excel = Excel(python_starts=False, sheets=sheets)
    excel.press("OnHelp")
    assert excel.application.said == said
    assert excel.messages == []

"""The spreadsheet functions called as a spreadsheet calls them: lists of rows and scalars."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from iiecon import InputError, IOTable, ModelInputs, ModelResults, catalogue, leontief_contribution
from iiecon.spreadsheet.values import ExcelError
from udfs import FUNCTIONS, cache, reference

CONTRACT = {
    *(
        "IO_COEFFICIENTS",
        "LEONTIEF_INVERSE",
        "LEONTIEF_CONTRIB",
        "IIE_DIRECT_VA",
        "IIE_INDIRECT_VA",
    ),
    *("IIE_SECTION_VA", "FUZZY_SCORE", "AHP_WEIGHTS", "AHP_CONSISTENCY", "KENDALL_W"),
    *("COBB_DOUGLAS_FIT", "IIE_MULTIPLIER", "LINEAR_EXTRAPOLATE", "IIE_PROVINCE_VA"),
    *("IIE_REGION_SUM", "IIE_EMPLOYMENT", "IIE_CHECK", "IIE_WHY"),
}

# A two-sector table whose Leontief inverse is known by hand: A = [[.2, .3], [.4, .1]].
FLOWS = [[20.0, 60.0], [40.0, 20.0]]
OUTPUT = [[100.0], [200.0]]
VALUE_ADDED = [[40.0, 120.0]]
CODES = [["1"], ["2"]]


def call(name: str, *arguments: Any) -> Any:
    """Rows of the result, as a sheet shows them."""
    return FUNCTIONS[name](*arguments)


def test_the_functions_of_the_contract_are_registered() -> None:
    assert FUNCTIONS.keys() >= CONTRACT


def test_names_do_not_look_like_cells() -> None:
    assert not [name for name in FUNCTIONS if name.rstrip("0123456789") != name]


def test_inverse_by_hand() -> None:
    expected = np.array([[0.9, 0.3], [0.4, 0.8]]) / 0.6
    np.testing.assert_allclose(call("LEONTIEF_INVERSE", FLOWS, OUTPUT), expected)
    np.testing.assert_allclose(call("IO_COEFFICIENTS", FLOWS, OUTPUT), [[0.2, 0.3], [0.4, 0.1]])


def test_contribution_by_hand() -> None:
    """Score 0.5 on sector 2: ΔY_1 = G_12 X_2 S / (1 + S G_22), G_12 = 0.5, G_22 = 1/3."""
    induced = 0.5 * 100 / (1 + 0.5 / 3)
    arguments = (FLOWS, OUTPUT, VALUE_ADDED, CODES, "2", 0.5)
    assert call("LEONTIEF_CONTRIB", *arguments, "output")[0][0] == pytest.approx(induced)
    assert call("LEONTIEF_CONTRIB", *arguments, "ratio")[0][0] == pytest.approx(induced / 100)
    assert call("LEONTIEF_CONTRIB", *arguments)[0][0] == pytest.approx(induced / 100 * 40)
    assert call("LEONTIEF_CONTRIB", *arguments, "direct") == [[0.0], [60.0]]
    assert call("IIE_DIRECT_VA", VALUE_ADDED, CODES, "2", 0.5) == [[60.0]]


def test_vectors_may_stand_in_a_row_or_a_column(inputs: ModelInputs) -> None:
    table = inputs.table
    scores = {"062": 0.4, "085": 0.2}
    expected = leontief_contribution(table, scores).indirect_value_added
    rows = (table.flows.tolist(), [table.output.tolist()], [[v] for v in table.value_added])
    found = call(
        "LEONTIEF_CONTRIB", *rows, [list(table.codes)], [list(scores)], [[0.4], [0.2]], "indirect"
    )
    np.testing.assert_allclose(np.ravel(found), expected, rtol=1e-12)


def test_codes_typed_as_numbers_are_found() -> None:
    assert call("IIE_DIRECT_VA", VALUE_ADDED, [[1.0], [2.0]], 2.0, 0.5) == [[60.0]]


def test_employment_keeps_the_shape_of_its_arguments() -> None:
    found = call("IIE_EMPLOYMENT", [[10.0, 20.0]], [[100.0, 100.0]], [[50.0, 10.0]])
    assert found == [[5.0, 2.0]]
    assert call("IIE_EMPLOYMENT", [[10.0], [20.0]], 100.0, 50.0) == [[5.0], [10.0]]


def test_one_call_scores_several_sectors() -> None:
    ballots = [[4.0, 0.0], [0.0, 4.0], [2.0, 2.0], [1.0, 3.0]]
    found = call("FUZZY_SCORE", ballots, [[0.5], [0.5]], [[1.0, 0.0]])
    assert found == [[0.5], [0.375]]
    assert call("FUZZY_SCORE", ballots, [[0.5], [0.5]], [[1.0, 0.0]], None, "grade") == [
        [1.0],
        [2.0],
    ]


def test_series_run_down_or_across() -> None:
    across = call("LINEAR_EXTRAPOLATE", [[1.0, 2.0, None]], [[2018.0, 2019.0, 2020.0]], [[2020.0]])
    down = call(
        "LINEAR_EXTRAPOLATE", [[1.0], [2.0], [None]], [[2018.0], [2019.0], [2020.0]], 2020.0
    )
    assert across == [[3.0]]
    assert down == [[3.0]]


def test_provinces_of_several_years_equal_those_of_each(results: ModelResults) -> None:
    years = len(results.years)
    by_sector = results.province_gdp.values.reshape(-1, 3, years)
    gdp = np.hstack([by_sector[:, j] for j in range(3)]).tolist()
    found = call("IIE_PROVINCE_VA", gdp, results.sectors3.tolist())
    np.testing.assert_allclose(found, results.provinces, rtol=1e-13)


def test_the_fit_limits_itself_to_the_years_given() -> None:
    years = [[float(y)] for y in range(2007, 2019)]
    k = [[100.0 * 1.1**t] for t in range(12)]
    ell = [[50.0 + t] for t in range(12)]
    y = [[3.0 * a[0] ** 0.4 * b[0] ** 0.6] for a, b in zip(k, ell, strict=True)]
    y[-1] = [9999.0]
    fit = call("COBB_DOUGLAS_FIT", y, k, ell, None, years, 2007.0, 2017.0)
    assert fit[0][0] == pytest.approx(0.4)
    assert fit[2][0] == pytest.approx(np.log(3.0))
    gamma = call("IIE_MULTIPLIER", y, k, ell, fit, "gamma")
    np.testing.assert_allclose(np.ravel(gamma)[:-1], 1.0)


def spoil(row: int, column: int, value: Any) -> list[list[Any]]:
    flows: list[list[Any]] = [list(r) for r in FLOWS]
    flows[row][column] = value
    return flows


BAD: dict[str, tuple[Callable[[], Any], str]] = {
    "text": (lambda: call("IO_COEFFICIENTS", spoil(0, 1, "n.a."), OUTPUT), "#VALUE!"),
    "blank": (lambda: call("IO_COEFFICIENTS", spoil(0, 1, None), OUTPUT), "#VALUE!"),
    "truth": (lambda: call("IO_COEFFICIENTS", spoil(0, 1, True), OUTPUT), "#VALUE!"),
    "shape": (lambda: call("IO_COEFFICIENTS", FLOWS, [[1.0]]), "#VALUE!"),
    "zero output": (lambda: call("IO_COEFFICIENTS", FLOWS, [[0.0], [1.0]]), "#VALUE!"),
    "unproductive": (lambda: call("LEONTIEF_INVERSE", FLOWS, [[30.0], [30.0]]), "#NUM!"),
    "no such code": (lambda: call("IIE_DIRECT_VA", VALUE_ADDED, CODES, "9", 0.5), "#N/A"),
    "score": (lambda: call("IIE_DIRECT_VA", VALUE_ADDED, CODES, "2", 50.0), "#VALUE!"),
    "lengths": (lambda: call("IIE_DIRECT_VA", VALUE_ADDED, CODES, "2", [[0.1], [0.2]]), "#VALUE!"),
    "twice": (
        lambda: call("IIE_DIRECT_VA", VALUE_ADDED, CODES, [["2"], ["2"]], [[0.1], [0.2]]),
        "#VALUE!",
    ),
    "measure": (
        lambda: call("LEONTIEF_CONTRIB", FLOWS, OUTPUT, VALUE_ADDED, CODES, "2", 0.5, "magic"),
        "#N/A",
    ),
    "no gdp": (lambda: call("IIE_EMPLOYMENT", 1.0, 0.0, 5.0), "#VALUE!"),
    "a date as year": (
        lambda: call("LINEAR_EXTRAPOLATE", [[1.0, 2.0]], [[2018.0, 20190101.0]], 2020.0),
        "#VALUE!",
    ),
}


@pytest.mark.parametrize(("run", "shown"), BAD.values(), ids=BAD.keys())
def test_bad_arguments_give_the_right_error_value(run: Callable[[], Any], shown: str) -> None:
    with pytest.raises(InputError) as refused:
        run()
    assert refused.value.excel_error == shown


def test_check_tells_what_does_not_balance(table: IOTable) -> None:
    assert table.final_use is not None
    assert table.imports is not None
    rest = ([[v] for v in table.final_use], [[v] for v in table.imports])
    totals = (table.output.tolist(), table.value_added.tolist())
    good = call("IIE_CHECK", table.flows.tolist(), *totals, *rest)
    assert [row[2] for row in good] == [True, True, True]
    flows = table.flows.copy()
    flows[3, 4] += 5.0
    bad = call(
        "IIE_CHECK", flows.tolist(), table.output.tolist(), table.value_added.tolist(), *rest
    )
    assert [row[2] for row in bad] == [False, False, True]
    assert bad[0][0] == pytest.approx(5.0)


# --- every argument is read alike


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#NUM!"])
def test_an_error_among_the_arguments_is_the_error_of_the_result(error: str) -> None:
    """As Excel's own functions do; the engines write it as an object or as its text."""
    for cell in (ExcelError(error), error):
        with pytest.raises(InputError) as refused:
            call("LEONTIEF_INVERSE", spoil(1, 0, cell), OUTPUT)
        assert refused.value.excel_error == error
        assert refused.value.findings[0].place == "flows[1, 0]"


def test_tuples_are_read_like_lists() -> None:
    """COM and UNO hand over tuples of rows, the headless engine lists."""
    rows = tuple(tuple(row) for row in FLOWS)
    assert call("LEONTIEF_INVERSE", rows, ((100.0,), (200.0,))) == call(
        "LEONTIEF_INVERSE", FLOWS, OUTPUT
    )


def test_options_are_found_in_any_case() -> None:
    arguments = (FLOWS, OUTPUT, VALUE_ADDED, CODES, "2", 0.5)
    assert call("LEONTIEF_CONTRIB", *arguments, "Direct") == [[0.0], [60.0]]


def test_a_table_of_numbers_is_no_vector() -> None:
    with pytest.raises(InputError, match="one row or one column"):
        call("IO_COEFFICIENTS", FLOWS, FLOWS)


def test_employment_refuses_ranges_that_do_not_belong_together() -> None:
    with pytest.raises(InputError, match=r"range is \(3, 1\)"):
        call("IIE_EMPLOYMENT", [[1.0], [2.0]], [[1.0], [2.0], [3.0]], 5.0)


def test_every_argument_has_its_help_in_both_languages() -> None:
    for function in FUNCTIONS.values():
        for language in ("zh", "en"):
            assert function.about(language)
            for argument in function.arguments:
                shown = function.help(argument, language)
                assert shown
                assert all(choice in shown for choice in argument.choices)


def test_no_help_is_left_over() -> None:
    used = {
        argument.name
        for function in FUNCTIONS.values()
        for argument in function.arguments
        if argument.name not in catalogue.keys(f"function.{function.compute.__name__}")
    }
    assert set(catalogue.keys("argument")) == used
    assert set(catalogue.keys("function")) == {name.lower() for name in FUNCTIONS}
    for function in FUNCTIONS.values():
        own = set(catalogue.keys(f"function.{function.compute.__name__}")) - {"about"}
        assert own <= {argument.name for argument in function.arguments}
    units = {a.cells.unit for f in FUNCTIONS.values() for a in f.arguments if a.cells.unit}
    assert set(catalogue.keys("unit")) == units


# --- results are kept


@pytest.fixture
def factorisations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The size of every system of equations that is solved; memory is empty at the start."""
    sizes: list[int] = []
    solve = np.linalg.solve

    def counted(a: Any, b: Any) -> Any:
        sizes.append(len(a))
        return solve(a, b)

    monkeypatch.setattr(np.linalg, "solve", counted)
    cache.RESULTS.clear()
    cache.PARTS.clear()
    return sizes


def test_a_repeated_call_is_answered_from_memory(factorisations: list[int]) -> None:
    first = call("LEONTIEF_INVERSE", FLOWS, OUTPUT)
    assert call("LEONTIEF_INVERSE", [list(row) for row in FLOWS], OUTPUT) is first
    assert factorisations == [2]


def test_all_formulas_on_one_table_share_one_factorisation(factorisations: list[int]) -> None:
    for score in np.linspace(0.01, 0.99, 20).tolist():
        for measure in ("indirect", "output"):
            call("LEONTIEF_CONTRIB", FLOWS, OUTPUT, VALUE_ADDED, CODES, "2", score, measure)
    assert factorisations == [2]


def test_another_table_is_factorised_anew(factorisations: list[int]) -> None:
    for flow in (20.0, 21.0):
        call("LEONTIEF_INVERSE", spoil(0, 0, flow), OUTPUT)
    assert factorisations == [2, 2]


def test_one_changed_digit_is_another_call() -> None:
    changed = spoil(0, 0, 20.0 * (1 + 1e-15))
    assert call("IO_COEFFICIENTS", changed, OUTPUT) != call("IO_COEFFICIENTS", FLOWS, OUTPUT)


def test_memory_is_bounded() -> None:
    kept = cache.Cache(maximum=10_000)
    for number in range(100):
        kept.put(number, [[float(number)] * 100])
        assert kept.size <= 10_000
    assert kept.get(99) is not None
    assert kept.get(0) is None
    kept.put("too large", np.zeros(10_000))
    assert kept.get("too large") is None


def test_a_result_in_memory_cannot_be_spoilt_through_an_array() -> None:
    array = np.array(FLOWS)
    before = call("LEONTIEF_INVERSE", array, OUTPUT)
    array[0, 0] = 30.0
    assert call("LEONTIEF_INVERSE", array, OUTPUT) != before


# --- what is made from the registry


def test_the_reference_page_is_up_to_date() -> None:
    """`python -m udfs.reference` writes it."""
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page()


def test_an_option_left_out_takes_its_first_choice() -> None:
    for function in FUNCTIONS.values():
        for argument in function.arguments:
            if argument.choices:
                assert not argument.optional or argument.default == argument.choices[0]

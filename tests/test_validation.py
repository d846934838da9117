"""One consistent model, one broken thing at a time: the finding says what and where."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from iiecon import InputError, ModelInputs, Options, run_model
from iiecon import options as option_rules
from iiecon.findings import errors_of
from iiecon.inputs import MACRO_COLUMNS, Section, Series
from iiecon.validation import check_for_labour, check_for_series, check_inputs
from tests.oracles.refusals import Place, places

NAN = float("nan")
Break = Callable[[ModelInputs], ModelInputs]


def changed(values: npt.NDArray[np.float64], index: Any, value: float) -> npt.NDArray[np.float64]:
    """A copy with one element set."""
    copy = values.copy()
    copy[index] = value
    return copy


def panel(inputs: ModelInputs, **fields: Any) -> ModelInputs:
    return replace(inputs, experts=replace(inputs.experts, **fields))


def series(inputs: ModelInputs, name: str, row: int, year: int, value: float) -> ModelInputs:
    old: Series = getattr(inputs, name)
    changes: dict[str, Any] = {
        name: Series(old.years, changed(old.values, (row, old.years.index(year)), value))
    }
    return replace(inputs, **changes)


def scaled(inputs: ModelInputs, name: str, row: int, year: int, factor: float) -> ModelInputs:
    old: Series = getattr(inputs, name)
    value = old.values[row, old.years.index(year)] * factor
    return series(inputs, name, row, year, value)


def letter(inputs: ModelInputs, code: str) -> int:
    return [s.code for s in inputs.sections].index(code)


def macro(column: str) -> int:
    return MACRO_COLUMNS.index(column)


def option(name: str) -> int:
    return option_rules.names().index(name)


def test_the_shipped_inputs_have_no_finding(inputs: ModelInputs) -> None:
    assert check_inputs(inputs) == []


# --- panel

PANEL: list[tuple[str, Break, Place]] = [
    (
        "weights that add up to 1.1",
        lambda m: panel(m, weights=changed(m.experts.weights, 1, m.experts.weights[1] + 0.1)),
        ("weights_sum", "weights", 0, None),
    ),
    (
        "negative weight",
        lambda m: panel(m, weights=changed(m.experts.weights, 2, -0.2)),
        ("weight_negative", "weights", 2, None),
    ),
    (
        "blank weight",
        lambda m: panel(m, weights=changed(m.experts.weights, 3, NAN)),
        ("weight_negative", "weights", 3, None),
    ),
    (
        "grade score above one",
        lambda m: panel(m, grade_scores=changed(m.experts.grade_scores, 0, 100.0)),
        ("grade_score_range", "grade_scores", 0, None),
    ),
    (
        "blank grade score",
        lambda m: panel(m, grade_scores=changed(m.experts.grade_scores, 4, NAN)),
        ("grade_score_range", "grade_scores", 4, None),
    ),
    (
        "negative vote",
        lambda m: panel(m, ballots=changed(m.experts.ballots, (2, 1, 3), -1)),
        ("ballot_negative", "ballots", 9, 3),
    ),
    (
        "blank vote",
        lambda m: panel(m, ballots=changed(m.experts.ballots, (0, 3, 4), NAN)),
        ("ballot_negative", "ballots", 3, 4),
    ),
    (
        "factor without votes",
        lambda m: panel(m, ballots=changed(m.experts.ballots, (5, 2), 0.0)),
        ("ballot_empty", "ballots", 22, 0),
    ),
    (
        "code that the table lacks",
        lambda m: panel(m, codes=("999", *m.experts.codes[1:])),
        ("unknown_code", "score_codes", 0, None),
    ),
    (
        "code listed twice",
        lambda m: panel(m, codes=(*m.experts.codes[:-1], m.experts.codes[0])),
        ("duplicate_code", "score_codes", 10, None),
    ),
    (
        "no direct sector",
        lambda m: panel(m, direct=(False,) * 11),
        ("no_direct", "sector_direct", 0, None),
    ),
    (
        "score override above one",
        lambda m: panel(m, override=changed(m.experts.override, 4, 1.2)),
        ("score_range", "score_override", 4, None),
    ),
    (
        "negative score override",
        lambda m: panel(m, override=changed(m.experts.override, 0, -0.1)),
        ("score_range", "score_override", 0, None),
    ),
]

# --- sectors, sections, provinces

LISTS: list[tuple[str, Break, Place]] = [
    (
        "sectors in another order",
        lambda m: replace(
            m, sector_codes=(m.sector_codes[1], m.sector_codes[0], *m.sector_codes[2:])
        ),
        ("sector_order", "sector_codes", 0, None),
    ),
    (
        "sector left out at the end",
        lambda m: replace(m, sector_codes=m.sector_codes[:-1]),
        ("sector_order", "sector_codes", 102, None),
    ),
    (
        "sector that the table lacks",
        lambda m: replace(m, sector_codes=(*m.sector_codes, "104")),
        ("sector_extra", "sector_codes", 103, None),
    ),
    (
        "unknown section of a sector",
        lambda m: replace(m, sector_sections=("A", "Z", *m.sector_sections[2:])),
        ("section_unknown", "sector_sections", 1, None),
    ),
    (
        "section in none of three sectors",
        lambda m: replace(m, sections=(Section("A", "农", "farm", "first"), *m.sections[1:])),
        ("sector3_unknown", "section_sector3", 0, None),
    ),
    (
        "unknown region",
        lambda m: replace(
            m,
            provinces=(*m.provinces[:2], replace(m.provinces[2], region="moon"), *m.provinces[3:]),
        ),
        ("region_unknown", "province_regions", 2, None),
    ),
]

# --- figures

FIGURES: list[tuple[str, Break, Place]] = [
    (
        "section value added ×100",
        lambda m: scaled(m, "section_va", letter(m, "I"), 2019, 100),
        ("jump", "section_va", 8, 4),
    ),
    (
        "section value added of zero",
        lambda m: series(m, "section_va", 2, 2018, 0.0),
        ("not_positive", "section_va", 2, 3),
    ),
    (
        "provincial GDP ×100",
        lambda m: scaled(m, "province_gdp", 3 * 18 + 1, 2020, 100),
        ("jump", "province_gdp", 55, 4),
    ),
    (
        "provincial GDP of zero",
        lambda m: series(m, "province_gdp", 4, 2017, 0.0),
        ("not_positive", "province_gdp", 4, 1),
    ),
    (
        "negative provincial GDP",
        lambda m: series(m, "province_gdp", 7, 2022, -3.0),
        ("not_positive", "province_gdp", 7, 6),
    ),
    (
        "wage ×100",
        lambda m: scaled(m, "wages", 3, 2018, 100),
        ("jump", "wages", 3, 1),
    ),
    (
        "GDP of the nation ×100",
        lambda m: scaled(m, "macro", macro("gdp"), 2012, 100),
        ("jump", "macro", 0, 5),
    ),
    (
        "employment of the nation ÷100",
        lambda m: scaled(m, "macro", macro("employment"), 2019, 0.01),
        ("jump", "macro", 3, 12),
    ),
    (
        "capital of zero",
        lambda m: series(m, "macro", macro("fixed_asset_investment"), 2010, 0.0),
        ("not_positive", "macro", 1, 3),
    ),
    (
        "multiplier of 108",
        lambda m: series(m, "macro", macro("multiplier_override"), 2019, 108.39),
        ("multiplier_range", "macro", 8, 12),
    ),
    (
        "negative multiplier",
        lambda m: series(m, "macro", macro("multiplier_override"), 2018, -1.0),
        ("multiplier_range", "macro", 8, 11),
    ),
    (
        "employment of a province ×100",
        lambda m: replace(
            m,
            province_employed=changed(
                m.province_employed, (18, 1), 100 * m.province_employed[18, 1]
            ),
        ),
        ("labour_odd", "province_employed", 18, 1),
    ),
    (
        "employment of a province of zero",
        lambda m: replace(
            m, province_employed=changed(changed(m.province_employed, (4, 0), 0.0), (4, 1), 0.0)
        ),
        ("labour_positive", "province_employed", 4, 0),
    ),
    (
        "negative employment of a province",
        lambda m: replace(m, province_employed=changed(m.province_employed, (4, 1), -3.0)),
        ("not_positive", "province_employed", 4, 1),
    ),
    (
        "table in 万元 taken for 亿元",
        lambda m: replace(m, table=m.table.scaled(1e4, "亿元")),
        ("unit_slip", "options", option("io_unit"), None),
    ),
    (
        "table in 亿元 taken for 万元",
        lambda m: replace(m, table=m.table.scaled(1e-4, "亿元")),
        ("unit_slip", "options", option("io_unit"), None),
    ),
    (
        "flow ×100",
        lambda m: replace(m, table=replace(m.table, flows=changed(m.table.flows, (3, 5), 1e5))),
        ("cell_balance", "flows", 3, 5),
    ),
]

# --- years

YEARS: list[tuple[str, Break, Place]] = [
    (
        "last year before the base year",
        lambda m: replace(m, options=Options(last_year=2016, fit_last=2015)),
        ("option_order", "options", option("last_year"), None),
    ),
    (
        "figures that end before the base year",
        lambda m: replace(m, options=Options(data_until=2016)),
        ("option_order", "options", option("data_until"), None),
    ),
    (
        "fit over three years",
        lambda m: replace(m, options=Options(fit_first=2014)),
        ("option_order", "options", option("fit_last"), None),
    ),
    (
        "fit beyond the last year",
        lambda m: replace(m, options=Options(fit_last=2022)),
        ("option_order", "options", option("fit_last"), None),
    ),
    (
        "fit that begins after the base year",
        lambda m: replace(m, options=Options(fit_first=2018, fit_last=2021)),
        ("option_order", "options", option("base_year"), None),
    ),
]

BREAKS = [*PANEL, *LISTS, *FIGURES, *YEARS]


@pytest.mark.parametrize(("broken", "place"), [b[1:] for b in BREAKS], ids=[b[0] for b in BREAKS])
def test_broken_input_is_named(inputs: ModelInputs, broken: Break, place: Place) -> None:
    assert places(check_inputs(broken(inputs))) == [place]


TWOFOLD: list[tuple[str, Break, list[Place]]] = [
    (
        "sector twice",
        lambda m: replace(m, sector_codes=("002", *m.sector_codes[1:])),
        [("duplicate_code", "sector_codes", 1, None), ("sector_order", "sector_codes", 0, None)],
    ),
    (
        "section twice, and so another one missing",
        lambda m: replace(m, sections=(*m.sections[:-1], m.sections[0])),
        [
            ("duplicate_code", "section_codes", 18, None),
            ("section_unknown", "sector_sections", 102, None),
        ],
    ),
    (
        "province twice, and so another one missing",
        lambda m: replace(m, provinces=(*m.provinces[:-1], m.provinces[3])),
        [
            ("duplicate_code", "province_codes", 30, None),
            ("province_missing", "province_codes", None, None),
        ],
    ),
    (
        "unknown province code, and so another one missing",
        lambda m: replace(m, provinces=(replace(m.provinces[0], code="999999"), *m.provinces[1:])),
        [
            ("province_missing", "province_codes", None, None),
            ("province_unknown", "province_codes", 0, None),
        ],
    ),
]


@pytest.mark.parametrize(("broken", "both"), [b[1:] for b in TWOFOLD], ids=[b[0] for b in TWOFOLD])
def test_both_ends_of_a_mix_up_are_named(
    inputs: ModelInputs, broken: Break, both: list[Place]
) -> None:
    assert places(check_inputs(broken(inputs))) == both


def test_thirty_provinces_are_named_with_the_one_missing(inputs: ModelInputs) -> None:
    fewer = replace(
        inputs,
        provinces=inputs.provinces[:18] + inputs.provinces[19:],
        province_gdp=Series(
            inputs.province_gdp.years, np.delete(inputs.province_gdp.values, [54, 55, 56], axis=0)
        ),
        province_employed=np.delete(inputs.province_employed, 18, axis=0),
    )
    (finding,) = errors_of(check_inputs(fewer))
    assert (finding.key, finding.table) == ("province_missing", "province_codes")
    assert finding.values["names"] == "广东 440000"
    assert (finding.values["found"], finding.values["expected"]) == (30, 31)


@pytest.mark.parametrize(("broken", "place"), [b[1:] for b in BREAKS], ids=[b[0] for b in BREAKS])
def test_broken_input_never_gives_a_result(
    inputs: ModelInputs, broken: Break, place: Place
) -> None:
    with pytest.raises(InputError) as caught:
        run_model(broken(inputs))
    assert place in places(caught.value.findings)


def test_every_broken_thing_is_named_at_once(inputs: ModelInputs) -> None:
    broken = panel(inputs, grade_scores=changed(inputs.experts.grade_scores, 0, 100.0))
    broken = scaled(broken, "wages", 3, 2018, 100)
    broken = replace(broken, sector_sections=("Z", *broken.sector_sections[1:]))
    assert {p[0] for p in places(check_inputs(broken))} == {
        "grade_score_range",
        "jump",
        "section_unknown",
    }


@pytest.mark.parametrize("factor", [100.0, 0.01])
@pytest.mark.parametrize("name", ["section_va", "wages", "macro", "province_gdp"])
def test_a_slip_of_100_in_any_cell_names_that_cell(
    inputs: ModelInputs, name: str, factor: float
) -> None:
    found: Series = getattr(inputs, name)
    rows = len(found.values) - 1 if name == "macro" else len(found.values)
    missed = []
    for row in range(rows):
        for column in np.flatnonzero(~np.isnan(found.values[row])).tolist():
            broken = scaled(inputs, name, row, found.years[column], factor)
            if ("jump", name, row, column) not in places(check_for_series(broken)):
                missed.append((row, found.years[column]))
    assert missed == []


@pytest.mark.parametrize("group", [0, 1])
def test_a_slip_of_100_in_the_employment_of_any_province_names_it(
    inputs: ModelInputs, group: int
) -> None:
    missed = []
    for row, province in enumerate(inputs.provinces):
        people = inputs.province_employed
        broken = replace(
            inputs, province_employed=changed(people, (row, group), 100 * people[row, group])
        )
        if ("labour_odd", "province_employed", row, group) not in places(check_for_labour(broken)):
            missed.append(province.name_zh)
    assert missed == []


# --- gaps that only show when a year is needed


def refusal(inputs: ModelInputs) -> list[Place]:
    with pytest.raises(InputError) as caught:
        run_model(inputs)
    return places(caught.value.findings)


def test_year_gap_in_a_section_is_named(inputs: ModelInputs) -> None:
    broken = series(inputs, "section_va", 2, 2018, NAN)
    assert refusal(broken) == [("year_missing", "section_va", 2, 3)]


def test_base_year_missing_in_a_section_is_named(inputs: ModelInputs) -> None:
    broken = series(inputs, "section_va", letter(inputs, "O"), 2016, NAN)
    broken = series(broken, "section_va", letter(inputs, "O"), 2017, NAN)
    assert refusal(broken) == [("year_missing", "section_va", 14, 2)]


def test_year_gap_in_provincial_gdp_is_named(inputs: ModelInputs) -> None:
    broken = series(inputs, "province_gdp", 3 * 5 + 2, 2019, NAN)
    assert refusal(broken) == [("year_missing", "province_gdp", 17, 3)]


@pytest.mark.parametrize("column", ["gdp", "fixed_asset_investment", "employment"])
def test_year_gap_in_a_national_series_is_named(inputs: ModelInputs, column: str) -> None:
    broken = series(inputs, "macro", macro(column), 2018, NAN)
    assert refusal(broken) == [("year_missing", "macro", macro(column), 11)]


def test_section_without_any_figure_is_named(inputs: ModelInputs) -> None:
    values = changed(inputs.section_va.values, 6, NAN)
    broken = replace(inputs, section_va=Series(inputs.section_va.years, values))
    assert refusal(broken) == [("series_empty", "section_va", 6, None)]


def test_blank_employment_of_a_province_is_named(inputs: ModelInputs) -> None:
    broken = replace(inputs, province_employed=changed(inputs.province_employed, (4, 1), NAN))
    ((_, table, row, _),) = refusal(broken)
    assert (table, row) == ("province_employed", 4)


# --- nothing wrong passes in silence


@pytest.mark.parametrize("name", [n for n in option_rules.names() if option_rules.choices_of(n)])
def test_unknown_choice_is_refused(inputs: ModelInputs, name: str) -> None:
    wrong: dict[str, Any] = {name: "nonsense"}
    with pytest.raises(InputError):
        run_model(replace(inputs, options=Options(**wrong)))


def test_base_year_other_than_the_year_of_the_table_is_not_passed_over(
    inputs: ModelInputs,
) -> None:
    """The option is "year of the input-output table", and the table of 2017 says its year."""
    later = replace(inputs, options=Options(base_year=2018))
    assert inputs.table.year == 2017
    assert check_inputs(later) != []


@pytest.mark.parametrize("count", [102, 104])
def test_wrong_number_of_sections_of_sectors_is_refused(inputs: ModelInputs, count: int) -> None:
    broken = replace(inputs, sector_sections=(*inputs.sector_sections, "A")[:count])
    with pytest.raises(InputError):
        run_model(broken)


# --- typed options


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [("base_year", 2017.0, 2017), ("imports", "domestic", "domestic"), ("last_year", 2025, 2025)],
)
def test_valid_option_is_parsed(name: str, typed: object, value: object) -> None:
    assert option_rules.parse(name, typed) == (value, None)


@pytest.mark.parametrize(
    ("name", "typed", "key"),
    [
        ("imports", "none", "option_choice"),
        ("imports", 1.0, "option_choice"),
        ("base_year", 1789, "option_range"),
        ("base_year", 2017.5, "option_range"),
        ("base_year", "2017", "option_range"),
        ("base_year", True, "option_range"),
        ("base_year", None, "option_range"),
        ("extrapolation_window", 1, "option_range"),
        ("base_year", NAN, "option_range"),
        ("base_year", float("inf"), "option_range"),
    ],
)
def test_invalid_option_is_refused(name: str, typed: object, key: str) -> None:
    value, finding = option_rules.parse(name, typed)
    assert value is None
    assert finding is not None
    assert finding.key == key
    assert finding.values["name"] == name


def test_every_default_is_a_valid_choice() -> None:
    for name, value in Options().to_dict().items():
        assert option_rules.parse(name, value) == (value, None)

"""Sections and direct flags proposed by name and code, against sections stated elsewhere."""

from dataclasses import replace

import numpy as np
import pytest

from iiecon import IOTable, ModelInputs
from iiecon.inputs import Proposed, read_csv
from iiecon.proposals import (
    SURE,
    Proposal,
    _by_rule,
    check_for_doubt,
    matched,
    propose,
    same_name,
    section_of_code,
)
from tests.conftest import ReadTable

# The 42 official sectors of 2012 to 2020, by GB/T 4754-2017: 5 of mining after agriculture, then
# manufacturing up to repair (23), three of energy and water, and the services.
SECTIONS_42 = (
    "A"
    + "BBBB"
    + "C" * 18
    + "DDD"
    + "E"
    + "F"
    + "G"
    + "H"
    + "I"
    + "J"
    + "K"
    + "L"
    + ("MM" + "N" + "O" + "P" + "Q" + "R" + "S")
)
# The method's choice of direct sectors, in 149-sector codes.
DIRECT_149 = {"084", "088", "089", "091", "092", "093", "094", "121", "123", "124", "125"}


def shipped() -> list[dict[str, str]]:
    return [row for row in read_csv("io_table_2017_103.csv") if row["section"]]


def sections_149() -> dict[str, str]:
    """Section of each 149-sector code, as the shipped table was summed from them."""
    found = {}
    for row in shipped():
        for span in row["source_codes"].replace("+", ",").split(","):
            first, _, last = span.strip().partition("-")
            for code in range(int(first), int(last or first) + 1):
                found[f"{code:03d}"] = row["section"]
    return found


def by_rules(names: tuple[str, ...]) -> list[Proposal | None]:
    return [_by_rule(name) for name in names]


@pytest.mark.parametrize("language", ["name_zh", "name_en"])
def test_rules_alone_give_the_sections_of_the_shipped_table(language: str) -> None:
    rows = shipped()
    direct = {row["code"] for row in read_csv("ballots.csv")}
    found = by_rules(tuple(row[language] for row in rows))
    wrong = [
        (row["code"], row[language])
        for row, p in zip(rows, found, strict=True)
        if p is None or p.section != row["section"] or p.direct != (row["code"] in direct)
    ]
    print(f"shipped table, {language}: {len(rows) - len(wrong)} of {len(rows)}")
    assert wrong == []


def test_149_sectors_are_proposed_as_the_shipped_table_sums_them(official: ReadTable) -> None:
    table, sections = official("china_2017_149"), sections_149()
    assert len(sections) == 149
    rules = by_rules(table.names)
    right = sum(p is not None and p.section == sections[c] for c, p in zip(table.codes, rules))  # noqa: B905
    print(f"149 sectors by rules alone: {right} of 149")
    assert right == 149
    found = propose(table.names, table.codes, table.year)
    assert {code: p.section for code, p in zip(table.codes, found, strict=True)} == sections
    assert {c for c, p in zip(table.codes, found, strict=True) if p.direct} == DIRECT_149
    assert not any(p.doubtful for p in found)


@pytest.mark.parametrize("name", ["china_2007_135", "china_2012_139", "china_2018_153"])
def test_names_that_coincide_with_the_shipped_table_get_its_sections(
    name: str, official: ReadTable
) -> None:
    table = official(name)
    known = {
        same_name(row[key]): row["section"] for row in shipped() for key in row if "name" in key
    }
    common = [n for n in table.names if same_name(n) in known]
    right = [n for n in common if (p := _by_rule(n)) and p.section == known[same_name(n)]]
    print(f"{name}: {len(right)} of {len(common)} coinciding names; {table.size} sectors")
    assert len(common) > 30
    assert right == common
    assert all(p.section for p in propose(table.names, table.codes, table.year))


@pytest.mark.parametrize("year", [2017, 2018, 2020])
def test_42_sectors_against_the_classification(year: int, official: ReadTable) -> None:
    table = official(f"china_{year}_42")
    found = propose(table.names, table.codes, table.year)
    wrong = [c for c, p, s in zip(table.codes, found, SECTIONS_42, strict=True) if p.section != s]
    print(f"42 sectors {year}: {42 - len(wrong)} of 42")
    assert wrong == []
    # Electrical machinery holds cables; electronics holds radar; transmission holds broadcasting.
    assert [c for c, p in zip(table.codes, found, strict=True) if p.doubtful] == ["19", "20", "31"]
    assert [c for c, p in zip(table.codes, found, strict=True) if p.direct] == ["20", "21", "31"]


@pytest.mark.parametrize(
    ("name", "section", "sure"),
    [
        ("卫生、社会保障和社会福利业", "Q", False),
        ("旅游业", "L", False),
        ("综合技术服务业", "M", True),
        ("工艺品及其他制造业（含废品废料）", "C", True),
        ("仪器仪表及文化办公用机械制造业", "C", False),
        ("农林牧渔专用机械制造业", "C", True),
        ("水泥、石灰和石膏制造业", "C", True),
        ("水上运输业", "G", True),
        ("文教体育用品制造业", "C", True),
        ("广播、电视、电影和音像业", "R", True),
        ("雷达及广播设备制造业", "C", True),
        ("  批发和零售\n贸易业 ", "F", True),
        ("Water supply; sewerage, waste management and remediation activities", "D", False),
        ("Computer, electronic and optical equipment", "C", False),
    ],
)
def test_wordings_of_other_years(name: str, section: str, sure: bool) -> None:
    (found,) = propose([name], ["1"])
    assert (found.section, not found.doubtful) == (section, sure)


def test_a_name_that_nobody_knows_is_left_open() -> None:
    (found,) = propose(["某某"], ["77"])
    assert found.section == ""
    assert found.doubtful


@pytest.mark.parametrize(
    ("code", "year", "section"),
    [
        ("39088", 2017, "C"),
        ("13011", None, "C"),
        ("60105", 2007, "I"),
        ("60105", 2012, "G"),
        ("60105", None, ""),
        ("83140", 2017, "P"),
        ("83140", 2012, "Q"),
        ("088", 2017, ""),
        ("D35", 2017, ""),
    ],
)
def test_codes_with_a_division_of_the_classification(
    code: str, year: int | None, section: str
) -> None:
    assert section_of_code(code, year) == section


def test_a_code_that_contradicts_the_name_leaves_doubt() -> None:
    sure, doubtful = propose(["计算机", "计算机"], ["39088", "65088"], 2017)
    assert not sure.doubtful
    assert doubtful.section == "C"
    assert doubtful.section_confidence < SURE
    (by_code,) = propose(["某某"], ["39088"], 2017)
    assert (by_code.section, by_code.doubtful) == ("C", True)


def test_what_was_decided_comes_first() -> None:
    decided = {same_name("电信"): Proposal("G", 1.0, False, 1.0, "mine")}
    (found,) = propose(["电信业"], ["63121"], 2017, decided)
    assert (found.section, found.direct, found.reason) == ("G", False, "mine")


def test_sectors_are_matched_by_name_and_not_by_code() -> None:
    old = [("20", "计算机"), ("21", "仪器仪表制造业"), ("22", "其他"), ("23", "其他"), ("24", "")]
    names = ["仪器仪表", "其他", "其他", "汽车", "计算机和通信设备", "船舶"]
    codes = ["20", "23", "99", "21", "22", "24"]
    assert matched(names, codes, old) == {0: 1, 1: 3, 5: 4}


def test_doubt_is_a_warning_until_it_is_cleared(inputs: ModelInputs, table: IOTable) -> None:
    confidence = np.full((table.size, 2), np.nan)
    confidence[:3] = [[0.5, 1.0], [1.0, 0.7], [SURE, SURE]]
    proposed = Proposed(confidence, ("",) * table.size)
    found = check_for_doubt(replace(inputs, proposed=proposed))
    places = [(f.severity, f.key, f.table, f.row, f.column) for f in found]
    assert places == [
        ("warning", "doubtful_section", "sector_confidence", 0, 0),
        ("warning", "doubtful_direct", "sector_confidence", 1, 1),
    ]
    assert check_for_doubt(inputs) == []

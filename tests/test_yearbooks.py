"""Yearbook tables in every usual form give the figures they were written from."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iiecon import default_inputs
from iiecon.findings import Finding, InputError
from iiecon.inputs import MACRO_COLUMNS, ModelInputs
from iiecon.readers import names
from iiecon.readers.printed import number_of, units_in, year_in_title
from iiecon.readers.yearbooks import KINDS, Yearbook, read_yearbook
from iiecon.validation import check_for_provinces, check_inputs
from tests import yearbook_files as files
from tests.yearbook_files import SECTORS, SECTORS_ZH, Cell, Figures, Rows, save

INPUTS = default_inputs()
DATA = Path(names.__file__).parents[1] / "data"
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a table to a file of its own."""

    def to(
        rows: Rows, name: str = "表.csv", encoding: str = "utf-8", sheet: str = "Sheet1"
    ) -> Path:
        return save(rows, tmp_path / name, encoding, sheet)

    return to


def values(book: Yearbook) -> Figures:
    return {key: figure.value for key, figure in book.figures.items()}


def refused(path: Path, **options: object) -> list[Finding]:
    """The errors of a file, however they come."""
    try:
        book = read_yearbook(path, **options)  # type: ignore[arg-type]
    except InputError as error:
        return error.findings
    return [f for f in book.findings if f.severity == "error"]


def places(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(f.key, f.place) for f in findings]


# --- tables as the bureau prints them


def section_table(inputs: ModelInputs, unit: str = "亿元", scale: float = 1.0) -> Rows:
    """Sections down, years across, with title, unit, GDP, groups, blanks and a note."""
    years = inputs.section_va.years
    given = files.section_va(inputs)
    rows: Rows = [
        ["3-6  分行业增加值"],
        [None, None, None, f"单位：{unit}"],
        ["行  业", *(f"{y}年" for y in years)],
    ]
    rows.append(["国内生产总值", *("…" for _ in years)])
    for section in inputs.sections:
        name = section.name_zh
        line: list[Cell] = [f"  {name}"]
        for year in years:
            value = given.get((section.code, str(year)))
            line.append("…" if value is None else f"{value * scale:,.1f}")
        rows.append(line)
        if section.code == "D":
            rows.append(["工业", *(str(300000 * scale + y) for y in years)])
    rows.append(["注：2019年为最终核实数。"])
    return rows


@pytest.mark.parametrize("name", ["表.csv", "表.xlsx", "表.xls"])
def test_section_table_as_printed(write: Write, name: str) -> None:
    book = read_yearbook(write(section_table(INPUTS), name))
    assert book.kind == "section-value-added"
    assert values(book) == files.section_va(INPUTS)
    assert {f.unit for f in book.figures.values()} == {"亿元"}
    assert len(book.unused["part"]) == len(INPUTS.section_va.years)  # the row of industry


def test_gbk_reads_like_utf8(write: Write) -> None:
    book = read_yearbook(write(section_table(INPUTS), "gbk.csv", "gb18030"))
    assert values(book) == files.section_va(INPUTS)


@pytest.mark.parametrize(
    ("unit", "scale"),
    [("万元", 1e4), ("百万元", 100), ("元", 1e8), ("100 million yuan", 1), ("billion yuan", 0.1)],
)
def test_units_are_converted(write: Write, unit: str, scale: float) -> None:
    rows = section_table(INPUTS, unit, scale)
    if scale < 1:  # printed with one digit more, so that nothing is rounded off
        rows = [
            [f"{float(str(c).replace(',', '')):.2f}" if _is_figure(c) else c for c in row]
            for row in _exact(INPUTS, unit, scale)
        ]
    book = read_yearbook(write(rows), "section-value-added")
    assert values(book) == pytest.approx(files.section_va(INPUTS), rel=1e-14)


def _exact(inputs: ModelInputs, unit: str, scale: float) -> Rows:
    given = files.section_va(inputs)
    years = inputs.section_va.years
    rows: Rows = [[f"Unit: {unit}"], ["Section", *map(str, years)]]
    for s in inputs.sections:
        found = [given.get((s.code, str(y))) for y in years]
        rows.append([s.name_en, *(None if v is None else v * scale for v in found)])
    return rows


def _is_figure(cell: Cell) -> bool:
    return isinstance(cell, float)


def gdp_of_year(inputs: ModelInputs, year: int, total: bool = True) -> Rows:
    """Provinces down; GDP and its sectors across, with two rows of heads, parts and growth."""
    given = files.province_gdp(inputs)
    rows: Rows = [
        [f"{year}年地区生产总值"],
        ["本表按当年价格计算。", None, None, None, None, None, None, "单位：亿元"],
        ["地  区", "地区生产总值", "第一产业", "第二产业", None, "第三产业", None, "比上年增长(%)"],
        [None, None, None, "小计", "工业", "小计", "金融业", None],
    ]
    for p in inputs.provinces:
        one, two, three = (given[p.code, s, str(year)] for s in SECTORS)
        whole = round(one + two + three, 4) if total else None
        rows.append([p.name_zh, whole, one, two, two * 0.8, three, three * 0.1, 6.1])
    sums = [sum(given[p.code, s, str(year)] for p in inputs.provinces) for s in SECTORS]
    one, two, three = (round(s, 4) for s in sums)
    rows.append(["合计", round(sum(sums), 4), one, two, 1.0, three, 1.0, None])
    rows.append(["香港", 28000.0, None, None, None, None, None, None])
    rows.append(["资料来源：国家统计局"])
    return rows


def one_year(year: int) -> Figures:
    return {k: v for k, v in files.province_gdp(INPUTS).items() if k[-1] == str(year)}


@pytest.mark.parametrize("name", ["表.csv", "表.xlsx", "表.xls"])
def test_province_table_of_one_year(write: Write, name: str) -> None:
    book = read_yearbook(write(gdp_of_year(INPUTS, 2020), name))
    assert book.kind == "province-gdp"
    assert values(book) == one_year(2020)
    assert book.findings == []
    assert book.checked == 31 + 4  # each province, each sector's sum, and the sum of sums


def test_sheets_of_several_years_are_read_together(tmp_path: Path) -> None:
    tables = {str(year): gdp_of_year(INPUTS, year) for year in (2018, 2019, 2020)}
    for rows in tables.values():
        rows[0] = ["地区生产总值"]  # only the names of the sheets tell the year
    book = read_yearbook(files.save_sheets(tables, tmp_path / "年鉴.xlsx"))
    assert values(book) == {**one_year(2018), **one_year(2019), **one_year(2020)}
    alone = read_yearbook(tmp_path / "年鉴.xlsx", sheet="2019")
    assert values(alone) == one_year(2019)


def test_blocks_of_years_below_one_another(write: Write) -> None:
    rows: Rows = [["单位：亿元"], ["地区", *SECTORS_ZH.values()]]
    for year in (2017, 2018):
        rows.append([f"{year}年"])
        given = one_year(year)
        rows += [[p.name_zh, *(given[p.code, s, str(year)] for s in SECTORS)]
                 for p in INPUTS.provinces]  # fmt: skip
    assert values(read_yearbook(write(rows))) == {**one_year(2017), **one_year(2018)}


def test_one_sector_by_years_named_in_the_title(write: Write) -> None:
    years = INPUTS.province_gdp.years
    given = files.province_gdp(INPUTS)
    rows: Rows = [["2-5 各地区第二产业增加值（亿元）"], ["Region", *years]]
    rows += [[p.name_en, *(given[p.code, "secondary", str(y)] for y in years)]
             for p in INPUTS.provinces]  # fmt: skip
    book = read_yearbook(write(rows, "表.xlsx"))
    assert values(book) == {k: v for k, v in given.items() if k[1] == "secondary"}


def test_years_over_sectors_in_merged_heads(write: Write) -> None:
    years = (2019, 2020)
    given = files.province_gdp(INPUTS)
    rows: Rows = [
        ["地区", *(cell for y in years for cell in (f"{y}年", None, None))],
        [None, *(name for _ in years for name in SECTORS_ZH.values())],
        [None, *["亿元"] * 6],
    ]
    rows += [[p.name_zh, *(given[p.code, s, str(y)] for y in years for s in SECTORS)]
             for p in INPUTS.provinces]  # fmt: skip
    assert values(read_yearbook(write(rows))) == {**one_year(2019), **one_year(2020)}


def test_employment_of_two_groups(write: Write) -> None:
    rows: Rows = [
        ["2018年分地区就业人员", None, "单位：人"],
        ["地区", "城镇单位就业人员", "私营企业和个体就业人员"],
    ]
    given = files.province_employed(INPUTS)
    rows += [[p.name_zh, *(round(given[p.code, g] * 10000) for g in files.GROUPS)]
             for p in INPUTS.provinces]  # fmt: skip
    book = read_yearbook(write(rows))
    assert (book.kind, book.year) == ("province-employment", "2018")
    assert values(book) == given


def test_private_and_self_employed_apart_are_added(write: Write) -> None:
    given = files.province_employed(INPUTS)
    rows: Rows = [["省份", "城镇单位(万人)", "私营企业(万人)", "个体(万人)"]]
    for p in INPUTS.provinces:
        rest = given[p.code, "private_and_self"]
        rows.append([p.name_zh, given[p.code, "urban_units"], round(rest - 30, 1), 30])
    assert values(read_yearbook(write(rows))) == pytest.approx(given, rel=1e-14)


def test_series_with_a_column_of_units(write: Write) -> None:
    rows: Rows = [["指标", "单位", "2018年", "2019年"]]
    rows.append(["国内生产总值", "万亿元", 91.92811, 98.65152])
    rows.append(["固定资本形成总额", "亿元", 393707, "-"])
    rows.append(["人均国内生产总值", "元", 65534, 70078])
    rows.append(["employment", "万人", 77586, 77471])
    book = read_yearbook(write(rows))
    assert book.kind == "macro"
    assert values(book) == {
        ("gdp", "2018"): 919281.1,
        ("gdp", "2019"): 986515.2,
        ("gross_fixed_capital_formation", "2018"): 393707.0,
        ("employment", "2018"): 77586.0,
        ("employment", "2019"): 77471.0,
    }
    assert book.not_given == 1
    assert [c.split("!")[1] for c in book.unused["label"]] == ["A4 人均国内生产总值"]


def test_wages_are_told_from_value_added_by_the_words(write: Write) -> None:
    given = files.wages(INPUTS)
    rows: Rows = [
        ["按行业分城镇非私营单位就业人员平均工资（元）"],
        ["年份", *(s.name_zh for s in INPUTS.sections)],
    ]
    rows += [[y, *(given[s.code, str(y)] for s in INPUTS.sections)] for y in INPUTS.wages.years]
    book = read_yearbook(write(rows))
    assert (book.kind, values(book)) == ("wages", given)


@pytest.mark.parametrize(
    ("name", "kind", "given"),
    [
        ("province_gdp", "province-gdp", files.province_gdp),
        ("section_value_added", "section-value-added", files.section_va),
        ("section_wage", "wages", files.wages),
    ],
)
def test_files_that_come_with_the_program(
    name: str, kind: str, given: Callable[[ModelInputs], Figures]
) -> None:
    book = read_yearbook(DATA / f"{name}.csv")
    assert (book.kind, values(book)) == (kind, given(INPUTS))


# --- as the bureau's data pages give them


def test_download_of_one_item_by_province(write: Write) -> None:
    given = files.province_gdp(INPUTS)
    years = (2020, 2019, 2018)
    formal = files.formal_names()
    rows: Rows = [["数据库：分省年度数据"], ["指标：第二产业增加值(亿元)"], ["时间：最近3年"]]
    rows.append(["地区", *(f"{y}年" for y in years)])
    rows += [[formal[p.code], *(given[p.code, "secondary", str(y)] for y in years)]
             for p in INPUTS.provinces]  # fmt: skip
    rows.append(["数据来源：国家统计局"])
    book = read_yearbook(write(rows, encoding="gb18030"))
    wanted = {k: v for k, v in given.items() if k[1] == "secondary" and int(k[2]) in years}
    assert (values(book), book.findings) == (wanted, [])


def test_download_of_many_national_items(write: Write) -> None:
    rows: Rows = [["数据库：年度数据"], ["指标", "2019年", "2018年"]]
    rows.append(["国民总收入(亿元)", 983751.2, 915243.5])
    rows.append(["国内生产总值(亿元)", 986515.2, 919281.1])
    rows.append(["第一产业增加值(亿元)", 70473.6, 64745.2])
    rows.append(["人均国内生产总值(元)", 70078, 65534])
    book = read_yearbook(write(rows))
    assert book.kind == "macro"
    assert values(book) == {("gdp", "2019"): 986515.2, ("gdp", "2018"): 919281.1}


def test_bilingual_labels(write: Write) -> None:
    rows: Rows = [["单位：亿元 (100 million yuan)"]]
    rows.append(
        [
            "地区 Region",
            "年份 Year",
            *(f"{zh} {en.title()} Industry" for en, zh in SECTORS_ZH.items()),
        ]
    )
    for p in INPUTS.provinces:
        figures = [one_year(2020)[p.code, s, "2020"] for s in SECTORS]
        rows.append([f"{p.name_zh}\n{p.name_en}", 2020, *figures])
    assert values(read_yearbook(write(rows, "表.xlsx"))) == one_year(2020)


def test_names_given_once_for_several_rows(write: Write) -> None:
    """A long table whose names of provinces are merged over the rows of their sectors."""
    rows: Rows = [["2020年，亿元"], ["地区", "产业", "数值"]]
    for p in INPUTS.provinces:
        for i, sector in enumerate(SECTORS):
            figure = one_year(2020)[p.code, sector, "2020"]
            rows.append([None if i else p.name_zh, SECTORS_ZH[sector], figure])
    assert values(read_yearbook(write(rows))) == one_year(2020)


def test_growth_beside_sections_is_left_aside(write: Write) -> None:
    given = files.wages(INPUTS)
    rows: Rows = [
        ["平均工资（元）"],
        ["年份", *(s.name_zh for s in INPUTS.sections), "比上年增长(%)"],
    ]
    for year in INPUTS.wages.years:
        rows.append([year, *(given[s.code, str(year)] for s in INPUTS.sections), 9.8])
    book = read_yearbook(write(rows))
    assert (values(book), book.findings) == (given, [])
    assert book.unused["label"] == ["表.csv!U2 比上年增长(%)"]


# --- any order, orientation and form of names: the same figures

TABLES = {
    "section-value-added": files.section_va(INPUTS),
    "wages": files.wages(INPUTS),
    "province-gdp": files.province_gdp(INPUTS),
    "province-employment": files.province_employed(INPUTS),
    "macro": files.macro(INPUTS),
}
UNITS = {"wages": "元", "province-employment": "万人", "macro": "", "section-value-added": "亿元",
         "province-gdp": "亿元"}  # fmt: skip
FORMS: dict[str, dict[str, list[Cell]]] = {
    "section": files.section_forms(INPUTS),
    "province": files.province_forms(INPUTS),
    "sector": {
        s: [s, SECTORS_ZH[s], f"{SECTORS_ZH[s]}增加值", f"{s.title()} industry"] for s in SECTORS
    },
    "group": {
        "urban_units": ["城镇单位就业人员", "employed_urban_units", "城镇单位"],
        "private_and_self": [
            "私营企业和个体就业人员",
            "employed_private_and_self",
            "私营个体就业人员",
        ],
    },
    "series": {key: [key] for key in MACRO_COLUMNS},
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, Rows]:
    """A table of any kind: some facets down and some across, in any order, in any form."""
    kind = draw(st.sampled_from(sorted(TABLES)))
    across = draw(st.integers(0, len(KINDS[kind].facets) - 1))
    return kind, _table(kind, across, random.Random(draw(st.integers(0, 2**32))))


def _table(kind: str, heads_across: int, rng: random.Random) -> Rows:
    """None across makes a long table."""
    figures, facets = TABLES[kind], KINDS[kind].facets
    positions = list(range(len(facets)))
    rng.shuffle(positions)
    cut = len(positions) - heads_across
    down, across = positions[:cut], positions[cut:]
    form = _speller(rng)
    lines = _shuffled(rng, {tuple(key[i] for i in down) for key in figures})
    heads = _shuffled(rng, {tuple(key[i] for i in across) for key in figures})
    rows: Rows = [[f"表 {_words(kind)} 单位：{UNITS[kind] or '见各列'}"]]
    if across:
        rows += [[*[None] * len(down), *(form(facets[i], h[n]) for h in heads)]
                 for n, i in enumerate(across)]  # fmt: skip
    else:
        rows.append([*("年份" if facets[i] == "year" else "名称" for i in down), "数值"])
    for line in lines:
        labels = [form(facets[i], line[n]) for n, i in enumerate(down)]
        cells: list[Cell] = []
        for head in heads:
            key = [""] * len(facets)
            for i, part in [*zip(down, line, strict=True), *zip(across, head, strict=True)]:
                key[i] = part
            value = figures.get(tuple(key))
            cells.append(_printed(rng, value))
        rows.append([*labels, *cells])
    return rows


def _words(kind: str) -> str:
    return {"wages": "平均工资", "section-value-added": "增加值"}.get(kind, "")


def _shuffled(rng: random.Random, keys: set[tuple[str, ...]]) -> list[tuple[str, ...]]:
    ordered = sorted(keys)
    rng.shuffle(ordered)
    return ordered


def _speller(rng: random.Random) -> Callable[[str, str], Cell]:
    year_form = rng.choice(files.YEAR_FORMS)

    def spell(facet: str, part: str) -> Cell:
        forms: list[Cell] = [year_form.format(part)] if facet == "year" else FORMS[facet][part]
        return rng.choice(forms)

    return spell


def _printed(rng: random.Random, value: float | None) -> Cell:
    if value is None:
        return rng.choice((None, "…", "-", "—", "..."))
    text = repr(value)
    forms: list[Cell] = [value, text, f"{text}①", f" {text} ", f"{value:,.5f}"]
    return rng.choice(forms)


@settings(max_examples=60, deadline=None)
@given(table=tables(), kind_of_file=st.sampled_from([".csv", ".gbk.csv", ".xlsx"]))
def test_any_order_orientation_and_names_give_the_same_figures(
    table: tuple[str, Rows], kind_of_file: str
) -> None:
    kind, rows = table
    with tempfile.TemporaryDirectory() as folder:
        encoding = "gb18030" if "gbk" in kind_of_file else "utf-8"
        path = save(rows, Path(folder) / f"table{kind_of_file}", encoding)
        book = read_yearbook(path)
    assert book.kind == kind
    assert [str(f) for f in book.findings if f.severity == "error"] == []
    assert values(book) == TABLES[kind]


# --- wrong files: the place, what is wrong, what is near


def gdp_rows(year: int = 2020) -> Rows:
    """A plain table: name and three sectors; row 3 is Beijing, row 6 Shanxi, row 29 Shaanxi."""
    given = one_year(year)
    rows: Rows = [[f"{year}年，单位：亿元"], ["地区", *SECTORS_ZH.values()]]
    return rows + [[p.name_zh, *(given[p.code, s, str(year)] for s in SECTORS)]
                   for p in INPUTS.provinces]  # fmt: skip


def test_the_plain_table_is_right(write: Write) -> None:
    book = read_yearbook(write(gdp_rows()))
    assert (values(book), book.findings) == (one_year(2020), [])


def test_unknown_province_is_named_with_the_nearest(write: Write) -> None:
    rows = gdp_rows()
    rows[28][0] = "陜西"  # a look-alike character
    (finding,) = refused(write(rows))
    assert (finding.key, finding.place) == ("yearbook_name", "表.csv!A29")
    assert "陕西 Shaanxi 610000" in str(finding.values["near"])


def test_shanxi_twice_proposes_shaanxi(write: Write) -> None:
    rows = gdp_rows()
    for row, p in zip(rows[2:], INPUTS.provinces, strict=True):
        row[0] = p.name_en
    rows[28][0] = "Shanxi"
    found = refused(write(rows))
    assert places(found) == [("yearbook_doubled", f"表.csv!{c}29") for c in "BCD"]
    assert "表.csv!B6" in str(found[0].values["first"])
    assert "陕西 Shaanxi 610000" in str(found[0].values["near"])


def test_names_that_contradict_each_other_in_a_row(write: Write) -> None:
    rows: Rows = [["2020年，单位：亿元"], ["地区", "Region", *SECTORS_ZH.values()]]
    rows += [
        [r[0], p.name_en, *r[1:]] for r, p in zip(gdp_rows()[2:], INPUTS.provinces, strict=True)
    ]
    rows[28][1] = "Shanxi"
    assert places(refused(write(rows))) == [("yearbook_names", "表.csv!B29")]


def test_missing_province_is_a_warning_that_names_it(write: Write) -> None:
    rows = [row for row in gdp_rows() if row[0] != "西藏"]
    book = read_yearbook(write(rows))
    (finding,) = book.findings
    assert (finding.severity, finding.key) == ("warning", "yearbook_missing")
    assert finding.values["names"] == "西藏 Tibet 540000"


@pytest.mark.parametrize(("name", "near"), [("陕西", "山西"), ("北京", "")])
def test_a_name_given_twice_is_held_against_names_taken_for_it(
    name: str, near: str, write: Write
) -> None:
    rows = gdp_rows()
    rows.append([name, 1.0, 2.0, 3.0])
    message = refused(write(rows))[0].message
    assert ("相近的有" in message) == bool(near)
    assert near in message


def test_services_are_the_tertiary_sector(write: Write) -> None:
    """As the national bureau defines them; other services are a part."""
    rows = gdp_rows()
    known = values(read_yearbook(write(rows)))
    (head,) = [row for row in rows if "第三产业" in row]
    place = head.index("第三产业")
    head[place] = "服务业"
    assert values(read_yearbook(write(rows, "二.csv"))) == known
    head[place] = "其他服务业"
    book = read_yearbook(write(rows, "三.csv"))
    assert {sector for _, sector, _ in values(book)} == {"primary", "secondary"}


def test_a_title_may_not_name_services(write: Write) -> None:
    rows: Rows = [["2020年规模以上服务业，单位：亿元"], ["地区", "数值"]]
    rows += [[p.name_zh, 1.0] for p in INPUTS.provinces]
    assert [f.key for f in refused(write(rows))] == ["yearbook_nothing"]


def test_a_sector_that_is_not_read_is_a_warning(write: Write) -> None:
    rows = gdp_rows()
    (head,) = [row for row in rows if "第三产业" in row]
    head[head.index("第三产业")] = "三次产业之三"
    (finding,) = read_yearbook(write(rows)).findings
    assert (finding.severity, finding.key) == ("warning", "yearbook_no_sector")
    assert finding.values == {"name": "第三产业 tertiary", "years": "2020"}


def test_text_in_a_figure_is_named(write: Write) -> None:
    rows = gdp_rows()
    rows[4][2] = "1.234,5"
    assert places(refused(write(rows))) == [("yearbook_number", "表.csv!C5")]


@pytest.mark.parametrize("name", ["表.csv", "表.xlsx", "表.xls"])
def test_wrong_total_is_named(write: Write, name: str) -> None:
    rows = gdp_of_year(INPUTS, 2020)
    assert isinstance(rows[4][3], float)
    rows[4][3] += 100.0  # Beijing's secondary sector: its row, its column and the sum of all break
    found = refused(write(rows, name))
    sheet = "表.csv" if name == "表.csv" else f"[{name}]Sheet1"
    assert places(found) == [("yearbook_total", f"{sheet}!{c}") for c in ("B5", "B36", "D36")]
    assert found[0].values["gap"] == "-100"


def test_national_figure_may_differ_and_is_only_reported(write: Write) -> None:
    rows = [*gdp_rows(), ["全国", 77754.1, 384255.3, 553976.8]]
    book = read_yearbook(write(rows))
    assert [(f.severity, f.key) for f in book.findings] == [("warning", "yearbook_total")] * 3
    assert values(book) == one_year(2020)


def test_rounded_total_agrees(write: Write) -> None:
    sums = [sum(one_year(2020)[p.code, s, "2020"] for p in INPUTS.provinces) for s in SECTORS]
    book = read_yearbook(write([*gdp_rows(), ["合计", *(f"{s:.0f}" for s in sums)]]))
    assert (book.findings, book.checked) == ([], 3)


def test_year_that_is_nowhere(write: Write) -> None:
    rows = gdp_rows()
    rows[0] = ["中国统计年鉴2021，单位：亿元"]  # the edition is not the year of the figures
    path = write(rows)
    assert [f.key for f in refused(path)] == ["yearbook_year"]
    assert values(read_yearbook(path, year=2020)) == one_year(2020)


def test_part_of_a_year_is_no_year(write: Write) -> None:
    rows = gdp_rows()
    rows[0] = ["2020年前三季度，单位：亿元"]
    assert [f.key for f in refused(write(rows))] == ["yearbook_year"]


def test_constant_prices_are_refused(write: Write) -> None:
    rows = [["本表按不变价格计算", None, None, None], *gdp_rows()]
    assert places(refused(write(rows))) == [("yearbook_constant", "表.csv!A1")]


def test_second_table_below_with_other_heads(write: Write) -> None:
    first, second = gdp_rows(), gdp_rows()
    second[1] = ["地区", "第三产业", "第一产业", "第二产业"]
    found = refused(write([*first[:12], *second[1:2], *first[12:]]))
    assert places(found) == [("yearbook_second_head", f"表.csv!{c}13") for c in "BCD"]


def test_title_of_another_year_below(write: Write) -> None:
    rows = [*gdp_rows(), ["各地区生产总值，2019年"], *gdp_rows(2019)[2:]]
    assert ("yearbook_second_head", "表.csv!A34") in places(refused(write(rows)))


@pytest.mark.parametrize("head", ["就业人员（万人）", "Employment (10000 persons)"])
def test_bare_employment_is_two_series(write: Write, head: str) -> None:
    path = write([["年份", head], [2018, 77586], [2019, 77471]])
    assert places(refused(path, kind="macro")) == [("yearbook_which", "表.csv!B2")]


def test_both_employment_and_gdp_ask_for_the_kind(write: Write) -> None:
    rows = gdp_rows()
    rows[1].append("城镇单位就业人员(万人)")
    for i, row in enumerate(rows[2:]):
        row.append(100.0 + i)
    path = write(rows)
    assert [f.key for f in refused(path)] == ["yearbook_kinds"]
    assert values(read_yearbook(path, "province-gdp")) == one_year(2020)


def test_employment_of_several_years_asks_for_one() -> None:
    assert [f.key for f in refused(DATA / "province_employment.csv")] == ["yearbook_years"]
    book = read_yearbook(DATA / "province_employment.csv", year=2018)
    assert values(book) == files.province_employed(INPUTS)


def test_sheet_that_is_not_there(write: Write) -> None:
    (finding,) = refused(write(gdp_rows(), "表.xlsx"), sheet="表1")
    assert (finding.key, finding.values["known"]) == ("reader_no_sheet", "Sheet1")
    (finding,) = refused(write(gdp_rows(), "表.csv"), sheet="表1")
    assert (finding.key, finding.values["found"]) == ("reader_sheetless", "表1")


def test_file_without_such_a_table() -> None:
    assert [f.key for f in refused(DATA / "countries_2020.csv")] == ["yearbook_nothing"]


def test_figures_in_another_unit_are_left_aside(write: Write) -> None:
    rows = gdp_rows()
    rows[1][3] = "第三产业（%）"
    book = read_yearbook(write(rows))
    assert {key[1] for key in book.figures} == {"primary", "secondary"}
    assert len(book.unused["unit"]) == 31


def test_two_units_at_once(write: Write) -> None:
    rows = gdp_rows()
    rows[0] = ["2020年，单位：亿元、万元"]
    assert refused(write(rows))[0].key == "yearbook_units"


def test_row_without_a_name(write: Write) -> None:
    rows = gdp_rows()
    rows[9][0] = None
    assert places(refused(write(rows))) == [("yearbook_name", "表.csv!A10")]


# --- words


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("单位：亿元", 1e8), ("(万元)", 1e4), ("Unit: 100 million yuan", 1e8), ("元/年", 1.0),
        ("就业人数（万人）", 1e4), ("10 000 persons", 1e4), ("GDP 万亿元", 1e12),
        ("增加值（亿元，当年价格）", 1e8), ("Employed (10,000 persons)", 1e4),
    ],
)  # fmt: skip
def test_units_are_found(text: str, size: float) -> None:
    assert [unit.size for unit in units_in(text)[0]] == [size]


@pytest.mark.parametrize("text", ["城镇单位就业人员", "人均(元/人)", "第二产业", "元旦"])
def test_no_unit_is_found_in_other_words(text: str) -> None:
    assert units_in(text) == ((), text.replace("（", "("))


@pytest.mark.parametrize("text", ["", "-", "—", "…", "……", "...", "n/a", "NA", "未公布", None])
def test_signs_of_a_figure_not_given(text: str | None) -> None:
    assert number_of(text) is None


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("2019年地区生产总值", 2019), ("《中国统计年鉴2021》表2-3 2019年", 2019),
        ("2020年一季度", None), ("2018—2020年", None), ("2021年统计年鉴", None),
        ("China Statistical Yearbook 2021", None),
    ],
)  # fmt: skip
def test_year_of_a_title(title: str, year: int | None) -> None:
    assert year_in_title(title) == year


def test_every_formal_name_of_a_province_is_known() -> None:
    spellings = names.provinces()
    assert {c: names.look_up(n, spellings) for c, n in files.formal_names().items()} == {
        code: code for code in files.formal_names()
    }


def test_no_spelling_stands_for_two_things() -> None:
    """Each province and section is still found by its own names."""
    for p in INPUTS.provinces:
        for name in (p.code, p.code[:2], p.name_zh, p.name_en):
            assert names.look_up(name, names.provinces()) == p.code
    for s in INPUTS.sections:
        for name in (s.code, s.name_zh, s.name_en):
            assert names.look_up(name, names.sections()) == s.code


def test_code_and_name_that_disagree_are_unknown() -> None:
    assert names.look_up("110000 天津", names.provinces()) is None
    assert names.look_up("B 制造业", names.sections()) is None
    assert names.look_up("山西 Shaanxi", names.provinces()) is None


# --- pasted in another order: the codes decide, and what disagrees with them is found


def test_section_names_in_another_order_are_found() -> None:
    b, c = INPUTS.sections[1:3]
    swapped = (replace(b, name_zh=c.name_zh, name_en=c.name_en), replace(c, name_zh=b.name_zh))
    inputs = replace(INPUTS, sections=(INPUTS.sections[0], *swapped, *INPUTS.sections[3:]))
    found = [f for f in check_inputs(inputs) if f.key == "section_name"]
    assert [(f.row, f.column, f.severity) for f in found] == [
        (1, 0, "error"), (1, 1, "error"), (2, 0, "error"),
    ]  # fmt: skip


def test_english_names_of_provinces_in_another_order_are_found() -> None:
    shanxi = [p.code for p in INPUTS.provinces].index("140000")
    renamed = replace(INPUTS.provinces[shanxi], name_en="Shaanxi")
    provinces = (*INPUTS.provinces[:shanxi], renamed, *INPUTS.provinces[shanxi + 1 :])
    found = [f for f in check_inputs(replace(INPUTS, provinces=provinces)) if f.severity == "error"]
    assert [(f.key, f.row, f.column) for f in found] == [("province_name", shanxi, 1)]


def test_regions_left_behind_by_a_paste_are_pointed_out() -> None:
    """Codes, names and figures pasted in reverse, the column of regions not."""
    regions = [p.region for p in INPUTS.provinces]
    provinces = [replace(p, region=r) for p, r in zip(INPUTS.provinces[::-1], regions, strict=True)]
    values = INPUTS.province_gdp.values.reshape(len(provinces), -1)[::-1]
    gdp = replace(INPUTS.province_gdp, values=values.reshape(INPUTS.province_gdp.values.shape))
    employed = INPUTS.province_employed[::-1]
    inputs = replace(
        INPUTS, provinces=tuple(provinces), province_gdp=gdp, province_employed=employed
    )
    found = check_for_provinces(inputs)
    assert [(f.severity, f.key) for f in found] == [("warning", "province_region")]


def test_custom_names_and_the_shipped_inputs_are_left_alone() -> None:
    own = replace(INPUTS.sections[2], name_zh="制造", name_en="Making things")
    inputs = replace(INPUTS, sections=(*INPUTS.sections[:2], own, *INPUTS.sections[3:]))
    keys = {"section_name", "province_name", "province_region"}
    assert not keys & {f.key for f in check_inputs(inputs)}

"""Sentences and tables put their numbers beside the right words: told anew from the arrays."""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from iiecon import ModelResults, catalogue, options, world
from iiecon.report.charts import YearChart
from iiecon.report.compose import Edition, compose
from iiecon.report.document import Document, Figure, Heading, Paragraph, Table
from iiecon.report.fonts import Font, find_font
from iiecon.report.html import html
from iiecon.report.quantities import Quantity, plain
from iiecon.report.word import word
from iiecon.report.wording import Voice
from tests.report import cases
from tests.report.conftest import Composed, Run
from tests.report.oracle import printed

NOW, AHEAD = 3, 4  # 2020 and 2021, among 2017 to 2021


def sentences(document: Document) -> list[str]:
    paragraphs = [b for b in document.blocks if isinstance(b, Paragraph)]
    return [plain(p.words, document.language) for p in paragraphs]


def table(document: Document, caption: str) -> list[list[str]]:
    """The texts of a table, its head first."""
    (found,) = (
        b for b in document.blocks
        if isinstance(b, Table) and plain(b.caption, document.language).startswith(caption)
    )  # fmt: skip
    rows = (found.header, *found.rows)
    return [[plain(c.words, document.language) for c in row] for row in rows]


def money(value: float) -> str:
    return printed(value, "money", "zh")


def cells(values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> list[str]:
    return [f"{v:,.2f}" if v == v else "" for v in values]


def rise(now: float, before: float) -> str:
    assert now > before
    return f"比上年增长{now / before - 1:.2%}"


@pytest.fixture
def told(composed: Composed) -> list[str]:
    return sentences(composed("shipped", "zh"))


@pytest.fixture
def results(run: Run) -> ModelResults:
    return run("shipped")


def test_value_added(told: list[str], results: ModelResults) -> None:
    nation, direct, indirect = (
        results.national, results.direct.sum(axis=0), results.indirect.sum(axis=0)
    )  # fmt: skip
    now = (
        f"2020年，工业互联网产业增加值为{money(nation[NOW])}（含外推数值），"
        f"{rise(nation[NOW], nation[2])}；"
        f"其中直接产业{money(direct[NOW])}，{rise(direct[NOW], direct[2])}，"
        f"渗透产业{money(indirect[NOW])}，{rise(indirect[NOW], indirect[2])}。"
    )
    coming = (
        f"预计2021年增加值为{money(nation[AHEAD])}，{rise(nation[AHEAD], nation[NOW])}，"
        f"其中直接产业{money(direct[AHEAD])}，渗透产业{money(indirect[AHEAD])}。"
    )
    assert now in told
    assert coming in told
    assert now + coming in told


def test_share_of_gdp(told: list[str], results: ModelResults) -> None:
    share = results.national / results.gdp.values
    path = "、".join(f"{x:.2%}" for x in share[:4])
    assert (
        f"2020年增加值占国内生产总值的{share[3]:.2%}（含外推数值），"
        f"比上年提高{100 * (share[3] - share[2]):.2f}个百分点。"
        f"预计2021年占{share[4]:.2%}，比上年提高{100 * (share[4] - share[3]):.2f}个百分点。"
        f"2017年至2021年，这一比重依次为{path}和{share[4]:.2%}。"
    ) in told


def test_structure(told: list[str], results: ModelResults) -> None:
    direct, indirect = results.direct.sum(axis=0), results.indirect.sum(axis=0)
    ratio, share = indirect / direct, indirect / (direct + indirect)
    assert (
        f"2020年渗透产业占全部增加值的{share[3]:.2%}，与直接产业之比为{ratio[3]:.2f}。"
        f"这一比值高于2017年的{ratio[0]:.2f}。"
        f"预计2021年渗透产业占{share[4]:.2%}，与直接产业之比为{ratio[4]:.2f}。"
    ) in told


def test_employment(told: list[str], results: ModelResults) -> None:
    jobs, direct, indirect = results.national_jobs, results.jobs_direct, results.jobs_indirect
    assert (
        f"2020年，工业互联网带动就业{jobs[3]:.2f}万人（含外推数值），"
        f"比上年增加{jobs[3] - jobs[2]:.2f}万人，增长{jobs[3] / jobs[2] - 1:.2%}。"
        f"其中直接产业{direct[3]:.2f}万人；"
        f"渗透产业{indirect[3]:.2f}万人，占{indirect[3] / jobs[3]:.2%}。"
        f"预计2021年带动就业{jobs[4]:.2f}万人，"
        f"比上年增加{jobs[4] - jobs[3]:.2f}万人，增长{jobs[4] / jobs[3] - 1:.2%}。"
        f"其中直接产业{direct[4]:.2f}万人，渗透产业{indirect[4]:.2f}万人。"
    ) in told


def test_three_sectors(told: list[str], results: ModelResults) -> None:
    now, shares = results.sectors3[:, NOW], results.sectors3[:, NOW] / results.national[NOW]
    assert (
        f"2020年，第一产业、第二产业和第三产业的工业互联网增加值分别为"
        f"{money(now[0])}、{money(now[1])}和{money(now[2])}（含外推数值），"
        f"占比分别为{shares[0]:.2%}、{shares[1]:.2%}和{shares[2]:.2%}。"
    ) in told


def test_a_section(told: list[str], results: ModelResults) -> None:
    """I, information services: partly direct, second of nineteen."""
    i = [x.code for x in results.inputs.sections].index("I")
    total, nation = results.total[i], results.national[NOW]
    jobs = results.section_jobs_direct[i] + results.section_jobs_indirect[i]
    assert (
        f"2020年，信息传输、软件和信息技术服务业的工业互联网增加值为{money(total[3])}，"
        f"{rise(total[3], total[2])}，占全国的{total[3] / nation:.2%}，在19个门类中列第2位。"
        f"其中直接产业{money(results.direct[i, 3])}，渗透产业{money(results.indirect[i, 3])}。"
        f"预计2021年为{money(total[4])}，{rise(total[4], total[3])}。"
        f"2020年带动就业{jobs[3]:.2f}万人（含外推数值）。"
        f"预计2021年带动就业{jobs[4]:.2f}万人，"
        f"比上年增加{jobs[4] - jobs[3]:.2f}万人，增长{jobs[4] / jobs[3] - 1:.2%}。"
    ) in told


def test_a_falling_section(told: list[str], results: ModelResults) -> None:
    h = [x.code for x in results.inputs.sections].index("H")
    before, now = results.total[h, 2:4]
    assert now < before
    assert any(f"{money(now)}，比上年下降{1 - now / before:.2%}，" in text for text in told)
    fallen = (results.total[:, 3] < results.total[:, 2]).sum()
    assert any(f"增加值下降的门类有{fallen}个。" in text for text in told)


def test_regions(told: list[str], results: ModelResults) -> None:
    values = results.regions
    order = np.argsort(-values[:, NOW])
    names = [results.inputs.regions[i].name_zh for i in order]
    top, share = order[0], values[:, NOW] / results.region_product[:, NOW]
    (text,) = (t for t in told if "个重点区域中" in t and "增速" in t)
    assert text.startswith(
        f"2020年，在7个重点区域中，{names[0]}的工业互联网增加值最大，"
        f"为{money(values[top, 3])}（含外推数值），{rise(values[top, 3], values[top, 2])}，"
        f"占该区域生产总值的{share[top]:.2%}。其后为{names[1]}（{money(values[order[1], 3])}）、"
    )
    growth = values[:, 3] / values[:, 2] - 1
    fastest, slowest = (
        results.inputs.regions[i].name_zh for i in (growth.argmax(), growth.argmin())
    )
    assert (
        f"2020年增速最高的是{fastest}（{growth.max():.2%}），"
        f"最低的是{slowest}（{growth.min():.2%}）。"
    ) in text


def test_provinces(told: list[str], results: ModelResults) -> None:
    now = results.provinces[:, NOW]
    order = np.argsort(-now)[:5]
    listed = [f"{results.inputs.provinces[i].name_zh}（{money(now[i])}）" for i in order]
    (text,) = (t for t in told if "超过" in t and "省份" in t)
    assert text.startswith(
        f"2020年，31个省份中增加值最大的是{'、'.join(listed[:4])}和{listed[4]}（含外推数值），"
        f"合计占全国的{now[order].sum() / now.sum():.2%}。"
        f"超过1000亿元的省份有{(now > 1000).sum()}个。"
    )


def test_employment_of_provinces(told: list[str], results: ModelResults) -> None:
    now = results.province_jobs[:, NOW]
    order = np.argsort(-now)[:5]
    listed = [f"{results.inputs.provinces[i].name_zh}（{now[i]:.2f}万人）" for i in order]
    assert any(
        t.startswith(f"2020年，带动就业最多的省份是{'、'.join(listed[:4])}和{listed[4]}")
        for t in told
    )


def test_receivers(told: list[str], results: ModelResults) -> None:
    received = results.contribution.indirect_value_added
    order = np.argsort(-received)[:5]
    names = [results.inputs.table.names[i] for i in order]
    (text,) = (t for t in told if "投入产出表的103个部门" in t)
    assert f"最大的是{names[0]}（{money(received[order[0]])}）" in text
    assert f"合计占渗透增加值的{received[order].sum() / received.sum():.2%}" in text


def test_tables_by_province(composed: Composed, results: ModelResults) -> None:
    rows = table(composed("shipped", "zh"), "各省份的工业互联网增加值")
    assert rows[0] == [
        "位次", "省份", "2017年", "2018年", "2019年", "2020年", "2021年", "2020年增速",
        "2021年增速", "占 GDP",
    ]  # fmt: skip
    order = np.argsort(-results.provinces[:, NOW])
    for place, (i, row) in enumerate(zip(order, rows[1:-1], strict=True), start=1):
        values = results.provinces[i]
        assert row == [
            str(place), results.inputs.provinces[i].name_zh, *cells(values),
            f"{values[3] / values[2] - 1:.2%}", f"{values[4] / values[3] - 1:.2%}",
            f"{values[3] / results.province_product[i, 3]:.2%}",
        ]  # fmt: skip
    assert rows[-1][1:7] == ["全国", *cells(results.national)]


def test_table_of_the_nation(composed: Composed, results: ModelResults) -> None:
    rows = table(composed("shipped", "zh"), "主要结果")
    for t, row in enumerate(rows[1:]):
        parts = [results.direct[:, t].sum(), results.indirect[:, t].sum(), results.national[t]]
        people = [results.national_jobs[t], results.jobs_direct[t], results.jobs_indirect[t]]
        assert row[:4] == [str(2017 + t), *cells(np.array(parts))]
        assert row[6:] == cells(np.array(people))
    assert rows[1][4] == ""  # no growth in the first year
    assert rows[1][7:] == ["", ""]  # no wages for 2017: nothing is guessed


def test_table_by_section(composed: Composed, results: ModelResults) -> None:
    rows = table(composed("shipped", "zh"), "各行业门类的工业互联网增加值")
    by_name = {row[1]: row for row in rows[1:-1]}
    for c, section in enumerate(results.inputs.sections):
        assert by_name[section.name_zh][2:7] == cells(results.total[c])
    people = table(composed("shipped", "zh"), "各行业门类的带动就业")
    direct, indirect = results.section_jobs_direct, results.section_jobs_indirect
    for c, row in enumerate(people[1:]):
        both = (part[c, t] for t in (3, 4) for part in (direct, indirect, direct + indirect))
        assert row[1:7] == cells(np.array(list(both)))


def test_marks_of_estimates_are_those_of_the_results(
    composed: Composed, results: ModelResults
) -> None:
    (found,) = (
        b for b in composed("shipped", "zh").blocks
        if isinstance(b, Table) and plain(b.caption, "zh").startswith("各行业门类的工业互联网")
    )  # fmt: skip
    names = [x.name_zh for x in results.inputs.sections]
    for row in found.rows[:-1]:
        c = names.index(plain(row[1].words, "zh"))
        assert [cell.estimated for cell in row[2:7]] == list(results.estimated[c])


def test_whose_scores_they_are_is_said_first(composed: Composed) -> None:
    """The shipped remark is a sentence by itself: it has the word 评分 already."""
    assert sentences(composed("shipped", "zh"))[1].startswith("评分为示例：")
    assert sentences(composed("shipped", "en"))[1].startswith("Scores are illustrative: ")
    named = sentences(composed("other_provinces", "zh"))[1]
    assert named.startswith("关于评分：三位专家 ")


def test_all_findings_are_told(composed: Composed, results: ModelResults) -> None:
    rows = table(composed("shipped", "zh"), "提示与警告")
    assert len(rows) == 1 + len(results.findings)


def test_changed_inputs_are_not_credited_to_the_bureau(composed: Composed) -> None:
    shipped = table(composed("shipped", "zh"), "输入数据及其来源")
    assert all(row[1] == "是" for row in shipped[1:])
    other = {
        row[0]: row for row in table(composed("other_provinces", "zh"), "输入数据及其来源")[1:]
    }
    assert other["分省生产总值"][1:] == ["否", "由使用者提供，来源见工作簿的 Province 表", ""]
    assert other["投入产出表"][1] == "是"


def test_many_years_are_said_to_be_left_out(composed: Composed) -> None:
    def captions(case: str) -> list[str]:
        return [plain(b.caption, "zh") for b in composed(case, "zh").blocks if isinstance(b, Table)]

    assert not any("未列" in caption for caption in captions("shipped"))
    for case, told in (("many_years", "，未列2018年至2022年"), ("late_figures", "，未列2018年")):
        assert [c.endswith(told) for c in captions(case)].count(True) == 5
    rows = table(composed("many_years", "zh"), "技术水平与技术乘子")[1:]
    assert [row[0] for row in rows] == [str(year) for year in range(2017, 2028)]


def test_a_year_without_national_figures_is_a_forecast(composed: Composed, run: Run) -> None:
    """However far `data_until` reaches: it is drawn light and told as a forecast."""
    results, document = run("late_figures"), composed("late_figures", "zh")
    assert list(results.gdp.estimated) == [False] * 4 + [True] * 3
    charts = [b.chart for b in document.blocks if isinstance(b, Figure)]
    by_year = [c for c in charts if isinstance(c, YearChart)]
    assert {c.forecast for c in by_year} == {(False,) * 4 + (True,) * 3}
    told = sentences(document)
    assert "图中浅色和虚线为预测（2021年至2023年），这些年份未采用全国数据。" in told[1]
    assert any(text.startswith("2020年，工业互联网产业增加值为") for text in told)
    assert any(text.startswith("预计2023年增加值为") for text in told)
    assert not any(text.startswith("2023年") for text in told)


def test_where_nothing_is_forecast_no_light_colour_is_explained(composed: Composed) -> None:
    assert "浅色" not in sentences(composed("no_forecast", "zh"))[1]
    assert "（2021年）" in sentences(composed("shipped", "zh"))[1]


def texts(document: Document) -> Iterator[str]:
    """All texts of a report."""
    for block in document.blocks:
        if isinstance(block, Table):
            for row in (block.header, *block.rows):
                yield from (plain(cell.words, document.language) for cell in row)
        if isinstance(block, Table | Figure):
            yield plain(block.caption, document.language)
        else:
            yield plain(block.words, document.language)


@pytest.mark.parametrize("case", ["shipped", "other_choices", "many_years"])
def test_an_english_report_has_no_chinese(case: str, composed: Composed) -> None:
    found = list(texts(composed(case, "en")))
    assert [text for text in found if re.search("[\u3000-\u303f一-鿿]", text)] == []
    outside = "Shanxi, Inner Mongolia, Fujian, Shandong, Henan, Guangxi, Hainan belong to no region"
    assert any(outside in text for text in found)
    assert any(text.startswith("100 million yuan, current prices") for text in found)


def test_options_are_told_in_words(composed: Composed) -> None:
    chinese, english = (table(composed("shipped", x), c)[1:] for x, c in (
        ("zh", "本次运行的选项"), ("en", "Options of this run"),
    ))  # fmt: skip
    assert [row for row in chinese if re.search("[a-z_]{3}", " ".join(row[1:]))] == []
    assert ["模糊合成算子", "加权平均", "加权平均"] in chinese
    assert [row for row in english if "_" in " ".join(row[1:])] == []


def test_every_choice_has_words() -> None:
    choices = {value for name in options.names() for value in options.choices_of(name)}
    assert set(catalogue.keys("option_value")) == choices


def test_ranks_in_english(composed: Composed) -> None:
    told = "\n".join(sentences(composed("shipped", "en")))
    assert re.search(r"China ranks 2nd, with \d", told)
    assert "The leading world region is East Asia, Pacific, with" in told


def test_without_scores_there_is_nothing_to_compare(composed: Composed) -> None:
    document = composed("nothing", "zh")
    assert any("得分均为零" in text for text in sentences(document))
    chapters = [b.words for b in document.blocks if isinstance(b, Heading) and b.level == 1]
    assert chapters == [("说明",)]


def test_falling_values_fall_in_words(composed: Composed, run: Run) -> None:
    nation = run("falling").national
    first = sentences(composed("falling", "zh"))[2]
    assert f"比上年下降{1 - nation[3] / nation[2]:.2%}；" in first
    english = sentences(composed("falling", "en"))[2]
    assert f", down {1 - nation[3] / nation[2]:.2%} on the year before." in english


def test_many_years_do_not_overflow_a_table(composed: Composed) -> None:
    head = table(composed("many_years", "zh"), "各省份的工业互联网增加值")[0]
    assert head[2:8] == ["2017年", "2023年", "2024年", "2025年", "2026年", "2027年"]


@pytest.mark.usefixtures("blank_charts")
def test_every_text_of_the_catalogue_is_said(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """By some case, so that all of them are read here: none is left over."""
    said: set[str] = set()
    template = catalogue.template

    def noted(key: str, language: str) -> str:
        said.add(key)
        return template(key, language)

    monkeypatch.setattr(catalogue, "template", noted)
    known = find_font()
    fonts = (known, Font(known.families, known.characters - {ord("疆")}), find_font(()))
    for font in fonts:
        compose(run("shipped"), Edition("zh", font, "2021-12-01"), world.countries())
    for case in cases.CASES:
        compose(run(case.__name__), Edition("zh", known), world.countries())
    whole = compose(run("shipped"), Edition("zh", known))
    html(whole, known)
    word(whole, known)
    compose(replace(run("shipped"), findings=()), Edition("zh", known))
    one = Quantity(1.0, "people", ())
    for unchanged in (Voice("zh").change, Voice("zh").moved, Voice("zh").added):
        assert unchanged(one, one)
    assert sorted(key for key in keys("report") if key not in said) == []


def keys(prefix: str) -> Iterator[str]:
    """Every key of a text below a prefix."""
    for name in catalogue.keys(prefix):
        below = f"{prefix}.{name}"
        if "zh" in catalogue.keys(below):
            yield below
        else:
            yield from keys(below)

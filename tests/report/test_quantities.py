"""How a number is printed, and the words that go with its direction."""

import math

import pytest

from iiecon.report.quantities import Quantity, Words, growth, plain, rank, share, shown
from iiecon.report.wording import Voice, cell


def of(value: float, kind: str = "money") -> Quantity:
    return Quantity(value, kind, ("constant", value))


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (35536.434, "3.55万亿元", "3.55 trillion yuan"),
        (8953.22, "8953.22亿元", "895.32 billion yuan"),
        (10_000.0, "1.00万亿元", "1.00 trillion yuan"),
        (9_999.996, "1.00万亿元", "1.00 trillion yuan"),
        (9_960.0, "9960.00亿元", "996.00 billion yuan"),
        (32.89, "32.89亿元", "3.29 billion yuan"),
        (1.0, "1.00亿元", "100.00 million yuan"),
        (0.34, "3400.00万元", "34.00 million yuan"),
        (0.0, "0.00亿元", "0.00 billion yuan"),
        (-8953.22, "-8953.22亿元", "-895.32 billion yuan"),
        (-20_000.0, "-2.00万亿元", "-2.00 trillion yuan"),
    ],
)
def test_money_is_told_in_the_unit_of_its_size(value: float, chinese: str, english: str) -> None:
    assert (shown(of(value), "zh"), shown(of(value), "en")) == (chinese, english)


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (2715.36, "2715.36万人", "27.15 million people"),
        (100.0, "100.00万人", "1.00 million people"),
        (99.98, "99.98万人", "999.80 thousand people"),
        (0.34, "0.34万人", "3.40 thousand people"),
        (0.0, "0.00万人", "0.00 thousand people"),
    ],
)
def test_people_are_told_in_the_unit_of_their_number(
    value: float, chinese: str, english: str
) -> None:
    people = of(value, "people")
    assert (shown(people, "zh"), shown(people, "en")) == (chinese, english)


def test_places_of_a_ranking() -> None:
    numbers = (1, 2, 3, 4, 10, 11, 12, 13, 20, 21, 22, 23, 101, 111, 112)
    told = "1st 2nd 3rd 4th 10th 11th 12th 13th 20th 21st 22nd 23rd 101st 111th 112th"
    assert " ".join(shown(of(n, "place"), "en") for n in numbers) == told
    assert [shown(of(n, "place"), "zh") for n in numbers] == [str(n) for n in numbers]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (0.11663, "percent", "11.66%"),
        (-0.033149, "percent", "-3.31%"),
        (-0.00001, "percent", "0.00%"),
        (-0.0, "cell", "0.00"),
        (12345.678, "cell", "12,345.68"),
        (12345.678, "whole", "12,346"),
        (0.0025, "points", "0.25"),
        (1.08394, "factor", "1.0839"),
        (2021, "year", "2021"),
        (1000.0, "round_money", "1000亿元"),
    ],
)
def test_other_kinds(value: float, kind: str, text: str) -> None:
    assert shown(of(value, kind), "zh") == text


@pytest.mark.parametrize(
    ("now", "before", "chinese", "english"),
    [
        (111.66, 100, "，比上年增长11.66%", ", up 11.66% on the year before"),
        (96.69, 100, "，比上年下降3.31%", ", down 3.31% on the year before"),
        (100.001, 100, "，与上年持平", ", unchanged from the year before"),
        (99.999, 100, "，与上年持平", ", unchanged from the year before"),
        (100.006, 100, "，比上年增长0.01%", ", up 0.01% on the year before"),
        (5, 0, "", ""),
        (math.nan, 100, "", ""),
        (100, math.nan, "", ""),
    ],
)
def test_the_words_follow_the_direction(
    now: float, before: float, chinese: str, english: str
) -> None:
    told = [plain(Voice(x).change(of(now), of(before)), x) for x in ("zh", "en")]
    assert told == [chinese, english]


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (0.0351, 0.0324, "，比上年提高0.27个百分点"),
        (0.0324, 0.0351, "，比上年降低0.27个百分点"),
        (0.03512, 0.03511, "，与上年相同"),
    ],
)
def test_shares_move_by_percentage_points(now: float, before: float, text: str) -> None:
    assert plain(Voice("zh").moved(of(now), of(before)), "zh") == text


@pytest.mark.parametrize(
    ("now", "before", "text"),
    [
        (603.86, 565.07, "，比上年增加38.79万人，增长6.86%"),
        (565.07, 603.86, "，比上年减少38.79万人，下降6.42%"),
        (500.0, 500.0, "，与上年持平"),
    ],
)
def test_people_come_and_go(now: float, before: float, text: str) -> None:
    told = Voice("zh").added(of(now, "people"), of(before, "people"))
    assert plain(told, "zh") == text


def test_a_sentence_with_an_unknown_number_is_left_out() -> None:
    voice = Voice("zh")
    year, unknown = of(2020, "year"), of(math.nan, "people")
    sentence = voice.say("nation.jobs_ahead", year=year, people=unknown, added=())
    assert sentence == ()
    assert voice.paragraph(sentence) == []
    kept = voice.say("nation.jobs_ahead", year=year, people=of(1.0, "people"), added=())
    assert [plain(p.words, "zh") for p in voice.paragraph(sentence, kept)] == [
        "预计2020年带动就业1.00万人。"
    ]


def test_an_unknown_cell_is_blank() -> None:
    assert cell(of(math.nan, "cell"), estimated=True).words == ()


@pytest.mark.parametrize(
    ("items", "chinese", "english"),
    [
        ((), "", ""),
        (("a",), "a", "a"),
        (("a", "b"), "a和b", "a and b"),
        (("a", "b", "c"), "a、b和c", "a, b and c"),
    ],
)
def test_lists(items: tuple[str, ...], chinese: str, english: str) -> None:
    words: list[Words] = [(item,) for item in items]
    told = [plain(Voice(x).listed(words), x) for x in ("zh", "en")]
    assert told == [chinese, english]


def test_equals_share_a_rank() -> None:
    values = [of(3.0), of(5.0), of(3.0), of(1.0)]
    assert [rank(v, values).value for v in values] == [2, 1, 2, 4]


def test_nothing_is_divided_by_zero() -> None:
    assert math.isnan(share(of(1.0), of(0.0)).value)
    assert math.isnan(growth(of(1.0), of(0.0)).value)

"""What yearbooks call things: provinces, sections, the three sectors, employment, national series.

Every spelling stands for one thing or is unknown; nothing is guessed. `nearest` only proposes what
an unknown name may have meant.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from iiecon import catalogue
from iiecon.catalogue import Phrase
from iiecon.inputs import MACRO_COLUMNS, read_csv

# What a row or column may be besides one thing of its list: a sum that claims to be one, the
# nation's own figure, something known that is not used, or one of several and not said which.
SUM, NATION, OTHER, WHICH = "=sum", "=nation", "=other", "=which"
TOTALS = (SUM, NATION)
SPECIAL = (*TOTALS, OTHER, WHICH)

_FOOTNOTES = re.compile(r"[①-⑳⓪†‡*＊⁰-⁹¹²³ᵃ-ᵿ]+")
_FOOTNOTE_NUMBER = re.compile(
    r"(?<=\S)\s*[\[［(（]\s*注?\s*\d{1,2}\s*[\]］)）]$|(?<=\S)\s+\d{1,2}[)）]$"
)
_CODED = re.compile(r"([A-S]|\d{6}|\d{2})[\s.、)）:：\-]*(\D.*)")
_CHINESE = re.compile("[一-鿿]+")
_NUMBERED = re.compile(
    r"^\s*(?:#|其中\s*[:：]|of which:?|[（(]?[一二三四五六七八九十]+[)）、.]"
    r"|\d{1,2}[)）、.](?!\d))\s*",
    re.IGNORECASE,
)

_AUTONOMOUS = {
    "150000": ("内蒙古自治区", "内蒙", "Nei Mongol", "Neimenggu"),
    "450000": ("广西壮族自治区", "Guangxi Zhuang", "Guangxi Zhuang Autonomous Region"),
    "540000": ("西藏自治区", "Xizang", "Xizang Autonomous Region"),
    "640000": ("宁夏回族自治区", "Ningxia Hui", "Ningxia Hui Autonomous Region"),
    "650000": ("新疆维吾尔自治区", "Xinjiang Uygur", "Xinjiang Uygur Autonomous Region",
               "Xinjiang Uyghur Autonomous Region"),
}  # fmt: skip
_MUNICIPALITIES = ("110000", "120000", "310000", "500000")
_ELSEWHERE = (
    "新疆生产建设兵团", "香港", "澳门", "台湾", "香港特别行政区", "澳门特别行政区", "台湾省",
    "东部", "中部", "西部", "东北", "东部地区", "中部地区", "西部地区", "东北地区", "京津冀",
    "长三角", "Hong Kong", "Macao", "Taiwan", "Eastern", "Central", "Western", "Northeastern",
    "Eastern region", "Central region", "Western region", "Northeastern region", "不分地区",
    "Not distributed by region",
)  # fmt: skip
_SUMS = ("合计", "总计", "小计", "Total", "Sum", "Grand total")
_NATION = ("全国", "全国总计", "全国合计", "中国", "China", "National", "Nation", "Whole country",
           "National total", "100000", "000000")  # fmt: skip
_GDP = ("国内生产总值", "地区生产总值", "生产总值", "GDP", "Gross domestic product",
        "Gross regional product", "GRP")  # fmt: skip

# Names of earlier classifications and of English yearbooks, beside those of sections.csv.
_SECTIONS = {
    "A": ("农、林、牧、渔业", "Agriculture, Forestry, Animal Husbandry and Fishery"),
    "B": ("采掘业",),
    "D": ("电力、燃气及水的生产和供应业", "电力、热力、燃气及水的生产和供应业",
          "Production and Supply of Electricity, Heat, Gas and Water"),
    "F": ("批发业和零售业", "Wholesale and Retail Trades"),
    "G": ("交通运输、仓储及邮政业", "交通运输、仓储和邮政",
          "Transport, Storage and Post Services"),
    "H": ("Hotels and Catering Services", "Accommodation and Restaurants"),
    "I": ("信息传输、计算机服务和软件业", "信息传输、软件和信息技术服务",
          "Information Transmission, Software and Information Technology"),
    "J": ("金融", "Financial Intermediation", "Financial Services"),
    "K": ("房地产",),
    "L": ("Leasing and Business Service",),
    "M": ("科学研究、技术服务和地质勘查业", "Scientific Research and Technical Service"),
    "N": ("Management of Water Conservancy, Environment and Public Facilities",),
    "O": ("居民服务和其他服务业", "Services to Households, Repair and Other Services",
          "Service to Households, Repair and Other Services"),
    "P": ("教育业",),
    "Q": ("卫生、社会保障和社会福利业", "Health and Social Service", "Health and Social Services"),
    "S": ("公共管理和社会组织", "公共管理、社会保障及社会组织",
          "Public Management, Social Security and Social Organization",
          "Public Management, Social Security and Social Organizations"),
}  # fmt: skip
_SECTORS = {
    "primary": ("第一产业", "一产", "primary", "Primary industry", "Primary sector"),
    "secondary": ("第二产业", "二产", "secondary", "Secondary industry", "Secondary sector"),
    "tertiary": ("第三产业", "三产", "tertiary", "Tertiary industry", "Tertiary sector"),
}
# Names that a head may have, but too common to look for in titles.
_SERVICES = ("服务业", "第三产业（服务业）", "Services", "Service sector", "Service industry")
_PARTS_OF_SECTORS = ("工业", "建筑业", "农林牧渔业", "其他", "其他行业", "其他服务业", "Industry",
                     "Construction", "Others", "Other", "Other services")  # fmt: skip
_EMPLOYED = ("", "就业", "就业人员", "就业人数", "从业人员", "就业人员数", "从业人员数")
_GROUPS = {
    "urban_units": ("城镇单位", "城镇非私营单位"),
    "private_and_self": ("私营和个体", "私营企业和个体", "私营个体", "私营企业和个体工商户"),
    "private": ("私营", "私营企业"),
    "self": ("个体", "个体工商户"),
    SUM: ("全部", "总"),
}
_GROUPS_ENGLISH = {
    "urban_units": ("urban units", "employed_urban_units", "Employed persons in urban units",
                    "Employed, urban units", "Urban non-private units"),
    "private_and_self": ("private and self", "employed_private_and_self",
                         "Employed, private and self", "Private and self-employed",
                         "Private enterprises and self-employed individuals"),
    "private": ("private", "Private enterprises"),
    "self": ("self", "Self-employed", "Self-employed individuals"),
    SUM: ("employed_total", "Employed persons", "Employment", "就业人员", "就业人数"),
}  # fmt: skip
_SERIES = {
    "gdp": _GDP,
    "fixed_asset_investment": ("全社会固定资产投资", "固定资产投资", "全社会固定资产投资总额",
                               "Total investment in fixed assets"),
    "gross_fixed_capital_formation": ("固定资本形成总额", "固定资本形成", "GFCF"),
    WHICH: ("就业", "就业人员", "就业人数", "年末就业人员", "就业人员合计", "就业人员总数",
            "Employed persons", "Total employment"),
}  # fmt: skip

Spellings = Mapping[str, str]


def plain(text: str) -> str:
    """The text without marks of footnotes, full-width forms folded, blanks at the ends cut."""
    bare = _FOOTNOTES.sub("", text)
    return _FOOTNOTE_NUMBER.sub("", unicodedata.normalize("NFKC", bare).strip()).strip()


@lru_cache(maxsize=4096)
def compact(text: str) -> str:
    """The text as names are compared: without case, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", plain(text)).casefold()


def look_up(text: str, spellings: Spellings) -> str | None:
    """What a name stands for, in Chinese, English or both, with its code or without; None where it
    is unknown or its parts disagree.
    """
    found = spellings.get(text.strip()) or spellings.get(compact(text))
    if found is not None:
        return found
    bare = _NUMBERED.sub("", plain(text))
    coded = _CODED.fullmatch(bare)
    if coded:
        code, name = (spellings.get(compact(part)) for part in coded.groups())
        if code is not None or name is None:
            return name if code == name else None
    chinese, english = _CHINESE.findall(bare), _CHINESE.sub(" ", bare)
    if chinese and compact(english):
        both = spellings.get(compact("".join(chinese))), spellings.get(compact(english))
        return both[0] if both[0] == both[1] else None
    return spellings.get(compact(bare))


def names_like(near: Sequence[str]) -> Phrase | str:
    """The end of a message that lists names, nothing where there are none."""
    return Phrase("reader.nearest", {"names": "、".join(near)}) if near else ""


def nearest(
    text: str, spellings: Spellings, titles: Mapping[str, str], alike: float = 0.4
) -> list[str]:
    """Up to three things, by their titles, whose names look most like the text; `alike`: at least
    so much, 1 being the same.
    """
    close = difflib.get_close_matches(compact(text), spellings, n=9, cutoff=alike)
    found = dict.fromkeys(spellings[name] for name in close)
    return [titles[value] for value in found if value in titles][:3]


@cache
def provinces() -> Spellings:
    """Spelling → province code, with the nation, sums and what is no province of the model."""
    table: dict[str, Iterable[str]] = {NATION: _NATION, SUM: _SUMS, OTHER: _ELSEWHERE}
    for code, (chinese, english) in _province_names().items():
        table[code] = (code, code[:2], chinese, english, *_formal(code, chinese, english))
    return _spellings(table)


def _formal(code: str, chinese: str, english: str) -> tuple[str, ...]:
    if code in _MUNICIPALITIES:
        return f"{chinese}市", f"{english} Municipality", f"{english} City"
    if code in _AUTONOMOUS:
        return (*_AUTONOMOUS[code], f"{english} Autonomous Region")
    return f"{chinese}省", f"{english} Province"


@cache
def _province_names() -> dict[str, tuple[str, str]]:
    return {r["code"]: (r["name_zh"], r["name_en"]) for r in read_csv("province_gdp.csv")}


def province_titles() -> dict[str, str]:
    """Province code → what it is called in messages."""
    return {code: " ".join((*names, code)) for code, names in _province_names().items()}


@cache
def sections() -> Spellings:
    """Spelling → section letter, with sums and groups that are no section."""
    rows = read_csv("sections.csv")
    groups = (*(name for names in _SECTORS.values() for name in names), "工业", "Industry",
              "其他", "其他行业", "其他服务业", "Others", "Other services")  # fmt: skip
    table: dict[str, Iterable[str]] = {NATION: (*_NATION[:-2], *_GDP), SUM: _SUMS, OTHER: groups}
    for r in rows:
        letter = r["section"]
        table[letter] = (letter, r["name_zh"], r["name_en"], *_SECTIONS.get(letter, ()))
    return _spellings(table)


@cache
def section_titles() -> Mapping[str, str]:
    """Section letter → what it is called in messages."""
    return {r["section"]: f"{r['section']} {r['name_zh']}" for r in read_csv("sections.csv")}


@cache
def sectors() -> Spellings:
    """Spelling → one of the three sectors, with the total and parts that are not used."""
    services = (*_SECTORS["tertiary"], *_SERVICES)
    return _spellings(
        {**_SECTORS, "tertiary": services, SUM: (*_SUMS, *_GDP), OTHER: _PARTS_OF_SECTORS}
    )


@cache
def sectors_in_titles() -> Spellings:
    """Spelling → sector, of those that a title may name."""
    return _spellings(_SECTORS)


def sector_titles() -> dict[str, str]:
    """Sector → what it is called in messages."""
    return {key: f"{names[0]} {key}" for key, names in _SECTORS.items()}


@cache
def groups() -> Spellings:
    """Spelling → group of employed people."""
    table = {
        key: (*(f"{name}{end}" for name in names for end in _EMPLOYED), *_GROUPS_ENGLISH[key])
        for key, names in _GROUPS.items()
    }
    return _spellings(table) | _spellings({SUM: _SUMS})


def group_titles() -> dict[str, str]:
    """Group of employed people → what it is called in messages."""
    return {key: f"{names[0]}{_EMPLOYED[2]}" for key, names in _GROUPS.items() if key != SUM}


@cache
def series() -> Spellings:
    """Spelling → national series; employment has two, so that its bare name is none of them."""
    table = {
        key: (key, *(catalogue.text(f"label.{key}", c) for c in catalogue.LANGUAGES))
        for key in MACRO_COLUMNS
    }
    # The key of the sheet is one series, the plain English word either.
    return _spellings(table) | _spellings(_SERIES) | {"Employment": WHICH, "EMPLOYMENT": WHICH}


def series_titles() -> dict[str, str]:
    """National series → what it is called in messages."""
    return {key: f"{catalogue.text(f'label.{key}', 'zh')} {key}" for key in MACRO_COLUMNS}


def _spellings(table: Mapping[str, Iterable[str]]) -> dict[str, str]:
    return {compact(name): value for value, names in table.items() for name in names}

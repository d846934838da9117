"""What the lines of an official table are called, and which of them are sums of others.

A role is the bureau's own code for a line (TIU, FU101, VA001, GO …); OECD's lines that mean the
same have the same role. Labels are compared without blanks, punctuation, case and footnotes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from iiecon.spreadsheet.values import Scalar, read_number

LARGEST_CODE = 1_000_000

_TOTAL = "(?:合计|总计|小计)?"
_COLUMNS = {
    "TIU": f"总?中间(?:使用|需求){_TOTAL}|(?:total)?intermediate(?:uses?|demand)",
    "FU101": "农村居民(?:最终)?(?:消费)?(?:支出)?|rural(?:households?)?(?:final)?consumption.*",
    "FU102": "(?:城镇|城市|非农业)居民(?:最终)?(?:消费)?(?:支出)?"
    "|urban(?:households?)?(?:final)?consumption.*",
    "THC": f"居民(?:最终)?消费(?:支出)?{_TOTAL}|(?:total)?households?(?:final)?consumption.*",
    "FU103": f"政府(?:最终)?消费(?:支出)?{_TOTAL}|(?:general)?government(?:final)?consumption.*",
    "TC": f"[总最终]*消费(?:支出)?{_TOTAL}|(?:total)?(?:final)?consumption(?:expenditures?)?",
    "FU201": "固定资本形成(?:总额)?|(?:gross)?fixedcapitalformation",
    "FU202": "存货(?:变动|增加|变化)|changes?in(?:inventor(?:y|ies)|stocks?)|inventorychanges?",
    "GCF": f"资本形成(?:总额)?{_TOTAL}|(?:total)?(?:gross)?capitalformation",
    "EX": "出口|exports?(?:ofgoodsandservices)?|expo",
    "TFU": f"最终(?:使用|需求){_TOTAL}|(?:total)?final(?:uses?|demand)",
    "IM": "进口|imports?(?:ofgoodsandservices)?|impo",
    "ERR": "统计误差|误差项?|其[他它]|errors?|others?|statisticaldiscrepancy",
    "GO": "总产出(?:合计)?|(?:gross|total)?outputs?",
    "HFCE": "hfce",
    "NPISH": "npish",
    "GGFC": "ggfc",
    "GFCF": "gfcf",
    "INVNT": "invnt",
    "CONS_ABR": "consabr|dpabr",
    "CONS_NONRES": "consnonres",
}
_ROWS = {
    "TII": f"总?中间(?:投入|消耗){_TOTAL}|(?:total)?intermediate(?:inputs?|consumption)",
    "VA001": "(?:劳动者|雇员)?(?:劳动)?报酬|compensationofemployees|labou?rcompensation",
    "VA002": "生产税净额|net(?:tax(?:es)?)onproduction",
    "VA003": "固定资产折旧|(?:depreciation|consumption)offixed(?:assets?|capital)",
    "VA004": "营业盈余|operatingsurplus",
    "TVA": f"增加值{_TOTAL}|(?:total|gross)?valueadded(?:atbasicprices)?|valu|va",
    "TI": f"总投入{_TOTAL}|totalinputs?|output(?:atbasicprices)?|out",
    "TTL": "ttlintfnl",
    "OTH": "txs.*|tls",
}
COLUMN_ROLES = {role: re.compile(f"{role.lower()}|{names}") for role, names in _COLUMNS.items()}
ROW_ROLES = {role: re.compile(f"{role.lower()}|{names}") for role, names in _ROWS.items()}

OECD_USES = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "CONS_ABR", "CONS_NONRES", "EX")
Sums = Mapping[str, tuple[str, ...]]
CHINESE_SUMS: Sums = {
    "THC": ("FU101", "FU102"),
    "TC": ("THC", "FU103"),
    "GCF": ("FU201", "FU202"),
    "TFU": ("TC", "GCF", "EX"),
    "TVA": ("VA001", "VA002", "VA003", "VA004"),
}
OECD_SUMS: Sums = {"TFU": OECD_USES}

TOTAL_WORDS = re.compile("合计|总计|小计|共计|(?:sub)?totals?|sum")
CALLED_TOTAL = re.compile("合计|总计|小计|共计|^(?:sub)?total|total$")
_DOMESTIC, _IMPORTED = re.compile("国内|国产|domestic"), re.compile("进口|imports?")
_MARKS = re.compile(r"(?:[①-⓿*†‡]|[\[【]\d+[\]】])+$")


def key(value: Scalar) -> str | None:
    """The form in which labels are compared: 1 and "001" are one code; None for a figure."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and 0 < value < LARGEST_CODE else None
    if not isinstance(value, str):
        return None
    if read_number(value) is not None and not value.strip().isdigit():
        return None
    text = unicodedata.normalize("NFKC", unmarked(value))
    if text.isdigit():
        return key(float(text))
    return re.sub(r"[\W_]+", "", text.casefold()) or None


def unmarked(text: str) -> str:
    """A label without blanks around it and footnote marks after it."""
    return _MARKS.sub("", text.strip())


def role(label: str, roles: Mapping[str, re.Pattern[str]]) -> str | None:
    """The role of a label in its compared form."""
    return next((name for name, names in roles.items() if names.fullmatch(label)), None)


def origin(label: str) -> str | None:
    """Whether a label speaks of domestic or of imported products."""
    if _DOMESTIC.match(label):
        return "domestic"
    return "imported" if _IMPORTED.match(label) else None


def any_of(node: str, present: Collection[str], sums: Sums) -> bool:
    """Whether a sum or anything that it is made of is there."""
    return node in present or any(any_of(part, present, sums) for part in sums.get(node, ()))


def missing(node: str, present: Collection[str], sums: Sums) -> list[str]:
    """The lines without which a sum is known neither from its parts nor as a whole."""
    if not any(any_of(part, present, sums) for part in sums.get(node, ())):
        return [] if node in present else [node]
    return [lost for part in sums[node] for lost in missing(part, present, sums)]


def leaves(node: str, present: Collection[str], sums: Sums) -> list[str]:
    """The finest lines that add up to a sum, none of them counted twice."""
    if not any(any_of(part, present, sums) for part in sums.get(node, ())):
        return [node]
    return [leaf for part in sums[node] for leaf in leaves(part, present, sums)]

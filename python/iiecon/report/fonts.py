"""The font of the charts: one that has Chinese characters, or the knowledge that there is none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

# Sans-serif fonts of Linux, Windows and macOS, simplified forms first.
CHINESE = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "STHeiti",
    "SimHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Arial Unicode MS",
    "Droid Sans Fallback",
    "Noto Sans CJK TC",
    "Noto Sans CJK JP",
)
LATIN = "DejaVu Sans"  # comes with matplotlib
SAMPLE = "工业互联网增加值亿元万人"


@dataclass(frozen=True)
class Font:
    """What charts are written with: families in the order in which they are tried."""

    families: tuple[str, ...]
    characters: frozenset[int]

    def missing(self, text: str) -> str:
        """The characters of a text that would not be drawn, each once."""
        return "".join(dict.fromkeys(c for c in text if ord(c) not in self.characters))

    @property
    def chinese(self) -> bool:
        """Whether Chinese can be written."""
        return not self.missing(SAMPLE)


def find_font(candidates: tuple[str, ...] = CHINESE) -> Font:
    """The first of the candidates that this computer has and that can write Chinese."""
    for family in candidates:
        found = _font(family)
        if found is not None and not Font((family,), found).missing(SAMPLE):
            return Font((family, LATIN), found | (_font(LATIN) or frozenset()))
    return Font((LATIN,), _font(LATIN) or frozenset())


@cache
def _font(family: str) -> frozenset[int] | None:
    """The characters of a family, None when it is not installed."""
    from matplotlib import font_manager
    from matplotlib.ft2font import FT2Font

    try:
        path = font_manager.findfont(family, fallback_to_default=False)
    except ValueError:
        return None
    return frozenset(FT2Font(path).get_charmap())

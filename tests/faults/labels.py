"""Labels renamed, doubled, exchanged, padded, or written in another script."""

from __future__ import annotations

from dataclasses import replace

from iiecon import ModelInputs
from tests.faults.case import Right, Spoil, at, edited
from tests.faults.cells import wrong
from tests.workbook.edit import MAIN, Edited

Spot = tuple[str, int, int]


def label(book: Edited, name: str, row: int, column: int) -> str:
    """The text in a cell of a named range."""
    element = book.cell(*book.place(name, row, column))
    stored = element.findtext(f"{MAIN}v") or ""
    if element.get("t") == "s":
        strings = book.strings()
        return strings[int(stored)]
    inline = element.findtext(f"{MAIN}is/{MAIN}t")
    return inline if inline is not None else stored


def renamed(spot: Spot, new: str, shown: Spot | None = None) -> Spoil:
    """Another label; it shows at `shown` where that is elsewhere."""

    def edit(book: Edited) -> Right:
        book.set_named(*spot, new)
        return at("!".join(book.place(*(shown or spot))))

    return edited(edit)


def padded(spot: Spot) -> Spoil:
    """Blanks around a label, which formulas take for letters."""

    def edit(book: Edited) -> Right:
        return at(book.set_named(*spot, f"  {label(book, *spot)} \t"))

    return edited(edit)


def exchanged(name: str, first: tuple[int, int], second: tuple[int, int], shown: Spot) -> Spoil:
    """Two labels change places."""

    def edit(book: Edited) -> Right:
        one, two = label(book, name, *first), label(book, name, *second)
        book.set_named(name, *first, two)
        book.set_named(name, *second, one)
        return at("!".join(book.place(*shown)))

    return edited(edit)


def sector_names(new: str) -> Spoil:
    """The name of a sector is the analyst's to choose."""

    def change(inputs: ModelInputs) -> ModelInputs:
        names = (new, *inputs.table.names[1:])
        return replace(inputs, table=replace(inputs.table, names=names))

    def edit(book: Edited) -> Right:
        book.set_named("IO_NAMES", 0, 0, new)
        return Right(computed=change)

    return edited(edit)


FAULTS: dict[str, Spoil] = {
    "a row of the table renamed": renamed(("IO_CODES", 4, 0), "5X", ("IO_COLUMN_CODES", 0, 4)),
    "a column of the table renamed": wrong("IO_COLUMN_CODES", 0, 4, "5X"),
    "a row of the table doubled": renamed(("IO_CODES", 4, 0), "004", ("IO_COLUMN_CODES", 0, 4)),
    "a column of the table doubled": wrong("IO_COLUMN_CODES", 0, 4, "004"),
    "a row of the table blank": wrong("IO_CODES", 4, 0, None),
    "a row in full-width digits": renamed(
        ("IO_CODES", 4, 0), "００５", ("IO_COLUMN_CODES", 0, 4)
    ),
    "a row as a number": renamed(("IO_CODES", 4, 0), "5", ("IO_COLUMN_CODES", 0, 4)),
    "rows exchanged": exchanged("IO_CODES", (4, 0), (5, 0), ("IO_COLUMN_CODES", 0, 4)),
    "columns exchanged": exchanged("IO_COLUMN_CODES", (0, 4), (0, 5), ("IO_COLUMN_CODES", 0, 4)),
    "a sector renamed": wrong("SECTOR_CODES", 9, 0, "0l0"),
    "sectors exchanged": exchanged("SECTOR_CODES", (4, 0), (9, 0), ("SECTOR_CODES", 4, 0)),
    "a section in lower case": wrong("SECTOR_SECTIONS", 9, 0, "c"),
    "a section in Cyrillic": wrong("SECTOR_SECTIONS", 9, 0, "С"),
    "a section in Chinese": wrong("SECTOR_SECTIONS", 9, 0, "制造业"),
    "a direct flag in words": wrong("SECTOR_DIRECT", 60, 0, "是"),
    "a scored sector unknown": renamed(("SCORE_CODES", 0, 0), "062a", ("BALLOT_CODES", 0, 0)),
    "scored sectors exchanged": exchanged("SCORE_CODES", (0, 0), (1, 0), ("BALLOT_CODES", 0, 0)),
    "ballots of another sector": wrong("BALLOT_CODES", 7, 0, "001"),
    "a section doubled": renamed(("SECTION_CODES", 3, 0), "C", ("GROWTH_SECTIONS", 3, 0)),
    "sections exchanged": exchanged("SECTION_CODES", (3, 0), (4, 0), ("GROWTH_SECTIONS", 3, 0)),
    "names of sections exchanged": exchanged(
        "SECTION_NAMES", (3, 0), (4, 0), ("SECTION_NAMES", 3, 0)
    ),
    "English names of sections exchanged": exchanged(
        "SECTION_NAMES", (3, 1), (4, 1), ("SECTION_NAMES", 3, 1)
    ),
    "wages of another section": wrong("WAGE_SECTIONS", 5, 0, "E"),
    "growth of another section": wrong("GROWTH_SECTIONS", 5, 0, "E"),
    "a sector of three in Chinese": wrong("SECTION_SECTOR3", 5, 0, "第三产业"),
    "sectors of three exchanged": wrong("SECTION_SECTOR3", 0, 0, "tertiary"),
    "a series renamed": wrong("MACRO_KEYS", 0, 0, "GNP"),
    "series exchanged": exchanged("MACRO_KEYS", (0, 3), (0, 4), ("MACRO_KEYS", 0, 3)),
    "a year doubled": wrong("MACRO_YEARS", 4, 0, 2010.0),
    "a year missing": wrong("PROVINCE_YEARS", 0, 3, None),
    "years in words": wrong("WAGE_YEARS", 0, 1, "二〇一八年"),
    "a year and its unit": wrong("SECTION_VA_YEARS", 0, 2, "2017年"),
    "provinces exchanged": exchanged("PROVINCE_CODES", (3, 0), (4, 0), ("PROVINCE_NAMES", 3, 0)),
    "names of provinces exchanged": exchanged(
        "PROVINCE_NAMES", (3, 0), (4, 0), ("PROVINCE_NAMES", 3, 0)
    ),
    "English names of provinces exchanged": exchanged(
        "PROVINCE_NAMES", (3, 1), (4, 1), ("PROVINCE_NAMES", 3, 1)
    ),
    "a province in traditional characters": wrong("PROVINCE_NAMES", 18, 0, "廣東"),
    "a province doubled": renamed(("PROVINCE_CODES", 6, 0), "110000", ("PROVINCE_CODES", 6, 0)),
    "a region that is not there": wrong("PROVINCE_REGIONS", 6, 0, "atlantis"),
    "a region renamed": renamed(("REGION_KEYS", 0, 0), "else", ("PROVINCE_REGIONS", 0, 0)),
    "an option misspelt": wrong("OPT_IMPORTS", 0, 0, "competetive"),
    "an option in full width": wrong("OPT_IO_UNIT", 0, 0, "亿 元"),
    **{
        f"blanks around {name}": padded((name, 1, 0))
        for name in ("SECTOR_CODES", "SCORE_CODES", "SECTION_CODES", "PROVINCE_CODES",
                     "PROVINCE_REGIONS", "SECTOR_SECTIONS", "SECTION_SECTOR3")
    },
    "blanks around an option": padded(("OPT_IMPORTS", 0, 0)),
    "a sector's name": sector_names("另一个名称"),
    "a sector's name of 32767 characters": sector_names("名" * 32767),
    "a sector's name of control characters": sector_names("\u200b\u202e\ufeff名"),
    "a sector's name beyond the plane": sector_names("𠀀😀"),
}  # fmt: skip

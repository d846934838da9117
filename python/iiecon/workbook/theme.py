"""How the workbook looks: fonts, colours, sizes and the named styles, for every sheet alike."""

from __future__ import annotations

from typing import get_args

from openpyxl.formatting.rule import ColorScale, FormatObject, Rule
from openpyxl.styles import (
    Alignment,
    Border,
    Color,
    Font,
    NamedStyle,
    PatternFill,
    Protection,
    Side,
)
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from iiecon.workbook.layout import FORMATS, Role, Scale, Tone

FONT = "Microsoft YaHei"
WHITE = "FFFFFFFF"
INK, PALE_INK, INPUT_INK, ESTIMATED_INK = "FF222222", "FF6B6B6B", "FF1F4E9E", "FF6B3F00"
# Input blue, output green; heads, totals and tiles of the map.
FILLS = {
    "header": "FF2F5D8A",
    "input": "FFE8F0FA",
    "computed": "FFEAF4EC",
    "total": "FFD3E8D8",
    "tile": "FFE4E4E4",
    "tile_name": "FFF4F4F4",
    "tile_foot": "FFF4F4F4",
}
INKS = {"header": WHITE, "input": INPUT_INK, "english": PALE_INK, "note": PALE_INK}
INKS |= {"link": INPUT_INK, "data": PALE_INK, "subtitle": PALE_INK, "tile_foot": PALE_INK}
SIZES = {
    "title": 14,
    "subtitle": 10,
    "english": 8,
    "note": 8,
    "data": 8,
    "tile": 10,
    "tile_foot": 7,
}
BOLD = ("header", "title", "total", "tile_name")
GOOD = ("FFC6E7CD", "FF1E6B34")  # fill and ink of the check light
BAD = ("FFF7C9C4", "FF9C1C10")
DOUBT = ("FFFFE8A6", "FF7A5200")  # fill and ink of what is to be confirmed
# Fill and ink of a verdict.
TONES: dict[Tone, tuple[str, str]] = {
    "good": ("FFD9EEDD", "FF1E6B34"),
    "near": ("FFF3F6DC", "FF55611B"),
    "doubt": ("FFFFE8A6", "FF7A5200"),
    "none": ("FFE9E9E9", PALE_INK),
}
# Light to middle blue, on which dark figures are read; told apart by colour-blind readers too.
SCALE: tuple[str, ...] = ("FFF2F7FC", "FFB5D4EB", "FF63A8D6")
TAB_COLOURS = {True: "FF4C9A5F", False: "FF3B73B9"}
FIRST_OWN_FORMAT = 200  # beyond the numbers of the formats that cells use

RIGHT = Alignment(horizontal="right", vertical="center")
LEFT = Alignment(vertical="center")
CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
SHRUNK = Alignment(vertical="center", shrink_to_fit=True)
MIDDLE = Alignment(horizontal="center", vertical="center", shrink_to_fit=True)
WRAPPED = Alignment(vertical="center", wrap_text=True)

ALIGNMENTS = {"english": SHRUNK, "tile": MIDDLE, "tile_name": MIDDLE, "tile_foot": MIDDLE}


def styles() -> list[NamedStyle]:
    """One named style for each role, and for the titles of sheets."""
    return [_style(role) for role in (*get_args(Role), "title", "subtitle")]


def _style(role: str) -> NamedStyle:
    style = NamedStyle(role)
    style.font = Font(
        name=FONT,
        size=SIZES.get(role, 9),
        bold=role in BOLD,
        color=INKS.get(role, INK),
        underline="single" if role == "link" else None,
    )
    if role in FILLS:
        style.fill = PatternFill("solid", fgColor=FILLS[role])
        style.border = _border(role)
    style.alignment = ALIGNMENTS.get(role, LEFT)
    style.protection = Protection(locked=role != "input")
    return style


def _border(role: str) -> Border:
    """Hair lines between rows, a line above totals, white between the tiles of the map."""
    hair, thin = Side(style="hair", color="FFB8C4D0"), Side(style="thin", color="FF4C9A5F")
    gap = Side(style="thick", color=WHITE)
    if role == "tile_name":
        return Border(left=gap, right=gap, top=gap)
    if role == "tile":
        return Border(left=gap, right=gap)
    if role == "tile_foot":
        return Border(left=gap, right=gap, bottom=gap)
    return Border(top=thin, bottom=hair) if role == "total" else Border(bottom=hair)


def estimated(condition: str, form: str) -> Rule:
    """Estimated cells in italics with an "e" behind the number."""
    shown = NumberFormat(
        numFmtId=FIRST_OWN_FORMAT + list(FORMATS).index(form),
        formatCode=f'{FORMATS[form]}" e"',
    )
    style = DifferentialStyle(font=Font(italic=True, color=ESTIMATED_INK), numFmt=shown)
    return Rule(type="expression", dxf=style, formula=[condition])


def shown_as(condition: str, form: str) -> Rule:
    """Cells in another number format."""
    number = FIRST_OWN_FORMAT + len(FORMATS) + list(FORMATS).index(form)
    shown = NumberFormat(numFmtId=number, formatCode=FORMATS[form])
    return Rule(type="expression", dxf=DifferentialStyle(numFmt=shown), formula=[condition])


def unseen(condition: str) -> Rule:
    """Cells whose content is not to be seen."""
    return Rule(
        type="expression", dxf=DifferentialStyle(font=Font(color=WHITE)), formula=[condition]
    )


def doubtful(condition: str) -> Rule:
    """Cells that an analyst has to confirm."""
    fill, ink = DOUBT
    style = DifferentialStyle(
        font=Font(bold=True, color=ink), fill=PatternFill(bgColor=fill, fill_type="solid")
    )
    return Rule(type="expression", dxf=style, formula=[condition])


def tinted(condition: str, tone: Tone) -> Rule:
    """Cells coloured by a verdict."""
    fill, ink = TONES[tone]
    style = DifferentialStyle(
        font=Font(color=ink), fill=PatternFill(bgColor=fill, fill_type="solid")
    )
    return Rule(type="expression", dxf=style, formula=[condition])


def light(cell: str) -> list[Rule]:
    """Green where a text says that all is well, red where it does not."""
    return [
        Rule(
            type="expression",
            dxf=DifferentialStyle(
                font=Font(bold=True, color=ink), fill=PatternFill(bgColor=fill, fill_type="solid")
            ),
            formula=[f'LEFT({cell})="{sign}"'],
        )
        for sign, (fill, ink) in (("✔", GOOD), ("✘", BAD))
    ]


def scale(given: Scale) -> Rule:
    """From light to dark, by the smallest and largest figure or by the cells that say where."""
    if given.stops:
        ends = [FormatObject("formula", val=cell) for cell in given.stops]
    else:
        ends = [FormatObject("min"), FormatObject("max")]
    colours = SCALE if given.stops else (SCALE[0], SCALE[-1])
    shades = ColorScale(cfvo=ends, color=[Color(rgb=colour) for colour in colours])
    return Rule(type="colorScale", colorScale=shades)

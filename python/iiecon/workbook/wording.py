"""Texts of the catalogue in cells. Those that name the industry are formulas on its two cells."""

from __future__ import annotations

import string
from collections.abc import Iterator

from iiecon import catalogue
from iiecon.inputs import Industry
from iiecon.workbook.layout import Block, Role, Sheet

CELLS = {"zh": "INDUSTRY_ZH", "en": "INDUSTRY_EN"}
LONGEST_LITERAL = 250  # a text within a formula of Excel has at most 255 characters
Part = tuple[str, str]  # a text with placeholders, and its language

_TEMPLATES = string.Formatter()


def part(key: str, language: str) -> Part:
    """A text of the catalogue as it stands there, placeholders and all."""
    return catalogue.template(key, language), language


def both(key: str) -> tuple[Part, ...]:
    """A text in Chinese and English, joined by a slash."""
    return part(key, "zh"), (" / ", "zh"), part(key, "en")


def say(sheet: Sheet, row: int, column: int, *parts: Part, role: Role = "label") -> None:
    """Texts joined in a cell."""
    text, formula = by_default(*parts), worded(*parts)
    if any(name is not None for said, _ in parts for _, name, *_ in _TEMPLATES.parse(said)):
        block = Block(row, column, 1, 1, role, formula=lambda r, c: formula, worded=text)
        sheet.blocks.append(block)
    else:
        sheet.text(row, column, text, role=role)


def by_default(*parts: Part) -> str:
    """What texts joined say of the industry that the white paper measures."""
    return "".join(said.format(**Industry().words(language)) for said, language in parts)


def worded(*parts: Part) -> str:
    """The formula of texts: what is literal in quotes, placeholders from the industry's cells."""
    return "&".join(piece for part in parts for piece in _pieces(*part))


def _pieces(template: str, language: str) -> Iterator[str]:
    for literal, name, _, _ in _TEMPLATES.parse(template):
        for start in range(0, len(literal), LONGEST_LITERAL):
            yield _quoted(literal[start : start + LONGEST_LITERAL])
        if name is not None:
            yield _placeholder(name, language)


def _placeholder(name: str, language: str) -> str:
    """The cell, or formula, that `Industry.words` has the text of."""
    cell = CELLS[language]
    if name == "industry":
        return cell
    if name == "not_published":
        told = worded(part("industry.not_published", language))
        return f'IF({CELLS["zh"]}={_quoted(Industry().name_zh)},"",{told})'
    word, ending = (
        catalogue.template(f"industry.{key}", language) for key in ("economy", "economy_ending")
    )
    return f'IF(RIGHT({cell},{len(ending)})={_quoted(ending)},"",{_quoted(word)})'


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'

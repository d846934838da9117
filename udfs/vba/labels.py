"""The VBA module Labels: the ribbon's texts from the catalogue, Chinese as code points."""

from __future__ import annotations

import re
from itertools import groupby

from iiecon import catalogue

LONGEST_LINE = 1023  # of VBA

HEAD = """\
Attribute VB_Name = "Labels"
Option Explicit
Option Private Module

' Made by `python -m udfs.vba.modules` from the catalogue of texts: change nothing here.

' The text of the ribbon for a key, in the language of Excel.
Public Function TextOf(ByVal Key As String) As String
    Select Case Key
"""
FOOT = """\
    End Select
End Function
"""


def labels() -> str:
    """The module `Labels` of the workbook."""
    lines = [_line(f"{part}.{name}") for part in _parts() for name in _texts(part)]
    return HEAD + "".join(lines) + FOOT


def _parts() -> list[str]:
    return catalogue.keys("ribbon")


def _texts(part: str) -> list[str]:
    return catalogue.keys(f"ribbon.{part}")


def _line(key: str) -> str:
    chinese, english = (catalogue.text(f"ribbon.{key}", language) for language in ("zh", "en"))
    code_points = " ".join(f"{ord(sign):04X}" for sign in chinese)
    line = f'        Case "{key}": TextOf = InLanguage("{code_points}", {_expression(english)})\n'
    if len(line) > LONGEST_LINE:
        raise ValueError(f"too long for a line of VBA: ribbon.{key}")
    return line


def _expression(text: str) -> str:
    """A VBA expression for a text that may hold signs outside ASCII."""
    runs = groupby(re.findall(".", text), key=str.isascii)
    return " & ".join(_run("".join(signs), plain) for plain, signs in runs)


def _run(signs: str, plain: bool) -> str:
    if plain:
        return '"' + signs.replace('"', '""') + '"'
    return " & ".join(f"ChrW({ord(sign)})" for sign in signs)

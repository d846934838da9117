"""Printed figures of the 2021 white paper, read straight from the file that lists them."""

import csv
from functools import cache
from importlib.resources import files


@cache
def figures() -> dict[str, float]:
    """Every printed figure by its id, in the unit it was printed in."""
    text = (files("iiecon.data") / "published_figures.csv").read_text(encoding="utf-8")
    return {row["id"]: float(row["value"]) for row in csv.DictReader(text.splitlines())}


def of(scope: str, measure: str, year: int) -> dict[str, float]:
    """Key → figure of one scope, measure and year."""
    names = {name: name.split(".") for name in figures()}
    return {
        parts[1]: figures()[name]
        for name, parts in names.items()
        if (parts[0], parts[2], parts[3]) == (scope, str(year), measure)
    }


def sections(measure: str, year: int) -> dict[str, float]:
    """Section letter → printed figure."""
    return of("industry", measure, year)

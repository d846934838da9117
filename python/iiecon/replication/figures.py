"""The table *published figure → sheet!cell → function → test* (data editors ask for it)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

SHARE_OF_GDP = "test_model.py::test_share_of_gdp_replicates_the_publication"
# The tests that hold a printed figure against the model or against its parts, by a pattern of the
# figure's id.
COMPARED = {
    "nation.total.201[789].share_of_gdp": SHARE_OF_GDP,
    "nation.total.2020.share_of_gdp": SHARE_OF_GDP,
    "nation.total.202[01].value_added": "test_model.py::test_total_replicates_the_publication",
    "nation.*direct.2020.employment":
        "test_model.py::test_employment_of_2020_replicates_the_publication",
    "industry.*.202[01].value_added": "test_model.py::test_sections_replicate_the_publication",
    "industry.[!CI].202[01].employment":
        "test_employment.py::test_printed_employment_follows_from_printed_value_added",
    "sector.*.2020.value_added": "test_data.py::test_sectors_of_three_2020",
    "province.*.2020.value_added": "test_regions.py::test_printed_provinces_of_2020_come_out",
    "region.*.2020.value_added": "test_regions.py::test_printed_regions_of_2020_come_out",
    "income_group.*.value_added": "test_data.py::test_countries",
    "world_region.*.value_added": "test_data.py::test_countries",
}  # fmt: skip
# The kinds of figures whose computation a test repeats by plain arithmetic for one of the kind.
REPEATED = "test_audit.py::test_the_models_numbers_by_plain_arithmetic"
KINDS = (
    "nation.*.share_of_gdp", "nation.*.value_added", "nation.*.nominal_growth", "nation.*.ratio",
    "nation.*.share_of_total", "nation.*.employment", "nation.*.employment_added",
    "nation.*.employment_share", "sector.*.value_added", "industry.*.nominal_growth",
    "industry.*.employment", "industry.*.employment_added", "region.*.share_of_gdp",
    "region.*.nominal_growth", "province.*.share_of_gdp", "province.*.employment_growth",
    "province.*.employment_share", "country.*.value_added", "country.*.share_of_59",
    "world.*.2020.value_added",
)  # fmt: skip


@dataclass(frozen=True)
class Traced:
    """A printed figure and where it is computed; blank where the model has no such number."""

    id: str
    source: str
    printed: str
    cell: str
    function: str
    test: str


def traced(figures: Iterable[Mapping[str, Any]]) -> Iterator[Traced]:
    """Every figure of a publication; `figures` as the audit lists them."""
    for f in figures:
        printed = f"{f['printed']:.{f['decimals']}f} {f['unit']}"
        yield Traced(f["id"], f["source"], printed, f["place"], f["function"], test_of(f["id"]))


def test_of(figure: str) -> str:
    """The test of a figure, blank where there is none."""
    for pattern, test in (*COMPARED.items(), *((kind, REPEATED) for kind in KINDS)):
        if fnmatchcase(figure, pattern):
            return f"tests/{test}"
    return ""

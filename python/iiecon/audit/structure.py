"""What adds up to what: sections, sectors of three, provinces, regions, groups of countries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from iiecon import world
from iiecon.inputs import ModelInputs
from iiecon.regions import SECTORS3, region_sums

NATION, WORLD = ("nation", "total"), ("world", "total")
PARTS = (("nation", "direct"), ("nation", "indirect"))
Place = tuple[str, str]  # scope and key


@dataclass(frozen=True)
class Structure:
    """What adds up to what, and the official GDP that shares are taken of.

    `sections`: section → sector of three; `provinces`: name → region ("" = none). `gdp` by scope,
    key and year in 亿元, only where it is official; `expected_gdp` where it was extrapolated.
    """

    sections: Mapping[str, str]
    provinces: Mapping[str, str]
    gdp: Mapping[tuple[str, str, int], float] = field(default_factory=dict)
    expected_gdp: Mapping[tuple[str, str, int], float] = field(default_factory=dict)

    @classmethod
    def of(cls, inputs: ModelInputs) -> Structure:
        """The sections and provinces of the inputs, and the GDP given in them."""
        return cls(
            {s.code: s.sector3 for s in inputs.sections},
            {p.name_zh: p.region for p in inputs.provinces},
            dict(_given_gdp(inputs)),
        )

    def partitions(self) -> Iterator[tuple[str, Place, list[Place]]]:
        """Kind, whole and parts, for everything that adds up."""
        sections = [("industry", code) for code in self.sections]
        yield "sum_parts", NATION, list(PARTS)
        yield "sum_sections", NATION, sections
        yield "sum_sectors3", NATION, [("sector", s) for s in SECTORS3]
        yield "sum_provinces", NATION, [("province", name) for name in self.provinces]
        yield "sum_income_groups", WORLD, [("income_group", g) for g in world.INCOME_GROUPS]
        yield "sum_world_regions", WORLD, [("world_region", r) for r in world.WORLD_REGIONS]
        for sector in SECTORS3:
            members = [("industry", c) for c, s in self.sections.items() if s == sector]
            yield "sum_sector", ("sector", sector), members
        for region in dict.fromkeys(self.provinces.values()):
            members = [("province", name) for name, r in self.provinces.items() if r == region]
            if region:
                yield "sum_region", ("region", region), members


def _given_gdp(inputs: ModelInputs) -> Iterator[tuple[tuple[str, str, int], float]]:
    """GDP of the nation, of provinces and of regions in the years that are given."""
    until, nation, series = inputs.options.data_until, inputs.macro, inputs.province_gdp
    for year, product in zip(nation.years, inputs.macro_row("gdp"), strict=True):
        if year <= until and not np.isnan(product):
            yield (*NATION, year), float(product)
    provinces = series.values.reshape(-1, 3, len(series.years)).sum(axis=1)
    keys = [r.key for r in inputs.regions]
    regions = region_sums(provinces, [p.region for p in inputs.provinces], keys)
    rows = [*(("province", p.name_zh) for p in inputs.provinces), *(("region", k) for k in keys)]
    for place, values in zip(rows, np.vstack([provinces, regions]), strict=True):
        for year, product in zip(series.years, values, strict=True):
            if year <= until and not np.isnan(product):
                yield (*place, year), float(product)

"""What a reader calls a printed figure, Chinese and English: of whom, what, in which unit."""

from __future__ import annotations

from collections.abc import Mapping

from iiecon import catalogue, world
from iiecon.inputs import ModelInputs

Names = tuple[str, str]  # Chinese, English
Places = Mapping[tuple[str, str], Names]
OF_GROUP = {"sector": "label", "income_group": "world.income_group",
            "world_region": "world.world_region"}  # fmt: skip
OF_WHOLE = ("nation", "world")


def places_of(inputs: ModelInputs) -> Places:
    """The names of sections, provinces, regions and countries, by scope and key."""
    return {
        **{("industry", s.code): (s.name_zh, s.name_en) for s in inputs.sections},
        **{("province", p.name_zh): (p.name_zh, p.name_en) for p in inputs.provinces},
        **{("region", r.key): (r.name_zh, r.name_en) for r in inputs.regions},
        **{("country", c.name_en): (c.name_zh, c.name_en) for c in world.countries()},
    }


def name_of_place(scope: str, key: str, known: Places) -> Names:
    """The name of a place; those joined by "+" are listed. What has no name keeps its key."""
    if scope in OF_WHOLE:
        return _text(f"audit.place.{scope}_{key}")
    if scope in OF_GROUP:
        return _text(f"{OF_GROUP[scope]}.{key}")
    parts = [known.get((scope, part), (part, part)) for part in key.split("+")]
    return "、".join(zh for zh, _ in parts), ", ".join(en for _, en in parts)


def name_of_measure(name: str) -> Names:
    """The name of a measure."""
    return _text(f"audit.measure.{name}")


def name_of_unit(name: str) -> str:
    """A unit in both languages on one line."""
    return " ".join(_text(f"audit.unit.{name.replace(' ', '_')}"))


def _text(key: str) -> Names:
    zh, en = (catalogue.text(key, language) for language in catalogue.LANGUAGES)
    return zh, en

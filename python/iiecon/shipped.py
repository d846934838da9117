"""Files that come with the program beside its code, wherever the installation put them."""

from __future__ import annotations

import site
import sys
from pathlib import Path

SCENARIO = "templates/scenario_example.toml"
INSTALLED = "share/iieconmodel"


def scenario_example() -> str:
    """The example of a scenario file: in this folder, else where the installation put it."""
    bases = (Path(base) / INSTALLED for base in (sys.prefix, site.getuserbase()))
    there = (place for place in (base / SCENARIO for base in bases) if place.is_file())
    return SCENARIO if Path(SCENARIO).is_file() else str(next(there, SCENARIO))

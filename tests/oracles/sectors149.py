"""The full table of 2017 in the place of the shipped one, its sectors put in their sections."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from iiecon import IOTable, ModelInputs
from iiecon.inputs import read_csv

# The direct sectors of the 149 (method, section 3).
DIRECT = ("084", "088", "089", "091", "092", "093", "094", "121", "123", "124", "125")


def section_of_source_code() -> dict[str, str]:
    """149-sector code → section letter, from source codes such as `143-147` or `026 027 030`."""
    found: dict[str, str] = {}
    for row in read_csv("io_table_2017_103.csv"):
        for part in row["source_codes"].split():
            first, _, last = part.partition("-")
            for number in range(int(first), int(last or first) + 1):
                found[f"{number:03d}"] = row["section"]
    return found


def with_table_of_149(inputs: ModelInputs, table: IOTable) -> ModelInputs:
    """The same inputs on the full table, scores typed as zero until they are fitted."""
    sections = section_of_source_code()
    experts = replace(inputs.experts, codes=DIRECT, override=np.zeros(len(DIRECT)))
    return replace(
        inputs,
        table=table,
        sector_codes=table.codes,
        sector_sections=tuple(sections[code] for code in table.codes),
        experts=experts,
    )


def with_scores(inputs: ModelInputs, scores: npt.ArrayLike) -> ModelInputs:
    """The same inputs with typed scores."""
    typed = np.array(scores, dtype=float)
    return replace(inputs, experts=replace(inputs.experts, override=typed))

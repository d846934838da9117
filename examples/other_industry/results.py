"""A small table of results from the JSON that `iiecon recalculate --json` writes.

Usage: python results.py RESULTS.json TABLE.csv
"""

import json
import sys
from pathlib import Path

import pandas as pd


def table(results: dict) -> pd.DataFrame:
    """The nation by year, and the five sections and provinces with most of it in the last year."""
    last = results["national"][-1]["year"]
    nation = pd.DataFrame(results["national"])
    nation = nation.assign(scope="nation", name=nation["year"].astype(str), value=nation["total"])
    parts = [nation, _largest(results["sections"], "section", "total", last)]
    parts.append(_largest(results["provinces"], "name", "value_added", last))
    return pd.concat(parts)[["scope", "name", "value"]].round({"value": 2})


def _largest(records: list[dict], label: str, measure: str, year: int) -> pd.DataFrame:
    """The five largest of a year."""
    rows = pd.DataFrame(records).query("year == @year").nlargest(5, measure)
    scope = "section" if label == "section" else "province"
    return rows.assign(scope=f"{scope} {year}", name=rows[label], value=rows[measure])


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    results = json.loads(source.read_text(encoding="utf-8"))
    made = table(results)
    made.to_csv(target, index=False, encoding="utf-8-sig", lineterminator="\n")
    print("{name_zh} / {name_en}".format(**results["provenance"]["industry"]))
    print(made.to_string(index=False))

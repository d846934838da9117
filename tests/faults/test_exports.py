"""Texts that look like formulas, typed into a workbook: no file that we write runs them."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from lxml import html

from tests.conftest import Tally
from tests.faults.bench import Bench
from tests.workbook.edit import Edited

MARKS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠")
PLACES = (("IO_NAMES", 0, 0), ("SECTION_NAMES", 2, 1), ("SCORES_SOURCE", 0, 0),
          ("REGION_NAMES", 0, 0), ("REGION_NAMES", 0, 1))  # fmt: skip
EVIL = 'HYPERLINK("http://127.0.0.1:9/BAIT","x")'
NUMBER = re.compile(r"[-+]?[\d.,]+(e[-+]?\d+)?%?", re.IGNORECASE)


def live(text: str) -> bool:
    """Whether a spreadsheet program takes this cell for a formula."""
    return text.startswith(MARKS) and not NUMBER.fullmatch(text)


@pytest.mark.parametrize("mark", MARKS)
def test_no_live_formula_in_a_package(
    mark: str, shipped: Path, tmp_path: Path, bench: Bench, tally: Tally
) -> None:
    book = Edited(shipped)
    for spot in PLACES:
        book.set_named(*spot, mark + EVIL)
    book.save()
    out = tmp_path / "p.zip"
    told = bench.run(["package", str(shipped), "-o", str(out)])
    assert (told.code, told.crash, told.heard) == (0, "", ()), told.err
    cells, found = 0, 0
    with zipfile.ZipFile(out) as archive:
        for name in archive.namelist():
            if name.endswith(".csv"):
                for row in csv.reader(io.StringIO(archive.read(name).decode(), newline="")):
                    cells += len(row)
                    found += sum("HYPERLINK" in cell for cell in row)
                    assert not [cell for cell in row if live(cell)], name
    assert cells > 10_000
    assert found >= len(PLACES), "the texts are there, as texts"
    again = bench.run(["replicate", str(out)])
    assert (again.code, again.crash) == (0, ""), again.err
    tally("exports of formulas", tried=1, right=1, wrong=0)


def test_no_live_formula_in_a_report(shipped: Path, tmp_path: Path, bench: Bench) -> None:
    book = Edited(shipped)
    for spot in PLACES:
        book.set_named(*spot, f"=<script>alert(1)</script>{EVIL}")
    book.save()
    out = tmp_path / "r.html"
    told = bench.run(["report", str(shipped), "-o", str(out)])
    assert (told.code, told.crash, told.heard) == (0, "", ()), told.err
    page = html.fromstring(out.read_bytes())
    assert not [e for e in page.iter("script") if "alert(1)" in str(e.text)]
    texts = ["".join(map(str, cell.itertext())).strip() for cell in page.iter("td", "th")]
    assert len(texts) > 100
    assert [text for text in texts if live(text)] == []

"""Reasons for surviving mutants speak of code that is still there."""

import pytest

from tests.mutation import MODULES, ROOT, Change, reasons


@pytest.mark.parametrize("made", reasons(), ids="/".join)
def test_reason_is_of_a_line_that_is_there(made: Change) -> None:
    module = made.place.partition(".")[0]
    assert module in MODULES
    source = (ROOT / "python" / "iiecon" / f"{module}.py").read_text(encoding="utf-8")
    assert made.was in " ".join(line.strip() for line in source.splitlines())
    assert made.becomes != made.was

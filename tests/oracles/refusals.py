"""Expecting an input to be refused, with the finding that says why."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from iiecon.findings import Finding, InputError

Place = tuple[str, str, int | None, int | None]


@contextmanager
def refused(key: str, error: type[InputError] = InputError) -> Iterator[list[Finding]]:
    """The block raises `error` with this finding first; the findings can be read after it."""
    found: list[Finding] = []
    with pytest.raises(error) as caught:
        yield found
    found.extend(caught.value.findings)
    assert found[0].key == key, str(caught.value)


def places(findings: list[Finding]) -> list[Place]:
    """What and where of each error."""
    return [(f.key, f.table, f.row, f.column) for f in findings if f.severity == "error"]

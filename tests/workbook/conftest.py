"""One freshly built workbook for all tests, copied for each that changes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from iiecon import default_inputs
from iiecon.workbook.build import build_workbook
from tests.workbook.edit import Edited


@pytest.fixture(scope="session")
def built() -> bytes:
    """The shipped workbook, built once."""
    return build_workbook(default_inputs())


@pytest.fixture
def workbook(built: bytes, tmp_path: Path) -> Path:
    """A copy of its own, in a folder with a space and Chinese characters."""
    folder = tmp_path / "测算 folder"
    folder.mkdir()
    path = folder / "IIEconModel.xlsm"
    path.write_bytes(built)
    return path


@pytest.fixture
def spoilt(workbook: Path) -> Callable[[Callable[[Edited], object]], Path]:
    """Apply an edit to the workbook and save it."""

    def apply(edit: Callable[[Edited], object]) -> Path:
        edited = Edited(workbook)
        edit(edited)
        return edited.save()

    return apply

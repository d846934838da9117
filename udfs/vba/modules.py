"""The VBA modules of the workbook, as text beside this file.

Two of them are made: `python -m udfs.vba.modules` writes them anew after a change of the functions
or of the ribbon's texts (a test fails until then).
"""

from __future__ import annotations

import sys
from pathlib import Path

from udfs.vba.labels import labels
from udfs.vba.wrappers import wrappers

FOLDER = Path(__file__).parent
RIBBON = FOLDER / "customUI14.xml"


def sources() -> dict[str, str]:
    """Our own modules by name, in the order of the project."""
    return {path.stem: path.read_text(encoding="ascii") for path in sorted(FOLDER.glob("*.bas"))}


def generated() -> dict[str, str]:
    """The modules that are made, by name, as they should be."""
    return {"Labels": labels(), "xlwings_udfs": wrappers()}


def main() -> int:
    """Write the modules that are made."""
    for name, source in generated().items():
        (FOLDER / f"{name}.bas").write_text(source, encoding="ascii", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

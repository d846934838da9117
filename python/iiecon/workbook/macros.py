"""What makes the workbook an add-in in its own right: VBA project, ribbon, help on arguments.

The modules are kept as text in `udfs/vba`; xlwings' own two come from the installed package, whose
library they must match. Equal sheets and sources give equal bytes.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from lxml import etree

from iiecon.spreadsheet.safe_xml import element
from iiecon.workbook.assemble import MAIN, RELATIONSHIPS, serialised, zipped
from udfs.registry import FUNCTIONS, Argument, Function
from udfs.vba.modules import RIBBON, sources

RIBBON_PART = "customUI/customUI14.xml"
RIBBON_RELATION = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
# Where Excel keeps the help that its function wizard shows for the arguments.
HELP_EXTENSION = "{8193D73E-4604-4355-AFF4-8A2333D13BE4}"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
LONGEST_HELP = 255


def with_macros(workbook: bytes) -> bytes:
    """The workbook with everything that the functions and the ribbon need inside Excel."""
    with zipfile.ZipFile(io.BytesIO(with_project(workbook, project_sources()))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[RIBBON_PART] = RIBBON.read_bytes()
    parts["_rels/.rels"] = _with_ribbon(parts["_rels/.rels"])
    parts["xl/workbook.xml"] = _with_argument_help(parts["xl/workbook.xml"])
    return zipped(parts)


def project_sources() -> dict[str, str]:
    """Every module with code, by name: those of xlwings, then ours."""
    spec = find_spec("xlwings")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("xlwings")
    folder = Path(spec.origin).parent
    return {
        "xlwings": (folder / "xlwings.bas").read_text(encoding="ascii"),
        "Dictionary": (folder / "addin" / "Dictionary.cls").read_text(encoding="ascii"),
        **sources(),
    }


def argument_help(function: Function, argument: Argument) -> str:
    """Both languages where they fit into Excel's help, else Chinese, cut where it must be."""
    chinese, english = (function.help(argument, language) for language in ("zh", "en"))
    both = f"{chinese} / {english}"
    return both if len(both) <= LONGEST_HELP else chinese[:LONGEST_HELP]


def with_project(workbook: bytes, modules: Mapping[str, str]) -> bytes:
    """The workbook with a VBA project: these modules, and one for the book and for each sheet."""
    from pyopenvba import ExcelFile, VBAModuleKind

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "workbook.xlsm"
        path.write_bytes(workbook)
        with ExcelFile(path) as file:
            project = file.add_vba_project()
            for name, source in modules.items():
                is_class = source.startswith("VERSION ")
                kind = VBAModuleKind.other if is_class else VBAModuleKind.standard
                project.add_module(name, source.replace("\n", "\r\n"), kind=kind)
            file.save()
        return path.read_bytes()


def _with_ribbon(relationships: bytes) -> bytes:
    root = element(relationships)
    relation = etree.SubElement(root, f"{{{RELATIONSHIPS}}}Relationship")
    relation.set("Id", "rId_ribbon")
    relation.set("Type", RIBBON_RELATION)
    relation.set("Target", RIBBON_PART)
    return serialised(root)


def _with_argument_help(workbook: bytes) -> bytes:
    root = element(workbook)
    extension = etree.SubElement(
        etree.SubElement(root, f"{{{MAIN}}}extLst"),
        f"{{{MAIN}}}ext",
        {"uri": HELP_EXTENSION},
        nsmap={"x14": X14},
    )
    names = etree.SubElement(extension, f"{{{X14}}}definedNames")
    for name, function in sorted(FUNCTIONS.items()):
        entry = etree.SubElement(names, f"{{{X14}}}definedName", {"name": name})
        count = str(len(function.arguments))
        texts = etree.SubElement(entry, f"{{{X14}}}argumentDescriptions", {"count": count})
        for i, argument in enumerate(function.arguments):
            text = etree.SubElement(texts, f"{{{X14}}}argumentDescription", {"index": str(i)})
            text.text = argument_help(function, argument)
    return serialised(root)

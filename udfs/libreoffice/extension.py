"""The add-in file (.oxt): plain text made from the registry, zipped; the same bytes every time."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Sequence
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from iiecon import catalogue
from iiecon.results import VERSION
from udfs import FUNCTIONS
from udfs.registry import Function

EPOCH = (1980, 1, 1, 0, 0, 0)
IDENTIFIER = "org.iieconmodel.functions"
SERVICE = "org.iieconmodel.Functions"
BINDING = "org.iieconmodel.Binding"
TAGS = {"en": "en", "zh": "zh-CN"}
START = "import sys; sys.path.extend(sys.argv[1:]); from udfs.server import main; main()"
MENU = ("recalculate", "restart")

_MEDIA_TYPES = {
    "types.idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
    "addin.py": "application/vnd.sun.star.uno-component;type=Python",
    "CalcAddIns.xcu": "application/vnd.sun.star.configuration-data",
    "Jobs.xcu": "application/vnd.sun.star.configuration-data",
    "Addons.xcu": "application/vnd.sun.star.configuration-data",
}


def extension(command: Sequence[str]) -> bytes:
    """The add-in, which starts `command` to compute."""
    here = files("udfs.libreoffice")
    parts = {
        "META-INF/manifest.xml": _manifest(),
        "description.xml": _description(),
        "types.idl": _interface(),
        "addin.py": here.joinpath("addin.py").read_text(encoding="utf-8"),
        "pythonpath/iiecon_wire.py": here.joinpath("wire.py").read_text(encoding="utf-8"),
        "settings.json": _settings(command),
        "CalcAddIns.xcu": _calc_add_ins(),
        "Jobs.xcu": _jobs(),
        "Addons.xcu": _menu(),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            member = zipfile.ZipInfo(name, EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system = 0
            archive.writestr(member, text.encode())
    return buffer.getvalue()


def server_command() -> list[str]:
    """How to start the functions in the present interpreter.

    LibreOffice sets Python variables for itself, hence -E; -P keeps its folder off the path.
    """
    folders = dict.fromkeys(str(_folder_of(package)) for package in ("iiecon", "udfs"))
    return [_console_python(), "-E", "-P", "-c", START, *folders]


def method(function: Function) -> str:
    """The name of a function's UNO method: IIE_PROVINCE_VA is iieProvinceVa."""
    first, *rest = function.name.lower().split("_")
    return first + "".join(word.capitalize() for word in rest)


def _folder_of(package: str) -> Path:
    """The folder that a package is imported from."""
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).resolve().parents[1]


def _console_python() -> str:
    """This interpreter; on Windows the variant with pipes, whichever started us."""
    path = Path(sys.executable)
    console = path.with_name("python.exe")
    return str(console if path.name.lower() == "pythonw.exe" and console.exists() else path)


def _settings(command: Sequence[str]) -> str:
    functions = {method(function): function.name for function in FUNCTIONS.values()}
    content = {"command": list(command), "functions": functions}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _interface() -> str:
    """The UNO interface: ranges and values as `any`, references as the cells themselves."""
    lines = []
    for function in FUNCTIONS.values():
        kinds = [
            "com::sun::star::table::XCellRange" if i in function.references else "any"
            for i in range(len(function.arguments))
        ]
        arguments = ", ".join(
            f"[in] {kind} {_camel(argument.name)}"
            for kind, argument in zip(kinds, function.arguments, strict=True)
        )
        lines.append(f"  sequence< sequence< any > > {method(function)}({arguments});\n")
    return (
        "module org { module iieconmodel {\n"
        "interface XFunctions : com::sun::star::uno::XInterface {\n"
        f"{''.join(lines)}"
        "};\n"
        "}; };\n"
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _calc_add_ins() -> str:
    functions = "".join(_function_node(function) for function in FUNCTIONS.values())
    return _configuration(
        "CalcAddIns",
        _node("AddInInfo", _node(SERVICE, _node("AddInFunctions", functions), "replace")),
    )


def _function_node(function: Function) -> str:
    """What the function wizard shows of one function, in both languages."""
    arguments = "".join(
        _node(
            _camel(argument.name),
            _texts("DisplayName", dict.fromkeys(TAGS, argument.name))
            + _texts("Description", {lang: function.help(argument, lang) for lang in TAGS}),
            "replace",
        )
        for argument in function.arguments
    )
    return _node(
        method(function),
        _texts("DisplayName", dict.fromkeys(TAGS, function.name))
        + _texts("Description", {lang: function.about(lang) for lang in TAGS})
        + '<prop oor:name="Category"><value>Add-In</value></prop>'
        + _texts("CompatibilityName", {"en": function.name})
        + _node("Parameters", arguments),
        "replace",
    )


def _jobs() -> str:
    """The job that runs when a document has been loaded."""
    service = f'<prop oor:name="Service"><value>{BINDING}</value></prop>'
    event = _node("onDocumentAdded", _node("JobList", _node(BINDING, "", "replace")), "fuse")
    return _configuration(
        "Jobs",
        _node("Jobs", _node(BINDING, service, "replace")) + _node("Events", event),
    )


def _menu() -> str:
    """A menu of Calc's own menu bar."""
    entries = "".join(
        _node(
            f"{IDENTIFIER}.{entry}",
            f'<prop oor:name="URL"><value>service:{BINDING}?{entry}</value></prop>'
            + _texts("Title", _both(f"libreoffice.{entry}"))
            + '<prop oor:name="Target"><value>_self</value></prop>',
            "replace",
        )
        for entry in MENU
    )
    menu = _node(
        IDENTIFIER,
        _texts("Title", _both("libreoffice.menu"))
        + '<prop oor:name="Context"><value>com.sun.star.sheet.SpreadsheetDocument</value></prop>'
        + '<prop oor:name="Target"><value>_self</value></prop>'
        + _node("Submenu", entries),
        "replace",
    )
    return _configuration("Addons", _node("AddonUI", _node("OfficeMenuBar", menu)))


def _configuration(name: str, nodes: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry"'
        ' xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        f' oor:name="{name}" oor:package="org.openoffice.Office">\n'
        f"{nodes}"
        "</oor:component-data>\n"
    )


def _node(name: str, content: str = "", operation: str = "") -> str:
    mark = f' oor:op="{operation}"' if operation else ""
    return f"<node oor:name={quoteattr(name)}{mark}>{content}</node>\n"


def _texts(name: str, texts: dict[str, str]) -> str:
    values = "".join(
        f'<value xml:lang="{TAGS[language]}">{escape(text)}</value>'
        for language, text in texts.items()
    )
    return f'<prop oor:name="{name}">{values}</prop>'


def _both(key: str) -> dict[str, str]:
    return {language: catalogue.text(key, language) for language in TAGS}


def _manifest() -> str:
    entries = "".join(
        f'<manifest:file-entry manifest:media-type="{kind}" manifest:full-path="{name}"/>\n'
        for name, kind in _MEDIA_TYPES.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">\n'
        f"{entries}"
        "</manifest:manifest>\n"
    )


def _description() -> str:
    names = "".join(
        f'<name lang="{TAGS[language]}">{escape(text)}</name>'
        for language, text in _both("libreoffice.menu").items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<description xmlns="http://openoffice.org/extensions/description/2006">\n'
        f'<identifier value="{IDENTIFIER}"/>\n'
        f'<version value="{VERSION}"/>\n'
        f"<display-name>{names}</display-name>\n"
        "</description>\n"
    )

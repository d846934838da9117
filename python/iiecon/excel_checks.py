"""What `doctor` asks about Excel itself: the program, its trust, and its way to Python.

Each problem names the words that Excel shows for it. The registry keys are those of Excel 2016 and
later, all of which call themselves 16.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from iiecon.diagnosis import Case, Check, Outcome, good, look, not_here, problem
from iiecon.excel_setup import BYTE_ORDER_MARK, files_read, setting
from iiecon.machine import MAC, SYSTEMS_WITH_EXCEL, WINDOWS, Machine, Registry
from udfs import FUNCTIONS

LONGEST_PATH = 218  # Excel's own limit for a workbook
SCRIPT_FOLDER = "Library/Application Scripts/com.microsoft.Excel"
APP_PATHS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\App Paths\\excel.exe"
OFFICE = "HKLM\\SOFTWARE\\Microsoft\\Office\\ClickToRun\\Configuration"
STORE_PACKAGES = (
    "HKCU\\Software\\Classes\\Local Settings\\Software\\Microsoft\\Windows\\CurrentVersion"
    "\\AppModel\\Repository\\Packages"
)
POLICIES = "HKCU\\Software\\Policies\\Microsoft\\Office\\16.0\\Excel\\Security"
CHOICES = "HKCU\\Software\\Microsoft\\Office\\16.0\\Excel\\Security"
SIGNED_ONLY, NO_MACROS = 3, 4
FROM_ELSEWHERE = ("3", "4")  # the zones Internet and Restricted
SPILLS = re.compile("365|2021|2024")
NO_SPILLS = re.compile("2016|2019")
VERSION_IN_MACROS = re.compile(r'XLWINGS_VERSION As String = "([^"]+)"')
WRAPPED = re.compile(r'CallUDF\("udfs\.excel", "(\w+)"')
CLOUD_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
MAC_CLOUD = "/Library/CloudStorage/"


# --- Excel and the workbook


def excel(case: Case) -> Outcome:
    """Whether there is an Excel that can start Python; that of the Microsoft Store cannot."""
    program = str(case.machine.registry(APP_PATHS).get("", ""))
    if program and "WindowsApps" not in program:
        platform = case.machine.registry(OFFICE).get("Platform", "?")
        return good(program=program, platform=platform)
    packages = case.machine.registry(STORE_PACKAGES)
    if program or any(name.startswith("Microsoft.Office.Desktop") for name in packages):
        return problem("store")
    return problem("missing")


def spills(case: Case) -> Outcome:
    """Whether this Excel lets a formula fill the cells beside it."""
    product = str(case.machine.registry(OFFICE).get("ProductReleaseIds", ""))
    if SPILLS.search(product):
        return good(product=product)
    if NO_SPILLS.search(product):
        return problem("old", product=product)
    return look("unknown")


def place(case: Case) -> Outcome:
    """Whether the workbook lies where Excel and Python see the same path."""
    machine, path = case.machine, case.workbook or ""
    if path.startswith("\\\\"):
        return look("network", path=path)
    if _in_cloud_folder(machine, path):
        return look("cloud", path=path)
    if machine.system == WINDOWS and len(path) > LONGEST_PATH:
        return problem("long", length=len(path), longest=LONGEST_PATH)
    return good()


def _in_cloud_folder(machine: Machine, path: str) -> bool:
    roots = [machine.environment.get(name, "") for name in CLOUD_VARIABLES]
    return MAC_CLOUD in path or any(
        machine.path(path).is_relative_to(machine.path(root)) for root in roots if root
    )


def blocked(case: Case) -> Outcome:
    """Whether Windows marks the workbook as come from the internet."""
    mark = (case.machine.read(f"{case.workbook}:Zone.Identifier") or b"").decode(errors="replace")
    zone = re.search(r"ZoneId\s*=\s*(\d)", mark)
    if zone and zone[1] in FROM_ELSEWHERE and not _in_trusted_location(case):
        return problem("marked")
    return good()


def macros(case: Case) -> Outcome:
    """Whether Excel lets the workbook's macros run."""
    policy = case.machine.registry(POLICIES).get("VBAWarnings")
    chosen = case.machine.registry(CHOICES).get("VBAWarnings")
    level = policy or chosen
    if level not in (SIGNED_ONLY, NO_MACROS) or _in_trusted_location(case):
        return good()
    return problem("forbidden" if policy else "off")


def _in_trusted_location(case: Case) -> bool:
    """Whether the workbook lies in a folder that Excel trusts."""
    machine = case.machine
    folder = machine.path(case.workbook or "").parent
    for location in _trusted_locations(machine):
        trusted = machine.path(machine.expanded(str(location.get("Path", ""))))
        below = bool(location.get("AllowSubfolders")) and folder.is_relative_to(trusted)
        if location.get("Path") and (folder == trusted or below):
            return True
    return False


def _trusted_locations(machine: Machine) -> Iterator[Registry]:
    for key in (POLICIES, CHOICES):
        locations = machine.registry(f"{key}\\Trusted Locations")
        if locations.get("AllLocationsDisabled"):
            return
        yield from (found for found in locations.values() if isinstance(found, Mapping))


def macro_version(case: Case) -> Outcome:
    """Whether the xlwings in the workbook is the one that is installed."""
    found = [VERSION_IN_MACROS.search(source) for source in case.macros.values()]
    versions = [match[1] for match in found if match]
    if not versions:
        return problem("no_macros")
    installed = case.machine.version("xlwings") or "-"
    if versions[0] != installed:
        return problem("differs", workbook=versions[0], installed=installed)
    return good(version=installed)


def functions(case: Case) -> Outcome:
    """Whether this version knows every function that the workbook offers."""
    offered = {name for source in case.macros.values() for name in WRAPPED.findall(source)}
    if not offered:
        return problem("none")
    unknown = sorted(offered - FUNCTIONS.keys())
    if unknown:
        return problem("unknown", names=", ".join(unknown))
    return good(count=len(offered))


# --- the way to Python


def config_file(case: Case) -> Outcome:
    """Whether VBA can read the settings files."""
    for name, content in files_read(case.machine, case.workbook):
        if content.startswith(BYTE_ORDER_MARK):
            return problem("mark", file=name)
        if any(not line.strip() for line in content.splitlines()):
            return problem("blank", file=name)
        try:
            content.decode(case.machine.code_page)
        except UnicodeDecodeError:
            return problem("encoding", file=name)
    return good()


def starts(case: Case) -> Outcome:
    """Which Python Excel starts."""
    machine, found = case.machine, case.interpreter
    if not found.source:
        return problem("unset", default=found.setting)
    if all(_setting(case, name) for name in ("CONDA PATH", "CONDA ENV")):
        return problem("conda", environment=_setting(case, "CONDA ENV"))
    if not machine.exists(found.path):
        return problem("missing", path=found.path, source=found.source)
    if not machine.same_folder(found.path, machine.executable):
        return look("other", path=found.path, source=found.source, here=machine.executable)
    return good(path=found.path, source=found.source)


def _setting(case: Case, name: str) -> str:
    return setting(case.machine, case.sheet_settings, case.workbook, name)[0]


def code_page(case: Case) -> Outcome:
    """Whether VBA can pass on the paths of Python and of the workbook."""
    for path in (case.interpreter.path, case.workbook or ""):
        if not case.machine.in_code_page(path):
            return problem("outside", path=path)
    return good()


def store_python(case: Case) -> Outcome:
    """Whether Python comes from the Microsoft Store, whose files Excel cannot load."""
    paths = (case.machine.executable, case.machine.base_prefix, case.interpreter.path)
    if any("WindowsApps" in path or "PythonSoftwareFoundation" in path for path in paths):
        return problem("store")
    return good()


def pywin32(case: Case) -> Outcome:
    """Whether the package through which Python and Excel talk is there."""
    version = case.machine.version("pywin32")
    return good(version=version) if version else problem("missing")


def library(case: Case) -> Outcome:
    """Whether Excel finds xlwings' library beside the Python it starts."""
    machine, program = case.machine, case.machine.path(case.interpreter.path)
    if not case.interpreter.source:
        return not_here("interpreter")
    version = machine.version("xlwings")
    platform = machine.registry(OFFICE).get("Platform")
    kinds = {"x86": ("32",), "x64": ("64",)}.get(str(platform), ("32", "64"))
    files = [f"xlwings{kind}-{version}.dll" for kind in kinds]
    folders = (program.parent, program.parent.parent)
    missing = [
        file for file in files if not any(machine.exists(str(f / file)) for f in folders)
    ]  # fmt: skip
    return problem("missing", file=missing[0], folder=str(folders[1])) if missing else good()


def run_script(case: Case) -> Outcome:
    """Whether a Mac's Excel may start Python for the buttons."""
    machine = case.machine
    name = f"xlwings-{machine.version('xlwings')}.applescript"
    there = machine.exists(str(machine.path(machine.home, SCRIPT_FOLDER, name)))
    return good() if there else problem("missing")


ONLY_WINDOWS = (WINDOWS,)

EXCEL_CHECKS = (
    Check(excel, ONLY_WINDOWS),
    Check(spills, ONLY_WINDOWS),
    Check(place, SYSTEMS_WITH_EXCEL, reads_workbook=True),
    Check(blocked, ONLY_WINDOWS, reads_workbook=True),
    Check(macros, ONLY_WINDOWS),
    Check(macro_version, reads_workbook=True),
    Check(functions, reads_workbook=True),
    Check(config_file, SYSTEMS_WITH_EXCEL),
    Check(starts, SYSTEMS_WITH_EXCEL),
    Check(code_page, ONLY_WINDOWS),
    Check(store_python, ONLY_WINDOWS),
    Check(pywin32, ONLY_WINDOWS),
    Check(library, ONLY_WINDOWS),
    Check(run_script, (MAC,)),
)

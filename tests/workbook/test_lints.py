"""The workbook obeys the lints, each lint catches its fault, and Excel's own files obey them too.

Four workbooks saved by Excel come with packages. They hold sheets, texts, styles and VBA projects,
but no formula, no defined name and no dynamic array: what is said of those rests on the published
format, and only Excel itself can confirm it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

from iiecon.cli import main
from tests.workbook.edit import MAIN, RELATION, Edited
from tests.workbook.lints import (
    RIBBON_RELATIONS,
    RULES,
    VBA_RELATION,
    looks_like_a_cell,
    problems,
)
from tests.workbook.parts import OFFICE, TYPES, X14, Book
from udfs import FUNCTIONS

ROOT = Path(__file__).resolve().parents[2]
Plant = Callable[[Edited], object]
RELATIONS = "xl/_rels/workbook.xml.rels"
WORKBOOK = "xl/workbook.xml"
# What Excel itself does not keep to: these rules are about our workbook, not about the format.
OURS_ONLY = {"private_trace"}  # the files of others name their authors and folders


# --- our workbook


def test_the_built_workbook_is_clean(built: bytes) -> None:
    assert problems(built) == []


def test_the_shipped_workbook_is_clean() -> None:
    assert problems((ROOT / "IIEconModel.xlsm").read_bytes()) == []


def test_a_recalculated_workbook_is_clean(workbook: Path) -> None:
    book = Edited(workbook)
    book.set_named("BALLOTS", 9, 0, 25)
    book.set_named("PROVINCE_GDP", 18, 11, 44000.0)
    book.save()
    assert main(["recalculate", str(workbook)]) == 0
    assert problems(workbook.read_bytes()) == []


# --- each lint catches its fault


def twice(book: Edited) -> None:
    cell = book.cell("Experts", "A20")
    cell.addnext(copy.deepcopy(cell))


def swap_cells(book: Edited) -> None:
    book.cell("Experts", "A20").addprevious(book.cell("Experts", "B20"))


def swap_rows(book: Edited) -> None:
    rows = {row.get("r"): row for row in book.xml("Experts").iter(f"{MAIN}row")}
    rows["20"].addprevious(rows["21"])


def in_another_row(book: Edited) -> None:
    book.cell("Experts", "I16").set("r", "J15")


def beyond(book: Edited) -> None:
    book.set("Experts", "Z78", 1.0)


def with_value(kind: str | None, value: str) -> Plant:
    def plant(book: Edited) -> None:
        cell = book.cell("Experts", "E35")
        if kind:
            cell.set("t", kind)
        child(cell, "v").text = value

    return plant


def child(element: etree._Element, name: str) -> etree._Element:
    found = element.find(f"{MAIN}{name}")
    assert found is not None
    return found


def attribute(sheet: str, address: str, name: str, value: str | None) -> Plant:
    return lambda book: put(book.cell(sheet, address), name, value)


def formula_attribute(sheet: str, address: str, name: str, value: str | None) -> Plant:
    return lambda book: put(child(book.cell(sheet, address), "f"), name, value)


def put(element: etree._Element, name: str, value: str | None) -> None:
    if value is None:
        del element.attrib[name]
    else:
        element.set(name, value)


def first(sheet: str, kind: str) -> Callable[[Edited], etree._Element]:
    return lambda book: next(book.xml(sheet).iter(f"{MAIN}{kind}"))


def formula(text: str) -> Plant:
    """Another formula in Summary!F8, the value stays."""
    return lambda book: setattr(child(book.cell("Summary", "F8"), "f"), "text", text)


def own_formula(book: Edited) -> None:
    formula("IIE_EMPLOYMENT(1,2,3)")(book)


def formula_of(sheet: str, kind: str, text: str) -> Plant:
    return lambda book: setattr(first(sheet, kind)(book), "text", text)


def name_refers(text: str) -> Plant:
    return lambda book: setattr(defined(book), "text", text)


def name_is(name: str) -> Plant:
    return lambda book: defined(book).set("name", name)


def defined(book: Edited) -> etree._Element:
    """A name that no formula uses."""
    return next(
        e for e in book.workbook.iter(f"{MAIN}definedName") if e.get("name") == "_Summary_4"
    )


def chart_of(cells: str) -> Plant:
    def plant(book: Edited) -> None:
        drawing = "http://schemas.openxmlformats.org/drawingml/2006/chart"
        book.parts["xl/charts/chart1.xml"] = (
            f'<chartSpace xmlns="{drawing}"><f>{cells}</f></chartSpace>'.encode()
        )
        kind = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
        declare("xl/charts/chart1.xml", kind)(book)
        relate(f"{OFFICE}/chart", "charts/chart1.xml")(book)

    return plant


def formula_in_a_spill(book: Edited) -> None:
    cell = book.cell("Sections", "F35")
    element = etree.Element(f"{MAIN}f")
    element.text = "1+1"
    cell.insert(0, element)


def metadata_of_unknown_type(book: Edited) -> None:
    book.parts["xl/metadata.xml"] = book.parts["xl/metadata.xml"].replace(b'rc t="1"', b'rc t="3"')


def without_value(book: Edited) -> None:
    cell = book.cell("Summary", "F8")
    cell.remove(child(cell, "v"))


def chain(*cells: str) -> Plant:
    """A calculation chain of cells of the sheet Summary."""

    def plant(book: Edited) -> None:
        number = book.sheet_element("Summary").get("sheetId")
        entries = "".join(f'<c r="{cell}" i="{number}"/>' for cell in cells)
        book.parts["xl/calcChain.xml"] = (
            f'<calcChain xmlns="{MAIN[1:-1]}">{entries}</calcChain>'.encode()
        )
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
        declare("xl/calcChain.xml", kind)(book)
        relate(f"{OFFICE}/calcChain", "calcChain.xml")(book)

    return plant


def declare(part: str, kind: str) -> Plant:
    text = f'<Override PartName="/{part}" ContentType="{kind}"/></Types>'
    return lambda book: replace(book, TYPES, "</Types>", text)


def relate(kind: str, target: str, identity: str = "rIdNew", part: str = RELATIONS) -> Plant:
    text = f'<Relationship Id="{identity}" Type="{kind}" Target="{target}"/></Relationships>'
    return lambda book: replace(book, part, "</Relationships>", text)


def replace(book: Edited, part: str, old: str, new: str) -> None:
    before = book.parts[part]
    book.parts[part] = before.replace(old.encode(), new.encode(), 1)
    assert book.parts[part] != before


def described_function(book: Edited) -> None:
    next(book.workbook.iter(f"{X14}definedName")).set("name", "IIE1")


def defined_twice(book: Edited) -> None:
    defined(book).addnext(copy.deepcopy(defined(book)))


def code_name(sheet: str, name: str | None) -> Plant:
    return lambda book: put(first(sheet, "sheetPr")(book), "codeName", name)


def macro_free(book: Edited) -> None:
    macro = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    replace(book, TYPES, macro, plain)


def undeclared(book: Edited) -> None:
    types = etree.fromstring(book.parts[TYPES])
    for element in types:
        if element.get("PartName") == "/xl/styles.xml":
            types.remove(element)
    book.parts[TYPES] = etree.tostring(types)


def of_unknown_kind(book: Edited) -> None:
    book.parts["custom/item.data"] = b"1"
    relate(f"{OFFICE}/customXml", "../custom/item.data")(book)


def nowhere(book: Edited) -> None:
    replace(book, RELATIONS, "theme/theme1.xml", "theme/theme2.xml")


def same_identity(book: Edited) -> None:
    relate(f"{OFFICE}/styles", "styles.xml", identity="rId_sharedStrings")(book)


def unrelated_sheet(book: Edited) -> None:
    last = list(book.workbook.iter(f"{MAIN}sheet"))[-1]
    added = copy.deepcopy(last)
    added.set("name", "Lost")
    added.set(RELATION, "rIdNone")
    last.addnext(added)


def orphan(book: Edited) -> None:
    book.parts["customXml/item1.xml"] = b"<mine/>"


def second_ribbon(book: Edited) -> None:
    kind = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
    relate(kind, "customUI/customUI14.xml", part="_rels/.rels")(book)


def foreign_figures(book: Edited) -> None:
    relate(f'{OFFICE}/externalLinkPath" TargetMode="External', "other.xlsx")(book)


def calculation_first(book: Edited) -> None:
    book.workbook.insert(0, child(book.workbook, "calcPr"))


def data_last(book: Edited) -> None:
    book.xml("About").append(child(book.xml("About"), "sheetData"))


def full_calculation(book: Edited) -> None:
    child(book.workbook, "calcPr").set("fullCalcOnLoad", "1")


def author(book: Edited) -> None:
    replace(book, "docProps/core.xml", ">IIEconModel<", ">Somebody<")


def text_with(path: str) -> Plant:
    return lambda book: replace(book, "xl/sharedStrings.xml", "</t>", f" {path}</t>")


SUMMARY = "Summary!F8"
VOTE = "Experts!E35"
SPILL = "Province_GDP!E9"
RIBBON = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
FAULTS: list[tuple[str, set[str], Plant]] = [
    ("duplicate_cell", {"Experts!A20"}, twice),
    ("cell_order", {"Experts!A20"}, swap_cells),
    ("cell_order", {"Experts!20:20"}, swap_rows),
    ("cell_order", {"Experts!J15"}, in_another_row),
    ("outside_dimension", {"Experts!Z78"}, beyond),
    ("stored_value", {VOTE}, with_value("s", "999999")),
    ("stored_value", {VOTE}, with_value("e", "#OOPS")),
    ("stored_value", {VOTE}, with_value("b", "yes")),
    ("stored_value", {VOTE}, with_value(None, "1,5")),
    ("style_index", {VOTE}, attribute("Experts", "E35", "s", "9999")),
    ("style_index", {"Experts!column 1"}, lambda b: first("Experts", "col")(b).set("style", "999")),
    ("style_index", {"Experts!20:20"}, lambda b: b.cell("Experts", "A20").getparent().set("s", "999")),  # type: ignore[union-attr]  # noqa: E501
    ("style_index", {"Sections!E11:I29"}, lambda b: first("Sections", "cfRule")(b).set("dxfId", "999")),  # noqa: E501
    ("formula_syntax", {SUMMARY}, formula("SUM(E8:E9")),
    ("formula_syntax", {SUMMARY}, formula('IF(E8=1,"a)')),
    ("formula_syntax", {SUMMARY}, formula("E8++*1")),
    ("formula_syntax", {SUMMARY}, formula("=E8+1")),
    ("formula_syntax", {"_Summary_4"}, name_refers("'Summary'!$A$5,")),
    ("formula_syntax", {"Sections!E11:I29"}, formula_of("Sections", "formula", "AND(1")),
    ("formula_syntax", {"Settings!B9"}, formula_of("Settings", "formula1", '"a,b')),
    ("unknown_function", {SUMMARY}, formula("XLOOKUP(1,E8,E8)")),
    ("unknown_function", {SUMMARY}, formula("_xludf.IIE_EMPLOYMENT(1,2,3)")),
    ("unknown_function", {"Sections!E11:I29"}, formula_of("Sections", "formula", "NOSUCH(1)")),
    ("unknown_reference", {SUMMARY}, formula("Nowhere!A1+1")),
    ("unknown_reference", {SUMMARY}, formula("NO_SUCH_NAME+1")),
    ("unknown_reference", {SUMMARY}, formula("#REF!+1")),
    ("unknown_reference", {"_Summary_4"}, name_refers("'Nowhere'!$A$5")),
    ("unknown_reference", {"Sections!E11:I29"}, formula_of("Sections", "formula", "NO_NAME>1")),
    ("unknown_reference", {"xl/charts/chart1.xml"}, chart_of("Nowhere!$A$1:$A$9")),
    ("array_range", {SPILL}, formula_attribute("Province_GDP", "E9", "ref", None)),
    ("array_range", {SPILL}, formula_attribute("Province_GDP", "E9", "ref", "E10:I39")),
    ("array_overlap", {"Province_GDP!J9"}, formula_attribute("Province_GDP", "E9", "ref", "E9:J39")),  # noqa: E501
    ("array_overlap", {"Sections!F35"}, formula_in_a_spill),
    ("cell_metadata", {SPILL}, attribute("Province_GDP", "E9", "cm", "2")),
    ("cell_metadata", {SUMMARY}, attribute("Summary", "F8", "cm", "1")),
    ("cell_metadata", {SUMMARY}, attribute("Summary", "F8", "vm", "1")),
    ("cell_metadata", {"xl/metadata.xml"}, metadata_of_unknown_type),
    ("dynamic_array", {SPILL}, attribute("Province_GDP", "E9", "cm", None)),
    ("dynamic_array", {SUMMARY}, own_formula),
    ("cached_value", {SUMMARY}, without_value),
    ("calculation_chain", {"xl/calcChain.xml"}, chain("E8", "F8", "A1")),
    ("function_name", {"IIE1"}, described_function),
    ("defined_name", {"GDP2020"}, name_is("GDP2020")),
    ("defined_name", {"R1C1"}, name_is("R1C1")),
    ("defined_name", {"no name"}, name_is("no name")),
    ("defined_name", {"IIE_CHECK"}, name_is("IIE_CHECK")),
    ("defined_name", {"_SUMMARY_4"}, defined_twice),
    ("code_name", {WORKBOOK, "Sheet_Summary"}, code_name("Summary", None)),
    ("code_name", {"Other", "Sheet_Summary"}, code_name("Summary", "Other")),
    ("code_name", {"Sheet_Macro", "Sheet_Summary"}, code_name("Summary", "Sheet_Macro")),
    ("content_type", {"xl/styles.xml"}, undeclared),
    ("content_type", {"custom/item.data"}, of_unknown_kind),
    ("content_type", {"xl/gone.xml"}, declare("xl/gone.xml", "application/xml")),
    ("content_type", {WORKBOOK}, macro_free),
    ("content_type", {"xl/vbaProject.bin"}, lambda b: replace(b, TYPES, "vnd.ms-office.vba", "x.")),
    ("relationship", {WORKBOOK, "xl/theme/theme1.xml"}, nowhere),
    ("relationship", {WORKBOOK}, same_identity),
    ("relationship", {"Lost"}, unrelated_sheet),
    ("relationship", {"customXml/item1.xml"}, orphan),
    ("ribbon_once", {RIBBON}, second_ribbon),
    ("external_link", {WORKBOOK}, foreign_figures),
    ("element_order", {WORKBOOK}, calculation_first),
    ("element_order", {"xl/worksheets/sheet1.xml"}, data_last),
    ("full_calculation", {WORKBOOK}, full_calculation),
    ("private_trace", {"docProps/core.xml"}, author),
    ("private_trace", {"xl/sharedStrings.xml"}, text_with("C:\\Users\\somebody\\python.exe")),
    ("private_trace", {"xl/sharedStrings.xml"}, text_with("/home/somebody/python")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "places", "plant"), FAULTS)
def test_a_planted_fault_is_found_by_its_lint_alone(
    workbook: Path, rule: str, places: set[str], plant: Plant
) -> None:
    book = Edited(workbook)
    plant(book)
    found = problems(book.save().read_bytes())
    assert {(p.rule, p.place) for p in found} == {(rule, place) for place in places}


def test_every_lint_has_its_fault() -> None:
    assert {rule for rule, _, _ in FAULTS} == set(RULES)


def test_a_function_named_like_a_cell_is_found(built: bytes) -> None:
    found = problems(built, [*FUNCTIONS, "IIE1", "RC"])
    assert [(p.rule, p.place) for p in found] == [
        ("function_name", "IIE1"),
        ("function_name", "RC"),
    ]


@pytest.mark.parametrize("name", ["IIE1", "GDP2020", "xfd1048576", "R1C1", "RC", "R", "c", "R2"])
def test_names_that_excel_reads_as_cells(name: str) -> None:
    assert looks_like_a_cell(name)


@pytest.mark.parametrize("name", ["XFE1", "A1048577", "IIE_1", "LEONTIEF_CONTRIB", "RATE", "A0"])
def test_names_that_excel_reads_as_names(name: str) -> None:
    assert not looks_like_a_cell(name)


@pytest.mark.parametrize(
    "plant",
    [chain("E8", "F8"), formula("_xlfn.XLOOKUP(1,E8,E9)"), formula("SUM(E:E,8:9,$E$8:F8)")],
    ids=["calculation chain", "later function", "whole rows and columns"],
)
def test_what_is_allowed_is_not_found(workbook: Path, plant: Plant) -> None:
    book = Edited(workbook)
    plant(book)
    assert problems(book.save().read_bytes()) == []


# --- workbooks saved by Excel


def package_folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


def saved_by_excel() -> dict[str, bytes]:
    """The workbooks among the installed packages that Excel wrote, by file name.

    Excel lists its sheets in the properties; the tool that rewrote other files of xlwings, and
    kept Excel's name in them, does not.
    """
    folders = (package_folder("xlwings"), package_folder("pyopenvba"))
    found = {}
    for path in (p for folder in folders for p in folder.rglob("*.xl[sa][xm]")):
        properties = Edited(path).parts["docProps/app.xml"]
        if b">Microsoft Excel</Application>" in properties and b"<TitlesOfParts>" in properties:
            found[path.name] = path.read_bytes()
    return found


EXCEL = saved_by_excel()
WITH_MACROS = ["quickstart.xlsm", "blank_workbook.xlsm", "blank_excel_addin.xlam"]


def test_there_are_workbooks_saved_by_excel() -> None:
    assert EXCEL.keys() >= {*WITH_MACROS, "blank_workbook.xlsx"}


@pytest.mark.parametrize("name", sorted(EXCEL))
def test_what_excel_saves_obeys_the_lints(name: str) -> None:
    assert {p.rule for p in problems(EXCEL[name])} <= OURS_ONLY


@pytest.mark.parametrize("name", WITH_MACROS)
def test_a_fault_planted_into_a_workbook_of_excel_is_found(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(EXCEL[name])
    book = Edited(path)
    code_name("Sheet1", "Sheet7")(book)
    found = {(p.rule, p.place) for p in problems(book.save().read_bytes())}
    assert {("code_name", "Sheet1"), ("code_name", "Sheet7")} <= found


def kinds_of_parts(book: Book) -> dict[str, tuple[str, str]]:
    """How the parts are related and declared: type of relationship → content type, root element."""
    return {
        r.type: (
            book.content_type(r.target),
            book.xml(r.target).tag if r.target.endswith(".xml") else "",
        )
        for r in book.relations
        if not r.external
    }


@pytest.mark.parametrize("name", ["quickstart.xlsm", "blank_workbook.xlsm"])
def test_parts_are_related_and_declared_as_excel_does_it(built: bytes, name: str) -> None:
    ours, theirs = (kinds_of_parts(Book(content, FUNCTIONS)) for content in (built, EXCEL[name]))
    assert {k: v for k, v in ours.items() if k in theirs} == theirs
    further = ours.keys() - theirs.keys() - {f"{OFFICE}/sharedStrings"}
    assert further == {*(f"{OFFICE}/{k}" for k in ("sheetMetadata", "drawing", "chart")), RIBBON}


@pytest.mark.parametrize("name", WITH_MACROS)
def test_sheets_are_tied_to_their_modules_as_excel_does_it(built: bytes, name: str) -> None:
    """The attributes codeName, and the module of the workbook, have the names Excel gives them."""
    for content in (built, EXCEL[name]):
        book = Book(content, FUNCTIONS)
        assert child(book.root, "workbookPr").get("codeName") == "ThisWorkbook"
        assert all(child(sheet.root, "sheetPr").get("codeName") for sheet in book.sheets)
        assert book.of_type(VBA_RELATION) == "xl/vbaProject.bin"


def test_the_ribbon_is_related_as_in_an_add_in_that_excel_loads(built: bytes) -> None:
    """A template of xlwings with a ribbon: another tool wrote the file, but Excel loads it."""
    template = package_folder("xlwings") / "quickstart_addin_ribbon.xlam"
    ribbons = [
        [r.type for r in Book(content, ()).relations if r.type in RIBBON_RELATIONS]
        for content in (built, template.read_bytes())
    ]
    assert ribbons == [[RIBBON], [RIBBON]]

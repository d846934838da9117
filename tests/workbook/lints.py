"""Rules of workbook files that validators do not check, on the zip and its XML alone.

Each rule yields the places it finds fault with and what is wrong there; `problems` asks them all.
Nothing of the program under test is used, save the names of its functions and, as one of two
judges of a formula, its parser.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import olefile
from lxml import etree
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.utils import FORMULAE, column_index_from_string
from openpyxl.worksheet.cell_range import CellRange

from iiecon.spreadsheet.formula import Unsupported, parse
from tests.workbook.parts import MAIN, OFFICE, RELATION_ID, TYPES, X14, Book, Cell, range_of
from udfs import FUNCTIONS

VBA_RELATION = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
VBA_TYPE = "application/vnd.ms-office.vbaProject"
PLAIN_XML = "application/xml"
RIBBON_RELATIONS = {
    "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility",
    "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
}
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
STORED_ERRORS = {
    *("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"),
}
AUTHORS = {"", "IIEconModel"}
PRIVATE_PATHS = (":\\", "file:/", "/home/", "/root/", "/tmp/", "/Users/")
ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
ROW_AND_COLUMN = re.compile(r"[Rr]\d*(?:[Cc]\d*)?|[Cc]\d*")
WHOLE = re.compile(r"\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?\d+:\$?\d+")
NAME = re.compile(r"[^\W\d][\w.?\\]{0,254}|\\[\w.?\\]{0,254}")
# The order in which the schema wants the children of a workbook and of a worksheet.
WORKBOOK_ORDER = (
    "fileVersion fileSharing workbookPr AlternateContent revisionPtr workbookProtection bookViews"
    " sheets functionGroups externalReferences definedNames calcPr oleSize customWorkbookViews"
    " pivotCaches smartTagPr smartTagTypes webPublishing fileRecoveryPr webPublishObjects extLst"
)
WORKSHEET_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection"
    " protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells"
    " phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins"
    " pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors"
    " smartTags drawing drawingHF legacyDrawing legacyDrawingHF picture oleObjects controls"
    " webPublishItems tableParts extLst"
)

Found = Iterator[tuple[str, str]]
Rule = Callable[[Book], Found]
RULES: dict[str, Rule] = {}


class Problem(NamedTuple):
    """What a rule found, and where: `SHEET!CELL`, a part, a name or a function."""

    rule: str
    place: str
    what: str


def problems(content: bytes, functions: Iterable[str] = FUNCTIONS) -> list[Problem]:
    """All that the rules find fault with in a workbook file."""
    book = Book(content, functions)
    return [
        Problem(name, place, what) for name, rule in RULES.items() for place, what in rule(book)
    ]


def rule(check: Rule) -> Rule:
    """Adds a rule under the name of its function."""
    RULES[check.__name__] = check
    return check


# --- cells ----------------------------------------------------------------------------------------


@rule
def duplicate_cell(book: Book) -> Found:
    """No address stands in a sheet twice."""
    for sheet in book.sheets:
        for address, count in Counter(cell.address for cell in sheet.cells).items():
            if count > 1:
                yield f"{sheet.name}!{address}", f"stands in the sheet {count} times"


@rule
def cell_order(book: Book) -> Found:
    """Rows ascend, cells ascend within a row and stand in the row that their address names."""
    for sheet in book.sheets:
        last_row = 0
        for row in sheet.root.iter(f"{MAIN}row"):
            number = int(row.get("r", 0))
            if number <= last_row:
                yield f"{sheet.name}!{number}:{number}", f"row {number} after row {last_row}"
            last_row = max(last_row, number)
        before: Cell | None = None
        for cell in sheet.cells:
            row_number, column = cell.position
            if str(row_number) != cell.row:
                yield f"{sheet.name}!{cell.address}", f"stands in row {cell.row}"
            elif before and before.row == cell.row and before.position[1] > column:
                yield f"{sheet.name}!{cell.address}", f"stands after {before.address}"
            before = cell


@rule
def outside_dimension(book: Book) -> Found:
    """Every cell lies within the range that the sheet declares."""
    for sheet in book.sheets:
        declared = sheet.root.find(f"{MAIN}dimension")
        if declared is None:
            continue
        area = CellRange(str(declared.get("ref")))
        for cell in sheet.cells:
            if not _holds(area, *cell.position):
                yield f"{sheet.name}!{cell.address}", f"outside {area.coord}"


@rule
def stored_value(book: Book) -> Found:
    """A stored value is what its type says."""
    strings = _count(book, "sharedStrings", "si")
    for sheet in book.sheets:
        for cell in sheet.cells:
            wrong = _wrong_value(cell.element, strings)
            if wrong:
                yield f"{sheet.name}!{cell.address}", wrong


@rule
def style_index(book: Book) -> Found:
    """Styles of cells, rows, columns and conditional formats exist."""
    styles = book.of_type(f"{OFFICE}/styles")
    if not styles:
        return
    root = book.xml(styles)
    formats, marks = (len(root.findall(f"{MAIN}{kind}/*")) for kind in ("cellXfs", "dxfs"))
    for sheet in book.sheets:
        used = [(f"{sheet.name}!{cell.address}", cell.element.get("s")) for cell in sheet.cells]
        for row in sheet.root.iter(f"{MAIN}row"):
            used.append((f"{sheet.name}!{row.get('r')}:{row.get('r')}", row.get("s")))
        for column in sheet.root.iter(f"{MAIN}col"):
            used.append((f"{sheet.name}!column {column.get('min')}", column.get("style")))
        for place, index in used:
            if index is not None and int(index) >= formats:
                yield place, f"style {index} of {formats}"
        for mark in sheet.root.iter(f"{MAIN}cfRule"):
            if int(mark.get("dxfId", -1)) >= marks:
                yield f"{sheet.name}!{range_of(mark)}", f"format {mark.get('dxfId')} of {marks}"


# --- formulas -------------------------------------------------------------------------------------


@rule
def formula_syntax(book: Book) -> Found:
    """Every formula is readable for two parsers, and begins without an equals sign."""
    for formula in book.formulas:
        reason = "begins with =" if formula.text.startswith("=") else _unreadable(formula.text)
        if reason:
            yield formula.place, reason


@rule
def unknown_function(book: Book) -> Found:
    """Every function is ours or Excel's; Excel's later ones carry their prefix."""
    for formula in book.formulas:
        for name in _functions(formula.text):
            known = name in book.functions or name in FORMULAE or name.startswith("_XLFN.")
            if not known:
                yield formula.place, f"no function {name}"


@rule
def unknown_reference(book: Book) -> Found:
    """Every sheet and every name that a formula uses exists."""
    sheets = {sheet.name.casefold() for sheet in book.sheets}
    for formula in book.formulas:
        for operand in _operands(formula.text):
            if operand.subtype == Token.ERROR and "#REF!" in operand.value:
                yield formula.place, "refers to deleted cells"
            if operand.subtype != Token.RANGE:
                continue
            prefix, _, rest = operand.value.rpartition("!")
            sheet = prefix.strip("'").replace("''", "'")
            if prefix and sheet.casefold() not in sheets:
                yield formula.place, f"no sheet {sheet}"
            elif not _is_range(rest):
                places = {("", rest.upper()), (sheet or formula.sheet, rest.upper())}
                if not places & book.names:
                    yield formula.place, f"no name {rest}"


@rule
def array_range(book: Book) -> Found:
    """An array formula says which range it fills, beginning with its own cell."""
    for sheet in book.sheets:
        for cell in sheet.cells:
            if cell.is_array and cell.formula is not None:
                area = cell.formula.get("ref", "")
                if area.split(":")[0] != cell.address:
                    yield f"{sheet.name}!{cell.address}", f"fills {area or 'no range'}"


@rule
def array_overlap(book: Book) -> Found:
    """Ranges of array formulas are apart; what they fill are values, not formulas."""
    for sheet in book.sheets:
        owner: dict[tuple[int, int], str] = {}
        for cell, area in sheet.arrays():
            others = {owner.setdefault(place, cell.address) for place in area.cells}
            for other in sorted(others - {cell.address}):
                yield f"{sheet.name}!{cell.address}", f"overlaps the array of {other}"
        for cell in sheet.cells:
            anchor = owner.get(cell.position, cell.address)
            if cell.formula is not None and not cell.is_array and anchor != cell.address:
                yield f"{sheet.name}!{cell.address}", f"a formula in the array of {anchor}"


@rule
def cell_metadata(book: Book) -> Found:
    """Metadata of cells exist; only array formulas carry the mark of dynamic arrays."""
    part = book.of_type(f"{OFFICE}/sheetMetadata")
    counts = {"cm": 0, "vm": 0}
    if part:
        root = book.xml(part)
        counts = {
            "cm": len(root.findall(f"{MAIN}cellMetadata/{MAIN}bk")),
            "vm": len(root.findall(f"{MAIN}valueMetadata/{MAIN}bk")),
        }
        kinds = len(root.findall(f"{MAIN}metadataTypes/{MAIN}metadataType"))
        for record in root.iter(f"{MAIN}rc"):
            if not 1 <= int(record.get("t", 0)) <= kinds:
                yield part, f"type {record.get('t')} of {kinds}"
    for sheet in book.sheets:
        for cell in sheet.cells:
            place = f"{sheet.name}!{cell.address}"
            for attribute, count in counts.items():
                index = int(cell.element.get(attribute, 0))
                if not 0 <= index <= count:
                    yield place, f"{attribute} {index} of {count}"
            if cell.element.get("cm") and not cell.is_array:
                yield place, "cm on a cell without an array formula"


@rule
def dynamic_array(book: Book) -> Found:
    """Formulas with our functions are dynamic arrays, scalar ones too: no `@` appears in Excel."""
    for sheet in book.sheets:
        for cell in sheet.cells:
            ours = book.functions.intersection(_functions(cell.text))
            if ours and not (cell.is_array and cell.element.get("cm")):
                yield f"{sheet.name}!{cell.address}", f"{min(ours)} outside a dynamic array"


@rule
def cached_value(book: Book) -> Found:
    """Every formula has its value beside it, to be seen before anything is recalculated."""
    for sheet in book.sheets:
        for cell in sheet.cells:
            if cell.formula is not None and cell.element.find(f"{MAIN}v") is None:
                yield f"{sheet.name}!{cell.address}", "a formula without a value"


@rule
def calculation_chain(book: Book) -> Found:
    """The chain, where there is one, names cells with formulas only."""
    part = book.of_type(f"{OFFICE}/calcChain")
    if not part:
        return
    formulas = {
        (sheet.number, cell.address)
        for sheet in book.sheets
        for cell in sheet.cells
        if cell.formula is not None
    }
    number = ""
    for entry in book.xml(part):
        number = entry.get("i", number)
        if (number, str(entry.get("r"))) not in formulas:
            yield part, f"no formula in {entry.get('r')} of sheet {number}"


# --- names ----------------------------------------------------------------------------------------


@rule
def function_name(book: Book) -> Found:
    """No function is named like a cell."""
    described = {str(e.get("name")) for e in book.root.iter(f"{X14}definedName")}
    for name in sorted(book.functions | described):
        if not NAME.fullmatch(name) or looks_like_a_cell(name):
            yield name, "is no name: it would be read as a cell"


@rule
def defined_name(book: Book) -> Found:
    """Defined names are names, none like a cell or a function of ours, none twice in a scope."""
    seen: Counter[tuple[str | None, str]] = Counter()
    for element in book.root.iter(f"{MAIN}definedName"):
        name = str(element.get("name"))
        seen[element.get("localSheetId"), name.upper()] += 1
        if not NAME.fullmatch(name) or looks_like_a_cell(name):
            yield name, "is no name: it would be read as a cell"
        if name.upper() in book.functions:
            yield name, "is the name of a function"
    for (_, name), count in seen.items():
        if count > 1:
            yield name, f"is defined {count} times"


@rule
def code_name(book: Book) -> Found:
    """Workbook and sheets are tied to the document modules of the VBA project, one to one."""
    part = book.of_type(VBA_RELATION)
    if not part:
        return
    tied = Counter(
        [_code_name(book.root, "workbookPr"), *(_code_name(s.root, "sheetPr") for s in book.sheets)]
    )
    modules = Counter(_document_modules(book.parts[part]))
    for name in sorted(tied.keys() | modules.keys()):
        if not name:
            yield book.part, f"{tied[name]} without a code name"
        elif tied[name] != modules[name] or tied[name] != 1:
            yield name, f"{tied[name]} sheets or workbooks, {modules[name]} modules"


# --- parts ----------------------------------------------------------------------------------------


@rule
def content_type(book: Book) -> Found:
    """Every part has a content type, and every declared part exists."""
    for part in book.parts:
        if part != TYPES and book.content_type(part) in ("", PLAIN_XML) and _is_office(part):
            yield part, "without a content type of its own"
        elif part != TYPES and not book.content_type(part):
            yield part, "without a content type"
    for element in book.xml(TYPES):
        part = str(element.get("PartName", "")).lstrip("/")
        if part and part not in book.parts:
            yield part, "declared but missing"
    macros = book.of_type(VBA_RELATION)
    if macros and book.content_type(macros) != VBA_TYPE:
        yield macros, f"declared as {book.content_type(macros)}"
    if macros and "macroEnabled" not in book.content_type(book.part):
        yield book.part, "holds macros, but is not declared as such"


@rule
def relationship(book: Book) -> Found:
    """Relationships lead to parts, each has an identity of its own, and every part is reached."""
    for relation in book.relations:
        if not relation.external and relation.target not in book.parts:
            yield relation.source, f"{relation.id} leads to {relation.target}, which is missing"
    for (source, identity), count in Counter((r.source, r.id) for r in book.relations).items():
        if count > 1:
            yield source, f"{identity} stands for {count} relationships"
    known = {r.id for r in book.relations if r.source == book.part}
    for entry in book.root.iter(f"{MAIN}sheet"):
        if entry.get(RELATION_ID) not in known:
            yield str(entry.get("name")), f"no relationship {entry.get(RELATION_ID)}"
    reached = {r.target for r in book.relations}
    for part in book.parts:
        if part != TYPES and not part.endswith((".rels", "/")) and part not in reached:
            yield part, "nothing leads to it"


@rule
def ribbon_once(book: Book) -> Found:
    """A ribbon of one kind is there once."""
    kinds = Counter(r.type for r in book.relations if r.type in RIBBON_RELATIONS)
    for kind, count in kinds.items():
        if count > 1:
            yield kind, f"{count} ribbons of one kind"


@rule
def external_link(book: Book) -> Found:
    """Nothing is taken from other workbooks."""
    for relation in book.relations:
        if "externalLink" in relation.type:
            yield relation.source, f"takes figures from {relation.target}"


@rule
def element_order(book: Book) -> Found:
    """The children of workbook and worksheets stand in the order of the schema."""
    checked = [(book.part, book.root, WORKBOOK_ORDER)]
    checked += [(sheet.part, sheet.root, WORKSHEET_ORDER) for sheet in book.sheets]
    for part, root, schema in checked:
        order, last = schema.split(), 0
        for child in root.iterchildren("*"):
            name = etree.QName(child).localname
            if name in order:
                if order.index(name) < last:
                    yield part, f"{name} stands after {order[last]}"
                last = max(last, order.index(name))


@rule
def full_calculation(book: Book) -> Found:
    """The file does not ask for recalculation on opening, which would lose the stored values."""
    for element in book.root.iter(f"{MAIN}calcPr"):
        if element.get("fullCalcOnLoad", "0") not in ("0", "false"):
            yield book.part, "asks for recalculation on opening"


@rule
def private_trace(book: Book) -> Found:
    """No folder of somebody's machine and nobody's name."""
    for part, content in book.parts.items():
        for path in PRIVATE_PATHS:
            if part.endswith((".xml", ".rels")) and path.encode() in content:
                yield part, f"a path of a machine: {path}"
    for part in book.parts:
        if part.startswith("docProps/") and part.endswith(".xml"):
            for element in book.xml(part).iter("{*}creator", "{*}lastModifiedBy", "{*}Company"):
                if (element.text or "") not in AUTHORS:
                    yield part, f"{etree.QName(element).localname}: {element.text}"


# --- helpers --------------------------------------------------------------------------------------


def looks_like_a_cell(name: str) -> bool:
    """Whether Excel reads a word as a cell, in either of its two notations."""
    return _is_address(name) or ROW_AND_COLUMN.fullmatch(name) is not None


def _is_address(text: str) -> bool:
    match = ADDRESS.fullmatch(text)
    if match is None:
        return False
    return column_index_from_string(match[1]) <= LAST_COLUMN and int(match[2]) <= LAST_ROW


def _is_range(text: str) -> bool:
    corners = text.split(":")
    addresses = len(corners) <= 2 and all(map(_is_address, corners))
    return addresses or WHOLE.fullmatch(text) is not None


def _holds(area: CellRange, row: int, column: int) -> bool:
    rows = area.min_row <= row <= area.max_row
    return rows and area.min_col <= column <= area.max_col


def _count(book: Book, kind: str, child: str) -> int:
    part = book.of_type(f"{OFFICE}/{kind}")
    return len(book.xml(part).findall(f"{MAIN}{child}")) if part else 0


def _wrong_value(cell: etree._Element, strings: int) -> str:
    kind, value = cell.get("t", "n"), cell.findtext(f"{MAIN}v")
    if value is None or kind in ("str", "inlineStr", "d"):
        return ""
    if kind == "s":
        good = value.isdecimal() and int(value) < strings
    elif kind == "b":
        good = value in ("0", "1")
    elif kind == "e":
        good = value in STORED_ERRORS
    else:
        good = re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value) is not None
    return "" if good else f"{value!r} as a value of type {kind}"


@lru_cache(maxsize=20_000)
def _tokens(formula: str) -> tuple[Token, ...] | str:
    """The tokens of a formula, or why it has none."""
    try:
        return tuple(Tokenizer(f"={formula}").items)
    except (TokenizerError, AssertionError) as error:
        return str(error)


def _unreadable(formula: str) -> str:
    """Why one of two parsers refuses a formula; empty when both read it."""
    tokens, tree = _tokens(formula), parse(formula)
    if isinstance(tokens, str):
        return tokens
    return tree.reason if isinstance(tree, Unsupported) else ""


def _operands(formula: str) -> Iterator[Token]:
    tokens = _tokens(formula)
    return (t for t in tokens if not isinstance(t, str) and t.type == Token.OPERAND)


def _functions(formula: str) -> list[str]:
    tokens = _tokens(formula)
    return [
        token.value[:-1].upper()
        for token in tokens
        if not isinstance(token, str) and token.type == Token.FUNC and token.subtype == Token.OPEN
    ]


def _is_office(part: str) -> bool:
    """Whether a part belongs to the workbook itself and so needs a type of its own."""
    return part.startswith(("xl/", "docProps/")) and part.endswith(".xml")


def _code_name(root: etree._Element, kind: str) -> str:
    found = root.find(f"{MAIN}{kind}")
    return "" if found is None else str(found.get("codeName", ""))


def _document_modules(project: bytes) -> list[str]:
    """The modules of a VBA project that belong to the workbook and its sheets."""
    with olefile.OleFileIO(io.BytesIO(project)) as streams:
        text = streams.openstream("PROJECT").read().decode("latin-1")
    return re.findall(r"^Document=([^/\r\n]+)/", text, flags=re.MULTILINE)

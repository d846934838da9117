"""Defined names deleted, broken, pointing elsewhere, hidden by a sheet's own, going in circles."""

from __future__ import annotations

from lxml import etree

from tests.faults.case import SAME, Right, Spoil, edited
from tests.workbook.edit import MAIN, Edited

SHEETS = {
    "IO_FLOWS": "IO_Table", "SECTOR_SECTIONS": "Sectors", "BALLOTS": "Experts",
    "SECTION_VA": "Section_VA", "MACRO_DATA": "Macro", "PROVINCE_GDP": "Province",
    "OPT_IMPORTS": "Settings", "NATIONAL_VA": "Summary",
}  # fmt: skip
BROKEN = {
    "#REF!": "#REF!",
    "a range of nothing": "'Macro'!#REF!",
    "a sheet that is gone": "'Gone'!$A$1:$B$2",
    "another sheet": "'About'!$A$1:$B$2",
    "itself": "{name}",
    "each other": "OTHER_NAME",
    "a number": "42",
    "a text": '"a"',
    "a formula": "OFFSET('{sheet}'!$A$1,1,1,3,3)",
    "another file": "'[1]{sheet}'!$A$1:$B$2",
    "a whole column": "'{sheet}'!$A:$A",
    "the whole sheet": "'{sheet}'!$A$1:$XFD$1048576",
    "two areas": "'{sheet}'!$A$1:$B$2,'{sheet}'!$D$1:$E$2",
    "a row that is not": "'{sheet}'!$A$0:$B$2",
    "a row beyond": "'{sheet}'!$A$1:$B$1048577",
    "nothing": "",
}


def element_of(book: Edited, name: str) -> etree._Element:
    """The definition of a name."""
    return next(e for e in book.workbook.iter(f"{MAIN}definedName") if e.get("name") == name)


def refers(name: str, text: str) -> Spoil:
    """A name that refers to something else, which is said of it on its sheet."""

    def edit(book: Edited) -> Right:
        sheet = SHEETS[name]
        element_of(book, name).text = text.format(name=name, sheet=sheet)
        added(book, "OTHER_NAME", name)
        return says_name(name)

    return edited(edit)


def says_name(name: str) -> Right:
    """Refused on the sheet where the range belongs, and by its name."""
    return Right(refused=rf"{SHEETS[name]}[:!].*“{name}”")


def added(book: Edited, name: str, text: str, **attributes: str) -> None:
    """Define one more name."""
    names = book.workbook.find(f"{MAIN}definedNames")
    assert names is not None
    made = etree.SubElement(names, f"{MAIN}definedName", {"name": name, **attributes})
    made.text = text


def deleted(name: str) -> Spoil:
    """A name that is not there."""

    def edit(book: Edited) -> Right:
        element = element_of(book, name)
        parent = element.getparent()
        assert parent is not None
        parent.remove(element)
        return says_name(name)

    return edited(edit)


def local(name: str, scope: str, right: Right) -> Spoil:
    """A name of one sheet that hides the workbook's."""

    def edit(book: Edited) -> Right:
        added(book, name, "'About'!$A$1:$B$2", localSheetId=scope)
        return right

    return edited(edit)


def twice(book: Edited) -> Right:
    """One name defined twice: the later one would count."""
    added(book, "MACRO_DATA", "'Macro'!$B$8:$J$23")
    return Right(refused="Macro[:!]|<file>: ")


def in_lower_case(book: Edited) -> Right:
    """Names do not depend on case."""
    element_of(book, "MACRO_DATA").set("name", "macro_data")
    return SAME


def relative(book: Edited) -> Right:
    """A range without dollars, which moves with the cell that uses it."""
    element = element_of(book, "MACRO_DATA")
    element.text = str(element.text).replace("$", "")
    return says_name("MACRO_DATA")


def turned(book: Edited) -> Right:
    """A range whose corners are written the other way round."""
    element = element_of(book, "MACRO_DATA")
    element.text = "'Macro'!$J$22:$B$7"
    return SAME


def many(book: Edited) -> Right:
    """Thousands of names of somebody's."""
    for i in range(20_000):
        added(book, f"MINE_{i}", f"'About'!$A${i + 1}")
    return SAME


def odd(book: Edited) -> Right:
    """Names that no program would make."""
    for i, name in enumerate(("", "1", "A1", "名称", "a b", "=x", "x" * 300)):
        added(book, name, f"'About'!$A${i + 1}")
    return SAME


FAULTS: dict[str, Spoil] = {
    **{f"{name} deleted": deleted(name) for name in SHEETS},
    **{f"MACRO_DATA is {label}": refers("MACRO_DATA", text) for label, text in BROKEN.items()},
    **{
        f"{name} is {label}": refers(name, BROKEN[label])
        for name in ("IO_FLOWS", "OPT_IMPORTS", "NATIONAL_VA")
        for label in ("#REF!", "itself", "another file")
    },
    "a sheet's own MACRO_DATA": local("MACRO_DATA", "0", says_name("MACRO_DATA")),
    "its sheet's own MACRO_DATA": local("MACRO_DATA", "22", says_name("MACRO_DATA")),
    "a name of no sheet": local("MACRO_DATA", "999", SAME),
    "a name of a sheet in words": local("MACRO_DATA", "x", SAME),
    "MACRO_DATA twice": edited(twice),
    "MACRO_DATA in lower case": edited(in_lower_case),
    "MACRO_DATA without dollars": edited(relative),
    "MACRO_DATA turned": edited(turned),
    "twenty thousand names": edited(many),
    "odd names": edited(odd),
}

"""Every text in both languages, every finding explained, nothing left over."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import iiecon
from iiecon import catalogue, options
from iiecon.findings import Finding

PACKAGE = Path(iiecon.__file__).parent
SOURCES = [
    path
    for folder in (PACKAGE, Path(__file__).resolve().parents[1] / "udfs")
    for path in sorted(folder.rglob("*.py"))
]
TREES = [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES]
FINDINGS = catalogue.keys("finding")
NAMES = {"industry", "economy"}


def entries(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text of the catalogue: dotted key and its languages."""
    for name, child in node.items():
        key = f"{path}.{name}" if path else name
        if all(isinstance(value, str) for value in child.values()):
            yield key, child
        else:
            yield from entries(child, key)


TEXTS = dict(entries(catalogue._tables()))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def of_finding(key: str) -> set[str]:
    return {
        name
        for part in ("message", "fix")
        for text in TEXTS[f"finding.{key}.{part}"].values()
        for name in placeholders(text)
    }


# --- the file itself


@pytest.mark.parametrize("key", TEXTS)
def test_text_has_both_languages(key: str) -> None:
    assert set(TEXTS[key]) == {"zh", "en"}
    assert all(text.strip() for text in TEXTS[key].values())


@pytest.mark.parametrize("key", TEXTS)
def test_placeholders_are_the_same_in_both_languages(key: str) -> None:
    """The industry's name apart: some titles name it in Chinese only."""
    chinese, english = (placeholders(text) - NAMES for text in TEXTS[key].values())
    assert chinese == english


@pytest.mark.parametrize("key", FINDINGS)
def test_finding_has_a_message_and_a_fix(key: str) -> None:
    assert set(catalogue.keys(f"finding.{key}")) == {"message", "fix"}


@pytest.mark.parametrize("key", FINDINGS)
def test_chinese_text_is_chinese_and_english_text_is_not(key: str) -> None:
    for part in ("message", "fix"):
        text = TEXTS[f"finding.{key}.{part}"]
        assert re.search("[一-鿿]", text["zh"])
        assert not re.search("[一-鿿]", re.sub("万元|亿元|万人", "", text["en"]))


@pytest.mark.parametrize("name", options.names())
def test_option_is_explained_in_both_languages(name: str) -> None:
    assert set(TEXTS[f"option.{name}"]) == {"zh", "en"}


def test_no_option_is_explained_that_is_not_there() -> None:
    assert set(catalogue.keys("option")) == set(options.names())


# --- the keys in the source


class Calls(ast.NodeVisitor):
    """The findings that a source file makes: line, key, and the names of the values given.

    The names are None where they cannot be read off the source. `patterns` are those whose key is
    put together (`f"{axis}_balance"`).
    """

    def __init__(self) -> None:
        self.found: list[tuple[int, str, set[str] | None]] = []
        self.patterns: list[tuple[int, str, set[str] | None]] = []
        self._dicts: dict[str, set[str]] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._dicts = {
            target.id: self._keys(inner.value)
            for inner in ast.walk(node)
            if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Dict)
            for target in inner.targets
            if isinstance(target, ast.Name)
        }
        for inner in ast.walk(node):
            if isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Constant):
                owner = inner.value.id if isinstance(inner.value, ast.Name) else ""
                self._dicts.get(owner, set()).add(str(inner.slice.value))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func
        if isinstance(name, ast.Attribute) and name.attr == "one" and node.args:
            names = {k.arg for k in node.keywords if k.arg} - {"table", "row", "column"}
            self._add(node.args[0], names)
        elif isinstance(name, ast.Name) and name.id == "Finding" and len(node.args) > 1:
            self._add(node.args[1], self._values(node))
        self.generic_visit(node)

    def _values(self, node: ast.Call) -> set[str] | None:
        given = node.args[2] if len(node.args) > 2 else None
        given = next((k.value for k in node.keywords if k.arg == "values"), given)
        if given is None:
            return set()
        if isinstance(given, ast.Dict):
            return self._keys(given)
        return self._dicts.get(given.id) if isinstance(given, ast.Name) else None

    @staticmethod
    def _keys(node: ast.Dict) -> set[str]:
        return {k.value for k in node.keys if isinstance(k, ast.Constant)}  # type: ignore[misc]

    def _add(self, key: ast.expr, names: set[str] | None) -> None:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            self.found.append((key.lineno, key.value, names))
        elif isinstance(key, ast.JoinedStr):
            pattern = "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z]+"
                for part in key.values
            )
            self.patterns += [(key.lineno, k, names) for k in FINDINGS if re.fullmatch(pattern, k)]


def calls() -> Iterator[tuple[str, str, set[str] | None]]:
    for path, tree in TREES:
        visitor = Calls()
        visitor.visit(tree)
        literal = {key for _, key, _ in visitor.found}
        patterns = [p for p in visitor.patterns if p[1] not in literal]
        for line, key, names in [*visitor.found, *patterns]:
            yield f"{path.name}:{line}", key, names


CALLS = list(calls())


def test_findings_are_found_in_the_source() -> None:
    """The search itself works: these are raised in plain sight."""
    assert {"not_productive", "weights_sum", "column_balance", "row_balance", "jump"} <= {
        key for _, key, _ in CALLS
    }


def test_every_finding_in_the_source_is_in_the_catalogue() -> None:
    assert [(place, key) for place, key, _ in CALLS if key not in FINDINGS] == []


def test_every_finding_fills_the_placeholders_of_its_text() -> None:
    short = [
        (place, key, sorted(of_finding(key) - names))
        for place, key, names in CALLS
        if key in FINDINGS and names is not None and of_finding(key) - names
    ]
    assert short == []


def test_no_finding_of_the_catalogue_is_unused() -> None:
    texts = {
        node.value
        for _, tree in TREES
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    used = texts | {key for _, key, _ in CALLS}
    assert [key for key in FINDINGS if key not in used] == []


# --- filling


def test_text_is_filled() -> None:
    assert catalogue.text("finding.year_missing.message", "en", year=2018) == (
        "the value of 2018 is missing"
    )


def test_both_languages_stand_chinese_first() -> None:
    chinese, english = catalogue.both("finding.not_a_number.message").split(" / ")
    assert (chinese, english) == ("缺少数值", "a number is missing")


def test_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        catalogue.text("finding.nothing.message", "zh")


def test_finding_reads_place_message_fix() -> None:
    finding = Finding("error", "year_missing", {"year": 2018}, sheet="Macro", cell="C5")
    assert str(finding).startswith("Macro!C5: 缺少 2018 年的数值 / the value of 2018 is missing; ")


@pytest.mark.parametrize(
    ("row", "column", "place"),
    [(None, None, "flows"), (3, None, "flows[3]"), (3, 0, "flows[3, 0]")],
)
def test_place_without_a_workbook(row: int | None, column: int | None, place: str) -> None:
    assert Finding("error", "not_a_number", {}, "flows", row, column).place == place

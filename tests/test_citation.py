"""CITATION.cff is valid by the Citation File Format 1.2.0 and says what the package says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

from iiecon.results import VERSION

ROOT = Path(__file__).resolve().parents[1]
CITATION: dict[str, Any] = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# From the guide to the format, version 1.2.0: required keys, and all keys that there are.
REQUIRED = {"cff-version", "message", "title", "authors"}
ALLOWED = REQUIRED | {
    "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license",
    "license-url", "preferred-citation", "references", "repository", "repository-artifact",
    "repository-code", "type", "url", "version",
}  # fmt: skip
ENTITY = {
    "address", "alias", "city", "country", "date-end", "date-start", "email", "fax", "location",
    "name", "orcid", "post-code", "region", "tel", "website",
}  # fmt: skip
OF_REFERENCES = {
    "abstract", "authors", "title", "type", "institution", "year", "languages", "scope", "notes",
    "publisher", "url", "doi", "number", "pages", "date-published", "keywords", "license",
}  # fmt: skip


def test_the_keys_are_those_of_the_format() -> None:
    assert set(CITATION) >= REQUIRED
    assert set(CITATION) <= ALLOWED
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["type"] in ("software", "dataset")
    assert all(isinstance(word, str) for word in CITATION["keywords"])
    assert len(set(CITATION["keywords"])) == len(CITATION["keywords"])


def test_authors_are_named() -> None:
    references = CITATION["references"]
    people = [CITATION["authors"], *(r["authors"] for r in references)]
    for author in [a for group in people for a in group] + [r["institution"] for r in references]:
        assert author["name"]
        assert set(author) <= ENTITY


def test_references_have_what_they_need() -> None:
    for reference in CITATION["references"]:
        assert {"authors", "title", "type"} <= set(reference) <= OF_REFERENCES
        assert reference["type"] == "report"
        assert isinstance(reference["year"], int)
        assert all(re.fullmatch("[a-z]{2,3}", language) for language in reference["languages"])


def test_it_agrees_with_the_package() -> None:
    assert str(CITATION["version"]) == PROJECT["version"] == VERSION
    assert CITATION["license"] == PROJECT["license"]
    assert PROJECT["name"] == CITATION["title"].lower()

"""The README of a replication package, in the form that social-science data editors ask for.

Every section stands in Chinese and English; what it says of files, versions and sources is taken
from the package's own description.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from iiecon import catalogue
from iiecon.options import names as option_names
from iiecon.replication.figures import traced
from iiecon.results import ModelResults

About = Mapping[str, Any]


def readme(results: ModelResults, about: About, figures: Sequence[Mapping[str, Any]]) -> str:
    """The README as Markdown; `figures`: the published ones as the audit lists them."""
    blocks = [
        _titled_by(results),
        *_overview(about),
        *_data(about),
        *_requirements(about),
        *_instructions(about),
        *_options(results),
        *_tables(about),
        *_figures(figures),
        _heading(2, "package.readme.references"),
        *_both("package.readme.references_text"),
    ]
    return "\n\n".join(blocks) + "\n"


def _overview(about: About) -> Iterator[str]:
    made = about["iiecon"]
    yield _heading(2, "package.readme.overview")
    yield from _both("package.readme.overview_text", program=made["program"])
    if made["scores_illustrative"]:
        yield from _both("package.readme.illustrative")
    else:
        yield from _both("package.readme.scores", source=made["scores_source"])
    workbook = made["workbook"]
    if workbook:
        yield from _both("package.readme.workbook", name=workbook["name"], hash=workbook["hash"])
    yield from _both("package.readme.inputs_hash", hash=made["inputs_sha256"])
    if "created" in about:
        yield from _both("package.readme.created", day=about["created"][:10])


def _data(about: About) -> Iterator[str]:
    yield _heading(2, "package.readme.data")
    yield from _both("package.readme.rights")
    yield from _both("package.text_mark")
    columns = ("file", "content", "rows", "source", "licence")
    resources = [r for r in about["resources"] if r["path"].startswith("inputs/")]
    yield _table(
        columns,
        ((r["path"], _titled(r), r["rows"], _sources(r), _licence(r)) for r in resources),
    )


def _sources(resource: Mapping[str, Any]) -> str:
    told = []
    for source in resource.get("sources", ()):
        title = _joined(source.get("title_zh", source["title"]), source["title"])
        role = _joined(source.get("role_zh", ""), source.get("role", ""))
        told.append(f"{title}: {role}" if role else title)
    return "; ".join(told)


def _licence(resource: Mapping[str, Any]) -> str:
    named = [licence["name"] for licence in resource.get("licenses", ())]
    return ", ".join(named) or catalogue.both(f"package.licence.{resource['origin']}")


def _requirements(about: About) -> Iterator[str]:
    made = about["iiecon"]
    yield _heading(2, "package.readme.requirements")
    libraries = made["libraries"].items()
    versions = [("Python", made["python"]), tuple(made["program"].split()), *libraries]
    yield _table(("software", "version"), versions)
    yield from _both("package.readme.requirements_text")
    yield _heading(2, "package.readme.programs")
    yield from _both("package.readme.programs_text")


def _instructions(about: About) -> Iterator[str]:
    yield _heading(2, "package.readme.instructions")
    yield from _both("package.readme.instructions_text")
    yield "```sh\niiecon replicate .\n```"
    yield from _both("package.readme.python_text")
    yield (
        "```python\nfrom pathlib import Path\n\nimport iiecon\n"
        "from iiecon.replication.read import read_package\n\n"
        'results = iiecon.run_model(read_package(Path(".")).inputs)\n```'
    )


def _options(results: ModelResults) -> Iterator[str]:
    yield _heading(2, "package.readme.options")
    given = results.inputs.options.to_dict()
    yield _table(
        ("option", "value", "meaning"),
        ((name, given[name], catalogue.both(f"option.{name}")) for name in option_names()),
    )


def _tables(about: About) -> Iterator[str]:
    yield _heading(2, "package.readme.tables")
    yield from _both("package.readme.tables_text")
    resources = [r for r in about["resources"] if not r["path"].startswith("inputs/")]
    yield _table(
        ("file", "content", "rows"),
        ((r["path"], _titled(r), r.get("rows", "")) for r in resources),
    )


def _figures(figures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield _heading(2, "package.readme.figures")
    yield from _both("package.readme.figures_text")
    columns = ("figure_id", "source", "printed", "cell", "function", "test")
    rows = ((f.id, f.source, f.printed, f.cell, f.function, f.test) for f in traced(figures))
    yield _table(columns, rows)


# --- Markdown -------------------------------------------------------------------------------------


def _both(key: str, **values: object) -> Iterator[str]:
    """A paragraph in either language, in full."""
    for language in catalogue.LANGUAGES:
        yield catalogue.text(key, language, **values)


def _titled_by(results: ModelResults) -> str:
    words = results.inputs.industry.words
    titles = (catalogue.text("package.title", x, **words(x)) for x in catalogue.LANGUAGES)
    return _cell(f"# {' '.join(titles)}")


def _heading(level: int, key: str) -> str:
    return f"{'#' * level} {catalogue.text(key, 'zh')} {catalogue.text(key, 'en')}"


def _titled(resource: Mapping[str, Any]) -> str:
    return _joined(resource["title_zh"], resource["title"])


def _joined(chinese: str, english: str) -> str:
    return chinese if chinese == english else f"{chinese} / {english}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    head = [catalogue.both(f"package.column.{name}") for name in columns]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(v) for v in line) + " |" for line in lines)


def _cell(value: object) -> str:
    """A text that cannot break out of its cell."""
    return " ".join(str(value).split()).replace("\\", "\\\\").replace("|", "\\|")

"""A replication package made: the files, their description, and one way to write them.

The same inputs, options and program give the same bytes; no clock is read.
"""

from __future__ import annotations

import io
import json
import platform
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from iiecon import catalogue
from iiecon.findings import InputError
from iiecon.inputs import ModelInputs, default_inputs
from iiecon.options import choices_of, range_of
from iiecon.replication.differences import changes, one_sided
from iiecon.replication.read import DESCRIPTION, RESULTS, digest, read_files
from iiecon.replication.tables import Field, Table, input_tables, result_tables
from iiecon.results import VERSION, ModelResults
from iiecon.spreadsheet.package import FileProblem, write_atomically

README = "README.md"
LIBRARIES = ("numpy", "scipy")  # those that the model computes with
# The shipped file behind a table of the inputs; the others are the program's own.
SHIPPED = {
    "io_sectors": "io_table_2017_103.csv",
    "io_cells": "io_table_2017_103.csv",
    **{
        name: f"{name}.csv"
        for name in (
            "score_factors", "score_grades", "ballots", "sections", "section_value_added",
            "section_wage", "growth_rules", "macro", "multiplier_override", "regions",
            "province_gdp", "province_employment",
        )
    },
}  # fmt: skip
KEPT = ("vintage", "status", "sources", "licenses")
# The sheet in which a table is entered.
SHEETS = {
    "io_sectors": "IO_Table, Sectors", "proposals": "Sectors", "io_cells": "IO_Table",
    "score_factors": "Experts",
    "score_grades": "Experts", "ballots": "Experts", "scores": "Experts, Sectors",
    "sections": "Section_VA", "section_value_added": "Section_VA", "section_wage": "Macro",
    "growth_rules": "Settings", "macro": "Macro", "multiplier_override": "Macro",
    "regions": "Province", "province_gdp": "Province", "province_employment": "Province",
    "particulars": "IO_Table, Experts, Settings", "options": "Settings",
}  # fmt: skip


@dataclass(frozen=True)
class Origin:
    """Where the inputs came from: the workbook's name and bytes (none: the shipped inputs), and
    the day to print, if any.
    """

    name: str = ""
    content: bytes = b""
    day: date | None = None


def package_files(
    results: ModelResults, origin: Origin, figures: Sequence[Mapping[str, Any]]
) -> dict[str, bytes]:
    """Every file of a package by its path.

    `figures`: the published ones as the audit lists them, with cell and function.

    Raises InputError when reading them back would not give the same inputs.
    """
    from iiecon.replication.readme import readme

    tables = {f"inputs/{n}.csv": t for n, t in input_tables(results.inputs).items()}
    tables |= {f"results/{n}.csv": t for n, t in result_tables(results).items()}
    contents = {path: table.csv() for path, table in tables.items()}
    contents[RESULTS] = results.to_json().encode()
    about = description(results, origin, tables, contents)
    contents[DESCRIPTION] = (json.dumps(about, ensure_ascii=False, indent=1) + "\n").encode()
    contents[README] = readme(results, about, figures).encode()
    place = Path(origin.name or "inputs")
    if read_files(place, contents).inputs.sha256() != results.inputs.sha256():
        raise InputError.one("package_lossy", str(place))
    return contents


def is_illustrative(inputs: ModelInputs) -> bool:
    """Whether the scores are those that come with the program, or said to be."""
    shipped, panel = shipped_tables(), input_tables(inputs)
    same = not any(changes(panel[n], shipped[n]) for n in ("ballots", "scores"))
    same_sectors = not one_sided(panel["scores"], shipped["scores"])
    said = inputs.experts.source == catalogue.both("experts.illustrative")
    return said or (same and same_sectors)


@cache
def shipped_tables() -> dict[str, Table]:
    """The tables of the inputs that come with the program."""
    return input_tables(default_inputs())


# --- description ----------------------------------------------------------------------------------


def description(
    results: ModelResults,
    origin: Origin,
    tables: Mapping[str, Table],
    contents: Mapping[str, bytes],
) -> dict[str, Any]:
    """`datapackage.json`: a Frictionless tabular data package, titles in both languages."""
    inputs = results.inputs
    return {
        "profile": "data-package",
        "name": "iiecon-replication",
        "title": catalogue.text("package.title", "en", **inputs.industry.words("en")),
        "title_zh": catalogue.text("package.title", "zh", **inputs.industry.words("zh")),
        **_texts("description", "package.description"),
        "version": VERSION,
        **({"created": f"{origin.day.isoformat()}T00:00:00Z"} if origin.day else {}),
        "iiecon": {
            "program": f"iiecon {VERSION}",
            "python": platform.python_version(),
            "libraries": {name: version(name) for name in LIBRARIES},
            "workbook": {"name": origin.name, "hash": digest(origin.content)}
            if origin.name
            else None,
            "inputs_sha256": inputs.sha256(),
            "options": inputs.options.to_dict(),
            "scores_illustrative": is_illustrative(inputs),
            "scores_source": inputs.experts.source,
            **_texts("text_mark", "package.text_mark"),
        },
        "resources": [
            *(_resource(p, t, contents[p], origin) for p, t in tables.items()),
            {
                "name": "results-json",
                "path": RESULTS,
                **_texts("title", "package.table.results_json"),
                "format": "json",
                "mediatype": "application/json",
                **_size(contents[RESULTS]),
            },
        ],
    }


def _resource(path: str, table: Table, content: bytes, origin: Origin) -> dict[str, Any]:
    folder = path.split("/")[0]
    return {
        "profile": "tabular-data-resource",
        "name": resource_name(folder, table.name),
        "path": path,
        **_texts("title", f"package.table.{folder}_{table.name}"),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_size(content),
        "rows": len(table.rows),
        **(provenance(table, origin) if folder == "inputs" else {}),
        "schema": _schema(table, folder),
    }


def resource_name(folder: str, table: str) -> str:
    """The name of a table in the description, as the standard wants it."""
    return f"{folder}-{table}".replace("_", "-").lower()


def provenance(table: Table, origin: Origin) -> dict[str, Any]:
    """Source, vintage and licence: those of the shipped file where the figures are its figures."""
    differing = shipped_differences(table)
    if differing == 0 and table.name in SHIPPED:
        shipped = _shipped_description()[SHIPPED[table.name]]
        return {"origin": "shipped", **{key: shipped[key] for key in KEPT if key in shipped}}
    if differing == 0:
        return {"origin": "program", "sources": [_texts("title", "package.source_program")]}
    key = "package.source_changed" if differing else "package.source_entered"
    values = {"sheet": SHEETS[table.name], "count": differing}
    title = {"title": origin.name or catalogue.text("app.title", "en")}
    return {"origin": "user", "sources": [{**title, **_texts("role", key, **values)}]}


def shipped_differences(table: Table) -> int | None:
    """How many figures differ from the shipped table; None where rows or columns differ."""
    shipped = shipped_tables()[table.name]
    if one_sided(shipped, table) or {f.name for f in shipped.fields} != {
        f.name for f in table.fields
    }:
        return None
    return len(changes(shipped, table))


@cache
def _shipped_description() -> dict[str, dict[str, Any]]:
    text = files("iiecon.data").joinpath(DESCRIPTION).read_text(encoding="utf-8")
    return {resource["path"]: resource for resource in json.loads(text)["resources"]}


def _schema(table: Table, folder: str) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(f, table) for f in table.fields],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    if table.references:
        schema["foreignKeys"] = [
            {
                "fields": column,
                "reference": {"resource": resource_name(folder, other), "fields": there},
            }
            for column, other, there in table.references
        ]
    return schema


def _field(field: Field, table: Table) -> dict[str, Any]:
    titles = {"title": field.title("en"), "title_zh": field.title("zh")}
    unit = {"unit": field.unit_text("en"), "unit_zh": field.unit_text("zh")} if field.unit else {}
    required = {"constraints": {"required": True}} if field.required else {}
    return {"name": field.name, "type": field.kind, **titles, **unit, **required}


def _texts(name: str, key: str, **values: object) -> dict[str, str]:
    """A text under its name in English and under `_zh` in Chinese."""
    return {
        name: catalogue.text(key, "en", **values),
        f"{name}_zh": catalogue.text(key, "zh", **values),
    }


def _size(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "hash": digest(content)}


def allowed(option: str) -> str:
    """What an option may be, as one text."""
    limits = range_of(option)
    return f"{limits[0]} … {limits[1]}" if limits else ", ".join(choices_of(option))


# --- writing --------------------------------------------------------------------------------------


def write_package(target: Path, contents: Mapping[str, bytes]) -> None:
    """Write a new folder, or a zip file where the name ends in .zip; nothing is overwritten."""
    if target.exists():
        raise FileProblem(target, "file.exists")
    if target.suffix.lower() == ".zip":
        write_atomically(target, zipped(contents), backup=False)
    else:
        _write_folder(target, contents)


def zipped(contents: Mapping[str, bytes]) -> bytes:
    """The files as a zip archive; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(contents):
            member = zipfile.ZipInfo(name)  # dated 1980, whatever the clock says
            member.create_system = 3
            member.external_attr = 0o644 << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, contents[name])
    return buffer.getvalue()


def _write_folder(target: Path, contents: Mapping[str, bytes]) -> None:
    """Write beside the target, then rename: the folder is there whole or not at all."""
    try:
        made = Path(tempfile.mkdtemp(dir=target.resolve().parent, prefix=f".{target.name}."))
    except OSError as error:
        raise FileProblem(target, "file.unwritable", error.strerror or "") from error
    try:
        for name, content in contents.items():
            place = made / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content)
        made.chmod(0o755)
        made.rename(target.resolve())
    except OSError as error:
        raise FileProblem(target, "file.unwritable", error.strerror or "") from error
    finally:
        shutil.rmtree(made, ignore_errors=True)

"""Mutation testing of the model files: how many small errors in them do their own tests notice?

Run `python tests/mutation.py`, or with names of MODULES for some of them; it needs the extras
`dev` and `mutation`, and about a quarter of an hour on a busy machine. cosmic-ray makes the
mutants, in a copy of the project, and each is tried on the tests of its own module alone. Prints
what survived, with the reason from mutation_survivors.toml; ends in 1 when a survivor has no reason
there, a reason has no survivor, or a module has less than REQUIRED of its mutants killed.
"""

from __future__ import annotations

import ast
import compileall
import contextlib
import difflib
import io
import multiprocessing
import os
import py_compile
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).resolve().parents[1]
MODULES = ("contribution", "scoring", "regions", "employment", "production")
REASONS = Path(__file__).with_name("mutation_survivors.toml")
REQUIRED = 0.90
# A forked process has the slow imports behind it; where there is no forking it does them itself.
START: Literal["forkserver", "spawn"] = "spawn" if sys.platform == "win32" else "forkserver"
SECONDS = 120  # for the tests of one mutant; one that takes longer counts as killed
# Mutants that say nothing: floats refuse bit arithmetic, and whether equal numbers are one object
# is the interpreter's affair.
POINTLESS = re.compile(
    r"_(Add|Sub|Mul|Div|FloorDiv|Mod|Pow)_(RShift|LShift|BitOr|BitAnd|BitXor)$"
    r"|_(Eq|NotEq|Lt|LtE|Gt|GtE)_(Is|IsNot)$"
)


class Change(NamedTuple):
    """A mutant by its text: its module and function, the code it replaces, what stands there."""

    place: str
    was: str
    becomes: str


class Survivors(NamedTuple):
    """How many mutants a module has, and those that its tests let pass, each with its line."""

    module: str
    mutants: int
    alive: list[tuple[int, Change]]

    @property
    def killed(self) -> int:
        return self.mutants - len(self.alive)


def copy_of_project(folder: Path) -> None:
    """What the tests need, compiled so that a changed file is never taken for its old bytecode."""
    ignore = shutil.ignore_patterns("__pycache__")
    for part in ("python", "tests"):
        shutil.copytree(ROOT / part, folder / part, ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", folder)
    by_content = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder / "python", quiet=1, invalidation_mode=by_content)


def run_tests(module: str) -> None:
    """End this process as the tests of one module end; what failed last time goes first."""
    import pytest

    options = ["-x", "--failed-first", "--assert=plain", "--tb=no", "-p", "no:unraisableexception"]
    with contextlib.redirect_stdout(io.StringIO()):
        code = pytest.main([*options, f"tests/test_{module}.py"])
    sys.exit(code)


def passes(module: str) -> bool:
    """Whether the tests of a module pass within SECONDS, in a process of their own."""
    process = multiprocessing.Process(target=run_tests, args=(module,))
    process.start()
    process.join(SECONDS)
    process.kill()
    process.join()
    return process.exitcode == 0


def expect_success(module: str) -> None:
    """Without a mutant the tests must pass, before the first and after the last."""
    if not passes(module):
        sys.exit(f"the tests of {module} fail without any mutant")


def typed_places(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where the type annotations stand; they are never evaluated."""
    found: list[ast.expr | None] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg | ast.AnnAssign):
            found.append(node.annotation)
        elif isinstance(node, ast.FunctionDef):
            found.append(node.returns)
    return [
        ((a.lineno, a.col_offset), (a.end_lineno or 0, a.end_col_offset or 0)) for a in found if a
    ]


def mutants(path: Path, session: Path) -> Iterator[MutationSpec]:
    """Every mutant of a file by the operators of cosmic-ray, but for those that mean nothing."""
    from cosmic_ray.commands import init
    from cosmic_ray.work_db import WorkDB, use_db

    typed = typed_places(path.read_text(encoding="utf-8"))
    with use_db(session, WorkDB.Mode.create) as work:
        init([path], work, {})
        for item in work.work_items:
            (mutation,) = item.mutations
            in_annotation = any(start <= mutation.start_pos < end for start, end in typed)
            if not in_annotation and not POINTLESS.search(mutation.operator_name):
                yield mutation


def change(module: str, place: str | None, before: str, after: str) -> Change:
    """What a mutant is, from the texts of the file without and with it."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    was, becomes = (
        " ".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+"
    )
    return Change(f"{module}.{place}" if place else module, was, becomes)


def survivors(module: str, folder: Path) -> Survivors:
    """Try every mutant of a module on its tests; the lines and texts of those that live."""
    from cosmic_ray.mutating import use_mutation
    from cosmic_ray.plugins import get_operator

    expect_success(module)
    listed = list(mutants(folder / "python" / "iiecon" / f"{module}.py", folder / f"{module}.db"))
    alive = []
    for number, mutation in enumerate(listed, 1):
        operator = get_operator(mutation.operator_name)(**mutation.operator_args)
        with use_mutation(mutation.module_path, operator, mutation.occurrence) as (was, becomes):
            if passes(module):
                made = change(module, mutation.definition_name, was, becomes)
                alive.append((mutation.start_pos[0], made))
        print(f"\r{module}: {number} of {len(listed)}, {len(alive)} survive", end="", flush=True)
    print()
    expect_success(module)
    return Survivors(module, len(listed), alive)


def reasons() -> dict[Change, str]:
    """Why each known survivor is let live."""
    groups = tomllib.loads(REASONS.read_text(encoding="utf-8"))["survivors"]
    return {Change(*texts): group["reason"] for group in groups for texts in group["mutants"]}


def show(found: Survivors, known: dict[Change, str]) -> None:
    """Print each survivor of a module with its place, change and reason."""
    for line, made in found.alive:
        print(f"python/iiecon/{found.module}.py:{line} in {made.place}")
        print(f"  - {made.was}\n  + {made.becomes}\n  {known.get(made, 'no reason given')}")


def faults(found: list[Survivors], known: dict[Change, str]) -> list[str]:
    """What is amiss: survivors and reasons without one another, modules with too many alive."""
    alive = {made for of_module in found for _, made in of_module.alive}
    return [
        *(f"no reason given: {made}" for made in alive - known.keys()),
        *(f"no longer survives: {made}" for made in known.keys() - alive),
        *(f"too few killed: {f.module}" for f in found if f.killed < REQUIRED * f.mutants),
    ]


def main(modules: tuple[str, ...]) -> int:
    """Print what survived of each module and the counts; 1 when anything is amiss."""
    known = {
        made: why for made, why in reasons().items() if made.place.partition(".")[0] in modules
    }
    os.environ.pop("IIECON_SHARED", None)  # the official tables only repeat, slowly
    os.environ |= {
        "CI": "true",  # makes hypothesis try the same examples every time
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    multiprocessing.set_start_method(START)
    if START == "forkserver":
        multiprocessing.set_forkserver_preload(["hypothesis", "pytest", "scipy.stats"])
    found = []
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        copy_of_project(Path(folder))
        sys.path.insert(0, str(Path(folder) / "python"))
        for module in modules:
            found.append(survivors(module, Path(folder)))
            show(found[-1], known)
    print(f"{'module':<14}{'mutants':>9}{'killed':>9}{'survived':>9}{'share':>9}")
    for f in found:
        counts = f"{f.mutants:>9}{f.killed:>9}{len(f.alive):>9}"
        print(f"{f.module:<14}{counts}{f.killed / f.mutants:>9.1%}")
    amiss = faults(found, known)
    print("\n".join(amiss) or "every survivor is explained")
    return int(bool(amiss))


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or MODULES))

"""The registry: each spreadsheet function once, with all that the surfaces are made from.

A function is written with plain arrays and typed arguments; its signature says what each range
must be, its texts stand in the catalogue. Excel's wrappers, the LibreOffice add-in, the headless
engine, the sheet Functions and the reference page all come from here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from iiecon import catalogue
from udfs.arguments import Cells, Rows, converted, given_arguments, result_rows
from udfs.cache import RESULTS, digest

Plain = TypeVar("Plain", bound=Callable[..., Any])

FUNCTIONS: dict[str, Function] = {}


@dataclass(frozen=True)
class Argument:
    """One argument: `cells` says what a range must hold; `default` is None where there is none."""

    name: str
    cells: Cells
    optional: bool
    default: str | float | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """The words it may be, when it is an option."""
        return self.cells.choices

    def unit(self, language: str) -> str:
        """Its unit, "" where it has none."""
        return catalogue.text(f"unit.{self.cells.unit}", language) if self.cells.unit else ""


@dataclass(frozen=True)
class Function:
    """A function as spreadsheets know it. Calling it takes cells and gives rows of cells."""

    name: str
    arguments: tuple[Argument, ...]
    result: Cells
    compute: Callable[..., Any]

    def __call__(self, *given: Any) -> Rows:
        """Rows of the result for arguments as a spreadsheet hands them over.

        A range is a list (or tuple) of rows, a single cell a scalar; None and "" are blank. Raises
        InputError (#VALUE!), NumericalError (#NUM!), NotAvailableError (#N/A), or the error that
        stood in a cell. Results are kept by the bytes of the arguments and must not be changed.
        """
        keys = [digest(value) for value in given]
        if None in keys:
            return self._computed(given, keys)
        key = (self.name, *keys)
        found: Rows | None = RESULTS.get(key)
        if found is None:
            found = self._computed(given, keys)
            RESULTS.put(key, found)
        return found

    def _computed(self, given: Sequence[Any], keys: Sequence[bytes | None]) -> Rows:
        padded = given_arguments(self.name, given, len(self.arguments))
        values = {}
        for i, (argument, value) in enumerate(zip(self.arguments, padded, strict=True)):
            key = keys[i] if i < len(keys) else None
            answer = converted(argument.cells, argument.name, value, argument.optional, key)
            if answer is not None or not argument.optional:
                values[argument.name] = answer
        return result_rows(self.compute(**values))

    @property
    def references(self) -> tuple[int, ...]:
        """Which arguments are wanted as references to cells instead of their values."""
        return tuple(i for i, a in enumerate(self.arguments) if a.cells.kind == "reference")

    @cached_property
    def __signature__(self) -> inspect.Signature:
        kind = inspect.Parameter.POSITIONAL_ONLY
        empty = inspect.Parameter.empty
        return inspect.Signature(
            [
                inspect.Parameter(a.name, kind, default=None if a.optional else empty)
                for a in self.arguments
            ]
        )

    def about(self, language: str) -> str:
        """What it computes, in one language."""
        return catalogue.text(f"function.{self.compute.__name__}.about", language)

    def meaning(self, argument: Argument, language: str) -> str:
        """What an argument is, in one language."""
        own = f"function.{self.compute.__name__}"
        key = f"argument.{argument.name}"
        if argument.name in catalogue.keys(own):
            key = f"{own}.{argument.name}"
        return catalogue.text(key, language)

    def help(self, argument: Argument, language: str) -> str:
        """What an argument must be: meaning, unit and choices, in one language."""
        parts = [
            self.meaning(argument, language),
            argument.unit(language),
            " | ".join(argument.choices),
        ]
        return ("；" if language == "zh" else "; ").join(part for part in parts if part)

    @property
    def usage(self) -> str:
        """The call with its arguments, optional ones in brackets."""
        shown = [f"[{a.name}]" if a.optional else a.name for a in self.arguments]
        return f"{self.name}({', '.join(shown)})"


def spreadsheet_function(function: Plain) -> Plain:
    """Offer a function in spreadsheets under its name in capitals; it stays callable as it is."""
    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters.values()
    arguments = tuple(_argument(p, hints[p.name]) for p in parameters)
    name = function.__name__.upper()
    FUNCTIONS[name] = Function(name, arguments, _cells(hints["return"]), function)
    return function


def _argument(parameter: inspect.Parameter, hint: Any) -> Argument:
    optional = parameter.default is not inspect.Parameter.empty
    return Argument(parameter.name, _cells(hint), optional, parameter.default if optional else None)


def _cells(hint: Any) -> Cells:
    """What a type hint says of a range: `Annotated[…, Cells(…)]` or a Literal of choices."""
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (member for member in get_args(hint) if member is not NoneType)
    if get_origin(hint) is Literal:
        return Cells("choice", choices=get_args(hint))
    if get_origin(hint) is Annotated:
        return next(note for note in get_args(hint)[1:] if isinstance(note, Cells))
    raise TypeError(f"an argument of a spreadsheet function cannot be {hint}")

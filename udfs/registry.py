"""The list of spreadsheet functions, filled by the `spreadsheet_function` decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

FUNCTIONS: dict[str, Callable[..., Any]] = {}


def spreadsheet_function(function: Function) -> Function:
    """Offer a function in spreadsheets under its name in capitals."""
    FUNCTIONS[function.__name__.upper()] = function
    return function

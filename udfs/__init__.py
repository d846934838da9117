"""The spreadsheet functions: plain arrays in and out, defined once, offered on every surface."""

import udfs.functions  # noqa: F401  (importing them fills the registry)
from udfs.registry import FUNCTIONS

__all__ = ["FUNCTIONS"]

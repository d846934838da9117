"""The spreadsheet functions: plain arrays in and out, defined once, offered on every surface."""

from udfs import functions as _functions
from udfs.registry import FUNCTIONS

__all__ = ["FUNCTIONS"]

del _functions

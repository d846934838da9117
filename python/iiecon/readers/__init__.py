"""Official tables in: `read_io_table` finds the parts of a file and returns an IOTable."""

from iiecon.readers.csv_tables import read_bundled_table
from iiecon.readers.official import read_io_table

__all__ = ["read_bundled_table", "read_io_table"]

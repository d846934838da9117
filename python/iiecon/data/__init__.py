"""Figures that come with the program: CSV files described by `datapackage.json`."""

"""Spoilt workbooks: each ends in the right numbers or in a message that names the right place."""

"""Engines of xlwings for tests."""

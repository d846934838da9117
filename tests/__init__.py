"""Tests, their oracles and benchmarks."""

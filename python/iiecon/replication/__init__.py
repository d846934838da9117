"""Replication packages: inputs, options and results as plain files that anybody can check."""

"""Objectives that are no networks: test functions and finite sums, in plain torch."""

"""Surfaces sooner: the same numbers up to rounding, where a network's structure allows it."""

from research.landscape.fast.evaluator import FastEvaluator, fast_evaluator

__all__ = ["FastEvaluator", "fast_evaluator"]

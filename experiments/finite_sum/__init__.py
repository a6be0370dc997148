"""Finite-sum SGD: the theory of the lectures, measured."""

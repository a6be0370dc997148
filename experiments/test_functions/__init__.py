"""Optimizers on functions of two variables, whose paths can be seen."""

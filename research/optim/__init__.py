"""Optimizers by name and learning-rate schedules as closed forms."""

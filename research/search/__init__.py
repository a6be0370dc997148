"""Search: studies over an experiment's settings, kept by Optuna. No torch."""

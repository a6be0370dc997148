"""Dashboards of Weights & Biases, made from what records hold."""

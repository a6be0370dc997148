"""The library: what experiments are made of. Imports nothing from `experiments` or `callbacks`."""

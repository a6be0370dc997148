"""The data sets, and the loader that hands them out in a reproducible order."""

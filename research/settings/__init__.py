"""The vocabulary: typed settings of data, models and training. Imports no torch."""

"""The vocabulary: typed settings of data, models, optimizers, schedules and training. Imports no torch."""

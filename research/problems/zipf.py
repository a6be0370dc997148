"""Frequencies with a heavy tail, and their tenths. NumPy only, so that evidence may use it."""

import numpy
from numpy.typing import NDArray

from research.frequency_groups import FrequencyGroups, frequency_groups

Floats = NDArray[numpy.float64]

RESOLUTION = 10**12
"""Into how many labels frequencies are divided where whole numbers of labels are asked for."""


def zipf(classes: int, exponent: float = 1.0) -> Floats:
    """Zipf's law, pi_k = k^-s / sum_j j^-s: the frequencies of classes 1 to C, falling, [C].

    Words of a language have an exponent of about 1 (Zipf, 1935).

    Args:
        classes: C.
        exponent: s; 0 makes all classes equally frequent.

    Raises:
        ValueError: there are no classes.
    """
    if classes < 1:
        raise ValueError(f"{classes} classes, expected at least 1")
    powers = numpy.arange(1, classes + 1, dtype=numpy.float64) ** -exponent
    frequencies: Floats = powers / powers.sum()
    return frequencies


def groups_of(frequencies: Floats, groups: int = 10) -> FrequencyGroups:
    """The groups of `frequency_groups`, of frequencies in place of whole numbers of labels.

    Args:
        frequencies: of each class, with sum 1: [C].
        groups: how many are wanted.
    """
    counts = numpy.rint(numpy.asarray(frequencies) * RESOLUTION).astype(numpy.int64)
    return frequency_groups(counts, groups)

"""Groups of classes from frequent to rare, of about as many training labels each.

Kunstner et al. (2024, "Heavy-tailed class imbalance and why Adam outperforms gradient descent on
language models", figure 1) show losses so: sort the classes by how often they occur in the training
set, and cut where each tenth of the labels ends. The groups are made from the counts of the
*training* labels, once, and used for every split. NumPy only, so that evidence may use it.
"""

from dataclasses import dataclass

import numpy
from numpy.typing import ArrayLike, NDArray

UNSEEN = -1
"""The group of a class that has no training label."""


@dataclass(frozen=True)
class FrequencyGroups:
    """A group for each class; 0 has the most frequent classes, the last one the rarest.

    Attributes:
        of_class: index of the group of each class, `UNSEEN` where it has no training label: [C].
        shares: of the training labels that lie in each group: [G], sum 1.
        classes: number of classes of each group, at least one: [G].
    """

    of_class: NDArray[numpy.int64]
    shares: NDArray[numpy.float64]
    classes: NDArray[numpy.int64]

    def __len__(self) -> int:
        """G."""
        return len(self.shares)

    def sums(self, values: ArrayLike) -> NDArray[numpy.float64]:
        """The sum over the classes of each group, of values by class: [C] -> [G]."""
        found = numpy.asarray(values, dtype=numpy.float64)
        seen = self.of_class != UNSEEN
        sums = numpy.bincount(self.of_class[seen], found[seen], minlength=len(self))
        return sums.astype(numpy.float64)  # those of no class at all come as whole numbers

    def unseen_sum(self, values: ArrayLike) -> float:
        """The sum over the classes that have no training label."""
        found = numpy.asarray(values, dtype=numpy.float64)
        return float(found[self.of_class == UNSEEN].sum())


def frequency_groups(counts: ArrayLike, groups: int = 10) -> FrequencyGroups:
    """Cuts the classes, sorted by training count, at equal shares of the training labels.

    With F_r the number of labels in the r most frequent classes and N that in all, group i ends
    behind the first class r with F_r >= i N / groups; so a class that a cut falls into belongs to
    the more frequent side, and a group has about, not exactly, its share. A class that spans
    several cuts makes one group: there are then fewer than `groups`. Of two classes with the same
    count that with the lower index comes first.

    Args:
        counts: training labels of each class: [C].
        groups: how many are wanted, at least one.

    Raises:
        ValueError: a count is negative or no whole number, or no group is wanted.
    """
    number = _checked(counts)
    if groups < 1:
        raise ValueError(f"{groups} groups are wanted, expected at least 1")
    seen = int((number > 0).sum())
    order = numpy.argsort(-number, kind="stable")[:seen]
    running = numpy.cumsum(number[order])
    total = int(running[-1]) if seen else 0
    # Whole numbers, so that no rounding moves a cut: F_r * groups >= i * N.
    cuts = numpy.searchsorted(running * groups, total * numpy.arange(1, groups), side="left") + 1
    ends = numpy.unique(numpy.append(numpy.minimum(cuts, seen), seen)) if seen else cuts[:0]
    sizes = numpy.diff(ends, prepend=0)
    of_class = numpy.full(len(number), UNSEEN, dtype=numpy.int64)
    of_class[order] = numpy.repeat(numpy.arange(len(sizes)), sizes)
    labels = numpy.diff(running[ends - 1], prepend=0)
    return FrequencyGroups(of_class, labels / max(total, 1), sizes.astype(numpy.int64))


def _checked(counts: ArrayLike) -> NDArray[numpy.int64]:
    found = numpy.asarray(counts)
    number = found.astype(numpy.int64)
    if found.ndim != 1 or not numpy.array_equal(number, found) or (number < 0).any():
        raise ValueError("expected a whole number >= 0 for each class")
    return number

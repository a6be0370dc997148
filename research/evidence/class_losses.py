"""Reads losses by class back from a run that watched them, in groups from frequent to rare.

`callbacks.per_class_loss` wrote them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from research.frequency_groups import UNSEEN
from research.records.run_store import RunStore

Values = NDArray[numpy.float64]


@dataclass(frozen=True)
class ClassLosses:
    """Losses of one run, or the mean of several, on one split; G groups, the most frequent first.

    Attributes:
        steps: of the evaluations: [T].
        loss: mean over the labels of each group; NaN where the split has none: [T, G].
        accuracy: likewise; NaN where it was not counted: [T, G].
        overall: mean loss over all labels: [T].
        shares: of the training labels that lie in each group: [G].
        classes: number of classes of each group: [G].
    """

    steps: NDArray[numpy.int64]
    loss: Values
    accuracy: Values
    overall: Values
    shares: Values
    classes: NDArray[numpy.int64]


@dataclass(frozen=True)
class ClassCounts:
    """What a run's training set holds of each class.

    Attributes:
        counts: training labels of each class: [C].
        groups: index of the group of each class, -1 where it has no training label: [C].
        names: of the classes, where the task has some: [C].
    """

    counts: NDArray[numpy.int64]
    groups: NDArray[numpy.int64]
    names: list[str] | None = None


def read_class_losses(store: RunStore, split: str = "train") -> ClassLosses | None:
    """The losses by group of a run, or a stage of one; None where it has kept none of this split.

    Args:
        store: the run.
        split: of the data, or "batch": the training batches since the evaluation before.

    Raises:
        RecordError: the record is damaged.
    """
    counts = read_class_counts(store)
    prefix = f"per_class/{split}"
    rows = [row for row in store.metrics() if f"{prefix}/loss/all" in row]
    if counts is None or not rows:
        return None
    shares, classes = _sizes(counts)
    names = [f"group_{index:02d}" for index in range(1, len(shares) + 1)]

    def table(kind: str) -> Values:
        keys = [f"{prefix}/{kind}/{name}" for name in names]
        return numpy.array([[row.get(key, numpy.nan) for key in keys] for row in rows])

    return ClassLosses(
        numpy.array([row["step"] for row in rows], dtype=numpy.int64),
        table("loss"),
        table("accuracy"),
        numpy.array([row[f"{prefix}/loss/all"] for row in rows], dtype=numpy.float64),
        shares,
        classes,
    )


def read_class_counts(store: RunStore) -> ClassCounts | None:
    """The training labels of each class; None where the run did not count them."""
    counts, groups = (store.arrays(name) for name in ("class_counts", "class_groups"))
    if not counts or not groups:
        return None
    names = store.arrays("class_names")
    return ClassCounts(
        counts[max(counts)].astype(numpy.int64),
        groups[max(groups)].astype(numpy.int64),
        json.loads(bytes(names[max(names)].astype(numpy.uint8))) if names else None,
    )


def _sizes(found: ClassCounts) -> tuple[Values, NDArray[numpy.int64]]:
    """Shares of the training labels and numbers of classes by group."""
    seen = found.groups != UNSEEN
    labels = numpy.bincount(found.groups[seen], found.counts[seen])
    return labels / max(labels.sum(), 1), numpy.bincount(found.groups[seen])


def mean_over_runs(runs: Sequence[ClassLosses]) -> ClassLosses:
    """The mean of several runs, at the steps at which all of them were evaluated.

    Runs of other groups than the first one has, on other data, are left out.
    """
    first = runs[0]
    alike = [each for each in runs if len(each.shares) == len(first.shares)]
    steps = first.steps
    for each in alike[1:]:
        steps = numpy.intersect1d(steps, each.steps)

    def mean(name: str) -> Values:
        values = [getattr(each, name)[numpy.isin(each.steps, steps)] for each in alike]
        found: Values = numpy.mean(values, axis=0)
        return found

    return ClassLosses(
        steps, mean("loss"), mean("accuracy"), mean("overall"), first.shares, first.classes
    )

"""What W&B shows of losses by class at the end of a run: a table of all classes, and a histogram.

The lines of the groups are rows like all others and are there already. `callbacks.per_class_loss`
left the arrays that these are made from.
"""

import json
import math
from typing import TYPE_CHECKING, Any

from research.records.run_store import RunStore

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray
    from wandb.sdk.data_types.base_types.wb_value import WBValue

BINS = 30
KINDS = ("loss", "accuracy")


def class_media(store: RunStore) -> "dict[str, WBValue]":
    """`per_class/table` and `per_class/frequencies` of a run; of its stages, with their names.

    Args:
        store: the run; empty where it watched no classes.
    """
    stages: dict[str, RunStore] = {f"{name}/": store.stage(name) for name in store.stages()}
    shown: dict[str, WBValue] = {}
    for prefix, part in (stages or {"": store}).items():
        counts = _newest(part, "class_counts")
        if counts is not None:
            shown[f"{prefix}per_class/table"] = _table(part, counts)
            shown[f"{prefix}per_class/frequencies"] = _histogram(counts)
    return shown


def _table(store: RunStore, counts: "NDArray[float64]") -> "WBValue":
    """A row for each class, the most frequent first; no group, where it has no training label."""
    import wandb

    columns: dict[str, list[Any]] = {"class": _names(store, len(counts))}
    columns["training labels"] = [int(count) for count in counts]
    groups = _newest(store, "class_groups")
    if groups is not None:
        columns["group"] = [int(group) + 1 if group >= 0 else None for group in groups]
    folders = (store.folder / "arrays").glob("per_class-*.count")
    for split in sorted(path.name[len("per_class-") : -len(".count")] for path in folders):
        for kind in KINDS:
            values = _newest(store, f"per_class-{split}.{kind}")
            if values is not None:
                columns[f"{split} {kind}"] = [None if math.isnan(each) else each for each in values]
    rows = list(zip(*columns.values(), strict=True))
    rows.sort(key=lambda row: -row[1])
    # W&B cuts a table off behind so many rows; a vocabulary has more.
    wandb.Table.MAX_ROWS = max(wandb.Table.MAX_ROWS, len(rows))
    return wandb.Table(columns=list(columns), data=[list(row) for row in rows])


def _names(store: RunStore, classes: int) -> list[str]:
    """What the classes are called; their numbers where nobody says."""
    found = _newest(store, "class_names")
    if found is None:
        return [str(index) for index in range(classes)]
    names: list[str] = json.loads(bytes(int(each) for each in found))
    return names


def _histogram(counts: "NDArray[float64]") -> "WBValue":
    """How many classes have about so many training labels: the logarithms to base 10."""
    import numpy
    import wandb

    logarithms = numpy.log10(counts[counts > 0])
    return wandb.Histogram(np_histogram=numpy.histogram(logarithms, bins=BINS))


def _newest(store: RunStore, name: str) -> "NDArray[float64] | None":
    found = store.arrays(name)
    return found[max(found)] if found else None

"""The number by which a trial is judged, read from the rows of its runs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.settings.errors import did_you_mean
from research.settings.search import ObjectiveSettings

if TYPE_CHECKING:
    from numpy import bool_, float64, int64
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Outcome:
    """How good a trial is.

    Attributes:
        value: of the objective, the mean over the trial's runs.
        reached: with `steps_to`, whether the metric got there in every run; else True.
    """

    value: float
    reached: bool = True


def trial_value(objective: ObjectiveSettings, stores: Sequence[RunStore]) -> Outcome:
    """The objective of a trial: v = (1/n) sum_i v_i over its n runs, one for each seed.

    `v_i` is the last, least or greatest value of the metric, the mean over its rows, or with
    `steps_to` the first step at which it is at least (`falls`: at most) the value to reach; a run
    that never gets there counts its last step.

    Raises:
        RecordError: a run has no such metric, or its value is no finite number; a row that holds
            none does not count for least, greatest and steps_to.
    """
    outcomes = [_outcome(objective, store) for store in stores]
    return Outcome(
        math.fsum(each.value for each in outcomes) / len(outcomes),
        all(each.reached for each in outcomes),
    )


def _outcome(objective: ObjectiveSettings, store: RunStore) -> Outcome:
    """Of one run."""
    steps, values = store.column(objective.metric)
    if not len(steps):
        raise RecordError(_no_such_metric(objective.metric, store))
    outcome = _taken(objective, steps, values)
    if not math.isfinite(outcome.value):
        raise RecordError(
            f"{objective.metric} of seed {store.seed} is {outcome.value} "
            f"({objective.take} of {len(values)} values), expected a finite number"
        )
    return outcome


def _taken(
    objective: ObjectiveSettings, steps: "NDArray[int64]", values: "NDArray[float64]"
) -> Outcome:
    """One number of the column: `steps` and `values` are [n], n > 0."""
    import numpy

    finite = values[numpy.isfinite(values)]
    match objective.take:
        case "last":
            return Outcome(float(values[-1]))
        case "mean":
            return Outcome(float(values.mean()))
        case "least":
            return Outcome(float(finite.min()) if len(finite) else math.nan)
        case "greatest":
            return Outcome(float(finite.max()) if len(finite) else math.nan)
        case "steps_to":
            there = _is_there(objective, values).nonzero()[0]
            return Outcome(float(steps[there[0] if len(there) else -1]), bool(len(there)))


def _is_there(objective: ObjectiveSettings, values: "NDArray[float64]") -> "NDArray[bool_]":
    """Whether each value has been reached: [n]; what is no finite number has not."""
    import numpy

    if objective.reaches is None:
        raise ValueError("steps_to has a value to reach")
    there = values <= objective.reaches if objective.falls else values >= objective.reaches
    return there & numpy.isfinite(values)


def _no_such_metric(metric: str, store: RunStore) -> str:
    known = sorted({name for row in store.metrics() for name in row if name != "step"})
    if not known:
        return f"{metric}: the run of seed {store.seed} has no rows"
    hint = did_you_mean(metric, known)
    return f"objective.metric is {metric}, expected one of {', '.join(known)}{hint}"

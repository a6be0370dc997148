"""What the runs of schedules measured: losses at chosen steps, rates used, distance from torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy

from experiments.schedules.shapes_figure import closed_form, schedule_of
from research.records.status import FINISHED, State
from research.records.store import Record, RunStore
from research.settings.schedules import RangeTestSettings


@dataclass(frozen=True)
class Outcome:
    """One run.

    Attributes:
        run: "variant/seed".
        variant: its variant.
        seed: its seed.
        state: its state.
        losses: training loss, over the whole training set, by step.
        accuracies: test accuracy by step.
        from_torch: largest difference from the rates of torch's scheduler over the whole run; None
            where torch has none.
        from_closed_form: largest |used - closed form| / closed form over the logged steps; None
            for a plateau, and before anything is logged.
    """

    run: str
    variant: str
    seed: int
    state: State
    losses: Mapping[int, float] = field(default_factory=dict)
    accuracies: Mapping[int, float] = field(default_factory=dict)
    from_torch: float | None = None
    from_closed_form: float | None = None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come from this run."""
        return self.state in FINISHED

    @property
    def final_loss(self) -> float | None:
        """The last finite training loss of a run that is done; None for any other."""
        if self.state != "done" or not self.losses:
            return None
        last = self.losses[max(self.losses)]
        return last if numpy.isfinite(last) else None


def read_outcomes(record: Record) -> list[Outcome]:
    """All runs of a record but range tests, in the order of its plan."""
    return [
        read_outcome(record, store)
        for store in record.runs()
        if not isinstance(
            schedule_of(record.plan.variants[store.variant].settings), RangeTestSettings
        )
    ]


def read_outcome(record: Record, store: RunStore) -> Outcome:
    """One run."""
    differences = store.column("schedule/difference_from_torch")[1]
    return Outcome(
        run=f"{store.variant}/{store.seed}",
        variant=store.variant,
        seed=store.seed,
        state=store.status().state,
        losses=by_step(store, "train/loss"),
        accuracies=by_step(store, "test/accuracy"),
        from_torch=float(differences[0]) if len(differences) else None,
        from_closed_form=_difference_of_rates(record, store),
    )


def by_step(store: RunStore, metric: str) -> dict[int, float]:
    """A metric by step."""
    steps, values = store.column(metric)
    return dict(zip(steps.tolist(), values.tolist(), strict=True))


def _difference_of_rates(record: Record, store: RunStore) -> float | None:
    """The row of step s has the rate of update t = s - 1."""
    curve = closed_form(record.plan.variants[store.variant].settings)
    steps, rates = store.column("lr")
    if curve is None or not len(steps):
        return None
    expected = curve[steps - 1]
    return float(numpy.max(numpy.abs(rates - expected) / numpy.maximum(expected, 1e-300)))

"""When the runs of a record memorised and when they generalised, read from their accuracies.

t_train and t_validation are the first evaluations at which the accuracy is at least 99 %.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy

from research.records.status import FINISHED, State
from research.records.store import Plan, Record, RunStore

LEARNED = 0.99
"""Accuracy at which a split counts as learned."""


@dataclass(frozen=True)
class Delay:
    """What one run has reached.

    Attributes:
        run: "variant/seed".
        variant: its variant.
        seed: its seed.
        state: its state; only `done` and `diverged` runs say that something was not reached.
        steps: optimizer steps done.
        train: first step with training accuracy >= 99 %, or None.
        validation: first step with validation accuracy >= 99 %, or None.
        validation_accuracy_at_train: validation accuracy at the step `train`.
        overshoot: largest finite validation loss up to `validation`, minus ln p, or None.
    """

    run: str
    variant: str
    seed: int
    state: State
    steps: int
    train: int | None
    validation: int | None
    validation_accuracy_at_train: float | None
    overshoot: float | None

    @property
    def ratio(self) -> float | None:
        """How many times later the network generalised: validation / train; None if it did not."""
        if self.train is None or self.validation is None:
            return None
        return self.validation / max(self.train, 1)

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come from this run."""
        return self.state in FINISHED

    def within(self, budget: int) -> Self:
        """This delay, where generalising after `budget` steps counts as never."""
        if self.validation is None or self.validation <= budget:
            return self
        return replace(self, validation=None, overshoot=None)


def read_delays(record: Record) -> list[Delay]:
    """The delays of all runs of a record, in the order of its plan."""
    return [read_delay(record.plan, store) for store in record.runs()]


def read_delay(plan: Plan, store: RunStore) -> Delay:
    """The delay of one run."""
    status = store.status()
    train = first_step(store, "train/accuracy")
    validation = first_step(store, "validation/accuracy")
    rows = store.metrics()
    return Delay(
        run=f"{store.variant}/{store.seed}",
        variant=store.variant,
        seed=store.seed,
        state=status.state,
        steps=max(status.step, int(rows[-1]["step"]) if rows else 0),
        train=train,
        validation=validation,
        validation_accuracy_at_train=None if train is None else accuracy_at(store, train),
        overshoot=overshoot(store, validation, chance_loss(plan.variants[store.variant].settings)),
    )


def first_step(store: RunStore, accuracy: str) -> int | None:
    """The first step at which an accuracy is at least 99 %, or None."""
    steps, values = store.column(accuracy)
    reached = steps[values >= LEARNED]
    return int(reached[0]) if len(reached) else None


def accuracy_at(store: RunStore, step: int) -> float | None:
    """Validation accuracy at one step, or None if it was not evaluated there."""
    steps, values = store.column("validation/accuracy")
    found = values[steps == step]
    return float(found[0]) if len(found) and math.isfinite(found[0]) else None


def overshoot(store: RunStore, until: int | None, chance: float) -> float | None:
    """Largest finite validation loss up to the step `until`, minus the loss of chance."""
    steps, losses = store.column("validation/loss")
    if until is None:
        return None
    before = losses[(steps <= until) & numpy.isfinite(losses)]
    return float(before.max()) - chance if len(before) else None


def chance_loss(settings: Mapping[str, Any]) -> float:
    """The loss of guessing uniformly among p elements, in nats: ln p."""
    return math.log(elements(settings))


def elements(settings: Mapping[str, Any]) -> int:
    """Number of elements of the operation: the modulus, or the 120 permutations of S5."""
    data = settings["data"]
    return 120 if str(data["operation"]).endswith("in S5") else int(data["modulus"])

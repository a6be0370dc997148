"""What is read from each run of a record: its trial of a learning rate, and its losses by group.

Each method is judged and drawn at its own best learning rate: the one of its grid with the least
training loss after the last step, mean over seeds; where tokens are weighted in training, the loss
that counts is the weighted one, which is minimised.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.heavy_tails_text.methods import is_plain
from research.evidence.class_losses import ClassLosses, mean_over_runs, read_class_losses
from research.evidence.tuned_rates import Choice, Trial, choose, methods_of, read_trials
from research.records.store import Record
from research.settings.reweighting import WEIGHTED_LOSS

EARLY = 8
"""The early phase is the first of so many equal parts of a run."""


@dataclass(frozen=True)
class Reading:
    """One run.

    Attributes:
        trial: method, learning rate, seed and final training loss.
        settings: as plain data.
        losses: on the training text by group; None if they were not watched, or not yet.
    """

    trial: Trial
    settings: Mapping[str, Any]
    losses: ClassLosses | None

    @property
    def early(self) -> int | None:
        """Index of the last evaluation in the early phase; None if there is none."""
        if self.losses is None:
            return None
        steps, last = self.losses.steps, self.settings["trainer"]["max_steps"]
        found = int((steps * EARLY <= last).sum())
        return found - 1 if found else None


def read_runs(record: Record) -> list[Reading]:
    """All runs of a record whose variants are METHOD-lrRATE, those with plain losses first."""
    plain = read_trials(record, belongs=is_plain)
    reweighted = read_trials(
        record, f"train/{WEIGHTED_LOSS}", belongs=lambda method: not is_plain(method)
    )
    return [
        Reading(
            trial,
            record.plan.variants[trial.variant].settings,
            read_class_losses(record.run(trial.variant, trial.seed)),
        )
        for trial in [*plain, *reweighted]
    ]


def trials_of(readings: Sequence[Reading]) -> list[Trial]:
    """The trials alone."""
    return [reading.trial for reading in readings]


def best_rates(readings: Sequence[Reading]) -> list[Choice]:
    """The best rate of each method that minimises the plain loss, of those that have one."""
    trials = [trial for trial in trials_of(readings) if is_plain(trial.method)]
    choices = [choose(trials, method) for method in methods_of(trials)]
    return [choice for choice in choices if choice.trials]


def chosen(readings: Sequence[Reading], choice: Choice) -> dict[int, Reading]:
    """The runs at a method's best rate, by seed; those that watched losses by class."""
    return {
        reading.trial.seed: reading
        for reading in readings
        if reading.trial in choice.trials and reading.losses is not None
    }


def mean_losses(readings: Sequence[Reading], choice: Choice) -> ClassLosses | None:
    """The mean over seeds at a method's best rate; None where losses by class were not watched."""
    found = [each.losses for each in chosen(readings, choice).values() if each.losses is not None]
    return mean_over_runs(found) if found else None

"""Which learning rate a method is judged by: the best of a grid, if it lies inside of it.

Two rules, because they can disagree: the rate that trains best, and the rate that predicts held-out
validation images best. Neither looks at the test images. What makes a rate the best, and a best one
a fair one, is the same for all experiments: `research.evidence.tuned_rates`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.generalisation.outcomes import (
    TRAIN_LOSS,
    VALIDATION_ACCURACY,
    Outcome,
)
from research.evidence import tuned_rates
from research.evidence.tuned_rates import Trial


@dataclass(frozen=True)
class Rule:
    """How a learning rate is chosen: by the mean over seeds of a final metric.

    Attributes:
        name: what it goes by.
        metric: the metric.
        sign: 1 if less is better, -1 if more is.
    """

    name: str
    metric: str
    sign: int

    def trial(self, outcome: Outcome) -> Trial:
        """A run of a grid as a trial whose loss is what this rule looks at."""
        loss = self.sign * outcome.final(self.metric)
        return Trial(
            method=outcome.method or "",
            rate=outcome.rate,
            seed=outcome.seed,
            variant=outcome.variant,
            loss=loss,
            diverged=outcome.state == "diverged" or (outcome.is_whole and not math.isfinite(loss)),
            state=outcome.state,
            schedule=outcome.settings["schedule"]["name"],
        )


BY_TRAIN_LOSS = Rule("training loss", TRAIN_LOSS, 1)
BY_VALIDATION = Rule("validation accuracy", VALIDATION_ACCURACY, -1)


@dataclass(frozen=True)
class Choice:
    """The best learning rate of a method's grid, and its runs.

    Attributes:
        best: the choice.
        outcomes: the runs at the best rate, by seed.
    """

    best: tuned_rates.Choice
    outcomes: tuple[Outcome, ...]

    @property
    def rate(self) -> float:
        """The learning rate."""
        return self.best.rate

    @property
    def grid(self) -> tuple[float, ...]:
        """All rates that were tried, rising."""
        return self.best.grid

    @property
    def is_interior(self) -> bool:
        """Whether a lower and a higher rate were tried, and did worse."""
        return self.best.is_interior

    @property
    def variant(self) -> str:
        """The variant of the best rate."""
        return self.best.variant


def choose(outcomes: Sequence[Outcome], method: str, rule: Rule) -> Choice | None:
    """The best learning rate of a method by a rule; None if no run of it was trained to its end.

    A learning rate at which a run diverged is never the best.
    """
    own = [outcome for outcome in outcomes if outcome.method == method]
    best = tuned_rates.choose([rule.trial(outcome) for outcome in own], method)
    if not best.trials:
        return None
    chosen = [outcome for outcome in own if outcome.rate == best.rate]
    return Choice(best, tuple(sorted(chosen, key=lambda outcome: outcome.seed)))


def undecided(outcomes: Sequence[Outcome], method: str, rule: Rule) -> str | None:
    """Why the best rate of a method is none to compare, or None; the rate may follow a schedule."""
    trials = [rule.trial(outcome) for outcome in outcomes if outcome.method == method]
    return tuned_rates.undecided(tuned_rates.choose(trials, method), constant=False)


def methods(outcomes: Sequence[Outcome]) -> list[str]:
    """The methods whose learning rates were tried, in the order of the plan."""
    return list(dict.fromkeys(outcome.method for outcome in outcomes if outcome.method))

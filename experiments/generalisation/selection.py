"""Which learning rate a method is judged by: the best of a grid, if it lies inside of it.

Two rules, because they can disagree: the rate that trains best, and the rate that predicts held-out
validation images best. Neither looks at the test images.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from experiments.generalisation.outcomes import (
    TRAIN_LOSS,
    VALIDATION_ACCURACY,
    Outcome,
    by_variant,
)


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

    def score(self, outcomes: Sequence[Outcome]) -> float:
        """The mean over seeds, less is better; infinite if a run diverged."""
        finals = [self.sign * outcome.final(self.metric) for outcome in outcomes]
        return fmean(finals) if all(map(math.isfinite, finals)) else math.inf


BY_TRAIN_LOSS = Rule("training loss", TRAIN_LOSS, 1)
BY_VALIDATION = Rule("validation accuracy", VALIDATION_ACCURACY, -1)


@dataclass(frozen=True)
class Choice:
    """The best learning rate of a method's grid.

    Attributes:
        method: the method.
        rate: the learning rate.
        grid: all rates that were tried, rising.
        outcomes: the runs at the best rate, by seed.
    """

    method: str
    rate: float
    grid: tuple[float, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def is_interior(self) -> bool:
        """Whether a lower and a higher rate were tried, and did worse."""
        return self.grid[0] < self.rate < self.grid[-1]

    @property
    def variant(self) -> str:
        """The variant of the best rate."""
        return self.outcomes[0].variant


def choose(outcomes: Sequence[Outcome], method: str, rule: Rule) -> Choice | None:
    """The best learning rate of a method by a rule; None if no run of it was trained to its end.

    A learning rate at which a run diverged is never the best.
    """
    groups = [group for group in by_variant(outcomes).values() if group[0].method == method]
    scored = [(rule.score(group), group) for group in groups]
    finite = [(score, group) for score, group in scored if math.isfinite(score)]
    if not finite:
        return None
    _, best = min(finite, key=lambda pair: pair[0])
    return Choice(
        method=method,
        rate=best[0].rate,
        grid=tuple(sorted(group[0].rate for group in groups)),
        outcomes=tuple(sorted(best, key=lambda outcome: outcome.seed)),
    )


def methods(outcomes: Sequence[Outcome]) -> list[str]:
    """The methods whose learning rates were tried, in the order of the plan."""
    return list(dict.fromkeys(outcome.method for outcome in outcomes if outcome.method))

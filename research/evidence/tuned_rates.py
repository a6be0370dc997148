"""Each optimizer at its own best learning rate: the rules of every comparison of two of them.

A method is tried at the rates of a grid of half decades, with several seeds each, and judged at the
rate with the least final training loss, mean over seeds. If that rate is the least or the greatest
of the grid, a better one may lie outside, and nothing is decided: a fixed or badly tuned rate would
compare rates, not methods. The validation and test data choose nothing.

In a record of training runs, a variant METHOD-lrRATE (sgdm-lr0.1) is a point of a method's grid.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

from research.records.plan import Plan
from research.records.run_store import RunStore
from research.records.status import FINISHED, State
from research.records.store import Record

SEEDS = 3
"""Least number of seeds at every rate of a grid."""
HALF_DECADE = (3.0, 10 / 3)
"""Ratios of neighbours in a grid of half decades, as it is written: 1, 3, 10 or 1, 3.16, 10."""
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Trial:
    """One run of a method at one rate of its grid.

    Attributes:
        method: the method.
        rate: the learning rate.
        seed: the seed.
        variant: its variant in the record.
        loss: the training loss after the last step; NaN if it never got there.
        diverged: whether it diverged.
        state: the state of its run.
        schedule: what its learning rate follows, by the schedule's name.
    """

    method: str
    rate: float
    seed: int
    variant: str
    loss: float
    diverged: bool = False
    state: State = "done"
    schedule: str = "constant"

    @property
    def run(self) -> str:
        """Its name: variant/seed."""
        return f"{self.variant}/{self.seed}"

    @property
    def score(self) -> float:
        """The loss; infinite if the run diverged or never ended."""
        return self.loss if math.isfinite(self.loss) and not self.diverged else math.inf


@dataclass(frozen=True)
class Choice:
    """The best learning rate of a method's grid.

    Attributes:
        method: the method.
        rate: the learning rate; NaN if there is no rate at which all runs reached their end.
        tried: all runs of the method, by rate and seed.
    """

    method: str
    rate: float
    tried: tuple[Trial, ...]

    @property
    def grid(self) -> tuple[float, ...]:
        """All rates that were tried, rising."""
        return tuple(sorted({trial.rate for trial in self.tried}))

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The runs at the best rate, by seed; none if there is none."""
        return tuple(trial for trial in self.tried if trial.rate == self.rate)

    @property
    def variant(self) -> str:
        """The variant of the best rate; empty if there is none."""
        return self.trials[0].variant if self.trials else ""

    @property
    def loss(self) -> float:
        """The final training loss at the best rate, mean over seeds; NaN if there is none."""
        return fmean(trial.loss for trial in self.trials) if self.trials else math.nan

    @property
    def is_interior(self) -> bool:
        """Whether a lower and a higher rate were tried, and did worse."""
        return bool(self.trials) and self.grid[0] < self.rate < self.grid[-1]

    @property
    def is_half_decade(self) -> bool:
        """Whether each rate of the grid is about 10^(1/2) times the one before."""
        least, greatest = HALF_DECADE
        ratios = [high / low for low, high in zip(self.grid, self.grid[1:], strict=False)]
        return all(least - _ROUNDING <= ratio <= greatest + _ROUNDING for ratio in ratios)


def choose(trials: Sequence[Trial], method: str) -> Choice:
    """The rate of a method with the least loss, mean over seeds.

    A rate at which a run diverged, or never ended, is never the best.
    """
    tried = sorted(
        (trial for trial in trials if trial.method == method),
        key=lambda trial: (trial.rate, trial.seed),
    )
    scores = {
        rate: fmean(trial.score for trial in tried if trial.rate == rate)
        for rate in dict.fromkeys(trial.rate for trial in tried)
    }
    best = min(scores, key=lambda rate: scores[rate], default=math.nan)
    rate = best if math.isfinite(scores.get(best, math.inf)) else math.nan
    return Choice(method, rate, tuple(tried))


def undecided(choice: Choice, seeds: int = SEEDS, constant: bool = True) -> str | None:
    """Why the best rate of a method is none to compare, or None.

    Args:
        choice: the method's best rate.
        seeds: least number of seeds of each rate; 1 where nothing is random.
        constant: whether a schedule other than the constant one is refused.
    """
    if not choice.tried:
        return f"the record has no runs of {choice.method}"
    for trial in choice.tried:
        if reason := _unfinished(trial, constant):
            return reason
    for rate in choice.grid:
        group = [trial for trial in choice.tried if trial.rate == rate]
        if (found := len({trial.seed for trial in group})) < seeds:
            return f"{group[0].variant} has {found} of the {seeds} seeds that the claim needs"
    if not choice.trials:
        return f"every rate of {choice.method} diverged in a seed"
    if not choice.is_half_decade:
        rates = ", ".join(f"{rate:g}" for rate in choice.grid)
        return f"the grid of {choice.method} is not one of half decades: {rates}"
    if not choice.is_interior:
        side = "least" if choice.rate == choice.grid[0] else "greatest"
        return (
            f"grid edge: the best learning rate of {choice.method}, {choice.rate:g},"
            f" is the {side} of its grid"
        )
    return None


def incomparable(
    choices: Sequence[Choice], seeds: int = SEEDS, constant: bool = True
) -> str | None:
    """Why methods can't be compared seed by seed at their best rates, or None.

    Args:
        choices: each method's best rate.
        seeds: least number of seeds that all best rates have in common.
        constant: as in `undecided`.
    """
    for choice in choices:
        if reason := undecided(choice, seeds, constant):
            return reason
    if (found := len(common_seeds(choices))) < seeds:
        names = " and ".join(choice.variant for choice in choices)
        return f"{names} share {found} seeds, the claim needs {seeds}"
    return None


def common_seeds(choices: Sequence[Choice]) -> list[int]:
    """The seeds with which every method was run at its best rate, rising."""
    groups = [{trial.seed for trial in choice.trials} for choice in choices]
    return sorted(set.intersection(*groups)) if groups else []


def methods_of(trials: Sequence[Trial]) -> list[str]:
    """The methods that were tried, in the order of the plan."""
    return list(dict.fromkeys(trial.method for trial in trials))


def grid_method(variant: str) -> str | None:
    """The method of a variant METHOD-lrRATE, or None for another kind of variant."""
    method, found, _ = variant.rpartition("-lr")
    return method if found else None


def read_trials(
    record: Record, metric: str = "train/loss", belongs: Callable[[str], bool] | None = None
) -> list[Trial]:
    """The trials of a record of training runs, in the order of its plan.

    Args:
        record: the record; variants other than METHOD-lrRATE are left out.
        metric: what is chosen by, less is better.
        belongs: which methods are read, by name; all if None.
    """
    return [
        _read_trial(record.plan, store, method, metric)
        for store in record.runs()
        if (method := grid_method(store.variant)) and (belongs is None or belongs(method))
    ]


def _read_trial(plan: Plan, store: RunStore, method: str, metric: str) -> Trial:
    settings = plan.variants[store.variant].settings
    steps, values = store.column(metric)
    state, last = store.status().state, settings["trainer"]["max_steps"]
    whole = state == "done" and len(steps) > 0 and int(steps[-1]) == last
    loss = float(values[-1]) if whole else math.nan
    return Trial(
        method=method,
        rate=float(settings["optimizer"]["lr"]),
        seed=store.seed,
        variant=store.variant,
        loss=loss,
        diverged=state == "diverged" or (whole and not math.isfinite(loss)),
        state=state,
        schedule=settings["schedule"]["name"],
    )


def _unfinished(trial: Trial, constant: bool) -> str | None:
    """Why a run says nothing about its rate, or None."""
    if trial.state not in FINISHED:
        return f"{trial.run} is {trial.state}"
    if math.isnan(trial.loss) and not trial.diverged:
        return f"{trial.run} ended before its last step"
    if constant and trial.schedule != "constant":
        return (
            f"{trial.variant} has schedule.name {trial.schedule}, the claim is about constant rates"
        )
    return None

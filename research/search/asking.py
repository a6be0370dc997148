"""The next point of an adaptive sampler, drawn from a copy of the study in memory.

So nothing half drawn is ever in the database: a trial is there with its whole point, or not at all;
and the sampler sees one state of the study from its first parameter to its last.

Optuna's samplers leave failed trials out. Where a part of the space diverges, nothing would ever be
known about it, and what is not known looks worth a try: trial after trial would go there. So, once
there is something to compare with, a failed trial counts as good as the worst one that is complete.
"""

import copy
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.storages import InMemoryStorage
from optuna.trial import FrozenTrial, TrialState, create_trial

from research.search.samplers import STARTUP_TRIALS, make_sampler
from research.search.space import parameters, suggest
from research.settings.search import StudyPlan


def next_point(
    plan: StudyPlan, trials: Sequence[FrozenTrial]
) -> tuple[dict[str, Any], dict[str, BaseDistribution]]:
    """The point of trial number len(trials), and the distributions it is drawn from, by name.

    Args:
        plan: of the study.
        trials: all that it has, sorted by number. One that waits to be gone on with counts as
            running, since its point is taken, and one that failed as the worst.
    """
    storage = InMemoryStorage()
    study = optuna.create_study(
        storage=storage,
        direction=plan.objective.direction,
        sampler=make_sampler(plan.sampler, plan.seed),
    )
    study_id = storage.get_study_id_from_name(study.study_name)
    worst = _worst(plan, trials)
    for trial in trials:
        storage.create_new_trial(study_id, _seen(trial, worst))
    asked = study.ask()
    suggest(asked, parameters(plan.space))
    return dict(asked.params), dict(asked.distributions)


def _worst(plan: StudyPlan, trials: Sequence[FrozenTrial]) -> float | None:
    """The worst value; None as long as the sampler draws at random, or no trial is complete."""
    ended = sum(trial.state in (TrialState.COMPLETE, TrialState.PRUNED) for trial in trials)
    values = [t.value for t in trials if t.state is TrialState.COMPLETE and t.value is not None]
    if ended < STARTUP_TRIALS or not values:
        return None
    return max(values) if plan.objective.direction == "minimize" else min(values)


def _seen(trial: FrozenTrial, worst: float | None) -> FrozenTrial:
    """A trial as the sampler sees it."""
    if trial.state is TrialState.FAIL and worst is not None:
        return create_trial(value=worst, params=trial.params, distributions=trial.distributions)
    if trial.state is not TrialState.WAITING:
        return trial
    trial = copy.copy(trial)
    trial.state = TrialState.RUNNING
    trial.datetime_start = trial.datetime_start or datetime.now()
    return trial

"""The next point of an adaptive sampler, drawn from a copy of the study in memory.

So nothing half drawn is ever in the database: a trial is there with its whole point, or not at all;
and the sampler sees one state of the study from its first parameter to its last.
"""

import copy
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.storages import InMemoryStorage
from optuna.trial import FrozenTrial, TrialState

from research.search.samplers import make_sampler
from research.search.space import parameters, suggest
from research.settings.search import StudyPlan


def next_point(
    plan: StudyPlan, trials: Sequence[FrozenTrial]
) -> tuple[dict[str, Any], dict[str, BaseDistribution]]:
    """The point of trial number len(trials), and the distributions it is drawn from, by name.

    Args:
        plan: of the study.
        trials: all that it has, sorted by number. One that waits to be gone on with counts as
            running, since its point is taken.
    """
    storage = InMemoryStorage()
    study = optuna.create_study(
        storage=storage,
        direction=plan.objective.direction,
        sampler=make_sampler(plan.sampler, plan.seed),
    )
    study_id = storage.get_study_id_from_name(study.study_name)
    for trial in trials:
        storage.create_new_trial(study_id, _taken(trial))
    asked = study.ask()
    suggest(asked, parameters(plan.space))
    return dict(asked.params), dict(asked.distributions)


def _taken(trial: FrozenTrial) -> FrozenTrial:
    if trial.state is not TrialState.WAITING:
        return trial
    trial = copy.copy(trial)
    trial.state = TrialState.RUNNING
    trial.datetime_start = trial.datetime_start or datetime.now()
    return trial

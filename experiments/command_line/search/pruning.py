"""What lets the process of a run ask its study whether the trial is worth going on."""

import os

from pytorch_lightning import Callback

from callbacks.optuna_trial import OptunaTrial
from experiments.command_line.search.environment import STORAGE_VARIABLE
from research.records.plan import Plan
from research.settings.errors import SettingsError


def trial_watchers(plan: Plan, seed: int) -> list[Callback]:
    """The callback that reports to the study, where the study has a pruner.

    Of a trial with several seeds the first one reports: the steps of the others are the same. A
    trial that is resumed by hand, away from its study, runs to its end.

    Args:
        plan: of the run's record.
        seed: of the run.
    """
    trial, url = plan.trial, os.environ.get(STORAGE_VARIABLE)
    first = next(seed for seeds in plan.runs.values() for seed in seeds)
    if trial is None or not trial.prunes or not url or seed != first:
        return []
    import optuna

    from research.search.pruners import make_pruner
    from research.search.storage import open_storage
    from research.search.study import Study

    storage = open_storage(url)
    searched = Study.open(storage, trial.study).plan
    max_steps = int(searched.base["trainer"]["max_steps"])
    study = optuna.load_study(
        study_name=trial.study,
        storage=storage,
        sampler=optuna.samplers.RandomSampler(seed=0),  # the point is drawn; nothing is left to do
        pruner=make_pruner(searched.pruner, max_steps),
    )
    number = storage.get_trial_id_from_study_id_trial_number(
        storage.get_study_id_from_name(trial.study), trial.number
    )
    return [OptunaTrial(optuna.trial.Trial(study, number), searched.objective.metric)]


def refuse_pruning(plan: Plan, what: str) -> None:
    """For runs that are no single training.

    Raises:
        SettingsError: the study has a pruner.
    """
    if plan.trial is not None and plan.trial.prunes:
        raise SettingsError(f"pruner: {what} has no evaluations to prune at, expected none")

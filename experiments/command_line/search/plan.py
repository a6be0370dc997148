"""From the options of `descent sweep` to the plan of a study, its folder and its storage.

No torch and no Optuna: what can't be is refused at once.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from experiments.command_line.catalog import Experiment
from experiments.command_line.option_values import Mirroring
from experiments.command_line.search.environment import STORAGE_VARIABLE
from experiments.command_line.search.words import SearchWords
from research.records.study_table import DATABASE_FILE
from research.search.points import grid_size, with_grid_points
from research.search.storage_url import checked_url, sqlite_file
from research.settings.base import Settings
from research.settings.document import path_shown, read_document
from research.settings.errors import SettingsError
from research.settings.resolve import ResolvedVariant
from research.settings.resolve_search import resolve_search
from research.settings.search import Domain, SamplerName, StudyPlan

Space = Mapping[str, tuple[Domain, ...]]

DEFAULT_TRIALS = 20
STUDIES = Path("studies")


@dataclass(frozen=True)
class SweepOptions:
    """The options of `descent sweep` that say what a study is.

    Attributes:
        preset: size of the experiment.
        variant: whose settings trials start from; None takes the space's.
        trials: None takes what the study has, else `DEFAULT_TRIALS`.
        sampler: how points are drawn.
        seeds: of every trial.
        seed: of the points.
        workers: trials at a time; None takes what suits the machine.
        wandb: how trials are mirrored.
    """

    preset: str
    variant: str | None
    trials: int | None
    sampler: SamplerName
    seeds: list[int]
    seed: int
    workers: int | None
    wandb: Mirroring


@dataclass(frozen=True)
class Planned:
    """What a command line asks for.

    Attributes:
        plan: of the study.
        variant: the settings that all trials start from, and where each was written.
        trials: how many the command asks for; None where it does not say.
        slots: trials at a time on this machine.
    """

    plan: StudyPlan
    variant: ResolvedVariant[Settings]
    trials: int | None
    slots: int


def plan_study(experiment: Experiment, options: SweepOptions, words: SearchWords) -> Planned:
    """The plan of a study.

    Args:
        experiment: what is searched.
        options: of the command.
        words: settings and flags about the search.

    Raises:
        SettingsError: something can't be.
    """
    search, variant = resolve_search(
        read_document(experiment.config),
        experiment.settings_class(),
        options.preset,
        options.variant,
        words.settings,
        words.search,
    )

    from experiments.command_line.launch import default_threads

    trials = options.trials or DEFAULT_TRIALS
    slots = options.workers or slots_for(variant.settings, trials * len(options.seeds))
    own_folder = experiment.own_folder
    plan = StudyPlan(
        experiment=experiment.name,
        folder=str(own_folder) if own_folder is not None else None,
        preset=options.preset,
        variant=variant.name,
        base=variant.settings.model_dump(mode="json"),
        overrides=words.settings,
        space=search.space,
        objective=search.objective,
        sampler=options.sampler,
        pruner=search.pruner,
        trials=trials,
        seeds=tuple(options.seeds),
        seed=options.seed,
        threads=default_threads(slots),
        wandb=options.wandb,
    )
    return Planned(plan, variant, options.trials, slots)


def slots_for(settings: Settings, runs: int) -> int:
    """Runs at a time that suit this machine: one for each GPU, or core."""
    from experiments.command_line.launch import default_workers

    trainer = getattr(settings, "trainer", None)
    return default_workers(
        runs, getattr(trainer, "accelerator", "auto"), getattr(trainer, "devices", 1)
    )


def study_name(experiment: Experiment, options: SweepOptions) -> str:
    """The name of a study that has been given none: the same command finds the same study."""
    return f"{experiment.name}-{options.preset}-{options.sampler}"


def study_folder(out: Path | None, name: str, storage: str | None = None) -> Path:
    """The folder of a study, absolute.

    Args:
        out: what `--out` says; None takes studies/NAME below the current directory, or where the
            study's own database lies.
        name: of the study.
        storage: what `--storage` says, where a study is joined.
    """
    database = sqlite_file(storage) if storage is not None else None
    if out is None and database is not None and database.name == DATABASE_FILE:
        return database.parent.absolute()
    return (out if out is not None else STUDIES / name).absolute()


def has_database(folder: Path) -> bool:
    """Whether a study's own database lies in its folder."""
    return (folder / DATABASE_FILE).is_file()


def make_folder(folder: Path) -> None:
    """Makes the folder of a study if it is not there.

    Raises:
        SettingsError: it can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(
            f"{path_shown(folder)} can't be made ({reason}), expected a folder for the study: "
            "--out names another"
        ) from error


def storage_url(storage: str | None, folder: Path | None) -> str:
    """The URL of a study's storage, as it is used.

    Args:
        storage: what `--storage` says; None takes $DESCENT_STORAGE, else a file in the folder.
        folder: of the study; None where it must be told which database.

    Raises:
        SettingsError: it is no URL, or there is none.
    """
    asked = storage or os.environ.get(STORAGE_VARIABLE)
    if not asked and folder is None:
        raise SettingsError(
            f"worker needs --storage URL, or ${STORAGE_VARIABLE}: where the study is kept"
        )
    return checked_url(asked or f"sqlite:///{folder}/{DATABASE_FILE}")


def as_before(planned: Planned, before: StudyPlan | None) -> StudyPlan:
    """The plan of a command, which may go on with a study: what suits one machine stays.

    Args:
        planned: what the command asks for.
        before: the study's plan; None where there is none yet.

    Raises:
        SettingsError: the trials are fewer than the points of the grid.
    """
    plan = planned.plan
    trials = planned.trials or DEFAULT_TRIALS
    if before is not None:
        trials = max(planned.trials or 0, before.trials)
        plan = plan.model_copy(update={"threads": before.threads})
    if plan.sampler == "grid":
        same_axes = before is not None and before.sampler == "grid"
        space = _with_points_of(before.space, plan.space) if before and same_axes else plan.space
        space = with_grid_points(space, trials)
        size = grid_size(space)
        if planned.trials and trials < size:
            raise SettingsError(
                f"--trials is {planned.trials}, expected at least {size}: a part of a grid says "
                "nothing; fewer values: --space.KEY [a, b] or '1e-4..1e-2 log, 2 points'"
            )
        trials = size
        plan = plan.model_copy(update={"space": space})
    return plan.model_copy(update={"trials": trials})


def _with_points_of(before: Space, space: Space) -> dict[str, tuple[Domain, ...]]:
    """A space whose intervals have as many values on the grid as before, where it does not say."""
    return {
        key: tuple(
            new
            if new.points or new.choices is not None
            else new.model_copy(update={"points": old.points})
            for new, old in zip_longest(domains, before.get(key, ()), fillvalue=domains[0])
        )[: len(domains)]
        for key, domains in space.items()
    }

"""The commands that search: `descent sweep` makes a study and works on it, `descent worker` joins.

As in `commands`, all input is checked before anything starts; Optuna and its database are imported
when a study is opened, torch by the processes that train.
"""

import typer

from experiments.command_line.arguments import TypedSettings
from experiments.command_line.catalog import find
from experiments.command_line.option_values import (
    DEFAULT_PRESET,
    parse_engine,
    parse_mirroring,
    parse_sampler,
    parse_seed,
    parse_seeds,
    parse_study,
    parse_trials,
    parse_workers,
)
from experiments.command_line.options import (
    EngineOption,
    ExperimentArgument,
    OutOfStudyOption,
    PrepareStudyOption,
    PresetOption,
    SamplerOption,
    SeedOption,
    SeedsOfTrialOption,
    StorageOption,
    StudyOption,
    StudyToJoinOption,
    TrialsOption,
    TrialWorkersOption,
    VariantOption,
    WandbOption,
)


def sweep(
    context: typer.Context,
    experiment: ExperimentArgument,
    trials: TrialsOption = None,
    sampler: SamplerOption = "random",
    preset: PresetOption = DEFAULT_PRESET,
    variant: VariantOption = None,
    seeds: SeedsOfTrialOption = "0",
    seed: SeedOption = "0",
    workers: TrialWorkersOption = None,
    storage: StorageOption = None,
    study: StudyOption = None,
    engine: EngineOption = "local",
    prepare: PrepareStudyOption = False,
    out: OutOfStudyOption = None,
    wandb: WandbOption = "auto",
) -> int:
    """Searches an experiment's settings: trains many trials and reports the best.

    Killed or stopped, the same command goes on. Takes settings too: --optimizer.lr 1e-3 fixes one;
    --space.optimizer.lr '1e-4..1e-2 log' says what is searched, --space.optimizer.lr none that it
    is not; --objective.metric, --pruner.name: `descent sweep EXPERIMENT --help` lists them.
    """
    from experiments.command_line.search.plan import (
        SweepOptions,
        plan_study,
        storage_url,
        study_folder,
        study_name,
    )
    from experiments.command_line.search.words import read_words

    typed: TypedSettings = context.obj
    found = find(experiment)
    words = read_words(typed.overrides, found.settings_class(), typed.options)
    options = SweepOptions(
        preset=preset,
        variant=variant,
        trials=parse_trials(trials),
        sampler=parse_sampler(sampler),
        seeds=parse_seeds(seeds),
        seed=parse_seed(seed),
        workers=parse_workers(workers),
        wandb=parse_mirroring(wandb),
    )
    name = parse_study(study) if study is not None else study_name(found, options)
    where = parse_engine(engine)
    planned = plan_study(found, options, words)
    folder = study_folder(out, name)
    url = storage_url(storage, folder)

    from experiments.command_line.search.command import sweep as search
    from experiments.command_line.terminal import make_console

    return search(
        planned, name, url, folder, typed.command, make_console(), None if prepare else where
    )


def worker(
    context: typer.Context,
    study: StudyToJoinOption,
    storage: StorageOption = None,
    workers: TrialWorkersOption = None,
    out: OutOfStudyOption = None,
) -> int:
    """Joins a study from any machine, and works until it is done."""
    from experiments.command_line.search.plan import has_database, storage_url, study_folder

    slots = parse_workers(workers)
    name = parse_study(study)
    here = study_folder(out, name)
    url = storage_url(storage, here if has_database(here) else None)
    folder = study_folder(out, name, url)

    from experiments.command_line.search.command import work
    from experiments.command_line.terminal import make_console

    return work(url, name, folder, slots, make_console(), context.obj.command)

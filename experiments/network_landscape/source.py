"""Where the networks come from: the runs of another record, and their settings. No torch."""

from pathlib import Path

from pydantic import ValidationError

from experiments.command_line.catalog import experiment_of
from experiments.network_landscape.settings import NetworkLandscapeSettings, NetworksSettings
from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.records.store import Record
from research.settings.base import Settings
from research.settings.training import TrainingSettings


def training_settings(record: Record, variant: str) -> TrainingSettings:
    """The settings that a variant of a record was trained with.

    Raises:
        RecordError: the record is not of an experiment that trains networks.
        SettingsError: the experiment is not there any more.
    """
    experiment = experiment_of(record.plan)
    model = experiment.settings_class()
    if not issubclass(model, TrainingSettings):
        raise RecordError(
            f"{record.folder} is of {experiment.name}, which trains no networks by settings of "
            "training; expected a record of one that does, such as generalisation"
        )
    try:
        return model.model_validate(record.plan.variants[variant].settings)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "settings"
        raise RecordError(
            f"{record.folder}: {key} of {variant}: {first['msg'].lower()}; expected the settings "
            f"that {experiment.name} has now"
        ) from error


def data_settings(settings: Settings) -> Settings:
    """The settings that say which data a run needs: its own, or those its networks were trained by.

    Raises:
        SettingsError: the record of the networks is not there any more, or its experiment.
    """
    if not isinstance(settings, NetworkLandscapeSettings):
        return settings
    return training_settings(source_record(settings.networks), settings.networks.variant)


def source_record(networks: NetworksSettings) -> Record:
    """The record that has trained the networks.

    Raises:
        RecordError: it is not there.
    """
    return Record.open(Path(networks.record))


def source_run(networks: NetworksSettings, seed: int) -> RunStore:
    """The run that has trained a network, or the stage that has.

    Raises:
        RecordError: the record has no such run.
    """
    run = source_record(networks).run(networks.variant, seed)
    return run if networks.stage is None else run.stage(networks.stage)


def refuse_without_trajectory(networks: NetworksSettings, seed: int) -> None:
    """Refuses a run that has kept too few points of its trajectory for a plane.

    Raises:
        RecordError: it has; or the record has no such run.
    """
    run = source_run(networks, seed)
    points = list((run.folder / "arrays" / "trajectory").glob("[0-9]*.npy"))
    if len(points) < 3:
        raise RecordError(
            f"{run.folder}: its trajectory has {len(points)} points, expected 3 or more: "
            "train it with --watch.trajectory.every STEPS"
        )

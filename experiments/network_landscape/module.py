"""The LightningModule of network_landscape: the landscape around networks of another record."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

from torch import nn

from experiments.command_line.catalog import experiment_of
from experiments.network_landscape.settings import NetworkLandscapeSettings, NetworksSettings
from experiments.network_landscape.source import source_record, source_run, training_settings
from experiments.network_landscape.trajectory import Way, read_way
from research.landscape.objective import Objective, task_objective
from research.landscape.weights import weights_of
from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.settings.errors import SettingsError
from research.settings.landscape import CurvatureSettings, SurfaceSettings
from research.task import Task
from research.training.checkpoints import file_name, load
from research.training.landscape import CurvaturePlan, LandscapeModule, SurfacePlan, planned
from research.training.module import TrainingModule
from research.training.stages import Done, StagedRun, model_weights


class NetworkLandscape(LandscapeModule):
    """Surfaces and curvature of one run's network, after each of the steps that are asked for.

    Their names are `surface-<step>-<split>` and `curvature-<step>-<split>`.

    Args:
        settings: the networks, and what is measured.
        seed: of the run that has trained the network.

    Raises:
        CheckpointError: a checkpoint is gone, or damaged.
        RecordError: the record is.
        SettingsError: the data has no such split.
    """

    def __init__(self, settings: NetworkLandscapeSettings, seed: int = 0) -> None:
        super().__init__(_plans(settings, seed), settings, seed)


def _plans(settings: NetworkLandscapeSettings, seed: int) -> list[SurfacePlan | CurvaturePlan]:
    """All that is measured, network by network."""
    networks = settings.networks
    trained = _training(networks, seed)
    store = source_run(networks, seed)
    plans: list[SurfacePlan | CurvaturePlan] = []
    for step in networks.steps[str(seed)]:
        model = _model_at(trained.model, store, step)
        about = {"record": networks.record, "variant": networks.variant, "run": seed, "step": step}
        if settings.surface is not None:
            wanted = settings.directions == "trajectory"
            way = read_way(store, weights_of(model)) if wanted else None
            plans += _surfaces(settings.surface, trained.task, model, about, way)
        if settings.curvature is not None:
            plans += _curvature(settings.curvature, trained.task, model, about)
    return plans


def _training(networks: NetworksSettings, seed: int) -> TrainingModule:
    """The module as it was before its training: its data, and its network's first weights."""
    record = source_record(networks)
    settings = training_settings(record, networks.variant)
    module = experiment_of(record.plan).module_class()(settings, seed)
    if isinstance(module, StagedRun):
        assert networks.stage is not None
        run = record.run(networks.variant, seed)
        before = module.stages[: module.stages.index(networks.stage)]
        module = module.build(networks.stage, Done(**{name: run.stage(name) for name in before}))
    if not isinstance(module, TrainingModule):
        raise RecordError(f"{record.folder}: {type(module).__name__} trains no network")
    return module


def _model_at(model: nn.Module, store: RunStore, step: int) -> nn.Module:
    """A copy of the network, as it was after a step."""
    model = deepcopy(model)
    if step:
        checkpoint = load(store.checkpoints / file_name(step))
        model.load_state_dict(model_weights(checkpoint["state_dict"]))
    return model


def _surfaces(
    settings: SurfaceSettings,
    task: Task,
    model: nn.Module,
    about: dict[str, Any],
    way: Way | None,
) -> list[SurfacePlan]:
    """One for each split; running statistics are measured on the training split's examples."""
    stay = way is None and settings.directions.vectors == "zero"
    if stay and all(each.dim() < 2 for each in model.parameters()):
        raise SettingsError(
            "all weights of the network are vectors, which vectors zero does not move, "
            "expected --surface.directions.vectors normalised"
        )
    statistics = _objective(settings, task, model, "train")
    notes = about | (way.notes() if way else {})
    plans = [
        planned(
            f"surface-{about['step']}-{split}",
            _objective(settings, task, model, split),
            settings,
            directions=way.directions if way else None,
            statistics=statistics,
            notes={**notes, "split": split},
        )
        for split in settings.splits
    ]
    return [replace(plan, axes=way.axes(plan.shape)) for plan in plans] if way else plans


def _curvature(
    settings: CurvatureSettings, task: Task, model: nn.Module, about: dict[str, Any]
) -> list[CurvaturePlan]:
    return [
        CurvaturePlan(
            f"curvature-{about['step']}-{split}",
            _objective(settings, task, model, split),
            settings=settings,
            notes={**about, "split": split},
        )
        for split in settings.splits
    ]


def _objective(
    settings: SurfaceSettings | CurvatureSettings, task: Task, model: nn.Module, split: str
) -> Objective:
    if split not in task.splits:
        raise SettingsError(
            f"the data has no split {split}, expected one of {', '.join(task.splits)}"
        )
    examples = task.splits[split]
    return task_objective(task, examples, settings.examples, settings.batch_size, model=model)

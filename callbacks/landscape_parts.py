"""What the callbacks of loss landscapes share: the network, the objective, and where arrays go."""

from dataclasses import replace
from pathlib import Path

from lightning_utilities.core.rank_zero import rank_zero_only
from pytorch_lightning import LightningModule, Trainer
from torch import Tensor, nn

from callbacks.recorder import Recorder
from research.landscape.objective import Objective, task_objective
from research.records.run_store import RunStore
from research.settings.errors import SettingsError
from research.task import Task


def network_of(module: LightningModule) -> nn.Module:
    """The model of a module's task; the module itself where it has none."""
    task = getattr(module, "task", None)
    return task.model if isinstance(task, Task) else module


def objective_of(
    module: LightningModule, split: str, examples: int | None, batch_size: int
) -> Objective:
    """The objective of a module's task over a split, on the module's device.

    Args:
        module: any LightningModule with a `task`.
        split: of the task's data.
        examples: random ones of the split, the same at every call; None means all.
        batch_size: examples of one forward pass.

    Raises:
        SettingsError: the module has no task, or the task no such split.
    """
    task = getattr(module, "task", None)
    if not isinstance(task, Task):
        name = type(module).__name__
        raise SettingsError(f"{name}.task is {task}, expected a Task: a model, data, and its loss")
    if split not in task.splits:
        known = ", ".join(task.splits)
        raise SettingsError(f"the task has no split {split}, expected one of {known}")
    objective = task_objective(task, task.splits[split], examples, batch_size)
    placed = {name: column.to(module.device) for name, column in objective.examples.items()}
    return replace(objective, examples=placed)


def store_of(trainer: Trainer, folder: Path | None) -> RunStore:
    """Where a run's arrays go: a folder, or the run's record, or the Trainer's own folder."""
    if folder is None:
        for callback in trainer.callbacks:  # type: ignore[attr-defined]
            if isinstance(callback, Recorder):
                return callback.store
    return RunStore(folder or Path(trainer.default_root_dir), type(trainer).__name__, 0)


@rank_zero_only
def keep(store: RunStore, name: str, step: int, values: Tensor) -> None:
    """Writes arrays/<name>/<step>.npy in float64; it is there whole or not at all."""
    store.save_array(name, step, values.detach().double().cpu().numpy())

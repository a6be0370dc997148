"""Losses by class while a network trains: what a mean over frequent and rare classes hides."""

from pathlib import Path
from typing import Any

import numpy
import torch
from numpy.typing import NDArray
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.trainer.states import TrainerFn
from torch import Tensor

from callbacks.divergence import Diverged
from callbacks.landscape_parts import keep, store_of
from research.frequency_groups import FrequencyGroups, frequency_groups
from research.records.run_store import RunStore
from research.settings.errors import SettingsError
from research.settings.watching import PerClassLossSettings
from research.task import Batch, Task, size
from research.training.class_sums import (
    ClassSums,
    number_of_classes,
    over_processes,
    training_counts,
)
from research.training.landscape import encoded
from research.training.module import TrainingModule

BATCH = "batch"
"""What the training batches since the last evaluation are called, beside the splits."""


class PerClassLoss(Callback):
    """Logs per_class/<split>/loss/group_01 and the like at evaluations, of any module with a task.

    The classes are cut into groups by how often they are training labels, group_01 the most
    frequent ones: see `frequency_groups`. A group's loss is the mean over its labels,

        loss_g = sum of the losses of labels in g / number of labels in g,

    `all` that over all labels, and `unseen` that over labels of classes that have no training
    label. What has no label in a split has no row. The values by class go to the run's arrays:
    `per_class-<split>.loss`, `.accuracy` and `.count`, and of the training set `class_counts`,
    `class_groups` and, where the task has some, `class_names`, as the bytes of a JSON list.

    A `TrainingModule` shows what it computes anyway, training batches too; it sums on the device
    and waits for nothing but at evaluations, where the processes exchange one message. For any
    other module it makes a pass of its own over the task's splits. Training does not notice.

    Args:
        settings: groups, and what is kept.
        folder: where arrays go; None means the run's record, or the Trainer's default_root_dir.
        batch_size: examples of a forward pass, where a pass of its own is made.

    Raises:
        SettingsError: the module has no task, or one that predicts no classes.
    """

    def __init__(
        self,
        settings: PerClassLossSettings | None = None,
        folder: Path | None = None,
        batch_size: int = 1024,
    ) -> None:
        self.settings = settings or PerClassLossSettings()
        self.folder = folder
        self.batch_size = batch_size
        self.task: Task | None = None
        self._sums: dict[str, ClassSums] = {}
        self._groups: FrequencyGroups | None = None
        self._newest: tuple[int, dict[str, NDArray[numpy.float64]]] | None = None
        self._loaded: Tensor | None = None
        self._world_size = 1
        self._batches = self.settings.batches

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Has itself shown what the module computes."""
        del stage
        task = getattr(pl_module, "task", None)
        if not isinstance(task, Task):
            name = type(pl_module).__name__
            raise SettingsError(f"{name}.task is {task}, expected a Task: a model, data, its loss")
        self.task = task
        self._sums, self._groups, self._newest, self._loaded = {}, None, None, None
        self._world_size = trainer.world_size
        self._batches = self.settings.batches and isinstance(pl_module, TrainingModule)
        if isinstance(pl_module, TrainingModule) and self not in pl_module.observers:
            pl_module.observers.append(self)

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Looks no longer."""
        del trainer, stage
        if isinstance(pl_module, TrainingModule) and self in pl_module.observers:
            pl_module.observers.remove(self)

    # What an observer is shown

    def trained(self, losses: Tensor, outputs: Tensor, batch: Batch) -> None:
        """Adds up the losses of a training batch."""
        if self._batches:
            self._add(BATCH, losses, outputs, batch, self.settings.batch_accuracy)

    def evaluated(self, split: str, losses: Tensor, outputs: Tensor, batch: Batch) -> None:
        """Adds up losses and right answers of some examples of a split."""
        self._add(split, losses, outputs, batch, accuracy=True)

    def _add(
        self, name: str, losses: Tensor, outputs: Tensor, batch: Batch, accuracy: bool
    ) -> None:
        assert self.task is not None
        labels = self.task.labels(batch)
        if not self._sums:
            self._begin(number_of_classes(outputs, labels, self.task), losses.device)
        correct = self.task.correct_by_label(outputs, batch) if accuracy else None
        self._sums[name].add(losses, labels, correct)

    def sums(self, name: str) -> ClassSums:
        """The sums of a split, or of the training batches, since the last evaluation."""
        return self._sums[name]

    def _begin(self, classes: int, device: torch.device) -> None:
        """Makes sums for everything, so that all processes have the same ones."""
        assert self.task is not None
        names = [*([BATCH] if self._batches else []), *self.task.splits]
        self._sums = {name: ClassSums(classes, device) for name in names}
        if self._loaded is not None and BATCH in self._sums:
            self._sums[BATCH].put(self._loaded)
        self._loaded = None

    # Evaluations

    def on_validation_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begins an evaluation."""
        del trainer, pl_module
        for name, sums in self._sums.items():
            if name != BATCH:
                sums.clear()

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Logs a row beside that of the evaluation, and keeps the values by class."""
        if trainer.sanity_checking:
            return
        if not isinstance(pl_module, TrainingModule):
            self._look_at_all(trainer, pl_module)
        if not self._sums:  # all splits are empty
            return
        totals = over_processes(self._sums, self._world_size)
        found = {name: values.cpu().numpy() for name, values in totals.items()}
        if BATCH in self._sums:
            self._sums[BATCH].clear()
        store, step = store_of(trainer, self.folder), trainer.global_step
        groups = self._frozen_groups(store)
        row: dict[str, float] = {}
        for name, values in found.items():
            row |= group_metrics(f"per_class/{name}", values, groups, self._has_accuracy(name))
        self._newest = (step, found)
        # After the last step a checkpoint follows, from which a run that was killed has nothing
        # left to do: what is kept is kept before it.
        last = 0 < trainer.max_steps <= step
        if self.settings.arrays == "all" or last or trainer.state.fn != TrainerFn.FITTING:
            self._keep_newest(trainer)
        for logger in trainer.loggers:  # the same in all processes: nothing is left to reduce
            logger.log_metrics(row, step=step)

    def _look_at_all(self, trainer: Trainer, module: LightningModule) -> None:
        """A pass over every split, where the module itself shows nothing."""
        assert self.task is not None
        rank, together = trainer.global_rank, self.batch_size * self._world_size
        with trainer.precision_plugin.val_step_context(), torch.no_grad():
            for name, split in self.task.splits.items():
                for start in range(rank, size(split), together):
                    own = slice(start, start + together - rank, self._world_size)
                    batch = {key: column[own].to(module.device) for key, column in split.items()}
                    outputs = self.task.outputs(self.task.model, batch)
                    self.evaluated(name, self.task.losses_by_label(outputs, batch), outputs, batch)

    def _frozen_groups(self, store: RunStore) -> FrequencyGroups:
        """The groups, made once from the training labels, and kept beside what they are made of."""
        if self._groups is None:
            assert self.task is not None
            classes = next(iter(self._sums.values())).classes
            counts = training_counts(self.task, classes)
            self._groups = frequency_groups(counts.numpy(), self.settings.groups)
            keep(store, "class_counts", 0, counts)
            keep(store, "class_groups", 0, torch.from_numpy(self._groups.of_class))
            names = self.task.class_names()
            if names is not None:
                keep(store, "class_names", 0, encoded(list(names)))
        return self._groups

    def _has_accuracy(self, name: str) -> bool:
        return name != BATCH or self.settings.batch_accuracy

    # Arrays, at the end where only the newest stay: each costs two waits for the disk

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Keeps the values by class of the last evaluation."""
        del pl_module
        self._keep_newest(trainer)

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Keeps them of a run that diverged, which ends; others may go on."""
        del pl_module
        if isinstance(exception, Diverged):
            self._keep_newest(trainer)

    def _keep_newest(self, trainer: Trainer) -> None:
        if self._newest is None:
            return
        store, (step, found) = store_of(trainer, self.folder), self._newest
        for name, (losses, labels, right) in found.items():
            with numpy.errstate(invalid="ignore"):  # no label, no mean
                arrays = {"loss": losses / labels, "accuracy": right / labels, "count": labels}
            for kind, array in arrays.items():
                if kind != "accuracy" or self._has_accuracy(name):
                    keep(store, f"per_class-{name}.{kind}", step, torch.from_numpy(array))
        self._newest = None

    # Checkpoints

    def state_dict(self) -> dict[str, Any]:
        """The sums of the training batches since the last evaluation, over all processes."""
        if BATCH not in self._sums:
            return {BATCH: self._loaded}
        (values,) = over_processes({BATCH: self._sums[BATCH]}, self._world_size).values()
        return {BATCH: values.cpu()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes them up; one process goes on from the sums of all."""
        self._loaded = state_dict[BATCH] if is_first_process() else None


def is_first_process() -> bool:
    """Whether this is the process of rank zero, or the only one."""
    return not torch.distributed.is_initialized() or torch.distributed.get_rank() == 0


def group_metrics(
    prefix: str,
    values: NDArray[numpy.float64],
    groups: FrequencyGroups,
    has_accuracy: bool = True,
) -> dict[str, float]:
    """Mean losses and accuracies by group, of what has labels.

    Args:
        prefix: of the metrics' names, for example per_class/train.
        values: sums of losses, labels and right answers by class: [3, C].
        groups: of the classes.
        has_accuracy: whether right answers were counted.
    """
    names = [*(f"group_{index:02d}" for index in range(1, len(groups) + 1)), "unseen", "all"]
    sums = [[*groups.sums(row), groups.unseen_sum(row), row.sum()] for row in values]
    metrics: dict[str, float] = {}
    for name, loss, labels, right in zip(names, *sums, strict=True):
        if labels > 0:
            metrics[f"{prefix}/loss/{name}"] = float(loss / labels)
            if has_accuracy:
                metrics[f"{prefix}/accuracy/{name}"] = float(right / labels)
    return metrics

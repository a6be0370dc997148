"""Curvature while a network trains: lambda_max and whatever else is asked for, at evaluations."""

from pathlib import Path
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer

from callbacks.landscape_parts import keep, objective_of, store_of
from research.landscape.curvature.measure import measure_curvature
from research.settings.landscape import CurvatureSettings
from research.training.landscape import encoded


class CurvatureDuringTraining(Callback):
    """Logs curvature/<split>/lambda_max and the like at evaluations, of any module with a task.

    It is that of the weights that are evaluated, in evaluation mode, over the same examples each
    time. Training does not notice: it goes on from the same bits. All eigenvalues, residuals and
    samples go to the run's arrays, as `curvature-<split>.largest` and the like at the step, and
    `research.evidence.surfaces.read_curvature(store, "curvature-<split>")` reads the newest.

    Several processes each measure the same, for it is not shared among them.

    Args:
        settings: what is measured, of which examples.
        every: steps between two measurements, each at the first evaluation at a multiple of it or
            after; 0 means at every evaluation.
        folder: where arrays go; None means the run's record, or the Trainer's default_root_dir.

    Raises:
        SettingsError: at the first evaluation, if the module has no task, or no such split.
    """

    def __init__(
        self,
        settings: CurvatureSettings | None = None,
        every: int = 0,
        folder: Path | None = None,
    ) -> None:
        self.settings = settings or CurvatureSettings()
        self.every = every
        self.folder = folder
        self.last: int | None = None

    @property
    def state_key(self) -> str:
        """Two of them, of different splits, may watch one training."""
        return self._generate_state_key(splits=self.settings.splits, every=self.every)

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Measures, where a multiple has been reached, and logs beside the evaluation's metrics."""
        step = trainer.global_step
        if trainer.sanity_checking or not self._is_due(step):
            return
        self.last = step
        for split in self.settings.splits:
            # Lightning evaluates where nothing may be differentiated.
            with torch.inference_mode(False):
                self._measure(trainer, pl_module, split, step)

    def _is_due(self, step: int) -> bool:
        return not self.every or step // self.every > (self.last or 0) // self.every

    def _measure(self, trainer: Trainer, pl_module: LightningModule, split: str, step: int) -> None:
        settings = self.settings
        objective = objective_of(pl_module, split, settings.examples, settings.batch_size)
        measured = settings.model_dump(exclude={"splits", "examples", "batch_size"})
        found = measure_curvature(objective, **measured)
        values = {f"curvature/{split}/{name}": value for name, value in found.metrics.items()}
        pl_module.log_dict(values, batch_size=1, sync_dist=True)
        about = {
            **settings.model_dump(),
            "split": split,
            "step": step,
            "examples": objective.count,
            "fingerprint": objective.fingerprint(),
            "metrics": found.metrics,
        }
        store = store_of(trainer, self.folder)
        for name, array in {**found.arrays, "description": encoded(about)}.items():
            keep(store, f"curvature-{split}.{name}", step, array)

    def state_dict(self) -> dict[str, Any]:
        """The step of the last measurement."""
        return {"last": self.last}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes up the step."""
        self.last = state_dict["last"]

"""Loss surfaces around the weights at chosen steps of a training."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import torch
from pytorch_lightning import LightningModule, Trainer
from torch import Tensor

from callbacks.chosen_steps import AtChosenSteps
from callbacks.landscape_parts import keep, objective_of, store_of
from research.landscape.objective import Objective
from research.landscape.plan import planned
from research.landscape.surfaces import measure
from research.settings.landscape import SurfaceSettings
from research.surface import Surface
from research.training.landscape import encoded


class SurfacesDuringTraining(AtChosenSteps):
    """Measures surfaces at chosen steps, of any module with a task, one for each split.

    Random directions are the same at all steps but for their lengths, which follow the weights as
    the settings say. Statistics of batch norm that are measured anew are those of the training
    split, whichever split the surface is of. Training does not notice: it goes on from the same
    bits.

    Each surface is written as soon as it is there, under the name <split>-<step>:
    `research.evidence.surfaces.read_surface(store, "train-200")` reads it back.

    Args:
        steps: where surfaces are taken; 0 is the initialisation.
        settings: grid, directions, examples and policies.
        every: every multiple of it too; 0 means none.
        last: the end of training too.
        folder: where they go; None means the run's record, or the Trainer's default_root_dir.

    Attributes:
        surfaces: those measured since this object was made, by name.

    Raises:
        SettingsError: at the first surface, if the module has no task, or no such split.
    """

    def __init__(
        self,
        steps: Collection[int] = (),
        settings: SurfaceSettings | None = None,
        every: int = 0,
        last: bool = False,
        folder: Path | None = None,
    ) -> None:
        super().__init__(steps, every, last)
        self.settings = settings or SurfaceSettings()
        self.folder = folder
        self.surfaces: dict[str, Surface] = {}

    def at(self, trainer: Trainer, pl_module: LightningModule, step: int) -> None:
        """The surfaces of all splits."""
        settings, store = self.settings, store_of(trainer, self.folder)
        for split in settings.splits:
            objective = objective_of(pl_module, split, settings.examples, settings.batch_size)
            notes = {"split": split, "step": step}
            statistics = self._training_examples(pl_module)
            plan = planned(
                f"{split}-{step}", objective, settings, statistics=statistics, notes=notes
            )
            found = self.surfaces[plan.name] = measure(plan)
            for name, values in arrays_of(found).items():
                keep(store, f"{plan.name}.{name}", step, values)

    def _training_examples(self, module: LightningModule) -> Objective | None:
        """Where batch norm's statistics are measured anew, what they are measured on."""
        settings = self.settings
        if settings.batch_norm != "re-estimated":
            return None
        return objective_of(module, "train", settings.examples, settings.batch_size)


def arrays_of(surface: Surface) -> dict[str, Tensor]:
    """What a record keeps of a surface, by name, as `research.training.landscape` has it."""
    measures = sorted(surface.values)
    about = {
        **surface.about,
        "measures": measures,
        "evaluations": int(surface.evaluated.sum()),
        "held_out_error": surface.held_out_error,
    }
    return {
        "surface": torch.from_numpy(np.stack([surface.values[name] for name in measures])),
        "evaluated": torch.from_numpy(surface.evaluated.astype(np.float64)),
        "description": encoded(about),
    }

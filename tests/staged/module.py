"""Two stages: the tiny training, and a surface around what it has trained.

The environment may ask for a kill: in training as in parity, of the surface by STAGED_KILL_AT=3, in
all its processes. STAGED_TERM_AT=3 sends SIGTERM to the last of them, STAGED_FAIL_AT=3 is an error
in the one that computes that point.
"""

import os
import signal

from pytorch_lightning import Callback

from research.landscape.objective import task_objective
from research.settings.sweep import SweepSettings
from research.training.landscape import LandscapeModule, planned
from research.training.stages import StagedRun
from tests.parity.module import Parity

from .settings import StagedSettings


def asked(name, points):
    """Whether the environment asks for it now."""
    index = int(os.environ.get(name, "-1"))
    return index in (points if isinstance(points, tuple) else (points,))


class Disturb(Callback):
    """kill -9 between the arrays of a point and its row, and SIGTERM while it is computed."""

    def on_predict_batch_start(self, trainer, pl_module, batch, batch_idx):
        if asked("STAGED_TERM_AT", batch) and trainer.is_last_process:
            signal.raise_signal(signal.SIGTERM)

    def on_predict_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if asked("STAGED_KILL_AT", batch):
            os.kill(os.getpid(), signal.SIGKILL)


class Plane(LandscapeModule):
    """A plane, of which a point may fail."""

    def configure_callbacks(self):
        self.trainer.is_last_process = self.trainer.global_rank == self.trainer.world_size - 1
        return [Disturb()]

    def compute(self, index, point):
        if asked("STAGED_FAIL_AT", index):
            raise ZeroDivisionError(f"point {index}")
        return super().compute(index, point)


class Staged(StagedRun):
    """Both of them."""

    settings: StagedSettings
    stages = ("training", "surface")

    def build(self, name, done):
        training = Parity(self.settings, self.seed)
        if name == "training":
            return training
        training.model.load_state_dict(done.weights("training"))
        objective = task_objective(training.task, training.task.splits["train"])
        plan = planned("plane", objective, self.settings.surface)
        return Plane([plan], SweepSettings(), self.seed, block=3)

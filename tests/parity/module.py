"""The tiny task and its module."""

import os
import signal
import time

import torch
from pytorch_lightning import Callback
from torch import nn
from torch.nn import functional as F

from callbacks.standard import standard_callbacks
from research.task import Task
from research.training.module import TrainingModule

from .settings import ParitySettings


class ParityTask(Task):
    """Whether x0 * x1 > 0 for points of a square."""

    def __init__(self, hidden=16, dropout=0.2):
        points = torch.rand(50, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
        labels = (points.prod(dim=1) > 0).long()
        self.model = nn.Sequential(
            nn.Linear(2, hidden), nn.ReLU(), nn.Dropout(dropout), nn.Linear(hidden, 2)
        )
        self.splits = {
            "train": {"x": points[:37], "y": labels[:37]},
            "validation": {"x": points[37:], "y": labels[37:]},
        }

    def outputs(self, model, batch):
        return model(batch["x"])

    def losses_of(self, outputs, batch):
        return F.cross_entropy(outputs, batch["y"], reduction="none")

    def labels(self, batch):
        return batch["y"]


class Kill(Callback):
    """Sends this process a signal before a certain step: kill -9, exact to the step."""

    def __init__(self, step, number):
        self.step, self.number = step, number

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        if trainer.global_step == self.step:
            os.kill(os.getpid(), self.number)


class Slow(Callback):
    """Waits before every step, so that a signal from outside finds the run where it should."""

    def __init__(self, seconds):
        self.seconds = seconds

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        time.sleep(self.seconds)


class Parity(TrainingModule):
    """Trains it. The environment may ask for a kill: PARITY_KILL_AT=57, or 57,120 by seed.

    Or for a wait in each step, PARITY_WAIT=0.01, in seconds.
    """

    settings: ParitySettings

    def build_task(self):
        return ParityTask(self.settings.hidden, self.settings.dropout)

    def configure_callbacks(self):
        steps = os.environ.get("PARITY_KILL_AT", "").split(",")
        at = steps[self.seed % len(steps)]
        kill = [Kill(int(at), signal.SIGKILL)] if at else []
        wait = os.environ.get("PARITY_WAIT")
        slow = [Slow(float(wait))] if wait else []
        return [*standard_callbacks(self.settings), *kill, *slow]

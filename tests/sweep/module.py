"""The tiny sweep. The environment may ask for a kill: SWEEP_KILL_AT=3."""

import os
import signal

import torch
from pytorch_lightning import Callback
from torch import nn

from research.training.sweep import Result, SweepModule

from .settings import SweepSettings


class Kill(Callback):
    """kill -9 between the arrays of a point and its row."""

    def on_predict_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if batch == int(os.environ["SWEEP_KILL_AT"]):
            os.kill(os.getpid(), signal.SIGKILL)


class Sweep(SweepModule):
    """A random vector and layer for each point, the layer's gradient at it, and a running sum."""

    settings: SweepSettings

    def points(self):
        return [0.5 * k for k in range(self.settings.count)]

    def needs(self, index):
        return [index - 1] if index and self.settings.chained else []

    def configure_callbacks(self):
        return [Kill()] if "SWEEP_KILL_AT" in os.environ else []

    def compute(self, index, point):
        if index == self.settings.fail_at:
            next(iter(()))
        x = torch.randn(3, generator=self.generator(index), device=self.device)
        layer = nn.Linear(3, 1)
        (point * layer(x) ** 2).sum().backward()
        chained = index and self.settings.chained
        total = x + self.earlier(index - 1, "sum").float() if chained else x.clone()
        arrays = {"gradient": layer.weight.grad, "x": x, "sum": total}
        return Result({"norm": x.norm(), "index": index}, arrays)

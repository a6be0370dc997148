"""Ends a run whose loss is no longer a finite number, and names the step."""

from collections.abc import Mapping
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from torch import Tensor


class Diverged(Exception):
    """The loss of a step is NaN or infinite.

    Attributes:
        step: the optimizer step, counted from 1, or the point of a sweep, whose loss it is.
        loss: that loss.
    """

    def __init__(self, step: int, loss: float, place: str = "") -> None:
        super().__init__(step, loss, place)  # as it is sent to other processes
        self.step = step
        self.loss = loss
        self.place = place or f"step {step}"

    def __str__(self) -> str:
        return f"loss is {self.loss} at {self.place}"


class Divergence(Callback):
    """Raises Diverged at the first loss that is not finite: before it is evaluated or kept.

    Works on any LightningModule whose training_step returns a loss, or {"loss": losses of several
    steps}.
    """

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Tensor | Mapping[str, Any] | None,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Looks at the losses of the steps just taken.

        Raises:
            Diverged: one of them is NaN or infinite.
        """
        del pl_module, batch, batch_idx
        losses = outputs.get("loss") if isinstance(outputs, Mapping) else outputs
        if losses is None:
            return
        losses = losses.detach().reshape(-1)
        if not losses.isfinite().all():
            first = int(torch.nonzero(~losses.isfinite())[0])
            step = trainer.global_step - len(losses) + first + 1
            raise Diverged(step, float(losses[first]))

"""The train and eval mode of schedule-free optimizers, switched around everything that looks."""

from typing import Protocol, runtime_checkable

from pytorch_lightning import LightningModule, Trainer
from torch import Tensor

from callbacks.evaluation_weights import EvaluationWeights, copies, put, trained_weights


@runtime_checkable
class HasTwoModes(Protocol):
    """An optimizer that moves the weights between the point of gradients and that of evaluation."""

    def train(self) -> None:
        """Moves them to where gradients are taken, from where they are evaluated."""

    def eval(self) -> None:
        """Moves them to where they are evaluated, from where gradients are taken."""


class ScheduleFreeWeights(EvaluationWeights):
    """Evaluates the average x of a schedule-free optimizer, which trains y = (1-b) z + b x.

    The optimizer finds x from y and z, with rounding; y itself is copied. Its mode is always
    "train" but for that moment, in checkpoints too.
    """

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Puts the optimizer in train mode, without which it refuses to step."""
        for optimizer in _with_two_modes(trainer):
            optimizer.train()
        super().on_train_start(trainer, pl_module)

    def evaluated_weights(
        self, trainer: Trainer, pl_module: LightningModule
    ) -> dict[str, Tensor] | None:
        """x, the average of the base sequence z."""
        optimizers = _with_two_modes(trainer)
        trained = copies(trained_weights(pl_module))
        for optimizer in optimizers:
            optimizer.eval()
        average = copies(trained_weights(pl_module))
        for optimizer in optimizers:
            optimizer.train()
        put(trained, pl_module)
        return average


def _with_two_modes(trainer: Trainer) -> list[HasTwoModes]:
    return [each for each in trainer.optimizers if isinstance(each, HasTwoModes)]

"""Weights that are evaluated and are not those that are trained: one base for all such methods.

Schedule-free methods take gradients at one point and are judged at another; weight averages leave
the training alone and are judged by the average. What they share is here: the evaluated weights
stand in the model during evaluations, in the `state_dict` of a checkpoint, and after training, so
that whoever loads or keeps a model has the one that was measured. The trained weights are copied,
not computed back, so that training goes on from the very same bits.

Only weights change places. The running statistics of batch normalisation belong to the trained
weights, also in an evaluation: where a model has them, they are only near to what the evaluated
weights would give.
"""

from abc import ABC, abstractmethod
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.trainer.states import TrainerFn
from torch import Tensor, nn


class EvaluationWeights(Callback, ABC):
    """Puts other weights in the place of the trained ones, and these back; of any LightningModule.

    A derived class says what they are in `evaluated_weights`. Outside of a fit nothing changes
    places: a checkpoint, and a module after its fit, hold the evaluated weights already. Only a
    checkpoint of `weights_only=True` holds what happens to be in place: callbacks are not asked.
    """

    def __init__(self) -> None:
        self._trained: dict[str, Tensor] | None = None

    @abstractmethod
    def evaluated_weights(
        self, trainer: Trainer, pl_module: LightningModule
    ) -> dict[str, Tensor] | None:
        """The weights to evaluate, by name; None where they are the trained ones.

        Asked for while the trained weights are in place, which it leaves as they are.
        """

    def _put_in_place(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Puts the evaluated weights in place and keeps the trained ones; twice does nothing."""
        if self._trained is not None:
            return
        evaluated = self.evaluated_weights(trainer, pl_module)
        if evaluated is not None:
            self._trained = copies(trained_weights(pl_module))
            put(evaluated, pl_module)

    def _put_back(self, pl_module: LightningModule) -> None:
        """Puts the trained weights back; where they are in place already, does nothing."""
        if self._trained is not None:
            put(self._trained, pl_module)
            self._trained = None

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """A run that is resumed goes on from the trained weights."""
        del trainer
        self._put_back(pl_module)

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """An evaluation within a fit begins."""
        if trainer.state.fn is TrainerFn.FITTING:
            self._put_in_place(trainer, pl_module)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """It is over."""
        if trainer.state.fn is TrainerFn.FITTING:
            self._put_back(pl_module)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """The trained model is the evaluated one."""
        self._put_in_place(trainer, pl_module)

    def on_save_checkpoint(
        self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Has the evaluated weights in `state_dict`, and the trained ones in this one's state."""
        in_training = self._trained is None
        self._put_in_place(trainer, pl_module)
        if self._trained is None:
            return
        checkpoint["state_dict"] = copies(trainer.strategy.lightning_module_state_dict())
        checkpoint["callbacks"][self.state_key] = {**self.state_dict(), "trained": self._trained}
        if in_training:
            self._put_back(pl_module)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes up the trained weights; the evaluated ones are in place until training starts."""
        self._trained = state_dict.get("trained")


def trained_weights(module: nn.Module) -> dict[str, Tensor]:
    """The parameters of a module that training changes, by name."""
    return {name: p for name, p in module.named_parameters() if p.requires_grad}


def copies(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """A copy of each."""
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}


@torch.no_grad()
def put(weights: dict[str, Tensor], module: nn.Module) -> None:
    """Sets the parameters of a module, in place."""
    for name, weight in trained_weights(module).items():
        weight.copy_(weights[name])

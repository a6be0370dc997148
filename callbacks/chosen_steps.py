"""Something done at chosen steps of a training, exactly there: before the update that follows."""

from abc import ABC, abstractmethod
from collections.abc import Collection

from pytorch_lightning import Callback, LightningModule, Trainer
from torch.optim import Optimizer


class AtChosenSteps(Callback, ABC):
    """Calls `at` where so many optimizer steps are done: 0 is the initialisation.

    The weights are then those that training holds, not an average that evaluations may look at;
    after the last step they are what training leaves behind. A run that goes on from a checkpoint
    does the checkpoint's own step again, and later ones.

    Args:
        steps: numbers of steps.
        every: every multiple of it too; 0 means none.
        last: the end of training too, whichever step it is.
    """

    def __init__(self, steps: Collection[int] = (), every: int = 0, last: bool = False) -> None:
        self.steps = frozenset(steps)
        self.every = every
        self.last = last
        self._done: int | None = None

    @abstractmethod
    def at(self, trainer: Trainer, pl_module: LightningModule, step: int) -> None:
        """What is done at a step."""

    def chosen(self, step: int) -> bool:
        """Whether a step is one of them."""
        return step in self.steps or bool(self.every and step % self.every == 0)

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Nothing is done in this fit yet."""
        del trainer, pl_module
        self._done = None

    def on_before_optimizer_step(
        self, trainer: Trainer, pl_module: LightningModule, optimizer: Optimizer
    ) -> None:
        """Looks at the step; optimizers may ask several times within one."""
        del optimizer
        step = trainer.global_step
        if self.chosen(step) and step != self._done:
            self._done = step
            self.at(trainer, pl_module, step)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Looks at the last step, which no update follows."""
        step = trainer.global_step
        if (self.last or self.chosen(step)) and step != self._done:
            self.at(trainer, pl_module, step)

"""An average of the weights is evaluated, and training goes on from the weights themselves."""

from typing import Any

from pytorch_lightning import LightningModule, Trainer
from torch import Tensor
from torch.optim import Optimizer

from callbacks.evaluation_weights import EvaluationWeights, trained_weights
from research.optim.averaging import build_average, is_due
from research.settings.averaging import AveragingSettings


class WeightAveraging(EvaluationWeights):
    """Evaluates `ema`, `lawa_queue` or `lawa_ema` of the weights, by optimizer steps.

    The weights after an update are looked at just before the next one, or when they are evaluated
    or kept, whichever comes first: so it sees those of every step, whoever takes the steps.

    Args:
        settings: the average, by name.

    Raises:
        ValueError: at the start, if the Trainer has no max_steps, of which times are shares.
    """

    def __init__(self, settings: AveragingSettings) -> None:
        super().__init__()
        self.settings = settings
        self.average = build_average(settings)
        self.seen = 0
        self._loaded: dict[str, Any] | None = None

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Takes up the average of a run that is resumed."""
        if trainer.max_steps < 1:
            raise ValueError(
                f"the Trainer's max_steps is {trainer.max_steps}, expected a number >= 1, "
                f"because the times of {self.settings.name} are shares of it"
            )
        super().on_train_start(trainer, pl_module)
        if self._loaded is not None:
            self.average.load_state_dict(self._loaded, pl_module.device)
            self._loaded = None

    def on_before_optimizer_step(
        self, trainer: Trainer, pl_module: LightningModule, optimizer: Optimizer
    ) -> None:
        """Looks at the weights that the last update left."""
        del optimizer
        self._look(trainer, pl_module)

    def evaluated_weights(
        self, trainer: Trainer, pl_module: LightningModule
    ) -> dict[str, Tensor] | None:
        """The average, once there is one."""
        self._look(trainer, pl_module)
        average = self.average.value()
        if average is None:
            return None
        return dict(zip(trained_weights(pl_module), average, strict=True))

    def _look(self, trainer: Trainer, module: LightningModule) -> None:
        step = trainer.global_step
        if step > self.seen:
            self.seen = step
            if is_due(self.settings, step, trainer.max_steps):
                weights = trained_weights(module).values()
                self.average.add([weight.detach() for weight in weights])

    def state_dict(self) -> dict[str, Any]:
        """The average, and the step whose weights it saw last."""
        return {"seen": self.seen, "average": self.average.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes them up; the average waits for the device of the weights."""
        super().load_state_dict(state_dict)
        self.seen = state_dict["seen"]
        self._loaded = state_dict["average"]

"""When an optimizer went over from one rule to another, and at which learning rate."""

from pytorch_lightning import Callback, LightningModule, Trainer
from torch.optim import Optimizer

LOGGED = {
    "step": "switched_at",
    "lr": "switch_lr",
    "gamma": "gamma",
    "lambda_hat": "lambda_hat",
}
"""What is logged, by the attribute of the optimizer that holds it; None is not logged."""


class OptimizerSwitch(Callback):
    """Logs switch/step and switch/lr at every evaluation after an optimizer's switch.

    switch/step is the number of updates of the first rule, switch/lr the rate of the second as the
    schedule has it now. SWATS also shows what it decides by: switch/gamma, its last estimate of the
    rate, and switch/lambda_hat, their average. All of it is the optimizer's own state, which
    checkpoints keep. Works on any LightningModule, and leaves other optimizers alone.
    """

    def on_validation_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Logs it with the metrics of the evaluation."""
        if trainer.sanity_checking:
            return
        for optimizer in trainer.optimizers:
            pl_module.log_dict(switch_of(optimizer), batch_size=1, sync_dist=True)


def switch_of(optimizer: Optimizer) -> dict[str, float]:
    """What there is to log of an optimizer."""
    values = {name: getattr(optimizer, attribute, None) for name, attribute in LOGGED.items()}
    return {f"switch/{name}": float(value) for name, value in values.items() if value is not None}

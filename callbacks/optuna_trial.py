"""Reports a metric to a trial of Optuna at every evaluation, and stops a run that it gives up.

Optuna's own callback imports the package `lightning`, whose Trainer is another class than that of
`pytorch_lightning`, and raises TrialPruned in the middle of a validation, which Lightning takes for
an error. This one works under either name and stops the run as an early stop does: with its
checkpoint written and its loggers closed as those of a run that went well.
"""

import math
from typing import TYPE_CHECKING, Any

from pytorch_lightning import Callback, LightningModule, Trainer

from research.settings.errors import SettingsError

if TYPE_CHECKING:
    import optuna


class OptunaTrial(Callback):
    """Stops a run whose trial the study's pruner gives up.

    Process zero reports and decides; under several devices the others learn it from there, so all
    stop after the same evaluation. Works on any LightningModule that logs the metric. In an
    objective of your own, after `trainer.fit`:

        if callback.pruned:
            raise optuna.TrialPruned

    Args:
        trial: what the run is a trial of; only process zero uses it.
        metric: name of a logged metric.

    Attributes:
        pruned: what happened, as words for people; empty unless the run was stopped.

    Raises:
        SettingsError: at the first evaluation, if nothing logs the metric.
    """

    def __init__(self, trial: "optuna.Trial", metric: str) -> None:
        self.trial = trial
        self.metric = metric
        self.pruned = ""
        self._reported: set[int] | None = None

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """A run that was killed between its last checkpoint and its end stops again at once."""
        del pl_module
        if self.pruned:
            trainer.should_stop = True

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Reports the metric, and stops the run if the pruner says so."""
        if trainer.sanity_checking:
            return
        value = trainer.callback_metrics.get(self.metric)
        if value is None:
            known = ", ".join(sorted(trainer.callback_metrics))
            raise SettingsError(f"objective.metric is {self.metric}, expected one of {known}")
        step = max(trainer.global_step, getattr(pl_module, "steps", 0))
        given_up = trainer.is_global_zero and self._is_given_up(float(value), step)
        is_whole = 0 < trainer.max_steps <= step
        if trainer.strategy.broadcast(given_up) and not is_whole:
            self.pruned = f"pruned at step {step}, where {self.metric} is {float(value):.6g}"
            trainer.should_stop = True

    def _is_given_up(self, value: float, step: int) -> bool:
        """Reports, and asks the pruner; what is no number is for those who watch the loss."""
        if math.isnan(value):
            return False
        if self._reported is None:  # a run that goes on after a kill has reported some steps before
            trials = self.trial.study.get_trials(deepcopy=False)
            known = next(each for each in trials if each.number == self.trial.number)
            self._reported = set(known.intermediate_values)
        if step not in self._reported:
            self.trial.report(value, step)
            self._reported.add(step)
        return self.trial.should_prune()

    def state_dict(self) -> dict[str, Any]:
        """Whether the run was stopped."""
        return {"pruned": self.pruned}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes up whether the run was stopped."""
        self.pruned = state_dict["pruned"]


def pruning(trainer: Trainer) -> str:
    """Why the run of a Trainer was pruned, empty if it was not."""
    callbacks: list[Callback] = getattr(trainer, "callbacks", [])
    return next((each.pruned for each in callbacks if isinstance(each, OptunaTrial)), "")

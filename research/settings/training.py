"""Settings of a training run: where it computes, how long, and what it keeps."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from research.settings.averaging import AveragingSettings
from research.settings.base import Settings, refuse
from research.settings.metrics import expected_instead
from research.settings.optimizers import AdamWSettings, OptimizerSettings
from research.settings.schedules import (
    ConstantSettings,
    LinearWarmupSettings,
    PlateauSettings,
    ScheduleSettings,
)
from research.settings.schedules.over_run import misfit
from research.settings.watching import WatchSettings, unwatchable

WHOLE_TRAINING_SET = {
    "gd": "takes the gradient of the whole training set",
    "lbfgs": "compares gradients of several steps, which must be of the same examples",
}
"""The optimizers that take no mini-batches, and why."""


class TrainerSettings(Settings):
    """Where and how long the run computes. Times are counted in optimizer steps."""

    max_steps: int = Field(default=1000, ge=1)
    """The run ends after so many optimizer steps, if nothing ends it before."""
    accelerator: Literal["auto", "cpu", "gpu"] = "auto"
    """The kind of device."""
    devices: int = Field(default=1, ge=1)
    """Devices of one run; several need a strategy."""
    strategy: Literal["auto", "ddp"] = "auto"
    """How several devices share one run: ddp splits every batch among them."""
    nodes: int = Field(default=1, ge=1)
    """Machines of one run, started by torchrun or SLURM."""
    precision: Literal["32-true", "bf16-mixed"] = "32-true"
    """Arithmetic: float32, or bfloat16 autocast where the processor has it."""
    log_every: int = Field(default=10, ge=1)
    """Steps between two logged training losses."""
    flush_every: int = Field(default=100, ge=1)
    """Most steps between two moments at which metrics leave the device."""
    checkpoint_every: int = Field(default=500, ge=1)
    """Least steps between two checkpoints, each taken at an evaluation."""
    checkpoints_kept: int = Field(default=2, ge=1)
    """Newest checkpoints that stay on disk."""


class EvaluationSettings(Settings):
    """When and on what a run is evaluated."""

    every: int = Field(default=100, ge=1)
    """Steps between two evaluations."""
    batch_size: int = Field(default=1024, ge=1)
    """Examples evaluated at once."""
    train_examples: int | None = Field(default=None, ge=1)
    """Training examples that are evaluated, the same random ones in every run; null means all."""


class StopSettings(Settings):
    """Ends a run early: once a metric has reached a value, and a hold has passed."""

    metric: str
    """Name of a metric of the evaluation, for example validation/accuracy."""
    at_least: float
    """The value that the metric must reach."""
    hold: int = Field(default=0, ge=0)
    """Steps that the run goes on after the value was first reached."""


class TrainingSettings(Settings):
    """The settings that every experiment has that trains a task; an experiment adds its own."""

    in_stages: ClassVar[bool] = False
    """Whether a run has several stages, so that no one training could be pruned."""

    batch_size: int | None = Field(default=None, ge=1)
    """Examples of one step, over all devices; null means the whole training set."""
    micro_batch_size: int | None = Field(default=None, ge=1)
    """Examples of a step that one device computes at once; the gradients of such parts of a batch
    add up to the whole batch's, so that it need not fit into memory. Null means all of them. Batch
    norm takes its statistics from each part: with it, another size is another training."""
    last_batch: Literal["keep", "drop"] = "keep"
    """Whether the short batch that ends an epoch is used."""
    optimizer: OptimizerSettings = AdamWSettings()
    schedule: ScheduleSettings = ConstantSettings()
    trainer: TrainerSettings = TrainerSettings()
    evaluation: EvaluationSettings = EvaluationSettings()
    stop: StopSettings | None = None
    """Early stop; null runs to max_steps."""
    averaging: AveragingSettings | None = None
    """Average evaluated in the weights' place, but for batch norm's statistics; null for none."""
    watch: WatchSettings | None = None
    """What is looked at on the way, which changes nothing of the training; null for nothing."""

    def added_metrics(self) -> tuple[str, ...] | None:
        """What evaluations log besides loss and accuracy of each split; None if it is not said.

        What every split has is written as `*/name`.
        """
        return None

    def splits(self) -> tuple[str, ...] | None:
        """Names of the splits that are evaluated; None where an experiment does not say."""
        return None

    @model_validator(mode="after")
    def _metrics_that_are_watched_are_logged(self) -> Self:
        watched = {"stop.metric": self.stop.metric} if self.stop else {}
        plateau, key = self.schedule, "schedule.metric"
        if isinstance(plateau, LinearWarmupSettings):
            plateau, key = plateau.then, "schedule.then.metric"
        if isinstance(plateau, PlateauSettings):
            watched[key] = plateau.metric
        for key, metric in watched.items():
            expected = expected_instead(metric, self.splits(), self.added_metrics())
            if expected is not None:
                refuse(key, metric, expected)
        return self

    @model_validator(mode="after")
    def _what_is_watched_is_there(self) -> Self:
        problem = self.watch and unwatchable(self.watch, self.trainer.max_steps, self.splits())
        if problem:
            key, found, expected = problem
            refuse(f"watch.{key}", found, expected)
        return self

    @model_validator(mode="after")
    def _whole_training_set_where_it_is_needed(self) -> Self:
        name = self.optimizer.name
        if name in WHOLE_TRAINING_SET and self.batch_size is not None:
            reason = WHOLE_TRAINING_SET[name]
            refuse("batch_size", self.batch_size, f"null, because {name} {reason}")
        return self

    @model_validator(mode="after")
    def _schedule_fits_the_run(self) -> Self:
        problem = misfit(self.schedule, self.trainer.max_steps)
        if problem is not None:
            refuse(f"schedule.{problem.key}", problem.found, problem.expected)
        return self

    @model_validator(mode="after")
    def _schedule_free_without_a_schedule(self) -> Self:
        name = self.optimizer.name
        if not self.optimizer.averages_itself:
            return self
        schedule = self.schedule
        if schedule.name not in ("constant", "linear_warmup", "range_test"):
            expected = f"constant, linear_warmup or range_test, because of {name}"
            refuse("schedule.name", schedule.name, expected)
        if isinstance(schedule, LinearWarmupSettings) and schedule.then.name != "constant":
            refuse("schedule.then.name", schedule.then.name, f"constant, because of {name}")
        if self.averaging is not None:
            refuse("averaging", self.averaging.name, f"null, because {name} averages itself")
        return self

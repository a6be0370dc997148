"""Typed settings of the finite-sum experiments. No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.finite_sums import FiniteSumProblemSettings
from research.settings.sweep import SweepSettings

Measurement = Literal[
    "deterministic", "floors", "decreasing", "replacement", "descent", "averages", "adagrad"
]
"""What can be measured on an instance; each is one point of the sweep."""
SMOOTH_ONLY = ("deterministic", "floors", "decreasing", "replacement", "descent")
StepSize = Annotated[float, Field(gt=0)]


class FiniteSumSettings(SweepSettings):
    """Gradient methods on a random finite sum, held against the theorems about them."""

    problem: FiniteSumProblemSettings = FiniteSumProblemSettings()
    measure: Annotated[tuple[Measurement, ...], Field(strict=False, min_length=1)] = ("floors",)
    """What is measured, in this order."""
    chains: int = Field(default=200, ge=2)
    """Independent seeds of the batches; means and standard errors are over them."""
    batch_size: int = Field(default=2, ge=1)
    """b, examples of a batch, drawn with replacement if not said otherwise."""
    step_sizes: Annotated[tuple[StepSize, ...], Field(strict=False, min_length=1)] = (
        0.4, 0.2, 0.1, 0.05, 0.02, 0.014, 0.01, 0.007, 0.005,
    )  # fmt: skip
    """Constant step sizes whose noise floors are measured."""
    floor_steps: int = Field(default=6000, ge=40)
    """Updates with a constant step; the floor is the mean over the second half."""
    replacement_step_size: StepSize = 0.1
    """The step at which floors with and without replacement are compared."""
    batch_sizes: Annotated[
        tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False, min_length=1)
    ] = (2, 20, 50, 100)
    """Batch sizes of that comparison."""
    decreasing_steps: int = Field(default=20000, ge=1000)
    """Updates with decreasing steps, and with averaged iterates."""
    deterministic_steps: int = Field(default=1000, ge=10)
    """Updates of full-gradient methods."""
    average_step_size: StepSize = 0.3
    """a0 of the three step rules whose iterates are averaged."""
    adagrad_steps: int = Field(default=2000, ge=10)
    """Updates of AdaGrad against stochastic gradient descent."""

    @model_validator(mode="after")
    def _what_is_measured_exists(self) -> Self:
        if self.problem.loss == "absolute":
            for name in set(self.measure).intersection(SMOOTH_ONLY):
                refuse("measure", name, "averages or adagrad, because the loss has a kink")
        needs_ridge = {"floors", "decreasing"}.intersection(self.measure)
        if needs_ridge and self.problem.mu == 0:
            refuse("problem.mu", 0.0, f"more than 0, because {min(needs_ridge)} are measured")
        return self

    @model_validator(mode="after")
    def _batches_fit(self) -> Self:
        largest = max(self.batch_size, *self.batch_sizes)
        if "replacement" in self.measure and largest >= self.problem.examples:
            refuse("batch_sizes", largest, f"less than the {self.problem.examples} examples")
        return self

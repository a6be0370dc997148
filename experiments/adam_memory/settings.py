"""Typed settings of adam_memory. No torch."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.optimizers.base import Betas
from research.settings.sweep import SweepSettings

Steps = Annotated[int, Field(ge=10)]
NoiseRatios = Annotated[
    tuple[Annotated[float, Field(ge=0)], ...], Field(strict=False, min_length=1)
]


class AdamMemorySettings(SweepSettings):
    """Adam's two averages are fed gradients that are known in advance; no loss is needed."""

    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and the second moment."""
    ones_before: Steps = 1000
    """Gradients of 1 before the rare one."""
    rare_gradient: float = Field(default=1e5, gt=0)
    """The one large gradient."""
    steps_after: Steps = 1000
    """Steps that count as after it, the step of the large gradient among them."""
    forgetting_steps: Steps = 20_000
    """Gradients of 1 after the rare one, until its trace is gone."""
    bound_steps: Steps = 10_000
    """Length of the gradient sequences that look for the largest single step."""
    noise_ratios: NoiseRatios = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
    """Standard deviations of a gradient with mean 1."""
    noise_steps: Steps = 4000
    """Steps over which the mean step under noise is taken, after 4000 steps to settle."""
    coordinates: int = Field(default=256, ge=2, multiple_of=2)
    """Independent weights under noise; every two have opposite noise."""
    game_gradient: float = Field(default=3.0, gt=2)
    """The gradient C at every third step of the online problem; -1 at all others."""
    game_lr: float = Field(default=0.1, gt=0)
    """Learning rate of the online problem at step 1; it falls as 1/sqrt(t)."""
    game_steps: Steps = 10_000
    """Steps of the online problem."""
    cycle_lr: float = Field(default=0.5, gt=0)
    """Learning rate of the problem of period 101 at step 1; it falls as 1/sqrt(t)."""
    cycle_steps: Steps = 40_000
    """Steps of the problem of period 101."""

    @model_validator(mode="after")
    def _a_step_has_a_bound(self) -> Self:
        beta1, beta2 = self.betas
        if beta1**2 >= beta2:
            refuse("betas", list(self.betas), "β₁² < β₂, or a step has no bound")
        return self

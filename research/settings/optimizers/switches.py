"""Settings of the methods that begin as Adam and end as SGD."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import (
    BaseOptimizerSettings,
    Betas,
    DecayRate,
    LearningRate,
)


class SwatsSettings(BaseOptimizerSettings):
    """Adam until the rate that SGD would need has settled, then SGD with that rate."""

    formula: ClassVar[str] = (
        "Adam's step p; gamma = p.p/-p.g; lambda = b2 lambda + (1-b2) gamma; once "
        "|lambda/(1-b2^t) - gamma| < switch_tolerance: b = b1 b + g; "
        "w -= (1-b1) lambda/(1-b2^t) b"
    )
    source: ClassVar[str] = "Keskar and Socher (2017), arXiv:1712.07628, algorithm 1"
    switches: ClassVar[bool] = True

    name: Literal["swats"] = "swats"
    lr: LearningRate = 1e-3
    """Learning rate of Adam; the schedule multiplies it, and SGD's rate alike."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the moments; the first is also SGD's momentum, the second gamma's."""
    eps: float = Field(default=1e-9, gt=0)
    """Added to the root of the second moment."""
    switch_tolerance: float = Field(default=1e-9, gt=0)
    """How near gamma must come to its average; the switch depends on little else."""
    min_steps: int = Field(default=2, ge=2)
    """Updates of Adam before which there is no switch."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, added to the gradient in both phases."""


class AdamThenSGDSettings(BaseOptimizerSettings):
    """Adam, and from a chosen step on SGD with momentum."""

    formula: ClassVar[str] = "Adam for t <= switch_at, then b = momentum b + g; w -= sgd_lr * b"
    source: ClassVar[str] = "after Keskar and Socher (2017), arXiv:1712.07628"
    switches: ClassVar[bool] = True

    name: Literal["adam_then_sgd"] = "adam_then_sgd"
    lr: LearningRate = 1e-3
    """Learning rate of Adam; the schedule multiplies it and sgd_lr."""
    sgd_lr: LearningRate = 1e-1
    """Learning rate of SGD."""
    switch_at: int = Field(default=1000, ge=1)
    """Updates of Adam."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of Adam's moments."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of Adam's second moment."""
    momentum: DecayRate = 0.9
    """Momentum of SGD."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, added to the gradient in both phases."""

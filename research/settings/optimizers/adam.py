"""Settings of Adam and its relatives."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import BaseOptimizerSettings, Betas, LearningRate


class AdamSettings(BaseOptimizerSettings):
    """Adam; weight decay is an L2 penalty, added to the gradient."""

    formula: ClassVar[str] = (
        "m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; "
        "w -= lr * m/(1-b1^t) / (sqrt(v/(1-b2^t)) + eps)"
    )
    source: ClassVar[str] = "Kingma and Ba (2015), arXiv:1412.6980, algorithm 1"

    name: Literal["adam"] = "adam"
    lr: LearningRate = 1e-3
    """Learning rate that the schedule multiplies."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and the second moment."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, added to the gradient."""


class AdamWSettings(BaseOptimizerSettings):
    """Adam with decoupled weight decay, which the second moment does not rescale."""

    formula: ClassVar[str] = "w -= lr * weight_decay * w, then Adam's step"
    source: ClassVar[str] = "Loshchilov and Hutter (2019), arXiv:1711.05101, algorithm 2"

    name: Literal["adamw"] = "adamw"
    lr: LearningRate = 1e-3
    """Learning rate that the schedule multiplies."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and the second moment."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment."""
    weight_decay: float = Field(default=1e-2, ge=0)
    """Decoupled weight decay, towards zero."""

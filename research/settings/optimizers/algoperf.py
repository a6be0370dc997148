"""Settings of what the AlgoPerf competition trained with: NadamW and its relatives.

Of the submissions that lectures list as methods of their own, NadamP is NadamW in four of its five
settings, and so is Generalized Adam: they are tuned NadamW with a switch.
"""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import BaseOptimizerSettings, Betas, LearningRate


class NadamWSettings(BaseOptimizerSettings):
    """AdamW that looks one gradient ahead; not torch's NAdam, whose momentum has a schedule."""

    formula: ClassVar[str] = (
        "w -= lr * weight_decay * w; "
        "w -= lr * (b1 m + (1-b1) g)/(1-b1^t) / (sqrt(v/(1-b2^t)) + eps)"
    )
    source: ClassVar[str] = "Choi et al. (2019), arXiv:1910.05446, table 1; AlgoPerf's baseline"

    name: Literal["nadamw"] = "nadamw"
    lr: LearningRate = 1e-3
    """Learning rate that the schedule multiplies."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and the second moment."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment."""
    weight_decay: float = Field(default=1e-2, ge=0)
    """Decoupled weight decay, towards zero."""


class NadamPSettings(BaseOptimizerSettings):
    """NadamW with another root of the second moment."""

    formula: ClassVar[str] = (
        "w -= lr * weight_decay * w; "
        "w -= lr * (b1 m + (1-b1) g)/(1-b1^t) / ((v/(1-b2^t))^(1/power) + eps)"
    )
    source: ClassVar[str] = "AlgoPerf competition (2024), external tuning, submission NadamP"

    name: Literal["nadamp"] = "nadamp"
    lr: LearningRate = 1e-3
    """Learning rate that the schedule multiplies."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and the second moment."""
    power: float = Field(default=1.5, gt=0)
    """Which root is taken; 2 is NadamW, and only 2 is blind to the gradient's scale."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment."""
    weight_decay: float = Field(default=1e-2, ge=0)
    """Decoupled weight decay, towards zero."""


class GeneralizedAdamSettings(BaseOptimizerSettings):
    """NadamW and Nesterov's SGD, and what lies between, by two switches."""

    formula: ClassVar[str] = (
        "preconditioned: NadamW, without nesterov w -= lr * m / (sqrt(v/(1-b2^t)) + eps); "
        "else b = b1 b + g; w -= lr * (g + b1 b), without nesterov w -= lr * b"
    )
    source: ClassVar[str] = (
        "AlgoPerf competition (2024), external tuning, submission Generalized Adam"
    )

    name: Literal["generalized_adam"] = "generalized_adam"
    lr: LearningRate = 1e-3
    """Learning rate that the schedule multiplies."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the two moments; the first is the momentum without preconditioning."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment."""
    weight_decay: float = Field(default=1e-2, ge=0)
    """Decoupled weight decay, towards zero."""
    nesterov: bool = True
    """Whether the step looks one gradient ahead."""
    preconditioned: bool = True
    """Whether the step is divided by the root of the second moment."""

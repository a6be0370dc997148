"""Settings of gradient descent and its two momenta.

All four take weight decay in two forms: as an L2 penalty, or decoupled. Without momentum they are
the same; with it, an L2 penalty passes through the momentum and a decoupled decay does not.
"""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import BaseOptimizerSettings, DecayRate, LearningRate


class GDSettings(BaseOptimizerSettings):
    """Gradient descent: the whole training set in every step, so batch_size must be null."""

    formula: ClassVar[str] = "w -= lr * g, g the gradient over all examples"
    source: ClassVar[str] = "Cauchy (1847), Comptes rendus 25, 536-538"

    name: Literal["gd"] = "gd"
    lr: LearningRate = 1e-2
    """Learning rate that the schedule multiplies."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, or of the decoupled decay."""
    decoupled_weight_decay: bool = False
    """Whether the weights shrink by lr * weight_decay beside the step; else an L2 penalty."""


class SGDSettings(BaseOptimizerSettings):
    """Stochastic gradient descent on mini-batches, without momentum."""

    formula: ClassVar[str] = "w -= lr * g, g the gradient over a mini-batch"
    source: ClassVar[str] = "Robbins and Monro (1951), Annals of Mathematical Statistics 22, 400"

    name: Literal["sgd"] = "sgd"
    lr: LearningRate = 1e-2
    """Learning rate that the schedule multiplies."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, or of the decoupled decay."""
    decoupled_weight_decay: bool = False
    """Whether the weights shrink by lr * weight_decay beside the step; else an L2 penalty."""


class HeavyBallSettings(BaseOptimizerSettings):
    """Polyak's momentum, with the learning rate outside of the buffer.

    It equals w+ = w - lr g + momentum (w - w-) only while lr stays constant.
    """

    formula: ClassVar[str] = "b = momentum * b + g; w -= lr * b"
    source: ClassVar[str] = "Polyak (1964), USSR Comp. Math. Math. Phys. 4(5), 1-17"

    name: Literal["heavy_ball"] = "heavy_ball"
    lr: LearningRate = 1e-2
    """Learning rate that the schedule multiplies."""
    momentum: DecayRate = 0.9
    """Share of the buffer that stays."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, or of the decoupled decay."""
    decoupled_weight_decay: bool = False
    """Whether the weights shrink by lr * weight_decay beside the step; else an L2 penalty."""


class NesterovSettings(BaseOptimizerSettings):
    """Nesterov's momentum as deep learning writes it: the step looks one buffer ahead."""

    formula: ClassVar[str] = "b = momentum * b + g; w -= lr * (g + momentum * b)"
    source: ClassVar[str] = (
        "Nesterov (1983), Doklady AN SSSR 269, 543; this form: Sutskever et al. (2013), ICML"
    )

    name: Literal["nesterov"] = "nesterov"
    lr: LearningRate = 1e-2
    """Learning rate that the schedule multiplies."""
    momentum: float = Field(default=0.9, gt=0, lt=1)
    """Share of the buffer that stays."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, or of the decoupled decay."""
    decoupled_weight_decay: bool = False
    """Whether the weights shrink by lr * weight_decay beside the step; else an L2 penalty."""

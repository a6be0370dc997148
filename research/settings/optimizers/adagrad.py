"""Settings of the methods that scale every weight by its past gradients, before Adam."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import BaseOptimizerSettings, DecayRate, LearningRate


class AdagradSettings(BaseOptimizerSettings):
    """AdaGrad, diagonal: rates fall with the sum of squared gradients."""

    formula: ClassVar[str] = "s += g^2; w -= lr * g / (sqrt(s) + eps)"
    source: ClassVar[str] = "Duchi, Hazan and Singer (2011), JMLR 12, 2121-2159"

    name: Literal["adagrad"] = "adagrad"
    lr: LearningRate = 1e-2
    """Learning rate that the schedule multiplies."""
    initial_accumulator: float = Field(default=0.0, ge=0)
    """What the sum of squares starts from."""
    eps: float = Field(default=1e-10, gt=0)
    """Added to the root of the sum."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, added to the gradient."""


class AdadeltaSettings(BaseOptimizerSettings):
    """AdaDelta: the unit of the step is that of the weights; lr is 1 in the paper."""

    formula: ClassVar[str] = (
        "v = rho v + (1-rho) g^2; d = sqrt(u + eps) / sqrt(v + eps) * g; "
        "u = rho u + (1-rho) d^2; w -= lr * d"
    )
    source: ClassVar[str] = "Zeiler (2012), arXiv:1212.5701, algorithm 1"

    name: Literal["adadelta"] = "adadelta"
    lr: LearningRate = 1.0
    """Factor on the step, which the schedule multiplies."""
    rho: DecayRate = 0.9
    """Decay rate of the two running means of squares."""
    eps: float = Field(default=1e-6, gt=0)
    """Added inside both roots; it sets the size of the first steps."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, added to the gradient."""


class RMSpropSettings(BaseOptimizerSettings):
    """RMSProp, without bias correction and with eps outside of the root."""

    formula: ClassVar[str] = "v = alpha v + (1-alpha) g^2; w -= lr * g / (sqrt(v) + eps)"
    source: ClassVar[str] = "Tieleman and Hinton (2012), Coursera: Neural Networks, lecture 6.5"

    name: Literal["rmsprop"] = "rmsprop"
    lr: LearningRate = 1e-2
    """Learning rate that the schedule multiplies."""
    alpha: DecayRate = 0.99
    """Decay rate of the running mean of squares."""
    momentum: DecayRate = 0.0
    """Heavy ball on the scaled gradient: b = momentum * b + g / (sqrt(v) + eps)."""
    centered: bool = False
    """Whether the squared running mean of the gradient is taken off v: a variance."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the mean."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, added to the gradient."""

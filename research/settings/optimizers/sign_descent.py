"""Settings of the methods that throw the gradient's length away: signs, and the unit vector."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import (
    BaseOptimizerSettings,
    Betas,
    DecayRate,
    LearningRate,
)


class LionSettings(BaseOptimizerSettings):
    """Sign descent along an interpolated momentum; needs a smaller rate than Adam."""

    formula: ClassVar[str] = (
        "w -= lr * (sign(b1 m + (1-b1) g) + weight_decay w); m = b2 m + (1-b2) g"
    )
    source: ClassVar[str] = "Chen et al. (2023), arXiv:2302.06675"

    name: Literal["lion"] = "lion"
    lr: LearningRate = 1e-4
    """Learning rate, the distance that every weight moves; the schedule multiplies it."""
    betas: Betas = (0.9, 0.99)
    """Decay rates of the momentum in the step, and of the one that is kept."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay, towards zero."""


class SignSGDSettings(BaseOptimizerSettings):
    """Sign descent: every weight moves by the same distance."""

    formula: ClassVar[str] = "m = momentum m + (1-momentum) g; w -= lr * sign(m)"
    source: ClassVar[str] = "Bernstein et al. (2018), arXiv:1802.04434"

    name: Literal["sign_sgd"] = "sign_sgd"
    lr: LearningRate = 1e-3
    """Learning rate, the distance that every weight moves; the schedule multiplies it."""
    momentum: DecayRate = 0.0
    """Decay rate of the averaged gradient whose sign is taken."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay, towards zero."""


class NormalizedSGDSettings(BaseOptimizerSettings):
    """Normalised gradient descent: all weights together move by the same distance."""

    formula: ClassVar[str] = "m = momentum m + (1-momentum) g; w -= lr * m / |m|, |m| over all w"
    source: ClassVar[str] = (
        "Hazan, Levy and Shalev-Shwartz (2015), arXiv:1507.02030; with momentum: "
        "Cutkosky and Mehta (2020), arXiv:2002.03305"
    )

    name: Literal["normalized_sgd"] = "normalized_sgd"
    lr: LearningRate = 1e-2
    """Learning rate, the length of the step; the schedule multiplies it."""
    momentum: DecayRate = 0.0
    """Decay rate of the averaged gradient whose direction is taken."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay, towards zero."""
    eps: float = Field(default=1e-12, gt=0)
    """Least norm that is divided by, so that no gradient means no step."""

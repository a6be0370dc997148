"""Settings of the optimizers, chosen by name."""

from typing import Annotated, Literal

from pydantic import Field

from research.settings.base import Settings

LearningRate = Annotated[float, Field(gt=0)]
DecayRate = Annotated[float, Field(ge=0, lt=1)]
Betas = Annotated[tuple[DecayRate, DecayRate], Field(strict=False)]


class AdamSettings(Settings):
    """Adam (Kingma and Ba, 2015); weight decay is an L2 penalty, added to the gradient."""

    name: Literal["adam"] = "adam"
    lr: LearningRate = 1e-3
    """Learning rate that the schedule multiplies."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and the second moment."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, added to the gradient."""


class AdamWSettings(Settings):
    """AdamW (Loshchilov and Hutter, 2019): decoupled decay, w <- w - lr * weight_decay * w."""

    name: Literal["adamw"] = "adamw"
    lr: LearningRate = 1e-3
    """Learning rate that the schedule multiplies."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and the second moment."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment."""
    weight_decay: float = Field(default=1e-2, ge=0)
    """Decoupled weight decay, towards zero."""


OptimizerSettings = Annotated[AdamSettings | AdamWSettings, Field(discriminator="name")]

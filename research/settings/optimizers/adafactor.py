"""Settings of Adafactor, which keeps a row and a column where Adam keeps a matrix."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import BaseOptimizerSettings, LearningRate


class AdafactorSettings(BaseOptimizerSettings):
    """Adafactor as torch has it: lr bounds the relative step min(lr, 1/sqrt(t)); no momentum."""

    formula: ClassVar[str] = (
        "k = t^beta2_decay; r += k (rowmean g^2 - r); c += k (colmean g^2 - c); "
        "u = g / sqrt(r c^T / mean r); "
        "w -= max(eps, rms w) * min(lr, 1/sqrt(t)) * u / max(1, rms(u)/clip)"
    )
    source: ClassVar[str] = "Shazeer and Stern (2018), arXiv:1804.04235, algorithms 4 and 5"

    name: Literal["adafactor"] = "adafactor"
    lr: LearningRate = 1e-2
    """Largest relative step, which the schedule multiplies."""
    beta2_decay: float = Field(default=-0.8, le=0)
    """Exponent of t in 1 - b2(t)."""
    eps: float = Field(default=1e-3, ge=0)
    """Least root mean square of the weights that a step is relative to."""
    clip: float = Field(default=1.0, ge=1)
    """Largest root mean square of an update, before the rate."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay, towards zero."""

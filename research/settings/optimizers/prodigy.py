"""Settings of Prodigy, which estimates its own learning rate."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import BaseOptimizerSettings, Betas, LearningRate


class ProdigySettings(BaseOptimizerSettings):
    """Adam with an estimate d of the distance to the solution as its rate; lr stays at 1."""

    formula: ClassVar[str] = (
        "w -= lr d * m / (sqrt(v) + d eps), m, v Adam's moments of d g; "
        "d = max(d, sum <g, w0 - w> weighted / |sum g weighted|_1)"
    )
    source: ClassVar[str] = "Mishchenko and Defazio (2024), arXiv:2306.06101, the version for Adam"

    name: Literal["prodigy"] = "prodigy"
    lr: LearningRate = 1.0
    """Factor on the estimated rate, which the schedule multiplies."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and the second moment; the estimate's is sqrt(b2)."""
    eps: float = Field(default=1e-8, gt=0)
    """Added, times d, to the root of the second moment."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay, towards zero."""
    d0: float = Field(default=1e-6, gt=0)
    """First estimate of the distance; too small is safe, too large is not."""
    d_coef: float = Field(default=1.0, gt=0)
    """Factor on every estimate, the way to tune it."""

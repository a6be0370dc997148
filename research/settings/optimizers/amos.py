"""Settings of Amos."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import BaseOptimizerSettings, DecayRate, LearningRate


class AmosSettings(BaseOptimizerSettings):
    """Adaptive decay towards the scale that the weights should have; AlgoPerf's is a variant."""

    formula: ClassVar[str] = (
        "w -= d * (lr eta g/sqrt(v/(1-beta^t)) + (gamma/2 + extra_l2) w); b += gamma (1+b); "
        "v averages mean(g^2), gamma = c lr^2 mean(g^2)/(v/(1-beta^t)), "
        "c = (1 + sqrt(lr) b/4)^(-1/2), d = 1/(1 + sqrt(lr eta) b/4)"
    )
    source: ClassVar[str] = "Tian and Parikh (2022), arXiv:2210.11693, algorithm 1"

    name: Literal["amos"] = "amos"
    lr: LearningRate = 1e-2
    """Learning rate that the schedule multiplies; advised: 1/sqrt(batches of the training set)."""
    beta: DecayRate = 0.999
    """Decay rate of the second moment."""
    eta: float | None = Field(default=None, gt=0)
    """Expected scale of the weights; null means by shape: 1/2, sqrt(2/n), sqrt(1/n)."""
    extra_l2: float = Field(default=0.0, ge=0)
    """Further L2 penalty."""
    eps: float = Field(default=2.0**-125, gt=0)
    """Least second moment that is divided by."""

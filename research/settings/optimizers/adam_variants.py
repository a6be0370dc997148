"""Settings of the repairs of Adam: AMSGrad, NAdam, RAdam."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import BaseOptimizerSettings, Betas, LearningRate


class AMSGradSettings(BaseOptimizerSettings):
    """Adam whose second moment never falls; three rules go by this name, and they differ."""

    formula: ClassVar[str] = (
        "Adam with u = max(u, v) in place of v; torch corrects u's bias, optax v's, the paper none"
    )
    source: ClassVar[str] = "Reddi, Kale and Kumar (2018), arXiv:1904.09237, algorithm 2"

    name: Literal["amsgrad"] = "amsgrad"
    variant: Literal["torch", "optax", "paper"] = "torch"
    """torch: sqrt(max v / (1-b2^t)); optax: sqrt(max(v / (1-b2^t))); paper: m / sqrt(max v)."""
    lr: LearningRate = 1e-3
    """Learning rate that the schedule multiplies."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and the second moment."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment; the paper has none."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, added to the gradient."""


class NAdamSettings(BaseOptimizerSettings):
    """Adam with Nesterov's momentum and Dozat's schedule of it; AlgoPerf's nadamw has none."""

    formula: ClassVar[str] = (
        "mu_t = b1 (1 - 0.96^(t momentum_decay) / 2); w -= lr * (mu_{t+1} m/(1-mu_1..mu_{t+1})"
        " + (1-mu_t) g/(1-mu_1..mu_t)) / (sqrt(v/(1-b2^t)) + eps)"
    )
    source: ClassVar[str] = "Dozat (2016), ICLR workshop, algorithm 2"

    name: Literal["nadam"] = "nadam"
    lr: LearningRate = 2e-3
    """Learning rate that the schedule multiplies."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and the second moment."""
    momentum_decay: float = Field(default=4e-3, ge=0)
    """How fast the momentum rises to b1."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, or of the decoupled decay."""
    decoupled_weight_decay: bool = False
    """Whether the weights shrink by lr * weight_decay beside the step; else an L2 penalty."""


class RAdamSettings(BaseOptimizerSettings):
    """Adam without its adaptive step while the second moment has too few samples behind it."""

    formula: ClassVar[str] = (
        "n = N - 2 t b2^t/(1-b2^t), N = 2/(1-b2) - 1; Adam's step times "
        "sqrt((n-4)(n-2)N / ((N-4)(N-2)n)) where n > 5, else w -= lr * m/(1-b1^t)"
    )
    source: ClassVar[str] = "Liu et al. (2020), arXiv:1908.03265, algorithm 2"

    name: Literal["radam"] = "radam"
    lr: LearningRate = 1e-3
    """Learning rate that the schedule multiplies."""
    betas: Betas = (0.9, 0.999)
    """Decay rates of the first and the second moment."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment, before its bias is corrected."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, or of the decoupled decay."""
    decoupled_weight_decay: bool = False
    """Whether the weights shrink by lr * weight_decay beside the step; else an L2 penalty."""

"""Settings of Muon."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import (
    BaseOptimizerSettings,
    Betas,
    DecayRate,
    LearningRate,
)


class MuonSettings(BaseOptimizerSettings):
    """Orthogonalised momentum for hidden layers' matrices; AdamW for all other parameters."""

    formula: ClassVar[str] = (
        "M = momentum M + (1-momentum) G; W -= lr * weight_decay * W; "
        "W -= lr * scale * NS5((1-momentum) G + momentum M); NS5 near U V^T; rest: AdamW"
    )
    source: ClassVar[str] = (
        "Jordan et al. (2024), kellerjordan.github.io/posts/muon; scale: Liu et al. (2025), "
        "arXiv:2502.16982"
    )

    name: Literal["muon"] = "muon"
    lr: LearningRate = 0.02
    """Learning rate of the matrices; the schedule multiplies it and adamw_lr."""
    momentum: DecayRate = 0.95
    """Decay rate of the averaged gradient."""
    nesterov: bool = True
    """Whether the step looks one gradient ahead."""
    weight_decay: float = Field(default=0.1, ge=0)
    """Decoupled weight decay of the matrices."""
    newton_schulz_steps: int = Field(default=5, ge=1, lt=100)
    """Iterations that orthogonalise: most singular values end between 0.6 and 1.25, not at 1."""
    newton_schulz_precision: Literal["full", "bfloat16"] = "full"
    """Arithmetic of the iteration: the weights' own, or bfloat16 (torch's; fast on GPUs only)."""
    scale: Literal["original", "match_rms_adamw"] = "original"
    """original: sqrt(max(1, rows/columns)); match_rms_adamw: 0.2 sqrt(max(rows, columns))."""
    eps: float = Field(default=1e-7, gt=0)
    """Least norm of a matrix that is divided by."""
    adamw_lr: LearningRate = 1e-3
    """Learning rate of all other parameters."""
    adamw_betas: Betas = (0.9, 0.999)
    """Decay rates of AdamW's moments."""
    adamw_eps: float = Field(default=1e-8, gt=0)
    """Added to the root of AdamW's second moment."""
    adamw_weight_decay: float = Field(default=1e-2, ge=0)
    """Decoupled weight decay of all other parameters."""

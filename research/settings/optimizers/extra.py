"""Settings of the optimizers that the extra `optimizers` brings, refused where it is missing.

Only classes of pytorch_optimizer that were checked against their papers are offered.
"""

from importlib.util import find_spec
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.optimizers.base import (
    BaseOptimizerSettings,
    Betas,
    DecayRate,
    LearningRate,
)

PositiveDecayRate = Annotated[float, Field(gt=0, lt=1)]


class ExtraOptimizerSettings(BaseOptimizerSettings):
    """An optimizer of the package pytorch_optimizer, which need not be installed."""

    @model_validator(mode="after")
    def _installed(self) -> Self:
        if find_spec("pytorch_optimizer") is None:
            package = "the package pytorch_optimizer: pip install 'pytorch_optimizer>=4.1,<5'"
            refuse("name", self.model_dump()["name"], package)
        return self


class SoapSettings(ExtraOptimizerSettings):
    """Adam in the eigenbasis of Shampoo's preconditioners; the first step only fills them."""

    formula: ClassVar[str] = (
        "G' = QL^T G QR, QL and QR eigenvectors of averages of G G^T and G^T G; "
        "W -= lr * QL (Adam's step of G') QR^T"
    )
    source: ClassVar[str] = "Vyas et al. (2024), arXiv:2409.11321"

    name: Literal["soap"] = "soap"
    lr: LearningRate = 3e-3
    """Learning rate that the schedule multiplies."""
    betas: Betas = (0.95, 0.95)
    """Decay rates of the first and the second moment."""
    shampoo_beta: DecayRate | None = None
    """Decay rate of the averages of G G^T and G^T G; null means the second moment's."""
    precondition_every: int = Field(default=10, ge=1)
    """Updates between two computations of the eigenvectors."""
    largest_axis: int = Field(default=10_000, ge=1)
    """Longer axes are not rotated."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment, before its bias is corrected."""
    weight_decay: float = Field(default=1e-2, ge=0)
    """Decoupled weight decay, after the step."""


class AdEMAMixSettings(ExtraOptimizerSettings):
    """AdamW with a second, much slower momentum."""

    formula: ClassVar[str] = (
        "m2 = b3 m2 + (1-b3) g; w -= lr * ((m/(1-b1^t) + alpha m2)/(sqrt(v/(1-b2^t)) + eps)"
        " + weight_decay w)"
    )
    source: ClassVar[str] = "Pagliardini, Ablin and Grangier (2024), arXiv:2409.03137"

    name: Literal["ademamix"] = "ademamix"
    lr: LearningRate = 1e-3
    """Learning rate that the schedule multiplies."""
    betas: Annotated[
        tuple[PositiveDecayRate, DecayRate, PositiveDecayRate], Field(strict=False)
    ] = (0.9, 0.999, 0.9999)
    """Decay rates of the fast momentum, the second moment and the slow momentum."""
    alpha: float = Field(default=5.0, ge=0)
    """Weight of the slow momentum."""
    warmup_steps: int | None = Field(default=None, ge=1)
    """Steps in which alpha and b3 rise to their values; null means they have them at once."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay, towards zero."""

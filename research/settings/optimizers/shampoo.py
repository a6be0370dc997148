"""Settings of Shampoo and CASPR, which precondition every axis of a tensor."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import BaseOptimizerSettings, DecayRate, LearningRate


class ShampooSettings(BaseOptimizerSettings):
    """One preconditioner for each axis of a tensor, multiplied."""

    formula: ClassVar[str] = "L += G G^T; R += G^T G; W -= lr * L^(-1/4) G R^(-1/4)"
    source: ClassVar[str] = "Gupta, Koren and Singer (2018), arXiv:1802.09568, algorithm 1"

    name: Literal["shampoo"] = "shampoo"
    lr: LearningRate = 0.1
    """Learning rate that the schedule multiplies."""
    eps: float = Field(default=1e-6, gt=0)
    """The statistics start at eps I, and no eigenvalue counts as less."""
    accumulation: Literal["sum", "average", "none"] = "sum"
    """Statistics: a sum over all gradients, an average with decay beta, or the present one's."""
    beta: DecayRate = 0.99
    """Decay rate of the average."""
    root_every: int = Field(default=1, ge=1)
    """Updates between two computations of the roots, which take most of the time."""
    largest_axis: int = Field(default=2048, ge=1)
    """Longer axes have no preconditioner."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay, towards zero."""


class CasprSettings(BaseOptimizerSettings):
    """Shampoo's preconditioners, added in place of multiplied; no grafting."""

    formula: ClassVar[str] = (
        "L, R as in Shampoo; W -= lr * (L^(-1/2) G + 2 L^(-1/4) G R^(-1/4) + G R^(-1/2)) / 4"
    )
    source: ClassVar[str] = (
        "Duvvuri et al. (2024), ICLR, openreview.net/forum?id=8j9hz8DVi8; "
        "the formula as in its authors' AlgoPerf submission, without grafting"
    )

    name: Literal["caspr"] = "caspr"
    lr: LearningRate = 0.1
    """Learning rate that the schedule multiplies."""
    eps: float = Field(default=1e-6, gt=0)
    """The statistics start at eps I, and no eigenvalue counts as less."""
    accumulation: Literal["sum", "average", "none"] = "sum"
    """Statistics: a sum over all gradients, an average with decay beta, or the present one's."""
    beta: DecayRate = 0.99
    """Decay rate of the average."""
    root_every: int = Field(default=1, ge=1)
    """Updates between two computations of the roots, which take most of the time."""
    largest_axis: int = Field(default=2048, ge=1)
    """Longer axes have no preconditioner."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay, towards zero."""

"""Settings of L-BFGS, the quasi-Newton method of limited memory."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import BaseOptimizerSettings, LearningRate


class LBFGSSettings(BaseOptimizerSettings):
    """L-BFGS: one optimizer step is up to max_iter iterations on the whole training set.

    Its curvature comes from differences of gradients, so batch_size must be null.
    """

    formula: ClassVar[str] = (
        "w -= lr * H g, H the BFGS inverse Hessian of the last `history` pairs (w - w', g - g')"
    )
    source: ClassVar[str] = "Liu and Nocedal (1989), Mathematical Programming 45, 503-528"

    name: Literal["lbfgs"] = "lbfgs"
    lr: LearningRate = 1.0
    """Step along the direction, or where the line search begins; the schedule multiplies it."""
    max_iter: int = Field(default=20, ge=1)
    """Iterations in one optimizer step."""
    history: int = Field(default=10, ge=1)
    """Pairs that the inverse Hessian is built from."""
    line_search: Literal["strong_wolfe"] | None = "strong_wolfe"
    """How the step's length is found; null takes lr as it is."""
    tolerance_gradient: float = Field(default=1e-7, ge=0)
    """A step ends early where no entry of the gradient is larger."""
    tolerance_change: float = Field(default=1e-9, ge=0)
    """A step ends early where neither weights nor loss change by more."""

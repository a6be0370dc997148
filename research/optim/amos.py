"""Amos: an adaptive learning rate and weight decay towards the scale that weights should have."""

import math
from collections.abc import Iterable
from typing import Any

from torch import Tensor, nn

from research.optim.rule import Rule


class Amos(Rule):
    """A decay that pulls each tensor towards a scale eta, and falls as the training goes on.

    With g2 the mean of g^2 over the tensor, and v and b one number a tensor:
    v = beta v + (1-beta) g2, vhat = v/(1-beta^t); c = (1 + sqrt(lr) b/4)^(-1/2),
    d = (1 + sqrt(lr eta) b/4)^(-1), gamma = c lr^2 g2/vhat;
    w -= d (lr eta g/sqrt(vhat) + (gamma/2 + extra_l2) w); b += gamma (1 + b).

    Tian and Parikh (2022), arXiv:2210.11693, algorithm 1, in the form of the authors' code
    (jestimator) with one v and b a tensor. The competition's Amos is a later variant.

    Args:
        parameters: what is optimized.
        lr: global learning rate; the authors advise about 1/sqrt(batches of the training set).
        beta: decay rate of v.
        eta: the expected scale of the weights; None derives it from the shape (`scale_of`).
        extra_l2: further L2 penalty.
        eps: least v that is divided by.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 1e-2,
        beta: float = 0.999,
        eta: float | None = None,
        extra_l2: float = 0.0,
        eps: float = 2.0**-125,
    ) -> None:
        super().__init__(parameters, lr=lr, beta=beta, eta=eta, extra_l2=extra_l2, eps=eps)

    def start(self, weights: Tensor) -> dict[str, Any]:
        """No second moment, no decay yet."""
        return {"step": 0, "second": weights.new_zeros(()), "decay": weights.new_zeros(())}

    def update(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """One step of one tensor."""
        rate, beta = group["lr"], group["beta"]
        scale = scale_of(weights) if group["eta"] is None else group["eta"]
        state["step"] += 1
        square = gradient.square().mean()
        second = state["second"].lerp_(square, 1 - beta)
        inverse = (1 - beta ** state["step"]) / second.clamp(min=group["eps"])  # 1 / vhat
        b = state["decay"]
        c = (1 + math.sqrt(rate) / 4 * b).rsqrt()
        d = 1 / (1 + math.sqrt(rate * scale) / 4 * b)
        gamma = c * rate**2 * inverse * square
        step = gradient * (rate * scale * inverse.sqrt()) + weights * (
            gamma / 2 + group["extra_l2"]
        )
        weights.sub_(step.mul_(d))
        b.add_(gamma * (1 + b))


def scale_of(weights: Tensor) -> float:
    """The scale expected of a tensor: 1/2 of a vector, sqrt(2/n) of a matrix, else sqrt(1/n).

    n is the fan-in: the inputs of one output. The paper leaves eta to the user; this is the
    heuristic of the pytorch_optimizer package, with the whole fan-in of a convolution.
    """
    if weights.ndim <= 1:
        return 0.5
    fan_in = weights[0].numel()
    return math.sqrt((2 if weights.ndim == 2 else 1) / fan_in)

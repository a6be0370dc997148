"""AlgoPerf's Generalized Adam: four methods behind two switches."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from research.optim.rule import Rule, decay


class GeneralizedAdam(Rule):
    """{Nesterov or not} times {preconditioned or not}, each with decoupled weight decay.

    - both: NadamW;
    - preconditioned only: w -= lr m / (sqrt(v/(1-b2^t)) + eps), m without a bias correction, as the
      submission has it;
    - Nesterov only: b = b1 b + g; w -= lr (g + b1 b), Nesterov's SGD;
    - neither: b = b1 b + g; w -= lr b, heavy ball.

    AlgoPerf (2024), external tuning, submission "Generalized Adam"; of its five settings four are
    NadamW and one is Nesterov's SGD.

    Args:
        parameters: what is optimized.
        lr: learning rate.
        betas: decay rates of the two moments; the first is the momentum without preconditioning.
        eps: added to the root of the second moment.
        weight_decay: decoupled weight decay.
        nesterov: whether the step looks one gradient ahead.
        preconditioned: whether the step is divided by the root of the second moment.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        nesterov: bool = True,
        preconditioned: bool = True,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        switches = {"nesterov": nesterov, "preconditioned": preconditioned}
        super().__init__(parameters, **defaults, **switches)

    def start(self, weights: Tensor) -> dict[str, Any]:
        """No moments."""
        zeros = torch.zeros_like(weights)
        return {"step": 0, "first": zeros, "second": zeros.clone()}

    def update(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """One step of one tensor."""
        state["step"] += 1
        decay(weights, group)
        if group["preconditioned"]:
            self._preconditioned(weights, gradient, state, group)
            return
        momentum = group["betas"][0]
        buffer = state["first"].mul_(momentum).add_(gradient)
        direction = gradient.add(buffer, alpha=momentum) if group["nesterov"] else buffer
        weights.add_(direction, alpha=-group["lr"])

    def _preconditioned(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        beta1, beta2 = group["betas"]
        first = state["first"].lerp_(gradient, 1 - beta1)
        second = state["second"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        root = (second / (1 - beta2 ** state["step"])).sqrt_().add_(group["eps"])
        if group["nesterov"]:
            rate = group["lr"] / (1 - beta1 ** state["step"])
            weights.addcdiv_(first.lerp(gradient, 1 - beta1), root, value=-rate)
        else:
            weights.addcdiv_(first, root, value=-group["lr"])

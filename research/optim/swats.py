"""SWATS: Adam that finds out by itself when to go on as SGD, and at which rate."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from research.optim.rule import Entry, Rule

_SWITCH: Any = "switch"  # a key of the optimizer's state beside those of the tensors


class Swats(Rule):
    """Adam until the rate of the SGD step that would replace it has settled.

    All tensors are one vector. Adam's step at update k is
    p = -lr sqrt(1-b2^k)/(1-b1^k) m/(sqrt(v) + eps). SGD would make it with the rate
    gamma = p.p / -p.g, since p is then the projection of -gamma g on p. Unless p.g = 0,
    lambda = b2 lambda + (1-b2) gamma, and with lambda_hat = lambda/(1-b2^k) the phase ends for good
    where k >= min_steps, k > 1, |lambda_hat - gamma| < switch_tolerance and lambda_hat > 0. Then
    b = b1 b + g; w -= (1-b1) lambda_hat b, from b = 0.

    A schedule multiplies the rate of SGD by what it makes of lr after the switch. That lambda_hat
    must be positive, and `min_steps`, are ours. Keskar and Socher (2017), arXiv:1712.07628,
    algorithm 1.

    Args:
        parameters: what is optimized.
        lr: learning rate of Adam.
        betas: decay rates of the moments; the first is SGD's momentum, the second gamma's.
        eps: added to the root of the second moment.
        switch_tolerance: how near gamma must be to its average; 1e-9 in the paper.
        min_steps: updates of Adam before which there is no switch.
        weight_decay: coefficient of the L2 penalty, added to the gradient in both phases.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-9,
        switch_tolerance: float = 1e-9,
        min_steps: int = 2,
        weight_decay: float = 0.0,
    ) -> None:
        adam = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        switch = {"switch_tolerance": switch_tolerance, "min_steps": min_steps}
        super().__init__(parameters, **adam, **switch)

    @property
    def switched_at(self) -> int | None:
        """The number of updates that Adam made, once it is over; else None."""
        return self._switch().get("switched_at")

    @property
    def gamma(self) -> float | None:
        """The last estimate of SGD's rate; None before the first."""
        return self._switch().get("gamma")

    @property
    def lambda_hat(self) -> float | None:
        """The average of the estimates, without its bias; None before the first."""
        return self._switch().get("lambda_hat")

    @property
    def switch_lr(self) -> float | None:
        """The rate that SGD has now, once Adam is over; else None."""
        if self.switched_at is None:
            return None
        return self._rate(self.param_groups[0]["lr"])

    def start(self, weights: Tensor) -> dict[str, Any]:
        """No moments."""
        zeros = torch.zeros_like(weights)
        return {"first": zeros, "second": zeros.clone()}

    def update_all(self) -> None:
        """One step of all tensors, by the rule of the present phase."""
        switch, entries = self._switch(), [_penalised(entry) for entry in self.entries()]
        if not entries:
            return
        if not switch:
            switch.update(step=0, **{"lambda": 0.0})
        switch["step"] += 1
        if self.switched_at is not None:
            for entry in entries:
                self._sgd(*entry)
            return
        steps = [self._adam(*entry) for entry in entries]
        products = [
            torch.stack([(step * step).sum(), (step * gradient).sum()])
            for step, (_, gradient, _, _) in zip(steps, entries, strict=True)
        ]
        square, projection = torch.stack(products).sum(dim=0).tolist()  # the only wait
        if projection != 0:
            self._judge(square / -projection)

    def _judge(self, gamma: float) -> None:
        """Takes in one estimate, and switches if it is near the average."""
        switch, group = self._switch(), self.param_groups[0]
        step, beta = switch["step"], group["betas"][1]
        switch["gamma"] = gamma
        switch["lambda"] = beta * switch["lambda"] + (1 - beta) * gamma
        switch["lambda_hat"] = switch["lambda"] / (1 - beta**step)
        settled = abs(switch["lambda_hat"] - gamma) < group["switch_tolerance"]
        if step >= max(group["min_steps"], 2) and settled and switch["lambda_hat"] > 0:
            switch["switched_at"], switch["lr"] = step, group["lr"]

    def _adam(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> Tensor:
        """Takes Adam's step, and returns it."""
        (beta1, beta2), step = group["betas"], self._switch()["step"]
        first = state["first"].lerp_(gradient, 1 - beta1)
        second = state["second"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        rate = group["lr"] * (1 - beta2**step) ** 0.5 / (1 - beta1**step)
        change: Tensor = first / second.sqrt().add_(group["eps"]) * -rate
        weights.add_(change)
        return change

    def _sgd(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        if "buffer" not in state:
            state["buffer"] = torch.zeros_like(weights)
            state.pop("first"), state.pop("second")
        momentum = group["betas"][0]
        buffer = state["buffer"].mul_(momentum).add_(gradient)
        weights.add_(buffer, alpha=-(1 - momentum) * self._rate(group["lr"]))

    def _rate(self, lr: float) -> float:
        switch = self._switch()
        return float(switch["lambda_hat"] * lr / switch["lr"])

    def _switch(self) -> dict[str, Any]:
        """What belongs to all tensors together."""
        return self.state[_SWITCH]  # type: ignore[no-any-return]


def _penalised(entry: Entry) -> Entry:
    """The entry with the gradient of the L2 penalty in it."""
    weights, gradient, state, group = entry
    if group["weight_decay"]:
        gradient = gradient.add(weights, alpha=group["weight_decay"])
    return weights, gradient, state, group

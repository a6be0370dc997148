"""Adam and AMSGrad as plain arithmetic on gradients, in units of the learning rate.

No weights, no loss: a step of Adam depends on the gradients alone, so the questions of this
experiment are questions about two averages. The tests hold these rules against torch's Adam and
AMSGrad and against the AMSGrad of `research.optim.amsgrad`.
"""

import torch
from torch import Tensor

TINY = 1e-30
"""In place of eps, so that a weight without any gradient stays where it is, and nothing else."""


class Rule:
    """m = b1 m + (1-b1) g, v = b2 v + (1-b2) g^2, and the step m / sqrt(v) that follows.

    - `adam` divides by what the averages have seen: m/(1-b1^t) and v/(1-b2^t). `uncorrected` is
      without: v starts at 0 and is too small at first, in the first 1/(1-b2) steps above all.
    - `amsgrad paper`: u = max(u, v), step m/sqrt(u). Reddi, Kale and Kumar (2018), algorithm 2.
    - `amsgrad torch`: the same u, then m/(1-b1^t) and u/(1-b2^t).
    - `amsgrad optax`: u = max(u, v/(1-b2^t)), step m/(1-b1^t)/sqrt(u).

    Args:
        name: the rule.
        betas: b1 and b2.
        like: a tensor of the shape, kind and device of the gradients.
    """

    def __init__(self, name: str, betas: tuple[float, float], like: Tensor) -> None:
        self.name = name
        self.betas = betas
        self.steps = 0
        self.first = torch.zeros_like(like)
        self.second = torch.zeros_like(like)
        self.largest = torch.zeros_like(like)

    def step(self, gradient: Tensor) -> Tensor:
        """The distance that the weight goes down, over lr: the shape of the gradient."""
        beta1, beta2 = self.betas
        self.steps += 1
        self.first.lerp_(gradient, 1 - beta1)
        self.second.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        if self.name in ("uncorrected", "amsgrad paper"):
            return self.first / self._second_moment(1.0).sqrt_().add_(TINY)
        corrected = self.first / (1 - beta1**self.steps)
        return corrected / self._second_moment(1 - beta2**self.steps).sqrt_().add_(TINY)

    def _second_moment(self, correction: float) -> Tensor:
        """What is divided by, squared: v or u, corrected."""
        if not self.name.startswith("amsgrad"):
            return self.second / correction
        if self.name == "amsgrad optax":
            torch.maximum(self.largest, self.second / correction, out=self.largest)
            return self.largest.clone()
        torch.maximum(self.largest, self.second, out=self.largest)
        return self.largest / correction


def steps_of(name: str, betas: tuple[float, float], gradients: Tensor) -> Tensor:
    """The steps over lr that a rule takes on a given sequence: [steps, ...], like `gradients`."""
    rule = Rule(name, betas, gradients[0])
    return torch.stack([rule.step(gradient) for gradient in gradients])

"""Muon for the matrices of hidden layers, AdamW for the rest."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from research.optim.composite import CompositeOptimizer
from research.optim.matrices import split_matrices
from research.optim.rule import Rule, decay
from research.optim.targets import Target
from research.settings.errors import SettingsError
from research.settings.optimizers.muon import MuonSettings

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Coefficients a, b, c of Jordan et al. (2024): steep at 0, so that five iterations are enough."""


class Muon(Rule):
    """M = momentum M + (1-momentum) G; W -= lr (weight_decay W + scale NS(M)); see MuonSettings.

    The rule of `torch.optim.Muon`, whose iteration runs in bfloat16 only. That is fast on a GPU; on
    a processor that emulates bfloat16 it takes twenty times as long as float32.

    Args:
        parameters: matrices.
        lr: learning rate.
        momentum: decay rate of the averaged gradient.
        nesterov: whether the step looks one gradient ahead.
        weight_decay: decoupled weight decay.
        steps: iterations of Newton and Schulz.
        scale: "original" or "match_rms_adamw", as in the settings.
        eps: least norm of a matrix that is divided by.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 0.02,
        momentum: float = 0.95,
        nesterov: bool = True,
        weight_decay: float = 0.1,
        steps: int = 5,
        scale: str = "original",
        eps: float = 1e-7,
    ) -> None:
        super().__init__(
            parameters,
            lr=lr,
            momentum=momentum,
            nesterov=nesterov,
            weight_decay=weight_decay,
            steps=steps,
            scale=scale,
            eps=eps,
        )

    def start(self, weights: Tensor) -> dict[str, Any]:
        """No gradient seen."""
        return {"momentum": torch.zeros_like(weights)}

    def update(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """One step of one matrix."""
        averaged = state["momentum"].lerp_(gradient, 1 - group["momentum"])
        ahead = gradient.lerp(averaged, group["momentum"]) if group["nesterov"] else averaged
        step = orthogonalised(ahead, group["steps"], group["eps"])
        decay(weights, group)
        weights.add_(step, alpha=-group["lr"] * scale_of(weights, group["scale"]))


def orthogonalised(matrix: Tensor, steps: int, eps: float = 1e-7) -> Tensor:
    """Near U V^T of the matrix U S V^T, by Newton and Schulz's iteration: [rows, columns].

    X = matrix / its norm, then `steps` times X <- a X + (b A + c A^2) X with A = X X^T. After five,
    singular values of X above 0.002 have become 0.68 to 1.21; smaller ones, as a square matrix at
    random has them, only 3.4445 times as large each time. Jordan et al. (2024).
    """
    a, b, c = NEWTON_SCHULZ
    is_tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if is_tall else matrix  # so that A is the smaller of the two squares
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        square = x @ x.T
        x = torch.addmm(x, torch.addmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x.T if is_tall else x


def scale_of(matrix: Tensor, scale: str) -> float:
    """The factor on the learning rate: sqrt(max(1, rows/columns)), or 0.2 sqrt(longer side)."""
    rows, columns = matrix.shape
    if scale == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    return math.sqrt(max(1.0, rows / columns))


def muon(settings: MuonSettings, target: Target) -> Optimizer:
    """Muon and fused AdamW as one optimizer, with one schedule for both rates.

    Raises:
        SettingsError: there is no matrix that Muon could take.
    """
    matrices, rest = split_matrices(target)
    if not matrices:
        shapes = ", ".join(str(tuple(parameter.shape)) for parameter in rest[:3])
        more = ", ..." if len(rest) > 3 else ""
        raise SettingsError(
            "optimizer.name is muon, which needs a matrix of a hidden layer, a parameter with two "
            f"axes; found parameters of shape {shapes}{more}: choose another optimizer"
        )
    parts = [_of_matrices(settings, matrices)]
    if rest:
        parts.append(
            torch.optim.AdamW(
                rest,
                lr=settings.adamw_lr,
                betas=settings.adamw_betas,
                eps=settings.adamw_eps,
                weight_decay=settings.adamw_weight_decay,
                fused=True,
            )
        )
    return CompositeOptimizer(parts)


def _of_matrices(settings: MuonSettings, matrices: list[nn.Parameter]) -> Optimizer:
    """Torch's Muon where the iteration is to run in bfloat16, else ours."""
    if settings.newton_schulz_precision == "bfloat16":
        return torch.optim.Muon(
            matrices,
            lr=settings.lr,
            weight_decay=settings.weight_decay,
            momentum=settings.momentum,
            nesterov=settings.nesterov,
            eps=settings.eps,
            ns_steps=settings.newton_schulz_steps,
            adjust_lr_fn=settings.scale,
        )
    return Muon(
        matrices,
        settings.lr,
        settings.momentum,
        settings.nesterov,
        settings.weight_decay,
        settings.newton_schulz_steps,
        settings.scale,
        settings.eps,
    )

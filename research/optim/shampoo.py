"""Shampoo: one preconditioner for each axis of a tensor, and their Kronecker product."""

from collections.abc import Iterable
from typing import Any, Literal

import torch
from torch import Tensor, nn

from research.optim.rule import Rule, decay

Accumulation = Literal["sum", "average", "none"]


class Shampoo(Rule):
    """w -= lr L^(-1/4) G R^(-1/4) for a matrix, with L += G G^T and R += G^T G from eps I.

    A tensor with k axes has k statistics, each to the power -1/(2k): a vector L^(-1/2) g. Without
    accumulation a matrix of full rank moves along U V^T of its gradient G = U S V^T. Gupta, Koren
    and Singer (2018), arXiv:1802.09568, algorithms 1 and 2. No momentum and no grafting.

    Args:
        parameters: what is optimized.
        lr: learning rate.
        eps: the statistics start at eps I, and no eigenvalue counts as less.
        accumulation: the statistics are a sum, an average with decay rate `beta`, or those of the
            present gradient alone.
        beta: decay rate of the average.
        root_every: updates between two computations of the roots, which cost an eigenvalue
            decomposition each.
        largest_axis: longer axes have no preconditioner.
        weight_decay: decoupled weight decay.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 0.1,
        eps: float = 1e-6,
        accumulation: Accumulation = "sum",
        beta: float = 0.99,
        root_every: int = 1,
        largest_axis: int = 2048,
        weight_decay: float = 0.0,
    ) -> None:
        statistics = {"eps": eps, "accumulation": accumulation, "beta": beta}
        cost = {"root_every": root_every, "largest_axis": largest_axis}
        super().__init__(parameters, lr=lr, **statistics, **cost, weight_decay=weight_decay)

    def update(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """One step of one tensor."""
        shaped = self.shaped(gradient)
        axes = [axis for axis, size in enumerate(shaped.shape) if size <= group["largest_axis"]]
        if not state:
            units = [_unit(shaped, axis) for axis in axes]
            state["step"], state["statistics"] = 0, [group["eps"] * unit for unit in units]
            state["roots"] = units
        for statistic, axis in zip(state["statistics"], axes, strict=True):
            _accumulate(statistic, shaped, axis, group)
        if state["step"] % group["root_every"] == 0:
            power = -1 / (2 * len(axes)) if axes else 0.0
            state["roots"] = [
                symmetric_power(each, power, group["eps"]) for each in state["statistics"]
            ]
        state["step"] += 1
        decay(weights, group)
        direction = self.combine(shaped, state["roots"], axes).reshape(weights.shape)
        weights.add_(direction, alpha=-group["lr"])

    def shaped(self, gradient: Tensor) -> Tensor:
        """The gradient in the shape whose axes are preconditioned; a number is a vector of one."""
        return gradient if gradient.ndim else gradient.reshape(1)

    def combine(self, gradient: Tensor, roots: list[Tensor], axes: list[int]) -> Tensor:
        """The product of the preconditioners, applied: each along its own axis."""
        for root, axis in zip(roots, axes, strict=True):
            gradient = along(root, gradient, axis)
        return gradient


def along(matrix: Tensor, tensor: Tensor, axis: int) -> Tensor:
    """A matrix applied to every line of a tensor that runs along one axis: the same shape."""
    moved: Tensor = torch.tensordot(matrix, tensor, dims=([1], [axis])).movedim(0, axis)
    return moved


def symmetric_power(matrix: Tensor, power: float, least: float) -> Tensor:
    """A power of a symmetric positive matrix, by its eigenvalues, none taken as less than `least`.

    A matrix that is not finite gives NaN, so that a run that diverges is seen as one.
    """
    if not torch.isfinite(matrix).all():
        return torch.full_like(matrix, torch.nan)
    values, vectors = torch.linalg.eigh(matrix)
    raised: Tensor = (vectors * values.clamp(min=least) ** power) @ vectors.mT
    return raised


def _unit(tensor: Tensor, axis: int) -> Tensor:
    return torch.eye(tensor.shape[axis], dtype=tensor.dtype, device=tensor.device)


def _accumulate(statistic: Tensor, gradient: Tensor, axis: int, group: dict[str, Any]) -> None:
    """Adds G_i G_i^T, G_i the gradient with one axis in front and all others in one."""
    lines = gradient.movedim(axis, 0).flatten(1) if gradient.ndim > 1 else gradient[:, None]
    keep, weight = {
        "sum": (1.0, 1.0),
        "average": (group["beta"], 1 - group["beta"]),
        "none": (0.0, 1.0),
    }[group["accumulation"]]
    statistic.mul_(keep).addmm_(lines, lines.mT, alpha=weight)

"""Batch normalisation that stands still, made a part of the layer before it.

Where scales and running statistics are the same at all points of a surface,

    norm(W x + b) = s (W x + b - mean) + beta = (s W) x + (s (b - mean) + beta),
    s = gamma / sqrt(variance + eps),

so the fold is affine in W, b and beta: applied to the origin and, without its constant, to every
direction, once, it leaves nothing of the norm for the points to do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.fx import GraphModule, Node

from research.landscape.fast.graph import CONVOLUTIONS, module_of, shape_of
from research.landscape.weights import Weights

_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)


@dataclass(frozen=True)
class Fold:
    """A layer and the norm after it, by their names, and the norm's eps."""

    layer: str
    norm: str
    eps: float

    def standing(self) -> set[str]:
        """Names of what must not move along any direction."""
        return {f"{self.norm}.{part}" for part in ("weight", "running_mean", "running_var")}

    def __call__(self, point: dict[str, Tensor]) -> None:
        """Folds the norm's numbers of a point into the layer's, in place."""
        norm = {name: point.pop(f"{self.norm}.{name}", None) for name in _PARTS}
        variance, mean = norm["running_var"], norm["running_mean"]
        assert variance is not None and mean is not None
        weight, bias = point[f"{self.layer}.weight"], point.get(f"{self.layer}.bias")
        scale = (variance + self.eps).rsqrt()
        if norm["weight"] is not None:
            scale = scale * norm["weight"]
        shift = (0 if bias is None else bias) - mean
        beta = 0 if norm["bias"] is None else norm["bias"]
        point[f"{self.layer}.weight"] = weight * scale.view(-1, *[1] * (weight.dim() - 1))
        point[f"{self.layer}.bias"] = scale * shift + beta


_PARTS = ("weight", "bias", "running_mean", "running_var")


def fold_batch_norm(network: GraphModule, moving: set[str]) -> list[Fold]:
    """Takes norms out of a network, and returns what has to be done to its points instead.

    A norm goes where its input is a convolution or a linear layer that nothing else looks at, and
    where neither its scale nor its statistics move.

    Args:
        network: the network, changed in place.
        moving: names of what moves along a direction.
    """
    folds = []
    for node in list(network.graph.nodes):
        fold = _fold_at(network, node)
        if fold is not None and not fold.standing() & moving:
            folds.append(fold)
            node.replace_all_uses_with(node.args[0])
            network.graph.erase_node(node)
            layer = network.get_submodule(fold.layer)
            layer.bias = nn.Parameter(layer.weight.new_zeros(len(layer.weight)), False)  # type: ignore[operator, arg-type]
    network.recompile()
    network.delete_all_unused_submodules()
    return folds


def _fold_at(network: GraphModule, node: Node) -> Fold | None:
    norm = module_of(network, node)
    if not isinstance(norm, _NORMS) or norm.running_var is None:
        return None
    [before] = node.args
    layer = module_of(network, before)
    assert isinstance(before, Node)
    # After a linear layer of [n, tokens, features] the norm is over tokens, not over features.
    is_linear = isinstance(layer, nn.Linear) and len(shape_of(before) or ()) == 2
    if len(before.users) > 1 or not (is_linear or isinstance(layer, CONVOLUTIONS)):
        return None
    return Fold(str(before.target), str(node.target), norm.eps)


def folded(
    folds: Sequence[Callable[[dict[str, Tensor]], None]],
    origin: Weights,
    directions: Sequence[Weights],
) -> tuple[dict[str, Tensor], list[dict[str, Tensor]]]:
    """Origin and directions of the folded network, in float64.

    A direction's is fold(origin + direction) - fold(origin), exact as the fold is affine.

    Args:
        folds: what changes a point, in place.
        origin: by name all parameters and buffers of the unfolded network.
        directions: the directions; what they lack does not move.
    """

    def fold(point: Mapping[str, Tensor]) -> dict[str, Tensor]:
        result = {name: tensor.double() for name, tensor in point.items()}
        for each in folds:
            each(result)
        return result

    start, changes = fold(origin), []
    for direction in directions:
        sums = {
            name: tensor.double() + direction[name].double() if name in direction else tensor
            for name, tensor in origin.items()
        }
        end = fold(sums)
        changes.append({name: tensor - start[name] for name, tensor in end.items()})
    return start, changes


def moving_names(directions: Sequence[Weights]) -> set[str]:
    """Names of what moves along at least one direction."""
    return {
        name
        for direction in directions
        for name, change in direction.items()
        if bool(torch.count_nonzero(change))
    }

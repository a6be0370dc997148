"""All weights of a network in one piece of memory, so that a point is set by few operations."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from research.landscape.weights import Weights

_ALIGNED = 16
"""Every tensor starts at a multiple of so many numbers, as vector instructions like it."""


class Points:
    """Sets a network to origin + sum_i c_i direction_i, always from the stored origin.

    The network's parameters and floating-point buffers become views of one vector; weights of
    convolutions of images lie in it with channels last.

    Args:
        network: the network; what its tensors held before is gone.
        origin: by name of all its parameters and buffers, of any floating dtype; rows that the
            network has beyond it are zero.
        directions: the same names each; at least one.
        dtype: what the network computes in, if not in its own dtype.
    """

    def __init__(
        self,
        network: nn.Module,
        origin: Weights,
        directions: Sequence[Weights],
        dtype: torch.dtype | None = None,
    ) -> None:
        named = [*network.named_parameters(), *network.named_buffers()]
        tensors = {name: tensor for name, tensor in named if tensor.is_floating_point()}
        self._starts, start = {}, 0
        for name, tensor in tensors.items():
            self._starts[name] = start
            start += -(-tensor.numel() // _ALIGNED) * _ALIGNED
        like = next(iter(tensors.values()), torch.empty(0))
        self._origin, *self._directions = (
            self._vector(point, start, like) for point in (origin, *directions)
        )
        self._point = torch.empty_like(self._origin)
        self._used = self._point if dtype is None else self._point.to(dtype)
        for name, tensor in tensors.items():
            tensor.data = self._view(self._used, name, tensor)

    def _vector(self, point: Weights, length: int, like: Tensor) -> Tensor:
        vector = like.new_zeros(length)
        for name in self._starts:
            self._view(vector, name, point[name]).copy_(point[name])
        return vector

    def _view(self, vector: Tensor, name: str, like: Tensor) -> Tensor:
        start = self._starts[name]
        part = vector[start : start + like.numel()]
        if like.dim() != 4:
            return part.view(like.shape)
        outputs, inputs, height, width = like.shape
        return part.view(outputs, height, width, inputs).permute(0, 3, 1, 2)

    def set(self, coordinates: Sequence[float]) -> None:
        """Sets the network to a point."""
        direction, *directions = self._directions
        coordinate, *others = coordinates
        torch.add(self._origin, direction, alpha=coordinate, out=self._point)
        for direction, coordinate in zip(directions, others, strict=True):
            self._point.add_(direction, alpha=coordinate)
        if self._used is not self._point:
            self._used.copy_(self._point)

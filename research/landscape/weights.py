"""Points of weight space, and a model that is lent: it comes back as it was, bit by bit.

A point is a dictionary from names of parameters to tensors, and so is a direction. A lent model is
pointed at other tensors, never written into: its own are not touched at all, so that nothing can be
lost, whatever happens in between.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy
import torch
from torch import Tensor, nn

Weights = Mapping[str, Tensor]
"""By name of the parameter (and, where batch norm's statistics move too, of the buffer)."""


def weights_of(model: nn.Module, statistics: bool = False) -> dict[str, Tensor]:
    """Copies of a model's parameters, in the same memory format.

    Args:
        model: the network.
        statistics: whether batch norm's running means and variances, and any other buffers of
            floating-point numbers, are among them.
    """
    found: dict[str, Tensor] = dict(model.named_parameters())
    if statistics:
        buffers = model.named_buffers()
        found |= {name: buffer for name, buffer in buffers if buffer.is_floating_point()}
    return {name: tensor.detach().clone() for name, tensor in found.items()}


def flatten(weights: Weights) -> Tensor:
    """All numbers of a point as one vector, [P], in the order of its names."""
    return torch.cat([tensor.reshape(-1) for tensor in weights.values()])


def unflatten(vector: Tensor, like: Weights) -> dict[str, Tensor]:
    """The point whose numbers are those of a vector, [P]; the inverse of `flatten`.

    Dtype is the vector's; names, shapes and memory format are those of `like`.
    """
    parts = torch.split(vector, [tensor.numel() for tensor in like.values()])
    return {
        name: torch.empty_like(tensor, dtype=vector.dtype).copy_(part.view(tensor.shape))
        for (name, tensor), part in zip(like.items(), parts, strict=True)
    }


def moved(
    origin: Weights, directions: Sequence[Weights], coordinates: Sequence[float]
) -> dict[str, Tensor]:
    """The point origin + sum_i c_i direction_i; to the bit the origin, where all c_i are zero.

    It is computed from the origin, never from a neighbouring point, so no rounding adds up.
    """
    point = {name: tensor.clone() for name, tensor in origin.items()}
    for direction, coordinate in zip(directions, coordinates, strict=True):
        if coordinate:
            for name, change in direction.items():
                point[name].add_(change, alpha=coordinate)
    return point


class Lent:
    """A model that looks at other weights for a while."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model
        self._tensors = {**dict(model.named_buffers()), **dict(model.named_parameters())}

    def place(self, weights: Weights) -> None:
        """Points the parameters and buffers of these names at these tensors, without a copy."""
        for name, tensor in weights.items():
            self._tensors[name].data = tensor


@contextmanager
def lent(model: nn.Module) -> Iterator[Lent]:
    """Lends a model in evaluation mode; afterwards all of it is as it was, after an error too.

    That is: parameters and buffers (the same memory, the same bits), gradients, which parameters
    ask for one, which modules are in training mode, and the state of Python's, numpy's and torch's
    random generators. Buffers are copies while the model is lent, so that what writes into them
    writes elsewhere.
    """
    parameters, buffers = list(model.parameters()), list(model.buffers())
    tensors = [(tensor, tensor.data) for tensor in [*parameters, *buffers]]
    gradients = [(parameter, parameter.grad) for parameter in parameters]
    wanting = [(parameter, parameter.requires_grad) for parameter in parameters]
    modes = [(module, module.training) for module in model.modules()]
    states = random.getstate(), numpy.random.get_state()
    devices = {tensor.device for tensor, _ in tensors if tensor.is_cuda}
    with torch.random.fork_rng(devices=[device.index for device in devices]):
        try:
            for buffer in buffers:
                buffer.data = buffer.data.clone()
            for parameter in parameters:
                parameter.grad = None
            model.eval()
            yield Lent(model)
        finally:
            for tensor, data in tensors:
                tensor.data = data
            for parameter, gradient in gradients:
                parameter.grad = gradient
            for parameter, wants in wanting:
                parameter.requires_grad_(wants)
            for module, training in modes:
                module.training = training
            random.setstate(states[0])
            numpy.random.set_state(states[1])

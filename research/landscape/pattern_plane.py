"""A plane of networks whose vectors are trained; the networks of many cells are one batch.

Source: Skorokhodov and Burtsev (2019), arXiv:1910.03867, with their repository's parametrisation.
"""

from collections.abc import Sequence
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn import functional
from torch.nn.modules.batchnorm import _NormBase

from research.landscape.weights import flatten, unflatten, weights_of


class PatternPlane(nn.Module):
    """Networks on a plane, theta(x, y) = origin + s (x right + y up), with up orthogonal to right.

    What is trained are the networks at three points and the scale s; right is the way from the
    origin to the second, and up the part of the way to the third that is orthogonal to it, at the
    same length. Cell (r, c) of a picture of R x C cells lies at x = c - (C-1)/2 and
    y = (R-1)/2 - r, so that a picture stands upright.

    Batch norm normalises by the batch, in evaluation mode too: no running average would belong to
    all networks.

    The first linear layer or convolution sees the same inputs in all networks, and is linear in its
    weights: what it makes of them at three points gives it at all.

    Args:
        networks: three, of one shape and with different initial values: their weights are copied.
        scale: s at first.
    """

    def __init__(self, networks: Sequence[nn.Module], scale: float = 0.1) -> None:
        super().__init__()
        origin, right_end, up_end = (weights_of(network) for network in networks)
        self.origin = nn.Parameter(flatten(origin))
        self.right_end = nn.Parameter(flatten(right_end))
        self.up_end = nn.Parameter(flatten(up_end))
        self.scale = nn.Parameter(torch.tensor(scale, dtype=self.origin.dtype))
        network = _without_statistics(networks[0])
        self._first_names, first = _with_first_layer_shared(network)
        self._shape = (network, first)  # a tuple hides them from parameters()
        self._like = {name: torch.empty_like(each, device="meta") for name, each in origin.items()}

    def basis(self) -> tuple[Tensor, Tensor, Tensor]:
        """Origin, right and up, [P] each; right and up are orthogonal and of one length.

        The projection is computed in float64, because the vectors are long.
        """
        right = (self.right_end - self.origin).double()
        up = (self.up_end - self.origin).double()
        up = up - right * (up @ right) / (right @ right)
        up = up * (right.norm() / up.norm())
        return self.origin, right.to(self.origin.dtype), up.to(self.origin.dtype)

    def directions(self) -> tuple[dict[str, Tensor], dict[str, Tensor], dict[str, Tensor]]:
        """Origin, and the steps of one cell to the right and upwards, as points of weight space."""
        origin, right, up = (each.detach() for each in self.basis())
        step = self.scale.detach()
        vectors = origin, step * right, step * up
        first, second, third = (self._unflatten(vector) for vector in vectors)
        return first, second, third

    def forward(self, inputs: Tensor, positions: Tensor) -> Tensor:
        """What the networks at some positions make of the same inputs: [n, k, ...].

        Args:
            inputs: examples, [n, ...].
            positions: (x, y) of each network, in cells: [k, 2].
        """
        basis = torch.stack(self.basis())
        shares = torch.cat([torch.ones_like(positions[:, :1]), self.scale * positions], dim=1)
        parts = torch.split(basis, [each.numel() for each in self._like.values()], dim=1)
        weights, points = {}, {}
        for (name, like), part in zip(self._like.items(), parts, strict=True):
            if name in self._first_names:
                points[name.rpartition(".")[2]] = part.view(3, *like.shape)
            else:
                weights[name] = (shares @ part).view(-1, *like.shape)  # [k, ...]
        network, first = self._shape
        network.train(self.training).to(inputs.device)

        def outputs(weights: dict[str, Tensor], shares: Tensor) -> Tensor:
            if first is not None:
                first.place(points, shares)
            found: Tensor = functional_call(network, weights, (inputs,))
            return found

        result: Tensor = vmap(outputs, out_dims=1, randomness="different")(weights, shares)
        if first is not None:
            first.forget()
        return result

    def _unflatten(self, vector: Tensor) -> dict[str, Tensor]:
        like = {
            name: torch.empty_like(each, device=vector.device) for name, each in self._like.items()
        }
        return unflatten(vector, like)


class _FirstLayer(nn.Module):
    """A layer whose weights are c_0 origin + c_1 right + c_2 up: so are its outputs."""

    def __init__(self, layer: nn.Linear | nn.Conv2d) -> None:
        super().__init__()
        self._layer = layer

    def place(self, points: dict[str, Tensor], shares: Tensor) -> None:
        """Takes weights and biases of origin, right and up, [3, ...], and their shares c, [3]."""
        self._points = points
        self._shares = shares

    def forget(self) -> None:
        """Lets go of them, and of the graph that they hang on."""
        del self._points, self._shares

    def forward(self, inputs: Tensor) -> Tensor:
        """What the layer makes of its inputs at these shares."""
        bias = self._points.get("bias")
        found = [
            self._at(inputs, weight, None if bias is None else bias[index])
            for index, weight in enumerate(self._points["weight"])
        ]
        origin, right, up = found
        return origin * self._shares[0] + right * self._shares[1] + up * self._shares[2]

    def _at(self, inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if isinstance(self._layer, nn.Conv2d):
            found: Tensor = self._layer._conv_forward(inputs, weight, bias)
            return found
        return functional.linear(inputs, weight, bias)


def _with_first_layer_shared(network: nn.Module) -> tuple[tuple[str, ...], _FirstLayer | None]:
    """Replaces a network's first layer; returns names of its parameters, and what it became.

    A layer whose parameters are used elsewhere too stays as it is.
    """
    uses = [id(each) for _, each in network.named_parameters(remove_duplicate=False)]
    for path, layer in network.named_modules():
        if type(layer) not in (nn.Linear, nn.Conv2d):
            continue
        own = dict(layer.named_parameters())
        if not path or any(uses.count(id(each)) > 1 for each in own.values()):
            break
        assert isinstance(layer, nn.Linear | nn.Conv2d)
        first = _FirstLayer(layer)
        parent, _, name = path.rpartition(".")
        setattr(network.get_submodule(parent), name, first)
        return tuple(f"{path}.{each}" for each in own), first
    return (), None


def _without_statistics(network: nn.Module) -> nn.Module:
    """A copy of a network whose batch norm keeps no running statistics."""
    copy = deepcopy(network)
    for module in copy.modules():
        if isinstance(module, _NormBase):
            module.track_running_stats = False
            module.running_mean = module.running_var = module.num_batches_tracked = None
    return copy

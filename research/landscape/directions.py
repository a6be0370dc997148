"""Random directions of weight space, and how much two directions have in common.

A direction is normalised so that a step of one along it changes weights by their own size (Li et
al. 2018, arXiv:1712.09913, section 4): without that a picture shows the scale of the weights. What
happens to biases and to batch norm's scales and shifts is said by the caller, always.

Noise is drawn on the CPU in float64, for each tensor from a seed of its name: a direction is the
same on every device, and tensors of one shape don't get the same numbers.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from research.landscape.planes import plane_through, principal_directions, project
from research.landscape.vectors import Direction, cosine, difference, norm, orthogonalised
from research.landscape.weights import Weights
from research.seeds import derive
from research.settings.landscape import DirectionSettings, Normalisation, VectorPolicy

__all__ = [
    "Direction",
    "cosine",
    "difference",
    "directions_from",
    "orthogonalised",
    "plane_through",
    "principal_directions",
    "project",
    "random_direction",
]

_OUTPUTS_SECOND = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def random_direction(
    origin: Weights,
    seed: int,
    *,
    normalisation: Normalisation,
    vectors: VectorPolicy,
    model: nn.Module | None = None,
) -> dict[str, Tensor]:
    """A Gaussian direction, each part d of it scaled to d |w| / |d|, w being what it moves.

    Parts are, by normalisation: `filter`, each slice of a tensor along its first dimension, which
    makes one output (the second dimension where `model` says that a layer is a transposed
    convolution); `tensor`, each tensor; `layer`, all tensors of a layer together; `none`, nothing
    is scaled. A part whose weights are all zero does not move.

    Args:
        origin: the weights that the direction starts from. Whole numbers among them, such as batch
            norm's count of batches, are not in the direction.
        seed: draws it.
        normalisation: what gets the length of the weights that it moves.
        vectors: what tensors of one dimension do: `zero`, they stay; `normalised`, they move, and
            as a filter each counts as a whole.
        model: the network. With it, buffers never move, as no random step leaves a variance
            positive, and filters of transposed convolutions are found.

    Raises:
        ValueError: nothing moves, so that the direction has length zero.
    """
    fixed = set() if model is None else {name for name, _ in model.named_buffers()}
    moving = {name: tensor for name, tensor in origin.items() if tensor.is_floating_point()}
    noise = {
        name: _noise(name, tensor, seed)
        for name, tensor in moving.items()
        if name not in fixed and (tensor.dim() > 1 or vectors == "normalised")
    }
    weights = {name: origin[name].detach().cpu().double() for name in noise}
    if normalisation == "layer":
        _scale_layers(noise, weights)
    elif normalisation != "none":
        outputs = _output_dimensions(model)
        for name, values in noise.items():
            whole = normalisation == "tensor" or values.dim() < 2
            _scale(values, weights[name], None if whole else outputs.get(name, 0))
    if not any(values.any() for values in noise.values()):
        hint = ", and vectors normalised if tensors of one dimension are to move"
        raise ValueError(
            "a random direction of length zero: nothing that may move has weights other than zero,"
            f" expected some{hint if vectors == 'zero' else ''}"
        )
    return {
        name: torch.empty_like(tensor).copy_(noise[name])
        if name in noise
        else torch.zeros_like(tensor)
        for name, tensor in moving.items()
    }


def directions_from(
    settings: DirectionSettings, origin: Weights, count: int, model: nn.Module | None = None
) -> tuple[dict[str, Tensor], ...]:
    """One or two random directions, as settings say.

    Raises:
        ValueError: one has length zero, or the second is parallel to the first.
    """
    found = [
        random_direction(
            origin,
            derive(settings.seed, "direction", index),
            normalisation=settings.normalisation,
            vectors=settings.vectors,
            model=model,
        )
        for index in range(count)
    ]
    if settings.orthogonal and count > 1:
        found[1:] = [orthogonalised(second, found[0]) for second in found[1:]]
    return tuple(found)


def _noise(name: str, like: Tensor, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(derive(seed, f"noise of {name}"))
    return torch.randn(like.shape, generator=generator, dtype=torch.float64)


def _scale(noise: Tensor, weights: Tensor, dimension: int | None) -> None:
    """Scales each slice of the noise along a dimension, or all of it, to the weights' length."""
    others = [each for each in range(noise.dim()) if each != dimension]
    found, wanted = _length(noise, others), _length(weights, others)
    noise.mul_(torch.where(found > 0, wanted / found, 0))


def _length(values: Tensor, over: Sequence[int]) -> Tensor:
    return values.square().sum(dim=list(over), keepdim=True).sqrt()


def _scale_layers(noise: dict[str, Tensor], weights: Weights) -> None:
    """Scales the tensors of each layer, those of one module, by one factor."""
    layers: dict[str, list[str]] = {}
    for name in noise:
        layers.setdefault(name.rpartition(".")[0], []).append(name)
    for names in layers.values():
        found = norm({name: noise[name] for name in names})
        wanted = norm({name: weights[name] for name in names})
        for name in names:
            noise[name].mul_(wanted / found if found else 0)


def _output_dimensions(model: nn.Module | None) -> dict[str, int]:
    """The dimension of outputs, for the weights where it is not the first."""
    modules = [] if model is None else model.named_modules()
    return {
        f"{name}.weight".lstrip("."): 1
        for name, module in modules
        if isinstance(module, _OUTPUTS_SECOND)
    }

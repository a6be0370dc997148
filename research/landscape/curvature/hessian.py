"""The Hessian of the mean loss, as a product with vectors: it is never formed.

The product is the derivative of a gradient along a vector (Pearlmutter, 1994), here taken by going
backwards twice. The gradient's graph depends on the weights alone, so it is kept from one product
to the next as far as memory is granted: a product is then one pass backwards through it. Forwards
over backwards, which needs no such memory, takes longer; `scripts/bench/curvature.py` measures all
three.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.func import functional_call
from torch.nn.attention import SDPBackend, sdpa_kernel

from research.landscape.objective import Measures, Objective
from research.landscape.weights import Weights, flatten, lent, unflatten, weights_of
from research.task import Batch

GRAPHS = 2**30
"""Bytes that graphs kept between two products may take, unless said otherwise."""


class Hessian:
    """H = d^2 L / dw^2 of the mean loss L(w) = 1/n sum_i l_i(w) at one point, [P, P] in effect.

    Vectors are flat, [P], in the order of the names of the point: `flatten` and `unflatten` lead
    from and to directions. The model is in evaluation mode (no dropout, batch norm's statistics
    frozen), and is left as it was. Where a ReLU or a pool has a kink, its second derivative is
    taken for zero, as automatic differentiation does.

        hessian = Hessian(objective)
        extremes(hessian, largest=5)

    Args:
        objective: the model, its examples and its per-example loss.
        weights: the point; None means the model's own weights. Buffers among them are placed and
            not differentiated by.
        names: the parameters that L is differentiated by, the others standing still; None means all
            that the point has.
        precision: what everything is computed in.
        memory: bytes that graphs may take between two products; batches beyond it are computed
            anew each time. 0 keeps none.

    Attributes:
        size: how many numbers P.
        like: the point's parameters, by name: what `unflatten` needs.

    Raises:
        ValueError: a name is no parameter of the point.
    """

    def __init__(
        self,
        objective: Objective,
        weights: Weights | None = None,
        *,
        names: Sequence[str] | None = None,
        precision: torch.dtype = torch.float32,
        memory: int = GRAPHS,
    ) -> None:
        self.objective = objective
        self.precision = precision
        self.memory = memory
        model = objective.model
        point = weights_of(model) | dict(weights or {})
        parameters = [name for name, _ in model.named_parameters()]
        wanted = _chosen(parameters, names, weights)
        self.like: dict[str, Tensor] = {
            name: _prepared(point[name], precision).clone().requires_grad_() for name in wanted
        }
        self.size = sum(leaf.numel() for leaf in self.like.values())
        buffers = {name: tensor.clone() for name, tensor in model.named_buffers()}
        fixed = {name: tensor for name, tensor in point.items() if name not in self.like}
        self._fixed = {
            name: _prepared(tensor, precision) for name, tensor in (buffers | fixed).items()
        }
        self._losses = _Losses(model, objective.measures)
        self._kept: dict[int, tuple[Tensor, ...]] = {}
        self._bytes_of_one: int | None = None

    @property
    def device(self) -> torch.device:
        """Where products are computed."""
        return next(iter(self.like.values())).device

    def weights(self) -> Tensor:
        """w: [P]."""
        return flatten(self.like).detach()

    def loss(self, step: Tensor | None = None) -> float:
        """L(w), or L(w + step) for a step, [P]; the sum over examples is in float64."""
        total = 0.0
        leaves = self._moved(step)
        with torch.no_grad(), self._ready():
            for batch in self._batches():
                total += float(self._losses_at(leaves, batch).sum(dtype=torch.float64))
        return total / self.objective.count

    def gradient(self, step: Tensor | None = None) -> Tensor:
        """dL/dw at w, or at w + step: [P]."""
        total = torch.zeros(self.size, dtype=self.precision, device=self.device)
        leaves = self._moved(step)
        with torch.enable_grad(), self._ready():
            for batch in self._batches():
                part = self._losses_at(leaves, batch).sum() / self.objective.count
                total += self._flat(_gradient(part, leaves))
        return total

    def gradients(self, examples: int) -> Iterator[Tensor]:
        """dL/dw of the mean loss of so many examples, [P], for one such part after the other.

        What is left over of the examples is left out.
        """
        parts = replace(self.objective, batch_size=examples)
        for _, batch in zip(range(parts.count // examples), self._batches(parts), strict=False):
            with torch.enable_grad(), self._ready():
                mean = self._losses_at(self.like, batch).mean()
                gradient = self._flat(_gradient(mean, self.like))
            yield gradient

    def product(self, vector: Tensor) -> Tensor:
        """H v: [P] to [P]."""
        direction = list(unflatten(vector.to(self.precision), self.like).values())
        total = torch.zeros(self.size, dtype=self.precision, device=self.device)
        with torch.enable_grad(), self._ready():
            for index, batch in enumerate(self._batches()):
                gradient = self._kept.get(index) or self._gradient_graph(index, batch)
                total += self._flat(
                    torch.autograd.grad(
                        gradient,
                        self._leaves(),
                        direction,
                        retain_graph=index in self._kept,
                        allow_unused=True,
                    )
                )
        return total

    def direction(self, vector: Tensor) -> dict[str, Tensor]:
        """A vector, [P], as a direction of weight space, in the weights' own dtype."""
        return {
            name: change.to(self.objective.model.get_parameter(name).dtype)
            for name, change in unflatten(vector, self.like).items()
        }

    def free(self) -> None:
        """Lets go of the graphs that were kept."""
        self._kept.clear()

    # How

    def _leaves(self) -> list[Tensor]:
        return list(self.like.values())

    def _flat(self, gradients: Sequence[Tensor | None]) -> Tensor:
        """Gradients as one vector, zero where the loss does not depend on a parameter."""
        parts = zip(gradients, self.like.values(), strict=True)
        return torch.cat(
            [(torch.zeros_like(leaf) if part is None else part).reshape(-1) for part, leaf in parts]
        )

    def _moved(self, step: Tensor | None) -> dict[str, Tensor]:
        """The parameters at w + step."""
        if step is None:
            return self.like
        change = unflatten(step.to(self.precision), self.like)
        return {
            name: (leaf.detach() + change[name]).requires_grad_()
            for name, leaf in self.like.items()
        }

    def _batches(self, objective: Objective | None = None) -> Iterator[Batch]:
        for batch in (objective or self.objective).batches():
            yield {name: _prepared(column, self.precision) for name, column in batch.items()}

    def _losses_at(self, leaves: Mapping[str, Tensor], batch: Batch) -> Tensor:
        """One loss per example of a batch: [n]."""
        tensors = {f"model.{name}": tensor for name, tensor in {**self._fixed, **leaves}.items()}
        losses: Tensor = functional_call(self._losses, tensors, (batch,))
        return losses

    def _part(self, batch: Batch) -> Tensor:
        """What a batch adds to L."""
        return self._losses_at(self.like, batch).sum() / self.objective.count

    def _gradient_graph(self, index: int, batch: Batch) -> tuple[Tensor, ...]:
        """The gradient of a batch's part of L, to be differentiated; kept where memory allows."""
        if self._bytes_of_one is None:
            with _counted() as pieces:
                gradient = self._gradient_of(batch)
            self._bytes_of_one = sum(pieces.values())
        else:
            gradient = self._gradient_of(batch)
        if (len(self._kept) + 1) * self._bytes_of_one <= self.memory:
            self._kept[index] = gradient
        return gradient

    def _gradient_of(self, batch: Batch) -> tuple[Tensor, ...]:
        leaves = self._leaves()
        found = torch.autograd.grad(
            self._part(batch), leaves, create_graph=True, materialize_grads=True
        )
        # A gradient that does not depend on the weights has no graph: its derivative is zero.
        return tuple(
            part if part.requires_grad else part + 0 * leaf
            for part, leaf in zip(found, leaves, strict=True)
        )

    @contextmanager
    def _ready(self) -> Iterator[None]:
        # Fused attention has no second derivative; the plain one has.
        with lent(self.objective.model), sdpa_kernel(SDPBackend.MATH):
            yield


class _Losses(nn.Module):
    """The per-example losses as a module's output, so that weights can be given by name."""

    def __init__(self, model: nn.Module, measures: Measures) -> None:
        super().__init__()
        self.model = model
        self.measures = measures

    def forward(self, batch: Batch) -> Tensor:
        return self.measures(self.model, batch)["loss"]


def _gradient(loss: Tensor, leaves: Mapping[str, Tensor]) -> tuple[Tensor | None, ...]:
    return torch.autograd.grad(loss, list(leaves.values()), allow_unused=True)


def _chosen(
    parameters: Sequence[str], names: Sequence[str] | None, weights: Weights | None
) -> list[str]:
    """The parameters that the loss is differentiated by, in the order of the point."""
    known = set(parameters)
    point = [name for name in (parameters if weights is None else weights) if name in known]
    if names is None:
        return point
    unknown = sorted(set(names) - set(point))
    if unknown:
        raise ValueError(f"{unknown[0]} is no parameter of the point, expected one of {point}")
    return [name for name in point if name in set(names)]


def _prepared(tensor: Tensor, precision: torch.dtype) -> Tensor:
    """Numbers that are no integers in a precision; images and kernels laid out to be fast."""
    if not tensor.is_floating_point():
        return tensor
    precise = tensor.detach().to(precision)
    if precise.dim() == 4 and precise.device.type == "cpu":
        # Convolutions and their derivatives take two thirds of the time so.
        return precise.to(memory_format=torch.channels_last)
    return precise


@contextmanager
def _counted() -> Iterator[dict[int, int]]:
    """Counts what a graph saves: bytes of each piece of memory, by its address."""
    pieces: dict[int, int] = {}

    def pack(tensor: Tensor) -> Any:
        # Of a view into all examples, or into one repeated number, only what is there and seen.
        size = min(tensor.nbytes, tensor.untyped_storage().nbytes())
        pieces[tensor.data_ptr()] = max(pieces.get(tensor.data_ptr(), 0), size)
        # With its history it would be a cycle that nothing collects: graph, result, graph.
        return tensor.detach()

    with saved_tensors_hooks(pack, lambda tensor: tensor):
        yield pieces

"""The ways to compute a product with the Hessian that the benchmark has take turns."""

import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, jvp

from research.landscape.curvature.hessian import Hessian
from research.landscape.curvature.operator import random_vector
from research.landscape.objective import Objective
from research.landscape.weights import unflatten, weights_of
from research.task import Batch

Compute = Callable[[], Tensor]

GRADIENT = "gradient"
PLAIN_GRADIENT = "gradient, plain loop"


@dataclass
class Way:
    """One way, and the seconds of each of its turns.

    Attributes:
        label: of the table.
        compute: one gradient or product, [P].
        result: what it computed first.
        seconds: of each turn; the first, which warms up, is not among them.
    """

    label: str
    compute: Compute
    result: Tensor
    seconds: list[float] = field(default_factory=list)


def build_ways(objective: Objective) -> list[Way]:
    """The gradient, and products of the same vector over the same examples.

    `Hessian` keeps the gradient's graph between products, or builds it anew for each. The plain
    model's way is that of a training loop, in whatever memory layout the model has, and forwards
    over backwards is `torch.func.jvp` of `torch.func.grad`.
    """
    kept, anew = Hessian(objective), Hessian(objective, memory=0)
    vector = random_vector(kept, seed=0)
    ways: dict[str, Compute] = {
        GRADIENT: kept.gradient,
        PLAIN_GRADIENT: lambda: plain_gradient(objective),
        "twice backwards, graph kept": lambda: kept.product(vector),
        "twice backwards, graph anew": lambda: anew.product(vector),
        "twice backwards, plain loop": lambda: plain_product(objective, vector),
        "forwards over backwards": lambda: forward_over_reverse(objective, vector),
    }
    with warnings.catch_warnings():
        # torch.func.jvp of 2.13 still asks for torch.jit.script.
        warnings.simplefilter("ignore", DeprecationWarning)
        return [Way(label, compute, compute()) for label, compute in ways.items()]


def take_turns(ways: list[Way], rounds: int) -> None:
    """In every round each way has one turn, so that all see the same machine."""
    for _ in range(rounds):
        for way in ways:
            began = _now(way.result.device)
            way.compute()
            way.seconds.append(_now(way.result.device) - began)


def ratio(way: Way, to: Way) -> float:
    """The median over rounds of one's seconds over the other's."""
    pairs = zip(way.seconds, to.seconds, strict=True)
    return statistics.median(own / others for own, others in pairs)


def plain_gradient(objective: Objective) -> Tensor:
    """The usual loop over batches."""
    parameters = list(objective.model.parameters())
    total = torch.zeros((), device=parameters[0].device)
    for batch in objective.batches():
        losses = objective.measures(objective.model, batch)["loss"]
        parts = torch.autograd.grad(losses.sum() / objective.count, parameters)
        total = total + torch.cat([part.reshape(-1) for part in parts])
    return total


def plain_product(objective: Objective, vector: Tensor) -> Tensor:
    """The usual loop: for each batch a gradient with a graph, and its derivative."""
    parameters = list(objective.model.parameters())
    like = weights_of(objective.model)
    direction = list(unflatten(vector, like).values())
    total = torch.zeros_like(vector)
    for batch in objective.batches():
        losses = objective.measures(objective.model, batch)["loss"]
        loss = losses.sum() / objective.count
        gradient = torch.autograd.grad(loss, parameters, create_graph=True)
        parts = torch.autograd.grad(gradient, parameters, direction)
        total += torch.cat([part.reshape(-1) for part in parts])
    return total


def forward_over_reverse(objective: Objective, vector: Tensor) -> Tensor:
    """The gradient's derivative along the vector, taken forwards."""
    point = weights_of(objective.model)
    direction = unflatten(vector, point)
    total = torch.zeros_like(vector)
    losses = _Losses(objective)
    for batch in objective.batches():

        def loss(weights: dict[str, Tensor], batch: Batch = batch) -> Tensor:
            named = {f"model.{name}": tensor for name, tensor in weights.items()}
            found: Tensor = functional_call(losses, named, (batch,))
            return found.sum() / objective.count

        parts = jvp(grad(loss), (point,), (direction,))[1]
        total += torch.cat([part.reshape(-1) for part in parts.values()])
    return total


class _Losses(nn.Module):
    """The per-example losses as a module's output."""

    def __init__(self, objective: Objective) -> None:
        super().__init__()
        self.model = objective.model
        self.measures = objective.measures

    def forward(self, batch: Batch) -> Tensor:
        return self.measures(self.model, batch)["loss"]


def _now(device: torch.device) -> float:
    """Seconds, once the device is done."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()

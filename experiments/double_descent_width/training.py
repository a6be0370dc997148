"""Training of one stack of networks, and what is measured of it."""

from collections.abc import Iterator

import torch
from torch import Generator, Tensor

from experiments.double_descent_width.settings import DoubleDescentWidthSettings, Schedule
from research.models.two_layer_stack import TwoLayerStack
from research.optim.optimizers import build_optimizer
from research.optim.schedules import factor


def train(
    stack: TwoLayerStack,
    images: Tensor,
    targets: Tensor,
    settings: DoubleDescentWidthSettings,
    schedule: Schedule,
    generator: Generator,
) -> None:
    """Trains every network of a stack, each in an order of its own.

    Args:
        stack: the networks.
        images: [n, d].
        targets: [n, K].
        settings: epochs, batch size, optimizer.
        schedule: of the learning rate, in updates.
        generator: draws the orders.
    """
    networks, examples = len(stack.weights), len(images)
    size = settings.batch_size or examples
    total = settings.epochs * -(-examples // size)
    optimizer = build_optimizer(settings.optimizer, [stack.weights])
    [group] = optimizer.param_groups
    everything = images.expand(networks, -1, -1), targets.expand(networks, -1, -1)
    step = 0
    for _ in range(settings.epochs):
        for chosen in batches(networks, examples, size, generator):
            batch = everything if chosen is None else _take(chosen, images, targets)
            group["lr"] = settings.optimizer.lr * factor(schedule, step, total)
            stack.set_gradient(*batch)
            optimizer.step()
            step += 1


def batches(
    networks: int, examples: int, size: int, generator: Generator
) -> Iterator[Tensor | None]:
    """The batches of one epoch: which examples each network sees, [networks, size].

    The last batch has what is left. None stands for all examples.
    """
    if size >= examples:
        yield None
        return
    keys = torch.rand(networks, examples, generator=generator, device=generator.device)
    yield from torch.split(keys.argsort(dim=1), size, dim=1)


def _take(chosen: Tensor, images: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Images and targets of a batch; index_select takes a fifth of the time of indexing."""
    flat, shape = chosen.flatten(), chosen.shape
    return (
        images.index_select(0, flat).view(*shape, -1),
        targets.index_select(0, flat).view(*shape, -1),
    )


def squared_loss(stack: TwoLayerStack, images: Tensor, targets: Tensor) -> Tensor:
    """Of each network, the mean over images of ||f(x) - y||^2, the sum over outputs: [networks]."""
    return (stack(images) - targets).square().sum(2).mean(1)


def error(stack: TwoLayerStack, images: Tensor, labels: Tensor) -> Tensor:
    """Of each network, the share of images whose largest output is not their label's: [m]."""
    return (stack(images).argmax(2) != labels).float().mean(1)

"""Networks of every structure that the fast evaluators know, and some that they don't."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from research.landscape.directions import random_direction
from research.landscape.objective import Objective
from research.landscape.weights import weights_of
from research.models.cnn import CNN
from research.models.mlp import MLP
from research.models.resnet import ResNet
from research.settings.models import CNNSettings, MLPSettings, ResNetSettings

CLASSES = 4


class Twice(nn.Module):
    """One convolution used twice, the second time before a norm; sums and views of it too."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(2, 2, 3, padding=1)
        self.norm = nn.BatchNorm2d(2)
        self.output = nn.Linear(2 * 36, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        once = self.convolution(x)
        y = F.relu(once) + once + self.norm(self.convolution(once)) + x
        return self.output(y.flatten(1))


class Broadcast(nn.Module):
    """Sums of different shapes, and a norm whose input is needed elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution, self.norm = nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3)
        self.shift, self.output = nn.Conv2d(2, 3, 6), nn.Linear(3, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        y = self.convolution(x)
        z = self.shift(x) + self.norm(y)
        return self.output((z + y).relu().mean((2, 3)))


class Looked(nn.Module):
    """ReLUs of what is needed afterwards: a layer's output, a view of one, the examples."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(2, 3, 3), nn.Conv2d(2, 3, 3)
        self.output = nn.Linear(48, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        y, z = self.first(x.relu()), self.second(x)
        flat = z.narrow(1, 0, 3).relu().flatten(1) + (y.relu() + y).flatten(1)
        return self.output(flat + z.flatten(1))


class Shifted(nn.Module):
    """What enters the first layer moves."""

    def __init__(self) -> None:
        super().__init__()
        self.shift, self.output = nn.Parameter(torch.ones(2, 72)), nn.Linear(72, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(x.flatten(1) + self.shift.sum(0))


class Doubled(nn.Module):
    """No row of operations, though each looks at one other alone."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.output = nn.Linear(72, 6), nn.Linear(6, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        y = self.first(x.flatten(1)).tanh()
        return self.output(torch.add(y, y))


class Output(nn.Module):
    """A first layer by the name that the end of a graph has."""

    def __init__(self) -> None:
        super().__init__()
        self.output = nn.Linear(72, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(x.flatten(1)).tanh()


class Tokens(nn.Module):
    """A norm after a linear layer that is over tokens, not over what the layer makes."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.norm = nn.Linear(36, 2), nn.BatchNorm1d(2)
        self.second, self.output = nn.Linear(2, 9, bias=False), nn.Linear(18, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.first(x.flatten(2))).relu()
        return self.output(self.second(y).view(-1, 18))


class Branching(nn.Module):
    """No fixed graph."""

    def __init__(self) -> None:
        super().__init__()
        self.output = nn.Linear(72, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        logits = self.output(x.flatten(1))
        return logits if logits.sum() > 0 else -logits


class Tied(nn.Module):
    """One parameter under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(72, 72), nn.Linear(72, 72)
        self.second.weight = self.first.weight

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x.flatten(1)).relu())[:, :CLASSES]


def cnn(**settings: object) -> CNN:
    chosen = CNNSettings.model_validate({"channels": (3, 4), "hidden": 5, **settings})
    return CNN(chosen, (2, 6, 6), CLASSES)


def resnet(**settings: object) -> ResNet:
    chosen = ResNetSettings.model_validate({"width": 3, "blocks": (1, 1), **settings})
    return ResNet(chosen, 2, CLASSES)


def mlp(**settings: object) -> MLP:
    return MLP(MLPSettings.model_validate({"widths": (7, 5), **settings}), 72, CLASSES)


FAST: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "cnn": (cnn, "channels last"),
    "cnn, average, dropout": (lambda: cnn(pool="average", dropout=0.5), "channels last"),
    "cnn, batch norm": (lambda: cnn(batch_norm=True), "3 batch norms folded, channels last"),
    "resnet, post": (lambda: resnet(order="post"), "6 batch norms folded, channels last"),
    "resnet, plain": (lambda: resnet(order="post", skip=False), "5 batch norms folded"),
    "resnet, pre": (lambda: resnet(), "2 batch norms folded, channels last"),
    "mlp": (mlp, "the first layer computed once"),
    "mlp, batch norm": (
        lambda: mlp(batch_norm=True, dropout=0.5),
        "the first layer computed once, 2 batch norms folded",
    ),
    "mlp, narrow layers": (
        lambda: mlp(widths=(9, 9, 15, 8, 16), batch_norm=True),
        "the first layer computed once, 5 batch norms folded",
    ),
    "doubled": (Doubled, "the first layer computed once"),
    "one layer": (
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(72, CLASSES)),
        "the first layer computed once",
    ),
    "a layer called output": (Output, "the first layer computed once"),
    "no bias": (
        lambda: nn.Sequential(
            nn.Flatten(), nn.Linear(72, 5, bias=False), nn.BatchNorm1d(5, affine=False), nn.Tanh()
        ),
        "the first layer computed once, 1 batch norms folded",
    ),
    "used twice": (Twice, "channels last"),
    "looked at again": (Looked, "channels last"),
    "broadcast": (Broadcast, "channels last"),
    "tokens": (Tokens, "the first layer computed once"),
}
"""By name how to build it, and words that its path contains."""

PLAIN: dict[str, tuple[Callable[[], nn.Module], str]] = {
    "a branch": (Branching, "no fixed graph"),
    "moves before the first layer": (Shifted, "neither convolutions nor a linear first layer"),
    "tied weights": (Tied, "two names are one parameter"),
    "statistics of the batch": (
        lambda: nn.Sequential(nn.BatchNorm2d(2, track_running_stats=False), nn.Flatten()),
        "neither convolutions nor a linear first layer",
    ),
}
"""By name how to build it, and words of the reason why it is not faster."""


def measures(model: nn.Module, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    logits = model(batch["x"])
    losses = F.cross_entropy(logits, batch["y"], reduction="none")
    return {"loss": losses, "accuracy": logits.argmax(1) == batch["y"]}


def problem(model: nn.Module, examples: int = 70, vectors: str = "normalised") -> tuple:
    """An objective with 70 examples in batches of 40, the origin, and two directions.

    All biases, and all of batch norm's numbers, are far from zero and one.
    """
    generator = torch.Generator().manual_seed(5)
    for module in model.modules():
        for name in ("weight", "bias", "running_mean", "running_var"):
            tensor = getattr(module, name, None)
            if isinstance(tensor, Tensor) and tensor.dim() == 1:
                low = 0.5 if name in ("weight", "running_var") else -0.5
                tensor.data = torch.rand(tensor.shape, generator=generator) + low
    x = torch.randn(examples, 2, 6, 6, generator=generator)
    y = torch.randint(CLASSES, (examples,), generator=generator)
    objective = Objective(model, {"x": x, "y": y}, measures, batch_size=40)
    origin = weights_of(model)
    directions = [
        random_direction(origin, seed, normalisation="filter", vectors=vectors, model=model)
        for seed in (3, 4)
    ]
    return objective, origin, directions

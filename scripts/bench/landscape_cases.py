"""The networks, images and directions that the benchmark of loss surfaces compares on."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from research.data.images import load_images
from research.image_task import build_model
from research.landscape.directions import random_direction
from research.landscape.objective import Objective
from research.landscape.weights import weights_of
from research.settings.images import ImageSet, ImageSettings
from research.settings.models import (
    CNNSettings,
    ImageModelSettings,
    MLPSettings,
    ResNetSettings,
    ScaledModelSettings,
)
from research.task import Batch


@dataclass(frozen=True)
class Network:
    """A network of the benchmark.

    Attributes:
        label: its name in the table.
        settings: the network.
        images: what it sees.
        examples: images of its surface.
        steps: a turn is a grid of so many points squared.
        training_steps: updates before the surface is drawn, of 128 images each.
        wanted: by way of computing, how many times sooner than the package it is to be.
    """

    label: str
    settings: ImageModelSettings | ScaledModelSettings
    images: ImageSet
    examples: int
    steps: int
    training_steps: int
    wanted: dict[str, float]


NETWORKS = {
    "resnet": Network(
        label="ResNet-20",
        settings=ResNetSettings(width=16, blocks=(3, 3, 3), order="post"),
        images="cifar10",
        examples=128,
        steps=2,
        training_steps=10,
        wanted={"fast": 1.9, "compiled": 2.5, "preview": 3.0},
    ),
    "cnn": Network(
        label="lecture's CNN",
        settings=CNNSettings(channels=(16, 32), hidden=64, pool="average"),
        images="fashion_mnist",
        examples=512,
        steps=4,
        training_steps=100,
        wanted={"fast": 2.5},
    ),
    "mlp": Network(
        label="MLP 784-128-64-10",
        settings=MLPSettings(widths=(128, 64)),
        images="mnist",
        examples=1024,
        steps=11,
        training_steps=300,
        wanted={"fast": 6.0},
    ),
}


@dataclass(frozen=True)
class Case:
    """A trained network, the examples of its surface, and a plane.

    Attributes:
        network: what it is.
        model: in evaluation mode, its tensors laid out as torch lays them out by itself.
        examples: {"images": [n, ...], "labels": [n]}.
    """

    network: Network
    model: nn.Module
    examples: Batch

    @cached_property
    def origin(self) -> dict[str, Tensor]:
        """The trained weights."""
        return weights_of(self.model)

    @cached_property
    def directions(self) -> list[dict[str, Tensor]]:
        """Two Gaussian directions, filter-normalised; biases and batch norm stay."""
        return [
            random_direction(
                self.origin, seed, normalisation="filter", vectors="zero", model=self.model
            )
            for seed in (0, 1)
        ]

    @cached_property
    def objective(self) -> Objective:
        """The mean cross entropy, in batches of 128."""
        return Objective(self.model, self.examples, cross_entropies)

    def operations(self) -> int:
        """Floating-point operations of one point, a product and a sum being two."""
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            self.model(self.examples["images"])
        return int(counter.get_total_flops())


def cross_entropies(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Loss alone, as the package's own metric computes no accuracy: [n]."""
    return {"loss": F.cross_entropy(model(batch["images"]), batch["labels"], reduction="none")}


def build_case(name: str, random_images: bool, data_folder: str | None, device: str) -> Case:
    """A network of the benchmark, briefly trained.

    Args:
        name: a key of `NETWORKS`.
        random_images: whether noise takes the place of the images, so that no file is needed.
        data_folder: folder of data files; None means $DESCENT_DATA or the cache folder.
        device: where it lives.

    Raises:
        SettingsError: a data file is missing or damaged.
    """
    network = NETWORKS[name]
    settings = ImageSettings(name=network.images, allow_unofficial=True)
    torch.manual_seed(0)
    if random_images:
        labels = torch.randint(settings.classes, (2048,))
        data = {"images": torch.randn(2048, *settings.shape), "labels": labels}
    else:
        data = load_images(settings, data_folder)["train"]
    data = {key: data[key].to(device) for key in ("images", "labels")}
    model = build_model(network.settings, settings.shape, settings.classes).to(device)
    lay_out_plainly(model)
    train(model, data, network.training_steps)
    examples = {key: column[: network.examples] for key, column in data.items()}
    return Case(network, model, examples)


def lay_out_plainly(model: nn.Module) -> None:
    """Gives parameters the layout that torch chooses by itself, as a stranger's model has it.

    A convolution 1 x 1 that was given channels last counts as laid out plainly, and would still
    turn all images after it; so every tensor is made anew.
    """
    for parameter in model.parameters():
        parameter.data = torch.empty(parameter.shape, device=parameter.device).copy_(parameter)


def train(model: nn.Module, data: Batch, steps: int) -> None:
    """So many updates of Adam on 128 images each; then evaluation mode."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    images, labels = data["images"], data["labels"]
    model.train()
    for _ in range(steps):
        chosen = torch.randint(len(labels), (128,), device=labels.device)
        optimizer.zero_grad()
        F.cross_entropy(model(images[chosen]), labels[chosen]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    model.eval()
    model.requires_grad_(False)

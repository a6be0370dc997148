"""Small networks with examples, of every kind that surfaces are drawn of."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from research.landscape.objective import Objective
from research.models.cnn import CNN
from research.models.mlp import MLP
from research.models.resnet import ResNet
from research.models.transformer import Transformer
from research.settings.models import (
    CNNSettings,
    MLPSettings,
    ResNetSettings,
    TransformerSettings,
)

NAMES = ("mlp", "cnn", "resnet", "transformer")


def measures(model, batch):
    logits = model(batch["x"])
    logits = logits[:, -1] if logits.dim() == 3 else logits
    losses = cross_entropy(logits, batch["y"], reduction="none")
    return {"loss": losses, "accuracy": logits.argmax(dim=1) == batch["y"]}


def build(name, dropout=0.0):
    """A network none of whose vectors is zero; its batch norm has statistics of a few batches."""
    torch.manual_seed(0)
    images = torch.randn(150, 1, 8, 8)
    match name:
        case "mlp":
            settings = MLPSettings(widths=(16, 12), batch_norm=True, dropout=dropout)
            model = MLP(settings, 64, 3)
        case "cnn":
            settings = CNNSettings(channels=(4, 6), hidden=8, batch_norm=True, dropout=dropout)
            model = CNN(settings, (1, 8, 8), 3).to(memory_format=torch.channels_last)
        case "resnet":
            model = ResNet(ResNetSettings(width=4, blocks=(1, 1)), 1, 3)
        case "transformer":
            settings = TransformerSettings(
                layers=1, width=8, heads=2, dropout=dropout, output_classes=3
            )
            model = Transformer(settings, 7, 5)
            images = torch.randint(0, 7, (150, 5))
    for parameter in model.parameters():
        if parameter.dim() == 1:
            nn.init.normal_(parameter, mean=float(parameter.detach().mean()), std=0.2)
    model.train()
    with torch.no_grad():
        for start in (0, 50, 100):
            model(images[start : start + 50])
    return model.eval(), {"x": images, "y": torch.randint(0, 3, (150,))}


def objective(name, batch_size=64, dropout=0.0):
    model, examples = build(name, dropout)
    return Objective(model, examples, measures, batch_size)


class Quadratic(nn.Module):
    """Least squares: residuals r = A w - b, in float64; the losses r_i^2 / 2."""

    def __init__(self, parameters=6, examples=40):
        super().__init__()
        generator = torch.Generator().manual_seed(1)
        self.first = nn.Parameter(torch.randn(2, 2, generator=generator, dtype=torch.float64))
        self.second = nn.Parameter(torch.randn(2, generator=generator, dtype=torch.float64))
        self.matrix = torch.randn(examples, parameters, generator=generator, dtype=torch.float64)
        self.targets = torch.randn(examples, generator=generator, dtype=torch.float64)

    def vector(self):
        return torch.cat([self.first.reshape(-1), self.second])

    def objective(self, batch_size=16):
        def losses(model, batch):
            return {"loss": (batch["a"] @ model.vector() - batch["b"]) ** 2 / 2}

        return Objective(self, {"a": self.matrix, "b": self.targets}, losses, batch_size)

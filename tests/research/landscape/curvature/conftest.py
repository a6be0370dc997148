"""Networks whose Hessian is written out, and a quadratic one whose Hessian is known."""

import pytest
import torch
from torch import nn
from torch.autograd.functional import hessian
from torch.func import functional_call
from torch.nn import functional as F

from research.landscape.objective import Objective


class Quadratic(nn.Module):
    """l_i(w) = 1/2 w^T A_i w + b_i^T w: the mean loss has the mean of the A_i as Hessian."""

    def __init__(self, weights):
        super().__init__()
        self.first = nn.Parameter(weights[:2].clone())
        self.rest = nn.Parameter(weights[2:].clone())

    def forward(self, batch):
        w = torch.cat([self.first, self.rest])
        return (batch["A"] @ w) @ w / 2 + batch["b"] @ w


def quadratic(count=6, size=5, seed=0, batch_size=4):
    generator = torch.Generator().manual_seed(seed)
    entries = torch.randn(count, size, size, generator=generator, dtype=torch.float64)
    examples = {
        "A": entries + entries.mT,
        "b": torch.randn(count, size, generator=generator, dtype=torch.float64),
    }
    weights = torch.randn(size, generator=generator, dtype=torch.float64)
    return Objective(
        Quadratic(weights), examples, lambda model, batch: {"loss": model(batch)}, batch_size
    )


def linear(gradients, batch_size=4):
    """l_i(w) = g_i^T w: per-example gradients are the g_i, [n, P]."""
    count, size = gradients.shape
    model = Quadratic(torch.ones(size, dtype=torch.float64))
    examples = {"A": torch.zeros(count, size, size, dtype=torch.float64), "b": gradients}
    return Objective(model, examples, lambda model, batch: {"loss": model(batch)}, batch_size)


class Attention(nn.Module):
    """Attention as torch fuses it, whose fused kernel has no second derivative."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 12)
        self.outer = nn.Linear(4, 3)

    def forward(self, x):
        parts = self.inner(x.view(-1, 1, 2, 4)).chunk(3, dim=-1)  # one head, two tokens
        return self.outer(F.scaled_dot_product_attention(*parts).mean(dim=(1, 2)))


class Tied(nn.Module):
    """One matrix in two layers, and a parameter that nothing uses."""

    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Linear(8, 8), nn.Linear(8, 8)
        self.two.weight = self.one.weight
        self.out = nn.Linear(8, 3)
        self.unused = nn.Parameter(torch.ones(2))

    def forward(self, x):
        return self.out(self.two(self.one(x).tanh()).tanh())


def convolutions():
    """Eight numbers are an image of 2 x 2 with two channels."""
    return nn.Sequential(
        nn.Unflatten(1, (2, 2, 2)),
        nn.Conv2d(2, 3, 3, padding=1),
        nn.BatchNorm2d(3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(3, 3),
    )


NETWORKS = {
    "smooth": lambda: nn.Sequential(nn.Linear(8, 4), nn.Tanh(), nn.Linear(4, 3)),
    "convolutions": convolutions,
    "attention": Attention,
    "tied": Tied,
}


def measures(model, batch):
    return {"loss": F.cross_entropy(model(batch["x"]), batch["y"], reduction="none")}


def classified(kind="smooth", count=11, batch_size=4, seed=0):
    """An objective of eleven examples in batches of 4, 4 and 3; the network is in training mode."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = NETWORKS[kind]()
        x, y = torch.randn(count, 8), torch.randint(0, 3, (count,))
        if kind == "convolutions":
            model(x)  # running statistics that are not the initial ones
    return Objective(model.train(), {"x": x, "y": y}, measures, batch_size)


def written_out(objective):
    """The Hessian by its definition, in float64: torch's own, of one function of one vector."""
    model = objective.model.double().eval()
    x, y = objective.examples["x"].double(), objective.examples["y"]
    parameters = dict(model.named_parameters())
    sizes = [each.numel() for each in parameters.values()]

    def loss(vector):
        parts = torch.split(vector, sizes)
        weights = {
            name: part.view(like.shape)
            for part, (name, like) in zip(parts, parameters.items(), strict=True)
        }
        return F.cross_entropy(functional_call(model, weights, (x,)), y)

    vector = torch.cat([each.detach().reshape(-1) for each in parameters.values()])
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        return hessian(loss, vector)


@pytest.fixture(params=sorted(NETWORKS))
def kind(request):
    """Each of the networks."""
    return request.param


@pytest.fixture
def make():
    """make.classified(kind), make.quadratic() and the others."""
    return type(
        "Make",
        (),
        {
            "classified": staticmethod(classified),
            "quadratic": staticmethod(quadratic),
            "linear": staticmethod(linear),
            "written_out": staticmethod(written_out),
        },
    )

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from research.landscape.directions import directions_from
from research.landscape.objective import Objective
from research.landscape.surfaces import surface
from research.landscape.weights import weights_of
from research.settings.landscape import DirectionSettings

model = nn.Sequential(nn.Linear(20, 32), nn.ReLU(), nn.Linear(32, 4))  # yours, trained
x, y = torch.randn(512, 20), torch.randint(0, 4, (512,))


def measures(model, batch):
    logits = model(batch["x"])
    losses = cross_entropy(logits, batch["y"], reduction="none")
    return {"loss": losses, "accuracy": logits.argmax(1) == batch["y"]}


objective = Objective(model, {"x": x, "y": y}, measures)
origin = weights_of(model)
directions = directions_from(DirectionSettings(normalisation="filter"), origin, 2, model)
axis = torch.linspace(-1, 1, 25).tolist()
found = surface(objective, origin, directions, (axis, axis), refinement=0.01, fast=True)
print(f"loss {found.loss.min():.2f} to {found.loss.max():.2f}")
print(f"{found.evaluated.sum()} of {found.evaluated.size} points measured")
print(f"the rise at a corner: {found.rise[0, 0]:.2f} ± {found.half_width[0, 0]:.2f}")

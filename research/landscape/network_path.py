"""A path of networks as something to be trained: its bends are its parameters.

The loss of a path is the mean of the network's loss over its positions, t ~ U(0, 1). A step draws
one t for its batch, so that its gradient is an unbiased estimate of that mean's (Garipov et al.
2018, arXiv:1802.10026, algorithm 1).
"""

from collections.abc import Sequence
from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.modules.batchnorm import _NormBase

from research.landscape.paths import Path, PathKind, coefficients, combination, on_the_line
from research.landscape.weights import Weights
from research.task import Batch, Task


class NetworkPath(nn.Module):
    """Networks along a path between two that stay as they are; `position` says which is asked.

    The control points are networks: `points[0]` and `points[-1]` are the ends, which ask for no
    gradient, those between them the bends. Batch norm normalises by the batch, in evaluation mode
    too: no running average would belong to all points.

    Args:
        network: its shape; it is copied, and its own weights don't matter.
        start: the weights at t = 0.
        end: the weights at t = 1.
        kind: of the path.
        bends: how many there are, at first on the straight line.

    Attributes:
        points: the control points.
        position: t, from 0 to 1.

    Raises:
        ValueError: there is no such kind.
    """

    def __init__(
        self,
        network: nn.Module,
        start: Weights,
        end: Weights,
        kind: PathKind = "bezier",
        bends: int = 1,
    ) -> None:
        super().__init__()
        self.kind = kind
        self.position = 0.0
        coefficients(kind, bends + 2, self.position)  # refuses a kind that there isn't
        controls = [start, *on_the_line(start, end, bends), end]
        self.points = nn.ModuleList(_with_weights(network, each) for each in controls)
        for point in (self.points[0], self.points[-1]):
            point.requires_grad_(False)

    def path(self) -> Path:
        """The path as it stands, in copies."""
        copies = [
            {name: tensor.detach().clone() for name, tensor in point.named_parameters()}
            for point in self.points
        ]
        return Path(copies, self.kind)

    def forward(self, *inputs: Tensor) -> Tensor:
        """What the network at `position` makes of its inputs."""
        shares = coefficients(self.kind, len(self.points), self.position)
        controls = [dict(point.named_parameters()) for point in self.points]
        outputs: Tensor = functional_call(self.points[0], combination(controls, shares), inputs)
        return outputs


def _with_weights(network: nn.Module, weights: Weights) -> nn.Module:
    """A copy of a network with other weights, and without running statistics."""
    copy = deepcopy(network)
    with torch.no_grad():
        for name, parameter in copy.named_parameters():
            parameter.copy_(weights[name])
    for module in copy.modules():
        if isinstance(module, _NormBase):
            module.track_running_stats = False  # else a count of batches is expected when loading
            module.running_mean = module.running_var = module.num_batches_tracked = None
    return copy


class PathTask(Task):
    """The task of a network, asked of all networks along a path.

    In training mode one position is drawn for each batch, from torch's generator of the processor.
    In evaluation mode loss and accuracy are means over fixed positions.

    Args:
        task: the network's own; its data is this task's.
        model: the path.
        positions: t of each network that an evaluation asks.
    """

    model: NetworkPath

    def __init__(self, task: Task, model: NetworkPath, positions: Sequence[float]) -> None:
        self.task = task
        self.model = model
        self.splits = task.splits
        self.positions = tuple(positions)

    def outputs(self, model: nn.Module, batch: Batch) -> Tensor:
        """What the networks predict: [n, positions, ...]; a single one in training mode."""
        assert isinstance(model, NetworkPath)
        positions = (float(torch.rand(())),) if model.training else self.positions
        found = []
        for position in positions:
            model.position = position
            found.append(self.task.outputs(model, batch))
        return torch.stack(found, dim=1)

    def losses_of(self, outputs: Tensor, batch: Batch) -> Tensor:
        """The mean over positions of each example's loss: [n]."""
        losses = [self.task.losses_of(each, batch) for each in outputs.unbind(dim=1)]
        return torch.stack(losses).mean(dim=0)

    def labels(self, batch: Batch) -> Tensor:
        """Those of the network's task: [n]."""
        return self.task.labels(batch)

    def correct(self, outputs: Tensor, batch: Batch) -> Tensor:
        """The share of positions at which an example is predicted right: [n], from 0 to 1."""
        right = [self.task.correct(each, batch) for each in outputs.unbind(dim=1)]
        return torch.stack(right).float().mean(dim=0)

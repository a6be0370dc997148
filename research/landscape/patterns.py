"""A plane of weight space whose loss surface shows a picture: networks on it are good or bad.

A picture is a grid of good and bad cells. A plane is learned such that the networks at good cells
have a small loss, and those at bad cells a large one: the surface of a network's loss has room for
any picture. All three vectors of the plane and its scale are trained together, from networks with
independent initial values; see `pattern_plane`.

Source: Skorokhodov and Burtsev (2019), arXiv:1910.03867.
"""

import torch
from torch import Tensor, nn
from torch.func import vmap

from research.landscape.pattern_plane import PatternPlane
from research.task import Batch, Task, size


class PatternTask(Task):
    """The loss whose minimum is a plane that shows a picture.

    Per example, the mean loss of the networks at good cells minus that of those at bad cells, the
    latter clipped, so that nothing is won by making them worse and worse.

    Every batch sees `cells` good and as many bad cells: in training mode drawn with replacement
    from torch's generator of the processor, in evaluation mode always the same ones.

    Args:
        task: the network's own; its data is this task's.
        plane: the networks.
        picture: which cells are good, [R, C], bool.
        used: which cells are drawn, [R, C], bool; None means all.
        cells: good cells of a batch.
        clip: largest loss of a bad cell that counts, in nats.

    Raises:
        ValueError: there are no good cells to draw, or no bad ones.
    """

    model: PatternPlane

    def __init__(
        self,
        task: Task,
        plane: PatternPlane,
        picture: Tensor,
        used: Tensor | None = None,
        cells: int = 16,
        clip: float = 2.5,
    ) -> None:
        self.task = task
        self.model = plane
        self.splits = task.splits
        self.picture = picture
        self.cells = cells
        self.clip = clip
        self._positions = positions(*picture.shape)
        drawn = torch.ones_like(picture) if used is None else used
        self._kinds = [(kind & drawn).flatten().nonzero()[:, 0] for kind in (picture, ~picture)]
        for kind, name in zip(self._kinds, ("good", "bad"), strict=True):
            if not len(kind):
                raise ValueError(f"a picture without {name} cells, expected both kinds")

    def outputs(self, model: nn.Module, batch: Batch) -> Tensor:
        """What networks at `cells` good and then as many bad cells predict: [n, 2 cells, ...]."""
        chosen = [self._choose(len(kind), model.training) for kind in self._kinds]
        cells = torch.cat([kind[each] for kind, each in zip(self._kinds, chosen, strict=True)])
        return self.outputs_at(model, batch, cells)

    def losses_of(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Mean loss at good cells minus mean clipped loss at bad ones: [n]."""
        losses = self.losses_at(outputs, batch)
        bad = losses[:, self.cells :].clamp_max(self.clip)
        return losses[:, : self.cells].mean(dim=1) - bad.mean(dim=1)

    def labels(self, batch: Batch) -> Tensor:
        """Those of the network's task: [n]."""
        return self.task.labels(batch)

    def correct(self, outputs: Tensor, batch: Batch) -> Tensor:
        """The share of good cells whose network predicts an example right: [n], from 0 to 1."""
        return self.correct_at(outputs[:, : self.cells], batch).float().mean(dim=1)

    def outputs_at(self, model: nn.Module, batch: Batch, cells: Tensor) -> Tensor:
        """What the networks at some cells predict: [n, k, ...].

        Args:
            model: the plane.
            batch: the examples.
            cells: numbers of cells of the picture, row by row: [k].
        """
        return self.task.outputs(_At(model, self._positions[cells]), batch)

    def losses_at(self, outputs: Tensor, batch: Batch) -> Tensor:
        """The network's own loss of each example at each cell: [n, k]."""
        found: Tensor = vmap(lambda one: self.task.losses_of(one, batch), 1, 1)(outputs)
        return found

    def correct_at(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Which examples are predicted right at each cell: [n, k]."""
        found: Tensor = vmap(lambda one: self.task.correct(one, batch), 1, 1)(outputs)
        return found

    def _choose(self, count: int, drawn: bool) -> Tensor:
        if drawn:
            return torch.randint(count, (self.cells,))
        return torch.linspace(0, count - 1, self.cells).round().long()


class _At(nn.Module):
    """The networks at some positions of a plane, as one module with one input."""

    def __init__(self, plane: nn.Module, positions: Tensor) -> None:
        super().__init__()
        self.plane = plane
        self.positions = positions
        self.train(plane.training)

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.plane(inputs, self.positions.to(inputs.device))
        return outputs


@torch.no_grad()
def pattern_surface(
    task: PatternTask, split: Batch, batch_size: int = 256, at_once: int = 32
) -> dict[str, Tensor]:
    """Loss and accuracy at every cell of the picture, in its order: [R, C], float64.

    Sums over examples are in float64.

    Args:
        task: the plane and its picture.
        split: the examples, on the plane's device.
        batch_size: examples computed at once; batch norm normalises by them.
        at_once: cells computed at once; the result does not depend on it but for rounding.
    """
    rows, columns = task.picture.shape
    model, was_training = task.model, task.model.training
    model.eval()
    sums = torch.zeros(2, rows * columns, dtype=torch.float64)
    for start in range(0, size(split), batch_size):
        batch = {name: column[start : start + batch_size] for name, column in split.items()}
        for cells in torch.split(torch.arange(rows * columns), at_once):
            outputs = task.outputs_at(model, batch, cells)
            losses, right = task.losses_at(outputs, batch), task.correct_at(outputs, batch)
            for kind, values in enumerate((losses, right)):
                sums[kind, cells] += values.sum(dim=0, dtype=torch.float64).cpu()
    model.train(was_training)
    loss, accuracy = sums.view(2, rows, columns) / size(split)
    return {"loss": loss, "accuracy": accuracy}


def positions(rows: int, columns: int) -> Tensor:
    """(x, y) of the cells of a picture, row by row from its top: [R C, 2], centred at zero."""
    y = (rows - 1) / 2 - torch.arange(rows, dtype=torch.float32)
    x = torch.arange(columns, dtype=torch.float32) - (columns - 1) / 2
    return torch.stack([x.repeat(rows), y.repeat_interleave(columns)], dim=1)


def near_edges(picture: Tensor) -> Tensor:
    """Which cells have a neighbour of the other kind, [R, C], bool; corners count as neighbours."""
    padded = nn.functional.pad(picture.float()[None], (1, 1, 1, 1), mode="replicate")
    highest = nn.functional.max_pool2d(padded, 3, stride=1)[0]
    lowest = -nn.functional.max_pool2d(-padded, 3, stride=1)[0]
    return highest != lowest

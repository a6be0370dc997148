"""A path of networks that is trained: its gradient, its ends, and batch norm along it."""

import pytest
import torch
from torch import nn
from torch.func import functional_call

from research.landscape.network_path import NetworkPath, PathTask
from research.landscape.weights import weights_of
from research.task import Task

INPUTS = torch.randn(40, 4, generator=torch.Generator().manual_seed(0))


class Regression(Task):
    """Squared errors of a network whose targets are zero."""

    def __init__(self, model):
        self.model = model
        self.splits = {"train": {"x": INPUTS, "y": torch.zeros(len(INPUTS), dtype=torch.long)}}

    def outputs(self, model, batch):
        return model(batch["x"])

    def losses_of(self, outputs, batch):
        return outputs.square().sum(dim=1)

    def labels(self, batch):
        return batch["y"]


def network(seed=0, norm=False):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(4, 5), *([nn.BatchNorm1d(5)] if norm else []), nn.ReLU(), nn.Linear(5, 3)
    )


def networks_path(kind="bezier", bends=1, norm=False):
    start, end = (weights_of(network(seed, norm)) for seed in (1, 2))
    return NetworkPath(network(0, norm), start, end, kind, bends)


def test_another_kind_of_path_is_refused():
    with pytest.raises(ValueError, match="kind 'bezir' of a path, expected bezier or chain"):
        networks_path("bezir")


@pytest.mark.parametrize("kind", ["bezier", "chain"])
def test_a_position_is_the_network_with_the_weights_there(kind):
    path = networks_path(kind, bends=2)
    with torch.no_grad():
        for parameter in path.points[1].parameters():
            parameter.add_(0.3)
    for t in (0.0, 0.2, 0.5, 1.0):
        path.position = t
        expected = functional_call(network(), path.path().at(t), (INPUTS,))
        torch.testing.assert_close(path(INPUTS), expected)


@pytest.mark.parametrize("kind", ["bezier", "chain"])
def test_a_path_begins_on_the_straight_line(kind):
    path = networks_path(kind, bends=2).path()
    for t in (0.2, 0.7):
        for name, found in path.at(t).items():
            start, end = (each[name] for each in (path.points[0], path.points[-1]))
            torch.testing.assert_close(found, (1 - t) * start + t * end)


def test_only_the_bends_are_trained():
    path = networks_path(bends=2)
    wanting = {name for name, parameter in path.named_parameters() if parameter.requires_grad}
    assert {name.split(".")[1] for name in wanting} == {"1", "2"}
    ends = [weights_of(path.points[index]) for index in (0, -1)]
    task = PathTask(Regression(path), path, [0.5])
    path.train()
    task.losses(path, task.splits["train"]).mean().backward()
    torch.optim.SGD(path.parameters(), 0.1).step()
    for index, end in zip((0, -1), ends, strict=True):
        now = weights_of(path.points[index])
        assert all(torch.equal(now[name], end[name]) for name in end)
    assert not torch.equal(path.points[1][0].weight, network(1)[0].weight)


def test_the_gradient_of_a_bend_is_the_network_s_times_its_share():
    """d L(phi(t)) / d theta = 2 t (1 - t) grad L(phi(t)) for a Bezier curve of one bend."""
    path = networks_path()
    path.position = t = 0.3
    path(INPUTS).square().mean().backward()
    other = network()
    other.load_state_dict(path.path().at(t))
    other(INPUTS).square().mean().backward()
    for bend, single in zip(path.points[1].parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(bend.grad, 2 * t * (1 - t) * single.grad)


def test_the_mean_over_draws_is_the_mean_over_the_path():
    """A fair position of every batch, against a fine grid of positions."""
    path = networks_path()
    batch = Regression(path).splits["train"]
    grid = PathTask(Regression(path), path, [(step + 0.5) / 200 for step in range(200)])
    with torch.no_grad():
        path.eval()
        expected = float(grid.losses(path, batch).mean())
        path.train()
        torch.manual_seed(3)
        drawn = torch.stack([grid.losses(path, batch).mean() for _ in range(400)])
    deviation = float(drawn.std()) / 20
    assert abs(float(drawn.mean()) - expected) < 4 * deviation
    assert deviation > 0


def test_an_evaluation_is_the_mean_over_its_positions():
    path = networks_path("chain")
    task = PathTask(Regression(path), path, [0.0, 0.5, 1.0])
    path.eval()
    batch = task.splits["train"]
    outputs = task.outputs(path, batch)
    losses, right = [], []
    for t in (0.0, 0.5, 1.0):
        path.position = t
        losses.append(path(INPUTS).square().sum(dim=1))
        right.append((path(INPUTS).argmax(dim=1) == 0).float())
    assert outputs.shape == (40, 3, 3)
    torch.testing.assert_close(task.losses_of(outputs, batch), sum(losses) / 3)
    torch.testing.assert_close(task.correct(outputs, batch), sum(right) / 3)


def test_batch_norm_normalises_by_the_batch_and_keeps_nothing():
    path = networks_path(norm=True)
    before = {name: tensor.clone() for name, tensor in path.state_dict().items()}
    path.position = 0.4
    path.eval()
    evaluated = path(INPUTS)
    path.train()
    torch.testing.assert_close(path(INPUTS), evaluated)
    single = network(norm=True)
    single.load_state_dict(path.path().at(0.4), strict=False)
    torch.testing.assert_close(single.train()(INPUTS), evaluated)
    after = path.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], before[name]) for name in before)
    assert not any("running" in name for name in after)
    path.load_state_dict(dict(after))  # a checkpoint has no version of batch norm in it

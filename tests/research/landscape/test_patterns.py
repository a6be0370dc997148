"""Networks on a plane against each alone, and what a picture's loss is."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from research.image_task import build_model
from research.landscape.pattern_plane import PatternPlane
from research.landscape.patterns import (
    PatternTask,
    near_edges,
    pattern_surface,
    positions,
)
from research.landscape.weights import moved
from research.settings.models import CNNSettings, MLPSettings
from research.task import Task

PICTURE = torch.tensor([[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]).bool()
MODELS = {
    "mlp": MLPSettings(widths=(6, 5)),
    "norm": MLPSettings(widths=(6,), batch_norm=True),
    "cnn": CNNSettings(channels=(3, 4), hidden=5),
}


class Numbers(Task):
    """Classification of 12 examples of 8 x 8 numbers into ten classes."""

    def __init__(self):
        generator = torch.Generator().manual_seed(1)
        images = torch.randn(12, 1, 8, 8, generator=generator)
        labels = torch.randint(10, (12,), generator=generator)
        self.splits = {"train": {"images": images, "labels": labels}}

    def outputs(self, model, batch):
        return model(batch["images"])

    def losses_of(self, outputs, batch):
        return cross_entropy(outputs, batch["labels"], reduction="none")

    def labels(self, batch):
        return batch["labels"]


def networks(name="mlp", count=3, seed=2):
    torch.manual_seed(seed)
    return [build_model(MODELS[name], (1, 8, 8), 10) for _ in range(count)]


def make(name="mlp", picture=PICTURE, **changes):
    return PatternTask(Numbers(), PatternPlane(networks(name), 0.3), picture, cells=3, **changes)


def alone(plane, name, x, y):
    """The network at one position, as a module: Gram-Schmidt by hand."""
    origin, right_end, up_end = (
        each.detach().double() for each in (plane.origin, plane.right_end, plane.up_end)
    )
    right, up = right_end - origin, up_end - origin
    up = up - (up @ right) / (right @ right) * right
    up = up / up.norm() * right.norm()
    theta = origin + float(plane.scale.detach()) * (x * right + y * up)
    network = networks(name, 1)[0]
    nn.utils.vector_to_parameters(theta.float(), network.parameters())
    return network


def column(r, c):
    """x and y of a cell of PICTURE."""
    return c - 1.5, 1 - r


def test_cells_stand_upright_around_zero():
    found = positions(2, 3).tolist()
    assert found == [[-1, 0.5], [0, 0.5], [1, 0.5], [-1, -0.5], [0, -0.5], [1, -0.5]]


@pytest.mark.parametrize("name", MODELS)
def test_many_networks_at_once_are_each_alone(name):
    plane, batch = PatternPlane(networks(name), 0.3), Numbers().splits["train"]
    asked = torch.tensor([[0.0, 0.0], [1.5, -2.0], [-0.5, 1.0]])
    found = plane(batch["images"], asked)
    assert found.shape == (12, 3, 10)
    for index, (x, y) in enumerate(asked.tolist()):
        expected = alone(plane, name, x, y).train()(batch["images"])
        torch.testing.assert_close(found[:, index], expected, rtol=1e-4, atol=1e-5)


def test_the_plane_goes_through_the_first_two_networks():
    """Position 0 is the first one, and 1 / s to the right the second one."""
    three = networks()
    plane, images = PatternPlane(three, 0.25), Numbers().splits["train"]["images"]
    found = plane(images, torch.tensor([[0.0, 0.0], [4.0, 0.0]]))
    for index in (0, 1):
        torch.testing.assert_close(found[:, index], three[index](images), rtol=1e-4, atol=1e-5)


class OtherOrder(nn.Module):
    """Its first layer is called last; with `tied` its weights are used twice."""

    def __init__(self, tied):
        super().__init__()
        self.last, self.middle, self.early = nn.Linear(8, 8), nn.Linear(8, 8), nn.Linear(64, 8)
        if tied:
            self.middle.weight = self.last.weight

    def forward(self, images):
        hidden = self.middle(self.early(images.flatten(1)).tanh()).tanh()
        return self.last(hidden)


@pytest.mark.parametrize("tied", [False, True])
def test_any_order_of_layers_and_shared_weights(tied):
    torch.manual_seed(5)
    three = [OtherOrder(tied) for _ in range(3)]
    plane, images = PatternPlane(three, 0.3), Numbers().splits["train"]["images"]
    found = plane(images, torch.tensor([[1.0, -2.0], [0.5, 0.5]]))
    for index, coordinates in enumerate([(1.0, -2.0), (0.5, 0.5)]):
        origin, right, up = plane.directions()
        three[0].load_state_dict(moved(origin, [right, up], coordinates), strict=False)
        torch.testing.assert_close(found[:, index], three[0](images), rtol=1e-4, atol=1e-5)


def test_layers_without_biases_and_with_strides():
    torch.manual_seed(6)
    three = [
        nn.Sequential(nn.Conv2d(1, 4, 3, stride=2, padding=1, bias=False), nn.Flatten())
        for _ in range(3)
    ]
    plane, images = PatternPlane(three, 0.3), Numbers().splits["train"]["images"]
    found = plane(images, torch.tensor([[1.0, -2.0]]))[:, 0]
    origin, right, up = plane.directions()
    three[0].load_state_dict(moved(origin, [right, up], (1.0, -2.0)))
    torch.testing.assert_close(found, three[0](images), rtol=1e-4, atol=1e-5)


def test_right_and_up_are_orthogonal_and_of_one_length():
    plane = PatternPlane(networks())
    origin, right, up = (each.detach().double() for each in plane.basis())
    assert torch.equal(origin.float(), plane.origin.detach())
    assert abs(right @ up) < 1e-6 * (right @ right)
    assert float(up.norm()) == pytest.approx(float(right.norm()), rel=1e-6)
    assert up @ (plane.up_end - plane.origin).detach().double() > 0


def test_directions_are_steps_of_one_cell():
    plane, images = PatternPlane(networks(), 0.3), Numbers().splits["train"]["images"]
    origin, right, up = plane.directions()
    network = networks(count=1, seed=9)[0]
    network.load_state_dict(moved(origin, [right, up], [2.0, -1.0]))
    expected = plane(images, torch.tensor([[2.0, -1.0]]))[:, 0]
    torch.testing.assert_close(network(images), expected, rtol=1e-4, atol=1e-5)


def test_what_is_trained_are_three_networks_and_the_scale():
    plane = PatternPlane(networks())
    size = sum(each.numel() for each in networks(count=1)[0].parameters())
    shapes = {name: tuple(each.shape) for name, each in plane.named_parameters()}
    vectors = dict.fromkeys(("origin", "right_end", "up_end"), (size,))
    assert shapes == {**vectors, "scale": ()}
    assert not list(plane.buffers())


@pytest.mark.parametrize("clip", [2.4, 1e9])
def test_loss_and_gradients_are_those_of_a_loop_over_cells(clip):
    task = make(clip=clip)
    plane, batch = task.model.eval(), task.splits["train"]
    losses = task.losses(plane, batch)
    losses.mean().backward()
    good, bad = [(0, 0), (1, 0), (2, 3)], [(0, 2), (1, 3), (2, 2)]
    twin = copy.deepcopy(plane)
    twin.zero_grad()
    expected, clipped = torch.zeros(12), False
    for cells, sign in ((good, 1), (bad, -1)):
        for r, c in cells:
            logits = twin(batch["images"], torch.tensor([column(r, c)]))[:, 0]
            each = cross_entropy(logits, batch["labels"], reduction="none")
            each = each if sign > 0 else each.clamp_max(clip)
            clipped |= bool((each == clip).any())
            (sign * each / 3).mean().backward()
            expected += sign * each.detach() / 3
    assert clipped == (clip == 2.4)
    torch.testing.assert_close(losses, expected, rtol=1e-4, atol=1e-5)
    for mine, other in zip(plane.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, other.grad, rtol=1e-3, atol=1e-5)


def test_a_step_draws_good_cells_first_and_only_those_in_use():
    used = torch.ones(3, 4).bool()
    used[0, 0] = used[2, 2] = False
    task = make(used=used)
    seen = []
    task.outputs_at = lambda model, batch, cells: seen.append(cells)
    task.model.train()
    for _ in range(60):
        task.outputs(task.model, {})
    drawn = torch.stack(seen)
    assert {int(cell) for cell in drawn[:, :3].flatten()} == {1, 4, 11}
    assert {int(cell) for cell in drawn[:, 3:].flatten()} == {2, 3, 5, 6, 7, 8, 9}
    assert len({tuple(row.tolist()) for row in drawn}) > 30
    task.model.eval()
    task.outputs(task.model, {})
    task.outputs(task.model, {})
    assert seen[-1].tolist() == seen[-2].tolist() == [1, 4, 11, 2, 6, 9]


def test_accuracy_is_that_of_the_good_cells():
    task = make()
    outputs = torch.zeros(2, 6, 10)
    outputs[0, [0, 2], 7] = 1.0
    outputs[:, 3:, 7] = 1.0
    correct = task.correct(outputs, {"labels": torch.tensor([7, 7])})
    torch.testing.assert_close(correct, torch.tensor([2 / 3, 0.0]))


@pytest.mark.parametrize("at_once", [1, 5, 12])
def test_the_surface_is_the_mean_loss_of_each_cell(at_once):
    task = make("cnn")
    found = pattern_surface(task, task.splits["train"], batch_size=5, at_once=at_once)
    batch = task.splits["train"]
    assert found["loss"].shape == (3, 4) and found["loss"].dtype == torch.float64
    for r in range(3):
        for c in range(4):
            logits = alone(task.model, "cnn", *column(r, c))(batch["images"])
            loss = cross_entropy(logits, batch["labels"])
            assert float(found["loss"][r, c]) == pytest.approx(float(loss.detach()), rel=1e-5)
            right = (logits.argmax(dim=1) == batch["labels"]).double().mean()
            assert float(found["accuracy"][r, c]) == float(right)


def test_the_surface_leaves_the_plane_as_it_was_and_drops_nothing():
    torch.manual_seed(3)
    three = [
        nn.Sequential(nn.Flatten(), nn.Linear(64, 20), nn.Dropout(0.5), nn.Linear(20, 10))
        for _ in range(3)
    ]
    task = PatternTask(Numbers(), PatternPlane(three), PICTURE, cells=3)
    task.model.train()
    state = torch.get_rng_state()
    first, second = (pattern_surface(task, task.splits["train"])["loss"] for _ in range(2))
    assert torch.equal(first, second) and torch.equal(state, torch.get_rng_state())
    assert task.model.training
    assert all(parameter.grad is None for parameter in task.model.parameters())
    batch = task.splits["train"]
    cells = torch.tensor([0, 0])
    dropped = task.outputs_at(task.model, batch, cells)
    assert not torch.equal(dropped[:, 0], dropped[:, 1])


def test_batch_norm_normalises_by_the_batch_in_evaluation_too():
    task = make("norm")
    batch = task.splits["train"]
    cells = torch.arange(12)
    with torch.no_grad():
        training = task.outputs_at(task.model.train(), batch, cells)
        evaluation = task.outputs_at(task.model.eval(), batch, cells)
    assert torch.equal(training, evaluation)
    changed = {**batch, "images": 3 * batch["images"] + 1}
    found = task.outputs_at(task.model, changed, cells)
    assert not torch.allclose(found, evaluation)


def test_cells_near_an_edge():
    picture = torch.zeros(5, 6).bool()
    picture[1, 1] = True
    expected = torch.zeros(5, 6).bool()
    expected[:3, :3] = True
    assert torch.equal(near_edges(picture), expected)
    assert torch.equal(near_edges(~picture), expected)
    assert not near_edges(torch.ones(4, 4).bool()).any()


@pytest.mark.parametrize(("picture", "name"), [(torch.zeros, "good"), (torch.ones, "bad")])
def test_a_picture_of_one_kind_is_refused(picture, name):
    with pytest.raises(ValueError, match=f"a picture without {name} cells, expected both kinds"):
        make(picture=picture(3, 4).bool())


def test_a_picture_is_learned():
    """A corner, in 80 steps: the networks in it know twelve labels by heart, the others don't."""
    picture = torch.zeros(5, 5).bool()
    picture[:3, :3] = True
    task = make(picture=picture)
    torch.manual_seed(4)
    optimizer = torch.optim.Adam(task.model.parameters(), lr=2e-2)
    before = pattern_surface(task, task.splits["train"])["loss"]
    for _ in range(80):
        optimizer.zero_grad()
        task.losses(task.model.train(), task.splits["train"]).mean().backward()
        optimizer.step()
    loss = pattern_surface(task, task.splits["train"])["loss"]
    assert loss[picture].mean() < 1 < 2 < loss[~picture].mean()
    assert loss[picture].mean() < before[picture].mean() - 1
    assert ((loss < 1.5) == picture).double().mean() >= 0.9

"""A lent network comes back as it was; points are computed from what is stored."""

import pytest
import torch
from torch import nn

from research.landscape.objective import task_objective
from research.landscape.weights import flatten, lent, moved, unflatten, weights_of
from research.task import Task
from tests.research.landscape.networks import build, objective


def test_weights_are_copies_in_the_same_layout():
    model, _ = build("cnn")
    weights = weights_of(model)
    for name, parameter in model.named_parameters():
        assert (
            torch.equal(weights[name], parameter) and weights[name].stride() == parameter.stride()
        )
        assert weights[name].data_ptr() != parameter.data_ptr()
        assert not weights[name].requires_grad
    more = set(weights_of(model, statistics=True)) - set(weights)
    assert {name.rpartition(".")[2] for name in more} == {"running_mean", "running_var"}
    assert len(more) == 6


def test_flattening_and_back():
    weights = weights_of(build("cnn")[0])
    vector = flatten(weights)
    assert vector.shape == (sum(each.numel() for each in weights.values()),)
    back = unflatten(vector.double(), weights)
    for name, values in weights.items():
        assert torch.equal(back[name].float(), values) and back[name].dtype == torch.float64
        assert back[name].stride() == values.stride()


def test_moving_changes_nothing_given_and_starts_from_the_origin():
    origin = {"w": torch.tensor([1.0, 2.0]), "b": torch.tensor([3.0])}
    directions = [{"w": torch.tensor([1.0, 0.0])}, {"w": torch.ones(2), "b": torch.ones(1)}]
    found = moved(origin, directions, (2.0, -0.5))
    assert found["w"].tolist() == [2.5, 1.5] and found["b"].tolist() == [2.5]
    assert origin["w"].tolist() == [1, 2]
    tiny = moved(origin, [{"w": torch.full((2,), torch.nan)}], (0.0,))
    assert torch.equal(tiny["w"], origin["w"]) and tiny["w"] is not origin["w"]


def test_a_lent_network_looks_at_other_weights_and_comes_back():
    model, examples = build("mlp")
    before = {name: each.clone() for name, each in model.state_dict().items()}
    with torch.no_grad(), lent(model) as network:
        own = model(examples["x"])
        network.place({name: torch.zeros_like(each) for name, each in weights_of(model).items()})
        assert not model(examples["x"]).any()
        model.train()(examples["x"])
        model.requires_grad_(False)
    for name, each in model.state_dict().items():
        assert torch.equal(each, before[name])
    assert all(parameter.requires_grad for parameter in model.parameters())
    with torch.no_grad():
        assert torch.equal(model.eval()(examples["x"]), own)


def test_the_batches_of_an_objective_are_all_of_its_examples_in_order():
    of = objective("mlp", batch_size=64)
    batches = list(of.batches())
    assert [len(batch["y"]) for batch in batches] == [64, 64, 22] and of.count == 150
    for name, column in of.examples.items():
        assert torch.equal(torch.cat([batch[name] for batch in batches]), column)


class Lines(Task):
    def __init__(self):
        self.model = nn.Linear(2, 3)
        x = torch.arange(40.0).reshape(20, 2)
        self.splits = {"train": {"x": x, "y": torch.arange(20) % 3}}

    def outputs(self, model, batch):
        return model(batch["x"])

    def losses_of(self, outputs, batch):
        return outputs.logsumexp(dim=1) - outputs.gather(1, batch["y"][:, None])[:, 0]

    def labels(self, batch):
        return batch["y"]


def test_the_objective_of_a_task_is_its_loss_and_accuracy():
    task = Lines()
    train = task.splits["train"]
    of = task_objective(task, train, batch_size=7)
    assert of.examples is train and of.model is task.model
    found = of.measures(of.model, train)
    assert torch.equal(found["loss"], task.losses(task.model, train))
    assert torch.equal(found["accuracy"], task.model(train["x"]).argmax(dim=1) == train["y"])
    other = nn.Linear(2, 3)
    assert task_objective(task, train, model=other).model is other


@pytest.mark.parametrize("examples", [5, 19])
def test_a_part_of_the_examples_is_the_same_at_every_call_and_has_none_twice(examples):
    task = Lines()
    first, second = (task_objective(task, task.splits["train"], examples) for _ in range(2))
    assert first.fingerprint() == second.fingerprint() and first.count == examples
    assert len(set(first.examples["x"][:, 0].tolist())) == examples
    other = task_objective(task, task.splits["train"], examples, seed=1)
    assert other.fingerprint() != first.fingerprint()
    for row, label in zip(first.examples["x"], first.examples["y"], strict=True):
        assert int(row[0]) // 2 % 3 == label

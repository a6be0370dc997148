"""Networks trained together against each alone: plain modules, torch's optimizers."""

import pytest
import torch
from torch import nn
from torch.nn.functional import one_hot

from experiments.double_descent_width.settings import DoubleDescentWidthSettings
from experiments.double_descent_width.training import batches, error, squared_loss, train
from research.models.two_layer_stack import TwoLayerStack
from tests.research.models.test_two_layer_stack import alone, drawn

EXAMPLES, INPUTS, WIDTH, CLASSES, NETWORKS = 11, 5, 4, 3, 3


@pytest.fixture
def data():
    generator = torch.Generator().manual_seed(4)
    images = torch.randn(EXAMPLES, INPUTS, generator=generator)
    labels = torch.randint(CLASSES, (EXAMPLES,), generator=generator)
    return images, labels, one_hot(labels, CLASSES).float()


def settings(**changes):
    plain = {"data": {"train_examples": EXAMPLES}, "epochs": 6, "batch_size": 4, **changes}
    return DoubleDescentWidthSettings.model_validate(plain)


MOMENTUM = {"name": "heavy_ball", "lr": 0.1, "momentum": 0.9}
CASES = {
    "momentum": ({"optimizer": MOMENTUM}, lambda t: 0.1),
    "steps": (
        {"optimizer": MOMENTUM, "schedule": {"name": "step", "every": 5, "gamma": 0.5}},
        lambda t: 0.1 * 0.5 ** (t // 5),
    ),
    "adam": ({"optimizer": {"name": "adam", "lr": 0.01}}, lambda t: 0.01),
    "all at once": ({"optimizer": MOMENTUM, "batch_size": None}, lambda t: 0.1),
}


@pytest.mark.parametrize("case", CASES)
def test_every_network_is_trained_as_if_it_were_alone(data, case):
    images, _, targets = data
    changes, rate = CASES[case]
    chosen = settings(**changes)
    stack = drawn(NETWORKS, INPUTS, WIDTH, CLASSES)
    modules = [alone(stack, network) for network in range(NETWORKS)]
    train(stack, images, targets, chosen, chosen.schedule, torch.Generator().manual_seed(5))
    for network, module in enumerate(modules):
        optimizer = (
            torch.optim.Adam(module.parameters())
            if case == "adam"
            else torch.optim.SGD(module.parameters(), momentum=0.9)
        )
        generator, t = torch.Generator().manual_seed(5), 0
        for _ in range(6):
            for batch in batches(NETWORKS, EXAMPLES, chosen.batch_size or EXAMPLES, generator):
                own = slice(None) if batch is None else batch[network]
                optimizer.param_groups[0]["lr"] = rate(t)
                optimizer.zero_grad()
                nn.MSELoss()(module(images[own]), targets[own]).backward()
                optimizer.step()
                t += 1
        torch.testing.assert_close(stack(images)[network], module(images), rtol=1e-4, atol=1e-5)


def test_an_epoch_shows_every_example_once_in_orders_of_their_own():
    generator = torch.Generator().manual_seed(6)
    epoch = list(batches(3, EXAMPLES, 4, generator))
    assert [tuple(batch.shape) for batch in epoch] == [(3, 4), (3, 4), (3, 3)]
    orders = torch.cat(epoch, dim=1)
    assert all(sorted(order.tolist()) == list(range(EXAMPLES)) for order in orders)
    following = torch.cat(list(batches(3, EXAMPLES, 4, generator)), dim=1)
    assert len({tuple(order.tolist()) for order in (*orders, *following)}) == 6
    assert list(batches(3, EXAMPLES, EXAMPLES, generator)) == [None]


def test_loss_and_error_by_hand():
    """f = c, the output's bias: the loss of an image is ||c - y||^2, summed over outputs."""
    stack = TwoLayerStack(2, INPUTS, WIDTH, 2, "cpu")
    stack.parts.output_bias[:, 0] = torch.tensor([[0.0, 1.0], [2.0, 0.5]])
    images, labels = torch.ones(4, INPUTS), torch.tensor([1, 1, 1, 0])
    targets = one_hot(labels, 2).float()
    assert squared_loss(stack, images, targets).tolist() == [0.5, (3 * 4.25 + 1.25) / 4]
    assert error(stack, images, labels).tolist() == [0.25, 0.75]


def test_a_network_of_more_parameters_than_numbers_interpolates(data):
    """Wrong labels and all: the loss goes to nothing, which is what the threshold is about."""
    images, _, targets = data
    chosen = settings(optimizer={**MOMENTUM, "lr": 0.2}, epochs=1500, batch_size=None)
    stack = drawn(2, INPUTS, 60, CLASSES, deviation=0.3)
    train(stack, images, targets, chosen, chosen.schedule, torch.Generator().manual_seed(0))
    assert squared_loss(stack, images, targets).max() < 1e-6

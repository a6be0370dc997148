"""The centre is the network's own loss to the bit, and the network is as it was afterwards."""

import copy
import random
from dataclasses import replace

import numpy
import pytest
import torch
from torch import nn

from research.landscape.batch_norm import estimate_statistics
from research.landscape.directions import difference, random_direction
from research.landscape.evaluation import plain_evaluator
from research.landscape.weights import lent, moved, weights_of
from tests.research.landscape.networks import NAMES, build, measures, objective

POINTS = [(0.3, -0.2), (0.0, 0.0), (-1.0, 0.7), (0.0, 1.0)]


def two_directions(model, statistics=False):
    weights = weights_of(model, statistics)
    return [
        random_direction(weights, seed, normalisation="filter", vectors="normalised", model=model)
        for seed in (1, 2)
    ]


def evaluator(of, **options):
    return plain_evaluator(of, weights_of(of.model), two_directions(of.model), **options)


@torch.no_grad()
def own(of):
    """What the network itself measures, in the same batches."""
    parts = [of.measures(of.model, batch) for batch in of.batches()]
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}


@pytest.mark.parametrize("name", NAMES)
def test_the_centre_is_the_networks_own_loss_to_the_bit(name):
    of = objective(name)
    found, expected = evaluator(of)([(0.0, 0.0)]), own(of)
    assert set(found) == {"loss", "accuracy"}
    for measure, values in expected.items():
        assert torch.equal(found[measure][0], values)


@pytest.mark.parametrize("name", NAMES)
def test_the_slow_obvious_twin(name):
    """A copy of the network that takes the weights up by `load_state_dict`."""
    of = objective(name)
    origin, directions = weights_of(of.model), two_directions(of.model)
    found = plain_evaluator(of, origin, directions)(POINTS)
    for number, (a, b) in enumerate(POINTS):
        twin = copy.deepcopy(of.model)
        point = {n: w + a * directions[0][n] + b * directions[1][n] for n, w in origin.items()}
        twin.load_state_dict(point, strict=False)
        expected = own(replace(of, model=twin))
        for measure, values in expected.items():
            assert torch.allclose(found[measure][number].double(), values.double(), atol=1e-5)


def test_a_point_does_not_depend_on_those_before_it():
    evaluate = evaluator(objective("cnn"))
    together = evaluate(POINTS)["loss"]
    for _ in range(3):
        evaluate(POINTS)
    for number, point in reversed(list(enumerate(POINTS))):
        assert torch.equal(evaluate([point])["loss"][0], together[number])


def state_of(model):
    """All of a network that could be changed, and of what is around it."""
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return {
        "bits": {name: each.detach().numpy().tobytes() for name, each in tensors.items()},
        "memory": {name: (each.data_ptr(), each.stride()) for name, each in tensors.items()},
        "gradients": {name: id(each.grad) for name, each in tensors.items()},
        "wanting": {name: each.requires_grad for name, each in tensors.items()},
        "training": {name: module.training for name, module in model.named_modules()},
        "momenta": [getattr(module, "momentum", None) for module in model.modules()],
        "python": random.getstate(),
        "numpy": str(numpy.random.get_state()),
        "torch": torch.get_rng_state().tolist(),
        "threads": torch.get_num_threads(),
        "grad": torch.is_grad_enabled(),
    }


def messy(of):
    """In training mode but for one part, one parameter frozen, one with a gradient."""
    parameters = list(of.model.parameters())
    parameters[0].requires_grad_(False)
    parameters[1].grad = torch.ones_like(parameters[1])
    of.model.train()
    next(iter(of.model.children())).eval()
    return of


def drawing(model, batch):
    """Measures that draw from every generator, and write into buffers."""
    random.random()
    numpy.random.rand()
    torch.rand(1)
    for buffer in model.buffers():
        buffer.zero_()
    return measures(model, batch)


WAYS = [
    {},
    {"batch_norm": "re-estimated"},
    {"dropout_seed": 3},
    {"batch_norm": "re-estimated", "dropout_seed": 3},
]


@pytest.mark.parametrize("options", WAYS, ids=str)
@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt])
def test_the_network_is_as_it_was(options, error):
    of = messy(objective("cnn", dropout=0.3))
    calls = []

    def failing(model, batch):
        calls.append(batch)
        if error and len(calls) == 5:
            raise error("in the middle")
        return drawing(model, batch)

    evaluate = evaluator(replace(of, measures=failing), **options)
    before = state_of(of.model)
    if error:
        with pytest.raises(error):
            evaluate(POINTS)
    else:
        evaluate(POINTS)
    assert len(calls) >= 5
    assert state_of(of.model) == before


def test_the_network_is_evaluated_in_evaluation_mode():
    of = messy(objective("cnn", dropout=0.5))
    found = evaluator(of)([(0.0, 0.0)])["loss"][0]
    of.model.eval()
    assert torch.equal(found, own(of)["loss"])


# Batch norm


def end_points():
    """Two networks of one shape with statistics of their own."""
    first, examples = build("cnn")
    second = copy.deepcopy(first)
    torch.manual_seed(5)
    with torch.no_grad():
        for parameter in second.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
        second.train()
        second(2 * examples["x"] + 1)
        second.eval()
    return replace(objective("cnn"), model=first), replace(objective("cnn"), model=second)


def test_interpolated_statistics_arrive_at_the_other_network():
    first, second = end_points()
    origin, end = (weights_of(each.model, statistics=True) for each in (first, second))
    way = difference(end, origin)
    moving = plain_evaluator(first, origin, [way], batch_norm="interpolated")([[0.0], [1.0]])
    assert torch.equal(moving["loss"][0], own(first)["loss"])
    assert torch.allclose(moving["loss"][1], own(second)["loss"], atol=1e-4)
    names = set(weights_of(first.model))
    still = plain_evaluator(first, origin, [{n: v for n, v in way.items() if n in names}])
    assert not torch.allclose(still([[1.0]])["loss"][0], own(second)["loss"], atol=0.05)


def test_interpolation_needs_the_statistics():
    of = objective("cnn")
    with pytest.raises(ValueError, match=r"no features\.1\.running_mean.*statistics=True"):
        evaluator(of, batch_norm="interpolated")


@torch.no_grad()
def average_statistics(model, images, starts):
    """Sets statistics to means over batches of 40, from what every layer is given."""
    given = {}
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    hooks = [
        norm.register_forward_pre_hook(
            lambda norm, inputs: given.setdefault(norm, []).append(inputs[0].transpose(0, 1))
        )
        for norm in norms
    ]
    model.train()
    for start in starts:
        model(images[start : start + 40])
    model.eval()
    for hook in hooks:
        hook.remove()
    for norm in norms:
        batches = [channels.flatten(1) for channels in given[norm]]
        norm.running_mean = torch.stack([each.mean(dim=1) for each in batches]).mean(dim=0)
        norm.running_var = torch.stack([each.var(dim=1) for each in batches]).mean(dim=0)


def test_statistics_are_measured_anew_at_every_point():
    of = objective("resnet")
    shown = replace(of, examples={n: v[:130] for n, v in of.examples.items()}, batch_size=40)
    found = evaluator(of, batch_norm="re-estimated", statistics=shown)(POINTS)["loss"]
    for number, point in enumerate(POINTS):
        twin = copy.deepcopy(of.model)
        weights = moved(weights_of(of.model), two_directions(of.model), point)
        twin.load_state_dict(weights, strict=False)
        average_statistics(twin, shown.examples["x"], starts=(0, 40, 80))  # 10 are left over
        expected = own(replace(of, model=twin))["loss"]
        assert torch.allclose(found[number], expected, rtol=1e-3, atol=1e-4)
    frozen = evaluator(of)(POINTS)["loss"]
    assert not torch.allclose(found[2], frozen[2], atol=0.01)


def test_estimating_twice_gives_the_same_bits():
    evaluate = evaluator(objective("resnet"), batch_norm="re-estimated")
    assert torch.equal(evaluate(POINTS)["loss"], evaluate(POINTS)["loss"])


def test_one_short_batch_is_better_than_none():
    of = objective("resnet", batch_size=1000)
    with lent(of.model):
        estimate_statistics(of)
        assert all(buffer.any() for buffer in of.model.buffers())
        assert not any(module.training for module in of.model.modules())


def test_statistics_of_another_network_are_refused():
    of, other = objective("cnn"), objective("cnn")
    with pytest.raises(ValueError, match="another network"):
        evaluator(of, batch_norm="re-estimated", statistics=other)


# Dropout


def test_masks_are_the_same_at_all_points_and_differ_between_batches():
    of = objective("mlp", dropout=0.5)
    first = {name: column[:64] for name, column in of.examples.items()}
    twice = {name: torch.cat([column, column]) for name, column in first.items()}
    of = replace(of, examples=twice)
    still = [{name: torch.zeros_like(v) for name, v in weights_of(of.model).items()}]
    evaluate = plain_evaluator(of, weights_of(of.model), still, dropout_seed=1)
    losses = evaluate([[0.0], [0.5], [1.0]])["loss"]
    assert torch.equal(losses[0], losses[1]) and torch.equal(losses[0], losses[2])
    assert torch.equal(evaluate([[2.0]])["loss"][0], losses[0])
    assert not torch.allclose(losses[0][:64], losses[0][64:], atol=1e-3)
    other = plain_evaluator(of, weights_of(of.model), still, dropout_seed=2)
    assert not torch.allclose(other([[0.0]])["loss"][0], losses[0], atol=1e-3)
    assert not torch.allclose(own(of)["loss"], losses[0], atol=1e-3)


def test_masks_are_off_while_statistics_are_measured():
    of = objective("mlp", dropout=0.5)
    evaluate = evaluator(of, batch_norm="re-estimated", dropout_seed=1)
    together = evaluate(POINTS)["loss"]
    for number, point in enumerate(POINTS):
        assert torch.equal(evaluate([point])["loss"][0], together[number])


def test_masks_leave_batch_norm_in_evaluation_mode():
    of = objective("mlp", dropout=1e-6)
    assert torch.allclose(evaluator(of, dropout_seed=0)([(0.0, 0.0)])["loss"][0], own(of)["loss"])

"""The fast evaluator gives the plain one's numbers, says how, and leaves nothing behind."""

import copy
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from research.landscape.evaluation import plain_evaluator
from research.landscape.fast import FastEvaluator, evaluator, fast_evaluator
from research.landscape.fast.points import Points
from research.landscape.objective import Objective
from research.landscape.weights import flatten, weights_of
from tests.research.landscape.fast.cases import FAST, PLAIN, cnn, mlp, problem, resnet

POINTS = [(0.0, 0.0), (0.5, -0.25), (0.5, 1.0), (-1.0, 0.0), (0.0, 0.75)]


@pytest.mark.parametrize("name", FAST)
@pytest.mark.parametrize("vectors", ["zero", "normalised"])
def test_the_same_as_the_plain_one(name, vectors):
    build, words = FAST[name]
    torch.manual_seed(0)
    arguments = problem(build(), vectors=vectors)
    fast, plain = fast_evaluator(*arguments), plain_evaluator(*arguments)
    assert isinstance(fast, FastEvaluator), fast.path
    if vectors == "zero":
        assert words in fast.path
    found, expected = fast(POINTS), plain(POINTS)
    assert found["loss"].shape == (5, 70)
    torch.testing.assert_close(found["loss"], expected["loss"], rtol=1e-5, atol=2e-6)
    means = (each["loss"].double().mean(1) for each in (found, expected))
    torch.testing.assert_close(*means, rtol=1e-6, atol=1e-7)
    assert found["accuracy"].equal(expected["accuracy"])


@pytest.mark.parametrize("name", PLAIN)
def test_the_plain_one_where_nothing_is_recognised(name):
    build, words = PLAIN[name]
    torch.manual_seed(0)
    arguments = problem(build())
    fast, plain = fast_evaluator(*arguments), plain_evaluator(*arguments)
    assert fast.path.startswith("plain: ")
    assert words in fast.path
    assert fast(POINTS)["loss"].equal(plain(POINTS)["loss"])


def test_one_direction():
    objective, origin, [direction, _] = problem(mlp())
    lines = [
        method(objective, origin, [direction])([(0.0,), (-0.5,), (0.25,)])["loss"]
        for method in (fast_evaluator, plain_evaluator)
    ]
    torch.testing.assert_close(*lines, rtol=1e-5, atol=1e-6)


def test_no_direction_is_no_reason_to_fail():
    objective, origin, _ = problem(mlp())
    found = fast_evaluator(objective, origin, [])
    assert found.path == "plain: there is nothing to move along"


def test_points_do_not_depend_on_their_order():
    for build in (mlp, lambda: resnet(order="post")):
        fast = fast_evaluator(*problem(build()))
        forwards, backwards = fast(POINTS)["loss"], fast(POINTS[::-1])["loss"]
        assert forwards.equal(backwards.flip(0))
        assert fast(POINTS[2:3])["loss"].equal(forwards[2:3])


def test_made_anew_it_gives_the_same_bits():
    arguments = problem(resnet(order="post"))
    first, second = (fast_evaluator(*arguments)(POINTS)["loss"] for _ in range(2))
    assert first.equal(second)


def test_the_results_can_be_worked_with():
    losses = fast_evaluator(*problem(mlp()))(POINTS)["loss"]
    losses += 1
    assert not losses.is_inference()


def test_batch_norms_statistics_may_move():
    model = resnet(order="post")
    objective, _, _ = problem(model)
    origin = weights_of(model, statistics=True)
    change = {name: 0.1 * (tensor.abs() + 1) for name, tensor in origin.items()}
    fast = fast_evaluator(objective, origin, [change])
    assert "folded" not in fast.path
    plain = plain_evaluator(objective, origin, [change], batch_norm="interpolated")
    points = [(0.0,), (0.7,)]
    torch.testing.assert_close(fast(points)["loss"], plain(points)["loss"], rtol=1e-5, atol=1e-6)


def test_the_origin_need_not_be_where_the_network_is():
    objective, origin, directions = problem(cnn(batch_norm=True))
    elsewhere = {name: 1.5 * tensor + 0.1 for name, tensor in origin.items()}
    fast = fast_evaluator(objective, elsewhere, directions)
    assert isinstance(fast, FastEvaluator)
    found = fast(POINTS)["loss"]
    expected = plain_evaluator(objective, elsewhere, directions)(POINTS)["loss"]
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_float64():
    model = resnet(order="post").double()
    objective, _, _ = problem(model)
    examples = {"x": objective.examples["x"].double(), "y": objective.examples["y"]}
    model.double()
    objective = Objective(model, examples, objective.measures)
    origin = weights_of(model)
    directions = [{name: 0.1 * tensor.sin() for name, tensor in origin.items() if "conv" in name}]
    found, expected = (
        method(objective, origin, directions)([(0.5,), (-2.0,)])["loss"]
        for method in (fast_evaluator, plain_evaluator)
    )
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, expected, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("build", [mlp, lambda: resnet(order="post")])
def test_nothing_is_left_behind(build):
    model = build()
    arguments = problem(model)
    model.train()
    next(model.parameters()).grad = torch.ones_like(next(model.parameters()))
    before, formats = copy.deepcopy(model.state_dict()), strides(model)
    torch.manual_seed(7)
    fast_evaluator(drawing(arguments[0]), *arguments[1:])(POINTS)
    drawn = torch.rand(3)
    torch.manual_seed(7)
    assert drawn.equal(torch.rand(3)), "the random generator was used"
    after = model.state_dict()
    assert all(tensor.equal(after[name]) for name, tensor in before.items())
    assert strides(model) == formats
    assert all(module.training for module in model.modules())
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert next(model.parameters()).grad is not None


def drawing(objective: Objective) -> Objective:
    def measures(model: nn.Module, batch: dict) -> dict:
        return {**objective.measures(model, batch), "noise": torch.rand(len(batch["y"]))}

    return Objective(objective.model, objective.examples, measures)


def strides(model):
    return [tensor.stride() for tensor in model.parameters()]


def test_kernels_have_channels_last():
    network = resnet()
    origin = weights_of(network, statistics=True)
    points = Points(network, origin, [origin])
    points.set((1.0,))
    for name, tensor in network.state_dict().items():
        if tensor.is_floating_point():
            assert tensor.equal(2 * origin[name])
        if tensor.dim() == 4:
            _, inputs, height, width = tensor.shape
            assert tensor.stride() == (inputs * height * width, 1, inputs * width, inputs)


@pytest.mark.parametrize("build", [mlp, lambda: cnn(batch_norm=True)])
def test_a_preview_says_so_and_is_near(build):
    arguments = problem(build(), vectors="zero")
    preview, plain = fast_evaluator(*arguments, preview=True), plain_evaluator(*arguments)
    assert "bfloat16 preview" in preview.path
    found = preview(POINTS)["loss"]
    assert found.dtype == torch.float32
    means = found.mean(1), plain(POINTS)["loss"].mean(1)
    torch.testing.assert_close(*means, rtol=2e-2, atol=1e-2)
    assert (means[0] - means[1]).abs().max() > 1e-5, "it is no preview"


def test_compiled(monkeypatch):
    """Torch's own compiler, without its last step, which would start another compiler."""
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    arguments = problem(mlp())
    compiled = fast_evaluator(*arguments, compiled=True)
    assert "compiled" in compiled.path
    assert compiled(POINTS)["loss"].equal(fast_evaluator(*arguments)(POINTS)["loss"])


def test_a_wrong_graph_is_found_out(monkeypatch):
    monkeypatch.setattr(evaluator, "write_in_place", spoil)
    found = fast_evaluator(*problem(cnn()))
    assert found.path.startswith("plain: the fast path gives")


def spoil(network):
    for node in network.graph.nodes:
        if node.op == "output":
            [logits] = node.args
            with network.graph.inserting_before(node):
                node.args = (network.graph.call_function(torch.mul, (logits, 1.1)),)
    network.recompile()


def test_measures_that_do_more_than_call_the_network():
    model = mlp()
    objective, origin, directions = problem(model)

    def looks_inside(model: nn.Module, batch: dict) -> dict:
        weight = model.output.weight
        losses = F.cross_entropy(model(batch["x"]), batch["y"], reduction="none")
        return {"loss": losses + weight.square().sum()}

    def calls_twice(model: nn.Module, batch: dict) -> dict:
        logits = model(batch["x"]) + model(-batch["x"])
        return {"loss": F.cross_entropy(logits, batch["y"], reduction="none")}

    for measures, words in ((looks_inside, "more than call"), (calls_twice, "call it once")):
        mine = Objective(model, objective.examples, measures)
        fast, plain = (m(mine, origin, directions) for m in (fast_evaluator, plain_evaluator))
        assert words in fast.path
        assert fast(POINTS)["loss"].equal(plain(POINTS)["loss"])


def test_large_products_are_not_kept(monkeypatch):
    from research.landscape.fast import first_layer

    monkeypatch.setattr(first_layer, "MAX_BYTES", 4 * 70 * 7 * 5 - 1)
    assert fast_evaluator(*problem(mlp())).path.startswith("plain: it has neither")
    monkeypatch.setattr(first_layer, "MAX_BYTES", 4 * 70 * 7 * 5)
    assert fast_evaluator(*problem(mlp())).path.startswith("fast, the first layer")


def test_measures_that_want_the_network_itself_go_the_plain_way():
    objective, origin, directions = problem(mlp())

    def picky(model: nn.Module, batch: dict) -> dict:
        if model is not objective.model:
            raise ValueError("a network of another kind")
        return objective.measures(model, batch)

    fast = fast_evaluator(replace(objective, measures=picky), origin, directions)
    assert fast.path == "plain: its measures do more than call it (a network of another kind)"
    assert fast(POINTS)["loss"].equal(
        plain_evaluator(objective, origin, directions)(POINTS)["loss"]
    )


def test_a_linear_networks_surface_is_its_closed_form():
    """Squared error of x (w + a d + b e): a quadratic in the coordinates."""
    x, y = torch.randn(9, 3, dtype=torch.float64), torch.randn(9, dtype=torch.float64)
    model = nn.Linear(3, 1, bias=False).double()

    def squares(model: nn.Module, batch: dict) -> dict:
        return {"loss": (model(batch["x"]).squeeze(1) - batch["y"]).square()}

    objective = Objective(model, {"x": x, "y": y}, squares)
    origin = weights_of(model)
    d, e = ({"weight": torch.randn(1, 3, dtype=torch.float64)} for _ in range(2))
    fast = fast_evaluator(objective, origin, [d, e])
    assert "first layer" in fast.path
    residual, u, v = x @ flatten(origin) - y, x @ flatten(d), x @ flatten(e)
    for a, b in POINTS:
        expected = (residual + a * u + b * v).square()
        torch.testing.assert_close(fast([(a, b)])["loss"][0], expected, rtol=1e-12, atol=1e-13)

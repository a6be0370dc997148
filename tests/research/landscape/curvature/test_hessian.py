"""Products with the Hessian: against the matrix written out, and against a closed form."""

import gc
import random
import weakref

import numpy
import pytest
import torch
from torch import nn

from research.landscape.curvature.hessian import Hessian
from research.landscape.curvature.operator import dense
from research.landscape.weights import weights_of


def test_a_quadratic_has_its_own_matrix(make):
    objective = make.quadratic()
    hessian = Hessian(objective, precision=torch.float64)
    matrix, b = (objective.examples[name].mean(dim=0) for name in ("A", "b"))
    w = hessian.weights()
    assert torch.allclose(dense(hessian), matrix, rtol=0, atol=1e-13)
    assert torch.allclose(hessian.gradient(), matrix @ w + b, rtol=0, atol=1e-13)
    assert hessian.loss() == pytest.approx(float(w @ matrix @ w / 2 + b @ w), abs=1e-13)
    step = torch.arange(5.0, dtype=torch.float64)
    there = w + step
    assert hessian.loss(step) == pytest.approx(float(there @ matrix @ there / 2 + b @ there))
    assert torch.allclose(hessian.gradient(step), matrix @ there + b, rtol=0, atol=1e-12)


def test_it_is_the_hessian_written_out(make, kind):
    hessian = Hessian(make.classified(kind), precision=torch.float64)
    twin = make.written_out(make.classified(kind))
    assert twin.abs().max() > 0.01
    assert torch.allclose(dense(hessian), twin, rtol=0, atol=1e-12)


def test_single_precision_is_near(make, kind):
    found = dense(Hessian(make.classified(kind))).double()
    assert torch.allclose(found, make.written_out(make.classified(kind)), rtol=0, atol=1e-5)


def test_batches_and_kept_graphs_change_nothing(make):
    vector = torch.randn(
        Hessian(make.classified()).size, generator=torch.Generator().manual_seed(1)
    )
    whole = Hessian(make.classified(batch_size=11), precision=torch.float64)
    expected = whole.product(vector)
    kept = Hessian(make.classified(), precision=torch.float64)
    anew = Hessian(make.classified(), precision=torch.float64, memory=0)
    first = kept.product(vector)
    assert torch.allclose(first, expected, rtol=0, atol=1e-15)
    assert torch.equal(first, kept.product(vector))
    assert torch.equal(first, anew.product(vector))
    assert (len(kept._kept), len(anew._kept)) == (3, 0)


def test_as_many_graphs_are_kept_as_memory_allows(make):
    probe = Hessian(make.classified())
    probe.product(torch.ones(probe.size))
    assert probe._bytes_of_one > 4 * (4 * 8 + 4 * 4)  # the inputs and what tanh returned, at least
    some = Hessian(make.classified(), memory=2 * probe._bytes_of_one)
    assert torch.equal(some.product(torch.ones(some.size)), probe.product(torch.ones(probe.size)))
    assert len(some._kept) == 2
    some.free()
    assert not some._kept


def test_a_batch_that_is_cut_from_many_examples_counts_by_itself(make):
    few, many = make.classified(count=4), make.classified(count=4)
    many.examples["x"] = torch.cat([many.examples["x"], torch.zeros(10_000, 8)])[:4]
    counts = []
    for objective in (few, many):
        hessian = Hessian(objective)
        hessian.product(torch.ones(hessian.size))
        counts.append(hessian._bytes_of_one)
    assert counts[0] == counts[1]


def test_names_take_a_block_of_it(make):
    names = ["2.weight", "0.weight"]
    block = Hessian(make.classified(), names=names, precision=torch.float64)
    twin = make.written_out(make.classified())
    chosen = [*range(32), *range(36, 48)]  # 4 x 8, not the 4 biases, then 3 x 4: the model's order
    assert list(block.like) == ["0.weight", "2.weight"]
    assert torch.allclose(dense(block), twin[chosen][:, chosen], rtol=0, atol=1e-12)


def test_an_unknown_name_is_refused(make):
    with pytest.raises(ValueError, match=r"^0\.wait is no parameter of the point, expected one of"):
        Hessian(make.classified(), names=["0.wait"])


def test_another_point_than_the_models_own(make):
    objective, elsewhere = make.classified("convolutions"), make.classified("convolutions", seed=3)
    point = weights_of(elsewhere.model, statistics=True)
    there = Hessian(objective, point, precision=torch.float64)
    elsewhere.model.eval()
    twin = Hessian(
        type(objective)(elsewhere.model, objective.examples, objective.measures, 4),
        precision=torch.float64,
    )
    assert there.size == twin.size
    assert torch.equal(dense(there), dense(twin))


def test_the_point_stays_when_the_model_is_trained_on(make):
    objective = make.classified()
    hessian = Hessian(objective)
    before = hessian.product(torch.ones(hessian.size)), hessian.loss()
    with torch.no_grad():
        for parameter in objective.model.parameters():
            parameter.mul_(2)
    again = Hessian(objective)
    assert torch.equal(hessian.product(torch.ones(hessian.size)), before[0])
    assert hessian.loss() == before[1] != again.loss()


def test_the_point_that_was_given_is_left_as_it_was_and_may_change(make):
    objective = make.classified()
    point = weights_of(objective.model)
    hessian = Hessian(objective, point)
    expected = Hessian(objective).product(torch.ones(51))
    assert not any(tensor.requires_grad for tensor in point.values())
    for tensor in point.values():
        tensor.zero_()
    assert torch.equal(hessian.product(torch.ones(51)), expected)


def test_nothing_of_it_is_left_when_it_is_let_go(make):
    """No cycle: graphs are gone at once, without waiting for the garbage collector."""
    hessian = Hessian(make.classified())
    hessian.product(torch.ones(51))
    leaf = weakref.ref(hessian.like["0.weight"])
    graph = weakref.ref(hessian._kept[0][0])
    gc.disable()
    try:
        del hessian
        assert leaf() is graph() is None
    finally:
        gc.enable()


def everything(model):
    """All that a model and the random generators are, to be compared."""
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return (
        {name: (t.data_ptr(), t.clone(), t.requires_grad, t.dtype) for name, t in tensors.items()},
        {name: None if p.grad is None else p.grad.clone() for name, p in model.named_parameters()},
        [module.training for module in model.modules()],
        torch.get_rng_state(),
        random.getstate(),
        numpy.random.get_state()[1].tolist(),
    )


def assert_same(before, after):
    for one, other in zip(before[0].values(), after[0].values(), strict=True):
        assert one[0] == other[0]
        assert one[2:] == other[2:]
        assert torch.equal(one[1], other[1])
    for name, gradient in before[1].items():
        same = after[1][name]
        assert gradient is same is None or torch.equal(gradient, same)
    assert before[2] == after[2]
    assert torch.equal(before[3], after[3])
    assert before[4:] == after[4:]


@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
def test_the_model_is_left_as_it_was(make, precision):
    objective = make.classified("convolutions")
    model = objective.model
    model[1].weight.requires_grad_(False)
    model[7].weight.grad = torch.full_like(model[7].weight, 3.0)
    before = everything(model)
    hessian = Hessian(objective, precision=precision)
    hessian.product(torch.ones(hessian.size))
    hessian.loss()
    hessian.gradient()
    assert_same(before, everything(model))


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_too(make, error):
    objective = make.classified("convolutions")

    def failing(model, batch):
        model(batch["x"])
        torch.rand(3)
        raise error

    broken = type(objective)(objective.model, objective.examples, failing, 4)
    before = everything(objective.model)
    hessian = Hessian(broken)
    with pytest.raises(error):
        hessian.product(torch.ones(hessian.size))
    assert_same(before, everything(objective.model))


def test_where_nothing_may_be_differentiated_it_still_is(make):
    objective = make.classified()
    expected = Hessian(objective).product(torch.ones(51))
    with torch.no_grad():
        assert torch.equal(Hessian(objective).product(torch.ones(51)), expected)


def test_a_loss_that_a_part_does_not_depend_on_smoothly(make):
    """A layer whose gradient is the same everywhere: its second derivatives are zero."""
    objective = make.classified()
    flat = type(objective)(
        nn.Linear(8, 1),
        objective.examples,
        lambda model, batch: {"loss": model(batch["x"])[:, 0]},
        4,
    )
    hessian = Hessian(flat)
    assert not dense(hessian).any()
    assert hessian.gradient().abs().max() > 0


def test_a_vector_as_a_direction(make):
    hessian = Hessian(make.classified(), precision=torch.float64)
    vector = torch.arange(hessian.size, dtype=torch.float64)
    direction = hessian.direction(vector)
    assert list(direction) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert direction["0.bias"].tolist() == [32, 33, 34, 35]
    assert {each.dtype for each in direction.values()} == {torch.float32}

"""Directions have the lengths of what they move, and nothing about them is a default."""

import math

import pytest
import torch
from torch import nn

from research.landscape.directions import (
    cosine,
    difference,
    directions_from,
    orthogonalised,
    random_direction,
)
from research.landscape.weights import flatten, moved, weights_of
from research.settings.landscape import DirectionSettings
from tests.research.landscape.networks import NAMES, build


def drawn(weights, normalisation="filter", vectors="normalised", seed=3, model=None):
    return random_direction(
        weights, seed, normalisation=normalisation, vectors=vectors, model=model
    )


def lengths(tensor):
    """The length of every filter, one after the other."""
    return [float(torch.linalg.vector_norm(part.double())) for part in tensor]


@pytest.mark.parametrize("name", NAMES)
def test_every_filter_has_the_length_of_the_weights(name):
    weights = weights_of(build(name)[0])
    direction = drawn(weights)
    assert list(direction) == list(weights)
    for key, values in weights.items():
        if values.dim() > 1:
            assert lengths(direction[key]) == pytest.approx(lengths(values), rel=1e-6)
        else:
            assert float(direction[key].norm()) == pytest.approx(float(values.norm()), rel=1e-6)
        assert direction[key].dtype == values.dtype
        assert direction[key].stride() == values.stride()


def test_whole_tensors_and_whole_layers():
    weights = weights_of(build("cnn")[0])
    tensors = drawn(weights, "tensor")
    for key, values in weights.items():
        assert float(tensors[key].norm()) == pytest.approx(float(values.norm()), rel=1e-6)
    layers = drawn(weights, "layer")
    names = sorted(key for key in weights if key.startswith("output."))
    assert names == ["output.bias", "output.weight"]
    found, wanted = ([each[key] for key in names] for each in (layers, weights))
    assert math.hypot(*(float(v.norm()) for v in found)) == pytest.approx(
        math.hypot(*(float(v.norm()) for v in wanted)), rel=1e-6
    )
    share = [float(a.norm() / b.norm()) for a, b in zip(found, wanted, strict=True)]
    assert share[0] != pytest.approx(share[1], rel=0.01)
    filters = lengths(layers["output.weight"]), lengths(weights["output.weight"])
    assert filters[0] != pytest.approx(filters[1], rel=0.01)


def test_without_normalisation_it_is_gaussian():
    weights = {"w": torch.zeros(300, 200), "b": torch.zeros(10_000)}
    values = drawn(weights, "none")
    for each in values.values():
        assert abs(float(each.mean())) < 5 / math.sqrt(each.numel())
        assert float(each.var()) == pytest.approx(1, abs=5 * math.sqrt(2 / each.numel()))
        # A direction whose numbers are all of one sign is no random one.
        assert float((each > 0).double().mean()) == pytest.approx(0.5, abs=0.03)
    assert 0.67 < float((values["w"].abs() < 1).double().mean()) < 0.70


def test_tensors_of_one_shape_get_different_numbers():
    direction = drawn({"a": torch.ones(40, 40), "b": torch.ones(40, 40)})
    assert abs(cosine({"w": direction["a"]}, {"w": direction["b"]})) < 5 / 40


def test_two_directions_have_little_in_common_and_one_seed_gives_one_direction():
    weights = {"w": torch.ones(100, 100)}
    one, other = drawn(weights, seed=1), drawn(weights, seed=2)
    assert abs(cosine(one, other)) < 5 / 100
    assert torch.equal(drawn(weights, seed=1)["w"], one["w"])


def test_a_direction_depends_on_names_and_not_on_order_dtype_or_company():
    weights = weights_of(build("mlp")[0])
    whole = drawn(weights)
    turned = drawn(dict(reversed(weights.items())))
    double = drawn({name: values.double() for name, values in weights.items()})
    for name, values in weights.items():
        assert torch.equal(turned[name], whole[name])
        assert torch.equal(double[name].float(), whole[name])
        assert torch.equal(drawn({name: values})[name], whole[name])


def test_vectors_stay_where_they_are_to_stay():
    weights = weights_of(build("cnn")[0])
    direction = drawn(weights, vectors="zero")
    for name, values in weights.items():
        assert bool(direction[name].any()) == (values.dim() > 1)
    assert all(each.any() for each in drawn(weights, vectors="normalised").values())


def test_the_policies_must_be_said():
    with pytest.raises(TypeError, match="normalisation"):
        random_direction({}, 0, vectors="zero")
    with pytest.raises(TypeError, match="vectors"):
        random_direction({}, 0, normalisation="filter")


def test_a_vector_is_no_row_of_filters_and_no_copy_of_the_weights():
    weights = {"b": torch.arange(1.0, 101)}
    values = drawn(weights)["b"]
    assert not torch.allclose(values.abs(), weights["b"])
    assert abs(cosine({"b": values}, weights)) < 0.5


@pytest.mark.parametrize("normalisation", ["filter", "layer", "tensor"])
def test_what_is_zero_does_not_move(normalisation):
    weights = {"a.w": torch.zeros(2, 3), "a.b": torch.zeros(2), "c.w": torch.ones(2, 3)}
    direction = drawn(weights, normalisation)
    assert not direction["a.w"].any() and not direction["a.b"].any()
    assert direction["c.w"].isfinite().all() and direction["c.w"].any()
    if normalisation == "filter":
        weights["c.w"][1] = 0
        assert [bool(row.any()) for row in drawn(weights)["c.w"]] == [True, False]


@pytest.mark.parametrize(
    ("weights", "vectors"),
    [
        ({"b": torch.ones(3)}, "zero"),
        ({"w": torch.zeros(2, 3), "b": torch.ones(3)}, "zero"),
        ({"w": torch.zeros(2, 3), "b": torch.zeros(3)}, "normalised"),
    ],
)
def test_a_direction_of_length_zero_is_refused(weights, vectors):
    with pytest.raises(ValueError, match="a random direction of length zero: ") as refused:
        drawn(weights, vectors=vectors)
    assert ("vectors normalised" in str(refused.value)) == (vectors == "zero")


def test_filters_of_a_transposed_convolution_lie_along_its_second_dimension():
    model = nn.Sequential(nn.Conv2d(2, 3, 3), nn.ConvTranspose2d(3, 5, 3))
    weights = weights_of(model)
    direction = drawn(weights, model=model)
    found, wanted = direction["1.weight"].transpose(0, 1), weights["1.weight"].transpose(0, 1)
    assert lengths(found) == pytest.approx(lengths(wanted), rel=1e-6)
    assert lengths(direction["0.weight"]) == pytest.approx(lengths(weights["0.weight"]), rel=1e-6)
    alone = drawn(weights_of(model[1]), model=model[1])["weight"].transpose(0, 1)
    assert lengths(alone) == pytest.approx(lengths(wanted), rel=1e-6)


def test_buffers_never_move_at_random():
    model, _ = build("resnet")
    weights = weights_of(model, statistics=True)
    buffers = set(weights) - set(weights_of(model))
    assert buffers
    direction = drawn(weights, model=model)
    assert all(bool(direction[name].any()) == (name not in buffers) for name in weights)


def test_a_step_of_one_is_as_long_as_the_weights():
    weights = {"w": torch.randn(50, 50), "b": torch.randn(50)}
    for normalisation in ("filter", "layer", "tensor"):
        direction = drawn(weights, normalisation)
        step = flatten(difference(moved(weights, [direction], [1.0]), weights)).norm()
        assert float(step) == pytest.approx(float(flatten(weights).norm()), rel=1e-5)


def test_orthogonalised_has_no_common_part_and_the_same_length():
    weights = weights_of(build("cnn")[0])
    first, noise = drawn(weights, seed=1), drawn(weights, seed=2)
    second = {name: values + 0.3 * first[name] for name, values in noise.items()}
    assert cosine(first, second) > 0.1
    found = orthogonalised(second, first)
    assert abs(cosine(first, found)) < 1e-7
    assert float(flatten(found).norm()) == pytest.approx(float(flatten(second).norm()), rel=1e-6)
    a, b = flatten(first).double(), flatten(second).double()
    twin = b - (a @ b) / (a @ a) * a
    assert torch.allclose(flatten(found).double(), twin * (b.norm() / twin.norm()), atol=1e-6)


def test_parallel_directions_have_no_orthogonal_part():
    first = {"w": torch.ones(3)}
    with pytest.raises(ValueError, match="parallel"):
        orthogonalised({"w": -2 * torch.ones(3)}, first)


def test_cosines():
    a, b = {"x": torch.tensor([3.0]), "y": torch.tensor([0.0, 4])}, {"x": torch.tensor([1.0])}
    b["y"] = torch.zeros(2)
    assert cosine(a, b) == pytest.approx(0.6)
    assert cosine(a, a) == pytest.approx(1)
    assert math.isnan(cosine(a, {name: torch.zeros_like(v) for name, v in a.items()}))


def test_directions_as_settings_say():
    model, _ = build("mlp")
    weights = weights_of(model)
    plain = directions_from(DirectionSettings(seed=5), weights, 2, model)
    assert not plain[0]["output.bias"].any()
    assert lengths(plain[1]["output.weight"]) == pytest.approx(
        lengths(weights["output.weight"]), rel=1e-6
    )
    right = directions_from(DirectionSettings(seed=5, orthogonal=True), weights, 2, model)
    assert torch.equal(flatten(right[0]), flatten(plain[0]))
    assert abs(cosine(*right)) < 1e-7 < abs(cosine(*plain))
    (other,) = directions_from(DirectionSettings(seed=6), weights, 1, model)
    assert abs(cosine(other, plain[0])) < 0.5
    assert not torch.equal(flatten(plain[0]), flatten(plain[1]))

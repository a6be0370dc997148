"""Surfaces against closed forms; every bug of earlier programs is asked for by name."""

import math
from dataclasses import replace

import numpy
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from research.landscape.cells import statistics_of
from research.landscape.directions import (
    cosine,
    difference,
    directions_from,
    principal_directions,
    project,
    random_direction,
)
from research.landscape.objective import Objective
from research.landscape.plan import SurfacePlan, planned
from research.landscape.surfaces import measure, surface
from research.landscape.vectors import norm
from research.landscape.weights import moved, weights_of
from research.settings.landscape import DirectionSettings, SurfaceSettings
from research.surface import Surface
from tests.research.landscape.networks import NAMES, Quadratic, objective

X, Y = (-1.0, -0.25, 0.0, 0.5), (0.0, 0.3, 0.75)


def gaussian(weights, seed, normalisation="filter", vectors="normalised"):
    return random_direction(weights, seed, normalisation=normalisation, vectors=vectors)


def quadratic():
    model = Quadratic()
    weights = weights_of(model)
    return model, weights, [gaussian(weights, seed, "none") for seed in (1, 2)]


def closed_form(model, directions, x, y):
    """Loss of every example at every point: [nx, ny, examples]."""
    w = model.vector().detach()
    changes = [torch.cat([d["first"].reshape(-1), d["second"]]) for d in directions]
    points = (
        w
        + torch.tensor(x, dtype=torch.float64)[:, None, None] * changes[0]
        + torch.tensor(y, dtype=torch.float64)[None, :, None] * changes[1]
    )
    return ((points @ model.matrix.T - model.targets) ** 2 / 2).numpy()


def test_a_quadratic_surface_is_its_closed_form():
    """Four points by three, one limit exactly 0: index [i, j] is at (x_i, y_j)."""
    model, weights, directions = quadratic()
    found = surface(model.objective(), weights, directions, (X, Y))
    losses = closed_form(model, directions, X, Y)
    assert found.loss.shape == (4, 3)
    assert [axis.tolist() for axis in found.axes] == [list(X), list(Y)]
    numpy.testing.assert_allclose(found.loss, losses.mean(axis=2), rtol=1e-12)
    numpy.testing.assert_allclose(found.rise, (losses - losses[2, 0]).mean(axis=2), atol=1e-12)
    deviations = (losses - losses[2, 0]).std(axis=2, ddof=1)
    numpy.testing.assert_allclose(found.half_width, 1.959964 * deviations / 40**0.5, rtol=1e-6)
    assert found.evaluated.all() and found.held_out_error == 0


def test_a_line_is_the_planes_first_column():
    model, weights, directions = quadratic()
    line = surface(model.objective(), weights, directions[:1], [X])
    plane = surface(model.objective(), weights, directions, (X, Y))
    assert line.loss.shape == (4,)
    assert (line.loss == plane.loss[:, 0]).all()


@pytest.mark.parametrize("y", [(-1.0, 0.0), (0.0, 1.0), (0.0,), (-1.0, -0.5)])
def test_limits_of_zero_single_points_and_centres_outside_the_grid(y):
    model, weights, directions = quadratic()
    found = surface(model.objective(), weights, directions, (X, y))
    losses = closed_form(model, directions, X, y)
    centre = closed_form(model, directions, (0.0,), (0.0,))[0, 0]
    numpy.testing.assert_allclose(found.loss, losses.mean(axis=2), rtol=1e-12)
    numpy.testing.assert_allclose(found.rise, (losses - centre).mean(axis=2), atol=1e-12)


def test_rows_are_not_shifted_against_each_other():
    """A plane that is the same upside down: a path that winds through it makes a zigzag."""
    model, _, directions = quadratic()
    w = torch.linalg.lstsq(model.matrix, model.targets[:, None]).solution[:, 0]
    lowest = {"first": w[:4].reshape(2, 2), "second": w[4:]}
    axis = numpy.linspace(-1, 1, 6).tolist()
    found = surface(model.objective(), lowest, directions, (axis, axis))
    numpy.testing.assert_allclose(found.loss, found.loss[::-1, ::-1], rtol=1e-10)
    assert (found.rise > 0).all()


def test_the_middle_is_the_networks_own_loss_and_its_rise_is_exactly_zero():
    for name in NAMES:
        of = objective(name)
        found = measure(planned("plane", of, SurfaceSettings(points=3, fast=False)))
        with torch.no_grad():
            parts = [of.measures(of.model, batch) for batch in of.batches()]
        losses = torch.cat([part["loss"] for part in parts])
        right = torch.cat([part["accuracy"] for part in parts])
        assert found.loss[1, 1] == float(losses.double().sum() / 150)
        assert found.accuracy[1, 1] == float(right.double().mean())
        assert found.rise[1, 1] == found.half_width[1, 1] == 0
        assert (numpy.delete(found.half_width.ravel(), 4) > 0).all()


def test_a_network_with_zero_biases_and_a_dead_filter_has_a_surface():
    torch.manual_seed(0)
    layers = [nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3)]
    model = nn.Sequential(*layers).eval()
    nn.init.zeros_(model[0].bias)
    nn.init.zeros_(model[4].bias)
    with torch.no_grad():
        model[0].weight[1] = 0
    of = replace(objective("cnn"), model=model)
    for vectors in ("zero", "normalised"):
        directions = DirectionSettings(vectors=vectors)
        found = measure(planned("x", of, SurfaceSettings(points=3, directions=directions)))
        assert numpy.isfinite(found.loss).all() and found.loss[0, 0] != found.loss[1, 1]


def two_layers(factor):
    """Two ReLU layers; the first times a factor and the second divided by it: one function."""
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3)).eval()
    with torch.no_grad():
        model[0].weight.mul_(factor)
        model[0].bias.mul_(factor)
        model[2].weight.div_(factor)
    x, y = torch.randn(40, 6), torch.randint(0, 3, (40,))

    def losses(model, batch):
        return {"loss": cross_entropy(model(batch["x"]), batch["y"], reduction="none")}

    return Objective(model, {"x": x, "y": y}, losses, 16)


@pytest.mark.parametrize("normalisation", ["filter", "tensor", "none"])
@pytest.mark.parametrize("vectors", ["zero", "normalised"])
def test_rescaling_two_relu_layers_leaves_a_normalised_line_as_it_is(normalisation, vectors):
    """Dinh et al. (2017): powers of two change no bit; without normalisation the line differs."""
    lines = []
    for factor in (1.0, 8.0):
        of = two_layers(factor)
        weights = weights_of(of.model)
        direction = gaussian(weights, 4, normalisation, vectors)
        lines.append(surface(of, weights, [direction], [numpy.linspace(-1, 1, 9).tolist()]).loss)
    assert lines[0][4] == lines[1][4]
    assert (lines[0] == lines[1]).all() == (normalisation != "none")


def test_a_checkpoint_is_a_point():
    """A `state_dict` has whole numbers too, batch norm's counts, along which nothing moves."""
    of = objective("resnet")
    state, weights = of.model.state_dict(), weights_of(of.model)
    assert not all(each.is_floating_point() for each in state.values())
    directions = directions_from(DirectionSettings(), state, 2, of.model)
    axes = ([-0.5, 0.0, 0.5], [0.0, 0.5])
    found = surface(of, state, directions, axes)
    plain = surface(of, weights, directions_from(DirectionSettings(), weights, 2, of.model), axes)
    assert (found.loss == plain.loss).all()
    other = objective("resnet").model
    nn.init.normal_(other.get_parameter("output.weight"))
    way = difference(other.state_dict(), state)
    there = project(other.state_dict(), state, [way])
    assert there.coordinates == pytest.approx((1,)) and there.distance < 1e-6
    points = [state, moved(state, [way], [0.5]), moved(state, [way], [1.0])]
    for number, point in enumerate(points):
        whole = {name: each + number**2 for name, each in point.items() if each.dtype == torch.long}
        points[number] = {**point, **whole}
    assert principal_directions(points, 1).shares == pytest.approx((1,))


# Statistics


def test_statistics_are_summed_in_double_precision():
    losses = torch.full((1, 3), 2.0**24, dtype=torch.float32)
    losses[0, 1:] = 1.0  # in single precision the sum would lose both
    found = statistics_of({"loss": losses}, torch.zeros(3))
    assert float(found["loss"]) == (2**24 + 2) / 3
    differences = statistics_of(
        {"loss": torch.tensor([[1.0, 1.0]])}, torch.tensor([1.0, 1 - 2**-24])
    )
    assert float(differences["rise"]) == 2**-25


def test_the_interval_is_that_of_pairs_and_covers_in_19_of_20_cases():
    generator = torch.Generator().manual_seed(0)
    centre = 5 * torch.randn(600, 400, generator=generator, dtype=torch.float64)
    measured = centre + 0.1 * torch.randn(centre.shape, generator=generator) + 0.02
    covered = 0
    for base, values in zip(centre, measured, strict=True):
        found = statistics_of({"loss": values[None]}, base)
        assert float(found["half_width"]) < 0.02
        covered += abs(float(found["rise"]) - 0.02) <= float(found["half_width"])
    assert covered / 600 == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / 600))


def test_one_example_has_no_interval():
    found = statistics_of({"loss": torch.ones(2, 1)}, torch.zeros(1))
    assert found["half_width"].isnan().all() and found["rise"].tolist() == [1, 1]


# Refinement


def smooth(points=25):
    of = objective("mlp")
    weights = weights_of(of.model)
    axis = numpy.linspace(-0.2, 0.2, points).tolist()
    directions = [gaussian(weights, seed) for seed in (1, 2)]
    return of, weights, directions, (axis, axis[:19])


def test_a_refined_plane_is_the_whole_one_within_its_error():
    of, weights, directions, axes = smooth()
    whole = surface(of, weights, directions, axes)
    refined = surface(of, weights, directions, axes, refinement=0.005)
    assert whole.evaluated.all() and 49 + 48 < refined.evaluated.sum() < 0.6 * whole.loss.size
    assert (refined.loss == whole.loss)[refined.evaluated].all()
    assert 0 < refined.held_out_error <= 0.005
    assert numpy.abs(refined.loss - whole.loss).max() < 0.06 * numpy.ptp(whole.loss)
    centre = whole.loss[12, 0] - whole.rise[12, 0]
    numpy.testing.assert_allclose(refined.rise, refined.loss - centre, atol=1e-9)
    assert (numpy.isnan(refined.half_width) == ~refined.evaluated).all()
    assert refined.accuracy.min() >= 0 and refined.accuracy.max() <= 1
    assert numpy.abs(refined.accuracy - whole.accuracy).max() < 0.1


def test_a_spline_knows_the_coordinates_and_may_go_below_what_was_measured():
    """Coordinates are uneven, and the lowest point lies between those of the coarse lattice."""
    model, weights, directions = quadratic()
    x = (numpy.sinh(numpy.linspace(-2, 2, 27)) / 4 - 0.3).tolist()
    y = numpy.linspace(-1, 0.7, 23).tolist()
    found = surface(model.objective(), weights, directions, (x, y), refinement=1e-6)
    losses = closed_form(model, directions, x, y).mean(axis=2)
    centre = closed_form(model, directions, (0.0,), (0.0,)).mean()
    assert found.evaluated.sum() < 100
    numpy.testing.assert_allclose(found.loss, losses, rtol=1e-9)
    numpy.testing.assert_allclose(found.rise, losses - centre, atol=1e-9)
    assert found.loss.min() < found.loss[found.evaluated].min()


def test_a_refined_plane_that_does_not_settle_is_measured_in_full():
    of, weights, directions, axes = smooth(13)
    refined = surface(of, weights, directions, axes, refinement=1e-12)
    assert refined.evaluated.all() and refined.held_out_error == 0
    assert (refined.loss == surface(of, weights, directions, axes).loss).all()


def test_the_size_of_blocks_changes_no_bit():
    of, weights, directions, axes = smooth(13)
    one, many = (
        surface(of, weights, directions, axes, refinement=0.01, block=size) for size in (1, 50)
    )
    for name, values in one.values.items():
        numpy.testing.assert_array_equal(values, many.values[name])


# Plans


def test_a_plan_tells_what_the_surface_is_of():
    of = objective("cnn")
    settings = SurfaceSettings(
        points=3, second_points=2, directions=DirectionSettings(seed=7, vectors="normalised")
    )
    plan = planned("plane", of, settings, notes={"step": 100})
    about = measure(plan).about
    weights = weights_of(of.model)
    directions = directions_from(settings.directions, weights, 2, of.model)
    assert about["cosine"] == cosine(*directions)
    assert about["direction_lengths"] == [norm(each) for each in directions]
    assert about["origin_length"] == norm(weights)
    assert about["fingerprint"] == of.fingerprint() and about["examples"] == 150
    expected = {
        "name": "plane",
        "step": 100,
        "seed": 7,
        "normalisation": "filter",
        "vectors": "normalised",
        "orthogonal": False,
        "batch_norm": "frozen",
        "dropout_seed": None,
        "refinement": None,
        "batch_size": 64,
        "axes": [[-1.0, 0.0, 1.0], [-1.0, 1.0]],
    }
    assert expected.items() <= about.items()
    assert about["path"].startswith("fast")
    slow = measure(replace(plan, fast=False))
    assert slow.about["path"] == "plain"
    numpy.testing.assert_allclose(slow.loss, measure(plan).loss, rtol=1e-5)


def test_the_fingerprint_tells_examples_apart():
    of = objective("mlp")
    other = {**of.examples, "y": of.examples["y"].clone()}
    other["y"][3] = (other["y"][3] + 1) % 3
    assert replace(of, examples=other).fingerprint() != of.fingerprint()
    assert objective("mlp", batch_size=7).fingerprint() == of.fingerprint()


def test_policies_of_settings_reach_the_surface():
    of = objective("cnn", dropout=0.4)
    frozen = measure(planned("a", of, SurfaceSettings(points=3)))
    anew = measure(planned("a", of, SurfaceSettings(points=3, batch_norm="re-estimated")))
    masked = measure(planned("a", of, SurfaceSettings(points=3, dropout="fixed")))
    moving = measure(planned("a", of, SurfaceSettings(points=3, batch_norm="interpolated")))
    assert abs(frozen.loss - anew.loss).max() > 0.01
    assert abs(frozen.loss - masked.loss).max() > 0.01
    numpy.testing.assert_allclose(moving.loss, frozen.loss, rtol=1e-5)  # random: buffers stay
    half = replace(of, examples={name: column[:70] for name, column in of.examples.items()})
    settings = SurfaceSettings(points=3, batch_norm="re-estimated")
    elsewhere = measure(planned("a", of, settings, statistics=half))
    assert abs(elsewhere.loss - anew.loss).max() > 1e-3
    assert masked.about["dropout_seed"] == 0 and anew.about["batch_norm"] == "re-estimated"
    assert masked.about["path"] == anew.about["path"] == "plain"


def plan(**changes):
    of = objective("mlp")
    weights = weights_of(of.model)
    parts = {
        "name": "plane",
        "objective": of,
        "origin": weights,
        "directions": (weights, weights),
        "axes": ((0.0, 1.0), (0.0, 1.0)),
    }
    return SurfacePlan(**{**parts, **changes})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": "a/b"}, "called 'a/b', expected letters"),
        ({"name": ""}, "called ''"),
        ({"axes": ((0.0, 1.0),)}, "2 directions and 1 axes"),
        ({"directions": (), "axes": ()}, "0 directions and 0 axes"),
        ({"axes": ((0.0, 1.0), (1.0, 0.0))}, r"axis \[1.0, 0.0\], expected rising"),
        ({"axes": ((0.0, 1.0), (1.0, 1.0))}, "expected rising"),
        ({"axes": ((0.0, 1.0), (math.nan,))}, "expected rising"),
        ({"axes": ((0.0, 1.0), ())}, r"axis \[\], expected rising"),
        ({"axes": ((0.0, 1.0), (-math.inf, 1.0))}, "expected rising"),
    ],
)
def test_plans_that_do_not_fit_together_are_refused(changes, text):
    with pytest.raises(ValueError, match=text):
        plan(**changes)


def test_a_line_is_not_refined():
    line = plan()
    with pytest.raises(ValueError, match="a line with refinement"):
        plan(directions=line.directions[:1], axes=line.axes[:1], refinement=0.1)


def test_on_the_same_device_nothing_is_copied():
    here = plan()
    assert here.on(torch.device("cpu")) is here


def test_on_another_device_all_but_the_network_itself_is_there():
    of = objective("resnet")
    half = replace(of, examples={name: column[:70] for name, column in of.examples.items()})
    here = planned("x", of, SurfaceSettings(points=3), statistics=half)
    there = here.on(torch.device("meta"))
    assert there.statistics.model is there.objective.model is not of.model
    assert there.statistics.count == 70
    tensors = [
        *there.objective.model.state_dict().values(),
        *there.objective.examples.values(),
        *there.statistics.examples.values(),
        *there.origin.values(),
        *(values for direction in there.directions for values in direction.values()),
    ]
    assert all(each.is_meta for each in tensors)
    assert not any(each.is_meta for each in of.model.state_dict().values())
    assert there.axes == here.axes and there.notes == here.notes


def test_a_surface_is_as_the_evidence_reads_it():
    from research.evidence import surfaces as evidence

    ours, theirs = (set(each.__dataclass_fields__) for each in (Surface, evidence.Surface))
    assert ours == theirs

"""The plane of a run's trajectory: the points where they are, and as far off it as they are."""

import numpy
import pytest
import torch

from callbacks.trajectory import read_trajectory
from experiments.command_line.landscape import Choice, landscape_plan
from experiments.network_landscape import evidence
from experiments.network_landscape.trajectory import MARGIN, Way, read_way
from research.landscape.weights import flatten, weights_of
from research.records.errors import RecordError
from research.records.store import Record
from tests.experiments.network_landscape.records import computed, trained
from tests.parity.module import Parity
from tests.parity.settings import ParitySettings

SETTINGS = ParitySettings.model_validate(
    {
        "batch_size": 8,
        "trainer": {"max_steps": 20, "checkpoint_every": 10, "accelerator": "cpu"},
        "evaluation": {"every": 10},
        "optimizer": {"name": "adamw", "lr": 0.02},
        "watch": {"trajectory": {"every": 4}},
    }
)
FLAGS = {
    "directions": "trajectory",
    "surface.points": 7,
    "surface.second_points": 5,
    "surface.refinement": None,
    "surface.splits": ["train", "validation"],
    "curvature": None,
    "trainer.accelerator": "cpu",
}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The record of a training."""
    return trained(SETTINGS, tmp_path_factory.mktemp("source") / "record")


@pytest.fixture(scope="module")
def network(source, tmp_path_factory):
    """What was measured around its network, after steps 10 and 20."""
    plan = landscape_plan(Choice(source.folder, steps="10,last"), FLAGS, 1, "off")
    made = Record.create(tmp_path_factory.mktemp("landscape") / "record", plan, {})
    (found,) = evidence.read_networks(computed(made))
    return found


def kept_points(source):
    """Steps, and weights in float64: [points, weights]."""
    like = weights_of(Parity(SETTINGS, seed=3).task.model)
    points = read_trajectory(source.run("plain", 3), like)
    rows = [flatten(point).double().numpy() for point in points.values()]
    return list(points), numpy.stack(rows)


def test_coordinates_and_distances_are_those_of_plain_pca(source, network):
    steps, points = kept_points(source)
    _, sizes, principal = numpy.linalg.svd(points - points.mean(axis=0), full_matrices=False)
    away = points - points[-1]
    expected = away @ principal[:2].T
    off = numpy.linalg.norm(away - expected @ principal[:2], axis=1)
    kept = network.surfaces[20, "train"].about["trajectory"]
    assert kept["steps"] == steps == [0, 4, 8, 12, 16, 20]
    assert numpy.abs(kept["coordinates"]) == pytest.approx(numpy.abs(expected), abs=1e-5)
    assert kept["distances"] == pytest.approx(off, abs=1e-5)
    assert off[0] > 0.01
    assert kept["shares"] == pytest.approx(sizes[:2] ** 2 / (sizes**2).sum(), rel=1e-5)


def test_the_plane_covers_the_way_and_the_network(network):
    for step in (10, 20):
        plane = network.surfaces[step, "validation"]
        assert plane.loss.shape == (7, 5)
        places = numpy.vstack([plane.about["trajectory"]["coordinates"], [0, 0]])
        for axis, column in zip(plane.axes, places.T, strict=True):
            room = MARGIN * numpy.ptp(column)
            assert axis[0] == pytest.approx(column.min() - room)
            assert axis[-1] == pytest.approx(column.max() + room)


def test_a_network_beside_its_trajectory_is_in_the_plane_too():
    """As with a checkpoint after the last point that was kept."""
    places = numpy.array([[1.0, -2.0], [5.0, -4.0]])
    first, second = Way(({}, {}), (0.9, 0.1), (0, 4), places, (0.0, 0.0)).axes((3, 5))
    assert (first[0], first[-1], len(first)) == (-0.75, 5.75, 3)
    assert (second[0], second[-1], len(second)) == (-4.6, 0.6, 5)


def test_what_is_measured_is_the_loss_in_that_plane(source, network):
    """A corner of the plane, put together by hand."""
    module = Parity(SETTINGS, seed=3)
    model = module.task.model
    store = source.run("plain", 3)
    last = read_trajectory(store, weights_of(model))[20]
    way = read_way(store, last)
    plane = network.surfaces[20, "train"]
    assert "normalisation" not in plane.about
    moved = {
        name: values + sum(plane.axes[k][0] * way.directions[k][name] for k in (0, 1))
        for name, values in last.items()
    }
    model.load_state_dict(moved)
    model.eval()
    with torch.no_grad():
        losses = module.task.losses(model, module.task.splits["train"])
    assert plane.loss[0, 0] == pytest.approx(float(losses.mean()), rel=1e-5)


def test_figures_show_the_way_and_how_far_off_it_is(network):
    from experiments.network_landscape.surfaces_figure import surfaces_figure
    from experiments.network_landscape.trajectory_figure import trajectory_figure

    figure = trajectory_figure(network)
    left, right, _ = figure.axes
    kept = network.surfaces[20, "train"].about["trajectory"]
    path = max(left.lines, key=lambda line: len(line.get_xdata()))
    assert path.get_xydata().tolist() == kept["coordinates"]
    lines = {line.get_label(): line.get_ydata() for line in right.lines}
    assert lines["from the plane"].tolist() == kept["distances"]
    squares = numpy.square(kept["coordinates"]).sum(axis=1)
    whole = numpy.sqrt(squares + numpy.square(kept["distances"]))
    assert lines["from the network"] == pytest.approx(whole)
    shown = surfaces_figure(network).axes[0]
    assert any(len(line.get_xdata()) == len(kept["steps"]) for line in shown.lines)
    first = network.surfaces[10, "train"].axes
    assert (shown.get_xlim(), shown.get_ylim()) == tuple((axis[0], axis[-1]) for axis in first)


def test_another_networks_trajectory_is_refused(source):
    like = weights_of(Parity(SETTINGS.model_copy(update={"hidden": 5})).task.model)
    with pytest.raises(RecordError, match=r"trajectory: \d+ numbers at step 0 of .* expected"):
        read_way(source.run("plain", 3), like)

"""What `descent landscape` measures is of the networks that it says, and drawn as what it is."""

import numpy
import pytest
import torch

from experiments.command_line.landscape import Choice, landscape_plan
from experiments.network_landscape import evidence
from experiments.network_landscape.module import NetworkLandscape
from experiments.network_landscape.module import _surfaces as surfaces_of
from experiments.network_landscape.settings import NetworkLandscapeSettings
from research.landscape.curvature.density import Density
from research.landscape.objective import task_objective
from research.records.store import Record
from research.settings.errors import SettingsError
from research.settings.landscape import SurfaceSettings
from research.training.checkpoints import CheckpointError, all_checkpoints
from tests.experiments.network_landscape.records import computed, trained
from tests.parity.module import Parity
from tests.parity.settings import ParitySettings

SETTINGS = ParitySettings.model_validate(
    {
        "batch_size": 8,
        "trainer": {"max_steps": 20, "checkpoint_every": 10, "accelerator": "cpu"},
        "evaluation": {"every": 10},
    }
)
FLAGS = {
    "surface.points": 5,
    "surface.second_points": 3,
    "surface.refinement": None,
    "surface.splits": ["train", "validation"],
    "curvature.largest": 2,
    "curvature.lanczos_steps": 20,
    "trainer.accelerator": "cpu",
}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The record of a training."""
    return trained(SETTINGS, tmp_path_factory.mktemp("source") / "record")


def landscape_of(source, folder, steps, **flags):
    choice = Choice(source.folder, steps=steps)
    plan = landscape_plan(choice, FLAGS | flags, 1, "off")
    return computed(Record.create(folder, plan, {}))


@pytest.fixture(scope="module")
def record(source, tmp_path_factory):
    """Planes and eigenvalues of its network, before and after."""
    return landscape_of(source, tmp_path_factory.mktemp("landscape") / "record", "0,last")


def test_the_middle_is_the_loss_that_training_has_logged(source, record):
    (network,) = evidence.read_networks(record)
    assert list(network.surfaces) == [
        (step, split) for step in (0, 20) for split in ("train", "validation")
    ]
    logged = source.run("plain", 3).metrics()[-1]
    assert logged["step"] == 20
    for split in ("train", "validation"):
        plane = network.surfaces[20, split]
        assert plane.loss.shape == (5, 3) and plane.axes[1].tolist() == [-1, 0, 1]
        assert plane.loss[2, 1] == pytest.approx(logged[f"{split}/loss"], rel=1e-6)
        assert plane.accuracy[2, 1] == pytest.approx(logged[f"{split}/accuracy"])


def test_step_0_is_the_network_before_its_training(record):
    (network,) = evidence.read_networks(record)
    task = Parity(SETTINGS, seed=3).task
    objective = task_objective(task, task.splits["train"])
    task.model.eval()
    losses = [objective.measures(task.model, batch)["loss"] for batch in objective.batches()]
    expected = float(losses[0].detach().double().mean())
    assert network.surfaces[0, "train"].loss[2, 1] == pytest.approx(expected, rel=1e-6)
    assert network.surfaces[20, "train"].loss[2, 1] != pytest.approx(expected, rel=1e-3)


def test_what_a_surface_is_of_is_kept_with_it(source, record):
    about = next(evidence.read_networks(record)).surfaces[20, "validation"].about
    assert (about["record"], about["variant"]) == (str(source.folder), "plain")
    assert (about["run"], about["step"], about["split"]) == (3, 20, "validation")
    assert about["seed"] == 0  # of the directions, not of the run


def test_a_network_of_vectors_alone_is_refused_before_it_is_measured():
    layer = torch.nn.LayerNorm(3)
    with pytest.raises(SettingsError, match=r"--surface\.directions\.vectors normalised$"):
        surfaces_of(SurfaceSettings(), None, layer, {"step": 0}, None)


def test_figures(record):
    drawn = evidence.figures(record)
    assert list(drawn) == ["surfaces-plain-3", "eigenvalues"]
    titles = [axes.get_title() for axes in drawn["surfaces-plain-3"].axes]
    assert all(" to " in title.partition("\n")[2] for title in titles[:4])  # its range of losses
    assert [title.partition("\n")[0] for title in titles[:4]] == [
        "Train, before training",
        "Train, after step 20",
        "Validation, before training",
        "Validation, after step 20",
    ]
    assert drawn["surfaces-plain-3"].get_suptitle() == "a net"
    axes = drawn["eigenvalues"].axes[0]
    (network,) = evidence.read_networks(record)
    points = [line.get_xdata() for line in axes.lines if line.get_marker() == "o"]
    found = [measured.arrays["largest"] for measured in network.curvature.values()]
    assert all(any(numpy.array_equal(each, x) for x in points) for each in found)
    assert [text.get_text().split("\n")[0] for text in axes.get_yticklabels()] == [
        "Train, before training",
        "Train, after step 20",
    ]
    (page,) = evidence.interactive(record).values()
    assert [trace.name for trace in page.data][:2] == ["step 0, train", "step 0, validation"]
    assert evidence.verdicts(record) == []


def test_density_and_trace_are_drawn_where_they_were_measured(source, tmp_path):
    flags = {"surface": None, "curvature.trace_probes": 6, "curvature.density_probes": 3}
    flags |= {"curvature.density_steps": 6}
    kept = {key: value for key, value in FLAGS.items() if not key.startswith("surface")}
    plan = landscape_plan(Choice(source.folder, steps="0,last"), kept | flags, 1, "off")
    record = computed(Record.create(tmp_path / "record", plan, {}))
    drawn = evidence.figures(record)
    assert list(drawn) == ["eigenvalues", "density"]
    (network,) = evidence.read_networks(record)
    panels, names = drawn["density"].axes, drawn["eigenvalues"].axes[0].get_yticklabels()
    assert [panel.get_title() for panel in panels] == [
        "Train, before training",
        "Train, after step 20",
    ]
    for panel, name, found in zip(panels, names, network.curvature.values(), strict=True):
        at, drawn_density = panel.lines[0].get_data()
        nodes, weights = (
            torch.from_numpy(found.arrays[f"density_{part}"]) for part in ("nodes", "weights")
        )
        width = float(nodes.max() - nodes.min()) / 150
        expected = Density(nodes, weights).smoothed(torch.from_numpy(at), width).mean(dim=0)
        expected = (expected / expected.max()).clamp(min=1e-7).numpy()
        numpy.testing.assert_allclose(drawn_density, expected, rtol=1e-9)
        numpy.testing.assert_array_equal(panel.lines[1].get_xdata(), found.arrays["largest"])
        trace, error = found.metrics["trace"], found.metrics["trace_standard_error"]
        assert name.get_text().endswith(f"\ntrace = {trace:.3g} ± {error:.2g}")
    assert "standard error" in drawn["eigenvalues"].get_label()


def test_lines(source, tmp_path):
    flags = {"surface.dimensions": 1, "surface.second_points": None, "curvature": None}
    record = landscape_of(source, tmp_path / "record", "0,10", **flags)
    (figure,) = evidence.figures(record).values()
    assert [axes.get_title() for axes in figure.axes] == ["Train", "Validation"]
    labels = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert labels == ["before training", "after step 10"]
    assert evidence.interactive(record) == {}


def test_a_checkpoint_that_is_gone_and_a_split_that_never_was(source, tmp_path):
    choice = Choice(source.folder)
    plan = landscape_plan(choice, FLAGS | {"curvature.splits": ["test"]}, 1, "off")
    settings = NetworkLandscapeSettings.model_validate(plan.variants["plain"].settings)
    with pytest.raises(SettingsError, match="no split test, expected one of train, validation"):
        NetworkLandscape(settings, 3)
    gone = settings.networks.model_copy(update={"steps": {"3": (15,)}})
    with pytest.raises(CheckpointError, match=r"step-000000015\.ckpt: no such file"):
        NetworkLandscape(settings.model_copy(update={"networks": gone}), 3)
    assert len(all_checkpoints(source.run("plain", 3).checkpoints)) == 2

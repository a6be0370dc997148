"""The trajectory: each point to the bit, also in a run that was killed and goes on."""

import numpy
import pytest
import torch
from pytorch_lightning import Callback, LightningModule
from torch import nn

from callbacks.durable_checkpoint import DurableCheckpoint
from callbacks.recorder import Recorder
from callbacks.trajectory import Trajectory, read_trajectory
from research.landscape.planes import principal_directions, project
from research.landscape.weights import weights_of
from research.records.run_store import RunStore
from research.training.checkpoints import newest_valid
from tests.callbacks.conftest import Batches, Ordinary
from tests.callbacks.test_surfaces import Look
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

MODULES = {"ordinary": Ordinary, "ours": lambda: Parity(parity_settings(), seed=2)}


@pytest.fixture(params=sorted(MODULES))
def make(request):
    """Makes the same module each time: anybody's, or one of ours."""
    return MODULES[request.param]


def test_every_point_is_the_weights_before_that_update(fit, make, tmp_path):
    module, look = make(), Look()
    fit(module, Trajectory([3], every=8, folder=tmp_path), look)
    points = read_trajectory(tmp_path, weights_of(module.task.model))
    assert list(points) == [0, 3, 8, 16, 20]
    look.weights[20] = module.task.model.state_dict()
    for step, point in points.items():
        assert list(point) == [name for name, _ in module.task.model.named_parameters()]
        for name, values in point.items():
            assert torch.equal(values, look.weights[step][name])
            assert values.dtype == torch.float32


def test_the_plane_that_shows_most_of_the_way(fit, tmp_path):
    module = Ordinary()
    fit(module, Trajectory(every=2, folder=tmp_path))
    points = list(read_trajectory(tmp_path, weights_of(module.network)).values())
    plane = principal_directions(points, 2)
    assert sum(plane.shares) > 0.9
    last = project(points[-1], points[0], plane.directions)
    assert last.distance < sum(abs(each) for each in last.coordinates)


class Normed(LightningModule):
    """No task at all, and running statistics."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))

    def training_step(self, batch, batch_idx):
        return self.layers(batch["x"]).square().mean()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)

    def train_dataloader(self):
        x = torch.randn(4, 8, 2, generator=torch.Generator().manual_seed(0))
        return Batches(*({"x": part} for part in x))


def test_running_statistics_where_they_are_asked_for(fit, tmp_path):
    module = Normed()
    fit(module, Trajectory([0], statistics=True, folder=tmp_path), max_steps=4)
    points = read_trajectory(tmp_path, weights_of(module, statistics=True))
    # Before the first update the network has seen one batch.
    assert points[0]["layers.1.running_var"].tolist() != points[4]["layers.1.running_var"].tolist()
    assert torch.equal(points[4]["layers.1.running_mean"], module.layers[1].running_mean)


def test_another_network_is_refused(fit, tmp_path):
    fit(Ordinary(), Trajectory(folder=tmp_path), max_steps=5)
    with pytest.raises(ValueError, match=r"^82 numbers at step 5 of .*, expected 19: those of"):
        read_trajectory(tmp_path, weights_of(Normed()))


def test_a_run_that_was_cut_off_and_goes_on_has_the_same_points(fit, tmp_path):
    """It ends at step 45 without notice; its last checkpoint is that of step 40."""

    def run(name, *others, checkpoint=None):
        store = RunStore(tmp_path / name, "parity", 0)
        module = Parity(parity_settings(), seed=5)
        saves = DurableCheckpoint(store.checkpoints, 10)
        callbacks = [Trajectory(every=7), Recorder(store), saves, *others]
        fit(module, *callbacks, max_steps=60, checkpoint=checkpoint)
        return store

    whole = run("whole").arrays("trajectory")
    with pytest.raises(ZeroDivisionError):
        run("cut", CutOff(45))
    cut = RunStore(tmp_path / "cut", "parity", 0)
    assert list(cut.arrays("trajectory")) == [0, 7, 14, 21, 28, 35, 42]
    cut.save_array("trajectory", 42, numpy.zeros(82))
    newest = newest_valid(cut.checkpoints)
    assert newest.step == 40
    found = run("cut", checkpoint=newest.path).arrays("trajectory")
    assert list(found) == list(whole) == [0, 7, 14, 21, 28, 35, 42, 49, 56, 60]
    for step, vector in whole.items():
        assert numpy.array_equal(found[step], vector)


class CutOff(Callback):
    """Ends a run before an update."""

    def __init__(self, step):
        self.step = step

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        if trainer.global_step == self.step:
            raise ZeroDivisionError

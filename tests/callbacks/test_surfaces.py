"""Surfaces during training: at the step that was asked for, and training none the wiser."""

import numpy
import pytest
import torch
from pytorch_lightning import Callback

from callbacks.recorder import Recorder
from callbacks.surfaces import SurfacesDuringTraining
from research.evidence.surfaces import curvature_names, read_surface, surface_names
from research.landscape.objective import task_objective
from research.landscape.plan import planned
from research.landscape.surfaces import measure
from research.records.run_store import RunStore
from research.settings.errors import SettingsError
from research.settings.landscape import SurfaceSettings
from tests.callbacks.conftest import Ordinary
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

MODULES = {"ordinary": Ordinary, "ours": lambda: Parity(parity_settings(), seed=2)}
PLANE = SurfaceSettings(points=3, second_points=5, splits=("train", "validation"), batch_size=8)


@pytest.fixture(params=sorted(MODULES))
def make(request):
    """Makes the same module each time: anybody's, or one of ours."""
    return MODULES[request.param]


class Look(Callback):
    """Keeps the weights before every update, and says so at a chosen step."""

    def __init__(self):
        self.weights = {}

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        state = pl_module.task.model.state_dict()
        self.weights[trainer.global_step] = {name: each.clone() for name, each in state.items()}


def by_hand(module, weights, split, settings=PLANE):
    """The surface of a network that has these weights."""
    task = module.task
    if weights is not None:
        task.model.load_state_dict(weights)
    objective = task_objective(task, task.splits[split], settings.examples, settings.batch_size)
    return measure(planned("any", objective, settings))


def test_they_are_those_of_the_chosen_steps(fit, make, tmp_path):
    module, look = make(), Look()
    fit(module, SurfacesDuringTraining([0, 7, 20], PLANE, folder=tmp_path), look)
    store = RunStore(tmp_path, "", 0)
    names = ["train-0", "train-20", "train-7", "validation-0", "validation-20", "validation-7"]
    assert surface_names(store) == names
    last = {name: each.clone() for name, each in module.task.model.state_dict().items()}
    for step, weights in ((0, look.weights[0]), (7, look.weights[7]), (20, last)):
        for split in PLANE.splits:
            expected = by_hand(module, weights, split)
            kept = read_surface(store, f"{split}-{step}")
            assert kept.loss.shape == (3, 5)
            for name, values in expected.values.items():
                assert numpy.array_equal(kept.values[name], values, equal_nan=True)
            assert kept.about["step"] == step
            assert kept.about["split"] == split
            assert kept.evaluated.all()
            assert [axis.tolist() for axis in kept.axes] == [list(axis) for axis in PLANE.axes]


def test_training_goes_on_from_the_same_bits(fit, make, tmp_path):
    with_it, without = make(), make()
    fit(with_it, SurfacesDuringTraining(every=7, settings=PLANE, folder=tmp_path))
    fit(without)
    for one, other in zip(with_it.parameters(), without.parameters(), strict=True):
        assert torch.equal(one, other)


def test_steps_in_between_and_the_last(fit, tmp_path):
    line = SurfaceSettings(dimensions=1, points=3, splits=("train",))
    callback = SurfacesDuringTraining([1], line, every=4, last=True, folder=tmp_path)
    fit(Ordinary(), callback, max_steps=10)
    assert list(callback.surfaces) == ["train-0", "train-1", "train-4", "train-8", "train-10"]
    assert numpy.array_equal(
        callback.surfaces["train-10"].loss,
        read_surface(RunStore(tmp_path, "", 0), "train-10").loss,
    )


def test_in_a_record_they_are_part_of_the_run(fit, tmp_path):
    store = RunStore(tmp_path / "run", "parity", 0)
    fit(Parity(parity_settings()), SurfacesDuringTraining([20], PLANE), Recorder(store))
    assert surface_names(store) == ["train-20", "validation-20"]
    assert curvature_names(store) == []


def test_statistics_are_measured_on_the_training_split(fit, tmp_path):
    module = Ordinary()
    module.task.model.insert(1, torch.nn.BatchNorm1d(16))
    line = SurfaceSettings(
        dimensions=1, points=3, splits=("validation",), batch_norm="re-estimated", batch_size=8
    )
    callback = SurfacesDuringTraining([5], line, folder=tmp_path)
    fit(module, callback, max_steps=5)
    task = module.task
    of, train = (
        task_objective(task, task.splits[name], 512, 8) for name in ("validation", "train")
    )
    expected = measure(planned("any", of, line, statistics=train))
    assert numpy.array_equal(callback.surfaces["validation-5"].loss, expected.loss)
    assert not numpy.array_equal(expected.loss, measure(planned("any", of, line)).loss)


def test_an_unknown_split_is_told(fit, tmp_path):
    callback = SurfacesDuringTraining([2], SurfaceSettings(splits=("test",)), folder=tmp_path)
    with pytest.raises(SettingsError, match=r"no split test, expected one of train, validation$"):
        fit(Ordinary(), callback)

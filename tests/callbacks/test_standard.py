"""What the settings say is watched: measured, kept in the record, and training none the wiser."""

import numpy
import pytest
from pytorch_lightning import Callback

from callbacks.durable_checkpoint import DurableCheckpoint
from callbacks.recorder import Recorder
from callbacks.standard import standard_callbacks
from research.evidence.surfaces import read_surface, surface_names
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.settings.landscape import SurfaceSettings
from research.settings.watching import WatchSettings
from research.training.checkpoints import newest_valid
from research.training.trainer import build_trainer
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

WATCH = WatchSettings.model_validate(
    {
        "curvature": {"every": 40, "largest": 2, "lanczos_steps": 6, "examples": 20},
        "surfaces": {"steps": [0, 25], "last": True, "points": 3, "dimensions": 1},
        "trajectory": {"every": 15},
    }
)


class CutOff(Callback):
    """Ends a run before an update."""

    def __init__(self, step):
        self.step = step

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        if trainer.global_step == self.step:
            raise ZeroDivisionError


def train(folder, watch, *others):
    """Trains as `descent run` does, from the newest checkpoint if there is one."""
    store = RunStore(folder, "parity", 0)
    settings = parity_settings().model_copy(update={"watch": watch})
    found = newest_valid(store.checkpoints)
    store.keep_until(found.step)
    callbacks = [Recorder(store), DurableCheckpoint(store.checkpoints, 10), *others]
    trainer = build_trainer(settings.trainer, folder, callbacks, [RecordLogger(store)])
    trainer.fit(Parity(settings, seed=5), ckpt_path=found.path, weights_only=True)
    return store


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    return train(tmp_path_factory.mktemp("watched") / "run", WATCH)


def arrays_of(store):
    """All arrays of a run, by name and step."""
    folder = store.folder / "arrays"
    return {str(path.relative_to(folder)): numpy.load(path) for path in folder.rglob("*.npy")}


def test_each_part_is_in_the_record(watched):
    steps, values = watched.column("curvature/train/lambda_max")
    assert steps.tolist() == [40] and values[0] > 0
    assert watched.array("curvature-train.largest", 40).shape == (2,)
    assert surface_names(watched) == ["train-0", "train-25", "train-60"]
    assert read_surface(watched, "train-25").loss.shape == (3,)
    assert list(watched.arrays("trajectory")) == [0, 15, 30, 45, 60]


def test_training_is_what_it_is_without(watched, tmp_path):
    plain = train(tmp_path / "run", None)
    assert arrays_of(plain) == {}
    rows = [
        {name: value for name, value in row.items() if not name.startswith("curvature/")}
        for row in watched.metrics()
    ]
    assert rows == plain.metrics()


def test_a_run_that_was_cut_off_and_goes_on_has_the_same(watched, tmp_path):
    with pytest.raises(ZeroDivisionError):
        train(tmp_path / "run", WATCH, CutOff(47))
    assert newest_valid(tmp_path / "run" / "checkpoints").step == 40
    resumed = train(tmp_path / "run", WATCH)
    found, expected = arrays_of(resumed), arrays_of(watched)
    assert found.keys() == expected.keys()
    assert all(numpy.array_equal(found[name], expected[name]) for name in expected)
    assert resumed.metrics() == watched.metrics()


def test_only_what_is_asked_for():
    plain = standard_callbacks(parity_settings())
    watch = WATCH.model_copy(update={"curvature": None, "trajectory": None})
    settings = parity_settings().model_copy(update={"watch": watch})
    (added,) = standard_callbacks(settings)[len(plain) :]
    assert (added.steps, added.every, added.last) == ({0, 25}, 0, True)
    assert isinstance(added.settings, SurfaceSettings) and added.settings.points == 3

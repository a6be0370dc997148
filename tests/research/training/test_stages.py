"""What a stage finds of the stages before it: on disk as in memory."""

import pytest
import torch
from pytorch_lightning import Trainer

from callbacks.durable_checkpoint import DurableCheckpoint
from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.training.checkpoints import CheckpointError, all_checkpoints
from research.training.stages import Done, StagedRun
from tests.staged.module import Staged
from tests.staged.settings import StagedSettings

SETTINGS = StagedSettings.model_validate(
    {"batch_size": 8, "trainer": {"max_steps": 6, "accelerator": "cpu"}, "evaluation": {"every": 3}}
)


def trainer(*callbacks):
    quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}
    return Trainer(
        accelerator="cpu",
        max_steps=6,
        callbacks=list(callbacks),
        enable_checkpointing=bool(callbacks),
        num_sanity_val_steps=0,
        **quiet,
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A fitted first stage, and the folder of its checkpoints."""
    store = RunStore(tmp_path_factory.mktemp("stages") / "training", "plain", 0)
    module = Staged(SETTINGS, seed=0).build("training", Done())
    trainer(DurableCheckpoint(store.checkpoints, every=3)).fit(module)
    return module, store


def test_weights_from_memory_are_those_of_the_last_checkpoint(trained):
    module, store = trained
    here, there = (
        Done(training=module).weights("training"),
        Done(training=store).weights("training"),
    )
    assert list(here) == list(there) == list(module.model.state_dict())
    for name, values in module.model.state_dict().items():
        assert torch.equal(here[name], values) and torch.equal(there[name], values)
    before = here["0.weight"].clone()
    with torch.no_grad():
        module.model[0].weight.add_(1.0)
    assert torch.equal(here["0.weight"], before)
    module.model.load_state_dict(here)


def test_a_notebook_runs_both_stages_and_reads_what_they_left(trained):
    module, _ = trained
    run = Staged(SETTINGS, seed=0)
    surface = run.build("surface", Done(training=module))
    results = trainer().predict(surface)
    last = len(results) - 1
    found = Done(surface=surface).array("surface", "plane.surface", last)
    assert torch.equal(found, results[last]["arrays"]["plane.surface"].double())
    with pytest.raises(RecordError, match="stage surface: point 0 has no array"):
        Done(surface=surface).array("surface", "plane.surface", 0)


def test_what_is_not_there_is_named(trained):
    module, store = trained
    with pytest.raises(RecordError, match="stage line is asked for, which is not done; done: none"):
        Done().weights("line")
    with pytest.raises(RecordError, match="no folder: it was computed without a record"):
        Done(training=module).stage("training")
    with pytest.raises(RecordError, match="keeps no arrays without a record"):
        Done(training=module).array("training", "x", 0)
    surface = Staged(SETTINGS).build("surface", Done(training=module))
    with pytest.raises(RecordError, match="stage surface has trained nothing"):
        Done(surface=surface).weights("surface")
    assert Done(training=store).stage("training") is store
    with pytest.raises(CheckpointError, match="no checkpoint"):
        Done(training=RunStore(store.folder / "none", "plain", 0)).weights("training")


def test_a_damaged_last_checkpoint_is_not_replaced_by_an_earlier_one(trained, tmp_path):
    newest, earlier = all_checkpoints(trained[1].checkpoints)
    store = RunStore(tmp_path, "plain", 0)
    store.checkpoints.mkdir()
    (store.checkpoints / earlier.name).write_bytes(earlier.read_bytes())
    (store.checkpoints / newest.name).write_bytes(newest.read_bytes()[:-50])
    with pytest.raises(CheckpointError, match=newest.name):
        Done(training=store).weights("training")


def test_a_run_that_does_not_say_what_its_stages_are():
    with pytest.raises(TypeError, match="define build"):
        StagedRun(SETTINGS).build("training", Done())

"""The sweep over widths: what is reused, by whom, and the same arrays after an interruption."""

import pytest
import torch
from pytorch_lightning import Callback

from callbacks.divergence import Diverged
from callbacks.recorder import Recorder
from experiments.double_descent_width.module import DoubleDescentWidth
from experiments.double_descent_width.settings import DoubleDescentWidthSettings
from research.models.two_layer_stack import TwoLayerStack
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.settings.training import TrainerSettings
from research.training.trainer import build_trainer

SMALL = {
    "data": {"train_examples": 60, "test_examples": 30, "label_noise": 0.2, "standardise": False},
    "widths": [2, 5, 8, 9],  # 160, 385, 610 and 685 parameters; nK = 600
    "networks": 3,
    "epochs": 3,
    "batch_size": 25,
}


def settings(**changes):
    return DoubleDescentWidthSettings.model_validate({**SMALL, **changes})


def run(folder, chosen, *callbacks):
    store = RunStore(folder, "noise", 0)
    store.repair()
    module = DoubleDescentWidth(chosen, seed=7)
    module.done = {int(row["step"]) for row in store.metrics()}
    trainer = build_trainer(
        TrainerSettings(accelerator="cpu"),
        store.folder,
        [*callbacks, Recorder(store)],
        [RecordLogger(store)],
    )
    trainer.predict(module, return_predictions=False)
    return store


def kept(store):
    folder = store.folder / "arrays"
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.npy")}
    return store.metrics(), files


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run(tmp_path_factory.mktemp("whole"), settings())


class Stop(Callback):
    def on_predict_batch_start(self, trainer, pl_module, batch, batch_idx):
        if batch == 2:
            raise RuntimeError("stopped")


def test_rows_and_arrays(whole):
    rows = whole.metrics()
    assert [row["width"] for row in rows] == [2, 5, 8, 9]
    assert [row["parameters"] for row in rows] == [160, 385, 610, 685]
    for name in ("train_loss", "test_loss", "train_error", "test_error", "norm"):
        for row, values in zip(rows, whole.arrays(name).values(), strict=True):
            assert values.shape == (3,) and len(set(values)) > 1
            assert row[name.replace("_", "/")] == sorted(values)[1]
    assert {index: array.shape for index, array in whole.arrays("weights").items()} == {0: (3, 160)}


def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(whole, tmp_path):
    chosen = settings(reuse_until=2.0)
    straight = run(tmp_path / "straight", chosen)
    assert len(straight.arrays("weights")) == 3
    with pytest.raises(RuntimeError, match="stopped"):
        run(tmp_path / "stopped", chosen, Stop())
    assert kept(run(tmp_path / "stopped", chosen)) == kept(straight)
    assert kept(straight)[0][1] == kept(whole)[0][1]  # up to nK both reuse
    assert kept(straight)[0][2]["test/loss"] != kept(whole)[0][2]["test/loss"]


def test_a_loss_that_is_no_number_ends_the_run_as_diverged(tmp_path):
    wild = settings(optimizer={"name": "sgd", "lr": 1e6}, epochs=40)
    with pytest.raises(Diverged, match="at width 2"):
        run(tmp_path, wild)
    store = RunStore(tmp_path, "noise", 0)
    assert store.status().state == "diverged" and store.metrics() == []


@pytest.mark.parametrize("reuse", [0.0, 1.0])
def test_a_width_begins_with_the_narrower_ones_weights_only_if_told_to(
    tmp_path, reuse, monkeypatch
):
    begun = {}

    def look(stack, *rest):
        begun[stack.width] = stack.weights.detach().clone()

    monkeypatch.setattr("experiments.double_descent_width.module.train", look)
    run(tmp_path, settings(reuse_until=reuse))
    stacks = {}
    for width, weights in begun.items():
        stacks[width] = TwoLayerStack(3, 64, width, 10, "cpu")
        stacks[width].weights.detach().copy_(weights)
    assert list(stacks) == [2, 5, 8, 9]
    for narrow, wide, is_reused in ((2, 5, reuse > 0), (5, 8, False), (8, 9, False)):
        old, new = stacks[narrow].parts, stacks[wide].parts
        assert torch.equal(new.hidden[:, :narrow], old.hidden) == is_reused
        assert torch.equal(new.output[:, :, :narrow], old.output) == is_reused
        assert torch.equal(new.output_bias, old.output_bias) == is_reused


def test_beyond_the_threshold_another_schedule_holds(tmp_path, whole):
    beyond = settings(schedule_beyond={"name": "step", "every": 1, "gamma": 0.1})
    rows = run(tmp_path, beyond).metrics()
    assert rows[:2] == whole.metrics()[:2]
    assert rows[2]["train/loss"] != whole.metrics()[2]["train/loss"]

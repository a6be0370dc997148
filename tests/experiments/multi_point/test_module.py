"""A small run: its arrays and metrics, the same after an interruption, and another picture."""

import numpy
import pytest
import torch
from pytorch_lightning import Callback, Trainer

from callbacks.durable_checkpoint import DurableCheckpoint
from callbacks.recorder import Recorder
from experiments.multi_point.agreement import agreement, best_threshold
from experiments.multi_point.module import MultiPoint
from experiments.multi_point.settings import MultiPointSettings
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.settings.errors import SettingsError
from research.training.checkpoints import newest_valid
from research.training.trainer import build_trainer

SMALL = {
    "pattern": {"name": "text", "text": "T", "rows": 8, "columns": 9},
    "data": {"train_examples": 60, "test_examples": 30},
    "model": {"name": "mlp", "widths": [6, 5]},
    "cells": 4,
    "clip": 2.25,
    "batch_size": 20,
    "optimizer": {"name": "adam", "lr": 1e-2},
    "trainer": {
        "max_steps": 6,
        "log_every": 2,
        "flush_every": 2,
        "checkpoint_every": 2,
        "accelerator": "cpu",
    },
    "evaluation": {"every": 3, "batch_size": 25, "train_examples": 40},
}


def settings(**changes):
    return MultiPointSettings.model_validate({**SMALL, **changes})


def run(folder, chosen, *callbacks):
    store = RunStore(folder, "digits", 0)
    checkpoint = newest_valid(store.checkpoints)
    store.keep_until(checkpoint.step)
    module = MultiPoint(chosen, seed=3)
    trainer = build_trainer(
        chosen.trainer,
        store.folder,
        [Recorder(store), DurableCheckpoint(store.checkpoints, 2, 2), *callbacks],
        [RecordLogger(store)],
    )
    trainer.fit(module, ckpt_path=checkpoint.path, weights_only=True)
    return store, module


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return run(tmp_path_factory.mktemp("whole"), settings())


def test_arrays_are_surfaces_in_the_order_of_the_picture(whole):
    store, module = whole
    picture = numpy.array(settings().pattern.picture())
    assert numpy.array_equal(next(iter(store.arrays("picture").values())), picture)
    for split in ("train", "test"):
        assert len(store.arrays(f"start_{split}_loss")) == 1
        for name in ("loss", "accuracy"):
            arrays = store.arrays(f"{split}_{name}")
            assert list(arrays) == [3, 6]
            assert {array.shape for array in arrays.values()} == {(8, 9)}
    plane, test = module.task.model, module.task.splits["test"]
    row, column = 1, 7
    position = torch.tensor([[column - 4.0, 3.5 - row]])
    with torch.no_grad():
        logits = plane(test["images"], position)[:, 0]
    loss = torch.nn.functional.cross_entropy(logits, test["labels"])
    found = store.arrays("test_loss")[6][row, column]
    assert float(found) == pytest.approx(float(loss), rel=1e-5)


def test_the_start_is_what_was_there_before_the_first_step(whole):
    store, _ = whole
    module = MultiPoint(settings(), seed=3)
    module.evaluated_data = module.task.splits
    first = module._surface("test")["loss"].numpy()
    numpy.testing.assert_array_equal(next(iter(store.arrays("start_test_loss").values())), first)
    assert not numpy.allclose(first, store.arrays("test_loss")[3])


def test_metrics_are_those_of_the_arrays(whole):
    store, _ = whole
    picture = numpy.array(settings().pattern.picture())
    rows = {row["step"]: row for row in store.metrics() if "threshold" in row}
    assert list(rows) == [3, 6]
    train, test = (store.arrays(f"{split}_loss")[6] for split in ("train", "test"))
    row = rows[6]
    threshold = best_threshold(train, picture)
    assert row["threshold"] == pytest.approx(threshold)
    assert row["test/agreement"] == pytest.approx(agreement(test, picture, threshold))
    best = agreement(test, picture, best_threshold(test, picture))
    assert row["test/agreement_best"] == pytest.approx(best)
    bad = numpy.minimum(test[~picture], 2.25).mean()
    assert bad < test[~picture].mean()
    assert row["test/loss"] == pytest.approx(test[picture].mean() - bad)
    accuracy = store.arrays("test_accuracy")[6][picture].mean()
    assert row["test/accuracy"] == pytest.approx(accuracy)
    assert row["scale"] > 0


class Stop(Callback):
    def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
        if pl_module.steps >= 3:
            raise RuntimeError("stopped")


def kept(store):
    folder = store.folder / "arrays"
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.npy")}
    return store.metrics(), files


def test_a_run_that_was_stopped_goes_on_to_the_same_bytes(whole, tmp_path):
    with pytest.raises(RuntimeError, match="stopped"):
        run(tmp_path, settings(), Stop())
    assert newest_valid(RunStore(tmp_path, "digits", 0).checkpoints).step == 3
    store, module = run(tmp_path, settings())
    assert kept(store) == kept(whole[0])
    for mine, other in zip(module.parameters(), whole[1].parameters(), strict=True):
        assert torch.equal(mine, other)
    other_text = settings(pattern={**SMALL["pattern"], "text": "L"})
    with pytest.raises(SettingsError, match="not the one that the run began with"):
        run(tmp_path, other_text)


def test_three_networks_of_the_settings_drawn_from_the_seed():
    chosen = settings(shrink=2, near_edges=False)
    tasks = [MultiPoint(chosen, seed=seed).task for seed in (3, 3, 4)]
    assert (tasks[0].cells, tasks[0].clip) == (4, 2.25)
    first, second, other = (task.model for task in tasks)
    assert torch.equal(first.origin, second.origin) and not torch.equal(first.origin, other.origin)
    assert first.origin.shape == (16 * 6 + 6 + 6 * 5 + 5 + 5 * 10 + 10,)
    vectors = first.origin, first.right_end, first.up_end
    assert not any(torch.equal(vectors[i], vectors[j]) for i, j in [(0, 1), (0, 2), (1, 2)])
    assert float(first.scale.detach()) == pytest.approx(0.1)


def test_it_works_under_a_trainer_of_one_s_own():
    module = MultiPoint(settings(), seed=3)
    trainer = Trainer(
        max_steps=3,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(module)
    assert module.arrays["test_loss"].shape == (8, 9)


@pytest.mark.parametrize("near_edges", [True, False])
def test_cells_far_from_any_edge_are_trained_on_only_if_they_are_wanted(near_edges):
    pattern = {"name": "text", "text": "T", "rows": 8, "columns": 20}
    task = MultiPoint(settings(pattern=pattern, near_edges=near_edges), seed=3).task
    seen = []
    task.outputs_at = lambda model, batch, cells: seen.append(cells)
    for _ in range(300):
        task.outputs(task.model.train(), {})
    corners = {0, 19, 7 * 20, 8 * 20 - 1}
    assert bool(corners & set(torch.cat(seen).tolist())) == (not near_edges)

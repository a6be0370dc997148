"""What grokking's module measures, and when: a tiny group that is memorised, then understood."""

import signal

import numpy
import pytest
import torch
from pytorch_lightning import Callback

from callbacks.durable_checkpoint import DurableCheckpoint
from callbacks.recorder import Recorder
from experiments.grokking.diagnostics import fourier_power
from experiments.grokking.module import Grokking
from experiments.grokking.settings import GrokkingSettings
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.training.checkpoints import load, newest_valid
from research.training.interruption import Interrupted, Interruption
from research.training.trainer import build_trainer


def tiny(operation="x+y", **changes):
    return GrokkingSettings(
        data={"operation": operation, "modulus": 7, "train_fraction": 0.9},
        model={"layers": 1, "width": 32, "heads": 4},
        optimizer={"name": "adamw", "lr": 3e-3, "weight_decay": 1.0, "betas": (0.9, 0.98)},
        trainer={"max_steps": 150, "log_every": 1, "accelerator": "cpu", "checkpoint_every": 50},
        evaluation={"every": 50},
        **changes,
    )


class SignalAt(Callback):
    """SIGTERM before the update that completes a certain step."""

    def __init__(self, step):
        self.step = step

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        if trainer.global_step == self.step - 1:
            signal.raise_signal(signal.SIGTERM)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


def train(folder, name, *callbacks, settings=None, interruption=None):
    """Trains in that folder, from its newest checkpoint if it has one."""
    store = RunStore(folder / name, "tiny", 0)
    found = newest_valid(store.checkpoints)
    store.keep_until(found.step)
    module = Grokking(settings or tiny(), seed=0)
    module.interruption = interruption
    kept = DurableCheckpoint(store.checkpoints, module.settings.trainer.checkpoint_every)
    watchers = [*callbacks, Recorder(store), kept]
    trainer = build_trainer(module.settings.trainer, store.folder, watchers, [RecordLogger(store)])
    trainer.fit(module, ckpt_path=found.path, weights_only=True)
    return module, store


@pytest.fixture(scope="module")
def whole(folder):
    """A run that nobody stopped."""
    return train(folder, "whole")


def milestones(store, split):
    rows = [row for row in store.metrics() if f"milestone/{split}_99" in row]
    return [(row["step"], row[f"milestone/{split}_99"]) for row in rows]


def test_memorisation_is_evaluated_at_once_and_logged_once(whole):
    """An evaluation follows every batch that is 99 % right, until one finds that all are."""
    module, store = whole
    rows = {row["step"]: row for row in store.metrics()}
    [(step, value)] = milestones(store, "train")
    assert step == value == module.reached["train"]
    right = [at for at, row in rows.items() if at <= step and row["batch/accuracy"] >= 0.99]
    assert step in right and step % 50
    assert [at for at, row in rows.items() if "train/accuracy" in row] == sorted(
        {50, 100, 150, *right}
    )
    assert [at for at in right if rows[at]["train/accuracy"] >= 0.99] == [step]


def test_every_evaluation_has_the_diagnostics(whole):
    names = {
        *(f"{split}/{name}" for split in ("train", "validation") for name in ("loss", "accuracy")),
        *("train/largest_logit", "train/saturated_rows", "fourier/top_share", "fourier/gini"),
        *(f"weight_norm/{group}" for group in ("all", "embedding", "attention", "feed_forward")),
    }
    for row in whole[1].metrics():
        assert "train/loss" not in row or names <= row.keys()


def test_the_spectrum_is_kept_at_memorisation_and_at_the_end(whole):
    """The last one is that of the last weights: the elements of x+y lie on the circle in order."""
    module, store = whole
    kept = store.arrays("embedding_fourier")
    assert list(kept) == [module.reached["train"], 150]
    embedding = module.model.token_embedding.weight.detach()[:7]
    numpy.testing.assert_allclose(kept[150], fourier_power(embedding).numpy(), rtol=1e-6)
    assert not numpy.allclose(kept[150], kept[module.reached["train"]])


@pytest.mark.parametrize("before", [1, 0, -1], ids=["a step before", "then", "a step after"])
def test_stopped_when_the_extra_evaluation_is_due(folder, whole, before):
    """The signal comes in the very step that memorises: the evaluation is done after the resume."""
    module, store = whole
    step = module.reached["train"] - before
    name = f"stopped{step}"
    with Interruption() as interruption, pytest.raises(Interrupted):
        train(folder, name, SignalAt(step), interruption=interruption)
    found = newest_valid(folder / name / "checkpoints")
    assert found.step == step
    assert load(found.path)["descent"]["evaluation_wanted"] or before
    resumed, resumed_store = train(folder, name)
    assert resumed_store.metrics() == store.metrics()
    assert resumed.reached == module.reached
    weights = resumed.model.state_dict()
    assert all(torch.equal(value, weights[key]) for key, value in module.model.state_dict().items())
    kept, expected = (each.arrays("embedding_fourier") for each in (resumed_store, store))
    assert kept.keys() == expected.keys()
    assert all(numpy.array_equal(kept[at], expected[at]) for at in kept)


def accuracies(train, validation):
    return {"train/accuracy": train, "validation/accuracy": validation}


def evaluate_at(module, step, *values):
    module.steps = step
    spectrum = {"fourier/top_share", "fourier/gini"}
    added = module.evaluated(accuracies(*values))
    return {name: value for name, value in added.items() if name not in spectrum}


def test_delay_ratio_is_logged_once_with_the_second_milestone():
    """steps to 99 % of validation / steps to 99 % of training; falling back changes neither."""
    module = Grokking(tiny())
    assert evaluate_at(module, 50, 0.98999, 0.2) == {}
    assert evaluate_at(module, 80, 0.99, 0.3) == {"milestone/train_99": 80.0}
    assert evaluate_at(module, 100, 0.5, 0.3) == {}
    added = evaluate_at(module, 1000, 1.0, 0.99)
    assert added == {"milestone/validation_99": 1000.0, "delay_ratio": 12.5}
    assert evaluate_at(module, 1100, 1.0, 1.0) == {}


def test_milestones_survive_a_resume():
    """In plain types: a resumed run must log neither of them again."""
    module, resumed = Grokking(tiny()), Grokking(tiny())
    evaluate_at(module, 80, 0.99, 0.3)
    resumed.load_state(module.state())
    assert not resumed.watches()
    assert evaluate_at(resumed, 160, 1.0, 1.0)["delay_ratio"] == 2.0


def test_both_milestones_at_once_are_a_ratio_of_one():
    assert evaluate_at(Grokking(tiny()), 60, 1.0, 1.0)["delay_ratio"] == 1.0


def test_elements_on_no_circle_have_no_spectrum():
    """S5 is not commutative: no Fourier numbers, no arrays, the rest as always."""
    module = Grokking(tiny("xy in S5"))
    module.steps = 10
    assert module.evaluated(accuracies(1.0, 0.1)) == {"milestone/train_99": 10.0}
    module.on_train_end()
    assert module.arrays == {}

"""The module of double descent, with real digits: what its evaluations say, and its epochs."""

import signal

import pytest
import torch
from pytorch_lightning import Callback, Trainer

from callbacks.durable_checkpoint import DurableCheckpoint
from callbacks.recorder import Recorder
from experiments.double_descent_deep.module import DoubleDescentDeep
from experiments.double_descent_deep.settings import DoubleDescentDeepSettings
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.training.checkpoints import newest_valid
from research.training.evaluation import evaluate
from research.training.interruption import Interrupted, Interruption
from research.training.trainer import build_trainer


class Evaluations(Callback):
    """Keeps every evaluation."""

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []

    def on_validation_end(self, trainer, pl_module):
        del pl_module
        if not trainer.sanity_checking:
            self.rows.append({name: float(x) for name, x in trainer.callback_metrics.items()})


def fit(**changes: object) -> tuple[DoubleDescentDeep, list[dict[str, float]]]:
    settings = DoubleDescentDeepSettings.model_validate(
        {
            "data": {"train_examples": 90, "test_examples": 60, "label_noise": 0.3},
            "model": {"name": "cnn5", "width": 2},
            "batch_size": 20,
            "optimizer": {"name": "adam", "lr": 0.02},
            "trainer": {"max_steps": 20, "accelerator": "cpu"},
            "evaluation": {"every": 4, "batch_size": 32},
            **changes,
        }
    )
    module, kept = DoubleDescentDeep(settings), Evaluations()
    trainer = Trainer(
        max_steps=settings.trainer.max_steps,
        callbacks=[kept],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        accelerator="cpu",
    )
    trainer.fit(module)
    return module, kept.rows


@pytest.fixture(scope="module")
def trained():
    return fit()


def test_errors_of_the_clean_and_the_noisy_part(trained):
    """Counted one training image after the other, after the last step."""
    module, rows = trained
    train = module.task.splits["train"]
    with torch.no_grad():
        answers = module.model.eval()(train["images"]).argmax(1).tolist()
    counts = {"clean": [0, 0], "noisy": [0, 0], "truth": [0, 0]}
    for answer, label, truth in zip(
        answers, train["labels"].tolist(), train["true_labels"].tolist(), strict=True
    ):
        counts["clean" if label == truth else "noisy"][0] += answer != label
        counts["clean" if label == truth else "noisy"][1] += 1
        if label != truth:
            counts["truth"][0] += answer == truth
            counts["truth"][1] += 1
    assert counts["noisy"][1] > 15
    for name, (count, of) in (
        ("error_on_clean", counts["clean"]),
        ("error_on_noisy", counts["noisy"]),
        ("truth_on_noisy", counts["truth"]),
    ):
        assert rows[-1][f"train/{name}"] == pytest.approx(count / of)
        assert f"test/{name}" not in rows[-1]
    share = counts["noisy"][1] / 90
    whole = (1 - share) * rows[-1]["train/error_on_clean"] + share * rows[-1][
        "train/error_on_noisy"
    ]
    assert 1 - rows[-1]["train/accuracy"] == pytest.approx(whole)


def test_the_parts_of_the_images_that_are_evaluated():
    """Shares are of the part of the sample, not of the whole training set."""
    module, rows = fit(evaluation={"every": 20, "train_examples": 30})
    sample = module.evaluated_data["train"]
    is_noisy = sample["labels"] != sample["true_labels"]
    assert 0 < int(is_noisy.sum()) < 30
    with torch.no_grad():
        answers = module.model.eval()(sample["images"]).argmax(1)
    wrong = (answers != sample["labels"])[is_noisy].double().mean()
    assert rows[-1]["train/error_on_noisy"] == pytest.approx(float(wrong))


def test_epochs_count_passes_over_the_training_set(trained):
    """Five steps an epoch, the last of ten images: 20, 40, 60, 80 of 90, then all 90."""
    _, rows = trained
    seen = [0, 20, 40, 60, 80, 90]
    expected = [step // 5 + seen[step % 5] / 90 for step in (4, 8, 12, 16)] + [4.0]
    assert [row["epoch"] for row in rows] == pytest.approx(expected)


def test_without_noise_there_is_no_noisy_part():
    _, rows = fit(data={"train_examples": 40, "test_examples": 20})
    assert "train/error_on_noisy" not in rows[-1]
    assert rows[-1]["train/error_on_clean"] == pytest.approx(1 - rows[-1]["train/accuracy"])


def test_fresh_statistics_change_evaluations_and_nothing_that_is_trained(trained):
    (fresh, with_fresh), (plain, without) = trained, fit(fresh_statistics=False)
    for one, other in zip(fresh.model.parameters(), plain.model.parameters(), strict=True):
        assert torch.equal(one, other)
    assert [row["train/loss"] for row in with_fresh] != [row["train/loss"] for row in without]
    assert "test/accuracy_lagging" not in without[-1]
    # The first evaluation found the running statistics as training had left them.
    assert with_fresh[0]["test/accuracy_lagging"] == without[0]["test/accuracy"]
    again = evaluate(plain.task, plain.model.eval(), plain.task.splits["test"], 32)
    assert without[-1]["test/accuracy"] == pytest.approx(again.values()["accuracy"])


def test_a_residual_network_with_augmentation():
    data = {"train_examples": 40, "test_examples": 20, "augmentation": "crop_flip"}
    module, rows = fit(data=data, model={"name": "resnet", "width": 1, "blocks": [1, 1]})
    assert rows[-1]["test/loss"] > 0
    assert type(module.model).__name__ == "ResNet"


class SignalAt(Callback):
    """SIGTERM before the update that completes a certain step."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        del pl_module, optimizer
        if trainer.global_step == self.step - 1:
            signal.raise_signal(signal.SIGTERM)


def test_a_resumed_run_sees_the_same_augmented_images(tmp_path):
    """Stopped in mid-epoch and between two evaluations, it ends with the same numbers."""
    settings = DoubleDescentDeepSettings.model_validate(
        {
            "data": {"train_examples": 40, "test_examples": 20, "augmentation": "crop_flip"},
            "model": {"name": "resnet", "width": 1, "blocks": [1, 1]},
            "batch_size": 20,
            "trainer": {"max_steps": 9, "checkpoint_every": 3, "accelerator": "cpu"},
            "evaluation": {"every": 3},
        }
    )

    def train(name, *watchers, interruption=None):
        store = RunStore(tmp_path / name, "tiny", 0)
        found = newest_valid(store.checkpoints)
        store.keep_until(found.step)
        module = DoubleDescentDeep(settings)
        module.interruption = interruption
        callbacks = [*watchers, Recorder(store), DurableCheckpoint(store.checkpoints, 3)]
        trainer = build_trainer(settings.trainer, store.folder, callbacks, [RecordLogger(store)])
        trainer.fit(module, ckpt_path=found.path, weights_only=True)
        return module, store

    whole, store = train("whole")
    with Interruption() as interruption, pytest.raises(Interrupted):
        train("stopped", SignalAt(5), interruption=interruption)
    resumed, again = train("stopped")
    assert again.metrics() == store.metrics()
    assert len(store.column("epoch")[0]) == 3
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, resumed.model.state_dict()[name])

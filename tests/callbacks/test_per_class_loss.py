"""Losses by class during training: those of a slow loop, and training none the wiser."""

import math

import pytest
import torch
from pytorch_lightning import Callback
from torch.nn import functional as F

from callbacks.per_class_loss import PerClassLoss
from callbacks.recorder import Recorder
from callbacks.standard import standard_callbacks
from research.evidence.class_losses import read_class_counts, read_class_losses
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.settings.errors import SettingsError
from research.settings.watching import PerClassLossSettings, WatchSettings
from research.training.steps import TrainStep
from tests.callbacks.conftest import Batches, Ordinary, users_trainer
from tests.callbacks.test_curvature import Bare
from tests.parity.module import Parity, ParityTask
from tests.research.training.conftest import parity_settings

EVERYTHING = PerClassLossSettings(groups=2, batch_accuracy=True)


class FourClasses(ParityTask):
    """Quadrants, but nearly all in the last; two labels are ignored, and one class is unseen.

    The training set has no label 3, validation has; class 2 is nowhere.
    """

    def __init__(self):
        super().__init__(hidden=8, dropout=0.0)
        self.model[3] = torch.nn.Linear(8, 4)
        self.splits = {name: dict(split) for name, split in self.splits.items()}
        self.splits["train"]["y"] = torch.tensor([0] * 5 + [1] * 30 + [-100] * 2)
        self.splits["validation"]["y"] = torch.tensor([0, 1, 3] * 4 + [-100])

    def losses_of(self, outputs, batch):
        return F.cross_entropy(outputs, batch["y"], reduction="none", ignore_index=-100)

    def class_names(self):
        return ["a", "b", "c", "ä"]


class OrdinaryFour(Ordinary):
    def __init__(self):
        super().__init__()
        self.task = FourClasses()
        self.network = self.task.model


class Four(Parity):
    def build_task(self):
        return FourClasses()


MODULES = {"ordinary": OrdinaryFour, "ours": lambda: Four(parity_settings(), seed=2)}


@pytest.fixture(params=sorted(MODULES))
def make(request):
    """Makes the same module each time: anybody's, or one of ours."""
    return MODULES[request.param]


def one_by_one(task, split):
    """Label, loss and whether it is right of every example that is not ignored."""
    task.model.eval()
    found = []
    for x, y in zip(split["x"], split["y"], strict=True):
        if y >= 0:
            logits = task.model(x[None])
            loss = F.cross_entropy(logits, y[None]).item()
            found.append((int(y), loss, float(logits.argmax() == y)))
    return found


def mean(values):
    return math.fsum(values) / len(values)


def in_record(fit, folder, module, settings=EVERYTHING, **options):
    store = RunStore(folder, "four", 0)
    callbacks = [PerClassLoss(settings, batch_size=8), Recorder(store)]
    trainer = fit(module, *callbacks, logger=[RecordLogger(store)], **options)
    return store, trainer


def test_the_slow_loop(fit, make, tmp_path):
    """The run ends at an evaluation, so the last weights are the evaluated ones."""
    module = make()
    store, _ = in_record(fit, tmp_path, module)
    row = store.metrics()[-1]
    for split in ("train", "validation"):
        examples = one_by_one(module.task, module.task.splits[split])
        groups = {"group_01": {1}, "group_02": {0}, "unseen": {2, 3}, "all": {0, 1, 2, 3}}
        for name, classes in groups.items():
            inside = [each for each in examples if each[0] in classes]
            for column, kind in ((1, "loss"), (2, "accuracy")):
                key = f"per_class/{split}/{kind}/{name}"
                if inside:
                    expected = mean([each[column] for each in inside])
                    assert row[key] == pytest.approx(expected, rel=1e-5), key
                else:
                    assert key not in row
        for label in range(4):
            inside = [loss for each, loss, _ in examples if each == label]
            kept = store.array(f"per_class-{split}.loss", 20)[label]
            expected = mean(inside) if inside else math.nan
            assert kept == pytest.approx(expected, rel=1e-5, nan_ok=True)
            assert store.array(f"per_class-{split}.count", 20)[label] == len(inside)
    assert "per_class/train/loss/unseen" not in row
    assert "per_class/validation/loss/unseen" in row


def test_what_a_reader_finds(fit, make, tmp_path):
    store, _ = in_record(fit, tmp_path, make())
    counts = read_class_counts(store)
    assert counts.counts.tolist() == [5, 30, 0, 0] and counts.groups.tolist() == [1, 0, -1, -1]
    assert counts.names == ["a", "b", "c", "ä"]
    losses = read_class_losses(store)
    assert losses.shares.tolist() == [30 / 35, 5 / 35] and losses.classes.tolist() == [1, 1]
    assert losses.loss.shape == losses.accuracy.shape == (len(losses.steps), 2)
    expected = losses.loss @ losses.shares
    assert losses.overall.tolist() == pytest.approx(expected.tolist())
    assert losses.steps[-1] == 20
    assert read_class_losses(store, "test") is None


def test_training_goes_on_from_the_same_bits(fit, make, tmp_path):
    with_it, without = make(), make()
    fit(with_it, PerClassLoss(EVERYTHING, folder=tmp_path))
    fit(without)
    for one, other in zip(with_it.parameters(), without.parameters(), strict=True):
        assert torch.equal(one, other)


class Noting(Callback):
    """An observer that keeps every training batch, and where the evaluations fall."""

    def __init__(self):
        self.seen = [[]]

    def setup(self, trainer, pl_module, stage):
        pl_module.observers.append(self)

    def trained(self, losses, outputs, batch):
        right = outputs.argmax(dim=1) == batch["y"]
        self.seen[-1] += zip(batch["y"].tolist(), losses.tolist(), right.tolist(), strict=True)

    def evaluated(self, split, losses, outputs, batch):
        if self.seen[-1]:
            self.seen.append([])


@pytest.mark.parametrize("micro_batch_size", [None, 3])
def test_the_training_batches_since_the_last_evaluation(fit, tmp_path, micro_batch_size):
    settings = parity_settings().model_copy(update={"micro_batch_size": micro_batch_size})
    store, noting = RunStore(tmp_path, "four", 0), Noting()
    callbacks = [noting, PerClassLoss(EVERYTHING), Recorder(store)]
    fit(Four(settings, seed=2), *callbacks, max_steps=60, logger=[RecordLogger(store)])
    rows = [row for row in store.metrics() if "per_class/batch/loss/all" in row]
    assert [row["step"] for row in rows] == [20, 40, 60]
    for row, seen in zip(rows, noting.seen, strict=False):
        for name, classes in (("group_01", {1}), ("group_02", {0}), ("all", {0, 1})):
            inside = [each for each in seen if each[0] in classes]
            assert row[f"per_class/batch/loss/{name}"] == pytest.approx(
                mean([loss for _, loss, _ in inside])
            )
            assert row[f"per_class/batch/accuracy/{name}"] == mean([r for *_, r in inside])
    last = [each for each in noting.seen[2] if each[0] == 0]
    assert store.array("per_class-batch.count", 60)[0] == len(last)


def test_an_optimizer_that_looks_twice_is_counted_once():
    task, seen = ParityTask(dropout=0.0), []
    optimizer = torch.optim.LBFGS(task.model.parameters(), line_search_fn="strong_wolfe")
    step = TrainStep(
        task,
        task.model,
        optimizer,
        task.splits["train"],
        micro_batch=2,
        observe=lambda losses, outputs, batch: seen.append(len(losses)),
    )
    step(torch.arange(5), 5)
    assert optimizer.state[next(task.model.parameters())]["func_evals"] > 1
    assert seen == [2, 2, 1]


class SaveAt(Callback):
    """Saves a checkpoint between two evaluations."""

    def __init__(self, path, step):
        self.path, self.step = path, step

    def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
        if trainer.global_step == self.step:
            trainer.save_checkpoint(self.path)


def test_a_run_that_goes_on_between_two_evaluations_has_the_same_rows(fit, tmp_path):
    def run(name, *others, **options):
        settings = parity_settings(max_steps=40, flush_every=10)
        store = RunStore(tmp_path / name, "four", 0)
        callbacks = [PerClassLoss(EVERYTHING), Recorder(store), *others]
        module = Four(settings, seed=2)
        fit(module, *callbacks, max_steps=40, logger=[RecordLogger(store)], **options)
        return store

    path = tmp_path / "30.ckpt"
    whole = run("whole", SaveAt(path, 30))
    rest = run("rest", checkpoint=path)
    assert rest.metrics()[-1] == whole.metrics()[-1]
    assert rest.metrics()[-1]["step"] == 40
    for name in ("per_class-batch.loss", "per_class-batch.count", "per_class-train.loss"):
        assert rest.array(name, 40).tobytes() == whole.array(name, 40).tobytes()


@pytest.mark.parametrize("kept", ["newest", "all"])
def test_arrays_stay_of_the_last_evaluation_or_of_all(fit, tmp_path, kept):
    settings = PerClassLossSettings(arrays=kept)
    module = Four(parity_settings(), seed=2)
    store, _ = in_record(fit, tmp_path, module, settings, max_steps=60)
    assert list(store.arrays("per_class-train.loss")) == (
        [60] if kept == "newest" else [20, 40, 60]
    )
    assert not store.arrays("per_class-batch.accuracy")
    assert "per_class/batch/accuracy/all" not in store.metrics()[-1]


class DiesBeforeTheEnd(Callback):
    """When the last checkpoint may have been written, and the end of training is not told."""

    def on_validation_end(self, trainer, pl_module):
        if trainer.global_step == 40:
            raise RuntimeError("died")


def test_arrays_are_there_before_the_last_checkpoint(fit, tmp_path):
    store = RunStore(tmp_path, "four", 0)
    callbacks = [PerClassLoss(EVERYTHING), Recorder(store), DiesBeforeTheEnd()]
    with pytest.raises(RuntimeError, match="died"):
        fit(Four(parity_settings(), seed=2), *callbacks, max_steps=40)
    assert list(store.arrays("per_class-train.loss")) == [40]


def test_without_training_batches_and_in_one_group(fit, tmp_path):
    settings = PerClassLossSettings(batches=False, groups=1)
    store, _ = in_record(fit, tmp_path, Four(parity_settings(), seed=2), settings)
    assert not any(name.startswith("per_class/batch") for name in store.metrics()[-1])
    assert "per_class/train/loss/group_01" in store.metrics()[-1]
    assert "per_class/train/loss/group_02" not in store.metrics()[-1]


@pytest.mark.parametrize("empty", ["validation", "train"])
def test_a_split_without_examples_has_no_row(fit, make, tmp_path, empty):
    module = make()
    splits = module.task.splits
    if empty == "train":
        splits["train"]["y"][:] = -100  # nor has one without labels
    else:
        splits["validation"] = {name: each[:0] for name, each in splits["validation"].items()}
    if isinstance(module, Ordinary):  # whose own evaluation would divide by zero
        module.val_dataloader = lambda: Batches(splits["train"])
    store, _ = in_record(fit, tmp_path, module)
    row = store.metrics()[-1]
    assert not any(name.startswith(f"per_class/{empty}/") for name in row)


def test_an_evaluation_of_its_own(tmp_path):
    """Trainer.validate trains nothing; the values by class are kept all the same."""
    module = Four(parity_settings(), seed=2)
    store = RunStore(tmp_path, "four", 0)
    trainer = users_trainer([PerClassLoss(folder=tmp_path)], 20, logger=[RecordLogger(store)])
    trainer.validate(module, verbose=False)
    row = store.metrics()[-1]
    losses = [each[1] for each in one_by_one(module.task, module.task.splits["train"])]
    assert row["per_class/train/loss/all"] == pytest.approx(mean(losses), rel=1e-5)
    assert list(store.arrays("per_class-train.loss")) == [0]
    assert module.observers == []


def test_an_evaluation_before_training_is_not_counted(fit, tmp_path):
    store, _ = in_record(fit, tmp_path, OrdinaryFour(), num_sanity_val_steps=1, max_steps=5)
    assert [row["step"] for row in store.metrics() if "per_class/train/loss/all" in row] == [5]
    assert store.array("per_class-train.count", 5).sum() == 35
    assert not store.arrays("per_class-batch.count"), "nobody showed its training batches"


def test_it_may_watch_another_training(fit, tmp_path):
    """Of other classes: nothing of the first one is left."""
    callback = PerClassLoss(folder=tmp_path / "first")
    fit(Four(parity_settings(), seed=2), callback)
    callback.folder = tmp_path / "second"
    fit(Parity(parity_settings(), seed=2), callback)
    kept = [
        RunStore(tmp_path / name, "", 0).array("per_class-train.count", 20)
        for name in ("first", "second")
    ]
    assert [len(each) for each in kept] == [4, 2] and kept[1].sum() == 37


def test_a_module_without_a_task_is_told(fit):
    with pytest.raises(SettingsError, match=r"^Bare\.task is None, expected a Task: a model"):
        fit(Bare(), PerClassLoss())


def test_one_line_of_settings_switches_it_on():
    settings = parity_settings()
    watch = WatchSettings.model_validate({"per_class_loss": {}})
    watching = settings.model_copy(update={"watch": watch})
    (added,) = standard_callbacks(watching)[len(standard_callbacks(settings)) :]
    assert isinstance(added, PerClassLoss) and added.settings.groups == 10

"""Curvature during training: the numbers of the evaluated weights, and training none the wiser."""

import pytest
import torch
from pytorch_lightning import Callback, LightningModule

from callbacks.curvature import CurvatureDuringTraining
from callbacks.recorder import Recorder
from callbacks.weight_averaging import WeightAveraging
from research.evidence.surfaces import read_curvature
from research.landscape.curvature.measure import measure_curvature
from research.landscape.objective import task_objective
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.settings.averaging import EmaSettings
from research.settings.errors import SettingsError
from research.settings.landscape import CurvatureSettings
from tests.callbacks.conftest import Batches, Ordinary, users_trainer
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

MODULES = {"ordinary": Ordinary, "ours": lambda: Parity(parity_settings(), seed=2)}
SETTINGS = CurvatureSettings(
    largest=2, smallest=1, lanczos_steps=6, trace_probes=2, examples=20, batch_size=8
)


@pytest.fixture(params=sorted(MODULES))
def make(request):
    """Makes the same module each time: anybody's, or one of ours."""
    return MODULES[request.param]


def by_hand(module, settings=SETTINGS, split="train"):
    task = module.task
    objective = task_objective(task, task.splits[split], settings.examples, settings.batch_size)
    wanted = {"largest": 2, "smallest": 1, "lanczos_steps": 6, "trace_probes": 2}
    return measure_curvature(objective, **wanted)


def test_what_is_logged_is_the_curvature_of_the_evaluated_weights(fit, make, tmp_path):
    """The run ends at an evaluation, so the last weights are the evaluated ones."""
    module = make()
    trainer = fit(module, CurvatureDuringTraining(SETTINGS, folder=tmp_path))
    expected = by_hand(module)
    for name, value in expected.metrics.items():
        logged = trainer.callback_metrics[f"curvature/train/{name}"]
        assert logged.item() == pytest.approx(value, rel=1e-6)
    store = RunStore(tmp_path, "", 0)
    for name, values in expected.arrays.items():
        kept = store.array(f"curvature-train.{name}", 20)
        assert kept.tolist() == values.tolist()


def test_training_goes_on_from_the_same_bits(fit, make, tmp_path):
    with_it, without = make(), make()
    fit(with_it, CurvatureDuringTraining(SETTINGS, folder=tmp_path))
    fit(without)
    for one, other in zip(with_it.parameters(), without.parameters(), strict=True):
        assert torch.equal(one, other)


def test_in_a_record_it_is_part_of_the_run(fit, tmp_path):
    """A row of metrics at each evaluation, arrays beside those of the experiment."""
    store = RunStore(tmp_path / "run", "parity", 0)
    module = Parity(parity_settings())
    callbacks = [CurvatureDuringTraining(SETTINGS), Recorder(store)]
    fit(module, *callbacks, max_steps=60, logger=[RecordLogger(store)])
    steps, values = store.column("curvature/train/lambda_max")
    assert steps.tolist() == [20, 40, 60]
    assert len(set(values.tolist())) == 3
    kept = store.arrays("curvature-train.largest")
    assert [float(kept[step][0]) for step in (20, 40, 60)] == pytest.approx(values, rel=1e-6)
    newest = read_curvature(store, "curvature-train")
    assert newest.metrics["lambda_max"] == newest.arrays["largest"][0] == kept[60][0]
    assert (newest.about["step"], newest.about["split"]) == (60, "train")


def test_the_splits_and_the_steps_between(fit, tmp_path):
    settings = CurvatureSettings(largest=1, smallest=0, splits=("train", "validation"))
    callback = CurvatureDuringTraining(settings, every=10, folder=tmp_path)
    metrics = fit(Ordinary(), callback).callback_metrics
    assert metrics["curvature/train/examples"] == 37
    assert metrics["curvature/validation/examples"] == 13
    kept = RunStore(tmp_path, "", 0).arrays("curvature-validation.largest")
    assert list(kept) == [10, 20]  # evaluations follow every fifth step


def test_the_steps_between_are_kept_over_a_resume(fit, tmp_path):
    class Save(Callback):
        def on_validation_end(self, trainer, pl_module):
            if trainer.global_step == 10:
                trainer.save_checkpoint(tmp_path / "10.ckpt")

    settings = CurvatureSettings(largest=1, smallest=0)

    def callback(folder):
        return CurvatureDuringTraining(settings, every=8, folder=folder)

    fit(Ordinary(), callback(tmp_path / "first"), Save(), max_steps=10)
    checkpoint = tmp_path / "10.ckpt"
    fit(Ordinary(), callback(tmp_path / "then"), max_steps=20, checkpoint=checkpoint)
    kept = RunStore(tmp_path / "then", "", 0).arrays("curvature-train.largest")
    assert list(kept) == [20]  # past 16; step 15 is past 8, as step 10 was


def test_of_an_average_it_is_the_averages(fit, tmp_path):
    module = Ordinary()
    average = WeightAveraging(EmaSettings(decay=0.5))
    trainer = fit(module, average, CurvatureDuringTraining(SETTINGS, folder=tmp_path))
    # After training the average is in place.
    expected = by_hand(module).metrics["lambda_max"]
    logged = trainer.callback_metrics["curvature/train/lambda_max"].item()
    assert logged == pytest.approx(expected, rel=1e-6)


class Bare(LightningModule):
    """No task at all."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def training_step(self, batch, batch_idx):
        return self.layer(batch["x"]).square().mean()

    def validation_step(self, batch, batch_idx):
        pass

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)

    def train_dataloader(self):
        return Batches({"x": torch.ones(4, 2)})

    val_dataloader = train_dataloader


def test_a_module_without_a_task_is_told(fit):
    with pytest.raises(SettingsError, match=r"^Bare\.task is None, expected a Task: a model"):
        fit(Bare(), CurvatureDuringTraining(SETTINGS))


def test_an_unknown_split_is_told(fit):
    callback = CurvatureDuringTraining(CurvatureSettings(splits=("test",)))
    with pytest.raises(SettingsError, match=r"no split test, expected one of train, validation$"):
        fit(Ordinary(), callback)


def test_in_an_evaluation_of_its_own(tmp_path):
    """Trainer.validate evaluates where nothing may be differentiated at all."""
    module = Ordinary()
    trainer = users_trainer([CurvatureDuringTraining(SETTINGS, folder=tmp_path)], 20)
    [metrics] = trainer.validate(module, verbose=False)
    expected = by_hand(module).metrics["lambda_max"]
    assert metrics["curvature/train/lambda_max"] == pytest.approx(expected, rel=1e-6)


def test_an_evaluation_before_training_is_not_measured(fit, tmp_path):
    callback = CurvatureDuringTraining(SETTINGS, folder=tmp_path)
    fit(Ordinary(), callback, max_steps=5, num_sanity_val_steps=1)
    assert list(RunStore(tmp_path, "", 0).arrays("curvature-train.largest")) == [5]


def test_without_a_record_arrays_go_to_the_trainers_own_folder(fit, tmp_path):
    fit(Ordinary(), CurvatureDuringTraining(SETTINGS), max_steps=5, default_root_dir=tmp_path)
    assert list(RunStore(tmp_path, "", 0).arrays("curvature-train.largest")) == [5]

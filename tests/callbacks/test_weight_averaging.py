"""The average is evaluated, kept and left behind; what trains does not notice."""

import pytest
import torch
from pytorch_lightning import Callback
from torch import nn

from callbacks.durable_checkpoint import DurableCheckpoint
from callbacks.weight_averaging import WeightAveraging
from research.settings.averaging import EmaSettings, LawaEmaSettings, LawaQueueSettings
from research.training.checkpoints import load
from tests.callbacks.conftest import Ordinary, users_trainer
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

AVERAGES = [
    EmaSettings(decay=0.5),
    LawaEmaSettings(start=0.1, every=0.1),
    LawaQueueSettings(length=3, start=0.1, every=0.1),
]


class Ours(Parity):
    """The tiny experiment, with an average in its settings."""

    def __init__(self, averaging=None):
        super().__init__(parity_settings().model_copy(update={"averaging": averaging}))


class OrdinaryAveraged(Ordinary):
    """Anybody's module, with the callback."""

    def __init__(self, averaging=None):
        super().__init__()
        self.averaging = averaging

    def configure_callbacks(self):
        return [WeightAveraging(self.averaging)] if self.averaging else []


MODULES = pytest.mark.parametrize("build", [Ours, OrdinaryAveraged], ids=["ours", "ordinary"])
EACH = pytest.mark.parametrize("averaging", AVERAGES, ids=lambda each: each.name)


def of(module):
    return [parameter.detach().clone() for parameter in module.parameters()]


def same(left, right):
    return all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


class Watch(Callback):
    """Notes the weights before every update, and those that are evaluated, by step."""

    def __init__(self):
        self.trained, self.evaluated, self.losses = {}, {}, {}

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        self.trained[trainer.global_step] = of(pl_module)

    def on_validation_epoch_end(self, trainer, pl_module):
        if not trainer.sanity_checking:
            self.evaluated[trainer.global_step] = of(pl_module)

    def on_validation_end(self, trainer, pl_module):
        if not trainer.sanity_checking:
            self.losses[trainer.global_step] = float(trainer.callback_metrics["validation/loss"])


def looked_at(averaging, until, total=20):
    """The steps whose weights count; their shares are whole steps here."""
    if averaging.name == "ema":
        return range(1, until + 1)
    return range(round(averaging.start * total), until + 1, round(averaging.every * total))


def slow_average(averaging, trained, until):
    """From the weights after each update, all at once; None where there is no average."""
    history = [trained[step] for step in looked_at(averaging, until)]
    if averaging.name == "lawa_queue":
        last = history[-averaging.length :]
        if len(last) < averaging.length:
            return None
        return [sum(versions) / averaging.length for versions in zip(*last, strict=True)]
    average = history[0]
    for weights in history[1:]:
        pairs = zip(average, weights, strict=True)
        average = [averaging.decay * a + (1 - averaging.decay) * w for a, w in pairs]
    return average


@MODULES
@EACH
def test_the_average_is_evaluated_and_the_training_does_not_notice(fit, build, averaging):
    alone, with_average, plain, watch = build(), build(averaging), Watch(), Watch()
    fit(alone, plain, max_steps=20)
    fit(with_average, watch, max_steps=20)
    assert watch.trained.keys() == plain.trained.keys() == set(range(20))
    for step, weights in plain.trained.items():
        assert same(weights, watch.trained[step]), f"other weights before update {step + 1}"
    trained = {**watch.trained, 20: of(alone)}
    for step, evaluated in watch.evaluated.items():
        expected = slow_average(averaging, trained, step) or trained[step]
        torch.testing.assert_close(evaluated, expected, rtol=0, atol=1e-6)
    assert watch.losses[20] != plain.losses[20]
    assert same(of(with_average), watch.evaluated[20]), "what was measured is left behind"
    assert not same(of(with_average), of(alone))


@MODULES
@EACH
def test_a_checkpoint_holds_the_weights_that_were_evaluated(fit, build, averaging, tmp_path):
    """A user who loads `state_dict` has the model that was measured; resuming needs the other."""
    watch, alone = Watch(), Watch()
    fit(build(), alone)
    fit(build(averaging), watch, DurableCheckpoint(tmp_path, 20))
    path = tmp_path / "step-000000020.ckpt"
    checkpoint = load(path)
    assert same(checkpoint["state_dict"].values(), watch.evaluated[20])
    trained = checkpoint["callbacks"]["WeightAveraging"]["trained"]
    assert list(trained) == list(checkpoint["state_dict"])
    assert same(trained.values(), alone.evaluated[20])
    loaded = build(averaging)
    trainer = users_trainer([DurableCheckpoint(tmp_path, 20)], 20)
    [measured] = trainer.validate(loaded, ckpt_path=path, weights_only=True, verbose=False)
    assert measured["validation/loss"] == watch.losses[20]
    assert same(of(loaded), watch.evaluated[20]), "validating leaves them in place"


@EACH
def test_an_ordinary_module_resumes_to_the_bit(fit, averaging, tmp_path):
    whole, resumed = OrdinaryAveraged(averaging), OrdinaryAveraged(averaging)
    seen, again = Watch(), Watch()
    fit(whole, seen, DurableCheckpoint(tmp_path, 5, kept=9))
    checkpoint = tmp_path / "step-000000010.ckpt"
    fit(resumed, again, DurableCheckpoint(tmp_path / "again", 5), checkpoint=checkpoint)
    assert same(of(whole), of(resumed))
    assert {step: seen.losses[step] for step in (15, 20)} == again.losses


def test_before_there_is_an_average_the_weights_are_evaluated(fit, tmp_path):
    """And a checkpoint is as any other; the tenth snapshot is that of the last step."""
    module, watch = Ours(LawaQueueSettings(length=10, every=0.1)), Watch()
    fit(module, watch, DurableCheckpoint(tmp_path, 20), max_steps=40)
    alone = Ours()
    fit(alone, max_steps=20)
    assert same(watch.evaluated[20], of(alone))
    assert "trained" not in load(tmp_path / "step-000000020.ckpt")["callbacks"]["WeightAveraging"]
    assert "trained" in load(tmp_path / "step-000000040.ckpt")["callbacks"]["WeightAveraging"]


def test_a_sanity_check_counts_for_nothing(fit):
    checked, alone = (OrdinaryAveraged(EmaSettings(decay=0.5)) for _ in range(2))
    fit(checked, num_sanity_val_steps=1)
    fit(alone, num_sanity_val_steps=0)
    assert same(of(checked), of(alone))


def test_running_statistics_and_frozen_weights_stay_as_they_are(fit, tmp_path):
    """Statistics belong to the trained weights: only what is trained has an average."""

    def normalised(averaging=None):
        module = OrdinaryAveraged(averaging)
        module.network.insert(1, nn.BatchNorm1d(16))
        module.network[0].weight.requires_grad_(False)
        module.configure_optimizers = lambda: torch.optim.SGD(
            [p for p in module.parameters() if p.requires_grad], lr=0.1
        )
        return module

    module, alone = normalised(EmaSettings(decay=0.5)), normalised()
    fit(module, DurableCheckpoint(tmp_path, 20))
    fit(alone)
    checkpoint = load(tmp_path / "step-000000020.ckpt")
    for name, statistics in alone.named_buffers():
        assert torch.equal(checkpoint["state_dict"][name], statistics)
    trained, averaged = dict(alone.named_parameters()), dict(module.named_parameters())
    other = {name for name in trained if not torch.equal(trained[name], averaged[name])}
    assert other == set(trained) - {"network.0.weight"}
    assert other == set(checkpoint["callbacks"]["WeightAveraging"]["trained"])


def test_a_run_without_an_end_is_refused(fit):
    module = OrdinaryAveraged(EmaSettings())
    with pytest.raises(ValueError, match="max_steps is -1, expected a number >= 1") as error:
        fit(module, max_steps=-1, max_epochs=1)
    assert "\n" not in str(error.value)

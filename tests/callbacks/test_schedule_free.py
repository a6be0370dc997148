"""Schedule-free: its average is evaluated, and its training goes on from the very same bits."""

import pytest
import torch
from pytorch_lightning import Callback

from callbacks.durable_checkpoint import DurableCheckpoint
from callbacks.schedule_free import ScheduleFreeWeights
from research.optim.optimizers import build_optimizer
from research.settings.optimizers import ScheduleFreeAdamWSettings, ScheduleFreeSGDSettings
from research.settings.training import EvaluationSettings
from research.training.checkpoints import load
from tests.callbacks.conftest import Ordinary
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

SETTINGS = [ScheduleFreeSGDSettings(lr=0.1), ScheduleFreeAdamWSettings(lr=0.01)]
EACH = pytest.mark.parametrize("optimizer", SETTINGS, ids=lambda each: each.name)


def ours(optimizer, every):
    """The tiny experiment, evaluated every so many steps."""
    evaluation = EvaluationSettings(every=every, batch_size=16)
    return Parity(
        parity_settings().model_copy(update={"optimizer": optimizer, "evaluation": evaluation})
    )


class OrdinaryScheduleFree(Ordinary):
    """Anybody's module, with the callback."""

    def __init__(self, optimizer):
        super().__init__()
        self.optimizer = optimizer

    def configure_optimizers(self):
        return build_optimizer(self.optimizer, self.network)

    def configure_callbacks(self):
        return [ScheduleFreeWeights()]


class Watch(Callback):
    """Notes y and z before every update, the weights that are evaluated, and the loss."""

    def __init__(self):
        self.trained, self.base, self.evaluated, self.losses = {}, {}, {}, {}

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        step, weights = trainer.global_step, list(pl_module.parameters())
        self.trained[step] = [p.detach().clone() for p in weights]
        self.base[step] = [optimizer.state[p]["z"].clone() for p in weights if step]

    def on_validation_epoch_end(self, trainer, pl_module):
        if not trainer.sanity_checking:
            self.evaluated[trainer.global_step] = [
                p.detach().clone() for p in pl_module.parameters()
            ]

    def on_validation_end(self, trainer, pl_module):
        if not trainer.sanity_checking:
            self.losses[trainer.global_step] = float(trainer.callback_metrics["validation/loss"])


def same(left, right):
    return all(torch.equal(a, b) for a, b in zip(left, right, strict=True))


def average(y, z, momentum):
    """x of y = (1 - momentum) z + momentum x."""
    return [(b - (1 - momentum) * a) / momentum for a, b in zip(z, y, strict=True)]


@EACH
def test_the_average_is_evaluated(fit, optimizer):
    """By its definition, from the y and z that the next update finds."""
    watch = Watch()
    fit(OrdinaryScheduleFree(optimizer), watch, max_steps=18)
    assert watch.evaluated.keys() == {5, 10, 15}
    for step, evaluated in watch.evaluated.items():
        expected = average(watch.trained[step], watch.base[step], optimizer.momentum)
        torch.testing.assert_close(evaluated, expected, rtol=0, atol=1e-6)
        assert not same(evaluated, watch.trained[step])


@EACH
def test_an_evaluation_leaves_no_trace(fit, optimizer):
    """Going to x and back by the formula would round, differently in each of these runs."""
    often, seldom = Watch(), Watch()
    fit(ours(optimizer, every=1), often, max_steps=25)
    fit(ours(optimizer, every=25), seldom, max_steps=25)
    for step in range(25):
        assert same(often.trained[step], seldom.trained[step]), f"after {step} updates"
        assert same(often.base[step], seldom.base[step])
    assert often.losses[25] == seldom.losses[25]


@EACH
def test_the_average_is_kept_and_left_behind(fit, optimizer, tmp_path):
    watch, module = Watch(), ours(optimizer, every=10)
    fit(module, watch, DurableCheckpoint(tmp_path, 10), max_steps=20)
    assert same(module.parameters(), watch.evaluated[20])
    half, end = (load(tmp_path / f"step-0000000{step}.ckpt") for step in (10, 20))
    assert same(half["state_dict"].values(), watch.evaluated[10])
    assert same(end["state_dict"].values(), watch.evaluated[20])
    assert same(half["callbacks"]["ScheduleFreeWeights"]["trained"].values(), watch.trained[10])
    for checkpoint in (half, end):
        [group] = checkpoint["optimizer_states"][0]["param_groups"]
        assert group["train_mode"] is True


@EACH
def test_an_ordinary_module_resumes_to_the_bit(fit, optimizer, tmp_path):
    whole, resumed = OrdinaryScheduleFree(optimizer), OrdinaryScheduleFree(optimizer)
    seen, again = Watch(), Watch()
    fit(whole, seen, DurableCheckpoint(tmp_path, 5, kept=9))
    checkpoint = tmp_path / "step-000000010.ckpt"
    fit(resumed, again, DurableCheckpoint(tmp_path / "again", 5), checkpoint=checkpoint)
    assert same(seen.trained[10], again.trained[10])
    assert same(whole.parameters(), resumed.parameters())
    assert {step: seen.losses[step] for step in (15, 20)} == again.losses


@EACH
def test_validating_after_a_fit_measures_the_same_again(fit, optimizer):
    module, watch = OrdinaryScheduleFree(optimizer), Watch()
    trainer = fit(module, watch)
    loss, evaluated = watch.losses[20], watch.evaluated[20]
    [measured] = trainer.validate(module, verbose=False)
    assert measured["validation/loss"] == loss
    assert same(module.parameters(), evaluated)


def test_other_optimizers_are_left_alone(fit):
    """Whatever is trained is evaluated."""
    module, alone = Ordinary(), Ordinary()
    fit(module, ScheduleFreeWeights())
    fit(alone)
    assert same(module.parameters(), alone.parameters())

"""A loss that is no number ends the run at its step: before it is evaluated or kept."""

import math

import pytest

from callbacks.divergence import Diverged, Divergence
from callbacks.durable_checkpoint import DurableCheckpoint
from research.training.checkpoints import all_checkpoints
from tests.callbacks.conftest import Ordinary, poison
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

LOSSES = [math.nan, math.inf]


@pytest.mark.parametrize("step", [1, 7, 10])
@pytest.mark.parametrize("loss", LOSSES)
def test_an_ordinary_module(fit, step, loss):
    module = Ordinary()
    poison(module.task, step, loss)
    with pytest.raises(Diverged, match=f"loss is {loss} at step {step}$") as diverged:
        fit(module, Divergence())
    assert diverged.value.step == step
    assert str(diverged.value.loss) == str(loss)


@pytest.mark.parametrize("step", [1, 27, 39, 40])
@pytest.mark.parametrize("loss", LOSSES)
def test_within_a_chunk_of_twenty_steps(fit, step, loss):
    """All losses of a chunk arrive at once, and the later ones are NaN too: the first counts."""
    module = Parity(parity_settings())
    poison(module.task, step, loss)
    with pytest.raises(Diverged) as diverged:
        fit(module, max_steps=60)
    assert diverged.value.step == step


def test_a_diverged_model_is_neither_evaluated_nor_kept(fit, tmp_path):
    """Step 40 is where the next evaluation and the next checkpoint were due."""
    module = Parity(parity_settings())
    poison(module.task, 40, math.nan)
    with pytest.raises(Diverged):
        fit(module, DurableCheckpoint(tmp_path, every=10), max_steps=60)
    assert module.evaluated_at == 20
    assert [path.name for path in all_checkpoints(tmp_path)] == ["step-000000020.ckpt"]


def test_a_module_that_returns_no_loss_is_left_alone(fit):
    """Lightning lets a training step be skipped by returning None."""

    class Skipping(Ordinary):
        def training_step(self, batch, batch_idx):
            return None if batch_idx == 2 else super().training_step(batch, batch_idx)

    with pytest.warns(UserWarning, match="returned `None`"):
        trainer = fit(Skipping(), Divergence(), max_steps=8)
    assert trainer.global_step == 8

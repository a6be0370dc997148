"""The loop: honest counts, the hand-written loop's numbers, exact resume."""

import signal

import pytest
import torch
from pytorch_lightning import Callback, Trainer

from research.data.loader import IndexLoader
from research.optim.schedules import factor
from research.seeds import derive
from research.training.interruption import Interrupted, Interruption
from tests.parity.module import Parity, ParityTask
from tests.research.training.conftest import parity_settings


class CallAt(Callback):
    """Calls something before a certain optimizer step."""

    def __init__(self, step, action):
        self.step, self.action = step, action

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        if trainer.global_step == self.step:
            self.action()


def same_weights(left, right):
    return all(
        torch.equal(a, b)
        for a, b in zip(left.state_dict().values(), right.state_dict().values(), strict=True)
    )


def test_the_loop_is_the_hand_written_loop(train):
    """The slow obvious twin: the same seeds, data order and schedule without any framework."""
    done = train("run")
    settings = parity_settings()
    torch.manual_seed(derive(5, "initialisation"))
    task = ParityTask()
    optimizer = torch.optim.AdamW(task.model.parameters(), lr=0.01, weight_decay=0.01, fused=True)
    loader = IndexLoader(37, 8, seed=5)
    torch.manual_seed(derive(5, "training", 0))
    losses = {}
    for step in range(60):
        indices, _ = loader.next()
        batch = {name: column[indices] for name, column in task.splits["train"].items()}
        loss = task.losses(task.model, batch).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = 0.01 * factor(settings.schedule, step)
        optimizer.step()
        losses[step + 1] = loss.item()
    logged = {row["step"]: row["batch/loss"] for row in done.store.metrics() if "batch/loss" in row}
    assert same_weights(task.model, done.module.model)
    assert logged == {
        step: pytest.approx(sum(losses[step - i] for i in range(3)) / 3, abs=1e-7)
        for step in range(3, 61, 3)
    }


def test_every_counter_counts_optimizer_steps(train):
    done = train("run", max_steps=50, flush_every=7)
    rows = done.store.metrics()
    assert done.trainer.global_step == done.module.steps == 50
    assert [row["step"] for row in rows if "train/loss" in row] == [20, 40, 50]
    assert [row["step"] for row in rows if "lr" in row] == list(range(3, 51, 3))
    warm = {row["step"]: row["lr"] for row in rows if "lr" in row}
    assert warm[3] == pytest.approx(0.01 * (0.1 + 0.9 * 0.2))
    assert warm[12] == pytest.approx(0.01)
    steps = sorted(path.name for path in done.store.checkpoints.iterdir())
    assert steps == ["step-000000040.ckpt", "step-000000050.ckpt"]


def test_flushing_more_often_changes_no_number(train):
    often, seldom = train("often", flush_every=1), train("seldom", flush_every=1000)
    assert same_weights(often.module.model, seldom.module.model)
    assert often.store.metrics() == seldom.store.metrics()


@pytest.mark.parametrize("step", [1, 13, 19, 20, 21, 39, 40, 59])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_run_within_a_step_and_resume_is_exact(train, step, number):
    whole = train("whole")
    with Interruption() as interruption, pytest.raises(Interrupted) as stop:
        train(
            "stopped",
            [CallAt(step, lambda: signal.raise_signal(number))],
            lambda module: setattr(module, "interruption", interruption),
        )
    assert stop.value.exit_code == 128 + number
    resumed = train("stopped")
    assert resumed.found.step == step + 1
    assert same_weights(whole.module.model, resumed.module.model)
    assert resumed.store.metrics() == whole.store.metrics()
    assert resumed.store.status().state == "done"


def test_resume_after_the_last_step_adds_nothing(train):
    first = train("run")
    again = train("run")
    assert again.found.step == 60
    assert again.store.metrics() == first.store.metrics()


def notebook_trainer(max_steps):
    """A Trainer such as a user makes, that knows nothing of records."""
    return Trainer(
        max_steps=max_steps,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def test_lightnings_own_resume_is_exact_too(tmp_path):
    """fit(ckpt_path=...) with a checkpoint that Trainer.save_checkpoint wrote, in mid-epoch."""
    whole, short, resumed = (Parity(parity_settings(), seed=5) for _ in range(3))
    notebook_trainer(60).fit(whole)
    first = notebook_trainer(33)
    first.fit(short)
    first.save_checkpoint(tmp_path / "own.ckpt")
    notebook_trainer(60).fit(resumed, ckpt_path=tmp_path / "own.ckpt", weights_only=True)
    assert same_weights(whole.model, resumed.model)


def test_a_module_can_be_validated_without_a_fit():
    module, trained = (Parity(parity_settings(), seed=5) for _ in range(2))
    [metrics] = notebook_trainer(60).validate(module, verbose=False)
    batch = module.task.splits["validation"]
    assert metrics["validation/loss"] == pytest.approx(
        float(module.task.losses(module.model.eval(), batch).mean().detach()), abs=1e-6
    )
    notebook_trainer(60).fit(trained)
    assert not same_weights(module.model, trained.model)


def test_building_a_module_leaves_the_global_generator_alone():
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    Parity(parity_settings(), seed=1)
    assert torch.equal(torch.rand(1), expected)
